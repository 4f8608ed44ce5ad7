/* What is looked for in a vault, and which exhibits have it: first by the catalog, which says where
 * to look, then by what was read of the exhibit itself. */
#ifndef EVX_FIND_VAULT_SEARCH_H
#define EVX_FIND_VAULT_SEARCH_H

#include "custody/cards.h"
#include "evx.h"
#include "find/vault_index.h"

struct evx_vault_search;

/* Of opt: text, by, since. cards (the caller's, needed as long as *out) tell whose keys they are.
 * in_case: the id of a case, merges followed; "": all. EVX_E_MEMORY. */
enum evx_err evx_vault_search_new(const struct evx_vault_exhibits_options *opt, const char *in_case,
	const struct evx_cards *cards, struct evx_vault_search **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_vault_search_free(struct evx_vault_search *s); /* NULL does nothing */

/* Who has the key with this hash, as a trusted card says; NULL: none does. */
const char *evx_vault_search_person(const struct evx_vault_search *s, const uint8_t key[32]);

/* An exhibit that may be one of those. */
struct evx_vault_search_hit {
	uint8_t uuid[16];
	int64_t sealed;
};
struct evx_vault_search_found {
	struct evx_vault_search_hit *hits; /* the caller's to free; in order of sealing, then of
					      UUID */
	size_t n;
	uint64_t closed;       /* exhibits whose texts no key at hand opened, and that did not fit
				  otherwise: they were looked for by the rest */
	uint64_t known, there; /* exhibits of the catalog, and of the vault's directory */
	bool cut; /* the catalog could not be read to its end: others may fit as well */
};
/* Reads the whole catalog, and looks at the times of the directories of all exhibits that do not
 * fit: one that changed since may be anything. After an error *found is empty. */
enum evx_err evx_vault_search_catalog(struct evx_vault_search *s, const struct evx_vault *v,
	struct evx_catalog *c, const struct evx_vault_index *index,
	const struct evx_case_labels *labels, const struct evx_cancel *cancel,
	struct evx_vault_search_found *found, struct evx_diag *diag) EVX_MUST_CHECK;
/* *is: the exhibit, as it is now, is one of those. */
enum evx_err evx_vault_search_has(const struct evx_vault_search *s,
	const struct evx_catalog_exhibit *e, const struct evx_vault_exhibit_info *info, bool *is,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
