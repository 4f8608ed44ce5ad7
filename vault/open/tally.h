/* What a listing comes to, compared with what the sealer's details say of it
 * (format-spec/details.md "counts", "completeness"). */
#ifndef EVX_OPEN_TALLY_H
#define EVX_OPEN_TALLY_H

#include "format/details.h"
#include "format/entry.h"

/* Zero-initialise. Fields as in details.md; of completeness the counts only. */
struct evx_tally {
	uint64_t lines, files, directories, links, others, bytes, stored;
	struct evx_completeness completeness;
};

/* Counts one line, whose file has so many stored bytes. */
void evx_tally_line(struct evx_tally *t, const struct evx_entry *e, uint64_t stored);
/* EVX_E_FORGED, naming it, when a count in d is not the listing's; EVX_OK when all that are there
 * agree. */
enum evx_err evx_tally_compare(const struct evx_tally *t, const struct evx_details *d,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
