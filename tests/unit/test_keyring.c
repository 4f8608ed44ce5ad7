/* What an identity opens of the key files of a chain: by tier, after rewraps, and what is not what
 * the chain says. */
#include "custody_fixture.h"
#include "custody/keyring.h"

/* A seal and two rewraps: event 1 with both files and a new custody key, event 3 with a custody
 * file only; a note between and one behind. */
struct ring_fixture {
	struct custody c;
	struct evx_secret *fresh, *later; /* the new custody key; a reader of event 3 only */
	uint8_t later_pub[1][32];
	struct evx_buf custody1, content1, custody3;
};

static void add_rewrap_by(struct custody *c, const struct hand *by, const char *new_key,
	const struct evx_buf *custody, const struct evx_buf *content)
{
	struct evx_event e = cus_event(c, "rewrap");
	struct evx_event_request r = { .event = &e,
		.signers = &by->pub,
		.nsigners = 1,
		.custody_file = custody,
		.content_file = content };
	struct evx_receipt out;
	uint8_t hash[32];

	cus_judge(c);
	r.chain = c->result;
	snprintf(e.fields.custody_key, sizeof(e.fields.custody_key), "%s", new_key);
	assert_int_equal(evx_event_build(&r, &by->signer, &out, hash, NULL), EVX_OK);
	cus_append(c, &out);
	evx_receipt_free(&out);
	evx_event_free(&e);
	cus_judge(c);
}

static void add_rewrap(struct custody *c, const char *new_key, const struct evx_buf *custody,
	const struct evx_buf *content)
{
	add_rewrap_by(c, &c->hands[0], new_key, custody, content);
}

static void make_file(const struct evx_secret *a, const struct evx_secret *b,
	const uint8_t (*to)[32], struct evx_buf *out)
{
	const struct evx_secret *const both[2] = { a, b };
	uint32_t n;

	assert_int_equal(
		evx_exhibit_keys_make_file(both, b == NULL ? 1 : 2, to, 1, NULL, 0, out, &n, NULL),
		EVX_OK);
}

static void setup(struct ring_fixture *f)
{
	uint8_t pub[32];
	char key[EVX_AGE_RECIPIENT_CAP];

	memset(f, 0, sizeof(*f));
	cus_new(&f->c, NULL);
	assert_int_equal(evx_age_identity_new(&f->fresh, NULL), EVX_OK);
	assert_int_equal(evx_age_identity_new(&f->later, NULL), EVX_OK);
	assert_int_equal(evx_age_public(f->later, f->later_pub[0]), EVX_OK);
	assert_int_equal(evx_age_public(f->fresh, pub), EVX_OK);
	assert_int_equal(evx_age_recipient_encode(pub, key), EVX_OK);
	make_file(f->c.f.keys.custody, f->fresh, (const uint8_t(*)[32])f->c.f.reader_pub,
		&f->custody1);
	make_file(f->c.f.keys.content, NULL, (const uint8_t(*)[32])f->c.f.reader_pub, &f->content1);
	make_file(f->c.f.keys.custody, f->fresh, (const uint8_t(*)[32])f->later_pub, &f->custody3);
	add_rewrap(&f->c, key, &f->custody1, &f->content1);
	cus_plain(&f->c, "note", 0);
	add_rewrap(&f->c, "", &f->custody3, NULL);
	cus_plain(&f->c, "note", 0);
	cus_judge(&f->c);
	cus_says(&f->c, "R-READERS",
		"Entry 0001 lets others open the exhibit (custody readers: 1, content readers: "
		"1). ");
	cus_says(&f->c, "R-READERS",
		"Entry 0003 lets others open the exhibit (custody readers: 1). ");
	assert_int_equal(f->c.result->rightful, 5);
}

static void teardown(struct ring_fixture *f)
{
	evx_secret_free(f->fresh);
	evx_secret_free(f->later);
	evx_buf_free(&f->custody1);
	evx_buf_free(&f->content1);
	evx_buf_free(&f->custody3);
	cus_free(&f->c);
}

