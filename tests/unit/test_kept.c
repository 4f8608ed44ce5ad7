/* Files of the identity home taken into memory: which names count, how long they may be, and what
 * is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "custody/kept.h"
#include "scratch.h"

#define HEX_15 "0123456789abcde"
#define HEX_63 HEX_15 "f" HEX_15 "f" HEX_15 "f" HEX_15
#define MAX 8u

static void put(const struct scratch *s, const char *name, const char *text)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "cards/%s", name);
	scratch_file(s, path, text, strlen(text));
}

static void is_file(const struct evx_kept_file *file, const char *name, const char *text)
{
	assert_non_null(file);
	assert_string_equal(file->name, name);
	assert_int_equal(file->bytes.len, strlen(text));
	assert_true(file->bytes.len == 0 || memcmp(file->bytes.data, text, file->bytes.len) == 0);
}

static void names(void **state)
{
	static const char *const others[] = { HEX_63 ".card", HEX_63 "00.card", HEX_63 "g.card",
		HEX_63 "A.card", HEX_63 "0", HEX_63 "0.car", HEX_63 "0.cards", HEX_63 "0.sig",
		HEX_63 "0xcard", ".card" };
	struct scratch s = scratch_make();
	struct evx_kept kept;

	(void)state;
	scratch_dir(&s, "cards");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		put(&s, others[i], "another");
	put(&s, HEX_63 "f.card", "last");
	put(&s, HEX_63 "0.card", "first");
	put(&s, HEX_63 "9.card", "");
	assert_int_equal(evx_kept_read(s.fd, "cards", ".card", MAX, &kept, NULL), EVX_OK);
	assert_int_equal(kept.n, 3);
	is_file(&kept.at[0], HEX_63 "0.card", "first");
	is_file(&kept.at[1], HEX_63 "9.card", "");
	is_file(&kept.at[2], HEX_63 "f.card", "last");
	for (size_t i = 0; i < 3; i++)
		assert_ptr_equal(evx_kept_find(&kept, kept.at[i].name), &kept.at[i]);
	assert_null(evx_kept_find(&kept, HEX_63 "1.card"));
	assert_null(evx_kept_find(&kept, ""));
	evx_kept_free(&kept);
	assert_int_equal(kept.n, 0);
	assert_null(evx_kept_find(&kept, HEX_63 "0.card"));
	evx_kept_free(NULL);
	scratch_remove(&s);
}

/* A name that is too long for any file is found nowhere. */
static void long_names(void **state)
{
	struct scratch s = scratch_make();
	struct evx_kept kept = { NULL, 0 };
	char name[EVX_KEPT_NAME_CAP + 1];

	(void)state;
	scratch_file(&s, "roster", "bytes", 5);
	memset(name, 'x', sizeof(name));
	name[EVX_KEPT_NAME_CAP - 1] = '\0';
	assert_int_equal(evx_kept_add(&kept, s.fd, "roster", name, MAX, NULL), EVX_OK);
	is_file(evx_kept_find(&kept, name), name, "bytes");
	name[EVX_KEPT_NAME_CAP - 1] = 'x';
	name[EVX_KEPT_NAME_CAP] = '\0';
	assert_null(evx_kept_find(&kept, name));
	evx_kept_free(&kept);
	scratch_remove(&s);
}

static void lengths(void **state)
{
	struct scratch s = scratch_make();
	struct evx_kept kept;
	struct evx_diag diag = { 0 };

	(void)state;
	scratch_dir(&s, "cards");
	put(&s, HEX_63 "0.card", "short");
	put(&s, HEX_63 "1.card", "12345678");
	assert_int_equal(evx_kept_read(s.fd, "cards", ".card", MAX, &kept, NULL), EVX_OK);
	assert_int_equal(kept.n, 2);
	evx_kept_free(&kept);
	put(&s, HEX_63 "1.card", "123456789");
	assert_int_equal(evx_kept_read(s.fd, "cards", ".card", MAX, &kept, &diag), EVX_E_LIMIT);
	assert_string_equal(diag.path, HEX_63 "1.card");
	assert_int_equal(kept.n, 0);
	assert_null(kept.at);
	scratch_file(&s, "long", "123456789", 9);
	assert_int_equal(evx_kept_add(&kept, s.fd, "long", "label", MAX, NULL), EVX_E_LIMIT);
	evx_kept_free(&kept);
	scratch_remove(&s);
}

/* A directory that is not there holds none. One that is none, or that cannot be read, is an error:
 * it may be the one that takes a key back. */
static void directories(void **state)
{
	struct scratch s = scratch_make();
	struct evx_kept kept = { NULL, 7 };
	struct evx_diag diag = { 0 };

	(void)state;
	assert_int_equal(evx_kept_read(s.fd, "cards", ".card", MAX, &kept, &diag), EVX_OK);
	assert_int_equal(kept.n, 0);
	assert_int_equal(diag.code, EVX_OK);
	scratch_file(&s, "cards", "a file", 6);
	assert_int_equal(evx_kept_read(s.fd, "cards", ".card", MAX, &kept, &diag), EVX_E_IO);
	assert_int_equal(diag.sys_errno, ENOTDIR);
	assert_string_equal(diag.path, "cards");
	assert_int_equal(kept.n, 0);
	scratch_remove(&s);
}

/* What others can change says nothing about whom this machine trusts. */
static void guarded(void **state)
{
	static const mode_t bad[] = { 0775, 0757 };
	struct scratch s = scratch_make();
	struct evx_kept kept;
	struct evx_diag diag = { 0 };

	(void)state;
	scratch_dir(&s, "cards");
	put(&s, HEX_63 "0.card", "good");
	put(&s, HEX_63 "1.card", "bad");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(fchmodat(s.fd, "cards", bad[i], 0), 0);
		evx_diag_clear(&diag);
		assert_int_equal(
			evx_kept_read(s.fd, "cards", ".card", MAX, &kept, &diag), EVX_E_KEY);
		assert_string_equal(diag.path, "cards");
		assert_int_equal(kept.n, 0);
		assert_int_equal(fchmodat(s.fd, "cards", 0755, 0), 0);
		assert_int_equal(fchmodat(s.fd, "cards/" HEX_63 "1.card", bad[i] & 0666, 0), 0);
		evx_diag_clear(&diag);
		assert_int_equal(
			evx_kept_read(s.fd, "cards", ".card", MAX, &kept, &diag), EVX_E_KEY);
		assert_string_equal(diag.path, HEX_63 "1.card");
		assert_int_equal(kept.n, 0);
		assert_null(kept.at);
		assert_int_equal(
			evx_kept_add(&kept, s.fd, "cards/" HEX_63 "1.card", "label", MAX, NULL),
			EVX_E_KEY);
		evx_kept_free(&kept);
		assert_int_equal(fchmodat(s.fd, "cards/" HEX_63 "1.card", 0644, 0), 0);
	}
	assert_int_equal(evx_kept_read(s.fd, "cards", ".card", MAX, &kept, NULL), EVX_OK);
	assert_int_equal(kept.n, 2);
	evx_kept_free(&kept);
	scratch_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(long_names),
		cmocka_unit_test(lengths), cmocka_unit_test(directories),
		cmocka_unit_test(guarded) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
