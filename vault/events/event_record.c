/* Signing an event: into the bundle, or a receipt or draft beside it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "bundle/append.h"
#include "custody/event_build.h"
#include "custody/trust.h"
#include "events/entry_ask.h"
#include "events/event_actor.h"
#include "events/event_details.h"
#include "events/event_fields.h"
#include "events/event_judge.h"
#include "events/event_store.h"
#include "events/particulars.h"
#include "events/rewrap.h"
#include "events/timestamp.h"
#include "format/manifest.h"
#include "format/text.h"
#include "format/time.h"
#include "judge/stamps.h"
#include "open/exhibit_vault.h"
#include "open/given_code.h"
#include "people/known.h"
#include "people/named_cards.h"

struct recording {
	const struct evx_event_options *opt;
	struct evx_event_outcome *out;
	struct evx_hand hand;
	const struct evx_signer *at_hand; /* who sign, too, now */
	size_t nat_hand;
	struct evx_inputs to, also, witnesses, attachments, details_file, details_to, with;
	struct evx_card counterparty;
	bool has_counterparty;
	struct evx_append *append; /* NULL: the bundle is only read */
	struct evx_names *names;   /* whom the home knows */
	struct evx_output output;  /* of the receipt, once it is opened */
	struct evx_exhibit ex;
	struct evx_known known;
	struct evx_rules_roster rules; /* what they say of offices and of who may approve */
	struct evx_event event;
	struct evx_details details;
	struct evx_receipt receipt;
	struct evx_rewrap rewrap; /* nothing in it unless this is one */
	struct evx_sshkey *signers;
	uint8_t (*cards)[32];
	size_t nsigners, ncards;
	struct evx_timestamp_options stamp_options;
	struct evx_timestamp_run *stamp; /* NULL unless the event is to be time-stamped */
};

static void start_inputs(struct evx_start *s, struct recording *r, struct evx_home *h)
{
	const struct evx_event_options *o = r->opt;

	evx_named_cards_start(s, h, &o->to, o->to != NULL, &r->to);
	evx_named_cards_start(s, h, o->also, o->nalso, &r->also);
	evx_named_cards_start(s, h, o->witness, o->nwitness, &r->witnesses);
	evx_inputs_start(
		s, o->attach, o->nattach, EVX_MEMBER_MAX - EVX_MEMBER_MAX / 1024, &r->attachments);
	evx_named_cards_start(s, h, o->details_to, o->ndetails_to, &r->details_to);
	evx_inputs_texts_start(s, o->with, o->nwith, EVX_RECEIPT_MAX, &r->with);
	evx_rewrap_start(s, h, &r->rewrap, o);
	evx_inputs_start(
		s, &o->details_file, o->details_file != NULL, EVX_DETAILS_MAX, &r->details_file);
	evx_home_start(s, h, EVX_CONFINE_READ);
	r->names = &h->names;
}

static bool only_written(const struct evx_event_options *o)
{
	return o->detached != NULL || o->draft != NULL || o->nalso > 0;
}

static const char *receipt_path(const struct evx_event_options *o)
{
	return o->draft != NULL ? o->draft : o->detached != NULL ? o->detached : o->receipt;
}

/* Whoever records on behalf of another operation (no home) passed the vault's door already. */
static enum evx_err open_to_append(struct recording *r, struct evx_home *h, struct evx_diag *diag)
{
	enum evx_err err = evx_append_open(r->opt->bundle, &r->append, diag);

	if (err == EVX_OK)
		err = evx_exhibit_over_in(
			&r->ex, evx_append_bundle(r->append), r->opt->bundle, h, &r->hand.id, diag);
	if (err == EVX_OK && r->ex.opened.vault != NULL)
		r->ex.opened.vault->writes = h != NULL;
	return err;
}

