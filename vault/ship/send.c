/* Sends exhibits: packs, then the entries of custody, then the parcel, and a note last. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "people/card_info.h"
#include "people/named_cards.h"
#include "ship/flush_mark.h"
#include "ship/note_out.h"
#include "ship/outgoing_packs.h"
#include "ship/own_parcel.h"
#include "ship/remotes.h"
#include "ship/send_events.h"
#include "ship/send_invited.h"
#include "ship/sent.h"

struct sending {
	const struct evx_send_options *opt;
	struct evx_send_result *result;
	struct evx_home *home;
	struct evx_progress *progress;
	struct evx_cancel *cancel;
	struct evx_outgoings exhibits;
	struct evx_uploads *packs; /* of each exhibit */
	struct evx_remote *remote;
	struct evx_lanes lanes;
	struct evx_spool spool;
	struct evx_hand hand;
	struct evx_known known;
	struct evx_rules_roster rules;
	struct evx_send_parties to;
	struct evx_remotes_report report;
	char id[EVX_SHIPMENT_ID_CAP];
	bool reread;               /* what is there may have a name only */
	struct evx_buf invitation; /* its text */
	struct evx_drop_out drop;  /* to an invitation: no remote is known */
};

static bool is_invited(const struct sending *s)
{
	return s->opt->invitation != NULL;
}

/* ---- Start */

static enum evx_err connect(struct sending *s, struct evx_diag *diag)
{
	int places[EVX_REMOTE_PLACES_MAX];
	enum evx_err err = evx_outgoings_open(
		s->opt->exhibits, s->opt->nexhibits, &s->exhibits, diag);

	if (err == EVX_OK)
		err = evx_spool_make(s->lanes.sent, "spool-", &s->spool, diag);
	if (err != EVX_OK)
		return err;
	memcpy(places, s->exhibits.places, sizeof(places));
	places[s->exhibits.nplaces] = s->lanes.sent;
	if (is_invited(s))
		return evx_remotes_connect_invited(&s->invitation, s->opt->use, places,
			s->exhibits.nplaces + 1, &s->remote, diag);
	return evx_remotes_connect(s->opt->remote, s->opt->use, places, s->exhibits.nplaces + 1,
		EVX_REMOTES_LOGINS, &s->remote, diag);
}

static enum evx_err start(
	struct sending *s, const struct evx_passphrase *ask, struct evx_diag *diag)
{
	struct evx_start start = { .diag = diag };
	enum evx_err err;

	evx_lanes_start(&start, s->home, &s->lanes);
	evx_start_read(&start, s->opt->invitation, EVX_INVITE_TEXT_MAX, &s->invitation);
	if (evx_start_good(&start))
		start.err = connect(s, diag);
	evx_home_hand_start(&start, s->home, s->opt->as, true, ask, &s->hand);
	evx_named_cards_start(&start, s->home, s->opt->to, s->opt->nto, &s->to.files);
	evx_home_start(&start, s->home, EVX_CONFINE_READ);
	evx_outgoings_start(&start, &s->exhibits, s->home);
	s->rules = evx_known_rules(&s->known);
	err = evx_start_confine(&start, 0, s->opt->confine ? &s->result->confinement : NULL);
	evx_outgoings_settle(&s->exhibits);
	return err;
}

static enum evx_err parse(struct sending *s, struct evx_diag *diag)
{
	enum evx_err err = evx_known_load(&s->known, s->home, diag);

	if (err == EVX_OK)
		err = evx_names_load(s->home, diag);
	if (err == EVX_OK && is_invited(s))
		err = evx_send_invited_read(
			&s->invitation, s->opt, &s->known, &s->to, &s->drop, diag);
	if (err == EVX_OK && is_invited(s)) {
		memcpy(s->id, s->drop.inv.id, sizeof(s->id));
		err = evx_drop_out_load(&s->drop, &s->lanes, diag);
	}
	if (err == EVX_OK)
		err = evx_send_parties_read(&s->to, s->home, &s->hand.id, diag);
	return err;
}

/* ---- The remote */

