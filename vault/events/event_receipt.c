/* Receipts and drafts: append, cosign, export. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "events/draft.h"
#include "events/event_actor.h"
#include "events/event_store.h"
#include "format/text.h"
#include "format/time.h"
#include "open/exhibit_vault.h"
#include "people/known.h"

/* What the user is told about the event of r. */
static enum evx_err tell(const struct evx_receipt *r, const struct evx_event *e, size_t missing,
	struct evx_event_outcome *out)
{
	uint8_t hash[32];

	out->number = (int)e->sequence;
	memcpy(out->type, e->type, sizeof(out->type));
	evx_hex_encode(e->exhibit, 32, out->seal_hash);
	if (r->record.len > 0) {
		evx_event_read_hash(r, hash);
		evx_hex_encode(hash, 32, out->hash);
	}
	out->missing = missing;
	return evx_time_encode(e->time, out->time);
}

/* A draft that all have signed gets its record here. */
static enum evx_err complete(struct evx_receipt *r, struct evx_diag *diag)
{
	uint8_t hash[32];

	return r->record.len > 0 ? EVX_OK : evx_event_sign_complete(r, hash, diag);
}

/* True when nobody known signed any event from number on. */
static bool are_claims(const struct evx_chain_result *chain, uint32_t number)
{
	size_t i = number;

	while (i < chain->n && chain->at[i].claim)
		i++;
	return i == chain->n;
}

/* The receipt's event must continue this chain. */
static enum evx_err follows(
	const struct evx_event *e, const struct evx_chain_result *chain, struct evx_diag *diag)
{
	const struct evx_chain_event *last;
	enum evx_err err = evx_event_store_open(chain, diag);

	if (err != EVX_OK)
		return err;
	last = &chain->at[chain->n - 1];
	if (!chain->has_exhibit || !evx_hash_equal(e->exhibit, chain->exhibit))
		return evx_fail(diag, EVX_E_CUSTODY,
			"The receipt belongs to another exhibit. Nothing was written. Name the "
			"bundle of that exhibit.");
	if (e->sequence > 0 && e->sequence < chain->n &&
		evx_hash_equal(e->previous, chain->at[e->sequence - 1].hash) &&
		are_claims(chain, e->sequence))
		return evx_fail(diag, EVX_E_EXISTS,
			"From entry %04u on, only unknown signers signed in this bundle. The "
			"receipt does not follow their entries. Nothing was written. evx-append(1) "
			"says how to make a copy without them.",
			(unsigned)e->sequence);
	if (e->sequence < chain->n && !evx_hash_equal(e->previous, last->hash))
		return evx_fail(diag, EVX_E_EXISTS,
			"The bundle already has another entry %04u. Nothing was written. To "
			"compare both, run: evx verify BUNDLE --receipt FILE",
			(unsigned)e->sequence);
	if (!evx_hash_equal(e->previous, last->hash))
		return evx_fail(diag, EVX_E_CUSTODY,
			"The receipt does not follow the last entry of this bundle, %04zu. Nothing "
			"was written. If entries are missing between them, append their receipts "
			"first.",
			chain->n - 1);
	return EVX_OK;
}

struct appending {
	const char *bundle;
	struct evx_home *home;
	const struct evx_rules_roster *rules;
	struct evx_receipt *receipt;
	const struct evx_event *event;
	struct evx_event_outcome *out;
	struct evx_claims claims;
	struct evx_append *append; /* NULL while the bundle is closed */
	struct evx_exhibit ex;     /* over it */
};

/* True when the event of p is in the chain already. */
static bool is_here(const struct evx_chain_result *chain, const struct appending *p)
{
	uint8_t hash[32];

	evx_event_read_hash(p->receipt, hash);
	return p->event->sequence < chain->n && chain->at[p->event->sequence].has_hash &&
		evx_hash_equal(chain->at[p->event->sequence].hash, hash);
}

