/* Answers to what was sent: fetched, appended, listed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "custody/event_read.h"
#include "events/event_actor.h"
#include "format/receipt.h"
#include "format/text.h"
#include "format/time.h"
#include "open/exhibit_vault.h"
#include "ship/mailbox.h"
#include "ship/sent_reply.h"
#include "ship/stage.h"

struct receipts_run {
	const struct evx_receipts_options *opt;
	struct evx_cancel *cancel;
	enum evx_err (*each)(void *ctx, const struct evx_sent *s);
	enum evx_err (*flawed)(void *ctx, const struct evx_incoming *in);
	void *ctx;
	struct evx_mailbox box;
	char me[EVX_LANES_FP_CAP];
	struct evx_exhibit_vault **vaults; /* open until the process is confined */
	size_t nvaults;
	struct news {
		uint8_t note[32], seal[32];
		char why[256];
		uint64_t removed;
	} * news; /* owned: what came just now */
	size_t nnews;
};

/* ---- Start: the bundles that may get an entry */

static enum evx_err start_vault(
	struct receipts_run *r, struct evx_start *s, const char *path, struct evx_diag *diag)
{
	struct evx_exhibit_vault *in = NULL, **slot;
	enum evx_err err = evx_exhibit_vault_find(path, r->box.home, &in, diag);

	if (err != EVX_OK || in == NULL)
		return err;
	for (size_t i = 0; i < r->nvaults; i++)
		if (strcmp(evx_vault_path(r->vaults[i]->vault), evx_vault_path(in->vault)) == 0) {
			evx_exhibit_vault_free(in);
			return EVX_OK;
		}
	slot = EVX_ARRAY_ADD(r->vaults, r->nvaults);
	if (slot == NULL) {
		evx_exhibit_vault_free(in);
		return evx_fail_memory(diag);
	}
	*slot = in;
	evx_exhibit_vault_start(s, in);
	return EVX_OK;
}

struct starting {
	struct receipts_run *run;
	struct evx_start *start;
};

static enum evx_err start_lane(
	void *ctx, const char *lane, const struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	const struct starting *s = ctx;
	enum evx_err err = EVX_OK;

	(void)lane;
	for (size_t i = 0; i < memory->n && err == EVX_OK; i++)
		for (size_t k = 0; k < memory->notes[i].nexhibits && err == EVX_OK; k++) {
			const struct evx_shipment_exhibit *e = &memory->notes[i].exhibits[k];
			struct stat st;

			if (e->reply != EVX_SHIPMENT_OPEN || stat(e->path, &st) != 0)
				continue;
			evx_start_path_if_there(s->start, e->path, EVX_CONFINE_WRITE);
			if (S_ISDIR(st.st_mode))
				err = start_vault(s->run, s->start, e->path, diag);
		}
	return err;
}

static enum evx_err start(struct receipts_run *r, struct evx_home *h,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	struct starting starting = { r, &s };
	enum evx_err err;

	evx_mailbox_start(&s, &r->box, h, r->opt->remote, r->opt->use, r->opt->as, ask, r->cancel);
	r->box.sent_flaw = r->opt->sent_flaw;
	r->box.sent_ctx = r->opt->ctx;
	/* These files are this user's own, and say what may be written to. */
	if (evx_start_good(&s))
		s.err = evx_lanes_each(&r->box.lanes, start_lane, &starting, diag);
	err = evx_start_confine(&s, 0, r->opt->confine ? confined : NULL);
	for (size_t i = 0; i < r->nvaults; i++)
		evx_exhibit_vault_free(r->vaults[i]);
	free(r->vaults);
	return err;
}

/* ---- An answer */

struct answer {
	struct receipts_run *run;
	const struct evx_inbox_note *note;
	const struct evx_stage *stage;
	bool found;            /* the note that it answers is one of ours */
	bool failed;           /* a receipt could not be appended: it may be the next time */
	struct evx_buf *texts; /* owned: receipts */
	struct evx_receipt *receipts;
	struct evx_event *events;
	size_t n;
};

static void free_answer(struct answer *a)
{
	for (size_t i = 0; i < a->n; i++) {
		evx_buf_free(&a->texts[i]);
		evx_event_free(&a->events[i]);
	}
	free(a->texts);
	free(a->events);
}

