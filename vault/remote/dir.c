/* A remote that is a directory: a stick, a disk, a share. FAT32 and exFAT cannot do all that others
 * can: no links, sometimes no fsync, no rename that refuses to replace, no file of 4 GiB. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/io.h"
#include "crypto/secret.h"
#include "remote/remote_site.h"

#define EXFAT_MAGIC 0x2011BAB0
#define PART_CAP (EVX_REMOTE_NAME_CAP + 16)
#define FILE_MAX_FAT 4294967295u

struct dir {
	bool no_rename; /* refused once */
};

static enum evx_err dir_open(struct evx_remote_site *site, void **state, struct evx_diag *diag)
{
	(void)site;
	*state = calloc(1, sizeof(struct dir));
	return *state != NULL ? EVX_OK : evx_fail(diag, EVX_E_MEMORY, "out of memory");
}

static void dir_close(void *state)
{
	free(state);
}

static void failed_errno(struct evx_remote_answer *a, const char *what)
{
	const int e = errno;
	const enum evx_err err = e == ENOENT ? EVX_E_NOT_FOUND :
		e == EEXIST                  ? EVX_E_EXISTS :
		e == EFBIG                   ? EVX_E_LIMIT :
					       EVX_E_IO;

	evx_remote_site_failed(a, err, EVX_REMOTE_FINAL, "%s: %s", what,
		e == EFBIG ? "the medium holds no file of that length" : evx_err_system(e));
}

/* A medium that cannot do it has nothing to say but that. */
static bool is_no_such_call(int e)
{
	return e == ENOTTY || e == EINVAL || e == ENOTSUP || e == ENOSYS || e == EPERM;
}

/* The directory of object name, opened step by step so that no link is followed; made where make is
 * set. *base: the last component. -1 with errno. */
static int open_above(int root, const char *name, bool make, const char **base)
{
	const char *slash;
	char part[EVX_REMOTE_NAME_CAP];
	int fd = fcntl(root, F_DUPFD_CLOEXEC, 0), below;

	for (; fd >= 0 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		(void)snprintf(part, sizeof(part), "%.*s", (int)(slash - name), name);
		if (make && mkdirat(fd, part, 0777) != 0 && errno != EEXIST)
			below = -1;
		else
			below = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		evx_close_quiet(&fd);
		fd = below;
	}
	*base = name;
	return fd;
}

/* A note is made durable at once. Packs are many, and only a flush makes them so: what the medium
 * has of them until then is on its way. */
static int settle(const struct evx_remote_request *q, int fd)
{
	if (q->place == EVX_REMOTE_NO_PLACE)
		return fsync(fd);
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return 0;
}

/* Fills the new file fd. False with *a filled. */
static bool fill(struct evx_remote_site *site, const struct evx_remote_request *q, int fd,
	struct evx_remote_answer *a)
{
	static uint8_t part[EVX_REMOTE_CHUNK];
	struct evx_remote_source s;
	struct evx_diag diag = { 0 };
	struct evx_hash *sha = evx_hash_new(EVX_SHA256);
	uint8_t hash[32];
	size_t got = 1;
	enum evx_err err = evx_remote_source_open(site, q, &s, &diag);

	if (err == EVX_OK && sha == NULL)
		err = evx_fail(&diag, EVX_E_MEMORY, "out of memory");
	while (err == EVX_OK && got > 0) {
		err = evx_remote_source_read(&s, part, sizeof(part), &got, &diag);
		if (err == EVX_OK && got > 0)
			err = evx_write_full(fd, part, got, NULL, &diag);
		if (err != EVX_OK || got == 0)
			break;
		evx_hash_update(sha, part, got);
		if (!evx_remote_site_say_progress(site, s.at) || !evx_remote_site_pace(site, got))
			err = evx_fail(&diag, EVX_E_INTERRUPTED, "interrupted");
	}
	if (err == EVX_OK)
		err = evx_hash_final(sha, hash);
	if (err == EVX_OK && q->has_hash && !evx_equal(hash, q->hash, sizeof(hash)))
		err = evx_fail(&diag, EVX_E_FORGED,
			"the bytes to send are not those of that name: what is sent from here is "
			"damaged");
	evx_remote_source_close(&s);
	evx_hash_free(sha);
	a->stat.size = s.size;
	if (err == EVX_OK && settle(q, fd) != 0 && !is_no_such_call(errno))
		err = evx_fail_errno(&diag, NULL, "making the object durable failed");
	if (err != EVX_OK && diag.sys_errno == EFBIG)
		evx_remote_site_failed(a, EVX_E_LIMIT, EVX_REMOTE_FINAL,
			"the medium holds no file of that length");
	else if (err != EVX_OK)
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
	return err == EVX_OK;
}

