/* What an entry of a vault's log may say, and what the vault knows after it (format-spec/vault.md
 * "Log"): each rule by itself, over entries as they were decoded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/age.h"
#include "crypto/secret.h"
#include "unit/failing.h"
#include "store/case.h"
#include "store/members.h"
#include "store/vault_inner.h"

#define VAULT "01234567-89ab-4def-8123-456789abcdef"
#define A "aaaaaaaa-0000-4000-8000-000000000000"
#define B "bbbbbbbb-0000-4000-8000-000000000000"
#define C "cccccccc-0000-4000-8000-000000000000"
#define NO_CASE "dddddddd-0000-4000-8000-000000000000"
#define U1 "00000000-0000-4000-8000-000000000001"
#define U2 "00000000-0000-4000-8000-000000000002"

enum { ANN, BOB, CAT, EVE, PEOPLE };
#define KEYS 16

static char signing[PEOPLE][EVX_KEY_TEXT_CAP]; /* ssh-ed25519 … */
static char keys[KEYS][EVX_KEY_TEXT_CAP];      /* age1… */
static struct evx_vault *v;
static struct evx_diag why;

static int start(void **state)
{
	(void)state;
	if (evx_crypto_init(NULL) != EVX_OK)
		return -1;
	for (size_t i = 0; i < PEOPLE; i++) {
		struct evx_secret *secret;
		struct evx_sshkey pub;

		assert_int_equal(evx_sshkey_new(&secret, &pub, NULL), EVX_OK);
		assert_int_equal(evx_sshkey_encode(&pub, signing[i]), EVX_OK);
		evx_secret_free(secret);
	}
	for (size_t i = 0; i < KEYS; i++) {
		struct evx_secret *secret;
		uint8_t pub[32];

		assert_int_equal(evx_age_identity_new(&secret, NULL), EVX_OK);
		assert_int_equal(evx_age_public(secret, pub), EVX_OK);
		assert_int_equal(evx_age_recipient_encode(pub, keys[i]), EVX_OK);
		evx_secret_free(secret);
	}
	return 0;
}

/* The entry that would come next, signed by one of them. */
static struct evx_vault_entry next(enum evx_vault_type type, int who)
{
	struct evx_vault_entry e = {
		.vault = VAULT, .type = type, .sequence = v->n, .time = 1767323045 + v->n
	};

	memcpy(e.signer, signing[who], sizeof(e.signer));
	evx_vault_head(v, e.previous);
	return e;
}

static enum evx_err apply(struct evx_vault_entry *e)
{
	uint8_t hash[32];
	const uint32_t before = v->n;
	enum evx_err err;

	memset(hash, (int)before + 1, sizeof(hash));
	memset(&why, 0, sizeof(why));
	err = evx_vault_judge(v, e, NULL);
	assert_int_equal(evx_vault_apply(v, e, hash, &why), err);
	assert_int_equal(why.code, err);
	assert_int_equal(v->n, before + (err == EVX_OK));
	if (err == EVX_OK) {
		uint8_t head[32];

		evx_vault_head(v, head);
		assert_memory_equal(head, hash, 32);
	}
	evx_vault_entry_free(e);
	return err;
}

static struct evx_vault_entry init(void)
{
	struct evx_vault_entry e = next(EVX_VAULT_INIT, ANN);

	memcpy(e.member_signing, signing[ANN], sizeof(e.member_signing));
	memcpy(e.member_encryption, keys[0], sizeof(e.member_encryption));
	memcpy(e.epoch.custody, keys[1], sizeof(e.epoch.custody));
	memcpy(e.epoch.content, keys[2], sizeof(e.epoch.content));
	e.content = true;
	e.escrow = calloc(2, sizeof(*e.escrow));
	assert_non_null(e.escrow);
	e.nescrow = 2;
	memcpy(e.escrow[0], keys[3], sizeof(e.escrow[0]));
	memcpy(e.escrow[1], keys[4], sizeof(e.escrow[1]));
	return e;
}

static struct evx_vault_entry add(int who, int by, bool content)
{
	struct evx_vault_entry e = next(EVX_VAULT_MEMBER_ADD, by);

	memcpy(e.member_signing, signing[who], sizeof(e.member_signing));
	memcpy(e.member_encryption, keys[5 + who], sizeof(e.member_encryption));
	e.content = content;
	return e;
}