static void start_bundle(struct evx_start *s, struct recording *r, struct evx_home *h)
{
	const struct evx_event_options *o = r->opt;

	if (evx_start_good(s) && o->nalso > 0 && o->draft == NULL)
		s->err = evx_fail(s->diag, EVX_E_USAGE,
			"Others must sign this entry, too. Nothing was signed. Write a draft for "
			"them: --draft FILE.");
	if (evx_start_good(s) && o->nwith > 0 && !only_written(o))
		s->err = evx_fail(s->diag, EVX_E_USAGE,
			"Receipts can be named only for an entry beside the bundle. Nothing was "
			"signed. Append them first with evx append, or add --detached FILE.");
	if (!evx_start_good(s))
		return;
	if (only_written(o)) {
		evx_exhibit_start(s, &r->ex, h, o->bundle, NULL, EVX_NO_KEY, NULL);
		r->ex.opened.reader = &r->hand.id;
	} else {
		s->err = open_to_append(r, h, s->diag);
		evx_event_store_start(s, &r->ex, o->bundle);
	}
	if (receipt_path(o) != NULL)
		evx_output_file_start(s, receipt_path(o), &r->output);
}

/* No name on a card may be taken for another's unasked. */
static enum evx_err check_names(struct recording *r, struct evx_diag *diag)
{
	const struct evx_inputs *cards[] = { &r->to, &r->also, &r->details_to, &r->witnesses,
		&r->rewrap.to, &r->rewrap.custody_to };
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]) && err == EVX_OK; i++)
		err = evx_names_check_files(r->names, cards[i], diag);
	return err;
}

/* The keys of the cards in files: those that sign to signing, those to encrypt to to encryption;
 * either may be NULL. */
static enum evx_err card_keys(const struct evx_inputs *in, struct evx_sshkey *signing,
	uint8_t (*encryption)[32], struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < in->n && err == EVX_OK; i++) {
		struct evx_sshkey signs;
		struct evx_card card;
		uint8_t opens[32];

		err = evx_card_text_read(in->at[i].bytes.data, in->at[i].bytes.len, &card, diag);
		if (err == EVX_OK)
			err = evx_card_keys(&card, opens, &signs, diag);
		if (err != EVX_OK)
			return evx_diag_in(diag, in->at[i].path, err);
		if (signing != NULL)
			signing[i] = signs;
		if (encryption != NULL)
			memcpy(encryption[i], opens, sizeof(opens));
	}
	return err;
}

static enum evx_err parse_cards(struct recording *r, struct evx_diag *diag)
{
	enum evx_err err = check_names(r, diag);

	if (err != EVX_OK)
		return err;
	r->signers = calloc(r->also.n + r->nat_hand + 1, sizeof(*r->signers));
	r->cards = calloc(r->details_to.n + 1, sizeof(*r->cards));
	if (r->signers == NULL || r->cards == NULL)
		return evx_fail_memory(diag);
	r->signers[0] = r->hand.id.signing_pub;
	for (size_t i = 0; i < r->nat_hand; i++)
		r->signers[i + 1] = r->at_hand[i].pub;
	r->nsigners = r->also.n + r->nat_hand + 1;
	r->ncards = r->details_to.n;
	err = card_keys(&r->also, r->signers + r->nat_hand + 1, NULL, diag);
	if (err == EVX_OK)
		err = card_keys(&r->details_to, NULL, r->cards, diag);
	if (err == EVX_OK && r->to.n > 0) {
		err = evx_card_text_read(
			r->to.at[0].bytes.data, r->to.at[0].bytes.len, &r->counterparty, diag);
		r->has_counterparty = err == EVX_OK;
		if (err != EVX_OK)
			(void)evx_diag_in(diag, r->to.at[0].path, err);
	}
	return err;
}

/* Makes the event, complete with its attachments, and signs it. */
static enum evx_err draft(
	struct recording *r, const struct evx_event_attachment *attachments, struct evx_diag *diag)
{
	const struct evx_event_request request = { .event = &r->event,
		.details = &r->details,
		.attachments = attachments,
		.nattachments = r->attachments.n,
		.chain = evx_chain_result(r->ex.loaded.chain),
		.signers = r->signers,
		.nsigners = r->nsigners,
		.cards = r->ncards > 0 ? (const uint8_t(*)[32])r->cards : NULL,
		.ncards = r->ncards,
		.custody_file = r->rewrap.custody.len > 0 ? &r->rewrap.custody : NULL,
		.content_file = r->rewrap.content.len > 0 ? &r->rewrap.content : NULL };
	enum evx_err err = evx_stamps_name(&r->ex, &r->event, diag);

