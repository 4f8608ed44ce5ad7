/* Bytes of a sealed image for whoever reads its partition table. */
#include "disclose/disclose_table.h"

#include <string.h>

#include "content/stream.h"
#include "format/partitions.h"

struct image {
	const struct evx_disclose_part *file;
	struct evx_stream *stream;
	bool unread; /* the content failed, not the table */
};

/* n bytes of the content from stored byte on. */
static enum evx_err read_stored(
	struct image *i, uint64_t stored, uint8_t *p, size_t n, struct evx_diag *diag)
{
	enum evx_err err = evx_stream_seek(i->stream, i->file->position + stored, diag);

	while (n > 0 && err == EVX_OK) {
		const uint8_t *from;
		size_t got;

		err = evx_stream_next(i->stream, n, &from, &got, diag);
		if (err == EVX_OK && got == 0)
			err = evx_fail(diag, EVX_E_TRUNCATED, "content: ends in a file");
		if (err != EVX_OK)
			return err;
		memcpy(p, from, got);
		p += got;
		n -= got;
	}
	return err;
}

/* Holes are zeros; what could not be read is nothing to find a partition by. */
static enum evx_err read_file(
	void *ctx, uint64_t offset, uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct image *image = ctx;
	const struct evx_entry *e = &image->file->entry;
	const struct evx_extent all = { 0, e->size };
	const struct evx_extent *data = e->has_map ? e->extents : &all;
	const size_t ndata = e->has_map ? e->n_extents : 1;
	uint64_t passed = 0;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < e->n_bad; i++)
		if (e->bad[i].offset < offset + n && e->bad[i].offset + e->bad[i].length > offset)
			return evx_fail(diag, EVX_E_NOT_FOUND,
				"The partition table of this image could not be read when it was "
				"sealed. Nothing was disclosed. Name the bytes with --range.");
	memset(p, 0, n);
	for (size_t i = 0; i < ndata && err == EVX_OK; passed += data[i++].length) {
		const uint64_t end = data[i].offset + data[i].length,
			       from = offset > data[i].offset ? offset : data[i].offset,
			       to = offset + n < end ? offset + n : end;

		if (from < to)
			err = read_stored(image, passed + from - data[i].offset,
				p + (from - offset), (size_t)(to - from), diag);
	}
	image->unread = err != EVX_OK;
	return err;
}

enum evx_err evx_disclose_table(const struct evx_contents_opts *original,
	const struct evx_disclose_part *image, uint64_t number, uint64_t sector, uint64_t *offset,
	uint64_t *length, struct evx_diag *diag)
{
	const struct evx_stream_opts opts = { .src = original->src,
		.stream = EVX_FRAME_DATA,
		.root = &original->part->content,
		.jobs = 1,
		.cancel = original->cancel };
	struct image ctx = { .file = image };
	const struct evx_partitions_image table = {
		.read = read_file, .ctx = &ctx, .size = image->entry.size, .sector = sector
	};
	enum evx_err err = evx_stream_open(&opts, &ctx.stream, diag);

	if (err == EVX_OK)
		err = evx_partitions_find(&table, number, offset, length, diag);
	evx_stream_free(ctx.stream);
	/* The exhibit is as it was sealed, with a table that says nothing. */
	if (err == EVX_E_CORRUPT && !ctx.unread) {
		err = EVX_E_NOT_FOUND;
		if (diag != NULL)
			diag->code = err;
	}
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, image->entry.path, err);
}
