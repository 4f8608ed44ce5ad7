/* The cards this machine keeps: those it knows (whose keys a verifier may call trusted) and those
 * it always seals to (format-spec/cards.md "The identity home"). */
#ifndef EVX_CUSTODY_CARDS_H
#define EVX_CUSTODY_CARDS_H

#include "custody/card.h"
#include "custody/kept.h"

enum evx_cards_list { EVX_CARDS_KNOWN, EVX_CARDS_ALWAYS };

struct evx_cards {
	struct evx_card *at;
	size_t n;
};

/* Reads the files of a list, and no more: parse them once the process is confined. A list that is
 * not there is empty. */
enum evx_err evx_cards_read(int home, enum evx_cards_list list, struct evx_kept *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Parses and verifies what evx_cards_read gave, in its order. A bad file fails the whole list: diag
 * names it. */
enum evx_err evx_cards_parse(
	const struct evx_kept *kept, struct evx_cards *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Parses and verifies the card with this fingerprint ("SHA256:…") and no other. EVX_E_NOT_FOUND,
 * and then diag says nothing. */
enum evx_err evx_cards_parse_one(const struct evx_kept *kept, const char *fingerprint,
	struct evx_card *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* evx_cards_read and evx_cards_parse in one. */
enum evx_err evx_cards_load(int home, enum evx_cards_list list, struct evx_cards *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_cards_free(struct evx_cards *cards);
/* Appends a copy of card. */
enum evx_err evx_cards_push(struct evx_cards *cards, const struct evx_card *card) EVX_MUST_CHECK;
/* Verifies a card's text and puts it into a list, in place of an older card of the same signing
 * key. EVX_E_CUSTODY when the one there is retired and the new one is not. *added (NULL allowed)
 * gets the card. */
enum evx_err evx_cards_add(int home, enum evx_cards_list list, const void *p, size_t n,
	struct evx_card *added, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes the card with this fingerprint ("SHA256:…") from a list. EVX_E_NOT_FOUND. */
enum evx_err evx_cards_remove(int home, enum evx_cards_list list, const char *fingerprint,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The card whose signing key (text form) this is, or NULL; of several the one that was retired
 * first. */
const struct evx_card *evx_cards_find(const struct evx_cards *cards, const char *signing);

#endif