/* A removal of one of them that begins an epoch of these keys. */
static struct evx_vault_entry removal_of(int who, int by, int custody, int content)
{
	struct evx_vault_entry e = next(EVX_VAULT_MEMBER_REMOVE, by);
	char fingerprint[EVX_FINGERPRINT_CAP];

	assert_int_equal(evx_members_hash(signing[who], e.fingerprint, fingerprint, NULL), EVX_OK);
	memcpy(e.epoch.custody, keys[custody], sizeof(e.epoch.custody));
	memcpy(e.epoch.content, keys[content], sizeof(e.epoch.content));
	return e;
}

static struct evx_vault_entry of_case(
	enum evx_vault_type type, int by, const char *id, const char *into)
{
	struct evx_vault_entry e = next(type, by);

	(void)snprintf(e.case_id, sizeof(e.case_id), "%s", id);
	(void)snprintf(e.into, sizeof(e.into), "%s", into);
	return e;
}

static struct evx_vault_entry filed(const char *uuid, const char *id, int by)
{
	struct evx_vault_entry e = of_case(EVX_VAULT_CASE_FILE, by, id, "");

	memcpy(e.uuid, uuid, EVX_UUID_CAP);
	return e;
}

/* What is expected of one entry. */
#define GIVES(entry, expected) \
	do { \
		struct evx_vault_entry given = (entry); \
		assert_int_equal(apply(&given), expected); \
	} while (0)

static void says(const char *text)
{
	if (strstr(why.text, text) == NULL)
		fail_msg("expected \"%s\" in \"%s\"", text, why.text);
}

static void begin(void)
{
	v = calloc(1, sizeof(*v));
	assert_non_null(v);
	v->fd = v->log = v->lock = v->pins = -1;
	memcpy(v->uuid, VAULT, sizeof(VAULT));
}

/* A vault of Ann, with Bob as a custody member. */
static int setup(void **state)
{
	(void)state;
	begin();
	GIVES(init(), EVX_OK);
	GIVES(add(BOB, ANN, false), EVX_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	evx_vault_free(v);
	return 0;
}

static void test_init(void **state)
{
	struct evx_vault_entry e;

	(void)state;
	begin();
	e = init();
	memcpy(e.signer, signing[EVE], sizeof(e.signer));
	assert_int_equal(apply(&e), EVX_E_CUSTODY);
	says("not signed by the founder");
	for (int i = 0; i < 2; i++) {
		e = init();
		e.escrow[i][20] = '!';
		assert_int_not_equal(apply(&e), EVX_OK);
		e = init();
		(i == 0 ? e.epoch.custody : e.epoch.content)[20] = '!';
		assert_int_not_equal(apply(&e), EVX_OK);
	}
	e = init();
	memcpy(e.epoch.content, e.epoch.custody, sizeof(e.epoch.content));
	assert_int_equal(apply(&e), EVX_E_CUSTODY);
	says("two different new keys");
	e = init();
	e.member_encryption[20] = '!';
	assert_int_not_equal(apply(&e), EVX_OK);
	GIVES(init(), EVX_OK);
	assert_int_equal(evx_vault_entries(v), 1);
	assert_int_equal(evx_vault_epochs(v), 1);
	assert_string_equal(evx_vault_epoch(v, 1)->custody, keys[1]);
	assert_string_equal(evx_vault_epoch(v, 1)->content, keys[2]);
	assert_int_equal(evx_vault_escrow(v), 2);
	assert_string_equal(evx_vault_escrow_key(v, 0), keys[3]);
	assert_string_equal(evx_vault_escrow_key(v, 1), keys[4]);
	assert_int_equal(evx_vault_members(v), 1);
	assert_true(evx_vault_member(v, 0)->content);
	assert_ptr_equal(evx_vault_find_member(v, signing[ANN]), evx_vault_member(v, 0));
	evx_vault_free(v);
}

static void test_place(void **state)
{
	struct evx_vault_entry e;

	(void)state;
	for (size_t i = 0; i < EVX_UUID_LEN; i += EVX_UUID_LEN - 1) {
		e = of_case(EVX_VAULT_CASE_NEW, ANN, A, "");
		e.vault[i] = '7';
		assert_int_equal(apply(&e), EVX_E_FORGED);
		says("another vault");
	}
	e = of_case(EVX_VAULT_CASE_NEW, ANN, A, "");
	e.sequence++;
	assert_int_equal(apply(&e), EVX_E_FORGED);
	says("The file name says entry 2, but the entry says that it is 3.");
	e = of_case(EVX_VAULT_CASE_NEW, ANN, A, "");
	e.sequence--;
	assert_int_equal(apply(&e), EVX_E_FORGED);
	for (size_t i = 0; i < 32; i++) {
		e = of_case(EVX_VAULT_CASE_NEW, ANN, A, "");
		e.previous[i] ^= 0x80;
		assert_int_equal(apply(&e), EVX_E_FORGED);
		says("does not follow");
	}
	/* The hash of the one before that. */
	e = of_case(EVX_VAULT_CASE_NEW, ANN, A, "");
	memset(e.previous, 1, 32);
	assert_int_equal(apply(&e), EVX_E_FORGED);
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, A, ""), EVX_OK);
}

