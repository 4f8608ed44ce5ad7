/* Signing keys in text form, each once, with the event since which it is one of them. */
#ifndef EVX_CUSTODY_KEYSET_H
#define EVX_CUSTODY_KEYSET_H

#include "base/err.h"
#include "format/key_text.h"

struct evx_keyset_entry {
	char key[EVX_KEY_TEXT_CAP];
	uint32_t since;
};
/* Zero-initialise. at is in the order in which keys were added. */
struct evx_keyset {
	struct evx_keyset_entry *at;
	uint32_t *sorted; /* places in at, by key */
	size_t n;
};

/* Releases and zeroes. NULL does nothing. */
void evx_keyset_free(struct evx_keyset *set);
/* Adds key, unless it is there: then it keeps its number. EVX_E_MEMORY. */
enum evx_err evx_keyset_add(struct evx_keyset *set, const char *key, uint32_t since) EVX_MUST_CHECK;
/* The entry of key, or NULL. Looks at no more than the logarithm of the entries. */
const struct evx_keyset_entry *evx_keyset_find(const struct evx_keyset *set, const char *key);
/* Makes *out a copy of its own; it is to be freed also after EVX_E_MEMORY. */
enum evx_err evx_keyset_copy(const struct evx_keyset *set, struct evx_keyset *out) EVX_MUST_CHECK;

#endif
