/* A card: a person's or an office's public identity (format-spec/cards.md). */
#ifndef EVX_FORMAT_CARD_H
#define EVX_FORMAT_CARD_H

#include "base/buf.h"
#include "format/event.h"

#define EVX_CARD_TEXT_CAP 257 /* 256 bytes and a NUL */

struct evx_card {
	char person[EVX_CARD_TEXT_CAP], organisation[EVX_CARD_TEXT_CAP];
	char country[3];                   /* ISO 3166-1 alpha-2 */
	char role[EVX_CARD_TEXT_CAP];      /* "" when absent */
	char encryption[EVX_KEY_TEXT_CAP]; /* age1… */
	char signing[EVX_KEY_TEXT_CAP];    /* ssh-ed25519 … */
	int64_t created;                   /* seconds since 1970-01-01T00:00:00Z */
	bool is_retired;
	int64_t retired;  /* when is_retired */
	int64_t declared; /* when is_retired: when this card, which says so, was signed */
};

/* EVX_OK when s can stand as a text of a card: 1 to 256 bytes of UTF-8 without control characters;
 * else EVX_E_USAGE naming what. */
enum evx_err evx_card_text_check(
	const char *what, const char *s, struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_OK when s is two upper-case letters; else EVX_E_USAGE. */
enum evx_err evx_card_country_check(const char *s, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the JSON line of card (its signer is its signing key). EVX_E_USAGE for texts no reader
 * would accept. */
enum evx_err evx_card_encode(
	const struct evx_card *card, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line; the signature is not judged here (custody/card.h does). EVX_E_UNSUPPORTED for
 * an unknown format or key. */
enum evx_err evx_card_decode(
	const void *p, size_t n, struct evx_card *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
