/* A remote tried out with a small object. */
#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "remote/remote_inner.h"

#define NAMES 3u /* before a remote counts as one that cannot be written */

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
static bool is_fatal(struct evx_remote *r, enum evx_err err)
{
	return r->broken || err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED;
}

static void keep_reason(struct evx_remote_test *out, const char *what, const struct evx_diag *why)
{
	if (out->failed[0] == '\0')
		(void)snprintf(out->failed, sizeof(out->failed), "%s: %.300s", what, why->text);
}

static enum evx_err test_reading(struct evx_remote *r, const char *name, const char *text,
	const struct evx_cancel *cancel, struct evx_remote_test *out, struct evx_diag *diag)
{
	struct evx_buf got = EVX_BUF_INIT;
	struct sought sought = { name, false };
	struct evx_remote_stat stat;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_remote_get_bytes(r, name, 4096, cancel, &got, &why);

	if (is_fatal(r, err))
		goto out;
	out->reads = err == EVX_OK && got.len == strlen(text) &&
		memcmp(got.data, text, got.len) == 0;
	if (err == EVX_OK && !out->reads)
		(void)evx_fail(&why, EVX_E_FORGED, "other bytes came back than were written");
	if (!out->reads)
		keep_reason(out, "reading", &why);
	evx_diag_clear(&why);
	err = evx_remote_stat(r, name, &stat, cancel, &why);
	if (is_fatal(r, err))
		goto out;
	out->proves = err == EVX_OK && stat.has_hash;
	evx_diag_clear(&why);
	err = evx_remote_list(r, "test", seek, &sought, cancel, &why);
	if (is_fatal(r, err))
		goto out;
	out->lists = err == EVX_OK && sought.found;
	err = EVX_OK;
out:
	evx_buf_free(&got);
	if (err != EVX_OK && is_fatal(r, err)) {
		(void)evx_fail(diag, err, "%s", why.text);
		return err;
	}
	return EVX_OK;
}

/* Other bytes under a name that is there: what stands there afterwards decides. */
static enum evx_err test_replacing(struct evx_remote *r, const char *name,
	const struct evx_cancel *cancel, struct evx_remote_test *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_remote_put_bytes(r, name, "other\n", 6, cancel, &why);

	if (is_fatal(r, err)) {
		(void)evx_fail(diag, err, "%s", why.text);
		return err;
	}
	out->replaces = err == EVX_OK;
	return EVX_OK;
}

static enum evx_err test_removing(struct evx_remote *r, const char *name,
	const struct evx_cancel *cancel, struct evx_remote_test *out, struct evx_diag *diag)
{
	struct evx_remote_stat stat;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_remote_remove(r, name, cancel, &why), is_there;

	if (!is_fatal(r, err)) {
		evx_diag_clear(&why);
		is_there = evx_remote_stat(r, name, &stat, cancel, &why);
		out->left = is_there == EVX_OK;
		out->removes = err == EVX_OK && is_there == EVX_E_NOT_FOUND;
		err = is_there;
	}
	if (is_fatal(r, err)) {
		(void)evx_fail(diag, err, "%s", why.text);
		return err;
	}
	return EVX_OK;
}

/* Writes text, and fills name and text. Nobody else knows the name: where something stands under
 * it, an answer to an earlier try was lost, or that try was damaged. Then another name is taken.
 * What is under the first one is removed, if the remote does that. */
static enum evx_err test_writing(struct evx_remote *r, char name[32], char text[80],
	const struct evx_cancel *cancel, struct evx_remote_test *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 }, unused = { 0 };
	uint8_t id[8];
	enum evx_err err = EVX_E_EXISTS;

	for (unsigned tries = 0; tries < NAMES && err == EVX_E_EXISTS; tries++) {
		evx_random(id, sizeof(id));
		(void)snprintf(name, 32, "test/%02x%02x%02x%02x%02x%02x%02x%02x", id[0], id[1],
			id[2], id[3], id[4], id[5], id[6], id[7]);
		(void)snprintf(text, 80, "evx tests this place: %s\n", name);
		evx_diag_clear(&why);
		err = evx_remote_put_bytes(r, name, text, strlen(text), cancel, &why);
		if (err == EVX_E_EXISTS && evx_remote_remove(r, name, cancel, &unused) != EVX_OK)
			evx_diag_clear(&unused);
	}
	if (is_fatal(r, err))
		return evx_fail(diag, err, "%s", why.text);
	out->writes = err == EVX_OK;
	if (!out->writes)
		keep_reason(out, "writing", &why);
	return EVX_OK;
}

enum evx_err evx_remote_test(struct evx_remote *r, const struct evx_cancel *cancel,
	struct evx_remote_test *out, struct evx_diag *diag)
{
	struct evx_remote_job job;
	char name[32], text[80];
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_remote_job_of(&job, EVX_REMOTE_ABOUT, "", diag);
	if (err == EVX_OK)
		err = evx_remote_do(r, &job, cancel, diag);
	if (err != EVX_OK)
		return err;
	out->about = r->about;
	err = test_writing(r, name, text, cancel, out, diag);
	if (err != EVX_OK || !out->writes)
		return err;
	err = test_reading(r, name, text, cancel, out, diag);
	if (err == EVX_OK)
		err = test_replacing(r, name, cancel, out, diag);
	if (err == EVX_OK)
		err = test_removing(r, name, cancel, out, diag);
	return err;
}
