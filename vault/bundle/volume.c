/* A bundle's bytes: one file, its parts, or a pipe. */
#include "bundle/volume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "base/path.h"
#include "bundle/volume_later.h"
#include "format/limits.h"

struct evx_volume {
	char *name;
	int *fds;                       /* -1: not open now */
	struct evx_volume_later *later; /* NULL: all parts are open */
	size_t parts;
	uint64_t part_len; /* of all parts but the last */
	uint64_t start;    /* where the bundle begins in a descriptor that was handed in */
	uint64_t size;
	bool seekable, split;
};

#define FIRST_SUFFIX ".001"

static struct evx_volume *new_volume(const char *name)
{
	struct evx_volume *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->name = strdup(name);
	if (v->name == NULL) {
		free(v);
		return NULL;
	}
	return v;
}

void evx_volume_close(struct evx_volume *v)
{
	size_t i;

	if (v == NULL)
		return;
	evx_volume_later_free(v->later);
	for (i = 0; i < v->parts; i++)
		evx_close_quiet(&v->fds[i]);
	free(v->fds);
	free(v->name);
	free(v);
}

/* Takes fd over, also after a failure. */
static enum evx_err add_part(struct evx_volume *v, int fd, const char *path, struct evx_diag *diag)
{
	int *part = EVX_ARRAY_ADD(v->fds, v->parts);

	if (part == NULL) {
		evx_close_quiet(&fd);
		return evx_diag_in(diag, path, evx_fail_memory(diag));
	}
	*part = fd;
	return EVX_OK;
}

/* What kind of thing fd is: its size when it is a file. */
static enum evx_err look(
	struct evx_volume *v, int fd, const char *path, uint64_t *size, struct evx_diag *diag)
{
	struct stat st;

	*size = 0;
	if (fstat(fd, &st) != 0)
		return evx_fail_errno(
			diag, path, "The length and times of the file cannot be read");
	v->seekable = S_ISREG(st.st_mode);
	if (v->seekable) {
		*size = (uint64_t)st.st_size;
		return EVX_OK;
	}
	if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode))
		return EVX_OK;
	return evx_diag_in(diag, path,
		evx_fail(diag, EVX_E_NOT_OURS,
			"A bundle is a file or comes through a pipe. This is %s.",
			S_ISDIR(st.st_mode) ? "a directory" : "a device"));
}

/* Opens without waiting for a named pipe's writer, then lets reads wait. */
static enum evx_err open_part(const char *path, int *fd, struct evx_diag *diag)
{
	struct stat st;
	int flags;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return evx_fail_errno(diag, path, "The file cannot be opened");
	flags = fcntl(*fd, F_GETFL);
	if (fstat(*fd, &st) != 0 || flags < 0 || fcntl(*fd, F_SETFL, flags & ~O_NONBLOCK) != 0) {
		(void)evx_fail_errno(diag, path, "The file cannot be opened");
		evx_close_quiet(fd);
		return EVX_E_IO;
	}
	if (S_ISCHR(st.st_mode)) {
		evx_close_quiet(fd);
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_NOT_OURS,
				"A bundle is a file or comes through a pipe. This is a device."));
	}
	return EVX_OK;
}

/* The number behind base of a file of this name, as a volume has it, or 0. */
static unsigned long number_of(const char *name, const char *base)
{
	const size_t n = strlen(base);
	const char *digits = name + n;
	char again[24];
	unsigned long number;

	if (strncmp(name, base, n) != 0 || strspn(digits, "0123456789") != strlen(digits) ||
		strlen(digits) < 3 || strlen(digits) > 4)
		return 0;
	number = strtoul(digits, NULL, 10);
	(void)snprintf(again, sizeof(again), "%03lu", number);
	return strcmp(again, digits) == 0 ? number : 0;
}

/* A volume behind one that is not there: the set is not complete, and what follows the gap must not
 * be passed over in silence. */
