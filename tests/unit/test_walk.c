#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "base/io.h"
#include "base/path.h"
#include "content/acl.h"
#include "content/walk.h"
#include "unit/scratch.h"

static const unsigned ahead_counts[] = { 0, 8 };

/* Of the walk that was started last; the next one closes it. */
static int source_fd = -1;

static int open_path(const char *path, bool follow)
{
	int fd = open(path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
	assert_true(fd >= 0);
	return fd;
}

static struct evx_walk *start(const struct evx_walk_opts *opts, const char *path)
{
	evx_close_quiet(&source_fd);
	source_fd = open_path(path, false);
	struct evx_walk_source source = { "src", path, source_fd };
	struct evx_walk *w;
	struct evx_diag diag = { 0 };
	assert_int_equal(evx_walk_new(opts, &source, 1, &w, &diag), EVX_OK);
	return w;
}

static struct evx_entry *next(struct evx_walk *w, int *fd)
{
	struct evx_entry *e;
	struct evx_diag diag = { 0 };
	assert_int_equal(evx_walk_next(w, &e, fd, &diag), EVX_OK);
	return e;
}

/* Walks to the end; returns the entry whose path is wanted (NULL: none is), counting all, checking
 * the order. */
static struct evx_entry *find(
	const struct evx_walk_opts *opts, const char *path, const char *wanted, size_t *count)
{
	struct evx_walk *w = start(opts, path);
	struct evx_entry *e, *found = NULL, *last = NULL;
	int fd;
	size_t n = 0;
	while ((e = next(w, &fd)) != NULL) {
		assert_int_equal(evx_path_check(e->path, e->path_len, NULL), EVX_OK);
		if (last != NULL)
			assert_true(evx_path_compare(
					    last->path, last->path_len, e->path, e->path_len) < 0);
		assert_true(fd < 0 || e->type == EVX_FILE);
		evx_close_quiet(&fd);
		n++;
		if (last != found)
			evx_entry_delete(last);
		last = e;
		if (wanted != NULL && strcmp(e->path, wanted) == 0)
			found = e;
	}
	if (last != found)
		evx_entry_delete(last);
	evx_walk_free(w);
	if (count != NULL)
		*count = n;
	return found;
}

static void test_order_and_types(void **state)
{
	(void)state;
	static const char *const order[] = { "src", "src/a", "src/a/x", "src/a/y", "src/a b",
		"src/a.b", "src/fifo", "src/link", "src/loop", "src/socket", "src/z",
		"src/\xc3\xa9", "src/\xff\xfe" };
	static const enum evx_entry_type types[] = { EVX_DIR, EVX_DIR, EVX_FILE, EVX_FILE, EVX_FILE,
		EVX_FILE, EVX_FIFO, EVX_SYMLINK, EVX_SYMLINK, EVX_SOCKET, EVX_DIR, EVX_FILE,
		EVX_FILE };
	struct scratch s = scratch_make();
	scratch_dir(&s, "z");
	scratch_dir(&s, "a");
	scratch_file(&s, "a/y", "yy", 2);
	scratch_file(&s, "a/x", "x", 1);
	scratch_file(&s, "a.b", "", 0);
	scratch_file(&s, "a b", "", 0);
	scratch_file(&s, "\xff\xfe", "", 0);
	scratch_file(&s, "\xc3\xa9", "", 0);
	assert_int_equal(mkfifoat(s.fd, "fifo", 0600), 0);
	assert_int_equal(mknodat(s.fd, "socket", S_IFSOCK | 0600, 0), 0);
	assert_int_equal(symlinkat("loop", s.fd, "loop"), 0);
	assert_int_equal(symlinkat("../no\xfewhere", s.fd, "link"), 0);
	for (size_t k = 0; k < 2; k++) {
		struct evx_walk_opts opts = { .ahead = ahead_counts[k] };
		struct evx_walk *w = start(&opts, s.path);
		for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
			int fd;
			char byte;
			struct evx_entry *e = next(w, &fd);
			assert_non_null(e);
			assert_string_equal(e->path, order[i]);
			assert_int_equal(e->path_len, strlen(order[i]));
			assert_int_equal(e->type, types[i]);
			assert_true((fd >= 0) == (types[i] == EVX_FILE));
			assert_null(e->read_error);
			assert_null(e->metadata_errors);
			if (strcmp(e->path, "src/a/x") == 0)
				assert_true(e->size == 1 && read(fd, &byte, 1) == 1 && byte == 'x');
			if (strcmp(e->path, "src/link") == 0)
				assert_string_equal(e->link_target, "../no\xfewhere");
			evx_close_quiet(&fd);
			evx_entry_delete(e);
		}
		int fd;
		assert_null(next(w, &fd));
		assert_null(next(w, &fd));
		assert_int_equal(fd, -1);
		evx_walk_free(w);
	}
	scratch_remove(&s);
}

