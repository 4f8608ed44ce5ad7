/* The public skeleton of an event. */
#include <stdio.h>

#include "format/text.h"
#include "format/event.h"
#include "edits.h"
#include "mutate.h"

#define K1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
#define K2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8h"
#define A1 "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
#define A2 "age1pppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
#define H1 "1111111111111111111111111111111111111111111111111111111111111111"
#define H2 "2222222222222222222222222222222222222222222222222222222222222222"
#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define OTHER_UUID "01234567-89ab-4def-8123-456789abcdee"

#define SEAL \
	"{\"format\":\"evx-event/1\",\"type\":\"seal\",\"uuid\":\"" UUID \
	"\",\"sequence\":0,\"time\":\"2025-01-02T03:04:05Z\"," \
	"\"signers\":[\"" K1 "\"],\"files\":{\"0000-seal.details.age\":\"" H1 \
	"\",\"0000-seal.content.age\":\"" H2 "\"}," \
	"\"shape\":\"whole\",\"complete\":\"yes\",\"tagmanifest\":\"" H1 \
	"\",\"listing_root\":\"" H2 "\"," \
	"\"sequences\":[\"1000\",\"33554433\"],\"custody_key\":\"" A1 "\"," \
	"\"content_key\":\"" A2 "\",\"readers\":{\"custody\":3,\"content\":2}}\n"
#define ORIGIN \
	"\"origin\":{\"exhibit\":\"" H1 "\",\"listing_root\":\"" H2 \
	"\",\"lines\":\"10\",\"withheld\":\"4\"},"
#define LATER \
	"{\"format\":\"evx-event/1\",\"type\":\"new-kind\",\"uuid\":\"" UUID \
	"\",\"sequence\":7,\"exhibit\":\"" H1 "\",\"previous\":\"" H2 "\",\"record\":\"" H1 "\"," \
	"\"time\":\"2025-01-02T03:04:05Z\",\"signers\":[\"" K1 "\",\"" K2 \
	"\"],\"files\":{\"0007-new-kind.details.age\":\"" H1 "\"},\"counterparty\":\"x\"}\n"

static void seal_both_ways(void **state)
{
	struct evx_event e;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_event_decode(SEAL, strlen(SEAL), &e, NULL), EVX_OK);
	assert_true(e.known && evx_event_is_seal(&e));
	assert_string_equal(e.uuid, UUID);
	assert_int_equal(e.time, 1735787045);
	assert_int_equal(e.nsigners, 1);
	assert_string_equal(e.signers[0], K1);
	assert_int_equal(e.nfiles, 2);
	assert_string_equal(e.files[1].name, "custody/0000-seal.content.age");
	assert_int_equal(evx_event_file_hash(&e, "custody/0000-seal.content.age")[0], 0x22);
	assert_null(evx_event_file_hash(&e, "custody/0000-seal.listing.age"));
	assert_true(e.seal.complete);
	assert_int_equal(e.seal.shape, EVX_SHAPE_WHOLE);
	assert_string_equal(e.seal.custody_key, A1);
	assert_int_equal(e.seal.custody_readers, 3);
	assert_int_equal(e.seal.content_readers, 2);
	assert_null(e.seal.case_label);
	assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_OK);
	assert_int_equal(out.len, strlen(SEAL));
	assert_memory_equal(out.data, SEAL, out.len);
	evx_event_free(&e);
	evx_buf_free(&out);
}

/* Of the six lines shown: how many are without contents (0 is said by leaving the key out). */
static void disclosure_of(const char *names_only, uint64_t n)
{
	struct evx_buf a = mutated(
		SEAL, strlen(SEAL), "\"shape\":\"whole\"", "\"shape\":\"disclosure\"");
	struct evx_buf b = mutated(a.data, a.len, "\"content\":2}}",
		"\"content\":2}," ORIGIN "\"case\":\"K 7\",\"exhibit_number\":\"\u00e91\"}");
	struct evx_buf c = mutated(b.data, b.len, "\"withheld\":\"4\"", names_only);
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_event e;

	assert_int_equal(evx_event_decode(c.data, c.len, &e, NULL), EVX_OK);
	assert_int_equal(e.seal.origin.lines, 10);
	assert_int_equal(e.seal.origin.withheld, 4);
	assert_int_equal(e.seal.origin.names_only, n);
	assert_string_equal(e.seal.case_label, "K 7");
	assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_OK);
	assert_int_equal(out.len, c.len);
	assert_memory_equal(out.data, c.data, c.len);
	evx_event_free(&e);
	evx_buf_free(&a);
	evx_buf_free(&b);
	evx_buf_free(&c);
	evx_buf_free(&out);
}

static void disclosure_both_ways(void **state)
{
	(void)state;
	disclosure_of("\"withheld\":\"4\"", 0);
	disclosure_of("\"withheld\":\"4\",\"names_only\":\"1\"", 1);
	disclosure_of("\"withheld\":\"4\",\"names_only\":\"6\"", 6);
	disclosure_of("\"withheld\":\"4\",\"in_part\":\"6\"", 0);
	disclosure_of("\"withheld\":\"4\",\"names_only\":\"5\",\"in_part\":\"1\"", 5);
}

