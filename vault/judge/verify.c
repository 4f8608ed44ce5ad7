/* A bundle checked, without a key or deep. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/processors.h"
#include "judge/report.h"
#include "judge/verify_judge.h"
#include "open/exhibit_vault.h"
#include "people/inputs.h"
#include "people/known.h"
#include "people/roster_use.h"

/* A card given that is not good says nothing against the bundle, and nothing for it. */
static enum evx_err add_trusted(const struct evx_inputs *in, struct evx_names *names,
	struct evx_cards *cards, struct evx_findings *findings, struct evx_diag *diag)
{
	for (size_t i = 0; i < in->n; i++) {
		struct evx_diag why = { 0 };
		char text[sizeof(why.text)];
		struct evx_card card;
		enum evx_err err = evx_card_text_read(
			in->at[i].bytes.data, in->at[i].bytes.len, &card, &why);

		if (err == EVX_OK)
			err = evx_names_check(names, &card, &why);
		if ((err == EVX_E_USAGE || err == EVX_E_INTERRUPTED) && diag != NULL)
			*diag = why;
		if (err == EVX_E_USAGE || err == EVX_E_INTERRUPTED)
			return evx_diag_in(diag, in->at[i].path, err);
		if (err == EVX_OK)
			err = evx_cards_push(cards, &card);
		if (err == EVX_E_MEMORY)
			return evx_fail_memory(diag);
		evx_text_escape(why.text, strlen(why.text), text, sizeof(text));
		if (err != EVX_OK &&
			evx_findings_add(findings, "T-CARD", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT,
				in->at[i].path, "This card cannot be read and is not used: %s",
				text) != EVX_OK)
			return evx_fail_memory(diag);
	}
	return EVX_OK;
}

static enum evx_err add_roster(const struct evx_input *in, const struct evx_verify_options *opt,
	const struct evx_cancel *cancel, bool *found, struct evx_rosters *rosters,
	struct evx_diag *why)
{
	struct evx_roster_scope scope = { .n = 0 };
	struct evx_roster_file file;
	enum evx_err err = evx_roster_file_read(in->bytes.data, in->bytes.len, cancel, &file, why);

	if (err != EVX_OK)
		return err;
	if (opt->nagencies > 0 &&
		evx_roster_use_scope_named(
			&file.newest, opt->agencies, opt->nagencies, found, &scope) != EVX_OK) {
		evx_roster_file_free(&file);
		err = evx_fail_memory(why);
	} else {
		err = evx_rosters_push(rosters, &file, opt->nagencies > 0 ? &scope : NULL, why);
	}
	evx_roster_scope_free(&scope);
	return err;
}

/* Rosters given beside those of the home. One that is not good says nothing against the bundle, and
 * nothing for it. */
static enum evx_err add_rosters(const struct evx_inputs *in, const struct evx_verify_options *opt,
	const struct evx_cancel *cancel, struct evx_rosters *rosters, struct evx_findings *findings,
	struct evx_diag *diag)
{
	bool *found = calloc(opt->nagencies + 1, sizeof(*found)), good = true;
	enum evx_err err = found != NULL ? EVX_OK : evx_fail_memory(diag);

	for (size_t i = 0; i < in->n && err == EVX_OK; i++) {
		struct evx_diag why = { 0 };
		char text[sizeof(why.text)];

		err = add_roster(&in->at[i], opt, cancel, found, rosters, &why);
		if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
			err = evx_fail(diag, err, "%s", why.text);
		else if (err != EVX_OK) {
			good = false;
			evx_text_escape(why.text, strlen(why.text), text, sizeof(text));
			err = evx_findings_add(findings, "T-ROSTER", EVX_WEIGHT_UNCHECKED,
				EVX_NO_EVENT, in->at[i].path,
				"This roster cannot be read and is not used: %s", text);
			if (err != EVX_OK)
				err = evx_fail_memory(diag);
		}
	}
	for (size_t i = 0; i < opt->nagencies && err == EVX_OK && good; i++)
		if (!found[i])
			err = evx_fail(diag, EVX_E_USAGE,
				"No roster given here has an agency \"%.100s\". Check the name "
				"with: evx roster show FILE",
				opt->agencies[i]);
	free(found);
	return err;
}

