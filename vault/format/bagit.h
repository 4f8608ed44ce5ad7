/* The two fixed tag files of the bag (format-spec/container.md "Members", RFC 8493 sections 2.1.1
 * and 2.2.2). */
#ifndef EVX_FORMAT_BAGIT_H
#define EVX_FORMAT_BAGIT_H

#include "base/buf.h"

/* The bytes of bagit.txt. Static storage. */
const char *evx_bagit_declaration(void);

/* Appends the line that bag-info.txt consists of: the sum of the packs' lengths and their number.
 */
enum evx_err evx_bagit_info_encode(
	uint64_t bytes, uint64_t packs, struct evx_buf *out) EVX_MUST_CHECK;
/* EVX_E_CORRUPT unless the n bytes at p are exactly such a line. */
enum evx_err evx_bagit_info_decode(const void *p, size_t n, uint64_t *bytes, uint64_t *packs,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
