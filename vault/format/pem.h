/* A blob as text between a BEGIN and an END line (RFC 7468 section 3, its strict form): age armor,
 * SSH signatures and keys. */
#ifndef EVX_FORMAT_PEM_H
#define EVX_FORMAT_PEM_H

#include "base/buf.h"

struct evx_pem {
	const char *label; /* "SSH SIGNATURE" */
	size_t width; /* characters in every line of base64 but the last, a multiple of 2; the last
			 has 1 to width */
	bool loose_outside; /* reader: lines may end in CRLF, white space may stand around the
			       whole, the last LF may be missing */
};

/* Appends the text of the n (>= 1) bytes at p to out. */
enum evx_err evx_pem_encode(
	const struct evx_pem *form, const void *p, size_t n, struct evx_buf *out) EVX_MUST_CHECK;
/* Appends the blob to out. Accepts only what evx_pem_encode writes, but for loose_outside.
 * EVX_E_TRUNCATED when the text ends before the END line does, else EVX_E_CORRUPT. */
enum evx_err evx_pem_decode(const struct evx_pem *form, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
