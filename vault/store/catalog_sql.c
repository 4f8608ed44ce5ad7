/* Statements run, and SQLite's answers as ours. */
#include <errno.h>
#include <string.h>

#include "store/catalog_inner.h"

enum evx_err evx_catalog_fail(
	struct evx_catalog *c, int rc, const char *what, struct evx_diag *diag)
{
	const char *said = c->db != NULL ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc);

	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return evx_fail_memory(diag);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return evx_fail(diag, EVX_E_LOCKED,
			"Another process is writing the catalog of the vault (%s). Try again when "
			"it has ended.",
			what);
	case SQLITE_INTERRUPT:
		return evx_fail(diag, EVX_E_INTERRUPTED,
			"Interrupted while the catalog of the vault was being read or written.");
	case SQLITE_NOTADB:
		return evx_fail(diag, EVX_E_NOT_OURS,
			"The catalog of the vault is not a database (%s). The exhibits are not "
			"affected. Run: evx rebuild",
			what);
	case SQLITE_CORRUPT:
	case SQLITE_FORMAT:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: /* a statement that our schema allows and this database does not */
		break;
	default:
		if (rc == SQLITE_IOERR_SHORT_READ)
			break;
		errno = c->db != NULL ? sqlite3_system_errno(c->db) : 0;
		if (errno == 0)
			return evx_fail(diag, EVX_E_IO, "catalog: %s: %s", what, said);
		errno = errno == EEXIST || errno == ENOENT ? EIO : errno;
		return evx_fail_errno(diag, NULL, "catalog: %s: %s", what, said);
	}
	c->damaged = true;
	return evx_fail(diag, EVX_E_CORRUPT,
		"The catalog of the vault is damaged (%s: %s). The exhibits are not affected. Run: "
		"evx rebuild",
		what, said);
}

enum evx_err evx_catalog_exec(struct evx_catalog *c, const char *sql, struct evx_diag *diag)
{
	int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ?
		EVX_OK :
		evx_catalog_fail(c, sqlite3_extended_errcode(c->db), "writing", diag);
}

enum evx_err evx_catalog_statement(struct evx_catalog *c, enum evx_catalog_statement which,
	sqlite3_stmt **out, struct evx_diag *diag)
{
	sqlite3_stmt **s = &c->statement[which];
	int rc;

	*out = NULL;
	if (*s == NULL) {
		rc = sqlite3_prepare_v3(
			c->db, evx_catalog_sql[which], -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
		if (rc != SQLITE_OK)
			return evx_catalog_fail(c, rc, "reading", diag);
	}
	/* What reset returns is the failure of the run before, which was reported then. */
	(void)sqlite3_reset(*s);
	(void)sqlite3_clear_bindings(*s);
	*out = *s;
	return EVX_OK;
}

/* Binding fails for want of memory or a number out of range only: nothing is copied here, and the
 * numbers are those of the statements above. */
void evx_catalog_bind(sqlite3_stmt *s, int at, const void *p, size_t n)
{
	(void)sqlite3_bind_blob64(s, at, p, n, SQLITE_STATIC);
}

enum evx_err evx_catalog_step(
	struct evx_catalog *c, sqlite3_stmt *s, bool *row, struct evx_diag *diag)
{
	int rc = sqlite3_step(s);

	*row = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW)
		return EVX_OK;
	if (rc != SQLITE_DONE)
		rc = sqlite3_extended_errcode(c->db);
	(void)sqlite3_reset(s);
	return rc == SQLITE_DONE ? EVX_OK : evx_catalog_fail(c, rc, "reading or writing", diag);
}

enum evx_err evx_catalog_run(struct evx_catalog *c, sqlite3_stmt *s, struct evx_diag *diag)
{
	enum evx_err err;
	bool row;

	do {
		err = evx_catalog_step(c, s, &row, diag);
	} while (err == EVX_OK && row);
	return err;
}

bool evx_catalog_blob(sqlite3_stmt *s, int column, void *out, size_t n)
{
	const void *p;

	if (sqlite3_column_type(s, column) != SQLITE_BLOB ||
		(size_t)sqlite3_column_bytes(s, column) != n)
		return false;
	p = sqlite3_column_blob(s, column);
	if (p == NULL)
		return false;
	memcpy(out, p, n);
	return true;
}

bool evx_catalog_number(sqlite3_stmt *s, int column, uint64_t max, uint64_t *out)
{
	sqlite3_int64 v = sqlite3_column_int64(s, column);

	if (sqlite3_column_type(s, column) != SQLITE_INTEGER || v < 0 || (uint64_t)v > max)
		return false;
	*out = (uint64_t)v;
	return true;
}

enum evx_err evx_catalog_uuids(struct evx_catalog *c, sqlite3_stmt *s, uint8_t (*out)[16],
	size_t cap, size_t *n, bool *more, struct evx_diag *diag)
{
	enum evx_err err;
	uint8_t uuid[16];
	bool row;

	*n = 0;
	*more = false;
	while ((err = evx_catalog_step(c, s, &row, diag)) == EVX_OK && row) {
		if (!evx_catalog_blob(s, 0, uuid, sizeof(uuid)))
			c->damaged = true;
		else if (*n < cap)
			memcpy(out[(*n)++], uuid, sizeof(uuid));
		else
			*more = true;
		if (*more)
			break;
	}
	(void)sqlite3_reset(s);
	return err;
}
