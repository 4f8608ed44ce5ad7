/* Makes parcels. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/age_stream.h"
#include "crypto/hash.h"
#include "format/frame.h"
#include "format/tar.h"
#include "ship/parcel.h"

#define LEAST 65536u /* bytes of a parcel's archive */

struct evx_parcel_out {
	int fd;
	const char *name;
	struct evx_age_out *age;
	struct evx_hash *hash;
	uint64_t plain, size; /* bytes of the archive, of the file */
	uint64_t left;        /* of the member begun */
	size_t fill;          /* zeros behind it */
};

static const uint8_t zeros[2 * EVX_TAR_BLOCK];

static enum evx_err put(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_parcel_out *o = ctx;

	if (n > EVX_SHIPMENT_OBJECT_MAX - o->size)
		return evx_fail(diag, EVX_E_LIMIT,
			"What belongs to the exhibits is too much for one shipment (limit %u "
			"bytes). Send them in several.",
			EVX_SHIPMENT_OBJECT_MAX);
	o->size += n;
	evx_hash_update(o->hash, p, n);
	return evx_write_full(o->fd, p, n, o->name, diag);
}

/* The keys in their order, each once. */
static enum evx_err sort_keys(
	const uint8_t (*pubs)[32], size_t n, uint8_t (**out)[32], size_t *m, struct evx_diag *diag)
{
	uint8_t(*keys)[32] = calloc(n + 1, sizeof(*keys));

	*out = keys;
	*m = 0;
	if (keys == NULL)
		return evx_fail_memory(diag);
	memcpy(keys, pubs, n * sizeof(*keys));
	qsort(keys, n, sizeof(*keys), evx_hash_order);
	for (size_t i = 0; i < n; i++)
		if (*m == 0 || !evx_hash_equal(keys[*m - 1], keys[i]))
			memmove(keys[(*m)++], keys[i], sizeof(*keys));
	return *m <= EVX_SHIPMENT_RECEIVERS_MAX ?
		EVX_OK :
		evx_fail(diag, EVX_E_LIMIT,
			"A shipment has at most %u receivers. Send it in several.",
			EVX_SHIPMENT_RECEIVERS_MAX);
}

enum evx_err evx_parcel_out_new(int fd, const char *name, const uint8_t (*pubs)[32], size_t n,
	struct evx_parcel_out **out, struct evx_diag *diag)
{
	struct evx_parcel_out *o = calloc(1, sizeof(*o));
	uint8_t(*keys)[32] = NULL;
	size_t m;
	enum evx_err err;

	*out = NULL;
	if (o == NULL)
		return evx_fail_memory(diag);
	o->fd = fd;
	o->name = name;
	err = sort_keys(pubs, n, &keys, &m, diag);
	if (err == EVX_OK && (o->hash = evx_hash_new(EVX_SHA256)) == NULL)
		err = evx_fail_memory(diag);
	if (err == EVX_OK)
		err = evx_age_out_new((const uint8_t(*)[32])keys, m, put, o, &o->age, diag);
	free(keys);
	if (err == EVX_OK)
		*out = o;
	else
		evx_parcel_out_free(o);
	return err;
}

static enum evx_err write(struct evx_parcel_out *o, const void *p, size_t n, struct evx_diag *diag)
{
	o->plain += n;
	return evx_age_out_write(o->age, p, n, diag);
}

static enum evx_err begin(
	struct evx_parcel_out *o, const char *path, uint64_t size, struct evx_diag *diag)
{
	uint8_t header[EVX_TAR_BLOCK];
	enum evx_err err = evx_tar_encode(path, size, header);

	if (err != EVX_OK)
		return evx_fail(diag, err, "parcel: expected a path that fits, found another");
	o->left = size;
	o->fill = (size_t)(evx_tar_span(size) - EVX_TAR_BLOCK - size);
	return write(o, header, sizeof(header), diag);
}

static enum evx_err add(struct evx_parcel_out *o, const void *p, size_t n, struct evx_diag *diag)
{
	enum evx_err err;

	if (n > o->left)
		return evx_fail(diag, EVX_E_USAGE, "parcel: more bytes than the member has");
	o->left -= n;
	err = write(o, p, n, diag);
	return err == EVX_OK && o->left == 0 ? write(o, zeros, o->fill, diag) : err;
}

enum evx_err evx_parcel_out_member(
	struct evx_parcel_out *o, const char *path, const void *p, size_t n, struct evx_diag *diag)
{
	enum evx_err err = begin(o, path, n, diag);

	return err == EVX_OK && n > 0 ? add(o, p, n, diag) : err;
}

static enum evx_err pad(struct evx_parcel_out *o, struct evx_diag *diag)
{
	/* With an empty one: its header, and the two blocks at the end. */
	const uint64_t least = o->plain + 3 * (uint64_t)EVX_TAR_BLOCK;
	uint64_t whole = evx_frame_padme(least < LEAST ? LEAST : least), n;
	enum evx_err err;

	whole = (whole + EVX_TAR_BLOCK - 1) / EVX_TAR_BLOCK * EVX_TAR_BLOCK;
	n = whole - least;
	err = begin(o, "padding", n, diag);
	while (err == EVX_OK && n > 0) {
		const size_t take = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

		err = add(o, zeros, take, diag);
		n -= take;
	}
	return err == EVX_OK ? write(o, zeros, 2 * EVX_TAR_BLOCK, diag) : err;
}

enum evx_err evx_parcel_out_end(
	struct evx_parcel_out *o, uint8_t hash[32], uint64_t *size, struct evx_diag *diag)
{
	enum evx_err err = pad(o, diag);

	if (err == EVX_OK)
		err = evx_age_out_end(o->age, diag);
	if (err == EVX_OK && evx_hash_final(o->hash, hash) != EVX_OK)
		err = evx_fail_memory(diag);
	*size = o->size;
	return err;
}

void evx_parcel_out_free(struct evx_parcel_out *o)
{
	if (o == NULL)
		return;
	evx_age_out_free(o->age);
	evx_hash_free(o->hash);
	free(o);
}
