/* Names that a person could take for one another (format-spec/cards.md "Names that look alike"), by
 * the tables of Unicode as ICU has them (UTS 39). */
#ifndef EVX_BASE_ALIKE_H
#define EVX_BASE_ALIKE_H

#include "base/buf.h"

/* Two names are alike when they have a shape in common. A name has up to EVX_ALIKE_SHAPES of them:
 * as it is written, in small letters, in capitals. */
#define EVX_ALIKE_SHAPES 3

enum evx_alike {
	EVX_ALIKE_NO,
	EVX_ALIKE_SPELLED, /* the same letters and digits; capitals, spaces and punctuation apart */
	EVX_ALIKE_LOOKS,   /* other letters that look the same */
};

/* Writes shape which (0 to EVX_ALIKE_SHAPES - 1) of the UTF-8 text s to out (replaced): the
 * skeleton of UTS 39, and of that what is left for the eye, as UTF-8. EVX_E_MEMORY. Callable from
 * any thread; opens no file. */
enum evx_err evx_alike_shape(const char *s, unsigned which, struct evx_buf *out) EVX_MUST_CHECK;
/* *how tells what a and b have in common; two names without any shape are alike. EVX_E_MEMORY. */
enum evx_err evx_alike_names(const char *a, const char *b, enum evx_alike *how) EVX_MUST_CHECK;
/* *is: s holds letters of several scripts in one word, digits of several kinds, or signs that are
 * not seen, that no name of today is written with, or that stand for other letters. EVX_E_MEMORY.
 */
enum evx_err evx_alike_disguised(const char *s, bool *is) EVX_MUST_CHECK;

#endif
