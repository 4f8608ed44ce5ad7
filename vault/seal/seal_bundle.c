/* A seal into a bundle: one file, a stream or volumes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seal/seal_target.h"

struct bundle {
	struct evx_seal_target base;
	const struct evx_seal_options *opt;
};

static bool is_stream(const struct bundle *b)
{
	return strcmp(b->base.path, "-") == 0;
}

static void open_bundle(struct evx_seal_target *t, struct evx_start *s)
{
	const struct bundle *b = (const struct bundle *)t;
	struct evx_output output = { 0 };

	if (!evx_start_good(s))
		return;
	if (is_stream(b)) {
		s->err = evx_writer_stream(
			STDOUT_FILENO, "standard output", t->uuid, &t->writer, s->diag);
	} else if (b->opt->split != 0) {
		/* Volumes are opened while they are written. */
		s->err = evx_writer_volumes(t->path, b->opt->split, t->uuid, &t->writer, s->diag);
		evx_start_parent(s, t->path, EVX_CONFINE_WRITE);
	} else {
		/* Where a time-stamp is added, the same file is opened again. */
		evx_output_file_start(s, t->path, &output);
		if (evx_start_good(s))
			s->err = evx_writer_output(&output, t->uuid, &t->writer, s->diag);
	}
}

static enum evx_err publish(struct evx_seal_target *t, const uint8_t hash[32],
	const struct evx_payload_result *payload, struct evx_seal_result *r, struct evx_diag *diag)
{
	const struct bundle *b = (const struct bundle *)t;
	const size_t cap = strlen(t->path) + 16;
	enum evx_err err = EVX_OK;
	char *name = malloc(cap);
	bool there = true;

	(void)hash;
	(void)payload;
	if (name == NULL)
		err = EVX_E_MEMORY;
	else if (is_stream(b))
		r->bundle_bytes = evx_writer_length(t->writer);
	else if (b->opt->split == 0)
		err = evx_seal_target_written(r, t->path, &there);
	for (unsigned i = 1; b->opt->split != 0 && there && err == EVX_OK; i++) {
		(void)snprintf(name, cap, "%s.%03u", t->path, i);
		err = evx_seal_target_written(r, name, &there);
	}
	free(name);
	return err == EVX_OK ? EVX_OK : evx_fail_buf(diag, err);
}

struct evx_seal_target *evx_seal_target_bundle(const struct evx_seal_options *opt)
{
	static const struct evx_seal_target_kind kind = { .open = open_bundle, .publish = publish };
	struct bundle *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->base.kind = &kind;
	b->opt = opt;
	return &b->base;
}
