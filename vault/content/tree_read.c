/* References of a stream in order, from any offset. */
#include "content/tree_read.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"

struct evx_tree_reader {
	const struct evx_payload_source *src;
	struct evx_tree_root root;
	uint8_t stream, node_type;
	struct evx_frame_codec *codec;
	struct evx_buf buf;
	struct evx_node *nodes[EVX_TREE_LEVELS_MAX];
	uint32_t next[EVX_TREE_LEVELS_MAX]; /* index of the reference that comes next at this level
					     */
	uint64_t offset[EVX_TREE_LEVELS_MAX]; /* and its stream offset */
	bool begun, ended;
	evx_tree_visit visit;
	void *visit_ctx;
};

enum evx_err evx_tree_read_new(const struct evx_payload_source *src, uint8_t stream,
	const struct evx_tree_root *root, struct evx_tree_reader **out, struct evx_diag *diag)
{
	uint8_t node_type = stream == EVX_FRAME_DATA ? EVX_FRAME_CONTENT_NODE :
						       EVX_FRAME_LISTING_NODE;
	struct evx_tree_reader *t;
	enum evx_err err;

	*out = NULL;
	if (root->present && root->level >= EVX_TREE_LEVELS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "tree: root of level %u (limit %u)", root->level,
			EVX_TREE_LEVELS_MAX - 1);
	if (root->present && (err = evx_ref_check(&root->ref, node_type, diag)) != EVX_OK)
		return err;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return evx_fail_memory(diag);
	t->src = src;
	t->root = *root;
	t->stream = stream;
	t->node_type = node_type;
	t->ended = !root->present;
	err = evx_frame_codec_new(0, &t->codec, diag);
	if (err != EVX_OK) {
		evx_tree_read_free(t);
		return err;
	}
	*out = t;
	return EVX_OK;
}

void evx_tree_read_free(struct evx_tree_reader *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < EVX_TREE_LEVELS_MAX; i++)
		if (t->nodes[i] != NULL) {
			evx_wipe(t->nodes[i], sizeof(*t->nodes[i]));
			free(t->nodes[i]);
		}
	evx_frame_codec_free(t->codec);
	evx_buf_free(&t->buf);
	evx_wipe(t, sizeof(*t));
	free(t);
}

uint64_t evx_tree_read_length(const struct evx_tree_reader *t)
{
	return t->root.present ? t->root.ref.span : 0;
}

/* Loads the node of this level that ref refers to, which covers the stream from offset first. */
static enum evx_err load(struct evx_tree_reader *t, uint8_t level, const struct evx_ref *ref,
	uint64_t first, struct evx_diag *diag)
{
	const uint8_t *plain;
	enum evx_err err;

	if (t->visit != NULL &&
		(err = t->visit(t->visit_ctx, t->node_type, level, ref, diag)) != EVX_OK)
		return err;
	if (t->nodes[level] == NULL)
		t->nodes[level] = calloc(1, sizeof(*t->nodes[level]));
	if (t->nodes[level] == NULL)
		return evx_fail_memory(diag);
	err = evx_frame_read(
		t->codec, t->src, t->node_type, level, ref, true, &t->buf, &plain, diag);
	if (err != EVX_OK)
		return err;
	t->next[level] = 0;
	t->offset[level] = first;
	return evx_node_decode(
		plain, ref->plain, t->stream, level, first, ref->span, t->nodes[level], diag);
}

/* Takes the next reference of a level. */
static const struct evx_ref *take(struct evx_tree_reader *t, unsigned level, uint64_t *offset)
{
	const struct evx_ref *ref = &t->nodes[level]->refs[t->next[level]++];

	*offset = t->offset[level];
	t->offset[level] += ref->span;
	return ref;
}

/* The lowest level that still has a reference to give, or -1. */
static int lowest(const struct evx_tree_reader *t)
{
	for (int i = 0; i <= t->root.level; i++)
		if (t->nodes[i] != NULL && t->next[i] < t->nodes[i]->count)
			return i;
	return -1;
}

static enum evx_err load_root(struct evx_tree_reader *t, struct evx_diag *diag)
{
	for (size_t i = 0; i < EVX_TREE_LEVELS_MAX; i++)
		if (t->nodes[i] != NULL)
			t->nodes[i]->count = t->next[i] = 0;
	t->begun = true;
	t->ended = false;
	return load(t, t->root.level, &t->root.ref, 0, diag);
}

enum evx_err evx_tree_read_seek(struct evx_tree_reader *t, uint64_t offset, struct evx_diag *diag)
{
	enum evx_err err;

	if (offset >= evx_tree_read_length(t))
		return evx_fail(diag, EVX_E_USAGE, "stream: seek to %llu of %llu bytes",
			(unsigned long long)offset, (unsigned long long)evx_tree_read_length(t));
	if ((err = load_root(t, diag)) != EVX_OK)
		return err;
	for (unsigned level = t->root.level;; level--) {
		const struct evx_node *node = t->nodes[level];

		while (t->offset[level] + node->refs[t->next[level]].span <= offset)
			t->offset[level] += node->refs[t->next[level]++].span;
		if (level == 0)
			return EVX_OK;
		uint64_t first;
		const struct evx_ref *ref = take(t, level, &first);

		if ((err = load(t, (uint8_t)(level - 1), ref, first, diag)) != EVX_OK)
			return err;
	}
}

enum evx_err evx_tree_read_next(struct evx_tree_reader *t, const struct evx_ref **ref,
	uint64_t *offset, bool *end, struct evx_diag *diag)
{
	enum evx_err err;
	int level;

	*ref = NULL;
	*offset = 0;
	*end = t->ended;
	if (t->ended)
		return EVX_OK;
	if (!t->begun && (err = load_root(t, diag)) != EVX_OK)
		return err;
	level = lowest(t);
	if (level < 0) {
		*end = t->ended = true;
		return EVX_OK;
	}
	for (; level > 0; level--) {
		uint64_t first;
		const struct evx_ref *below = take(t, (unsigned)level, &first);

		if ((err = load(t, (uint8_t)(level - 1), below, first, diag)) != EVX_OK)
			return err;
	}
	*ref = take(t, 0, offset);
	return EVX_OK;
}

enum evx_err evx_tree_read_all(const struct evx_payload_source *src, uint8_t stream,
	const struct evx_tree_root *root, const struct evx_cancel *cancel, evx_tree_visit visit,
	void *ctx, struct evx_diag *diag)
{
	struct evx_tree_reader *t = NULL;
	const struct evx_ref *ref;
	uint64_t offset;
	bool end = false;
	enum evx_err err = evx_tree_read_new(src, stream, root, &t, diag);

	if (err != EVX_OK)
		return err;
	t->visit = visit;
	t->visit_ctx = ctx;
	while (err == EVX_OK) {
		if (evx_cancelled(cancel))
			err = evx_fail(
				diag, EVX_E_INTERRUPTED, "Interrupted. No evidence was changed.");
		else
			err = evx_tree_read_next(t, &ref, &offset, &end, diag);
		if (end || err != EVX_OK)
			break;
		err = visit(ctx, stream, 0, ref, diag);
	}
	evx_tree_read_free(t);
	return err;
}
