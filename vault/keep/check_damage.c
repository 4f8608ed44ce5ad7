/* What a damaged pack touches: exhibits that borrow from it, exhibits that it borrows from, files
 * that have bytes in it. */
#include "keep/check_damage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "content/tree_read.h"
#include "format/text.h"
#include "store/borrowings.h"
#include "store/place.h"

/* ---- Files */

/* A stretch of the content stream. */
struct range {
	uint64_t from, to;
};

struct touched {
	struct evx_check_damage *d;
	struct range *at;
	size_t n;
	uint32_t sequence; /* where the pack is … */
	uint64_t from, to; /* … and which bytes of the sequence are in it */
	uint64_t offset;   /* in the stream, of the next frame */
};

static enum evx_err see_frame(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag)
{
	struct touched *t = ctx;
	struct range *one;

	(void)level;
	if (type != EVX_FRAME_DATA)
		return EVX_OK;
	t->offset += ref->span;
	if (ref->sequence != t->sequence || ref->position >= t->to ||
		ref->position + ref->stored <= t->from)
		return EVX_OK;
	if (t->n > 0 && t->at[t->n - 1].to == t->offset - ref->span) {
		t->at[t->n - 1].to = t->offset;
		return EVX_OK;
	}
	one = EVX_ARRAY_ADD(t->at, t->n);
	if (one == NULL)
		return evx_fail_memory(diag);
	*one = (struct range){ t->offset - ref->span, t->offset };
	return EVX_OK;
}

