/* Signed documents and cards. */
#include "custody/card.h"
#include "mutate.h"
#include "seal_fixture.h"

static struct evx_bytes of(const struct evx_buf *b)
{
	return (struct evx_bytes){ b->data, b->len };
}

struct two {
	struct evx_secret *seed[2];
	struct evx_signer signer[2];
	struct evx_buf json, sigs[2];
};

static void two_prepare(struct two *t)
{
	char text[2][EVX_SSHKEY_CAP];
	size_t i;

	memset(t, 0, sizeof(*t));
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	for (i = 0; i < 2; i++) {
		struct evx_sshkey pub;

		assert_int_equal(evx_sshkey_new(&t->seed[i], &pub, NULL), EVX_OK);
		t->signer[i] = evx_signer_of_seed(t->seed[i], &pub);
		assert_int_equal(evx_sshkey_encode(&pub, text[i]), EVX_OK);
	}
	assert_int_equal(
		evx_buf_addf(&t->json, "{\"a\":1,\"signers\":[\"%s\",\"%s\"]}\n", text[0], text[1]),
		EVX_OK);
	/* A signature stands behind what is there. */
	assert_int_equal(evx_buf_adds(&t->sigs[0], "before"), EVX_OK);
	assert_int_equal(
		evx_document_sign(EVX_NS_EVENT, of(&t->json), t->signer, 2, t->sigs, NULL), EVX_OK);
	assert_memory_equal(t->sigs[0].data, "before", 6);
	t->sigs[0].len -= 6;
	memmove(t->sigs[0].data, t->sigs[0].data + 6, t->sigs[0].len);
}

static void two_free(struct two *t)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		evx_secret_free(t->seed[i]);
		evx_buf_free(&t->sigs[i]);
	}
	evx_buf_free(&t->json);
}

static void both_sign(void **state)
{
	struct two t;
	struct evx_bytes sigs[2], swapped[2];
	struct evx_signers signers;

	(void)state;
	two_prepare(&t);
	sigs[0] = swapped[1] = of(&t.sigs[0]);
	sigs[1] = swapped[0] = of(&t.sigs[1]);
	assert_int_equal(
		evx_document_verify(EVX_NS_EVENT, of(&t.json), sigs, 2, &signers, NULL), EVX_OK);
	assert_int_equal(signers.n, 2);
	assert_true(evx_sshkey_equal(&signers.at[1], &t.signer[1].pub));
	assert_int_equal(evx_document_verify(EVX_NS_EVENT, of(&t.json), sigs, 1, &signers, NULL),
		EVX_E_CUSTODY);
	assert_int_equal(signers.n, 0);
	assert_int_equal(
		evx_document_verify(EVX_NS_EVENT, of(&t.json), sigs, 0, NULL, NULL), EVX_E_CUSTODY);
	assert_int_equal(evx_document_verify(EVX_NS_EVENT, of(&t.json), swapped, 2, NULL, NULL),
		EVX_E_FORGED);
	assert_int_equal(
		evx_document_verify(EVX_NS_CARD, of(&t.json), sigs, 2, NULL, NULL), EVX_E_FORGED);
	two_free(&t);
}

static void every_flip_is_found(void **state)
{
	struct two t;
	struct evx_bytes sigs[2];
	size_t i, k;

	(void)state;
	two_prepare(&t);
	sigs[0] = of(&t.sigs[0]);
	sigs[1] = of(&t.sigs[1]);
	for (i = 0; i < t.json.len; i++) {
		t.json.data[i] ^= 1;
		assert_int_not_equal(
			evx_document_verify(EVX_NS_EVENT, of(&t.json), sigs, 2, NULL, NULL),
			EVX_OK);
		t.json.data[i] ^= 1;
		assert_int_not_equal(
			evx_document_verify(EVX_NS_EVENT, (struct evx_bytes){ t.json.data, i },
				sigs, 2, NULL, NULL),
			EVX_OK);
	}
	for (k = 0; k < 2; k++)
		for (i = 0; i < t.sigs[k].len; i++) {
			t.sigs[k].data[i] ^= 1;
			assert_int_not_equal(
				evx_document_verify(EVX_NS_EVENT, of(&t.json), sigs, 2, NULL, NULL),
				EVX_OK);
			t.sigs[k].data[i] ^= 1;
		}
	assert_int_equal(
		evx_document_verify(EVX_NS_EVENT, of(&t.json), sigs, 2, NULL, NULL), EVX_OK);
	two_free(&t);
}