static void test_metadata(void **state)
{
	(void)state;
	struct evx_walk_opts opts = { .ahead = 0 };
	struct timespec times[2] = { { -1, 999999998 }, { 1234567890, 123456789 } };
	struct scratch s = scratch_make();
	scratch_file(&s, "f", "data", 4);
	assert_int_equal(fchmodat(s.fd, "f", 04751, 0), 0);
	assert_int_equal(linkat(s.fd, "f", s.fd, "g", 0), 0);
	assert_int_equal(utimensat(s.fd, "f", times, 0), 0);
	struct evx_entry *e = find(&opts, s.path, "src/f", NULL);
	struct stat st;
	assert_int_equal(fstatat(s.fd, "f", &st, 0), 0);
	assert_true(e->has_stat && e->has_atime && e->has_mtime && e->has_ctime);
	assert_int_equal(e->mode, 04751);
	assert_int_equal(e->uid, geteuid());
	assert_int_equal(e->atime.seconds, -1);
	assert_int_equal(e->atime.nanoseconds, 999999998);
	assert_int_equal(e->mtime.seconds, 1234567890);
	assert_int_equal(e->mtime.nanoseconds, 123456789);
	assert_true(e->is_hard_link);
	assert_int_equal(e->dev, st.st_dev);
	assert_int_equal(e->ino, st.st_ino);
	assert_int_equal(e->blocks, st.st_blocks);
	if (geteuid() == 0)
		assert_string_equal(e->user, "root");
	/* Reading left the access time alone. */
	assert_int_equal(st.st_atim.tv_nsec, 999999998);
	evx_entry_delete(e);
	scratch_remove(&s);
}

static void test_attributes(void **state)
{
	(void)state;
	static const char access_text[] =
		"user::rw-,user:1001:r--,group::r--,group:4294967294:-w-,mask::rw-,other::---";
	static const char default_text[] = "user::rwx,group::r-x,other::r-x";
	struct evx_buf acl = EVX_BUF_INIT;
	struct scratch s = scratch_make();
	scratch_file(&s, "f", "", 0);
	scratch_dir(&s, "d");
	assert_int_equal(symlinkat("f", s.fd, "l"), 0);
	if (setxattr(scratch_at(&s, "f"), "user.b", "two\0\xff", 5, 0) != 0 && errno == ENOTSUP) {
		print_message("SKIP: no extended attributes in %s\n", s.path);
		scratch_remove(&s);
		skip();
	}
	assert_int_equal(setxattr(scratch_at(&s, "f"), "user.a", "", 0, 0), 0);
	assert_int_equal(evx_acl_from_text(access_text, &acl), EVX_OK);
	assert_int_equal(
		setxattr(scratch_at(&s, "f"), "system.posix_acl_access", acl.data, acl.len, 0), 0);
	evx_buf_reset(&acl);
	assert_int_equal(evx_acl_from_text(default_text, &acl), EVX_OK);
	assert_int_equal(
		setxattr(scratch_at(&s, "d"), "system.posix_acl_default", acl.data, acl.len, 0), 0);
	evx_buf_free(&acl);
	if (geteuid() == 0)
		assert_int_equal(lsetxattr(scratch_at(&s, "l"), "trusted.t", "x", 1, 0), 0);
	int fd = openat(s.fd, "f", O_RDONLY), flags = FS_NODUMP_FL;
	bool has_flags = ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
	evx_close_quiet(&fd);
	for (size_t k = 0; k < 2; k++) {
		struct evx_walk_opts opts = { .ahead = ahead_counts[k] };
		struct evx_entry *e = find(&opts, s.path, "src/f", NULL);
		assert_int_equal(e->n_xattrs, 2);
		assert_string_equal(e->xattrs[0].name, "user.a");
		assert_int_equal(e->xattrs[0].len, 0);
		assert_string_equal(e->xattrs[1].name, "user.b");
		assert_memory_equal(e->xattrs[1].value, "two\0\xff", 5);
		assert_string_equal(e->acl_access, access_text);
		assert_null(e->acl_default);
		if (has_flags) {
			assert_true(e->has_fflags && (e->fflags & FS_NODUMP_FL));
			assert_string_equal(e->fflags_text, "nodump");
		}
		evx_entry_delete(e);
		e = find(&opts, s.path, "src/d", NULL);
		assert_string_equal(e->acl_default, default_text);
		evx_entry_delete(e);
		e = find(&opts, s.path, "src/l", NULL);
		assert_int_equal(e->n_xattrs, geteuid() == 0 ? 1 : 0);
		evx_entry_delete(e);
	}
	scratch_remove(&s);
}

