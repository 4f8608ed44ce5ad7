/* Cards by file or by name. */
#include "people/named_cards.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

struct naming {
	struct evx_home *h;
	struct evx_inputs *in;
};

static bool is_name(const char *text)
{
	static const char ending[] = ".card";
	const size_t n = strlen(text);

	if (strncmp(text, "SHA256:", strlen("SHA256:")) != 0 &&
		(n == 0 || strchr(text, '/') != NULL ||
			(n >= sizeof(ending) - 1 &&
				strcmp(text + n - (sizeof(ending) - 1), ending) == 0)))
		return false;
	return faccessat(AT_FDCWD, text, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

static enum evx_err resolve(void *ctx, struct evx_diag *diag)
{
	const struct naming *t = ctx;
	enum evx_err err = evx_inputs_restore(t->in, diag);

	for (size_t i = 0; i < t->in->n && err == EVX_OK; i++)
		if (t->in->at[i].named)
			err = evx_home_card_named(
				t->h, t->in->at[i].path, &t->in->at[i].bytes, diag);
	return err;
}

static enum evx_err read_one(
	struct evx_home *h, const char *name, struct evx_input *out, struct evx_diag *diag)
{
	out->path = name;
	out->named = h != NULL && is_name(name);
	return out->named ? EVX_OK :
			    evx_read_file(AT_FDCWD, name, EVX_DOCUMENT_MAX, &out->bytes, diag);
}

void evx_named_cards_start(struct evx_start *s, struct evx_home *h, const char *const *names,
	size_t n, struct evx_inputs *out)
{
	struct naming *t;

	*out = (struct evx_inputs){ NULL, 0 };
	if (!evx_start_good(s) || n == 0)
		return;
	t = calloc(1, sizeof(*t));
	out->at = calloc(n, sizeof(*out->at));
	if (t == NULL || out->at == NULL) {
		s->err = evx_fail_memory(s->diag);
		goto fail;
	}
	out->n = n;
	for (size_t i = 0; i < n && evx_start_good(s); i++)
		s->err = read_one(h, names[i], &out->at[i], s->diag);
	if (!evx_start_good(s))
		goto fail;
	*t = (struct naming){ h, out };
	evx_start_later(s, resolve, free, t);
	return;
fail:
	free(t);
	evx_inputs_free(out);
}
