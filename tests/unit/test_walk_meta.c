/* What is read of one file while the system says no, or something else stands there from one call
 * to the next: answers of statx and ioctl that no disk gives on demand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "base/io.h"
#include "content/walk_meta.h"
#include "unit/scratch.h"

static unsigned calls, flaw_at; /* 0: no call has the flaw */
static int flaw_errno;          /* what that call fails with; 0: its answer is changed */
static void (*change)(struct statx *st);
static int flags_errno; /* of FS_IOC_GETFLAGS; 0: flags_answer */
static int flags_answer;

/* These two stand in for the C library's in this program. */
int statx(int fd, const char *restrict name, int flags, unsigned mask, struct statx *restrict st)
{
	long r;

	if (++calls == flaw_at && flaw_errno != 0) {
		errno = flaw_errno;
		return -1;
	}
	r = syscall(SYS_statx, fd, name, flags, mask, st);
	if (r == 0 && calls == flaw_at)
		change(st);
	return (int)r;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *p;

	va_start(args, request);
	p = va_arg(args, void *);
	va_end(args);
	if (request != FS_IOC_GETFLAGS)
		return (int)syscall(SYS_ioctl, fd, request, p);
	if (flags_errno != 0) {
		errno = flags_errno;
		return -1;
	}
	memcpy(p, &flags_answer, sizeof(flags_answer));
	return 0;
}

static struct scratch s;

static int setup(void **state)
{
	(void)state;
	s = scratch_make();
	scratch_file(&s, "f", "seven..", 7);
	scratch_dir(&s, "d");
	calls = flaw_at = 0;
	flaw_errno = flags_errno = flags_answer = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&s);
	return 0;
}

/* Reads name; call number at of statx has the flaw. */
static struct evx_entry *read_one(const char *name, unsigned at, int *fd)
{
	struct evx_entry *e = (void *)&s;
	int sys_errno = 77;

	calls = 0;
	flaw_at = at;
	*fd = 77;
	assert_int_equal(evx_walk_meta_read(s.fd, name, DT_UNKNOWN, 0, &e, fd, &sys_errno), EVX_OK);
	assert_non_null(e);
	return e;
}

/* ---- From the look to the open file */

static void another_inode(struct statx *st)
{
	st->stx_ino++;
}
static void another_major(struct statx *st)
{
	st->stx_dev_major++;
}
static void another_minor(struct statx *st)
{
	st->stx_dev_minor++;
}
static void a_fifo(struct statx *st)
{
	st->stx_mode = S_IFIFO | 0644;
}
static void another_mode(struct statx *st)
{
	st->stx_mode = (uint16_t)((st->stx_mode & S_IFMT) | 06751);
}

static void test_replaced(void **state)
{
	static void (*const changes[])(
		struct statx * st) = { another_inode, another_major, another_minor, a_fifo };
	int fd;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct evx_entry *e;

		change = changes[i / 2];
		e = read_one(i % 2 == 0 ? "f" : "d", 2, &fd);
		assert_int_equal(fd, -1);
		if (e->read_error == NULL)
			fail_msg("change %zu", i / 2);
		assert_string_equal(e->read_error,
			"ESTALE: Stale file handle (replaced while it was being opened)");
		assert_int_equal(e->type, i % 2 == 0 ? EVX_FILE : EVX_DIR);
		evx_entry_delete(e);
	}
	/* The same file with another mode by now: that is what is said. */
	change = another_mode;
	for (size_t i = 0; i < 2; i++) {
		struct evx_entry *e = read_one(i == 0 ? "f" : "d", 2, &fd);

		assert_true(fd >= 0 && e->read_error == NULL && e->mode == 06751);
		evx_close_quiet(&fd);
		evx_entry_delete(e);
	}
}

/* ---- What fails */

