/* Small files that a command names, read before confinement and parsed after. */
#include "people/inputs.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/io.h"

enum evx_err evx_inputs_read(const char *const *paths, size_t n, size_t max, struct evx_inputs *out,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	out->at = NULL;
	out->n = 0;
	if (n == 0)
		return EVX_OK;
	out->at = calloc(n, sizeof(*out->at));
	if (out->at == NULL)
		return evx_fail_memory(diag);
	out->n = n;
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		out->at[i].path = paths[i];
		err = evx_read_file(AT_FDCWD, paths[i], max, &out->at[i].bytes, diag);
	}
	if (err != EVX_OK)
		evx_inputs_free(out);
	return err;
}

void evx_inputs_free(struct evx_inputs *in)
{
	for (size_t i = 0; i < in->n; i++)
		evx_buf_free(&in->at[i].bytes);
	free(in->at);
	in->at = NULL;
	in->n = 0;
}

void evx_inputs_start(
	struct evx_start *s, const char *const *paths, size_t n, size_t max, struct evx_inputs *out)
{
	*out = (struct evx_inputs){ NULL, 0 };
	if (evx_start_good(s))
		s->err = evx_inputs_read(paths, n, max, out, s->diag);
}
