/* What the catalog knows of exhibits. */
#include <fcntl.h>
#include <string.h>

#include "store/catalog_inner.h"

const char *evx_catalog_word(enum evx_catalog_result result)
{
	static const char *const words[] = { "-", "good", "bad", "custody", "unchecked", "missing",
		"disposed" };

	return words[result];
}

#define MARK_COMPLETE 1u
#define MARK_DISPOSED 2u
#define MARK_BRANCHES 4u
#define MARK_HOLD 8u
#define MARKS_ALL 15u

#define NUMBER_MAX ((uint64_t)INT64_MAX)

static void bind_number(sqlite3_stmt *s, int at, uint64_t v)
{
	(void)sqlite3_bind_int64(s, at, (sqlite3_int64)(v > NUMBER_MAX ? NUMBER_MAX : v));
}

enum evx_err evx_catalog_put(
	struct evx_catalog *c, const struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	const unsigned marks = (e->complete ? MARK_COMPLETE : 0) |
		(e->disposed ? MARK_DISPOSED : 0) | (e->branches ? MARK_BRANCHES : 0) |
		(e->hold ? MARK_HOLD : 0);
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(c, EVX_SQL_PUT, &s, diag);

	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, e->uuid, 16);
	if (e->filed)
		evx_catalog_bind(s, 2, e->case_id, 16);
	evx_catalog_bind(s, 3, e->seal, 32);
	evx_catalog_bind(s, 4, e->head, 32);
	evx_catalog_bind(s, 5, e->signer, 32);
	(void)sqlite3_bind_int64(s, 6, e->sealed);
	bind_number(s, 7, e->events);
	bind_number(s, 8, e->payload);
	bind_number(s, 9, e->stored);
	bind_number(s, 10, marks);
	evx_catalog_bind(s, 11, e->stamp, 32);
	bind_number(s, 12, e->borrowed);
	evx_catalog_bind(s, 13, e->holder, 32);
	return evx_catalog_run(c, s, diag);
}

/* Runs an update of one exhibit. */
static enum evx_err update(struct evx_catalog *c, sqlite3_stmt *s, struct evx_diag *diag)
{
	enum evx_err err = evx_catalog_run(c, s, diag);

	if (err == EVX_OK && sqlite3_changes(c->db) == 0)
		err = evx_fail(diag, EVX_E_NOT_FOUND, "catalog: the exhibit is not in it");
	return err;
}

enum evx_err evx_catalog_put_check(struct evx_catalog *c, const uint8_t uuid[16],
	const struct evx_catalog_check *check, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(c, EVX_SQL_PUT_CHECK, &s, diag);

	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, uuid, 16);
	(void)sqlite3_bind_int64(s, 2, check->when);
	bind_number(s, 3, (uint64_t)check->result);
	(void)sqlite3_bind_int64(s, 4, check->opened);
	bind_number(s, 5, (uint64_t)check->contents);
	bind_number(s, 6, check->resume);
	(void)sqlite3_bind_int64(s, 7, check->resume_since);
	return update(c, s, diag);
}

enum evx_err evx_catalog_put_chunks(struct evx_catalog *c, const uint8_t uuid[16],
	enum evx_catalog_chunks chunks, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(c, EVX_SQL_PUT_CHUNKS, &s, diag);

	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, uuid, 16);
	bind_number(s, 2, (uint64_t)chunks);
	return update(c, s, diag);
}

enum evx_err evx_catalog_forget(
	struct evx_catalog *c, const uint8_t uuid[16], struct evx_diag *diag)
{
	static const enum evx_catalog_statement both[] = { EVX_SQL_FORGET_LABELS, EVX_SQL_FORGET };
	enum evx_err err = EVX_OK;
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < 2; i++) {
		if ((err = evx_catalog_statement(c, both[i], &s, diag)) != EVX_OK)
			return err;
		evx_catalog_bind(s, 1, uuid, 16);
		if ((err = evx_catalog_run(c, s, diag)) != EVX_OK)
			return err;
	}
	return err;
}

