/* The public keys of an event about to be signed. */
#include "events/event_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "format/text.h"

static enum evx_err take_hash(const struct evx_chain_result *chain, size_t number,
	struct evx_event *e, struct evx_diag *diag)
{
	if (number >= chain->n || !chain->at[number].has_hash)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"Entry %zu does not exist: the custody record has %zu entries. Look at evx "
			"log for the right number.",
			number, chain->n);
	e->fields.has_refers = true;
	memcpy(e->fields.refers, chain->at[number].hash, 32);
	return EVX_OK;
}

/* What the user named: a number, or (*is_hash) a hash. */
static enum evx_err read_name(const char *text, bool *is_hash, uint8_t hash[32],
	unsigned long *number, struct evx_diag *diag)
{
	char *end;

	*number = 0;
	*is_hash = evx_hex_decode(text, strlen(text), hash, 32) == EVX_OK;
	if (*is_hash)
		return EVX_OK;
	*number = strtoul(text, &end, 10);
	if (*text >= '0' && *text <= '9' && *end == '\0')
		return EVX_OK;
	return evx_fail(diag, EVX_E_USAGE,
		"'%.70s' is neither the number nor the hash of an entry. Look at evx log, and name "
		"an entry such as --event 3.",
		text);
}

static enum evx_err named(const char *text, const struct evx_chain_result *chain,
	struct evx_event *e, struct evx_diag *diag)
{
	uint8_t hash[32];
	unsigned long number;
	bool is_hash;
	enum evx_err err = read_name(text, &is_hash, hash, &number, diag);

	if (err != EVX_OK)
		return err;
	if (is_hash) {
		for (size_t i = 0; i < chain->n; i++)
			if (chain->at[i].has_hash && evx_hash_equal(chain->at[i].hash, hash))
				return take_hash(chain, i, e, diag);
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"No entry of this custody record has the hash %s. Look at evx log for the "
			"right one.",
			text);
	}
	return take_hash(chain, number, e, diag);
}

/* What such an event is about when nothing was said: the one thing that is open. */
static enum evx_err implied(const struct evx_event_type *type, const struct evx_chain_result *chain,
	struct evx_event *e, struct evx_diag *diag)
{
	const struct evx_custody_state *s = &chain->state;
	const char *none = NULL, *many = NULL;
	size_t found = 0;

	switch (type->kind) {
	case EVX_EVENT_ACCEPT:
	case EVX_EVENT_REFUSE:
	case EVX_EVENT_WITHDRAW:
		if (s->release_open)
			return take_hash(chain, s->release, e, diag);
		none = "There is no release that waits for an answer.";
		break;
	case EVX_EVENT_HOLD_LIFT:
		if (s->nholds == 1)
			return take_hash(chain, s->holds[0], e, diag);
		none = "No hold is in force.";
		many = "holds are in force";
		found = s->nholds;
		break;
	case EVX_EVENT_INQUIRY:
		if (s->ninquiries == 1)
			return take_hash(chain, s->inquiries[0], e, diag);
		none = "No inquiry is open.";
		many = "inquiries are open";
		found = s->ninquiries;
		break;
	case EVX_EVENT_DISPOSE:
		if (s->authorised && !s->disposed)
			return take_hash(chain, s->authorisation, e, diag);
		none = "Nobody has authorised the disposal, or it was done. First sign: evx "
		       "dispose-authorise";
		break;
	case EVX_EVENT_APPROVE:
		if (chain->n > 0)
			return take_hash(chain, chain->n - 1, e, diag);
		break;
	default: /* a correction, which may be of any event */
		break;
	}
	if (none != NULL && found == 0)
		return evx_fail(diag, EVX_E_NOT_FOUND, "%s: %s", type->name, none);
	if (many != NULL)
		return evx_fail(diag, EVX_E_USAGE,
			"%s: %zu %s. Name the one that you mean with --event N.", type->name, found,
			many);
	return evx_fail(
		diag, EVX_E_USAGE, "%s: Name the entry that you mean with --event N.", type->name);
}

static enum evx_err word(const char *option, const char *value, const char *const *words,
	unsigned *out, struct evx_diag *diag)
{
	char all[64] = "";
	size_t at = 0;

	if (value != NULL && evx_event_type_word(words, value, out))
		return EVX_OK;
	for (size_t i = 0; words[i] != NULL && at < sizeof(all); i++)
		at += (size_t)snprintf(
			all + at, sizeof(all) - at, "%s%s", i > 0 ? ", " : "", words[i]);
	return evx_fail(diag, EVX_E_USAGE, "%s: expected one of %s, found %s", option, all,
		value == NULL ? "nothing" : value);
}

