/* And, with a key, which files match, moved, are new or missing. */
#include "judge/compare_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "judge/compare_ranges.h"
#include "open/listing_feed.h"

#define MEMORY (UINT64_C(64) << 20) /* unless the caller says otherwise */

/* A file that stands on one side only, in listing order. */
struct lone {
	uint8_t digest[32];
	bool sparse;    /* which digest it is */
	uint32_t order; /* among those of its side */
	uint32_t other; /* order of its counterpart, NOBODY without */
	char *path;     /* owned; of a only */
	size_t path_len;
};
#define NOBODY UINT32_MAX

struct lones {
	struct lone *at;
	size_t n;
	uint32_t next; /* while reading again */
};

struct comparing {
	const struct evx_compare_options *opt;
	struct evx_compare_result *result;
	struct lones a, b;
	uint64_t memory; /* bytes left to keep lone files in */
	bool again;      /* the second reading */
};

/* The digest that stands for a file's contents: the stock one, else that of map and data. False
 * without any. */
static bool digest_of(const struct evx_entry *e, const uint8_t **digest, bool *sparse)
{
	*sparse = !e->has_sha256;
	*digest = e->has_sha256 ? e->sha256 : e->sparse_sha256;
	return e->has_sha256 || e->has_sparse_sha256;
}

/* Empty files are all alike: none of them is another's. */
static bool may_have_moved(const struct evx_entry *e)
{
	const uint8_t *digest;
	bool sparse;

	return e->type == EVX_FILE && e->size > 0 && digest_of(e, &digest, &sparse);
}

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_xattrs(const struct evx_entry *a, const struct evx_entry *b)
{
	if (a->n_xattrs != b->n_xattrs)
		return false;
	for (size_t i = 0; i < a->n_xattrs; i++)
		if (strcmp(a->xattrs[i].name, b->xattrs[i].name) != 0 ||
			a->xattrs[i].len != b->xattrs[i].len ||
			(a->xattrs[i].len > 0 &&
				memcmp(a->xattrs[i].value, b->xattrs[i].value, a->xattrs[i].len) !=
					0))
			return false;
	return true;
}

/* Reading changes a file's time of access, copying its time of status change and of birth: they are
 * not compared. */
static bool same_attributes(const struct evx_entry *a, const struct evx_entry *b)
{
	return a->has_stat == b->has_stat && a->mode == b->mode && a->uid == b->uid &&
		a->gid == b->gid && same_text(a->user, b->user) && same_text(a->group, b->group) &&
		a->has_mtime == b->has_mtime && evx_file_time_equal(a->mtime, b->mtime) &&
		same_xattrs(a, b) && same_text(a->acl_access, b->acl_access) &&
		same_text(a->acl_default, b->acl_default) && a->has_fflags == b->has_fflags &&
		a->fflags == b->fflags;
}

static bool shows_nothing(const struct evx_entry *e)
{
	return e->withheld && e->part == NULL;
}

/* Of disclosures: which of two has the contents of a file, or a part of them, where only one has.
 */
static bool only_one_shows(
	const struct evx_entry *a, const struct evx_entry *b, enum evx_compare_file *who)
{
	*who = shows_nothing(a) ? EVX_FILE_NEW : EVX_FILE_MISSING;
	return shows_nothing(a) != shows_nothing(b);
}

/* EVX_FILE_MATCHES, _DIFFERS or _NOT_COMPARED: the digests are those of whole files. */
static enum evx_compare_file compare_bytes(const struct evx_entry *a, const struct evx_entry *b)
{
	if (a->has_stat && b->has_stat && a->size != b->size)
		return EVX_FILE_DIFFERS;
	if (a->has_sha256 && b->has_sha256)
		return evx_hash_equal(a->sha256, b->sha256) ? EVX_FILE_MATCHES : EVX_FILE_DIFFERS;
	/* The maps may differ where the contents do not, so that only equality tells anything. */
	if (a->has_sparse_sha256 && b->has_sparse_sha256 &&
		evx_hash_equal(a->sparse_sha256, b->sparse_sha256))
		return EVX_FILE_MATCHES;
	return EVX_FILE_NOT_COMPARED;
}

static enum evx_compare_file compare_entries(const struct evx_entry *a, const struct evx_entry *b)
{
	enum evx_compare_file found = EVX_FILE_MATCHES, who;

