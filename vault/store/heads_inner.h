/* What was seen of exhibits, inside heads*.c. */
#ifndef EVX_STORE_HEADS_INNER_H
#define EVX_STORE_HEADS_INNER_H

#include "store/heads.h"
#include "store/marks.h"

/* What is said last of an exhibit: by an inventory, or by this machine. */
struct evx_heads_word {
	char uuid[EVX_UUID_CAP];
	uint32_t inventory; /* number of the entry, EVX_HEAD_MACHINE behind all of them */
	bool trusted;       /* a content member's inventory says so */
	bool missing;       /* signed by a content member, behind every other word */
};

struct evx_heads {
	struct evx_head_seen *at; /* in order of UUID, events, head */
	size_t n;
	struct evx_heads_word *words; /* in order of UUID */
	size_t nwords;
	struct evx_marks *marks;     /* NULL where one exhibit was asked for */
	struct evx_head_seen *notes; /* to be remembered */
	size_t nnotes;
};

/* The exhibits that this machine remembers of a vault. */
struct evx_heads_memory {
	struct evx_head_seen *at; /* in order of UUID, none twice */
	size_t n;
};

/* Whether this machine remembers exhibits of the vault at all. */
bool evx_heads_remembers(const struct evx_vault *v);
/* Reads them; *m, empty on entry and to be released with free(m->at), stays empty where nothing is
 * remembered. EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_IO, EVX_E_MEMORY. */
enum evx_err evx_heads_memory_read(const struct evx_vault *v, struct evx_heads_memory *m,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
