/* Inventory lists: what was in a vault when somebody signed for it (format-spec/vault.md "Inventory
 * list"). */
#ifndef EVX_STORE_INVENTORY_H
#define EVX_STORE_INVENTORY_H

#include "store/vault.h"

enum evx_inventory_result {
	EVX_INVENTORY_GOOD,
	EVX_INVENTORY_BAD,
	EVX_INVENTORY_CUSTODY,
	EVX_INVENTORY_UNCHECKED,
	EVX_INVENTORY_MISSING,
	EVX_INVENTORY_DISPOSED
};
#define EVX_INVENTORY_RESULTS 6u
const char *evx_inventory_word(enum evx_inventory_result result); /* static storage */

struct evx_inventory_line {
	char uuid[EVX_UUID_CAP];
	uint8_t seal[32], head[32]; /* zeros where the exhibit could not be read */
	uint64_t events, bytes;
	int64_t checked; /* 0: never */
	enum evx_inventory_result result;
	char case_id[EVX_UUID_CAP]; /* that it is filed in, merges followed; "" for none */
};

/* Appends a line. EVX_E_USAGE for what no reader takes; errors of evx_buf_add. */
enum evx_err evx_inventory_add(
	struct evx_buf *out, const struct evx_inventory_line *line) EVX_MUST_CHECK;
/* Reads the n bytes of a list: every line in its one form, in order of UUIDs, none twice.
 * EVX_E_CORRUPT, EVX_E_TRUNCATED; what each returns. */
enum evx_err evx_inventory_decode(const void *p, size_t n,
	enum evx_err (*each)(void *ctx, const struct evx_inventory_line *line), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

#define EVX_INVENTORY_NAME_CAP 32
#define EVX_INVENTORY_MAX 268435456u /* bytes of a list that are read */
/* NNNNNNNN-inventory.list */
void evx_inventory_name(uint32_t sequence, char out[EVX_INVENTORY_NAME_CAP]);
/* Reads the list of entry number sequence, which must have this hash. EVX_E_NOT_FOUND,
 * EVX_E_FORGED, EVX_E_INTERRUPTED; else as evx_inventory_decode. */
enum evx_err evx_inventory_read(const struct evx_vault *v, uint32_t sequence,
	const uint8_t hash[32],
	enum evx_err (*each)(void *ctx, const struct evx_inventory_line *line), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes list as that of the next entry and signs the entry, which names case_id (NULL: all) and
 * carries private (NULL: nothing). *sequence is its number. A list without an entry, which a crash
 * may leave, belongs to nothing and is replaced. */
enum evx_err evx_inventory_write(struct evx_vault *v, const struct evx_buf *list,
	const char *case_id, const struct evx_vault_private *private,
	const struct evx_signer *signer, int64_t now, uint32_t *sequence,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
