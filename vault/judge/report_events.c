/* Its events, and who holds the exhibit. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "format/text.h"
#include "format/time.h"
#include "judge/report.h"
#include "people/card_info.h"

/* The card of whoever holds a key that event e names, from a card or from a roster. */
static enum evx_err name_of(const char *key, const struct evx_event *e,
	const struct evx_trust_basis *basis, struct evx_card_info *out, struct evx_diag *diag)
{
	const struct evx_card *card = evx_cards_find(basis->cards, key);
	const struct evx_roster_member *member;
	const struct evx_roster_key *entry;

	if (card != NULL)
		return evx_card_info_of(card, out, diag);
	(void)evx_trust_rostered(basis->rosters, key, e->time, EVX_NOT_PROVEN, &entry, &member);
	return entry == NULL ? EVX_OK : evx_card_info_of_rostered(member, entry, out, diag);
}

static enum evx_err whose(const char *key, const struct evx_event *e,
	const struct evx_trust_basis *basis, char fingerprint[56], bool *known,
	struct evx_card_info *info, struct evx_diag *diag)
{
	struct evx_sshkey pub;
	const enum evx_err err = evx_sshkey_decode(key, strlen(key), &pub, NULL);

	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	if (err != EVX_OK)
		return EVX_OK; /* none is named, or none that could sign */
	evx_sshkey_fingerprint(&pub, fingerprint);
	*known = evx_trust_holds(basis, e, key);
	return name_of(key, e, basis, info, diag);
}

static enum evx_err party(struct evx_report_party *out, const char *key, const struct evx_event *e,
	const struct evx_trust_basis *basis, struct evx_diag *diag)
{
	return whose(key, e, basis, out->fingerprint, &out->trusted, &out->card, diag);
}

static int number_of(const struct evx_chain_result *chain, const uint8_t hash[32])
{
	for (size_t i = 0; i < chain->n; i++)
		if (chain->at[i].has_hash && evx_hash_equal(chain->at[i].hash, hash))
			return (int)i;
	return -1;
}

/* What the type says in public. */
static enum evx_err fields(struct evx_report_event *out, const struct evx_event *e,
	const struct evx_chain_result *chain, const struct evx_trust_basis *basis,
	struct evx_diag *diag)
{
	const struct evx_event_type *type = evx_event_type_of(e->kind);
	const struct evx_event_fields *f = &e->fields;

	if (type == NULL || !e->known || evx_event_is_seal(e))
		return EVX_OK;
	if (f->has_refers)
		out->refers = number_of(chain, f->refers);
	if ((type->has & EVX_KEY_INVENTORIED) != 0)
		out->inventoried = f->inventoried;
	if ((type->has & EVX_KEY_KEEPS) != 0)
		out->keeps = evx_event_keepings[f->keeps];
	if ((type->has & EVX_KEY_RESULT) != 0)
		out->result = evx_event_results[f->result];
	if ((type->has & EVX_KEY_REASON) != 0)
		out->reason = evx_event_reasons[f->reason];
	if ((type->has & EVX_KEY_STATE) != 0)
		out->state = evx_event_states[f->state];
	memcpy(out->disclosed, f->disclosure.uuid, sizeof(out->disclosed));
	return party(&out->party, f->counterparty[0] != '\0' ? f->counterparty : f->former, e,
		basis, diag);
}

