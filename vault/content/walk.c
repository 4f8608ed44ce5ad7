/* Everything beneath the sources as entries in listing order. */
#include "content/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/path.h"
#include "content/owner.h"
#include "content/walk_ahead.h"
#include "content/walk_meta.h"

#define OPEN_DIRS_MAX 64
#define SCRATCH_LEN 65536

struct source {
	char *name;
	int fd; /* the caller's */
};

struct evx_walk {
	bool one_file_system;
	const struct evx_cancel *cancel;
	bool (*exclude)(void *ctx, uint64_t dev, uint64_t ino);
	void *exclude_ctx;
	struct source *sources;
	size_t n_sources, next_source;
	uint64_t source_dev;
	struct evx_walk_dir **stack;
	size_t depth, stack_cap;
	struct evx_buf path; /* of the entry being made; it begins with the path of each directory
				on the stack */
	struct evx_walk_ahead *ahead;
	struct evx_owner_cache *owners;
	char *scratch;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct source *)a)->name, ((const struct source *)b)->name);
}

static enum evx_err check_source(const struct evx_walk_source *s, struct evx_diag *diag)
{
	struct stat st;
	enum evx_err err = evx_path_check(s->name, strlen(s->name), NULL);
	if (err != EVX_OK || strchr(s->name, '/') != NULL) {
		err = evx_fail(diag, EVX_E_USAGE,
			"The source has the name \"%s\", which a bundle cannot hold. Nothing was "
			"sealed. Rename the source.",
			s->name);
		return evx_diag_in(diag, s->path, err);
	}
	if (fstat(s->fd, &st) != 0)
		return evx_fail_errno(
			diag, s->path, "The source cannot be looked at, and nothing was sealed");
	if (S_ISLNK(st.st_mode)) {
		err = evx_fail(diag, EVX_E_USAGE,
			"The source is a symbolic link. Nothing was sealed. To seal what the link "
			"points to, use --follow.");
		return evx_diag_in(diag, s->path, err);
	}
	return EVX_OK;
}

static enum evx_err copy_sources(
	struct evx_walk *w, const struct evx_walk_source *sources, size_t n, struct evx_diag *diag)
{
	if (n == 0)
		return evx_fail(
			diag, EVX_E_USAGE, "There is nothing to seal. Name a file or directory.");
	w->sources = calloc(n, sizeof(*w->sources));
	if (w->sources == NULL)
		return EVX_E_MEMORY;
	w->n_sources = n;
	for (size_t i = 0; i < n; i++) {
		enum evx_err err = check_source(&sources[i], diag);
		if (err != EVX_OK)
			return err;
		w->sources[i] = (struct source){ strdup(sources[i].name), sources[i].fd };
		if (w->sources[i].name == NULL)
			return EVX_E_MEMORY;
	}
	qsort(w->sources, n, sizeof(*w->sources), by_name);
	for (size_t i = 1; i < n; i++)
		if (strcmp(w->sources[i - 1].name, w->sources[i].name) == 0)
			return evx_fail(diag, EVX_E_USAGE,
				"Two sources have the name \"%s\". Nothing was sealed. Seal them "
				"in two "
				"bundles, or rename one.",
				w->sources[i].name);
	return EVX_OK;
}

enum evx_err evx_walk_new(const struct evx_walk_opts *opts, const struct evx_walk_source *sources,
	size_t n, struct evx_walk **out, struct evx_diag *diag)
{
	enum evx_err err = EVX_E_MEMORY;
	*out = NULL;
	struct evx_walk *w = calloc(1, sizeof(*w));
	if (w == NULL)
		goto out;
	w->one_file_system = opts->one_file_system;
	w->cancel = opts->cancel;
	w->owners = evx_owner_new();
	w->scratch = malloc(SCRATCH_LEN);
	if (w->owners == NULL || w->scratch == NULL)
		goto out;
	w->exclude = opts->exclude;
	w->exclude_ctx = opts->exclude_ctx;
	err = copy_sources(w, sources, n, diag);
	if (err == EVX_OK)
		err = evx_walk_ahead_new(opts->ahead, &w->ahead, diag);
	if (err != EVX_OK)
		goto out;
	*out = w;
	w = NULL;
out:
	evx_walk_free(w);
	return err == EVX_E_MEMORY ? evx_fail_buf(diag, err) : err;
}

