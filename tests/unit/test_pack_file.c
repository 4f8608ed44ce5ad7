/* bundle/writer.h, bundle/pack_file.h: packs of sequence 1 by themselves, and recipes in place of
 * packs, written, walked and read. */
#include "bundle/append.h"
#include "bundle/pack_file.h"
#include "container.h"
#include "format/recipe.h"
#include "format/text.h"

#define LENDER "00112233-4455-4677-8899-aabbccddeeff"
#define LENT 5000u

static struct scratch scratch;
static uint8_t *bytes; /* of the packs that are written: sequence 0, then 1 */
static uint8_t lent[LENT], lent_hash[32];
static char lent_name[EVX_MEMBER_NAME_CAP + 16];

/* A bundle of one pack in each sequence: 60 bytes of the second are its own, the rest is lent. */
#define OWN 60u
#define LEN0 1000u
#define LEN1 (OWN + 3000u)

static int open_scratch(const char *name)
{
	int fd = openat(scratch.fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static enum evx_err decrypt(
	void *ctx, const uint8_t *p, size_t n, struct evx_buf *out, struct evx_diag *diag)
{
	const bool *locked = ctx;

	if (*locked)
		return evx_fail(diag, EVX_E_KEY, "shared data: no key");
	return evx_buf_add(out, p, n);
}

static enum evx_err open_lent(
	void *ctx, const char *lender, const uint8_t hash[32], int *fd, struct evx_diag *diag)
{
	enum evx_err err;
	int dir = open_scratch("lender");

	(void)ctx;
	assert_string_equal(lender, LENDER);
	err = evx_recipe_read_pack(dir, hash, fd, NULL, diag);
	close(dir);
	return err;
}

static bool locked;
static const struct evx_recipe_reader reader = { decrypt, open_lent, &locked };

static void recipe_of(const uint8_t hash[32], struct evx_buf *out)
{
	assert_int_equal(evx_recipe_begin(out, hash, LEN1), EVX_OK);
	assert_int_equal(evx_recipe_add_bytes(out, bytes + LEN0, OWN), EVX_OK);
	assert_int_equal(evx_recipe_add_copy(out, LENDER, lent_hash, 500, LEN1 - OWN), EVX_OK);
}

/* Packs of the given lengths from bytes on, those of sequence 1 first; by the seal sequence 0 has
 * of0 bytes. recipe: the last one stands as one. */
static void write_to(const char *name, const size_t *lens0, size_t n0, const size_t *lens1,
	size_t n1, bool recipe, uint64_t of0)
{
	struct evx_buf text = EVX_BUF_INIT;
	const uint8_t *p = bytes, *q = bytes;
	char json[SIM_SEAL_CAP];
	struct evx_writer *w;
	uint8_t hash[32];
	int fd;

	scratch_dir(&scratch, name);
	fd = open_scratch(name);
	assert_int_equal(evx_writer_dir(fd, SIM_UUID, &w, NULL), EVX_OK);
	close(fd);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	for (size_t i = 0; i < n0; i++)
		q += lens0[i];
	for (size_t i = 0; i < n0 || i < n1; i++) {
		if (i < n1) {
			evx_sha256(q, lens1[i], hash);
			if (recipe && i + 1 == n1)
				recipe_of(hash, &text);
			assert_int_equal(evx_writer_borrowed(
						 w, q, lens1[i], hash, text.data, text.len, NULL),
				EVX_OK);
			q += lens1[i];
		}
		if (i < n0) {
			assert_int_equal(evx_writer_pack(w, p, lens0[i], hash, NULL), EVX_OK);
			p += lens0[i];
		}
	}
	assert_int_equal(evx_writer_finish_payload(w, hash, NULL), EVX_OK);
	sim_seal_json(of0, (uint64_t)((n1 > 0 ? q : p) - bytes) - of0, json);
	assert_int_equal(sim_event(w, 0, "seal", json, NULL), EVX_OK);
	assert_int_equal(evx_writer_end(w, NULL), EVX_OK);
	evx_writer_free(w);
	evx_buf_free(&text);
}

static struct evx_bundle *open_bundle(const char *name, bool recipes)
{
	struct evx_bundle *b;
	int fd = open_scratch(name);

	assert_int_equal(evx_bundle_open_dir(fd, SIM_UUID, &b, NULL), EVX_OK);
	close(fd);
	if (recipes)
		assert_int_equal(evx_bundle_set_recipes(b, &reader, NULL), EVX_OK);
	return b;
}

static struct seen walk(const char *name, bool recipes)
{
	return walk_bundle(open_bundle(name, recipes), 2);
}

static void name_of(const char *dir, const uint8_t hash[32], const char *suffix, char out[160])
{
	char hex[65];

	evx_hex_encode(hash, 32, hex);
	(void)snprintf(out, 160, "%s/data/%s%s", dir, hex, suffix);
}

static void same_file(const char *a, const char *b, const char *name)
{
	struct evx_buf x = EVX_BUF_INIT, y = EVX_BUF_INIT;
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", a, name);
	assert_int_equal(evx_read_file(scratch.fd, path, 1 << 20, &x, NULL), EVX_OK);
	(void)snprintf(path, sizeof(path), "%s/%s", b, name);
	assert_int_equal(evx_read_file(scratch.fd, path, 1 << 20, &y, NULL), EVX_OK);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	evx_buf_free(&x);
	evx_buf_free(&y);
}

/* In whatever order the packs came, the books are those of the bundle written in one pass. */
static void books(void **state)
{
	static const char *const names[] = { "manifest-sha256.txt", "bag-info.txt",
		"tagmanifest-sha256.txt", "index-0000" };
	static const size_t lens0[] = { EVX_PACK_LEN, 1000 }, lens1[] = { EVX_PACK_LEN, 900 };
	static const size_t all[] = { EVX_PACK_LEN, 1000, EVX_PACK_LEN, 900 };
	struct evx_bundle *b;
	struct seen s;

	(void)state;
	write_to("mixed", lens0, 2, lens1, 2, false, EVX_PACK_LEN + 1000);
	write_to("plain", all, 4, NULL, 0, false, EVX_PACK_LEN + 1000);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		same_file("mixed", "plain", names[i]);
	s = walk("mixed", false);
	assert_int_equal(s.err, EVX_OK);
	assert_string_equal(s.text, "");
	assert_int_equal(s.packs, 4);
	b = open_bundle("mixed", false);
	assert_int_equal(evx_bundle_pack_read(b, 0, 0, lent, 1, NULL), EVX_E_USAGE);
	evx_bundle_free(b);
}

/* What the writer refuses. */
static void refused(void **state)
{
	struct evx_writer *w;
	uint8_t hash[32];
	int fd;

	(void)state;
	evx_sha256(bytes, 10, hash);
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "x.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_borrowed(w, bytes, 10, hash, NULL, 0, NULL), EVX_E_USAGE);
	evx_writer_free(w);
	scratch_dir(&scratch, "refused");
	fd = open_scratch("refused");
	assert_int_equal(evx_writer_dir(fd, SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_borrowed(w, bytes, 0, hash, NULL, 0, NULL), EVX_E_USAGE);
	assert_int_equal(
		evx_writer_borrowed(w, bytes, (size_t)EVX_PACK_LEN + 1, hash, NULL, 0, NULL),
		EVX_E_USAGE);
	assert_int_equal(evx_writer_borrowed(w, bytes, 10, hash, "recipe", 6, NULL), EVX_OK);
	assert_int_equal(evx_writer_borrowed(w, bytes, 11, hash, NULL, 0, NULL), EVX_E_USAGE);
	assert_int_equal(evx_writer_pack(w, bytes, 12, hash, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, bytes, 13, hash, NULL), EVX_E_USAGE);
	evx_writer_free(w);
	assert_int_equal(names_in(&scratch, "refused/data"), 0);
	assert_int_equal(evx_writer_dir(fd, SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, bytes, 12, hash, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, bytes, 13, hash, NULL), EVX_OK);
	assert_int_equal(evx_writer_borrowed(w, bytes, 14, hash, NULL, 0, NULL), EVX_E_USAGE);
	evx_writer_free(w);
	close(fd);
}

static const size_t len0 = LEN0, len1 = LEN1;

/* The walk finds the bundle complete, and it reads as if the pack were there. */
static void complete(void **state)
{
	struct evx_bundle_walk_opts opts = { .jobs = 2 };
	uint8_t got[LEN0 + LEN1], hash[32];
	struct evx_bundle_walk_result result;
	enum evx_bundle_source source;
	struct evx_bundle *b;
	struct seen s;

	(void)state;
	write_to("recipe", &len0, 1, &len1, 1, true, LEN0);
	write_to("packs", &len0, 1, &len1, 1, false, LEN0);
	same_file("recipe", "packs", "index-0000");
	assert_int_equal(names_in(&scratch, "recipe/data"), 2);
	s = walk("recipe", true);
	assert_int_equal(s.err, EVX_OK);
	assert_string_equal(s.text, "");
	assert_int_equal(s.packs, 2);
	assert_true(s.length == walk("packs", false).length);
	for (int by_walk = 0; by_walk < 2; by_walk++) {
		b = open_bundle("recipe", true);
		assert_int_equal(evx_bundle_set_recipes(b, &reader, NULL), EVX_E_USAGE);
		if (by_walk)
			assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
		else
			assert_int_equal(evx_bundle_open_index(b, &source, NULL), EVX_OK);
		assert_int_equal(evx_bundle_set_sequences(b, LEN0, LEN1, NULL), EVX_OK);
		assert_int_equal(evx_bundle_pack(b, 1).recipe, by_walk);
		assert_int_equal(evx_bundle_payload_read(b, 0, 0, got, LEN0, NULL), EVX_OK);
		for (size_t at = 0; at < LEN1; at += 401) {
			assert_int_equal(evx_bundle_payload_read(b, 1, at, got + LEN0 + at,
						 LEN1 - at < 401 ? LEN1 - at : 401, NULL),
				EVX_OK);
			assert_int_equal(evx_bundle_pack_read(b, 1, at, hash, 8, NULL), EVX_OK);
			assert_memory_equal(hash, bytes + LEN0 + at, 8);
		}
		assert_memory_equal(got, bytes, LEN0 + LEN1);
		assert_int_equal(
			evx_bundle_pack_read(b, 1, LEN1 - 3, got, 4, NULL), EVX_E_TRUNCATED);
		assert_int_equal(evx_bundle_pack_read(b, 2, 0, got, 1, NULL), EVX_E_USAGE);
		evx_bundle_free(b);
	}
	/* By the list of packs alone, without the lengths of sequences: what a copy of the bundle
	 * needs. */
	b = open_bundle("recipe", true);
	assert_int_equal(evx_bundle_open_index(b, &source, NULL), EVX_OK);
	assert_int_equal(evx_bundle_pack_read(b, 1, 0, got, LEN1, NULL), EVX_OK);
	assert_memory_equal(got, bytes + LEN0, LEN1);
	assert_int_equal(evx_bundle_pack_read(b, 1, 1, got, LEN1, NULL), EVX_E_TRUNCATED);
	evx_bundle_free(b);
}

struct first {
	char text[512];
	enum evx_bundle_walk_severity severity;
	enum evx_err err;
};

static void keep_first(void *ctx, const struct evx_bundle_walk_finding *f)
{
	struct first *first = ctx;

	if (first->err != EVX_OK)
		return;
	(void)snprintf(first->text, sizeof(first->text), "%s %.400s", f->code, f->say->text);
	first->severity = f->severity;
	first->err = f->err;
}

/* The first finding of a walk of "recipe": its code in front. A missing pack whose length nobody
 * knows has others behind it. */
static struct first finding(bool recipes)
{
	struct first first = { "", EVX_WALK_REMARK, EVX_OK };
	struct evx_bundle_walk_opts opts = { .jobs = 1, .finding = keep_first, .ctx = &first };
	struct evx_bundle_walk_result result;
	struct evx_bundle *b = open_bundle("recipe", recipes);

	assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
	evx_bundle_free(b);
	return first;
}

static void expect(
	bool recipes, const char *code, enum evx_bundle_walk_severity severity, enum evx_err err)
{
	struct first first = finding(recipes);

	if (strncmp(first.text, code, strlen(code)) != 0 || first.severity != severity ||
		first.err != err)
		fail_msg("expected %s, found %s", code, first.text);
}

/* Begins an append to "recipe" after a walk, and takes it back. */
static enum evx_err append_to_it(bool recipes)
{
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	struct evx_bundle_walk_result result;
	struct evx_append *a;
	enum evx_err err;
	int fd = open_scratch("recipe");

	assert_int_equal(evx_append_open_dir(fd, SIM_UUID, &a, NULL), EVX_OK);
	close(fd);
	if (recipes)
		assert_int_equal(
			evx_bundle_set_recipes(evx_append_bundle(a), &reader, NULL), EVX_OK);
	assert_int_equal(evx_bundle_walk(evx_append_bundle(a), &opts, &result, NULL), EVX_OK);
	assert_true(result.bad > 0);
	err = evx_append_begin(a, NULL);
	evx_append_free(a);
	return err;
}

/* Needs "recipe" of the test before. */
static void faults(void **state)
{
	char recipe[160], pack[160], extra[160];
	struct evx_buf text = EVX_BUF_INIT, wrong = EVX_BUF_INIT;
	uint8_t hash[32], other[32] = { 7 };
	struct evx_bundle *b;
	struct evx_diag diag = { 0 };
	struct first first;
	struct seen s;

	(void)state;
	evx_sha256(bytes + LEN0, LEN1, hash);
	name_of("recipe", hash, ".recipe", recipe);
	name_of("recipe", hash, ".pack", pack);
	recipe_of(hash, &text);
	/* Nobody who reads it. */
	first = finding(false);
	assert_non_null(strstr(first.text, "data that other exhibits share"));
	assert_int_equal(strncmp(first.text, "D-MISSING", 9), 0);
	assert_int_equal(first.err, EVX_E_TRUNCATED);
	b = open_bundle("recipe", false);
	assert_int_equal(evx_bundle_open_index(b, &(enum evx_bundle_source){ 0 }, NULL), EVX_OK);
	assert_int_equal(evx_bundle_set_sequences(b, LEN0, LEN1, NULL), EVX_OK);
	assert_int_equal(evx_bundle_payload_read(b, 1, 0, other, 1, &diag), EVX_E_NOT_FOUND);
	assert_non_null(strstr(diag.text, "data that other exhibits share"));
	evx_bundle_free(b);
	/* No key. */
	locked = true;
	expect(true, "D-IO", EVX_WALK_UNCHECKED, EVX_E_KEY);
	locked = false;
	/* A recipe for another pack, or none at all. */
	recipe_of(other, &wrong);
	scratch_file(&scratch, recipe, wrong.data, wrong.len);
	expect(true, "D-MISSING recipe: it stands for another pack", EVX_WALK_BAD, EVX_E_TRUNCATED);
	scratch_file(&scratch, recipe, text.data, text.len - 1);
	expect(true, "D-MISSING shared data: expected a line feed", EVX_WALK_BAD, EVX_E_TRUNCATED);
	scratch_file(&scratch, recipe, "", 0);
	expect(true, "D-MISSING shared data: expected \"evx-recipe/1\"", EVX_WALK_BAD,
		EVX_E_TRUNCATED);
	/* The lender's bytes are others, fewer, or gone. */
	scratch_file(&scratch, recipe, text.data, text.len);
	lent[600] ^= 1;
	scratch_file(&scratch, lent_name, lent, LENT);
	expect(true, "D-PACK-HASH", EVX_WALK_BAD, EVX_E_FORGED);
	lent[600] ^= 1;
	scratch_file(&scratch, lent_name, lent, 3000);
	expect(true, "D-TRUNCATED", EVX_WALK_BAD, EVX_E_TRUNCATED);
	assert_int_equal(append_to_it(true), EVX_OK);
	assert_int_equal(unlinkat(scratch.fd, lent_name, 0), 0);
	expect(true, "D-MISSING", EVX_WALK_BAD, EVX_E_TRUNCATED);
	/* Whoever finds that must be able to say so in an event; without the recipe nobody knows
	 * how long the archive is. */
	assert_int_equal(append_to_it(true), EVX_OK);
	assert_int_equal(append_to_it(false), EVX_E_CORRUPT);
	scratch_file(&scratch, lent_name, lent, LENT);
	/* A recipe that is a link. */
	assert_int_equal(unlinkat(scratch.fd, recipe, 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", scratch.fd, recipe), 0);
	expect(true, "D-MISSING", EVX_WALK_BAD, EVX_E_TRUNCATED);
	expect(false, "D-MISSING", EVX_WALK_BAD, EVX_E_TRUNCATED);
	assert_int_equal(unlinkat(scratch.fd, recipe, 0), 0);
	/* Neither. */
	expect(true, "D-MISSING", EVX_WALK_BAD, EVX_E_TRUNCATED);
	/* Both: the pack counts, also a wrong one, whatever the recipe is. */
	scratch_file(&scratch, recipe, "anything", 8);
	scratch_file(&scratch, pack, bytes + LEN0, LEN1);
	s = walk("recipe", true);
	assert_string_equal(s.text, "");
	scratch_file(&scratch, pack, bytes, LEN1);
	expect(true, "D-PACK-HASH", EVX_WALK_BAD, EVX_E_FORGED);
	scratch_file(&scratch, pack, bytes + LEN0, LEN1);
	/* A recipe for no pack of this bundle, and one whose name is none. */
	name_of("recipe", other, ".recipe", extra);
	scratch_file(&scratch, extra, text.data, text.len);
	expect(true, "D-EXTRA", EVX_WALK_REMARK, EVX_E_CORRUPT);
	assert_int_equal(unlinkat(scratch.fd, extra, 0), 0);
	scratch_file(&scratch, "recipe/x.recipe", "x", 1);
	expect(true, "D-EXTRA", EVX_WALK_REMARK, EVX_E_CORRUPT);
	evx_buf_free(&text);
	evx_buf_free(&wrong);
}

/* More recipes than are kept at a time. */
static void many(void **state)
{
	enum { N = 20 };
	struct evx_recipes *recipes;
	struct evx_pack_file files[N], again;
	struct evx_directory *d;
	char path[160];
	uint8_t hash[32] = { 0 }, byte;
	size_t got;
	int fd;

	(void)state;
	scratch_dir(&scratch, "many");
	scratch_dir(&scratch, "many/data");
	for (uint8_t i = 0; i < N; i++) {
		struct evx_buf text = EVX_BUF_INIT;

		hash[0] = i;
		name_of("many", hash, ".recipe", path);
		assert_int_equal(evx_recipe_begin(&text, hash, 1), EVX_OK);
		assert_int_equal(evx_recipe_add_bytes(&text, &i, 1), EVX_OK);
		scratch_file(&scratch, path, text.data, text.len);
		evx_buf_free(&text);
	}
	fd = open_scratch("many");
	assert_int_equal(evx_directory_open(fd, &d, NULL), EVX_OK);
	close(fd);
	assert_int_equal(evx_recipes_new(&reader, &recipes, NULL), EVX_OK);
	for (uint8_t i = 0; i < N; i++) {
		hash[0] = i;
		assert_int_equal(evx_pack_file_open(d, recipes, hash, &files[i], NULL), EVX_OK);
	}
	for (uint8_t i = 0; i < N; i++) {
		hash[0] = i;
		assert_int_equal(evx_pack_file_open(d, recipes, hash, &again, NULL), EVX_OK);
		assert_int_equal(evx_pack_file_read(&files[i], 0, &byte, 1, &got, NULL), EVX_OK);
		assert_true(got == 1 && byte == i);
		assert_int_equal(evx_pack_file_read(&again, 1, &byte, 1, &got, NULL), EVX_OK);
		assert_int_equal(got, 0);
		evx_pack_file_close(&again);
		evx_pack_file_close(&files[i]);
	}
	evx_recipes_free(recipes);
	evx_directory_close(d);
}

static int set_up(void **state)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	char name[EVX_MEMBER_NAME_CAP];

	(void)state;
	scratch = scratch_make();
	bytes = malloc(2 * (size_t)EVX_PACK_LEN + 1900);
	if (bytes == NULL)
		return -1;
	for (size_t i = 0; i < 2 * (size_t)EVX_PACK_LEN + 1900; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 12) + (i >> 25));
	for (size_t i = 0; i < LENT; i++)
		lent[i] = (uint8_t)(i * 3 + i / 256);
	memcpy(lent + 500, bytes + LEN0 + OWN, LEN1 - OWN);
	evx_sha256(lent, LENT, lent_hash);
	memcpy(id.hash, lent_hash, 32);
	assert_int_equal(evx_member_name(&id, name), EVX_OK);
	(void)snprintf(lent_name, sizeof(lent_name), "lender/%s", name);
	scratch_dir(&scratch, "lender");
	scratch_dir(&scratch, "lender/data");
	scratch_file(&scratch, lent_name, lent, LENT);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	free(bytes);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(books),
		cmocka_unit_test(refused),
		cmocka_unit_test(complete),
		cmocka_unit_test(faults),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
