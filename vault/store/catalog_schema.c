/* Tables and statements, compared word by word. */
#include <string.h>

#include "store/catalog_inner.h"
#include "store/place.h"

/* "evxc", and the number of the schema below: another number, and the catalog is begun anew. */
#define APPLICATION_ID 0x65767863
#define SCHEMA_NUMBER 3

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* Named as in the database, which is compared with this table word by word: a catalog that brings a
 * trigger, a view or an index of its own is not ours. Rows of chunks lie by case and tag, without
 * an index beside them. */
static const struct {
	const char *name, *sql;
} schema[] = {
	{ "cases", "CREATE TABLE cases(no INTEGER PRIMARY KEY, id BLOB NOT NULL)" },
	{ "cases_by_id", "CREATE UNIQUE INDEX cases_by_id ON cases(id)" },
	{ "chunks",
		"CREATE TABLE chunks(case_no INTEGER NOT NULL, tag BLOB NOT NULL, place BLOB NOT "
		"NULL, PRIMARY KEY(case_no, tag)) WITHOUT ROWID" },
	{ "exhibits",
		("CREATE TABLE exhibits(uuid BLOB NOT NULL PRIMARY KEY, case_id BLOB, seal BLOB "
		 "NOT NULL, head BLOB NOT NULL, signer BLOB NOT NULL, "
		 "sealed INTEGER NOT NULL, events INTEGER NOT NULL, payload INTEGER NOT NULL, "
		 "stored INTEGER NOT NULL, borrowed INTEGER NOT NULL, marks INTEGER NOT NULL, "
		 "stamp BLOB NOT NULL, chunks INTEGER NOT NULL DEFAULT 0, checked INTEGER NOT NULL "
		 "DEFAULT 0, "
		 "result INTEGER NOT NULL DEFAULT 0, opened INTEGER NOT NULL DEFAULT 0, contents "
		 "INTEGER NOT NULL DEFAULT 0, resume INTEGER NOT NULL DEFAULT 0, "
		 "resume_since INTEGER NOT NULL DEFAULT 0, info BLOB, holder BLOB NOT NULL) "
		 "WITHOUT "
		 "ROWID") },
	{ "exhibits_by_case", "CREATE INDEX exhibits_by_case ON exhibits(case_id, sealed, uuid)" },
	{ "exhibits_by_seal", "CREATE INDEX exhibits_by_seal ON exhibits(seal)" },
	{ "exhibits_by_time", "CREATE INDEX exhibits_by_time ON exhibits(sealed, uuid)" },
	{ "labels",
		"CREATE TABLE labels(label BLOB NOT NULL, uuid BLOB NOT NULL, PRIMARY KEY(label, "
		"uuid)) WITHOUT ROWID" },
	{ "labels_by_uuid", "CREATE INDEX labels_by_uuid ON labels(uuid)" },
	{ "vault", "CREATE TABLE vault(uuid BLOB NOT NULL)" },
};
#define OBJECTS (sizeof(schema) / sizeof(schema[0]))

#define EXHIBIT \
	"uuid, case_id, seal, head, signer, sealed, events, payload, stored, marks, stamp, " \
	"chunks, borrowed, checked, result, opened, contents, resume, resume_since, holder"