static enum evx_err is_fit(const struct evx_remotes_report *report, struct evx_diag *diag)
{
	if (!report->writes)
		return evx_fail(diag, EVX_E_IO,
			"Nothing can be written to this remote: %s. Nothing was sent.",
			report->failed);
	if (!report->reads)
		return evx_fail(diag, EVX_E_IO,
			"What was written to this remote could not be read back, so evx could not "
			"make sure that the shipment arrived there: %s. Nothing was sent.",
			report->failed);
	return !report->replaces ?
		EVX_OK :
		evx_fail(diag, EVX_E_IO,
			"This remote replaces objects although it was told not to. Nothing was "
			"sent. Use another remote.");
}

static enum evx_err try_remote(struct sending *s, struct evx_diag *diag)
{
	struct evx_remote_beside id;
	enum evx_err err;

	if (is_invited(s)) /* nothing can be tried there */
		return EVX_OK;
	err = evx_lanes_id_beside(s->opt->remote, &id, diag);
	if (err == EVX_OK)
		err = evx_remotes_try(s->remote, &id, s->cancel, &s->report, diag);
	if (err == EVX_E_IO)
		err = evx_diag_more(diag, "Nothing was sent.", err);
	if (err == EVX_OK)
		err = is_fit(&s->report, diag);
	if (err == EVX_OK)
		err = evx_lanes_remote_id_of(
			&s->lanes, s->remote, s->opt->remote, &id, s->cancel, s->id, diag);
	evx_lanes_id_beside_free(&id);
	return err;
}

static struct evx_note_out note_to(struct sending *s)
{
	return (struct evx_note_out){ .lanes = &s->lanes,
		.remote = s->remote,
		.cancel = s->cancel,
		.id = s->id,
		.sender = &s->hand.id,
		.signer = &s->hand.signer };
}

/* What was sent before, and the remote lost; what an interrupted send left to be finished. */
static enum evx_err repair(struct sending *s, struct evx_diag *diag)
{
	char me[EVX_LANES_FP_CAP];
	const struct evx_sent_with with = { .lanes = &s->lanes,
		.remote = s->remote,
		.place = (unsigned)s->exhibits.nplaces,
		.cancel = s->cancel,
		.id = s->id,
		.me = me,
		.sender = &s->hand.id,
		.flaw = s->opt->sent_flaw,
		.ctx = s->opt->ctx };
	struct evx_note_out n = note_to(s);
	enum evx_err err = evx_lanes_fingerprint(s->hand.id.card.signing, me, diag);

	if (err == EVX_OK && is_invited(s))
		err = evx_note_out_to(&n, &s->to.cards[0], diag);
	if (err == EVX_OK)
		err = evx_lanes_lock(&s->lanes, s->cancel, diag);
	if (err == EVX_OK)
		err = is_invited(s) ? evx_drop_out_repair(&s->drop, &n, diag) :
				      evx_sent_repair(&with, diag);
	if (err == EVX_OK)
		err = evx_sent_tidy(&s->lanes, diag);
	evx_lanes_unlock(&s->lanes);
	return err;
}

static struct evx_uploads_with uploads_with(struct sending *s)
{
	return (struct evx_uploads_with){ .remote = s->remote,
		.progress = s->progress,
		.cancel = s->cancel,
		.reread = s->reread,
		.drop = is_invited(s) ? &s->drop : NULL };
}

/* ---- Look: what is to be sent, and what of it is there */

static enum evx_err look_at_one(
	struct sending *s, size_t i, struct evx_send_plan *plan, struct evx_diag *diag)
{
	const struct evx_uploads_with with = uploads_with(s);
	struct evx_outgoing *o = &s->exhibits.at[i];
	struct evx_outgoing_open open;
	enum evx_err err = evx_outgoing_load(
		o, s->home, &s->hand.id, &s->rules, s->cancel, &open, diag);

	if (err == EVX_OK)
		err = evx_send_events_look(&s->to, s->opt, &s->rules, o, &open, diag);
	if (err == EVX_OK)
		err = evx_outgoing_packs(o, &open, &s->packs[i], diag);
	if (err == EVX_OK)
		err = evx_uploads_look(&s->packs[i], &with, diag);
	evx_outgoing_close(&open);
	for (size_t k = 0; k < s->packs[i].n; k++) {
		const struct evx_upload *u = &s->packs[i].at[k];

		plan->missing += !u->there;
		plan->missing_bytes += u->there ? 0 : u->size;
		s->result->there += u->there;
		s->result->there_bytes += u->there ? u->size : 0;
	}
	return err;
}

