#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "content/file_digest.h"
#include "crypto/hash.h"

/* A file of 100,000 zero bytes, whose hash is that of its whole length. */
static void make(struct evx_entry *e)
{
	static const uint8_t zeros[100000];

	evx_entry_init(e);
	e->type = EVX_FILE;
	e->size = sizeof zeros;
	e->has_sha256 = true;
	evx_sha256(zeros, sizeof zeros, e->sha256);
}

static void holes_are_zeros(void **state)
{
	struct evx_file_digest *d = evx_file_digest_new();
	struct evx_cancel cancel = { false };
	struct evx_entry e;

	(void)state;
	assert_non_null(d);
	make(&e);
	evx_file_digest_begin(d, &e);
	assert_int_equal(evx_file_digest_hole(d, 70000, &cancel, NULL), EVX_OK);
	evx_file_digest_data(d, (const uint8_t[20000]){ 0 }, 20000);
	assert_int_equal(evx_file_digest_hole(d, 10000, NULL, NULL), EVX_OK);
	assert_null(evx_file_digest_compare(d, &e));
	evx_file_digest_begin(d, &e);
	assert_int_equal(evx_file_digest_hole(d, 99999, &cancel, NULL), EVX_OK);
	assert_string_equal(evx_file_digest_compare(d, &e), "sha256");
	evx_file_digest_free(d);
}

/* A hostile listing can name a hole of 2^63 bytes together with a hash: centuries of work, which must end when asked to. */
static void endless_hole_can_be_stopped(void **state)
{
	struct evx_file_digest *d = evx_file_digest_new();
	struct evx_cancel cancel = { true };
	struct evx_diag diag = { 0 };
	struct evx_entry e;

	(void)state;
	assert_non_null(d);
	make(&e);
	evx_file_digest_begin(d, &e);
	assert_int_equal(evx_file_digest_hole(d, INT64_MAX, &cancel, &diag), EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	e.has_sha256 = false; /* nothing to compute, so nothing to stop */
	evx_file_digest_begin(d, &e);
	assert_int_equal(evx_file_digest_hole(d, INT64_MAX, &cancel, &diag), EVX_OK);
	evx_file_digest_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holes_are_zeros),
		cmocka_unit_test(endless_hole_can_be_stopped),
	};

	return cmocka_run_group_tests_name("file_digest", tests, NULL, NULL);
}
