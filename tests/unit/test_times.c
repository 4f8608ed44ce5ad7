/* When events were made, as far as others prove it; what a retirement takes back, and what it does
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/sshsig.h"
#include "custody/trust.h"

#define NOW 1767323045 /* 2026-01-02T03:04:05Z */
#define DAY 86400
#define EVENTS 6

/* A chain of EVENTS events, an hour after another, by the signers of the digits; cards of keys 0
 * and up; proofs and floors as a test sets them. */
struct chain {
	struct evx_chain_event at[EVENTS];
	struct evx_chain_result result;
	struct evx_card card[4];
	struct evx_cards cards;
	struct evx_stamp_proof proofs[EVENTS];
	int64_t floors[EVENTS];
	struct evx_event_time times[EVENTS];
	struct evx_findings findings;
};

static char keys[4][EVX_KEY_TEXT_CAP];

static int make_keys(void **state)
{
	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	for (size_t i = 0; i < 4; i++) {
		struct evx_secret *seed;
		struct evx_sshkey pub;

		assert_int_equal(evx_sshkey_new(&seed, &pub, NULL), EVX_OK);
		assert_int_equal(evx_sshkey_encode(&pub, keys[i]), EVX_OK);
		evx_secret_free(seed);
	}
	return 0;
}

static void begin(struct chain *c, const char *signers)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; signers[i] != '\0'; i++) {
		struct evx_event *e = &c->at[i].event;

		evx_event_set_kind(e, i == 0 ? EVX_EVENT_SEAL : EVX_EVENT_NOTE);
		e->sequence = (uint32_t)i;
		e->time = NOW + (int64_t)i * 3600;
		e->nsigners = 1;
		memcpy(e->signers[0], keys[signers[i] - '0'], EVX_KEY_TEXT_CAP);
		c->result.n = c->result.rightful = i + 1;
		c->floors[i] = EVX_NO_FLOOR;
	}
	c->result.at = c->at;
	c->cards = (struct evx_cards){ c->card, 4 };
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(c->card[i].person, sizeof(c->card[i].person), "Person %zu", i);
		memcpy(c->card[i].signing, keys[i], EVX_KEY_TEXT_CAP);
		c->card[i].created = NOW - 1000 * DAY;
	}
}

static void retire(struct chain *c, size_t key, int64_t retired, int64_t declared)
{
	c->card[key].is_retired = true;
	c->card[key].retired = retired;
	c->card[key].declared = declared;
}

/* Judges; the weight of the finding with this code about the event, or -1. Trust holds where no
 * finding is a gap. */
static int judged(struct chain *c, const char *code, uint32_t event)
{
	const struct evx_trust_basis basis = { .cards = &c->cards,
		.proofs = c->proofs,
		.nproofs = c->result.rightful,
		.times = c->times,
		.ntimes = c->result.rightful };
	int weight = -1;
	bool gap = false;

	evx_times_of(&c->result, &c->cards, NULL, c->proofs, c->floors, c->times);
	evx_findings_free(&c->findings);
	assert_int_equal(evx_trust_judge(&c->result, &basis, &c->findings, NULL), EVX_OK);
	for (size_t i = 0; i < c->findings.n; i++) {
		const struct evx_finding *f = &c->findings.at[i];

		if (f->event == event && strcmp(f->code, code) == 0)
			weight = (int)f->weight;
		gap = gap || (f->event == event && f->weight >= EVX_WEIGHT_GAP);
	}
	assert_int_equal(
		evx_trust_holds(&basis, &c->at[event].event, c->at[event].event.signers[0]), !gap);
	return weight;
}

static void end(struct chain *c)
{
	evx_findings_free(&c->findings);
}

/* An event that names a time-stamp is not older than that, whatever it claims. */
static void not_older_than_what_it_names(void **state)
{
	struct chain c;

	(void)state;
	begin(&c, "0010");
	retire(&c, 0, NOW - 2 * DAY, NOW - 2 * DAY);
	c.at[0].event.time = c.at[1].event.time = NOW - 10 * DAY;
	c.at[3].event.time = NOW - 3 * DAY; /* signed today with the key retired two days ago */
	assert_int_equal(judged(&c, "T-RETIRED", 3), EVX_WEIGHT_INFO);
	c.floors[3] = NOW;
	assert_int_equal(judged(&c, "T-RETIRED", 3), EVX_WEIGHT_GAP);
	assert_non_null(strstr(c.findings.at[c.findings.n - 1].text, "2026-01-02T03:04:05Z"));
	assert_int_equal(judged(&c, "T-RETIRED", 1), EVX_WEIGHT_INFO);
	assert_int_equal(c.times[3].at, NOW);
	c.floors[3] = NOW - 2 * DAY; /* the moment itself */
	assert_int_equal(judged(&c, "T-RETIRED", 3), EVX_WEIGHT_GAP);
	c.floors[3]--;
	assert_int_equal(judged(&c, "T-RETIRED", 3), EVX_WEIGHT_INFO);
	/* What supports it from the other side does not help. */
	c.floors[3] = NOW;
	c.proofs[3] = (struct evx_stamp_proof){ .proven = true, .time = NOW + 5, .by = 3 };
	c.card[0].declared = NOW + DAY;
	assert_int_equal(judged(&c, "T-RETIRED", 3), EVX_WEIGHT_GAP);
	end(&c);
}

