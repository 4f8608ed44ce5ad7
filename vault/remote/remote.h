/* Objects on a place that nobody trusts (format-spec/shipment.md): put, get, list, remove.
 *
 * Each connection is a process of its own, which has no key, reads nothing but the directories that
 * are named here, and is confined before the first byte of a stranger's reaches it. It is told what
 * to do over a pipe, and what it says is checked as what the stranger says. The process that calls
 * these functions may be confined without network as soon as evx_remote_start has returned. */
#ifndef EVX_REMOTE_REMOTE_H
#define EVX_REMOTE_REMOTE_H

#include "base/cancel.h"
#include "remote/remote_message.h"

#define EVX_REMOTE_JOBS_MAX 64u
#define EVX_REMOTE_PLACES_MAX 16u

/* What the environment knows; the library does not read it. Each may be NULL. */
struct evx_remote_secrets {
	const char *access_key, *secret_key, *session_token; /* s3 */
};

struct evx_remote_options {
	const char *url;   /* NULL: the addresses are `addresses`, or in `invitation` */
	unsigned jobs;     /* connections, 1 to 64; 0: for sftp 3, or 8 over a line whose answers
			      take long; 4 for others */
	unsigned at_once;  /* so many of them log in now, and do not wait for something to do */
	uint64_t rate;     /* bytes a second over all of them; 0: no limit */
	unsigned patience; /* seconds without a sign of life after which a connection is given
			      up; 0: 60 */
	unsigned tries;    /* of one object; 0: 6 */
	unsigned pause_ms; /* before the second try, doubled before each further one; 0: 500 */
	const int *places; /* open directories below which the bytes to put are */
	size_t nplaces;
	const char *spool; /* directory for one temporary file for each connection; sftp and
			      exec want it */
	const char *const *environment; /* of the program behind sftp and exec, ended by NULL */
	const char *proxy;              /* s3; NULL: none */
	struct evx_remote_secrets secrets;
	const char *const *addresses; /* presigned PUT addresses: object drop/ID/NNNN is put to the
					 address NNNN */
	size_t naddresses;
	/* The text of an invitation: the connections take the addresses from it once they are
	 * confined, and use them only for what they are asked. Whether it is authentic is for the
	 * caller to say, before the first job. */
	const void *invitation;
	size_t invitation_len;
};

struct evx_remote;

/* Starts the processes; nothing is connected yet. Call it before any secret is in memory but the
 * options' own, before threads and before confinement. EVX_E_USAGE for a URL that is none,
 * EVX_E_NOT_FOUND for a directory or program that is not there. */
enum evx_err evx_remote_start(const struct evx_remote_options *opt, struct evx_remote **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends them, whatever they do. NULL does nothing. */
void evx_remote_free(struct evx_remote *r);

/* One object to move. Filled by the caller up to `take`; then the result. */
struct evx_remote_job {
	struct evx_remote_request q;
	/* get: is given the bytes in order, or NULL: they are hashed only */
	enum evx_err (*take)(void *ctx, const void *p, size_t n, struct evx_diag *diag);
	/* … and is told to forget all it was given, because it begins anew; NULL: then it does not
	 */
	enum evx_err (*forget)(void *ctx, struct evx_diag *diag);
	void *ctx;

	enum evx_err err; /* put: EVX_E_EXISTS where an object stands there already, stat says how
			     long, EVX_REMOTE_SIZE_UNKNOWN where only reading it could tell;
			     EVX_E_NOT_FOUND; EVX_E_FORGED where has_hash is set and the bytes are
			     others; EVX_E_LIMIT where they are more; EVX_E_IO */
	struct evx_diag diag;
	struct evx_remote_stat stat;
	uint8_t got[32]; /* get: SHA-256 of the bytes, computed here */
	/* inner */
	unsigned tries;
	int64_t not_before;
	uint64_t moved;
	struct evx_remote_job *waiting;
};

/* Does jobs side by side, as many as there are connections. next sets *job to the next one, or to
 * NULL when there is none; done gets each back when it is finished, in any order, whether it
 * failed or not. Both can end everything by an error. A job is tried again where that can help,
 * with pauses that grow and differ; fewer connections than the server lets in only make it slower.
 * progress (NULL allowed) counts bytes. EVX_E_INTERRUPTED soon after *cancel (NULL allowed) says
 * so; after that or another error r can only be freed. */
enum evx_err evx_remote_run(struct evx_remote *r,
	enum evx_err (*next)(void *ctx, struct evx_remote_job **job, struct evx_diag *diag),
	enum evx_err (*done)(void *ctx, struct evx_remote_job *job, struct evx_diag *diag),
	void *ctx, struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* One job, waited for; returns job->err or why there is none. */
enum evx_err evx_remote_do(struct evx_remote *r, struct evx_remote_job *job,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;

/* Small objects, of at most EVX_REMOTE_BODY_MAX bytes. Errors as of a job. */
enum evx_err evx_remote_put_bytes(struct evx_remote *r, const char *name, const void *p, size_t n,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends at most max bytes to out. */
enum evx_err evx_remote_get_bytes(struct evx_remote *r, const char *name, size_t max,
	const struct evx_cancel *cancel, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_remote_stat(struct evx_remote *r, const char *name, struct evx_remote_stat *out,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_remote_remove(struct evx_remote *r, const char *name,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* Everything put so far outlives a power failure. Before that an object that came from a file may
 * have its name and not its bytes, on a stick or disk: whoever goes on after an interruption reads
 * such objects back (reread). */
enum evx_err evx_remote_flush(struct evx_remote *r, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every object whose name begins with below and a "/" (below "": for all), in no
 * order; names that are none of evx's are left out. EVX_E_UNSUPPORTED where the remote has no
 * lists, EVX_E_LIMIT for more than EVX_REMOTE_LIST_MAX. */
#define EVX_REMOTE_LIST_MAX 1048576u
enum evx_err evx_remote_list(struct evx_remote *r, const char *below,
	enum evx_err (*each)(void *ctx, const char *name, uint64_t size, struct evx_diag *diag),
	void *ctx, const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;

/* What a test of the remote found: each tried, with an object of a few bytes, not believed. */
struct evx_remote_test {
	bool writes, reads, removes; /* done */
	bool lists;                  /* and the list had the object */
	bool replaces;               /* took other bytes under the same name: it must not */
	bool proves;                 /* computes a SHA-256 of its own */
	bool left;                   /* the object could not be removed, and is still there */
	struct evx_remote_about about;
	char failed[EVX_REMOTE_TEXT_MAX]; /* why it does not write or read; hostile. "" */
};
/* An object that is read while the test goes on, for who needs it next. With make, one that is not
 * there is put as soon as the remote has taken the test's own object, and read back. */
struct evx_remote_beside {
	const char *name;
	size_t max;          /* bytes */
	struct evx_buf make; /* what to put where there is none; empty: nothing */
	struct evx_buf text; /* what was read; the caller frees both */
	enum evx_err err;    /* as of evx_remote_get_bytes */
	struct evx_diag diag;
};
/* Writes, reads back, lists and removes a small object below test/; what does not depend on each
 * other is done side by side. beside: NULL, or also read. A remote that cannot do one of these is
 * no error: *out says so. EVX_E_IO and the like where it cannot be reached at all. */
enum evx_err evx_remote_test(struct evx_remote *r, struct evx_remote_beside *beside,
	const struct evx_cancel *cancel, struct evx_remote_test *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
