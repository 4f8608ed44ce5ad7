/* The SHA-256 of the file as it was sealed, and as it is. */
#include "bundle/sealed.h"

#include <stdlib.h>

#include "bundle/bundle_inner.h"
#include "crypto/hash.h"
#include "format/tar.h"

#define READ_SIZE ((size_t)1 << 20)
#define END_BLOCKS (2 * EVX_TAR_BLOCK)

uint64_t evx_sealed_length(const struct evx_bundle *b)
{
	const struct evx_bundle_member *m = evx_bundle_find(b, "index-0000");

	if (m == NULL)
		return 0;
	return m->offset + EVX_TAR_BLOCK +
		(m->size + EVX_TAR_BLOCK - 1) / EVX_TAR_BLOCK * EVX_TAR_BLOCK + END_BLOCKS;
}

/* Adds the bytes from `from` to `to` to the hash; *got says how many there were. */
static enum evx_err add_range(const struct evx_bundle *b, struct evx_hash *h, uint64_t from,
	uint64_t to, uint8_t *buf, struct evx_progress *progress, const struct evx_cancel *cancel,
	uint64_t *got, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t n = 1;

	for (*got = 0; err == EVX_OK && n > 0 && from + *got < to; *got += n) {
		const uint64_t left = to - from - *got;

		if (evx_cancelled(cancel))
			return evx_fail(diag, EVX_E_INTERRUPTED, "hash: interrupted");
		err = evx_volume_pread(b->volume, buf, left < READ_SIZE ? (size_t)left : READ_SIZE,
			from + *got, &n, diag);
		if (err != EVX_OK)
			break;
		evx_hash_update(h, buf, n);
		if (progress != NULL)
			atomic_fetch_add(&progress->bytes_done, n);
	}
	return err;
}

/* The end of the file as it was sealed is the archive's first end; an append put a header there. */
static enum evx_err hash_both(const struct evx_bundle *b, struct evx_hash *all,
	struct evx_hash *sealed, uint8_t *buf, struct evx_progress *progress,
	const struct evx_cancel *cancel, struct evx_bundle_hashes *out, struct evx_diag *diag)
{
	static const uint8_t end[END_BLOCKS];
	const uint64_t before = out->sealed_length - END_BLOCKS;
	uint64_t got;
	enum evx_err err = add_range(b, all, 0, before, buf, progress, cancel, &got, diag);

	if (err != EVX_OK)
		return err;
	if (got < before)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"bundle: expected %llu bytes as it was sealed, found %llu",
			(unsigned long long)out->sealed_length, (unsigned long long)got);
	if ((err = evx_hash_copy(sealed, all)) != EVX_OK)
		return err;
	evx_hash_update(sealed, end, sizeof(end));
	if ((err = evx_hash_final(sealed, out->sealed)) != EVX_OK ||
		(err = add_range(b, all, before, UINT64_MAX, buf, progress, cancel, &got, diag)) !=
			EVX_OK ||
		(err = evx_hash_final(all, out->present)) != EVX_OK)
		return err;
	out->length = before + got;
	return err;
}

enum evx_err evx_sealed_hash(const struct evx_bundle *b, struct evx_progress *progress,
	const struct evx_cancel *cancel, struct evx_bundle_hashes *out, struct evx_diag *diag)
{
	struct evx_bundle_hashes found = { .sealed_length = evx_sealed_length(b) };
	struct evx_hash *all, *sealed;
	uint8_t *buf;
	enum evx_err err;

	*out = (struct evx_bundle_hashes){ 0, 0, { 0 }, { 0 } };
	if (b->form == EVX_BUNDLE_DIRECTORY || b->form == EVX_BUNDLE_STREAM)
		return evx_fail(diag, EVX_E_USAGE, "bundle: expected a file to hash, found %s",
			b->form == EVX_BUNDLE_STREAM ? "a stream" : "a directory");
	if (found.sealed_length == 0)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"bundle: where it ended as it was sealed is not known");
	all = evx_hash_new(EVX_SHA256);
	sealed = evx_hash_new(EVX_SHA256);
	buf = malloc(READ_SIZE);
	err = all == NULL || sealed == NULL || buf == NULL ? evx_fail_memory(diag) : EVX_OK;
	if (err == EVX_OK)
		err = hash_both(b, all, sealed, buf, progress, cancel, &found, diag);
	if (err == EVX_OK)
		*out = found;
	evx_hash_free(all);
	evx_hash_free(sealed);
	free(buf);
	return err;
}