/* A type that is not known: what every event has is read, the rest is left alone. */
static void later_type(void **state)
{
	struct evx_event e;
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(evx_event_decode(LATER, strlen(LATER), &e, &diag), EVX_OK);
	assert_false(e.known);
	assert_string_equal(e.type, "new-kind");
	assert_int_equal(e.sequence, 7);
	assert_int_equal(e.exhibit[0], 0x11);
	assert_int_equal(e.previous[31], 0x22);
	assert_int_equal(e.nsigners, 2);
	assert_int_equal(evx_event_encode(&e, &out, &diag), EVX_E_USAGE);
	evx_event_free(&e);
}

/* The time-stamps that a document names: in any order, none twice, 256 at most. */
static void named_stamps(void **state)
{
	uint8_t hashes[EVX_NAMED_STAMPS_MAX + 1][32] = { { 0 } };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_event e;
	size_t i, n;

	(void)state;
	for (i = 0; i <= EVX_NAMED_STAMPS_MAX; i++) {
		hashes[i][30] = (uint8_t)((i + 1) >> 8);
		hashes[i][31] = (uint8_t)(i + 1); /* they differ in late bytes only */
	}
	for (n = 1; n <= EVX_NAMED_STAMPS_MAX + 1; n += n == 1 ? EVX_NAMED_STAMPS_MAX - 1 : 1) {
		char hex[65];

		evx_buf_reset(&text);
		assert_int_equal(evx_buf_add(&text, LATER, strlen(LATER) - 2), EVX_OK);
		for (i = 0; i < n; i++) {
			evx_hex_encode(hashes[i], 32, hex);
			assert_int_equal(evx_buf_addf(&text, "%s\"%s\"",
						 i == 0 ? ",\"stamps\":[" : ",", hex),
				EVX_OK);
		}
		assert_int_equal(evx_buf_adds(&text, "]}\n"), EVX_OK);
		assert_int_equal(evx_event_decode(text.data, text.len, &e, NULL),
			n > EVX_NAMED_STAMPS_MAX ? EVX_E_LIMIT : EVX_OK);
		if (n > EVX_NAMED_STAMPS_MAX)
			break;
		assert_int_equal(e.nstamps, n);
		assert_memory_equal(e.stamps, hashes, n * 32);
		evx_event_free(&e);
	}
	assert_int_equal(evx_event_decode(LATER, strlen(LATER), &e, NULL), EVX_OK);
	assert_int_equal(
		evx_event_set_stamps(&e, (const uint8_t(*)[32])hashes, EVX_NAMED_STAMPS_MAX + 1),
		EVX_E_USAGE);
	assert_int_equal(e.nstamps, 0);
	evx_event_free(&e);
	evx_buf_free(&text);
}

