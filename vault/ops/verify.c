#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "content/tiling.h"
#include "custody/head.h"
#include "custody/trust.h"
#include "ops/inputs.h"
#include "ops/report.h"
#include "ops/seal_run.h"
#include "ops/stamps.h"
#include "ops/tally.h"

static enum evx_err add_trusted(const struct evx_inputs *in, struct evx_cards *cards, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < in->n && err == EVX_OK; i++) {
		struct evx_card card;

		err = evx_card_text_read(in->at[i].bytes.data, in->at[i].bytes.len, &card, diag);
		if (err == EVX_OK)
			err = evx_cards_push(cards, &card);
		if (err != EVX_OK)
			(void)evx_diag_in(diag, in->at[i].path, err);
	}
	return err;
}

/* Rosters given beside those of the home. One that is not good says nothing against the bundle, and nothing for it. */
static enum evx_err add_rosters(const struct evx_inputs *in, struct evx_rosters *rosters, struct evx_findings *findings,
	struct evx_diag *diag)
{
	for (size_t i = 0; i < in->n; i++) {
		struct evx_diag why = { 0 };
		char text[sizeof(why.text)];
		struct evx_roster_file file;
		enum evx_err err = evx_roster_file_read(in->at[i].bytes.data, in->at[i].bytes.len, &file, &why);

		if (err == EVX_OK)
			err = evx_rosters_push(rosters, &file, &why);
		if (err == EVX_E_MEMORY)
			return evx_fail(diag, err, "%s", why.text);
		evx_text_escape(why.text, strlen(why.text), text, sizeof(text));
		if (err != EVX_OK && evx_findings_add(findings, "T-ROSTER", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, in->at[i].path,
			"A roster that was given is not used: %s", text) != EVX_OK)
			return evx_fail(diag, EVX_E_MEMORY, "verify: out of memory");
	}
	return EVX_OK;
}

struct deep {
	struct evx_exhibit *ex;
	struct evx_report *report;
	struct evx_tally tally;
};

static enum evx_err deep_end(void *ctx, const struct evx_listing_item *item, enum evx_err bad, const struct evx_diag *why,
	struct evx_diag *diag)
{
	struct deep *d = ctx;

	d->report->deep_lines++;
	evx_tally_line(&d->tally, item->entry, item->stored);
	if (item->entry->type == EVX_FILE && !item->entry->has_hardlink) {
		d->report->deep_files++;
		d->report->deep_bytes += item->stored;
	}
	if (bad == EVX_OK)
		return EVX_OK;
	bad = evx_findings_add_diag(&d->ex->findings, bad == EVX_E_FORGED ? "D-FILE-DIGEST" : "D-FRAME", EVX_NO_EVENT, item->entry->path, why);
	return bad == EVX_OK ? EVX_OK : evx_fail(diag, bad, "verify: out of memory");
}

/* Failures that are findings about the bundle; others (memory, interruption) end the command. */
static bool is_finding(enum evx_err err)
{
	return err != EVX_OK && err != EVX_E_MEMORY && err != EVX_E_INTERRUPTED && err != EVX_E_USAGE;
}

static enum evx_err note(struct evx_exhibit *ex, const char *code, enum evx_err err, const struct evx_diag *why, struct evx_diag *diag)
{
	if (!is_finding(err)) {
		if (err != EVX_OK && diag != NULL)
			*diag = *why;
		return err;
	}
	err = evx_findings_add_diag(&ex->findings, code, EVX_NO_EVENT, NULL, why);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "verify: out of memory");
}

static enum evx_err check_tiling(struct evx_exhibit *ex, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_tiling_opts opts = { .src = &ex->src, .secret = evx_secret_bytes(ex->keys.content), .content = &ex->part.content,
		.listing = &ex->part.listing, .cancel = cancel };
	size_t at = 0;
	enum evx_err err;

	for (int i = 0; i < 2; i++) {
		opts.has_padding[i] = ex->part.sequences[i] > 0 && at < ex->part.npadding;
		if (opts.has_padding[i])
			opts.padding[i] = ex->part.padding[at++];
	}
	err = evx_tiling_check(&opts, NULL, &why);
	evx_wipe(opts.padding, sizeof(opts.padding));
	return note(ex, "D-TILING", err, &why, diag);
}

