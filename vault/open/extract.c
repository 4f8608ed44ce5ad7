/* Restoring what the listing says beneath a directory. */
#include "open/extract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/io.h"
#include "content/restore_job.h"

/* Several files at a time are restored by a process that may have so many open. */
#define DESCRIPTORS 1024u

void evx_extract_remark(struct evx_extract *x, const char *path, size_t len, const char *what)
{
	if (x->opt->remark != NULL)
		x->opt->remark(x->opt->remark_ctx, path, len, what);
}

static void lost(void *ctx, const char *path, size_t path_len, const char *what, int sys_errno)
{
	struct evx_extract *x = ctx;
	char text[256];

	(void)snprintf(text, sizeof(text), "Not restored: %s%s%s", what, sys_errno != 0 ? ": " : "",
		sys_errno != 0 ? evx_err_system(sys_errno) : "");
	evx_extract_remark(x, path, path_len, text);
}

/* ---- One entry -------------------------------------------------------------------------- */

static enum evx_err left_alone(struct evx_extract *x, const struct evx_entry *e)
{
	x->result->refused++;
	x->result->entries--;
	evx_extract_remark(x, e->path, e->path_len,
		e->type == EVX_DIR ?
			"Something else has this name already, or the directory belongs to another "
			"user. It was left unchanged, and nothing in this directory was restored." :
			"Something else has this name already. It was left unchanged.");
	return EVX_OK;
}

enum evx_err evx_extract_make(
	struct evx_extract *x, const struct evx_entry *e, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	const struct evx_restore_counts before = evx_restore_counts(x->restore);
	enum evx_err err = evx_restore_begin(x->restore, e, &x->fd, &why);
	const struct evx_restore_counts after = evx_restore_counts(x->restore);

	if (after.same > before.same || after.merged > before.merged) {
		x->result->same += after.same - before.same;
		x->result->merged += after.merged - before.merged;
		x->result->entries--;
		return err;
	}

	/* What it is for cannot be had without it; a device or a pipe can be left out. */
	if (err == EVX_OK && x->fd < 0 && after.entries == before.entries &&
		e->read_error == NULL && !e->skipped &&
		(e->type == EVX_FILE || e->type == EVX_DIR || e->type == EVX_SYMLINK)) {
		x->result->not_made++;
		x->result->entries--;
	}
	if (err == EVX_E_EXISTS)
		return left_alone(x, e);
	if (err != EVX_OK && diag != NULL)
		*diag = why;
	return err;
}

/* Whether the directory of this length, which path begins with, is above the last line, or is it.
 */
static bool was_made(const struct evx_extract *x, const char *path, size_t dir_len)
{
	return x->last != NULL && x->last_len >= dir_len && memcmp(x->last, path, dir_len) == 0 &&
		(x->last_len == dir_len || x->last[dir_len] == '/');
}

enum evx_err evx_extract_parents(
	struct evx_extract *x, const struct evx_entry *e, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	char *copy;

	if (!evx_select_has(&x->select, e) || x->withheld)
		return EVX_OK;
	for (size_t i = 1; i < e->path_len && err == EVX_OK; i++) {
		struct evx_entry dir;

		if (e->path[i] != '/' || was_made(x, e->path, i))
			continue;
		evx_entry_init(&dir);
		dir.type = EVX_DIR;
		x->result->entries++;
		err = evx_fail_buf(diag, evx_entry_set_path(&dir, e->path, i));
		if (err == EVX_OK)
			err = evx_extract_make(x, &dir, diag);
		evx_entry_free(&dir);
	}
	copy = strndup(e->path, e->path_len);
	if (copy == NULL)
		return evx_fail_memory(diag);
	free(x->last);
	x->last = copy;
	x->last_len = e->path_len;
	return err;
}

