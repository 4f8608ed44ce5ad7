/* Writes exhibits of a vault, or unpacked bundles, as the bundles that were sealed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "bundle/repack.h"
#include "format/text.h"
#include "format/uuid.h"
#include "open/exhibit_vault.h"
#include "open/vault_use.h"
#include "people/known.h"
#include "store/branch.h"
#include "store/recipes.h"

/* An exhibit to be exported. */
struct item {
	bool of_vault;
	char uuid[EVX_UUID_CAP];   /* of the vault */
	bool recipes;              /* … some packs are recipes */
	struct evx_bundle *bundle; /* elsewhere: open from the start, since confinement leaves
				      nothing else to open */
};

struct export_run {
	const struct evx_export_options *opt;
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
	struct evx_vault_use use; /* vault NULL: there is none */
	struct evx_known known;
	struct evx_rules_roster rules;
	struct item *items;
	bool to_directory;
	struct evx_output output; /* of the one file, open from the start */
};

static enum evx_err start_elsewhere(struct evx_start *s, struct item *item, const char *path)
{
	enum evx_err err = evx_bundle_open(path, &item->bundle, s->diag);

	if (err == EVX_OK && evx_bundle_form(item->bundle) != EVX_BUNDLE_DIRECTORY)
		err = evx_diag_in(s->diag, path,
			evx_fail(s->diag, EVX_E_USAGE,
				"This is a bundle already. Name an exhibit of a vault, or the "
				"directory of an unpacked bundle. To put programs beside the "
				"bundle, "
				"use --with-reader -o DIR."));
	s->err = err;
	evx_start_path(s, path, EVX_CONFINE_READ);
	return s->err;
}

/* Of a vault: the first one opens that vault, the others must be of the same. */
static enum evx_err start_in_vault(struct evx_start *s, struct export_run *run, struct item *item,
	const struct evx_exhibit_vault *in, struct evx_home *h)
{
	struct stat a, b;

	if (run->use.vault == NULL)
		evx_vault_use_start(s, &run->use, h, evx_vault_path(in->vault), NULL,
			EVX_VAULT_NOBODY, EVX_CONFINE_READ, NULL);
	if (!evx_start_good(s))
		return s->err;
	if (fstat(evx_vault_fd(run->use.vault), &a) != 0 || fstat(evx_vault_fd(in->vault), &b) != 0)
		return evx_fail_errno(
			s->diag, evx_vault_path(in->vault), "The vault cannot be read");
	if (a.st_dev != b.st_dev || a.st_ino != b.st_ino)
		return evx_fail(s->diag, EVX_E_USAGE,
			"These exhibits are in two vaults. Nothing was exported. Export them with "
			"one command for each vault.");
	item->of_vault = true;
	memcpy(item->uuid, in->uuid, sizeof(item->uuid));
	return evx_recipes_any(run->use.vault, item->uuid, &item->recipes, s->diag);
}

static void start_items(
	struct evx_start *s, struct export_run *run, struct evx_home *h, bool *recipes)
{
	if (!evx_start_good(s))
		return;
	run->items = calloc(run->opt->nexhibits + 1, sizeof(*run->items));
	if (run->items == NULL)
		s->err = evx_fail_memory(s->diag);
	for (size_t i = 0; i < run->opt->nexhibits && evx_start_good(s); i++) {
		struct evx_exhibit_vault *in = NULL;

		s->err = evx_exhibit_vault_find(run->opt->exhibits[i], NULL, &in, s->diag);
		if (evx_start_good(s))
			s->err = in != NULL ?
				start_in_vault(s, run, &run->items[i], in, h) :
				start_elsewhere(s, &run->items[i], run->opt->exhibits[i]);
		*recipes = *recipes || run->items[i].recipes;
		evx_exhibit_vault_free(in);
		s->err = evx_diag_in(s->diag, run->opt->exhibits[i], s->err);
	}
}

static enum evx_err check_output(struct export_run *run, struct evx_diag *diag)
{
	const struct evx_export_options *o = run->opt;
	struct stat st;

	if (o->output == NULL || o->nexhibits == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"Name an exhibit, and the bundle to write: -o FILE.evx.");
	if (strcmp(o->output, "-") == 0)
		return o->nexhibits == 1 && o->split == 0 ?
			EVX_OK :
			evx_fail(diag, EVX_E_USAGE,
				"Standard output takes one exhibit in one piece. Name one exhibit, "
				"and leave out --split.");
	run->to_directory = stat(o->output, &st) == 0 && S_ISDIR(st.st_mode);
	if (!run->to_directory && o->nexhibits > 1)
		return evx_diag_in(diag, o->output,
			evx_fail(diag, EVX_E_USAGE,
				"Several exhibits need a directory. Make the directory first, and "
				"name it with -o."));
	return EVX_OK;
}

