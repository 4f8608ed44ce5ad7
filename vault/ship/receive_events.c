/* Acceptances and refusals of what was sent. */
#include "ship/receive_events.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "events/event_actor.h"
#include "events/event_store.h"
#include "format/text.h"
#include "open/exhibit_vault.h"
#include "people/card_info.h"

enum evx_err evx_receive_events_sender(struct evx_home *h, const struct evx_card *sender,
	struct evx_incoming *shown, struct evx_diag *diag)
{
	enum evx_err err = evx_names_load(h, diag);

	if (err == EVX_OK)
		err = evx_names_check(&h->names, sender, diag);
	return err == EVX_OK && !shown->known ? evx_card_info_of(sender, &shown->from, diag) : err;
}

/* A bundle opened again, its chain judged. */
struct again {
	struct evx_bundle *bundle;
	struct evx_exhibit ex;
};

static enum evx_err open_again(const char *path, const struct evx_rules_roster *rules,
	const struct evx_identity *reader, const struct evx_cancel *cancel, struct again *a,
	struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.index_only = true, .jobs = 1, .cancel = cancel, .roster = rules
	};
	enum evx_err err;

	a->bundle = NULL;
	evx_exhibit_over(&a->ex, NULL);
	err = evx_bundle_open(path, &a->bundle, diag);
	if (err == EVX_OK)
		err = evx_exhibit_over_in(&a->ex, a->bundle, path, NULL, reader, diag);
	return err == EVX_OK ? evx_exhibit_load(&a->ex, &load, diag) : err;
}

static void close_again(struct again *a)
{
	evx_exhibit_free(&a->ex);
	evx_bundle_free(a->bundle);
}

enum evx_err evx_receive_events_is(const char *path, const char *seal_hash,
	const struct evx_rules_roster *rules, const struct evx_cancel *cancel, bool *same,
	struct evx_diag *diag)
{
	struct again a;
	char hash[65];
	enum evx_err err = open_again(path, rules, NULL, cancel, &a, diag);

	*same = false;
	if (err == EVX_OK)
		err = evx_exhibit_usable(&a.ex, diag);
	if (err == EVX_OK) {
		evx_hex_encode(evx_chain_result(a.ex.loaded.chain)->exhibit, 32, hash);
		*same = strcmp(hash, seal_hash) == 0;
	}
	close_again(&a);
	return err;
}

/* The receiver's answer to the release in this chain; 0 when there is none. */
static size_t find_answer(
	const struct evx_chain_result *c, const uint8_t release[32], const char *receiver)
{
	for (size_t i = 1; i < c->n; i++) {
		const struct evx_chain_event *e = &c->at[i];

		if (e->rightful &&
			(e->event.kind == EVX_EVENT_ACCEPT || e->event.kind == EVX_EVENT_REFUSE) &&
			strcmp(e->event.signers[0], receiver) == 0 &&
			evx_hash_equal(e->event.fields.refers, release))
			return i;
	}
	return 0;
}

static enum evx_err receipt_of(
	const struct again *a, size_t number, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_event_files files = { NULL, 0 };
	struct evx_receipt receipt = { 0 };
	enum evx_err err = evx_event_store_files(&a->ex, (uint32_t)number, &files, diag);

	if (err == EVX_OK)
		err = evx_event_files_receipt(&files, (uint32_t)number, &receipt, diag);
	if (err == EVX_OK) {
		err = evx_receipt_encode(&receipt, out, diag);
		evx_receipt_free(&receipt);
	}
	evx_event_files_free(&files);
	return err;
}

/* The receipt of an answer that stands in the bundle already: *event its number, 0 when there is
 * none. */
static enum evx_err find_done(const struct evx_receive_events_by *by, const char *path,
	const struct evx_incoming_one *one, size_t *number, struct evx_buf *receipt,
	struct evx_diag *diag)
{
	struct again a;
	enum evx_err err = open_again(path, by->rules, &by->hand->id, by->cancel, &a, diag);

	*number = 0;
	if (err == EVX_OK)
		*number = find_answer(evx_chain_result(a.ex.loaded.chain), one->release,
			by->hand->id.card.signing);
	if (err == EVX_OK && *number > 0)
		err = receipt_of(&a, *number, receipt, diag);
	close_again(&a);
	return err;
}

static enum evx_err record(const struct evx_receive_events_by *by, const char *bundle,
	enum evx_event_kind kind, const char *detached, int *event, struct evx_diag *diag)
{
	const struct evx_event_actor actor = {
		.id = &by->hand->id, .signer = &by->hand->signer, .known = by->known
	};
	const struct evx_event_options opt = { .bundle = bundle,
		.type = kind,
		.inventoried = kind == EVX_EVENT_ACCEPT && by->opt->inventoried,
		.reason = kind == EVX_EVENT_REFUSE ? by->opt->reason : NULL,
		.place = by->opt->place,
		.notes = by->opt->notes,
		.detached = detached,
		.invocation = by->opt->invocation,
		.jobs = by->opt->jobs != 0 ? by->opt->jobs : 1 };
	struct evx_event_outcome outcome = { 0 };
	enum evx_err err = evx_event_actor_record(&actor, &opt, by->cancel, &outcome, diag);

	if (err == EVX_OK)
		*event = outcome.number;
	evx_event_outcome_free(&outcome);
	return err;
}

/* What is refused is not here: the refusal goes beside what was laid out of it. */
static enum evx_err refuse(const struct evx_receive_events_by *by, const struct evx_stage *stage,
	const struct evx_incoming_one *one, int *event, struct evx_buf *receipt,
	struct evx_diag *diag)
{
	char *bundle = NULL, *file = NULL;
	enum evx_err err = EVX_OK;

	if (asprintf(&bundle, "%s/%s", stage->path, one->info.uuid) < 0)
		bundle = NULL;
	if (asprintf(&file, "%s/refusal-%s", stage->path, one->info.uuid) < 0)
		file = NULL;
	if (bundle == NULL || file == NULL)
		err = evx_fail_memory(diag);
	if (err == EVX_OK)
		err = record(by, bundle, EVX_EVENT_REFUSE, file, event, diag);
	if (err == EVX_OK)
		err = evx_read_file(AT_FDCWD, file, EVX_RECEIPT_MAX, receipt, diag);
	free(bundle);
	free(file);
	return err;
}

enum evx_err evx_receive_events_answer(const struct evx_receive_events_by *by,
	const struct evx_stage *stage, const struct evx_incoming_one *one, const char *path,
	enum evx_receive_answer answer, int *event, struct evx_buf *receipt, struct evx_diag *diag)
{
	size_t number = 0;
	enum evx_err err;

	if (answer == EVX_RECEIVE_REFUSE)
		return one->info.answered ? EVX_OK : refuse(by, stage, one, event, receipt, diag);
	err = find_done(by, path, one, &number, receipt, diag);
	if (err == EVX_OK && number == 0) {
		err = record(by, path, EVX_EVENT_ACCEPT, NULL, event, diag);
		if (err == EVX_OK)
			err = find_done(by, path, one, &number, receipt, diag);
		if (err == EVX_OK && number == 0)
			err = evx_fail(diag, EVX_E_CUSTODY,
				"The acceptance was signed and does not count in the record. To "
				"see why, run: evx verify");
	}
	if (err == EVX_OK)
		*event = (int)number;
	return err;
}
