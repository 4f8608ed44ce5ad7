/* What was loaded judged and reported: stamps, trust, keys. */
#include "judge/verify_judge.h"

#include <stdlib.h>
#include <string.h>

#include "custody/head.h"
#include "judge/report.h"
#include "judge/stamps.h"
#include "judge/verify_deep.h"
#include "open/exhibit_origin.h"
#include "open/exhibit_vault.h"

/* The contents were to be opened, and no key does: why says so. That leaves what needs no key, and
 * a bundle that is bad without any key stays bad. */
static enum evx_err not_opened(
	struct evx_exhibit *ex, const struct evx_diag *why, struct evx_diag *diag)
{
	char text[sizeof(why->text)];

	if (evx_chain_result(ex->loaded.chain)->keys_gone > 0 ||
		evx_exhibit_usable(ex, NULL) != EVX_OK)
		return EVX_OK;
	evx_text_escape(why->text, strlen(why->text), text, sizeof(text));
	return evx_findings_add(&ex->loaded.findings, "D-DEEP", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT,
		       NULL, "The files inside were not checked. %s", text) == EVX_OK ?
		EVX_OK :
		evx_fail_memory(diag);
}

/* What the key given opens; with deep, everything. */
static enum evx_err use_keys(struct evx_exhibit *ex, const struct evx_verify_basis *basis,
	struct evx_report *r, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (evx_chain_result(ex->loaded.chain)->keys_gone > 0)
		return EVX_OK; /* disposed of: nothing is left that a key could open */
	err = basis->vault != NULL ?
		evx_exhibit_vault_keys(ex, basis->reader, basis->vault, true, &why) :
		evx_exhibit_open_keys(ex, basis->reader, true, &why);

	/* A bundle that is bad without any key stays bad, whatever the key does not open. */
	if (err == EVX_E_KEY && evx_exhibit_usable(ex, NULL) != EVX_OK)
		return EVX_OK;
	if (err == EVX_E_KEY && basis->deep && basis->vault == NULL)
		return not_opened(ex, &why, diag);
	if (err == EVX_E_KEY || err == EVX_E_MEMORY) {
		if (diag != NULL)
			*diag = why;
		return err;
	}
	if (err != EVX_OK)
		return EVX_OK; /* a key file is not what the chain says: that is among the findings
				*/
	err = evx_exhibit_open_part(ex, &why);
	if (err != EVX_OK) /* what the key opened is not what the seal says */
		return evx_verify_deep_note(
			ex, err == EVX_E_CUSTODY ? "C-BINDING" : "D-PART", err, &why, diag);
	err = evx_report_details(r, ex, diag);
	if (err == EVX_OK && basis->reveal_custody)
		err = evx_report_reveal(r, ex, diag);
	if (err != EVX_OK || !basis->deep)
		return err;
	if (ex->unlocked.tier == EVX_TIER_CONTENT && ex->unlocked.has_part &&
		!ex->unlocked.part.listing_only)
		return evx_verify_deep(ex, basis->jobs, r, basis->progress, basis->cancel, diag);
	evx_fail(&why, EVX_E_KEY,
		"You can read the custody details only, and --deep needs the contents. Ask the "
		"holder for access, or verify without --deep.");
	if (basis->vault == NULL)
		return not_opened(ex, &why, diag);
	if (evx_exhibit_usable(ex, NULL) != EVX_OK)
		return EVX_OK;
	return evx_fail(diag, EVX_E_KEY, "%s", why.text);
}

static enum evx_err judge_stamps(struct evx_exhibit *ex, const struct evx_inputs *ca,
	struct evx_stamp_proof **proofs, int64_t **floors, const struct evx_cancel *cancel,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	struct evx_timestamp_authorities *trusted = NULL;

	if (ca != NULL && ca->n > 0)
		err = evx_diag_in(diag, ca->at[0].path,
			evx_timestamp_authorities_read(
				ca->at[0].bytes.data, ca->at[0].bytes.len, &trusted, diag));
	if (err == EVX_OK)
		err = evx_stamps_check(ex, trusted, proofs, floors, cancel, diag);
	evx_timestamp_authorities_free(trusted);
	return err;
}

/* The custody record of a disclosure's original: its time-stamps, and who signed it. */
static enum evx_err judge_origin(struct evx_exhibit *ex, const struct evx_verify_basis *basis,
	struct evx_report *report, struct evx_diag *diag)
{
	struct evx_exhibit view = evx_exhibit_origin_view(ex);
	const struct evx_chain_result *chain = evx_chain_result(view.loaded.chain);
	struct evx_event_time *times = calloc(chain->rightful + 1, sizeof(*times));
	struct evx_trust_basis trust = {
		.cards = basis->cards, .rosters = basis->rosters, .cancel = basis->cancel
	};
	struct evx_stamp_proof *proofs = NULL;
	int64_t *floors = NULL;
	enum evx_err err = times != NULL ?
		judge_stamps(&view, basis->authorities, &proofs, &floors, basis->cancel, diag) :
		evx_fail_memory(diag);

