/* A listing line to an entry: what every type has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/listing_inner.h"
#include "format/text.h"

/* Which types a key may stand with. */
#define BIT(type) (1u << (type))
#define ANY (~0u)
#define DEVICES (BIT(EVX_CHARDEV) | BIT(EVX_BLOCKDEV))

static const struct {
	const char *key;
	unsigned types;
} keys[] = {
	{ "path", ANY },
	{ "path_b64", ANY },
	{ "type", ANY },
	{ "size", BIT(EVX_FILE) },
	{ "mode", ANY },
	{ "uid", ANY },
	{ "gid", ANY },
	{ "user", ANY },
	{ "group", ANY },
	{ "atime", ANY },
	{ "mtime", ANY },
	{ "ctime", ANY },
	{ "btime", ANY },
	{ "target", BIT(EVX_SYMLINK) },
	{ "target_b64", BIT(EVX_SYMLINK) },
	{ "hardlink",
		BIT(EVX_FILE) | BIT(EVX_SYMLINK) | BIT(EVX_FIFO) | BIT(EVX_SOCKET) | DEVICES },
	{ "device", DEVICES },
	{ "data", BIT(EVX_FILE) },
	{ "unreadable", BIT(EVX_FILE) },
	{ "error", ANY },
	{ "metadata_error", ANY },
	{ "not_crossed", BIT(EVX_DIR) },
	{ "excluded", ANY },
	{ "changed_while_reading", BIT(EVX_FILE) },
	{ "sha256", BIT(EVX_FILE) },
	{ "sparse_sha256", BIT(EVX_FILE) },
	{ "md5", BIT(EVX_FILE) },
	{ "sha1", BIT(EVX_FILE) },
	{ "range_root", BIT(EVX_FILE) },
	{ "xattrs", ANY },
	{ "acl_access", ANY },
	{ "acl_default", ANY },
	{ "flags", ANY },
};

static const char *const type_names[] = { "file", "dir", "symlink", "fifo", "socket", "char",
	"block" };

enum evx_err evx_listing_bad(struct evx_listing_decoder *d, const char *what)
{
	return evx_fail(d->diag, EVX_E_CORRUPT, "listing line: %s", what);
}

static enum evx_err check_key(const char *key, const struct evx_json *value, void *ctx)
{
	struct evx_listing_decoder *d = ctx;

	(void)value;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(key, keys[i].key) != 0)
			continue;
		if ((keys[i].types & BIT(d->e->type)) == 0)
			return evx_fail(d->diag, EVX_E_CORRUPT, "listing line: a %s has no \"%s\"",
				type_names[d->e->type], key);
		return EVX_OK;
	}
	if (strncmp(key, "x-", 2) == 0)
		return EVX_OK;
	return evx_fail(d->diag, EVX_E_UNSUPPORTED, "listing line: a key is not known");
}

static enum evx_err read_type(struct evx_listing_decoder *d)
{
	const char *s;
	enum evx_err err = evx_json_str(d->obj, "type", false, &s, NULL, d->diag);

	if (err != EVX_OK)
		return err;
	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++)
		if (strcmp(s, type_names[i]) == 0) {
			d->e->type = (enum evx_entry_type)i;
			return EVX_OK;
		}
	return evx_fail(d->diag, EVX_E_UNSUPPORTED, "listing line: its type is not known");
}

