/* Listing lines and records: what is written is read back; every broken rule has its class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/listing.h"
#include "format/part.h"
#include "format/listing_inner.h"
#include "edits.h"

static enum evx_err decode(const char *line, struct evx_entry *e)
{
	return evx_listing_decode((const uint8_t *)line, strlen(line), e, NULL);
}

/* Encodes e, decodes that, encodes what came out: the two lines must be one. Returns the line
 * (caller frees) and empties e. */
static char *round_trip(struct evx_entry *e)
{
	struct evx_buf a = EVX_BUF_INIT, b = EVX_BUF_INIT;
	struct evx_entry back;
	struct evx_diag diag = { 0 };
	enum evx_err err;

	evx_entry_init(&back);
	assert_int_equal(evx_listing_encode(e, &a, NULL), EVX_OK);
	err = evx_listing_decode(a.data, a.len, &back, &diag);
	if (err != EVX_OK)
		fail_msg("%.*s: %s", (int)a.len, (const char *)a.data, diag.text);
	assert_int_equal(evx_listing_encode(&back, &b, NULL), EVX_OK);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	/* Cut anywhere, it is not a line. */
	for (size_t i = 0; i < a.len; i++) {
		err = evx_listing_decode(a.data, i, &back, NULL);
		assert_true(err == EVX_E_TRUNCATED || err == EVX_E_CORRUPT);
		assert_null(back.path);
	}
	assert_int_equal(evx_buf_cstr(&a), EVX_OK);
	evx_entry_free(&back);
	evx_entry_free(e);
	evx_buf_free(&b);
	return (char *)a.data;
}

static struct evx_entry entry(enum evx_entry_type type, const char *path)
{
	struct evx_entry e;

	evx_entry_init(&e);
	e.type = type;
	assert_int_equal(evx_entry_set_path(&e, path, strlen(path)), EVX_OK);
	return e;
}

static void everything(void **state)
{
	static const char *const expected =
		"{\"path\":\"s/"
		"a\",\"type\":\"file\",\"size\":\"9000\",\"mode\":\"4755\",\"uid\":4294967295,"
		"\"gid\":0,"
		"\"user\":\"ann\",\"group\":\"a "
		"\\\"b\\\"\",\"atime\":\"-1\",\"mtime\":\"9223372036854775807999999999\",\"ctime\":"
		"\"0\","
		"\"btime\":\"5\","
		"\"hardlink\":7,\"data\":[[\"0\",\"512\"],[\"8999\",\"1\"]],\"unreadable\":[["
		"\"512\",\"512\"]],\"metadata_error\":\"m\","
		"\"changed_while_reading\":true,\"sparse_sha256\":"
		"\"0000000000000000000000000000000000000000000000000000000000000000\","
		"\"xattrs\":[{\"name\":\"user.a\",\"value\":\"AP8=\"},{\"name_b64\":\"/"
		"w==\",\"value\":\"\"}],\"acl_access\":\"user::rw-\","
		"\"acl_default\":\"x\",\"flags\":\"nodump\"}\n";
	struct evx_entry e = entry(EVX_FILE, "s/a");
	char *line;

	(void)state;
	e.size = 9000;
	e.has_stat = true;
	e.mode = 04755;
	e.uid = UINT32_MAX;
	e.user = strdup("ann");
	e.group = strdup("a \"b\"");
	e.has_atime = e.has_mtime = e.has_ctime = e.has_btime = true;
	e.atime = (struct evx_file_time){ -1, 999999999 };
	e.mtime = (struct evx_file_time){ INT64_MAX, 999999999 };
	e.btime = (struct evx_file_time){ 0, 5 };
	e.has_hardlink = true;
	e.hardlink_index = 7;
	e.has_map = true;
	assert_int_equal(evx_entry_add_extent(&e, 0, 512), EVX_OK);
	assert_int_equal(evx_entry_add_extent(&e, 8999, 1), EVX_OK);
	assert_int_equal(evx_entry_add_bad(&e, 512, 512), EVX_OK);
	e.metadata_errors = strdup("m");
	e.changed_while_reading = true;
	e.has_sparse_sha256 = true;
	assert_int_equal(evx_entry_add_xattr(&e, "user.a", "\x00\xff", 2), EVX_OK);
	assert_int_equal(evx_entry_add_xattr(&e, "\xff", "", 0), EVX_OK);
	e.acl_access = strdup("user::rw-");
	e.acl_default = strdup("x");
	e.fflags_text = strdup("nodump");
	assert_int_equal(evx_listing_stored_length(&e), 513);
	line = round_trip(&e);
	assert_string_equal(line, expected);
	free(line);
}

