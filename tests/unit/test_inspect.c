/* store/inspect.h and store/heads.h: what is wrong with a vault beside its exhibits; each fault
 * alone, with its weight. A good vault yields nothing. */
#include "vault_world.h"

#include "base/io.h"
#include "crypto/age.h"
#include "format/text.h"
#include "store/inspect.h"
#include "store/inventory.h"
#include "store/members.h"
#include "store/place.h"

#define U1 "00000000-0000-4000-8000-000000000001"
#define U2 "00000000-0000-4000-8000-000000000002"

/* "V-NAME:remark:where " for each finding. */
static void look(char *out, size_t cap)
{
	struct evx_vault *v = vault_open(&s, NULL);
	struct evx_findings f = { 0 };
	struct evx_heads *heads;
	size_t at = 0;

	assert_int_equal(evx_heads_load(v, NULL, &f, &heads, NULL), EVX_OK);
	assert_int_equal(evx_inspect_vault(v, heads, &f, NULL), EVX_OK);
	out[0] = '\0';
	for (size_t i = 0; i < f.n; i++)
		at += (size_t)snprintf(out + at, cap - at, "%s:%s:%s ", f.at[i].code,
			evx_weight_name(f.at[i].weight), f.at[i].where);
	assert_true(at < cap);
	evx_heads_free(heads);
	evx_findings_free(&f);
	evx_vault_free(v);
}

static void is_found(const char *expected)
{
	char found[2048];

	look(found, sizeof(found));
	if (expected[0] == '\0' ? found[0] != '\0' : strstr(found, expected) == NULL)
		fail_msg("expected \"%s\", found \"%s\"", expected, found);
}

static void member_name(const struct person *p, const char *file, char out[160])
{
	uint8_t hash[32];
	char fingerprint[EVX_FINGERPRINT_CAP], hex[65];
	struct evx_sshkey key;

	assert_int_equal(
		evx_sshkey_decode(p->id.card.signing, strlen(p->id.card.signing), &key, NULL),
		EVX_OK);
	evx_sshkey_fingerprint(&key, fingerprint);
	assert_int_equal(evx_card_fingerprint_hash(fingerprint, hash, NULL), EVX_OK);
	evx_hex_encode(hash, 32, hex);
	(void)snprintf(out, 160, "v/members/%s%s%s", hex, file[0] != '\0' ? "/" : "", file);
}

static void test_good(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);

	(void)state;
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);
	is_found("");
}

/* A member's file is for that member, and for nobody beside. */
static void test_extra_key(void **state)
{
	struct evx_buf file = EVX_BUF_INIT;
	uint8_t to[2][32];
	char name[160];

	(void)state;
	memcpy(to[0], ann.id.encryption_pub, 32);
	memcpy(to[1], bob.id.encryption_pub, 32);
	for (size_t n = 1; n <= 2; n++) {
		for (int content = 0; content < 2; content++) {
			evx_buf_reset(&file);
			assert_int_equal(
				evx_age_encrypt((const uint8_t(*)[32])to, n, "x", 1, &file, NULL),
				EVX_OK);
			member_name(&ann, content ? "0001-content.age" : "0001-custody.age", name);
			scratch_file(&s, name, file.data, file.len);
			if (n == 2)
				is_found(content ? "V-MEMBER:broken:" : "-custody.age ");
			else
				is_found("");
		}
	}
	evx_buf_free(&file);
}

static void test_missing_files(void **state)
{
	char name[160];

	(void)state;
	member_name(&ann, "0001-content.age", name);
	assert_int_equal(renameat(s.fd, name, s.fd, "kept"), 0);
	is_found("0001-content.age ");
	assert_int_equal(renameat(s.fd, "kept", s.fd, name), 0);
	is_found("");
	member_name(&ann, "0001-custody.age", name);
	scratch_file(&s, name, "", 0);
	is_found("V-MEMBER:broken:");
}

