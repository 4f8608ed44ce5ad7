/* Every line and file opened and compared. */
#include "judge/verify_deep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "content/tiling.h"
#include "judge/report.h"
#include "open/tally.h"

struct deep {
	struct evx_report *report;
	struct evx_findings found; /* about files: worth nothing before the listing is known good */
	struct evx_tally tally;
};

/* Which part of the file is shown, and was proved. */
static enum evx_err note_part(
	struct evx_report *r, const struct evx_entry *e, struct evx_diag *diag)
{
	struct evx_report_part *part;

	r->deep_parts++;
	if (r->nparts == EVX_REPORT_PARTS)
		return EVX_OK;
	part = EVX_ARRAY_ADD(r->parts, r->nparts);
	if (part == NULL)
		return evx_fail_memory(diag);
	memset(part, 0, sizeof(*part));
	part->path = strndup(e->path, e->path_len);
	part->path_len = e->path_len;
	part->size = e->size;
	part->shown = evx_part_shown(e->part);
	part->ranges = reallocarray(NULL, e->part->nranges, sizeof(*part->ranges));
	if (part->path == NULL || part->ranges == NULL)
		return evx_fail_memory(diag);
	part->nranges = e->part->nranges;
	memcpy(part->ranges, e->part->ranges, part->nranges * sizeof(*part->ranges));
	return EVX_OK;
}

static void drop_parts(struct evx_report *r)
{
	for (size_t i = 0; i < r->nparts; i++) {
		free(r->parts[i].path);
		free(r->parts[i].ranges);
	}
	r->nparts = 0;
	r->deep_parts = 0;
}

static enum evx_err deep_end(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
	const struct evx_diag *why, struct evx_diag *diag)
{
	struct deep *d = ctx;

	d->report->deep_lines++;
	evx_tally_line(&d->tally, item->entry, item->stored);
	if (item->entry->type == EVX_FILE && !item->repeats && !item->withheld) {
		d->report->deep_files++;
		d->report->deep_bytes += item->stored;
	}
	if (bad == EVX_OK)
		return item->entry->part != NULL ? note_part(d->report, item->entry, diag) : EVX_OK;
	bad = evx_findings_add_diag(&d->found, bad == EVX_E_FORGED ? "D-FILE-DIGEST" : "D-FRAME",
		EVX_NO_EVENT, item->entry->path, why);
	return evx_fail_buf(diag, bad);
}

/* Failures that are findings about the bundle; others (memory, interruption) end the command. */
static bool is_finding(enum evx_err err)
{
	return err != EVX_OK && err != EVX_E_MEMORY && err != EVX_E_INTERRUPTED &&
		err != EVX_E_USAGE;
}

enum evx_err evx_verify_deep_note(struct evx_exhibit *ex, const char *code, enum evx_err err,
	const struct evx_diag *why, struct evx_diag *diag)
{
	if (!is_finding(err)) {
		if (err != EVX_OK && diag != NULL)
			*diag = *why;
		return err;
	}
	err = evx_findings_add_diag(&ex->loaded.findings, code, EVX_NO_EVENT, NULL, why);
	return evx_fail_buf(diag, err);
}

static enum evx_err check_tiling(
	struct evx_exhibit *ex, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_tiling_opts opts = { .src = &ex->unlocked.src,
		.secret = evx_secret_bytes(ex->unlocked.keys.content),
		.content = &ex->unlocked.part.content,
		.listing = &ex->unlocked.part.listing,
		.cancel = cancel };
	size_t at = 0;
	enum evx_err err;

	for (int i = 0; i < 2; i++) {
		opts.has_padding[i] = ex->unlocked.part.sequences[i] > 0 &&
			at < ex->unlocked.part.npadding;
		if (opts.has_padding[i])
			opts.padding[i] = ex->unlocked.part.padding[at++];
	}
	err = evx_tiling_check(&opts, NULL, &why);
	evx_wipe(opts.padding, sizeof(opts.padding));
	return evx_verify_deep_note(ex, "D-TILING", err, &why, diag);
}

/* Reads the listing once: its lines are held against its root and the files against its lines at
 * the same time. *good false: the listing is not what was sealed, as a finding says, and nothing is
 * said of files. */
static enum evx_err read_all(struct evx_exhibit *ex, struct deep *d,
	const struct evx_contents_opts *how, bool *good, struct evx_diag *diag)
{
	const struct evx_contents_visitor visitor = { .ctx = d, .parts = true, .end = deep_end };
	struct evx_contents_opts contents = *how;
	bool unproved = false;
	struct evx_diag why = { 0 };
	enum evx_err err;

	contents.unproved = &unproved;
	contents.ranges = true;
	contents.unchecked = true;
	err = evx_contents_visit(&contents, &visitor, &why);
	*good = err == EVX_OK;
	if (*good)
		return evx_fail_buf(diag, evx_findings_join(&ex->loaded.findings, &d->found));
	d->report->deep_lines = d->report->deep_files = d->report->deep_bytes = 0;
	drop_parts(d->report);
	return evx_verify_deep_note(ex,
		unproved                    ? "D-PROOF" :
			err == EVX_E_FORGED ? "D-LISTING-ROOT" :
					      "D-LISTING",
		err, &why, diag);
}

enum evx_err evx_verify_deep(struct evx_exhibit *ex, unsigned jobs, struct evx_report *r,
	struct evx_progress *progress, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct deep d = { .report = r };
	struct evx_contents_opts contents = evx_exhibit_contents(ex, jobs, progress, cancel);
	uint64_t unhashed = 0;
	bool good;
	char text[256];
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (progress != NULL) {
		atomic_store(&progress->bytes_done, 0);
		atomic_store(&progress->bytes_total,
			ex->unlocked.part.content.present ? ex->unlocked.part.content.ref.span : 0);
	}
	contents.unhashed = &unhashed;
	err = read_all(ex, &d, &contents, &good, diag);
	evx_findings_free(&d.found);
	if (err != EVX_OK || !good)
		return err;
	r->deep = true;
	(void)snprintf(text, sizeof(text),
		"the hash over the whole length of %llu sparse %s (too long to compute; the stored "
		"bytes and the place of the holes were checked)",
		(unsigned long long)unhashed, unhashed == 1 ? "file" : "files");
	if (unhashed > 0 && evx_report_not_checked(r, text) != EVX_OK)
		return evx_fail_memory(diag);
	err = evx_verify_deep_note(ex, "D-COUNTS",
		evx_tally_compare(&d.tally, &ex->unlocked.seal_details, &why), &why, diag);
	return err == EVX_OK ? check_tiling(ex, cancel, diag) : err;
}
