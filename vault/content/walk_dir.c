/* One directory: its descriptor and its sorted names. */
#include "content/walk_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/path.h"

struct names {
	char *bytes;
	size_t *at;
	size_t len, cap, count, at_cap;
	size_t too_long;
	char first_too_long[1024]; /* escaped */
};

static enum evx_err add_name(struct names *n, const char *name, unsigned char type)
{
	size_t len = strlen(name);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return EVX_OK;
	if (len > EVX_WALK_NAME_MAX) {
		if (n->too_long++ == 0)
			evx_text_escape(name, len, n->first_too_long, sizeof(n->first_too_long));
		return EVX_OK;
	}
	if (n->cap - n->len < len + 2) {
		size_t cap = n->cap == 0 ? 1024 : n->cap + n->cap / 2;
		char *bytes = realloc(n->bytes, cap);
		if (bytes == NULL)
			return EVX_E_MEMORY;
		n->bytes = bytes;
		n->cap = cap;
	}
	if (n->count == n->at_cap) {
		size_t cap = n->at_cap == 0 ? 32 : n->at_cap + n->at_cap / 2;
		size_t *at = reallocarray(n->at, cap, sizeof(*at));
		if (at == NULL)
			return EVX_E_MEMORY;
		n->at = at;
		n->at_cap = cap;
	}
	n->at[n->count++] = n->len;
	n->bytes[n->len] = (char)type;
	memcpy(n->bytes + n->len + 1, name, len + 1);
	n->len += len + 2;
	return EVX_OK;
}

static int by_name(const void *a, const void *b, void *names)
{
	size_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return strcmp((const char *)names + x + 1, (const char *)names + y + 1);
}

static enum evx_err read_names(
	int fd, struct names *n, struct evx_entry *e, char *scratch, size_t scratch_len)
{
	for (;;) {
		ssize_t got = getdents64(fd, scratch, scratch_len);
		if (got == 0)
			break;
		if (got < 0)
			return errno == ENOMEM ?
				EVX_E_MEMORY :
				evx_entry_read_failed(e, errno, "reading the directory");
		for (size_t at = 0; at < (size_t)got;) {
			unsigned short reclen;
			memcpy(&reclen, scratch + at + offsetof(struct dirent64, d_reclen),
				sizeof(reclen));
			unsigned char type = (unsigned char)
				scratch[at + offsetof(struct dirent64, d_type)];
			enum evx_err err = add_name(
				n, scratch + at + offsetof(struct dirent64, d_name), type);
			if (err != EVX_OK)
				return err;
			at += reclen;
		}
	}
	if (n->too_long > 0) {
		char what[sizeof(n->first_too_long) + 128];
		snprintf(what, sizeof(what),
			"%zu names in it are longer than %d bytes and are left out, first: %s",
			n->too_long, EVX_WALK_NAME_MAX, n->first_too_long);
		return evx_entry_read_failed(e, ENAMETOOLONG, what);
	}
	return EVX_OK;
}

enum evx_err evx_walk_dir_read(
	int fd, struct evx_entry *e, void *scratch, size_t scratch_len, struct evx_walk_dir **out)
{
	struct names n = { .bytes = NULL };
	struct evx_walk_dir *d = calloc(1, sizeof(*d));
	*out = NULL;
	enum evx_err err = d == NULL ? EVX_E_MEMORY : read_names(fd, &n, e, scratch, scratch_len);
	if (err != EVX_OK) {
		free(n.bytes);
		free(n.at);
		free(d);
		return err;
	}
	if (n.count > 1)
		qsort_r(n.at, n.count, sizeof(*n.at), by_name, n.bytes);
	d->fd = fd;
	d->dev = e->dev;
	d->ino = e->ino;
	d->path_len = e->path_len;
	d->names = n.bytes;
	d->at = n.at;
	d->count = n.count;
	*out = d;
	return EVX_OK;
}

void evx_walk_dir_free(struct evx_walk_dir *d)
{
	if (d == NULL)
		return;
	evx_close_quiet(&d->fd);
	free(d->names);
	free(d->at);
	free(d);
}

const char *evx_walk_dir_name(const struct evx_walk_dir *d, size_t i)
{
	return d->names + d->at[i] + 1;
}

unsigned char evx_walk_dir_hint(const struct evx_walk_dir *d, size_t i)
{
	return (unsigned char)d->names[d->at[i]];
}

bool evx_walk_dir_maybe_dir(const struct evx_walk_dir *d, size_t i)
{
	unsigned char hint = evx_walk_dir_hint(d, i);
	return hint == DT_DIR || hint == DT_UNKNOWN;
}
