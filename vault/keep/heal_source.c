/* Reads packs that replace damaged ones from a bundle or from another vault. */
#include "keep/heal_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "bundle/bundle_walk.h"

struct evx_heal_source {
	struct evx_vault *vault; /* one of both */
	struct evx_bundle *bundle;
};

static enum evx_err open_source(struct evx_heal_source *s, const char *path, struct evx_diag *diag)
{
	enum evx_err err;

	if (evx_vault_open(path, &s->vault, NULL) == EVX_OK) {
		if (evx_vault_is(evx_vault_fd(s->vault)))
			return EVX_OK;
		evx_vault_free(s->vault);
		s->vault = NULL;
	}
	err = evx_bundle_open(path, &s->bundle, diag);
	if (err == EVX_OK && evx_bundle_form(s->bundle) == EVX_BUNDLE_STREAM)
		err = evx_fail(diag, EVX_E_USAGE,
			"Damaged packs cannot be replaced from a pipe. Save the bundle as a file "
			"first.");
	return err;
}

void evx_heal_source_start(struct evx_start *s, const char *path, struct evx_heal_source **out)
{
	struct evx_heal_source *source;

	*out = NULL;
	if (!evx_start_good(s))
		return;
	source = calloc(1, sizeof(*source));
	s->err = source != NULL ? open_source(source, path, s->diag) : evx_fail_memory(s->diag);
	if (evx_start_good(s) && source->vault != NULL)
		evx_start_beneath(s, evx_vault_fd(source->vault), EVX_CONFINE_READ);
	else if (evx_start_good(s) && evx_bundle_form(source->bundle) == EVX_BUNDLE_DIRECTORY)
		evx_start_path(s, path, EVX_CONFINE_READ);
	else if (evx_start_good(s))
		evx_start_beneath(
			s, evx_bundle_volumes_directory(source->bundle), EVX_CONFINE_READ);
	if (evx_start_good(s))
		*out = source;
	else
		evx_heal_source_free(source);
}

void evx_heal_source_free(struct evx_heal_source *s)
{
	if (s == NULL)
		return;
	evx_vault_free(s->vault);
	evx_bundle_free(s->bundle);
	free(s);
}

enum evx_err evx_heal_source_load(
	struct evx_heal_source *s, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct evx_bundle_walk_opts opts = {
		.jobs = 1, .skip_packs = true, .cancel = cancel
	};
	struct evx_bundle_walk_result walked;

	return s->bundle == NULL ? EVX_OK : evx_bundle_walk(s->bundle, &opts, &walked, diag);
}

static enum evx_err of_bundle(const struct evx_heal_source *s, const uint8_t hash[32], uint8_t *p,
	size_t *n, struct evx_diag *diag)
{
	for (uint64_t i = 0; i < evx_bundle_packs(s->bundle); i++) {
		const struct evx_bundle_pack pack = evx_bundle_pack(s->bundle, i);

		if (!evx_hash_equal(pack.hash, hash) || pack.missing || pack.length == 0 ||
			pack.length > EVX_PACK_LEN)
			continue;
		*n = (size_t)pack.length;
		return evx_bundle_pack_read(s->bundle, i, 0, p, *n, diag);
	}
	return evx_fail(diag, EVX_E_NOT_FOUND, "The bundle does not have this pack.");
}

static enum evx_err of_exhibit(const struct evx_vault *v, const char *uuid, const uint8_t hash[32],
	uint8_t *p, size_t *n, struct evx_diag *diag)
{
	int dir = -1, fd = -1;
	uint64_t length = 0;
	enum evx_err err = evx_vault_exhibit(v, uuid, &dir, diag);

	if (err != EVX_OK)
		goto out;
	err = evx_recipe_read_pack(dir, hash, &fd, &length, diag);
	if (err != EVX_OK)
		goto out;
	if (length == 0 || length > EVX_PACK_LEN)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"heal: expected a pack of 1 to %u bytes, found %llu", EVX_PACK_LEN,
			(unsigned long long)length);
	if (err != EVX_OK)
		goto out;
	err = evx_pread_full(fd, p, (size_t)length, 0, n, uuid, diag);
out:
	evx_close_quiet(&fd);
	evx_close_quiet(&dir);
	return err;
}

struct search {
	const struct evx_vault *v;
	const uint8_t *hash;
	uint8_t *p;
	size_t *n;
	bool found;
};

static enum evx_err try_exhibit(void *ctx, const char *uuid)
{
	struct search *s = ctx;

	if (!s->found)
		s->found = of_exhibit(s->v, uuid, s->hash, s->p, s->n, NULL) == EVX_OK;
	return EVX_OK;
}

enum evx_err evx_heal_source_pack(struct evx_heal_source *s, const char *uuid,
	const uint8_t hash[32], uint8_t *p, size_t *n, struct evx_diag *diag)
{
	struct search all = { s->vault, hash, p, n, false };
	enum evx_err err;

	*n = 0;
	if (s->bundle != NULL)
		return of_bundle(s, hash, p, n, diag);
	(void)try_exhibit(&all, uuid);
	err = all.found ? EVX_OK : evx_vault_each_exhibit(s->vault, try_exhibit, &all, diag);
	return err != EVX_OK || all.found ?
		err :
		evx_fail(diag, EVX_E_NOT_FOUND, "No exhibit of the other vault has this pack.");
}
