/* Payloads in which some byte belongs to nothing, or to two things. */
#include "content/frame_codec.h"
#include "content/tiling.h"
#include "crypto/hash.h"
#include "payload_fixture.h"

static struct evx_tiling_opts tiling_opts(struct fixture *f)
{
	struct evx_tiling_opts o = { .src = &f->src,
		.secret = f->secret,
		.content = &f->result.content,
		.listing = &f->result.listing };

	memcpy(o.has_padding, f->result.has_padding, sizeof(o.has_padding));
	memcpy(o.padding, f->result.padding, sizeof(o.padding));
	return o;
}

static void seal(struct fixture *f)
{
	static uint8_t noise[3000000];

	fixture_noise(noise, sizeof(noise), 5);
	fixture_init(f, 1);
	fixture_begin(f);
	fixture_dir(f, "s");
	fixture_file(f, "s/a", noise, sizeof(noise));
	fixture_file(f, "s/b", noise, sizeof(noise));
	fixture_file(f, "s/c", noise, 500);
	fixture_finish(f);
}

static void good(void **state)
{
	static const size_t windows[] = { 0, 1, 2, 5 };
	struct fixture f;
	struct evx_tiling_opts o;
	uint64_t frames;

	(void)state;
	seal(&f);
	o = tiling_opts(&f);
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		o.window = windows[i];
		must(evx_tiling_check(&o, &frames, &fixture_diag));
		/* chunks, listing frame, two nodes, padding */
		assert_int_equal(frames, f.result.chunks - f.result.duplicate_chunks + 4);
	}
	fixture_free(&f);
}

/* A flip in any header, or in a node, a listing frame or the padding, is found; data frames' bodies
 * are for those who read them. */
static void flips(void **state)
{
	struct fixture f;
	struct evx_tiling_opts o;

	(void)state;
	fixture_init(&f, 1);
	fixture_begin(&f);
	fixture_file(&f, "s", "some bytes", 10);
	fixture_finish(&f);
	o = tiling_opts(&f);
	must(evx_tiling_check(&o, NULL, &fixture_diag));
	for (size_t i = 0; i < f.bytes.len; i++) {
		enum evx_err err;

		f.bytes.data[i] ^= 0x80;
		err = evx_tiling_check(&o, NULL, NULL);
		f.bytes.data[i] ^= 0x80;
		if (i < EVX_FRAME_HEADER_LEN || i >= f.result.content.ref.position)
			assert_int_equal(err, EVX_E_FORGED);
	}
	fixture_free(&f);
}

static void other_lengths(void **state)
{
	struct fixture f;
	struct evx_tiling_opts o;

	(void)state;
	seal(&f);
	o = tiling_opts(&f);
	f.src.sequence_len[0]--;
	assert_int_equal(evx_tiling_check(&o, NULL, NULL), EVX_E_CORRUPT);
	f.src.sequence_len[0] += 2;
	assert_int_equal(evx_tiling_check(&o, NULL, NULL), EVX_E_CORRUPT);
	f.src.sequence_len[0] = 0;
	assert_int_equal(evx_tiling_check(&o, NULL, NULL), EVX_E_CORRUPT);
	fixture_free(&f);
}

static void paddings(void **state)
{
	struct fixture f;
	struct evx_tiling_opts o;

	(void)state;
	seal(&f);
	o = tiling_opts(&f);
	o.has_padding[0] = false;
	assert_int_equal(evx_tiling_check(&o, NULL, NULL), EVX_E_CORRUPT);
	o = tiling_opts(&f);
	o.has_padding[1] = true;
	assert_int_equal(evx_tiling_check(&o, NULL, NULL), EVX_E_CORRUPT);
	o = tiling_opts(&f);
	o.padding[0] = f.result.listing.ref;
	assert_int_equal(evx_tiling_check(&o, NULL, NULL), EVX_E_CORRUPT);
	o = tiling_opts(&f);
	o.padding[0].key[0] ^= 1;
	assert_int_equal(evx_tiling_check(&o, NULL, NULL), EVX_E_FORGED);
	fixture_free(&f);
}

/* Without the reference to the content every data frame belongs to nothing. */
static void unreferenced(void **state)
{
	struct evx_tree_root none = { .present = false };
	struct fixture f;
	struct evx_tiling_opts o;

	(void)state;
	seal(&f);
	o = tiling_opts(&f);
	o.content = &none;
	assert_int_equal(evx_tiling_check(&o, NULL, &fixture_diag), EVX_E_CORRUPT);
	assert_non_null(strstr(fixture_diag.text, "nothing refers"));
	evx_diag_clear(&fixture_diag);
	fixture_free(&f);
}

/* ---- payloads made by hand -------------------------------------------------------------- */

