/* The directories that extraction is in. */
#include "content/restore_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"

#define OPEN_MAX_LEVELS 64
#define META_MAX \
	16777216 /* of a hostile listing: all directories at once as deep as paths may be, each \
		    with the longest ACLs */

static enum evx_err add_level(struct evx_restore_tree *t, int *fd, struct evx_entry *meta,
	size_t meta_len, struct evx_diag *diag)
{
	struct stat st;
	if (fstat(*fd, &st) != 0)
		return evx_fail_errno(diag, NULL,
			"The new directory cannot be looked at, and the extraction stopped here");
	if (t->depth == t->cap) {
		size_t cap = t->cap == 0 ? 32 : t->cap * 2;
		struct evx_restore_level *levels = reallocarray(t->levels, cap, sizeof(*levels));
		if (levels == NULL)
			return evx_fail_memory(diag);
		t->levels = levels;
		t->cap = cap;
	}
	t->levels[t->depth++] = (struct evx_restore_level){ *fd, st.st_dev, st.st_ino, t->path.len,
		meta, meta_len, false, 0 };
	t->meta_total += meta_len;
	*fd = -1;
	if (t->depth > OPEN_MAX_LEVELS && t->levels[t->depth - 1 - OPEN_MAX_LEVELS].jobs <= t->back)
		evx_close_quiet(&t->levels[t->depth - 1 - OPEN_MAX_LEVELS].fd);
	return EVX_OK;
}

enum evx_err evx_restore_tree_init(struct evx_restore_tree *t, int fd, struct evx_diag *diag)
{
	memset(t, 0, sizeof(*t));
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return evx_fail_errno(diag, NULL,
			"The target directory cannot be used, and nothing was extracted");
	enum evx_err err = add_level(t, &own, NULL, 0, diag);
	evx_close_quiet(&own);
	return err;
}

void evx_restore_tree_free(struct evx_restore_tree *t)
{
	while (t->depth > 0) {
		struct evx_restore_level *l = &t->levels[--t->depth];
		evx_close_quiet(&l->fd);
		evx_entry_delete(l->meta);
	}
	while (t->first_left < t->n_left)
		evx_restore_tree_left_done(t);
	free(t->left);
	t->left = NULL;
	free(t->levels);
	t->levels = NULL;
	evx_buf_free(&t->path);
}

struct evx_restore_level *evx_restore_tree_top(const struct evx_restore_tree *t)
{
	return &t->levels[t->depth - 1];
}

bool evx_restore_tree_holds(const struct evx_restore_tree *t, const char *path, size_t n)
{
	size_t len = t->path.len;
	return len == 0 ||
		(len <= n && memcmp(t->path.data, path, len) == 0 &&
			(len == n || path[len] == '/'));
}

static bool copy_text(char **out, const char *text)
{
	*out = text != NULL ? strdup(text) : NULL;
	return text == NULL || *out != NULL;
}

/* What leaving needs of e. */
static struct evx_entry *keep(const struct evx_entry *e, bool with_acls)
{
	struct evx_entry *k = evx_entry_new();
	if (k == NULL)
		return NULL;
	k->type = e->type;
	k->has_stat = e->has_stat;
	k->mode = e->mode;
	k->uid = e->uid;
	k->gid = e->gid;
	k->has_atime = e->has_atime;
	k->atime = e->atime;
	k->has_mtime = e->has_mtime;
	k->mtime = e->mtime;
	if (!copy_text(&k->acl_access, with_acls ? e->acl_access : NULL) ||
		!copy_text(&k->acl_default, with_acls ? e->acl_default : NULL) ||
		!copy_text(&k->fflags_text, with_acls ? e->fflags_text : NULL)) {
		evx_entry_delete(k);
		return NULL;
	}
	return k;
}

static size_t text_len(const char *text)
{
	return text != NULL ? strlen(text) : 0;
}

enum evx_err evx_restore_tree_enter(struct evx_restore_tree *t, const struct evx_entry *e, int *fd,
	bool *whole, struct evx_diag *diag)
{
	size_t len = text_len(e->acl_access) + text_len(e->acl_default) + text_len(e->fflags_text);
	*whole = len == 0 || len <= META_MAX - t->meta_total;
	struct evx_entry *meta = keep(e, *whole);
	evx_buf_reset(&t->path);
	enum evx_err err = meta == NULL ? EVX_E_MEMORY :
					  evx_buf_add(&t->path, e->path, e->path_len);
	if (err != EVX_OK)
		evx_fail_buf(diag, err);
	else
		err = add_level(t, fd, meta, *whole ? len : 0, diag);
	if (err != EVX_OK)
		evx_entry_delete(meta);
	evx_close_quiet(fd);
	return err;
}

/* The directory above must still be the one that was entered: whoever moves directories about
 * meanwhile must not lead the extraction out of the target. */
enum evx_err evx_restore_tree_look_up(struct evx_restore_tree *t, struct evx_diag *diag)
{
	struct evx_restore_level *l = evx_restore_tree_top(t), *above = l - 1;
	struct stat st;
	if (above->fd >= 0)
		return EVX_OK;
	int fd = openat(l->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		enum evx_err err = evx_fail_errno(diag, NULL,
			"The directory above cannot be opened again, and the extraction stopped "
			"here");
		evx_close_quiet(&fd);
		return err;
	}
	if (st.st_dev != above->dev || st.st_ino != above->ino) {
		evx_close_quiet(&fd);
		return evx_fail(diag, EVX_E_IO,
			"Somebody moved a directory while evx was extracting into it. The "
			"extraction stopped. Extract again into a directory where nobody else can "
			"write.");
	}
	above->fd = fd;
	return EVX_OK;
}

void evx_restore_tree_leave(struct evx_restore_tree *t)
{
	struct evx_restore_level *l = evx_restore_tree_top(t);
	t->meta_total -= l->meta_len;
	t->path.len = (l - 1)->path_len;
	t->depth--;
	evx_close_quiet(&l->fd);
	evx_entry_delete(l->meta);
}

enum evx_err evx_restore_tree_leave_later(struct evx_restore_tree *t, struct evx_diag *diag)
{
	struct evx_restore_level *l = evx_restore_tree_top(t);
	char *path = strndup((const char *)t->path.data, t->path.len);
	struct evx_restore_left_dir *left = path != NULL ? EVX_ARRAY_ADD(t->left, t->n_left) : NULL;

	if (left == NULL) {
		free(path);
		return evx_fail_memory(diag);
	}
	*left = (struct evx_restore_left_dir){ l->fd, l->meta, l->meta_len, l->merged, path,
		t->path.len, l->jobs };
	l->fd = -1;
	l->meta = NULL;
	l->meta_len = 0;
	evx_restore_tree_leave(t);
	return EVX_OK;
}

struct evx_restore_left_dir *evx_restore_tree_left(const struct evx_restore_tree *t)
{
	struct evx_restore_left_dir *left = t->first_left < t->n_left ? &t->left[t->first_left] :
									NULL;

	return left != NULL && left->jobs <= t->back ? left : NULL;
}

void evx_restore_tree_left_done(struct evx_restore_tree *t)
{
	struct evx_restore_left_dir *left = &t->left[t->first_left++];

	evx_close_quiet(&left->fd);
	evx_entry_delete(left->meta);
	free(left->path);
	t->meta_total -= left->meta_len;
	if (t->first_left == t->n_left)
		t->first_left = t->n_left = 0;
}
