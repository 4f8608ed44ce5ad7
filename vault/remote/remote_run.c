/* Jobs handed to the connections, answers checked, attempts repeated. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/secret.h"
#include "remote/remote_inner.h"

#define PAUSE_MAX 30000u
#define WAIT_MAX 120u /* seconds that a remote may make us wait */
#define LOOK_MS 500   /* how soon a cancel is noticed that no signal told of */
#define FAR_MS 30     /* an answer that takes two ways over the line and back takes longer */

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct run {
	struct evx_remote *r;
	enum evx_err (*next)(void *ctx, struct evx_remote_job **job, struct evx_diag *diag);
	enum evx_err (*done)(void *ctx, struct evx_remote_job *job, struct evx_diag *diag);
	void *ctx;
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
	struct evx_diag *diag;
	struct evx_remote_job *waiting; /* to be tried again, in no order */
	bool all;                       /* next has no more */
	unsigned busy;
};

/* Counts a job's bytes up to moved; they are never taken back, also when it is tried again. */
static void count(struct run *run, struct evx_remote_job *job, uint64_t moved)
{
	if (moved <= job->moved)
		return;
	if (run->progress != NULL)
		atomic_fetch_add_explicit(
			&run->progress->bytes_done, moved - job->moved, memory_order_relaxed);
	job->moved = moved;
}

static enum evx_err finish(struct run *run, struct evx_remote_job *job)
{
	return run->done(run->ctx, job, run->diag);
}

/* Some time between half of the pause and all of it: machines that failed together do not come
 * back together. */
static int64_t jittered(unsigned pause)
{
	uint32_t x;

	evx_random(&x, sizeof(x));
	return pause / 2 + (int64_t)(x % (pause / 2 + 1));
}

static unsigned grown(const struct evx_remote *r, unsigned times)
{
	unsigned pause = r->pause_ms;

	while (times-- > 1 && pause < PAUSE_MAX)
		pause *= 2;
	return pause < PAUSE_MAX ? pause : PAUSE_MAX;
}

static void wait_again(struct run *run, struct evx_remote_job *job, int64_t when)
{
	job->not_before = when;
	job->waiting = run->waiting;
	run->waiting = job;
}

static bool others_work(const struct run *run, const struct evx_remote_line *than)
{
	unsigned i;

	for (i = 0; i < run->r->nlines; i++)
		if (&run->r->lines[i] != than && !run->r->lines[i].dead &&
			run->r->lines[i].proven && run->r->lines[i].refused == 0)
			return true;
	return false;
}

static void job_failed(struct evx_remote_job *job, enum evx_err err, const char *text)
{
	job->err = err;
	evx_diag_clear(&job->diag);
	(void)evx_fail(&job->diag, err, "%s", text);
	(void)evx_diag_in(&job->diag, job->q.name, err);
}

/* All attempts failed, and another day they may not. */
static void give_up(const struct run *run, struct evx_remote_job *job)
{
	char text[sizeof(job->diag.text) + 96];

	if (job->err != EVX_E_IO || run->r->tries < 2)
		return;
	(void)snprintf(text, sizeof(text),
		"%s; evx tried %u times. Run the same command again to go on", job->diag.text,
		run->r->tries);
	job_failed(job, job->err, text);
}

/* What to do with a job whose attempt failed. */
static enum evx_err again(struct run *run, struct evx_remote_line *l, struct evx_remote_job *job,
	enum evx_remote_again how, uint32_t wait)
{
	const unsigned longest = wait < WAIT_MAX ? wait : WAIT_MAX;
	const bool handed = job->q.act == EVX_REMOTE_GET && l->got > 0 && job->take != NULL;
	int64_t pause;
	enum evx_err err = EVX_OK;

