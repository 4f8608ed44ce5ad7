/* Cards: the text is split and joined to the same bytes, the JSON line decoded and encoded, and the
 * whole verified. */
#include "fuzz/fuzz.h"

#include "crypto/age.h"
#include "custody/card.h"

static struct evx_buf good = EVX_BUF_INIT;

static void document(const struct evx_bytes *json)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_card card, again;

	if (evx_card_decode(json->p, json->n, &card, NULL) == EVX_OK) {
		fuzz_check(evx_card_encode(&card, &first, NULL) == EVX_OK);
		fuzz_check(evx_card_decode(first.data, first.len, &again, NULL) == EVX_OK);
		fuzz_check(evx_card_encode(&again, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
	}
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_signed_text parts;
	struct evx_buf joined = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	struct evx_card card;
	enum evx_err err, whole;
	size_t used;

	err = evx_signed_text_split(p, n, &parts, &diag);
	fuzz_check(err == diag.code);
	whole = evx_card_text_read(p, n, &card, NULL);
	fuzz_check(whole != EVX_OK || err == EVX_OK);
	/* Only the key's own signature verifies, and it is over all of the line. */
	fuzz_check((whole == EVX_OK) == fuzz_equal(&good, p, n));
	if (err == EVX_OK) {
		fuzz_check(evx_signed_text_join(&parts, &joined) == EVX_OK);
		fuzz_check(fuzz_equal(&joined, p, n));
		document(&parts.json);
		fuzz_check(evx_signed_text_split_front(p, n, &parts, &used, NULL) == EVX_OK &&
			used == n);
	}
	evx_buf_free(&joined);
}

static void fuzz_seeds(void)
{
	struct evx_card card = { .person = "Ada Example",
		.organisation = "Office \"7\"",
		.country = "NL",
		.role = "examiner",
		.created = 1700000000 };
	struct evx_secret *seed, *identity;
	struct evx_signer signer;
	struct evx_sshkey pub;
	uint8_t age[32];

	fuzz_check(evx_sshkey_new(&seed, &pub, NULL) == EVX_OK &&
		evx_age_identity_new(&identity, NULL) == EVX_OK);
	fuzz_check(evx_age_public(identity, age) == EVX_OK);
	fuzz_check(evx_age_recipient_encode(age, card.encryption) == EVX_OK &&
		evx_sshkey_encode(&pub, card.signing) == EVX_OK);
	signer = evx_signer_of_seed(seed, &pub);
	fuzz_check(evx_card_sign(&card, &signer, &good, NULL) == EVX_OK);
	fuzz_seed(good.data, good.len);
	evx_secret_free(seed);
	evx_secret_free(identity);
}
