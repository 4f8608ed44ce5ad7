/* Who will be able to open an exhibit: the cards named, the signer, and those that this machine
 * always adds. */
#ifndef EVX_PEOPLE_READERS_H
#define EVX_PEOPLE_READERS_H

#include "custody/cards.h"
#include "custody/exhibit_keys.h"
#include "format/details.h"
#include "people/home.h"
#include "people/inputs.h"

struct evx_readers {
	struct evx_reader_info *at; /* content readers first */
	uint8_t (*keys)[32];        /* their encryption keys, in the same order */
	size_t n, ncontent;
};

/* A reader who needs not be named. */
struct evx_reader {
	struct evx_reader_info info;
	uint8_t key[32];
};

struct evx_readers_from {
	const struct evx_inputs *to, *custody_to; /* card files */
	const struct evx_card *self;              /* NULL unless the signer reads, too */
	const struct evx_cards *always;
	const struct evx_reader *also; /* keys without cards: a vault's; they suffice */
	size_t nalso;
	bool later; /* a rewrap: custody readers alone are enough; then those always added are
		       custody readers, too */
};

/* Gathers them, each key once (the content tier wins). EVX_E_USAGE when nobody could open the
 * content; a retired card is refused (EVX_E_CUSTODY). */
enum evx_err evx_readers_gather(const struct evx_readers_from *from, struct evx_readers *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_readers_free(struct evx_readers *r);
/* Makes the key files for them. */
enum evx_err evx_readers_key_files(const struct evx_readers *r, const struct evx_exhibit_keys *keys,
	struct evx_key_files *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes them into the details. */
enum evx_err evx_readers_describe(
	const struct evx_readers *r, struct evx_details_people *out) EVX_MUST_CHECK;
/* Copies a card's names and keys into a person of the details. */
enum evx_err evx_readers_person(
	const struct evx_card_info *card, struct evx_details_person *out) EVX_MUST_CHECK;

#endif
