/* A vault compared with what this machine remembers (format-spec/vault.md "Memory of a machine"):
 * moved, copied, exchanged, set back, or remembered by nobody; and what is remembered then. */
#include "vault_world.h"

#include "base/io.h"
#include "store/vault_inner.h"

static struct evx_vault *loaded(const char *name)
{
	struct evx_vault *v;
	struct evx_diag why = { 0 };

	assert_int_equal(evx_vault_open(scratch_at(&s, name), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, pins, NULL, NULL), EVX_OK);
	if (evx_vault_load(v, &why) != EVX_OK)
		fail_msg("%s: %s", name, why.text);
	return v;
}

/* Opens it, accepts its founder, and closes it. uuid gets its name. */
static void used(const char *name, char uuid[EVX_UUID_CAP])
{
	struct evx_vault *v = loaded(name);

	assert_int_equal(evx_vault_accept(v, NULL), EVX_OK);
	memcpy(uuid, evx_vault_uuid(v), EVX_UUID_CAP);
	evx_vault_free(v);
}

/* What is remembered of it. */
static struct evx_vault_memory known(const char *uuid)
{
	struct evx_vault_memory m;
	bool there;

	assert_int_equal(evx_memory_read(pins, uuid, &m, &there, NULL), EVX_OK);
	assert_true(there);
	return m;
}

static void is_at(const char *uuid, const char *name)
{
	char *real = realpath(scratch_at(&s, name), NULL);

	assert_non_null(real);
	assert_string_equal(known(uuid).path, real);
	free(real);
}

/* What stands against it: the words that its diagnosis has. */
static void is_changed(const struct evx_vault *v, enum evx_err code, const char *words)
{
	struct evx_diag why = { 0 };

	assert_int_equal(evx_vault_standing(v, &why), EVX_VAULT_CHANGED);
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_CHANGED);
	assert_int_equal(why.code, code);
	if (strstr(why.text, words) == NULL)
		fail_msg("expected \"%s\" in \"%s\"", words, why.text);
	assert_false(evx_vault_accepted(v));
}

static void copy_tree(const char *from, const char *to)
{
	char *a = strdup(scratch_at(&s, from));

	scratch_run((const char *const[]){ "cp", "-a", a, scratch_at(&s, to), NULL });
	free(a);
}

