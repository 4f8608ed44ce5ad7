/* Details, both ways, and what a person may write. */
#include "format/details.h"
#include "edits.h"
#include "mutate.h"

#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define K1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
#define BINDING \
	"{\"format\":\"evx-details/1\",\"uuid\":\"" UUID "\",\"sequence\":0,\"author\":\"" K1 "\""
#define H1 "1111111111111111111111111111111111111111111111111111111111111111"

/* Every key of the page, in its order. */
#define FULL \
	BINDING ",\"case\":\"K-1\",\"exhibit_number\":\"E7\",\"actor\":{\"person\":\"Ann\"," \
		"\"organisation\":\"Org\",\"country\":\"NL\",\"role\":\"expert\"}," \
		"\"place\":\"here\",\"purpose\":\"why\",\"description\":\"what\",\"authority\":" \
		"\"order\",\"seal_number\":\"S1\",\"handling\":\"H1\",\"scope\":\"mail\"," \
		"\"seized_at\":\"2025\"," \
		"\"seized_from\":\"x\",\"seized_by\":\"y\",\"device\":{\"make\":\"M\",\"IMEI\":" \
		"\"3\"},\"witnesses\":[{\"person\":\"W\",\"signing\":\"k\"}]," \
		"\"attachments\":[{\"name\":\"photo.jpg\",\"size\":\"18446744073709551615\"," \
		"\"sha256\":\"" H1 "\",\"file\":\"0000-seal.attach1.age\"}]," \
		"\"clock\":{\"utc_offset\":\"+02:00\",\"synchronised\":false,\"offset_seconds\":" \
		"\"-3.5\",\"source\":\"radio\"},\"replaces\":\"r\"," \
		"\"readers\":[{\"person\":\"R\",\"tier\":\"content\",\"encryption\":\"age1\"," \
		"\"signing\":\"s\"},{\"tier\":\"custody\"}]," \
		"\"sources\":[{\"name\":\"disk\",\"path_b64\":\"/" \
		"y9h\",\"kind\":\"block\",\"size\":\"512\",\"model\":\"m\",\"serial\":\"n\"," \
		"\"sector_size\":512,\"read_only\":true},{\"name_b64\":\"gA==\",\"path\":\"/" \
		"x\",\"kind\":\"dir\"}]," \
		"\"tool\":{\"name\":\"evx\",\"version\":\"0\",\"libraries\":\"l\",\"system\":" \
		"\"s\",\"options\":\"o\"}," \
		"\"counts\":{\"lines\":\"1\",\"files\":\"2\",\"directories\":\"3\",\"links\":" \
		"\"4\",\"others\":\"5\",\"bytes\":\"6\",\"stored\":\"7\"}," \
		"\"completeness\":{\"complete\":false,\"unreadable_files\":\"0\",\"unreadable_" \
		"directories\":\"0\",\"unreadable_bytes\":\"0\",\"changed\":\"1\"," \
		"\"not_crossed\":\"0\",\"excluded\":\"0\",\"metadata_errors\":\"2\",\"hashes_" \
		"left_out\":\"3\",\"first\":[{\"path\":\"a\\u0001b\",\"what\":\"changed\"}]}," \
		"\"reread\":{\"files\":\"1\",\"bytes\":\"2\",\"different\":\"1\",\"differences\":" \
		"[{\"path_b64\":\"/w==\",\"what\":\"w\"}]}," \
		"\"expected_hashes\":{\"file\":\"h.txt\",\"matched\":\"1\",\"mismatched\":\"1\"," \
		"\"missing\":\"0\",\"unlisted\":\"2\"," \
		"\"first\":[{\"path\":\"p\",\"algorithm\":\"md5\",\"expected\":\"00\",\"found\":" \
		"\"01\"}]},\"notes\":\"n\",\"custom\":{\"\u00e9\":\"v\"}}\n"

