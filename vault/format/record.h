/* An event's record (format-spec/documents.md "Record"): lines of a hash and a name, as sha256sum writes them. */
#ifndef EVX_FORMAT_RECORD_H
#define EVX_FORMAT_RECORD_H

#include "base/buf.h"
#include "format/manifest.h"

/* Appends the record of n lines to out. EVX_E_USAGE when n is 0 or a name is no name of an event's file. */
enum evx_err evx_record_encode(const struct evx_manifest_line *lines, size_t n, struct evx_buf *out) EVX_MUST_CHECK;
/* Reads a record of n bytes: at least one line, every name one of an event's files, none twice. *lines is the caller's to free();
 * NULL after a failure. EVX_E_TRUNCATED when the last line does not end, EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_MEMORY. */
enum evx_err evx_record_decode(const void *p, size_t n, struct evx_manifest_line **lines, size_t *count, struct evx_diag *diag)
	EVX_MUST_CHECK;

#endif