static void types(void **state)
{
	struct evx_entry e;
	char *line;

	(void)state;
	e = entry(EVX_DIR, "\xff");
	e.not_crossed = true;
	line = round_trip(&e);
	assert_string_equal(
		line, "{\"path_b64\":\"/w==\",\"type\":\"dir\",\"not_crossed\":true}\n");
	free(line);
	e = entry(EVX_SYMLINK, "l");
	assert_int_equal(evx_entry_set_link_target(&e, "../\xc3\xa9\x7f", 6), EVX_OK);
	line = round_trip(&e);
	assert_string_equal(
		line, "{\"path\":\"l\",\"type\":\"symlink\",\"target\":\"../\xc3\xa9\\u007f\"}\n");
	free(line);
	e = entry(EVX_SYMLINK, "l");
	assert_int_equal(evx_entry_set_link_target(&e, "\xfe", 1), EVX_OK);
	line = round_trip(&e);
	assert_string_equal(
		line, "{\"path\":\"l\",\"type\":\"symlink\",\"target_b64\":\"/g==\"}\n");
	free(line);
	e = entry(EVX_CHARDEV, "c");
	e.has_stat = true;
	e.rdev_major = 4294967295;
	line = round_trip(&e);
	assert_string_equal(line,
		"{\"path\":\"c\",\"type\":\"char\",\"mode\":\"0000\",\"uid\":0,\"gid\":0,"
		"\"device\":\"4294967295:0\"}\n");
	free(line);
	for (int type = EVX_FIFO; type <= EVX_BLOCKDEV; type++) {
		e = entry((enum evx_entry_type)type, "x");
		e.skipped = true;
		free(round_trip(&e));
	}
	e = entry(EVX_FILE, "f");
	e.size = 5;
	e.has_sha256 = e.has_md5 = e.has_sha1 = true;
	assert_int_equal(evx_listing_stored_length(&e), 5);
	free(round_trip(&e));
	e = entry(EVX_FILE, "f");
	e.size = 5;
	e.read_error = strdup("EACCES: \xff\n(open)");
	assert_int_equal(evx_listing_stored_length(&e), 0);
	line = round_trip(&e);
	assert_string_equal(line,
		"{\"path\":\"f\",\"type\":\"file\",\"size\":\"5\",\"data\":[],\"error\":\"EACCES: "
		"\\\\xff\\\\x0a(open)\"}\n");
	free(line);
}

#define SHA "\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\""
#define SPA "\"sparse_sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\""
#define MD5 "\"md5\":\"00000000000000000000000000000000\""
#define FILE1(rest) "{\"path\":\"f\",\"type\":\"file\",\"size\":\"1000\"," rest "}\n"
#define DIR1(rest) "{\"path\":\"f\",\"type\":\"dir\"," rest "}\n"