static void read_marks(uint64_t marks, struct evx_catalog_exhibit *e)
{
	e->complete = (marks & MARK_COMPLETE) != 0;
	e->disposed = (marks & MARK_DISPOSED) != 0;
	e->branches = (marks & MARK_BRANCHES) != 0;
	e->hold = (marks & MARK_HOLD) != 0;
}

/* A row of the columns EXHIBIT; false when one of them holds what no writer puts there. */
static bool read_exhibit(sqlite3_stmt *s, struct evx_catalog_exhibit *e)
{
	uint64_t marks, chunks, sealed, when, result, opened, contents, since;

	memset(e, 0, sizeof(*e));
	e->filed = sqlite3_column_type(s, 1) != SQLITE_NULL;
	if (!evx_catalog_blob(s, 0, e->uuid, 16) ||
		(e->filed && !evx_catalog_blob(s, 1, e->case_id, 16)) ||
		!evx_catalog_blob(s, 2, e->seal, 32) || !evx_catalog_blob(s, 3, e->head, 32) ||
		!evx_catalog_blob(s, 4, e->signer, 32) || !evx_catalog_blob(s, 10, e->stamp, 32) ||
		!evx_catalog_blob(s, 19, e->holder, 32))
		return false;
	if (!evx_catalog_number(s, 5, NUMBER_MAX, &sealed) ||
		!evx_catalog_number(s, 6, NUMBER_MAX, &e->events) ||
		!evx_catalog_number(s, 7, NUMBER_MAX, &e->payload) ||
		!evx_catalog_number(s, 8, NUMBER_MAX, &e->stored) ||
		!evx_catalog_number(s, 9, MARKS_ALL, &marks) ||
		!evx_catalog_number(s, 11, EVX_CHUNKS_ALL, &chunks) ||
		!evx_catalog_number(s, 12, NUMBER_MAX, &e->borrowed))
		return false;
	if (!evx_catalog_number(s, 13, NUMBER_MAX, &when) ||
		!evx_catalog_number(s, 14, EVX_CHECKED_LAST, &result) ||
		!evx_catalog_number(s, 15, NUMBER_MAX, &opened) ||
		!evx_catalog_number(s, 16, EVX_CHECKED_LAST, &contents) ||
		!evx_catalog_number(s, 17, NUMBER_MAX, &e->check.resume) ||
		!evx_catalog_number(s, 18, NUMBER_MAX, &since))
		return false;
	e->sealed = (int64_t)sealed;
	read_marks(marks, e);
	e->chunks = (enum evx_catalog_chunks)chunks;
	e->check.when = (int64_t)when;
	e->check.result = (enum evx_catalog_result)result;
	e->check.opened = (int64_t)opened;
	e->check.contents = (enum evx_catalog_result)contents;
	e->check.resume_since = (int64_t)since;
	return true;
}

static enum evx_err fail_row(struct evx_catalog *c, struct evx_diag *diag)
{
	c->damaged = true;
	return evx_fail(
		diag, EVX_E_CORRUPT, "catalog: an exhibit's row holds what no writer puts there");
}

enum evx_err evx_catalog_exhibit(struct evx_catalog *c, sqlite3_stmt *s,
	struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	return read_exhibit(s, e) ? EVX_OK : fail_row(c, diag);
}

enum evx_err evx_catalog_get(struct evx_catalog *c, const uint8_t uuid[16],
	struct evx_catalog_exhibit *out, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(c, EVX_SQL_GET, &s, diag);
	bool row = false;

	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, uuid, 16);
	err = evx_catalog_step(c, s, &row, diag);
	if (err == EVX_OK && !row)
		err = evx_fail(diag, EVX_E_NOT_FOUND, "catalog: the exhibit is not in it");
	else if (err == EVX_OK)
		err = evx_catalog_exhibit(c, s, out, diag);
	(void)sqlite3_reset(s);
	return err;
}

