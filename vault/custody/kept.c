/* Files of the identity home as they stand there, unread (custody/kept.h). */
#include "custody/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/entries.h"
#include "base/io.h"

#define DIGITS 64u

void evx_kept_free(struct evx_kept *kept)
{
	if (kept == NULL)
		return;
	for (size_t i = 0; i < kept->n; i++)
		evx_buf_free(&kept->at[i].bytes);
	free(kept->at);
	*kept = (struct evx_kept){ NULL, 0 };
}

static struct evx_kept_file *grow(struct evx_kept *kept, const char *name)
{
	struct evx_kept_file *file = EVX_ARRAY_ADD(kept->at, kept->n);

	if (file == NULL)
		return NULL;
	file->bytes = (struct evx_buf)EVX_BUF_INIT;
	memcpy(file->name, name, strlen(name) + 1);
	return file;
}

enum evx_err evx_kept_add(struct evx_kept *kept, int dirfd, const char *name, const char *label,
	size_t max, struct evx_diag *diag)
{
	struct evx_kept_file *file = grow(kept, label);

	return file == NULL ? evx_fail_memory(diag) :
			      evx_read_guarded_file(dirfd, name, max, &file->bytes, diag);
}

static bool is_named(const char *name, const char *suffix)
{
	return strlen(name) == DIGITS + strlen(suffix) &&
		strspn(name, "0123456789abcdef") >= DIGITS && strcmp(name + DIGITS, suffix) == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct evx_kept_file *)a)->name, ((const struct evx_kept_file *)b)->name);
}

struct gathering {
	struct evx_kept *out;
	const char *suffix;
};

static enum evx_err gather_one(void *ctx, const char *name, unsigned char type)
{
	const struct gathering *g = ctx;

	(void)type;
	return is_named(name, g->suffix) && grow(g->out, name) == NULL ? EVX_E_MEMORY : EVX_OK;
}

static enum evx_err gather(int fd, const char *dir, const char *suffix, size_t max,
	struct evx_kept *out, struct evx_diag *diag)
{
	struct gathering g = { out, suffix };
	/* One that is passed over may be what takes a key back. */
	enum evx_err err = evx_entries_each(fd, dir, gather_one, &g, diag);

	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	if (out->n > 0)
		qsort(out->at, out->n, sizeof(*out->at), by_name);
	for (size_t i = 0; i < out->n && err == EVX_OK; i++)
		err = evx_read_guarded_file(fd, out->at[i].name, max, &out->at[i].bytes, diag);
	return err;
}

enum evx_err evx_kept_read(int home, const char *dir, const char *suffix, size_t max,
	struct evx_kept *out, struct evx_diag *diag)
{
	int fd = openat(home, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum evx_err err;

	*out = (struct evx_kept){ NULL, 0 };
	if (fd < 0)
		return errno == ENOENT ? EVX_OK :
					 evx_fail_errno(diag, dir, "identity home: cannot be read");
	err = evx_check_guarded(fd, dir, diag);
	if (err == EVX_OK)
		err = gather(fd, dir, suffix, max, out, diag);
	evx_close_quiet(&fd);
	if (err != EVX_OK)
		evx_kept_free(out);
	return err;
}

const struct evx_kept_file *evx_kept_find(const struct evx_kept *kept, const char *name)
{
	struct evx_kept_file key = { .name = "" };

	if (kept->n == 0 || strlen(name) >= sizeof(key.name))
		return NULL;
	memcpy(key.name, name, strlen(name) + 1);
	return bsearch(&key, kept->at, kept->n, sizeof(key), by_name);
}
