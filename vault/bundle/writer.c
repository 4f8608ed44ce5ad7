/* Writes a bundle in one pass. */
#include "bundle/writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "bundle/layout.h"
#include "crypto/hash.h"
#include "format/bagit.h"
#include "format/manifest.h"
#include "format/recipe.h"

/* The tag manifest's lines, in its order. */
static const char *const tag_files[] = { "bag-info.txt", "bagit.txt", "keys/0000-content.age",
	"keys/0000-custody.age", "manifest-sha256.txt", "README.txt" };
#define TAG_FILES (sizeof(tag_files) / sizeof(tag_files[0]))
#define TAG_MANIFEST 4u /* manifest-sha256.txt */

#define SHORT_PACKS_MAX 2u /* one at the end of each sequence */

/* Hashes of packs, in order. */
struct pack_list {
	uint8_t (*hashes)[32];
	size_t n;
};

struct evx_writer {
	struct evx_layout layout;
	bool directory;
	uint8_t tag_hashes[TAG_FILES][32];
	struct pack_list packs;
	struct pack_list borrowed; /* of sequence 1, written but not yet in the books: those come
				      behind all of sequence 0 */
	size_t borrowed_last;      /* length of the last one */
	uint64_t payload;
	unsigned short_packs;     /* of those in the books */
	bool manifest;            /* is written */
	struct evx_buf origin;    /* the tag manifest's lines of the original's files */
	struct evx_output output; /* of an archive; the sink's */
};

void evx_writer_free(struct evx_writer *w)
{
	if (w == NULL)
		return;
	evx_layout_free(&w->layout);
	free(w->packs.hashes);
	free(w->borrowed.hashes);
	evx_buf_free(&w->origin);
	free(w);
}

static void keep_tag_hash(struct evx_writer *w, const char *name, const uint8_t hash[32])
{
	size_t i;

	for (i = 0; i < TAG_FILES; i++)
		if (strcmp(name, tag_files[i]) == 0)
			memcpy(w->tag_hashes[i], hash, 32);
}

static enum evx_err tag_member(
	struct evx_writer *w, const char *name, const void *p, size_t n, struct evx_diag *diag)
{
	uint8_t hash[32];

	evx_sha256(p, n, hash);
	keep_tag_hash(w, name, hash);
	return evx_layout_named(&w->layout, name, p, n, diag);
}

/* A file of the original's custody record, which the tag manifest covers. */
static enum evx_err origin_member(
	struct evx_writer *w, const char *name, const void *p, size_t n, struct evx_diag *diag)
{
	uint8_t hash[32];
	enum evx_err err = evx_layout_named(&w->layout, name, p, n, diag);

	if (err != EVX_OK)
		return err;
	evx_sha256(p, n, hash);
	return evx_fail_buf(diag, evx_manifest_add(&w->origin, hash, name));
}

/* Takes sink over. */
static enum evx_err start(const struct evx_sink *sink, const char *uuid, struct evx_writer **out,
	struct evx_diag *diag)
{
	struct evx_writer *w = calloc(1, sizeof(*w));
	const char *bagit = evx_bagit_declaration();
	enum evx_err err;

	*out = NULL;
	if (w == NULL) {
		sink->free(sink->self);
		return evx_fail_memory(diag);
	}
	err = evx_layout_init(&w->layout, uuid, sink, diag);
	if (err == EVX_OK)
		err = tag_member(w, "bagit.txt", bagit, strlen(bagit), diag);
	if (err != EVX_OK) {
		evx_writer_free(w);
		return err;
	}
	*out = w;
	return EVX_OK;
}

enum evx_err evx_writer_output(
	struct evx_output *output, const char *uuid, struct evx_writer **out, struct evx_diag *diag)
{
	struct evx_sink sink;
	const struct evx_output kept = *output;
	enum evx_err err = evx_sink_archive(output, &sink, diag);

	*out = NULL;
	*output = (struct evx_output){ 0 };
	if (err != EVX_OK || (err = start(&sink, uuid, out, diag)) != EVX_OK)
		return err;
	(*out)->output = kept;
	return err;
}

bool evx_writer_owns(const struct evx_writer *w, uint64_t dev, uint64_t ino)
{
	return w->output.owns != NULL && w->output.owns(w->output.self, dev, ino);
}

