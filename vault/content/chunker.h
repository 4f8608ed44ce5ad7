/* Content-defined chunking of files that do not fit a chunk: FastCDC with a gear table from SHA-256
 * (format-spec/payload.md "Chunking"). */
#ifndef EVX_CONTENT_CHUNKER_H
#define EVX_CONTENT_CHUNKER_H

#include "base/err.h"
#include "format/limits.h"

/* Where the search for the next cut stands; plain data, no cleanup. */
struct evx_chunker {
	uint64_t gear[256];
	uint64_t hash;
	size_t at; /* bytes of the chunk looked at so far */
};

/* Computes the gear table; the next byte shown begins a file. */
void evx_chunker_init(struct evx_chunker *c);
/* Looks for the end of the chunk that begins at p, of which n bytes are there; end_of_file: no
 * more will come. Returns the chunk's length, after which the next call is for the chunk behind it,
 * or 0 when more bytes are needed: call again with the same bytes and more (nothing is looked at
 * twice).
 */
size_t evx_chunker_cut(struct evx_chunker *c, const uint8_t *p, size_t n, bool end_of_file);

#endif