enum evx_err evx_catalog_next(struct evx_catalog *c, const struct evx_catalog_page *page,
	const struct evx_catalog_exhibit *after, struct evx_catalog_exhibit *out, size_t cap,
	size_t *n, struct evx_diag *diag)
{
	static const enum evx_catalog_statement which[2][2] = {
		{ EVX_SQL_NEXT, EVX_SQL_NEXT_OF_CASE },
		{ EVX_SQL_NEXT_NEW, EVX_SQL_NEXT_NEW_OF_CASE },
	};
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(
		c, which[page->only_new][page->case_id != NULL], &s, diag);
	bool row = true;

	*n = 0;
	if (err != EVX_OK)
		return err;
	(void)sqlite3_bind_int64(s, 1, after != NULL ? after->sealed : -1);
	evx_catalog_bind(
		s, 2, after != NULL ? (const void *)after->uuid : "", after != NULL ? 16 : 0);
	(void)sqlite3_bind_int64(s, 3, cap > INT32_MAX ? INT32_MAX : (int)cap);
	if (page->case_id != NULL)
		evx_catalog_bind(s, 4, page->case_id, 16);
	while (err == EVX_OK && row && *n < cap) {
		err = evx_catalog_step(c, s, &row, diag);
		if (err == EVX_OK && row)
			err = evx_catalog_exhibit(c, s, &out[(*n)++], diag);
	}
	(void)sqlite3_reset(s);
	return err;
}

/* A row of EVX_SQL_SCAN but for its info; false as above. */
static bool read_scanned(sqlite3_stmt *s, struct evx_catalog_exhibit *e)
{
	uint64_t sealed, marks;

	memset(e, 0, sizeof(*e));
	e->filed = sqlite3_column_type(s, 1) != SQLITE_NULL;
	if (!evx_catalog_blob(s, 0, e->uuid, 16) ||
		(e->filed && !evx_catalog_blob(s, 1, e->case_id, 16)) ||
		!evx_catalog_blob(s, 2, e->seal, 32) || !evx_catalog_blob(s, 3, e->signer, 32) ||
		!evx_catalog_number(s, 4, NUMBER_MAX, &sealed) ||
		!evx_catalog_number(s, 5, MARKS_ALL, &marks) ||
		!evx_catalog_blob(s, 6, e->stamp, 32) || !evx_catalog_blob(s, 7, e->holder, 32))
		return false;
	e->sealed = (int64_t)sealed;
	read_marks(marks, e);
	return true;
}

static enum evx_err take_scanned(struct evx_catalog *c, sqlite3_stmt *s,
	struct evx_catalog_scanned *to, struct evx_buf *infos, struct evx_diag *diag)
{
	const int info = 8; /* its column */
	const int len = sqlite3_column_type(s, info) == SQLITE_BLOB ?
		sqlite3_column_bytes(s, info) :
		0;

	if (!read_scanned(s, &to->exhibit))
		return fail_row(c, diag);
	to->info_at = infos->len;
	to->info_len = len > 0 && (size_t)len <= EVX_CATALOG_INFO_LEN ? (size_t)len : 0;
	return to->info_len == 0 ?
		EVX_OK :
		evx_fail_buf(diag, evx_buf_add(infos, sqlite3_column_blob(s, info), to->info_len));
}

enum evx_err evx_catalog_scan(struct evx_catalog *c, const uint8_t *after,
	struct evx_catalog_scanned *out, size_t cap, size_t *n, struct evx_buf *infos,
	struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(c, EVX_SQL_SCAN, &s, diag);
	bool row = true;

	*n = 0;
	evx_buf_reset(infos);
	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, after != NULL ? (const void *)after : "", after != NULL ? 16 : 0);
	(void)sqlite3_bind_int64(s, 2, cap > INT32_MAX ? INT32_MAX : (int)cap);
	while (err == EVX_OK && row && *n < cap) {
		err = evx_catalog_step(c, s, &row, diag);
		if (err == EVX_OK && row)
			err = take_scanned(c, s, &out[*n], infos, diag);
		*n += err == EVX_OK && row;
	}
	(void)sqlite3_reset(s);
	return err;
}

