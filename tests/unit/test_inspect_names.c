/* store/inspect.h: which names belong in a vault and which do not, marks and recipes that are left,
 * and what is told of a log that is flawed or was set back (format-spec/vault.md "Layout"). */
#include "vault_world.h"

#include "crypto/hash.h"
#include "format/text.h"
#include "store/inspect.h"
#include "store/inventory.h"
#include "store/rollback.h"

#define U1 "00000000-0000-4000-8000-000000000001"
#define U2 "00000000-0000-4000-8000-000000000002"
#define HEX32 "0123456789abcdef0123456789abcdef"
#define HEX64 HEX32 HEX32

static char found[8192];

/* Looks through the vault, as who opens it (NULL: nobody). All that is found is in `found`, a line
 * for each: "V-NAME remark where: text". Returns how many lines that is. */
static size_t look_as(const struct person *who)
{
	struct evx_vault *v;
	struct evx_findings f = { 0 };
	struct evx_heads *heads;
	size_t at = 0, n;

	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_load(v, NULL), EVX_OK);
	if (who != NULL)
		assert_int_equal(evx_vault_unlock(v, &who->id, NULL), EVX_OK);
	assert_int_equal(evx_heads_load(v, NULL, &f, &heads, NULL), EVX_OK);
	assert_int_equal(evx_inspect_vault(v, heads, &f, NULL), EVX_OK);
	found[0] = '\0';
	for (size_t i = 0; i < f.n; i++)
		at += (size_t)snprintf(found + at, sizeof(found) - at, "%s %s %s: %s\n",
			f.at[i].code, evx_weight_name(f.at[i].weight), f.at[i].where, f.at[i].text);
	assert_true(at < sizeof(found));
	n = f.n;
	evx_heads_free(heads);
	evx_findings_free(&f);
	evx_vault_free(v);
	return n;
}

static void begins(const char *line)
{
	if (strncmp(found, line, strlen(line)) != 0)
		fail_msg("expected \"%s\", found \"%s\"", line, found);
}

/* That is all that is found: one line that begins so. */
static void only(const char *line)
{
	if (look_as(NULL) != 1 || strncmp(found, line, strlen(line)) != 0)
		fail_msg("expected only \"%s\", found \"%s\"", line, found);
}

static void nothing(void)
{
	if (look_as(NULL) != 0)
		fail_msg("%s", found);
}

static void take_away(const char *name)
{
	assert_int_equal(
		unlinkat(s.fd, name, 0) == 0 || unlinkat(s.fd, name, AT_REMOVEDIR) == 0, 1);
}

/* A directory of the vault with this name in it, or a file: whether it belongs there. */
static void belongs(const char *folder, const char *name, bool dir, bool does)
{
	char path[300], line[300];

	(void)snprintf(path, sizeof(path), "v/%s%s", folder, name);
	(void)snprintf(line, sizeof(line),
		"V-NAME remark %s%s: This name belongs to nothing in a vault.", folder, name);
	if (dir)
		scratch_dir(&s, path);
	else
		scratch_file(&s, path, "x", 1);
	if (does)
		nothing();
	else
		only(line);
	take_away(path);
}

static void folder(const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "v/%s", name);
	if (mkdirat(s.fd, path, 0700) != 0)
		assert_int_equal(faccessat(s.fd, path, F_OK, 0), 0);
}

static void member_hex(const struct person *p, char hex[65])
{
	char fingerprint[EVX_FINGERPRINT_CAP];
	uint8_t hash[32];

	assert_int_equal(evx_members_hash(p->id.card.signing, hash, fingerprint, NULL), EVX_OK);
	evx_hex_encode(hash, 32, hex);
}

