/* format/member.h, format/order.h, format/uuid.h, format/decimal.h: names and their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/decimal.h"
#include "format/order.h"
#include "format/uuid.h"
#include "edits.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PACK "data/" HASH ".pack"

static void test_names(void **state)
{
	static const char *const good[] = { "bagit.txt", "README.txt", "keys/0000-custody.age",
		"keys/9999-content.age", PACK, "manifest-sha256.txt", "bag-info.txt",
		"tagmanifest-sha256.txt", "custody/0000-seal.json",
		"custody/0001-take-over.json.sig1", "custody/0001-x.json.sig16",
		"custody/0002-x.details.age", "custody/0002-x.content.age",
		"custody/0002-x.listing.age", "custody/0002-x.attach1.age",
		"custody/0002-x.attach999.age",
		"custody/9999-abcdefghijklmnopqrstuvwxyz-abcde.record", "custody/0002-x.tsr",
		"custody/0002-x.tsr2", "custody/0002-x.tsr999", "index-0000", "index-9999",
		"append-0001", "origin/custody/0000-seal.json",
		"origin/custody/0000-seal.json.sig2",
		"origin/custody/9999-abcdefghijklmnopqrstuvwxyz-abcde.record",
		"origin/custody/0003-x.tsr", "origin/custody/0003-x.tsr12" };
	char again[EVX_MEMBER_NAME_CAP];
	struct evx_member_id id;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(evx_member_parse(good[i], &id, NULL), EVX_OK);
		assert_int_equal(evx_member_name(&id, again), EVX_OK);
		assert_string_equal(again, good[i]);
	}
	assert_int_equal(evx_member_parse("custody/0012-take-over.json.sig3", &id, NULL), EVX_OK);
	assert_int_equal(id.kind, EVX_MEMBER_SIG);
	assert_int_equal(id.event, 12);
	assert_int_equal(id.number, 3);
	assert_string_equal(id.type, "take-over");
	assert_int_equal(evx_member_parse("custody/0012-x.tsr", &id, NULL), EVX_OK);
	assert_int_equal(id.number, 1);
}

static void test_bad_names(void **state)
{
	static const char *const bad[] = { "", "/", "bagit.txt ", "Bagit.txt", "bagit.txt/",
		"readme.txt", "./bagit.txt", "../bagit.txt", "keys/0000-other.age",
		"keys/000-custody.age", "keys/00000-custody.age", "keys/0000-custody.agex",
		"keys/-001-custody.age", "data/" HASH, "data/" HASH ".packs",
		"data/" HASH ".recipe", "data/0" HASH ".pack",
		"data/00112233445566778899AABBccddeeff00112233445566778899aabbccddeeff.pack",
		"data/abc.pack", "data/", "custody/0000-.json", "custody/0000-Seal.json",
		"custody/0000-seal2.json", "custody/000-seal.json", "custody/00000-seal.json",
		"custody/0000-seal", "custody/0000-seal.json.sig", "custody/0000-seal.json.sig0",
		"custody/0000-seal.json.sig01", "custody/0000-seal.json.sig17",
		"custody/0000-seal.json.sig1x", "custody/0000-seal.tsr0", "custody/0000-seal.tsr1",
		"custody/0000-seal.tsr1000", "custody/0000-seal.attach.age",
		"custody/0000-seal.attach0.age", "custody/0000-seal.attach01.age",
		"custody/0000-seal.attach1000.age",
		"custody/0000-abcdefghijklmnopqrstuvwxyz-abcdef.json",
		"custody/0000-seal.other.age", "custody/x/0000-seal.json",
		"custody/0000-se/al.json", "index-000", "index-00000", "index-10000", "append-0000",
		"append-1", "index-0000/x", "custody/0000-seal.json\n", "origin/0000-seal.json",
		"origin/custody/0000-seal.details.age", "origin/custody/0000-seal.content.age",
		"origin/custody/0000-seal.attach1.age", "origin/custody/0000-seal.json.sig17",
		"origin/keys/0000-custody.age", "origin/custody/",
		"origin/origin/custody/0000-seal.json", "origin/bagit.txt" };
	struct evx_member_id id, zero;
	size_t i;

	(void)state;
	memset(&zero, 0, sizeof(zero));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (evx_member_parse(bad[i], &id, NULL) != EVX_E_CORRUPT)
			fail_msg("taken: %s", bad[i]);
		assert_memory_equal(&id, &zero, sizeof(id));
	}
}

static void test_bad_ids(void **state)
{
	struct evx_member_id id = {
		.kind = EVX_MEMBER_JSON, .event = EVX_EVENTS_MAX, .type = "seal"
	};
	char name[EVX_MEMBER_NAME_CAP];

	(void)state;
	assert_int_equal(evx_member_name(&id, name), EVX_E_USAGE);
	id.event = 0;
	assert_int_equal(evx_member_name(&id, name), EVX_OK);
	id.number = 1;
	assert_int_equal(evx_member_name(&id, name), EVX_E_USAGE);
	id.number = 0;
	strcpy(id.type, "a.b");
	assert_int_equal(evx_member_name(&id, name), EVX_E_USAGE);
	id.kind = EVX_MEMBER_INDEX;
	id.number = EVX_GROUPS_MAX;
	assert_int_equal(evx_member_name(&id, name), EVX_E_USAGE);
	id.kind = EVX_MEMBER_KEY_CONTENT;
	id.event = EVX_EVENTS_MAX;
	assert_int_equal(evx_member_name(&id, name), EVX_E_USAGE);
}

/* Feeds names; gives the number of the first one not in order, or -1, then whether the end may be
 * here. */