void evx_walk_free(struct evx_walk *w)
{
	if (w == NULL)
		return;
	evx_walk_ahead_free(w->ahead);
	while (w->depth > 0)
		evx_walk_dir_free(w->stack[--w->depth]);
	for (size_t i = 0; i < w->n_sources; i++)
		free(w->sources[i].name);
	free(w->sources);
	free(w->stack);
	free(w->scratch);
	evx_buf_free(&w->path);
	evx_owner_free(w->owners);
	free(w);
}

static enum evx_err push(struct evx_walk *w, struct evx_walk_dir *d)
{
	if (w->depth == w->stack_cap) {
		size_t cap = w->stack_cap == 0 ? 32 : w->stack_cap * 2;
		struct evx_walk_dir **stack = reallocarray(w->stack, cap, sizeof(*stack));
		if (stack == NULL)
			return EVX_E_MEMORY;
		w->stack = stack;
		w->stack_cap = cap;
	}
	w->stack[w->depth++] = d;
	if (w->depth > OPEN_DIRS_MAX) {
		struct evx_walk_dir *old = w->stack[w->depth - 1 - OPEN_DIRS_MAX];
		evx_walk_ahead_leave(w->ahead, old);
		evx_close_quiet(&old->fd);
	}
	return EVX_OK;
}

/* Opens the directory above child again. It must be the one that was left: a tree that is being
 * moved about must not lead the walk elsewhere. */
