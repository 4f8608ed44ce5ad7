/* Many rows written in order, in short transactions. */
#include <stdlib.h>
#include <string.h>

#include "store/catalog_inner.h"

#define RECORDS_MAX 262144u    /* about 32 MB in memory */
#define TRANSACTION_MAX 16384u /* rows: others wait for so many */

struct evx_catalog_rows {
	struct evx_catalog *c;
	struct evx_catalog_sort *sort;
	size_t in_transaction;
};

enum evx_err evx_catalog_rows_new(
	struct evx_catalog *c, int tmp, struct evx_catalog_rows **out, struct evx_diag *diag)
{
	struct evx_catalog_rows *r = calloc(1, sizeof(*r));

	*out = NULL;
	if (r != NULL)
		r->sort = evx_catalog_sort_new(tmp, RECORDS_MAX);
	if (r == NULL || r->sort == NULL) {
		free(r);
		return evx_fail_memory(diag);
	}
	r->c = c;
	*out = r;
	return EVX_OK;
}

void evx_catalog_rows_free(struct evx_catalog_rows *r)
{
	if (r == NULL)
		return;
	evx_catalog_sort_free(r->sort);
	free(r);
}

uint64_t evx_catalog_rows_count(const struct evx_catalog_rows *r)
{
	return evx_catalog_sort_count(r->sort);
}

enum evx_err evx_catalog_rows_add(struct evx_catalog_rows *r, struct evx_catalog_case *k,
	const uint8_t id[32], const struct evx_loan *loan, struct evx_diag *diag)
{
	uint8_t record[EVX_SORT_RECORD];
	uint32_t no;
	enum evx_err err = evx_catalog_case_no(k, true, &no, diag);

	if (err == EVX_OK)
		err = evx_catalog_place_seal(k, id, loan, record + 4, record + EVX_SORT_KEY);
	if (err != EVX_OK)
		return evx_fail(diag, err, "catalog: a row could not be made");
	evx_put_be32(record, no);
	record[4 + EVX_CATALOG_TAG_LEN] = loan->sequence == 0; /* written last, it replaces the
								  other */
	return evx_catalog_sort_add(r->sort, record, diag);
}

static enum evx_err write_row(void *ctx, const uint8_t *record, struct evx_diag *diag)
{
	struct evx_catalog_rows *r = ctx;
	sqlite3_stmt *s = NULL;
	enum evx_err err = EVX_OK;

	if (r->in_transaction == TRANSACTION_MAX) {
		err = evx_catalog_commit(r->c, diag);
		r->in_transaction = 0;
	}
	if (err == EVX_OK && r->in_transaction == 0)
		err = evx_catalog_begin(r->c, diag);
	if (err == EVX_OK)
		err = evx_catalog_statement(r->c, EVX_SQL_CHUNK_PUT, &s, diag);
	if (err != EVX_OK)
		return err;
	(void)sqlite3_bind_int64(s, 1, evx_get_be32(record));
	evx_catalog_bind(s, 2, record + 4, EVX_CATALOG_TAG_LEN);
	evx_catalog_bind(s, 3, record + EVX_SORT_KEY, EVX_CATALOG_PLACE_LEN);
	r->in_transaction++;
	return evx_catalog_run(r->c, s, diag);
}

enum evx_err evx_catalog_rows_write(struct evx_catalog_rows *r, struct evx_diag *diag)
{
	enum evx_err err;

	if (sqlite3_get_autocommit(r->c->db) == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"catalog: rows are written in transactions of their own");
	r->in_transaction = 0;
	err = evx_catalog_sort_each(r->sort, write_row, r, diag);
	if (err == EVX_OK && r->in_transaction > 0)
		err = evx_catalog_commit(r->c, diag);
	if (err != EVX_OK)
		evx_catalog_rollback(r->c);
	return err;
}
