/* What is said of the signers of a chain put together by hand: each of several, with the times and
 * names that the rosters give. */
#include <stdio.h>
#include <stdlib.h>

#include "custody/trust.h"
#include "unit/failing.h"

#define NOW 1767323045 /* 2026-01-02T03:04:05Z */
#define DAY 86400
#define EVENTS 70u

/* A key text of its own for each number; not one that anybody could sign with. */
static const char *key(size_t number)
{
	static char out[4][EVX_KEY_TEXT_CAP];
	static unsigned turn;
	char *at = out[turn++ % 4];

	(void)snprintf(at, EVX_KEY_TEXT_CAP, "ssh-ed25519 key %03zu", number);
	return at;
}

struct chain {
	struct evx_chain_event at[EVENTS];
	struct evx_chain_result r;
	struct evx_cards cards;
	struct evx_rosters rosters;
	struct evx_findings f;
};

static struct evx_event *add(struct chain *c, size_t signer)
{
	struct evx_event *e = &c->at[c->r.n].event;

	assert_true(c->r.n < EVENTS);
	evx_event_set_kind(e, c->r.n == 0 ? EVX_EVENT_SEAL : EVX_EVENT_NOTE);
	e->sequence = (uint32_t)c->r.n;
	e->time = NOW;
	e->nsigners = 1;
	(void)snprintf(e->signers[0], sizeof(e->signers[0]), "%s", key(signer));
	c->at[c->r.n].rightful = true;
	c->r.rightful = ++c->r.n;
	return e;
}

/* Sealed by key 0, whose card is trusted. */
static void begin(struct chain *c)
{
	struct evx_card card = { .person = "Ann", .created = NOW - DAY };

	memset(c, 0, sizeof(*c));
	c->r.at = c->at;
	(void)snprintf(card.signing, sizeof(card.signing), "%s", key(0));
	assert_int_equal(evx_cards_push(&c->cards, &card), EVX_OK);
	(void)add(c, 0);
}

/* Another roster, called R1, R2, …, with one key of the Police; for_nobody: it was accepted for no
 * agency. */
static struct evx_roster_key *roster_of(struct chain *c, size_t number, bool for_nobody)
{
	struct evx_rosters *r = &c->rosters;
	struct evx_roster_key one = { .from = NOW - DAY }, *added;

	r->at = reallocarray(r->at, r->n + 1, sizeof(*r->at));
	r->scopes = reallocarray(r->scopes, r->n + 1, sizeof(*r->scopes));
	assert_true(r->at != NULL && r->scopes != NULL);
	memset(&r->at[r->n], 0, sizeof(*r->at));
	memset(&r->scopes[r->n], 0, sizeof(*r->scopes));
	r->at[r->n].n = 1;
	r->scopes[r->n].stated = for_nobody;
	(void)snprintf(r->at[r->n].newest.name, sizeof(r->at[r->n].newest.name), "R%zu", r->n + 1);
	(void)snprintf(one.signing, sizeof(one.signing), "%s", key(number));
	(void)snprintf(one.person, sizeof(one.person), "Person %zu", number);
	assert_int_equal(
		evx_roster_add_key(&r->at[r->n].newest, "Police", "GB", &one, &added), EVX_OK);
	r->n++;
	return added;
}

static struct evx_trust_basis basis_of(const struct chain *c)
{
	return (struct evx_trust_basis){ .cards = &c->cards, .rosters = &c->rosters };
}

static void judge(struct chain *c)
{
	const struct evx_trust_basis basis = basis_of(c);

	assert_int_equal(evx_rosters_index(&c->rosters), EVX_OK);
	assert_int_equal(evx_trust_judge(&c->r, &basis, &c->f, NULL), EVX_OK);
}

static void end(struct chain *c)
{
	evx_cards_free(&c->cards);
	evx_rosters_free(&c->rosters);
	evx_findings_free(&c->f);
}

