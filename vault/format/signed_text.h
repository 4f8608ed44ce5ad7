/* A signed document as one text file for mail and paper (format-spec/documents.md "Signed
 * document"): the JSON line, then its armored signatures. */
#ifndef EVX_FORMAT_SIGNED_TEXT_H
#define EVX_FORMAT_SIGNED_TEXT_H

#include "base/buf.h"
#include "format/limits.h"

/* Bytes that belong to someone else. */
struct evx_bytes {
	const uint8_t *p;
	size_t n;
};

struct evx_signed_text {
	struct evx_bytes json;                  /* with its LF */
	struct evx_bytes sigs[EVX_SIGNERS_MAX]; /* each from its BEGIN line to the LF of its END
						   line */
	size_t nsigs;
};

/* Splits the n bytes at p; the parts point into them. Splits only: neither JSON nor signatures are
 * judged. EVX_E_NOT_OURS when it does not begin with '{', EVX_E_TRUNCATED when a part does not end,
 * EVX_E_CORRUPT when anything else stands there, EVX_E_LIMIT past EVX_SIGNERS_MAX signatures or
 * EVX_DOCUMENT_MAX bytes of JSON. */
enum evx_err evx_signed_text_split(
	const void *p, size_t n, struct evx_signed_text *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* As above for a text that may go on after the document (a backup): stops at the first line that is
 * no signature; *used says how many bytes the document took. */
enum evx_err evx_signed_text_split_front(const void *p, size_t n, struct evx_signed_text *out,
	size_t *used, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the text of a document to out. */
enum evx_err evx_signed_text_join(
	const struct evx_signed_text *parts, struct evx_buf *out) EVX_MUST_CHECK;

#endif
