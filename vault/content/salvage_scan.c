/* Walking a damaged payload by its headers. */
#include <stdlib.h>
#include <string.h>

#include "content/salvage_inner.h"
#include "crypto/secret.h"

#define FOUND_MAX 4194304u
#define TRIAL 65536u /* positions tried in one piece */
#define UNREAD 4096u /* what is given up where reading fails */

struct scan {
	struct evx_salvage *s;
	struct evx_salvage_stats stats;
	uint8_t header_key[32];
	uint8_t *trial; /* TRIAL + 59 bytes */
	uint32_t sequence;
	uint64_t position, end; /* end: of what is there from position on */
};

static enum evx_err remember(
	struct evx_found_list *l, const struct evx_found *f, struct evx_diag *diag)
{
	struct evx_found *items;

	if (l->count == FOUND_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "salvage: more than %u nodes or listing frames",
			FOUND_MAX);
	if ((l->count & (l->count - 1)) == 0) {
		items = calloc(l->count == 0 ? 1 : 2 * l->count, sizeof(*items));
		if (items == NULL)
			return evx_fail_memory(diag);
		if (l->count > 0) {
			memcpy(items, l->items, l->count * sizeof(*items));
			evx_wipe(l->items, l->count * sizeof(*items));
		}
		free(l->items);
		l->items = items;
	}
	l->items[l->count++] = *f;
	return EVX_OK;
}

/* Keeps what is needed of the frame at the position. */
static enum evx_err keep(struct scan *c, const struct evx_frame_header *h, struct evx_diag *diag)
{
	struct evx_found f = { .ref = { .sequence = c->sequence,
				       .position = c->position,
				       .stored = h->stored,
				       .plain = h->plain } };
	enum evx_err err = EVX_OK;

	memcpy(f.ref.key, h->key, 32);
	c->stats.frames++;
	if (h->type == EVX_FRAME_LISTING) {
		c->stats.listing_frames++;
		err = remember(&c->s->listing, &f, diag);
	} else if (h->type == EVX_FRAME_CONTENT_NODE && h->level == 0) {
		c->stats.content_nodes++;
		err = evx_salvage_node(c->s, &f, NULL);
		if (err == EVX_OK) {
			f.first = c->s->node->first;
			f.span = c->s->node->span;
			err = remember(&c->s->leaves, &f, diag);
		} else if (err != EVX_E_MEMORY) {
			c->stats.broken_frames++;
			err = EVX_OK;
		}
	}
	evx_wipe(&f, sizeof(f));
	return err;
}

static void advance(struct scan *c, uint64_t n, bool explained)
{
	c->position += n;
	if (!explained)
		c->stats.skipped_bytes += n;
	if (c->s->opts.progress != NULL)
		atomic_fetch_add_explicit(
			&c->s->opts.progress->bytes_done, n, memory_order_relaxed);
}

static bool open_header(
	struct scan *c, uint64_t position, const uint8_t *sealed, struct evx_frame_header *h)
{
	return evx_frame_codec_header_open(c->s->codec, c->header_key, c->sequence, position,
		       sealed, h, NULL) == EVX_OK;
}

/* Goes to the next position at which a header opens, or past what can be tried in one piece. */
static void resync(struct scan *c)
{
	const struct evx_payload_source *src = c->s->opts.src;
	uint64_t left = c->end - c->position;
	size_t n = left < TRIAL + EVX_FRAME_HEADER_LEN - 1 ? (size_t)left :
							     TRIAL + EVX_FRAME_HEADER_LEN - 1,
	       i;
	struct evx_frame_header h;

	if (n < EVX_FRAME_HEADER_LEN) {
		advance(c, left, false);
		return;
	}
	if (src->read(src->ctx, c->sequence, c->position, c->trial, n, NULL) != EVX_OK) {
		advance(c, left < UNREAD ? left : UNREAD, false);
		return;
	}
	for (i = 0; i + EVX_FRAME_HEADER_LEN <= n; i++)
		if (open_header(c, c->position + i, c->trial + i, &h))
			break;
	evx_wipe(&h, sizeof(h));
	advance(c, i, false);
}

