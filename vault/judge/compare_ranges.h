/* What two disclosures show of one file that the other does not. */
#ifndef EVX_JUDGE_COMPARE_RANGES_H
#define EVX_JUDGE_COMPARE_RANGES_H

#include "format/part.h"

/* Ranges of the file, in order; the caller frees the arrays, also after an error. */
struct evx_compare_ranges {
	struct evx_extent *a, *b; /* shown by one only */
	size_t na, nb;
};

/* a and b have the same line; what is withheld is in part, or not shown at all. EVX_E_MEMORY. */
enum evx_err evx_compare_ranges_find(const struct evx_entry *a, const struct evx_entry *b,
	struct evx_compare_ranges *out) EVX_MUST_CHECK;
void evx_compare_ranges_free(struct evx_compare_ranges *r);

#endif
