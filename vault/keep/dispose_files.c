/* Counts and removes the data of an exhibit that is disposed of. */
#include "keep/dispose_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "format/member.h"
#include "format/recipe.h"
#include "store/place.h"

struct files {
	const char *folder;
	int fd;
	uint64_t packs, bytes; /* counted */
	bool remove;
	uint64_t removed; /* in this pass */
	struct evx_diag *diag;
};

static enum evx_err see_file(void *ctx, const char *last)
{
	struct files *f = ctx;
	char name[EVX_MEMBER_NAME_CAP];
	struct evx_member_id id;
	uint8_t hash[32];
	struct stat st;
	bool ours;

	if (strlen(last) + 6 > sizeof(name))
		return EVX_OK;
	(void)snprintf(name, sizeof(name), "%s/%.74s", f->folder, last);
	ours = evx_recipe_name_parse(name, hash) ||
		(evx_member_parse(name, &id, NULL) == EVX_OK &&
			(id.kind == EVX_MEMBER_PACK || id.kind == EVX_MEMBER_KEY_CUSTODY ||
				id.kind == EVX_MEMBER_KEY_CONTENT));
	if (!ours)
		return EVX_OK;
	if (!f->remove) {
		f->packs++;
		f->bytes += fstatat(f->fd, last, &st, AT_SYMLINK_NOFOLLOW) == 0 ?
			(uint64_t)st.st_size :
			0;
		return EVX_OK;
	}
	if (unlinkat(f->fd, last, 0) != 0 && errno != ENOENT)
		return evx_fail_errno(f->diag, name,
			"The file cannot be removed. Run the command again when it can");
	f->removed++;
	return EVX_OK;
}

/* *folder_fd stays -1 where the folder is not there. */
static enum evx_err open_folder(const struct evx_vault *v, const char *uuid, const char *folder,
	int *folder_fd, struct evx_diag *diag)
{
	int dir = -1;
	enum evx_err err = evx_vault_exhibit(v, uuid, &dir, diag);

	if (err == EVX_OK && evx_place_open(dir, folder, folder_fd, NULL) != EVX_OK)
		*folder_fd = -1;
	evx_close_quiet(&dir);
	return err;
}

enum evx_err evx_dispose_files_count(const struct evx_vault *v, const char *uuid,
	const char *folder, uint64_t *files, uint64_t *bytes, struct evx_diag *diag)
{
	struct files f = { .folder = folder, .fd = -1, .diag = diag };
	enum evx_err err = open_folder(v, uuid, folder, &f.fd, diag);

	if (err == EVX_OK && f.fd >= 0)
		err = evx_place_each(f.fd, see_file, &f, diag);
	*files += f.packs;
	*bytes += f.bytes;
	evx_close_quiet(&f.fd);
	return err;
}

enum evx_err evx_dispose_files_remove(const struct evx_vault *v, const char *uuid,
	const char *folder, uint64_t *removed, struct evx_diag *diag)
{
	struct files f = { .folder = folder, .fd = -1, .remove = true, .diag = diag };
	enum evx_err err = open_folder(v, uuid, folder, &f.fd, diag);

	if (err != EVX_OK || f.fd < 0)
		goto out;
	/* Until nothing of it is left: a directory that changes while it is read may hide names. */
	do {
		f.removed = 0;
		err = evx_place_each(f.fd, see_file, &f, diag);
		*removed += f.removed;
	} while (err == EVX_OK && f.removed > 0);
	if (err == EVX_OK)
		err = evx_fsync(f.fd, folder, diag);
out:
	evx_close_quiet(&f.fd);
	return err;
}
