/* Members of a vault: the files that wrap its identities for each of them, and the changes of
 * membership (format-spec/vault.md "Epochs and members"). */
#ifndef EVX_STORE_MEMBERS_H
#define EVX_STORE_MEMBERS_H

#include "store/vault.h"

/* Makes the holder of a card a member. The vault must be open to the content tier (EVX_E_KEY).
 * EVX_E_EXISTS when the key is a member's already; EVX_E_CUSTODY when signer is no content member.
 */
enum evx_err evx_members_add(struct evx_vault *v, const struct evx_card *card,
	const char *card_text, bool custody_only, const struct evx_signer *signer, int64_t now,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends a membership: new identities for everything sealed afterwards, for those who stay and are
 * vouched for. fingerprint as ssh-keygen prints it. EVX_E_NOT_FOUND; EVX_E_CUSTODY for the last
 * content member; EVX_E_KEY where the cards of those who stay cannot be opened. The vault is then
 * to be unlocked anew. */
enum evx_err evx_members_remove(struct evx_vault *v, const char *fingerprint,
	const struct evx_signer *signer, int64_t now, struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether the entry that made m a member has m's own card in it, signed by m's key, with both of
 * m's keys: else a signing key stands there with the encryption key of somebody else, and the one
 * would get what is made for the other. *opened is false where v's identities do not open that
 * entry. */
enum evx_err evx_members_vouched(const struct evx_vault *v, const struct evx_vault_member *m,
	bool *opened, bool *vouched, struct evx_diag *diag) EVX_MUST_CHECK;

/* Writes the files of one member for one epoch. content NULL: the custody identity only. */
enum evx_err evx_members_write_files(int members, const uint8_t hash[32], uint32_t epoch,
	const uint8_t reader[32], const struct evx_secret *custody,
	const struct evx_secret *content, struct evx_diag *diag) EVX_MUST_CHECK;
/* The hash in the fingerprint of a public signing key in text form. */
enum evx_err evx_members_hash(const char *signing, uint8_t hash[32],
	char fingerprint[EVX_FINGERPRINT_CAP], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
