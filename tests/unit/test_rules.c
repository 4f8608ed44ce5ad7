/* The rules of custody: rightful chains, what each attack on one shows, and what a policy and a
 * roster ask for. */
#include "custody_fixture.h"

/* The whole life of an exhibit: every type once, and nothing to complain of but what is remarked by
 * its nature. */
static void a_rightful_chain(void **state)
{
	static const char *const plain[] = { "note", "access", "examine", "copy", "move",
		"inventory", "disclose" };
	struct custody c;
	struct evx_event e;
	size_t i;

	(void)state;
	cus_new(&c, NULL);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		cus_plain(&c, plain[i], 0);
	e = cus_event(&c, "verify"); /* 8 */
	cus_add(&c, &e, 3);
	cus_release(&c, 0, 1);    /* 9 */
	cus_accept(&c, 1, 9);     /* 10 */
	cus_plain(&c, "hold", 1); /* 11 */
	e = cus_event(&c, "hold-lift");
	cus_refer(&c, &e, 11);
	cus_add(&c, &e, 1);
	e = cus_event(&c, "correct"); /* 13: the author of event 1 is no longer the holder */
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 0);
	e = cus_event(&c, "approve");
	cus_refer(&c, &e, 13);
	cus_add(&c, &e, 2);
	e = cus_event(&c, "inquiry"); /* 15 */
	cus_add(&c, &e, 4);
	e = cus_event(&c, "inquiry");
	e.fields.state = EVX_STATE_CLOSED;
	cus_refer(&c, &e, 15);
	cus_add(&c, &e, 4);
	cus_plain(&c, "dispose-authorise", 1); /* 17 */
	e = cus_event(&c, "dispose");
	cus_refer(&c, &e, 17);
	cus_add(&c, &e, 1);
	cus_judge(&c);
	assert_int_equal(c.findings.n, 0);
	cus_verdict(&c, "custody: intact, 19 events", 0, 1);
	assert_int_equal(c.result->state.since, 10);
	assert_true(c.result->state.since_time == c.result->at[10].event.time);
	assert_true(c.result->state.disposed && c.result->state.authorised &&
		!c.result->state.release_open);
	assert_int_equal(
		c.result->state.nholds + c.result->state.ninquiries + c.result->state.nmissing, 0);
	assert_string_equal(c.result->state.custody_key, c.f.event.seal.custody_key);
	cus_free(&c);
}

/* Release, refuse, release again, withdraw, release to the next, accept, and back: a return is a
 * release like any other. */
static void there_and_back(void **state)
{
	struct custody c;
	struct evx_event e;

	(void)state;
	cus_new(&c, NULL);
	cus_release(&c, 0, 1); /* 1 */
	e = cus_event(&c, "refuse");
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 1);
	cus_release(&c, 0, 2); /* 3 */
	e = cus_event(&c, "withdraw");
	cus_refer(&c, &e, 3);
	cus_add(&c, &e, 0);
	cus_release(&c, 0, 1); /* 5 */
	cus_accept(&c, 1, 5);
	cus_release(&c, 1, 0); /* 7 */
	cus_accept(&c, 0, 7);
	cus_judge(&c);
	cus_has(&c, "R-REFUSED", EVX_WEIGHT_REMARK, 2);
	cus_has(&c, "R-WITHDRAWN", EVX_WEIGHT_INFO, 4);
	assert_int_equal(c.findings.n, 2);
	cus_verdict(&c, "custody: intact with remarks, 9 events", 0, 0);
	assert_int_equal(c.result->state.since, 8);
	cus_free(&c);
}

/* A release waits since it was made: not since the future that it names, and not since a past
 * before the events before it. */
static void waits_since(void **state)
{
	static const int64_t times[] = { 4070908800 /* 2099 */, 978307200 /* 2001 */,
		FIX_TIME + 3600 };
	struct evx_event e;
	struct custody c;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		cus_new(&c, NULL);
		cus_judge(&c);
		e = cus_release_to(&c, 1);
		e.time = times[i];
		cus_add(&c, &e, 0);
		c.now = FIX_TIME + EVX_RULES_LATE;
		cus_judge(&c);
		cus_has(&c, "R-OPEN", EVX_WEIGHT_REMARK, 1);
		assert_int_equal(cus_count(&c, "C-TIME", EVX_WEIGHT_REMARK, 1), i < 2);
		c.now = FIX_TIME + 3601 + EVX_RULES_LATE; /* now the seal is older than that, and so
							     is what it was followed by */
		cus_judge(&c);
		cus_has(&c, "R-OPEN", i == 0 ? EVX_WEIGHT_REMARK : EVX_WEIGHT_GAP, 1);
		cus_free(&c);
	}
}

/* Nor does a stranger's note, or a holder's, dated into the future hide that a release is overdue.
 */
