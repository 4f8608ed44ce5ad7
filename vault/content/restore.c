/* Hostile entries made on disk beneath one directory. */
#include "content/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/io.h"
#include "base/path.h"
#include "content/restore_job.h"
#include "content/restore_node.h"
#include "content/restore_same.h"
#include "content/restore_tree.h"

struct evx_restore {
	struct evx_restore_opts opts;
	struct evx_restore_counts counts;
	struct evx_restore_tree tree;
	struct evx_buf missing; /* path of the last directory that could not be made; "" when none
				 */
	bool was_empty;         /* the target: all in it is ours */
	bool owner;
	bool nameless;  /* files are made without a name and get it when they are whole: nothing
			   half-made, even when killed */
	bool by_proc;   /* the kernel names a file by way of /proc only */
	uint64_t jobs;  /* handed over so far */
	const char *at; /* path that reports are about, at_len bytes */
	size_t at_len;
};

static void report(void *ctx, const char *what, int sys_errno)
{
	struct evx_restore *r = ctx;
	r->counts.not_restored++;
	if (r->opts.lost != NULL)
		r->opts.lost(r->opts.ctx, r->at, r->at_len, what, sys_errno);
}

static enum evx_err look_if_empty(struct evx_restore *r, int target_fd, struct evx_diag *diag)
{
	_Alignas(16) char names[4096];
	int fd = openat(target_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? getdents64(fd, names, sizeof(names)) : -1;
	enum evx_err err = n < 0 ?
		evx_fail_errno(diag, NULL,
			"The target directory cannot be read, and nothing was extracted") :
		EVX_OK;
	size_t count = 0;
	for (ssize_t at = 0; at < n; count++) {
		unsigned short reclen;
		memcpy(&reclen, names + at + offsetof(struct dirent64, d_reclen), sizeof(reclen));
		at += reclen;
	}
	r->was_empty = count <= 2; /* "." and ".." */
	evx_close_quiet(&fd);
	return err;
}

enum evx_err evx_restore_new(int target_fd, const struct evx_restore_opts *opts,
	struct evx_restore **out, struct evx_diag *diag)
{
	*out = NULL;
	struct evx_restore *r = calloc(1, sizeof(*r));
	if (r == NULL)
		return evx_fail_memory(diag);
	r->opts = *opts;
	r->owner = !opts->no_owner && geteuid() == 0;
	r->nameless = access("/proc/self/fd", X_OK) == 0;
	enum evx_err err = evx_restore_tree_init(&r->tree, target_fd, diag);
	if (err == EVX_OK)
		err = look_if_empty(r, target_fd, diag);
	if (err != EVX_OK) {
		evx_restore_free(r);
		return err;
	}
	*out = r;
	return EVX_OK;
}

void evx_restore_free(struct evx_restore *r)
{
	if (r == NULL)
		return;
	evx_restore_tree_free(&r->tree);
	evx_buf_free(&r->missing);
	free(r);
}

unsigned evx_restore_needs(bool no_owner, bool devices, bool privileged)
{
	const bool root = geteuid() == 0;
	return EVX_CONFINE_MAY_RESTORE | (root && !no_owner ? EVX_CONFINE_MAY_OWN : 0u) |
		(root && devices ? EVX_CONFINE_MAY_DEVICES : 0u) |
		(privileged ? EVX_CONFINE_MAY_PRIVILEGE : 0u);
}

struct evx_restore_counts evx_restore_counts(const struct evx_restore *r)
{
	return r->counts;
}

static struct evx_restore_report report_to(struct evx_restore *r)
{
	return (struct evx_restore_report){ report, r, r->owner, r->opts.privileged,
		r->opts.no_owner, &r->counts.left };
}

static void apply(
	struct evx_restore *r, int fd, const char *name, const struct evx_entry *e, bool attrs)
{
	struct evx_restore_target t = { fd, evx_restore_tree_top(&r->tree)->fd, name };
	const struct evx_restore_report to = report_to(r);
	if (attrs)
		evx_restore_meta_attrs(&t, e, &to);
	if (!attrs || e->type != EVX_DIR)
		evx_restore_meta_apply(&t, e, &to);
}

static enum evx_err leave(struct evx_restore *r, struct evx_diag *diag)
{
	struct evx_restore_level *l = evx_restore_tree_top(&r->tree);
	enum evx_err err = evx_restore_tree_look_up(&r->tree, diag);
	if (err != EVX_OK)
		return err;
	if (l->jobs > r->tree.back)
		return evx_restore_tree_leave_later(&r->tree, diag);
	r->at = (const char *)r->tree.path.data;
	r->at_len = r->tree.path.len;
	if (!l->merged)
		apply(r, l->fd, NULL, l->meta, false);
	evx_restore_tree_leave(&r->tree);
	return EVX_OK;
}

/* Directories that were left while jobs worked in them, which are back now. */
static void complete_left(struct evx_restore *r)
{
	const struct evx_restore_left_dir *left;
	for (; (left = evx_restore_tree_left(&r->tree)) != NULL;
		evx_restore_tree_left_done(&r->tree)) {
		r->at = left->path;
		r->at_len = left->path_len;
		if (!left->merged)
			apply(r, left->fd, NULL, left->meta, false);
	}
}

static bool is_beneath(const struct evx_buf *dir, const struct evx_entry *e)
{
	return dir->len > 0 && e->path_len > dir->len && e->path[dir->len] == '/' &&
		memcmp(e->path, dir->data, dir->len) == 0;
}

/* Leaves directories until the innermost is the one e is in. *reachable false: that one could not
 * be made, as was reported. */
static enum evx_err go_to(struct evx_restore *r, const struct evx_entry *e, const char **name,
	bool *reachable, struct evx_diag *diag)
{
	enum evx_err err = evx_path_check(e->path, e->path_len, diag);
	if (err != EVX_OK)
		return err;
	const char *slash = memrchr(e->path, '/', e->path_len);
	size_t parent_len = slash != NULL ? (size_t)(slash - e->path) : 0;
	while (err == EVX_OK && !evx_restore_tree_holds(&r->tree, e->path, parent_len))
		err = leave(r, diag);
	if (err != EVX_OK)
		return evx_diag_in(diag, e->path, err);
	r->at = e->path;
	r->at_len = e->path_len;
	*name = slash != NULL ? slash + 1 : e->path;
	*reachable = !is_beneath(&r->missing, e);
	if (*reachable && r->tree.path.len != parent_len) {
		err = evx_fail(diag, EVX_E_CORRUPT,
			"listing: expected the line of its directory before it, found none");
		return evx_diag_in(diag, e->path, err);
	}
	return EVX_OK; /* of what is beneath one that is missing, that one was reported */
}

/* After a failed call (errno): what concerns only this entry is reported; a full or failing disk
 * ends the extraction. */
static enum evx_err failed(
	struct evx_restore *r, const struct evx_entry *e, const char *what, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	switch (errno) {
	case EEXIST:
	case ENOSPC:
	case EDQUOT:
	case EROFS:
	case EIO:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		err = evx_fail_errno(diag, e->path,
			"The %s cannot be made, and the extraction stopped here", what);
		break;
	default:
		report(r, e->type == EVX_DIR ? "directory, and all that is in it" : what, errno);
	}
	if (e->type != EVX_DIR)
		return err;
	evx_buf_reset(&r->missing);
	enum evx_err kept = evx_buf_add(&r->missing, e->path, e->path_len);
	return err == EVX_OK && kept != EVX_OK ? evx_fail_buf(diag, kept) : err;
}

/* Goes on in the directory that is there already. */
static enum evx_err merge_dir(
	struct evx_restore *r, const struct evx_entry *e, const char *name, struct evx_diag *diag)
{
	int above = evx_restore_tree_top(&r->tree)->fd;
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool whole;
	if (fd < 0 || !evx_restore_same_dir(above, fd, e, r->owner)) {
		evx_close_quiet(&fd);
		errno = EEXIST;
		return failed(r, e, "directory", diag);
	}
	r->was_empty = false;
	enum evx_err err = evx_restore_tree_enter(&r->tree, e, &fd, &whole, diag);
	if (err != EVX_OK)
		return err;
	evx_restore_tree_top(&r->tree)->merged = true;
	r->counts.merged++;
	return EVX_OK;
}

static enum evx_err make_dir(
	struct evx_restore *r, const struct evx_entry *e, const char *name, struct evx_diag *diag)
{
	int above = evx_restore_tree_top(&r->tree)->fd, fd = -1;
	bool whole;
	if (mkdirat(above, name, 0700) != 0)
		return errno == EEXIST && r->opts.merge ? merge_dir(r, e, name, diag) :
							  failed(r, e, "directory", diag);
	fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return failed(r, e, "directory", diag);
	if (!evx_restore_node_is_new(above, fd)) {
		evx_close_quiet(&fd);
		return evx_fail(diag, EVX_E_IO,
			"Somebody replaced a directory while evx was extracting into it. The "
			"extraction stopped. Extract again into a directory where nobody else can "
			"write.");
	}
	r->counts.entries++;
	apply(r, fd, name, e, true);
	enum evx_err err = evx_restore_tree_enter(&r->tree, e, &fd, &whole, diag);
	if (err == EVX_OK && !whole)
		report(r, "access control list", E2BIG);
	return err;
}

/* A new file for name, nameless where the file system can do that; -1 with errno. */
static int open_file(struct evx_restore *r, int dirfd, const char *name)
{
	struct stat st;
	int fd;
	if (r->nameless) {
		/* In a directory made here there is only what was made here; else what is there is
		 * found before the bytes are written. */
		if ((r->tree.depth < 2 || evx_restore_tree_top(&r->tree)->merged) &&
			fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			errno = EEXIST;
			return -1;
		}
		fd = openat(dirfd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
		if (fd >= 0 ||
			(errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL &&
				errno != ENOENT))
			return fd;
		r->nameless = false; /* FAT, NFS, FUSE … */
	}
	return openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static enum evx_err make_file(struct evx_restore *r, const struct evx_entry *e, const char *name,
	int *out, struct evx_diag *diag)
{
	int dirfd = evx_restore_tree_top(&r->tree)->fd;
	if ((e->read_error != NULL || e->skipped) && e->n_extents == 0) {
		report(r, "file: it was not read when it was sealed", 0);
		return EVX_OK;
	}
	int fd = open_file(r, dirfd, name);
	if (fd < 0)
		return failed(r, e, "file", diag);
	if (e->has_map && (e->size > INT64_MAX || ftruncate(fd, (off_t)e->size) != 0)) {
		int sys_errno = e->size > INT64_MAX ? EFBIG : errno;
		evx_close_quiet(&fd);
		if (!r->nameless)
			(void)unlinkat(dirfd, name, 0);
		errno = sys_errno;
		return failed(r, e, "file", diag);
	}
	*out = fd;
	return EVX_OK;
}

static enum evx_err make_node(
	struct evx_restore *r, const struct evx_entry *e, const char *name, struct evx_diag *diag)
{
	const struct evx_restore_report to = report_to(r);
	const char *what;
	if (!evx_restore_node(
		    evx_restore_tree_top(&r->tree)->fd, name, e, r->opts.devices, &to, &what))
		return failed(r, e, what, diag);
	r->counts.entries++;
	return EVX_OK;
}

enum evx_err evx_restore_begin(
	struct evx_restore *r, const struct evx_entry *e, int *fd, struct evx_diag *diag)
{
	const char *name;
	bool reachable;
	*fd = -1;
	enum evx_err err = go_to(r, e, &name, &reachable, diag);
	if (err != EVX_OK || !reachable)
		return err;
	if (e->type == EVX_DIR)
		return make_dir(r, e, name, diag);
	err = e->type == EVX_FILE ? make_file(r, e, name, fd, diag) : make_node(r, e, name, diag);
	if (err != EVX_E_EXISTS || !r->opts.merge)
		return err;
	struct evx_diag taken = { 0 };
	bool same;
	err = evx_restore_same(
		evx_restore_tree_top(&r->tree)->fd, name, e, r->opts.cancel, &same, &taken);
	if (err == EVX_OK && !same)
		return EVX_E_EXISTS;
	evx_diag_clear(diag);
	if (err != EVX_OK)
		return evx_fail(diag, err, "%s", taken.text);
	r->counts.same++;
	return EVX_OK;
}

static struct evx_restore_job job_of(const struct evx_restore *r, const int *fd)
{
	return (struct evx_restore_job){ .fd = *fd,
		.dirfd = evx_restore_tree_top(&r->tree)->fd,
		.nameless = r->nameless,
		.by_proc = r->by_proc,
		.owner = r->owner,
		.privileged = r->opts.privileged,
		.no_foreign = r->opts.no_owner };
}

static enum evx_err came_of(struct evx_restore *r, const struct evx_entry *e,
	struct evx_restore_job *job, struct evx_diag *diag)
{
	enum evx_err err = job->unwritten != EVX_OK ? job->unwritten : job->err;

	r->at = e->path;
	r->at_len = e->path_len;
	r->by_proc |= job->by_proc;
	for (size_t i = 0; i < job->n_lost; i++)
		if (job->lost[i].what != NULL)
			report(r, job->lost[i].what, job->lost[i].sys_errno);
	r->counts.left.set_ids += job->left.set_ids;
	r->counts.left.attributes += job->left.attributes;
	r->counts.left.flags += job->left.flags;
	r->counts.left.acls += job->left.acls;
	r->counts.entries += job->made;
	if (err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = job->diag;
	evx_restore_job_clear(job);
	return err;
}

void evx_restore_hand(struct evx_restore *r, int *fd, struct evx_restore_job *job)
{
	*job = job_of(r, fd);
	*fd = -1;
	evx_restore_tree_top(&r->tree)->jobs = ++r->jobs;
}

enum evx_err evx_restore_take_back(struct evx_restore *r, const struct evx_entry *e,
	struct evx_restore_job *job, struct evx_diag *diag)
{
	const enum evx_err err = came_of(r, e, job, diag);

	r->tree.back++;
	complete_left(r);
	return err;
}

enum evx_err evx_restore_finish(
	struct evx_restore *r, const struct evx_entry *e, int *fd, bool ok, struct evx_diag *diag)
{
	struct evx_restore_job job = job_of(r, fd);

	*fd = -1;
	evx_restore_job_end(&job, e, ok);
	return came_of(r, e, &job, diag);
}

/* The directory that holds path, reached one component at a time from the target; -1 with errno. */
static int open_parent(struct evx_restore *r, const char *path, size_t n, const char **name)
{
	char component[NAME_MAX + 1];
	int fd = openat(r->tree.levels[0].fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (const char *slash; fd >= 0 && (slash = memchr(path, '/', n)) != NULL;) {
		size_t len = (size_t)(slash - path);
		memcpy(component, path, len);
		component[len] = '\0';
		int below = openat(fd, component, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int sys_errno = errno;
		evx_close_quiet(&fd);
		errno = sys_errno;
		fd = below;
		path += len + 1;
		n -= len + 1;
	}
	*name = path;
	return fd;
}

/* Whether what stands at first was surely made here: in a target that was empty everything was;
 * else what is in the same topmost directory as e, since that one was made here. */
static bool is_ours(const struct evx_restore *r, const char *first, size_t n)
{
	if (r->was_empty)
		return true;
	if (r->tree.depth < 2 || r->tree.levels[1].merged)
		return false;
	size_t top = r->tree.levels[1].path_len;
	return n > top && memcmp(first, r->tree.path.data, top) == 0 && first[top] == '/';
}

/* Links, and where flags of the file forbid it (immutable, append-only), takes them away meanwhile.
 */
static bool link_it(int from, const char *first, int to, const char *name)
{
	bool done = linkat(from, first, to, name, 0) == 0;
	int flags, fd, sys_errno;

	if (done || errno != EPERM)
		return done;
	fd = evx_restore_meta_unlock(from, first, &flags);
	if (fd >= 0)
		done = linkat(from, first, to, name, 0) == 0;
	sys_errno = fd >= 0 ? errno : EPERM;
	evx_restore_meta_lock(&fd, flags);
	errno = sys_errno;
	return done;
}

enum evx_err evx_restore_link(struct evx_restore *r, const struct evx_entry *e, const char *first,
	size_t first_len, bool *done, struct evx_diag *diag)
{
	const char *name, *first_name;
	char component[NAME_MAX + 1];
	bool reachable;
	*done = false;
	enum evx_err err = evx_path_check(first, first_len, diag);
	if (err == EVX_OK)
		err = go_to(r, e, &name, &reachable, diag);
	if (err != EVX_OK)
		return err;
	if (!reachable)
		return EVX_OK;
	if (!is_ours(r, first, first_len)) {
		report(r, "hard link", 0);
		return EVX_OK;
	}
	int from = open_parent(r, first, first_len, &first_name);
	if (from >= 0) {
		size_t len = first_len - (size_t)(first_name - first);
		memcpy(component, first_name, len);
		component[len] = '\0';
	}
	if (from >= 0 && link_it(from, component, evx_restore_tree_top(&r->tree)->fd, name)) {
		r->counts.entries++;
		*done = true;
	} else if (errno == EEXIST || errno == ENOSPC || errno == EDQUOT || errno == EROFS ||
		errno == EIO) {
		err = failed(r, e, "hard link", diag);
	} else {
		report(r, "hard link", errno);
	}
	evx_close_quiet(&from);
	return err;
}

enum evx_err evx_restore_end(struct evx_restore *r, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	while (err == EVX_OK && r->tree.depth > 1)
		err = leave(r, diag);
	return err;
}