static enum evx_err look(struct sending *s, struct evx_send_plan *plan, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	s->packs = calloc(s->exhibits.n, sizeof(*s->packs));
	if (s->packs == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < s->exhibits.n && err == EVX_OK; i++)
		err = look_at_one(s, i, plan, diag);
	if (err == EVX_OK && s->report.free_known && plan->missing_bytes > s->report.free_bytes)
		err = evx_fail(diag, EVX_E_IO,
			"The remote has no room: %llu bytes are to be sent, %llu are free. Nothing "
			"was sent.",
			(unsigned long long)plan->missing_bytes,
			(unsigned long long)s->report.free_bytes);
	return err;
}

/* The same exhibits, at the same newest entry. */
static bool same_exhibits(const void *ctx, const struct evx_shipment_memory *m)
{
	const struct evx_outgoings *all = ctx;
	size_t same = 0;

	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < m->nexhibits; k++)
			same += evx_hash_equal(all->at[i].seal, m->exhibits[k].seal) &&
				evx_hash_equal(all->at[i].head, m->exhibits[k].head);
	return m->type == EVX_SHIPMENT_EXHIBITS && same == all->n && m->nexhibits == all->n;
}

/* Whether all of it went to everybody already. */
static enum evx_err was_sent(struct sending *s, bool *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	*out = true;
	for (size_t i = 0; i < s->to.n && err == EVX_OK && *out; i++) {
		struct evx_note_out n = note_to(s);
		char shipment[EVX_SHIPMENT_NAME_CAP];

		err = evx_note_out_to(&n, &s->to.cards[i], diag);
		if (err == EVX_OK)
			err = evx_note_out_find(
				&n, same_exhibits, &s->exhibits, out, shipment, diag);
		if (err == EVX_OK && *out && i == 0)
			memcpy(s->result->shipment, shipment, sizeof(shipment));
	}
	return err;
}

/* ---- Put */

static bool is_directory(const struct sending *s)
{
	return !is_invited(s) && strncmp(s->opt->remote->url, "dir:", 4) == 0;
}

static enum evx_err put_packs(struct sending *s, size_t i, struct evx_diag *diag)
{
	const struct evx_uploads_with with = uploads_with(s);
	struct evx_outgoing_open open = { .bundle = NULL };
	struct evx_outgoing_recipes recipes = { &open, &s->spool, (unsigned)s->exhibits.nplaces };
	const struct evx_uploads_make make = evx_outgoing_packs_make(&recipes);
	bool all_there = true;
	enum evx_err err;

	for (size_t k = 0; k < s->packs[i].n; k++)
		all_there = all_there && s->packs[i].at[k].there;
	if (all_there)
		return EVX_OK;
	err = evx_outgoing_load(
		&s->exhibits.at[i], s->home, &s->hand.id, &s->rules, s->cancel, &open, diag);
	if (err == EVX_OK)
		err = evx_uploads_put(&s->packs[i], &with, &make, diag);
	evx_outgoing_close(&open);
	for (size_t k = 0; k < s->packs[i].n; k++) {
		s->result->sent += s->packs[i].at[k].put;
		s->result->sent_bytes += s->packs[i].at[k].put ? s->packs[i].at[k].size : 0;
	}
	return err;
}

/* The small members of every exhibit. */
static enum evx_err fill_parcel(void *ctx, struct evx_parcel_out *out, struct evx_diag *diag)
{
	struct sending *s = ctx;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < s->exhibits.n && err == EVX_OK; i++) {
		struct evx_outgoing_open open;

		err = evx_outgoing_load(&s->exhibits.at[i], s->home, &s->hand.id, &s->rules,
			s->cancel, &open, diag);
		if (err == EVX_OK)
			err = evx_outgoing_packs_rest(&open, out, diag);
		evx_outgoing_close(&open);
	}
	return err;
}

