/* The bytes of one open file or device, without holes and unreadable ranges. */
#include "content/source.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "content/shut_out.h"
#include "format/limits.h"

#define HOLE_MIN 65536u
#define PIECE 4096u
#define TRIES 3

static ssize_t read_file(int fd, void *buf, size_t n, off_t offset, void *ctx)
{
	(void)ctx;
	return pread(fd, buf, n, offset);
}

/* How much of a file that calls itself empty is read. The kernel makes files that never end, or
 * that are as long as the memory of a process could be. */
static uint64_t unsized_max(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0)
		return EVX_SOURCE_KERNEL_MAX;
	switch ((unsigned long)fs.f_type) {
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
	case SECURITYFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
		return EVX_SOURCE_KERNEL_MAX;
	default:
		return EVX_SOURCE_UNSIZED_MAX;
	}
}

enum evx_err evx_source_probe(int fd, struct evx_entry *e)
{
	char some[PIECE]; /* some files of the kernel give whole records only */
	enum evx_err err;
	ssize_t n;

	if (e->size > 0 || e->is_image)
		return EVX_OK;
	do
		n = pread(fd, some, sizeof(some), 0);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return EVX_OK;
	err = evx_entry_read_failed(e, errno, evx_shut_out(fd, errno, EVX_SHUT_OUT_READ));
	e->has_map = true;
	return err;
}

void evx_source_open(
	struct evx_source *s, int fd, struct evx_entry *e, const struct evx_cancel *cancel)
{
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->entry = e;
	s->cancel = cancel;
	s->pread = read_file;
	s->size = e->size < INT64_MAX ? e->size : INT64_MAX;
	bool sparse = !e->is_image && e->blocks < s->size / 512 + (s->size % 512 != 0);
	s->unsized = e->size == 0 && !e->is_image;
	if (s->unsized)
		s->size = EVX_SOURCE_UNSIZED_MAX;
	s->data_end = sparse ? 0 : s->size;
}

