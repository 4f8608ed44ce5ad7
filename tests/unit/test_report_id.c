/* Names of parts of an exhibit: UUIDs as any other program makes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evx.h"

#define HASH "abababababababababababababababababababababababababababababababab"

static void is(const char *seal_hash, const char *part, const char *wanted)
{
	struct evx_diag diag = { 0 };
	char id[37];

	assert_int_equal(evx_report_id(seal_hash, part, id, &diag), EVX_OK);
	assert_string_equal(id, wanted);
}

static void test_ids(void **state)
{
	(void)state;
	/* Made with the module uuid of Python: uuid5(NAMESPACE_URL, "urn:evx:" HASH ":exhibit"). */
	is(HASH, "exhibit", "395767c6-388f-530a-b169-cd2f998a68b1");
	is(HASH, "file/7", "aabe7a39-c774-5eca-996a-953a6f2332fa");
}

static void test_two_exhibits_share_no_name(void **state)
{
	struct evx_diag diag = { 0 };
	char a[37], b[37];

	(void)state;
	assert_int_equal(evx_report_id(HASH, "exhibit", a, &diag), EVX_OK);
	assert_int_equal(evx_report_id("00", "exhibit", b, &diag), EVX_OK);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ids),
		cmocka_unit_test(test_two_exhibits_share_no_name) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
