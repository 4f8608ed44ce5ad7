/* Takes a bundle into a vault. */
#include "ship/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "bundle/repack.h"
#include "find/vault_index.h"
#include "format/text.h"
#include "format/uuid.h"
#include "open/exhibit_vault.h"
#include "open/vault_use.h"
#include "people/known.h"
#include "ship/import_chain.h"
#include "store/case.h"
#include "store/marks.h"

#define TRIES 3u /* another process may take the same bundle in meanwhile */

struct import_run {
	const struct evx_import_options *opt;
	struct evx_import_result *result;
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
	struct evx_vault_use use;
	struct evx_exhibit ex;
	struct evx_known known;
	struct evx_rules_roster rules;
	struct evx_claims claims;
	struct evx_heads *heads; /* what was seen of the exhibit before */
	const char *seal_hash;   /* that it must have; NULL: any */
};

static bool names_label(const struct evx_import_options *o)
{
	return o->case_name != NULL && !evx_uuid_valid(o->case_name, strlen(o->case_name));
}

/* Container and chain; the packs are read once, while they are copied. */
static enum evx_err judge(struct import_run *run, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.skip_packs = true, .jobs = 1, .cancel = run->cancel, .roster = &run->rules
	};
	struct evx_import_result *r = run->result;
	const struct evx_finding *why = NULL;
	enum evx_err err = evx_exhibit_load(&run->ex, &load, diag);
	const struct evx_chain_result *c;

	if (err == EVX_OK)
		err = evx_exhibit_sound(&run->ex, &r->exit_class, &why, diag);
	if (err != EVX_OK)
		return err;
	c = evx_chain_result(run->ex.loaded.chain);
	if (why != NULL)
		(void)snprintf(r->why, sizeof(r->why), "%s: %.480s", why->code, why->text);
	(void)snprintf(r->uuid, sizeof(r->uuid), "%s", evx_bundle_uuid(run->ex.opened.bundle));
	evx_hex_encode(c->exhibit, 32, r->seal_hash);
	evx_seal_code(c->exhibit, r->seal_code);
	if (run->seal_hash != NULL && strcmp(r->seal_hash, run->seal_hash) != 0)
		return evx_fail(diag, EVX_E_FORGED,
			"Another exhibit stands in the place of the one that was judged. Nothing "
			"was "
			"taken in.");
	if (c->state.disposed)
		return evx_fail(diag, EVX_E_CUSTODY,
			"The custody record says that this exhibit was disposed of (entry %04u). "
			"Nothing was imported.",
			(unsigned)c->state.disposal);
	return EVX_OK;
}

/* The seal's case label: the public one, else the one in the details, where the vault's custody
 * identities or the member's own open those. *label is the caller's. */
static enum evx_err seal_label(struct import_run *run, char **label, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(&run->ex);
	const struct evx_secret *key = NULL;
	struct evx_details details = { 0 };
	struct evx_buf part = EVX_BUF_INIT;
	static const char name[] = "custody/0000-seal.details.age";
	enum evx_err err;

	*label = NULL;
	if (seal->seal.case_label != NULL) {
		*label = strdup(seal->seal.case_label);
		return *label != NULL ? EVX_OK : evx_fail_memory(diag);
	}
	err = evx_exhibit_vault_keys(&run->ex, &run->use.id, run->use.vault, false, NULL);
	if (err == EVX_OK)
		key = evx_keyring_custody_of(&run->ex.unlocked.keys, 0);
	if (key != NULL && evx_exhibit_part(&run->ex, seal, name, &part, NULL) == EVX_OK &&
		evx_seal_open_details(seal, name, (struct evx_bytes){ part.data, part.len }, key,
			&details, NULL) == EVX_OK) {
		*label = details.case_label;
		details.case_label = NULL;
	}
	evx_details_free(&details);
	evx_buf_free(&part);
	return EVX_OK;
}

/* The case to file a new exhibit in. A label that the seal tells files it only where it leads to
 * one case. */
static enum evx_err find_case(struct import_run *run, struct evx_diag *diag)
{
	struct evx_import_result *r = run->result;
	struct evx_diag why = { 0 };
	char *label = NULL;
	enum evx_err err;