static void seal_cut_and_flipped(void **state)
{
	uint8_t bytes[sizeof(SEAL)];
	struct evx_event e;
	size_t i;

	(void)state;
	for (i = 0; i < strlen(SEAL); i++) {
		enum evx_err err = evx_event_decode(SEAL, i, &e, NULL);

		assert_true(err == EVX_E_TRUNCATED || err == EVX_E_CORRUPT);
		assert_null(e.files);
	}
	for (i = 0; i < strlen(SEAL); i++) {
		memcpy(bytes, SEAL, sizeof(SEAL));
		bytes[i] ^= 0x80; /* no longer UTF-8, or no longer ASCII where it must be */
		assert_int_not_equal(evx_event_decode(bytes, strlen(SEAL), &e, NULL), EVX_OK);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "evx-event/1", "evx-event/2", EVX_E_UNSUPPORTED },
		{ "evx-event/1", "evx-card/1", EVX_E_CORRUPT },
		{ "\"format\":\"evx-event/1\",", "", EVX_E_CORRUPT },
		{ "\"shape\"", "\"counterparty\":{},\"shape\"", EVX_E_UNSUPPORTED },
		{ "\"shape\"", "\"previous\":\"" H1 "\",\"shape\"", EVX_E_CORRUPT },
		{ "\"shape\"", "\"record\":\"" H1 "\",\"shape\"", EVX_E_CORRUPT },
		{ "\"shape\"", "\"stamps\":[\"" H1 "\"],\"shape\"", EVX_E_CORRUPT },
		{ "\"shape\"", "\"exhibit\":\"" H1 "\",\"shape\"", EVX_E_CORRUPT },
		{ "\"type\":\"seal\"", "\"type\":\"Seal\"", EVX_E_CORRUPT },
		{ "\"type\":\"seal\"", "\"type\":\"\"", EVX_E_CORRUPT },
		{ "\"type\":\"seal\"", "\"type\":\"note\"", EVX_E_CORRUPT }, /* event 0 is the seal
									      */
		{ "\"type\":\"seal\"", "\"type\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
			EVX_E_CORRUPT },
		{ UUID, "01234567-89ab-4def-8123-456789abcdeF", EVX_E_CORRUPT },
		{ "\"sequence\":0", "\"sequence\":1", EVX_E_CORRUPT },
		{ "\"sequence\":0", "\"sequence\":-1", EVX_E_CORRUPT },
		{ "\"sequence\":0", "\"sequence\":10000", EVX_E_LIMIT },
		{ "\"sequence\":0", "\"sequence\":\"0\"", EVX_E_CORRUPT },
		{ "2025-01-02T03:04:05Z", "2025-01-02T03:04:05+00:00", EVX_E_CORRUPT },
		{ "[\"" K1 "\"]", "[]", EVX_E_CORRUPT },
		{ "[\"" K1 "\"]", "\"" K1 "\"", EVX_E_CORRUPT },
		{ "[\"" K1 "\"]", "[\"" K1 "\",\"" K1 "\"]", EVX_E_CORRUPT },
		{ "[\"" K1 "\"]", "[\"" K1 " me\"]", EVX_E_CORRUPT },
		{ "[\"" K1 "\"]", "[7]", EVX_E_CORRUPT },
		{ "[\"" K1 "\"]", "[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7]", EVX_E_LIMIT },
		{ "0000-seal.details.age", "0001-seal.details.age", EVX_E_CORRUPT },
		{ "0000-seal.details.age", "0000-note.details.age", EVX_E_CORRUPT },
		{ "0000-seal.details.age", "0000-seal.listing.age", EVX_E_CORRUPT }, /* before
											content: not
											the order */
		{ "0000-seal.details.age", "0000-seal.attach1.age", EVX_E_CORRUPT },
		{ "0000-seal.details.age", "0000-seal.json", EVX_E_CORRUPT },
		{ "0000-seal.details.age", "../0000-seal.details.age", EVX_E_CORRUPT },
		{ "0000-seal.details.age",
			"0000-seal."
			"attach00000000000000000000000000000000000000000000000000000000000000001."
			"age",
			EVX_E_CORRUPT },
		{ "0000-seal.details.age\":\"" H1 "\"", "0000-seal.details.age\":\"11\"",
			EVX_E_CORRUPT },
		{ "0000-seal.details.age\":\"" H1 "\"", "0000-seal.details.age\":1",
			EVX_E_CORRUPT },
		{ "\"shape\":\"whole\"", "\"shape\":\"half\"", EVX_E_CORRUPT },
		{ "\"shape\":\"whole\"", "\"shape\":\"disclosure\"", EVX_E_CORRUPT }, /* without
											 origin */
		{ "\"shape\"", ORIGIN "\"shape\"", EVX_E_CORRUPT },
		{ "\"complete\":\"yes\"", "\"complete\":true", EVX_E_CORRUPT },
		{ "\"complete\":\"yes\"", "\"complete\":\"maybe\"", EVX_E_CORRUPT },
		{ "\"tagmanifest\":\"1", "\"tagmanifest\":\"g", EVX_E_CORRUPT },
		{ "\"sequences\":[\"1000\",\"33554433\"],", "", EVX_E_CORRUPT },
		{ "[\"1000\",\"33554433\"]", "\"1000\"", EVX_E_CORRUPT },
		{ "[\"1000\",\"33554433\"]", "[\"1000\"]", EVX_E_CORRUPT },
		{ "[\"1000\",\"33554433\"]", "[\"1000\",\"0\",\"0\"]", EVX_E_CORRUPT },
		{ "[\"1000\",\"33554433\"]", "[1000,0]", EVX_E_CORRUPT },
		{ "[\"1000\",\"33554433\"]", "[\"01000\",\"0\"]", EVX_E_CORRUPT },
		{ "[\"1000\",\"33554433\"]", "[\"-1\",\"0\"]", EVX_E_CORRUPT },
		{ "[\"1000\",\"33554433\"]", "[\"0\",\"1000\"]", EVX_E_CORRUPT }, /* sequence 0 is
										     never empty */
		{ "[\"1000\",\"33554433\"]", "[\"1000\",\"18446744073709551615\"]", EVX_E_LIMIT },
		{ "[\"1000\",\"33554433\"]", "[\"63880826978305\",\"0\"]",
			EVX_E_LIMIT }, /* EVX_MANIFEST_MAX: a byte
					  more
					  than
					  the
					  packs a
					  manifest
					  can
					  list */
		{ "\"listing_root\"", "\"x-listing_root\"", EVX_E_CORRUPT },
		{ A1, A2, EVX_E_CORRUPT }, /* one key twice */
		{ A1, "age1", EVX_E_CORRUPT },
		{ A1, "bge1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
			EVX_E_CORRUPT },
		{ "\"custody\":3", "\"custody\":1", EVX_E_CORRUPT }, /* fewer than content readers
								      */
		{ "\"custody\":3", "\"custody\":1025", EVX_E_LIMIT },
		{ "\"content\":2", "\"content\":0", EVX_E_CORRUPT },
		{ "\"content\":2", "\"content\":2,\"other\":1", EVX_E_UNSUPPORTED },
		{ "\"content\":2}", "\"content\":2},\"case\":\"\"", EVX_E_CORRUPT },
		{ "\"content\":2}", "\"content\":2},\"case\":{}", EVX_E_CORRUPT } };
	struct evx_event e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(SEAL, strlen(SEAL), bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_event_decode(b.data, b.len, &e, &diag);

		if (err != bad[i].err)
			fail_msg("%s: error %d, %s", bad[i].to, (int)err, diag.text);
		assert_int_equal(diag.code, bad[i].err);
		assert_string_not_equal(diag.text, "");
		evx_buf_free(&b);
	}
	/* As many packs as a manifest can list. */
	{
		struct evx_buf b = mutated(SEAL, strlen(SEAL), "[\"1000\",\"33554433\"]",
			"[\"63880826978304\",\"0\"]");

		assert_int_equal(evx_event_decode(b.data, b.len, &e, NULL), EVX_OK);
		evx_event_free(&e);
		evx_buf_free(&b);
	}
}

