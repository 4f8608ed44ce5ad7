/* Private to vault_index*.c: the index, its lock, and how chunks are read. */
#ifndef EVX_FIND_VAULT_INDEX_INNER_H
#define EVX_FIND_VAULT_INDEX_INNER_H

#include <pthread.h>

#include "find/vault_index.h"
#include "open/exhibit_vault.h"
#include "people/known.h"

/* Cases that threads may read exhibits of at the same time without opening them again and again. */
#define EVX_INDEX_OPEN_CASES 8u

/* The secrets of a case that was used not long ago. */
struct evx_vault_index_case {
	char id[EVX_UUID_CAP];
	struct evx_catalog_case *rows;
};

struct evx_vault_index {
	const struct evx_vault *v;
	struct evx_catalog *c;
	struct evx_catalog_labels *labels; /* for all members; NULL: the vault is closed */
	struct evx_catalog_labels *own;    /* for reader alone; NULL: none */
	const struct evx_identity *reader;
	struct evx_catalog_rows *rows;
	struct evx_vault_index_case opened[EVX_INDEX_OPEN_CASES];
	unsigned oldest;
	const char *expected;    /* a case */
	struct evx_marks *marks; /* read when a second exhibit is looked for in all cases */
	uint64_t asked;          /* how often that was done */
	uint8_t (*pending)[16];  /* exhibits whose rows are in `rows` */
	size_t npending;
	struct evx_diag failed; /* the first failure to write the catalog */
	struct evx_known known;
	struct evx_rules_roster rules;
	pthread_mutex_t lock; /* while exhibits are read: of the catalog, and of all above from rows
				 to failed */
};

/* Takes the lock of x, and gives it back. */
void evx_vault_index_lock(struct evx_vault_index *x);
void evx_vault_index_unlock(struct evx_vault_index *x);

/* Collects where the chunks of ex are, which is e in the catalog and was opened with a content key:
 * evx_vault_index_flush writes them (vault_index_chunks.c). The lock is not held. */
enum evx_err evx_vault_index_chunks(struct evx_vault_index *x, struct evx_exhibit *ex,
	const struct evx_catalog_exhibit *e, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
