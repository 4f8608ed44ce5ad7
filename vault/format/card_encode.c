/* A card's JSON out. */
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "format/card.h"

/* Control characters are U+0000 to U+001F and U+007F to U+009F; the latter are C2 80 to C2 9F in
 * UTF-8. */
static bool has_control(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;

	for (; *p != 0; p++)
		if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f))
			return true;
	return false;
}

enum evx_err evx_card_text_check(const char *what, const char *s, struct evx_diag *diag)
{
	size_t n = strlen(s);

	if (n == 0 || n >= EVX_CARD_TEXT_CAP)
		return evx_fail(diag, EVX_E_USAGE,
			"%s: expected a text of 1 to %d bytes, found %zu", what,
			EVX_CARD_TEXT_CAP - 1, n);
	if (!evx_utf8_valid(s, n) || has_control(s))
		return evx_fail(diag, EVX_E_USAGE,
			"%s: expected UTF-8 without control characters, found other bytes", what);
	return EVX_OK;
}

enum evx_err evx_card_country_check(const char *s, struct evx_diag *diag)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (strlen(s) != 2 || strspn(s, letters) != 2)
		return evx_fail(diag, EVX_E_USAGE,
			"country: expected two upper-case letters (ISO 3166-1), found another "
			"text");
	return EVX_OK;
}

enum evx_err evx_card_encode(
	const struct evx_card *card, struct evx_buf *out, struct evx_diag *diag)
{
	char created[EVX_TIME_CAP], retired[EVX_TIME_CAP] = "", declared[EVX_TIME_CAP] = "";
	struct evx_diag why = { 0 };
	struct evx_card again;
	size_t start = out->len;
	struct evx_jw w;
	enum evx_err err;

	if (evx_time_encode(card->created, created) != EVX_OK ||
		(card->is_retired &&
			(evx_time_encode(card->retired, retired) != EVX_OK ||
				evx_time_encode(card->declared, declared) != EVX_OK)))
		return evx_fail(diag, EVX_E_USAGE,
			"card: expected times in the years 1970 to 9999, found others");
	w = evx_jw_begin(out);
	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", "evx-card/1");
	evx_jw_str(&w, "person", card->person);
	evx_jw_str(&w, "organisation", card->organisation);
	evx_jw_str(&w, "country", card->country);
	evx_jw_opt(&w, "role", card->role);
	evx_jw_str(&w, "encryption", card->encryption);
	evx_jw_str(&w, "signing", card->signing);
	evx_jw_str(&w, "created", created);
	evx_jw_opt(&w, "retired", retired);
	evx_jw_opt(&w, "declared", declared);
	evx_jw_arr(&w, "signers");
	evx_jw_str(&w, NULL, card->signing);
	evx_jw_close(&w);
	evx_jw_close(&w);
	err = evx_jw_end(&w);
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err, "card: expected texts in UTF-8");
	}
	/* What no reader would take is not given out. */
	err = evx_card_decode(out->data + start, out->len - start, &again, &why);
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err == EVX_E_MEMORY ? err : EVX_E_USAGE, "%s", why.text);
	}
	return EVX_OK;
}
