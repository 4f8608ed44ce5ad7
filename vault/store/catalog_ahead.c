/* What a check of the whole vault asks of the catalog, without a look-up for each exhibit. */
#include <stdlib.h>
#include <string.h>

#include "store/catalog_inner.h"

enum evx_err evx_catalog_interrupted(
	struct evx_catalog *c, int64_t until, int64_t *began, struct evx_diag *diag)
{
	uint64_t newest = 0;
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(c, EVX_SQL_INTERRUPTED, &s, diag);
	bool row = false;

	*began = 0;
	if (err != EVX_OK)
		return err;
	(void)sqlite3_bind_int64(s, 1, until);
	err = evx_catalog_step(c, s, &row, diag);
	/* Without any row the greatest is NULL. */
	if (err == EVX_OK && row && sqlite3_column_type(s, 0) != SQLITE_NULL &&
		!evx_catalog_number(s, 0, INT64_MAX, &newest))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"catalog: the time of a check holds what no writer puts there");
	(void)sqlite3_reset(s);
	*began = (int64_t)newest;
	return err;
}

#define AHEAD 256u

struct evx_catalog_ahead {
	struct evx_catalog *c;
	struct evx_catalog_exhibit at[AHEAD];
	size_t n, next; /* rows in at; the first that was not passed yet */
	bool last;      /* no row follows them */
};

enum evx_err evx_catalog_ahead_new(
	struct evx_catalog *c, struct evx_catalog_ahead **out, struct evx_diag *diag)
{
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return evx_fail_memory(diag);
	(*out)->c = c;
	return EVX_OK;
}

void evx_catalog_ahead_free(struct evx_catalog_ahead *a)
{
	free(a);
}

/* Reads the rows from uuid on. */
static enum evx_err read_ahead(
	struct evx_catalog_ahead *a, const uint8_t uuid[16], struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(a->c, EVX_SQL_FROM, &s, diag);
	bool row = true;

	a->n = a->next = 0;
	a->last = false;
	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, uuid, 16);
	(void)sqlite3_bind_int64(s, 2, AHEAD);
	while (err == EVX_OK && row && a->n < AHEAD) {
		err = evx_catalog_step(a->c, s, &row, diag);
		if (err == EVX_OK && row)
			err = evx_catalog_exhibit(a->c, s, &a->at[a->n], diag);
		a->n += err == EVX_OK && row;
	}
	(void)sqlite3_reset(s);
	a->last = err == EVX_OK && a->n < AHEAD;
	return err;
}

enum evx_err evx_catalog_ahead_get(struct evx_catalog_ahead *a, const uint8_t uuid[16],
	struct evx_catalog_exhibit *out, struct evx_diag *diag)
{
	const bool back = a->next > 0 && memcmp(uuid, a->at[a->next - 1].uuid, 16) <= 0;
	enum evx_err err = EVX_OK;

	while (a->next < a->n && memcmp(a->at[a->next].uuid, uuid, 16) < 0)
		a->next++;
	if (back || (a->next == a->n && !a->last))
		err = read_ahead(a, uuid, diag);
	if (err != EVX_OK)
		return err;
	if (a->next == a->n || memcmp(a->at[a->next].uuid, uuid, 16) != 0)
		return evx_fail(diag, EVX_E_NOT_FOUND, "catalog: the exhibit is not in it");
	*out = a->at[a->next];
	return EVX_OK;
}