	/* Bytes that were handed over already are handed over again only to who asks for that. */
	if (handed && job->forget == NULL)
		how = EVX_REMOTE_FINAL;
	else if (handed)
		err = job->forget(job->ctx, run->diag);
	if (err != EVX_OK)
		return err;
	if (how == EVX_REMOTE_NO_LINE) {
		l->refused++;
		l->not_before = now_ms() + jittered(grown(run->r, l->refused));
		/* Servers let in so many and no more: those that were let in go on. */
		if (others_work(run, l)) {
			wait_again(run, job, 0);
			return EVX_OK;
		}
	}
	if (how == EVX_REMOTE_FINAL)
		return finish(run, job);
	if (++job->tries >= run->r->tries) {
		give_up(run, job);
		return finish(run, job);
	}
	pause = jittered(grown(run->r, job->tries));
	if (pause < (int64_t)longest * 1000)
		pause = (int64_t)longest * 1000 + pause;
	wait_again(run, job, now_ms() + pause);
	return EVX_OK;
}

/* A connection that says what it must not, or nothing any more. */
static enum evx_err line_died(struct run *run, struct evx_remote_line *l, const char *text)
{
	struct evx_remote_job *job = l->job;

	l->dead = true;
	l->job = NULL;
	evx_remote_slot_end(&l->slot);
	if (job == NULL)
		return EVX_OK;
	run->busy--;
	job_failed(job, EVX_E_IO, text);
	return again(run, l, job, EVX_REMOTE_RETRY, 0);
}

static enum evx_err take_done(
	struct run *run, struct evx_remote_line *l, const struct evx_remote_answer *a)
{
	struct evx_remote_job *job = l->job;
	const bool got = job->q.act == EVX_REMOTE_GET && a->err == EVX_OK;
	const int64_t took = now_ms() - l->asked;
	enum evx_remote_again how = a->again;
	enum evx_err err = a->err;

	l->job = NULL;
	run->busy--;
	job->stat = a->stat;
	if (l->proven && (run->r->quickest < 0 || took < run->r->quickest))
		run->r->quickest = took;
	if (a->again != EVX_REMOTE_NO_LINE) {
		l->proven = true;
		l->refused = 0;
	}
	if (err != EVX_OK) {
		job_failed(job, err, a->text);
	} else if (evx_hash_final(l->hash, job->got) != EVX_OK) {
		job_failed(job, EVX_E_MEMORY, "out of memory");
		err = EVX_E_MEMORY;
	} else if (got && (job->q.exact ? l->got != job->q.size : l->got > job->q.size)) {
		job_failed(job, l->got < job->q.size ? EVX_E_TRUNCATED : EVX_E_LIMIT,
			"the remote sent another number of bytes than the object has");
		err = job->err;
		how = EVX_REMOTE_RETRY;
	} else if (got && job->q.has_hash && !evx_hash_equal(job->got, job->q.hash)) {
		job_failed(
			job, EVX_E_FORGED, "the remote sent other bytes than those of that name");
		err = job->err;
		how = EVX_REMOTE_RETRY;
	}
	if (err == EVX_OK) {
		job->err = EVX_OK;
		evx_diag_clear(&job->diag);
		if (job->q.act == EVX_REMOTE_PUT)
			count(run, job,
				job->q.place == EVX_REMOTE_NO_PLACE ? job->q.body.len :
								      job->q.size);
		return finish(run, job);
	}
	return again(run, l, job, how, a->wait);
}

static enum evx_err take_bytes(
	struct run *run, struct evx_remote_line *l, const struct evx_remote_answer *a)
{
	struct evx_remote_job *job = l->job;
	enum evx_err err = EVX_OK;

	if (job->q.act != EVX_REMOTE_GET || a->nbytes > job->q.size - l->got)
		return line_died(run, l, "the remote sent more bytes than the object may have");
	evx_hash_update(l->hash, a->bytes, a->nbytes);
	l->got += a->nbytes;
	count(run, job, l->got);
	if (job->take != NULL)
		err = job->take(job->ctx, a->bytes, a->nbytes, run->diag);
	return err;
}

