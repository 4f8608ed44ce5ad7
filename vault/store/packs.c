/* A pack read, and put in the place of a damaged one or of a recipe. */
#include "store/packs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "format/text.h"
#include "store/place.h"
#include "store/recipes.h"

#define NAME_CAP 80

static enum evx_err compare(const uint8_t hash[32], const void *p, size_t n, struct evx_diag *diag)
{
	char expected[65], found_hex[65];
	uint8_t found[32];

	evx_sha256(p, n, found);
	if (evx_hash_equal(found, hash))
		return EVX_OK;
	evx_hex_encode(hash, 32, expected);
	evx_hex_encode(found, 32, found_hex);
	return evx_fail(
		diag, EVX_E_FORGED, "pack: expected SHA-256 %s, found %s", expected, found_hex);
}

static enum evx_err by_recipe(const struct evx_vault *v, int dir, const uint8_t hash[32],
	uint8_t *p, size_t *n, struct evx_diag *diag)
{
	const struct evx_recipe_reader how = evx_recipes_reader(v);
	char name[NAME_CAP] = "";
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_recipe recipe;
	int data = -1;
	enum evx_err err = evx_place_open(dir, "data", &data, diag);

	memset(&recipe, 0, sizeof(recipe));
	evx_hex_encode(hash, 32, name);
	memcpy(name + 64, ".recipe", sizeof(".recipe"));
	if (err != EVX_OK ||
		(err = evx_place_read(data, name, EVX_RECIPE_FILE_MAX, &text, diag)) != EVX_OK ||
		(err = evx_recipe_read_text(&how, hash, text.data, text.len, &recipe, diag)) !=
			EVX_OK ||
		(err = evx_recipe_read(&how, &recipe, 0, p, recipe.length, diag)) != EVX_OK)
		goto out;
	*n = recipe.length;
out:
	evx_recipe_free(&recipe);
	evx_buf_free(&text);
	evx_close_quiet(&data);
	return err;
}

enum evx_err evx_packs_get(const struct evx_vault *v, const char *uuid, const uint8_t hash[32],
	uint8_t *p, size_t *n, bool *recipe, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	uint64_t length = 0;
	int dir = -1, fd = -1;
	enum evx_err err = evx_vault_exhibit(v, uuid, &dir, diag);

	*n = 0;
	*recipe = false;
	if (err != EVX_OK)
		return err;
	err = evx_recipe_read_pack(dir, hash, &fd, &length, &why);
	if (err == EVX_E_NOT_FOUND) {
		*recipe = true;
		err = by_recipe(v, dir, hash, p, n, diag);
	} else if (err != EVX_OK) {
		err = evx_diag_in(diag, uuid, evx_fail(diag, err, "%s", why.text));
	} else if (length == 0 || length > EVX_PACK_LEN) {
		err = evx_fail(diag, EVX_E_CORRUPT, "pack: expected 1 to %u bytes, found %llu",
			EVX_PACK_LEN, (unsigned long long)length);
	} else {
		err = evx_pread_full(fd, p, (size_t)length, 0, n, uuid, diag);
	}
	if (err == EVX_OK)
		err = compare(hash, p, *n, diag);
	evx_close_quiet(&fd);
	evx_close_quiet(&dir);
	return err;
}

static enum evx_err remove_recipe(int data, const char *name, struct evx_diag *diag)
{
	if (unlinkat(data, name, 0) == 0)
		return evx_fsync(data, name, diag);
	return errno == ENOENT ? EVX_OK :
				 evx_fail_errno(diag, name,
					 "vault: a list of shared data that is not needed any more "
					 "cannot be removed");
}

enum evx_err evx_packs_put(const struct evx_vault *v, const struct evx_session *s, const char *uuid,
	const uint8_t hash[32], const void *p, size_t n, struct evx_diag *diag)
{
	char hex[65], pack[NAME_CAP], recipe[NAME_CAP];
	int dir = -1, data = -1;
	enum evx_err err;

	evx_hex_encode(hash, 32, hex);
	(void)snprintf(pack, sizeof(pack), "%s.pack", hex);
	(void)snprintf(recipe, sizeof(recipe), "%s.recipe", hex);
	if ((err = compare(hash, p, n, diag)) != EVX_OK ||
		(err = evx_vault_exhibit(v, uuid, &dir, diag)) != EVX_OK ||
		(err = evx_place_make(dir, "data", &data, diag)) != EVX_OK ||
		(err = evx_write_new_file(evx_session_fd(s), pack, 0666, p, n, diag)) != EVX_OK)
		goto out;
	if (renameat(evx_session_fd(s), pack, data, pack) != 0) {
		err = evx_fail_errno(diag, pack, "vault: a pack cannot be put in its place");
		(void)unlinkat(evx_session_fd(s), pack, 0);
		goto out;
	}
	if ((err = evx_fsync(data, pack, diag)) == EVX_OK)
		err = remove_recipe(data, recipe, diag);
out:
	evx_close_quiet(&data);
	evx_close_quiet(&dir);
	return err;
}
