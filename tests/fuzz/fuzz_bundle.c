/* Whole bundles: opened, loaded by index and by walk, and the custody chain checked. The mutator
 * repairs the checksums of header blocks, so that what is behind them is reached. A bundle in which
 * nothing is found broken begins with every byte of the one that was sealed. */
#include "fuzz/fuzz.h"
#include "fuzz/small_seal.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "bundle/bundle_walk.h"
#include "custody/chain.h"
#include "format/tar.h"

static struct evx_buf good = EVX_BUF_INIT;
static int memory = -1;

size_t LLVMFuzzerMutate(uint8_t *p, size_t n, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t max, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t max, unsigned int seed)
{
	size_t at, i;

	n = LLVMFuzzerMutate(p, n, max);
	for (at = 0; seed % 4 != 0 && at + EVX_TAR_BLOCK <= n; at += EVX_TAR_BLOCK) {
		uint8_t *h = p + at;
		unsigned sum = 0;
		char text[8];

		if (memcmp(h + 257, "ustar", 5) != 0)
			continue;
		for (i = 0; i < EVX_TAR_BLOCK; i++)
			sum += i >= 148 && i < 156 ? ' ' : h[i];
		(void)snprintf(text, sizeof(text), "%06o", sum & 0777777);
		memcpy(h + 148, text, 7);
	}
	return n;
}

static void put(const uint8_t *p, size_t n)
{
	fuzz_check(ftruncate(memory, 0) == 0 &&
		evx_pwrite_full(memory, p, n, 0, "memory", NULL) == EVX_OK);
	fuzz_check(lseek(memory, 0, SEEK_SET) == 0);
}

static struct evx_bundle *open_bundle(void)
{
	struct evx_bundle *b = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_bundle_open_fd(memory, "memory", &b, &diag);

	fuzz_check(err == diag.code && (err == EVX_OK) == (b != NULL));
	return b;
}

/* Reads all that the bundle claims to have. */
static void read_all(struct evx_bundle *b)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	uint64_t len0, len1, i;
	uint8_t some[64];
	size_t at;

	for (at = 0; at < evx_bundle_count(b); at++) {
		const struct evx_bundle_member *m = evx_bundle_at(b, at);

		evx_buf_reset(&bytes);
		if (evx_bundle_read_member(b, m->name, EVX_MEMBER_MAX, &bytes, NULL) == EVX_OK)
			fuzz_check(bytes.len == m->size && evx_bundle_find(b, m->name) != NULL);
	}
	evx_buf_free(&bytes);
	for (i = 0; i < evx_bundle_packs(b); i++)
		(void)evx_bundle_pack(b, i);
	if (evx_bundle_source(b) != EVX_BUNDLE_BY_WALK)
		return;
	evx_bundle_guess_sequences(b, &len0, &len1);
	if (evx_bundle_set_sequences(b, len0, len1, NULL) == EVX_OK && len0 >= sizeof(some))
		(void)!evx_bundle_payload_read(b, 0, len0 - sizeof(some), some, sizeof(some), NULL);
}

static void check_chain(const struct evx_bundle *b, struct evx_findings *findings, size_t *rightful)
{
	struct evx_chain *chain = evx_chain_new(evx_bundle_uuid(b), SMALL_TIME + 1, findings);
	struct evx_buf bytes = EVX_BUF_INIT;
	const struct evx_bundle_member *m = evx_bundle_find(b, "tagmanifest-sha256.txt");
	size_t i;

	fuzz_check(chain != NULL);
	if (m != NULL && m->hashed)
		evx_chain_set_tagmanifest(chain, m->sha256);
	for (i = 0; i < evx_bundle_count(b); i++) {
		struct evx_chain_member member = { 0 };
		enum evx_err err;

		m = evx_bundle_at(b, i);
		evx_buf_reset(&bytes);
		if (evx_bundle_read_member(b, m->name, EVX_MEMBER_MAX, &bytes, NULL) != EVX_OK)
			continue;
		member.name = m->name;
		member.size = bytes.len;
		member.bytes = bytes.data;
		memcpy(member.sha256, m->sha256, sizeof(member.sha256));
		err = evx_chain_add(chain, &member, NULL);
		fuzz_check(err == EVX_OK || err == EVX_E_NOT_OURS);
	}
	fuzz_check(evx_chain_finish(chain, NULL) == EVX_OK);
	*rightful = evx_chain_result(chain)->rightful;
	fuzz_check(*rightful <= evx_chain_result(chain)->n);
	evx_buf_free(&bytes);
	evx_chain_free(chain);
}

static uint64_t told;

static void on_finding(void *ctx, const struct evx_bundle_walk_finding *f)
{
	(void)ctx;
	fuzz_check(f->code[0] == 'D' && f->say->text[0] != '\0');
	fuzz_check(f->severity != EVX_WALK_BAD || f->err != EVX_OK);
	told++;
}

static void walk(const uint8_t *p, size_t n)
{
	struct evx_bundle_walk_opts opts = { .jobs = 1, .finding = on_finding };
	struct evx_findings findings = { 0 };
	struct evx_bundle_walk_result result;
	struct evx_bundle *b = open_bundle();
	struct evx_diag diag = { 0 };
	size_t rightful = 0;
	enum evx_err err;

	if (b == NULL)
		return;
	told = 0;
	err = evx_bundle_walk(b, &opts, &result, &diag);
	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(told == result.bad + result.unchecked + result.remarks);
		fuzz_check(evx_bundle_length(b) <= n);
		read_all(b);
		check_chain(b, &findings, &rightful);
		if (result.bad == 0 && result.unchecked == 0 && rightful > 0)
			fuzz_check(n >= evx_bundle_length(b) &&
				evx_bundle_length(b) >= good.len - 2 * EVX_TAR_BLOCK &&
				memcmp(p, good.data, good.len - 2 * EVX_TAR_BLOCK) == 0);
	}
	evx_findings_free(&findings);
	evx_bundle_free(b);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	enum evx_bundle_source source;
	struct evx_bundle *b;

	put(p, n);
	walk(p, n);
	fuzz_check(lseek(memory, 0, SEEK_SET) == 0);
	b = open_bundle();
	if (b != NULL && evx_bundle_open_index(b, &source, NULL) == EVX_OK)
		read_all(b);
	evx_bundle_free(b);
}

static void fuzz_seeds(void)
{
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	struct evx_bundle_walk_result result;
	struct evx_findings findings = { 0 };
	struct evx_bundle *b;
	size_t rightful = 0, n;

	memory = memfd_create("bundle", MFD_CLOEXEC);
	fuzz_check(memory >= 0);
	small_bundle(memory);
	n = (size_t)lseek(memory, 0, SEEK_END);
	fuzz_check(evx_buf_reserve(&good, n) == EVX_OK &&
		evx_pread_full(memory, good.data, n, 0, &good.len, "memory", NULL) == EVX_OK);
	fuzz_check(good.len == n && lseek(memory, 0, SEEK_SET) == 0);
	b = open_bundle();
	fuzz_check(b != NULL && evx_bundle_walk(b, &opts, &result, NULL) == EVX_OK);
	check_chain(b, &findings, &rightful);
	fuzz_check(
		result.bad == 0 && result.unchecked == 0 && result.remarks == 0 && rightful == 1);
	evx_findings_free(&findings);
	evx_bundle_free(b);
	fuzz_seed(good.data, good.len);
	fuzz_seed(good.data, good.len / 2 / EVX_TAR_BLOCK * EVX_TAR_BLOCK);
}
