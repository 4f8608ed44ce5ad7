/* What a report says of a chain put together by hand: each event, who holds the exhibit, branches,
 * and what time-stamps prove. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/sshsig.h"
#include "judge/report.h"
#include "unit/failing.h"

#define NOW 1767323045 /* 2026-01-02T03:04:05Z */
#define EVENTS 8u
#define KEYS 3u

static char keys[KEYS][EVX_KEY_TEXT_CAP], prints[KEYS][EVX_FINGERPRINT_CAP];

static int make_keys(void **state)
{
	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	for (size_t i = 0; i < KEYS; i++) {
		struct evx_secret *seed;
		struct evx_sshkey pub;

		assert_int_equal(evx_sshkey_new(&seed, &pub, NULL), EVX_OK);
		assert_int_equal(evx_sshkey_encode(&pub, keys[i]), EVX_OK);
		evx_sshkey_fingerprint(&pub, prints[i]);
		evx_secret_free(seed);
	}
	return 0;
}

struct chain {
	struct evx_chain_event at[EVENTS];
	struct evx_chain_result r;
	struct evx_card card; /* of key 0 */
	struct evx_cards cards;
	struct evx_trust_basis basis;
	struct evx_report report;
};

static struct evx_event *add(struct chain *c, enum evx_event_kind kind, size_t by)
{
	struct evx_chain_event *at = &c->at[c->r.n];

	assert_true(c->r.n < EVENTS);
	at->decoded = at->is_signed = at->linked = at->has_hash = at->rightful = true;
	memset(at->hash, 0x77, sizeof(at->hash));
	at->hash[31] = (uint8_t)c->r.n;
	evx_event_set_kind(&at->event, kind);
	at->event.sequence = (uint32_t)c->r.n;
	at->event.time = NOW + at->event.sequence;
	at->event.nsigners = 1;
	memcpy(at->event.signers[0], keys[by], EVX_KEY_TEXT_CAP);
	c->r.rightful = ++c->r.n;
	return &at->event;
}

static void begin(struct chain *c)
{
	memset(c, 0, sizeof(*c));
	c->r.at = c->at;
	memcpy(c->card.signing, keys[0], EVX_KEY_TEXT_CAP);
	memcpy(c->card.person, "Ann", 4);
	c->cards = (struct evx_cards){ &c->card, 1 };
	c->basis.cards = &c->cards;
	(void)add(c, EVX_EVENT_SEAL, 0);
}

static void tell(struct chain *c)
{
	assert_int_equal(evx_report_events(&c->report, &c->r, &c->basis, NULL), EVX_OK);
	assert_int_equal(c->report.nevents, c->r.n);
}

static void end(struct chain *c)
{
	evx_report_free(&c->report);
	assert_int_equal(c->report.nevents, 0);
}

/* What every event says. */
static void each_event(void **state)
{
	struct chain c;

	(void)state;
	begin(&c);
	(void)add(&c, EVX_EVENT_NOTE, 1);
	c.at[1].event.nsigners = 2;
	c.at[1].detached = true;
	(void)add(&c, EVX_EVENT_NOTE, 0);
	tell(&c);
	for (size_t i = 0; i < 3; i++) {
		const struct evx_report_event *e = &c.report.events[i];
		char time[32];

		(void)snprintf(time, sizeof(time), "2026-01-02T03:04:0%zuZ", 5 + i);
		assert_int_equal(e->number, i);
		assert_string_equal(e->type, i == 0 ? "seal" : "note");
		assert_string_equal(e->time, time);
		assert_int_equal(strlen(e->hash), 64);
		assert_memory_equal(e->hash, "7777", 4);
		assert_int_equal(e->hash[63], '0' + (int)i);
		assert_string_equal(e->signer, prints[i == 1]);
		assert_int_equal(e->nsigners, i == 1 ? 2 : 1);
		assert_int_equal(e->trusted, i != 1);
		assert_string_equal(e->card.person, i != 1 ? "Ann" : "");
		assert_int_equal(e->detached, i == 1);
		assert_true(e->counts && !e->claim && !e->is_void && !e->proven);
		assert_int_equal(e->refers, -1);
		assert_int_equal(e->inventoried, -1);
		assert_string_equal(e->party.fingerprint, "");
		assert_true(e->keeps == NULL && e->result == NULL && e->reason == NULL &&
			e->state == NULL);
	}
	end(&c);
}

