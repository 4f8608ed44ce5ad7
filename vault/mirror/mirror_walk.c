/* Walks a vault for its mirror. */
#include "mirror/mirror_walk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "crypto/hash.h"
#include "store/place.h"

#define PATH_CAP 512

struct walk {
	const struct evx_vault *vault;
	const struct evx_cancel *cancel;
	struct evx_mirror_index *index;
	int dir; /* the directory that is read */
	char path[PATH_CAP];
	struct evx_diag *diag;
};

static enum evx_err add_file(struct walk *w, const char *name)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	uint8_t hash[32];
	enum evx_err err = evx_place_read(w->dir, name, EVX_MIRROR_INDEX_MAX, &bytes, w->diag);

	if (err == EVX_OK) {
		evx_sha256(bytes.data, bytes.len, hash);
		err = evx_fail_buf(
			w->diag, evx_mirror_index_add(w->index, false, hash, bytes.len, w->path));
	}
	evx_buf_free(&bytes);
	return err;
}

static enum evx_err add(void *ctx, const char *name);

static enum evx_err add_directory(struct walk *w, const char *name)
{
	const int above = w->dir;
	enum evx_err err = evx_place_open(above, name, &w->dir, w->diag);

	if (err == EVX_OK)
		err = evx_place_each(w->dir, add, w, w->diag);
	evx_close_quiet(&w->dir);
	w->dir = above;
	return err;
}

/* Entries of the log that were written since it was loaded wait for the next mirror. */
static bool is_later(const struct walk *w)
{
	return strncmp(w->path, "log/", 4) == 0 &&
		strtoul(w->path + 4, NULL, 10) >= evx_vault_entries(w->vault);
}

/* Names that no vault has are passed over, as every reader does. */
static enum evx_err add(void *ctx, const char *name)
{
	struct walk *w = ctx;
	const size_t n = strlen(w->path);
	uint8_t hash[32];
	struct stat st;
	enum evx_err err = EVX_OK;

	if (evx_cancelled(w->cancel))
		return evx_fail(w->diag, EVX_E_INTERRUPTED,
			"Interrupted. To go on, run the same command again.");
	if ((size_t)snprintf(w->path + n, sizeof(w->path) - n, "%s%s", n > 0 ? "/" : "", name) >=
			sizeof(w->path) - n ||
		fstatat(w->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		goto out;
	if (S_ISDIR(st.st_mode)) {
		/* As if a file stood in it. */
		char inside[PATH_CAP + 2];

		(void)snprintf(inside, sizeof(inside), "%s/x", w->path);
		if (evx_mirror_index_path(inside, strlen(inside)))
			err = add_directory(w, name);
	} else if (!evx_mirror_index_path(w->path, strlen(w->path)) || is_later(w)) {
		goto out;
	} else if (!S_ISREG(st.st_mode)) {
		err = evx_diag_in(w->diag, w->path,
			evx_fail(w->diag, EVX_E_CORRUPT,
				"This is no file. A vault has none such. Run: evx check"));
	} else if (evx_mirror_index_pack(w->path, hash)) {
		err = evx_fail_buf(w->diag,
			evx_mirror_index_add(w->index, true, hash, (uint64_t)st.st_size, w->path));
	} else {
		err = add_file(w, name);
	}
out:
	w->path[n] = '\0';
	return err;
}

enum evx_err evx_mirror_walk(const struct evx_vault *v, const struct evx_cancel *cancel,
	struct evx_mirror_index *out, struct evx_diag *diag)
{
	/* An exhibit gets its mark before it is there: exhibits are read first. */
	static const char *const order[] = { "exhibits", "remnants", "branches", "cases", "members",
		"log", "vault.json" };
	struct walk w = {
		.vault = v, .cancel = cancel, .index = out, .dir = evx_vault_fd(v), .diag = diag
	};
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && err == EVX_OK; i++)
		err = add(&w, order[i]);
	if (err == EVX_OK)
		evx_mirror_index_sort(out);
	else
		evx_mirror_index_free(out);
	return err;
}

enum evx_err evx_mirror_walk_read(
	const struct evx_vault *v, const char *path, struct evx_buf *out, struct evx_diag *diag)
{
	const char *at = path;
	int dir = evx_vault_fd(v), below = -1;
	enum evx_err err = EVX_OK;

	for (const char *slash; err == EVX_OK && (slash = strchr(at, '/')) != NULL;
		at = slash + 1) {
		char name[PATH_CAP];
		int next;

		(void)snprintf(name, sizeof(name), "%.*s", (int)(slash - at), at);
		err = evx_place_open(dir, name, &next, diag);
		evx_close_quiet(&below);
		if (err == EVX_OK)
			dir = below = next;
	}
	if (err == EVX_OK)
		err = evx_place_read(dir, at, EVX_MIRROR_INDEX_MAX, out, diag);
	evx_close_quiet(&below);
	return err;
}
