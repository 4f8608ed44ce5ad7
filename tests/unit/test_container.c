/* bundle/bundle_walk.h: what the walk finds in damaged and hostile containers. */
#include "bundle/sequences.h"
#include "container.h"
#include "sampled.h"

#include <sys/mman.h>

static struct scratch scratch;
static struct evx_buf good = EVX_BUF_INIT;

static int set_up(void **state)
{
	(void)state;
	scratch = scratch_make();
	small_bundle(&scratch, &good);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	evx_buf_free(&good);
	scratch_remove(&scratch);
	return 0;
}

static int memory_file(const void *p, size_t n)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(pwrite(fd, p, n, 0) == (ssize_t)n);
	return fd;
}

static void test_good(void **state)
{
	int fd = memory_file(good.data, good.len);
	struct seen file = walk_fd(fd), stream = walk_pipe(good.data, good.len);

	(void)state;
	close(fd);
	assert_int_equal(file.err, EVX_OK);
	assert_string_equal(file.text, "");
	assert_true(file.result.reached_end && file.length == good.len && file.groups == 1 &&
		file.members == 12 && file.packs == 1);
	assert_int_equal(stream.err, EVX_OK);
	assert_string_equal(stream.text, "");
	assert_true(stream.result.reached_end && stream.length == good.len && stream.members == 12);
}

/* Marks the bytes that only the custody chain fixes: contents of custody files. */
static void mark_custody(bool *free_byte)
{
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	struct evx_bundle_walk_result result;
	struct evx_bundle *b;
	size_t i, j;

	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "small.evx"), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
	for (i = 0; i < evx_bundle_count(b); i++) {
		const struct evx_bundle_member *m = evx_bundle_at(b, i);

		if (strncmp(m->name, "custody/", 8) == 0)
			for (j = 0; j < m->size; j++)
				free_byte[m->offset + 512 + j] = true;
	}
	evx_bundle_free(b);
}

/* No byte is free: every one that is changed is found, alike in a file and on a pipe. */
static void test_every_byte(void **state)
{
	bool *free_byte = calloc(good.len, 1);
	int fd = memory_file(good.data, good.len);
	char seal[SIM_SEAL_CAP];
	size_t i, unfound = 0;

	(void)state;
	assert_non_null(free_byte);
	sim_seal_json(700, 0, seal);
	mark_custody(free_byte);
	for (i = 0; i < good.len; i += EVERY(13)) {
		uint8_t was = good.data[i];
		struct seen file, stream;

		good.data[i] ^= (uint8_t)(1u << (i % 8));
		assert_true(pwrite(fd, good.data + i, 1, (off_t)i) == 1);
		file = walk_fd(fd);
		stream = walk_pipe(good.data, good.len);
		assert_int_equal(file.err, stream.err);
		assert_string_equal(file.text, stream.text);
		if (file.err == EVX_OK && file.result.bad == 0) {
			unfound++;
			if (!free_byte[i])
				fail_msg("byte %zu: changed and not found", i);
		} else if (free_byte[i] && strncmp(file.text, "D-PACK-LENGTH ", 14) == 0) {
			unfound++; /* a digit of what the seal says of the packs */
		} else if (free_byte[i]) {
			fail_msg("byte %zu: custody is not the container's: %s", i, file.text);
		}
		good.data[i] = was;
		assert_true(pwrite(fd, &was, 1, (off_t)i) == 1);
	}
	assert_true(EVERY(13) > 1 || unfound == strlen(seal) + 39 + 41 + 36);
	close(fd);
	free(free_byte);
}

/* Cut off anywhere it is truncated, at no length something else. */
static void test_every_cut(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n < good.len; n += EVERY(13)) {
		int fd = memory_file(good.data, n);
		struct seen file = walk_fd(fd), stream = walk_pipe(good.data, n);

		close(fd);
		assert_int_equal(file.err, stream.err);
		assert_string_equal(file.text, stream.text);
		if (n == 0) {
			assert_int_equal(file.err, EVX_E_NOT_OURS);
			continue;
		}
		assert_int_equal(file.err, EVX_OK);
		if (strncmp(file.text, "D-TRUNCATED", 11) != 0 &&
			strstr(file.text, ";D-TRUNCATED") == NULL)
			fail_msg("cut at %zu: %s", n, file.text);
		assert_false(file.result.reached_end);
	}
}