/* The bytes of key, or of key_b64, which then are not UTF-8; *found false when neither is there. */
static enum evx_err read_bytes(struct evx_listing_decoder *d, const struct evx_json *obj,
	const char *key, const char *key_b64, struct evx_buf *out, bool *found)
{
	const char *s, *b64;
	size_t n, b64_len;
	enum evx_err err;

	*found = false;
	if ((err = evx_json_str(obj, key, true, &s, &n, d->diag)) != EVX_OK ||
		(err = evx_json_str(obj, key_b64, true, &b64, &b64_len, d->diag)) != EVX_OK)
		return err;
	if (s != NULL && b64 != NULL)
		return evx_listing_bad(d, "a text stands both plain and in base64");
	if (s == NULL && b64 == NULL)
		return EVX_OK;
	*found = true;
	if (s != NULL)
		return evx_buf_add(out, s, n);
	err = evx_base64_decode(b64, b64_len, true, out);
	if (err == EVX_E_CORRUPT)
		return evx_listing_bad(d, "base64 is not canonical");
	if (err != EVX_OK)
		return err;
	if (evx_utf8_valid(out->data, out->len))
		return evx_listing_bad(d, "base64 of what is UTF-8");
	return memchr(out->data, 0, out->len) != NULL ? evx_listing_bad(d, "a NUL byte in base64") :
							EVX_OK;
}

static enum evx_err read_path(struct evx_listing_decoder *d)
{
	struct evx_buf b = EVX_BUF_INIT;
	bool found;
	enum evx_err err = read_bytes(d, d->obj, "path", "path_b64", &b, &found);

	if (err != EVX_OK || (!found && (err = evx_listing_bad(d, "no path")) != EVX_OK) ||
		(err = evx_path_check(b.data, b.len, d->diag)) != EVX_OK)
		goto out;
	err = evx_entry_set_path(d->e, b.data, b.len);
out:
	evx_buf_free(&b);
	return err;
}

static enum evx_err read_target(struct evx_listing_decoder *d)
{
	struct evx_buf b = EVX_BUF_INIT;
	bool found;
	enum evx_err err = read_bytes(d, d->obj, "target", "target_b64", &b, &found);

	if (err == EVX_OK && found)
		err = evx_entry_set_link_target(d->e, b.data, b.len);
	if (err == EVX_OK && !found && d->e->type == EVX_SYMLINK && d->e->read_error == NULL)
		err = evx_listing_bad(d, "a symlink without target or error");
	evx_buf_free(&b);
	return err;
}

static enum evx_err read_text(struct evx_listing_decoder *d, const char *key, char **out)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(d->obj, key, true, &s, &n, d->diag);

	if (err != EVX_OK || s == NULL)
		return err;
	if (n == 0)
		return evx_fail(d->diag, EVX_E_CORRUPT, "listing line: \"%s\" is empty", key);
	*out = strdup(s);
	return *out != NULL ? EVX_OK : EVX_E_MEMORY;
}

static enum evx_err read_time(
	struct evx_listing_decoder *d, const char *key, bool *has, struct evx_file_time *out)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(d->obj, key, true, &s, &n, d->diag);

	*has = s != NULL;
	if (err != EVX_OK || s == NULL || (err = evx_file_time_decode(s, n, out)) == EVX_OK)
		return err;
	return evx_fail(d->diag, err,
		"listing line: \"%s\": expected nanoseconds of a second of 64 bits, found "
		"\"%.40s\"",
		key, s);
}

static enum evx_err read_id(struct evx_listing_decoder *d, const char *key, uint32_t *out)
{
	int64_t v;
	enum evx_err err = evx_json_int(d->obj, key, false, &v, d->diag);

	if (err == EVX_OK && (v < 0 || v > UINT32_MAX))
		err = evx_fail(
			d->diag, EVX_E_CORRUPT, "listing line: \"%s\" is no 32-bit number", key);
	if (err == EVX_OK)
		*out = (uint32_t)v;
	return err;
}

static enum evx_err read_mode(struct evx_listing_decoder *d)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(d->obj, "mode", false, &s, &n, d->diag);

	if (err != EVX_OK)
		return err;
	if (n != 4 || strspn(s, "01234567") != 4)
		return evx_listing_bad(d, "\"mode\": expected four octal digits");
	for (size_t i = 0; i < 4; i++)
		d->e->mode = d->e->mode << 3 | (uint32_t)(s[i] - '0');
	return EVX_OK;
}

static enum evx_err read_stat(struct evx_listing_decoder *d)
{
	struct evx_entry *e = d->e;
	enum evx_err err;

