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
	evx_sha256(text, sizeof text, e.sparse_sha256);
	return e;
}

static const char *compare(const struct evx_entry *e)
{
	struct evx_file_digest *d = evx_file_digest_new();
	const char *differs;

	assert_non_null(d);
	evx_file_digest_begin(d, e);
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

/* A line may claim 8 EiB of zeros: hashing them would take a century, and the digest over map and data says it all. */
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_and_sparse),
		cmocka_unit_test(holes_beyond_all_bounds),
	};

	if (evx_crypto_init(NULL) != EVX_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
