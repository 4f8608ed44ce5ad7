/* The sources of a seal opened, named and described. */
#include "seal/seal_sources.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "content/device.h"
#include "content/walk_meta.h"
#include "format/limits.h"
#include "seal/source_guess.h"

/* Copies the last component of path to name; false when it has none that is a name. */
static bool last_component(const char *path, char name[NAME_MAX + 1])
{
	size_t end = strlen(path), at;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (at = end; at > 0 && path[at - 1] != '/'; at--)
		;
	if (end - at > NAME_MAX)
		return false;
	memcpy(name, path + at, end - at);
	name[end - at] = '\0';
	return name[0] != '\0' && strcmp(name, "/") != 0 && strcmp(name, ".") != 0 &&
		strcmp(name, "..") != 0;
}

/* The absolute path of what is open as s->fd, new memory; NULL with errno. */
static char *real_path(const struct evx_walk_source *s)
{
	char link[32], real[PATH_MAX];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", s->fd);
	n = readlink(link, real, sizeof(real));
	return n < 0 ? NULL : strndup(real, (size_t)n);
}

/* The name of the source open as s->fd, which stands at real. A link that is not followed keeps its
 * own name: the walk refuses it, and the message must show it. */
static enum evx_err name_source(const struct evx_walk_source *s, bool follow, const char *real,
	char **name, struct evx_diag *diag)
{
	char last[NAME_MAX + 1];

	if (follow || !last_component(s->path, last)) {
		if (real == NULL)
			return evx_fail_errno(diag, s->path,
				"The name of the source cannot be found, and nothing was sealed");
		if (!last_component(real, last))
			(void)snprintf(last, sizeof(last), "root");
	}
	if (evx_details_set(name, last) != EVX_OK)
		return evx_fail_memory(diag);
	return EVX_OK;
}

static enum evx_err describe_device(
	const struct evx_walk_source *s, struct evx_source_details *d, struct evx_diag *diag)
{
	struct evx_device device;
	enum evx_err err;
	int fd = evx_walk_meta_open(s->fd, "", 0);

	if (fd < 0)
		return evx_fail_errno(
			diag, s->path, "The device cannot be opened, and nothing was sealed");
	err = evx_device_describe(fd, s->path, &device, diag);
	evx_close_quiet(&fd);
	if (err != EVX_OK)
		return err;
	d->has_size = d->has_read_only = true;
	d->size = device.size;
	d->sector_size = device.sector_size;
	d->read_only = device.read_only;
	if (evx_details_set(&d->model, device.model) != EVX_OK ||
		evx_details_set(&d->serial, device.serial) != EVX_OK)
		return evx_fail_memory(diag);
	return EVX_OK;
}

/* What is none of the things that hold evidence would be sealed as a good exhibit without a byte.
 */
static enum evx_err check_kind(const char *path, mode_t mode, struct evx_diag *diag)
{
	char guess[EVX_SOURCE_GUESS_CAP];
	enum evx_err err;

	if (S_ISFIFO(mode) || S_ISSOCK(mode)) {
		err = evx_fail(diag, EVX_E_USAGE,
			"This source is a %s, not a file, directory or block device. Nothing was "
			"sealed. To seal what a program writes, use a pipe: PROGRAM | evx seal -",
			S_ISFIFO(mode) ? "named pipe" : "socket");
		return evx_diag_in(diag, path, err);
	}
	if (!S_ISCHR(mode))
		return EVX_OK;
	evx_source_guess(path, guess);
	err = evx_fail(diag, EVX_E_USAGE,
		"This source is a character device, not a file, directory or block device. "
		"Nothing was sealed.%s",
		guess);
	return evx_diag_in(diag, path, err);
}

static enum evx_err open_source(struct evx_walk_source *s, bool follow, char **real,
	struct evx_source_details *d, struct evx_diag *diag)
{
	char guess[EVX_SOURCE_GUESS_CAP];
	enum evx_err err;
	struct stat st;

	s->fd = open(s->path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
	if (s->fd < 0 && errno == ENOENT) {
		evx_source_guess(s->path, guess);
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"There is no file, directory or device of this name. Nothing was "
			"sealed.%s",
			guess[0] != '\0' ? guess : " Check the path.");
		return evx_diag_in(diag, s->path, err);
	}
	if (s->fd < 0 || fstat(s->fd, &st) != 0)
		return evx_fail_errno(
			diag, s->path, "The source cannot be opened, and nothing was sealed");
	if ((err = check_kind(s->path, st.st_mode, diag)) != EVX_OK)
		return err;
	*real = real_path(s);
	if ((err = name_source(s, follow, *real, &d->name, diag)) != EVX_OK)
		return err;
	s->name = d->name;
	if ((err = evx_details_set(&d->path, s->path)) != EVX_OK)
		return evx_fail_buf(diag, err);
	d->kind = S_ISDIR(st.st_mode) ? EVX_SOURCE_DIR :
		S_ISBLK(st.st_mode)   ? EVX_SOURCE_BLOCK :
					EVX_SOURCE_FILE;
	d->has_size = S_ISREG(st.st_mode);
	d->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return S_ISBLK(st.st_mode) ? describe_device(s, d, diag) : EVX_OK;
}

