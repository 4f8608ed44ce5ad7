/* From the lengths of two sequences to the place of every pack. */
#include "bundle/sequences.h"

#include <string.h>

#include "format/event.h"
#include "format/tar.h"

bool evx_sequences_read(const void *p, size_t n, struct evx_sequences *out)
{
	struct evx_event event;
	bool seal;

	memset(out, 0, sizeof(*out));
	if (evx_event_decode(p, n, &event, NULL) != EVX_OK)
		return false;
	seal = evx_event_is_seal(&event);
	if (seal)
		memcpy(out->len, event.seal.sequences, sizeof(out->len));
	evx_event_free(&event);
	return seal;
}

uint64_t evx_sequences_packs_of(const struct evx_sequences *s, uint32_t sequence)
{
	return s->len[sequence] / EVX_PACK_LEN + (s->len[sequence] % EVX_PACK_LEN != 0);
}

uint64_t evx_sequences_packs(const struct evx_sequences *s)
{
	return evx_sequences_packs_of(s, 0) + evx_sequences_packs_of(s, 1);
}

uint64_t evx_sequences_first(const struct evx_sequences *s, uint32_t sequence)
{
	return sequence == 0 ? 0 : evx_sequences_packs_of(s, 0);
}

uint64_t evx_sequences_length(const struct evx_sequences *s, uint64_t i)
{
	const uint32_t sequence = i < evx_sequences_first(s, 1) ? 0 : 1;
	uint64_t before, left;

	if (i >= evx_sequences_packs(s))
		return 0;
	before = (i - evx_sequences_first(s, sequence)) * EVX_PACK_LEN;
	left = s->len[sequence] - before;
	return left < EVX_PACK_LEN ? left : EVX_PACK_LEN;
}

/* All are full but the last of each sequence. */
uint64_t evx_sequences_span(const struct evx_sequences *s, uint64_t i)
{
	const uint64_t full = evx_tar_span(EVX_PACK_LEN),
		       ends[2] = { evx_sequences_first(s, 1), evx_sequences_packs(s) };
	uint64_t span = i * full;

	for (uint32_t k = 0; k < 2; k++)
		if (s->len[k] > 0 && i >= ends[k])
			span -= full - evx_tar_span(evx_sequences_length(s, ends[k] - 1));
	return span;
}
