/* Two versions of one custody record, put together by hand: where they may part, which answers and
 * holders cannot both be, and whose word that is. */
#include <stdio.h>
#include <stdlib.h>

#include "custody/branches.h"
#include "unit/failing.h"

#define START 1700000000
#define NOW (START + 400 * (int64_t)86400)
#define EVENTS 8u

struct chain {
	uint8_t branch; /* what is added now is of this one */
	struct evx_chain_event at[EVENTS];
	struct evx_chain_result r;
};

/* Appends an event, which is good in itself. Two of a number differ in the last byte of their
 * hashes. */
static struct evx_event *add(struct chain *c, enum evx_event_kind kind, const char *by)
{
	const uint32_t number = (uint32_t)c->r.n;
	struct evx_chain_event *at = &c->at[number];

	assert_true(number < EVENTS);
	at->decoded = at->is_signed = at->linked = at->has_hash = true;
	memset(at->hash, 0x22, sizeof(at->hash));
	at->hash[31] = (uint8_t)(16 * c->branch + number);
	evx_event_set_kind(&at->event, kind);
	snprintf(at->event.signers[0], sizeof(at->event.signers[0]), "%s", by);
	at->event.nsigners = 1;
	at->event.sequence = number;
	at->event.time = START + number * (int64_t)3600;
	if (number > 0)
		memcpy(at->event.previous, c->at[number - 1].hash, 32);
	c->r.at = c->at;
	c->r.n = c->r.rightful = number + 1;
	return &at->event;
}

static void begin(struct chain *c)
{
	memset(c, 0, sizeof(*c));
	add(c, EVX_EVENT_SEAL, "A");
}

static struct evx_event *to(struct evx_event *e, const char *key)
{
	snprintf(e->fields.counterparty, sizeof(e->fields.counterparty), "%s", key);
	return e;
}

static struct evx_event *release(
	struct chain *c, const char *by, const char *receiver, enum evx_event_keeps keeps)
{
	struct evx_event *e = to(add(c, EVX_EVENT_RELEASE, by), receiver);

	e->fields.keeps = keeps;
	return e;
}

static struct evx_event *answer(
	struct chain *c, enum evx_event_kind kind, const char *by, uint32_t number)
{
	struct evx_event *e = add(c, kind, by);

	e->fields.has_refers = true;
	memcpy(e->fields.refers, c->at[number].hash, 32);
	e->fields.seen_length = e->sequence;
	memcpy(e->fields.seen_head, c->at[e->sequence - 1].hash, 32);
	e->fields.inventoried = true;
	return e;
}

static void hand_over(struct chain *c, const char *by, const char *receiver)
{
	const uint32_t number = release(c, by, receiver, EVX_KEEPS_NOTHING)->sequence;

	answer(c, EVX_EVENT_ACCEPT, receiver, number);
}

static void take_over(struct chain *c, const char *by, const char *former)
{
	struct evx_event *e = add(c, EVX_EVENT_TAKE_OVER, by);

	snprintf(e->fields.former, sizeof(e->fields.former), "%s", former);
	e->fields.reason = EVX_REASON_DEAD;
}

/* The other version of c, which goes on otherwise from here. */
static void part(const struct chain *c, struct chain *other)
{
	*other = *c;
	other->r.at = other->at;
	other->branch = c->branch + 1;
}

static enum evx_rules_trust trusts(void *ctx, const char *key, int64_t time)
{
	(void)ctx;
	(void)time;
	return strcmp(key, "?") == 0 ? EVX_RULES_STRANGER : EVX_RULES_TRUSTED;
}

static const struct evx_rules_roster roster = { .trusts = trusts };

static void judge(struct chain *c)
{
	struct evx_findings f = { 0 };

	evx_custody_state_free(&c->r.state);
	assert_int_equal(evx_rules_judge(&c->r, &roster, NOW, NULL, &f, NULL), EVX_OK);
	evx_findings_free(&f);
}

