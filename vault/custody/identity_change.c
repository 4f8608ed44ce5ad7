/* Identities made, protected anew, retired. */
#include <string.h>

#include "base/io.h"
#include "custody/identity_secrets.h"

/* Fresh keys, but for the one in an agent, and the card that names them. */
static enum evx_err make_keys(const struct evx_card *who, const struct evx_signer *agent,
	struct evx_identity *id, struct evx_diag *diag)
{
	enum evx_err err;

	id->card = *who;
	id->card.is_retired = false;
	if ((err = evx_age_identity_new(&id->encryption, diag)) != EVX_OK ||
		(err = evx_age_public(id->encryption, id->encryption_pub)) != EVX_OK ||
		(err = evx_age_recipient_encode(id->encryption_pub, id->card.encryption)) != EVX_OK)
		return err;
	if (agent != NULL)
		id->signing_pub = agent->pub;
	else if ((err = evx_sshkey_new(&id->signing, &id->signing_pub, diag)) != EVX_OK)
		return err;
	return evx_sshkey_encode(&id->signing_pub, id->card.signing);
}

enum evx_err evx_identity_create(int home, const char *name, const struct evx_card *who,
	struct evx_protection protection, const struct evx_signer *agent, struct evx_card *card,
	struct evx_diag *diag)
{
	struct evx_identity_files files = { .kind = EVX_IDENTITY_CARD_ONLY };
	struct evx_identity id = { 0 };
	int dir = -1;
	enum evx_err err;

	if (card != NULL)
		memset(card, 0, sizeof(*card));
	if (!evx_identity_name_valid(name))
		return evx_fail(diag, EVX_E_USAGE,
			"identity: expected a name of 1 to 64 of A-Z a-z 0-9 . _ - that begins "
			"with no dot");
	if ((err = make_keys(who, agent, &id, diag)) != EVX_OK ||
		(err = evx_identity_secrets_sign_card(&id, agent, &files, diag)) != EVX_OK ||
		(err = evx_identity_secrets_protect(&id, protection, &files, diag)) != EVX_OK ||
		(err = evx_identity_files_lock(home, &dir, diag)) != EVX_OK ||
		(err = evx_identity_files_write(dir, name, &files, false, diag)) != EVX_OK)
		goto out;
	if (card != NULL)
		*card = id.card;
out:
	evx_close_quiet(&dir);
	evx_identity_files_free(&files);
	evx_identity_lock(&id);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "identity: cannot be made");
}

/* Opens the identity for a change: locked directory, files and secrets. The caller releases all
 * three, also after a failure. */
static enum evx_err begin(int home, const char *name, const struct evx_secret *passphrase, int *dir,
	struct evx_identity_files *files, struct evx_identity *id, struct evx_diag *diag)
{
	enum evx_err err = evx_identity_files_lock(home, dir, diag);

	if (err != EVX_OK || (err = evx_identity_files_read(home, name, files, diag)) != EVX_OK)
		return err;
	return evx_identity_secrets_open(files, name, passphrase, id, diag);
}

enum evx_err evx_identity_change_passphrase(int home, const char *name,
	const struct evx_secret *old, struct evx_protection protection, struct evx_diag *diag)
{
	struct evx_identity_files files = { .kind = EVX_IDENTITY_CARD_ONLY };
	struct evx_identity id = { 0 };
	int dir = -1;
	enum evx_err err = begin(home, name, old, &dir, &files, &id, diag);

	if (err != EVX_OK ||
		(err = evx_identity_secrets_protect(&id, protection, &files, diag)) != EVX_OK)
		goto out;
	err = evx_identity_files_write(dir, name, &files, true, diag);
out:
	evx_close_quiet(&dir);
	evx_identity_files_free(&files);
	evx_identity_lock(&id);
	return err;
}

enum evx_err evx_identity_retire(int home, const char *name, const struct evx_secret *passphrase,
	const struct evx_signer *agent, int64_t when, struct evx_diag *diag)
{
	struct evx_identity_files files = { .kind = EVX_IDENTITY_CARD_ONLY };
	struct evx_identity id = { 0 };
	int dir = -1;
	enum evx_err err = begin(home, name, passphrase, &dir, &files, &id, diag);

	if (err != EVX_OK)
		goto out;
	if (id.card.is_retired) {
		err = evx_fail(diag, EVX_E_EXISTS, "identity %s: it is retired already", name);
		goto out;
	}
	id.card.is_retired = true;
	/* A clock that was set back retires nothing before the card was made. */
	id.card.retired = when > id.card.created ? when : id.card.created;
	id.card.declared = id.card.retired;
	if ((err = evx_identity_secrets_sign_card(&id, agent, &files, diag)) == EVX_OK)
		err = evx_identity_files_write(dir, name, &files, true, diag);
out:
	evx_close_quiet(&dir);
	evx_identity_files_free(&files);
	evx_identity_lock(&id);
	return err;
}
