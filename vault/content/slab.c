/* Shared buffers of the sealing pipeline. */
#include "content/slab.h"

#include <pthread.h>
#include <stdlib.h>

#include "crypto/secret.h"

struct evx_slab_pool {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	bool cancelled;
	unsigned count;
	struct evx_slab slabs[];
};

struct evx_slab_pool *evx_slab_pool_new(unsigned count)
{
	struct evx_slab_pool *pool = calloc(1, sizeof(*pool) + count * sizeof(pool->slabs[0]));

	if (pool == NULL)
		return NULL;
	pool->count = count;
	if (pthread_mutex_init(&pool->lock, NULL) != 0) {
		free(pool);
		return NULL;
	}
	if (pthread_cond_init(&pool->freed, NULL) != 0) {
		(void)pthread_mutex_destroy(&pool->lock);
		free(pool);
		return NULL;
	}
	return pool;
}

void evx_slab_pool_free(struct evx_slab_pool *pool)
{
	if (pool == NULL)
		return;
	for (unsigned i = 0; i < pool->count; i++)
		if (pool->slabs[i].head != NULL) {
			evx_wipe(pool->slabs[i].head, EVX_SLAB_HEAD + EVX_SLAB_DATA);
			free(pool->slabs[i].head);
		}
	(void)pthread_cond_destroy(&pool->freed);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool);
}

void evx_slab_pool_cancel(struct evx_slab_pool *pool)
{
	(void)pthread_mutex_lock(&pool->lock);
	pool->cancelled = true;
	(void)pthread_cond_broadcast(&pool->freed);
	(void)pthread_mutex_unlock(&pool->lock);
}

/* The first free slab, so that few are touched when few are needed. */
static struct evx_slab *find(struct evx_slab_pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		if (pool->slabs[i].refs == 0)
			return &pool->slabs[i];
	return NULL;
}

struct evx_slab *evx_slab_get(struct evx_slab_pool *pool)
{
	struct evx_slab *s = NULL;

	(void)pthread_mutex_lock(&pool->lock);
	while (!pool->cancelled && (s = find(pool)) == NULL)
		(void)pthread_cond_wait(&pool->freed, &pool->lock);
	if (s != NULL && s->head == NULL) {
		s->head = malloc(EVX_SLAB_HEAD + EVX_SLAB_DATA);
		s->data = s->head != NULL ? s->head + EVX_SLAB_HEAD : NULL;
		if (s->head == NULL)
			s = NULL;
	}
	if (s != NULL)
		s->refs = 1;
	(void)pthread_mutex_unlock(&pool->lock);
	return s;
}

void evx_slab_hold(struct evx_slab_pool *pool, struct evx_slab *s)
{
	(void)pthread_mutex_lock(&pool->lock);
	s->refs++;
	(void)pthread_mutex_unlock(&pool->lock);
}

void evx_slab_drop(struct evx_slab_pool *pool, struct evx_slab *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	if (--s->refs == 0)
		(void)pthread_cond_signal(&pool->freed);
	(void)pthread_mutex_unlock(&pool->lock);
}
