/* store/memory.h: what a machine remembers of a vault, written, read, listed and forgotten; each
 * field of it counts, and nothing that is damaged is taken for something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <sys/file.h>

#include <cmocka.h>

#include "format/limits.h"
#include "format/text.h"
#include "scratch.h"
#include "store/memory.h"

#define U1 "11111111-1111-4111-8111-111111111111"
#define U2 "22222222-2222-4222-8222-222222222222"
#define U3 "33333333-3333-4333-8333-333333333333"
#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define REST "founder SHA256:abc\naccepted yes\nlog 10 " HEX "\n"

static struct scratch s;

static int setup(void **state)
{
	(void)state;
	(void)umask(022);
	s = scratch_make();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&s);
	return 0;
}

static struct evx_vault_memory known(const char *uuid)
{
	struct evx_vault_memory m = { .path = "/srv/v", .founder = "SHA256:abc", .entries = 10 };

	memcpy(m.uuid, uuid, EVX_UUID_CAP);
	assert_int_equal(evx_hex_decode(HEX, 64, m.head, 32), EVX_OK);
	return m;
}

static void written(const struct evx_vault_memory *m)
{
	assert_int_equal(evx_memory_write(s.fd, m, NULL), EVX_OK);
}

static struct evx_vault_memory read_back(const char *uuid)
{
	struct evx_vault_memory m;
	bool there = false;

	assert_int_equal(evx_memory_read(s.fd, uuid, &m, &there, NULL), EVX_OK);
	assert_true(there);
	return m;
}

static size_t file_of(const char *name, char *out, size_t cap)
{
	const int fd = openat(s.fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, out, cap - 1);
	assert_true(n >= 0);
	out[n] = '\0';
	(void)close(fd);
	return (size_t)n;
}

static bool is_there(const char *name)
{
	struct stat st;

	return fstatat(s.fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void test_each_field(void **state)
{
	const struct evx_vault_memory m = known(U1);
	struct evx_vault_memory other;

	(void)state;
	assert_true(evx_memory_equal(&m, &m));
	for (int i = 0; i < 6; i++) {
		other = m;
		if (i == 0)
			memcpy(other.uuid, U2, EVX_UUID_CAP);
		else if (i == 1)
			other.path[5] = 'w';
		else if (i == 2)
			other.founder[9] = 'd';
		else if (i == 3)
			other.accepted = true;
		else if (i == 4)
			other.entries++;
		else
			other.head[31] ^= 1;
		assert_false(evx_memory_equal(&m, &other));
		written(&m);
		written(&other);
		other = read_back(i == 0 ? U2 : U1);
		assert_false(evx_memory_equal(&m, &other));
	}
	written(&m);
	other = read_back(U1);
	assert_true(evx_memory_equal(&m, &other));
}

static void test_written(void **state)
{
	struct evx_vault_memory m = known(U1), back;
	struct stat st;
	char text[8192];

	(void)state;
	written(&m);
	assert_int_equal(fstatat(s.fd, U1, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	(void)file_of(U1, text, sizeof(text));
	assert_string_equal(text,
		"evx-vault-memory/1\npath L3Nydi92\nfounder SHA256:abc\naccepted no\nlog 10 " HEX
		"\n");
	m.path[0] = '\0';
	m.accepted = true;
	m.entries = EVX_VAULT_ENTRIES_MAX;
	written(&m);
	(void)file_of(U1, text, sizeof(text));
	assert_non_null(strstr(text, "/1\npath -\nfounder SHA256:abc\naccepted yes\nlog "));
	back = read_back(U1);
	assert_true(evx_memory_equal(&m, &back));
	/* As long as a path may be. */
	memset(m.path, 'x', sizeof(m.path) - 1);
	m.path[0] = '/';
	m.path[sizeof(m.path) - 1] = '\0';
	written(&m);
	back = read_back(U1);
	assert_true(evx_memory_equal(&m, &back));
}

static void test_nothing(void **state)
{
	struct evx_vault_memory m = known(U1);
	struct evx_diag diag = { 0 };
	bool there = true;

	(void)state;
	assert_int_equal(evx_memory_read(s.fd, U1, &m, &there, &diag), EVX_OK);
	assert_false(there);
	assert_int_equal(diag.code, EVX_OK);
	assert_string_equal(m.uuid, "");
	assert_string_equal(m.path, "");
	assert_int_equal(m.entries, 0);
}

/* The file says this: it is damaged, and nothing of it is taken. */
static void is_damaged(const char *text, size_t n)
{
	struct evx_vault_memory m = known(U2);
	const struct evx_vault_memory none = { .accepted = false };
	struct evx_diag diag = { 0 };
	bool there;

	scratch_file(&s, U1, text, n);
	if (evx_memory_read(s.fd, U1, &m, &there, &diag) != EVX_E_CORRUPT)
		fail_msg("%s", text);
	assert_int_equal(diag.code, EVX_E_CORRUPT);
	assert_string_equal(diag.path, U1);
	assert_non_null(strstr(diag.text, "is damaged"));
	assert_true(evx_memory_equal(&m, &none));
}

