/* A referenced frame fetched, opened and compared with its reference. */
#include "content/frame_read.h"

#include "crypto/hash.h"
#include "crypto/secret.h"

enum evx_err evx_frame_read_into(struct evx_frame_codec *c, const struct evx_payload_source *src,
	uint8_t type, uint8_t level, const struct evx_ref *ref, bool check_id, uint8_t *room,
	uint8_t *scratch, const uint8_t **out, struct evx_diag *diag)
{
	size_t body_len = ref->stored - EVX_FRAME_HEADER_LEN;
	bool raw = body_len == ref->plain + EVX_FRAME_BODY_EXTRA;
	uint8_t *body = raw ? room : scratch, id[32];
	uint64_t len = src->sequence_len[ref->sequence];
	enum evx_err err;

	*out = NULL;
	if (check_id && type == EVX_FRAME_DATA)
		return evx_fail(diag, EVX_E_USAGE, "frame: the id of data is not its hash");
	if (ref->position > len || ref->stored > len - ref->position)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"frame: at %llu of sequence %u, which has %llu bytes",
			(unsigned long long)ref->position, ref->sequence, (unsigned long long)len);
	err = src->read(src->ctx, ref->sequence, ref->position + EVX_FRAME_HEADER_LEN, body,
		body_len, diag);
	if (err != EVX_OK)
		return err;
	err = evx_frame_codec_open(
		c, type, level, ref->key, ref->plain, body, body_len, room, out, diag);
	if (err != EVX_OK || !check_id)
		return err;
	evx_sha256(*out, ref->plain, id);
	if (evx_equal(id, ref->id, sizeof(id)))
		return EVX_OK;
	*out = NULL;
	return evx_fail(diag, EVX_E_FORGED,
		"frame: at %llu of sequence %u: its plaintext is not the one that was referenced",
		(unsigned long long)ref->position, ref->sequence);
}

enum evx_err evx_frame_read(struct evx_frame_codec *c, const struct evx_payload_source *src,
	uint8_t type, uint8_t level, const struct evx_ref *ref, bool check_id, struct evx_buf *buf,
	const uint8_t **out, struct evx_diag *diag)
{
	size_t room = ref->plain + EVX_FRAME_BODY_EXTRA;
	enum evx_err err;

	*out = NULL;
	evx_buf_reset(buf);
	err = evx_buf_reserve(buf, 2 * room);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	buf->len = 2 * room;
	return evx_frame_read_into(
		c, src, type, level, ref, check_id, buf->data, buf->data + room, out, diag);
}