	if (a->type != b->type || a->link_target_len != b->link_target_len ||
		a->rdev_major != b->rdev_major || a->rdev_minor != b->rdev_minor ||
		(a->link_target_len > 0 &&
			memcmp(a->link_target, b->link_target, a->link_target_len) != 0))
		return EVX_FILE_DIFFERS;
	if (a->type == EVX_FILE)
		found = compare_bytes(a, b);
	if (found == EVX_FILE_MATCHES && !same_attributes(a, b))
		return EVX_FILE_ATTRIBUTES;
	if (found == EVX_FILE_MATCHES && only_one_shows(a, b, &who))
		return who;
	return found == EVX_FILE_MATCHES && (a->part != NULL || b->part != NULL) ? EVX_FILE_RANGES :
										   found;
}

/* Keeps the file, unless the bound is reached: then it has no place among its side's, and neither
 * has any after it. */
static enum evx_err keep(
	struct comparing *c, struct lones *side, const struct evx_entry *e, struct evx_diag *diag)
{
	const size_t cost = sizeof(struct lone) + (side == &c->a ? e->path_len + 1 : 0);
	const uint8_t *digest;
	struct lone *l;

	if (cost > c->memory) {
		c->memory = 0;
		c->result->not_followed++;
		return EVX_OK;
	}
	if (EVX_ARRAY_ROOM(side->at, side->n, 1) != EVX_OK)
		return evx_fail_memory(diag);
	l = &side->at[side->n];
	*l = (struct lone){ .order = (uint32_t)side->n, .other = NOBODY };
	(void)digest_of(e, &digest, &l->sparse); /* it has one, or it were not here */
	memcpy(l->digest, digest, 32);
	if (side == &c->a) {
		l->path = strndup(e->path, e->path_len);
		l->path_len = e->path_len;
		if (l->path == NULL)
			return evx_fail_memory(diag);
	}
	side->n++;
	c->memory -= cost;
	return EVX_OK;
}

static enum evx_err tell(struct comparing *c, enum evx_compare_file what, const struct evx_entry *e,
	const struct lone *from, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	c->result->files[what]++;
	if (what != EVX_FILE_MATCHES && c->opt->each != NULL)
		err = c->opt->each(c->opt->each_ctx, what, e->path, e->path_len,
			from == NULL ? NULL : from->path, from == NULL ? 0 : from->path_len);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "compare: stopped");
}

/* A file of which a or b shows a part: the same, or other ranges. */
static enum evx_err tell_ranges(struct comparing *c, const struct evx_entry *a,
	const struct evx_entry *b, struct evx_diag *diag)
{
	struct evx_compare_ranges only;
	enum evx_err err = evx_compare_ranges_find(a, b, &only);

	if (err != EVX_OK)
		err = evx_fail_memory(diag);
	else if (only.na + only.nb == 0 || c->opt->ranges == NULL)
		err = tell(c, only.na + only.nb == 0 ? EVX_FILE_MATCHES : EVX_FILE_RANGES, b, NULL,
			diag);
	else {
		c->result->files[EVX_FILE_RANGES]++;
		err = c->opt->ranges(
			c->opt->each_ctx, b->path, b->path_len, only.a, only.na, only.b, only.nb);
		if (err != EVX_OK)
			err = evx_fail(diag, err, "compare: stopped");
	}
	evx_compare_ranges_free(&only);
	return err;
}

static enum evx_err tell_both(struct comparing *c, const struct evx_entry *a,
	const struct evx_entry *b, struct evx_diag *diag)
{
	const enum evx_compare_file what = compare_entries(a, b);

	return what == EVX_FILE_RANGES ? tell_ranges(c, a, b, diag) : tell(c, what, b, NULL, diag);
}

/* One path; a or b is NULL where only the other has it. */
static enum evx_err one_path(struct comparing *c, const struct evx_entry *a,
	const struct evx_entry *b, struct evx_diag *diag)
{
	struct lones *side = a != NULL ? &c->a : &c->b;
	const struct evx_entry *e = a != NULL ? a : b;
	const struct lone *l = NULL;

	if (a != NULL && b != NULL)
		return c->again ? tell_both(c, a, b, diag) : EVX_OK;
	/* In one exhibit two files with one digest are two files. */
	if (c->result->parts)
		return !c->again ?
			EVX_OK :
			tell(c, a != NULL ? EVX_FILE_MISSING : EVX_FILE_NEW, e, NULL, diag);
	if (!c->again)
		return may_have_moved(e) ? keep(c, side, e, diag) : EVX_OK;
	if (may_have_moved(e) && side->next < side->n)
		l = &side->at[side->next++];
	if (l == NULL || l->other == NOBODY)
		return tell(c, a != NULL ? EVX_FILE_MISSING : EVX_FILE_NEW, e, NULL, diag);
	return a != NULL ? EVX_OK : tell(c, EVX_FILE_MOVED, e, &c->a.at[l->other], diag);
}

