/* The recipe of a pack from the pieces it was made of. */
#include "bundle/recipe_make.h"

#include <string.h>

#include "format/uuid.h"

struct making {
	const struct evx_recipe_maker *m;
	struct evx_buf *out;
	size_t start; /* of the recipe in out */
	unsigned lines;
	struct evx_diag *diag;
};

static enum evx_err line(struct making *k, enum evx_err err)
{
	if (err == EVX_OK &&
		(++k->lines > EVX_RECIPE_PIECES_MAX || k->out->len - k->start > EVX_RECIPE_MAX))
		err = EVX_E_LIMIT;
	return err == EVX_OK ? EVX_OK : evx_fail(k->diag, err, "recipe: %s", evx_err_name(err));
}

static enum evx_err own_bytes(struct making *k, const uint8_t *p, size_t n)
{
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && n > 0) {
		size_t now = n < EVX_RECIPE_BYTES_MAX ? n : EVX_RECIPE_BYTES_MAX;

		err = line(k, evx_recipe_add_bytes(k->out, p, now));
		p += now;
		n -= now;
	}
	return err;
}

/* A copy for each of the lender's packs that the piece passes through. */
static enum evx_err copies(struct making *k, const struct evx_piece *piece)
{
	uint64_t position = piece->position;
	uint32_t left = piece->length;
	char lender[EVX_UUID_CAP];
	enum evx_err err = EVX_OK;

	evx_uuid_text(piece->lender, lender);
	while (err == EVX_OK && left > 0) {
		uint32_t length = 0, offset = (uint32_t)(position % EVX_PACK_LEN), now;
		uint8_t hash[32];

		err = k->m->locate(k->m->ctx, piece->lender, piece->sequence, position, hash,
			&length, k->diag);
		if (err != EVX_OK)
			return evx_fail(k->diag, err, "shared data: no pack is known that has it");
		if (length <= offset || length > EVX_PACK_LEN)
			return evx_fail(
				k->diag, EVX_E_NOT_FOUND, "shared data: its pack ends early");
		now = left < length - offset ? left : length - offset;
		err = line(k, evx_recipe_add_copy(k->out, lender, hash, offset, now));
		position += now;
		left -= now;
	}
	return err;
}

enum evx_err evx_recipe_make(const struct evx_recipe_maker *m, const uint8_t hash[32],
	const uint8_t *p, size_t n, const struct evx_piece *pieces, size_t n_pieces,
	struct evx_buf *out, struct evx_diag *diag)
{
	struct making k = { m, out, out->len, 0, diag };
	enum evx_err err = n <= EVX_PACK_LEN ? evx_recipe_begin(out, hash, (uint32_t)n) :
					       EVX_E_USAGE;
	size_t at = 0;

	if (err != EVX_OK)
		err = evx_fail(diag, err, "shared data: its list for %zu bytes cannot be begun", n);
	for (size_t i = 0; err == EVX_OK && i < n_pieces; i++) {
		if (pieces[i].length == 0 || pieces[i].length > n - at)
			err = evx_fail(diag, EVX_E_USAGE,
				"shared data: its pieces do not make up the pack");
		else
			err = pieces[i].copy ? copies(&k, &pieces[i]) :
					       own_bytes(&k, p + at, pieces[i].length);
		at += pieces[i].length;
	}
	if (err == EVX_OK && at != n)
		err = evx_fail(
			diag, EVX_E_USAGE, "shared data: its pieces do not make up the pack");
	if (err != EVX_OK)
		out->len = k.start;
	return err;
}
