#include "testdata.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_hooks.h"
#include "crypto/secret.h"

static void secret_holds_and_compares(void **state)
{
	struct evx_secret *a = evx_secret_copy("0123456789", 10),
			  *b = evx_secret_copy("0123456789", 10),
			  *c = evx_secret_copy("0123456789", 9);
	struct evx_secret *z = evx_secret_new(0), *n = evx_secret_new(33);
	uint8_t zero[33] = { 0 };

	(void)state;
	assert_int_equal(evx_secret_len(a), 10);
	assert_memory_equal(evx_secret_bytes(a), "0123456789", 10);
	assert_true(evx_secret_equal(a, b));
	assert_false(evx_secret_equal(a, c));
	evx_secret_writable(b)[9] ^= 1;
	assert_false(evx_secret_equal(a, b));
	assert_int_equal(evx_secret_len(z), 0);
	assert_memory_equal(evx_secret_bytes(n), zero, 33);
	evx_secret_free(a);
	evx_secret_free(b);
	evx_secret_free(c);
	evx_secret_free(z);
	evx_secret_free(n);
	evx_secret_free(NULL);
	assert_null(evx_secret_new(SIZE_MAX));
}

/* One byte past a secret is a guard page. */
static void secret_is_guarded(void **state)
{
	struct evx_secret *s = evx_secret_new(32);
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		_exit(((volatile const uint8_t *)evx_secret_bytes(s))[32] == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	evx_secret_free(s);
}

static void wipe_and_equal(void **state)
{
	uint8_t a[40], b[40];

	(void)state;
	memset(a, 7, sizeof(a));
	memcpy(b, a, sizeof(a));
	assert_true(evx_equal(a, b, 40));
	b[39] ^= 0x80;
	assert_false(evx_equal(a, b, 40));
	assert_true(evx_equal(a, b, 39));
	assert_true(evx_equal(a, b, 0));
	evx_wipe(a, 39);
	assert_int_equal(a[38], 0);
	assert_int_equal(a[39], 7);
}

static void *draw(void *out)
{
	evx_random(out, 16);
	return NULL;
}

static void random_differs(void **state)
{
	uint8_t out[16][16] = { { 0 } };
	pthread_t t[16];
	size_t i, k;

	(void)state;
	for (i = 0; i < 16; i++)
		assert_int_equal(pthread_create(&t[i], NULL, draw, out[i]), 0);
	for (i = 0; i < 16; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	for (i = 0; i < 16; i++) {
		for (k = 0; k < i; k++)
			assert_memory_not_equal(out[i], out[k], 16);
	}
}

/* RFC 8439 appendix A.1 test vectors 1 and 2: key and nonce zero, block counters 0 and 1. */
static void random_test_stream(void **state)
{
	static const char known[] = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770d"
				    "c7da41597c5157488d7724e03fb8d84a376a43b8f41518a11c"
				    "c387b669b2ee65869f07e7be5551387a98ba977c732d080dcb0f29a048e365"
				    "6912c6533e32ee7aed29b721769ce64e43d57133b074d839d5"
				    "31ed1f28510afb45ace10a1f4b794d6f";
	static const uint8_t seed[32];
	uint8_t want[128], whole[128], parts[128];
	size_t at, n;

	(void)state;
	assert_int_equal(evx_hex_decode(known, 256, want, 128), EVX_OK);
	evx_random_test_seed(seed);
	evx_random(whole, sizeof(whole));
	evx_random_test_seed(seed);
	for (at = 0; at < sizeof(parts); at += n) {
		n = sizeof(parts) - at < at % 7 + 9 ? sizeof(parts) - at : at % 7 + 9;
		evx_random(parts + at, n);
	}
	evx_random_test_seed(NULL);
	assert_memory_equal(whole, want, 128);
	assert_memory_equal(parts, want, 128);
	evx_random(parts, sizeof(parts));
	assert_memory_not_equal(parts, want, 128);
}

/* Memory that cannot be locked is used all the same, and that is known. */
static void secret_unlocked(void **state)
{
	const struct rlimit none = { 0, 0 };
	int status;
	pid_t child;

	(void)state;
#ifdef EVX_SAMPLED
	print_message("a sanitizer locks no memory: not tested\n");
	skip();
#endif
	assert_false(evx_secret_swappable());
	child = fork();
	if (child == 0) {
		struct evx_secret *s;

		if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(65534) != 0))
			_exit(2);
		s = evx_secret_new(32);
		_exit(s != NULL && evx_secret_swappable() ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static int init(void **state)
{
	struct evx_diag diag = { 0 };

	(void)state;
	return evx_crypto_init(&diag) == EVX_OK && evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_holds_and_compares),
		cmocka_unit_test(secret_is_guarded),
		cmocka_unit_test(secret_unlocked),
		cmocka_unit_test(wipe_and_equal),
		cmocka_unit_test(random_differs),
		cmocka_unit_test(random_test_stream),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