static void waits_behind_the_future(void **state)
{
	struct evx_event e;
	struct custody c;

	(void)state;
	for (int by = 0; by < 4; by += 3) {
		cus_new(&c, NULL);
		cus_judge(&c);
		e = cus_event(&c, "note");
		e.time = 4070908800; /* 2099 */
		cus_add(&c, &e, by);
		cus_judge(&c);
		cus_release(&c, 0, 1);
		c.now = CUSTODY_LATER;
		cus_judge(&c);
		cus_has(&c, "R-OPEN", EVX_WEIGHT_GAP, 2);
		cus_free(&c);
	}
}

/* An open release is a remark while it can be on its way, and a gap after that; the answer's name
 * stands among what is missing. */
static void open_and_overdue(void **state)
{
	struct custody c;

	(void)state;
	cus_new(&c, NULL);
	cus_release(&c, 0, 1);
	c.now = c.time;
	cus_judge(&c);
	cus_has(&c, "R-OPEN", EVX_WEIGHT_REMARK, 1);
	cus_verdict(&c, "custody: intact with remarks, 2 events", 0, 0);
	assert_true(c.result->state.release_open);
	assert_string_equal(c.result->state.receiver, c.hands[1].key);
	assert_int_equal(c.result->state.nmissing, 1);
	assert_int_equal(c.result->state.missing[0].event, 1);
	assert_non_null(strstr(c.result->state.missing[0].text, "the answer of SHA256:"));
	c.now = c.result->at[1].event.time + EVX_RULES_LATE;
	cus_judge(&c);
	cus_has(&c, "R-OPEN", EVX_WEIGHT_REMARK, 1);
	c.now++;
	cus_judge(&c);
	cus_has(&c, "R-OPEN", EVX_WEIGHT_GAP, 1);
	cus_verdict(&c, "custody: intact with remarks, 2 events", 5, 0);
	c.now = CUSTODY_LATER;
	c.time = FIX_TIME + 20 * 86400;
	cus_accept(&c, 1, 1);
	cus_judge(&c);
	cus_has(&c, "R-LATE", EVX_WEIGHT_REMARK, 2);
	cus_verdict(&c, "custody: intact with remarks, 3 events", 0, 1);
	cus_free(&c);
}

static void too_soon_and_not_counted(void **state)
{
	struct custody c;
	struct evx_event e;

	(void)state;
	cus_new(&c, NULL);
	cus_release(&c, 0, 1);
	c.time = c.time - 3600 + EVX_RULES_SOON - 1;
	e = cus_accept_of(&c, 1);
	e.fields.inventoried = false;
	e.fields.result = EVX_RESULT_BROKEN;
	cus_add(&c, &e, 1);
	e = cus_event(&c, "verify");
	e.fields.result = EVX_RESULT_BROKEN;
	cus_add(&c, &e, 1);
	cus_judge(&c);
	cus_has(&c, "R-SOON", EVX_WEIGHT_REMARK, 2);
	cus_has(&c, "R-NOT-INVENTORIED", EVX_WEIGHT_INFO, 2);
	cus_has(&c, "R-RESULT", EVX_WEIGHT_REMARK, 2);
	cus_has(&c, "R-RESULT", EVX_WEIGHT_REMARK, 3);
	assert_int_equal(c.findings.n, 4);
	cus_verdict(&c, "custody: intact with remarks, 4 events", 0, 1);
	cus_free(&c);
}

/* An acceptance that is void is neither late nor soon: it is none. */
static void a_void_acceptance(void **state)
{
	struct custody c;
	struct evx_event e;

	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	cus_release(&c, 0, 1); /* 2 */
	c.time += EVX_RULES_LATE;
	e = cus_accept_of(&c, 2);
	e.fields.seen_length = 2; /* the events before the release */
	memcpy(e.fields.seen_head, c.result->at[1].hash, 32);
	cus_add(&c, &e, 1);
	cus_judge(&c);
	cus_has(&c, "R-SEEN", EVX_WEIGHT_BROKEN, 3);
	assert_int_equal(cus_count(&c, "R-LATE", EVX_WEIGHT_REMARK, 3), 0);
	assert_true(c.result->state.release_open);
	cus_free(&c);
}

static bool acts_for(void *ctx, const char *key, const char *office, int64_t time)
{
	const struct custody *c = ctx;

	return time < CUSTODY_LATER && strcmp(key, c->hands[3].key) == 0 &&
		strcmp(office, c->hands[2].key) == 0;
}

static bool approves(void *ctx, const char *key, const char *former, int64_t time)
{
	const struct custody *c = ctx;

	return time < CUSTODY_LATER && strcmp(key, c->hands[4].key) == 0 &&
		strcmp(former, c->hands[0].key) == 0;
}

/* Hand 2 is an office, hand 3 its clerk: with a roster the clerk receives and releases, and the
 * office is the holder. */
