/* The listing, after its root matched the seal. */
#include <string.h>

#include "open/open_exhibit.h"

struct listing {
	const struct evx_open *o;
	struct evx_select select;
	enum evx_err (*each)(void *ctx, const struct evx_entry *entry, uint64_t index);
	void *ctx;
	struct evx_open_result *result;
};

static enum evx_err note(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct listing *l = ctx;

	(void)diag;
	evx_select_note(&l->select, item->entry);
	return EVX_OK;
}

static enum evx_err show(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct listing *l = ctx;
	enum evx_err err;

	if (!evx_select_has(&l->select, item->entry))
		return EVX_OK;
	l->result->entries++;
	l->result->files += item->entry->type == EVX_FILE;
	l->result->bytes += item->entry->size;
	err = l->each(l->ctx, item->entry, item->original_index);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "list: stopped");
}

static bool no_bytes(void *ctx, const struct evx_listing_item *item)
{
	(void)ctx;
	(void)item;
	return false;
}

enum evx_err evx_list(struct evx_home *h, const struct evx_open_options *opt,
	const struct evx_passphrase *ask,
	enum evx_err (*each)(void *ctx, const struct evx_entry *entry, uint64_t index), void *ctx,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_open_result *result,
	struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_open o;
	struct listing l = { .o = &o, .each = each, .ctx = ctx, .result = result };
	const struct evx_contents_visitor visitor = { .ctx = &l, .wants = no_bytes, .begin = show };

	memset(result, 0, sizeof(*result));
	memset(&o, 0, sizeof(o));
	if ((err = evx_select_new(opt->paths, opt->npaths, opt->since, &l.select, diag)) !=
			EVX_OK ||
		(err = evx_open_exhibit(&o, h, opt, ask, -1, progress, cancel, result, diag)) !=
			EVX_OK ||
		(err = evx_open_contents(&o, false, note, &l, diag)) != EVX_OK ||
		(err = evx_contents_visit(&o.contents, &visitor, diag)) != EVX_OK)
		goto out;
	err = evx_select_check(&l.select, diag);
out:
	evx_exhibit_free(&o.ex);
	evx_select_free(&l.select);
	return err;
}
