/* Files of one directory that are completed by other hands, in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "content/restore.h"
#include "content/restore_job.h"
#include "unit/scratch.h"

#define FILES 3u

struct begun {
	struct evx_entry e;
	struct evx_restore_job job;
};

/* What an extraction reported, as lines "path: what". */
static char reports[512];

static void on_lost(void *ctx, const char *path, size_t path_len, const char *what, int sys_errno)
{
	const size_t len = strlen(reports);

	(void)ctx;
	(void)sys_errno;
	(void)snprintf(
		reports + len, sizeof(reports) - len, "%.*s: %s\n", (int)path_len, path, what);
}

static struct evx_restore *start(const struct scratch *s)
{
	const struct evx_restore_opts opts = { .privileged = true, .lost = on_lost };
	struct evx_restore *r;

	reports[0] = '\0';
	assert_int_equal(evx_restore_new(s->fd, &opts, &r, NULL), EVX_OK);
	return r;
}

static struct evx_entry entry(enum evx_entry_type type, const char *path)
{
	struct evx_entry e;

	evx_entry_init(&e);
	e.type = type;
	e.has_stat = true;
	e.mode = type == EVX_DIR ? 0755 : 0640;
	e.uid = geteuid();
	e.gid = getegid();
	e.has_mtime = true;
	e.mtime = (struct evx_file_time){ 1234567890, 0 };
	assert_int_equal(evx_entry_set_path(&e, path, strlen(path)), EVX_OK);
	return e;
}

static void make_dir(struct evx_restore *r)
{
	struct evx_entry e = entry(EVX_DIR, "d");
	int fd;

	assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
	evx_entry_free(&e);
}

static void begin(struct evx_restore *r, const char *path, struct begun *b)
{
	int fd;

	b->e = entry(EVX_FILE, path);
	/* The kernel's own names are not for extended attributes of a listing. */
	assert_int_equal(evx_entry_add_xattr(&b->e, "system.other", "x", 1), EVX_OK);
	assert_int_equal(evx_restore_begin(r, &b->e, &fd, NULL), EVX_OK);
	assert_true(fd >= 0);
	evx_restore_hand(r, &fd, &b->job);
	assert_int_equal(fd, -1);
}

static enum evx_err take_back(struct evx_restore *r, struct begun *b, struct evx_diag *diag)
{
	const enum evx_err err = evx_restore_take_back(r, &b->e, &b->job, diag);

	assert_int_equal(b->job.fd, -1);
	evx_entry_free(&b->e);
	return err;
}

