/* Who borrows from whom: all recipes. */
#include "store/borrowings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "format/text.h"
#include "store/place.h"
#include "store/recipes.h"

struct visit {
	const struct evx_vault *v;
	const struct evx_borrowings_visitor *visitor;
	const struct evx_cancel *cancel;
	struct evx_recipe_reader how;
	const char *uuid;
	int data;
	struct evx_diag *diag;
};

static enum evx_err each_piece(
	const struct visit *w, const uint8_t hash[32], const struct evx_recipe *r)
{
	const struct evx_recipe_piece *last = NULL;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < r->n_pieces && err == EVX_OK; i++) {
		const struct evx_recipe_piece *p = &r->pieces[i];
		const struct evx_borrowing b = { w->uuid, hash, p->lender, p->hash };

		if (!p->copy ||
			(last != NULL && evx_hash_equal(last->hash, p->hash) &&
				strcmp(last->lender, p->lender) == 0))
			continue;
		last = p;
		err = w->visitor->lends(w->visitor->ctx, &b);
	}
	return err;
}

static enum evx_err one_recipe(struct visit *w, const char *name, const uint8_t hash[32])
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_recipe recipe;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_place_read(w->data, name, EVX_RECIPE_FILE_MAX, &text, &why);

	memset(&recipe, 0, sizeof(recipe));
	if (err == EVX_OK)
		err = evx_recipe_read_text(&w->how, hash, text.data, text.len, &recipe, &why);
	evx_buf_free(&text);
	if (err == EVX_E_MEMORY)
		return evx_fail_buf(w->diag, err);
	if (err != EVX_OK)
		return w->visitor->closed != NULL ?
			w->visitor->closed(w->visitor->ctx, w->uuid, hash, err) :
			EVX_OK;
	err = each_piece(w, hash, &recipe);
	evx_recipe_free(&recipe);
	return err;
}

static enum evx_err see_file(void *ctx, const char *last)
{
	struct visit *w = ctx;
	char name[EVX_MEMBER_NAME_CAP + 8], pack[80];
	struct stat st;
	uint8_t hash[32];

	if (strlen(last) >= 80 || snprintf(name, sizeof(name), "data/%s", last) < 0 ||
		!evx_recipe_name_parse(name, hash))
		return EVX_OK;
	if (evx_cancelled(w->cancel))
		return evx_fail(w->diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was changed.");
	(void)snprintf(pack, sizeof(pack), "%.64s.pack", last);
	if (fstatat(w->data, pack, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return EVX_OK; /* made real; the recipe is about to go */
	return one_recipe(w, last, hash);
}

static enum evx_err visit_one(void *ctx, const char *uuid)
{
	struct visit *w = ctx;
	struct evx_diag why = { 0 };
	int dir = -1;
	enum evx_err err = evx_vault_exhibit(w->v, uuid, &dir, &why);

	w->uuid = uuid;
	if (err == EVX_OK)
		err = evx_place_open(dir, "data", &w->data, &why);
	if (err == EVX_OK)
		err = evx_place_each(w->data, see_file, w, w->diag);
	else if (err != EVX_E_NOT_FOUND)
		err = evx_diag_in(w->diag, uuid, evx_fail(w->diag, err, "%s", why.text));
	else
		err = EVX_OK;
	evx_close_quiet(&w->data);
	evx_close_quiet(&dir);
	return err;
}

enum evx_err evx_borrowings_visit(const struct evx_vault *v, const char *uuid,
	const struct evx_borrowings_visitor *visitor, const struct evx_cancel *cancel,
	struct evx_diag *diag)
{
	struct visit w = { .v = v,
		.visitor = visitor,
		.cancel = cancel,
		.how = evx_recipes_reader(v),
		.data = -1,
		.diag = diag };

	return uuid != NULL ? visit_one(&w, uuid) : evx_vault_each_exhibit(v, visit_one, &w, diag);
}
