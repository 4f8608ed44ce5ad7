/* Work shared between threads: everything is done once, whatever the numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <cmocka.h>

#include "base/crew.h"

#define MOST 1000

static unsigned done[MOST];
static _Atomic size_t calls;
static pthread_t first;
static _Atomic int others;

static void count(void *ctx, size_t i)
{
	assert_ptr_equal(ctx, done);
	done[i]++;
	atomic_fetch_add(&calls, 1);
	if (pthread_equal(pthread_self(), first) == 0)
		atomic_store(&others, 1);
}

static void everything_once(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 63, 64, 65, 128, 999, MOST },
			    at_once[] = { 1, 7, 64, 5000 };

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (size_t a = 0; a < sizeof(at_once) / sizeof(at_once[0]); a++) {
			memset(done, 0, sizeof(done));
			atomic_store(&calls, 0);
			evx_crew(sizes[s], at_once[a], count, done);
			assert_int_equal(atomic_load(&calls), sizes[s]);
			for (size_t i = 0; i < sizes[s]; i++)
				assert_int_equal(done[i], 1);
		}
}

/* Small work starts no thread. */
static void little_is_done_alone(void **state)
{
	(void)state;
	first = pthread_self();
	atomic_store(&others, 0);
	evx_crew(64, 64, count, done);
	assert_int_equal(atomic_load(&others), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_once),
		cmocka_unit_test(little_is_done_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
