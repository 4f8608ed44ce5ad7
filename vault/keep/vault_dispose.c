/* Disposes of an exhibit, after exhibits that borrow from it have their own bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "events/event_actor.h"
#include "events/event_store.h"
#include "find/vault_index.h"
#include "find/vault_locate.h"
#include "format/text.h"
#include "keep/dispose_borrowers.h"
#include "keep/dispose_files.h"
#include "open/exhibit.h"
#include "open/exhibit_subject.h"
#include "open/exhibit_vault.h"
#include "open/vault_use.h"
#include "people/known.h"
#include "store/case.h"
#include "store/heads.h"
#include "store/marks.h"

struct disposal {
	const struct evx_dispose_options *opt;
	struct evx_dispose_outcome *out;
	struct evx_vault_use use;
	struct evx_signer signer;
	struct evx_known known;
	char uuid[EVX_UUID_CAP];
	struct evx_exhibit_subject subject; /* what it is called */
	bool case_open;                     /* which case it is in is in question */
	bool disposed;                      /* the chain says so … */
	uint8_t event[32];                  /* … in this event */
	struct evx_dispose_borrowers borrowers;
	struct evx_cancel *cancel;
	struct evx_diag *diag;
};

/* ---- May it be? */

/* The rules, before anything is asked or written. That the event itself keeps them is seen again
 * when it is signed. */
static enum evx_err judge(
	struct disposal *d, const struct evx_exhibit *ex, const struct evx_rules_roster *rules)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	const struct evx_custody_state *state = &chain->state;
	struct evx_event next = { .known = true, .time = (int64_t)time(NULL), .nsigners = 1 };
	enum evx_err err;

	err = evx_event_store_open(chain, d->diag);
	if (err != EVX_OK)
		return err;
	d->disposed = state->disposed;
	if (state->disposed) {
		memcpy(d->event, chain->at[state->disposal].hash, 32);
		d->out->event = (int)state->disposal;
		return EVX_OK;
	}
	if (!state->authorised)
		return evx_fail(d->diag, EVX_E_CUSTODY,
			"Nobody has authorised the disposal. Nothing was destroyed. First the "
			"persons named in the policy sign: evx dispose-authorise");
	for (size_t i = 0; i < ex->loaded.findings.n; i++) {
		const struct evx_finding *f = &ex->loaded.findings.at[i];

		if (f->event == state->authorisation &&
			(strcmp(f->code, "R-POLICY") == 0 || strcmp(f->code, "R-WITNESS") == 0))
			return evx_fail(d->diag, EVX_E_CUSTODY,
				"The authorisation does not meet the policy. Nothing was "
				"destroyed. %s",
				f->text);
	}
	evx_event_set_kind(&next, EVX_EVENT_DISPOSE);
	next.fields.has_refers = true;
	memcpy(next.fields.refers, chain->at[state->authorisation].hash, 32);
	err = evx_sshkey_encode(&d->signer.pub, next.signers[0]);
	return err == EVX_OK ?
		evx_rules_check(chain, &next, rules, d->diag) :
		evx_fail(d->diag, err, "There is no key to sign with. Nothing was destroyed.");
}

/* What inventories list, or this machine saw, of the exhibit must be there still, and must be
 * readable: a hold may have been taken away. */
static enum evx_err contradicted(struct disposal *d, const struct evx_findings *against)
{
	for (size_t i = 0; i < against->n; i++) {
		const bool filed = strcmp(against->at[i].code, "V-CASE") == 0;

		d->case_open = d->case_open || filed;
		/* Where it is not known who of the members is wrong, nothing is destroyed either.
		 */
		if (against->at[i].weight >= (filed ? EVX_WEIGHT_UNCHECKED : EVX_WEIGHT_GAP))
			return evx_fail(d->diag, EVX_E_FORGED, "%s: %s Nothing was destroyed.",
				against->at[i].code, against->at[i].text);
	}
	return EVX_OK;
}

static enum evx_err read_chain(struct disposal *d)
{
	const struct evx_rules_roster rules = evx_known_rules(&d->known);
	const struct evx_exhibit_load load = {
		.index_only = true, .jobs = 1, .cancel = d->cancel, .roster = &rules
	};
	struct evx_bundle *bundle = NULL;
	struct evx_findings against = { 0 };
	struct evx_heads *heads = NULL;
	struct evx_exhibit ex;
	int dir = -1;
	enum evx_err err = evx_heads_load(d->use.vault, d->uuid, &against, &heads, d->diag);