static void test_failures(void **state)
{
	static const struct {
		int sys_errno;
		enum evx_err err;
		const char *error; /* err EVX_OK: the entry's */
	} cases[] = { { EMFILE, EVX_E_IO, NULL }, { ENFILE, EVX_E_IO, NULL },
		{ ENOMEM, EVX_E_MEMORY, NULL }, { EACCES, EVX_OK, "EACCES: Permission denied (" },
		{ ENOENT, EVX_OK, "ENOENT: No such file or directory (" },
		{ EIO, EVX_OK, "EIO: Input/output error (" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned at = 1; at <= 2; at++) {
			struct evx_entry *e = (void *)&s;
			int fd = 77, sys_errno = 77;

			calls = 0;
			flaw_at = at;
			flaw_errno = cases[i].sys_errno;
			assert_int_equal(
				evx_walk_meta_read(s.fd, "f", DT_REG, 0, &e, &fd, &sys_errno),
				cases[i].err);
			assert_int_equal(fd, -1);
			if (cases[i].err != EVX_OK) {
				assert_null(e);
				assert_int_equal(sys_errno, cases[i].sys_errno);
				continue;
			}
			assert_non_null(e->read_error);
			if (strncmp(e->read_error, cases[i].error, strlen(cases[i].error)) != 0)
				fail_msg("%s", e->read_error);
			assert_int_equal(e->type, EVX_FILE);
			assert_int_equal(e->has_stat, at == 2);
			evx_entry_delete(e);
		}
}

/* Where nothing can be looked at, the directory's word on the type is taken. */
static void test_hints(void **state)
{
	static const struct {
		unsigned char hint;
		enum evx_entry_type type;
	} cases[] = { { DT_UNKNOWN, EVX_FILE }, { DT_REG, EVX_FILE }, { DT_DIR, EVX_DIR },
		{ DT_LNK, EVX_SYMLINK }, { DT_FIFO, EVX_FIFO }, { DT_SOCK, EVX_SOCKET },
		{ DT_CHR, EVX_CHARDEV }, { DT_BLK, EVX_BLOCKDEV } };

	(void)state;
	flaw_errno = EACCES;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_entry *e;
		int fd, sys_errno;

		calls = 0;
		flaw_at = 1;
		assert_int_equal(
			evx_walk_meta_read(s.fd, "f", cases[i].hint, 0, &e, &fd, &sys_errno),
			EVX_OK);
		assert_int_equal(e->type, cases[i].type);
		assert_string_equal(e->read_error, "EACCES: Permission denied (statx)");
		assert_false(e->has_stat || e->has_mtime || e->has_fflags);
		assert_int_equal(fd, -1);
		evx_entry_delete(e);
	}
}

/* ---- What is taken over */

static void strange_numbers(struct statx *st)
{
	st->stx_uid = 1001;
	st->stx_gid = 1002;
	st->stx_size = 1234567;
	st->stx_blocks = 17;
	st->stx_nlink = 3;
	st->stx_mode = S_IFREG | 07777;
	st->stx_rdev_major = 7;
	st->stx_rdev_minor = 9;
	st->stx_mask |= STATX_BTIME;
	st->stx_atime = (struct statx_timestamp){ .tv_sec = 11, .tv_nsec = 1 };
	st->stx_mtime = (struct statx_timestamp){ .tv_sec = 12, .tv_nsec = 999999999 };
	st->stx_ctime = (struct statx_timestamp){ .tv_sec = -13, .tv_nsec = 0 };
	st->stx_btime = (struct statx_timestamp){ .tv_sec = 14, .tv_nsec = 1000000000 };
}

static void test_numbers(void **state)
{
	struct evx_entry *e;
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(fstatat(s.fd, "f", &st, 0), 0);
	change = strange_numbers;
	e = read_one("f", 2, &fd);
	assert_true(fd >= 0 && e->read_error == NULL);
	assert_true(e->has_stat && e->type == EVX_FILE && e->size == 1234567 && e->blocks == 17 &&
		e->mode == 07777 && e->uid == 1001 && e->gid == 1002 && e->is_hard_link);
	assert_true(e->ino == st.st_ino && e->dev == st.st_dev);
	assert_true(e->rdev_major == 0 && e->rdev_minor == 0);
	assert_true(e->has_atime && e->atime.seconds == 11 && e->atime.nanoseconds == 1);
	assert_true(e->has_mtime && e->mtime.seconds == 12 && e->mtime.nanoseconds == 999999999);
	assert_true(e->has_ctime && e->ctime.seconds == -13 && e->ctime.nanoseconds == 0);
	assert_false(e->has_btime); /* no nanoseconds */
	evx_close_quiet(&fd);
	evx_entry_delete(e);
	e = read_one("f", 0, &fd);
	assert_true(e->size == 7 && !e->is_hard_link && e->mode == 0644);
	evx_close_quiet(&fd);
	evx_entry_delete(e);
	e = read_one("d", 0, &fd);
	assert_true(e->size == 0 && !e->is_hard_link && e->type == EVX_DIR && fd >= 0);
	evx_close_quiet(&fd);
	evx_entry_delete(e);
}

static unsigned known_times;
static void few_times(struct statx *st)
{
	st->stx_mask = (st->stx_mask & ~(STATX_ATIME | STATX_MTIME | STATX_CTIME | STATX_BTIME)) |
		known_times;
	st->stx_btime.tv_nsec = 0;
}

