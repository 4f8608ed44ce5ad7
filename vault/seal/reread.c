/* `seal --reread`: the sources read again and compared. */
#include "seal/reread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/io.h"
#include "base/path.h"
#include "content/file_digest.h"
#include "content/source.h"

#define SPOOL_BUFFER (1u << 20)
#define READ_BUFFER (1u << 20)
/* A spooled line: be32 path length, type, flags, two digests, path. */
#define FIXED 70u
#define HAS_SHA256 1u
#define HAS_SPARSE 2u
#define HARD_LINK 4u

struct evx_reread {
	int fd;
	struct evx_buf out; /* being written */
	struct evx_buf in;  /* being read */
	size_t in_pos;
	bool in_end;
	struct evx_entry next; /* the next spooled line: path, type, digests */
	bool has_next, next_is_link;
};

enum evx_err evx_reread_new(const char *output, struct evx_reread **out, struct evx_diag *diag)
{
	struct evx_reread *r = calloc(1, sizeof(*r));
	char *dir = strcmp(output, "-") == 0 ? strdup("/tmp") : evx_path_parent(output);
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (r == NULL || dir == NULL) {
		err = evx_fail_memory(diag);
	} else {
		evx_entry_init(&r->next);
		r->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (r->fd < 0)
			err = evx_fail_errno(diag, dir,
				"--reread needs a temporary file here, and none can be made");
	}
	free(dir);
	if (err != EVX_OK)
		free(r);
	else
		*out = r;
	return err;
}

void evx_reread_free(struct evx_reread *r)
{
	if (r == NULL)
		return;
	evx_close_quiet(&r->fd);
	evx_buf_free(&r->out);
	evx_buf_free(&r->in);
	evx_entry_free(&r->next);
	free(r);
}

static enum evx_err flush(struct evx_reread *r, struct evx_diag *diag)
{
	enum evx_err err = evx_write_full(
		r->fd, r->out.data, r->out.len, "notes for --reread", diag);

	evx_buf_reset(&r->out);
	return err;
}

enum evx_err evx_reread_note(struct evx_reread *r, const struct evx_entry *e, struct evx_diag *diag)
{
	enum evx_err err;
	uint8_t fixed[FIXED];

	evx_put_be32(fixed, (uint32_t)e->path_len);
	fixed[4] = (uint8_t)e->type;
	fixed[5] = (uint8_t)((e->has_sha256 ? HAS_SHA256 : 0) |
		(e->has_sparse_sha256 ? HAS_SPARSE : 0) | (e->has_hardlink ? HARD_LINK : 0));
	memcpy(fixed + 6, e->sha256, 32);
	memcpy(fixed + 38, e->sparse_sha256, 32);
	if ((err = evx_buf_add(&r->out, fixed, sizeof(fixed))) != EVX_OK ||
		(err = evx_buf_add(&r->out, e->path, e->path_len)) != EVX_OK)
		return evx_fail_buf(diag, err);
	return r->out.len >= SPOOL_BUFFER ? flush(r, diag) : EVX_OK;
}

/* Makes n bytes available at in_pos; *ok is false at the end of the spool. */
static enum evx_err need(struct evx_reread *r, size_t n, bool *ok, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	while (r->in.len - r->in_pos < n && !r->in_end && err == EVX_OK) {
		size_t got = 0;

		if (r->in_pos > 0)
			memmove(r->in.data, r->in.data + r->in_pos, r->in.len - r->in_pos);
		r->in.len -= r->in_pos;
		r->in_pos = 0;
		err = evx_buf_reserve(&r->in, SPOOL_BUFFER);
		if (err == EVX_OK)
			err = evx_read_full(r->fd, r->in.data + r->in.len, SPOOL_BUFFER, &got,
				"notes for --reread", diag);
		r->in.len += got;
		r->in_end = got < SPOOL_BUFFER;
	}
	*ok = r->in.len - r->in_pos >= n;
	return err;
}

static enum evx_err advance(struct evx_reread *r, struct evx_diag *diag)
{
	enum evx_err err;
	const uint8_t *p;
	uint32_t n;

	evx_entry_free(&r->next);
	r->has_next = false;
	err = need(r, FIXED, &r->has_next, diag);
	if (err != EVX_OK || !r->has_next)
		return err;
	n = evx_get_be32(r->in.data + r->in_pos);
	err = need(r, FIXED + n, &r->has_next, diag);
	if (err != EVX_OK || !r->has_next)
		return err;
	p = r->in.data + r->in_pos;
	r->next.type = (enum evx_entry_type)p[4];
	r->next.has_sha256 = (p[5] & HAS_SHA256) != 0;
	r->next.has_sparse_sha256 = (p[5] & HAS_SPARSE) != 0;
	r->next_is_link = (p[5] & HARD_LINK) != 0;
	memcpy(r->next.sha256, p + 6, 32);
	memcpy(r->next.sparse_sha256, p + 38, 32);
	r->in_pos += FIXED + n;
	return evx_entry_set_path(&r->next, p + FIXED, n);
}

