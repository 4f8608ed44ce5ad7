/* Lines as sha256sum writes them: hash, two spaces, name, LF (format-spec/container.md "Members").
 * The manifest, the tag manifest and records are made of them. */
#ifndef EVX_FORMAT_MANIFEST_H
#define EVX_FORMAT_MANIFEST_H

#include "base/buf.h"
#include "base/cursor.h"
#include "format/member.h"

/* Length of the line of a pack. */
#define EVX_MANIFEST_PACK_LINE 141u

/* Appends one line. Errors as evx_buf_add. */
enum evx_err evx_manifest_add(
	struct evx_buf *out, const uint8_t hash[32], const char *name) EVX_MUST_CHECK;

struct evx_manifest_line {
	uint8_t hash[32];
	char name[EVX_MEMBER_NAME_CAP];
};

/* Reads the next line at c; call while evx_cursor_left(c) > 0. EVX_E_TRUNCATED without LF;
 * EVX_E_CORRUPT unless it is 64 lower-case digits, two spaces and the name of a bundle's member.
 * Whether a name is expected, or comes twice, is for the caller, who knows which names must stand
 * there. *out is empty after a failure. */
enum evx_err evx_manifest_next(
	struct evx_cursor *c, struct evx_manifest_line *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
