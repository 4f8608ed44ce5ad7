/* Where the bytes of a borrowed pack are. */
#include "format/recipe.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cursor.h"
#include "base/hash_equal.h"
#include "format/decimal.h"
#include "format/text.h"

#define FAMILY "evx-recipe/"
#define FIRST FAMILY "1"

#define BASE64_MAX ((EVX_RECIPE_BYTES_MAX + 2) / 3 * 4)

#define FOLDER "data/"
#define SUFFIX ".recipe"

void evx_recipe_free(struct evx_recipe *r)
{
	free(r->pieces);
	evx_buf_free(&r->bytes);
	memset(r, 0, sizeof(*r));
}

/* ---- writing ---------------------------------------------------------------------------- */

enum evx_err evx_recipe_begin(struct evx_buf *out, const uint8_t hash[32], uint32_t length)
{
	char hex[65];

	if (length == 0 || length > EVX_PACK_LEN)
		return EVX_E_USAGE;
	evx_hex_encode(hash, 32, hex);
	return evx_buf_addf(out, FIRST "\npack %s %u\n", hex, length);
}

enum evx_err evx_recipe_add_bytes(struct evx_buf *out, const uint8_t *p, size_t n)
{
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && n > 0) {
		size_t now = n < EVX_RECIPE_BYTES_MAX ? n : EVX_RECIPE_BYTES_MAX;

		err = evx_buf_adds(out, "bytes ");
		if (err == EVX_OK)
			err = evx_base64_encode(p, now, true, out);
		if (err == EVX_OK)
			err = evx_buf_adds(out, "\n");
		p += now;
		n -= now;
	}
	return err;
}

enum evx_err evx_recipe_add_copy(struct evx_buf *out, const char *lender, const uint8_t hash[32],
	uint32_t offset, uint32_t length)
{
	char hex[65];

	if (!evx_uuid_valid(lender, strlen(lender)) || length == 0 || length > EVX_PACK_LEN ||
		offset > EVX_PACK_LEN - length)
		return EVX_E_USAGE;
	evx_hex_encode(hash, 32, hex);
	return evx_buf_addf(out, "copy %s %s %u %u\n", lender, hex, offset, length);
}

/* ---- reading ---------------------------------------------------------------------------- */

struct decoder {
	struct evx_recipe *r;
	uint32_t at;      /* bytes of the pack so far */
	uint64_t line_at; /* where the line at hand begins */
	struct evx_diag *diag;
};

static enum evx_err wrong(struct decoder *d, enum evx_err err, const char *text)
{
	return evx_fail_at(d->diag, err, NULL, d->line_at, "%s", text);
}

/* Takes the next word of the line, which ends at a space or with the line. */
static struct evx_cursor word(struct evx_cursor *line)
{
	const uint8_t *p = line->base + line->pos, *space = memchr(p, ' ', evx_cursor_left(line));
	size_t n = space != NULL ? (size_t)(space - p) : evx_cursor_left(line);

	line->pos += n + (space != NULL);
	return evx_cursor_over(p, n);
}

static bool is(const struct evx_cursor *w, const char *text)
{
	return w->len == strlen(text) && memcmp(w->base, text, w->len) == 0;
}

