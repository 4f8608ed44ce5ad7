/* Lays out the files of a mirror in a directory that is to be a vault. */
#include "mirror/mirror_lay.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "mirror/mirror_parcel.h"
#include "store/place.h"

#define VAULT_JSON "vault.json"
#define PATH_CAP 512

/* ---- What was left */

/* What an interrupted import left, of an older state of the mirror maybe: only packs that are
 * wanted stay, and they are compared before they are used. */
struct cleaning {
	const struct evx_mirror_index *index;
	char path[PATH_CAP];
	int dir;
};

static enum evx_err clean(void *ctx, const char *name)
{
	struct cleaning *c = ctx;
	const size_t n = strlen(c->path);
	const int above = c->dir;
	const struct evx_mirror_line *line;
	enum evx_err err = EVX_OK;

	if (strcmp(name, EVX_MIRROR_LAY_MARK) == 0 || strcmp(name, "lost+found") == 0 ||
		(size_t)snprintf(c->path + n, sizeof(c->path) - n, "%s%s", n > 0 ? "/" : "",
			name) >= sizeof(c->path) - n)
		goto out;
	if (evx_place_open(above, name, &c->dir, NULL) == EVX_OK) {
		err = evx_place_each(c->dir, clean, c, NULL);
		evx_close_quiet(&c->dir);
		c->dir = above;
		(void)unlinkat(above, name, AT_REMOVEDIR); /* an empty one */
		goto out;
	}
	c->dir = above;
	line = evx_mirror_index_find(c->index, c->path);
	if (line == NULL || !line->pack)
		err = evx_place_remove(above, name, 0, NULL);
out:
	c->path[n] = '\0';
	return err;
}

static enum evx_err clean_all(const struct evx_mirror_lay_with *with, struct evx_diag *diag)
{
	struct cleaning c = { .index = with->index, .path = "", .dir = with->into };

	return evx_place_each(with->into, clean, &c, diag);
}

/* ---- Files */

struct laying {
	const struct evx_mirror_lay_with *with;
	struct evx_buf *json;
	struct evx_hash *hash;
	const struct evx_mirror_line *line; /* of the file that comes; NULL: it is not wanted */
	int dir, fd;
	bool *have; /* of each line */
};

/* Opens the directory that path stands in, made where it is not there, and gives the last
 * component. */
static enum evx_err make_way(
	int root, const char *path, int *dir, const char **last, struct evx_diag *diag)
{
	const char *at = path;
	int here = dup(root);
	enum evx_err err = here >= 0 ? EVX_OK : evx_fail_errno(diag, path, "no descriptor is left");

	for (const char *slash; err == EVX_OK && (slash = strchr(at, '/')) != NULL;
		at = slash + 1) {
		char name[PATH_CAP];
		int next;

		(void)snprintf(name, sizeof(name), "%.*s", (int)(slash - at), at);
		err = evx_place_make(here, name, &next, diag);
		if (err == EVX_OK) {
			evx_close_quiet(&here);
			here = next;
		}
	}
	if (err != EVX_OK)
		evx_close_quiet(&here);
	*dir = here;
	*last = at;
	return err;
}