uint64_t evx_source_offset(const struct evx_source *s)
{
	return s->last;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How long a hole must be to be left out. */
static uint64_t hole_min(const struct evx_source *s)
{
	size_t used = s->entry->n_extents + s->entry->n_bad;
	return used + 2 >= EVX_EXTENTS_MAX / 2 ?
		UINT64_MAX :
		(uint64_t)HOLE_MIN << 4 * (used / (EVX_EXTENTS_MAX / 8));
}

/* Finds the run of data at or after pos and moves there. */
static void seek_data(struct evx_source *s)
{
	uint64_t min = hole_min(s);
	off_t data = min == UINT64_MAX ? -1 : lseek(s->fd, (off_t)s->pos, SEEK_DATA);
	if (data < 0 && min != UINT64_MAX && errno == ENXIO) {
		s->pos = s->data_end = s->size;
		return;
	}
	off_t hole = data < (off_t)s->pos ? -1 : lseek(s->fd, data, SEEK_HOLE);
	if (hole <= data) {
		s->data_end = s->size;
		return;
	}
	if ((uint64_t)data - s->pos >= min)
		s->pos = smaller((uint64_t)data, s->size);
	s->data_end = smaller((uint64_t)hole, s->size);
}

/* Errors that say that nothing more will come, as opposed to a bad place on a disk. */
static bool is_gone(int e)
{
	switch (e) {
	case ENXIO:
	case ENODEV:
	case ESTALE:
	case EBADF:
	case ENOENT:
	case EACCES:
	case EPERM:
	case EISDIR:
	case EINVAL:
	case ENOTCONN:
	case ESHUTDOWN:
	case EAGAIN:
		return true;
	default:
		return false;
	}
}

/* How much is given up where a piece cannot be read. */
static uint64_t give_up(const struct evx_source *s, int e)
{
	const size_t tier = EVX_SOURCE_BAD_MAX / 4, used = s->entry->n_bad;
	uint64_t left = s->size - s->pos;
	if (is_gone(e) || used + 1 >= EVX_SOURCE_BAD_MAX)
		return left;
	uint64_t unit = (uint64_t)PIECE << 4 * smaller(used / tier, 2);
	uint64_t n = unit - s->pos % unit;
	if (used >= 3 * tier && n < left / (EVX_SOURCE_BAD_MAX - used) + 1)
		n = left / (EVX_SOURCE_BAD_MAX - used) + 1;
	return smaller(n, s->data_end - s->pos);
}

static enum evx_err recorded(const struct evx_source *s, enum evx_err err, struct evx_diag *diag)
{
	return err == EVX_OK ? err :
			       evx_diag_in(diag, s->entry->path,
				       evx_fail(diag, err,
					       "The unreadable parts of this file cannot be "
					       "recorded. Nothing was sealed."));
}

/* A file that calls itself empty cannot be read from pos on: nobody knows how much is missing. One
 * byte stands for the rest, and the entry says why. */
static enum evx_err end_unsized(
	struct evx_source *s, int sys_errno, const char *what, struct evx_diag *diag)
{
	enum evx_err err = evx_entry_add_bad(s->entry, s->pos, 1);

	if (err == EVX_OK)
		err = evx_entry_metadata_failed(s->entry, sys_errno, what);
	s->size = ++s->pos;
	return recorded(s, err, diag);
}

/* One read at pos. EVX_OK with *got 0: nothing was got, look again (pos, size or the plan changed).
 */
static enum evx_err read_once(
	struct evx_source *s, void *buf, size_t cap, size_t *got, struct evx_diag *diag)
{
	bool small = s->pos < s->careful;
	uint64_t want = smaller(cap, s->data_end - s->pos);
	if (small)
		want = smaller(want, PIECE - s->pos % PIECE);
	ssize_t n = -1;
	for (int tries = 0; tries < (small ? TRIES : 1) && n < 0;) {
		n = s->pread(s->fd, buf, (size_t)want, (off_t)s->pos, s->pread_ctx);
		if (n >= 0 || errno != EINTR)
			tries++;
	}
	if (n > 0) {
		if (s->unsized && s->pos == 0) {
			s->size = s->data_end = s->max = unsized_max(s->fd);
			n = (ssize_t)smaller((uint64_t)n, s->max);
		}
		s->last = s->pos;
		s->pos += (size_t)n;
		*got = (size_t)n;
		return recorded(s, evx_entry_add_extent(s->entry, s->last, *got), diag);
	}
	if (n == 0) {
		s->shrunk = !s->unsized;
		s->size = s->pos;
		return EVX_OK;
	}
	if (errno == ENOMEM)
		return recorded(s, EVX_E_MEMORY, diag);
	if (!small && !is_gone(errno)) {
		s->careful = s->pos + want;
		return EVX_OK;
	}
	if (s->unsized)
		return end_unsized(
			s, errno, "reading on in a file that does not tell its length", diag);
	uint64_t lost = give_up(s, errno);
	enum evx_err err = evx_entry_add_bad(s->entry, s->pos, lost);
	s->pos += lost;
	return recorded(s, err, diag);
}

enum evx_err evx_source_read(
	struct evx_source *s, void *buf, size_t cap, size_t *got, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	*got = 0;
	while (err == EVX_OK && *got == 0 && s->pos < s->size) {
		if (evx_cancelled(s->cancel))
			return evx_fail(
				diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was sealed.");
		if (s->pos >= s->data_end)
			seek_data(s);
		else
			err = read_once(s, buf, cap, got, diag);
	}
	return err;
}

static bool time_moved(bool has, struct evx_file_time then, const struct timespec *now)
{
	return has && (then.seconds != now->tv_sec || then.nanoseconds != (uint64_t)now->tv_nsec);
}

static uint64_t end_of(const struct evx_extent *ranges, size_t n)
{
	return n > 0 ? ranges[n - 1].offset + ranges[n - 1].length : 0;
}

/* What fstat says now against what the walk saw. A file may end before the size that it tells, or
 * have bytes and tell none, and be the same all the time: those of the kernel do. */
static bool has_changed(const struct evx_source *s, const struct stat *st)
{
	const struct evx_entry *e = s->entry;

	if (e->is_image)
		return s->shrunk;
	return (uint64_t)st->st_size != e->size ||
		time_moved(e->has_mtime, e->mtime, &st->st_mtim) ||
		time_moved(e->has_ctime, e->ctime, &st->st_ctim);
}

/* The file ended before the size that it tells all the time. A page or less is what files of the
 * kernel tell; of any other file the rest is missing. */
static enum evx_err note_short(struct evx_source *s, struct evx_diag *diag)
{
	struct evx_entry *e = s->entry;

	if (e->size > (uint64_t)sysconf(_SC_PAGESIZE))
		return recorded(s, evx_entry_add_bad(e, s->size, e->size - s->size), diag);
	e->size = s->size;
	return EVX_OK;
}

static enum evx_err note_size(struct evx_source *s, const struct stat *st, struct evx_diag *diag)
{
	struct evx_entry *e = s->entry;
	char byte;

	if (s->unsized) {
		if (s->pos > 0 && s->pos == s->max &&
			s->pread(s->fd, &byte, 1, (off_t)s->pos, s->pread_ctx) != 0) {
			enum evx_err err = end_unsized(s, EFBIG,
				"evx reads no further in a file that does not tell its length",
				diag);
			if (err != EVX_OK)
				return err;
		}
		e->size = s->pos;
	} else if (s->shrunk && !e->changed_while_reading) {
		return note_short(s, diag);
	} else if (s->shrunk) {
		e->size = s->size;
	} else if (!e->is_image && (uint64_t)st->st_size < e->size) {
		/* Cut off after it was read, or in a hole that was not: what was read is there,
		 * what lies after it is as it is now. */
		uint64_t data = end_of(e->extents, e->n_extents), bad = end_of(e->bad, e->n_bad),
			 seen = data > bad ? data : bad;
		e->size = seen > (uint64_t)st->st_size ? seen : (uint64_t)st->st_size;
	}
	return EVX_OK;
}

enum evx_err evx_source_close(struct evx_source *s, struct evx_diag *diag)
{
	struct evx_entry *e = s->entry;
	enum evx_err err;
	struct stat st;
	if (fstat(s->fd, &st) != 0)
		return evx_fail_errno(diag, e->path,
			"The file cannot be looked at after it was read, and nothing was sealed");
	e->changed_while_reading = has_changed(s, &st);
	if ((err = note_size(s, &st, diag)) != EVX_OK)
		return err;
	bool whole = e->n_bad == 0 &&
		(e->size == 0 || (e->n_extents == 1 && e->extents[0].length == e->size));
	if (whole) {
		free(e->extents);
		e->extents = NULL;
		e->n_extents = 0;
	}
	e->has_map = !whole;
	return EVX_OK;
}