/* The least and the greatest of len bytes that begin with the first bits of prefix. */
static void range_of(const uint8_t *prefix, unsigned bits, size_t len, uint8_t *low, uint8_t *high)
{
	size_t whole = bits / 8;

	memset(low, 0, len);
	memset(high, 0xff, len);
	memcpy(low, prefix, whole);
	memcpy(high, prefix, whole);
	if (bits % 8 != 0) {
		const uint8_t kept = (uint8_t)(0xff00u >> (bits % 8));

		low[whole] = prefix[whole] & kept;
		high[whole] = (uint8_t)(prefix[whole] | (uint8_t)~kept);
	}
}

static enum evx_err by_prefix(struct evx_catalog *c, enum evx_catalog_statement which, size_t len,
	const uint8_t *prefix, unsigned bits, uint8_t (*out)[16], size_t cap, size_t *n, bool *more,
	struct evx_diag *diag)
{
	uint8_t low[32], high[32];
	enum evx_err err;
	sqlite3_stmt *s;

	*n = 0;
	*more = false;
	if (bits == 0 || bits > 8 * len)
		return evx_fail(diag, EVX_E_USAGE,
			"catalog: expected a prefix of 1 to %zu bits, found %u", 8 * len, bits);
	range_of(prefix, bits, len, low, high);
	err = evx_catalog_statement(c, which, &s, diag);
	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, low, len);
	evx_catalog_bind(s, 2, high, len);
	return evx_catalog_uuids(c, s, out, cap, n, more, diag);
}

enum evx_err evx_catalog_by_uuid(struct evx_catalog *c, const uint8_t *prefix, unsigned bits,
	uint8_t (*out)[16], size_t cap, size_t *n, bool *more, struct evx_diag *diag)
{
	return by_prefix(c, EVX_SQL_BY_UUID, 16, prefix, bits, out, cap, n, more, diag);
}

enum evx_err evx_catalog_by_seal(struct evx_catalog *c, const uint8_t *prefix, unsigned bits,
	uint8_t (*out)[16], size_t cap, size_t *n, bool *more, struct evx_diag *diag)
{
	return by_prefix(c, EVX_SQL_BY_SEAL, 32, prefix, bits, out, cap, n, more, diag);
}

/* Sums over no row are NULL. */
static uint64_t sum(sqlite3_stmt *s, int column)
{
	sqlite3_int64 v = sqlite3_column_int64(s, column);

	return v < 0 ? 0 : (uint64_t)v;
}

enum evx_err evx_catalog_count(
	struct evx_catalog *c, struct evx_catalog_counts *out, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(c, EVX_SQL_COUNT, &s, diag);
	bool row = false;
	struct stat st;

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = evx_catalog_step(c, s, &row, diag);
	if (err != EVX_OK || !row)
		return err;
	out->exhibits = sum(s, 0);
	out->filed = sum(s, 1);
	out->cases = sum(s, 2);
	out->disposed = sum(s, 3);
	out->payload = sum(s, 4);
	out->stored = sum(s, 5);
	out->borrowed = sum(s, 6);
	out->without_rows = sum(s, 7);
	(void)sqlite3_reset(s);
	if (!c->in_memory && fstatat(c->dirfd, EVX_CATALOG_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0)
		out->bytes = (uint64_t)st.st_size;
	return EVX_OK;
}

static enum evx_err count(
	struct evx_catalog *c, enum evx_catalog_statement which, uint64_t *n, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(c, which, &s, diag);
	bool row = false;

	*n = 0;
	if (err == EVX_OK)
		err = evx_catalog_step(c, s, &row, diag);
	if (err != EVX_OK || !row)
		return err;
	*n = sum(s, 0);
	(void)sqlite3_reset(s);
	return EVX_OK;
}

enum evx_err evx_catalog_count_exhibits(
	struct evx_catalog *c, uint64_t *exhibits, struct evx_diag *diag)
{
	return count(c, EVX_SQL_COUNT_EXHIBITS, exhibits, diag);
}

enum evx_err evx_catalog_count_rows(struct evx_catalog *c, uint64_t *rows, struct evx_diag *diag)
{
	return count(c, EVX_SQL_COUNT_ROWS, rows, diag);
}
