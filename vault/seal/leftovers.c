/* Unfinished files of an output that was cut off: found by their names, told, removed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "base/path.h"
#include "bundle/output.h"
#include "evx.h"

#define SALT 16u /* hexadecimal digits behind EVX_OUTPUT_PARTIAL */

/* Whether name is what evx_output_file or evx_output_volumes writes to before it is called base. */
static bool is_partial(const char *name, const char *base)
{
	const size_t n = strlen(base), mark = strlen(EVX_OUTPUT_PARTIAL);
	const char *rest;

	if (name[0] != '.' || strncmp(name + 1, base, n) != 0 ||
		strncmp(name + 1 + n, EVX_OUTPUT_PARTIAL, mark) != 0)
		return false;
	rest = name + 1 + n + mark;
	if (strspn(rest, "0123456789abcdef") != SALT)
		return false;
	rest += SALT;
	return rest[0] == '\0' ||
		(rest[0] == '.' && strlen(rest) >= 4 &&
			strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

/* Whether a process writes the set that name is of: it holds the lock of the only or first file. */
static bool is_alive(int dirfd, const char *name, const char *base)
{
	const size_t stem = 1 + strlen(base) + strlen(EVX_OUTPUT_PARTIAL) + SALT;
	char *first = NULL;
	bool alive;
	int fd;

	if (asprintf(&first, "%.*s%s", (int)stem, name, name[stem] == '\0' ? "" : ".001") < 0)
		return true;
	fd = openat(dirfd, first, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	alive = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;
	evx_close_quiet(&fd);
	free(first);
	return alive;
}

static int by_name(const void *a, const void *b)
{
	char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static enum evx_err add(
	struct evx_leftovers *l, const char *name, uint64_t bytes, struct evx_diag *diag)
{
	char **next = EVX_ARRAY_ADD(l->names, l->n);

	if (next == NULL)
		return evx_fail_memory(diag);
	if ((*next = strdup(name)) == NULL) {
		l->n--;
		return evx_fail_memory(diag);
	}
	l->bytes += bytes;
	return EVX_OK;
}

enum evx_err evx_leftovers_find(
	const char *output, struct evx_leftovers *out, struct evx_diag *diag)
{
	const char *base = evx_path_base(output);
	enum evx_err err = EVX_OK;
	struct dirent *entry;
	struct stat st;
	DIR *dir = NULL;

	*out = (struct evx_leftovers){ .names = NULL };
	out->directory = evx_path_parent(output);
	if (out->directory == NULL)
		return evx_fail_memory(diag);
	/* Where nothing can be listed, the command itself says what is wrong. */
	dir = opendir(out->directory);
	while (dir != NULL && err == EVX_OK && (entry = readdir(dir)) != NULL)
		if (is_partial(entry->d_name, base) &&
			fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
			!is_alive(dirfd(dir), entry->d_name, base))
			err = add(out, entry->d_name, (uint64_t)st.st_size, diag);
	if (dir != NULL)
		(void)closedir(dir);
	if (err != EVX_OK)
		evx_leftovers_free(out);
	else if (out->n > 1)
		qsort(out->names, out->n, sizeof(*out->names), by_name);
	return err;
}

enum evx_err evx_leftovers_remove(const struct evx_leftovers *l, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	int fd = open(l->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return evx_fail_errno(diag, l->directory, "The directory cannot be opened");
	for (size_t i = 0; i < l->n && err == EVX_OK; i++)
		if (unlinkat(fd, l->names[i], 0) != 0 && errno != ENOENT)
			err = evx_fail_errno(diag, l->names[i], "The file cannot be removed");
	evx_close_quiet(&fd);
	return err;
}

void evx_leftovers_free(struct evx_leftovers *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		free(l->names[i]);
	free(l->names);
	free(l->directory);
	*l = (struct evx_leftovers){ .names = NULL };
}
