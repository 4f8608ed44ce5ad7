/* Both kinds of message are be32 LENGTH and LENGTH bytes. A request:
 *
 *   u8 act, u8 flags (1 exact, 2 reread, 4 has hash, 8 unseen), u8 place, name, source (each be32
 * length and bytes), be64 offset, be64 size, 32 bytes hash, be64 until, body (be32 length and
 * bytes)
 *
 * An answer is u8 said, and then by kind:
 *
 *   progress  be64 size
 *   item      be64 size, name
 *   bytes     the bytes
 *   about     u8 flags (1 lists, 2 renames, 4 removes, 8 locks, 16 conditional), be64 free, be64
 * largest done      u8 error, u8 again, be32 wait, be64 size, be64 until, u8 has hash, 32 bytes
 * hash, text
 *
 * where the last field takes all bytes that are left. */
#include "remote/remote_message.h"

#include <string.h>

#include "base/cursor.h"

#define ANSWER_MAX (EVX_REMOTE_CHUNK + 64u)

static enum evx_err add_field(struct evx_buf *b, const void *p, size_t n)
{
	enum evx_err err = evx_buf_add_be32(b, (uint32_t)n);

	return err == EVX_OK && n > 0 ? evx_buf_add(b, p, n) : err;
}

/* Puts the length in front of what stands in b from start + 4 on. */
static void close_message(struct evx_buf *b, size_t start)
{
	evx_put_be32(b->data + start, (uint32_t)(b->len - start - 4));
}

enum evx_err evx_remote_request_encode(
	const struct evx_remote_request *q, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len, n = strlen(q->name), source = strlen(q->source);
	const bool below_all = q->act == EVX_REMOTE_LIST && n == 0;
	const bool no_name = q->act == EVX_REMOTE_ABOUT || q->act == EVX_REMOTE_FLUSH;
	enum evx_err err;

	if (!below_all && !no_name && !evx_remote_name_valid(q->name, n))
		return evx_fail(diag, EVX_E_USAGE, "remote: %s is no name of an object", q->name);
	if (q->body.len > EVX_REMOTE_BODY_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "remote: too many bytes for one request");
	err = evx_buf_add_be32(out, 0);
	if (err == EVX_OK)
		err = evx_buf_add_u8(out, (uint8_t)q->act);
	if (err == EVX_OK)
		err = evx_buf_add_u8(out,
			(uint8_t)((q->exact ? 1 : 0) | (q->reread ? 2 : 0) | (q->has_hash ? 4 : 0) |
				(q->unseen ? 8 : 0)));
	if (err == EVX_OK)
		err = evx_buf_add_u8(out, q->place);
	if (err == EVX_OK)
		err = add_field(out, q->name, n);
	if (err == EVX_OK)
		err = add_field(out, q->source, source);
	if (err == EVX_OK)
		err = evx_buf_add_be64(out, q->offset);
	if (err == EVX_OK)
		err = evx_buf_add_be64(out, q->size);
	if (err == EVX_OK)
		err = evx_buf_add(out, q->hash, sizeof(q->hash));
	if (err == EVX_OK)
		err = evx_buf_add_be64(out, (uint64_t)q->until);
	if (err == EVX_OK)
		err = add_field(out, q->body.data, q->body.len);
	if (err != EVX_OK)
		return evx_fail(diag, err, "remote: out of memory");
	close_message(out, start);
	return EVX_OK;
}

/* A text of less than cap bytes, without a NUL in it. */
static enum evx_err take_text(struct evx_cursor *c, size_t n, char *to, size_t cap)
{
	const uint8_t *p;
	enum evx_err err = n < cap ? evx_cursor_bytes(c, n, &p) : EVX_E_LIMIT;

	if (err != EVX_OK)
		return err;
	if (n > 0 && memchr(p, '\0', n) != NULL)
		return EVX_E_CORRUPT;
	if (n > 0)
		memcpy(to, p, n);
	to[n] = '\0';
	return EVX_OK;
}

static enum evx_err take_field(struct evx_cursor *c, char *to, size_t cap)
{
	uint32_t n;
	enum evx_err err = evx_cursor_be32(c, &n);

	return err == EVX_OK ? take_text(c, n, to, cap) : err;
}