static void test_acl_rejects(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "user", "user:", "user::", "user::rw", "user::rwz",
		"user::wr-", "user::rw-,", "user::rw-,,", "user:01:rw-", "user:4294967295:rw-",
		"user:99999999999:rw-", "user:x:rw-", "user:-1:rw-", "mask:1:rw-", "nobody::rw-",
		"user::rw- ", "user::rw-\ngroup::r--" };
	struct evx_buf out = EVX_BUF_INIT;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(evx_acl_from_text(bad[i], &out), EVX_E_CORRUPT);
	evx_buf_reset(&out);
	assert_int_equal(
		evx_acl_from_text("user::rwx,user:0:r--,group::--x,mask::rwx,other::---", &out),
		EVX_OK);
	assert_int_equal(out.len, 4 + 5 * 8);
	for (size_t n = 0; n < out.len; n++) {
		struct evx_buf text = EVX_BUF_INIT;
		enum evx_err err = evx_acl_to_text(out.data, n, &text);
		assert_int_equal(err, n >= 4 && (n - 4) % 8 == 0 ? EVX_OK : EVX_E_CORRUPT);
		evx_buf_free(&text);
	}
	struct evx_buf text = EVX_BUF_INIT;
	out.data[0] = 1; /* version */
	assert_int_equal(evx_acl_to_text(out.data, out.len, &text), EVX_E_CORRUPT);
	out.data[0] = 2;
	out.data[4] = 3; /* tag */
	assert_int_equal(evx_acl_to_text(out.data, out.len, &text), EVX_E_CORRUPT);
	out.data[4] = 1;
	out.data[6] = 8; /* permissions */
	assert_int_equal(evx_acl_to_text(out.data, out.len, &text), EVX_E_CORRUPT);
	evx_buf_free(&text);
	evx_buf_free(&out);
}

static void make_deep(const struct scratch *s, unsigned depth)
{
	int at = dup(s->fd);
	for (unsigned i = 0; i < depth; i++) {
		scratch_must(mkdirat(at, "d", 0755) == 0, "mkdirat");
		int below = openat(at, "d", O_RDONLY | O_DIRECTORY);
		scratch_must(below >= 0, "openat");
		int f = openat(at, "e", O_WRONLY | O_CREAT, 0644);
		scratch_must(f >= 0 && close(f) == 0, "file");
		close(at);
		at = below;
	}
	close(at);
}

