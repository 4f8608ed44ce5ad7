/* The sources through the pipeline, and the seal over the result. */
#include "seal/seal_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "content/source.h"
#include "format/text.h"
#include "seal/seal_borrow.h"
#include "seal/seal_vault.h"

static enum evx_err take_pack(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct evx_seal_run *run = ctx;
	uint8_t hash[32];

	return evx_writer_pack(run->writer, p, n, hash, diag);
}

/* Called by the pipeline for every line once its digests are known. */
static enum evx_err entry_done(void *ctx, const struct evx_entry *e, struct evx_diag *diag)
{
	struct evx_seal_run *run = ctx;
	enum evx_err err = EVX_OK;

	if (run->expected != NULL)
		err = evx_digest_list_check(run->expected, e);
	if (err == EVX_OK && run->reread != NULL)
		err = evx_reread_note(run->reread, e, diag);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "seal: out of memory");
}

static enum evx_err start_payload(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct evx_payload_write_opts opts = {
		.secret = evx_secret_bytes(run->keys.content),
		.level = run->opt->level,
		.jobs = run->jobs,
		.md5 = run->opt->hash_md5 ||
			(run->expected != NULL && evx_digest_list_wants_md5(run->expected)),
		.sha1 = run->opt->hash_sha1 ||
			(run->expected != NULL && evx_digest_list_wants_sha1(run->expected)),
		.hash_holes = run->opt->hash_holes,
		.sink = { take_pack, run },
		.done = run->expected != NULL || run->reread != NULL ? entry_done : NULL,
		.done_ctx = run,
		.progress = run->progress,
		.cancel = run->cancel,
	};

	if (run->vault != NULL && run->vault->borrow != NULL)
		evx_seal_borrow_options(run->vault->borrow, &opts);
	return evx_payload_write_new(&opts, &run->payload, diag);
}

/* The bytes of one file, with their holes, into the pipeline. changed: it did already, before it
 * was opened. */
static enum evx_err read_file(
	struct evx_seal_run *run, struct evx_entry *e, int fd, bool changed, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_source source;
	uint64_t at = 0;
	uint8_t *p;
	size_t cap, got;

	evx_source_open(&source, fd, e, run->cancel);
	err = evx_payload_write_begin(run->payload, e->size, diag);
	while (err == EVX_OK) {
		err = evx_payload_write_buffer(run->payload, &p, &cap, diag);
		if (err == EVX_OK)
			err = evx_source_read(&source, p, cap, &got, diag);
		if (err != EVX_OK || got == 0)
			break;
		if (evx_source_offset(&source) > at)
			err = evx_payload_write_hole(
				run->payload, evx_source_offset(&source) - at, diag);
		if (err == EVX_OK)
			err = evx_payload_write_commit(run->payload, got, diag);
		at = evx_source_offset(&source) + got;
	}
	if (err == EVX_OK)
		err = evx_source_close(&source, diag);
	e->changed_while_reading = e->changed_while_reading || changed;
	if (err == EVX_OK && e->size > at)
		err = evx_payload_write_hole(run->payload, e->size - at, diag);
	if (err == EVX_OK)
		err = evx_seal_note_entry(
			&run->details.completeness, e, run->opt->remark, run->opt->remark_ctx);
	return err == EVX_OK ? evx_payload_write_end(run->payload, e, diag) : err;
}

/* Names of files with several links: where the first one stands in the listing, and the file as it
 * was found under the last one. */
struct links {
	struct link {
		uint64_t dev, ino, index, size;
		int64_t mtime, ctime, btime;
		bool used;
	} * at;
	size_t n, cap; /* open addressing; cap is a power of two */
};

static struct link *find_link(struct links *l, uint64_t dev, uint64_t ino)
{
	size_t i = (size_t)((ino * 0x9E3779B97F4A7C15u) ^ dev) & (l->cap - 1);

	while (l->at[i].used && (l->at[i].dev != dev || l->at[i].ino != ino))
		i = (i + 1) & (l->cap - 1);
	return &l->at[i];
}

static enum evx_err grow_links(struct links *l)
{
	struct links bigger = { NULL, l->n, l->cap == 0 ? 1024 : l->cap * 2 };

	bigger.at = calloc(bigger.cap, sizeof(*bigger.at));
	if (bigger.at == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < l->cap; i++)
		if (l->at[i].used)
			*find_link(&bigger, l->at[i].dev, l->at[i].ino) = l->at[i];
	free(l->at);
	*l = bigger;
	return EVX_OK;
}

/* What a file that nobody touched still has: a number of an inode is given again as soon as its
 * file is gone. */
static bool same_file(const struct link *a, const struct link *b)
{
	return a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime &&
		a->btime == b->btime;
}

