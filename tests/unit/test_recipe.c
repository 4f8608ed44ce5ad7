/* format/recipe.h, bundle/recipe_make.h, bundle/recipe_read.h: recipes in and out, and the bytes
 * they stand for. */
#include "bundle/recipe_make.h"
#include "bundle/recipe_read.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "format/text.h"
#include "format/uuid.h"
#include "edits.h"
#include "mutate.h"
#include "scratch.h"

#define UUID "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77"
#define OTHER "00112233-4455-4677-8899-aabbccddeeff"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PACK "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

#define HEAD "evx-recipe/1\npack " HASH " 110\n"
#define GOOD \
	HEAD "bytes QUJDREVGR0hJSg==\ncopy " UUID " " PACK " 33554342 90\nbytes " \
	     "QUJDREVGR0hJSg==\n"

static enum evx_err decode(const void *p, size_t n)
{
	struct evx_diag diag = { 0 };
	struct evx_recipe r;
	enum evx_err err = evx_recipe_decode(p, n, &r, &diag);

	assert_int_equal(diag.code, err);
	if (err == EVX_OK) {
		evx_recipe_free(&r);
	} else {
		assert_true(strlen(diag.text) > 0);
		assert_null(r.pieces);
		assert_null(r.bytes.data);
	}
	return err;
}

static void both_ways(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_recipe r;
	uint8_t hash[32];

	(void)state;
	assert_int_equal(evx_recipe_decode(GOOD, strlen(GOOD), &r, NULL), EVX_OK);
	assert_int_equal(evx_hex_decode(HASH, 64, hash, 32), EVX_OK);
	assert_memory_equal(r.hash, hash, 32);
	assert_int_equal(r.length, 110);
	assert_int_equal(r.n_pieces, 3);
	assert_false(r.pieces[0].copy);
	assert_int_equal(r.pieces[0].length, 10);
	assert_true(r.pieces[1].copy);
	assert_int_equal(r.pieces[1].at, 10);
	assert_int_equal(r.pieces[1].offset, 33554342);
	assert_string_equal(r.pieces[1].lender, UUID);
	assert_int_equal(evx_hex_decode(PACK, 64, hash, 32), EVX_OK);
	assert_memory_equal(r.pieces[1].hash, hash, 32);
	assert_int_equal(r.pieces[2].at, 100);
	assert_int_equal(r.pieces[2].offset, 10);
	assert_memory_equal(r.bytes.data, "ABCDEFGHIJABCDEFGHIJ", 20);
	assert_int_equal(evx_recipe_begin(&out, r.hash, 110), EVX_OK);
	assert_int_equal(evx_recipe_add_bytes(&out, r.bytes.data, 10), EVX_OK);
	assert_int_equal(evx_recipe_add_copy(&out, UUID, hash, 33554342, 90), EVX_OK);
	assert_int_equal(evx_recipe_add_bytes(&out, r.bytes.data, 10), EVX_OK);
	assert_int_equal(out.len, strlen(GOOD));
	assert_memory_equal(out.data, GOOD, out.len);
	evx_recipe_free(&r);
	evx_buf_free(&out);
}

/* Cut anywhere it is truncated, or not ours while its first word is not there. */
static void cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < strlen(GOOD); i++)
		assert_int_equal(decode(GOOD, i),
			i < strlen("evx-recipe/") ? EVX_E_NOT_OURS : EVX_E_TRUNCATED);
	assert_int_equal(decode(GOOD, strlen(GOOD)), EVX_OK);
}

