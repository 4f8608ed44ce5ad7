/* Places that exhibits travel over: sticks, SFTP servers, object stores, programs
 * (format-spec/shipment.md). */
#ifndef EVX_API_REMOTES_H
#define EVX_API_REMOTES_H

#include "api/people.h"

/* ---- Remotes by name -------------------------------------------------------------------- */

#define EVX_REMOTES_NAME_CAP 65
#define EVX_REMOTES_URL_CAP 2049
#define EVX_REMOTES_ID_CAP 33

struct evx_remotes_entry {
	char name[EVX_REMOTES_NAME_CAP];
	char url[EVX_REMOTES_URL_CAP];
	char id[EVX_REMOTES_ID_CAP]; /* of its evx-remote.txt, "" while it was not seen */
};

/* Remembers url in the home under name (1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot).
 * EVX_E_USAGE for a name or URL that is none, or a URL with a password or key in it; EVX_E_EXISTS.
 * cancel as for locks. */
enum evx_err evx_remotes_add(struct evx_home *h, const char *name, const char *url,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every remote, in order of names. */
enum evx_err evx_remotes_list(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const struct evx_remotes_entry *entry), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_NOT_FOUND. */
enum evx_err evx_remotes_show(struct evx_home *h, const char *name, struct evx_remotes_entry *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Forgets it; nothing on the remote changes. EVX_E_NOT_FOUND. */
enum evx_err evx_remotes_remove(struct evx_home *h, const char *name,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;

/* What only the environment knows, which the library does not read. Each may be NULL or 0. */
struct evx_remotes_use {
	const char *const *environment; /* of the programs behind sftp: and exec:, ended by NULL */
	const char *spool;              /* directory for temporary files */
	const char *proxy;              /* of object stores */
	const char *access_key, *secret_key, *session_token; /* of object stores */
	unsigned jobs;     /* connections; 0: 8 for sftp, 4 for others */
	unsigned patience; /* seconds without a sign of life; 0: 60 */
	uint64_t rate;     /* bytes a second over all connections; 0: no limit */
};

/* What was tried on a remote with an object of a few bytes. */
struct evx_remotes_report {
	bool writes, reads, removes, lists; /* worked */
	bool replaces;                      /* it replaced an object when it was told not to */
	bool left;    /* the object of the test could not be removed, and is still there */
	bool proves;  /* it computes a SHA-256 of each object itself */
	bool locks;   /* it can keep objects until a date */
	bool renames; /* objects get their names only when they are complete */
	bool free_known, largest_known;
	uint64_t free_bytes, largest;
	char failed[512]; /* why it does not write or read; hostile. "" */
	struct evx_confine_state confinement;
};
/* Writes, reads back, lists and removes a small object. The processes that connect are started,
 * then this one confines itself where confine is set. What the remote cannot do is no error: *out
 * says so. EVX_E_IO and the like where it cannot be reached. */
enum evx_err evx_remotes_test(const struct evx_remotes_entry *entry,
	const struct evx_remotes_use *use, bool confine, const struct evx_cancel *cancel,
	struct evx_remotes_report *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
