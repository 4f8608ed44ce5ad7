/* Walking an unpacked bundle: the archive is laid out anew from the files, in the order of the last
 * index. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "bundle/bundle_walk_inner.h"
#include "format/index.h"
#include "format/manifest.h"
#include "format/tar.h"

static enum evx_err open_file(struct evx_bundle_walk *w, struct evx_diag *why)
{
	struct evx_pack_file pack;
	enum evx_err err;

	if (w->id.kind != EVX_MEMBER_PACK)
		return evx_directory_member(w->b->dir, w->name, &w->fd, &w->size, why);
	err = evx_pack_file_open(w->b->dir, w->b->recipes, w->id.hash, &pack, why);
	w->size = pack.length;
	w->recipe = pack.recipe != NULL;
	evx_pack_file_close(&pack);
	return err;
}

/* Whoever lacks the key of a recipe, or the disk's answer, has found nothing wrong. */
static void report_absent(struct evx_bundle_walk *w, enum evx_err err, const struct evx_diag *why)
{
	if (err == EVX_E_KEY)
		evx_bundle_walk_report(
			w, "D-IO", EVX_WALK_UNCHECKED, err, w->name, w->header, "%s", why->text);
	else if (err == EVX_E_IO)
		evx_bundle_walk_report(w, "D-IO", EVX_WALK_UNCHECKED, err, w->name, w->header,
			"%s (error %d)", why->text, why->sys_errno);
	else
		evx_bundle_walk_report(w, "D-MISSING", EVX_WALK_BAD, EVX_E_TRUNCATED, w->name,
			w->header, "%s", why->text);
}

/* Takes the member w->name from its file; expected is its size by the index, and stands in for a
 * file that is missing. */
static enum evx_err take_file(struct evx_bundle_walk *w, uint64_t expected)
{
	enum evx_order_verdict verdict;
	struct evx_diag why = { 0 };
	bool taken;
	enum evx_err err = open_file(w, &why);

	w->at = 0;
	w->lost = false;
	w->header = w->ledger.offset;
	if (err == EVX_OK) {
		if (w->id.kind != EVX_MEMBER_PACK && w->size != expected)
			evx_bundle_walk_report(w, "D-INDEX", EVX_WALK_BAD, EVX_E_CORRUPT, w->name,
				w->header, "file size: expected %llu by the index, found %llu",
				(unsigned long long)expected, (unsigned long long)w->size);
		err = evx_bundle_walk_member(w, &taken);
		evx_close_quiet(&w->fd);
		return err;
	}
	if (err == EVX_E_MEMORY)
		return err;
	/* The order goes on as if it were there: one fault, one finding. */
	if (evx_order_next(&w->order, &w->id, &verdict, NULL) == EVX_E_MEMORY)
		return EVX_E_MEMORY;
	report_absent(w, err, &why);
	if (w->id.kind == EVX_MEMBER_PACK) {
		struct evx_bundle_pack p = { { 0 }, 0, expected, w->header + EVX_TAR_BLOCK, true,
			false };

		memcpy(p.hash, w->id.hash, sizeof(p.hash));
		w->b->packs_count++;
		err = evx_bundle_add_pack(w->b, &p);
	} else {
		err = EVX_OK;
	}
	return err != EVX_OK ? err : evx_ledger_note(&w->ledger, &w->id, expected);
}

static enum evx_err read_text(const struct evx_bundle_walk *w, const char *name, uint64_t max,
	struct evx_buf *out, struct evx_diag *why)
{
	uint64_t size;
	size_t got = 0;
	enum evx_err err;
	int fd = -1;

	if ((err = evx_directory_member(w->b->dir, name, &fd, &size, why)) != EVX_OK)
		goto out;
	if (size > max) {
		err = evx_fail(why, EVX_E_LIMIT, "file size: found %llu (limit %llu)",
			(unsigned long long)size, (unsigned long long)max);
		goto out;
	}
	if ((err = evx_buf_reserve(out, (size_t)size)) != EVX_OK ||
		(err = evx_pread_full(fd, out->data, (size_t)size, 0, &got, name, why)) != EVX_OK)
		goto out;
	out->len = got;
out:
	evx_close_quiet(&fd);
	return err;
}

/* The packs, as the manifest lists them. What it lists wrongly is found again where the manifest
 * itself is checked. */
static enum evx_err take_packs(struct evx_bundle_walk *w)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_manifest_line line;
	struct evx_diag why = { 0 };
	struct evx_cursor c;
	struct evx_sequences seal;
	const bool known = evx_bundle_sequences(w->b, &seal);
	enum evx_err err = read_text(w, "manifest-sha256.txt", EVX_MANIFEST_MAX, &text, &why);

	if (err == EVX_E_MEMORY)
		goto out;
	err = w->jump != NULL ? evx_bundle_walk_jump(w) : EVX_OK;
	c = evx_cursor_over(text.data, text.len);
	while (err == EVX_OK && evx_cursor_left(&c) > 0) {
		if (evx_cancelled(w->opts->cancel)) {
			err = EVX_E_INTERRUPTED;
			break;
		}
		if (evx_manifest_next(&c, &line, NULL) != EVX_OK ||
			evx_member_parse(line.name, &w->id, NULL) != EVX_OK ||
			w->id.kind != EVX_MEMBER_PACK)
			break;
		memcpy(w->name, line.name, sizeof(w->name));
		err = w->jump != NULL ?
			evx_bundle_walk_jumped(w, line.hash) :
			take_file(w,
				known ? evx_sequences_length(&seal, w->b->packs_listed) :
					EVX_PACK_LEN);
	}
