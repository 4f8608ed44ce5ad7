#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/queue.h"

static int items[16];

static void keeps_order_and_bound(void **state)
{
	struct evx_queue *q = evx_queue_new(3);
	void *got;
	int round, i;

	(void)state;
	assert_non_null(q);
	/* More rounds than capacity, so that the ring wraps at each place. */
	for (round = 0; round < 7; round++) {
		for (i = 0; i < 2 + round % 2; i++)
			assert_true(evx_queue_put(q, &items[i]));
		for (i = 0; i < 2 + round % 2; i++) {
			assert_true(evx_queue_get(q, &got));
			assert_ptr_equal(got, &items[i]);
		}
		assert_false(evx_queue_try_get(q, &got));
		assert_null(got);
	}
	evx_queue_free(q);
	evx_queue_free(NULL);
}

static void impossible_capacity(void **state)
{
	(void)state;
	assert_null(evx_queue_new(0));
	assert_null(evx_queue_new(SIZE_MAX));
	assert_null(evx_queue_new(SIZE_MAX / sizeof(void *)));
}

static void close_lets_readers_drain(void **state)
{
	struct evx_queue *q = evx_queue_new(2);
	void *got;

	(void)state;
	assert_non_null(q);
	assert_true(evx_queue_put(q, &items[0]));
	evx_queue_close(q);
	assert_false(evx_queue_put(q, &items[1]));
	assert_true(evx_queue_get(q, &got));
	assert_ptr_equal(got, &items[0]);
	assert_false(evx_queue_get(q, &got));
	assert_null(got);
	evx_queue_free(q);
}

static void cancel_ends_both_sides(void **state)
{
	struct evx_queue *q = evx_queue_new(2);
	void *got;

	(void)state;
	assert_non_null(q);
	assert_true(evx_queue_put(q, &items[0]));
	evx_queue_cancel(q);
	assert_false(evx_queue_put(q, &items[1]));
	assert_false(evx_queue_get(q, &got));
	assert_true(evx_queue_try_get(q, &got));
	assert_ptr_equal(got, &items[0]);
	assert_false(evx_queue_try_get(q, &got));
	evx_queue_free(q);
}

struct side {
	struct evx_queue *q;
	atomic_int started;
	bool result;
};

static void *wait_to_put(void *arg)
{
	struct side *s = arg;

	atomic_store(&s->started, 1);
	s->result = evx_queue_put(s->q, &items[1]);
	return NULL;
}

static void *wait_to_get(void *arg)
{
	struct side *s = arg;
	void *got;

	atomic_store(&s->started, 1);
	s->result = evx_queue_get(s->q, &got);
	return NULL;
}

/* Time for the thread to fall asleep in the queue; were it later, the test would pass all the same.
 */
static void let_it_wait(struct side *s)
{
	const struct timespec nap = { 0, 20000000 };

	while (atomic_load(&s->started) == 0)
		(void)nanosleep(&nap, NULL);
	(void)nanosleep(&nap, NULL);
}

static void wakes_waiting_threads(void **state)
{
	void (*const ends[])(struct evx_queue *) = { evx_queue_close, evx_queue_cancel };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct side s = { .q = evx_queue_new(1), .result = true };
		bool putting = i < 2;
		pthread_t thread;
		void *got;

		assert_non_null(s.q);
		if (putting)
			assert_true(evx_queue_put(s.q, &items[0]));
		assert_int_equal(
			pthread_create(&thread, NULL, putting ? wait_to_put : wait_to_get, &s), 0);
		let_it_wait(&s);
		ends[i % 2](s.q);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_false(s.result);
		(void)evx_queue_try_get(s.q, &got);
		evx_queue_free(s.q);
	}
}

#define WRITERS 3
#define READERS 3
#define EACH 5000

static uint32_t numbers[WRITERS * EACH];

struct worker {
	struct evx_queue *q;
	uint32_t *first;
	uint64_t sum, count;
};

static void *writer(void *arg)
{
	struct worker *w = arg;
	size_t i;

	for (i = 0; i < EACH; i++)
		if (evx_queue_put(w->q, &w->first[i]))
			w->count++;
	return NULL;
}

static void *reader(void *arg)
{
	struct worker *w = arg;
	void *got;

	while (evx_queue_get(w->q, &got)) {
		w->sum += *(uint32_t *)got;
		w->count++;
	}
	return NULL;
}

static void many_threads(void **state)
{
	struct worker w[WRITERS + READERS] = { 0 };
	pthread_t threads[WRITERS + READERS];
	struct evx_queue *q = evx_queue_new(4);
	uint64_t sum = 0, expected = 0, count = 0;
	size_t i;

	(void)state;
	assert_non_null(q);
	for (i = 0; i < WRITERS * EACH; i++)
		expected += numbers[i] = (uint32_t)i * 2654435761u;
	for (i = 0; i < WRITERS + READERS; i++) {
		w[i].q = q;
		w[i].first = i < WRITERS ? numbers + i * EACH : NULL;
		assert_int_equal(
			pthread_create(&threads[i], NULL, i < WRITERS ? writer : reader, &w[i]), 0);
	}
	for (i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(w[i].count, EACH);
	}
	evx_queue_close(q);
	for (; i < WRITERS + READERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		sum += w[i].sum;
		count += w[i].count;
	}
	assert_int_equal(count, WRITERS * EACH);
	assert_true(sum == expected);
	evx_queue_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order_and_bound),
		cmocka_unit_test(impossible_capacity),
		cmocka_unit_test(close_lets_readers_drain),
		cmocka_unit_test(cancel_ends_both_sides),
		cmocka_unit_test(wakes_waiting_threads),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
