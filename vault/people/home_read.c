/* The cards and rosters of the home: read before the process confines itself, parsed after
 * (people/home.h). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "people/home.h"

static void forget(struct evx_home_files *f)
{
	evx_kept_free(&f->files);
	memset(f, 0, sizeof(*f));
}

void evx_home_forget(struct evx_home *h)
{
	forget(&h->trusted);
	forget(&h->always);
	forget(&h->own);
	forget(&h->rosters);
	evx_kept_free(&h->scopes);
	h->is_read = false;
}

void evx_home_read(struct evx_home *h)
{
	if (h == NULL || h->is_read)
		return;
	h->trusted.err = evx_cards_read(h->fd, EVX_CARDS_KNOWN, &h->trusted.files, &h->trusted.why);
	h->always.err = evx_cards_read(h->fd, EVX_CARDS_ALWAYS, &h->always.files, &h->always.why);
	h->own.err = evx_identity_cards_read(h->fd, &h->own.files, &h->own.why);
	h->rosters.err = evx_rosters_read(h->fd, &h->rosters.files, &h->scopes, &h->rosters.why);
	h->is_read = true;
}

/* EVX_OK when its files can be parsed. */
static enum evx_err ready(struct evx_home *h, const struct evx_home_files *f, struct evx_diag *diag)
{
	if (!h->is_read)
		evx_home_read(h);
	if (f->err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = f->why;
	return f->err;
}

enum evx_err evx_home_trusted(struct evx_home *h, struct evx_cards *out, struct evx_diag *diag)
{
	enum evx_err err = ready(h, &h->trusted, diag);

	memset(out, 0, sizeof(*out));
	return err == EVX_OK ? evx_cards_parse(&h->trusted.files, out, diag) : err;
}

enum evx_err evx_home_always(struct evx_home *h, struct evx_cards *out, struct evx_diag *diag)
{
	enum evx_err err = ready(h, &h->always, diag);

	memset(out, 0, sizeof(*out));
	return err == EVX_OK ? evx_cards_parse(&h->always.files, out, diag) : err;
}

enum evx_err evx_home_rosters(struct evx_home *h, struct evx_rosters *out, struct evx_diag *diag)
{
	enum evx_err err = ready(h, &h->rosters, diag);

	memset(out, 0, sizeof(*out));
	return err == EVX_OK ?
		evx_rosters_parse(&h->rosters.files, &h->scopes, h->cancel, out, diag) :
		err;
}

/* Adds the cards of the home's own identities. */
static enum evx_err add_own(struct evx_home *h, struct evx_cards *cards, struct evx_diag *diag)
{
	enum evx_err err = ready(h, &h->own, diag);
	struct evx_card card;

	for (size_t i = 0; err == EVX_OK && i < h->own.files.n; i++) {
		const struct evx_kept_file *file = &h->own.files.at[i];

		err = evx_diag_in(diag, file->name,
			evx_card_text_read(file->bytes.data, file->bytes.len, &card, diag));
		if (err == EVX_OK && evx_cards_push(cards, &card) != EVX_OK)
			err = evx_fail_memory(diag);
	}
	return err;
}

enum evx_err evx_home_cards(struct evx_home *h, struct evx_cards *out, struct evx_diag *diag)
{
	enum evx_err err = evx_home_trusted(h, out, diag);

	if (err == EVX_OK)
		err = add_own(h, out, diag);
	if (err != EVX_OK)
		evx_cards_free(out);
	return err;
}

enum evx_err evx_home_own_card(
	struct evx_home *h, const char *name, char **text, struct evx_diag *diag)
{
	const struct evx_kept_file *file;
	struct evx_card card;
	enum evx_err err = ready(h, &h->own, diag);

	*text = NULL;
	if (err != EVX_OK)
		return err;
	file = evx_kept_find(&h->own.files, name);
	if (file == NULL)
		return evx_fail(
			diag, EVX_E_NOT_FOUND, "There is no identity with the name %s.", name);
	err = evx_diag_in(
		diag, name, evx_card_text_read(file->bytes.data, file->bytes.len, &card, diag));
	if (err != EVX_OK)
		return err;
	*text = strndup((const char *)file->bytes.data, file->bytes.len);
	return *text != NULL ? EVX_OK : evx_fail_memory(diag);
}

/* The trusted cards with one name. */
struct named {
	const struct evx_buf *text;
	size_t n;
	char prints[256];
	bool retired;
};

static void take_named(struct named *found, const struct evx_buf *text, bool retired,
	const char print[EVX_FINGERPRINT_CAP])
{
	const size_t at = strlen(found->prints);

	if (found->n > 0 && retired && !found->retired)
		return;
	if (found->n > 0 && !retired && found->retired)
		*found = (struct named){ .n = 0 };
	found->text = text;
	found->n++;
	found->retired = retired;
	if (at + EVX_FINGERPRINT_CAP + 1 < sizeof(found->prints))
		(void)snprintf(found->prints + at, sizeof(found->prints) - at, " %s", print);
}

enum evx_err evx_home_card_named(
	struct evx_home *h, const char *name, struct evx_buf *text, struct evx_diag *diag)
{
	struct named found = { .n = 0 };
	enum evx_err err = ready(h, &h->trusted, diag);

	for (size_t i = 0; err == EVX_OK && i < h->trusted.files.n; i++) {
		const struct evx_kept_file *file = &h->trusted.files.at[i];
		char print[EVX_FINGERPRINT_CAP];
		struct evx_card card;

		err = evx_card_text_read(file->bytes.data, file->bytes.len, &card, diag);
		if (err == EVX_OK)
			err = evx_card_fingerprint(&card, print, diag);
		if (err != EVX_OK)
			return evx_diag_in(diag, file->name, err);
		if (strcasecmp(card.person, name) == 0 || strcmp(print, name) == 0)
			take_named(&found, &file->bytes, card.is_retired, print);
	}
	if (err != EVX_OK)
		return err;
	if (found.n == 0)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"\"%.100s\" is neither a file nor the name on a trusted card. To see the "
			"names, run: evx trust list",
			name);
	if (found.n > 1)
		return evx_fail(diag, EVX_E_USAGE,
			"%zu trusted cards have the name \"%.100s\":%s. Name the one that you mean "
			"by its fingerprint.",
			found.n, name, found.prints);
	return evx_fail_buf(diag, evx_buf_add(text, found.text->data, found.text->len));
}

enum evx_err evx_home_cards_that_name(
	struct evx_home *h, const char *fingerprint, struct evx_cards *out, struct evx_diag *diag)
{
	struct evx_card card;
	enum evx_err err = ready(h, &h->trusted, diag);

	memset(out, 0, sizeof(*out));
	if (err != EVX_OK)
		return err;
	err = evx_cards_parse_one(&h->trusted.files, fingerprint, &card, diag);
	if (err == EVX_OK && evx_cards_push(out, &card) != EVX_OK)
		err = evx_fail_memory(diag);
	if (err == EVX_OK || err == EVX_E_NOT_FOUND)
		err = add_own(h, out, diag);
	if (err != EVX_OK)
		evx_cards_free(out);
	return err;
}
