/* The vault: made, opened, its log and what breaks it, members and epochs, cases, what a machine
 * remembers, sessions. */
#include "soon.h"
#include "vault_fixture.h"

#include <sys/file.h>

#include "base/io.h"
#include "store/heads.h"
#include "store/inspect.h"
#include "store/marks.h"
#include "store/place.h"
#include "store/rollback.h"

static struct person ann, bob, eve;

static int make_people(void **state)
{
	(void)state;
	person_make(&ann, "Ann");
	person_make(&bob, "Bob");
	person_make(&eve, "Eve");
	return 0;
}

static int free_people(void **state)
{
	(void)state;
	person_free(&ann);
	person_free(&bob);
	person_free(&eve);
	return 0;
}

static struct scratch s;

static int setup(void **state)
{
	(void)state;
	s = scratch_make();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&s);
	return 0;
}

static void copy_file(const char *from, const char *to)
{
	struct evx_buf b = EVX_BUF_INIT;

	assert_int_equal(evx_read_file(s.fd, from, 1 << 20, &b, NULL), EVX_OK);
	scratch_file(&s, to, b.data, b.len);
	evx_buf_free(&b);
}

/* What loading s/v gives: the class of the failure, or of the flaw. */
static enum evx_err load_class(int pins)
{
	struct evx_diag why = { 0 };
	struct evx_vault *v;
	enum evx_err err;

	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, pins, NULL, NULL), EVX_OK);
	err = evx_vault_load(v, NULL);
	if (err == EVX_OK && evx_vault_standing(v, &why) == EVX_VAULT_CHANGED)
		err = why.code;
	if (err == EVX_OK)
		err = evx_vault_sound(v, NULL);
	evx_vault_free(v);
	return err;
}

static void test_create_and_open(void **state)
{
	struct evx_vault *v;
	struct evx_diag diag = { 0 };
	char uuid[EVX_UUID_CAP];
	const struct evx_vault_founding f = {
		.founder = &ann.id, .signer = &ann.signer, .card = ann.card, .now = NOW
	};

	(void)state;
	vault_make(&s, &ann, &eve);
	v = vault_open(&s, NULL);
	assert_int_equal(evx_vault_sound(v, NULL), EVX_OK);
	assert_true(evx_uuid_valid(evx_vault_uuid(v), 36));
	assert_int_equal(evx_vault_entries(v), 1);
	assert_int_equal(evx_vault_epochs(v), 1);
	assert_int_equal(evx_vault_members(v), 1);
	assert_string_equal(evx_vault_member(v, 0)->signing, ann.id.card.signing);
	assert_int_equal(evx_vault_escrow(v), 1);
	assert_string_equal(evx_vault_escrow_key(v, 0), eve.id.card.encryption);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_NONE);
	assert_int_equal(evx_vault_unlock(v, &bob.id, NULL), EVX_E_KEY);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_CONTENT);
	assert_non_null(evx_vault_custody(v, 1));
	assert_null(evx_vault_custody(v, 2));
	evx_vault_free(v);
	assert_int_equal(evx_vault_create(scratch_at(&s, "v"), &f, uuid, &diag), EVX_E_EXISTS);
	scratch_dir(&s, "empty");
	scratch_dir(&s, "empty/lost+found");
	assert_int_equal(evx_vault_create(scratch_at(&s, "empty"), &f, uuid, NULL), EVX_OK);
	scratch_dir(&s, "full");
	scratch_file(&s, "full/x", "x", 1);
	assert_int_equal(evx_vault_create(scratch_at(&s, "full"), &f, uuid, NULL), EVX_E_EXISTS);
	assert_int_equal(faccessat(s.fd, "full/log", F_OK, 0), -1);
}

/* What an init that was cut off leaves is begun anew; where anything was done, it is not touched.
 */
static void test_create_over_rest(void **state)
{
	static const char *const marks[] = { "v/exhibits/x", "v/cases/x", "v/tmp/x",
		"v/log/00000001-case-new", "v/other" };
	const struct evx_vault_founding f = {
		.founder = &ann.id, .signer = &ann.signer, .card = ann.card, .now = NOW
	};
	char uuid[EVX_UUID_CAP];
	struct evx_vault *v;

	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		scratch_remove(&s);
		s = scratch_make();
		vault_make(&s, &ann, NULL);
		assert_int_equal(unlinkat(s.fd, "v/vault.json", 0), 0);
		scratch_file(&s, marks[i], "x", 1);
		assert_int_equal(
			evx_vault_create(scratch_at(&s, "v"), &f, uuid, NULL), EVX_E_EXISTS);
		assert_int_equal(faccessat(s.fd, "v/log/00000000-init", F_OK, 0), 0);
		assert_int_equal(unlinkat(s.fd, marks[i], 0), 0);
		scratch_file(&s, "v/.evx-0123456789abcdef.tmp", "x", 1);
		assert_int_equal(evx_vault_create(scratch_at(&s, "v"), &f, uuid, NULL), EVX_OK);
		assert_int_equal(faccessat(s.fd, "v/.evx-0123456789abcdef.tmp", F_OK, 0), -1);
		v = vault_open(&s, NULL);
		assert_int_equal(evx_vault_sound(v, NULL), EVX_OK);
		assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
		evx_vault_free(v);
	}
}