/* Gives part the name, which nothing has. 0, or errno. */
static int name_it(struct dir *d, int above, const char *part, const char *name)
{
	struct stat st;

	if (renameat2(above, part, above, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (!is_no_such_call(errno))
		return errno;
	if (fstatat(above, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return EEXIST;
	if (renameat(above, part, above, name) == 0)
		return 0;
	d->no_rename = d->no_rename || is_no_such_call(errno) || errno == EACCES;
	return errno;
}

/* Writes path, a new file. False with *a filled and nothing left. */
static bool write_file(struct evx_remote_site *site, const struct evx_remote_request *q, int above,
	const char *name, struct evx_remote_answer *a)
{
	int fd = openat(above, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	bool good;

	if (fd < 0) {
		failed_errno(a, "writing");
		return false;
	}
	good = fill(site, q, fd, a);
	if (close(fd) != 0 && good) {
		failed_errno(a, "writing");
		good = false;
	}
	if (!good)
		(void)unlinkat(above, name, 0);
	return good;
}

/* Writes it under another name, and gives it its own. */
static bool write_renamed(struct dir *d, struct evx_remote_site *site,
	const struct evx_remote_request *q, int above, const char *name,
	struct evx_remote_answer *a)
{
	char part[PART_CAP];
	uint32_t id;
	int e;

	evx_random(&id, sizeof(id));
	(void)snprintf(part, sizeof(part), "%s.part-%08x", name, id);
	if (!write_file(site, q, above, part, a))
		return false;
	e = name_it(d, above, part, name);
	if (e == 0)
		return true;
	(void)unlinkat(above, part, 0);
	errno = e;
	if (!d->no_rename)
		failed_errno(a, "naming the object");
	return false;
}

static void dir_put(struct dir *d, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	const char *name;
	struct stat st;
	int above = open_above(site->root, q->name, true, &name);
	bool good;

	if (above < 0) {
		failed_errno(a, "making a directory");
	} else if (fstatat(above, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		a->stat.size = (uint64_t)st.st_size;
		evx_remote_site_failed(a, EVX_E_EXISTS, EVX_REMOTE_FINAL, "it is there already");
	} else {
		good = !d->no_rename && write_renamed(d, site, q, above, name, a);
		if (!good && d->no_rename)
			good = write_file(site, q, above, name, a);
		if (good && q->place == EVX_REMOTE_NO_PLACE)
			(void)fsync(above);
	}
	evx_close_quiet(&above);
}

static void dir_get(struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	const char *name;
	struct stat st;
	int above = open_above(site->root, q->name, false, &name);
	int fd = above < 0 ? -1 :
			     openat(above, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) != 0) {
		failed_errno(a, "reading");
	} else if (!S_ISREG(st.st_mode)) {
		evx_remote_site_failed(
			a, EVX_E_NOT_OURS, EVX_REMOTE_FINAL, "it is no regular file");
	} else {
		if (q->reread) {
			(void)fdatasync(fd);
			(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		}
		evx_remote_site_spool_out(site, fd, q, a);
	}
	evx_close_quiet(&fd);
	evx_close_quiet(&above);
}

static void dir_stat(struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	const char *name;
	struct stat st;
	int above = open_above(site->root, q->name, false, &name);

	if (above < 0 || fstatat(above, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		failed_errno(a, "looking");
	else if (!S_ISREG(st.st_mode))
		evx_remote_site_failed(
			a, EVX_E_NOT_OURS, EVX_REMOTE_FINAL, "it is no regular file");
	else
		a->stat.size = (uint64_t)st.st_size;
	evx_close_quiet(&above);
}

static void dir_remove(struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	const char *name;
	int above = open_above(site->root, q->name, false, &name);

	if ((above < 0 || unlinkat(above, name, 0) != 0) && errno != ENOENT)
		failed_errno(a, "removing");
	evx_close_quiet(&above);
}

/* Everything in the directory fd, which it closes; path: its name, "" for the root. */
static bool list_in(struct evx_remote_site *site, int fd, const char *path, unsigned depth)
{
	char name[EVX_REMOTE_NAME_CAP + NAME_MAX + 2];
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;
	struct stat st;
	bool good = true;

	if (dir == NULL) {
		evx_close_quiet(&fd);
		return false;
	}
	for (errno = 0; good && (e = readdir(dir)) != NULL; errno = 0) {
		(void)snprintf(
			name, sizeof(name), "%s%s%s", path, path[0] != '\0' ? "/" : "", e->d_name);
		if (!evx_remote_name_valid(name, strlen(name)) ||
			fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < 4)
			good = list_in(site,
				openat(fd, e->d_name,
					O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW),
				name, depth + 1);
		else if (S_ISREG(st.st_mode))
			good = evx_remote_site_say_item(site, name, (uint64_t)st.st_size);
	}
	good = good && errno == 0;
	(void)closedir(dir);
	return good;
}

static void dir_list(struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	const char *base;
	int above = open_above(site->root, q->name, false, &base);
	const int fd = above < 0 ? -1 :
				   openat(above, base[0] != '\0' ? base : ".",
					   O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	/* What is not there has nothing in it. */
	if ((fd >= 0 || errno != ENOENT) && !list_in(site, fd, q->name, q->name[0] != '\0' ? 1 : 0))
		failed_errno(a, "listing");
	evx_close_quiet(&above);
}

static void dir_about(struct evx_remote_site *site)
{
	struct evx_remote_about about = { .lists = true,
		.removes = true,
		.renames = true,
		.conditional = true,
		.free_bytes = EVX_REMOTE_SIZE_UNKNOWN,
		.largest = EVX_REMOTE_SIZE_UNKNOWN };
	struct statfs fs;

	if (fstatfs(site->root, &fs) == 0) {
		about.free_bytes = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
		if ((uint64_t)fs.f_type == MSDOS_SUPER_MAGIC)
			about.largest = FILE_MAX_FAT;
		about.conditional = (uint64_t)fs.f_type != MSDOS_SUPER_MAGIC &&
			(uint64_t)fs.f_type != EXFAT_MAGIC;
	}
	(void)evx_remote_site_say_about(site, &about);
}

static void dir_flush(struct evx_remote_site *site, struct evx_remote_answer *a)
{
	if (syncfs(site->root) != 0 && !is_no_such_call(errno))
		failed_errno(a, "writing to the medium");
}

static void dir_act(void *state, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	switch (q->act) {
	case EVX_REMOTE_PUT:
		dir_put(state, site, q, a);
		return;
	case EVX_REMOTE_GET:
		dir_get(site, q, a);
		return;
	case EVX_REMOTE_STAT:
		dir_stat(site, q, a);
		return;
	case EVX_REMOTE_LIST:
		dir_list(site, q, a);
		return;
	case EVX_REMOTE_REMOVE:
		dir_remove(site, q, a);
		return;
	case EVX_REMOTE_ABOUT:
		dir_about(site);
		return;
	case EVX_REMOTE_FLUSH:
		dir_flush(site, a);
		return;
	case EVX_REMOTE_RETAIN:
	case EVX_REMOTE_ACTS:
		break;
	}
	evx_remote_site_failed(
		a, EVX_E_UNSUPPORTED, EVX_REMOTE_FINAL, "a directory keeps no object until a date");
}

const struct evx_remote_driver evx_dir_driver = {
	.open = dir_open, .act = dir_act, .close = dir_close
};
