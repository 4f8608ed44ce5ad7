/* Identities carried away and taken in. */
#include <string.h>

#include "base/io.h"
#include "custody/agent.h"
#include "custody/identity_secrets.h"

static const char age_begin[] = "-----BEGIN AGE ENCRYPTED FILE-----\n";
static const char age_end[] = "-----END AGE ENCRYPTED FILE-----\n";

enum evx_err evx_identity_backup(int home, const char *name, struct evx_protection protection,
	struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_identity_files files;
	struct evx_identity id = { 0 };
	enum evx_err err = evx_identity_files_read(home, name, &files, diag);

	if (err != EVX_OK)
		goto out;
	if (files.kind == EVX_IDENTITY_CARD_ONLY) {
		err = evx_fail(diag, EVX_E_KEY,
			"identity %s: has a card only, its keys are not here", name);
		goto out;
	}
	if (files.kind == EVX_IDENTITY_OPEN && protection.passphrase == NULL) {
		err = evx_fail(diag, EVX_E_USAGE,
			"identity %s: has no passphrase, and a backup needs one", name);
		goto out;
	}
	if (files.kind == EVX_IDENTITY_OPEN) {
		if (err == EVX_OK)
			err = evx_identity_secrets_open(&files, name, NULL, &id, diag);
		if (err == EVX_OK)
			err = evx_identity_secrets_protect(&id, protection, &files, diag);
	}
	if (err != EVX_OK || (err = evx_buf_add(out, files.card.data, files.card.len)) != EVX_OK ||
		(err = evx_buf_adds(out, "\n")) != EVX_OK ||
		(err = evx_buf_add(out, files.encryption.data, files.encryption.len)) != EVX_OK)
		goto out;
	err = evx_buf_add(out, files.signing.data, files.signing.len);
out:
	evx_identity_files_free(&files);
	evx_identity_lock(&id);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "identity: cannot be backed up");
}

/* Takes one armored age file from the front of the n bytes at *p. */
static enum evx_err take_armored(
	const uint8_t **p, size_t *n, struct evx_buf *out, struct evx_diag *diag)
{
	const uint8_t *end;
	size_t len;

	if (*n < sizeof(age_begin) - 1 || memcmp(*p, age_begin, sizeof(age_begin) - 1) != 0)
		return evx_fail(diag, *n == 0 ? EVX_E_TRUNCATED : EVX_E_CORRUPT,
			"backup: expected an armored age file, found %s",
			*n == 0 ? "the end" : "something else");
	end = memmem(*p, *n, age_end, sizeof(age_end) - 1);
	if (end == NULL)
		return evx_fail(diag, EVX_E_TRUNCATED, "backup: an armored age file does not end");
	len = (size_t)(end - *p) + sizeof(age_end) - 1;
	*p += len;
	*n -= len;
	return evx_buf_add(out, *p - len, len);
}

/* Takes what stands for the signing key: an armored age file, or to the end the line that names it
 * in an agent, which is compared later. */
static enum evx_err take_signing(
	const uint8_t **p, size_t *n, struct evx_identity_files *files, struct evx_diag *diag)
{
	enum evx_err err;

	files->in_agent = *n >= sizeof(EVX_AGENT_PREFIX) - 1 &&
		memcmp(*p, EVX_AGENT_PREFIX, sizeof(EVX_AGENT_PREFIX) - 1) == 0;
	if (!files->in_agent)
		return take_armored(p, n, &files->signing, diag);
	err = evx_buf_add(&files->signing, *p, *n);
	*n = 0;
	return err;
}

/* Splits a backup, or a card alone, into the files of an identity. */
static enum evx_err split(
	const uint8_t *p, size_t n, struct evx_identity_files *files, struct evx_diag *diag)
{
	struct evx_signed_text card;
	size_t used;
	enum evx_err err = evx_signed_text_split_front(p, n, &card, &used, diag);

	if (err == EVX_OK)
		err = evx_buf_add(&files->card, p, used);
	if (err != EVX_OK || used == n)
		return err;
	if (p[used] != '\n')
		return evx_fail(diag, EVX_E_CORRUPT,
			"backup: expected an empty line behind the card, found something else");
	p += used + 1;
	n -= used + 1;
	files->kind = EVX_IDENTITY_PROTECTED;
	if ((err = take_armored(&p, &n, &files->encryption, diag)) != EVX_OK ||
		(err = take_signing(&p, &n, files, diag)) != EVX_OK)
		return err;
	return n == 0 ? EVX_OK :
			evx_fail(diag, EVX_E_CORRUPT,
				"backup: expected two armored age files, found more behind them");
}

enum evx_err evx_identity_import(int home, const char *name, const void *p, size_t n,
	const struct evx_secret *passphrase, struct evx_diag *diag)
{
	struct evx_identity_files files = { .kind = EVX_IDENTITY_CARD_ONLY };
	struct evx_identity id = { 0 };
	struct evx_card card;
	int dir = -1;
	enum evx_err err;

	if (!evx_identity_name_valid(name))
		return evx_fail(diag, EVX_E_USAGE,
			"identity: expected a name of 1 to 64 of A-Z a-z 0-9 . _ - that begins "
			"with no dot");
	err = split(p, n, &files, diag);
	if (err != EVX_OK ||
		(err = evx_card_text_read(files.card.data, files.card.len, &card, diag)) !=
			EVX_OK ||
		(files.kind == EVX_IDENTITY_PROTECTED &&
			(err = evx_identity_secrets_open(&files, name, passphrase, &id, diag)) !=
				EVX_OK) ||
		(err = evx_identity_files_lock(home, &dir, diag)) != EVX_OK)
		goto out;
	err = evx_identity_files_write(dir, name, &files, false, diag);
out:
	evx_close_quiet(&dir);
	evx_identity_files_free(&files);
	evx_identity_lock(&id);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "identity: cannot be imported");
}
