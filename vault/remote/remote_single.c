/* A few requests and their answers: small objects, and what is asked about one. */
#include <string.h>

#include "remote/remote_inner.h"

struct few {
	struct evx_remote_job *jobs;
	size_t n, at;
};

static enum evx_err few_next(void *ctx, struct evx_remote_job **job, struct evx_diag *diag)
{
	struct few *f = ctx;

	(void)diag;
	*job = f->at < f->n ? &f->jobs[f->at++] : NULL;
	return EVX_OK;
}

static enum evx_err few_done(void *ctx, struct evx_remote_job *job, struct evx_diag *diag)
{
	(void)ctx, (void)job, (void)diag;
	return EVX_OK;
}

enum evx_err evx_remote_do_all(struct evx_remote *r, struct evx_remote_job *jobs, size_t n,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct few f = { jobs, n, 0 };

	return evx_remote_run(r, few_next, few_done, &f, NULL, cancel, diag);
}

enum evx_err evx_remote_job_failed(const struct evx_remote_job *job, struct evx_diag *diag)
{
	if (job->err == EVX_OK)
		return EVX_OK;
	(void)evx_fail(diag, job->err, "%s", job->diag.text);
	return evx_diag_in(diag, job->diag.path, job->err);
}

enum evx_err evx_remote_do(struct evx_remote *r, struct evx_remote_job *job,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const enum evx_err err = evx_remote_do_all(r, job, 1, cancel, diag);

	return err == EVX_OK ? evx_remote_job_failed(job, diag) : err;
}

enum evx_err evx_remote_job_of(struct evx_remote_job *job, enum evx_remote_act act,
	const char *name, struct evx_diag *diag)
{
	const size_t n = strlen(name);

	memset(job, 0, sizeof(*job));
	job->q.act = act;
	job->q.place = EVX_REMOTE_NO_PLACE;
	if (n >= sizeof(job->q.name))
		return evx_fail(diag, EVX_E_USAGE, "remote: the name of an object is too long");
	memcpy(job->q.name, name, n + 1);
	return EVX_OK;
}

enum evx_err evx_remote_job_put(struct evx_remote_job *job, const char *name, const void *p,
	size_t n, struct evx_diag *diag)
{
	enum evx_err err = evx_remote_job_of(job, EVX_REMOTE_PUT, name, diag);

	if (err == EVX_OK && n > 0 && evx_buf_add(&job->q.body, p, n) != EVX_OK)
		err = evx_fail(diag, EVX_E_MEMORY, "remote: out of memory");
	job->q.size = n;
	job->q.has_hash = true;
	evx_sha256(p, n, job->q.hash);
	return err;
}

enum evx_err evx_remote_put_bytes(struct evx_remote *r, const char *name, const void *p, size_t n,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_remote_job job;
	enum evx_err err = evx_remote_job_put(&job, name, p, n, diag);

	if (err == EVX_OK)
		err = evx_remote_do(r, &job, cancel, diag);
	evx_buf_free(&job.q.body);
	return err;
}

static enum evx_err add_bytes(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_remote_collected *c = ctx;

	return evx_buf_add(c->out, p, n) == EVX_OK ?
		EVX_OK :
		evx_fail(diag, EVX_E_MEMORY, "remote: out of memory");
}

static enum evx_err forget_bytes(void *ctx, struct evx_diag *diag)
{
	struct evx_remote_collected *c = ctx;

	(void)diag;
	c->out->len = c->before;
	return EVX_OK;
}

enum evx_err evx_remote_job_get(struct evx_remote_job *job, const char *name, size_t max,
	struct evx_remote_collected *into, struct evx_diag *diag)
{
	const enum evx_err err = evx_remote_job_of(job, EVX_REMOTE_GET, name, diag);

	job->q.size = max;
	job->take = add_bytes;
	job->forget = forget_bytes;
	job->ctx = into;
	return err;
}

enum evx_err evx_remote_get_bytes(struct evx_remote *r, const char *name, size_t max,
	const struct evx_cancel *cancel, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_remote_collected c = { out, out->len };
	struct evx_remote_job job;
	enum evx_err err = evx_remote_job_get(&job, name, max, &c, diag);

	if (err == EVX_OK)
		err = evx_remote_do(r, &job, cancel, diag);
	if (err != EVX_OK)
		out->len = c.before;
	return err;
}

enum evx_err evx_remote_stat(struct evx_remote *r, const char *name, struct evx_remote_stat *out,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_remote_job job;
	enum evx_err err = evx_remote_job_of(&job, EVX_REMOTE_STAT, name, diag);

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = evx_remote_do(r, &job, cancel, diag);
	if (err == EVX_OK)
		*out = job.stat;
	return err;
}

enum evx_err evx_remote_remove(struct evx_remote *r, const char *name,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_remote_job job;
	enum evx_err err = evx_remote_job_of(&job, EVX_REMOTE_REMOVE, name, diag);

	return err == EVX_OK ? evx_remote_do(r, &job, cancel, diag) : err;
}

enum evx_err evx_remote_flush(
	struct evx_remote *r, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_remote_job job;
	enum evx_err err = evx_remote_job_of(&job, EVX_REMOTE_FLUSH, "", diag);

	return err == EVX_OK ? evx_remote_do(r, &job, cancel, diag) : err;
}

void evx_remote_listing(struct evx_remote *r,
	enum evx_err (*each)(void *ctx, const char *name, uint64_t size, struct evx_diag *diag),
	void *ctx)
{
	r->each = each;
	r->each_ctx = ctx;
	r->listed = 0;
}

enum evx_err evx_remote_list(struct evx_remote *r, const char *below,
	enum evx_err (*each)(void *ctx, const char *name, uint64_t size, struct evx_diag *diag),
	void *ctx, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_remote_job job;
	enum evx_err err = evx_remote_job_of(&job, EVX_REMOTE_LIST, below, diag);

	evx_remote_listing(r, each, ctx);
	if (err == EVX_OK)
		err = evx_remote_do(r, &job, cancel, diag);
	evx_remote_listing(r, NULL, NULL);
	return err;
}
