/* Says which packs a sample has. */
#include "crypto/sample.h"

#include <string.h>

#include "crypto/hash.h"

bool evx_sample_has(const uint8_t seed[EVX_SAMPLE_SEED], unsigned percent, const uint8_t hash[32])
{
	uint8_t both[EVX_SAMPLE_SEED + 32], sum[32];

	memcpy(both, seed, EVX_SAMPLE_SEED);
	memcpy(both + EVX_SAMPLE_SEED, hash, 32);
	evx_sha256(both, sizeof(both), sum);
	return ((uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | sum[3]) <
		(uint64_t)percent * 42949673u;
}