enum evx_err evx_writer_file(
	const char *path, const char *uuid, struct evx_writer **out, struct evx_diag *diag)
{
	struct evx_output output;
	enum evx_err err = evx_output_file(path, &output, diag);

	*out = NULL;
	return err != EVX_OK ? err : evx_writer_output(&output, uuid, out, diag);
}

enum evx_err evx_writer_stream(
	int fd, const char *name, const char *uuid, struct evx_writer **out, struct evx_diag *diag)
{
	struct evx_output output;
	enum evx_err err = evx_output_stream(fd, name, &output, diag);

	*out = NULL;
	return err != EVX_OK ? err : evx_writer_output(&output, uuid, out, diag);
}

enum evx_err evx_writer_volumes(const char *path, uint64_t part_len, const char *uuid,
	struct evx_writer **out, struct evx_diag *diag)
{
	struct evx_output output;
	enum evx_err err = evx_output_volumes(path, part_len, &output, diag);

	*out = NULL;
	return err != EVX_OK ? err : evx_writer_output(&output, uuid, out, diag);
}

enum evx_err evx_writer_dir(
	int dirfd, const char *uuid, struct evx_writer **out, struct evx_diag *diag)
{
	struct evx_sink sink;
	enum evx_err err = evx_sink_dir(dirfd, false, &sink, diag);

	*out = NULL;
	if (err != EVX_OK || (err = start(&sink, uuid, out, diag)) != EVX_OK)
		return err;
	(*out)->directory = true;
	return err;
}

/* What a caller does not hand in: the writer makes it. */
static bool own_member(enum evx_member_kind kind)
{
	switch (kind) {
	case EVX_MEMBER_BAGIT:
	case EVX_MEMBER_PACK:
	case EVX_MEMBER_MANIFEST:
	case EVX_MEMBER_BAG_INFO:
	case EVX_MEMBER_TAGMANIFEST:
	case EVX_MEMBER_INDEX:
	case EVX_MEMBER_APPEND:
		return true;
	default:
		return false;
	}
}

enum evx_err evx_writer_member(
	struct evx_writer *w, const char *name, const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_member_id id;

	if (evx_member_parse(name, &id, NULL) == EVX_OK && own_member(id.kind))
		return evx_fail(diag, EVX_E_USAGE, "member: %s is the writer's own", name);
	if (evx_member_parse(name, &id, NULL) == EVX_OK && id.kind == EVX_MEMBER_ORIGIN)
		return origin_member(w, name, p, n, diag);
	return tag_member(w, name, p, n, diag);
}

static enum evx_err check_pack(
	const struct evx_writer *w, size_t n, bool ended, struct evx_diag *diag)
{
	if (n == 0 || n > EVX_PACK_LEN)
		return evx_fail(diag, EVX_E_USAGE, "pack: expected 1 to %u bytes, found %zu",
			EVX_PACK_LEN, n);
	if (ended)
		return evx_fail(diag, EVX_E_USAGE,
			"pack: expected none behind the short one that ends its sequence");
	if (w->packs.n + w->borrowed.n == EVX_MANIFEST_MAX / EVX_MANIFEST_PACK_LINE)
		return evx_fail(diag, EVX_E_LIMIT, "packs: found more (limit %u)",
			EVX_MANIFEST_MAX / EVX_MANIFEST_PACK_LINE);
	return EVX_OK;
}

enum evx_err evx_writer_hashed_pack(struct evx_writer *w, const void *p, size_t n,
	const uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	const unsigned most = w->borrowed.n > 0 ? 1 : SHORT_PACKS_MAX;
	enum evx_err err = check_pack(w, n, w->short_packs >= most, diag);

	if (err != EVX_OK ||
		(err = evx_fail_buf(diag, EVX_ARRAY_ROOM(w->packs.hashes, w->packs.n, 1))) !=
			EVX_OK)
		return err;
	memcpy(id.hash, hash, 32);
	if ((err = evx_layout_member(&w->layout, &id, p, n, diag)) != EVX_OK)
		return err;
	w->short_packs += n < EVX_PACK_LEN;
	w->payload += n;
	memcpy(w->packs.hashes[w->packs.n++], id.hash, 32);
	return EVX_OK;
}

