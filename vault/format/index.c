/* The index of an append group: where the small members are. */
#include "format/index.h"

#include <string.h>

#include "format/decimal.h"

#define FAMILY "evx-index/"
#define FIRST FAMILY "1\n"

enum evx_err evx_index_begin(struct evx_buf *lines)
{
	return evx_buf_adds(lines, FIRST);
}

enum evx_err evx_index_add(struct evx_buf *lines, uint64_t offset, uint64_t size, const char *name)
{
	return evx_buf_addf(lines, "%llu %llu %s\n", (unsigned long long)offset,
		(unsigned long long)size, name);
}

enum evx_err evx_index_add_packs(struct evx_buf *lines, uint64_t offset, uint64_t count)
{
	return evx_index_add(lines, offset, count, "data/");
}

uint64_t evx_index_size(size_t lines_len)
{
	return ((uint64_t)lines_len + EVX_TAR_BLOCK - 1) / EVX_TAR_BLOCK * EVX_TAR_BLOCK +
		EVX_TAR_BLOCK;
}

enum evx_err evx_index_encode(const struct evx_buf *lines, uint64_t own, struct evx_buf *out)
{
	size_t total = (size_t)evx_index_size(lines->len), start = out->len, trailer;
	enum evx_err err = evx_buf_reserve(out, total);

	if (err == EVX_OK)
		err = evx_buf_add(out, lines->data, lines->len);
	if (err != EVX_OK)
		return err;
	memset(out->data + out->len, '\n', total - EVX_TAR_BLOCK - lines->len);
	out->len = start + total - EVX_TAR_BLOCK;
	trailer = out->len;
	err = evx_buf_addf(out, "at %llu", (unsigned long long)own);
	if (err != EVX_OK)
		return err;
	memset(out->data + out->len, ' ', EVX_TAR_BLOCK - (out->len - trailer));
	out->len = start + total;
	out->data[out->len - 1] = '\n';
	return EVX_OK;
}

enum evx_err evx_index_trailer(
	const uint8_t block[EVX_TAR_BLOCK], uint64_t *own, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(block, EVX_TAR_BLOCK);
	const uint8_t *line;
	size_t len, end;

	*own = 0;
	if (evx_cursor_line(&c, &line, &len) != EVX_OK || len != EVX_TAR_BLOCK - 1 ||
		memcmp(line, "at ", 3) != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"index: expected a trailer \"at OFFSET\" of 512 bytes");
	end = len;
	while (end > 3 && line[end - 1] == ' ')
		end--;
	if (!evx_decimal_parse(line + 3, end - 3, own))
		return evx_fail(diag, EVX_E_CORRUPT, "index trailer: expected a decimal offset");
	return EVX_OK;
}

enum evx_err evx_index_open(
	const void *p, size_t n, uint64_t own, struct evx_cursor *lines, struct evx_diag *diag)
{
	const uint8_t *s = p;
	uint64_t said;
	size_t len, fill;
	enum evx_err err;

	*lines = evx_cursor_over(NULL, 0);
	if (n < 2 * EVX_TAR_BLOCK || n % EVX_TAR_BLOCK != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"index: expected a multiple of 512 bytes, at least 1024, found %zu", n);
	if (memcmp(s, FIRST, strlen(FIRST)) != 0)
		return evx_fail(diag,
			memcmp(s, FAMILY, strlen(FAMILY)) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"index: expected \"evx-index/1\" first");
	err = evx_index_trailer(s + n - EVX_TAR_BLOCK, &said, diag);
	if (err != EVX_OK)
		return err;
	if (said != own)
		return evx_fail(diag, EVX_E_CORRUPT,
			"index trailer: expected offset %llu, found %llu", (unsigned long long)own,
			(unsigned long long)said);
	len = n - EVX_TAR_BLOCK;
	for (fill = 0; len >= 2 && s[len - 1] == '\n' && s[len - 2] == '\n'; fill++)
		len--;
	if (s[len - 1] != '\n' || fill >= EVX_TAR_BLOCK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"index: expected lines and less than 512 line feeds behind them");
	*lines = evx_cursor_over(s, len);
	lines->pos = strlen(FIRST);
	return EVX_OK;
}

/* Splits off the decimal number up to the next space. */
static bool number(const uint8_t **s, size_t *n, uint64_t *out)
{
	const uint8_t *space = memchr(*s, ' ', *n);
	size_t len = space != NULL ? (size_t)(space - *s) : 0;

	if (space == NULL || !evx_decimal_parse(*s, len, out))
		return false;
	*s += len + 1;
	*n -= len + 1;
	return true;
}

enum evx_err evx_index_next(
	struct evx_cursor *lines, struct evx_index_line *out, struct evx_diag *diag)
{
	struct evx_index_line line = { .offset = 0 };
	size_t at = lines->pos, n;
	const uint8_t *s;

	memset(out, 0, sizeof(*out));
	if (evx_cursor_line(lines, &s, &n) != EVX_OK || !number(&s, &n, &line.offset) ||
		!number(&s, &n, &line.size) || n == 0 || n >= sizeof(line.name) ||
		memchr(s, '\0', n) != NULL)
		return evx_fail_at(
			diag, EVX_E_CORRUPT, NULL, at, "index line: expected OFFSET SIZE NAME");
	memcpy(line.name, s, n);
	line.packs = strcmp(line.name, "data/") == 0;
	if (!line.packs &&
		(evx_member_parse(line.name, &line.id, NULL) != EVX_OK ||
			line.id.kind == EVX_MEMBER_PACK))
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, at,
			"index line: expected the name of a member that an index lists");
	if (line.packs)
		line.id.kind = EVX_MEMBER_PACK;
	*out = line;
	return EVX_OK;
}