static void both_ways(void **state)
{
	struct evx_details d;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_details_decode(FULL, strlen(FULL), &d, NULL), EVX_OK);
	assert_string_equal(d.binding.author, K1);
	assert_string_equal(d.device.at[1].key, "IMEI");
	assert_true(d.attachments.at[0].size == UINT64_MAX);
	assert_true(d.clock.has_synchronised && !d.clock.synchronised);
	assert_true(d.readers.at[0].content_tier && !d.readers.at[1].content_tier);
	assert_string_equal(d.sources.at[0].path, "\xff/a");
	assert_string_equal(d.sources.at[1].name, "\x80");
	assert_false(d.sources.at[1].has_size);
	assert_string_equal(d.completeness.first.at[0].path, "a\001b");
	assert_int_equal(evx_details_encode(&d, &out, NULL), EVX_OK);
	assert_int_equal(out.len, strlen(FULL));
	assert_memory_equal(out.data, FULL, out.len);
	evx_details_free(&d);
	evx_buf_free(&out);
}

static void least(void **state)
{
	struct evx_details d;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(
		evx_details_decode(BINDING "}\n", strlen(BINDING "}\n"), &d, NULL), EVX_OK);
	assert_false(d.has_completeness || d.has_actor || d.tool.present);
	assert_int_equal(evx_details_encode(&d, &out, NULL), EVX_OK);
	assert_memory_equal(out.data, BINDING "}\n", out.len);
	evx_details_free(&d);
	evx_buf_free(&out);
}

static void cut(void **state)
{
	struct evx_details d;
	size_t i;

	(void)state;
	for (i = 0; i < strlen(FULL); i++) {
		enum evx_err err = evx_details_decode(FULL, i, &d, NULL);

		assert_true(err == EVX_E_TRUNCATED || err == EVX_E_CORRUPT);
		assert_null(d.case_label);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "evx-details/1", "evx-details/2", EVX_E_UNSUPPORTED },
		{ "evx-details/1", "evx-content/1", EVX_E_CORRUPT },
		{ "\"uuid\":\"0", "\"uuid\":\"g", EVX_E_CORRUPT },
		{ "\"sequence\":0", "\"sequence\":3", EVX_E_CORRUPT }, /* without previous */
		{ "\"sequence\":0", "\"sequence\":0,\"previous\":\"" H1 "\"", EVX_E_CORRUPT },
		{ "\"sequence\":0", "\"sequence\":-1", EVX_E_CORRUPT },
		{ ",\"author\":\"" K1 "\"", "", EVX_E_CORRUPT },
		{ "\"author\":\"", "\"author\":\"" H1 H1, EVX_E_CORRUPT },
		{ "\"case\":", "\"cases\":", EVX_E_UNSUPPORTED },
		{ "\"case\":\"K-1\"", "\"case\":1", EVX_E_CORRUPT },
		{ "\"role\":\"expert\"", "\"rank\":\"expert\"", EVX_E_UNSUPPORTED },
		{ "\"make\":\"M\"", "\"make\":{}", EVX_E_CORRUPT },
		{ "\"make\":\"M\"", "\"\":\"M\"", EVX_E_CORRUPT },
		{ "[{\"person\":\"W\"", "[7,{\"person\":\"W\"", EVX_E_CORRUPT },
		{ "\"witnesses\":[{", "\"witnesses\":[{\"tier\":\"content\",", EVX_E_UNSUPPORTED },
		{ "0000-seal.attach1.age", "0000-seal.details.age", EVX_E_CORRUPT },
		{ "0000-seal.attach1.age", "../../x", EVX_E_CORRUPT },
		{ "\"size\":\"18446744073709551615\"", "\"size\":\"18446744073709551616\"",
			EVX_E_CORRUPT },
		{ "\"size\":\"18446744073709551615\"", "\"size\":\"01\"", EVX_E_CORRUPT },
		{ "\"synchronised\":false", "\"synchronised\":\"no\"", EVX_E_CORRUPT },
		{ "\"synchronised\"", "\"sync\"", EVX_E_UNSUPPORTED },
		{ "\"tier\":\"custody\"", "\"tier\":\"other\"", EVX_E_CORRUPT },
		{ "\"tier\":\"custody\"", "\"person\":\"P\"", EVX_E_CORRUPT },
		{ "\"path_b64\":\"/y9h\"", "\"path_b64\":\"YWFh\"", EVX_E_CORRUPT }, /* is UTF-8 */
		{ "\"path_b64\":\"/y9h\"", "\"path_b64\":\"/wBh\"", EVX_E_CORRUPT }, /* holds NUL */
		{ "\"path_b64\":\"/y9h\"", "\"path_b64\":\"\"", EVX_E_CORRUPT },
		{ "\"path_b64\":\"/y9h\"", "\"path_b64\":\"/y9\"", EVX_E_CORRUPT },
		{ "\"path_b64\":\"/y9h\"", "\"path_b64\":\"/y9h\",\"path\":\"a\"", EVX_E_CORRUPT },
		{ "\"kind\":\"block\"", "\"kind\":\"tape\"", EVX_E_CORRUPT },
		{ "\"name\":\"disk\",", "", EVX_E_CORRUPT },
		{ "\"sector_size\":512", "\"sector_size\":-1", EVX_E_CORRUPT },
		{ "\"sector_size\":512", "\"sector_size\":4294967296", EVX_E_CORRUPT },
		{ "\"version\"", "\"revision\"", EVX_E_UNSUPPORTED },
		{ "\"others\":\"5\",", "", EVX_E_CORRUPT },
		{ "\"complete\":false", "\"complete\":true", EVX_E_CORRUPT },
		{ "\"complete\":false,", "", EVX_E_CORRUPT },
		{ "\"changed\":\"1\"", "\"changed\":\"0\"", EVX_E_CORRUPT }, /* complete is false
										for no reason */
		{ "\"what\":\"changed\"", "\"why\":\"changed\"", EVX_E_UNSUPPORTED },
		{ "\"different\":\"1\",", "", EVX_E_CORRUPT },
		{ "\"unlisted\"", "\"unseen\"", EVX_E_UNSUPPORTED },
		{ "\"custom\":{", "\"custom\":[", EVX_E_CORRUPT } };
	struct evx_details d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(FULL, strlen(FULL), bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_details_decode(b.data, b.len, &d, &diag);

		if (err != bad[i].err)
			fail_msg("%s: error %d, %s", bad[i].to, (int)err, diag.text);
		assert_int_equal(diag.code, bad[i].err);
		evx_buf_free(&b);
	}
}

