/* First names of files with several names. */
#include "open/first_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum evx_err evx_first_names_note(
	struct evx_first_names *f, const struct evx_entry *e, struct evx_diag *diag)
{
	struct evx_first_name *first;

	if (!e->has_hardlink || (f->n > 0 && f->v[f->n - 1].index == e->hardlink_index))
		return EVX_OK;
	first = EVX_ARRAY_ADD(f->v, f->n);
	if (first == NULL)
		return evx_fail_memory(diag);
	first->index = e->hardlink_index;
	return EVX_OK;
}

static int by_index(const void *a, const void *b)
{
	const struct evx_first_name *x = a, *y = b;

	return x->index < y->index ? -1 : x->index > y->index;
}

void evx_first_names_sort(struct evx_first_names *f)
{
	size_t i, kept = 0;

	if (f->n == 0)
		return;
	qsort(f->v, f->n, sizeof(*f->v), by_index);
	for (i = 1; i < f->n; i++)
		if (f->v[i].index != f->v[kept].index)
			f->v[++kept] = f->v[i];
	f->n = kept + 1;
}

static struct evx_first_name *find(const struct evx_first_names *f, uint64_t index)
{
	const struct evx_first_name key = { .index = index };

	return f->n == 0 ? NULL : bsearch(&key, f->v, f->n, sizeof(*f->v), by_index);
}

const struct evx_first_name *evx_first_names_find(
	const struct evx_first_names *f, const struct evx_entry *e)
{
	const struct evx_first_name *first = e->has_hardlink ? find(f, e->hardlink_index) : NULL;

	return first != NULL && first->path != NULL && first->type == e->type ? first : NULL;
}

enum evx_err evx_first_names_put(
	struct evx_first_names *f, const struct evx_entry *e, uint64_t index, struct evx_diag *diag)
{
	struct evx_first_name *first = find(f, e->has_hardlink ? e->hardlink_index : index);

	if (first == NULL)
		return EVX_OK;
	/* The newest copy has room for more names where an older one has as many as the file system
	 * allows. */
	free(first->path);
	first->type = e->type;
	first->path = strndup(e->path, e->path_len);
	first->len = e->path_len;
	return first->path == NULL ? evx_fail_memory(diag) : EVX_OK;
}

void evx_first_names_free(struct evx_first_names *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->v[i].path);
	free(f->v);
	*f = (struct evx_first_names){ NULL, 0 };
}
