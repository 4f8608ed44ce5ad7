/* What opened details show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/report.h"

/* What the details say of a person, where no trusted card tells. */
static void name(struct evx_card_info *out, const struct evx_details_person *p)
{
	const struct {
		char *to;
		size_t cap;
		const char *from;
	} texts[] = {
		{ out->person, sizeof(out->person), p->person },
		{ out->organisation, sizeof(out->organisation), p->organisation },
		{ out->country, sizeof(out->country), p->country },
		{ out->role, sizeof(out->role), p->role != NULL ? p->role : p->title },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		(void)snprintf(texts[i].to, texts[i].cap, "%s",
			texts[i].from != NULL ? texts[i].from : "");
}

/* The same key is the same person in what follows from the event. */
static void name_party(
	struct evx_report *r, struct evx_report_party *p, const struct evx_details_person *person)
{
	struct evx_report_party *const same[] = { &r->holding.holder, &r->holding.receiver };

	if (!p->trusted)
		name(&p->card, person);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!same[i]->trusted && same[i]->fingerprint[0] != '\0' &&
			strcmp(same[i]->fingerprint, p->fingerprint) == 0)
			name(&same[i]->card, person);
}

static void use_names(struct evx_report *r, struct evx_report_event *e, const struct evx_details *d)
{
	struct evx_report_party actor = { .trusted = e->trusted };

	if (d->has_actor && d->actor.person != NULL) {
		memcpy(actor.fingerprint, e->signer, sizeof(actor.fingerprint));
		name_party(r, &actor, &d->actor);
		if (!e->trusted)
			e->card = actor.card;
	}
	if (d->has_counterparty && d->counterparty.person != NULL &&
		e->party.fingerprint[0] != '\0')
		name_party(r, &e->party, &d->counterparty);
}

/* The decoded form is checked, the JSON line itself is handed on. */
static enum evx_err take(struct evx_report *r, struct evx_report_event *out, struct evx_exhibit *ex,
	const struct evx_secret *key, const struct evx_buf *part, struct evx_details *details,
	struct evx_diag *diag)
{
	struct evx_buf line = EVX_BUF_INIT;
	const struct evx_age_open open = { .identities = &key, .nidentities = 1 };
	enum evx_err err = evx_age_decrypt(&open, false, part->data, part->len, &line, diag);

	if (err == EVX_OK) {
		out->details_json = strndup((const char *)line.data, line.len);
		out->details_opened = out->details_json != NULL;
		if (!out->details_opened)
			err = evx_fail_memory(diag);
	}
	evx_buf_free(&line);
	if (err != EVX_OK)
		return err;
	use_names(r, out, details);
	err = evx_rules_judge_details(evx_chain_result(ex->loaded.chain), (uint32_t)out->number,
		details, &ex->loaded.findings, diag);
	if (out->number == 0) {
		ex->unlocked.seal_details = *details;
		memset(details, 0, sizeof(*details));
	}
	return err;
}

/* The key that should open the details of event number: the custody key in force, or of a private
 * event the reader's own; NULL when the reader was not given it. */
static const struct evx_secret *key_for(
	const struct evx_exhibit *ex, const struct evx_event *event, int number)
{
	const bool private = !evx_event_is_seal(event) && event->fields.private_stanzas > 0;

	return private ? ex->opened.id.encryption :
			 evx_keyring_custody_of(&ex->unlocked.keys, (uint32_t)number);
}

static enum evx_err open_details(struct evx_report *r, struct evx_report_event *out,
	struct evx_exhibit *ex, const struct evx_event *event, const char *file,
	struct evx_diag *diag)
{
	const bool private = !evx_event_is_seal(event) && event->fields.private_stanzas > 0;
	const struct evx_secret *key = key_for(ex, event, out->number);
	struct evx_buf part = EVX_BUF_INIT;
	struct evx_details details = { 0 };
	struct evx_diag why = { 0 };
	enum evx_err err = evx_exhibit_part(ex, event, file, &part, &why);

