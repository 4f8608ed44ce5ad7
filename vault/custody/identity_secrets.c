/* An identity's two keys and the bytes of their files. */
#include "custody/identity_secrets.h"

#include <stdio.h>
#include <string.h>

#include "base/hash_equal.h"
#include "custody/agent.h"

#define NAMED_CAP (sizeof(EVX_AGENT_PREFIX) + EVX_FINGERPRINT_CAP + 1)

/* The line that stands in the place of a signing key that is in an agent. */
static size_t name_in_agent(const struct evx_sshkey *key, char out[NAMED_CAP])
{
	char fingerprint[EVX_FINGERPRINT_CAP];

	evx_sshkey_fingerprint(key, fingerprint);
	return (size_t)snprintf(out, NAMED_CAP, EVX_AGENT_PREFIX "%s\n", fingerprint);
}

/* The plaintext of one secret. */
static enum evx_err open_secret(const struct evx_identity_files *files, const char *name,
	const char *what, const struct evx_buf *file, const struct evx_secret *passphrase,
	struct evx_buf *plain, struct evx_diag *diag)
{
	struct evx_age_open how = { NULL, 0, passphrase, 0 };
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (files->kind == EVX_IDENTITY_OPEN)
		return evx_buf_add(plain, file->data, file->len);
	err = evx_age_decrypt(&how, true, file->data, file->len, plain, &why);
	if (err == EVX_E_KEY)
		return evx_fail(diag, err, "identity %s: this is not the passphrase of its %s key",
			name, what);
	return err == EVX_OK ? err :
			       evx_fail(diag, err, "identity %s, %s key: %s", name, what, why.text);
}

/* Both, or the one that is not in an agent; then signing stays as it is. */
static enum evx_err open_both(const struct evx_identity_files *files, const char *name,
	const struct evx_secret *passphrase, struct evx_identity *id, uint8_t encryption[32],
	struct evx_sshkey *signing, struct evx_diag *diag)
{
	struct evx_buf plain = EVX_BUF_INIT;
	enum evx_err err = open_secret(
		files, name, "encryption", &files->encryption, passphrase, &plain, diag);

	if (err != EVX_OK ||
		(err = evx_age_identity_decode(plain.data, plain.len, &id->encryption, diag)) !=
			EVX_OK ||
		(err = evx_age_public(id->encryption, encryption)) != EVX_OK || files->in_agent)
		goto out;
	evx_buf_free(&plain);
	if ((err = open_secret(
		     files, name, "signing", &files->signing, passphrase, &plain, diag)) == EVX_OK)
		err = evx_sshkey_private_decode(plain.data, plain.len, &id->signing, signing, diag);
out:
	evx_buf_free(&plain);
	return err;
}

enum evx_err evx_identity_secrets_named(
	const struct evx_identity_files *files, const char *name, struct evx_diag *diag)
{
	char named[NAMED_CAP];
	struct evx_sshkey signing;
	struct evx_card card;
	uint8_t encryption[32];
	size_t n;
	enum evx_err err = evx_card_text_read(files->card.data, files->card.len, &card, diag);

	if (err != EVX_OK || (err = evx_card_keys(&card, encryption, &signing, diag)) != EVX_OK)
		return err;
	n = name_in_agent(&signing, named);
	if (n != files->signing.len || memcmp(named, files->signing.data, n) != 0)
		return evx_fail(diag, EVX_E_FORGED,
			"identity %s: expected the key in an agent that its card names, found "
			"another",
			name);
	return EVX_OK;
}

enum evx_err evx_identity_secrets_open(const struct evx_identity_files *files, const char *name,
	const struct evx_secret *passphrase, struct evx_identity *out, struct evx_diag *diag)
{
	struct evx_identity id = { 0 };
	struct evx_sshkey signing;
	uint8_t encryption[32];
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (files->kind == EVX_IDENTITY_CARD_ONLY)
		return evx_fail(diag, EVX_E_KEY,
			"identity %s: has a card only, its keys are not here", name);
	if (files->kind == EVX_IDENTITY_PROTECTED && passphrase == NULL)
		return evx_fail(diag, EVX_E_KEY, "identity %s: needs its passphrase", name);
	if ((err = evx_card_text_read(files->card.data, files->card.len, &id.card, diag)) !=
			EVX_OK ||
		(err = evx_card_keys(&id.card, id.encryption_pub, &id.signing_pub, diag)) !=
			EVX_OK ||
		(files->in_agent &&
			(err = evx_identity_secrets_named(files, name, diag)) != EVX_OK))
		goto out;
	signing = id.signing_pub;
	if ((err = open_both(files, name, passphrase, &id, encryption, &signing, diag)) != EVX_OK)
		goto out;
	if (!evx_hash_equal(encryption, id.encryption_pub) ||
		!evx_sshkey_equal(&signing, &id.signing_pub)) {
		err = evx_fail(diag, EVX_E_FORGED,
			"identity %s: expected the keys that its card names, found others", name);
		goto out;
	}
	*out = id;
	return EVX_OK;
out:
	evx_identity_lock(&id);
	return err;
}

/* Replaces file by plain, encrypted to the passphrase if there is one. */
static enum evx_err protect(const struct evx_buf *plain, struct evx_protection protection,
	struct evx_buf *file, struct evx_diag *diag)
{
	unsigned log_n = protection.log_n != 0 ? protection.log_n : EVX_SCRYPT_LOGN_DEFAULT;

	evx_buf_free(file);
	if (protection.passphrase == NULL)
		return evx_buf_add(file, plain->data, plain->len);
	return evx_age_encrypt_passphrase(
		protection.passphrase, log_n, true, plain->data, plain->len, file, diag);
}

enum evx_err evx_identity_secrets_protect(const struct evx_identity *id,
	struct evx_protection protection, struct evx_identity_files *files, struct evx_diag *diag)
{
	struct evx_buf plain = EVX_BUF_INIT;
	char named[NAMED_CAP];
	enum evx_err err = evx_age_identity_encode(id->encryption, &plain);

	files->in_agent = id->signing == NULL;
	files->kind = protection.passphrase != NULL ? EVX_IDENTITY_PROTECTED : EVX_IDENTITY_OPEN;
	if (err != EVX_OK ||
		(err = protect(&plain, protection, &files->encryption, diag)) != EVX_OK)
		goto out;
	evx_buf_free(&plain);
	if (files->in_agent) {
		evx_buf_free(&files->signing);
		err = evx_buf_add(&files->signing, named, name_in_agent(&id->signing_pub, named));
	} else if ((err = evx_sshkey_private_encode(id->signing, "evx", &plain)) == EVX_OK) {
		err = protect(&plain, protection, &files->signing, diag);
	}
out:
	evx_buf_free(&plain);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "identity: its keys cannot be written");
}

enum evx_err evx_identity_secrets_sign_card(const struct evx_identity *id,
	const struct evx_signer *agent, struct evx_identity_files *files, struct evx_diag *diag)
{
	struct evx_signer signer;

	if (id->signing == NULL && agent == NULL)
		return evx_fail(diag, EVX_E_KEY, "identity: its signing key is in an agent");
	signer = id->signing != NULL ? evx_signer_of_seed(id->signing, &id->signing_pub) : *agent;
	evx_buf_free(&files->card);
	return evx_card_sign(&id->card, &signer, &files->card, diag);
}
