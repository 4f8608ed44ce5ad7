/* Recipes of a vault read with its custody identities. */
#include "store/recipes.h"

#include <string.h>

#include "base/io.h"
#include "crypto/age.h"
#include "format/uuid.h"
#include "store/place.h"

/* One recipe has one stanza; the identity that it is for is that of the epoch in which it was made.
 */
static enum evx_err decrypt(
	void *ctx, const uint8_t *p, size_t n, struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_vault *v = ctx;
	const size_t start = out->len;

	for (uint32_t i = evx_vault_epochs(v); i > 0; i--) {
		const struct evx_secret *identity = evx_vault_custody(v, i);
		const struct evx_age_open open = { .identities = &identity, .nidentities = 1 };
		struct evx_diag why = { 0 };
		enum evx_err err;

		if (identity == NULL)
			continue;
		err = evx_age_decrypt(&open, false, p, n, out, &why);
		if (err == EVX_OK)
			return EVX_OK;
		out->len = start;
		if (err != EVX_E_KEY)
			return evx_fail(diag, err, "recipe: %s", why.text);
	}
	return evx_fail(diag, EVX_E_KEY,
		"Only members of the vault can read this: it uses data that other exhibits share. "
		"Name yourself with --as.");
}

static enum evx_err open_pack(
	void *ctx, const char *lender, const uint8_t hash[32], int *fd, struct evx_diag *diag)
{
	static const char *const places[] = { "exhibits", "remnants" };
	const struct evx_vault *v = ctx;

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

/* Neither changes the vault: the contract of evx_recipe_reader has no room for const. */
struct evx_recipe_reader evx_recipes_reader(const struct evx_vault *v)
{
	struct evx_recipe_reader how = { .decrypt = decrypt, .open = open_pack };

	memcpy(&how.ctx, &v, sizeof(how.ctx));
	return how;
}

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
