/* Work shared between threads. */
#include "base/crew.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/processors.h"

#define THREADS_MAX 32u

struct crew {
	void (*work)(void *ctx, size_t i);
	void *ctx;
	size_t n, at_once;
	_Atomic size_t next;
};

static void *work(void *arg)
{
	struct crew *c = arg;
	size_t from;

	while ((from = atomic_fetch_add(&c->next, c->at_once)) < c->n)
		for (size_t i = from; i < c->n && i - from < c->at_once; i++)
			c->work(c->ctx, i);
	return NULL;
}

void evx_crew(size_t n, size_t at_once, void (*each)(void *ctx, size_t i), void *ctx)
{
	struct crew c = { .work = each, .ctx = ctx, .n = n, .at_once = at_once };
	const unsigned most = n > at_once ? evx_processors() : 1;
	pthread_t threads[THREADS_MAX];
	unsigned running = 0;

	while (running + 1 < most && running < THREADS_MAX && running + 1 < (n - 1) / at_once + 1 &&
		pthread_create(&threads[running], NULL, work, &c) == 0)
		running++;
	(void)work(&c);
	for (unsigned i = 0; i < running; i++)
		(void)pthread_join(threads[i], NULL);
}