	if (err != EVX_OK)
		return err;
	err = evx_event_build_draft(&request, &r->receipt, diag);
	if (err != EVX_OK)
		return err;
	err = evx_stamps_carry(&r->ex, &r->event, &r->receipt, diag);
	if (err == EVX_OK)
		err = evx_event_sign(&r->receipt, &r->hand.signer, diag);
	for (size_t i = 0; i < r->nat_hand && err == EVX_OK; i++)
		err = evx_event_sign(&r->receipt, &r->at_hand[i], diag);
	return err;
}

static enum evx_err build(struct recording *r, uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_event_attachment *attachments = calloc(
		r->attachments.n + 1, sizeof(*attachments));
	enum evx_err err;

	if (attachments == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < r->attachments.n; i++) {
		const char *slash = strrchr(r->attachments.at[i].path, '/');

		attachments[i] = (struct evx_event_attachment){
			slash == NULL ? r->attachments.at[i].path : slash + 1,
			r->attachments.at[i].bytes.data, r->attachments.at[i].bytes.len
		};
	}
	err = draft(r, attachments, diag);
	if (err == EVX_OK && r->receipt.nsigs == r->nsigners && r->opt->draft == NULL)
		err = evx_event_sign_complete(&r->receipt, hash, diag);
	free(attachments);
	return err;
}

static enum evx_err make_key_files(struct recording *r, struct evx_diag *diag)
{
	enum evx_err err = evx_rewrap_make(&r->rewrap, r->opt, &r->hand.id, &r->ex, diag);

	memcpy(r->event.fields.custody_key, r->rewrap.custody_key,
		sizeof(r->event.fields.custody_key));
	return err;
}

static enum evx_err fill_outcome(struct recording *r, const uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_event_outcome *out = r->out;
	const struct evx_chain_result *chain = evx_chain_result(r->ex.loaded.chain);
	const char *path = receipt_path(r->opt);

	out->number = (int)chain->n;
	memcpy(out->type, r->event.type, sizeof(out->type));
	if (r->event.kind == EVX_EVENT_ACCEPT || r->event.kind == EVX_EVENT_VERIFY)
		(void)snprintf(out->result, sizeof(out->result), "%s",
			evx_event_results[r->event.fields.result]);
	evx_hex_encode(chain->exhibit, 32, out->seal_hash);
	if (r->receipt.record.len > 0)
		evx_hex_encode(hash, 32, out->hash);
	out->missing = r->nsigners - r->receipt.nsigs;
	out->readers = r->rewrap.readers.at;
	out->nreaders = r->rewrap.readers.n;
	r->rewrap.readers.at = NULL;
	out->written = path == NULL ? NULL : strdup(path);
	if (path != NULL && out->written == NULL)
		return evx_fail_memory(diag);
	return evx_time_encode(r->event.time, out->time);
}

static enum evx_err prepare_stamp(struct recording *r, struct evx_diag *diag)
{
	const struct evx_event_options *o = r->opt;

	if (o->tsa == NULL)
		return EVX_OK;
	if (only_written(o))
		return evx_fail(diag, EVX_E_USAGE,
			"A time-stamp needs an entry in a bundle, and this entry goes into a file. "
			"Nothing was signed. Leave out --tsa, and run evx timestamp after evx "
			"append.");
	r->stamp_options = (struct evx_timestamp_options){ .bundle = o->bundle,
		.event = -1,
		.url = o->tsa,
		.tsa_ca = o->tsa_ca,
		.sha512 = o->tsa_sha512 };
	return evx_timestamp_prepare(&r->stamp_options, &r->stamp, diag);
}

/* The event stands, and is good without: what goes wrong is told in the outcome. */
static void stamp(struct recording *r, const struct evx_cancel *cancel)
{
	struct evx_event_outcome *out = r->out;
	struct evx_timestamp_result stamped;

	if (r->stamp == NULL)
		return;
	evx_exhibit_free(&r->ex);
	evx_append_free(r->append); /* its lock, too */
	r->append = NULL;
	r->stamp_options.event = out->number;
	out->stamp_err = evx_timestamp_finish(
		r->stamp, &r->rules, cancel, &stamped, &out->stamp_diag);
	if (out->stamp_err != EVX_OK)
		return;
	memcpy(out->stamp_time, stamped.time, sizeof(out->stamp_time));
	memcpy(out->stamp_authority, stamped.authority, sizeof(out->stamp_authority));
	memcpy(out->stamp_member, stamped.member, sizeof(out->stamp_member));
}

