/* Borrowing while sealing into a vault: what the case has already is opened, compared, and stands as a recipe. */
#ifndef EVX_OPS_SEAL_BORROW_H
#define EVX_OPS_SEAL_BORROW_H

#include "content/payload_write.h"
#include "ops/seal_run.h"

struct evx_seal_borrow;

/* Opens the catalog and the case's secrets. Nothing is borrowed where it has no rows, or --no-borrow says so. */
enum evx_err evx_seal_borrow_new(struct evx_seal_run *run, struct evx_seal_borrow **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_seal_borrow_free(struct evx_seal_borrow *b); /* NULL does nothing */
/* Sets lender and borrowed in the pipeline's options. */
void evx_seal_borrow_options(struct evx_seal_borrow *b, struct evx_payload_write_opts *opts);
/* After the commit: reads the exhibit into the catalog, so that it can be found and lends. What fails costs a rebuild, and no evidence: false. */
bool evx_seal_borrow_index(struct evx_seal_borrow *b);
/* Bytes of packs and recipes that were written for what was borrowed. */
uint64_t evx_seal_borrow_stored(const struct evx_seal_borrow *b);

#endif