static enum evx_err take(struct evx_keyring *ring, const struct evx_secret *reader,
	enum evx_tier tier, uint32_t event, const struct evx_buf *file, struct evx_diag *diag)
{
	return evx_keyring_take(ring, reader, tier, event, file->data, file->len, "key file", diag);
}

static void by_tier(void **state)
{
	struct custody c;
	struct evx_keyring ring;
	struct evx_secret *stranger = NULL;
	const struct evx_buf *cu, *co, none = EVX_BUF_INIT;

	(void)state;
	cus_new(&c, NULL);
	cus_judge(&c);
	cu = &c.f.key_files.custody;
	co = &c.f.key_files.content;
	assert_int_equal(evx_age_identity_new(&stranger, NULL), EVX_OK);
	assert_int_equal(evx_keyring_new(c.result, &ring, NULL), EVX_OK);
	assert_int_equal(ring.ncustody, 1);
	assert_int_equal(take(&ring, stranger, EVX_TIER_CUSTODY, 0, cu, NULL), EVX_E_KEY);
	assert_int_equal(take(&ring, c.f.custodian, EVX_TIER_CONTENT, 0, co, NULL), EVX_E_KEY);
	assert_int_equal(take(&ring, c.f.custodian, EVX_TIER_CONTENT, 0, &none, NULL), EVX_E_KEY);
	assert_int_equal(evx_keyring_tier(&ring), EVX_TIER_NONE);
	assert_null(evx_keyring_custody_of(&ring, 0));
	assert_int_equal(take(&ring, c.f.custodian, EVX_TIER_CUSTODY, 0, cu, NULL), EVX_OK);
	assert_int_equal(evx_keyring_tier(&ring), EVX_TIER_CUSTODY);
	assert_true(evx_keyring_complete(&ring, EVX_TIER_CUSTODY) &&
		!evx_keyring_complete(&ring, EVX_TIER_CONTENT));
	assert_true(evx_secret_equal(evx_keyring_custody_of(&ring, 0), c.f.keys.custody));
	assert_true(evx_secret_equal(evx_keyring_custody_of(&ring, 7), c.f.keys.custody));
	assert_int_equal(take(&ring, c.f.reader, EVX_TIER_CUSTODY, 0, cu, NULL), EVX_OK); /* again:
											     no harm
											   */
	assert_int_equal(take(&ring, c.f.reader, EVX_TIER_CONTENT, 0, co, NULL), EVX_OK);
	assert_int_equal(evx_keyring_tier(&ring), EVX_TIER_CONTENT);
	assert_true(evx_secret_equal(ring.content, c.f.keys.content));
	evx_keyring_free(&ring);
	evx_keyring_free(NULL);
	evx_secret_free(stranger);
	cus_free(&c);
}

static void after_rewraps(void **state)
{
	struct ring_fixture f;
	struct evx_keyring ring;
	const struct custody *c = &f.c;

	(void)state;
	setup(&f);
	assert_int_equal(evx_keyring_new(c->result, &ring, NULL), EVX_OK);
	assert_int_equal(ring.ncustody, 2);
	assert_int_equal(ring.custody[1].since, 1);
	/* The seal's file gives the first identity only: details of the rewrap itself, not of what
	 * follows. */
	assert_int_equal(
		take(&ring, c->f.custodian, EVX_TIER_CUSTODY, 0, &c->f.key_files.custody, NULL),
		EVX_OK);
	assert_false(evx_keyring_complete(&ring, EVX_TIER_CUSTODY));
	assert_true(evx_secret_equal(evx_keyring_custody_of(&ring, 1), c->f.keys.custody));
	assert_null(evx_keyring_custody_of(&ring, 2));
	evx_keyring_free(&ring);
	/* A reader whom only the last rewrap names has both, and no content. */
	assert_int_equal(evx_keyring_new(c->result, &ring, NULL), EVX_OK);
	assert_int_equal(take(&ring, f.later, EVX_TIER_CONTENT, 1, &f.content1, NULL), EVX_E_KEY);
	assert_int_equal(take(&ring, f.later, EVX_TIER_CUSTODY, 1, &f.custody1, NULL), EVX_E_KEY);
	assert_int_equal(take(&ring, f.later, EVX_TIER_CUSTODY, 3, &f.custody3, NULL), EVX_OK);
	assert_true(evx_keyring_complete(&ring, EVX_TIER_CUSTODY));
	assert_int_equal(evx_keyring_tier(&ring), EVX_TIER_CUSTODY);
	assert_true(evx_secret_equal(evx_keyring_custody_of(&ring, 0), c->f.keys.custody));
	assert_true(evx_secret_equal(evx_keyring_custody_of(&ring, 2), f.fresh));
	assert_true(evx_secret_equal(evx_keyring_custody_of(&ring, 4), f.fresh));
	/* Another reader's content file of the same exhibit. */
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CONTENT, 1, &f.content1, NULL), EVX_OK);
	assert_int_equal(evx_keyring_tier(&ring), EVX_TIER_CONTENT);
	evx_keyring_free(&ring);
	teardown(&f);
}