	if (err != EVX_OK)
		goto out;
	evx_times_of(chain, basis->cards, basis->rosters, proofs, floors, times);
	trust.proofs = proofs;
	trust.nproofs = proofs != NULL ? chain->rightful : 0;
	trust.times = times;
	trust.ntimes = chain->rightful;
	if ((err = evx_trust_judge(chain, &trust, &view.loaded.findings, diag)) != EVX_OK ||
		(err = evx_fail_buf(diag,
			 evx_findings_join_origin(&ex->loaded.findings, &view.loaded.findings))) !=
			EVX_OK)
		goto out;
	err = evx_report_origin_facts(
		report, chain, &evx_exhibit_seal(ex)->seal, &trust, proofs, diag);
out:
	evx_findings_free(&view.loaded.findings);
	free(proofs);
	free(times);
	free(floors);
	return err;
}

static enum evx_err say_time(struct evx_report *r, const struct evx_exhibit *ex)
{
	if (r->nevents > 0 && r->events[0].proven)
		return evx_report_not_checked(r,
			"whether a time-stamp authority's certificate was revoked (needs a "
			"network)");
	for (size_t i = 0; i < ex->loaded.findings.n; i++)
		if (strcmp(ex->loaded.findings.at[i].code, "T-STAMP-UNCHECKED") == 0)
			return evx_report_not_checked(r,
				"the time-stamps (needs the authority's certificates: --tsa-ca "
				"FILE)");
	return evx_report_not_checked(
		r, "the time of sealing (no trusted time-stamp, only the signer's clock)");
}

static enum evx_err say_not_checked(struct evx_report *r, const struct evx_exhibit *ex)
{
	enum evx_err err = EVX_OK;

	if (!ex->loaded.all_read)
		err = evx_report_not_checked(
			r, "the data (only the small files were read: run 'evx verify')");
	if (err != EVX_OK ||
		(!r->deep &&
			(err = evx_report_not_checked(
				 r, "the files inside (needs a key: verify --deep)")) != EVX_OK) ||
		(!r->deep && ex->unlocked.tier == EVX_TIER_NONE &&
			(err = evx_report_not_checked(
				 r, "the encrypted custody details (needs a key: --as NAME)")) !=
				EVX_OK) ||
		(!r->deep && r->origin.present &&
			(err = evx_report_not_checked(r,
				 "that what is shown is in the original's list (needs a key: "
				 "verify --deep)")) != EVX_OK))
		return err;
	return say_time(r, ex);
}

/* Another exhibit than the one on paper is bad, however good it is; one that could not be compared
 * is not checked. */
static void judge_code(
	struct evx_report *r, const struct evx_exhibit *ex, const struct evx_given_code *code)
{
	if (code == NULL)
		return;
	r->code = evx_given_code_compare(code, ex);
	if (r->code == EVX_CODE_OTHER)
		r->exit_class = 1;
	else if (r->code == EVX_CODE_NOT_COMPARED && (r->exit_class == 0 || r->exit_class == 5))
		r->exit_class = 3;
}

enum evx_err evx_verify_judge(struct evx_exhibit *ex, const struct evx_verify_basis *basis,
	struct evx_report *report, struct evx_diag *diag)
{
	struct evx_trust_basis trust = {
		.cards = basis->cards, .rosters = basis->rosters, .cancel = basis->cancel
	};
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	struct evx_event_time *times = calloc(chain->rightful + 1, sizeof(*times));
	struct evx_stamp_proof *proofs = NULL;
	int64_t *floors = NULL;
	enum evx_err err = times != NULL ?
		judge_stamps(ex, basis->authorities, &proofs, &floors, basis->cancel, diag) :
		evx_fail_memory(diag);

	if (err != EVX_OK)
		goto out;
	evx_times_of(chain, basis->cards, basis->rosters, proofs, floors, times);
	trust.proofs = proofs;
	trust.nproofs = proofs != NULL ? chain->rightful : 0;
	trust.times = times;
	trust.ntimes = chain->rightful;
	err = evx_trust_judge(chain, &trust, &ex->loaded.findings, diag);
	if (err != EVX_OK ||
		(err = evx_head_judge(evx_chain_result(ex->loaded.chain), proofs,
			 &ex->loaded.findings, diag)) != EVX_OK ||
		(err = evx_report_facts(report, ex, &trust, diag)) != EVX_OK ||
		(basis->hashes &&
			(err = evx_report_hashes(
				 report, ex, basis->progress, basis->cancel, diag)) != EVX_OK))
		goto out;
	if (proofs != NULL)
		evx_report_proofs(report, ex, proofs);
	if (ex->loaded.origin != NULL && (err = judge_origin(ex, basis, report, diag)) != EVX_OK)
		goto out;
	if (evx_exhibit_seal(ex) != NULL) {
		if (basis->reader != NULL || basis->vault != NULL)
			err = use_keys(ex, basis, report, diag);
		else if (basis->deep)
			err = not_opened(ex, &ex->opened.no_key, diag);
		if (err != EVX_OK)
			goto out;
	}
	if (say_not_checked(report, ex) != EVX_OK) {
		err = evx_fail_memory(diag);
		goto out;
	}
	err = evx_report_verdict(report, ex, diag);
	judge_code(report, ex, basis->code);
out:
	free(proofs);
	free(times);
	free(floors);
	return err;
}
