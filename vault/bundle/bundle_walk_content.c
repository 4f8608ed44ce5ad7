/* What the walk checks in the content of each kind of member. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/path.h"
#include "bundle/bundle_walk_inner.h"
#include "crypto/hash.h"
#include "format/bagit.h"
#include "format/index.h"
#include "format/manifest.h"

static void bad(struct evx_bundle_walk *w, const char *code, enum evx_err err, const char *text)
{
	evx_bundle_walk_report(w, code, EVX_WALK_BAD, err, w->name, w->header, "%s", text);
}

/* The tag manifest's lines, in its order. */
static const struct {
	enum evx_member_kind kind;
	const char *name;
} tagged[EVX_WALK_TAGS] = {
	{ EVX_MEMBER_BAG_INFO, "bag-info.txt" },
	{ EVX_MEMBER_BAGIT, "bagit.txt" },
	{ EVX_MEMBER_KEY_CONTENT, "keys/0000-content.age" },
	{ EVX_MEMBER_KEY_CUSTODY, "keys/0000-custody.age" },
	{ EVX_MEMBER_MANIFEST, "manifest-sha256.txt" },
	{ EVX_MEMBER_README, "README.txt" },
};

static void keep_tag(struct evx_bundle_walk *w, const uint8_t hash[32])
{
	size_t i;

	for (i = 0; i < EVX_WALK_TAGS; i++)
		if (tagged[i].kind == w->id.kind && w->id.event == 0)
			memcpy(w->tags[i], hash, 32);
}

static bool same(const struct evx_buf *want, const uint8_t *p, size_t n)
{
	return want->len == n && memcmp(want->data, p, n) == 0;
}

/* The hash that line i of the tag manifest must have. That a key file of an unpacked bundle is not
 * there was said, or is as its chain says: what its hash was is known from the line alone, which
 * the seal signs. */
static const uint8_t *tag_of(
	const struct evx_bundle_walk *w, size_t i, const struct evx_manifest_line *line)
{
	static const uint8_t none[32];
	const bool key = tagged[i].kind == EVX_MEMBER_KEY_CONTENT ||
		tagged[i].kind == EVX_MEMBER_KEY_CUSTODY;

	return w->b->dir != NULL && key && evx_hash_equal(w->tags[i], none) ? line->hash :
									      w->tags[i];
}

/* Whether c has the lines of origin, whatever hashes these have, and no more. */
static bool same_names(const struct evx_buf *origin, struct evx_cursor *c)
{
	struct evx_cursor want = evx_cursor_over(origin->data, origin->len);
	struct evx_manifest_line a, b;

	while (evx_cursor_left(&want) > 0)
		if (evx_manifest_next(&want, &a, NULL) != EVX_OK ||
			evx_manifest_next(c, &b, NULL) != EVX_OK || strcmp(a.name, b.name) != 0)
			return false;
	return evx_cursor_left(c) == 0;
}

static enum evx_err check_tagmanifest(struct evx_bundle_walk *w, const uint8_t *p, size_t n)
{
	struct evx_buf want = EVX_BUF_INIT;
	struct evx_cursor c = evx_cursor_over(p, n);
	struct evx_manifest_line line;
	enum evx_err err = EVX_OK;
	bool complete = true; /* it has the lines of a tag manifest, and no more */
	size_t i;

	for (i = 0; err == EVX_OK && i < EVX_WALK_TAGS; i++) {
		if (evx_manifest_next(&c, &line, NULL) != EVX_OK)
			memset(&line, 0, sizeof(line));
		complete = complete && strcmp(line.name, tagged[i].name) == 0;
		err = evx_manifest_add(&want, tag_of(w, i, &line), tagged[i].name);
	}
	complete = complete && same_names(&w->origin, &c);
	if (err == EVX_OK)
		err = evx_buf_add(&want, w->origin.data, w->origin.len);
	if (err == EVX_OK && !complete)
		bad(w, "D-TAGMANIFEST", EVX_E_CORRUPT,
			"tag manifest: expected one line for each tag file, first key file and "
			"file of the original, found others");
	else if (err == EVX_OK && !same(&want, p, n))
		bad(w, "D-TAGMANIFEST", EVX_E_FORGED,
			"tag manifest: expected the hashes of the tag files, first key files and "
			"files of the original, found others");
	evx_buf_free(&want);
	return err;
}

