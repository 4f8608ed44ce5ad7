/* A remote tried out with a small object. */
#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "remote/remote_inner.h"

#define NAMES 3u /* before a remote counts as one that cannot be written */

/* The object, and what its remote made of it. */
struct trial {
	struct evx_remote *r;
	const struct evx_cancel *cancel;
	struct evx_remote_test *out;
	struct evx_remote_beside *beside; /* NULL: nothing */
	char name[32], text[80];
};

static bool makes_beside(const struct trial *t)
{
	return t->beside != NULL && t->beside->err == EVX_E_NOT_FOUND && t->beside->make.len > 0;
}

struct sought {
	const char *name;
	bool found;
};

static enum evx_err seek(void *ctx, const char *name, uint64_t size, struct evx_diag *diag)
{
	struct sought *s = ctx;

	(void)size, (void)diag;
	s->found = s->found || strcmp(name, s->name) == 0;
	return EVX_OK;
}

/* What ends a test, and what is only something that the remote cannot do. */
static bool is_fatal(const struct trial *t, enum evx_err err)
{
	return t->r->broken || err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED;
}

static enum evx_err fatal(
	const struct trial *t, enum evx_err err, const struct evx_diag *why, struct evx_diag *diag)
{
	return is_fatal(t, err) ? evx_fail(diag, err, "%s", why->text) : EVX_OK;
}

static void keep_reason(struct evx_remote_test *out, const char *what, const struct evx_diag *why)
{
	const size_t n = strlen(what);
	const bool said = strncmp(why->text, what, n) == 0 && why->text[n] == ':';

	if (out->failed[0] == '\0')
		(void)snprintf(out->failed, sizeof(out->failed), "%s%s%.300s", said ? "" : what,
			said ? "" : ": ", why->text);
}

static void name_it(struct trial *t)
{
	uint8_t id[8];

	evx_random(id, sizeof(id));
	(void)snprintf(t->name, sizeof(t->name), "test/%02x%02x%02x%02x%02x%02x%02x%02x", id[0],
		id[1], id[2], id[3], id[4], id[5], id[6], id[7]);
	(void)snprintf(t->text, sizeof(t->text), "evx tests this place: %s\n", t->name);
}

static enum evx_err job_put(struct trial *t, struct evx_remote_job *job, struct evx_diag *diag)
{
	enum evx_err err;

	name_it(t);
	err = evx_remote_job_put(job, t->name, t->text, strlen(t->text), diag);
	job->q.unseen = true;
	return err;
}

/* Nobody else knows the name: where something stands under it, an answer to an earlier try was
 * lost, or that try was damaged. Then another name is taken. What is under the first one is
 * removed, if the remote does that. */
static enum evx_err write_again(struct trial *t, struct evx_remote_job *put, struct evx_diag *diag)
{
	struct evx_diag unused = { 0 };
	enum evx_err err = EVX_OK;

	for (unsigned tries = 1; tries < NAMES && err == EVX_OK && put->err == EVX_E_EXISTS;
		tries++) {
		if (evx_remote_remove(t->r, t->name, t->cancel, &unused) != EVX_OK)
			evx_diag_clear(&unused);
		evx_buf_free(&put->q.body);
		err = job_put(t, put, diag);
		if (err == EVX_OK)
			err = evx_remote_do_all(t->r, put, 1, t->cancel, diag);
	}
	return err;
}

/* What it can do, a first object, and what is read beside. */
static enum evx_err test_writing(struct trial *t, struct evx_diag *diag)
{
	enum { ABOUT, PUT, BESIDE };
	struct evx_remote_job jobs[3] = { [PUT].q.body = EVX_BUF_INIT };
	struct evx_remote_beside *const beside = t->beside;
	struct evx_remote_collected into = { beside != NULL ? &beside->text : NULL, 0 };
	enum evx_err err = evx_remote_job_of(&jobs[ABOUT], EVX_REMOTE_ABOUT, "", diag);

	if (err == EVX_OK)
		err = job_put(t, &jobs[PUT], diag);
	if (err == EVX_OK && beside != NULL)
		err = evx_remote_job_get(&jobs[BESIDE], beside->name, beside->max, &into, diag);
	if (err == EVX_OK)
		err = evx_remote_do_all(t->r, jobs, beside != NULL ? 3 : 2, t->cancel, diag);
	if (err == EVX_OK)
		err = evx_remote_job_failed(&jobs[ABOUT], diag);
	if (err == EVX_OK)
		err = write_again(t, &jobs[PUT], diag);
	if (err != EVX_OK)
		goto out;
	t->out->about = t->r->about;
	if (beside != NULL) {
		beside->err = jobs[BESIDE].err;
		beside->diag = jobs[BESIDE].diag;
		err = fatal(t, beside->err, &beside->diag, diag);
	}
	if (err == EVX_OK)
		err = fatal(t, jobs[PUT].err, &jobs[PUT].diag, diag);
	t->out->writes = jobs[PUT].err == EVX_OK;
	if (!t->out->writes)
		keep_reason(t->out, "writing", &jobs[PUT].diag);
out:
	evx_buf_free(&jobs[PUT].q.body);
	return err;
}