static void test_signers(void **state)
{
	static const enum evx_vault_type of_members[] = { EVX_VAULT_CASE_NEW, EVX_VAULT_CASE_ALIAS,
		EVX_VAULT_INVENTORY, EVX_VAULT_ROLLBACK };

	(void)state;
	for (size_t i = 0; i < sizeof(of_members) / sizeof(of_members[0]); i++) {
		GIVES(of_case(of_members[i], EVE, A, ""), EVX_E_CUSTODY);
		says("The signer is not a member");
		says(evx_vault_type_name(of_members[i]));
		GIVES(of_case(of_members[i], BOB, A, ""), EVX_OK);
	}
	GIVES(of_case(EVX_VAULT_CASE_NEW, BOB, B, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_CASE_MERGE, EVE, A, B), EVX_E_CUSTODY);
	GIVES(of_case(EVX_VAULT_CASE_MERGE, BOB, A, B), EVX_OK);
	GIVES(add(CAT, BOB, false), EVX_E_CUSTODY);
	says("The signer is a custody member");
	says("member-add");
	GIVES(add(CAT, EVE, false), EVX_E_CUSTODY);
	GIVES(filed(U1, B, EVE), EVX_E_CUSTODY);
	GIVES(filed(U1, B, BOB), EVX_OK);
	GIVES(of_case(EVX_VAULT_REMOVAL, BOB, "", ""), EVX_E_CUSTODY);
	GIVES(removal_of(BOB, BOB, 10, 11), EVX_E_CUSTODY);
	GIVES(add(CAT, ANN, true), EVX_OK);
	GIVES(removal_of(BOB, CAT, 10, 11), EVX_OK);
	GIVES(of_case(EVX_VAULT_CASE_NEW, BOB, C, ""), EVX_E_CUSTODY);
}

