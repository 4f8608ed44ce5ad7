/* The sealing pipeline: files' bytes and entries in, packs out, and what the seal must say about
 * them.
 *
 *   caller: walk, read ─ slabs ─▶ file digests ─▶ chunks, listing lines, leaves ─▶ ids,
 * deduplication, zstd, AEAD ─▶ packs ─▶ sink (one thread)          (own thread, or with the next)
 * (one thread)     (jobs threads)               (one thread)
 *
 * Everything that decides what stands where happens in content order, so the number of threads does
 * not change the payload except for its random keys. Memory: about 32 MiB for the pack, 8 MiB for
 * each of jobs + 2 slabs, 4 MiB for each of 2 * jobs + 1 frames being sealed, 7 MiB of look-back
 * for deduplication (the last 65,536 distinct chunks), and about 200 bytes for each file with more
 * than one name. With a lender that something is borrowed from: 32 MiB more for the pack of
 * sequence 1, 1 MiB for what is in it, and 8 MiB for each of jobs that opens what is lent. */
#ifndef EVX_CONTENT_PAYLOAD_WRITE_H
#define EVX_CONTENT_PAYLOAD_WRITE_H

#include "base/cancel.h"
#include "content/lender.h"
#include "format/entry.h"
#include "format/node.h"

struct evx_payload_writer;

/* Takes finished packs of sequence 0 with their SHA-256, in order, on one thread of the pipeline.
 * The bytes are valid during the call only. An error stops everything and is what the writer's
 * functions return. */
struct evx_pack_sink {
	enum evx_err (*pack)(void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32],
		struct evx_diag *diag);
	void *ctx;
};

struct evx_payload_write_opts {
	const uint8_t *secret; /* 32 bytes: the exhibit's content identity; copied */
	int level;             /* as evx_frame_codec_new */
	unsigned jobs;         /* worker threads, 1 to 256 */
	bool md5, sha1;        /* also compute these file digests */
	uint64_t hash_holes;   /* a file with holes up to this many bytes gets digests of its whole
				  length; at least 64 GiB */
	bool disclosure; /* records come with evx_payload_write_shown only, and are not checked */
	struct evx_pack_sink sink;
	const struct evx_lender *lender;   /* copied; NULL: nothing is borrowed */
	struct evx_borrowed_sink borrowed; /* of sequence 1; with a lender that something is
					      borrowed from */
	/* Called for every line once its digests are known, in listing order, on one thread of the
	 * pipeline; an error stops everything. NULL allowed. */
	enum evx_err (*done)(void *ctx, const struct evx_entry *e, struct evx_diag *diag);
	void *done_ctx;
	struct evx_progress *progress; /* bytes_done and files_done are counted up; NULL allowed */
	const struct evx_cancel *cancel; /* NULL allowed */
};

/* What was sealed, and what the seal says about the payload. Holds keys: wipe with
 * evx_payload_result_wipe. */
struct evx_payload_result {
	struct evx_tree_root content, listing;
	uint64_t sequence_len[2];
	bool has_padding[2];
	struct evx_ref padding[2];
	uint8_t leaf_secret[32];
	uint8_t listing_root[32];
	uint64_t lines, files, directories, links, specials, hardlinks;
	uint64_t bytes;            /* sum of the files' sizes, each file of several names once */
	uint64_t content_bytes;    /* length of the content */
	uint64_t unreadable_files; /* not opened, or with unreadable ranges */
	uint64_t unreadable_directories;
	uint64_t unreadable_bytes; /* sum of the unreadable ranges */
	uint64_t changed, left_out, metadata_errors;
	uint64_t hashes_left_out;          /* files without SHA-256 only because of their holes */
	uint64_t chunks, duplicate_chunks; /* duplicate: of a chunk of this payload */
	uint64_t borrowed_chunks, borrowed_bytes; /* plain bytes; a borrowed chunk's duplicates do
						     not count */
	uint64_t reused_chunks, reused_bytes;     /* plain bytes: of a lender whose loans are sealed
						     anew */
	uint64_t bad_loans;
};
void evx_payload_result_wipe(struct evx_payload_result *r);

/* Starts the pipeline's threads. EVX_E_MEMORY, EVX_E_IO (no thread), EVX_E_USAGE. */
enum evx_err evx_payload_write_new(const struct evx_payload_write_opts *opts,
	struct evx_payload_writer **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Stops all threads and releases everything, finished or not. NULL does nothing. */
void evx_payload_write_free(struct evx_payload_writer *w);

/* The calls below are for one thread, in listing order (EVX_E_USAGE, maybe later, when the order or
 * a parent is wrong). Each returns the pipeline's first failure, wherever it happened, and
 * EVX_E_INTERRUPTED once cancelled; after that only evx_payload_write_free is allowed. */

/* Begins a file whose bytes follow; by size, which may be a guess, evx decides how to compress it.
 */
enum evx_err evx_payload_write_begin(
	struct evx_payload_writer *w, uint64_t size, struct evx_diag *diag) EVX_MUST_CHECK;
/* Points *p at room for *cap > 0 bytes of the file; valid until the next call but
 * evx_payload_write_hole. May wait. */
enum evx_err evx_payload_write_buffer(struct evx_payload_writer *w, uint8_t **p, size_t *cap,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The first n bytes there are the file's next ones. */
enum evx_err evx_payload_write_commit(
	struct evx_payload_writer *w, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* The next n bytes of the file are a hole or could not be read: not stored, zeros for the digest of
 * the whole length. The trailing hole too. */
enum evx_err evx_payload_write_hole(
	struct evx_payload_writer *w, uint64_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends the file. e is complete but for its digests, which the pipeline fills in; it is moved: *e is
 * empty afterwards, also on failure. Its stored length (size, or its extents) must be what was
 * committed: EVX_E_USAGE. */
enum evx_err evx_payload_write_end(
	struct evx_payload_writer *w, struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;
/* Any entry without bytes of its own: everything but files, a file that could not be opened
 * (read_error), or anything with has_hardlink; for a file size, map, digests, errors and position
 * are taken from the line it names, which must have had is_hard_link set. Moved, as above. */
enum evx_err evx_payload_write_entry(
	struct evx_payload_writer *w, struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;
/* Of a disclosure: ends the file begun (or, after no begin, adds an entry without bytes) with its
 * record: the n bytes of text from INDEX to the LF, copied. position: where the file's
 * bytes stand in the content, or as another record has it that it repeats (hardlink); else one of
 * the two below. */
#define EVX_SHOWN_NOWHERE UINT64_MAX        /* "-": it is no file */
#define EVX_SHOWN_WITHHELD (UINT64_MAX - 1) /* a file without its contents */
enum evx_err evx_payload_write_shown(struct evx_payload_writer *w, const uint8_t *text, size_t n,
	uint64_t position, struct evx_diag *diag) EVX_MUST_CHECK;
/* No more entries (there was at least one): waits until the last pack is with the sink. */
enum evx_err evx_payload_write_finish(struct evx_payload_writer *w,
	struct evx_payload_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
