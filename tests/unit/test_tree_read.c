/* content/tree_read.h: a tree of three levels walked from its beginning, from any offset, and
 * visited whole. */
#include "content/frame_codec.h"
#include "content/tree_read.h"
#include "crypto/hash.h"
#include "payload_fixture.h"

#define FRAMES 7

/* Seven frames of 3 … 9 bytes under nodes of 2, 3 and 2 of them; two of those nodes under one node
 * of level 1, the last under another; these two under the root. */
static struct fixture f;
static struct evx_frame_codec *codec;
static uint8_t header_key[32];
static struct evx_tree_root root;
static struct evx_ref frames[FRAMES];

static struct evx_ref put(uint8_t type, uint8_t level, const uint8_t *plain, uint32_t n)
{
	struct evx_ref ref = { .position = f.bytes.len, .plain = n, .span = n };
	struct evx_frame_header h = { .type = type, .level = level, .plain = n };
	uint8_t *body = malloc(n + EVX_FRAME_BODY_EXTRA), sealed[EVX_FRAME_HEADER_LEN];
	size_t body_len;

	assert_non_null(body);
	evx_random(ref.key, 32);
	evx_sha256(plain, n, ref.id);
	must(evx_frame_codec_seal(
		codec, type, level, ref.key, plain, n, body, &body_len, &fixture_diag));
	ref.stored = h.stored = (uint32_t)(EVX_FRAME_HEADER_LEN + body_len);
	memcpy(h.key, ref.key, 32);
	must(evx_frame_codec_header_seal(codec, header_key, 0, ref.position, &h, sealed));
	must(evx_buf_add(&f.bytes, sealed, sizeof(sealed)));
	must(evx_buf_add(&f.bytes, body, body_len));
	free(body);
	return ref;
}

static struct evx_ref node(
	uint8_t level, uint64_t first, const struct evx_ref *refs, uint32_t count)
{
	static uint8_t plain[EVX_NODE_LEN_MAX];
	const size_t n = evx_node_encode(first, refs, count, plain);
	struct evx_ref ref = put(EVX_FRAME_CONTENT_NODE, level, plain, (uint32_t)n);

	ref.span = 0;
	for (uint32_t i = 0; i < count; i++)
		ref.span += refs[i].span;
	return ref;
}

static uint64_t start_of(size_t frame)
{
	uint64_t at = 0;

	for (size_t i = 0; i < frame; i++)
		at += frames[i].span;
	return at;
}

static int setup(void **state)
{
	struct evx_ref low[3], high[2];

	(void)state;
	if (evx_crypto_init(NULL) != EVX_OK)
		return -1;
	fixture_init(&f, 1);
	must(evx_frame_codec_new(0, &codec, &fixture_diag));
	evx_frame_codec_header_key(f.secret, header_key);
	for (uint32_t i = 0; i < FRAMES; i++)
		frames[i] = put(EVX_FRAME_DATA, 0, (const uint8_t *)"123456789", 3 + i);
	low[0] = node(0, 0, frames, 2);
	low[1] = node(0, start_of(2), frames + 2, 3);
	low[2] = node(0, start_of(5), frames + 5, 2);
	high[0] = node(1, 0, low, 2);
	high[1] = node(1, start_of(5), low + 2, 1);
	root = (struct evx_tree_root){ true, 2, node(2, 0, high, 2) };
	f.src.sequence_len[0] = f.bytes.len;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	evx_frame_codec_free(codec);
	fixture_free(&f);
	return 0;
}

static struct evx_tree_reader *opened(void)
{
	struct evx_tree_reader *t;

	must(evx_tree_read_new(&f.src, EVX_FRAME_DATA, &root, &t, &fixture_diag));
	return t;
}

