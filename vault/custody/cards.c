/* The cards this machine knows, and those it always seals to. */
#include "custody/cards.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "format/text.h"

#define SUFFIX ".card"
#define FILE_CAP (64 + sizeof(SUFFIX)) /* 64 hex digits of the fingerprint's hash */

static const char *dir_of(enum evx_cards_list list)
{
	return list == EVX_CARDS_ALWAYS ? "always" : "cards";
}

void evx_cards_free(struct evx_cards *cards)
{
	if (cards == NULL)
		return;
	free(cards->at);
	memset(cards, 0, sizeof(*cards));
}

enum evx_err evx_cards_push(struct evx_cards *cards, const struct evx_card *card)
{
	struct evx_card *added = EVX_ARRAY_ADD(cards->at, cards->n);

	if (added == NULL)
		return EVX_E_MEMORY;
	*added = *card;
	return EVX_OK;
}

const struct evx_card *evx_cards_find(const struct evx_cards *cards, const char *signing)
{
	const struct evx_card *found = NULL;
	size_t i;

	for (i = 0; i < cards->n; i++) {
		const struct evx_card *card = &cards->at[i];

		if (strcmp(card->signing, signing) != 0)
			continue;
		if (found == NULL ||
			(card->is_retired &&
				(!found->is_retired || card->retired < found->retired)))
			found = card;
	}
	return found;
}

/* The file name of a fingerprint "SHA256:…": its 32 bytes in hex, since base64 may hold '/'. */
static enum evx_err file_of(const char *fingerprint, char out[FILE_CAP], struct evx_diag *diag)
{
	uint8_t hash[32];
	enum evx_err err = evx_card_fingerprint_hash(fingerprint, hash, diag);

	out[0] = '\0';
	if (err == EVX_OK) {
		evx_hex_encode(hash, sizeof(hash), out);
		memcpy(out + 64, SUFFIX, sizeof(SUFFIX));
	}
	return err;
}

static enum evx_err file_of_card(
	const struct evx_card *card, char out[FILE_CAP], struct evx_diag *diag)
{
	char fingerprint[EVX_FINGERPRINT_CAP];
	enum evx_err err = evx_card_fingerprint(card, fingerprint, diag);

	return err == EVX_OK ? file_of(fingerprint, out, diag) : err;
}

static enum evx_err open_list(int home, enum evx_cards_list list, int *dir, struct evx_diag *diag)
{
	*dir = openat(home, dir_of(list), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0)
		return evx_fail_errno(
			diag, dir_of(list), "identity home: cannot open a list of cards");
	return EVX_OK;
}

/* The name of a card's file must be that of its key. */
static enum evx_err parse_card(
	const char *file, const struct evx_buf *text, struct evx_card *card, struct evx_diag *diag)
{
	char expected[FILE_CAP];
	enum evx_err err = evx_card_text_read(text->data, text->len, card, diag);

	if (err == EVX_OK && (err = file_of_card(card, expected, diag)) == EVX_OK &&
		strcmp(expected, file) != 0)
		err = evx_fail(diag, EVX_E_FORGED,
			"card: expected the key that its file is named for, found another");
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, file, err);
}

static enum evx_err load_card(
	int dir, const char *file, struct evx_card *card, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_read_guarded_file(dir, file, EVX_DOCUMENT_MAX, &text, diag);

	if (err == EVX_OK)
		err = parse_card(file, &text, card, diag);
	evx_buf_free(&text);
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, file, err);
}

enum evx_err evx_cards_parse_one(const struct evx_kept *kept, const char *fingerprint,
	struct evx_card *out, struct evx_diag *diag)
{
	char file[FILE_CAP];
	const struct evx_kept_file *found;
	enum evx_err err = file_of(fingerprint, file, diag);

	if (err != EVX_OK)
		return err;
	found = evx_kept_find(kept, file);
	return found != NULL ? parse_card(file, &found->bytes, out, diag) : EVX_E_NOT_FOUND;
}

