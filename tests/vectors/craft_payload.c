/* Lines, frames, trees and padding. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/chunk_id.h"
#include "content/listing_leaf.h"
#include "content/range.h"
#include "craft.h"
#include "crypto/aead.h"
#include "crypto/merkle.h"
#include "format/listing.h"

#define LEAF_SECRET_BYTE 0x5a

/* ---- The listing ------------------------------------------------------------------------ */

static void add_entry(struct craft *c, struct evx_entry *e, bool has_position, uint64_t position)
{
	struct craft_line *l = &c->lines[c->nlines];

	l->index = c->nlines++;
	MUST(evx_listing_position(has_position, position, &l->text));
	MUST(evx_listing_encode(e, &l->text, NULL));
	evx_entry_free(e);
}

static struct evx_entry entry(enum evx_entry_type type, const char *path)
{
	struct evx_entry e;

	evx_entry_init(&e);
	e.type = type;
	e.has_stat = true;
	e.mode = type == EVX_DIR ? 0755 : 0644;
	MUST(evx_entry_set_path(&e, path, strlen(path)));
	return e;
}

static void add_file(struct craft *c, const char *path, const char *text)
{
	struct evx_entry e = entry(EVX_FILE, path);
	const uint64_t position = c->content.len;

	e.size = strlen(text);
	e.has_sha256 = true;
	evx_sha256(text, strlen(text), e.sha256);
	craft_text(&c->content, text);
	add_entry(c, &e, true, position);
}

/* 100 bytes of which ten are stored. */
static void add_sparse(struct craft *c, const char *path)
{
	static const char data[] = "0123456789";
	struct evx_entry e = entry(EVX_FILE, path);
	uint8_t whole[100] = { 0 }, sparse[42];
	const uint64_t position = c->content.len;

	memcpy(whole + 20, data, 10);
	memcpy(sparse, data, 10);
	evx_put_be64(sparse + 10, 20);
	evx_put_be64(sparse + 18, 10);
	evx_put_be64(sparse + 26, 1);
	evx_put_be64(sparse + 34, sizeof(whole));
	e.size = sizeof(whole);
	e.has_map = e.has_sha256 = e.has_sparse_sha256 = true;
	MUST(evx_entry_add_extent(&e, 20, 10));
	evx_sha256(whole, sizeof(whole), e.sha256);
	evx_sha256(sparse, sizeof(sparse), e.sparse_sha256);
	craft_text(&c->content, data);
	add_entry(c, &e, true, position);
}

void craft_lines(struct craft *c)
{
	struct evx_entry e = entry(EVX_DIR, "case");
	char z[CRAFT_Z + 1];

	memset(c->part.leaf_secret, LEAF_SECRET_BYTE, sizeof(c->part.leaf_secret));
	memset(z, 'z', CRAFT_Z);
	z[CRAFT_Z] = '\0';
	add_entry(c, &e, false, 0);                         /* 0 */
	add_file(c, "case/a.txt", "the first file here\n"); /* 1: 20 bytes at 0 */
	add_file(c, "case/b.txt", z);                       /* 2: 1000 bytes at 20 */
	e = entry(EVX_DIR, "case/c");
	add_entry(c, &e, false, 0);                  /* 3 */
	add_file(c, "case/c/d.txt", "deeper one\n"); /* 4: 11 bytes at 1020 */
	e = entry(EVX_SYMLINK, "case/link");
	e.mode = 0777;
	MUST(evx_entry_set_link_target(&e, "b.txt", 5));
	add_entry(c, &e, false, 0);   /* 5 */
	add_sparse(c, "case/sparse"); /* 6: 10 bytes at 1031 */
	e = entry(EVX_FILE, "case/twin");
	e.size = 20;
	e.has_hardlink = e.has_sha256 = true;
	e.hardlink_index = 1;
	evx_sha256(c->content.data, 20, e.sha256);
	add_entry(c, &e, true, 0); /* 7: another name of 1 */
	c->first_list = 4;
	c->chunk_ends[0] = 20;
	c->chunk_ends[1] = 20 + CRAFT_Z;
	c->third_first = CRAFT_D;
	if (c->disclosure)
		craft_disclosure_lines(c);
	craft_call(c, AT_LINES);
}

