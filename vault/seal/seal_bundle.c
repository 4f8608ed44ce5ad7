/* A seal into a bundle: one file, a stream or volumes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "people/unfinished.h"
#include "seal/seal_resume.h"
#include "seal/seal_target.h"

struct bundle {
	struct evx_seal_target base;
	struct evx_home *home;
	const struct evx_seal_options *opt;
	const struct evx_cancel *cancel;
	int unfinished; /* the home's notes, -1: none */
	bool noted;     /* this seal is in them, under … */
	uint8_t content_pub[32];
	struct evx_seal_resume *resume; /* NULL: the seal begins anew */
};

static bool is_stream(const struct bundle *b)
{
	return strcmp(b->base.path, "-") == 0;
}

static void open_bundle(struct evx_seal_target *t, struct evx_start *s)
{
	struct bundle *b = (struct bundle *)t;
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
		if (b->opt->resume)
			s->err = evx_seal_resume_open(t->path, &b->resume, s->diag);
		if (!evx_start_good(s))
			return;
		b->unfinished = evx_unfinished_open(b->home);
		evx_start_beneath(s, b->unfinished, EVX_CONFINE_WRITE);
		/* Where a time-stamp is added, the same file is opened again. */
		evx_output_file_start(s, t->path, &output);
		if (evx_start_good(s))
			s->err = evx_writer_output(&output, t->uuid, &t->writer, s->diag);
	}
}

static enum evx_err load(struct evx_seal_target *t, const struct evx_hand *hand,
	struct evx_seal_filing *out, struct evx_diag *diag)
{
	const struct bundle *b = (const struct bundle *)t;

	(void)out;
	return b->resume == NULL ? EVX_OK :
				   evx_seal_resume_load(b->resume, hand->id.encryption,
					   b->unfinished, b->cancel, diag);
}

static enum evx_err begin(struct evx_seal_target *t, const struct evx_signer *signer, int64_t now,
	char **resumed, struct evx_diag *diag)
{
	const struct bundle *b = (const struct bundle *)t;

	(void)signer;
	(void)now;
	if (b->resume == NULL)
		return EVX_OK;
	return evx_details_set(resumed, evx_seal_resume_uuid(b->resume)) == EVX_OK ?
		EVX_OK :
		evx_fail_memory(diag);
}

/* A run that is killed from here on can be told from what somebody else put there. */
static enum evx_err keys(
	struct evx_seal_target *t, const struct evx_exhibit_keys *keys, struct evx_diag *diag)
{
	struct bundle *b = (struct bundle *)t;

	(void)diag;
	memcpy(b->content_pub, keys->content_pub, sizeof(b->content_pub));
	b->noted = evx_unfinished_note(b->unfinished, b->content_pub);
	return EVX_OK;
}

static void lend(struct evx_seal_target *t, struct evx_payload_write_opts *opts)
{
	const struct bundle *b = (const struct bundle *)t;

	if (b->resume != NULL)
		opts->lender = evx_seal_resume_lender(b->resume);
}

static bool owns(const struct evx_seal_target *t, uint64_t dev, uint64_t ino)
{
	const struct bundle *b = (const struct bundle *)t;

	return b->resume != NULL && evx_seal_resume_owns(b->resume, dev, ino);
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
	if (b->resume != NULL) {
		evx_seal_resume_done(b->resume, b->unfinished);
		r->resumed_bytes = payload->reused_bytes;
	}
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

static void free_bundle(struct evx_seal_target *t)
{
	struct bundle *b = (struct bundle *)t;

	if (b->noted)
		evx_unfinished_forget(b->unfinished, b->content_pub);
	evx_close_quiet(&b->unfinished);
	evx_seal_resume_free(b->resume);
}

struct evx_seal_target *evx_seal_target_bundle(
	struct evx_home *h, const struct evx_seal_options *opt, const struct evx_cancel *cancel)
{
	static const struct evx_seal_target_kind kind = { .open = open_bundle,
		.load = load,
		.begin = begin,
		.keys = keys,
		.lend = lend,
		.owns = owns,
		.publish = publish,
		.free = free_bundle };
	struct bundle *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->base.kind = &kind;
	b->home = h;
	b->opt = opt;
	b->cancel = cancel;
	b->unfinished = -1;
	return &b->base;
}
