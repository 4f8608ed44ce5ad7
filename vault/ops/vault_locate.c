#include "ops/vault_locate.h"

#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "crypto/hash.h"
#include "evx.h"
#include "format/text.h"
#include "store/place.h"

#define UUID_PREFIX_MIN 4u
#define CODE_PREFIX_MIN 8u
#define CODE_LEN        32u /* characters of a seal code without '-', the last six of which check the others */
#define CODE_HASH_LEN   26u

/* Exhibits that fit, the first few of which are named when there are several. */
struct search {
	const struct evx_vault *v;
	const char *prefix;         /* of a UUID, NULL: compare codes */
	char code[CODE_LEN + 1];    /* upper case, without '-' */
	size_t found;
	char uuid[EVX_UUID_CAP];
	char list[256];
};

static void take(struct search *s, const char *uuid)
{
	const size_t at = strlen(s->list);

	if (s->found++ == 0)
		memcpy(s->uuid, uuid, sizeof(s->uuid));
	if (at + EVX_UUID_LEN + 2 < sizeof(s->list))
		(void)snprintf(s->list + at, sizeof(s->list) - at, " %s", uuid);
}

/* True when the exhibit's seal has this code, or one that begins so. */
static bool code_fits(const struct search *s, const char *uuid)
{
	char code[EVX_SEAL_CODE_CAP], plain[CODE_LEN + 1];
	struct evx_buf record = EVX_BUF_INIT;
	uint8_t hash[32];
	int dir = -1, custody = -1;
	size_t n = 0;
	bool fits = evx_vault_exhibit(s->v, uuid, &dir, NULL) == EVX_OK && evx_place_open(dir, "custody", &custody, NULL) == EVX_OK &&
		evx_place_read(custody, "0000-seal.record", EVX_MEMBER_MAX, &record, NULL) == EVX_OK;

	if (fits) {
		evx_sha256(record.data, record.len, hash);
		evx_seal_code(hash, code);
		for (const char *p = code; *p != '\0' && n < CODE_LEN; p++)
			if (*p != '-')
				plain[n++] = *p;
		plain[n] = '\0';
		fits = strncmp(plain, s->code, strlen(s->code)) == 0;
	}
	evx_buf_free(&record);
	evx_close_quiet(&custody);
	evx_close_quiet(&dir);
	return fits;
}

static enum evx_err see(void *ctx, const char *uuid)
{
	struct search *s = ctx;

	if (s->prefix != NULL ? strncmp(uuid, s->prefix, strlen(s->prefix)) == 0 : code_fits(s, uuid))
		take(s, uuid);
	return EVX_OK;
}

/* The text without spaces and '-', in upper case; false when it cannot be a code or the beginning of one. A whole one must check. */
static bool code_of(const char *text, char out[CODE_LEN + 1])
{
	size_t n = 0;
	uint8_t bits[17];

	for (; *text != '\0'; text++) {
		const char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;

		if (c == '-' || c == ' ')
			continue;
		if (n == CODE_LEN || strchr("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", c) == NULL)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n >= CODE_PREFIX_MIN && (n < CODE_LEN || evx_seal_code_parse(out, bits) == EVX_OK);
}

enum evx_err evx_vault_locate_name(const struct evx_vault *v, const char *text, char uuid[EVX_UUID_CAP], struct evx_diag *diag)
{
	struct search s = { .v = v, .prefix = text };
	const size_t n = strlen(text);
	enum evx_err err = EVX_OK;

	uuid[0] = '\0';
	if (n >= UUID_PREFIX_MIN && n <= EVX_UUID_LEN && strspn(text, "0123456789abcdef-") == n)
		err = evx_vault_each_exhibit(v, see, &s, diag);
	s.prefix = NULL;
	if (err == EVX_OK && s.found == 0 && code_of(text, s.code))
		err = evx_vault_each_exhibit(v, see, &s, diag);
	if (err != EVX_OK)
		return err;
	if (s.found > 1)
		return evx_fail(diag, EVX_E_USAGE, "exhibit '%.100s': %zu begin so:%s%s", text, s.found, s.list,
			s.found * (EVX_UUID_LEN + 1) >= sizeof(s.list) ? " …" : "");
	if (s.found == 0)
		return evx_fail(diag, EVX_E_NOT_FOUND, "exhibit '%.100s': no file of this name, and no exhibit of the vault", text);
	memcpy(uuid, s.uuid, EVX_UUID_CAP);
	return EVX_OK;
}

enum evx_err evx_vault_find_named(const char *vault, const char *text, char **path, struct evx_diag *diag)
{
	struct evx_vault *v = NULL;
	char uuid[EVX_UUID_CAP];
	enum evx_err err = evx_vault_open(vault, &v, diag);

	*path = NULL;
	if (err == EVX_OK && !evx_vault_is(evx_vault_fd(v)))
		err = evx_diag_in(diag, vault, evx_fail(diag, EVX_E_NOT_OURS, "vault: expected a directory with a vault.json, found none in it"));
	if (err == EVX_OK)
		err = evx_vault_locate_name(v, text, uuid, diag);
	if (err == EVX_OK && asprintf(path, "%s/exhibits/%s", vault, uuid) < 0) {
		*path = NULL;
		err = evx_fail(diag, EVX_E_MEMORY, "vault: out of memory");
	}
	evx_vault_free(v);
	return err;
}