/* Bytes behind the end: zeros are remarked, one other byte anywhere is more than that. */
static void test_trailing(void **state)
{
	static const struct {
		size_t zeros;
		bool last;
	} tails[] = { { 0, true }, { 1, false }, { 511, true }, { 2000, false }, { 2000, true },
		{ 16384, false }, { 16384, true }, { 40000, true } };
	uint8_t *longer = calloc(good.len + 50000, 1);
	size_t i;

	(void)state;
	assert_non_null(longer);
	memcpy(longer, good.data, good.len);
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		const size_t tail = tails[i].zeros + tails[i].last;
		struct seen file, stream;
		int fd;

		longer[good.len + tails[i].zeros] = tails[i].last ? 'x' : 0;
		fd = memory_file(longer, good.len + tail);
		file = walk_fd(fd);
		stream = walk_pipe(longer, good.len + tail);
		longer[good.len + tails[i].zeros] = 0;
		assert_string_equal(file.text, "D-TRAILING ;");
		assert_string_equal(stream.text, "D-TRAILING ;");
		assert_true(file.result.bad == 0 && file.result.unchecked == 0 &&
			file.length == good.len);
		assert_true(file.result.gaps == tails[i].last &&
			file.result.remarks == !tails[i].last &&
			file.result.foreign == tails[i].last);
		assert_true(stream.result.gaps == tails[i].last &&
			stream.result.remarks == !tails[i].last &&
			stream.result.foreign == tails[i].last);
		assert_true(file.result.trailing == tail && stream.result.trailing == tail);
		close(fd);
	}
	free(longer);
}

/* EVX_TAIL_MAX: 64 MiB of zeros are looked at; of more nobody says that they are zeros. */
static void test_long_tail(void **state)
{
	const off_t most = (off_t)64 << 20;
	int fd = memory_file(good.data, good.len);
	struct seen s;

	(void)state;
	assert_int_equal(ftruncate(fd, (off_t)good.len + most), 0);
	s = walk_fd(fd);
	assert_true(s.result.remarks == 1 && s.result.gaps == 0 && !s.result.foreign);
	assert_int_equal(ftruncate(fd, (off_t)good.len + most + 1), 0);
	s = walk_fd(fd);
	assert_true(s.result.remarks == 0 && s.result.gaps == 1 && s.result.foreign &&
		s.result.trailing == (uint64_t)most + 1);
	close(fd);
}

static void test_not_ours(void **state)
{
	static const char *const texts[] = { "", "x", "PK\3\4", "bagit.txx" };
	uint8_t zeros[2048] = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(walk_pipe(texts[i], strlen(texts[i])).err, EVX_E_NOT_OURS);
	assert_int_equal(walk_pipe(zeros, sizeof(zeros)).err, EVX_E_NOT_OURS);
	memset(zeros, 'x', sizeof(zeros));
	assert_int_equal(walk_pipe(zeros, sizeof(zeros)).err, EVX_E_NOT_OURS);
	/* A header of the right form, but of no bundle. */
	assert_int_equal(evx_tar_encode("some/file", 0, zeros), EVX_OK);
	assert_int_equal(walk_pipe(zeros, sizeof(zeros)).err, EVX_E_NOT_OURS);
}

/* Archives put together by hand: a list of names, each with its content. */
struct piece {
	const char *name;
	const char *text;
};

static struct seen walk_pieces(const struct piece *pieces, size_t n)
{
	struct evx_buf out = EVX_BUF_INIT;
	uint8_t block[EVX_TAR_BLOCK];
	char path[EVX_TAR_PATH_CAP];
	struct seen s;
	size_t i;

	for (i = 0; i < n; i++) {
		size_t len = strlen(pieces[i].text);

		(void)snprintf(path, sizeof(path), SIM_UUID "/%s", pieces[i].name);
		assert_int_equal(evx_tar_encode(path, len, block), EVX_OK);
		assert_int_equal(evx_buf_add(&out, block, sizeof(block)), EVX_OK);
		memset(block, 0, sizeof(block));
		assert_int_equal(evx_buf_add(&out, pieces[i].text, len), EVX_OK);
		assert_int_equal(evx_buf_add(&out, block, (512 - len % 512) % 512), EVX_OK);
	}
	memset(block, 0, sizeof(block));
	assert_int_equal(evx_buf_add(&out, block, sizeof(block)), EVX_OK);
	assert_int_equal(evx_buf_add(&out, block, sizeof(block)), EVX_OK);
	s = walk_pipe(out.data, out.len);
	evx_buf_free(&out);
	return s;
}

#define BAGIT \
	{ \
		"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n" \
	}
#define D "18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4" /* of "d" */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define PACK \
	{ \
		"data/" ABC ".pack", "abc" \
	}
#define LINE ABC "  data/" ABC ".pack\n"