enum evx_err evx_writer_pack(
	struct evx_writer *w, const void *p, size_t n, uint8_t hash[32], struct evx_diag *diag)
{
	memset(hash, 0, 32);
	if (n <= EVX_PACK_LEN)
		evx_sha256(p, n, hash);
	return evx_writer_hashed_pack(w, p, n, hash, diag);
}

/* A file without a place in the archive yet. */
static enum evx_err loose_file(
	struct evx_writer *w, const char *name, const void *p, size_t n, struct evx_diag *diag)
{
	const struct evx_sink *sink = &w->layout.sink;
	enum evx_err err = sink->begin(sink->self, name, NULL, n, diag);

	if (err != EVX_OK || (err = sink->data(sink->self, p, n, diag)) != EVX_OK)
		goto out;
	err = sink->end(sink->self, diag);
out:
	w->layout.failed = err != EVX_OK;
	return err;
}

enum evx_err evx_writer_borrowed(struct evx_writer *w, const void *p, size_t n,
	const uint8_t hash[32], const void *recipe, size_t n_recipe, struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	bool ended = w->short_packs > 1 || (w->borrowed.n > 0 && w->borrowed_last < EVX_PACK_LEN);
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err = check_pack(w, n, ended, diag);

	if (err != EVX_OK)
		return err;
	if (!w->directory || w->layout.failed)
		return evx_fail(diag, EVX_E_USAGE,
			"pack: one of sequence 1 by itself goes to an unpacked bundle that did not "
			"fail before");
	if ((err = evx_fail_buf(diag, EVX_ARRAY_ROOM(w->borrowed.hashes, w->borrowed.n, 1))) !=
		EVX_OK)
		return err;
	memcpy(id.hash, hash, 32);
	if (recipe != NULL)
		evx_recipe_name(id.hash, name);
	else if ((err = evx_member_name(&id, name)) != EVX_OK)
		return evx_fail(diag, err, "pack: cannot name it");
	err = recipe != NULL ? loose_file(w, name, recipe, n_recipe, diag) :
			       loose_file(w, name, p, n, diag);
	if (err != EVX_OK)
		return err;
	w->borrowed_last = n;
	memcpy(w->borrowed.hashes[w->borrowed.n++], id.hash, 32);
	return EVX_OK;
}

/* Behind the last pack of sequence 0 those of sequence 1 get their places. */
static enum evx_err book_borrowed(struct evx_writer *w, struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	enum evx_err err = evx_fail_buf(
		diag, EVX_ARRAY_ROOM(w->packs.hashes, w->packs.n, w->borrowed.n));

	for (size_t i = 0; err == EVX_OK && i < w->borrowed.n; i++) {
		size_t n = i + 1 < w->borrowed.n ? EVX_PACK_LEN : w->borrowed_last;

		memcpy(id.hash, w->borrowed.hashes[i], 32);
		err = evx_layout_note(&w->layout, &id, n, diag);
		if (err != EVX_OK)
			break;
		memcpy(w->packs.hashes[w->packs.n++], id.hash, 32);
		w->payload += n;
	}
	w->borrowed.n = 0;
	return err;
}

static int compare_hashes(const void *a, const void *b)
{
	return evx_hash_order(a, b);
}

/* No name may occur twice. The packs' order is on disk by now, so the array may be sorted in place.
 */
static enum evx_err check_distinct(struct evx_writer *w, struct evx_diag *diag)
{
	size_t i;

	qsort(w->packs.hashes, w->packs.n, sizeof(*w->packs.hashes), compare_hashes);
	for (i = 1; i < w->packs.n; i++)
		if (evx_hash_equal(w->packs.hashes[i - 1], w->packs.hashes[i]))
			return evx_fail(diag, EVX_E_USAGE,
				"packs: expected all to differ, found two alike");
	return EVX_OK;
}

