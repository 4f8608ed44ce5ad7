/* What the time-stamps of a chain prove. The responses are those of an authority made with openssl
 * (tests/tsa.sh). */
#include "custody/stamp.h"

#include "crypto/secret.h"
#include "tools.h"

static const char record[] = "0000000000000000000000000000000000000000000000000000000000000000  "
			     "custody/0000-seal.json\n";

struct bench {
	struct tool_dir dir;
	struct evx_buf response;
	struct evx_timestamp_authorities *trusted, *others;
	int64_t time; /* of the response */
	struct evx_chain_event events[3];
	struct evx_chain_result chain;
	struct evx_stamp_proof proofs[3];
	struct evx_stamp_seen seen;
	struct evx_findings findings;
};

static struct evx_timestamp_authorities *load(const struct tool_dir *d, const char *name)
{
	struct evx_timestamp_authorities *a = NULL;
	struct evx_buf pem = EVX_BUF_INIT;

	tool_get(d, name, &pem);
	assert_int_equal(evx_timestamp_authorities_read(pem.data, pem.len, &a, NULL), EVX_OK);
	evx_buf_free(&pem);
	return a;
}

static int setup(void **state)
{
	static struct bench b;
	char command[4200], *here;
	struct evx_timestamp t;

	memset(&b, 0, sizeof(b));
	tool_needed("openssl");
	tool_dir_open(&b.dir);
	here = getcwd(NULL, 0);
	assert_non_null(here);
	snprintf(command, sizeof(command), "ln -s %s/tests/tsa.sh tsa.sh && sh ./tsa.sh make .",
		here);
	free(here);
	assert_int_equal(tool_run(&b.dir, command), 0);
	tool_put(&b.dir, "record", record, sizeof(record) - 1);
	assert_int_equal(tool_run(&b.dir,
				 "openssl ts -query -data record -sha256 -cert -out q && sh "
				 "./tsa.sh answer . tsa q r"),
		0);
	tool_get(&b.dir, "r", &b.response);
	b.trusted = load(&b.dir, "ca.pem");
	b.others = load(&b.dir, "other-ca.pem");
	assert_int_equal(evx_timestamp_check(b.response.data, b.response.len, record,
				 sizeof(record) - 1, NULL, b.trusted, &t, NULL),
		EVX_OK);
	b.time = t.time;
	b.chain.at = b.events;
	b.chain.n = b.chain.rightful = 3;
	for (int i = 0; i < 3; i++) {
		b.events[i].event.time = b.time - 10 + i;
		b.events[i].same_record = i > 0;
	}
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	evx_timestamp_authorities_free(b->trusted);
	evx_timestamp_authorities_free(b->others);
	evx_buf_free(&b->response);
	evx_findings_free(&b->findings);
	tool_dir_close(&b->dir);
	return 0;
}

static void judge(struct bench *b, uint32_t number, const char *bytes,
	const struct evx_timestamp_authorities *trusted)
{
	assert_int_equal(evx_stamp_judge(&b->chain, number, "custody/0001-note.tsr",
				 (struct evx_bytes){ (const uint8_t *)bytes, strlen(bytes) },
				 (struct evx_bytes){ b->response.data, b->response.len }, trusted,
				 b->proofs, &b->seen, &b->findings, NULL),
		EVX_OK);
}

static void settle(struct bench *b, bool wanted)
{
	assert_int_equal(
		evx_stamp_settle(&b->chain, wanted, b->proofs, &b->findings, NULL), EVX_OK);
}

/* The only finding is this one. */
static void found(const struct bench *b, const char *code, enum evx_weight weight, uint32_t event,
	const char *says)
{
	assert_int_equal(b->findings.n, 1);
	assert_string_equal(b->findings.at[0].code, code);
	assert_int_equal(b->findings.at[0].weight, weight);
	assert_int_equal(b->findings.at[0].line, EVX_ON_TRUST);
	assert_int_equal(b->findings.at[0].event, event);
	assert_non_null(strstr(b->findings.at[0].text, says));
}

/* A stamp vouches for the events before its own only as far as their signatures are those that the
 * next one's author saw. */
static void test_proves_no_later_signature(void **state)
{
	struct bench *b = *state;

	judge(b, 2, record, b->trusted);
	b->events[1].same_record = false;
	settle(b, true);
	b->events[1].same_record = true;
	assert_true(b->proofs[2].proven && b->proofs[1].proven);
	assert_false(b->proofs[0].proven);
	found(b, "T-STAMP-NONE", EVX_WEIGHT_GAP, EVX_NO_EVENT, "seal");
}