static void compare(struct chain *a, struct chain *b, uint32_t common, struct evx_findings *f,
	struct evx_parting *parting)
{
	judge(a);
	judge(b);
	memset(f, 0, sizeof(*f));
	assert_int_equal(evx_branches_compare(
				 &a->r, &b->r, common, "other", &roster, NULL, f, parting, NULL),
		EVX_OK);
	evx_custody_state_free(&a->r.state);
	evx_custody_state_free(&b->r.state);
}

/* There is one finding of this code; it has this weight, is about the event, and says this. NULL:
 * there is none. */
static void says(const struct evx_findings *f, const char *code, enum evx_weight weight,
	uint32_t event, const char *words)
{
	size_t n = 0, good = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct evx_finding *at = &f->at[i];

		if (strcmp(at->code, code) != 0)
			continue;
		n++;
		good += words != NULL && at->weight == weight && at->event == event &&
			strcmp(at->where, "other") == 0 && strstr(at->text, words) != NULL;
	}
	if (n == (words != NULL) && good == n)
		return;
	for (size_t i = 0; i < f->n; i++)
		print_message("%s (%s) about %u in %s: %s\n", f->at[i].code,
			evx_weight_name(f->at[i].weight), (unsigned)f->at[i].event, f->at[i].where,
			f->at[i].text);
	fail_msg("%s: %s", code, words != NULL ? words : "none");
}

/* Compares, in either order; both ways there is, or is not, one fork about the event before. */
static void forks(struct chain *a, struct chain *b, uint32_t common, bool fork)
{
	struct evx_findings f;
	struct evx_parting parting;
	char words[64];

	(void)snprintf(words, sizeof(words), "entries follow entry %04u, and no copy",
		(unsigned)common - 1);
	for (int way = 0; way < 2; way++) {
		compare(way == 0 ? a : b, way == 0 ? b : a, common, &f, &parting);
		assert_int_equal(parting.may, !fork);
		assert_false(parting.claim);
		says(&f, "R-FORK", EVX_WEIGHT_BROKEN, common - 1, fork ? words : NULL);
		evx_findings_free(&f);
	}
}

/* Both go on with a note. */
static void forks_here(struct chain *c, bool fork)
{
	struct chain other;

	part(c, &other);
	add(c, EVX_EVENT_NOTE, "A");
	add(&other, EVX_EVENT_NOTE, "A");
	forks(c, &other, (uint32_t)c->r.n - 1, fork);
}

/* ---- Where copies part */

static void behind_copies(void **state)
{
	struct chain c;

	(void)state;
	begin(&c);
	forks_here(&c, true);

	begin(&c);
	add(&c, EVX_EVENT_COPY, "A");
	forks_here(&c, false);

	begin(&c);
	add(&c, EVX_EVENT_COPY, "B"); /* who does not hold it */
	forks_here(&c, true);

	for (int keeps = 0; keeps < 2; keeps++) {
		const enum evx_event_keeps as = keeps == 1 ? EVX_KEEPS_COPY : EVX_KEEPS_NOTHING;

		begin(&c);
		release(&c, "A", "B", as);
		forks_here(&c, keeps == 0);

		begin(&c);
		release(&c, "A", "B", as);
		add(&c, EVX_EVENT_COPY, "A"); /* while it is on its way */
		forks_here(&c, keeps == 0);
	}

	begin(&c);
	release(&c, "A", "B", EVX_KEEPS_NOTHING);
	answer(&c, EVX_EVENT_REFUSE, "B", 1);
	add(&c, EVX_EVENT_COPY, "A");
	forks_here(&c, false);

	begin(&c);
	release(&c, "A", "B", EVX_KEEPS_NOTHING);
	take_over(&c, "C", "A");
	add(&c, EVX_EVENT_COPY, "C");
	forks_here(&c, false);
}

