/* Lines as `sha256sum` writes them: manifests and records. */
#include "format/manifest.h"

#include <string.h>

#include "format/text.h"

enum evx_err evx_manifest_add(struct evx_buf *out, const uint8_t hash[32], const char *name)
{
	char hex[65];

	evx_hex_encode(hash, 32, hex);
	return evx_buf_addf(out, "%s  %s\n", hex, name);
}

enum evx_err evx_manifest_next(
	struct evx_cursor *c, struct evx_manifest_line *out, struct evx_diag *diag)
{
	struct evx_member_id id;
	const uint8_t *line;
	size_t at = c->pos, len, n;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_cursor_line(c, &line, &len);
	if (err != EVX_OK)
		return evx_fail_at(
			diag, err, NULL, at, "line: expected a line feed at its end, found none");
	if (len < 64 ||
		evx_hex_decode((const char *)line, 64, out->hash, sizeof(out->hash)) != EVX_OK)
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, at,
			"line: expected 64 lower-case hex digits first");
	if (len < 66 || line[64] != ' ' || line[65] != ' ')
		return evx_fail_at(
			diag, EVX_E_CORRUPT, NULL, at, "line: expected two spaces behind the hash");
	n = len - 66;
	if (n == 0 || n >= sizeof(out->name) || memchr(line + 66, '\0', n) != NULL)
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, at,
			"line: expected a name of 1 to %zu bytes", sizeof(out->name) - 1);
	memcpy(out->name, line + 66, n);
	if (evx_member_parse(out->name, &id, NULL) != EVX_OK) {
		memset(out, 0, sizeof(*out));
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, at,
			"line: expected the name of a bundle's member");
	}
	return EVX_OK;
}
