/* Cover notes: the JSON line decoded and encoded to a fixed point. */
#include "fuzz/fuzz.h"

#include "format/cover.h"

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	struct evx_cover one, two;
	const enum evx_err err = evx_cover_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_cover_encode(&one, &first, NULL) == EVX_OK);
		fuzz_check(evx_cover_decode(first.data, first.len, &two, NULL) == EVX_OK);
		fuzz_check(evx_cover_encode(&two, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
	}
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void fuzz_seeds(void)
{
	const struct evx_cover note = { .uuid = "01234567-89ab-4def-8123-456789abcdef",
		.bytes = 512,
		.time = 1767323045,
		.place = "vault",
		.order = "12/2026",
		.authority = "court",
		.notes = "\303\251",
		.signer = "ssh-ed25519 "
			  "AAAAC3NzaC1lZDI1NTE5AAAAIO1A+u3BZKkALDpcCwsvmX/KnHmfgDVnmzz6PMhnG+Ze" };
	struct evx_buf text = EVX_BUF_INIT;

	fuzz_check(evx_cover_encode(&note, &text, NULL) == EVX_OK);
	fuzz_seed(text.data, text.len);
	evx_buf_free(&text);
}
