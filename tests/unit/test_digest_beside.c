/* Digests computed on a thread beside: the same as computed in place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "open/digest_beside.h"

static uint8_t bytes[3000001];

/* Two files, given in pieces of several lengths, by way of one thread. */
static void same_digests(void **state)
{
	struct evx_digest_beside *b;
	struct evx_file_digest *d = evx_file_digest_new();
	struct evx_entry e;

	(void)state;
	assert_non_null(d);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i >> 7);
	assert_int_equal(evx_digest_beside_new(&b, NULL), EVX_OK);
	for (size_t file = 0; file < 2; file++) {
		evx_entry_init(&e);
		e.type = EVX_FILE;
		e.size = sizeof(bytes) - file;
		e.has_sha256 = true;
		evx_sha256(bytes, e.size, e.sha256);
		evx_file_digest_begin(d, &e, 0);
		for (size_t at = 0, n; at < e.size; at += n) {
			n = at % 7 * 100000 + 1;
			n = n < e.size - at ? n : e.size - at;
			evx_digest_beside_give(b, d, bytes + at, n);
			evx_digest_beside_wait(b);
		}
		assert_null(evx_file_digest_compare(d, &e));
		e.sha256[0] ^= 1;
		evx_file_digest_begin(d, &e, 0);
		evx_digest_beside_give(b, d, bytes, e.size);
		evx_digest_beside_wait(b);
		assert_string_equal(evx_file_digest_compare(d, &e), "sha256");
		evx_entry_free(&e);
	}
	evx_digest_beside_free(b);
	evx_file_digest_free(d);
}

static void nothing_given(void **state)
{
	struct evx_digest_beside *b;

	(void)state;
	assert_int_equal(evx_digest_beside_new(&b, NULL), EVX_OK);
	evx_digest_beside_wait(b);
	evx_digest_beside_free(b);
	evx_digest_beside_free(NULL);
}

static int start(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_digests),
		cmocka_unit_test(nothing_given),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
