/* Batches of files between the reader of an exhibit and the threads that compute digests. */
#include "open/file_crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "content/file_digest.h"

struct member {
	struct evx_file_crew *crew;
	struct evx_file_digest *digest;
	pthread_t thread;
};

struct evx_file_crew {
	evx_file_work work;
	pthread_mutex_t lock;
	pthread_cond_t given, done;
	bool stop;
	unsigned first, away, begun; /* the batches away are a ring; some of them were begun */
	unsigned n_batches;
	struct evx_file_batch *batches; /* one more than may be away: the one being filled */
	unsigned n_members, running;
	struct member *members;
};

static struct evx_file_batch *nth(const struct evx_file_crew *c, unsigned i)
{
	return &c->batches[(c->first + i) % c->n_batches];
}

static void compare(
	const struct evx_file_crew *c, struct evx_file_digest *d, struct evx_file_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct evx_batch_line *l = &b->lines[i];

		if (!l->has_bytes)
			continue;
		evx_file_digest_begin(d, &l->entry, l->item.position);
		if (l->p != NULL)
			evx_file_digest_data(d, l->p, (size_t)l->item.stored);
		l->differs = evx_file_digest_compare(d, &l->entry);
		if (l->handed != NULL)
			c->work(l->handed, &l->entry, l->p, (size_t)l->item.stored, l->differs);
	}
}

static void *serve(void *arg)
{
	struct member *m = arg;
	struct evx_file_crew *c = m->crew;

	(void)pthread_mutex_lock(&c->lock);
	while (!c->stop) {
		struct evx_file_batch *b;

		if (c->begun == c->away) {
			(void)pthread_cond_wait(&c->given, &c->lock);
			continue;
		}
		b = nth(c, c->begun++);
		(void)pthread_mutex_unlock(&c->lock);
		compare(c, m->digest, b);
		(void)pthread_mutex_lock(&c->lock);
		b->done = true;
		(void)pthread_cond_signal(&c->done);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

enum evx_err evx_file_crew_new(
	unsigned jobs, evx_file_work work, struct evx_file_crew **out, struct evx_diag *diag)
{
	struct evx_file_crew *c = calloc(1, sizeof(*c));
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (c == NULL)
		return evx_fail_memory(diag);
	c->work = work;
	c->batches = calloc(jobs + 1, sizeof(*c->batches));
	c->members = calloc(jobs, sizeof(*c->members));
	if (pthread_mutex_init(&c->lock, NULL) != 0 || pthread_cond_init(&c->given, NULL) != 0 ||
		pthread_cond_init(&c->done, NULL) != 0 || c->batches == NULL || c->members == NULL)
		err = evx_fail_memory(diag);
	if (err == EVX_OK) {
		c->n_batches = jobs + 1;
		c->n_members = jobs;
	}
	for (unsigned i = 0; i < c->n_members && err == EVX_OK; i++) {
		c->members[i].crew = c;
		c->members[i].digest = evx_file_digest_new();
		if (c->members[i].digest == NULL)
			err = evx_fail_memory(diag);
		else if (pthread_create(&c->members[i].thread, NULL, serve, &c->members[i]) != 0)
			err = evx_fail(diag, EVX_E_IO,
				"The system has no room for another thread. Close other programs "
				"and try again.");
		else
			c->running++;
	}
	if (err == EVX_OK)
		*out = c;
	else
		evx_file_crew_free(c);
	return err;
}

static void empty(struct evx_file_batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		evx_entry_free(&b->lines[i].entry);
	b->n = b->bytes = 0;
	b->frame = NULL;
	b->done = false;
}

void evx_file_crew_free(struct evx_file_crew *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->stop = true;
	(void)pthread_cond_broadcast(&c->given);
	(void)pthread_mutex_unlock(&c->lock);
	while (c->running > 0)
		(void)pthread_join(c->members[--c->running].thread, NULL);
	for (unsigned i = 0; i < c->n_members; i++)
		evx_file_digest_free(c->members[i].digest);
	for (unsigned i = 0; i < c->n_batches; i++)
		empty(&c->batches[i]);
	free(c->members);
	free(c->batches);
	(void)pthread_cond_destroy(&c->done);
	(void)pthread_cond_destroy(&c->given);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

struct evx_file_batch *evx_file_crew_batch(struct evx_file_crew *c)
{
	return c->away < c->n_members ? nth(c, c->away) : NULL;
}

struct evx_batch_line *evx_file_batch_add(
	struct evx_file_batch *b, const struct evx_listing_item *item)
{
	struct evx_batch_line *l = &b->lines[b->n++];

	l->item = *item;
	l->entry = *item->entry;
	evx_entry_init(item->entry);
	l->item.entry = &l->entry;
	l->has_bytes = false;
	l->p = NULL;
	l->differs = NULL;
	l->handed = NULL;
	return l;
}

unsigned evx_file_crew_away(const struct evx_file_crew *c)
{
	return c->away;
}

void evx_file_crew_give(struct evx_file_crew *c)
{
	(void)pthread_mutex_lock(&c->lock);
	c->away++;
	(void)pthread_cond_signal(&c->given);
	(void)pthread_mutex_unlock(&c->lock);
}

struct evx_file_batch *evx_file_crew_take(struct evx_file_crew *c)
{
	struct evx_file_batch *b = nth(c, 0);

	if (c->away == 0)
		return NULL;
	(void)pthread_mutex_lock(&c->lock);
	while (!b->done)
		(void)pthread_cond_wait(&c->done, &c->lock);
	(void)pthread_mutex_unlock(&c->lock);
	return b;
}

void evx_file_crew_return(struct evx_file_crew *c, struct evx_file_batch *b)
{
	empty(b);
	(void)pthread_mutex_lock(&c->lock);
	c->first = (c->first + 1) % c->n_batches;
	c->away--;
	c->begun--;
	(void)pthread_mutex_unlock(&c->lock);
}
