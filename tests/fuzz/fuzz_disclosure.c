/* The listing stream of a disclosure whose discloser and first sealer are both hostile: whatever is
 * shown is proved, and keeps the rules that concern several lines.
 *
 * Bytes 0 to 2: the numbers that the seal claims (lines shown, withheld, names without contents).
 * Byte 3: 'r' and the stream as it stands, whose proofs nobody can forge; else the original's
 * records, each after a byte: 'w' without contents, 'p' in part, 'h' withheld, '+' under the next
 * INDEX, any other shown. Their proofs are made here. */
#include "fuzz/fuzz.h"
#include "fuzz/hostile.h"

#include "base/path.h"
#include "content/listing_read.h"
#include "crypto/merkle.h"
#include "format/part.h"
#include "format/text.h"

#define LINES 64
#define SHOWN "70,3+2@196608+131072" /* of a file in part */

struct original {
	struct evx_record at[LINES];
	char what[LINES];
	uint64_t n;
	uint8_t salt[LINES][32], leaf[LINES][32], root[32];
};

struct shown {
	uint64_t lines, names_only, in_part, run, next;
	struct evx_buf path;
	uint64_t position[LINES]; /* by INDEX; UINT64_MAX: not shown with contents */
};

/* What the first sealer signed; n == 0 when the records cannot be split. */
static void seal(const uint8_t *p, size_t n, struct original *o)
{
	struct evx_buf scratch = EVX_BUF_INIT;
	struct evx_hmac_key key;
	struct evx_merkle tree;
	uint8_t secret[32] = { 7 }, merkle_root[32];
	size_t used;

	evx_hmac_key_init(&key, secret, 32);
	evx_merkle_init(&tree);
	for (o->n = 0; n > 1; p += used, n -= used, o->n++) {
		o->what[o->n] = (char)*p++;
		n--;
		if (o->n == LINES ||
			evx_listing_split(p, n, false, &o->at[o->n], &used, NULL) != EVX_OK) {
			o->n = 0;
			break;
		}
		evx_listing_leaf_salt(&key, o->n, o->salt[o->n]);
		fuzz_check(evx_listing_leaf(o->salt[o->n], o->at[o->n].line, o->at[o->n].line_len,
				   &scratch, o->leaf[o->n]) == EVX_OK);
		evx_merkle_add(&tree, o->leaf[o->n]);
	}
	evx_merkle_root(&tree, merkle_root);
	evx_listing_leaf_root(o->n, merkle_root, o->root);
	evx_buf_free(&scratch);
}

static void add_hex(struct evx_buf *out, const uint8_t hash[32])
{
	char hex[65];

	evx_hex_encode(hash, 32, hex);
	fuzz_check(evx_buf_adds(out, hex) == EVX_OK);
}

/* The line with what proves it. */
static void disclose(const struct original *o, uint64_t i, struct evx_buf *out)
{
	const struct evx_record *r = &o->at[i];
	enum evx_position where = o->what[i] == 'w' ? EVX_POSITION_WITHHELD : r->where;
	uint8_t proof[64][32];
	size_t n;

	fuzz_check(evx_listing_position(where, r->position, out) == EVX_OK &&
		evx_buf_addf(out, "%llu\t", (unsigned long long)(i + (o->what[i] == '+'))) ==
			EVX_OK);
	add_hex(out, o->salt[i]);
	fuzz_check(evx_merkle_prove_inclusion((const uint8_t(*)[32])o->leaf, o->n, i, proof, &n) ==
		EVX_OK);
	for (size_t k = 0; k < n; k++) {
		fuzz_check(evx_buf_adds(out, k == 0 ? "\t" : ",") == EVX_OK);
		add_hex(out, proof[k]);
	}
	fuzz_check(evx_buf_adds(out, n == 0 ? "\t\t" : "\t") == EVX_OK &&
		evx_buf_adds(out, o->what[i] == 'p' ? SHOWN "\t" : "") == EVX_OK &&
		evx_buf_add(out, r->line, r->line_len) == EVX_OK);
}

/* The root that a seal over these records of a disclosure signs; false when they cannot be split.
 */