static void test_names(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);
	char name[160];

	(void)state;
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, false, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(
		evx_members_remove(v, evx_vault_member(v, 1)->fingerprint, &ann.signer, NOW, NULL),
		EVX_OK);
	evx_vault_free(v);
	is_found("");
	/* What belonged to a member who was removed belongs to nothing. */
	member_name(&bob, "", name);
	assert_int_equal(mkdirat(s.fd, name, 0700), 0);
	is_found("V-NAME:remark:members/");
	assert_int_equal(unlinkat(s.fd, name, AT_REMOVEDIR), 0);
	is_found("");
	scratch_file(&s, "v/log/00000002-inventory.list", "", 0);
	is_found("V-NAME:remark:log/00000002-inventory.list");
	assert_int_equal(unlinkat(s.fd, "v/log/00000002-inventory.list", 0), 0);
	/* The number behind the last entry is one too many. */
	scratch_file(&s, "v/log/00000003-case-new", "x", 1);
	is_found("V-NAME:remark:log/00000003-case-new");
}

/* Files first: an entry for a member who cannot open anything is not made. */
static void test_member_without_files(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);
	char name[160];

	(void)state;
	member_name(&bob, "", name);
	scratch_file(&s, name, "in the way", 10);
	assert_int_not_equal(
		evx_members_add(v, &bob.id.card, bob.card, false, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);
	v = vault_open(&s, NULL);
	assert_int_equal(evx_vault_entries(v), 1);
	evx_vault_free(v);
	assert_int_equal(unlinkat(s.fd, name, 0), 0);
	is_found("");
}

static void test_recipe_beside_pack(void **state)
{
	static const char hash[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	char name[200];

	(void)state;
	assert_int_equal(mkdirat(s.fd, "v/exhibits/" U1, 0700), 0);
	assert_int_equal(mkdirat(s.fd, "v/exhibits/" U1 "/data", 0700), 0);
	(void)snprintf(name, sizeof(name), "v/exhibits/" U1 "/data/%s.recipe", hash);
	scratch_file(&s, name, "x", 1);
	is_found("");
	(void)snprintf(name, sizeof(name), "v/exhibits/" U1 "/data/%s.pack", hash);
	scratch_file(&s, name, "x", 1);
	is_found("V-RECIPE:remark:exhibits/" U1 "/data/0123");
}

static void inventory(const struct person *by, const char *first, enum evx_inventory_result one,
	const char *second)
{
	struct evx_vault *v = vault_open(&s, by);
	struct evx_buf list = EVX_BUF_INIT;
	struct evx_inventory_line line = { .events = 1, .result = one };
	uint32_t sequence;

	memset(line.seal, 1, 32);
	memset(line.head, 1, 32);
	for (const char *u = first; u != NULL; u = u == first ? second : NULL) {
		memcpy(line.uuid, u, sizeof(line.uuid));
		assert_int_equal(evx_inventory_add(&list, &line), EVX_OK);
		line.result = EVX_INVENTORY_GOOD;
	}
	assert_int_equal(
		evx_inventory_write(v, &list, NULL, NULL, &by->signer, NOW, &sequence, NULL),
		EVX_OK);
	evx_buf_free(&list);
	evx_vault_free(v);
}

static void test_missing_exhibits(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);

	(void)state;
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);
	assert_int_equal(mkdirat(s.fd, "v/exhibits/" U1, 0700), 0);
	assert_int_equal(mkdirat(s.fd, "v/exhibits/" U2, 0700), 0);
	inventory(&ann, U1, EVX_INVENTORY_GOOD, U2);
	is_found("");
	/* The first one goes; later lists without it, or by somebody who may not let it go, change
	 * nothing. */
	assert_int_equal(unlinkat(s.fd, "v/exhibits/" U1, AT_REMOVEDIR), 0);
	is_found("V-MISSING:broken:exhibits/" U1);
	inventory(&bob, U2, EVX_INVENTORY_GOOD, NULL);
	is_found("V-MISSING:broken:exhibits/" U1);
	inventory(&bob, U1, EVX_INVENTORY_MISSING, U2);
	is_found("V-MISSING:broken:exhibits/" U1);
	inventory(&ann, U1, EVX_INVENTORY_MISSING, U2);
	is_found("V-MISSING:gap:exhibits/" U1);
	inventory(&bob, U2, EVX_INVENTORY_GOOD, NULL);
	is_found("V-MISSING:gap:exhibits/" U1);
	/* Nor does such a word take back what a content member signed openly. */
	inventory(&bob, U1, EVX_INVENTORY_GOOD, U2);
	is_found("V-MISSING:gap:exhibits/" U1);
	/* Seen again since. */
	inventory(&ann, U1, EVX_INVENTORY_GOOD, U2);
	is_found("V-MISSING:broken:exhibits/" U1);
}

