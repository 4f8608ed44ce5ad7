/* A file in part on disk: under a name that is not the file's, with a map of what it holds. */
#include <string.h>

#include "base/io.h"
#include "base/path.h"
#include "open/extract.h"

/* GNU ddrescue's: '+' was read, '-' is a bad sector, '?' was not tried. */
#define HEAD \
	"# Map of a file in part, in the format of GNU ddrescue.\n" \
	"# + disclosed and proved, or a hole of the file; - could not be read when it was " \
	"sealed;\n" \
	"# ? withheld: what the file has there is not known, and the zeros here say nothing.\n" \
	"0x00000000     ?               1\n" \
	"#      pos        size  status\n"

#define PART ".evx-part"
#define MAP ".evx-part.map"

static enum evx_err other_name(
	struct evx_entry *to, const struct evx_entry *e, const char *suffix, struct evx_diag *diag)
{
	struct evx_buf path = EVX_BUF_INIT;
	enum evx_err err;

	evx_entry_free(to);
	if ((err = evx_buf_add(&path, e->path, e->path_len)) == EVX_OK &&
		(err = evx_buf_adds(&path, suffix)) == EVX_OK)
		err = evx_entry_set_path(to, path.data, path.len);
	evx_buf_free(&path);
	to->type = EVX_FILE;
	to->has_stat = e->has_stat;
	to->mode = e->mode & 0777;
	to->uid = e->uid;
	to->gid = e->gid;
	return evx_fail_buf(diag, err);
}

enum evx_err evx_extract_part_begin(
	struct evx_extract *x, const struct evx_entry *e, struct evx_diag *diag)
{
	enum evx_err err = other_name(&x->part, e, MAP, diag);

	if (err != EVX_OK)
		return err;
	if (evx_path_check(x->part.path, x->part.path_len, NULL) != EVX_OK) {
		x->result->not_made++;
		x->result->entries--;
		evx_extract_remark(x, e->path, e->path_len,
			"Its name is too long for the endings .evx-part and .evx-part.map. No file "
			"was made.");
		return EVX_OK;
	}
	if ((err = other_name(&x->part, e, PART, diag)) != EVX_OK)
		return err;
	/* No extents: all is a hole at first. */
	x->part.has_map = true;
	x->part.size = e->size;
	x->part.has_mtime = e->has_mtime;
	x->part.mtime = e->mtime;
	return evx_extract_make(x, &x->part, diag);
}

/* ---- the map ---------------------------------------------------------------------------- */

/* Ranges in order, taken one after the other. */
struct ranges {
	const struct evx_extent *at;
	size_t n, next;
};

/* Whether a range has offset; *end becomes the first byte where that changes, if it is before. */
static bool has(struct ranges *r, uint64_t offset, uint64_t *end)
{
	while (r->next < r->n && r->at[r->next].offset + r->at[r->next].length <= offset)
		r->next++;
	if (r->next == r->n)
		return false;
	if (r->at[r->next].offset > offset) {
		*end = r->at[r->next].offset < *end ? r->at[r->next].offset : *end;
		return false;
	}
	*end = r->at[r->next].offset + r->at[r->next].length < *end ?
		r->at[r->next].offset + r->at[r->next].length :
		*end;
	return true;
}

static enum evx_err write_map(const struct evx_entry *e, struct evx_buf *out)
{
	const struct evx_extent all = { 0, e->size };
	struct ranges shown = { e->part->ranges, e->part->nranges, 0 },
		      bad = { e->bad, e->n_bad, 0 },
		      data = { e->has_map ? e->extents : &all, e->has_map ? e->n_extents : 1, 0 };
	enum evx_err err = evx_buf_adds(out, HEAD);

	for (uint64_t from = 0, to; from < e->size && err == EVX_OK; from = to) {
		bool is_shown, is_bad, is_data;

		to = e->size;
		is_shown = has(&shown, from, &to);
		is_bad = has(&bad, from, &to);
		is_data = has(&data, from, &to);
		err = evx_buf_addf(out, "0x%08llX  0x%08llX  %c\n", (unsigned long long)from,
			(unsigned long long)(to - from),
			is_bad                       ? '-' :
				is_shown || !is_data ? '+' :
						       '?');
	}
	return err;
}

/* The map beside the part; one that is there already stays, and is told. */
static enum evx_err make_map(
	struct evx_extract *x, const struct evx_entry *e, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_entry map;
	enum evx_err err;

	evx_entry_init(&map);
	if ((err = other_name(&map, e, MAP, diag)) != EVX_OK ||
		(err = evx_fail_buf(diag, write_map(e, &text))) != EVX_OK)
		goto out;
	map.size = text.len;
	x->result->entries++;
	if ((err = evx_extract_make(x, &map, diag)) != EVX_OK || x->fd < 0)
		goto out;
	err = evx_pwrite_full(x->fd, text.data, text.len, 0, NULL, diag);
	if (err == EVX_OK)
		err = evx_restore_finish(x->restore, &map, &x->fd, true, diag);
out:
	evx_close_quiet(&x->fd);
	evx_entry_free(&map);
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_extract_part_end(struct evx_extract *x, const struct evx_entry *e,
	enum evx_err bad, const char *why, struct evx_diag *diag)
{
	const uint64_t files = x->result->files;
	enum evx_err err;

	if (x->fd < 0)
		return EVX_OK;
	err = evx_extract_end(x, &x->part, bad, why, diag);
	if (err != EVX_OK || x->result->files == files)
		return err;
	x->result->files = files;
	x->result->parts++;
	return make_map(x, e, diag);
}
