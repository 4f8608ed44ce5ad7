/* Recipes: where the bytes of a borrowed pack are (format-spec/vault.md "Borrowed packs"). The
 * plaintext; encryption is for others. */
#ifndef EVX_FORMAT_RECIPE_H
#define EVX_FORMAT_RECIPE_H

#include "base/buf.h"
#include "format/limits.h"
#include "format/member.h"
#include "format/uuid.h"

struct evx_recipe_piece {
	uint32_t at; /* where it begins in the pack */
	uint32_t length;
	bool copy;
	uint32_t offset;           /* copy: in the lender's pack; else in the recipe's bytes */
	char lender[EVX_UUID_CAP]; /* copy: the exhibit or remnant */
	uint8_t hash[32];          /* copy: its pack */
};

struct evx_recipe {
	uint8_t hash[32]; /* of the pack that it stands for */
	uint32_t length;  /* of that */
	struct evx_recipe_piece *pieces;
	size_t n_pieces;
	struct evx_buf bytes; /* what the bytes lines stand for, one after the other */
};

/* Releases what r holds and empties it; r is not freed. */
void evx_recipe_free(struct evx_recipe *r);

/* Writing: evx_recipe_begin, then a call for each piece, in order, all to the same out; the caller
 * sees to it that the lengths sum to length. n may be any number of bytes (several lines then).
 * EVX_E_USAGE for what no reader takes; else as evx_buf_add. */
enum evx_err evx_recipe_begin(
	struct evx_buf *out, const uint8_t hash[32], uint32_t length) EVX_MUST_CHECK;
enum evx_err evx_recipe_add_bytes(struct evx_buf *out, const uint8_t *p, size_t n) EVX_MUST_CHECK;
enum evx_err evx_recipe_add_copy(struct evx_buf *out, const char *lender, const uint8_t hash[32],
	uint32_t offset, uint32_t length) EVX_MUST_CHECK;

/* Reads the plaintext of n bytes and checks all that it says by itself, but not hash: what it must
 * be is for the caller, who knows the file's name. EVX_E_NOT_OURS without the first line's
 * "evx-recipe/", EVX_E_UNSUPPORTED for another number; EVX_E_TRUNCATED, EVX_E_CORRUPT, EVX_E_LIMIT,
 * EVX_E_MEMORY. After a failure *out is empty. */
enum evx_err evx_recipe_decode(
	const void *p, size_t n, struct evx_recipe *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* data/HASH.recipe, and back; false for another name. */
void evx_recipe_name(const uint8_t hash[32], char out[EVX_MEMBER_NAME_CAP]);
bool evx_recipe_name_parse(const char *name, uint8_t hash[32]);

#endif
