/* Private to catalog*.c: the open database, its statements, and how SQLite's answers become ours.
 */
#ifndef EVX_STORE_CATALOG_INNER_H
#define EVX_STORE_CATALOG_INNER_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "crypto/aead.h"
#include "store/catalog.h"

enum evx_catalog_statement {
	EVX_SQL_CASE_NO,
	EVX_SQL_CASE_ADD,
	EVX_SQL_CHUNK_GET,
	EVX_SQL_CHUNK_PUT,
	EVX_SQL_CHUNK_AFTER,
	EVX_SQL_CHUNK_REMOVE,
	EVX_SQL_PUT,
	EVX_SQL_PUT_CHECK,
	EVX_SQL_PUT_CHUNKS,
	EVX_SQL_PUT_INFO,
	EVX_SQL_FORGET,
	EVX_SQL_FORGET_LABELS,
	EVX_SQL_GET,
	EVX_SQL_GET_INFO,
	EVX_SQL_SCAN,
	EVX_SQL_FROM,
	EVX_SQL_INTERRUPTED,
	EVX_SQL_NEXT,
	EVX_SQL_NEXT_OF_CASE,
	EVX_SQL_NEXT_NEW,
	EVX_SQL_NEXT_NEW_OF_CASE,
	EVX_SQL_BY_UUID,
	EVX_SQL_BY_SEAL,
	EVX_SQL_BY_LABEL,
	EVX_SQL_LABEL_ADD,
	EVX_SQL_COUNT,
	EVX_SQL_COUNT_EXHIBITS,
	EVX_SQL_COUNT_ROWS,
	EVX_SQL_STATEMENTS
};

struct evx_catalog {
	sqlite3 *db;
	sqlite3_stmt *statement[EVX_SQL_STATEMENTS];
	int dirfd;
	uint8_t vault[16];
	struct stat opened; /* the file, to know it again */
	struct evx_aead *aead;
	const struct evx_cancel *cancel; /* NULL: nobody stops it */
	bool damaged, in_memory, read_only;
};

/* The table of statements, and what makes an empty database a catalog (catalog_schema.c). */
extern const char *const evx_catalog_sql[EVX_SQL_STATEMENTS];
enum evx_err evx_catalog_schema_make(struct evx_catalog *c, struct evx_diag *diag) EVX_MUST_CHECK;
/* A write-ahead log; on a file system that other machines share (evx_place_is_shared) a journal
 * without shared memory. */
enum evx_err evx_catalog_schema_journal(
	struct evx_catalog *c, struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_NOT_OURS unless the database has exactly our schema and is of this vault. */
enum evx_err evx_catalog_schema_check(struct evx_catalog *c, struct evx_diag *diag) EVX_MUST_CHECK;

/* The class of SQLite's answer rc; remembers damage. */
enum evx_err evx_catalog_fail(
	struct evx_catalog *c, int rc, const char *what, struct evx_diag *diag);
/* Runs statements that give no rows. */
enum evx_err evx_catalog_exec(
	struct evx_catalog *c, const char *sql, struct evx_diag *diag) EVX_MUST_CHECK;
/* The statement, prepared and reset, without bindings. It belongs to c. */
enum evx_err evx_catalog_statement(struct evx_catalog *c, enum evx_catalog_statement which,
	sqlite3_stmt **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Binds n bytes, which are needed until the statement is reset. Integers are bound as they are;
 * SQLite keeps 63 bits and a sign. */
void evx_catalog_bind(sqlite3_stmt *s, int at, const void *p, size_t n);
/* Steps to the next row; *row is false at the end, and the statement reset. */
enum evx_err evx_catalog_step(
	struct evx_catalog *c, sqlite3_stmt *s, bool *row, struct evx_diag *diag) EVX_MUST_CHECK;
/* Runs a bound statement to its end and resets it. */
enum evx_err evx_catalog_run(
	struct evx_catalog *c, sqlite3_stmt *s, struct evx_diag *diag) EVX_MUST_CHECK;
/* A column that is a blob of exactly n bytes; false for anything else. */
bool evx_catalog_blob(sqlite3_stmt *s, int column, void *out, size_t n);
/* A column that is an integer in 0 … max. */
bool evx_catalog_number(sqlite3_stmt *s, int column, uint64_t max, uint64_t *out);

/* What stands in a row of exhibits, as the statements select it. EVX_E_CORRUPT. */
enum evx_err evx_catalog_exhibit(struct evx_catalog *c, sqlite3_stmt *s,
	struct evx_catalog_exhibit *e, struct evx_diag *diag) EVX_MUST_CHECK;

/* Reads UUIDs from column 0 of a bound statement, as evx_catalog_by_uuid. */
enum evx_err evx_catalog_uuids(struct evx_catalog *c, sqlite3_stmt *s, uint8_t (*out)[16],
	size_t cap, size_t *n, bool *more, struct evx_diag *diag) EVX_MUST_CHECK;

/* The longest info of an exhibit as it stands in its row. */
#define EVX_CATALOG_INFO_LEN (EVX_AEAD_NONCE + 4 * (4 + EVX_CATALOG_TEXT_MAX) + 4 + EVX_AEAD_TAG)

/* ---- Rows of chunks (catalog_chunks.c), as format-spec/vault.md has them ---------------- */

#define EVX_CATALOG_TAG_LEN 16u
#define EVX_CATALOG_PLACE_LEN (EVX_AEAD_NONCE + 68u + EVX_AEAD_TAG)

/* The number of the case of k in this database; made when add is set. EVX_E_NOT_FOUND without. */
enum evx_err evx_catalog_case_no(
	struct evx_catalog_case *k, bool add, uint32_t *no, struct evx_diag *diag) EVX_MUST_CHECK;
/* Row key and row value of a chunk under the newest secret. */
enum evx_err evx_catalog_place_seal(struct evx_catalog_case *k, const uint8_t id[32],
	const struct evx_loan *loan, uint8_t tag[EVX_CATALOG_TAG_LEN],
	uint8_t place[EVX_CATALOG_PLACE_LEN]) EVX_MUST_CHECK;

/* ---- Sorting (catalog_sort.c) ----------------------------------------------------------- */

/* A row on its way into the database: case number, tag, 1 for a chunk of sequence 0 (what it is
 * ordered by), and the value. */
#define EVX_SORT_KEY (4u + EVX_CATALOG_TAG_LEN + 1u)
#define EVX_SORT_RECORD (EVX_SORT_KEY + EVX_CATALOG_PLACE_LEN)

struct evx_catalog_sort;
/* Sorts records by their keys; beyond max records in memory they go to an unnamed file in the
 * directory tmp (EVX_E_LIMIT when that is -1). NULL when out of memory. */
struct evx_catalog_sort *evx_catalog_sort_new(int tmp, size_t max);
void evx_catalog_sort_free(struct evx_catalog_sort *s);
enum evx_err evx_catalog_sort_add(struct evx_catalog_sort *s, const uint8_t record[EVX_SORT_RECORD],
	struct evx_diag *diag) EVX_MUST_CHECK;
uint64_t evx_catalog_sort_count(const struct evx_catalog_sort *s);
/* Gives all records in order, then empties s, also after a failure. */
enum evx_err evx_catalog_sort_each(struct evx_catalog_sort *s,
	enum evx_err (*each)(void *ctx, const uint8_t *record, struct evx_diag *diag), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