	e->has_stat = evx_json_has(d->obj, "mode") || evx_json_has(d->obj, "uid") ||
		evx_json_has(d->obj, "gid");
	if (e->has_stat &&
		((err = read_mode(d)) != EVX_OK || (err = read_id(d, "uid", &e->uid)) != EVX_OK ||
			(err = read_id(d, "gid", &e->gid)) != EVX_OK))
		return err;
	if ((err = read_text(d, "user", &e->user)) != EVX_OK ||
		(err = read_text(d, "group", &e->group)) != EVX_OK ||
		(err = read_time(d, "atime", &e->has_atime, &e->atime)) != EVX_OK ||
		(err = read_time(d, "mtime", &e->has_mtime, &e->mtime)) != EVX_OK ||
		(err = read_time(d, "ctime", &e->has_ctime, &e->ctime)) != EVX_OK)
		return err;
	return read_time(d, "btime", &e->has_btime, &e->btime);
}

/* Decimal digits without leading zero up to end; *p goes to end. */
static bool number_u32(const char **p, char end, uint32_t *out)
{
	const char *s = *p;
	uint64_t v = 0;

	if (*s == '0' && s[1] != end)
		return false;
	for (; *s >= '0' && *s <= '9' && v <= UINT32_MAX; s++)
		v = v * 10 + (uint64_t)(*s - '0');
	if (s == *p || *s != end || v > UINT32_MAX)
		return false;
	*p = s;
	*out = (uint32_t)v;
	return true;
}

static enum evx_err read_device(struct evx_listing_decoder *d)
{
	bool is_device = (BIT(d->e->type) & DEVICES) != 0;
	const char *s;
	enum evx_err err = evx_json_str(
		d->obj, "device", !(is_device && d->e->has_stat), &s, NULL, d->diag);

	if (err != EVX_OK || s == NULL)
		return err;
	if (!number_u32(&s, ':', &d->e->rdev_major))
		return evx_listing_bad(d, "\"device\": expected MAJOR:MINOR");
	s++;
	return number_u32(&s, '\0', &d->e->rdev_minor) ?
		EVX_OK :
		evx_listing_bad(d, "\"device\": expected MAJOR:MINOR");
}

/* Keys whose only value is true. */
enum evx_err evx_listing_flag(struct evx_listing_decoder *d, const char *key, bool *out)
{
	enum evx_err err = evx_json_bool(d->obj, key, true, out, d->diag);

	if (err == EVX_OK && !*out && evx_json_has(d->obj, key))
		err = evx_fail(
			d->diag, EVX_E_CORRUPT, "listing line: \"%s\" may only be true", key);
	return err;
}

static enum evx_err check_xattr_key(const char *key, const struct evx_json *value, void *ctx)
{
	struct evx_listing_decoder *d = ctx;

	(void)value;
	if (strcmp(key, "name") == 0 || strcmp(key, "name_b64") == 0 || strcmp(key, "value") == 0 ||
		strncmp(key, "x-", 2) == 0)
		return EVX_OK;
	return evx_fail(d->diag, EVX_E_UNSUPPORTED,
		"listing line: a key of an extended attribute is not known");
}

static enum evx_err read_xattr(struct evx_listing_decoder *d, const struct evx_json *obj)
{
	struct evx_entry *e = d->e;
	struct evx_buf name = EVX_BUF_INIT, value = EVX_BUF_INIT;
	const char *b64;
	size_t n;
	bool found;
	enum evx_err err = evx_json_each(obj, check_xattr_key, d);

