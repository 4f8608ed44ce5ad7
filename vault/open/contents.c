/* All lines of an exhibit and the bytes of its files, each compared with its digests. */
#include "open/contents.h"

#include <string.h>

#include "base/hash_equal.h"
#include "content/file_digest.h"
#include "content/part_read.h"
#include "content/range.h"
#include "open/digest_beside.h"
#include "open/listing_feed.h"
#include "open/short_files.h"

/* Bytes fewer than these are hashed sooner than a thread is woken. */
#define BESIDE_MIN 262144u

struct visit {
	const struct evx_contents_opts *opts;
	const struct evx_contents_visitor *v;
	struct evx_stream *stream;
	struct evx_file_digest *digest;
	struct evx_digest_beside *beside; /* NULL: none yet */
	struct evx_short_files *shorts;   /* NULL: all files are compared here */
	struct evx_range_reader *range;   /* NULL: none yet */
	bool ranged;                      /* the range root of the file at hand is wanted */
	struct evx_diag why;              /* what is wrong with the file at hand */
};

struct evx_listing_read_opts evx_contents_listing(const struct evx_contents_opts *o, bool again)
{
	return (struct evx_listing_read_opts){
		.src = o->src,
		.root = &o->part->listing,
		.leaf_secret = o->part->leaf_secret,
		.listing_root = o->listing_root,
		.lines = o->part->lines,
		.content_known = !o->part->listing_only,
		.content_length = o->part->content.present ? o->part->content.ref.span : 0,
		.origin = o->origin,
		.unproved = o->unproved,
		.again = again,
		.jobs = o->jobs,
		.cancel = o->cancel,
	};
}

enum evx_err evx_contents_check_listing(const struct evx_contents_opts *opts, evx_listing_each each,
	void *ctx, struct evx_diag *diag)
{
	const struct evx_listing_read_opts listing = evx_contents_listing(opts, false);

	return evx_listing_read(&listing, each, ctx, diag);
}

enum evx_err evx_contents_differs(const char *differs, struct evx_diag *why)
{
	return differs == NULL ?
		EVX_OK :
		evx_fail(why, EVX_E_FORGED,
			"The %s differs from the one that was sealed. Do not rely on this file.",
			differs);
}

/* Failures of one file, after which the next ones can still be read. */
static bool of_this_file(enum evx_err err)
{
	return err == EVX_E_FORGED || err == EVX_E_CORRUPT || err == EVX_E_TRUNCATED ||
		err == EVX_E_NOT_FOUND || err == EVX_E_LIMIT || err == EVX_E_IO;
}

/* Brings the stream to position; a stream that failed is opened anew. */
static enum evx_err go_to(struct visit *s, uint64_t position, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if (s->stream == NULL) {
		const struct evx_stream_opts opts = { .src = s->opts->src,
			.stream = EVX_FRAME_DATA,
			.root = &s->opts->part->content,
			.jobs = s->opts->jobs,
			.check_ids = false,
			.cancel = s->opts->cancel };

		err = evx_stream_open(&opts, &s->stream, diag);
	}
	if (err == EVX_OK && evx_stream_offset(s->stream) != position)
		err = evx_stream_seek(s->stream, position, diag);
	return err;
}

/* The next bytes of a file to whatever wants them beside its digests. */
static enum evx_err give(
	struct visit *s, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	if (s->ranged &&
		evx_range_reader_data(s->range, p, n, evx_stream_at_cut(s->stream),
			evx_stream_blocks(s->stream)) != EVX_OK)
		return evx_fail_memory(diag);
	if (s->v->cut != NULL)
		*s->v->cut = evx_stream_at_cut(s->stream);
	return s->v->data == NULL ? EVX_OK : s->v->data(s->v->ctx, offset, p, n, diag);
}

/* The next bytes of a file into its digests, and where else they go: both at once where there are
 * many. */
static enum evx_err piece(
	struct visit *s, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if ((s->v->data == NULL && (!s->ranged || evx_stream_blocks(s->stream) != NULL)) ||
		n < BESIDE_MIN || s->opts->jobs < 2) {
		evx_file_digest_data(s->digest, p, n);
		return give(s, offset, p, n, diag);
	}
	if (s->beside == NULL)
		err = evx_digest_beside_new(&s->beside, diag);
	if (err != EVX_OK)
		return err;
	evx_digest_beside_give(s->beside, s->digest, p, n);
	err = give(s, offset, p, n, diag);
	evx_digest_beside_wait(s->beside);
	return err;
}

