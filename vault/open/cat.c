/* The contents of one file, or of those that match a pattern, to a descriptor. */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "open/open_exhibit.h"

#define ZEROS 65536u

struct cat {
	struct evx_select select;
	int fd;
	bool wanted; /* the line at hand is one asked for */
	bool found;  /* one was */
	uint64_t at; /* bytes written of it */
	uint8_t *zeros;
	struct evx_open_result *result;
};

static enum evx_err fill(struct cat *c, uint64_t to, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	while (c->at < to && err == EVX_OK) {
		size_t step = to - c->at < ZEROS ? (size_t)(to - c->at) : ZEROS;

		err = evx_write_full(c->fd, c->zeros, step, "output", diag);
		c->at += step;
	}
	return err;
}

static enum evx_err note(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct cat *c = ctx;

	(void)diag;
	evx_select_note(&c->select, item->entry);
	return EVX_OK;
}

/* Of what matches a pattern, the files are meant. */
static bool is_it(struct cat *c, const struct evx_entry *e)
{
	const struct evx_select_path *want = &c->select.at[0];

	return evx_select_has_itself(&c->select, e) &&
		(want->means != EVX_SELECT_PATTERN || e->type == EVX_FILE);
}

static bool wants(void *ctx, const struct evx_listing_item *item)
{
	const struct cat *c = ctx;

	(void)item;
	return c->wanted;
}

static enum evx_err begin(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct cat *c = ctx;

	c->wanted = is_it(c, item->entry);
	c->at = 0;
	if (!c->wanted)
		return EVX_OK;
	c->found = true;
	if (item->entry->type != EVX_FILE)
		return evx_diag_in(diag, item->entry->path,
			evx_fail(diag, EVX_E_USAGE,
				"This is not a file, so it has no contents to print. Name a "
				"file."));
	if (item->entry->part != NULL)
		return evx_diag_in(diag, item->entry->path,
			evx_fail(diag, EVX_E_NOT_FOUND,
				"Only a part of this file was disclosed, so it cannot be printed. "
				"To get the part, run: evx extract --parts"));
	if (item->withheld)
		return evx_diag_in(diag, item->entry->path,
			evx_fail(diag, EVX_E_NOT_FOUND,
				"The contents of this file were withheld. Only its name and "
				"attributes were disclosed."));
	if (item->entry->read_error != NULL)
		return evx_diag_in(diag, item->entry->path,
			evx_fail(diag, EVX_E_NOT_FOUND,
				"This file could not be read when it was sealed: %s",
				item->entry->read_error));
	return EVX_OK;
}

static enum evx_err data(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct cat *c = ctx;
	enum evx_err err = fill(c, offset, diag);

	if (err == EVX_OK)
		err = evx_write_full(c->fd, p, n, "output", diag);
	c->at += n;
	c->result->bytes += n;
	return err;
}

static enum evx_err end(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
	const struct evx_diag *why, struct evx_diag *diag)
{
	struct cat *c = ctx;

	if (!c->wanted)
		return EVX_OK;
	c->result->entries++;
	c->result->files++;
	if (bad != EVX_OK) {
		c->result->failed = 1;
		return evx_diag_in(diag, item->entry->path, evx_fail(diag, bad, "%s", why->text));
	}
	return fill(c, item->entry->size, diag);
}

enum evx_err evx_cat(struct evx_home *h, const struct evx_open_options *opt,
	const struct evx_passphrase *ask, int fd, struct evx_progress *progress,
	struct evx_cancel *cancel, struct evx_open_result *result, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_open o;
	struct cat c = { .fd = fd, .result = result };
	const struct evx_contents_visitor visitor = {
		.ctx = &c, .wants = wants, .begin = begin, .data = data, .end = end
	};

	memset(result, 0, sizeof(*result));
	memset(&o, 0, sizeof(o));
	if (opt->npaths != 1)
		return evx_fail(diag, EVX_E_USAGE,
			"evx cat prints one file, and %zu paths were given. Name one path inside "
			"the exhibit.",
			opt->npaths);
	c.zeros = calloc(1, ZEROS);
	if ((err = c.zeros == NULL ?
			    evx_fail_memory(diag) :
			    evx_select_new(opt->paths, 1, opt->since, &c.select, diag)) != EVX_OK ||
		(err = evx_open_exhibit(&o, h, opt, ask, -1, progress, cancel, result, diag)) !=
			EVX_OK ||
		(err = evx_open_contents(&o, true, note, &c, diag)) != EVX_OK ||
		(err = evx_contents_visit(&o.contents, &visitor, diag)) != EVX_OK)
		goto out;
	err = evx_select_check(&c.select, diag);
	if (err == EVX_OK && !c.found)
		err = evx_diag_in(diag, opt->paths[0],
			evx_fail(diag, EVX_E_NOT_FOUND,
				"No file with this name was modified since then, so nothing was "
				"printed."));
out:
	evx_exhibit_free(&o.ex);
	evx_select_free(&c.select);
	free(c.zeros);
	return err;
}
