/* Which cases mark an exhibit: all marks read once, or each case asked. */
#include "store/marks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/io.h"
#include "store/case.h"
#include "store/vault_inner.h"

struct mark {
	char uuid[EVX_UUID_CAP];
	uint32_t number; /* of the case */
};

struct name {
	char uuid[EVX_UUID_CAP];
};

struct evx_marks {
	struct mark *at; /* in order of UUID and case */
	size_t n;
	/* Exhibits that were there before the marks were read, in order: their marks are among
	 * those, if there are any. */
	struct name *exhibits;
	size_t nexhibits;
};

struct reading {
	const struct evx_vault *v;
	struct evx_marks *m;
	uint32_t number;
};

void evx_marks_free(struct evx_marks *m)
{
	if (m == NULL)
		return;
	free(m->at);
	free(m->exhibits);
	free(m);
}

static int by_uuid(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->uuid, ((const struct name *)b)->uuid);
}

static int by_place(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;
	const int r = strcmp(x->uuid, y->uuid);

	return r != 0 ? r : x->number < y->number ? -1 : x->number > y->number;
}

static enum evx_err see_exhibit(void *ctx, const char *uuid)
{
	const struct reading *r = ctx;
	struct name *one;

	if (evx_cancelled(r->v->cancel))
		return EVX_E_INTERRUPTED;
	one = EVX_ARRAY_ADD(r->m->exhibits, r->m->nexhibits);
	if (one == NULL)
		return EVX_E_MEMORY;
	memcpy(one->uuid, uuid, sizeof(one->uuid));
	return EVX_OK;
}

static enum evx_err see_mark(void *ctx, const char *uuid)
{
	const struct reading *r = ctx;
	struct mark *one;

	if (evx_cancelled(r->v->cancel))
		return EVX_E_INTERRUPTED;
	one = EVX_ARRAY_ADD(r->m->at, r->m->n);
	if (one == NULL)
		return EVX_E_MEMORY;
	memcpy(one->uuid, uuid, sizeof(one->uuid));
	one->number = r->number;
	return EVX_OK;
}

/* What cannot be read leaves its exhibits out of those whose marks are known. */
static enum evx_err read_all(struct reading *r)
{
	struct evx_marks *m = r->m;
	enum evx_err err = evx_vault_each_exhibit(r->v, see_exhibit, r, NULL);
	bool whole = err == EVX_OK;

	for (size_t i = 0; i < r->v->ncases && whole; i++) {
		r->number = (uint32_t)i;
		err = evx_cancelled(r->v->cancel) ?
			EVX_E_INTERRUPTED :
			evx_case_each(r->v, r->v->cases[i].id, see_mark, r, NULL);
		whole = err == EVX_OK;
	}
	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
		return err;
	if (!whole)
		m->nexhibits = 0;
	if (m->nexhibits > 0)
		qsort(m->exhibits, m->nexhibits, sizeof(*m->exhibits), by_uuid);
	if (m->n > 0)
		qsort(m->at, m->n, sizeof(*m->at), by_place);
	return EVX_OK;
}

enum evx_err evx_marks_load(
	const struct evx_vault *v, struct evx_marks **out, struct evx_diag *diag)
{
	struct reading r = { v, calloc(1, sizeof(*r.m)), 0 };
	enum evx_err err;

	*out = NULL;
	if (r.m == NULL)
		return evx_fail_memory(diag);
	err = read_all(&r);
	if (err != EVX_OK) {
		evx_marks_free(r.m);
		return err == EVX_E_INTERRUPTED ? evx_vault_go_on(v, diag) :
						  evx_fail_buf(diag, err);
	}
	*out = r.m;
	return EVX_OK;
}

bool evx_marks_saw(const struct evx_marks *m, const char *uuid)
{
	struct name key;

	if (m == NULL || m->nexhibits == 0)
		return false;
	(void)snprintf(key.uuid, sizeof(key.uuid), "%s", uuid);
	return bsearch(&key, m->exhibits, m->nexhibits, sizeof(key), by_uuid) != NULL;
}

bool evx_marks_has(const struct evx_vault *v, const char *case_id, const char *uuid)
{
	char path[128];
	struct stat st;

	(void)snprintf(path, sizeof(path), "cases/%s/exhibits/%s", case_id, uuid);
	return fstatat(v->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

size_t evx_marks_next(
	const struct evx_marks *m, const struct evx_vault *v, const char *uuid, size_t from)
{
	struct mark key = { .number = (uint32_t)from };
	size_t low = 0, high;

	if (!evx_marks_saw(m, uuid)) {
		while (from < v->ncases && !evx_marks_has(v, v->cases[from].id, uuid))
			from++;
		return from;
	}
	(void)snprintf(key.uuid, sizeof(key.uuid), "%s", uuid);
	for (high = m->n; low < high;) {
		const size_t mid = low + (high - low) / 2;

		if (by_place(&m->at[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->n && strcmp(m->at[low].uuid, uuid) == 0 ? m->at[low].number : v->ncases;
}

void evx_marks_case(const struct evx_marks *m, const struct evx_vault *v, const char *uuid,
	char case_id[EVX_UUID_CAP])
{
	const size_t i = evx_marks_next(m, v, uuid, 0);

	case_id[0] = '\0';
	if (i < v->ncases)
		memcpy(case_id, evx_case_filed(v, v->cases[i].id), EVX_UUID_CAP);
}
