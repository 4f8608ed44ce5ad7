/* A short text that a person names, and the long file that they named instead. */
#include "prove/given.h"

#include "people/inputs.h"

void evx_given_start(
	struct evx_start *s, const char *path, size_t max, const char *then, struct evx_buf *out)
{
	if (!evx_start_good(s))
		return;
	evx_input_text_start(s, path, max, out);
	if (s->err != EVX_E_LIMIT)
		return;
	evx_diag_clear(s->diag);
	s->err = evx_diag_in(s->diag, path,
		evx_fail(s->diag, EVX_E_NOT_OURS, "The file has more than %zu bytes. %s", max,
			then));
}