/* Versions of which one goes on only, or of which one cannot be followed. */
static void not_two_branches(void **state)
{
	struct evx_findings f;
	struct evx_parting parting;
	struct chain a, b;

	(void)state;
	begin(&a);
	part(&a, &b);
	add(&b, EVX_EVENT_NOTE, "A");
	for (int way = 0; way < 2; way++) {
		compare(way == 0 ? &a : &b, way == 0 ? &b : &a, 1, &f, &parting);
		assert_true(parting.may && !parting.claim);
		assert_int_equal(f.n, 0);
		evx_findings_free(&f);
	}
	add(&a, EVX_EVENT_COPY, "A");
	a.r.rightful = 1;
	forks(&a, &b, 1, true);
}

static void whose_word(void **state)
{
	struct evx_findings f;
	struct evx_parting parting;
	struct chain a, b;

	(void)state;
	for (int known = 0; known < 3; known++) {
		begin(&a);
		part(&a, &b);
		add(&a, EVX_EVENT_NOTE, "A");
		add(&b, EVX_EVENT_NOTE, "?");
		if (known > 0)
			add(&b, EVX_EVENT_NOTE, known == 1 ? "?" : "A");
		for (int way = 0; way < 2; way++) {
			compare(way == 0 ? &a : &b, way == 0 ? &b : &a, 1, &f, &parting);
			assert_false(parting.may);
			assert_int_equal(parting.claim, known < 2);
			says(&f, "R-FORK", known < 2 ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN, 0,
				"entries follow entry 0000");
			assert_int_equal(strstr(f.at[0].text, "are all by unknown signers") != NULL,
				known < 2);
			evx_findings_free(&f);
		}
	}
}

/* ---- Two answers */

static void two_answers(void **state)
{
	struct evx_findings f;
	struct evx_parting parting;
	struct chain a, b;

	(void)state;
	for (int way = 0; way < 4; way++) {
		begin(&a);
		add(&a, EVX_EVENT_NOTE, "A");
		release(&a, "A", "B", EVX_KEEPS_COPY); /* 2 */
		part(&a, &b);
		answer(&a, EVX_EVENT_ACCEPT, "B", 2);
		add(&b, EVX_EVENT_NOTE, "A");
		if (way == 0)
			answer(&b, EVX_EVENT_WITHDRAW, "A", 2);
		else if (way == 1)
			take_over(&b, "C", "A");
		else if (way == 2)
			answer(&b, EVX_EVENT_ACCEPT, "C", 2); /* void: it is not for C */
		compare(&a, &b, 3, &f, &parting);
		says(&f, "R-FORK", EVX_WEIGHT_BROKEN, 2, NULL);
		says(&f, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN, 2,
			way == 0 ? "Release 0002 has two answers: accept in entry 0003 of one "
				   "copy, and withdraw in entry 0004 of another." :
				way == 1 ?
				   "accept in entry 0003 of one copy, and take-over in entry 0004" :
				   NULL);
		evx_findings_free(&f);
	}
}

/* An event far behind the chain, of which nobody knows what it follows. */
static struct evx_event far(enum evx_event_kind kind, uint32_t number, const char *by)
{
	struct evx_event e = { .sequence = number, .nsigners = 1, .time = START };

	evx_event_set_kind(&e, kind);
	snprintf(e.signers[0], sizeof(e.signers[0]), "%s", by);
	memset(e.previous, 0x77, sizeof(e.previous));
	memset(e.fields.refers, 0x66, sizeof(e.fields.refers));
	e.fields.has_refers = true;
	return e;
}

