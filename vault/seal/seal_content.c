/* Sources through the pipeline into packs. */
#include "seal/seal_content.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/processors.h"
#include "content/links.h"
#include "content/source.h"
#include "content/walk.h"
#include "seal/seal_details.h"
#include "seal/seal_expected.h"

/* What reading writes to, and what it counts. */
struct reading {
	const struct evx_seal_content_task *task;
	struct evx_payload_writer *payload;
	struct evx_completeness *completeness;
	uint64_t found; /* files, links, devices ...; of a stream, bytes */
};

static enum evx_err take_pack(
	void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32], struct evx_diag *diag)
{
	const struct evx_seal_target *target = ctx;

	return evx_writer_hashed_pack(target->writer, p, n, hash, diag);
}

/* Called by the pipeline for every line once its digests are known. */
static enum evx_err entry_done(void *ctx, const struct evx_entry *e, struct evx_diag *diag)
{
	const struct evx_seal_content_task *task = ctx;

	if (task->expected != NULL && evx_digest_list_check(task->expected, e) != EVX_OK)
		return evx_fail_memory(diag);
	return task->reread != NULL ? evx_reread_note(task->reread, e, diag) : EVX_OK;
}

static enum evx_err start_payload(const struct evx_seal_content_task *task,
	struct evx_payload_writer **out, struct evx_diag *diag)
{
	const struct evx_seal_options *o = task->opt;
	const struct evx_digest_list *list = task->expected;
	struct evx_payload_write_opts opts = {
		.secret = task->secret,
		.level = o->level,
		.jobs = o->jobs != 0 ? o->jobs : evx_processors(),
		.md5 = o->hash_md5 || (list != NULL && evx_digest_list_wants_md5(list)),
		.sha1 = o->hash_sha1 || (list != NULL && evx_digest_list_wants_sha1(list)),
		.hash_holes = o->hash_holes,
		.sink = { take_pack, task->target },
		.done = list != NULL || task->reread != NULL ? entry_done : NULL,
		.done_ctx = (void *)(uintptr_t)task,
		.progress = task->progress,
		.cancel = task->cancel,
	};

	if (task->target->kind->lend != NULL)
		task->target->kind->lend(task->target, &opts);
	return evx_payload_write_new(&opts, out, diag);
}

static enum evx_err note(const struct reading *r, const struct evx_entry *e)
{
	return evx_seal_details_note_entry(
		r->completeness, e, r->task->opt->remark, r->task->opt->remark_ctx);
}

/* The bytes of one file, with their holes, into the pipeline. changed: it did already, before it
 * was opened. */
static enum evx_err read_file(
	const struct reading *r, struct evx_entry *e, int fd, bool changed, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_source source;
	uint64_t at = 0;
	uint8_t *p;
	size_t cap, got;

	evx_source_open(&source, fd, e, r->task->cancel);
	if ((err = evx_payload_write_begin(r->payload, e->size, diag)) != EVX_OK)
		return err;
	for (;;) {
		uint64_t from;

		if ((err = evx_payload_write_buffer(r->payload, &p, &cap, diag)) != EVX_OK ||
			(err = evx_source_read(&source, p, cap, &got, diag)) != EVX_OK)
			return err;
		if (got == 0)
			break;
		from = evx_source_offset(&source);
		if ((from > at &&
			    (err = evx_payload_write_hole(r->payload, from - at, diag)) !=
				    EVX_OK) ||
			(err = evx_payload_write_commit(r->payload, got, diag)) != EVX_OK)
			return err;
		at = from + got;
	}
	if ((err = evx_source_close(&source, diag)) != EVX_OK)
		return err;
	e->changed_while_reading = e->changed_while_reading || changed;
	if (e->size > at &&
		(err = evx_payload_write_hole(r->payload, e->size - at, diag)) != EVX_OK)
		return err;
	err = note(r, e);
	return err == EVX_OK ? evx_payload_write_end(r->payload, e, diag) : err;
}

static enum evx_err one_entry(const struct reading *r, struct evx_links *links, struct evx_entry *e,
	int fd, uint64_t index, struct evx_diag *diag)
{
	enum evx_err err;
	bool changed = false;

	if (e->is_hard_link && e->read_error == NULL && !e->skipped &&
		(err = evx_links_note(links, e, index, &changed)) != EVX_OK)
		return evx_fail_buf(diag, err);
	if (fd >= 0 && !e->has_hardlink && (err = evx_source_probe(fd, e)) != EVX_OK)
		return evx_fail_buf(diag, err);
	if (fd >= 0 && !e->has_hardlink && e->read_error == NULL)
		return read_file(r, e, fd, changed, diag);
	err = note(r, e);
	return err == EVX_OK ? evx_payload_write_entry(r->payload, e, diag) : err;
}

static bool is_own(void *ctx, uint64_t dev, uint64_t ino)
{
	const struct evx_seal_target *t = ctx;

	return evx_writer_owns(t->writer, dev, ino) ||
		(t->kind->owns != NULL && t->kind->owns(t, dev, ino));
}

static enum evx_err start_walk(
	const struct evx_seal_content_task *task, struct evx_walk **out, struct evx_diag *diag)
{
	const struct evx_walk_opts opts = { .one_file_system = task->opt->one_file_system,
		.ahead = EVX_WALK_AHEAD_DEFAULT,
		.cancel = task->cancel,
		.exclude = is_own,
		.exclude_ctx = task->target };

	return evx_walk_new(&opts, task->sources->at, task->sources->n, out, diag);
}