static bool sign(const struct evx_buf *b, const uint8_t leaf_secret[32], uint8_t root[32])
{
	struct evx_buf scratch = EVX_BUF_INIT;
	struct evx_hmac_key key;
	struct evx_merkle tree;
	uint8_t salt[32], leaf[32];
	uint64_t lines = 0;
	size_t used;

	evx_hmac_key_init(&key, leaf_secret, 32);
	evx_merkle_init(&tree);
	for (size_t at = 0; at < b->len; at += used) {
		struct evx_record r;

		if (evx_listing_split(b->data + at, b->len - at, true, &r, &used, NULL) != EVX_OK) {
			evx_buf_free(&scratch);
			return false;
		}
		evx_listing_leaf_salt(&key, lines++, salt);
		fuzz_check(evx_listing_leaf(salt, r.text, r.text_len, &scratch, leaf) == EVX_OK);
		evx_merkle_add(&tree, leaf);
	}
	evx_merkle_root(&tree, leaf);
	evx_listing_leaf_root(lines, leaf, root);
	evx_buf_free(&scratch);
	return true;
}

static enum evx_err show(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct shown *s = ctx;
	const struct evx_entry *e = item->entry;

	(void)diag;
	fuzz_check(item->index == s->lines && evx_path_check(e->path, e->path_len, NULL) == EVX_OK);
	fuzz_check(s->lines == 0 ||
		evx_path_compare(s->path.data, s->path.len, e->path, e->path_len) < 0);
	fuzz_check(item->original_index >= s->next && item->original_index < LINES);
	fuzz_check(!e->has_hardlink || e->hardlink_index < item->original_index);
	fuzz_check(item->withheld == e->withheld && (e->part == NULL || item->withheld));
	fuzz_check(
		!item->withheld || item->stored == (e->part != NULL ? evx_part_run(e->part) : 0));
	if (e->part != NULL) {
		fuzz_check(e->type == EVX_FILE && e->has_range_root && !item->repeats);
		fuzz_check(item->position == s->run);
		s->run += item->stored;
	}
	if (item->repeats) { /* a line that is shown, with its contents */
		fuzz_check(e->has_hardlink && e->type == EVX_FILE);
		fuzz_check(s->position[e->hardlink_index] == item->position);
	} else if (e->type == EVX_FILE && !item->withheld) {
		fuzz_check(item->position == s->run && item->stored <= e->size);
		s->run += item->stored;
	}
	if (e->type == EVX_FILE && !item->withheld)
		s->position[item->original_index] = item->position;
	s->next = item->original_index + 1;
	s->names_only += item->withheld && e->part == NULL;
	s->in_part += e->part != NULL;
	evx_buf_reset(&s->path);
	fuzz_check(evx_buf_add(&s->path, e->path, e->path_len) == EVX_OK);
	s->lines++;
	return EVX_OK;
}

/* What was taken once: every number and root that the seal signs is needed for that. */
static void taken(struct evx_listing_read_opts *o, struct evx_listing_origin *origin)
{
	struct shown s = { 0, 0, 0, 0, 0, EVX_BUF_INIT, { 0 } };
	bool unproved = false;

	memset(s.position, 0xff, sizeof(s.position));
	fuzz_check(evx_listing_read(o, show, &s, NULL) == EVX_OK);
	fuzz_check(s.lines == o->lines && s.lines + origin->withheld == origin->lines &&
		s.names_only == origin->names_only && s.in_part == origin->in_part);
	evx_buf_free(&s.path);
	o->unproved = &unproved;
	origin->root[5] ^= 1;
	fuzz_check(evx_listing_read(o, NULL, NULL, NULL) == EVX_E_FORGED && unproved);
	origin->root[5] ^= 1;
	origin->withheld++;
	fuzz_check(evx_listing_read(o, NULL, NULL, NULL) == EVX_E_CORRUPT);
	origin->withheld--;
	origin->names_only++;
	fuzz_check(evx_listing_read(o, NULL, NULL, NULL) == EVX_E_CORRUPT);
	origin->names_only--;
	origin->in_part++;
	fuzz_check(evx_listing_read(o, NULL, NULL, NULL) == EVX_E_CORRUPT);
	origin->in_part--;
	/* As if it was a whole exhibit. */
	o->origin = NULL;
	fuzz_check(evx_listing_read(o, NULL, NULL, NULL) != EVX_OK);
}

