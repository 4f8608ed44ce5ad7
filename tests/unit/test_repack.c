/* bundle/repack.h: a bundle as a directory and as an archive again, byte for byte; what is not
 * whole does not pass. */
#include "container.h"

#include "bundle/append.h"
#include "bundle/repack.h"

static struct scratch scratch;
static struct evx_buf original = EVX_BUF_INIT;

static void append_note(const char *path, unsigned event)
{
	static const char *const parts[] = { ".json", ".json.sig1", ".record" };
	struct evx_append *a;
	enum evx_bundle_source source;
	char name[80];

	assert_int_equal(evx_append_open(path, &a, NULL), EVX_OK);
	assert_int_equal(evx_bundle_open_index(evx_append_bundle(a), &source, NULL), EVX_OK);
	assert_int_equal(evx_append_begin(a, NULL), EVX_OK);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "custody/%04u-note%s", event, parts[i]);
		assert_int_equal(evx_append_member(a, name, name, strlen(name), NULL), EVX_OK);
	}
	assert_int_equal(evx_append_commit(a, NULL), EVX_OK);
	evx_append_free(a);
}

static int set_up(void **state)
{
	static const size_t lens[] = { EVX_PACK_LEN, 700 };
	struct evx_writer *w;

	(void)state;
	scratch = scratch_make();
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "a.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_bundle(w, lens, 2, NULL), EVX_OK);
	evx_writer_free(w);
	append_note(scratch_at(&scratch, "a.evx"), 1);
	append_note(scratch_at(&scratch, "a.evx"), 2);
	assert_int_equal(evx_read_file(scratch.fd, "a.evx", 1 << 26, &original, NULL), EVX_OK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	evx_buf_free(&original);
	scratch_remove(&scratch);
	return 0;
}

static struct evx_bundle *load(const char *name)
{
	const struct evx_bundle_walk_opts opts = { .jobs = 1, .skip_packs = true };
	struct evx_bundle_walk_result result;
	struct evx_bundle *b;

	assert_int_equal(evx_bundle_open(scratch_at(&scratch, name), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
	assert_int_equal(result.bad, 0);
	return b;
}

static enum evx_err repack(const char *from, struct evx_writer *w,
	const struct evx_repack_opts *opts, struct evx_diag *diag)
{
	struct evx_bundle *b = load(from);
	enum evx_err err = evx_repack(b, w, opts, diag);

	evx_writer_free(w);
	evx_bundle_free(b);
	return err;
}

static struct evx_writer *dir_writer(const char *name)
{
	struct evx_writer *w;
	int fd;

	scratch_dir(&scratch, name);
	fd = openat(scratch.fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(evx_writer_dir(fd, SIM_UUID, &w, NULL), EVX_OK);
	close(fd);
	return w;
}

static struct evx_writer *file_writer(const char *name)
{
	struct evx_writer *w;

	assert_int_equal(evx_writer_file(scratch_at(&scratch, name), SIM_UUID, &w, NULL), EVX_OK);
	return w;
}

static void test_there_and_back(void **state)
{
	const struct evx_repack_opts opts = { NULL, NULL };
	struct evx_buf again = EVX_BUF_INIT;
	struct seen s;

	(void)state;
	assert_int_equal(repack("a.evx", dir_writer(SIM_UUID), &opts, NULL), EVX_OK);
	s = walk_path(scratch_at(&scratch, SIM_UUID), 1);
	assert_string_equal(s.text, "");
	assert_true(s.groups == 3 && s.packs == 2 && s.length == original.len);
	assert_int_equal(repack(SIM_UUID, file_writer("b.evx"), &opts, NULL), EVX_OK);
	assert_int_equal(evx_read_file(scratch.fd, "b.evx", 1 << 26, &again, NULL), EVX_OK);
	assert_int_equal(again.len, original.len);
	assert_memory_equal(again.data, original.data, original.len);
	evx_buf_free(&again);
}

static void test_wrong_pack(void **state)
{
	const struct evx_repack_opts opts = { NULL, NULL };
	struct evx_diag diag = { 0 };
	const size_t inside = original.len / 2;
	int fd = openat(scratch.fd, "a.evx", O_RDWR | O_CLOEXEC);
	uint8_t flipped = original.data[inside] ^ 1;

	(void)state;
	assert_true(fd >= 0 && pwrite(fd, &flipped, 1, (off_t)inside) == 1);
	assert_int_equal(repack("a.evx", file_writer("bad.evx"), &opts, &diag), EVX_E_FORGED);
	assert_non_null(strstr(diag.text, "SHA-256"));
	assert_int_equal(faccessat(scratch.fd, "bad.evx", F_OK, 0), -1);
	assert_true(pwrite(fd, &original.data[inside], 1, (off_t)inside) == 1);
	close(fd);
}

static void test_refused(void **state)
{
	struct evx_cancel cancel = { true };
	const struct evx_repack_opts opts = { NULL, &cancel }, plain = { NULL, NULL };
	enum evx_bundle_source source;
	struct evx_writer *w;
	struct evx_bundle *b;

	(void)state;
	assert_int_equal(repack("a.evx", file_writer("none.evx"), &opts, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(faccessat(scratch.fd, "none.evx", F_OK, 0), -1);
	/* What an index says was not checked. */
	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "a.evx"), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_open_index(b, &source, NULL), EVX_OK);
	w = file_writer("none.evx");
	assert_int_equal(evx_repack(b, w, &plain, NULL), EVX_E_USAGE);
	evx_writer_free(w);
	evx_bundle_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_wrong_pack),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