/* Sets e's hard link when its file was seen before, else remembers it as line index. *changed: it
 * was, and is another one now, or has other contents: to be read anew, since what was read under
 * the first name says nothing about it. */
static enum evx_err note_link(struct links *l, struct evx_entry *e, uint64_t index, bool *changed)
{
	const struct link now = { e->dev, e->ino, index, e->size, e->mtime, e->ctime, e->btime,
		true };
	enum evx_err err = EVX_OK;
	struct link *at;

	if (2 * (l->n + 1) > l->cap)
		err = grow_links(l);
	if (err != EVX_OK)
		return err;
	at = find_link(l, e->dev, e->ino);
	if (at->used && same_file(at, &now)) {
		e->has_hardlink = true;
		e->hardlink_index = at->index;
		return EVX_OK;
	}
	*changed = at->used;
	l->n += !at->used;
	*at = now;
	return EVX_OK;
}

static enum evx_err one_entry(struct evx_seal_run *run, struct links *links, struct evx_entry *e,
	int fd, uint64_t index, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	bool changed = false;

	if (e->type == EVX_FILE && e->is_hard_link && e->read_error == NULL && !e->skipped)
		err = note_link(links, e, index, &changed);
	if (err != EVX_OK)
		return evx_fail(diag, err, "seal: out of memory");
	if (fd >= 0 && !e->has_hardlink)
		return read_file(run, e, fd, changed, diag);
	err = evx_seal_note_entry(
		&run->details.completeness, e, run->opt->remark, run->opt->remark_ctx);
	return err == EVX_OK ? evx_payload_write_entry(run->payload, e, diag) : err;
}

static bool is_own(void *ctx, uint64_t dev, uint64_t ino)
{
	const struct evx_seal_run *run = ctx;

	return evx_writer_owns(run->writer, dev, ino) ||
		(run->vault != NULL && evx_seal_vault_is(run->vault, dev, ino));
}

enum evx_err evx_seal_run_walk(
	struct evx_seal_run *run, struct evx_walk **out, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_walk_opts opts = { .one_file_system = run->opt->one_file_system,
		.follow = run->opt->follow,
		.ahead = EVX_WALK_AHEAD_DEFAULT,
		.cancel = run->cancel,
		.exclude = is_own,
		.exclude_ctx = run };
	struct evx_walk_source *sources = calloc(run->opt->nsources, sizeof(*sources));

	if (sources == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "seal: out of memory");
	for (size_t i = 0; i < run->opt->nsources; i++)
		sources[i] = (struct evx_walk_source){ run->sources[i].name, run->sources[i].path };
	err = evx_walk_new(&opts, sources, run->opt->nsources, out, diag);
	free(sources);
	return err;
}

static enum evx_err walk_sources(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct links links = { NULL, 0, 0 };
	struct evx_entry *e = NULL;
	int fd = -1;
	enum evx_err err = evx_seal_run_walk(run, &run->walk, diag);

	for (uint64_t index = 0; err == EVX_OK; index++) {
		err = evx_walk_next(run->walk, &e, &fd, diag);
		if (err != EVX_OK || e == NULL)
			break;
		err = one_entry(run, &links, e, fd, index, diag);
		evx_close_quiet(&fd);
		evx_entry_delete(e);
		e = NULL;
	}
	evx_walk_free(run->walk);
	run->walk = NULL;
	free(links.at);
	return err;
}

/* Standard input: one file without metadata, as long as it comes. */
static enum evx_err read_stdin(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_entry e;
	uint8_t *p;
	size_t cap, got;

	evx_entry_init(&e);
	e.type = EVX_FILE;
	err = evx_entry_set_path(&e, "stdin", 5);
	if (err == EVX_OK)
		err = evx_payload_write_begin(run->payload, UINT64_MAX >> 1, diag);
	while (err == EVX_OK) {
		err = evx_payload_write_buffer(run->payload, &p, &cap, diag);
		if (err == EVX_OK)
			err = evx_read_pipe(
				STDIN_FILENO, p, cap, run->cancel, &got, "standard input", diag);
		if (err != EVX_OK || got == 0)
			break;
		e.size += got;
		err = evx_payload_write_commit(run->payload, got, diag);
	}
	if (err == EVX_OK)
		err = evx_payload_write_end(run->payload, &e, diag);
	evx_entry_free(&e);
	return err;
}

enum evx_err evx_seal_run_contents(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err = start_payload(run, diag);

	if (err == EVX_OK)
		err = run->from_stdin ? read_stdin(run, diag) : walk_sources(run, diag);
	if (err == EVX_OK)
		err = evx_payload_write_finish(run->payload, &run->sealed, diag);
	if (err == EVX_OK && run->reread != NULL)
		err = evx_reread_compare(run, diag);
	return err;
}