/* Makes ready for the file's range root. The salts of a disclosure's lines are not known. */
static enum evx_err begin_range(struct visit *s, const struct evx_listing_item *item)
{
	s->ranged = s->opts->ranges && s->opts->origin == NULL && item->entry->has_range_root;
	if (!s->ranged)
		return EVX_OK;
	if (s->range == NULL && (s->range = evx_range_reader_new()) == NULL)
		return evx_fail_memory(&s->why);
	evx_range_reader_begin(s->range, s->opts->part->leaf_secret,
		item->entry->has_hardlink ? item->entry->hardlink_index : item->index);
	return EVX_OK;
}

/* The digests agree: the bytes are good, and the sealer said something wrong about them. */
static enum evx_err compare_range(struct visit *s, const struct evx_entry *e)
{
	uint8_t root[32];

	if (!s->ranged)
		return EVX_OK;
	if (evx_range_reader_root(s->range, root) != EVX_OK)
		return evx_fail_memory(&s->why);
	return evx_hash_equal(root, e->range_root) ?
		EVX_OK :
		evx_fail(&s->why, EVX_E_FORGED,
			"The range_root is not that of the bytes that were sealed. Do not rely on "
			"parts of this file that are shown without the rest.");
}

/* One stretch of a file without a hole: length bytes at offset. visitor failures come back through
 * *fatal. */
static enum evx_err stretch(struct visit *s, uint64_t offset, uint64_t length, enum evx_err *fatal,
	struct evx_diag *diag)
{
	while (length > 0) {
		const uint8_t *p;
		size_t n;
		enum evx_err err = evx_stream_next(s->stream, length, &p, &n, &s->why);

		if (err != EVX_OK)
			return err;
		if (n == 0)
			return evx_fail(&s->why, EVX_E_TRUNCATED,
				"content: expected %llu more bytes, found its end",
				(unsigned long long)length);
		*fatal = piece(s, offset, p, n, diag);
		if (*fatal != EVX_OK)
			return *fatal;
		offset += n;
		length -= n;
		if (s->opts->progress != NULL)
			atomic_fetch_add(&s->opts->progress->bytes_done, n);
	}
	return EVX_OK;
}

/* All bytes of a file; what is wrong with it goes to s->why. */
static enum evx_err file_bytes(struct visit *s, const struct evx_listing_item *item,
	enum evx_err *fatal, struct evx_diag *diag)
{
	const struct evx_entry *e = item->entry;
	const struct evx_extent all = { 0, e->size };
	const struct evx_extent *ranges = e->has_map ? e->extents : &all;
	size_t n = e->has_map ? e->n_extents : e->size > 0 ? 1 : 0;
	uint64_t at = 0;
	enum evx_err err = EVX_OK;

	evx_file_digest_begin(s->digest, e, item->position);
	if ((err = begin_range(s, item)) == EVX_OK && n > 0)
		err = go_to(s, item->position, &s->why);
	if (err == EVX_OK && s->ranged)
		evx_stream_hash_blocks(s->stream, item->position, item->position + item->stored);
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		err = evx_file_digest_hole(
			s->digest, ranges[i].offset - at, s->opts->cancel, &s->why);
		if (err == EVX_OK)
			err = stretch(s, ranges[i].offset, ranges[i].length, fatal, diag);
		at = ranges[i].offset + ranges[i].length;
	}
	if (err == EVX_OK)
		err = evx_file_digest_hole(s->digest, e->size - at, s->opts->cancel, &s->why);
	if (err != EVX_OK)
		return err;
	err = evx_contents_differs(evx_file_digest_compare(s->digest, e), &s->why);
	return err == EVX_OK ? compare_range(s, e) : err;
}

/* ---- A file in part --------------------------------------------------------------------- */

struct part {
	struct visit *s;
	const struct evx_entry *e;
	enum evx_err *fatal;
	size_t extent;   /* of the file's map: */
	uint64_t passed; /* the stored bytes before it */
};

