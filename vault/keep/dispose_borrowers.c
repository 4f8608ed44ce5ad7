/* Finds exhibits that borrow from one that is to be disposed of, and gives them their own bytes. */
#include "keep/dispose_borrowers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "store/borrowings.h"
#include "store/packs.h"

struct search {
	struct evx_dispose_borrowers *all;
	const char *lender;
	bool closed; /* some recipe cannot be opened */
	struct evx_diag *diag;
};

static enum evx_err see_borrowing(void *ctx, const struct evx_borrowing *b)
{
	const struct search *s = ctx;
	struct evx_dispose_borrowers *all = s->all;
	struct evx_dispose_borrowed *one;

	if (strcmp(b->lender, s->lender) != 0 || strcmp(b->borrower, s->lender) == 0)
		return EVX_OK;
	if (all->n > 0 && evx_hash_equal(all->at[all->n - 1].hash, b->pack) &&
		strcmp(all->at[all->n - 1].uuid, b->borrower) == 0)
		return EVX_OK;
	one = EVX_ARRAY_ADD(all->at, all->n);
	if (one == NULL)
		return evx_fail_memory(s->diag);
	(void)snprintf(one->uuid, sizeof(one->uuid), "%s", b->borrower);
	memcpy(one->hash, b->pack, 32);
	return EVX_OK;
}

static enum evx_err see_closed(
	void *ctx, const char *borrower, const uint8_t pack[32], enum evx_err why)
{
	struct search *s = ctx;

	(void)pack;
	(void)why;
	s->closed = s->closed || strcmp(borrower, s->lender) != 0;
	return EVX_OK;
}

enum evx_err evx_dispose_borrowers_find(struct evx_dispose_borrowers *b, const struct evx_vault *v,
	const char *lender, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct search s = { b, lender, false, diag };
	const struct evx_borrowings_visitor visitor = { see_borrowing, see_closed, &s };
	enum evx_err err;

	b->n = 0;
	err = evx_borrowings_visit(v, NULL, &visitor, cancel, diag);
	if (err == EVX_OK && s.closed)
		err = evx_fail(diag, EVX_E_KEY,
			"Some shared data of the vault cannot be opened. It may come from this "
			"exhibit, so the disposal stopped. To find that data, run: evx check --as "
			"NAME");
	return err;
}

static enum evx_err serve_one(const struct evx_dispose_borrowed *one, const struct evx_vault *v,
	const struct evx_session *s, uint8_t *room, uint64_t *made, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	bool recipe;
	size_t n;
	enum evx_err err = evx_packs_get(v, one->uuid, one->hash, room, &n, &recipe, &why);

	if (err != EVX_OK)
		return evx_fail(diag, why.code,
			"Exhibit %s uses data of this exhibit and cannot get its own copy, so the "
			"disposal stopped: %s",
			one->uuid, why.text);
	if (s == NULL || !recipe)
		return EVX_OK;
	err = evx_packs_put(v, s, one->uuid, one->hash, room, n, diag);
	*made += err == EVX_OK;
	return err;
}

enum evx_err evx_dispose_borrowers_serve(const struct evx_dispose_borrowers *b,
	const struct evx_vault *v, const struct evx_session *s, uint64_t *made,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	uint8_t *room = malloc(EVX_PACK_LEN);
	enum evx_err err = EVX_OK;

	if (room == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < b->n && err == EVX_OK; i++)
		err = evx_cancelled(cancel) ?
			evx_fail(diag, EVX_E_INTERRUPTED,
				"Interrupted. Run the command again to go on.") :
			serve_one(&b->at[i], v, s, room, made, diag);
	free(room);
	return err;
}

void evx_dispose_borrowers_free(struct evx_dispose_borrowers *b)
{
	free(b->at);
	memset(b, 0, sizeof(*b));
}