/* One locked step: a time-stamp that the event names and that is not here, or, when there is none,
 * the event. An event that is here already gets back the time-stamps that somebody took away.
 * Nothing yet, when somebody must be asked about the event's signer. */
static enum evx_err step(struct appending *p, bool *more, struct evx_diag *diag)
{
	struct evx_exhibit *ex = &p->ex;
	const struct evx_exhibit_load load = { .index_only = true, .jobs = 1, .roster = p->rules };
	const struct evx_chain_result *chain;
	uint8_t hash[32];
	bool here = false;
	enum evx_err err = evx_exhibit_load(ex, &load, diag);

	if (err != EVX_OK)
		return err;
	chain = evx_chain_result(ex->loaded.chain);
	p->out->appended = here = is_here(chain, p);
	if (!here)
		err = follows(p->event, chain, diag);
	if (err == EVX_OK)
		err = complete(p->receipt, diag);
	if (err == EVX_OK && here)
		err = evx_event_store_stamps_check(ex, p->receipt, diag);
	else if (err == EVX_OK)
		err = evx_event_store_check(ex, p->receipt, p->rules, &p->claims, diag);
	if (err == EVX_OK && (*more = evx_claims_open(&p->claims)))
		return EVX_OK;
	if (err == EVX_OK)
		err = evx_event_store_stamp(p->append, ex, p->receipt, more, diag);
	p->out->stamps += *more;
	p->out->removed += *more ? evx_append_removed(p->append) : 0;
	if (err != EVX_OK || *more)
		return err;
	if (here)
		return p->out->stamps > 0 ?
			EVX_OK :
			evx_fail(diag, EVX_E_EXISTS,
				"The bundle already has this entry %04u. Nothing was written.",
				(unsigned)p->event->sequence);
	err = evx_event_store_append(p->append, p->receipt, diag);
	if (err == EVX_OK) {
		p->out->removed += evx_append_removed(p->append);
		evx_event_read_hash(p->receipt, hash);
		evx_exhibit_vault_grew(ex, hash);
	}
	return err;
}

static enum evx_err open_again(struct appending *p, struct evx_diag *diag)
{
	enum evx_err err = evx_append_open(p->bundle, &p->append, diag);

	p->ex = (struct evx_exhibit){ .opened.borrowed = true };
	if (err == EVX_OK)
		err = evx_exhibit_over_in(
			&p->ex, evx_append_bundle(p->append), p->bundle, p->home, NULL, diag);
	if (p->ex.opened.vault != NULL)
		p->ex.opened.vault->writes = true;
	return err;
}

static void close_again(struct appending *p)
{
	evx_exhibit_free(&p->ex);
	evx_append_free(p->append);
	p->append = NULL;
}

/* Parses the receipt, and goes on until its event stands: each step has the bundle to itself, and
 * judges it anew. */
static enum evx_err append(struct appending *p, const struct evx_buf *text, struct evx_diag *diag)
{
	struct evx_receipt r = { 0 };
	struct evx_event event = { 0 };
	struct evx_event_missing missing = { .n = 0 };
	bool more = true;
	enum evx_err err = evx_receipt_decode(text->data, text->len, &r, diag);

	if (err != EVX_OK)
		return err;
	err = evx_event_read(&r, &event, &missing, diag);
	if (err != EVX_OK)
		goto out;
	if (missing.n > 0)
		err = evx_fail(diag, EVX_E_CUSTODY,
			"%zu signature%s still missing from this draft, the first from %s. "
			"Nothing was written. Each of them signs with evx sign.",
			missing.n, missing.n == 1 ? " is" : "s are", missing.at[0]);
	p->receipt = &r;
	p->event = &event;
	while (err == EVX_OK && more) {
		more = false;
		if (p->append == NULL)
			err = open_again(p, diag);
		if (err == EVX_OK)
			err = step(p, &more, diag);
		close_again(p);
		if (err == EVX_OK)
			err = evx_claims_ask(&p->claims, diag);
	}
	if (err != EVX_OK)
		goto out;
	err = tell(&r, &event, 0, p->out);
out:
	p->out->appended = p->out->appended || err == EVX_OK;
	evx_event_free(&event);
	evx_receipt_free(&r);
	return err;
}