static enum evx_err check_deep(struct evx_exhibit *ex, unsigned jobs, struct evx_report *r,
	struct evx_progress *progress, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct deep d = { .ex = ex, .report = r };
	const struct evx_contents_visitor visitor = { .ctx = &d, .end = deep_end };
	const struct evx_contents_opts contents = evx_exhibit_contents(ex, jobs, progress, cancel);
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (progress != NULL) {
		atomic_store(&progress->bytes_done, 0);
		atomic_store(&progress->bytes_total, ex->part.content.present ? ex->part.content.ref.span : 0);
	}
	err = evx_contents_check_listing(&contents, NULL, NULL, &why);
	if (err != EVX_OK)
		return note(ex, err == EVX_E_FORGED ? "D-LISTING-ROOT" : "D-LISTING", err, &why, diag);
	err = evx_contents_visit(&contents, &visitor, &why);
	if (err != EVX_OK)
		return note(ex, "D-LISTING", err, &why, diag);
	r->deep = true;
	err = note(ex, "D-COUNTS", evx_tally_compare(&d.tally, &ex->seal_details, &why), &why, diag);
	return err == EVX_OK ? check_tiling(ex, cancel, diag) : err;
}

/* What the key given opens; with deep, everything. */
static enum evx_err use_key(struct evx_exhibit *ex, const struct evx_verify_options *opt, unsigned jobs, struct evx_report *r,
	struct evx_progress *progress, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_exhibit_open_keys(ex, &ex->id, true, &why);

	/* A bundle that is bad without any key stays bad, whatever the key does not open. */
	if (err == EVX_E_KEY && evx_exhibit_usable(ex, NULL) != EVX_OK)
		return EVX_OK;
	if (err == EVX_E_KEY || err == EVX_E_MEMORY) {
		if (diag != NULL)
			*diag = why;
		return err;
	}
	if (err != EVX_OK)
		return EVX_OK; /* a key file is not what the chain says: that is among the findings */
	err = evx_exhibit_open_part(ex, &why);
	if (err != EVX_OK) /* what the key opened is not what the seal says */
		return note(ex, err == EVX_E_CUSTODY ? "C-BINDING" : "C-KEY", err, &why, diag);
	err = evx_report_details(r, ex, diag);
	if (err == EVX_OK && opt->reveal_custody)
		err = evx_report_reveal(r, ex, diag);
	if (err != EVX_OK || !opt->deep)
		return err;
	if (ex->tier == EVX_TIER_CONTENT && ex->has_part && !ex->part.listing_only)
		return check_deep(ex, jobs, r, progress, cancel, diag);
	if (evx_exhibit_usable(ex, NULL) != EVX_OK)
		return EVX_OK;
	return evx_fail(diag, EVX_E_KEY, "verify --deep: this identity may read the custody part only; the contents need a content reader");
}

static enum evx_err judge_stamps(struct evx_exhibit *ex, const struct evx_inputs *ca, struct evx_stamp_proof **proofs, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	struct evx_timestamp_authorities *trusted = NULL;

	if (ca->n > 0)
		err = evx_diag_in(diag, ca->at[0].path, evx_timestamp_authorities_read(ca->at[0].bytes.data, ca->at[0].bytes.len, &trusted, diag));
	if (err == EVX_OK)
		err = evx_stamps_check(ex, trusted, proofs, diag);
	evx_timestamp_authorities_free(trusted);
	return err;
}

static enum evx_err say_time(struct evx_report *r, const struct evx_exhibit *ex)
{
	if (r->nevents > 0 && r->events[0].proven)
		return evx_report_not_checked(r, "whether a certificate of a time-stamp authority was revoked: that takes a network");
	for (size_t i = 0; i < ex->findings.n; i++)
		if (strcmp(ex->findings.at[i].code, "T-STAMP-UNCHECKED") == 0)
			return evx_report_not_checked(r, "the time-stamps: that takes the certificates of their authority (--tsa-ca FILE); until then the time is the signer's clock");
	return evx_report_not_checked(r, "the time of sealing: it is the signer's clock; no time-stamp of a trusted authority proves it");
}

static enum evx_err say_not_checked(struct evx_report *r, const struct evx_exhibit *ex)
{
	enum evx_err err = EVX_OK;

	if (!ex->all_read)
		err = evx_report_not_checked(r, "the packs and the rest of the archive: this read the small members only and did not walk all of it (use verify)");
	if (err == EVX_OK && !r->deep)
		err = evx_report_not_checked(r, "what the encrypted contents are, file by file: that takes a content key (verify --deep)");
	if (err == EVX_OK && !r->deep && ex->tier == EVX_TIER_NONE)
		err = evx_report_not_checked(r, "the encrypted particulars: that takes a custody or content key (--as NAME)");
	if (err == EVX_OK)
		err = say_time(r, ex);
	return err;
}