/* Stored bytes of a block to where they stand in the file, which may be several places. */
static enum evx_err place(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct part *part = ctx;
	const struct evx_entry *e = part->e;
	const struct evx_extent all = { 0, e->size };
	const struct evx_extent *data = e->has_map ? e->extents : &all;
	const struct evx_contents_visitor *v = part->s->v;

	while (n > 0 && *part->fatal == EVX_OK && v->data != NULL) {
		uint64_t left;
		size_t now;

		while (offset - part->passed >= data[part->extent].length)
			part->passed += data[part->extent++].length;
		left = data[part->extent].length - (offset - part->passed);
		now = n < left ? n : (size_t)left;
		*part->fatal = v->data(
			v->ctx, data[part->extent].offset + offset - part->passed, p, now, diag);
		offset += now;
		p += now;
		n -= now;
	}
	return *part->fatal;
}

/* The run of a file in part; what is wrong with it goes to s->why. */
static enum evx_err part_bytes(struct visit *s, const struct evx_listing_item *item,
	enum evx_err *fatal, struct evx_diag *diag)
{
	struct part part = { .s = s, .e = item->entry, .fatal = fatal };
	struct evx_part_reader *reader = evx_part_reader_new(item->entry->part);
	uint64_t left = item->stored;
	uint8_t root[32];
	enum evx_err err = reader != NULL ? go_to(s, item->position, &s->why) :
					    evx_fail_memory(&s->why);

	while (left > 0 && err == EVX_OK) {
		const uint8_t *p;
		size_t n;

		err = evx_stream_next(s->stream, left, &p, &n, &s->why);
		if (err == EVX_OK && n == 0)
			err = evx_fail(&s->why, EVX_E_TRUNCATED, "content: ends in a file in part");
		if (err == EVX_OK) {
			struct evx_diag found = { 0 };

			err = evx_part_reader_data(reader, p, n, place, &part, &found);
			if (*fatal == EVX_OK)
				s->why = found;
			else if (diag != NULL)
				*diag = found;
		}
		left -= n;
		if (s->opts->progress != NULL)
			atomic_fetch_add(&s->opts->progress->bytes_done, n);
	}
	if (err == EVX_OK)
		err = evx_part_reader_root(reader, root, &s->why);
	if (err == EVX_OK && !evx_hash_equal(root, item->entry->range_root))
		err = evx_fail(&s->why, EVX_E_FORGED,
			"What is shown of this file is not proved to be a part of it. Do not rely "
			"on it.");
	evx_part_reader_free(reader);
	return err;
}

/* ---- One line --------------------------------------------------------------------------- */

static bool has_bytes(const struct visit *s, const struct evx_listing_item *item)
{
	return item->entry->type == EVX_FILE &&
		(!item->withheld || (item->entry->part != NULL && s->v->parts));
}

/* A line that has begun. */
static enum evx_err rest_of_line(
	struct visit *s, const struct evx_listing_item *item, struct evx_diag *diag)
{
	const struct evx_contents_visitor *v = s->v;
	const struct evx_entry *e = item->entry;
	enum evx_err err, fatal = EVX_OK, bad = EVX_OK;

	evx_diag_clear(&s->why);
	if (has_bytes(s, item) && (v->wants == NULL ? !item->repeats : v->wants(v->ctx, item))) {
		bad = e->part != NULL ? part_bytes(s, item, &fatal, diag) :
					file_bytes(s, item, &fatal, diag);
		if (fatal == EVX_OK && bad != EVX_OK && !of_this_file(bad)) {
			if (diag != NULL)
				*diag = s->why;
			fatal = bad;
		}
		/* After a failure in mid-file the stream is of no more use; a digest that differs
		 * leaves it where it should be. */
		if (bad != EVX_OK && s->stream != NULL &&
			(bad != EVX_E_FORGED ||
				evx_stream_offset(s->stream) != item->position + item->stored)) {
			evx_stream_free(s->stream);
			s->stream = NULL;
		}
		if (s->opts->progress != NULL)
			atomic_fetch_add(&s->opts->progress->files_done, 1);
	} else if (e->type == EVX_FILE && !item->repeats && !item->withheld) {
		evx_file_digest_pass(s->digest, e, item->position);
	}
	err = v->end == NULL ? EVX_OK : v->end(v->ctx, item, bad, &s->why, diag);
	return fatal != EVX_OK ? fatal : err;
}