static void read_stream(const struct evx_buf *b, const uint8_t *numbers, const struct original *of)
{
	struct evx_listing_origin origin = {
		.lines = of->n, .withheld = numbers[1], .names_only = numbers[2]
	};
	uint8_t leaf_secret[32] = { 9 }, root[32], node[EVX_NODE_HEAD_LEN + EVX_REF_LEN];
	struct evx_tree_root tree = { .present = true };
	struct evx_diag diag = { 0 };
	struct evx_ref ref;
	struct hostile h;
	bool whole = sign(b, leaf_secret, root);
	enum evx_err err;

	for (uint64_t i = 0; i < of->n && i < LINES; i++)
		origin.in_part += of->what[i] == 'p';

	hostile_begin(&h);
	hostile_frame(&h, EVX_FRAME_LISTING, 0, b->data, (uint32_t)b->len, &ref);
	fuzz_check(evx_node_encode(0, &ref, 1, node) == sizeof(node));
	hostile_frame(&h, EVX_FRAME_LISTING_NODE, 0, node, sizeof(node), &tree.ref);
	tree.ref.span = b->len;
	memcpy(origin.root, of->root, sizeof(origin.root));

	struct evx_listing_read_opts o = { .src = &h.src,
		.root = &tree,
		.leaf_secret = leaf_secret,
		.listing_root = root,
		.lines = numbers[0],
		.origin = &origin,
		.jobs = 1 };

	err = evx_listing_read(&o, NULL, NULL, &diag);
	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(whole);
		taken(&o, &origin);
	}
	hostile_end(&h);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	static struct original o;
	struct evx_buf stream = EVX_BUF_INIT;

	if (n < 5 || n > 65536)
		return;
	memset(&o, 0, sizeof(o));
	if (p[3] == 'r') {
		o.n = p[0];
		fuzz_check(evx_buf_add(&stream, p + 4, n - 4) == EVX_OK);
	} else {
		seal(p + 3, n - 3, &o);
		for (uint64_t i = 0; i < o.n; i++)
			if (o.what[i] != 'h')
				disclose(&o, i, &stream);
	}
	if (stream.len > 0)
		read_stream(&stream, p, &o);
	evx_buf_free(&stream);
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define DIR_LINE(name) \
	"-\t{\"path\":\"" name "\",\"type\":\"dir\",\"mode\":\"0755\",\"uid\":0,\"gid\":0}\n"
#define FILE_LINE(position, name, size, more) \
	position "\t{\"path\":\"" name "\",\"type\":\"file\",\"size\":\"" size \
		 "\",\"mode\":\"0644\",\"uid\":0,\"gid\":0," more "\"sha256\":" \
		 "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}\n"

static void seed(const char numbers[3], const char *text)
{
	struct evx_buf b = EVX_BUF_INIT;

	fuzz_check(evx_buf_add(&b, numbers, 3) == EVX_OK && evx_buf_adds(&b, text) == EVX_OK);
	fuzz_seed(b.data, b.len);
	evx_buf_free(&b);
}

static void fuzz_seeds(void)
{
	seed("\2\1\0",
		"s" DIR_LINE("src") "h" FILE_LINE("0", "src/a", "5", "") "s" FILE_LINE(
			"0", "src/b", "7", ""));
	seed("\3\0\1",
		"s" DIR_LINE("src") "w" FILE_LINE("0", "src/a", "5", "") "s" FILE_LINE(
			"0", "src/b", "5", "\"hardlink\":1,"));
	seed("\3\0\0",
		"s" DIR_LINE("src") "s" FILE_LINE("0", "src/a", "5", "") "s" FILE_LINE(
			"0", "src/b", "5", "\"hardlink\":1,"));
	seed("\2\1\0",
		"h" DIR_LINE("src") "s" FILE_LINE("0", "src/a", "0", "") "s" FILE_LINE(
			"0", "src/b", "5", ""));
	seed("\2\0\0",
		"s" DIR_LINE("src") "p0\t{\"path\":\"src/"
				    "a\",\"type\":\"file\",\"size\":\"4500000\",\"mode\":"
				    "\"0644\",\"uid\":0,\"gid\":0,\"sha256\":\"" ZEROS
				    "\",\"range_root\":\"" ZEROS "\"}\n");
	seed("\2\0\0", "s" DIR_LINE("src") "+" FILE_LINE("0", "src/a", "5", ""));
	seed("\1\0\0",
		"r-\t0\t0000000000000000000000000000000000000000000000000000000000000000\t\t"
		"{\"path\":\"a\",\"type\":\"dir\",\"mode\":\"0755\",\"uid\":0,\"gid\":0}\n");
}
