/* Private to vault_search*.c: what is looked for. */
#ifndef EVX_FIND_VAULT_SEARCH_INNER_H
#define EVX_FIND_VAULT_SEARCH_INNER_H

#include "base/contains.h"
#include "find/vault_search.h"

/* The person of a trusted card. */
struct evx_vault_search_person {
	uint8_t key[32];
	size_t card; /* its number */
	const char *name;
	bool has_text, has_by; /* the name has what is looked for */
};

struct evx_vault_search {
	struct evx_contains *text, *by; /* NULL: not asked for */
	const char *text_typed, *by_typed;
	int64_t since;
	char in_case[EVX_UUID_CAP];
	struct evx_vault_search_person *people; /* by key; of one with several cards, the first card
						   is first */
	size_t n;
};

/* Whether it was sealed in the time that is asked for. */
bool evx_vault_search_in_time(
	const struct evx_vault_search *s, const struct evx_catalog_exhibit *e);

/* What persons, numbers and the case say of an exhibit. */
enum evx_vault_search_facts {
	EVX_FACTS_DENY,       /* it is not looked for */
	EVX_FACTS_SUFFICE,    /* it is */
	EVX_FACTS_LEAVE_TEXTS /* its texts decide */
};
/* case_id: where it is filed, merges followed; "": nowhere. */
enum evx_vault_search_facts evx_vault_search_facts(
	const struct evx_vault_search *s, const struct evx_catalog_exhibit *e, const char *case_id);

/* The texts of an exhibit; NULL where there is none. label: what its case is called. */
struct evx_vault_search_texts {
	const char *label, *number, *description, *place;
};
/* *is: one of them, or CASE/EXHIBIT, has the text that is looked for, which there is. EVX_E_MEMORY.
 */
enum evx_err evx_vault_search_texts(const struct evx_vault_search *s,
	const struct evx_vault_search_texts *t, bool *is) EVX_MUST_CHECK;

#endif
