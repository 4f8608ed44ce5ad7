/* An event's record (format-spec/documents.md "Record"): lines of a hash and a name, as sha256sum
 * writes them. It is derived text: whoever has the event's document and the hashes of its
 * signatures can write it, and a reader does, and compares. */
#ifndef EVX_FORMAT_RECORD_H
#define EVX_FORMAT_RECORD_H

#include "base/buf.h"
#include "format/event.h"

/* Appends n lines to out. EVX_E_USAGE when n is 0 or a name is no name of an event's file. */
enum evx_err evx_record_encode(
	const struct evx_manifest_line *lines, size_t n, struct evx_buf *out) EVX_MUST_CHECK;
/* Appends the record of e, of a known type, to out: its document, whose SHA-256 is json, its nsigs
 * signatures with theirs, then the parts and key files that it names. EVX_E_USAGE when a name
 * cannot be made. */
enum evx_err evx_record_make(const struct evx_event *e, const uint8_t json[32],
	const uint8_t (*sigs)[32], size_t nsigs, struct evx_buf *out) EVX_MUST_CHECK;

#endif
