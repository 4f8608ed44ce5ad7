/* Objects looked for, put, and looked for again. */
#include "ship/uploads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "format/text.h"
#include "ship/drop_out.h"

void evx_uploads_free(struct evx_uploads *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->at[i].source);
	free(all->at);
	memset(all, 0, sizeof(*all));
}

void evx_uploads_name(enum evx_upload_kind kind, const uint8_t hash[32], unsigned suffix,
	char out[EVX_REMOTE_NAME_CAP])
{
	char hex[65];
	int n;

	evx_hex_encode(hash, 32, hex);
	n = snprintf(out, EVX_REMOTE_NAME_CAP, "%s/%.2s/%s",
		kind == EVX_UPLOAD_PACK ? "packs" : "parcels", hex, hex);
	if (suffix > 0)
		(void)snprintf(out + n, EVX_REMOTE_NAME_CAP - (size_t)n, "-%u", suffix);
}

/* One pass over the objects: a job each, as many at a time as there are connections. */
struct pass {
	struct evx_uploads *all;
	const struct evx_uploads_with *with;
	const struct evx_uploads_make *make;
	size_t at;
	bool again; /* some are to be asked for under another name */
	bool (*wants)(const struct evx_upload *u);
	enum evx_err (*fill)(struct pass *p, const struct evx_upload *u,
		struct evx_remote_request *q, struct evx_diag *diag);
	enum evx_err (*take)(struct pass *p, struct evx_upload *u, const struct evx_remote_job *job,
		struct evx_diag *diag);
};

/* The name of its object: of its hash, or of the next number of an invitation. */
static enum evx_err name_it(
	struct pass *p, struct evx_upload *u, char out[EVX_REMOTE_NAME_CAP], struct evx_diag *diag)
{
	if (p->with->drop == NULL) {
		evx_uploads_name(u->kind, u->hash, u->suffix, out);
		return EVX_OK;
	}
	u->part = evx_drop_out_take(p->with->drop);
	evx_drop_out_name(p->with->drop, u->part, out);
	return u->part != 0 ?
		EVX_OK :
		evx_fail(diag, EVX_E_IO,
			"The invitation has no number left: somebody else used it, or an upload "
			"was cut too often. Ask the receiver for another invitation.");
}

static enum evx_err next(void *ctx, struct evx_remote_job **out, struct evx_diag *diag)
{
	struct pass *p = ctx;
	struct evx_remote_job *job;
	struct evx_upload *u;
	enum evx_err err;

	*out = NULL;
	while (p->at < p->all->n && !p->wants(&p->all->at[p->at]))
		p->at++;
	if (p->at == p->all->n)
		return EVX_OK;
	u = &p->all->at[p->at++];
	job = calloc(1, sizeof(*job));
	if (job == NULL)
		return evx_fail_memory(diag);
	job->ctx = u;
	err = name_it(p, u, job->q.name, diag);
	job->q.place = EVX_REMOTE_NO_PLACE;
	job->q.size = u->size;
	job->q.exact = true;
	job->q.has_hash = true;
	memcpy(job->q.hash, u->hash, sizeof(u->hash));
	if (err == EVX_OK)
		err = p->fill(p, u, &job->q, diag);
	if (err == EVX_OK)
		*out = u->job = job;
	else
		free(job);
	return err;
}

static enum evx_err done(void *ctx, struct evx_remote_job *job, struct evx_diag *diag)
{
	struct pass *p = ctx;
	struct evx_upload *u = job->ctx;
	enum evx_err err = p->take(p, u, job, diag);

	if (p->make != NULL && u->source == NULL)
		p->make->drop(p->make->ctx, job->q.source);
	u->job = NULL;
	free(job);
	return err;
}

static enum evx_err run(struct pass *p, struct evx_progress *progress, struct evx_diag *diag)
{
	enum evx_err err;

	p->at = 0;
	p->again = false;
	err = evx_remote_run(p->with->remote, next, done, p, progress, p->with->cancel, diag);
	/* An error leaves jobs behind. */
	for (size_t i = 0; i < p->all->n && err != EVX_OK; i++) {
		free(p->all->at[i].job);
		p->all->at[i].job = NULL;
	}
	return err;
}

