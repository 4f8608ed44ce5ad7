/* Picking the lines that a disclosure shows, and proving them. */
#include "disclose/disclose_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct picking {
	struct evx_disclose_lines *out;
	struct evx_select *select;
	bool with_names;
	struct evx_hmac_key leaf_key;
	struct evx_buf scratch;
};

static enum evx_err note(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct picking *p = ctx;

	(void)diag;
	evx_select_note(p->select, item->entry);
	return EVX_OK;
}

/* The line among those picked that has this index in the original, or -1. */
static int64_t find(const struct evx_disclose_lines *l, uint64_t index)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (l->at[middle].index == index)
			return (int64_t)middle;
		if (l->at[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* How the line is shown when it is. Another name of a file whose contents are shown shows nothing
 * new, so it needs not be meant itself. */
static struct evx_disclose_line way_of(const struct evx_disclose_lines *l,
	const struct evx_listing_item *item, bool meant, bool in_part)
{
	const struct evx_entry *e = item->entry;
	struct evx_disclose_line line = { .index = item->index, .way = EVX_DISCLOSE_LINE };
	const int64_t first = e->has_hardlink ? find(l, e->hardlink_index) : -1;

	if (e->type != EVX_FILE)
		return line;
	line.way = meant ? EVX_DISCLOSE_CONTENTS : in_part ? EVX_DISCLOSE_PART : EVX_DISCLOSE_NAME;
	if (first >= 0 && l->at[first].way == EVX_DISCLOSE_CONTENTS) {
		line.way = EVX_DISCLOSE_REPEATS;
		line.first = (uint64_t)first;
	}
	return line;
}

static enum evx_err tell(struct evx_disclose_lines *l, const struct evx_entry *e)
{
	if (l->nnamed == EVX_DISCLOSE_PATHS)
		return EVX_OK;
	l->named[l->nnamed].path = strndup(e->path, e->path_len);
	if (l->named[l->nnamed].path == NULL)
		return EVX_E_MEMORY;
	l->named[l->nnamed].len = e->path_len;
	l->named[l->nnamed++].size = e->size;
	return EVX_OK;
}

static enum evx_err take(struct evx_disclose_lines *l, const struct evx_listing_item *item,
	const struct evx_disclose_line *line, struct evx_diag *diag)
{
	struct evx_disclose_line *more = EVX_ARRAY_ADD(l->at, l->n);
	const bool contents = line->way == EVX_DISCLOSE_CONTENTS;

	if (more == NULL)
		return evx_fail_memory(diag);
	*more = *line;
	evx_tally_line(&l->tally, item->entry, contents ? item->stored : 0);
	l->names_only += line->way == EVX_DISCLOSE_NAME;
	l->files += contents;
	l->bytes += contents ? item->entry->size : 0;
	l->to_read += contents ? item->stored : 0;
	if (line->way != EVX_DISCLOSE_PART)
		return contents ? evx_fail_buf(diag, tell(l, item->entry)) : EVX_OK;
	more->first = l->parts->n;
	return evx_disclose_parts_add(l->parts, item, diag);
}

static enum evx_err pick(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct picking *p = ctx;
	const bool meant = p->select->n > 0 && evx_select_has(p->select, item->entry);
	struct evx_disclose_line line;
	uint8_t salt[32], leaf[32];
	bool in_part, shown;
	enum evx_err err;

	in_part = evx_disclose_parts_want(p->out->parts, item->entry);
	shown = meant || in_part || p->with_names;
	line = way_of(p->out, item, meant, in_part);
	evx_listing_leaf_salt(&p->leaf_key, item->index, salt);
	if ((err = evx_listing_leaf(salt, item->line, item->line_len, &p->scratch, leaf)) !=
			EVX_OK ||
		(err = evx_merkle_prover_add(p->out->prover, leaf, shown)) != EVX_OK)
		return evx_fail_buf(diag, err);
	return shown ? take(p->out, item, &line, diag) : EVX_OK;
}

/* The blocks of all parts are known. */
static void settle(struct evx_disclose_lines *l)
{
	l->in_part = l->parts->n;
	for (size_t i = 0; i < l->parts->n; i++) {
		const struct evx_disclose_part *p = &l->parts->at[i];

		l->to_read += p->stored;
		if (!p->entry.has_hardlink)
			l->tally.stored += evx_part_run(p->part);
	}
}

enum evx_err evx_disclose_lines_pick(const struct evx_contents_opts *original,
	struct evx_select *select, struct evx_disclose_parts *parts, bool with_names,
	struct evx_disclose_lines *out, struct evx_diag *diag)
{
	const struct evx_listing_read_opts again = evx_contents_listing(original, true);
	struct picking p = { .out = out, .select = select, .with_names = with_names };
	uint8_t root[32];
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	out->parts = parts;
	evx_hmac_key_init(&p.leaf_key, original->part->leaf_secret, 32);
	out->prover = evx_merkle_prover_new(original->part->lines);
	if ((err = out->prover != NULL ? EVX_OK : evx_fail_memory(diag)) != EVX_OK ||
		(err = evx_contents_check_listing(original, note, &p, diag)) != EVX_OK ||
		(err = evx_listing_read(&again, pick, &p, diag)) != EVX_OK ||
		(err = evx_merkle_prover_finish(out->prover, root)) != EVX_OK)
		goto out;
	if ((err = evx_select_check(select, diag)) != EVX_OK ||
		(err = evx_disclose_parts_plan(parts, original, diag)) != EVX_OK)
		goto out;
	settle(out);
out:
	evx_hmac_key_wipe(&p.leaf_key);
	evx_buf_free(&p.scratch);
	return err;
}

void evx_disclose_lines_free(struct evx_disclose_lines *l)
{
	for (size_t i = 0; i < l->nnamed; i++)
		free(l->named[i].path);
	free(l->at);
	evx_merkle_prover_free(l->prover);
	memset(l, 0, sizeof(*l));
}
