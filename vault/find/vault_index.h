/* Exhibits of a vault read into its catalog: what their files say, what the member's keys open,
 * where their chunks are. One mechanism for sealing, listing and rebuilding. */
#ifndef EVX_FIND_VAULT_INDEX_H
#define EVX_FIND_VAULT_INDEX_H

#include "base/cancel.h"
#include "people/home.h"
#include "store/case.h"
#include "store/catalog.h"
#include "store/vault.h"

struct evx_vault_index;

/* Over a vault that is loaded, and open as far as it can be. Chains are judged with the cards and
 * rosters of h, as everywhere (ops/known); h NULL: there are none. tmp: a directory for sorting
 * more rows than memory holds, -1 for none. All must outlive it. Fails for a card or roster that is
 * not good. */
enum evx_err evx_vault_index_new(const struct evx_vault *v, struct evx_home *h,
	struct evx_catalog *c, int tmp, struct evx_vault_index **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_vault_index_free(struct evx_vault_index *x); /* what was not flushed is forgotten; NULL
							 does nothing */

/* How much of an exhibit to read; the parts that no key opens are left out. */
enum evx_vault_index_depth {
	EVX_INDEX_FACTS,   /* seal, chain, sizes */
	EVX_INDEX_DETAILS, /* and case and exhibit number, description, from the seal's details */
	EVX_INDEX_CHUNKS,  /* and where its chunks are: they count once evx_vault_index_flush wrote
			      them */
};
/* Reads exhibit uuid and puts it into the catalog. *out (NULL allowed) is what was read. A failure
 * to write the catalog is none of this call: it shows in evx_vault_index_written. EVX_E_NOT_FOUND
 * when the exhibit is not there; what else keeps its seal from being read. Several threads may read
 * exhibits at a time, and call the functions below up to evx_vault_index_written; nobody else may
 * use the catalog meanwhile, and evx_vault_index_expect waits until they are done. */
enum evx_err evx_vault_index_exhibit(struct evx_vault_index *x, const char *uuid,
	enum evx_vault_index_depth depth, struct evx_catalog_exhibit *out,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for an exhibit that is probably filed in case_id (NULL: nowhere in particular). */
enum evx_err evx_vault_index_exhibit_of(struct evx_vault_index *x, const char *case_id,
	const char *uuid, enum evx_vault_index_depth depth, struct evx_catalog_exhibit *out,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* Where exhibits read from now on are probably filed (NULL: nowhere in particular): saves looking
 * through all cases. case_id is needed until the next call. */
void evx_vault_index_expect(struct evx_vault_index *x, const char *case_id);
/* Writes the rows of chunks collected so far. */
enum evx_err evx_vault_index_flush(struct evx_vault_index *x, struct evx_diag *diag) EVX_MUST_CHECK;
/* Rows collected and not written yet. */
uint64_t evx_vault_index_pending(struct evx_vault_index *x);
/* EVX_OK as long as everything could be written to the catalog. */
enum evx_err evx_vault_index_written(
	struct evx_vault_index *x, struct evx_diag *diag) EVX_MUST_CHECK;
/* From here on id, a member's identity that outlives x, opens exhibits as well: numbers that the
 * vault's identities do not open are kept for this member alone. Nothing when the vault is closed.
 */
enum evx_err evx_vault_index_reader(struct evx_vault_index *x, const struct evx_identity *id,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether a member's keys open numbers at all. */
bool evx_vault_index_opens(const struct evx_vault_index *x);
/* What the catalog has of case and exhibit number. *again (NULL allowed): they are not known, and
 * reading the exhibit may tell them. EVX_E_NOT_FOUND. */
enum evx_err evx_vault_index_info(struct evx_vault_index *x, const uint8_t uuid[16],
	struct evx_catalog_info *out, bool *again, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same of a row that evx_catalog_scan gave, with evx_catalog_open_info. */
enum evx_err evx_vault_index_open_info(const struct evx_vault_index *x, struct evx_aead *aead,
	const uint8_t uuid[16], const uint8_t *row, size_t len,
	struct evx_catalog_info *out) EVX_MUST_CHECK;
/* What people call the case in which an exhibit is filed ("": in none): what its seal said (NULL:
 * nothing), if the case has that label, else the first label of the case; NULL without any. */
const char *evx_vault_index_label(
	const struct evx_case_labels *labels, const char *case_id, const char *said);
/* As evx_catalog_by_label and evx_catalog_by_number, with all keys. */
enum evx_err evx_vault_index_by_label(struct evx_vault_index *x, const char *text,
	uint8_t (*out)[16], size_t cap, size_t *n) EVX_MUST_CHECK;
enum evx_err evx_vault_index_by_number(struct evx_vault_index *x, const uint8_t case_id[16],
	const char *number, uint8_t (*out)[16], size_t cap, size_t *n) EVX_MUST_CHECK;

#endif
