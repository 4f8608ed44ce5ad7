/* The check of the whole container in one pass (format-spec/container.md "Verifying the
 * container"): header, order and padding of every member, hashes of all packs, both manifests, bag
 * files, indexes, what follows the end. Works on a pipe. */
#ifndef EVX_BUNDLE_BUNDLE_WALK_H
#define EVX_BUNDLE_BUNDLE_WALK_H

#include "base/cancel.h"
#include "base/told.h"
#include "bundle/bundle.h"

enum evx_bundle_walk_severity {
	EVX_WALK_REMARK, /* worth telling, changes nothing */
	EVX_WALK_GAP,    /* nothing is wrong with the bundle, and nobody may call this file good */
	EVX_WALK_UNCHECKED, /* something could not be read: neither good nor bad */
	EVX_WALK_BAD,
};

/* code is one of
 *   D-HEADER D-ORDER D-DUPLICATE D-PACK-HASH D-PACK-LENGTH D-MANIFEST D-TAGMANIFEST D-BAG D-INDEX
 * D-PADDING D-TRUNCATED D-TRAILING D-EXTRA D-MISSING D-JOINT D-IO (format-spec/verification.md). */
struct evx_bundle_walk_finding {
	const char *code;
	enum evx_bundle_walk_severity severity;
	enum evx_err err;           /* the class: corrupt, truncated, forged, limit, I/O … */
	const char *member;         /* name without the UUID, or "" */
	uint64_t offset;            /* in the archive */
	bool behind_seal;           /* about bytes behind group 0000, which the seal covers */
	const struct evx_told *say; /* hostile bytes in it are names of members, which are plain
				       ASCII */
};

/* Which packs are read, and what comes of each: for a check that goes on where it was, or reads
 * some only. */
struct evx_bundle_walk_packs {
	bool (*wants)(void *ctx, size_t number, const struct evx_bundle_pack *pack); /* on the
											calling
											thread, in
											order; NULL:
											all */
	void (*hashed)(void *ctx, size_t number, bool good); /* by one thread at a time, in no
								order; NULL allowed */
	void *ctx;
};

struct evx_bundle_walk_opts {
	unsigned jobs;   /* threads that hash packs; 0: one */
	bool skip_packs; /* do not read the packs' contents (a seekable source then reads almost
			    nothing) */
	bool shortcut; /* as skip_packs, and pass over the packs' headers, too, where what the seal
			* signs says where they end and nothing at all is found; else, and on a
			* pipe, the walk is made. The answer is the same */
	const struct evx_bundle_walk_packs *packs; /* of those that are to be read; NULL: all are */
	void (*finding)(void *ctx, const struct evx_bundle_walk_finding *f); /* on the calling
										thread; NULL allowed
									      */
	void *ctx;
	struct evx_progress *progress;   /* bytes of the archive; NULL allowed */
	const struct evx_cancel *cancel; /* NULL allowed */
};

struct evx_bundle_walk_result {
	uint64_t bad, unchecked, gaps, remarks; /* findings */
	bool reached_end;  /* every byte was seen; false after a header that hides what follows */
	uint64_t trailing; /* bytes behind the end */
	bool foreign;      /* not all of them are zero, or more than anybody looks at */
};

/* Walks b, which must not be loaded yet, and loads it by the way. Goes on after a finding where it
 * can: a wrong pack is a finding; after a bad header everything is out of reach. EVX_OK when the
 * walk took place, whatever it found. EVX_E_NOT_OURS when b does not begin like a bundle;
 * EVX_E_INTERRUPTED; EVX_E_MEMORY; EVX_E_USAGE when loaded. Memory: 32 MiB for small members, the
 * largest member, 56 bytes a pack, and for each job 256 KiB (33 MiB on a pipe). With a shortcut
 * evx_bundle_source tells whether it was taken. */
enum evx_err evx_bundle_walk(struct evx_bundle *b, const struct evx_bundle_walk_opts *opts,
	struct evx_bundle_walk_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
