/* The path rule (format-spec/listing.md "Paths"): what a path inside an exhibit may be, on the way
 * in and again on the way out. */
#ifndef EVX_BASE_PATH_H
#define EVX_BASE_PATH_H

#include "base/err.h"

/* EVX_E_CORRUPT unless the n bytes at p are a path as the listing allows: 1..EVX_PATH_MAX bytes,
 * components separated by single
 * '/', none empty, "." or "..", each at most 255 bytes, no NUL, no leading or trailing '/'. */
enum evx_err evx_path_check(const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Compares two paths component by component as unsigned bytes: <0, 0, >0. A directory sorts before
 * all that is in it, and all that is in it before its next sibling. */
int evx_path_compare(const void *a, size_t an, const void *b, size_t bn);
/* True when the n bytes are valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool evx_utf8_valid(const void *p, size_t n);
/* Length of the UTF-8 sequence that p (n >= 1 bytes) begins with, 0 when there is none; *code gets
 * its character. */
size_t evx_utf8_next(const void *p, size_t n, uint32_t *code);
/* Makes hostile text printable on one line of a terminal: control characters, DEL, C1, bidi and
 * other invisible format characters, invalid UTF-8 and the backslash become \xHH or \u{H...}
 * escapes. Writes at most cap bytes with the NUL (ends in "..." when cut); returns out. */
char *evx_text_escape(const void *p, size_t n, char *out, size_t cap);

/* The directory that the last component of path stands in ("." for a bare name), to be freed; NULL
 * when there is no memory. Slashes at the end are left out first. */
char *evx_path_parent(const char *path);
/* What follows the last slash of path: a part of it. */
const char *evx_path_base(const char *path);

#define EVX_PATH_MAX 262144

#endif
