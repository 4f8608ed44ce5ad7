/* How much work hostile branches make: counted in events judged and bytes compared, not in time.
 * Twice as many events make about twice as much work, however they part. */
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

#define HOLDER "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm5dRTyhY6IjyLWbsyGvEIAtWDOhx0dLzjU7xMtzRFl"

static uint64_t compared, judged; /* bytes; events */

/* These stand in for the C library's in this program. */
int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;
	size_t i;

	for (i = 0; i < n && x[i] == y[i]; i++)
		;
	compared++;
	return i == n ? 0 : x[i] < y[i] ? -1 : 1;
}

static enum evx_rules_trust count(void *ctx, const char *key, int64_t time)
{
	(void)ctx;
	(void)key;
	(void)time;
	judged++;
	return EVX_RULES_TRUSTED;
}

/* An event with this number, whose hash is of its name, which follows the one of that name. */
static void make(struct evx_event *e, uint8_t hash[32], const char *type, uint32_t number,
	uint32_t name, uint32_t after)
{
	memset(e, 0, sizeof(*e));
	memset(hash, 0, 32);
	evx_event_set_kind(e, evx_event_type(type)->kind);
	snprintf(e->signers[0], sizeof(e->signers[0]), "%s", HOLDER);
	e->nsigners = 1;
	e->known = true;
	e->sequence = number;
	e->time = 1700000000 + number;
	memcpy(hash, &name, sizeof(name));
	hash[31] = 1;
	memcpy(e->previous, &after, sizeof(after));
	e->previous[31] = 1;
}

enum shape { COMB, BROOM, FAN };

/* A chain of n events and, behind its middle, a branch of n: a leaf behind each of its events, n
 * leaves behind its last, or n behind the chain's middle. */
static uint64_t work(size_t n, enum shape shape, const char *type)
{
	const struct evx_rules_roster roster = { .trusts = count };
	struct evx_chain_result chain = { 0 };
	struct evx_event *events = calloc(2 * n, sizeof(*events));
	struct evx_branch_event *others = calloc(2 * n, sizeof(*others));
	struct evx_findings findings = { 0 };
	struct evx_branches *tree;
	const uint32_t middle = (uint32_t)n / 2;
	uint32_t i;

	chain.at = calloc(n, sizeof(*chain.at));
	assert_true(chain.at != NULL && events != NULL && others != NULL);
	chain.n = chain.rightful = n;
	for (i = 0; i < n; i++) {
		struct evx_chain_event *e = &chain.at[i];

		make(&e->event, e->hash, i == 0 ? "seal" : type, i, i, i - 1);
		e->decoded = e->is_signed = e->linked = e->has_hash = true;
	}
	assert_int_equal(
		evx_rules_judge(&chain, &roster, 1800000000, NULL, &findings, NULL), EVX_OK);
	compared = judged = 0;
	for (i = 0; i < n; i++) {
		const uint32_t at = middle + 1 + i, name = (uint32_t)n + i,
			       leaf = (uint32_t)(2 * n) + i;
		const uint32_t below = shape == COMB ? name :
			shape == BROOM               ? (uint32_t)(2 * n) - 1 :
						       middle;

		make(&events[2 * i], others[2 * i].hash, type, at, name,
			i == 0 ? middle : name - 1);
		make(&events[2 * i + 1], others[2 * i + 1].hash, "note",
			shape == COMB          ? at + 1 :
				shape == BROOM ? middle + 1 + (uint32_t)n :
						 middle + 1,
			leaf, below);
	}
	for (i = 0; i < 2 * n; i++)
		others[i].event = &events[i];
	assert_int_equal(
		evx_branches_new(&chain, others, 2 * n, &roster, NULL, &tree, NULL), EVX_OK);
	assert_int_equal(evx_branches_judge(tree, &findings, NULL), EVX_OK);
	for (i = 0; i < 2 * n; i++) {
		assert_true(evx_branches_known(tree, i));
		(void)evx_branches_parting(tree, i);
	}
	/* Each event once: the chain and all behind it. */
	assert_true(judged <= 3 * n);
	evx_branches_free(tree);
	evx_custody_state_free(&chain.state);
	evx_findings_free(&findings);
	free(chain.at);
	free(events);
	free(others);
	return judged + compared;
}

static void twice_the_input(void **state)
{
	static const char *const types[] = { "note", "copy" };

	(void)state;
	for (int shape = COMB; shape <= FAN; shape++)
		for (size_t i = 0; i < 2; i++) {
			const uint64_t once = work(1000, (enum shape)shape, types[i]),
				       twice = work(2000, (enum shape)shape, types[i]);

			if (twice > 2 * once + once / 2)
				fail_msg("shape %d, %s: %llu for 1000 events, %llu for 2000", shape,
					types[i], (unsigned long long)once,
					(unsigned long long)twice);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(twice_the_input) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