static void test_names(void **state)
{
	static const char *const files[] = { "catalog.sqlite", "catalog.sqlite-wal",
		"catalog.sqlite-shm", "catalog.sqlite-journal" };
	static const char *const uuids[] = { "branches/", "remnants/" };
	char hex[65], upper[65];

	(void)state;
	nothing();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		belongs("", files[i], false, true);
	belongs("", "lost+found", true, true);
	belongs("", "catalog.sqlite-wa", false, false);
	belongs("", "Catalog.sqlite", false, false);
	belongs("log/", ".entry", false, true);
	belongs("log/", ".lock", false, true);
	belongs("log/", ".entr", false, false);
	folder("exhibits");
	belongs("exhibits/", U1, true, true);
	belongs("exhibits/", U1, false, false);
	belongs("exhibits/", U1 "0", true, false);
	for (size_t i = 0; i < 2; i++) {
		folder(i == 0 ? "branches" : "remnants");
		belongs(uuids[i], U1, true, true);
		belongs(uuids[i], "x", true, false);
	}
	folder("cases");
	belongs("cases/", U1, true, false);
	folder("tmp");
	belongs("tmp/", HEX32, true, true);
	belongs("tmp/", HEX32 "0", true, false);
	belongs("tmp/", "123456789abcdef0123456789abcdef", true, false);
	belongs("tmp/", "0123456789abcdef0123456789abcdeF", true, false);
	belongs("tmp/", "receive-" HEX64, true, true);
	belongs("tmp/", "receive-" HEX64 "0", true, false);
	belongs("tmp/", "receive-" HEX32, true, false);
	belongs("tmp/", "receive_" HEX64, true, false);
	belongs("tmp/", HEX64, true, false);
	member_hex(&bob, hex);
	belongs("members/", hex, true, false); /* he is none */
	member_hex(&ann, hex);
	for (size_t i = 0; i < 65; i++)
		upper[i] = (char)(hex[i] >= 'a' && hex[i] <= 'f' ? hex[i] - 32 : hex[i]);
	assert_string_not_equal(upper, hex);
	belongs("members/", upper, true, false);
	hex[63] = '\0';
	belongs("members/", hex, true, false);
}

/* What must be a directory. */
static void test_no_folder(void **state)
{
	(void)state;
	if (mkdirat(s.fd, "v/tmp", 0700) == 0)
		take_away("v/tmp");
	else
		assert_int_equal(unlinkat(s.fd, "v/tmp", AT_REMOVEDIR), 0);
	nothing();
	scratch_file(&s, "v/tmp", "x", 1);
	only("V-IO unchecked tmp/: This must be a directory, but it is something else.");
}

static void make_case(struct evx_vault *v, const char *label, char id[EVX_UUID_CAP])
{
	assert_int_equal(evx_case_new(v, label, NULL, &ann.signer, NOW, id, NULL), EVX_OK);
}

/* A case, and marks in its directory. */
static void test_marks(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);
	char a[EVX_UUID_CAP], b[EVX_UUID_CAP], path[160], line[200];

	(void)state;
	make_case(v, "A", a);
	make_case(v, "B", b);
	evx_vault_free(v);
	nothing();
	folder("exhibits");
	folder("cases");
	for (int i = 0; i < 2; i++) {
		const char *id = i == 0 ? a : b;

		(void)snprintf(path, sizeof(path), "cases/%s", id);
		folder(path);
		(void)snprintf(path, sizeof(path), "cases/%s/exhibits", id);
		folder(path);
		(void)snprintf(path, sizeof(path), "v/cases/%s/exhibits/" U1, id);
		scratch_file(&s, path, "", 0);
		(void)snprintf(line, sizeof(line),
			"V-MARK remark cases/%s/exhibits/" U1 ": A case lists an exhibit that is "
			"not there",
			id);
		only(line);
		scratch_dir(&s, "v/exhibits/" U1);
		nothing();
		take_away(path);
		take_away("v/exhibits/" U1);
		(void)snprintf(path, sizeof(path), "v/cases/%s/exhibits/x", id);
		scratch_file(&s, path, "", 0);
		(void)snprintf(line, sizeof(line), "V-NAME remark cases/%s/exhibits/x: ", id);
		only(line);
		take_away(path);
	}
	(void)snprintf(path, sizeof(path), "v/cases/%s/exhibits", a);
	take_away(path);
	scratch_file(&s, path, "", 0); /* one that cannot be read does not hide the next */
	(void)snprintf(path, sizeof(path), "v/cases/%s/exhibits/" U2, b);
	scratch_file(&s, path, "", 0);
	(void)snprintf(line, sizeof(line), "V-MARK remark cases/%s/exhibits/" U2, b);
	only(line);
}

