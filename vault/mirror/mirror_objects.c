/* Asks a remote for the objects of a mirror. */
#include "mirror/mirror_objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/told.h"
#include "format/time.h"

#define ROUNDS 6u /* of asking for a retention */

void evx_mirror_objects_free(struct evx_mirror_objects *all)
{
	free(all->at);
	memset(all, 0, sizeof(*all));
}

static enum evx_err add(struct evx_mirror_objects *all, enum evx_upload_kind kind,
	const uint8_t hash[32], uint64_t size)
{
	struct evx_mirror_object *o = EVX_ARRAY_ADD(all->at, all->n);

	if (o == NULL)
		return EVX_E_MEMORY;
	o->kind = kind;
	o->size = size;
	memcpy(o->hash, hash, sizeof(o->hash));
	evx_uploads_name(kind, hash, 0, o->name);
	return EVX_OK;
}

static enum evx_err add_named(struct evx_mirror_objects *all, const char *name)
{
	struct evx_mirror_object *o = EVX_ARRAY_ADD(all->at, all->n);

	if (o == NULL)
		return EVX_E_MEMORY;
	o->named = o->proven = true;
	memcpy(o->name, name, strlen(name) + 1);
	return EVX_OK;
}

static int by_kind_and_hash(const void *a, const void *b)
{
	const struct evx_mirror_object *x = a, *y = b;

	if (x->named || y->named)
		return x->named != y->named ? (x->named ? -1 : 1) : strcmp(x->name, y->name);
	if (x->kind != y->kind)
		return x->kind == EVX_UPLOAD_PARCEL ? -1 : 1;
	return evx_hash_order(x->hash, y->hash);
}

enum evx_err evx_mirror_objects_of(const struct evx_mirror_notes *notes, const char *mid,
	const struct evx_mirror_index *index, struct evx_mirror_objects *all, struct evx_diag *diag)
{
	enum evx_err err = add_named(all, "evx-remote.txt");
	size_t k = 0;

	for (size_t i = 0; i < notes->n && err == EVX_OK; i++) {
		const struct evx_shipment_note *n = &notes->at[i].note;
		char name[EVX_REMOTE_NAME_CAP];

		evx_mirror_notes_object(mid, n->number, name);
		err = add_named(all, name);
		if (err == EVX_OK)
			err = add(all, EVX_UPLOAD_PARCEL, n->parcel, n->parcel_size);
	}
	for (size_t i = 0; i < index->n && err == EVX_OK; i++)
		if (index->at[i].pack)
			err = add(all, EVX_UPLOAD_PACK, index->at[i].hash, index->at[i].size);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	qsort(all->at, all->n, sizeof(*all->at), by_kind_and_hash);
	for (size_t i = 0; i < all->n; i++)
		if (k == 0 || by_kind_and_hash(&all->at[k - 1], &all->at[i]) != 0)
			all->at[k++] = all->at[i];
	all->n = k;
	return EVX_OK;
}

/* ---- One pass: a job for each object that wants one */

struct pass {
	struct evx_mirror_objects *all;
	const struct evx_mirror_objects_with *with;
	enum evx_remote_act act;
	int64_t until;
	size_t at;
	bool again;
};

static bool wants(const struct pass *p, const struct evx_mirror_object *o)
{
	switch (p->act) {
	case EVX_REMOTE_STAT:
		return !o->done;
	case EVX_REMOTE_GET:
		return o->there && !o->proven && !o->flawed && o->chosen;
	case EVX_REMOTE_RETAIN:
		return o->there && o->until < p->until;
	default:
		return false;
	}
}

static enum evx_err next(void *ctx, struct evx_remote_job **out, struct evx_diag *diag)
{
	struct pass *p = ctx;
	struct evx_mirror_object *o;
	struct evx_remote_job *job;

	*out = NULL;
	while (p->at < p->all->n && !wants(p, &p->all->at[p->at]))
		p->at++;
	if (p->at == p->all->n)
		return EVX_OK;
	o = &p->all->at[p->at++];
	job = calloc(1, sizeof(*job));
	if (job == NULL)
		return evx_fail_memory(diag);
	job->ctx = o;
	job->q.act = p->act;
	job->q.place = EVX_REMOTE_NO_PLACE;
	job->q.until = p->until;
	if (p->act == EVX_REMOTE_GET) {
		job->q.size = o->size;
		job->q.exact = job->q.has_hash = true;
		memcpy(job->q.hash, o->hash, sizeof(o->hash));
	}
	memcpy(job->q.name, o->name, sizeof(job->q.name));
	*out = o->job = job;
	return EVX_OK;
}

/* Its bytes are not those that its name says: they may stand under the next one. */
static void other(struct pass *p, struct evx_mirror_object *o, enum evx_mirror_flaw flaw)
{
	if (!o->flawed)
		o->flaw = flaw;
	o->flawed = true;
	if (o->suffix + 1 >= EVX_UPLOADS_PLACES) {
		o->done = true;
		return;
	}
	o->there = o->done = false;
	evx_uploads_name(o->kind, o->hash, ++o->suffix, o->name);
	p->again = true;
}

static void take_stat(struct pass *p, struct evx_mirror_object *o, const struct evx_remote_job *job)
{
	if (job->err == EVX_E_NOT_FOUND) {
		if (!o->flawed)
			o->flaw = EVX_MIRROR_MISSING;
		o->flawed = o->done = true;
		if (!o->named)
			evx_uploads_name(o->kind, o->hash, 0, o->name);
		return;
	}
	o->until = job->stat.until;
	if (o->named) {
		o->done = o->there = true;
		return;
	}
	if (job->stat.size != EVX_REMOTE_SIZE_UNKNOWN && job->stat.size != o->size) {
		other(p, o, EVX_MIRROR_LENGTH);
		return;
	}
	if (job->stat.has_hash && !evx_hash_equal(job->stat.hash, o->hash)) {
		other(p, o, EVX_MIRROR_BYTES);
		return;
	}
	o->done = o->there = true;
	o->flawed = false;
	o->proven = job->stat.has_hash;
}