static void an_office_holds(void **state)
{
	struct custody c;
	struct evx_event e;
	struct evx_rules_roster roster = { .acts_for = acts_for, .approves = approves, .ctx = &c };

	(void)state;
	cus_new(&c, NULL);
	c.roster = &roster;
	cus_release(&c, 0, 2);
	cus_accept(&c, 3, 1);
	cus_plain(&c, "move", 3);
	cus_release(&c, 3, 1);         /* 4 */
	e = cus_event(&c, "withdraw"); /* the office's own key takes back what its clerk released */
	cus_refer(&c, &e, 4);
	cus_add(&c, &e, 2);
	cus_release(&c, 3, 1); /* 6 */
	cus_accept(&c, 1, 6);
	cus_judge(&c);
	cus_verdict(&c, "custody: intact, 8 events", 0, 1);
	c.roster = NULL;
	cus_judge(&c);
	cus_has(&c, "R-RECEIVER", EVX_WEIGHT_BROKEN, 2);
	cus_verdict(&c, "custody: broken, 8 events", 1, 0);
	cus_free(&c);
}

/* Hand 3, the clerk of hand 2, is a party from when it released: its note is no claim. */
static void a_clerk_who_released(void **state)
{
	struct custody c;
	struct evx_rules_roster roster = { .acts_for = acts_for, .ctx = &c };

	(void)state;
	cus_new(&c, NULL);
	c.roster = &roster;
	c.strangers = ~0u;
	cus_release(&c, 0, 2);
	cus_accept(&c, 2, 1);
	cus_release(&c, 3, 1);
	cus_accept(&c, 1, 3);
	cus_plain(&c, "note", 3); /* 5: hand 2 is no longer the holder */
	cus_plain(&c, "note", 4);
	cus_judge(&c);
	assert_true(c.result->at[5].party && c.result->at[5].rightful && !c.result->at[5].claim);
	assert_true(c.result->at[6].claim);
	cus_free(&c);
}

static void take_over(struct custody *c, int former, const int *by)
{
	struct evx_event e = cus_event(c, "take-over");

	e.fields.reason = EVX_REASON_DEAD;
	memcpy(e.fields.former, c->hands[former].key, sizeof(e.fields.former));
	cus_add_by(c, &e, by);
}

/* Who succeeds a hand that can no longer sign: approved by whom the roster names it is a remark,
 * else a gap as well. */
static void taken_over(void **state)
{
	static const int alone[] = { 1, -1 }, approved[] = { 1, 4, -1 }, self[] = { 4, -1 };
	const int *const by[] = { alone, approved, self, approved };
	struct custody c;
	struct evx_rules_roster roster = { .acts_for = acts_for, .approves = approves, .ctx = &c };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		bool good = i == 1;

		cus_new(&c, NULL);
		c.roster = i < 3 ? &roster : NULL;
		cus_release(&c, 0, 2);
		take_over(&c, 0, by[i]);
		cus_plain(&c, "move", by[i][0]);
		cus_judge(&c);
		cus_has(&c, "R-TAKE-OVER", EVX_WEIGHT_REMARK, 2);
		assert_int_equal(cus_count(&c, "R-APPROVAL", EVX_WEIGHT_GAP, 2), good ? 0 : 1);
		assert_int_equal(c.result->state.nmissing, good ? 0 : 1);
		assert_false(c.result->state.release_open);
		cus_verdict(&c, "custody: intact with remarks, 4 events", good ? 0 : 5, by[i][0]);
		cus_free(&c);
	}
}

static void taken_over_from_another(void **state)
{
	static const int by[] = { 1, -1 }, holder[] = { 0, -1 };
	struct custody c;

	(void)state;
	cus_new(&c, NULL);
	take_over(&c, 2, by);
	cus_judge(&c);
	cus_has(&c, "R-HOLDER", EVX_WEIGHT_BROKEN, 1);
	cus_verdict(&c, "custody: broken, 2 events", 1, 0);
	cus_free(&c);
	cus_new(&c, NULL);
	take_over(&c, 0, holder);
	cus_judge(&c);
	cus_has(&c, "R-HOLDER", EVX_WEIGHT_BROKEN, 1);
	cus_free(&c);
}

static void add_rule(
	struct custody *c, const char *act, uint32_t need, bool witness, int first, int last)
{
	struct evx_policy_rule *rule;

	assert_int_equal(
		evx_policy_add(&c->f.event.seal.policy, act, need, witness, &rule), EVX_OK);
	for (; first <= last; first++)
		assert_int_equal(evx_policy_add_key(rule, c->hands[first].key), EVX_OK);
}

static void two_of_three(struct custody *c)
{
	add_rule(c, "release", 2, false, 0, 2);
	add_rule(c, "open", 1, true, 1, 2);
	add_rule(c, "take-over", 2, false, 2, 4);
}