static enum evx_err take_answer(
	struct run *run, struct evx_remote_line *l, const struct evx_remote_answer *a)
{
	struct evx_remote *r = run->r;

	if (l->job == NULL)
		return line_died(run, l, "an answer that nobody asked for");
	switch (a->said) {
	case EVX_REMOTE_SAID_PROGRESS:
		if (l->job->q.act == EVX_REMOTE_PUT && a->size <= l->job->q.size)
			count(run, l->job, a->size);
		return EVX_OK;
	case EVX_REMOTE_SAID_ITEM:
		if (l->job->q.act != EVX_REMOTE_LIST || r->each == NULL)
			return line_died(run, l, "a name that nobody asked for");
		if (++r->listed > EVX_REMOTE_LIST_MAX)
			return evx_fail(run->diag, EVX_E_LIMIT,
				"remote: it lists more than %u objects", EVX_REMOTE_LIST_MAX);
		l->got++;
		return r->each(r->each_ctx, a->name, a->size, run->diag);
	case EVX_REMOTE_SAID_BYTES:
		return take_bytes(run, l, a);
	case EVX_REMOTE_SAID_ABOUT:
		r->about = a->about;
		return EVX_OK;
	case EVX_REMOTE_SAID_DONE:
		return take_done(run, l, a);
	case EVX_REMOTE_SAID_ALL:
		break;
	}
	return line_died(run, l, "an answer that makes no sense");
}

/* Reads what has come, and takes every whole answer. */
static enum evx_err hear(struct run *run, struct evx_remote_line *l)
{
	struct evx_remote_answer a;
	size_t used = 1, at = 0;
	enum evx_err err = evx_buf_reserve(&l->in, 2 * EVX_REMOTE_CHUNK);
	ssize_t n;

	if (err != EVX_OK)
		return evx_fail(run->diag, err, "remote: out of memory");
	n = read(l->slot.from, l->in.data + l->in.len, 2 * EVX_REMOTE_CHUNK);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return EVX_OK;
	if (n <= 0)
		return line_died(run, l, "the process of this connection ended");
	l->in.len += (size_t)n;
	while (err == EVX_OK && used > 0 && !l->dead) {
		err = evx_remote_answer_decode(l->in.data + at, l->in.len - at, &a, &used);
		if (err != EVX_OK)
			return line_died(run, l, "the process of this connection makes no sense");
		at += used;
		if (used > 0)
			err = take_answer(run, l, &a);
	}
	memmove(l->in.data, l->in.data + at, l->in.len - at);
	l->in.len -= at;
	return err;
}

static enum evx_err tell(struct run *run, struct evx_remote_line *l, struct evx_remote_job *job)
{
	struct evx_buf b = EVX_BUF_INIT;
	enum evx_err err = evx_remote_request_encode(&job->q, &b, &job->diag);

	if (err != EVX_OK) {
		evx_buf_free(&b);
		job->err = err;
		return finish(run, job);
	}
	evx_hash_reset(l->hash);
	l->got = 0;
	l->asked = now_ms();
	l->job = job;
	run->busy++;
	err = evx_write_full(l->slot.to, b.data, b.len, NULL, NULL);
	evx_buf_free(&b);
	return err == EVX_OK ? EVX_OK : line_died(run, l, "the process of this connection ended");
}

/* The next job that may be begun now, or NULL. */
static enum evx_err pick(struct run *run, struct evx_remote_job **job)
{
	struct evx_remote_job **p;
	const int64_t now = now_ms();

	*job = NULL;
	for (p = &run->waiting; *p != NULL; p = &(*p)->waiting)
		if ((*p)->not_before <= now) {
			*job = *p;
			*p = (*job)->waiting;
			(*job)->waiting = NULL;
			return EVX_OK;
		}
	if (run->all)
		return EVX_OK;
	return run->next(run->ctx, job, run->diag);
}

/* Gives every idle connection something to do. *soonest: when to look again, in ms; -1: when
 * something is heard. */
