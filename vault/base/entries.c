/* What an open directory holds. */
#include "base/entries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/io.h"

enum evx_err evx_entries_each(int fd, const char *path,
	enum evx_err (*each)(void *ctx, const char *name, unsigned char type), void *ctx,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct dirent *entry;
	DIR *dir = NULL;
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* a position of its own */

	if (again >= 0)
		dir = fdopendir(again);
	if (dir == NULL) {
		err = evx_fail_errno(diag, path, "The directory cannot be read");
		evx_close_quiet(&again);
		return err;
	}
	while (err == EVX_OK) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL) {
			if (errno != 0)
				err = evx_fail_errno(diag, path, "The directory cannot be read");
			break;
		}
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			err = each(ctx, entry->d_name, entry->d_type);
	}
	(void)closedir(dir);
	return err;
}