/* The content part, from what the pipeline tells. */
static void describe_content(const struct evx_payload_result *p, struct evx_content_part *part)
{
	part->lines = p->lines;
	memcpy(part->leaf_secret, p->leaf_secret, 32);
	for (int i = 0; i < 2; i++) {
		part->sequences[i] = p->sequence_len[i];
		if (p->has_padding[i])
			part->padding[part->npadding++] = p->padding[i];
	}
	part->listing = p->listing;
	part->content = p->content;
}

static enum evx_err set_label(char **slot, const char *value)
{
	*slot = strdup(value);
	return *slot == NULL ? EVX_E_MEMORY : EVX_OK;
}

enum evx_err evx_seal_run_sign(struct evx_seal_run *run, struct evx_event_files *files,
	uint8_t hash[32], struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_content_part part = { 0 };
	struct evx_event_attachment *attachments = calloc(
		run->attachments.n + 1, sizeof(*attachments));
	struct evx_event *ev = &run->event;

	if (attachments == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "seal: out of memory");
	for (size_t i = 0; i < run->attachments.n; i++) {
		const char *slash = strrchr(run->attachments.at[i].path, '/');

		attachments[i] = (struct evx_event_attachment){
			slash == NULL ? run->attachments.at[i].path : slash + 1,
			run->attachments.at[i].bytes.data, run->attachments.at[i].bytes.len
		};
	}
	err = evx_writer_finish_payload(run->writer, ev->seal.tagmanifest, diag);
	if (err == EVX_OK)
		err = evx_seal_count(&run->sealed, &run->details);
	if (err == EVX_OK && run->expected != NULL)
		err = evx_seal_compare(run->expected, run->opt->expect_hash, &run->details);
	memcpy(ev->uuid, run->uuid, sizeof(ev->uuid));
	ev->time = run->now;
	ev->seal.shape = EVX_SHAPE_WHOLE;
	ev->seal.complete = run->details.completeness.complete;
	memcpy(ev->seal.listing_root, run->sealed.listing_root, 32);
	if (err == EVX_OK && run->opt->public_label && run->details.case_label != NULL)
		err = set_label(&ev->seal.case_label, run->details.case_label);
	if (err == EVX_OK && run->opt->public_label && run->details.exhibit_number != NULL)
		err = set_label(&ev->seal.exhibit_number, run->details.exhibit_number);
	describe_content(&run->sealed, &part);
	if (err == EVX_OK) {
		const struct evx_seal_request request = { .event = ev,
			.details = &run->details,
			.content = &part,
			.keys = &run->keys,
			.custody_lists = run->opt->custody_lists,
			.attachments = attachments,
			.nattachments = run->attachments.n,
			.signers = &run->hand.signer,
			.nsigners = 1 };

		err = evx_seal_build(&request, files, hash, diag);
	}
	evx_wipe(&part, sizeof(part));
	free(attachments);
	return err;
}

void evx_seal_run_result(struct evx_seal_run *run, const uint8_t hash[32])
{
	struct evx_seal_result *r = run->result;
	const struct evx_completeness *c = &run->details.completeness;

	memcpy(r->uuid, run->uuid, sizeof(r->uuid));
	evx_hex_encode(hash, 32, r->seal_hash);
	evx_seal_code(hash, r->seal_code);
	evx_sshkey_fingerprint(&run->hand.id.signing_pub, r->signer);
	evx_hex_encode(run->sealed.listing_root, 32, r->listing_root);
	r->lines = run->sealed.lines;
	r->files = run->sealed.files;
	r->directories = run->sealed.directories;
	r->bytes = run->sealed.bytes;
	r->stored_bytes = run->sealed.content_bytes;
	r->complete = c->complete;
	r->unreadable_files = c->unreadable_files;
	r->unreadable_directories = c->unreadable_directories;
	r->unreadable_bytes = c->unreadable_bytes;
	r->changed = c->changed;
	r->left_out = c->not_crossed + c->excluded;
	r->metadata_errors = c->metadata_errors;
	r->hashes_left_out = c->hashes_left_out;
	r->expected_matched = run->details.expected_hashes.matched;
	r->expected_mismatched = run->details.expected_hashes.mismatched;
	r->expected_missing = run->details.expected_hashes.missing;
	r->reread_files = run->details.reread.files;
	r->reread_differences = run->details.reread.different;
	r->borrowed_chunks = run->sealed.borrowed_chunks;
	r->borrowed_bytes = run->sealed.borrowed_bytes;
	r->bad_loans = run->sealed.bad_loans;
	r->readers = run->readers.at;
	r->nreaders = run->readers.n;
	run->readers.at = NULL;
}