static enum evx_err describe_stdin(const char *name, struct evx_details *details,
	struct evx_seal_sources *out, struct evx_diag *diag)
{
	struct evx_source_details *d;
	enum evx_err err;

	if (name == NULL)
		name = "stdin";
	if (strchr(name, '/') != NULL || evx_path_check(name, strlen(name), NULL) != EVX_OK)
		return evx_fail(diag, EVX_E_USAGE,
			"--stdin-name: \"%s\" is not the name of a file. Nothing was sealed. Give "
			"a "
			"name without a slash, of 1 to 255 bytes, such as disk.img.",
			name);
	if ((err = evx_details_add_source(details, &d)) != EVX_OK ||
		(err = evx_details_set(&d->name, name)) != EVX_OK ||
		(err = evx_details_set(&d->path, "-")) != EVX_OK)
		return evx_fail_buf(diag, err);
	d->kind = EVX_SOURCE_STDIN;
	out->stream = d->name;
	return EVX_OK;
}

/* Whether volumes of split bytes (0: one file) can hold what is known of the sources, so that
 * nobody waits a night for the answer. */
static enum evx_err check_volumes(uint64_t split, uint64_t known, struct evx_diag *diag)
{
	if (split == 0 || known / split < EVX_VOLUMES_MAX)
		return EVX_OK;
	return evx_fail(diag, EVX_E_USAGE,
		"The sources have %llu bytes, and %u volumes of %llu bytes hold less. Nothing was "
		"sealed. Use --split with %lluM or more.",
		(unsigned long long)known, EVX_VOLUMES_MAX, (unsigned long long)split,
		(unsigned long long)(known / EVX_VOLUMES_MAX / 1048576 + 1));
}

static enum evx_err open_all(const struct evx_seal_options *opt, struct evx_details *details,
	struct evx_progress *progress, struct evx_seal_sources *out, struct evx_diag *diag)
{
	bool from_stdin = false, all_sizes_known = true;
	uint64_t total = 0;

	if (opt->nsources == 0)
		return evx_fail(
			diag, EVX_E_USAGE, "There is nothing to seal. Name a file or directory.");
	for (size_t i = 0; i < opt->nsources; i++)
		from_stdin = from_stdin || strcmp(opt->sources[i], "-") == 0;
	if (from_stdin && (opt->nsources != 1 || opt->reread))
		return evx_fail(diag, EVX_E_USAGE,
			"Standard input can only be sealed alone and without --reread. Nothing was "
			"sealed. Seal other files in a bundle of their own.");
	if (opt->stdin_name != NULL && !from_stdin)
		return evx_fail(diag, EVX_E_USAGE,
			"--stdin-name names what comes from standard input, and no source is '-'. "
			"Nothing was sealed. Leave the option out, or seal '-'.");
	if (from_stdin)
		return describe_stdin(opt->stdin_name, details, out, diag);
	out->at = calloc(opt->nsources, sizeof(*out->at));
	out->real = calloc(opt->nsources, sizeof(*out->real));
	if (out->at == NULL || out->real == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < opt->nsources; i++) {
		struct evx_walk_source *s = &out->at[out->n++];
		struct evx_source_details *d;
		enum evx_err err = evx_details_add_source(details, &d);

		*s = (struct evx_walk_source){ NULL, opt->sources[i], -1 };
		if (err != EVX_OK)
			return evx_fail_buf(diag, err);
		if ((err = open_source(s, opt->follow, &out->real[i], d, diag)) != EVX_OK)
			return err;
		total += d->size;
		all_sizes_known = all_sizes_known && d->has_size;
	}
	out->known = total;
	if (progress != NULL && all_sizes_known)
		atomic_store(&progress->bytes_total, opt->reread ? 2 * total : total);
	return check_volumes(opt->split, total, diag);
}

void evx_seal_sources_start(struct evx_start *s, const struct evx_seal_options *opt,
	struct evx_details *details, struct evx_progress *progress, struct evx_seal_sources *out)
{
	*out = (struct evx_seal_sources){ .at = NULL };
	if (evx_start_good(s))
		s->err = open_all(opt, details, progress, out, s->diag);
	for (size_t i = 0; i < out->n; i++)
		evx_start_beneath(s, out->at[i].fd, EVX_CONFINE_READ);
}

void evx_seal_sources_free(struct evx_seal_sources *s)
{
	for (size_t i = 0; i < s->n; i++) {
		evx_close_quiet(&s->at[i].fd);
		free(s->real[i]);
	}
	free(s->at);
	free(s->real);
	*s = (struct evx_seal_sources){ .at = NULL };
}