enum evx_err evx_remote_request_decode(const uint8_t *p, size_t n, struct evx_remote_request *out)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	const uint8_t *body;
	uint8_t act, flags;
	uint32_t len;
	uint64_t until;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_cursor_u8(&c, &act);
	if (err == EVX_OK && act >= EVX_REMOTE_ACTS)
		err = EVX_E_CORRUPT;
	if (err == EVX_OK)
		err = evx_cursor_u8(&c, &flags);
	if (err == EVX_OK)
		err = evx_cursor_u8(&c, &out->place);
	if (err == EVX_OK)
		err = take_field(&c, out->name, sizeof(out->name));
	if (err == EVX_OK)
		err = take_field(&c, out->source, sizeof(out->source));
	if (err == EVX_OK)
		err = evx_cursor_be64(&c, &out->offset);
	if (err == EVX_OK)
		err = evx_cursor_be64(&c, &out->size);
	if (err == EVX_OK)
		err = evx_cursor_copy(&c, out->hash, sizeof(out->hash));
	if (err == EVX_OK)
		err = evx_cursor_be64(&c, &until);
	if (err == EVX_OK)
		err = evx_cursor_be32(&c, &len);
	if (err == EVX_OK && len > EVX_REMOTE_BODY_MAX)
		err = EVX_E_LIMIT;
	if (err == EVX_OK)
		err = evx_cursor_bytes(&c, len, &body);
	if (err == EVX_OK)
		err = evx_cursor_end(&c);
	if (err == EVX_OK && len > 0)
		err = evx_buf_add(&out->body, body, len);
	if (err != EVX_OK)
		return err;
	out->act = (enum evx_remote_act)act;
	out->exact = (flags & 1) != 0;
	out->reread = (flags & 2) != 0;
	out->has_hash = (flags & 4) != 0;
	out->unseen = (flags & 8) != 0;
	out->until = (int64_t)until;
	return EVX_OK;
}

static enum evx_err encode_done(const struct evx_remote_answer *a, struct evx_buf *out)
{
	enum evx_err err = evx_buf_add_u8(out, (uint8_t)a->err);

	if (err == EVX_OK)
		err = evx_buf_add_u8(out, (uint8_t)a->again);
	if (err == EVX_OK)
		err = evx_buf_add_be32(out, a->wait);
	if (err == EVX_OK)
		err = evx_buf_add_be64(out, a->stat.size);
	if (err == EVX_OK)
		err = evx_buf_add_be64(out, (uint64_t)a->stat.until);
	if (err == EVX_OK)
		err = evx_buf_add_u8(out, a->stat.has_hash ? 1 : 0);
	if (err == EVX_OK)
		err = evx_buf_add(out, a->stat.hash, sizeof(a->stat.hash));
	return err == EVX_OK ? evx_buf_adds(out, a->text) : err;
}

static enum evx_err encode_about(const struct evx_remote_about *a, struct evx_buf *out)
{
	const int flags = (a->lists ? 1 : 0) | (a->renames ? 2 : 0) | (a->removes ? 4 : 0) |
		(a->locks ? 8 : 0) | (a->conditional ? 16 : 0);
	enum evx_err err = evx_buf_add_u8(out, (uint8_t)flags);

	if (err == EVX_OK)
		err = evx_buf_add_be64(out, a->free_bytes);
	return err == EVX_OK ? evx_buf_add_be64(out, a->largest) : err;
}

enum evx_err evx_remote_answer_encode(const struct evx_remote_answer *a, struct evx_buf *out)
{
	const size_t start = out->len;
	enum evx_err err = evx_buf_add_be32(out, 0);

	if (err == EVX_OK)
		err = evx_buf_add_u8(out, (uint8_t)a->said);
	if (err == EVX_OK &&
		(a->said == EVX_REMOTE_SAID_PROGRESS || a->said == EVX_REMOTE_SAID_ITEM))
		err = evx_buf_add_be64(out, a->size);
	if (err == EVX_OK && a->said == EVX_REMOTE_SAID_ITEM)
		err = evx_buf_adds(out, a->name);
	if (err == EVX_OK && a->said == EVX_REMOTE_SAID_BYTES)
		err = evx_buf_add(out, a->bytes, a->nbytes);
	if (err == EVX_OK && a->said == EVX_REMOTE_SAID_ABOUT)
		err = encode_about(&a->about, out);
	if (err == EVX_OK && a->said == EVX_REMOTE_SAID_DONE)
		err = encode_done(a, out);
	if (err == EVX_OK)
		close_message(out, start);
	return err;
}