static void rejected(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} cases[] = {
		{ "evx-recipe", "evx-recipt", EVX_E_NOT_OURS },
		{ "evx-recipe/1", "evx-recipe/2", EVX_E_UNSUPPORTED },
		{ "evx-recipe/1\n", "evx-recipe/1 \n", EVX_E_CORRUPT },
		{ "evx-recipe/1\n", "evx-recipe/1\r\n", EVX_E_UNSUPPORTED },
		{ "evx-recipe/1\n", "evx-recipe/1\n\n", EVX_E_CORRUPT },
		{ "pack ", "Pack ", EVX_E_CORRUPT },
		{ "pack ", "pack  ", EVX_E_CORRUPT },
		{ "pack " HASH, "pack " HASH "0", EVX_E_CORRUPT },
		{ "pack 0011", "pack 00FF", EVX_E_CORRUPT },
		{ "pack 00112233445566778899aa", "pack 00112233445566778899AA", EVX_E_CORRUPT },
		{ " 110\n", " 0110\n", EVX_E_CORRUPT },
		{ " 110\n", " 110 \n", EVX_E_CORRUPT },
		{ " 110\n", " 110 1\n", EVX_E_CORRUPT },
		{ " 110\n", "\n", EVX_E_CORRUPT },
		{ " 110\n", " 0\n", EVX_E_CORRUPT },
		{ " 110\n", " -110\n", EVX_E_CORRUPT },
		{ " 110\n", " 33554433\n", EVX_E_CORRUPT },
		{ " 110\n", " 4294967406\n", EVX_E_CORRUPT },
		{ " 110\n", " 111\n", EVX_E_TRUNCATED },
		{ " 110\n", " 109\n", EVX_E_CORRUPT },
		{ " 110\n", " 99\n", EVX_E_CORRUPT },
		{ "bytes ", " bytes ", EVX_E_CORRUPT },
		{ "bytes ", "bytes  ", EVX_E_CORRUPT },
		{ "bytes ", "Bytes ", EVX_E_CORRUPT },
		{ "bytes ", "", EVX_E_CORRUPT },
		{ "bytes QUJDREVGR0hJSg==", "bytes", EVX_E_CORRUPT },
		{ "bytes QUJDREVGR0hJSg==", "bytes ====", EVX_E_CORRUPT },
		{ "bytes QUJDREVGR0hJSg==", "bytes QUJDREVGR0hJSg", EVX_E_CORRUPT },
		{ "bytes QUJDREVGR0hJSg==", "bytes QUJDREVGR0hJSh==", EVX_E_CORRUPT },
		{ "bytes QUJDREVGR0hJSg==", "bytes QUJD-EVGR0hJSg==", EVX_E_CORRUPT },
		{ "bytes QUJDREVGR0hJSg==", "bytes QUJDREVGR0hJSg== QQ==", EVX_E_CORRUPT },
		{ "bytes QUJDREVGR0hJSg==", "bytes QUJDREVGR0hJSg== ", EVX_E_CORRUPT },
		{ "copy ", "copied ", EVX_E_CORRUPT },
		{ "copy " UUID, "copy 5f0c3a52-7d1e-1c8b-9a3f-2b6d1e0f4a77", EVX_E_CORRUPT },
		{ "copy " UUID, "copy ../../../../../../../../../../../../../x", EVX_E_CORRUPT },
		{ "copy " UUID " ", "copy ", EVX_E_CORRUPT },
		{ "copy " UUID " " PACK, "copy " UUID " " HASH, EVX_E_CORRUPT },
		{ " 33554342 90\n", " 33554343 90\n", EVX_E_CORRUPT },
		{ " 33554342 90\n", " 33554342 0\n", EVX_E_CORRUPT },
		{ " 33554342 90\n", " 033554342 90\n", EVX_E_CORRUPT },
		{ " 33554342 90\n", " 33554342 +90\n", EVX_E_CORRUPT },
		{ " 33554342 90\n", " 18446744073709551606 90\n", EVX_E_CORRUPT },
		{ " 33554342 90\n", " 33554342 90 \n", EVX_E_CORRUPT },
		{ " 33554342 90\n", " 33554342\n", EVX_E_CORRUPT },
		{ " 33554342 90\n", " 33554342 90 1\n", EVX_E_CORRUPT },
		{ " 33554342 90\n", " 33554342 90\nbytes QQ==\n", EVX_E_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_buf text = mutated(GOOD, strlen(GOOD), cases[i].from, cases[i].to);
		enum evx_err err = decode(text.data, text.len);

		if (err != cases[i].err)
			fail_msg("\"%s\" for \"%s\": expected %s, found %s", cases[i].to,
				cases[i].from, evx_err_name(cases[i].err), evx_err_name(err));
		evx_buf_free(&text);
	}
}

