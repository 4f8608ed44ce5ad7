/* Lists of challenges whose preparer is hostile: signed as they should be, with anything inside;
 * and marks behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/age.h"
#include "crypto/hash.h"
#include "format/pem.h"
#include "prove/prepared.h"

#define UUID "11111111-1111-4111-8111-111111111111"
#define ANSWER "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
#define MARK \
	"{\"challenge\":\"" \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
#define TAKEN MARK "\"taken\":\"2026-01-02T03:04:05Z\"}\n"
#define PROVED MARK "\"checked\":\"2026-01-02T03:04:06Z\",\"result\":\"proved\"}\n"

static struct evx_identity id, other;

static void make_identity(struct evx_identity *out)
{
	assert_int_equal(evx_age_identity_new(&out->encryption, NULL), EVX_OK);
	assert_int_equal(evx_age_public(out->encryption, out->encryption_pub), EVX_OK);
	assert_int_equal(evx_sshkey_new(&out->signing, &out->signing_pub, NULL), EVX_OK);
	assert_int_equal(evx_sshkey_encode(&out->signing_pub, out->card.signing), EVX_OK);
}

/* What may be wrong with a challenge. */
struct fault {
	const char *uuid;
	uint32_t entry;
	uint8_t nonce;
	size_t npacks;
	const struct evx_identity *asker;
	const char *answer;
};

static const struct fault good = { UUID, 0, 1, 1, &id, ANSWER };

static void add(struct evx_buf *plain, const struct fault *f)
{
	uint8_t packs[2][32] = { { 1 }, { 2 } };
	struct evx_challenge c = { .npacks = f->npacks, .packs = packs };

	memcpy(c.of.uuid, f->uuid, sizeof(c.of.uuid));
	c.of.entry = f->entry;
	c.nonce[0] = f->nonce;
	memcpy(c.asker, f->asker->card.signing, sizeof(c.asker));
	assert_int_equal(evx_challenge_encode(&c, plain, NULL), EVX_OK);
	assert_int_equal(evx_buf_adds(plain, f->answer), EVX_OK);
}

/* The list of so many challenges with this plaintext, and these marks; read. */
static enum evx_err make(
	struct evx_prepared *p, const struct evx_buf *plain, uint32_t challenges, const char *marks)
{
	static const struct evx_pem armor = { "AGE ENCRYPTED FILE", 64, false };
	const struct evx_signer signer = evx_signer_of_seed(id.signing, &id.signing_pub);
	struct evx_challenge_list *l = calloc(1, sizeof(*l));
	struct evx_buf file = EVX_BUF_INIT, part = EVX_BUF_INIT, json = EVX_BUF_INIT,
		       sig = EVX_BUF_INIT;

	assert_non_null(l);
	memcpy(l->of.uuid, UUID, sizeof(l->of.uuid));
	l->challenges = challenges;
	l->packs = 1;
	l->total = 2;
	l->naskers = 1;
	memcpy(l->askers[0].signing, id.card.signing, sizeof(l->askers[0].signing));
	memcpy(l->preparer, id.card.signing, sizeof(l->preparer));
	assert_int_equal(evx_age_encrypt((const uint8_t(*)[32]) & id.encryption_pub, 1, plain->data,
				 plain->len, &file, NULL),
		EVX_OK);
	assert_int_equal(evx_pem_encode(&armor, file.data, file.len, &part), EVX_OK);
	evx_sha256(part.data, part.len, l->askers[0].sha256);
	assert_int_equal(evx_challenge_list_encode(l, &json, NULL), EVX_OK);
	assert_int_equal(evx_document_sign(EVX_PREPARED_NS,
				 (struct evx_bytes){ json.data, json.len }, &signer, 1, &sig, NULL),
		EVX_OK);
	*p = (struct evx_prepared){ .fd = -1, .path = "list" };
	assert_int_equal(evx_buf_add(&p->text, json.data, json.len), EVX_OK);
	assert_int_equal(evx_buf_add(&p->text, sig.data, sig.len), EVX_OK);
	assert_int_equal(evx_buf_add(&p->text, part.data, part.len), EVX_OK);
	assert_int_equal(evx_buf_adds(&p->text, marks), EVX_OK);
	evx_buf_free(&file);
	evx_buf_free(&part);
	evx_buf_free(&json);
	evx_buf_free(&sig);
	free(l);
	return evx_prepared_read(p, NULL);
}

/* Reads and opens a list of so many challenges with this plaintext, which is freed. */
static enum evx_err opened(struct evx_buf *plain, uint32_t challenges)
{
	struct evx_prepared p;
	struct evx_prepared_own own;
	struct evx_diag diag = { 0 };
	enum evx_err err;

	assert_int_equal(make(&p, plain, challenges, ""), EVX_OK);
	err = evx_prepared_open(&p, &id, &own, &diag);
	assert_int_equal(diag.code, err);
	if (err == EVX_OK)
		assert_int_equal(own.n, challenges);
	evx_prepared_own_free(&own);
	assert_int_equal(evx_prepared_open(&p, &other, &own, NULL), EVX_E_KEY);
	evx_prepared_own_free(&own);
	evx_prepared_free(&p);
	evx_buf_free(plain);
	return err;
}

