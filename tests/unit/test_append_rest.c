/* bundle/append_rest.h: what stands behind the end of a bundle's file, told apart: an addition that
 * evx began, or other bytes (format-spec/container.md "Append"). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "bundle/append_rest.h"
#include "format/tar.h"
#include "scratch.h"

#define UUID "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77"
#define OTHER "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a78"
#define END 1536u   /* where the two zero blocks begin */
#define JOINT 5120u /* of the last group */

static struct scratch s;
static struct evx_buf bytes;

static void add(const void *p, size_t n)
{
	assert_int_equal(evx_buf_add(&bytes, p, n), EVX_OK);
}

static void zeros(size_t n)
{
	static const uint8_t none[4096];

	assert_true(n <= sizeof(none));
	add(none, n);
}

/* A bundle up to its end. */
static void begin(void)
{
	evx_buf_reset(&bytes);
	zeros(END + 2 * EVX_TAR_BLOCK);
}

static void header(const char *uuid, const char *name, uint64_t size)
{
	uint8_t block[EVX_TAR_BLOCK];
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", uuid, name);
	assert_int_equal(evx_tar_encode(path, size, block), EVX_OK);
	add(block, sizeof(block));
}

/* A member of which n bytes of content and padding are there. */
static void member(const char *name, uint64_t size, size_t n)
{
	header(UUID, name, size);
	zeros(n);
}

static void mark(uint64_t end)
{
	uint8_t block[EVX_TAR_BLOCK];

	evx_append_rest_mark(end, block);
	add(block, sizeof(block));
}

static bool is_ours_at(uint64_t joint)
{
	bool ours = true;
	int fd;

	scratch_file(&s, "f", bytes.data, bytes.len);
	fd = openat(s.fd, "f", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(evx_append_rest_is(fd, "f", UUID, joint, END, &ours, NULL), EVX_OK);
	(void)close(fd);
	return ours;
}

static bool is_ours(void)
{
	return is_ours_at(JOINT);
}

static void the_mark(void **state)
{
	uint8_t block[EVX_TAR_BLOCK];

	(void)state;
	evx_append_rest_mark(1234567890123, block);
	assert_string_equal((const char *)block, "evx-unfinished/1 1234567890123\n");
	for (size_t i = 31; i < sizeof(block); i++)
		assert_int_equal(block[i], 0);
	begin();
	mark(END);
	assert_true(is_ours());
	/* Whatever stands before it. */
	begin();
	zeros(1000);
	mark(END);
	assert_true(is_ours());
	/* Of another place, and not at the end. */
	begin();
	mark(END + 512);
	assert_false(is_ours());
	begin();
	mark(END);
	zeros(1);
	assert_false(is_ours());
	begin();
	mark(END);
	bytes.data[bytes.len - 1] = 1;
	assert_false(is_ours());
	/* Half of it. */
	begin();
	mark(END);
	bytes.len -= 1;
	assert_false(is_ours());
}

/* The mark of the last group, and nothing else. */
static void the_mark_of_a_joint(void **state)
{
	(void)state;
	begin();
	mark(JOINT);
	assert_true(is_ours());
	assert_false(is_ours_at(0));
	assert_false(is_ours_at(JOINT + 512));
	begin();
	zeros(EVX_TAR_BLOCK);
	mark(JOINT);
	assert_false(is_ours());
	begin();
	mark(0);
	assert_false(is_ours_at(0));
}

static void nothing_behind(void **state)
{
	(void)state;
	begin();
	assert_false(is_ours());
	bytes.len = END;
	assert_false(is_ours());
	begin();
	zeros(511);
	assert_false(is_ours());
	zeros(1);
	assert_false(is_ours());
}

/* Files of an entry, the last of them cut, or cut between two. */
static void a_beginning(void **state)
{
	static const size_t there[] = { 0, 1, 99, 100, 511, 512 };

	(void)state;
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		begin();
		member("custody/0001-note.json", 100, there[i]);
		assert_true(is_ours());
		begin();
		member("keys/0001-custody.age", 100, 512);
		member("custody/0001-note.json", 1000, 1024);
		member("custody/0001-note.json.sig1", 100, there[i]);
		assert_true(is_ours());
	}
	begin();
	member("custody/0001-note.json", 100, 512);
	zeros(100); /* half a header */
	assert_true(is_ours());
	begin();
	member("custody/0001-note.json", 0, 0);
	assert_true(is_ours());
}

/* An entry that has all its files is never called unfinished: its header may have been lost. */
static void a_whole_entry(void **state)
{
	static const char *const last[] = { "custody/0001-note.record", "custody/0001-note.tsr" };

	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (size_t n = 0; n <= 512; n++) {
			begin();
			member("custody/0001-note.json", 100, 512);
			member(last[k], 300, n);
			if (is_ours() != (n < 300))
				fail_msg("%s with %zu bytes", last[k], n);
		}
	begin();
	member("custody/0001-note.record", 300, 512);
	member("custody/0002-note.json", 100, 50);
	assert_false(is_ours());
}

static void other_bytes(void **state)
{
	(void)state;
	begin();
	header(OTHER, "custody/0001-note.json", 100);
	assert_false(is_ours());
	begin();
	member("README.txt", 100, 0);
	assert_false(is_ours());
	begin();
	member("custody/0001-note.jsonx", 100, 0);
	assert_false(is_ours());
	begin();
	member("custody/0001-note.json", 100, 512);
	member("index-0001", 100, 0);
	assert_false(is_ours());
	begin();
	member("custody/0001-note.json", 100, 0);
	bytes.data[END + 1024 + 148] ^= 1; /* its checksum */
	assert_false(is_ours());
	begin();
	member("custody/0001-note.json", 100, 512);
	zeros(512);
	assert_false(is_ours());
}

static void not_readable(void **state)
{
	struct evx_diag diag = { 0 };
	bool ours = true;
	int fd;

	(void)state;
	assert_int_equal(evx_append_rest_is(-1, "name", UUID, 0, END, &ours, &diag), EVX_E_IO);
	assert_string_equal(diag.path, "name");
	assert_false(ours);
	begin();
	mark(END);
	scratch_file(&s, "f", bytes.data, bytes.len);
	fd = openat(s.fd, "f", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ours = true;
	assert_int_equal(evx_append_rest_is(fd, "f", UUID, 0, END, &ours, NULL), EVX_E_IO);
	assert_false(ours);
	(void)close(fd);
}

static int set_up(void **state)
{
	(void)state;
	s = scratch_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	evx_buf_free(&bytes);
	scratch_remove(&s);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mark),
		cmocka_unit_test(the_mark_of_a_joint),
		cmocka_unit_test(nothing_behind),
		cmocka_unit_test(a_beginning),
		cmocka_unit_test(a_whole_entry),
		cmocka_unit_test(other_bytes),
		cmocka_unit_test(not_readable),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
