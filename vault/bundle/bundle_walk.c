/* The check of the whole container, and what it reports. */
#include "bundle/bundle_walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "bundle/bundle_walk_inner.h"

static void pack_name(const struct evx_bundle *b, size_t i, char out[EVX_MEMBER_NAME_CAP])
{
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };

	memcpy(id.hash, b->packs[i].hash, sizeof(id.hash));
	if (evx_member_name(&id, out) != EVX_OK)
		out[0] = '\0';
}

static enum evx_err report_hashes(struct evx_bundle_walk *w)
{
	const struct evx_pack_fault *faults;
	char name[EVX_MEMBER_NAME_CAP];
	size_t count, i;
	enum evx_err err;

	if (w->hasher == NULL)
		return EVX_OK;
	err = evx_pack_hasher_finish(w->hasher, &faults, &count);
	for (i = 0; err == EVX_OK && i < count; i++) {
		const struct evx_pack_fault *f = &faults[i];
		uint64_t offset = w->b->packs[f->pack].content;

		pack_name(w->b, f->pack, name);
		/* Of a recipe the length is known, so the books hold whatever became of its
		 * lenders. */
		w->wrong_packs += w->b->packs[f->pack].recipe &&
			(f->err == EVX_E_NOT_FOUND || f->err == EVX_E_CORRUPT ||
				f->err == EVX_E_TRUNCATED);
		if (f->err == EVX_E_MEMORY)
			err = EVX_E_MEMORY;
		else if (f->err == EVX_E_FORGED) {
			w->wrong_packs++;
			evx_bundle_walk_report(w, "D-PACK-HASH", EVX_WALK_BAD, EVX_E_FORGED, name,
				offset, "%s", f->text);
		} else if (f->err == EVX_E_NOT_FOUND || f->err == EVX_E_CORRUPT)
			evx_bundle_walk_report(w, "D-MISSING", EVX_WALK_BAD, EVX_E_TRUNCATED, name,
				offset, "%s", f->text);
		else if (f->err == EVX_E_TRUNCATED)
			evx_bundle_walk_report(w, "D-TRUNCATED", EVX_WALK_BAD, EVX_E_TRUNCATED,
				name, offset, "%s", f->text);
		else
			evx_bundle_walk_report(
				w, "D-IO", EVX_WALK_UNCHECKED, f->err, name, offset, "%s", f->text);
	}
	return err;
}

/* The seal signs what number and length of every pack follows from. What a truncated bundle says of
 * them is not known, and nobody calls it good. */
static enum evx_err check_sequences(struct evx_bundle_walk *w)
{
	struct evx_buf text = EVX_BUF_INIT;
	const struct evx_bundle *b = w->b;
	struct evx_sequences s;
	char name[EVX_MEMBER_NAME_CAP];
	size_t i;
	enum evx_err err = evx_bundle_read_member(
		b, EVX_SEAL_MEMBER, EVX_DOCUMENT_MAX, &text, NULL);
	const bool known = err == EVX_OK && evx_sequences_read(text.data, text.len, &s);

	evx_buf_free(&text);
	if (!known && w->jump != NULL)
		evx_bundle_walk_report(w, "D-PACK-LENGTH", EVX_WALK_BAD, EVX_E_CORRUPT, "",
			b->packs_at, "packs: expected a seal that says how many there are");
	if (!known)
		return err == EVX_E_MEMORY ? err : EVX_OK;
	if (b->packs_listed != evx_sequences_packs(&s))
		evx_bundle_walk_report(w, "D-PACK-LENGTH", EVX_WALK_BAD, EVX_E_CORRUPT, "",
			b->packs_at, "packs: expected %llu by the seal, found %zu",
			(unsigned long long)evx_sequences_packs(&s), b->packs_listed);
	for (i = 0; i < b->packs_listed && b->packs_listed == evx_sequences_packs(&s); i++) {
		const uint64_t want = evx_sequences_length(&s, i);

		/* One that no bundle has was reported where it stands. */
		if (b->packs[i].length == want || b->packs[i].missing || b->packs[i].length == 0 ||
			b->packs[i].length > EVX_PACK_LEN)
			continue;
		pack_name(b, i, name);
		evx_bundle_walk_report(w, "D-PACK-LENGTH", EVX_WALK_BAD, EVX_E_CORRUPT, name,
			b->packs[i].content, "pack length: expected %llu by the seal, found %llu",
			(unsigned long long)want, (unsigned long long)b->packs[i].length);
	}
	return EVX_OK;
}

