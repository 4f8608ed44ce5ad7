/* Private to remote*.c of the process that works: a remote, and its connections. */
#ifndef EVX_REMOTE_REMOTE_INNER_H
#define EVX_REMOTE_REMOTE_INNER_H

#include "crypto/hash.h"
#include "remote/remote.h"
#include "remote/remote_slot.h"
#include "remote/remote_url.h"

struct evx_remote_line {
	struct evx_remote_slot slot;
	struct evx_buf in;
	struct evx_remote_job *job;
	struct evx_hash *hash;
	uint64_t got;  /* bytes of the object so far */
	bool proven;   /* it answered once */
	int64_t asked; /* ms: when its job was */
	bool dead;
	int64_t not_before; /* ms: no connection until then */
	unsigned refused;   /* times in a row */
};

struct evx_remote {
	struct evx_remote_url url;
	struct evx_remote_line lines[EVX_REMOTE_JOBS_MAX];
	unsigned nlines, tries, pause_ms;
	unsigned awake;   /* so many lines that are not dead get something to do */
	int64_t quickest; /* ms: of the answers so far that waited for no login; -1: none yet */
	struct evx_remote_about about;
	/* of the list that is being asked for */
	enum evx_err (*each)(void *ctx, const char *name, uint64_t size, struct evx_diag *diag);
	void *each_ctx;
	size_t listed;
	bool broken; /* a line has half of an answer */
};

/* Fills job for one request about object name. EVX_E_USAGE for a name that is too long. */
enum evx_err evx_remote_job_of(struct evx_remote_job *job, enum evx_remote_act act,
	const char *name, struct evx_diag *diag) EVX_MUST_CHECK;
/* … for n bytes to put, copied into job->q.body, which the caller frees in any case. */
enum evx_err evx_remote_job_put(struct evx_remote_job *job, const char *name, const void *p,
	size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* … for an object of at most max bytes. They come behind the first `before` bytes of out. */
struct evx_remote_collected {
	struct evx_buf *out;
	size_t before;
};
enum evx_err evx_remote_job_get(struct evx_remote_job *job, const char *name, size_t max,
	struct evx_remote_collected *into, struct evx_diag *diag) EVX_MUST_CHECK;

/* The n jobs side by side, waited for; how each ended stands in it. An error is why r can only be
 * freed. */
enum evx_err evx_remote_do_all(struct evx_remote *r, struct evx_remote_job *jobs, size_t n,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* Returns job->err, and says why in diag. */
enum evx_err evx_remote_job_failed(
	const struct evx_remote_job *job, struct evx_diag *diag) EVX_MUST_CHECK;
/* Who is given the names of the one list that is asked for next; NULL: nobody. */
void evx_remote_listing(struct evx_remote *r,
	enum evx_err (*each)(void *ctx, const char *name, uint64_t size, struct evx_diag *diag),
	void *ctx);

#endif
