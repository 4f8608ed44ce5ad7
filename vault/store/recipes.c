/* Recipes of a vault, read with its custody identities or with those of a reader of the exhibit. */
#include "store/recipes.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/age.h"
#include "custody/exhibit_keys.h"
#include "format/uuid.h"
#include "store/place.h"

/* Tries one identity; *done when there is nothing more to try. */
static enum evx_err try_one(const struct evx_secret *identity, const uint8_t *p, size_t n,
	struct evx_buf *out, bool *done, struct evx_diag *diag)
{
	const size_t start = out->len;
	const struct evx_age_open open = { .identities = &identity, .nidentities = 1 };
	struct evx_diag why = { 0 };
	enum evx_err err = evx_age_decrypt(&open, false, p, n, out, &why);

	*done = err != EVX_E_KEY;
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	return *done ? evx_fail(diag, err, "recipe: %s", why.text) : err;
}

/* The stanza for the vault is for the epoch in which the recipe was made. */
static enum evx_err decrypt_with(const struct evx_vault *v, struct evx_secret *const *own,
	size_t nown, const uint8_t *p, size_t n, struct evx_buf *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_E_KEY;
	bool done = false;

	for (uint32_t i = evx_vault_epochs(v); i > 0 && !done; i--)
		if (evx_vault_custody(v, i) != NULL)
			err = try_one(evx_vault_custody(v, i), p, n, out, &done, diag);
	for (size_t i = 0; i < nown && !done; i++)
		err = try_one(own[i], p, n, out, &done, diag);
	return done ?
		err :
		evx_fail(diag, EVX_E_KEY,
			"The exhibit uses shared data of the vault. Only members of the vault "
			"and readers of the exhibit can read this. Name yourself with --as.");
}

static enum evx_err decrypt(
	void *ctx, const uint8_t *p, size_t n, struct evx_buf *out, struct evx_diag *diag)
{
	return decrypt_with(ctx, NULL, 0, p, n, out, diag);
}

static enum evx_err decrypt_by(
	void *ctx, const uint8_t *p, size_t n, struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_recipes_keys *keys = ctx;

	return decrypt_with(keys->vault, keys->own, keys->n, p, n, out, diag);
}

static enum evx_err open_pack_in(const struct evx_vault *v, const char *lender,
	const uint8_t hash[32], int *fd, struct evx_diag *diag)
{
	static const char *const places[] = { "exhibits", "remnants" };

	*fd = -1;
	if (!evx_uuid_valid(lender, strlen(lender)))
		return evx_fail(diag, EVX_E_CORRUPT,
			"shared data: expected the UUID of the exhibit that has it");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int place = -1, dir = -1;
		enum evx_err err = evx_place_open(evx_vault_fd(v), places[i], &place, NULL);

		if (err == EVX_OK)
			err = evx_place_open(place, lender, &dir, NULL);
		if (err == EVX_OK)
			err = evx_recipe_read_pack(dir, hash, fd, NULL, NULL);
		evx_close_quiet(&dir);
		evx_close_quiet(&place);
		if (err == EVX_OK)
			return EVX_OK;
		if (err != EVX_E_NOT_FOUND)
			return evx_diag_in(diag, lender,
				evx_fail(diag, err, "shared data: its pack cannot be opened"));
	}
	return evx_diag_in(diag, lender,
		evx_fail(diag, EVX_E_NOT_FOUND, "shared data: its pack is not there"));
}

static enum evx_err open_pack(
	void *ctx, const char *lender, const uint8_t hash[32], int *fd, struct evx_diag *diag)
{
	return open_pack_in(ctx, lender, hash, fd, diag);
}

static enum evx_err open_pack_by(
	void *ctx, const char *lender, const uint8_t hash[32], int *fd, struct evx_diag *diag)
{
	return open_pack_in(((const struct evx_recipes_keys *)ctx)->vault, lender, hash, fd, diag);
}

/* Neither changes the vault: the contract of evx_recipe_reader has no room for const. */
struct evx_recipe_reader evx_recipes_reader(const struct evx_vault *v)
{
	struct evx_recipe_reader how = { .decrypt = decrypt, .open = open_pack };

	memcpy(&how.ctx, &v, sizeof(how.ctx));
	return how;
}

