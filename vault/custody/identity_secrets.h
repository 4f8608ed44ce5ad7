/* The two secrets of an identity between memory and the bytes of their files (inner header of
 * custody/). */
#ifndef EVX_CUSTODY_IDENTITY_SECRETS_H
#define EVX_CUSTODY_IDENTITY_SECRETS_H

#include "custody/identity_files.h"

/* Opens the secrets of files with passphrase (NULL: none) and compares them with the card. The
 * errors of evx_identity_unlock. */
enum evx_err evx_identity_secrets_open(const struct evx_identity_files *files, const char *name,
	const struct evx_secret *passphrase, struct evx_identity *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes the secrets of id, protected as asked, into files, whose kind is set and whose secrets are
 * replaced. */
enum evx_err evx_identity_secrets_protect(const struct evx_identity *id,
	struct evx_protection protection, struct evx_identity_files *files,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_OK when files, whose signing key is in an agent, name the one of their card; else
 * EVX_E_FORGED. */
enum evx_err evx_identity_secrets_named(const struct evx_identity_files *files, const char *name,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs id's card with its own key, by agent where that is, into files->card. */
enum evx_err evx_identity_secrets_sign_card(const struct evx_identity *id,
	const struct evx_signer *agent, struct evx_identity_files *files,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
