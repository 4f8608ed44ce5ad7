/* Asking a time-stamp authority over HTTP (RFC 3161 section 3.4), by a process of its own.
 *
 * That process is started before its parent confines itself, holds no key and no open file of it,
 * is confined to the network itself, and does one thing: it sends what it is given to the one URL,
 * and hands back what came. It judges nothing; the parent, which has no network by then, does. */
#ifndef EVX_REMOTE_TSA_H
#define EVX_REMOTE_TSA_H

#include "base/buf.h"
#include "base/cancel.h"

struct evx_tsa;

/* Starts the process. url: http or https. EVX_E_USAGE for another one. Call before any thread is
 * started. */
enum evx_err evx_tsa_start(
	const char *url, struct evx_tsa **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends it. NULL does nothing. */
void evx_tsa_free(struct evx_tsa *tsa);
/* Sends the request of n bytes and appends the body of the answer to out, at most EVX_TIMESTAMP_MAX
 * bytes. Once only. EVX_E_IO when the authority cannot be reached, does not answer in a minute,
 * answers with another status than 200, or another content type than application/timestamp-reply;
 * redirections are not followed. EVX_E_LIMIT for more bytes. EVX_E_INTERRUPTED soon after *cancel
 * (NULL allowed) says so. */
enum evx_err evx_tsa_ask(struct evx_tsa *tsa, const void *request, size_t n,
	const struct evx_cancel *cancel, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