/* M of N distinct keys; approvals behind the event count, one key once. */
static void policy_of_the_seal(void **state)
{
	static const int two[] = { 0, 2, -1 }, one_more[] = { 0, 3, -1 };
	struct custody c;
	struct evx_event e;

	(void)state;
	cus_new(&c, two_of_three);
	e = cus_release_to(&c, 1);
	cus_add_by(&c, &e, one_more); /* hand 3 is not on the list */
	cus_judge(&c);
	cus_has(&c, "R-POLICY", EVX_WEIGHT_GAP, 1);
	assert_int_equal(c.result->state.nmissing, 2);
	assert_string_equal(c.result->state.missing[0].text,
		"1 more of the signers whom the policy names for entry 0001");
	e = cus_event(&c, "approve");
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 0); /* the releaser's own key a second time */
	cus_judge(&c);
	cus_has(&c, "R-POLICY", EVX_WEIGHT_GAP, 1);
	cus_has(&c, "R-SELF", EVX_WEIGHT_GAP, 2);
	cus_verdict(&c, "custody: intact with remarks, 3 events", 5, 0);
	e = cus_event(&c, "approve");
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 2);
	cus_judge(&c);
	cus_has(&c, "R-POLICY", EVX_WEIGHT_GAP, 1); /* it came too late */
	assert_int_equal(cus_count(&c, "R-SELF", EVX_WEIGHT_GAP, 3), 0);
	cus_free(&c);
	cus_new(&c, two_of_three);
	e = cus_release_to(&c, 1);
	cus_add_by(&c, &e, two);
	cus_accept(&c, 1, 1);
	cus_judge(&c);
	cus_verdict(&c, "custody: intact, 3 events", 0, 1);
	cus_free(&c);
}

/* The witness is not the actor, not on the list, and never held the exhibit. */
static void witness_from_outside(void **state)
{
	static const int good[] = { 1, 3, -1 }, listed[] = { 1, 2, -1 }, alone[] = { 1, -1 },
			 holder[] = { 1, 0, -1 }, stranger[] = { 3, 4, -1 },
			 given[] = { 0, 1, 3, -1 };
	struct custody c;
	struct evx_event e;
	const int *const bad[] = { listed, alone, holder };
	size_t i;

	(void)state;
	cus_new(&c, two_of_three);
	e = cus_event(&c, "access");
	cus_add_by(&c, &e, good);
	for (i = 0; i < 3; i++) {
		e = cus_event(&c, "access");
		cus_add_by(&c, &e, bad[i]);
	}
	e = cus_event(&c, "access");
	cus_add_by(&c, &e, stranger);
	e = cus_event(&c, "examine"); /* not among what "open" stands for */
	cus_add(&c, &e, 4);
	e = cus_event(&c, "copy"); /* 7: who gets the copy is no witness of it */
	memcpy(e.fields.counterparty, c.hands[3].key, sizeof(e.fields.counterparty));
	cus_add_by(&c, &e, given);
	cus_judge(&c);
	for (i = 2; i <= 4; i++)
		cus_has(&c, "R-WITNESS", EVX_WEIGHT_GAP, (uint32_t)i);
	cus_has(&c, "R-POLICY", EVX_WEIGHT_GAP, 5);
	cus_has(&c, "R-WITNESS", EVX_WEIGHT_GAP, 7);
	assert_int_equal(c.findings.n, 5);
	cus_verdict(&c, "custody: intact with remarks, 8 events", 5, 0);
	cus_free(&c);
}

/* Hand 2 is an office, hand 3 its clerk: one party. */
static void one_party_is_one(void **state)
{
	static const struct {
		int from, to, by;
		bool self;
	} ways[] = { { 3, 3, 3, true }, { 2, 3, 3, true }, { 3, 1, 1, false }, { 2, 1, 1, false } };
	struct custody c;
	struct evx_event e;
	struct evx_rules_roster roster = { .acts_for = acts_for, .ctx = &c };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		cus_new(&c, NULL);
		c.roster = &roster;
		cus_release(&c, 0, 2);
		cus_accept(&c, 3, 1);
		cus_release(&c, ways[i].from, ways[i].to); /* 3 */
		cus_accept(&c, ways[i].by, 3);
		cus_judge(&c);
		assert_int_equal(cus_count(&c, "R-SELF", EVX_WEIGHT_GAP, 4), ways[i].self);
		cus_verdict(&c,
			ways[i].self ? "custody: intact with remarks, 5 events" :
				       "custody: intact, 5 events",
			ways[i].self ? 5 : 0, ways[i].to);
		cus_free(&c);
	}
	/* The clerk approves what the office signed. */
	cus_new(&c, NULL);
	c.roster = &roster;
	cus_plain(&c, "note", 2);
	for (i = 0; i < 2; i++) {
		e = cus_event(&c, "approve");
		cus_refer(&c, &e, 1);
		cus_add(&c, &e, i == 0 ? 3 : 4);
	}
	cus_judge(&c);
	cus_has(&c, "R-SELF", EVX_WEIGHT_GAP, 2);
	assert_int_equal(cus_count(&c, "R-SELF", EVX_WEIGHT_GAP, 3), 0);
	cus_free(&c);
}

/* A witness from outside has no other part in it: acts for no holder, was offered nothing, approves
 * nothing. */