static bool intersects(const struct touched *t, uint64_t from, uint64_t to)
{
	size_t low = 0, high = t->n;

	while (low < high) { /* the first that ends behind from */
		const size_t middle = low + (high - low) / 2;

		if (t->at[middle].to <= from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->n && t->at[low].from < to;
}

static enum evx_err see_line(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	const struct touched *t = ctx;
	struct evx_check_pack *p = &t->d->pack;
	char **name;

	if (item->entry->type != EVX_FILE || item->stored == 0 ||
		!intersects(t, item->position, item->position + item->stored))
		return EVX_OK;
	if (p->nfiles == EVX_CHECK_FILES_MAX) {
		p->files_left_out++;
		return EVX_OK;
	}
	name = EVX_ARRAY_ADD(p->files, p->nfiles);
	if (name == NULL)
		return evx_fail_memory(diag);
	*name = strdup(item->entry->path);
	if (*name != NULL)
		return EVX_OK;
	p->nfiles--;
	return evx_fail_memory(diag);
}

/* The names are shown once the listing's root matched the seal. */
static enum evx_err find_files(struct evx_exhibit *ex, struct evx_check_damage *d,
	const struct evx_bundle_pack *pack, unsigned jobs, const struct evx_cancel *cancel,
	struct evx_diag *diag)
{
	const uint64_t first = ex->unlocked.part.sequences[0];
	const uint32_t sequence = pack->position >= first;
	struct touched t = {
		.d = d, .sequence = sequence, .from = pack->position - (sequence == 1 ? first : 0)
	};
	const struct evx_contents_opts contents = evx_exhibit_contents(ex, jobs, NULL, cancel);
	enum evx_err err = EVX_OK;

	t.to = t.from + (pack->length != 0 ? pack->length : EVX_PACK_LEN);
	if (ex->unlocked.part.content.present)
		err = evx_tree_read_all(&ex->unlocked.src, EVX_FRAME_DATA,
			&ex->unlocked.part.content, cancel, see_frame, &t, NULL);
	if (err == EVX_OK)
		err = evx_contents_check_listing(&contents, see_line, &t, NULL);
	free(t.at);
	d->pack.files_known = err == EVX_OK;
	if (err == EVX_OK)
		return EVX_OK;
	for (size_t i = 0; i < d->pack.nfiles; i++)
		free(d->pack.files[i]);
	d->pack.nfiles = 0;
	d->pack.files_left_out = 0;
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	return err == EVX_E_INTERRUPTED ?
		evx_fail(diag, err, "Interrupted. Run the command again to go on.") :
		EVX_OK;
}

/* ---- Exhibits */

static bool stands_as_recipe(const struct evx_vault *v, const char *uuid, const char *hex)
{
	char path[160];
	struct stat st;

	(void)snprintf(path, sizeof(path), "exhibits/%.36s/data/%.64s.pack", uuid, hex);
	if (fstatat(evx_vault_fd(v), path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return false;
	(void)snprintf(path, sizeof(path), "exhibits/%.36s/data/%.64s.recipe", uuid, hex);
	return fstatat(evx_vault_fd(v), path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum evx_err add_other(struct evx_check_pack *p, const char *uuid, struct evx_diag *diag)
{
	char(*one)[37];

	for (size_t i = 0; i < p->nothers; i++)
		if (strcmp(p->others[i], uuid) == 0)
			return EVX_OK;
	one = EVX_ARRAY_ADD(p->others, p->nothers);
	if (one == NULL)
		return evx_fail_memory(diag);
	(void)snprintf(*one, sizeof(*one), "%s", uuid);
	return EVX_OK;
}

struct tracing {
	struct evx_check_damages *damages;
	struct evx_diag *diag;
};

static enum evx_err see_borrowing(void *ctx, const struct evx_borrowing *b)
{
	const struct tracing *t = ctx;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < t->damages->n && err == EVX_OK; i++) {
		struct evx_check_damage *d = &t->damages->at[i];

		if (!d->pack.recipe && evx_hash_equal(d->hash, b->lent) &&
			strcmp(d->pack.uuid, b->lender) == 0)
			err = add_other(&d->pack, b->borrower, t->diag);
		else if (d->pack.recipe && evx_hash_equal(d->hash, b->pack) &&
			strcmp(d->pack.uuid, b->borrower) == 0)
			err = add_other(&d->pack, b->lender, t->diag);
	}
	return err;
}

static enum evx_err see_closed(
	void *ctx, const char *borrower, const uint8_t pack[32], enum evx_err why)
{
	const struct tracing *t = ctx;

	(void)why;
	for (size_t i = 0; i < t->damages->n; i++) {
		struct evx_check_damage *d = &t->damages->at[i];

		/* A recipe that does not open may name any lender. */
		if (!d->pack.recipe ||
			(evx_hash_equal(d->hash, pack) && strcmp(d->pack.uuid, borrower) == 0))
			d->pack.others_known = false;
	}
	return EVX_OK;
}

enum evx_err evx_check_damage_trace(struct evx_check_damages *d, const struct evx_vault *v,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct tracing t = { d, diag };
	const struct evx_borrowings_visitor visitor = { see_borrowing, see_closed, &t };

	if (d->n == 0 || evx_vault_tier(v) == EVX_TIER_NONE)
		return EVX_OK;
	for (size_t i = 0; i < d->n; i++)
		d->at[i].pack.others_known = true;
	return evx_borrowings_visit(v, NULL, &visitor, cancel, diag);
}

/* ---- The damages themselves */

bool evx_check_damage_has(
	const struct evx_check_damages *d, const char *uuid, const uint8_t hash[32])
{
	for (size_t i = 0; i < d->n; i++)
		if (evx_hash_equal(d->at[i].hash, hash) && strcmp(d->at[i].pack.uuid, uuid) == 0)
			return true;
	return false;
}

enum evx_err evx_check_damage_note(struct evx_check_damages *d, const struct evx_vault *v,
	struct evx_exhibit *ex, const char *uuid, const uint8_t hash[32], const char *what,
	unsigned jobs, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_check_damage *one = EVX_ARRAY_ADD(d->at, d->n);

	if (one == NULL)
		return evx_fail_memory(diag);
	one->what = strdup(what);
	if (one->what == NULL) {
		d->n--;
		return evx_fail_memory(diag);
	}
	one->pack.what = one->what;
	memcpy(one->hash, hash, 32);
	(void)snprintf(one->pack.uuid, sizeof(one->pack.uuid), "%s", uuid);
	evx_hex_encode(hash, 32, one->pack.hash);
	one->pack.recipe = stands_as_recipe(v, uuid, one->pack.hash);
	if (!ex->unlocked.has_part || ex->unlocked.part.listing_only)
		return EVX_OK;
	for (uint64_t i = 0; i < evx_bundle_packs(ex->opened.bundle); i++) {
		const struct evx_bundle_pack pack = evx_bundle_pack(ex->opened.bundle, i);

		if (evx_hash_equal(pack.hash, hash))
			return find_files(ex, one, &pack, jobs, cancel, diag);
	}
	return EVX_OK;
}

void evx_check_damage_free(struct evx_check_damages *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct evx_check_damage *one = &d->at[i];

		for (size_t k = 0; k < one->pack.nfiles; k++)
			free(one->pack.files[k]);
		free(one->pack.files);
		free(one->pack.others);
		free(one->what);
		free(one->healing);
	}
	free(d->at);
	memset(d, 0, sizeof(*d));
}