/* An inventory by one member that lists exhibit U1 with so many events; head: the byte its last
 * one's hash is made of. */
static void listed(const struct person *by, uint8_t seal, uint64_t events, uint8_t head)
{
	struct evx_vault *v = vault_open(&s, by);
	struct evx_buf list = EVX_BUF_INIT;
	struct evx_inventory_line line = {
		.uuid = U1, .events = events, .result = EVX_INVENTORY_GOOD
	};
	uint32_t sequence;

	memset(line.seal, seal, 32);
	memset(line.head, head, 32);
	assert_int_equal(evx_inventory_add(&list, &line), EVX_OK);
	assert_int_equal(
		evx_inventory_write(v, &list, NULL, NULL, &by->signer, NOW, &sequence, NULL),
		EVX_OK);
	evx_buf_free(&list);
	evx_vault_free(v);
}

/* What is said of a chain of so many events, the hashes of which are bytes 1, 2, 3, …: the weight
 * of its V-HEAD, or "". */
static const char *head_of(size_t events)
{
	struct evx_chain_event at[8] = { 0 };
	struct evx_chain_result chain = {
		.at = at, .n = events, .in_bundle = events, .rightful = events
	};
	struct evx_vault *v = vault_open(&s, NULL);
	struct evx_findings f = { 0 }, none = { 0 };
	struct evx_heads *heads;
	const char *weight;

	for (size_t i = 0; i < events; i++)
		memset(at[i].hash, (int)i + 1, 32);
	memset(chain.exhibit, 1, 32);
	assert_int_equal(evx_heads_load(v, NULL, &none, &heads, NULL), EVX_OK);
	assert_int_equal(none.n, 0);
	assert_int_equal(evx_heads_judge(heads, v, U1, &chain, &f, NULL), EVX_OK);
	assert_true(f.n <= 1);
	weight = f.n == 0 ? "" : evx_weight_name(f.at[0].weight);
	if (f.n == 1)
		assert_string_equal(f.at[0].code, "V-HEAD");
	evx_heads_free(heads);
	evx_findings_free(&f);
	evx_findings_free(&none);
	evx_vault_free(v);
	return weight;
}

/* What only custody members list gives way to a content member's later list of what is there, and
 * to nothing else. */
static void test_lists_of_custody_members(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);

	(void)state;
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);
	listed(&ann, 1, 2, 2);
	assert_string_equal(head_of(2), "");
	/* Too many events; another event; another seal. What a content member signed before does
	 * not speak to it. */
	listed(&bob, 1, 7, 7);
	assert_string_equal(head_of(2), "broken");
	listed(&ann, 1, 2, 2);
	assert_string_equal(head_of(2), "gap");
	assert_string_equal(head_of(3), "gap");
	assert_string_equal(head_of(1), "broken");
	listed(&bob, 1, 7, 7);
	assert_string_equal(head_of(2), "gap");
	listed(&bob, 1, 1, 9);
	assert_string_equal(head_of(2), "broken");
	listed(&bob, 1, 2, 2);
	assert_string_equal(head_of(2), "broken");
	listed(&ann, 1, 2, 2);
	assert_string_equal(head_of(2), "gap");
	listed(&bob, 2, 1, 1);
	assert_string_equal(head_of(2), "broken");
	/* A later list of a content member that is not of what is there helps nobody. */
	listed(&ann, 1, 3, 9);
	assert_string_equal(head_of(3), "broken");
	assert_string_equal(head_of(2), "broken");
}