enum evx_err evx_event_actor_append(struct evx_home *h, const struct evx_rules_roster *rules,
	const char *bundle, const struct evx_buf *text, struct evx_event_outcome *out,
	struct evx_diag *diag)
{
	struct appending p = { .bundle = bundle,
		.home = h,
		.rules = rules,
		.out = out,
		.ex = { .opened.borrowed = true } };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = append(&p, text, diag);
	close_again(&p);
	evx_claims_free(&p.claims);
	return err;
}

/* text has the receipt's bytes already where receipt is NULL; it is released here. */
static enum evx_err append_from(struct evx_home *h, const char *bundle, const char *receipt,
	struct evx_buf text, bool confine, evx_claims_confirm_fn confirm, void *ctx,
	struct evx_event_outcome *out, struct evx_diag *diag)
{
	struct evx_known known = { .cards = { NULL, 0 } };
	const struct evx_rules_roster rules = evx_known_rules(&known);
	struct appending p = { .bundle = bundle,
		.home = h,
		.rules = &rules,
		.out = out,
		.claims = { .confirm = confirm, .ctx = ctx },
		.ex = { .opened.borrowed = true } };
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (receipt != NULL)
		evx_input_text_start(&s, receipt, EVX_RECEIPT_MAX, &text);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	if (evx_start_good(&s))
		s.err = open_again(&p, diag);
	evx_event_store_start(&s, &p.ex, bundle);
	err = evx_start_confine(&s, 0, confine ? &out->confinement : NULL);
	if (err != EVX_OK)
		goto out;
	err = evx_known_load(&known, h, diag);
	if (err != EVX_OK)
		goto out;
	err = append(&p, &text, diag);
out:
	close_again(&p);
	evx_claims_free(&p.claims);
	evx_known_free(&known);
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_event_append(struct evx_home *h, const char *bundle, const char *receipt,
	bool confine, evx_claims_confirm_fn confirm, void *ctx, struct evx_event_outcome *out,
	struct evx_diag *diag)
{
	const struct evx_buf nothing = EVX_BUF_INIT;

	return append_from(h, bundle, receipt, nothing, confine, confirm, ctx, out, diag);
}

enum evx_err evx_event_append_text(struct evx_home *h, const char *bundle, const char *text,
	size_t n, bool confine, evx_claims_confirm_fn confirm, void *ctx,
	struct evx_event_outcome *out, struct evx_diag *diag)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	enum evx_err err = evx_buf_add(&bytes, text, n);

	memset(out, 0, sizeof(*out));
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	return append_from(h, bundle, NULL, bytes, confine, confirm, ctx, out, diag);
}

enum evx_err evx_event_cosign(struct evx_home *h, const char *file, const char *as, bool confine,
	const struct evx_passphrase *ask, const struct evx_draft_ask *sign,
	struct evx_event_outcome *out, struct evx_diag *diag)
{
	struct evx_hand hand;
	struct evx_buf text = EVX_BUF_INIT, signed_text = EVX_BUF_INIT;
	struct evx_receipt r = { 0 };
	struct evx_event event = { 0 };
	struct evx_event_missing missing = { .n = 0 };
	struct evx_output output;
	struct evx_start s = { .diag = diag };
	enum evx_err err;
	bool decoded = false;

