/* The vault's catalog: opened, or begun anew where what is there is not it. */
#include "store/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "store/catalog_inner.h"
#include "store/vault_inner.h"

#define PATH_CAP 4096
#define URI_CAP (3 * PATH_CAP)
#define OPEN_WAIT_MS 5000
#define LOCK_PAUSE_MS 20
#define LENGTH_MAX 1048576 /* bytes of any value or row */
#define STOP_STEPS 10000   /* of SQLite's machine, a fraction of a millisecond */
#define CACHE_KIB "32768"

/* What stands there decides what is done with it. */
enum found { FOUND_GOOD, FOUND_NOTHING, FOUND_FOREIGN, FOUND_CLOSED };

static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

/* SQLite takes paths only. The path of an open directory has no link in it, so that a link is
 * refused wherever one is. */
static bool path_of(const struct evx_catalog *c, char *out)
{
	char link[64];
	ssize_t n;
	int len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", c->dirfd);
	n = readlink(link, out, PATH_CAP - 1);
	if (n <= 0 || out[0] != '/')
		return false;
	len = snprintf(out + n, PATH_CAP - (size_t)n, "/%s", EVX_CATALOG_NAME);
	return len > 0 && (size_t)n + (size_t)len < PATH_CAP;
}

/* A file name as SQLite's URIs have it; nothing else there changes after it was opened. */
static void uri_of(const char *path, char *out)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-_.~";
	size_t n = 0;

	n += (size_t)snprintf(out, URI_CAP, "file:");
	for (; *path != '\0' && n + 32 < URI_CAP; path++) {
		if (strchr(plain, *path) != NULL)
			out[n++] = *path;
		else
			n += (size_t)snprintf(out + n, URI_CAP - n, "%%%02X", (unsigned char)*path);
	}
	(void)snprintf(out + n, URI_CAP - n, "?immutable=1");
}

static void close_database(struct evx_catalog *c)
{
	size_t i;

	for (i = 0; i < EVX_SQL_STATEMENTS; i++) {
		(void)sqlite3_finalize(c->statement[i]);
		c->statement[i] = NULL;
	}
	(void)sqlite3_close(c->db);
	c->db = NULL;
}

/* The database's own settings are hostile, too: nothing in it may run, and no value may be longer
 * than any of ours. */
