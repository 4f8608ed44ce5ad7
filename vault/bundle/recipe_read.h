/* The bytes of a pack that stands as a recipe (format-spec/vault.md "Borrowed packs"). */
#ifndef EVX_BUNDLE_RECIPE_READ_H
#define EVX_BUNDLE_RECIPE_READ_H

#include "format/recipe.h"

/* What reading recipes takes: who has keys and knows lenders. Both are called by several threads at
 * once. */
struct evx_recipe_reader {
	/* Appends the plaintext of the recipe file's n bytes to out. EVX_E_KEY without a key. */
	enum evx_err (*decrypt)(
		void *ctx, const uint8_t *p, size_t n, struct evx_buf *out, struct evx_diag *diag);
	/* Opens the pack of this hash that the exhibit or remnant lender stores as bytes
	 * (evx_recipe_read_pack does it in its directory); *fd is then the caller's.
	 * EVX_E_NOT_FOUND. */
	enum evx_err (*open)(void *ctx, const char *lender, const uint8_t hash[32], int *fd,
		struct evx_diag *diag);
	void *ctx;
};

/* Opens data/HASH.pack beneath dirfd for reading: a regular file, links not followed. *length (NULL
 * allowed) is the file's. EVX_E_NOT_FOUND; EVX_E_CORRUPT for anything but a regular file. */
enum evx_err evx_recipe_read_pack(int dirfd, const uint8_t hash[32], int *fd, uint64_t *length,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Decrypts and decodes the recipe file's n bytes, which stands for the pack of this hash:
 * EVX_E_FORGED when it says another one. Else as evx_recipe_decode and how->decrypt. */
enum evx_err evx_recipe_read_text(const struct evx_recipe_reader *how, const uint8_t hash[32],
	const void *p, size_t n, struct evx_recipe *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads exactly n bytes at offset of the pack. EVX_E_TRUNCATED past its end, or where a lender's
 * pack ends early; EVX_E_NOT_FOUND for a lender's pack that is not there. The bytes are not
 * compared with the pack's hash. */
enum evx_err evx_recipe_read(const struct evx_recipe_reader *how, const struct evx_recipe *r,
	uint64_t offset, void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