static void release(struct recording *r)
{
	evx_timestamp_run_free(r->stamp);
	evx_exhibit_free(&r->ex);
	evx_append_free(r->append);
	evx_output_close(&r->output);
	evx_hand_free(&r->hand);
	evx_inputs_free(&r->to);
	evx_inputs_free(&r->also);
	evx_inputs_free(&r->witnesses);
	evx_inputs_free(&r->attachments);
	evx_inputs_free(&r->details_file);
	evx_inputs_free(&r->details_to);
	evx_inputs_free(&r->with);
	evx_known_free(&r->known);
	evx_event_free(&r->event);
	evx_details_free(&r->details);
	evx_receipt_free(&r->receipt);
	evx_rewrap_free(&r->rewrap);
	free(r->signers);
	free(r->cards);
}

/* Whom this machine knows; by looks of names, too, where cards were named. */
static enum evx_err parse_home(struct recording *r, struct evx_home *h, struct evx_diag *diag)
{
	const size_t named = r->to.n + r->also.n + r->witnesses.n + r->details_to.n +
		r->rewrap.to.n + r->rewrap.custody_to.n;
	enum evx_err err = evx_known_load(&r->known, h, diag);

	if (err == EVX_OK && r->opt->type == EVX_EVENT_REWRAP)
		err = evx_home_always(h, &r->rewrap.always, diag);
	return err == EVX_OK && named > 0 ? evx_names_load(h, diag) : err;
}

/* Nobody is asked about what the rules do not allow, and nothing is signed that somebody declined.
 */
static enum evx_err ask(struct recording *r, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(r->ex.loaded.chain);
	const struct evx_entry_question q = { .ex = &r->ex,
		.id = &r->hand.id,
		.known = &r->known.cards,
		.counterparty = r->has_counterparty ? &r->counterparty : NULL,
		.event = &r->event,
		.opt = r->opt };
	struct evx_event next = r->event;
	enum evx_err err;

	if (r->opt->ask_entry == NULL || r->nsigners > EVX_SIGNERS_MAX)
		return EVX_OK; /* so many are refused when it is made */
	next.nsigners = r->nsigners;
	for (size_t i = 0; i < r->nsigners; i++)
		if (evx_sshkey_encode(&r->signers[i], next.signers[i]) != EVX_OK)
			return evx_fail(diag, EVX_E_USAGE,
				"There is no key to sign with. Nothing was signed.");
	err = evx_rules_check(chain, &next, &r->rules, diag);
	return err == EVX_OK ? evx_entry_ask(&q, diag) : err;
}

/* What the event says, and its signature: nothing is written yet. */
static enum evx_err compose(
	struct recording *r, enum evx_event_result found, uint8_t hash[32], struct evx_diag *diag)
{
	const struct evx_event_details_from from = { .opt = r->opt,
		.actor = &r->hand.id.card,
		.counterparty = r->has_counterparty ? &r->counterparty : NULL,
		.file = &r->details_file,
		.witnesses = &r->witnesses,
		.readers = &r->rewrap.readers };
	enum evx_err err = evx_event_fields_fill(r->opt, evx_chain_result(r->ex.loaded.chain),
		r->has_counterparty ? r->counterparty.signing : NULL, found, &r->event, diag);

	if (err == EVX_OK)
		err = ask(r, diag);
	if (err == EVX_OK && r->opt->type == EVX_EVENT_REWRAP)
		err = make_key_files(r, diag);
	if (err != EVX_OK)
		return err;
	/* The readers are known only now. */
	err = evx_event_details_fill(&from, &r->details, diag);
	return err == EVX_OK ? build(r, hash, diag) : err;
}

/* Writes the receipt or draft that was asked for, and appends the event where it goes. */
static enum evx_err store(struct recording *r, const uint8_t hash[32], struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if (receipt_path(r->opt) != NULL)
		err = evx_event_store_write(&r->receipt, &r->output, diag);
	if (err != EVX_OK || r->append == NULL)
		return err;
	err = evx_event_store_append(r->append, &r->receipt, diag);
	if (err != EVX_OK) {
		/* Made here just now: no receipt of an event that did not happen. */
		if (r->opt->receipt != NULL)
			(void)unlink(r->opt->receipt);
		return err;
	}
	r->out->appended = true;
	r->out->removed = evx_append_removed(r->append);
	evx_exhibit_vault_grew(&r->ex, hash);
	return EVX_OK;
}