static enum evx_err event_facts(struct evx_report_event *out, const struct evx_chain_result *chain,
	size_t number, const struct evx_trust_basis *basis, struct evx_diag *diag)
{
	const struct evx_chain_event *ev = &chain->at[number];
	/* Proofs are about the events of the rightful part, whatever number another one claims. */
	const struct evx_trust_basis unproven = { .cards = basis->cards,
		.rosters = basis->rosters };
	enum evx_err err;

	out->number = (int)number;
	out->refers = out->inventoried = -1;
	out->detached = ev->detached;
	out->claim = ev->claim;
	out->is_void = ev->is_void;
	out->counts = ev->rightful && !ev->is_void && !ev->claim;
	if (ev->has_hash)
		evx_hex_encode(ev->hash, 32, out->hash);
	if (!ev->decoded)
		return EVX_OK;
	memcpy(out->type, ev->event.type, sizeof(out->type));
	err = evx_time_encode(ev->event.time, out->time);
	out->nsigners = ev->event.nsigners;
	/* What is signed, and by whom, means something only where the signature is good. */
	if (err == EVX_OK && ev->is_signed && ev->event.nsigners > 0)
		err = whose(ev->event.signers[0], &ev->event,
			number < chain->rightful ? basis : &unproven, out->signer, &out->trusted,
			&out->card, diag);
	return err == EVX_OK && ev->is_signed ? fields(out, &ev->event, chain, &unproven, diag) :
						err;
}

static enum evx_err all_events(struct evx_report_event **events, size_t *n,
	const struct evx_chain_result *chain, const struct evx_trust_basis *basis,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if (chain->n == 0)
		return EVX_OK;
	*events = calloc(chain->n, sizeof(**events));
	if (*events == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < chain->n && err == EVX_OK; i++) {
		err = event_facts(&(*events)[i], chain, i, basis, diag);
		*n = i + 1;
	}
	return err;
}

enum evx_err evx_report_events(struct evx_report *r, const struct evx_chain_result *chain,
	const struct evx_trust_basis *basis, struct evx_diag *diag)
{
	return all_events(&r->events, &r->nevents, chain, basis, diag);
}

/* The original's last event, where it gives out this bundle. */
static enum evx_err given_out(struct evx_report_origin *o, const struct evx_chain_result *chain,
	const char *uuid, const struct evx_trust_basis *basis, struct evx_diag *diag)
{
	const struct evx_chain_event *last = &chain->at[chain->n - 1];
	const struct evx_event *e = &last->event;
	enum evx_err err;

	o->entry = -1;
	if (!last->rightful || last->is_void || last->claim || e->kind != EVX_EVENT_DISCLOSE ||
		strcmp(e->fields.disclosure.uuid, uuid) != 0)
		return EVX_OK;
	o->entry = (int)(chain->n - 1);
	err = evx_time_encode(e->time, o->disclosed);
	if (err == EVX_OK)
		err = party(&o->by, e->signers[0], e, basis, diag);
	return err == EVX_OK ? party(&o->to, e->fields.counterparty, e, basis, diag) : err;
}

enum evx_err evx_report_origin_facts(struct evx_report *r, const struct evx_chain_result *chain,
	const struct evx_seal_fields *own, const struct evx_trust_basis *basis,
	const struct evx_stamp_proof *proofs, struct evx_diag *diag)
{
	struct evx_report_origin *o = &r->origin;
	const struct evx_event *seal = chain->n > 0 ? &chain->at[0].event : NULL;
	enum evx_err err;

	if (seal == NULL || chain->rightful == 0 || !evx_event_is_seal(seal))
		return EVX_OK;
	o->present = true;
	memcpy(o->uuid, seal->uuid, sizeof(o->uuid));
	evx_hex_encode(chain->exhibit, 32, o->seal_hash);
	evx_seal_code(chain->exhibit, o->seal_code);
	o->lines = own->origin.lines;
	o->withheld = own->origin.withheld;
	o->shown = o->lines - o->withheld;
	o->names_only = own->origin.names_only;
	o->in_part = own->origin.in_part;
	if ((seal->seal.case_label != NULL &&
		    (o->public_case = strdup(seal->seal.case_label)) == NULL) ||
		(seal->seal.exhibit_number != NULL &&
			(o->public_exhibit = strdup(seal->seal.exhibit_number)) == NULL))
		return evx_fail_memory(diag);
	if ((err = evx_time_encode(seal->time, o->sealed)) != EVX_OK ||
		(err = party(&o->sealer, seal->signers[0], seal, basis, diag)) != EVX_OK)
		return evx_fail_buf(diag, err);
	if ((err = all_events(&o->events, &o->nevents, chain, basis, diag)) != EVX_OK)
		return err;
	for (size_t i = 0; proofs != NULL && i < chain->rightful; i++)
		evx_report_proof(&o->events[i], &proofs[i]);
	return evx_fail_buf(diag, given_out(o, chain, r->uuid, basis, diag));
}

