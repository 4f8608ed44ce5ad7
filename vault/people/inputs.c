/* Small files that a command names, read before confinement and parsed after. */
#include "people/inputs.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/io.h"
#include "format/mailed_text.h"

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

enum evx_err evx_inputs_restore(struct evx_inputs *in, struct evx_diag *diag)
{
	for (size_t i = 0; i < in->n; i++)
		if (evx_mailed_text_restore(&in->at[i].bytes) != EVX_OK)
			return evx_fail_memory(diag);
	return EVX_OK;
}

static enum evx_err restore_all(void *ctx, struct evx_diag *diag)
{
	return evx_inputs_restore(ctx, diag);
}

static enum evx_err restore_one(void *ctx, struct evx_diag *diag)
{
	return evx_mailed_text_restore(ctx) == EVX_OK ? EVX_OK : evx_fail_memory(diag);
}

static void keep(void *ctx)
{
	(void)ctx; /* the caller's */
}

void evx_inputs_texts_start(
	struct evx_start *s, const char *const *paths, size_t n, size_t max, struct evx_inputs *out)
{
	evx_inputs_start(s, paths, n, max, out);
	if (evx_start_good(s) && out->n > 0)
		evx_start_later(s, restore_all, keep, out);
}

void evx_input_text_start(struct evx_start *s, const char *path, size_t max, struct evx_buf *out)
{
	evx_start_read(s, path, max, out);
	if (evx_start_good(s))
		evx_start_later(s, restore_one, keep, out);
}