static void start_output(struct evx_start *s, struct export_run *run)
{
	const char *output = run->opt->output;

	if (evx_start_good(s))
		s->err = check_output(run, s->diag);
	if (!evx_start_good(s) || strcmp(output, "-") == 0)
		return;
	/* Several files, or volumes, are made while they are written. */
	if (run->to_directory)
		evx_start_path(s, output, EVX_CONFINE_WRITE);
	else if (run->opt->split != 0)
		evx_start_parent(s, output, EVX_CONFINE_WRITE);
	else
		evx_output_file_start(s, output, &run->output);
}

static enum evx_err open_writer(struct export_run *run, const char *uuid, char **written,
	struct evx_writer **w, struct evx_diag *diag)
{
	const struct evx_export_options *o = run->opt;

	if (strcmp(o->output, "-") == 0) {
		*written = strdup("-");
		return *written == NULL ?
			evx_fail_memory(diag) :
			evx_writer_stream(STDOUT_FILENO, "standard output", uuid, w, diag);
	}
	if (!run->to_directory)
		*written = strdup(o->output);
	else if (asprintf(written, "%s%s%s.evx", o->output,
			 o->output[strlen(o->output) - 1] == '/' ? "" : "/", uuid) < 0)
		*written = NULL;
	if (*written == NULL)
		return evx_fail_memory(diag);
	if (run->output.self != NULL)
		return evx_writer_output(&run->output, uuid, w, diag);
	return o->split != 0 ? evx_writer_volumes(*written, o->split, uuid, w, diag) :
			       evx_writer_file(*written, uuid, w, diag);
}

static enum evx_err count_branch(void *ctx, const char *name)
{
	(void)name;
	++*(size_t *)ctx;
	return EVX_OK;
}

/* Judges the exhibit. Its packs are read once, while they are written. */
static enum evx_err judge(struct export_run *run, struct evx_exhibit *ex, int *exit_class,
	const struct evx_finding **why, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.skip_packs = true, .jobs = 1, .cancel = run->cancel, .roster = &run->rules
	};
	enum evx_err err = evx_exhibit_load(ex, &load, diag);

	if (err != EVX_OK)
		return err;
	if (evx_chain_result(ex->loaded.chain)->state.disposed)
		return evx_fail(diag, EVX_E_CUSTODY,
			"This exhibit was disposed of (entry %04u). Its data is gone, and only the "
			"custody record is left. It cannot be exported.",
			(unsigned)evx_chain_result(ex->loaded.chain)->state.disposal);
	return evx_exhibit_sound(ex, exit_class, why, diag);
}

static enum evx_err write_one(struct export_run *run, const struct item *item,
	struct evx_exhibit *ex, struct evx_export_info *info, char **written, struct evx_diag *diag)
{
	const struct evx_repack_opts repack = { .progress = run->progress, .cancel = run->cancel };
	struct evx_writer *w = NULL;
	enum evx_err err = open_writer(run, info->uuid, written, &w, diag);

	if (err == EVX_OK)
		err = evx_repack(ex->opened.bundle, w, &repack, diag);
	evx_writer_free(w);
	if (err != EVX_OK)
		return err;
	info->written = *written;
	info->bytes = evx_bundle_length(ex->opened.bundle);
	info->packs = evx_bundle_packs(ex->opened.bundle);
	for (uint64_t i = 0; i < info->packs; i++)
		info->recipes += evx_bundle_pack(ex->opened.bundle, i).recipe;
	return item->of_vault ?
		evx_branch_each(run->use.vault, info->uuid, count_branch, &info->branches, diag) :
		EVX_OK;
}

/* Members open recipes by the vault's identities, readers of the exhibit by its own. */
static enum evx_err open_item(struct export_run *run, const struct item *item,
	struct evx_recipes_keys *keys, struct evx_bundle **own, struct evx_diag *diag)
{
	const struct evx_recipe_reader how = evx_recipes_reader_of(keys);
	int dir = -1;
	enum evx_err err;