static int feed(const char *const *names, size_t n, bool *may_end, enum evx_order_verdict *verdict,
	struct evx_diag *diag)
{
	struct evx_order o = EVX_ORDER_INIT;
	struct evx_member_id id;
	int first = -1;
	size_t i;

	for (i = 0; i < n && first < 0; i++) {
		assert_int_equal(evx_member_parse(names[i], &id, NULL), EVX_OK);
		if (evx_order_next(&o, &id, verdict, diag) != EVX_OK)
			first = (int)i;
	}
	*may_end = evx_order_end(&o, NULL) == EVX_OK;
	evx_order_free(&o);
	return first;
}

static const char *const whole[] = { "bagit.txt", "README.txt", "keys/0000-custody.age",
	"keys/0000-content.age", PACK,
	"data/"
	"11112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	".pack",
	"manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt", "custody/0000-seal.json",
	"custody/0000-seal.json.sig1", "custody/0000-seal.json.sig2",
	"custody/0000-seal.details.age", "custody/0000-seal.content.age",
	"custody/0000-seal.listing.age", "custody/0000-seal.attach1.age",
	"custody/0000-seal.attach2.age", "custody/0000-seal.record", "index-0000", "append-0001",
	"custody/0000-seal.tsr", "index-0001", "append-0002", "keys/0001-custody.age",
	"keys/0001-content.age", "custody/0001-rewrap.json", "custody/0001-rewrap.json.sig1",
	"custody/0001-rewrap.record", "index-0002", "append-0003", "custody/0002-note.json",
	"custody/0002-note.json.sig1", "custody/0002-note.record", "index-0003", "append-0004",
	"custody/0000-seal.tsr2", "index-0004", "append-0005", "custody/0001-rewrap.tsr",
	"index-0005" };
#define WHOLE (sizeof(whole) / sizeof(whole[0]))

/* Of a disclosure's original: between bag-info.txt and the tag manifest, by event, kind and number.
 */
