/* Making and keeping identities. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "custody/identity_files.h"
#include "format/limits.h"
#include "people/card_info.h"
#include "people/home.h"

static enum evx_err copy_text(
	const char *what, const char *from, char to[EVX_CARD_TEXT_CAP], struct evx_diag *diag)
{
	enum evx_err err = evx_card_text_check(what, from, diag);

	if (err == EVX_OK)
		memcpy(to, from, strlen(from) + 1);
	return err;
}

/* Small letters are made capitals. UK is no code of ISO 3166-1, though many write it. */
static enum evx_err copy_country(const char *from, char to[3], struct evx_diag *diag)
{
	size_t i;

	for (i = 0; from[i] != '\0' && i < 2; i++)
		to[i] = from[i] >= 'a' && from[i] <= 'z' ? (char)(from[i] - 'a' + 'A') : from[i];
	to[i] = '\0';
	if (from[i] != '\0' || evx_card_country_check(to, NULL) != EVX_OK)
		return evx_fail(diag, EVX_E_USAGE,
			"\"%.40s\" is not the code of a country. Use the two letters of ISO "
			"3166-1, such as GB or DE.",
			from);
	if (strcmp(to, "UK") == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"UK is not the code of a country. Write GB for the United Kingdom.");
	return EVX_OK;
}

/* The names of spec as a card without keys. */
static enum evx_err card_of(
	const struct evx_id_spec *spec, struct evx_card *card, struct evx_diag *diag)
{
	enum evx_err err;

	memset(card, 0, sizeof(*card));
	card->created = (int64_t)time(NULL);
	if (spec->person == NULL || spec->organisation == NULL || spec->country == NULL)
		return evx_fail(diag, EVX_E_USAGE,
			"An identity needs a person, an organisation and a country. Give all "
			"three.");
	if ((err = copy_text("person", spec->person, card->person, diag)) != EVX_OK ||
		(err = copy_text("organisation", spec->organisation, card->organisation, diag)) !=
			EVX_OK ||
		(spec->role != NULL &&
			(err = copy_text("role", spec->role, card->role, diag)) != EVX_OK))
		return err;
	return copy_country(spec->country, card->country, diag);
}

static enum evx_err check_name(const char *name, struct evx_diag *diag)
{
	if (evx_identity_name_valid(name))
		return EVX_OK;
	return evx_fail(diag, EVX_E_USAGE,
		"\"%.100s\" cannot be the name of an identity. Use 1 to 64 of the characters A-Z "
		"a-z 0-9 . _ - and no dot at the start.",
		name);
}

/* Refuses a name that is taken before anything is asked. */
static enum evx_err check_free(struct evx_home *h, const char *name, struct evx_diag *diag)
{
	struct evx_identity_files files = { 0 };
	const enum evx_err found = evx_identity_files_read(h->fd, name, &files, NULL);

	evx_identity_files_free(&files);
	if (found == EVX_E_NOT_FOUND)
		return EVX_OK;
	return evx_fail(diag, EVX_E_EXISTS,
		"An identity with the name %s exists already. Nothing was changed. Choose another "
		"name.",
		name);
}

enum evx_err evx_id_new(struct evx_home *h, const char *name, const struct evx_id_spec *spec,
	const struct evx_passphrase *ask, struct evx_card_info *out, struct evx_diag *diag)
{
	struct evx_secret *passphrase = NULL;
	struct evx_agent *agent = NULL;
	struct evx_signer signer;
	struct evx_card who, card;
	const char *fingerprint = "";
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = check_name(name, diag)) != EVX_OK || (err = card_of(spec, &who, diag)) != EVX_OK)
		goto out;
	if ((err = check_free(h, name, diag)) != EVX_OK)
		goto out;
	if (spec->signer != NULL && !evx_agent_named(spec->signer, &fingerprint)) {
		err = evx_fail(diag, EVX_E_USAGE,
			"\"%.100s\" is not a key in an agent. Write agent:SHA256:… with the "
			"fingerprint that ssh-add -l shows.",
			spec->signer);
		goto out;
	}
	if (spec->signer != NULL) {
		err = evx_agent_open(h->agent, fingerprint, h->cancel, &agent, diag);
		if (err != EVX_OK)
			goto out;
		signer = evx_agent_signer(agent);
	}
	if (!spec->no_passphrase &&
		(err = evx_home_ask_passphrase(ask, name, true, &passphrase, diag)) != EVX_OK)
		goto out;
	err = evx_identity_create(h->fd, name, &who,
		(struct evx_protection){ passphrase, spec->work_factor },
		agent != NULL ? &signer : NULL, &card, diag);
	if (err == EVX_OK)
		err = evx_card_info_of(&card, out, diag);