static enum evx_err fill_keys(const struct evx_event_options *opt,
	const struct evx_event_type *type, const struct evx_chain_result *chain, const char *to,
	struct evx_event *e, struct evx_diag *diag)
{
	struct evx_event_fields *f = &e->fields;

	if ((type->has & EVX_KEY_COUNTERPARTY) != 0 && to == NULL)
		return evx_fail(
			diag, EVX_E_USAGE, "%s: Name the receiver with --to CARD.", type->name);
	if (to != NULL && ((type->has | type->may) & (EVX_KEY_COUNTERPARTY | EVX_KEY_FORMER)) == 0)
		return evx_fail(diag, EVX_E_USAGE, "%s: --to is not possible here.", type->name);
	if (to != NULL && ((type->has | type->may) & EVX_KEY_COUNTERPARTY) != 0)
		(void)snprintf(f->counterparty, sizeof(f->counterparty), "%s", to);
	if (opt->disclosure != NULL && (type->may & EVX_KEY_DISCLOSURE) != 0)
		f->disclosure = *opt->disclosure;
	if ((type->has & EVX_KEY_FORMER) != 0)
		(void)snprintf(
			f->former, sizeof(f->former), "%s", to != NULL ? to : chain->state.holder);
	if ((type->has & EVX_KEY_SEEN) != 0) {
		memcpy(f->seen_head, chain->at[chain->n - 1].hash, 32);
		f->seen_length = (uint32_t)chain->n;
	}
	f->inventoried = (type->has & EVX_KEY_INVENTORIED) != 0 && opt->inventoried;
	return EVX_OK;
}

static enum evx_err fill_words(const struct evx_event_options *opt,
	const struct evx_event_type *type, enum evx_event_result found, struct evx_event *e,
	struct evx_diag *diag)
{
	struct evx_event_fields *f = &e->fields;
	enum evx_err err = EVX_OK;
	unsigned value = 0;

	if ((type->has & EVX_KEY_KEEPS) != 0) {
		err = word("--keeps", opt->keeps, evx_event_keepings, &value, diag);
		f->keeps = (enum evx_event_keeps)value;
	}
	if (err == EVX_OK && (type->has & EVX_KEY_REASON) != 0) {
		err = word("--reason", opt->reason_code, evx_event_reasons, &value, diag);
		f->reason = (enum evx_event_reason)value;
	}
	if (err == EVX_OK && (type->has & EVX_KEY_RESULT) != 0) {
		f->result = found;
		if (opt->result != NULL) {
			err = word("--result", opt->result, evx_event_results, &value, diag);
			f->result = (enum evx_event_result)value;
		}
	}
	if ((type->has & EVX_KEY_STATE) != 0)
		f->state = opt->closed ? EVX_STATE_CLOSED : EVX_STATE_OPEN;
	return err;
}

enum evx_err evx_event_fields_check(const struct evx_event_options *opt, struct evx_diag *diag)
{
	const struct evx_event_type *type = evx_event_type_of(opt->type);
	struct evx_event unused = { 0 };
	uint8_t hash[32];
	unsigned long number;
	bool is_hash;
	enum evx_err err;

	if (type == NULL)
		return evx_fail(diag, EVX_E_USAGE, "event: expected a type that can be signed");
	err = fill_words(opt, type, EVX_RESULT_NOT_CHECKED, &unused, diag);
	return err == EVX_OK && opt->refers != NULL ?
		read_name(opt->refers, &is_hash, hash, &number, diag) :
		err;
}

enum evx_err evx_event_fields_fill(const struct evx_event_options *opt,
	const struct evx_chain_result *chain, const char *to, enum evx_event_result found,
	struct evx_event *e, struct evx_diag *diag)
{
	const struct evx_event_type *type = evx_event_type_of(opt->type);
	bool refers;
	enum evx_err err;

	if (type == NULL || type->kind == EVX_EVENT_SEAL)
		return evx_fail(diag, EVX_E_USAGE, "event: expected a type that can be signed");
	evx_event_set_kind(e, type->kind);
	err = fill_keys(opt, type, chain, to, e, diag);
	if (err == EVX_OK)
		err = fill_words(opt, type, found, e, diag);
	/* An inquiry refers to the one it closes, and opens without. */
	refers = (type->has & EVX_KEY_REFERS) != 0 ||
		((type->may & EVX_KEY_REFERS) != 0 && opt->closed);
	if (err == EVX_OK && opt->refers != NULL && !refers)
		err = evx_fail(diag, EVX_E_USAGE,
			"%s: --event is not possible here. This entry is not about another one.",
			type->name);
	if (err == EVX_OK && refers)
		err = opt->refers != NULL ? named(opt->refers, chain, e, diag) :
					    implied(type, chain, e, diag);
	return err;
}