static enum evx_err test_reading(struct trial *t, struct evx_diag *diag)
{
	enum { GET, STAT, LIST, MAKE };
	struct evx_buf got = EVX_BUF_INIT;
	struct evx_remote_collected into = { &got, 0 };
	struct sought sought = { t->name, false };
	struct evx_remote_job jobs[4] = { [MAKE].q.body = EVX_BUF_INIT };
	const size_t n = makes_beside(t) ? 4 : 3;
	struct evx_diag why;
	enum evx_err err = evx_remote_job_get(&jobs[GET], t->name, 4096, &into, diag);

	if (err == EVX_OK)
		err = evx_remote_job_of(&jobs[STAT], EVX_REMOTE_STAT, t->name, diag);
	if (err == EVX_OK)
		err = evx_remote_job_of(&jobs[LIST], EVX_REMOTE_LIST, "test", diag);
	if (err == EVX_OK && n > MAKE)
		err = evx_remote_job_put(&jobs[MAKE], t->beside->name, t->beside->make.data,
			t->beside->make.len, diag);
	evx_remote_listing(t->r, seek, &sought);
	if (err == EVX_OK)
		err = evx_remote_do_all(t->r, jobs, n, t->cancel, diag);
	evx_remote_listing(t->r, NULL, NULL);
	for (size_t i = 0; i < n && err == EVX_OK; i++)
		err = fatal(t, jobs[i].err, &jobs[i].diag, diag);
	if (err != EVX_OK)
		goto out;
	why = jobs[GET].diag;
	t->out->reads = jobs[GET].err == EVX_OK && got.len == strlen(t->text) &&
		memcmp(got.data, t->text, got.len) == 0;
	if (jobs[GET].err == EVX_OK && !t->out->reads)
		(void)evx_fail(&why, EVX_E_FORGED, "other bytes came back than were written");
	if (!t->out->reads)
		keep_reason(t->out, "reading", &why);
	t->out->proves = jobs[STAT].err == EVX_OK && jobs[STAT].stat.has_hash;
	t->out->lists = jobs[LIST].err == EVX_OK && sought.found;
out:
	evx_buf_free(&jobs[MAKE].q.body);
	evx_buf_free(&got);
	return err;
}

/* Other bytes under a name that is there: what stands there afterwards decides. */
static enum evx_err test_replacing(struct trial *t, struct evx_diag *diag)
{
	enum { PUT, BESIDE };
	struct evx_remote_job jobs[2] = { [PUT].q.body = EVX_BUF_INIT };
	const size_t n = makes_beside(t) ? 2 : 1;
	struct evx_remote_collected into = { n > BESIDE ? &t->beside->text : NULL, 0 };
	enum evx_err err = evx_remote_job_put(&jobs[PUT], t->name, "other\n", 6, diag);

	if (err == EVX_OK && n > BESIDE)
		err = evx_remote_job_get(
			&jobs[BESIDE], t->beside->name, t->beside->max, &into, diag);
	if (err == EVX_OK)
		err = evx_remote_do_all(t->r, jobs, n, t->cancel, diag);
	if (err != EVX_OK)
		goto out;
	t->out->replaces = jobs[PUT].err == EVX_OK;
	err = fatal(t, jobs[PUT].err, &jobs[PUT].diag, diag);
	if (n > BESIDE) {
		t->beside->err = jobs[BESIDE].err;
		t->beside->diag = jobs[BESIDE].diag;
		if (err == EVX_OK)
			err = fatal(t, t->beside->err, &t->beside->diag, diag);
	}
out:
	evx_buf_free(&jobs[PUT].q.body);
	return err;
}

static enum evx_err test_removing(struct trial *t, struct evx_diag *diag)
{
	struct evx_remote_stat stat;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_remote_remove(t->r, t->name, t->cancel, &why), is_there;

	if (!is_fatal(t, err)) {
		evx_diag_clear(&why);
		is_there = evx_remote_stat(t->r, t->name, &stat, t->cancel, &why);
		t->out->left = is_there == EVX_OK;
		t->out->removes = err == EVX_OK && is_there == EVX_E_NOT_FOUND;
		err = is_there;
	}
	return fatal(t, err, &why, diag);
}

enum evx_err evx_remote_test(struct evx_remote *r, struct evx_remote_beside *beside,
	const struct evx_cancel *cancel, struct evx_remote_test *out, struct evx_diag *diag)
{
	struct trial t = { .r = r, .cancel = cancel, .out = out, .beside = beside };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = test_writing(&t, diag);
	if (err == EVX_OK && out->writes)
		err = test_reading(&t, diag);
	if (err == EVX_OK && out->writes)
		err = test_replacing(&t, diag);
	if (err == EVX_OK && out->writes)
		err = test_removing(&t, diag);
	return err;
}
