/* What this machine remembers of vaults: its files. */
#include "store/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "base/lock.h"
#include "format/decimal.h"
#include "format/limits.h"
#include "format/text.h"
#include "store/place.h"

#define FIRST_LINE "evx-vault-memory/1\n"
#define MEMORY_MAX 8192u
#define LOCK ".lock"

bool evx_memory_equal(const struct evx_vault_memory *a, const struct evx_vault_memory *b)
{
	return strcmp(a->uuid, b->uuid) == 0 && strcmp(a->path, b->path) == 0 &&
		strcmp(a->founder, b->founder) == 0 && a->accepted == b->accepted &&
		a->entries == b->entries && evx_hash_equal(a->head, b->head);
}

static bool is_read_only(const struct evx_diag *why)
{
	return why->code == EVX_E_IO &&
		(why->sys_errno == EROFS || why->sys_errno == EACCES || why->sys_errno == EPERM);
}

/* The value of the line that begins with key and a space; *at moves behind its LF. */
static bool line(const char **at, const char *end, const char *key, const char **value, size_t *n)
{
	const size_t k = strlen(key);
	const char *lf = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;

	if (lf == NULL || (size_t)(lf - *at) <= k + 1 || memcmp(*at, key, k) != 0 ||
		(*at)[k] != ' ')
		return false;
	*value = *at + k + 1;
	*n = (size_t)(lf - *value);
	*at = lf + 1;
	return true;
}

static enum evx_err take_path(const char *p, size_t n, struct evx_vault_memory *out)
{
	struct evx_buf path = { NULL, 0, 0, EVX_MEMORY_PATH_CAP - 1 };
	enum evx_err err;

	if (n == 1 && *p == '-')
		return EVX_OK;
	err = evx_base64_decode(p, n, true, &path);
	if (err == EVX_OK &&
		(path.len == 0 || path.data[0] != '/' || memchr(path.data, 0, path.len) != NULL))
		err = EVX_E_CORRUPT;
	if (err == EVX_OK)
		memcpy(out->path, path.data, path.len);
	evx_buf_free(&path);
	return err;
}

static bool take_log(const char *p, size_t n, struct evx_vault_memory *out)
{
	const char *space = memchr(p, ' ', n);
	uint64_t entries;

	if (space == NULL || !evx_decimal_parse(p, (size_t)(space - p), &entries) || entries == 0 ||
		entries > EVX_VAULT_ENTRIES_MAX)
		return false;
	out->entries = (uint32_t)entries;
	return evx_hex_decode(space + 1, n - (size_t)(space + 1 - p), out->head, 32) == EVX_OK;
}

/* EVX_OK, EVX_E_MEMORY, or another error for a file that is damaged. */
static enum evx_err decode(const char *p, size_t n, struct evx_vault_memory *out)
{
	const char *at = p, *end = p + n, *v;
	size_t k;
	enum evx_err err;

	if (n < strlen(FIRST_LINE) || memcmp(p, FIRST_LINE, strlen(FIRST_LINE)) != 0)
		return EVX_E_CORRUPT;
	at += strlen(FIRST_LINE);
	if (!line(&at, end, "path", &v, &k))
		return EVX_E_CORRUPT;
	if ((err = take_path(v, k, out)) != EVX_OK)
		return err;
	if (!line(&at, end, "founder", &v, &k) || k >= sizeof(out->founder) || k < 8 ||
		memcmp(v, "SHA256:", 7) != 0)
		return EVX_E_CORRUPT;
	memcpy(out->founder, v, k);
	if (!line(&at, end, "accepted", &v, &k) ||
		!((k == 3 && memcmp(v, "yes", 3) == 0) || (k == 2 && memcmp(v, "no", 2) == 0)))
		return EVX_E_CORRUPT;
	out->accepted = k == 3;
	return line(&at, end, "log", &v, &k) && take_log(v, k, out) && at == end ? EVX_OK :
										   EVX_E_CORRUPT;
}

