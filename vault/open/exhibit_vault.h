/* The vault around an exhibit that stands in one: its recipes, its members' keys, and the branches
 * that it keeps. */
#ifndef EVX_OPEN_EXHIBIT_VAULT_H
#define EVX_OPEN_EXHIBIT_VAULT_H

#include "open/exhibit.h"
#include "open/vault_use.h"
#include "store/heads.h"
#include "store/recipes.h"

struct evx_exhibit_vault {
	struct evx_vault *vault;
	bool shared;           /* the vault is somebody else's to free */
	int pins;              /* as struct evx_vault_use has it */
	struct evx_home *home; /* whose door it is, NULL: nobody's */
	bool writes; /* events are about to be added: set between finding and loading it */
	char uuid[EVX_UUID_CAP];
	struct evx_heads *heads;         /* what was seen of it before; NULL: not known */
	bool shared_heads;               /* … somebody else's to free */
	struct evx_recipes_keys recipes; /* what opens the exhibit's recipes */
	bool case_open;                  /* which case it is in is in question */
	bool loaded, opened;             /* its log is verified; a member's identity opened it */
	char (*names)[80];
	size_t n; /* of the receipts in branches/UUID */
};

/* Looks whether path is exhibits/UUID of a vault, and opens that, parsing nothing; *out is NULL
 * where it is not. h: whose memory of the vault's log counts, NULL: nobody's; as evx_vault_recall
 * has it. */
enum evx_err evx_exhibit_vault_find(const char *path, struct evx_home *h,
	struct evx_exhibit_vault **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for exhibit uuid of a vault that is open, loaded and the caller's: ex is made over b
 * (evx_exhibit_over), in it. Keys of the vault are used by evx_exhibit_vault_keys only.
 * EVX_E_MEMORY. */
enum evx_err evx_exhibit_vault_share(struct evx_exhibit *ex, struct evx_bundle *b,
	struct evx_vault *vault, const char *uuid, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_exhibit_vault_free(struct evx_exhibit_vault *v); /* NULL does nothing */
/* Its part of an operation's start (base/start.h): what reading in the vault takes. v NULL adds
 * nothing. */
void evx_exhibit_vault_start(struct evx_start *s, const struct evx_exhibit_vault *v);
/* Before the container is loaded: tells ex how recipes are read, opens the vault with
 * ex->opened.reader where that is a member, and gives the receipts of branches to ex. A vault whose
 * log is not good opens nothing, and the exhibit is judged as it stands. Its door is passed first
 * (open/vault_use.h): with ex->opened.vault->writes whatever that refuses fails here. */
enum evx_err evx_exhibit_vault_load(struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;
/* Behind evx_exhibit_load: compares the chain and the case marks with what inventories say and this
 * machine saw (V-HEAD, V-CASE), adds that to ex->loaded.findings, and notes the chain to be
 * remembered. With ex->opened.vault->writes a contradiction is EVX_E_FORGED. Nothing without a
 * vault. */
enum evx_err evx_exhibit_vault_judge(struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;
/* Remembers that an event of this hash was appended just now. Where that fails, the next check of
 * the vault makes up for it. */
void evx_exhibit_vault_grew(const struct evx_exhibit *ex, const uint8_t hash[32]);
/* As evx_exhibit_open_keys, with an identity (NULL: none) and the identities of a vault as far as
 * they are open (NULL: none). */
enum evx_err evx_exhibit_vault_keys(struct evx_exhibit *ex, const struct evx_identity *id,
	const struct evx_vault *v, bool every, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