/* The numbers of a recipe are lengths and offsets in packs. */
static bool number(const struct evx_cursor *w, uint32_t *out)
{
	uint64_t v;

	if (!evx_decimal_parse(w->base, w->len, &v) || v > EVX_PACK_LEN)
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool hash_word(const struct evx_cursor *w, uint8_t hash[32])
{
	return w->len == 64 && evx_hex_decode((const char *)w->base, w->len, hash, 32) == EVX_OK;
}

/* The next line; the words of it end exactly where it does, so that no space is free. */
static enum evx_err next_line(struct decoder *d, struct evx_cursor *text, struct evx_cursor *line)
{
	const uint8_t *p;
	size_t n;

	d->line_at = text->pos;
	if (evx_cursor_line(text, &p, &n) != EVX_OK)
		return wrong(d, EVX_E_TRUNCATED,
			"shared data: expected a line feed at the end of a line, found none");
	if (n == 0 || p[n - 1] == ' ')
		return wrong(d, EVX_E_CORRUPT,
			"shared data: expected a line of words with single spaces");
	*line = evx_cursor_over(p, n);
	return EVX_OK;
}

static enum evx_err head(struct decoder *d, struct evx_cursor *text)
{
	struct evx_cursor line, kind, hash, length;
	enum evx_err err;

	if (text->len < strlen(FAMILY) || memcmp(text->base, FAMILY, strlen(FAMILY)) != 0)
		return wrong(d, EVX_E_NOT_OURS, "shared data: expected \"" FIRST "\" first");
	err = next_line(d, text, &line);
	if (err != EVX_OK)
		return err;
	if (!is(&line, FIRST))
		return wrong(d, EVX_E_UNSUPPORTED,
			"shared data: expected \"" FIRST "\", found another version");
	err = next_line(d, text, &line);
	if (err != EVX_OK)
		return err;
	kind = word(&line);
	hash = word(&line);
	length = word(&line);
	if (!is(&kind, "pack") || !hash_word(&hash, d->r->hash) ||
		!number(&length, &d->r->length) || d->r->length == 0 || evx_cursor_left(&line) > 0)
		return wrong(d, EVX_E_CORRUPT,
			"shared data: expected \"pack HASH LENGTH\" in its second line");
	return EVX_OK;
}

static enum evx_err bytes(
	struct decoder *d, struct evx_cursor *line, struct evx_recipe_piece *piece)
{
	struct evx_cursor text = word(line);
	size_t before = d->r->bytes.len;
	enum evx_err err;

	if (text.len > BASE64_MAX)
		return wrong(d, EVX_E_LIMIT,
			"shared data: a bytes line stands for too many (limit 65536)");
	err = evx_base64_decode((const char *)text.base, text.len, true, &d->r->bytes);
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(d->diag);
	if (err != EVX_OK || d->r->bytes.len == before || evx_cursor_left(line) > 0)
		return wrong(d, EVX_E_CORRUPT,
			"shared data: expected \"bytes BASE64\" with one byte at least");
	piece->offset = (uint32_t)before;
	piece->length = (uint32_t)(d->r->bytes.len - before);
	return piece->length <= EVX_RECIPE_BYTES_MAX ?
		EVX_OK :
		wrong(d, EVX_E_LIMIT,
			"shared data: a bytes line stands for too many (limit 65536)");
}

static enum evx_err copy(struct decoder *d, struct evx_cursor *line, struct evx_recipe_piece *piece)
{
	struct evx_cursor lender = word(line), hash = word(line), offset = word(line),
			  length = word(line);

	if (!evx_uuid_valid((const char *)lender.base, lender.len) ||
		!hash_word(&hash, piece->hash) || !number(&offset, &piece->offset) ||
		!number(&length, &piece->length) || piece->length == 0 || evx_cursor_left(line) > 0)
		return wrong(
			d, EVX_E_CORRUPT, "shared data: expected \"copy UUID HASH OFFSET LENGTH\"");
	if (piece->length > EVX_PACK_LEN - piece->offset)
		return wrong(
			d, EVX_E_CORRUPT, "shared data: a copy passes the end that any pack has");
	if (evx_hash_equal(piece->hash, d->r->hash))
		return wrong(
			d, EVX_E_CORRUPT, "shared data: a copy names the pack that it is to give");
	memcpy(piece->lender, lender.base, lender.len);
	piece->copy = true;
	return EVX_OK;
}

static enum evx_err add(struct decoder *d, const struct evx_recipe_piece *piece)
{
	struct evx_recipe_piece *kept;

	if (piece->length > d->r->length - d->at)
		return wrong(d, EVX_E_CORRUPT, "shared data: its pieces are longer than the pack");
	if (d->r->n_pieces == EVX_RECIPE_PIECES_MAX)
		return wrong(d, EVX_E_LIMIT, "shared data: found more pieces (limit 65536)");
	kept = EVX_ARRAY_ADD(d->r->pieces, d->r->n_pieces);
	if (kept == NULL)
		return evx_fail_memory(d->diag);
	*kept = *piece;
	d->at += piece->length;
	return EVX_OK;
}

static enum evx_err pieces(struct decoder *d, struct evx_cursor *text)
{
	enum evx_err err = EVX_OK;

	while (evx_cursor_left(text) > 0) {
		struct evx_recipe_piece piece = { .at = d->at };
		struct evx_cursor line, kind;

		if ((err = next_line(d, text, &line)) != EVX_OK)
			return err;
		kind = word(&line);
		if (is(&kind, "bytes"))
			err = bytes(d, &line, &piece);
		else if (is(&kind, "copy"))
			err = copy(d, &line, &piece);
		else
			err = wrong(d, EVX_E_CORRUPT,
				"shared data: expected a line of bytes or a copy");
		if (err != EVX_OK || (err = add(d, &piece)) != EVX_OK)
			return err;
	}
	if (d->at < d->r->length)
		err = wrong(
			d, EVX_E_TRUNCATED, "shared data: its pieces are shorter than the pack");
	return err;
}

enum evx_err evx_recipe_decode(
	const void *p, size_t n, struct evx_recipe *out, struct evx_diag *diag)
{
	struct evx_cursor text = evx_cursor_over(p, n);
	struct decoder d = { .r = out, .diag = diag };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (n > EVX_RECIPE_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "shared data: found %zu bytes (limit %u)", n,
			EVX_RECIPE_MAX);
	err = head(&d, &text);
	if (err == EVX_OK)
		err = pieces(&d, &text);
	if (err != EVX_OK)
		evx_recipe_free(out);
	return err;
}

/* ---- its name --------------------------------------------------------------------------- */

void evx_recipe_name(const uint8_t hash[32], char out[EVX_MEMBER_NAME_CAP])
{
	memcpy(out, FOLDER, strlen(FOLDER));
	evx_hex_encode(hash, 32, out + strlen(FOLDER));
	memcpy(out + strlen(FOLDER) + 64, SUFFIX, sizeof(SUFFIX));
}

bool evx_recipe_name_parse(const char *name, uint8_t hash[32])
{
	char again[EVX_MEMBER_NAME_CAP];

	if (strlen(name) != strlen(FOLDER) + 64 + strlen(SUFFIX) ||
		evx_hex_decode(name + strlen(FOLDER), 64, hash, 32) != EVX_OK)
		return false;
	evx_recipe_name(hash, again);
	return strcmp(name, again) == 0;
}
