/* An archive or directory being written member by member: order, headers, the index. Shared by
 * writing and appending. Internal to vault/bundle. */
#ifndef EVX_BUNDLE_LAYOUT_H
#define EVX_BUNDLE_LAYOUT_H

#include "bundle/ledger.h"
#include "bundle/sink.h"
#include "format/order.h"

struct evx_layout {
	char uuid[EVX_UUID_LEN + 1];
	struct evx_sink sink;
	struct evx_order order;
	struct evx_ledger ledger;
	bool failed; /* nothing may follow */
};

/* Takes sink over, also after a failure. */
enum evx_err evx_layout_init(struct evx_layout *l, const char *uuid, const struct evx_sink *sink,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_layout_free(struct evx_layout *l);
/* Order (EVX_E_USAGE), limit and books of the member that comes next, whose content is elsewhere.
 */
enum evx_err evx_layout_note(struct evx_layout *l, const struct evx_member_id *id, uint64_t size,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Begins a member: order (EVX_E_USAGE), limit, books, header. Its bytes then go to the sink. */
enum evx_err evx_layout_begin(struct evx_layout *l, const struct evx_member_id *id, uint64_t size,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes a whole member, by id or by name. */
enum evx_err evx_layout_member(struct evx_layout *l, const struct evx_member_id *id, const void *p,
	size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_layout_named(struct evx_layout *l, const char *name, const void *p, size_t n,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes the index of the group. */
enum evx_err evx_layout_index(struct evx_layout *l, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