/* Which exhibit and event each receipt is of. */
static enum evx_err read_receipts(struct answer *a, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	a->texts = calloc(a->stage->receipts + 1, sizeof(*a->texts));
	a->events = calloc(a->stage->receipts + 1, sizeof(*a->events));
	if (a->texts == NULL || a->events == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < a->stage->receipts && err == EVX_OK; i++) {
		struct evx_receipt receipt;
		char name[32];

		(void)snprintf(name, sizeof(name), "receipt-%04zu", i + 1);
		a->n = i + 1;
		err = evx_read_file(a->stage->fd, name, EVX_RECEIPT_MAX, &a->texts[i], diag);
		if (err == EVX_OK)
			err = evx_receipt_decode(a->texts[i].data, a->texts[i].len, &receipt, diag);
		if (err != EVX_OK)
			break;
		err = evx_event_read(&receipt, &a->events[i], NULL, diag);
		evx_receipt_free(&receipt);
	}
	return err;
}

static enum evx_err add_news(struct receipts_run *r, const struct evx_shipment_memory *m,
	const struct evx_shipment_exhibit *e, const char *why, struct evx_diag *diag)
{
	struct news *n = EVX_ARRAY_ADD(r->news, r->nnews);

	if (n == NULL)
		return evx_fail_memory(diag);
	memcpy(n->note, m->note, sizeof(n->note));
	memcpy(n->seal, e->seal, sizeof(n->seal));
	(void)snprintf(n->why, sizeof(n->why), "%.255s", why);
	return EVX_OK;
}

/* The receipt of one exhibit into its chain. What cannot be appended is told, and stays open. */
static enum evx_err take_receipt(struct answer *a, struct evx_shipment_memory *m,
	struct evx_shipment_exhibit *e, size_t i, struct evx_diag *diag)
{
	const enum evx_event_kind kind = a->events[i].kind;
	struct evx_event_outcome outcome;
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (kind != EVX_EVENT_ACCEPT && kind != EVX_EVENT_REFUSE)
		return add_news(a->run, m, e, "the receipt is no answer to a release", diag);
	err = evx_event_actor_append(
		a->run->box.home, &a->run->box.rules, e->path, &a->texts[i], &outcome, &why);
	if (err == EVX_OK || (err == EVX_E_EXISTS && outcome.appended)) {
		e->reply = kind == EVX_EVENT_ACCEPT ? EVX_SHIPMENT_TAKEN : EVX_SHIPMENT_REFUSED;
		err = add_news(a->run, m, e, "", diag);
		if (err == EVX_OK)
			a->run->news[a->run->nnews - 1].removed = outcome.removed;
	} else if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED) {
		err = evx_fail(diag, err, "%s", why.text);
	} else {
		a->failed = true;
		err = add_news(a->run, m, e, why.text, diag);
	}
	evx_event_outcome_free(&outcome);
	return err;
}

static enum evx_err take_exhibit(struct answer *a, struct evx_shipment_memory *m,
	struct evx_shipment_exhibit *e, struct evx_diag *diag)
{
	for (size_t i = 0; i < a->n; i++)
		if (evx_hash_equal(a->events[i].exhibit, e->seal))
			return e->reply == EVX_SHIPMENT_OPEN ? take_receipt(a, m, e, i, diag) :
							       EVX_OK;
	if (e->reply != EVX_SHIPMENT_OPEN)
		return EVX_OK;
	e->reply = EVX_SHIPMENT_RECEIVED;
	return add_news(a->run, m, e, "", diag);
}

/* The lane that the answered note is in. */
static enum evx_err take_lane(
	void *ctx, const char *lane, const struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	struct answer *a = ctx;
	const char *from = a->run->box.inbox.lanes[a->note->lane].sender;
	struct evx_shipment_lane mine;
	enum evx_err err;

	/* Only whom it was sent to answers. */
	if (a->found || strcmp(memory->sender, a->run->me) != 0 ||
		strcmp(memory->receiver, from) != 0)
		return EVX_OK;
	err = evx_lanes_load(
		&a->run->box.lanes, lane, memory->sender, memory->receiver, &mine, diag);
	if (err != EVX_OK)
		return err;
	for (size_t i = 0; i < mine.n && err == EVX_OK && !a->found; i++) {
		struct evx_shipment_memory *m = &mine.notes[i];

		if (!evx_hash_equal(m->note, a->note->note.answers_note))
			continue;
		a->found = true;
		for (size_t k = 0; k < m->nexhibits && err == EVX_OK; k++)
			err = take_exhibit(a, m, &m->exhibits[k], diag);
		if (err == EVX_OK)
			err = evx_lanes_save(&a->run->box.lanes, lane, &mine, diag);
	}
	evx_shipment_lane_free(&mine);
	return err;
}

