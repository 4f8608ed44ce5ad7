/* A remote as the process that works sees it: started and ended. */
#include <stdlib.h>
#include <unistd.h>

#include "remote/remote_inner.h"
#include "remote/remote_site.h"

#define JOBS_DEFAULT 4u
/* One connection moves 2 MiB a round trip, and has nothing to do while names are given. Where a
 * round trip takes no time, each further one costs a login and brings nothing. */
#define JOBS_SFTP 8u
#define JOBS_SFTP_NEAR 3u
#define TRIES_DEFAULT 6u
#define PAUSE_DEFAULT 500u

void evx_remote_free(struct evx_remote *r)
{
	unsigned i;

	if (r == NULL)
		return;
	for (i = 0; i < r->nlines; i++) {
		evx_remote_slot_end(&r->lines[i].slot);
		evx_buf_free(&r->lines[i].in);
		evx_hash_free(r->lines[i].hash);
	}
	free(r);
}

static const struct evx_remote_driver *driver_of(
	const struct evx_remote_options *opt, const struct evx_remote_url *url)
{
	if (opt->url == NULL)
		return &evx_presigned_driver;
	switch (url->kind) {
	case EVX_REMOTE_DIR:
		return &evx_dir_driver;
	case EVX_REMOTE_SFTP:
		return &evx_sftp_driver;
	case EVX_REMOTE_S3:
		return &evx_s3_driver;
	case EVX_REMOTE_EXEC:
		return &evx_exec_driver;
	}
	return NULL;
}

static enum evx_err check_options(const struct evx_remote_options *opt,
	const struct evx_remote_url *url, struct evx_diag *diag)
{
	if (opt->jobs > EVX_REMOTE_JOBS_MAX || opt->nplaces > EVX_REMOTE_PLACES_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "remote: too many connections or directories");
	if (url->kind == EVX_REMOTE_EXEC && opt->url != NULL && url->path[0] != '/')
		return evx_fail(diag, EVX_E_USAGE,
			"remote: expected the whole path of the program, found %s", url->path);
	if (url->kind == EVX_REMOTE_EXEC && opt->url != NULL && access(url->path, X_OK) != 0)
		return evx_fail_errno(diag, url->path, "remote: the program cannot be run");
	if (url->kind == EVX_REMOTE_EXEC && opt->url != NULL && opt->spool == NULL)
		return evx_fail(diag, EVX_E_USAGE, "remote: no directory for temporary files");
	if (url->kind == EVX_REMOTE_S3 && opt->url != NULL &&
		(opt->secrets.access_key == NULL || opt->secrets.secret_key == NULL))
		return evx_fail(diag, EVX_E_KEY,
			"remote: no key for this store. Set AWS_ACCESS_KEY_ID and "
			"AWS_SECRET_ACCESS_KEY, or write ~/.aws/credentials");
	return EVX_OK;
}

enum evx_err evx_remote_start(
	const struct evx_remote_options *opt, struct evx_remote **out, struct evx_diag *diag)
{
	struct evx_remote *r;
	const struct evx_remote_driver *driver;
	unsigned i, n = opt->jobs;
	enum evx_err err = EVX_OK;

	*out = NULL;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "remote: out of memory");
	r->url.kind = EVX_REMOTE_S3; /* that of an invitation */
	if (opt->url != NULL)
		err = evx_remote_url_parse(opt->url, &r->url, diag);
	if (err == EVX_OK)
		err = check_options(opt, &r->url, diag);
	if (err != EVX_OK)
		goto out;
	driver = driver_of(opt, &r->url);
	if (n == 0)
		n = r->url.kind == EVX_REMOTE_SFTP ? JOBS_SFTP : JOBS_DEFAULT;
	r->awake = opt->jobs == 0 && opt->rate == 0 && r->url.kind == EVX_REMOTE_SFTP ?
		JOBS_SFTP_NEAR :
		n;
	r->quickest = -1;
	r->tries = opt->tries != 0 ? opt->tries : TRIES_DEFAULT;
	r->pause_ms = opt->pause_ms != 0 ? opt->pause_ms : PAUSE_DEFAULT;
	for (i = 0; i < n && err == EVX_OK; i++) {
		struct evx_remote_line *l = &r->lines[i];

		err = evx_remote_slot_start(
			driver, opt, &r->url, n, i < opt->at_once, &l->slot, diag);
		l->hash = err == EVX_OK ? evx_hash_new(EVX_SHA256) : NULL;
		r->nlines = i + 1;
		if (err == EVX_OK && l->hash == NULL)
			err = evx_fail(diag, EVX_E_MEMORY, "remote: out of memory");
	}
	if (err == EVX_OK) {
		*out = r;
		r = NULL;
	}
out:
	evx_remote_free(r);
	return err;
}
