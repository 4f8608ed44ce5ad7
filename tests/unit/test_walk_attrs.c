/* Extended attributes and ACLs as the walk reads them, with answers that no disk gives on demand:
 * many names, large values, calls that fail, and by which of the kernel's ways they are asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/xattr.h>

#include <cmocka.h>
#include <errno.h>

#include "content/walk_attrs.h"
#include "content/walk_meta.h"

#define MOST 65536u

/* What the file has: names with their values' lengths; each value is made of one letter. */
static struct {
	char names[MOST + 1];
	size_t names_len;
	int list_errno; /* 0: the list is given */
	struct {
		const char *name;
		size_t len;
		int error; /* of reading it; 0: none */
		const void *value;
	} at[8];
	size_t n;
	char asked[256]; /* by which calls, and for what */
} file;

static ssize_t list(const char *how, char *buf, size_t cap)
{
	(void)snprintf(file.asked, sizeof(file.asked), "%s", how);
	if (file.list_errno != 0) {
		errno = file.list_errno;
		return -1;
	}
	if (file.names_len > cap) {
		errno = ERANGE;
		return -1;
	}
	memcpy(buf, file.names, file.names_len);
	return (ssize_t)file.names_len;
}

static ssize_t get(const char *how, const char *name, void *buf, size_t cap)
{
	(void)snprintf(file.asked, sizeof(file.asked), "%s", how);
	for (size_t i = 0; i < file.n; i++) {
		if (strcmp(file.at[i].name, name) != 0)
			continue;
		errno = file.at[i].error;
		if (errno != 0)
			return -1;
		assert_true(file.at[i].len <= cap);
		if (file.at[i].value != NULL)
			memcpy(buf, file.at[i].value, file.at[i].len);
		else
			memset(buf, 'a' + (int)i, file.at[i].len);
		return (ssize_t)file.at[i].len;
	}
	errno = ENODATA;
	return -1;
}

static char how[128];

static const char *by(const char *call, const char *path)
{
	(void)snprintf(how, sizeof(how), "%s %.100s", call, path);
	return how;
}

/* These stand in for the C library's in this program. */
ssize_t flistxattr(int fd, char *buf, size_t cap)
{
	(void)fd;
	return list("f", buf, cap);
}

ssize_t listxattr(const char *path, char *buf, size_t cap)
{
	return list(by("s", path), buf, cap);
}

ssize_t llistxattr(const char *path, char *buf, size_t cap)
{
	return list(by("l", path), buf, cap);
}

ssize_t fgetxattr(int fd, const char *name, void *buf, size_t cap)
{
	(void)fd;
	return get("f", name, buf, cap);
}

ssize_t getxattr(const char *path, const char *name, void *buf, size_t cap)
{
	return get(by("s", path), name, buf, cap);
}

ssize_t lgetxattr(const char *path, const char *name, void *buf, size_t cap)
{
	return get(by("l", path), name, buf, cap);
}

static struct evx_entry e;

static int setup(void **state)
{
	(void)state;
	memset(&file, 0, sizeof(file));
	evx_entry_init(&e);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	evx_entry_free(&e);
	return 0;
}

static void has(const char *name, size_t len, int error, const void *value)
{
	const size_t n = strlen(name) + 1;

	assert_true(file.names_len + n <= MOST);
	memcpy(file.names + file.names_len, name, n);
	file.names_len += n;
	file.at[file.n].name = name;
	file.at[file.n].len = len;
	file.at[file.n].error = error;
	file.at[file.n++].value = value;
}

static void read_all(void)
{
	assert_int_equal(evx_walk_attrs_read(7, "name", 9, &e), EVX_OK);
}

static void is_attr(size_t i, const char *name, size_t len, char letter)
{
	assert_true(i < e.n_xattrs);
	assert_string_equal(e.xattrs[i].name, name);
	assert_int_equal(e.xattrs[i].len, len);
	for (size_t k = 0; k < len; k++)
		assert_int_equal(e.xattrs[i].value[k], letter);
}

