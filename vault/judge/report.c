/* The public report filled from what an exhibit showed. */
#include "judge/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "bundle/sealed.h"
#include "format/text.h"
#include "format/time.h"

static enum evx_err copy_text(char **slot, const char *s)
{
	if (s == NULL)
		return EVX_OK;
	*slot = strdup(s);
	return *slot == NULL ? EVX_E_MEMORY : EVX_OK;
}

/* The newest key files of each tier, and the custody key in force. */
static void newest_keys(struct evx_report *r, const struct evx_chain_result *chain)
{
	const struct evx_seal_fields *seal = &chain->at[0].event.seal;

	r->newest_custody = (struct evx_report_key_file){ 0, seal->custody_readers };
	r->newest_content = (struct evx_report_key_file){ 0, seal->content_readers };
	for (size_t i = 1; i < chain->rightful; i++) {
		const struct evx_event_fields *f = &chain->at[i].event.fields;

		if (!chain->at[i].rightful)
			continue;
		if (f->custody_readers > 0)
			r->newest_custody = (struct evx_report_key_file){ (int)i,
				f->custody_readers };
		if (f->content_readers > 0)
			r->newest_content = (struct evx_report_key_file){ (int)i,
				f->content_readers };
	}
	(void)snprintf(r->details_key, sizeof(r->details_key), "%.63s", chain->state.custody_key);
}

static enum evx_err seal_facts(struct evx_report *r, const struct evx_event *seal)
{
	enum evx_err err = copy_text(
		&r->shape, seal->seal.shape == EVX_SHAPE_WHOLE ? "whole" : "disclosure");

	r->complete = seal->seal.complete;
	r->custody_readers = seal->seal.custody_readers;
	r->content_readers = seal->seal.content_readers;
	(void)snprintf(r->custody_key, sizeof(r->custody_key), "%.63s", seal->seal.custody_key);
	(void)snprintf(r->content_key, sizeof(r->content_key), "%.63s", seal->seal.content_key);
	if (err != EVX_OK || (err = copy_text(&r->public_case, seal->seal.case_label)) != EVX_OK)
		return err;
	return copy_text(&r->public_exhibit, seal->seal.exhibit_number);
}

enum evx_err evx_report_facts(struct evx_report *r, const struct evx_exhibit *ex,
	const struct evx_trust_basis *basis, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	const struct evx_event *seal = evx_exhibit_seal(ex);

	(void)snprintf(r->uuid, sizeof(r->uuid), "%s", evx_bundle_uuid(ex->opened.bundle));
	r->bundle_bytes = evx_bundle_length(ex->opened.bundle);
	r->payload_bytes = evx_bundle_payload_length(ex->opened.bundle);
	r->packs = (size_t)evx_bundle_packs(ex->opened.bundle);
	r->sealed_bytes = evx_sealed_length(ex->opened.bundle);
	r->walked = ex->loaded.all_read;
	r->confinement = ex->opened.confinement;
	if (chain->has_exhibit) {
		evx_hex_encode(chain->exhibit, 32, r->seal_hash);
		evx_seal_code(chain->exhibit, r->seal_code);
	}
	if (chain->rightful > 0)
		evx_hex_encode(chain->head, 32, r->head);
	if (seal != NULL) {
		err = seal_facts(r, seal);
		newest_keys(r, chain);
	}
	if (err != EVX_OK || (err = evx_report_events(r, chain, basis, diag)) != EVX_OK ||
		(err = evx_report_branches(r, chain)) != EVX_OK)
		goto out;
	err = evx_report_holding(r, chain, basis, diag);
out:
	return evx_fail_buf(diag, err);
}

enum evx_err evx_report_hashes(struct evx_report *r, const struct evx_exhibit *ex,
	struct evx_progress *progress, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_bundle_hashes hashes;
	enum evx_err err;

	if (ex->loaded.cut) /* where it ended is not known, and the report says why */
		return EVX_OK;
	err = evx_sealed_hash(ex->opened.bundle, progress, cancel, &hashes, diag);
	if (err != EVX_OK)
		return err;
	evx_hex_encode(hashes.sealed, 32, r->sealed_sha256);
	evx_hex_encode(hashes.present, 32, r->present_sha256);
	return EVX_OK;
}

void evx_report_proof(struct evx_report_event *e, const struct evx_stamp_proof *proof)
{
	/* A time after the year 9999 has no form, and no time-stamp has one. */
	if (!proof->proven || evx_time_encode(proof->time, e->proven_time) != EVX_OK)
		return;
	e->proven = true;
	e->proven_by = (int)proof->by;
	(void)snprintf(e->proven_authority, sizeof(e->proven_authority), "%s", proof->authority);
}