enum evx_err evx_memory_read(
	int dir, const char *uuid, struct evx_vault_memory *out, bool *there, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_place_read(dir, uuid, MEMORY_MAX, &text, NULL);

	memset(out, 0, sizeof(*out));
	*there = err == EVX_OK;
	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK)
		return evx_diag_in(diag, uuid,
			evx_fail(diag, err,
				"vault: what this machine remembers of it cannot be read"));
	(void)snprintf(out->uuid, sizeof(out->uuid), "%s", uuid);
	/* An empty file has no bytes to point at. */
	err = text.len == 0 ? EVX_E_CORRUPT : decode((const char *)text.data, text.len, out);
	if (err != EVX_OK)
		memset(out, 0, sizeof(*out));
	if (err == EVX_E_MEMORY)
		err = evx_fail_memory(diag);
	else if (err != EVX_OK)
		err = evx_diag_in(diag, uuid,
			evx_fail(diag, EVX_E_CORRUPT,
				"vault: the file in which this machine remembers it is damaged. "
				"Compare the founder's fingerprint again, then delete the file"));
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_memory_lock(
	int dir, const struct evx_cancel *cancel, int *fd, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_lock_take(dir, LOCK, "what this machine remembers of vaults",
		EVX_LOCK_SECONDS, cancel, fd, &why);

	if (err == EVX_OK || is_read_only(&why))
		return EVX_OK;
	return evx_fail(diag, err, "%s", why.text);
}

enum evx_err evx_memory_write(int dir, const struct evx_vault_memory *m, struct evx_diag *diag)
{
	struct evx_buf text = { NULL, 0, 0, MEMORY_MAX };
	struct evx_diag why = { 0 };
	char hex[65];
	enum evx_err err = evx_buf_adds(&text, FIRST_LINE "path ");

	evx_hex_encode(m->head, 32, hex);
	if (err == EVX_OK)
		err = m->path[0] == '\0' ? evx_buf_adds(&text, "-") :
					   evx_base64_encode(m->path, strlen(m->path), true, &text);
	if (err == EVX_OK)
		err = evx_buf_addf(&text, "\nfounder %s\naccepted %s\nlog %u %s\n", m->founder,
			m->accepted ? "yes" : "no", (unsigned)m->entries, hex);
	if (err != EVX_OK) {
		evx_buf_free(&text);
		return evx_fail(diag, err, "vault: this machine cannot remember it");
	}
	err = evx_replace_file(dir, m->uuid, 0600, text.data, text.len, &why);
	evx_buf_free(&text);
	if (err == EVX_OK || is_read_only(&why))
		return EVX_OK;
	return evx_diag_in(diag, m->uuid,
		evx_fail(diag, err, "vault: this machine cannot remember it: %s", why.text));
}

struct visit {
	int dir;
	enum evx_err (*each)(void *ctx, const struct evx_vault_memory *m);
	void *ctx;
	struct evx_diag *diag;
};

static enum evx_err see_name(void *ctx, const char *name)
{
	const struct visit *v = ctx;
	struct evx_vault_memory m;
	bool there;
	enum evx_err err;

	if (!evx_uuid_valid(name, strlen(name)))
		return EVX_OK;
	err = evx_memory_read(v->dir, name, &m, &there, v->diag);
	return err != EVX_OK || !there ? err : v->each(v->ctx, &m);
}

enum evx_err evx_memory_each(int dir,
	enum evx_err (*each)(void *ctx, const struct evx_vault_memory *m), void *ctx,
	struct evx_diag *diag)
{
	struct visit v = { dir, each, ctx, diag };

	return evx_place_each(dir, see_name, &v, diag);
}

enum evx_err evx_memory_forget(
	int dir, const char *uuid, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	char heads[EVX_UUID_CAP + 8];
	int lock = -1;
	enum evx_err err;

	if (!evx_uuid_valid(uuid, strlen(uuid)))
		return evx_fail(diag, EVX_E_USAGE,
			"vault: expected the UUID of a vault, found another text");
	err = evx_memory_lock(dir, cancel, &lock, diag);
	(void)snprintf(heads, sizeof(heads), "%s.heads", uuid);
	if (err != EVX_OK)
		goto out;
	if (unlinkat(dir, uuid, 0) != 0) {
		err = errno == ENOENT ?
			evx_fail(diag, EVX_E_NOT_FOUND,
				"vault %s: this machine remembers nothing of it", uuid) :
			evx_fail_errno(diag, uuid, "vault: it cannot be forgotten");
		goto out;
	}
	if (unlinkat(dir, heads, 0) != 0 && errno != ENOENT) {
		err = evx_fail_errno(diag, heads, "vault: its exhibits cannot be forgotten");
		goto out;
	}
	err = evx_fsync(dir, uuid, diag);
out:
	evx_close_quiet(&lock);
	return err;
}