struct evx_recipe_reader evx_recipes_reader_of(const struct evx_recipes_keys *keys)
{
	struct evx_recipe_reader how = { .decrypt = decrypt_by, .open = open_pack_by };

	memcpy(&how.ctx, &keys, sizeof(how.ctx));
	return how;
}

/* ---- What a reader of one exhibit has */

#define OWN_MAX 64u     /* identities that are kept: content, and each custody key of the chain */
#define IN_FILE_MAX 64u /* … and that are read from one file */
#define KEY_FILE_MAX 1048576u

struct opening {
	const struct evx_secret *reader;
	struct evx_recipes_keys *keys;
	int folder;
};

static bool has(const struct evx_recipes_keys *keys, const struct evx_secret *one)
{
	uint8_t pub[32], other[32];

	if (evx_age_public(one, pub) != EVX_OK)
		return true;
	for (size_t i = 0; i < keys->n; i++)
		if (evx_age_public(keys->own[i], other) == EVX_OK && evx_hash_equal(pub, other))
			return true;
	return false;
}

/* What cannot be read or opened is no key: what needs it says so. */
static enum evx_err open_key_file(void *ctx, const char *name)
{
	struct opening *o = ctx;
	struct evx_secret *found[IN_FILE_MAX] = { NULL };
	struct evx_buf bytes = EVX_BUF_INIT;
	size_t n = 0;
	enum evx_err err = evx_place_read(o->folder, name, KEY_FILE_MAX, &bytes, NULL);

	if (err == EVX_OK)
		err = evx_exhibit_keys_open_all(
			o->reader, bytes.data, bytes.len, name, found, IN_FILE_MAX, &n, NULL);
	for (size_t i = 0; i < n; i++) {
		struct evx_secret **slot = NULL;

		if (o->keys->n < OWN_MAX && !has(o->keys, found[i]))
			slot = EVX_ARRAY_ADD(o->keys->own, o->keys->n);
		if (slot != NULL)
			*slot = found[i];
		else
			evx_secret_free(found[i]);
	}
	evx_buf_free(&bytes);
	return err == EVX_E_MEMORY ? err : EVX_OK;
}

enum evx_err evx_recipes_keys_open(const struct evx_vault *v, const char *uuid,
	const struct evx_secret *reader, struct evx_recipes_keys *out, struct evx_diag *diag)
{
	struct opening o = { reader, out, -1 };
	bool any = false;
	int dir = -1;
	enum evx_err err = EVX_OK;

	*out = (struct evx_recipes_keys){ .vault = v };
	if (reader == NULL || evx_recipes_any(v, uuid, &any, NULL) != EVX_OK || !any)
		return EVX_OK;
	if (evx_vault_exhibit(v, uuid, &dir, NULL) == EVX_OK &&
		evx_place_open(dir, "keys", &o.folder, NULL) == EVX_OK)
		err = evx_place_each(o.folder, open_key_file, &o, NULL);
	evx_close_quiet(&o.folder);
	evx_close_quiet(&dir);
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) : EVX_OK;
}

void evx_recipes_keys_free(struct evx_recipes_keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->n; i++)
		evx_secret_free(keys->own[i]);
	free(keys->own);
	memset(keys, 0, sizeof(*keys));
}

/* ---- Where there are any */

static enum evx_err is_recipe(void *ctx, const char *name)
{
	const size_t n = strlen(name);

	if (n > 7 && strcmp(name + n - 7, ".recipe") == 0)
		*(bool *)ctx = true;
	return EVX_OK;
}

enum evx_err evx_recipes_any(
	const struct evx_vault *v, const char *uuid, bool *any, struct evx_diag *diag)
{
	int dir = -1, data = -1;
	enum evx_err err = evx_vault_exhibit(v, uuid, &dir, diag);

	*any = false;
	if (err != EVX_OK)
		return err;
	err = evx_place_open(dir, "data", &data, NULL);
	if (err == EVX_OK)
		err = evx_place_each(data, is_recipe, any, diag);
	else
		err = EVX_OK; /* the walk says what is wrong with it */
	evx_close_quiet(&data);
	evx_close_quiet(&dir);
	return err;
}
