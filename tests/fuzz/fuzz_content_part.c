/* Content parts and listing parts: what decodes encodes, to what decodes to the same. */
#include "fuzz/fuzz.h"
#include "fuzz/small_seal.h"

static void decode(const uint8_t *p, size_t n, bool listing_only)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_content_part part, again;
	const uint64_t sequences[2] = { SMALL_PACK, 0 };
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_content_part_decode(p, n, listing_only, sequences, &part, &diag);

	fuzz_check(err == diag.code);
	if (err != EVX_OK)
		return;
	fuzz_check(
		part.listing.present && part.lines > 0 && !(listing_only && part.content.present));
	fuzz_check(evx_content_part_encode(&part, &first, NULL) == EVX_OK);
	fuzz_check(evx_content_part_decode(
			   first.data, first.len, listing_only, sequences, &again, NULL) == EVX_OK);
	fuzz_check(evx_content_part_encode(&again, &second, NULL) == EVX_OK);
	fuzz_check(fuzz_equal(&first, second.data, second.len));
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	decode(p, n, false);
	decode(p, n, true);
}

static void fuzz_seeds(void)
{
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_content_part part;

	small_content(&part);
	memcpy(part.binding.uuid, SMALL_UUID, sizeof(SMALL_UUID));
	memcpy(part.binding.author,
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm5dRTyhY6IjyLWbsyGvEIAtWDOhx0dLzjU7xMtzRFl",
		81);
	fuzz_check(evx_content_part_encode(&part, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_reset(&out);
	part.listing_only = true;
	memset(&part.content, 0, sizeof(part.content));
	fuzz_check(evx_content_part_encode(&part, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_free(&out);
}
