/* Who may say what: the word of somebody unknown, events that are void, and that neither ends or
 * changes what is good. */
#include "custody_fixture.h"

#define STRANGER 4
#define EACH(a) (sizeof(a) / sizeof(*(a)))

/* Released by hand 0, accepted by hand 1. Nobody is trusted: the chain is judged by its parties. */
static void handed_over(struct custody *c)
{
	cus_new(c, NULL);
	c->strangers = ~0u;
	cus_release(c, 0, 1);
	cus_accept(c, 1, 1);
}

/* Goes on as holder hand 1 and looks at the whole chain: nothing that stands before it mattered. */
static void goes_on(struct custody *c, size_t before, int exit_code)
{
	struct evx_event e = cus_event(c, "move");
	struct evx_diag diag = { 0 };

	e.nsigners = 1;
	memcpy(e.signers[0], c->hands[1].key, sizeof(e.signers[0]));
	cus_judge(c);
	if (evx_rules_check(c->result, &e, NULL, &diag) != EVX_OK)
		fail_msg("%s", diag.text);
	cus_add(c, &e, 1);
	cus_judge(c);
	assert_int_equal(c->result->n, before + 1);
	assert_int_equal(c->result->rightful, before + 1);
	assert_true(c->result->at[before].rightful);
	assert_string_equal(c->result->state.holder, c->hands[1].key);
	if (c->verdict.exit_code != exit_code) {
		cus_show(c);
		fail_msg("exit %d", c->verdict.exit_code);
	}
}

/* Every type that a stranger can sign is a claim: 5 at most, whatever it says. */
static void what_a_stranger_signs(void **state)
{
	static const char *const types[] = { "note", "access", "examine", "verify", "copy", "move",
		"approve", "correct", "inquiry", "hold", "hold-lift", "dispose-authorise",
		"dispose", "inventory", "disclose", "release", "accept", "refuse", "withdraw",
		"take-over" };
	struct custody c;
	struct evx_event e;
	size_t i;

	(void)state;
	for (i = 0; i < EACH(types); i++) {
		handed_over(&c);
		e = strcmp(types[i], "accept") == 0 ? cus_accept_of(&c, 1) :
						      cus_event(&c, types[i]);
		e.fields.result = EVX_RESULT_BROKEN;
		if (strcmp(types[i], "release") == 0)
			memcpy(e.fields.counterparty, c.hands[2].key,
				sizeof(e.fields.counterparty));
		if (strcmp(types[i], "take-over") == 0)
			memcpy(e.fields.former, c.hands[1].key, sizeof(e.fields.former));
		if ((evx_event_type(types[i])->has & EVX_KEY_REFERS) != 0)
			cus_refer(&c, &e, 1);
		cus_add(&c, &e, STRANGER);
		cus_judge(&c);
		assert_true(c.result->at[3].claim && !c.result->at[3].rightful &&
			!c.result->at[3].party);
		assert_int_equal(c.result->state.nholds + c.result->state.ninquiries, 0);
		assert_false(c.result->state.disposed || c.result->state.authorised ||
			c.result->state.release_open);
		goes_on(&c, 4, 5);
		/* Who trusts the card hears no claim; what the signer may not say is broken then.
		 */
		c.strangers = 0;
		cus_judge(&c);
		assert_false(c.result->at[3].claim);
		cus_free(&c);
	}
}

/* A rewrap by a stranger brings no custody key, and none of its key files counts. */
static void new_keys_of_a_stranger(void **state)
{
	struct custody c;
	struct evx_event e;

	(void)state;
	handed_over(&c);
	e = cus_event(&c, "hold");
	cus_add(&c, &e, 1);
	e = cus_event(&c, "hold-lift");
	cus_refer(&c, &e, 3);
	cus_add(&c, &e, STRANGER);
	cus_judge(&c);
	assert_int_equal(c.result->state.nholds, 1);
	assert_string_equal(c.result->state.custody_key, c.f.event.seal.custody_key);
	goes_on(&c, 5, 5);
	cus_free(&c);
}

/* Known by the chain alone: sealer, holder, receiver named by a holder. What they may not sign is
 * broken and void, and ends nothing. */
