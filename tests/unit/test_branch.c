/* store/branch.h: receipts of other copies kept beside an exhibit; store/recipes.h: recipes read
 * with the vault's keys, from exhibits and remnants. */
#include "vault_world.h"

#include "base/io.h"
#include "format/text.h"
#include "store/branch.h"
#include "store/recipes.h"

#define UUID "00000000-0000-4000-8000-00000000000c"
#define LENDER "00000000-0000-4000-8000-00000000000d"

struct seen {
	char all[512];
	enum evx_err answer;
};

static enum evx_err see(void *ctx, const char *name)
{
	struct seen *seen = ctx;

	(void)snprintf(seen->all + strlen(seen->all), sizeof(seen->all) - strlen(seen->all),
		"%.2s ", name);
	return seen->answer;
}

static bool keep(const struct evx_vault *v, uint8_t first, const char *text)
{
	struct evx_session *session;
	uint8_t hash[32] = { first };
	bool made = false;

	assert_int_equal(evx_session_begin(v, &session, NULL), EVX_OK);
	assert_int_equal(
		evx_branch_keep(v, session, UUID, hash, text, strlen(text), &made, NULL), EVX_OK);
	evx_session_end(session);
	return made;
}

static void name_of(uint8_t first, char name[80])
{
	uint8_t hash[32] = { first };

	evx_hex_encode(hash, sizeof(hash), name);
	memcpy(name + 64, ".receipt", 9);
}

