/* Whether anybody but its signer vouches for the end of a chain: what pins an event, and which
 * entry R-HEAD names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "custody/head.h"

#define EVENTS 4u

/* A chain of notes, each by one signer; all of them count. */
struct chain {
	struct evx_chain_event at[EVENTS];
	struct evx_stamp_proof proofs[EVENTS];
	struct evx_chain_result result;
};

static void notes(struct chain *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < EVENTS; i++) {
		evx_event_set_kind(&c->at[i].event, i == 0 ? EVX_EVENT_SEAL : EVX_EVENT_NOTE);
		c->at[i].event.nsigners = 1;
		c->at[i].rightful = true;
	}
	c->result.at = c->at;
	c->result.n = c->result.rightful = EVENTS;
}

/* From entry `from` on nobody else confirms the chain; EVENTS: all of it is confirmed. */
static void ends(const struct chain *c, bool stamped, size_t from)
{
	struct evx_findings findings = { 0 };
	char words[48];

	assert_int_equal(
		evx_head_judge(&c->result, stamped ? c->proofs : NULL, &findings, NULL), EVX_OK);
	assert_int_equal(findings.n, from < c->result.rightful);
	if (findings.n > 0) {
		(void)snprintf(words, sizeof(words), " from entry %04zu on", from);
		assert_string_equal(findings.at[0].code, "R-HEAD");
		assert_int_equal(findings.at[0].weight, EVX_WEIGHT_INFO);
		assert_int_equal(findings.at[0].event, c->result.rightful - 1);
		if (strstr(findings.at[0].text, words) == NULL)
			fail_msg("expected%s, found: %s", words, findings.at[0].text);
	}
	evx_findings_free(&findings);
}

static void receipts(void **state)
{
	struct chain c;

	(void)state;
	notes(&c);
	for (size_t told = 0; told <= EVENTS; told++) {
		c.result.told = told;
		ends(&c, false, told);
	}
}

static void stamps(void **state)
{
	struct chain c;

	(void)state;
	for (size_t i = 0; i < EVENTS; i++) {
		notes(&c);
		c.proofs[i].proven = true;
		ends(&c, true, i + 1);
		ends(&c, false, 0);
	}
	/* A stamp, and a receipt behind it or before it: the later one says more. */
	notes(&c);
	c.proofs[1].proven = true;
	c.result.told = 3;
	ends(&c, true, 3);
	c.result.told = 1;
	ends(&c, true, 2);
}

static void second_signers_and_acceptances(void **state)
{
	struct chain c;

	(void)state;
	for (size_t i = 0; i < EVENTS; i++) {
		for (int accept = 0; accept < 2; accept++) {
			notes(&c);
			if (accept == 1)
				evx_event_set_kind(&c.at[i].event, EVX_EVENT_ACCEPT);
			else
				c.at[i].event.nsigners = 2;
			ends(&c, false, i + 1);
			/* What does not count pins nothing. */
			c.at[i].rightful = false;
			ends(&c, false, 0);
		}
		/* No other type does. */
		notes(&c);
		evx_event_set_kind(&c.at[i].event, EVX_EVENT_RELEASE);
		ends(&c, false, 0);
	}
}

/* What stands behind the rightful part is not looked at. */
static void behind_the_rightful_part(void **state)
{
	struct chain c;

	(void)state;
	notes(&c);
	c.result.rightful = 2;
	c.at[2].event.nsigners = c.at[3].event.nsigners = 2;
	ends(&c, false, 0);
	c.at[1].event.nsigners = 2;
	ends(&c, false, 2);
	c.result.rightful = 0;
	ends(&c, false, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipts),
		cmocka_unit_test(stamps),
		cmocka_unit_test(second_signers_and_acceptances),
		cmocka_unit_test(behind_the_rightful_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