static void not_what_the_chain_says(void **state)
{
	struct ring_fixture f;
	struct evx_keyring ring;
	struct evx_exhibit_keys other;
	struct evx_buf file = EVX_BUF_INIT, text = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	const uint8_t(*to)[32];
	const struct custody *c = &f.c;

	(void)state;
	setup(&f);
	to = (const uint8_t(*)[32])c->f.reader_pub;
	assert_int_equal(evx_exhibit_keys_new(&other, NULL), EVX_OK);
	assert_int_equal(evx_keyring_new(c->result, &ring, NULL), EVX_OK);
	make_file(other.content, NULL, to, &file);
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CONTENT, 1, &file, &diag), EVX_E_FORGED);
	assert_int_equal(diag.code, EVX_E_FORGED);
	evx_buf_reset(&file);
	make_file(c->f.keys.content, NULL, to, &file); /* the content key in place of a custody key:
							  the files swapped */
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CUSTODY, 0, &file, NULL), EVX_E_FORGED);
	evx_buf_reset(&file);
	make_file(f.fresh, c->f.keys.custody, to, &file); /* in another order */
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CUSTODY, 1, &file, NULL), EVX_E_CORRUPT);
	evx_buf_reset(&file);
	make_file(f.fresh, f.fresh, to, &file); /* one twice */
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CUSTODY, 1, &file, NULL), EVX_E_CORRUPT);
	evx_buf_reset(&file);
	make_file(c->f.keys.custody, c->f.keys.custody, to, &file);
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CUSTODY, 1, &file, NULL), EVX_E_FORGED);
	evx_buf_reset(&file);
	make_file(other.custody, f.fresh, to, &file); /* a foreign one before it */
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CUSTODY, 1, &file, NULL), EVX_E_FORGED);
	evx_buf_reset(&file);
	make_file(c->f.keys.custody, NULL, to, &file); /* the new one is missing */
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CUSTODY, 1, &file, NULL), EVX_E_CORRUPT);
	evx_buf_reset(&file);
	/* More than there should be: both keys in the file of a time when there was one. */
	assert_int_equal(
		take(&ring, c->f.reader, EVX_TIER_CUSTODY, 0, &f.custody1, NULL), EVX_E_CORRUPT);
	/* A comment is not what a key file holds. */
	evx_buf_reset(&file);
	assert_int_equal(evx_buf_adds(&text, "# note\n"), EVX_OK);
	assert_int_equal(evx_age_identity_encode(c->f.keys.content, &text), EVX_OK);
	assert_int_equal(evx_age_encrypt(to, 1, text.data, text.len, &file, NULL), EVX_OK);
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CONTENT, 1, &file, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_keyring_tier(&ring), EVX_TIER_NONE); /* nothing of all that was kept */
	evx_keyring_free(&ring);
	evx_buf_free(&file);
	evx_buf_free(&text);
	evx_exhibit_keys_free(&other);
	teardown(&f);
}

/* Who makes a file without an earlier identity gives the newest, and takes nothing that another
 * file gave. */
