/* The process that asks an authority: what it refuses, and that it ends. Answers over a real
 * connection are in tests/cli/tsa.t. */
#include "remote/tsa.h"

#include <errno.h>
#include <sys/wait.h>

#include "format/limits.h"
#include "testdata.h"

static void test_urls(void **state)
{
	static const char *const bad[] = { "", "tsa.example.org", "file:///etc/passwd",
		"ftp://127.0.0.1/", "http:", "httpx://a", " http://a" };
	struct evx_tsa *t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(evx_tsa_start(bad[i], &t, NULL), EVX_E_USAGE);
		assert_null(t);
	}
	evx_tsa_free(NULL);
}

static bool has_child(void)
{
	return !(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

/* Not asked, it goes when it is freed. */
static void test_ends(void **state)
{
	struct evx_tsa *t;

	(void)state;
	assert_int_equal(evx_tsa_start("http://127.0.0.1:1/", &t, NULL), EVX_OK);
	assert_true(has_child());
	evx_tsa_free(t);
	assert_false(has_child());
}

static void test_nobody(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	struct evx_tsa *t;

	(void)state;
	assert_int_equal(evx_tsa_start("HTTP://127.0.0.1:1/", &t, NULL), EVX_OK);
	assert_int_equal(evx_tsa_ask(t, "request", 7, NULL, &out, &diag), EVX_E_IO);
	assert_string_equal(diag.path, "HTTP://127.0.0.1:1/");
	assert_non_null(strstr(diag.text, "time-stamp authority: "));
	assert_int_equal(out.len, 0);
	evx_tsa_free(t);
}

static void test_too_long(void **state)
{
	static const uint8_t bytes[EVX_TIMESTAMP_MAX + 1];
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_tsa *t;

	(void)state;
	assert_int_equal(evx_tsa_start("http://127.0.0.1:1/", &t, NULL), EVX_OK);
	assert_int_equal(evx_tsa_ask(t, bytes, sizeof(bytes), NULL, &out, NULL), EVX_E_LIMIT);
	evx_tsa_free(t);
}

static void test_cancelled(void **state)
{
	struct evx_cancel cancel = { false };
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_tsa *t;

	(void)state;
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_tsa_start("http://127.0.0.1:1/", &t, NULL), EVX_OK);
	assert_int_equal(evx_tsa_ask(t, "request", 7, &cancel, &out, NULL), EVX_E_INTERRUPTED);
	evx_tsa_free(t);
	assert_false(has_child());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