static enum evx_err decode_done(struct evx_cursor *c, struct evx_remote_answer *out)
{
	uint8_t code = 0, again = 0, has = 0;
	uint64_t until = 0;
	enum evx_err err = evx_cursor_u8(c, &code);

	if (err == EVX_OK)
		err = evx_cursor_u8(c, &again);
	if (err == EVX_OK)
		err = evx_cursor_be32(c, &out->wait);
	if (err == EVX_OK)
		err = evx_cursor_be64(c, &out->stat.size);
	if (err == EVX_OK)
		err = evx_cursor_be64(c, &until);
	if (err == EVX_OK)
		err = evx_cursor_u8(c, &has);
	if (err == EVX_OK)
		err = evx_cursor_copy(c, out->stat.hash, sizeof(out->stat.hash));
	if (err == EVX_OK)
		err = take_text(c, evx_cursor_left(c), out->text, sizeof(out->text));
	if (err != EVX_OK)
		return err;
	if (code > EVX_E_INTERRUPTED || again > EVX_REMOTE_NO_LINE || has > 1)
		return EVX_E_CORRUPT;
	out->err = (enum evx_err)code;
	out->again = (enum evx_remote_again)again;
	out->stat.until = (int64_t)until;
	out->stat.has_hash = has == 1;
	return EVX_OK;
}

static enum evx_err decode_about(struct evx_cursor *c, struct evx_remote_about *out)
{
	uint8_t flags = 0;
	enum evx_err err = evx_cursor_u8(c, &flags);

	if (err == EVX_OK)
		err = evx_cursor_be64(c, &out->free_bytes);
	if (err == EVX_OK)
		err = evx_cursor_be64(c, &out->largest);
	if (err == EVX_OK && flags > 31)
		err = EVX_E_CORRUPT;
	out->lists = (flags & 1) != 0;
	out->renames = (flags & 2) != 0;
	out->removes = (flags & 4) != 0;
	out->locks = (flags & 8) != 0;
	out->conditional = (flags & 16) != 0;
	return err;
}

static enum evx_err decode_body(struct evx_cursor *c, struct evx_remote_answer *out)
{
	enum evx_err err = EVX_OK;

	switch (out->said) {
	case EVX_REMOTE_SAID_PROGRESS:
		return evx_cursor_be64(c, &out->size);
	case EVX_REMOTE_SAID_ITEM:
		err = evx_cursor_be64(c, &out->size);
		if (err == EVX_OK)
			err = take_text(c, evx_cursor_left(c), out->name, sizeof(out->name));
		if (err == EVX_OK && !evx_remote_name_valid(out->name, strlen(out->name)))
			err = EVX_E_CORRUPT;
		return err;
	case EVX_REMOTE_SAID_BYTES:
		out->nbytes = evx_cursor_left(c);
		return evx_cursor_bytes(c, out->nbytes, &out->bytes);
	case EVX_REMOTE_SAID_ABOUT:
		return decode_about(c, &out->about);
	case EVX_REMOTE_SAID_DONE:
		return decode_done(c, out);
	case EVX_REMOTE_SAID_ALL:
		break;
	}
	return EVX_E_CORRUPT;
}

enum evx_err evx_remote_answer_decode(
	const uint8_t *p, size_t n, struct evx_remote_answer *out, size_t *used)
{
	struct evx_cursor c;
	uint8_t said = 0;
	uint32_t len;
	enum evx_err err;

	*used = 0;
	if (n < 4)
		return EVX_OK;
	len = evx_get_be32(p);
	if (len > ANSWER_MAX)
		return EVX_E_LIMIT;
	if (n - 4 < len)
		return EVX_OK;
	memset(out, 0, sizeof(*out));
	c = evx_cursor_over(p + 4, len);
	err = evx_cursor_u8(&c, &said);
	if (err == EVX_OK && said >= EVX_REMOTE_SAID_ALL)
		err = EVX_E_CORRUPT;
	out->said = (enum evx_remote_said)said;
	if (err == EVX_OK)
		err = decode_body(&c, out);
	if (err == EVX_OK)
		err = evx_cursor_end(&c);
	if (err != EVX_OK)
		return EVX_E_CORRUPT;
	*used = 4 + (size_t)len;
	return EVX_OK;
}