/* All bytes of a short file; NULL when they cannot be had in one piece. *again: the stream has to
 * be opened anew, to fail once more where it is told. */
static const uint8_t *short_file(struct visit *s, const struct evx_listing_item *item, bool *again)
{
	const uint8_t *p = NULL;
	size_t n = 0;
	enum evx_err err = go_to(s, item->position, NULL);

	if (err == EVX_OK)
		err = evx_stream_next(s->stream, item->stored, &p, &n, NULL);
	if (err == EVX_OK && n < item->stored) {
		p = NULL;
		err = evx_stream_seek(s->stream, item->position, NULL);
	}
	*again = err != EVX_OK;
	return p;
}

/* A line that may go to the crew: its bytes are compared there, beside those of others. */
static enum evx_err one_of_many(
	struct visit *s, const struct evx_listing_item *item, struct evx_diag *diag)
{
	const struct evx_contents_visitor *v = s->v;
	const bool empty = item->withheld || item->repeats || item->stored == 0;
	const uint8_t *p = NULL;
	const bool wanted = v->wants == NULL || v->wants(v->ctx, item);
	bool again = false, added;
	struct evx_diag unused = { 0 };
	enum evx_err err;

	if (wanted && !empty)
		p = short_file(s, item, &again);
	added = wanted && (empty || p != NULL);
	err = added ? evx_short_files_add(s->shorts, s->stream, item, p, diag) :
		      evx_short_files_settle(s->shorts, s->stream, diag);
	if (again) {
		evx_stream_free(s->stream);
		s->stream = NULL;
	}
	/* Something else ended the visit; what begin began must not stay half-made. */
	if (err != EVX_OK && v->hand != NULL)
		(void)v->end(v->ctx, item, err, diag != NULL ? diag : &unused, &unused);
	return err != EVX_OK || added ? err : rest_of_line(s, item, diag);
}

static enum evx_err one_line(
	struct visit *s, const struct evx_listing_item *item, struct evx_diag *diag)
{
	bool taken = false;
	enum evx_err err = EVX_OK;

	if (s->shorts != NULL)
		err = evx_short_files_next(s->shorts, s->stream, item, &taken, diag);
	if (err == EVX_OK && s->v->begin != NULL)
		err = s->v->begin(s->v->ctx, item, diag);
	if (err != EVX_OK)
		return err;
	return taken ? one_of_many(s, item, diag) : rest_of_line(s, item, diag);
}

enum evx_err evx_contents_visit(const struct evx_contents_opts *opts,
	const struct evx_contents_visitor *visitor, struct evx_diag *diag)
{
	const struct evx_listing_read_opts listing = evx_contents_listing(opts, !opts->unchecked);
	struct visit s = { .opts = opts, .v = visitor };
	struct evx_listing_feed *feed = NULL;
	const struct evx_listing_item *item;
	enum evx_err err = EVX_OK, read;

	s.digest = evx_file_digest_new();
	if (s.digest == NULL)
		return evx_fail_memory(diag);
	if (evx_short_files_wanted(opts, visitor))
		err = evx_short_files_new(opts, visitor, &s.shorts, diag);
	if (err == EVX_OK)
		err = evx_listing_feed_start(&listing, visitor->lines, &feed, diag);
	while (err == EVX_OK && (item = evx_listing_feed_next(feed)) != NULL)
		err = one_line(&s, item, diag);
	if (err == EVX_OK && s.shorts != NULL)
		err = evx_short_files_settle(s.shorts, s.stream, diag);
	read = evx_listing_feed_end(feed, diag);
	if (opts->unhashed != NULL)
		*opts->unhashed = evx_file_digest_left(s.digest);
	evx_short_files_free(s.shorts, s.stream);
	evx_stream_free(s.stream);
	evx_digest_beside_free(s.beside);
	evx_range_reader_free(s.range);
	evx_file_digest_free(s.digest);
	return err != EVX_OK ? err : read;
}