static bool is_other(enum evx_err err)
{
	return err == EVX_E_FORGED || err == EVX_E_TRUNCATED || err == EVX_E_LIMIT;
}

static enum evx_err done(void *ctx, struct evx_remote_job *job, struct evx_diag *diag)
{
	struct pass *p = ctx;
	struct evx_mirror_object *o = job->ctx;
	enum evx_err err = EVX_OK;

	switch (p->act) {
	case EVX_REMOTE_STAT:
		if (job->err == EVX_OK || job->err == EVX_E_NOT_FOUND)
			take_stat(p, o, job);
		else
			err = evx_fail(diag, job->err, "%s", job->diag.text);
		break;
	case EVX_REMOTE_GET:
		if (job->err == EVX_OK)
			o->proven = true;
		else if (is_other(job->err) || job->err == EVX_E_NOT_FOUND)
			other(p, o, EVX_MIRROR_BYTES);
		else
			err = evx_fail(diag, job->err, "%s", job->diag.text);
		break;
	default: /* what the store says afterwards counts */
		o->done = false;
		break;
	}
	o->job = NULL;
	free(job);
	return err;
}

static enum evx_err run(struct pass *p, struct evx_diag *diag)
{
	enum evx_err err;

	p->at = 0;
	err = evx_remote_run(p->with->remote, next, done, p,
		p->act == EVX_REMOTE_GET ? p->with->progress : NULL, p->with->cancel, diag);
	/* An error leaves jobs behind. */
	for (size_t i = 0; i < p->all->n && err != EVX_OK; i++) {
		free(p->all->at[i].job);
		p->all->at[i].job = NULL;
	}
	return err;
}

/* ---- Looked for */

static void choose(struct evx_mirror_objects *all, const struct evx_mirror_objects_with *with)
{
	for (size_t i = 0; i < all->n; i++) {
		struct evx_mirror_object *o = &all->at[i];

		/* Parcels are few, and without them nothing can be rebuilt. */
		o->chosen = with->percent >= 100 || o->kind == EVX_UPLOAD_PARCEL ||
			evx_sample_has(with->seed, with->percent, o->hash);
		if (with->progress != NULL && o->chosen && o->there && !o->proven)
			atomic_fetch_add(&with->progress->bytes_total, o->size);
	}
}

enum evx_err evx_mirror_objects_look(struct evx_mirror_objects *all,
	const struct evx_mirror_objects_with *with, struct evx_diag *diag)
{
	struct pass p = { .all = all, .with = with };
	enum evx_err err;
	bool chosen = false;

	do {
		p.again = false;
		p.act = EVX_REMOTE_STAT;
		err = run(&p, diag);
		if (err == EVX_OK && !p.again && with->compare) {
			if (!chosen)
				choose(all, with);
			chosen = true;
			p.act = EVX_REMOTE_GET;
			err = run(&p, diag);
		}
	} while (err == EVX_OK && p.again);
	return err;
}

/* ---- Kept */

static bool any_short(const struct evx_mirror_objects *all, int64_t until)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].there && all->at[i].until < until)
			return true;
	return false;
}

enum evx_err evx_mirror_objects_retain(struct evx_mirror_objects *all,
	const struct evx_mirror_objects_with *with, int64_t until, struct evx_diag *diag)
{
	struct pass p = { .all = all, .with = with, .until = until };
	enum evx_err err = EVX_OK;

	for (unsigned round = 0; round < ROUNDS && err == EVX_OK && any_short(all, until);
		round++) {
		/* In the second of an upload a store may refuse. */
		const struct timespec second = { .tv_sec = 1, .tv_nsec = 100000000 };

		if (round > 0)
			(void)nanosleep(&second, NULL);
		p.act = EVX_REMOTE_RETAIN;
		err = run(&p, diag);
		p.act = EVX_REMOTE_STAT;
		if (err == EVX_OK)
			err = run(&p, diag);
	}
	return err;
}

/* ---- Told */

const char *evx_mirror_flaw_name(enum evx_mirror_flaw flaw)
{
	static const char *const names[EVX_MIRROR_FLAWS] = { EVX_SAID("missing"),
		EVX_SAID("other length"), EVX_SAID("other bytes"), EVX_SAID("no retention"),
		EVX_SAID("retention too short") };

	return names[flaw];
}

void evx_mirror_objects_tell(const struct evx_mirror_objects *all, int64_t until,
	void (*each)(void *ctx, const struct evx_mirror_complaint *c), void *ctx, uint64_t *bad,
	uint64_t *unkept)
{
	*bad = *unkept = 0;
	for (size_t i = 0; i < all->n; i++) {
		const struct evx_mirror_object *o = &all->at[i];
		struct evx_mirror_complaint c = { .object = o->name, .flaw = o->flaw };

		if (o->until > 0 && evx_time_encode(o->until, c.until) != EVX_OK)
			c.until[0] = '\0';
		if (!o->flawed && o->until >= until)
			continue;
		if (o->flawed) {
			++*bad;
		} else {
			++*unkept;
			c.flaw = o->until == 0 ? EVX_MIRROR_UNKEPT : EVX_MIRROR_SHORT;
		}
		if (each != NULL)
			each(ctx, &c);
	}
}