static void signers_refused(void **state)
{
	static const struct {
		const char *signers;
		enum evx_err err;
	} bad[] = { { "[]", EVX_E_CORRUPT }, { "\"x\"", EVX_E_CORRUPT }, { "[1]", EVX_E_CORRUPT },
		{ "[\"ssh-rsa AAAA\"]", EVX_E_CORRUPT },
		{ "[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7]", EVX_E_LIMIT } };
	struct two t;
	struct evx_buf json = EVX_BUF_INIT;
	struct evx_bytes sigs[2];
	char text[EVX_SSHKEY_CAP];
	size_t i;

	(void)state;
	two_prepare(&t);
	sigs[0] = sigs[1] = of(&t.sigs[0]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_diag diag = { 0 };
		enum evx_err err;

		evx_buf_reset(&json);
		assert_int_equal(evx_buf_addf(&json, "{\"signers\":%s}\n", bad[i].signers), EVX_OK);
		err = evx_document_verify(EVX_NS_EVENT, of(&json), sigs, 1, NULL, &diag);
		if (err != bad[i].err && !(err == EVX_E_UNSUPPORTED && i == 3))
			fail_msg("%s: error %d %s", bad[i].signers, (int)err, diag.text);
	}
	assert_int_equal(evx_sshkey_encode(&t.signer[0].pub, text), EVX_OK);
	evx_buf_reset(&json);
	assert_int_equal(
		evx_buf_addf(&json, "{\"signers\":[\"%s\",\"%s\"]}\n", text, text), EVX_OK);
	assert_int_equal(
		evx_document_verify(EVX_NS_EVENT, of(&json), sigs, 2, NULL, NULL), EVX_E_CORRUPT);
	evx_buf_free(&json);
	two_free(&t);
}

/* A signer that is not the one named, one too few, and one that lies. */
static enum evx_err lying_sign(void *ctx, const char *ns, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_secret *seed = ctx;

	(void)p;
	(void)n;
	return evx_sshsig_sign(seed, ns, "other", 5, out, diag);
}

static void wrong_signers(void **state)
{
	struct two t;
	struct evx_buf sigs[2] = { EVX_BUF_INIT, EVX_BUF_INIT };
	struct evx_signer swapped[2], liar[2];

	(void)state;
	two_prepare(&t);
	swapped[0] = t.signer[1];
	swapped[1] = t.signer[0];
	liar[0] = t.signer[0];
	liar[1] = t.signer[1];
	liar[1].sign = lying_sign;
	assert_int_equal(
		evx_document_sign(EVX_NS_EVENT, of(&t.json), swapped, 2, sigs, NULL), EVX_E_USAGE);
	assert_int_equal(
		evx_document_sign(EVX_NS_EVENT, of(&t.json), t.signer, 1, sigs, NULL), EVX_E_USAGE);
	assert_int_equal(
		evx_document_sign(EVX_NS_EVENT, of(&t.json), liar, 2, sigs, NULL), EVX_E_FORGED);
	evx_buf_free(&sigs[0]);
	evx_buf_free(&sigs[1]);
	two_free(&t);
}

static void make_card(const struct fixture *f, struct evx_card *card)
{
	memset(card, 0, sizeof(*card));
	strcpy(card->person, "Zo\xc3\xab \xd0\x96");
	strcpy(card->organisation, "Office");
	strcpy(card->country, "NL");
	assert_int_equal(evx_age_recipient_encode(f->reader_pub[0], card->encryption), EVX_OK);
	assert_int_equal(evx_sshkey_encode(&f->pub, card->signing), EVX_OK);
	card->created = FIX_TIME;
}

