/* What a bundle is put together from: positions of the payload in packs, members by name, and the
 * files of the unpacked form (bundle/bundle.h, bundle/directory.h). */
#include "bundle/bundle_inner.h"
#include "bundle/directory.h"
#include "container.h"

#define P ((uint64_t)EVX_PACK_LEN)
#define MOST 6

static struct scratch s;

static int set_up(void **state)
{
	(void)state;
	s = scratch_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&s);
	return 0;
}

/* ---- The payload */

/* A bundle with so many packs of sequence 0 and of sequence 1, each sequence's last one short; of
 * pack i nothing is there where gone has a '-' at i. */
static struct evx_bundle *packs_of(struct evx_bundle *b, uint64_t n0, uint64_t n1, const char *gone)
{
	const uint64_t len0 = n0 > 0 ? n0 * P - 5 : 0, len1 = n1 > 0 ? n1 * P - 7 : 0;

	memset(b, 0, sizeof(*b));
	b->form = EVX_BUNDLE_DIRECTORY;
	b->source = EVX_BUNDLE_BY_WALK;
	for (uint64_t i = 0; i < n0 + n1; i++) {
		const struct evx_bundle_pack pack = { .length = i + 1 == n0 ? P - 5 :
				i + 1 == n0 + n1                            ? P - 7 :
									      P,
			.missing = gone[i] == '-' };

		assert_int_equal(evx_bundle_add_pack(b, &pack), EVX_OK);
		assert_int_equal(b->packs[i].position, i * P - (i >= n0 && n0 > 0 ? 5 : 0));
	}
	b->packs_count = n0 + n1;
	assert_int_equal(evx_bundle_payload_length(b), len0 + len1);
	assert_int_equal(evx_bundle_set_sequences(b, len0, len1, NULL), EVX_OK);
	return b;
}

/* Each position at the borders of packs, for each set of packs that are missing. */
static void test_present(void **state)
{
	static const uint64_t shapes[][2] = { { 3, 3 }, { 4, 0 }, { 1, 2 }, { 2, 1 } };

	(void)state;
	for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++)
		for (unsigned set = 0; set < 1u << (shapes[k][0] + shapes[k][1]); set++) {
			char gone[MOST + 1] = "......";
			struct evx_payload_source src;
			struct evx_bundle b;

			for (size_t i = 0; i < MOST; i++)
				gone[i] = (set >> i & 1) != 0 ? '-' : '.';
			src = evx_bundle_payload(packs_of(&b, shapes[k][0], shapes[k][1], gone));
			assert_int_equal(src.present != NULL, set != 0);
			for (uint32_t q = 0; q < 2 && src.present != NULL; q++)
				for (uint64_t i = 0; i < 3 * shapes[k][q]; i++) {
					const uint64_t n = shapes[k][q], pack = i / 3,
						       first = q == 0 ? 0 : shapes[k][0],
						       at = pack * P + (i % 3 == 2 ? P - 9 : i % 3);
					uint64_t from = pack, to, end = 0, found;

					while (from < n && gone[first + from] == '-')
						from++;
					for (to = from; to < n && gone[first + to] != '-';)
						to++;
					found = src.present(src.ctx, q, at, &end);
					if (from == n) {
						assert_true(found == UINT64_MAX);
						continue;
					}
					assert_true(found == (from == pack ? at : from * P));
					assert_true(
						end == (to == n ? src.sequence_len[q] : to * P));
				}
			free(b.packs);
		}
}

/* What the packs' lengths suggest. */
static void test_guess(void **state)
{
	static const uint64_t shapes[][2] = { { 3, 2 }, { 1, 1 }, { 1, 3 } };
	struct evx_bundle b;
	uint64_t len0, len1;

	(void)state;
	for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
		(void)packs_of(&b, shapes[k][0], shapes[k][1], "......");
		evx_bundle_guess_sequences(&b, &len0, &len1);
		assert_true(len0 == shapes[k][0] * P - 5 && len1 == shapes[k][1] * P - 7);
		b.packs[shapes[k][0] - 1].length += 5; /* no pack of sequence 0 is short */
		b.payload_len += 5;
		for (size_t i = shapes[k][0]; i < b.packs_listed; i++)
			b.packs[i].position += 5;
		evx_bundle_guess_sequences(&b, &len0, &len1);
		assert_true(len0 == b.payload_len && len1 == 0);
		free(b.packs);
	}
	memset(&b, 0, sizeof(b));
	evx_bundle_guess_sequences(&b, &len0, &len1);
	assert_true(len0 == 0 && len1 == 0);
}