	evx_exhibit_over(&ex, NULL);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_exhibit(d->use.vault, d->uuid, &dir, d->diag);
	if (err != EVX_OK)
		goto out;
	err = evx_bundle_open_dir(dir, d->uuid, &bundle, d->diag);
	if (err != EVX_OK)
		goto out;
	evx_exhibit_over(&ex, bundle);
	err = evx_exhibit_load(&ex, &load, d->diag);
	if (err != EVX_OK)
		goto out;
	err = evx_heads_judge(
		heads, d->use.vault, d->uuid, evx_chain_result(ex.loaded.chain), &against, d->diag);
	if (err != EVX_OK)
		goto out;
	err = contradicted(d, &against);
	if (err != EVX_OK)
		goto out;
	err = judge(d, &ex, &rules);
	if (err != EVX_OK)
		goto out;
	evx_hex_encode(evx_chain_result(ex.loaded.chain)->exhibit, 32, d->out->info.seal_hash);
	evx_seal_code(evx_chain_result(ex.loaded.chain)->exhibit, d->out->info.seal_code);
	/* Its names are told before it is destroyed, where a key still opens them. */
	if (evx_exhibit_vault_keys(&ex, &d->use.id, d->use.vault, true, NULL) == EVX_E_MEMORY)
		err = evx_fail_memory(d->diag);
	else
		err = evx_exhibit_subject_read(&ex, &d->subject, d->diag);
out:
	evx_exhibit_free(&ex);
	evx_bundle_free(bundle);
	evx_close_quiet(&dir);
	evx_heads_free(heads);
	evx_findings_free(&against);
	return err;
}

static enum evx_err find_borrowers(struct disposal *d)
{
	return evx_dispose_borrowers_find(&d->borrowers, d->use.vault, d->uuid, d->cancel, d->diag);
}

/* ---- The catalog */

/* Nobody finds this lender in the case any more. */
static enum evx_err forget_rows_of(
	struct disposal *d, struct evx_catalog *c, const char *case_id, const uint8_t lender[16])
{
	const uint32_t epochs = evx_vault_epochs(d->use.vault);
	struct evx_secret **secrets = calloc((size_t)epochs + 1, sizeof(struct evx_secret *));
	struct evx_catalog_case *k = NULL;
	uint8_t id[16];
	uint64_t removed;
	size_t n = 0;
	enum evx_err err = EVX_OK;

	if (secrets == NULL)
		return evx_fail_memory(d->diag);
	for (uint32_t i = epochs; i > 0 && err == EVX_OK && n < EVX_EPOCHS_MAX; i--)
		if (evx_vault_content(d->use.vault, i) != NULL)
			err = evx_case_secret(d->use.vault, case_id, i, &secrets[n++], d->diag);
	if (err != EVX_OK)
		goto out;
	if (evx_uuid_bytes(case_id, EVX_UUID_LEN, id))
		err = evx_catalog_case_new(
			c, id, (const struct evx_secret *const *)secrets, n, &k, d->diag);
	if (err != EVX_OK)
		goto out;
	if (k != NULL)
		err = evx_catalog_rows_remove(k, lender, &removed, d->diag);
out:
	evx_catalog_case_free(k);
	for (size_t i = 0; i < n; i++)
		evx_secret_free(secrets[i]);
	free(secrets);
	return err;
}

static enum evx_err forget_rows(struct disposal *d)
{
	struct evx_catalog_state state;
	struct evx_catalog *c = NULL;
	struct evx_vault_index *x = NULL;
	uint8_t lender[16];
	enum evx_err err;