static void test_deep(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct rlimit old, few = { 256, 256 };
	make_deep(&s, 3000);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (size_t k = 0; k < 2; k++) {
		struct evx_walk_opts opts = { .ahead = ahead_counts[k] };
		size_t count;
		assert_null(find(&opts, s.path, NULL, &count));
		assert_int_equal(count, 1 + 2 * 3000);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	scratch_remove(&s);
}

/* Five more levels than are kept open: on the way back the walk must notice that a directory now
 * hangs elsewhere. */
static void test_moved_while_walking(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct evx_walk_opts opts = { .ahead = 0 };
	make_deep(&s, 70);
	struct evx_walk *w = start(&opts, s.path);
	struct evx_entry *e;
	int fd;
	unsigned lost = 0, good = 0;
	while ((e = next(w, &fd)) != NULL) {
		evx_close_quiet(&fd);
		if (e->type == EVX_DIR && e->path_len == strlen("src") + 2 * 70)
			assert_int_equal(renameat(s.fd, "d/d/d", s.fd, "moved"), 0);
		if (e->read_error != NULL) {
			assert_non_null(strstr(e->read_error, "ESTALE"));
			assert_int_equal(e->type, EVX_FILE);
			assert_false(e->has_stat);
			assert_true(e->has_map && e->n_extents == 0);
			lost++;
		} else if (e->type == EVX_FILE) {
			good++;
		}
		evx_entry_delete(e);
	}
	evx_walk_free(w);
	assert_int_equal(lost, 3); /* e in the three directories above the one that was moved */
	assert_int_equal(good, 67);
	scratch_remove(&s);
}

static void walk_as_nobody(void *arg)
{
	struct scratch *s = arg;
	for (size_t k = 0; k < 2; k++) {
		struct evx_walk_opts opts = { .ahead = ahead_counts[k] };
		size_t count;
		struct evx_entry *e = find(&opts, s->path, "src/dir", &count);
		assert_int_equal(count, 7);
		assert_string_equal(e->read_error, "EACCES: Permission denied (open)");
		assert_true(e->has_stat && e->type == EVX_DIR);
		evx_entry_delete(e);
		e = find(&opts, s->path, "src/file", NULL);
		assert_string_equal(e->read_error, "EACCES: Permission denied (open)");
		assert_true(e->has_stat && e->size == 3 && e->has_map && e->n_extents == 0);
		evx_entry_delete(e);
		e = find(&opts, s->path, "src/names/link", NULL);
		assert_string_equal(e->read_error, "EACCES: Permission denied (statx)");
		assert_true(!e->has_stat && e->type == EVX_SYMLINK);
		evx_entry_delete(e);
		e = find(&opts, s->path, "src/ours", NULL);
		assert_null(e->read_error);
		evx_entry_delete(e);
	}
}

static void test_unreadable(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	scratch_file(&s, "file", "abc", 3);
	scratch_file(&s, "ours", "abc", 3);
	scratch_dir(&s, "dir");
	scratch_file(&s, "dir/hidden", "abc", 3);
	scratch_dir(&s, "names");
	scratch_file(&s, "names/a", "abc", 3);
	assert_int_equal(symlinkat("a", s.fd, "names/link"), 0);
	assert_int_equal(fchmodat(s.fd, "file", 0, 0), 0);
	assert_int_equal(fchmodat(s.fd, "dir", 0, 0), 0);
	assert_int_equal(fchmodat(s.fd, "names", 0444, 0), 0);
	assert_int_equal(fchmod(s.fd, 0755), 0);
	assert_true(scratch_as_nobody(walk_as_nobody, &s));
	assert_int_equal(fchmodat(s.fd, "dir", 0755, 0), 0);
	assert_int_equal(fchmodat(s.fd, "names", 0755, 0), 0);
	scratch_remove(&s);
}

static bool one_of_two(void *ctx, uint64_t dev, uint64_t ino)
{
	const struct stat *both = ctx;

	return (both[0].st_dev == dev && both[0].st_ino == ino) ||
		(both[1].st_dev == dev && both[1].st_ino == ino);
}

static void test_excluded(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct stat dir, file;
	scratch_dir(&s, "out");
	scratch_file(&s, "out/x", "x", 1);
	scratch_file(&s, "out.evx", "growing", 7);
	assert_int_equal(fstatat(s.fd, "out", &dir, 0), 0);
	assert_int_equal(fstatat(s.fd, "out.evx", &file, 0), 0);
	struct stat both[] = { dir, file };
	struct evx_walk_opts opts = { .ahead = 2, .exclude = one_of_two, .exclude_ctx = both };
	size_t count;
	struct evx_entry *e = find(&opts, s.path, "src/out", &count);
	assert_int_equal(count, 3);
	assert_true(e->skipped);
	evx_entry_delete(e);
	e = find(&opts, s.path, "src/out.evx", NULL);
	assert_true(e->skipped && e->has_map && e->n_extents == 0);
	evx_entry_delete(e);
	scratch_remove(&s);
}

static void walk_mounted(void *arg)
{
	struct scratch *s = arg;
	struct evx_walk_opts opts = { .one_file_system = true };
	size_t count;
	struct evx_entry *e = find(&opts, s->path, "src/mnt", &count);
	assert_int_equal(count, 3);
	assert_true(e->not_crossed);
	evx_entry_delete(e);
	opts.one_file_system = false;
	e = find(&opts, s->path, "src/mnt", &count);
	assert_int_equal(count, 4);
	assert_false(e->not_crossed);
	evx_entry_delete(e);
}

static void test_one_file_system(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	scratch_dir(&s, "mnt");
	scratch_file(&s, "own", "", 0);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) != 0 ||
			mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
			mount("none", scratch_at(&s, "mnt"), "tmpfs", 0, NULL) != 0)
			_exit(77);
		/* By path: s.fd knows the mounts as they were before. */
		scratch_must(
			close(open(scratch_at(&s, "mnt/inside"), O_WRONLY | O_CREAT, 0644)) == 0,
			"mnt/inside");
		walk_mounted(&s);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	scratch_remove(&s);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("SKIP: cannot mount a tmpfs here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static enum evx_err try_source(
	const struct evx_walk_opts *opts, const char *name, const char *path, struct evx_diag *diag)
{
	struct evx_walk_source source = { name, path, open_path(path, false) };
	struct evx_walk *w;
	evx_diag_clear(diag);
	enum evx_err err = evx_walk_new(opts, &source, 1, &w, diag);
	assert_true((err == EVX_OK) == (w != NULL));
	assert_int_equal(diag->code, err);
	assert_int_equal(diag->text[0] == '\0', err == EVX_OK);
	evx_walk_free(w);
	evx_close_quiet(&source.fd);
	return err;
}

