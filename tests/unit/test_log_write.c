/* The log of a vault appended to and read again, entry by entry (store/vault.h "Writing"): what is
 * written is what was said, nothing is written that must not be, and no entry is replaced. */
#include "vault_world.h"

#include <sys/file.h>

#include "base/io.h"
#include "crypto/hash.h"
#include "store/vault_inner.h"

#define A "aaaaaaaa-0000-4000-8000-000000000000"
#define B "bbbbbbbb-0000-4000-8000-000000000000"

static struct evx_vault *v;
static struct evx_cancel cancel;

static int setup_open(void **state)
{
	(void)umask(022);
	(void)setup(state);
	memset(&cancel, 0, sizeof(cancel));
	v = vault_open(&s, &ann);
	v->cancel = &cancel;
	return 0;
}

static int teardown_open(void **state)
{
	evx_vault_free(v);
	return teardown(state);
}

static struct evx_vault_entry case_new(const char *id)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_CASE_NEW };

	memcpy(e.case_id, id, EVX_UUID_CAP);
	return e;
}

static void append(const struct evx_vault_entry *e, const struct evx_vault_private *private)
{
	assert_int_equal(evx_vault_lock(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_append(v, e, private, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_unlock_log(v);
	assert_int_equal(v->lock, -1);
}

static bool is_there(const char *name)
{
	return faccessat(s.fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What entry number n says, and whether its private part opens. */
static enum evx_err entry(uint32_t n, struct evx_vault_entry *e, char *label, bool *opened)
{
	struct evx_vault_private private;
	enum evx_err err = evx_vault_read_entry(v, n, e, &private, opened, NULL);

	label[0] = '\0';
	if (err == EVX_OK && private.label != NULL)
		(void)snprintf(label, 32, "%s", private.label);
	evx_vault_private_free(&private);
	return err;
}

static void test_read_again(void **state)
{
	char first[] = "first", second[] = "second", label[32];
	const struct evx_vault_private one = { .label = first }, two = { .label = second };
	const struct evx_vault_entry a = case_new(A), b = case_new(B);
	struct evx_vault_entry e;
	uint8_t hash[32], head[32];
	struct evx_buf text = EVX_BUF_INIT;
	struct stat st;
	bool opened;

	(void)state;
	append(&a, &one);
	append(&b, NULL);
	assert_int_equal(evx_vault_entries(v), 3);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(entry(1, &e, label, &opened), EVX_OK);
		assert_true(opened);
		assert_string_equal(label, "first");
		assert_string_equal(e.case_id, A);
		assert_int_equal(e.sequence, 1);
		assert_int_equal(e.time, NOW);
		assert_string_equal(e.signer, ann.id.card.signing);
		assert_string_equal(e.vault, evx_vault_uuid(v));
		evx_vault_entry_free(&e);
		assert_int_equal(entry(2, &e, label, &opened), EVX_OK);
		assert_false(opened);
		assert_string_equal(label, "");
		assert_string_equal(e.case_id, B);
		evx_vault_entry_free(&e);
		/* The same when the vault is opened anew. */
		evx_vault_free(v);
		v = vault_open(&s, &ann);
		assert_int_equal(evx_vault_entries(v), 3);
	}
	/* The head is the hash of the last file, which others may read. */
	assert_int_equal(
		evx_read_file(s.fd, "v/log/00000002-case-new", 1 << 20, &text, NULL), EVX_OK);
	evx_sha256(text.data, text.len, hash);
	evx_vault_head(v, head);
	assert_memory_equal(hash, head, 32);
	evx_buf_free(&text);
	assert_int_equal(fstatat(s.fd, "v/log/00000002-case-new", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_false(is_there("v/log/.entry"));
	/* Behind a removal the private part is for the new epoch's key; both open. */
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(
		evx_members_remove(v, evx_vault_member(v, 1)->fingerprint, &ann.signer, NOW, NULL),
		EVX_OK);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	e = (struct evx_vault_entry){ .type = EVX_VAULT_CASE_ALIAS };
	memcpy(e.case_id, A, EVX_UUID_CAP);
	append(&e, &two);
	assert_int_equal(entry(5, &e, label, &opened), EVX_OK);
	assert_true(opened);
	assert_string_equal(label, "second");
	evx_vault_entry_free(&e);
	assert_int_equal(entry(1, &e, label, &opened), EVX_OK);
	assert_string_equal(label, "first");
	evx_vault_entry_free(&e);
	evx_vault_free(v);
	v = vault_open(&s, NULL); /* whoever opens nothing sees no label */
	assert_int_equal(entry(1, &e, label, &opened), EVX_OK);
	assert_false(opened);
	evx_vault_entry_free(&e);
	assert_int_equal(entry(6, &e, label, &opened), EVX_E_USAGE);
}

/* A file that is another by now, or gone. */
static void test_changed_meanwhile(void **state)
{
	char first[] = "first", label[32];
	const struct evx_vault_private one = { .label = first };
	const struct evx_vault_entry a = case_new(A), b = case_new(B);
	struct evx_vault_private private;
	struct evx_diag why = { 0 };
	struct evx_vault_entry e;
	struct evx_buf text = EVX_BUF_INIT;
	bool opened;

	(void)state;
	append(&a, &one);
	append(&b, NULL);
	assert_int_equal(
		evx_read_file(s.fd, "v/log/00000001-case-new", 1 << 20, &text, NULL), EVX_OK);
	/* In its signature, which is not verified again. */
	text.data[text.len - 60] = text.data[text.len - 60] == 'A' ? 'B' : 'A';
	scratch_file(&s, "v/log/00000001-case-new", text.data, text.len);
	evx_buf_free(&text);
	assert_int_equal(evx_vault_read_entry(v, 1, &e, &private, &opened, &why), EVX_E_FORGED);
	assert_non_null(strstr(why.text, "Entry 1 of the vault log changed while"));
	assert_int_equal(e.case_id[0], '\0');
	assert_int_equal(entry(2, &e, label, &opened), EVX_OK);
	evx_vault_entry_free(&e);
	assert_int_equal(unlinkat(s.fd, "v/log/00000001-case-new", 0), 0);
	assert_int_equal(entry(1, &e, label, &opened), EVX_E_NOT_FOUND);
	assert_int_equal(symlinkat("00000002-case-new", s.fd, "v/log/00000001-case-new"), 0);
	why = (struct evx_diag){ 0 };
	assert_int_equal(evx_vault_read_entry(v, 1, &e, &private, &opened, &why), EVX_E_CORRUPT);
	assert_string_equal(why.path, "00000001-case-new");
}

/* Nothing is written without the lock, by who may not, after a stop, or as an init. */
static void test_not_written(void **state)
{
	struct evx_vault_entry a = case_new(A), init = { .type = EVX_VAULT_INIT };
	struct evx_diag why = { 0 };

	(void)state;
	assert_int_equal(evx_vault_append(v, &a, NULL, &ann.signer, NOW, &why), EVX_E_USAGE);
	assert_int_equal(why.code, EVX_E_USAGE);
	assert_int_equal(evx_vault_lock(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_append(v, &init, NULL, &ann.signer, NOW, NULL), EVX_E_USAGE);
	assert_int_equal(evx_vault_append(v, &a, NULL, &bob.signer, NOW, NULL), EVX_E_CUSTODY);
	atomic_store(&cancel.stop, true);
	why = (struct evx_diag){ 0 };
	assert_int_equal(evx_vault_append(v, &a, NULL, &ann.signer, NOW, &why), EVX_E_INTERRUPTED);
	assert_string_equal(why.text, "Interrupted. Nothing was signed.");
	atomic_store(&cancel.stop, false);
	assert_int_equal(evx_vault_entries(v), 1);
	assert_false(is_there("v/log/00000001-case-new") || is_there("v/log/.entry"));
	assert_int_equal(evx_vault_append(v, &a, NULL, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_unlock_log(v);
	assert_int_equal(evx_vault_entries(v), 2);
}

/* What an append left that was cut off is replaced; what stands under the name of the entry is not.
 */
static void test_in_the_way(void **state)
{
	const struct evx_vault_entry a = case_new(A), b = case_new(B);
	struct evx_buf text = EVX_BUF_INIT;

	(void)state;
	scratch_file(&s, "v/log/.entry", "half", 4);
	append(&a, NULL);
	assert_false(is_there("v/log/.entry"));
	assert_int_equal(evx_vault_lock(v, NULL), EVX_OK);
	scratch_file(&s, "v/log/00000002-case-new", "mine", 4);
	assert_int_equal(evx_vault_append(v, &b, NULL, &ann.signer, NOW, NULL), EVX_E_EXISTS);
	assert_int_equal(evx_vault_entries(v), 2);
	assert_false(is_there("v/log/.entry"));
	assert_int_equal(evx_read_file(s.fd, "v/log/00000002-case-new", 100, &text, NULL), EVX_OK);
	assert_int_equal(text.len, 4);
	evx_buf_free(&text);
	assert_int_equal(unlinkat(s.fd, "v/log/00000002-case-new", 0), 0);
	scratch_dir(&s, "v/log/.entry");
	assert_int_equal(evx_vault_append(v, &b, NULL, &ann.signer, NOW, NULL), EVX_E_IO);
	assert_int_equal(unlinkat(s.fd, "v/log/.entry", AT_REMOVEDIR), 0);
	assert_int_equal(evx_vault_append(v, &b, NULL, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_unlock_log(v);
}

/* Two who write: whoever takes the lock sees what the other has written, or waits. */
static void test_two_writers(void **state)
{
	const struct evx_vault_entry a = case_new(A), b = case_new(B);
	struct evx_vault *other = vault_open(&s, &ann);
	int fd;

	(void)state;
	append(&a, NULL);
	assert_int_equal(evx_vault_lock(other, NULL), EVX_OK);
	assert_int_equal(evx_vault_entries(other), 2);
	assert_int_equal(evx_vault_append(other, &a, NULL, &ann.signer, NOW, NULL), EVX_E_EXISTS);
	assert_int_equal(evx_vault_append(other, &b, NULL, &ann.signer, NOW, NULL), EVX_OK);
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_vault_lock(v, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(v->lock, -1);
	evx_vault_unlock_log(other);
	evx_vault_free(other);
	atomic_store(&cancel.stop, false);
	assert_int_equal(evx_vault_lock(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_entries(v), 3);
	evx_vault_unlock_log(v);
	/* What came meanwhile is not good: nothing is written on its word, and the lock is free. */
	scratch_file(&s, "v/log/00000003-case-new", "x", 1);
	assert_int_not_equal(evx_vault_lock(v, NULL), EVX_OK);
	assert_int_equal(v->lock, -1);
	fd = openat(s.fd, "v/log/.lock", O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	(void)close(fd);
	assert_int_not_equal(evx_vault_lock(v, NULL), EVX_OK);
}

/* Before the founder was accepted. */
static void test_not_accepted(void **state)
{
	struct evx_diag why = { 0 };

	(void)state;
	v->accepted = false;
	assert_int_equal(evx_vault_lock(v, &why), EVX_E_CUSTODY);
	assert_non_null(strstr(why.text, "has not accepted the founder"));
	assert_int_equal(v->lock, -1);
}

/* A log that holds what no writer made: what is wrong with it is said of the right entry. */
static void test_flaws(void **state)
{
	const struct evx_vault_entry a = case_new(A), b = case_new(B);
	struct evx_diag why = { 0 };

	(void)state;
	append(&a, NULL);
	append(&b, NULL);
	evx_vault_free(v);
	assert_int_equal(renameat(s.fd, "v/log/00000001-case-new", s.fd, "kept"), 0);
	v = vault_open(&s, NULL);
	assert_int_equal(evx_vault_entries(v), 1);
	assert_int_equal(evx_vault_sound(v, &why), EVX_E_CORRUPT);
	assert_non_null(strstr(
		why.text, "Entry 1 of the vault log is missing. The log holds entry 2 after it."));
	evx_vault_free(v);
	scratch_file(&s, "v/log/00000001-case-alias", "x", 1);
	assert_int_equal(renameat(s.fd, "kept", s.fd, "v/log/00000001-case-new"), 0);
	v = vault_open(&s, NULL);
	why = (struct evx_diag){ 0 };
	assert_int_equal(evx_vault_sound(v, &why), EVX_E_CORRUPT);
	assert_non_null(strstr(why.text, "holds 2 entries with the number 1."));
	assert_int_equal(evx_vault_entries(v), 1);
	evx_vault_free(v);
	assert_int_equal(unlinkat(s.fd, "v/log/00000001-case-alias", 0), 0);
	assert_int_equal(
		renameat(s.fd, "v/log/00000002-case-new", s.fd, "v/log/00000002-case-alias"), 0);
	v = vault_open(&s, NULL);
	why = (struct evx_diag){ 0 };
	assert_int_equal(evx_vault_sound(v, &why), EVX_E_FORGED);
	assert_non_null(strstr(why.text, "says that it is case-new. Its file name says"));
	assert_string_equal(why.path, "00000002-case-alias");
	assert_int_equal(evx_vault_entries(v), 2);
	/* Files that are none of the log's are left out of it. */
	evx_vault_free(v);
	assert_int_equal(
		renameat(s.fd, "v/log/00000002-case-alias", s.fd, "v/log/00000002-case-new"), 0);
	scratch_file(&s, "v/log/00000001-rollback.list", "x", 1);
	scratch_file(&s, "v/log/00000003-inventory.list", "x", 1);
	scratch_file(&s, "v/log/0000003-init", "x", 1);
	scratch_file(&s, "v/log/000000003-init", "x", 1);
	scratch_file(&s, "v/log/00000003_init", "x", 1);
	v = vault_open(&s, NULL);
	assert_int_equal(evx_vault_sound(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_entries(v), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read_again, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_changed_meanwhile, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_not_written, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_in_the_way, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_two_writers, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_not_accepted, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_flaws, setup_open, teardown_open),
	};

	return cmocka_run_group_tests(tests, make_people, free_people);
}
