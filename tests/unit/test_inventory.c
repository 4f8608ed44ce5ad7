/* Inventory lists in and out, and findings joined. */
#include <string.h>

#include "custody/finding.h"
#include "store/inventory.h"
#include "vault_fixture.h"

#define U1 "11111111-2222-4333-8444-555555555555"
#define U2 "21111111-2222-4333-8444-555555555555"
#define H "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct seen {
	struct evx_inventory_line at[4];
	size_t n;
};

static enum evx_err keep(void *ctx, const struct evx_inventory_line *line)
{
	struct seen *s = ctx;

	if (s->n == 4)
		return EVX_E_LIMIT;
	s->at[s->n++] = *line;
	return EVX_OK;
}

static enum evx_err decode(const char *text, struct seen *s)
{
	s->n = 0;
	return evx_inventory_decode(text, strlen(text), keep, s, NULL);
}

static void lines_come_back(void **state)
{
	struct evx_inventory_line line = { .uuid = U1,
		.events = 7,
		.bytes = 1234567,
		.checked = NOW,
		.result = EVX_INVENTORY_CUSTODY };
	struct evx_buf list = EVX_BUF_INIT;
	struct seen s;

	(void)state;
	memset(line.seal, 0xab, 32);
	memset(line.head, 0xcd, 32);
	for (int r = 0; r < (int)EVX_INVENTORY_RESULTS; r++) {
		line.result = (enum evx_inventory_result)r;
		line.checked = r % 2 == 0 ? 0 : NOW;
		memset(line.case_id, 0, sizeof(line.case_id));
		if (r % 3 != 0)
			memcpy(line.case_id, U2, sizeof(line.case_id));
		evx_buf_reset(&list);
		assert_int_equal(evx_inventory_add(&list, &line), EVX_OK);
		s.n = 0;
		assert_int_equal(evx_inventory_decode(list.data, list.len, keep, &s, NULL), EVX_OK);
		assert_int_equal(s.n, 1);
		assert_memory_equal(&s.at[0], &line, sizeof(line));
		/* Cut anywhere it is told from a whole one. */
		for (size_t n = 1; n < list.len; n++)
			assert_int_equal(evx_inventory_decode(list.data, n, keep, &s, NULL),
				EVX_E_TRUNCATED);
	}
	evx_buf_free(&list);
}

static void rejects(void **state)
{
	static const char *const bad[] = {
		"\n",
		" \n",
		U1 "\n",
		U1 " " H " " H " 1 2 - good - \n",
		" " U1 " " H " " H " 1 2 - good -\n",
		U1 "  " H " " H " 1 2 - good -\n",
		U1 " " H " " H " 1 2 - good - x\n",
		U1 " " H " " H " 1 2 -\n",
		U1 " " H " " H " 1 2 - fine -\n",
		U1 " " H " " H " 1 2 - goo -\n",
		U1 " " H " " H " 01 2 - good -\n",
		U1 " " H " " H " 1 -2 - good -\n",
		U1 " " H " " H " 1 2 x good -\n",
		U1 " " H " " H " 1 2 1970-01-01T00:00:00Z good -\n",
		U1 " " H " " H " 1 2 2026-02-30T00:00:00Z good -\n",
		U1 " 0123 " H " 1 2 - good -\n",
		U1 " " H " " H "0 1 2 - good -\n",
		"x1111111-2222-4333-8444-555555555555 " H " " H " 1 2 - good -\n",
		U2 " " H " " H " 1 2 - good -\n" U1 " " H " " H " 1 2 - good -\n",
		U1 " " H " " H " 1 2 - good -\n" U1 " " H " " H " 1 2 - good -\n",
		U1 " " H " " H " 1 2 - good\n",
		U1 " " H " " H " 1 2 - good x\n",
		U1 " " H " " H " 1 2 - good --\n",
		U1 " " H " " H " 1 2 - good " U1 "," U2 "\n",
	};
	struct seen s;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (decode(bad[i], &s) != EVX_E_CORRUPT)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(decode("", &s), EVX_OK);
	assert_int_equal(
		decode(U1 " " H " " H " 1 2 - good -\n" U2 " " H " " H " 1 2 - missing -\n", &s),
		EVX_OK);
	assert_int_equal(s.n, 2);
}

static void written_and_signed(void **state)
{
	struct evx_inventory_line line = { .uuid = U1 };
	struct evx_buf list = EVX_BUF_INIT;
	struct person p;
	struct scratch s = scratch_make();
	struct seen got = { .n = 0 };
	uint8_t hash[32];
	uint32_t sequence, found;
	struct evx_vault *v;

	(void)state;
	person_make(&p, "Ann");
	vault_make(&s, &p, NULL);
	v = vault_open(&s, &p);
	assert_int_equal(evx_inventory_add(&list, &line), EVX_OK);
	assert_int_equal(
		evx_inventory_write(v, &list, NULL, NULL, &p.signer, NOW, &sequence, NULL), EVX_OK);
	assert_int_equal(sequence, 1);
	assert_true(evx_vault_inventory(v, NULL, &found, hash));
	assert_int_equal(found, 1);
	assert_int_equal(evx_inventory_read(v, found, hash, keep, &got, NULL), EVX_OK);
	assert_int_equal(got.n, 1);
	hash[0] ^= 1;
	assert_int_equal(evx_inventory_read(v, found, hash, keep, &got, NULL), EVX_E_FORGED);
	hash[0] ^= 1;
	assert_int_equal(unlink(scratch_at(&s, "v/log/00000001-inventory.list")), 0);
	assert_int_equal(evx_inventory_read(v, found, hash, keep, &got, NULL), EVX_E_NOT_FOUND);
	evx_vault_free(v);
	person_free(&p);
	evx_buf_free(&list);
	scratch_remove(&s);
}

static void findings_join(void **state)
{
	struct evx_findings a = { 0 }, b = { 0 };

	(void)state;
	assert_int_equal(
		evx_findings_add(&a, "D-IO", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, NULL, "one"),
		EVX_OK);
	for (unsigned i = 0; i < EVX_FINDINGS_KEPT + 5; i++)
		assert_int_equal(evx_findings_add(&b, "D-MISSING", EVX_WEIGHT_BROKEN, EVX_NO_EVENT,
					 "data/x", "two"),
			EVX_OK);
	assert_int_equal(
		evx_findings_add(&b, "C-SIGNATURE", EVX_WEIGHT_BROKEN, 0, NULL, "three"), EVX_OK);
	assert_int_equal(evx_findings_join(&a, &b), EVX_OK);
	assert_int_equal(a.n, EVX_FINDINGS_KEPT);
	assert_int_equal(a.n + a.dropped, EVX_FINDINGS_KEPT + 7);
	assert_int_equal(
		a.count[EVX_ON_DATA][EVX_WEIGHT_BROKEN], EVX_FINDINGS_KEPT + 6); /* the
										    seal's
										    signature
										    counts
										    there,
										    too */
	assert_int_equal(a.count[EVX_ON_CUSTODY][EVX_WEIGHT_BROKEN], 1);
	assert_int_equal(a.count[EVX_ON_DATA][EVX_WEIGHT_UNCHECKED], 1);
	evx_findings_free(&a);
	evx_findings_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_back),
		cmocka_unit_test(rejects),
		cmocka_unit_test(written_and_signed),
		cmocka_unit_test(findings_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
