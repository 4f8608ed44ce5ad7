/* The bytes of one open file or device, without holes and unreadable ranges. */
#include "content/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/limits.h"

#define HOLE_MIN 65536u
#define PIECE 4096u
#define TRIES 3

static ssize_t read_file(int fd, void *buf, size_t n, off_t offset, void *ctx)
{
	(void)ctx;
	return pread(fd, buf, n, offset);
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
		s->last = s->pos;
		s->pos += (size_t)n;
		*got = (size_t)n;
		return recorded(s, evx_entry_add_extent(s->entry, s->last, *got), diag);
	}
	if (n == 0) {
		s->shrunk = true;
		s->size = s->pos;
		return EVX_OK;
	}
	if (errno == ENOMEM)
		return recorded(s, EVX_E_MEMORY, diag);
	if (!small && !is_gone(errno)) {
		s->careful = s->pos + want;
		return EVX_OK;
	}
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

static bool time_moved(bool has, int64_t then, const struct timespec *now)
{
	int64_t ns;
	if (!has || __builtin_mul_overflow((int64_t)now->tv_sec, 1000000000, &ns) ||
		__builtin_add_overflow(ns, now->tv_nsec, &ns))
		return has;
	return ns != then;
}

static uint64_t end_of(const struct evx_extent *ranges, size_t n)
{
	return n > 0 ? ranges[n - 1].offset + ranges[n - 1].length : 0;
}

/* What fstat says now against what the walk saw; a file called empty that has bytes (it grew, or is
 * none of a disk) counts, too. */
static bool has_changed(const struct evx_source *s, const struct stat *st)
{
	const struct evx_entry *e = s->entry;
	char byte;
	if (e->is_image)
		return s->shrunk;
	return s->shrunk || (uint64_t)st->st_size != e->size ||
		time_moved(e->has_mtime, e->mtime, &st->st_mtim) ||
		time_moved(e->has_ctime, e->ctime, &st->st_ctim) ||
		(e->size == 0 && pread(s->fd, &byte, 1, 0) > 0);
}

enum evx_err evx_source_close(struct evx_source *s, struct evx_diag *diag)
{
	struct evx_entry *e = s->entry;
	struct stat st;
	if (fstat(s->fd, &st) != 0)
		return evx_fail_errno(diag, e->path,
			"The file cannot be looked at after it was read, and nothing was sealed");
	e->changed_while_reading = has_changed(s, &st);
	if (s->shrunk) {
		e->size = s->size;
	} else if (!e->is_image && (uint64_t)st.st_size < e->size) {
		/* Cut off after it was read, or in a hole that was not: what was read is there,
		 * what lies after it is as it is now. */
		uint64_t data = end_of(e->extents, e->n_extents), bad = end_of(e->bad, e->n_bad),
			 seen = data > bad ? data : bad;
		e->size = seen > (uint64_t)st.st_size ? seen : (uint64_t)st.st_size;
	}
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