static int by_hash(const void *a, const void *b)
{
	const struct evx_bundle_pack *const *x = a, *const *y = b;
	int order = evx_hash_order((*x)->hash, (*y)->hash);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

static enum evx_err report_twins(struct evx_bundle_walk *w)
{
	size_t n = w->b->packs_listed, i;
	const struct evx_bundle_pack **sorted = calloc(n > 0 ? n : 1, sizeof(*sorted));
	char name[EVX_MEMBER_NAME_CAP];

	if (sorted == NULL)
		return EVX_E_MEMORY;
	for (i = 0; i < n; i++)
		sorted[i] = &w->b->packs[i];
	qsort(sorted, n, sizeof(*sorted), by_hash);
	for (i = 1; i < n; i++) {
		if (!evx_hash_equal(sorted[i]->hash, sorted[i - 1]->hash))
			continue;
		pack_name(w->b, (size_t)(sorted[i] - w->b->packs), name);
		evx_bundle_walk_report(w, "D-DUPLICATE", EVX_WALK_BAD, EVX_E_CORRUPT, name,
			sorted[i]->content, "member: its name occurs twice");
	}
	free(sorted);
	return EVX_OK;
}

/* A later group that is announced but not whole counts for nothing; of group 0000 all that is there
 * stays, for salvage. */
static enum evx_err settle(struct evx_bundle_walk *w)
{
	if (w->whole_groups > 0)
		evx_bundle_cut(w->b, w->whole_count);
	w->b->groups = w->whole_groups;
	w->b->source = w->jump != NULL ? EVX_BUNDLE_BY_INDEX : EVX_BUNDLE_BY_WALK;
	free(w->b->by_name);
	w->b->by_name = NULL;
	return evx_bundle_seal_list(w->b);
}

static enum evx_err walk(struct evx_bundle *b, const struct evx_bundle_walk_opts *opts,
	const struct evx_sequences *jump, struct evx_bundle_walk_result *result,
	struct evx_diag *diag)
{
	struct evx_bundle_walk w;
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	memset(&w, 0, sizeof(w));
	w.b = b;
	w.opts = opts;
	w.jump = jump;
	w.result = result;
	w.diag = diag;
	w.fd = -1;
	if ((err = evx_ledger_init(&w.ledger)) != EVX_OK)
		goto out;
	if (!opts->skip_packs &&
		(err = evx_pack_hasher_new(b, opts->jobs, opts->packs, opts->progress, opts->cancel,
			 &w.hasher, diag)) != EVX_OK)
		goto out;
	err = b->dir != NULL ? evx_bundle_walk_directory(&w) : evx_bundle_walk_archive(&w);
	if (err != EVX_OK || (err = report_hashes(&w)) != EVX_OK ||
		(err = report_twins(&w)) != EVX_OK || (err = settle(&w)) != EVX_OK)
		goto out;
	err = check_sequences(&w);
out:
	b->cut = w.ends_early && result->bad == 0;
	b->flawed = result->bad + result->unchecked > w.wrong_packs;
	b->foreign = result->foreign ? result->trailing : 0;
	evx_pack_hasher_free(w.hasher);
	evx_ledger_free(&w.ledger);
	evx_buf_free(&w.origin);
	evx_order_free(&w.order);
	if (err == EVX_OK)
		return EVX_OK;
	evx_bundle_unload(b);
	return err == EVX_E_INTERRUPTED ? evx_fail(diag, err, "Interrupted. Nothing was changed.") :
					  evx_fail_buf(diag, err);
}

/* The same walk without the packs. It counts when there was nothing to report whatever: then
 * nothing is different but what was not looked at, and that nobody is told about. */
static enum evx_err walk_short(struct evx_bundle *b, const struct evx_bundle_walk_opts *opts,
	bool *taken, struct evx_bundle_walk_result *result, struct evx_diag *diag)
{
	const struct evx_bundle_walk_opts quiet = {
		.jobs = 1, .skip_packs = true, .cancel = opts->cancel
	};
	struct evx_sequences jump;
	struct evx_diag why = { 0 };
	enum evx_err err;

	*taken = false;
	if (!evx_bundle_sequences(b, &jump))
		return EVX_OK;
	err = walk(b, &quiet, &jump, result, &why);
	*taken = err == EVX_OK && result->reached_end &&
		result->bad + result->unchecked + result->gaps + result->remarks == 0;
	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
		return evx_fail(diag, err, "%s", why.text);
	if (!*taken)
		evx_bundle_unload(b);
	return EVX_OK;
}

enum evx_err evx_bundle_walk(struct evx_bundle *b, const struct evx_bundle_walk_opts *opts,
	struct evx_bundle_walk_result *result, struct evx_diag *diag)
{
	struct evx_bundle_walk_opts whole = *opts;
	bool taken = false;
	enum evx_err err = EVX_OK;

	memset(result, 0, sizeof(*result));
	if (b->source != EVX_BUNDLE_NOT_LOADED)
		return evx_fail(diag, EVX_E_USAGE, "bundle: already loaded");
	whole.skip_packs = opts->skip_packs || opts->shortcut;
	if (opts->shortcut)
		err = walk_short(b, opts, &taken, result, diag);
	return err != EVX_OK || taken ? err : walk(b, &whole, NULL, result, diag);
}