static void one_fault_each(void **state)
{
	struct fault faults[] = { good, good, good, good, good, good };
	struct evx_buf plain = EVX_BUF_INIT;

	(void)state;
	faults[0].uuid = "22222222-2222-4222-8222-222222222222";
	faults[1].entry = 1;
	faults[2].npacks = 2;
	faults[3].asker = &other;
	faults[4].answer = "aa\n";
	faults[5].answer = "";
	add(&plain, &good);
	assert_int_equal(opened(&plain, 1), EVX_OK);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		add(&plain, &faults[i]);
		assert_int_equal(opened(&plain, 1), EVX_E_CORRUPT);
	}
	/* One too few, one too many, none, something else. */
	add(&plain, &good);
	assert_int_equal(opened(&plain, 2), EVX_E_CORRUPT);
	add(&plain, &good);
	add(&plain, &good);
	assert_int_equal(opened(&plain, 1), EVX_E_CORRUPT);
	assert_int_equal(opened(&plain, 1), EVX_E_CORRUPT);
	assert_int_equal(evx_buf_adds(&plain, "no challenge\n" ANSWER), EVX_OK);
	assert_int_not_equal(opened(&plain, 1), EVX_OK);
}

static void a_nonce_twice(void **state)
{
	struct fault second = good;
	struct evx_buf plain = EVX_BUF_INIT;

	(void)state;
	second.nonce = 2;
	add(&plain, &good);
	add(&plain, &second);
	assert_int_equal(opened(&plain, 2), EVX_OK);
	second.nonce = good.nonce;
	add(&plain, &good);
	add(&plain, &second);
	assert_int_equal(opened(&plain, 2), EVX_E_CORRUPT);
}

static void marks(void **state)
{
	static const struct {
		const char *text;
		enum evx_err err;
		size_t n, cut; /* bytes behind the last whole mark */
	} table[] = {
		{ "", EVX_OK, 0, 0 },
		{ TAKEN, EVX_OK, 1, 0 },
		{ TAKEN PROVED, EVX_OK, 2, 0 },
		{ TAKEN "{\"chal", EVX_OK, 1, 6 },
		{ "\n", EVX_E_CORRUPT, 0, 0 },
		{ TAKEN "{\"chal\n", EVX_E_CORRUPT, 0, 0 },
		{ "-----BEGIN AGE ENCRYPTED FILE-----\n", EVX_E_CORRUPT, 0, 0 },
	};
	struct evx_buf plain = EVX_BUF_INIT;
	struct evx_prepared p;
	uint8_t hash[32];

	(void)state;
	memset(hash, 0xbb, sizeof(hash));
	add(&plain, &good);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(make(&p, &plain, 1, table[i].text), table[i].err);
		if (table[i].err == EVX_OK) {
			assert_int_equal(p.nmarks, table[i].n);
			assert_int_equal(p.text.len - p.whole, table[i].cut);
			assert_int_equal(evx_prepared_marked(&p, hash, EVX_CHALLENGE_TAKEN) != NULL,
				table[i].n > 0);
			assert_int_equal(
				evx_prepared_marked(&p, hash, EVX_CHALLENGE_PROVED) != NULL,
				table[i].n > 1);
			assert_null(evx_prepared_marked(&p, hash, EVX_CHALLENGE_WRONG));
		}
		evx_prepared_free(&p);
	}
	evx_buf_free(&plain);
}

/* Each byte of the document and of the age file is signed. */
static void every_byte(void **state)
{
	struct evx_buf plain = EVX_BUF_INIT, text = EVX_BUF_INIT;
	struct evx_prepared p;

	(void)state;
	add(&plain, &good);
	assert_int_equal(make(&p, &plain, 1, ""), EVX_OK);
	assert_int_equal(evx_buf_add(&text, p.text.data, p.text.len), EVX_OK);
	evx_prepared_free(&p);
	for (size_t i = 0; i < text.len; i += 3) {
		p = (struct evx_prepared){ .fd = -1, .path = "list" };
		assert_int_equal(evx_buf_add(&p.text, text.data, text.len), EVX_OK);
		p.text.data[i] ^= 1;
		assert_int_not_equal(evx_prepared_read(&p, NULL), EVX_OK);
		evx_prepared_free(&p);
	}
	for (size_t n = 0; n < text.len; n += 7) {
		p = (struct evx_prepared){ .fd = -1, .path = "list" };
		assert_int_equal(evx_buf_add(&p.text, text.data, n), EVX_OK);
		assert_int_not_equal(evx_prepared_read(&p, NULL), EVX_OK);
		evx_prepared_free(&p);
	}
	evx_buf_free(&text);
	evx_buf_free(&plain);
}

static int start(void **state)
{
	(void)state;
	make_identity(&id);
	make_identity(&other);
	return 0;
}

static int end(void **state)
{
	(void)state;
	evx_secret_free(id.encryption);
	evx_secret_free(id.signing);
	evx_secret_free(other.encryption);
	evx_secret_free(other.signing);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_fault_each),
		cmocka_unit_test(a_nonce_twice),
		cmocka_unit_test(marks),
		cmocka_unit_test(every_byte),
	};

	return evx_crypto_init(NULL) != EVX_OK ||
		cmocka_run_group_tests_name("prepared", tests, start, end);
}