static enum evx_err put_parcel(struct sending *s, struct evx_upload *parcel, struct evx_diag *diag)
{
	const struct evx_uploads_with with = uploads_with(s);
	struct evx_uploads one = { parcel, 1 };
	char name[EVX_LANES_FILE_CAP];
	enum evx_err err = evx_own_parcel(&s->hand, s->to.cards, s->to.n, &s->spool, &s->lanes,
		fill_parcel, s, parcel->hash, &parcel->size, diag);

	evx_lanes_parcel_file(parcel->hash, name);
	parcel->kind = EVX_UPLOAD_PARCEL;
	parcel->place = (unsigned)s->exhibits.nplaces;
	s->result->parcel = parcel->size;
	if (err == EVX_OK && (parcel->source = strdup(name)) == NULL)
		err = evx_fail_memory(diag);
	/* It was encrypted just now: nobody looks whether it is there. */
	parcel->looked = true;
	if (err == EVX_OK && s->progress != NULL)
		atomic_fetch_add(&s->progress->bytes_total, parcel->size);
	return err == EVX_OK ? evx_uploads_put(&one, &with, NULL, diag) : err;
}

/* All of it is there, and stays there. parcel NULL: it went before. One pass: no connection waits
 * for the end of another exhibit. */
static enum evx_err make_sure(struct sending *s, struct evx_upload *parcel, struct evx_diag *diag)
{
	struct evx_uploads_with with = uploads_with(s);
	struct evx_uploads all = { NULL, 0 };
	enum evx_err err = evx_remote_flush(s->remote, s->cancel, diag);

	with.reread = s->opt->reread;
	if (err == EVX_OK)
		err = evx_uploads_join(s->packs, s->exhibits.n, parcel, &all, diag);
	if (err == EVX_OK)
		err = evx_uploads_check(&all, &with, diag);
	free(all.at);
	if (err == EVX_OK)
		evx_flush_mark_clear(&s->lanes, s->id);
	return err;
}

static enum evx_err put_notes(
	struct sending *s, const struct evx_upload *parcel, struct evx_diag *diag)
{
	struct evx_shipment_exhibit *all = calloc(s->exhibits.n, sizeof(*all));
	enum evx_err err = all != NULL ? EVX_OK : evx_fail_memory(diag);

	for (size_t i = 0; i < s->exhibits.n && err == EVX_OK; i++) {
		const struct evx_outgoing *o = &s->exhibits.at[i];

		memcpy(all[i].seal, o->seal, sizeof(all[i].seal));
		memcpy(all[i].head, o->head, sizeof(all[i].head));
		memcpy(all[i].uuid, o->info.uuid, sizeof(all[i].uuid));
		all[i].path = o->real;
	}
	if (err == EVX_OK)
		err = evx_lanes_lock(&s->lanes, s->cancel, diag);
	for (size_t i = 0; i < s->to.n && err == EVX_OK; i++) {
		struct evx_note_out n = note_to(s);
		char shipment[EVX_SHIPMENT_NAME_CAP];

		err = evx_note_out_to(&n, &s->to.cards[i], diag);
		if (err == EVX_OK)
			err = is_invited(s) ?
				evx_drop_out_note(&s->drop, &n, parcel->hash, parcel->size, all,
					s->exhibits.n, shipment, diag) :
				evx_note_out_put(&n, EVX_SHIPMENT_EXHIBITS, parcel->hash,
					parcel->size, all, s->exhibits.n, shipment, diag);
		if (err == EVX_OK && i == 0)
			memcpy(s->result->shipment, shipment, sizeof(shipment));
	}
	evx_lanes_unlock(&s->lanes);
	free(all);
	return err == EVX_OK ? evx_remote_flush(s->remote, s->cancel, diag) : err;
}

/* ---- In order */

/* The parcel lists exhibits by their UUIDs. */
static int by_uuid(const void *a, const void *b)
{
	const struct evx_outgoing *x = a, *y = b;

	return strcmp(x->info.uuid, y->info.uuid);
}

static enum evx_err ask(struct sending *s, struct evx_send_plan *plan, struct evx_diag *diag)
{
	struct evx_send_exhibit *shown = calloc(s->exhibits.n, sizeof(*shown));
	bool yes;