static void test_sources(void **state)
{
	(void)state;
	struct evx_diag diag = { 0 };
	struct scratch s = scratch_make();
	struct evx_walk_opts opts = { .ahead = 0 };
	struct evx_walk *w;
	scratch_file(&s, "f", "12345", 5);
	scratch_dir(&s, "d");
	scratch_file(&s, "d/x", "", 0);
	assert_int_equal(symlinkat("f", s.fd, "link"), 0);
	char f[300], link[300], d[300];
	snprintf(f, sizeof(f), "%s/f", s.path);
	snprintf(d, sizeof(d), "%s/d", s.path);
	snprintf(link, sizeof(link), "%s/link", s.path);
	assert_int_equal(evx_walk_new(&opts, NULL, 0, &w, &diag), EVX_E_USAGE);
	assert_null(w);
	assert_non_null(strstr(diag.text, "There is nothing to seal."));
	assert_int_equal(try_source(&opts, "a/b", f, &diag), EVX_E_USAGE);
	assert_int_equal(try_source(&opts, "..", f, &diag), EVX_E_USAGE);
	assert_int_equal(try_source(&opts, "", f, &diag), EVX_E_USAGE);
	assert_int_equal(try_source(&opts, "n", f, &diag), EVX_OK);
	assert_int_equal(try_source(&opts, "l", link, &diag), EVX_E_USAGE);
	assert_non_null(strstr(diag.text, "--follow"));
	assert_string_equal(diag.path, link);

	struct evx_walk_source three[] = { { "z", link, open_path(link, true) },
		{ "m", d, open_path(d, true) }, { "a", f, open_path(f, true) } };
	static const char *const order[] = { "a", "m", "m/x", "z" };
	assert_int_equal(evx_walk_new(&opts, three, 3, &w, &diag), EVX_OK);
	for (size_t i = 0; i < 4; i++) {
		int fd;
		struct evx_entry *e = next(w, &fd);
		assert_string_equal(e->path, order[i]);
		assert_true(e->type == (i == 1 ? EVX_DIR : EVX_FILE));
		assert_true(e->size == (i == 0 || i == 3 ? 5 : 0));
		evx_close_quiet(&fd);
		evx_entry_delete(e);
	}
	evx_walk_free(w);
	three[2].name = "z";
	evx_diag_clear(&diag);
	assert_int_equal(evx_walk_new(&opts, three, 3, &w, &diag), EVX_E_USAGE);
	assert_null(w);
	assert_non_null(strstr(diag.text, "Two sources have the name \"z\"."));
	for (size_t i = 0; i < 3; i++)
		evx_close_quiet(&three[i].fd);
	scratch_remove(&s);
}