static void what_a_party_may_not(void **state)
{
	struct custody c;

	(void)state;
	handed_over(&c);
	cus_plain(&c, "move", 0); /* the former holder */
	cus_judge(&c);
	cus_has(&c, "R-HOLDER", EVX_WEIGHT_BROKEN, 3);
	assert_true(c.result->at[3].party && c.result->at[3].is_void && !c.result->at[3].claim);
	goes_on(&c, 4, 1);
	cus_free(&c);
	cus_new(&c, NULL);
	c.strangers = ~0u;
	cus_release(&c, 0, 1);
	cus_plain(&c, "note", 1); /* named, and not the holder yet */
	cus_judge(&c);
	assert_true(c.result->at[2].party && c.result->at[2].rightful);
	cus_free(&c);
}

/* A void release names nobody, and its acceptance answers nothing. */
static void behind_a_void_release(void **state)
{
	struct custody c;

	(void)state;
	handed_over(&c);
	cus_release(&c, 0, 2); /* 3: void, hand 0 holds it no more */
	cus_accept(&c, 2, 3);
	cus_judge(&c);
	cus_has(&c, "R-HOLDER", EVX_WEIGHT_BROKEN, 3);
	cus_has(&c, "R-ANSWER", EVX_WEIGHT_GAP, 4); /* hand 2 is nobody */
	assert_true(c.result->at[4].claim && c.result->at[4].is_void);
	goes_on(&c, 5, 1);
	cus_free(&c);
}

/* Takes the file of this name away. */
static void lose(struct custody *c, const char *name)
{
	size_t i, kept = 0;

	for (i = 0; i < c->members.n; i++) {
		if (strcmp(c->members.at[i].name, name) == 0)
			evx_buf_free(&c->members.at[i].bytes);
		else
			c->members.at[kept++] = c->members.at[i];
	}
	assert_int_equal(kept + 1, c->members.n);
	c->members.n = kept;
}

/* Files that are not those signed: a stranger's event is void, that of a party cannot be followed.
 */
static void parts_that_are_gone(void **state)
{
	struct custody c;

	(void)state;
	handed_over(&c);
	cus_plain(&c, "note", STRANGER);
	lose(&c, "custody/0003-note.details.age");
	cus_judge(&c);
	cus_has(&c, "C-FILES", EVX_WEIGHT_GAP, 3);
	assert_true(c.result->at[3].is_void);
	goes_on(&c, 4, 5);
	c.strangers = 0;
	cus_judge(&c);
	cus_has(&c, "C-FILES", EVX_WEIGHT_BROKEN, 3);
	assert_int_equal(c.result->rightful, 5); /* whatever cards there are, the chain is as long
						  */
	cus_free(&c);
	handed_over(&c);
	cus_plain(&c, "note", 1);
	lose(&c, "custody/0003-note.details.age");
	cus_judge(&c);
	cus_has(&c, "C-FILES", EVX_WEIGHT_BROKEN, 3);
	assert_int_equal(c.result->rightful, 3);
	cus_free(&c);
}

/* Hand `by` rewraps with a new custody key, as event 3; then the key file is taken away. */
static void rewrap_and_lose(struct custody *c, int by)
{
	struct evx_event e = cus_event(c, "rewrap");
	struct evx_event_request request = { .event = &e,
		.signers = &c->hands[by].pub,
		.nsigners = 1,
		.custody_file = &c->f.key_files.custody };
	struct evx_secret *fresh;
	struct evx_receipt out;
	uint8_t pub[32], hash[32];

	assert_int_equal(evx_age_identity_new(&fresh, NULL), EVX_OK);
	assert_int_equal(evx_age_public(fresh, pub), EVX_OK);
	assert_int_equal(evx_age_recipient_encode(pub, e.fields.custody_key), EVX_OK);
	cus_judge(c);
	request.chain = c->result;
	assert_int_equal(evx_event_build(&request, &c->hands[by].signer, &out, hash, NULL), EVX_OK);
	cus_append(c, &out);
	evx_receipt_free(&out);
	evx_event_free(&e);
	evx_secret_free(fresh);
	lose(c, "keys/0003-custody.age");
}