static enum evx_err hand_out(struct run *run, int64_t *soonest)
{
	struct evx_remote_job *job = NULL;
	const struct evx_remote_job *w;
	const int64_t now = now_ms();
	unsigned i, alive = 0;
	enum evx_err err = EVX_OK;

	*soonest = LOOK_MS;
	if (run->r->quickest > FAR_MS)
		run->r->awake = run->r->nlines;
	for (i = 0; i < run->r->nlines && err == EVX_OK && alive < run->r->awake; i++) {
		struct evx_remote_line *l = &run->r->lines[i];

		alive += l->dead ? 0 : 1;
		if (l->dead || l->job != NULL)
			continue;
		if (l->not_before > now) {
			if (l->not_before - now < *soonest)
				*soonest = l->not_before - now;
			continue;
		}
		err = pick(run, &job);
		if (err == EVX_OK && job == NULL && run->waiting == NULL)
			run->all = true;
		if (err != EVX_OK || job == NULL)
			break;
		err = tell(run, l, job);
	}
	for (w = run->waiting; w != NULL; w = w->waiting)
		if (w->not_before - now < *soonest)
			*soonest = w->not_before > now ? w->not_before - now : 1;
	/* Without connections, what waits has waited long enough. */
	while (err == EVX_OK && alive == 0 && (run->waiting != NULL || !run->all)) {
		job = run->waiting;
		if (job != NULL) {
			run->waiting = job->waiting;
		} else {
			err = run->next(run->ctx, &job, run->diag);
			if (err == EVX_OK && job == NULL)
				run->all = true;
			if (err == EVX_OK && job != NULL)
				job_failed(job, EVX_E_IO, "no connection to the remote is left");
		}
		if (err == EVX_OK && job != NULL)
			err = finish(run, job);
	}
	return err;
}

static enum evx_err listen_to_all(struct run *run, int64_t soonest)
{
	struct pollfd fds[EVX_REMOTE_JOBS_MAX];
	struct evx_remote_line *of[EVX_REMOTE_JOBS_MAX];
	unsigned i;
	nfds_t n = 0, k;
	enum evx_err err = EVX_OK;

	for (i = 0; i < run->r->nlines; i++)
		if (!run->r->lines[i].dead) {
			of[n] = &run->r->lines[i];
			fds[n].events = POLLIN;
			fds[n].revents = 0;
			fds[n++].fd = run->r->lines[i].slot.from;
		}
	if (poll(fds, n, (int)soonest) < 0)
		return errno == EINTR ? EVX_OK : evx_fail_errno(run->diag, NULL, "remote: poll");
	for (k = 0; k < n && err == EVX_OK; k++)
		if (fds[k].revents != 0 && !of[k]->dead)
			err = hear(run, of[k]);
	return err;
}

enum evx_err evx_remote_run(struct evx_remote *r,
	enum evx_err (*next)(void *ctx, struct evx_remote_job **job, struct evx_diag *diag),
	enum evx_err (*done)(void *ctx, struct evx_remote_job *job, struct evx_diag *diag),
	void *ctx, struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_diag *diag)
{
	struct run run = { r, next, done, ctx, progress, cancel, diag, NULL, false, 0 };
	int64_t soonest = 0;
	unsigned i;
	enum evx_err err = EVX_OK;

	if (r->broken)
		return evx_fail(diag, EVX_E_IO, "remote: it was left in the middle of something");
	for (;;) {
		if (evx_cancelled(cancel))
			err = evx_fail(diag, EVX_E_INTERRUPTED, "interrupted");
		if (err == EVX_OK)
			err = hand_out(&run, &soonest);
		if (err != EVX_OK || (run.busy == 0 && run.waiting == NULL && run.all))
			break;
		err = listen_to_all(&run, soonest);
		if (err != EVX_OK)
			break;
	}
	r->broken = err != EVX_OK;
	for (i = 0; i < r->nlines; i++)
		r->lines[i].job = NULL;
	return err;
}
