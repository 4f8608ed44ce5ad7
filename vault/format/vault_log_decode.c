/* An entry in. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "format/limits.h"
#include "format/text.h"
#include "format/value.h"
#include "format/vault_log.h"

#define COMMON "format", "vault", "sequence", "previous", "type", "time", "signers", "private"

static const char *const keys_init[] = { COMMON, "epoch", "member", "escrow", NULL };
static const char *const keys_member_add[] = { COMMON, "member", "tier", NULL };
static const char *const keys_member_remove[] = { COMMON, "fingerprint", "epoch", NULL };
static const char *const keys_case[] = { COMMON, "case", NULL };
static const char *const keys_case_merge[] = { COMMON, "case", "into", NULL };
static const char *const keys_inventory[] = { COMMON, "list", "case", NULL };
static const char *const keys_removal[] = { COMMON, "uuid", "event", NULL };
static const char *const keys_case_file[] = { COMMON, "uuid", "case", NULL };
static const char *const keys_rollback[] = { COMMON, "entries", "head", "exhibits", "list", NULL };
static const char *const *const keys_of[EVX_VAULT_TYPES] = { keys_init, keys_member_add,
	keys_member_remove, keys_case, keys_case, keys_case_merge, keys_inventory, keys_removal,
	keys_case_file, keys_rollback };

static const char *const epoch_keys[] = { "custody_key", "content_key", NULL };
static const char *const member_keys[] = { "signing", "encryption", NULL };

static enum evx_err read_uuid(const struct evx_json *obj, const char *key, bool optional,
	char out[EVX_UUID_CAP], struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, key, optional, &s, &n, diag);

	if (err != EVX_OK || s == NULL)
		return err;
	if (!evx_uuid_valid(s, n))
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected a UUID in %s, found another text", key);
	memcpy(out, s, n + 1);
	return EVX_OK;
}

static enum evx_err read_private(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, "private", true, &s, &n, diag);

	if (err != EVX_OK || s == NULL)
		return err;
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected base64 in private, found nothing");
	err = evx_base64_decode(s, n, true, &e->sealed);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err, "vault log: expected base64 in private, found another text");
}

/* Where an entry stands in which log, and who signs it. */
static enum evx_err read_common(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	const char *s;
	int64_t sequence;
	bool has_previous;
	enum evx_err err;

	if ((err = evx_json_str(obj, "format", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (strcmp(s, "evx-vault/1") != 0)
		return evx_fail(diag,
			strncmp(s, "evx-vault/", 10) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"vault log: expected format evx-vault/1, found another");
	if ((err = evx_json_str(obj, "type", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (!evx_vault_type_of(s, &e->type))
		return evx_fail(diag, EVX_E_UNSUPPORTED,
			"vault log: expected a type of entry that is known, found another");
	if ((err = evx_json_only(obj, keys_of[e->type], diag)) != EVX_OK ||
		(err = read_uuid(obj, "vault", false, e->vault, diag)) != EVX_OK ||
		(err = evx_json_int(obj, "sequence", false, &sequence, diag)) != EVX_OK)
		return err;
	if (sequence < 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected a number from 0 on in sequence, found %lld",
			(long long)sequence);
	if (sequence >= EVX_VAULT_ENTRIES_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "vault log: found entry %lld (limit %u)",
			(long long)sequence, EVX_VAULT_ENTRIES_MAX);
	e->sequence = (uint32_t)sequence;
	if ((err = evx_json_hex(obj, "previous", true, e->previous, sizeof(e->previous),
		     &has_previous, diag)) != EVX_OK)
		return err;
	if (has_previous != (sequence > 0) || (sequence == 0) != (e->type == EVX_VAULT_INIT))
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected init without an entry before it, and every other "
			"behind one, found otherwise");
	if ((err = evx_value_read_time("vault log", obj, "time", false, &e->time, NULL, diag)) !=
			EVX_OK ||
		(err = evx_value_read_signer("vault log", obj, e->signer, diag)) != EVX_OK)
		return err;
	return read_private(obj, e, diag);
}

static enum evx_err read_epoch(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	const struct evx_json *epoch;
	enum evx_err err;

	if ((err = evx_json_obj(obj, "epoch", false, &epoch, diag)) != EVX_OK ||
		(err = evx_json_only(epoch, epoch_keys, diag)) != EVX_OK ||
		(err = evx_value_read_key("vault log", epoch, "custody_key", false,
			 e->epoch.custody, diag)) != EVX_OK ||
		(err = evx_value_read_key("vault log", epoch, "content_key", false,
			 e->epoch.content, diag)) != EVX_OK)
		return err;
	return EVX_OK;
}

static enum evx_err read_member(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	const struct evx_json *member;
	enum evx_err err;

	if ((err = evx_json_obj(obj, "member", false, &member, diag)) != EVX_OK ||
		(err = evx_json_only(member, member_keys, diag)) != EVX_OK ||
		(err = evx_value_read_key(
			 "vault log", member, "signing", true, e->member_signing, diag)) != EVX_OK)
		return err;
	return evx_value_read_key(
		"vault log", member, "encryption", false, e->member_encryption, diag);
}

static enum evx_err read_escrow(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	const struct evx_json *arr;
	size_t i, k, n;
	enum evx_err err = evx_json_arr(obj, "escrow", false, &arr, diag);

	if (err != EVX_OK)
		return err;
	n = evx_json_len(arr);
	if (n > EVX_VAULT_ESCROW_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "vault log: found %zu escrow keys (limit %u)", n,
			EVX_VAULT_ESCROW_MAX);
	if (n == 0)
		return EVX_OK;
	e->escrow = calloc(n, sizeof(*e->escrow));
	if (e->escrow == NULL)
		return evx_fail_memory(diag);
	for (i = 0; i < n; i++) {
		size_t len;
		const char *s = evx_json_text(evx_json_at(arr, i), &len);

		if ((err = evx_value_key(
			     "vault log", "escrow", false, s, len, e->escrow[i], diag)) != EVX_OK)
			return err;
		e->nescrow = i + 1;
		for (k = 0; k < i; k++)
			if (strcmp(e->escrow[k], e->escrow[i]) == 0)
				return evx_fail(diag, EVX_E_CORRUPT,
					"vault log: expected each escrow key once, found one "
					"twice");
	}
	return EVX_OK;
}

static enum evx_err read_tier(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	const char *s;
	enum evx_err err = evx_json_str(obj, "tier", false, &s, NULL, diag);

	if (err != EVX_OK)
		return err;
	e->content = strcmp(s, "content") == 0;
	return e->content || strcmp(s, "custody") == 0 ?
		EVX_OK :
		evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected content or custody in tier, found another text");
}

static enum evx_err read_merge(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	enum evx_err err;

	if ((err = read_uuid(obj, "case", false, e->case_id, diag)) != EVX_OK ||
		(err = read_uuid(obj, "into", false, e->into, diag)) != EVX_OK)
		return err;
	if (strcmp(e->case_id, e->into) == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected a case merged into another, found it merged into "
			"itself");
	return EVX_OK;
}

static enum evx_err read_number(const struct evx_json *obj, const char *key, int64_t least,
	uint32_t *out, struct evx_diag *diag)
{
	int64_t number;
	enum evx_err err = evx_json_int(obj, key, false, &number, diag);

	if (err != EVX_OK)
		return err;
	if (number < least || number > EVX_VAULT_ENTRIES_MAX)
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected %lld to %u in %s, found %lld", (long long)least,
			EVX_VAULT_ENTRIES_MAX, key, (long long)number);
	*out = (uint32_t)number;
	return EVX_OK;
}

static enum evx_err read_rollback(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	enum evx_err err;

	if ((err = read_number(obj, "entries", 1, &e->entries, diag)) != EVX_OK ||
		(err = read_number(obj, "exhibits", 0, &e->exhibits, diag)) != EVX_OK ||
		(err = evx_json_hex(obj, "head", false, e->head, sizeof(e->head), NULL, diag)) !=
			EVX_OK)
		return err;
	return evx_json_hex(obj, "list", false, e->list, sizeof(e->list), NULL, diag);
}

/* What the type of an entry has of its own. */
static enum evx_err read_fields(
	const struct evx_json *obj, struct evx_vault_entry *e, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	switch (e->type) {
	case EVX_VAULT_INIT:
		e->content = true;
		if ((err = read_epoch(obj, e, diag)) == EVX_OK &&
			(err = read_member(obj, e, diag)) == EVX_OK)
			err = read_escrow(obj, e, diag);
		break;
	case EVX_VAULT_MEMBER_ADD:
		if ((err = read_member(obj, e, diag)) == EVX_OK)
			err = read_tier(obj, e, diag);
		break;
	case EVX_VAULT_MEMBER_REMOVE:
		if ((err = evx_json_hex(obj, "fingerprint", false, e->fingerprint,
			     sizeof(e->fingerprint), NULL, diag)) == EVX_OK)
			err = read_epoch(obj, e, diag);
		break;
	case EVX_VAULT_CASE_NEW:
	case EVX_VAULT_CASE_ALIAS:
		err = read_uuid(obj, "case", false, e->case_id, diag);
		break;
	case EVX_VAULT_CASE_MERGE:
		err = read_merge(obj, e, diag);
		break;
	case EVX_VAULT_INVENTORY:
		if ((err = evx_json_hex(
			     obj, "list", false, e->list, sizeof(e->list), NULL, diag)) == EVX_OK)
			err = read_uuid(obj, "case", true, e->case_id, diag);
		break;
	case EVX_VAULT_REMOVAL:
		if ((err = read_uuid(obj, "uuid", false, e->uuid, diag)) == EVX_OK)
			err = evx_json_hex(
				obj, "event", false, e->event, sizeof(e->event), NULL, diag);
		break;
	case EVX_VAULT_ROLLBACK:
		err = read_rollback(obj, e, diag);
		break;
	case EVX_VAULT_CASE_FILE:
		if ((err = read_uuid(obj, "uuid", false, e->uuid, diag)) == EVX_OK)
			err = read_uuid(obj, "case", false, e->case_id, diag);
		break;
	}
	return err;
}

enum evx_err evx_vault_entry_decode(
	const void *p, size_t n, struct evx_vault_entry *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag)) != EVX_OK ||
		(err = read_common(root, out, diag)) != EVX_OK)
		goto out;
	err = read_fields(root, out, diag);
out:
	evx_json_free(root);
	if (err != EVX_OK)
		evx_vault_entry_free(out);
	return err;
}