/* Nor is an event older than those before it say, where they count. */
static void not_older_than_what_it_follows(void **state)
{
	struct chain c;

	(void)state;
	begin(&c, "1100");
	c.result.now = NOW + DAY;
	for (size_t i = 0; i < 4; i++)
		c.at[i].rightful = true;
	retire(&c, 0, NOW - 2 * DAY, NOW - 2 * DAY);
	c.at[2].event.time = NOW - 3 * DAY; /* signed today with the key retired two days ago */
	c.at[3].event.time = NOW - 3 * DAY;
	assert_int_equal(judged(&c, "T-RETIRED", 2), EVX_WEIGHT_GAP);
	assert_non_null(strstr(c.findings.at[0].text, "it follows entry 0001"));
	assert_int_equal(c.times[2].at, NOW + 3600 - EVX_STAMP_SLACK);
	assert_int_equal(judged(&c, "T-RETIRED", 3), EVX_WEIGHT_GAP); /* the first of two does not
									 hide behind the second */
	/* Two clocks may differ by as much. */
	retire(&c, 0, NOW + 3600 - EVX_STAMP_SLACK + 1, NOW - 2 * DAY);
	assert_int_equal(judged(&c, "T-RETIRED", 2), EVX_WEIGHT_INFO);
	retire(&c, 0, NOW - 2 * DAY, NOW - 2 * DAY);
	/* What does not count, and what is of the future, bounds nothing. */
	c.at[1].rightful = false;
	assert_int_equal(judged(&c, "T-RETIRED", 2), EVX_WEIGHT_GAP); /* the seal still does */
	assert_int_equal(c.times[2].after, 0);
	c.at[0].rightful = false;
	assert_int_equal(judged(&c, "T-RETIRED", 2), EVX_WEIGHT_INFO);
	c.at[0].rightful = c.at[1].rightful = true;
	c.result.now = NOW - 1;
	assert_int_equal(judged(&c, "T-RETIRED", 2), EVX_WEIGHT_INFO);
	c.result.now = NOW + DAY;
	/* What is proven to be older is older, whatever a clock before it said. */
	c.proofs[2] = (struct evx_stamp_proof){
		.proven = true, .time = NOW - 3 * DAY + 60, .by = 2
	};
	assert_int_equal(judged(&c, "T-RETIRED", 2), EVX_WEIGHT_INFO);
	assert_int_equal(judged(&c, "T-RETIRED", 3), EVX_WEIGHT_GAP);
	end(&c);
}

/* Two of those who signed later are remembered, the earliest: when one of them is the signer, it is
 * the other who supports. */
static void the_other_of_two(void **state)
{
	struct chain c;

	(void)state;
	begin(&c, "0001");
	evx_times_of(&c.result, &c.cards, NULL, c.proofs, c.floors, c.times);
	assert_false(c.times[3].supported);
	for (size_t i = 0; i < 3; i++) {
		assert_true(c.times[i].supported && !c.times[i].by_stamp);
		assert_int_equal(c.times[i].by, 3);
		assert_int_equal(c.times[i].support, NOW + 3 * 3600);
	}
	begin(&c, "003321"); /* the third takes the place of the latest, not of the one before it */
	evx_times_of(&c.result, &c.cards, NULL, c.proofs, c.floors, c.times);
	assert_int_equal(c.times[4].by, 5);
	assert_int_equal(c.times[3].by, 4);
	assert_int_equal(c.times[2].by, 4);
	assert_int_equal(c.times[1].by, 2);
	begin(&c, "003312"); /* and the other way round */
	c.at[4].event.time = NOW + 9 * 3600;
	evx_times_of(&c.result, &c.cards, NULL, c.proofs, c.floors, c.times);
	assert_int_equal(c.times[3].by, 5);
	assert_int_equal(c.times[2].by, 5);
	assert_int_equal(c.times[1].by, 2);
	end(&c);
}

/* A card that says today that its key was retired long ago takes nothing back that others show to
 * be older than the card. */