static void limits(void **state)
{
	struct evx_details d;
	struct evx_details_person *person;
	struct evx_source_details *source;
	struct evx_attachment *attachment;
	struct evx_diag diag = { 0 };
	struct evx_buf out = EVX_BUF_INIT, list = EVX_BUF_INIT;
	char *text = malloc(EVX_DETAILS_TEXT_MAX + 2);
	size_t i;

	(void)state;
	memset(&d, 0, sizeof(d));
	assert_non_null(text);
	memset(text, 'a', EVX_DETAILS_TEXT_MAX + 1);
	text[EVX_DETAILS_TEXT_MAX + 1] = '\0';
	assert_int_equal(evx_details_set(&d.notes, text), EVX_E_LIMIT);
	assert_null(d.notes);
	text[EVX_DETAILS_TEXT_MAX] = '\0';
	assert_int_equal(evx_details_set(&d.notes, text), EVX_OK);
	assert_int_equal(evx_details_set(&d.notes, ""), EVX_OK);
	assert_null(d.notes);
	for (i = 0; i < EVX_STANZAS_MAX; i++)
		assert_int_equal(evx_details_add_person(&d.readers, &person), EVX_OK);
	assert_int_equal(evx_details_add_person(&d.readers, &person), EVX_E_LIMIT);
	assert_null(person);
	for (i = 0; i < EVX_SOURCES_MAX; i++)
		assert_int_equal(evx_details_add_source(&d, &source), EVX_OK);
	assert_int_equal(evx_details_add_source(&d, &source), EVX_E_LIMIT);
	for (i = 0; i < EVX_ATTACHMENTS_MAX; i++)
		assert_int_equal(evx_details_add_attachment(&d, &attachment), EVX_OK);
	assert_int_equal(evx_details_add_attachment(&d, &attachment), EVX_E_LIMIT);
	assert_int_equal(evx_details_set_pair(&d.custom, "", "v"), EVX_E_USAGE);
	/* More than EVX_DETAILS_MAX bytes in all. */
	for (i = 0; i < 80; i++) {
		char key[8] = { (char)('0' + i / 10), (char)('0' + i % 10), 0 };

		assert_int_equal(evx_details_set_pair(&d.custom, key, text), EVX_OK);
	}
	evx_details_free(&d);
	assert_int_equal(
		evx_details_decode(BINDING "}\n", strlen(BINDING "}\n"), &d, NULL), EVX_OK);
	for (i = 0; i < 80; i++) {
		char key[8] = { (char)('0' + i / 10), (char)('0' + i % 10), 0 };

		assert_int_equal(evx_details_set_pair(&d.custom, key, text), EVX_OK);
	}
	assert_int_equal(evx_details_encode(&d, &out, &diag), EVX_E_LIMIT);
	assert_int_equal(out.len, 0);
	assert_int_equal(diag.code, EVX_E_LIMIT);
	assert_string_not_equal(diag.text, "");
	evx_details_free(&d);
	/* One text over its limit, and one pair too many, as read. */
	assert_int_equal(evx_buf_addf(&list, BINDING ",\"notes\":\"%sa\"}\n", text), EVX_OK);
	assert_int_equal(evx_details_decode(list.data, list.len, &d, NULL), EVX_E_LIMIT);
	evx_buf_reset(&list);
	assert_int_equal(evx_buf_adds(&list, BINDING ",\"custom\":{"), EVX_OK);
	for (i = 0; i <= EVX_STANZAS_MAX; i++)
		assert_int_equal(
			evx_buf_addf(&list, "%s\"%zu\":\"v\"", i > 0 ? "," : "", i), EVX_OK);
	assert_int_equal(evx_buf_adds(&list, "}}\n"), EVX_OK);
	assert_int_equal(evx_details_decode(list.data, list.len, &d, NULL), EVX_E_LIMIT);
	evx_buf_free(&list);
	evx_buf_free(&out);
	free(text);
}

