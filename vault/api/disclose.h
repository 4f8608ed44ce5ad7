/* Giving out a part of an exhibit, with proof that it is one (format-spec/listing.md "Disclosure").
 */
#ifndef EVX_API_DISCLOSE_H
#define EVX_API_DISCLOSE_H

#include "api/events.h"

/* Bytes of a file with more than 4 MiB, or a partition of a disk image. */
struct evx_disclose_range {
	const char *path;
	uint64_t partition; /* its number, from 1; 0: a range, which is */
	uint64_t offset, length;
};

struct evx_disclose_info;
struct evx_disclose_options {
	const char *bundle; /* the original: a file, an unpacked directory, an exhibit of a vault */
	const char *output; /* new bundle file */
	const char *as;     /* identity that opens the original and signs; NULL: the only one */
	const char *const *also_as;
	size_t nalso_as;  /* identities that sign the entry, too, as a policy may ask for */
	const char *code; /* the seal code of the original on paper; NULL: none */
	const char *const *paths;
	size_t npaths; /* what is shown, as in struct evx_open_options */
	const struct evx_disclose_range *ranges;
	size_t nranges;  /* of what else a part is shown; a path or a range at least */
	uint64_t sector; /* of partition tables: 512, 4,096, or 0: as they say, and 512 for an MBR
			  */
	bool with_names; /* and the lines of everything else, without contents */
	const char *const *to;
	size_t nto; /* card files of those who can open it; the first one is the receiver */
	const char *const *custody_to;
	size_t ncustody_to; /* card files of those who can open its custody details only */
	bool self;          /* the signer can open it, too */
	/* Details, of the entry in the original and of the new seal. NULL: nothing is said. The
	 * labels are those of the original where its details open. */
	const char *case_label, *exhibit_number, *purpose, *authority, *place, *notes;
	/* Asked before anything is written. False stops (EVX_E_INTERRUPTED). NULL: nobody is asked.
	 */
	bool (*confirm)(void *ctx, const struct evx_disclose_info *info);
	void *confirm_ctx;
	const char *invocation;
	unsigned jobs;
	bool confine;
};

#define EVX_DISCLOSE_PATHS 10u

/* A file of which a part is shown. Blocks of up to 64 KiB are shown whole, so that more is shown
 * than was asked for. */
struct evx_disclose_part_info {
	char *path; /* hostile text */
	size_t path_len;
	uint64_t size;             /* of the file */
	uint64_t asked, shown;     /* stored bytes in the ranges, and in their blocks */
	struct evx_extent *ranges; /* of the file: what is shown, in order */
	size_t nranges;
};

/* What is about to be given out. */
struct evx_disclose_info {
	char seal_code[40];                      /* of the original */
	const char *case_label, *exhibit_number; /* hostile texts, NULL where nothing is known */
	uint64_t lines;                          /* of the original */
	uint64_t shown;                          /* of these */
	uint64_t files, bytes;                   /* shown with their contents, which come to that */
	uint64_t names_only;                     /* files shown without */
	const struct evx_disclose_part_info *parts;
	size_t nparts; /* files of which a part is shown */
	struct {
		const char *path; /* hostile text */
		size_t len;
		uint64_t size;
	} first[EVX_DISCLOSE_PATHS]; /* of the files shown with their contents */
	size_t nfirst;
	const struct evx_reader_info *readers; /* who will be able to open it */
	size_t nreaders;
};

struct evx_disclose_result {
	char uuid[37], seal_hash[65], seal_code[40]; /* of the new bundle */
	char original_hash[65], original_code[40];
	int entry;           /* of the original's record that gives it out, … */
	char entry_hash[65]; /* … and its hash; -1 and "" when it was not signed */
	uint64_t lines, shown, files, bytes, names_only, withheld;
	struct evx_disclose_part_info *parts; /* owned, with its texts and ranges */
	size_t nparts;
	uint64_t bundle_bytes;
	struct evx_reader_info *readers; /* owned */
	size_t nreaders;
	struct evx_confine_state confinement;
};
void evx_disclose_result_free(struct evx_disclose_result *r);

/* Makes a bundle of the lines that opt names, with their contents under new keys, and signs an
 * entry of type disclose in the original's custody record, which the bundle carries. Needs the
 * content tier, and that the signer may sign for the holder (EVX_E_CUSTODY). A file whose bytes do
 * not match its digest, or its range root where a part of it is shown, stops it (EVX_E_FORGED). The
 * entry is signed last but one: after an error, result->entry tells whether it stands in the
 * original without the bundle. */
enum evx_err evx_disclose(struct evx_home *h, const struct evx_disclose_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_disclose_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
