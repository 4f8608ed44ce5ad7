/* store/members.h: whose key files a vault has, what they open, and who may change that. */
#include "vault_world.h"

#include "format/text.h"
#include "store/vault_inner.h"

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

/* A member's file, or ("") the directory. */
static const char *file_of(const struct person *p, const char *file)
{
	static char name[4][160];
	static unsigned turn;
	char *out = name[turn++ % 4], hex[65], fingerprint[EVX_FINGERPRINT_CAP];
	uint8_t hash[32];

	assert_int_equal(evx_members_hash(p->id.card.signing, hash, fingerprint, NULL), EVX_OK);
	evx_hex_encode(hash, 32, hex);
	(void)snprintf(
		out, sizeof(name[0]), "v/members/%s%s%s", hex, file[0] != '\0' ? "/" : "", file);
	return out;
}

static bool has(const struct person *p, const char *file)
{
	return faccessat(s.fd, file_of(p, file), F_OK, 0) == 0;
}

static enum evx_err add(const struct person *p, bool custody_only, struct evx_diag *why)
{
	return evx_members_add(v, &p->id.card, p->card, custody_only, &ann.signer, NOW, why);
}

static enum evx_err take_out(const struct person *p, const struct person *by, struct evx_diag *why)
{
	char fingerprint[EVX_FINGERPRINT_CAP];

	evx_sshkey_fingerprint(&p->id.signing_pub, fingerprint);
	return evx_members_remove(v, fingerprint, &by->signer, NOW, why);
}

static void test_files(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(add(&bob, true, NULL), EVX_OK);
	assert_true(has(&bob, "0001-custody.age"));
	assert_false(has(&bob, "0001-content.age"));
	assert_int_equal(add(&eve, false, NULL), EVX_OK);
	assert_true(has(&eve, "0001-custody.age") && has(&eve, "0001-content.age"));
	assert_int_equal(fstatat(s.fd, file_of(&eve, "0001-content.age"), &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	/* A new epoch is for those who stay, each in their tier. */
	assert_int_equal(take_out(&eve, &ann, NULL), EVX_OK);
	assert_true(has(&bob, "0002-custody.age"));
	assert_false(has(&bob, "0002-content.age"));
	assert_true(has(&ann, "0002-custody.age") && has(&ann, "0002-content.age"));
	assert_false(has(&eve, ""));
	assert_true(has(&bob, "0001-custody.age"));
	/* Whoever comes now gets the keys of both. */
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	assert_int_equal(add(&eve, false, NULL), EVX_OK);
	assert_true(has(&eve, "0001-custody.age") && has(&eve, "0001-content.age"));
	assert_true(has(&eve, "0002-custody.age") && has(&eve, "0002-content.age"));
	assert_int_equal(evx_vault_unlock(v, &eve.id, NULL), EVX_OK);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_CONTENT);
	for (uint32_t i = 1; i <= 2; i++)
		assert_true(evx_vault_custody(v, i) != NULL && evx_vault_content(v, i) != NULL);
	assert_true(evx_vault_custody(v, 0) == NULL && evx_vault_custody(v, 3) == NULL);
	assert_true(evx_vault_content(v, 0) == NULL && evx_vault_content(v, 3) == NULL);
	assert_int_equal(evx_vault_unlock(v, &bob.id, NULL), EVX_OK);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_CUSTODY);
	for (uint32_t i = 1; i <= 2; i++)
		assert_true(evx_vault_custody(v, i) != NULL && evx_vault_content(v, i) == NULL);
}