static void card_both_ways(void **state)
{
	struct fixture f;
	struct evx_card card, again;
	struct evx_buf text = EVX_BUF_INIT;
	char fingerprint[EVX_FINGERPRINT_CAP], expected[EVX_FINGERPRINT_CAP];
	uint8_t encryption[32];
	struct evx_sshkey signing;
	size_t i;

	(void)state;
	fix_prepare(&f);
	make_card(&f, &card);
	assert_int_equal(evx_card_sign(&card, &f.signer, &text, NULL), EVX_OK);
	assert_int_equal(evx_card_text_read(text.data, text.len, &again, NULL), EVX_OK);
	assert_memory_equal(&card, &again, sizeof(card));
	assert_int_equal(evx_card_keys(&again, encryption, &signing, NULL), EVX_OK);
	assert_memory_equal(encryption, f.reader_pub[0], 32);
	assert_true(evx_sshkey_equal(&signing, &f.pub));
	evx_sshkey_fingerprint(&f.pub, expected);
	assert_int_equal(evx_card_fingerprint(&again, fingerprint, NULL), EVX_OK);
	assert_string_equal(fingerprint, expected);
	for (i = 0; i < text.len; i++) {
		assert_int_not_equal(evx_card_text_read(text.data, i, &again, NULL), EVX_OK);
		text.data[i] ^= 1;
		assert_int_not_equal(evx_card_text_read(text.data, text.len, &again, NULL), EVX_OK);
		text.data[i] ^= 1;
	}
	evx_buf_reset(&text);
	card.is_retired = true;
	card.retired = FIX_TIME + 1;
	card.declared = FIX_TIME + 2;
	strcpy(card.role, "expert");
	assert_int_equal(evx_card_sign(&card, &f.signer, &text, NULL), EVX_OK);
	assert_int_equal(evx_card_text_read(text.data, text.len, &again, NULL), EVX_OK);
	assert_true(again.is_retired);
	assert_int_equal(again.retired, FIX_TIME + 1);
	assert_int_equal(again.declared, FIX_TIME + 2);
	evx_buf_free(&text);
	fix_free(&f);
}

/* What no reader would take is not given out, and why is said. */
static void card_not_encoded(void **state)
{
	struct evx_buf json = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	struct evx_card card;
	struct fixture f;

	(void)state;
	fix_prepare(&f);
	make_card(&f, &card);
	memcpy(card.country, "nl", 3);
	assert_int_equal(evx_buf_adds(&json, "before"), EVX_OK);
	assert_int_equal(evx_card_encode(&card, &json, &diag), EVX_E_USAGE);
	assert_non_null(strstr(diag.text, "two upper-case letters in country"));
	assert_int_equal(json.len, 6);
	evx_buf_free(&json);
	fix_free(&f);
}

