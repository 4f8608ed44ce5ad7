/* Opens age files. */
#include <string.h>

#include <sodium.h>

#include "crypto/age_inner.h"

static const uint8_t no_nonce[12];

/* Reads the whole header: counts its stanzas and leaves w at the payload. */
static enum evx_err read_header(const void *p, size_t n, struct evx_age_walk *w,
	struct evx_age_header *counts, struct evx_diag *diag)
{
	struct evx_age_stanza s = { .body = EVX_BUF_INIT };
	bool more;
	enum evx_err err;

	memset(counts, 0, sizeof(*counts));
	err = evx_age_walk_begin(w, p, n, diag);
	while (err == EVX_OK) {
		err = evx_age_walk_next(w, &s, &more, diag);
		if (err != EVX_OK || !more)
			break;
		if (counts->x25519 + counts->scrypt + counts->other == EVX_STANZAS_MAX) {
			err = evx_fail(diag, EVX_E_LIMIT,
				"age header: expected at most %u readers, found more",
				EVX_STANZAS_MAX);
			break;
		}
		counts->x25519 += s.kind == EVX_AGE_X25519;
		counts->scrypt += s.kind == EVX_AGE_SCRYPT;
		counts->other += s.kind == EVX_AGE_OTHER;
	}
	evx_buf_free(&s.body);
	if (err != EVX_OK)
		return err;
	if (counts->x25519 + counts->scrypt + counts->other == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"age header: expected at least one reader, found none");
	if (counts->scrypt > 0 && counts->x25519 + counts->scrypt + counts->other > 1)
		return evx_fail(diag, EVX_E_CORRUPT,
			"age header: expected the passphrase to be the only way in, found others");
	return EVX_OK;
}

enum evx_err evx_age_inspect(
	const void *p, size_t n, struct evx_age_header *out, struct evx_diag *diag)
{
	struct evx_age_walk w;
	enum evx_err err = read_header(p, n, &w, out, diag);

	if (err != EVX_OK)
		memset(out, 0, sizeof(*out));
	return err;
}

static bool open_body(
	const struct evx_age_stanza *s, const uint8_t key[32], uint8_t file_key[EVX_AGE_FILE_KEY])
{
	return crypto_aead_chacha20poly1305_ietf_decrypt(file_key, NULL, NULL, s->body.data,
		       s->body.len, NULL, 0, no_nonce, key) == 0;
}

/* EVX_E_KEY when the stanza is not for this identity. */
static enum evx_err try_identity(const struct evx_secret *identity, const struct evx_age_stanza *s,
	uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_diag *diag)
{
	uint8_t pub[32], key[32];
	enum evx_err err = evx_age_public(identity, pub);

	if (err != EVX_OK)
		return evx_fail(diag, err, "age identity: expected 32 bytes, found another length");
	if (!evx_age_x25519_key(evx_secret_bytes(identity), s->share, s->share, pub, key))
		return evx_fail(diag, EVX_E_CORRUPT,
			"age header: expected an X25519 share of high order, found another");
	err = open_body(s, key, file_key) ? EVX_OK : EVX_E_KEY;
	evx_wipe(key, sizeof(key));
	return err;
}

static enum evx_err try_passphrase(const struct evx_age_open *open, const struct evx_age_stanza *s,
	uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_diag *diag)
{
	unsigned most = open->max_log_n == 0 || open->max_log_n > EVX_SCRYPT_LOGN_MAX ?
		EVX_SCRYPT_LOGN_MAX :
		open->max_log_n;
	uint8_t key[32];
	enum evx_err err;

	if (s->log_n > most)
		return evx_fail(diag, EVX_E_LIMIT,
			"age file: expected an scrypt work factor of at most %u, found a larger "
			"one",
			most);
	err = evx_age_scrypt_key(open->passphrase, s->salt, s->log_n, key);
	if (err != EVX_OK)
		return evx_fail(diag, err,
			"age file: scrypt with work factor %u needs %zu KiB of memory, found less",
			s->log_n, (size_t)1 << s->log_n);
	err = open_body(s, key, file_key) ? EVX_OK : EVX_E_KEY;
	evx_wipe(key, sizeof(key));
	return err;
}

static enum evx_err try_stanza(const struct evx_age_open *open, const struct evx_age_stanza *s,
	uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_diag *diag)
{
	enum evx_err err = EVX_E_KEY;
	size_t i;

	if (s->kind == EVX_AGE_SCRYPT && open->passphrase != NULL)
		return try_passphrase(open, s, file_key, diag);
	for (i = 0; s->kind == EVX_AGE_X25519 && err == EVX_E_KEY && i < open->nidentities; i++)
		err = try_identity(open->identities[i], s, file_key, diag);
	return err;
}

/* Finds the file key in a header that read_header has accepted. */
static enum evx_err unwrap(const struct evx_age_open *open, const void *p, size_t n,
	uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_diag *diag)
{
	struct evx_age_stanza s = { .body = EVX_BUF_INIT };
	struct evx_age_walk w;
	bool more = true;
	enum evx_err found = EVX_E_KEY, err;

	err = evx_age_walk_begin(&w, p, n, diag);
	while (err == EVX_OK && found == EVX_E_KEY) {
		err = evx_age_walk_next(&w, &s, &more, diag);
		if (err != EVX_OK || !more)
			break;
		found = try_stanza(open, &s, file_key, diag);
	}
	evx_buf_free(&s.body);
	return err != EVX_OK ? err : found;
}

