/* Positions in the payload to bytes in packs (format-spec/payload.md "Packs"). */
#include <string.h>

#include "bundle/bundle_inner.h"

uint64_t evx_bundle_packs(const struct evx_bundle *b)
{
	return b->packs_count;
}

uint64_t evx_bundle_payload_length(const struct evx_bundle *b)
{
	return b->payload_len;
}

struct evx_bundle_pack evx_bundle_pack(const struct evx_bundle *b, uint64_t i)
{
	static const struct evx_bundle_pack none;

	return i < b->packs_listed ? b->packs[i] : none;
}

enum evx_err evx_bundle_set_sequences(
	struct evx_bundle *b, uint64_t len0, uint64_t len1, struct evx_diag *diag)
{
	const struct evx_sequences s = { { len0, len1 } };
	size_t i;

	if (b->source == EVX_BUNDLE_NOT_LOADED)
		return evx_fail(diag, EVX_E_USAGE, "payload: the bundle is not loaded");
	if (len0 > b->payload_len || len1 != b->payload_len - len0 ||
		evx_sequences_packs(&s) != b->packs_count)
		return evx_fail(diag, EVX_E_CORRUPT,
			"payload: expected sequences of %llu and %llu bytes, found %llu packs of "
			"%llu bytes",
			(unsigned long long)len0, (unsigned long long)len1,
			(unsigned long long)b->packs_count, (unsigned long long)b->payload_len);
	b->sequences = s;
	for (i = 0; i < b->packs_listed; i++)
		if (b->packs[i].length != evx_sequences_length(&b->sequences, i))
			return evx_fail(diag, EVX_E_CORRUPT,
				"payload: pack %zu has %llu bytes, which do not fit its sequence",
				i, (unsigned long long)b->packs[i].length);
	b->sequences_set = true;
	return EVX_OK;
}

static enum evx_err read_from_pack(const struct evx_bundle *b, uint64_t i, uint64_t within,
	uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct evx_pack_file file;
	size_t got = 0;
	enum evx_err err;

	if (b->dir == NULL) {
		err = evx_volume_pread(b->volume, p, n, b->packs[i].content + within, &got, diag);
	} else {
		err = evx_pack_file_open(b->dir, b->recipes, b->packs[i].hash, &file, diag);
		if (err == EVX_OK)
			err = evx_pack_file_read(&file, within, p, n, &got, diag);
		evx_pack_file_close(&file);
	}
	if (err == EVX_OK && got < n)
		err = evx_fail(diag, EVX_E_TRUNCATED,
			"pack %llu: expected %zu bytes at %llu, found %zu", (unsigned long long)i,
			n, (unsigned long long)within, got);
	return err;
}

enum evx_err evx_bundle_pack_read(const struct evx_bundle *b, uint64_t i, uint64_t offset, void *p,
	size_t n, struct evx_diag *diag)
{
	uint64_t length;

	if (i >= b->packs_listed || b->form == EVX_BUNDLE_STREAM)
		return evx_fail(diag, EVX_E_USAGE, "pack %llu: where it is, is not known",
			(unsigned long long)i);
	length = b->packs[i].length;
	if (offset > length || n > length - offset)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"pack %llu: expected %zu bytes at %llu, found its end at %llu",
			(unsigned long long)i, n, (unsigned long long)offset,
			(unsigned long long)length);
	return read_from_pack(b, i, offset, p, n, diag);
}

enum evx_err evx_bundle_payload_read(const struct evx_bundle *b, uint32_t sequence,
	uint64_t position, void *p, size_t n, struct evx_diag *diag)
{
	uint8_t *to = p;
	enum evx_err err = EVX_OK;

	if (!b->sequences_set || b->form == EVX_BUNDLE_STREAM || sequence > 1)
		return evx_fail(diag, EVX_E_USAGE, "payload: %s",
			b->form == EVX_BUNDLE_STREAM ? "cannot be read from a pipe" :
						       "its sequences are not known");
	if (position > b->sequences.len[sequence] || n > b->sequences.len[sequence] - position)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"payload: expected %zu bytes at %llu of sequence %u, which has %llu", n,
			(unsigned long long)position, sequence,
			(unsigned long long)b->sequences.len[sequence]);
	while (err == EVX_OK && n > 0) {
		uint64_t within = position % EVX_PACK_LEN;
		size_t now = n < EVX_PACK_LEN - within ? n : (size_t)(EVX_PACK_LEN - within);

		err = read_from_pack(b,
			evx_sequences_first(&b->sequences, sequence) + position / EVX_PACK_LEN,
			within, to, now, diag);
		to += now;
		position += now;
		n -= now;
	}
	return err;
}

static enum evx_err source_read(void *ctx, uint32_t sequence, uint64_t position, uint8_t *p,
	size_t n, struct evx_diag *diag)
{
	return evx_bundle_payload_read(ctx, sequence, position, p, n, diag);
}

static uint64_t source_present(void *ctx, uint32_t sequence, uint64_t position, uint64_t *end)
{
	const struct evx_bundle *b = ctx;
	uint64_t len = b->sequences.len[sequence],
		 first = evx_sequences_first(&b->sequences, sequence);
	uint64_t i = position / EVX_PACK_LEN, n = evx_sequences_packs_of(&b->sequences, sequence);

	while (i < n && b->packs[first + i].missing)
		i++;
	if (i >= n)
		return UINT64_MAX;
	if (i > position / EVX_PACK_LEN)
		position = i * EVX_PACK_LEN;
	while (i < n && !b->packs[first + i].missing)
		i++;
	*end = i < n ? i * EVX_PACK_LEN : len;
	return position;
}

struct evx_payload_source evx_bundle_payload(struct evx_bundle *b)
{
	struct evx_payload_source src = { source_read, NULL, b,
		{ b->sequences.len[0], b->sequences.len[1] } };
	size_t i;

	for (i = 0; i < b->packs_listed; i++)
		if (b->packs[i].missing)
			src.present = source_present;
	return src;
}

void evx_bundle_guess_sequences(const struct evx_bundle *b, uint64_t *len0, uint64_t *len1)
{
	size_t i = 0;

	while (i < b->packs_listed && b->packs[i].length == EVX_PACK_LEN)
		i++;
	*len0 = i < b->packs_listed ? b->packs[i].position + b->packs[i].length : b->payload_len;
	*len1 = b->payload_len - *len0;
}