const char *const evx_catalog_sql[EVX_SQL_STATEMENTS] = {
	[EVX_SQL_CASE_NO] = "SELECT no FROM cases WHERE id = ?1",
	[EVX_SQL_CASE_ADD] = "INSERT OR IGNORE INTO cases(id) VALUES(?1)",
	[EVX_SQL_CHUNK_GET] = "SELECT place FROM chunks WHERE case_no = ?1 AND tag = ?2",
	[EVX_SQL_CHUNK_PUT] = "INSERT OR REPLACE INTO chunks VALUES(?1, ?2, ?3)",
	[EVX_SQL_CHUNK_AFTER] = ("SELECT tag, place FROM chunks WHERE case_no = ?1 AND tag > ?2 "
				 "ORDER BY tag LIMIT ?3"),
	[EVX_SQL_CHUNK_REMOVE] = "DELETE FROM chunks WHERE case_no = ?1 AND tag = ?2",
	[EVX_SQL_PUT] = ("INSERT INTO exhibits(uuid, case_id, seal, head, signer, sealed, events, "
			 "payload, stored, marks, stamp, borrowed, holder) "
			 "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON "
			 "CONFLICT(uuid) DO UPDATE SET "
			 "case_id = ?2, seal = ?3, head = ?4, signer = ?5, sealed = ?6, events = "
			 "?7, payload = ?8, stored = ?9, marks = ?10, stamp = ?11, borrowed = "
			 "?12, holder = ?13"),
	[EVX_SQL_PUT_CHECK] =
		("UPDATE exhibits SET checked = ?2, result = ?3, opened = ?4, contents "
		 "= ?5, resume = ?6, resume_since = ?7 WHERE uuid = ?1"),
	[EVX_SQL_PUT_CHUNKS] = "UPDATE exhibits SET chunks = ?2 WHERE uuid = ?1",
	[EVX_SQL_PUT_INFO] = "UPDATE exhibits SET info = ?2 WHERE uuid = ?1",
	[EVX_SQL_FORGET] = "DELETE FROM exhibits WHERE uuid = ?1",
	[EVX_SQL_FORGET_LABELS] = "DELETE FROM labels WHERE uuid = ?1",
	[EVX_SQL_GET] = ("SELECT " EXHIBIT " FROM exhibits WHERE uuid = ?1"),
	[EVX_SQL_GET_INFO] = "SELECT info FROM exhibits WHERE uuid = ?1",
	[EVX_SQL_SCAN] = ("SELECT uuid, case_id, seal, signer, sealed, marks, stamp, holder, info "
			  "FROM exhibits WHERE uuid > ?1 ORDER BY uuid LIMIT ?2"),
	[EVX_SQL_FROM] = ("SELECT " EXHIBIT
			  " FROM exhibits WHERE uuid >= ?1 ORDER BY uuid LIMIT ?2"),
	[EVX_SQL_INTERRUPTED] = "SELECT max(resume_since) FROM exhibits WHERE resume_since <= ?1",
	[EVX_SQL_NEXT] =
		("SELECT " EXHIBIT
		 " FROM exhibits WHERE (sealed, uuid) > (?1, ?2) ORDER BY sealed, uuid LIMIT ?3"),
	[EVX_SQL_NEXT_OF_CASE] = ("SELECT " EXHIBIT
				  " FROM exhibits WHERE case_id = ?4 AND (sealed, uuid) > (?1, ?2) "
				  "ORDER BY sealed, uuid LIMIT ?3"),
	[EVX_SQL_NEXT_NEW] = ("SELECT " EXHIBIT " FROM exhibits WHERE chunks = 0 AND (sealed, "
			      "uuid) > (?1, ?2) ORDER BY sealed, uuid LIMIT ?3"),
	[EVX_SQL_NEXT_NEW_OF_CASE] = ("SELECT " EXHIBIT
				      " FROM exhibits WHERE chunks = 0 AND case_id = ?4 AND "
				      "(sealed, uuid) > (?1, ?2) ORDER BY sealed, uuid LIMIT ?3"),
	[EVX_SQL_BY_UUID] = "SELECT uuid FROM exhibits WHERE uuid BETWEEN ?1 AND ?2 ORDER BY uuid",
	[EVX_SQL_BY_SEAL] =
		"SELECT uuid FROM exhibits WHERE seal BETWEEN ?1 AND ?2 ORDER BY seal, uuid",
	[EVX_SQL_BY_LABEL] = "SELECT uuid FROM labels WHERE label = ?1 ORDER BY uuid",
	[EVX_SQL_LABEL_ADD] = "INSERT OR IGNORE INTO labels VALUES(?1, ?2)",
	[EVX_SQL_COUNT] = ("SELECT count(*), count(case_id), count(DISTINCT case_id), sum(marks & "
			   "2 > 0), sum(payload), sum(stored), sum(borrowed), "
			   "sum(chunks = 0 AND marks & 2 = 0) FROM exhibits"),
	[EVX_SQL_COUNT_EXHIBITS] = "SELECT count(*) FROM exhibits",
	[EVX_SQL_COUNT_ROWS] = "SELECT count(*) FROM chunks",
};

/* A write-ahead log needs memory that all its processes share, which those of another machine do
 * not. */
