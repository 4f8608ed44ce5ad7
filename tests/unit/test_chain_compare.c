/* How two chains relate, and how a receipt stands to a chain: each answer, and hashes that differ
 * in their last byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "custody/chain_compare.h"

#define EVENTS 3u
#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define OTHER_UUID "01234567-89ab-4def-8123-456789abcdee"

/* Events whose hashes differ in their last byte only; of two chains, from `parted` on. */
struct chain {
	struct evx_chain_event at[EVENTS];
	struct evx_chain_result result;
};

static void hash_of(size_t number, uint8_t chain, uint8_t hash[32])
{
	memset(hash, 0x5a, 32);
	hash[31] = (uint8_t)(number * 16 + chain);
}

static void make(struct chain *c, size_t n, size_t parted, const char *uuid)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < n; i++) {
		c->at[i].decoded = c->at[i].has_hash = true;
		hash_of(i, i >= parted, c->at[i].hash);
		memcpy(c->at[i].event.uuid, uuid, EVX_UUID_CAP);
	}
	c->result.at = c->at;
	c->result.n = n;
	c->result.has_exhibit = n > 0;
	memcpy(c->result.exhibit, c->at[0].hash, 32);
}

static void relates(const struct chain *a, const struct chain *b, enum evx_chain_relation ab,
	enum evx_chain_relation ba, uint32_t common)
{
	struct evx_chain_comparison c = evx_chain_compare(&a->result, &b->result);

	assert_int_equal(c.relation, ab);
	assert_int_equal(c.common, common);
	c = evx_chain_compare(&b->result, &a->result);
	assert_int_equal(c.relation, ba);
	assert_int_equal(c.common, common);
}

static void two_chains(void **state)
{
	struct chain a, b;

	(void)state;
	for (size_t n = 1; n <= EVENTS; n++) {
		make(&a, n, EVENTS, UUID);
		make(&b, n, EVENTS, UUID);
		relates(&a, &b, EVX_CHAINS_SAME, EVX_CHAINS_SAME, (uint32_t)n);
		make(&a, EVENTS, EVENTS, UUID);
		if (n < EVENTS)
			relates(&a, &b, EVX_CHAINS_LONGER, EVX_CHAINS_SHORTER, (uint32_t)n);
	}
	for (size_t parted = 1; parted < EVENTS; parted++) {
		make(&b, EVENTS, parted, UUID);
		relates(&a, &b, EVX_CHAINS_FORKED, EVX_CHAINS_FORKED, (uint32_t)parted);
	}
	/* Also when one of them ends there. */
	make(&b, 2, 1, UUID);
	relates(&a, &b, EVX_CHAINS_FORKED, EVX_CHAINS_FORKED, 1);
	/* What has no document is the same as nothing. */
	make(&b, EVENTS, EVENTS, UUID);
	b.at[1].has_hash = false;
	relates(&a, &b, EVX_CHAINS_FORKED, EVX_CHAINS_FORKED, 1);
	a.at[1].has_hash = false;
	relates(&a, &b, EVX_CHAINS_FORKED, EVX_CHAINS_FORKED, 1);
}

static void two_exhibits(void **state)
{
	struct chain a, b;

	(void)state;
	make(&a, EVENTS, EVENTS, UUID);
	make(&b, EVENTS, 0, UUID);
	relates(&a, &b, EVX_CHAINS_TWO_SEALS, EVX_CHAINS_TWO_SEALS, 0);
	make(&b, EVENTS, 0, OTHER_UUID);
	relates(&a, &b, EVX_CHAINS_OTHER, EVX_CHAINS_OTHER, 0);
	/* Without a seal that could be read nobody can tell. */
	b.at[0].decoded = false;
	relates(&a, &b, EVX_CHAINS_UNKNOWN, EVX_CHAINS_UNKNOWN, 0);
	make(&b, EVENTS, 0, OTHER_UUID);
	b.result.has_exhibit = false;
	relates(&a, &b, EVX_CHAINS_UNKNOWN, EVX_CHAINS_UNKNOWN, 0);
	make(&b, 0, 0, OTHER_UUID);
	relates(&a, &b, EVX_CHAINS_UNKNOWN, EVX_CHAINS_UNKNOWN, 0);
}

/* A receipt of event number, which is the chain's own or another, behind the chain's own or another
 * one. */
static enum evx_receipt_relation of(
	const struct chain *c, uint32_t number, bool own, bool own_before, const char *uuid)
{
	struct evx_event e = { .sequence = number };
	uint8_t hash[32];

	memcpy(e.uuid, uuid, EVX_UUID_CAP);
	hash_of(0, 0, e.exhibit);
	hash_of(number - 1, !own_before, e.previous);
	hash_of(number, !own, hash);
	return evx_chain_compare_receipt(&c->result, UUID, &e, hash);
}

static void one_receipt(void **state)
{
	struct chain c;

	(void)state;
	make(&c, EVENTS, EVENTS, UUID);
	for (uint32_t i = 1; i < EVENTS; i++) {
		assert_int_equal(of(&c, i, true, true, UUID), EVX_RECEIPT_HERE);
		assert_int_equal(of(&c, i, false, true, UUID), EVX_RECEIPT_FORKED);
		assert_int_equal(of(&c, i, false, false, UUID), EVX_RECEIPT_PARTED);
	}
	assert_int_equal(of(&c, EVENTS, true, true, UUID), EVX_RECEIPT_NEXT);
	assert_int_equal(of(&c, EVENTS, true, false, UUID), EVX_RECEIPT_PARTED);
	assert_int_equal(of(&c, EVENTS + 1, true, true, UUID), EVX_RECEIPT_LATER);
	assert_int_equal(of(&c, EVENTS + 1, true, false, UUID), EVX_RECEIPT_LATER);
	/* An event without its document is none that a receipt could be of, or follow. */
	c.at[1].has_hash = false;
	assert_int_equal(of(&c, 1, true, true, UUID), EVX_RECEIPT_FORKED);
	assert_int_equal(of(&c, 2, false, true, UUID), EVX_RECEIPT_PARTED);
}

static void a_receipt_of_another_seal(void **state)
{
	struct chain c;

	(void)state;
	make(&c, EVENTS, 0, UUID);
	assert_int_equal(of(&c, 1, false, false, UUID), EVX_RECEIPT_TWO_SEALS);
	assert_int_equal(of(&c, 1, false, false, OTHER_UUID), EVX_RECEIPT_OTHER);
	make(&c, EVENTS, EVENTS, UUID);
	assert_int_equal(of(&c, 1, true, true, OTHER_UUID), EVX_RECEIPT_OTHER);
	c.result.has_exhibit = false;
	assert_int_equal(of(&c, 1, true, true, UUID), EVX_RECEIPT_TWO_SEALS);
	assert_int_equal(of(&c, 1, true, true, OTHER_UUID), EVX_RECEIPT_OTHER);
}

static void names(void **state)
{
	static const char *const known[] = { "same", "longer", "shorter", "forked", "two seals",
		"other", "unknown" };

	(void)state;
	for (int i = EVX_CHAINS_SAME; i <= EVX_CHAINS_UNKNOWN; i++)
		assert_string_equal(evx_chain_relation_name((enum evx_chain_relation)i), known[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_chains),
		cmocka_unit_test(two_exhibits),
		cmocka_unit_test(one_receipt),
		cmocka_unit_test(a_receipt_of_another_seal),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
