/* An entry out. */
#include <string.h>

#include "base/json.h"
#include "format/text.h"
#include "format/vault_log.h"

static void write_epoch(struct evx_jw *w, const struct evx_vault_entry *e)
{
	evx_jw_obj(w, "epoch");
	evx_jw_str(w, "custody_key", e->epoch.custody);
	evx_jw_str(w, "content_key", e->epoch.content);
	evx_jw_close(w);
}

static void write_member(struct evx_jw *w, const struct evx_vault_entry *e)
{
	evx_jw_obj(w, "member");
	evx_jw_str(w, "signing", e->member_signing);
	evx_jw_str(w, "encryption", e->member_encryption);
	evx_jw_close(w);
}

static void write_escrow(struct evx_jw *w, const struct evx_vault_entry *e)
{
	size_t i;

	evx_jw_arr(w, "escrow");
	for (i = 0; i < e->nescrow; i++)
		evx_jw_str(w, NULL, e->escrow[i]);
	evx_jw_close(w);
}

static void write_fields(struct evx_jw *w, const struct evx_vault_entry *e)
{
	switch (e->type) {
	case EVX_VAULT_INIT:
		write_epoch(w, e);
		write_member(w, e);
		write_escrow(w, e);
		break;
	case EVX_VAULT_MEMBER_ADD:
		write_member(w, e);
		evx_jw_str(w, "tier", e->content ? "content" : "custody");
		break;
	case EVX_VAULT_MEMBER_REMOVE:
		evx_jw_hex(w, "fingerprint", e->fingerprint, sizeof(e->fingerprint));
		write_epoch(w, e);
		break;
	case EVX_VAULT_CASE_NEW:
	case EVX_VAULT_CASE_ALIAS:
		evx_jw_str(w, "case", e->case_id);
		break;
	case EVX_VAULT_CASE_MERGE:
		evx_jw_str(w, "case", e->case_id);
		evx_jw_str(w, "into", e->into);
		break;
	case EVX_VAULT_INVENTORY:
		evx_jw_hex(w, "list", e->list, sizeof(e->list));
		evx_jw_opt(w, "case", e->case_id);
		break;
	case EVX_VAULT_REMOVAL:
		evx_jw_str(w, "uuid", e->uuid);
		evx_jw_hex(w, "event", e->event, sizeof(e->event));
		break;
	case EVX_VAULT_ROLLBACK:
		evx_jw_int(w, "entries", e->entries);
		evx_jw_hex(w, "head", e->head, sizeof(e->head));
		evx_jw_int(w, "exhibits", e->exhibits);
		evx_jw_hex(w, "list", e->list, sizeof(e->list));
		break;
	case EVX_VAULT_CASE_FILE:
		evx_jw_str(w, "uuid", e->uuid);
		evx_jw_str(w, "case", e->case_id);
		break;
	}
}

static enum evx_err write_entry(const struct evx_vault_entry *e, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);
	struct evx_buf private = EVX_BUF_INIT;
	char when[EVX_TIME_CAP] = "";
	enum evx_err err = evx_time_encode(e->time, when);

	if (err == EVX_OK && e->sealed.len > 0)
		err = evx_base64_encode(e->sealed.data, e->sealed.len, true, &private);
	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", "evx-vault/1");
	evx_jw_str(&w, "vault", e->vault);
	evx_jw_int(&w, "sequence", e->sequence);
	if (e->sequence > 0)
		evx_jw_hex(&w, "previous", e->previous, sizeof(e->previous));
	evx_jw_str(&w, "type", evx_vault_type_name(e->type));
	evx_jw_str(&w, "time", when);
	write_fields(&w, e);
	evx_jw_arr(&w, "signers");
	evx_jw_str(&w, NULL, e->signer);
	evx_jw_close(&w);
	if (private.len > 0)
		evx_jw_strn(&w, "private", private.data, private.len);
	evx_jw_close(&w);
	evx_buf_free(&private);
	return err != EVX_OK ? err : evx_jw_end(&w);
}

enum evx_err evx_vault_entry_encode(
	const struct evx_vault_entry *e, struct evx_buf *out, struct evx_diag *diag)
{
	size_t start = out->len;
	struct evx_diag why = { 0 };
	struct evx_vault_entry again = { 0 };
	enum evx_err err = write_entry(e, out);

	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err, "vault log: entry cannot be written");
	}
	/* What no reader would take is not given out. */
	err = evx_vault_entry_decode(out->data + start, out->len - start, &again, &why);
	evx_vault_entry_free(&again);
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err == EVX_E_MEMORY || err == EVX_E_LIMIT ? err : EVX_E_USAGE,
			"%s", why.text);
	}
	return EVX_OK;
}