static void test_handmade(void **state)
{
	static const struct piece duplicate[] = { BAGIT, { "README.txt", "a" },
		{ "README.txt", "b" } };
	static const struct piece again[] = { BAGIT, { "README.txt", "a" },
		{ "keys/0000-custody.age", "c" }, { "bagit.txt", "x" } };
	static const struct piece twins[] = { BAGIT, { "README.txt", "a" },
		{ "keys/0000-custody.age", "c" }, { "keys/0000-content.age", "c" }, PACK, PACK,
		{ "manifest-sha256.txt", LINE LINE }, { "bag-info.txt", "Payload-Oxum: 6.2\n" } };
	static const struct piece swapped[] = { { "README.txt", "a" }, BAGIT };
	static const struct piece strange[] = { BAGIT, { "notes.txt", "a" } };
	static const struct piece late[] = { BAGIT, { "README.txt", "a" },
		{ "keys/0000-custody.age", "c" }, { "keys/0000-content.age", "c" }, PACK,
		{ "manifest-sha256.txt", LINE }, PACK };
	static const struct piece wrong[] = { BAGIT, { "README.txt", "\xff" },
		{ "keys/0000-custody.age", "c" }, { "keys/0000-content.age", "c" },
		{ "data/" ABC ".pack", "abd" }, { "manifest-sha256.txt", LINE "x" },
		{ "bag-info.txt", "Payload-Oxum: 4.1\n" }, { "tagmanifest-sha256.txt", "" },
		{ "custody/0000-x.json", "" }, { "custody/0000-x.json.sig1", "" },
		{ "custody/0000-x.record", "" }, { "index-0000", "evx-index/1\n" },
		{ "append-0001", "x" } };
	static const struct piece empty[] = { BAGIT, { "README.txt", "a" },
		{ "keys/0000-custody.age", "c" }, { "keys/0000-content.age", "c" },
		{ "data/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.pack",
			"" } };

	(void)state;
	assert_string_equal(walk_pieces(duplicate, 3).text, "D-DUPLICATE README.txt;D-TRUNCATED ;");
	assert_string_equal(walk_pieces(again, 4).text, "D-DUPLICATE bagit.txt;D-TRUNCATED ;");
	assert_string_equal(
		walk_pieces(twins, 8).text, "D-TRUNCATED ;D-DUPLICATE data/" ABC ".pack;");
	assert_string_equal(
		walk_pieces(swapped, 2).text, "D-ORDER README.txt;D-ORDER bagit.txt;D-TRUNCATED ;");
	assert_string_equal(walk_pieces(strange, 2).text, "D-ORDER ;D-TRUNCATED ;");
	assert_string_equal(
		walk_pieces(late, 7).text, "D-DUPLICATE data/" ABC ".pack;D-TRUNCATED ;");
	assert_string_equal(walk_pieces(wrong, 13).text,
		"D-BAG README.txt;D-MANIFEST manifest-sha256.txt;D-BAG bag-info.txt;"
		"D-TAGMANIFEST tagmanifest-sha256.txt;D-INDEX index-0000;D-JOINT "
		"append-0001;D-TRUNCATED ;D-PACK-HASH data/" ABC ".pack;");
	assert_string_equal(walk_pieces(empty, 5).text,
		"D-PACK-LENGTH "
		"data/"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.pack;D-TRUNCATED "
		";");
}

/* A flood of misplaced members ends the walk. */
static void test_flood(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;
	uint8_t block[EVX_TAR_BLOCK];
	struct evx_bundle *b;
	struct seen s;
	int fd, i;

	(void)state;
	for (i = 0; i < 1500; i++) {
		assert_int_equal(
			evx_tar_encode(
				i == 0 ? SIM_UUID "/bagit.txt" : SIM_UUID "/append-0007", 0, block),
			EVX_OK);
		assert_int_equal(evx_buf_add(&out, block, sizeof(block)), EVX_OK);
	}
	fd = memory_file(out.data, out.len);
	assert_int_equal(evx_bundle_open_fd(fd, "flood", &b, NULL), EVX_OK);
	s = walk_bundle(b, 1);
	close(fd);
	/* bagit.txt with a wrong text, 1000 misplaced, and the end of patience. */
	assert_true(s.result.bad == 1002);
	assert_false(s.result.reached_end);
	evx_buf_free(&out);
}

