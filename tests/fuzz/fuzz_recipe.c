/* Recipes: what decodes encodes to the same bytes, and its pieces tile the pack. */
#include "bundle/recipe_read.h"
#include "fuzz/fuzz.h"

static enum evx_err no_lender(
	void *ctx, const char *lender, const uint8_t hash[32], int *fd, struct evx_diag *diag)
{
	(void)ctx;
	(void)hash;
	*fd = -1;
	fuzz_check(evx_uuid_valid(lender, strlen(lender)));
	return evx_fail(diag, EVX_E_NOT_FOUND, "exhibit: not here");
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_recipe_reader reader = { NULL, no_lender, NULL };
	struct evx_buf again = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	struct evx_recipe r;
	uint32_t at = 0;
	uint8_t byte;
	enum evx_err err = evx_recipe_decode(p, n, &r, &diag);

	fuzz_check(err == diag.code);
	if (err != EVX_OK)
		return;
	fuzz_check(evx_recipe_begin(&again, r.hash, r.length) == EVX_OK);
	for (size_t i = 0; i < r.n_pieces; i++) {
		const struct evx_recipe_piece *piece = &r.pieces[i];

		fuzz_check(piece->at == at && piece->length > 0);
		at += piece->length;
		if (piece->copy)
			err = evx_recipe_add_copy(
				&again, piece->lender, piece->hash, piece->offset, piece->length);
		else
			err = evx_recipe_add_bytes(
				&again, r.bytes.data + piece->offset, piece->length);
		fuzz_check(err == EVX_OK);
		err = evx_recipe_read(&reader, &r, piece->at, &byte, 1, NULL);
		fuzz_check(err == (piece->copy ? EVX_E_NOT_FOUND : EVX_OK));
		fuzz_check(piece->copy || byte == r.bytes.data[piece->offset]);
	}
	fuzz_check(at == r.length);
	fuzz_check(fuzz_equal(&again, p, n));
	evx_buf_free(&again);
	evx_recipe_free(&r);
}

#define HASH "4747474747474747474747474747474747474747474747474747474747474747"
#define PACK "0011223344556677889900112233445566778899001122334455667788990011"

static void fuzz_seeds(void)
{
	fuzz_seed_text("evx-recipe/1\npack " HASH " 3\nbytes QUJD\n");
	fuzz_seed_text(
		"evx-recipe/1\npack " HASH
		" 4096\nbytes QUJD\ncopy 01234567-89ab-4def-8123-456789abcdef " PACK " 60 4093\n");
	fuzz_seed_text(
		"evx-recipe/1\npack " HASH
		" 33554432\ncopy 01234567-89ab-4def-8123-456789abcdef " PACK " 0 33554432\n");
}