static void test_origin(void **state)
{
	static const char *const files[] = { "origin/custody/0000-seal.json",
		"origin/custody/0000-seal.json.sig1", "origin/custody/0000-seal.record",
		"origin/custody/0000-seal.tsr", "origin/custody/0000-seal.tsr2",
		"origin/custody/0001-note.json", "origin/custody/0001-note.json.sig1",
		"origin/custody/0001-note.json.sig2", "origin/custody/0001-note.record" };
	const size_t n = sizeof(files) / sizeof(files[0]), at = 8; /* tagmanifest-sha256.txt */
	const char *names[WHOLE + sizeof(files) / sizeof(files[0])];
	enum evx_order_verdict verdict;
	bool may_end;
	size_t i;

	(void)state;
	memcpy(names, whole, at * sizeof(names[0]));
	memcpy(names + at, files, sizeof(files));
	memcpy(names + at + n, whole + at, (WHOLE - at) * sizeof(names[0]));
	assert_int_equal(feed(names, WHOLE + n, &may_end, &verdict, NULL), -1);
	assert_true(may_end);
	for (i = at; i + 1 < at + n; i++) {
		const char *kept = names[i];

		names[i] = names[i + 1];
		names[i + 1] = kept;
		assert_int_equal(feed(names, WHOLE + n, &may_end, &verdict, NULL), i + 1);
		assert_int_equal(verdict, EVX_ORDER_MISPLACED);
		names[i + 1] = names[i]; /* the same twice */
		assert_int_equal(feed(names, WHOLE + n, &may_end, &verdict, NULL), i + 1);
		names[i] = kept;
	}
	/* Behind the tag manifest, and before bag-info.txt. */
	names[at + n - 1] = whole[at];
	names[at + n] = files[n - 1];
	assert_int_equal(feed(names, WHOLE + n, &may_end, &verdict, NULL), at + n);
	assert_int_equal(verdict, EVX_ORDER_MISPLACED);
	names[at - 1] = files[0];
	names[at] = whole[at - 1];
	assert_int_equal(feed(names, WHOLE + n, &may_end, &verdict, NULL), at - 1);
	assert_int_equal(verdict, EVX_ORDER_GAP);
}

static void test_order(void **state)
{
	enum evx_order_verdict verdict;
	bool may_end;
	size_t n;

	(void)state;
	for (n = 0; n <= WHOLE; n++) {
		assert_int_equal(feed(whole, n, &may_end, &verdict, NULL), -1);
		assert_int_equal(
			may_end, n == 19 || n == 22 || n == 29 || n == 34 || n == 37 || n == 40);
	}
}

/* What the message says may come next. */
static void test_expected(void **state)
{
	static const struct {
		size_t after;
		const char *want;
	} cases[] = {
		{ 0, "bagit.txt" },
		{ 2, "keys/0000-custody.age" },
		{ 4, "a pack" },
		{ 5, "a pack or manifest-sha256.txt" },
		{ 7, "bag-info.txt" },
		{ 8, "tagmanifest-sha256.txt" },
		{ 9, "a file of event 0000" },
		{ 10, "the next file of event 0000, up to its record" },
		{ 17, "the next file of event 0000, up to its record" },
		{ 18, "index-0000, since a group holds one event or one time-stamp" },
		{ 19, "append-0001 or the end" },
		{ 20, "a file of event 0001 or a time-stamp of an earlier one" },
		{ 21, "index-0001, since a group holds one event or one time-stamp" },
		{ 22, "append-0002 or the end" },
		{ 25, "the next file of event 0001, up to its record" },
		{ 29, "append-0003 or the end" },
		{ 30, "a file of event 0002 or a time-stamp of an earlier one" },
	};
	const char *names[WHOLE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum evx_order_verdict verdict;
		struct evx_diag diag = { 0 };
		char want[160];
		bool may_end;

		/* What comes next is one that comes nowhere here. */
		memcpy(names, whole, sizeof(names));
		names[cases[i].after] = "index-0009";
		snprintf(want, sizeof(want), "member order: expected %s, found index-0009",
			cases[i].want);
		assert_int_equal(
			feed(names, cases[i].after + 1, &may_end, &verdict, &diag), cases[i].after);
		assert_string_equal(diag.text, want);
	}
}

