/* How much work hostile chains make for the rules and the comparison with rosters: counted in keys
 * and hashes compared, not in time. Twice as many events make about twice as much work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash_equal.h"
#include "custody/chain.h"
#include "custody/key_order.h"
#include "custody/trust.h"

static uint64_t compared;

/* These stand in for those of the library in this program. */
bool evx_hash_equal(const void *a, const void *b)
{
	compared++;
	return memcmp(a, b, 32) == 0;
}

int evx_hash_order(const void *a, const void *b)
{
	compared++;
	return memcmp(a, b, 32);
}

int evx_key_order(const char *a, const char *b)
{
	compared++;
	return strcmp(a, b);
}

/* A key text of its own for each number; not one that anybody could sign with. */
static void key_of(char out[EVX_KEY_TEXT_CAP], uint32_t number)
{
	snprintf(out, EVX_KEY_TEXT_CAP, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI%08u", number);
}

enum shape {
	STRANGERS, /* notes, each by somebody else */
	APPROVALS, /* each approves the event before it */
	HAND_OUTS, /* the holder releases to somebody new, and takes that back */
	WITNESSED, /* the same; a policy asks for a witness of each release, who is somebody new */
	REKEYED,   /* each a rewrap with another custody key */
	SHAPES,
};

static void refer(struct evx_chain_event *e, const struct evx_chain_event *to)
{
	e->event.fields.has_refers = true;
	memcpy(e->event.fields.refers, to->hash, 32);
}

static void make(struct evx_chain_result *c, uint32_t i, enum shape shape)
{
	struct evx_chain_event *at = &c->at[i];
	struct evx_event *e = &at->event;
	const bool answers = i % 2 == 0;

	at->decoded = at->is_signed = at->linked = at->has_hash = true;
	memcpy(at->hash, &i, sizeof(i));
	at->hash[31] = 1;
	key_of(e->signers[0], shape == STRANGERS || shape == APPROVALS ? i : 0);
	e->nsigners = 1;
	e->sequence = i;
	e->time = 1700000000 + 3600 * (int64_t)i;
	if (i == 0) {
		evx_event_set_kind(e, EVX_EVENT_SEAL);
		return;
	}
	switch (shape) {
	case STRANGERS:
		evx_event_set_kind(e, EVX_EVENT_NOTE);
		return;
	case APPROVALS:
		evx_event_set_kind(e, EVX_EVENT_APPROVE);
		refer(at, &c->at[i - 1]);
		return;
	case HAND_OUTS:
	case WITNESSED:
		evx_event_set_kind(e, answers ? EVX_EVENT_WITHDRAW : EVX_EVENT_RELEASE);
		if (answers)
			refer(at, &c->at[i - 1]);
		else
			key_of(e->fields.counterparty, i);
		if (shape == WITNESSED && !answers)
			key_of(e->signers[e->nsigners++], 1000000 + i);
		return;
	case REKEYED:
		evx_event_set_kind(e, EVX_EVENT_REWRAP);
		e->fields.custody_readers = e->fields.content_readers = 1;
		snprintf(e->fields.custody_key, sizeof(e->fields.custody_key), "age1%08u", i);
		return;
	case SHAPES:
		break;
	}
}

static enum evx_rules_trust trusted(void *ctx, const char *key, int64_t time)
{
	(void)ctx;
	(void)key;
	(void)time;
	return EVX_RULES_TRUSTED;
}

/* n keys of one agency: the holder's, and others that sign nothing. */
static void fill(struct evx_rosters *r, size_t n)
{
	struct evx_roster_file file = { .n = 1 };
	struct evx_roster_key key = { .from = 0 }, *added;

	r->at = calloc(1, sizeof(*r->at));
	r->scopes = calloc(1, sizeof(*r->scopes));
	assert_true(r->at != NULL && r->scopes != NULL);
	r->n = 1;
	for (size_t i = 0; i < n; i++) {
		key_of(key.signing, (uint32_t)i);
		if (i > 0) /* stands before all that sign */
			key.signing[strlen(key.signing) - 9] = 'H';
		assert_int_equal(
			evx_roster_add_key(&file.newest, "Police", "GB", &key, &added), EVX_OK);
	}
	r->at[0] = file;
	assert_int_equal(evx_rosters_index(r), EVX_OK);
}

static void chain_of(struct evx_chain_result *c, enum shape shape, size_t n)
{
	struct evx_policy_rule *rule;
	char key[EVX_KEY_TEXT_CAP];

	*c = (struct evx_chain_result){ .n = n, .rightful = n };
	c->at = calloc(n, sizeof(*c->at));
	assert_non_null(c->at);
	for (uint32_t i = 0; i < n; i++)
		make(c, i, shape);
	if (shape != WITNESSED)
		return;
	key_of(key, 0);
	assert_int_equal(
		evx_policy_add(&c->at[0].event.seal.policy, "release", 1, true, &rule), EVX_OK);
	rule->of = calloc(1, sizeof(*rule->of));
	assert_non_null(rule->of);
	memcpy(rule->of[0], key, sizeof(key));
	rule->nof = 1;
}

static void release(struct evx_chain_result *c)
{
	evx_policy_free(&c->at[0].event.seal.policy);
	evx_custody_state_free(&c->state);
	free(c->at);
}

static uint64_t work(enum shape shape, size_t n)
{
	struct evx_rosters rosters = { 0 };
	const struct evx_cards cards = { 0 };
	const struct evx_trust_basis basis = { .cards = &cards, .rosters = &rosters };
	struct evx_rules_roster rules;
	struct evx_findings findings = { 0 };
	struct evx_chain_result c;

	fill(&rosters, n);
	rules = evx_trust_rules(&basis);
	rules.trusts = trusted;
	chain_of(&c, shape, n);
	compared = 0;
	assert_int_equal(evx_rules_judge(&c, &rules, 1800000000, NULL, &findings, NULL), EVX_OK);
	assert_true(c.at[n - 1].rightful);
	assert_int_equal(evx_trust_judge(&c, &basis, &findings, NULL), EVX_OK);
	release(&c);
	evx_findings_free(&findings);
	evx_rosters_free(&rosters);
	return compared;
}

static void twice_the_events(void **state)
{
	(void)state;
	for (int shape = STRANGERS; shape < SHAPES; shape++) {
		const uint64_t once = work((enum shape)shape, 1000),
			       twice = work((enum shape)shape, 2000);

		if (twice > 2 * once + once / 2)
			fail_msg("shape %d: %llu comparisons for 1000 events, %llu for 2000", shape,
				(unsigned long long)once, (unsigned long long)twice);
	}
}

/* Whoever asks to stop is not kept waiting until thousands of events are judged. */
static void stopped(void **state)
{
	struct evx_cancel cancel = { false };
	const struct evx_rosters rosters = { 0 };
	const struct evx_cards cards = { &(struct evx_card){ .signing = "k" }, 1 };
	const struct evx_trust_basis basis = {
		.cards = &cards, .rosters = &rosters, .cancel = &cancel
	};
	const struct evx_kept_file file = { .name = "00.roster" };
	const struct evx_kept kept = { (struct evx_kept_file *)(uintptr_t)&file, 1 }, none = { 0 };
	struct evx_findings findings = { 0 };
	struct evx_diag diag = { 0 };
	struct evx_rosters out;
	struct evx_roster_file read;
	struct evx_chain_result c;
	struct evx_chain *chain;
	const struct evx_chain_member m = { .name = "custody/0000-seal.json",
		.bytes = (const uint8_t *)"" };

	(void)state;
	atomic_store(&cancel.stop, true);
	chain_of(&c, STRANGERS, 10);
	assert_int_equal(evx_rules_judge(&c, NULL, 1800000000, &cancel, &findings, &diag),
		EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	assert_int_equal(evx_trust_judge(&c, &basis, &findings, NULL), EVX_E_INTERRUPTED);
	release(&c);
	assert_int_equal(evx_rosters_parse(&kept, &none, &cancel, &out, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(evx_roster_file_read("{", 1, &cancel, &read, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(read.n, 0);
	chain = evx_chain_new("01234567-89ab-4def-8123-456789abcdef", 1800000000, &findings);
	assert_non_null(chain);
	evx_chain_set_cancel(chain, &cancel);
	assert_int_equal(evx_chain_add(chain, &m, NULL), EVX_E_INTERRUPTED);
	atomic_store(&cancel.stop, false);
	assert_int_equal(evx_chain_add(chain, &m, NULL), EVX_OK);
	atomic_store(&cancel.stop, true);
	assert_int_equal(
		evx_chain_add_receipts(chain, &(struct evx_receipt){ .nsigs = 0 }, NULL, 1, NULL),
		EVX_E_INTERRUPTED);
	evx_chain_free(chain);
	evx_findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twice_the_events),
		cmocka_unit_test(stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
