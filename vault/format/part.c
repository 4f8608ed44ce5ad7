/* What is shown of a file in part: text, rules and arithmetic. */
#include "format/part.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define BLOCKS_MAX (UINT64_C(1) << 46) /* no content has as many */

void evx_part_free(struct evx_part *p)
{
	if (p == NULL)
		return;
	free(p->at);
	free(p->ranges);
	free(p);
}

/* ---- rules ------------------------------------------------------------------------------ */

/* Whether so many blocks can have so many bytes. */
static bool fits(uint64_t blocks, uint64_t bytes)
{
	return bytes >= blocks && bytes <= blocks * EVX_BLOCK_LEN;
}

/* Whether the pieces stand in the file as they may. */
static bool is_good(const struct evx_part *p)
{
	uint64_t block = 0, byte = 0;

	if (p->n == 0 || p->n > EVX_PART_PIECES_MAX || p->stored > INT64_MAX ||
		p->blocks > BLOCKS_MAX)
		return false;
	for (size_t i = 0; i < p->n; i++) {
		const struct evx_part_piece *at = &p->at[i];

		if (at->count == 0 || at->first < block || at->first > p->blocks ||
			at->count > p->blocks - at->first || at->offset < byte ||
			at->offset > p->stored || at->length > p->stored - at->offset ||
			(i > 0 && at->first == block) ||
			!fits(at->first - block, at->offset - byte) || !fits(at->count, at->length))
			return false;
		block = at->first + at->count;
		byte = at->offset + at->length;
	}
	return fits(p->blocks - block, p->stored - byte) && evx_part_shown(p) < p->stored;
}

/* ---- text ------------------------------------------------------------------------------- */

/* A decimal number at *p, which must be followed by the byte end, or by no byte where end is 0. */
static bool number(const uint8_t **p, const uint8_t *stop, char end, uint64_t *out)
{
	const uint8_t *at = *p;
	uint64_t v = 0;

	for (; at < stop && *at >= '0' && *at <= '9'; at++) {
		if (v > (uint64_t)INT64_MAX / 10 || at - *p > 18)
			return false;
		v = v * 10 + (uint64_t)(*at - '0');
	}
	if (at == *p || (**p == '0' && at - *p > 1) || v > INT64_MAX)
		return false;
	if (end == '\0' ? at != stop : at == stop || *at != (uint8_t)end)
		return false;
	*p = end == '\0' ? at : at + 1;
	*out = v;
	return true;
}

static bool piece(const uint8_t **p, const uint8_t *stop, bool last, struct evx_part_piece *out)
{
	return number(p, stop, '+', &out->first) && number(p, stop, '@', &out->count) &&
		number(p, stop, '+', &out->offset) &&
		number(p, stop, last ? '\0' : ',', &out->length);
}

enum evx_err evx_part_decode(const uint8_t *text, size_t n, uint64_t stored, struct evx_part **out,
	struct evx_diag *diag)
{
	const uint8_t *p = text, *stop = text + n;
	struct evx_part *part;
	size_t pieces = 0;
	bool good;

	*out = NULL;
	for (size_t i = 0; i < n; i++)
		pieces += text[i] == ',';
	if (pieces > EVX_PART_PIECES_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"listing record: SHOWN has %zu pieces (limit %u)", pieces,
			EVX_PART_PIECES_MAX);
	part = calloc(1, sizeof(*part));
	if (part == NULL || (part->at = calloc(pieces + 1, sizeof(*part->at))) == NULL) {
		evx_part_free(part);
		return evx_fail_memory(diag);
	}
	part->stored = stored;
	part->n = pieces;
	good = number(&p, stop, ',', &part->blocks);
	for (size_t i = 0; i < pieces && good; i++)
		good = piece(&p, stop, i + 1 == pieces, &part->at[i]);
	if (good && p == stop && is_good(part)) {
		*out = part;
		return EVX_OK;
	}
	evx_part_free(part);
	return evx_fail(diag, EVX_E_CORRUPT,
		"listing record: what is shown of the file in part cannot be so");
}

enum evx_err evx_part_encode(const struct evx_part *p, struct evx_buf *out)
{
	enum evx_err err = is_good(p) ? EVX_OK : EVX_E_USAGE;

	if (err == EVX_OK)
		err = evx_buf_addf(out, "%llu", (unsigned long long)p->blocks);
	for (size_t i = 0; i < p->n && err == EVX_OK; i++)
		err = evx_buf_addf(out, ",%llu+%llu@%llu+%llu", (unsigned long long)p->at[i].first,
			(unsigned long long)p->at[i].count, (unsigned long long)p->at[i].offset,
			(unsigned long long)p->at[i].length);
	return err;
}

/* ---- arithmetic ------------------------------------------------------------------------- */

void evx_part_gap(const struct evx_part *p, size_t i, uint64_t *from, uint64_t *to)
{
	*from = i == 0 ? 0 : p->at[i - 1].first + p->at[i - 1].count;
	*to = i == p->n ? p->blocks : p->at[i].first;
}

uint64_t evx_part_subtree(uint64_t from, uint64_t to, uint64_t blocks)
{
	uint64_t k = from == 0 ? UINT64_C(1) << 62 : from & (~from + 1);

	if (to == blocks && to - from < k)
		return to - from;
	while (k > to - from)
		k /= 2;
	return k;
}

uint64_t evx_part_run(const struct evx_part *p)
{
	uint64_t n = evx_part_shown(p), from, to;

	for (size_t i = 0; i < p->n; i++)
		n += EVX_PART_BLOCK_HEAD * p->at[i].count;
	for (size_t i = 0; i <= p->n; i++)
		for (evx_part_gap(p, i, &from, &to); from < to; n += 32)
			from += evx_part_subtree(from, to, p->blocks);
	return n;
}

uint64_t evx_part_shown(const struct evx_part *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->at[i].length;
	return n;
}

static enum evx_err add_range(struct evx_extent **at, size_t *n, uint64_t offset, uint64_t length)
{
	struct evx_extent *last = *n > 0 ? &(*at)[*n - 1] : NULL, *more;

	if (last != NULL && last->offset + last->length == offset) {
		last->length += length;
		return EVX_OK;
	}
	more = EVX_ARRAY_ADD(*at, *n);
	if (more == NULL)
		return EVX_E_MEMORY;
	*more = (struct evx_extent){ offset, length };
	return EVX_OK;
}

enum evx_err evx_part_ranges(const struct evx_entry *e, uint64_t offset, uint64_t length,
	struct evx_extent **at, size_t *n)
{
	const struct evx_extent all = { 0, e->size };
	const struct evx_extent *data = e->has_map ? e->extents : &all;
	const size_t ndata = e->has_map ? e->n_extents : 1;
	enum evx_err err = EVX_OK;
	uint64_t passed = 0;

	for (size_t i = 0; i < ndata && length > 0 && err == EVX_OK; i++) {
		const uint64_t skip = offset - passed, left = data[i].length - skip,
			       now = length < left ? length : left;

		if (skip < data[i].length) {
			err = add_range(at, n, data[i].offset + skip, now);
			offset += now;
			length -= now;
		}
		passed += data[i].length;
	}
	return err;
}

enum evx_err evx_part_locate(struct evx_part *p, const struct evx_entry *e)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < p->n && err == EVX_OK; i++)
		err = evx_part_ranges(e, p->at[i].offset, p->at[i].length, &p->ranges, &p->nranges);
	return err;
}
