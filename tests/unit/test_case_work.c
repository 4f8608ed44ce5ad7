/* How much work the cases and members of a hostile log make: counted in comparisons, not in time.
 * Twice as many entries make about twice as much work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "store/case.h"
#include "store/vault_inner.h"

#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define SSH "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqVmKBVfZJNCPiW9ZHDTsbqDBYZ5N6wyLRvE2rAxYZa"

static uint64_t work; /* bytes that strcmp looked at */

/* This stands in for the C library's in this program. */
int strcmp(const char *a, const char *b)
{
	for (; *a != '\0' && *a == *b; a++, b++)
		work++;
	work++;
	return *a == *b ? 0 : (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

/* Ids that agree in their beginning, in their end, or in neither. */
static void name(size_t kind, size_t i, char id[EVX_UUID_CAP])
{
	const uint32_t first = kind == 0 ? 0 :
		kind == 1                ? (uint32_t)i :
					   (uint32_t)i * 2654435761u,
		       last = kind == 0 ? (uint32_t)i : 0;

	(void)snprintf(
		id, EVX_UUID_CAP, "%08x-89ab-4def-8123-4567%08x", (unsigned)first, (unsigned)last);
}

static void begin(struct evx_vault *v)
{
	struct evx_vault_member *m;

	memset(v, 0, sizeof(*v));
	memcpy(v->uuid, UUID, sizeof(UUID));
	m = EVX_ARRAY_ADD(v->members, v->nmembers);
	assert_non_null(m);
	memcpy(m->signing, SSH, sizeof(SSH));
	assert_int_equal(evx_member_index_add(&v->index, v->members, 0), EVX_OK);
}

static void end(struct evx_vault *v)
{
	evx_member_index_free(&v->index);
	free(v->members);
	free(v->hashes);
	free(v->cases);
	free(v->gone);
	evx_case_tree_free(&v->gone_tree);
	evx_case_tree_free(&v->tree);
}

static enum evx_err apply(
	struct evx_vault *v, enum evx_vault_type type, const char *id, const char *into)
{
	struct evx_vault_entry e = { .vault = UUID, .type = type, .sequence = v->n, .signer = SSH };
	const uint8_t hash[32] = { 1 };

	evx_vault_head(v, e.previous);
	memcpy(e.case_id, id, EVX_UUID_CAP);
	memcpy(e.into, into, EVX_UUID_CAP);
	return evx_vault_apply(v, &e, hash, NULL);
}

/* The work that a log of n cases makes, merged in a row. forward: each into the next, so that what
 * was merged moves on with each; else each into the one before, the last first or the first first.
 */
static uint64_t judged(size_t kind, size_t n, int order)
{
	const char none[EVX_UUID_CAP] = "";
	char a[EVX_UUID_CAP], b[EVX_UUID_CAP];
	struct evx_vault v;
	size_t i;

	begin(&v);
	work = 0;
	for (i = 0; i < n; i++) {
		name(kind, i, a);
		assert_int_equal(apply(&v, EVX_VAULT_CASE_NEW, a, none), EVX_OK);
	}
	for (i = 0; i + 1 < n; i++) {
		const size_t from = order == 0 ? i : order == 1 ? i + 1 : n - 1 - i;

		name(kind, from, a);
		name(kind, order == 0 ? from + 1 : from - 1, b);
		assert_int_equal(apply(&v, EVX_VAULT_CASE_MERGE, a, b), EVX_OK);
	}
	name(kind, order == 0 ? n - 1 : 0, b);
	for (i = 0; i < n; i++) {
		name(kind, i, a);
		assert_true(evx_case_filed(&v, a) == evx_vault_find_case(&v, b)->id);
	}
	end(&v);
	return work;
}

static void twice_the_cases(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 3; kind++)
		for (int order = 0; order < 3; order++) {
			const uint64_t once = judged(kind, 500, order),
				       twice = judged(kind, 1000, order);

			if (twice > 2 * once + once / 2)
				fail_msg("ids %zu, merges %d: %llu for 500 cases, %llu for 1000",
					kind, order, (unsigned long long)once,
					(unsigned long long)twice);
		}
}

/* The work that a log makes in which n exhibits are disposed of, and the question which are. */
static uint64_t disposed(size_t kind, size_t n)
{
	struct evx_vault v;
	uint8_t event[32];
	char id[EVX_UUID_CAP];

	begin(&v);
	work = 0;
	for (size_t i = 0; i < n; i++) {
		struct evx_vault_entry e = {
			.vault = UUID, .type = EVX_VAULT_REMOVAL, .sequence = v.n, .signer = SSH
		};
		const uint8_t hash[32] = { 1 };

		name(kind, i, e.uuid);
		memset(e.event, (int)(i % 251), 32);
		evx_vault_head(&v, e.previous);
		v.members[0].content = true;
		assert_int_equal(evx_vault_apply(&v, &e, hash, NULL), EVX_OK);
	}
	for (size_t i = 0; i < n; i++) {
		name(kind, i, id);
		assert_true(evx_vault_removed(&v, id, event));
		assert_int_equal(event[31], i % 251);
		name(kind, n + i, id);
		assert_false(evx_vault_removed(&v, id, NULL));
	}
	end(&v);
	return work;
}

static void twice_the_disposals(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 3; kind++) {
		const uint64_t once = disposed(kind, 500), twice = disposed(kind, 1000);

		if (twice > 2 * once + once / 2)
			fail_msg("ids %zu: %llu for 500 disposals, %llu for 1000", kind,
				(unsigned long long)once, (unsigned long long)twice);
	}
}