/* A line of bytes, the lines, the whole text: at the limit good, past it refused. */
static void limits(void **state)
{
	static const uint8_t zeros[EVX_RECIPE_BYTES_MAX + 3];
	struct evx_buf text = EVX_BUF_INIT, long_line = EVX_BUF_INIT;
	uint8_t hash[32] = { 0 };

	(void)state;
	for (size_t extra = 0; extra < 3; extra++) {
		evx_buf_reset(&text);
		assert_int_equal(
			evx_recipe_begin(&text, hash, (uint32_t)(EVX_RECIPE_BYTES_MAX + extra)),
			EVX_OK);
		assert_int_equal(evx_buf_adds(&text, "bytes "), EVX_OK);
		assert_int_equal(
			evx_base64_encode(zeros, EVX_RECIPE_BYTES_MAX + extra, true, &text),
			EVX_OK);
		assert_int_equal(evx_buf_adds(&text, "\n"), EVX_OK);
		assert_int_equal(decode(text.data, text.len), extra == 0 ? EVX_OK : EVX_E_LIMIT);
	}
	/* Written in two lines it is good again. */
	evx_buf_reset(&text);
	assert_int_equal(evx_recipe_begin(&text, hash, EVX_RECIPE_BYTES_MAX + 3), EVX_OK);
	assert_int_equal(evx_recipe_add_bytes(&text, zeros, sizeof(zeros)), EVX_OK);
	assert_int_equal(decode(text.data, text.len), EVX_OK);
	for (uint32_t extra = 0; extra < 2; extra++) {
		evx_buf_reset(&text);
		assert_int_equal(
			evx_recipe_begin(&text, hash, EVX_RECIPE_PIECES_MAX + extra), EVX_OK);
		for (uint32_t i = 0; i < EVX_RECIPE_PIECES_MAX + extra; i++)
			assert_int_equal(evx_recipe_add_bytes(&text, zeros, 1), EVX_OK);
		assert_int_equal(decode(text.data, text.len), extra == 0 ? EVX_OK : EVX_E_LIMIT);
	}
	assert_int_equal(evx_buf_reserve(&long_line, EVX_RECIPE_MAX + 1), EVX_OK);
	memset(long_line.data, 'x', EVX_RECIPE_MAX + 1);
	assert_int_equal(decode(long_line.data, EVX_RECIPE_MAX), EVX_E_NOT_OURS);
	assert_int_equal(decode(long_line.data, EVX_RECIPE_MAX + 1), EVX_E_LIMIT);
	evx_buf_free(&text);
	evx_buf_free(&long_line);
}

