/* Salvage over payloads by a hostile sealer, cut and damaged. The input is a list of frames: type,
 * level, length (two bytes) and plaintext; type 0 puts the bytes in raw, between frames. In a
 * node's plaintext, references are completed: the fuzzer says only which frame. */
#include "fuzz/fuzz.h"
#include "fuzz/hostile.h"

#include "base/path.h"
#include "content/salvage.h"

#define FRAMES 32

struct lost {
	struct evx_salvage *s;
	uint64_t lines;
};

static enum evx_err take(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	uint64_t *got = ctx;

	(void)diag;
	fuzz_check(p != NULL && n > 0);
	*got += n;
	return EVX_OK;
}

static enum evx_err line(void *ctx, const struct evx_entry *e, uint64_t position, uint64_t stored,
	struct evx_diag *diag)
{
	struct lost *l = ctx;

	(void)diag;
	(void)position;
	fuzz_check(evx_path_check(e->path, e->path_len, NULL) == EVX_OK && stored <= e->size);
	l->lines++;
	return EVX_OK;
}

/* The node whose references are the frames that the bytes name. */
static void node_frame(struct hostile *h, uint8_t type, uint8_t level, const uint8_t *p, size_t n,
	struct evx_ref *refs, size_t count)
{
	struct evx_ref some[8], ref;
	uint8_t node[EVX_NODE_HEAD_LEN + 8 * EVX_REF_LEN];
	uint32_t i, of = n > 9 ? 8 : n > 1 ? (uint32_t)n - 1 : 0;
	size_t len;

	for (i = 0; i < of && count > 0; i++)
		some[i] = refs[p[1 + i] % count];
	if (i == 0)
		return;
	len = evx_node_encode((uint64_t)p[0] * 5, some, i, node);
	hostile_frame(h, type, level, node, (uint32_t)len, &ref);
}

static void build(struct hostile *h, const uint8_t *p, size_t n)
{
	struct evx_ref refs[FRAMES];
	size_t count = 0, frames;

	for (frames = 0; frames < FRAMES && n >= 4; frames++) {
		uint8_t type = p[0] % 6, level = p[1] % EVX_TREE_LEVELS_MAX;
		size_t len = (size_t)p[2] << 8 | p[3];

		p += 4;
		n -= 4;
		len = len < n ? len : n;
		if (type == 0)
			fuzz_check(evx_buf_add(&h->bytes, p, len) == EVX_OK);
		else if (type == EVX_FRAME_CONTENT_NODE && len > 1)
			node_frame(h, type, level, p, len, refs, count);
		else if (len > 0)
			hostile_frame(h, type, type == EVX_FRAME_LISTING_NODE ? level : 0, p,
				(uint32_t)len, &refs[count++]);
		p += len;
		n -= len;
	}
	h->src.sequence_len[0] = h->bytes.len;
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_salvage *s = NULL;
	struct evx_salvage_stats stats;
	struct evx_diag diag = { 0 };
	struct hostile h;
	struct lost lost = { NULL, 0 };
	uint64_t bad = 0, got = 0, position, want;
	enum evx_err err;

	if (n < 2 || n > 16384)
		return;
	hostile_begin(&h);
	build(&h, p + 2, n - 2);

	struct evx_salvage_opts o = { .src = &h.src, .secret = h.secret };

	position = p[0];
	want = p[1];
	err = evx_salvage_scan(&o, &s, &stats, &diag);
	fuzz_check(err == diag.code && (err == EVX_OK) == (s != NULL));
	if (err == EVX_OK) {
		fuzz_check(stats.skipped_bytes <= h.bytes.len &&
			stats.listing_frames <= stats.frames && stats.frames <= FRAMES);
		lost.s = s;
		fuzz_check(evx_salvage_each(s, line, &lost, &bad, NULL) == EVX_OK);
		err = evx_salvage_read(s, position, want, take, &got, NULL);
		fuzz_check(got <= want && (err != EVX_OK || got == want));
	}
	evx_salvage_free(s);
	hostile_end(&h);
}

static void fuzz_seeds(void)
{
	static const char file[] =
		"0\t{\"path\":\"a\",\"type\":\"file\",\"size\":\"5\",\"mode\":\"0644\",\"uid\":0,"
		"\"gid\":0,"
		"\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}"
		"\n";
	struct evx_buf b = EVX_BUF_INIT;

	fuzz_check(evx_buf_add(&b, "\0\5\1\0\0\5hello\3\0\0\2\0\0\2\0", 19) == EVX_OK);
	fuzz_check(evx_buf_add_u8(&b, sizeof(file) - 1) == EVX_OK &&
		evx_buf_add(&b, file, sizeof(file) - 1) == EVX_OK);
	fuzz_seed(b.data, b.len);
	fuzz_check(evx_buf_add(&b, "\0\0\0\7damaged\1\0\0\5world\3\0\0\3\1\1\0", 27) == EVX_OK);
	fuzz_seed(b.data, b.len);
	evx_buf_free(&b);
}
