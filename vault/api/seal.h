/* Sealing. */
#ifndef EVX_API_SEAL_H
#define EVX_API_SEAL_H

#include "api/people.h"

/* ---- Sealing ---------------------------------------------------------------------------- */

struct evx_reader_info {
	struct evx_card_info card;
	bool content;   /* false: custody tier only */
	bool always;    /* added because this machine always adds it */
	bool vault;     /* an identity of the vault that it is sealed into: card has its key, and as
			   person what it is */
	bool escrow;    /* a recovery key of the vault; person may be "" */
	bool other_key; /* evx_recipient_list: the card of this signing key that is trusted here has
			   another encryption key */
	unsigned holders; /* keys that open it: 1, of a vault's identity as many as its members are
			   */
};

struct evx_seal_options {
	const char *const *sources;
	size_t nsources;        /* paths; one may be "-" (standard input) */
	const char *stdin_name; /* of standard input's file in the exhibit; NULL: "stdin" */
	const char *output; /* the bundle to make, or "-" for standard output; NULL: into the vault
			     */
	const char *vault;  /* path of the vault; NULL: into a bundle */
	bool no_borrow;     /* vault: store everything anew */
	bool resume;    /* use what was left by seals that were cut off: into this case, or to this
			   bundle, whose unfinished file goes when the new one is there. The sources
			   are read whole and compared */
	uint64_t split; /* bytes per volume, 0: one file */
	const char *as; /* identity that signs; NULL: the only one there is */
	const char *const *to;
	size_t nto; /* card files of content readers; a vault's members need not be named */
	const char *const *custody_to;
	size_t ncustody_to; /* card files of custody readers */
	bool self;          /* the signer reads, too */
	const char *case_label, *exhibit_number;
	const char *place, *authority, *purpose, *description, *seal_number, *handling, *scope,
		*seized_at, *seized_from, *seized_by;
	const char *device; /* "make=…,model=…,serial=…" */
	const char *const *witness;
	size_t nwitness; /* card files */
	const char *const *attach;
	size_t nattach; /* files */
	const char *clock_offset, *clock_source;
	const char *details_file; /* JSON, format-spec/details.md */
	const char *policy_file;  /* JSON: who else must sign which events, format-spec/events.md
				     "Policy" */
	const char *replaces;
	const char *tsa, *tsa_ca; /* time-stamp the seal by this authority (evx_timestamp); not with
				     "-" or split */
	const char *expect_hash;  /* file in sha256sum, sha1sum or md5sum format */
	bool hash_md5, hash_sha1;
	bool reread, follow, one_file_system, public_label, custody_lists;
	int level;           /* zstd level 1..19, 0: the default */
	unsigned jobs;       /* worker threads, 0: the processors online */
	uint64_t hash_holes; /* holes of a file up to this many bytes are hashed as zeros; 0: 64 GiB
			      */
	const char *invocation; /* how it was run, for the details; NULL: not recorded */
	bool confine;
	/* Called before anything is written, with everyone who will be able to open it; returning
	 * false stops (EVX_E_INTERRUPTED). May be NULL. */
	bool (*confirm)(void *ctx, const struct evx_reader_info *readers, size_t n);
	void *confirm_ctx;
	/* Called for each entry that could not be read whole, changed, or was left out. May be
	 * NULL; from any one thread at a time. */
	void (*remark)(void *ctx, const char *path, size_t path_len, const char *what);
	void *remark_ctx;
	/* Called when all was read and there was not one file: a stream without a byte, or
	 * directories with nothing but directories. What it returns, EVX_OK but for
	 * EVX_E_INTERRUPTED (somebody was asked, and said no) and EVX_E_USAGE (nobody could be
	 * asked), is what becomes of the seal. NULL: it goes on. */
	enum evx_err (*empty)(void *ctx, bool stream);
	void *empty_ctx;
	/* Called before confirm when the case of a vault has n exhibits of this number, one of
	 * which is uuid, as far as the signer's keys tell. Returns as empty does. NULL: it goes on.
	 */
	enum evx_err (*twice)(void *ctx, const char *uuid, size_t n);
	void *twice_ctx;
};

struct evx_seal_result {
	char uuid[37];
	char seal_hash[65]; /* the exhibit's true name */
	char seal_code[40];
	char signer[56]; /* fingerprint */
	char listing_root[65];
	uint64_t lines, files, directories, bytes, stored_bytes, bundle_bytes;
	bool complete;
	uint64_t unreadable_files, unreadable_directories, unreadable_bytes, changed, left_out,
		metadata_errors, hashes_left_out;
	uint64_t expected_matched, expected_mismatched, expected_missing; /* --expect-hash */
	uint64_t reread_files, reread_differences;                        /* --reread */
	struct evx_reader_info *readers;
	size_t nreaders;
	char **written;
	size_t nwritten;             /* files made; the exhibit's directory in a vault */
	char vault[37], case_id[37]; /* "" when it went into a bundle */
	bool case_made;              /* the vault had no case of this label before */
	bool vault_member;           /* the signer is a member */
	uint64_t interrupted; /* vault: seals into this case that were cut off, and could be resumed
			       */
	uint64_t resumed_packs, resumed_bytes; /* vault: found in what they left; bytes of contents.
						  Bundle, bytes only: used of it */
	uint64_t remnants_refused; /* vault: interrupted seals that no content member made, and that
				      were not used */
	bool catalog_discarded;    /* vault: what stood there was no catalog of this vault, and was
				      thrown away */
	bool catalog_lost; /* vault: its catalog could not be written; `evx rebuild` makes up for it
			    */
	uint64_t borrowed_chunks, borrowed_bytes, bad_loans; /* vault: not stored again, since the
								case has them; lent badly, and
								stored again */
	enum evx_err stamp_err; /* why there is no time-stamp where one was asked for: the bundle is
				   good without, … */
	struct evx_diag stamp_diag;                /* … and this tells more */
	char stamp_time[24], stamp_authority[256]; /* what the time-stamp says, "" without; hostile
						      text */
	struct evx_confine_state confinement;
};
void evx_seal_result_free(struct evx_seal_result *r);

/* Seals sources into a bundle. EVX_OK with result->complete false when part of the source was
 * unreadable or changed (exit 6), or an expected hash did not match. On any error nothing is left
 * at output. */
enum evx_err evx_seal(struct evx_home *h, const struct evx_seal_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_seal_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- What was left ----------------------------------------------------------------------- */

/* Unfinished files that a command left which was killed while it wrote a bundle. */
struct evx_leftovers {
	char *directory;
	char **names; /* in it; hostile texts */
	size_t n;
	uint64_t bytes;
};

/* Finds those of the bundle or set of volumes at output: files of this user, under the names that
 * unfinished files have, which no running process writes. A directory that cannot be listed has
 * none. */
enum evx_err evx_leftovers_find(
	const char *output, struct evx_leftovers *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Removes what was found. */
enum evx_err evx_leftovers_remove(
	const struct evx_leftovers *l, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_leftovers_free(struct evx_leftovers *l);

#endif