static void without_an_earlier_one(void **state)
{
	struct ring_fixture f;
	struct evx_keyring ring;
	struct evx_buf file = EVX_BUF_INIT;
	const struct custody *c = &f.c;

	(void)state;
	setup(&f);
	make_file(f.fresh, NULL, (const uint8_t(*)[32])c->f.reader_pub, &file);
	assert_int_equal(evx_keyring_new(c->result, &ring, NULL), EVX_OK);
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CUSTODY, 3, &file, NULL), EVX_OK);
	assert_true(evx_secret_equal(evx_keyring_custody_of(&ring, 4), f.fresh));
	assert_null(evx_keyring_custody_of(&ring, 0));
	assert_false(evx_keyring_complete(&ring, EVX_TIER_CUSTODY));
	assert_int_equal(evx_keyring_tier(&ring), EVX_TIER_CUSTODY);
	assert_int_equal(
		take(&ring, c->f.reader, EVX_TIER_CUSTODY, 0, &c->f.key_files.custody, NULL),
		EVX_OK);
	assert_true(evx_keyring_complete(&ring, EVX_TIER_CUSTODY));
	assert_int_equal(take(&ring, c->f.reader, EVX_TIER_CUSTODY, 3, &file, NULL), EVX_OK);
	assert_true(evx_keyring_complete(&ring, EVX_TIER_CUSTODY));
	evx_keyring_free(&ring);
	evx_buf_free(&file);
	teardown(&f);
}

static bool has_code(const struct custody *c, const char *code)
{
	for (size_t i = 0; i < c->findings.n; i++)
		if (strcmp(c->findings.at[i].code, code) == 0)
			return true;
	return false;
}

/* A new custody key with fewer content readers than there were: a gap, until as many are let in
 * again, or where a policy says so. */
static void locked_out(void **state)
{
	struct ring_fixture f;
	struct custody *c = &f.c;
	struct evx_buf both = EVX_BUF_INIT, content = EVX_BUF_INIT;
	const struct evx_secret *id;
	char key[EVX_AGE_RECIPIENT_CAP];
	uint8_t two[2][32], pub[32];
	uint32_t n;

	(void)state;
	setup(&f); /* its seal has one content reader, and so has the rewrap with the new key */
	assert_false(has_code(c, "R-LOCKED-OUT"));
	memcpy(two[0], c->f.reader_pub[0], 32);
	memcpy(two[1], f.later_pub[0], 32);
	id = c->f.keys.content;
	assert_int_equal(evx_exhibit_keys_make_file(
				 &id, 1, (const uint8_t(*)[32])two, 2, NULL, 0, &content, &n, NULL),
		EVX_OK);
	id = f.fresh;
	assert_int_equal(evx_exhibit_keys_make_file(
				 &id, 1, (const uint8_t(*)[32])two, 2, NULL, 0, &both, &n, NULL),
		EVX_OK);
	add_rewrap(c, "", &both, &content); /* two content readers from here on */
	memset(pub, 9, sizeof(pub));
	assert_int_equal(evx_age_recipient_encode(pub, key), EVX_OK);
	add_rewrap(c, key, &f.custody3, NULL); /* for one custody reader */
	cus_has(c, "R-LOCKED-OUT", EVX_WEIGHT_GAP, 6);
	pub[1] = 1;
	assert_int_equal(evx_age_recipient_encode(pub, key), EVX_OK);
	add_rewrap(c, key, &f.custody3, &f.content1); /* one content reader of two */
	cus_has(c, "R-LOCKED-OUT", EVX_WEIGHT_GAP, 7);
	pub[1] = 2;
	assert_int_equal(evx_age_recipient_encode(pub, key), EVX_OK);
	add_rewrap(c, key, &both, &content); /* as many again */
	cus_has(c, "R-LOCKED-OUT", EVX_WEIGHT_REMARK, 6);
	cus_has(c, "R-LOCKED-OUT", EVX_WEIGHT_REMARK, 7);
	assert_int_equal(c->result->rightful, 9);
	assert_string_equal(c->result->state.custody_key, key);
	evx_buf_free(&both);
	evx_buf_free(&content);
	teardown(&f);
}