/* What comes next is this frame; FRAMES: nothing. */
static void next_is(struct evx_tree_reader *t, size_t frame)
{
	const struct evx_ref *ref = NULL;
	uint64_t offset = 99;
	bool end = false;

	must(evx_tree_read_next(t, &ref, &offset, &end, &fixture_diag));
	assert_int_equal(end, frame == FRAMES);
	if (frame == FRAMES) {
		assert_null(ref);
		assert_int_equal(offset, 0);
		return;
	}
	assert_int_equal(offset, start_of(frame));
	assert_int_equal(ref->position, frames[frame].position);
	assert_int_equal(ref->span, frames[frame].span);
	assert_memory_equal(ref->key, frames[frame].key, 32);
}

static void in_order(void **state)
{
	struct evx_tree_reader *t = opened();

	(void)state;
	assert_int_equal(evx_tree_read_length(t), start_of(FRAMES));
	for (size_t i = 0; i < FRAMES; i++)
		next_is(t, i);
	next_is(t, FRAMES);
	next_is(t, FRAMES);
	evx_tree_read_free(t);
	evx_tree_read_free(NULL);
}

/* To each byte, from the beginning, from in between, and from the end. */
static void sought(void **state)
{
	struct evx_tree_reader *t = opened();

	(void)state;
	for (size_t before = 0; before <= FRAMES + 1; before++)
		for (size_t frame = 0; frame < FRAMES; frame++)
			for (uint64_t at = start_of(frame); at < start_of(frame + 1); at++) {
				must(evx_tree_read_seek(t, 0, &fixture_diag));
				for (size_t i = 0; i < before; i++)
					next_is(t, i < FRAMES ? i : FRAMES);
				must(evx_tree_read_seek(t, at, &fixture_diag));
				for (size_t i = frame; i <= FRAMES; i++)
					next_is(t, i);
			}
	assert_int_equal(evx_tree_read_seek(t, start_of(FRAMES), NULL), EVX_E_USAGE);
	assert_int_equal(evx_tree_read_seek(t, UINT64_MAX, NULL), EVX_E_USAGE);
	must(evx_tree_read_seek(t, start_of(FRAMES) - 1, &fixture_diag));
	next_is(t, FRAMES - 1);
	next_is(t, FRAMES);
	evx_tree_read_free(t);
}

static void roots(void **state)
{
	static const struct evx_tree_root absent = { .present = false };
	struct evx_tree_root bad = root;
	struct evx_tree_reader *t;
	struct evx_diag diag = { 0 };

	(void)state;
	must(evx_tree_read_new(&f.src, EVX_FRAME_DATA, &absent, &t, &fixture_diag));
	assert_int_equal(evx_tree_read_length(t), 0);
	next_is(t, FRAMES);
	assert_int_equal(evx_tree_read_seek(t, 0, NULL), EVX_E_USAGE);
	evx_tree_read_free(t);
	bad.level = EVX_TREE_LEVELS_MAX;
	assert_int_equal(evx_tree_read_new(&f.src, EVX_FRAME_DATA, &bad, &t, &diag), EVX_E_LIMIT);
	assert_null(t);
	assert_non_null(strstr(diag.text, "root of level 8 (limit 7)"));
	bad.level = EVX_TREE_LEVELS_MAX - 1; /* as high as a root may be: this one is not so high */
	must(evx_tree_read_new(&f.src, EVX_FRAME_DATA, &bad, &t, &fixture_diag));
	assert_int_equal(evx_tree_read_seek(t, 0, NULL), EVX_E_FORGED);
	evx_tree_read_free(t);
	bad = root;
	bad.ref.sequence = 2;
	assert_int_equal(evx_tree_read_new(&f.src, EVX_FRAME_DATA, &bad, &t, NULL), EVX_E_CORRUPT);
	assert_null(t);
	/* Of another stream: its nodes are of another type. */
	must(evx_tree_read_new(&f.src, EVX_FRAME_LISTING, &root, &t, &fixture_diag));
	assert_int_equal(evx_tree_read_seek(t, 0, NULL), EVX_E_FORGED);
	evx_tree_read_free(t);
	/* The id of a node counts, to its last byte. */
	bad = root;
	bad.ref.id[31] ^= 1;
	must(evx_tree_read_new(&f.src, EVX_FRAME_DATA, &bad, &t, &fixture_diag));
	assert_int_equal(evx_tree_read_seek(t, 0, NULL), EVX_E_FORGED);
	evx_tree_read_free(t);
	bad = root;
	bad.ref.span++;
	must(evx_tree_read_new(&f.src, EVX_FRAME_DATA, &bad, &t, &fixture_diag));
	assert_int_equal(evx_tree_read_seek(t, 0, NULL), EVX_E_CORRUPT);
	evx_tree_read_free(t);
}

