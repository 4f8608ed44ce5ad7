/* Files of several names, found again by device and inode. */
#include "content/links.h"

#include <stdlib.h>

struct evx_link {
	uint64_t dev, ino, index, size;
	struct evx_file_time mtime, ctime, btime; /* as the file was found under the last name */
	bool used;
};

static struct evx_link *find(const struct evx_links *l, uint64_t dev, uint64_t ino)
{
	size_t i = (size_t)((ino * 0x9E3779B97F4A7C15u) ^ dev) & (l->cap - 1);

	while (l->at[i].used && (l->at[i].dev != dev || l->at[i].ino != ino))
		i = (i + 1) & (l->cap - 1);
	return &l->at[i];
}

static enum evx_err grow(struct evx_links *l)
{
	struct evx_links bigger = { NULL, l->n, l->cap == 0 ? 1024 : l->cap * 2 };

	bigger.at = calloc(bigger.cap, sizeof(*bigger.at));
	if (bigger.at == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < l->cap; i++)
		if (l->at[i].used)
			*find(&bigger, l->at[i].dev, l->at[i].ino) = l->at[i];
	free(l->at);
	*l = bigger;
	return EVX_OK;
}

/* What a file that nobody touched still has: a number of an inode is given again as soon as its
 * file is gone. */
static bool same_file(const struct evx_link *a, const struct evx_link *b)
{
	return a->size == b->size && evx_file_time_equal(a->mtime, b->mtime) &&
		evx_file_time_equal(a->ctime, b->ctime) && evx_file_time_equal(a->btime, b->btime);
}

enum evx_err evx_links_note(struct evx_links *l, struct evx_entry *e, uint64_t index, bool *changed)
{
	const struct evx_link now = { e->dev, e->ino, index, e->size, e->mtime, e->ctime, e->btime,
		true };
	struct evx_link *at;

	*changed = false;
	if (2 * (l->n + 1) > l->cap && grow(l) != EVX_OK)
		return EVX_E_MEMORY;
	at = find(l, e->dev, e->ino);
	if (at->used && same_file(at, &now)) {
		e->has_hardlink = true;
		e->hardlink_index = at->index;
		return EVX_OK;
	}
	*changed = at->used;
	l->n += !at->used;
	*at = now;
	return EVX_OK;
}

void evx_links_free(struct evx_links *l)
{
	free(l->at);
	*l = (struct evx_links){ NULL, 0, 0 };
}