/* Two at a time in one directory would take each other's files. */
static void test_create_locked(void **state)
{
	const struct evx_vault_founding f = {
		.founder = &ann.id, .signer = &ann.signer, .card = ann.card, .now = NOW
	};
	char uuid[EVX_UUID_CAP];
	int fd;

	(void)state;
	scratch_dir(&s, "v");
	fd = openat(s.fd, "v", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	soon();
	assert_int_equal(evx_vault_create(scratch_at(&s, "v"), &f, uuid, NULL), EVX_E_INTERRUPTED);
	close(fd);
	assert_int_equal(evx_vault_create(scratch_at(&s, "v"), &f, uuid, NULL), EVX_OK);
}

static void test_no_vault(void **state)
{
	struct evx_vault *v;

	(void)state;
	assert_int_equal(evx_vault_open(scratch_at(&s, "none"), &v, NULL), EVX_E_NOT_FOUND);
	scratch_dir(&s, "v");
	assert_int_equal(load_class(-1), EVX_E_NOT_OURS);
	scratch_file(&s, "v/vault.json", "{\"format\":\"evx-vault/2\",\"vault\":\"x\"}\n", 38);
	assert_int_equal(load_class(-1), EVX_E_UNSUPPORTED);
	assert_int_equal(unlinkat(s.fd, "v/vault.json", 0), 0);
	assert_int_equal(symlinkat("../secret", s.fd, "v/vault.json"), 0);
	assert_int_equal(load_class(-1), EVX_E_CORRUPT);
}

static void test_members(void **state)
{
	struct evx_vault *v;
	char print[EVX_FINGERPRINT_CAP];

	(void)state;
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(evx_members_add(v, &bob.id.card, bob.card, true, &bob.signer, NOW, NULL),
		EVX_E_CUSTODY);
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_members_add(v, &bob.id.card, bob.card, false, &ann.signer, NOW, NULL),
		EVX_E_EXISTS);
	assert_int_equal(evx_members_add(v, &eve.id.card, eve.card, false, &bob.signer, NOW, NULL),
		EVX_E_CUSTODY);
	/* The files that were made for the refused one say nothing. */
	assert_null(evx_vault_find_member(v, eve.id.card.signing));
	assert_int_equal(
		evx_members_add(v, &eve.id.card, eve.card, false, &ann.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);

	v = vault_open(&s, &bob);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_CUSTODY);
	assert_null(evx_vault_content(v, 1));
	assert_int_equal(evx_members_add(v, &eve.id.card, eve.card, false, &bob.signer, NOW, NULL),
		EVX_E_CUSTODY);
	evx_vault_free(v);

	v = vault_open(&s, &eve);
	evx_sshkey_fingerprint(&ann.id.signing_pub, print);
	assert_int_equal(evx_members_remove(v, "nonsense", &eve.signer, NOW, NULL), EVX_E_USAGE);
	assert_int_equal(evx_members_remove(v, print, &bob.signer, NOW, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_members_remove(v, print, &eve.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_members_remove(v, print, &eve.signer, NOW, NULL), EVX_E_NOT_FOUND);
	evx_sshkey_fingerprint(&eve.id.signing_pub, print);
	assert_int_equal(evx_members_remove(v, print, &eve.signer, NOW, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_vault_epochs(v), 2);
	evx_vault_free(v);

	v = vault_open(&s, &eve);
	assert_non_null(evx_vault_content(v, 1));
	assert_non_null(evx_vault_content(v, 2));
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_E_KEY);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_NONE);
	assert_int_equal(evx_vault_unlock(v, &bob.id, NULL), EVX_OK);
	assert_non_null(evx_vault_custody(v, 2));
	assert_int_equal(evx_vault_sound(v, NULL), EVX_OK);
	/* Who was removed may come back. */
	assert_int_equal(evx_vault_unlock(v, &eve.id, NULL), EVX_OK);
	assert_int_equal(
		evx_members_add(v, &ann.id.card, ann.card, false, &eve.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	assert_non_null(evx_vault_content(v, 1));
	evx_vault_free(v);
}

/* The member file of who for epoch 1, relative to s. */
static const char *member_file(
	const struct evx_vault *v, const struct person *who, const char *tier)
{
	static char name[4][160];
	static unsigned turn;
	char *out = name[turn++ % 4], hex[65];
	const uint8_t *hash = evx_vault_find_member(v, who->id.card.signing)->hash;
	size_t i;

	for (i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", (unsigned)hash[i]);
	(void)snprintf(out, sizeof(name[0]), "v/members/%s/0001-%s.age", hex, tier);
	return out;
}

static void test_member_files_are_not_believed(void **state)
{
	struct evx_vault *v;
	struct evx_exhibit_keys keys;
	struct evx_buf file = EVX_BUF_INIT;
	uint32_t readers;
	uint8_t to[1][32];

	(void)state;
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, false, &ann.signer, NOW, NULL), EVX_OK);
	copy_file(member_file(v, &bob, "custody"), "kept");
	copy_file(member_file(v, &ann, "custody"), member_file(v, &bob, "custody"));
	assert_int_equal(evx_vault_unlock(v, &bob.id, NULL), EVX_E_FORGED);
	/* Another identity, encrypted to this member. */
	assert_int_equal(evx_exhibit_keys_new(&keys, NULL), EVX_OK);
	memcpy(to[0], bob.id.encryption_pub, 32);
	assert_int_equal(
		evx_exhibit_keys_make_file((const struct evx_secret *const[]){ keys.custody }, 1,
			(const uint8_t(*)[32])to, 1, NULL, 0, &file, &readers, NULL),
		EVX_OK);
	scratch_file(&s, member_file(v, &bob, "custody"), file.data, file.len);
	assert_int_equal(evx_vault_unlock(v, &bob.id, NULL), EVX_E_FORGED);
	evx_buf_free(&file);
	evx_exhibit_keys_free(&keys);
	/* A link to the good one. */
	assert_int_equal(unlinkat(s.fd, member_file(v, &bob, "custody"), 0), 0);
	assert_int_equal(
		symlinkat(scratch_at(&s, "kept"), s.fd, member_file(v, &bob, "custody")), 0);
	assert_int_equal(evx_vault_unlock(v, &bob.id, NULL), EVX_E_CORRUPT);
	/* One that is gone closes its tier only. */
	assert_int_equal(unlinkat(s.fd, member_file(v, &bob, "custody"), 0), 0);
	copy_file("kept", member_file(v, &bob, "custody"));
	assert_int_equal(unlinkat(s.fd, member_file(v, &bob, "content"), 0), 0);
	assert_int_equal(evx_vault_unlock(v, &bob.id, NULL), EVX_OK);
	assert_int_equal(evx_vault_tier(v), EVX_TIER_CUSTODY);
	assert_int_equal(evx_members_add(v, &eve.id.card, eve.card, false, &bob.signer, NOW, NULL),
		EVX_E_KEY);
	evx_vault_free(v);
}

/* A member whose signing key stands in the log with somebody else's encryption key gets nothing of
 * a new epoch; a card of another, or none, vouches for nobody. */
static void test_paired_member(void **state)
{
	char *const cards[] = { strdup(bob.card), strdup(eve.card), NULL };
	struct evx_vault *v;
	char name[160];
	bool opened, vouched;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct evx_vault_entry e = { .type = EVX_VAULT_MEMBER_ADD, .content = true };
		struct evx_vault_private private = { .card = cards[i] };

		scratch_remove(&s);
		s = scratch_make();
		vault_make(&s, &ann, NULL);
		v = vault_open(&s, &ann);
		memcpy(e.member_signing, bob.id.card.signing, sizeof(e.member_signing));
		memcpy(e.member_encryption, eve.id.card.encryption, sizeof(e.member_encryption));
		assert_int_equal(
			evx_members_add(v, &eve.id.card, eve.card, false, &ann.signer, NOW, NULL),
			EVX_OK);
		assert_int_equal(evx_vault_lock(v, NULL), EVX_OK);
		assert_int_equal(evx_vault_append(v, &e, &private, &ann.signer, NOW, NULL), EVX_OK);
		evx_vault_unlock_log(v);
		assert_int_equal(
			evx_members_vouched(v, evx_vault_member(v, 0), &opened, &vouched, NULL),
			EVX_OK);
		assert_true(opened && vouched);
		assert_int_equal(
			evx_members_vouched(v, evx_vault_member(v, 2), &opened, &vouched, NULL),
			EVX_OK);
		assert_true(opened && !vouched);
		assert_int_equal(evx_members_remove(v, evx_vault_member(v, 1)->fingerprint,
					 &ann.signer, NOW, NULL),
			EVX_OK);
		(void)snprintf(name, sizeof(name), "%s", member_file(v, &ann, "content"));
		memcpy(strstr(name, "0001"), "0002", 4);
		assert_int_equal(faccessat(s.fd, name, F_OK, 0), 0);
		(void)snprintf(name, sizeof(name), "%s", member_file(v, &bob, "content"));
		memcpy(strstr(name, "0001"), "0002", 4);
		assert_int_equal(faccessat(s.fd, name, F_OK, 0), -1);
		evx_vault_free(v);
		/* Whoever opens nothing cannot tell, and makes no epoch. */
		v = vault_open(&s, NULL);
		assert_int_equal(evx_members_remove(v, evx_vault_member(v, 2)->fingerprint,
					 &ann.signer, NOW, NULL),
			EVX_E_KEY);
		evx_vault_free(v);
		free(cards[i]);
	}
}

static void test_cases(void **state)
{
	struct evx_vault *v;
	struct evx_case_labels labels;
	struct evx_secret *one, *two;
	char a[EVX_UUID_CAP], b[EVX_UUID_CAP], c[EVX_UUID_CAP], found[EVX_UUID_CAP];
	char print[EVX_FINGERPRINT_CAP], long_label[EVX_VAULT_TEXT_MAX + 2];

	(void)state;
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "7 Js 1/26", "Berlin", &bob.signer, NOW, a, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "B-2", NULL, &ann.signer, NOW, b, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "B-2", NULL, &ann.signer, NOW, c, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "X", NULL, &eve.signer, NOW, found, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_case_new(v, "", NULL, &ann.signer, NOW, found, NULL), EVX_E_USAGE);
	assert_int_equal(evx_case_new(v, "a\nb", NULL, &ann.signer, NOW, found, NULL), EVX_E_USAGE);
	assert_int_equal(evx_case_new(v, a, NULL, &ann.signer, NOW, found, NULL), EVX_E_USAGE);
	memset(long_label, 'x', sizeof(long_label));
	long_label[sizeof(long_label) - 1] = '\0';
	assert_int_equal(
		evx_case_new(v, long_label, NULL, &ann.signer, NOW, found, NULL), EVX_E_USAGE);
	assert_int_equal(evx_case_alias(v, a, "HAM/99", "Hamburg", &bob.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_case_alias(v, evx_vault_uuid(v), "Z", NULL, &bob.signer, NOW, NULL),
		EVX_E_NOT_FOUND);
	evx_vault_free(v);

	v = vault_open(&s, &bob);
	assert_int_equal(evx_vault_cases(v), 3);
	assert_int_equal(evx_case_find(v, "7 Js 1/26", found, NULL), EVX_OK);
	assert_string_equal(found, a);
	assert_int_equal(evx_case_find(v, "HAM/99", found, NULL), EVX_OK);
	assert_string_equal(found, a);
	assert_int_equal(evx_case_find(v, "B-2", found, NULL), EVX_E_USAGE);
	assert_int_equal(evx_case_find(v, "none", found, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_case_find(v, evx_vault_uuid(v), found, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_case_labels(v, &labels, NULL), EVX_OK);
	assert_int_equal(labels.n, 4);
	assert_string_equal(labels.at[0].office, "Berlin");
	assert_null(labels.at[1].office);
	evx_case_labels_free(&labels);
	assert_int_equal(evx_case_secret(v, a, 1, &one, NULL), EVX_E_KEY);

	/* Merged, the label names one case; no ring, no second merge. */
	assert_int_equal(evx_case_merge(v, b, b, NULL, &bob.signer, NOW, NULL), EVX_E_USAGE);
	assert_int_equal(evx_case_merge(v, b, c, "same theft", &bob.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_case_merge(v, b, a, NULL, &bob.signer, NOW, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_case_merge(v, c, b, NULL, &bob.signer, NOW, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_case_merge(v, c, a, NULL, &bob.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_case_find(v, "B-2", found, NULL), EVX_OK);
	assert_string_equal(found, a);
	assert_int_equal(evx_case_find(v, b, found, NULL), EVX_OK);
	assert_string_equal(found, a);
	evx_vault_free(v);

	/* A non-member finds cases by their ids only. */
	v = vault_open(&s, NULL);
	assert_int_equal(evx_case_find(v, "HAM/99", found, NULL), EVX_E_KEY);
	assert_int_equal(evx_case_find(v, a, found, NULL), EVX_OK);
	evx_vault_free(v);

	/* Secrets differ by case and epoch, and are the same for every content member. */
	v = vault_open(&s, &ann);
	assert_int_equal(evx_case_secret(v, a, 1, &one, NULL), EVX_OK);
	assert_int_equal(evx_case_secret(v, b, 1, &two, NULL), EVX_OK);
	assert_false(evx_secret_equal(one, two));
	evx_secret_free(two);
	evx_sshkey_fingerprint(&bob.id.signing_pub, print);
	assert_int_equal(evx_members_remove(v, print, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	assert_int_equal(evx_case_secret(v, a, 2, &two, NULL), EVX_OK);
	assert_false(evx_secret_equal(one, two));
	evx_secret_free(two);
	assert_int_equal(evx_case_secret(v, a, 1, &two, NULL), EVX_OK);
	assert_true(evx_secret_equal(one, two));
	evx_secret_free(two);
	evx_secret_free(one);
	/* Labels of the first epoch stay readable. */
	assert_int_equal(evx_case_find(v, "HAM/99", found, NULL), EVX_OK);
	evx_vault_free(v);
}

static void test_filing(void **state)
{
	static const char uuid[] = "0f8fad5b-d9cb-469f-a165-70867728950e";
	char a[EVX_UUID_CAP], b[EVX_UUID_CAP], d[EVX_UUID_CAP], found[EVX_UUID_CAP];
	struct evx_vault *v;
	bool changed;
	uint32_t n;

	(void)state;
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(evx_case_new(v, "HAM/99", NULL, &ann.signer, NOW, a, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "B-2", NULL, &ann.signer, NOW, b, NULL), EVX_OK);
	assert_int_equal(evx_case_find_open(v, "B-2", found, NULL), EVX_OK);
	assert_int_equal(evx_case_merge(v, b, a, NULL, &ann.signer, NOW, NULL), EVX_OK);

	/* What was merged takes nothing more, by its label or its id. A new case of the label does.
	 */
	assert_int_equal(evx_case_find_open(v, "B-2", found, NULL), EVX_E_USAGE);
	assert_string_equal(found, "");
	assert_int_equal(evx_case_find_open(v, b, found, NULL), EVX_E_USAGE);
	assert_int_equal(evx_case_find_open(v, "HAM/99", found, NULL), EVX_OK);
	assert_string_equal(found, a);
	assert_int_equal(evx_case_find_open(v, "none", found, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(
		evx_case_file(v, uuid, b, NULL, &ann.signer, NOW, &changed, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_case_new(v, "B-2", NULL, &ann.signer, NOW, d, NULL), EVX_OK);
	assert_int_equal(evx_case_find_open(v, "B-2", found, NULL), EVX_OK);
	assert_string_equal(found, d);
	assert_int_equal(evx_case_find(v, "B-2", found, NULL), EVX_OK);
	assert_string_equal(found, d);

	/* An exhibit filed, filed again, filed where it is: the last word counts. */
	assert_null(evx_vault_filing(v, uuid));
	assert_int_equal(
		evx_case_file(v, uuid, d, "mistyped", &ann.signer, NOW, &changed, NULL), EVX_OK);
	assert_true(changed);
	assert_string_equal(evx_vault_filing(v, uuid)->case_id, d);
	assert_true(evx_marks_has(v, d, uuid));
	n = evx_vault_entries(v);
	assert_int_equal(evx_case_file(v, uuid, d, NULL, &ann.signer, NOW, &changed, NULL), EVX_OK);
	assert_false(changed);
	assert_int_equal(evx_vault_entries(v), n);
	assert_int_equal(evx_case_file(v, uuid, a, NULL, &ann.signer, NOW, &changed, NULL), EVX_OK);
	assert_true(changed);
	assert_string_equal(evx_vault_filing(v, uuid)->case_id, a);
	assert_int_equal(evx_vault_filing(v, uuid)->sequence, n);
	assert_true(evx_marks_has(v, a, uuid));
	assert_false(evx_marks_has(v, d, uuid));
	assert_int_equal(
		evx_case_file(v, uuid, d, NULL, &eve.signer, NOW, &changed, NULL), EVX_E_CUSTODY);
	assert_true(evx_marks_has(v, a, uuid));
	/* Cut off behind the entry: run again, it moves the mark and signs nothing. */
	assert_int_equal(evx_case_mark(v, d, uuid, NULL), EVX_OK);
	assert_int_equal(evx_case_file(v, uuid, a, NULL, &ann.signer, NOW, &changed, NULL), EVX_OK);
	assert_true(changed);
	assert_false(evx_marks_has(v, d, uuid));
	assert_int_equal(evx_vault_entries(v), n + 1);
	evx_vault_free(v);
}

static enum evx_err count_one(void *ctx, const char *uuid)
{
	(void)uuid;
	++*(int *)ctx;
	return EVX_OK;
}

/* Entry number n of the log in s/v. */
static const char *entry(unsigned n, const char *type)
{
	static char name[4][80];
	static unsigned turn;
	char *out = name[turn++ % 4];

	(void)snprintf(out, sizeof(name[0]), "v/log/%08u-%s", n, type);
	return out;
}

/* A log of init, member-add, case-new, case-new, case-alias. */
static void make_log(void)
{
	struct evx_vault *v;
	char a[EVX_UUID_CAP], b[EVX_UUID_CAP];

	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "A", NULL, &bob.signer, NOW, a, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "B", NULL, &bob.signer, NOW, b, NULL), EVX_OK);
	assert_int_equal(evx_case_alias(v, a, "C", NULL, &bob.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);
}

static void test_log_tampered(void **state)
{
	struct evx_vault *v;
	struct evx_buf b = EVX_BUF_INIT;
	char a[EVX_UUID_CAP];
	size_t i;

	(void)state;
	make_log();
	assert_int_equal(load_class(-1), EVX_OK);
	/* Any byte of an entry: found, and nothing from there on is believed. */
	assert_int_equal(evx_read_file(s.fd, entry(2, "case-new"), 1 << 20, &b, NULL), EVX_OK);
	for (i = 0; i < b.len; i += 7) {
		b.data[i] ^= 1;
		scratch_file(&s, entry(2, "case-new"), b.data, b.len);
		b.data[i] ^= 1;
		assert_int_not_equal(load_class(-1), EVX_OK);
	}
	v = vault_open(&s, &ann);
	assert_int_equal(evx_vault_entries(v), 2);
	assert_int_not_equal(evx_case_new(v, "D", NULL, &ann.signer, NOW, a, NULL), EVX_OK);
	evx_vault_free(v);
	/* Cut at any length. */
	for (i = 0; i < b.len; i += 13) {
		scratch_file(&s, entry(2, "case-new"), b.data, i);
		assert_int_not_equal(load_class(-1), EVX_OK);
	}
	scratch_file(&s, entry(2, "case-new"), b.data, b.len);
	assert_int_equal(load_class(-1), EVX_OK);
	evx_buf_free(&b);
}

static void test_log_files(void **state)
{
	(void)state;
	make_log();
	/* An entry under another number, and another type. */
	assert_int_equal(renameat(s.fd, entry(3, "case-new"), s.fd, "kept"), 0);
	assert_int_equal(load_class(-1), EVX_E_CORRUPT);
	copy_file(entry(2, "case-new"), entry(3, "case-new"));
	assert_int_equal(load_class(-1), EVX_E_FORGED);
	assert_int_equal(unlinkat(s.fd, entry(3, "case-new"), 0), 0);
	copy_file("kept", entry(3, "case-alias"));
	assert_int_equal(load_class(-1), EVX_E_FORGED);
	copy_file("kept", entry(3, "case-new"));
	assert_int_equal(load_class(-1), EVX_E_CORRUPT);
	assert_int_equal(unlinkat(s.fd, entry(3, "case-alias"), 0), 0);
	assert_int_equal(load_class(-1), EVX_OK);
	/* A link to the right bytes. */
	assert_int_equal(unlinkat(s.fd, entry(3, "case-new"), 0), 0);
	assert_int_equal(symlinkat("../../kept", s.fd, entry(3, "case-new")), 0);
	assert_int_equal(load_class(-1), EVX_E_CORRUPT);
	assert_int_equal(unlinkat(s.fd, entry(3, "case-new"), 0), 0);
	copy_file("kept", entry(3, "case-new"));
	/* A type of the future; names that are no entries. */
	scratch_file(&s, entry(5, "inventory.list"), "x", 1);
	scratch_file(&s, "v/log/.entry", "x", 1);
	scratch_file(&s, "v/log/000005-init", "x", 1);
	assert_int_equal(load_class(-1), EVX_OK);
	copy_file("kept", entry(5, "blessing"));
	assert_int_equal(load_class(-1), EVX_E_UNSUPPORTED);
	assert_int_equal(unlinkat(s.fd, entry(5, "blessing"), 0), 0);
	assert_int_equal(unlinkat(s.fd, entry(0, "init"), 0), 0);
	assert_int_not_equal(load_class(-1), EVX_OK);
}

static void test_another_vaults_entry(void **state)
{
	(void)state;
	make_log();
	assert_int_equal(renameat(s.fd, "v", s.fd, "first"), 0);
	make_log();
	copy_file("first/log/00000004-case-alias", entry(4, "case-alias"));
	assert_int_equal(load_class(-1), EVX_E_FORGED);
	/* A whole log of another. */
	assert_int_equal(renameat2(s.fd, "v/log", s.fd, "first/log", RENAME_EXCHANGE), 0);
	assert_int_equal(load_class(-1), EVX_E_FORGED);
}

/* An entry that a stranger, a removed member, or one of the wrong tier signed well. */
static void write_signed(uint32_t sequence, const struct evx_vault_entry *e,
	const struct person *who, const struct evx_vault *v)
{
	struct evx_vault_entry full = *e;
	struct evx_buf text = EVX_BUF_INIT, sig = EVX_BUF_INIT;
	char name[EVX_VAULT_NAME_CAP], path[80];

	full.sequence = sequence;
	full.time = NOW;
	memcpy(full.vault, evx_vault_uuid(v), sizeof(full.vault));
	memcpy(full.signer, who->id.card.signing, sizeof(full.signer));
	evx_vault_head(v, full.previous);
	assert_int_equal(evx_vault_entry_encode(&full, &text, NULL), EVX_OK);
	assert_int_equal(
		evx_sshsig_sign(who->id.signing, EVX_NS_VAULT, text.data, text.len, &sig, NULL),
		EVX_OK);
	assert_int_equal(evx_buf_add(&text, sig.data, sig.len), EVX_OK);
	evx_vault_entry_name(sequence, e->type, name);
	(void)snprintf(path, sizeof(path), "v/log/%s", name);
	scratch_file(&s, path, text.data, text.len);
	evx_buf_free(&text);
	evx_buf_free(&sig);
}

static void test_log_rules(void **state)
{
	struct evx_vault *v;
	struct evx_vault_entry add = { .type = EVX_VAULT_MEMBER_ADD, .content = true },
			       new_case = { .type = EVX_VAULT_CASE_NEW },
			       remove = { .type = EVX_VAULT_MEMBER_REMOVE },
			       gone = { .type = EVX_VAULT_REMOVAL };
	struct evx_vault_entry merge = { .type = EVX_VAULT_CASE_MERGE };
	uint8_t event[32];

	(void)state;
	make_log();
	v = vault_open(&s, NULL);
	memcpy(add.member_signing, eve.id.card.signing, sizeof(add.member_signing));
	memcpy(add.member_encryption, eve.id.card.encryption, sizeof(add.member_encryption));
	memcpy(new_case.case_id, "00000000-0000-4000-8000-000000000001", EVX_UUID_CAP);
	write_signed(5, &new_case, &eve, v);
	assert_int_equal(load_class(-1), EVX_E_CUSTODY);
	write_signed(5, &new_case, &bob, v);
	assert_int_equal(load_class(-1), EVX_OK);
	assert_int_equal(unlinkat(s.fd, entry(5, "case-new"), 0), 0);
	memcpy(new_case.case_id, evx_vault_case(v, 0)->id, EVX_UUID_CAP);
	write_signed(5, &new_case, &bob, v);
	assert_int_equal(load_class(-1), EVX_E_EXISTS);
	assert_int_equal(unlinkat(s.fd, entry(5, "case-new"), 0), 0);
	write_signed(5, &add, &bob, v);
	assert_int_equal(load_class(-1), EVX_E_CUSTODY);
	memcpy(add.member_signing, bob.id.card.signing, sizeof(add.member_signing));
	write_signed(5, &add, &ann, v);
	assert_int_equal(load_class(-1), EVX_E_EXISTS);
	assert_int_equal(unlinkat(s.fd, entry(5, "member-add"), 0), 0);
	memcpy(gone.uuid, "00000000-0000-4000-8000-000000000002", EVX_UUID_CAP);
	gone.event[0] = 9;
	write_signed(5, &gone, &bob, v);
	assert_int_equal(load_class(-1), EVX_E_CUSTODY);
	write_signed(5, &gone, &ann, v);
	assert_int_equal(load_class(-1), EVX_OK);
	assert_int_equal(unlinkat(s.fd, entry(5, "removal"), 0), 0);
	/* An epoch must be new in both its keys. */
	memcpy(remove.fingerprint, evx_vault_find_member(v, bob.id.card.signing)->hash, 32);
	memcpy(remove.epoch.custody, evx_vault_epoch(v, 1)->content, sizeof(remove.epoch.custody));
	memcpy(remove.epoch.content, eve.id.card.encryption, sizeof(remove.epoch.content));
	write_signed(5, &remove, &ann, v);
	assert_int_equal(load_class(-1), EVX_E_CUSTODY);
	memcpy(remove.epoch.custody, eve.id.card.encryption, sizeof(remove.epoch.custody));
	write_signed(5, &remove, &ann, v);
	assert_int_equal(load_class(-1), EVX_E_CUSTODY);
	memcpy(remove.epoch.custody, bob.id.card.encryption, sizeof(remove.epoch.custody));
	write_signed(5, &remove, &ann, v);
	assert_int_equal(load_class(-1), EVX_OK);
	/* Who was removed signs no more. */
	evx_vault_free(v);
	v = vault_open(&s, NULL);
	memcpy(merge.case_id, evx_vault_case(v, 0)->id, EVX_UUID_CAP);
	memcpy(merge.into, evx_vault_case(v, 1)->id, EVX_UUID_CAP);
	write_signed(6, &merge, &bob, v);
	assert_int_equal(load_class(-1), EVX_E_CUSTODY);
	write_signed(6, &merge, &ann, v);
	assert_int_equal(load_class(-1), EVX_OK);
	assert_false(evx_vault_removed(v, gone.uuid, event));
	evx_vault_free(v);
}

static void test_pins(void **state)
{
	struct evx_vault *v;
	int pins;

	(void)state;
	make_log();
	scratch_dir(&s, "pins");
	pins = openat(s.fd, "pins", O_RDONLY | O_DIRECTORY);
	assert_true(pins >= 0);
	assert_int_equal(load_class(pins), EVX_OK);
	assert_int_equal(load_class(pins), EVX_OK);
	/* Longer is fine, and remembered. */
	v = vault_open(&s, &ann);
	evx_vault_free(v);
	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, pins, NULL, NULL), EVX_OK);
	assert_int_equal(evx_vault_load(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_UNKNOWN);
	assert_int_equal(evx_rollback_seen(v), 0);
	assert_int_equal(evx_vault_lock(v, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_vault_accept(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	assert_int_equal(evx_rollback_seen(v), 5);
	{
		char id[EVX_UUID_CAP];

		assert_int_equal(evx_case_new(v, "E", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	}
	assert_int_equal(evx_rollback_seen(v), 6);
	evx_vault_free(v);
	assert_int_equal(renameat(s.fd, entry(5, "case-new"), s.fd, "kept"), 0);
	assert_int_equal(load_class(-1), EVX_OK);
	assert_int_equal(load_class(pins), EVX_E_FORGED);
	/* Another entry in its place, as good as it: only the memory tells. */
	v = vault_open(&s, &ann);
	{
		char id[EVX_UUID_CAP];

		assert_int_equal(evx_case_new(v, "F", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	}
	evx_vault_free(v);
	assert_int_equal(load_class(-1), EVX_OK);
	assert_int_equal(load_class(pins), EVX_E_FORGED);
	copy_file("kept", entry(5, "case-new"));
	assert_int_equal(load_class(pins), EVX_OK);
	/* Signatures that were verified once are not needed again, but their bytes are. */
	{
		struct evx_buf b = EVX_BUF_INIT;

		assert_int_equal(
			evx_read_file(s.fd, entry(1, "member-add"), 1 << 20, &b, NULL), EVX_OK);
		b.data[b.len - 60] = b.data[b.len - 60] == 'A' ? 'B' : 'A';
		scratch_file(&s, entry(1, "member-add"), b.data, b.len);
		evx_buf_free(&b);
	}
	assert_int_equal(load_class(pins), EVX_E_FORGED);
	(void)close(pins);
}

/* A log may be long: reading it ends when that is asked for. */
static void test_reading_is_interrupted(void **state)
{
	struct evx_cancel cancel = { false };
	struct evx_vault *v;
	struct evx_diag diag = { 0 };

	(void)state;
	make_log();
	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, -1, &cancel, NULL), EVX_OK);
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_vault_load(v, &diag), EVX_E_INTERRUPTED);
	evx_vault_free(v);
}

/* So do those that go through what the log, the inventories and the directories hold. */
static void test_looking_is_interrupted(void **state)
{
	struct evx_cancel cancel = { false };
	struct evx_findings findings = { 0 };
	struct evx_case_labels labels;
	struct evx_heads *heads;
	struct evx_vault *v;
	struct evx_diag diag = { 0 };
	char id[EVX_UUID_CAP];

	(void)state;
	vault_make(&s, &ann, NULL);
	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, -1, &cancel, NULL), EVX_OK);
	assert_int_equal(evx_vault_load(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_accept(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_unlock(v, &ann.id, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "case", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	assert_int_equal(evx_case_labels(v, &labels, NULL), EVX_OK);
	assert_int_equal(labels.n, 1);
	evx_case_labels_free(&labels);
	assert_int_equal(evx_heads_load(v, NULL, &findings, &heads, NULL), EVX_OK);
	assert_int_equal(evx_inspect_vault(v, heads, &findings, NULL), EVX_OK);
	assert_int_equal(findings.n, 0);
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_case_labels(v, &labels, &diag), EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	assert_int_equal(labels.n, 0);
	evx_diag_clear(&diag);
	assert_int_equal(evx_inspect_vault(v, heads, &findings, &diag), EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	assert_int_equal(findings.n, 0);
	evx_heads_free(heads);
	evx_findings_free(&findings);
	evx_vault_free(v);
}

static struct evx_vault *recalled(int pins)
{
	struct evx_vault *v;

	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, pins, NULL, NULL), EVX_OK);
	return v;
}

/* Two processes, and somebody at the disk who lets each of them sign the same number of the log:
 * whoever comes second is told, and the memory stays that of the first. So is one that read its
 * memory before both, and the log behind them. */
static void test_forks_of_two_processes(void **state)
{
	struct evx_buf before = EVX_BUF_INIT, after = EVX_BUF_INIT;
	struct evx_vault *first, *second, *third;
	char id[EVX_UUID_CAP], name[64];
	int pins;

	(void)state;
	vault_make(&s, &ann, NULL);
	scratch_dir(&s, "pins");
	pins = openat(s.fd, "pins", O_RDONLY | O_DIRECTORY);
	assert_true(pins >= 0);
	first = recalled(pins);
	assert_int_equal(evx_vault_load(first, NULL), EVX_OK);
	assert_int_equal(evx_vault_accept(first, NULL), EVX_OK);
	second = recalled(pins);
	assert_int_equal(evx_vault_load(second, NULL), EVX_OK);
	assert_true(evx_vault_accepted(second));
	third = recalled(pins);
	assert_int_equal(evx_case_new(first, "A", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	(void)snprintf(name, sizeof(name), "pins/%s", evx_vault_uuid(first));
	assert_int_equal(evx_read_file(s.fd, name, 8192, &before, NULL), EVX_OK);
	assert_int_equal(unlinkat(s.fd, entry(1, "case-new"), 0), 0);
	assert_int_equal(evx_case_new(second, "B", NULL, &ann.signer, NOW, id, NULL), EVX_E_FORGED);
	assert_int_equal(evx_vault_load(third, NULL), EVX_E_FORGED);
	/* Nor does it get better by being longer. */
	assert_int_equal(evx_case_new(second, "C", NULL, &ann.signer, NOW, id, NULL), EVX_E_FORGED);
	assert_int_equal(evx_vault_entries(second), 3);
	assert_int_equal(evx_read_file(s.fd, name, 8192, &after, NULL), EVX_OK);
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.data, before.data, after.len);
	assert_int_equal(load_class(pins), EVX_E_FORGED);
	evx_vault_free(first);
	evx_vault_free(second);
	evx_vault_free(third);
	evx_buf_free(&before);
	evx_buf_free(&after);
	(void)close(pins);
}

/* Another process may have learnt of another log of the same length between loading and
 * remembering: the first memory stays. */
static void test_memory_of_a_fork(void **state)
{
	struct evx_buf before = EVX_BUF_INIT, after = EVX_BUF_INIT;
	struct evx_vault *v;
	char name[64], *hash;
	int pins;

	(void)state;
	vault_make(&s, &ann, NULL);
	scratch_dir(&s, "pins");
	pins = openat(s.fd, "pins", O_RDONLY | O_DIRECTORY);
	assert_true(pins >= 0);
	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, pins, NULL, NULL), EVX_OK);
	assert_int_equal(evx_vault_load(v, NULL), EVX_OK);
	(void)snprintf(name, sizeof(name), "pins/%s", evx_vault_uuid(v));
	assert_int_equal(evx_read_file(s.fd, name, 8192, &before, NULL), EVX_OK);
	assert_int_equal(evx_buf_cstr(&before), EVX_OK);
	hash = strstr((char *)before.data, "\nlog 1 ");
	assert_non_null(hash);
	/* In its last digit only. */
	hash = strrchr((char *)before.data, '\n') - 1;
	*hash = *hash == '0' ? '1' : '0';
	scratch_file(&s, name, before.data, strlen((char *)before.data));
	assert_int_equal(evx_vault_accept(v, NULL), EVX_E_FORGED);
	assert_false(evx_vault_accepted(v));
	assert_int_equal(evx_vault_lock(v, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_read_file(s.fd, name, 8192, &after, NULL), EVX_OK);
	assert_int_equal(after.len, strlen((char *)before.data));
	assert_memory_equal(after.data, before.data, after.len);
	evx_vault_free(v);
	/* And so for whoever loads it now. */
	assert_int_equal(load_class(pins), EVX_E_FORGED);
	/* An empty memory is damage. */
	scratch_file(&s, name, "", 0);
	assert_int_equal(load_class(pins), EVX_E_CORRUPT);
	evx_buf_free(&before);
	evx_buf_free(&after);
	(void)close(pins);
}

static enum evx_err keep_rest(void *ctx, const struct evx_session_rest *rest)
{
	*(struct evx_session_rest *)ctx = *rest;
	return EVX_OK;
}

static int names_in(const char *dir)
{
	int n = 0, fd = openat(s.fd, dir, O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	assert_int_equal(evx_place_each(fd, count_one, &n, NULL), EVX_OK);
	(void)close(fd);
	return n;
}

static void test_sessions(void **state)
{
	static const char uuid[] = "00000000-0000-4000-8000-00000000000a",
			  other[] = "00000000-0000-4000-8000-00000000000b";
	struct evx_vault *v;
	struct evx_session *one, *two;
	char id[EVX_UUID_CAP];
	int dir, n = 0;

	(void)state;
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(evx_case_new(v, "A", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	assert_int_equal(evx_session_begin(v, &one, NULL), EVX_OK);
	assert_int_equal(evx_session_begin(v, &two, NULL), EVX_OK);
	assert_int_equal(evx_session_stage(one, uuid, &dir, NULL), EVX_OK);
	assert_int_equal(evx_write_new_file(dir, "bagit.txt", 0644, "x", 1, NULL), EVX_OK);
	/* A living session is not swept. */
	assert_int_equal(evx_session_sweep(v, true, NULL, NULL, NULL), EVX_OK);
	assert_int_equal(names_in("v/tmp"), 2);
	assert_int_equal(evx_session_commit(one, uuid, id, NULL), EVX_OK);
	evx_session_end(one);
	assert_int_equal(names_in("v/tmp"), 1);
	assert_int_equal(evx_case_each(v, id, count_one, &n, NULL), EVX_OK);
	assert_int_equal(n, 1);
	assert_int_equal(evx_vault_exhibit(v, uuid, &dir, NULL), EVX_OK);
	(void)close(dir);
	/* The same UUID is not taken twice. */
	assert_int_equal(evx_session_stage(two, uuid, &dir, NULL), EVX_OK);
	assert_int_equal(evx_session_commit(two, uuid, NULL, NULL), EVX_E_EXISTS);
	evx_session_end(two);
	assert_int_equal(names_in("v/tmp"), 0);
	assert_int_equal(names_in("v/exhibits"), 1);
	assert_int_equal(evx_vault_exhibit(v, other, &dir, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_vault_exhibit(v, "../exhibits", &dir, NULL), EVX_E_USAGE);
	evx_vault_free(v);
}

static int copying;

/* A process that stages a pack (with_pack not NULL; &copying: one that stands elsewhere) and dies.
 */
static void die_sealing(void *with_pack)
{
	struct evx_vault *v = vault_open(&s, NULL);
	struct evx_session *session;
	char name[80];
	int dir;

	assert_int_equal(evx_session_begin(v, &session, NULL), EVX_OK);
	if (with_pack == &copying)
		assert_int_equal(evx_session_copies(session, NULL), EVX_OK);
	assert_int_equal(
		evx_session_stage(session, "00000000-0000-4000-8000-00000000000c", &dir, NULL),
		EVX_OK);
	if (with_pack != NULL) {
		assert_int_equal(mkdirat(dir, "data", 0777), 0);
		(void)snprintf(name, sizeof(name), "data/%064d.pack", 7);
		assert_int_equal(evx_write_new_file(dir, name, 0644, "pack", 4, NULL), EVX_OK);
	}
	fflush(NULL);
	_exit(0);
}

static void dead_session(void *with_pack)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		die_sealing(with_pack);
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
}

static void test_dead_sessions(void **state)
{
	struct evx_session_rest rest = { .packs = 0 };
	struct evx_vault *v;
	int dir;

	(void)state;
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, NULL);
	dead_session(NULL);
	assert_int_equal(names_in("v/tmp"), 1);
	assert_int_equal(evx_session_sweep(v, false, keep_rest, &rest, NULL), EVX_OK);
	assert_int_equal(names_in("v/tmp"), 0);
	assert_int_equal(rest.packs, 0);
	/* What was sealed is not swept away. */
	dead_session(&rest);
	scratch_file(&s, "v/tmp/foreign", "x", 1);
	assert_int_equal(evx_session_sweep(v, false, keep_rest, &rest, NULL), EVX_OK);
	assert_int_equal(names_in("v/tmp"), 2);
	assert_int_equal(rest.packs, 1);
	assert_int_equal(rest.bytes, 4);
	assert_string_equal(rest.uuid, "00000000-0000-4000-8000-00000000000c");
	assert_int_equal(evx_session_adopt(v, &rest, NULL), EVX_OK);
	assert_int_equal(names_in("v/tmp"), 1);
	dir = openat(s.fd, "v/remnants/00000000-0000-4000-8000-00000000000c/data",
		O_RDONLY | O_DIRECTORY);
	assert_true(dir >= 0);
	(void)close(dir);
	assert_int_equal(evx_session_adopt(v, &rest, NULL), EVX_E_NOT_FOUND);
	dead_session(&rest);
	assert_int_equal(evx_session_sweep(v, true, NULL, NULL, NULL), EVX_OK);
	assert_int_equal(names_in("v/tmp"), 1);
	/* What was only copied is. */
	dead_session(&copying);
	rest.packs = 0;
	assert_int_equal(evx_session_sweep(v, false, keep_rest, &rest, NULL), EVX_OK);
	assert_int_equal(names_in("v/tmp"), 1);
	assert_int_equal(rest.packs, 0);
	evx_vault_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_create_and_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_over_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_locked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_vault, setup, teardown),
		cmocka_unit_test_setup_teardown(test_members, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_member_files_are_not_believed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_paired_member, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_tampered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_vaults_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_rules, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forks_of_two_processes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reading_is_interrupted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory_of_a_fork, setup, teardown),
		cmocka_unit_test_setup_teardown(test_looking_is_interrupted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sessions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dead_sessions, setup, teardown),
	};

	return cmocka_run_group_tests(tests, make_people, free_people);
}
