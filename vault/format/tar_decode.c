/* Tar headers in, one dialect accepted. */
#include "format/tar.h"

#include <string.h>

#include "base/cursor.h"

/* The fields that carry something, in order; the rest is what evx_tar_encode makes of them. */
#define NAME_LEN 100
#define SIZE_AT 124
#define SIZE_LEN 11
#define MAGIC_AT 257
#define PREFIX_AT 345
#define PREFIX_LEN 155

bool evx_tar_is_zero(const uint8_t block[EVX_TAR_BLOCK])
{
	size_t i;

	for (i = 0; i < EVX_TAR_BLOCK; i++)
		if (block[i] != 0)
			return false;
	return true;
}

static enum evx_err field(const uint8_t *block, size_t offset, size_t len, const uint8_t **out)
{
	struct evx_cursor c = evx_cursor_over(block, EVX_TAR_BLOCK);
	const uint8_t *skipped;
	enum evx_err err = evx_cursor_bytes(&c, offset, &skipped);

	return err != EVX_OK ? err : evx_cursor_bytes(&c, len, out);
}

static enum evx_err check_magic(const uint8_t *block, struct evx_diag *diag)
{
	const uint8_t *magic;
	enum evx_err err = field(block, MAGIC_AT, 8, &magic);

	if (err != EVX_OK)
		return err;
	if (memcmp(magic, "ustar  ", 8) == 0)
		return evx_fail(
			diag, EVX_E_NOT_OURS, "tar header: expected POSIX ustar, found GNU tar");
	if (memcmp(magic,
		    "ustar\0"
		    "00",
		    8) != 0)
		return evx_fail(diag, EVX_E_NOT_OURS,
			"tar header: expected the magic \"ustar\", found none");
	return EVX_OK;
}

static enum evx_err get_size(const uint8_t *block, uint64_t *size, struct evx_diag *diag)
{
	const uint8_t *digits;
	enum evx_err err = field(block, SIZE_AT, SIZE_LEN, &digits);
	uint64_t v = 0;
	size_t i;

	for (i = 0; err == EVX_OK && i < SIZE_LEN; i++) {
		if (digits[i] < '0' || digits[i] > '7')
			return evx_fail(diag, EVX_E_CORRUPT,
				"tar header size: expected 11 octal digits, found byte 0x%02x",
				digits[i]);
		v = v << 3 | (uint64_t)(digits[i] - '0');
	}
	*size = v;
	return err;
}

/* prefix '/' name; fields without a NUL are cut one byte short, and the comparison that follows
 * finds it. */
static enum evx_err get_path(const uint8_t *block, char out[EVX_TAR_PATH_CAP])
{
	const uint8_t *name, *prefix;
	enum evx_err err = field(block, 0, NAME_LEN, &name);
	size_t n, m;

	if (err == EVX_OK)
		err = field(block, PREFIX_AT, PREFIX_LEN, &prefix);
	if (err != EVX_OK)
		return err;
	n = strnlen((const char *)name, NAME_LEN - 1);
	m = strnlen((const char *)prefix, PREFIX_LEN - 1);
	memcpy(out, prefix, m);
	if (m > 0)
		out[m++] = '/';
	memcpy(out + m, name, n);
	out[m + n] = '\0';
	return EVX_OK;
}

enum evx_err evx_tar_decode(
	const uint8_t block[EVX_TAR_BLOCK], struct evx_tar_header *out, struct evx_diag *diag)
{
	struct evx_tar_header h = { { 0 }, 0 };
	uint8_t again[EVX_TAR_BLOCK];
	enum evx_err err;
	size_t i;

	memset(out, 0, sizeof(*out));
	if ((err = check_magic(block, diag)) != EVX_OK ||
		(err = get_size(block, &h.size, diag)) != EVX_OK ||
		(err = get_path(block, h.path)) != EVX_OK)
		return err;
	if (evx_tar_encode(h.path, h.size, again) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT, "tar header: no member can have this path");
	for (i = 0; i < EVX_TAR_BLOCK; i++)
		if (block[i] != again[i])
			return evx_fail(diag, EVX_E_CORRUPT,
				"tar header byte %zu: expected 0x%02x, found 0x%02x", i, again[i],
				block[i]);
	*out = h;
	return EVX_OK;
}
