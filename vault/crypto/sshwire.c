#include "crypto/sshwire.h"

#include <string.h>

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

bool evx_sshwire_is(const struct evx_cursor *c, const char *s)
{
	return c->len == strlen(s) && (c->len == 0 || memcmp(c->base, s, c->len) == 0);
}

void evx_sshwire_public(const uint8_t pub[32], uint8_t out[EVX_SSHWIRE_PUBLIC_LEN])
{
	static const uint8_t head[19] = "\0\0\0\013ssh-ed25519\0\0\0\040";

	memcpy(out, head, sizeof(head));
	memcpy(out + sizeof(head), pub, 32);
}

enum evx_err evx_sshwire_typed(struct evx_cursor c, size_t n, const uint8_t **out)
{
	struct evx_cursor type, bytes;

	*out = NULL;
	if (evx_sshwire_get(&c, &type) != EVX_OK)
		return EVX_E_CORRUPT;
	if (!evx_sshwire_is(&type, EVX_SSHWIRE_TYPE))
		return EVX_E_UNSUPPORTED;
	if (evx_sshwire_get(&c, &bytes) != EVX_OK || bytes.len != n || evx_cursor_end(&c) != EVX_OK)
		return EVX_E_CORRUPT;
	*out = bytes.base;
	return EVX_OK;
}
