/* ship/stage_object.h, ship/stage.h: objects of a shipment into files, whether a file is the right
 * one, and the directory that they are put together in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "scratch.h"
#include "ship/stage_object.h"

#define SIZE 300000u /* more than is read at a time */

static struct scratch s;
static uint8_t bytes[SIZE], hash[32];

static int set_up(void **state)
{
	(void)state;
	if (evx_crypto_init(NULL) != EVX_OK)
		return -1;
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 11));
	evx_sha256(bytes, SIZE, hash);
	s = scratch_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&s);
	return 0;
}

static bool is_there(const char *name)
{
	return faccessat(s.fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_here(uint64_t size)
{
	bool here = true;

	assert_int_equal(
		evx_stage_object_is_here(s.fd, "o", hash, size, NULL, &here, NULL), EVX_OK);
	return here;
}

static void written(void **state)
{
	struct evx_stage_object o = { -1, "o" };
	struct evx_diag diag = { 0 };
	struct stat st;

	(void)state;
	scratch_file(&s, "o", "old", 3);
	assert_int_equal(evx_stage_object_make(s.fd, "o", &o.fd, NULL), EVX_OK);
	assert_int_equal(fstat(o.fd, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* An attempt that came to nothing, and another one. */
	assert_int_equal(evx_stage_object_take(&o, "half of it", 10, NULL), EVX_OK);
	assert_int_equal(evx_stage_object_forget(&o, NULL), EVX_OK);
	assert_int_equal(evx_stage_object_take(&o, bytes, 1000, NULL), EVX_OK);
	assert_int_equal(evx_stage_object_take(&o, bytes + 1000, SIZE - 1000, NULL), EVX_OK);
	(void)close(o.fd);
	assert_true(is_here(SIZE));
	assert_true(is_there("o"));
	/* What cannot be written or emptied. */
	o.fd = openat(s.fd, "o", O_RDONLY | O_CLOEXEC);
	assert_int_equal(evx_stage_object_take(&o, "x", 1, &diag), EVX_E_IO);
	assert_string_equal(diag.path, "o");
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_stage_object_forget(&o, &diag), EVX_E_IO);
	assert_string_equal(diag.path, "o");
	(void)close(o.fd);
	assert_true(is_here(SIZE));
	scratch_dir(&s, "d");
	assert_int_equal(evx_stage_object_make(s.fd, "d", &o.fd, NULL), EVX_E_EXISTS);
	assert_int_equal(o.fd, -1);
	assert_int_equal(evx_stage_object_make(s.fd, "none/x", &o.fd, NULL), EVX_E_NOT_FOUND);
}

/* Another file than the right one is taken away. */
static void compared(void **state)
{
	struct evx_cancel cancel = { true };
	struct evx_diag diag = { 0 };
	bool here = true;

	(void)state;
	(void)unlinkat(s.fd, "o", 0);
	assert_false(is_here(SIZE)); /* none */
	for (size_t at = 0; at < SIZE; at += SIZE - 1) {
		bytes[at] ^= 1;
		scratch_file(&s, "o", bytes, SIZE);
		bytes[at] ^= 1;
		assert_false(is_here(SIZE));
		assert_false(is_there("o"));
	}
	scratch_file(&s, "o", bytes, SIZE - 1);
	assert_false(is_here(SIZE));
	assert_false(is_there("o"));
	scratch_file(&s, "o", bytes, SIZE);
	assert_false(is_here(SIZE + 1));
	assert_false(is_there("o"));
	/* Links are not followed, and what is behind them is left alone. */
	scratch_file(&s, "there", bytes, SIZE);
	assert_int_equal(symlinkat("there", s.fd, "o"), 0);
	assert_false(is_here(SIZE));
	assert_true(is_there("there"));
	assert_int_equal(unlinkat(s.fd, "o", 0), 0);
	assert_int_equal(mkfifoat(s.fd, "o", 0600), 0);
	assert_false(is_here(SIZE));
	(void)unlinkat(s.fd, "o", 0);
	/* Who says stop is told nothing, and the file stays. */
	scratch_file(&s, "o", bytes, SIZE);
	assert_int_equal(evx_stage_object_is_here(s.fd, "o", hash, SIZE, &cancel, &here, &diag),
		EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	assert_false(here);
	assert_true(is_there("o"));
	/* An empty object. */
	evx_sha256("", 0, hash);
	scratch_file(&s, "o", "", 0);
	assert_true(is_here(0));
	evx_sha256(bytes, SIZE, hash);
}

static void names(void **state)
{
	struct evx_stage stage = { .drop = NULL };
	struct evx_buf parts = EVX_BUF_INIT;
	char name[EVX_REMOTE_NAME_CAP];
	uint8_t h[32];

	(void)state;
	memset(h, 0xab, 32);
	assert_true(evx_stage_object_name(&stage, EVX_UPLOAD_PACK, h, 0, name));
	assert_memory_equal(name, "packs/ab/abab", 13);
	assert_int_equal(strlen(name), 9 + 64);
	assert_true(evx_stage_object_name(&stage, EVX_UPLOAD_PARCEL, h, 9, name));
	assert_memory_equal(name, "parcels/ab/abab", 15);
	assert_string_equal(name + 11 + 64, "-9");
	assert_false(evx_stage_object_name(&stage, EVX_UPLOAD_PACK, h, 10, name));
	/* By an invitation: the parts, of which some have the same hash, by their numbers. */
	for (int i = 1; i <= 12; i++) {
		memset(h, i % 3, 32);
		h[31] = (uint8_t)(i == 12 ? 1 : 0);
		assert_int_equal(evx_buf_add(&parts, h, 32), EVX_OK);
	}
	stage.drop = "id";
	stage.parts = &parts;
	memset(h, 1, 32);
	h[31] = 0;
	assert_true(evx_stage_object_name(&stage, EVX_UPLOAD_PACK, h, 0, name));
	assert_string_equal(name, "drop/id/0001");
	assert_true(evx_stage_object_name(&stage, EVX_UPLOAD_PARCEL, h, 3, name));
	assert_string_equal(name, "drop/id/0010");
	assert_false(evx_stage_object_name(&stage, EVX_UPLOAD_PACK, h, 4, name));
	assert_string_equal(name, "drop/id");
	memset(h, 0, 32);
	h[31] = 1;
	assert_true(evx_stage_object_name(&stage, EVX_UPLOAD_PACK, h, 0, name));
	assert_string_equal(name, "drop/id/0012");
	parts.len -= 32;
	assert_false(evx_stage_object_name(&stage, EVX_UPLOAD_PACK, h, 0, name));
	h[0] = 7;
	assert_false(evx_stage_object_name(&stage, EVX_UPLOAD_PACK, h, 0, name));
	evx_buf_free(&parts);
}

static void stages(void **state)
{
	struct evx_stage stage, other;
	struct evx_diag diag = { 0 };
	uint8_t note[32];
	char name[80] = "receive-", deep[300];
	struct stat st;
	int fd = -1;

	(void)state;
	(void)umask(0);
	memset(note, 0xcd, 32);
	for (size_t i = 0; i < 32; i++)
		memcpy(name + 8 + 2 * i, "cd", 3);
	assert_int_equal(evx_stage_open(s.fd, s.path, note, &stage, NULL), EVX_OK);
	assert_string_equal(stage.name, name);
	assert_string_equal(stage.path, scratch_at(&s, name));
	assert_int_equal(fstatat(s.fd, name, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	/* One process at a time receives the same. */
	assert_int_equal(evx_stage_open(s.fd, s.path, note, &other, &diag), EVX_E_LOCKED);
	assert_string_equal(diag.path, stage.path);
	evx_stage_close(&other);
	evx_stage_close(&stage);
	assert_int_equal(stage.fd, -1);
	assert_int_equal(evx_stage_open(s.fd, s.path, note, &stage, NULL), EVX_OK);
	(void)snprintf(deep, sizeof(deep), "%s/exhibit", name);
	scratch_dir(&s, deep);
	assert_int_equal(evx_stage_exhibit(&stage, "exhibit", &fd, NULL), EVX_OK);
	scratch_must(mkdirat(fd, "origin", 0700) == 0, "origin");
	scratch_must(mkdirat(fd, "origin/custody", 0700) == 0, "custody");
	(void)close(fd);
	(void)snprintf(deep, sizeof(deep), "%s/exhibit/origin/custody/file", name);
	scratch_file(&s, deep, "x", 1);
	assert_int_equal(evx_stage_exhibit(&stage, "none", &fd, NULL), EVX_E_NOT_FOUND);
	evx_stage_remove(&stage);
	assert_false(is_there(name));
	evx_stage_remove(&stage);
	/* What others can write to, and what is no directory. */
	scratch_must(mkdirat(s.fd, name, 0777) == 0, name);
	assert_int_equal(evx_stage_open(s.fd, s.path, note, &stage, NULL), EVX_E_KEY);
	evx_stage_close(&stage);
	assert_int_equal(unlinkat(s.fd, name, AT_REMOVEDIR), 0);
	scratch_file(&s, name, "x", 1);
	assert_int_equal(evx_stage_open(s.fd, s.path, note, &stage, NULL), EVX_E_IO);
	evx_stage_close(&stage);
	assert_int_equal(unlinkat(s.fd, name, 0), 0);
	scratch_dir(&s, "elsewhere");
	assert_int_equal(symlinkat("elsewhere", s.fd, name), 0);
	assert_int_equal(evx_stage_open(s.fd, s.path, note, &stage, NULL), EVX_E_IO);
	evx_stage_remove(&stage);
	assert_true(is_there("elsewhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written),
		cmocka_unit_test(compared),
		cmocka_unit_test(names),
		cmocka_unit_test(stages),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
