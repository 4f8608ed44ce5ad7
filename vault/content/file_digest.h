/* The digests of one file as a listing line states them (format-spec/listing.md "Keys of a line"),
 * computed while its bytes pass. */
#ifndef EVX_CONTENT_FILE_DIGEST_H
#define EVX_CONTENT_FILE_DIGEST_H

#include "base/cancel.h"
#include "format/entry.h"

struct evx_file_digest;

/* Reusable; NULL when out of memory. */
struct evx_file_digest *evx_file_digest_new(void);
void evx_file_digest_free(struct evx_file_digest *d);
/* Begins a file, computing the digests that e has (has_sha256, has_sparse_sha256, has_md5,
 * has_sha1). position is where its bytes begin in the content. Only the sparse digest, which covers
 * map and data, is computed where the holes are too long: those of this file, or those hashed since
 * evx_file_digest_new with them (evx_file_digest_holes). A line of a few bytes may claim 8 EiB of
 * zeros.
 */
void evx_file_digest_begin(struct evx_file_digest *d, const struct evx_entry *e, uint64_t position);
/* Passes over a file whose bytes are not read, so that those behind it are treated as when it is.
 */
void evx_file_digest_pass(struct evx_file_digest *d, const struct evx_entry *e, uint64_t position);
/* Files of which only the sparse digest was computed although there are others. */
uint64_t evx_file_digest_left(const struct evx_file_digest *d);
/* Whether n more bytes of holes of a file at position are hashed, *hashed being those of the files
 * before; then they are added (format-spec/listing.md "Holes"). The work is bounded by the content,
 * whatever lines claim. */
bool evx_file_digest_holes(uint64_t *hashed, uint64_t n, uint64_t position);
/* The next n stored bytes of the file. */
void evx_file_digest_data(struct evx_file_digest *d, const uint8_t *p, size_t n);
/* The next n bytes are left out: zeros in the digests of the whole length. A few bytes of a listing
 * can ask for years of that, so it ends with EVX_E_INTERRUPTED when *cancel (NULL allowed) says so.
 */
enum evx_err evx_file_digest_hole(struct evx_file_digest *d, uint64_t n,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends the file and compares with e: the name of the first digest that differs ("sha256", …), or
 * NULL when all agree. */
const char *evx_file_digest_compare(struct evx_file_digest *d, const struct evx_entry *e);

#endif
