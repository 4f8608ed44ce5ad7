/* Inside the decoder of listing lines: what its two files share. */
#ifndef EVX_FORMAT_LISTING_INNER_H
#define EVX_FORMAT_LISTING_INNER_H

#include "base/json.h"
#include "format/listing.h"

struct evx_listing_decoder {
	const struct evx_json *obj;
	struct evx_entry *e;
	struct evx_diag *diag;
};

/* EVX_E_CORRUPT, with what. */
enum evx_err evx_listing_bad(struct evx_listing_decoder *d, const char *what);
/* A key whose only value is true. */
enum evx_err evx_listing_flag(
	struct evx_listing_decoder *d, const char *key, bool *out) EVX_MUST_CHECK;
/* size, hardlink, data, unreadable, changed_while_reading and the digests of a file; "error" and
 * "excluded" were read before. */
enum evx_err evx_listing_file(struct evx_listing_decoder *d) EVX_MUST_CHECK;

/* Takes a line of the plain shape that most lines have; false (e is empty then) for every other,
 * good or bad. */
bool evx_listing_quick(const uint8_t *line, size_t n, struct evx_entry *e);
/* evx_listing_decode without the short cut. */
enum evx_err evx_listing_decode_general(
	const uint8_t *line, size_t n, struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
