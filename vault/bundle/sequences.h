/* How a payload divides into sequences and packs: all of it follows from the two lengths that the
 * seal signs (format-spec/container.md "Order"). Internal to vault/bundle. */
#ifndef EVX_BUNDLE_SEQUENCES_H
#define EVX_BUNDLE_SEQUENCES_H

#include "base/err.h"

#define EVX_SEAL_MEMBER "custody/0000-seal.json"

struct evx_sequences {
	uint64_t len[2]; /* bytes */
};

/* Takes the lengths from the n bytes of a seal's document, whose signatures are for the chain to
 * judge. False, and zeros, when they are none. */
bool evx_sequences_read(const void *p, size_t n, struct evx_sequences *out);
/* How many packs hold sequence 0 or 1, and both. */
uint64_t evx_sequences_packs_of(const struct evx_sequences *s, uint32_t sequence);
uint64_t evx_sequences_packs(const struct evx_sequences *s);
/* The number of a sequence's first pack among all. */
uint64_t evx_sequences_first(const struct evx_sequences *s, uint32_t sequence);
/* The length of pack i of all, 0 when there is none. */
uint64_t evx_sequences_length(const struct evx_sequences *s, uint64_t i);
/* The blocks of the archive that packs 0 … i - 1 take, in bytes: header, content, padding. i at
 * most the number of packs. */
uint64_t evx_sequences_span(const struct evx_sequences *s, uint64_t i);

#endif