static const struct {
	const char *line;
	enum evx_err err;
} cases[] = {
	{ FILE1(SHA), EVX_OK },
	{ FILE1(SHA ",\"x-more\":{\"a\":1}"), EVX_OK },
	{ FILE1(SHA ",\"more\":1"), EVX_E_UNSUPPORTED },
	{ "{\"path\":\"f\",\"type\":\"door\"}\n", EVX_E_UNSUPPORTED },
	{ "{\"path\":\"f\"}\n", EVX_E_CORRUPT },
	{ "{\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	/* paths */
	{ "{\"path\":\"a/b\",\"type\":\"dir\"}\n", EVX_OK },
	{ "{\"path\":\"\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"/a\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"a/\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"a//b\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"a/../b\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\".\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"a\\u0000b\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":5,\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"f\",\"path_b64\":\"/w==\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path_b64\":\"/w==\",\"type\":\"dir\"}\n", EVX_OK },
	{ "{\"path_b64\":\"/w\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path_b64\":\"/x==\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path_b64\":\"Zm9v\",\"type\":\"dir\"}\n", EVX_E_CORRUPT }, /* UTF-8 */
	{ "{\"path_b64\":\"Ly7/\",\"type\":\"dir\"}\n", EVX_E_CORRUPT }, /* begins with '/' */
	{ "{\"path_b64\":\"/wD/\",\"type\":\"dir\"}\n", EVX_E_CORRUPT }, /* NUL */
	/* JSON */
	{ "{\"path\":\"f\",\"path\":\"f\",\"type\":\"dir\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"f\",\"type\":\"dir\"}", EVX_E_CORRUPT },
	{ "{\"path\":\"f\",\"type\":\"dir\"}\n\n", EVX_E_CORRUPT },
	/* sizes and stat */
	{ "{\"path\":\"f\",\"type\":\"file\"," SHA "}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"f\",\"type\":\"file\",\"size\":1," SHA "}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"f\",\"type\":\"file\",\"size\":\"01\"," SHA "}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"f\",\"type\":\"file\",\"size\":\"9223372036854775808\"," SHA "}\n",
		EVX_E_CORRUPT },
	{ DIR1("\"size\":\"1\""), EVX_E_CORRUPT },
	{ DIR1("\"mode\":\"0755\",\"uid\":1,\"gid\":2"), EVX_OK },
	{ DIR1("\"mode\":\"0755\",\"uid\":1"), EVX_E_CORRUPT },
	{ DIR1("\"uid\":1,\"gid\":2"), EVX_E_CORRUPT },
	{ DIR1("\"mode\":\"755\",\"uid\":1,\"gid\":2"), EVX_E_CORRUPT },
	{ DIR1("\"mode\":\"0785\",\"uid\":1,\"gid\":2"), EVX_E_CORRUPT },
	{ DIR1("\"mode\":\"0755\",\"uid\":-1,\"gid\":2"), EVX_E_CORRUPT },
	{ DIR1("\"mode\":\"0755\",\"uid\":1,\"gid\":4294967296"), EVX_E_CORRUPT },
	{ DIR1("\"mtime\":\"-9223372036854775808\""), EVX_OK },
	{ DIR1("\"mtime\":\"9223372036854775808\""), EVX_OK },
	{ DIR1("\"mtime\":\"-9223372036854775808000000000\""), EVX_OK },
	{ DIR1("\"mtime\":\"-9223372036854775808000000001\""), EVX_E_CORRUPT },
	{ DIR1("\"mtime\":\"9223372036854775808000000000\""), EVX_E_CORRUPT },
	{ DIR1("\"mtime\":\"00\""), EVX_E_CORRUPT },
	{ DIR1("\"mtime\":\"\""), EVX_E_CORRUPT },
	{ DIR1("\"mtime\":\"-\""), EVX_E_CORRUPT },
	{ DIR1("\"mtime\":\"+1\""), EVX_E_CORRUPT },
	{ DIR1("\"mtime\":\"1.5\""), EVX_E_CORRUPT },
	{ DIR1("\"mtime\":\"-0\""), EVX_E_CORRUPT },
	{ DIR1("\"user\":\"\""), EVX_E_CORRUPT },
	/* what belongs to one type */
	{ "{\"path\":\"l\",\"type\":\"symlink\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"l\",\"type\":\"symlink\",\"error\":\"EIO\"}\n", EVX_OK },
	{ "{\"path\":\"l\",\"type\":\"symlink\",\"target\":\"a\",\"target_b64\":\"/w==\"}\n",
		EVX_E_CORRUPT },
	{ "{\"path\":\"l\",\"type\":\"symlink\",\"target_b64\":\"YQ==\"}\n", EVX_E_CORRUPT },
	{ DIR1("\"target\":\"a\""), EVX_E_CORRUPT },
	{ DIR1("\"hardlink\":1"), EVX_E_CORRUPT },
	{ "{\"path\":\"l\",\"type\":\"symlink\",\"target\":\"a\",\"hardlink\":1}\n", EVX_OK },
	{ "{\"path\":\"p\",\"type\":\"fifo\",\"hardlink\":-1}\n", EVX_E_CORRUPT },
	{ FILE1("\"hardlink\":-1," SHA), EVX_E_CORRUPT },
	{ FILE1("\"hardlink\":\"1\"," SHA), EVX_E_CORRUPT },
	{ FILE1("\"not_crossed\":true," SHA), EVX_E_CORRUPT },
	{ DIR1("\"not_crossed\":false"), EVX_E_CORRUPT },
	{ DIR1("\"changed_while_reading\":true"), EVX_E_CORRUPT },
	{ DIR1(SHA), EVX_E_CORRUPT },
	{ "{\"path\":\"c\",\"type\":\"char\"}\n", EVX_OK },
	{ "{\"path\":\"c\",\"type\":\"char\",\"mode\":\"0600\",\"uid\":0,\"gid\":0}\n",
		EVX_E_CORRUPT },
	{ "{\"path\":\"c\",\"type\":\"char\",\"device\":\"1:2\"}\n", EVX_OK },
	{ "{\"path\":\"c\",\"type\":\"char\",\"device\":\"01:2\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"c\",\"type\":\"char\",\"device\":\"1:\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"c\",\"type\":\"char\",\"device\":\":1\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"c\",\"type\":\"char\",\"device\":\"1:2:3\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"c\",\"type\":\"char\",\"device\":\"1:4294967296\"}\n", EVX_E_CORRUPT },
	{ DIR1("\"device\":\"1:2\""), EVX_E_CORRUPT },
	/* maps */
	{ FILE1("\"data\":[[\"0\",\"1000\"]]," SHA "," SPA), EVX_OK },
	{ FILE1("\"data\":[]," SHA "," SPA), EVX_OK },
	{ FILE1("\"data\":[[\"0\",\"1001\"]]," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"1001\",\"1\"]]," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"5\",\"0\"]]," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"5\",\"5\"],[\"10\",\"5\"]]," SHA "," SPA),
		EVX_E_CORRUPT }, /* touching
				  */
	{ FILE1("\"data\":[[\"5\",\"5\"],[\"2\",\"1\"]]," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"5\"]]," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[5,5]]," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"5\",\"5\",\"5\"]]," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[\"5\"]," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":{}," SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"0\",\"5\"]],\"unreadable\":[[\"5\",\"5\"]]," SPA), EVX_OK },
	{ FILE1("\"data\":[[\"0\",\"5\"]],\"unreadable\":[[\"4\",\"5\"]]," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"0\",\"5\"]],\"unreadable\":[]," SPA), EVX_E_CORRUPT },
	{ FILE1("\"unreadable\":[[\"5\",\"5\"]]"), EVX_E_CORRUPT },
	/* digests */
	{ FILE1("\"mode\":\"0600\",\"uid\":0,\"gid\":0"), EVX_E_CORRUPT },
	{ FILE1("\"sha256\":\"00\""), EVX_E_CORRUPT },
	{ FILE1("\"sha256\":\"A000000000000000000000000000000000000000000000000000000000000000\""),
		EVX_E_CORRUPT },
	{ FILE1(SHA "," MD5), EVX_OK },
	{ FILE1(SHA "," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[]," SHA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"0\",\"5\"]],\"unreadable\":[[\"5\",\"5\"]]," SHA "," SPA),
		EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"0\",\"5\"]],\"unreadable\":[[\"5\",\"5\"]]"), EVX_E_CORRUPT },
	{ FILE1("\"error\":\"EIO\""), EVX_OK },
	{ FILE1("\"error\":\"EIO\"," SHA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[],\"error\":\"EIO\"," SPA), EVX_E_CORRUPT },
	{ FILE1("\"data\":[[\"0\",\"5\"]],\"error\":\"EIO\""), EVX_E_CORRUPT },
	{ FILE1("\"data\":[],\"excluded\":true"), EVX_OK },
	{ FILE1("\"excluded\":true," SHA), EVX_E_CORRUPT },
	{ FILE1("\"error\":\"\""), EVX_E_CORRUPT },
	{ "{\"path\":\"f\",\"type\":\"file\",\"size\":\"68719476736\",\"data\":[]," SPA "}\n",
		EVX_OK },
	{ "{\"path\":\"f\",\"type\":\"file\",\"size\":\"1\"}\n", EVX_E_CORRUPT },
	{ "{\"path\":\"f\",\"type\":\"file\",\"size\":\"68719476737\",\"data\":[]," SPA "}\n",
		EVX_OK },
	{ "{\"path\":\"f\",\"type\":\"file\",\"size\":\"68719476737\",\"data\":[]," SPA "," MD5
	  "}\n",
		EVX_E_CORRUPT },
	/* attributes */
	{ DIR1("\"xattrs\":[{\"name\":\"a\",\"value\":\"\"},{\"name\":\"b\",\"value\":\"AA==\"}]"),
		EVX_OK },
	{ DIR1("\"xattrs\":[{\"name\":\"b\",\"value\":\"\"},{\"name\":\"a\",\"value\":\"\"}]"),
		EVX_E_CORRUPT },
	{ DIR1("\"xattrs\":[{\"name\":\"a\",\"value\":\"\"},{\"name\":\"a\",\"value\":\"\"}]"),
		EVX_E_CORRUPT },
	{ DIR1("\"xattrs\":[{\"name\":\"a\"}]"), EVX_E_CORRUPT },
	{ DIR1("\"xattrs\":[{\"value\":\"\"}]"), EVX_E_CORRUPT },
	{ DIR1("\"xattrs\":[{\"name\":\"\",\"value\":\"\"}]"), EVX_E_CORRUPT },
	{ DIR1("\"xattrs\":[{\"name\":\"a\",\"value\":\"A\"}]"), EVX_E_CORRUPT },
	{ DIR1("\"xattrs\":[{\"name_b64\":\"YQ==\",\"value\":\"\"}]"), EVX_E_CORRUPT },
	{ DIR1("\"xattrs\":[{\"name\":\"a\",\"value\":\"\",\"more\":1}]"), EVX_E_UNSUPPORTED },
	{ DIR1("\"xattrs\":[{\"name\":\"a\",\"value\":\"\",\"x-more\":1}]"), EVX_OK },
	{ DIR1("\"xattrs\":[\"a\"]"), EVX_E_CORRUPT },
	{ DIR1("\"xattrs\":[]"), EVX_E_CORRUPT },
	{ DIR1("\"acl_access\":\"\""), EVX_E_CORRUPT },
	{ DIR1("\"flags\":1"), EVX_E_CORRUPT },
};

static void rules(void **state)
{
	struct evx_entry e;

	(void)state;
	evx_entry_init(&e);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum evx_err err = decode(cases[i].line, &e);

		if (err != cases[i].err &&
			!(err == EVX_E_TRUNCATED && cases[i].err == EVX_E_CORRUPT))
			fail_msg("%sexpected %s, found %s", cases[i].line,
				evx_err_name(cases[i].err), evx_err_name(err));
		assert_int_equal(e.path != NULL, err == EVX_OK);
	}
	evx_entry_free(&e);
}

