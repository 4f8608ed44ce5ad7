/* Ranges of a file that one of two disclosures shows. */
#include "judge/compare_ranges.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct set {
	struct evx_extent *at;
	size_t n;
};

/* What e shows; whole has room for one that has no map. */
static struct set shown(const struct evx_entry *e, struct evx_extent *whole)
{
	*whole = (struct evx_extent){ 0, e->size };
	if (e->part != NULL)
		return (struct set){ e->part->ranges, e->part->nranges };
	if (e->withheld)
		return (struct set){ NULL, 0 };
	return e->has_map ? (struct set){ e->extents, e->n_extents } :
			    (struct set){ whole, e->size > 0 };
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
	struct evx_extent whole[2];
	const struct set x = shown(a, &whole[0]), y = shown(b, &whole[1]);
	struct set only = { NULL, 0 };
	enum evx_err err = without(&x, &y, &only);

	memset(out, 0, sizeof(*out));
	out->a = only.at;
	out->na = only.n;
	only = (struct set){ NULL, 0 };
	if (err == EVX_OK)
		err = without(&y, &x, &only);
	out->b = only.at;
	out->nb = only.n;
	return err;
}

void evx_compare_ranges_free(struct evx_compare_ranges *r)
{
	free(r->a);
	free(r->b);
	memset(r, 0, sizeof(*r));
}
