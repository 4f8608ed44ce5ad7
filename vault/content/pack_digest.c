/* A thread that hashes a pack while it is being filled. */
#include "content/pack_digest.h"

#include <pthread.h>
#include <stdlib.h>

#include "crypto/hash.h"

/* Worth waking the thread for, and small enough to be in a core's cache still. */
#define PIECE ((size_t)256 << 10)

struct evx_pack_digest {
	const uint8_t *p;
	struct evx_hash *hash;
	size_t told; /* bytes that grow told of */
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t given, done;
	size_t filled, hashed;
	bool stop;
};

static void *work(void *digest)
{
	struct evx_pack_digest *d = digest;

	(void)pthread_mutex_lock(&d->lock);
	while (!d->stop) {
		const size_t from = d->hashed, left = d->filled - from,
			     n = left < PIECE ? left : PIECE;

		if (n == 0) {
			(void)pthread_cond_wait(&d->given, &d->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&d->lock);
		evx_hash_update(d->hash, d->p + from, n);
		(void)pthread_mutex_lock(&d->lock);
		d->hashed += n;
		if (d->hashed == d->filled)
			(void)pthread_cond_signal(&d->done);
	}
	(void)pthread_mutex_unlock(&d->lock);
	return NULL;
}

enum evx_err evx_pack_digest_new(
	const uint8_t *p, struct evx_pack_digest **out, struct evx_diag *diag)
{
	struct evx_pack_digest *d = calloc(1, sizeof(*d));
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (d == NULL || (d->hash = evx_hash_new(EVX_SHA256)) == NULL ||
		pthread_mutex_init(&d->lock, NULL) != 0 ||
		pthread_cond_init(&d->given, NULL) != 0 || pthread_cond_init(&d->done, NULL) != 0) {
		err = evx_fail_memory(diag);
		goto out;
	}
	d->p = p;
	if (pthread_create(&d->thread, NULL, work, d) != 0) {
		err = evx_fail(diag, EVX_E_IO,
			"The system has no room for another thread. Close other programs and try "
			"again.");
		goto out;
	}
	*out = d;
	return EVX_OK;
out:
	if (d != NULL)
		evx_hash_free(d->hash);
	free(d);
	return err;
}

void evx_pack_digest_free(struct evx_pack_digest *d)
{
	if (d == NULL)
		return;
	(void)pthread_mutex_lock(&d->lock);
	d->stop = true;
	(void)pthread_cond_signal(&d->given);
	(void)pthread_mutex_unlock(&d->lock);
	(void)pthread_join(d->thread, NULL);
	(void)pthread_cond_destroy(&d->done);
	(void)pthread_cond_destroy(&d->given);
	(void)pthread_mutex_destroy(&d->lock);
	evx_hash_free(d->hash);
	free(d);
}

static void fill(struct evx_pack_digest *d, size_t n)
{
	d->told = n;
	d->filled = n;
	(void)pthread_cond_signal(&d->given);
}

void evx_pack_digest_grow(struct evx_pack_digest *d, size_t n)
{
	if (n - d->told < PIECE)
		return;
	(void)pthread_mutex_lock(&d->lock);
	fill(d, n);
	(void)pthread_mutex_unlock(&d->lock);
}

enum evx_err evx_pack_digest_end(struct evx_pack_digest *d, size_t n, uint8_t hash[32])
{
	enum evx_err err;

	(void)pthread_mutex_lock(&d->lock);
	fill(d, n);
	while (d->hashed < n)
		(void)pthread_cond_wait(&d->done, &d->lock);
	err = evx_hash_final(d->hash, hash);
	evx_hash_reset(d->hash);
	d->told = d->filled = d->hashed = 0;
	(void)pthread_mutex_unlock(&d->lock);
	return err;
}
