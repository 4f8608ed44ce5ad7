/* The listing: records, and lines to and from struct evx_entry (format-spec/listing.md). */
#ifndef EVX_FORMAT_LISTING_H
#define EVX_FORMAT_LISTING_H

#include "base/buf.h"
#include "format/entry.h"
#include "format/limits.h"

/* One record of the listing stream. Pointers go into the stream's memory. */
struct evx_record {
	enum evx_position { EVX_POSITION_NONE, EVX_POSITION_AT, EVX_POSITION_WITHHELD } where;
	uint64_t position; /* stream offset in the content, with EVX_POSITION_AT */
	const uint8_t *line;
	size_t line_len; /* with its LF */
	/* Of a disclosure only: */
	uint64_t index; /* of the line in the original listing */
	uint8_t salt[32];
	const uint8_t *proof; /* hex digits and commas */
	size_t proof_len;
	const uint8_t *shown; /* of a file in part, as evx_part_decode takes it; NULL for others */
	size_t shown_len;
	const uint8_t *text; /* from INDEX to the LF: what the disclosure's own leaf covers */
	size_t text_len;
};

#define EVX_PROOF_MAX 64 /* hashes */

/* Appends e's JSON line with its LF to out. Text that is not UTF-8 where a key has no base64 form
 * (names, errors, ACLs, flags) is written as evx_text_escape makes it. EVX_E_LIMIT when the line is
 * longer than a line may be, EVX_E_USAGE when e is something that no reader would take (no path,
 * ranges or attributes out of order, …). */
enum evx_err evx_listing_encode(
	const struct evx_entry *e, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends "POSITION TAB" to out: "-", position, or (in a disclosure only) "withheld". */
enum evx_err evx_listing_position(
	enum evx_position where, uint64_t position, struct evx_buf *out) EVX_MUST_CHECK;

/* Splits the record that begins at p (n bytes left in the stream); *used is its length. disclosure:
 * with INDEX, SALT and PROOF. EVX_E_TRUNCATED when no LF is there, EVX_E_CORRUPT, EVX_E_LIMIT. */
enum evx_err evx_listing_split(const uint8_t *p, size_t n, bool disclosure, struct evx_record *out,
	size_t *used, struct evx_diag *diag) EVX_MUST_CHECK;
/* The hashes of a record's PROOF. */
enum evx_err evx_listing_proof(const struct evx_record *r, uint8_t hashes[EVX_PROOF_MAX][32],
	size_t *count, struct evx_diag *diag) EVX_MUST_CHECK;

/* Decodes a line of n bytes (with its LF) into e, which must be initialised, and checks every rule
 * of listing.md that concerns one line. EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_UNSUPPORTED (an unknown
 * key or type). On failure e is empty. */
enum evx_err evx_listing_decode(
	const uint8_t *line, size_t n, struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;

/* Bytes of the content that belong to e: its run (format-spec/listing.md "Runs"). 0 for everything
 * but files. */
uint64_t evx_listing_stored_length(const struct evx_entry *e);

#endif
