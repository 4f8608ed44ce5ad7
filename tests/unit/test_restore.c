#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "base/confine.h"
#include "base/io.h"
#include "content/acl.h"
#include "content/restore.h"
#include "content/walk.h"
#include "crypto/hash.h"
#include "unit/scratch.h"

/* What an extraction reported, as lines "path: what: errno". */
struct reports {
	char text[8192];
	size_t len;
};

static void on_lost(void *ctx, const char *path, size_t path_len, const char *what, int sys_errno)
{
	struct reports *r = ctx;
	int n = snprintf(r->text + r->len, sizeof(r->text) - r->len, "%.*s: %s: %d\n",
		(int)path_len, path, what, sys_errno);
	r->len += n > 0 && (size_t)n < sizeof(r->text) - r->len ? (size_t)n : 0;
}

static struct evx_restore *start(const struct scratch *s, const struct evx_restore_opts *opts)
{
	struct evx_restore *r;
	struct evx_diag diag = { 0 };
	assert_int_equal(evx_restore_new(s->fd, opts, &r, &diag), EVX_OK);
	return r;
}

static struct evx_entry entry(enum evx_entry_type type, const char *path)
{
	struct evx_entry e;
	evx_entry_init(&e);
	e.type = type;
	e.has_stat = true;
	e.mode = type == EVX_DIR ? 0755 : 0644;
	e.uid = geteuid();
	e.gid = getegid();
	assert_int_equal(evx_entry_set_path(&e, path, strlen(path)), EVX_OK);
	return e;
}

/* Makes an entry with content (files only) and completes it. */
static enum evx_err make_with(struct evx_restore *r, struct evx_entry *e, const char *content)
{
	int fd;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_restore_begin(r, e, &fd, &diag);
	if (err == EVX_OK && fd >= 0) {
		assert_int_equal(pwrite(fd, content, strlen(content), 0), strlen(content));
		err = evx_restore_finish(r, e, &fd, true, &diag);
		assert_int_equal(fd, -1);
	}
	return err;
}

static enum evx_err make(struct evx_restore *r, enum evx_entry_type type, const char *path)
{
	struct evx_entry e = entry(type, path);
	if (type == EVX_SYMLINK)
		assert_int_equal(evx_entry_set_link_target(&e, "../target", 9), EVX_OK);
	enum evx_err err = make_with(r, &e, "content");
	evx_entry_free(&e);
	return err;
}

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void assert_same(const struct evx_entry *a, const struct evx_entry *b)
{
	assert_string_equal(a->path, b->path);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->gid, b->gid);
	assert_true(evx_file_time_equal(a->mtime, b->mtime));
	if (a->type != EVX_SYMLINK) /* reading where a link points cannot leave its access time
				       alone */
		assert_true(evx_file_time_equal(a->atime, b->atime));
	assert_true(same_text(a->link_target, b->link_target));
	assert_true(same_text(a->acl_access, b->acl_access));
	assert_true(same_text(a->acl_default, b->acl_default));
	assert_true(same_text(a->fflags_text, b->fflags_text));
	assert_int_equal(a->rdev_major, b->rdev_major);
	assert_int_equal(a->rdev_minor, b->rdev_minor);
	assert_int_equal(a->is_hard_link, b->is_hard_link);
	assert_int_equal(a->n_xattrs, b->n_xattrs);
	for (size_t i = 0; i < a->n_xattrs; i++) {
		assert_string_equal(a->xattrs[i].name, b->xattrs[i].name);
		assert_int_equal(a->xattrs[i].len, b->xattrs[i].len);
		assert_memory_equal(a->xattrs[i].value, b->xattrs[i].value, a->xattrs[i].len);
	}
}

static struct evx_walk *walk(const char *path)
{
	struct evx_walk_opts opts = { .ahead = 0 };
	static int fd = -1; /* of the walk before: there is one at a time */
	struct evx_walk *w;
	evx_close_quiet(&fd);
	fd = open(path, O_PATH | O_CLOEXEC);
	struct evx_walk_source source = { "src", path, fd };
	assert_int_equal(evx_walk_new(&opts, &source, 1, &w, NULL), EVX_OK);
	return w;
}

static void copy_bytes(int from, int to)
{
	char buf[4096];
	ssize_t n;
	for (off_t at = 0; (n = pread(from, buf, sizeof(buf), at)) > 0; at += n)
		assert_int_equal(pwrite(to, buf, (size_t)n, at), n);
}

/* Restores what a walk of from finds into to; hard links to the first name that a walk gave for an
 * inode. */
