/* The stamp of an exhibit's directories: whatever changes an entry of them is seen, though size and
 * times of change are put back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "find/vault_glance.h"
#include "scratch.h"

#define SETTLES 3 /* seconds after a change, when a stamp is given */

static struct scratch s;

enum {
	SAME,
	FILE_ADDED,
	ENTRY_ADDED,
	ENTRY_REMOVED,
	ENTRY_REPLACED,
	CUSTODY_REPLACED,
	ONE,
	OTHER, /* exchanged for ONE */
	COPIED,
	EXHIBITS
};

static const char *uuid_of(unsigned i)
{
	static char uuid[EVX_UUID_CAP];

	snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012u", i);
	return uuid;
}

/* A path of exhibit i, in one of four buffers used in turn. */
static const char *of(unsigned i, const char *name)
{
	static char path[4][128];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "exhibits/%s%s", uuid_of(i), name);
	return p;
}

static void make(unsigned i)
{
	scratch_dir(&s, of(i, ""));
	scratch_dir(&s, of(i, "/custody"));
	scratch_file(&s, of(i, "/index-0000"), "index", 5);
	scratch_file(&s, of(i, "/custody/0000-seal.json"), "seal", 4);
	scratch_file(&s, of(i, "/custody/0001-note.json"), "note", 4);
}

/* The times of change of all directories but one exhibit's, as touch sets them. */
static void touch_all(void)
{
	const struct timespec then[2] = { { 1700000000, 123 }, { 1700000000, 456 } };

	for (unsigned i = SAME + 1; i < EXHIBITS; i++) {
		(void)utimensat(s.fd, of(i, "/custody"), then, 0);
		(void)utimensat(s.fd, of(i, ""), then, 0);
	}
}

static void rename_to(const char *from, const char *to, unsigned flags)
{
	assert_int_equal(renameat2(s.fd, from, s.fd, to, flags), 0);
}

static void change_all(void)
{
	scratch_file(&s, of(FILE_ADDED, "/append-0001"), "", 0);
	scratch_file(&s, of(ENTRY_ADDED, "/custody/0002-note.json"), "note", 4);
	assert_int_equal(unlinkat(s.fd, of(ENTRY_REMOVED, "/custody/0001-note.json"), 0), 0);
	scratch_file(&s, "file", "etno", 4);
	rename_to("file", of(ENTRY_REPLACED, "/custody/0001-note.json"), 0);
	rename_to(of(CUSTODY_REPLACED, "/custody"), "away", 0);
	scratch_dir(&s, of(CUSTODY_REPLACED, "/custody"));
	rename_to(of(ONE, ""), of(OTHER, ""), RENAME_EXCHANGE);
	rename_to(of(COPIED, ""), "exhibits/away", 0);
	make(COPIED);
}

static void any_change_is_seen(void **state)
{
	static const uint8_t none[32];
	uint8_t before[EXHIBITS][32], now[32], bytes[16], other[32];
	struct evx_vault *v = NULL;
	int exhibits;

	(void)state;
	s = scratch_make();
	scratch_dir(&s, "exhibits");
	for (unsigned i = 0; i < EXHIBITS; i++)
		make(i);
	touch_all();
	assert_int_equal(evx_vault_open(s.path, &v, NULL), EVX_OK);
	/* So soon after a change another one might not show. */
	assert_true(evx_vault_glance_stamp(v, uuid_of(SAME), now));
	assert_memory_equal(now, none, 32);
	assert_false(evx_vault_glance_fresh(now, now));
	sleep(SETTLES);
	for (unsigned i = 0; i < EXHIBITS; i++) {
		assert_true(evx_vault_glance_stamp(v, uuid_of(i), before[i]));
		assert_true(evx_vault_glance_fresh(before[i], before[i]));
	}
	change_all();
	touch_all();
	sleep(SETTLES);
	exhibits = openat(s.fd, "exhibits", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (unsigned i = 0; i < EXHIBITS; i++) {
		assert_true(evx_uuid_bytes(uuid_of(i), EVX_UUID_LEN, bytes));
		assert_true(evx_vault_glance_stamp(v, uuid_of(i), now));
		assert_true(evx_vault_glance_stamp_in(exhibits, bytes, other));
		assert_memory_equal(now, other, 32);
		assert_memory_not_equal(now, none, 32);
		assert_int_equal(evx_vault_glance_fresh(before[i], now), i == SAME);
	}
	close(exhibits);
	evx_vault_free(v);
	scratch_remove(&s);
}

static void what_is_no_directory_is_none(void **state)
{
	uint8_t stamp[32], bytes[16];
	struct evx_vault *v = NULL;
	int exhibits;

	(void)state;
	s = scratch_make();
	scratch_dir(&s, "exhibits");
	make(0);
	scratch_file(&s, of(1, ""), "", 0);
	assert_int_equal(symlinkat(uuid_of(0), s.fd, of(2, "")), 0);
	assert_int_equal(evx_vault_open(s.path, &v, NULL), EVX_OK);
	exhibits = openat(s.fd, "exhibits", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(evx_uuid_bytes(uuid_of(i), EVX_UUID_LEN, bytes));
		assert_int_equal(evx_vault_glance_stamp(v, uuid_of(i), stamp), i == 0);
		assert_int_equal(evx_vault_glance_stamp_in(exhibits, bytes, stamp), i == 0);
	}
	/* Without custody/ it is there, and never as it was. */
	rename_to(of(0, "/custody"), "away", 0);
	assert_true(evx_vault_glance_stamp(v, uuid_of(0), stamp));
	assert_false(evx_vault_glance_fresh(stamp, stamp));
	close(exhibits);
	evx_vault_free(v);
	scratch_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_change_is_seen),
		cmocka_unit_test(what_is_no_directory_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