static bool hand_3_for_hand_1(void *ctx, const char *key, const char *office, int64_t time)
{
	const struct custody *c = ctx;

	(void)time;
	return strcmp(key, c->hands[3].key) == 0 && strcmp(office, c->hands[1].key) == 0;
}

/* A key file that is gone: the chain ends before the event of a party, and of nobody else; and that
 * event is void. */
static void key_files_that_are_gone(void **state)
{
	struct custody c;
	struct evx_rules_roster roster = { .acts_for = hand_3_for_hand_1, .ctx = &c };

	(void)state;
	handed_over(&c);
	rewrap_and_lose(&c, STRANGER);
	cus_judge(&c);
	cus_has(&c, "C-KEYFILE", EVX_WEIGHT_GAP, 3);
	assert_int_equal(cus_count(&c, "R-HOLDER", EVX_WEIGHT_GAP, 3), 0); /* what it lacks is told,
									      and no more */
	assert_true(c.result->at[3].claim && c.result->at[3].is_void);
	assert_int_equal(c.result->rightful, 4);
	goes_on(&c, 4, 5);
	cus_free(&c);
	/* By somebody who may, and is no party: the key that it brings is not in force. */
	handed_over(&c);
	c.roster = &roster;
	rewrap_and_lose(&c, 3);
	cus_judge(&c);
	cus_has(&c, "C-KEYFILE", EVX_WEIGHT_BROKEN, 3);
	assert_true(!c.result->at[3].party && !c.result->at[3].claim && c.result->at[3].is_void);
	assert_string_equal(c.result->state.custody_key, c.f.event.seal.custody_key);
	assert_int_equal(c.result->rightful, 4);
	goes_on(&c, 4, 1);
	cus_free(&c);
	handed_over(&c);
	rewrap_and_lose(&c, 1);
	cus_judge(&c);
	cus_has(&c, "C-KEYFILE", EVX_WEIGHT_BROKEN, 3);
	assert_true(c.result->at[3].party);
	assert_int_equal(c.result->rightful, 3);
	cus_free(&c);
}

static void witnessed_access(struct custody *c)
{
	struct evx_policy_rule *rule;

	assert_int_equal(evx_policy_add(&c->f.event.seal.policy, "access", 1, true, &rule), EVX_OK);
	assert_int_equal(evx_policy_add_key(rule, c->hands[0].key), EVX_OK);
}

/* An approval that is void is no part in what it approves: the witness stays one. */
static void a_void_approval(void **state)
{
	static const int seen[] = { 0, STRANGER, -1 };
	struct custody c;
	struct evx_event e;

	(void)state;
	for (int gone = 0; gone < 2; gone++) {
		cus_new(&c, witnessed_access);
		e = cus_event(&c, "access");
		cus_add_by(&c, &e, seen);
		e = cus_event(&c, "approve");
		cus_refer(&c, &e, 1);
		cus_add(&c, &e, STRANGER);
		c.strangers = gone ? 1u << STRANGER : 0;
		if (gone)
			lose(&c, "custody/0002-approve.details.age");
		cus_judge(&c);
		assert_int_equal(c.result->at[2].is_void, gone);
		assert_int_equal(cus_count(&c, "R-WITNESS", EVX_WEIGHT_GAP, 1), !gone);
		cus_free(&c);
	}
}

/* A take-over makes a holder when the successor's card is trusted, when a roster's approver signed,
 * or by the policy; else it is a claim. */
static bool approves(void *ctx, const char *key, const char *former, int64_t time)
{
	const struct custody *c = ctx;

	(void)time;
	return strcmp(key, c->hands[3].key) == 0 && strcmp(former, c->hands[1].key) == 0;
}

static void take_over(struct custody *c, const int *by)
{
	struct evx_event e = cus_event(c, "take-over");

	e.fields.reason = EVX_REASON_DEAD;
	memcpy(e.fields.former, c->hands[1].key, sizeof(e.fields.former));
	cus_add_by(c, &e, by);
	cus_judge(c);
}