/* The only finding. */
static void says(const struct chain *c, const char *code, enum evx_weight weight, uint32_t event,
	const char *words)
{
	assert_int_equal(c->f.n, 1);
	assert_string_equal(c->f.at[0].code, code);
	assert_int_equal(c->f.at[0].weight, weight);
	assert_int_equal(c->f.at[0].event, event);
	if (strstr(c->f.at[0].text, words) == NULL)
		fail_msg("found: %s", c->f.at[0].text);
}

/* Each time and name is the one that the words are about. */
static void of_a_roster(void **state)
{
	static const struct {
		int64_t from, until, revoked;
		enum evx_roster_reason reason;
		const char *code, *words;
	} ways[] = {
		{ NOW, NOW + 1, 0, EVX_REVOKED_RETIRED, NULL, NULL },
		{ NOW + 1, NOW + DAY, 0, EVX_REVOKED_RETIRED, "T-NOT-YET",
			"Entry 0001 is signed with the key of Person 1 before that key became "
			"valid, at 2026-01-02T03:04:06Z. The roster R1 says so." },
		{ NOW - DAY, NOW, 0, EVX_REVOKED_RETIRED, "T-EXPIRED",
			"Entry 0001 is signed with the key of Person 1 after that key expired, at "
			"2026-01-02T03:04:05Z. The roster R1 says so." },
		{ NOW - DAY, NOW + DAY, NOW - 1, EVX_REVOKED_LOST, "T-REVOKED",
			"after that key was lost, at 2026-01-02T03:04:04Z. The roster R1 says "
			"so." },
		{ NOW - DAY, NOW + DAY, NOW - 2, EVX_REVOKED_RETIRED, "T-REVOKED",
			"after that key was retired, at 2026-01-02T03:04:03Z" },
		{ NOW - DAY, NOW + DAY, NOW + 1, EVX_REVOKED_COMPROMISED, "T-COMPROMISED",
			"which was compromised at 2026-01-02T03:04:06Z. The roster R1 says so." },
	};
	struct chain c;

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct evx_roster_key *k;

		begin(&c);
		k = roster_of(&c, 1, false);
		k->from = ways[i].from;
		k->has_until = true;
		k->until = ways[i].until;
		k->is_revoked = ways[i].revoked != 0;
		k->revoked = ways[i].revoked;
		k->reason = ways[i].reason;
		(void)add(&c, 1);
		judge(&c);
		if (ways[i].code != NULL)
			says(&c, ways[i].code, EVX_WEIGHT_GAP, 1, ways[i].words);
		else
			assert_int_equal(c.f.n, 0);
		end(&c);
	}
}

/* Every signer of every event is asked about, the last one, too; those behind the rightful part are
 * not. */
static void every_signer(void **state)
{
	static const char stranger[] =
		"ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIGTq12jhlLpcxn0S323Y05msxuAuKdKsSNWx+sMWtdtU";
	struct chain c;
	struct evx_event *e;

	(void)state;
	begin(&c);
	e = add(&c, 0);
	(void)snprintf(e->signers[1], sizeof(e->signers[1]), "%s", key(0));
	(void)snprintf(e->signers[2], sizeof(e->signers[2]), "%s", stranger);
	e->nsigners = 3;
	(void)add(&c, 8);
	c.r.rightful = 2;
	judge(&c);
	says(&c, "T-UNTRUSTED", EVX_WEIGHT_GAP, 1,
		"Unknown signer of entry 0001: "
		"SHA256:kE4JkVuqgg0+Z5RZHE/Z+nTh53gT87RANxOAVHTMYaQ.");
	end(&c);
}