static void witness_with_another_part(void **state)
{
	static const int clerk[] = { 1, 3, -1 }, offered[] = { 1, 4, -1 }, two[] = { 0, 2, -1 };
	struct custody c;
	struct evx_event e;
	struct evx_rules_roster roster = { .acts_for = acts_for, .ctx = &c };

	(void)state;
	cus_new(&c, two_of_three);
	e = cus_event(&c, "access"); /* 1: nothing against hand 4 … */
	cus_add_by(&c, &e, offered);
	e = cus_release_to(&c, 4);
	cus_add_by(&c, &e, two);
	e = cus_event(&c, "refuse");
	cus_refer(&c, &e, 2);
	cus_add(&c, &e, 4);
	e = cus_event(&c, "access"); /* 4: … before it was to have it */
	cus_add_by(&c, &e, offered);
	e = cus_release_to(&c, 2);
	cus_add_by(&c, &e, two);
	c.roster = &roster;
	cus_accept(&c, 3, 5);
	e = cus_event(&c, "access"); /* 7: the clerk of the holder */
	cus_add_by(&c, &e, clerk);
	cus_judge(&c);
	assert_int_equal(cus_count(&c, "R-WITNESS", EVX_WEIGHT_GAP, 1), 0);
	cus_has(&c, "R-WITNESS", EVX_WEIGHT_GAP, 4);
	cus_has(&c, "R-WITNESS", EVX_WEIGHT_GAP, 7);
	e = cus_event(&c, "approve");
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 4);
	cus_judge(&c);
	cus_has(&c, "R-WITNESS", EVX_WEIGHT_GAP, 1);
	cus_free(&c);
}

/* A take-over whose policy is not met makes nobody the holder, whatever is approved later. */
static void policy_of_take_over(void **state)
{
	static const int one[] = { 1, 2, -1 }, two[] = { 1, 2, 4, -1 };
	struct custody c;
	struct evx_event e;

	(void)state;
	cus_new(&c, two_of_three);
	take_over(&c, 0, one);
	e = cus_event(&c, "approve");
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 4);
	cus_judge(&c);
	cus_has(&c, "R-POLICY", EVX_WEIGHT_GAP, 1);
	cus_has(&c, "R-TAKE-OVER", EVX_WEIGHT_GAP, 1);
	cus_verdict(&c, "custody: intact with remarks, 3 events", 5, 0);
	take_over(&c, 0, two);
	cus_judge(&c);
	cus_has(&c, "R-TAKE-OVER", EVX_WEIGHT_REMARK, 3);
	assert_string_equal(c.result->state.holder, c.hands[1].key);
	cus_free(&c);
}

static void references_to_nothing(void **state)
{
	static const struct {
		const char *type;
		size_t to;
		enum evx_event_state as;
	} nothing[] = { { "correct", SIZE_MAX, 0 }, { "approve", SIZE_MAX, 0 },
		{ "hold-lift", SIZE_MAX, 0 }, { "hold-lift", 0, 0 },
		{ "inquiry", SIZE_MAX, EVX_STATE_CLOSED }, { "inquiry", 0, EVX_STATE_CLOSED } };
	struct custody c;
	struct evx_event e;
	size_t i;

	(void)state;
	cus_new(&c, NULL);
	for (i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		e = cus_event(&c, nothing[i].type);
		e.fields.state = nothing[i].as;
		e.fields.has_refers = true;
		if (nothing[i].to != SIZE_MAX)
			cus_refer(&c, &e, nothing[i].to);
		cus_add(&c, &e, 0);
	}
	cus_judge(&c);
	for (i = 1; i <= sizeof(nothing) / sizeof(nothing[0]); i++)
		cus_has(&c, "R-REFERS", EVX_WEIGHT_GAP, (uint32_t)i);
	cus_verdict(&c, "custody: intact with remarks, 7 events", 5, 0);
	cus_free(&c);
	/* Twice lifted, twice closed: the second time there is none. */
	cus_new(&c, NULL);
	cus_plain(&c, "hold", 0);
	cus_plain(&c, "inquiry", 1);
	cus_judge(&c);
	cus_has(&c, "R-HELD", EVX_WEIGHT_INFO, 1);
	cus_has(&c, "R-INQUIRY", EVX_WEIGHT_REMARK, 2);
	assert_int_equal(c.result->state.holds[0], 1);
	assert_int_equal(c.result->state.inquiries[0], 2);
	assert_int_equal(c.result->state.nmissing, 1);
	for (i = 0; i < 2; i++) {
		e = cus_event(&c, "hold-lift");
		cus_refer(&c, &e, 1);
		cus_add(&c, &e, 0);
	}
	cus_judge(&c);
	cus_has(&c, "R-REFERS", EVX_WEIGHT_GAP, 4);
	assert_int_equal(cus_count(&c, "R-REFERS", EVX_WEIGHT_GAP, 3), 0);
	cus_free(&c);
}

/* Of three holds and three inquiries, each of one kind is lifted or closed: the others stay, in
 * order. */
