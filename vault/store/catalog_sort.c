/* More rows than memory holds, sorted.
 *
 * SQLite could sort, too: with temp_store = MEMORY, as here, without any bound; with FILE in a
 * directory for temporary files, which a confined process has not, and which would keep what is
 * written to it outside the vault. Without sorting its tree is written again and again: 1.5 million
 * rows took 3.5 s and 0.4 GB of writing in their order, 15.6 s and 7.8 GB in any order (measured
 * with the cache of 32 MiB that catalog.c sets). */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "store/catalog_inner.h"

#define FIRST_RECORDS 1024u

/* A sorted part of the file, and what of it is in memory while runs are merged. */
struct run {
	uint64_t next, left; /* records: the first one not read yet, and how many there are from it
			      */
	uint8_t *buffer;
	size_t at, n; /* records in buffer: the one that is next, and their number */
};

struct evx_catalog_sort {
	int tmp, fd;
	size_t max, n, cap;
	uint8_t *records;
	uint64_t spilled;
	struct run *runs;
	size_t nruns;
};

struct evx_catalog_sort *evx_catalog_sort_new(int tmp, size_t max)
{
	struct evx_catalog_sort *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->tmp = tmp;
		s->fd = -1;
		s->max = max;
	}
	return s;
}

static void empty(struct evx_catalog_sort *s)
{
	evx_close_quiet(&s->fd);
	free(s->records);
	free(s->runs);
	s->records = NULL;
	s->runs = NULL;
	s->n = s->cap = s->nruns = 0;
	s->spilled = 0;
}

void evx_catalog_sort_free(struct evx_catalog_sort *s)
{
	if (s == NULL)
		return;
	empty(s);
	free(s);
}

uint64_t evx_catalog_sort_count(const struct evx_catalog_sort *s)
{
	return s->spilled + s->n;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, EVX_SORT_KEY);
}

/* Where the file system has no unnamed files, one whose name is gone at once. */
static int unnamed_file(int dir)
{
	int fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0) {
		fd = openat(dir, "rows", O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0600);
		if (fd >= 0)
			(void)unlinkat(dir, "rows", 0);
	}
	return fd;
}

/* Writes what is in memory behind the runs that there are. */
static enum evx_err spill(struct evx_catalog_sort *s, struct evx_diag *diag)
{
	enum evx_err err;

	if (s->fd < 0 && s->tmp < 0)
		return evx_fail(
			diag, EVX_E_LIMIT, "catalog: expected at most %zu rows at once", s->max);
	if (s->fd < 0) {
		s->fd = unnamed_file(s->tmp);
		if (s->fd < 0)
			return evx_fail_errno(
				diag, NULL, "catalog: the file for sorting cannot be made");
	}
	err = evx_fail_buf(diag, EVX_ARRAY_ROOM(s->runs, s->nruns, 1));
	if (err != EVX_OK)
		return err;
	qsort(s->records, s->n, EVX_SORT_RECORD, compare);
	err = evx_pwrite_full(s->fd, s->records, s->n * EVX_SORT_RECORD,
		s->spilled * EVX_SORT_RECORD, "the file for sorting", diag);
	if (err != EVX_OK)
		return err;
	s->runs[s->nruns++] = (struct run){ .next = s->spilled, .left = s->n };
	s->spilled += s->n;
	s->n = 0;
	return EVX_OK;
}

static enum evx_err make_room(struct evx_catalog_sort *s, struct evx_diag *diag)
{
	size_t cap = s->cap == 0 ? FIRST_RECORDS : 2 * s->cap;
	uint8_t *more;

	if (s->n < s->cap)
		return EVX_OK;
	if (s->cap == s->max)
		return spill(s, diag);
	if (cap > s->max)
		cap = s->max;
	more = realloc(s->records, cap * EVX_SORT_RECORD);
	if (more == NULL)
		return evx_fail_memory(diag);
	s->records = more;
	s->cap = cap;
	return EVX_OK;
}

enum evx_err evx_catalog_sort_add(
	struct evx_catalog_sort *s, const uint8_t record[EVX_SORT_RECORD], struct evx_diag *diag)
{
	enum evx_err err = make_room(s, diag);

	if (err == EVX_OK)
		memcpy(s->records + s->n++ * EVX_SORT_RECORD, record, EVX_SORT_RECORD);
	return err;
}

static const uint8_t *first_of(const struct run *r)
{
	return r->buffer + r->at * EVX_SORT_RECORD;
}

static enum evx_err refill(
	struct evx_catalog_sort *s, struct run *r, size_t share, struct evx_diag *diag)
{
	size_t got;
	enum evx_err err;

	r->at = 0;
	r->n = r->left < share ? (size_t)r->left : share;
	err = evx_pread_full(s->fd, r->buffer, r->n * EVX_SORT_RECORD, r->next * EVX_SORT_RECORD,
		&got, "the file for sorting", diag);
	if (err == EVX_OK && got != r->n * EVX_SORT_RECORD)
		err = evx_fail(diag, EVX_E_IO, "the file for sorting: ends too early");
	r->next += r->n;
	r->left -= r->n;
	return err;
}

/* A heap of runs, the least record on top. */
static void sift(struct run *heap, size_t n, size_t i)
{
	struct run moving = heap[i];
	size_t child;

	for (; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n &&
			compare(first_of(&heap[child + 1]), first_of(&heap[child])) < 0)
			child++;
		if (compare(first_of(&moving), first_of(&heap[child])) <= 0)
			break;
		heap[i] = heap[child];
	}
	heap[i] = moving;
}

static enum evx_err merge(struct evx_catalog_sort *s,
	enum evx_err (*each)(void *ctx, const uint8_t *record, struct evx_diag *diag), void *ctx,
	struct evx_diag *diag)
{
	const size_t share = s->cap / s->nruns;
	enum evx_err err = EVX_OK;
	struct run *top = s->runs;
	size_t i, n = s->nruns;

	if (share == 0)
		return evx_fail(diag, EVX_E_LIMIT, "catalog: too many rows to sort");
	for (i = 0; i < n && err == EVX_OK; i++) {
		s->runs[i].buffer = s->records + i * share * EVX_SORT_RECORD;
		err = refill(s, &s->runs[i], share, diag);
	}
	for (i = n; i-- > 0 && err == EVX_OK;)
		sift(s->runs, n, i);
	while (n > 0 && err == EVX_OK) {
		err = each(ctx, first_of(top), diag);
		if (err == EVX_OK && ++top->at == top->n) {
			if (top->left > 0)
				err = refill(s, top, share, diag);
			else
				*top = s->runs[--n];
		}
		if (err == EVX_OK && n > 0)
			sift(s->runs, n, 0);
	}
	return err;
}

enum evx_err evx_catalog_sort_each(struct evx_catalog_sort *s,
	enum evx_err (*each)(void *ctx, const uint8_t *record, struct evx_diag *diag), void *ctx,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t i;

	if (s->nruns > 0 && s->n > 0)
		err = spill(s, diag);
	if (err == EVX_OK && s->nruns > 0) {
		err = merge(s, each, ctx, diag);
	} else if (s->n > 0) {
		qsort(s->records, s->n, EVX_SORT_RECORD, compare);
		for (i = 0; i < s->n && err == EVX_OK; i++)
			err = each(ctx, s->records + i * EVX_SORT_RECORD, diag);
	}
	empty(s);
	return err;
}