/* What counts is neither void nor a claim, and stands in the rightful part. */
static void what_counts(void **state)
{
	struct chain c;

	(void)state;
	for (int way = 0; way < 8; way++) {
		const struct evx_report_event *e;

		begin(&c);
		(void)add(&c, EVX_EVENT_NOTE, 0);
		c.at[1].rightful = (way & 1) == 0;
		c.at[1].is_void = (way & 2) != 0;
		c.at[1].claim = (way & 4) != 0;
		tell(&c);
		e = &c.report.events[1];
		assert_int_equal(e->counts, way == 0);
		assert_int_equal(e->is_void, (way & 2) != 0);
		assert_int_equal(e->claim, (way & 4) != 0);
		end(&c);
	}
}

/* Of what nobody could read, or nobody signed, less is said. */
static void not_read(void **state)
{
	struct chain c;
	struct evx_event *e;

	(void)state;
	begin(&c);
	(void)add(&c, EVX_EVENT_NOTE, 0);
	c.at[1].decoded = false;
	(void)add(&c, EVX_EVENT_NOTE, 0);
	c.at[2].has_hash = false;
	e = add(&c, EVX_EVENT_RELEASE, 0);
	memcpy(e->fields.counterparty, keys[1], EVX_KEY_TEXT_CAP);
	c.at[3].is_signed = false;
	e = add(&c, EVX_EVENT_RELEASE, 0);
	memcpy(e->fields.counterparty, keys[1], EVX_KEY_TEXT_CAP);
	e->known = false;
	tell(&c);
	assert_string_equal(c.report.events[1].type, "");
	assert_string_equal(c.report.events[1].signer, "");
	assert_int_equal(strlen(c.report.events[1].hash), 64);
	assert_string_equal(c.report.events[2].hash, "");
	assert_string_equal(c.report.events[2].signer, prints[0]);
	assert_string_equal(c.report.events[3].type, "release");
	assert_string_equal(c.report.events[3].signer, "");
	assert_string_equal(c.report.events[3].party.fingerprint, "");
	assert_null(c.report.events[3].keeps);
	assert_string_equal(c.report.events[4].signer, prints[0]);
	assert_string_equal(c.report.events[4].party.fingerprint, "");
	assert_null(c.report.events[4].keeps);
	end(&c);
}

static struct evx_event *refers(struct chain *c, struct evx_event *e, size_t number)
{
	e->fields.has_refers = true;
	memcpy(e->fields.refers, c->at[number].hash, 32);
	return e;
}

static void of_its_type(void **state)
{
	struct chain c;
	struct evx_event *e;

	(void)state;
	begin(&c);
	e = add(&c, EVX_EVENT_RELEASE, 0);
	memcpy(e->fields.counterparty, keys[1], EVX_KEY_TEXT_CAP);
	e->fields.keeps = EVX_KEEPS_COPY;
	e = refers(&c, add(&c, EVX_EVENT_ACCEPT, 1), 1);
	e->fields.inventoried = true;
	e->fields.result = EVX_RESULT_BROKEN;
	e = refers(&c, add(&c, EVX_EVENT_ACCEPT, 1), 1);
	e->fields.refers[31] ^= 0x40; /* of nothing that is here */
	e = add(&c, EVX_EVENT_TAKE_OVER, 2);
	memcpy(e->fields.former, keys[0], EVX_KEY_TEXT_CAP);
	e->fields.reason = EVX_REASON_LOST_KEY;
	e = refers(&c, add(&c, EVX_EVENT_INQUIRY, 2), 0);
	e->fields.state = EVX_STATE_CLOSED;
	e = add(&c, EVX_EVENT_DISCLOSE, 2);
	memcpy(e->fields.disclosure.uuid, "01234567-89ab-4def-8123-456789abcdef", 37);
	tell(&c);
	assert_string_equal(c.report.events[1].keeps, "copy");
	assert_string_equal(c.report.events[1].party.fingerprint, prints[1]);
	assert_false(c.report.events[1].party.trusted);
	assert_int_equal(c.report.events[2].refers, 1);
	assert_int_equal(c.report.events[2].inventoried, 1);
	assert_string_equal(c.report.events[2].result, "broken");
	assert_null(c.report.events[2].keeps);
	assert_int_equal(c.report.events[3].refers, -1);
	assert_int_equal(c.report.events[3].inventoried, 0);
	assert_string_equal(c.report.events[4].reason, "lost-key");
	assert_string_equal(c.report.events[4].party.fingerprint, prints[0]);
	assert_true(c.report.events[4].party.trusted);
	assert_string_equal(c.report.events[4].party.card.person, "Ann");
	assert_null(c.report.events[4].result);
	assert_int_equal(c.report.events[5].refers, 0);
	assert_string_equal(c.report.events[5].state, "closed");
	assert_string_equal(c.report.events[6].disclosed, "01234567-89ab-4def-8123-456789abcdef");
	assert_string_equal(c.report.events[5].disclosed, "");
	end(&c);
}