	if (err != EVX_OK ||
		(err = read_bytes(d, obj, "name", "name_b64", &name, &found)) != EVX_OK)
		goto out;
	if (!found || name.len == 0) {
		err = evx_listing_bad(d, "an extended attribute without name");
		goto out;
	}
	if ((err = evx_json_str(obj, "value", false, &b64, &n, d->diag)) != EVX_OK)
		goto out;
	if ((err = evx_base64_decode(b64, n, true, &value)) != EVX_OK) {
		err = err == EVX_E_CORRUPT ? evx_listing_bad(d, "base64 is not canonical") : err;
		goto out;
	}
	if ((err = evx_buf_cstr(&name)) != EVX_OK)
		goto out;
	if (e->n_xattrs > 0 &&
		strcmp(e->xattrs[e->n_xattrs - 1].name, (const char *)name.data) >= 0)
		err = evx_listing_bad(d, "extended attributes are not in order");
	else
		err = evx_entry_add_xattr(e, (const char *)name.data, value.data, value.len);
out:
	evx_buf_free(&name);
	evx_buf_free(&value);
	return err;
}

static enum evx_err read_attributes(struct evx_listing_decoder *d)
{
	const struct evx_json *arr;
	enum evx_err err = evx_json_arr(d->obj, "xattrs", true, &arr, d->diag);

	if (err != EVX_OK)
		return err;
	if (arr != NULL && evx_json_len(arr) == 0)
		return evx_listing_bad(d, "\"xattrs\" is empty");
	for (size_t i = 0; arr != NULL && i < evx_json_len(arr); i++)
		if ((err = read_xattr(d, evx_json_at(arr, i))) != EVX_OK)
			return err;
	if ((err = read_text(d, "acl_access", &d->e->acl_access)) != EVX_OK ||
		(err = read_text(d, "acl_default", &d->e->acl_default)) != EVX_OK)
		return err;
	return read_text(d, "flags", &d->e->fflags_text);
}

static enum evx_err read_hardlink(struct evx_listing_decoder *d)
{
	int64_t index = 0;
	enum evx_err err;

	d->e->has_hardlink = evx_json_has(d->obj, "hardlink");
	if ((err = evx_json_int(d->obj, "hardlink", true, &index, d->diag)) != EVX_OK)
		return err;
	if (index < 0)
		return evx_listing_bad(d, "\"hardlink\" is negative");
	d->e->hardlink_index = (uint64_t)index;
	return EVX_OK;
}

static enum evx_err read_all(struct evx_listing_decoder *d)
{
	struct evx_entry *e = d->e;
	enum evx_err err;

	if ((err = read_type(d)) != EVX_OK ||
		(err = evx_json_each(d->obj, check_key, d)) != EVX_OK ||
		(err = read_path(d)) != EVX_OK || (err = read_stat(d)) != EVX_OK ||
		(err = read_text(d, "error", &e->read_error)) != EVX_OK ||
		(err = read_text(d, "metadata_error", &e->metadata_errors)) != EVX_OK ||
		(err = evx_listing_flag(d, "not_crossed", &e->not_crossed)) != EVX_OK ||
		(err = evx_listing_flag(d, "excluded", &e->skipped)) != EVX_OK)
		return err;
	if ((err = read_hardlink(d)) != EVX_OK || (err = read_target(d)) != EVX_OK ||
		(err = read_device(d)) != EVX_OK)
		return err;
	if (e->type == EVX_FILE && (err = evx_listing_file(d)) != EVX_OK)
		return err;
	return read_attributes(d);
}

enum evx_err evx_listing_decode(
	const uint8_t *line, size_t n, struct evx_entry *e, struct evx_diag *diag)
{
	evx_entry_free(e);
	if (evx_listing_quick(line, n, e))
		return EVX_OK;
	return evx_listing_decode_general(line, n, e, diag);
}

enum evx_err evx_listing_decode_general(
	const uint8_t *line, size_t n, struct evx_entry *e, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	struct evx_listing_decoder d = { NULL, e, diag };
	enum evx_err err;

	evx_entry_free(e);
	if ((err = evx_json_parse_line(line, n, EVX_LISTING_LINE_MAX, &root, diag)) != EVX_OK)
		goto out;
	d.obj = root;
	err = read_all(&d);
out:
	evx_json_free(root);
	if (err != EVX_OK) {
		evx_entry_free(e);
		(void)evx_fail(diag, err, "listing line: cannot be read");
	}
	return err;
}
