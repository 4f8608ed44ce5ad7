/* The two fixed tag files of the bag. */
#include "format/bagit.h"

#include <string.h>

#include "base/cursor.h"
#include "format/decimal.h"

#define OXUM "Payload-Oxum: "

const char *evx_bagit_declaration(void)
{
	return "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
}

enum evx_err evx_bagit_info_encode(uint64_t bytes, uint64_t packs, struct evx_buf *out)
{
	return evx_buf_addf(
		out, OXUM "%llu.%llu\n", (unsigned long long)bytes, (unsigned long long)packs);
}

enum evx_err evx_bagit_info_decode(
	const void *p, size_t n, uint64_t *bytes, uint64_t *packs, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	const uint8_t *line, *dot;
	size_t len, at = strlen(OXUM);

	*bytes = *packs = 0;
	if (evx_cursor_line(&c, &line, &len) != EVX_OK || evx_cursor_end(&c) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT, "bag-info.txt: expected exactly one line");
	if (len <= at || memcmp(line, OXUM, at) != 0)
		return evx_fail(diag, EVX_E_CORRUPT, "bag-info.txt: expected \"" OXUM "\" first");
	dot = memchr(line + at, '.', len - at);
	if (dot == NULL || !evx_decimal_parse(line + at, (size_t)(dot - line) - at, bytes) ||
		!evx_decimal_parse(dot + 1, len - (size_t)(dot - line) - 1, packs)) {
		*bytes = *packs = 0;
		return evx_fail(
			diag, EVX_E_CORRUPT, "bag-info.txt: expected BYTES.COUNT in decimal");
	}
	return EVX_OK;
}