static void refused_later(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "\"exhibit\":\"" H1 "\",", "", EVX_E_CORRUPT },
		{ "\"previous\":\"" H2 "\",", "", EVX_E_CORRUPT },
		{ "\"record\":\"" H1 "\",", "", EVX_E_CORRUPT },
		{ "\"record\":\"", "\"record\":\"0", EVX_E_CORRUPT },
		{ "\"time\"", "\"stamps\":[],\"time\"", EVX_E_CORRUPT },
		{ "\"time\"", "\"stamps\":\"" H1 "\",\"time\"", EVX_E_CORRUPT },
		{ "\"time\"", "\"stamps\":[7],\"time\"", EVX_E_CORRUPT },
		{ "\"time\"", "\"stamps\":[\"" H1 "0\"],\"time\"", EVX_E_CORRUPT },
		{ "\"time\"", "\"stamps\":[\"" H1 "\",\"" H2 "\",\"" H1 "\"],\"time\"",
			EVX_E_CORRUPT },
		{ "\"type\":\"new-kind\"", "\"type\":\"seal\"", EVX_E_CORRUPT },
		{ "\"sequence\":7", "\"sequence\":8", EVX_E_CORRUPT } }; /* its file's name says 7
									  */
	struct evx_event e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(LATER, strlen(LATER), bad[i].from, bad[i].to);

		assert_int_equal(evx_event_decode(b.data, b.len, &e, NULL), bad[i].err);
		evx_buf_free(&b);
	}
}

static void disclosure_refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "\"withheld\":\"4\"", "\"withheld\":\"10\"", EVX_E_CORRUPT },
		{ "\"withheld\":\"4\"", "\"withheld\":4", EVX_E_CORRUPT },
		{ "\"withheld\":\"4\"", "\"withheld\":\"4\",\"y\":1", EVX_E_UNSUPPORTED },
		{ "\"withheld\":\"4\"", "\"withheld\":\"4\",\"names_only\":\"0\"", EVX_E_CORRUPT },
		{ "\"withheld\":\"4\"", "\"withheld\":\"4\",\"names_only\":\"7\"",
			EVX_E_CORRUPT }, /* more than are shown */
		{ "\"withheld\":\"4\"", "\"withheld\":\"4\",\"names_only\":1", EVX_E_CORRUPT },
		{ "\"withheld\":\"4\"", "\"withheld\":\"4\",\"in_part\":\"0\"", EVX_E_CORRUPT },
		{ "\"withheld\":\"4\"", "\"withheld\":\"4\",\"in_part\":\"7\"", EVX_E_CORRUPT },
		{ "\"withheld\":\"4\"", "\"withheld\":\"4\",\"names_only\":\"5\",\"in_part\":\"2\"",
			EVX_E_CORRUPT }, /* more than are shown, together */
		{ "\"lines\":\"10\",", "", EVX_E_CORRUPT } };
	struct evx_buf a = mutated(
		SEAL, strlen(SEAL), "\"shape\":\"whole\",", "\"shape\":\"disclosure\"," ORIGIN);
	struct evx_event e;
	size_t i;

	(void)state;
	assert_int_equal(evx_event_decode(a.data, a.len, &e, NULL), EVX_OK);
	evx_event_free(&e);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(a.data, a.len, bad[i].from, bad[i].to);

		assert_int_equal(evx_event_decode(b.data, b.len, &e, NULL), bad[i].err);
		evx_buf_free(&b);
	}
	evx_buf_free(&a);
}

/* Keys that begin with x- are for others: ignored. */
static void foreign_keys(void **state)
{
	struct evx_buf b = mutated(
		SEAL, strlen(SEAL), "\"shape\"", "\"x-agency\":{\"a\":[1]},\"shape\"");
	struct evx_event e;

	(void)state;
	assert_int_equal(evx_event_decode(b.data, b.len, &e, NULL), EVX_OK);
	evx_event_free(&e);
	evx_buf_free(&b);
}

static void not_encoded(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_event e;
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(evx_event_decode(SEAL, strlen(SEAL), &e, NULL), EVX_OK);
	e.time = -1;
	assert_int_equal(evx_event_encode(&e, &out, &diag), EVX_E_USAGE);
	e.time = 1;
	e.seal.content_readers = 0;
	evx_diag_clear(&diag);
	assert_int_equal(evx_event_encode(&e, &out, &diag), EVX_E_USAGE);
	assert_non_null(strstr(diag.text, "content reader"));
	e.seal.content_readers = 1;
	e.seal.case_label = malloc(EVX_LABEL_CAP + 1);
	assert_non_null(e.seal.case_label);
	memset(e.seal.case_label, 'a', EVX_LABEL_CAP);
	e.seal.case_label[EVX_LABEL_CAP] = '\0';
	assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_E_USAGE);
	e.seal.case_label[EVX_LABEL_CAP - 1] = '\0';
	assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_OK);
	out.len = 0;
	e.seal.case_label[0] = '\xff';
	assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_event_free(&e);
	evx_event_free(NULL);
	evx_buf_free(&out);
}

