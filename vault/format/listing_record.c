/* Records of the listing stream around the lines. */
#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "format/listing.h"
#include "format/part.h"
#include "format/text.h"

/* POSITION TAB LINE, or POSITION TAB INDEX TAB SALT TAB PROOF TAB LINE; LINE begins with a brace
 * and ends in the record's only LF. POSITION of a file whose line is shown without its contents is
 * a word. Of a file in part SHOWN and a TAB stand before LINE. */

#define SALT_DIGITS 64u
#define PROOF_DIGITS 64u
#define PREFIX_MAX \
	(2 * 21u + SALT_DIGITS + 1 + EVX_PROOF_MAX * (PROOF_DIGITS + 1) + EVX_PART_TEXT_MAX + 1)

#define WITHHELD "withheld"

enum evx_err evx_listing_position(enum evx_position where, uint64_t position, struct evx_buf *out)
{
	char text[24];
	size_t i = sizeof(text);

	if (where == EVX_POSITION_WITHHELD)
		return evx_buf_add(out, WITHHELD "\t", sizeof(WITHHELD));
	text[--i] = '\t';
	if (where == EVX_POSITION_NONE) {
		text[--i] = '-';
	} else {
		do
			text[--i] = (char)('0' + position % 10);
		while ((position /= 10) != 0);
	}
	return evx_buf_add(out, text + i, sizeof(text) - i);
}

/* The bytes up to the next TAB, which is stepped over. */
static bool field(struct evx_cursor *c, const uint8_t **p, size_t *n)
{
	const uint8_t *start = c->base + c->pos, *tab = memchr(start, '\t', evx_cursor_left(c));

	if (tab == NULL)
		return false;
	*p = start;
	*n = (size_t)(tab - start);
	c->pos += *n + 1;
	return true;
}

/* Decimal digits without a leading zero, at most 2^63 - 1. */
static bool number(const uint8_t *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	if (n == 0 || n > 19 || (n > 1 && p[0] == '0'))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(p[i] - '0');
	}
	*out = v;
	return v <= INT64_MAX;
}

static enum evx_err bad(struct evx_diag *diag, const char *what)
{
	return evx_fail(diag, EVX_E_CORRUPT, "listing record: %s", what);
}

static enum evx_err split_disclosure(
	struct evx_cursor *c, struct evx_record *r, struct evx_diag *diag)
{
	const uint8_t *p;
	size_t n;

	r->text = c->base + c->pos;
	r->text_len = evx_cursor_left(c);
	if (!field(c, &p, &n) || !number(p, n, &r->index))
		return bad(diag, "INDEX is no number");
	if (!field(c, &p, &n) ||
		evx_hex_decode((const char *)p, n, r->salt, sizeof(r->salt)) != EVX_OK)
		return bad(diag, "SALT is not 64 hex digits");
	if (!field(c, &r->proof, &r->proof_len))
		return bad(diag, "no PROOF");
	if (r->proof_len != 0 && (r->proof_len + 1) % (PROOF_DIGITS + 1) != 0)
		return bad(diag, "PROOF is no list of hashes");
	if (r->proof_len > EVX_PROOF_MAX * (PROOF_DIGITS + 1))
		return evx_fail(diag, EVX_E_LIMIT,
			"listing record: PROOF of %zu bytes (limit %u hashes)", r->proof_len,
			EVX_PROOF_MAX);
	if (evx_cursor_left(c) == 0 || c->base[c->pos] == '{')
		return EVX_OK;
	if (!field(c, &r->shown, &r->shown_len) || r->where != EVX_POSITION_AT)
		return bad(diag, "neither LINE nor a file in part");
	if (r->shown_len > EVX_PART_TEXT_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "listing record: SHOWN of %zu bytes (limit %u)",
			r->shown_len, EVX_PART_TEXT_MAX);
	return EVX_OK;
}

enum evx_err evx_listing_split(const uint8_t *p, size_t n, bool disclosure, struct evx_record *out,
	size_t *used, struct evx_diag *diag)
{
	size_t most = EVX_LISTING_LINE_MAX + PREFIX_MAX, look = n < most ? n : most;
	const uint8_t *lf = look > 0 ? memchr(p, '\n', look) : NULL, *position;
	struct evx_record r = { 0 };
	struct evx_cursor c;
	enum evx_err err;
	size_t len;

	memset(out, 0, sizeof(*out));
	*used = 0;
	if (lf == NULL && look == most)
		return evx_fail(diag, EVX_E_LIMIT, "listing record: no end within %zu bytes", most);
	if (lf == NULL)
		return evx_fail(
			diag, EVX_E_TRUNCATED, "listing record: no LF in the last %zu bytes", n);
	c = evx_cursor_over(p, (size_t)(lf - p) + 1);
	if (!field(&c, &position, &len))
		return bad(diag, "no TAB");
	r.where = len == 1 && position[0] == '-' ? EVX_POSITION_NONE :
		disclosure && len == sizeof(WITHHELD) - 1 && memcmp(position, WITHHELD, len) == 0 ?
						   EVX_POSITION_WITHHELD :
						   EVX_POSITION_AT;
	if (r.where == EVX_POSITION_AT && !number(position, len, &r.position))
		return bad(diag, "POSITION is no number");
	if (disclosure && (err = split_disclosure(&c, &r, diag)) != EVX_OK)
		return err;
	r.line = c.base + c.pos;
	r.line_len = evx_cursor_left(&c);
	if (r.line_len > EVX_LISTING_LINE_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "listing line: %zu bytes (limit %u)", r.line_len,
			EVX_LISTING_LINE_MAX);
	*out = r;
	*used = c.len;
	return EVX_OK;
}

enum evx_err evx_listing_proof(const struct evx_record *r, uint8_t hashes[EVX_PROOF_MAX][32],
	size_t *count, struct evx_diag *diag)
{
	size_t n = r->proof_len == 0 ? 0 : (r->proof_len + 1) / (PROOF_DIGITS + 1);

	*count = 0;
	if (n > EVX_PROOF_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "listing record: PROOF of %zu hashes (limit %u)",
			n, EVX_PROOF_MAX);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = r->proof + i * (PROOF_DIGITS + 1);

		if ((i + 1 < n && p[PROOF_DIGITS] != ',') ||
			evx_hex_decode((const char *)p, PROOF_DIGITS, hashes[i], 32) != EVX_OK)
			return bad(diag, "PROOF is no list of hashes");
	}
	*count = n;
	return EVX_OK;
}

uint64_t evx_listing_stored_length(const struct evx_entry *e)
{
	uint64_t sum = 0;

	if (e->type != EVX_FILE)
		return 0;
	if (!e->has_map)
		return e->read_error != NULL || e->skipped ? 0 : e->size;
	for (size_t i = 0; i < e->n_extents; i++)
		sum += e->extents[i].length;
	return sum;
}