static void reopen(struct evx_walk_dir *d, const struct evx_walk_dir *child)
{
	struct stat st;
	if (child->fd < 0) {
		d->lost = child->lost;
		return;
	}
	int fd = openat(child->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
		d->lost = errno;
	else if (st.st_dev != d->dev || st.st_ino != d->ino)
		d->lost = ESTALE;
	if (d->lost != 0)
		evx_close_quiet(&fd);
	d->fd = fd;
}

static void pop(struct evx_walk *w)
{
	struct evx_walk_dir *d = w->stack[--w->depth];
	evx_walk_ahead_leave(w->ahead, d);
	if (w->depth > 0 && w->stack[w->depth - 1]->fd < 0)
		reopen(w->stack[w->depth - 1], d);
	evx_walk_dir_free(d);
}

static bool is_excluded(const struct evx_walk *w, const struct evx_entry *e)
{
	return e->has_stat && w->exclude != NULL && w->exclude(w->exclude_ctx, e->dev, e->ino);
}

/* Makes the directory e, open as *fd, the one whose names come next, or records why not. */
static enum evx_err enter(struct evx_walk *w, struct evx_entry *e, int *fd)
{
	struct evx_walk_dir *d;
	if (w->depth == 0)
		w->source_dev = e->dev;
	if (w->one_file_system && e->dev != w->source_dev) {
		e->not_crossed = true;
		return EVX_OK;
	}
	if (e->path_len + 1 + EVX_WALK_NAME_MAX > EVX_PATH_MAX)
		return evx_entry_read_failed(
			e, ENAMETOOLONG, "the paths in it are longer than a listing holds");
	enum evx_err err = evx_walk_dir_read(*fd, e, w->scratch, SCRATCH_LEN, &d);
	if (err != EVX_OK)
		return err;
	*fd = -1;
	err = push(w, d);
	if (err != EVX_OK)
		evx_walk_dir_free(d);
	return err;
}

/* Completes e, whose path stands in w->path. */
static enum evx_err complete(struct evx_walk *w, struct evx_entry *e, int *fd)
{
	enum evx_err err = evx_entry_set_path(e, w->path.data, w->path.len);
	if (err == EVX_OK)
		err = evx_owner_name(w->owners, e);
	if (err != EVX_OK)
		return err;
	e->skipped = is_excluded(w, e);
	if (e->type == EVX_DIR && !e->skipped && *fd >= 0) {
		evx_walk_ahead_drop(w->ahead);
		err = enter(w, e, fd);
	}
	if (e->type != EVX_FILE || e->skipped || e->read_error != NULL)
		evx_close_quiet(fd);
	if (e->type == EVX_FILE && *fd < 0)
		e->has_map = true;
	return err;
}

static enum evx_err lost_name(const struct evx_walk_dir *d, struct evx_entry **e)
{
	static const unsigned char types[] = { [DT_UNKNOWN] = EVX_FILE,
		[DT_FIFO] = EVX_FIFO,
		[DT_CHR] = EVX_CHARDEV,
		[DT_DIR] = EVX_DIR,
		[DT_BLK] = EVX_BLOCKDEV,
		[DT_REG] = EVX_FILE,
		[DT_LNK] = EVX_SYMLINK,
		[DT_SOCK] = EVX_SOCKET };
	unsigned char hint = evx_walk_dir_hint(d, d->next);
	*e = evx_entry_new();
	if (*e == NULL)
		return EVX_E_MEMORY;
	(*e)->type = hint < sizeof(types) ? types[hint] : EVX_FILE;
	return evx_entry_read_failed(
		*e, d->lost, "its directory was moved while the walk was beneath it");
}

static enum evx_err next_name(struct evx_walk *w, struct evx_entry **e, int *fd, int *sys_errno)
{
	struct evx_walk_dir *d = w->stack[w->depth - 1];
	const char *name = evx_walk_dir_name(d, d->next);
	w->path.len = d->path_len;
	enum evx_err err = evx_buf_adds(&w->path, "/");
	if (err == EVX_OK)
		err = evx_buf_adds(&w->path, name);
	if (err != EVX_OK)
		return err;
	if (d->fd >= 0)
		return evx_walk_ahead_take(w->ahead, d, e, fd, sys_errno);
	err = lost_name(d, e);
	d->next++;
	return err;
}

static enum evx_err next_source(struct evx_walk *w, struct evx_entry **e, int *fd, int *sys_errno)
{
	const struct source *s = &w->sources[w->next_source++];
	w->path.len = 0;
	enum evx_err err = evx_buf_adds(&w->path, s->name);
	return err == EVX_OK ?
		evx_walk_meta_read(s->fd, "", DT_UNKNOWN, EVX_WALK_META_IMAGE, e, fd, sys_errno) :
		err;
}

enum evx_err evx_walk_next(
	struct evx_walk *w, struct evx_entry **entry, int *fd, struct evx_diag *diag)
{
	struct evx_entry *e = NULL;
	int opened = -1, sys_errno = 0;
	enum evx_err err;
	*entry = NULL;
	*fd = -1;
	if (evx_cancelled(w->cancel))
		return evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was sealed.");
	while (w->depth > 0 && w->stack[w->depth - 1]->next == w->stack[w->depth - 1]->count)
		pop(w);
	if (w->depth == 0 && w->next_source == w->n_sources)
		return EVX_OK;
	err = w->depth > 0 ? next_name(w, &e, &opened, &sys_errno) :
			     next_source(w, &e, &opened, &sys_errno);
	if (err == EVX_OK)
		err = complete(w, e, &opened);
	if (err != EVX_OK) {
		evx_entry_delete(e);
		evx_close_quiet(&opened);
		errno = sys_errno;
		return err == EVX_E_IO ?
			evx_fail_errno(
				diag, NULL, "The next file cannot be opened. Nothing was sealed") :
			evx_fail_buf(diag, err);
	}
	*entry = e;
	*fd = opened;
	return EVX_OK;
}
