/* Files of which a disclosure shows a part: the ranges that were asked for, as whole blocks. */
#ifndef EVX_DISCLOSE_DISCLOSE_PARTS_H
#define EVX_DISCLOSE_DISCLOSE_PARTS_H

#include "evx.h"
#include "format/part.h"
#include "open/contents.h"

/* One such file. */
struct evx_disclose_part {
	struct evx_entry entry;    /* its line; owned */
	uint64_t position, stored; /* its run in the original's content */
	uint64_t secret_index;     /* of the line that its range root is made for */
	struct evx_part *part;     /* owned */
};

struct evx_disclose_parts {
	const struct evx_disclose_range *ranges;
	size_t nranges;
	bool *found;     /* of each range */
	uint64_t sector; /* of partition tables; 0: as they say */
	struct evx_disclose_part *at;
	size_t n;
	struct evx_disclose_part_info *told; /* owned: one of each file, once all is planned */
	size_t ntold;
};

/* Takes what is asked for, borrowed. EVX_E_USAGE for a range without bytes. Free in any case. */
enum evx_err evx_disclose_parts_new(const struct evx_disclose_range *ranges, size_t n,
	uint64_t sector, struct evx_disclose_parts *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_disclose_parts_free(struct evx_disclose_parts *p);
void evx_disclose_parts_told_free(struct evx_disclose_part_info *at, size_t n);
/* Whether ranges of this file are asked for; remembers that its path was found. */
bool evx_disclose_parts_want(struct evx_disclose_parts *p, const struct evx_entry *e);
/* Adds the file, whose entry is moved. EVX_E_USAGE for one that has no range root. */
enum evx_err evx_disclose_parts_add(struct evx_disclose_parts *p,
	const struct evx_listing_item *item, struct evx_diag *diag) EVX_MUST_CHECK;
/* All lines were seen: finds the blocks of every file added. EVX_E_NOT_FOUND for a path that no
 * line has; EVX_E_USAGE for a range that the file does not have, and for all of it. */
enum evx_err evx_disclose_parts_plan(struct evx_disclose_parts *p,
	const struct evx_contents_opts *original, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
