/* Accepts that a vault was put back from a backup: what this machine saw is compared, signed, and
 * given up. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "open/exhibit.h"
#include "open/vault_use.h"
#include "store/heads.h"
#include "store/inventory.h"
#include "store/rollback.h"

struct rollback {
	const struct evx_rollback_options *opt;
	struct evx_rollback_info *info;
	struct evx_vault_use use;
	const struct evx_cancel *cancel;
	struct evx_buf list; /* of what is lost */
	char (*lost)[EVX_UUID_CAP];
	size_t n;
	struct evx_diag *diag;
};

/* The record of the exhibit as it is there; NULL in *ex->loaded.chain where it cannot be judged,
 * which a check tells. */
static enum evx_err load(const struct rollback *r, const char *uuid, struct evx_bundle **bundle,
	struct evx_exhibit *ex, struct evx_diag *why)
{
	const struct evx_exhibit_load how = { .index_only = true, .jobs = 1, .cancel = r->cancel };
	int dir = -1;
	enum evx_err err = evx_vault_exhibit(r->use.vault, uuid, &dir, why);

	if (err == EVX_OK)
		err = evx_bundle_open_dir(dir, uuid, bundle, why);
	evx_close_quiet(&dir);
	if (err != EVX_OK)
		return err;
	evx_exhibit_over(ex, *bundle);
	return evx_exhibit_load(ex, &how, why);
}

static enum evx_err add_lost(
	struct rollback *r, const struct evx_head_seen *seen, enum evx_inventory_result result)
{
	struct evx_inventory_line line = { .events = seen->events, .result = result };
	char(*one)[EVX_UUID_CAP] = EVX_ARRAY_ADD(r->lost, r->n);
	enum evx_err err;

	if (one == NULL)
		return evx_fail_memory(r->diag);
	memcpy(*one, seen->uuid, EVX_UUID_CAP);
	memcpy(line.uuid, seen->uuid, sizeof(line.uuid));
	memcpy(line.seal, seen->seal, 32);
	memcpy(line.head, seen->head, 32);
	memcpy(line.case_id, seen->case_id, sizeof(line.case_id));
	err = evx_inventory_add(&r->list, &line);
	return evx_fail_buf(r->diag, err);
}

static enum evx_err compare(
	struct rollback *r, const struct evx_head_seen *seen, const struct evx_chain_result *chain)
{
	if (chain->in_bundle == 0)
		return EVX_OK;
	if (!evx_hash_equal(chain->exhibit, seen->seal)) {
		r->info->exchanged++;
		return EVX_OK;
	}
	if (chain->in_bundle >= seen->events &&
		evx_hash_equal(chain->at[seen->events - 1].hash, seen->head))
		return EVX_OK;
	r->info->shorter++;
	return add_lost(r, seen, EVX_INVENTORY_CUSTODY);
}

static enum evx_err see(void *ctx, const struct evx_head_seen *seen)
{
	struct rollback *r = ctx;
	struct evx_bundle *bundle = NULL;
	struct evx_exhibit ex;
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (evx_cancelled(r->cancel))
		return evx_fail(r->diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was changed.");
	memset(&ex, 0, sizeof(ex));
	err = load(r, seen->uuid, &bundle, &ex, &why);
	if (err == EVX_OK) {
		err = compare(r, seen, evx_chain_result(ex.loaded.chain));
	} else if (err == EVX_E_NOT_FOUND && bundle == NULL) {
		r->info->missing++;
		err = add_lost(r, seen, EVX_INVENTORY_MISSING);
	} else if (err == EVX_E_IO || err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED) {
		err = evx_diag_in(r->diag, seen->uuid, evx_fail(r->diag, err, "%s", why.text));
	} else {
		err = EVX_OK; /* damaged: a check tells, and what was seen of it stays */
	}
	if (bundle != NULL)
		evx_exhibit_free(&ex);
	evx_bundle_free(bundle);
	return err;
}

static enum evx_err accept(
	struct rollback *r, const struct evx_signer *signer, struct evx_rollback_outcome *out)
{
	struct evx_vault *v = r->use.vault;
	enum evx_err err = evx_heads_each(v, see, r, r->diag);

	if (err != EVX_OK)
		return err;
	out->nothing = !r->info->log_changed && r->n == 0;
	if (out->nothing)
		return EVX_OK;
	if (r->opt->confirm != NULL && !r->opt->confirm(r->opt->ctx, r->info))
		return evx_fail(r->diag, EVX_E_INTERRUPTED,
			"You did not confirm. Nothing was signed, and nothing was changed.");
	err = evx_rollback_sign(v, &r->list, (uint32_t)r->n, r->opt->reason, signer,
		(int64_t)time(NULL), &out->entry, r->diag);
	if (err != EVX_OK)
		return err;
	/* Cut off here, the command is run again: these are then found once more. */
	return evx_heads_forget(v, (const char(*)[EVX_UUID_CAP])r->lost, r->n, r->diag);
}

/* Everything but the door, which such a vault does not pass. */
static enum evx_err enter(struct rollback *r)
{
	struct evx_vault *v = r->use.vault;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_vault_load(v, r->diag);

	if (err != EVX_OK || (err = evx_vault_sound(v, r->diag)) != EVX_OK)
		return err;
	memcpy(r->info->vault, evx_vault_uuid(v), sizeof(r->info->vault));
	r->info->found = evx_vault_entries(v);
	r->info->seen = evx_rollback_seen(v);
	r->info->log_changed = evx_rollback_is(v);
	if (!r->info->log_changed && evx_vault_standing(v, &why) == EVX_VAULT_CHANGED)
		return evx_diag_in(r->diag, why.path, evx_fail(r->diag, why.code, "%s", why.text));
	if (r->info->seen == 0)
		return evx_fail(r->diag, EVX_E_KEY,
			"This machine has not used this vault before, so nothing was set back for "
			"it. Nothing was changed. Use the vault as usual.");
	if (evx_vault_find_member(v, r->use.id.card.signing) == NULL)
		return evx_fail(r->diag, EVX_E_KEY,
			"%s is not a member of this vault, as it is now. Nothing was changed. Ask "
			"a "
			"member. Or let this machine forget the vault, and accept its founder "
			"anew: "
			"evx vault forget %s",
			r->use.name, r->info->vault);
	return evx_vault_unlock(v, &r->use.id, r->diag);
}

enum evx_err evx_vault_accept_rollback(struct evx_home *h, const struct evx_rollback_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_rollback_outcome *out, struct evx_diag *diag)
{
	struct rollback r = { .opt = opt,
		.info = &out->info,
		.use = { .pins = -1 },
		.cancel = cancel,
		.list = { NULL, 0, 0, EVX_INVENTORY_MAX },
		.diag = diag };
	struct evx_start s = { .diag = diag };
	struct evx_signer signer;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_vault_use_start(
		&s, &r.use, h, opt->vault, opt->as, EVX_VAULT_SOMEBODY, EVX_CONFINE_MOVE, ask);
	evx_home_signer_start(&s, h, r.use.name, &r.use.id, &r.use.agent, &signer);
	err = evx_start_confine(&s, 0, opt->confine ? &out->confinement : NULL);
	if (err != EVX_OK)
		goto out;
	err = enter(&r);
	if (err != EVX_OK)
		goto out;
	err = accept(&r, &signer, out);
out:
	evx_vault_use_free(&r.use);
	evx_buf_free(&r.list);
	free(r.lost);
	return err;
}