void craft_big(struct craft *c, uint64_t index)
{
	struct evx_entry e = entry(EVX_FILE, "case/z-big");
	const uint64_t position = c->content.len;
	struct evx_range_reader *range = evx_range_reader_new();
	uint8_t *z;

	must(range != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "range root");
	MUST(evx_buf_reserve(&c->content, CRAFT_BIG));
	z = c->content.data + c->content.len;
	memset(z, 'z', CRAFT_BIG);
	c->content.len += CRAFT_BIG;
	c->big = e.size = CRAFT_BIG;
	e.has_sha256 = e.has_range_root = true;
	evx_sha256(z, CRAFT_BIG, e.sha256);
	evx_range_reader_begin(range, c->part.leaf_secret, index);
	MUST(evx_range_reader_data(range, z, EVX_CHUNK_MAX, true, NULL));
	MUST(evx_range_reader_data(range, z, CRAFT_BIG - EVX_CHUNK_MAX, true, NULL));
	MUST(evx_range_reader_root(range, e.range_root));
	evx_range_reader_free(range);
	add_entry(c, &e, true, position);
}

void craft_line_add(struct craft *c, size_t at, const char *text)
{
	must(c->nlines < CRAFT_LINES ? EVX_OK : EVX_E_LIMIT, NULL, "a line more");
	memmove(&c->lines[at + 1], &c->lines[at], (c->nlines - at) * sizeof(c->lines[0]));
	memset(&c->lines[at], 0, sizeof(c->lines[0]));
	craft_text(&c->lines[at].text, text);
	c->nlines++;
	for (size_t i = 0; i < c->nlines; i++)
		c->lines[i].index = i;
}

void craft_root(const struct craft *c, uint8_t root[32])
{
	struct evx_merkle merkle;
	struct evx_hmac_key key;
	struct evx_buf scratch = EVX_BUF_INIT;
	uint8_t salt[32], leaf[32];

	evx_merkle_init(&merkle);
	evx_hmac_key_init(&key, c->part.leaf_secret, 32);
	for (size_t i = 0; i < c->nlines; i++) {
		const struct evx_buf *text = &c->lines[i].text;
		const uint8_t *tab = text->len > 0 ? memchr(text->data, '\t', text->len) : NULL;
		const uint8_t *line = tab != NULL ? tab + 1 : text->data;

		if (c->lines[i].no_leaf)
			continue;
		evx_listing_leaf_salt(&key, c->lines[i].index, salt);
		MUST(evx_listing_leaf(
			salt, line, text->len - (size_t)(line - text->data), &scratch, leaf));
		evx_merkle_add(&merkle, leaf);
	}
	evx_merkle_root(&merkle, leaf);
	evx_listing_leaf_root(merkle.count, leaf, root);
	evx_buf_free(&scratch);
	evx_hmac_key_wipe(&key);
}

/* ---- Frames ----------------------------------------------------------------------------- */

static void seal_body(struct craft *c, const struct craft_frame *f, struct evx_buf *out)
{
	static const uint8_t nonce[12];
	struct evx_aead *aead = evx_aead_new();
	uint8_t ad[EVX_FRAME_BODY_AD_LEN];

	(void)c;
	must(aead != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "aead");
	evx_frame_body_ad(f->type, f->level, f->plain_len, ad);
	MUST(evx_buf_reserve(out, f->body.len + EVX_AEAD_TAG));
	MUST(evx_aead_seal(aead, f->ref.key, nonce, ad, sizeof(ad), f->body.data, f->body.len,
		out->data + out->len));
	out->len += f->body.len + EVX_AEAD_TAG;
	evx_aead_free(aead);
}