static enum evx_err failed(const struct evx_remote_job *job, struct evx_diag *diag)
{
	if (diag != NULL && diag->code == EVX_OK)
		*diag = job->diag;
	return job->err;
}

/* ---- Look */

static bool not_looked(const struct evx_upload *u)
{
	return !u->looked;
}

static enum evx_err fill_look(struct pass *p, const struct evx_upload *u,
	struct evx_remote_request *q, struct evx_diag *diag)
{
	/* What this run put there, and a remote says to have, is not read back unasked. */
	const bool read = p->with->reread || (u->silent && !u->put && !u->proven);

	(void)diag;
	q->act = read ? EVX_REMOTE_GET : EVX_REMOTE_STAT;
	q->reread = p->with->reread;
	return EVX_OK;
}

/* Other bytes stand under this name: the next one is tried. */
static enum evx_err other_name(struct pass *p, struct evx_upload *u, struct evx_diag *diag)
{
	char name[EVX_REMOTE_NAME_CAP];

	if (++u->suffix < EVX_UPLOADS_PLACES) {
		p->again = true;
		return EVX_OK;
	}
	evx_uploads_name(u->kind, u->hash, 0, name);
	return evx_fail(diag, EVX_E_FORGED,
		"Other bytes stand on the remote under %s, and under its nine other names. Remove "
		"them there, and send again.",
		name);
}

/* Whether the answer shows the object as it must be. */
static bool is_right(const struct evx_upload *u, const struct evx_remote_job *job)
{
	if (job->q.act == EVX_REMOTE_GET)
		return true; /* size and hash were compared on the way */
	return (job->stat.size == u->size || job->stat.size == EVX_REMOTE_SIZE_UNKNOWN) &&
		(!job->stat.has_hash || evx_hash_equal(job->stat.hash, u->hash));
}

static bool other_bytes(const struct evx_remote_job *job)
{
	return job->err == EVX_E_FORGED || job->err == EVX_E_TRUNCATED || job->err == EVX_E_LIMIT ||
		job->err == EVX_E_NOT_OURS;
}

static enum evx_err take_look(struct pass *p, struct evx_upload *u,
	const struct evx_remote_job *job, struct evx_diag *diag)
{
	if (job->err == EVX_E_NOT_FOUND) {
		u->looked = true;
		return EVX_OK;
	}
	if (other_bytes(job) || (job->err == EVX_OK && !is_right(u, job)))
		return other_name(p, u, diag);
	if (job->err != EVX_OK)
		return failed(job, diag);
	if (job->q.act == EVX_REMOTE_STAT && job->stat.size == EVX_REMOTE_SIZE_UNKNOWN) {
		u->silent = p->again = true;
		return EVX_OK;
	}
	u->looked = u->there = true;
	u->proven = job->q.act == EVX_REMOTE_GET || job->stat.has_hash;
	return EVX_OK;
}

enum evx_err evx_uploads_look(
	struct evx_uploads *all, const struct evx_uploads_with *with, struct evx_diag *diag)
{
	struct pass p = {
		.all = all, .with = with, .wants = not_looked, .fill = fill_look, .take = take_look
	};
	enum evx_err err;

	for (size_t i = 0; with->drop != NULL && i < all->n; i++) {
		all->at[i].looked = true;
		all->at[i].there = evx_drop_out_has(with->drop, all->at[i].hash);
	}
	if (with->drop != NULL)
		return EVX_OK;
	do
		err = run(&p, NULL, diag);
	while (err == EVX_OK && p.again);
	return err;
}

/* ---- Put */

static bool not_there(const struct evx_upload *u)
{
	return !u->there;
}

static enum evx_err fill_put(struct pass *p, const struct evx_upload *u,
	struct evx_remote_request *q, struct evx_diag *diag)
{
	unsigned place = u->place;