/* What is found and filed is what the log says, whatever the ids are. */
static void found_and_filed(void **state)
{
	const char none[EVX_UUID_CAP] = "", a[] = "00000000-0000-4000-8000-00000000000a",
		   b[] = "00000000-0000-4000-8000-00000000000b",
		   c[] = "80000000-0000-4000-8000-00000000000a",
		   d[] = "00000000-0000-4000-a000-00000000000a";
	struct evx_vault v;

	(void)state;
	begin(&v);
	assert_null(evx_vault_find_case(&v, a));
	assert_null(evx_vault_find_case(&v, "case"));
	assert_null(evx_vault_find_case(&v, ""));
	assert_int_equal(apply(&v, EVX_VAULT_CASE_NEW, a, none), EVX_OK);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_NEW, b, none), EVX_OK);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_NEW, c, none), EVX_OK);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_NEW, b, none), EVX_E_EXISTS);
	assert_int_equal(evx_case_tree_add(&v.tree, b), EVX_E_EXISTS);
	assert_int_equal(evx_case_tree_add(&v.tree, "case"), EVX_E_USAGE);
	assert_int_equal(v.tree.n, 3);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_ALIAS, d, none), EVX_E_NOT_FOUND);
	assert_null(evx_vault_find_case(&v, d));
	assert_string_equal(evx_vault_find_case(&v, c)->id, c);
	assert_string_equal(evx_case_filed(&v, d), d);
	assert_string_equal(evx_case_filed(&v, a), a);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_MERGE, a, d), EVX_E_NOT_FOUND);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_MERGE, a, b), EVX_OK);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_MERGE, a, c), EVX_E_CUSTODY);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_MERGE, b, a), EVX_E_CUSTODY);
	assert_string_equal(evx_case_filed(&v, a), b);
	assert_string_equal(evx_case_filed(&v, b), b);
	assert_string_equal(evx_vault_find_case(&v, a)->into, b);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_MERGE, b, c), EVX_OK);
	assert_string_equal(evx_case_filed(&v, a), c);
	assert_string_equal(evx_vault_find_case(&v, a)->into, b);
	assert_int_equal(apply(&v, EVX_VAULT_CASE_MERGE, c, a), EVX_E_CUSTODY);
	assert_string_equal(evx_vault_find_case(&v, c)->into, "");
	end(&v);
}

/* The work for the signers of 500 entries, of n more members, whose names come as they would stand
 * in a list or the other way round. */
static uint64_t signed_by(size_t n, bool backwards)
{
	const char none[EVX_UUID_CAP] = "";
	char id[EVX_UUID_CAP], key[EVX_KEY_TEXT_CAP];
	uint8_t hash[32] = { 0 };
	struct evx_vault v;

	begin(&v);
	for (size_t i = 0; i < n; i++) {
		const size_t number = backwards ? n - i : i + 1;
		struct evx_vault_member *m = EVX_ARRAY_ADD(v.members, v.nmembers);

		assert_non_null(m);
		(void)snprintf(m->signing, sizeof(m->signing), "%06zu", number);
		m->hash[0] = (uint8_t)number;
		m->hash[1] = (uint8_t)(number >> 8);
		m->hash[2] = 1;
		assert_int_equal(evx_member_index_add(&v.index, v.members, v.nmembers - 1), EVX_OK);
	}
	work = 0;
	for (size_t i = 0; i < 500; i++) {
		name(0, i, id);
		assert_int_equal(apply(&v, EVX_VAULT_CASE_NEW, id, none), EVX_OK);
	}
	/* Everybody is found by both, until they are removed; nobody else is. */
	for (size_t i = 1; i < v.nmembers; i++) {
		const struct evx_vault_member *m = &v.members[i];

		assert_ptr_equal(evx_vault_find_member(&v, m->signing), m);
		assert_int_equal(evx_member_index_hash(&v.index, v.members, m->hash), i);
	}
	for (size_t i = 1; i < v.nmembers; i += 2) {
		evx_member_index_remove(&v.index, v.members, i);
		evx_member_index_remove(&v.index, v.members, i);
	}
	for (size_t i = 1; i < v.nmembers; i++) {
		const struct evx_vault_member *m = &v.members[i];
		const bool there = i % 2 == 0;

		assert_ptr_equal(evx_vault_find_member(&v, m->signing), there ? m : NULL);
		assert_true(evx_member_index_hash(&v.index, v.members, m->hash) ==
			(there ? i : EVX_NO_MEMBER));
	}
	(void)snprintf(key, sizeof(key), "%06zu", n + 1);
	assert_null(evx_vault_find_member(&v, key));
	assert_true(evx_member_index_hash(&v.index, v.members, hash) == 0);
	end(&v);
	return work;
}

static void twice_the_members(void **state)
{
	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		const uint64_t once = signed_by(1000, backwards != 0),
			       twice = signed_by(2000, backwards != 0);

		/* 500 entries cost one comparison more each; the rest grows with the members. */
		if (twice > 2 * once + once / 2)
			fail_msg("%llu for 1000 members, %llu for 2000", (unsigned long long)once,
				(unsigned long long)twice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(twice_the_cases),
		cmocka_unit_test(twice_the_disposals), cmocka_unit_test(found_and_filed),
		cmocka_unit_test(twice_the_members) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
