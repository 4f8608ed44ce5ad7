/* What one of two disclosures shows of a file, and the other does not: whole files, files with
 * gaps, and files in part. */
#include <stdlib.h>

#include "unit/failing.h"
#include "judge/compare_ranges.h"

#define RANGES 4u
#define SIZE 100u

/* How a disclosure shows the file. */
struct shown {
	enum { WHOLE, MAP, PART, NAME_ONLY } as;
	struct evx_extent at[RANGES];
	size_t n;
};

/* The entry, and what it points to. */
struct file {
	struct evx_entry e;
	struct evx_part part;
	struct evx_extent at[RANGES];
};

static void make(const struct shown *s, struct file *f)
{
	memset(f, 0, sizeof(*f));
	memcpy(f->at, s->at, sizeof(f->at));
	f->e.size = SIZE;
	f->e.withheld = s->as == PART || s->as == NAME_ONLY;
	if (s->as == PART) {
		f->part.ranges = f->at;
		f->part.nranges = s->n;
		f->e.part = &f->part;
	} else if (s->as == MAP) {
		f->e.has_map = true;
		f->e.extents = f->at;
		f->e.n_extents = s->n;
	}
}

static void are(
	const struct evx_extent *found, size_t nfound, const struct evx_extent *expected, size_t n)
{
	assert_int_equal(nfound, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(found[i].offset, expected[i].offset);
		assert_int_equal(found[i].length, expected[i].length);
	}
}

/* Compares x with y, and y with x. */
static void compared(const struct shown *x, const struct shown *y, const struct evx_extent *a,
	size_t na, const struct evx_extent *b, size_t nb)
{
	struct file left, right;
	struct evx_compare_ranges r;

	make(x, &left);
	make(y, &right);
	assert_int_equal(evx_compare_ranges_find(&left.e, &right.e, &r), EVX_OK);
	are(r.a, r.na, a, na);
	are(r.b, r.nb, b, nb);
	evx_compare_ranges_free(&r);
	assert_int_equal(r.na + r.nb, 0);
	assert_int_equal(evx_compare_ranges_find(&right.e, &left.e, &r), EVX_OK);
	are(r.a, r.na, b, nb);
	are(r.b, r.nb, a, na);
	evx_compare_ranges_free(&r);
}

static const struct shown whole = { WHOLE, { { 0, 0 } }, 0 },
			  nothing = { NAME_ONLY, { { 0, 0 } }, 0 };

static void the_same(void **state)
{
	static const struct shown map = { MAP, { { 5, 10 }, { 20, 80 } }, 2 },
				  part = { PART, { { 5, 10 }, { 20, 80 } }, 2 },
				  empty = { MAP, { { 0, 0 } }, 0 };

	(void)state;
	compared(&whole, &whole, NULL, 0, NULL, 0);
	compared(&map, &map, NULL, 0, NULL, 0);
	compared(&part, &part, NULL, 0, NULL, 0);
	compared(&map, &part, NULL, 0, NULL, 0);
	compared(&nothing, &nothing, NULL, 0, NULL, 0);
	compared(&nothing, &empty, NULL, 0, NULL, 0);
}

static void all_or_nothing(void **state)
{
	static const struct shown map = { MAP, { { 5, 10 }, { 20, 80 } }, 2 };
	static const struct evx_extent all[] = { { 0, SIZE } };

	(void)state;
	compared(&whole, &nothing, all, 1, NULL, 0);
	compared(&map, &nothing, map.at, 2, NULL, 0);
}

static void parts(void **state)
{
	static const struct shown first = { PART, { { 0, 10 }, { 20, 10 }, { 50, 1 } }, 3 },
				  second = { PART, { { 5, 20 }, { 28, 4 } }, 2 },
				  inner = { PART, { { 10, 5 }, { 20, 5 }, { 95, 4 } }, 3 },
				  outer = { PART, { { 1, 98 } }, 1 },
				  touching = { PART, { { 10, 10 }, { 30, 20 }, { 51, 49 } }, 3 };
	/* Of the first: 0-5, 25-28, 50-51; of the second: 10-20, 30-32. */
	static const struct evx_extent of_first[] = { { 0, 5 }, { 25, 3 }, { 50, 1 } },
				       of_second[] = { { 10, 10 }, { 30, 2 } };
	static const struct evx_extent around[] = { { 1, 9 }, { 15, 5 }, { 25, 70 } };
	static const struct evx_extent edges[] = { { 0, 1 }, { 99, 1 } };

	(void)state;
	compared(&first, &second, of_first, 3, of_second, 2);
	compared(&outer, &inner, around, 3, NULL, 0);
	compared(&whole, &outer, edges, 2, NULL, 0);
	/* What touches has nothing in common. */
	compared(&first, &touching, first.at, 3, touching.at, 3);
	compared(&nothing, &inner, NULL, 0, inner.at, 3);
}

static void an_empty_file(void **state)
{
	struct evx_entry shown, named;
	struct evx_compare_ranges r;

	(void)state;
	evx_entry_init(&shown);
	evx_entry_init(&named);
	named.withheld = true;
	assert_int_equal(evx_compare_ranges_find(&shown, &named, &r), EVX_OK);
	assert_int_equal(r.na + r.nb, 0);
	evx_compare_ranges_free(&r);
	shown.size = 1;
	assert_int_equal(evx_compare_ranges_find(&shown, &named, &r), EVX_OK);
	are(r.a, r.na, &(struct evx_extent){ 0, 1 }, 1);
	assert_int_equal(r.nb, 0);
	evx_compare_ranges_free(&r);
}

static enum evx_err find_both(void *ctx, struct outcome *out)
{
	static const struct shown odd = { PART, { { 0, 10 }, { 20, 10 } }, 2 },
				  even = { PART, { { 10, 10 }, { 30, 10 } }, 2 };
	struct file a, b;
	struct evx_compare_ranges r;
	enum evx_err err;

	(void)ctx;
	make(&odd, &a);
	make(&even, &b);
	err = evx_compare_ranges_find(&a.e, &b.e, &r);
	out->number[0] = r.na;
	out->number[1] = r.nb;
	evx_compare_ranges_free(&r);
	return err;
}

static void without_memory(void **state)
{
	(void)state;
#ifdef NOT_HERE
	(void)each_fails;
	assert_int_equal(find_both(NULL, &(struct outcome){ { 0 } }), EVX_OK);
#else
	each_fails("ranges", find_both, NULL, 2);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_same),
		cmocka_unit_test(all_or_nothing), cmocka_unit_test(parts),
		cmocka_unit_test(an_empty_file), cmocka_unit_test(without_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
