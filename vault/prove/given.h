/* A short text that a person names, such as a challenge or an answer. */
#ifndef EVX_PROVE_GIVEN_H
#define EVX_PROVE_GIVEN_H

#include "base/buf.h"
#include "base/start.h"

/* Its part of an operation's start (base/start.h), as evx_input_text_start. A file of more than max
 * bytes is another one than was meant, and no damaged one: EVX_E_NOT_OURS, with the sentences of
 * then, which say what to name. */
void evx_given_start(
	struct evx_start *s, const char *path, size_t max, const char *then, struct evx_buf *out);

#endif
