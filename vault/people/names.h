/* Names that could be taken for another's (format-spec/cards.md "Names that look alike"): the one
 * place that decides, asked wherever a card is named for a decision. */
#ifndef EVX_PEOPLE_NAMES_H
#define EVX_PEOPLE_NAMES_H

#include "evx.h"
#include "format/card.h"
#include "format/roster.h"
#include "people/inputs.h"

/* Whom this machine knows, by shapes of names. Zero-initialise. */
struct evx_names {
	evx_names_confirm_fn confirm; /* NULL: nobody can be asked */
	void *ctx;
	struct evx_card_info *at; /* owned */
	size_t n;
	struct evx_names_shape *shapes; /* owned */
	size_t nshapes, nsorted;
	bool loaded;
};

void evx_names_free(struct evx_names *names);
/* Learns whom the home knows, once: cards trusted, always added and of its identities, and the keys
 * of its rosters, from what evx_home_read has read before the process was confined. */
enum evx_err evx_names_load(struct evx_home *h, struct evx_diag *diag) EVX_MUST_CHECK;
/* Asks where the person of card, whose signature is good, could be taken for somebody known under
 * another key, the organisation for another one, where the key is known under another name, or a
 * name is disguised. The card is known then. EVX_E_INTERRUPTED when the answer was no, EVX_E_USAGE
 * when nobody could be asked. */
enum evx_err evx_names_check(
	struct evx_names *names, const struct evx_card *card, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for each card in these files, one after the other; verifies them. */
enum evx_err evx_names_check_files(
	struct evx_names *names, const struct evx_inputs *in, struct evx_diag *diag) EVX_MUST_CHECK;
/* From here on the keys of r are known, too. */
enum evx_err evx_names_know_roster(
	struct evx_names *names, const struct evx_roster *r, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for all keys of a roster, against whom is known and against each other. That one name
 * stands there twice, letter by letter, is its roots' word. */
enum evx_err evx_names_check_roster(
	struct evx_names *names, const struct evx_roster *r, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
