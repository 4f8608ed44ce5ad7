/* Names that a person could take for one another (format-spec/cards.md "Names that look alike"). */
#ifndef EVX_FORMAT_ALIKE_H
#define EVX_FORMAT_ALIKE_H

#include "base/buf.h"

/* Appends the skeleton of the UTF-8 text s: what is left of it for the eye. Letters of both cases, of other scripts that look like Latin ones, with and
 * without accents, digits that look like letters, and "rn" and "m" become the same; spaces, punctuation and what cannot be seen go. */
enum evx_err evx_alike_skeleton(const char *s, struct evx_buf *out) EVX_MUST_CHECK;
/* *alike tells whether the skeletons of a and b are the same. EVX_E_MEMORY. */
enum evx_err evx_alike_names(const char *a, const char *b, bool *alike) EVX_MUST_CHECK;
/* True when a word of s mixes Latin letters with Greek, Cyrillic or Armenian ones, or s holds signs that hide, join or reverse: worth a second look. */
bool evx_alike_disguised(const char *s);

#endif
