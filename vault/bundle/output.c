/* Where a new file goes, and the step that names it without replacing. */
#include "bundle/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"

void evx_output_place_free(struct evx_output_place *place)
{
	evx_close_quiet(&place->dirfd);
	free(place->name);
	free(place->partial);
	place->name = place->partial = NULL;
}

enum evx_err evx_output_place(const char *path, struct evx_output_place *out, struct evx_diag *diag)
{
	const char *name = evx_path_base(path);
	char *dir = evx_path_parent(path);
	enum evx_err err = EVX_OK;
	uint64_t salt;

	out->dirfd = -1;
	out->name = strdup(name);
	out->partial = NULL;
	if (dir == NULL || out->name == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	if (*name == '\0') {
		err = evx_fail(diag, EVX_E_USAGE,
			"The path has no file name at its end. Nothing was written. Give the name "
			"of a new file.");
		goto out;
	}
	if (getrandom(&salt, sizeof(salt), 0) != (ssize_t)sizeof(salt)) {
		err = evx_fail_errno(diag, path, "The system gives no random bytes");
		goto out;
	}
	if (asprintf(&out->partial, ".%s" EVX_OUTPUT_PARTIAL "%016llx", name,
		    (unsigned long long)salt) < 0) {
		out->partial = NULL;
		err = evx_fail_memory(diag);
		goto out;
	}
	out->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->dirfd < 0)
		err = evx_fail_errno(diag, dir, "The directory cannot be opened");
out:
	free(dir);
	if (err != EVX_OK)
		evx_output_place_free(out);
	return err;
}

/* Where the file system knows no rename without replacing, a hard link does the same. */
enum evx_err evx_output_publish(int dirfd, const char *from, const char *to, struct evx_diag *diag)
{
	if (renameat2(dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
		return EVX_OK;
	if (errno != EINVAL && errno != ENOSYS)
		return evx_fail_errno(diag, to, "The file cannot be given its name");
	if (linkat(dirfd, from, dirfd, to, 0) != 0)
		return evx_fail_errno(diag, to, "The file cannot be linked");
	if (unlinkat(dirfd, from, 0) != 0)
		return evx_fail_errno(diag, from, "The file cannot be removed");
	return EVX_OK;
}

enum evx_err evx_output_put(struct evx_output *out, const void *p, size_t n, struct evx_diag *diag)
{
	enum evx_err err = out->write(out->self, p, n, diag);

	return err == EVX_OK ? out->commit(out->self, diag) : err;
}

void evx_output_close(struct evx_output *out)
{
	if (out->self != NULL)
		out->free(out->self);
	*out = (struct evx_output){ 0 };
}