/* path: what is written in base64; founder, log: behind their words. */
static size_t memory_text(char *out, size_t cap, const void *path, size_t n, const char *founder,
	const char *accepted, const char *log)
{
	struct evx_buf b = EVX_BUF_INIT;
	int len;

	assert_int_equal(evx_base64_encode(path, n, true, &b), EVX_OK);
	len = snprintf(out, cap, "evx-vault-memory/1\npath %.*s\nfounder %s\naccepted %s\nlog %s\n",
		(int)b.len, b.len > 0 ? (const char *)b.data : "", founder, accepted, log);
	assert_true(len > 0 && (size_t)len < cap);
	evx_buf_free(&b);
	return (size_t)len;
}

static void test_damaged(void **state)
{
	static const char *const whole[] = { "", "evx-vault-memory/1", "evx-vault-memory/1\n",
		"evx-vault-memory/2\npath -\n" REST, "evx-vault-memory/1\npath -\n" REST "\n",
		"evx-vault-memory/1\npath -\n" REST REST, "evx-vault-memory/1\n" REST };
	static const char log[] = "10 " HEX;
	char text[8192], path[EVX_MEMORY_PATH_CAP + 1], founder[EVX_FINGERPRINT_CAP + 1],
		number[100];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		is_damaged(whole[i], strlen(whole[i]));
#define DAMAGED(path, n, founder, accepted, log) \
	is_damaged(text, memory_text(text, sizeof(text), path, n, founder, accepted, log))
	DAMAGED("v", 1, "SHA256:abc", "yes", log);
	DAMAGED("", 0, "SHA256:abc", "yes", log);
	DAMAGED("/srv\0v", 6, "SHA256:abc", "yes", log);
	DAMAGED("/\0", 2, "SHA256:abc", "yes", log);
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	DAMAGED(path, EVX_MEMORY_PATH_CAP, "SHA256:abc", "yes", log);
	DAMAGED("/v", 2, "SHA256:", "yes", log);
	DAMAGED("/v", 2, "SHA512:abc", "yes", log);
	memset(founder, 'x', sizeof(founder));
	memcpy(founder, "SHA256:", 7);
	founder[EVX_FINGERPRINT_CAP] = '\0';
	DAMAGED("/v", 2, founder, "yes", log);
	DAMAGED("/v", 2, "SHA256:abc", "maybe", log);
	DAMAGED("/v", 2, "SHA256:abc", "nos", log);
	DAMAGED("/v", 2, "SHA256:abc", "ye", log);
	DAMAGED("/v", 2, "SHA256:abc", "no ", log);
	DAMAGED("/v", 2, "SHA256:abc", "yes", "0 " HEX);
	DAMAGED("/v", 2, "SHA256:abc", "yes", "10" HEX);
	DAMAGED("/v", 2, "SHA256:abc", "yes", "x " HEX);
	DAMAGED("/v", 2, "SHA256:abc", "yes", "10 " HEX "0");
	DAMAGED("/v", 2, "SHA256:abc", "yes", "10  " HEX);
	(void)snprintf(number, sizeof(number), "%lu " HEX, EVX_VAULT_ENTRIES_MAX + 1ul);
	DAMAGED("/v", 2, "SHA256:abc", "yes", number);
	/* The same texts, up to their limits. */
	founder[EVX_FINGERPRINT_CAP - 1] = '\0';
	(void)snprintf(number, sizeof(number), "%lu " HEX, EVX_VAULT_ENTRIES_MAX + 0ul);
	n = memory_text(text, sizeof(text), "/", 1, founder, "no", number);
	scratch_file(&s, U1, text, n);
	assert_string_equal(read_back(U1).founder, founder);
	assert_string_equal(read_back(U1).path, "/");
	n = memory_text(text, sizeof(text), "/v", 2, "SHA256:a", "yes", "1 " HEX);
	scratch_file(&s, U1, text, n);
	assert_string_equal(read_back(U1).founder, "SHA256:a");
	assert_int_equal(read_back(U1).entries, 1);
	assert_true(read_back(U1).accepted);
}

/* What is no file of a memory's size is none. */
static void test_unreadable(void **state)
{
	struct evx_vault_memory m = known(U1);
	struct evx_diag diag = { 0 };
	bool there = true;
	char big[8194];

	(void)state;
	memset(big, 'x', sizeof(big));
	scratch_file(&s, U1, big, 8193);
	assert_int_equal(evx_memory_read(s.fd, U1, &m, &there, &diag), EVX_E_LIMIT);
	assert_false(there);
	assert_string_equal(diag.path, U1);
	assert_non_null(strstr(diag.text, "cannot be read"));
	scratch_dir(&s, U2);
	memcpy(m.uuid, U2, EVX_UUID_CAP);
	assert_int_equal(evx_memory_read(s.fd, U2, &m, &there, NULL), EVX_E_CORRUPT);
	m = known(U2);
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_memory_write(s.fd, &m, &diag), EVX_E_IO);
	assert_string_equal(diag.path, U2);
	assert_non_null(strstr(diag.text, "cannot remember it: "));
}

