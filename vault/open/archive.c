/* What was sealed, as a tar or zip archive, encrypted with age where that is asked for. */
#include <string.h>

#include "base/io.h"
#include "content/archive_out.h"
#include "crypto/age_stream.h"
#include "format/limits.h"
#include "open/first_names.h"
#include "open/open_exhibit.h"

struct archiving {
	const struct evx_open_options *opt;
	const struct evx_archive_options *archive;
	struct evx_archive_out *out;
	struct evx_age_out *age; /* NULL: in clear */
	struct evx_first_names firsts;
	struct evx_open_result *result;
	bool open; /* an entry of the archive is under way */
	bool data; /* and its bytes are wanted */
};

static enum evx_err to_fd(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	const struct archiving *x = ctx;

	return evx_write_full(x->archive->fd, p, n, "output", diag);
}

static enum evx_err put(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	struct archiving *x = ctx;

	return x->age != NULL ? evx_age_out_write(x->age, p, n, diag) : to_fd(x, p, n, diag);
}

static enum evx_err begin_age(struct archiving *x, struct evx_diag *diag)
{
	uint8_t pubs[EVX_STANZAS_MAX][32];
	enum evx_err err = EVX_OK;
	size_t i;

	if (x->archive->nage_to == 0)
		return EVX_OK;
	if (x->archive->nage_to > EVX_STANZAS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"An archive can be encrypted to %d keys at most. Nothing was written.",
			EVX_STANZAS_MAX);
	for (i = 0; i < x->archive->nage_to && err == EVX_OK; i++)
		if (evx_age_recipient_decode(x->archive->age_to[i], strlen(x->archive->age_to[i]),
			    pubs[i], NULL) != EVX_OK)
			err = evx_fail(diag, EVX_E_USAGE,
				"\"%.80s\" is no public key of age. Such a key begins with age1 "
				"and has 62 characters. Nothing was written.",
				x->archive->age_to[i]);
	return err != EVX_OK ? err :
			       evx_age_out_new((const uint8_t(*)[32])pubs, x->archive->nage_to,
				       to_fd, x, &x->age, diag);
}

static enum evx_err note(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct archiving *x = ctx;

	return evx_first_names_note(&x->firsts, item->entry, diag);
}

static bool wants(void *ctx, const struct evx_listing_item *item)
{
	const struct archiving *x = ctx;

	(void)item;
	return x->data;
}

static void remark(struct archiving *x, const struct evx_entry *e, const char *what)
{
	if (x->opt->remark != NULL)
		x->opt->remark(x->opt->remark_ctx, e->path, e->path_len, what);
}

static enum evx_err begin(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct archiving *x = ctx;
	const struct evx_entry *e = item->entry;
	const struct evx_first_name *first = x->archive->zip ? NULL :
							       evx_first_names_find(&x->firsts, e);
	enum evx_err err;

	x->open = x->data = false;
	if (item->withheld) {
		x->result->withheld++;
		remark(x, e,
			e->part != NULL ?
				"Only a part of it was disclosed. It is not in the archive. To get "
				"the part, run: evx extract --parts" :
				"Its contents were withheld: only its name and attributes were "
				"disclosed. It is not in the archive.");
		return EVX_OK;
	}
	err = evx_archive_out_begin(x->out, e, first != NULL ? first->path : NULL,
		first != NULL ? first->len : 0, &x->open, diag);

	x->data = err == EVX_OK && x->open && e->type == EVX_FILE && first == NULL;
	if (err != EVX_OK)
		return err;
	if (!x->open) {
		x->result->not_made++;
		remark(x, e,
			e->read_error != NULL ?
				"It could not be read when it was sealed. It is not in the "
				"archive." :
				"The archive's format cannot hold this type or name. It is not in "
				"the archive.");
		return EVX_OK;
	}
	x->result->entries++;
	if (e->n_bad > 0)
		remark(x, e,
			"Parts of it could not be read when it was sealed. These parts are zeros "
			"here.");
	return EVX_OK;
}

static enum evx_err data(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct archiving *x = ctx;

	x->result->bytes += n;
	return evx_archive_out_data(x->out, offset, p, n, diag);
}

/* Bytes that do not match their digest stand in the archive already: it is given up. */
static enum evx_err end(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
	const struct evx_diag *why, struct evx_diag *diag)
{
	struct archiving *x = ctx;
	enum evx_err err;

	if (!x->open)
		return EVX_OK;
	if (bad != EVX_OK)
		return evx_diag_in(diag, item->entry->path,
			evx_fail(diag, bad, "%s The archive was not finished.", why->text));
	err = evx_archive_out_end(x->out, diag);
	x->result->files += err == EVX_OK && item->entry->type == EVX_FILE;
	return err == EVX_OK ? evx_first_names_put(&x->firsts, item->entry, item->index, diag) :
			       err;
}

enum evx_err evx_archive(struct evx_home *h, const struct evx_open_options *opt,
	const struct evx_archive_options *archive, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_open_result *result,
	struct evx_diag *diag)
{
	struct archiving x = { .opt = opt, .archive = archive, .result = result };
	const struct evx_contents_visitor visitor = {
		.ctx = &x, .wants = wants, .begin = begin, .data = data, .end = end
	};
	struct evx_open o;
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	memset(&o, 0, sizeof(o));
	if ((err = begin_age(&x, diag)) != EVX_OK ||
		(err = evx_archive_out_new(archive->zip ? EVX_ARCHIVE_ZIP : EVX_ARCHIVE_TAR, put,
			 &x, &x.out, diag)) != EVX_OK ||
		(err = evx_open_exhibit(&o, h, opt, ask, -1, progress, cancel, result, diag)) !=
			EVX_OK ||
		(err = evx_open_contents(&o, true, note, &x, diag)) != EVX_OK)
		goto out;
	evx_first_names_sort(&x.firsts);
	if ((err = evx_contents_visit(&o.contents, &visitor, diag)) != EVX_OK ||
		(err = evx_archive_out_finish(x.out, diag)) != EVX_OK)
		goto out;
	if (x.age != NULL)
		err = evx_age_out_end(x.age, diag);
out:
	evx_archive_out_free(x.out);
	evx_age_out_free(x.age);
	evx_first_names_free(&x.firsts);
	evx_exhibit_free(&o.ex);
	return err;
}