void craft_compressed(struct craft *c, size_t n, struct evx_buf *out)
{
	static const uint8_t nonce[12];
	struct evx_aead *aead = evx_aead_new();
	uint8_t *plain = malloc(n), *body = malloc(n + EVX_FRAME_BODY_EXTRA), key[32] = { 1 },
		ad[EVX_FRAME_BODY_AD_LEN];
	size_t len;

	must(aead != NULL && plain != NULL && body != NULL ? EVX_OK : EVX_E_MEMORY, NULL,
		"compressed bytes");
	memset(plain, 'z', n);
	evx_frame_body_ad(EVX_FRAME_DATA, 0, (uint32_t)n, ad);
	MUST(evx_frame_codec_seal(
		c->codec, EVX_FRAME_DATA, 0, key, plain, (uint32_t)n, body, &len, NULL));
	must(len < n ? EVX_OK : EVX_E_USAGE, NULL, "compressed bytes");
	MUST(evx_aead_open(aead, key, nonce, ad, sizeof(ad), body, len, body));
	MUST(evx_buf_add(out, body, len - EVX_AEAD_TAG));
	evx_aead_free(aead);
	free(plain);
	free(body);
}

void craft_frame_put(struct craft *c, struct craft_frame *f)
{
	struct evx_frame_header h = {
		.type = f->header_type, .level = f->level, .plain = f->plain_len
	};
	uint8_t sealed[EVX_FRAME_HEADER_LEN];
	const uint64_t position = c->payload.len;

	if (f->body.len == 0) {
		MUST(evx_buf_add_u8(&f->body, 0));
		MUST(evx_buf_add(&f->body, f->plain.data, f->plain.len));
	}
	h.stored = (uint32_t)(EVX_FRAME_HEADER_LEN + f->body.len + EVX_AEAD_TAG);
	evx_random(h.key, sizeof(h.key));
	memcpy(f->ref.key, h.key, sizeof(h.key));
	if (!f->has_id)
		evx_sha256(f->plain.data, f->plain.len, f->ref.id);
	f->ref.sequence = 0;
	f->ref.position = position;
	f->ref.stored = h.stored;
	f->ref.plain = f->plain_len;
	MUST(evx_frame_codec_header_seal(c->codec, c->header_key, 0, position, &h, sealed));
	MUST(evx_buf_add(&c->payload, sealed, sizeof(sealed)));
	seal_body(c, f, &c->payload);
}

/* Makes the frame of what is in plain, with both chances for the fault; gives its reference. id: of
 * a chunk, else NULL. */
static struct evx_ref put(struct craft *c, const char *what, uint8_t type, uint8_t level,
	struct evx_buf *plain, uint64_t span, const uint8_t *id)
{
	struct craft_frame f = { .what = what,
		.has_id = id != NULL,
		.type = type,
		.header_type = type,
		.level = level,
		.plain = *plain,
		.plain_len = (uint32_t)plain->len };
	struct evx_ref ref;

	c->frame = &f;
	f.ref.span = span;
	if (id != NULL)
		memcpy(f.ref.id, id, sizeof(f.ref.id));
	if (c->big > 0 && type == EVX_FRAME_DATA && plain->len > CRAFT_Z)
		craft_compressed(c, plain->len, &f.body);
	craft_call(c, AT_FRAME);
	craft_frame_put(c, &f);
	craft_call(c, AT_PLACED);
	c->frame = NULL;
	ref = f.ref;
	evx_buf_free(&f.plain);
	evx_buf_free(&f.body);
	*plain = (struct evx_buf)EVX_BUF_INIT;
	return ref;
}

static struct evx_ref put_node(struct craft *c, const char *what, uint8_t type, uint8_t level,
	uint64_t first, const struct evx_ref *refs, uint32_t count)
{
	struct evx_buf plain = EVX_BUF_INIT;
	uint64_t span = 0;

	MUST(evx_buf_reserve(&plain, EVX_NODE_HEAD_LEN + EVX_REF_LEN * (size_t)count));
	plain.len = evx_node_encode(first, refs, count, plain.data);
	for (uint32_t i = 0; i < count; i++)
		span += refs[i].span;
	return put(c, what, type, level, &plain, span, NULL);
}

/* The id of the chunk from byte at to end. The third may hold two files, those behind parts of one.
 */
