/* Sealing with a lender: what it lends stands in sequence 1, proven equal; what it lends wrongly is
 * stored anew. */
#include "base/test_hooks.h"
#include "content/listing_read.h"
#include "content/salvage.h"
#include "content/stream.h"
#include "content/tiling.h"
#include "crypto/hash.h"
#include "payload_fixture.h"

#define FILE_LEN 1048576u /* one chunk each, however its bytes are */
#define FILES 40u

static uint8_t *pool; /* the files' contents, one behind the other */

enum fault {
	NONE,
	WRONG_KEY,
	FLIPPED,
	OTHER_CHUNK,
	NOT_READ,
	WRONG_PLAIN,
	WRONG_STORED,
	WRONG_SEQUENCE,
	WRONG_POSITION,
	FAULTS
};

/* A sealed exhibit and what it lends. */
struct bank {
	struct fixture f;
	struct evx_ref *refs;
	size_t n_refs;
	struct evx_lender lender;
	enum fault fault;
	size_t every; /* of the loans asked for, every so many'th has the fault */
	size_t asked, found;
	uint8_t asked_ids[32]; /* chained hash of what was asked for, in order, */
	uint8_t bad_ones[32];  /* and of what was refused */
	size_t bad;
	enum evx_err bad_class;
};

static void chain(uint8_t hash[32], const void *p, size_t n)
{
	struct evx_hash *h = evx_hash_new(EVX_SHA256);

	evx_hash_update(h, hash, 32);
	evx_hash_update(h, p, n);
	assert_int_equal(evx_hash_final(h, hash), EVX_OK);
	evx_hash_free(h);
}

static void spoil(const struct bank *b, const struct evx_ref *ref, struct evx_loan *loan)
{
	const struct evx_ref *other = ref == b->refs ? ref + 1 : ref - 1;

	switch (b->fault) {
	case WRONG_KEY:
		loan->key[31] ^= 1;
		break;
	case OTHER_CHUNK:
		memcpy(loan->key, other->key, 32);
		loan->position = other->position;
		loan->stored = other->stored;
		break;
	case FLIPPED:
	case NOT_READ:
		loan->lender[15] ^= 1;
		break;
	case WRONG_PLAIN:
		loan->plain--;
		break;
	case WRONG_STORED:
		loan->stored = loan->plain + EVX_FRAME_OVERHEAD + 1;
		break;
	case WRONG_SEQUENCE:
		loan->sequence = 2;
		break;
	default:
		loan->position = UINT64_MAX - 5;
		break;
	}
}

static bool find(void *ctx, const uint8_t id[32], struct evx_loan *out)
{
	struct bank *b = ctx;

	b->asked++;
	chain(b->asked_ids, id, 32);
	for (size_t i = 0; i < b->n_refs; i++) {
		const struct evx_ref *ref = &b->refs[i];

		if (memcmp(ref->id, id, 32) != 0)
			continue;
		memcpy(out->lender, b->f.secret, sizeof(out->lender));
		memcpy(out->key, ref->key, 32);
		out->sequence = ref->sequence;
		out->position = ref->position;
		out->stored = ref->stored;
		out->plain = ref->plain;
		if (b->fault != NONE && b->found++ % b->every == 0)
			spoil(b, ref, out);
		return true;
	}
	return false;
}

static enum evx_err lend(
	void *ctx, const struct evx_loan *loan, uint8_t *body, struct evx_diag *diag)
{
	struct bank *b = ctx;
	const struct evx_buf *from = loan->sequence == 0 ? &b->f.bytes : &b->f.borrowed;
	bool spoilt = memcmp(loan->lender, b->f.secret, sizeof(loan->lender)) != 0;

	if (spoilt && b->fault == NOT_READ)
		return evx_fail(diag, EVX_E_NOT_FOUND, "pack: gone");
	assert_true(loan->position + loan->stored <= from->len);
	memcpy(body, from->data + loan->position + EVX_FRAME_HEADER_LEN,
		loan->stored - EVX_FRAME_HEADER_LEN);
	if (spoilt)
		body[loan->stored / 2] ^= 0x40;
	return EVX_OK;
}

static void bad(void *ctx, const struct evx_loan *loan, const struct evx_diag *diag)
{
	struct bank *b = ctx;

	b->bad++;
	b->bad_class = diag->code;
	assert_true(strlen(diag->text) > 0);
	chain(b->bad_ones, &loan->position, sizeof(loan->position));
}