static void test_first_use(void **state)
{
	struct evx_vault *v = loaded("v");
	struct evx_vault_memory m;
	bool copy = true;
	char id[EVX_UUID_CAP];

	(void)state;
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_UNKNOWN);
	assert_false(evx_vault_accepted(v));
	assert_false(evx_vault_is_remembered_here(v));
	assert_null(evx_vault_moved_from(v, &copy));
	assert_false(copy);
	/* Reading remembers how far the log went, and accepts nobody. */
	m = known(evx_vault_uuid(v));
	assert_false(m.accepted);
	assert_int_equal(m.entries, 1);
	assert_string_equal(m.founder, evx_vault_member(v, 0)->fingerprint);
	assert_string_equal(m.path, evx_vault_real_path(v));
	is_at(evx_vault_uuid(v), "v");
	assert_int_equal(evx_vault_accept(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	assert_true(known(evx_vault_uuid(v)).accepted);
	assert_int_equal(evx_case_new(v, "A", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	m = known(evx_vault_uuid(v));
	assert_int_equal(m.entries, 2);
	assert_memory_equal(m.head, v->hashes[1], 32);
	assert_true(m.accepted);
	evx_vault_free(v);
	v = loaded("v");
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	assert_true(evx_vault_accepted(v));
	evx_vault_free(v);
}

static void test_moved(void **state)
{
	struct evx_vault *v;
	char uuid[EVX_UUID_CAP];
	char *old = strdup(scratch_at(&s, "v")), *real = realpath(old, NULL);
	bool copy = true;

	(void)state;
	used("v", uuid);
	assert_int_equal(renameat(s.fd, "v", s.fd, "w"), 0);
	v = loaded("w");
	assert_string_equal(evx_vault_moved_from(v, &copy), real);
	assert_false(copy);
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	is_at(uuid, "w"); /* the new place is remembered */
	evx_vault_free(v);
	v = loaded("w");
	assert_null(evx_vault_moved_from(v, &copy));
	evx_vault_free(v);
	free(old);
	free(real);
}

/* Where the vault is at its old place, too, this is a copy; the old place stays remembered. */
static void test_copied(void **state)
{
	struct evx_vault *v;
	char uuid[EVX_UUID_CAP], *real = realpath(scratch_at(&s, "v"), NULL);
	bool copy = false;

	(void)state;
	used("v", uuid);
	copy_tree("v", "w");
	v = loaded("w");
	assert_string_equal(evx_vault_moved_from(v, &copy), real);
	assert_true(copy);
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	evx_vault_free(v);
	is_at(uuid, "v");
	v = loaded("v");
	assert_null(evx_vault_moved_from(v, &copy));
	assert_false(copy);
	evx_vault_free(v);
	/* Another vault at the old place is none. */
	assert_int_equal(renameat(s.fd, "v", s.fd, "kept"), 0);
	vault_make(&s, &eve, NULL);
	v = loaded("w");
	assert_non_null(evx_vault_moved_from(v, &copy));
	assert_false(copy);
	evx_vault_free(v);
	is_at(uuid, "w");
	free(real);
}

/* Another vault where one was accepted, or where a link in the path is. */
static void test_exchanged(void **state)
{
	struct evx_diag why = { 0 };
	struct evx_vault *v;
	char uuid[EVX_UUID_CAP], id[EVX_UUID_CAP];

	(void)state;
	used("v", uuid);
	assert_int_equal(renameat(s.fd, "v", s.fd, "kept"), 0);
	vault_make(&s, &eve, NULL);
	v = loaded("v");
	assert_true(evx_vault_is_remembered_here(v));
	is_changed(v, EVX_E_FORGED, "Another vault is here now. Known here: vault ");
	is_changed(v, EVX_E_FORGED, uuid);
	is_changed(v, EVX_E_FORGED, evx_vault_uuid(v));
	assert_int_equal(evx_vault_accept(v, &why), EVX_E_FORGED);
	assert_int_equal(why.code, EVX_E_FORGED);
	assert_int_equal(evx_case_new(v, "A", NULL, &eve.signer, NOW, id, NULL), EVX_E_CUSTODY);
	is_at(uuid, "v");
	evx_vault_free(v);
	/* A link stands where the known one was. */
	assert_int_equal(renameat(s.fd, "v", s.fd, "other"), 0);
	assert_int_equal(symlinkat("other", s.fd, "v"), 0);
	v = loaded("v");
	assert_true(evx_vault_is_remembered_here(v));
	is_changed(v, EVX_E_FORGED, "Another vault is here now.");
	evx_vault_free(v);
	v = loaded("other");
	assert_false(evx_vault_is_remembered_here(v));
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_UNKNOWN);
	evx_vault_free(v);
}

/* One that nobody accepted is in nobody's way. */
static void test_not_accepted_there(void **state)
{
	struct evx_vault *v = loaded("v");

	(void)state;
	evx_vault_free(v);
	assert_int_equal(renameat(s.fd, "v", s.fd, "kept"), 0);
	vault_make(&s, &eve, NULL);
	v = loaded("v");
	assert_false(evx_vault_is_remembered_here(v));
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_UNKNOWN);
	evx_vault_free(v);
}

/* Whoever makes a vault at that place says that the others are there no more. */
static void test_made_anew(void **state)
{
	struct evx_vault *v;
	char first[EVX_UUID_CAP], second[EVX_UUID_CAP];

	(void)state;
	used("v", first);
	assert_int_equal(renameat(s.fd, "v", s.fd, "kept"), 0);
	vault_make(&s, &eve, NULL);
	v = loaded("v");
	assert_true(evx_vault_is_remembered_here(v));
	assert_int_equal(evx_vault_accept_new(v, NULL), EVX_OK);
	assert_false(evx_vault_is_remembered_here(v));
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	memcpy(second, evx_vault_uuid(v), EVX_UUID_CAP);
	evx_vault_free(v);
	assert_string_equal(known(first).path, "");
	assert_true(known(first).accepted);
	assert_int_equal(known(first).entries, 1);
	is_at(second, "v");
	v = loaded("v");
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	evx_vault_free(v);
	v = loaded("kept"); /* the first one is the known one, wherever it is */
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	evx_vault_free(v);
	is_at(first, "kept");
}

/* A memory that says something else than the vault. */
static void test_contradicted(void **state)
{
	struct evx_vault_memory m, good;
	struct evx_vault *v;
	char uuid[EVX_UUID_CAP];

	(void)state;
	used("v", uuid);
	good = known(uuid);
	m = good;
	(void)snprintf(m.founder, sizeof(m.founder), "SHA256:another");
	assert_int_equal(evx_memory_write(pins, &m, NULL), EVX_OK);
	v = loaded("v");
	is_changed(v, EVX_E_FORGED, "has another founder. This machine knows SHA256:another");
	assert_false(v->set_back);
	evx_vault_free(v);
	m = good;
	m.entries = 3;
	assert_int_equal(evx_memory_write(pins, &m, NULL), EVX_OK);
	v = loaded("v");
	is_changed(v, EVX_E_FORGED, "This machine has seen 3 entries; found 1.");
	assert_true(v->set_back);
	evx_vault_free(v);
	assert_int_equal(known(uuid).entries, 3); /* it stays as it was */
	m = good;
	m.head[31] ^= 1;
	assert_int_equal(evx_memory_write(pins, &m, NULL), EVX_OK);
	v = loaded("v");
	is_changed(v, EVX_E_FORGED, "Entry 0 is not the one that this machine has seen.");
	assert_true(v->set_back);
	evx_vault_free(v);
	assert_int_equal(evx_memory_write(pins, &good, NULL), EVX_OK);
	v = loaded("v");
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	evx_vault_free(v);
}

static void test_damaged(void **state)
{
	struct evx_vault *v;
	char uuid[EVX_UUID_CAP], name[64];

	(void)state;
	used("v", uuid);
	(void)snprintf(name, sizeof(name), "pins/%s", uuid);
	scratch_file(&s, name, "x", 1);
	v = loaded("v");
	is_changed(v, EVX_E_CORRUPT, "is damaged");
	assert_int_equal(evx_vault_accept(v, NULL), EVX_E_CORRUPT);
	evx_vault_free(v);
	/* That of another vault keeps this one from being judged as well. */
	assert_int_equal(unlinkat(s.fd, name, 0), 0);
	scratch_file(&s, "pins/11111111-1111-4111-8111-111111111111", "x", 1);
	v = loaded("v");
	is_changed(v, EVX_E_CORRUPT, "is damaged");
	evx_vault_free(v);
}

/* Without a home nothing is remembered, and the founder is accepted for this process only. */
static void test_no_home(void **state)
{
	struct evx_vault *v;

	(void)state;
	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_recall(v, -1, NULL, NULL), EVX_OK);
	assert_int_equal(evx_vault_load(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_UNKNOWN);
	assert_int_equal(evx_vault_accept(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_standing(v, NULL), EVX_VAULT_ACCEPTED);
	evx_vault_free(v);
}

/* Two processes: what another one has learnt meanwhile is not forgotten. */
static void test_two_processes(void **state)
{
	struct evx_vault *first, *second;
	char uuid[EVX_UUID_CAP], id[EVX_UUID_CAP];

	(void)state;
	used("v", uuid);
	first = loaded("v");
	second = loaded("v");
	assert_int_equal(evx_case_new(second, "A", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	assert_int_equal(evx_case_new(second, "B", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	assert_int_equal(known(uuid).entries, 3);
	/* It has seen one entry, and accepts the founder: the three stay remembered. */
	first->known.accepted = false;
	assert_int_equal(evx_vault_accept(first, NULL), EVX_OK);
	assert_int_equal(known(uuid).entries, 3);
	assert_true(known(uuid).accepted);
	assert_int_equal(evx_case_new(first, "C", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	assert_int_equal(known(uuid).entries, 4);
	evx_vault_free(first);
	evx_vault_free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_use, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_moved, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_copied, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_exchanged, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_not_accepted_there, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_made_anew, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_contradicted, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_damaged, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_no_home, setup_pins, teardown_pins),
		cmocka_unit_test_setup_teardown(test_two_processes, setup_pins, teardown_pins),
	};

	return cmocka_run_group_tests(tests, make_people, free_people);
}
