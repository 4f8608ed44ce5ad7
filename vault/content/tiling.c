/* That frames cover a payload and nothing else does. */
#include "content/tiling.h"

#include <stdlib.h>
#include <string.h>

#include "content/frame_read.h"
#include "content/tree_read.h"
#include "crypto/secret.h"

#define WINDOW 524288u

struct framed {
	uint64_t position;
	struct evx_frame_header h;
	bool met; /* by a reference */
};

struct tiling {
	const struct evx_tiling_opts *o;
	struct evx_frame_codec *codec;
	uint8_t header_key[32];
	struct framed *window;
	size_t count, max;
	uint32_t sequence;
	uint64_t from, to; /* the positions that the window covers */
	uint64_t frames;
};

/* Walks headers from t->to on until the window is full or the sequence ends. */
static enum evx_err walk(struct tiling *t, struct evx_diag *diag)
{
	const struct evx_payload_source *src = t->o->src;
	uint64_t len = src->sequence_len[t->sequence];
	uint8_t sealed[EVX_FRAME_HEADER_LEN];
	enum evx_err err;

	t->from = t->to;
	for (t->count = 0; t->count < t->max && t->to < len; t->count++) {
		struct framed *f = &t->window[t->count];

		if (evx_cancelled(t->o->cancel))
			return evx_fail(
				diag, EVX_E_INTERRUPTED, "Interrupted. No evidence was changed.");
		if (len - t->to < EVX_FRAME_HEADER_LEN)
			return evx_fail_at(diag, EVX_E_CORRUPT, NULL, t->to,
				"payload: %llu bytes after the last frame of sequence %u",
				(unsigned long long)(len - t->to), t->sequence);
		if ((err = src->read(src->ctx, t->sequence, t->to, sealed, sizeof(sealed), diag)) !=
				EVX_OK ||
			(err = evx_frame_codec_header_open(t->codec, t->header_key, t->sequence,
				 t->to, sealed, &f->h, diag)) != EVX_OK)
			return err;
		if (f->h.stored > len - t->to)
			return evx_fail_at(diag, EVX_E_CORRUPT, NULL, t->to,
				"payload: a frame passes the end of sequence %u", t->sequence);
		f->position = t->to;
		f->met = false;
		t->to += f->h.stored;
	}
	t->frames += t->count;
	return EVX_OK;
}

static struct framed *find(struct tiling *t, uint64_t position)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->window[mid].position == position)
			return &t->window[mid];
		if (t->window[mid].position < position)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static enum evx_err meet(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag)
{
	struct tiling *t = ctx;
	struct framed *f;

	if (ref->position >= t->o->src->sequence_len[ref->sequence])
		return evx_fail(diag, EVX_E_CORRUPT,
			"payload: a reference to %llu of sequence %u, which ends before",
			(unsigned long long)ref->position, ref->sequence);
	if (ref->sequence != t->sequence || ref->position < t->from || ref->position >= t->to)
		return EVX_OK;
	f = find(t, ref->position);
	if (f == NULL)
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, ref->position,
			"payload: a reference into the middle of a frame of sequence %u",
			t->sequence);
	if (f->h.type != type || f->h.level != level || f->h.stored != ref->stored ||
		f->h.plain != ref->plain || !evx_equal(f->h.key, ref->key, sizeof(f->h.key)))
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, ref->position,
			"payload: header and reference of a frame of sequence %u do not agree",
			t->sequence);
	f->met = true;
	return EVX_OK;
}

/* The padding frame: the sequence's last one, as long as it must be, nothing but zeros. */
static enum evx_err check_padding(struct tiling *t, struct evx_diag *diag)
{
	const struct evx_ref *ref = &t->o->padding[t->sequence];
	uint64_t len = t->o->src->sequence_len[t->sequence];
	struct evx_buf buf = EVX_BUF_INIT;
	const uint8_t *plain;
	enum evx_err err;

