/* Members into an archive. */
#include "bundle/sink.h"

#include <stdlib.h>
#include <string.h>

#include "format/limits.h"

/* Small members gather here, so that the output sees large writes. */
#define GATHER ((size_t)1 << 20)

struct archive_sink {
	struct evx_output out;
	uint8_t *gathered;
	size_t len;
	uint64_t size; /* of the member begun */
};

static enum evx_err flush(struct archive_sink *a, struct evx_diag *diag)
{
	enum evx_err err = a->len > 0 ? a->out.write(a->out.self, a->gathered, a->len, diag) :
					EVX_OK;

	a->len = 0;
	return err;
}

static enum evx_err put(struct archive_sink *a, const void *p, size_t n, struct evx_diag *diag)
{
	const uint8_t *from = p;
	enum evx_err err = EVX_OK;
	size_t now;

	while (err == EVX_OK && n > 0) {
		if (a->len == 0 && n >= GATHER)
			return a->out.write(a->out.self, from, n, diag);
		now = n < GATHER - a->len ? n : GATHER - a->len;
		memcpy(a->gathered + a->len, from, now);
		a->len += now;
		from += now;
		n -= now;
		if (a->len == GATHER)
			err = flush(a, diag);
	}
	return err;
}

static enum evx_err begin_archive(
	void *self, const char *name, const uint8_t *header, uint64_t size, struct evx_diag *diag)
{
	struct archive_sink *a = self;

	(void)name;
	a->size = size;
	return put(a, header, EVX_TAR_BLOCK, diag);
}

static enum evx_err data_archive(void *self, const void *p, size_t n, struct evx_diag *diag)
{
	return put(self, p, n, diag);
}

static const uint8_t zeros[2 * EVX_TAR_BLOCK];

static enum evx_err end_archive(void *self, struct evx_diag *diag)
{
	struct archive_sink *a = self;

	return put(a, zeros, (size_t)((EVX_TAR_BLOCK - a->size % EVX_TAR_BLOCK) % EVX_TAR_BLOCK),
		diag);
}

static enum evx_err commit_archive(void *self, struct evx_diag *diag)
{
	struct archive_sink *a = self;
	enum evx_err err = put(a, zeros, sizeof(zeros), diag);

	if (err == EVX_OK)
		err = flush(a, diag);
	return err != EVX_OK ? err : a->out.commit(a->out.self, diag);
}

static void free_archive(void *self)
{
	struct archive_sink *a = self;

	a->out.free(a->out.self);
	free(a->gathered);
	free(a);
}

enum evx_err evx_sink_archive(struct evx_output *out, struct evx_sink *sink, struct evx_diag *diag)
{
	struct archive_sink *a = calloc(1, sizeof(*a));
	uint8_t *gathered = malloc(GATHER);

	*sink = (struct evx_sink){ NULL, NULL, NULL, NULL, NULL, NULL };
	if (a == NULL || gathered == NULL) {
		out->free(out->self);
		free(a);
		free(gathered);
		return evx_fail_memory(diag);
	}
	a->out = *out;
	a->gathered = gathered;
	*sink = (struct evx_sink){ a, begin_archive, data_archive, end_archive, commit_archive,
		free_archive };
	return EVX_OK;
}