static void test_recipes(void **state)
{
	static const char *const names[][2] = { { "a.recipe", "a.pack" },
		{ "a.recipe", "a.b.pack" }, { "a.b.recipe", "a.pack" }, { "a.recipes", "a.pack" },
		{ "arecipe", "a.pack" }, { "a.recipe", "b.pack" } };
	char path[200];

	(void)state;
	folder("exhibits");
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "exhibits/%s", i == 0 ? U1 : U2);
		folder(path);
		(void)snprintf(path, sizeof(path), "exhibits/%s/data", i == 0 ? U1 : U2);
		folder(path);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (size_t k = 0; k < 2; k++) {
			(void)snprintf(
				path, sizeof(path), "v/exhibits/" U2 "/data/%s", names[i][k]);
			scratch_file(&s, path, "x", 1);
		}
		if (i == 0)
			only("V-RECIPE remark exhibits/" U2 "/data/a.recipe: ");
		else
			nothing();
		for (size_t k = 0; k < 2; k++) {
			(void)snprintf(
				path, sizeof(path), "v/exhibits/" U2 "/data/%s", names[i][k]);
			take_away(path);
		}
	}
}

static void test_members(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);
	char hex[65], name[160], line[200];

	(void)state;
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);
	nothing();
	assert_int_equal(look_as(&ann), 0); /* also with the cards open */
	member_hex(&bob, hex);
	(void)snprintf(name, sizeof(name), "v/members/%s/0001-custody.age", hex);
	take_away(name);
	(void)snprintf(line, sizeof(line),
		"V-MEMBER broken members/%s/0001-custody.age: A key file of a member is missing.",
		hex);
	only(line);
	scratch_dir(&s, name);
	(void)snprintf(line, sizeof(line),
		"V-MEMBER broken members/%s/0001-custody.age: A key file of a member is damaged.",
		hex);
	only(line);
	take_away(name);
	(void)snprintf(name, sizeof(name), "v/members/%s", hex);
	take_away(name);
	(void)snprintf(line, sizeof(line),
		"V-MEMBER broken members/%s/: A member's directory is missing", hex);
	only(line);
	assert_int_equal(renameat(s.fd, "v/members", s.fd, "kept"), 0);
	only("V-MEMBER broken members: The members' files are missing");
}