static void two_answers_to_what_is_lost(void **state)
{
	static const struct {
		enum evx_event_kind kind;
		const char *by;
		uint8_t other;
		const char *words;
	} ways[] = {
		{ EVX_EVENT_REFUSE, "B", 0,
			"has two answers: accept in entry 0005 of one copy, and refuse in entry "
			"0006 of another." },
		{ EVX_EVENT_ACCEPT, "B", 0, "and accept in entry 0006" },
		{ EVX_EVENT_WITHDRAW, "A", 0, "and withdraw in entry 0006" },
		{ EVX_EVENT_REFUSE, "B", 1, NULL }, /* to another release */
		{ EVX_EVENT_REFUSE, "?", 0, NULL }, /* nobody's word */
		{ EVX_EVENT_APPROVE, "B", 0, NULL },
	};
	struct chain c;

	(void)state;
	begin(&c);
	judge(&c);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct evx_event first = far(EVX_EVENT_ACCEPT, 5, "B"),
				 second = far(ways[i].kind, 6, ways[i].by);
		struct evx_branch_event others[] = { { .event = &second, .name = "other" },
			{ .event = &first, .name = "other" } };
		struct evx_findings f = { 0 };
		struct evx_branches *b;

		second.fields.refers[31] ^= ways[i].other;
		memset(others[0].hash, 0x31, 32);
		memset(others[1].hash, 0x32, 32);
		assert_int_equal(
			evx_branches_new(&c.r, others, 2, &roster, NULL, &b, NULL), EVX_OK);
		assert_int_equal(evx_branches_judge(b, &f, NULL), EVX_OK);
		says(&f, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN, 6, ways[i].words);
		assert_int_equal(f.n, ways[i].words != NULL);
		evx_branches_free(b);
		evx_findings_free(&f);
	}
	evx_custody_state_free(&c.r.state);
}

/* ---- Two holders */

/* Behind a copy for `receiver` (NULL: for nobody) three versions go on: each is handed to a key, or
 * taken over by one (in brackets), or noted in. */
static void holders(const char *receiver, const char *const way[3], const char *words)
{
	struct evx_findings f = { 0 };
	struct evx_branch_event others[2 * EVENTS];
	struct evx_branches *b;
	struct chain c[3];
	size_t n = 0;

	begin(&c[0]);
	add(&c[0], EVX_EVENT_COPY, "A");
	if (receiver != NULL)
		to(&c[0].at[1].event, receiver);
	part(&c[0], &c[1]);
	part(&c[1], &c[2]);
	memset(others, 0, sizeof(others));
	for (size_t i = 0; i < 3; i++) {
		const char key[] = { way[i][way[i][0] == '('], '\0' };

		if (way[i][0] == '(')
			take_over(&c[i], key, "A");
		else if (way[i][0] == '-')
			add(&c[i], EVX_EVENT_NOTE, "A");
		else
			hand_over(&c[i], "A", key);
		for (size_t k = 2; i > 0 && k < c[i].r.n; k++) {
			others[n].event = &c[i].at[k].event;
			others[n].name = "other";
			memcpy(others[n++].hash, c[i].at[k].hash, 32);
		}
	}
	judge(&c[0]);
	assert_int_equal(evx_branches_new(&c[0].r, others, n, &roster, NULL, &b, NULL), EVX_OK);
	assert_int_equal(evx_branches_judge(b, &f, NULL), EVX_OK);
	if (words == NULL || f.n != 1 || strcmp(f.at[0].code, "R-TWO-HOLDERS") != 0 ||
		f.at[0].event != 1 || f.at[0].weight != EVX_WEIGHT_BROKEN ||
		strstr(f.at[0].text, words) == NULL)
		if (words != NULL || f.n != 0)
			fail_msg("%s %s %s: %zu findings, %s", way[0], way[1], way[2], f.n,
				f.n > 0 ? f.at[0].text : "");
	evx_branches_free(b);
	evx_findings_free(&f);
	evx_custody_state_free(&c[0].r.state);
}