static enum evx_err check_info(struct evx_bundle_walk *w, const uint8_t *p, size_t n)
{
	struct evx_buf want = EVX_BUF_INIT;
	enum evx_err err = evx_bagit_info_encode(w->b->payload_len, w->b->packs_count, &want);

	if (err == EVX_OK && !same(&want, p, n))
		bad(w, "D-BAG", EVX_E_CORRUPT,
			"bag-info.txt: expected the sum of the packs' lengths and their number");
	evx_buf_free(&want);
	return err;
}

static enum evx_err check_index(struct evx_bundle_walk *w, const uint8_t *p, size_t n)
{
	struct evx_buf want = EVX_BUF_INIT;
	enum evx_err err = evx_index_encode(&w->ledger.lines, w->header, &want);

	if (err == EVX_OK && !same(&want, p, n))
		bad(w, "D-INDEX", EVX_E_CORRUPT,
			"index: expected the members as they stand, found otherwise");
	evx_buf_free(&want);
	return err;
}

static enum evx_err check_small(struct evx_bundle_walk *w, const uint8_t *p, size_t n)
{
	static const uint8_t joint[EVX_TAR_BLOCK];
	const char *bagit = evx_bagit_declaration();

	switch (w->id.kind) {
	case EVX_MEMBER_BAGIT:
		if (n != strlen(bagit) || memcmp(p, bagit, n) != 0)
			bad(w, "D-BAG", EVX_E_CORRUPT,
				"bagit.txt: expected the declaration of BagIt 1.0");
		return EVX_OK;
	case EVX_MEMBER_README:
		if (!evx_utf8_valid(p, n))
			bad(w, "D-BAG", EVX_E_CORRUPT, "README.txt: expected UTF-8");
		return EVX_OK;
	case EVX_MEMBER_BAG_INFO:
		return check_info(w, p, n);
	case EVX_MEMBER_TAGMANIFEST:
		return check_tagmanifest(w, p, n);
	case EVX_MEMBER_INDEX:
		return check_index(w, p, n);
	case EVX_MEMBER_APPEND:
		if (n != sizeof(joint) || memcmp(p, joint, n) != 0)
			bad(w, "D-JOINT", EVX_E_CORRUPT, "joint: expected 512 zero bytes");
		return EVX_OK;
	default:
		return EVX_OK;
	}
}

static enum evx_err add(struct evx_bundle_walk *w, const uint8_t hash[32], uint8_t **content)
{
	struct evx_bundle_member m = { { 0 }, w->id, w->order.group, w->header, w->size, true,
		{ 0 } };
	struct evx_bundle_slot *slot;
	enum evx_err err;

	memcpy(m.name, w->name, sizeof(m.name));
	memcpy(m.sha256, hash, sizeof(m.sha256));
	err = evx_bundle_add(w->b, &m, &slot);
	if (err == EVX_OK && *content != NULL && w->size > 0 &&
		w->size <= EVX_BUNDLE_KEPT_MAX - w->b->kept) {
		slot->kept = *content;
		w->b->kept += (size_t)w->size;
		*content = NULL;
	}
	return err;
}

static enum evx_err small(struct evx_bundle_walk *w)
{
	uint8_t *content = malloc(w->size > 0 ? (size_t)w->size : 1);
	uint8_t hash[32];
	enum evx_err err = EVX_OK;

