/* Events of unknown signers among those that are to be taken over, and the question before that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/secret.h"
#include "crypto/sshsig.h"
#include "judge/claims.h"

#define EVENTS 5u
#define START 1767323045 /* 2026-01-02T03:04:05Z */

static char key[EVX_KEY_TEXT_CAP], fingerprint[EVX_FINGERPRINT_CAP];

static int make_key(void **state)
{
	struct evx_secret *seed;
	struct evx_sshkey pub;

	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	assert_int_equal(evx_sshkey_new(&seed, &pub, NULL), EVX_OK);
	assert_int_equal(evx_sshkey_encode(&pub, key), EVX_OK);
	evx_sshkey_fingerprint(&pub, fingerprint);
	evx_secret_free(seed);
	return 0;
}

struct chain {
	struct evx_chain_event at[EVENTS];
	struct evx_chain_result result;
};

/* Notes; those whose letter is c are claims, v void claims. */
static void make(struct chain *c, const char *events)
{
	memset(c, 0, sizeof(*c));
	for (; *events != '\0'; events++) {
		struct evx_chain_event *at = &c->at[c->result.n];

		evx_event_set_kind(&at->event, EVX_EVENT_NOTE);
		at->event.sequence = (uint32_t)c->result.n++;
		at->event.time = START + at->event.sequence;
		memcpy(at->event.signers[0], key, sizeof(key));
		at->claim = *events != '-';
		at->is_void = *events == 'v';
	}
	c->result.at = c->at;
}

static void found(void **state)
{
	struct evx_claims claims = { .confirm = NULL };
	struct chain c;

	(void)state;
	make(&c, "c-vc-");
	assert_int_equal(evx_claims_find(&claims, &c.result, 0, NULL), EVX_OK);
	assert_int_equal(claims.n, 3);
	assert_int_equal(claims.at[1].number, 2);
	assert_int_equal(claims.at[2].number, 3);
	/* From a number on; what was found before is forgotten. */
	assert_int_equal(evx_claims_find(&claims, &c.result, 2, NULL), EVX_OK);
	assert_int_equal(claims.n, 2);
	for (int i = 0; i < 2; i++) {
		char time[32];

		(void)snprintf(time, sizeof(time), "2026-01-02T03:04:0%dZ", 5 + 2 + i);
		assert_int_equal(claims.at[i].number, 2 + i);
		assert_int_equal(claims.at[i].is_void, i == 0);
		assert_string_equal(claims.at[i].type, "note");
		assert_string_equal(claims.at[i].signer, fingerprint);
		assert_string_equal(claims.at[i].time, time);
	}
	assert_true(evx_claims_open(&claims));
	assert_int_equal(evx_claims_find(&claims, &c.result, 4, NULL), EVX_OK);
	assert_int_equal(claims.n, 0);
	assert_false(evx_claims_open(&claims));
	assert_int_equal(evx_claims_ask(&claims, NULL), EVX_OK);
	evx_claims_free(&claims);
	/* What names no signer is an error. */
	c.at[3].event.signers[0][40] = '!';
	assert_int_not_equal(evx_claims_find(&claims, &c.result, 0, NULL), EVX_OK);
	evx_claims_free(&claims);
	assert_int_equal(claims.n, 0);
	assert_null(claims.at);
}

struct answer {
	bool yes;
	size_t asked, n;
};

static bool confirm(void *ctx, const struct evx_claim_info *at, size_t n)
{
	struct answer *a = ctx;

	a->asked++;
	a->n = n;
	assert_int_equal(at[0].number, 1);
	return a->yes;
}

static void asked(void **state)
{
	struct answer answer = { .yes = false };
	struct evx_claims claims = { .confirm = confirm, .ctx = &answer };
	struct evx_diag diag = { 0 };
	struct chain c;

	(void)state;
	make(&c, "-cc");
	assert_int_equal(evx_claims_find(&claims, &c.result, 0, NULL), EVX_OK);
	assert_int_equal(evx_claims_ask(&claims, &diag), EVX_E_STRANGER);
	assert_non_null(strstr(diag.text, "2 of the new entries are from"));
	assert_true(evx_claims_open(&claims));
	assert_int_equal(answer.asked, 1);
	assert_int_equal(answer.n, 2);
	/* After a yes it is not asked again. */
	answer.yes = true;
	assert_int_equal(evx_claims_ask(&claims, NULL), EVX_OK);
	assert_false(evx_claims_open(&claims));
	assert_int_equal(evx_claims_ask(&claims, NULL), EVX_OK);
	assert_int_equal(answer.asked, 2);
	evx_claims_free(&claims);
	/* Nobody to ask: nothing is taken. */
	claims = (struct evx_claims){ .confirm = NULL };
	make(&c, "-c");
	assert_int_equal(evx_claims_find(&claims, &c.result, 0, NULL), EVX_OK);
	evx_diag_clear(&diag);
	assert_int_equal(evx_claims_ask(&claims, &diag), EVX_E_STRANGER);
	assert_non_null(strstr(diag.text, "1 of the new entries is from"));
	evx_claims_free(&claims);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(found), cmocka_unit_test(asked) };

	return cmocka_run_group_tests(tests, make_key, NULL);
}
