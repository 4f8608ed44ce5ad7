/* Makes age files. */
#include <sodium.h>

#include "crypto/age_inner.h"
#include "format/text.h"

static const uint8_t no_nonce[12];

/* Appends one argument or body as base64 between two pieces of text. */
static enum evx_err put_base64(
	struct evx_buf *out, const char *before, const uint8_t *p, size_t n, const char *after)
{
	enum evx_err err = evx_buf_adds(out, before);

	if (err == EVX_OK)
		err = evx_base64_encode(p, n, false, out);
	return err != EVX_OK ? err : evx_buf_adds(out, after);
}

static enum evx_err put_body(
	struct evx_buf *out, const uint8_t key[32], const uint8_t file_key[EVX_AGE_FILE_KEY])
{
	uint8_t body[EVX_AGE_BODY];

	crypto_aead_chacha20poly1305_ietf_encrypt(
		body, NULL, file_key, EVX_AGE_FILE_KEY, NULL, 0, NULL, no_nonce, key);
	return put_base64(out, "", body, sizeof(body), "\n");
}

static enum evx_err put_x25519(struct evx_buf *out, const uint8_t pub[32],
	const uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_diag *diag)
{
	uint8_t ephemeral[32], share[32], key[32];
	enum evx_err err;

	evx_random(ephemeral, sizeof(ephemeral));
	if (crypto_scalarmult_curve25519_base(share, ephemeral) != 0 ||
		!evx_age_x25519_key(ephemeral, pub, share, pub, key)) {
		err = evx_fail(diag, EVX_E_USAGE,
			"age recipient: expected an X25519 key of high order, found another");
	} else {
		err = put_base64(out, "-> X25519 ", share, sizeof(share), "\n");
		if (err == EVX_OK)
			err = put_body(out, key, file_key);
	}
	evx_wipe(ephemeral, sizeof(ephemeral));
	evx_wipe(key, sizeof(key));
	return err;
}

static enum evx_err put_scrypt(struct evx_buf *out, const struct evx_secret *passphrase,
	unsigned log_n, const uint8_t file_key[EVX_AGE_FILE_KEY])
{
	uint8_t salt[16], key[32];
	enum evx_err err;

	evx_random(salt, sizeof(salt));
	if ((err = evx_age_scrypt_key(passphrase, salt, log_n, key)) != EVX_OK ||
		(err = put_base64(out, "-> scrypt ", salt, sizeof(salt), "")) != EVX_OK ||
		(err = evx_buf_addf(out, " %u\n", log_n)) != EVX_OK)
		goto out;
	err = put_body(out, key, file_key);
out:
	evx_wipe(key, sizeof(key));
	return err;
}

/* Appends the end line; the header begins at byte start of out. */
static enum evx_err put_mac(
	struct evx_buf *out, size_t start, const uint8_t file_key[EVX_AGE_FILE_KEY])
{
	uint8_t mac[32];
	enum evx_err err = evx_buf_adds(out, "---");

	if (err != EVX_OK)
		return err;
	evx_age_mac(file_key, out->data + start, out->len - start, mac);
	return put_base64(out, " ", mac, sizeof(mac), "\n");
}

static enum evx_err put_payload(
	struct evx_buf *out, const uint8_t file_key[EVX_AGE_FILE_KEY], const uint8_t *p, size_t n)
{
	uint8_t nonce[EVX_AGE_NONCE], key[32], chunk_nonce[12];
	uint64_t index;
	enum evx_err err;

	evx_random(nonce, sizeof(nonce));
	evx_age_payload_key(file_key, nonce, key);
	err = evx_buf_add(out, nonce, sizeof(nonce));
	for (index = 0; err == EVX_OK; index++) {
		size_t take = n < EVX_AGE_CHUNK ? n : EVX_AGE_CHUNK;
		bool last = take == n;

		err = evx_buf_reserve(out, take + EVX_AGE_TAG);
		if (err != EVX_OK)
			break;
		evx_age_chunk_nonce(index, last, chunk_nonce);
		crypto_aead_chacha20poly1305_ietf_encrypt(
			out->data + out->len, NULL, p, take, NULL, 0, NULL, chunk_nonce, key);
		out->len += take + EVX_AGE_TAG;
		if (last)
			break;
		p += take;
		n -= take;
	}
	evx_wipe(key, sizeof(key));
	return err;
}

enum evx_err evx_age_header_make(const uint8_t (*pubs)[32], size_t count,
	const uint8_t file_key[EVX_AGE_FILE_KEY], struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	enum evx_err err;

	if (count == 0)
		return evx_fail(
			diag, EVX_E_USAGE, "age file: expected at least one recipient, found none");
	if (count > EVX_STANZAS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"age file: expected at most %u recipients, found %zu", EVX_STANZAS_MAX,
			count);
	err = evx_buf_adds(out, "age-encryption.org/v1\n");
	for (size_t i = 0; i < count && err == EVX_OK; i++)
		err = put_x25519(out, pubs[i], file_key, diag);
	if (err == EVX_OK)
		err = put_mac(out, start, file_key);
	return evx_fail_buf(diag, err);
}

enum evx_err evx_age_encrypt(const uint8_t (*pubs)[32], size_t count, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag)
{
	uint8_t file_key[EVX_AGE_FILE_KEY];
	const size_t start = out->len;
	enum evx_err err;

	evx_random(file_key, sizeof(file_key));
	err = evx_age_header_make(pubs, count, file_key, out, diag);
	if (err == EVX_OK)
		err = evx_fail_buf(diag, put_payload(out, file_key, p, n));
	if (err != EVX_OK)
		out->len = start;
	evx_wipe(file_key, sizeof(file_key));
	return err;
}

enum evx_err evx_age_encrypt_passphrase(const struct evx_secret *passphrase, unsigned log_n,
	bool armor, const void *p, size_t n, struct evx_buf *out, struct evx_diag *diag)
{
	uint8_t file_key[EVX_AGE_FILE_KEY];
	struct evx_buf file = EVX_BUF_INIT;
	enum evx_err err;

	if (log_n < 1 || log_n > EVX_SCRYPT_LOGN_MAX)
		return evx_fail(diag, EVX_E_USAGE, "scrypt work factor: expected 1 to %u, found %u",
			EVX_SCRYPT_LOGN_MAX, log_n);
	if (evx_secret_len(passphrase) == 0)
		return evx_fail(diag, EVX_E_USAGE, "passphrase: expected one, found an empty one");
	evx_random(file_key, sizeof(file_key));
	if ((err = evx_buf_adds(&file, "age-encryption.org/v1\n")) != EVX_OK ||
		(err = put_scrypt(&file, passphrase, log_n, file_key)) != EVX_OK ||
		(err = put_mac(&file, 0, file_key)) != EVX_OK ||
		(err = put_payload(&file, file_key, p, n)) != EVX_OK)
		goto out;
	err = armor ? evx_pem_encode(&evx_age_armor, file.data, file.len, out) :
		      evx_buf_add(out, file.data, file.len);
out:
	if (err != EVX_OK)
		evx_fail(diag, err,
			"age file: no memory for it (scrypt with work factor %u takes %zu KiB)",
			log_n, (size_t)1 << log_n);
	evx_buf_free(&file);
	evx_wipe(file_key, sizeof(file_key));
	return err;
}
