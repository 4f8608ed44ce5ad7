/* format/index.h, format/manifest.h, format/bagit.h: the text members. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/bagit.h"
#include "format/index.h"
#include "format/manifest.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void make(struct evx_buf *lines, struct evx_buf *out, unsigned extra)
{
	unsigned i;

	assert_int_equal(evx_index_begin(lines), EVX_OK);
	assert_int_equal(evx_index_add(lines, 0, 54, "bagit.txt"), EVX_OK);
	assert_int_equal(evx_index_add_packs(lines, 4096, 3), EVX_OK);
	for (i = 0; i < extra; i++)
		assert_int_equal(
			evx_index_add(lines, 100000 + i, 7, "custody/0000-seal.json"), EVX_OK);
	assert_int_equal(evx_index_encode(lines, 123456, out), EVX_OK);
	assert_true(out->len == evx_index_size(lines->len));
}

static void test_index(void **state)
{
	unsigned extra;

	(void)state;
	/* Every length of the lines modulo 512. */
	for (extra = 0; extra < 600; extra++) {
		struct evx_buf lines = EVX_BUF_INIT, out = EVX_BUF_INIT;
		struct evx_index_line line;
		struct evx_cursor c;
		unsigned n = 0;

		make(&lines, &out, extra);
		assert_true(out.len % 512 == 0 && out.len - lines.len >= 512 &&
			out.len - lines.len < 1024);
		assert_int_equal(evx_index_open(out.data, out.len, 123456, &c, NULL), EVX_OK);
		assert_int_equal(evx_index_next(&c, &line, NULL), EVX_OK);
		assert_string_equal(line.name, "bagit.txt");
		assert_int_equal(evx_index_next(&c, &line, NULL), EVX_OK);
		assert_true(line.packs && line.offset == 4096 && line.size == 3);
		for (; evx_cursor_left(&c) > 0; n++)
			assert_int_equal(evx_index_next(&c, &line, NULL), EVX_OK);
		assert_int_equal(n, extra);
		evx_buf_free(&lines);
		evx_buf_free(&out);
	}
}

/* Every byte of the frame counts; a changed line is for the comparison with the true layout, but
 * must still parse or be refused. */
