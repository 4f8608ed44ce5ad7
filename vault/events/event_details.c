/* Makes the custody details of an event from what its signer says. */
#include "events/event_details.h"

#include <string.h>

#include "events/particulars.h"
#include "format/text.h"
#include "people/card_info.h"

static enum evx_err set_texts(
	const struct evx_event_options *o, struct evx_details *d, struct evx_diag *diag)
{
	struct {
		char **slot;
		const char *value;
	} texts[] = {
		{ &d->case_label, o->case_label },
		{ &d->exhibit_number, o->exhibit_number },
		{ &d->description, o->description },
		{ &d->seized_at, o->seized_at },
		{ &d->seized_from, o->seized_from },
		{ &d->seized_by, o->seized_by },
		{ &d->place, o->place },
		{ &d->purpose, o->purpose },
		{ &d->authority, o->authority },
		{ &d->authority_type, o->authority_type },
		{ &d->authority_number, o->authority_number },
		{ &d->authority_until, o->authority_until },
		{ &d->seal_number, o->seal_number },
		{ &d->handling, o->handling },
		{ &d->scope, o->scope },
		{ &d->seal_number_after, o->seal_number_after },
		{ &d->condition, o->condition },
		{ &d->checked, o->checked },
		{ &d->result, o->result_text },
		{ &d->carrier, o->carrier },
		{ &d->tracking, o->tracking },
		{ &d->reason, o->reason },
		{ &d->notes, o->notes },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		enum evx_err err;

		if (texts[i].value == NULL)
			continue;
		if (!evx_utf8_valid(texts[i].value, strlen(texts[i].value)))
			return evx_fail(diag, EVX_E_USAGE,
				"A text of the custody details is not valid UTF-8. Nothing was "
				"signed. Type the text again.");
		err = evx_details_set(texts[i].slot, texts[i].value);
		if (err == EVX_E_MEMORY)
			return evx_fail_memory(diag);
		if (err != EVX_OK)
			return evx_fail(diag, err,
				"A text of the custody details is too long (limit %u bytes). "
				"Nothing was signed. Attach it as a file: --attach FILE.",
				EVX_DETAILS_TEXT_MAX);
	}
	return EVX_OK;
}

static enum evx_err set_person(const struct evx_card *card, bool with_key,
	struct evx_details_person *to, struct evx_diag *diag)
{
	struct evx_card_info info;
	enum evx_err err = evx_card_info_of(card, &info, diag);

	if (err == EVX_OK)
		err = evx_readers_person(&info, to);
	return err == EVX_OK && with_key ? evx_details_set(&to->signing, info.signing) : err;
}

static enum evx_err fill(
	const struct evx_event_details_from *from, struct evx_details *d, struct evx_diag *diag)
{
	const struct evx_event_options *o = from->opt;
	enum evx_err err = EVX_OK;

	if (from->file->n > 0)
		err = evx_details_decode_file(
			from->file->at[0].bytes.data, from->file->at[0].bytes.len, d, diag);
	if (err != EVX_OK)
		return err;
	err = set_texts(o, d, diag);
	if (err != EVX_OK)
		return err;
	d->has_actor = true;
	err = set_person(from->actor, false, &d->actor, diag);
	if (err != EVX_OK)
		return err;
	d->has_counterparty = d->has_counterparty || from->counterparty != NULL;
	if (from->counterparty != NULL)
		err = set_person(from->counterparty, true, &d->counterparty, diag);
	if (err != EVX_OK)
		return err;
	err = evx_particulars_witnesses(from->witnesses, d, diag);
	if (err != EVX_OK)
		return err;
	err = evx_readers_describe(from->readers, &d->readers);
	if (err != EVX_OK)
		return err;
	err = evx_particulars_tool(o->invocation, d);
	for (size_t i = 0; i < o->nextracted && err == EVX_OK; i++)
		err = evx_details_add_extracted(d, o->extracted[i], strlen(o->extracted[i]));
	return err;
}

enum evx_err evx_event_details_fill(
	const struct evx_event_details_from *from, struct evx_details *d, struct evx_diag *diag)
{
	const enum evx_err err = fill(from, d, diag);

	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err, "The custody details could not be made. Nothing was signed.");
}