enum evx_err evx_verify(struct evx_home *h, const struct evx_verify_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_report *report, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_exhibit ex;
	struct evx_cards cards = { NULL, 0 };
	struct evx_inputs trust = { NULL, 0 }, ca = { NULL, 0 }, given = { NULL, 0 }, with = { NULL, 0 };
	struct evx_rosters rosters = { NULL, 0 };
	const struct evx_rules_roster rules = evx_rosters_rules(&rosters);
	struct evx_stamp_proof *proofs = NULL;
	const unsigned jobs = opt->jobs != 0 ? opt->jobs : evx_processors();
	const bool need_key = opt->deep || opt->reveal_custody, keyed = need_key || opt->as != NULL;
	const struct evx_exhibit_load load = { .index_only = opt->index_only, .jobs = jobs, .progress = progress, .cancel = cancel,
		.roster = &rules };
	struct evx_trust_basis basis = { &cards, &rosters, NULL, 0 };

	memset(report, 0, sizeof(*report));
	err = evx_exhibit_open(&ex, h, opt->bundle, opt->as, need_key ? EVX_KEY_NEEDED : EVX_KEY_IF_NAMED, ask, diag);
	if (err == EVX_OK && h != NULL)
		err = evx_home_cards(h, &cards, diag);
	if (err == EVX_OK && h != NULL)
		err = evx_rosters_load(h->fd, &rosters, diag);
	if (err == EVX_OK)
		err = evx_inputs_read(opt->trust, opt->ntrust, EVX_DOCUMENT_MAX, &trust, diag);
	if (err == EVX_OK)
		err = evx_inputs_read(opt->rosters, opt->nrosters, EVX_ROSTER_FILE_MAX, &given, diag);
	if (err == EVX_OK && opt->tsa_ca != NULL)
		err = evx_inputs_read(&opt->tsa_ca, 1, EVX_AUTHORITIES_MAX, &ca, diag);
	if (err == EVX_OK)
		err = evx_inputs_read(opt->with, opt->nwith, EVX_MEMBER_MAX, &with, diag);
	if (err == EVX_OK && opt->confine)
		err = evx_exhibit_confine(&ex, -1, diag);
	if (err == EVX_OK)
		err = evx_exhibit_add_receipts(&ex, &with, diag);
	if (err == EVX_OK)
		err = add_trusted(&trust, &cards, diag);
	if (err == EVX_OK)
		err = add_rosters(&given, &rosters, &ex.findings, diag);
	if (err == EVX_OK)
		err = evx_exhibit_load(&ex, &load, diag);
	if (err == EVX_OK)
		err = judge_stamps(&ex, &ca, &proofs, diag);
	if (err == EVX_OK) {
		basis.proofs = proofs;
		basis.nproofs = proofs != NULL ? evx_chain_result(ex.chain)->rightful : 0;
		err = evx_trust_judge(evx_chain_result(ex.chain), &basis, &ex.findings, diag);
	}
	if (err == EVX_OK)
		err = evx_head_judge(evx_chain_result(ex.chain), proofs, &ex.findings, diag);
	if (err == EVX_OK)
		err = evx_report_facts(report, &ex, &basis, diag);
	if (err == EVX_OK && opt->hashes)
		err = evx_report_hashes(report, &ex, progress, cancel, diag);
	if (err == EVX_OK && proofs != NULL)
		err = evx_report_proofs(report, &ex, proofs, diag);
	if (err == EVX_OK && keyed && evx_exhibit_seal(&ex) != NULL)
		err = use_key(&ex, opt, jobs, report, progress, cancel, diag);
	if (err == EVX_OK && say_not_checked(report, &ex) != EVX_OK)
		err = evx_fail(diag, EVX_E_MEMORY, "verify: out of memory");
	if (err == EVX_OK)
		err = evx_report_verdict(report, &ex, diag);
	evx_exhibit_free(&ex);
	evx_cards_free(&cards);
	evx_inputs_free(&trust);
	evx_rosters_free(&rosters);
	evx_inputs_free(&ca);
	evx_inputs_free(&given);
	evx_inputs_free(&with);
	free(proofs);
	if (err != EVX_OK)
		evx_report_free(report);
	return err;
}
