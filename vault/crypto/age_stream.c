/* Makes and opens long age files. */
#include "crypto/age_stream.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "crypto/age_inner.h"

#define SEALED (EVX_AGE_CHUNK + EVX_AGE_TAG)
/* EVX_STANZAS_MAX stanzas of X25519, each of two lines of at most 64 characters, and the rest. */
#define HEADER_MAX 262144u

struct evx_age_out {
	enum evx_err (*put)(void *ctx, const void *p, size_t n, struct evx_diag *diag);
	void *ctx;
	uint8_t key[32];
	uint64_t index;
	size_t used;
	uint8_t plain[EVX_AGE_CHUNK], sealed[SEALED];
};

enum evx_err evx_age_out_new(const uint8_t (*pubs)[32], size_t count,
	enum evx_err (*put)(void *ctx, const void *p, size_t n, struct evx_diag *diag), void *ctx,
	struct evx_age_out **out, struct evx_diag *diag)
{
	uint8_t file_key[EVX_AGE_FILE_KEY], nonce[EVX_AGE_NONCE];
	struct evx_age_out *o = calloc(1, sizeof(*o));
	struct evx_buf header = EVX_BUF_INIT;
	enum evx_err err;

	*out = NULL;
	if (o == NULL)
		return evx_fail_memory(diag);
	o->put = put;
	o->ctx = ctx;
	evx_random(file_key, sizeof(file_key));
	evx_random(nonce, sizeof(nonce));
	evx_age_payload_key(file_key, nonce, o->key);
	err = evx_age_header_make(pubs, count, file_key, &header, diag);
	if (err == EVX_OK)
		err = evx_fail_buf(diag, evx_buf_add(&header, nonce, sizeof(nonce)));
	if (err == EVX_OK)
		err = put(ctx, header.data, header.len, diag);
	evx_wipe(file_key, sizeof(file_key));
	evx_buf_free(&header);
	if (err == EVX_OK)
		*out = o;
	else
		evx_age_out_free(o);
	return err;
}

static enum evx_err seal_chunk(struct evx_age_out *o, bool last, struct evx_diag *diag)
{
	uint8_t nonce[12];
	const size_t n = o->used;

	evx_age_chunk_nonce(o->index++, last, nonce);
	crypto_aead_chacha20poly1305_ietf_encrypt(
		o->sealed, NULL, o->plain, n, NULL, 0, NULL, nonce, o->key);
	o->used = 0;
	return o->put(o->ctx, o->sealed, n + EVX_AGE_TAG, diag);
}

enum evx_err evx_age_out_write(
	struct evx_age_out *o, const void *p, size_t n, struct evx_diag *diag)
{
	const uint8_t *at = p;
	enum evx_err err = EVX_OK;

	while (n > 0 && err == EVX_OK) {
		const size_t room = EVX_AGE_CHUNK - o->used, take = n < room ? n : room;

		/* A full chunk waits for more: the last one must be known as such. */
		if (take == 0) {
			err = seal_chunk(o, false, diag);
			continue;
		}
		memcpy(o->plain + o->used, at, take);
		o->used += take;
		at += take;
		n -= take;
	}
	return err;
}

enum evx_err evx_age_out_end(struct evx_age_out *o, struct evx_diag *diag)
{
	return seal_chunk(o, true, diag);
}

void evx_age_out_free(struct evx_age_out *o)
{
	if (o == NULL)
		return;
	evx_wipe(o, sizeof(*o));
	free(o);
}

struct evx_age_in {
	enum evx_err (*get)(void *ctx, void *p, size_t n, size_t *got, struct evx_diag *diag);
	void *ctx;
	uint8_t key[32];
	uint64_t index;
	bool ended;       /* the last chunk was opened */
	size_t at, plain; /* of the chunk that is open: bytes given, bytes there */
	size_t raw;       /* bytes waiting in ahead */
	uint8_t open[EVX_AGE_CHUNK];
	uint8_t ahead[HEADER_MAX + SEALED + 1];
};