static enum evx_err begin(void *ctx, enum evx_parcel_kind kind, const char *uuid, const char *name,
	unsigned number, uint64_t size, struct evx_diag *diag)
{
	struct laying *l = ctx;
	const char *last;
	enum evx_err err;

	(void)uuid;
	(void)number;
	(void)size;
	l->line = NULL;
	if (kind == EVX_PARCEL_EXHIBIT || kind == EVX_PARCEL_RECEIPT)
		return evx_fail(diag, EVX_E_CORRUPT, "parcel: a member that no mirror has");
	if (kind != EVX_PARCEL_VAULT)
		return EVX_OK;
	l->line = evx_mirror_index_find(l->with->index, name);
	if (l->line != NULL && l->line->pack)
		l->line = NULL;
	evx_hash_reset(l->hash);
	if (l->line == NULL || strcmp(name, VAULT_JSON) == 0)
		return EVX_OK;
	err = make_way(l->with->into, name, &l->dir, &last, diag);
	if (err != EVX_OK)
		return err;
	(void)unlinkat(l->dir, last, 0);
	l->fd = openat(l->dir, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	return l->fd >= 0 ? EVX_OK : evx_fail_errno(diag, name, "This file cannot be made");
}

static enum evx_err data(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	struct laying *l = ctx;

	if (l->line == NULL)
		return EVX_OK;
	evx_hash_update(l->hash, p, n);
	return l->fd >= 0 ? evx_write_full(l->fd, p, n, l->line->path, diag) :
			    evx_fail_buf(diag, evx_buf_add(l->json, p, n));
}

/* A later parcel may have the file as it is now: which bytes are the right ones is for the index to
 * say. */
static enum evx_err end(void *ctx, struct evx_diag *diag)
{
	struct laying *l = ctx;
	uint8_t hash[32];
	enum evx_err err = EVX_OK;
	size_t i;

	if (l->line == NULL)
		return EVX_OK;
	i = (size_t)(l->line - l->with->index->at);
	if (evx_hash_final(l->hash, hash) != EVX_OK)
		err = evx_fail_memory(diag);
	l->have[i] = err == EVX_OK && evx_hash_equal(hash, l->line->hash);
	if (err == EVX_OK && l->fd >= 0)
		err = evx_fsync(l->fd, l->line->path, diag);
	if (err == EVX_OK)
		err = evx_close(&l->fd, l->line->path, diag);
	if (err == EVX_OK && l->dir >= 0)
		err = evx_fsync(l->dir, l->line->path, diag);
	evx_close_quiet(&l->dir);
	if (!l->have[i] && strcmp(l->line->path, VAULT_JSON) == 0)
		evx_buf_reset(l->json);
	return err;
}

static enum evx_err all_there(const struct laying *l, struct evx_diag *diag)
{
	const struct evx_mirror_index *index = l->with->index;

	for (size_t i = 0; i < index->n; i++)
		if (!index->at[i].pack && !l->have[i])
			return evx_fail(diag, EVX_E_FORGED,
				"The mirror does not have the file %s as its newest note says. "
				"Nothing was rebuilt. To put the mirror in order from the vault, "
				"run: evx mirror --anew",
				index->at[i].path);
	return l->json->len > 0 ? EVX_OK :
				  evx_fail(diag, EVX_E_CORRUPT, "The mirror has no vault.json.");
}

enum evx_err evx_mirror_lay_files(
	const struct evx_mirror_lay_with *with, struct evx_buf *json, struct evx_diag *diag)
{
	struct laying l = { .with = with,
		.json = json,
		.hash = evx_hash_new(EVX_SHA256),
		.dir = -1,
		.fd = -1,
		.have = calloc(with->index->n + 1, sizeof(*l.have)) };
	const struct evx_parcel_to to = { .ctx = &l, .begin = begin, .data = data, .end = end };
	enum evx_err err = l.hash != NULL && l.have != NULL ? clean_all(with, diag) :
							      evx_fail_memory(diag);

	for (size_t i = 0; i < with->notes->n && err == EVX_OK; i++) {
		int fd = -1;

		/* vault.json comes in the whole one. */
		err = evx_mirror_parcel_get(
			with->from, with->spool, &with->notes->at[i].note, &fd, diag);
		if (err == EVX_OK)
			err = evx_parcel_read(fd, "parcel", with->from->key, &to, diag);
		evx_close_quiet(&fd);
		evx_close_quiet(&l.fd);
		evx_close_quiet(&l.dir);
	}
	if (err == EVX_OK)
		err = all_there(&l, diag);
	evx_hash_free(l.hash);
	free(l.have);
	return err;
}