static void test_index_changed(void **state)
{
	struct evx_buf lines = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct evx_cursor c;
	uint64_t own;
	size_t i;

	(void)state;
	make(&lines, &out, 2);
	for (i = 0; i < out.len; i++) {
		enum evx_err err;

		out.data[i] ^= 0x40;
		err = evx_index_open(out.data, out.len, 123456, &c, NULL);
		if (i < 12 || i >= out.len - 512)
			assert_true(err == EVX_E_CORRUPT || (err == EVX_E_UNSUPPORTED && i == 10) ||
				(err == EVX_E_UNSUPPORTED && i == 11));
		while (err == EVX_OK && evx_cursor_left(&c) > 0) {
			struct evx_index_line line;

			err = evx_index_next(&c, &line, NULL);
		}
		out.data[i] ^= 0x40;
	}
	for (i = 0; i < out.len; i++)
		assert_int_equal(evx_index_open(out.data, i, 123456, &c, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_index_open(out.data, out.len, 123457, &c, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_index_trailer(out.data + out.len - 512, &own, NULL), EVX_OK);
	assert_true(own == 123456);
	/* A whole block too much filling. */
	assert_int_equal(evx_buf_reserve(&out, 512), EVX_OK);
	memmove(out.data + lines.len + 512, out.data + lines.len, out.len - lines.len);
	memset(out.data + lines.len, '\n', 512);
	assert_int_equal(evx_index_open(out.data, out.len + 512, 123456, &c, NULL), EVX_E_CORRUPT);
	evx_buf_free(&lines);
	evx_buf_free(&out);
}

static void test_index_lines(void **state)
{
	static const char *const bad[] = { "\n", "1\n", "1 2\n", "1 2 \n", "01 2 bagit.txt\n",
		"1 02 bagit.txt\n", "1  2 bagit.txt\n", "1 2  bagit.txt\n", "-1 2 bagit.txt\n",
		"1 2 other.txt\n", "1 2 data/" HASH ".pack\n", "1 2 bagit.txt",
		"9223372036854775808 1 bagit.txt\n",
		"1 2 "
		"custody/"
		"0000-"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaa.json\n" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_cursor c = evx_cursor_over(bad[i], strlen(bad[i]));
		struct evx_index_line line;

		assert_int_equal(evx_index_next(&c, &line, NULL), EVX_E_CORRUPT);
		assert_true(line.name[0] == '\0');
	}
}

static void test_manifest(void **state)
{
	static const char *const bad[] = { HASH " bagit.txt\n", HASH "  \n", HASH " *bagit.txt\n",
		HASH "  bagit.txt\r\n", HASH "   bagit.txt\n", "X" HASH "  bagit.txt\n",
		"00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff  bagit.txt\n",
		HASH "\n", "\n", HASH "  ../x\n", HASH "  other\n" };
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_manifest_line line;
	struct evx_cursor c;
	uint8_t hash[32];
	size_t i;

	(void)state;
	memset(hash, 0xab, sizeof(hash));
	assert_int_equal(evx_manifest_add(&out, hash, "data/" HASH ".pack"), EVX_OK);
	assert_int_equal(out.len, EVX_MANIFEST_PACK_LINE);
	for (i = 0; i < out.len; i++) {
		c = evx_cursor_over(out.data, i);
		assert_int_equal(evx_manifest_next(&c, &line, NULL), EVX_E_TRUNCATED);
	}
	c = evx_cursor_over(out.data, out.len);
	assert_int_equal(evx_manifest_next(&c, &line, NULL), EVX_OK);
	assert_memory_equal(line.hash, hash, 32);
	assert_string_equal(line.name, "data/" HASH ".pack");
	assert_int_equal(evx_cursor_left(&c), 0);
	evx_buf_free(&out);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_diag diag = { 0 };

		c = evx_cursor_over(bad[i], strlen(bad[i]));
		assert_int_equal(evx_manifest_next(&c, &line, &diag), EVX_E_CORRUPT);
		if (strcmp(bad[i], HASH "  \n") == 0) {
			char want[60];

			(void)snprintf(want, sizeof(want),
				"line: expected a name of 1 to %zu bytes", sizeof(line.name) - 1);
			assert_string_equal(diag.text, want);
		}
	}
}

static void test_bag_info(void **state)
{
	static const char *const bad[] = { "", "Payload-Oxum: 1.1", "Payload-Oxum: 1.1\n\n",
		"Payload-Oxum: 1.1\nX: y\n", "payload-oxum: 1.1\n", "Payload-Oxum: 1\n",
		"Payload-Oxum: .1\n", "Payload-Oxum: 1.\n", "Payload-Oxum: 01.1\n",
		"Payload-Oxum: 1.01\n", "Payload-Oxum: 1.1 \n", "Payload-Oxum:1.1\n",
		"Payload-Oxum: 1.1.1\n", "Payload-Oxum: 9223372036854775808.1\n" };
	struct evx_buf out = EVX_BUF_INIT;
	uint64_t bytes, packs;
	size_t i;

	(void)state;
	assert_int_equal(evx_bagit_info_encode(33554433, 2, &out), EVX_OK);
	assert_int_equal(out.len, strlen("Payload-Oxum: 33554433.2\n"));
	assert_memory_equal(out.data, "Payload-Oxum: 33554433.2\n", out.len);
	assert_int_equal(evx_bagit_info_decode(out.data, out.len, &bytes, &packs, NULL), EVX_OK);
	assert_true(bytes == 33554433 && packs == 2);
	evx_buf_free(&out);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			evx_bagit_info_decode(bad[i], strlen(bad[i]), &bytes, &packs, NULL),
			EVX_E_CORRUPT);
		assert_true(bytes == 0 && packs == 0);
	}
	assert_string_equal(evx_bagit_declaration(),
		"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_index_changed),
		cmocka_unit_test(test_index_lines),
		cmocka_unit_test(test_manifest),
		cmocka_unit_test(test_bag_info),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