	*own = NULL;
	if (!item->of_vault)
		return EVX_OK;
	err = evx_recipes_keys_open(run->use.vault, item->uuid,
		run->use.has_id && !run->use.member ? run->use.id.encryption : NULL, keys, diag);
	if (err != EVX_OK)
		goto out;
	if (item->recipes && !run->use.member && keys->n == 0) {
		err = evx_fail(diag, EVX_E_KEY,
			"This exhibit uses shared data of the vault. Only members of the vault and "
			"readers of the exhibit can open this data. %s is neither. Use another "
			"identity: --as NAME.",
			run->use.name);
		goto out;
	}
	if ((err = evx_vault_exhibit(run->use.vault, item->uuid, &dir, diag)) != EVX_OK ||
		(err = evx_bundle_open_dir(dir, item->uuid, own, diag)) != EVX_OK)
		goto out;
	err = evx_bundle_set_recipes(*own, &how, diag);
out:
	evx_close_quiet(&dir);
	return err;
}

static enum evx_err export_one(struct export_run *run, size_t i,
	enum evx_err (*each)(void *ctx, const struct evx_export_info *info), void *ctx,
	struct evx_diag *diag)
{
	const struct item *item = &run->items[i];
	struct evx_export_info info = { .uuid = NULL };
	const struct evx_finding *why = NULL;
	struct evx_recipes_keys keys = { .vault = NULL };
	struct evx_exhibit ex;
	struct evx_bundle *own;
	char hash[65] = "", *written = NULL;
	enum evx_err err = open_item(run, item, &keys, &own, diag);

	evx_exhibit_over(&ex, own != NULL ? own : item->bundle);
	if (err != EVX_OK)
		goto out;
	err = judge(run, &ex, &info.exit_class, &why, diag);
	if (err != EVX_OK)
		goto out;
	evx_hex_encode(evx_chain_result(ex.loaded.chain)->exhibit, 32, hash);
	info.uuid = evx_bundle_uuid(ex.opened.bundle);
	info.seal_hash = hash;
	info.events = evx_chain_result(ex.loaded.chain)->n;
	info.why = why != NULL ? why->text : "";
	err = write_one(run, item, &ex, &info, &written, diag);
	if (err != EVX_OK)
		goto out;
	err = each(ctx, &info);
out:
	free(written);
	evx_exhibit_free(&ex);
	evx_bundle_free(own);
	evx_recipes_keys_free(&keys);
	return evx_diag_in(diag, run->opt->exhibits[i], err);
}

static enum evx_err start(struct export_run *run, struct evx_home *h,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, struct evx_diag *diag)
{
	const struct evx_export_options *o = run->opt;
	struct evx_start s = { .diag = diag };
	bool recipes = false;

	start_output(&s, run);
	start_items(&s, run, h, &recipes);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	run->rules = evx_known_rules(&run->known);
	if (evx_start_good(&s) && (recipes || o->as != NULL)) {
		if (h != NULL)
			evx_home_unlock_start(&s, h, o->as, ask, &run->use.id, run->use.name);
		else
			s.err = evx_fail(diag, EVX_E_KEY,
				"This exhibit uses shared data of the vault. Only members of the "
				"vault and readers of the exhibit can open this data. There is no "
				"identity here. Export the exhibit where such an identity is.");
		run->use.has_id = evx_start_good(&s);
	}
	return evx_start_confine(&s, 0, o->confine ? confined : NULL);
}

static void release(struct export_run *run)
{
	for (size_t i = 0; run->items != NULL && i < run->opt->nexhibits; i++)
		evx_bundle_free(run->items[i].bundle);
	free(run->items);
	evx_output_close(&run->output);
	evx_known_free(&run->known);
	evx_vault_use_free(&run->use);
}

enum evx_err evx_export(struct evx_home *h, const struct evx_export_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	enum evx_err (*each)(void *ctx, const struct evx_export_info *info), void *ctx,
	struct evx_confine_state *confined, struct evx_diag *diag)
{
	struct export_run run = {
		.opt = opt, .progress = progress, .cancel = cancel, .use = { .pins = -1 }
	};
	enum evx_err err;

	memset(confined, 0, sizeof(*confined));
	err = start(&run, h, ask, confined, diag);
	if (err == EVX_OK)
		err = evx_known_load(&run.known, h, diag);
	if (err == EVX_OK && run.use.vault != NULL)
		err = evx_vault_use_load(&run.use, EVX_VAULT_READS, diag);
	for (size_t i = 0; i < opt->nexhibits && err == EVX_OK; i++)
		err = export_one(&run, i, each, ctx, diag);
	release(&run);
	return err;
}