	if (err == EVX_OK)
		err = evx_seal_open_details(event, file, (struct evx_bytes){ part.data, part.len },
			key, &details, &why);
	if (err == EVX_E_KEY && evx_event_is_seal(event)) {
		/* The exhibit's own key is at hand: it is the part that is wrong. */
		evx_diag_clear(&why);
		err = evx_fail(&why, EVX_E_CORRUPT,
			"%s: expected it encrypted to the exhibit's key, found it encrypted to "
			"another",
			file);
	}
	if (err == EVX_OK)
		err = take(r, out, ex, key, &part, &details, diag);
	else if (err == EVX_E_KEY && private)
		err = EVX_OK; /* meant for others */
	else if (err != EVX_E_MEMORY)
		err = evx_findings_add_diag(&ex->loaded.findings,
			err == EVX_E_CUSTODY     ? "C-BINDING" :
				err == EVX_E_KEY ? "C-KEY" :
						   "C-DETAILS",
			event->sequence, file, &why);
	evx_details_free(&details);
	evx_buf_free(&part);
	return err;
}

/* As open_details; what the word of somebody unknown turns out to be never weighs more than a gap.
 */
static enum evx_err open_claim(struct evx_report *r, struct evx_report_event *out,
	struct evx_exhibit *ex, const struct evx_event *event, const char *file,
	struct evx_diag *diag)
{
	struct evx_findings all = ex->loaded.findings, own;
	enum evx_err err;

	memset(&ex->loaded.findings, 0, sizeof(ex->loaded.findings));
	err = open_details(r, out, ex, event, file, diag);
	own = ex->loaded.findings;
	ex->loaded.findings = all;
	if (err == EVX_OK &&
		evx_findings_join_at_most(&ex->loaded.findings, &own, EVX_WEIGHT_GAP) != EVX_OK)
		err = evx_fail_memory(diag);
	evx_findings_free(&own);
	return err;
}

enum evx_err evx_report_details(struct evx_report *r, struct evx_exhibit *ex, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	size_t not_given = 0;

	r->tier = ex->unlocked.tier == EVX_TIER_CONTENT ? 2 :
		ex->unlocked.tier == EVX_TIER_CUSTODY   ? 1 :
							  0;
	for (size_t i = 0; i < chain->n && i < r->nevents && err == EVX_OK; i++) {
		char file[EVX_MEMBER_NAME_CAP];
		struct evx_member_id id = { .event = (unsigned)i, .kind = EVX_MEMBER_DETAILS };

		if (!chain->at[i].decoded || !chain->at[i].is_signed)
			continue;
		(void)snprintf(id.type, sizeof(id.type), "%s", chain->at[i].event.type);
		if (evx_member_name(&id, file) != EVX_OK ||
			(!chain->at[i].detached &&
				evx_bundle_find(ex->opened.bundle, file) == NULL) ||
			evx_event_file_hash(&chain->at[i].event, file) == NULL)
			continue;
		if (key_for(ex, &chain->at[i].event, (int)i) == NULL)
			not_given++;
		else
			err = (chain->at[i].claim ? open_claim : open_details)(
				r, &r->events[i], ex, &chain->at[i].event, file, diag);
	}
	if (err == EVX_OK && not_given > 0 &&
		evx_report_not_checked(r,
			"some custody details (this identity's key does not open them)") != EVX_OK)
		err = evx_fail_memory(diag);
	return err;
}

enum evx_err evx_report_reveal(
	struct evx_report *r, const struct evx_exhibit *ex, struct evx_diag *diag)
{
	struct evx_buf lines = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < ex->unlocked.keys.ncustody && err == EVX_OK; i++)
		if (ex->unlocked.keys.custody[i].identity != NULL)
			err = evx_age_identity_encode(
				ex->unlocked.keys.custody[i].identity, &lines);
	if (err == EVX_OK && lines.len == 0)
		return evx_fail(diag, EVX_E_KEY,
			"This identity opens no custody details of this exhibit. Ask the holder to "
			"let you read them: evx recipient add");
	if (err == EVX_OK &&
		(r->revealed = strndup((const char *)lines.data, lines.len - 1)) == NULL) /* without
											     the
											     last LF
											   */
		err = EVX_E_MEMORY;
	evx_buf_free(&lines);
	return evx_fail_buf(diag, err);
}