/* A stamp vouches for its event and those before, not for those after. */
static void test_proves(void **state)
{
	struct bench *b = *state;

	judge(b, 1, record, b->trusted);
	settle(b, true);
	assert_int_equal(b->findings.n, 0);
	for (int i = 0; i < 2; i++) {
		assert_true(b->proofs[i].proven);
		assert_int_equal(b->proofs[i].time, b->time);
		assert_int_equal(b->proofs[i].by, 1);
		assert_string_equal(b->proofs[i].authority, "CN = Test Time Authority, O = Test");
	}
	assert_false(b->proofs[2].proven);
}

/* The earliest of several counts, its own event's or a later one's. */
static void test_earliest(void **state)
{
	struct bench *b = *state;

	b->proofs[0] = (struct evx_stamp_proof){ .proven = true, .time = b->time + 100, .by = 0 };
	b->proofs[2] = (struct evx_stamp_proof){ .proven = true, .time = b->time - 5, .by = 2 };
	judge(b, 2, record, b->trusted);
	assert_int_equal(b->proofs[2].time, b->time - 5);
	judge(b, 0, record, b->trusted);
	assert_int_equal(b->proofs[0].time, b->time);
	settle(b, true);
	assert_int_equal(b->proofs[0].time, b->time - 5);
	assert_int_equal(b->proofs[0].by, 2);
}

static void test_bad(void **state)
{
	struct bench *b = *state;

	judge(b, 1, "another record\n", b->trusted);
	found(b, "T-STAMP-BAD", EVX_WEIGHT_GAP, 1, "over other bytes");
	assert_string_equal(b->findings.at[0].text,
		"custody/0001-note.tsr proves nothing: it is over other bytes.");
	assert_false(b->proofs[1].proven);
}

static void test_untrusted(void **state)
{
	struct bench *b = *state;

	judge(b, 1, record, b->others);
	found(b, "T-STAMP-UNTRUSTED", EVX_WEIGHT_REMARK, 1,
		"none of the certificates trusted here");
	assert_false(b->proofs[1].proven);
}

static void test_unchecked(void **state)
{
	struct bench *b = *state;

	judge(b, 1, record, NULL);
	settle(b, false);
	found(b, "T-STAMP-UNCHECKED", EVX_WEIGHT_INFO, 1, "not compared with any certificate");
	assert_false(b->proofs[0].proven || b->proofs[1].proven);
}

/* A bad one is bad, whoever is trusted. */
static void test_bad_unchecked(void **state)
{
	struct bench *b = *state;

	judge(b, 1, "another record\n", NULL);
	found(b, "T-STAMP-BAD", EVX_WEIGHT_GAP, 1, "over other bytes");
}

/* Authorities were named and nothing is there: as after somebody took the stamps away. */
static void test_none(void **state)
{
	struct bench *b = *state;

	settle(b, true);
	found(b, "T-STAMP-NONE", EVX_WEIGHT_GAP, EVX_NO_EVENT, "No trusted time-stamp");
}

static void test_ahead(void **state)
{
	struct bench *b = *state;

	b->events[1].event.time = b->time + EVX_STAMP_SLACK;
	judge(b, 1, record, b->trusted);
	assert_int_equal(b->findings.n, 0);
	b->events[1].event.time++;
	judge(b, 1, record, b->trusted);
	found(b, "T-STAMP-TIME", EVX_WEIGHT_REMARK, 1, "clock was fast");
}

static void test_late(void **state)
{
	struct bench *b = *state;

	b->events[1].event.time = b->time - EVX_STAMP_FAR;
	judge(b, 1, record, b->trusted);
	settle(b, true);
	assert_int_equal(b->findings.n, 0);
	b->events[1].event.time--;
	settle(b, true);
	found(b, "T-STAMP-TIME", EVX_WEIGHT_REMARK, 1, "proves only that it existed at");
}

/* The certificate's end comes with a good stamp, and with no other. */
static void test_seen(void **state)
{
	struct bench *b = *state;

	judge(b, 1, record, b->others);
	assert_int_equal(b->seen.time, 0);
	judge(b, 1, record, b->trusted);
	assert_int_equal(b->seen.event, 1);
	assert_int_equal(b->seen.time, b->time);
	assert_int_equal(b->seen.expires, INT64_C(2208988800)); /* 2040-01-01, as tsa.sh says */
	assert_int_equal(b->seen.listed, EVX_NO_EVENT);
}

