/* Threads that describe and open the next names of a directory. */
#include "content/walk_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "content/walk_meta.h"

#define MAX EVX_WALK_AHEAD_MAX
#define TOUCH_MAX 16 /* names touched past the ones described */
#define THREADS_MAX 64
#define WARM_NS 20000 /* describing a name takes less than this when nothing comes from a disk */
#define WARM_LEAD \
	8 /* on a warm tree, threads stay so many names ahead, out of the caller's way \
	   */
#define SCRATCH_LEN 32768

struct slot {
	enum { FREE, QUEUED, TAKEN, DONE } state;
	struct evx_entry *entry;
	int fd, sys_errno;
	enum evx_err err;
};

struct touch {
	struct evx_walk_dir *dir;
	size_t i;
};

struct evx_walk_ahead {
	pthread_mutex_t lock; /* guards everything below, and dir->touching */
	pthread_cond_t work, done;
	pthread_t threads[THREADS_MAX];
	unsigned started, sleeping;
	bool quit;
	struct evx_walk_dir *dir; /* whose names first..end-1 are in slots[i % MAX] */
	size_t first, end, scan;  /* scan: where a thread looks for its next name */
	struct slot slots[MAX];
	struct touch touches[TOUCH_MAX];
	unsigned n_touches;
	uint64_t pace_ns; /* what describing a name took lately */
};

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct slot *slot_of(struct evx_walk_ahead *a, size_t i)
{
	return &a->slots[i % MAX];
}

/* Called and returns with the lock held; lets it go in between. */
static void describe(struct evx_walk_ahead *a, size_t i, unsigned flags)
{
	struct slot *s = slot_of(a, i), got = { .state = DONE, .fd = -1 };
	const char *name = evx_walk_dir_name(a->dir, i);
	unsigned char hint = evx_walk_dir_hint(a->dir, i);
	int dirfd = a->dir->fd;
	s->state = TAKEN;
	pthread_mutex_unlock(&a->lock);
	uint64_t start = now_ns();
	got.err = evx_walk_meta_read(dirfd, name, hint, flags, &got.entry, &got.fd, &got.sys_errno);
	uint64_t took = now_ns() - start;
	pthread_mutex_lock(&a->lock);
	a->pace_ns = (a->pace_ns * 7 + took) / 8;
	*s = got;
}

/* The name a thread should describe next, or end. */
static size_t next_for_thread(struct evx_walk_ahead *a)
{
	size_t from = a->first + (a->pace_ns < WARM_NS ? WARM_LEAD : 0);
	if (a->scan < from)
		a->scan = from;
	while (a->scan < a->end && slot_of(a, a->scan)->state != QUEUED)
		a->scan++;
	return a->scan < a->end ? a->scan++ : a->end;
}

static void run_touch(struct evx_walk_ahead *a, void *scratch)
{
	struct touch t = a->touches[0];
	memmove(a->touches, a->touches + 1, --a->n_touches * sizeof(*a->touches));
	t.dir->touching++;
	pthread_mutex_unlock(&a->lock);
	evx_walk_meta_touch(t.dir->fd, evx_walk_dir_name(t.dir, t.i),
		evx_walk_dir_maybe_dir(t.dir, t.i), scratch, SCRATCH_LEN);
	pthread_mutex_lock(&a->lock);
	if (--t.dir->touching == 0)
		pthread_cond_signal(&a->done);
}