static void the_others_stay(void **state)
{
	struct custody c;
	struct evx_event e;

	(void)state;
	for (uint32_t gone = 1; gone <= 3; gone++) {
		const uint32_t first = gone == 1 ? 2 : 1, last = gone == 3 ? 2 : 3;

		cus_new(&c, NULL);
		for (int i = 0; i < 3; i++)
			cus_plain(&c, "hold", 0); /* 1 to 3 */
		for (int i = 0; i < 3; i++)
			cus_plain(&c, "inquiry", 1); /* 4 to 6 */
		e = cus_event(&c, "hold-lift");
		cus_refer(&c, &e, gone);
		cus_add(&c, &e, 0);
		e = cus_event(&c, "inquiry");
		e.fields.state = EVX_STATE_CLOSED;
		cus_refer(&c, &e, gone + 3);
		cus_add(&c, &e, 1);
		cus_judge(&c);
		assert_int_equal(c.result->state.nholds, 2);
		assert_int_equal(c.result->state.holds[0], first);
		assert_int_equal(c.result->state.holds[1], last);
		assert_int_equal(c.result->state.ninquiries, 2);
		assert_int_equal(c.result->state.inquiries[0], first + 3);
		assert_int_equal(c.result->state.inquiries[1], last + 3);
		cus_free(&c);
	}
}

static void dispose(struct custody *c, size_t authorisation)
{
	struct evx_event e = cus_event(c, "dispose");

	cus_refer(c, &e, authorisation);
	cus_add(c, &e, 0);
}

/* Takes the key files away. */
static void lose_key_files(struct custody *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->members.n; i++) {
		struct evx_event_file *f = &c->members.at[i];

		if (strncmp(f->name, "keys/", 5) == 0)
			evx_buf_free(&f->bytes);
		else
			c->members.at[kept++] = *f;
	}
	c->members.n = kept;
}

static void key_files_of_the_disposed(void **state)
{
	struct custody c;

	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "dispose-authorise", 0);
	dispose(&c, 1);
	cus_plain(&c, "note", 2);
	lose_key_files(&c);
	cus_judge(&c);
	assert_true(c.result->state.disposed);
	assert_int_equal(c.result->keys_gone, 2);
	assert_int_equal(c.result->rightful, 4);
	assert_int_equal(cus_count(&c, "C-KEYFILE", EVX_WEIGHT_BROKEN, 0), 0);
	cus_free(&c);

	/* A disposal that nobody authorised, or another than the holder signed, excuses nothing. */
	cus_new(&c, NULL);
	dispose(&c, 0);
	lose_key_files(&c);
	cus_judge(&c);
	assert_false(c.result->state.disposed);
	assert_int_equal(c.result->keys_gone, 0);
	assert_int_equal(c.result->rightful, 0);
	assert_int_equal(cus_count(&c, "C-KEYFILE", EVX_WEIGHT_BROKEN, 0), 2);
	assert_int_equal(c.verdict.exit_code, 1);
	cus_free(&c);

	cus_new(&c, NULL);
	cus_plain(&c, "dispose-authorise", 0);
	lose_key_files(&c);
	cus_judge(&c);
	assert_int_equal(c.result->rightful, 0);
	assert_int_equal(cus_count(&c, "C-KEYFILE", EVX_WEIGHT_BROKEN, 0), 2);
	cus_free(&c);
}

static void disposed_of(void **state)
{
	struct custody c;

	(void)state;
	cus_new(&c, NULL);
	dispose(&c, 0);
	cus_judge(&c);
	cus_has(&c, "R-DISPOSAL", EVX_WEIGHT_BROKEN, 1);
	assert_false(c.result->state.disposed);
	cus_verdict(&c, "custody: broken, 2 events", 1, 0);
	cus_free(&c);
	cus_new(&c, NULL);
	cus_plain(&c, "dispose-authorise", 0);
	cus_plain(&c, "hold", 0);
	dispose(&c, 1);
	cus_judge(&c);
	cus_has(&c, "R-HOLD", EVX_WEIGHT_BROKEN, 3);
	cus_says(&c, "R-HOLD", "the hold of entry 0002 forbids it.");
	cus_verdict(&c, "custody: broken, 4 events", 1, 0);
	cus_free(&c);
	cus_new(&c, NULL);
	cus_plain(&c, "dispose-authorise", 0);
	dispose(&c, 1);
	cus_plain(&c, "note", 0);
	cus_plain(&c, "access", 0);
	cus_judge(&c);
	cus_has(&c, "R-DISPOSED", EVX_WEIGHT_GAP, 4);
	assert_int_equal(c.findings.n, 1);
	assert_int_equal(c.result->state.disposal, 2);
	dispose(&c, 1); /* one authorisation, two disposals */
	cus_judge(&c);
	cus_has(&c, "R-DISPOSAL", EVX_WEIGHT_BROKEN, 5);
	cus_free(&c);
}