static void who_holds_it(void **state)
{
	uint32_t holds[] = { 2, 4 }, open[] = { 5 };
	struct evx_custody_missing missing[] = { { 1, "the answer" }, { 5, "the result" } };
	struct chain c;
	struct evx_report_holding *h = &c.report.holding;

	(void)state;
	begin(&c);
	assert_int_equal(evx_report_holding(&c.report, &c.r, &c.basis, NULL), EVX_OK);
	assert_true(
		h->since == -1 && h->release == -1 && h->authorisation == -1 && h->disposal == -1);
	assert_string_equal(h->holder.fingerprint, "");
	evx_report_free(&c.report);
	for (uint32_t i = 1; i < 6; i++)
		(void)add(&c, EVX_EVENT_NOTE, 0);
	memcpy(c.r.state.holder, keys[0], EVX_KEY_TEXT_CAP);
	c.r.state.since = 3;
	c.r.state.since_time = NOW + 1;
	memcpy(c.r.state.receiver, keys[1], EVX_KEY_TEXT_CAP);
	c.r.state.release = 1;
	c.r.state.authorisation = 4;
	c.r.state.disposal = 5;
	assert_int_equal(evx_report_holding(&c.report, &c.r, &c.basis, NULL), EVX_OK);
	assert_int_equal(h->since, 3);
	assert_string_equal(h->since_time, "2026-01-02T03:04:06Z");
	assert_string_equal(h->holder.fingerprint, prints[0]);
	assert_true(h->holder.trusted);
	assert_true(h->release == -1 && h->authorisation == -1 && h->disposal == -1);
	assert_string_equal(h->receiver.fingerprint, "");
	assert_int_equal(h->nholds + h->ninquiries + h->nmissing, 0);
	evx_report_free(&c.report);
	c.r.state.release_open = c.r.state.authorised = c.r.state.disposed = true;
	c.r.state.holds = holds;
	c.r.state.nholds = 2;
	c.r.state.inquiries = open;
	c.r.state.ninquiries = 1;
	c.r.state.missing = missing;
	c.r.state.nmissing = 2;
	assert_int_equal(evx_report_holding(&c.report, &c.r, &c.basis, NULL), EVX_OK);
	assert_int_equal(h->release, 1);
	assert_string_equal(h->receiver.fingerprint, prints[1]);
	assert_false(h->receiver.trusted);
	assert_int_equal(h->authorisation, 4);
	assert_int_equal(h->disposal, 5);
	assert_true(h->nholds == 2 && h->holds[0] == 2 && h->holds[1] == 4);
	assert_true(h->ninquiries == 1 && h->inquiries[0] == 5);
	assert_int_equal(h->nmissing, 2);
	assert_string_equal(h->missing[0], "the answer");
	assert_string_equal(h->missing[1], "the result");
	end(&c);
}

/* The first branch leaves the chain behind event 1, the second goes on from the first, the third
 * stands nowhere. */
static void branches(struct chain *c, struct evx_chain_branch at[3])
{
	memset(at, 0, 3 * sizeof(*at));
	for (size_t i = 0; i < 3; i++) {
		at[i].number = (uint32_t)(2 + i);
		at[i].time = NOW + (int64_t)i;
		memset(at[i].hash, 0x55, 32);
		at[i].hash[31] = (uint8_t)i;
		memset(at[i].previous, 0x55, 32);
		at[i].previous[31] = 0x99;
		memcpy(at[i].type, "note", 5);
		memcpy(at[i].signer, keys[i], EVX_KEY_TEXT_CAP);
	}
	memcpy(at[0].previous, c->at[1].hash, 32);
	memcpy(at[1].previous, at[0].hash, 32);
	at[0].rightful = true;
	at[1].name = "a receipt";
	c->r.branches = at;
	c->r.nbranches = 3;
}