static void test_sequences(void **state)
{
	struct evx_diag diag = { 0 };
	struct evx_bundle b;
	uint8_t byte;

	(void)state;
	(void)packs_of(&b, 2, 2, "....");
	/* The right sums in the wrong packs; sums that are wrong. */
	b.packs[0].length--;
	b.packs[1].length++;
	assert_int_equal(evx_bundle_set_sequences(&b, 2 * P - 5, 2 * P - 7, &diag), EVX_E_CORRUPT);
	assert_non_null(strstr(diag.text, "pack 0 has"));
	b.packs[0].length++;
	b.packs[1].length--;
	b.packs[3].length--;
	assert_int_equal(evx_bundle_set_sequences(&b, 2 * P - 5, 2 * P - 7, NULL), EVX_E_CORRUPT);
	b.packs[3].length++;
	assert_int_equal(evx_bundle_set_sequences(&b, 2 * P - 6, 2 * P - 7, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_bundle_set_sequences(&b, 2 * P - 5, 2 * P - 6, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_bundle_set_sequences(&b, 4 * P - 11, UINT64_MAX, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_bundle_set_sequences(&b, 4 * P - 12, 0, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_bundle_set_sequences(&b, 2 * P - 5, 2 * P - 7, NULL), EVX_OK);
	/* Where a pack is, is not known. */
	assert_int_equal(evx_bundle_pack_read(&b, 4, 0, &byte, 1, NULL), EVX_E_USAGE);
	b.form = EVX_BUNDLE_STREAM;
	assert_int_equal(evx_bundle_pack_read(&b, 0, 0, &byte, 1, NULL), EVX_E_USAGE);
	assert_int_equal(evx_bundle_payload_read(&b, 0, 0, &byte, 1, &diag), EVX_E_USAGE);
	b.source = EVX_BUNDLE_NOT_LOADED;
	assert_int_equal(evx_bundle_set_sequences(&b, 2 * P - 5, 2 * P - 7, NULL), EVX_E_USAGE);
	free(b.packs);
}

/* Pack i begins and ends with four bytes i + 1. What is read across packs comes from both. */
static void test_across_packs(void **state)
{
	enum { PACKS = 3 };
	uint8_t bytes[8], mark[4];
	struct evx_diag diag = { 0 };
	struct evx_bundle_pack pack;
	enum evx_bundle_source source;
	struct evx_bundle *b;
	int fd;

	(void)state;
	assert_int_equal(sim_sparse(scratch_at(&s, "sparse.evx"), PACKS, true, NULL), EVX_OK);
	assert_int_equal(evx_bundle_open(scratch_at(&s, "sparse.evx"), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_open_index(b, &source, NULL), EVX_OK);
	fd = openat(s.fd, "sparse.evx", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (uint64_t i = 0; i < PACKS; i++) {
		pack = evx_bundle_pack(b, i);
		memset(mark, (int)i + 1, 4);
		assert_int_equal(pwrite(fd, mark, 4, (off_t)pack.content), 4);
		assert_int_equal(pwrite(fd, mark, 4, (off_t)(pack.content + P - 4)), 4);
	}
	(void)close(fd);
	assert_int_equal(evx_bundle_set_sequences(b, 2 * P, P, NULL), EVX_OK);
	for (uint64_t back = 0; back <= 4; back++) {
		assert_int_equal(evx_bundle_payload_read(b, 0, P - back, bytes, 4, NULL), EVX_OK);
		for (uint64_t i = 0; i < 4; i++)
			assert_int_equal(bytes[i], i < back ? 1 : 2);
	}
	assert_int_equal(evx_bundle_payload_read(b, 0, 2 * P - 4, bytes, 4, NULL), EVX_OK);
	assert_int_equal(bytes[0] + bytes[3], 4);
	assert_int_equal(evx_bundle_payload_read(b, 0, 2 * P - 4, bytes, 5, NULL), EVX_E_TRUNCATED);
	assert_int_equal(evx_bundle_payload_read(b, 1, 0, bytes, 4, NULL), EVX_OK);
	assert_int_equal(bytes[0] + bytes[3], 6);
	assert_int_equal(evx_bundle_payload_read(b, 1, P - 4, bytes, 4, NULL), EVX_OK);
	assert_int_equal(bytes[0] + bytes[3], 6);
	for (uint64_t i = 0; i < PACKS; i++) {
		assert_int_equal(evx_bundle_pack_read(b, i, P - 4, bytes, 4, NULL), EVX_OK);
		assert_int_equal(bytes[3], i + 1);
		assert_int_equal(evx_bundle_pack_read(b, i, P, bytes, 0, NULL), EVX_OK);
		assert_int_equal(
			evx_bundle_pack_read(b, i, P - 3, bytes, 4, &diag), EVX_E_TRUNCATED);
		assert_int_equal(
			evx_bundle_pack_read(b, i, P + 1, bytes, 0, NULL), EVX_E_TRUNCATED);
	}
	assert_non_null(strstr(diag.text, "pack 0: expected 4 bytes"));
	/* A file that got shorter meanwhile. */
	pack = evx_bundle_pack(b, 1);
	assert_int_equal(truncate(scratch_at(&s, "sparse.evx"), (off_t)(pack.content + P - 2)), 0);
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_bundle_pack_read(b, 1, P - 4, bytes, 4, &diag), EVX_E_TRUNCATED);
	assert_non_null(strstr(diag.text, "pack 1: expected 4 bytes"));
	evx_bundle_free(b);
}

/* ---- Members by name */

static void test_by_name(void **state)
{
	(void)state;
	for (size_t n = 0; n < 8; n++) {
		struct evx_bundle b;
		struct evx_bundle_slot *slot;

		memset(&b, 0, sizeof(b));
		assert_null(evx_bundle_find(&b, "m")); /* while they come in */
		for (size_t i = 0; i < n; i++) {       /* not in their order */
			struct evx_bundle_member m = { .size = 100 + i * 5 % 7 };

			(void)snprintf(m.name, sizeof(m.name), "m%zu", i * 5 % 7);
			assert_int_equal(evx_bundle_add(&b, &m, &slot), EVX_OK);
			assert_string_equal(slot->member.name, m.name);
		}
		assert_int_equal(evx_bundle_seal_list(&b), EVX_OK);
		assert_int_equal(evx_bundle_count(&b), n);
		assert_null(evx_bundle_at(&b, n));
		for (size_t i = 0; i < 7; i++) {
			const struct evx_bundle_member *m;
			char name[8];
			bool there = false;

			for (size_t k = 0; k < n; k++)
				there = there || k * 5 % 7 == i;
			(void)snprintf(name, sizeof(name), "m%zu", i);
			m = evx_bundle_find(&b, name);
			assert_int_equal(m != NULL, there);
			if (m != NULL)
				assert_int_equal(m->size, 100 + i);
			(void)snprintf(name, sizeof(name), "m%zu+", i);
			assert_null(evx_bundle_find(&b, name));
		}
		assert_null(evx_bundle_find(&b, ""));
		assert_null(evx_bundle_find(&b, "z"));
		free(b.by_name);
		free(b.slots);
	}
}

static void test_split_path(void **state)
{
	char uuid[EVX_UUID_LEN + 1] = "", other[] = SIM_UUID "/x";

	(void)state;
	assert_false(evx_bundle_split_path("", uuid));
	assert_false(evx_bundle_split_path(SIM_UUID, uuid));
	assert_false(evx_bundle_split_path(SIM_UUID "x/", uuid));
	assert_false(evx_bundle_split_path("x" SIM_UUID "/", uuid));
	other[3] = 'X';
	assert_false(evx_bundle_split_path(other, uuid));
	assert_string_equal(uuid, "");
	assert_true(evx_bundle_split_path(SIM_UUID "/x", uuid));
	assert_string_equal(uuid, SIM_UUID);
	assert_true(evx_bundle_split_path(SIM_UUID "/", uuid));
	memcpy(other, SIM_UUID, EVX_UUID_LEN);
	other[EVX_UUID_LEN - 1] ^= 1; /* another digit at its end */
	assert_false(evx_bundle_split_path(other, uuid));
	assert_string_equal(uuid, SIM_UUID);
}

/* ---- The unpacked form */

struct names {
	char text[600];
	size_t stop_at; /* 0: never */
	size_t n;
};

static enum evx_err add_name(void *ctx, const char *name)
{
	struct names *all = ctx;
	const size_t at = strlen(all->text);

	(void)snprintf(all->text + at, sizeof(all->text) - at, "<%s>", name);
	return ++all->n == all->stop_at ? EVX_E_LIMIT : EVX_OK;
}

static void tree_make(void)
{
	static const char *const dirs[] = { "b", "b/custody", "b/data", "b/keys", "b/origin",
		"b/origin/custody", "b/origin/data", "b/other" };
	static const char *const files[] = { "b/top", "b/custody/c", "b/data/d", "b/keys/kk",
		"b/origin/ooo", "b/origin/custody/cccc", "b/origin/data/no", "b/other/no",
		"b/custody/data" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		scratch_dir(&s, dirs[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		scratch_file(&s, files[i], files[i], strlen(files[i]));
}

static struct evx_directory *directory_open(const char *name)
{
	const int fd = openat(s.fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct evx_directory *d;

	assert_true(fd >= 0);
	assert_int_equal(evx_directory_open(fd, &d, NULL), EVX_OK);
	(void)close(fd);
	return d;
}

static void all_names(const struct evx_directory *d, const char *const *expected, size_t n)
{
	struct names all = { "", 0, 0 };
	size_t len = 0;

	assert_int_equal(evx_directory_each(d, add_name, &all, NULL), EVX_OK);
	for (size_t i = 0; i < n; i++) {
		if (strstr(all.text, expected[i]) == NULL)
			fail_msg("no %s in %s", expected[i], all.text);
		len += strlen(expected[i]);
	}
	if (strlen(all.text) != len)
		fail_msg("more than expected in %s", all.text);
}

static void test_directory_names(void **state)
{
	static const char *const whole[] = { "<top>", "<other>", "<custody/c>", "<custody/data>",
		"<data/d>", "<keys/kk>", "<origin/ooo>", "<origin/data>", "<origin/custody/cccc>" },
				 *const less[] = { "<top>", "<other>", "<custody/c>",
					 "<custody/data>", "<data/d>", "<keys>", "<origin>" };
	struct evx_directory *d;
	struct names all;

	(void)state;
	tree_make();
	d = directory_open("b");
	all_names(d, whole, sizeof(whole) / sizeof(whole[0]));
	/* What is called says when it has enough. */
	for (size_t stop = 1; stop <= 9; stop++) {
		all = (struct names){ "", stop, 0 };
		assert_int_equal(evx_directory_each(d, add_name, &all, NULL), EVX_E_LIMIT);
		assert_int_equal(all.n, stop);
	}
	evx_directory_close(d);
	/* A folder that is a link or a file is a name like others. */
	assert_int_equal(renameat(s.fd, "b/keys", s.fd, "away"), 0);
	assert_int_equal(symlinkat("../away", s.fd, "b/keys"), 0);
	assert_int_equal(renameat(s.fd, "b/origin", s.fd, "b/other/origin"), 0);
	scratch_file(&s, "b/origin", "x", 1);
	d = directory_open("b");
	all_names(d, less, sizeof(less) / sizeof(less[0]));
	evx_directory_close(d);
	evx_directory_close(NULL);
	scratch_run((const char *const[]){ "rm", "-r", "--", scratch_at(&s, "b"), NULL });
	scratch_run((const char *const[]){ "rm", "-r", "--", scratch_at(&s, "away"), NULL });
}

static void test_directory_members(void **state)
{
	static const struct {
		const char *name;
		enum evx_err err;
	} rows[] = { { "top", EVX_OK }, { "custody/c", EVX_OK }, { "data/d", EVX_OK },
		{ "keys/kk", EVX_OK }, { "origin/ooo", EVX_OK }, { "origin/custody/cccc", EVX_OK },
		{ "origin/data/no", EVX_E_NOT_FOUND }, { "other/no", EVX_E_NOT_FOUND },
		{ "custod/c", EVX_E_NOT_FOUND }, { "custodyx/c", EVX_E_NOT_FOUND },
		{ "data/c", EVX_E_NOT_FOUND }, { "data", EVX_E_CORRUPT }, { "link", EVX_E_CORRUPT },
		{ "pipe", EVX_E_CORRUPT } };
	struct evx_directory *d;

	(void)state;
	tree_make();
	assert_int_equal(symlinkat("top", s.fd, "b/link"), 0);
	assert_int_equal(mkfifoat(s.fd, "b/pipe", 0600), 0);
	d = directory_open("b");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evx_diag diag = { 0 };
		char path[64], bytes[64];
		uint64_t size = 99;
		int fd = 99;

		if (evx_directory_member(d, rows[i].name, &fd, &size, &diag) != rows[i].err)
			fail_msg("%s: %s", rows[i].name, diag.text);
		(void)snprintf(path, sizeof(path), "b/%s", rows[i].name);
		if (rows[i].err != EVX_OK) {
			assert_int_equal(fd, -1);
			assert_int_equal(size, 0);
			assert_string_equal(diag.path, rows[i].name);
			continue;
		}
		assert_int_equal(size, strlen(path));
		assert_int_equal(read(fd, bytes, sizeof(bytes)), strlen(path));
		assert_memory_equal(bytes, path, strlen(path));
		(void)close(fd);
	}
	evx_directory_close(d);
	scratch_run((const char *const[]){ "rm", "-r", "--", scratch_at(&s, "b"), NULL });
}

static void test_last_index(void **state)
{
	static const char *const names[] = { "index-0002", "index-0000", "index-0010",
		"index-0009" };
	static const unsigned last[] = { 2, 2, 10, 10 };
	struct evx_directory *d;
	unsigned group = 99;

	(void)state;
	scratch_dir(&s, "i");
	scratch_dir(&s, "i/data");
	scratch_file(&s, "i/index-10000", "x", 1);
	scratch_file(&s, "i/append-0099", "x", 1);
	scratch_file(&s, "i/data/index-0099", "x", 1);
	d = directory_open("i");
	assert_int_equal(evx_directory_last_index(d, &group, NULL), EVX_E_NOT_OURS);
	assert_int_equal(group, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "i/%s", names[i]);
		scratch_file(&s, path, "x", 1);
		assert_int_equal(evx_directory_last_index(d, &group, NULL), EVX_OK);
		assert_int_equal(group, last[i]);
	}
	evx_directory_close(d);
}

static void test_real_name(void **state)
{
	struct evx_diag diag = { 0 };
	char *name = NULL;
	int fd = 99;

	(void)state;
	scratch_dir(&s, "real");
	scratch_dir(&s, "real/below");
	scratch_file(&s, "real/file", "x", 1);
	assert_int_equal(symlinkat("real/below", s.fd, "short"), 0);
	assert_int_equal(
		evx_directory_open_real(scratch_at(&s, "short/."), &fd, &name, NULL), EVX_OK);
	assert_string_equal(name, "below");
	assert_int_equal(faccessat(fd, "../file", F_OK, 0), 0);
	free(name);
	(void)close(fd);
	assert_int_equal(evx_directory_open_real("/", &fd, &name, NULL), EVX_OK);
	assert_string_equal(name, "");
	free(name);
	(void)close(fd);
	assert_int_equal(evx_directory_open_real(scratch_at(&s, "none"), &fd, &name, &diag),
		EVX_E_NOT_FOUND);
	assert_int_equal(fd, -1);
	assert_null(name);
	assert_non_null(strstr(diag.path, "/none"));
	assert_int_equal(
		evx_directory_open_real(scratch_at(&s, "real/file"), &fd, &name, NULL), EVX_E_IO);
	assert_int_equal(fd, -1);
	assert_null(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_present),
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_across_packs),
		cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_split_path),
		cmocka_unit_test(test_directory_names),
		cmocka_unit_test(test_directory_members),
		cmocka_unit_test(test_last_index),
		cmocka_unit_test(test_real_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