/* The second reading. */
struct second {
	struct evx_reread *noted;
	const struct evx_reread_opts *opts;
	struct evx_details_reread *out;
	struct evx_file_digest *digest;
	uint8_t *room;
};

static enum evx_err differs(const struct second *s, const char *path, size_t n, const char *what)
{
	s->out->different++;
	if (s->opts->remark != NULL)
		s->opts->remark(s->opts->remark_ctx, path, n, what);
	return evx_details_add_case(&s->out->differences, path, n, what, NULL, NULL, NULL);
}

/* Reads the file again and compares its digests with those noted. */
static enum evx_err compare_file(
	const struct second *s, struct evx_entry *e, int fd, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_source source;
	uint64_t at = 0;
	size_t got;
	const struct evx_entry *noted = &s->noted->next;
	const struct evx_cancel *cancel = s->opts->cancel;

	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	e->has_sha256 = noted->has_sha256;
	e->has_sparse_sha256 = noted->has_sparse_sha256;
	memcpy(e->sha256, noted->sha256, 32);
	memcpy(e->sparse_sha256, noted->sparse_sha256, 32);
	evx_source_open(&source, fd, e, cancel);
	evx_file_digest_begin(s->digest, e, UINT64_MAX); /* it has what the first reading hashed */
	while ((err = evx_source_read(&source, s->room, READ_BUFFER, &got, diag)) == EVX_OK &&
		got > 0) {
		err = evx_file_digest_hole(
			s->digest, evx_source_offset(&source) - at, cancel, diag);
		if (err != EVX_OK)
			return err;
		evx_file_digest_data(s->digest, s->room, got);
		at = evx_source_offset(&source) + got;
		s->out->bytes += got;
		if (s->opts->progress != NULL)
			atomic_fetch_add(&s->opts->progress->bytes_done, got);
	}
	if (err != EVX_OK || (err = evx_source_close(&source, diag)) != EVX_OK)
		return err;
	if (e->size > at &&
		(err = evx_file_digest_hole(s->digest, e->size - at, cancel, diag)) != EVX_OK)
		return err;
	s->out->files++;
	return evx_file_digest_compare(s->digest, e) == NULL ?
		EVX_OK :
		differs(s, e->path, e->path_len, "contents differ on the second reading");
}

/* Where the next noted line stands in the listing, as strcmp says it, seen from e (NULL: the end).
 */
static int next_against(const struct evx_reread *r, const struct evx_entry *e)
{
	return e == NULL ? -1 :
			   evx_path_compare(r->next.path, r->next.path_len, e->path, e->path_len);
}

/* Steps over noted lines that come before e: they are gone now. */
static enum evx_err catch_up(
	const struct second *s, const struct evx_entry *e, struct evx_diag *diag)
{
	struct evx_reread *r = s->noted;
	enum evx_err err;

	while (r->has_next && next_against(r, e) < 0)
		if ((err = differs(s, r->next.path, r->next.path_len,
			     "gone on the second reading")) != EVX_OK ||
			(err = advance(r, diag)) != EVX_OK)
			return err;
	return EVX_OK;
}

static enum evx_err compare_entry(
	const struct second *s, struct evx_entry *e, int fd, struct evx_diag *diag)
{
	struct evx_reread *r = s->noted;
	enum evx_err err = catch_up(s, e, diag);

	if (err != EVX_OK)
		return err;
	if (!r->has_next || next_against(r, e) != 0)
		return e->skipped ? EVX_OK :
				    differs(s, e->path, e->path_len, "new on the second reading");
	if (r->next.type != e->type)
		err = differs(s, e->path, e->path_len, "of another type on the second reading");
	else if (fd >= 0 && !r->next_is_link && (r->next.has_sha256 || r->next.has_sparse_sha256))
		err = compare_file(s, e, fd, diag);
	return err == EVX_OK ? advance(r, diag) : err;
}

enum evx_err evx_reread_compare(struct evx_reread *r, struct evx_walk *walk,
	const struct evx_reread_opts *opts, struct evx_details_reread *out, struct evx_diag *diag)
{
	struct second s = { r, opts, out, evx_file_digest_new(), malloc(READ_BUFFER) };
	enum evx_err err = flush(r, diag);
	struct evx_entry *e = NULL;
	int fd = -1;

	out->present = true;
	if (err != EVX_OK)
		goto out;
	if (s.digest == NULL || s.room == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	if (lseek(r->fd, 0, SEEK_SET) != 0) {
		err = evx_fail_errno(
			diag, "notes for --reread", "The temporary file cannot be read again");
		goto out;
	}
	err = advance(r, diag);
	while (err == EVX_OK && (err = evx_walk_next(walk, &e, &fd, diag)) == EVX_OK && e != NULL) {
		err = compare_entry(&s, e, fd, diag);
		evx_close_quiet(&fd);
		evx_entry_delete(e);
		e = NULL;
	}
	if (err == EVX_OK)
		err = catch_up(&s, NULL, diag);
out:
	evx_file_digest_free(s.digest);
	free(s.room);
	return err;
}