/* Any two neighbours swapped are out of order, packs apart. */
static void test_swapped(void **state)
{
	const char *names[WHOLE];
	enum evx_order_verdict verdict;
	bool may_end;
	size_t i;

	(void)state;
	for (i = 0; i + 1 < WHOLE; i++) {
		memcpy(names, whole, sizeof(names));
		names[i] = whole[i + 1];
		names[i + 1] = whole[i];
		if (i == 4)
			assert_int_equal(feed(names, WHOLE, &may_end, &verdict, NULL), -1);
		else
			assert_true(feed(names, WHOLE, &may_end, &verdict, NULL) >= 0);
	}
}

/* Any member given twice is out of order at the second time, packs apart. */
static void test_twice(void **state)
{
	const char *names[WHOLE + 1];
	enum evx_order_verdict verdict;
	bool may_end;
	size_t i;

	(void)state;
	for (i = 0; i < WHOLE; i++) {
		memcpy(names, whole, sizeof(whole));
		memmove(names + i + 1, whole + i, (WHOLE - i) * sizeof(names[0]));
		if (i == 4 || i == 5) {
			assert_int_equal(feed(names, WHOLE + 1, &may_end, &verdict, NULL), -1);
			continue;
		}
		assert_int_equal(feed(names, WHOLE + 1, &may_end, &verdict, NULL), (int)i + 1);
		assert_int_equal(verdict, EVX_ORDER_MISPLACED);
	}
}

/* What may be left out, and what may not. */
static void test_left_out(void **state)
{
	static const bool optional[WHOLE] = { [4] = true,
		[5] = true,
		[11] = true,
		[12] = true,
		[13] = true,
		[14] = true,
		[16] = true,
		[23] = true,
		[24] = true };
	const char *names[WHOLE];
	enum evx_order_verdict verdict;
	struct evx_diag diag;
	bool may_end;
	size_t i;

	(void)state;
	for (i = 0; i + 1 < WHOLE; i++) {
		int at;

		memcpy(names, whole, sizeof(names));
		memmove(names + i, whole + i + 1, (WHOLE - i - 1) * sizeof(names[0]));
		memset(&diag, 0, sizeof(diag));
		at = feed(names, WHOLE - 1, &may_end, &verdict, &diag);
		if (optional[i] != (at < 0))
			fail_msg("%s left out: %d", whole[i], at);
		if (at >= 0)
			assert_non_null(strstr(diag.text, "expected"));
	}
}

static void expect_at(const char *const *names, size_t n, int at, enum evx_order_verdict want)
{
	enum evx_order_verdict verdict;
	bool may_end;

	assert_int_equal(feed(names, n, &may_end, &verdict, NULL), at);
	assert_int_equal(verdict, want);
}

static void test_rules(void **state)
{
	const char *names[WHOLE + 2];

	(void)state;
	/* An event's files all have one type. */
	memcpy(names, whole, sizeof(whole));
	names[10] = "custody/0000-note.json.sig1";
	expect_at(names, WHOLE, 10, EVX_ORDER_MISPLACED);
	/* The same for a late time-stamp. */
	memcpy(names, whole, sizeof(whole));
	names[20] = "custody/0000-note.tsr";
	expect_at(names, WHOLE, 20, EVX_ORDER_MISPLACED);
	/* Time-stamps are counted across groups. */
	memcpy(names, whole, sizeof(whole));
	names[35] = "custody/0000-seal.tsr3";
	expect_at(names, WHOLE, 35, EVX_ORDER_GAP);
	names[35] = "custody/0000-seal.tsr";
	expect_at(names, WHOLE, 35, EVX_ORDER_MISPLACED);
	/* Only time-stamps may be added to an event of an earlier group. */
	names[35] = "custody/0000-seal.attach3.age";
	expect_at(names, WHOLE, 35, EVX_ORDER_MISPLACED);
	names[35] = "custody/0000-seal.json.sig3";
	expect_at(names, WHOLE, 35, EVX_ORDER_MISPLACED);
	/* Numbers of events have no gap. */
	names[35] = "custody/0004-note.json";
	expect_at(names, WHOLE, 35, EVX_ORDER_GAP);
	/* A group has a file of an event. */
	names[35] = "index-0004";
	expect_at(names, WHOLE, 35, EVX_ORDER_GAP);
	/* Groups are numbered without gap. */
	memcpy(names, whole, sizeof(whole));
	names[19] = "append-0002";
	expect_at(names, WHOLE, 19, EVX_ORDER_MISPLACED);
	memcpy(names, whole, sizeof(whole));
	names[33] = "index-0002";
	expect_at(names, WHOLE, 33, EVX_ORDER_MISPLACED);
	/* Group 0000 holds event 0000 only. */
	memcpy(names, whole, sizeof(whole));
	names[18] = "custody/0001-note.json";
	expect_at(names, WHOLE, 18, EVX_ORDER_GAP);
	/* Nothing but a joint follows an index. */
	names[18] = whole[18];
	names[19] = "custody/0001-note.json";
	expect_at(names, WHOLE, 19, EVX_ORDER_MISPLACED);
}

