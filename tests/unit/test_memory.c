/* Judging a chain and its branches while one allocation fails, the first, the second, … until none
 * does: the answer is that memory ran out, and never another verdict. */
#include <dlfcn.h>

#include "custody_fixture.h"

/* clang's sanitizer brings an allocator into the program, and nothing can stand before it. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define NOT_HERE
#endif
#endif

static size_t until; /* how many allocations still succeed, while `failing` */
static bool failing, failed;

#ifndef NOT_HERE
/* These stand before those of the C library, or of gcc's sanitizer, which they call. */
static void *next_of(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static bool fails(void)
{
	if (!failing || failed || until-- > 0)
		return false;
	failed = true;
	return true;
}

void *malloc(size_t n)
{
	static void *(*real)(size_t);

	if (real == NULL)
		*(void **)&real = next_of("malloc");
	return fails() ? NULL : real(n);
}

void *calloc(size_t n, size_t size)
{
	static void *(*real)(size_t, size_t);

	if (real == NULL)
		*(void **)&real = next_of("calloc");
	return fails() ? NULL : real(n, size);
}

void *realloc(void *p, size_t n)
{
	static void *(*real)(void *, size_t);

	if (real == NULL)
		*(void **)&real = next_of("realloc");
	return fails() ? NULL : real(p, n);
}
#endif

struct outcome {
	size_t findings, n, rightful, branches;
	int exit_code;
};

static enum evx_err judge(
	struct custody *c, const struct evx_receipt *receipts, size_t n, struct outcome *out)
{
	const struct evx_rules_roster roster = cus_roster(c);
	struct evx_findings findings = { 0 };
	struct evx_chain *chain = evx_chain_new(FIX_UUID, c->now, &findings);
	const struct evx_chain_result *r;
	uint8_t tagmanifest[32];
	enum evx_err err = chain != NULL ? EVX_OK : EVX_E_MEMORY;

	memset(tagmanifest, 0x33, sizeof(tagmanifest));
	if (chain == NULL)
		goto out;
	evx_chain_set_tagmanifest(chain, tagmanifest);
	evx_chain_set_roster(chain, &roster);
	for (size_t i = 0; i < c->members.n && err == EVX_OK; i++) {
		const struct evx_event_file *f = &c->members.at[i];
		struct evx_chain_member m = { f->name, f->bytes.len, { 0 }, f->bytes.data };

		evx_sha256(f->bytes.data, f->bytes.len, m.sha256);
		err = evx_chain_add(chain, &m, NULL);
	}
	if (err != EVX_OK ||
		(err = evx_chain_add_receipts(chain, receipts, NULL, n, NULL)) != EVX_OK ||
		(err = evx_chain_finish(chain, NULL)) != EVX_OK)
		goto out;
	r = evx_chain_result(chain);
	*out = (struct outcome){ findings.n, r->n, r->rightful, r->nbranches,
		evx_verdict_of(&findings, r->n, r->rightful).exit_code };
out:
	evx_chain_free(chain);
	evx_findings_free(&findings);
	return err;
}

/* Each allocation of one judgement fails in turn. */
static void each_fails(struct custody *c, const struct evx_receipt *receipts, size_t n)
{
	struct outcome usual = { 0 }, found;
	size_t at;

	assert_int_equal(judge(c, receipts, n, &usual), EVX_OK);
	for (at = 0; at < 100000; at++) {
		enum evx_err err;

		memset(&found, 0, sizeof(found));
		until = at;
		failed = false;
		failing = true;
		err = judge(c, receipts, n, &found);
		failing = false;
		if (err == EVX_OK && memcmp(&found, &usual, sizeof(found)) != 0)
			fail_msg("allocation %zu fails: another verdict, exit %d", at,
				found.exit_code);
		if (err != EVX_OK && err != EVX_E_MEMORY)
			fail_msg("allocation %zu fails: %s", at, evx_err_name(err));
		if (!failed)
			break;
	}
	assert_true(at > 50 && at < 100000);
}

/* A release that leaves a copy; on one copy an acceptance, on the other notes, of which the
 * receipts are. */
static void branches(void **state)
{
	struct evx_receipt receipts[3];
	struct evx_event e;
	struct custody c;
	size_t kept;

	(void)state;
#ifdef NOT_HERE
	skip();
#endif
	cus_new(&c, NULL);
	e = cus_release_to(&c, 1);
	e.fields.keeps = EVX_KEEPS_COPY;
	cus_add(&c, &e, 0);
	kept = c.members.n;
	cus_plain(&c, "note", 0);
	cus_plain(&c, "access", 0);
	cus_plain(&c, "note", 4);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(
			evx_event_files_receipt(&c.members, 2 + i, &receipts[i], NULL), EVX_OK);
	while (c.members.n > kept)
		evx_buf_free(&c.members.at[--c.members.n].bytes);
	cus_accept(&c, 1, 1);
	c.strangers = 1u << 4;
	each_fails(&c, receipts, 3);
	/* Receipts of what is not here. */
	while (c.members.n > kept)
		evx_buf_free(&c.members.at[--c.members.n].bytes);
	each_fails(&c, receipts, 3);
	each_fails(&c, receipts + 1, 2);
	for (size_t i = 0; i < 3; i++)
		evx_receipt_free(&receipts[i]);
	cus_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(branches) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