static void chunk_id(const struct craft *c, size_t i, size_t at, size_t end, uint8_t id[32])
{
	uint8_t blocks[EVX_CHUNK_BLOCKS][32], digest[32];
	const uint8_t *p = c->content.data + at;
	const size_t first = i == 2 && end - at > c->third_first ? c->third_first : end - at;
	struct evx_hash *h = evx_hash_new(EVX_SHA256);

	must(h != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "chunk id");
	evx_chunk_id_begin(h);
	evx_sha256(p, first, digest);
	evx_chunk_id_add(h, first, digest);
	if (first < end - at) {
		evx_sha256(p + first, end - at - first, digest);
		evx_chunk_id_add(h, end - at - first, digest);
	}
	MUST(evx_hash_final(h, id));
	evx_hash_free(h);
	if (i > 2)
		(void)evx_chunk_id_blocks(p, end - at, blocks, id);
}

/* A chunk for each of the first two files, one for the rest, and two for the big one. */
static void put_content(struct craft *c)
{
	static const char *const names[] = { "chunk0", "chunk1", "chunk2", "chunk3", "chunk4" };
	const size_t rest = c->content.len - c->big,
		     ends[] = { c->chunk_ends[0], c->chunk_ends[1], rest, rest + EVX_CHUNK_MAX,
			     c->content.len };
	const uint32_t count = c->big > 0 ? 5 : 3;
	struct evx_ref chunks[5], leaves[2];
	size_t at = 0;
	uint64_t first = 0;

	for (size_t i = 0; i < count; at = ends[i++]) {
		struct evx_buf plain = EVX_BUF_INIT;
		uint8_t id[32];

		chunk_id(c, i, at, ends[i], id);
		MUST(evx_buf_add(&plain, c->content.data + at, ends[i] - at));
		chunks[i] = put(c, names[i], EVX_FRAME_DATA, 0, &plain, ends[i] - at, id);
	}
	leaves[0] = put_node(c, "leaf0", EVX_FRAME_CONTENT_NODE, 0, 0, chunks, 2);
	first = leaves[0].span;
	leaves[1] = put_node(c, "leaf1", EVX_FRAME_CONTENT_NODE, 0, first, chunks + 2, count - 2);
	c->content_root.present = true;
	c->content_root.level = 1;
	c->content_root.ref = put_node(c, "root", EVX_FRAME_CONTENT_NODE, 1, 0, leaves, 2);
}

static void put_listing(struct craft *c)
{
	struct evx_buf plain = EVX_BUF_INIT;
	struct evx_ref refs[2];
	uint64_t span;

	for (size_t i = 0; i < c->first_list; i++)
		MUST(evx_buf_add(&plain, c->lines[i].text.data, c->lines[i].text.len));
	span = plain.len;
	refs[0] = put(c, "list0", EVX_FRAME_LISTING, 0, &plain, span, NULL);
	for (size_t i = c->first_list; i < c->nlines; i++)
		MUST(evx_buf_add(&plain, c->lines[i].text.data, c->lines[i].text.len));
	span = plain.len;
	refs[1] = put(c, "list1", EVX_FRAME_LISTING, 0, &plain, span, NULL);
	c->listing_root.present = true;
	c->listing_root.ref = put_node(c, "listroot", EVX_FRAME_LISTING_NODE, 0, 0, refs, 2);
}

void craft_payload(struct craft *c)
{
	struct evx_buf zeros = EVX_BUF_INIT;
	uint64_t total;

	MUST(evx_frame_codec_new(0, &c->codec, NULL));
	evx_frame_codec_header_key(evx_secret_bytes(c->keys.content), c->header_key);
	put_content(c);
	put_listing(c);
	total = c->padded != 0 ? c->padded : evx_frame_padded_length(c->payload.len);
	zeros.len = (size_t)(total - c->payload.len - EVX_FRAME_OVERHEAD);
	zeros.data = calloc(1, zeros.len);
	zeros.cap = zeros.len;
	must(zeros.data != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "padding");
	c->padding = put(c, "padding", EVX_FRAME_PADDING, 0, &zeros, zeros.len, NULL);
	craft_call(c, AT_PAYLOAD);
}