static enum evx_err collect(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag)
{
	struct bank *b = ctx;

	(void)level;
	(void)diag;
	if (type != EVX_FRAME_DATA)
		return EVX_OK;
	b->refs = realloc(b->refs, (b->n_refs + 1) * sizeof(*b->refs));
	assert_non_null(b->refs);
	b->refs[b->n_refs++] = *ref;
	return EVX_OK;
}

/* After b->f was sealed: what is in it can be borrowed. */
static void open_bank(struct bank *b)
{
	must(evx_tree_read_all(
		&b->f.src, EVX_FRAME_DATA, &b->f.result.content, NULL, collect, b, &fixture_diag));
	b->lender = (struct evx_lender){ find, lend, bad, b, false };
	b->every = 1;
}

static void close_bank(struct bank *b)
{
	fixture_free(&b->f);
	free(b->refs);
}

/* Seals the files numbered in list. */
static void seal_files(struct fixture *f, const unsigned *list, size_t n)
{
	char path[32];

	fixture_begin(f);
	fixture_dir(f, "s");
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "s/%03zu", i);
		fixture_file(f, path, pool + (size_t)list[i] * FILE_LEN, FILE_LEN);
	}
	fixture_finish(f);
}

static void seal_bank(struct bank *b, const unsigned *list, size_t n)
{
	memset(b, 0, sizeof(*b));
	fixture_init(&b->f, 2);
	memset(b->f.secret, 9, sizeof(b->f.secret));
	seal_files(&b->f, list, n);
	open_bank(b);
}

static void seal_borrower(
	struct fixture *f, struct bank *b, unsigned jobs, const unsigned *list, size_t n)
{
	fixture_init(f, jobs);
	f->lender = &b->lender;
	f->owner = &b->f;
	seal_files(f, list, n);
}

struct sum {
	const unsigned *list;
	uint64_t at;
};

static enum evx_err compare(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct sum *s = ctx;

	(void)diag;
	while (n > 0) {
		size_t within = (size_t)(s->at % FILE_LEN),
		       now = n < FILE_LEN - within ? n : FILE_LEN - within;

		assert_memory_equal(
			p, pool + (size_t)s->list[s->at / FILE_LEN] * FILE_LEN + within, now);
		s->at += now;
		p += now;
		n -= now;
	}
	return EVX_OK;
}

/* Content, listing and tiling are good; salvage finds it all, too. */
static void check(struct fixture *f, const unsigned *list, size_t n)
{
	struct evx_stream_opts so = {
		.src = &f->src, .stream = EVX_FRAME_DATA, .root = &f->result.content, .jobs = 2
	};
	struct evx_listing_read_opts lo = { .src = &f->src,
		.root = &f->result.listing,
		.leaf_secret = f->result.leaf_secret,
		.listing_root = f->result.listing_root,
		.lines = f->result.lines,
		.content_known = true,
		.content_length = f->result.content_bytes,
		.jobs = 1 };
	struct evx_tiling_opts to = { .src = &f->src,
		.secret = f->secret,
		.content = &f->result.content,
		.listing = &f->result.listing };
	struct evx_salvage_opts vo = { .src = &f->src, .secret = f->secret };
	struct evx_salvage_stats stats;
	struct evx_salvage *salvage;
	struct sum read = { list, 0 }, salvaged = { list, 0 };
	struct evx_stream *s;
	uint64_t frames;
	const uint8_t *p;
	size_t got = 1;

	must(evx_stream_open(&so, &s, &fixture_diag));
	while (got > 0) {
		must(evx_stream_next(s, UINT64_MAX, &p, &got, &fixture_diag));
		must(compare(&read, p, got, &fixture_diag));
	}
	evx_stream_free(s);
	assert_int_equal(read.at, n * FILE_LEN);
	must(evx_listing_read(&lo, NULL, NULL, &fixture_diag));
	memcpy(to.has_padding, f->result.has_padding, sizeof(to.has_padding));
	memcpy(to.padding, f->result.padding, sizeof(to.padding));
	must(evx_tiling_check(&to, &frames, &fixture_diag));
	must(evx_salvage_scan(&vo, &salvage, &stats, &fixture_diag));
	assert_int_equal(stats.frames, frames);
	assert_int_equal(stats.skipped_bytes, 0);
	must(evx_salvage_read(salvage, 0, n * FILE_LEN, compare, &salvaged, &fixture_diag));
	assert_int_equal(salvaged.at, n * FILE_LEN);
	evx_salvage_free(salvage);
}

