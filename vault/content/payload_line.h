/* Stage of the sealing pipeline: entries to listing lines and leaves. */
#ifndef EVX_CONTENT_PAYLOAD_LINE_H
#define EVX_CONTENT_PAYLOAD_LINE_H

#include "content/listing_order.h"
#include "content/payload_stop.h"
#include "content/payload_write.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

/* Takes the bytes of a listing frame, which become its own, also on failure. */
struct evx_lines_sink {
	enum evx_err (*frame)(void *ctx, uint8_t *p, size_t n);
	void *ctx;
};

/* What a line with hardlink repeats. */
struct evx_first_name {
	uint64_t index, position;
	struct evx_entry *e; /* only size, map, errors and digests */
};

struct evx_lines {
	struct evx_buf list; /* records of the next listing frame */
	struct evx_buf line; /* scratch: 0x00, salt, line */
	struct evx_hmac_key leaf_key;
	struct evx_merkle merkle;
	struct evx_listing_order order;
	struct evx_first_name *names;
	size_t n_names;
	struct evx_payload_result counts; /* of lines, files and what could not be read */
	enum evx_err (*done)(void *ctx, const struct evx_entry *e, struct evx_diag *diag);
	void *done_ctx;
	struct evx_lines_sink sink;
	struct evx_payload_stop *stop;
};

/* Of o, only done and its context. */
void evx_lines_init(struct evx_lines *l, const struct evx_payload_write_opts *o,
	const struct evx_lines_sink *sink, struct evx_payload_stop *stop);
void evx_lines_free(struct evx_lines *l);
/* Adds the entry's line (or a disclosure's text) to the listing. Takes nothing. */
enum evx_err evx_lines_entry(
	struct evx_lines *l, struct evx_entry *e, uint64_t position) EVX_MUST_CHECK;
enum evx_err evx_lines_text(
	struct evx_lines *l, const uint8_t *text, size_t n, uint64_t position) EVX_MUST_CHECK;
/* The key of the range root of the line that comes next. The caller wipes it. */
void evx_lines_range_key(const struct evx_lines *l, struct evx_hmac_key *key);
/* Ends the listing frame being gathered, if it holds anything. */
enum evx_err evx_lines_flush(struct evx_lines *l) EVX_MUST_CHECK;

#endif