static void nobody_to_ask(void **state)
{
	struct chain c;

	(void)state;
	begin(&c);
	evx_cards_free(&c.cards);
	judge(&c);
	says(&c, "T-NO-CARDS", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, "has no trusted cards");
	end(&c);
	/* A roster, or a card of somebody else, is something to compare with. */
	for (int way = 0; way < 2; way++) {
		begin(&c);
		if (way == 0)
			evx_cards_free(&c.cards);
		else
			c.cards.at[0].signing[0] = 'x';
		if (way == 0)
			(void)roster_of(&c, 3, false);
		judge(&c);
		says(&c, "T-UNTRUSTED", EVX_WEIGHT_GAP, 0, "Unknown signer of entry 0000");
		end(&c);
	}
	begin(&c);
	c.r.rightful = 0;
	judge(&c);
	says(&c, "T-UNTRUSTED", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, "The seal is missing");
	end(&c);
}

/* A claim outside its scope is remarked once for each key, and for no more than 64 keys. */
static void outside_the_scope(void **state)
{
	struct chain c;
	size_t remarks = 0;

	(void)state;
	begin(&c);
	for (size_t i = 1; i <= 66; i++)
		(void)roster_of(&c, i, true);
	for (size_t i = 1; i <= 66; i++)
		(void)add(&c, i);
	(void)add(&c, 1);
	judge(&c);
	for (size_t i = 0; i < c.f.n; i++) {
		char words[128];

		if (strcmp(c.f.at[i].code, "T-SCOPE") != 0)
			continue;
		remarks++;
		assert_int_equal(c.f.at[i].event, remarks);
		assert_int_equal(c.f.at[i].weight, EVX_WEIGHT_REMARK);
		(void)snprintf(words, sizeof(words),
			"The roster R%zu says that the key that signed entry %04zu belongs to "
			"Police.",
			remarks, remarks);
		assert_non_null(strstr(c.f.at[i].text, words));
	}
	assert_int_equal(remarks, 64);
	assert_int_equal(c.f.n, 64 + 67);
	end(&c);
}

static void two_agencies(void **state)
{
	struct chain c;
	struct evx_roster_agency one = { "GB", "Police" }, other = { "GB", "Court" };

	(void)state;
	begin(&c);
	(void)roster_of(&c, 1, true);
	(void)roster_of(&c, 1, true);
	memcpy(c.rosters.at[1].newest.members[0].agency, "Court", 6);
	assert_int_equal(
		evx_roster_scope_add(&c.rosters.scopes[0], one.agency, one.country), EVX_OK);
	assert_int_equal(
		evx_roster_scope_add(&c.rosters.scopes[1], other.agency, other.country), EVX_OK);
	(void)add(&c, 1);
	judge(&c);
	says(&c, "T-CONTESTED", EVX_WEIGHT_GAP, 1,
		"about the key that signed entry 0001. For Police it is claimed by the roster R1, "
		"and for Court by the roster R2.");
	end(&c);
}

/* ---- What the rules ask */

static void what_the_rules_ask(void **state)
{
	const struct evx_cards none = { NULL, 0 };
	const struct evx_trust_basis empty = { .cards = &none };
	struct evx_rules_roster rules = evx_trust_rules(&empty);
	struct evx_trust_basis basis;
	struct evx_roster_key *k;
	struct chain c;

	(void)state;
	assert_false(rules.acts_for(rules.ctx, key(1), key(2), NOW));
	assert_false(rules.approves(rules.ctx, key(1), key(2), NOW));
	assert_false(rules.names(rules.ctx, key(1)));
	assert_int_equal(rules.trusts(rules.ctx, key(1), NOW), EVX_RULES_STRANGER);
	begin(&c);
	k = roster_of(&c, 1, false);
	assert_int_equal(evx_rosters_index(&c.rosters), EVX_OK);
	basis = basis_of(&c);
	rules = evx_trust_rules(&basis);
	assert_true(rules.names(rules.ctx, key(1)));
	assert_false(rules.names(rules.ctx, key(0)));
	assert_int_equal(rules.trusts(rules.ctx, key(1), NOW), EVX_RULES_TRUSTED);
	assert_int_equal(rules.trusts(rules.ctx, key(1), NOW - DAY - 1), EVX_RULES_STRANGER);
	assert_int_equal(rules.trusts(rules.ctx, key(0), 0), EVX_RULES_TRUSTED);
	assert_int_equal(rules.trusts(rules.ctx, key(2), NOW), EVX_RULES_STRANGER);
	k->is_revoked = true;
	k->revoked = NOW;
	assert_int_equal(rules.trusts(rules.ctx, key(1), NOW - 1), EVX_RULES_TRUSTED);
	assert_int_equal(rules.trusts(rules.ctx, key(1), NOW), EVX_RULES_WITHDRAWN);
	k->reason = EVX_REVOKED_COMPROMISED;
	assert_int_equal(rules.trusts(rules.ctx, key(1), NOW - 1), EVX_RULES_WITHDRAWN);
	/* A card that was retired vouches for what was before. */
	c.cards.at[0].is_retired = true;
	c.cards.at[0].retired = NOW;
	assert_int_equal(rules.trusts(rules.ctx, key(0), NOW - 1), EVX_RULES_TRUSTED);
	assert_int_equal(rules.trusts(rules.ctx, key(0), NOW), EVX_RULES_STRANGER);
	end(&c);
}

