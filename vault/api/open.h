/* Listing, reading and extracting what was sealed. */
#ifndef EVX_API_OPEN_H
#define EVX_API_OPEN_H

#include "api/people.h"
#include "format/part.h"

/* ---- Opening ---------------------------------------------------------------------------- */

struct evx_open_options {
	const char *bundle;
	const char *as;
	const char *const *paths;
	size_t npaths; /* exhibit paths; a directory stands for all beneath. One that no line has is
			  a pattern, with the escapes that evx_text_escape writes (evx-list(1)).
			  none: everything */
	const int64_t *since; /* seconds since 1970: only what was modified then or later, or has no
				 time. NULL: whenever */
	unsigned jobs;
	bool confine;
	/* extract only */
	const char *target; /* an existing or new directory */
	bool no_owner, salvage, devices;
	bool parts; /* of a file in part, make FILE.evx-part, which has the file's length and what
		       is shown of it, and FILE.evx-part.map, which says what that is */
	bool privileged; /* restore set-id bits, file capabilities, attributes other than user.*,
			    file flags */
	/* Called for what could not be restored, or (salvage) is lost. From one thread at a time.
	 * May be NULL. */
	void (*remark)(void *ctx, const char *path, size_t path_len, const char *what);
	void *remark_ctx;
};

struct evx_open_result {
	uint64_t entries, files, bytes;
	uint64_t not_made; /* files, directories and links that could not be made in the target: not
			      among entries */
	uint64_t same;     /* files, links and special files that were there already with the same
			      contents, and were left: not among entries */
	uint64_t merged;   /* directories that were there already: not among entries */
	uint64_t refused;  /* names that something else had: it was left, and the entry not made */
	uint64_t not_restored; /* attributes or special files that privileges or the file system did
				  not allow */
	uint64_t left_set_ids, left_attributes, left_flags; /* left out without privileged: files
							       with such bits, attributes, files
							       with flags */
	uint64_t left_acls; /* left out with no_owner: access lists that name somebody else */
	uint64_t withheld;  /* files of a disclosure whose contents are not in it, or a part of them
			       only: not made, and not among entries */
	uint64_t parts;     /* files in part that were made, each with its map; not among files */
	uint64_t failed; /* files whose bytes could not be had or did not match their hash (removed
			    again) */
	uint64_t lost;   /* salvage: files named but not recoverable */
	uint64_t tail_records; /* salvage: listing lines found */
	bool verified;         /* false after salvage: nothing was compared with a seal */
	bool complete;         /* the seal's public statement, once it is verified */
	bool goes_on; /* bytes that are not zero stand behind the bundle's end: nobody calls such a
			 file good */
	char seal_hash[65];
	struct evx_confine_state confinement;
};

/* Calls each for every matching entry in listing order, after the listing root matched the seal.
 * EVX_E_NOT_FOUND when a path asked for is not there (the others were listed). A custody key opens
 * the listing only where the seal allows it. */
enum evx_err evx_list(struct evx_home *h, const struct evx_open_options *opt,
	const struct evx_passphrase *ask,
	enum evx_err (*each)(void *ctx, const struct evx_entry *entry, uint64_t index), void *ctx,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_open_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes the contents of the file opt->paths[0] to fd, or those of all files that match it as a
 * pattern, one after the other; the digest of each is checked while it is written, a mismatch is
 * reported at its end (EVX_E_FORGED). */
enum evx_err evx_cat(struct evx_home *h, const struct evx_open_options *opt,
	const struct evx_passphrase *ask, int fd, struct evx_progress *progress,
	struct evx_cancel *cancel, struct evx_open_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Restores entries beneath opt->target; never writes outside it, overwrites nothing, leaves no file
 * whose digest did not match. Goes on in directories that are there and are this user's, and leaves
 * what is there already and is the same. EVX_E_EXISTS where something else was in the way of an
 * entry: all others were restored. */
enum evx_err evx_extract(struct evx_home *h, const struct evx_open_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_open_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

/* How what was sealed becomes an archive. */
struct evx_archive_options {
	bool zip; /* ZIP, which has files, directories and symbolic links only; else pax tar */
	int fd;   /* the archive goes there */
	const char *const *age_to; /* encrypted with age to these keys (age1…) */
	size_t nage_to;            /* none: in clear */
};

/* Writes all entries as an archive. A file whose bytes do not match its digest ends it with an
 * error: what was written until then is no archive. opt->remark is called for each entry that was
 * left out (result->not_made) or has unreadable parts. */
enum evx_err evx_archive(struct evx_home *h, const struct evx_open_options *opt,
	const struct evx_archive_options *archive, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_open_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
