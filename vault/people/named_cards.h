/* Cards that a command names: by their files, or, when they are trusted here, by the person. */
#ifndef EVX_PEOPLE_NAMED_CARDS_H
#define EVX_PEOPLE_NAMED_CARDS_H

#include "people/home.h"
#include "people/inputs.h"

/* As evx_inputs_texts_start, for cards. What is no file and looks like none (without '/', and not
 * ending with ".card") is the name of a person, and what begins with "SHA256:" a fingerprint, on a
 * card trusted in h (NULL: there are none): once the process is confined, the text of that card
 * stands in *out. EVX_E_NOT_FOUND when no trusted card has the name, EVX_E_USAGE when several have.
 */
void evx_named_cards_start(struct evx_start *s, struct evx_home *h, const char *const *names,
	size_t n, struct evx_inputs *out);

#endif