	memset(out, 0, sizeof(*out));
	evx_home_hand_start(&s, h, as, false, ask, &hand);
	evx_input_text_start(&s, file, EVX_RECEIPT_MAX, &text);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	evx_output_replace_start(&s, file, &output);
	err = evx_start_confine(&s, 0, confine ? &out->confinement : NULL);
	if (err != EVX_OK)
		goto out;
	err = evx_names_load(h, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_receipt_decode(text.data, text.len, &r, diag);
	decoded = err == EVX_OK;
	if (err != EVX_OK)
		goto out;
	err = evx_draft_ask(h, &r, hand.id.card.signing, sign, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_event_sign(&r, &hand.signer, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_event_read(&r, &event, &missing, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_receipt_encode(&r, &signed_text, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_output_put(&output, signed_text.data, signed_text.len, diag);
	if (err != EVX_OK)
		goto out;
	err = tell(&r, &event, missing.n, out);
	if (err != EVX_OK)
		goto out;
	if ((out->written = strdup(file)) == NULL)
		err = evx_fail_memory(diag);
out:
	evx_output_close(&output);
	evx_hand_free(&hand);
	evx_event_free(&event);
	if (decoded)
		evx_receipt_free(&r);
	evx_buf_free(&text);
	evx_buf_free(&signed_text);
	return err;
}

static enum evx_err choose(
	const struct evx_chain_result *chain, int wanted, uint32_t *number, struct evx_diag *diag)
{
	size_t n = chain->n;

	if (n == 0)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"No entry of the custody record can be read. To see why, run: evx verify");
	if (wanted >= 0 && (size_t)wanted < n) {
		*number = (uint32_t)wanted;
	} else if (wanted >= 0) {
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"There is no entry %04d. The custody record has %zu %s.", wanted, n,
			n == 1 ? "entry" : "entries");
	} else {
		*number = (uint32_t)n - 1;
		while (n > 0 &&
			(!chain->at[n - 1].rightful ||
				chain->at[n - 1].event.kind != EVX_EVENT_ACCEPT))
			n--;
		if (n > 0)
			*number = (uint32_t)n - 1;
	}
	if (*number == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"Entry 0000 is the seal. The seal stays in its bundle and has no receipt. "
			"Name a later entry: --event N.");
	return EVX_OK;
}

enum evx_err evx_event_export(struct evx_home *h, const char *bundle, int number, const char *file,
	bool confine, struct evx_event_outcome *out, struct evx_diag *diag)
{
	struct evx_known known = { .cards = { NULL, 0 } };
	const struct evx_rules_roster rules = evx_known_rules(&known);
	struct evx_exhibit ex;
	struct evx_event_files files = { NULL, 0 };
	struct evx_receipt r = { 0 };
	const struct evx_exhibit_load load = { .index_only = true, .jobs = 1, .roster = &rules };
	struct evx_output output;
	struct evx_start s = { .diag = diag };
	uint32_t chosen = 0;
	bool made = false;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_exhibit_start(&s, &ex, NULL, bundle, NULL, EVX_NO_KEY, NULL);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	evx_output_file_start(&s, file, &output);
	err = evx_start_confine(&s, 0, confine ? &out->confinement : NULL);
	if (err != EVX_OK)
		goto out;
	err = evx_known_load(&known, h, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_exhibit_load(&ex, &load, diag);
	if (err != EVX_OK)
		goto out;
	err = choose(evx_chain_result(ex.loaded.chain), number, &chosen, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_event_store_files(&ex, chosen, &files, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_event_files_receipt(&files, chosen, &r, diag);
	made = err == EVX_OK;
	if (err != EVX_OK)
		goto out;
	err = evx_event_store_write(&r, &output, diag);
	if (err != EVX_OK)
		goto out;
	err = tell(&r, &evx_chain_result(ex.loaded.chain)->at[chosen].event, 0, out);
	if (err != EVX_OK)
		goto out;
	if ((out->written = strdup(file)) == NULL)
		err = evx_fail_memory(diag);
out:
	evx_output_close(&output);
	if (made)
		evx_receipt_free(&r);
	evx_event_files_free(&files);
	evx_exhibit_free(&ex);
	evx_known_free(&known);
	return err;
}