static void where_it_branches(void **state)
{
	struct evx_chain_branch at[3];
	struct chain c;
	const struct evx_report_branch *b;

	(void)state;
	begin(&c);
	(void)add(&c, EVX_EVENT_NOTE, 0);
	assert_int_equal(evx_report_branches(&c.report, &c.r), EVX_OK);
	assert_int_equal(c.report.nbranches, 0);
	branches(&c, at);
	at[2].signer[20] = '!';
	assert_int_equal(evx_report_branches(&c.report, &c.r), EVX_OK);
	assert_int_equal(c.report.nbranches, 3);
	b = c.report.branches;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(b[i].number, 2 + i);
		assert_int_equal(b[i].after, i == 0 ? 1 : -1);
		assert_int_equal(b[i].behind, i == 1 ? 0 : -1);
		assert_int_equal(b[i].rightful, i == 0);
		assert_string_equal(b[i].type, "note");
		assert_memory_equal(b[i].hash, "5555", 4);
		assert_int_equal(b[i].hash[63], '0' + i);
		assert_int_equal(b[i].time[18], '5' + i);
		assert_string_equal(b[i].signer, i < 2 ? prints[i] : "");
	}
	assert_null(b[0].where);
	assert_string_equal(b[1].where, "a receipt");
	end(&c);
}

static void proofs(void **state)
{
	struct evx_stamp_proof proof = { .time = NOW, .by = 7, .authority = "Clock" };
	struct evx_report_event e = { .number = 0 };

	(void)state;
	evx_report_proof(&e, &proof);
	assert_false(e.proven);
	assert_string_equal(e.proven_time, "");
	proof.proven = true;
	evx_report_proof(&e, &proof);
	assert_true(e.proven);
	assert_string_equal(e.proven_time, "2026-01-02T03:04:05Z");
	assert_int_equal(e.proven_by, 7);
	assert_string_equal(e.proven_authority, "Clock");
	memset(&e, 0, sizeof(e));
	proof.time = INT64_C(253402300800); /* 10000-01-01 */
	evx_report_proof(&e, &proof);
	assert_false(e.proven);
}

/* The original's record, and where it gives out this bundle. */
static void of_the_original(void **state)
{
	static char label[] = "Case 7", number[] = "A-1";
	const struct evx_seal_fields own = {
		.origin = { .lines = 10, .withheld = 4, .names_only = 3, .in_part = 2 }
	};
	const struct evx_stamp_proof proven[3] = { { .proven = false }, { .proven = true },
		{ .proven = false } };
	struct chain c;
	struct evx_event *e;
	struct evx_report_origin *o = &c.report.origin;

	(void)state;
	for (int way = 0; way < 7; way++) {
		begin(&c);
		memcpy(c.report.uuid, "11111111-1111-4111-8111-111111111111", 37);
		memcpy(c.at[0].event.uuid, "22222222-2222-4222-8222-222222222222", 37);
		memcpy(c.r.exhibit, c.at[0].hash, 32);
		c.at[0].event.seal.case_label = way == 6 ? NULL : label;
		c.at[0].event.seal.exhibit_number = way == 6 ? NULL : number;
		(void)add(&c, EVX_EVENT_NOTE, 1);
		e = add(&c, way == 1 ? EVX_EVENT_NOTE : EVX_EVENT_DISCLOSE, 0);
		memcpy(e->fields.counterparty, keys[2], EVX_KEY_TEXT_CAP);
		memcpy(e->fields.disclosure.uuid, c.report.uuid, 37);
		if (way == 2)
			e->fields.disclosure.uuid[35] = '2';
		c.at[2].is_void = way == 3;
		c.at[2].claim = way == 4;
		c.at[2].rightful = way != 5;
		assert_int_equal(
			evx_report_origin_facts(&c.report, &c.r, &own, &c.basis, proven, NULL),
			EVX_OK);
		assert_true(o->present);
		assert_string_equal(o->uuid, "22222222-2222-4222-8222-222222222222");
		assert_memory_equal(o->seal_hash, "7777", 4);
		assert_true(o->lines == 10 && o->withheld == 4 && o->shown == 6);
		assert_true(o->names_only == 3 && o->in_part == 2);
		assert_int_equal(o->public_case == NULL, way == 6);
		assert_int_equal(o->public_exhibit == NULL, way == 6);
		if (way != 6) {
			assert_string_equal(o->public_case, "Case 7");
			assert_string_equal(o->public_exhibit, "A-1");
		}
		assert_string_equal(o->sealed, "2026-01-02T03:04:05Z");
		assert_string_equal(o->sealer.fingerprint, prints[0]);
		assert_int_equal(o->nevents, 3);
		assert_true(!o->events[0].proven && o->events[1].proven && !o->events[2].proven);
		assert_int_equal(o->entry, way == 0 || way == 6 ? 2 : -1);
		assert_string_equal(o->disclosed, o->entry == 2 ? "2026-01-02T03:04:07Z" : "");
		assert_string_equal(o->by.fingerprint, o->entry == 2 ? prints[0] : "");
		assert_string_equal(o->to.fingerprint, o->entry == 2 ? prints[2] : "");
		evx_report_free(&c.report);
	}
	/* Without a seal that can be followed nothing is said. */
	begin(&c);
	c.r.rightful = 0;
	assert_int_equal(
		evx_report_origin_facts(&c.report, &c.r, &own, &c.basis, NULL, NULL), EVX_OK);
	assert_false(o->present);
	end(&c);
}