static void test_epochs(void **state)
{
	/* Keys of the first epoch, 1 and 2, and of the second, 10 and 11, in each place. */
	static const int bad[][2] = { { 12, 12 }, { 1, 12 }, { 2, 12 }, { 12, 1 }, { 12, 2 },
		{ 10, 12 }, { 11, 12 }, { 12, 10 }, { 12, 11 } };

	(void)state;
	GIVES(add(CAT, ANN, true), EVX_OK);
	GIVES(removal_of(BOB, ANN, 10, 11), EVX_OK);
	assert_int_equal(evx_vault_epochs(v), 2);
	assert_string_equal(evx_vault_epoch(v, 2)->custody, keys[10]);
	assert_string_equal(evx_vault_epoch(v, 2)->content, keys[11]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		GIVES(removal_of(CAT, ANN, bad[i][0], bad[i][1]), EVX_E_CUSTODY);
	assert_int_equal(evx_vault_epochs(v), 2);
	GIVES(removal_of(CAT, ANN, 12, 13), EVX_OK);
	assert_int_equal(evx_vault_epochs(v), 3);
	assert_string_equal(evx_vault_epoch(v, 1)->content, keys[2]);
}

static void test_members(void **state)
{
	const struct evx_vault_member *m;
	struct evx_vault_entry e;

	(void)state;
	m = evx_vault_find_member(v, signing[BOB]);
	assert_non_null(m);
	assert_false(m->content);
	assert_int_equal(m->added, 1);
	assert_string_equal(m->encryption, keys[5 + BOB]);
	GIVES(add(BOB, ANN, true), EVX_E_EXISTS);
	GIVES(add(ANN, ANN, true), EVX_E_EXISTS);
	e = add(CAT, ANN, true);
	e.member_signing[40] = '!';
	assert_int_not_equal(apply(&e), EVX_OK);
	e = add(CAT, ANN, true);
	e.member_encryption[40] = '!';
	assert_int_not_equal(apply(&e), EVX_OK);
	/* The last content member stays: neither a custody member nor one who left counts. */
	GIVES(removal_of(ANN, ANN, 10, 11), EVX_E_CUSTODY);
	says("the last content member");
	GIVES(removal_of(EVE, ANN, 10, 11), EVX_E_NOT_FOUND);
	GIVES(add(CAT, ANN, true), EVX_OK);
	GIVES(removal_of(CAT, ANN, 10, 11), EVX_OK);
	assert_null(evx_vault_find_member(v, signing[CAT]));
	GIVES(removal_of(CAT, ANN, 12, 13), EVX_E_NOT_FOUND);
	GIVES(removal_of(ANN, ANN, 12, 13), EVX_E_CUSTODY);
	/* Who left can come back, and is a member anew. */
	GIVES(add(CAT, ANN, true), EVX_OK);
	assert_int_equal(evx_vault_members(v), 4);
	assert_true(evx_vault_member(v, 2)->removed);
	assert_ptr_equal(evx_vault_find_member(v, signing[CAT]), evx_vault_member(v, 3));
	assert_int_equal(evx_vault_member(v, 3)->added, 4);
	assert_false(evx_vault_member(v, 3)->removed);
	GIVES(removal_of(ANN, CAT, 12, 13), EVX_OK);
	assert_false(evx_vault_member(v, 3)->removed);
	assert_true(evx_vault_member(v, 0)->removed);
}

static void test_cases(void **state)
{
	(void)state;
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, A, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_CASE_NEW, BOB, B, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, A, ""), EVX_E_EXISTS);
	says(A);
	assert_int_equal(evx_vault_cases(v), 2);
	assert_string_equal(evx_vault_case(v, 0)->id, A);
	assert_string_equal(evx_vault_case(v, 1)->id, B);
	GIVES(of_case(EVX_VAULT_CASE_ALIAS, ANN, NO_CASE, ""), EVX_E_NOT_FOUND);
	GIVES(of_case(EVX_VAULT_CASE_ALIAS, ANN, "", ""), EVX_E_NOT_FOUND);
	GIVES(of_case(EVX_VAULT_CASE_ALIAS, ANN, B, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_INVENTORY, ANN, NO_CASE, ""), EVX_E_NOT_FOUND);
	says(NO_CASE);
	GIVES(of_case(EVX_VAULT_INVENTORY, ANN, B, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_INVENTORY, ANN, "", ""), EVX_OK);
}

static void test_merges(void **state)
{
	(void)state;
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, A, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, B, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, C, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_CASE_MERGE, ANN, NO_CASE, A), EVX_E_NOT_FOUND);
	says(NO_CASE);
	GIVES(of_case(EVX_VAULT_CASE_MERGE, ANN, A, NO_CASE), EVX_E_NOT_FOUND);
	says(NO_CASE);
	GIVES(of_case(EVX_VAULT_CASE_MERGE, ANN, B, A), EVX_OK);
	assert_string_equal(evx_vault_case(v, 1)->into, A);
	assert_string_equal(evx_vault_case(v, 0)->into, "");
	assert_string_equal(evx_case_filed(v, B), A);
	/* Once only; and in no ring, however long. */
	GIVES(of_case(EVX_VAULT_CASE_MERGE, ANN, B, C), EVX_E_CUSTODY);
	says(B);
	GIVES(of_case(EVX_VAULT_CASE_MERGE, ANN, A, B), EVX_E_CUSTODY);
	GIVES(of_case(EVX_VAULT_CASE_MERGE, ANN, C, B), EVX_OK);
	assert_string_equal(evx_vault_case(v, 2)->into, B);
	assert_string_equal(evx_case_filed(v, C), A);
	GIVES(of_case(EVX_VAULT_CASE_MERGE, ANN, A, C), EVX_E_CUSTODY);
	assert_string_equal(evx_case_filed(v, A), A);
	/* What was merged takes nothing more. */
	GIVES(filed(U1, B, ANN), EVX_E_CUSTODY);
	says("Case " B " was merged into " A ".");
	GIVES(filed(U1, A, ANN), EVX_OK);
}

