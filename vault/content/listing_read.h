/* Reads the listing stream and checks all of listing.md: order, parents, runs, hard links, leaves
 * and root.
 *
 * Call it once: only when that says EVX_OK may lines be shown (each is for bookkeeping then, or
 * NULL); then call it again, with again set. Both calls compare the ids of all frames, so both see
 * the same bytes, and the second need not hold them against the root once more. */
#ifndef EVX_CONTENT_LISTING_READ_H
#define EVX_CONTENT_LISTING_READ_H

#include "content/listing_leaf.h"
#include "content/stream.h"
#include "format/listing.h"

/* One line. Everything in it is valid during the call only; the entry may be taken over by moving
 * it and leaving an initialised one. */
struct evx_listing_item {
	uint64_t index;    /* in this listing, from 0 */
	uint64_t position; /* of the file's bytes in the content; 0 unless it is a file */
	uint64_t stored;   /* its bytes there; of a file in part, those of its run */
	bool withheld;     /* of a disclosure: the file's line is shown, its contents are not, or
			      only entry->part of them */
	bool repeats;      /* a hard link to a line that is shown: the bytes are that file's */
	struct evx_entry *entry;
	const uint8_t *line; /* the JSON line as sealed, with its LF */
	size_t line_len;
	uint64_t original_index; /* of a disclosure: in the original; else index */
};

typedef enum evx_err (*evx_listing_each)(
	void *ctx, const struct evx_listing_item *item, struct evx_diag *diag);

/* What a disclosure's lines are held against (the seal's "origin"). */
struct evx_listing_origin {
	uint64_t lines;      /* of the original */
	uint64_t withheld;   /* of them */
	uint64_t names_only; /* files shown without contents */
	uint64_t in_part;    /* files in part */
	uint8_t root[32];    /* the original's listing root */
};

struct evx_listing_read_opts {
	const struct evx_payload_source *src;
	const struct evx_tree_root *root;
	const uint8_t *leaf_secret;  /* 32 bytes */
	const uint8_t *listing_root; /* 32 bytes, as the seal signs it */
	uint64_t lines;              /* as the seal's content part says */
	bool content_known; /* false: only the listing can be opened; runs are checked against each
			       other only */
	uint64_t content_length;                 /* span of the content's root, 0 when absent */
	const struct evx_listing_origin *origin; /* NULL: a whole exhibit */
	bool *unproved; /* NULL, or: set when it fails because a line is not proved to be the
			   original's, or the numbers of lines do not add up */
	/* All was checked before, by a call with the same root. The frames' ids say that the lines
	 * are the same; roots, and what hard links repeat, are not compared once more. */
	bool again;
	unsigned jobs;
	const struct evx_cancel *cancel;
	struct evx_progress *progress; /* files_done counts lines; NULL allowed */
};

/* EVX_E_FORGED when a root or a frame does not match, EVX_E_CORRUPT for a rule broken,
 * EVX_E_UNSUPPORTED, EVX_E_LIMIT. Memory: that of a stream, and 56 bytes for each line with
 * hardlink. */
enum evx_err evx_listing_read(const struct evx_listing_read_opts *opts, evx_listing_each each,
	void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
