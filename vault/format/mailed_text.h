/* Signed texts as mail programs and editors leave them (format-spec/documents.md "As mail leaves
 * it"). */
#ifndef EVX_FORMAT_MAILED_TEXT_H
#define EVX_FORMAT_MAILED_TEXT_H

#include "base/buf.h"

/* Undoes, in place, what cannot change a signed byte: a byte order mark, CR before LF, blanks at
 * the end of lines, a last LF that is missing, quoting marks and indents before every line, empty
 * lines between the parts, and base64 that was wrapped anew. Any text that was written by evx, or
 * is no signed text, stays as it is. EVX_E_MEMORY. */
enum evx_err evx_mailed_text_restore(struct evx_buf *text) EVX_MUST_CHECK;
/* The failure err of who read the n bytes at p, told in why: tells of the damage where it can be
 * seen, else what why says. Returns err. */
enum evx_err evx_mailed_text_fail(const void *p, size_t n, enum evx_err err,
	const struct evx_diag *why, struct evx_diag *diag);
/* What a mail program did to the n bytes at p that cannot be undone, in a sentence with what to do;
 * NULL when nothing of that kind is seen. Static. */
const char *evx_mailed_text_damage(const void *p, size_t n);

#endif