/* A later group holds one whole event, or one time-stamp: there is one way to lay a chain out. */
static void test_one_each(void **state)
{
	static const struct {
		size_t at;
		const char *name;
	} second[] = {
		{ 18, "custody/0000-seal.tsr" },   /* with the seal */
		{ 33, "custody/0002-note.tsr" },   /* with its own event */
		{ 33, "custody/0001-rewrap.tsr" }, /* with a later one */
		{ 33, "custody/0003-note.json" },  /* an event behind an event */
		{ 33, "keys/0003-custody.age" },
		{ 21, "custody/0000-seal.tsr2" }, /* a time-stamp behind a time-stamp */
		{ 36, "custody/0001-rewrap.tsr" },
		{ 21, "custody/0001-note.json" }, /* an event behind a time-stamp */
		{ 21, "keys/0001-custody.age" },
	};
	const char *names[WHOLE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(second) / sizeof(second[0]); i++) {
		memcpy(names, whole, sizeof(whole));
		names[second[i].at] = second[i].name;
		expect_at(names, WHOLE, (int)second[i].at,
			second[i].at == 33 && i == 2 ? EVX_ORDER_MISPLACED : EVX_ORDER_GAP);
	}
}

/* After a fault the order goes on where it can: one fault, one complaint. */
static void test_goes_on(void **state)
{
	struct evx_order o = EVX_ORDER_INIT;
	enum evx_order_verdict verdict;
	struct evx_member_id id;
	unsigned faults = 0;
	size_t i;

	(void)state;
	for (i = 0; i < WHOLE; i++) {
		if (i == 1)
			continue;
		assert_int_equal(evx_member_parse(whole[i], &id, NULL), EVX_OK);
		faults += evx_order_next(&o, &id, &verdict, NULL) != EVX_OK;
	}
	assert_int_equal(faults, 1);
	assert_int_equal(evx_order_end(&o, NULL), EVX_OK);
	assert_int_equal(o.events, 3);
	assert_int_equal(o.group, 5);
	evx_order_free(&o);
}

static void test_many_events(void **state)
{
	static const enum evx_member_kind kinds[] = { EVX_MEMBER_JSON, EVX_MEMBER_SIG,
		EVX_MEMBER_RECORD };
	struct evx_order o = EVX_ORDER_INIT;
	struct evx_member_id id;
	enum evx_order_verdict verdict;
	unsigned event, i;

	(void)state;
	for (i = 0; i < 18; i++) {
		assert_int_equal(evx_member_parse(whole[i], &id, NULL), EVX_OK);
		assert_int_equal(evx_order_next(&o, &id, &verdict, NULL), EVX_OK);
	}
	for (event = 1; event < EVX_EVENTS_MAX; event++) {
		struct evx_member_id index = { .kind = EVX_MEMBER_INDEX, .number = event - 1 },
				     joint = { .kind = EVX_MEMBER_APPEND, .number = event };

		assert_int_equal(evx_order_next(&o, &index, &verdict, NULL), EVX_OK);
		assert_int_equal(evx_order_next(&o, &joint, &verdict, NULL), EVX_OK);
		for (i = 0; i < 3; i++) {
			struct evx_member_id part = { .kind = kinds[i],
				.event = event,
				.number = kinds[i] == EVX_MEMBER_SIG,
				.type = "note" };

			assert_int_equal(evx_order_next(&o, &part, &verdict, NULL), EVX_OK);
		}
	}
	assert_int_equal(o.events, EVX_EVENTS_MAX);
	evx_order_free(&o);
}

