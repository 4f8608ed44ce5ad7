/* A thread that hashes a file's bytes while they are written. */
#include "open/digest_beside.h"

#include <pthread.h>
#include <stdlib.h>

struct evx_digest_beside {
	pthread_mutex_t lock;
	pthread_cond_t given, done;
	pthread_t thread;
	bool stop;
	struct evx_file_digest *digest; /* NULL: nothing to do */
	const uint8_t *p;
	size_t n;
};

static void *work(void *beside)
{
	struct evx_digest_beside *b = beside;

	(void)pthread_mutex_lock(&b->lock);
	while (!b->stop) {
		if (b->digest == NULL) {
			(void)pthread_cond_wait(&b->given, &b->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&b->lock);
		evx_file_digest_data(b->digest, b->p, b->n);
		(void)pthread_mutex_lock(&b->lock);
		b->digest = NULL;
		(void)pthread_cond_signal(&b->done);
	}
	(void)pthread_mutex_unlock(&b->lock);
	return NULL;
}

enum evx_err evx_digest_beside_new(struct evx_digest_beside **out, struct evx_diag *diag)
{
	struct evx_digest_beside *b = calloc(1, sizeof(*b));
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (b == NULL || pthread_mutex_init(&b->lock, NULL) != 0 ||
		pthread_cond_init(&b->given, NULL) != 0 || pthread_cond_init(&b->done, NULL) != 0)
		err = evx_fail_memory(diag);
	else if (pthread_create(&b->thread, NULL, work, b) != 0)
		err = evx_fail(diag, EVX_E_IO,
			"The system has no room for another thread. Close other programs and try "
			"again.");
	if (err == EVX_OK)
		*out = b;
	else
		free(b);
	return err;
}

void evx_digest_beside_free(struct evx_digest_beside *b)
{
	if (b == NULL)
		return;
	(void)pthread_mutex_lock(&b->lock);
	b->stop = true;
	(void)pthread_cond_signal(&b->given);
	(void)pthread_mutex_unlock(&b->lock);
	(void)pthread_join(b->thread, NULL);
	(void)pthread_cond_destroy(&b->done);
	(void)pthread_cond_destroy(&b->given);
	(void)pthread_mutex_destroy(&b->lock);
	free(b);
}

void evx_digest_beside_give(
	struct evx_digest_beside *b, struct evx_file_digest *d, const uint8_t *p, size_t n)
{
	(void)pthread_mutex_lock(&b->lock);
	b->digest = d;
	b->p = p;
	b->n = n;
	(void)pthread_cond_signal(&b->given);
	(void)pthread_mutex_unlock(&b->lock);
}

void evx_digest_beside_wait(struct evx_digest_beside *b)
{
	(void)pthread_mutex_lock(&b->lock);
	while (b->digest != NULL)
		(void)pthread_cond_wait(&b->done, &b->lock);
	(void)pthread_mutex_unlock(&b->lock);
}