static void limits(void **state)
{
	struct evx_entry e = entry(EVX_FILE, "f");
	struct evx_buf b = EVX_BUF_INIT;
	char *line;

	(void)state;
	e.size = 1000000000;
	e.has_map = e.has_sha256 = e.has_sparse_sha256 = true;
	for (uint64_t i = 0; i < EVX_EXTENTS_MAX; i++)
		assert_int_equal(evx_entry_add_extent(&e, i * 10, 5), EVX_OK);
	assert_int_equal(evx_listing_encode(&e, &b, NULL), EVX_OK);
	assert_int_equal(evx_entry_add_extent(&e, 900000000, 5), EVX_OK);
	assert_int_equal(evx_listing_encode(&e, &b, NULL), EVX_E_LIMIT);
	/* One range more, put into the text. */
	line = malloc(b.len + 64);
	memcpy(line, b.data, b.len);
	line[b.len] = 0;
	char *at = strstr(line, "[[");
	memmove(at + strlen("[\"0\",\"5\"],") + 1, at + 1, strlen(at + 1) + 1);
	memcpy(at + 1, "[\"0\",\"5\"],", strlen("[\"0\",\"5\"],"));
	evx_entry_free(&e);
	assert_int_equal(decode(line, &e), EVX_E_LIMIT);
	free(line);
	evx_buf_free(&b);
	/* EVX_UNREADABLE_MAX ranges that could not be read, and one more. */
	e = entry(EVX_FILE, "f");
	e.size = 1000000000;
	e.has_map = e.has_sparse_sha256 = true;
	for (uint64_t i = 0; i < EVX_UNREADABLE_MAX; i++)
		assert_int_equal(evx_entry_add_bad(&e, 100 + i * 10, 5), EVX_OK);
	assert_int_equal(evx_listing_encode(&e, &b, NULL), EVX_OK);
	assert_int_equal(evx_entry_add_bad(&e, 900000000, 5), EVX_OK);
	assert_int_equal(evx_listing_encode(&e, &b, NULL), EVX_E_LIMIT);
	evx_entry_free(&e);
	line = malloc(b.len + 64);
	memcpy(line, b.data, b.len);
	line[b.len] = 0;
	assert_int_equal(decode(line, &e), EVX_OK);
	assert_int_equal(e.n_bad, EVX_UNREADABLE_MAX);
	evx_entry_free(&e);
	at = strstr(line, "\"unreadable\":[") + strlen("\"unreadable\":[");
	memmove(at + strlen("[\"0\",\"5\"],"), at, strlen(at) + 1);
	memcpy(at, "[\"0\",\"5\"],", strlen("[\"0\",\"5\"],"));
	assert_int_equal(decode(line, &e), EVX_E_LIMIT);
	free(line);
	evx_buf_free(&b);
	/* A line over the limit. */
	e = entry(EVX_DIR, "f");
	line = malloc(EVX_LISTING_LINE_MAX + 1);
	memset(line, 'v', EVX_LISTING_LINE_MAX);
	assert_int_equal(evx_entry_add_xattr(&e, "user.a", line, EVX_LISTING_LINE_MAX), EVX_OK);
	assert_int_equal(evx_listing_encode(&e, &b, NULL), EVX_E_LIMIT);
	assert_int_equal(b.len, 0);
	evx_entry_free(&e);
	free(line);
	evx_buf_free(&b);
}

