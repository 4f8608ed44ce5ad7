/* Remotes by name inside the library: what send and receive need of them. */
#ifndef EVX_SHIP_REMOTES_H
#define EVX_SHIP_REMOTES_H

#include "base/buf.h"
#include "evx.h"
#include "remote/remote.h"

/* One file of the home's `remotes`, both ways (format-spec/shipment.md "What a machine remembers").
 * EVX_E_UNSUPPORTED, EVX_E_CORRUPT. */
enum evx_err evx_remotes_encode(const struct evx_remotes_entry *entry, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_remotes_decode(const void *p, size_t n, const char *name,
	struct evx_remotes_entry *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* How many connections log in at once for an upload: those that a test of the remote uses side by
 * side. */
#define EVX_REMOTES_LOGINS 3u
/* Starts the connections to a remote (evx_remote_start), which may read below places. So many of
 * them as at_once says log in now. */
enum evx_err evx_remotes_connect(const struct evx_remotes_entry *entry,
	const struct evx_remotes_use *use, const int *places, size_t nplaces, unsigned at_once,
	struct evx_remote **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same to the addresses of an invitation, whose text stays where it is until r is freed. */
enum evx_err evx_remotes_connect_invited(const struct evx_buf *invitation,
	const struct evx_remotes_use *use, const int *places, size_t nplaces,
	struct evx_remote **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* What evx_remotes_test does with a remote that is connected. beside: as of evx_remote_test. */
enum evx_err evx_remotes_try(struct evx_remote *r, struct evx_remote_beside *beside,
	const struct evx_cancel *cancel, struct evx_remotes_report *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