struct maker {
	struct fixture f;
	struct evx_frame_codec *codec;
	uint8_t header_key[32];
};

static struct evx_ref put(
	struct maker *m, uint8_t type, const uint8_t *plain, uint32_t n, uint32_t header_plain)
{
	struct evx_ref ref = { .position = m->f.bytes.len, .plain = n, .span = n };
	struct evx_frame_header h = { .type = type, .plain = header_plain };
	uint8_t *body = malloc(n + EVX_FRAME_BODY_EXTRA), sealed[EVX_FRAME_HEADER_LEN];
	size_t body_len;

	evx_random(ref.key, 32);
	evx_sha256(plain, n, ref.id);
	must(evx_frame_codec_seal(
		m->codec, type, 0, ref.key, plain, n, body, &body_len, &fixture_diag));
	ref.stored = h.stored = (uint32_t)(EVX_FRAME_HEADER_LEN + body_len);
	memcpy(h.key, ref.key, 32);
	must(evx_frame_codec_header_seal(m->codec, m->header_key, 0, ref.position, &h, sealed));
	must(evx_buf_add(&m->f.bytes, sealed, sizeof(sealed)));
	must(evx_buf_add(&m->f.bytes, body, body_len));
	free(body);
	return ref;
}

static void maker_begin(struct maker *m)
{
	fixture_init(&m->f, 1);
	must(evx_frame_codec_new(0, &m->codec, &fixture_diag));
	evx_frame_codec_header_key(m->f.secret, m->header_key);
}

static void put_root(struct maker *m, struct evx_tree_root *root, uint8_t type,
	const struct evx_ref *refs, uint32_t count)
{
	static uint8_t plain[EVX_NODE_LEN_MAX];
	size_t n = evx_node_encode(0, refs, count, plain);

	root->present = true;
	root->level = 0;
	root->ref = put(m, type, plain, (uint32_t)n, (uint32_t)n);
	root->ref.span = 0;
	for (uint32_t i = 0; i < count; i++)
		root->ref.span += refs[i].span;
}

static void maker_end(struct maker *m, uint32_t too_long, uint8_t fill)
{
	uint64_t used = m->f.bytes.len, total = evx_frame_padded_length(used + too_long);
	uint32_t n = (uint32_t)(total - used - EVX_FRAME_OVERHEAD);
	uint8_t *zeros = calloc(1, n);

	zeros[n - 1] = fill;
	m->f.result.padding[0] = put(m, EVX_FRAME_PADDING, zeros, n, n);
	m->f.result.has_padding[0] = true;
	m->f.result.sequence_len[0] = m->f.src.sequence_len[0] = m->f.bytes.len;
	free(zeros);
}

static enum evx_err maker_check(struct maker *m)
{
	struct evx_tiling_opts o = tiling_opts(&m->f);
	enum evx_err err = evx_tiling_check(&o, NULL, &fixture_diag);

	/* However few headers are held at a time: what a window before has met says nothing of the
	 * next one. */
	for (o.window = 1; o.window < 6; o.window++)
		assert_int_equal(evx_tiling_check(&o, NULL, NULL), err);
	evx_diag_clear(&fixture_diag);
	evx_frame_codec_free(m->codec);
	fixture_free(&m->f);
	return err;
}

static void by_hand(void **state)
{
	enum {
		GOOD,
		STRAY,
		TWO_PADDINGS,
		LONG_PADDING,
		DIRTY_PADDING,
		HEADER_DIFFERS,
		TAIL,
		CASES
	};
	static const uint8_t text[] = "text";

	(void)state;
	for (int i = 0; i < CASES; i++) {
		struct maker m;
		struct evx_ref data, line;

		maker_begin(&m);
		data = put(&m, EVX_FRAME_DATA, text, 4, i == HEADER_DIFFERS ? 5 : 4);
		if (i == STRAY)
			(void)put(&m, EVX_FRAME_DATA, text, 4, 4);
		if (i == TWO_PADDINGS)
			(void)put(&m, EVX_FRAME_PADDING, text, 4, 4);
		line = put(&m, EVX_FRAME_LISTING, text, 4, 4);
		put_root(&m, &m.f.result.content, EVX_FRAME_CONTENT_NODE, &data, 1);
		put_root(&m, &m.f.result.listing, EVX_FRAME_LISTING_NODE, &line, 1);
		maker_end(&m, i == LONG_PADDING ? 1000 : 0, i == DIRTY_PADDING);
		if (i == TAIL) {
			must(evx_buf_add(&m.f.bytes, text, 4));
			m.f.src.sequence_len[0] += 4;
		}
		assert_int_equal(maker_check(&m), i == GOOD ? EVX_OK : EVX_E_CORRUPT);
	}
}