static void copy_tree(const char *from, struct evx_restore *r)
{
	struct {
		uint64_t ino;
		char path[64];
	} firsts[8];
	size_t n_firsts = 0;
	struct evx_walk *w = walk(from);
	struct evx_entry *e;
	int in, out;
	while (evx_walk_next(w, &e, &in, NULL) == EVX_OK && e != NULL) {
		bool done = false;
		for (size_t i = 0; i < n_firsts && e->is_hard_link && !done; i++)
			if (firsts[i].ino == e->ino)
				assert_int_equal(evx_restore_link(r, e, firsts[i].path,
							 strlen(firsts[i].path), &done, NULL),
					EVX_OK);
		if (!done) {
			assert_int_equal(evx_restore_begin(r, e, &out, NULL), EVX_OK);
			assert_true((out >= 0) == (e->type == EVX_FILE));
			if (out >= 0) {
				copy_bytes(in, out);
				assert_int_equal(
					evx_restore_finish(r, e, &out, true, NULL), EVX_OK);
			}
			if (e->is_hard_link && n_firsts < 8) {
				firsts[n_firsts].ino = e->ino;
				snprintf(firsts[n_firsts++].path, sizeof(firsts[0].path), "%s",
					e->path);
			}
		}
		evx_close_quiet(&in);
		evx_entry_delete(e);
	}
	evx_walk_free(w);
	assert_int_equal(evx_restore_end(r, NULL), EVX_OK);
}

static void assert_same_trees(const char *a, const char *b)
{
	struct evx_walk *wa = walk(a), *wb = walk(b);
	struct evx_entry *ea, *eb;
	do {
		int fa, fb;
		assert_int_equal(evx_walk_next(wa, &ea, &fa, NULL), EVX_OK);
		assert_int_equal(evx_walk_next(wb, &eb, &fb, NULL), EVX_OK);
		assert_true((ea == NULL) == (eb == NULL));
		if (ea != NULL)
			assert_same(ea, eb);
		evx_close_quiet(&fa);
		evx_close_quiet(&fb);
		evx_entry_delete(ea);
		evx_entry_delete(eb);
	} while (ea != NULL || eb != NULL);
	evx_walk_free(wa);
	evx_walk_free(wb);
}

static void set_acl(const char *path, const char *attr, const char *text)
{
	struct evx_buf acl = EVX_BUF_INIT;
	assert_int_equal(evx_acl_from_text(text, &acl), EVX_OK);
	scratch_must(setxattr(path, attr, acl.data, acl.len, 0) == 0, "acl");
	evx_buf_free(&acl);
}

static void fill(const struct scratch *s)
{
	struct timespec times[2] = { { -7, 5 }, { 1000000000, 999999999 } };
	scratch_dir(s, "a");
	scratch_dir(s, "a/locked");
	scratch_file(s, "a/locked/in", "1", 1);
	scratch_file(s, "a/\xff\xfe not UTF-8\n", "x", 1);
	scratch_file(s, "f", "data", 4);
	scratch_file(s, "attrs", "", 0);
	scratch_file(s, "flags", "flags", 5);
	scratch_must(linkat(s->fd, "f", s->fd, "a/hard", 0) == 0, "linkat");
	scratch_must(symlinkat("/etc/\xff", s->fd, "link") == 0, "symlinkat");
	scratch_must(linkat(s->fd, "link", s->fd, "link2", 0) == 0, "linkat");
	scratch_must(mkfifoat(s->fd, "fifo", 0600) == 0 && fchmodat(s->fd, "fifo", 0622, 0) == 0,
		"fifo");
	scratch_must(mknodat(s->fd, "socket", S_IFSOCK | 0600, 0) == 0 &&
			fchmodat(s->fd, "socket", 0755, 0) == 0,
		"socket");
	scratch_must(fchmodat(s->fd, "f", 0400, 0) == 0, "fchmodat");
	if (setxattr(scratch_at(s, "attrs"), "user.one", "1\0\xff", 3, 0) == 0) {
		scratch_must(setxattr(scratch_at(s, "a"), "user.dir", "", 0, 0) == 0, "setxattr");
		set_acl(scratch_at(s, "attrs"), "system.posix_acl_access",
			"user::rw-,user:12:r--,group::r--,mask::rwx,other::---");
		set_acl(scratch_at(s, "a"), "system.posix_acl_default",
			"user::rwx,user:12:r--,group::r--,mask::r--,other::---");
	} else {
		print_message("no extended attributes in %s: not tested\n", s->path);
	}
	int fd = openat(s->fd, "flags", O_RDONLY), flags = 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0)
		flags |= FS_SECRM_FL | FS_NODUMP_FL | FS_NOATIME_FL;
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) != 0)
		print_message("no file flags in %s: not tested\n", s->path);
	evx_close_quiet(&fd);
	if (geteuid() == 0) {
		scratch_must(fchownat(s->fd, "fifo", 1234, 4321, 0) == 0 &&
				fchownat(s->fd, "link", 7, 8, AT_SYMLINK_NOFOLLOW) == 0,
			"chown");
		scratch_must(mknodat(s->fd, "device", S_IFCHR | 0600, makedev(1, 3)) == 0, "mknod");
		scratch_must(fchownat(s->fd, "attrs", 1000, 1000, 0) == 0 &&
				fchmodat(s->fd, "attrs", 06770, 0) == 0,
			"set-id");
		(void)setxattr(scratch_at(s, "attrs"), "trusted.t", "t", 1, 0);
	}
	scratch_must(utimensat(s->fd, "f", times, 0) == 0 &&
			utimensat(s->fd, "link", times, AT_SYMLINK_NOFOLLOW) == 0,
		"times");
	scratch_must(utimensat(s->fd, "fifo", times, 0) == 0 &&
			utimensat(s->fd, "a/locked", times, 0) == 0,
		"times");
	scratch_must(
		fchmodat(s->fd, "a/locked", 0500, 0) == 0 && utimensat(s->fd, "a", times, 0) == 0,
		"locked");
}

