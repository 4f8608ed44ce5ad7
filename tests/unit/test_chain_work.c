/* How much work a hostile chain makes: counted in comparisons, not in time. Twice as much input
 * makes about twice as much work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "custody/chain.h"

#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define HASH "4747474747474747474747474747474747474747474747474747474747474747"
#define STAMPS 200u
#define LINES 400u /* of each record */

static uint64_t work; /* bytes that the functions below looked at */

/* These stand in for the C library's in this program. */
int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;
	size_t i;

	for (i = 0; i < n && x[i] == y[i]; i++)
		work++;
	work++;
	return i == n ? 0 : x[i] < y[i] ? -1 : 1;
}

int strcmp(const char *a, const char *b)
{
	for (; *a != '\0' && *a == *b; a++, b++)
		work++;
	work++;
	return *a == *b ? 0 : (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

static void add(struct evx_chain *chain, const char *name, const void *p, size_t n)
{
	struct evx_chain_member m = { name, n, { 0 }, p };

	evx_sha256(p, n, m.sha256);
	assert_int_equal(evx_chain_add(chain, &m, NULL), EVX_OK);
}

/* A chain of n events that nobody signed, each with a long record and many time-stamps; the work
 * that judging it makes. read: their documents can be read. */
static uint64_t judged(size_t n, bool read, const char *type)
{
	struct evx_findings findings = { 0 };
	struct evx_chain *chain = evx_chain_new(UUID, 1700000000, &findings);
	char *record = malloc(LINES * 100 + 1), name[128];
	size_t i, k, len = 0;

	assert_true(chain != NULL && record != NULL);
	for (k = 0; k < LINES; k++)
		len += (size_t)snprintf(
			record + len, 101, "%064zx  custody/%04zu-seal.tsr%03zu\n", k, k, k + 2);
	work = 0;
	for (i = 0; i < n; i++) {
		char text[1024];

		snprintf(name, sizeof(name), "custody/%04zu-%s.json", i, i == 0 ? "seal" : type);
		if (read)
			snprintf(text, sizeof(text),
				"{\"format\":\"evx-event/1\",\"type\":\"new-kind\",\"uuid\":\"" UUID
				"\",\"sequence\":%zu,"
				"\"exhibit\":\"" HASH "\",\"previous\":\"" HASH
				"\",\"record\":\"" HASH "\",\"time\":\"2026-01-02T03:04:05Z\","
				"\"signers\":[\"ssh-ed25519 "
				"AAAAC3NzaC1lZDI1NTE5AAAAIGm5dRTyhY6IjyLWbsyGvEIAtWDOhx0dLzjU7xMtzR"
				"Fl\"],\"files\":{}}\n",
				i);
		else
			snprintf(text, sizeof(text), "{\"number\":%zu}\n", i);
		add(chain, name, text, strlen(text));
		strcat(name, ".sig1");
		add(chain, name, "-\n", 2);
		snprintf(name, sizeof(name), "custody/%04zu-%s.record", i, i == 0 ? "seal" : type);
		add(chain, name, record, len);
		for (k = 1; i > 0 && k <= STAMPS; k++) {
			snprintf(text, sizeof(text), "%zu %zu", i, k);
			snprintf(name, sizeof(name),
				k == 1 ? "custody/%04zu-%s.tsr" : "custody/%04zu-%s.tsr%zu", i,
				type, k);
			add(chain, name, text, strlen(text));
		}
	}
	assert_int_equal(evx_chain_finish(chain, NULL), EVX_OK);
	assert_int_equal(evx_chain_result(chain)->nstamps, (n - 1) * STAMPS);
	assert_true(findings.count[EVX_ON_CUSTODY][EVX_WEIGHT_BROKEN] >= n);
	evx_chain_free(chain);
	evx_findings_free(&findings);
	free(record);
	return work;
}

static void twice_the_input(void **state)
{
	static const struct {
		bool read;
		const char *type;
	} kinds[] = { { false, "note" }, { true, "new-kind" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const uint64_t once = judged(50, kinds[i].read, kinds[i].type),
			       twice = judged(100, kinds[i].read, kinds[i].type);

		if (twice > 2 * once + once / 2)
			fail_msg("%s: %llu for 50 events, %llu for 100", kinds[i].type,
				(unsigned long long)once, (unsigned long long)twice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(twice_the_input) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