	if (run->opt->case_name != NULL) {
		err = evx_case_find_open(run->use.vault, run->opt->case_name, r->case_id, diag);
		return err != EVX_E_KEY || run->use.member ?
			err :
			evx_fail(diag, err,
				"Only members of the vault can use case labels. Give the case id.");
	}
	if (!run->use.member)
		return EVX_OK;
	err = seal_label(run, &label, diag);
	if (err != EVX_OK || label == NULL)
		return err;
	err = evx_uuid_valid(label, strlen(label)) ?
		EVX_E_NOT_FOUND :
		evx_case_find_open(run->use.vault, label, r->case_id, &why);
	free(label);
	r->case_unclear = err != EVX_OK;
	if (err != EVX_OK) {
		r->case_id[0] = '\0';
		(void)snprintf(r->case_why, sizeof(r->case_why), "%.500s", why.text);
	}
	if (err == EVX_OK || err == EVX_E_NOT_FOUND || err == EVX_E_USAGE)
		return EVX_OK;
	return evx_fail(diag, err, "%s", why.text);
}

/* Copies it into a session and commits. EVX_E_EXISTS, undiagnosed, when another process was faster.
 */
static enum evx_err take_in(struct import_run *run, struct evx_diag *diag)
{
	const struct evx_repack_opts repack = { .progress = run->progress, .cancel = run->cancel };
	struct evx_import_result *r = run->result;
	struct evx_session *s = NULL;
	struct evx_writer *w = NULL;
	struct evx_diag why = { 0 };
	int stage = -1;
	enum evx_err err = evx_session_begin(run->use.vault, &s, &why);

	if (err != EVX_OK)
		goto out;
	err = evx_session_copies(s, &why);
	if (err != EVX_OK)
		goto out;
	err = evx_session_stage(s, r->uuid, &stage, &why);
	if (err != EVX_OK)
		goto out;
	err = evx_writer_dir(stage, r->uuid, &w, &why);
	if (err != EVX_OK)
		goto out;
	err = evx_repack(run->ex.opened.bundle, w, &repack, &why);
out:
	evx_writer_free(w);
	if (err == EVX_OK)
		err = evx_session_commit(
			s, r->uuid, r->case_id[0] != '\0' ? r->case_id : NULL, &why);
	evx_session_end(s);
	if (err != EVX_OK && err != EVX_E_EXISTS && diag != NULL && diag->code == EVX_OK)
		*diag = why;
	if (err == EVX_OK) {
		r->act = EVX_IMPORT_NEW;
		r->events = evx_chain_result(run->ex.loaded.chain)->n;
		r->packs = evx_bundle_packs(run->ex.opened.bundle);
		r->bytes = evx_bundle_length(run->ex.opened.bundle);
	}
	return err;
}

/* What the catalog should know of it. It is a cache: what could not be written is read from the
 * files later. */
static void tell_catalog(const struct import_run *run)
{
	const struct evx_vault *v = run->use.vault;
	struct evx_vault_index *index = NULL;
	struct evx_catalog *catalog = NULL;
	struct evx_catalog_state state;
	enum evx_err err = evx_catalog_of_vault(v, &catalog, &state, NULL);

	if (err != EVX_OK)
		goto out;
	err = evx_vault_index_new(v, run->use.home, catalog, -1, &index, NULL);
	if (err != EVX_OK)
		goto out;
	if (run->use.member) {
		err = evx_vault_index_reader(index, &run->use.id, NULL);
		if (err != EVX_OK)
			goto out;
	}
	if (run->result->case_id[0] != '\0')
		evx_vault_index_expect(index, run->result->case_id);
	err = evx_vault_index_exhibit(index, run->result->uuid,
		evx_vault_index_opens(index) ? EVX_INDEX_DETAILS : EVX_INDEX_FACTS, NULL, NULL,
		NULL);
out:
	(void)err;
	evx_vault_index_free(index);
	evx_catalog_free(catalog);
}

/* Before anything of the vault's exhibit is read: it may grow meanwhile. An inventory that cannot
 * be read compares nothing, which checks tell. */
static enum evx_err read_heads(struct import_run *run, struct evx_diag *diag)
{
	struct evx_findings unread = { 0 };
	enum evx_err err = evx_heads_load(
		run->use.vault, run->result->uuid, &unread, &run->heads, diag);

	evx_findings_free(&unread);
	return err;
}

/* An older copy of an exhibit that is missing is better than none, and does not pass for what was
 * there. */
static enum evx_err compare_new(struct import_run *run, struct evx_diag *diag)
{
	struct evx_import_result *r = run->result;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_import_chain_contradicted(
		run->use.vault, run->heads, r->uuid, evx_chain_result(run->ex.loaded.chain), &why);

	if (err == EVX_E_FORGED) {
		(void)snprintf(r->why, sizeof(r->why), "%.511s", why.text);
		r->exit_class = 1;
		return EVX_OK;
	}
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "%s", why.text);
}

/* What was taken in is remembered like what was sealed here. Where that cannot be written, the next
 * check of the vault makes up for it. */