static void test_round_trip(void **state)
{
	(void)state;
	struct scratch from = scratch_make(), to = scratch_make();
	struct reports reports = { .len = 0 };
	struct evx_restore_opts opts = {
		.devices = true, .privileged = true, .lost = on_lost, .ctx = &reports
	};
	fill(&from);
	struct evx_restore *r = start(&to, &opts);
	copy_tree(from.path, r);
	assert_string_equal(reports.text, "");
	assert_int_equal(evx_restore_counts(r).not_restored, 0);
	assert_int_equal(evx_restore_counts(r).entries, geteuid() == 0 ? 14 : 13);
	evx_restore_free(r);
	assert_same_trees(from.path, scratch_at(&to, "src"));
	struct stat a, b;
	assert_int_equal(fstatat(to.fd, "src/f", &a, 0), 0);
	assert_int_equal(fstatat(to.fd, "src/a/hard", &b, 0), 0);
	assert_true(a.st_ino == b.st_ino && a.st_nlink == 2);
	assert_int_equal(fchmodat(from.fd, "a/locked", 0700, 0), 0);
	assert_int_equal(fchmodat(to.fd, "src/a/locked", 0700, 0), 0);
	scratch_remove(&from);
	scratch_remove(&to);
}

static void as_nobody(void *arg)
{
	struct scratch *s = arg;
	struct reports reports = { .len = 0 };
	struct evx_restore_opts opts = {
		.devices = true, .privileged = true, .lost = on_lost, .ctx = &reports
	};
	struct evx_restore *r = start(s, &opts);
	struct evx_entry e = entry(EVX_FILE, "setuid");
	struct stat st;
	e.uid = e.gid = 0;
	e.mode = 06755;
	assert_int_equal(evx_entry_add_xattr(&e, "security.capability", "x", 1), EVX_OK);
	assert_int_equal(make_with(r, &e, ""), EVX_OK);
	evx_entry_free(&e);
	assert_int_equal(fstatat(s->fd, "setuid", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(make(r, EVX_BLOCKDEV, "zdisk"), EVX_OK);
	assert_int_equal(evx_restore_end(r, NULL), EVX_OK);
	assert_string_equal(reports.text,
		"setuid: file capability: 0\nsetuid: set-user-id or set-group-id bit: 0\nzdisk: "
		"device node: 1\n");
	evx_restore_free(r);
}

static void test_no_owner(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct reports reports = { .len = 0 };
	struct evx_restore_opts opts = {
		.no_owner = true, .privileged = true, .lost = on_lost, .ctx = &reports
	};
	struct evx_restore *r = start(&s, &opts);
	struct evx_entry e = entry(EVX_FILE, "f");
	struct stat st;
	e.uid = e.gid = 4242;
	e.mode = 04711;
	assert_int_equal(make_with(r, &e, ""), EVX_OK);
	evx_entry_free(&e);
	assert_int_equal(fstatat(s.fd, "f", &st, 0), 0);
	assert_true((st.st_mode & 07777) == 0711 && st.st_uid == geteuid());
	assert_int_equal(make(r, EVX_CHARDEV, "tty"), EVX_OK); /* without the option: not even as
								  root */
	assert_string_equal(
		reports.text, "f: set-user-id or set-group-id bit: 0\ntty: device node: 1\n");
	evx_restore_free(r);
	scratch_remove(&s);

	s = scratch_make();
	assert_int_equal(fchmod(s.fd, 0777), 0);
	assert_true(scratch_as_nobody(as_nobody, &s));
	scratch_remove(&s);
}

static bool is_same(struct evx_restore *r, enum evx_entry_type type, const char *path)
{
	const uint64_t before = evx_restore_counts(r).same;
	struct evx_entry e = entry(type, path);
	int fd;

	if (type == EVX_SYMLINK)
		assert_int_equal(evx_entry_set_link_target(&e, "../target", 9), EVX_OK);
	e.size = type == EVX_FILE ? 6 : 0;
	e.has_sha256 = true;
	evx_sha256("before", 6, e.sha256);
	const enum evx_err err = evx_restore_begin(r, &e, &fd, NULL);
	evx_entry_free(&e);
	assert_int_equal(fd, -1);
	assert_true(err == EVX_OK || err == EVX_E_EXISTS);
	assert_true((err == EVX_OK) == (evx_restore_counts(r).same == before + 1));
	return err == EVX_OK;
}

/* What is there already and the same is passed over, also in directories that are there; nothing
 * else is touched, and nothing of it is believed to be ours. */
static void test_merges(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct reports reports = { .len = 0 };
	struct evx_cancel cancel = { .stop = false };
	struct evx_restore_opts opts = {
		.lost = on_lost, .ctx = &reports, .merge = true, .cancel = &cancel
	};
	struct evx_entry e;
	bool done;
	int fd;

	assert_int_equal(mkdirat(s.fd, "d", 0750), 0);
	assert_int_equal(mkdirat(s.fd, "d/sub", 0711), 0);
	scratch_file(&s, "d/good", "before", 6);
	scratch_file(&s, "d/short", "befor", 5);
	scratch_file(&s, "d/other", "beforE", 6);
	assert_int_equal(symlinkat("good", s.fd, "d/to-good"), 0);
	assert_int_equal(symlinkat("../target", s.fd, "d/link"), 0);
	assert_int_equal(symlinkat("../targe", s.fd, "d/link2"), 0);
	assert_int_equal(symlinkat("sub", s.fd, "d/to-sub"), 0);
	assert_int_equal(mkfifoat(s.fd, "d/fifo", 0600), 0);
	struct evx_restore *r = start(&s, &opts);
	e = entry(EVX_DIR, "d");
	e.mode = 0700;
	e.has_mtime = true;
	assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
	assert_int_equal(evx_restore_counts(r).merged, 1);
	assert_true(is_same(r, EVX_FIFO, "d/fifo"));
	assert_true(is_same(r, EVX_FILE, "d/good"));
	assert_true(is_same(r, EVX_SYMLINK, "d/link"));
	assert_false(is_same(r, EVX_SYMLINK, "d/link2"));
	assert_false(is_same(r, EVX_FILE, "d/fifo"));
	assert_false(is_same(r, EVX_FILE, "d/other"));
	assert_false(is_same(r, EVX_FILE, "d/short"));
	assert_false(is_same(r, EVX_FILE, "d/sub"));
	assert_false(is_same(r, EVX_SOCKET, "d/fifo"));
	assert_false(is_same(r, EVX_FIFO, "d/good"));
	assert_false(is_same(r, EVX_FILE, "d/to-good")); /* a link is not followed */
	atomic_store(&cancel.stop, true);
	struct evx_entry good = entry(EVX_FILE, "d/good");
	good.size = 6;
	good.has_sha256 = true;
	assert_int_equal(evx_restore_begin(r, &good, &fd, NULL), EVX_E_INTERRUPTED);
	atomic_store(&cancel.stop, false);
	good.n_bad = 1; /* parts of it were zeros when it was sealed */
	evx_sha256("before", 6, good.sha256);
	assert_int_equal(evx_restore_begin(r, &good, &fd, NULL), EVX_E_EXISTS);
	good.n_bad = 0;
	good.has_sha256 = false;
	assert_int_equal(evx_restore_begin(r, &good, &fd, NULL), EVX_E_EXISTS);
	evx_entry_free(&good);
	/* What was there was not made here: nothing is linked to it. */
	good = entry(EVX_FILE, "d/second");
	assert_int_equal(evx_restore_link(r, &good, "d/good", 6, &done, NULL), EVX_OK);
	assert_false(done);
	evx_entry_free(&good);
	assert_string_equal(reports.text, "d/second: hard link: 0\n");
	assert_int_equal(make(r, EVX_DIR, "d/sub"), EVX_OK);
	assert_int_equal(make(r, EVX_FILE, "d/sub/new"), EVX_OK);
	assert_int_equal(make(r, EVX_DIR, "d/to-sub"), EVX_E_EXISTS);
	assert_int_equal(make(r, EVX_FILE, "d/to-sub/through"), EVX_OK);
	assert_int_equal(faccessat(s.fd, "d/sub/through", F_OK, 0), -1);
	assert_int_equal(evx_restore_end(r, NULL), EVX_OK);
	evx_entry_free(&e);
	struct stat st;
	assert_int_equal(fstatat(s.fd, "d", &st, 0), 0);
	assert_true((st.st_mode & 0777) == 0750 && st.st_mtime != 0);
	assert_int_equal(fstatat(s.fd, "d/sub", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0711);
	assert_int_equal(evx_restore_counts(r).merged, 2);
	evx_restore_free(r);
	/* A directory of somebody else's is not gone into, except by root to restore owners. */
	if (geteuid() == 0) {
		assert_int_equal(fchownat(s.fd, "d", 65534, 65534, 0), 0);
		r = start(&s, &opts);
		assert_int_equal(make(r, EVX_DIR, "d"), EVX_E_EXISTS);
		evx_restore_free(r);
		r = start(&s, &opts);
		e = entry(EVX_DIR, "d");
		e.uid = 65534;
		assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
		evx_entry_free(&e);
		evx_restore_free(r);
	}
	scratch_remove(&s);
}

static void test_overwrites_nothing(void **state)
{
	(void)state;
	static const enum evx_entry_type types[] = { EVX_FILE, EVX_DIR, EVX_SYMLINK, EVX_FIFO,
		EVX_SOCKET };
	struct scratch s = scratch_make(), outside = scratch_make();
	struct reports reports = { .len = 0 };
	struct evx_restore_opts opts = { .lost = on_lost, .ctx = &reports };
	char buf[8];
	scratch_file(&s, "f", "before", 6);
	assert_int_equal(symlinkat(outside.path, s.fd, "l"), 0);
	assert_int_equal(symlinkat("nowhere", s.fd, "dangling"), 0);
	struct evx_restore *r = start(&s, &opts);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		assert_int_equal(make(r, types[i], "dangling"), EVX_E_EXISTS);
		assert_int_equal(make(r, types[i], "f"), EVX_E_EXISTS);
		assert_int_equal(make(r, types[i], "l"), EVX_E_EXISTS);
	}
	int fd = openat(s.fd, "f", O_RDONLY);
	assert_int_equal(read(fd, buf, sizeof(buf)), 6);
	assert_memory_equal(buf, "before", 6);
	evx_close_quiet(&fd);

	/* A directory line refused because of a link of that name: what is beneath goes nowhere. */
	assert_int_equal(make(r, EVX_DIR, "l"), EVX_E_EXISTS);
	assert_int_equal(make(r, EVX_FILE, "l/evil"), EVX_OK);
	assert_int_equal(make(r, EVX_DIR, "l/d"), EVX_OK);
	assert_int_equal(make(r, EVX_FILE, "l/d/evil"), EVX_OK);
	assert_string_equal(reports.text, ""); /* who called is told of l, and that is all */
	assert_int_equal(faccessat(outside.fd, "evil", F_OK, 0), -1);
	assert_int_equal(faccessat(outside.fd, "d", F_OK, 0), -1);
	evx_restore_free(r);
	scratch_remove(&s);
	scratch_remove(&outside);
}

static void test_hostile_order(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "/etc/x", "../x", "a/../x", "a//x", "a/./x", "a/",
		"." };
	struct scratch s = scratch_make();
	struct evx_restore_opts opts = { .lost = NULL };
	struct evx_restore *r = start(&s, &opts);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(make(r, EVX_FILE, bad[i]), EVX_E_CORRUPT);
	assert_int_equal(make(r, EVX_SYMLINK, "a"), EVX_OK); /* a link, then a file "through" it */
	assert_int_equal(make(r, EVX_FILE, "a/b"), EVX_E_CORRUPT);
	assert_int_equal(make(r, EVX_FILE, "file"), EVX_OK);
	assert_int_equal(make(r, EVX_FILE, "file/b"), EVX_E_CORRUPT);
	assert_int_equal(make(r, EVX_FILE, "none/b"), EVX_E_CORRUPT);
	assert_int_equal(make(r, EVX_DIR, "x"), EVX_OK);
	assert_int_equal(make(r, EVX_DIR, "x/y"), EVX_OK);
	assert_int_equal(make(r, EVX_FILE, "x/y/1"), EVX_OK);
	assert_int_equal(make(r, EVX_FILE, "x/z"), EVX_OK);
	assert_int_equal(make(r, EVX_FILE, "x/y/2"), EVX_E_CORRUPT); /* x/y was left */
	assert_int_equal(make(r, EVX_FILE, "xx"), EVX_OK);
	assert_int_equal(make(r, EVX_FILE, "x/late"), EVX_E_CORRUPT);
	assert_int_equal(evx_restore_end(r, NULL), EVX_OK);
	evx_restore_free(r);
	assert_int_equal(faccessat(s.fd, "x/late", F_OK, 0), -1);
	scratch_remove(&s);
}

/* Whoever may write to the target replaces a directory under way by a link: the descriptor still
 * means the directory. */
static void test_replaced_under_way(void **state)
{
	(void)state;
	struct scratch s = scratch_make(), outside = scratch_make();
	struct evx_restore_opts opts = { .lost = NULL };
	struct evx_restore *r = start(&s, &opts);
	assert_int_equal(make(r, EVX_DIR, "a"), EVX_OK);
	assert_int_equal(renameat(s.fd, "a", s.fd, "was-a"), 0);
	assert_int_equal(symlinkat(outside.path, s.fd, "a"), 0);
	assert_int_equal(make(r, EVX_FILE, "a/f"), EVX_OK);
	assert_int_equal(faccessat(s.fd, "was-a/f", F_OK, 0), 0);
	assert_int_equal(faccessat(outside.fd, "f", F_OK, 0), -1);
	/* Nor does a hard link reach through it. */
	struct evx_entry e = entry(EVX_FILE, "a/g");
	bool done;
	scratch_file(&outside, "victim", "x", 1);
	assert_int_equal(evx_restore_link(r, &e, "a/victim", 8, &done, NULL), EVX_OK);
	assert_false(done);
	evx_entry_free(&e);
	evx_restore_free(r);
	scratch_remove(&s);
	scratch_remove(&outside);
}

static void test_links_only_to_ours(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct reports reports = { .len = 0 };
	struct evx_restore_opts opts = { .lost = on_lost, .ctx = &reports };
	bool done;
	scratch_file(&s, "secret", "not ours", 8);
	struct evx_restore *r = start(&s, &opts);
	struct evx_entry e = entry(EVX_FILE, "top");
	assert_int_equal(evx_restore_link(r, &e, "secret", 6, &done, NULL), EVX_OK);
	assert_false(done);
	assert_int_equal(evx_restore_link(r, &e, "../x", 4, &done, NULL), EVX_E_CORRUPT);
	evx_entry_free(&e);
	assert_int_equal(make(r, EVX_DIR, "d"), EVX_OK);
	assert_int_equal(make(r, EVX_FILE, "d/1"), EVX_OK);
	assert_int_equal(make(r, EVX_DIR, "d/e"), EVX_OK);
	e = entry(EVX_FILE, "d/e/2");
	assert_int_equal(evx_restore_link(r, &e, "secret", 6, &done, NULL), EVX_OK);
	assert_false(done);
	assert_int_equal(evx_restore_link(r, &e, "d/none", 6, &done, NULL), EVX_OK);
	assert_false(done);
	assert_int_equal(evx_restore_link(r, &e, "d/1", 3, &done, NULL), EVX_OK);
	assert_true(done);
	assert_int_equal(evx_restore_link(r, &e, "d/1", 3, &done, NULL), EVX_E_EXISTS);
	evx_entry_free(&e);
	assert_string_equal(
		reports.text, "top: hard link: 0\nd/e/2: hard link: 0\nd/e/2: hard link: 2\n");
	struct stat st;
	assert_int_equal(fstatat(s.fd, "secret", &st, 0), 0);
	assert_int_equal(st.st_nlink, 1);
	evx_restore_free(r);
	scratch_remove(&s);
}

/* A file that is not good is gone; one that is being written is not there before it is good (tmpfs
 * and every usual disk file system). */
static void test_unverified_is_removed(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct evx_restore_opts opts = { .no_owner = false };
	struct evx_restore *r = start(&s, &opts);
	int fd;
	assert_int_equal(make(r, EVX_DIR, "d"), EVX_OK);
	struct evx_entry e = entry(EVX_FILE, "d/f");
	for (int ok = 0; ok < 2; ok++) {
		assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
		assert_int_equal(write(fd, "forged", 6), 6);
		assert_int_equal(faccessat(s.fd, "d/f", F_OK, 0), -1);
		assert_int_equal(evx_restore_finish(r, &e, &fd, ok, NULL), EVX_OK);
		assert_int_equal(fd, -1);
		assert_int_equal(faccessat(s.fd, "d/f", F_OK, 0), ok ? 0 : -1);
	}
	/* Somebody takes the name while the file is written. */
	struct evx_entry g = entry(EVX_FILE, "d/g");
	assert_int_equal(evx_restore_begin(r, &g, &fd, NULL), EVX_OK);
	int other = openat(s.fd, "d/g", O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(other >= 0 && write(other, "mine", 4) == 4 && close(other) == 0);
	assert_int_equal(evx_restore_finish(r, &g, &fd, true, NULL), EVX_E_EXISTS);
	assert_int_equal(fd, -1);
	struct stat st;
	assert_true(fstatat(s.fd, "d/g", &st, 0) == 0 && st.st_size == 4);
	evx_entry_free(&e);
	evx_entry_free(&g);
	evx_restore_free(r);
	scratch_remove(&s);
}

static void test_what_cannot_be_made(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct reports reports = { .len = 0 };
	struct evx_restore_opts opts = { .privileged = true, .lost = on_lost, .ctx = &reports };
	struct evx_restore *r = start(&s, &opts);
	struct evx_entry e = entry(EVX_FILE, "a-huge");
	int fd;
	e.has_map = true;
	e.size = UINT64_MAX;
	assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
	assert_int_equal(fd, -1);
	assert_int_equal(faccessat(s.fd, "a-huge", F_OK, 0), -1);
	evx_entry_free(&e);
	e = entry(EVX_FILE, "b-unread");
	e.has_map = true;
	assert_int_equal(evx_entry_read_failed(&e, EACCES, "open"), EVX_OK);
	assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
	assert_int_equal(fd, -1);
	evx_entry_free(&e);
	e = entry(EVX_SYMLINK, "c-link");
	assert_int_equal(evx_entry_set_link_target(&e, "a\0b", 3), EVX_OK);
	assert_int_equal(evx_restore_begin(r, &e, &fd, NULL), EVX_OK);
	evx_entry_free(&e);
	e = entry(EVX_FILE, "d-attrs");
	assert_int_equal(evx_entry_add_xattr(&e, "nonsense", "x", 1), EVX_OK);
	assert_int_equal(evx_entry_add_xattr(&e, "system.posix_acl_access", "x", 1), EVX_OK);
	e.acl_access = strdup("user::rwx,nonsense");
	e.fflags_text = strdup("nosuchflag");
	assert_int_equal(make_with(r, &e, "content"), EVX_OK);
	evx_entry_free(&e);
	assert_string_equal(reports.text,
		"a-huge: file: 27\nb-unread: file: it was not read when it was sealed: 0\nc-link: "
		"symbolic link: 22\n"
		"d-attrs: extended attribute nonsense: 95\nd-attrs: extended attribute "
		"system.posix_acl_access: 1\n"
		"d-attrs: access control list: 22\nd-attrs: a file flag that this system does not "
		"know: 22\n");
	assert_int_equal(evx_restore_counts(r).not_restored, 7);
	assert_int_equal(evx_restore_counts(r).entries, 1);
	evx_restore_free(r);
	scratch_remove(&s);
}

static int flags_of(const struct scratch *s, const char *name)
{
	int flags = 0, fd = openat(s->fd, name, O_RDONLY);
	assert_true(fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0);
	evx_close_quiet(&fd);
	return flags;
}

static bool set_flags(const struct scratch *s, const char *name, int flags)
{
	int fd = openat(s->fd, name, O_RDONLY);
	bool set = ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
	evx_close_quiet(&fd);
	return set;
}

/* What may be set comes back, also where two of the flags forbid whatever comes after; and only
 * when that is asked for. */
static void test_file_flags(void **state)
{
	static const int all = FS_SECRM_FL | FS_NODUMP_FL | FS_APPEND_FL | FS_IMMUTABLE_FL;
	(void)state;
	struct scratch s = scratch_make();
	scratch_file(&s, "probe", "x", 1);
	int fd = openat(s.fd, "probe", O_RDONLY), plain = 0;
	bool has = ioctl(fd, FS_IOC_GETFLAGS, &plain) == 0;
	evx_close_quiet(&fd);
	has = has && set_flags(&s, "probe", plain | FS_SECRM_FL | FS_IMMUTABLE_FL);
	if (!has) {
		scratch_remove(&s);
		skip();
	}
	assert_true(set_flags(&s, "probe", plain));
	for (int privileged = 0; privileged < 2; privileged++) {
		struct reports reports = { .len = 0 };
		struct evx_restore_opts opts = {
			.privileged = privileged, .lost = on_lost, .ctx = &reports
		};
		struct evx_restore *r = start(&s, &opts);
		const char *const names[] = { "few", "powers" };
		for (int i = 0; i < 2; i++) {
			struct evx_entry e = entry(EVX_FILE, names[i]);
			e.fflags_text = strdup(i == 0 ? "nodump" :
							"nosecuredeletion,securedeletion,"
							"sappnd,schg,nodump");
			assert_int_equal(make_with(r, &e, "content"), EVX_OK);
			evx_entry_free(&e);
		}
		struct evx_entry e = entry(EVX_FIFO, "queue"); /* it has no flags */
		e.fflags_text = strdup("nodump");
		assert_int_equal(make_with(r, &e, NULL), EVX_OK);
		evx_entry_free(&e);
		assert_int_equal(evx_restore_end(r, NULL), EVX_OK);
		assert_string_equal(reports.text, privileged ? "queue: file flags: 25\n" : "");
		assert_int_equal(evx_restore_counts(r).left.flags, privileged ? 0 : 3);
		evx_restore_free(r);
		assert_int_equal(flags_of(&s, "few"), privileged ? plain | FS_NODUMP_FL : plain);
		assert_int_equal(flags_of(&s, "powers"), privileged ? plain | all : plain);
		assert_true(set_flags(&s, "powers", plain));
		for (int i = 0; i < 2; i++)
			assert_int_equal(unlinkat(s.fd, names[i], 0), 0);
		assert_int_equal(unlinkat(s.fd, "queue", 0), 0);
	}
	scratch_remove(&s);
}

static void test_sparse_file(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	struct evx_restore_opts opts = { .lost = NULL };
	struct evx_restore *r = start(&s, &opts);
	struct evx_entry e = entry(EVX_FILE, "f");
	struct stat st;
	e.has_map = true;
	e.size = UINT64_C(1) << 40;
	assert_int_equal(make_with(r, &e, "content"), EVX_OK);
	assert_int_equal(fstatat(s.fd, "f", &st, 0), 0);
	assert_true(st.st_size == (off_t)e.size && st.st_blocks < 1000);
	evx_entry_free(&e);
	evx_restore_free(r);
	scratch_remove(&s);
}

static void deep_as_nobody(void *arg)
{
	struct scratch *s = arg;
	struct evx_restore_opts opts = { .lost = NULL };
	struct evx_restore *r = start(s, &opts);
	struct rlimit few = { 128, 128 };
	char path[2 * 3000 + 8] = "";
	scratch_must(setrlimit(RLIMIT_NOFILE, &few) == 0, "setrlimit");
	for (unsigned i = 0; i < 3000; i++) {
		strcat(path, i == 0 ? "d" : "/d");
		struct evx_entry e = entry(EVX_DIR, path);
		e.mode = 0500; /* restored on the way back, when nothing has to be made in it any
				  more */
		assert_int_equal(make_with(r, &e, ""), EVX_OK);
		evx_entry_free(&e);
	}
	for (size_t len = strlen(path); len > 1; len -= 2) {
		strcpy(path + len, "/f");
		assert_int_equal(make(r, EVX_FILE, path), EVX_OK);
	}
	assert_int_equal(evx_restore_end(r, NULL), EVX_OK);
	assert_int_equal(evx_restore_counts(r).entries, 2 * 3000 - 1);
	assert_int_equal(evx_restore_counts(r).not_restored, 0);
	evx_restore_free(r);
}

static void test_deep(void **state)
{
	(void)state;
	struct scratch s = scratch_make();
	assert_int_equal(fchmod(s.fd, 0777), 0);
	assert_true(scratch_as_nobody(deep_as_nobody, &s));
	struct stat st;
	assert_int_equal(fstatat(s.fd, "d/d/d", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0500);
	scratch_remove(&s);
}

/* Deeper than the levels whose descriptors stay open, the way back goes by "..": it ends when it
 * does not lead where it came from. */
static void test_moved_while_filled(void **state)
{
	(void)state;
	for (int moved = 0; moved < 2; moved++) {
		struct scratch s = scratch_make(), outside = scratch_make();
		struct evx_restore_opts opts = { .lost = NULL };
		struct evx_restore *r = start(&s, &opts);
		struct evx_diag diag = { 0 };
		char path[2 * 100 + 8] = "", from[2 * 100 + 8];
		for (unsigned i = 0; i < 100; i++) {
			strcat(path, i == 0 ? "d" : "/d");
			assert_int_equal(make(r, EVX_DIR, path), EVX_OK);
		}
		/* The third level and all below it go elsewhere. */
		snprintf(from, sizeof(from), "%.5s", path);
		if (moved)
			assert_int_equal(renameat(s.fd, from, outside.fd, "there"), 0);
		assert_int_equal(evx_restore_end(r, &diag), moved ? EVX_E_IO : EVX_OK);
		if (moved)
			assert_string_equal(diag.text,
				"Somebody moved a directory while evx was extracting into it. The "
				"extraction stopped. Extract again into a directory where nobody "
				"else can write.");
		evx_restore_free(r);
		scratch_remove(&s);
		scratch_remove(&outside);
	}
}

static void confined(void *arg)
{
	struct scratch *s = arg;
	struct reports reports = { .len = 0 };
	struct evx_restore_opts opts = { .lost = on_lost, .ctx = &reports };
	struct evx_confine_dir dir = { s[1].fd, true };
	struct evx_confine_state state;
	struct evx_confine_dir dirs[] = { dir, { s[0].fd, false } };
	assert_int_equal(evx_confine_for(dirs, 2, EVX_CONFINE_MAY_RESTORE | EVX_CONFINE_MAY_OWN,
				 &state, NULL),
		EVX_OK);
	struct evx_restore *r = start(&s[1], &opts);
	copy_tree(s[0].path, r);
	assert_string_equal(reports.text, "");
	evx_restore_free(r);
}

/* Everything still works when the process can open nothing outside the two directories. */
static void test_confined(void **state)
{
	(void)state;
	struct scratch s[2] = { scratch_make(), scratch_make() };
	scratch_dir(&s[0], "d");
	scratch_file(&s[0], "d/f", "x", 1);
	scratch_must(linkat(s[0].fd, "d/f", s[0].fd, "g", 0) == 0, "linkat");
	scratch_must(
		symlinkat("x", s[0].fd, "l") == 0 && mkfifoat(s[0].fd, "p", 0600) == 0, "special");
	assert_int_equal(fchmod(s[0].fd, 0755), 0);
	assert_int_equal(fchmod(s[1].fd, 0777), 0);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		confined(s);
		_exit(0);
	}
	int status;
	assert_true(waitpid(pid, &status, 0) == pid && status == 0);
	assert_same_trees(s[0].path, scratch_at(&s[1], "src"));
	scratch_remove(&s[0]);
	scratch_remove(&s[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_no_owner),
		cmocka_unit_test(test_overwrites_nothing),
		cmocka_unit_test(test_merges),
		cmocka_unit_test(test_hostile_order),
		cmocka_unit_test(test_replaced_under_way),
		cmocka_unit_test(test_links_only_to_ours),
		cmocka_unit_test(test_unverified_is_removed),
		cmocka_unit_test(test_what_cannot_be_made),
		cmocka_unit_test(test_file_flags),
		cmocka_unit_test(test_sparse_file),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_moved_while_filled),
		cmocka_unit_test(test_confined),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