/* A reference to a data frame as though it were of the listing. */
static void wrong_type(void **state)
{
	struct maker m;
	struct evx_ref data;

	(void)state;
	maker_begin(&m);
	data = put(&m, EVX_FRAME_DATA, (const uint8_t *)"text", 4, 4);
	put_root(&m, &m.f.result.content, EVX_FRAME_CONTENT_NODE, &data, 1);
	put_root(&m, &m.f.result.listing, EVX_FRAME_LISTING_NODE, &data, 1);
	maker_end(&m, 0, 0);
	assert_int_equal(maker_check(&m), EVX_E_CORRUPT);
}

/* A reference into the middle of a frame, where its maker has hidden another header. */
static void overlap(void **state)
{
	struct maker m;
	struct evx_ref outer, inner, line;

	(void)state;
	maker_begin(&m);
	outer = put(&m, EVX_FRAME_DATA,
		(const uint8_t *)"a longer text that nothing can shorten: q8z", 43, 43);
	inner = outer;
	inner.position += 5;
	line = put(&m, EVX_FRAME_LISTING, (const uint8_t *)"text", 4, 4);
	put_root(&m, &m.f.result.content, EVX_FRAME_CONTENT_NODE,
		(struct evx_ref[]){ outer, inner }, 2);
	put_root(&m, &m.f.result.listing, EVX_FRAME_LISTING_NODE, &line, 1);
	maker_end(&m, 0, 0);
	assert_int_equal(maker_check(&m), EVX_E_CORRUPT);
}

/* A reference to where the payload ends, and to one byte before. */
static void at_the_end(void **state)
{
	uint64_t end = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct maker m;
		struct evx_ref refs[2], line;

		maker_begin(&m);
		refs[0] = put(&m, EVX_FRAME_DATA, (const uint8_t *)"text", 4, 4);
		refs[1] = refs[0];
		refs[1].position = i == 0 ? refs[0].position : end - (uint64_t)(i - 1);
		line = put(&m, EVX_FRAME_LISTING, (const uint8_t *)"text", 4, 4);
		put_root(&m, &m.f.result.content, EVX_FRAME_CONTENT_NODE, refs, 2);
		put_root(&m, &m.f.result.listing, EVX_FRAME_LISTING_NODE, &line, 1);
		maker_end(&m, 0, 0);
		assert_true(i == 0 || end == m.f.bytes.len);
		end = m.f.bytes.len;
		assert_int_equal(maker_check(&m), i == 0 ? EVX_OK : EVX_E_CORRUPT);
	}
}

/* ---- two sequences ---------------------------------------------------------------------- */

/* One data frame in each sequence, the content's two, and nodes and listing in sequence 0. */
enum other { WELL, LOST, UNPADDED, EXTRA, LONG, LATE_KEY, STORED, PLAIN, LEVEL, OTHERS };

static struct evx_ref put_in(
	struct maker *m, uint32_t sequence, uint8_t type, const uint8_t *plain, uint32_t n)
{
	struct evx_ref ref = {
		.sequence = sequence, .position = m->f.borrowed.len, .plain = n, .span = n
	};
	struct evx_frame_header h = { .type = type, .plain = n };
	uint8_t *body = malloc(n + EVX_FRAME_BODY_EXTRA), sealed[EVX_FRAME_HEADER_LEN];
	size_t body_len;

	evx_random(ref.key, 32);
	evx_sha256(plain, n, ref.id);
	must(evx_frame_codec_seal(
		m->codec, type, 0, ref.key, plain, n, body, &body_len, &fixture_diag));
	ref.stored = h.stored = (uint32_t)(EVX_FRAME_HEADER_LEN + body_len);
	memcpy(h.key, ref.key, 32);
	must(evx_frame_codec_header_seal(
		m->codec, m->header_key, sequence, ref.position, &h, sealed));
	must(evx_buf_add(&m->f.borrowed, sealed, sizeof(sealed)));
	must(evx_buf_add(&m->f.borrowed, body, body_len));
	free(body);
	return ref;
}

/* Ends sequence 1 with its padding. */
static void end_second(struct maker *m, uint32_t too_long)
{
	const uint64_t used = m->f.borrowed.len;
	const uint32_t n = (uint32_t)(evx_frame_padded_length(used + too_long) - used -
		EVX_FRAME_OVERHEAD);
	uint8_t *zeros = calloc(1, n);

	assert_non_null(zeros);
	m->f.result.padding[1] = put_in(m, 1, EVX_FRAME_PADDING, zeros, n);
	m->f.result.has_padding[1] = true;
	m->f.src.sequence_len[1] = m->f.borrowed.len;
	free(zeros);
}

