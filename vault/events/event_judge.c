/* Loads and judges an exhibit before an event is signed over it. */
#include "events/event_judge.h"

#include <string.h>

#include "base/processors.h"
#include "events/event_store.h"
#include "format/text.h"
#include "open/given_code.h"

/* What the signer found, in one word. That a release is open, or somebody unknown claims something,
 * is no remark on what is there. */
static enum evx_event_result result_of(const struct evx_verdict *v, const struct evx_findings *f)
{
	const enum evx_verdict_grade data = v->line[EVX_ON_DATA].grade,
				     custody = v->line[EVX_ON_CUSTODY].grade;

	if (data == EVX_GRADE_BROKEN || custody == EVX_GRADE_BROKEN)
		return EVX_RESULT_BROKEN;
	if (data == EVX_GRADE_NOT_CHECKED || custody == EVX_GRADE_NOT_CHECKED)
		return EVX_RESULT_NOT_CHECKED;
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].weight >= EVX_WEIGHT_REMARK && f->at[i].line != EVX_ON_TRUST &&
			strcmp(f->at[i].code, "R-OPEN") != 0 &&
			strcmp(f->at[i].code, "R-CLAIM") != 0)
			return EVX_RESULT_REMARKS;
	return f->dropped > 0 ? EVX_RESULT_REMARKS : EVX_RESULT_INTACT;
}

/* Who signs behind receipts relies on them: each must be an event of this chain now. */
static enum evx_err check_continued(const struct evx_findings *f, struct evx_diag *diag)
{
	static const char *const astray[] = { "R-RECEIPT", "R-TRUNCATED", "R-FORK", "R-TWO-SEALS",
		"R-OTHER" };

	for (size_t i = 0; i < f->n; i++) {
		const struct evx_finding *at = &f->at[i];
		const bool confirms = strcmp(at->code, "R-RECEIPT") == 0 &&
			at->weight == EVX_WEIGHT_INFO;

		for (size_t k = 0; k < sizeof(astray) / sizeof(astray[0]) && !confirms; k++)
			if (strcmp(at->code, astray[k]) == 0)
				return evx_fail(diag, EVX_E_CUSTODY, "%s: %s: %s", at->code,
					at->where, at->text);
	}
	return EVX_OK;
}

/* Nobody accepts what is broken, unless to record just that. */
static enum evx_err check_acceptance(const struct evx_exhibit *ex,
	const struct evx_event_options *opt, enum evx_event_result found, struct evx_diag *diag)
{
	const bool broken = found == EVX_RESULT_BROKEN;
	enum evx_err err;

	if (opt->type != EVX_EVENT_ACCEPT || opt->record_broken ||
		(!broken && found != EVX_RESULT_NOT_CHECKED))
		return EVX_OK;
	err = evx_exhibit_usable(ex, diag);
	return evx_fail(diag, err == EVX_OK ? EVX_E_CORRUPT : err,
		"The bundle %s. Nothing was signed. Refuse the exhibit, or accept it as it is with "
		"--record-broken.",
		broken ? "was changed or its custody record is broken" :
			 "could not be checked to its end");
}

/* Nothing is signed about another exhibit than the one on paper. */
static enum evx_err check_code(
	const struct evx_exhibit *ex, const char *text, struct evx_diag *diag)
{
	struct evx_given_code code;
	char here[EVX_SEAL_CODE_CAP];
	enum evx_err err = evx_given_code_read(text, &code, diag);

	if (err != EVX_OK)
		return err;
	switch (evx_given_code_compare(&code, ex)) {
	case EVX_CODE_NOT_GIVEN:
	case EVX_CODE_SAME:
		return EVX_OK;
	case EVX_CODE_NOT_COMPARED:
		err = evx_exhibit_usable(ex, diag);
		return evx_fail(diag, err == EVX_OK ? EVX_E_CORRUPT : err,
			"The exhibit has no good seal to compare the seal code with. Nothing was "
			"signed.");
	case EVX_CODE_OTHER:
		break;
	}
	evx_seal_code(evx_chain_result(ex->loaded.chain)->exhibit, here);
	return evx_fail(diag, EVX_E_CUSTODY,
		"WRONG EXHIBIT. The seal code of this exhibit is %s, not the one that you gave. "
		"Nothing was signed. Look for the exhibit with your seal code.",
		here);
}

enum evx_err evx_event_judge(struct evx_exhibit *ex, const struct evx_event_options *opt,
	const struct evx_inputs *with, const struct evx_rules_roster *rules,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	enum evx_event_result *found, struct evx_diag *diag)
{
	/* An acceptance is signed over what was checked, so it checks every byte. */
	const bool whole = opt->type == EVX_EVENT_ACCEPT || opt->type == EVX_EVENT_VERIFY;
	const struct evx_exhibit_load load = { .index_only = !whole,
		.jobs = opt->jobs != 0 ? opt->jobs : evx_processors(),
		.progress = progress,
		.cancel = cancel,
		.roster = rules };
	const struct evx_chain_result *chain;
	struct evx_verdict v;
	enum evx_err err = evx_exhibit_add_receipts(ex, with, diag);

	*found = EVX_RESULT_NOT_CHECKED;
	if (err != EVX_OK)
		return err;
	err = evx_exhibit_load(ex, &load, diag);
	if (err == EVX_OK)
		err = check_code(ex, opt->code, diag);
	if (err != EVX_OK)
		return err;
	err = check_continued(&ex->loaded.findings, diag);
	if (err != EVX_OK)
		return err;
	chain = evx_chain_result(ex->loaded.chain);
	v = evx_verdict_of(&ex->loaded.findings, chain->n, chain->rightful);
	*found = result_of(&v, &ex->loaded.findings);
	err = evx_event_store_open(chain, diag);
	return err == EVX_OK ? check_acceptance(ex, opt, *found, diag) : err;
}
