/* Files in part: what SHOWN means encodes to the same text, and a run of any bytes is taken apart
 * within its bounds.
 *
 * Bytes 0 to 7: the stored length. Then SHOWN up to a line break, and the run. */
#include "fuzz/fuzz.h"

#include "content/part_read.h"

#define RUN_MAX (UINT64_C(1) << 24) /* what is read of a longer run is enough */

struct taken {
	const struct evx_part *part;
	size_t piece;
	uint64_t bytes, next;
};

static enum evx_err take(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct taken *t = ctx;

	(void)p;
	(void)diag;
	while (t->piece < t->part->n &&
		offset >= t->part->at[t->piece].offset + t->part->at[t->piece].length)
		t->piece++;
	fuzz_check(t->piece < t->part->n && offset >= t->part->at[t->piece].offset);
	fuzz_check(n > 0 && offset >= t->next &&
		offset + n <= t->part->at[t->piece].offset + t->part->at[t->piece].length);
	t->next = offset + n;
	t->bytes += n;
	return EVX_OK;
}

static void read_run(const struct evx_part *part, const uint8_t *p, size_t n)
{
	struct evx_part_reader *r = evx_part_reader_new(part);
	struct taken t = { .part = part };
	const uint64_t whole = evx_part_run(part);
	uint8_t root[32];
	enum evx_err err = EVX_OK;

	fuzz_check(r != NULL);
	if (n > whole)
		n = (size_t)whole;
	for (size_t at = 0; at < n && err == EVX_OK; at += 1000)
		err = evx_part_reader_data(
			r, p + at, n - at < 1000 ? n - at : 1000, take, &t, NULL);
	fuzz_check(err == EVX_OK || err == EVX_E_FORGED);
	if (err == EVX_OK) {
		err = evx_part_reader_root(r, root, NULL);
		fuzz_check(err == (n == whole ? EVX_OK : EVX_E_TRUNCATED));
		fuzz_check(err != EVX_OK || t.bytes == evx_part_shown(part));
	}
	evx_part_reader_free(r);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	const uint8_t *end = n > 8 ? memchr(p + 8, '\n', n - 8) : NULL;
	struct evx_buf again = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	struct evx_part *part;
	uint64_t block = 0, byte = 0;
	enum evx_err err;

	if (end == NULL)
		return;
	err = evx_part_decode(p + 8, (size_t)(end - p) - 8, evx_get_be64(p), &part, &diag);
	fuzz_check(err == diag.code && (err == EVX_OK) == (part != NULL));
	if (err != EVX_OK)
		return;
	fuzz_check(evx_part_encode(part, &again) == EVX_OK);
	fuzz_check(fuzz_equal(&again, p + 8, (size_t)(end - p) - 8));
	for (size_t i = 0; i < part->n; i++) {
		fuzz_check(part->at[i].first >= block && part->at[i].offset >= byte);
		block = part->at[i].first + part->at[i].count;
		byte = part->at[i].offset + part->at[i].length;
	}
	fuzz_check(block <= part->blocks && byte <= part->stored);
	fuzz_check(
		evx_part_shown(part) < part->stored && evx_part_run(part) > evx_part_shown(part));
	if (evx_part_run(part) < RUN_MAX)
		read_run(part, end + 1, n - (size_t)(end - p) - 1);
	evx_buf_free(&again);
	evx_part_free(part);
}

static void seed(uint64_t stored, const char *text, size_t run)
{
	struct evx_buf b = EVX_BUF_INIT;

	fuzz_check(evx_buf_add_be64(&b, stored) == EVX_OK && evx_buf_adds(&b, text) == EVX_OK &&
		evx_buf_adds(&b, "\n") == EVX_OK);
	for (size_t i = 0; i < run; i++)
		fuzz_check(evx_buf_add_u8(&b, (uint8_t)(i == 67 ? 2 : i == 105 ? 1 : 0)) == EVX_OK);
	fuzz_seed(b.data, b.len);
	evx_buf_free(&b);
}

static void fuzz_seeds(void)
{
	/* Two hashes, a block of two bytes and one of one, a hash. */
	seed(6, "6,3+2@3+3", 64 + 36 + 2 + 36 + 1 + 32);
	seed(4264304, "66,3+2@196608+131072,65+1@4259840+4464", 300);
	seed(3, "3,1+1@1+1", 101);
	seed(196608, "3,0+1@0+65536,2+1@131072+65536", 40);
}
