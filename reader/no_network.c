/* Stands in the static evx-reader for what asks time-stamp authorities: it has no network, and so
 * no library for it. */
#include "remote/tsa.h"

enum evx_err evx_tsa_start(const char *url, struct evx_tsa **out, struct evx_diag *diag)
{
	(void)url;
	*out = NULL;
	return evx_fail(diag, EVX_E_USAGE,
		"This program has no network. Use evx to ask a time-stamp authority.");
}

void evx_tsa_free(struct evx_tsa *tsa)
{
	(void)tsa; /* there is never one */
}

enum evx_err evx_tsa_ask(struct evx_tsa *tsa, const void *request, size_t n,
	const struct evx_cancel *cancel, struct evx_buf *out, struct evx_diag *diag)
{
	(void)tsa;
	(void)request;
	(void)n;
	(void)cancel;
	(void)out;
	return evx_fail(diag, EVX_E_USAGE, "This program has no network.");
}
