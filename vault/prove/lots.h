/* Packs drawn at random (format-spec/possession.md "Which packs"). */
#ifndef EVX_PROVE_LOTS_H
#define EVX_PROVE_LOTS_H

#include <stddef.h>
#include <stdint.h>

/* Draws k different numbers below total, each set of k with the same chance, into out, in rising
 * order. k at most total. */
void evx_lots_draw(uint64_t total, size_t k, uint64_t *out);

#endif
