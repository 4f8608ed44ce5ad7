/* Ranges of files, turned into the blocks that hold them. */
#include "disclose/disclose_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "content/tree_read.h"
#include "disclose/disclose_table.h"

/* Stored bytes from..to of a file. */
struct span {
	uint64_t from, to;
};

struct spans {
	struct span *at;
	size_t n;
};

static const char *plain_path(const struct evx_disclose_range *r)
{
	const char *path = r->path;

	while (path[0] == '.' && path[1] == '/')
		path += 2;
	return path;
}

static bool is_of(const struct evx_disclose_range *r, const struct evx_entry *e)
{
	const char *path = plain_path(r);

	return strlen(path) == e->path_len && memcmp(path, e->path, e->path_len) == 0;
}

enum evx_err evx_disclose_parts_new(const struct evx_disclose_range *ranges, size_t n,
	uint64_t sector, struct evx_disclose_parts *out, struct evx_diag *diag)
{
	memset(out, 0, sizeof(*out));
	if (sector != 0 && sector != 512 && sector != 4096)
		return evx_fail(diag, EVX_E_USAGE,
			"Sectors have 512 or 4096 bytes. Nothing was disclosed.");
	for (size_t i = 0; i < n; i++)
		if (ranges[i].partition == 0 && ranges[i].length == 0)
			return evx_diag_in(diag, ranges[i].path,
				evx_fail(diag, EVX_E_USAGE,
					"A range of no bytes was given. Nothing was disclosed. "
					"Give the length behind the plus sign."));
	out->found = calloc(n + 1, sizeof(*out->found));
	if (out->found == NULL)
		return evx_fail_memory(diag);
	out->ranges = ranges;
	out->nranges = n;
	out->sector = sector;
	return EVX_OK;
}

void evx_disclose_parts_told_free(struct evx_disclose_part_info *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(at[i].path);
		free(at[i].ranges);
	}
	free(at);
}

void evx_disclose_parts_free(struct evx_disclose_parts *p)
{
	for (size_t i = 0; i < p->n; i++) {
		evx_entry_free(&p->at[i].entry);
		evx_part_free(p->at[i].part);
	}
	evx_disclose_parts_told_free(p->told, p->ntold);
	free(p->at);
	free(p->found);
	memset(p, 0, sizeof(*p));
}

bool evx_disclose_parts_want(struct evx_disclose_parts *p, const struct evx_entry *e)
{
	bool wanted = false;

	for (size_t i = 0; i < p->nranges; i++)
		if (e->type == EVX_FILE && is_of(&p->ranges[i], e))
			p->found[i] = wanted = true;
	return wanted;
}

enum evx_err evx_disclose_parts_add(
	struct evx_disclose_parts *p, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct evx_disclose_part *part;

	if (!item->entry->has_range_root)
		return evx_diag_in(diag, item->entry->path,
			evx_fail(diag, EVX_E_USAGE,
				"Ranges can be proved of files with more than 4 MiB only. Nothing "
				"was disclosed. Disclose this one as a whole: name its path."));
	part = EVX_ARRAY_ADD(p->at, p->n);
	if (part == NULL)
		return evx_fail_memory(diag);
	memset(part, 0, sizeof(*part));
	part->position = item->position;
	part->stored = item->stored;
	part->secret_index = item->entry->has_hardlink ? item->entry->hardlink_index : item->index;
	part->entry = *item->entry;
	evx_entry_init(item->entry);
	return EVX_OK;
}

/* ---- bytes of the file to stored bytes -------------------------------------------------- */

static enum evx_err out_of_file(const struct evx_entry *e, struct evx_diag *diag)
{
	return evx_diag_in(diag, e->path,
		evx_fail(diag, EVX_E_USAGE,
			"The range goes past the end of this file, which has %llu bytes. Nothing "
			"was disclosed.",
			(unsigned long long)e->size));
}

static enum evx_err add_span(const struct evx_entry *e, uint64_t offset, uint64_t length,
	struct spans *to, struct evx_diag *diag)
{
	const struct evx_extent all = { 0, e->size };
	const struct evx_extent *data = e->has_map ? e->extents : &all;
	const size_t n = e->has_map ? e->n_extents : 1;
	struct span span = { UINT64_MAX, 0 }, *more;
	uint64_t passed = 0;