enum evx_err evx_catalog_schema_journal(struct evx_catalog *c, struct evx_diag *diag)
{
	return evx_catalog_exec(c,
		!c->in_memory && evx_place_is_shared(c->dirfd) ? "PRAGMA journal_mode = DELETE" :
								 "PRAGMA journal_mode = WAL",
		diag);
}

enum evx_err evx_catalog_schema_make(struct evx_catalog *c, struct evx_diag *diag)
{
	enum evx_err err = evx_catalog_schema_journal(c, diag);
	sqlite3_stmt *s = NULL;
	size_t i;
	int rc;

	if (err != EVX_OK || (err = evx_catalog_exec(c, "BEGIN IMMEDIATE", diag)) != EVX_OK)
		return err;
	for (i = 0; i < OBJECTS; i++)
		if ((err = evx_catalog_exec(c, schema[i].sql, diag)) != EVX_OK)
			return err;
	if ((err = evx_catalog_exec(c,
		     "PRAGMA application_id = " TEXT(
			     APPLICATION_ID) "; PRAGMA user_version = " TEXT(SCHEMA_NUMBER),
		     diag)) != EVX_OK)
		return err;
	rc = sqlite3_prepare_v2(c->db, "INSERT INTO vault VALUES(?1)", -1, &s, NULL);
	if (rc == SQLITE_OK) {
		evx_catalog_bind(s, 1, c->vault, sizeof(c->vault));
		err = evx_catalog_run(c, s, diag);
	} else {
		err = evx_catalog_fail(c, rc, "new database", diag);
	}
	(void)sqlite3_finalize(s);
	if (err != EVX_OK)
		return err;
	return evx_catalog_exec(c, "COMMIT", diag);
}

static bool has_text(sqlite3_stmt *s, int column, const char *text)
{
	size_t n = strlen(text);

	return sqlite3_column_type(s, column) == SQLITE_TEXT &&
		(size_t)sqlite3_column_bytes(s, column) == n &&
		memcmp(sqlite3_column_text(s, column), text, n) == 0;
}

/* Runs sql and compares: row i of it must satisfy matches; there must be exactly n rows. */
static enum evx_err compare(struct evx_catalog *c, const char *sql,
	bool (*matches)(struct evx_catalog *, sqlite3_stmt *, size_t), size_t n,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	sqlite3_stmt *s = NULL;
	bool row = true, same = true;
	size_t i = 0;
	int rc = sqlite3_prepare_v2(c->db, sql, -1, &s, NULL);

	if (rc != SQLITE_OK)
		err = evx_catalog_fail(c, rc, "opening", diag);
	while (err == EVX_OK && row && same) {
		err = evx_catalog_step(c, s, &row, diag);
		if (err == EVX_OK && row)
			same = i < n && matches(c, s, i++);
	}
	(void)sqlite3_finalize(s);
	if (err == EVX_OK && (!same || i != n))
		err = evx_fail(diag, EVX_E_NOT_OURS,
			"This is not the catalog of this vault. The exhibits are not affected. "
			"Run: evx rebuild");
	return err;
}

static bool is_application(struct evx_catalog *c, sqlite3_stmt *s, size_t i)
{
	(void)c;
	(void)i;
	return sqlite3_column_int64(s, 0) == APPLICATION_ID &&
		sqlite3_column_int64(s, 1) == SCHEMA_NUMBER;
}

static bool is_object(struct evx_catalog *c, sqlite3_stmt *s, size_t i)
{
	(void)c;
	return has_text(s, 0, schema[i].name) && has_text(s, 1, schema[i].sql);
}

static bool is_vault(struct evx_catalog *c, sqlite3_stmt *s, size_t i)
{
	uint8_t uuid[16];

	(void)i;
	return evx_catalog_blob(s, 0, uuid, sizeof(uuid)) &&
		memcmp(uuid, c->vault, sizeof(uuid)) == 0;
}

enum evx_err evx_catalog_schema_check(struct evx_catalog *c, struct evx_diag *diag)
{
	enum evx_err err = compare(c,
		"SELECT application_id, user_version FROM pragma_application_id, "
		"pragma_user_version",
		is_application, 1, diag);

	if (err != EVX_OK ||
		(err = compare(c, "SELECT name, sql FROM sqlite_schema ORDER BY name", is_object,
			 OBJECTS, diag)) != EVX_OK)
		return err;
	return compare(c, "SELECT uuid FROM vault LIMIT 2", is_vault, 1, diag);
}