/* What a key adds: clock and witnesses. The public verdict stays as it was. */
static void what_details_show(void **state)
{
	struct custody c;
	struct evx_details d = { 0 };
	struct evx_details_person *w;
	struct evx_verdict before;

	(void)state;
	cus_new(&c, NULL);
	cus_release(&c, 0, 1);
	cus_accept(&c, 1, 1);
	cus_judge(&c);
	before = c.verdict;
	d.clock.present = d.clock.has_synchronised = true;
	assert_int_equal(evx_rules_judge_details(c.result, 0, &d, &c.findings, NULL), EVX_OK);
	d.clock.synchronised = true;
	assert_int_equal(evx_details_set(&d.clock.offset_seconds, "+00.0"), EVX_OK);
	assert_int_equal(evx_rules_judge_details(c.result, 1, &d, &c.findings, NULL), EVX_OK);
	assert_int_equal(c.findings.n, 1);
	assert_int_equal(evx_details_set(&d.clock.offset_seconds, "-3.5"), EVX_OK);
	assert_int_equal(evx_details_add_person(&d.witnesses, &w), EVX_OK);
	assert_int_equal(evx_details_set(&w->signing, c.hands[4].key), EVX_OK);
	assert_int_equal(evx_details_add_person(&d.witnesses, &w), EVX_OK);
	assert_int_equal(evx_details_set(&w->signing, c.hands[0].key), EVX_OK);
	assert_int_equal(evx_details_set(&w->person, "A\x1b[31m"), EVX_OK);
	assert_int_equal(evx_rules_judge_details(c.result, 2, &d, &c.findings, NULL), EVX_OK);
	cus_has(&c, "R-CLOCK", EVX_WEIGHT_REMARK, 0);
	cus_has(&c, "R-CLOCK", EVX_WEIGHT_REMARK, 2);
	cus_has(&c, "R-WITNESS-INSIDE", EVX_WEIGHT_REMARK, 2);
	assert_int_equal(c.findings.n, 3);
	assert_null(strchr(c.findings.at[2].text, '\x1b'));
	assert_int_equal(before.exit_code,
		evx_verdict_of(&c.findings, c.result->n, c.result->rightful).exit_code);
	assert_int_equal(evx_rules_judge_details(c.result, 3, &d, &c.findings, NULL), EVX_E_USAGE);
	evx_details_free(&d);
	cus_free(&c);
}

/* Who took it over has held it: no witness of what comes after, however often it went on from
 * there. */
static void witness_who_took_over(void **state)
{
	static const int one[] = { 1, -1 };
	struct custody c;
	struct evx_details d = { 0 };
	struct evx_details_person *w;
	uint32_t i;

	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	take_over(&c, 0, one); /* 2 */
	cus_release(&c, 1, 2);
	cus_accept(&c, 2, 3);
	cus_plain(&c, "note", 2);
	cus_judge(&c);
	assert_string_equal(c.result->state.holder, c.hands[2].key);
	assert_int_equal(evx_details_add_person(&d.witnesses, &w), EVX_OK);
	assert_int_equal(evx_details_set(&w->signing, c.hands[1].key), EVX_OK);
	for (i = 1; i <= 5; i++)
		assert_int_equal(
			evx_rules_judge_details(c.result, i, &d, &c.findings, NULL), EVX_OK);
	for (i = 1; i <= 5; i++)
		assert_int_equal(cus_count(&c, "R-WITNESS-INSIDE", EVX_WEIGHT_REMARK, i), i >= 2);
	evx_details_free(&d);
	cus_free(&c);
}

/* What is void names nobody: who was offered the exhibit by somebody who did not hold it is outside
 * still. */
static void witness_of_a_void_release(void **state)
{
	static const int two[] = { 0, 2, -1 }, seen[] = { 1, 3, -1 };
	struct custody c;
	struct evx_event e;

	(void)state;
	cus_new(&c, two_of_three);
	e = cus_release_to(&c, 1);
	cus_add_by(&c, &e, two);
	cus_accept(&c, 1, 1);
	e = cus_release_to(&c, 3); /* 3: hand 0 holds it no more */
	cus_add_by(&c, &e, two);
	e = cus_event(&c, "access");
	cus_add_by(&c, &e, seen);
	cus_judge(&c);
	assert_true(c.result->at[3].is_void && c.result->at[4].rightful);
	assert_int_equal(cus_count(&c, "R-WITNESS", EVX_WEIGHT_GAP, 4), 0);
	e = cus_release_to(&c, 3); /* 5: offered by the holder */
	cus_add_by(&c, &e, (const int[]){ 1, 2, -1 });
	e = cus_event(&c, "access");
	cus_add_by(&c, &e, seen);
	cus_judge(&c);
	cus_has(&c, "R-WITNESS", EVX_WEIGHT_GAP, 6);
	cus_free(&c);
}

