/* store/heads.h: what a machine remembers of exhibits, in which order, and what it does not let
 * anybody take from it. */
#include "heads_fixture.h"

#include <sys/file.h>

static void forget(const char *const *uuids, size_t n)
{
	char all[4][EVX_UUID_CAP];

	for (size_t i = 0; i < n; i++)
		memcpy(all[i], uuids[i], EVX_UUID_CAP);
	assert_int_equal(evx_heads_forget(&v, (const char(*)[EVX_UUID_CAP])all, n, &diag), EVX_OK);
}

static void test_remembered(void **state)
{
	struct evx_head_seen open = seen(U2, 7, 7, B);
	struct stat st;

	(void)state;
	memory_is("");
	remember(U2, 3, 3, A);
	assert_int_equal(fstatat(v.pins, HEADS, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	remember(U3, 1, 1, "");
	remember(U1, 12, 4, "");
	memory_is("1:12:4:- 2:3:3:a 3:1:1:- ");
	/* A chain does not get shorter. It grows, and its case stays the one that was seen first.
	 */
	remember(U2, 2, 9, A);
	memory_is("1:12:4:- 2:3:3:a 3:1:1:- ");
	remember(U2, 4, 5, B);
	memory_is("1:12:4:- 2:4:5:a 3:1:1:- ");
	remember(U3, 2, 6, A);
	memory_is("1:12:4:- 2:4:5:a 3:2:6:- ");
	/* Where its case is in question: what is known grows, what is new is not taken. */
	open.case_open = true;
	assert_int_equal(evx_heads_remember_one(&v, &open, &diag), EVX_OK);
	memory_is("1:12:4:- 2:7:7:a 3:2:6:- ");
	memcpy(open.uuid, U4, sizeof(open.uuid));
	assert_int_equal(evx_heads_remember_one(&v, &open, &diag), EVX_OK);
	memory_is("1:12:4:- 2:7:7:a 3:2:6:- ");
	open.case_open = false;
	assert_int_equal(evx_heads_remember_one(&v, &open, &diag), EVX_OK);
	memory_is("1:12:4:- 2:7:7:a 3:2:6:- 4:7:7:b ");
}

static void test_forgotten(void **state)
{
	(void)state;
	forget((const char *const[]){ U1 }, 1); /* nothing is remembered */
	for (size_t i = 0; i < 4; i++)
		remember(((const char *const[]){ U1, U2, U3, U4 })[i], i + 1, 8, "");
	forget(NULL, 0);
	forget((const char *const[]){ VAULT }, 1);
	memory_is("1:1:8:- 2:2:8:- 3:3:8:- 4:4:8:- ");
	forget((const char *const[]){ "00000000-0000-4000-8000-000000000000", U2, U3 }, 3);
	memory_is("1:1:8:- 4:4:8:- ");
	forget((const char *const[]){ U1 }, 1);
	memory_is("4:4:8:- ");
	forget((const char *const[]){ U1, U4 }, 2);
	memory_is("");
}

static enum evx_err stop_at_second(void *ctx, const struct evx_head_seen *one)
{
	size_t *n = ctx;

	(void)one;
	return ++*n == 2 ? EVX_E_KEY : EVX_OK;
}

static void test_no_memory(void **state)
{
	const struct evx_head_seen more = seen(U3, 1, 1, "");
	const int pins = v.pins;
	size_t n = 0;

	(void)state;
	remember(U1, 1, 1, "");
	remember(U2, 1, 1, "");
	/* What each returns ends it. */
	assert_int_equal(evx_heads_each(&v, stop_at_second, &n, &diag), EVX_E_KEY);
	assert_int_equal(n, 2);
	/* A vault that is not the one remembered: nothing new. */
	v.changed.code = EVX_E_FORGED;
	assert_int_equal(evx_heads_remember_one(&v, &more, &diag), EVX_OK);
	memory_is("1:1:1:- 2:1:1:- ");
	v.changed.code = EVX_OK;
	v.pins = -1;
	assert_int_equal(evx_heads_remember_one(&v, &more, &diag), EVX_OK);
	forget((const char *const[]){ U1 }, 1);
	memory_is("");
	v.pins = pins;
	memory_is("1:1:1:- 2:1:1:- ");
}

/* Nothing is written over what is damaged, and whoever asks for it hears of that. */
static void test_damaged(void **state)
{
	static const char *const lines[] = { "", "evx-vault-heads/2\n",
		"evx-vault-heads/1\n" U1 " x 1 x -\n", "evx-vault-heads/1\nx" };
	const struct evx_head_seen more = seen(U3, 1, 1, "");
	const char uuid[1][EVX_UUID_CAP] = { U1 };
	char text[400] = "", found[400];
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct evx_diag why = { 0 };
		const ssize_t n = (ssize_t)strlen(lines[i]);

		scratch_file(&s, "pins/" HEADS, lines[i], strlen(lines[i]));
		assert_int_equal(evx_heads_each(&v, tell_one, text, &why), EVX_E_CORRUPT);
		assert_int_equal(why.code, EVX_E_CORRUPT);
		assert_string_equal(why.path, HEADS);
		assert_non_null(strstr(why.text, "damaged"));
		assert_string_equal(text, "");
		assert_int_equal(evx_heads_remember_one(&v, &more, NULL), EVX_OK);
		assert_int_equal(evx_heads_forget(&v, uuid, 1, NULL), EVX_E_CORRUPT);
		fd = openat(v.pins, HEADS, O_RDONLY | O_CLOEXEC);
		assert_int_equal(read(fd, found, sizeof(found)), n);
		assert_memory_equal(found, lines[i], (size_t)n);
		(void)close(fd);
	}
	/* One that is far too large. */
	fd = openat(v.pins, HEADS, O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, (off_t)EVX_HEADS_KEPT * 256 + 1), 0);
	(void)close(fd);
	assert_int_equal(evx_heads_each(&v, tell_one, text, NULL), EVX_E_LIMIT);
	assert_int_equal(evx_heads_remember_one(&v, &more, NULL), EVX_OK);
	assert_int_equal(unlinkat(v.pins, HEADS, 0), 0);
	assert_int_equal(mkdirat(v.pins, HEADS, 0700), 0);
	assert_int_equal(evx_heads_each(&v, tell_one, text, NULL), EVX_E_CORRUPT);
}

/* While somebody else writes it. */
static void test_locked(void **state)
{
	const struct evx_head_seen more = seen(U3, 1, 1, "");
	const char uuid[1][EVX_UUID_CAP] = { U1 };
	int fd;

	(void)state;
	remember(U1, 1, 1, "");
	fd = openat(v.pins, ".lock", O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_heads_remember_one(&v, &more, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(evx_heads_forget(&v, uuid, 1, NULL), EVX_E_INTERRUPTED);
	(void)close(fd);
	atomic_store(&cancel.stop, false);
	memory_is("1:1:1:- ");
	/* Whoever had it lets go of it again. */
	forget((const char *const[]){ U1 }, 1);
	remember(U2, 1, 1, "");
	memory_is("2:1:1:- ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_remembered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_locked, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
