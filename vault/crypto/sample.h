/* A sample of packs, chosen at random and so that anybody who knows the seed can tell which ones
 * (format-spec/vault.md "Checking"). */
#ifndef EVX_CRYPTO_SAMPLE_H
#define EVX_CRYPTO_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#define EVX_SAMPLE_SEED 16u

/* True when the pack with this hash is in the sample of so many percent, 1 to 100. */
bool evx_sample_has(const uint8_t seed[EVX_SAMPLE_SEED], unsigned percent, const uint8_t hash[32]);

#endif
