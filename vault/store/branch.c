/* Events of other copies, kept as receipts beside an exhibit. */
#include "store/branch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"
#include "format/text.h"
#include "format/uuid.h"
#include "store/place.h"

#define NAME_LEN 72u /* 64 hex digits and ".receipt" */

static bool is_receipt(const char *name)
{
	return strlen(name) == NAME_LEN && strspn(name, "0123456789abcdef") == 64 &&
		strcmp(name + 64, ".receipt") == 0;
}

/* Opens branches/UUID, or makes it. */
static enum evx_err open_dir(
	const struct evx_vault *v, const char *uuid, bool create, int *fd, struct evx_diag *diag)
{
	enum evx_err (*const get)(int, const char *, int *,
		struct evx_diag *) = create ? evx_place_make : evx_place_open;
	int all = -1;
	enum evx_err err;

	*fd = -1;
	if (!evx_uuid_valid(uuid, strlen(uuid)))
		return evx_fail(diag, EVX_E_USAGE,
			"branch: expected the UUID of an exhibit, found another text");
	err = get(evx_vault_fd(v), "branches", &all, diag);
	if (err == EVX_OK)
		err = get(all, uuid, fd, diag);
	evx_close_quiet(&all);
	return err;
}

/* True when name of dir holds these bytes already. */
static bool is_there(int dir, const char *name, const void *p, size_t n)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	const bool same = evx_place_read(dir, name, EVX_RECEIPT_MAX, &bytes, NULL) == EVX_OK &&
		bytes.len == n && memcmp(bytes.data, p, n) == 0;

	evx_buf_free(&bytes);
	return same;
}

enum evx_err evx_branch_keep(const struct evx_vault *v, struct evx_session *s, const char *uuid,
	const uint8_t hash[32], const void *p, size_t n, bool *made, struct evx_diag *diag)
{
	char name[NAME_LEN + 1];
	int dir;
	enum evx_err err = open_dir(v, uuid, true, &dir, diag);

	*made = false;
	if (err != EVX_OK)
		return err;
	evx_hex_encode(hash, 32, name);
	memcpy(name + 64, ".receipt", 9);
	if (!is_there(dir, name, p, n)) {
		err = evx_write_new_file(evx_session_fd(s), name, 0666, p, n, diag);
		if (err == EVX_OK && renameat(evx_session_fd(s), name, dir, name) != 0)
			err = evx_fail_errno(
				diag, name, "branch: the receipt cannot be put in its place");
		*made = err == EVX_OK;
	}
	if (err == EVX_OK)
		err = evx_fsync(dir, uuid, diag);
	evx_close_quiet(&dir);
	return err;
}

struct names {
	char (*at)[NAME_LEN + 1];
	size_t n;
};

static enum evx_err collect(void *ctx, const char *name)
{
	struct names *all = ctx;
	char(*one)[NAME_LEN + 1];

	if (!is_receipt(name))
		return EVX_OK;
	one = EVX_ARRAY_ADD(all->at, all->n);
	if (one == NULL)
		return EVX_E_MEMORY;
	memcpy(*one, name, sizeof(*one));
	return EVX_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

enum evx_err evx_branch_each(const struct evx_vault *v, const char *uuid,
	enum evx_err (*each)(void *ctx, const char *name), void *ctx, struct evx_diag *diag)
{
	struct names all = { NULL, 0 };
	struct evx_diag why = { 0 };
	int dir;
	enum evx_err err = open_dir(v, uuid, false, &dir, &why);

	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK)
		return evx_diag_in(diag, uuid, evx_fail(diag, err, "branch: %s", why.text));
	err = evx_place_each(dir, collect, &all, diag);
	if (err == EVX_E_MEMORY)
		(void)evx_fail_buf(diag, err);
	if (all.n > 1)
		qsort(all.at, all.n, sizeof(*all.at), by_name);
	for (size_t i = 0; i < all.n && err == EVX_OK; i++)
		err = each(ctx, all.at[i]);
	free(all.at);
	evx_close_quiet(&dir);
	return err;
}

enum evx_err evx_branch_read(const struct evx_vault *v, const char *uuid, const char *name,
	struct evx_buf *out, struct evx_diag *diag)
{
	int dir;
	enum evx_err err;

	if (!is_receipt(name))
		return evx_fail(
			diag, EVX_E_USAGE, "branch: expected HASH.receipt, found another text");
	err = open_dir(v, uuid, false, &dir, diag);
	if (err == EVX_OK)
		err = evx_place_read(dir, name, EVX_RECEIPT_MAX, out, diag);
	evx_close_quiet(&dir);
	return err;
}
