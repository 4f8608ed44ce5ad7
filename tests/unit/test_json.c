#include "testdata.h"

#include <dirent.h>

#include "base/json_inner.h"
#include "base/test_hooks.h"

#define MAX 4096

static enum evx_err line_n(const void *p, size_t n, size_t max)
{
	struct evx_diag diag = { 0 };
	struct evx_json *root = (struct evx_json *)(void *)&diag;
	enum evx_err err = evx_json_parse_line(p, n, max, &root, &diag);

	assert_int_equal(diag.code, err);
	if (err == EVX_OK)
		assert_non_null(root);
	else
		assert_null(root);
	evx_json_free(root);
	return err;
}

static enum evx_err line(const char *s)
{
	return line_n(s, strlen(s), MAX);
}

static enum evx_err file(const char *s)
{
	struct evx_json *root;
	enum evx_err err = evx_json_parse_file(s, strlen(s), MAX, &root, NULL);

	evx_json_free(root);
	return err;
}

static struct evx_json *parsed(const char *s)
{
	struct evx_json *root;

	assert_int_equal(evx_json_parse_line(s, strlen(s), MAX, &root, NULL), EVX_OK);
	return root;
}

static void line_accepts(void **state)
{
	static const char *const good[] = {
		"{}\n",
		"{ \"a\" : [ 1 , -1, 0, true, false, null, \"\" ] }\n",
		"{\"a\":9007199254740992,\"b\":-9007199254740992}\n",
		"{\"a\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92\"}\n",
		"{\"a\":\"\\u001b\\ud83d\\udd12\\\\\\\"\\/\"}\n",
		"{\"a\":\"1.5e3 {[{[{[{[{[{[{[{[{[ not counted\"}\n",
		"{\"\\\\\":\"\\\\\"}\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(line(good[i]), EVX_OK);
}

static void line_rejects(void **state)
{
	static const char *const corrupt[] = {
		"\n",                             /* nothing */
		"[]\n",                           /* no object */
		"\"a\"\n",                        /* no object */
		"{}{}\n",                         /* two values */
		"{}\n\n",                         /* two LF */
		"\n{}\n",                         /* LF before the end */
		"{\"a\":\n1}\n",                  /* LF inside */
		"{\"a\":\t1}\n",                  /* TAB */
		"{}\r\n",                         /* CR */
		"{\"a\":\"\x01\"}\n",             /* control byte in a string */
		"{\"a\":\"\t\"}\n",               /* TAB in a string */
		"{\"a\":\"\\\x1f\"}\n",           /* control byte behind a backslash */
		"{\"a\":\"\x7f\"}\n",             /* DEL in a string */
		"{\x7f}\n",                       /* DEL */
		"\xef\xbb\xbf{}\n",               /* BOM */
		"{\"a\":\"\xff\"}\n",             /* not UTF-8 */
		"{\"a\":\"\xc0\xaf\"}\n",         /* overlong */
		"{\"a\":\"\xed\xa0\x80\"}\n",     /* surrogate */
		"{\"a\":\"\xf4\x90\x80\x80\"}\n", /* past U+10FFFF */
		"{\"a\":\"\xe2\x82\"}\n",         /* cut sequence */
		"{\"a\":1,\"a\":2}\n",            /* twice */
		"{\"a\":1,\"\\u0061\":2}\n",      /* twice, one escaped */
		"{\"b\":{\"a\":1,\"a\":1}}\n",    /* twice, deeper */
		"{\"a\":1.0}\n",                  /* real */
		"{\"a\":1e2}\n",                  /* real */
		"{\"a\":1E2}\n",                  /* real */
		"{\"a\":-0.0}\n",                 /* real */
		"{\"a\":[0.5]}\n",                /* real */
		"{\"a\":9007199254740993}\n",     /* beyond 2^53 */
		"{\"a\":-9007199254740993}\n",    /* beyond -2^53 */
		"{\"a\":18446744073709551617}\n", /* beyond 64 bits */
		"{\"a\":01}\n",                   /* leading zero */
		"{\"a\":+1}\n",                   /* sign */
		"{\"a\":-}\n",                    /* no digit */
		"{\"a\":NaN}\n",                  /* no JSON */
		"{\"a\":\"\\u0000\"}\n",          /* escaped NUL */
		"{\"\\u0000\":1}\n",              /* escaped NUL in a key */
		"{\"a\":\"\\ud800\"}\n",          /* lone surrogate */
		"{\"a\":\"\\x41\"}\n",            /* no such escape */
		"{\"a\":1,}\n",                   /* comma */
		"{'a':1}\n",                      /* quotes */
		"{\"a\":1]\n",                    /* brackets */
		"{}}\n",                          /* brackets */
		"{\"a\":\"b}\n",                  /* string without an end */
		"{\"a\":\"b\\\n",                 /* string without an end, backslash last */
		"{\"a\":{}\n",                    /* object without an end */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(corrupt) / sizeof(corrupt[0]); i++) {
		enum evx_err err = line(corrupt[i]);

		if (err != EVX_E_CORRUPT)
			print_message("line %zu: %s", i, corrupt[i]);
		assert_int_equal(err, EVX_E_CORRUPT);
	}
	assert_int_equal(line_n("{\"a\":\"\0\"}\n", 10, MAX), EVX_E_CORRUPT);
	assert_int_equal(line_n("{\0}\n", 4, MAX), EVX_E_CORRUPT);
}

static void line_limits(void **state)
{
	char text[128];
	unsigned depth;

	(void)state;
	assert_int_equal(line_n("{}\n", 3, 3), EVX_OK);
	assert_int_equal(line_n("{}\n", 3, 2), EVX_E_LIMIT);
	/* EVX_JSON_DEPTH_MAX, which base does not know by this name. */
	for (depth = 15; depth <= 17; depth++) {
		strcpy(text, "{\"a\":");
		memset(text + 5, '[', depth - 1);
		memset(text + 5 + depth - 1, ']', depth - 1);
		strcpy(text + 5 + 2 * (depth - 1), "}\n");
		assert_int_equal(line(text), depth <= 16 ? EVX_OK : EVX_E_LIMIT);
	}
}

/* A line with an array of n elements. */
static enum evx_err array_of(const char *element, size_t n)
{
	size_t len = strlen(element), at = 5;
	char *text = malloc(n * (len + 1) + 16);
	enum evx_err err;

	assert_non_null(text);
	memcpy(text, "{\"a\":", 5);
	text[at++] = '[';
	for (size_t i = 0; i < n; i++, at += len + 1) {
		memcpy(text + at, element, len);
		text[at + len] = i + 1 < n ? ',' : ']';
	}
	memcpy(text + at, "}\n", 2);
	err = line_n(text, at + 2, (size_t)1 << 23);
	free(text);
	return err;
}

/* A few bytes must not become hundreds in memory. The outer object, its key and the array count,
 * too. */
static void number_of_values(void **state)
{
	(void)state;
	assert_int_equal(array_of("{}", 131070), EVX_OK);
	assert_int_equal(array_of("{}", 131071), EVX_E_LIMIT);
	assert_int_equal(array_of("[]", 131071), EVX_E_LIMIT);
	assert_int_equal(array_of("\"\"", 524285), EVX_OK);
	assert_int_equal(array_of("\"\"", 524286), EVX_E_LIMIT);
	assert_int_equal(array_of("0", 524286), EVX_E_LIMIT);
	assert_int_equal(array_of("-1", 524286), EVX_E_LIMIT);
	assert_int_equal(array_of("true", 524285), EVX_OK);
	assert_int_equal(array_of("true", 524286), EVX_E_LIMIT);
	assert_int_equal(array_of("false", 524286), EVX_E_LIMIT);
	assert_int_equal(array_of("null", 524286), EVX_E_LIMIT);
}

static void every_cut_is_truncated(void **state)
{
	static const char good[] =
		"{\"a\":[1,{\"b\":\"c\\u00e9\\\\\"}],\"d\":\"\xf0\x9f\x94\x92\",\"e\":true}\n";
	size_t n;

	(void)state;
	assert_int_equal(line(good), EVX_OK);
	for (n = 0; n < sizeof(good) - 1; n++) {
		uint8_t *cut = malloc(n + 1);

		assert_non_null(cut);
		memcpy(cut, good, n);
		assert_int_equal(line_n(cut, n, MAX), EVX_E_TRUNCATED);
		free(cut);
	}
}

static void file_layout(void **state)
{
	(void)state;
	assert_int_equal(file("{\r\n\t\"a\": 1\n}"), EVX_OK);
	assert_int_equal(file("\n{}\n\n"), EVX_OK);
	assert_int_equal(file("{\"a\":\"\n\"}"), EVX_E_CORRUPT);
	assert_int_equal(file("{\"a\":\"\t\"}"), EVX_E_CORRUPT);
	assert_int_equal(file("{\x0b}"), EVX_E_CORRUPT);
	assert_int_equal(file("\xef\xbb\xbf{}"), EVX_E_CORRUPT);
	assert_int_equal(file("[]"), EVX_E_CORRUPT);
	assert_int_equal(file("{\"a\":1.5}"), EVX_E_CORRUPT);
	assert_int_equal(file("{\"a\":1,\"a\":1}"), EVX_E_CORRUPT);
	assert_int_equal(file("{} x"), EVX_E_CORRUPT);
	assert_int_equal(file(""), EVX_E_TRUNCATED);
	assert_int_equal(file("{\"a\":"), EVX_E_TRUNCATED);
	assert_int_equal(file("{\"a\":\"b"), EVX_E_TRUNCATED);
	assert_int_equal(file("{\"a\":\"b\"\n"), EVX_E_TRUNCATED);
}

/* A message quotes nothing of the input: not even what the parser stopped at. */
static void quotes_nothing(void **state)
{
	static const char text[] = "{\"a\" \"hostile\"}\n";
	struct evx_diag diag = { 0 };
	struct evx_json *j;

	(void)state;
	assert_int_equal(
		evx_json_parse_line(text, sizeof(text) - 1, 1000, &j, &diag), EVX_E_CORRUPT);
	assert_non_null(strstr(diag.text, "JSON: byte "));
	assert_null(strstr(diag.text, "hostile"));
}

static void getters(void **state)
{
	struct evx_json *j = parsed("{\"s\":\"t\xc3\xa9\",\"i\":-7,\"b\":true,\"o\":{\"k\":1},"
				    "\"a\":[\"12\",3],\"n\":null}\n");
	const struct evx_json *v;
	const char *s;
	size_t len;
	int64_t i;
	bool b;

	(void)state;
	assert_int_equal(evx_json_str(j, "s", false, &s, &len, NULL), EVX_OK);
	assert_string_equal(s, "t\xc3\xa9");
	assert_int_equal(len, 3);
	assert_int_equal(evx_json_str(j, "s", false, &s, NULL, NULL), EVX_OK);
	assert_int_equal(evx_json_int(j, "i", false, &i, NULL), EVX_OK);
	assert_int_equal(i, -7);
	assert_int_equal(evx_json_bool(j, "b", false, &b, NULL), EVX_OK);
	assert_true(b);
	assert_int_equal(evx_json_obj(j, "o", false, &v, NULL), EVX_OK);
	assert_true(evx_json_has(v, "k"));
	assert_false(evx_json_has(v, "s"));
	assert_int_equal(evx_json_arr(j, "a", false, &v, NULL), EVX_OK);
	assert_int_equal(evx_json_len(v), 2);
	assert_string_equal(evx_json_text(evx_json_at(v, 0), &len), "12");
	assert_int_equal(len, 2);
	assert_null(evx_json_text(evx_json_at(v, 1), &len));
	assert_int_equal(len, 0);
	assert_null(evx_json_at(v, 2));
	assert_int_equal(evx_json_len(j), 0);
	evx_json_free(j);
	evx_json_free(NULL);
}

/* Each getter: the key missing (allowed or not), and every value of another type. */
static void getters_reject(void **state)
{
	static const char *const keys[] = { "s", "i", "b", "o", "a", "n" };
	struct evx_json *j = parsed(
		"{\"s\":\"t\",\"i\":-7,\"b\":true,\"o\":{},\"a\":[],\"n\":null}\n");
	struct evx_diag diag = { 0 };
	const struct evx_json *v;
	const char *s, *k;
	uint8_t h[1];
	uint64_t u;
	int64_t i;
	size_t m;
	bool b;

	(void)state;
	for (m = 0; m < sizeof(keys) / sizeof(keys[0]); m++) {
		k = keys[m];
		assert_int_equal(evx_json_str(j, k, true, &s, NULL, NULL),
			*k == 's' ? EVX_OK : EVX_E_CORRUPT);
		assert_int_equal(
			evx_json_int(j, k, true, &i, NULL), *k == 'i' ? EVX_OK : EVX_E_CORRUPT);
		assert_int_equal(
			evx_json_bool(j, k, true, &b, NULL), *k == 'b' ? EVX_OK : EVX_E_CORRUPT);
		assert_int_equal(
			evx_json_obj(j, k, true, &v, NULL), *k == 'o' ? EVX_OK : EVX_E_CORRUPT);
		assert_int_equal(
			evx_json_arr(j, k, true, &v, NULL), *k == 'a' ? EVX_OK : EVX_E_CORRUPT);
		assert_int_equal(evx_json_u64(j, k, true, &u, NULL), EVX_E_CORRUPT);
		assert_int_equal(evx_json_i64(j, k, true, &i, NULL), EVX_E_CORRUPT);
		assert_int_equal(evx_json_hex(j, k, true, h, 1, &b, NULL), EVX_E_CORRUPT);
	}
	assert_int_equal(evx_json_str(j, "z", false, &s, NULL, &diag), EVX_E_CORRUPT);
	assert_string_equal(diag.text, "\"z\": expected a string, found nothing");
	assert_int_equal(evx_json_int(j, "z", false, &i, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_json_bool(j, "z", false, &b, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_json_obj(j, "z", false, &v, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_json_arr(j, "z", false, &v, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_json_u64(j, "z", false, &u, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_json_i64(j, "z", false, &i, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_json_hex(j, "z", false, h, 1, NULL, NULL), EVX_E_CORRUPT);
	s = "x";
	i = 1;
	u = 1;
	b = true;
	v = j;
	assert_int_equal(evx_json_str(j, "z", true, &s, NULL, NULL), EVX_OK);
	assert_null(s);
	assert_int_equal(evx_json_int(j, "z", true, &i, NULL), EVX_OK);
	assert_int_equal(i, 0);
	assert_int_equal(evx_json_bool(j, "z", true, &b, NULL), EVX_OK);
	assert_false(b);
	assert_int_equal(evx_json_obj(j, "z", true, &v, NULL), EVX_OK);
	assert_null(v);
	assert_int_equal(evx_json_arr(j, "z", true, &v, NULL), EVX_OK);
	assert_int_equal(evx_json_u64(j, "z", true, &u, NULL), EVX_OK);
	assert_int_equal(u, 0);
	b = true;
	assert_int_equal(evx_json_hex(j, "z", true, h, 1, &b, NULL), EVX_OK);
	assert_false(b);
	evx_json_free(j);
}

static void decimal_strings(void **state)
{
	static const struct {
		const char *text;
		bool u_good;
		uint64_t u;
		bool i_good;
		int64_t i;
	} cases[] = {
		{ "0", true, 0, true, 0 },
		{ "9", true, 9, true, 9 },
		{ "9223372036854775807", true, INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", true, (uint64_t)INT64_MAX + 1, false, 0 },
		{ "18446744073709551615", true, UINT64_MAX, false, 0 },
		{ "18446744073709551616", false, 0, false, 0 },
		{ "99999999999999999999999", false, 0, false, 0 },
		{ "-1", false, 0, true, -1 },
		{ "-9223372036854775808", false, 0, true, INT64_MIN },
		{ "-9223372036854775809", false, 0, false, 0 },
		{ "-0", false, 0, false, 0 },
		{ "-", false, 0, false, 0 },
		{ "--1", false, 0, false, 0 },
		{ "", false, 0, false, 0 },
		{ "00", false, 0, false, 0 },
		{ "01", false, 0, false, 0 },
		{ "-01", false, 0, false, 0 },
		{ "+1", false, 0, false, 0 },
		{ " 1", false, 0, false, 0 },
		{ "1 ", false, 0, false, 0 },
		{ "0x1", false, 0, false, 0 },
		{ "1a", false, 0, false, 0 },
	};
	char text[96];
	size_t m;

	(void)state;
	for (m = 0; m < sizeof(cases) / sizeof(cases[0]); m++) {
		const struct evx_json *arr;
		struct evx_json *j;
		uint64_t u = 1, t = 1;
		int64_t i = 1;

		(void)snprintf(text, sizeof(text), "{\"a\":\"%s\",\"b\":[\"%s\"]}\n", cases[m].text,
			cases[m].text);
		j = parsed(text);
		assert_int_equal(evx_json_u64(j, "a", false, &u, NULL),
			cases[m].u_good ? EVX_OK : EVX_E_CORRUPT);
		assert_true(u == cases[m].u);
		assert_int_equal(evx_json_arr(j, "b", false, &arr, NULL), EVX_OK);
		assert_int_equal(evx_json_text_u64(evx_json_at(arr, 0), &t), cases[m].u_good);
		assert_true(t == cases[m].u);
		assert_int_equal(evx_json_i64(j, "a", false, &i, NULL),
			cases[m].i_good ? EVX_OK : EVX_E_CORRUPT);
		assert_true(i == cases[m].i);
		evx_json_free(j);
	}
}

static void hex_strings(void **state)
{
	static const char *const bad[] = { "", "0", "00f", "00fff", "00ffff", "00FF", "00fg",
		"0 ff", "00f-" };
	struct evx_json *j = parsed("{\"a\":\"00ff\"}\n");
	uint8_t out[2];
	char text[64];
	bool present;
	size_t m;

	(void)state;
	assert_int_equal(evx_json_hex(j, "a", false, out, 2, &present, NULL), EVX_OK);
	assert_true(present);
	assert_memory_equal(out, "\x00\xff", 2);
	evx_json_free(j);
	for (m = 0; m < sizeof(bad) / sizeof(bad[0]); m++) {
		(void)snprintf(text, sizeof(text), "{\"a\":\"%s\"}\n", bad[m]);
		j = parsed(text);
		present = true;
		memset(out, 1, sizeof(out));
		assert_int_equal(
			evx_json_hex(j, "a", false, out, 2, &present, NULL), EVX_E_CORRUPT);
		assert_false(present);
		assert_memory_equal(out, "\0\0", 2);
		evx_json_free(j);
	}
}

static void unknown_keys(void **state)
{
	static const char *const allowed[] = { "a", "b", NULL };
	struct evx_json *j = parsed("{\"b\":1,\"x-note\":2}\n");
	const struct evx_json *arr;
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(evx_json_only(j, allowed, NULL), EVX_OK);
	evx_json_free(j);
	j = parsed("{\"a\":1,\"xyz\":2}\n");
	assert_int_equal(evx_json_only(j, allowed, &diag), EVX_E_UNSUPPORTED);
	assert_string_equal(diag.text, "\"xyz\": unknown key");
	evx_json_free(j);
	j = parsed("{\"a\":[7]}\n");
	assert_int_equal(evx_json_arr(j, "a", false, &arr, NULL), EVX_OK);
	assert_int_equal(evx_json_only(evx_json_at(arr, 0), allowed, NULL), EVX_E_CORRUPT);
	evx_json_free(j);
}

static enum evx_err gather(const char *key, const struct evx_json *value, void *ctx)
{
	char *all = ctx;

	strcat(all, key);
	strcat(all, evx_json_text(value, NULL));
	return key[0] == 'q' ? EVX_E_LIMIT : EVX_OK;
}

static void each_in_document_order(void **state)
{
	struct evx_json *j = parsed("{\"z\":\"1\",\"a\":\"2\",\"m\":\"3\"}\n");
	char all[32] = "";

	(void)state;
	assert_int_equal(evx_json_each(j, gather, all), EVX_OK);
	assert_string_equal(all, "z1a2m3");
	evx_json_free(j);
	j = parsed("{\"z\":\"1\",\"q\":\"2\",\"m\":\"3\"}\n");
	all[0] = '\0';
	assert_int_equal(evx_json_each(j, gather, all), EVX_E_LIMIT);
	assert_string_equal(all, "z1q2");
	evx_json_free(j);
}

static void written(struct evx_buf *buf, const char *expected)
{
	assert_int_equal(evx_buf_cstr(buf), EVX_OK);
	assert_string_equal((const char *)buf->data, expected);
	assert_int_equal(buf->len, strlen(expected));
	assert_int_equal(line(expected), EVX_OK);
	evx_buf_free(buf);
}

static void writes_every_type(void **state)
{
	static const uint8_t bytes[3] = { 0x00, 0xab, 0xff };
	struct evx_buf buf = EVX_BUF_INIT;
	struct evx_jw w = evx_jw_begin(&buf);

	(void)state;
	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "s", "t/\xc3\xa9");
	evx_jw_opt(&w, "none", NULL);
	evx_jw_opt(&w, "none", "");
	evx_jw_opt(&w, "opt", "v");
	evx_jw_int(&w, "i", -9007199254740992);
	evx_jw_int(&w, "zero", 0);
	evx_jw_bool(&w, "t", true);
	evx_jw_bool(&w, "f", false);
	evx_jw_null(&w, "n");
	evx_jw_u64(&w, "u", UINT64_MAX);
	evx_jw_i64(&w, "min", INT64_MIN);
	evx_jw_i64(&w, "max", INT64_MAX);
	evx_jw_hex(&w, "h", bytes, sizeof(bytes));
	evx_jw_hex(&w, "h0", bytes, 0);
	evx_jw_arr(&w, "a");
	evx_jw_arr(&w, NULL);
	evx_jw_close(&w);
	evx_jw_obj(&w, NULL);
	evx_jw_close(&w);
	evx_jw_int(&w, NULL, 1);
	evx_jw_close(&w);
	evx_jw_str(&w, "last", "");
	evx_jw_close(&w);
	assert_int_equal(evx_jw_end(&w), EVX_OK);
	written(&buf,
		"{\"s\":\"t/"
		"\xc3\xa9\",\"opt\":\"v\",\"i\":-9007199254740992,\"zero\":0,\"t\":true,\"f\":"
		"false,\"n\":null,"
		"\"u\":\"18446744073709551615\",\"min\":\"-9223372036854775808\",\"max\":"
		"\"9223372036854775807\",\"h\":\"00abff\","
		"\"h0\":\"\",\"a\":[[],{},1],\"last\":\"\"}\n");
}

static void writes_escapes(void **state)
{
	struct evx_buf buf = EVX_BUF_INIT;
	struct evx_jw w = evx_jw_begin(&buf);

	(void)state;
	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "k\"\n", "\"a\\b\x01\x1f\x7f\n");
	evx_jw_strn(&w, "c", "ab\\cd", 3);
	evx_jw_close(&w);
	assert_int_equal(evx_jw_end(&w), EVX_OK);
	written(&buf,
		"{\"k\\\"\\u000a\":\"\\\"a\\\\b\\u0001\\u001f\\u007f\\u000a\",\"c\":\"ab\\\\\"}\n");
}

/* What the writer makes of a string, the reader gives back. */
static void every_character_survives(void **state)
{
	struct evx_buf buf = EVX_BUF_INIT;
	struct evx_jw w = evx_jw_begin(&buf);
	struct evx_json *j;
	char text[128];
	const char *back;
	size_t n, i;

	(void)state;
	for (i = 1; i < 128; i++)
		text[i - 1] = (char)i;
	evx_jw_obj(&w, NULL);
	evx_jw_strn(&w, "k", text, 127);
	evx_jw_close(&w);
	assert_int_equal(evx_jw_end(&w), EVX_OK);
	assert_int_equal(evx_json_parse_line(buf.data, buf.len, MAX, &j, NULL), EVX_OK);
	assert_int_equal(evx_json_str(j, "k", false, &back, &n, NULL), EVX_OK);
	assert_int_equal(n, 127);
	assert_memory_equal(back, text, 127);
	evx_json_free(j);
	evx_buf_free(&buf);
}

static void copies_parsed_values(void **state)
{
	static const char text[] = "{\"z\":[1,-2,true,false,null,\"q\\\"\\u0001\",[],{}],\"a\":{"
				   "\"k\":\"\xe2\x82\xac\"}}\n";
	struct evx_json *j = parsed(text);
	struct evx_buf buf = EVX_BUF_INIT;
	struct evx_jw w = evx_jw_begin(&buf);

	(void)state;
	evx_jw_json(&w, NULL, j);
	assert_int_equal(evx_jw_end(&w), EVX_OK);
	written(&buf, text);
	w = evx_jw_begin(&buf);
	evx_jw_json(&w, NULL, NULL);
	assert_int_equal(evx_jw_end(&w), EVX_E_USAGE);
	evx_buf_free(&buf);
	evx_json_free(j);
}

enum misuse {
	NONE,
	NO_KEY,
	KEY_IN_ARRAY,
	KEY_ON_ROOT,
	NOT_UTF8,
	KEY_NOT_UTF8,
	BIG_INT,
	SMALL_INT,
	OPEN_END,
	CLOSE_TWICE,
	SECOND_ROOT,
	TOO_DEEP,
	MISUSES
};

static enum evx_err misused(enum misuse how)
{
	struct evx_buf buf = EVX_BUF_INIT;
	struct evx_jw w = evx_jw_begin(&buf);
	enum evx_err err;
	int i;

	evx_jw_obj(&w, how == KEY_ON_ROOT ? "k" : NULL);
	if (how == NO_KEY)
		evx_jw_bool(&w, NULL, true);
	evx_jw_arr(&w, "a");
	if (how == KEY_IN_ARRAY)
		evx_jw_null(&w, "k");
	evx_jw_close(&w);
	if (how == NOT_UTF8)
		evx_jw_str(&w, "s", "a\xff");
	if (how == KEY_NOT_UTF8)
		evx_jw_str(&w, "\xff", "a");
	if (how == BIG_INT)
		evx_jw_int(&w, "i", 9007199254740993);
	if (how == SMALL_INT)
		evx_jw_int(&w, "i", INT64_MIN);
	if (how != OPEN_END)
		evx_jw_close(&w);
	if (how == CLOSE_TWICE)
		evx_jw_close(&w);
	if (how == TOO_DEEP) {
		evx_buf_reset(&buf);
		w = evx_jw_begin(&buf);
		for (i = 0; i < 17; i++)
			evx_jw_arr(&w, NULL);
		for (i = 0; i < 16; i++)
			evx_jw_close(&w);
	}
	if (how == SECOND_ROOT) {
		evx_jw_obj(&w, NULL);
		evx_jw_close(&w);
	}
	err = evx_jw_end(&w);
	evx_buf_free(&buf);
	return err;
}

static void writer_misuse(void **state)
{
	int how;

	(void)state;
	assert_int_equal(misused(NONE), EVX_OK);
	for (how = NO_KEY; how < MISUSES; how++)
		assert_int_equal(misused((enum misuse)how), EVX_E_USAGE);
}

static void writer_limit_sticks(void **state)
{
	struct evx_buf buf = { NULL, 0, 0, 16 };
	struct evx_jw w = evx_jw_begin(&buf);

	(void)state;
	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "key", "long enough to pass the limit");
	evx_jw_close(&w);
	assert_int_equal(evx_jw_end(&w), EVX_E_LIMIT);
	assert_true(buf.len <= 16);
	evx_buf_free(&buf);
}

static unsigned allocations_left;

static void *scarce(size_t n)
{
	return allocations_left-- == 0 ? NULL : malloc(n);
}

/* A sound line that could not be read for want of memory must never be called corrupt. */
static void every_allocation_fails_once(void **state)
{
	static const char text[] =
		"{\"a\":[1,true,\"text\",{\"b\":null}],\"a longer key\":\"\\u00e9\"}\n";
	unsigned n;
	enum evx_err err;

	(void)state;
	evx_json_test_malloc(scarce);
	for (n = 0; n < 1000; n++) {
		allocations_left = n;
		err = line_n(text, sizeof(text) - 1, MAX);
		if (err == EVX_OK)
			break;
		if (err != EVX_E_MEMORY)
			fail_msg("allocation %u fails: expected %s, found %s", n,
				evx_err_name(EVX_E_MEMORY), evx_err_name(err));
	}
	evx_json_test_malloc(NULL);
	assert_in_range(n, 5, 999);
}

/* What JSON allows and conventions.md "JSON" does not: numbers that are no integers, the same key
 * twice, NUL, DEL. */
static bool stricter_here(const char *name)
{
	static const char *const refused[] = { "y_number.json", "y_number_0e+1.json",
		"y_number_0e1.json", "y_number_double_close_to_zero.json",
		"y_number_int_with_exp.json", "y_number_real_capital_e.json",
		"y_number_real_capital_e_neg_exp.json", "y_number_real_capital_e_pos_exp.json",
		"y_number_real_exponent.json", "y_number_real_fraction_exponent.json",
		"y_number_real_neg_exp.json", "y_number_real_pos_exponent.json",
		"y_number_simple_real.json", "y_object_duplicated_key.json",
		"y_object_duplicated_key_and_value.json", "y_object_escaped_null_in_key.json",
		"y_object_extreme_numbers.json", "y_string_null_escape.json",
		"y_string_unescaped_char_delete.json", "y_string_with_del_character.json",
		"y_structure_lonely_negative_real.json" };

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (strcmp(name, refused[i]) == 0)
			return true;
	return false;
}

static enum evx_err suite_text(const void *p, size_t n)
{
	struct evx_json *root;
	enum evx_err err = evx_json_parse_file(p, n, 1u << 20, &root, NULL);

	if (err != EVX_OK) {
		assert_null(root);
		assert_true(err == EVX_E_CORRUPT || err == EVX_E_LIMIT || err == EVX_E_TRUNCATED);
	}
	evx_json_free(root);
	return err;
}

/* A text of the suite as it is, which counts only when its root is an object, and as the value of a
 * member. */
static void suite_file(int dir, const char *name)
{
	struct evx_buf text = EVX_BUF_INIT, member = EVX_BUF_INIT;
	enum evx_err as_it_is, as_value;

	assert_int_equal(evx_read_file(dir, name, (size_t)1 << 20, &text, NULL), EVX_OK);
	assert_int_equal(evx_buf_add(&member, "{\"x\":", 5), EVX_OK);
	assert_int_equal(evx_buf_add(&member, text.data, text.len), EVX_OK);
	assert_int_equal(evx_buf_add(&member, "}\n", 2), EVX_OK);
	as_it_is = suite_text(text.data, text.len);
	as_value = suite_text(member.data, member.len);
	if (name[0] == 'y' && as_value != (stricter_here(name) ? EVX_E_CORRUPT : EVX_OK))
		fail_msg("%s: %s", name, evx_err_name(as_value));
	if (name[0] == 'n' && (as_it_is == EVX_OK || as_value == EVX_OK))
		fail_msg("%s: taken", name);
	if (as_it_is == EVX_OK && as_value != EVX_OK && as_value != EVX_E_LIMIT)
		fail_msg("%s: taken alone, and not as a value", name);
	evx_buf_free(&text);
	evx_buf_free(&member);
}

/* The JSON Parsing Test Suite (../shared/testdata/README.md). */
static void test_suite(void **state)
{
	const char *path = testdata("json/test_parsing");
	DIR *d = opendir(path);
	const struct dirent *e;
	size_t n = 0;

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.') {
			suite_file(dirfd(d), e->d_name);
			n++;
		}
	closedir(d);
	assert_int_equal(n, 318);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suite),
		cmocka_unit_test(line_accepts),
		cmocka_unit_test(line_rejects),
		cmocka_unit_test(line_limits),
		cmocka_unit_test(number_of_values),
		cmocka_unit_test(every_cut_is_truncated),
		cmocka_unit_test(file_layout),
		cmocka_unit_test(quotes_nothing),
		cmocka_unit_test(getters),
		cmocka_unit_test(getters_reject),
		cmocka_unit_test(decimal_strings),
		cmocka_unit_test(hex_strings),
		cmocka_unit_test(unknown_keys),
		cmocka_unit_test(each_in_document_order),
		cmocka_unit_test(writes_every_type),
		cmocka_unit_test(writes_escapes),
		cmocka_unit_test(every_character_survives),
		cmocka_unit_test(copies_parsed_values),
		cmocka_unit_test(writer_misuse),
		cmocka_unit_test(writer_limit_sticks),
		cmocka_unit_test(every_allocation_fails_once),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
