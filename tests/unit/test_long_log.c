/* A log so long that several threads read it: the same entries, labels and flaws as in a short one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "vault_fixture.h"

#define ENTRIES 1300u /* more than are read at a time */
#define LABELS (ENTRIES / 2)

int fsync(int fd);
int fsync(int fd) /* of this program: nobody needs these vaults after a power cut */
{
	(void)fd;
	return 0;
}

static struct scratch s;
static struct person ann;
static char cases[LABELS][EVX_UUID_CAP];

/* Every other entry makes a case; the one behind it files an exhibit there. */
static void write_log(void)
{
	struct evx_vault *v;

	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(evx_vault_lock(v, NULL), EVX_OK);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		struct evx_vault_entry e = { .type = i % 2 == 0 ? EVX_VAULT_CASE_NEW :
								  EVX_VAULT_CASE_FILE };
		char label[16], office[] = "Office";
		const struct evx_vault_private says = { .label = label, .office = office };
		uint8_t random[16];

		(void)snprintf(label, sizeof(label), "L-%u", (unsigned)(i / 2));
		evx_random(random, sizeof(random));
		if (i % 2 == 0)
			evx_uuid_v4(random, cases[i / 2]);
		else
			evx_uuid_v4(random, e.uuid);
		memcpy(e.case_id, cases[i / 2], EVX_UUID_CAP);
		assert_int_equal(
			evx_vault_append(v, &e, i % 2 == 0 ? &says : NULL, &ann.signer, NOW, NULL),
			EVX_OK);
	}
	evx_vault_unlock_log(v);
	evx_vault_free(v);
}

static void everything_is_read(void **state)
{
	struct evx_vault *v = vault_open(&s, &ann);
	struct evx_case_labels labels;
	char found[EVX_UUID_CAP], label[16];
	const size_t *filed;
	size_t n;

	(void)state;
	assert_int_equal(evx_vault_sound(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_entries(v), ENTRIES + 1);
	assert_int_equal(evx_vault_cases(v), LABELS);
	assert_int_equal(
		evx_case_merge(v, cases[7], cases[3], NULL, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_case_labels(v, &labels, NULL), EVX_OK);
	assert_int_equal(labels.n, LABELS);
	for (uint32_t i = 0; i < LABELS; i++) {
		(void)snprintf(label, sizeof(label), "L-%u", (unsigned)i);
		assert_string_equal(labels.at[i].label, label);
		assert_string_equal(labels.at[i].office, "Office");
		assert_string_equal(labels.at[i].id, cases[i]);
		filed = evx_case_labels_filed(&labels, cases[i], &n);
		assert_int_equal(n, i == 7 ? 0 : i == 3 ? 2 : 1);
		if (n > 0)
			assert_int_equal(filed[0], i);
		if (n > 1)
			assert_int_equal(filed[1], 7);
	}
	(void)evx_case_labels_filed(&labels, evx_vault_uuid(v), &n);
	assert_int_equal(n, 0);
	assert_int_equal(evx_case_find(v, "L-649", found, NULL), EVX_OK);
	assert_string_equal(found, cases[649]);
	evx_case_labels_free(&labels);
	evx_vault_free(v);
}

/* What the log is good for with another byte in the middle of entry number. */
static void is_flawed_at(uint32_t number)
{
	struct evx_vault *v;
	struct evx_diag diag = { 0 };
	char name[64], byte, other;
	size_t got;
	int fd;

	(void)snprintf(name, sizeof(name), "v/log/%08u-%s", (unsigned)number,
		number % 2 == 1 ? "case-new" : "case-file");
	fd = openat(s.fd, name, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(evx_pread_full(fd, &byte, 1, 100, &got, NULL, NULL), EVX_OK);
	other = byte == 'x' ? 'y' : 'x';
	assert_int_equal(evx_pwrite_full(fd, &other, 1, 100, NULL, NULL), EVX_OK);
	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_load(v, NULL), EVX_OK);
	assert_int_not_equal(evx_vault_sound(v, &diag), EVX_OK);
	assert_string_equal(diag.path, name + strlen("v/log/"));
	assert_int_equal(evx_vault_entries(v), number);
	evx_vault_free(v);
	assert_int_equal(evx_pwrite_full(fd, &byte, 1, 100, NULL, NULL), EVX_OK);
	evx_close_quiet(&fd);
}

static void the_first_flaw_counts(void **state)
{
	(void)state;
	is_flawed_at(1);
	is_flawed_at(64);
	is_flawed_at(1023);
	is_flawed_at(1024);
	is_flawed_at(1299);
}

static void a_gap_ends_it(void **state)
{
	struct evx_vault *v;

	(void)state;
	assert_int_equal(renameat(s.fd, "v/log/00000500-case-file", s.fd, "aside"), 0);
	assert_int_equal(evx_vault_open(scratch_at(&s, "v"), &v, NULL), EVX_OK);
	assert_int_equal(evx_vault_load(v, NULL), EVX_OK);
	assert_int_equal(evx_vault_sound(v, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_vault_entries(v), 500);
	evx_vault_free(v);
	assert_int_equal(renameat(s.fd, "aside", s.fd, "v/log/00000500-case-file"), 0);
}

static int set_up(void **state)
{
	(void)state;
	s = scratch_make();
	person_make(&ann, "Ann");
	write_log();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	person_free(&ann);
	scratch_remove(&s);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_flaw_counts),
		cmocka_unit_test(a_gap_ends_it),
		cmocka_unit_test(everything_is_read),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