/* Reads until `want` bytes wait, or the file ends. */
static enum evx_err fill(struct evx_age_in *in, size_t want, struct evx_diag *diag)
{
	size_t got = 0;
	enum evx_err err;

	if (in->raw >= want)
		return EVX_OK;
	err = in->get(in->ctx, in->ahead + in->raw, want - in->raw, &got, diag);
	if (err == EVX_OK)
		in->raw += got;
	return err;
}

static void drop(struct evx_age_in *in, size_t n)
{
	memmove(in->ahead, in->ahead + n, in->raw - n);
	in->raw -= n;
}

enum evx_err evx_age_in_new(const struct evx_age_open *open,
	enum evx_err (*get)(void *ctx, void *p, size_t n, size_t *got, struct evx_diag *diag),
	void *ctx, struct evx_age_in **out, struct evx_diag *diag)
{
	struct evx_age_in *in = calloc(1, sizeof(*in));
	uint8_t file_key[EVX_AGE_FILE_KEY] = { 0 };
	struct evx_age_walk w;
	const uint8_t *nonce;
	enum evx_err err;

	*out = NULL;
	if (in == NULL)
		return evx_fail_memory(diag);
	in->get = get;
	in->ctx = ctx;
	err = fill(in, HEADER_MAX, diag);
	if (err == EVX_OK)
		err = evx_age_header_open(open, in->ahead, in->raw, &w, file_key, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_cursor_bytes(&w.c, EVX_AGE_NONCE, &nonce);
	if (err != EVX_OK) {
		err = evx_fail(diag, err,
			"age payload: expected a nonce of %d bytes, found the end", EVX_AGE_NONCE);
		goto out;
	}
	evx_age_payload_key(file_key, nonce, in->key);
	drop(in, w.c.pos);
	*out = in;
	in = NULL;
out:
	evx_wipe(file_key, sizeof(file_key));
	evx_age_in_free(in);
	return err;
}

static enum evx_err open_chunk(struct evx_age_in *in, struct evx_diag *diag)
{
	unsigned long long plain = 0;
	uint8_t nonce[12];
	size_t take;
	enum evx_err err = fill(in, SEALED + 1, diag);

	if (err != EVX_OK)
		return err;
	in->ended = in->raw <= SEALED;
	take = in->ended ? in->raw : SEALED;
	if (take < EVX_AGE_TAG)
		return evx_fail(
			diag, EVX_E_TRUNCATED, "age payload: expected a last chunk, found the end");
	evx_age_chunk_nonce(in->index, in->ended, nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(
		    in->open, &plain, NULL, in->ahead, take, NULL, 0, nonce, in->key) != 0)
		return evx_fail(diag, EVX_E_FORGED,
			"age payload: expected an authentic chunk, found a damaged or cut one");
	if (plain == 0 && in->index > 0)
		return evx_fail(diag, EVX_E_FORGED,
			"age payload: expected bytes in the last chunk, found none");
	in->index++;
	in->at = 0;
	in->plain = (size_t)plain;
	drop(in, take);
	return EVX_OK;
}

enum evx_err evx_age_in_read(
	struct evx_age_in *in, void *p, size_t n, size_t *got, struct evx_diag *diag)
{
	uint8_t *to = p;
	enum evx_err err = EVX_OK;

	*got = 0;
	while (*got < n && err == EVX_OK) {
		const size_t there = in->plain - in->at, left = n - *got;
		const size_t take = left < there ? left : there;

		memcpy(to + *got, in->open + in->at, take);
		in->at += take;
		*got += take;
		if (*got == n || (in->ended && in->at == in->plain))
			break;
		err = open_chunk(in, diag);
	}
	return err;
}

void evx_age_in_free(struct evx_age_in *in)
{
	if (in == NULL)
		return;
	evx_wipe(in, sizeof(*in));
	free(in);
}