out:
	evx_home_forget(h);
	evx_agent_free(agent);
	evx_secret_free(passphrase);
	return err;
}

/* The verified card of an identity and what secrets it has. */
static enum evx_err look(struct evx_home *h, const char *name, struct evx_card *card,
	enum evx_identity_kind *kind, struct evx_diag *diag)
{
	enum evx_err err = check_name(name, diag);

	return err == EVX_OK ? evx_identity_card(h->fd, name, card, kind, diag) : err;
}

enum evx_err evx_id_show(struct evx_home *h, const char *name, struct evx_card_info *out,
	struct evx_id_keys *keys, struct evx_diag *diag)
{
	enum evx_identity_kind kind = EVX_IDENTITY_CARD_ONLY;
	struct evx_card card;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	memset(keys, 0, sizeof(*keys));
	if ((err = look(h, name, &card, &kind, diag)) != EVX_OK ||
		(err = evx_card_info_of(&card, out, diag)) != EVX_OK ||
		(err = evx_identity_in_agent(h->fd, name, &keys->in_agent, diag)) != EVX_OK)
		return err;
	keys->has_passphrase = kind == EVX_IDENTITY_PROTECTED;
	return EVX_OK;
}

enum evx_err evx_id_card(struct evx_home *h, const char *name, char **text, struct evx_diag *diag)
{
	struct evx_identity_files files = { 0 };
	struct evx_card card;
	enum evx_err err = check_name(name, diag);

	*text = NULL;
	if (err != EVX_OK || (err = evx_identity_files_read(h->fd, name, &files, diag)) != EVX_OK ||
		(err = evx_card_text_read(files.card.data, files.card.len, &card, diag)) != EVX_OK)
		goto out;
	*text = strndup((const char *)files.card.data, files.card.len);
	if (*text == NULL)
		err = evx_fail_memory(diag);
out:
	evx_identity_files_free(&files);
	return err;
}

enum evx_err evx_id_list(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const char *name, const struct evx_card_info *card,
		struct evx_id_keys keys),
	void *ctx, struct evx_diag *diag)
{
	evx_identity_name *names = NULL;
	struct evx_card_info info;
	struct evx_id_keys keys;
	size_t n = 0, i;
	enum evx_err err = evx_identity_list(h->fd, &names, &n, diag);

	for (i = 0; err == EVX_OK && i < n; i++) {
		err = evx_id_show(h, names[i], &info, &keys, diag);
		if (err == EVX_OK)
			err = each(ctx, names[i], &info, keys);
	}
	free(names);
	return err;
}

/* Asks again while the passphrase is wrong: before a new one is asked for, or anything is written.
 */