static bool open_chunk(
	const uint8_t key[32], uint64_t index, bool last, const uint8_t *p, size_t n, uint8_t *out)
{
	uint8_t nonce[12];

	evx_age_chunk_nonce(index, last, nonce);
	return crypto_aead_chacha20poly1305_ietf_decrypt(
		       out, NULL, NULL, p, n, NULL, 0, nonce, key) == 0;
}

/* Appends the next chunk's plaintext once it is authentic. *last: it says that it is the last one.
 */
static enum evx_err read_chunk(const uint8_t key[32], uint64_t index, struct evx_cursor *c,
	struct evx_buf *out, bool *last, struct evx_diag *diag)
{
	const size_t full = EVX_AGE_CHUNK + EVX_AGE_TAG;
	size_t at = c->pos, left = evx_cursor_left(c), take = left < full ? left : full;
	const uint8_t *p;
	uint8_t nothing, *plain;
	enum evx_err err;

	*last = false;
	if (take < EVX_AGE_TAG)
		return evx_fail_at(diag, EVX_E_TRUNCATED, NULL, c->len,
			"age payload: expected a last chunk, found the end");
	err = evx_buf_reserve(out, take - EVX_AGE_TAG);
	if (err == EVX_OK)
		err = evx_cursor_bytes(c, take, &p);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	plain = take == EVX_AGE_TAG ? &nothing : out->data + out->len;
	if (take < full || !open_chunk(key, index, false, p, take, plain)) {
		*last = true;
		if (!open_chunk(key, index, true, p, take, plain))
			return evx_fail_at(diag, EVX_E_FORGED, NULL, at,
				"age payload: expected an authentic chunk, found a damaged or cut "
				"one");
		if (take == EVX_AGE_TAG && index > 0)
			return evx_fail_at(diag, EVX_E_FORGED, NULL, at,
				"age payload: expected bytes in the last chunk, found none");
	}
	out->len += take - EVX_AGE_TAG;
	return EVX_OK;
}

static enum evx_err read_payload(const uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_cursor *c,
	struct evx_buf *out, struct evx_diag *diag)
{
	const uint8_t *nonce;
	uint8_t key[32];
	uint64_t index;
	bool last = false;
	enum evx_err err = evx_cursor_bytes(c, EVX_AGE_NONCE, &nonce);

	if (err != EVX_OK)
		return evx_fail_at(diag, err, NULL, c->len,
			"age payload: expected a nonce of %d bytes, found the end", EVX_AGE_NONCE);
	evx_age_payload_key(file_key, nonce, key);
	for (index = 0; err == EVX_OK && !last; index++)
		err = read_chunk(key, index, c, out, &last, diag);
	evx_wipe(key, sizeof(key));
	if (err == EVX_OK && evx_cursor_left(c) > 0)
		err = evx_fail_at(diag, EVX_E_FORGED, NULL, c->pos,
			"age payload: expected the end after the last chunk, found %zu bytes",
			evx_cursor_left(c));
	return err;
}

enum evx_err evx_age_header_open(const struct evx_age_open *open, const void *p, size_t n,
	struct evx_age_walk *w, uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_diag *diag)
{
	struct evx_age_header counts;
	uint8_t mac[32];
	enum evx_err err = read_header(p, n, w, &counts, diag);

	memset(file_key, 0, EVX_AGE_FILE_KEY);
	if (err != EVX_OK)
		return err;
	err = unwrap(open, p, n, file_key, diag);
	if (err == EVX_E_KEY)
		evx_fail(diag, err,
			counts.scrypt > 0 ?
				"age file: expected its passphrase, found none or another" :
				"age file: expected the key of one of its recipients, found none");
	if (err != EVX_OK)
		return err;
	evx_age_mac(file_key, p, w->mac_len, mac);
	return evx_equal(mac, w->mac, sizeof(mac)) ?
		EVX_OK :
		evx_fail(diag, EVX_E_FORGED,
			"age header: expected an authentic one, found an altered one");
}

static enum evx_err read_binary(const struct evx_age_open *open, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag)
{
	uint8_t file_key[EVX_AGE_FILE_KEY];
	struct evx_age_walk w;
	enum evx_err err = evx_age_header_open(open, p, n, &w, file_key, diag);

	if (err == EVX_OK)
		err = read_payload(file_key, &w.c, out, diag);
	evx_wipe(file_key, sizeof(file_key));
	return err;
}

/* True when the first visible byte is one that only armor begins with. */
static bool looks_armored(const uint8_t *p, size_t n)
{
	while (n > 0 && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) {
		p++;
		n--;
	}
	return n > 0 && *p == '-';
}

enum evx_err evx_age_decrypt(const struct evx_age_open *open, bool allow_armor, const void *p,
	size_t n, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_buf file = EVX_BUF_INIT;
	enum evx_err err;

	if (!allow_armor || !looks_armored(p, n))
		return read_binary(open, p, n, out, diag);
	err = evx_pem_decode(&evx_age_armor, p, n, &file, diag);
	if (err == EVX_OK)
		err = read_binary(open, file.data, file.len, out, diag);
	evx_buf_free(&file);
	return err;
}