out:
	evx_buf_free(&text);
	return err;
}

/* A file is known when it is a member, or a pack of the list. `hashes` are the packs', sorted. */
struct known {
	struct evx_bundle_walk *w;
	uint8_t (*hashes)[32];
	size_t count;
};

static int compare_hashes(const void *a, const void *b)
{
	return evx_hash_order(a, b);
}

static enum evx_err see_file(void *ctx, const char *name)
{
	const struct known *k = ctx;
	struct evx_member_id id;
	bool member = evx_member_parse(name, &id, NULL) == EVX_OK;
	/* A recipe beside its pack: one that was made a pack again, cut off before the recipe went.
	 */
	const bool data = strncmp(name, "data/", 5) == 0;
	bool pack = member ? id.kind == EVX_MEMBER_PACK : evx_recipe_name_parse(name, id.hash);

	if (data && k->w->jump != NULL)
		return EVX_OK; /* not looked at */
	if (pack && k->count > 0 &&
		bsearch(id.hash, k->hashes, k->count, 32, compare_hashes) != NULL)
		return EVX_OK;
	if (member && evx_bundle_find(k->w->b, name) != NULL)
		return EVX_OK;
	evx_bundle_walk_report(k->w, "D-EXTRA", EVX_WALK_REMARK, EVX_E_CORRUPT, name, 0,
		"file: no index lists it");
	return EVX_OK;
}

static enum evx_err find_extra(struct evx_bundle_walk *w)
{
	struct known k = { w, NULL, w->b->packs_listed };
	struct evx_diag why = { 0 };
	enum evx_err err;
	size_t i;

	k.hashes = calloc(k.count > 0 ? k.count : 1, sizeof(*k.hashes));
	if (k.hashes == NULL)
		return EVX_E_MEMORY;
	for (i = 0; i < k.count; i++)
		memcpy(k.hashes[i], w->b->packs[i].hash, 32);
	qsort(k.hashes, k.count, sizeof(*k.hashes), compare_hashes);
	err = evx_bundle_seal_list(w->b);
	if (err == EVX_OK && evx_directory_each(w->b->dir, see_file, &k, &why) != EVX_OK)
		evx_bundle_walk_report(w, "D-IO", EVX_WALK_UNCHECKED, why.code, "", 0,
			"%s (error %d)", why.text, why.sys_errno);
	free(k.hashes);
	return err;
}

static enum evx_err take_lines(struct evx_bundle_walk *w, struct evx_cursor *lines)
{
	struct evx_index_line line;
	struct evx_diag why = { 0 };
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && evx_cursor_left(lines) > 0) {
		if (evx_cancelled(w->opts->cancel))
			return EVX_E_INTERRUPTED;
		if (evx_index_next(lines, &line, &why) != EVX_OK) {
			evx_bundle_walk_report(w, "D-INDEX", EVX_WALK_BAD, EVX_E_CORRUPT, "",
				w->ledger.offset, "%s", why.text);
			return EVX_OK;
		}
		if (line.packs) {
			err = take_packs(w);
			continue;
		}
		w->id = line.id;
		memcpy(w->name, line.name, sizeof(w->name));
		err = take_file(w, line.size);
	}
	return err;
}

enum evx_err evx_bundle_walk_directory(struct evx_bundle_walk *w)
{
	struct evx_member_id last = { .kind = EVX_MEMBER_INDEX };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	char name[EVX_MEMBER_NAME_CAP];
	struct evx_cursor lines;
	uint64_t own = 0;
	enum evx_err err;

	if ((err = evx_directory_last_index(w->b->dir, &last.number, w->diag)) != EVX_OK ||
		(err = evx_member_name(&last, name)) != EVX_OK)
		return err;
	err = read_text(w, name, EVX_MEMBER_MAX, &text, &why);
	if (err == EVX_OK && text.len >= EVX_TAR_BLOCK)
		err = evx_index_trailer(text.data + text.len - EVX_TAR_BLOCK, &own, &why);
	if (err == EVX_OK)
		err = evx_index_open(text.data, text.len, own, &lines, &why);
	if (err == EVX_E_MEMORY)
		goto out;
	if (err != EVX_OK) {
		evx_bundle_walk_report(w, "D-INDEX", EVX_WALK_BAD, err, name, 0,
			"%s; without an index the order is not known", why.text);
		w->lost = true;
		err = EVX_OK;
		goto out;
	}
	if (w->opts->progress != NULL)
		atomic_store(&w->opts->progress->bytes_total, own);
	err = take_lines(w, &lines);
	if (err != EVX_OK)
		goto out;
	w->id = last;
	memcpy(w->name, name, sizeof(w->name));
	err = take_file(w, text.len);
	w->lost = false;
	memset(&why, 0, sizeof(why));
	if (err == EVX_OK && evx_order_end(&w->order, &why) != EVX_OK)
		evx_bundle_walk_report(w, "D-TRUNCATED", EVX_WALK_BAD, EVX_E_TRUNCATED, "",
			w->ledger.offset, "%s", why.text);
	w->b->length = w->ledger.offset + 2 * (uint64_t)EVX_TAR_BLOCK;
	w->result->reached_end = true;
	if (err == EVX_OK)
		err = find_extra(w);
out:
	evx_buf_free(&text);
	return err;
}