/* However many and however long the paths are, the details fit. */
static void cases_are_bounded(void **state)
{
	struct evx_details d;
	struct evx_buf out = EVX_BUF_INIT;
	size_t i, n = 50000;
	char *path = malloc(n);

	(void)state;
	assert_non_null(path);
	memset(path, '\001', n); /* six bytes each in JSON */
	assert_int_equal(
		evx_details_decode(BINDING "}\n", strlen(BINDING "}\n"), &d, NULL), EVX_OK);
	d.has_completeness = true;
	d.completeness.changed = 1000;
	d.reread.present = true;
	d.expected_hashes.present = true;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(evx_details_add_case(&d.completeness.first, path, n, "changed",
					 NULL, NULL, NULL),
			EVX_OK);
		assert_int_equal(evx_details_add_case(
					 &d.reread.differences, path, n, NULL, NULL, NULL, NULL),
			EVX_OK);
		assert_int_equal(evx_details_add_case(&d.expected_hashes.first, "short", 5, NULL,
					 "md5", "0", "1"),
			EVX_OK);
	}
	assert_int_equal(d.completeness.first.n, 2);
	assert_int_equal(d.expected_hashes.first.n, EVX_CASES_MAX);
	assert_int_equal(evx_details_encode(&d, &out, NULL), EVX_OK);
	evx_details_free(&d);
	evx_buf_free(&out);
	free(path);
}

/* A list with more cases, or more bytes of them, than may be named. */
static void cases_refused(void **state)
{
	struct evx_details d;
	struct evx_buf list = EVX_BUF_INIT;
	char *path = malloc(70001);
	size_t i;

	(void)state;
	assert_non_null(path);
	memset(path, 'p', 70000);
	path[70000] = '\0';
	assert_int_equal(evx_buf_adds(&list,
				 BINDING ",\"reread\":{\"files\":\"1\",\"bytes\":\"1\","
					 "\"different\":\"1\",\"differences\":["),
		EVX_OK);
	for (i = 0; i <= EVX_CASES_MAX; i++)
		assert_int_equal(
			evx_buf_addf(&list, "%s{\"path\":\"p\"}", i > 0 ? "," : ""), EVX_OK);
	assert_int_equal(evx_buf_adds(&list, "]}}\n"), EVX_OK);
	assert_int_equal(evx_details_decode(list.data, list.len, &d, NULL), EVX_E_LIMIT);
	evx_buf_reset(&list);
	assert_int_equal(evx_buf_addf(&list,
				 BINDING ",\"reread\":{\"files\":\"1\",\"bytes\":\"1\","
					 "\"different\":\"1\",\"differences\":["
					 "{\"path\":\"%s\"},{\"path\":\"%s\"}]}}\n",
				 path, path),
		EVX_OK);
	assert_int_equal(evx_details_decode(list.data, list.len, &d, NULL), EVX_E_LIMIT);
	evx_buf_free(&list);
	free(path);
}