enum evx_err evx_extract_begin(
	struct evx_extract *x, const struct evx_entry *e, uint64_t index, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_first_name *first;
	bool linked = false;
	uint64_t made;

	x->fd = -1;
	if (!evx_select_has(&x->select, e) &&
		!(e->type == EVX_DIR && evx_select_above(&x->select, e, index)))
		return EVX_OK;
	x->result->entries++;
	if (x->withheld) {
		x->result->withheld++;
		x->result->entries--;
		evx_extract_remark(x, e->path, e->path_len,
			e->part != NULL ?
				"Only a part of it was disclosed. No file was made. To get the "
				"part, use --parts." :
				"Its contents were withheld: only its name and attributes were "
				"disclosed. No file was made.");
		return EVX_OK;
	}
	if (e->type == EVX_FILE && e->read_error != NULL) {
		evx_extract_remark(x, e->path, e->path_len,
			"It could not be read when it was sealed. No file was made.");
		return EVX_OK;
	}
	if (e->n_bad > 0)
		evx_extract_remark(x, e->path, e->path_len,
			"Parts of it could not be read when it was sealed. These parts are zeros "
			"here.");
	if (e->part != NULL)
		return evx_extract_part_begin(x, e, diag);
	first = x->alone ? NULL : evx_first_names_find(&x->firsts, e);
	if (first != NULL) {
		err = evx_restore_link(x->restore, e, first->path, first->len, &linked, diag);
		if (err == EVX_E_EXISTS) { /* it may be the same */
			evx_diag_clear(diag);
			err = EVX_OK;
		}
		if (err != EVX_OK || linked) {
			x->result->files += linked && e->type == EVX_FILE;
			return err;
		}
	}
	made = evx_restore_counts(x->restore).entries;
	err = evx_extract_make(x, e, diag);
	/* A link or node is complete now; a file is remembered when its bytes are there. */
	if (err == EVX_OK && e->type != EVX_FILE && e->type != EVX_DIR &&
		evx_restore_counts(x->restore).entries > made)
		err = evx_first_names_put(&x->firsts, e, index, diag);
	return err;
}

enum evx_err evx_extract_data(
	struct evx_extract *x, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	x->result->bytes += n;
	return evx_pwrite_full(x->fd, p, n, offset, NULL, diag);
}

static void failed(struct evx_extract *x, const struct evx_entry *e, const char *why)
{
	x->result->failed++;
	evx_extract_remark(x, e->path, e->path_len, why);
}

/* What became of a file, err being what evx_restore_finish said. */
static enum evx_err ended(struct evx_extract *x, const struct evx_entry *e, enum evx_err bad,
	enum evx_err err, struct evx_diag *diag)
{
	if (err == EVX_E_EXISTS) {
		evx_diag_clear(diag);
		return left_alone(x, e);
	}
	x->result->files += err == EVX_OK && bad == EVX_OK;
	return err;
}

enum evx_err evx_extract_end(struct evx_extract *x, const struct evx_entry *e, enum evx_err bad,
	const char *why, struct evx_diag *diag)
{
	if (x->fd < 0)
		return EVX_OK;
	if (bad != EVX_OK)
		failed(x, e, why);
	return ended(
		x, e, bad, evx_restore_finish(x->restore, e, &x->fd, bad == EVX_OK, diag), diag);
}

/* ---- The ordinary way ------------------------------------------------------------------- */

static enum evx_err note(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct evx_extract *x = ctx;

	evx_select_note(&x->select, item->entry);
	return evx_first_names_note(&x->firsts, item->entry, diag);
}

static enum evx_err look_above(
	void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct evx_extract *x = ctx;

	return evx_select_walk(&x->select, item->entry, item->original_index, diag);
}

static bool wants(void *ctx, const struct evx_listing_item *item)
{
	const struct evx_extract *x = ctx;

	(void)item;
	return x->fd >= 0;
}

static enum evx_err begin(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct evx_extract *x = ctx;
	enum evx_err err;

	x->withheld = item->withheld && (item->entry->part == NULL || !x->opt->parts);
	x->alone = item->entry->has_hardlink && !item->repeats;
	if (x->o.ex.loaded.origin != NULL &&
		(err = evx_extract_parents(x, item->entry, diag)) != EVX_OK)
		return err;
	return evx_extract_begin(x, item->entry, item->original_index, diag);
}

static enum evx_err data(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	return evx_extract_data(ctx, offset, p, n, diag);
}

/* A file that stands where it belongs may be linked to. */
static enum evx_err put(struct evx_extract *x, const struct evx_listing_item *item, bool made,
	enum evx_err err, struct evx_diag *diag)
{
	if (err == EVX_OK && made)
		err = evx_first_names_put(&x->firsts, item->entry, item->original_index, diag);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err,
			"The extraction stopped. The files so far are in the target directory.");
}

static enum evx_err end(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
	const struct evx_diag *why, struct evx_diag *diag)
{
	struct evx_extract *x = ctx;
	const uint64_t files = x->result->files;
	enum evx_err err = item->entry->part != NULL ?
		evx_extract_part_end(x, item->entry, bad, why->text, diag) :
		evx_extract_end(x, item->entry, bad, why->text, diag);

	return put(x, item, x->result->files > files && !x->alone, err, diag);
}

/* Files that are begun and not ended are open, some dozens for each thread. */
static bool may_be_many(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= DESCRIPTORS;
}

static void *hand(void *ctx)
{
	struct evx_extract *x = ctx;
	struct evx_restore_job *job = malloc(sizeof(*job));

	if (job != NULL)
		evx_restore_hand(x->restore, &x->fd, job);
	return job;
}