static const unsigned owned[] = { 0, 1, 2, 3 };

/* Nothing, some and all of it borrowed; chunks twice inside. */
static void amounts(void **state)
{
	static const struct {
		unsigned list[6];
		size_t n, borrowed, duplicates;
	} cases[] = {
		{ { 4, 5, 6 }, 3, 0, 0 },
		{ { 4, 1, 5, 3, 4 }, 5, 2, 1 },
		{ { 3, 2, 1, 0 }, 4, 4, 0 },
		{ { 2, 2, 7, 2, 7, 0 }, 6, 2, 3 },
	};
	struct bank b;

	(void)state;
	seal_bank(&b, owned, 4);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned jobs = 1; jobs <= 4; jobs++) {
			struct fixture f;

			b.asked = 0;
			seal_borrower(&f, &b, jobs, cases[i].list, cases[i].n);
			assert_int_equal(f.result.chunks, cases[i].n);
			assert_int_equal(f.result.borrowed_chunks, cases[i].borrowed);
			assert_int_equal(f.result.borrowed_bytes, cases[i].borrowed * FILE_LEN);
			assert_int_equal(f.result.duplicate_chunks, cases[i].duplicates);
			assert_int_equal(f.result.bad_loans, 0);
			assert_int_equal(b.asked, cases[i].n - cases[i].duplicates);
			assert_int_equal(f.result.has_padding[1], cases[i].borrowed > 0);
			assert_int_equal(f.result.sequence_len[1] > 0, cases[i].borrowed > 0);
			assert_int_equal(f.borrowed_packs, cases[i].borrowed > 0);
			assert_true(f.result.sequence_len[0] <
				(cases[i].n - cases[i].borrowed - cases[i].duplicates + 1) *
					FILE_LEN);
			check(&f, cases[i].list, cases[i].n);
			fixture_free(&f);
		}
	assert_int_equal(b.bad, 0);
	close_bank(&b);
}

/* Whatever is wrong with a loan, the chunk is stored anew, the loan reported, and the result as
 * good as without. */
static void bad_loans(void **state)
{
	static const unsigned list[] = { 0, 1, 2, 3, 8, 0 };
	static const enum evx_err classes[FAULTS] = { [WRONG_KEY] = EVX_E_FORGED,
		[FLIPPED] = EVX_E_FORGED,
		[OTHER_CHUNK] = EVX_E_FORGED,
		[NOT_READ] = EVX_E_NOT_FOUND,
		[WRONG_PLAIN] = EVX_E_CORRUPT,
		[WRONG_STORED] = EVX_E_CORRUPT,
		[WRONG_SEQUENCE] = EVX_E_CORRUPT,
		[WRONG_POSITION] = EVX_E_CORRUPT };
	struct bank b;

	(void)state;
	seal_bank(&b, owned, 4);
	for (int fault = WRONG_KEY; fault < FAULTS; fault++)
		for (size_t every = 1; every <= 2; every++) {
			struct fixture f;

			b.fault = (enum fault)fault;
			b.every = every;
			b.bad = b.found = 0;
			seal_borrower(&f, &b, 1 + (unsigned)fault % 3, list, 6);
			assert_int_equal(b.bad, every == 1 ? 4 : 2);
			assert_int_equal(b.bad_class, classes[fault]);
			assert_int_equal(f.result.bad_loans, b.bad);
			assert_int_equal(f.result.borrowed_chunks, 4 - b.bad);
			assert_int_equal(f.result.duplicate_chunks, 1);
			check(&f, list, 6);
			fixture_free(&f);
		}
	close_bank(&b);
}

/* Of an unfinished bundle the compressed form is used: under keys of its own, in sequence 0, with
 * no trace of the lender; and what is wrong with a loan is stored as if there were none. */