	if (!evx_uuid_bytes(d->uuid, EVX_UUID_LEN, lender))
		return evx_fail(d->diag, EVX_E_CORRUPT, "vault: expected a UUID");
	err = evx_catalog_of_vault(d->use.vault, &c, &state, d->diag);
	if (err != EVX_OK)
		goto out;
	if (state.read_only)
		err = evx_fail(d->diag, EVX_E_IO,
			"The vault's catalog cannot be written and would still name this exhibit, "
			"so the disposal stopped. Check who may write to the vault's directory, "
			"and run the command again.");
	for (size_t i = 0; i < evx_vault_cases(d->use.vault) && err == EVX_OK; i++)
		if (evx_marks_has(d->use.vault, evx_vault_case(d->use.vault, i)->id, d->uuid))
			err = forget_rows_of(d, c, evx_vault_case(d->use.vault, i)->id, lender);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_index_new(d->use.vault, d->use.home, c, -1, &x, d->diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_index_exhibit(x, d->uuid, EVX_INDEX_FACTS, NULL, d->cancel, d->diag);
out:
	evx_vault_index_free(x);
	evx_catalog_free(c);
	return err;
}

/* ---- In order */

/* Where that cannot be written, the next check of the vault makes up for it. */
static void remember(const struct disposal *d)
{
	struct evx_head_seen seen = { .inventory = EVX_HEAD_MACHINE,
		.events = (uint64_t)d->out->event + 1,
		.case_open = d->case_open };
	enum evx_err err = evx_hex_decode(d->out->info.seal_hash, 64, seen.seal, 32);

	memcpy(seen.uuid, d->uuid, sizeof(seen.uuid));
	memcpy(seen.head, d->event, 32);
	evx_marks_case(NULL, d->use.vault, seen.uuid, seen.case_id);
	if (err == EVX_OK)
		err = evx_heads_remember_one(d->use.vault, &seen, NULL);
	(void)err;
}

static enum evx_err sign(struct disposal *d)
{
	const struct evx_event_actor actor = {
		.id = &d->use.id, .signer = &d->signer, .known = &d->known
	};
	struct evx_event_outcome outcome = { 0 };
	char *path = NULL;
	enum evx_err err;

	if (asprintf(&path, "%s/exhibits/%s", evx_vault_path(d->use.vault), d->uuid) < 0)
		return evx_fail_memory(d->diag);
	{
		const struct evx_event_options event = { .bundle = path,
			.type = EVX_EVENT_DISPOSE,
			.reason = d->opt->reason,
			.notes = d->opt->notes,
			.authority = d->opt->authority,
			.place = d->opt->place,
			.purpose = d->opt->purpose,
			.invocation = d->opt->invocation,
			.jobs = 1 };

		err = evx_event_actor_record(&actor, &event, d->cancel, &outcome, d->diag);
	}
	if (err == EVX_OK)
		d->out->event = outcome.number;
	if (err == EVX_OK && evx_hex_decode(outcome.hash, 64, d->event, 32) != EVX_OK)
		err = evx_fail(d->diag, EVX_E_CORRUPT, "dispose: expected the event's hash");
	if (err == EVX_OK)
		remember(d);
	evx_event_outcome_free(&outcome);
	free(path);
	return err;
}

/* From here on it is as the event says, step by step; each may be done already. */
static enum evx_err destroy(struct disposal *d)
{
	struct evx_session *s = NULL;
	uint64_t live = 0, dead;
	enum evx_err err = forget_rows(d);

	if (err != EVX_OK)
		goto out;
	err = evx_session_begin(d->use.vault, &s, d->diag);
	if (err != EVX_OK)
		goto out;
	/* Whoever began before the rows went may have found this lender in them, and is about to
	 * name it. */
	err = evx_session_count(d->use.vault, s, &live, &dead, d->diag);
	if (err != EVX_OK)
		goto out;
	if (live > 0)
		err = evx_fail(d->diag, EVX_E_LOCKED,
			"%llu other process%s in this vault and may use data of this exhibit. The "
			"disposal stopped. Wait until that work is done, and run the command "
			"again to go on.",
			(unsigned long long)live, live == 1 ? " works" : "es work");
	if (err != EVX_OK)
		goto out;
	err = find_borrowers(d);
	if (err != EVX_OK)
		goto out;
	err = evx_dispose_borrowers_serve(
		&d->borrowers, d->use.vault, s, &d->out->made_whole, d->cancel, d->diag);
	if (err != EVX_OK)
		goto out;
	err = find_borrowers(d);
	if (err != EVX_OK)
		goto out;
	if (d->borrowers.n > 0)
		err = evx_fail(d->diag, EVX_E_LOCKED,
			"Another exhibit has just begun to use data of this exhibit, so the "
			"disposal stopped. Run the command again to go on.");
	if (err != EVX_OK)
		goto out;
	err = evx_dispose_files_remove(d->use.vault, d->uuid, "data", &d->out->removed, d->diag);
	if (err != EVX_OK)
		goto out;
	err = evx_dispose_files_remove(d->use.vault, d->uuid, "keys", &d->out->removed, d->diag);
out:
	evx_session_end(s);
	return err;
}

static enum evx_err write_removal(struct disposal *d)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_REMOVAL };
	enum evx_err err = evx_vault_lock(d->use.vault, d->diag);

	if (err != EVX_OK)
		return err;
	memcpy(e.uuid, d->uuid, sizeof(e.uuid));
	memcpy(e.event, d->event, sizeof(e.event));
	if (!evx_vault_removed(d->use.vault, d->uuid, NULL))
		err = evx_vault_append(
			d->use.vault, &e, NULL, &d->signer, (int64_t)time(NULL), d->diag);
	evx_vault_unlock_log(d->use.vault);
	return err;
}