/* In pieces, since it can have 256 MiB. */
static enum evx_err write_manifest(struct evx_writer *w, struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_MANIFEST },
			     pack = { .kind = EVX_MEMBER_PACK };
	struct evx_hash *hash = evx_hash_new(EVX_SHA256);
	struct evx_buf piece = EVX_BUF_INIT;
	char name[EVX_MEMBER_NAME_CAP];
	uint8_t sum[32];
	enum evx_err err;
	size_t i;

	err = hash != NULL ? evx_layout_begin(&w->layout, &id,
				     (uint64_t)w->packs.n * EVX_MANIFEST_PACK_LINE, diag) :
			     evx_fail_memory(diag);
	if (err != EVX_OK)
		goto out;
	for (i = 0; i < w->packs.n; i++) {
		memcpy(pack.hash, w->packs.hashes[i], 32);
		if ((err = evx_fail_buf(diag, evx_member_name(&pack, name))) != EVX_OK ||
			(err = evx_fail_buf(diag, evx_manifest_add(&piece, pack.hash, name))) !=
				EVX_OK)
			goto out;
		if (piece.len <= 65536 && i + 1 < w->packs.n)
			continue;
		evx_hash_update(hash, piece.data, piece.len);
		err = w->layout.sink.data(w->layout.sink.self, piece.data, piece.len, diag);
		evx_buf_reset(&piece);
		if (err != EVX_OK)
			goto out;
	}
	if ((err = w->layout.sink.end(w->layout.sink.self, diag)) != EVX_OK)
		goto out;
	if (evx_hash_final(hash, sum) != EVX_OK) {
		err = evx_fail(diag, EVX_E_MEMORY, "manifest: its hash could not be computed");
		goto out;
	}
	keep_tag_hash(w, "manifest-sha256.txt", sum);
out:
	w->layout.failed = err != EVX_OK;
	evx_buf_free(&piece);
	evx_hash_free(hash);
	return err;
}

enum evx_err evx_writer_manifest(struct evx_writer *w, uint8_t manifest[32], struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err;

	memset(manifest, 0, 32);
	if ((err = book_borrowed(w, diag)) != EVX_OK || (err = write_manifest(w, diag)) != EVX_OK ||
		(err = check_distinct(w, diag)) != EVX_OK ||
		(err = evx_bagit_info_encode(w->payload, w->packs.n, &text)) != EVX_OK ||
		(err = tag_member(w, "bag-info.txt", text.data, text.len, diag)) != EVX_OK)
		goto out;
	w->manifest = true;
	memcpy(manifest, w->tag_hashes[TAG_MANIFEST], 32);
out:
	evx_buf_free(&text);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "payload: cannot write the manifest");
}

enum evx_err evx_writer_finish_payload(
	struct evx_writer *w, uint8_t tagmanifest[32], struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint8_t manifest[32];
	enum evx_err err = w->manifest ? EVX_OK : evx_writer_manifest(w, manifest, diag);
	size_t i;

	memset(tagmanifest, 0, 32);
	if (err != EVX_OK)
		goto out;
	for (i = 0; i < TAG_FILES; i++)
		if ((err = evx_manifest_add(&text, w->tag_hashes[i], tag_files[i])) != EVX_OK)
			goto out;
	if ((err = evx_buf_add(&text, w->origin.data, w->origin.len)) != EVX_OK)
		goto out;
	if ((err = evx_layout_named(
		     &w->layout, "tagmanifest-sha256.txt", text.data, text.len, diag)) != EVX_OK)
		goto out;
	evx_sha256(text.data, text.len, tagmanifest);
out:
	evx_buf_free(&text);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "payload: cannot write the manifests");
}

enum evx_err evx_writer_next_group(struct evx_writer *w, struct evx_diag *diag)
{
	static const uint8_t joint[EVX_TAR_BLOCK];
	struct evx_member_id id = { .kind = EVX_MEMBER_APPEND,
		.number = w->layout.order.group + 1 };
	enum evx_err err = evx_layout_index(&w->layout, diag);

	return err != EVX_OK ? err : evx_layout_member(&w->layout, &id, joint, sizeof(joint), diag);
}

enum evx_err evx_writer_end(struct evx_writer *w, struct evx_diag *diag)
{
	enum evx_err err = evx_layout_index(&w->layout, diag);

	if (err == EVX_OK)
		err = w->layout.sink.commit(w->layout.sink.self, diag);
	w->layout.failed = true;
	return err;
}

uint64_t evx_writer_length(const struct evx_writer *w)
{
	return w->layout.ledger.offset + 2 * EVX_TAR_BLOCK; /* the end is two zero blocks */
}