static void not_taken_back(void **state)
{
	struct chain c;

	(void)state;
	begin(&c, "000");
	retire(&c, 0, NOW - 900 * DAY, NOW + 10 * DAY);
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_GAP); /* the signer's own word,
									 alone */
	c.proofs[0] = (struct evx_stamp_proof){ .proven = true, .time = NOW + 60, .by = 0 };
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_REMARK);
	assert_int_equal(judged(&c, "T-RETIRED", 1), EVX_WEIGHT_GAP);
	c.proofs[0].time = NOW + 10 * DAY; /* not before the card */
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_GAP);
	c.proofs[0].time--;
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_REMARK);
	/* By somebody else's later event. */
	end(&c);
	begin(&c, "001");
	retire(&c, 0, NOW - 900 * DAY, NOW + 10 * DAY);
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_REMARK);
	assert_int_equal(judged(&c, "T-RETIRED", 1), EVX_WEIGHT_REMARK);
	assert_int_equal(c.times[0].by, 2);
	assert_false(c.times[0].by_stamp);
	assert_false(c.times[2].supported);
	retire(&c, 1, NOW + 20 * DAY, NOW + 20 * DAY); /* whose own word is in doubt */
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_GAP);
	c.card[1].is_retired = false;
	memcpy(c.card[1].signing, keys[2], EVX_KEY_TEXT_CAP); /* or who is not known */
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_GAP);
	/* The earliest of the others counts, and never the signer. */
	end(&c);
	begin(&c, "012013");
	retire(&c, 0, NOW - 900 * DAY, NOW + 10 * DAY);
	(void)judged(&c, "T-RETIRED", 0);
	assert_int_equal(c.times[0].by, 1);
	assert_int_equal(c.times[1].by, 2);
	assert_int_equal(c.times[2].by, 4);
	assert_int_equal(c.times[3].by, 4);
	assert_int_equal(c.times[4].by, 5);
	/* The card was declared before all that: a key that was retired, and used. */
	retire(&c, 0, NOW - 900 * DAY, NOW - 900 * DAY);
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_GAP);
	end(&c);
}

/* The floor of an event is that of the newest time-stamp that it, or one before it, names; a
 * time-stamp that nobody names says nothing from below. */
static void floors_of_stamps(void **state)
{
	const struct evx_stamp_seen seen[] = { { .event = 0, .time = NOW + DAY, .listed = 2 },
		{ .event = 1, .time = NOW + DAY - 60, .listed = 2 },
		{ .event = 0, .time = NOW - 5, .listed = 3 },
		{ .event = 2, .time = NOW + 900 * DAY, .listed = EVX_NO_EVENT },
		{ .event = 4, .time = NOW + 900 * DAY, .listed = 9 } };
	struct chain c;

	(void)state;
	begin(&c, "000000");
	c.at[3].event.time = NOW + DAY - EVX_STAMP_SLACK;
	c.at[4].event.time = NOW + DAY - EVX_STAMP_SLACK - 1;
	c.at[5].event.time = NOW + 2 * DAY;
	assert_int_equal(evx_stamp_floors(&c.result, seen, 5, c.floors, &c.findings, NULL), EVX_OK);
	assert_true(c.floors[0] == EVX_NO_FLOOR && c.floors[1] == EVX_NO_FLOOR);
	for (size_t i = 2; i < 6; i++)
		assert_int_equal(c.floors[i], NOW + DAY);
	assert_int_equal(c.findings.n, 2); /* event 2, which is a day older, and event 4 by a second
					    */
	assert_int_equal(c.findings.at[0].event, 2);
	assert_int_equal(c.findings.at[1].event, 4);
	assert_string_equal(c.findings.at[1].code, "T-STAMP-TIME");
	assert_int_equal(c.findings.at[1].weight, EVX_WEIGHT_REMARK);
	end(&c);
}

/* Findings tell a person's name with what a terminal would obey made harmless, each time anew. */
static void whose_key(void **state)
{
	struct chain c;

	(void)state;
	begin(&c, "0");
	retire(&c, 0, NOW - DAY, NOW - DAY);
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_GAP);
	assert_non_null(strstr(c.findings.at[0].text, "the key of Person 0 after"));
	(void)snprintf(c.card[0].person, sizeof(c.card[0].person), "Eve\x1b[31m");
	assert_int_equal(judged(&c, "T-RETIRED", 0), EVX_WEIGHT_GAP);
	assert_non_null(strstr(c.findings.at[0].text, "the key of Eve\\x1b[31m after"));
	end(&c);
}

static void before_the_card(void **state)
{
	struct chain c;

	(void)state;
	begin(&c, "00");
	c.card[0].created = NOW + DAY;
	assert_int_equal(judged(&c, "T-BEFORE-CARD", 0), -1);
	c.card[0].created++;
	assert_int_equal(judged(&c, "T-BEFORE-CARD", 0), EVX_WEIGHT_REMARK);
	assert_int_equal(judged(&c, "T-BEFORE-CARD", 1), -1);
	/* An earlier card of the key, however often it was made anew. */
	c.card[3] = c.card[0];
	c.card[3].created = NOW - DAY;
	assert_int_equal(judged(&c, "T-BEFORE-CARD", 0), -1);
	c.card[0].created = NOW - DAY;
	c.card[3].created = NOW + 5 * DAY;
	assert_int_equal(judged(&c, "T-BEFORE-CARD", 0), -1);
	end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(not_older_than_what_it_names),
		cmocka_unit_test(not_older_than_what_it_follows),
		cmocka_unit_test(the_other_of_two), cmocka_unit_test(not_taken_back),
		cmocka_unit_test(floors_of_stamps), cmocka_unit_test(before_the_card),
		cmocka_unit_test(whose_key) };

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
