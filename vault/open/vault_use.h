/* A vault in use by one command: its directory, who works with it, and what this machine remembers
 * of its log. */
#ifndef EVX_OPEN_VAULT_USE_H
#define EVX_OPEN_VAULT_USE_H

#include "people/home.h"
#include "store/vault.h"

struct evx_vault_use {
	struct evx_vault *vault;
	int pins; /* vaults/ in the home, -1: nothing is remembered */
	bool has_id;
	struct evx_identity id; /* when has_id */
	evx_identity_name name;
	struct evx_agent *agent; /* where its signing key is; NULL: not needed */
	bool member;             /* id opened the vault */
	struct evx_home *home;   /* NULL: there is none */
};

enum evx_vault_who { EVX_VAULT_NOBODY, EVX_VAULT_IF_NAMED, EVX_VAULT_SOMEBODY };

/* A vault's part of an operation's start (base/start.h): opens the vault's directory at path, and
 * identity as: of somebody (NULL: the only one there is), or only when one is named. Parses
 * nothing. Lets the vault be used as how says, and the memory of its log be written. Zeroes *u
 * first; evx_vault_use_free releases it in any case. h NULL: there is no home. */
void evx_vault_use_start(struct evx_start *s, struct evx_vault_use *u, struct evx_home *h,
	const char *path, const char *as, enum evx_vault_who who, enum evx_confine_how how,
	const struct evx_passphrase *ask);
void evx_vault_use_free(struct evx_vault_use *u);
enum evx_vault_access { EVX_VAULT_READS, EVX_VAULT_WRITES };
/* The door. Every command that uses a vault comes through here behind evx_vault_load. What writes
 * (seals, adds, signs) fails unless this machine has accepted the founder, or does so now, as
 * struct evx_vault_door says; the failures are named there. What reads is told when the vault is
 * not the one remembered, and goes on; a founder that was named must be the one there is. h, read
 * before confinement (evx_home_read), has the card that shows the founder's name. h NULL: nobody
 * can be asked. */
enum evx_err evx_vault_use_door_pass(struct evx_vault *v, enum evx_vault_access access,
	struct evx_home *h, struct evx_diag *diag) EVX_MUST_CHECK;
/* What answers from the log alone ends here: the flaw of a log that is not good to its end,
 * EVX_E_FORGED for a vault that is not the one remembered. */
enum evx_err evx_vault_use_door_leave(
	const struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads and verifies the vault, passes its door, and opens it with the identity where that is a
 * member's. */
enum evx_err evx_vault_use_load(struct evx_vault_use *u, enum evx_vault_access access,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* All of it, from the start on: for a change of the vault by a member. *signer is valid as long as
 * u. EVX_E_KEY for somebody who is no member. */
enum evx_err evx_vault_use_member(struct evx_vault_use *u, struct evx_home *h, const char *path,
	const char *as, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	struct evx_signer *signer, struct evx_diag *diag) EVX_MUST_CHECK;
/* The directory of what this home remembers of vaults, made when create; -1 where there is none or
 * it cannot be made. */
int evx_vault_use_pins_open(struct evx_home *h, bool create);

#endif