/* ---- No memory */

static void count(struct outcome *out, const char *text)
{
	for (; *text != '\0'; text++)
		out->number[0] = out->number[0] * 31 + (unsigned char)*text;
	out->number[1]++;
}

static enum evx_err tell_all(void *ctx, struct outcome *out)
{
	const struct chain *c = ctx;
	struct evx_report r = { .nevents = 0 };
	enum evx_err err = evx_report_events(&r, &c->r, &c->basis, NULL);

	if (err == EVX_OK)
		err = evx_report_branches(&r, &c->r);
	if (err == EVX_OK)
		err = evx_report_holding(&r, &c->r, &c->basis, NULL);
	for (size_t i = 0; i < r.nevents; i++) {
		count(out, r.events[i].signer);
		count(out, r.events[i].party.fingerprint);
		count(out, r.events[i].card.person);
		out->number[2] += r.events[i].trusted;
	}
	for (size_t i = 0; i < r.nbranches; i++) {
		count(out, r.branches[i].signer);
		count(out, r.branches[i].where != NULL ? r.branches[i].where : "");
	}
	count(out, r.holding.holder.fingerprint);
	out->number[3] = r.holding.nmissing * 10 + r.holding.nholds;
	evx_report_free(&r);
	return err;
}

static void without_memory(void **state)
{
	static uint32_t holds[] = { 1 };
	static struct evx_custody_missing missing[] = { { 1, "the answer" } };
	static struct evx_chain_branch at[3];
	static struct chain c;
	struct outcome usual = { { 0 } };
	struct evx_event *e;

	(void)state;
	begin(&c);
	e = add(&c, EVX_EVENT_RELEASE, 0);
	memcpy(e->fields.counterparty, keys[1], EVX_KEY_TEXT_CAP);
	branches(&c, at);
	memcpy(c.r.state.holder, keys[0], EVX_KEY_TEXT_CAP);
	c.r.state.holds = holds;
	c.r.state.missing = missing;
	c.r.state.nholds = c.r.state.nmissing = 1;
	assert_int_equal(tell_all(&c, &usual), EVX_OK);
	assert_int_equal(usual.number[2], 2);
	assert_int_equal(usual.number[3], 11);
#ifdef NOT_HERE
	(void)each_fails;
#else
	each_fails("a report", tell_all, &c, 10);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event),
		cmocka_unit_test(what_counts),
		cmocka_unit_test(not_read),
		cmocka_unit_test(of_its_type),
		cmocka_unit_test(who_holds_it),
		cmocka_unit_test(where_it_branches),
		cmocka_unit_test(proofs),
		cmocka_unit_test(of_the_original),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