static void test_filings(void **state)
{
	(void)state;
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, A, ""), EVX_OK);
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, B, ""), EVX_OK);
	assert_null(evx_vault_filing(v, U1));
	GIVES(filed(U1, NO_CASE, ANN), EVX_E_NOT_FOUND);
	says(NO_CASE);
	assert_null(evx_vault_filing(v, U1));
	GIVES(filed(U1, A, ANN), EVX_OK);
	GIVES(filed(U2, A, ANN), EVX_OK);
	GIVES(filed(U1, B, BOB), EVX_OK); /* the last word counts */
	assert_string_equal(evx_vault_filing(v, U1)->case_id, B);
	assert_int_equal(evx_vault_filing(v, U1)->sequence, 6);
	assert_string_equal(evx_vault_filing(v, U2)->case_id, A);
	assert_int_equal(evx_vault_filing(v, U2)->sequence, 5);
}

static void test_disposals(void **state)
{
	uint8_t event[32], expected[32];
	struct evx_vault_entry e;

	(void)state;
	for (int i = 1; i <= 3; i++) { /* U1, U2, and U1 again: the first word counts */
		e = next(EVX_VAULT_REMOVAL, ANN);
		memcpy(e.uuid, i == 2 ? U2 : U1, EVX_UUID_CAP);
		memset(e.event, i, 32);
		assert_false(i < 3 && evx_vault_removed(v, e.uuid, event));
		assert_int_equal(apply(&e), EVX_OK);
	}
	memset(expected, 1, 32);
	assert_true(evx_vault_removed(v, U1, event));
	assert_memory_equal(event, expected, 32);
	memset(expected, 2, 32);
	assert_true(evx_vault_removed(v, U2, event));
	assert_memory_equal(event, expected, 32);
	assert_true(evx_vault_removed(v, U2, NULL));
	assert_false(evx_vault_removed(v, A, NULL));
}

static void test_inventories(void **state)
{
	struct evx_vault_entry e;
	uint32_t sequence = 0;
	uint8_t list[32], expected[32];

	(void)state;
	GIVES(of_case(EVX_VAULT_CASE_NEW, ANN, A, ""), EVX_OK);
	assert_false(evx_vault_inventory(v, NULL, &sequence, list));
	for (int i = 0; i < 4; i++) { /* of all, of A, of all, of A */
		e = of_case(EVX_VAULT_INVENTORY, i < 2 ? ANN : BOB, i % 2 == 0 ? "" : A, "");
		memset(e.list, i, 32);
		assert_int_equal(apply(&e), EVX_OK);
	}
	assert_int_equal(v->ncounts, 4);
	for (size_t i = 0; i < 4; i++) {
		memset(expected, (int)i, 32);
		assert_int_equal(v->counts[i].content, i < 2);
		assert_int_equal(v->counts[i].sequence, 3 + i);
		assert_memory_equal(v->counts[i].list, expected, 32);
		assert_string_equal(v->counts[i].case_id, i % 2 == 0 ? "" : A);
	}
	assert_true(evx_vault_inventory(v, NULL, &sequence, list));
	assert_int_equal(sequence, 5);
	assert_int_equal(list[31], 2);
	assert_true(evx_vault_inventory(v, A, &sequence, list));
	assert_int_equal(sequence, 6);
	assert_int_equal(list[31], 3);
}

static void test_rollbacks(void **state)
{
	struct evx_vault_entry e;

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		e = next(EVX_VAULT_ROLLBACK, i == 0 ? BOB : ANN);
		e.entries = 70 + i;
		e.exhibits = 80 + i;
		memset(e.list, 9, 32);
		assert_int_equal(apply(&e), EVX_OK);
	}
	assert_int_equal(v->nrollbacks, 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct evx_vault_rollback *r = &v->rollbacks[i];

		assert_int_equal(r->sequence, 2 + i);
		assert_int_equal(r->entries, 70 + i);
		assert_int_equal(r->exhibits, 80 + i);
		assert_int_equal(r->time, 1767323045 + 2 + i);
		assert_int_equal(r->list[0] + r->list[31], 18);
		assert_string_equal(r->signer, signing[i == 0 ? BOB : ANN]);
	}
}