/* Events after the seal: of every type the document with all its keys, as it must come out again.
 */
#define EVENT(type, files, more) \
	"{\"format\":\"evx-event/1\",\"type\":\"" type "\",\"uuid\":\"" UUID \
	"\",\"sequence\":7,\"exhibit\":\"" H1 "\"," \
	"\"previous\":\"" H2 "\",\"record\":\"" H1 \
	"\",\"time\":\"2025-01-02T03:04:05Z\",\"signers\":[\"" K1 "\",\"" K2 \
	"\"],\"files\":{" files "}" more "}\n"
#define REFERS ",\"refers\":\"" H1 "\""
#define TO ",\"counterparty\":\"" K2 "\""
#define DISCLOSED \
	",\"disclosure\":{\"uuid\":\"" OTHER_UUID "\",\"manifest\":\"" H1 \
	"\",\"listing_root\":\"" H2 "\"}"
#define REWRAP \
	",\"readers\":{\"custody\":3,\"content\":2},\"key_files\":{\"keys/" \
	"0007-custody.age\":\"" H1 "\",\"keys/0007-content.age\":\"" H2 "\"}"

static const char *const later_events[] = {
	EVENT("note", "\"0007-note.details.age\":\"" H1 "\",\"0007-note.attach1.age\":\"" H2 "\"",
		",\"private\":3"),
	EVENT("access", "", ""),
	EVENT("examine", "", ""),
	EVENT("verify", "", ",\"result\":\"not-checked\""),
	EVENT("copy", "", ""),
	EVENT("copy", "", TO),
	EVENT("move", "", ""),
	EVENT("release", "", TO ",\"keeps\":\"copy\""),
	EVENT("accept", "",
		REFERS ",\"seen_head\":\"" H2
		       "\",\"seen_length\":7,\"inventoried\":true,\"result\":\"broken\""),
	EVENT("refuse", "", REFERS),
	EVENT("withdraw", "", REFERS),
	EVENT("take-over", "", ",\"former\":\"" K2 "\",\"reason\":\"lost-key\""),
	EVENT("approve", "", REFERS),
	EVENT("correct", "", REFERS),
	EVENT("inquiry", "", ",\"state\":\"open\""),
	EVENT("inquiry", "", ",\"state\":\"closed\"" REFERS),
	EVENT("hold", "", ""),
	EVENT("hold-lift", "", REFERS),
	EVENT("dispose-authorise", "", ""),
	EVENT("dispose", "", REFERS),
	EVENT("inventory", "", ""),
	EVENT("disclose", "", TO),
	EVENT("rewrap", "", REWRAP ",\"custody_key\":\"" A1 "\""),
	EVENT("rewrap", "",
		",\"readers\":{\"content\":2},\"key_files\":{\"keys/0007-content.age\":\"" H2
		"\"}"),
	EVENT("disclose", "", TO DISCLOSED),
	EVENT("disclose", "", DISCLOSED),
	EVENT("disclose", "\"0007-disclose.details.age\":\"" H1 "\"", TO DISCLOSED),
};

/* The event as it comes back when it names the first n of these time-stamps. */
static void stamped_both_ways(
	const struct evx_event *e, const uint8_t (*hashes)[32], size_t n, size_t bare)
{
	struct evx_event named = *e, again;
	struct evx_buf out = EVX_BUF_INIT;

	named.stamps = NULL;
	named.nstamps = 0;
	assert_int_equal(evx_event_set_stamps(&named, hashes, n), EVX_OK);
	assert_int_equal(evx_event_encode(&named, &out, NULL), EVX_OK);
	assert_true((out.len == bare) == (n == 0));
	assert_int_equal(evx_event_decode(out.data, out.len, &again, NULL), EVX_OK);
	assert_int_equal(again.nstamps, n);
	if (n > 0)
		assert_memory_equal(again.stamps, hashes, n * 32);
	evx_event_free(&again);
	evx_buf_free(&out);
	free(named.stamps);
}

