/* Which exhibit of a vault a text means, by its names. */
#include "find/vault_locate.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "crypto/hash.h"
#include "find/vault_glance.h"
#include "find/vault_index.h"
#include "format/text.h"
#include "open/vault_use.h"
#include "store/place.h"

#define UUID_PREFIX_MIN 4u
#define CODE_BITS 130u /* of the seal's hash, in a whole seal code */
#define CANDIDATES_MAX 16u

/* Exhibits that fit, the first few of which are named when there are several. */
struct search {
	const struct evx_vault *v;
	struct evx_catalog *c;
	const char *prefix; /* of a UUID */
	uint8_t bits[17];   /* of a seal's hash, and how many */
	unsigned nbits;
	bool unknown_only; /* look only at exhibits that the catalog does not know */
	size_t found;
	char uuid[EVX_UUID_CAP];
	char list[256];
};

static void take(struct search *s, const char *uuid)
{
	const size_t at = strlen(s->list);

	if (s->found > 0 && strstr(s->list, uuid) != NULL)
		return;
	if (s->found++ == 0)
		memcpy(s->uuid, uuid, sizeof(s->uuid));
	if (at + EVX_UUID_LEN + 2 < sizeof(s->list))
		(void)snprintf(s->list + at, sizeof(s->list) - at, " %s", uuid);
}

static enum evx_err answer(
	const struct search *s, const char *text, char uuid[EVX_UUID_CAP], struct evx_diag *diag)
{
	if (s->found > 1)
		return evx_fail(diag, EVX_E_USAGE,
			"The numbers of %zu exhibits begin with '%.100s':%s%s. Give more "
			"characters.",
			s->found, text, s->list,
			s->found * (EVX_UUID_LEN + 1) >= sizeof(s->list) ? " …" : "");
	if (s->found == 0)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"'%.100s' is neither a file nor an exhibit of the vault. To see the "
			"exhibits, run: evx exhibits",
			text);
	memcpy(uuid, s->uuid, EVX_UUID_CAP);
	return EVX_OK;
}

/* ---- UUIDs */

static enum evx_err see_name(void *ctx, const char *uuid)
{
	struct search *s = ctx;

	if (strncmp(uuid, s->prefix, strlen(s->prefix)) == 0)
		take(s, uuid);
	return EVX_OK;
}

