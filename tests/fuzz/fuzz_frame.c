/* Frame headers: one form for each value; lengths that pass once pass always. */
#include "fuzz/fuzz.h"

#include "format/frame.h"

static void fuzz_one(const uint8_t *p, size_t n)
{
	uint8_t again[EVX_FRAME_HEADER_PLAIN];
	struct evx_frame_header h;
	struct evx_diag diag = { 0 };
	enum evx_err err;

	if (n != EVX_FRAME_HEADER_PLAIN)
		return;
	err = evx_frame_header_decode(p, &h, &diag);
	fuzz_check(err == diag.code);
	if (err != EVX_OK)
		return;
	fuzz_check(h.plain >= 1 && h.plain <= EVX_FRAME_PLAIN_MAX &&
		h.stored <= h.plain + EVX_FRAME_OVERHEAD);
	fuzz_check(evx_frame_lengths_check(h.type, h.stored, h.plain, NULL) == EVX_OK);
	evx_frame_header_encode(&h, again);
	fuzz_check(memcmp(again, p, sizeof(again)) == 0);
}

static void fuzz_seeds(void)
{
	struct evx_frame_header h = { .level = 0, .plain = 1000 };
	uint8_t out[EVX_FRAME_HEADER_PLAIN];

	memset(h.key, 0x5a, sizeof(h.key));
	for (h.type = EVX_FRAME_DATA; h.type <= EVX_FRAME_PADDING; h.type++) {
		h.stored = h.plain + EVX_FRAME_OVERHEAD;
		h.level = h.type == EVX_FRAME_CONTENT_NODE ? 3 : 0;
		evx_frame_header_encode(&h, out);
		fuzz_seed(out, sizeof(out));
	}
}