static void sealed_anew(void **state)
{
	static const unsigned list[] = { 4, 1, 5, 3, 4, 2 };
	struct bank b, own;

	(void)state;
	seal_bank(&b, owned, 4);
	b.lender.anew = true;
	for (int fault = NONE; fault < FAULTS; fault++)
		for (unsigned jobs = 1; jobs <= 2; jobs++) {
			memset(&own, 0, sizeof(own));
			b.fault = (enum fault)fault;
			b.every = 2;
			b.bad = b.found = 0;
			seal_borrower(&own.f, &b, jobs, list, 6);
			assert_int_equal(b.bad, fault == NONE ? 0 : 2);
			assert_int_equal(own.f.result.bad_loans, b.bad);
			assert_int_equal(own.f.result.reused_chunks, 3 - b.bad);
			assert_int_equal(own.f.result.reused_bytes, (3 - b.bad) * FILE_LEN);
			assert_int_equal(own.f.result.borrowed_chunks, 0);
			assert_int_equal(own.f.result.duplicate_chunks, 1);
			assert_int_equal(own.f.result.sequence_len[1], 0);
			assert_false(own.f.result.has_padding[1]);
			assert_int_equal(own.f.borrowed_packs, 0);
			check(&own.f, list, 6);
			open_bank(&own);
			assert_int_equal(own.n_refs, 6);
			for (size_t i = 0; i < own.n_refs; i++) {
				assert_int_equal(own.refs[i].sequence, 0);
				for (size_t k = 0; k < b.n_refs; k++)
					assert_memory_not_equal(own.refs[i].key, b.refs[k].key, 32);
			}
			close_bank(&own);
		}
	close_bank(&b);
}

/* More than a pack of it, cut anywhere; the same for any number of workers. */
static void many_packs(void **state)
{
	unsigned list[FILES], owner[FILES];
	uint8_t first[4][32], asked[32], refused[32];
	struct bank b;

	(void)state;
	for (unsigned i = 0; i < FILES; i++)
		owner[i] = list[i] = i;
	seal_bank(&b, owner, FILES);
	b.fault = FLIPPED;
	b.every = 13;
	for (unsigned jobs = 1; jobs <= 4; jobs *= 2) {
		static const uint8_t seed[32] = { 42 };
		uint8_t digest[4][32];
		struct fixture f;

		memset(b.asked_ids, 0, 32);
		memset(b.bad_ones, 0, 32);
		b.found = 0;
		evx_random_test_seed(seed);
		seal_borrower(&f, &b, jobs, list, FILES);
		evx_random_test_seed(NULL);
		assert_int_equal(f.borrowed_packs, 2);
		assert_int_equal(f.result.bad_loans, 4);
		evx_sha256(f.bytes.data, f.bytes.len, digest[0]);
		evx_sha256(f.borrowed.data, f.borrowed.len, digest[1]);
		if (jobs == 1) {
			check(&f, list, FILES);
			memcpy(first, digest, sizeof(first));
			memcpy(asked, b.asked_ids, 32);
			memcpy(refused, b.bad_ones, 32);
		}
		assert_memory_equal(digest[0], first[0], 32);
		assert_memory_equal(digest[1], first[1], 32);
		assert_memory_equal(b.asked_ids, asked, 32);
		assert_memory_equal(b.bad_ones, refused, 32);
		fixture_free(&f);
	}
	close_bank(&b);
}

/* What was borrowed can be lent again, and small frames are not worth it. */
static void again(void **state)
{
	static const unsigned list[] = { 2, 9 };
	uint8_t *zeros = calloc(1, EVX_CHUNK_MAX);
	struct bank b, second;
	struct fixture f;

	(void)state;
	assert_non_null(zeros);
	seal_bank(&b, owned, 4);
	memset(&second, 0, sizeof(second));
	seal_borrower(&second.f, &b, 1, list, 2);
	open_bank(&second);
	seal_borrower(&f, &second, 2, list, 2);
	assert_int_equal(f.result.borrowed_chunks, 2);
	check(&f, list, 2);
	fixture_free(&f);
	close_bank(&second);
	close_bank(&b);
	memset(&b, 0, sizeof(b));
	fixture_init(&b.f, 1);
	fixture_begin(&b.f);
	fixture_file(&b.f, "s", zeros, EVX_CHUNK_MAX);
	fixture_finish(&b.f);
	open_bank(&b);
	fixture_init(&f, 1);
	f.lender = &b.lender;
	f.owner = &b.f;
	fixture_begin(&f);
	fixture_file(&f, "s", zeros, EVX_CHUNK_MAX);
	fixture_finish(&f);
	assert_int_equal(b.asked, 1);
	assert_int_equal(f.result.borrowed_chunks, 0);
	assert_int_equal(f.result.bad_loans, 0);
	assert_int_equal(f.result.sequence_len[1], 0);
	fixture_free(&f);
	close_bank(&b);
	free(zeros);
}

