/* Challenges, answers, lists and marks as JSON, and what no reader takes; packs drawn; the MAC. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "crypto/mac.h"
#include "crypto/secret.h"
#include "crypto/sshsig.h"
#include "evx.h"
#include "format/challenge.h"
#include "mutate.h"
#include "prove/lots.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1A+u3BZKkALDpcCwsvmX/KnHmfgDVnmzz6PMhnG+Ze"
#define OTHER "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFn3ALYuTTQHr/AKcAF4r0BDIMICGT7oYmX5mRwn5jH0"
#define UUID "11111111-1111-4111-8111-111111111111"

struct fault {
	const char *from, *to;
	enum evx_err err;
};

typedef enum evx_err (*decode_fn)(const void *p, size_t n, struct evx_diag *diag);

/* Each fault has its class; a text that is cut anywhere is none. */
static void try_faults(
	decode_fn decode, const struct evx_buf *good, const struct fault *faults, size_t n)
{
	assert_int_equal(decode(good->data, good->len, NULL), EVX_OK);
	for (size_t i = 0; i < n; i++) {
		struct evx_buf text = mutated(good->data, good->len, faults[i].from, faults[i].to);
		struct evx_diag diag = { 0 };
		const enum evx_err err = decode(text.data, text.len, &diag);

		if (err != faults[i].err)
			fail_msg("%s: %s, %s", faults[i].to, evx_err_name(err), diag.text);
		assert_int_equal(diag.code, err);
		evx_buf_free(&text);
	}
	for (size_t cut = 0; cut < good->len; cut++)
		assert_int_not_equal(decode(good->data, cut, NULL), EVX_OK);
}
#define TRY(decode, good, faults) \
	try_faults(decode, good, faults, sizeof(faults) / sizeof(faults[0]))

static struct evx_challenge_subject a_subject(void)
{
	struct evx_challenge_subject of = { .uuid = UUID, .entry = 3 };

	memset(of.exhibit, 0xaa, 32);
	memset(of.head, 0xbb, 32);
	return of;
}

static enum evx_err decode_challenge(const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_challenge c;
	const enum evx_err err = evx_challenge_decode(p, n, &c, diag);

	if (err != EVX_OK)
		assert_null(c.packs);
	evx_challenge_free(&c);
	return err;
}