enum evx_err evx_verify(struct evx_home *h, const struct evx_verify_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_report *report, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_exhibit ex;
	struct evx_inputs trust, ca, given, with;
	struct evx_given_code code;
	struct evx_start s = { .diag = diag };
	struct evx_known known = { .cards = { NULL, 0 } };
	const struct evx_rules_roster rules = evx_known_rules(&known);
	struct evx_names homeless = { .confirm = opt->confirm_names, .ctx = opt->confirm_ctx };
	const unsigned jobs = opt->jobs != 0 ? opt->jobs : evx_processors();
	const enum evx_need_key need = opt->reveal_custody ? EVX_KEY_NEEDED :
		opt->deep                                  ? EVX_KEY_WANTED :
							     EVX_KEY_IF_NAMED;
	const struct evx_exhibit_load load = { .index_only = opt->index_only,
		.jobs = jobs,
		.progress = progress,
		.cancel = cancel,
		.roster = &rules };

	memset(report, 0, sizeof(*report));
	s.err = evx_given_code_read(opt->code, &code, diag);
	evx_exhibit_start(&s, &ex, h, opt->bundle, opt->as, need, ask);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	evx_inputs_texts_start(&s, opt->trust, opt->ntrust, EVX_DOCUMENT_MAX, &trust);
	evx_inputs_texts_start(&s, opt->rosters, opt->nrosters, EVX_ROSTER_FILE_MAX, &given);
	evx_inputs_start(&s, &opt->tsa_ca, opt->tsa_ca != NULL, EVX_AUTHORITIES_MAX, &ca);
	evx_inputs_texts_start(&s, opt->with, opt->nwith, EVX_RECEIPT_MAX, &with);
	if ((err = evx_start_confine(&s, 0, opt->confine ? &ex.opened.confinement : NULL)) !=
			EVX_OK ||
		(err = evx_known_load(&known, h, diag)) != EVX_OK ||
		(h != NULL && trust.n > 0 && (err = evx_names_load(h, diag)) != EVX_OK) ||
		(err = evx_exhibit_add_receipts(&ex, &with, diag)) != EVX_OK ||
		(err = add_trusted(&trust, h != NULL ? &h->names : &homeless, &known.cards,
			 &ex.loaded.findings, diag)) != EVX_OK)
		goto out;
	if ((err = add_rosters(&given, opt, cancel, &known.rosters, &ex.loaded.findings, diag)) !=
		EVX_OK)
		goto out;
	err = evx_exhibit_load(&ex, &load, diag);
out:
	if (err == EVX_OK) {
		const struct evx_verify_basis basis = { .cards = &known.cards,
			.rosters = &known.rosters,
			.authorities = &ca,
			.reader = ex.opened.has_id ? &ex.opened.id : NULL,
			.code = &code,
			.deep = opt->deep,
			.hashes = opt->hashes,
			.reveal_custody = opt->reveal_custody,
			.jobs = jobs,
			.progress = progress,
			.cancel = cancel };

		err = evx_verify_judge(&ex, &basis, report, diag);
		if (err == EVX_OK && ex.opened.vault != NULL && ex.opened.vault->heads != NULL)
			err = evx_heads_remember(
				ex.opened.vault->heads, ex.opened.vault->vault, diag);
	}
	evx_exhibit_free(&ex);
	evx_names_free(&homeless);
	evx_inputs_free(&trust);
	evx_known_free(&known);
	evx_inputs_free(&ca);
	evx_inputs_free(&given);
	evx_inputs_free(&with);
	if (err != EVX_OK)
		evx_report_free(report);
	return err;
}
