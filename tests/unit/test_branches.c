/* custody/branches.h: whose word counts of an event whose way back to the chain is not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "custody/branches.h"

#define NOW 1800000000
#define CHAIN 4
#define NAMED "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm5dRTyhY6IjyLWbsyGvEIAtWDOhx0dLzjU7xMtzRFl"

static const struct evx_event_type *type_of(const char *name)
{
	const struct evx_event_type *type = evx_event_type(name);

	assert_non_null(type);
	return type;
}

static struct evx_event event(const char *type, uint32_t number, const char *signer)
{
	struct evx_event e = {
		.sequence = number, .known = true, .nsigners = 1, .time = NOW + number
	};

	evx_event_set_kind(&e, type_of(type)->kind);
	snprintf(e.signers[0], sizeof(e.signers[0]), "%s", signer);
	return e;
}

struct chain {
	struct evx_chain_event at[CHAIN];
	struct evx_chain_result result;
};

/* Sealed by "sealer" together with "beside" and a policy that names NAMED; released by "keeper" to
 * "receiver"; a rightful note of "noted", who is no party; and a release of "claimer" that does not
 * count. */
static void make_chain(struct chain *c)
{
	struct evx_policy_rule *rule;

	memset(c, 0, sizeof(*c));
	c->at[0].event = event("seal", 0, "sealer");
	c->at[0].event.nsigners = 2;
	snprintf(c->at[0].event.signers[1], sizeof(c->at[0].event.signers[1]), "beside");
	assert_int_equal(
		evx_policy_add(&c->at[0].event.seal.policy, "release", 1, false, &rule), EVX_OK);
	assert_int_equal(evx_policy_add_key(rule, NAMED), EVX_OK);
	c->at[1].event = event("release", 1, "keeper");
	snprintf(c->at[1].event.fields.counterparty, sizeof(c->at[1].event.fields.counterparty),
		"receiver");
	c->at[2].event = event("note", 2, "noted");
	c->at[3].event = event("release", 3, "claimer");
	snprintf(c->at[3].event.fields.counterparty, sizeof(c->at[3].event.fields.counterparty),
		"named by nobody");
	for (uint32_t i = 0; i < CHAIN; i++) {
		c->at[i].hash[31] = (uint8_t)(i + 1);
		c->at[i].decoded = c->at[i].is_signed = c->at[i].linked = c->at[i].has_hash = true;
		c->at[i].rightful = i < 3;
		c->at[i].party = i < 2;
	}
	c->result.at = c->at;
	c->result.n = c->result.rightful = CHAIN;
}

static void free_chain(struct chain *c)
{
	evx_policy_free(&c->at[0].event.seal.policy);
}

static enum evx_rules_trust trusts(void *ctx, const char *key, int64_t time)
{
	const char *const *lists = ctx; /* whose card is trusted; whose key was revoked */

	(void)time;
	if (lists[1] != NULL && strcmp(lists[1], key) == 0)
		return EVX_RULES_WITHDRAWN;
	return lists[0] != NULL && strcmp(lists[0], key) == 0 ? EVX_RULES_TRUSTED :
								EVX_RULES_STRANGER;
}

/* Whether an event of signer far behind a gap is known beside this chain. */
static bool is_known(
	const struct chain *c, const char *signer, const char *trusted, const char *revoked)
{
	const char *lists[] = { trusted, revoked };
	const struct evx_rules_roster roster = { .trusts = trusts, .ctx = (void *)lists };
	struct evx_event far = event("note", 9, signer);
	struct evx_branch_event other = { .event = &far, .hash = { 0x77 } };
	struct evx_branches *b;
	bool known;

	far.previous[0] = 0x66; /* which nobody has */
	assert_int_equal(evx_branches_new(&c->result, &other, 1, &roster, NULL, &b, NULL), EVX_OK);
	known = evx_branches_known(b, 0);
	evx_branches_free(b);
	if (trusted == NULL && revoked == NULL) { /* the same without any roster */
		assert_int_equal(
			evx_branches_new(&c->result, &other, 1, NULL, NULL, &b, NULL), EVX_OK);
		assert_int_equal(evx_branches_known(b, 0), known);
		evx_branches_free(b);
	}
	return known;
}

static void test_parties(void **state)
{
	static const char *const parties[] = { "sealer", "keeper", "beside", NAMED, "receiver" },
				 *const others[] = { "noted", "claimer", "named by nobody",
					 "stranger" };
	struct chain c;

	(void)state;
	make_chain(&c);
	for (size_t i = 0; i < 5; i++) {
		if (!is_known(&c, parties[i], NULL, NULL))
			fail_msg("%s is no party", parties[i]);
		/* A revoked key says nothing, a party's neither. */
		assert_false(is_known(&c, parties[i], NULL, parties[i]));
	}
	for (size_t i = 0; i < 4; i++) {
		if (is_known(&c, others[i], NULL, NULL))
			fail_msg("%s is a party", others[i]);
		assert_true(is_known(&c, others[i], others[i], NULL));
		assert_false(is_known(&c, others[i], NULL, others[i]));
	}
	/* Where no event counts there is no party. */
	c.result.n = c.result.rightful = 0;
	for (size_t i = 0; i < 5; i++)
		assert_false(is_known(&c, parties[i], NULL, NULL));
	free_chain(&c);
}

/* What the chain has is left out: of it nothing is asked here, and it parts from nothing. */
static void test_of_the_chain(void **state)
{
	struct evx_event far = event("note", 9, "stranger");
	struct evx_branch_event others[3] = { { .hash = { 0 } }, { .hash = { 0x77 } },
		{ .hash = { 0 } } };
	struct evx_branches *b;
	struct chain c;

	(void)state;
	make_chain(&c);
	for (size_t i = 0; i < CHAIN; i++) /* as if it were a claim, each of them */
		c.at[i].claim = true;
	far.previous[0] = 0x66;
	others[0].event = &c.at[0].event;
	memcpy(others[0].hash, c.at[0].hash, 32);
	others[1].event = &far;
	others[2].event = &c.at[2].event;
	memcpy(others[2].hash, c.at[2].hash, 32);
	assert_int_equal(evx_branches_new(&c.result, others, 3, NULL, NULL, &b, NULL), EVX_OK);
	assert_true(evx_branches_known(b, 0));
	assert_false(evx_branches_known(b, 1));
	assert_true(evx_branches_known(b, 2));
	for (size_t i = 0; i < 3; i++)
		assert_false(evx_branches_parting(b, i).may || evx_branches_parting(b, i).claim);
	evx_branches_free(b);
	free_chain(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parties),
		cmocka_unit_test(test_of_the_chain) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
