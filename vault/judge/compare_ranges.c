/* Ranges of a file that one of two disclosures shows. */
#include "judge/compare_ranges.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct set {
	struct evx_extent *at;
	size_t n;
};

/* What e shows. */
static enum evx_err shown(const struct evx_entry *e, struct set *out)
{
	uint64_t stored = e->size;

	if (e->part != NULL)
		return evx_part_shown_ranges(e, &out->at, &out->n);
	if (e->withheld || e->size == 0)
		return EVX_OK;
	for (size_t i = 0; e->has_map && i < e->n_extents; i++)
		stored = i == 0 ? e->extents[i].length : stored + e->extents[i].length;
	return e->has_map && e->n_extents == 0 ? EVX_OK :
						 evx_part_ranges(e, 0, stored, &out->at, &out->n);
}

static enum evx_err add(struct set *to, uint64_t from, uint64_t end)
{
	struct evx_extent *more;

	if (from >= end)
		return EVX_OK;
	more = EVX_ARRAY_ADD(to->at, to->n);
	if (more == NULL)
		return EVX_E_MEMORY;
	*more = (struct evx_extent){ from, end - from };
	return EVX_OK;
}

/* What is in x and not in y. */
static enum evx_err without(const struct set *x, const struct set *y, struct set *out)
{
	enum evx_err err = EVX_OK;
	size_t k = 0;

	for (size_t i = 0; i < x->n && err == EVX_OK; i++) {
		const uint64_t end = x->at[i].offset + x->at[i].length;
		uint64_t from = x->at[i].offset;

		while (k < y->n && y->at[k].offset + y->at[k].length <= from)
			k++;
		for (size_t j = k; j < y->n && y->at[j].offset < end && err == EVX_OK; j++) {
			err = add(out, from, y->at[j].offset);
			from = y->at[j].offset + y->at[j].length;
		}
		if (err == EVX_OK)
			err = add(out, from, end);
	}
	return err;
}

enum evx_err evx_compare_ranges_find(
	const struct evx_entry *a, const struct evx_entry *b, struct evx_compare_ranges *out)
{
	struct set x = { NULL, 0 }, y = { NULL, 0 }, only = { NULL, 0 };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = shown(a, &x)) != EVX_OK || (err = shown(b, &y)) != EVX_OK)
		goto out;
	err = without(&x, &y, &only);
	out->a = only.at;
	out->na = only.n;
	only = (struct set){ NULL, 0 };
	if (err == EVX_OK)
		err = without(&y, &x, &only);
	out->b = only.at;
	out->nb = only.n;
out:
	free(x.at);
	free(y.at);
	return err;
}

void evx_compare_ranges_free(struct evx_compare_ranges *r)
{
	free(r->a);
	free(r->b);
	memset(r, 0, sizeof(*r));
}