enum evx_err evx_vault_locate_uuid(
	const struct evx_vault *v, const char *text, char uuid[EVX_UUID_CAP], struct evx_diag *diag)
{
	struct search s = { .v = v, .prefix = text };
	const size_t n = strlen(text);
	enum evx_err err = EVX_OK;
	struct stat st;
	char path[64];

	uuid[0] = '\0';
	if (evx_uuid_valid(text, n)) {
		(void)snprintf(path, sizeof(path), "exhibits/%s", text);
		if (fstatat(evx_vault_fd(v), path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISDIR(st.st_mode))
			take(&s, text);
	} else if (n >= UUID_PREFIX_MIN && n < EVX_UUID_LEN &&
		strspn(text, "0123456789abcdef-") == n) {
		err = evx_vault_each_exhibit(v, see_name, &s, diag);
	}
	return err == EVX_OK ? answer(&s, text, uuid, diag) : err;
}

/* ---- Seal codes */

/* Reads the code, or the beginning of one, as it was typed; false when it cannot be one. A whole
 * one must check. */
static bool read_code(struct search *s, const char *text)
{
	const enum evx_err err = evx_seal_code_read(text, s->bits, &s->nbits);

	return err == EVX_OK || err == EVX_E_TRUNCATED;
}

/* True when the exhibit's seal, as its document is now, begins with the code's bits. */
static bool code_fits(const struct search *s, const char *uuid)
{
	struct evx_buf json = EVX_BUF_INIT;
	const unsigned whole = s->nbits / 8, rest = s->nbits % 8;
	uint8_t hash[32];
	int dir = -1, custody = -1;
	bool fits = evx_vault_exhibit(s->v, uuid, &dir, NULL) == EVX_OK &&
		evx_place_open(dir, "custody", &custody, NULL) == EVX_OK &&
		evx_place_read(custody, "0000-seal.json", EVX_DOCUMENT_MAX, &json, NULL) == EVX_OK;

	if (fits) {
		evx_sha256(json.data, json.len, hash);
		fits = memcmp(hash, s->bits, whole) == 0 &&
			(rest == 0 || (hash[whole] ^ s->bits[whole]) >> (8 - rest) == 0);
	}
	evx_buf_free(&json);
	evx_close_quiet(&custody);
	evx_close_quiet(&dir);
	return fits;
}

static enum evx_err see_record(void *ctx, const char *uuid)
{
	struct search *s = ctx;
	struct evx_catalog_exhibit known;
	uint8_t bytes[16];

	if (s->unknown_only && evx_uuid_bytes(uuid, EVX_UUID_LEN, bytes) &&
		evx_catalog_get(s->c, bytes, &known, NULL) == EVX_OK)
		return EVX_OK;
	if (code_fits(s, uuid))
		take(s, uuid);
	return EVX_OK;
}

/* The same by its seal code, or the beginning of one (eight characters or more, '-' not counted).
 * The catalog says where to look; what counts is the hash of the record, and where the catalog
 * knows none that fits, or not all exhibits, the records of those are read. */
static enum evx_err locate_code(const struct evx_vault *v, struct evx_catalog *c, const char *text,
	char uuid[EVX_UUID_CAP], struct evx_diag *diag)
{
	struct search s = { .v = v, .c = c };
	uint8_t at[CANDIDATES_MAX][16];
	char candidate[EVX_UUID_CAP];
	enum evx_err err = EVX_OK;
	bool more = false;
	size_t n = 0;

	uuid[0] = '\0';
	if (!read_code(&s, text))
		return answer(&s, text, uuid, diag);
	if (evx_catalog_by_seal(c, s.bits, s.nbits, at, CANDIDATES_MAX, &n, &more, NULL) != EVX_OK)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		evx_uuid_text(at[i], candidate);
		if (code_fits(&s, candidate))
			take(&s, candidate);
	}
	/* A whole code has one exhibit. The beginning of one may have others, that the catalog does
	 * not know. */
	s.unknown_only = s.found > 0;
	if (s.found == 0 || (s.nbits < CODE_BITS && !evx_vault_glance_complete(v, c)))
		err = evx_vault_each_exhibit(v, see_record, &s, diag);
	return err == EVX_OK ? answer(&s, text, uuid, diag) : err;
}

/* ---- For the program */

enum evx_err evx_vault_find_named(
	const char *vault, const char *text, char **path, struct evx_diag *diag)
{
	struct evx_vault *v = NULL;
	char uuid[EVX_UUID_CAP];
	enum evx_err err = evx_vault_open(vault, &v, diag);

	*path = NULL;
	if (err != EVX_OK ||
		(!evx_vault_is(evx_vault_fd(v)) &&
			(err = evx_diag_in(diag, vault,
				 evx_fail(diag, EVX_E_NOT_OURS,
					 "This directory is not a vault: it has no file "
					 "vault.json. Check "
					 "the path, or make a vault with evx init."))) != EVX_OK) ||
		(err = evx_vault_locate_uuid(v, text, uuid, diag)) != EVX_OK)
		goto out;
	if (asprintf(path, "%s/exhibits/%s", vault, uuid) < 0) {
		*path = NULL;
		err = evx_fail_memory(diag);
	}
out:
	evx_vault_free(v);
	return err;
}

enum evx_err evx_vault_find_sealed(struct evx_home *h, const char *vault, const char *text,
	struct evx_confine_state *confined, char uuid[37], struct evx_diag *diag)
{
	struct evx_vault_use use;
	struct evx_catalog *c = NULL;
	struct evx_catalog_state state;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	uuid[0] = '\0';
	evx_vault_use_start(&s, &use, h, vault, NULL, EVX_VAULT_NOBODY, EVX_CONFINE_MOVE, NULL);
	if ((err = evx_start_confine(&s, 0, confined)) != EVX_OK ||
		(err = evx_vault_use_load(&use, EVX_VAULT_READS, diag)) != EVX_OK ||
		(err = evx_catalog_of_vault(use.vault, &c, &state, diag)) != EVX_OK)
		goto out;
	err = locate_code(use.vault, c, text, uuid, diag);
out:
	evx_catalog_free(c);
	evx_vault_use_free(&use);
	return err;
}