static void later_both_ways(void **state)
{
	static const uint8_t hashes[2][32] = { { 1 }, { 2 } };
	char type[64];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(later_events) / sizeof(later_events[0]); i++) {
		struct evx_buf out = EVX_BUF_INIT;
		struct evx_event e;
		struct evx_diag diag = { 0 };
		size_t k;

		if (evx_event_decode(later_events[i], strlen(later_events[i]), &e, &diag) != EVX_OK)
			fail_msg("%s: %s", later_events[i], diag.text);
		assert_true(e.known && !evx_event_is_seal(&e));
		assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_OK);
		assert_int_equal(out.len, strlen(later_events[i]));
		assert_memory_equal(out.data, later_events[i], out.len);
		if (e.nstamps == 0)
			for (k = 0; k < 3; k++)
				stamped_both_ways(&e, hashes, k, out.len);
		evx_event_free(&e);
		for (k = 0; k < out.len; k++)
			assert_int_not_equal(evx_event_decode(out.data, k, &e, NULL), EVX_OK);
		evx_buf_free(&out);
	}
	for (i = EVX_EVENT_SEAL + 1; i < EVX_EVENT_KINDS; i++) { /* each has its line */
		snprintf(type, sizeof(type), "\"type\":\"%s\"",
			evx_event_type_of((enum evx_event_kind)i)->name);
		for (n = 0; n < sizeof(later_events) / sizeof(later_events[0]) &&
			strstr(later_events[n], type) == NULL;
			n++)
			;
		assert_true(n < sizeof(later_events) / sizeof(later_events[0]));
	}
}