static void *thread_main(void *arg)
{
	struct evx_walk_ahead *a = arg;
	_Alignas(16) char scratch[SCRATCH_LEN];
	pthread_mutex_lock(&a->lock);
	while (!a->quit) {
		size_t i = next_for_thread(a);
		if (i < a->end) {
			describe(a, i, EVX_WALK_META_AHEAD);
			pthread_cond_signal(&a->done);
		} else if (a->n_touches > 0) {
			run_touch(a, scratch);
		} else {
			a->sleeping++;
			pthread_cond_wait(&a->work, &a->lock);
			a->sleeping--;
		}
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static void plan_touches(struct evx_walk_ahead *a, struct evx_walk_dir *d)
{
	if (d->touched < a->end)
		d->touched = a->end;
	while (d->touched < d->count && d->touched < a->end + TOUCH_MAX && a->n_touches < TOUCH_MAX)
		a->touches[a->n_touches++] = (struct touch){ d, d->touched++ };
}

/* Queues what may be described ahead once half of the room is free. */
static void plan(struct evx_walk_ahead *a, struct evx_walk_dir *d)
{
	if (a->dir != d) {
		a->dir = d;
		a->first = a->end = a->scan = d->next;
	}
	if (a->end - a->first > MAX / 2)
		return;
	while (a->end < d->count && a->end - a->first < MAX &&
		(a->end == a->first || !evx_walk_dir_maybe_dir(d, a->end - 1)))
		slot_of(a, a->end++)->state = QUEUED;
	if (a->started > 0 && a->pace_ns >= WARM_NS && a->end < d->count &&
		evx_walk_dir_maybe_dir(d, a->end - 1))
		plan_touches(a, d);
}

/* Wakes as many threads as the work is worth: at most one when nothing comes from a disk. */
static void wake(struct evx_walk_ahead *a)
{
	bool warm = a->pace_ns < WARM_NS;
	size_t from = a->first + (warm ? WARM_LEAD : 0);
	if (from < a->scan)
		from = a->scan;
	size_t pending = (a->end > from ? a->end - from : 0) + a->n_touches;
	size_t want = warm ? pending >= WARM_LEAD : pending, running = a->started - a->sleeping;
	for (; running < want && running < a->started; running++)
		pthread_cond_signal(&a->work);
}

enum evx_err evx_walk_ahead_take(struct evx_walk_ahead *a, struct evx_walk_dir *d,
	struct evx_entry **e, int *fd, int *sys_errno)
{
	pthread_mutex_lock(&a->lock);
	plan(a, d);
	struct slot *s = slot_of(a, a->first);
	bool mine = s->state == QUEUED;
	if (mine)
		s->state = TAKEN;
	wake(a);
	if (mine)
		describe(a, a->first, 0);
	while (s->state != DONE)
		pthread_cond_wait(&a->done, &a->lock);
	*e = s->entry;
	*fd = s->fd;
	*sys_errno = s->sys_errno;
	enum evx_err err = s->err;
	s->state = FREE;
	a->first++;
	d->next++;
	pthread_mutex_unlock(&a->lock);
	return err;
}

static void drop_locked(struct evx_walk_ahead *a)
{
	for (; a->first < a->end; a->first++) {
		struct slot *s = slot_of(a, a->first);
		while (s->state == TAKEN)
			pthread_cond_wait(&a->done, &a->lock);
		if (s->state == DONE) {
			evx_entry_delete(s->entry);
			evx_close_quiet(&s->fd);
		}
		s->state = FREE;
	}
	a->dir = NULL;
}

void evx_walk_ahead_drop(struct evx_walk_ahead *a)
{
	pthread_mutex_lock(&a->lock);
	drop_locked(a);
	pthread_mutex_unlock(&a->lock);
}

void evx_walk_ahead_leave(struct evx_walk_ahead *a, struct evx_walk_dir *d)
{
	pthread_mutex_lock(&a->lock);
	if (a->dir == d)
		drop_locked(a);
	unsigned kept = 0;
	for (unsigned i = 0; i < a->n_touches; i++)
		if (a->touches[i].dir != d)
			a->touches[kept++] = a->touches[i];
	a->n_touches = kept;
	while (d->touching > 0)
		pthread_cond_wait(&a->done, &a->lock);
	pthread_mutex_unlock(&a->lock);
}

enum evx_err evx_walk_ahead_new(
	unsigned threads, struct evx_walk_ahead **out, struct evx_diag *diag)
{
	*out = NULL;
	struct evx_walk_ahead *a = calloc(1, sizeof(*a));
	if (a == NULL)
		return evx_fail_memory(diag);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->work, NULL);
	pthread_cond_init(&a->done, NULL);
	a->pace_ns = 50 * WARM_NS;
	for (unsigned i = 0; i < threads && i < THREADS_MAX; i++) {
		int e = pthread_create(&a->threads[i], NULL, thread_main, a);
		if (e != 0) {
			evx_walk_ahead_free(a);
			errno = e;
			return evx_fail_errno(
				diag, NULL, "evx cannot start a thread, and nothing was sealed");
		}
		pthread_mutex_lock(&a->lock);
		a->started++;
		pthread_mutex_unlock(&a->lock);
	}
	*out = a;
	return EVX_OK;
}

void evx_walk_ahead_free(struct evx_walk_ahead *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->quit = true;
	pthread_cond_broadcast(&a->work);
	pthread_mutex_unlock(&a->lock);
	for (unsigned i = 0; i < a->started; i++)
		pthread_join(a->threads[i], NULL);
	drop_locked(a);
	pthread_cond_destroy(&a->work);
	pthread_cond_destroy(&a->done);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