	if (offset > e->size || length > e->size - offset)
		return out_of_file(e, diag);
	for (size_t i = 0; i < n; passed += data[i++].length) {
		const uint64_t end = data[i].offset + data[i].length,
			       from = offset > data[i].offset ? offset : data[i].offset,
			       stop = offset + length < end ? offset + length : end;

		if (from >= stop)
			continue;
		if (span.from == UINT64_MAX)
			span.from = passed + from - data[i].offset;
		span.to = passed + stop - data[i].offset;
	}
	if (span.to == 0)
		return evx_diag_in(diag, e->path,
			evx_fail(diag, EVX_E_USAGE,
				"Nothing of this range was stored: it is a hole of the file, or "
				"could not be read. Nothing was disclosed. The entry in the list "
				"of contents proves that: use --with-names."));
	more = EVX_ARRAY_ADD(to->at, to->n);
	if (more == NULL)
		return evx_fail_memory(diag);
	*more = span;
	return EVX_OK;
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Sorts, and joins what overlaps or touches; returns the bytes of all. */
static uint64_t join(struct spans *s)
{
	uint64_t bytes = 0;
	size_t kept = 0;

	if (s->n > 1)
		qsort(s->at, s->n, sizeof(*s->at), by_start);
	for (size_t i = 0; i < s->n; i++) {
		struct span *last = kept > 0 ? &s->at[kept - 1] : NULL;

		if (last == NULL || s->at[i].from > last->to)
			s->at[kept++] = s->at[i];
		else if (s->at[i].to > last->to)
			last->to = s->at[i].to;
	}
	s->n = kept;
	for (size_t i = 0; i < kept; i++)
		bytes += s->at[i].to - s->at[i].from;
	return bytes;
}

static enum evx_err gather(const struct evx_disclose_parts *p,
	const struct evx_contents_opts *original, struct evx_disclose_part *part,
	struct spans *spans, uint64_t *asked, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < p->nranges && err == EVX_OK; i++) {
		const struct evx_disclose_range *r = &p->ranges[i];
		uint64_t offset = r->offset, length = r->length;

		if (!is_of(r, &part->entry))
			continue;
		if (r->partition != 0)
			err = evx_disclose_table(
				original, part, r->partition, p->sector, &offset, &length, diag);
		if (err == EVX_OK)
			err = add_span(&part->entry, offset, length, spans, diag);
	}
	*asked = join(spans);
	return err;
}

/* ---- stored bytes to blocks ------------------------------------------------------------- */

struct blocks {
	const struct spans *spans;
	size_t next; /* the first span that does not end before the block at hand */
	struct evx_part part;
	uint64_t at; /* stored bytes before the next block */
};

/* Whether a span has bytes of from..to; asked in ascending order. */
static bool is_asked(struct blocks *b, uint64_t from, uint64_t to)
{
	while (b->next < b->spans->n && b->spans->at[b->next].to <= from)
		b->next++;
	return b->next < b->spans->n && b->spans->at[b->next].from < to;
}

static enum evx_err show_block(struct blocks *b, uint64_t length)
{
	struct evx_part *p = &b->part;
	struct evx_part_piece *last = p->n > 0 ? &p->at[p->n - 1] : NULL;

	if (last == NULL || last->first + last->count != p->blocks) {
		last = EVX_ARRAY_ADD(p->at, p->n);
		if (last == NULL)
			return EVX_E_MEMORY;
		*last = (struct evx_part_piece){ .first = p->blocks, .offset = b->at };
	}
	last->count++;
	last->length += length;
	return EVX_OK;
}

/* A chunk of the file, or what of it is the file's. */
static enum evx_err add_chunk(struct blocks *b, uint64_t length)
{
	const uint64_t count = (length + EVX_BLOCK_LEN - 1) / EVX_BLOCK_LEN;
	enum evx_err err = EVX_OK;

	if (!is_asked(b, b->at, b->at + length)) {
		b->part.blocks += count;
		b->at += length;
		return EVX_OK;
	}
	while (length > 0 && err == EVX_OK) {
		const uint64_t n = length < EVX_BLOCK_LEN ? length : EVX_BLOCK_LEN;

		if (is_asked(b, b->at, b->at + n))
			err = show_block(b, n);
		b->part.blocks++;
		b->at += n;
		length -= n;
	}
	return err;
}

