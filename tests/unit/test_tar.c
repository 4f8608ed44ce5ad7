/* format/tar.h: one header form, everything else refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/tar.h"

#define PATH "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77/custody/0000-seal.json"

static void test_round(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 511, 512, 33554432, EVX_TAR_SIZE_MAX };
	uint8_t block[EVX_TAR_BLOCK];
	struct evx_tar_header h;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(evx_tar_encode(PATH, sizes[i], block), EVX_OK);
		assert_int_equal(evx_tar_decode(block, &h, NULL), EVX_OK);
		assert_string_equal(h.path, PATH);
		assert_true(h.size == sizes[i]);
	}
	assert_true(evx_tar_span(0) == 512 && evx_tar_span(1) == 1024 &&
		evx_tar_span(512) == 1024 && evx_tar_span(513) == 1536);
}

/* The fields where a person would look for them. */
static void test_fields(void **state)
{
	uint8_t block[EVX_TAR_BLOCK];
	unsigned sum = 0, i;
	char digits[8];

	(void)state;
	assert_int_equal(evx_tar_encode(PATH, 1234, block), EVX_OK);
	assert_string_equal((char *)block, "0000-seal.json");
	assert_string_equal((char *)block + 345, "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77/custody");
	assert_memory_equal(block + 124, "00000002322", 12);
	assert_memory_equal(block + 100,
		"0000644\0"
		"0000000\0"
		"0000000",
		24);
	assert_memory_equal(block + 257,
		"ustar\0"
		"00",
		8);
	for (i = 0; i < EVX_TAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : block[i];
	(void)snprintf(digits, sizeof(digits), "%06o", sum);
	assert_memory_equal(block + 148, digits, 6);
	assert_memory_equal(block + 154, "\0 ", 2);
}

static void test_refused_paths(void **state)
{
	uint8_t block[EVX_TAR_BLOCK], zero[EVX_TAR_BLOCK] = { 0 };
	char path[400];

	(void)state;
	assert_int_equal(evx_tar_encode("", 1, block), EVX_E_USAGE);
	assert_int_equal(evx_tar_encode("a/", 1, block), EVX_E_USAGE);
	assert_int_equal(evx_tar_encode("/a", 1, block), EVX_E_USAGE);
	memset(path, 'a', sizeof(path));
	path[99] = '\0';
	assert_int_equal(evx_tar_encode(path, 1, block), EVX_OK);
	path[99] = 'a';
	path[100] = '\0';
	assert_int_equal(evx_tar_encode(path, 1, block), EVX_E_USAGE);
	path[100] = 'a';
	memcpy(path + 154, "/b", 3);
	assert_int_equal(evx_tar_encode(path, 1, block), EVX_OK);
	path[154] = 'a';
	memcpy(path + 155, "/b", 3);
	assert_int_equal(evx_tar_encode(path, 1, block), EVX_E_USAGE);
	assert_int_equal(evx_tar_encode("a", EVX_TAR_SIZE_MAX + 1, block), EVX_E_LIMIT);
	assert_memory_equal(block, zero, sizeof(zero));
}

/* Every changed byte is found, whatever it is changed to. */
static void test_every_byte(void **state)
{
	uint8_t block[EVX_TAR_BLOCK];
	struct evx_tar_header h;
	unsigned bit;
	size_t i;

	(void)state;
	assert_int_equal(evx_tar_encode(PATH, 33554432, block), EVX_OK);
	for (i = 0; i < EVX_TAR_BLOCK; i++) {
		for (bit = 0; bit < 8; bit++) {
			enum evx_err err;

			block[i] ^= (uint8_t)(1u << bit);
			err = evx_tar_decode(block, &h, NULL);
			assert_int_equal(err, i >= 257 && i < 265 ? EVX_E_NOT_OURS : EVX_E_CORRUPT);
			assert_true(h.size == 0 && h.path[0] == '\0');
			block[i] ^= (uint8_t)(1u << bit);
		}
	}
}

static void fix_sum(uint8_t *block)
{
	unsigned sum = 0, i;

	for (i = 0; i < EVX_TAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : block[i];
	(void)snprintf((char *)block + 148, 7, "%06o", sum);
}

/* Headers that other tar programs accept, with a right checksum. */
static void test_other_dialects(void **state)
{
	static const struct {
		size_t offset;
		const char *bytes;
		size_t n;
	} cases[] = {
		{ 100, "0000755", 7 },                               /* mode */
		{ 108, "0001750", 7 },                               /* owner */
		{ 136, "14000000000", 11 },                          /* time */
		{ 156, "5", 1 },                                     /* directory */
		{ 156, "2", 1 },                                     /* link */
		{ 156, "\0", 1 },                                    /* old regular file */
		{ 124, "0000000123 ", 11 },                          /* size ended by a space */
		{ 265, "root", 4 }, { 500, "x", 1 }, { 20, "x", 1 }, /* behind the name's NUL */
		{ 0, "a/b", 3 },                                     /* '/' in the name field */
	};
	uint8_t block[EVX_TAR_BLOCK];
	struct evx_diag diag;
	struct evx_tar_header h;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(evx_tar_encode(PATH, 1, block), EVX_OK);
		memcpy(block + cases[i].offset, cases[i].bytes, cases[i].n);
		fix_sum(block);
		memset(&diag, 0, sizeof(diag));
		assert_int_equal(evx_tar_decode(block, &h, &diag), EVX_E_CORRUPT);
		assert_true(strlen(diag.text) > 0);
	}
	assert_int_equal(evx_tar_encode(PATH, 1, block), EVX_OK);
	memcpy(block + 257, "ustar  ", 8);
	fix_sum(block);
	memset(&diag, 0, sizeof(diag));
	assert_int_equal(evx_tar_decode(block, &h, &diag), EVX_E_NOT_OURS);
	assert_non_null(strstr(diag.text, "GNU"));
}

static void test_zero(void **state)
{
	uint8_t block[EVX_TAR_BLOCK] = { 0 };
	size_t i;

	(void)state;
	assert_true(evx_tar_is_zero(block));
	for (i = 0; i < sizeof(block); i++) {
		block[i] = 1;
		assert_false(evx_tar_is_zero(block));
		block[i] = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused_paths),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_other_dialects),
		cmocka_unit_test(test_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