/* How many of the stamps are remarked as old at time now. */
static size_t old(const struct evx_stamp_seen *stamps, size_t n, int64_t now)
{
	struct evx_stamp_seen seen[4];
	struct evx_findings f = { 0 };
	size_t found;

	memcpy(seen, stamps, n * sizeof(*seen));
	assert_int_equal(evx_stamp_renewed(seen, n, now, NULL, &f, NULL), EVX_OK);
	for (size_t i = 0; i < f.n; i++) {
		assert_string_equal(f.at[i].code, "T-STAMP-OLD");
		assert_int_equal(f.at[i].weight, EVX_WEIGHT_REMARK);
	}
	found = f.n;
	evx_findings_free(&f);
	return found;
}

static void test_renewed(void **state)
{
	/* A seal's stamp, listed by event 1, whose stamp is listed by event 3, whose stamp nobody
	 * lists. */
	const struct evx_stamp_seen good[3] = { { 0, 100, 200, 1, "a" }, { 1, 190, 300, 3, "b" },
		{ 3, 290, 400, EVX_NO_EVENT, "c" } };
	struct evx_stamp_seen s[3];

	(void)state;
	assert_int_equal(old(good, 0, 150), 0);
	assert_int_equal(old(good, 1, 200), 0);
	assert_int_equal(old(good, 1, 201), 1); /* expired, and never renewed */
	assert_int_equal(old(good, 2, 300), 0);
	assert_int_equal(old(good, 2, 301), 2); /* the renewal expired, too, and with it what it
						   covered */
	assert_int_equal(old(good, 3, 400), 0);
	assert_int_equal(old(good, 3, 401), 3);
	memcpy(s, good, sizeof(s));
	s[1].time = 201; /* renewed after it had expired */
	assert_int_equal(old(s, 3, 250), 1);
	memcpy(s, good, sizeof(s));
	s[0].listed = 2; /* the stamp over event 1 does not cover it; that over event 3 was made too
			    late */
	assert_int_equal(old(s, 3, 350), 1);
	s[2].time = 200;
	assert_int_equal(old(s, 3, 350), 0);
	s[0].listed = EVX_NO_EVENT; /* no record lists it: nobody says that it was there */
	assert_int_equal(old(s, 3, 350), 1);
	memcpy(s, good, sizeof(s));
	s[0].event = s[1].event = s[2].event = 0; /* stamps of one event do not cover each other */
	s[1].listed = s[2].listed = 1;
	assert_int_equal(old(s, 3, 301), 2);
}

/* A compromised key is not helped by an authority whose certificate has expired: anybody may have
 * that one's key. */
static void test_held(void **state)
{
	struct evx_chain_event at[3] = { { .same_record = false }, { .same_record = true },
		{ .same_record = true } };
	const struct evx_chain_result chain = { .at = at, .n = 3, .rightful = 3 };
	const struct evx_stamp_seen old_one = { 0, 100, 200, EVX_NO_EVENT, "a" },
				    second = { 0, 150, 900, EVX_NO_EVENT, "b" },
				    later = { 2, 190, 900, EVX_NO_EVENT, "c" };
	struct evx_findings f = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct evx_stamp_proof proofs[3] = { { .proven = true, .time = 100 } };
		struct evx_stamp_seen seen[2] = { old_one, i == 1 ? second : later };
		int64_t proven_time;
		uint32_t by;

		if (i == 2)
			proofs[2] = (struct evx_stamp_proof){
				.proven = true, .time = 190, .by = 2
			};
		assert_int_equal(evx_stamp_renewed(seen, i == 1 || i == 2 ? 2 : 1,
					 i == 3 ? 200 : 300, proofs, &f, NULL),
			EVX_OK);
		assert_int_equal(evx_stamp_settle(&chain, true, proofs, &f, NULL), EVX_OK);
		assert_true(proofs[0].proven);
		assert_int_equal(proofs[0].time, 100);
		assert_int_equal(evx_stamp_held(&proofs[0], &proven_time, &by), i != 0);
		assert_int_equal(proofs[0].old, i != 3);
		if (i != 0)
			assert_int_equal(proven_time, i == 1 ? 150 : i == 2 ? 190 : 100);
		if (i != 0)
			assert_int_equal(by, i == 2 ? 2 : 0);
	}
	evx_findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_seen, setup, teardown),
		cmocka_unit_test(test_renewed),
		cmocka_unit_test(test_held),
		cmocka_unit_test_setup_teardown(test_proves, setup, teardown),
		cmocka_unit_test_setup_teardown(test_proves_no_later_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(test_earliest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_untrusted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unchecked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_unchecked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ahead, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late, setup, teardown),
	};

	if (evx_crypto_init(NULL) != EVX_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