static enum evx_err look(struct disposal *d)
{
	const char *name = d->opt->exhibit, *slash = strrchr(name, '/');
	const struct evx_vault_member *member = evx_vault_find_member(
		d->use.vault, d->use.id.card.signing);
	struct evx_dispose_info *info = &d->out->info;
	uint64_t keys = 0, ignored = 0;
	enum evx_err err = evx_vault_sound(d->use.vault, d->diag);

	if (err == EVX_OK && (member == NULL || !member->content))
		err = evx_fail(d->diag, EVX_E_CUSTODY,
			"Only a member who can open contents may dispose of an exhibit. %s is not "
			"one. Nothing was changed. Name such a member: --as NAME.",
			d->use.name);
	if (err == EVX_OK)
		err = evx_vault_locate_uuid(
			d->use.vault, slash != NULL ? slash + 1 : name, d->uuid, d->diag);
	if (err == EVX_OK)
		err = read_chain(d);
	if (err == EVX_OK)
		err = find_borrowers(d);
	if (err == EVX_OK)
		err = evx_dispose_files_count(
			d->use.vault, d->uuid, "data", &info->packs, &info->bytes, d->diag);
	if (err == EVX_OK)
		err = evx_dispose_files_count(
			d->use.vault, d->uuid, "keys", &keys, &ignored, d->diag);
	memcpy(info->uuid, d->uuid, sizeof(info->uuid));
	info->begun = d->disposed;
	info->borrowed = d->borrowers.n;
	d->out->nothing_left = d->disposed && info->packs == 0 && keys == 0 &&
		evx_vault_removed(d->use.vault, d->uuid, NULL);
	/* What others need must be there to be given to them. */
	return err == EVX_OK ? evx_dispose_borrowers_serve(&d->borrowers, d->use.vault, NULL,
				       &d->out->made_whole, d->cancel, d->diag) :
			       err;
}

enum evx_err evx_vault_dispose(struct evx_home *h, const struct evx_dispose_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_dispose_outcome *out, struct evx_diag *diag)
{
	struct disposal d = {
		.opt = opt, .out = out, .use = { .pins = -1 }, .cancel = cancel, .diag = diag
	};
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	tzset();
	err = evx_vault_use_member(&d.use, h, opt->vault, opt->as, ask,
		opt->confine ? &out->confinement : NULL, &d.signer, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_known_load(&d.known, h, diag);
	if (err != EVX_OK)
		goto out;
	err = look(&d);
	if (err != EVX_OK)
		goto out;
	out->info.case_label = d.subject.case_label;
	out->info.exhibit_number = d.subject.exhibit_number;
	out->info.description = d.subject.description;
	if (!d.disposed && opt->confirm != NULL && !opt->confirm(opt->ctx, &out->info))
		err = evx_fail(
			diag, EVX_E_INTERRUPTED, "You did not confirm. Nothing was changed.");
	if (err != EVX_OK)
		goto out;
	if (!d.disposed)
		err = sign(&d);
	if (err != EVX_OK)
		goto out;
	if (!out->nothing_left)
		err = destroy(&d);
	if (err != EVX_OK)
		goto out;
	err = write_removal(&d);
out:
	out->info.case_label = out->info.exhibit_number = out->info.description = NULL;
	evx_exhibit_subject_free(&d.subject);
	evx_vault_use_free(&d.use);
	evx_known_free(&d.known);
	evx_dispose_borrowers_free(&d.borrowers);
	return err;
}
