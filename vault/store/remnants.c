/* Remnants that no recipe names, swept. */
#include "store/remnants.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"
#include "store/borrowings.h"
#include "store/vault_inner.h"

#define DEPTH 3u /* UUID/data/PACK */

struct remnant {
	char uuid[EVX_UUID_CAP];
	bool named;
};

struct sweep {
	int fd;
	struct remnant *at;
	size_t n;
	bool closed;
};

static enum evx_err see(void *ctx, const char *name)
{
	struct sweep *s = ctx;
	struct remnant *one;

	if (!evx_uuid_valid(name, strlen(name)))
		return EVX_OK;
	one = EVX_ARRAY_ADD(s->at, s->n);
	if (one == NULL)
		return EVX_E_MEMORY;
	memcpy(one->uuid, name, EVX_UUID_CAP);
	return EVX_OK;
}

/* Also of a UUID alone, with which a remnant begins. */
static int by_uuid(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum evx_err see_borrowing(void *ctx, const struct evx_borrowing *b)
{
	const struct sweep *s = ctx;
	struct remnant *one = s->n == 0 ? NULL :
					  bsearch(b->lender, s->at, s->n, sizeof(*s->at), by_uuid);

	if (one != NULL)
		one->named = true;
	return EVX_OK;
}

static enum evx_err see_closed(
	void *ctx, const char *borrower, const uint8_t pack[32], enum evx_err why)
{
	(void)borrower;
	(void)pack;
	(void)why;
	((struct sweep *)ctx)->closed = true;
	return EVX_OK;
}

enum evx_err evx_remnants_sweep(const struct evx_vault *v, const struct evx_session *own,
	const struct evx_cancel *cancel, uint64_t *removed, struct evx_diag *diag)
{
	struct sweep s = { -1, NULL, 0, false };
	const struct evx_borrowings_visitor visitor = { see_borrowing, see_closed, &s };
	uint64_t live = 0, dead;
	enum evx_err err = evx_place_open(v->fd, "remnants", &s.fd, NULL);

	*removed = 0;
	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK || (err = evx_place_each(s.fd, see, &s, diag)) != EVX_OK || s.n == 0)
		goto out;
	qsort(s.at, s.n, sizeof(*s.at), by_uuid);
	if ((err = evx_session_count(v, own, &live, &dead, diag)) != EVX_OK)
		goto out;
	if (live > 0) {
		err = evx_fail(diag, EVX_E_LOCKED,
			"Another process works in this vault. Data of interrupted seals stays "
			"until it has ended.");
		goto out;
	}
	if ((err = evx_borrowings_visit(v, NULL, &visitor, cancel, diag)) != EVX_OK)
		goto out;
	if (s.closed)
		err = evx_fail(diag, EVX_E_KEY,
			"Some lists of shared data cannot be opened with your keys. Data of "
			"interrupted seals stays: they may need it.");
	for (size_t i = 0; i < s.n && err == EVX_OK; i++)
		if (!s.at[i].named) {
			err = evx_place_remove(s.fd, s.at[i].uuid, DEPTH, diag);
			*removed += err == EVX_OK;
		}
out:
	evx_close_quiet(&s.fd);
	free(s.at);
	return err == EVX_OK ? EVX_OK :
			       evx_fail(diag, err, "Data of interrupted seals cannot be removed.");
}