static bool is_there(const struct scratch *s, const char *path)
{
	return faccessat(s->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void in_any_order(void **state)
{
	static const char *const paths[FILES] = { "d/a", "d/b", "d/c" };
	struct scratch s = scratch_make();
	struct evx_restore *r = start(&s);
	struct begun files[FILES];
	struct stat st;

	(void)state;
	make_dir(r);
	for (size_t i = 0; i < FILES; i++)
		begin(r, paths[i], &files[i]);
	for (size_t i = FILES; i-- > 0;) {
		evx_restore_job_write(&files[i].job, (const uint8_t *)"12345", 3 + i);
		assert_false(is_there(&s, paths[i]));
		evx_restore_job_end(&files[i].job, &files[i].e, true);
		assert_true(is_there(&s, paths[i]));
	}
	assert_string_equal(reports, "");
	assert_int_equal(evx_restore_counts(r).entries, 1);
	for (size_t i = 0; i < FILES; i++) {
		assert_int_equal(take_back(r, &files[i], NULL), EVX_OK);
		assert_int_equal(evx_restore_counts(r).entries, 2 + i);
		assert_int_equal(fstatat(s.fd, paths[i], &st, 0), 0);
		assert_int_equal(st.st_size, 3 + i);
		assert_int_equal(st.st_mode & 07777, 0640);
		assert_int_equal(st.st_mtime, 1234567890);
	}
	assert_string_equal(reports,
		"d/a: extended attribute system.other\nd/b: extended attribute system.other\n"
		"d/c: extended attribute system.other\n");
	assert_int_equal(evx_restore_counts(r).not_restored, FILES);
	assert_int_equal(evx_restore_end(r, NULL), EVX_OK);
	assert_int_equal(fstatat(s.fd, "d", &st, 0), 0);
	assert_int_equal(st.st_mtime, 1234567890);
	evx_restore_free(r);
	scratch_remove(&s);
}

/* A directory that is left before its files are whole gets its mode and times behind them, also
 * where it is so deep that the one above it would be closed. */
static void left_before(void **state)
{
	struct scratch s = scratch_make();
	struct evx_restore *r = start(&s);
	struct begun shallow, deep;
	struct evx_entry e = entry(EVX_DIR, "d"), next = entry(EVX_DIR, "e");
	struct stat st;
	char path[2 * 100 + 8] = "d";
	int fd;

	(void)state;
	e.mode = 0500;
	assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
	evx_entry_free(&e);
	begin(r, "d/a", &shallow);
	for (size_t i = 0; i < 100; i++) {
		(void)snprintf(path + strlen(path), sizeof(path) - strlen(path), "/x");
		e = entry(EVX_DIR, path);
		assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
		evx_entry_free(&e);
	}
	(void)snprintf(path + strlen(path), sizeof(path) - strlen(path), "/f");
	begin(r, path, &deep);
	assert_int_equal(evx_restore_begin(r, &next, &fd, NULL), EVX_OK);
	assert_int_equal(fstatat(s.fd, "d", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	evx_restore_job_write(&shallow.job, (const uint8_t *)"1", 1);
	evx_restore_job_end(&shallow.job, &shallow.e, true);
	assert_int_equal(take_back(r, &shallow, NULL), EVX_OK);
	assert_true(is_there(&s, "d/a"));
	evx_restore_job_write(&deep.job, (const uint8_t *)"1", 1);
	evx_restore_job_end(&deep.job, &deep.e, true);
	assert_int_equal(take_back(r, &deep, NULL), EVX_OK);
	assert_true(is_there(&s, path));
	*strrchr(path, '/') = '\0';
	assert_int_equal(fstatat(s.fd, path, &st, 0), 0);
	assert_int_equal(st.st_mtime, 1234567890);
	assert_int_equal(fstatat(s.fd, "d", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0500);
	assert_int_equal(st.st_mtime, 1234567890);
	assert_int_equal(evx_restore_end(r, NULL), EVX_OK);
	evx_entry_free(&next);
	evx_restore_free(r);
	scratch_remove(&s);
}

/* An extraction that ends early leaves no descriptor of such a directory open. */
static void left_and_given_up(void **state)
{
	struct scratch s = scratch_make();
	struct evx_restore *r = start(&s);
	struct evx_entry next = entry(EVX_DIR, "e");
	struct begun b;
	int fd, dirfd;

	(void)state;
	make_dir(r);
	begin(r, "d/a", &b);
	dirfd = b.job.dirfd;
	assert_int_equal(evx_restore_begin(r, &next, &fd, NULL), EVX_OK);
	assert_true(fcntl(dirfd, F_GETFD) >= 0);
	evx_restore_job_clear(&b.job);
	evx_restore_free(r);
	assert_int_equal(fcntl(dirfd, F_GETFD), -1);
	evx_entry_free(&next);
	evx_entry_free(&b.e);
	scratch_remove(&s);
}

/* A file that differs, one that cannot be written, and one whose name was taken. */
static void not_made(void **state)
{
	struct scratch s = scratch_make();
	struct evx_restore *r = start(&s);
	struct begun differs, full, taken;
	struct evx_diag diag = { 0 };
	struct stat st;

	(void)state;
	make_dir(r);
	begin(r, "d/differs", &differs);
	begin(r, "d/full", &full);
	begin(r, "d/taken", &taken);
	evx_restore_job_write(&differs.job, (const uint8_t *)"1", 1);
	evx_restore_job_end(&differs.job, &differs.e, false);
	(void)close(full.job.fd);
	full.job.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	evx_restore_job_write(&full.job, (const uint8_t *)"1", 1);
	evx_restore_job_end(&full.job, &full.e, true);
	scratch_file(&s, "d/taken", "mine", 4);
	evx_restore_job_write(&taken.job, (const uint8_t *)"1", 1);
	evx_restore_job_end(&taken.job, &taken.e, true);

	assert_int_equal(take_back(r, &differs, &diag), EVX_OK);
	assert_int_equal(take_back(r, &full, &diag), EVX_E_IO);
	assert_int_equal(diag.code, EVX_E_IO);
	evx_diag_clear(&diag);
	assert_int_equal(take_back(r, &taken, &diag), EVX_E_EXISTS);
	assert_int_equal(diag.code, EVX_E_EXISTS);
	assert_false(is_there(&s, "d/differs"));
	assert_false(is_there(&s, "d/full"));
	assert_int_equal(fstatat(s.fd, "d/taken", &st, 0), 0);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(evx_restore_counts(r).entries, 1);
	assert_string_equal(reports, "");
	evx_restore_free(r);
	scratch_remove(&s);
}

/* A job that nobody ends leaves nothing open and, without a name, nothing behind. */
static void given_up(void **state)
{
	struct scratch s = scratch_make();
	struct evx_restore *r = start(&s);
	struct begun b;
	int fd;

	(void)state;
	make_dir(r);
	begin(r, "d/f", &b);
	fd = b.job.fd;
	evx_restore_job_clear(&b.job);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_false(is_there(&s, "d/f"));
	evx_entry_free(&b.e);
	evx_restore_free(r);
	scratch_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_any_order),
		cmocka_unit_test(left_before),
		cmocka_unit_test(left_and_given_up),
		cmocka_unit_test(not_made),
		cmocka_unit_test(given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