static void card_refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "evx-card/1", "evx-card/2", EVX_E_UNSUPPORTED },
		{ "evx-card/1", "evx-event/1", EVX_E_CORRUPT },
		{ "\"person\":\"Zo", "\"persons\":\"Zo", EVX_E_UNSUPPORTED },
		{ "\"person\":\"Zo", "\"x-person\":\"Zo", EVX_E_CORRUPT },
		{ "\"organisation\":\"Office\"", "\"organisation\":\"\"", EVX_E_CORRUPT },
		{ "\"organisation\":\"Office\"", "\"organisation\":\"a\\u0007\"", EVX_E_CORRUPT },
		{ "\"organisation\":\"Office\"", "\"organisation\":\"a\\u007f\"", EVX_E_CORRUPT },
		{ "\"organisation\":\"Office\"", "\"organisation\":\"a\\u0085\"", EVX_E_CORRUPT },
		{ "\"country\":\"NL\"", "\"country\":\"nl\"", EVX_E_CORRUPT },
		{ "\"country\":\"NL\"", "\"country\":\"NLD\"", EVX_E_CORRUPT },
		{ "\"encryption\":\"age1", "\"encryption\":\"bge1", EVX_E_CORRUPT },
		{ "\"signing\":\"ssh-ed25519 ", "\"signing\":\"ssh-rsa ", EVX_E_CORRUPT },
		{ "\"created\":\"2025", "\"created\":\"1925", EVX_E_CORRUPT },
		{ "\"signers\"", "\"retired\":\"soon\",\"signers\"", EVX_E_CORRUPT },
		{ "\"signers\"", "\"retired\":\"2099-01-01T00:00:00Z\",\"signers\"",
			EVX_E_CORRUPT },
		{ "\"signers\"", "\"declared\":\"2099-01-01T00:00:00Z\",\"signers\"",
			EVX_E_CORRUPT },
		{ "\"signers\"",
			"\"retired\":\"2001-01-01T00:00:00Z\",\"declared\":\"2099-01-01T00:00:"
			"00Z\",\"signers\"",
			EVX_E_CORRUPT },
		{ "\"signers\"",
			"\"retired\":\"2099-01-01T00:00:00Z\",\"declared\":\"2001-01-01T00:00:"
			"00Z\",\"signers\"",
			EVX_E_CORRUPT },
		{ "\"signers\":[", "\"signers\":[\"x\",", EVX_E_CORRUPT },
		/* Somebody else's key, certified by one's own. */
		{ "\"signers\":[\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
			"\"signers\":[\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAJ", EVX_E_CORRUPT } };
	struct evx_buf json = EVX_BUF_INIT;
	struct evx_card card;
	struct fixture f;
	size_t i;

	(void)state;
	fix_prepare(&f);
	make_card(&f, &card);
	assert_int_equal(evx_card_encode(&card, &json, NULL), EVX_OK);
	/* What a card lacks is empty, whatever was in its place. */
	memset(&card, 0x77, sizeof(card));
	assert_int_equal(evx_card_decode(json.data, json.len, &card, NULL), EVX_OK);
	assert_string_equal(card.role, "");
	assert_false(card.is_retired);
	assert_true(card.retired == 0 && card.declared == 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(json.data, json.len, bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_card_decode(b.data, b.len, &card, &diag);

		if (err != bad[i].err)
			fail_msg("%s: error %d %s", bad[i].to, (int)err, diag.text);
		assert_string_equal(card.person, "");
		evx_buf_free(&b);
	}
	evx_buf_free(&json);
	fix_free(&f);
}

static void card_not_made(void **state)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_card card;
	struct fixture f;
	char longer[EVX_CARD_TEXT_CAP + 1];
	struct evx_signer other;

	(void)state;
	fix_prepare(&f);
	make_card(&f, &card);
	other = f.signer;
	other.pub.point[0] ^= 1;
	assert_int_equal(evx_card_sign(&card, &other, &text, NULL), EVX_E_USAGE);
	strcpy(card.country, "xx");
	assert_int_equal(evx_card_sign(&card, &f.signer, &text, NULL), EVX_E_USAGE);
	strcpy(card.country, "NL");
	card.created = -1;
	assert_int_equal(evx_card_sign(&card, &f.signer, &text, NULL), EVX_E_USAGE);
	card.created = 0;
	strcpy(card.encryption, "age1x");
	assert_int_not_equal(evx_card_sign(&card, &f.signer, &text, NULL), EVX_OK);
	assert_int_equal(text.len, 0);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(evx_card_text_check("person", longer, NULL), EVX_E_USAGE);
	longer[sizeof(longer) - 2] = '\0';
	assert_int_equal(evx_card_text_check("person", longer, NULL), EVX_OK);
	assert_int_equal(evx_card_text_check("person", "", NULL), EVX_E_USAGE);
	assert_int_equal(evx_card_text_check("person", "\xff", NULL), EVX_E_USAGE);
	assert_int_equal(evx_card_text_check("person", "a\nb", NULL), EVX_E_USAGE);
	assert_int_equal(evx_card_country_check("N", NULL), EVX_E_USAGE);
	assert_int_equal(evx_card_country_check("N1", NULL), EVX_E_USAGE);
	assert_int_equal(evx_card_country_check("BE", NULL), EVX_OK);
	fix_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_sign),
		cmocka_unit_test(every_flip_is_found), cmocka_unit_test(signers_refused),
		cmocka_unit_test(wrong_signers), cmocka_unit_test(card_both_ways),
		cmocka_unit_test(card_refused), cmocka_unit_test(card_not_encoded),
		cmocka_unit_test(card_not_made) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
