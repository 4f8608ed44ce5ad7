/* Entries as a tar or zip archive, by libarchive. */
#include "content/archive_out.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/path.h"

#define ZEROS 65536u

struct evx_archive_out {
	struct archive *archive;
	enum evx_archive_format format;
	locale_t utf8, before; /* (locale_t)0: the system has no such locale */
	enum evx_err (*put)(void *ctx, const void *p, size_t n, struct evx_diag *diag);
	void *ctx;
	enum evx_err failed; /* of put */
	struct evx_diag why;
	uint64_t at, size; /* of the file under way */
	uint8_t zeros[ZEROS];
};

static la_ssize_t give(struct archive *archive, void *ctx, const void *p, size_t n)
{
	struct evx_archive_out *a = ctx;

	a->failed = a->put(a->ctx, p, n, &a->why);
	if (a->failed == EVX_OK)
		return (la_ssize_t)n;
	archive_set_error(archive, EIO, "%s", a->why.text);
	return -1;
}

/* Names are bytes; libarchive asks the locale whether they are UTF-8. */
static void enter(struct evx_archive_out *a)
{
	a->before = a->utf8 != (locale_t)0 ? uselocale(a->utf8) : (locale_t)0;
}

static void leave(struct evx_archive_out *a)
{
	if (a->before != (locale_t)0)
		(void)uselocale(a->before);
}

static enum evx_err failure(struct evx_archive_out *a, struct evx_diag *diag)
{
	const char *text = archive_error_string(a->archive);

	if (a->failed != EVX_OK) {
		if (diag != NULL)
			*diag = a->why;
		return a->failed;
	}
	return evx_fail(diag, EVX_E_IO, "The archive could not be written: %s.",
		text != NULL ? text : "no reason is known");
}

enum evx_err evx_archive_out_new(enum evx_archive_format format,
	enum evx_err (*put)(void *ctx, const void *p, size_t n, struct evx_diag *diag), void *ctx,
	struct evx_archive_out **out, struct evx_diag *diag)
{
	struct evx_archive_out *a = calloc(1, sizeof(*a));
	int r;

	*out = NULL;
	if (a == NULL)
		return evx_fail_memory(diag);
	a->format = format;
	a->put = put;
	a->ctx = ctx;
	a->archive = archive_write_new();
	if (a->archive == NULL) {
		free(a);
		return evx_fail_memory(diag);
	}
	a->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	enter(a);
	r = format == EVX_ARCHIVE_TAR ? archive_write_set_format_pax(a->archive) :
					archive_write_set_format_zip(a->archive);
	if (r == ARCHIVE_OK)
		r = archive_write_set_bytes_per_block(a->archive, 262144);
	if (r == ARCHIVE_OK)
		r = archive_write_set_bytes_in_last_block(a->archive, 1);
	if (r == ARCHIVE_OK)
		r = archive_write_open(a->archive, a, NULL, give, NULL);
	leave(a);
	if (r != ARCHIVE_OK) {
		enum evx_err err = failure(a, diag);

		evx_archive_out_free(a);
		return err;
	}
	*out = a;
	return EVX_OK;
}

/* ---- one entry */

static bool has_place(const struct evx_archive_out *a, const struct evx_entry *e)
{
	if (e->type == EVX_FILE)
		return e->read_error == NULL && !e->skipped;
	if (e->type == EVX_SOCKET || (e->type == EVX_SYMLINK && e->link_target == NULL))
		return false;
	return a->format == EVX_ARCHIVE_TAR || e->type == EVX_DIR || e->type == EVX_SYMLINK;
}

/* A ZIP file with another name in it can be read by hardly anybody. */
static bool can_name(const struct evx_archive_out *a, const struct evx_entry *e)
{
	return a->format == EVX_ARCHIVE_TAR || evx_utf8_valid(e->path, e->path_len);
}

static enum evx_err copied(char *text, struct archive_entry *ae,
	void (*set)(struct archive_entry *ae, const char *text), struct evx_diag *diag)
{
	if (text == NULL)
		return evx_fail_memory(diag);
	set(ae, text);
	free(text);
	return EVX_OK;
}

static enum evx_err set_names(struct archive_entry *ae, const struct evx_entry *e,
	const char *first, size_t first_len, struct evx_diag *diag)
{
	enum evx_err err = copied(
		strndup(e->path, e->path_len), ae, archive_entry_copy_pathname, diag);

	if (err == EVX_OK && first != NULL)
		err = copied(strndup(first, first_len), ae, archive_entry_copy_hardlink, diag);
	else if (err == EVX_OK && e->type == EVX_SYMLINK)
		err = copied(strndup(e->link_target, e->link_target_len), ae,
			archive_entry_copy_symlink, diag);
	if (e->user != NULL)
		archive_entry_copy_uname(ae, e->user);
	if (e->group != NULL)
		archive_entry_copy_gname(ae, e->group);
	return err;
}

