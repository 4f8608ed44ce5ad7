/* An entry to its listing line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "format/listing.h"
#include "format/text.h"

static const char *const type_names[] = { "file", "dir", "symlink", "fifo", "socket", "char",
	"block" };

/* key with the bytes as text, or key_b64 with their base64 where they are not UTF-8. */
static void put_bytes(
	struct evx_jw *w, const char *key, const char *key_b64, const void *p, size_t n)
{
	struct evx_buf b64 = EVX_BUF_INIT;

	if (evx_utf8_valid(p, n)) {
		evx_jw_strn(w, key, p, n);
		return;
	}
	if (w->err == EVX_OK)
		w->err = evx_base64_encode(p, n, true, &b64);
	if (w->err == EVX_OK)
		evx_jw_strn(w, key_b64, b64.data, b64.len);
	evx_buf_free(&b64);
}

/* Optional text without a base64 form. */
static void put_text(struct evx_jw *w, const char *key, const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0, cap = 4 * n + 1;
	char *escaped;

	if (n == 0 || w->err != EVX_OK)
		return;
	if (evx_utf8_valid(s, n)) {
		evx_jw_strn(w, key, s, n);
		return;
	}
	escaped = malloc(cap);
	if (escaped == NULL) {
		w->err = EVX_E_MEMORY;
		return;
	}
	evx_jw_str(w, key, evx_text_escape(s, n, escaped, cap));
	free(escaped);
}

static void put_time(struct evx_jw *w, const char *key, bool has, struct evx_file_time t)
{
	char text[EVX_FILE_TIME_CAP];

	if (!has)
		return;
	evx_file_time_encode(t, text);
	evx_jw_str(w, key, text);
}

static void put_stat(struct evx_jw *w, const struct evx_entry *e)
{
	char mode[5] = { (char)('0' + (e->mode >> 9 & 7)), (char)('0' + (e->mode >> 6 & 7)),
		(char)('0' + (e->mode >> 3 & 7)), (char)('0' + (e->mode & 7)), 0 };

	if (e->type == EVX_FILE)
		evx_jw_u64(w, "size", e->size);
	if (e->has_stat) {
		evx_jw_strn(w, "mode", mode, 4);
		evx_jw_int(w, "uid", e->uid);
		evx_jw_int(w, "gid", e->gid);
	}
	put_text(w, "user", e->user);
	put_text(w, "group", e->group);
	put_time(w, "atime", e->has_atime, e->atime);
	put_time(w, "mtime", e->has_mtime, e->mtime);
	put_time(w, "ctime", e->has_ctime, e->ctime);
	put_time(w, "btime", e->has_btime, e->btime);
}

