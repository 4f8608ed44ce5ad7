/* An entry in memory: ranges that grow, meet and end, and what could not be read. */
#include <errno.h>
#include <stdlib.h>

#include "unit/failing.h"
#include "format/entry.h"

typedef enum evx_err add_range(struct evx_entry *e, uint64_t offset, uint64_t length);

static void ranges_of(add_range *add, bool bad)
{
	static const struct {
		uint64_t offset, length;
		enum evx_err err;
		size_t n;
		uint64_t last, last_length;
	} steps[] = {
		{ 3, 0, EVX_OK, 0, 0, 0 },
		{ 5, 5, EVX_OK, 1, 5, 5 },
		{ 9, 1, EVX_E_CORRUPT, 1, 5, 5 },
		{ 10, 2, EVX_OK, 1, 5, 7 },
		{ 11, 9, EVX_E_CORRUPT, 1, 5, 7 },
		{ 2, 1, EVX_E_CORRUPT, 1, 5, 7 },
		{ 13, 1, EVX_OK, 2, 13, 1 },
		{ 13, 0, EVX_OK, 2, 13, 1 },
		{ INT64_MAX, 1, EVX_E_CORRUPT, 2, 13, 1 },
		{ (uint64_t)INT64_MAX + 1, 1, EVX_E_CORRUPT, 2, 13, 1 },
		{ INT64_MAX - 1, 2, EVX_E_CORRUPT, 2, 13, 1 },
		{ 20, UINT64_MAX, EVX_E_CORRUPT, 2, 13, 1 },
		{ INT64_MAX - 1, 1, EVX_OK, 3, INT64_MAX - 1, 1 },
	};
	struct evx_entry e;

	evx_entry_init(&e);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct evx_extent *at;
		size_t n;

		assert_int_equal(add(&e, steps[i].offset, steps[i].length), steps[i].err);
		at = bad ? e.bad : e.extents;
		n = bad ? e.n_bad : e.n_extents;
		assert_int_equal(n, steps[i].n);
		assert_int_equal(bad ? e.n_extents : e.n_bad, 0);
		if (n > 0) {
			assert_true(at[n - 1].offset == steps[i].last);
			assert_true(at[n - 1].length == steps[i].last_length);
		}
	}
	evx_entry_free(&e);
	assert_int_equal(e.n_bad + e.n_extents, 0);
}

static void ranges(void **state)
{
	(void)state;
	ranges_of(evx_entry_add_extent, false);
	ranges_of(evx_entry_add_bad, true);
}

static void could_not_be_read(void **state)
{
	struct evx_entry e;

	(void)state;
	evx_entry_init(&e);
	assert_int_equal(evx_entry_read_failed(&e, EACCES, "open"), EVX_OK);
	assert_string_equal(e.read_error, "EACCES: Permission denied (open)");
	assert_int_equal(evx_entry_read_failed(&e, EIO, "read"), EVX_OK); /* the first one counts */
	assert_string_equal(e.read_error, "EACCES: Permission denied (open)");
	assert_null(e.metadata_errors);
	assert_int_equal(evx_entry_metadata_failed(&e, EPERM, "flags"), EVX_OK);
	assert_string_equal(e.metadata_errors, "EPERM: Operation not permitted (flags)");
	assert_int_equal(evx_entry_metadata_failed(&e, 99999, "acl"), EVX_OK);
	assert_string_equal(
		e.metadata_errors, "EPERM: Operation not permitted (flags); error: unknown (acl)");
	evx_entry_free(&e);
	assert_null(e.read_error);
	assert_null(e.metadata_errors);
}