static void test_uuid(void **state)
{
	static const char good[] = "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77";
	char s[sizeof(good)];
	size_t i;

	(void)state;
	assert_true(evx_uuid_valid(good, 36));
	for (i = 0; i < 36; i++) {
		assert_false(evx_uuid_valid(good, i));
		memcpy(s, good, sizeof(s));
		s[i] = 'X';
		assert_false(evx_uuid_valid(s, 36));
	}
	memcpy(s, good, sizeof(s));
	s[0] = 'F';
	assert_false(evx_uuid_valid(s, 36));
	memcpy(s, good, sizeof(s));
	s[14] = '1';
	assert_false(evx_uuid_valid(s, 36));
	memcpy(s, good, sizeof(s));
	s[19] = 'c';
	assert_false(evx_uuid_valid(s, 36));
}

static void test_decimal(void **state)
{
	static const char *const bad[] = { "", "00", "01", "-1", "+1", " 1", "1 ", "1a",
		"9223372036854775808", "99999999999999999999" };
	uint64_t v;
	size_t i;

	(void)state;
	assert_true(evx_decimal_parse("0", 1, &v) && v == 0);
	assert_true(evx_decimal_parse("9223372036854775807", 19, &v) && v == INT64_MAX);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = 1;
		assert_false(evx_decimal_parse(bad[i], strlen(bad[i]), &v));
		assert_true(v == 0);
	}
}

static enum evx_err name_again(const void *p, size_t n, struct evx_buf *out)
{
	char *name = strndup(p, n), made[EVX_MEMBER_NAME_CAP];
	struct evx_member_id id;
	enum evx_err err;

	if (name == NULL)
		return EVX_E_MEMORY;
	err = strlen(name) == n ? evx_member_parse(name, &id, NULL) : EVX_E_CORRUPT;
	if (err == EVX_OK)
		err = evx_member_name(&id, made);
	free(name);
	return err == EVX_OK ? evx_buf_adds(out, made) : err;
}

static void every_byte_is_read(void **state)
{
	static const char *const names[] = { "bagit.txt", "README.txt", "keys/0000-custody.age",
		"keys/9999-content.age", PACK, "manifest-sha256.txt", "bag-info.txt",
		"tagmanifest-sha256.txt", "custody/0000-seal.json",
		"custody/0001-take-over.json.sig1", "custody/0001-x.json.sig16",
		"custody/0002-x.details.age", "custody/0002-x.content.age",
		"custody/0002-x.listing.age", "custody/0002-x.attach19.age",
		"custody/9999-abc-de.record", "custody/0002-x.tsr", "custody/0002-x.tsr2",
		"index-0000", "append-0001" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		edits(names[i], strlen(names[i]), 1, "0129-./azA", name_again);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_names),
		cmocka_unit_test(test_bad_names), cmocka_unit_test(test_bad_ids),
		cmocka_unit_test(test_origin), cmocka_unit_test(test_order),
		cmocka_unit_test(test_expected), cmocka_unit_test(test_swapped),
		cmocka_unit_test(test_twice), cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_rules), cmocka_unit_test(test_one_each),
		cmocka_unit_test(test_goes_on), cmocka_unit_test(test_many_events),
		cmocka_unit_test(test_uuid), cmocka_unit_test(test_decimal),
		cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
