/* Age identities and recipients. */
#include <string.h>

#include <sodium.h>

#include "crypto/age_inner.h"
#include "crypto/hash.h"
#include "format/text.h"

static const char identity_prefix[] = "AGE-SECRET-KEY-";

enum evx_err evx_age_identity_new(struct evx_secret **out, struct evx_diag *diag)
{
	struct evx_secret *s = evx_secret_new(32);

	*out = s;
	if (s == NULL)
		return evx_fail_memory(diag);
	evx_random(evx_secret_writable(s), 32);
	return EVX_OK;
}

enum evx_err evx_age_public(const struct evx_secret *identity, uint8_t pub[32])
{
	memset(pub, 0, 32);
	if (evx_secret_len(identity) != 32 ||
		crypto_scalarmult_curve25519_base(pub, evx_secret_bytes(identity)) != 0)
		return EVX_E_USAGE;
	return EVX_OK;
}

enum evx_err evx_age_recipient_encode(const uint8_t pub[32], char out[EVX_AGE_RECIPIENT_CAP])
{
	struct evx_buf fixed = { (uint8_t *)out, 0, EVX_AGE_RECIPIENT_CAP, EVX_AGE_RECIPIENT_CAP };

	memset(out, 0, EVX_AGE_RECIPIENT_CAP);
	return evx_bech32_encode("age", pub, 32, &fixed);
}

/* Below p = 2^255 - 19, so that one key has one text. */
static bool is_canonical(const uint8_t pub[32])
{
	size_t i;

	if (pub[31] != 0x7f || pub[0] < 0xed)
		return pub[31] <= 0x7f;
	for (i = 1; i < 31; i++) {
		if (pub[i] != 0xff)
			return true;
	}
	return false;
}

enum evx_err evx_age_recipient_decode(
	const char *s, size_t n, uint8_t pub[32], struct evx_diag *diag)
{
	static const uint8_t any_scalar[32];
	struct evx_buf b = EVX_BUF_INIT;
	uint8_t product[32];
	size_t hrp;
	enum evx_err err;

	memset(pub, 0, 32);
	err = evx_bech32_decode(s, n, &hrp, &b);
	if (err == EVX_OK && (hrp != 3 || memcmp(s, "age", 3) != 0 || b.len != 32))
		err = EVX_E_CORRUPT;
	if (err != EVX_OK) {
		evx_fail(diag, err,
			"age recipient: expected \"age1…\" of 62 characters, found something else");
	} else if (!is_canonical(b.data) ||
		crypto_scalarmult_curve25519(product, any_scalar, b.data) != 0) {
		err = evx_fail(diag, EVX_E_CORRUPT,
			"age recipient: expected a canonical X25519 key of high order, found "
			"another");
	} else {
		memcpy(pub, b.data, 32);
	}
	evx_buf_free(&b);
	return err;
}

enum evx_err evx_age_identity_encode(const struct evx_secret *identity, struct evx_buf *out)
{
	struct evx_buf text = EVX_BUF_INIT;
	size_t i;
	enum evx_err err;

	if (evx_secret_len(identity) != 32)
		return EVX_E_USAGE;
	if ((err = evx_bech32_encode("age-secret-key-", evx_secret_bytes(identity), 32, &text)) !=
		EVX_OK)
		goto out;
	for (i = 0; i < text.len; i++)
		if (text.data[i] >= 'a' && text.data[i] <= 'z')
			text.data[i] = (uint8_t)(text.data[i] - 'a' + 'A');
	if ((err = evx_buf_add_u8(&text, '\n')) != EVX_OK)
		goto out;
	err = evx_buf_add(out, text.data, text.len);
out:
	evx_buf_free(&text);
	return err;
}

static enum evx_err decode_line(
	const char *s, size_t n, struct evx_secret **out, struct evx_diag *diag)
{
	const size_t prefix = sizeof(identity_prefix) - 1;
	struct evx_buf b = EVX_BUF_INIT;
	size_t hrp;
	enum evx_err err;

	err = evx_bech32_decode(s, n, &hrp, &b);
	if (err == EVX_OK && hrp >= 4 && memcmp(s, "AGE-", 4) == 0 &&
		(hrp != prefix || memcmp(s, identity_prefix, prefix) != 0))
		err = EVX_E_UNSUPPORTED;
	else if (err == EVX_OK &&
		(hrp != prefix || memcmp(s, identity_prefix, prefix) != 0 || b.len != 32))
		err = EVX_E_CORRUPT;
	if (err != EVX_OK) {
		evx_fail(diag, err,
			"age identity: expected a line \"AGE-SECRET-KEY-1…\", found something "
			"else");
	} else {
		*out = evx_secret_copy(b.data, b.len);
		if (*out == NULL)
			err = evx_fail_memory(diag);
	}
	evx_buf_free(&b);
	return err;
}

enum evx_err evx_age_identity_decode(
	const void *p, size_t n, struct evx_secret **out, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	struct evx_secret *found = NULL;
	const uint8_t *s;
	size_t len;
	enum evx_err err = EVX_OK;

	*out = NULL;
	while (err == EVX_OK && evx_cursor_left(&c) > 0) {
		if (evx_cursor_line(&c, &s, &len) != EVX_OK) { /* the last line may lack its LF */
			len = evx_cursor_left(&c);
			err = evx_cursor_bytes(&c, len, &s);
		}
		if (len > 0 && s[len - 1] == '\r')
			len--;
		if (len == 0 || s[0] == '#')
			continue;
		if (found != NULL)
			err = evx_fail(
				diag, EVX_E_CORRUPT, "age identity: expected one key, found more");
		else
			err = decode_line((const char *)s, len, &found, diag);
	}
	if (err == EVX_OK && found == NULL)
		err = evx_fail(diag, EVX_E_CORRUPT, "age identity: expected one key, found none");
	if (err == EVX_OK)
		*out = found;
	else
		evx_secret_free(found);
	return err;
}
