/* The books of an archive as its members pass: where the next one stands, and the lines that the
 * index must have. Kept alike when writing, appending and checking. */
#ifndef EVX_BUNDLE_LEDGER_H
#define EVX_BUNDLE_LEDGER_H

#include "base/buf.h"
#include "format/member.h"

struct evx_ledger {
	struct evx_buf lines; /* format/index.h; all groups so far */
	uint64_t offset;      /* of the next member's header */
	uint64_t packs;       /* seen so far */
	uint64_t packs_at;    /* header of the first */
};

enum evx_err evx_ledger_init(struct evx_ledger *l) EVX_MUST_CHECK;
void evx_ledger_free(struct evx_ledger *l);
/* Books the member that stands at l->offset. Errors as evx_buf_add. */
enum evx_err evx_ledger_note(
	struct evx_ledger *l, const struct evx_member_id *id, uint64_t size) EVX_MUST_CHECK;
/* Books all packs at once: count of them from l->offset on, taking span bytes. */
void evx_ledger_note_packs(struct evx_ledger *l, uint64_t count, uint64_t span);

#endif