static void not_utf8(void **state)
{
	struct evx_details d;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(
		evx_details_decode(BINDING "}\n", strlen(BINDING "}\n"), &d, NULL), EVX_OK);
	assert_int_equal(evx_details_set(&d.place, "\xff"), EVX_OK);
	assert_int_equal(evx_details_encode(&d, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_details_free(&d);
	evx_details_free(NULL);
	evx_buf_free(&out);
}

static void from_a_person(void **state)
{
	static const char file[] = "{\n\t\"case\": \"K-2\",\r\n\t\"device\": {\"make\": "
				   "\"new\"},\n\t\"custom\": {\"lab\": \"3\"}\n}";
	static const struct {
		const char *text;
		enum evx_err err;
	} bad[] = { { "{\"case\":1}", EVX_E_CORRUPT }, { "{\"counts\":{}}", EVX_E_USAGE },
		{ "{\"format\":\"evx-details/1\"}", EVX_E_USAGE },
		{ "{\"x-own\":\"a\"}", EVX_E_USAGE }, { "[]", EVX_E_CORRUPT },
		{ "{\"case\":\"a\",\"case\":\"b\"}", EVX_E_CORRUPT },
		{ "{\"device\":{\"a\":{}}}", EVX_E_CORRUPT } };
	struct evx_details d;
	size_t i;

	(void)state;
	assert_int_equal(evx_details_decode(FULL, strlen(FULL), &d, NULL), EVX_OK);
	assert_int_equal(evx_details_decode_file(file, strlen(file), &d, NULL), EVX_OK);
	assert_string_equal(d.case_label, "K-2");
	assert_string_equal(d.exhibit_number, "E7");
	assert_int_equal(d.device.n, 2);
	assert_string_equal(d.device.at[0].value, "new");
	assert_string_equal(d.custom.at[1].key, "lab");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_diag diag = { 0 };

		assert_int_equal(
			evx_details_decode_file(bad[i].text, strlen(bad[i].text), &d, &diag),
			bad[i].err);
		assert_int_equal(diag.code, bad[i].err);
	}
	evx_details_free(&d);
}

/* Texts that are all empty leave nothing behind, not an empty object. */
static void empty_texts(void **state)
{
	static const char file[] =
		"{\"device\":{\"make\":\"\"},\"custom\":{\"a\":\"\",\"b\":\"\"}}\n";
	struct evx_details d;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(
		evx_details_decode(BINDING "}\n", strlen(BINDING "}\n"), &d, NULL), EVX_OK);
	assert_int_equal(evx_details_decode_file(file, sizeof(file) - 1, &d, NULL), EVX_OK);
	assert_int_equal(evx_details_encode(&d, &out, NULL), EVX_OK);
	assert_int_equal(out.len, strlen(BINDING "}\n"));
	assert_memory_equal(out.data, BINDING "}\n", out.len);
	evx_buf_free(&out);
	evx_details_free(&d);
}

/* The keys of events after the seal. */
#define LATER \
	"{\"format\":\"evx-details/1\",\"uuid\":\"" UUID "\",\"sequence\":3,\"previous\":\"" H1 \
	"\",\"author\":\"" K1 "\"," \
	"\"actor\":{\"person\":\"Ann\",\"title\":\"Sergeant\",\"organisation\":\"Org\"}," \
	"\"purpose\":\"why\"," \
	"\"counterparty\":{\"person\":\"Bob\",\"title\":\"Dr\",\"organisation\":\"Lab\"," \
	"\"country\":\"DE\",\"signing\":\"k\"}," \
	"\"authority_type\":\"warrant\",\"authority_number\":\"W7\",\"authority_until\":\"2026\"," \
	"\"seal_number_after\":\"S2\",\"condition\":\"intact\"," \
	"\"checked\":\"all " \
	"packs\",\"result\":\"good\",\"carrier\":\"Post\",\"tracking\":\"T9\",\"reason\":" \
	"\"because\"," \
	"\"extracted\":[{\"path\":\"a/b\"},{\"path_b64\":\"/w==\"}]}\n"

static void later_events(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "\"carrier\":\"Post\"", "\"carrier\":7", EVX_E_CORRUPT },
		{ "\"carrier\":", "\"courier\":", EVX_E_UNSUPPORTED },
		{ "\"signing\":\"k\"", "\"tier\":\"content\"", EVX_E_UNSUPPORTED },
		{ "\"counterparty\":{", "\"counterparty\":[{", EVX_E_CORRUPT },
		{ "{\"path\":\"a/b\"}", "\"a/b\"", EVX_E_CORRUPT },
		{ "{\"path\":\"a/b\"}", "{}", EVX_E_CORRUPT },
		{ "{\"path\":\"a/b\"}", "{\"path\":\"a\",\"size\":1}", EVX_E_UNSUPPORTED },
		{ "\"path_b64\":\"/w==\"", "\"path_b64\":\"YQ==\"", EVX_E_CORRUPT } };
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_details d;
	size_t i;

	(void)state;
	assert_int_equal(evx_details_decode(LATER, strlen(LATER), &d, NULL), EVX_OK);
	assert_string_equal(d.counterparty.title, "Dr");
	assert_string_equal(d.extracted.at[1], "\xff");
	assert_int_equal(evx_details_encode(&d, &out, NULL), EVX_OK);
	assert_int_equal(out.len, strlen(LATER));
	assert_memory_equal(out.data, LATER, out.len);
	for (i = d.extracted.n; i < EVX_EXTRACTED_MAX; i++)
		assert_int_equal(evx_details_add_extracted(&d, "xyz", 1), EVX_OK);
	assert_string_equal(d.extracted.at[2], "x");
	assert_int_equal(evx_details_add_extracted(&d, "x", 1), EVX_E_LIMIT);
	evx_details_free(&d);
	evx_buf_free(&out);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(LATER, strlen(LATER), bad[i].from, bad[i].to);

		assert_int_equal(evx_details_decode(b.data, b.len, &d, NULL), bad[i].err);
		evx_buf_free(&b);
	}
	memset(&d, 0, sizeof(d));
	assert_int_equal(evx_details_decode_file("{ \"reason\": \"r\" }", 17, &d, NULL), EVX_OK);
	assert_string_equal(d.reason, "r");
	assert_int_equal(evx_details_decode_file("{\"extracted\":[]}", 16, &d, NULL), EVX_E_USAGE);
	evx_details_free(&d);
}