/* The walk stays with what was opened, whatever stands at the path by then. */
static void test_sources_exchanged(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct evx_walk_opts opts = { .ahead = 0 };
	struct evx_walk *w;
	int fd;
	char text[8], paths[3][300];
	static const char *const names[] = { "d", "f", "p" };
	struct evx_walk_source sources[3];
	scratch_dir(&s, "d");
	scratch_file(&s, "d/first", "", 0);
	scratch_file(&s, "f", "first", 5);
	assert_int_equal(mkfifoat(s.fd, "p", 0600), 0);
	for (size_t i = 0; i < 3; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%s", s.path, names[i]);
		sources[i] = (struct evx_walk_source){ names[i], paths[i],
			open_path(paths[i], false) };
	}
	assert_int_equal(renameat(s.fd, "d", s.fd, "gone"), 0);
	scratch_dir(&s, "d");
	scratch_file(&s, "d/second", "", 0);
	assert_int_equal(unlinkat(s.fd, "f", 0), 0);
	scratch_file(&s, "f", "other", 5);
	assert_int_equal(renameat(s.fd, "p", s.fd, "gone.p"), 0);
	assert_int_equal(symlinkat("f", s.fd, "p"), 0);
	/* Twice: a second walk of the same descriptors sees the same. */
	for (int k = 0; k < 2; k++) {
		assert_int_equal(evx_walk_new(&opts, sources, 3, &w, NULL), EVX_OK);
		struct evx_entry *e = next(w, &fd);
		assert_true(strcmp(e->path, "d") == 0 && e->type == EVX_DIR);
		evx_entry_delete(e);
		e = next(w, &fd);
		assert_string_equal(e->path, "d/first");
		evx_close_quiet(&fd);
		evx_entry_delete(e);
		e = next(w, &fd);
		assert_true(strcmp(e->path, "f") == 0 && e->read_error == NULL);
		assert_true(read(fd, text, sizeof(text)) == 5 && memcmp(text, "first", 5) == 0);
		evx_close_quiet(&fd);
		evx_entry_delete(e);
		e = next(w, &fd);
		assert_true(strcmp(e->path, "p") == 0 && e->type == EVX_FIFO);
		assert_true(fd < 0 && e->read_error == NULL && e->metadata_errors == NULL);
		evx_entry_delete(e);
		assert_null(next(w, &fd));
		evx_walk_free(w);
	}
	for (size_t i = 0; i < 3; i++)
		evx_close_quiet(&sources[i].fd);
	scratch_remove(&s);
}

