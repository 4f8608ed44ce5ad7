/* Tar headers out. */
#include "format/tar.h"

#include <string.h>

/* offset, length and constant value of every field that is not name, size, chksum or prefix; what
 * is left out is NULs. */
static const struct {
	size_t offset;
	const char *value;
	size_t len;
} constants[] = {
	{ 100, "0000644", 7 },      /* mode */
	{ 108, "0000000", 7 },      /* uid */
	{ 116, "0000000", 7 },      /* gid */
	{ 136, "00000000000", 11 }, /* mtime */
	{ 156, "0", 1 },            /* typeflag */
	{ 257,
		"ustar\0"
		"00",
		8 },           /* magic, version */
	{ 329, "0000000", 7 }, /* devmajor */
	{ 337, "0000000", 7 }, /* devminor */
};

#define NAME_AT 0
#define NAME_LIMIT 99
#define SIZE_AT 124
#define SIZE_LEN 11
#define SUM_AT 148
#define PREFIX_AT 345
#define PREFIX_LIMIT 154

uint64_t evx_tar_span(uint64_t size)
{
	return EVX_TAR_BLOCK + (size + EVX_TAR_BLOCK - 1) / EVX_TAR_BLOCK * EVX_TAR_BLOCK;
}

static void put_octal(uint8_t *to, size_t digits, uint64_t v)
{
	while (digits-- > 0) {
		to[digits] = (uint8_t)('0' + (v & 7));
		v >>= 3;
	}
}

/* 6 octal digits, NUL, space: the sum of all bytes with the field itself taken as spaces. */
static void put_sum(uint8_t out[EVX_TAR_BLOCK])
{
	uint32_t sum = 0;
	size_t i;

	memset(out + SUM_AT, ' ', 8);
	for (i = 0; i < EVX_TAR_BLOCK; i++)
		sum += out[i];
	put_octal(out + SUM_AT, 6, sum);
	out[SUM_AT + 6] = '\0';
}

enum evx_err evx_tar_encode(const char *path, uint64_t size, uint8_t out[EVX_TAR_BLOCK])
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t prefix = slash != NULL ? (size_t)(slash - path) : 0;
	size_t len = strlen(name), i;

	memset(out, 0, EVX_TAR_BLOCK);
	if (len == 0 || len > NAME_LIMIT || prefix > PREFIX_LIMIT || path[0] == '/')
		return EVX_E_USAGE;
	if (size > EVX_TAR_SIZE_MAX)
		return EVX_E_LIMIT;
	memcpy(out + NAME_AT, name, len);
	memcpy(out + PREFIX_AT, path, prefix);
	for (i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		memcpy(out + constants[i].offset, constants[i].value, constants[i].len);
	put_octal(out + SIZE_AT, SIZE_LEN, size);
	put_sum(out);
	return EVX_OK;
}
