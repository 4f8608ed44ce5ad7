/* Challenges, answers, lists and marks decoded and encoded to a fixed point; and lists that are
 * signed as they should be, whose marks or challenges are anything. */
#include "fuzz/fuzz.h"

#include <stdlib.h>

#include "crypto/age.h"
#include "crypto/hash.h"
#include "format/pem.h"
#include "prove/prepared.h"

#define UUID "11111111-1111-4111-8111-111111111111"

static struct evx_identity id;
static struct evx_signer signer;

static void challenge(const uint8_t *p, size_t n)
{
	struct evx_challenge one, two;
	struct evx_buf text = EVX_BUF_INIT, again = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	const enum evx_err err = evx_challenge_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_challenge_encode(&one, &text, NULL) == EVX_OK);
		fuzz_check(evx_challenge_decode(text.data, text.len, &two, NULL) == EVX_OK);
		fuzz_check(evx_challenge_encode(&two, &again, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&text, again.data, again.len));
		evx_challenge_free(&two);
	}
	evx_challenge_free(&one);
	evx_buf_free(&text);
	evx_buf_free(&again);
}

static void answer(const uint8_t *p, size_t n)
{
	struct evx_challenge_answer one, two;
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	const enum evx_err err = evx_challenge_answer_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_challenge_answer_encode(&one, &text, NULL) == EVX_OK);
		fuzz_check(evx_challenge_answer_decode(text.data, text.len, &two, NULL) == EVX_OK);
		fuzz_check(memcmp(&one, &two, sizeof(one)) == 0);
	}
	evx_buf_free(&text);
}

static void list(const uint8_t *p, size_t n)
{
	static struct evx_challenge_list one, two;
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	const enum evx_err err = evx_challenge_list_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_challenge_list_encode(&one, &text, NULL) == EVX_OK);
		fuzz_check(evx_challenge_list_decode(text.data, text.len, &two, NULL) == EVX_OK);
		fuzz_check(two.naskers == one.naskers && two.total == one.total);
	}
	evx_buf_free(&text);
}

static void mark(const uint8_t *p, size_t n)
{
	struct evx_challenge_mark one, two;
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	const enum evx_err err = evx_challenge_mark_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_challenge_mark_encode(&one, &text, NULL) == EVX_OK);
		fuzz_check(evx_challenge_mark_decode(text.data, text.len, &two, NULL) == EVX_OK);
		fuzz_check(two.deed == one.deed && two.time == one.time);
	}
	evx_buf_free(&text);
}

static struct evx_challenge_subject subject(void)
{
	return (struct evx_challenge_subject){ .uuid = UUID };
}

/* The text of a list with these n bytes as challenges, and these behind it. */
static void signed_list(
	const void *plain, size_t n, const void *behind, size_t nbehind, struct evx_buf *out)
{
	static const struct evx_pem armor = { "AGE ENCRYPTED FILE", 64, false };
	static struct evx_challenge_list l;
	struct evx_buf file = EVX_BUF_INIT, part = EVX_BUF_INIT, json = EVX_BUF_INIT,
		       sig = EVX_BUF_INIT;

	l = (struct evx_challenge_list){
		.of = subject(), .challenges = 1, .packs = 1, .total = 1, .naskers = 1
	};
	memcpy(l.askers[0].signing, id.card.signing, sizeof(l.askers[0].signing));
	memcpy(l.preparer, id.card.signing, sizeof(l.preparer));
	fuzz_check(evx_age_encrypt((const uint8_t(*)[32]) & id.encryption_pub, 1, plain, n, &file,
			   NULL) == EVX_OK);
	fuzz_check(evx_pem_encode(&armor, file.data, file.len, &part) == EVX_OK);
	evx_sha256(part.data, part.len, l.askers[0].sha256);
	fuzz_check(evx_challenge_list_encode(&l, &json, NULL) == EVX_OK);
	fuzz_check(evx_document_sign(EVX_PREPARED_NS, (struct evx_bytes){ json.data, json.len },
			   &signer, 1, &sig, NULL) == EVX_OK);
	fuzz_check(evx_buf_add(out, json.data, json.len) == EVX_OK);
	fuzz_check(evx_buf_add(out, sig.data, sig.len) == EVX_OK);
	fuzz_check(evx_buf_add(out, part.data, part.len) == EVX_OK);
	fuzz_check(evx_buf_add(out, behind, nbehind) == EVX_OK);
	evx_buf_free(&file);
	evx_buf_free(&part);
	evx_buf_free(&json);
	evx_buf_free(&sig);
}

