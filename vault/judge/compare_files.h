/* The listings of two exhibits joined by path: what matches, differs, is new, missing, or has
 * another name. */
#ifndef EVX_JUDGE_COMPARE_FILES_H
#define EVX_JUDGE_COMPARE_FILES_H

#include "evx.h"
#include "open/contents.h"

/* Compares the listings, both of which matched their seals before, in two readings: the first finds
 * what moved, the second calls opt->each and counts into result. */
enum evx_err evx_compare_files(const struct evx_contents_opts *a, const struct evx_contents_opts *b,
	const struct evx_compare_options *opt, struct evx_compare_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