static void who_takes_over(void **state)
{
	static const int alone[] = { 2, -1 }, approved[] = { 2, 3, -1 }, former[] = { 0, -1 };
	struct custody c;
	struct evx_rules_roster roster = { .approves = approves, .ctx = &c };

	(void)state;
	handed_over(&c);
	take_over(&c, alone);
	cus_has(&c, "R-CLAIM", EVX_WEIGHT_GAP, 3);
	assert_string_equal(c.result->state.holder, c.hands[1].key);
	c.strangers = ~(1u << 2);
	cus_judge(&c);
	cus_has(&c, "R-APPROVAL", EVX_WEIGHT_GAP, 3);
	assert_false(c.result->at[3].claim);
	assert_string_equal(c.result->state.holder, c.hands[2].key);
	cus_free(&c);
	handed_over(&c);
	take_over(&c, approved); /* two signers; none of them known here */
	assert_true(c.result->at[3].claim);
	assert_string_equal(c.result->state.holder, c.hands[1].key);
	c.roster = &roster;
	cus_judge(&c);
	assert_false(c.result->at[3].claim);
	assert_int_equal(cus_count(&c, "R-APPROVAL", EVX_WEIGHT_GAP, 3), 0);
	assert_string_equal(c.result->state.holder, c.hands[2].key);
	cus_free(&c);
	/* That somebody was a holder once makes no successor. */
	handed_over(&c);
	take_over(&c, former);
	cus_has(&c, "R-TAKE-OVER", EVX_WEIGHT_GAP, 3);
	assert_true(c.result->at[3].is_void && !c.result->at[3].claim);
	goes_on(&c, 4, 5);
	cus_free(&c);
}

static enum evx_rules_trust withdrawn(void *ctx, const char *key, int64_t time)
{
	const struct custody *c = ctx;

	(void)time;
	return strcmp(key, c->hands[0].key) == 0 ? EVX_RULES_WITHDRAWN : EVX_RULES_STRANGER;
}

/* A key that a roster revoked breaks nothing, though its owner is a party. */
static void a_stolen_key(void **state)
{
	struct custody c;
	struct evx_rules_roster roster = { .trusts = withdrawn, .ctx = &c };

	(void)state;
	handed_over(&c);
	c.roster = &roster;
	cus_plain(&c, "move", 0);
	cus_judge(&c);
	cus_has(&c, "R-HOLDER", EVX_WEIGHT_GAP, 3);
	goes_on(&c, 4, 5);
	cus_free(&c);
}

/* More findings than are kept do not weigh more than each of them. */
static void a_thousand_claims(void **state)
{
	struct evx_findings all = { 0 }, own = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < EVX_FINDINGS_KEPT + 5; i++)
		assert_int_equal(
			evx_findings_add(&own, "C-FILES", EVX_WEIGHT_BROKEN, 3, NULL, "x"), EVX_OK);
	assert_int_equal(evx_findings_add(&own, "T-X", EVX_WEIGHT_INFO, 3, NULL, "x"), EVX_OK);
	assert_int_equal(evx_findings_join_at_most(&all, &own, EVX_WEIGHT_GAP), EVX_OK);
	assert_int_equal(all.count[EVX_ON_CUSTODY][EVX_WEIGHT_BROKEN], 0);
	assert_int_equal(all.count[EVX_ON_CUSTODY][EVX_WEIGHT_GAP], EVX_FINDINGS_KEPT + 5);
	assert_int_equal(all.count[EVX_ON_TRUST][EVX_WEIGHT_INFO], 1);
	assert_int_equal(evx_verdict_of(&all, 1, 1).exit_code, 5);
	evx_findings_free(&all);
	evx_findings_free(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_a_stranger_signs),
		cmocka_unit_test(new_keys_of_a_stranger), cmocka_unit_test(what_a_party_may_not),
		cmocka_unit_test(behind_a_void_release), cmocka_unit_test(parts_that_are_gone),
		cmocka_unit_test(key_files_that_are_gone), cmocka_unit_test(a_void_approval),
		cmocka_unit_test(who_takes_over), cmocka_unit_test(a_stolen_key),
		cmocka_unit_test(a_thousand_claims) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
