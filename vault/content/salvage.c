/* Lines and files found without references. */
#include "content/salvage.h"

#include <stdlib.h>
#include <string.h>

#include "content/salvage_inner.h"
#include "crypto/secret.h"

static void free_list(struct evx_found_list *l)
{
	if (l->items != NULL)
		evx_wipe(l->items, l->count * sizeof(*l->items));
	free(l->items);
}

void evx_salvage_free(struct evx_salvage *s)
{
	if (s == NULL)
		return;
	free_list(&s->listing);
	free_list(&s->leaves);
	if (s->node != NULL)
		evx_wipe(s->node, sizeof(*s->node));
	free(s->node);
	evx_buf_free(&s->buf);
	evx_frame_codec_free(s->codec);
	free(s);
}

/* A frame that is not there at all is another answer than one that is damaged. */
static enum evx_err read_frame(struct evx_salvage *s, uint8_t type, const struct evx_ref *ref,
	bool check_id, const uint8_t **plain, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_frame_read(
		s->codec, s->opts.src, type, 0, ref, check_id, &s->buf, plain, &why);

	if (err == EVX_OK)
		return EVX_OK;
	if (err != EVX_E_FORGED && err != EVX_E_CORRUPT && err != EVX_E_MEMORY)
		err = EVX_E_NOT_FOUND;
	return evx_fail(diag, err, "salvage: %s", why.text);
}

enum evx_err evx_salvage_node(
	struct evx_salvage *s, const struct evx_found *leaf, struct evx_diag *diag)
{
	const uint8_t *plain;
	enum evx_err err;

	s->chunk = NULL;
	s->node_of = NULL;
	err = read_frame(s, EVX_FRAME_CONTENT_NODE, &leaf->ref, false, &plain, diag);
	if (err == EVX_OK)
		err = evx_node_decode_loose(
			plain, leaf->ref.plain, EVX_FRAME_DATA, 0, s->node, diag);
	if (err == EVX_OK)
		s->node_of = leaf;
	return err;
}

/* ---- lines ------------------------------------------------------------------------------ */

/* Whether the frame's first record has INDEX, SALT and PROOF: its seal, which says so, may be lost.
 */
static bool is_disclosure(const uint8_t *p, size_t n)
{
	const uint8_t *tab = n > 0 ? memchr(p, '\t', n) : NULL;

	return tab != NULL && tab + 1 < p + n && tab[1] != '{';
}

static enum evx_err each_of_frame(const uint8_t *p, size_t n, evx_salvage_each_fn each, void *ctx,
	uint64_t *bad_lines, struct evx_diag *diag)
{
	const bool disclosure = is_disclosure(p, n);
	struct evx_entry e;
	struct evx_record rec;
	enum evx_err err = EVX_OK;
	size_t used;

	evx_entry_init(&e);
	for (; err == EVX_OK && n > 0; p += used, n -= used) {
		enum evx_err found = evx_listing_split(p, n, disclosure, &rec, &used, NULL);

		if (found != EVX_OK) {
			/* Where a record does not split, the rest of the frame says nothing. */
			++*bad_lines;
			break;
		}
		found = evx_listing_decode(rec.line, rec.line_len, &e, NULL);
		if (found == EVX_E_MEMORY)
			err = evx_fail_buf(diag, found);
		else if (found != EVX_OK ||
			(rec.where == EVX_POSITION_NONE) != (e.type != EVX_FILE))
			++*bad_lines;
		else if (rec.where != EVX_POSITION_WITHHELD && rec.shown == NULL)
			err = each(ctx, &e, rec.position, evx_listing_stored_length(&e), diag);
	}
	evx_entry_free(&e);
	return err;
}

enum evx_err evx_salvage_each(struct evx_salvage *s, evx_salvage_each_fn each, void *ctx,
	uint64_t *bad_lines, struct evx_diag *diag)
{
	struct evx_buf lines = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	*bad_lines = 0;
	for (size_t i = 0; i < s->listing.count && err == EVX_OK; i++) {
		const struct evx_ref *ref = &s->listing.items[i].ref;
		const uint8_t *plain;

		if (evx_cancelled(s->opts.cancel)) {
			err = evx_fail(
				diag, EVX_E_INTERRUPTED, "Interrupted. No evidence was changed.");
			break;
		}
		s->chunk = NULL;
		err = read_frame(s, EVX_FRAME_LISTING, ref, false, &plain, NULL);
		if (err == EVX_E_MEMORY)
			break;
		if (err != EVX_OK) {
			++*bad_lines;
			err = EVX_OK;
			continue;
		}
		/* each may call evx_salvage_read, which uses s->buf. */
		evx_buf_reset(&lines);
		err = evx_buf_add(&lines, plain, ref->plain);
		if (err == EVX_OK)
			err = each_of_frame(lines.data, lines.len, each, ctx, bad_lines, diag);
	}
	evx_buf_free(&lines);
	return err;
}

/* ---- content ---------------------------------------------------------------------------- */

/* The leaf whose piece of the content holds position, or NULL. */
static const struct evx_found *find_leaf(const struct evx_salvage *s, uint64_t position)
{
	size_t low = 0, high = s->leaves.count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->leaves.items[mid].first <= position)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 || position - s->leaves.items[low - 1].first >= s->leaves.items[low - 1].span)
		return NULL;
	return &s->leaves.items[low - 1];
}

/* Makes s->chunk the frame that holds position, *at where in it and *plain its length. */
static enum evx_err load_chunk(
	struct evx_salvage *s, uint64_t position, size_t *at, size_t *plain, struct evx_diag *diag)
{
	const struct evx_found *leaf = find_leaf(s, position);
	const struct evx_ref *ref;
	uint64_t offset;
	enum evx_err err;

	if (leaf == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"salvage: no node for content byte %llu was found",
			(unsigned long long)position);
	if (s->node_of != leaf && (err = evx_salvage_node(s, leaf, diag)) != EVX_OK)
		return err;
	if (s->node->first != leaf->first || s->node->span != leaf->span)
		return evx_fail(diag, EVX_E_CORRUPT, "salvage: a node changed since the walk");
	offset = leaf->first;
	for (ref = s->node->refs; offset + ref->span <= position; ref++)
		offset += ref->span;
	*at = (size_t)(position - offset);
	*plain = ref->plain;
	if (s->chunk != NULL && s->chunk_position == ref->position &&
		s->chunk_sequence == ref->sequence)
		return EVX_OK;
	s->chunk = NULL;
	s->chunk_sequence = ref->sequence;
	s->chunk_position = ref->position;
	return read_frame(s, EVX_FRAME_DATA, ref, false, &s->chunk, diag);
}

enum evx_err evx_salvage_read(struct evx_salvage *s, uint64_t position, uint64_t n,
	evx_salvage_sink sink, void *ctx, struct evx_diag *diag)
{
	while (n > 0) {
		size_t at = 0, plain = 0, step;
		enum evx_err err;

		if (evx_cancelled(s->opts.cancel))
			return evx_fail(
				diag, EVX_E_INTERRUPTED, "Interrupted. No evidence was changed.");
		if ((err = load_chunk(s, position, &at, &plain, diag)) != EVX_OK)
			return err;
		step = n < plain - at ? (size_t)n : plain - at;
		if ((err = sink(ctx, s->chunk + at, step, diag)) != EVX_OK)
			return err;
		position += step;
		n -= step;
	}
	return EVX_OK;
}
