/* Sealing pipeline: digests of files. */
#include "content/payload_digest.h"

#include <string.h>

#include "base/buf.h"
#include "content/file_digest.h"
#include "format/listing.h"

enum evx_err evx_digester_init(struct evx_digester *d, const struct evx_payload_write_opts *o,
	const struct evx_payload_stop *stop)
{
	d->stop = stop;
	d->stored_only = o->disclosure;
	d->hash_holes = o->hash_holes > EVX_HOLES_HASHED_MAX ? o->hash_holes : EVX_HOLES_HASHED_MAX;
	d->whole = evx_hash_new(EVX_SHA256);
	d->sparse = evx_hash_new(EVX_SHA256);
	d->md5 = o->md5 ? evx_hash_new(EVX_MD5) : NULL;
	d->sha1 = o->sha1 ? evx_hash_new(EVX_SHA1) : NULL;
	return d->whole == NULL || d->sparse == NULL || (o->md5 && d->md5 == NULL) ||
			(o->sha1 && d->sha1 == NULL) ?
		EVX_E_MEMORY :
		EVX_OK;
}

void evx_digester_free(struct evx_digester *d)
{
	evx_hash_free(d->whole);
	evx_hash_free(d->sparse);
	evx_hash_free(d->md5);
	evx_hash_free(d->sha1);
}

static void update_whole(struct evx_digester *d, const uint8_t *p, size_t n)
{
	evx_hash_update(d->whole, p, n);
	if (d->md5 != NULL)
		evx_hash_update(d->md5, p, n);
	if (d->sha1 != NULL)
		evx_hash_update(d->sha1, p, n);
}

static void begin(struct evx_digester *d)
{
	if (d->streaming) {
		evx_hash_reset(d->whole);
		evx_hash_reset(d->sparse);
		if (d->md5 != NULL)
			evx_hash_reset(d->md5);
		if (d->sha1 != NULL)
			evx_hash_reset(d->sha1);
	}
	d->position += d->stored;
	d->stored = d->holes = 0;
	d->streaming = d->split = d->whole_off = false;
}

static void data(struct evx_digester *d, const uint8_t *p, size_t n)
{
	d->streaming = true;
	d->stored += n;
	if (!d->whole_off)
		update_whole(d, p, n);
	if (d->split)
		evx_hash_update(d->sparse, p, n);
}

/* Until the first hole the hash of the stored bytes is that of the whole. */
static enum evx_err split(struct evx_digester *d)
{
	if (d->split)
		return EVX_OK;
	d->split = d->streaming = true;
	return evx_hash_copy(d->sparse, d->whole);
}

static enum evx_err hole(struct evx_digester *d, uint64_t n)
{
	static const uint8_t zeros[65536];
	enum evx_err err = d->stored_only ? EVX_OK : split(d);

	if (err != EVX_OK || d->stored_only)
		return err;
	d->whole_off = d->whole_off || n > d->hash_holes || d->holes > d->hash_holes - n;
	/* Who names a limit means each file, whatever it takes. */
	if (!d->whole_off && d->hash_holes == EVX_HOLES_HASHED_MAX)
		d->whole_off = !evx_file_digest_holes(&d->zeros, n, d->position);
	d->holes += n;
	for (uint64_t left = d->whole_off ? 0 : n; left > 0;) {
		size_t step = left < sizeof(zeros) ? (size_t)left : sizeof(zeros);

		update_whole(d, zeros, step);
		left -= step;
		if (evx_payload_stop_now(d->stop))
			return EVX_E_INTERRUPTED;
	}
	return EVX_OK;
}

/* SHA-256(stored bytes, then offset and length of each range, number of ranges, size). */
static enum evx_err sparse_final(struct evx_digester *d, struct evx_entry *e)
{
	uint8_t two[16];

	for (size_t i = 0; i < e->n_extents; i++) {
		evx_put_be64(two, e->extents[i].offset);
		evx_put_be64(two + 8, e->extents[i].length);
		evx_hash_update(d->sparse, two, sizeof(two));
	}
	evx_put_be64(two, e->n_extents);
	evx_put_be64(two + 8, e->size);
	evx_hash_update(d->sparse, two, sizeof(two));
	e->has_sparse_sha256 = true;
	return evx_hash_final(d->sparse, e->sparse_sha256);
}