static void two_holders(void **state)
{
	static const char to_two[] =
		"After the copy of entry 0001 the exhibit went to two holders, "
		"in entry 0003 of one version",
			  taken[] = "in entry 0002 of one version";

	(void)state;
	holders(NULL, (const char *const[]){ "B", "-", "-" }, NULL);
	holders(NULL, (const char *const[]){ "-", "B", "-" }, NULL);
	holders(NULL, (const char *const[]){ "B", "C", "-" }, to_two);
	holders(NULL, (const char *const[]){ "-", "B", "C" }, to_two);
	holders(NULL, (const char *const[]){ "(B", "(C", "-" }, taken);
	/* To whom the copy was for may hold it, beside one other. */
	holders("C", (const char *const[]){ "B", "C", "-" }, NULL);
	holders("C", (const char *const[]){ "C", "B", "-" }, NULL);
	holders("C", (const char *const[]){ "C", "-", "-" }, NULL);
	holders("C", (const char *const[]){ "B", "D", "-" }, to_two);
	holders("C", (const char *const[]){ "B", "C", "D" }, to_two);
	holders("C", (const char *const[]){ "C", "(B", "(D" }, taken);
	holders("C", (const char *const[]){ "(C", "B", "-" }, NULL);
}

/* Behind the copy the first who got it counts, whoever got it from them. */
static void the_first_heir(void **state)
{
	struct evx_findings f;
	struct evx_parting parting;
	struct chain a, b;

	(void)state;
	begin(&a);
	to(add(&a, EVX_EVENT_COPY, "A"), "C");
	part(&a, &b);
	hand_over(&a, "A", "B");
	hand_over(&a, "B", "C"); /* 4 and 5 */
	hand_over(&b, "A", "D");
	compare(&a, &b, 2, &f, &parting);
	assert_true(parting.may);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.at[0].code, "R-TWO-HOLDERS");
	evx_findings_free(&f);
}

/* ---- Interruption, and no memory */

static void interrupted(void **state)
{
	struct evx_cancel cancel = { true };
	struct evx_findings f = { 0 };
	struct evx_parting parting;
	struct evx_diag diag = { 0 };
	struct chain a, b;

	(void)state;
	begin(&a);
	part(&a, &b);
	add(&a, EVX_EVENT_NOTE, "A");
	add(&b, EVX_EVENT_NOTE, "A");
	judge(&a);
	judge(&b);
	assert_int_equal(
		evx_branches_compare(&a.r, &b.r, 1, "other", &roster, &cancel, &f, &parting, &diag),
		EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	evx_findings_free(&f);
	evx_custody_state_free(&a.r.state);
	evx_custody_state_free(&b.r.state);
}

struct two {
	struct chain a, b;
};

static enum evx_err compare_both(void *ctx, struct outcome *out)
{
	const struct two *t = ctx;
	struct evx_findings f = { 0 };
	struct evx_parting parting;
	enum evx_err err = evx_branches_compare(
		&t->a.r, &t->b.r, 2, "other", &roster, NULL, &f, &parting, NULL);

	out->number[0] = f.n;
	for (size_t i = 0; i < f.n; i++)
		for (const char *p = f.at[i].text; *p != '\0'; p++)
			out->number[1] = out->number[1] * 31 + (unsigned char)*p;
	out->number[2] = parting.may;
	out->number[3] = parting.claim;
	evx_findings_free(&f);
	return err;
}

static void without_memory(void **state)
{
	static struct two t;
	struct outcome usual = { { 0 } };

	(void)state;
	begin(&t.a);
	release(&t.a, "A", "B", EVX_KEEPS_NOTHING);
	part(&t.a, &t.b);
	answer(&t.a, EVX_EVENT_ACCEPT, "B", 1);
	answer(&t.b, EVX_EVENT_WITHDRAW, "A", 1);
	add(&t.b, EVX_EVENT_NOTE, "A");
	judge(&t.a);
	judge(&t.b);
	assert_int_equal(compare_both(&t, &usual), EVX_OK);
	assert_int_equal(usual.number[0], 2);
#ifdef NOT_HERE
	(void)each_fails;
#else
	each_fails("two versions", compare_both, &t, 10);
#endif
	evx_custody_state_free(&t.a.r.state);
	evx_custody_state_free(&t.b.r.state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behind_copies),
		cmocka_unit_test(not_two_branches),
		cmocka_unit_test(whose_word),
		cmocka_unit_test(two_answers),
		cmocka_unit_test(two_answers_to_what_is_lost),
		cmocka_unit_test(two_holders),
		cmocka_unit_test(the_first_heir),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