static void test_opened(void **state)
{
	static uint8_t large[65537];
	struct evx_diag why = { 0 };

	(void)state;
	/* A stranger's keys open nothing, and what was open before is closed. */
	assert_int_equal(evx_vault_unlock(v, &bob.id, &why), EVX_E_KEY);
	assert_non_null(strstr(why.text, "You are not a member of this vault."));
	assert_int_equal(evx_vault_tier(v), EVX_TIER_NONE);
	assert_null(evx_vault_custody(v, 1));
	/* Of two files one is enough for its tier. */
	assert_int_equal(renameat(s.fd, file_of(&ann, "0001-custody.age"), s.fd, "kept"), 0);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_CONTENT);
	assert_null(evx_vault_custody(v, 1));
	assert_int_equal(unlinkat(s.fd, file_of(&ann, "0001-content.age"), 0), 0);
	why = (struct evx_diag){ 0 };
	assert_int_equal(evx_vault_unlock(v, &ann.id, &why), EVX_E_KEY);
	assert_memory_equal(why.text, "Your key files are missing in this vault.", 41);
	assert_int_equal(renameat(s.fd, "kept", s.fd, file_of(&ann, "0001-custody.age")), 0);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_CUSTODY);
	/* A file that is too large, damaged, or no file; a directory that is none. */
	scratch_file(&s, file_of(&ann, "0001-content.age"), large, sizeof(large));
	why = (struct evx_diag){ 0 };
	assert_int_equal(evx_vault_unlock(v, &ann.id, &why), EVX_E_LIMIT);
	assert_string_equal(why.path, "0001-content.age");
	assert_int_equal(evx_vault_tier(v), EVX_TIER_NONE);
	assert_null(evx_vault_custody(v, 1));
	scratch_file(&s, file_of(&ann, "0001-content.age"), large, sizeof(large) - 1);
	assert_int_not_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_E_LIMIT);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_NONE);
	assert_int_equal(renameat(s.fd, file_of(&ann, ""), s.fd, "kept"), 0);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_E_NOT_FOUND);
	scratch_file(&s, file_of(&ann, ""), "x", 1);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_E_CORRUPT);
}

/* Who may not is told so, and nothing is changed. */
static void test_refused(void **state)
{
	struct evx_card retired = bob.id.card;
	struct evx_diag why = { 0 };

	(void)state;
	retired.is_retired = true;
	assert_int_equal(evx_members_add(v, &retired, bob.card, true, &ann.signer, NOW, &why),
		EVX_E_CUSTODY);
	assert_string_equal(
		why.text, "The card of Bob is retired. Nothing was changed. Ask for the new card.");
	assert_int_equal(add(&eve, false, NULL), EVX_OK);
	why = (struct evx_diag){ 0 };
	assert_int_equal(add(&eve, false, &why), EVX_E_EXISTS);
	assert_memory_equal(why.text, "The key of Eve belongs to a member already.", 43);
	assert_int_equal(v->lock, -1);
	/* A content member who cannot open all keys. */
	assert_int_equal(unlinkat(s.fd, file_of(&ann, "0001-custody.age"), 0), 0);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	why = (struct evx_diag){ 0 };
	assert_int_equal(add(&bob, true, &why), EVX_E_KEY);
	assert_memory_equal(why.text, "You cannot open key 1 of this vault.", 36);
	assert_false(has(&bob, ""));
	assert_int_equal(evx_vault_entries(v), 2);
	/* Nor can she see the others' cards. */
	assert_int_equal(add(&bob, true, NULL), EVX_E_KEY);
	why = (struct evx_diag){ 0 };
	assert_int_equal(take_out(&eve, &ann, &why), EVX_E_KEY);
	assert_memory_equal(why.text, "The card of SHA256:", 19);
	assert_int_equal(evx_vault_epochs(v), 1);
	assert_true(has(&eve, "0001-custody.age"));
	assert_int_equal(v->lock, -1);
	why = (struct evx_diag){ 0 };
	assert_int_equal(take_out(&bob, &ann, &why), EVX_E_NOT_FOUND);
	assert_memory_equal(why.text, "No member has the key SHA256:", 29);
}

/* Whoever says stop changes nothing. */
static void test_interrupted(void **state)
{
	struct evx_diag why = { 0 };

	(void)state;
	assert_int_equal(add(&eve, false, NULL), EVX_OK);
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_vault_unlock(v, &ann.id, &why), EVX_E_INTERRUPTED);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_NONE);
	atomic_store(&cancel.stop, false);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	atomic_store(&cancel.stop, true);
	assert_int_equal(add(&bob, true, NULL), EVX_E_INTERRUPTED);
	assert_false(has(&bob, ""));
	assert_int_equal(take_out(&eve, &ann, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(v->lock, -1);
	atomic_store(&cancel.stop, false);
	assert_int_equal(evx_vault_entries(v), 2);
	assert_int_equal(evx_vault_epochs(v), 1);
	assert_false(has(&ann, "0002-custody.age"));
	assert_true(has(&eve, "0001-content.age"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_opened, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_refused, setup_open, teardown_open),
		cmocka_unit_test_setup_teardown(test_interrupted, setup_open, teardown_open),
	};

	return cmocka_run_group_tests(tests, make_people, free_people);
}