static void later_refused(void **state)
{
	static const struct {
		size_t of;
		const char *from, *to;
		enum evx_err err;
	} bad[] = {
		{ 0, "\"private\":3", "\"private\":0", EVX_E_CORRUPT },
		{ 0, "\"private\":3", "\"private\":1025", EVX_E_CORRUPT },
		{ 0, "\"private\":3", "\"private\":\"3\"", EVX_E_CORRUPT },
		{ 0, "\"private\":3", "\"refers\":\"" H1 "\"", EVX_E_UNSUPPORTED },
		{ 0, "0007-note.details.age", "0007-note.content.age", EVX_E_CORRUPT },
		{ 0, "\"0007-note.details.age\":\"" H1 "\",", "", EVX_E_CORRUPT }, /* attachments
										      without
										      details */
		{ 0, "attach1", "attach2", EVX_E_CORRUPT },
		{ 1, "}}", "},\"private\":1}", EVX_E_CORRUPT }, /* nothing that could be private */
		{ 3, "not-checked", "perfect", EVX_E_CORRUPT },
		{ 3, ",\"result\":\"not-checked\"", "", EVX_E_CORRUPT },
		{ 7, TO, "", EVX_E_CORRUPT },
		{ 7, TO, ",\"counterparty\":\"" A1 "\"", EVX_E_CORRUPT },
		{ 7, "\"keeps\":\"copy\"", "\"keeps\":\"all\"", EVX_E_CORRUPT },
		{ 7, ",\"keeps\":\"copy\"", "", EVX_E_CORRUPT },
		{ 8, "\"seen_length\":7", "\"seen_length\":0", EVX_E_CORRUPT },
		{ 8, "\"seen_length\":7", "\"seen_length\":10001", EVX_E_CORRUPT },
		{ 8, ",\"seen_length\":7", "", EVX_E_CORRUPT },
		{ 8, "\"seen_head\":\"2", "\"seen_head\":\"", EVX_E_CORRUPT },
		{ 8, "\"inventoried\":true", "\"inventoried\":1", EVX_E_CORRUPT },
		{ 8, REFERS, "", EVX_E_CORRUPT }, { 11, "lost-key", "tired", EVX_E_CORRUPT },
		{ 11, "\"former\":\"ssh", "\"former\":\"sss", EVX_E_CORRUPT },
		{ 14, "\"state\":\"open\"", "\"state\":\"open\"" REFERS, EVX_E_CORRUPT },
		{ 15, REFERS, "", EVX_E_CORRUPT }, /* closed, and not which */
		{ 22, "keys/0007-custody.age", "keys/0008-custody.age", EVX_E_UNSUPPORTED },
		{ 22, "\"custody\":3", "\"custody\":1", EVX_E_CORRUPT }, /* fewer than content
									    readers */
		{ 22, "\"custody\":3", "\"custody\":0", EVX_E_CORRUPT },
		{ 22, "\"custody\":3,", "", EVX_E_CORRUPT }, /* a file whose readers nobody counts
							      */
		{ 22, "\"keys/0007-custody.age\":\"" H1 "\",", "", EVX_E_CORRUPT },
		{ 22, "\"custody\":3", "\"custody\":3,\"all\":1", EVX_E_UNSUPPORTED },
		{ 22, A1, "age1", EVX_E_CORRUPT },
		{ 23, "}}", "},\"custody_key\":\"" A1 "\"}", EVX_E_CORRUPT }, /* a new custody key
										 that nobody can
										 open */
		{ 23, "{\"content\":2}", "{}", EVX_E_CORRUPT },
		{ 23,
			"\"readers\":{\"content\":2},\"key_files\":{\"keys/0007-content.age\":\"" H2
			"\"}",
			"\"readers\":{},\"key_files\":{}", EVX_E_CORRUPT },
		{ 24, OTHER_UUID, UUID, EVX_E_CORRUPT },
		{ 24, OTHER_UUID, "0190a1b2-89ab", EVX_E_CORRUPT },
		{ 24, "\"manifest\":\"" H1 "\",", "", EVX_E_CORRUPT },
		{ 24, ",\"listing_root\":\"" H2 "\"}", "}", EVX_E_CORRUPT },
		{ 24, "\"listing_root\":\"2", "\"listing_root\":\"", EVX_E_CORRUPT },
		{ 24, "\"manifest\"", "\"lines\":1,\"manifest\"", EVX_E_UNSUPPORTED },
		{ 24, DISCLOSED, ",\"disclosure\":[]", EVX_E_CORRUPT },
		{ 1, "}}", "}" DISCLOSED "}", EVX_E_UNSUPPORTED }, /* nothing is given out */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(later_events[bad[i].of], strlen(later_events[bad[i].of]),
			bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		struct evx_event e;
		enum evx_err err = evx_event_decode(b.data, b.len, &e, &diag);

		if (err != bad[i].err)
			fail_msg("%s -> %s: error %d, %s", bad[i].from, bad[i].to, (int)err,
				diag.text);
		evx_buf_free(&b);
	}
}

#define POLICY \
	"\"policy\":{\"release\":{\"of\":[\"" K1 "\",\"" K2 \
	"\"],\"need\":2,\"witness\":true},\"open\":{\"of\":[\"" K1 \
	"\"],\"need\":1,\"witness\":false}},"

static void seal_with_a_policy(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "\"policy\":{",
			    "\"policy\":{\"dance\":{\"of\":[\"" K1
			    "\"],\"need\":1,\"witness\":false},",
			    EVX_E_UNSUPPORTED },
		{ "\"need\":2", "\"need\":2,\"more\":1", EVX_E_UNSUPPORTED },
		{ "\"need\":2", "\"need\":3", EVX_E_CORRUPT },
		{ "\"need\":2", "\"need\":0", EVX_E_CORRUPT },
		{ ",\"witness\":true", "", EVX_E_CORRUPT },
		{ "\"of\":[\"" K1 "\",\"" K2 "\"]", "\"of\":[\"" K1 "\",\"" K1 "\"]",
			EVX_E_CORRUPT },
		{ "\"of\":[\"" K1 "\",\"" K2 "\"]", "\"of\":[\"" K1 "\",\"Ann\"]", EVX_E_CORRUPT },
		{ "\"of\":[\"" K1 "\",\"" K2 "\"]", "\"of\":[1,2]", EVX_E_CORRUPT },
		{ POLICY, "\"policy\":{},", EVX_E_CORRUPT },
		{ POLICY, "\"policy\":{\"x-release\":1},", EVX_E_CORRUPT },
		{ "\"policy\":{", "\"policy\":{\"dance\":[],", EVX_E_UNSUPPORTED },
		{ "\"policy\":{", "\"policy\":{\"x-dance\":[],", EVX_OK },
		{ POLICY, "\"policy\":[],", EVX_E_CORRUPT } };
	struct evx_buf sealed = mutated(SEAL, strlen(SEAL), "\"content\":2}}",
			       "\"content\":2}," POLICY "\"case\":\"c\"}"),
		       out = EVX_BUF_INIT, b;
	struct evx_event e;
	size_t i;

	(void)state;
	assert_int_equal(evx_event_decode(sealed.data, sealed.len, &e, NULL), EVX_OK);
	assert_int_equal(e.seal.policy.n, 2);
	assert_true(evx_policy_rule_covers(&e.seal.policy.at[0], EVX_EVENT_RELEASE) &&
		!evx_policy_rule_covers(&e.seal.policy.at[0], EVX_EVENT_ACCESS));
	assert_true(evx_policy_rule_covers(&e.seal.policy.at[1], EVX_EVENT_ACCESS) &&
		evx_policy_rule_covers(&e.seal.policy.at[1], EVX_EVENT_COPY) &&
		evx_policy_rule_covers(&e.seal.policy.at[1], EVX_EVENT_DISCLOSE) &&
		!evx_policy_rule_covers(&e.seal.policy.at[1], EVX_EVENT_OTHER));
	assert_true(evx_policy_rule_lists(&e.seal.policy.at[0], K2) &&
		!evx_policy_rule_lists(&e.seal.policy.at[1], K2));
	assert_int_equal(evx_event_encode(&e, &out, NULL), EVX_OK);
	assert_int_equal(out.len, sealed.len);
	assert_memory_equal(out.data, sealed.data, out.len);
	evx_event_free(&e);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_diag diag = { 0 };
		enum evx_err err;

		b = mutated(sealed.data, sealed.len, bad[i].from, bad[i].to);
		err = evx_event_decode(b.data, b.len, &e, &diag);
		if (err != bad[i].err)
			fail_msg("%s: error %d, %s", bad[i].to, (int)err, diag.text);
		evx_buf_free(&b);
		evx_event_free(&e); /* some are good */
	}
	evx_buf_free(&out);
	evx_buf_free(&sealed);
}

static enum evx_err named(
	void *ctx, const char *name, char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	(void)ctx;
	if (strcmp(name, "Ann") != 0)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"cards: expected the name of a card, found %s", name);
	snprintf(out, EVX_KEY_TEXT_CAP, "%s", K1);
	return EVX_OK;
}

