/* Members of a vault: the files that wrap its identities for each of them, and the changes of membership (format-spec/vault.md "Epochs and members"). */
#ifndef EVX_STORE_MEMBERS_H
#define EVX_STORE_MEMBERS_H

#include "store/vault.h"

/* Makes the holder of a card a member. The vault must be open to the content tier (EVX_E_KEY). EVX_E_EXISTS when the key is a member's already;
 * EVX_E_CUSTODY when signer is no content member. */
enum evx_err evx_members_add(struct evx_vault *v, const struct evx_card *card, const char *card_text, bool custody_only, const struct evx_signer *signer,
	int64_t now, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends a membership: new identities for everything sealed afterwards. fingerprint as ssh-keygen prints it. EVX_E_NOT_FOUND; EVX_E_CUSTODY for the last
 * content member. The vault is then to be unlocked anew. */
enum evx_err evx_members_remove(struct evx_vault *v, const char *fingerprint, const struct evx_signer *signer, int64_t now, struct evx_diag *diag)
	EVX_MUST_CHECK;

#endif