static enum evx_err numbers(const uint32_t *from, size_t n, int **to, size_t *nto)
{
	if (n == 0)
		return EVX_OK;
	*to = calloc(n, sizeof(**to));
	if (*to == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < n; i++)
		(*to)[i] = (int)from[i];
	*nto = n;
	return EVX_OK;
}

static enum evx_err missing(struct evx_report_holding *h, const struct evx_custody_state *s)
{
	if (s->nmissing == 0)
		return EVX_OK;
	h->missing = calloc(s->nmissing, sizeof(*h->missing));
	if (h->missing == NULL)
		return EVX_E_MEMORY;
	for (; h->nmissing < s->nmissing; h->nmissing++)
		if ((h->missing[h->nmissing] = strdup(s->missing[h->nmissing].text)) == NULL)
			return EVX_E_MEMORY;
	return EVX_OK;
}

enum evx_err evx_report_holding(struct evx_report *r, const struct evx_chain_result *chain,
	const struct evx_trust_basis *basis, struct evx_diag *diag)
{
	const struct evx_custody_state *s = &chain->state;
	struct evx_report_holding *h = &r->holding;
	enum evx_err err;

	h->since = h->release = h->authorisation = h->disposal = -1;
	if (s->holder[0] == '\0')
		return EVX_OK;
	h->since = (int)s->since;
	err = evx_time_encode(s->since_time, h->since_time);
	if (err == EVX_OK)
		err = party(&h->holder, s->holder, &chain->at[s->since].event, basis, diag);
	if (err == EVX_OK && s->release_open) {
		h->release = (int)s->release;
		err = party(&h->receiver, s->receiver, &chain->at[s->release].event, basis, diag);
	}
	if (s->authorised)
		h->authorisation = (int)s->authorisation;
	if (s->disposed)
		h->disposal = (int)s->disposal;
	if (err != EVX_OK ||
		(err = numbers(s->holds, s->nholds, &h->holds, &h->nholds)) != EVX_OK ||
		(err = numbers(s->inquiries, s->ninquiries, &h->inquiries, &h->ninquiries)) !=
			EVX_OK)
		goto out;
	err = missing(h, s);
out:
	return evx_fail_buf(diag, err);
}

static enum evx_err fill_branch(struct evx_report_branch *out, const struct evx_chain_branch *b,
	const struct evx_chain_result *chain)
{
	struct evx_sshkey key;
	const enum evx_err err = evx_sshkey_decode(b->signer, strlen(b->signer), &key, NULL);

	if (err == EVX_E_MEMORY)
		return err;
	out->number = (int)b->number;
	out->after = number_of(chain, b->previous);
	out->behind = -1;
	for (size_t i = 0; i < chain->nbranches; i++)
		if (evx_hash_equal(chain->branches[i].hash, b->previous))
			out->behind = (int)i;
	out->rightful = b->rightful;
	memcpy(out->type, b->type, sizeof(out->type));
	evx_hex_encode(b->hash, 32, out->hash);
	if (err == EVX_OK)
		evx_sshkey_fingerprint(&key, out->signer);
	if (evx_time_encode(b->time, out->time) != EVX_OK)
		out->time[0] = '\0';
	out->where = b->name == NULL ? NULL : strdup(b->name);
	return b->name != NULL && out->where == NULL ? EVX_E_MEMORY : EVX_OK;
}

enum evx_err evx_report_branches(struct evx_report *r, const struct evx_chain_result *chain)
{
	enum evx_err err = EVX_OK;

	if (chain->nbranches == 0)
		return EVX_OK;
	r->branches = calloc(chain->nbranches, sizeof(*r->branches));
	if (r->branches == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < chain->nbranches && err == EVX_OK; i++)
		err = fill_branch(&r->branches[r->nbranches++], &chain->branches[i], chain);
	return err;
}
