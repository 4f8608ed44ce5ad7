/* A vault that was set back: signed, so that the log goes on from here, and told for ever. */
#include "store/rollback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "format/time.h"
#include "store/inventory.h"
#include "store/vault_inner.h"

#define NAME_CAP 32

uint32_t evx_rollback_seen(const struct evx_vault *v)
{
	return v->known.uuid[0] != '\0' && v->known.accepted ? v->known.entries : 0;
}

bool evx_rollback_is(const struct evx_vault *v)
{
	return v->changed.code != EVX_OK && v->set_back;
}

static void name_list(uint32_t sequence, char out[NAME_CAP])
{
	(void)snprintf(out, NAME_CAP, "%08u-rollback.list", (unsigned)sequence);
}

bool evx_rollback_has(const struct evx_vault *v, const char *name)
{
	char own[NAME_CAP];

	for (size_t i = 0; i < v->nrollbacks; i++) {
		name_list(v->rollbacks[i].sequence, own);
		if (strcmp(own, name) == 0)
			return true;
	}
	return false;
}

/* The founder was accepted, and what contradicts is given up: until the entry is written, in this
 * process only. */
static enum evx_err forgive(struct evx_vault *v, struct evx_diag *diag)
{
	if (evx_rollback_seen(v) == 0)
		return evx_fail(diag, EVX_E_CUSTODY,
			"This machine has not used this vault before, so nothing was set back for "
			"it. Nothing was changed.");
	if (v->changed.code == EVX_OK)
		return EVX_OK;
	if (!v->set_back)
		return evx_diag_in(diag, v->changed.path,
			evx_fail(diag, v->changed.code, "%s", v->changed.text));
	v->forgiven = v->known;
	v->accepted = true;
	return EVX_OK;
}

enum evx_err evx_rollback_sign(struct evx_vault *v, const struct evx_buf *list, uint32_t exhibits,
	const char *reason, const struct evx_signer *signer, int64_t now, uint32_t *sequence,
	struct evx_diag *diag)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_ROLLBACK, .exhibits = exhibits };
	struct evx_vault_private p = { .sequence = 0 };
	char name[NAME_CAP];
	enum evx_err err = forgive(v, diag);

	*sequence = 0;
	if (err != EVX_OK)
		return err;
	e.entries = v->known.entries;
	memcpy(e.head, v->known.head, 32);
	evx_sha256(list->data, list->len, e.list);
	if (reason != NULL && (p.reason = strdup(reason)) == NULL)
		return evx_fail_memory(diag);
	if ((err = evx_vault_lock(v, diag)) != EVX_OK)
		goto out;
	*sequence = v->n;
	name_list(v->n, name);
	/* The list first: an entry must not name what is not there. */
	if ((err = evx_replace_file(v->log, name, 0666, list->data, list->len, diag)) != EVX_OK)
		goto out;
	err = evx_vault_append(v, &e, reason != NULL ? &p : NULL, signer, now, diag);
	if (err == EVX_OK)
		evx_diag_clear(&v->changed);
out:
	evx_vault_unlock_log(v);
	memset(&v->forgiven, 0, sizeof(v->forgiven));
	v->accepted = v->changed.code == EVX_OK && v->accepted;
	evx_vault_private_free(&p);
	return err;
}

/* *whole: the list that it signs is there, and unchanged. */
static enum evx_err look_at_list(
	const struct evx_vault *v, const struct evx_vault_rollback *r, bool *whole)
{
	struct evx_buf list = { NULL, 0, 0, EVX_INVENTORY_MAX };
	char name[NAME_CAP];
	uint8_t found[32];
	enum evx_err err;

	name_list(r->sequence, name);
	err = evx_place_read(v->log, name, EVX_INVENTORY_MAX, &list, NULL);
	evx_sha256(list.data, list.len, found);
	evx_buf_free(&list);
	*whole = err == EVX_OK && evx_hash_equal(found, r->list);
	return err == EVX_E_MEMORY ? err : EVX_OK;
}

static const char *things(uint32_t n, const char *one, const char *several)
{
	return n == 1 ? one : several;
}

enum evx_err evx_rollback_tell(
	const struct evx_vault *v, struct evx_findings *findings, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < v->nrollbacks && err == EVX_OK; i++) {
		const struct evx_vault_rollback *r = &v->rollbacks[i];
		char where[NAME_CAP + 8], name[NAME_CAP], when[EVX_TIME_CAP];
		bool whole;

		name_list(r->sequence, name);
		(void)snprintf(where, sizeof(where), "log/%s", name);
		if (evx_time_encode(r->time, when) != EVX_OK)
			when[0] = '\0';
		if ((err = look_at_list(v, r, &whole)) != EVX_OK)
			break;
		if (!whole)
			err = evx_findings_add(findings, "V-ROLLBACK", EVX_WEIGHT_BROKEN,
				EVX_NO_EVENT, where,
				"The list that entry %u of the vault log signs is missing or was "
				"changed. Look for a backup of the log.",
				(unsigned)r->sequence);
		else
			err = evx_findings_add(findings, "V-ROLLBACK", EVX_WEIGHT_REMARK,
				EVX_NO_EVENT, where,
				"On %s a member signed that the vault was put back from a backup. "
				"That machine had seen %u %s of the log, and %u %s otherwise than "
				"they were then; the list names them.",
				when, (unsigned)r->entries, things(r->entries, "entry", "entries"),
				(unsigned)r->exhibits, things(r->exhibits, "exhibit", "exhibits"));
	}
	return evx_fail_buf(diag, err);
}