static void rewraps_by_policy(struct custody *c)
{
	struct evx_policy_rule *rule;

	assert_int_equal(
		evx_policy_add(&c->f.event.seal.policy, "rewrap", 1, false, &rule), EVX_OK);
	assert_int_equal(evx_policy_add_key(rule, c->hands[1].key), EVX_OK);
}

/* A policy about rewraps lets readers out, where it is met; one that is not met does not. */
static void let_out_by_policy(void **state)
{
	struct custody c;
	struct evx_buf file = EVX_BUF_INIT;
	struct evx_event e;
	struct evx_receipt out;
	uint8_t pub[32] = { 9 }, hash[32];
	struct evx_sshkey keys[2];
	struct evx_signer signers[2];

	(void)state;
	cus_new(&c, rewraps_by_policy);
	make_file(c.f.keys.custody, NULL, (const uint8_t(*)[32])c.f.reader_pub, &file);
	for (size_t n = 2; n >= 1; n--) {
		struct evx_event_request r = {
			.event = &e, .signers = keys, .nsigners = n, .custody_file = &file
		};

		for (size_t i = 0; i < n; i++) {
			keys[i] = c.hands[i].pub;
			signers[i] = c.hands[i].signer;
		}
		e = cus_event(&c, "rewrap");
		cus_judge(&c);
		r.chain = c.result;
		pub[1] = (uint8_t)n;
		assert_int_equal(evx_age_recipient_encode(pub, e.fields.custody_key), EVX_OK);
		assert_int_equal(evx_event_build(&r, signers, &out, hash, NULL), EVX_OK);
		cus_append(&c, &out);
		evx_receipt_free(&out);
		evx_event_free(&e);
		cus_judge(&c);
		assert_int_equal(has_code(&c, "R-LOCKED-OUT"), n == 1);
	}
	cus_has(&c, "R-LOCKED-OUT", EVX_WEIGHT_GAP, 2);
	cus_has(&c, "R-POLICY", EVX_WEIGHT_GAP, 2);
	evx_buf_free(&file);
	cus_free(&c);
}

/* Custody keys count from the rightful part only, and each is a new one. */
static void keys_of_the_chain(void **state)
{
	struct ring_fixture f;
	struct evx_keyring ring;
	struct custody *c = &f.c;
	struct evx_chain_result empty = { 0 };

	(void)state;
	setup(&f);
	assert_int_equal(evx_keyring_new(&empty, &ring, NULL), EVX_E_TRUNCATED);
	add_rewrap(c, c->f.event.seal.custody_key, &f.custody3, NULL); /* the seal's once more */
	cus_has(c, "R-CUSTODY-KEY", EVX_WEIGHT_BROKEN, 5);
	assert_int_equal(c->result->rightful, 6);
	assert_int_equal(evx_keyring_new(c->result, &ring, NULL), EVX_OK);
	assert_int_equal(ring.ncustody, 2);
	evx_keyring_free(&ring);
	teardown(&f);

	/* A stranger's rewrap names a custody key in vain. */
	setup(&f);
	add_rewrap_by(c, &c->hands[3],
		"age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z", &f.custody3,
		NULL);
	cus_has(c, "R-HOLDER", EVX_WEIGHT_BROKEN, 5);
	assert_string_not_equal(c->result->state.custody_key,
		"age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z");
	assert_int_equal(evx_keyring_new(c->result, &ring, NULL), EVX_OK);
	assert_int_equal(ring.ncustody, 2);
	evx_keyring_free(&ring);
	teardown(&f);

	setup(&f);
	add_rewrap(c, c->f.event.seal.content_key, &f.custody3, NULL);
	cus_has(c, "R-CUSTODY-KEY", EVX_WEIGHT_BROKEN, 5);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(by_tier),
		cmocka_unit_test(after_rewraps), cmocka_unit_test(not_what_the_chain_says),
		cmocka_unit_test(without_an_earlier_one), cmocka_unit_test(locked_out),
		cmocka_unit_test(let_out_by_policy), cmocka_unit_test(keys_of_the_chain) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