enum evx_err evx_cards_read(
	int home, enum evx_cards_list list, struct evx_kept *out, struct evx_diag *diag)
{
	return evx_kept_read(home, dir_of(list), SUFFIX, EVX_DOCUMENT_MAX, out, diag);
}

enum evx_err evx_cards_parse(
	const struct evx_kept *kept, struct evx_cards *out, struct evx_diag *diag)
{
	struct evx_cards cards = { NULL, 0 };
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < kept->n && err == EVX_OK; i++) {
		struct evx_card card;

		err = parse_card(kept->at[i].name, &kept->at[i].bytes, &card, diag);
		if (err == EVX_OK)
			err = evx_cards_push(&cards, &card);
	}
	if (err != EVX_OK) {
		evx_cards_free(&cards);
		return evx_fail_buf(diag, err);
	}
	*out = cards;
	return EVX_OK;
}

enum evx_err evx_cards_load(
	int home, enum evx_cards_list list, struct evx_cards *out, struct evx_diag *diag)
{
	struct evx_kept kept;
	enum evx_err err = evx_cards_read(home, list, &kept, diag);

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = evx_cards_parse(&kept, out, diag);
	evx_kept_free(&kept);
	return err;
}

/* A card of the same key that is there already must not be one that was retired, when the new one
 * is not. */
static enum evx_err check_replaced(
	int dir, const char *file, const struct evx_card *card, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_card there;
	enum evx_err err = load_card(dir, file, &there, &why);

	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK)
		return evx_fail(diag, err, "card that is here: %s", why.text);
	if (there.is_retired && !card->is_retired)
		return evx_fail(diag, EVX_E_CUSTODY,
			"card: the one that is here says that the key is retired, this one does "
			"not");
	if (card->is_retired && card->retired < there.created)
		return evx_fail(diag, EVX_E_CUSTODY,
			"card: it says that the key was retired before the card that is here was "
			"made");
	return EVX_OK;
}

enum evx_err evx_cards_add(int home, enum evx_cards_list list, const void *p, size_t n,
	struct evx_card *added, struct evx_diag *diag)
{
	char file[FILE_CAP];
	struct evx_card card;
	int dir = -1;
	enum evx_err err = evx_card_text_read(p, n, &card, diag);

	if (added != NULL)
		memset(added, 0, sizeof(*added));
	if (err != EVX_OK || (err = file_of_card(&card, file, diag)) != EVX_OK)
		goto out;
	if (mkdirat(home, dir_of(list), 0700) != 0 && errno != EEXIST) {
		err = evx_fail_errno(
			diag, dir_of(list), "identity home: cannot make a list of cards");
		goto out;
	}
	if ((err = open_list(home, list, &dir, diag)) != EVX_OK ||
		(err = check_replaced(dir, file, &card, diag)) != EVX_OK ||
		(err = evx_replace_file(dir, file, 0600, p, n, diag)) != EVX_OK ||
		(err = evx_fsync(home, "identity home", diag)) != EVX_OK)
		goto out;
	if (added != NULL)
		*added = card;
out:
	evx_close_quiet(&dir);
	return err;
}

enum evx_err evx_cards_remove(
	int home, enum evx_cards_list list, const char *fingerprint, struct evx_diag *diag)
{
	char file[FILE_CAP];
	int dir = -1;
	enum evx_err err = file_of(fingerprint, file, diag);

	if (err != EVX_OK || (err = open_list(home, list, &dir, diag)) != EVX_OK)
		goto out;
	if (unlinkat(dir, file, 0) != 0) {
		err = errno == ENOENT ? evx_fail(diag, EVX_E_NOT_FOUND,
						"card: there is none with this fingerprint") :
					evx_fail_errno(diag, file, "card: cannot be taken away");
		goto out;
	}
	err = evx_fsync(dir, dir_of(list), diag);
out:
	evx_close_quiet(&dir);
	return err;
}