static void put_ranges(
	struct evx_jw *w, const char *key, const struct evx_extent *x, size_t n, size_t most)
{
	if (n > most && w->err == EVX_OK)
		w->err = EVX_E_LIMIT;
	evx_jw_arr(w, key);
	for (size_t i = 0; i < n && w->err == EVX_OK; i++) {
		evx_jw_arr(w, NULL);
		evx_jw_u64(w, NULL, x[i].offset);
		evx_jw_u64(w, NULL, x[i].length);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

/* What belongs to one type only. */
static void put_kind(struct evx_jw *w, const struct evx_entry *e)
{
	char device[32];

	if (e->type == EVX_SYMLINK && e->link_target != NULL)
		put_bytes(w, "target", "target_b64", e->link_target, e->link_target_len);
	if (e->type != EVX_DIR && e->has_hardlink)
		evx_jw_int(w, "hardlink", (int64_t)e->hardlink_index);
	if ((e->type == EVX_CHARDEV || e->type == EVX_BLOCKDEV) && e->has_stat) {
		(void)snprintf(device, sizeof(device), "%u:%u", e->rdev_major, e->rdev_minor);
		evx_jw_str(w, "device", device);
	}
	if (e->type == EVX_FILE && (e->has_map || e->read_error != NULL || e->skipped))
		put_ranges(w, "data", e->extents, e->n_extents, EVX_EXTENTS_MAX);
	if (e->type == EVX_FILE && e->n_bad > 0)
		put_ranges(w, "unreadable", e->bad, e->n_bad, EVX_UNREADABLE_MAX);
}

static void put_remarks(struct evx_jw *w, const struct evx_entry *e)
{
	put_text(w, "error", e->read_error);
	put_text(w, "metadata_error", e->metadata_errors);
	if (e->not_crossed && e->type == EVX_DIR)
		evx_jw_bool(w, "not_crossed", true);
	if (e->skipped)
		evx_jw_bool(w, "excluded", true);
	if (e->changed_while_reading && e->type == EVX_FILE)
		evx_jw_bool(w, "changed_while_reading", true);
	if (e->has_sha256)
		evx_jw_hex(w, "sha256", e->sha256, sizeof(e->sha256));
	if (e->has_sparse_sha256)
		evx_jw_hex(w, "sparse_sha256", e->sparse_sha256, sizeof(e->sparse_sha256));
	if (e->has_md5)
		evx_jw_hex(w, "md5", e->md5, sizeof(e->md5));
	if (e->has_sha1)
		evx_jw_hex(w, "sha1", e->sha1, sizeof(e->sha1));
	if (e->has_range_root)
		evx_jw_hex(w, "range_root", e->range_root, sizeof(e->range_root));
}

static void put_attributes(struct evx_jw *w, const struct evx_entry *e)
{
	struct evx_buf b64 = EVX_BUF_INIT;

	if (e->n_xattrs > 0) {
		evx_jw_arr(w, "xattrs");
		for (size_t i = 0; i < e->n_xattrs && w->err == EVX_OK; i++) {
			evx_jw_obj(w, NULL);
			put_bytes(w, "name", "name_b64", e->xattrs[i].name,
				strlen(e->xattrs[i].name));
			evx_buf_reset(&b64);
			if (w->err == EVX_OK)
				w->err = evx_base64_encode(
					e->xattrs[i].value, e->xattrs[i].len, true, &b64);
			evx_jw_strn(w, "value", b64.data != NULL ? (const char *)b64.data : "",
				b64.len);
			evx_jw_close(w);
		}
		evx_jw_close(w);
	}
	put_text(w, "acl_access", e->acl_access);
	put_text(w, "acl_default", e->acl_default);
	put_text(w, "flags", e->fflags_text);
	evx_buf_free(&b64);
}

static bool ranges_in_order(const struct evx_extent *x, size_t n, uint64_t size)
{
	for (size_t i = 0; i < n; i++)
		if (x[i].length == 0 || x[i].offset > size || x[i].length > size - x[i].offset ||
			(i > 0 && x[i].offset <= x[i - 1].offset + x[i - 1].length))
			return false;
	return true;
}

/* What readers refuse is not written. */
static const char *fault_of(const struct evx_entry *e)
{
	bool unread = e->read_error != NULL || e->skipped;

	if (e->path == NULL || (unsigned)e->type >= sizeof(type_names) / sizeof(type_names[0]))
		return "no path or no type";
	if (e->type == EVX_SYMLINK && e->link_target == NULL && e->read_error == NULL)
		return "a symbolic link without target";
	for (size_t i = 0; i < e->n_xattrs; i++)
		if (e->xattrs[i].name[0] == '\0' ||
			(i > 0 && strcmp(e->xattrs[i - 1].name, e->xattrs[i].name) >= 0))
			return "extended attributes without name or out of order";
	if (e->type != EVX_FILE)
		return NULL;
	if (e->size > INT64_MAX || !ranges_in_order(e->extents, e->n_extents, e->size) ||
		!ranges_in_order(e->bad, e->n_bad, e->size))
		return "ranges out of order or outside the file";
	if ((unread && e->n_extents > 0) || (e->n_bad > 0 && !e->has_map && !unread))
		return "ranges that do not go with how it was read";
	return NULL;
}

enum evx_err evx_listing_encode(
	const struct evx_entry *e, struct evx_buf *out, struct evx_diag *diag)
{
	const char *fault = fault_of(e);
	size_t start = out->len;
	struct evx_jw w = evx_jw_begin(out);
	enum evx_err err;

	if (fault != NULL)
		return evx_fail(diag, EVX_E_USAGE, "listing line: %s", fault);
	evx_jw_obj(&w, NULL);
	put_bytes(&w, "path", "path_b64", e->path, e->path_len);
	evx_jw_str(&w, "type", type_names[e->type]);
	put_stat(&w, e);
	put_kind(&w, e);
	put_remarks(&w, e);
	put_attributes(&w, e);
	evx_jw_close(&w);
	err = evx_jw_end(&w);
	if (err == EVX_OK && out->len - start > EVX_LISTING_LINE_MAX)
		err = EVX_E_LIMIT;
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	return evx_fail(
		diag, err, "listing line: cannot be written in %u bytes", EVX_LISTING_LINE_MAX);
}