/* What readers refuse is not written, and nothing is left in the text. */
static void not_written(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		struct evx_entry e = entry(i == 1 ? EVX_SYMLINK : EVX_FILE, "f");
		struct evx_buf b = EVX_BUF_INIT;
		bool good = i == 0 || i == 6;
		enum evx_err err;

		e.size = 100;
		e.has_map = i != 9;
		e.has_sparse_sha256 = true;
		if (i == 2)
			assert_true(evx_entry_add_xattr(&e, "user.b", "", 0) == EVX_OK &&
				evx_entry_add_xattr(&e, "user.a", "", 0) == EVX_OK);
		if (i == 3)
			assert_int_equal(evx_entry_add_xattr(&e, "", "", 0), EVX_OK);
		if (i == 4)
			e.size = (uint64_t)INT64_MAX + 1;
		if (i == 5 || i == 6) /* to the end, and one byte behind it */
			assert_int_equal(evx_entry_add_extent(&e, 90, i == 5 ? 11 : 10), EVX_OK);
		if (i == 7) {
			assert_true(evx_entry_add_extent(&e, 40, 5) == EVX_OK &&
				evx_entry_add_extent(&e, 50, 5) == EVX_OK);
			e.extents[0].offset = 60;
		}
		if (i == 8 || i == 9)
			assert_int_equal(evx_entry_add_bad(&e, i == 8 ? 96 : 95, 5), EVX_OK);
		if (i == 10) {
			e.skipped = true;
			assert_int_equal(evx_entry_add_extent(&e, 0, 5), EVX_OK);
		}
		if (i == 11)
			e.type = (enum evx_entry_type)99;
		err = evx_listing_encode(&e, &b, NULL);
		if (err != (good ? EVX_OK : EVX_E_USAGE))
			fail_msg("%d: %s", i, evx_err_name(err));
		assert_true((b.len > 0) == good);
		evx_entry_free(&e);
		evx_buf_free(&b);
	}
}

