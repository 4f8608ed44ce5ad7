/* Whether a text has another one in it, as people look for it: capitals and small letters are the
 * same, and so are the ways in which Unicode writes one letter. */
#ifndef EVX_BASE_CONTAINS_H
#define EVX_BASE_CONTAINS_H

#include "base/err.h"

struct evx_contains;

/* Prepares to look for the UTF-8 text what. *out is freed by evx_contains_free. EVX_E_MEMORY. */
enum evx_err evx_contains_new(
	const char *what, struct evx_contains **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_contains_free(struct evx_contains *c); /* NULL does nothing */
/* *is: text (NULL: none) has it. An empty text is in every text. EVX_E_MEMORY. Callable from any
 * thread. */
enum evx_err evx_contains_in(
	const struct evx_contains *c, const char *text, bool *is) EVX_MUST_CHECK;

#endif