static void challenges(void **state)
{
	static const struct fault faults[] = {
		{ "evx-challenge/1", "evx-challenge/2", EVX_E_UNSUPPORTED },
		{ "evx-challenge/1", "evx-answer/1", EVX_E_CORRUPT },
		{ "{\"format\"", "{ \"format\"", EVX_E_CORRUPT },
		{ "{\"format\"", "{\"x-a\":1,\"format\"", EVX_E_CORRUPT },
		{ "\"uuid\":\"1", "\"uuid\":\"A", EVX_E_CORRUPT },
		{ "\"exhibit\":\"aa", "\"exhibit\":\"a", EVX_E_CORRUPT },
		{ "\"exhibit\":\"aa", "\"exhibit\":\"AA", EVX_E_CORRUPT },
		{ "\"entry\":3", "\"entry\":-1", EVX_E_CORRUPT },
		{ "\"entry\":3", "\"entry\":9999", EVX_OK },
		{ "\"entry\":3", "\"entry\":10000", EVX_E_CORRUPT },
		{ "\"entry\":3", "\"entry\":\"3\"", EVX_E_CORRUPT },
		{ "\"head\":", "\"x-head\":", EVX_E_CORRUPT },
		{ "\"nonce\":\"cc", "\"nonce\":\"", EVX_E_CORRUPT },
		{ "\"nonce\":", "\"more\":1,\"nonce\":", EVX_E_UNSUPPORTED },
		{ "\"packs\":[", "\"packs\":[],\"x-packs\":[", EVX_E_CORRUPT },
		{ "\"packs\":[\"01", "\"packs\":[\"02", EVX_E_CORRUPT }, /* twice */
		{ "\"packs\":[\"01", "\"packs\":[1,\"01", EVX_E_CORRUPT },
		{ "\"packs\":[\"01", "\"packs\":[\"0g", EVX_E_CORRUPT },
		{ "\"signers\":[", "\"signers\":[],\"x-signers\":[", EVX_E_CORRUPT },
		{ "\"signers\":[", "\"signers\":[\"" OTHER "\",", EVX_E_CORRUPT },
		{ "ssh-ed25519 ", "ssh-rsa ", EVX_E_CORRUPT },
		{ "]}\n", "]}\n\n", EVX_E_CORRUPT },
		{ "]}\n", "]}", EVX_E_TRUNCATED },
	};
	uint8_t packs[2][32] = { { 0 } };
	struct evx_challenge c = { .of = a_subject(), .packs = packs, .npacks = 2, .asker = KEY },
			     back;
	struct evx_challenge_subject other = a_subject();
	struct evx_buf out = EVX_BUF_INIT, again = EVX_BUF_INIT;

	(void)state;
	memset(c.nonce, 0xcc, 32);
	packs[0][0] = 1;
	packs[1][0] = 2;
	assert_int_equal(evx_challenge_encode(&c, &out, NULL), EVX_OK);
	assert_int_equal(evx_challenge_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_true(evx_challenge_subject_equal(&back.of, &c.of));
	assert_memory_equal(back.nonce, c.nonce, 32);
	assert_int_equal(back.npacks, 2);
	assert_memory_equal(back.packs, packs, sizeof(packs));
	assert_string_equal(back.asker, KEY);
	assert_int_equal(evx_challenge_encode(&back, &again, NULL), EVX_OK);
	assert_int_equal(again.len, out.len);
	assert_memory_equal(again.data, out.data, out.len);
	evx_challenge_free(&back);
	TRY(decode_challenge, &out, faults);
	/* What no reader would take is not written. */
	packs[1][0] = 1;
	assert_int_equal(evx_challenge_encode(&c, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, again.len);
	/* Each of them makes another subject. */
	other.entry = 4;
	assert_false(evx_challenge_subject_equal(&other, &c.of));
	other = a_subject();
	other.head[31] ^= 1;
	assert_false(evx_challenge_subject_equal(&other, &c.of));
	other = a_subject();
	other.exhibit[0] ^= 1;
	assert_false(evx_challenge_subject_equal(&other, &c.of));
	other = a_subject();
	other.uuid[0] = '2';
	assert_false(evx_challenge_subject_equal(&other, &c.of));
	evx_buf_free(&out);
	evx_buf_free(&again);
}

/* Both sides of EVX_CHALLENGE_PACKS_MAX. */
static void most_packs(void **state)
{
	struct evx_challenge c = { .of = a_subject(), .asker = KEY };
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	c.packs = calloc(EVX_CHALLENGE_PACKS_MAX + 1, sizeof(*c.packs));
	assert_non_null(c.packs);
	for (unsigned i = 0; i <= EVX_CHALLENGE_PACKS_MAX; i++) {
		c.packs[i][0] = (uint8_t)(i >> 8);
		c.packs[i][1] = (uint8_t)i;
	}
	c.npacks = EVX_CHALLENGE_PACKS_MAX;
	assert_int_equal(evx_challenge_encode(&c, &out, NULL), EVX_OK);
	c.npacks++;
	assert_int_equal(evx_challenge_encode(&c, &out, NULL), EVX_E_USAGE);
	evx_buf_free(&out);
	evx_challenge_free(&c);
}

static enum evx_err decode_answer(const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_challenge_answer a;

	return evx_challenge_answer_decode(p, n, &a, diag);
}

static void answers(void **state)
{
	static const struct fault faults[] = {
		{ "evx-answer/1", "evx-answer/2", EVX_E_UNSUPPORTED },
		{ "evx-answer/1", "evx-challenge/1", EVX_E_CORRUPT },
		{ "\"uuid\":\"1", "\"uuid\":\"", EVX_E_CORRUPT },
		{ "\"exhibit\":", "\"x-exhibit\":", EVX_E_CORRUPT },
		{ "\"challenge\":\"bb", "\"challenge\":\"b", EVX_E_CORRUPT },
		{ "\"answer\":\"cc", "\"answer\":\"c ", EVX_E_CORRUPT },
		{ "\"answer\":\"cc", "\"more\":1,\"answer\":\"cc", EVX_E_UNSUPPORTED },
		{ "\"answer\":\"cc", "\"x-more\":1,\"answer\":\"cc", EVX_OK },
		{ "}\n", "}", EVX_E_TRUNCATED },
	};
	struct evx_challenge_answer a = { .uuid = UUID }, back;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	memset(a.exhibit, 0xaa, 32);
	memset(a.challenge, 0xbb, 32);
	memset(a.answer, 0xcc, 32);
	assert_int_equal(evx_challenge_answer_encode(&a, &out, NULL), EVX_OK);
	assert_int_equal(evx_challenge_answer_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_memory_equal(&back, &a, sizeof(a));
	TRY(decode_answer, &out, faults);
	a.uuid[0] = 'x';
	assert_int_equal(evx_challenge_answer_encode(&a, &out, NULL), EVX_E_USAGE);
	evx_buf_free(&out);
}

static struct evx_challenge_list a_list(void)
{
	struct evx_challenge_list l = { .of = a_subject(),
		.time = 1767323045,
		.challenges = 100,
		.packs = 32,
		.total = 320,
		.naskers = 2,
		.preparer = KEY };

	memcpy(l.askers[0].signing, KEY, sizeof(KEY));
	memcpy(l.askers[1].signing, OTHER, sizeof(OTHER));
	memset(l.askers[1].sha256, 0xcc, 32);
	return l;
}

static enum evx_err decode_list(const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_challenge_list l;

	return evx_challenge_list_decode(p, n, &l, diag);
}

static void lists(void **state)
{
	static const struct fault faults[] = {
		{ "evx-challenges/1", "evx-challenges/2", EVX_E_UNSUPPORTED },
		{ "evx-challenges/1", "evx-challenge/1", EVX_E_CORRUPT },
		{ "2026-01-02", "2026-02-30", EVX_E_CORRUPT },
		{ "\"challenges\":100", "\"challenges\":0", EVX_E_CORRUPT },
		/* Both sides of EVX_CHALLENGES_MAX. */
		{ "\"challenges\":100", "\"challenges\":10000", EVX_OK },
		{ "\"challenges\":100", "\"challenges\":10001", EVX_E_LIMIT },
		{ "\"packs\":32", "\"packs\":0", EVX_E_CORRUPT },
		{ "\"packs\":32", "\"packs\":320", EVX_OK },
		{ "\"packs\":32", "\"packs\":321", EVX_E_CORRUPT },
		{ "\"packs\":32", "\"packs\":1025", EVX_E_LIMIT },
		{ "\"of\":320", "\"of\":31", EVX_E_CORRUPT },
		{ "\"of\":320", "\"of\":\"320\"", EVX_E_CORRUPT },
		{ "\"askers\":[", "\"askers\":[],\"x-askers\":[", EVX_E_CORRUPT },
		{ "\"askers\":[", "\"askers\":[1,", EVX_E_CORRUPT },
		{ "\"askers\":[{", "\"askers\":[{\"more\":1,", EVX_E_UNSUPPORTED },
		{ OTHER, KEY, EVX_E_CORRUPT }, /* twice */
		{ OTHER, "somebody", EVX_E_CORRUPT },
		{ "\"sha256\":\"00", "\"sha256\":\"0", EVX_E_CORRUPT },
		{ "\"signers\":[", "\"signers\":[],\"x-signers\":[", EVX_E_CORRUPT },
		{ "]}\n", "]}", EVX_E_TRUNCATED },
	};
	struct evx_challenge_list l = a_list(), *back = malloc(sizeof(*back));
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_non_null(back);
	assert_int_equal(evx_challenge_list_encode(&l, &out, NULL), EVX_OK);
	assert_int_equal(evx_challenge_list_decode(out.data, out.len, back, NULL), EVX_OK);
	assert_true(evx_challenge_subject_equal(&back->of, &l.of));
	assert_true(back->time == l.time && back->challenges == 100 && back->packs == 32);
	assert_true(back->total == 320 && back->naskers == 2);
	assert_string_equal(back->askers[1].signing, OTHER);
	assert_memory_equal(back->askers[1].sha256, l.askers[1].sha256, 32);
	assert_string_equal(back->preparer, KEY);
	TRY(decode_list, &out, faults);
	l.challenges = 0;
	assert_int_equal(evx_challenge_list_encode(&l, &out, NULL), EVX_E_USAGE);
	evx_buf_free(&out);
	free(back);
}

/* Both sides of EVX_CHALLENGE_ASKERS_MAX. */
static void most_askers(void **state)
{
	struct evx_challenge_list l = a_list();
	struct evx_buf out = EVX_BUF_INIT, text;
	char *askers, *p, *from;
	struct evx_sshkey key;
	char key_text[EVX_SSHKEY_CAP];

	(void)state;
	assert_int_equal(evx_challenge_list_encode(&l, &out, NULL), EVX_OK);
	assert_int_equal(evx_buf_cstr(&out), EVX_OK);
	from = strdup(strstr((const char *)out.data, "\"askers\":["));
	assert_non_null(from);
	*strstr(from, "],\"signers\"") = '\0';
	for (unsigned most = EVX_CHALLENGE_ASKERS_MAX; most <= EVX_CHALLENGE_ASKERS_MAX + 1;
		most++) {
		p = askers = calloc(most + 1, 256);
		assert_non_null(askers);
		p += sprintf(p, "\"askers\":[");
		for (unsigned i = 0; i < most; i++) {
			struct evx_secret *seed;

			assert_int_equal(evx_sshkey_new(&seed, &key, NULL), EVX_OK);
			assert_int_equal(evx_sshkey_encode(&key, key_text), EVX_OK);
			evx_secret_free(seed);
			p += sprintf(p, "{\"signing\":\"%s\",\"sha256\":\"%064u\"}%s", key_text, i,
				i + 1 < most ? "," : "");
		}
		text = mutated(out.data, out.len, from, askers);
		assert_int_equal(decode_list(text.data, text.len, NULL),
			most > EVX_CHALLENGE_ASKERS_MAX ? EVX_E_LIMIT : EVX_OK);
		evx_buf_free(&text);
		free(askers);
	}
	free(from);
	evx_buf_free(&out);
}

static enum evx_err decode_mark(const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_challenge_mark m;

	return evx_challenge_mark_decode(p, n, &m, diag);
}

static void marks(void **state)
{
	static const struct fault taken[] = {
		{ "\"taken\":\"2026", "\"taken\":\"26", EVX_E_CORRUPT },
		{ "\"taken\"", "\"checked\"", EVX_E_CORRUPT },
		{ "\"taken\"", "\"result\":\"proved\",\"taken\"", EVX_E_CORRUPT },
		{ "\"taken\"", "\"checked\":\"2026-01-02T03:04:05Z\",\"taken\"", EVX_E_CORRUPT },
		{ "\"taken\"", "\"more\":1,\"taken\"", EVX_E_UNSUPPORTED },
		{ "\"taken\"", "\"x-taken\"", EVX_E_CORRUPT },
		{ "\"challenge\":\"aa", "\"challenge\":\"a", EVX_E_CORRUPT },
	};
	static const struct fault checked[] = {
		{ "proved", "wrong", EVX_OK },
		{ "proved", "perhaps", EVX_E_CORRUPT },
		{ "\"result\"", "\"x-result\"", EVX_E_CORRUPT },
	};
	struct evx_challenge_mark m = { .time = 1767323045 }, back;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	memset(m.challenge, 0xaa, 32);
	for (m.deed = EVX_CHALLENGE_TAKEN; m.deed <= EVX_CHALLENGE_WRONG; m.deed++) {
		evx_buf_reset(&out);
		assert_int_equal(evx_challenge_mark_encode(&m, &out, NULL), EVX_OK);
		assert_int_equal(evx_challenge_mark_decode(out.data, out.len, &back, NULL), EVX_OK);
		assert_int_equal(back.deed, m.deed);
		assert_true(back.time == m.time);
		assert_memory_equal(back.challenge, m.challenge, 32);
		if (m.deed == EVX_CHALLENGE_TAKEN)
			TRY(decode_mark, &out, taken);
		else if (m.deed == EVX_CHALLENGE_PROVED)
			TRY(decode_mark, &out, checked);
	}
	m.time = -1;
	m.deed = EVX_CHALLENGE_TAKEN;
	assert_int_equal(evx_challenge_mark_encode(&m, &out, NULL), EVX_E_USAGE);
	evx_buf_free(&out);
}

/* Rising, different, below the total, and each of them about as often as any other. */
static void drawn(void **state)
{
	unsigned often[10] = { 0 };
	uint64_t at[10];

	(void)state;
	for (unsigned round = 0; round < 10000; round++) {
		evx_lots_draw(10, 3, at);
		assert_true(at[0] < at[1] && at[1] < at[2] && at[2] < 10);
		for (size_t i = 0; i < 3; i++)
			often[at[i]]++;
	}
	for (size_t i = 0; i < 10; i++) /* 3000 expected; ten standard deviations are 458 */
		assert_in_range(often[i], 2500, 3500);
	evx_lots_draw(10, 10, at);
	for (uint64_t i = 0; i < 10; i++)
		assert_true(at[i] == i);
	evx_lots_draw(1, 1, at);
	assert_true(at[0] == 0);
	evx_lots_draw(UINT64_MAX, 2, at);
	assert_true(at[0] < at[1]);
}

/* What libsodium computes, in any division into pieces. */
static void macs(void **state)
{
	uint8_t key[32], data[1000], one[32], two[32];

	(void)state;
	evx_random(key, sizeof(key));
	evx_random(data, sizeof(data));
	evx_hmac_sha256(key, sizeof(key), data, sizeof(data), one);
	for (size_t cut = 0; cut <= sizeof(data); cut += 125) {
		struct evx_mac *m = evx_mac_new(key);

		assert_non_null(m);
		evx_mac_update(m, data, cut);
		evx_mac_update(m, data + cut, sizeof(data) - cut);
		assert_int_equal(evx_mac_final(m, two), EVX_OK);
		assert_memory_equal(one, two, 32);
		evx_mac_free(m);
	}
	evx_mac_free(NULL);
}

static void chances(void **state)
{
	(void)state;
	assert_true(evx_challenge_passes(100, 100, 1) == 0.0);
	assert_true(evx_challenge_passes(100, 32, 0) == 1.0);
	assert_true(fabs(evx_challenge_passes(100, 32, 1) - 0.68) < 1e-9);
	assert_true(fabs(evx_challenge_passes(4, 2, 2) - 1.0 / 6) < 1e-9);
	assert_true(evx_challenge_passes(4, 3, 2) == 0.0);
	assert_true(evx_challenge_passes(1000000, 32, 100000) < 0.0344);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(challenges),
		cmocka_unit_test(most_packs),
		cmocka_unit_test(answers),
		cmocka_unit_test(lists),
		cmocka_unit_test(most_askers),
		cmocka_unit_test(marks),
		cmocka_unit_test(drawn),
		cmocka_unit_test(macs),
		cmocka_unit_test(chances),
	};

	return evx_crypto_init(NULL) != EVX_OK ||
		cmocka_run_group_tests_name("challenge", tests, NULL, NULL);
}