static void set_times(struct archive_entry *ae, const struct evx_entry *e)
{
	if (e->has_mtime)
		archive_entry_set_mtime(ae, e->mtime.seconds, (long)e->mtime.nanoseconds);
	if (e->has_atime)
		archive_entry_set_atime(ae, e->atime.seconds, (long)e->atime.nanoseconds);
	if (e->has_ctime)
		archive_entry_set_ctime(ae, e->ctime.seconds, (long)e->ctime.nanoseconds);
	if (e->has_btime)
		archive_entry_set_birthtime(ae, e->btime.seconds, (long)e->btime.nanoseconds);
}

static void set_file(struct archive_entry *ae, const struct evx_entry *e)
{
	size_t i;

	archive_entry_set_size(ae, (la_int64_t)e->size);
	for (i = 0; e->has_map && i < e->n_extents; i++)
		archive_entry_sparse_add_entry(
			ae, (la_int64_t)e->extents[i].offset, (la_int64_t)e->extents[i].length);
	if (e->has_map && e->n_extents == 0 && e->size > 0)
		archive_entry_sparse_add_entry(ae, (la_int64_t)e->size, 0);
}

static enum evx_err describe(struct evx_archive_out *a, struct archive_entry *ae,
	const struct evx_entry *e, const char *first, size_t first_len, struct evx_diag *diag)
{
	/* by enum evx_entry_type */
	static const mode_t types[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFSOCK, S_IFCHR,
		S_IFBLK };
	enum evx_err err = set_names(ae, e, first, first_len, diag);
	size_t i;

	archive_entry_set_filetype(ae, types[e->type]);
	archive_entry_set_perm(ae,
		(__LA_MODE_T)(e->has_stat          ? e->mode :
				e->type == EVX_DIR ? 0700 :
						     0600));
	archive_entry_set_uid(ae, e->uid);
	archive_entry_set_gid(ae, e->gid);
	set_times(ae, e);
	if (e->type == EVX_CHARDEV || e->type == EVX_BLOCKDEV)
		archive_entry_set_rdev(ae, makedev(e->rdev_major, e->rdev_minor));
	if (first != NULL)
		archive_entry_set_size(ae, 0);
	else if (e->type == EVX_FILE)
		set_file(ae, e);
	if (a->format != EVX_ARCHIVE_TAR || first != NULL)
		return err;
	for (i = 0; i < e->n_xattrs; i++)
		archive_entry_xattr_add_entry(
			ae, e->xattrs[i].name, e->xattrs[i].value, e->xattrs[i].len);
	if (e->acl_access != NULL)
		(void)archive_entry_acl_from_text(ae, e->acl_access, ARCHIVE_ENTRY_ACL_TYPE_ACCESS);
	if (e->acl_default != NULL)
		(void)archive_entry_acl_from_text(
			ae, e->acl_default, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT);
	return err;
}

enum evx_err evx_archive_out_begin(struct evx_archive_out *a, const struct evx_entry *e,
	const char *first, size_t first_len, bool *taken, struct evx_diag *diag)
{
	struct archive_entry *ae;
	enum evx_err err;
	int r;

	*taken = has_place(a, e) && can_name(a, e);
	a->at = 0;
	a->size = e->type == EVX_FILE && first == NULL ? e->size : 0;
	if (!*taken)
		return EVX_OK;
	ae = archive_entry_new2(a->archive);
	if (ae == NULL)
		return evx_fail_memory(diag);
	enter(a);
	err = describe(a, ae, e, first, first_len, diag);
	if (err == EVX_OK) {
		r = archive_write_header(a->archive, ae);
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			err = failure(a, diag);
	}
	leave(a);
	archive_entry_free(ae);
	return err;
}

static enum evx_err write_all(
	struct evx_archive_out *a, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	la_ssize_t r;
	size_t done;

	for (done = 0; done < n; done += (size_t)r) {
		r = archive_write_data(a->archive, p + done, n - done);
		if (r <= 0)
			return failure(a, diag);
	}
	a->at += n;
	return EVX_OK;
}

static enum evx_err fill(struct evx_archive_out *a, uint64_t to, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && a->at < to)
		err = write_all(
			a, a->zeros, to - a->at < ZEROS ? (size_t)(to - a->at) : ZEROS, diag);
	return err;
}

enum evx_err evx_archive_out_data(struct evx_archive_out *a, uint64_t offset, const uint8_t *p,
	size_t n, struct evx_diag *diag)
{
	enum evx_err err = fill(a, offset, diag);

	return err == EVX_OK ? write_all(a, p, n, diag) : err;
}

enum evx_err evx_archive_out_end(struct evx_archive_out *a, struct evx_diag *diag)
{
	enum evx_err err = fill(a, a->size, diag);

	if (err == EVX_OK && archive_write_finish_entry(a->archive) < ARCHIVE_WARN)
		err = failure(a, diag);
	return err;
}

enum evx_err evx_archive_out_finish(struct evx_archive_out *a, struct evx_diag *diag)
{
	return archive_write_close(a->archive) == ARCHIVE_OK ? EVX_OK : failure(a, diag);
}

void evx_archive_out_free(struct evx_archive_out *a)
{
	if (a == NULL)
		return;
	if (a->failed != EVX_OK)
		(void)archive_write_fail(a->archive); /* or freeing would go on writing */
	(void)archive_write_free(a->archive);
	if (a->utf8 != (locale_t)0)
		freelocale(a->utf8);
	free(a);
}