/* The source that is being walked. */
struct walked {
	char *directory; /* its name when it is a directory that could be read, else NULL; owned */
	uint64_t before; /* what was found before it */
};

/* A directory in which there is nothing, such as a mount point without its file system. */
static void end_source(const struct reading *r, struct walked *w)
{
	const struct evx_seal_options *o = r->task->opt;

	if (w->directory != NULL && r->found == w->before && o->remark != NULL)
		o->remark(o->remark_ctx, w->directory, strlen(w->directory),
			"There is no file in this directory.");
	free(w->directory);
	w->directory = NULL;
}

static enum evx_err count(struct reading *r, struct walked *w, const struct evx_entry *e)
{
	if (memchr(e->path, '/', e->path_len) == NULL) {
		end_source(r, w);
		w->before = r->found;
		if (e->type == EVX_DIR && e->read_error == NULL && !e->skipped &&
			(w->directory = strdup(e->path)) == NULL)
			return EVX_E_MEMORY;
	}
	r->found += e->type != EVX_DIR && !e->skipped;
	return EVX_OK;
}

static enum evx_err read_sources(struct reading *r, struct evx_diag *diag)
{
	struct evx_links links = { NULL, 0, 0 };
	struct walked walked = { NULL, 0 };
	struct evx_walk *walk = NULL;
	struct evx_entry *e = NULL;
	int fd = -1;
	enum evx_err err = start_walk(r->task, &walk, diag);

	if (err != EVX_OK)
		goto out;
	for (uint64_t index = 0; err == EVX_OK; index++) {
		if ((err = evx_walk_next(walk, &e, &fd, diag)) != EVX_OK)
			goto out;
		if (e == NULL)
			break;
		if ((err = count(r, &walked, e)) != EVX_OK)
			err = evx_fail_buf(diag, err);
		else
			err = one_entry(r, &links, e, fd, index, diag);
		evx_close_quiet(&fd);
		evx_entry_delete(e);
		e = NULL;
	}
	if (err == EVX_OK)
		end_source(r, &walked);
out:
	free(walked.directory);
	evx_walk_free(walk);
	evx_links_free(&links);
	return err;
}

/* Standard input: one file without metadata, as long as it comes. */
static enum evx_err read_stdin(struct reading *r, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_entry e;
	uint8_t *p;
	size_t cap, got;

	evx_entry_init(&e);
	e.type = EVX_FILE;
	const char *name = r->task->sources->stream;

	if ((err = evx_entry_set_path(&e, name, strlen(name))) != EVX_OK ||
		(err = evx_payload_write_begin(r->payload, UINT64_MAX >> 1, diag)) != EVX_OK)
		goto out;
	for (;;) {
		if ((err = evx_payload_write_buffer(r->payload, &p, &cap, diag)) != EVX_OK ||
			(err = evx_read_pipe(STDIN_FILENO, p, cap, r->task->cancel, &got,
				 "standard input", diag)) != EVX_OK)
			goto out;
		if (got == 0)
			break;
		e.size += got;
		if ((err = evx_payload_write_commit(r->payload, got, diag)) != EVX_OK)
			goto out;
	}
	r->found = e.size;
	err = evx_payload_write_end(r->payload, &e, diag);
out:
	evx_entry_free(&e);
	return err;
}

/* Nothing at all was found: perhaps a program failed before the pipe, or a disk is not mounted. */
static enum evx_err ask_empty(const struct reading *r, struct evx_diag *diag)
{
	const struct evx_seal_options *o = r->task->opt;
	const bool stream = r->task->sources->stream != NULL;
	enum evx_err err;

	if (r->found > 0 || o->empty == NULL)
		return EVX_OK;
	err = o->empty(o->empty_ctx, stream);
	if (err == EVX_E_USAGE)
		return evx_fail(diag, err,
			"%s Nothing was sealed. %s To seal nothing all the same, use --yes.",
			stream ? "Standard input was empty." :
				 "There is not one file in the source.",
			stream ? "Check the program before the pipe." : "Check the path.");
	return err == EVX_OK ? err :
			       evx_fail(diag, err, "You did not confirm. Nothing was sealed.");
}

static enum evx_err reread(const struct evx_seal_content_task *task,
	struct evx_details_reread *again, struct evx_diag *diag)
{
	const struct evx_reread_opts opts = { .remark = task->opt->remark,
		.remark_ctx = task->opt->remark_ctx,
		.progress = task->progress,
		.cancel = task->cancel };
	struct evx_walk *walk = NULL;
	enum evx_err err = start_walk(task, &walk, diag);

	if (err == EVX_OK)
		err = evx_reread_compare(task->reread, walk, &opts, again, diag);
	evx_walk_free(walk);
	return err;
}

enum evx_err evx_seal_content(const struct evx_seal_content_task *task,
	struct evx_payload_result *payload, struct evx_completeness *c,
	struct evx_details_reread *again, struct evx_diag *diag)
{
	struct reading r = { task, NULL, c, 0 };
	enum evx_err err;

	if (task->expected != NULL &&
		evx_seal_expected_sources(task->expected, task->sources) != EVX_OK)
		return evx_fail_memory(diag);
	if ((err = start_payload(task, &r.payload, diag)) != EVX_OK)
		return err;
	err = task->sources->stream != NULL ? read_stdin(&r, diag) : read_sources(&r, diag);
	if (err != EVX_OK || (err = ask_empty(&r, diag)) != EVX_OK)
		goto out;
	err = evx_payload_write_finish(r.payload, payload, diag);
out:
	evx_payload_write_free(r.payload);
	return err == EVX_OK && task->reread != NULL ? reread(task, again, diag) : err;
}
