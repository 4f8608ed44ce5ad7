#include "ops/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/text.h"
#include "format/time.h"

static enum evx_err copy_text(char **slot, const char *s)
{
	if (s == NULL)
		return EVX_OK;
	*slot = strdup(s);
	return *slot == NULL ? EVX_E_MEMORY : EVX_OK;
}

static enum evx_err seal_facts(struct evx_report *r, const struct evx_event *seal)
{
	enum evx_err err = copy_text(&r->shape, seal->seal.shape == EVX_SHAPE_WHOLE ? "whole" : "disclosure");

	r->complete = seal->seal.complete;
	r->custody_readers = seal->seal.custody_readers;
	r->content_readers = seal->seal.content_readers;
	(void)snprintf(r->custody_key, sizeof(r->custody_key), "%.63s", seal->seal.custody_key);
	(void)snprintf(r->content_key, sizeof(r->content_key), "%.63s", seal->seal.content_key);
	if (err == EVX_OK)
		err = copy_text(&r->public_case, seal->seal.case_label);
	return err == EVX_OK ? copy_text(&r->public_exhibit, seal->seal.exhibit_number) : err;
}

/* The card of whoever holds the key of the event's author, from a card or from a roster. */
static enum evx_err name_signer(struct evx_report_event *out, const struct evx_event *event, const struct evx_trust_basis *basis,
	struct evx_diag *diag)
{
	const struct evx_card *card = evx_cards_find(basis->cards, event->signers[0]);
	const struct evx_roster_member *member;
	const struct evx_roster_key *key;

	if (card != NULL)
		return evx_card_info_of(card, &out->card, diag);
	(void)evx_trust_rostered(basis->rosters, event->signers[0], event->time, EVX_NOT_PROVEN, &key, &member);
	return key == NULL ? EVX_OK : evx_rostered_info_of(member, key, &out->card, diag);
}

static enum evx_err event_facts(struct evx_report_event *out, const struct evx_chain_event *ev, size_t number,
	const struct evx_trust_basis *basis, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	uint8_t pub[32];

	out->number = (int)number;
	if (ev->has_hash)
		evx_hex_encode(ev->hash, 32, out->hash);
	if (!ev->decoded)
		return EVX_OK;
	memcpy(out->type, ev->event.type, sizeof(out->type));
	err = evx_time_encode(ev->event.time, out->time);
	out->nsigners = ev->event.nsigners;
	/* The name of a signer means something only where the signature is good. */
	if (err == EVX_OK && ev->is_signed && ev->event.nsigners > 0
		&& evx_sshkey_decode(ev->event.signers[0], strlen(ev->event.signers[0]), pub, NULL) == EVX_OK) {
		evx_sshkey_fingerprint(pub, out->signer);
		/* Proofs are about the events of the rightful part, whatever number another one claims. */
		out->trusted = evx_trust_holds(ev->rightful ? basis : &(struct evx_trust_basis){ basis->cards, basis->rosters, NULL, 0 }, &ev->event,
			ev->event.signers[0]);
		err = name_signer(out, &ev->event, basis, diag);
	}
	return err;
}

enum evx_err evx_report_facts(struct evx_report *r, const struct evx_exhibit *ex, const struct evx_trust_basis *basis, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_chain_result *chain = evx_chain_result(ex->chain);
	const struct evx_event *seal = evx_exhibit_seal(ex);

	(void)snprintf(r->uuid, sizeof(r->uuid), "%s", evx_bundle_uuid(ex->bundle));
	r->bundle_bytes = evx_bundle_length(ex->bundle);
	r->payload_bytes = evx_bundle_payload_length(ex->bundle);
	r->packs = (size_t)evx_bundle_packs(ex->bundle);
	r->walked = ex->all_read;
	r->confinement = ex->confinement;
	if (chain->has_exhibit) {
		evx_hex_encode(chain->exhibit, 32, r->seal_hash);
		evx_seal_code(chain->exhibit, r->seal_code);
	}
	if (chain->rightful > 0)
		evx_hex_encode(chain->head, 32, r->head);
	if (seal != NULL)
		err = seal_facts(r, seal);
	if (err == EVX_OK && chain->n > 0) {
		r->events = calloc(chain->n, sizeof(*r->events));
		err = r->events == NULL ? EVX_E_MEMORY : EVX_OK;
	}
	for (size_t i = 0; i < chain->n && err == EVX_OK; i++) {
		err = event_facts(&r->events[i], &chain->at[i], i, basis, diag);
		r->nevents = i + 1;
	}
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "report: out of memory");
}

enum evx_err evx_report_proofs(struct evx_report *r, const struct evx_exhibit *ex, const struct evx_stamp_proof *proofs, struct evx_diag *diag)
{
	size_t n = evx_chain_result(ex->chain)->rightful;

	for (size_t i = 0; i < n && i < r->nevents; i++) {
		struct evx_report_event *e = &r->events[i];

		if (!proofs[i].proven)
			continue;
		if (evx_time_encode(proofs[i].time, e->proven_time) != EVX_OK)
			return evx_fail(diag, EVX_E_CORRUPT, "time-stamp: expected a time before the year 10000, found one after");
		e->proven = true;
		e->proven_by = (int)proofs[i].by;
		(void)snprintf(e->proven_authority, sizeof(e->proven_authority), "%s", proofs[i].authority);
	}
	return EVX_OK;
}