static char names[200];

static enum evx_err see(void *ctx, const struct evx_vault_memory *m)
{
	size_t *left = ctx;
	const size_t n = strlen(names);

	assert_string_equal(m->founder, "SHA256:abc");
	names[n] = m->uuid[0];
	names[n + 1] = '\0';
	return --*left == 0 ? EVX_E_KEY : EVX_OK;
}

static void test_all(void **state)
{
	struct evx_vault_memory m;
	size_t left = 99;

	(void)state;
	for (int i = 0; i < 3; i++) {
		m = known(i == 0 ? U1 : i == 1 ? U2 : U3);
		written(&m);
	}
	scratch_file(&s, U1 ".heads", "x", 1);
	scratch_file(&s, ".lock", "x", 1);
	scratch_file(&s, "11111111-1111-4111-8111-11111111111x", "x", 1);
	names[0] = '\0';
	assert_int_equal(evx_memory_each(s.fd, see, &left, NULL), EVX_OK);
	assert_int_equal(strlen(names), 3);
	assert_true(strchr(names, '1') && strchr(names, '2') && strchr(names, '3'));
	left = 2;
	names[0] = '\0';
	assert_int_equal(evx_memory_each(s.fd, see, &left, NULL), EVX_E_KEY);
	assert_int_equal(strlen(names), 2);
	scratch_file(&s, U2, "x", 1);
	left = 99;
	assert_int_equal(evx_memory_each(s.fd, see, &left, NULL), EVX_E_CORRUPT);
}

static void test_forgotten(void **state)
{
	const struct evx_vault_memory one = known(U1), two = known(U2);
	struct evx_cancel cancel = { false };
	struct evx_diag diag = { 0 };
	int fd = -1, other = -1;

	(void)state;
	written(&one);
	written(&two);
	scratch_file(&s, U1 ".heads", "x", 1);
	scratch_file(&s, U2 ".heads", "x", 1);
	assert_int_equal(evx_memory_forget(s.fd, "../" U1, NULL, NULL), EVX_E_USAGE);
	assert_int_equal(evx_memory_forget(s.fd, U3, NULL, &diag), EVX_E_NOT_FOUND);
	assert_non_null(strstr(diag.text, U3));
	/* Not while another program writes there. */
	assert_int_equal(evx_memory_lock(s.fd, NULL, &fd, NULL), EVX_OK);
	assert_true(fd >= 0 && is_there(".lock"));
	atomic_store(&cancel.stop, true);
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_memory_lock(s.fd, &cancel, &other, &diag), EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	assert_int_equal(other, -1);
	assert_int_equal(evx_memory_forget(s.fd, U1, &cancel, NULL), EVX_E_INTERRUPTED);
	assert_true(is_there(U1) && is_there(U1 ".heads"));
	(void)close(fd);
	atomic_store(&cancel.stop, false);
	assert_int_equal(evx_memory_forget(s.fd, U1, &cancel, NULL), EVX_OK);
	assert_false(is_there(U1) || is_there(U1 ".heads"));
	assert_true(is_there(U2) && is_there(U2 ".heads"));
	/* A vault of which no exhibit is remembered; and exhibits that stay in the way. */
	assert_int_equal(unlinkat(s.fd, U2 ".heads", 0), 0);
	assert_int_equal(evx_memory_forget(s.fd, U2, NULL, NULL), EVX_OK);
	assert_false(is_there(U2));
	written(&two);
	scratch_dir(&s, U2 ".heads");
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_memory_forget(s.fd, U2, NULL, &diag), EVX_E_IO);
	assert_non_null(strstr(diag.text, "its exhibits cannot be forgotten"));
	scratch_dir(&s, U1);
	assert_int_equal(evx_memory_forget(s.fd, U1, NULL, NULL), EVX_E_IO);
	/* Each let go of the lock. */
	assert_int_equal(evx_memory_lock(s.fd, &cancel, &fd, NULL), EVX_OK);
	(void)close(fd);
}

/* Somebody who may read the place, and not write there. */
static void as_nobody(void *arg)
{
	const struct evx_vault_memory m = known(U1);
	int fd = 7;

	(void)arg;
	if (evx_memory_lock(s.fd, NULL, &fd, NULL) != EVX_OK || fd != -1)
		_exit(2);
	if (evx_memory_write(s.fd, &m, NULL) != EVX_OK || is_there(U1))
		_exit(3);
	if (evx_memory_forget(s.fd, U2, NULL, NULL) != EVX_E_IO || !is_there(U2))
		_exit(4);
}

static void test_read_only(void **state)
{
	const struct evx_vault_memory two = known(U2);

	(void)state;
	written(&two);
	assert_int_equal(fchmod(s.fd, 0555), 0);
	assert_true(scratch_as_nobody(as_nobody, NULL));
	assert_int_equal(fchmod(s.fd, 0700), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_field, setup, teardown),
		cmocka_unit_test_setup_teardown(test_written, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_only, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