static void remember(struct import_run *run)
{
	enum evx_err err = EVX_OK;

	if (run->result->act == EVX_IMPORT_NEW || run->result->act == EVX_IMPORT_LONGER)
		err = evx_heads_note(run->heads, run->use.vault, run->result->uuid,
			evx_chain_result(run->ex.loaded.chain), NULL);
	if (err == EVX_OK)
		err = evx_heads_remember(run->heads, run->use.vault, NULL);
	(void)err;
}

/* Into the vault, which is loaded. */
static enum evx_err import(struct import_run *run, struct evx_diag *diag)
{
	enum evx_err err = evx_vault_sound(run->use.vault, diag);

	if (err == EVX_OK)
		err = judge(run, diag);
	if (err == EVX_OK)
		err = read_heads(run, diag);
	if (err == EVX_OK)
		err = evx_session_sweep(run->use.vault, false, NULL, NULL, diag);
	for (unsigned i = 0; err == EVX_OK; i++) {
		struct evx_diag why = { 0 };

		err = evx_import_chain_join(run->use.vault, &run->ex, &run->rules, &run->claims,
			run->heads, run->cancel, run->result, &why);
		if (err != EVX_E_NOT_FOUND) {
			if (err != EVX_OK && diag != NULL)
				*diag = why;
			return err;
		}
		err = evx_claims_find(
			&run->claims, evx_chain_result(run->ex.loaded.chain), 0, diag);
		if (err == EVX_OK)
			err = evx_claims_ask(&run->claims, diag);
		if (err == EVX_OK)
			err = find_case(run, diag);
		if (err == EVX_OK)
			err = compare_new(run, diag);
		if (err != EVX_OK)
			return err;
		err = take_in(run, diag);
		if (err != EVX_E_EXISTS || i + 1 == TRIES)
			return err;
		err = EVX_OK;
	}
	return err;
}

/* What the vault knows of it from now on. */
static void tell(struct import_run *run)
{
	const struct evx_import_result *r = run->result;

	if (r->act != EVX_IMPORT_NEW && r->act != EVX_IMPORT_OTHER)
		evx_marks_case(NULL, run->use.vault, r->uuid, run->result->case_id);
	remember(run);
	if (r->act == EVX_IMPORT_NEW || r->act == EVX_IMPORT_LONGER || r->act == EVX_IMPORT_BRANCH)
		tell_catalog(run);
}

enum evx_err evx_import_opened(const struct evx_import_into *into, struct evx_bundle *bundle,
	struct evx_import_result *result, struct evx_diag *diag)
{
	struct import_run run = { .opt = into->opt,
		.result = result,
		.progress = into->progress,
		.cancel = into->cancel,
		.use = *into->use,
		.rules = *into->rules,
		.seal_hash = into->seal_hash,
		.claims = { .confirm = into->opt->confirm_claims, .ctx = into->opt->claims_ctx } };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	evx_exhibit_over(&run.ex, bundle);
	err = import(&run, diag);
	if (err == EVX_OK)
		tell(&run);
	evx_heads_free(run.heads);
	evx_exhibit_free(&run.ex);
	evx_claims_free(&run.claims);
	return err;
}

enum evx_err evx_import(struct evx_home *h, const struct evx_import_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_import_result *result, struct evx_diag *diag)
{
	struct import_run run = { .opt = opt,
		.result = result,
		.progress = progress,
		.cancel = cancel,
		.claims = { .confirm = opt->confirm_claims, .ctx = opt->claims_ctx } };
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	run.rules = evx_known_rules(&run.known);
	evx_vault_use_start(&s, &run.use, h, opt->vault, opt->as,
		names_label(opt) ? EVX_VAULT_SOMEBODY : EVX_VAULT_IF_NAMED, EVX_CONFINE_MOVE, ask);
	evx_exhibit_start(&s, &run.ex, NULL, opt->bundle, NULL, EVX_NO_KEY, NULL);
	if (evx_start_good(&s) && evx_bundle_form(run.ex.opened.bundle) == EVX_BUNDLE_STREAM)
		s.err = evx_diag_in(diag, opt->bundle,
			evx_fail(diag, EVX_E_USAGE,
				"A pipe cannot be imported. Save the bundle as a file first."));
	err = evx_start_confine(&s, 0, opt->confine ? &result->confinement : NULL);
	if (err != EVX_OK)
		goto out;
	err = evx_known_load(&run.known, h, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_use_load(&run.use, EVX_VAULT_WRITES, diag);
	if (err != EVX_OK)
		goto out;
	err = import(&run, diag);
	if (err != EVX_OK)
		goto out;
	tell(&run);
out:
	evx_heads_free(run.heads);
	evx_exhibit_free(&run.ex);
	evx_claims_free(&run.claims);
	evx_known_free(&run.known);
	evx_vault_use_free(&run.use);
	return err;
}