static void test_times(void **state)
{
	static const unsigned one[] = { STATX_ATIME, STATX_MTIME, STATX_CTIME, STATX_BTIME, 0 };

	(void)state;
	change = few_times;
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		struct evx_entry *e;
		int fd;

		known_times = one[i];
		e = read_one("f", 2, &fd);
		assert_true(e->has_atime == (i == 0) && e->has_mtime == (i == 1) &&
			e->has_ctime == (i == 2) && e->has_btime == (i == 3));
		evx_close_quiet(&fd);
		evx_entry_delete(e);
	}
}

static uint16_t other_type;
static void a_type(struct statx *st)
{
	st->stx_mode = (uint16_t)(other_type | 0600);
	st->stx_rdev_major = 7;
	st->stx_rdev_minor = 9;
}

static void test_types(void **state)
{
	static const struct {
		uint16_t mode;
		enum evx_entry_type type;
		bool device;
	} cases[] = { { S_IFIFO, EVX_FIFO, false }, { S_IFSOCK, EVX_SOCKET, false },
		{ S_IFCHR, EVX_CHARDEV, true }, { S_IFBLK, EVX_BLOCKDEV, true } };

	(void)state;
	change = a_type;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_entry *e;
		int fd;

		other_type = cases[i].mode;
		e = read_one("f", 1, &fd);
		assert_int_equal(e->type, cases[i].type);
		assert_int_equal(fd, -1);
		assert_null(e->read_error);
		assert_true(e->size == 0 && e->mode == 0600 && !e->has_fflags);
		assert_int_equal(e->rdev_major, cases[i].device ? 7 : 0);
		assert_int_equal(e->rdev_minor, cases[i].device ? 9 : 0);
		assert_int_equal(calls, 1);
		evx_entry_delete(e);
	}
}

/* ---- File flags */

static void test_flags(void **state)
{
	static const int none[] = { ENOTTY, EOPNOTSUPP, EINVAL, ENOSYS };
	struct evx_entry *e;
	int fd;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		flags_errno = i < 4 ? none[i] : i == 4 ? EIO : EACCES;
		e = read_one(i % 2 == 0 ? "f" : "d", 0, &fd);
		assert_true(!e->has_fflags && e->fflags_text == NULL && e->read_error == NULL);
		if ((e->metadata_errors != NULL) != (i >= 4))
			fail_msg("errno %d: %s", flags_errno,
				e->metadata_errors != NULL ? e->metadata_errors : "nothing said");
		if (i >= 4)
			assert_non_null(strstr(e->metadata_errors, "(file flags)"));
		evx_close_quiet(&fd);
		evx_entry_delete(e);
	}
	flags_errno = 0;
	for (size_t i = 0; i < 3; i++) {
		/* Extents are how a file system does it, and no flag of anybody's. */
		flags_answer = i == 0 ? 0 : i == 1 ? FS_EXTENT_FL : FS_EXTENT_FL | FS_NODUMP_FL;
		e = read_one("f", 0, &fd);
		assert_true(e->has_fflags && e->fflags == (uint32_t)flags_answer);
		if (i < 2)
			assert_null(e->fflags_text);
		else
			assert_string_equal(e->fflags_text, "nodump");
		assert_null(e->metadata_errors);
		evx_close_quiet(&fd);
		evx_entry_delete(e);
	}
}

/* ---- Links */

static void test_links(void **state)
{
	char target[4096];

	(void)state;
	memset(target, 'x', sizeof(target));
	for (size_t i = 0; i < 3; i++) {
		const size_t n = i == 0 ? 1 : i == 1 ? 200 : 4095;
		struct evx_entry *e;
		int fd;

		target[n] = '\0';
		assert_int_equal(symlinkat(target, s.fd, "l"), 0);
		target[n] = 'x';
		e = read_one("l", 0, &fd);
		assert_true(e->type == EVX_SYMLINK && fd == -1 && e->read_error == NULL);
		assert_int_equal(e->link_target_len, n);
		assert_memory_equal(e->link_target, target, n);
		assert_int_equal(e->size, 0);
		evx_entry_delete(e);
		assert_int_equal(unlinkat(s.fd, "l", 0), 0);
	}
	/* A file that is called a link. */
	other_type = S_IFLNK;
	change = a_type;
	{
		int fd;
		struct evx_entry *e = read_one("f", 1, &fd);

		assert_int_equal(e->type, EVX_SYMLINK);
		assert_non_null(e->read_error);
		assert_int_equal(strncmp(e->read_error, "EINVAL: ", 8), 0);
		assert_int_equal(fd, -1);
		evx_entry_delete(e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hints, setup, teardown),
		cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_types, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