/* Reads both listings side by side: they are in one order. */
static enum evx_err join(struct comparing *c, const struct evx_contents_opts *a,
	const struct evx_contents_opts *b, struct evx_diag *diag)
{
	const struct evx_listing_read_opts read_a = evx_contents_listing(a, true),
					   read_b = evx_contents_listing(b, true);
	struct evx_listing_feed *feed_a = NULL, *feed_b = NULL;
	const struct evx_listing_item *in_a = NULL, *in_b = NULL;
	enum evx_err err = evx_listing_feed_start(&read_a, false, &feed_a, diag), end_a, end_b;

	if (err == EVX_OK)
		err = evx_listing_feed_start(&read_b, false, &feed_b, diag);
	if (err == EVX_OK) {
		in_a = evx_listing_feed_next(feed_a);
		in_b = evx_listing_feed_next(feed_b);
	}
	while (err == EVX_OK && (in_a != NULL || in_b != NULL)) {
		const int order = in_a == NULL ? 1 :
			in_b == NULL           ? -1 :
				       evx_path_compare(in_a->entry->path, in_a->entry->path_len,
					       in_b->entry->path, in_b->entry->path_len);

		err = one_path(
			c, order <= 0 ? in_a->entry : NULL, order >= 0 ? in_b->entry : NULL, diag);
		if (err == EVX_OK && order <= 0)
			in_a = evx_listing_feed_next(feed_a);
		if (err == EVX_OK && order >= 0)
			in_b = evx_listing_feed_next(feed_b);
	}
	end_a = evx_listing_feed_end(feed_a, err == EVX_OK ? diag : NULL);
	if (err == EVX_OK)
		err = end_a;
	end_b = evx_listing_feed_end(feed_b, err == EVX_OK ? diag : NULL);
	return err == EVX_OK ? end_b : err;
}

static int same_contents(const struct lone *x, const struct lone *y)
{
	return x->sparse != y->sparse ? (int)x->sparse - (int)y->sparse :
					evx_hash_order(x->digest, y->digest);
}

static int by_contents(const void *a, const void *b)
{
	const struct lone *x = a, *y = b;
	const int r = same_contents(x, y);

	return r != 0 ? r : x->order < y->order ? -1 : 1;
}

static int by_order(const void *a, const void *b)
{
	const struct lone *x = a, *y = b;

	return x->order < y->order ? -1 : 1;
}

static void sort(struct lones *side, int (*compare)(const void *a, const void *b))
{
	if (side->n > 1)
		qsort(side->at, side->n, sizeof(*side->at), compare);
}

/* Of several with one digest the first goes with the first. */
static void pair(struct comparing *c)
{
	size_t i = 0, k = 0;

	sort(&c->a, by_contents);
	sort(&c->b, by_contents);
	while (i < c->a.n && k < c->b.n) {
		const int r = same_contents(&c->a.at[i], &c->b.at[k]);

		if (r == 0) {
			c->a.at[i].other = c->b.at[k].order;
			c->b.at[k].other = c->a.at[i].order;
		}
		i += r <= 0;
		k += r >= 0;
	}
	sort(&c->a, by_order);
	sort(&c->b, by_order);
}

enum evx_err evx_compare_files(const struct evx_contents_opts *a, const struct evx_contents_opts *b,
	const struct evx_compare_options *opt, struct evx_compare_result *result,
	struct evx_diag *diag)
{
	struct comparing c = {
		.opt = opt, .result = result, .memory = opt->memory != 0 ? opt->memory : MEMORY
	};
	enum evx_err err = join(&c, a, b, diag);

	if (err == EVX_OK) {
		pair(&c);
		c.again = true;
		err = join(&c, a, b, diag);
	}
	result->listed = err == EVX_OK;
	for (size_t i = 0; i < c.a.n; i++)
		free(c.a.at[i].path);
	free(c.a.at);
	free(c.b.at);
	return err;
}