/* ---- records ---------------------------------------------------------------------------- */

static enum evx_err split(const char *text, bool disclosure, struct evx_record *r, size_t *used)
{
	return evx_listing_split((const uint8_t *)text, strlen(text), disclosure, r, used, NULL);
}

#define SALT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* The short cut for plain lines and the general decoder: every line is taken by the first only if
 * the second takes it and both read the same. */
static void short_cut(void **state)
{
	static const char *const lines[] = {
		"{\"path\":\"a/b "
		"c\",\"type\":\"file\",\"size\":\"12\",\"mode\":\"0644\",\"uid\":0,\"gid\":"
		"4294967295,\"user\":\"j\",\"group\":\"g\","
		"\"atime\":\"0\",\"mtime\":\"9223372036854775807\",\"ctime\":\"5\",\"btime\":\"6\","
		"\"sha256\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\","
		"\"md5\":\"00112233445566778899aabbccddeeff\","
		"\"sha1\":\"00112233445566778899aabbccddeeff00112233\"}\n",
		"{\"path\":\"\xc3\xa4\",\"type\":\"dir\",\"mode\":\"1777\",\"uid\":1000,\"gid\":10}"
		"\n",
		"{\"path\":\"l\",\"type\":\"symlink\",\"mode\":\"0777\",\"uid\":1,\"gid\":1,"
		"\"mtime\":\"7\",\"target\":\"../x\"}\n",
	};
	static const char bytes[] = "\"\\,:{}[]/.-0129afx \n\t\x01\x7f\x80\xc3\xff";
	struct evx_entry quick, general;
	size_t taken = 0;

	(void)state;
	evx_entry_init(&quick);
	evx_entry_init(&general);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t n = strlen(lines[i]);
		uint8_t *line = malloc(n + 1);

		assert_non_null(line);
		/* Each byte replaced, each byte left out, and the line as it is (at == n). */
		for (size_t at = 0; at <= n; at++)
			for (size_t b = 0; b < sizeof(bytes); b++) {
				struct evx_buf one = EVX_BUF_INIT, two = EVX_BUF_INIT;
				size_t len = n;

				memcpy(line, lines[i], n);
				if (at < n && b == sizeof(bytes) - 1)
					memmove(line + at, line + at + 1, n - at - 1), len--;
				else if (at < n)
					line[at] = (uint8_t)bytes[b];
				if (!evx_listing_quick(line, len, &quick)) {
					assert_null(quick.path);
					continue;
				}
				taken++;
				assert_int_equal(
					evx_listing_decode_general(line, len, &general, NULL),
					EVX_OK);
				assert_int_equal(evx_listing_encode(&quick, &one, NULL), EVX_OK);
				assert_int_equal(evx_listing_encode(&general, &two, NULL), EVX_OK);
				assert_int_equal(one.len, len);
				assert_memory_equal(one.data, line, len);
				assert_int_equal(two.len, len);
				assert_memory_equal(two.data, line, len);
				evx_buf_free(&one);
				evx_buf_free(&two);
				evx_entry_free(&quick);
				evx_entry_free(&general);
			}
		assert_true(evx_listing_quick((const uint8_t *)lines[i], n, &quick));
		evx_entry_free(&quick);
		free(line);
	}
	assert_true(taken > 500);
}

