/* One file, directory or link in memory: what a listing line says. */
#include "format/entry.h"

#include "base/array.h"
#include "format/part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METADATA_TEXT_MAX 4096

void evx_entry_init(struct evx_entry *e)
{
	memset(e, 0, sizeof(*e));
}

void evx_entry_free(struct evx_entry *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n_xattrs; i++) {
		free(e->xattrs[i].name);
		free(e->xattrs[i].value);
	}
	free(e->xattrs);
	free(e->path);
	free(e->user);
	free(e->group);
	free(e->link_target);
	free(e->acl_access);
	free(e->acl_default);
	free(e->fflags_text);
	free(e->extents);
	free(e->bad);
	evx_part_free(e->part);
	free(e->read_error);
	free(e->metadata_errors);
	evx_entry_init(e);
}

struct evx_entry *evx_entry_new(void)
{
	return calloc(1, sizeof(struct evx_entry));
}

void evx_entry_delete(struct evx_entry *e)
{
	evx_entry_free(e);
	free(e);
}

static char *copy_bytes(const void *p, size_t n)
{
	char *s = malloc(n + 1);
	if (s == NULL)
		return NULL;
	if (n > 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

enum evx_err evx_entry_set_path(struct evx_entry *e, const void *path, size_t n)
{
	char *s = copy_bytes(path, n);
	if (s == NULL)
		return EVX_E_MEMORY;
	free(e->path);
	e->path = s;
	e->path_len = n;
	return EVX_OK;
}

enum evx_err evx_entry_set_link_target(struct evx_entry *e, const void *target, size_t n)
{
	char *s = copy_bytes(target, n);
	if (s == NULL)
		return EVX_E_MEMORY;
	free(e->link_target);
	e->link_target = s;
	e->link_target_len = n;
	return EVX_OK;
}

enum evx_err evx_entry_add_xattr(struct evx_entry *e, const char *name, const void *value, size_t n)
{
	struct evx_xattr *x = EVX_ARRAY_ADD(e->xattrs, e->n_xattrs);

	if (x == NULL)
		return EVX_E_MEMORY;
	x->name = copy_bytes(name, strlen(name));
	x->value = (uint8_t *)copy_bytes(value, n);
	x->len = n;
	if (x->name != NULL && x->value != NULL)
		return EVX_OK;
	free(x->name);
	free(x->value);
	e->n_xattrs--;
	return EVX_E_MEMORY;
}

static enum evx_err add_range(
	struct evx_extent **items, size_t *count, uint64_t offset, uint64_t length)
{
	if (length == 0)
		return EVX_OK;
	if (offset > INT64_MAX || length > INT64_MAX - offset)
		return EVX_E_CORRUPT;
	if (*count > 0) {
		struct evx_extent *last = &(*items)[*count - 1];
		if (offset < last->offset + last->length)
			return EVX_E_CORRUPT;
		if (offset == last->offset + last->length) {
			last->length += length;
			return EVX_OK;
		}
	}
	struct evx_extent *one = EVX_ARRAY_ADD(*items, *count);
	if (one == NULL)
		return EVX_E_MEMORY;
	*one = (struct evx_extent){ offset, length };
	return EVX_OK;
}

enum evx_err evx_entry_add_extent(struct evx_entry *e, uint64_t offset, uint64_t length)
{
	return add_range(&e->extents, &e->n_extents, offset, length);
}

enum evx_err evx_entry_add_bad(struct evx_entry *e, uint64_t offset, uint64_t length)
{
	return add_range(&e->bad, &e->n_bad, offset, length);
}

static char *failure_text(int sys_errno, const char *what)
{
	char *s = NULL;
	const char *name = strerrorname_np(sys_errno), *text = strerrordesc_np(sys_errno);
	int n = asprintf(&s, "%s: %s (%s)", name != NULL ? name : "error",
		text != NULL ? text : "unknown", what);
	return n < 0 ? NULL : s;
}

enum evx_err evx_entry_read_failed(struct evx_entry *e, int sys_errno, const char *what)
{
	if (e->read_error != NULL)
		return EVX_OK;
	e->read_error = failure_text(sys_errno, what);
	return e->read_error != NULL ? EVX_OK : EVX_E_MEMORY;
}

enum evx_err evx_entry_metadata_failed(struct evx_entry *e, int sys_errno, const char *what)
{
	static const char more[] = "; and more";
	char *text = failure_text(sys_errno, what), *all = NULL;
	size_t old = e->metadata_errors != NULL ? strlen(e->metadata_errors) : 0;
	enum evx_err err = EVX_E_MEMORY;
	if (text == NULL)
		goto out;
	err = EVX_OK;
	if (old == 0) {
		e->metadata_errors = text;
		return EVX_OK;
	}
	if (old >= sizeof(more) && strcmp(e->metadata_errors + old - (sizeof(more) - 1), more) == 0)
		goto out;
	bool full = old + strlen(text) + 2 + sizeof(more) > METADATA_TEXT_MAX;
	int n = full ? asprintf(&all, "%s%s", e->metadata_errors, more) :
		       asprintf(&all, "%s; %s", e->metadata_errors, text);
	if (n < 0) {
		err = EVX_E_MEMORY;
		goto out;
	}
	free(e->metadata_errors);
	e->metadata_errors = all;
out:
	free(text);
	return err;
}