/* Whom the policy of the seal names is a party, whatever cards there are. */
static void named_by_a_policy(void **state)
{
	struct custody c;

	(void)state;
	cus_new(&c, two_of_three);
	c.strangers = ~0u;
	cus_plain(&c, "note", 3);
	cus_judge(&c);
	assert_true(c.result->at[1].party && c.result->at[1].rightful && !c.result->at[1].claim);
	cus_free(&c);
}

static void sealed_by_two(struct custody *c)
{
	static struct evx_signer both[2];

	both[0] = c->hands[0].signer;
	both[1] = c->hands[3].signer;
	c->f.request.signers = both;
	c->f.request.nsigners = 2;
}

/* So is who signed the seal beside the sealer. */
static void beside_the_sealer(void **state)
{
	struct custody c;

	(void)state;
	cus_new(&c, sealed_by_two);
	c.strangers = ~0u;
	cus_plain(&c, "note", 3);
	cus_plain(&c, "note", 4);
	cus_judge(&c);
	assert_true(c.result->at[1].party && c.result->at[1].rightful && !c.result->at[1].claim);
	assert_true(c.result->at[2].claim && !c.result->at[2].party);
	cus_free(&c);
}

/* The same rules before signing. */
static void asked_before_signing(void **state)
{
	struct custody c;
	struct evx_event e;
	struct evx_diag diag = { 0 };

	(void)state;
	cus_new(&c, two_of_three);
	cus_judge(&c);
	e = cus_release_to(&c, 1);
	e.nsigners = 1;
	memcpy(e.signers[0], c.hands[0].key, sizeof(e.signers[0]));
	assert_int_equal(evx_rules_check(c.result, &e, NULL, &diag), EVX_E_CUSTODY);
	assert_non_null(strstr(diag.text, "R-POLICY: "));
	e.nsigners = 2;
	memcpy(e.signers[1], c.hands[2].key, sizeof(e.signers[1]));
	assert_int_equal(evx_rules_check(c.result, &e, NULL, NULL), EVX_OK);
	memcpy(e.signers[0], c.hands[3].key, sizeof(e.signers[0]));
	evx_diag_clear(&diag);
	assert_int_equal(evx_rules_check(c.result, &e, NULL, &diag), EVX_E_CUSTODY);
	assert_non_null(strstr(diag.text, "R-HOLDER: "));
	/* Without a policy for it a take-over is let through, and its gap seen later. */
	evx_event_set_kind(&e, EVX_EVENT_TAKE_OVER);
	memcpy(e.fields.former, c.hands[0].key, sizeof(e.fields.former));
	assert_int_equal(evx_rules_check(c.result, &e, NULL, NULL), EVX_OK); /* two of the three
										signed */
	e.nsigners = 1;
	assert_int_equal(evx_rules_check(c.result, &e, NULL, NULL), EVX_E_CUSTODY);
	cus_free(&c);
	cus_new(&c, NULL);
	cus_judge(&c);
	memcpy(e.signers[0], c.hands[3].key, sizeof(e.signers[0]));
	memcpy(e.fields.former, c.hands[0].key, sizeof(e.fields.former));
	assert_int_equal(evx_rules_check(c.result, &e, NULL, NULL), EVX_OK);
	memcpy(e.fields.former, c.hands[1].key, sizeof(e.fields.former));
	assert_int_equal(evx_rules_check(c.result, &e, NULL, NULL), EVX_E_CUSTODY);
	evx_event_set_kind(&e, EVX_EVENT_SEAL);
	assert_int_equal(evx_rules_check(c.result, &e, NULL, NULL), EVX_E_USAGE);
	cus_plain(&c, "move", 3);
	cus_judge(&c);
	evx_event_set_kind(&e, EVX_EVENT_NOTE);
	assert_int_equal(evx_rules_check(c.result, &e, NULL, NULL), EVX_OK); /* a stranger's event
										is no hindrance */
	cus_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_rightful_chain),
		cmocka_unit_test(there_and_back), cmocka_unit_test(open_and_overdue),
		cmocka_unit_test(too_soon_and_not_counted), cmocka_unit_test(an_office_holds),
		cmocka_unit_test(a_void_acceptance), cmocka_unit_test(a_clerk_who_released),
		cmocka_unit_test(taken_over), cmocka_unit_test(taken_over_from_another),
		cmocka_unit_test(waits_since), cmocka_unit_test(waits_behind_the_future),
		cmocka_unit_test(policy_of_the_seal), cmocka_unit_test(witness_from_outside),
		cmocka_unit_test(policy_of_take_over), cmocka_unit_test(one_party_is_one),
		cmocka_unit_test(witness_with_another_part),
		cmocka_unit_test(witness_who_took_over),
		cmocka_unit_test(witness_of_a_void_release),
		cmocka_unit_test(references_to_nothing), cmocka_unit_test(disposed_of),
		cmocka_unit_test(key_files_of_the_disposed), cmocka_unit_test(what_details_show),
		cmocka_unit_test(named_by_a_policy), cmocka_unit_test(beside_the_sealer),
		cmocka_unit_test(asked_before_signing), cmocka_unit_test(the_others_stay) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