	if (content == NULL)
		return EVX_E_MEMORY;
	if (evx_bundle_walk_read(w, content, (size_t)w->size)) {
		evx_sha256(content, (size_t)w->size, hash);
		keep_tag(w, hash);
		if (w->id.kind == EVX_MEMBER_ORIGIN)
			err = evx_manifest_add(&w->origin, hash, w->name);
		if (err == EVX_OK)
			err = check_small(w, content, (size_t)w->size);
		if (err == EVX_OK)
			err = add(w, hash, &content);
	}
	free(content);
	return err;
}

#define LINES 256u

/* The lines that packs first … first + LINES - 1 must have. */
static enum evx_err lines_of(const struct evx_bundle *b, size_t first, struct evx_buf *out)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err = EVX_OK;
	size_t i;

	evx_buf_reset(out);
	for (i = first; i < b->packs_listed && i < first + LINES; i++) {
		memcpy(id.hash, b->packs[i].hash, sizeof(id.hash));
		if ((err = evx_member_name(&id, name)) != EVX_OK ||
			(err = evx_manifest_add(out, id.hash, name)) != EVX_OK)
			return err;
	}
	return err;
}

/* The packs that the n bytes of whole lines name, where they themselves were passed over. What is
 * no line of a pack ends them. */
static enum evx_err take_names(struct evx_bundle_walk *w, const uint8_t *p, size_t n)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	struct evx_manifest_line line;
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && evx_cursor_left(&c) > 0 &&
		evx_manifest_next(&c, &line, NULL) == EVX_OK)
		err = evx_bundle_walk_jumped(w, line.hash);
	return err;
}

/* Compared in pieces against what it must be: it can be larger than memory should be. */
static enum evx_err manifest(struct evx_bundle_walk *w)
{
	struct evx_buf want = EVX_BUF_INIT;
	struct evx_hash *hash = evx_hash_new(EVX_SHA256);
	uint8_t *piece = malloc(LINES * EVX_MANIFEST_PACK_LINE), sum[32], *none = NULL;
	const bool archive = w->b->dir == NULL;
	const uint64_t packs = archive && w->jump != NULL ? w->b->packs_count : w->b->packs_listed;
	bool agrees = w->size == packs * EVX_MANIFEST_PACK_LINE;
	enum evx_err err = hash != NULL && piece != NULL ? EVX_OK : EVX_E_MEMORY;
	uint64_t done = 0;

	while (err == EVX_OK && !w->lost && done < w->size) {
		size_t now = w->size - done < LINES * EVX_MANIFEST_PACK_LINE ?
			(size_t)(w->size - done) :
			LINES * EVX_MANIFEST_PACK_LINE;

		if (!evx_bundle_walk_read(w, piece, now))
			break;
		evx_hash_update(hash, piece, now);
		if (agrees && archive && w->jump != NULL)
			err = take_names(w, piece, now);
		if (err == EVX_OK && agrees) {
			err = lines_of(w->b, (size_t)(done / EVX_MANIFEST_PACK_LINE), &want);
			agrees = err == EVX_OK && same(&want, piece, now);
		}
		done += now;
	}
	if (err == EVX_OK && !w->lost) {
		if (!agrees)
			bad(w, "D-MANIFEST", EVX_E_CORRUPT,
				"manifest: expected one line for each pack, in order, found "
				"otherwise");
		err = evx_hash_final(hash, sum);
		if (err == EVX_OK) {
			keep_tag(w, sum);
			err = add(w, sum, &none);
		}
	}
	evx_buf_free(&want);
	evx_hash_free(hash);
	free(piece);
	return err;
}

enum evx_err evx_bundle_walk_content(struct evx_bundle_walk *w)
{
	switch (w->id.kind) {
	case EVX_MEMBER_PACK:
		return evx_bundle_walk_pack(w);
	case EVX_MEMBER_MANIFEST:
		return manifest(w);
	default:
		return small(w);
	}
}
