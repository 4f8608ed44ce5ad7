/* How much work hostile receipts make: counted in comparisons of hashes, not in time. Twice as many
 * make about twice as much work. */
#include "base/hash_equal.h"
#include "custody_fixture.h"

static uint64_t work; /* hashes compared */

/* These stand in for those of base/hash_equal.c in this program. */
bool evx_hash_equal(const void *a, const void *b)
{
	work++;
	return memcmp(a, b, 32) == 0;
}

int evx_hash_order(const void *a, const void *b)
{
	work++;
	return memcmp(a, b, 32);
}

enum shape {
	A_ROW,    /* one branch: each receipt follows the one before */
	A_STAR,   /* all follow one event of the chain */
	THE_NEXT, /* a row that goes on behind the chain's last event */
	SHAPES,
};

/* n receipts signed by a stranger, the last one first. */
static struct evx_receipt *receipts_of(struct custody *c, enum shape shape, size_t n)
{
	struct evx_receipt *all = calloc(n, sizeof(*all));
	struct evx_event_request r = { .signers = &c->hands[4].pub, .nsigners = 1 };
	struct evx_chain_result chain;

	cus_judge(c);
	chain = *c->result;
	chain.at = calloc(chain.n + n, sizeof(*chain.at));
	assert_true(all != NULL && chain.at != NULL);
	memcpy(chain.at, c->result->at, chain.n * sizeof(*chain.at));
	chain.n = shape == THE_NEXT ? chain.n : 1;
	r.chain = &chain;
	for (size_t i = n; i-- > 0;) {
		struct evx_chain_event *next = &chain.at[chain.n];
		struct evx_event e = cus_event(c, "note");
		struct evx_diag diag = { 0 };
		uint8_t hash[32];

		r.event = &e;
		if (evx_event_build(&r, &c->hands[4].signer, &all[i], hash, &diag) != EVX_OK)
			fail_msg("%s", diag.text);
		evx_event_free(&e);
		if (shape == A_STAR)
			continue;
		*next = (struct evx_chain_event){
			.has_hash = true, .has_record = true, .decoded = true
		};
		memcpy(next->hash, hash, sizeof(next->hash));
		evx_sha256(all[i].record.data, all[i].record.len, next->record);
		chain.n++;
	}
	free(chain.at);
	return all;
}

static uint64_t judged(enum shape shape, size_t n)
{
	struct evx_receipt *all;
	struct custody c;

	cus_new(&c, NULL);
	c.strangers = 1u << 4;
	cus_plain(&c, "note", 0);
	all = receipts_of(&c, shape, n);
	work = 0;
	cus_judge_with(&c, all, n);
	if (shape == THE_NEXT)
		assert_int_equal(c.result->n, 2 + n);
	else
		assert_true(c.result->n == 2 && c.result->nbranches == n);
	for (size_t i = 0; i < n; i++)
		evx_receipt_free(&all[i]);
	free(all);
	cus_free(&c);
	return work;
}

static void twice_the_receipts(void **state)
{
	size_t worse = 0;

	(void)state;
	for (enum shape shape = A_ROW; shape < SHAPES; shape++) {
		const uint64_t once = judged(shape, 150), twice = judged(shape, 300);

		if (twice <= 2 * once + once / 2)
			continue;
		print_message("shape %d: %llu for 150 receipts, %llu for 300\n", (int)shape,
			(unsigned long long)once, (unsigned long long)twice);
		worse++;
	}
	assert_int_equal(worse, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(twice_the_receipts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
