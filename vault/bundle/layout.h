/* The running layout of an archive while it is written: order, offsets, the lines of the index. Shared by writing and appending. */
#ifndef EVX_BUNDLE_LAYOUT_H
#define EVX_BUNDLE_LAYOUT_H

#include "base/buf.h"
#include "bundle/sink.h"
#include "format/order.h"

struct evx_layout {
	char uuid[EVX_UUID_LEN + 1];
	struct evx_sink sink;
	struct evx_order order;
	struct evx_buf lines; /* of the index, all groups so far */
	uint64_t offset;      /* of the next header */
	uint64_t packs, packs_at;
	bool failed;          /* a write failed: nothing may follow */
};

/* Takes sink over, also after a failure. */
enum evx_err evx_layout_init(struct evx_layout *l, const char *uuid, const struct evx_sink *sink, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_layout_free(struct evx_layout *l);
/* Notes a member that stands at l->offset: order (EVX_E_USAGE), index line, next offset. */
enum evx_err evx_layout_note(struct evx_layout *l, const struct evx_member_id *id, uint64_t size, struct evx_diag *diag) EVX_MUST_CHECK;
/* Notes a member and begins it in the sink; the bytes follow through the sink. */
enum evx_err evx_layout_begin(struct evx_layout *l, const struct evx_member_id *id, uint64_t size, struct evx_diag *diag) EVX_MUST_CHECK;
/* A whole member. */
enum evx_err evx_layout_member(struct evx_layout *l, const struct evx_member_id *id, const void *p, size_t n, struct evx_diag *diag)
	EVX_MUST_CHECK;
/* A whole member by its name. */
enum evx_err evx_layout_named(struct evx_layout *l, const char *name, const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* The index of the group. */
enum evx_err evx_layout_index(struct evx_layout *l, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