/* Everything that holds for the first sequence holds for the second. */
static void second_sequence(void **state)
{
	static const uint8_t text[] = "text";

	(void)state;
	for (enum other o = WELL; o < OTHERS; o++) {
		struct maker m;
		struct evx_ref refs[3], line;

		maker_begin(&m);
		refs[0] = put(&m, EVX_FRAME_DATA, text, 4, 4);
		refs[1] = put_in(&m, 1, EVX_FRAME_DATA, text, 4);
		refs[2] = put_in(&m, 1, EVX_FRAME_DATA, (const uint8_t *)"other", 5);
		if (o == EXTRA)
			(void)put_in(&m, 1, EVX_FRAME_DATA, text, 4);
		end_second(&m, o == LONG ? 1000 : 0);
		if (o == LATE_KEY)
			refs[2].key[31] ^= 1;
		if (o == STORED)
			refs[2].stored++;
		if (o == PLAIN) {
			refs[2].plain--;
			refs[2].span--;
		}
		line = put(&m, EVX_FRAME_LISTING, text, 4, 4);
		put_root(&m, &m.f.result.content, EVX_FRAME_CONTENT_NODE, refs, o == LOST ? 2 : 3);
		put_root(&m, &m.f.result.listing, EVX_FRAME_LISTING_NODE,
			o == LEVEL ? (struct evx_ref[]){ line, refs[1] } : &line,
			o == LEVEL ? 2 : 1);
		maker_end(&m, 0, 0);
		if (o == UNPADDED)
			m.f.result.has_padding[1] = false;
		assert_int_equal(maker_check(&m), o == WELL ? EVX_OK : EVX_E_CORRUPT);
	}
}

/* What is asked of the source says what it says, and whoever says stop is heard. */
static enum evx_err broken_read(void *ctx, uint32_t sequence, uint64_t position, uint8_t *p,
	size_t n, struct evx_diag *diag)
{
	(void)ctx;
	(void)sequence;
	(void)position;
	(void)n;
	*p = 0;
	return evx_fail(diag, EVX_E_IO, "source: it broke");
}

static void not_checked(void **state)
{
	struct evx_cancel cancel = { true };
	struct evx_diag diag = { 0 };
	struct evx_tiling_opts o;
	struct fixture f;
	uint64_t frames = 99;

	(void)state;
	seal(&f);
	o = tiling_opts(&f);
	o.cancel = &cancel;
	assert_int_equal(evx_tiling_check(&o, &frames, &diag), EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	assert_int_equal(frames, 0);
	o.cancel = NULL;
	f.src.read = broken_read;
	frames = 99;
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_tiling_check(&o, &frames, &diag), EVX_E_IO);
	assert_string_equal(diag.text, "source: it broke");
	assert_int_equal(frames, 0);
	f.src.read = fixture_read;
	must(evx_tiling_check(&o, &frames, &fixture_diag));
	assert_true(frames > 4);
	f.src.sequence_len[0] = f.src.sequence_len[1] = 0;
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_tiling_check(&o, &frames, &diag), EVX_E_CORRUPT);
	assert_string_equal(diag.text, "payload: empty");
	assert_int_equal(frames, 0);
	fixture_free(&f);
}

/* Padding that is all the same, and not zero. */
static void padding_of_ones(void **state)
{
	struct maker m;
	struct evx_ref data, line;
	uint8_t *ones;
	uint64_t used;
	uint32_t n;

	(void)state;
	maker_begin(&m);
	data = put(&m, EVX_FRAME_DATA, (const uint8_t *)"text", 4, 4);
	line = put(&m, EVX_FRAME_LISTING, (const uint8_t *)"text", 4, 4);
	put_root(&m, &m.f.result.content, EVX_FRAME_CONTENT_NODE, &data, 1);
	put_root(&m, &m.f.result.listing, EVX_FRAME_LISTING_NODE, &line, 1);
	used = m.f.bytes.len;
	n = (uint32_t)(evx_frame_padded_length(used) - used - EVX_FRAME_OVERHEAD);
	ones = malloc(n);
	assert_non_null(ones);
	memset(ones, 1, n);
	m.f.result.padding[0] = put(&m, EVX_FRAME_PADDING, ones, n, n);
	m.f.result.has_padding[0] = true;
	m.f.src.sequence_len[0] = m.f.bytes.len;
	free(ones);
	assert_int_equal(maker_check(&m), EVX_E_CORRUPT);
}

static int start(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(flips),
		cmocka_unit_test(other_lengths),
		cmocka_unit_test(paddings),
		cmocka_unit_test(unreferenced),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(wrong_type),
		cmocka_unit_test(overlap),
		cmocka_unit_test(at_the_end),
		cmocka_unit_test(second_sequence),
		cmocka_unit_test(not_checked),
		cmocka_unit_test(padding_of_ones),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