	if (!t->o->has_padding[t->sequence])
		return evx_fail(diag, EVX_E_CORRUPT, "payload: sequence %u has no padding frame",
			t->sequence);
	if ((err = evx_ref_check(ref, EVX_FRAME_PADDING, diag)) != EVX_OK)
		return err;
	if (ref->sequence != t->sequence || ref->position > len ||
		len - ref->position != ref->stored || evx_frame_padded_length(ref->position) != len)
		return evx_fail(diag, EVX_E_CORRUPT,
			"payload: the padding frame of sequence %u is not its last one, or has the "
			"wrong length",
			t->sequence);
	err = evx_frame_read(
		t->codec, t->o->src, EVX_FRAME_PADDING, 0, ref, true, &buf, &plain, diag);
	if (err == EVX_OK && (plain[0] != 0 || memcmp(plain, plain + 1, ref->plain - 1) != 0))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"payload: the padding of sequence %u is not zero", t->sequence);
	evx_buf_free(&buf);
	return err;
}

static enum evx_err check_window(struct tiling *t, struct evx_diag *diag)
{
	const struct evx_tiling_opts *o = t->o;
	enum evx_err err;

	if ((err = evx_tree_read_all(
		     o->src, EVX_FRAME_DATA, o->content, o->cancel, meet, t, diag)) != EVX_OK ||
		(err = evx_tree_read_all(o->src, EVX_FRAME_LISTING, o->listing, o->cancel, meet, t,
			 diag)) != EVX_OK ||
		(err = meet(t, EVX_FRAME_PADDING, 0, &o->padding[t->sequence], diag)) != EVX_OK)
		return err;
	for (size_t i = 0; i < t->count; i++)
		if (!t->window[i].met)
			return evx_fail_at(diag, EVX_E_CORRUPT, NULL, t->window[i].position,
				"payload: a frame of sequence %u to which nothing refers",
				t->sequence);
	return EVX_OK;
}

static enum evx_err check_sequence(struct tiling *t, uint32_t sequence, struct evx_diag *diag)
{
	uint64_t len = t->o->src->sequence_len[sequence];
	enum evx_err err;

	t->sequence = sequence;
	t->from = t->to = 0;
	if (len == 0)
		return t->o->has_padding[sequence] ?
			evx_fail(diag, EVX_E_CORRUPT, "payload: padding of an empty sequence") :
			EVX_OK;
	err = check_padding(t, diag);
	while (err == EVX_OK && t->to < len) {
		err = walk(t, diag);
		if (err == EVX_OK)
			err = check_window(t, diag);
	}
	return err;
}

enum evx_err evx_tiling_check(
	const struct evx_tiling_opts *opts, uint64_t *frames, struct evx_diag *diag)
{
	struct tiling t = { .o = opts, .max = opts->window != 0 ? opts->window : WINDOW };
	uint64_t longest;
	enum evx_err err;

	if (frames != NULL)
		*frames = 0;
	if (opts->src->sequence_len[0] == 0 && opts->src->sequence_len[1] == 0)
		return evx_fail(diag, EVX_E_CORRUPT, "payload: empty");
	evx_frame_codec_header_key(opts->secret, t.header_key);
	err = evx_frame_codec_new(0, &t.codec, diag);
	if (err != EVX_OK)
		goto out;
	longest = opts->src->sequence_len[0] > opts->src->sequence_len[1] ?
		opts->src->sequence_len[0] :
		opts->src->sequence_len[1];
	if (longest / EVX_FRAME_HEADER_LEN < t.max)
		t.max = (size_t)(longest / EVX_FRAME_HEADER_LEN) + 1;
	t.window = calloc(t.max, sizeof(*t.window));
	if (t.window == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	for (uint32_t sequence = 0; sequence < 2 && err == EVX_OK; sequence++)
		err = check_sequence(&t, sequence, diag);
	if (err == EVX_OK && frames != NULL)
		*frames = t.frames;
out:
	if (t.window != NULL)
		evx_wipe(t.window, t.max * sizeof(*t.window));
	free(t.window);
	evx_frame_codec_free(t.codec);
	evx_wipe(t.header_key, sizeof(t.header_key));
	return err;
}