static void test_sorted(void **state)
{
	(void)state;
	has("user.c", 3, 0, NULL);
	has("user.a", 65536, 0, NULL);
	has("user.b", 0, 0, NULL);
	read_all();
	assert_int_equal(e.n_xattrs, 3);
	is_attr(0, "user.a", 65536, 'b');
	is_attr(1, "user.b", 0, 'c');
	is_attr(2, "user.c", 3, 'a');
	assert_null(e.metadata_errors);
	assert_null(e.acl_access);
	assert_null(e.acl_default);
}

/* Whatever is open for reading is asked by its descriptor, what is not by the directory's. */
static void test_ways(void **state)
{
	static const struct {
		const char *name, *how;
		int fd;
	} ways[] = { { "name", "f", 9 }, { "", "f", 9 }, { "name", "l /proc/self/fd/7/name", -1 },
		{ "", "s /proc/self/fd/7", -1 } };

	(void)state;
	has("user.a", 1, 0, NULL);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		evx_entry_free(&e);
		assert_int_equal(evx_walk_attrs_read(7, ways[i].name, ways[i].fd, &e), EVX_OK);
		assert_string_equal(file.asked, ways[i].how); /* the last was one for a value */
		assert_int_equal(e.n_xattrs, 1);
		file.names_len = 0;
		assert_int_equal(evx_walk_attrs_read(7, ways[i].name, ways[i].fd, &e), EVX_OK);
		assert_string_equal(file.asked, ways[i].how);
		file.names_len = strlen("user.a") + 1;
	}
}

/* A name that makes the path too long is told, and nothing is asked. */
static void test_long_name(void **state)
{
	static char name[5000];
	const size_t fits = 4095 - strlen("/proc/self/fd/7/");

	(void)state;
	memset(name, 'n', sizeof(name));
	name[fits] = '\0';
	assert_int_equal(evx_walk_attrs_read(7, name, -1, &e), EVX_OK);
	assert_null(e.metadata_errors);
	assert_int_equal(file.asked[0], 'l');
	name[fits] = 'n';
	name[fits + 1] = '\0';
	file.asked[0] = '\0';
	assert_int_equal(evx_walk_attrs_read(7, name, -1, &e), EVX_OK);
	assert_string_equal(
		e.metadata_errors, "ENAMETOOLONG: File name too long (extended attributes)");
	assert_string_equal(file.asked, "");
}

static void test_no_attributes(void **state)
{
	static const int none[] = { ENOTSUP, ENOSYS }, told[] = { EACCES, EIO, E2BIG };

	(void)state;
	read_all();
	for (size_t i = 0; i < 2; i++) {
		file.list_errno = none[i];
		read_all();
		assert_null(e.metadata_errors);
	}
	for (size_t i = 0; i < 3; i++) {
		file.list_errno = told[i];
		read_all();
		assert_non_null(strstr(e.metadata_errors, "(extended attributes)"));
		evx_entry_free(&e);
	}
	assert_int_equal(e.n_xattrs, 0);
}

/* More names than usual, up to as many as the kernel lists. */
static void test_many_names(void **state)
{
	static const size_t lens[] = { 1022, 1023, 1024, 1025, MOST };

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		const size_t left = lens[i] - strlen("user.last") - 1;
		size_t names = 0;

		evx_entry_free(&e);
		memset(&file, 0, sizeof(file));
		/* Names that are gone when they are asked for. */
		for (size_t at = 0; at < left; names++) {
			const size_t n = left - at < 500 ? left - at : 250;

			memset(file.names + at, 'x', n - 1);
			at += n;
		}
		file.names_len = left;
		has("user.last", 3, 0, NULL);
		assert_int_equal(file.names_len, lens[i]);
		read_all();
		assert_true(names > 2);
		assert_int_equal(e.n_xattrs, 1);
		is_attr(0, "user.last", 3, 'a');
		assert_non_null(strstr(e.metadata_errors, "(extended attribute xxx"));
	}
}