static void test_receipts(void **state)
{
	struct evx_vault *v = vault_open(&s, NULL);
	struct seen seen = { .answer = EVX_OK };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_session *session;
	uint8_t hash[32] = { 1 };
	char name[80], path[200];
	bool made;

	(void)state;
	assert_int_equal(evx_branch_each(v, UUID, see, &seen, NULL), EVX_OK);
	assert_string_equal(seen.all, "");
	assert_true(keep(v, 0xbb, "two"));
	assert_true(keep(v, 0xaa, "one"));
	assert_false(keep(v, 0xaa, "one"));
	scratch_file(&s, "v/branches/" UUID "/foreign", "x", 1);
	scratch_file(&s, "v/branches/" UUID "/.receipt", "x", 1);
	assert_int_equal(evx_branch_each(v, UUID, see, &seen, NULL), EVX_OK);
	assert_string_equal(seen.all, "aa bb ");
	seen.answer = EVX_E_INTERRUPTED;
	assert_int_equal(evx_branch_each(v, UUID, see, &seen, NULL), EVX_E_INTERRUPTED);
	assert_string_equal(seen.all, "aa bb aa ");
	/* Other bytes under that name give way. */
	assert_true(keep(v, 0xaa, "another"));
	name_of(0xaa, name);
	assert_int_equal(evx_branch_read(v, UUID, name, &text, NULL), EVX_OK);
	assert_int_equal(text.len, 7);
	assert_int_equal(evx_branch_read(v, UUID, "../vault.json", &text, NULL), EVX_E_USAGE);
	assert_int_equal(evx_branch_read(v, LENDER, name, &text, NULL), EVX_E_NOT_FOUND);
	/* A link in place of a receipt is not read, and replaced by one. */
	(void)snprintf(path, sizeof(path), "v/branches/" UUID "/%s", name);
	assert_int_equal(unlinkat(s.fd, path, 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", s.fd, path), 0);
	assert_int_not_equal(evx_branch_read(v, UUID, name, &text, NULL), EVX_OK);
	assert_true(keep(v, 0xaa, "one"));
	assert_int_equal(evx_branch_read(v, UUID, name, &text, NULL), EVX_OK);
	assert_int_equal(text.len, 10);
	evx_buf_free(&text);
	assert_int_equal(evx_session_begin(v, &session, NULL), EVX_OK);
	assert_int_equal(evx_branch_keep(v, session, "..", hash, "x", 1, &made, NULL), EVX_E_USAGE);
	evx_session_end(session);
	assert_int_equal(evx_branch_each(v, "..", see, &seen, NULL), EVX_E_USAGE);
	evx_vault_free(v);
}

static void test_a_link_in_place_of_branches(void **state)
{
	struct evx_vault *v = vault_open(&s, NULL);
	struct seen seen = { .answer = EVX_OK };
	struct evx_session *session;
	uint8_t hash[32] = { 1 };
	bool made;

	(void)state;
	scratch_dir(&s, "elsewhere");
	(void)unlinkat(s.fd, "v/branches", AT_REMOVEDIR);
	assert_int_equal(symlinkat("../elsewhere", s.fd, "v/branches"), 0);
	assert_int_equal(evx_session_begin(v, &session, NULL), EVX_OK);
	assert_int_equal(
		evx_branch_keep(v, session, UUID, hash, "x", 1, &made, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_branch_each(v, UUID, see, &seen, NULL), EVX_E_CORRUPT);
	evx_session_end(session);
	evx_vault_free(v);
}

/* ---- Recipes */

static void test_decrypt(void **state)
{
	struct evx_vault *v = vault_open(&s, NULL);
	struct evx_recipe_reader how = evx_recipes_reader(v);
	struct evx_buf file = EVX_BUF_INIT, other = EVX_BUF_INIT, plain = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(
		evx_age_encrypt(&evx_vault_epoch(v, 1)->custody_pub, 1, "text", 4, &file, NULL),
		EVX_OK);
	assert_int_equal(
		evx_age_encrypt(&evx_vault_epoch(v, 1)->content_pub, 1, "text", 4, &other, NULL),
		EVX_OK);
	assert_int_equal(
		how.decrypt(how.ctx, file.data, file.len, &plain, NULL), EVX_E_KEY); /* nobody
											opened
											the
											vault
										      */
	evx_vault_free(v);
	/* An epoch later it opens still. */
	v = vault_open(&s, &ann);
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(
		evx_members_remove(v, evx_vault_member(v, 1)->fingerprint, &ann.signer, NOW, NULL),
		EVX_OK);
	evx_vault_free(v);
	v = vault_open(&s, &ann);
	assert_int_equal(evx_vault_epochs(v), 2);
	how = evx_recipes_reader(v);
	assert_int_equal(how.decrypt(how.ctx, file.data, file.len, &plain, NULL), EVX_OK);
	assert_int_equal(plain.len, 4);
	assert_memory_equal(plain.data, "text", 4);
	/* The content identity is not for recipes. */
	assert_int_equal(how.decrypt(how.ctx, other.data, other.len, &plain, NULL), EVX_E_KEY);
	file.data[file.len - 1] ^= 1;
	assert_int_equal(how.decrypt(how.ctx, file.data, file.len, &plain, NULL), EVX_E_FORGED);
	assert_int_equal(
		how.decrypt(how.ctx, (const uint8_t *)"none", 4, &plain, NULL), EVX_E_NOT_OURS);
	assert_int_equal(plain.len, 4);
	evx_buf_free(&file);
	evx_buf_free(&other);
	evx_buf_free(&plain);
	evx_vault_free(v);
}

static void test_lenders(void **state)
{
	struct evx_vault *v = vault_open(&s, NULL);
	const struct evx_recipe_reader how = evx_recipes_reader(v);
	uint8_t hash[32] = { 0x07 };
	char name[65], path[200];
	bool any = true;
	int fd;

	(void)state;
	evx_hex_encode(hash, sizeof(hash), name);
	assert_int_equal(how.open(how.ctx, LENDER, hash, &fd, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(how.open(how.ctx, "../log", hash, &fd, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_recipes_any(v, LENDER, &any, NULL), EVX_E_NOT_FOUND);
	assert_false(any);
	scratch_dir(&s, "v/exhibits/" LENDER);
	assert_int_equal(evx_recipes_any(v, LENDER, &any, NULL), EVX_OK);
	assert_false(any);
	scratch_dir(&s, "v/exhibits/" LENDER "/data");
	/* A recipe does not lend: one step resolves it. */
	(void)snprintf(path, sizeof(path), "v/exhibits/" LENDER "/data/%s.recipe", name);
	scratch_file(&s, path, "x", 1);
	assert_int_equal(evx_recipes_any(v, LENDER, &any, NULL), EVX_OK);
	assert_true(any);
	assert_int_equal(how.open(how.ctx, LENDER, hash, &fd, NULL), EVX_E_NOT_FOUND);
	(void)snprintf(path, sizeof(path), "v/exhibits/" LENDER "/data/%s.pack", name);
	scratch_file(&s, path, "bytes", 5);
	assert_int_equal(how.open(how.ctx, LENDER, hash, &fd, NULL), EVX_OK);
	evx_close_quiet(&fd);
	assert_int_equal(unlinkat(s.fd, path, 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", s.fd, path), 0);
	assert_int_equal(how.open(how.ctx, LENDER, hash, &fd, NULL), EVX_E_CORRUPT);
	/* A remnant lends, too. */
	(void)mkdirat(s.fd, "v/remnants", 0777);
	scratch_dir(&s, "v/remnants/" UUID);
	scratch_dir(&s, "v/remnants/" UUID "/data");
	(void)snprintf(path, sizeof(path), "v/remnants/" UUID "/data/%s.pack", name);
	scratch_file(&s, path, "bytes", 5);
	assert_int_equal(how.open(how.ctx, UUID, hash, &fd, NULL), EVX_OK);
	evx_close_quiet(&fd);
	evx_vault_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_receipts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_link_in_place_of_branches, setup, teardown),
		cmocka_unit_test_setup_teardown(test_decrypt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lenders, setup, teardown),
	};

	return cmocka_run_group_tests(tests, make_people, free_people);
}
