/* A payload in memory: a sink that keeps the packs, a source that reads them, and short ways to
 * seal files. For the tests of vault/content. */
#ifndef EVX_TESTS_PAYLOAD_FIXTURE_H
#define EVX_TESTS_PAYLOAD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "content/payload_source.h"
#include "content/payload_write.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

struct fixture {
	struct evx_buf bytes;    /* sequence 0 */
	struct evx_buf borrowed; /* sequence 1 */
	size_t borrowed_packs;
	const struct evx_lender *lender; /* or NULL */
	const struct fixture *owner;     /* of all that it lends */
	struct evx_payload_source src;
	struct evx_payload_result result;
	uint8_t secret[32];
	size_t packs;
	size_t fail_at_pack; /* the sink refuses this one; 0: none */
	unsigned jobs;
	int level;
	bool md5_sha1;
	uint64_t hash_holes;
	struct evx_payload_writer *w;
};

#define must(call) \
	do { \
		struct evx_diag *must_diag = &fixture_diag; \
		evx_diag_clear(must_diag); \
		enum evx_err must_err = (call); \
		if (must_err != EVX_OK) \
			fail_msg("%s: %s: %s", #call, evx_err_name(must_err), must_diag->text); \
	} while (0)

static struct evx_diag fixture_diag;

/* Each pack comes with its SHA-256. */
static void fixture_named(const uint8_t *p, size_t n, const uint8_t hash[32])
{
	uint8_t right[32];

	evx_sha256(p, n, right);
	assert_memory_equal(hash, right, sizeof(right));
}

static enum evx_err fixture_pack(
	void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32], struct evx_diag *diag)
{
	struct fixture *f = ctx;

	fixture_named(p, n, hash);
	f->packs++;
	if (f->packs == f->fail_at_pack)
		return evx_fail(diag, EVX_E_IO, "sink: refused");
	return evx_buf_add(&f->bytes, p, n);
}

/* The pieces give the pack. */
static inline enum evx_err fixture_borrowed(void *ctx, const uint8_t *p, size_t n,
	const uint8_t hash[32], const struct evx_piece *pieces, size_t n_pieces,
	struct evx_diag *diag)
{
	struct fixture *f = ctx;
	size_t at = 0;

	(void)diag;
	fixture_named(p, n, hash);
	assert_true(f->borrowed.len % EVX_PACK_LEN == 0);
	f->borrowed_packs++;
	for (size_t i = 0; i < n_pieces; i++) {
		assert_true(pieces[i].length > 0 && pieces[i].length <= n - at);
		assert_false(i > 0 && !pieces[i].copy && !pieces[i - 1].copy);
		if (pieces[i].copy) {
			const struct evx_buf *from = pieces[i].sequence == 0 ? &f->owner->bytes :
									       &f->owner->borrowed;

			assert_memory_equal(
				pieces[i].lender, f->owner->secret, sizeof(pieces[i].lender));
			assert_true(pieces[i].position + pieces[i].length <= from->len);
			assert_memory_equal(
				p + at, from->data + pieces[i].position, pieces[i].length);
		}
		at += pieces[i].length;
	}
	assert_int_equal(at, n);
	return evx_buf_add(&f->borrowed, p, n);
}

static enum evx_err fixture_read(void *ctx, uint32_t sequence, uint64_t position, uint8_t *p,
	size_t n, struct evx_diag *diag)
{
	struct fixture *f = ctx;
	const struct evx_buf *from = sequence == 0 ? &f->bytes : &f->borrowed;

	if (sequence > 1 || position > from->len || n > from->len - position)
		return evx_fail(diag, EVX_E_TRUNCATED, "payload: ends before %llu",
			(unsigned long long)(position + n));
	memcpy(p, from->data + position, n);
	return EVX_OK;
}

static inline void fixture_init(struct fixture *f, unsigned jobs)
{
	memset(f, 0, sizeof(*f));
	memset(f->secret, 7, sizeof(f->secret));
	f->jobs = jobs;
	f->src.read = fixture_read;
	f->src.ctx = f;
}

static inline void fixture_begin(struct fixture *f)
{
	struct evx_payload_write_opts o = { .secret = f->secret,
		.jobs = f->jobs,
		.level = f->level,
		.md5 = f->md5_sha1,
		.sha1 = f->md5_sha1,
		.hash_holes = f->hash_holes,
		.sink = { fixture_pack, f },
		.lender = f->lender,
		.borrowed = { fixture_borrowed, f } };

	must(evx_payload_write_new(&o, &f->w, &fixture_diag));
}

static inline void fixture_finish(struct fixture *f)
{
	must(evx_payload_write_finish(f->w, &f->result, &fixture_diag));
	evx_payload_write_free(f->w);
	f->w = NULL;
	f->src.sequence_len[0] = f->result.sequence_len[0];
	f->src.sequence_len[1] = f->result.sequence_len[1];
	assert_int_equal(f->bytes.len, f->result.sequence_len[0]);
	assert_int_equal(f->borrowed.len, f->result.sequence_len[1]);
}

static inline void fixture_free(struct fixture *f)
{
	evx_payload_write_free(f->w);
	evx_buf_free(&f->bytes);
	evx_buf_free(&f->borrowed);
}

static inline struct evx_entry fixture_entry(enum evx_entry_type type, const char *path)
{
	struct evx_entry e;

	evx_entry_init(&e);
	e.type = type;
	e.has_stat = true;
	e.mode = 0644;
	e.has_mtime = true;
	e.mtime = (struct evx_file_time){ 1234567890, 123456789 };
	must(evx_entry_set_path(&e, path, strlen(path)));
	return e;
}

static inline void fixture_dir(struct fixture *f, const char *path)
{
	struct evx_entry e = fixture_entry(EVX_DIR, path);

	must(evx_payload_write_entry(f->w, &e, &fixture_diag));
}

static inline void fixture_data(struct fixture *f, const void *data, size_t n)
{
	const uint8_t *from = data;

	while (n > 0) {
		uint8_t *p;
		size_t cap;

		must(evx_payload_write_buffer(f->w, &p, &cap, &fixture_diag));
		cap = cap < n ? cap : n;
		memcpy(p, from, cap);
		must(evx_payload_write_commit(f->w, cap, &fixture_diag));
		from += cap;
		n -= cap;
	}
}

static inline void fixture_file(struct fixture *f, const char *path, const void *data, size_t n)
{
	struct evx_entry e = fixture_entry(EVX_FILE, path);

	e.size = n;
	must(evx_payload_write_begin(f->w, n, &fixture_diag));
	fixture_data(f, data, n);
	must(evx_payload_write_end(f->w, &e, &fixture_diag));
}

/* Bytes that do not compress and always are the same (xorshift). */
static inline void fixture_noise(uint8_t *p, size_t n, uint64_t seed)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;

	for (size_t i = 0; i < n; i++) {
		if (i % 8 == 0) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
		}
		p[i] = (uint8_t)(x >> (i % 8 * 8));
	}
}

#endif
