/* The digests of a file against those of its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "content/file_digest.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "format/limits.h"

/* size bytes of which the three at offset 2 are "abc"; its digest over map and data is right. */
static struct evx_entry sparse(uint64_t size)
{
	struct evx_entry e;
	uint8_t text[3 + 4 * 8] = "abc";

	evx_entry_init(&e);
	e.size = size;
	e.has_map = e.has_sparse_sha256 = true;
	assert_int_equal(evx_entry_add_extent(&e, 2, 3), EVX_OK);
	evx_put_be64(text + 3, 2);
	evx_put_be64(text + 11, 3);
	evx_put_be64(text + 19, 1);
	evx_put_be64(text + 27, size);
	evx_sha256(text, sizeof(text), e.sparse_sha256);
	return e;
}

static const char *compare(const struct evx_entry *e)
{
	struct evx_file_digest *d = evx_file_digest_new();
	const char *differs;

	assert_non_null(d);
	evx_file_digest_begin(d, e, 0);
	assert_int_equal(evx_file_digest_hole(d, 2, NULL, NULL), EVX_OK);
	evx_file_digest_data(d, (const uint8_t *)"abc", 3);
	assert_int_equal(evx_file_digest_hole(d, e->size - 5, NULL, NULL), EVX_OK);
	differs = evx_file_digest_compare(d, e);
	evx_file_digest_free(d);
	return differs;
}

static void whole_and_sparse(void **state)
{
	struct evx_entry e = sparse(8);

	(void)state;
	e.has_sha256 = true;
	evx_sha256("\0\0abc\0\0\0", 8, e.sha256);
	assert_null(compare(&e));
	e.sha256[0] ^= 1;
	assert_string_equal(compare(&e), "sha256");
	e.sha256[0] ^= 1;
	e.sparse_sha256[0] ^= 1;
	assert_string_equal(compare(&e), "sparse_sha256");
	evx_entry_free(&e);
}

/* A line may claim 8 EiB of zeros: hashing them would take a century, and the digest over map and
 * data says it all. */
static void holes_beyond_all_bounds(void **state)
{
	struct evx_entry e = sparse(INT64_MAX);

	(void)state;
	e.has_sha256 = e.has_md5 = e.has_sha1 = true;
	assert_null(compare(&e));
	e.sparse_sha256[0] ^= 1;
	assert_string_equal(compare(&e), "sparse_sha256");
	evx_entry_free(&e);
}

/* Thousands of lines, each with as many zeros as one may have: the work counted is that of one, and
 * of what content there is. */
static void many_lines_with_holes(void **state)
{
	struct evx_file_digest *d = evx_file_digest_new();
	struct evx_entry e = sparse(EVX_HOLES_HASHED_MAX + 3);
	uint64_t hashed = 0, taken = 0;

	(void)state;
	for (uint64_t i = 0; i < 10000; i++)
		taken += evx_file_digest_holes(&hashed, EVX_HOLES_HASHED_MAX, i * 3);
	assert_int_equal(taken, 1);
	assert_true(hashed <= EVX_HOLES_HASHED_MAX + EVX_HOLES_PER_BYTE * 30000);
	/* Each byte of content buys sixteen. */
	assert_false(evx_file_digest_holes(&hashed, 17, 1));
	assert_true(evx_file_digest_holes(&hashed, 16, 1));
	assert_false(evx_file_digest_holes(&hashed, 1, 1));
	assert_true(evx_file_digest_holes(&hashed, 0, 0));
	assert_false(evx_file_digest_holes(&hashed, EVX_HOLES_HASHED_MAX + 1, UINT64_MAX));
	assert_true(evx_file_digest_holes(&hashed, EVX_HOLES_HASHED_MAX, UINT64_MAX));
	/* The second file is begun without the digests of its length, also where the first was
	 * passed over; without any there is nothing to leave out. */
	assert_non_null(d);
	e.has_sha256 = true;
	evx_file_digest_pass(d, &e, 0);
	assert_int_equal(evx_file_digest_left(d), 0);
	evx_file_digest_begin(d, &e, 3);
	assert_int_equal(evx_file_digest_left(d), 1);
	evx_file_digest_data(d, (const uint8_t *)"abc", 3);
	assert_int_equal(evx_file_digest_hole(d, EVX_HOLES_HASHED_MAX, NULL, NULL), EVX_OK);
	assert_null(evx_file_digest_compare(d, &e));
	e.has_sha256 = false;
	evx_file_digest_begin(d, &e, 3);
	assert_int_equal(evx_file_digest_left(d), 1);
	evx_file_digest_free(d);
	evx_entry_free(&e);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_and_sparse),
		cmocka_unit_test(holes_beyond_all_bounds),
		cmocka_unit_test(many_lines_with_holes),
	};

	if (evx_crypto_init(NULL) != EVX_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