static enum evx_err walk_chunks(const struct evx_contents_opts *original,
	const struct evx_disclose_part *part, struct blocks *b, struct evx_diag *diag)
{
	struct evx_tree_reader *tree = NULL;
	const struct evx_ref *ref;
	uint64_t offset;
	bool end = false;
	enum evx_err err = evx_tree_read_new(
		original->src, EVX_FRAME_DATA, &original->part->content, &tree, diag);

	if (err == EVX_OK)
		err = evx_tree_read_seek(tree, part->position, diag);
	while (err == EVX_OK && b->at < part->stored) {
		const uint64_t here = part->position + b->at;

		err = evx_tree_read_next(tree, &ref, &offset, &end, diag);
		if (err == EVX_OK && (end || offset > here))
			err = evx_fail(diag, EVX_E_CORRUPT, "content: ends in a file");
		if (err == EVX_OK) {
			const uint64_t has = offset + ref->plain - here,
				       left = part->stored - b->at;

			err = evx_fail_buf(diag, add_chunk(b, has < left ? has : left));
		}
	}
	evx_tree_read_free(tree);
	return err;
}

/* What is told of it: the ranges of the file that its blocks are. */
static enum evx_err tell(const struct evx_disclose_part *part, const struct evx_part *blocks,
	struct evx_disclose_part_info *info)
{
	enum evx_err err;

	info->path = strndup(part->entry.path, part->entry.path_len);
	err = info->path != NULL ? EVX_OK : EVX_E_MEMORY;
	info->path_len = part->entry.path_len;
	info->size = part->entry.size;
	info->shown = evx_part_shown(blocks);
	for (size_t i = 0; i < blocks->n && err == EVX_OK; i++)
		err = evx_part_ranges(&part->entry, blocks->at[i].offset, blocks->at[i].length,
			&info->ranges, &info->nranges);
	return err;
}

static enum evx_err plan(const struct evx_disclose_parts *p,
	const struct evx_contents_opts *original, struct evx_disclose_part *part,
	struct evx_disclose_part_info *info, struct evx_diag *diag)
{
	struct spans spans = { NULL, 0 };
	struct blocks b = { .spans = &spans, .part = { .stored = part->stored } };
	enum evx_err err;

	if ((err = gather(p, original, part, &spans, &info->asked, diag)) != EVX_OK ||
		(err = walk_chunks(original, part, &b, diag)) != EVX_OK)
		goto out;
	if (b.part.n > EVX_PART_PIECES_MAX) {
		err = evx_diag_in(diag, part->entry.path,
			evx_fail(diag, EVX_E_USAGE,
				"The ranges of this file stand in %zu places, and %u can be "
				"disclosed at once. Nothing was disclosed.",
				b.part.n, EVX_PART_PIECES_MAX));
		goto out;
	}
	if ((err = evx_fail_buf(diag, tell(part, &b.part, info))) != EVX_OK)
		goto out;
	if (info->shown == part->stored) {
		err = evx_diag_in(diag, part->entry.path,
			evx_fail(diag, EVX_E_USAGE,
				"This is the whole file, not a part of it. Nothing was disclosed. "
				"Name its path without a range."));
		goto out;
	}
	part->part = malloc(sizeof(*part->part));
	if (part->part == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	*part->part = b.part;
	b.part.at = NULL;
out:
	free(b.part.at);
	free(spans.at);
	return err;
}

enum evx_err evx_disclose_parts_plan(struct evx_disclose_parts *p,
	const struct evx_contents_opts *original, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < p->nranges; i++)
		if (!p->found[i])
			return evx_diag_in(diag, p->ranges[i].path,
				evx_fail(diag, EVX_E_NOT_FOUND,
					"The exhibit has no file of this path. To see its paths, "
					"run: evx list FILE"));
	p->told = calloc(p->n + 1, sizeof(*p->told));
	if (p->told == NULL)
		return evx_fail_memory(diag);
	p->ntold = p->n;
	for (size_t i = 0; i < p->n && err == EVX_OK; i++)
		err = plan(p, original, &p->at[i], &p->told[i], diag);
	return err;
}