static enum evx_err try_passphrase(struct evx_home *h, const char *name,
	const struct evx_passphrase *ask, struct evx_secret **passphrase, struct evx_diag *diag)
{
	struct evx_identity id;
	struct evx_diag why = { 0 };
	unsigned tries = 0;
	enum evx_err err, again = EVX_OK;

	do {
		memset(&id, 0, sizeof(id));
		evx_diag_clear(&why);
		err = evx_identity_unlock(h->fd, name, *passphrase, &id, &why);
		evx_identity_lock(&id);
		if (err == EVX_E_KEY)
			again = evx_home_ask_again(ask, name, &tries, passphrase, diag);
	} while (err == EVX_E_KEY && again == EVX_OK);
	evx_home_answered(ask);
	if (err == EVX_E_KEY && again != EVX_E_KEY)
		return again;
	if (err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = why;
	return err;
}

/* The passphrase of an identity, NULL when it has none. */
static enum evx_err passphrase_of(struct evx_home *h, const char *name,
	const struct evx_passphrase *ask, struct evx_secret **out, enum evx_identity_kind *kind,
	struct evx_diag *diag)
{
	struct evx_card card;
	enum evx_err err;

	*out = NULL;
	if ((err = look(h, name, &card, kind, diag)) != EVX_OK)
		return err;
	if (*kind == EVX_IDENTITY_CARD_ONLY)
		return evx_fail(diag, EVX_E_KEY,
			"Identity %s has only a card here. Its keys are elsewhere. Use the machine "
			"with the keys, or import a backup: evx id import FILE",
			name);
	if (*kind != EVX_IDENTITY_PROTECTED)
		return EVX_OK;
	err = evx_home_ask_passphrase(ask, name, false, out, diag);
	return err == EVX_OK ? try_passphrase(h, name, ask, out, diag) : err;
}

enum evx_err evx_id_passwd(struct evx_home *h, const char *name, bool to_none, unsigned work_factor,
	const struct evx_passphrase *ask, struct evx_diag *diag)
{
	struct evx_secret *old = NULL, *new = NULL;
	enum evx_identity_kind kind;
	enum evx_err err = passphrase_of(h, name, ask, &old, &kind, diag);

	if (err != EVX_OK)
		goto out;
	if (to_none && kind == EVX_IDENTITY_OPEN) {
		err = evx_fail(diag, EVX_E_USAGE,
			"Identity %s has no passphrase. Nothing was changed.", name);
		goto out;
	}
	if (!to_none && (err = evx_home_ask_passphrase(ask, name, true, &new, diag)) != EVX_OK)
		goto out;
	err = evx_identity_change_passphrase(
		h->fd, name, old, (struct evx_protection){ new, work_factor }, diag);
out:
	evx_secret_free(old);
	evx_secret_free(new);
	return err;
}

enum evx_err evx_id_backup(struct evx_home *h, const char *name, const char *file,
	const struct evx_passphrase *ask, struct evx_diag *diag)
{
	enum evx_identity_kind kind = EVX_IDENTITY_CARD_ONLY;
	struct evx_secret *passphrase = NULL;
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_card card;
	enum evx_err err = look(h, name, &card, &kind, diag);

	if (err != EVX_OK)
		goto out;
	if (kind == EVX_IDENTITY_CARD_ONLY) {
		err = evx_fail(diag, EVX_E_KEY,
			"Identity %s has only a card here. Its keys are elsewhere. Use the machine "
			"with the keys, or import a backup: evx id import FILE",
			name);
		goto out;
	}
	if (faccessat(AT_FDCWD, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		err = evx_diag_in(diag, file,
			evx_fail(diag, EVX_E_EXISTS,
				"A file with this name is there already. Nothing was changed. "
				"Choose another name."));
		goto out;
	}
	if ((kind == EVX_IDENTITY_OPEN &&
		    (err = evx_home_ask_passphrase(ask, file, true, &passphrase, diag)) !=
			    EVX_OK) ||
		(err = evx_identity_backup(h->fd, name, (struct evx_protection){ passphrase, 0 },
			 &text, diag)) != EVX_OK)
		goto out;
	err = evx_write_new_file(AT_FDCWD, file, 0600, text.data, text.len, diag);
out:
	evx_secret_free(passphrase);
	evx_buf_free(&text);
	return err;
}

/* The name that a file suggests: without directory and ending. */
static enum evx_err name_of_file(const char *file, evx_identity_name name, struct evx_diag *diag)
{
	const char *base = strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file;
	const char *dot = strrchr(base, '.');
	size_t n = dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);

	if (n >= sizeof(evx_identity_name))
		return evx_fail(diag, EVX_E_USAGE,
			"The file's name %s is too long for an identity. Give a name with --name "
			"NAME.",
			file);
	memcpy(name, base, n);
	name[n] = '\0';
	return EVX_OK;
}

/* The card that the text begins with must not pass for somebody else's unasked. */
static enum evx_err check_card_name(
	struct evx_home *h, const struct evx_buf *text, struct evx_diag *diag)
{
	struct evx_signed_text split;
	struct evx_card card;
	size_t used = 0;
	enum evx_err err = evx_signed_text_split_front(text->data, text->len, &split, &used, diag);

	if (err != EVX_OK || (err = evx_card_text_read(text->data, used, &card, diag)) != EVX_OK ||
		(err = evx_names_load(h, diag)) != EVX_OK)
		return err;
	return evx_names_check(&h->names, &card, diag);
}

static enum evx_err import_text(struct evx_home *h, const char *name, const char *file,
	const struct evx_buf *text, const struct evx_passphrase *ask,
	struct evx_secret **passphrase, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	unsigned tries = 0;
	enum evx_err err, again = EVX_OK;

	do {
		evx_diag_clear(&why);
		err = evx_identity_import(h->fd, name, text->data, text->len, *passphrase, &why);
		if (err == EVX_E_KEY)
			again = evx_home_ask_again(ask, file, &tries, passphrase, diag);
	} while (err == EVX_E_KEY && again == EVX_OK);
	evx_home_answered(ask);
	if (err == EVX_E_KEY && again != EVX_E_KEY)
		return again;
	if (err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = why;
	return evx_diag_in(diag, file, err);
}

enum evx_err evx_id_import(struct evx_home *h, const char *file, const char *name,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, char name_out[65],
	struct evx_diag *diag)
{
	static const char keys[] = "-----BEGIN AGE ENCRYPTED FILE-----";
	struct evx_secret *passphrase = NULL;
	struct evx_buf text = EVX_BUF_INIT;
	evx_identity_name chosen = "";
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	name_out[0] = '\0';
	if (name == NULL) {
		s.err = name_of_file(file, chosen, diag);
		name = chosen;
	}
	if (evx_start_good(&s))
		s.err = check_name(name, diag);
	if (evx_start_good(&s))
		s.err = check_free(h, name, diag);
	evx_input_text_start(&s, file, EVX_DOCUMENT_MAX, &text);
	/* A card alone is taken in, too, and has nothing to decrypt. */
	if (evx_start_good(&s) && text.len > 0 &&
		memmem(text.data, text.len, keys, sizeof(keys) - 1) != NULL)
		s.err = evx_home_ask_passphrase(ask, file, false, &passphrase, diag);
	evx_home_start(&s, h, EVX_CONFINE_WRITE);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_diag_in(diag, file, check_card_name(h, &text, diag));
	if (err == EVX_OK)
		err = import_text(h, name, file, &text, ask, &passphrase, diag);
	evx_home_forget(h);
	if (err == EVX_OK)
		memcpy(name_out, name, strlen(name) + 1);
	evx_secret_free(passphrase);
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_id_retire(struct evx_home *h, const char *name, const struct evx_passphrase *ask,
	struct evx_diag *diag)
{
	struct evx_secret *passphrase = NULL;
	struct evx_agent *agent = NULL;
	struct evx_signer signer;
	struct evx_card_info info;
	struct evx_id_keys keys;
	enum evx_identity_kind kind;
	enum evx_err err = evx_id_show(h, name, &info, &keys, diag);

	if (err != EVX_OK ||
		(keys.in_agent &&
			(err = evx_agent_open(
				 h->agent, info.fingerprint, h->cancel, &agent, diag)) != EVX_OK))
		goto out;
	if (agent != NULL)
		signer = evx_agent_signer(agent);
	if ((err = passphrase_of(h, name, ask, &passphrase, &kind, diag)) != EVX_OK)
		goto out;
	err = evx_identity_retire(
		h->fd, name, passphrase, agent != NULL ? &signer : NULL, (int64_t)time(NULL), diag);
out:
	evx_home_forget(h);
	evx_agent_free(agent);
	evx_secret_free(passphrase);
	return err;
}
