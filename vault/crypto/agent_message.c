/* The agent protocol: requests out, hostile answers in. */
#include "crypto/agent_message.h"

#include <string.h>

#include <sodium.h>

#include "crypto/sshwire.h"

/* RFC 9987 section 6.1. Each message is u32 length, u8 type, contents:
 *   LIST    nothing                       LISTED  u32 number of keys, then of each  str blob  str
 * comment SIGN    str blob  str data  u32 flags SIGNED  str signature */
enum { FAILURE = 5, LIST = 11, LISTED = 12, SIGN = 13, SIGNED = 14 };

enum evx_err evx_agent_message_list(struct evx_buf *out)
{
	enum evx_err err = evx_buf_add_be32(out, 1);

	return err != EVX_OK ? err : evx_buf_add_u8(out, LIST);
}

enum evx_err evx_agent_message_sign(
	const struct evx_sshkey *key, const void *p, size_t n, struct evx_buf *out)
{
	uint8_t blob[EVX_SSHKEY_BLOB_MAX];
	size_t len = evx_sshkey_blob(key, blob);
	enum evx_err err = n > EVX_AGENT_ANSWER_MAX ?
		EVX_E_LIMIT :
		evx_buf_add_be32(out, (uint32_t)(1 + 4 + len + 4 + n + 4));

	if (err != EVX_OK || (err = evx_buf_add_u8(out, SIGN)) != EVX_OK ||
		(err = evx_sshwire_put(out, blob, len)) != EVX_OK ||
		(err = evx_sshwire_put(out, p, n)) != EVX_OK)
		return err;
	return evx_buf_add_be32(out, 0);
}

static enum evx_err malformed(struct evx_diag *diag)
{
	return evx_fail(
		diag, EVX_E_KEY, "agent: expected an answer of its protocol, found other bytes");
}

/* Takes the type of an answer that is to be wanted. */
static enum evx_err take_type(
	struct evx_cursor *c, uint8_t wanted, const char *refused, struct evx_diag *diag)
{
	uint8_t type;

	if (evx_cursor_u8(c, &type) != EVX_OK)
		return malformed(diag);
	if (type == FAILURE && evx_cursor_end(c) == EVX_OK)
		return evx_fail(diag, EVX_E_KEY, "agent: %s", refused);
	return type == wanted ? EVX_OK : malformed(diag);
}

static enum evx_err take_key(struct evx_cursor blob, const char *fingerprint,
	struct evx_sshkey *key, struct evx_diag *diag)
{
	enum evx_err err = evx_sshwire_public(blob, key);

	if (err == EVX_E_UNSUPPORTED)
		return evx_fail(diag, EVX_E_KEY,
			"agent: expected %s to be an ssh-ed25519 key, of a token or not, found "
			"another kind",
			fingerprint);
	if (err != EVX_OK || crypto_core_ed25519_is_valid_point(key->point) != 1)
		return evx_fail(diag, EVX_E_KEY,
			"agent: %s is a key that cannot be used here (a token's application must "
			"be \"ssh:\" and at most 28 signs)",
			fingerprint);
	return EVX_OK;
}

enum evx_err evx_agent_message_find(const void *p, size_t n, const char *fingerprint,
	struct evx_sshkey *key, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n), blob, comment,
			  found = evx_cursor_over(NULL, 0);
	char print[EVX_FINGERPRINT_CAP];
	uint32_t count, i;
	bool here = false;
	enum evx_err err;

	memset(key, 0, sizeof(*key));
	if ((err = take_type(&c, LISTED, "it does not list its keys", diag)) != EVX_OK)
		return err;
	if (evx_cursor_be32(&c, &count) != EVX_OK || count > evx_cursor_left(&c) / 8)
		return malformed(diag);
	for (i = 0; i < count; i++) {
		if (evx_sshwire_get(&c, &blob) != EVX_OK || evx_sshwire_get(&c, &comment) != EVX_OK)
			return malformed(diag);
		evx_sshwire_fingerprint(blob.base, blob.len, print);
		if (!here && strcmp(print, fingerprint) == 0) {
			here = true;
			found = blob;
		}
	}
	if (evx_cursor_end(&c) != EVX_OK)
		return malformed(diag);
	if (count == 0)
		return evx_fail(diag, EVX_E_KEY,
			"agent: it holds no key, or is locked; %s is wanted", fingerprint);
	if (!here)
		return evx_fail(diag, EVX_E_KEY, "agent: does not hold %s", fingerprint);
	return take_key(found, fingerprint, key, diag);
}

enum evx_err evx_agent_message_signature(
	const void *p, size_t n, const uint8_t **sig, size_t *siglen, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n), got;
	enum evx_err err;

	*sig = NULL;
	*siglen = 0;
	err = take_type(&c, SIGNED,
		"it refused to sign: not confirmed, token not there or not touched, or locked",
		diag);
	if (err != EVX_OK)
		return err;
	if (evx_sshwire_get(&c, &got) != EVX_OK || got.len == 0 || evx_cursor_end(&c) != EVX_OK)
		return malformed(diag);
	*sig = got.base;
	*siglen = got.len;
	return EVX_OK;
}