static enum evx_err parse(struct recording *r, struct evx_home *h, struct evx_diag *diag)
{
	enum evx_err err = h != NULL ? parse_home(r, h, diag) : EVX_OK;

	return err == EVX_OK ? parse_cards(r, diag) : err;
}

static enum evx_err record(struct evx_start *s, struct recording *r, struct evx_home *h,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct evx_event_options *opt = r->opt;
	enum evx_event_result found;
	uint8_t hash[32] = { 0 };
	enum evx_err err;

	start_bundle(s, r, h);
	if (evx_start_good(s))
		s->err = evx_particulars_clock(
			opt->clock_offset, opt->clock_source, &r->details, diag);
	err = evx_start_confine(s, 0, opt->confine ? &r->out->confinement : NULL);
	if (err != EVX_OK)
		return err;
	err = parse(r, h, diag);
	if (err != EVX_OK)
		return err;
	err = evx_event_judge(&r->ex, opt, &r->with, &r->rules, progress, cancel, &found, diag);
	if (err != EVX_OK)
		return err;
	if (r->append != NULL) /* before anything is signed */
		err = evx_append_check(r->append, diag);
	if (err != EVX_OK)
		return err;
	err = compose(r, found, hash, diag);
	if (err != EVX_OK)
		return err;
	err = evx_event_store_check(&r->ex, &r->receipt, &r->rules, NULL, diag);
	if (err != EVX_OK)
		return err;
	err = store(r, hash, diag);
	if (err != EVX_OK)
		return err;
	err = fill_outcome(r, hash, diag);
	if (err != EVX_OK)
		return err;
	stamp(r, cancel);
	return EVX_OK;
}

static void begin(
	struct recording *r, const struct evx_event_options *opt, struct evx_event_outcome *out)
{
	*r = (struct recording){ .opt = opt, .out = out };
	memset(out, 0, sizeof(*out));
	r->event.time = (int64_t)time(NULL);
}

enum evx_err evx_event_record(struct evx_home *h, const struct evx_event_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_event_outcome *out, struct evx_diag *diag)
{
	struct recording r;
	struct evx_given_code code;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	begin(&r, opt, out);
	s.err = evx_given_code_read(opt->code, &code, diag); /* what was typed, before anything is
								asked */
	if (evx_start_good(&s))
		s.err = evx_event_fields_check(opt, diag);
	if (evx_start_good(&s))
		s.err = prepare_stamp(&r, diag); /* first, since it starts a process that is to know
						    nothing */
	evx_home_hand_start(&s, h, opt->as, opt->type == EVX_EVENT_REWRAP, ask, &r.hand);
	start_inputs(&s, &r, h);
	r.rules = evx_known_rules(&r.known);
	err = record(&s, &r, h, progress, cancel, diag);
	release(&r);
	return err;
}

enum evx_err evx_event_actor_record(const struct evx_event_actor *by,
	const struct evx_event_options *opt, struct evx_cancel *cancel,
	struct evx_event_outcome *out, struct evx_diag *diag)
{
	struct recording r;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	begin(&r, opt, out);
	r.hand.id = *by->id;
	r.hand.signer = *by->signer;
	r.at_hand = by->also;
	r.nat_hand = by->nalso;
	r.rules = evx_known_rules(by->known);
	r.names = by->names;
	if (by->to != NULL)
		r.to = *by->to;
	if (by->readers_to != NULL)
		r.rewrap.to = *by->readers_to;
	if (by->custody_to != NULL)
		r.rewrap.custody_to = *by->custody_to;
	if (by->always != NULL)
		r.rewrap.always = *by->always;
	err = record(&s, &r, NULL, NULL, cancel, diag);
	/* The caller's: */
	memset(&r.hand, 0, sizeof(r.hand));
	memset(&r.to, 0, sizeof(r.to));
	memset(&r.rewrap.to, 0, sizeof(r.rewrap.to));
	memset(&r.rewrap.custody_to, 0, sizeof(r.rewrap.custody_to));
	memset(&r.rewrap.always, 0, sizeof(r.rewrap.always));
	release(&r);
	return err;
}

void evx_event_outcome_free(struct evx_event_outcome *o)
{
	if (o == NULL)
		return;
	free(o->written);
	free(o->readers);
	memset(o, 0, sizeof(*o));
}
