/* Borrowing while sealing into a vault: what the case has already is opened, compared, and stands
 * as a recipe. */
#ifndef EVX_SEAL_SEAL_BORROW_H
#define EVX_SEAL_SEAL_BORROW_H

#include "content/payload_write.h"
#include "seal/seal_run.h"
#include "store/remnant.h"

struct evx_seal_borrow;

/* Opens the catalog and the case's secrets. Nothing is borrowed where it has no rows, or
 * --no-borrow says so. */
enum evx_err evx_seal_borrow_new(struct evx_seal_run *run, struct evx_seal_borrow **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_seal_borrow_free(struct evx_seal_borrow *b); /* NULL does nothing */
/* Sets lender and borrowed in the pipeline's options. */
void evx_seal_borrow_options(struct evx_seal_borrow *b, struct evx_payload_write_opts *opts);
/* Makes the remnants of the case lend, too. EVX_E_NOT_FOUND when there are none. names is for their
 * UUIDs, with spaces between; *found is what was in them. */
enum evx_err evx_seal_borrow_remnants(struct evx_seal_borrow *b, struct evx_buf *names,
	struct evx_remnant_found *found, struct evx_diag *diag) EVX_MUST_CHECK;
/* After the commit: reads the exhibit into the catalog, so that it can be found and lends. What
 * fails costs a rebuild, and no evidence: false. */
bool evx_seal_borrow_index(struct evx_seal_borrow *b);
/* Bytes of packs and recipes that were written for what was borrowed. */
uint64_t evx_seal_borrow_stored(const struct evx_seal_borrow *b);

#endif