void evx_report_proofs(
	struct evx_report *r, const struct evx_exhibit *ex, const struct evx_stamp_proof *proofs)
{
	const size_t n = evx_chain_result(ex->loaded.chain)->rightful;

	for (size_t i = 0; i < n && i < r->nevents; i++)
		evx_report_proof(&r->events[i], &proofs[i]);
}

enum evx_err evx_report_not_checked(struct evx_report *r, const char *text)
{
	if (EVX_ARRAY_ROOM(r->not_checked, r->nnot_checked, 1) != EVX_OK)
		return EVX_E_MEMORY;
	r->not_checked[r->nnot_checked] = strdup(text);
	if (r->not_checked[r->nnot_checked] == NULL)
		return EVX_E_MEMORY;
	r->nnot_checked++;
	return EVX_OK;
}

static enum evx_err copy_finding(struct evx_report_finding *out, const struct evx_finding *f)
{
	memcpy(out->code, f->code, sizeof(out->code));
	out->weight = f->weight;
	out->line = f->line;
	out->event = f->event == EVX_NO_EVENT ? -1 : (int)f->event;
	out->origin = f->origin;
	out->has_offset = f->has_offset;
	out->offset = f->offset;
	out->text = strdup(f->text);
	out->told = f->told[0] == '\0' ? NULL : strdup(f->told);
	out->where = f->where[0] == '\0' ? NULL : strdup(f->where);
	return out->text == NULL || (f->told[0] != '\0' && out->told == NULL) ||
			(f->where[0] != '\0' && out->where == NULL) ?
		EVX_E_MEMORY :
		EVX_OK;
}

static enum evx_err copy_findings(struct evx_report *r, const struct evx_findings *f)
{
	enum evx_err err = EVX_OK;

	_Static_assert(sizeof(r->counts) == sizeof(f->count), "one table of numbers");
	memcpy(r->counts, f->count, sizeof(r->counts));
	r->findings_left_out = f->dropped;
	if (f->n == 0)
		return EVX_OK;
	r->findings = calloc(f->n, sizeof(*r->findings));
	if (r->findings == NULL)
		return EVX_E_MEMORY;
	for (int weight = EVX_WEIGHT_BROKEN; weight >= EVX_WEIGHT_INFO; weight--)
		for (size_t i = 0; i < f->n && err == EVX_OK; i++)
			if (f->at[i].weight == (enum evx_weight)weight)
				err = copy_finding(&r->findings[r->nfindings++], &f->at[i]);
	return err;
}

enum evx_err evx_report_verdict(
	struct evx_report *r, const struct evx_exhibit *ex, struct evx_diag *diag)
{
	enum evx_err err;
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	struct evx_verdict v = evx_verdict_of(&ex->loaded.findings, chain->n, chain->rightful);

	r->data = v.line[EVX_ON_DATA].grade;
	r->custody = v.line[EVX_ON_CUSTODY].grade;
	r->trust = v.line[EVX_ON_TRUST].grade;
	r->exit_class = v.exit_code;
	if ((err = copy_findings(r, &ex->loaded.findings)) != EVX_OK ||
		(err = copy_text(&r->data_text, v.line[EVX_ON_DATA].text)) != EVX_OK ||
		(err = copy_text(&r->custody_text, v.line[EVX_ON_CUSTODY].text)) != EVX_OK)
		goto out;
	err = copy_text(&r->trust_text, v.line[EVX_ON_TRUST].text);
out:
	return evx_fail_buf(diag, err);
}

void evx_report_free(struct evx_report *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->nfindings; i++) {
		free(r->findings[i].text);
		free(r->findings[i].told);
		free(r->findings[i].where);
	}
	for (size_t i = 0; i < r->nevents; i++)
		free(r->events[i].details_json);
	free(r->origin.events);
	for (size_t i = 0; i < r->nbranches; i++)
		free(r->branches[i].where);
	free(r->branches);
	for (size_t i = 0; i < r->nnot_checked; i++)
		free(r->not_checked[i]);
	for (size_t i = 0; i < r->nparts; i++) {
		free(r->parts[i].path);
		free(r->parts[i].ranges);
	}
	free(r->parts);
	free(r->findings);
	free(r->events);
	free(r->not_checked);
	free(r->shape);
	free(r->public_case);
	free(r->public_exhibit);
	free(r->origin.public_case);
	free(r->origin.public_exhibit);
	free(r->data_text);
	free(r->custody_text);
	free(r->trust_text);
	for (size_t i = 0; i < r->holding.nmissing; i++)
		free(r->holding.missing[i]);
	free(r->holding.missing);
	free(r->holding.holds);
	free(r->holding.inquiries);
	if (r->revealed != NULL)
		evx_wipe(r->revealed, strlen(r->revealed));
	free(r->revealed);
	memset(r, 0, sizeof(*r));
}
