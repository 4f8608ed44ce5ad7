/* The catalog: what is put in comes out, and whatever else stands in its file costs time only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/confine.h"
#include "base/io.h"
#include "scratch.h"
#include "store/catalog.h"
#include "store/catalog_inner.h"

static const uint8_t vault[16] = "vault-0000000001", other_vault[16] = "vault-0000000002";
static const uint8_t case_a[16] = "case-aaaaaaaaaaa", case_b[16] = "case-bbbbbbbbbbb";

static struct evx_secret *secret_of(const char *text)
{
	char bytes[32] = { 0 };

	memcpy(bytes, text, strlen(text) < 32 ? strlen(text) : 32);
	return evx_secret_copy(bytes, sizeof(bytes));
}

static struct evx_catalog *open_state(
	const struct scratch *s, const uint8_t id[16], struct evx_catalog_state *state)
{
	struct evx_catalog *c;
	struct evx_diag diag = { 0 };

	assert_int_equal(evx_catalog_open(s->fd, id, &c, state, &diag), EVX_OK);
	return c;
}

static struct evx_catalog *open_it(const struct scratch *s)
{
	struct evx_catalog_state state;

	return open_state(s, vault, &state);
}

static struct evx_catalog_case *case_of(
	struct evx_catalog *c, const uint8_t id[16], const char *newest, const char *older)
{
	struct evx_secret *secrets[2] = { secret_of(newest),
		older != NULL ? secret_of(older) : NULL };
	struct evx_catalog_case *k;

	assert_int_equal(evx_catalog_case_new(c, id, (const struct evx_secret *const *)secrets,
				 older != NULL ? 2 : 1, &k, NULL),
		EVX_OK);
	evx_secret_free(secrets[0]);
	evx_secret_free(secrets[1]);
	return k;
}

static void id_of(uint32_t n, uint8_t id[32])
{
	memset(id, 0x5a, 32);
	evx_put_be32(id, n);
}

static struct evx_loan loan_of(uint32_t n)
{
	struct evx_loan loan = {
		.sequence = n % 2, .position = (uint64_t)n * 1000, .stored = 1077, .plain = 1000
	};

	memcpy(loan.lender, "lender-", 7);
	evx_put_be32(loan.lender + 8, n / 100);
	memset(loan.key, (int)(n % 251), 32);
	return loan;
}

static void add_rows(struct evx_catalog_case *k, struct evx_catalog *c, uint32_t first, uint32_t n)
{
	struct evx_catalog_rows *rows;
	uint8_t id[32];

	assert_int_equal(evx_catalog_rows_new(c, -1, &rows, NULL), EVX_OK);
	for (uint32_t i = first; i < first + n; i++) {
		const struct evx_loan loan = loan_of(i);

		id_of(i, id);
		assert_int_equal(evx_catalog_rows_add(rows, k, id, &loan, NULL), EVX_OK);
	}
	assert_int_equal(evx_catalog_rows_count(rows), n);
	assert_int_equal(evx_catalog_rows_write(rows, NULL), EVX_OK);
	evx_catalog_rows_free(rows);
}

static bool has(struct evx_catalog_case *k, uint32_t n)
{
	const struct evx_loan want = loan_of(n);
	struct evx_loan got;
	uint8_t id[32];

	id_of(n, id);
	if (!evx_catalog_find(k, id, &got))
		return false;
	assert_memory_equal(got.lender, want.lender, 16);
	assert_memory_equal(got.key, want.key, 32);
	assert_int_equal(got.sequence, want.sequence);
	assert_int_equal(got.position, want.position);
	assert_int_equal(got.stored, want.stored);
	assert_int_equal(got.plain, want.plain);
	return true;
}

/* Runs sql on the file as a stranger could. */
static void meddle(const struct scratch *s, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(scratch_at(s, EVX_CATALOG_NAME), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- chunks ----------------------------------------------------------------------------- */

static void rows_come_back(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_case *k = case_of(c, case_a, "new", "old"),
				*old = case_of(c, case_a, "old", NULL),
				*wrong = case_of(c, case_a, "wrong", NULL),
				*b = case_of(c, case_b, "new", NULL);

	(void)state;
	assert_false(has(k, 1)); /* the case is not even known */
	add_rows(old, c, 1000, 10);
	add_rows(k, c, 0, 500);
	for (uint32_t i = 0; i < 500; i++) {
		assert_true(has(k, i));
		assert_false(has(wrong, i));
		assert_false(has(old, i));
		assert_false(has(b, i));
	}
	assert_false(has(k, 500));
	assert_true(has(k, 1005)); /* under the older secret */
	evx_catalog_case_free(k);
	evx_catalog_case_free(old);
	evx_catalog_case_free(wrong);
	evx_catalog_case_free(b);
	evx_catalog_free(c);

	c = open_it(&s);
	k = case_of(c, case_a, "new", "old");
	assert_true(has(k, 499));
	assert_true(has(k, 1000));
	evx_catalog_case_free(k);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void newer_rows_replace(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_case *k = case_of(c, case_a, "new", NULL);
	struct evx_catalog_rows *rows;
	struct evx_loan loan, got;
	uint8_t id[32];

	(void)state;
	add_rows(k, c, 0, 4);
	assert_int_equal(evx_catalog_rows_new(c, -1, &rows, NULL), EVX_OK);
	for (uint32_t i = 0; i < 4; i++) {
		id_of(i, id);
		loan = loan_of(100 + i); /* 100 and 102 are of sequence 0: of two at once they stay
					  */
		assert_int_equal(evx_catalog_rows_add(rows, k, id, &loan, NULL), EVX_OK);
		loan = loan_of(201);
		if (i % 2 == 0)
			assert_int_equal(evx_catalog_rows_add(rows, k, id, &loan, NULL), EVX_OK);
	}
	assert_int_equal(evx_catalog_rows_write(rows, NULL), EVX_OK);
	evx_catalog_rows_free(rows);
	for (uint32_t i = 0; i < 4; i++) {
		id_of(i, id);
		assert_true(evx_catalog_find(k, id, &got));
		assert_int_equal(got.position, (100 + i) * 1000);
	}
	evx_catalog_case_free(k);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void rows_of_a_lender_go(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_case *k = case_of(c, case_a, "new", "old"),
				*old = case_of(c, case_a, "old", NULL),
				*b = case_of(c, case_b, "new", NULL);
	const struct evx_loan loan = loan_of(100);
	uint64_t removed;

	(void)state;
	assert_int_equal(evx_catalog_rows_remove(k, loan.lender, &removed, NULL), EVX_OK);
	assert_int_equal(removed, 0);
	add_rows(k, c, 0, 9000);
	add_rows(old, c, 20000, 3);
	add_rows(b, c, 100, 5);
	assert_int_equal(evx_catalog_count_rows(c, &removed, NULL), EVX_OK);
	assert_int_equal(removed, 9008);
	assert_int_equal(evx_catalog_rows_remove(k, loan.lender, &removed, NULL), EVX_OK);
	assert_int_equal(removed, 100);
	for (uint32_t i = 0; i < 9000; i++)
		assert_int_equal(has(k, i), i < 100 || i >= 200);
	assert_true(has(k, 20002));
	assert_true(has(b, 101));
	evx_catalog_case_free(k);
	evx_catalog_case_free(old);
	evx_catalog_case_free(b);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void tampered_rows_are_absent(void **state)
{
	static const char *const how[] = {
		"UPDATE chunks SET place = zeroblob(96)",
		"UPDATE chunks SET place = substr(place, 1, 95)",
		"UPDATE chunks SET place = place || x'00'",
		"UPDATE chunks SET place = 'text'",
		"UPDATE chunks SET place = 7",
		("CREATE TEMP TABLE o AS SELECT * FROM chunks; "
		 "UPDATE chunks SET place = (SELECT place FROM o WHERE o.case_no = chunks.case_no "
		 "AND o.tag <> chunks.tag)"),
		"CREATE TEMP TABLE o AS SELECT * FROM chunks; UPDATE chunks SET place = (SELECT "
		"place FROM o WHERE o.case_no <> chunks.case_no LIMIT 1)",
		"UPDATE chunks SET case_no = case_no + 100; UPDATE chunks SET case_no = 103 - "
		"case_no",
		"UPDATE cases SET no = no + 100; UPDATE cases SET no = 103 - no",
		"UPDATE cases SET id = zeroblob(no)",
		"DELETE FROM chunks",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		struct scratch s = scratch_make();
		struct evx_catalog *c = open_it(&s);
		struct evx_catalog_case *a = case_of(c, case_a, "one", NULL),
					*b = case_of(c, case_b, "two", NULL);

		add_rows(a, c, 0, 2);
		add_rows(b, c, 0, 2);
		evx_catalog_case_free(a);
		evx_catalog_case_free(b);
		evx_catalog_free(c);
		meddle(&s, how[i]);
		c = open_it(&s);
		a = case_of(c, case_a, "one", NULL);
		b = case_of(c, case_b, "two", NULL);
		for (uint32_t n = 0; n < 2; n++) {
			assert_false(has(a, n));
			assert_false(has(b, n));
		}
		add_rows(a, c, 0, 2); /* and it heals */
		assert_true(has(a, 1));
		evx_catalog_case_free(a);
		evx_catalog_case_free(b);
		evx_catalog_free(c);
		scratch_remove(&s);
	}
}

static void places_that_no_frame_has(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_case *k = case_of(c, case_a, "new", NULL);
	struct evx_loan bad[] = { loan_of(1), loan_of(2), loan_of(3), loan_of(4) }, got;
	struct evx_catalog_rows *rows;
	uint8_t id[32];

	(void)state;
	bad[0].sequence = 2;
	bad[1].position = UINT64_MAX - 5;
	bad[2].stored = 77;
	bad[3].plain = 5000000;
	assert_int_equal(evx_catalog_rows_new(c, -1, &rows, NULL), EVX_OK);
	for (uint32_t i = 0; i < 4; i++) {
		id_of(i, id);
		assert_int_equal(evx_catalog_rows_add(rows, k, id, &bad[i], NULL), EVX_OK);
	}
	assert_int_equal(evx_catalog_rows_write(rows, NULL), EVX_OK);
	evx_catalog_rows_free(rows);
	for (uint32_t i = 0; i < 4; i++) {
		id_of(i, id);
		assert_false(evx_catalog_find(k, id, &got));
	}
	evx_catalog_case_free(k);
	evx_catalog_free(c);
	scratch_remove(&s);
}

/* ---- sorting ---------------------------------------------------------------------------- */

struct sorted {
	uint32_t n, stop;
	uint8_t last[EVX_SORT_KEY];
};

static enum evx_err in_order(void *ctx, const uint8_t *record, struct evx_diag *diag)
{
	struct sorted *o = ctx;

	(void)diag;
	if (o->n > 0)
		assert_true(memcmp(o->last, record, EVX_SORT_KEY) <= 0);
	memcpy(o->last, record, EVX_SORT_KEY);
	return ++o->n == o->stop ? EVX_E_INTERRUPTED : EVX_OK;
}

static void sort_some(int tmp, uint32_t n, size_t max, enum evx_err want)
{
	struct evx_catalog_sort *sort = evx_catalog_sort_new(tmp, max);
	uint8_t record[EVX_SORT_RECORD] = { 0 };
	struct sorted o = { 0 };
	enum evx_err err = EVX_OK;

	assert_non_null(sort);
	for (uint32_t i = 0; i < n && err == EVX_OK; i++) {
		evx_put_be32(record, i * 2654435761u);
		err = evx_catalog_sort_add(sort, record, NULL);
	}
	assert_int_equal(err, want);
	if (err == EVX_OK) {
		assert_int_equal(evx_catalog_sort_count(sort), n);
		assert_int_equal(evx_catalog_sort_each(sort, in_order, &o, NULL), EVX_OK);
		assert_int_equal(o.n, n);
		assert_int_equal(evx_catalog_sort_count(sort), 0);
	}
	evx_catalog_sort_free(sort);
}

static void sorts_more_than_memory(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog_sort *sort = evx_catalog_sort_new(s.fd, 10);
	uint8_t record[EVX_SORT_RECORD] = { 0 };
	struct sorted o = { .stop = 7 };

	(void)state;
	sort_some(-1, 0, 10, EVX_OK);
	sort_some(-1, 10, 10, EVX_OK);
	sort_some(-1, 11, 10, EVX_E_LIMIT);
	sort_some(s.fd, 11, 10, EVX_OK);
	sort_some(s.fd, 99, 10, EVX_OK);
	sort_some(s.fd, 100, 10, EVX_OK);
	sort_some(s.fd, 30000, 3000, EVX_OK);
	for (uint32_t i = 0; i < 25; i++)
		assert_int_equal(evx_catalog_sort_add(sort, record, NULL), EVX_OK);
	assert_int_equal(evx_catalog_sort_each(sort, in_order, &o, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(evx_catalog_sort_count(sort), 0);
	evx_catalog_sort_free(sort);
	scratch_remove(&s);
}

/* ---- exhibits --------------------------------------------------------------------------- */

static struct evx_catalog_exhibit exhibit_of(uint32_t n)
{
	struct evx_catalog_exhibit e = { .filed = n % 3 != 0,
		.sealed = 1700000000 + n / 2,
		.events = 1 + n,
		.payload = 1000 + n,
		.stored = 900 + n,
		.borrowed = n,
		.complete = n % 2 == 0,
		.disposed = n % 5 == 4,
		.branches = n % 7 == 6 };

	evx_put_be32(e.uuid, n * 2654435761u);
	evx_put_be32(e.uuid + 12, n);
	memcpy(e.case_id, n % 3 == 1 ? case_a : case_b, 16);
	if (!e.filed)
		memset(e.case_id, 0, 16);
	memset(e.seal, (int)(n % 256), 32);
	memset(e.head, (int)((n + 1) % 256), 32);
	memset(e.signer, (int)((n + 2) % 256), 32);
	memset(e.holder, (int)((n + 3) % 256), 32);
	e.hold = n % 2 != 0;
	memset(e.stamp, (int)((n + 4) % 256), 32);
	return e;
}

static void same(const struct evx_catalog_exhibit *a, const struct evx_catalog_exhibit *b)
{
	assert_memory_equal(a->uuid, b->uuid, 16);
	assert_int_equal(a->filed, b->filed);
	assert_memory_equal(a->case_id, b->case_id, 16);
	assert_memory_equal(a->seal, b->seal, 32);
	assert_memory_equal(a->head, b->head, 32);
	assert_memory_equal(a->signer, b->signer, 32);
	assert_memory_equal(a->stamp, b->stamp, 32);
	assert_int_equal(a->sealed, b->sealed);
	assert_int_equal(a->events, b->events);
	assert_int_equal(a->payload, b->payload);
	assert_int_equal(a->stored, b->stored);
	assert_int_equal(a->complete, b->complete);
	assert_int_equal(a->disposed, b->disposed);
	assert_int_equal(a->branches, b->branches);
	assert_int_equal(a->chunks, b->chunks);
	assert_int_equal(a->borrowed, b->borrowed);
	assert_memory_equal(a->holder, b->holder, 32);
	assert_int_equal(a->hold, b->hold);
	assert_int_equal(a->check.when, b->check.when);
	assert_int_equal(a->check.result, b->check.result);
	assert_int_equal(a->check.opened, b->check.opened);
	assert_int_equal(a->check.contents, b->check.contents);
	assert_int_equal(a->check.resume, b->check.resume);
	assert_int_equal(a->check.resume_since, b->check.resume_since);
}

static void put_exhibits(struct evx_catalog *c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct evx_catalog_exhibit e = exhibit_of(i);

		assert_int_equal(evx_catalog_put(c, &e, NULL), EVX_OK);
	}
}

static void exhibits_come_back(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_exhibit e = exhibit_of(1), got;
	const struct evx_catalog_check check = { .when = 1700001234,
		.result = EVX_CHECKED_CUSTODY,
		.opened = 1700001000,
		.contents = EVX_CHECKED_GOOD,
		.resume = 17,
		.resume_since = 1700001200 };
	const uint8_t nobody[16] = "nobody's exhibit";

	(void)state;
	put_exhibits(c, 3);
	assert_int_equal(evx_catalog_get(c, e.uuid, &got, NULL), EVX_OK);
	same(&got, &e);
	assert_int_equal(evx_catalog_get(c, nobody, &got, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_catalog_put_check(c, e.uuid, &check, NULL), EVX_OK);
	assert_int_equal(evx_catalog_put_check(c, nobody, &check, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_catalog_put_chunks(c, e.uuid, EVX_CHUNKS_ALL, NULL), EVX_OK);
	assert_int_equal(evx_catalog_put_chunks(c, nobody, EVX_CHUNKS_ALL, NULL), EVX_E_NOT_FOUND);
	/* A longer chain replaces what its files say and keeps what was learned of the exhibit. */
	e.events = 9;
	memset(e.head, 0xee, 32);
	assert_int_equal(evx_catalog_put(c, &e, NULL), EVX_OK);
	e.check = check;
	e.chunks = EVX_CHUNKS_ALL;
	assert_int_equal(evx_catalog_get(c, e.uuid, &got, NULL), EVX_OK);
	same(&got, &e);
	assert_int_equal(evx_catalog_forget(c, e.uuid, NULL), EVX_OK);
	assert_int_equal(evx_catalog_forget(c, e.uuid, NULL), EVX_OK);
	assert_int_equal(evx_catalog_get(c, e.uuid, &got, NULL), EVX_E_NOT_FOUND);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static int by_uuid(const void *a, const void *b)
{
	return memcmp(((const struct evx_catalog_exhibit *)a)->uuid,
		((const struct evx_catalog_exhibit *)b)->uuid, 16);
}

/* More than fit into two readings, asked for in order: those that are there, others between them,
 * and the first once more. */
static void exhibits_read_ahead(void **state)
{
	enum { N = 600 };
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_exhibit *all = calloc(N, sizeof(*all)), got;
	struct evx_catalog_ahead *a;
	uint8_t other[16];

	(void)state;
	assert_non_null(all);
	put_exhibits(c, N);
	for (uint32_t i = 0; i < N; i++)
		all[i] = exhibit_of(i);
	qsort(all, N, sizeof(*all), by_uuid);
	assert_int_equal(evx_catalog_forget(c, all[255].uuid, NULL), EVX_OK);
	assert_int_equal(evx_catalog_ahead_new(c, &a, NULL), EVX_OK);
	for (uint32_t i = 0; i < N; i++) {
		const enum evx_err err = evx_catalog_ahead_get(a, all[i].uuid, &got, NULL);

		assert_int_equal(err, i == 255 ? EVX_E_NOT_FOUND : EVX_OK);
		if (err == EVX_OK)
			same(&got, &all[i]);
		memcpy(other, all[i].uuid, 16);
		other[15]++;
		assert_int_equal(evx_catalog_ahead_get(a, other, &got, NULL), EVX_E_NOT_FOUND);
	}
	assert_int_equal(evx_catalog_ahead_get(a, all[0].uuid, &got, NULL), EVX_OK);
	same(&got, &all[0]);
	evx_catalog_ahead_free(a);
	/* From the middle, and from an empty catalog. */
	assert_int_equal(evx_catalog_ahead_new(c, &a, NULL), EVX_OK);
	assert_int_equal(evx_catalog_ahead_get(a, all[300].uuid, &got, NULL), EVX_OK);
	same(&got, &all[300]);
	evx_catalog_ahead_free(a);
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(evx_catalog_forget(c, all[i].uuid, NULL), EVX_OK);
	assert_int_equal(evx_catalog_ahead_new(c, &a, NULL), EVX_OK);
	assert_int_equal(evx_catalog_ahead_get(a, all[0].uuid, &got, NULL), EVX_E_NOT_FOUND);
	evx_catalog_ahead_free(a);
	evx_catalog_free(c);
	free(all);
	scratch_remove(&s);
}

static void interrupted_checks(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_check check = { .when = 1700000000, .result = EVX_CHECKED_GOOD };
	int64_t began = 9;

	(void)state;
	assert_int_equal(evx_catalog_interrupted(c, INT64_MAX, &began, NULL), EVX_OK);
	assert_int_equal(began, 0);
	put_exhibits(c, 4);
	assert_int_equal(evx_catalog_interrupted(c, INT64_MAX, &began, NULL), EVX_OK);
	assert_int_equal(began, 0);
	for (uint32_t i = 1; i < 4; i++) {
		const struct evx_catalog_exhibit e = exhibit_of(i);

		check.resume_since = 1700000000 + (i == 2 ? 500 : i);
		assert_int_equal(evx_catalog_put_check(c, e.uuid, &check, NULL), EVX_OK);
	}
	assert_int_equal(evx_catalog_interrupted(c, INT64_MAX, &began, NULL), EVX_OK);
	assert_int_equal(began, 1700000500);
	/* A clock that was wrong says nothing. */
	assert_int_equal(evx_catalog_interrupted(c, 1700000499, &began, NULL), EVX_OK);
	assert_int_equal(began, 1700000003);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static uint32_t walk(struct evx_catalog *c, const struct evx_catalog_page *page, size_t cap)
{
	struct evx_catalog_exhibit at[8], last;
	uint32_t total = 0;
	size_t n = cap;

	while (n == cap) {
		assert_int_equal(
			evx_catalog_next(c, page, total > 0 ? &last : NULL, at, cap, &n, NULL),
			EVX_OK);
		for (size_t i = 0; i < n; i++) {
			if (total++ > 0)
				assert_true(last.sealed < at[i].sealed ||
					(last.sealed == at[i].sealed &&
						memcmp(last.uuid, at[i].uuid, 16) < 0));
			if (page->case_id != NULL)
				assert_memory_equal(at[i].case_id, page->case_id, 16);
			last = at[i];
		}
	}
	return total;
}

static void exhibits_in_order(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	const struct evx_catalog_exhibit e = exhibit_of(7);
	struct evx_catalog_counts counts;

	(void)state;
	assert_int_equal(evx_catalog_count(c, &counts, NULL), EVX_OK);
	assert_int_equal(counts.exhibits, 0);
	assert_int_equal(counts.payload, 0);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ NULL, false }, 8), 0);
	put_exhibits(c, 100);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ NULL, false }, 1), 100);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ NULL, false }, 7), 100);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ case_a, false }, 4), 33);
	assert_int_equal(evx_catalog_put_chunks(c, e.uuid, EVX_CHUNKS_ALL, NULL), EVX_OK);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ NULL, true }, 8), 99);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ case_a, true }, 8), 32);
	assert_int_equal(evx_catalog_count(c, &counts, NULL), EVX_OK);
	assert_int_equal(counts.exhibits, 100);
	assert_int_equal(counts.filed, 66);
	assert_int_equal(counts.cases, 2);
	assert_int_equal(counts.disposed, 20);
	assert_int_equal(counts.borrowed, 99 * 50);
	assert_int_equal(counts.without_rows, 79);
	assert_int_equal(counts.payload, 100 * 1000 + 99 * 50);
	assert_true(counts.bytes > 0);
	assert_int_equal(evx_catalog_clear(c, true, false, NULL), EVX_OK);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ NULL, true }, 8), 99);
	assert_int_equal(evx_catalog_clear(c, false, true, NULL), EVX_OK);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ NULL, true }, 8), 100);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void exhibits_by_prefix(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_exhibit e = exhibit_of(5);
	uint8_t uuids[4][16];
	size_t n;
	bool more;

	(void)state;
	put_exhibits(c, 100);
	for (unsigned bits = 20; bits <= 128; bits++) { /* 5 is alone from 20 bits on */
		assert_int_equal(
			evx_catalog_by_uuid(c, e.uuid, bits, uuids, 4, &n, &more, NULL), EVX_OK);
		assert_int_equal(n, 1);
		assert_memory_equal(uuids[0], e.uuid, 16);
	}
	assert_int_equal(evx_catalog_by_uuid(c, e.uuid, 1, uuids, 4, &n, &more, NULL), EVX_OK);
	assert_int_equal(n, 4);
	assert_true(more);
	assert_int_equal(
		evx_catalog_by_uuid(c, e.uuid, 129, uuids, 4, &n, &more, NULL), EVX_E_USAGE);
	assert_int_equal(evx_catalog_by_uuid(c, e.uuid, 0, uuids, 4, &n, &more, NULL), EVX_E_USAGE);
	e.uuid[15] ^= 1;
	assert_int_equal(evx_catalog_by_uuid(c, e.uuid, 128, uuids, 4, &n, &more, NULL), EVX_OK);
	assert_int_equal(n, 0);
	assert_int_equal(evx_catalog_by_seal(c, e.seal, 130, uuids, 4, &n, &more, NULL), EVX_OK);
	assert_int_equal(n, 1);
	assert_false(more);
	assert_int_equal(
		evx_catalog_by_seal(c, e.seal, 6, uuids, 4, &n, &more, NULL), EVX_OK); /* 4 to 7 */
	assert_int_equal(n, 4);
	assert_false(more);
	assert_int_equal(
		evx_catalog_by_seal(c, e.seal, 257, uuids, 4, &n, &more, NULL), EVX_E_USAGE);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void bad_exhibits_are_refused(void **state)
{
	static const char *const how[] = {
		"UPDATE exhibits SET seal = x'00'",
		"UPDATE exhibits SET head = 'x'",
		"UPDATE exhibits SET events = -1",
		"UPDATE exhibits SET marks = 16",
		"UPDATE exhibits SET holder = x'00'",
		"UPDATE exhibits SET result = 7",
		"UPDATE exhibits SET sealed = 'when'",
		"UPDATE exhibits SET case_id = x'01'",
		"UPDATE exhibits SET stamp = x''",
		"UPDATE exhibits SET contents = 99",
		"UPDATE exhibits SET chunks = 3",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		struct scratch s = scratch_make();
		struct evx_catalog *c = open_it(&s);
		const struct evx_catalog_exhibit e = exhibit_of(1);
		struct evx_catalog_exhibit got;
		struct evx_catalog_state opened;

		put_exhibits(c, 2);
		evx_catalog_free(c);
		meddle(&s, how[i]);
		c = open_it(&s);
		assert_false(evx_catalog_damaged(c));
		assert_int_equal(evx_catalog_get(c, e.uuid, &got, NULL), EVX_E_CORRUPT);
		assert_true(evx_catalog_damaged(c));
		evx_catalog_free(c);
		c = open_state(&s, vault, &opened); /* it went with its closing */
		assert_true(opened.made);
		assert_false(opened.discarded);
		evx_catalog_free(c);
		scratch_remove(&s);
	}
}

/* ---- labels ----------------------------------------------------------------------------- */

static struct evx_catalog_labels *labels_of(
	struct evx_catalog *c, const char *newest, const char *older)
{
	struct evx_secret *keys[2] = { secret_of(newest), older != NULL ? secret_of(older) : NULL };
	struct evx_catalog_labels *l;

	assert_int_equal(evx_catalog_labels_new(c, (const struct evx_secret *const *)keys,
				 older != NULL ? 2 : 1, &l, NULL),
		EVX_OK);
	evx_secret_free(keys[0]);
	evx_secret_free(keys[1]);
	return l;
}

static size_t labelled(struct evx_catalog_labels *l, const char *text)
{
	uint8_t uuids[3][16];
	size_t n;
	bool more;

	assert_int_equal(evx_catalog_by_label(l, text, uuids, 3, &n, &more, NULL), EVX_OK);
	return n + more;
}

static size_t numbered(struct evx_catalog_labels *l, const uint8_t case_id[16], const char *number)
{
	uint8_t uuids[3][16];
	size_t n;
	bool more;

	assert_int_equal(
		evx_catalog_by_number(l, case_id, number, uuids, 3, &n, &more, NULL), EVX_OK);
	return n + more;
}

static void labels_find_and_show(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_labels *old = labels_of(c, "old", NULL), *l = labels_of(c, "new", "old"),
				  *wrong = labels_of(c, "wrong", NULL);
	char number[] = "E-1", label[] = "K/17", text[] = "a telephone", place[] = "Room 12",
	     long_text[2 * EVX_CATALOG_TEXT_MAX];
	struct evx_catalog_info info = { label, number, text, place, 7 }, got;
	struct evx_catalog_exhibit e[5];

	(void)state;
	put_exhibits(c, 5);
	for (uint32_t i = 0; i < 5; i++)
		e[i] = exhibit_of(i);
	assert_int_equal(evx_catalog_put_info(old, e[0].uuid, case_a, &info, NULL), EVX_OK);
	assert_int_equal(evx_catalog_put_info(l, e[1].uuid, case_a, &info, NULL), EVX_OK);
	assert_int_equal(labelled(l, "K/17/E-1"), 2); /* the same number twice: refused by who asked
						       */
	assert_int_equal(labelled(old, "K/17/E-1"), 1);
	assert_int_equal(labelled(l, "K/17/E-2"), 0);
	assert_int_equal(labelled(wrong, "K/17/E-1"), 0);
	assert_int_equal(numbered(l, case_a, "E-1"), 2);
	assert_int_equal(numbered(l, case_b, "E-1"), 0);
	assert_int_equal(evx_catalog_get_info(l, e[0].uuid, &got, NULL), EVX_OK);
	assert_string_equal(got.case_label, "K/17");
	assert_string_equal(got.exhibit_number, "E-1");
	assert_string_equal(got.description, "a telephone");
	assert_string_equal(got.place, "Room 12");
	assert_int_equal(got.events, 7);
	evx_catalog_info_free(&got);
	assert_int_equal(evx_catalog_get_info(old, e[1].uuid, &got, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_catalog_get_info(wrong, e[0].uuid, &got, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_catalog_get_info(l, e[2].uuid, &got, NULL), EVX_E_NOT_FOUND);
	/* Said anew, it is no longer found by what it was called before. */
	number[2] = '9';
	assert_int_equal(evx_catalog_put_info(l, e[1].uuid, NULL, &info, NULL), EVX_OK);
	assert_int_equal(labelled(l, "K/17/E-1"), 1);
	assert_int_equal(labelled(l, "K/17/E-9"), 1);
	assert_int_equal(numbered(l, case_a, "E-9"), 0);
	assert_int_equal(evx_catalog_put_info(l, case_b, NULL, &info, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(labelled(l, "K/17/E-9"), 1); /* nothing was left of that */
	assert_int_equal(evx_catalog_forget(c, e[1].uuid, NULL), EVX_OK);
	assert_int_equal(labelled(l, "K/17/E-9"), 0);
	assert_int_equal(evx_catalog_clear(c, false, true, NULL), EVX_OK);
	assert_int_equal(labelled(l, "K/17/E-1"), 1);
	assert_int_equal(evx_catalog_clear(c, true, false, NULL), EVX_OK);
	assert_int_equal(labelled(l, "K/17/E-1"), 0);
	assert_int_equal(evx_catalog_get_info(l, e[0].uuid, &got, NULL), EVX_E_NOT_FOUND);
	/* Long texts are cut, between characters. */
	memset(long_text, 'x', sizeof(long_text));
	memcpy(long_text + EVX_CATALOG_TEXT_MAX - 1, "\xc3\xa4", 2);
	long_text[sizeof(long_text) - 1] = '\0';
	info = (struct evx_catalog_info){ .description = long_text };
	assert_int_equal(evx_catalog_put_info(l, e[3].uuid, NULL, &info, NULL), EVX_OK);
	assert_int_equal(evx_catalog_get_info(l, e[3].uuid, &got, NULL), EVX_OK);
	assert_int_equal(strlen(got.description), EVX_CATALOG_TEXT_MAX - 1);
	assert_string_equal(got.case_label, "");
	evx_catalog_info_free(&got);
	evx_catalog_labels_free(old);
	evx_catalog_labels_free(l);
	evx_catalog_labels_free(wrong);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void same_scanned(const struct evx_catalog_exhibit *a, const struct evx_catalog_exhibit *b)
{
	assert_int_equal(a->filed, b->filed);
	assert_memory_equal(a->case_id, b->case_id, 16);
	assert_memory_equal(a->seal, b->seal, 32);
	assert_memory_equal(a->signer, b->signer, 32);
	assert_memory_equal(a->holder, b->holder, 32);
	assert_memory_equal(a->stamp, b->stamp, 32);
	assert_int_equal(a->sealed, b->sealed);
	assert_int_equal(a->complete, b->complete);
	assert_int_equal(a->disposed, b->disposed);
	assert_int_equal(a->branches, b->branches);
	assert_int_equal(a->hold, b->hold);
}

static void scanned_with_their_texts(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_labels *l = labels_of(c, "new", NULL),
				  *wrong = labels_of(c, "wrong", NULL);
	char number[] = "E-1", label[] = "K/17", text[] = "a telephone", place[] = "Room 12";
	struct evx_catalog_info info = { label, number, text, place, 7 }, got;
	struct evx_catalog_scanned rows[3];
	struct evx_catalog_exhibit whole;
	struct evx_aead *aead = evx_aead_new();
	struct evx_buf infos = EVX_BUF_INIT;
	uint8_t after[16], last[16] = { 0 };
	size_t n = 3, all = 0, opened = 0;

	(void)state;
	assert_non_null(aead);
	put_exhibits(c, 8);
	for (uint32_t i = 0; i < 8; i += 3)
		assert_int_equal(
			evx_catalog_put_info(l, exhibit_of(i).uuid, NULL, &info, NULL), EVX_OK);
	while (n == 3) {
		assert_int_equal(
			evx_catalog_scan(c, all > 0 ? after : NULL, rows, 3, &n, &infos, NULL),
			EVX_OK);
		for (size_t i = 0; i < n; i++) {
			const struct evx_catalog_scanned *r = &rows[i];
			const uint8_t *row = infos.data + r->info_at;
			const uint8_t *uuid = r->exhibit.uuid;

			assert_true(all == 0 || memcmp(last, uuid, 16) < 0);
			assert_int_equal(evx_catalog_get(c, uuid, &whole, NULL), EVX_OK);
			same_scanned(&r->exhibit, &whole);
			memcpy(last, uuid, 16);
			all++;
			assert_int_equal(
				evx_catalog_open_info(wrong, aead, uuid, row, r->info_len, &got),
				EVX_E_NOT_FOUND);
			if (r->info_len == 0) {
				assert_int_equal(evx_catalog_open_info(l, aead, uuid, row, 0, &got),
					EVX_E_NOT_FOUND);
				continue;
			}
			assert_int_equal(
				evx_catalog_open_info(l, aead, uuid, row, r->info_len, &got),
				EVX_OK);
			assert_string_equal(got.description, "a telephone");
			evx_catalog_info_free(&got);
			opened++;
		}
		memcpy(after, last, 16);
	}
	assert_int_equal(all, 8);
	assert_int_equal(opened, 3);
	evx_buf_free(&infos);
	evx_aead_free(aead);
	evx_catalog_labels_free(l);
	evx_catalog_labels_free(wrong);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void swapped_info_does_not_open(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_labels *l = labels_of(c, "key", NULL);
	char one[] = "1", two[] = "2";
	struct evx_catalog_info info = { .exhibit_number = one }, got;
	const struct evx_catalog_exhibit a = exhibit_of(0), b = exhibit_of(1);

	(void)state;
	put_exhibits(c, 2);
	assert_int_equal(evx_catalog_put_info(l, a.uuid, NULL, &info, NULL), EVX_OK);
	info.exhibit_number = two;
	assert_int_equal(evx_catalog_put_info(l, b.uuid, NULL, &info, NULL), EVX_OK);
	meddle(&s,
		"UPDATE exhibits SET info = (SELECT o.info FROM exhibits AS o WHERE o.uuid <> "
		"exhibits.uuid) WHERE events = 1");
	assert_int_equal(evx_catalog_get_info(l, a.uuid, &got, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_catalog_get_info(l, b.uuid, &got, NULL), EVX_OK);
	evx_catalog_info_free(&got);
	meddle(&s, "UPDATE exhibits SET info = zeroblob(5)");
	assert_int_equal(evx_catalog_get_info(l, b.uuid, &got, NULL), EVX_E_NOT_FOUND);
	meddle(&s, "UPDATE exhibits SET info = zeroblob(500000)");
	assert_int_equal(evx_catalog_get_info(l, b.uuid, &got, NULL), EVX_E_NOT_FOUND);
	evx_catalog_labels_free(l);
	evx_catalog_free(c);
	scratch_remove(&s);
}

/* ---- the file --------------------------------------------------------------------------- */

/* Opens what stands there: it must have been thrown away, and a new one must work. */
static void begun_anew(struct scratch *s, const char *what)
{
	struct evx_catalog_state state;
	struct evx_catalog *c = open_state(s, vault, &state);
	struct evx_catalog_case *k = case_of(c, case_a, "new", NULL);

	if (!state.made || !state.discarded || state.in_memory || state.read_only)
		print_error("%s: made %d, discarded %d, in memory %d\n", what, state.made,
			state.discarded, state.in_memory);
	assert_true(state.made && state.discarded && !state.in_memory && !state.read_only);
	assert_false(has(k, 1));
	add_rows(k, c, 0, 3);
	assert_true(has(k, 1));
	evx_catalog_case_free(k);
	evx_catalog_free(c);
	c = open_state(s, vault, &state);
	assert_false(state.made);
	evx_catalog_free(c);
}

static void fill(struct scratch *s)
{
	struct evx_catalog *c = open_it(s);
	struct evx_catalog_case *k = case_of(c, case_a, "new", NULL);

	put_exhibits(c, 50);
	add_rows(k, c, 0, 2000);
	evx_catalog_case_free(k);
	evx_catalog_free(c);
}

static void strangers_are_thrown_away(void **state)
{
	static const char *const how[] = {
		"PRAGMA user_version = 4",
		"PRAGMA user_version = 0",
		"PRAGMA application_id = 7",
		"CREATE TABLE more(x)",
		"DROP INDEX exhibits_by_seal",
		"CREATE VIEW v AS SELECT 1",
		"DELETE FROM vault",
		"INSERT INTO vault SELECT uuid FROM vault",
		"UPDATE vault SET uuid = zeroblob(16)",
		"CREATE TRIGGER t AFTER INSERT ON chunks BEGIN DELETE FROM exhibits; END",
		"ALTER TABLE vault ADD COLUMN more",
		"CREATE INDEX t ON labels(uuid) WHERE label IS NOT NULL",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		struct scratch s = scratch_make();

		fill(&s);
		meddle(&s, how[i]);
		begun_anew(&s, how[i]);
		scratch_remove(&s);
	}
}

static void garbage_is_thrown_away(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog_state opened;
	char garbage[8192];
	struct evx_catalog *c;
	struct stat st;

	(void)state;
	memset(garbage, 'g', sizeof(garbage));
	for (size_t n = 0; n <= sizeof(garbage); n = n == 0 ? 1 : 8 * n) {
		scratch_file(&s, EVX_CATALOG_NAME, garbage, n);
		begun_anew(&s, "garbage");
	}
	memcpy(garbage, "SQLite format 3", 16);
	scratch_file(&s, EVX_CATALOG_NAME, garbage, sizeof(garbage));
	begun_anew(&s, "garbage behind a magic");
	assert_int_equal(unlinkat(s.fd, EVX_CATALOG_NAME, 0), 0);
	scratch_file(&s, "elsewhere", "kept", 4);
	assert_int_equal(symlinkat("elsewhere", s.fd, EVX_CATALOG_NAME), 0);
	begun_anew(&s, "a link");
	assert_int_equal(fstatat(s.fd, "elsewhere", &st, 0), 0);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(fstatat(s.fd, EVX_CATALOG_NAME, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* Of another vault. */
	c = open_state(&s, other_vault, &opened);
	assert_true(opened.made && opened.discarded);
	evx_catalog_free(c);
	/* What cannot be removed leaves a run without a file. */
	assert_int_equal(unlinkat(s.fd, EVX_CATALOG_NAME, 0), 0);
	assert_int_equal(mkdirat(s.fd, EVX_CATALOG_NAME, 0700), 0);
	c = open_state(&s, vault, &opened);
	assert_true(opened.in_memory && opened.made);
	put_exhibits(c, 3);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ NULL, false }, 8), 3);
	evx_catalog_free(c);
	scratch_remove(&s);
}

/* SQLite compares the file's length with what its header says: a file that was cut is known at
 * once. */
static void cut_files_are_thrown_away(void **state)
{
	struct scratch s = scratch_make();
	struct stat st;

	(void)state;
	fill(&s);
	assert_int_equal(fstatat(s.fd, EVX_CATALOG_NAME, &st, 0), 0);
	assert_true(st.st_size > 20 * 4096);
	for (off_t n = 0; n < st.st_size; n += n == 4 * 4096 ? st.st_size - 5 * 4096 : 4096) {
		fill(&s);
		assert_int_equal(unlinkat(s.fd, EVX_CATALOG_NAME "-wal", 0), 0);
		assert_int_equal(truncate(scratch_at(&s, EVX_CATALOG_NAME), n), 0);
		begun_anew(&s, "cut");
	}
	scratch_remove(&s);
}

static void flipped_bytes(void **state)
{
	struct scratch s = scratch_make();
	struct evx_buf whole = EVX_BUF_INIT;
	unsigned noticed = 0;

	(void)state;
	fill(&s);
	assert_int_equal(evx_read_file(s.fd, EVX_CATALOG_NAME, 1 << 24, &whole, NULL), EVX_OK);
	for (size_t at = 0; at < whole.len; at += at < 100 ? 9 : 8191) {
		struct evx_catalog_exhibit got[8];
		struct evx_catalog_state opened;
		struct evx_catalog *c;
		struct evx_catalog_case *k;
		size_t n;

		(void)unlinkat(s.fd, EVX_CATALOG_NAME "-wal", 0);
		(void)unlinkat(s.fd, EVX_CATALOG_NAME "-shm", 0);
		whole.data[at] ^= 0x81;
		scratch_file(&s, EVX_CATALOG_NAME, whole.data, whole.len);
		whole.data[at] ^= 0x81;
		c = open_state(&s, vault, &opened);
		k = case_of(c, case_a, "new", NULL);
		for (uint32_t i = 0; i < 2000; i += 13)
			(void)has(k, i); /* right, or absent */
		(void)!evx_catalog_next(
			c, &(struct evx_catalog_page){ NULL, false }, NULL, got, 8, &n, NULL);
		noticed += opened.discarded || evx_catalog_damaged(c);
		evx_catalog_case_free(k);
		evx_catalog_free(c);
	}
	assert_true(noticed > 0); /* those in what SQLite itself keeps; the others make rows that do
				     not open */
	evx_buf_free(&whole);
	scratch_remove(&s);
}

/* The log of another database beside a new one must not be taken for its own. */
static void a_foreign_log_beside_it(void **state)
{
	struct scratch a = scratch_make(), b = scratch_make();
	char from[300], to[300];
	struct evx_catalog *c;
	struct evx_catalog_case *k;

	(void)state;
	fill(&a);
	fill(&b);
	(void)snprintf(from, sizeof(from), "%s/%s-wal", a.path, EVX_CATALOG_NAME);
	(void)snprintf(to, sizeof(to), "%s/%s-wal", b.path, EVX_CATALOG_NAME);
	assert_int_equal(rename(from, to), 0);
	c = open_it(&b);
	k = case_of(c, case_a, "new", NULL);
	for (uint32_t i = 0; i < 2000; i += 13)
		(void)has(k, i);
	evx_catalog_case_free(k);
	evx_catalog_free(c);
	scratch_remove(&a);
	scratch_remove(&b);
}

/* ---- several at once -------------------------------------------------------------------- */

static void locked_by_another(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *writer, *reader;
	const struct evx_catalog_exhibit e = exhibit_of(1), f = exhibit_of(2);
	struct evx_catalog_exhibit got;
	struct evx_diag diag = { 0 };

	(void)state;
	fill(&s);
	writer = open_it(&s);
	reader = open_it(&s);
	evx_catalog_set_wait(reader, 0);
	assert_int_equal(evx_catalog_begin(writer, NULL), EVX_OK);
	assert_int_equal(evx_catalog_begin(writer, NULL), EVX_E_USAGE);
	assert_int_equal(evx_catalog_forget(writer, e.uuid, NULL), EVX_OK);
	assert_int_equal(evx_catalog_get(reader, e.uuid, &got, NULL), EVX_OK); /* readers do not
										  wait */
	assert_int_equal(evx_catalog_put(reader, &f, &diag), EVX_E_LOCKED);
	assert_int_equal(evx_catalog_begin(reader, NULL), EVX_E_LOCKED);
	assert_false(evx_catalog_damaged(reader));
	assert_int_equal(evx_catalog_commit(writer, NULL), EVX_OK);
	assert_int_equal(evx_catalog_commit(writer, NULL), EVX_E_USAGE);
	assert_int_equal(evx_catalog_get(reader, e.uuid, &got, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_catalog_put(reader, &f, NULL), EVX_OK);
	assert_int_equal(evx_catalog_begin(writer, NULL), EVX_OK);
	assert_int_equal(evx_catalog_forget(writer, f.uuid, NULL), EVX_OK);
	evx_catalog_rollback(writer);
	assert_int_equal(evx_catalog_get(reader, f.uuid, &got, NULL), EVX_OK);
	evx_catalog_free(writer);
	evx_catalog_free(reader);
	scratch_remove(&s);
}

/* Stands before the C library's: a file system that other machines share. */
static bool on_nfs;

int fstatfs(int fd, struct statfs *st)
{
	(void)fd;
	memset(st, 0, sizeof(*st));
	st->f_type = on_nfs ? 0x6969 : 0xef53;
	return 0;
}

/* Which journal the file's header names: 1 the old one, 2 a write-ahead log. */
static int journal_of(const struct scratch *s)
{
	struct evx_buf b = EVX_BUF_INIT;
	int n;

	assert_int_equal(evx_read_file(s->fd, EVX_CATALOG_NAME, 1 << 26, &b, NULL), EVX_OK);
	assert_true(b.len > 20 && b.data[18] == b.data[19]);
	n = b.data[18];
	evx_buf_free(&b);
	return n;
}

static void no_shared_memory_on_a_network(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog_state st;
	struct evx_catalog *c;

	(void)state;
	on_nfs = true;
	fill(&s);
	assert_int_equal(journal_of(&s), 1);
	assert_true(faccessat(s.fd, EVX_CATALOG_NAME "-shm", F_OK, 0) != 0);
	on_nfs = false;
	evx_catalog_free(open_state(&s, vault, &st));
	assert_false(st.made);
	assert_int_equal(journal_of(&s), 2);
	on_nfs = true; /* the vault was moved there */
	c = open_state(&s, vault, &st);
	assert_false(st.made || st.in_memory);
	assert_int_equal(journal_of(&s), 1);
	evx_catalog_free(c);
	on_nfs = false;
	scratch_remove(&s);
}

/* Whoever may read a vault's directory can lock it, and go away. */
static void a_held_lock_stops_nobody(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog_state st;
	struct timespec from, to;
	int lock;

	(void)state;
	fill(&s);
	lock = openat(s.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(lock >= 0 && flock(lock, LOCK_EX) == 0 &&
		clock_gettime(CLOCK_MONOTONIC, &from) == 0);
	evx_catalog_free(open_state(&s, vault, &st));
	assert_true(clock_gettime(CLOCK_MONOTONIC, &to) == 0);
	assert_true(st.in_memory && to.tv_sec - from.tv_sec < 60);
	assert_int_equal(close(lock), 0);
	evx_catalog_free(open_state(&s, vault, &st));
	assert_false(st.in_memory || st.made);
	scratch_remove(&s);
}

static void a_dead_writer_blocks_nobody(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog_exhibit got;
	const struct evx_catalog_exhibit e = exhibit_of(1);
	struct evx_catalog *c;
	int status;
	pid_t pid;

	(void)state;
	fill(&s);
	pid = fork();
	if (pid == 0) {
		c = open_it(&s);
		if (evx_catalog_begin(c, NULL) != EVX_OK ||
			evx_catalog_forget(c, e.uuid, NULL) != EVX_OK)
			_exit(1);
		_exit(0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	c = open_it(&s);
	evx_catalog_set_wait(c, 0);
	assert_int_equal(evx_catalog_get(c, e.uuid, &got, NULL), EVX_OK);
	assert_int_equal(evx_catalog_forget(c, e.uuid, NULL), EVX_OK);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void deleted_while_open(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog_state opened;
	struct evx_catalog *c, *d;
	struct evx_catalog_case *k;

	(void)state;
	fill(&s);
	c = open_it(&s);
	k = case_of(c, case_a, "new", NULL);
	assert_true(has(k, 5));
	assert_int_equal(unlinkat(s.fd, EVX_CATALOG_NAME, 0), 0);
	assert_true(has(k, 6));
	d = open_state(&s, vault, &opened); /* another process begins anew … */
	assert_true(opened.made && !opened.in_memory);
	put_exhibits(d, 3);
	put_exhibits(c, 5); /* … and the first goes on */
	add_rows(k, c, 5000, 10);
	evx_catalog_case_free(k);
	evx_catalog_free(c);
	assert_int_equal(walk(d, &(struct evx_catalog_page){ NULL, false }, 8), 3);
	evx_catalog_free(d);
	d = open_state(&s, vault, &opened);
	assert_false(opened.made);
	assert_int_equal(walk(d, &(struct evx_catalog_page){ NULL, false }, 8), 3);
	evx_catalog_free(d);
	scratch_remove(&s);
}

static void two_processes_make_one(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c;
	pid_t pid[4];
	int status;

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			struct evx_catalog_exhibit e = exhibit_of(i);
			struct evx_catalog_state opened;

			if (evx_catalog_open(s.fd, vault, &c, &opened, NULL) != EVX_OK ||
				opened.in_memory || evx_catalog_put(c, &e, NULL) != EVX_OK)
				_exit(1);
			evx_catalog_free(c);
			_exit(0);
		}
	}
	for (uint32_t i = 0; i < 4; i++)
		assert_true(pid[i] > 0 && waitpid(pid[i], &status, 0) == pid[i] && status == 0);
	c = open_it(&s);
	assert_int_equal(walk(c, &(struct evx_catalog_page){ NULL, false }, 8), 4);
	evx_catalog_free(c);
	scratch_remove(&s);
}

/* ---- without rights --------------------------------------------------------------------- */

static void read_only_as_nobody(void *arg)
{
	struct scratch *s = arg;
	struct evx_catalog_state opened;
	struct evx_catalog *c = NULL;
	struct evx_catalog_case *k;
	const struct evx_catalog_exhibit e = exhibit_of(1);

	if (evx_catalog_open(s->fd, vault, &c, &opened, NULL) != EVX_OK || !opened.read_only ||
		opened.made || opened.in_memory)
		_exit(1);
	k = case_of(c, case_a, "new", NULL);
	if (!has(k, 17) || evx_catalog_put(c, &e, NULL) != EVX_E_IO || evx_catalog_damaged(c))
		_exit(2);
	evx_catalog_case_free(k);
	evx_catalog_free(c);
}

static void without_a_file_as_nobody(void *arg)
{
	struct scratch *s = arg;
	struct evx_catalog_state opened;
	struct evx_catalog *c = NULL;

	if (evx_catalog_open(s->fd, vault, &c, &opened, NULL) != EVX_OK || !opened.in_memory)
		_exit(1);
	evx_catalog_free(c);
}

static void read_only(void **state)
{
	struct scratch s = scratch_make();

	(void)state;
	fill(&s);
	assert_int_equal(fchmodat(s.fd, EVX_CATALOG_NAME, 0444, 0), 0);
	assert_int_equal(fchmod(s.fd, 0555), 0);
	assert_true(scratch_as_nobody(read_only_as_nobody, &s));
	assert_int_equal(fchmodat(s.fd, EVX_CATALOG_NAME, 0000, 0), 0);
	assert_true(scratch_as_nobody(without_a_file_as_nobody, &s));
	assert_int_equal(fchmod(s.fd, 0755), 0);
	scratch_remove(&s);
}

/* Opened before the process confines itself, or after it: both work, and nothing else can be
 * reached. */
static int confined_run(const struct scratch *s, bool before)
{
	const struct evx_confine_dir dirs[] = { { s->fd, true } };
	struct evx_confine_state state;
	struct evx_catalog_state opened;
	struct evx_catalog *c = NULL;
	struct evx_catalog_case *k;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (before)
			c = open_state(s, vault, &opened);
		if (evx_confine(dirs, 1, &state, NULL) != EVX_OK)
			_exit(1);
		if (!before)
			c = open_state(s, vault, &opened);
		k = case_of(c, case_a, "new", NULL);
		if (opened.in_memory || opened.read_only)
			_exit(2);
		add_rows(k, c, before ? 0 : 5000, 5000);
		put_exhibits(c, 100);
		if (!has(k, before ? 4999 : 9999))
			_exit(3);
		evx_catalog_case_free(k);
		evx_catalog_free(c);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
		WEXITSTATUS(status) :
		-1;
}

static void confined(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c;
	struct evx_catalog_case *k;

	(void)state;
	assert_int_equal(confined_run(&s, true), 0);
	assert_int_equal(confined_run(&s, false), 0);
	c = open_it(&s);
	k = case_of(c, case_a, "new", NULL);
	assert_true(has(k, 0) && has(k, 9999));
	evx_catalog_case_free(k);
	evx_catalog_free(c);
	scratch_remove(&s);
}

static void misuse(void **state)
{
	struct scratch s = scratch_make();
	struct evx_catalog *c = open_it(&s);
	struct evx_catalog_case *k;
	struct evx_catalog_labels *l;
	struct evx_catalog_rows *rows;
	const struct evx_loan loan = loan_of(0);
	uint8_t id[32] = { 0 };
	uint64_t removed;

	(void)state;
	assert_int_equal(evx_catalog_case_new(c, case_a, NULL, 0, &k, NULL), EVX_E_USAGE);
	assert_int_equal(evx_catalog_labels_new(c, NULL, 0, &l, NULL), EVX_E_USAGE);
	k = case_of(c, case_a, "new", NULL);
	assert_int_equal(evx_catalog_rows_new(c, -1, &rows, NULL), EVX_OK);
	assert_int_equal(evx_catalog_begin(c, NULL), EVX_OK);
	assert_int_equal(evx_catalog_rows_add(rows, k, id, &loan, NULL), EVX_OK);
	assert_int_equal(evx_catalog_rows_write(rows, NULL), EVX_E_USAGE);
	assert_int_equal(evx_catalog_rows_remove(k, loan.lender, &removed, NULL), EVX_E_USAGE);
	evx_catalog_rollback(c);
	evx_catalog_rows_free(rows);
	evx_catalog_rows_free(NULL);
	evx_catalog_case_free(k);
	evx_catalog_case_free(NULL);
	evx_catalog_labels_free(NULL);
	evx_catalog_info_free(NULL);
	evx_catalog_free(c);
	evx_catalog_free(NULL);
	scratch_remove(&s);
}

static int start(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back),
		cmocka_unit_test(newer_rows_replace),
		cmocka_unit_test(rows_of_a_lender_go),
		cmocka_unit_test(tampered_rows_are_absent),
		cmocka_unit_test(places_that_no_frame_has),
		cmocka_unit_test(sorts_more_than_memory),
		cmocka_unit_test(exhibits_come_back),
		cmocka_unit_test(exhibits_read_ahead),
		cmocka_unit_test(interrupted_checks),
		cmocka_unit_test(exhibits_in_order),
		cmocka_unit_test(exhibits_by_prefix),
		cmocka_unit_test(bad_exhibits_are_refused),
		cmocka_unit_test(labels_find_and_show),
		cmocka_unit_test(scanned_with_their_texts),
		cmocka_unit_test(swapped_info_does_not_open),
		cmocka_unit_test(strangers_are_thrown_away),
		cmocka_unit_test(garbage_is_thrown_away),
		cmocka_unit_test(cut_files_are_thrown_away),
		cmocka_unit_test(flipped_bytes),
		cmocka_unit_test(a_foreign_log_beside_it),
		cmocka_unit_test(locked_by_another),
		cmocka_unit_test(a_dead_writer_blocks_nobody),
		cmocka_unit_test(a_held_lock_stops_nobody),
		cmocka_unit_test(no_shared_memory_on_a_network),
		cmocka_unit_test(deleted_while_open),
		cmocka_unit_test(two_processes_make_one),
		cmocka_unit_test(read_only),
		cmocka_unit_test(confined),
		cmocka_unit_test(misuse),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