/* The private parts that name a case, with who signed them and when. */
static void test_notes(void **state)
{
	struct evx_vault_entry e;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		e = of_case(i == 0 ? EVX_VAULT_CASE_NEW : EVX_VAULT_CASE_ALIAS, BOB, A, "");
		if (i != 1)
			assert_int_equal(evx_buf_add(&e.sealed, "sealed", 6), EVX_OK);
		assert_int_equal(apply(&e), EVX_OK);
	}
	GIVES(add(CAT, ANN, true), EVX_OK);
	GIVES(removal_of(BOB, ANN, 10, 11), EVX_OK);
	e = of_case(EVX_VAULT_CASE_ALIAS, CAT, A, "");
	assert_int_equal(evx_buf_add(&e.sealed, "other", 5), EVX_OK);
	assert_int_equal(apply(&e), EVX_OK);
	assert_int_equal(v->nnotes, 3);
	for (size_t i = 0; i < 3; i++) {
		static const uint32_t sequences[] = { 2, 4, 7 }, signers[] = { 1, 1, 2 },
				      epochs[] = { 1, 1, 2 };
		const struct evx_vault_note *n = &v->notes[i];

		assert_string_equal(n->case_id, A);
		assert_int_equal(n->sequence, sequences[i]);
		assert_int_equal(n->signer, signers[i]);
		assert_int_equal(n->epoch, epochs[i]);
		assert_int_equal(n->sealed.len, i < 2 ? 6 : 5);
		assert_memory_equal(n->sealed.data, i < 2 ? "sealed" : "other", n->sealed.len);
	}
}

/* One entry of each type, while memory runs out. */
static enum evx_err whole_log(void *ctx, struct outcome *out)
{
	static const uint8_t hash[32] = { 7 };
	enum evx_err err = EVX_OK;

	(void)ctx;
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return EVX_E_MEMORY;
	v->fd = v->log = v->lock = v->pins = -1;
	memcpy(v->uuid, VAULT, sizeof(VAULT));
	for (int i = 0; i < 10 && err == EVX_OK; i++) {
		const bool was = failing;
		struct evx_vault_entry e;

		failing = false; /* what is given is there */
		switch (i) {
		case 0:
			e = init();
			break;
		case 1:
			e = add(BOB, ANN, false);
			break;
		case 2:
		case 3:
			e = of_case(EVX_VAULT_CASE_NEW, BOB, i == 2 ? A : B, "");
			assert_int_equal(evx_buf_add(&e.sealed, "x", 1), EVX_OK);
			break;
		case 4:
			e = filed(U1, A, BOB);
			break;
		case 5:
			e = of_case(EVX_VAULT_CASE_MERGE, ANN, A, B);
			break;
		case 6:
			e = of_case(EVX_VAULT_INVENTORY, ANN, B, "");
			break;
		case 7:
			e = next(EVX_VAULT_REMOVAL, ANN);
			memcpy(e.uuid, U2, EVX_UUID_CAP);
			break;
		case 8:
			e = next(EVX_VAULT_ROLLBACK, BOB);
			break;
		default:
			e = removal_of(BOB, ANN, 10, 11);
			break;
		}
		failing = was;
		err = evx_vault_apply(v, &e, hash, NULL);
		evx_vault_entry_free(&e);
	}
	if (err == EVX_OK)
		*out = (struct outcome){ { v->n, v->nmembers + v->nepochs, v->ncases + v->nnotes,
			v->ncounts + v->nrollbacks + v->nescrow,
			(size_t)evx_vault_removed(v, U2, NULL) +
				(evx_vault_filing(v, U1) != NULL) } };
	evx_vault_free(v);
	return err;
}

static void test_no_memory(void **state)
{
	(void)state;
#ifdef NOT_HERE
	(void)each_fails;
	assert_int_equal(whole_log(NULL, &(struct outcome){ { 0 } }), EVX_OK);
#else
	each_fails("a log", whole_log, NULL, 15);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test_setup_teardown(test_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_epochs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_members, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disposals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_inventories, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rollbacks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notes, setup, teardown),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