/* The number of proofs that there are says of which events something is proven. */
static void proven_before(void **state)
{
	const struct evx_stamp_proof proofs[2] = { { .proven = true, .time = NOW - 5 },
		{ .proven = true, .time = NOW - 5 } };
	struct chain c;

	(void)state;
	for (size_t n = 0; n <= 2; n++) {
		struct evx_trust_basis basis;
		struct evx_roster_key *k;

		begin(&c);
		k = roster_of(&c, 1, false);
		k->is_revoked = true;
		k->reason = EVX_REVOKED_COMPROMISED;
		k->revoked = NOW - 4;
		(void)add(&c, 1);
		assert_int_equal(evx_rosters_index(&c.rosters), EVX_OK);
		basis = basis_of(&c);
		basis.proofs = proofs;
		basis.nproofs = n;
		assert_int_equal(evx_trust_judge(&c.r, &basis, &c.f, NULL), EVX_OK);
		assert_int_equal(c.f.n, n < 2);
		assert_int_equal(evx_trust_holds(&basis, &c.at[1].event, key(1)), n == 2);
		end(&c);
	}
}

/* ---- No memory */

static enum evx_err judge_one(void *ctx, struct outcome *out)
{
	const struct chain *c = ctx;
	const struct evx_trust_basis basis = basis_of(c);
	struct evx_findings f = { 0 };
	enum evx_err err = evx_trust_judge(&c->r, &basis, &f, NULL);

	out->number[0] = f.n;
	for (size_t i = 0; i < f.n; i++)
		for (const char *p = f.at[i].text; *p != '\0'; p++)
			out->number[1] = out->number[1] * 31 + (unsigned char)*p;
	evx_findings_free(&f);
	return err;
}

static void without_memory(void **state)
{
	static struct chain c;
	struct outcome usual = { { 0 } };

	(void)state;
	begin(&c);
	(void)roster_of(&c, 1, true);
	roster_of(&c, 2, false)->from = NOW + DAY;
	for (size_t i = 1; i < 20; i++)
		(void)add(&c, i);
	assert_int_equal(evx_rosters_index(&c.rosters), EVX_OK);
	assert_int_equal(judge_one(&c, &usual), EVX_OK);
	assert_int_equal(usual.number[0], 20);
#ifdef NOT_HERE
	(void)each_fails;
#else
	each_fails("signers", judge_one, &c, 5);
#endif
	end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(of_a_roster),
		cmocka_unit_test(every_signer), cmocka_unit_test(nobody_to_ask),
		cmocka_unit_test(outside_the_scope), cmocka_unit_test(two_agencies),
		cmocka_unit_test(what_the_rules_ask), cmocka_unit_test(proven_before),
		cmocka_unit_test(without_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