/* What a content member signed as well holds, whoever signs what afterwards. */
static void test_lists_of_both(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);

	(void)state;
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);
	listed(&bob, 1, 3, 3);
	listed(&ann, 1, 2, 2);
	assert_string_equal(head_of(2), "gap");
	assert_string_equal(head_of(3), "");
	listed(&ann, 1, 3, 3);
	listed(&ann, 1, 2, 2);
	assert_string_equal(head_of(2), "broken");
	assert_string_equal(head_of(3), "");
}

static struct evx_vault *recalled(int memory)
{
	struct evx_vault *v;

	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, memory, NULL, NULL), EVX_OK);
	assert_int_equal(evx_vault_load(v, NULL), EVX_OK);
	return v;
}

/* What loading of exhibit only says: the weight of its V-HEAD, or "". */
static const char *memory_says(int memory, const char *only)
{
	struct evx_vault *v = recalled(memory);
	struct evx_findings f = { 0 };
	struct evx_heads *heads;
	const char *weight;

	assert_int_equal(evx_heads_load(v, only, &f, &heads, NULL), EVX_OK);
	assert_true(f.n <= 1);
	weight = f.n == 0 ? "" : evx_weight_name(f.at[0].weight);
	if (f.n == 1)
		assert_string_equal(f.at[0].code, "V-HEAD");
	evx_heads_free(heads);
	evx_findings_free(&f);
	evx_vault_free(v);
	return weight;
}

/* A machine remembers so many exhibits; of one more it says that it does not. */
static void test_memory_is_full(void **state)
{
	static const char first[] = "10000000-0000-4000-8000-000000000000",
			  more[] = "20000000-0000-4000-8000-000000000000";
	struct evx_buf text = { NULL, 0, 0, EVX_HEADS_KEPT * 256u };
	struct evx_head_seen seen = { .inventory = EVX_HEAD_MACHINE, .events = 1 };
	struct evx_vault *v;
	struct stat before, after;
	char name[64];
	int memory;

	(void)state;
	scratch_dir(&s, "pins");
	memory = openat(s.fd, "pins", O_RDONLY | O_DIRECTORY);
	assert_true(memory >= 0);
	v = recalled(memory);
	(void)snprintf(name, sizeof(name), "pins/%s.heads", evx_vault_uuid(v));
	assert_int_equal(evx_buf_adds(&text, "evx-vault-heads/1\n"), EVX_OK);
	for (unsigned i = 0; i < EVX_HEADS_KEPT - 1; i++)
		assert_int_equal(
			evx_buf_addf(&text, "10000000-0000-4000-8000-%012x %064x 1 %064x -\n", i,
				1u, 2u),
			EVX_OK);
	scratch_file(&s, name, text.data, text.len);
	evx_buf_free(&text);
	assert_string_equal(memory_says(memory, NULL), "");
	/* The last one that there is room for. */
	(void)snprintf(seen.uuid, sizeof(seen.uuid), "%s", U1);
	assert_int_equal(evx_heads_remember_one(v, &seen, NULL), EVX_OK);
	assert_string_equal(memory_says(memory, NULL), "remark");
	assert_string_equal(memory_says(memory, first), "");
	assert_string_equal(memory_says(memory, U1), "");
	assert_string_equal(memory_says(memory, more), "remark");
	/* One more changes nothing, and one that is there can grow. */
	assert_int_equal(fstatat(s.fd, name, &before, 0), 0);
	(void)snprintf(seen.uuid, sizeof(seen.uuid), "%s", more);
	assert_int_equal(evx_heads_remember_one(v, &seen, NULL), EVX_OK);
	assert_int_equal(fstatat(s.fd, name, &after, 0), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	(void)snprintf(seen.uuid, sizeof(seen.uuid), "%s", U1);
	seen.events = 10;
	assert_int_equal(evx_heads_remember_one(v, &seen, NULL), EVX_OK);
	assert_int_equal(fstatat(s.fd, name, &after, 0), 0);
	assert_int_equal(after.st_size, before.st_size + 1);
	evx_vault_free(v);
	(void)close(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_extra_key, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_member_without_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_recipe_beside_pack, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing_exhibits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lists_of_custody_members, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lists_of_both, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory_is_full, setup, teardown),
	};

	return cmocka_run_group_tests(tests, make_people, free_people);
}