/* Details of one event: the decoded form is checked, the JSON line itself is handed on. */
static enum evx_err open_details(struct evx_report_event *out, struct evx_exhibit *ex, const struct evx_event *event, const char *name,
	struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_buf part = EVX_BUF_INIT, line = EVX_BUF_INIT;
	struct evx_details details = { 0 };
	struct evx_diag why = { 0 };
	const struct evx_age_open open = { .identities = (const struct evx_secret *const *)&ex->keys.custody, .nidentities = 1 };

	err = evx_exhibit_member(ex, name, &part, &why);
	if (err == EVX_OK)
		err = evx_seal_open_details(event, name, (struct evx_bytes){ part.data, part.len }, ex->keys.custody, &details, &why);
	if (err == EVX_E_KEY && evx_event_is_seal(event) && ex->keys.custody != NULL) {
		/* The exhibit's own key is at hand: it is the part that is wrong. */
		evx_diag_clear(&why);
		err = evx_fail(&why, EVX_E_CORRUPT, "%s: expected it encrypted to the exhibit's key, found it encrypted to another", name);
	}
	if (err == EVX_OK)
		err = evx_age_decrypt(&open, false, part.data, part.len, &line, &why);
	if (err == EVX_OK) {
		out->details_json = strndup((const char *)line.data, line.len);
		out->details_opened = out->details_json != NULL;
		err = out->details_opened ? EVX_OK : evx_fail(diag, EVX_E_MEMORY, "details: out of memory");
	} else if (err != EVX_E_MEMORY) {
		err = evx_findings_add_diag(&ex->findings, err == EVX_E_CUSTODY ? "C-BINDING" : err == EVX_E_KEY ? "C-KEY" : "C-DETAILS",
			event->sequence, name, &why);
	}
	if (out->details_opened && event->sequence == 0) {
		ex->seal_details = details;
		memset(&details, 0, sizeof(details));
	}
	evx_details_free(&details);
	evx_buf_free(&part);
	evx_buf_free(&line);
	return err;
}

enum evx_err evx_report_details(struct evx_report *r, struct evx_exhibit *ex, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_chain_result *chain = evx_chain_result(ex->chain);

	r->tier = ex->tier == EVX_TIER_CONTENT ? 2 : ex->tier == EVX_TIER_CUSTODY ? 1 : 0;
	if (ex->keys.custody == NULL)
		return EVX_OK;
	for (size_t i = 0; i < chain->n && i < r->nevents && err == EVX_OK; i++) {
		char name[EVX_MEMBER_NAME_CAP];
		struct evx_member_id id = { .event = (unsigned)i, .kind = EVX_MEMBER_DETAILS };

		if (!chain->at[i].decoded || !chain->at[i].is_signed)
			continue;
		(void)snprintf(id.type, sizeof(id.type), "%s", chain->at[i].event.type);
		if (evx_member_name(&id, name) == EVX_OK && evx_bundle_find(ex->bundle, name) != NULL)
			err = open_details(&r->events[i], ex, &chain->at[i].event, name, diag);
	}
	return err;
}

enum evx_err evx_report_not_checked(struct evx_report *r, const char *text)
{
	char **more = realloc(r->not_checked, (r->nnot_checked + 1) * sizeof(*more));

	if (more == NULL)
		return EVX_E_MEMORY;
	r->not_checked = more;
	more[r->nnot_checked] = strdup(text);
	if (more[r->nnot_checked] == NULL)
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
	out->has_offset = f->has_offset;
	out->offset = f->offset;
	out->text = strdup(f->text);
	out->where = f->where[0] == '\0' ? NULL : strdup(f->where);
	return out->text == NULL || (f->where[0] != '\0' && out->where == NULL) ? EVX_E_MEMORY : EVX_OK;
}

static enum evx_err copy_findings(struct evx_report *r, const struct evx_findings *f)
{
	enum evx_err err = EVX_OK;

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

enum evx_err evx_report_verdict(struct evx_report *r, const struct evx_exhibit *ex, struct evx_diag *diag)
{
	enum evx_err err;
	const struct evx_chain_result *chain = evx_chain_result(ex->chain);
	struct evx_verdict v = evx_verdict_of(&ex->findings, chain->n, chain->rightful);

	r->data = v.line[EVX_ON_DATA].grade;
	r->custody = v.line[EVX_ON_CUSTODY].grade;
	r->trust = v.line[EVX_ON_TRUST].grade;
	r->exit_class = v.exit_code;
	err = copy_findings(r, &ex->findings);
	if (err == EVX_OK)
		err = copy_text(&r->data_text, v.line[EVX_ON_DATA].text);
	if (err == EVX_OK)
		err = copy_text(&r->custody_text, v.line[EVX_ON_CUSTODY].text);
	if (err == EVX_OK)
		err = copy_text(&r->trust_text, v.line[EVX_ON_TRUST].text);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "report: out of memory");
}

void evx_report_free(struct evx_report *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->nfindings; i++) {
		free(r->findings[i].text);
		free(r->findings[i].where);
	}
	for (size_t i = 0; i < r->nevents; i++)
		free(r->events[i].details_json);
	for (size_t i = 0; i < r->nnot_checked; i++)
		free(r->not_checked[i]);
	free(r->findings);
	free(r->events);
	free(r->not_checked);
	free(r->shape);
	free(r->public_case);
	free(r->public_exhibit);
	free(r->data_text);
	free(r->custody_text);
	free(r->trust_text);
	memset(r, 0, sizeof(*r));
}