static void writers_mistakes(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;
	uint8_t hash[32] = { 1 };

	(void)state;
	assert_int_equal(evx_recipe_begin(&out, hash, 0), EVX_E_USAGE);
	assert_int_equal(evx_recipe_begin(&out, hash, EVX_PACK_LEN + 1), EVX_E_USAGE);
	assert_int_equal(evx_recipe_add_copy(&out, "no-uuid", hash, 0, 1), EVX_E_USAGE);
	assert_int_equal(evx_recipe_add_copy(&out, UUID, hash, 0, 0), EVX_E_USAGE);
	assert_int_equal(evx_recipe_add_copy(&out, UUID, hash, 1, EVX_PACK_LEN), EVX_E_USAGE);
	assert_int_equal(evx_recipe_add_copy(&out, UUID, hash, 0, EVX_PACK_LEN + 1), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_buf_free(&out);
}

static void names(void **state)
{
	static const char *const bad[] = { "", "data/", "data/" HASH ".pack", "data/" HASH,
		"keys/" HASH ".recipe", "data/" HASH ".recipe2", "data/0" HASH ".recipe",
		"data/00112233445566778899AABBccddeeff00112233445566778899aabbccddeeff.recipe",
		HASH ".recipe" };
	char name[EVX_MEMBER_NAME_CAP];
	uint8_t hash[32], again[32];

	(void)state;
	assert_int_equal(evx_hex_decode(HASH, 64, hash, 32), EVX_OK);
	evx_recipe_name(hash, name);
	assert_string_equal(name, "data/" HASH ".recipe");
	assert_true(evx_recipe_name_parse(name, again));
	assert_memory_equal(again, hash, 32);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(evx_recipe_name_parse(bad[i], again));
}

/* ---- making and reading ----------------------------------------------------------------- */

#define LENT 3000u

/* Two packs of a lender as files, and what the maker knows of them. */
struct lender {
	struct scratch scratch;
	uint8_t bytes[2][LENT], hash[2][32], uuid[16];
	uint32_t length; /* that locate tells of the first */
	int opened;
};

static enum evx_err locate(void *ctx, const uint8_t lender[16], uint32_t sequence,
	uint64_t position, uint8_t hash[32], uint32_t *length, struct evx_diag *diag)
{
	struct lender *l = ctx;
	uint64_t i = position / EVX_PACK_LEN;

	assert_memory_equal(lender, l->uuid, 16);
	if (sequence != 0 || i > 1)
		return evx_fail(diag, EVX_E_NOT_FOUND, "pack: a recipe itself");
	memcpy(hash, l->hash[i], 32);
	*length = i == 0 ? l->length : LENT;
	return EVX_OK;
}

static enum evx_err decrypt(
	void *ctx, const uint8_t *p, size_t n, struct evx_buf *out, struct evx_diag *diag)
{
	(void)ctx;
	if (n > 0 && p[0] == '?')
		return evx_fail(diag, EVX_E_KEY, "recipe: no key");
	return evx_buf_add(out, p, n);
}

static enum evx_err open_lent(
	void *ctx, const char *lender, const uint8_t hash[32], int *fd, struct evx_diag *diag)
{
	struct lender *l = ctx;

	l->opened++;
	if (strcmp(lender, UUID) != 0)
		return evx_fail(diag, EVX_E_NOT_FOUND, "exhibit: not here");
	return evx_recipe_read_pack(l->scratch.fd, hash, fd, NULL, diag);
}

static void lender_begin(struct lender *l)
{
	char hex[65], name[90];

	memset(l, 0, sizeof(*l));
	l->scratch = scratch_make();
	l->length = EVX_PACK_LEN;
	assert_true(evx_uuid_bytes(UUID, 36, l->uuid));
	scratch_dir(&l->scratch, "data");
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < LENT; j++)
			l->bytes[i][j] = (uint8_t)(j * 31 + i + j / 256);
		evx_sha256(l->bytes[i], LENT, l->hash[i]);
		evx_hex_encode(l->hash[i], 32, hex);
		(void)snprintf(name, sizeof(name), "data/%s.pack", hex);
		scratch_file(&l->scratch, name, l->bytes[i], LENT);
	}
}

static void copy_of(struct lender *l, struct evx_piece *piece, uint64_t position, uint32_t length)
{
	*piece = (struct evx_piece){ .length = length, .copy = true, .position = position };
	memcpy(piece->lender, l->uuid, 16);
}

static void made_and_read(void **state)
{
	struct evx_recipe_maker maker = { locate, NULL };
	struct evx_recipe_reader reader = { decrypt, open_lent, NULL };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_piece pieces[4] = { { .length = 60 } };
	struct evx_recipe r;
	struct evx_diag diag = { 0 };
	uint8_t pack[4000], hash[32], got[4000];
	struct lender l;
	size_t n = 60 + 1000 + 40 + 500;

	(void)state;
	lender_begin(&l);
	maker.ctx = reader.ctx = &l;
	memset(pack, 'h', sizeof(pack));
	copy_of(&l, &pieces[1], 2000, 1000);
	memcpy(pack + 60, l.bytes[0] + 2000, 1000);
	pieces[2] = (struct evx_piece){ .length = 40 };
	copy_of(&l, &pieces[3], EVX_PACK_LEN + 7, 500);
	memcpy(pack + 1100, l.bytes[1] + 7, 500);
	evx_sha256(pack, n, hash);
	assert_int_equal(evx_recipe_make(&maker, hash, pack, n, pieces, 4, &text, &diag), EVX_OK);
	assert_int_equal(
		evx_recipe_read_text(&reader, hash, text.data, text.len, &r, &diag), EVX_OK);
	assert_int_equal(r.n_pieces, 4);
	/* Every range, in every cut. */
	for (size_t at = 0; at <= n; at += 53)
		for (size_t len = 0; len <= n - at; len += 97) {
			memset(got, 0, sizeof(got));
			assert_int_equal(evx_recipe_read(&reader, &r, at, got, len, &diag), EVX_OK);
			assert_memory_equal(got, pack + at, len);
		}
	/* Next to each other, pieces of one pack of the lender's need one descriptor. */
	assert_int_equal(evx_recipe_read(&reader, &r, 0, got, n, &diag), EVX_OK);
	l.opened = 0;
	assert_int_equal(evx_recipe_read(&reader, &r, 0, got, 1100, &diag), EVX_OK);
	assert_int_equal(l.opened, 1);
	assert_int_equal(evx_recipe_read(&reader, &r, n - 5, got, 6, NULL), EVX_E_TRUNCATED);
	assert_int_equal(evx_recipe_read(&reader, &r, UINT64_MAX, got, 1, NULL), EVX_E_TRUNCATED);
	assert_int_equal(evx_recipe_read(&reader, &r, n, got, 0, NULL), EVX_OK);
	evx_recipe_free(&r);
	/* Another name, no key, nothing sensible. */
	hash[0] ^= 1;
	assert_int_equal(
		evx_recipe_read_text(&reader, hash, text.data, text.len, &r, NULL), EVX_E_FORGED);
	assert_null(r.pieces);
	assert_int_equal(evx_recipe_read_text(&reader, hash, "?", 1, &r, NULL), EVX_E_KEY);
	assert_int_equal(evx_recipe_read_text(&reader, hash, "x", 1, &r, NULL), EVX_E_NOT_OURS);
	evx_buf_free(&text);
	scratch_remove(&l.scratch);
}