static enum evx_err harden(struct evx_catalog *c, struct evx_diag *diag)
{
	static const int off[] = { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
		SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
		SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML };
	int keep = 1;
	size_t i;

	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		(void)sqlite3_db_config(c->db, off[i], 0, NULL);
	(void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_limit(c->db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	(void)sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_extended_result_codes(c->db, 1);
	/* The files beside it stay: removing them by name could remove those of a newer catalog. */
	(void)sqlite3_file_control(c->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
	(void)sqlite3_busy_timeout(c->db, OPEN_WAIT_MS);
	return evx_catalog_exec(c,
		"PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; "
		"PRAGMA synchronous = NORMAL; "
		"PRAGMA cache_size = -" CACHE_KIB "; PRAGMA journal_size_limit = 67108864",
		diag);
}

static enum evx_err open_database(
	struct evx_catalog *c, const char *name, int flags, struct evx_diag *diag)
{
	int rc = sqlite3_open_v2(
		name, &c->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);

	if (rc != SQLITE_OK)
		return evx_catalog_fail(c, rc, "opening", diag);
	return harden(c, diag);
}

static enum found open_there(
	struct evx_catalog *c, bool writable, enum evx_err *err, struct evx_diag *diag)
{
	char path[PATH_CAP], uri[URI_CAP];
	struct stat st;

	if (fstatat(c->dirfd, EVX_CATALOG_NAME, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? FOUND_NOTHING : FOUND_CLOSED;
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return FOUND_FOREIGN;
	if (!path_of(c, path))
		return FOUND_CLOSED;
	uri_of(path, uri);
	*err = writable ?
		open_database(c, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, diag) :
		open_database(c, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_URI,
			diag);
	if (*err == EVX_OK)
		*err = evx_catalog_schema_check(c, diag);
	c->damaged = false;
	if (*err == EVX_OK && writable)
		*err = evx_catalog_schema_journal(c, diag);
	if (*err == EVX_OK) {
		c->read_only = !writable || sqlite3_db_readonly(c->db, "main") != 0;
		return FOUND_GOOD;
	}
	close_database(c);
	return *err == EVX_E_CORRUPT || *err == EVX_E_NOT_OURS ? FOUND_FOREIGN : FOUND_CLOSED;
}

static bool remove_files(struct evx_catalog *c)
{
	char name[64];
	bool gone = true;
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		(void)snprintf(name, sizeof(name), EVX_CATALOG_NAME "%s", suffixes[i]);
		if (unlinkat(c->dirfd, name, 0) != 0 && errno != ENOENT)
			gone = false;
	}
	return gone;
}

static enum evx_err make_there(struct evx_catalog *c, struct evx_diag *diag)
{
	char path[PATH_CAP];
	enum evx_err err;
	int fd;

	if (!remove_files(c) || !path_of(c, path))
		return evx_fail(
			diag, EVX_E_IO, "catalog: what stands in its place cannot be removed");
	fd = openat(c->dirfd, EVX_CATALOG_NAME, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0600);
	if (fd < 0)
		return evx_fail_errno(diag, EVX_CATALOG_NAME, "catalog: cannot be made");
	evx_close_quiet(&fd);
	err = open_database(c, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, diag);
	if (err == EVX_OK)
		err = evx_catalog_schema_make(c, diag);
	if (err != EVX_OK) {
		close_database(c);
		(void)remove_files(c);
	}
	return err;
}

static enum evx_err make_in_memory(struct evx_catalog *c, struct evx_diag *diag)
{
	enum evx_err err = open_database(c,
		":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, diag);

	c->in_memory = true;
	c->read_only = false;
	return err == EVX_OK ? evx_catalog_schema_make(c, diag) : err;
}

/* Anybody who may read the directory can hold its lock: it is asked for again and again, and not
 * for ever. */
static bool take(int lock, int how)
{
	const struct timespec pause = { 0, LOCK_PAUSE_MS * 1000000L };

	for (int left = OPEN_WAIT_MS / LOCK_PAUSE_MS; flock(lock, how | LOCK_NB) != 0; left--) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || left == 0)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

/* The lock of the vault's directory: shared while the catalog is opened, exclusive while its files
 * are removed or made, so that nobody opens half of an old one and half of a new one. Whoever does
 * not get it works without the file. */
static enum evx_err open_or_make(
	struct evx_catalog *c, struct evx_catalog_state *state, struct evx_diag *why)
{
	bool writable = faccessat(c->dirfd, ".", W_OK, AT_EACCESS) == 0;
	enum evx_err err = EVX_OK;
	enum found found = FOUND_CLOSED;
	int lock = openat(c->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (lock >= 0 && take(lock, LOCK_SH))
		found = open_there(c, writable, &err, why);
	if (writable && (found == FOUND_NOTHING || found == FOUND_FOREIGN) && take(lock, LOCK_EX)) {
		evx_diag_clear(why);
		found = open_there(c, true, &err, why); /* another process may have made it
							   meanwhile */
		if (found == FOUND_NOTHING || found == FOUND_FOREIGN) {
			state->made = true;
			state->discarded = found == FOUND_FOREIGN;
			evx_diag_clear(why);
			err = make_there(c, why);
			found = err == EVX_OK ? FOUND_GOOD : FOUND_CLOSED;
		}
	}
	if (found == FOUND_GOOD &&
		fstatat(c->dirfd, EVX_CATALOG_NAME, &c->opened, AT_SYMLINK_NOFOLLOW) != 0)
		memset(&c->opened, 0, sizeof(c->opened));
	evx_close_quiet(&lock);
	if (found == FOUND_GOOD || err == EVX_E_MEMORY)
		return err;
	evx_diag_clear(why);
	state->made = true;
	return make_in_memory(c, why);
}

enum evx_err evx_catalog_open(int dirfd, const uint8_t vault[16], struct evx_catalog **out,
	struct evx_catalog_state *state, struct evx_diag *diag)
{
	struct evx_catalog *c = calloc(1, sizeof(*c));
	enum evx_err err = EVX_OK;
	struct evx_diag why = { 0 }; /* of attempts; only the last matters */

	*out = NULL;
	memset(state, 0, sizeof(*state));
	if (c == NULL)
		return evx_fail_memory(diag);
	memcpy(c->vault, vault, sizeof(c->vault));
	c->aead = evx_aead_new();
	c->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
	if (c->aead == NULL)
		err = evx_fail_memory(diag);
	if (err == EVX_OK && c->dirfd < 0)
		err = evx_fail_errno(diag, NULL, "catalog: the vault's directory cannot be used");
	if (err == EVX_OK)
		err = open_or_make(c, state, &why);
	if (err == EVX_OK) {
		c->damaged = false;
		evx_catalog_set_wait(c, EVX_CATALOG_WAIT_MS);
		state->read_only = c->read_only;
		state->in_memory = c->in_memory;
		*out = c;
	} else {
		(void)evx_fail(diag, err, "%s", why.text);
		evx_catalog_free(c);
	}
	return err;
}

static int stop(void *ctx)
{
	return evx_cancelled(((const struct evx_catalog *)ctx)->cancel);
}

enum evx_err evx_catalog_of_vault(const struct evx_vault *v, struct evx_catalog **out,
	struct evx_catalog_state *state, struct evx_diag *diag)
{
	uint8_t uuid[16];
	enum evx_err err;

	*out = NULL;
	memset(state, 0, sizeof(*state));
	if (!evx_uuid_bytes(v->uuid, strlen(v->uuid), uuid))
		return evx_fail(diag, EVX_E_USAGE, "catalog: expected a vault that was read");
	err = evx_catalog_open(v->fd, uuid, out, state, diag);
	if (err != EVX_OK)
		return err;
	(*out)->cancel = v->cancel;
	sqlite3_progress_handler((*out)->db, STOP_STEPS, stop, *out);
	return EVX_OK;
}

void evx_catalog_set_wait(struct evx_catalog *c, int ms)
{
	(void)sqlite3_busy_timeout(c->db, ms);
}

bool evx_catalog_damaged(const struct evx_catalog *c)
{
	return c->damaged;
}

/* Only the file that was found damaged: another process may have put a good one in its place. */
static void discard(struct evx_catalog *c)
{
	const struct stat *opened = &c->opened;
	struct stat now;
	int lock = openat(c->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (lock >= 0 && take(lock, LOCK_EX) &&
		fstatat(c->dirfd, EVX_CATALOG_NAME, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		now.st_dev == opened->st_dev && now.st_ino == opened->st_ino)
		(void)remove_files(c);
	evx_close_quiet(&lock);
}

void evx_catalog_free(struct evx_catalog *c)
{
	if (c == NULL)
		return;
	if (c->db != NULL)
		close_database(c);
	if (c->damaged && !c->in_memory && !c->read_only)
		discard(c);
	evx_aead_free(c->aead);
	evx_close_quiet(&c->dirfd);
	evx_wipe(c, sizeof(*c));
	free(c);
}

enum evx_err evx_catalog_clear(
	struct evx_catalog *c, bool labels, bool chunks, struct evx_diag *diag)
{
	enum evx_err err = evx_catalog_begin(c, diag);

	if (err != EVX_OK)
		goto out;
	if (labels &&
		(err = evx_catalog_exec(
			 c, "DELETE FROM labels; UPDATE exhibits SET info = NULL", diag)) != EVX_OK)
		goto out;
	/* The numbers of cases stay: another process may be using them. */
	if (chunks &&
		(err = evx_catalog_exec(
			 c, "DELETE FROM chunks; UPDATE exhibits SET chunks = 0", diag)) != EVX_OK)
		goto out;
	err = evx_catalog_commit(c, diag);
out:
	if (err != EVX_OK)
		evx_catalog_rollback(c);
	return err;
}

enum evx_err evx_catalog_begin(struct evx_catalog *c, struct evx_diag *diag)
{
	if (sqlite3_get_autocommit(c->db) == 0)
		return evx_fail(diag, EVX_E_USAGE, "catalog: a transaction was begun before");
	return evx_catalog_exec(c, "BEGIN IMMEDIATE", diag);
}

enum evx_err evx_catalog_commit(struct evx_catalog *c, struct evx_diag *diag)
{
	if (sqlite3_get_autocommit(c->db) != 0)
		return evx_fail(diag, EVX_E_USAGE, "catalog: no transaction was begun");
	return evx_catalog_exec(c, "COMMIT", diag);
}

void evx_catalog_rollback(struct evx_catalog *c)
{
	if (sqlite3_get_autocommit(c->db) == 0)
		(void)sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}
