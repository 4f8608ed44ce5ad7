/* A card's JSON in. */
#include <string.h>

#include "base/json.h"
#include "format/value.h"

static const char *const card_keys[] = { "format", "person", "organisation", "country", "role",
	"encryption", "signing", "created", "retired", "declared", "signers", NULL };

static enum evx_err check_signers(
	const struct evx_json *obj, const struct evx_card *card, struct evx_diag *diag)
{
	const struct evx_json *arr;
	const char *s;
	enum evx_err err = evx_json_arr(obj, "signers", false, &arr, diag);

	if (err != EVX_OK)
		return err;
	s = evx_json_len(arr) == 1 ? evx_json_text(evx_json_at(arr, 0), NULL) : NULL;
	if (s == NULL || strcmp(s, card->signing) != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"card: expected exactly its own signing key in signers, found something "
			"else");
	return EVX_OK;
}

static enum evx_err read_card(
	const struct evx_json *obj, struct evx_card *card, struct evx_diag *diag)
{
	const char *s;
	bool present;
	enum evx_err err;

	if ((err = evx_json_str(obj, "format", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (strcmp(s, "evx-card/1") != 0)
		return evx_fail(diag,
			strncmp(s, "evx-card/", 9) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"card: expected format evx-card/1, found another");
	if ((err = evx_json_only(obj, card_keys, diag)) != EVX_OK ||
		(err = evx_value_read_name("card", obj, "person", false, card->person, diag)) !=
			EVX_OK ||
		(err = evx_value_read_name(
			 "card", obj, "organisation", false, card->organisation, diag)) != EVX_OK ||
		(err = evx_json_str(obj, "country", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (evx_card_country_check(s, NULL) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"card: expected two upper-case letters in country, found another text");
	memcpy(card->country, s, sizeof(card->country));
	if ((err = evx_value_read_name("card", obj, "role", true, card->role, diag)) != EVX_OK ||
		(err = evx_value_read_key(
			 "card", obj, "encryption", false, card->encryption, diag)) != EVX_OK ||
		(err = evx_value_read_key("card", obj, "signing", true, card->signing, diag)) !=
			EVX_OK ||
		(err = evx_value_read_time("card", obj, "created", false, &card->created, &present,
			 diag)) != EVX_OK ||
		(err = evx_value_read_time("card", obj, "retired", true, &card->retired,
			 &card->is_retired, diag)) != EVX_OK ||
		(err = evx_value_read_time(
			 "card", obj, "declared", true, &card->declared, &present, diag)) != EVX_OK)
		return err;
	if (present != card->is_retired)
		return evx_fail(diag, EVX_E_CORRUPT,
			"card: expected retired and declared together, found one without the "
			"other");
	if (present && (card->retired < card->created || card->declared < card->created))
		return evx_fail(diag, EVX_E_CORRUPT,
			"card: expected a retirement after the card was made, found one before");
	return check_signers(obj, card, diag);
}

enum evx_err evx_card_decode(const void *p, size_t n, struct evx_card *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err == EVX_OK)
		err = read_card(root, out, diag);
	evx_json_free(root);
	if (err != EVX_OK)
		memset(out, 0, sizeof(*out));
	return err;
}
