/* The digests of one file, computed while its bytes pass. */
#include "content/file_digest.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "format/limits.h"

#define ZEROS 65536u

struct evx_file_digest {
	struct evx_hash *sha256, *sparse, *md5, *sha1;
	bool has_sha256, has_sparse, has_md5, has_sha1;
	uint64_t holes; /* bytes of holes hashed so far, in all files */
	uint64_t left;
};

static const uint8_t zeros[ZEROS];

struct evx_file_digest *evx_file_digest_new(void)
{
	struct evx_file_digest *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->sha256 = evx_hash_new(EVX_SHA256);
	d->sparse = evx_hash_new(EVX_SHA256);
	d->md5 = evx_hash_new(EVX_MD5);
	d->sha1 = evx_hash_new(EVX_SHA1);
	if (d->sha256 == NULL || d->sparse == NULL || d->md5 == NULL || d->sha1 == NULL) {
		evx_file_digest_free(d);
		return NULL;
	}
	return d;
}

void evx_file_digest_free(struct evx_file_digest *d)
{
	if (d == NULL)
		return;
	evx_hash_free(d->sha256);
	evx_hash_free(d->sparse);
	evx_hash_free(d->md5);
	evx_hash_free(d->sha1);
	free(d);
}

bool evx_file_digest_holes(uint64_t *hashed, uint64_t n, uint64_t position)
{
	uint64_t most = EVX_HOLES_HASHED_MAX;

	if (position > (UINT64_MAX - most) / EVX_HOLES_PER_BYTE)
		most = UINT64_MAX;
	else
		most += position * EVX_HOLES_PER_BYTE;
	if (n > 0 && (n > EVX_HOLES_HASHED_MAX || *hashed > most || n > most - *hashed))
		return false;
	*hashed += n;
	return true;
}

/* Whether the digests of the whole length are computed. */
static bool take_holes(struct evx_file_digest *d, const struct evx_entry *e, uint64_t position)
{
	uint64_t holes = e->size;

	if (!e->has_map || !e->has_sparse_sha256 || !(e->has_sha256 || e->has_md5 || e->has_sha1))
		return true;
	for (size_t i = 0; i < e->n_extents; i++)
		holes -= e->extents[i].length;
	if (evx_file_digest_holes(&d->holes, holes, position))
		return true;
	d->left++;
	return false;
}

void evx_file_digest_pass(struct evx_file_digest *d, const struct evx_entry *e, uint64_t position)
{
	const uint64_t left = d->left;

	(void)take_holes(d, e, position);
	d->left = left;
}

uint64_t evx_file_digest_left(const struct evx_file_digest *d)
{
	return d->left;
}

void evx_file_digest_begin(struct evx_file_digest *d, const struct evx_entry *e, uint64_t position)
{
	const bool whole_length = take_holes(d, e, position);

	d->has_sha256 = e->has_sha256 && whole_length;
	d->has_sparse = e->has_sparse_sha256;
	d->has_md5 = e->has_md5 && whole_length;
	d->has_sha1 = e->has_sha1 && whole_length;
	/* A hash that was never ended must not leak into the next file; each reset has its price
	 * with millions of small files. */
	if (d->has_sha256)
		evx_hash_reset(d->sha256);
	if (d->has_sparse)
		evx_hash_reset(d->sparse);
	if (d->has_md5)
		evx_hash_reset(d->md5);
	if (d->has_sha1)
		evx_hash_reset(d->sha1);
}

static void whole(struct evx_file_digest *d, const uint8_t *p, size_t n)
{
	if (d->has_sha256)
		evx_hash_update(d->sha256, p, n);
	if (d->has_md5)
		evx_hash_update(d->md5, p, n);
	if (d->has_sha1)
		evx_hash_update(d->sha1, p, n);
}

void evx_file_digest_data(struct evx_file_digest *d, const uint8_t *p, size_t n)
{
	whole(d, p, n);
	if (d->has_sparse)
		evx_hash_update(d->sparse, p, n);
}

enum evx_err evx_file_digest_hole(struct evx_file_digest *d, uint64_t n,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	if (!d->has_sha256 && !d->has_md5 && !d->has_sha1)
		return EVX_OK;
	while (n > 0) {
		size_t step = n < ZEROS ? (size_t)n : ZEROS;

		if (evx_cancelled(cancel))
			return evx_fail(
				diag, EVX_E_INTERRUPTED, "Interrupted. No evidence was changed.");
		whole(d, zeros, step);
		n -= step;
	}
	return EVX_OK;
}

/* The map behind the stored bytes: format-spec/listing.md, `sparse_sha256`. */
static enum evx_err end_sparse(
	struct evx_file_digest *d, const struct evx_entry *e, uint8_t out[32])
{
	uint8_t pair[16];

	for (size_t i = 0; i < e->n_extents; i++) {
		evx_put_be64(pair, e->extents[i].offset);
		evx_put_be64(pair + 8, e->extents[i].length);
		evx_hash_update(d->sparse, pair, sizeof(pair));
	}
	evx_put_be64(pair, e->n_extents);
	evx_put_be64(pair + 8, e->size);
	evx_hash_update(d->sparse, pair, sizeof(pair));
	return evx_hash_final(d->sparse, out);
}

/* Ends the file: computes into out (other fields untouched) the digests begun; e gives map and size
 * for the sparse one. */
static enum evx_err end(struct evx_file_digest *d, const struct evx_entry *e, struct evx_entry *out)
{
	enum evx_err err = EVX_OK;

	if (d->has_sha256)
		err = evx_hash_final(d->sha256, out->sha256);
	if (err == EVX_OK && d->has_sparse)
		err = end_sparse(d, e, out->sparse_sha256);
	if (err == EVX_OK && d->has_md5)
		err = evx_hash_final(d->md5, out->md5);
	if (err == EVX_OK && d->has_sha1)
		err = evx_hash_final(d->sha1, out->sha1);
	out->has_sha256 = d->has_sha256;
	out->has_sparse_sha256 = d->has_sparse;
	out->has_md5 = d->has_md5;
	out->has_sha1 = d->has_sha1;
	return err;
}

const char *evx_file_digest_compare(struct evx_file_digest *d, const struct evx_entry *e)
{
	struct evx_entry found;

	evx_entry_init(&found);
	/* What could not be computed is like nothing. */
	if (end(d, e, &found) != EVX_OK)
		return "sha256";
	if (d->has_sha256 && !evx_hash_equal(found.sha256, e->sha256))
		return "sha256";
	if (d->has_sparse && !evx_hash_equal(found.sparse_sha256, e->sparse_sha256))
		return "sparse_sha256";
	if (d->has_sha1 && memcmp(found.sha1, e->sha1, sizeof(e->sha1)) != 0)
		return "sha1";
	if (d->has_md5 && memcmp(found.md5, e->md5, sizeof(e->md5)) != 0)
		return "md5";
	return NULL;
}