static enum evx_err take_answer(
	struct receipts_run *r, const struct evx_inbox_note *n, struct evx_diag *diag)
{
	struct evx_mailbox *box = &r->box;
	struct evx_stage stage;
	struct answer a = { .run = r, .note = n, .stage = &stage };
	enum evx_err err = evx_stage_open(box->lanes.sent, "sent", n->hash, &stage, diag);

	if (err == EVX_OK)
		err = evx_stage_parcel(&stage, box->remote, n->note.parcel, n->note.parcel_size,
			box->hand.id.encryption, r->cancel, diag);
	if (err == EVX_OK)
		err = read_receipts(&a, diag);
	if (err == EVX_OK)
		err = evx_lanes_lock(&box->lanes, r->cancel, diag);
	if (err == EVX_OK)
		err = evx_lanes_each(&box->lanes, take_lane, &a, diag);
	evx_lanes_unlock(&box->lanes);
	free_answer(&a);
	if (err == EVX_OK && !a.failed)
		err = evx_inbox_settle(&box->with, &box->inbox, n, EVX_SHIPMENT_ACCEPTED, diag);
	evx_stage_remove(&stage);
	return err;
}

static enum evx_err take_answers(struct receipts_run *r, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < r->box.inbox.n && err == EVX_OK; i++) {
		const struct evx_inbox_note *n = &r->box.inbox.notes[i];
		struct evx_incoming in;

		if (n->flaw != EVX_INCOMING_GOOD) {
			err = evx_mailbox_show(&r->box, n, &in, diag);
			if (err == EVX_OK && r->flawed != NULL)
				err = r->flawed(r->ctx, &in);
		} else if (n->note.type == EVX_SHIPMENT_ANSWER && n->state == EVX_SHIPMENT_SEEN) {
			err = take_answer(r, n, diag);
		}
	}
	return err;
}

/* ---- The list */

const char *evx_sent_state_name(enum evx_sent_state state)
{
	static const char *const names[EVX_SENT_STATES] = { "open", "accepted", "refused",
		"received", "lost" };

	return names[state];
}

static enum evx_err tell(struct receipts_run *r, const char *name,
	const struct evx_shipment_lane *lane, const struct evx_shipment_memory *m,
	const struct evx_shipment_exhibit *e, struct evx_diag *diag)
{
	const int64_t age = (int64_t)time(NULL) - m->time;
	struct evx_sent s = { .path = e->path,
		.uuid = e->uuid,
		.state = m->state == EVX_SHIPMENT_LOST && e->reply == EVX_SHIPMENT_OPEN ?
			EVX_SENT_LOST :
			(enum evx_sent_state)e->reply,
		.invited = lane->invitation[0] != '\0',
		.days = age > 0 ? (unsigned)(age / 86400) : 0,
		.why = "" };
	enum evx_err err;

	evx_note_out_name(name, m->number, s.shipment);
	evx_hex_encode(e->seal, sizeof(e->seal), s.seal_hash);
	evx_seal_code(e->seal, s.seal_code);
	err = evx_time_encode(m->time, s.time);
	for (size_t i = 0; i < r->nnews; i++)
		if (evx_hash_equal(r->news[i].note, m->note) &&
			evx_hash_equal(r->news[i].seal, e->seal)) {
			s.fresh = r->news[i].why[0] == '\0';
			s.why = r->news[i].why;
			s.removed = r->news[i].removed;
		}
	if (err == EVX_OK)
		err = evx_mailbox_person(&r->box, lane->receiver, &s.known, &s.to, diag);
	return err == EVX_OK ? r->each(r->ctx, &s) : err;
}