/* A reference that is shown as "level:type position". */
struct visits {
	char text[400];
	size_t n, stop_at;
	struct evx_cancel cancel;
	size_t cancel_at;
};

static enum evx_err visit(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag)
{
	struct visits *v = ctx;
	const size_t at = strlen(v->text);

	(void)snprintf(v->text + at, sizeof(v->text) - at, "%c%u:%llu ",
		type == EVX_FRAME_DATA                 ? 'd' :
			type == EVX_FRAME_CONTENT_NODE ? 'n' :
							 '?',
		level, (unsigned long long)ref->span);
	v->n++;
	if (v->n == v->cancel_at)
		atomic_store(&v->cancel.stop, true);
	return v->n == v->stop_at ? evx_fail(diag, EVX_E_EXISTS, "enough") : EVX_OK;
}

static enum evx_err all(struct visits *v, struct evx_diag *diag)
{
	return evx_tree_read_all(&f.src, EVX_FRAME_DATA, &root, &v->cancel, visit, v, diag);
}

/* A node before what is beneath it. */
static void visited(void **state)
{
	static const char expected[] = "n2:42 n1:25 n0:7 d0:3 d0:4 n0:18 d0:5 d0:6 d0:7 n1:17 "
				       "n0:17 d0:8 d0:9 ";
	const size_t whole = 13;
	struct visits v = { .n = 0 };

	(void)state;
	must(all(&v, &fixture_diag));
	assert_string_equal(v.text, expected);
	assert_int_equal(v.n, whole);
	for (size_t at = 1; at <= whole; at++) {
		struct evx_diag diag = { 0 };

		v = (struct visits){ .stop_at = at };
		assert_int_equal(all(&v, &diag), EVX_E_EXISTS);
		assert_string_equal(diag.text, "enough");
		assert_int_equal(v.n, at);
		/* Whoever says stop is heard before the next frame is asked for. */
		v = (struct visits){ .cancel_at = at };
		diag = (struct evx_diag){ 0 };
		assert_int_equal(all(&v, &diag), EVX_E_INTERRUPTED);
		assert_int_equal(diag.code, EVX_E_INTERRUPTED);
		assert_true(v.n < at + 4);
	}
	v = (struct visits){ .n = 0 };
	must(evx_tree_read_all(&f.src, EVX_FRAME_DATA, &(struct evx_tree_root){ .present = false },
		NULL, visit, &v, &fixture_diag));
	assert_int_equal(v.n, 0);
}

/* A byte changed in a node is found when that node is needed, and not before. */
static void changed(void **state)
{
	/* The last node of level 0 stands behind the two others, which stand behind the frames. */
	const size_t at = (size_t)(frames[6].position + frames[6].stored);
	size_t found = 0;

	(void)state;
	for (size_t i = at; i < f.bytes.len; i += 9) {
		struct evx_tree_reader *t = opened();
		const struct evx_ref *ref;
		enum evx_err err = EVX_OK;
		uint64_t offset;
		bool end = false;

		f.bytes.data[i] ^= 1;
		while (err == EVX_OK && !end)
			err = evx_tree_read_next(t, &ref, &offset, &end, NULL);
		f.bytes.data[i] ^= 1;
		found += err == EVX_E_FORGED;
		assert_true(err == EVX_OK || err == EVX_E_FORGED);
		if (err != EVX_OK)
			assert_null(ref);
		evx_tree_read_free(t);
	}
	assert_true(found > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(sought),
		cmocka_unit_test(roots),
		cmocka_unit_test(visited),
		cmocka_unit_test(changed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
