/* Vault.json, and an entry of a vault's log, in memory. */
#include "format/vault_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "format/limits.h"

#define JSON_BEGIN "{\"format\":\"evx-vault/1\",\"vault\":\""
#define JSON_END "\"}\n"
#define DIGITS 8u

_Static_assert(sizeof(JSON_BEGIN) - 1 + EVX_UUID_LEN + sizeof(JSON_END) - 1 == EVX_VAULT_JSON_LEN,
	"length of vault.json");

static const char *const types[EVX_VAULT_TYPES] = { "init", "member-add", "member-remove",
	"case-new", "case-alias", "case-merge", "inventory", "removal", "case-file", "rollback" };

enum evx_err evx_vault_json_encode(const char *uuid, struct evx_buf *out)
{
	return evx_buf_addf(out, "%s%s%s", JSON_BEGIN, uuid, JSON_END);
}

enum evx_err evx_vault_json_decode(
	const void *p, size_t n, char uuid[EVX_UUID_CAP], struct evx_diag *diag)
{
	static const char stem[] = "{\"format\":\"evx-vault/";
	const char *s = p;

	memset(uuid, 0, EVX_UUID_CAP);
	if (n < sizeof(stem) || memcmp(s, stem, sizeof(stem) - 1) != 0)
		return evx_fail(diag, EVX_E_NOT_OURS,
			"vault.json: expected %s…, found something else", stem);
	if (s[sizeof(stem) - 1] != '1' ||
		(n > sizeof(stem) && s[sizeof(stem)] >= '0' && s[sizeof(stem)] <= '9'))
		return evx_fail(diag, EVX_E_UNSUPPORTED,
			"vault.json: expected format evx-vault/1, found another");
	if (n < EVX_VAULT_JSON_LEN &&
		memcmp(s, JSON_BEGIN, n < sizeof(JSON_BEGIN) ? n : sizeof(JSON_BEGIN) - 1) == 0)
		return evx_fail(diag, EVX_E_TRUNCATED, "vault.json: expected %u bytes, found %zu",
			EVX_VAULT_JSON_LEN, n);
	if (n != EVX_VAULT_JSON_LEN || memcmp(s, JSON_BEGIN, sizeof(JSON_BEGIN) - 1) != 0 ||
		memcmp(s + n - (sizeof(JSON_END) - 1), JSON_END, sizeof(JSON_END) - 1) != 0 ||
		!evx_uuid_valid(s + sizeof(JSON_BEGIN) - 1, EVX_UUID_LEN))
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault.json: expected exactly a format and a UUID, found something else");
	memcpy(uuid, s + sizeof(JSON_BEGIN) - 1, EVX_UUID_LEN);
	return EVX_OK;
}

const char *evx_vault_type_name(enum evx_vault_type type)
{
	return types[type];
}

bool evx_vault_type_of(const char *name, enum evx_vault_type *out)
{
	size_t i;

	for (i = 0; i < EVX_VAULT_TYPES; i++)
		if (strcmp(types[i], name) == 0) {
			*out = (enum evx_vault_type)i;
			return true;
		}
	return false;
}

void evx_vault_entry_name(uint32_t sequence, enum evx_vault_type type, char out[EVX_VAULT_NAME_CAP])
{
	(void)snprintf(out, EVX_VAULT_NAME_CAP, "%08u-%s", (unsigned)sequence, types[type]);
}

bool evx_vault_entry_name_parse(const char *name, uint32_t *sequence, enum evx_vault_type *type)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(name[i] - '0');
	}
	*sequence = v;
	return name[DIGITS] == '-' && evx_vault_type_of(name + DIGITS + 1, type);
}

void evx_vault_entry_free(struct evx_vault_entry *e)
{
	if (e == NULL)
		return;
	free(e->escrow);
	evx_buf_free(&e->sealed);
	memset(e, 0, sizeof(*e));
}

void evx_vault_private_free(struct evx_vault_private *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->ncards; i++)
		free(p->cards[i]);
	free(p->cards);
	free(p->label);
	free(p->office);
	free(p->reason);
	free(p->notes);
	free(p->card);
	memset(p, 0, sizeof(*p));
}

bool evx_vault_private_of(const struct evx_vault_private *p, const struct evx_vault_entry *e)
{
	return strcmp(p->vault, e->vault) == 0 && p->sequence == e->sequence &&
		evx_hash_equal(p->previous, e->previous) && strcmp(p->author, e->signer) == 0;
}
