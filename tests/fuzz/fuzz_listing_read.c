/* A whole listing stream by a hostile sealer, whose root the seal signs: whatever is shown keeps
 * the rules that concern several lines. The first byte is the number of lines the seal claims, the
 * rest the stream. */
#include "fuzz/fuzz.h"
#include "fuzz/hostile.h"

#include "base/path.h"
#include "content/listing_read.h"
#include "crypto/merkle.h"

struct shown {
	uint64_t lines;
	struct evx_buf path;
};

/* The root that a seal over these records signs; 0 when they cannot be split. */
static uint64_t sign(const uint8_t *p, size_t n, const uint8_t leaf_secret[32], uint8_t root[32])
{
	struct evx_buf scratch = EVX_BUF_INIT;
	struct evx_hmac_key key;
	struct evx_merkle tree;
	uint64_t lines = 0;
	uint8_t salt[32], leaf[32];

	evx_hmac_key_init(&key, leaf_secret, 32);
	evx_merkle_init(&tree);
	while (n > 0) {
		struct evx_record r;
		size_t used;

		if (evx_listing_split(p, n, false, &r, &used, NULL) != EVX_OK) {
			lines = 0;
			break;
		}
		evx_listing_leaf_salt(&key, lines++, salt);
		fuzz_check(evx_listing_leaf(salt, r.line, r.line_len, &scratch, leaf) == EVX_OK);
		evx_merkle_add(&tree, leaf);
		p += used;
		n -= used;
	}
	evx_merkle_root(&tree, leaf);
	evx_listing_leaf_root(lines, leaf, root);
	evx_buf_free(&scratch);
	return lines;
}

static enum evx_err show(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct shown *s = ctx;
	const struct evx_entry *e = item->entry;

	(void)diag;
	fuzz_check(item->index == s->lines && evx_path_check(e->path, e->path_len, NULL) == EVX_OK);
	fuzz_check(s->lines == 0 ||
		evx_path_compare(s->path.data, s->path.len, e->path, e->path_len) < 0);
	fuzz_check(!e->has_hardlink || e->hardlink_index < item->index);
	fuzz_check(item->stored <= e->size);
	evx_buf_reset(&s->path);
	fuzz_check(evx_buf_add(&s->path, e->path, e->path_len) == EVX_OK);
	s->lines++;
	return EVX_OK;
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	uint8_t leaf_secret[32] = { 9 }, root[32], node[EVX_NODE_HEAD_LEN + EVX_REF_LEN];
	struct evx_tree_root tree = { .present = true };
	struct shown shown = { 0, EVX_BUF_INIT };
	struct evx_diag diag = { 0 };
	struct evx_ref ref;
	struct hostile h;
	enum evx_err first;
	uint64_t lines;

	if (n < 2 || n > 65536)
		return;
	hostile_begin(&h);
	lines = sign(p + 1, n - 1, leaf_secret, root);
	hostile_frame(&h, EVX_FRAME_LISTING, 0, p + 1, (uint32_t)(n - 1), &ref);
	fuzz_check(evx_node_encode(0, &ref, 1, node) == sizeof(node));
	hostile_frame(&h, EVX_FRAME_LISTING_NODE, 0, node, sizeof(node), &tree.ref);
	tree.ref.span = n - 1;

	struct evx_listing_read_opts o = { .src = &h.src,
		.root = &tree,
		.leaf_secret = leaf_secret,
		.listing_root = root,
		.lines = p[0],
		.jobs = 1 };

	first = evx_listing_read(&o, NULL, NULL, &diag);
	fuzz_check(first == diag.code);
	if (first == EVX_OK) {
		fuzz_check(lines == p[0]);
		fuzz_check(
			evx_listing_read(&o, show, &shown, NULL) == EVX_OK && shown.lines == lines);
		/* One byte of the root that the seal signs is another: nothing may be shown. */
		root[5] ^= 1;
		fuzz_check(evx_listing_read(&o, NULL, NULL, NULL) == EVX_E_FORGED);
	}
	evx_buf_free(&shown.path);
	hostile_end(&h);
}

static void fuzz_seeds(void)
{
	fuzz_seed_text(
		"\1-\t{\"path\":\"src\",\"type\":\"dir\",\"mode\":\"0755\",\"uid\":0,\"gid\":0}\n");
	fuzz_seed_text(
		"\5-\t{\"path\":\"src\",\"type\":\"dir\",\"mode\":\"0755\",\"uid\":0,\"gid\":0}\n"
		"0\t{\"path\":\"src/"
		"a\",\"type\":\"file\",\"size\":\"5\",\"mode\":\"0644\",\"uid\":0,\"gid\":0,"
		"\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}\n"
		"0\t{\"path\":\"src/"
		"b\",\"type\":\"file\",\"size\":\"5\",\"mode\":\"0644\",\"uid\":0,\"gid\":0,"
		"\"hardlink\":1,"
		"\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}\n"
		"-\t{\"path\":\"src/"
		"c\",\"type\":\"symlink\",\"mode\":\"0777\",\"uid\":0,\"gid\":0,\"target\":\"a\"}\n"
		"5\t{\"path\":\"src/"
		"d\",\"type\":\"file\",\"size\":\"0\",\"mode\":\"0644\",\"uid\":0,\"gid\":0,"
		"\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}"
		"\n");
}