/* Someone whose key in the log is not the one on their card. */
static void test_paired(void **state)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_MEMBER_ADD };
	struct evx_vault_private private = { .card = bob.card };
	struct evx_vault *v = vault_open(&s, &ann);
	char hex[65], line[200];

	(void)state;
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(
		evx_members_remove(v, evx_vault_member(v, 1)->fingerprint, &ann.signer, NOW, NULL),
		EVX_OK);
	memcpy(e.member_signing, bob.id.card.signing, sizeof(e.member_signing));
	memcpy(e.member_encryption, ann.id.card.encryption, sizeof(e.member_encryption));
	assert_int_equal(evx_vault_lock(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_append(v, &e, &private, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_unlock_log(v);
	evx_vault_free(v);
	member_hex(&bob, hex);
	(void)snprintf(
		line, sizeof(line), "V-MEMBER broken members/%s/: The log gives this member", hex);
	assert_int_equal(look_as(&ann), 2);
	if (strncmp(found, line, strlen(line)) != 0)
		fail_msg("%s", found);
	/* Who opens nothing sees no card, and says nothing of it. */
	assert_int_equal(look_as(NULL), 1);
	assert_null(strstr(found, "The log gives"));
}

/* What it says is found at the entry. */
static void test_flawed_log(void **state)
{
	(void)state;
	scratch_file(&s, "v/log/00000001-case-new", "x", 1);
	look_as(NULL);
	begins("V-LOG broken 00000001-case-new: ");
	assert_non_null(strstr(found, "V-NAME remark log/00000001-case-new: "));
	take_away("v/log/00000001-case-new");
	scratch_file(&s, "v/log/00000002-case-new", "x", 1);
	look_as(NULL);
	begins("V-LOG broken log: Entry 1 of the vault log is missing.");
}

/* Three inventories, each with its list. */
static void test_inventories(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);
	struct evx_buf list = EVX_BUF_INIT;
	uint32_t sequence;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(evx_inventory_write(
					 v, &list, NULL, NULL, &ann.signer, NOW, &sequence, NULL),
			EVX_OK);
	evx_vault_free(v);
	evx_buf_free(&list);
	nothing();
	belongs("log/", "00000000-inventory.list", false, false);
	belongs("log/", "00000004-inventory.list", false, false);
	belongs("log/", "00000002-rollback.list", false, false);
}

/* Entries that say that the vault was set back, with their lists. */
static void test_set_back(void **state)
{
	static const char *const says[] = {
		"On 2026-01-02T03:04:05Z a member signed that the vault "
		"was put back from a backup. That machine had seen 1 "
		"entry of the log, and 2 exhibits otherwise",
		"On 2026-01-02T03:04:05Z a member signed that the vault was put back from a "
		"backup. "
		"That machine had seen 2 entries of the log, and 1 exhibit otherwise"
	};
	struct evx_vault *v = vault_open(&s, &ann);
	char line[300];

	(void)state;
	assert_false(evx_rollback_has(v, "00000001-rollback.list"));
	for (uint32_t i = 0; i < 2; i++) {
		struct evx_vault_entry e = {
			.type = EVX_VAULT_ROLLBACK, .entries = 1 + i, .exhibits = 2 - i
		};
		char name[64], list[8];

		(void)snprintf(list, sizeof(list), "list %u", (unsigned)i);
		(void)snprintf(name, sizeof(name), "v/log/%08u-rollback.list", 1 + (unsigned)i);
		scratch_file(&s, name, list, strlen(list));
		evx_sha256(list, strlen(list), e.list);
		assert_int_equal(evx_vault_lock(v, NULL), EVX_OK);
		assert_int_equal(evx_vault_append(v, &e, NULL, &ann.signer, NOW, NULL), EVX_OK);
		evx_vault_unlock_log(v);
	}
	assert_true(evx_rollback_has(v, "00000001-rollback.list"));
	assert_true(evx_rollback_has(v, "00000002-rollback.list"));
	assert_false(evx_rollback_has(v, "00000003-rollback.list"));
	evx_vault_free(v);
	assert_int_equal(look_as(NULL), 2);
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(line, sizeof(line), "V-ROLLBACK remark log/%08u-rollback.list: %s",
			1 + i, says[i]);
		if (strstr(found, line) == NULL)
			fail_msg("expected \"%s\", found \"%s\"", line, found);
	}
	/* A list that was changed, or taken away. */
	scratch_file(&s, "v/log/00000001-rollback.list", "list 1", 6);
	assert_int_equal(unlinkat(s.fd, "v/log/00000002-rollback.list", 0), 0);
	assert_int_equal(look_as(NULL), 2);
	for (unsigned i = 1; i <= 2; i++) {
		(void)snprintf(line, sizeof(line),
			"V-ROLLBACK broken log/%08u-rollback.list: The list that entry %u of the "
			"vault log signs is missing or was changed.",
			i, i);
		if (strstr(found, line) == NULL)
			fail_msg("expected \"%s\", found \"%s\"", line, found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_recipes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_members, setup, teardown),
		cmocka_unit_test_setup_teardown(test_paired, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flawed_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_inventories, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_back, setup, teardown),
	};

	return cmocka_run_group_tests(tests, make_people, free_people);
}