/* The packs must be as many and as long as the seal says. */
static void test_pack_lengths(void **state)
{
	static const struct {
		uint64_t len[2];
		const char *found;
	} seals[] = {
		{ { 3, 1 }, "" }, { { 2, 1 }, "D-PACK-LENGTH data/" ABC ".pack;" },
		{ { 4, 1 }, "D-PACK-LENGTH data/" ABC ".pack;" },
		{ { 3, 2 }, "D-PACK-LENGTH data/" D ".pack;" },
		{ { 1, 3 }, "D-PACK-LENGTH data/" ABC ".pack;D-PACK-LENGTH data/" D ".pack;" },
		{ { 4, 0 }, "D-PACK-LENGTH ;" }, { { 3, EVX_PACK_LEN + 1 }, "D-PACK-LENGTH ;" },
		{ { 0, 3 }, "" }, /* no seal: for the chain to say */
	};
	char json[SIM_SEAL_CAP];
	struct piece pieces[] = { BAGIT, { "README.txt", "a" }, { "keys/0000-custody.age", "c" },
		{ "keys/0000-content.age", "c" }, { "data/" ABC ".pack", "abc" },
		{ "data/" D ".pack", "d" },
		{ "manifest-sha256.txt", ABC "  data/" ABC ".pack\n" D "  data/" D ".pack\n" },
		{ "bag-info.txt", "Payload-Oxum: 4.2\n" }, { "tagmanifest-sha256.txt", "" },
		{ EVX_SEAL_MEMBER, json } };
	const size_t n = sizeof(pieces) / sizeof(pieces[0]);
	char want[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(seals) / sizeof(seals[0]); i++) {
		sim_seal_json(seals[i].len[0], seals[i].len[1], json);
		(void)snprintf(want, sizeof(want),
			"D-TAGMANIFEST tagmanifest-sha256.txt;D-TRUNCATED ;%s", seals[i].found);
		assert_string_equal(walk_pieces(pieces, n).text, want);
	}
	/* Without a seal nothing is known of them. */
	assert_string_equal(walk_pieces(pieces, 6).text, "D-TRUNCATED ;");
}

static void test_cancel(void **state)
{
	struct evx_bundle_walk_opts opts = { .jobs = 2 };
	struct evx_bundle_walk_result result;
	struct evx_cancel cancel;
	struct evx_bundle *b;

	(void)state;
	atomic_init(&cancel.stop, true);
	opts.cancel = &cancel;
	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "small.evx"), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_E_INTERRUPTED);
	atomic_store(&cancel.stop, false);
	assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
	assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_E_USAGE);
	evx_bundle_free(b);
}

/* GNU tar agrees about what is in a bundle, and what it unpacks is the same bundle; what it packs
 * is none. */
static void test_gnu_tar(void **state)
{
	char command[4096];
	struct seen s;

	(void)state;
	if (system("tar --version 2>/dev/null | grep -q GNU") != 0) {
		print_message("skipped: no GNU tar on PATH\n");
		skip();
	}
	(void)snprintf(command, sizeof(command),
		"cd '%s' && tar -xf small.evx && test $(tar -tf small.evx | wc -l) = 13 && "
		"cd " SIM_UUID " && sha256sum --strict --quiet -c manifest-sha256.txt && sha256sum "
		"--strict --quiet -c tagmanifest-sha256.txt",
		scratch.path);
	assert_int_equal(system(command), 0);
	s = walk_path(scratch_at(&scratch, SIM_UUID), 2);
	assert_int_equal(s.err, EVX_OK);
	assert_string_equal(s.text, "");
	assert_true(s.length == good.len && s.members == 12 && s.packs == 1 && s.groups == 1);
	(void)snprintf(command, sizeof(command),
		"cd '%s' && tar --format=gnu -cf gnu.tar " SIM_UUID
		" && tar --format=ustar -cf ustar.tar " SIM_UUID
		"/bagit.txt && tar --format=pax -cf pax.tar " SIM_UUID,
		scratch.path);
	assert_int_equal(system(command), 0);
	assert_int_equal(walk_path(scratch_at(&scratch, "gnu.tar"), 1).err, EVX_E_NOT_OURS);
	assert_int_equal(walk_path(scratch_at(&scratch, "pax.tar"), 1).err, EVX_E_NOT_OURS);
	assert_int_equal(walk_path(scratch_at(&scratch, "ustar.tar"), 1).err, EVX_E_NOT_OURS);
}

/* Packs of full length, several threads, a wrong one in the middle. */
static void test_packs(void **state)
{
	static const size_t lens[] = { EVX_PACK_LEN, EVX_PACK_LEN, 5 };
	struct evx_writer *w;
	struct seen s;
	int fd;

	(void)state;
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "packs.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_bundle(w, lens, 3, NULL), EVX_OK);
	evx_writer_free(w);
	s = walk_path(scratch_at(&scratch, "packs.evx"), 3);
	assert_string_equal(s.text, "");
	assert_int_equal(s.packs, 3);
	fd = open(scratch_at(&scratch, "packs.evx"), O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(pwrite(fd, "!", 1, 50000000) == 1);
	close(fd);
	s = walk_path(scratch_at(&scratch, "packs.evx"), 3);
	assert_true(s.err == EVX_OK && s.result.bad == 1 && s.result.reached_end);
	assert_memory_equal(s.text, "D-PACK-HASH data/", 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_trailing),
		cmocka_unit_test(test_long_tail),
		cmocka_unit_test(test_not_ours),
		cmocka_unit_test(test_handmade),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_pack_lengths),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_gnu_tar),
		cmocka_unit_test(test_packs),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
