/* Which files of an exhibit have a name. */
#include "find/vault_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"
#include "base/processors.h"
#include "open/exhibit_vault.h"
#include "open/select.h"
#include "people/known.h"

#define FILES_MAX 20u /* that are named of one exhibit */

struct evx_vault_files {
	const char *pattern;
	const struct evx_vault_use *use;
	struct evx_known known;
	struct evx_rules_roster rules;
	struct evx_select select; /* of the exhibit at hand */
	char **at;                /* owned */
	size_t n;
	uint64_t more, closed;
};

enum evx_err evx_vault_files_new(const char *pattern, const struct evx_vault_use *u,
	struct evx_vault_files **out, struct evx_diag *diag)
{
	struct evx_vault_files *f = calloc(1, sizeof(*f));
	enum evx_err err;

	*out = NULL;
	if (f == NULL)
		return evx_fail_memory(diag);
	f->pattern = pattern;
	f->use = u;
	f->rules = evx_known_rules(&f->known);
	err = evx_known_load(&f->known, u->home, diag);
	/* A pattern that is none is told before anything is looked through. */
	if (err == EVX_OK)
		err = evx_select_new(&pattern, 1, NULL, &f->select, diag);
	if (err != EVX_OK) {
		evx_vault_files_free(f);
		return err;
	}
	*out = f;
	return EVX_OK;
}

static void forget(struct evx_vault_files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->at[i]);
	free(f->at);
	f->at = NULL;
	f->n = 0;
	f->more = 0;
	evx_select_free(&f->select);
	memset(&f->select, 0, sizeof(f->select));
}

void evx_vault_files_free(struct evx_vault_files *f)
{
	if (f == NULL)
		return;
	forget(f);
	evx_known_free(&f->known);
	free(f);
}

uint64_t evx_vault_files_closed(const struct evx_vault_files *f)
{
	return f->closed;
}

static enum evx_err note(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct evx_vault_files *f = ctx;

	(void)diag;
	evx_select_note(&f->select, item->entry);
	return EVX_OK;
}

static enum evx_err take(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct evx_vault_files *f = ctx;
	char **name;

	if (!evx_select_has(&f->select, item->entry))
		return EVX_OK;
	if (f->n == FILES_MAX) {
		f->more++;
		return EVX_OK;
	}
	name = EVX_ARRAY_ADD(f->at, f->n);
	if (name == NULL)
		return evx_fail_memory(diag);
	*name = strdup(item->entry->path);
	return *name != NULL ? EVX_OK : evx_fail_memory(diag);
}

static bool no_bytes(void *ctx, const struct evx_listing_item *item)
{
	(void)ctx, (void)item;
	return false;
}

/* The lines count once the list's root matched the seal. */
static enum evx_err read_list(struct evx_vault_files *f, struct evx_bundle *bundle,
	const char *uuid, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.index_only = true, .jobs = 1, .cancel = cancel, .roster = &f->rules
	};
	const struct evx_contents_visitor visitor = { .ctx = f, .wants = no_bytes, .begin = take };
	struct evx_contents_opts contents;
	struct evx_exhibit ex;
	enum evx_err err = evx_exhibit_vault_share(&ex, bundle, f->use->vault, uuid, diag);

	if (err != EVX_OK || (err = evx_exhibit_load(&ex, &load, diag)) != EVX_OK ||
		(err = evx_exhibit_usable(&ex, diag)) != EVX_OK ||
		(err = evx_exhibit_vault_keys(&ex, &f->use->id, f->use->vault, false, diag)) !=
			EVX_OK ||
		(err = evx_exhibit_open_part(&ex, diag)) != EVX_OK)
		goto out;
	if (!ex.unlocked.has_part) {
		err = evx_fail(diag, EVX_E_KEY, "find: no list of contents");
		goto out;
	}
	contents = evx_exhibit_contents(&ex, evx_processors(), NULL, cancel);
	if ((err = evx_contents_check_listing(&contents, note, f, diag)) == EVX_OK)
		err = evx_contents_visit(&contents, &visitor, diag);
out:
	evx_exhibit_free(&ex);
	return err;
}

enum evx_err evx_vault_files_look(struct evx_vault_files *f, struct evx_vault_exhibit_info *info,
	bool *is, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_bundle *bundle = NULL;
	struct evx_diag why = { 0 };
	int dir = -1;
	enum evx_err err;

	*is = false;
	forget(f);
	if (info->disposed || info->missing)
		return EVX_OK;
	err = evx_select_new(&f->pattern, 1, NULL, &f->select, &why);
	if (err == EVX_OK)
		err = evx_vault_exhibit(f->use->vault, info->uuid, &dir, &why);
	if (err == EVX_OK)
		err = evx_bundle_open_dir(dir, info->uuid, &bundle, &why);
	if (err == EVX_OK)
		err = read_list(f, bundle, info->uuid, cancel, &why);
	evx_bundle_free(bundle);
	evx_close_quiet(&dir);
	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
		return evx_fail(diag, err, "%s", why.text);
	if (err != EVX_OK) {
		forget(f);
		f->closed++;
		return EVX_OK;
	}
	*is = f->n > 0;
	info->files = (const char *const *)f->at;
	info->nfiles = f->n;
	info->more_files = f->more;
	return EVX_OK;
}