static enum evx_err again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_details d;
	enum evx_err err = evx_details_decode(p, n, &d, NULL);

	if (err != EVX_OK)
		return err;
	/* An empty text is read as none (empty_texts). */
	err = memmem(p, n, "\"\"", 2) != NULL ? EVX_E_UNSUPPORTED :
						evx_details_encode(&d, out, NULL);
	evx_details_free(&d);
	return err;
}

static void every_byte_is_read(void **state)
{
	(void)state;
	edits(FULL, strlen(FULL), 2, "09z", again);
	edits(BINDING "}\n", strlen(BINDING "}\n"), 1, "09z", again);
}

/* What was not read whole, one of anything, is enough not to be complete. */
static void complete(void **state)
{
	struct evx_completeness c = { .excluded = 7, .metadata_errors = 3, .hashes_left_out = 1 };
	uint64_t *const counts[] = { &c.unreadable_files, &c.unreadable_directories,
		&c.unreadable_bytes, &c.changed, &c.not_crossed };

	(void)state;
	assert_true(evx_completeness_is_complete(&c));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		*counts[i] = 1;
		assert_false(evx_completeness_is_complete(&c));
		*counts[i] = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_ways), cmocka_unit_test(least),
		cmocka_unit_test(cut), cmocka_unit_test(refused), cmocka_unit_test(limits),
		cmocka_unit_test(cases_are_bounded), cmocka_unit_test(cases_refused),
		cmocka_unit_test(not_utf8), cmocka_unit_test(from_a_person),
		cmocka_unit_test(empty_texts), cmocka_unit_test(later_events),
		cmocka_unit_test(complete), cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
