/* Which lines of the original a disclosure shows, in which way, and the proof of each. */
#ifndef EVX_DISCLOSE_DISCLOSE_LINES_H
#define EVX_DISCLOSE_DISCLOSE_LINES_H

#include "crypto/merkle_prove.h"
#include "disclose/disclose_parts.h"
#include "evx.h"
#include "open/contents.h"
#include "open/select.h"
#include "open/tally.h"

enum evx_disclose_way {
	EVX_DISCLOSE_LINE,     /* no file: the line is all there is */
	EVX_DISCLOSE_CONTENTS, /* a file with its contents */
	EVX_DISCLOSE_REPEATS,  /* another name of a file before it that is shown with contents */
	EVX_DISCLOSE_NAME,     /* a file without its contents */
	EVX_DISCLOSE_PART,     /* a file with a part of them */
};

struct evx_disclose_line {
	uint64_t index; /* in the original */
	uint64_t first; /* EVX_DISCLOSE_REPEATS: number of the line among those shown;
			   EVX_DISCLOSE_PART: number of the file in parts */
	enum evx_disclose_way way;
};

struct evx_disclose_lines {
	struct evx_disclose_line *at; /* in listing order */
	size_t n;
	struct evx_merkle_prover *prover; /* the i-th proof is that of at[i] */
	struct evx_tally tally;           /* of the lines shown */
	uint64_t files, bytes, names_only, in_part;
	uint64_t to_read;                 /* bytes of the original's content */
	struct evx_disclose_parts *parts; /* borrowed */
	struct {
		char *path;
		size_t len;
		uint64_t size;
	} named[EVX_DISCLOSE_PATHS]; /* the first files with contents, to be told */
	size_t nnamed;
};

/* Reads the original's listing twice: compares it with its seal, then picks the lines that select
 * means (of no paths: none), the files that parts asks for, whose blocks are then found, and
 * (with_names) all others by name. What select means is shown whole. EVX_E_NOT_FOUND for a path
 * that no line has; EVX_E_FORGED, EVX_E_CORRUPT as evx_listing_read; what evx_disclose_parts_plan
 * says. Free in any case, before parts. */
enum evx_err evx_disclose_lines_pick(const struct evx_contents_opts *original,
	struct evx_select *select, struct evx_disclose_parts *parts, bool with_names,
	struct evx_disclose_lines *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_disclose_lines_free(struct evx_disclose_lines *l);

#endif
