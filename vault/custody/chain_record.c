/* One event's record compared with the one that its files make. */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "custody/chain_inner.h"
#include "format/record.h"

static bool is_key_file(const struct evx_chain_file *f)
{
	return f->id.kind == EVX_MEMBER_KEY_CUSTODY || f->id.kind == EVX_MEMBER_KEY_CONTENT;
}

/* The record of an event of a type that is known. Parts and key files are taken as its document
 * names them: whether those that are here are the same was judged before, and key files may be
 * gone. */
static enum evx_err make_known(
	const struct evx_chain *c, const struct evx_chain_event *at, struct evx_buf *out)
{
	uint8_t sigs[EVX_SIGNERS_MAX][32];
	const struct evx_chain_file *f;
	size_t n = 0;

	while (n < EVX_SIGNERS_MAX &&
		(f = evx_chain_find(c, EVX_MEMBER_SIG, (unsigned)n + 1)) != NULL)
		memcpy(sigs[n++], f->sha256, sizeof(sigs[0]));
	return evx_record_make(&at->event, at->hash, (const uint8_t(*)[32])sigs, n, out);
}

/* The record of files whose document says nothing to this program: they stand in the record's
 * order, but the key files, which come last there. */
static enum evx_err make_of_files(const struct evx_chain *c, struct evx_buf *out)
{
	enum evx_err err = EVX_OK;
	size_t i;
	int keys;

	for (keys = 0; keys < 2; keys++)
		for (i = 0; i < c->nfiles && err == EVX_OK; i++)
			if (c->files[i].id.kind != EVX_MEMBER_RECORD &&
				is_key_file(&c->files[i]) == (keys == 1))
				err = evx_manifest_add(out, c->files[i].sha256, c->files[i].name);
	return err;
}

enum evx_err evx_chain_judge_record(
	struct evx_chain *c, struct evx_chain_event *at, struct evx_diag *diag)
{
	const struct evx_chain_file *record = evx_chain_find(c, EVX_MEMBER_RECORD, 0);
	struct evx_buf made = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;
	bool same;

	if (record == NULL)
		err = evx_chain_note(c, "C-RECORD", evx_chain_absence(c), NULL,
			"The list of files of entry %04u is missing.", (unsigned)c->number);
	if (err != EVX_OK ||
		(at->decoded &&
			(at->event.sequence != c->number || strcmp(at->event.type, c->type) != 0)))
		return err; /* said before: its files are not those of such an event */
	err = at->decoded && at->event.known ? make_known(c, at, &made) : make_of_files(c, &made);
	if (err != EVX_OK) {
		evx_buf_free(&made);
		return evx_chain_fail(err, diag);
	}
	at->has_record = true;
	evx_sha256(made.data, made.len, at->record);
	same = record != NULL && record->bytes.len == made.len &&
		memcmp(record->bytes.data, made.data, made.len) == 0;
	evx_buf_free(&made);
	if (same || record == NULL)
		return EVX_OK;
	return evx_chain_note(c, "C-RECORD", EVX_WEIGHT_BROKEN, record->name,
		"%s does not match the files of entry %04u.", record->name, (unsigned)c->number);
}
