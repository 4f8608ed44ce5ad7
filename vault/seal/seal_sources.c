/* Its sources named, opened and described. */
#include "seal/seal_sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content/device.h"

/* Names each source by the last component of its real path. */
static enum evx_err name_source(struct evx_seal_run *run, size_t i, struct evx_diag *diag)
{
	const char *path = run->opt->sources[i], *base;
	char *real = realpath(path, NULL);

	if (real == NULL)
		return evx_fail_errno(diag, path, "source: cannot be found");
	if (!run->opt->follow) {
		/* A link is refused by the walk; its own name is what the message must show. */
		free(real);
		real = strdup(path);
		if (real == NULL)
			return evx_fail(diag, EVX_E_MEMORY, "source: out of memory");
		for (size_t n = strlen(real); n > 1 && real[n - 1] == '/'; n--)
			real[n - 1] = '\0';
		base = strrchr(real, '/');
		base = base == NULL ? real : base + 1;
		if (*base == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
			free(real);
			real = realpath(path, NULL);
			if (real == NULL)
				return evx_fail_errno(diag, path, "source: cannot be found");
		}
	}
	base = strrchr(real, '/');
	base = base == NULL ? real : base + 1;
	run->sources[i].name = strdup(*base == '\0' ? "root" : base);
	run->sources[i].path = path;
	free(real);
	return run->sources[i].name == NULL ?
		evx_fail(diag, EVX_E_MEMORY, "source: out of memory") :
		EVX_OK;
}

/* Describes a source for the details, and keeps a descriptor of it for the confinement's rules. */
static enum evx_err open_source(struct evx_seal_run *run, size_t i, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_source_details *d;
	struct evx_device device;
	struct stat st;
	const char *path = run->opt->sources[i];
	int fd = -1;

	run->source_fds[i] = open(path, O_PATH | O_CLOEXEC | (run->opt->follow ? 0 : O_NOFOLLOW));
	if (run->source_fds[i] < 0 || fstat(run->source_fds[i], &st) != 0)
		return evx_fail_errno(diag, path, "source: cannot be opened");
	err = evx_details_add_source(&run->details, &d);
	if (err == EVX_OK)
		err = evx_details_set(&d->name, run->sources[i].name);
	if (err == EVX_OK)
		err = evx_details_set(&d->path, path);
	if (err != EVX_OK)
		return evx_fail(diag, err, "source: cannot be described");
	d->kind = S_ISDIR(st.st_mode) ? EVX_SOURCE_DIR :
		S_ISBLK(st.st_mode)   ? EVX_SOURCE_BLOCK :
					EVX_SOURCE_FILE;
	d->has_size = S_ISREG(st.st_mode);
	d->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	if (S_ISBLK(st.st_mode)) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			return evx_fail_errno(diag, path, "source: the device cannot be opened");
		err = evx_device_describe(fd, path, &device, diag);
		(void)close(fd);
		if (err == EVX_OK)
			err = evx_details_set(&d->model, device.model);
		if (err == EVX_OK)
			err = evx_details_set(&d->serial, device.serial);
		d->has_size = true;
		d->size = device.size;
		d->sector_size = device.sector_size;
		d->has_read_only = true;
		d->read_only = device.read_only;
	}
	if (d->has_size && run->progress != NULL)
		run->known_total += d->size;
	run->all_sizes_known = run->all_sizes_known && d->has_size;
	return err;
}

enum evx_err evx_seal_sources_open(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_seal_options *opt = run->opt;
	struct evx_source_details *d;

	if (opt->nsources == 0)
		return evx_fail(
			diag, EVX_E_USAGE, "seal: expected at least one source, found none");
	for (size_t i = 0; i < opt->nsources; i++)
		run->from_stdin = run->from_stdin || strcmp(opt->sources[i], "-") == 0;
	if (run->from_stdin) {
		if (opt->nsources != 1 || opt->reread)
			return evx_fail(diag, EVX_E_USAGE,
				"seal: standard input is sealed by itself, and cannot be read "
				"again");
		err = evx_details_add_source(&run->details, &d);
		if (err == EVX_OK)
			err = evx_details_set(&d->name, "stdin");
		if (err == EVX_OK)
			err = evx_details_set(&d->path, "-");
		if (err == EVX_OK)
			d->kind = EVX_SOURCE_STDIN;
		return err;
	}
	run->sources = calloc(opt->nsources, sizeof(*run->sources));
	run->source_fds = malloc(opt->nsources * sizeof(*run->source_fds));
	if (run->sources == NULL || run->source_fds == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "seal: out of memory");
	for (size_t i = 0; i < opt->nsources; i++)
		run->source_fds[i] = -1;
	run->all_sizes_known = true;
	for (size_t i = 0; i < opt->nsources && err == EVX_OK; i++) {
		err = name_source(run, i, diag);
		if (err == EVX_OK)
			err = open_source(run, i, diag);
	}
	if (run->progress != NULL && run->all_sizes_known)
		atomic_store(&run->progress->bytes_total, run->known_total);
	return err;
}