/* One that cannot be read is told with its name, and the others are read. */
static void test_failures(void **state)
{
	(void)state;
	has("user.a", 3, 0, NULL);
	has("user.b", 3, EACCES, NULL);
	has("user.c", 3, 0, NULL);
	read_all();
	assert_int_equal(e.n_xattrs, 2);
	is_attr(0, "user.a", 3, 'a');
	is_attr(1, "user.c", 3, 'c');
	assert_string_equal(
		e.metadata_errors, "EACCES: Permission denied (extended attribute user.b)");
}

/* All together may have so many bytes; what goes beyond is left out, and what fits behind it is
 * not.
 */
static void test_room(void **state)
{
	const size_t name = strlen("user.a");

	(void)state;
	has("user.a", 65536, 0, NULL);
	has("user.b", 65536, 0, NULL);
	has("user.c", 65536 - 3 * name, 0, NULL);
	read_all();
	assert_int_equal(e.n_xattrs, 3);
	assert_null(e.metadata_errors);
	evx_entry_free(&e);
	file.at[2].len++;
	has("user.d", 2, 0, NULL);
	read_all();
	assert_int_equal(e.n_xattrs, 3);
	is_attr(2, "user.d", 2, 'd');
	assert_non_null(strstr(e.metadata_errors, "E2BIG"));
	assert_non_null(strstr(e.metadata_errors, "(extended attribute user.c)"));
	assert_null(strstr(e.metadata_errors, "user.d"));
}

/* Version 2; the owner, a group and others, each with an id of its own or none. */
static const uint8_t acl[] = { 2, 0, 0, 0, 1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, 4, 0, 4, 0, 0xff,
	0xff, 0xff, 0xff, 0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
#define ACCESS "system.posix_acl_access"
#define DEFAULT "system.posix_acl_default"

static void test_acls(void **state)
{
	uint8_t other[sizeof(acl)];

	(void)state;
	memcpy(other, acl, sizeof(acl));
	other[6] = 7;
	has("user.a", 3, 0, NULL);
	has(DEFAULT, sizeof(other), 0, other);
	has(ACCESS, sizeof(acl), 0, acl);
	has("system.posix_acl_acces", 1, 0, NULL); /* what has nearly that name is none */
	read_all();
	assert_string_equal(e.acl_access, "user::rw-,group::r--,other::---");
	assert_string_equal(e.acl_default, "user::rwx,group::r--,other::---");
	assert_int_equal(e.n_xattrs, 2);
	is_attr(0, "system.posix_acl_acces", 1, 'd');
	is_attr(1, "user.a", 3, 'a');
	/* One that is none is told. */
	evx_entry_free(&e);
	other[0] = 3;
	read_all();
	assert_string_equal(e.acl_access, "user::rw-,group::r--,other::---");
	assert_null(e.acl_default);
	assert_string_equal(e.metadata_errors, "EINVAL: Invalid argument (" DEFAULT ")");
}

/* The text of an ACL takes up to three times its bytes. */
static void test_room_of_acls(void **state)
{
	const size_t taken = strlen(ACCESS) + 3 * sizeof(acl), name = strlen("user.a");

	(void)state;
	has(ACCESS, sizeof(acl), 0, acl);
	has("user.a", 65536, 0, NULL);
	has("user.b", 65536, 0, NULL);
	has("user.c", 65536 - 3 * name - taken, 0, NULL);
	read_all();
	assert_null(e.metadata_errors);
	assert_int_equal(e.n_xattrs, 3);
	evx_entry_free(&e);
	file.at[3].len++;
	read_all();
	assert_non_null(strstr(e.metadata_errors, "E2BIG"));
	assert_int_equal(e.n_xattrs, 2);
	assert_non_null(e.acl_access);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sorted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_attributes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_acls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_room_of_acls, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
