/* The rules of custody: rightful chains, what each attack on one shows, and what a policy and a roster ask for. */
#include "custody_fixture.h"

/* The whole life of an exhibit: every type once, and nothing to complain of but what is remarked by its nature. */
static void a_rightful_chain(void **state)
{
	static const char *const plain[] = { "note", "access", "examine", "copy", "move", "inventory", "disclose" };
	struct custody c;
	struct evx_event e;
	size_t i;

	(void)state;
	cus_new(&c, NULL);
	for (i = 0; i < sizeof plain / sizeof plain[0]; i++)
		cus_plain(&c, plain[i], 0);
	e = cus_event(&c, "verify"); /* 8 */
	cus_add(&c, &e, 3);
	cus_release(&c, 0, 1);    /* 9 */
	cus_accept(&c, 1, 9);     /* 10 */
	cus_plain(&c, "hold", 1); /* 11 */
	e = cus_event(&c, "hold-lift");
	cus_refer(&c, &e, 11);
	cus_add(&c, &e, 1);
	e = cus_event(&c, "correct"); /* 13: the author of event 1 is no longer the holder */
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 0);
	e = cus_event(&c, "approve");
	cus_refer(&c, &e, 13);
	cus_add(&c, &e, 2);
	e = cus_event(&c, "inquiry"); /* 15 */
	cus_add(&c, &e, 4);
	e = cus_event(&c, "inquiry");
	e.fields.state = EVX_STATE_CLOSED;
	cus_refer(&c, &e, 15);
	cus_add(&c, &e, 4);
	cus_plain(&c, "dispose-authorise", 1); /* 17 */
	e = cus_event(&c, "dispose");
	cus_refer(&c, &e, 17);
	cus_add(&c, &e, 1);
	cus_judge(&c);
	assert_int_equal(c.findings.n, 0);
	cus_verdict(&c, "custody: intact, 19 events", 0, 1);
	assert_int_equal(c.result->state.since, 10);
	assert_true(c.result->state.since_time == c.result->at[10].event.time);
	assert_true(c.result->state.disposed && c.result->state.authorised && !c.result->state.release_open);
	assert_int_equal(c.result->state.nholds + c.result->state.ninquiries + c.result->state.nmissing, 0);
	assert_string_equal(c.result->state.custody_key, c.f.event.seal.custody_key);
	cus_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_rightful_chain) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