static void test_tree_changes(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct evx_walk_opts opts = { .ahead = 0 };
	scratch_file(&s, "a", "", 0);
	scratch_file(&s, "b", "", 0);
	scratch_file(&s, "c", "", 0);
	struct evx_walk *w = start(&opts, s.path);
	int fd;
	evx_entry_delete(next(w, &fd));
	assert_int_equal(unlinkat(s.fd, "a", 0), 0);
	assert_int_equal(unlinkat(s.fd, "b", 0), 0);
	scratch_dir(&s, "b");
	scratch_file(&s, "b/inside", "", 0);
	struct evx_entry *e = next(w, &fd);
	assert_string_equal(e->path, "src/a");
	assert_string_equal(e->read_error, "ENOENT: No such file or directory (statx)");
	assert_true(e->type == EVX_FILE && e->has_map && fd == -1);
	evx_entry_delete(e);
	e = next(w, &fd);
	assert_true(e->type == EVX_DIR && e->read_error == NULL);
	evx_entry_delete(e);
	e = next(w, &fd);
	assert_string_equal(e->path, "src/b/inside");
	evx_close_quiet(&fd);
	evx_entry_delete(e);
	evx_walk_free(w); /* before the end */
	scratch_remove(&s);
}

static void test_wide_and_ended_early(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	char name[32];
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%u", i);
		if (i % 50 == 7)
			scratch_dir(&s, name);
		else
			scratch_file(&s, name, name, strlen(name));
	}
	for (unsigned ahead = 0; ahead <= 8; ahead += 4) {
		struct evx_walk_opts opts = { .ahead = ahead };
		size_t count;
		assert_null(find(&opts, s.path, NULL, &count));
		assert_int_equal(count, 1001);
		struct evx_walk *w = start(&opts, s.path);
		for (unsigned i = 0; i < 5; i++) {
			int fd;
			evx_entry_delete(next(w, &fd));
			evx_close_quiet(&fd);
		}
		evx_walk_free(w);
	}
	scratch_remove(&s);
}

static void test_ends(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct evx_cancel cancel = { false };
	struct evx_walk_opts opts = { .cancel = &cancel };
	struct evx_diag diag = { 0 };
	struct evx_entry *e;
	int fd;
	scratch_file(&s, "a", "", 0);
	struct evx_walk *w = start(&opts, s.path);
	evx_entry_delete(next(w, &fd));
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_walk_next(w, &e, &fd, &diag), EVX_E_INTERRUPTED);
	assert_null(e);
	evx_walk_free(w);

	/* A want of descriptors is not a property of the evidence. */
	atomic_store(&cancel.stop, false);
	struct rlimit old, none;
	evx_diag_clear(&diag);
	w = start(&opts, s.path);
	evx_entry_delete(next(w, &fd));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(evx_walk_next(w, &e, &fd, &diag), EVX_E_IO);
	assert_int_equal(diag.sys_errno, EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	evx_walk_free(w);
	scratch_remove(&s);
}

static void test_entry_ranges(void **state)
{
	(void)state;
	struct evx_entry e;
	evx_entry_init(&e);
	assert_int_equal(evx_entry_add_extent(&e, 10, 0), EVX_OK);
	assert_int_equal(evx_entry_add_extent(&e, 10, 5), EVX_OK);
	assert_int_equal(evx_entry_add_extent(&e, 15, 5), EVX_OK);
	assert_int_equal(e.n_extents, 1);
	assert_int_equal(evx_entry_add_extent(&e, 19, 5), EVX_E_CORRUPT);
	assert_int_equal(evx_entry_add_extent(&e, UINT64_MAX, 5), EVX_E_CORRUPT);
	assert_int_equal(evx_entry_add_extent(&e, 30, INT64_MAX), EVX_E_CORRUPT);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(evx_entry_add_bad(&e, 1000 + 2 * i, 1), EVX_OK);
	assert_true(e.n_bad == 100 && e.bad[99].offset == 1198 && e.extents[0].length == 10);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(evx_entry_metadata_failed(&e, EIO, "something"), EVX_OK);
	assert_true(strlen(e.metadata_errors) <= 4096 &&
		strstr(e.metadata_errors, "EIO: Input/output error (something); EIO") != NULL);
	assert_string_equal(e.metadata_errors + strlen(e.metadata_errors) - 10, "; and more");
	evx_entry_free(&e);
	evx_entry_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_types),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_acl_rejects),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_moved_while_walking),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_excluded),
		cmocka_unit_test(test_one_file_system),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_sources_exchanged),
		cmocka_unit_test(test_tree_changes),
		cmocka_unit_test(test_wide_and_ended_early),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_entry_ranges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