/* Whether the exhibit went to the same receiver in another lane after its note was lost. */
static enum evx_err sent_again(struct receipts_run *r, const char *receiver,
	const struct evx_shipment_exhibit *e, bool *out, struct evx_diag *diag)
{
	char name[EVX_SHIPMENT_ID_CAP];
	enum evx_err err = EVX_OK;

	*out = false;
	for (unsigned k = 0; k < EVX_LANES_MAX && err == EVX_OK && !*out; k++) {
		struct evx_shipment_lane lane;

		evx_lanes_name(r->box.id, r->me, receiver, k, name);
		err = evx_lanes_load(&r->box.lanes, name, r->me, receiver, &lane, diag);
		if (err != EVX_OK)
			return err;
		for (size_t i = 0; i < lane.n; i++)
			for (size_t x = 0; x < lane.notes[i].nexhibits; x++)
				*out = *out ||
					(lane.notes[i].state == EVX_SHIPMENT_SENT &&
						evx_hash_equal(
							lane.notes[i].exhibits[x].seal, e->seal));
		evx_shipment_lane_free(&lane);
	}
	return err;
}

static enum evx_err tell_one(struct receipts_run *r, const char *name,
	const struct evx_shipment_lane *lane, const struct evx_shipment_memory *m,
	const struct evx_shipment_exhibit *e, struct evx_diag *diag)
{
	const struct evx_sent_reply_by by = { .home = r->box.home,
		.reader = &r->box.hand.id,
		.rules = &r->box.rules,
		.cancel = r->cancel };
	struct evx_shipment_exhibit now = *e;
	bool again = false;
	enum evx_err err = EVX_OK;

	if (e->reply == EVX_SHIPMENT_OPEN)
		err = evx_sent_reply(&by, e, lane->receiver, &now.reply, diag);
	if (err == EVX_OK && m->state == EVX_SHIPMENT_LOST && now.reply == EVX_SHIPMENT_OPEN)
		err = sent_again(r, lane->receiver, e, &again, diag);
	return err == EVX_OK && !again ? tell(r, name, lane, m, &now, diag) : err;
}

static enum evx_err tell_lane(
	void *ctx, const char *lane, const struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	struct receipts_run *r = ctx;
	char name[EVX_SHIPMENT_ID_CAP];
	bool here = false;
	enum evx_err err = EVX_OK;

	if (strcmp(memory->sender, r->me) != 0)
		return EVX_OK;
	for (unsigned k = 0; k < EVX_LANES_MAX && !here && r->box.id[0] != '\0'; k++) {
		evx_lanes_name(r->box.id, r->me, memory->receiver, k, name);
		here = strcmp(name, lane) == 0;
	}
	/* What went by invitation is on no remote of the sender. */
	here = here || memory->invitation[0] != '\0';
	for (size_t i = 0; i < memory->n && err == EVX_OK && here; i++)
		for (size_t k = 0; k < memory->notes[i].nexhibits && err == EVX_OK; k++)
			err = tell_one(r, lane, memory, &memory->notes[i],
				&memory->notes[i].exhibits[k], diag);
	return err;
}

enum evx_err evx_receipts(struct evx_home *h, const struct evx_receipts_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	enum evx_err (*each)(void *ctx, const struct evx_sent *s),
	enum evx_err (*flawed)(void *ctx, const struct evx_incoming *in), void *ctx,
	struct evx_confine_state *confined, struct evx_diag *diag)
{
	struct receipts_run r = {
		.opt = opt, .cancel = cancel, .each = each, .flawed = flawed, .ctx = ctx
	};
	enum evx_err err;

	memset(confined, 0, sizeof(*confined));
	err = start(&r, h, ask, confined, diag);
	if (err == EVX_OK)
		err = evx_mailbox_read(&r.box, diag);
	if (err == EVX_OK)
		err = evx_lanes_fingerprint(r.box.hand.id.card.signing, r.me, diag);
	if (err == EVX_OK)
		err = take_answers(&r, diag);
	if (err == EVX_OK)
		err = evx_lanes_each(&r.box.lanes, tell_lane, &r, diag);
	free(r.news);
	evx_mailbox_close(&r.box);
	return err;
}
