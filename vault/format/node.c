/* References and tree nodes. */
#include "format/node.h"

#include <string.h>

#include "base/cursor.h"

/* id 32, key 32, sequence be32, position be64, stored be32, plain be32, span be64 */

void evx_ref_encode(const struct evx_ref *ref, uint8_t out[EVX_REF_LEN])
{
	memcpy(out, ref->id, 32);
	memcpy(out + 32, ref->key, 32);
	evx_put_be32(out + 64, ref->sequence);
	evx_put_be64(out + 68, ref->position);
	evx_put_be32(out + 76, ref->stored);
	evx_put_be32(out + 80, ref->plain);
	evx_put_be64(out + 84, ref->span);
}

static enum evx_err read_ref(struct evx_cursor *c, struct evx_ref *r)
{
	enum evx_err err;

	if ((err = evx_cursor_copy(c, r->id, 32)) != EVX_OK ||
		(err = evx_cursor_copy(c, r->key, 32)) != EVX_OK ||
		(err = evx_cursor_be32(c, &r->sequence)) != EVX_OK ||
		(err = evx_cursor_be64(c, &r->position)) != EVX_OK ||
		(err = evx_cursor_be32(c, &r->stored)) != EVX_OK ||
		(err = evx_cursor_be32(c, &r->plain)) != EVX_OK)
		return err;
	return evx_cursor_be64(c, &r->span);
}

static bool node_length(uint32_t plain)
{
	return plain >= EVX_NODE_HEAD_LEN + EVX_REF_LEN && plain <= EVX_NODE_LEN_MAX &&
		(plain - EVX_NODE_HEAD_LEN) % EVX_REF_LEN == 0;
}

enum evx_err evx_ref_check(const struct evx_ref *ref, uint8_t type, struct evx_diag *diag)
{
	bool node = type == EVX_FRAME_CONTENT_NODE || type == EVX_FRAME_LISTING_NODE;
	enum evx_err err = evx_frame_lengths_check(type, ref->stored, ref->plain, diag);

	if (err != EVX_OK)
		return err;
	if (ref->sequence > 1)
		return evx_fail(diag, EVX_E_CORRUPT,
			"reference: sequence: expected 0 or 1, found %u", ref->sequence);
	if (ref->position > (uint64_t)INT64_MAX - ref->stored)
		return evx_fail(diag, EVX_E_CORRUPT, "reference: position %llu is past any payload",
			(unsigned long long)ref->position);
	if (ref->span == 0 || ref->span > INT64_MAX)
		return evx_fail(
			diag, EVX_E_CORRUPT, "reference: span %llu", (unsigned long long)ref->span);
	if (node && !node_length(ref->plain))
		return evx_fail(diag, EVX_E_CORRUPT, "reference: no node has %u bytes", ref->plain);
	if (!node && ref->span != ref->plain)
		return evx_fail(diag, EVX_E_CORRUPT, "reference: span: expected %u, found %llu",
			ref->plain, (unsigned long long)ref->span);
	return EVX_OK;
}

size_t evx_node_encode(uint64_t first, const struct evx_ref *refs, uint32_t count, uint8_t *out)
{
	evx_put_be64(out, first);
	evx_put_be32(out + 8, count);
	for (uint32_t i = 0; i < count; i++)
		evx_ref_encode(&refs[i], out + EVX_NODE_HEAD_LEN + (size_t)i * EVX_REF_LEN);
	return EVX_NODE_HEAD_LEN + (size_t)count * EVX_REF_LEN;
}

static enum evx_err read_refs(
	struct evx_cursor *c, uint8_t type, struct evx_node *out, struct evx_diag *diag)
{
	enum evx_err err;

	for (uint32_t i = 0; i < out->count; i++) {
		struct evx_ref *ref = &out->refs[i];

		if ((err = read_ref(c, ref)) != EVX_OK ||
			(err = evx_ref_check(ref, type, diag)) != EVX_OK)
			return err;
		if (ref->span > INT64_MAX - out->span)
			return evx_fail(diag, EVX_E_CORRUPT, "tree node: spans pass 2^63");
		out->span += ref->span;
	}
	if (out->first > INT64_MAX - out->span)
		return evx_fail(diag, EVX_E_CORRUPT, "tree node: first %llu is past any stream",
			(unsigned long long)out->first);
	return EVX_OK;
}

enum evx_err evx_node_decode_loose(const uint8_t *p, size_t n, uint8_t stream, uint8_t level,
	struct evx_node *out, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	uint8_t node = stream == EVX_FRAME_DATA ? EVX_FRAME_CONTENT_NODE : EVX_FRAME_LISTING_NODE;
	enum evx_err err;

	out->span = 0;
	out->count = 0;
	if (level >= EVX_TREE_LEVELS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "tree node: level %u (limit %u)", level,
			EVX_TREE_LEVELS_MAX - 1);
	if ((err = evx_cursor_be64(&c, &out->first)) != EVX_OK ||
		(err = evx_cursor_be32(&c, &out->count)) != EVX_OK)
		return evx_fail(diag, err, "tree node: %zu bytes", n);
	if (out->count > EVX_NODE_REFS_MAX)
		err = evx_fail(diag, EVX_E_LIMIT, "tree node: %u references (limit %u)", out->count,
			EVX_NODE_REFS_MAX);
	else if (out->count == 0)
		err = evx_fail(diag, EVX_E_CORRUPT, "tree node: no references");
	else if (evx_cursor_left(&c) < (size_t)out->count * EVX_REF_LEN)
		err = evx_fail(diag, EVX_E_TRUNCATED,
			"tree node: %u references do not fit %zu bytes", out->count, n);
	else if (evx_cursor_left(&c) > (size_t)out->count * EVX_REF_LEN)
		err = evx_fail(diag, EVX_E_CORRUPT, "tree node: %zu bytes for %u references", n,
			out->count);
	else
		err = read_refs(&c, level == 0 ? stream : node, out, diag);
	if (err != EVX_OK)
		explicit_bzero(out, sizeof(*out));
	return err;
}

enum evx_err evx_node_decode(const uint8_t *p, size_t n, uint8_t stream, uint8_t level,
	uint64_t first, uint64_t span, struct evx_node *out, struct evx_diag *diag)
{
	enum evx_err err = evx_node_decode_loose(p, n, stream, level, out, diag);

	if (err != EVX_OK)
		return err;
	if (out->first != first)
		err = evx_fail(diag, EVX_E_CORRUPT, "tree node: first: expected %llu, found %llu",
			(unsigned long long)first, (unsigned long long)out->first);
	else if (out->span != span)
		err = evx_fail(diag, EVX_E_CORRUPT, "tree node: span: expected %llu, found %llu",
			(unsigned long long)span, (unsigned long long)out->span);
	if (err != EVX_OK)
		explicit_bzero(out, sizeof(*out));
	return err;
}