struct starts {
	const struct fixture *f;
	uint64_t packs0, missing;
};

static bool first_bytes(void *ctx, uint64_t i, uint8_t header[EVX_FRAME_HEADER_LEN])
{
	const struct starts *s = ctx;
	const struct evx_buf *from = i < s->packs0 ? &s->f->bytes : &s->f->borrowed;

	if (i == s->missing)
		return false;
	memcpy(header, from->data + (i < s->packs0 ? i : i - s->packs0) * EVX_PACK_LEN,
		EVX_FRAME_HEADER_LEN);
	return true;
}

/* Where the second sequence begins is found by its first header alone. */
static void divided(void **state)
{
	static const unsigned list[] = { 4, 1, 5, 3 };
	struct starts s = { NULL, 1, UINT64_MAX };
	struct bank b;
	struct fixture f;
	uint64_t first;

	(void)state;
	seal_bank(&b, owned, 4);
	seal_borrower(&f, &b, 2, list, 4);
	s.f = &f;
	assert_true(f.packs == 1 && f.borrowed_packs == 1);
	must(evx_salvage_divide(f.secret, 2, first_bytes, &s, &first, &fixture_diag));
	assert_int_equal(first, 1);
	must(evx_salvage_divide(f.secret, 1, first_bytes, &s, &first, &fixture_diag));
	assert_int_equal(first, 1);
	must(evx_salvage_divide(b.f.secret, 2, first_bytes, &s, &first, &fixture_diag));
	assert_int_equal(first, 2);
	s.missing = 1;
	must(evx_salvage_divide(f.secret, 2, first_bytes, &s, &first, &fixture_diag));
	assert_int_equal(first, 2);
	fixture_free(&f);
	close_bank(&b);
}

static enum evx_err refuse_pack(void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32],
	const struct evx_piece *pieces, size_t n_pieces, struct evx_diag *diag)
{
	(void)ctx;
	(void)p;
	(void)n;
	(void)hash;
	(void)pieces;
	(void)n_pieces;
	return evx_fail(diag, EVX_E_IO, "borrowed: refused");
}

/* What fails in the second sink ends the seal; a lender without one is refused; a seal may be given
 * up while loans are read. */
static void failures(void **state)
{
	struct evx_payload_write_opts o = { .jobs = 2, .sink = { fixture_pack, NULL } };
	struct evx_payload_result r;
	struct bank b;
	struct fixture f;

	(void)state;
	seal_bank(&b, owned, 4);
	fixture_init(&f, 2);
	o.secret = f.secret;
	o.sink.ctx = &f;
	o.lender = &b.lender;
	assert_int_equal(evx_payload_write_new(&o, &f.w, NULL), EVX_E_USAGE);
	o.borrowed.pack = refuse_pack;
	must(evx_payload_write_new(&o, &f.w, &fixture_diag));
	fixture_file(&f, "s", pool, FILE_LEN);
	assert_int_equal(evx_payload_write_finish(f.w, &r, &fixture_diag), EVX_E_IO);
	assert_string_equal(fixture_diag.text, "borrowed: refused");
	evx_diag_clear(&fixture_diag);
	fixture_free(&f);
	for (unsigned files = 1; files <= 4; files++) {
		char path[16];

		fixture_init(&f, 3);
		f.lender = &b.lender;
		f.owner = &b.f;
		fixture_begin(&f);
		fixture_dir(&f, "s");
		for (unsigned i = 0; i < files; i++) {
			(void)snprintf(path, sizeof(path), "s/%u", i);
			fixture_file(&f, path, pool + (size_t)i * FILE_LEN, FILE_LEN);
		}
		fixture_free(&f);
	}
	close_bank(&b);
}

static int start(void **state)
{
	(void)state;
	if (evx_crypto_init(NULL) != EVX_OK || (pool = malloc((size_t)FILES * FILE_LEN)) == NULL)
		return -1;
	fixture_noise(pool, (size_t)FILES * FILE_LEN, 3);
	/* Some compress a little, so that bodies are of both kinds. */
	for (size_t i = 0; i < FILES; i += 2)
		memset(pool + i * FILE_LEN + 1000, 'x', FILE_LEN / 16);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	free(pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts),
		cmocka_unit_test(bad_loans),
		cmocka_unit_test(sealed_anew),
		cmocka_unit_test(many_packs),
		cmocka_unit_test(again),
		cmocka_unit_test(divided),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