/* Of a file that fits a chunk, the SHA-256 of its stored bytes: that of a file with a map is the
 * sparse one before the map is added. The digest of the whole is done. */
static enum evx_err stored_final(
	struct evx_digester *d, const struct evx_entry *e, uint8_t stored[32])
{
	enum evx_err err;

	if (d->stored == 0 || d->stored > EVX_CHUNK_MAX)
		return EVX_OK;
	if (!e->has_map) {
		memcpy(stored, e->sha256, 32);
		return EVX_OK;
	}
	err = evx_hash_copy(d->whole, d->sparse);
	return err == EVX_OK ? evx_hash_final(d->whole, stored) : err;
}

static enum evx_err whole_final(struct evx_digester *d, struct evx_entry *e)
{
	enum evx_err err;

	if (d->whole_off) {
		d->hashes_left_out += e->n_bad == 0;
		return EVX_OK;
	}
	e->has_sha256 = true;
	e->has_md5 = d->md5 != NULL;
	e->has_sha1 = d->sha1 != NULL;
	err = evx_hash_final(d->whole, e->sha256);
	if (err == EVX_OK && e->has_md5)
		err = evx_hash_final(d->md5, e->md5);
	if (err == EVX_OK && e->has_sha1)
		err = evx_hash_final(d->sha1, e->sha1);
	return err;
}

static enum evx_err end(struct evx_digester *d, struct evx_entry *e, uint8_t stored[32])
{
	uint64_t expected = e->size - evx_listing_stored_length(e);
	enum evx_err err = EVX_OK;

	if (e->read_error != NULL || e->skipped)
		return EVX_OK;
	if (d->holes > expected || (!e->has_map && expected > 0))
		return EVX_E_USAGE;
	if (e->n_bad > 0)
		d->whole_off = true;
	else if (d->holes < expected)
		err = hole(d, expected - d->holes);
	if (err == EVX_OK && e->has_map)
		err = split(d);
	if (err == EVX_OK)
		err = whole_final(d, e);
	if (err == EVX_OK)
		err = stored_final(d, e, stored);
	return err == EVX_OK && e->has_map ? sparse_final(d, e) : err;
}

/* A file of a disclosure ends, or a record without bytes comes. */
static enum evx_err shown(struct evx_digester *d, uint8_t stored[32])
{
	enum evx_err err = EVX_OK;

	if (d->stored > 0 && d->stored <= EVX_CHUNK_MAX)
		err = evx_hash_final(d->whole, stored);
	d->position += d->stored;
	d->stored = 0;
	return err;
}

/* BEGIN, one DATA, END of a plain file: hashed in one go. */
static bool small(const struct evx_digester *d, const struct evx_payload_event *ev, size_t left)
{
	return left >= 3 && d->md5 == NULL && d->sha1 == NULL && ev[1].kind == EVX_PAYLOAD_DATA &&
		ev[2].kind == EVX_PAYLOAD_END && !ev[2].entry->has_map &&
		ev[2].entry->read_error == NULL && !ev[2].entry->skipped;
}

enum evx_err evx_digester_batch(struct evx_digester *d, struct evx_batch *b)
{
	const uint8_t *p = b->data;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < b->count && err == EVX_OK; i++) {
		struct evx_payload_event *ev = &b->events[i];

		switch (ev->kind) {
		case EVX_PAYLOAD_BEGIN:
			begin(d);
			if (small(d, ev, b->count - i)) {
				evx_sha256(p, ev[1].n, ev[2].entry->sha256);
				ev[2].entry->has_sha256 = true;
				memcpy(ev[2].stored, ev[2].entry->sha256, 32);
				p += ev[1].n;
				d->stored = ev[1].n;
				i += 2;
			}
			break;
		case EVX_PAYLOAD_DATA:
			data(d, p, ev->n);
			p += ev->n;
			break;
		case EVX_PAYLOAD_HOLE:
			err = hole(d, ev->n);
			break;
		case EVX_PAYLOAD_END:
			err = end(d, ev->entry, ev->stored);
			break;
		case EVX_PAYLOAD_SHOWN:
			err = shown(d, ev->stored);
			break;
		case EVX_PAYLOAD_ENTRY:
			break;
		}
	}
	return err;
}
