/* Limits of what is many files or many people: the parts of a bundle, the members and keys of a
 * vault. At the limit they are taken, one more is refused. */
#include "vault_fixture.h"

#include <sys/resource.h>

#include "bundle/volume.h"
#include "crypto/age.h"
#include "format/limits.h"
#include "store/vault_inner.h"

/* EVX_VOLUMES_MAX: parts of one byte, all of them the same file. */
static void volumes(void **state)
{
	struct scratch s = scratch_make();
	struct rlimit files;
	char name[32];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_max < EVX_VOLUMES_MAX + 64) {
		print_message("skipped: this user may not open %u files\n", EVX_VOLUMES_MAX);
		scratch_remove(&s);
		skip();
	}
	scratch_file(&s, "b.evx.001", "x", 1);
	for (unsigned i = 2; i <= EVX_VOLUMES_MAX + 1; i++) {
		struct evx_diag diag = { 0 };
		struct evx_volume *v;
		enum evx_err err;

		(void)snprintf(name, sizeof(name), "b.evx.%03u", i);
		assert_int_equal(symlinkat("b.evx.001", s.fd, name), 0);
		if (i < EVX_VOLUMES_MAX)
			continue;
		err = evx_volume_open(scratch_at(&s, "b.evx.001"), &v, &diag);
		if (err != (i > EVX_VOLUMES_MAX ? EVX_E_LIMIT : EVX_OK))
			fail_msg("%u parts: %s: %s", i, evx_err_name(err), diag.text);
		if (err == EVX_OK)
			assert_int_equal(evx_volume_size(v), EVX_VOLUMES_MAX);
		evx_volume_close(v);
	}
	scratch_remove(&s);
}

static struct person ann, bob;

static struct evx_vault_entry next_of(const struct evx_vault *v, enum evx_vault_type type)
{
	struct evx_vault_entry e = { .type = type, .sequence = v->n, .time = NOW };

	memcpy(e.vault, v->uuid, sizeof(e.vault));
	memcpy(e.previous, v->hashes[v->n - 1], sizeof(e.previous));
	memcpy(e.signer, ann.id.card.signing, sizeof(e.signer));
	return e;
}

/* EVX_VAULT_MEMBERS_MAX, of those that ever were. */
static void members(void **state)
{
	struct scratch s = scratch_make();
	const uint8_t hash[32] = { 0 };
	struct evx_vault_entry e;
	struct evx_vault *v;

	(void)state;
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, NULL);
	v->members = realloc(v->members, EVX_VAULT_MEMBERS_MAX * sizeof(*v->members));
	assert_non_null(v->members);
	for (; v->nmembers < EVX_VAULT_MEMBERS_MAX - 1; v->nmembers++) {
		memset(&v->members[v->nmembers], 0, sizeof(*v->members));
		v->members[v->nmembers].removed = true;
	}
	e = next_of(v, EVX_VAULT_MEMBER_ADD);
	memcpy(e.member_signing, bob.id.card.signing, sizeof(e.member_signing));
	memcpy(e.member_encryption, bob.id.card.encryption, sizeof(e.member_encryption));
	assert_int_equal(evx_vault_judge(v, &e, NULL), EVX_OK);
	v->members[v->nmembers++] = v->members[1];
	assert_int_equal(evx_vault_judge(v, &e, NULL), EVX_E_LIMIT);
	v->nmembers--;
	assert_int_equal(evx_vault_apply(v, &e, hash, NULL), EVX_OK);
	assert_int_equal(evx_vault_members(v), EVX_VAULT_MEMBERS_MAX);
	evx_vault_free(v);
	scratch_remove(&s);
}

static void new_key(char text[EVX_KEY_TEXT_CAP])
{
	struct evx_secret *identity;
	uint8_t pub[32];

	assert_int_equal(evx_age_identity_new(&identity, NULL), EVX_OK);
	assert_int_equal(evx_age_public(identity, pub), EVX_OK);
	assert_int_equal(evx_age_recipient_encode(pub, text), EVX_OK);
	evx_secret_free(identity);
}

/* EVX_VAULT_EPOCHS_MAX: each removal of a member begins one. */
static void epochs(void **state)
{
	struct scratch s = scratch_make();
	struct evx_vault_entry e;
	struct evx_vault *v;

	(void)state;
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, NULL);
	v->epochs = realloc(v->epochs, EVX_VAULT_EPOCHS_MAX * sizeof(*v->epochs));
	v->members = realloc(v->members, 2 * sizeof(*v->members));
	assert_true(v->epochs != NULL && v->members != NULL);
	for (; v->nepochs < EVX_VAULT_EPOCHS_MAX - 1; v->nepochs++)
		memset(&v->epochs[v->nepochs], 0, sizeof(*v->epochs));
	v->members[v->nmembers] = v->members[0];
	memset(v->members[v->nmembers].hash, 0x5a, 32);
	assert_int_equal(evx_member_index_add(&v->index, v->members, v->nmembers++), EVX_OK);
	e = next_of(v, EVX_VAULT_MEMBER_REMOVE);
	memset(e.fingerprint, 0x5a, sizeof(e.fingerprint));
	new_key(e.epoch.custody);
	new_key(e.epoch.content);
	assert_int_equal(evx_vault_judge(v, &e, NULL), EVX_OK);
	v->epochs[v->nepochs++] = v->epochs[1];
	assert_int_equal(evx_vault_judge(v, &e, NULL), EVX_E_LIMIT);
	evx_vault_free(v);
	scratch_remove(&s);
}

static int make_people(void **state)
{
	(void)state;
	person_make(&ann, "Ann");
	person_make(&bob, "Bob");
	return 0;
}

static int free_people(void **state)
{
	(void)state;
	person_free(&ann);
	person_free(&bob);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(volumes), cmocka_unit_test(members),
		cmocka_unit_test(epochs) };

	return cmocka_run_group_tests(tests, make_people, free_people);
}
