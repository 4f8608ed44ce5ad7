/* Strings of RFC 4251, and the blobs of keys and signatures made of them. */
#include "crypto/sshwire.h"

#include <string.h>

#include "crypto/hash.h"
#include "format/text.h"

enum evx_err evx_sshwire_put(struct evx_buf *out, const void *p, size_t n)
{
	enum evx_err err = n > UINT32_MAX ? EVX_E_LIMIT : evx_buf_add_be32(out, (uint32_t)n);

	return err != EVX_OK ? err : evx_buf_add(out, p, n);
}

enum evx_err evx_sshwire_puts(struct evx_buf *out, const char *s)
{
	return evx_sshwire_put(out, s, strlen(s));
}

enum evx_err evx_sshwire_get(struct evx_cursor *c, struct evx_cursor *out)
{
	size_t at = c->pos;
	uint32_t n;
	enum evx_err err = evx_cursor_be32(c, &n);

	if (err == EVX_OK)
		err = evx_cursor_sub(c, n, out);
	if (err != EVX_OK)
		c->pos = at;
	return err;
}

void evx_sshwire_fingerprint(const void *blob, size_t n, char out[EVX_FINGERPRINT_CAP])
{
	struct evx_buf fixed = { (uint8_t *)out, 0, EVX_FINGERPRINT_CAP, EVX_FINGERPRINT_CAP };
	uint8_t hash[32];

	memset(out, 0, EVX_FINGERPRINT_CAP);
	evx_sha256(blob, n, hash);
	if (evx_buf_adds(&fixed, "SHA256:") != EVX_OK ||
		evx_base64_encode(hash, sizeof(hash), false, &fixed) != EVX_OK)
		out[0] = '\0';
}

bool evx_sshwire_is(const struct evx_cursor *c, const char *s)
{
	return c->len == strlen(s) && (c->len == 0 || memcmp(c->base, s, c->len) == 0);
}

const char *evx_sshwire_type(const struct evx_sshkey *key)
{
	return key->application[0] != '\0' ? EVX_SSHWIRE_TOKEN_TYPE : EVX_SSHWIRE_TYPE;
}

/* "ssh:" and up to 28 visible ASCII characters. */
static enum evx_err read_application(struct evx_cursor *c, char out[EVX_APPLICATION_MAX + 1])
{
	struct evx_cursor text;
	size_t i;

	if (evx_sshwire_get(c, &text) != EVX_OK || text.len < 4 || text.len > EVX_APPLICATION_MAX ||
		memcmp(text.base, "ssh:", 4) != 0)
		return EVX_E_CORRUPT;
	for (i = 0; i < text.len; i++)
		if (text.base[i] <= 0x20 || text.base[i] >= 0x7f)
			return EVX_E_CORRUPT;
	memcpy(out, text.base, text.len);
	return EVX_OK;
}

enum evx_err evx_sshwire_public(struct evx_cursor c, struct evx_sshkey *key)
{
	struct evx_sshkey got = { { 0 }, "" };
	struct evx_cursor type, point;
	bool token;

	memset(key, 0, sizeof(*key));
	if (evx_sshwire_get(&c, &type) != EVX_OK)
		return EVX_E_CORRUPT;
	token = evx_sshwire_is(&type, EVX_SSHWIRE_TOKEN_TYPE);
	if (!token && !evx_sshwire_is(&type, EVX_SSHWIRE_TYPE))
		return EVX_E_UNSUPPORTED;
	if (evx_sshwire_get(&c, &point) != EVX_OK || point.len != sizeof(got.point))
		return EVX_E_CORRUPT;
	memcpy(got.point, point.base, sizeof(got.point));
	if ((token && read_application(&c, got.application) != EVX_OK) ||
		evx_cursor_end(&c) != EVX_OK)
		return EVX_E_CORRUPT;
	*key = got;
	return EVX_OK;
}

enum evx_err evx_sshwire_signature(
	struct evx_cursor c, const struct evx_sshkey *key, struct evx_sshwire_signature *out)
{
	struct evx_sshwire_signature got = { NULL, 0, 0 };
	struct evx_cursor type, bytes;

	*out = got;
	if (evx_sshwire_get(&c, &type) != EVX_OK)
		return EVX_E_CORRUPT;
	if (!evx_sshwire_is(&type, evx_sshwire_type(key)))
		return EVX_E_UNSUPPORTED;
	if (evx_sshwire_get(&c, &bytes) != EVX_OK || bytes.len != 64)
		return EVX_E_CORRUPT;
	if (key->application[0] != '\0' &&
		(evx_cursor_u8(&c, &got.flags) != EVX_OK ||
			evx_cursor_be32(&c, &got.counter) != EVX_OK))
		return EVX_E_CORRUPT;
	if (evx_cursor_end(&c) != EVX_OK)
		return EVX_E_CORRUPT;
	got.bytes = bytes.base;
	*out = got;
	return EVX_OK;
}
