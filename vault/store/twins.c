/* Looks for recipes that stand beside their packs, with several threads. */
#include "store/twins.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/crew.h"
#include "base/io.h"
#include "store/vault_inner.h"

#define EACH 64u /* exhibits that a thread takes at a time */

struct one {
	char uuid[EVX_UUID_CAP];
	bool twin;
};

struct search {
	const struct evx_vault *v;
	struct one *at;
	size_t n;
};

static enum evx_err add(void *ctx, const char *uuid)
{
	struct search *s = ctx;
	struct one *one = EVX_ARRAY_ADD(s->at, s->n);

	if (one == NULL)
		return EVX_E_MEMORY;
	memcpy(one->uuid, uuid, sizeof(one->uuid));
	one->twin = false;
	return EVX_OK;
}

static int by_uuid(const void *a, const void *b)
{
	return strcmp(((const struct one *)a)->uuid, ((const struct one *)b)->uuid);
}

static bool is_twin(int fd, const char *name)
{
	const char *dot = strchr(name, '.');
	char pack[96];
	struct stat st;

	if (dot == NULL || strcmp(dot, ".recipe") != 0 || strlen(name) > 80)
		return false;
	(void)snprintf(pack, sizeof(pack), "%.*s.pack", (int)(dot - name), name);
	return fstatat(fd, pack, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Without opendir, which costs as much again in a directory with a few files: there may be very
 * many. What can be read counts. */
static bool has_twin(const struct evx_vault *v, const char *uuid)
{
	_Alignas(struct dirent64) char names[8192];
	char path[64];
	bool found = false;
	ssize_t n = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "exhibits/%s/data", uuid);
	if (evx_place_open(v->fd, path, &fd, NULL) != EVX_OK)
		return false;
	while (!found && (n = getdents64(fd, names, sizeof(names))) > 0)
		for (ssize_t at = 0; at < n && !found;) {
			unsigned short reclen;

			memcpy(&reclen, names + at + offsetof(struct dirent64, d_reclen),
				sizeof(reclen));
			found = is_twin(fd, names + at + offsetof(struct dirent64, d_name));
			at += reclen;
		}
	evx_close_quiet(&fd);
	return found;
}

static void look(void *ctx, size_t i)
{
	struct search *s = ctx;

	s->at[i].twin = !evx_cancelled(s->v->cancel) && has_twin(s->v, s->at[i].uuid);
}

enum evx_err evx_twins_each(
	const struct evx_vault *v, enum evx_err (*each)(void *ctx, const char *uuid), void *ctx)
{
	struct search s = { .v = v };
	enum evx_err err = evx_vault_each_exhibit(v, add, &s, NULL);

	if (err != EVX_OK)
		goto out;
	if (s.n > 0)
		qsort(s.at, s.n, sizeof(*s.at), by_uuid);
	evx_crew(s.n, EACH, look, &s);
	if (evx_cancelled(v->cancel))
		err = EVX_E_INTERRUPTED;
	for (size_t i = 0; i < s.n && err == EVX_OK; i++)
		if (s.at[i].twin)
			err = each(ctx, s.at[i].uuid);
out:
	free(s.at);
	return err;
}