/* A piece over the end of the lender's pack becomes two copies; what is not stored as bytes, or is
 * not as long, makes no recipe. */
static void made_of_two(void **state)
{
	static const uint8_t pack[100];
	struct evx_recipe_maker maker = { locate, NULL };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_piece piece, two[2];
	struct evx_recipe r;
	uint8_t hash[32] = { 9 };
	struct lender l;

	(void)state;
	lender_begin(&l);
	maker.ctx = &l;
	copy_of(&l, &piece, EVX_PACK_LEN - 40, 100);
	assert_int_equal(evx_buf_adds(&text, "before"), EVX_OK);
	assert_int_equal(evx_recipe_make(&maker, hash, pack, 100, &piece, 1, &text, NULL), EVX_OK);
	assert_int_equal(evx_recipe_decode(text.data + 6, text.len - 6, &r, NULL), EVX_OK);
	assert_int_equal(r.n_pieces, 2);
	assert_int_equal(r.pieces[0].offset, EVX_PACK_LEN - 40);
	assert_int_equal(r.pieces[0].length, 40);
	assert_int_equal(r.pieces[1].offset, 0);
	assert_int_equal(r.pieces[1].length, 60);
	assert_memory_equal(r.pieces[1].hash, l.hash[1], 32);
	evx_recipe_free(&r);
	text.len = 6;
	l.length = EVX_PACK_LEN - 40;
	assert_int_equal(
		evx_recipe_make(&maker, hash, pack, 100, &piece, 1, &text, NULL), EVX_E_NOT_FOUND);
	piece.sequence = 1;
	assert_int_equal(
		evx_recipe_make(&maker, hash, pack, 100, &piece, 1, &text, NULL), EVX_E_NOT_FOUND);
	two[0] = two[1] = (struct evx_piece){ .length = 50 };
	assert_int_equal(evx_recipe_make(&maker, hash, pack, 99, two, 2, &text, NULL), EVX_E_USAGE);
	assert_int_equal(
		evx_recipe_make(&maker, hash, pack, 100, two, 1, &text, NULL), EVX_E_USAGE);
	two[1].length = 0;
	assert_int_equal(
		evx_recipe_make(&maker, hash, pack, 100, two, 2, &text, NULL), EVX_E_USAGE);
	assert_int_equal(evx_recipe_make(&maker, hash, pack, 0, two, 0, &text, NULL), EVX_E_USAGE);
	assert_int_equal(text.len, 6);
	evx_buf_free(&text);
	scratch_remove(&l.scratch);
}

/* Too much of the exhibit's own bytes for a recipe. */
static void made_too_long(void **state)
{
	struct evx_recipe_maker maker = { locate, NULL };
	struct evx_piece piece = { .length = 7000000 };
	struct evx_buf text = EVX_BUF_INIT;
	uint8_t *pack = calloc(1, piece.length), hash[32] = { 9 };

	(void)state;
	assert_non_null(pack);
	assert_int_equal(evx_recipe_make(&maker, hash, pack, piece.length, &piece, 1, &text, NULL),
		EVX_E_LIMIT);
	assert_int_equal(text.len, 0);
	piece.length = 6000000;
	assert_int_equal(
		evx_recipe_make(&maker, hash, pack, piece.length, &piece, 1, &text, NULL), EVX_OK);
	assert_int_equal(decode(text.data, text.len), EVX_OK);
	evx_buf_free(&text);
	free(pack);
}

