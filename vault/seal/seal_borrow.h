/* Borrowing while sealing into a vault: what the case has already is opened, compared, and stands
 * as a recipe. */
#ifndef EVX_SEAL_SEAL_BORROW_H
#define EVX_SEAL_SEAL_BORROW_H

#include "bundle/writer.h"
#include "content/payload_write.h"
#include "custody/exhibit_keys.h"
#include "open/vault_use.h"
#include "store/remnant.h"

struct evx_seal_borrow;

/* All but lends is borrowed and must outlive what is made of it. */
struct evx_seal_borrow_opts {
	const struct evx_vault_use *use;
	const char *case_id, *uuid; /* of the exhibit in the making */
	int session;                /* directory of the session, for files in the making */
	struct evx_writer *writer;  /* takes recipes */
	bool lends;                 /* false: everything is stored anew */
	const struct evx_cancel *cancel;
};

/* Opens the catalog and the case's secrets. Nothing is borrowed where it has no rows. */
enum evx_err evx_seal_borrow_new(const struct evx_seal_borrow_opts *opts,
	struct evx_seal_borrow **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_seal_borrow_free(struct evx_seal_borrow *b); /* NULL does nothing */
/* The exhibit's keys: its readers open the recipes, too. To be called before what follows. */
void evx_seal_borrow_keys(struct evx_seal_borrow *b, const struct evx_exhibit_keys *keys);
/* Sets lender and borrowed in the pipeline's options. */
void evx_seal_borrow_options(struct evx_seal_borrow *b, struct evx_payload_write_opts *opts);
/* Makes the remnants of the case lend, too. EVX_E_NOT_FOUND when there are none. names is for their
 * UUIDs, with spaces between; *found is what was in them. */
enum evx_err evx_seal_borrow_remnants(struct evx_seal_borrow *b, struct evx_buf *names,
	struct evx_remnant_found *found, struct evx_diag *diag) EVX_MUST_CHECK;
/* After the commit: reads the exhibit into the catalog, so that it can be found and lends. What
 * fails costs a rebuild, and no evidence: false. */
bool evx_seal_borrow_index(struct evx_seal_borrow *b);
/* Adds the bytes written for what was borrowed to bundle_bytes, and says what was refused. */
void evx_seal_borrow_tell(const struct evx_seal_borrow *b, struct evx_seal_result *r);

#endif
