/* Files of the identity home as they stand there, unread (custody/kept.h). */
#include "custody/kept.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
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

static enum evx_err gather(
	DIR *d, const char *suffix, size_t max, struct evx_kept *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	struct dirent *e;

	while (err == EVX_OK && (e = readdir(d)) != NULL)
		if (is_named(e->d_name, suffix) && grow(out, e->d_name) == NULL)
			err = evx_fail_memory(diag);
	if (out->n > 0)
		qsort(out->at, out->n, sizeof(*out->at), by_name);
	for (size_t i = 0; i < out->n && err == EVX_OK; i++)
		err = evx_read_guarded_file(
			dirfd(d), out->at[i].name, max, &out->at[i].bytes, diag);
	return err;
}

enum evx_err evx_kept_read(int home, const char *dir, const char *suffix, size_t max,
	struct evx_kept *out, struct evx_diag *diag)
{
	int fd = openat(home, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum evx_err err;
	DIR *d;

	*out = (struct evx_kept){ NULL, 0 };
	if (fd < 0)
		return errno == ENOENT ? EVX_OK :
					 evx_fail_errno(diag, dir, "identity home: cannot be read");
	d = fdopendir(fd);
	if (d == NULL) {
		evx_close_quiet(&fd);
		return evx_fail_memory(diag);
	}
	err = evx_check_guarded(dirfd(d), dir, diag);
	if (err == EVX_OK)
		err = gather(d, suffix, max, out, diag);
	(void)closedir(d);
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
