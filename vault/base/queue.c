/* Bounded queue between threads. */
#include "base/queue.h"

#include <pthread.h>
#include <stdlib.h>

struct evx_queue {
	pthread_mutex_t lock;
	pthread_cond_t room, filled;
	size_t capacity, first, count;
	bool closed, cancelled;
	void *items[];
};

struct evx_queue *evx_queue_new(size_t capacity)
{
	struct evx_queue *q;

	if (capacity == 0 || capacity > (SIZE_MAX - sizeof(*q)) / sizeof(q->items[0]))
		return NULL;
	q = malloc(sizeof(*q) + capacity * sizeof(q->items[0]));
	if (q == NULL)
		return NULL;
	q->capacity = capacity;
	q->first = q->count = 0;
	q->closed = q->cancelled = false;
	if (pthread_mutex_init(&q->lock, NULL) != 0)
		goto no_lock;
	if (pthread_cond_init(&q->room, NULL) != 0)
		goto no_room;
	if (pthread_cond_init(&q->filled, NULL) != 0)
		goto no_filled;
	return q;
no_filled:
	(void)pthread_cond_destroy(&q->room);
no_room:
	(void)pthread_mutex_destroy(&q->lock);
no_lock:
	free(q);
	return NULL;
}

void evx_queue_free(struct evx_queue *q)
{
	if (q == NULL)
		return;
	(void)pthread_cond_destroy(&q->filled);
	(void)pthread_cond_destroy(&q->room);
	(void)pthread_mutex_destroy(&q->lock);
	free(q);
}

bool evx_queue_put(struct evx_queue *q, void *item)
{
	bool done = false;

	(void)pthread_mutex_lock(&q->lock);
	while (q->count == q->capacity && !q->closed && !q->cancelled)
		(void)pthread_cond_wait(&q->room, &q->lock);
	if (!q->closed && !q->cancelled) {
		/* Not modulo of a sum: that could wrap. */
		size_t to_end = q->capacity - q->first;

		q->items[q->count < to_end ? q->first + q->count : q->count - to_end] = item;
		q->count++;
		done = true;
		(void)pthread_cond_signal(&q->filled);
	}
	(void)pthread_mutex_unlock(&q->lock);
	return done;
}

static void *take(struct evx_queue *q)
{
	void *item = q->items[q->first];

	q->first = q->first + 1 == q->capacity ? 0 : q->first + 1;
	q->count--;
	(void)pthread_cond_signal(&q->room);
	return item;
}

bool evx_queue_get(struct evx_queue *q, void **item)
{
	bool done = false;

	*item = NULL;
	(void)pthread_mutex_lock(&q->lock);
	while (q->count == 0 && !q->closed && !q->cancelled)
		(void)pthread_cond_wait(&q->filled, &q->lock);
	if (q->count > 0 && !q->cancelled) {
		*item = take(q);
		done = true;
	}
	(void)pthread_mutex_unlock(&q->lock);
	return done;
}

bool evx_queue_try_get(struct evx_queue *q, void **item)
{
	bool done = false;

	*item = NULL;
	(void)pthread_mutex_lock(&q->lock);
	if (q->count > 0) {
		*item = take(q);
		done = true;
	}
	(void)pthread_mutex_unlock(&q->lock);
	return done;
}

static void end(struct evx_queue *q, bool *flag)
{
	(void)pthread_mutex_lock(&q->lock);
	*flag = true;
	(void)pthread_cond_broadcast(&q->room);
	(void)pthread_cond_broadcast(&q->filled);
	(void)pthread_mutex_unlock(&q->lock);
}

void evx_queue_close(struct evx_queue *q)
{
	end(q, &q->closed);
}

void evx_queue_cancel(struct evx_queue *q)
{
	end(q, &q->cancelled);
}
