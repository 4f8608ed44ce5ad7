/* Extended attributes and ACLs of one file. */
#include "content/walk_attrs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "content/acl.h"
#include "content/walk_meta.h"

#define ATTR_MAX 65536 /* Linux: XATTR_LIST_MAX, XATTR_SIZE_MAX */

/* By descriptor where there is one open for reading. A link, a FIFO or an unreadable file is
 * reached through /proc/self/fd of its directory, or of itself where self is set: the kernel has no
 * call that takes a directory and a name. */
struct target {
	int fd;
	bool self;
	char path[PATH_MAX];
};

static ssize_t list_attrs(const struct target *t, char *buf, size_t cap)
{
	return t->fd >= 0 ? flistxattr(t->fd, buf, cap) :
		t->self   ? listxattr(t->path, buf, cap) :
			    llistxattr(t->path, buf, cap);
}

static ssize_t get_attr(const struct target *t, const char *name, void *buf, size_t cap)
{
	return t->fd >= 0 ? fgetxattr(t->fd, name, buf, cap) :
		t->self   ? getxattr(t->path, name, buf, cap) :
			    lgetxattr(t->path, name, buf, cap);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct evx_xattr *)a)->name, ((const struct evx_xattr *)b)->name);
}

static enum evx_err add_acl(
	struct evx_entry *e, const char *name, const void *value, size_t n, char **text)
{
	struct evx_buf out = EVX_BUF_INIT;
	enum evx_err err = evx_acl_to_text(value, n, &out);
	if (err == EVX_E_CORRUPT)
		err = evx_entry_metadata_failed(e, EINVAL, name);
	else if (err == EVX_OK && *text == NULL && (*text = strdup((const char *)out.data)) == NULL)
		err = EVX_E_MEMORY;
	evx_buf_free(&out);
	return err;
}

static enum evx_err add_attr(
	const struct target *t, const char *name, void *value, size_t *room, struct evx_entry *e)
{
	char what[XATTR_NAME_MAX + 64];
	snprintf(what, sizeof(what), "extended attribute %s", name);
	ssize_t n = get_attr(t, name, value, ATTR_MAX);
	if (n < 0)
		return evx_entry_metadata_failed(e, errno, what);
	bool access = strcmp(name, "system.posix_acl_access") == 0,
	     dflt = strcmp(name, "system.posix_acl_default") == 0;
	size_t need = strlen(name) + (size_t)n * (access || dflt ? 3 : 1);
	if (need > *room)
		return evx_entry_metadata_failed(e, E2BIG, what);
	*room -= need;
	if (access || dflt)
		return add_acl(
			e, name, value, (size_t)n, access ? &e->acl_access : &e->acl_default);
	return evx_entry_add_xattr(e, name, value, (size_t)n);
}

static enum evx_err add_attrs(
	const struct target *t, const char *names, size_t n, struct evx_entry *e)
{
	size_t room = EVX_WALK_META_ATTRS_MAX;
	enum evx_err err = EVX_OK;
	void *value = malloc(ATTR_MAX);
	if (value == NULL)
		return EVX_E_MEMORY;
	for (size_t at = 0; at < n && err == EVX_OK; at += strlen(names + at) + 1)
		err = add_attr(t, names + at, value, &room, e);
	if (e->n_xattrs > 1)
		qsort(e->xattrs, e->n_xattrs, sizeof(*e->xattrs), by_name);
	free(value);
	return err;
}

enum evx_err evx_walk_attrs_read(int dirfd, const char *name, int fd, struct evx_entry *e)
{
	struct target t = { .fd = fd, .self = *name == '\0' };
	char small[1024], *names = small;
	if (fd < 0) {
		int len = snprintf(t.path, sizeof(t.path), "/proc/self/fd/%d%s%s", dirfd,
			t.self ? "" : "/", name);
		if (len < 0 || (size_t)len >= sizeof(t.path))
			return evx_entry_metadata_failed(e, ENAMETOOLONG, "extended attributes");
	}
	ssize_t n = list_attrs(&t, small, sizeof(small) - 1);
	if (n < 0 && errno == ERANGE) {
		names = malloc(ATTR_MAX + 1);
		if (names == NULL)
			return EVX_E_MEMORY;
		n = list_attrs(&t, names, ATTR_MAX);
	}
	enum evx_err err = EVX_OK;
	if (n < 0 && errno != ENOTSUP && errno != ENOSYS)
		err = evx_entry_metadata_failed(e, errno, "extended attributes");
	else if (n > 0) {
		names[n] = '\0';
		err = add_attrs(&t, names, (size_t)n, e);
	}
	if (names != small)
		free(names);
	return err;
}