static void work(
	void *handed, const struct evx_entry *e, const uint8_t *p, size_t n, const char *differs)
{
	struct evx_restore_job *job = handed;

	if (differs == NULL)
		evx_restore_job_write(job, p, n);
	evx_restore_job_end(job, e, differs == NULL);
}

static enum evx_err back(void *ctx, const struct evx_listing_item *item, void *handed,
	enum evx_err bad, const struct evx_diag *why, struct evx_diag *diag)
{
	struct evx_extract *x = ctx;
	struct evx_restore_job *job = handed;
	const uint64_t files = x->result->files;
	enum evx_err err;

	if (bad == EVX_OK)
		x->result->bytes += item->stored;
	if (bad == EVX_OK && job->unwritten != EVX_OK)
		bad = job->unwritten;
	if (bad != EVX_OK)
		failed(x, item->entry, why->text);
	err = evx_restore_take_back(x->restore, item->entry, job, diag);
	free(job);
	err = ended(x, item->entry, bad, err, diag);
	return put(x, item, x->result->files > files, err, diag);
}

static enum evx_err extract_all(struct evx_extract *x, struct evx_diag *diag)
{
	const struct evx_contents_visitor visitor = { .ctx = x,
		.parts = true,
		.wants = wants,
		.begin = begin,
		.data = data,
		.end = end,
		.hand = may_be_many() ? hand : NULL,
		.work = work,
		.back = back };
	struct evx_listing_read_opts listing;
	enum evx_err err = evx_open_contents(&x->o, true, note, x, diag);

	if (err != EVX_OK)
		return err;
	evx_first_names_sort(&x->firsts);
	if (evx_select_wants_walk(&x->select)) {
		listing = evx_contents_listing(&x->o.contents, true);
		err = evx_listing_read(&listing, look_above, x, diag);
		if (err != EVX_OK)
			return err;
		evx_select_walk_end(&x->select);
	}
	err = evx_contents_visit(&x->o.contents, &visitor, diag);
	if (err != EVX_OK || (err = evx_restore_end(x->restore, diag)) != EVX_OK)
		return err;
	return evx_select_check(&x->select, diag);
}

static void count(struct evx_open_result *result, struct evx_restore_counts c)
{
	result->not_restored = c.not_restored;
	result->left_set_ids = c.left.set_ids;
	result->left_attributes = c.left.attributes;
	result->left_flags = c.left.flags;
	result->left_acls = c.left.acls;
}

enum evx_err evx_extract(struct evx_home *h, const struct evx_open_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_open_result *result, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_extract x = {
		.opt = opt, .result = result, .target = EVX_EXTRACT_TARGET_INIT, .fd = -1
	};
	const struct evx_restore_opts restore = { .no_owner = opt->no_owner,
		.devices = opt->devices,
		.privileged = opt->privileged,
		.merge = !opt->salvage,
		.cancel = cancel,
		.lost = lost,
		.ctx = &x };

	memset(result, 0, sizeof(*result));
	err = evx_select_new(opt->paths, opt->npaths, opt->since, &x.select, diag);
	if (err == EVX_OK && opt->salvage && evx_select_wants_walk(&x.select))
		err = evx_fail(diag, EVX_E_USAGE,
			"--salvage takes plain paths only, no patterns and no --since: the list of "
			"contents may be incomplete. Nothing was extracted.");
	if (err == EVX_OK)
		err = opt->target != NULL ?
			evx_extract_target_open(opt->target, &x.target, diag) :
			evx_fail(diag, EVX_E_USAGE,
				"Where should the files go? Name a directory with -C DIR.");
	if (err == EVX_OK)
		err = evx_open_exhibit(
			&x.o, h, opt, ask, x.target.fd, progress, cancel, result, diag);
	if (err == EVX_OK)
		err = evx_restore_new(x.target.fd, &restore, &x.restore, diag);
	if (err == EVX_OK)
		err = opt->salvage ? evx_extract_salvage(&x, diag) : extract_all(&x, diag);
	if (x.restore != NULL)
		count(result, evx_restore_counts(x.restore));
	evx_restore_free(x.restore);
	evx_exhibit_free(&x.o.ex);
	evx_extract_target_close(&x.target, err == EVX_OK);
	evx_first_names_free(&x.firsts);
	free(x.last);
	evx_entry_free(&x.part);
	evx_select_free(&x.select);
	if (err == EVX_OK && result->refused > 0)
		err = evx_fail(diag, EVX_E_EXISTS,
			"Something else has the name of %llu %s. What was there is unchanged; the "
			"other files were restored. To have all, extract into a new directory.",
			(unsigned long long)result->refused,
			result->refused == 1 ? "entry" : "entries");
	return err;
}