/* With the note that there was more, and its end, the text has at most 4,096 bytes. */
static void too_much_to_tell(void **state)
{
	static const char more[] = "; and more", begin[] = "EIO: Input/output error (";
	const size_t fits = 4096 - sizeof(more);
	char what[4200];

	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct evx_entry e;
		size_t first;

		evx_entry_init(&e);
		assert_int_equal(evx_entry_metadata_failed(&e, EIO, "first"), EVX_OK);
		first = strlen(e.metadata_errors);
		memset(what, 'x', sizeof(what));
		what[fits + over - first - strlen("; ") - strlen(begin) - strlen(")")] = '\0';
		assert_int_equal(evx_entry_metadata_failed(&e, EIO, what), EVX_OK);
		assert_int_equal(
			strlen(e.metadata_errors), over == 0 ? fits : first + sizeof(more) - 1);
		/* Whatever comes then is not told, and that is told once. */
		for (int i = 0; i < 3; i++) {
			const char *told;

			assert_int_equal(evx_entry_metadata_failed(&e, EIO, "third"), EVX_OK);
			told = strstr(e.metadata_errors, more);
			assert_non_null(told);
			assert_string_equal(told, more);
			assert_null(strstr(e.metadata_errors, "third"));
			assert_true(strlen(e.metadata_errors) < 4096);
		}
		evx_entry_free(&e);
	}
}

static void attributes(void **state)
{
	struct evx_entry *e = evx_entry_new();

	(void)state;
	assert_non_null(e);
	assert_int_equal(evx_entry_add_xattr(e, "user.a", "\0b", 2), EVX_OK);
	assert_int_equal(evx_entry_add_xattr(e, "user.empty", NULL, 0), EVX_OK);
	assert_int_equal(e->n_xattrs, 2);
	assert_string_equal(e->xattrs[0].name, "user.a");
	assert_int_equal(e->xattrs[0].len, 2);
	assert_memory_equal(e->xattrs[0].value, "\0b", 2);
	assert_string_equal(e->xattrs[1].name, "user.empty");
	assert_int_equal(e->xattrs[1].len, 0);
	evx_entry_delete(e);
	evx_entry_delete(NULL);
}

/* Sets one after the other; what cannot be set is as before. */
static enum evx_err set_all(void *ctx, struct outcome *out)
{
	struct evx_entry e;
	enum evx_err err;

	(void)ctx;
	evx_entry_init(&e);
	if ((err = evx_entry_set_path(&e, "a/b", 3)) != EVX_OK ||
		(err = evx_entry_set_link_target(&e, "to", 2)) != EVX_OK)
		goto out;
	if ((err = evx_entry_set_path(&e, "longer", 6)) != EVX_OK) {
		assert_int_equal(e.path_len, 3);
		assert_string_equal(e.path, "a/b");
		goto out;
	}
	if ((err = evx_entry_set_link_target(&e, "other", 5)) != EVX_OK) {
		assert_int_equal(e.link_target_len, 2);
		assert_string_equal(e.link_target, "to");
		goto out;
	}
	assert_int_equal(e.path_len, 6);
	assert_string_equal(e.path, "longer");
	assert_int_equal(e.link_target_len, 5);
	assert_string_equal(e.link_target, "other");
	if ((err = evx_entry_add_xattr(&e, "user.a", "b", 1)) != EVX_OK) {
		assert_int_equal(e.n_xattrs, 0);
		goto out;
	}
	if ((err = evx_entry_add_extent(&e, 0, 1)) != EVX_OK) {
		assert_int_equal(e.n_extents, 0);
		goto out;
	}
	if ((err = evx_entry_read_failed(&e, EIO, "read")) != EVX_OK)
		goto out;
	if ((err = evx_entry_metadata_failed(&e, EIO, "flags")) != EVX_OK) {
		assert_null(e.metadata_errors);
		goto out;
	}
	if ((err = evx_entry_metadata_failed(&e, EIO, "acl")) != EVX_OK) {
		assert_string_equal(e.metadata_errors, "EIO: Input/output error (flags)");
		goto out;
	}
	out->number[0] = strlen(e.metadata_errors);
	out->number[1] = strlen(e.read_error);
	out->number[2] = e.n_xattrs + e.n_extents;
out:
	evx_entry_free(&e);
	return err;
}

static void without_memory(void **state)
{
	struct outcome usual = { { 0 } };

	(void)state;
	assert_int_equal(set_all(NULL, &usual), EVX_OK);
	assert_int_equal(usual.number[2], 2);
#ifdef NOT_HERE
	(void)each_fails;
#else
	each_fails("an entry", set_all, NULL, 8);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ranges),
		cmocka_unit_test(could_not_be_read), cmocka_unit_test(too_much_to_tell),
		cmocka_unit_test(attributes), cmocka_unit_test(without_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