static enum evx_err check_behind(
	const struct evx_volume *v, const char *base, struct evx_diag *diag)
{
	char *folder = evx_path_parent(base);
	DIR *dir = folder == NULL ? NULL : opendir(folder);
	unsigned long least = 0, number;
	struct dirent *entry;

	free(folder);
	if (folder == NULL)
		return evx_fail_memory(diag);
	/* A folder that may be entered and not read shows nothing. */
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		number = number_of(entry->d_name, evx_path_base(base));
		if (number > v->parts && (least == 0 || number < least))
			least = number;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return least == 0 ? EVX_OK :
			    evx_fail(diag, EVX_E_NOT_FOUND,
				    "Volume %03zu is missing, but volume %03lu is there. Put all "
				    "volumes into one directory, and try again.",
				    v->parts + 1, least);
}

/* From here on parts are closed again once they were looked at. */
static enum evx_err open_later(struct evx_volume *v, const char *base, struct evx_diag *diag)
{
	enum evx_err err = evx_volume_later_new(base, &v->later, diag);

	for (size_t i = 0; i < v->parts && err == EVX_OK; i++) {
		err = evx_volume_later_note(v->later, v->fds[i], diag);
		evx_close_quiet(&v->fds[i]);
	}
	return err;
}

/* Opens the parts behind the first as long as the next number exists; base is the path without its
 * number. */
static enum evx_err open_rest(struct evx_volume *v, const char *base, struct evx_diag *diag)
{
	uint64_t size, last = v->size;
	char *path = NULL;
	enum evx_err err = EVX_OK;
	int fd;

	v->part_len = v->size;
	while (err == EVX_OK) {
		free(path);
		if (asprintf(&path, "%s%03zu", base, v->parts + 1) < 0) {
			path = NULL;
			err = evx_fail_memory(diag);
			break;
		}
		if (access(path, F_OK) != 0 && errno == ENOENT) {
			err = check_behind(v, base, diag);
			break;
		}
		if (v->parts == EVX_VOLUMES_MAX)
			err = evx_fail(diag, EVX_E_LIMIT,
				"There are more than %u volumes. No bundle has so many. Look for "
				"files that do not belong to it.",
				EVX_VOLUMES_MAX);
		else if (last != v->part_len)
			err = evx_fail(diag, EVX_E_INCOMPLETE,
				"Volume %03zu must have %llu bytes as the first one, but has %llu: "
				"the copy is incomplete. Copy this volume again.",
				v->parts, (unsigned long long)v->part_len,
				(unsigned long long)last);
		if (err != EVX_OK || (err = open_part(path, &fd, diag)) != EVX_OK ||
			(err = add_part(v, fd, path, diag)) != EVX_OK ||
			(err = look(v, fd, path, &size, diag)) != EVX_OK ||
			(v->later != NULL &&
				(err = evx_volume_later_note(v->later, fd, diag)) != EVX_OK))
			break;
		if (v->later != NULL)
			evx_close_quiet(&v->fds[v->parts - 1]);
		else if (!evx_volume_later_room(v->parts + 1) &&
			(err = open_later(v, base, diag)) != EVX_OK)
			break;
		if (!v->seekable || size == 0 || size > v->part_len)
			err = evx_fail(diag, EVX_E_INCOMPLETE,
				"Volume %03zu must be a file of 1 to %llu bytes, as many as the "
				"first one has: this volume or the first is incomplete. Copy both "
				"again.",
				v->parts, (unsigned long long)v->part_len);
		if (size > (uint64_t)INT64_MAX - v->size)
			err = evx_fail(diag, EVX_E_LIMIT,
				"The volumes together are longer than any file can be. Look for "
				"files that do not belong to the bundle.");
		v->size += size;
		last = size;
	}
	err = evx_diag_in(diag, path, err);
	free(path);
	return err;
}

enum evx_err evx_volume_open(const char *path, struct evx_volume **out, struct evx_diag *diag)
{
	size_t n = strlen(path), m = strlen(FIRST_SUFFIX);
	struct evx_volume *v = NULL;
	char *base = NULL;
	enum evx_err err;
	int fd;