/* The lender's packs may have gone, be shorter, or be no files. */
static void lenders_gone(void **state)
{
	struct evx_recipe_reader reader = { decrypt, open_lent, NULL };
	struct evx_buf text = EVX_BUF_INIT;
	uint8_t hash[32] = { 9 }, got[100];
	char hex[65], name[90];
	struct evx_recipe r;
	struct lender l;
	uint64_t length;
	int fd;

	(void)state;
	lender_begin(&l);
	reader.ctx = &l;
	assert_int_equal(evx_recipe_begin(&text, hash, 200), EVX_OK);
	assert_int_equal(evx_recipe_add_copy(&text, UUID, l.hash[0], LENT - 99, 100), EVX_OK);
	assert_int_equal(evx_recipe_add_copy(&text, OTHER, l.hash[0], 0, 100), EVX_OK);
	assert_int_equal(
		evx_recipe_read_text(&reader, hash, text.data, text.len, &r, NULL), EVX_OK);
	assert_int_equal(evx_recipe_read(&reader, &r, 0, got, 99, NULL), EVX_OK);
	assert_int_equal(evx_recipe_read(&reader, &r, 0, got, 100, NULL), EVX_E_TRUNCATED);
	assert_int_equal(evx_recipe_read(&reader, &r, 100, got, 1, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_recipe_read_pack(l.scratch.fd, l.hash[0], &fd, &length, NULL), EVX_OK);
	assert_int_equal(length, LENT);
	close(fd);
	assert_int_equal(
		evx_recipe_read_pack(l.scratch.fd, hash, &fd, &length, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(fd, -1);
	evx_hex_encode(hash, 32, hex);
	(void)snprintf(name, sizeof(name), "data/%s.pack", hex);
	assert_int_equal(symlinkat("/etc/passwd", l.scratch.fd, name), 0);
	assert_int_equal(
		evx_recipe_read_pack(l.scratch.fd, hash, &fd, &length, NULL), EVX_E_CORRUPT);
	assert_int_equal(unlinkat(l.scratch.fd, name, 0), 0);
	scratch_dir(&l.scratch, name);
	assert_int_equal(
		evx_recipe_read_pack(l.scratch.fd, hash, &fd, &length, NULL), EVX_E_CORRUPT);
	scratch_dir(&l.scratch, "linked");
	assert_int_equal(symlinkat("../data", l.scratch.fd, "linked/data"), 0);
	fd = openat(l.scratch.fd, "linked", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	{
		int opened;

		assert_int_equal(
			evx_recipe_read_pack(fd, l.hash[0], &opened, &length, NULL), EVX_E_CORRUPT);
	}
	close(fd);
	evx_recipe_free(&r);
	evx_buf_free(&text);
	scratch_remove(&l.scratch);
}

static enum evx_err again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_recipe r;
	enum evx_err err = evx_recipe_decode(p, n, &r, NULL);

	if (err == EVX_OK)
		err = evx_recipe_begin(out, r.hash, r.length);
	for (size_t i = 0; err == EVX_OK && i < r.n_pieces; i++) {
		const struct evx_recipe_piece *x = &r.pieces[i];

		err = x->copy ? evx_recipe_add_copy(out, x->lender, x->hash, x->offset, x->length) :
				evx_recipe_add_bytes(out, r.bytes.data + x->offset, x->length);
	}
	evx_recipe_free(&r);
	return err;
}

static void every_byte_is_read(void **state)
{
	(void)state;
	edits(GOOD, strlen(GOOD), 1, "09z =\n", again);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_ways), cmocka_unit_test(cut),
		cmocka_unit_test(rejected), cmocka_unit_test(limits),
		cmocka_unit_test(writers_mistakes), cmocka_unit_test(names),
		cmocka_unit_test(made_and_read), cmocka_unit_test(made_of_two),
		cmocka_unit_test(made_too_long), cmocka_unit_test(lenders_gone),
		cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