static void opened(struct evx_prepared *p)
{
	struct evx_prepared_own own;
	struct evx_diag diag = { 0 };
	const enum evx_err err = evx_prepared_open(p, &id, &own, &diag);

	fuzz_check(err == diag.code);
	for (size_t i = 0; err == EVX_OK && i < own.n; i++)
		fuzz_check(own.at[i].line.n > 0 && own.at[i].line.p[own.at[i].line.n - 1] == '\n');
	fuzz_check(err != EVX_OK || own.n == p->list.challenges);
	evx_prepared_own_free(&own);
}

/* As a list, behind a good one, and in a good one. */
static void prepared(const uint8_t *data, size_t n, int way)
{
	struct evx_prepared *p = calloc(1, sizeof(*p));
	struct evx_diag diag = { 0 };
	enum evx_err err;

	fuzz_check(p != NULL);
	p->fd = -1;
	p->path = "list";
	if (way == 0)
		fuzz_check(evx_buf_add(&p->text, data, n) == EVX_OK);
	else if (way == 1)
		signed_list("", 0, data, n, &p->text);
	else
		signed_list(data, n, "", 0, &p->text);
	err = evx_prepared_read(p, &diag);
	fuzz_check(err == diag.code);
	fuzz_check(way != 2 || err == EVX_OK);
	if (err == EVX_OK) {
		fuzz_check(p->whole <= p->text.len);
		opened(p);
	}
	evx_prepared_free(p);
	free(p);
}

static void start(void)
{
	if (id.encryption != NULL)
		return;
	fuzz_check(evx_age_identity_new(&id.encryption, NULL) == EVX_OK);
	fuzz_check(evx_age_public(id.encryption, id.encryption_pub) == EVX_OK);
	fuzz_check(evx_sshkey_new(&id.signing, &id.signing_pub, NULL) == EVX_OK);
	fuzz_check(evx_sshkey_encode(&id.signing_pub, id.card.signing) == EVX_OK);
	signer = evx_signer_of_seed(id.signing, &id.signing_pub);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	start();
	challenge(p, n);
	answer(p, n);
	list(p, n);
	mark(p, n);
	for (int way = 0; way < 3; way++)
		prepared(p, n, way);
}

static void fuzz_seeds(void)
{
	static const char mark_text[] =
		"{\"challenge\":"
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"taken\":"
		"\"2026-01-02T03:04:05Z\"}\n";
	uint8_t packs[1][32] = { { 1 } };
	struct evx_challenge c = { .of = subject(), .packs = packs, .npacks = 1 };
	const struct evx_challenge_answer a = { .uuid = UUID };
	struct evx_buf out = EVX_BUF_INIT;

	start();
	fuzz_seed((const uint8_t *)mark_text, sizeof(mark_text) - 1);
	memcpy(c.asker, id.card.signing, sizeof(c.asker));
	fuzz_check(evx_challenge_encode(&c, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	for (int i = 0; i < 64; i++)
		fuzz_check(evx_buf_adds(&out, "a") == EVX_OK);
	fuzz_check(evx_buf_adds(&out, "\n") == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_reset(&out);
	fuzz_check(evx_challenge_answer_encode(&a, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_reset(&out);
	signed_list("", 0, mark_text, sizeof(mark_text) - 1, &out);
	fuzz_seed(out.data, out.len);
	evx_buf_free(&out);
}