/* One frame, one try, or one gap. */
static enum evx_err step(struct scan *c, struct evx_diag *diag)
{
	const struct evx_payload_source *src = c->s->opts.src;
	uint8_t sealed[EVX_FRAME_HEADER_LEN];
	struct evx_frame_header h;
	enum evx_err err;

	if (src->present != NULL) {
		uint64_t len = src->sequence_len[c->sequence],
			 start = src->present(src->ctx, c->sequence, c->position, &c->end);

		start = start < len ? start : len;
		c->end = c->end < len ? c->end : len;
		if (start > c->position) {
			advance(c, start - c->position, false);
			return EVX_OK;
		}
	}
	if (c->end - c->position < sizeof(sealed) ||
		src->read(src->ctx, c->sequence, c->position, sealed, sizeof(sealed), NULL) !=
			EVX_OK ||
		!open_header(c, c->position, sealed, &h)) {
		resync(c);
		return EVX_OK;
	}
	err = keep(c, &h, diag);
	advance(c, h.stored, true);
	evx_wipe(&h, sizeof(h));
	return err;
}

static int by_first(const void *a, const void *b)
{
	const struct evx_found *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static enum evx_err scan_sequence(struct scan *c, uint32_t sequence, struct evx_diag *diag)
{
	uint64_t len = c->s->opts.src->sequence_len[sequence];
	enum evx_err err = EVX_OK;

	c->sequence = sequence;
	c->position = 0;
	c->end = len;
	while (err == EVX_OK && c->position < len)
		err = evx_cancelled(c->s->opts.cancel) ?
			evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. No evidence was changed.") :
			step(c, diag);
	return err;
}

enum evx_err evx_salvage_divide(const uint8_t secret[32], uint64_t n,
	bool (*read)(void *ctx, uint64_t i, uint8_t header[EVX_FRAME_HEADER_LEN]), void *ctx,
	uint64_t *first, struct evx_diag *diag)
{
	uint8_t key[32], sealed[EVX_FRAME_HEADER_LEN];
	struct evx_frame_codec *codec = NULL;
	struct evx_frame_header h = { 0 };
	enum evx_err err = evx_frame_codec_new(0, &codec, diag);

	*first = n;
	if (err != EVX_OK)
		return err;
	evx_frame_codec_header_key(secret, key);
	for (uint64_t i = 1; i < n && *first == n; i++)
		if (read(ctx, i, sealed) &&
			evx_frame_codec_header_open(codec, key, 1, 0, sealed, &h, NULL) == EVX_OK)
			*first = i;
	evx_wipe(&h, sizeof(h));
	evx_wipe(key, sizeof(key));
	evx_frame_codec_free(codec);
	return EVX_OK;
}

enum evx_err evx_salvage_scan(const struct evx_salvage_opts *opts, struct evx_salvage **out,
	struct evx_salvage_stats *stats, struct evx_diag *diag)
{
	struct evx_salvage *s = calloc(1, sizeof(*s));
	struct scan c = { .s = s };
	enum evx_err err = EVX_E_MEMORY;

	*out = NULL;
	memset(stats, 0, sizeof(*stats));
	c.trial = malloc(TRIAL + EVX_FRAME_HEADER_LEN);
	if (s == NULL || c.trial == NULL || (s->node = calloc(1, sizeof(*s->node))) == NULL) {
		(void)evx_fail_buf(diag, err);
		goto out;
	}
	s->opts = *opts;
	s->opts.secret = NULL;
	evx_frame_codec_header_key(opts->secret, c.header_key);
	err = evx_frame_codec_new(0, &s->codec, diag);
	for (uint32_t sequence = 0; sequence < 2 && err == EVX_OK; sequence++)
		err = scan_sequence(&c, sequence, diag);
	if (err != EVX_OK)
		goto out;
	if (s->leaves.count > 0)
		qsort(s->leaves.items, s->leaves.count, sizeof(*s->leaves.items), by_first);
	s->node_of = NULL;
	*stats = c.stats;
	*out = s;
	s = NULL;
out:
	evx_salvage_free(s);
	free(c.trial);
	evx_wipe(c.header_key, sizeof(c.header_key));
	return err;
}