	*out = NULL;
	v = new_volume(path);
	if (v == NULL)
		return evx_fail_memory(diag);
	if ((err = open_part(path, &fd, diag)) != EVX_OK ||
		(err = add_part(v, fd, path, diag)) != EVX_OK ||
		(err = look(v, fd, path, &v->size, diag)) != EVX_OK)
		goto out;
	if (v->seekable && n > m && strcmp(path + n - m, FIRST_SUFFIX) == 0 && v->size > 0) {
		v->split = true;
		base = strndup(path, n - m + 1);
		err = base != NULL ? open_rest(v, base, diag) : evx_fail_memory(diag);
		if (err != EVX_OK)
			goto out;
	}
	*out = v;
	v = NULL;
out:
	free(base);
	evx_volume_close(v);
	return err;
}

enum evx_err evx_volume_open_fd(
	int fd, const char *name, struct evx_volume **out, struct evx_diag *diag)
{
	struct evx_volume *v = new_volume(name);
	enum evx_err err;
	uint64_t size;
	off_t at;
	int own;

	*out = NULL;
	if (v == NULL)
		return evx_fail_memory(diag);
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0) {
		err = evx_fail_errno(diag, name, "The system has no room for another open file");
		goto out;
	}
	if ((err = add_part(v, own, name, diag)) != EVX_OK ||
		(err = look(v, own, name, &size, diag)) != EVX_OK)
		goto out;
	if (v->seekable) {
		at = lseek(own, 0, SEEK_CUR);
		if (at < 0) {
			err = evx_fail_errno(
				diag, name, "The position in the file cannot be changed");
			goto out;
		}
		v->start = (uint64_t)at;
		v->size = size > v->start ? size - v->start : 0;
	}
	*out = v;
	v = NULL;
out:
	evx_volume_close(v);
	return err;
}

const char *evx_volume_name(const struct evx_volume *v)
{
	return v->name;
}

bool evx_volume_seekable(const struct evx_volume *v)
{
	return v->seekable;
}

bool evx_volume_split(const struct evx_volume *v)
{
	return v->split;
}

size_t evx_volume_parts(const struct evx_volume *v)
{
	return v->parts;
}

uint64_t evx_volume_size(const struct evx_volume *v)
{
	return v->size;
}

int evx_volume_directory(const struct evx_volume *v)
{
	return evx_volume_later_directory(v->later);
}

enum evx_err evx_volume_pread(const struct evx_volume *v, void *p, size_t n, uint64_t offset,
	size_t *got, struct evx_diag *diag)
{
	uint8_t *to = p;

	*got = 0;
	if (!v->seekable)
		return evx_fail(
			diag, EVX_E_USAGE, "bundle: expected a file to seek in, found a pipe");
	/* The bundle is what the parts held when they were opened. */
	if (offset >= v->size)
		return EVX_OK;
	if (n > v->size - offset)
		n = (size_t)(v->size - offset);
	while (*got < n) {
		uint64_t at = offset + *got, part = v->parts > 1 ? at / v->part_len : 0;
		uint64_t within = v->parts > 1 ? at % v->part_len : at;
		size_t want = n - *got, have;
		enum evx_err err;

		if (v->parts > 1 && want > v->part_len - within)
			want = (size_t)(v->part_len - within);
		err = v->later != NULL ? evx_volume_later_pread(v->later, v->fds, part, to + *got,
						 want, within, &have, diag) :
					 evx_pread_full(v->fds[part], to + *got, want,
						 v->start + within, &have, v->name, diag);
		if (err != EVX_OK)
			return err;
		*got += have;
		if (have < want)
			break;
	}
	return EVX_OK;
}

enum evx_err evx_volume_read(struct evx_volume *v, void *p, size_t n,
	const struct evx_cancel *cancel, size_t *got, struct evx_diag *diag)
{
	return evx_read_pipe(v->fds[0], p, n, cancel, got, v->name, diag);
}