static void records(void **state)
{
	struct evx_record r;
	size_t used;

	(void)state;
	assert_int_equal(split("-\t{}\n-\t{}\n", false, &r, &used), EVX_OK);
	assert_int_equal(used, 5);
	assert_int_equal(r.where, EVX_POSITION_NONE);
	assert_int_equal(r.line_len, 3);
	assert_int_equal(split("9223372036854775807\t{}\n", false, &r, &used), EVX_OK);
	assert_true(r.where == EVX_POSITION_AT && r.position == INT64_MAX);
	assert_int_equal(split("9223372036854775808\t{}\n", false, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("99999999999999999999\t{}\n", false, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("00\t{}\n", false, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("+1\t{}\n", false, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("\t{}\n", false, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("-{}\n", false, &r, &used), EVX_E_CORRUPT);
	/* Only a disclosure withholds the contents of what it shows. */
	assert_int_equal(split("withheld\t{}\n", false, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("-\t{}", false, &r, &used), EVX_E_TRUNCATED);
	assert_int_equal(split("", false, &r, &used), EVX_E_TRUNCATED);
}

static void disclosures(void **state)
{
	static uint8_t hashes[EVX_PROOF_MAX][32];
	struct evx_record r;
	size_t used, n;

	(void)state;
	assert_int_equal(split("5\t7\t" SALT "\t\t{}\n", true, &r, &used), EVX_OK);
	assert_int_equal(r.index, 7);
	assert_int_equal(r.salt[1], 0x11);
	assert_int_equal(r.text_len, used - 2);
	assert_int_equal(r.line_len, 3);
	assert_int_equal(evx_listing_proof(&r, hashes, &n, NULL), EVX_OK);
	assert_int_equal(n, 0);
	assert_int_equal(split("5\t7\t" SALT "\t" SALT "," SALT "\t{}\n", true, &r, &used), EVX_OK);
	assert_int_equal(evx_listing_proof(&r, hashes, &n, NULL), EVX_OK);
	assert_int_equal(n, 2);
	assert_int_equal(hashes[1][31], 0xff);
	assert_int_equal(split("5\t7\t" SALT "\t" SALT ";" SALT "\t{}\n", true, &r, &used), EVX_OK);
	assert_int_equal(evx_listing_proof(&r, hashes, &n, NULL), EVX_E_CORRUPT);
	assert_int_equal(split("withheld\t7\t" SALT "\t\t{}\n", true, &r, &used), EVX_OK);
	assert_int_equal(r.where, EVX_POSITION_WITHHELD);
	assert_int_equal(r.index, 7);
	assert_int_equal(split("-\t7\t" SALT "\t\t{}\n", true, &r, &used), EVX_OK);
	assert_int_equal(r.where, EVX_POSITION_NONE);
	assert_int_equal(split("withhel\t7\t" SALT "\t\t{}\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("withheld0\t7\t" SALT "\t\t{}\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("Withheld\t7\t" SALT "\t\t{}\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("5\t7\t" SALT "\t\t3,1+1@1+1\t{}\n", true, &r, &used), EVX_OK);
	assert_int_equal(r.where, EVX_POSITION_AT);
	assert_int_equal(r.shown_len, 9);
	assert_int_equal(r.line_len, 3);
	assert_int_equal(r.text_len, used - 2);
	assert_int_equal(split("5\t7\t" SALT "\t\t{}\n", true, &r, &used), EVX_OK);
	assert_null(r.shown);
	assert_int_equal(
		split("withheld\t7\t" SALT "\t\t3,1+1@1+1\t{}\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(
		split("-\t7\t" SALT "\t\t3,1+1@1+1\t{}\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("5\t7\t" SALT "\t\t3,1+1@1+1\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("5\t7\t" SALT "\t\t\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("5\tx\t" SALT "\t\t{}\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("5\t7\t" SALT "0\t\t{}\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("5\t7\t" SALT "\t0\t{}\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("5\t7\t" SALT "\n", true, &r, &used), EVX_E_CORRUPT);
	assert_int_equal(split("5\t{}\n", true, &r, &used), EVX_E_CORRUPT);
}

static void record_limits(void **state)
{
	size_t n = EVX_LISTING_LINE_MAX + 100000, used;
	uint8_t *p = malloc(n);
	struct evx_record r;

	(void)state;
	memset(p, 'x', n);
	memcpy(p, "-\t", 2);
	assert_int_equal(evx_listing_split(p, n, false, &r, &used, NULL), EVX_E_LIMIT);
	p[EVX_LISTING_LINE_MAX + 2] = '\n';
	assert_int_equal(evx_listing_split(p, n, false, &r, &used, NULL), EVX_E_LIMIT);
	p[EVX_LISTING_LINE_MAX + 1] = '\n';
	assert_int_equal(evx_listing_split(p, n, false, &r, &used, NULL), EVX_OK);
	assert_int_equal(r.line_len, EVX_LISTING_LINE_MAX);
	free(p);
	/* 65 hashes */
	char *text = malloc(10000);
	int at = snprintf(text, 10000, "5\t7\t" SALT "\t" SALT);

	for (int i = 0; i < 64; i++)
		at += snprintf(text + at, (size_t)(10000 - at), "," SALT);
	(void)snprintf(text + at, (size_t)(10000 - at), "\t{}\n");
	assert_int_equal(split(text, true, &r, &used), EVX_E_LIMIT);
	free(text);
	/* What is shown of a file in part, one byte too long. */
	text = malloc(EVX_PART_TEXT_MAX + 200);
	for (unsigned i = 0; i < 2; i++) {
		at = sprintf(text, "5\t7\t" SALT "\t\t");
		memset(text + at, '1', EVX_PART_TEXT_MAX + i);
		strcpy(text + at + EVX_PART_TEXT_MAX + i, "\t{}\n");
		assert_int_equal(split(text, true, &r, &used), i == 0 ? EVX_OK : EVX_E_LIMIT);
	}
	free(text);
}

static void positions(void **state)
{
	struct evx_buf b = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_listing_position(EVX_POSITION_NONE, 5, &b), EVX_OK);
	assert_int_equal(evx_listing_position(EVX_POSITION_AT, 0, &b), EVX_OK);
	assert_int_equal(evx_listing_position(EVX_POSITION_AT, UINT64_MAX, &b), EVX_OK);
	assert_int_equal(evx_listing_position(EVX_POSITION_WITHHELD, 7, &b), EVX_OK);
	assert_int_equal(b.len, 2 + 2 + 21 + 9);
	assert_memory_equal(b.data, "-\t0\t18446744073709551615\twithheld\t", b.len);
	evx_buf_free(&b);
}

static enum evx_err again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_entry e;
	enum evx_err err;

	evx_entry_init(&e);
	err = evx_listing_decode(p, n, &e, NULL);
	if (err == EVX_OK)
		err = evx_listing_encode(&e, out, NULL);
	evx_entry_free(&e);
	return err;
}

static void every_byte_is_read(void **state)
{
	static const char *const lines[] = {
		"{\"path\":\"s/a\",\"type\":\"file\",\"size\":\"9000\",\"mode\":\"4755\",\"uid\":"
		"4294967295,\"gid\":0,\"user\":\"ann\",\"group\":\"b\",\"atime\":\"-1\",\"mtime\":"
		"\"1700000000000000001\",\"hardlink\":7,\"data\":[[\"0\",\"512\"],[\"8999\",\"1\"]]"
		","
		"\"unreadable\":[[\"512\",\"512\"]],\"metadata_error\":\"m\","
		"\"changed_while_reading\":true,\"sparse_sha256\":\"" SALT
		"\",\"xattrs\":[{\"name\":\"user.a\",\"value\":\"AP8=\"},{\"name_b64\":\"/w==\","
		"\"value\":\"\"}],\"acl_access\":\"user::rw-\",\"flags\":\"nodump\"}\n",
		"{\"path_b64\":\"/w==\",\"type\":\"dir\",\"not_crossed\":true}\n",
		"{\"path\":\"l\",\"type\":\"symlink\",\"target_b64\":\"/g==\"}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		edits(lines[i], strlen(lines[i]), 1, "09z", again);
}

/* What no reader would take is not written: attributes out of order, or twice, from the first on.
 */
static void attributes_in_order(void **state)
{
	static const struct {
		const char *names[3];
		enum evx_err err;
	} orders[] = { { { "a", "b", "c" }, EVX_OK }, { { "b", "a", "c" }, EVX_E_USAGE },
		{ { "a", "c", "b" }, EVX_E_USAGE }, { { "a", "a", "b" }, EVX_E_USAGE },
		{ { "a", "b", "b" }, EVX_E_USAGE }, { { "", "a", "b" }, EVX_E_USAGE } };

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct evx_entry e;
		struct evx_buf out = EVX_BUF_INIT;

		evx_entry_init(&e);
		assert_int_equal(evx_entry_set_path(&e, "d", 1), EVX_OK);
		e.type = EVX_DIR;
		e.has_stat = true;
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(
				evx_entry_add_xattr(&e, orders[i].names[k], "", 0), EVX_OK);
		assert_int_equal(evx_listing_encode(&e, &out, NULL), orders[i].err);
		assert_int_equal(out.len == 0, orders[i].err != EVX_OK);
		evx_entry_free(&e);
		evx_buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(attributes_in_order),
		cmocka_unit_test(everything), cmocka_unit_test(types), cmocka_unit_test(rules),
		cmocka_unit_test(limits), cmocka_unit_test(not_written),
		cmocka_unit_test(short_cut), cmocka_unit_test(records),
		cmocka_unit_test(disclosures), cmocka_unit_test(record_limits),
		cmocka_unit_test(positions), cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