	q->act = EVX_REMOTE_PUT;
	q->unseen = p->with->drop == NULL;
	q->offset = u->offset;
	q->until = p->with->until;
	if (u->source != NULL) {
		if (strlen(u->source) >= sizeof(q->source))
			return evx_fail(diag, EVX_E_LIMIT,
				"The name of this bundle's file is too long for sending it.");
		memcpy(q->source, u->source, strlen(u->source) + 1);
	} else {
		enum evx_err err = p->make->make(
			p->make->ctx, u, &place, q->source, sizeof(q->source), diag);

		if (err != EVX_OK)
			return err;
		q->offset = 0;
	}
	q->place = (uint8_t)place;
	return EVX_OK;
}

/* A number is used up once the store has something under it; after another failure it is tried
 * again by the next call. */
static enum evx_err take_dropped(struct pass *p, struct evx_upload *u,
	const struct evx_remote_job *job, struct evx_diag *diag)
{
	if (job->err == EVX_OK) {
		u->there = u->put = true;
		return evx_drop_out_became(p->with->drop, u->part, u->hash, diag);
	}
	if (job->err != EVX_E_EXISTS)
		return failed(job, diag);
	p->again = true;
	return evx_drop_out_became(p->with->drop, u->part, NULL, diag);
}

static enum evx_err take_put(struct pass *p, struct evx_upload *u, const struct evx_remote_job *job,
	struct evx_diag *diag)
{
	if (p->with->drop != NULL)
		return take_dropped(p, u, job, diag);
	if (job->err == EVX_E_EXISTS) {
		/* It came there since it was looked for. */
		u->silent = job->stat.size == EVX_REMOTE_SIZE_UNKNOWN;
		if (job->stat.size != u->size && job->stat.size != EVX_REMOTE_SIZE_UNKNOWN)
			return other_name(p, u, diag);
		u->there = true;
		return EVX_OK;
	}
	if (job->err != EVX_OK)
		return failed(job, diag);
	u->there = u->put = true;
	return EVX_OK;
}

enum evx_err evx_uploads_put(struct evx_uploads *all, const struct evx_uploads_with *with,
	const struct evx_uploads_make *make, struct evx_diag *diag)
{
	struct pass p = { .all = all,
		.with = with,
		.make = make,
		.wants = not_there,
		.fill = fill_put,
		.take = take_put };
	enum evx_err err;

	do
		err = run(&p, with->progress, diag);
	while (err == EVX_OK && p.again);
	return err;
}

/* ---- Check */

static bool every(const struct evx_upload *u)
{
	(void)u;
	return true;
}

static enum evx_err take_check(struct pass *p, struct evx_upload *u,
	const struct evx_remote_job *job, struct evx_diag *diag)
{
	(void)p;
	if (job->err == EVX_OK && is_right(u, job)) {
		u->proven = u->proven || job->q.act == EVX_REMOTE_GET || job->stat.has_hash;
		return EVX_OK;
	}
	if (job->err != EVX_OK && job->err != EVX_E_NOT_FOUND && !other_bytes(job))
		return failed(job, diag);
	return evx_fail(diag, EVX_E_FORGED,
		"The remote does not keep what was put: %s is %s. Nothing was sent. Send again; if "
		"this repeats, use another remote.",
		job->q.name, job->err == EVX_E_NOT_FOUND ? "not there" : "there with other bytes");
}

enum evx_err evx_uploads_join(const struct evx_uploads *lists, size_t n,
	const struct evx_upload *more, struct evx_uploads *out, struct evx_diag *diag)
{
	size_t all = 1;

	for (size_t i = 0; i < n; i++)
		all += lists[i].n;
	*out = (struct evx_uploads){ calloc(all, sizeof(*out->at)), 0 };
	if (out->at == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < lists[i].n; k++)
			out->at[out->n++] = lists[i].at[k];
	if (more != NULL)
		out->at[out->n++] = *more;
	return EVX_OK;
}

enum evx_err evx_uploads_check(
	struct evx_uploads *all, const struct evx_uploads_with *with, struct evx_diag *diag)
{
	struct pass p = {
		.all = all, .with = with, .wants = every, .fill = fill_look, .take = take_check
	};

	return with->drop != NULL ? EVX_OK : run(&p, NULL, diag);
}