	if (shown == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < s->exhibits.n; i++)
		shown[i] = s->exhibits.at[i].info;
	plan->exhibits = shown;
	plan->nexhibits = s->exhibits.n;
	plan->to = s->to.shown;
	plan->nto = s->to.n;
	plan->options = s->opt;
	plan->remote = &s->report;
	yes = s->opt->confirm == NULL || s->opt->confirm(s->opt->ctx, plan);
	free(shown);
	return yes ? EVX_OK :
		     evx_fail(diag, EVX_E_INTERRUPTED,
			     "You did not confirm. Nothing was sent or signed.");
}

static enum evx_err send(struct sending *s, struct evx_diag *diag)
{
	const struct evx_send_events_by by = { .home = s->home,
		.hand = &s->hand,
		.known = &s->known,
		.rules = &s->rules,
		.cancel = s->cancel };
	struct evx_send_plan plan = { .missing = 0 };
	struct evx_upload parcel = { .place = 0 };
	enum evx_err err = try_remote(s, diag);

	if (err == EVX_OK)
		err = repair(s, diag);
	if (err != EVX_OK)
		return err;
	s->reread |= is_directory(s) && evx_flush_mark_is_there(&s->lanes, s->id);
	err = look(s, &plan, diag);
	if (err == EVX_OK)
		err = was_sent(s, &s->result->again, diag);
	if (err == EVX_OK && is_invited(s)) {
		struct evx_note_out n = note_to(s);

		if (s->result->again)
			return EVX_OK;
		err = evx_note_out_to(&n, &s->to.cards[0], diag);
		if (err == EVX_OK)
			err = evx_drop_out_fits(&s->drop, &n, plan.missing + 1, diag);
	}
	if (err == EVX_OK && !(s->result->again && plan.missing == 0))
		err = ask(s, &plan, diag);
	if (err == EVX_OK && plan.missing > 0 && is_directory(s))
		err = evx_flush_mark_set(&s->lanes, s->id, diag);
	if (s->progress != NULL) {
		atomic_store(&s->progress->bytes_total, plan.missing_bytes);
		atomic_store(&s->progress->packs_there, s->result->there);
	}
	for (size_t i = 0; i < s->exhibits.n && err == EVX_OK; i++)
		err = put_packs(s, i, diag);
	if (err != EVX_OK || s->result->again)
		return err == EVX_OK ? make_sure(s, NULL, diag) : err;
	for (size_t i = 0; i < s->exhibits.n && err == EVX_OK; i++)
		err = evx_send_events_sign(&s->to, s->opt, &by, &s->exhibits.at[i], diag);
	for (size_t i = 0; i < s->exhibits.n; i++)
		s->result->removed += s->exhibits.at[i].info.removed;
	if (err != EVX_OK)
		return err;
	/* The packs go with their exhibits no more. */
	qsort(s->exhibits.at, s->exhibits.n, sizeof(*s->exhibits.at), by_uuid);
	err = put_parcel(s, &parcel, diag);
	if (err == EVX_OK)
		err = make_sure(s, &parcel, diag);
	if (err == EVX_OK)
		err = put_notes(s, &parcel, diag);
	free(parcel.source);
	return err;
}

enum evx_err evx_send(struct evx_home *h, const struct evx_send_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_send_result *result, struct evx_diag *diag)
{
	struct sending s = { .opt = opt,
		.result = result,
		.home = h,
		.progress = progress,
		.cancel = cancel,
		.lanes = EVX_LANES_INIT,
		.spool = { .fd = -1 },
		.reread = opt->reread,
		.drop = { .fd = -1 } };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	err = start(&s, ask, diag);
	if (err == EVX_OK)
		err = parse(&s, diag);
	if (err == EVX_OK)
		err = send(&s, diag);
	for (size_t i = 0; s.packs != NULL && i < s.exhibits.n; i++)
		evx_uploads_free(&s.packs[i]);
	free(s.packs);
	evx_remote_free(s.remote);
	evx_drop_out_free(&s.drop);
	evx_buf_free(&s.invitation);
	evx_send_parties_free(&s.to);
	evx_outgoings_free(&s.exhibits);
	evx_spool_end(&s.spool);
	evx_lanes_close(&s.lanes);
	evx_known_free(&s.known);
	evx_hand_free(&s.hand);
	return err;
}