/* What a person writes names cards. */
static void policy_of_a_person(void **state)
{
	static const char file[] = "{\n  \"release\": { \"of\": [\"Ann\", \"" K2
				   "\"], \"need\": 2, \"witness\": false }\n}\n";
	struct evx_policy p;
	struct evx_policy_rule *rule;
	struct evx_diag diag = { 0 };
	struct evx_buf b;
	size_t i;

	(void)state;
	assert_int_equal(evx_policy_decode_file(file, strlen(file), named, NULL, &p, NULL), EVX_OK);
	assert_true(evx_policy_rule_lists(&p.at[0], K1) && p.at[0].nof == 2);
	assert_int_equal(evx_policy_add(&p, "release", 1, false, &rule), EVX_E_USAGE);
	assert_int_equal(evx_policy_add(&p, "dance", 1, false, &rule), EVX_E_USAGE);
	for (i = EVX_EVENT_SEAL; i < EVX_EVENT_KINDS; i++)
		if (strcmp(evx_event_type_of((enum evx_event_kind)i)->name, "release") != 0)
			assert_int_equal(
				evx_policy_add(&p, evx_event_type_of((enum evx_event_kind)i)->name,
					1, false, &rule),
				EVX_OK);
	assert_int_equal(evx_policy_add_key(rule, A1), EVX_E_USAGE);
	evx_policy_free(&p);
	assert_int_equal(
		evx_policy_decode_file(file, strlen(file), NULL, NULL, &p, &diag), EVX_E_USAGE);
	assert_non_null(strstr(diag.text, "public key"));
	b = mutated(file, strlen(file), "Ann", "Bob");
	assert_int_equal(
		evx_policy_decode_file(b.data, b.len, named, NULL, &p, NULL), EVX_E_NOT_FOUND);
	evx_buf_free(&b);
	b = mutated(file, strlen(file), "\"Ann\", \"" K2 "\"", "\"Ann\", \"" K1 "\"");
	assert_int_equal(evx_policy_decode_file(b.data, b.len, named, NULL, &p, NULL), EVX_E_USAGE);
	evx_buf_free(&b);
	b = mutated(file, strlen(file), "release", "dance");
	assert_int_equal(evx_policy_decode_file(b.data, b.len, named, NULL, &p, NULL), EVX_E_USAGE);
	assert_null(p.at);
	evx_buf_free(&b);
	assert_int_equal(evx_policy_decode_file(file, 10, named, NULL, &p, NULL), EVX_E_USAGE);
	evx_policy_free(NULL);
}

/* A rule of as many keys as it may have, and of one more. */
static void policy_of_many_keys(void **state)
{
	(void)state;
	for (size_t n = EVX_POLICY_KEYS_MAX; n <= EVX_POLICY_KEYS_MAX + 1; n++) {
		struct evx_buf b = EVX_BUF_INIT;
		struct evx_diag diag = { 0 };
		struct evx_policy p;
		char key[EVX_KEY_TEXT_CAP];
		enum evx_err err;

		assert_int_equal(evx_buf_adds(&b, "{\"release\":{\"of\":["), EVX_OK);
		for (size_t i = 0; i < n; i++) {
			snprintf(key, sizeof(key), "%s", K1);
			key[strlen(key) - 3] = "ABCDEFGHIJ"[i / 10];
			key[strlen(key) - 4] = "ABCDEFGHIJ"[i % 10];
			assert_int_equal(
				evx_buf_addf(&b, "%s\"%s\"", i > 0 ? "," : "", key), EVX_OK);
		}
		assert_int_equal(evx_buf_adds(&b, "],\"need\":1,\"witness\":false}}\n"), EVX_OK);
		err = evx_policy_decode_file(b.data, b.len, NULL, NULL, &p, &diag);
		if (err != (n > EVX_POLICY_KEYS_MAX ? EVX_E_LIMIT : EVX_OK))
			fail_msg("%zu keys: %s: %s", n, evx_err_name(err), diag.text);
		assert_true(err == EVX_OK ? p.n == 1 && p.at[0].nof == n : p.at == NULL);
		evx_policy_free(&p);
		evx_buf_free(&b);
	}
}

static enum evx_err again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_event e;
	enum evx_err err = evx_event_decode(p, n, &e, NULL);

	if (err != EVX_OK)
		return err;
	/* A type that is not known has keys that are not read. */
	err = e.known ? evx_event_encode(&e, out, NULL) : EVX_E_UNSUPPORTED;
	evx_event_free(&e);
	return err;
}

static void every_byte_is_read(void **state)
{
	(void)state;
	edits(SEAL, strlen(SEAL), 1, "09z", again);
	for (size_t i = 0; i < sizeof(later_events) / sizeof(later_events[0]); i++)
		edits(later_events[i], strlen(later_events[i]), 5, "09z", again);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(seal_both_ways),
		cmocka_unit_test(disclosure_both_ways), cmocka_unit_test(later_type),
		cmocka_unit_test(named_stamps), cmocka_unit_test(seal_cut_and_flipped),
		cmocka_unit_test(refused), cmocka_unit_test(refused_later),
		cmocka_unit_test(disclosure_refused), cmocka_unit_test(foreign_keys),
		cmocka_unit_test(not_encoded), cmocka_unit_test(later_both_ways),
		cmocka_unit_test(later_refused), cmocka_unit_test(seal_with_a_policy),
		cmocka_unit_test(policy_of_a_person), cmocka_unit_test(policy_of_many_keys),
		cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
