/* Offsets and index lines as members pass, alike for writing and checking. */
#include "bundle/ledger.h"

#include <string.h>

#include "format/index.h"
#include "format/tar.h"

enum evx_err evx_ledger_init(struct evx_ledger *l)
{
	memset(l, 0, sizeof(*l));
	return evx_index_begin(&l->lines);
}

void evx_ledger_free(struct evx_ledger *l)
{
	evx_buf_free(&l->lines);
	memset(l, 0, sizeof(*l));
}

/* The packs' one line is due when the member behind them comes. */
enum evx_err evx_ledger_note(struct evx_ledger *l, const struct evx_member_id *id, uint64_t size)
{
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err;

	if (id->kind == EVX_MEMBER_PACK) {
		evx_ledger_note_packs(l, 1, evx_tar_span(size));
		return EVX_OK;
	}
	if ((err = evx_member_name(id, name)) != EVX_OK)
		return err;
	if (id->kind == EVX_MEMBER_MANIFEST &&
		(err = evx_index_add_packs(&l->lines, l->packs_at, l->packs)) != EVX_OK)
		return err;
	if ((err = evx_index_add(&l->lines, l->offset, size, name)) != EVX_OK)
		return err;
	l->offset += evx_tar_span(size);
	return err;
}

void evx_ledger_note_packs(struct evx_ledger *l, uint64_t count, uint64_t span)
{
	if (l->packs == 0)
		l->packs_at = l->offset;
	l->packs += count;
	l->offset += span;
}
