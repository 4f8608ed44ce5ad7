/* A remote, and the notes on it that are somebody's. */
#include "ship/mailbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "base/told.h"
#include "format/text.h"
#include "format/time.h"
#include "people/card_info.h"
#include "ship/own_parcel.h"
#include "ship/remotes.h"
#include "ship/sent.h"
#include "ship/uploads.h"

static enum evx_err connect(
	struct evx_mailbox *m, const struct evx_remotes_use *use, struct evx_diag *diag)
{
	enum evx_err err = evx_spool_make(m->lanes.sent, "spool-", &m->spool, diag);

	return err == EVX_OK && m->entry != NULL ?
		evx_remotes_connect(m->entry, use, &m->lanes.sent, 1, 1, &m->remote, diag) :
		err;
}

void evx_mailbox_start(struct evx_start *s, struct evx_mailbox *m, struct evx_home *h,
	const struct evx_remotes_entry *entry, const struct evx_remotes_use *use, const char *as,
	const struct evx_passphrase *ask, const struct evx_cancel *cancel)
{
	memset(m, 0, sizeof(*m));
	m->home = h;
	m->entry = entry;
	m->cancel = cancel;
	m->lanes = (struct evx_lanes)EVX_LANES_INIT;
	m->spool.fd = -1;
	m->rules = evx_known_rules(&m->known);
	evx_lanes_start(s, h, &m->lanes);
	if (evx_start_good(s))
		s->err = connect(m, use, s->diag);
	evx_home_hand_start(s, h, as, true, ask, &m->hand);
	evx_home_start(s, h, EVX_CONFINE_READ);
}

/* What this identity sent and the remote lost. */
static enum evx_err repair(struct evx_mailbox *m, struct evx_diag *diag)
{
	char me[EVX_LANES_FP_CAP];
	const struct evx_sent_with with = { .lanes = &m->lanes,
		.remote = m->remote,
		.cancel = m->cancel,
		.id = m->id,
		.me = me,
		.sender = &m->hand.id,
		.flaw = m->sent_flaw,
		.ctx = m->sent_ctx };
	enum evx_err err = evx_lanes_fingerprint(m->hand.id.card.signing, me, diag);

	if (err == EVX_OK)
		err = evx_lanes_lock(&m->lanes, m->cancel, diag);
	if (err == EVX_OK)
		err = evx_sent_repair(&with, diag);
	if (err == EVX_OK)
		err = evx_sent_tidy(&m->lanes, diag);
	evx_lanes_unlock(&m->lanes);
	return err;
}

static enum evx_err read_notes(struct evx_mailbox *m, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	const bool drops = strncmp(m->entry->url, "s3:", 3) == 0;
	enum evx_err err = evx_lanes_remote_id(
		&m->lanes, m->remote, m->entry, false, m->cancel, m->id, &why);

	if (err == EVX_E_NOT_FOUND && !drops) /* nobody sent anything */
		return EVX_OK;
	if (err == EVX_E_NOT_FOUND)
		m->id[0] = '\0';
	else if (err != EVX_OK)
		return evx_fail(diag, err, "%s", why.text);
	m->with = (struct evx_inbox_with){ .remote = m->remote,
		.cancel = m->cancel,
		.lanes = &m->lanes,
		.id = m->id,
		.drops = drops,
		.owner = &m->hand.id,
		.cards = &m->known.cards };
	err = m->id[0] != '\0' ? repair(m, diag) : EVX_OK;
	return err == EVX_OK ? evx_inbox_read(&m->with, &m->inbox, diag) : err;
}

enum evx_err evx_mailbox_read(struct evx_mailbox *m, struct evx_diag *diag)
{
	enum evx_err err = evx_known_load(&m->known, m->home, diag);

	return err == EVX_OK && m->entry != NULL ? read_notes(m, diag) : err;
}

void evx_mailbox_close(struct evx_mailbox *m)
{
	evx_inbox_free(&m->inbox);
	evx_remote_free(m->remote);
	evx_spool_end(&m->spool);
	evx_lanes_close(&m->lanes);
	evx_known_free(&m->known);
	evx_hand_free(&m->hand);
}

static enum evx_incoming_state state_of(enum evx_shipment_state s)
{
	return s == EVX_SHIPMENT_ACCEPTED  ? EVX_INCOMING_ACCEPTED :
		s == EVX_SHIPMENT_DECLINED ? EVX_INCOMING_REFUSED :
					     EVX_INCOMING_NEW;
}

const char *evx_incoming_flaw_name(enum evx_incoming_flaw flaw)
{
	static const char *const names[EVX_INCOMING_FLAWS] = { "good", EVX_SAID("unreadable"),
		EVX_SAID("newer"), EVX_SAID("misplaced"), EVX_SAID("forked"), EVX_SAID("missing"),
		EVX_SAID("rolled back") };

	return names[flaw];
}

enum evx_err evx_mailbox_person(const struct evx_mailbox *m, const char *fingerprint, bool *known,
	struct evx_card_info *out, struct evx_diag *diag)
{
	const struct evx_cards *cards = &m->known.cards;
	struct evx_buf text = EVX_BUF_INIT;
	uint8_t hash[32];

	*known = false;
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < cards->n; i++) {
		char print[EVX_LANES_FP_CAP];
		enum evx_err err = evx_lanes_fingerprint(cards->at[i].signing, print, diag);

		if (err != EVX_OK)
			return err;
		*known = strcmp(print, fingerprint) == 0;
		if (*known)
			return evx_card_info_of(&cards->at[i], out, diag);
	}
	if (evx_hex_decode(fingerprint, strlen(fingerprint), hash, sizeof(hash)) != EVX_OK)
		return EVX_OK;
	if (evx_base64_encode(hash, sizeof(hash), false, &text) != EVX_OK)
		return evx_fail_memory(diag);
	(void)snprintf(out->fingerprint, sizeof(out->fingerprint), "SHA256:%.*s", (int)text.len,
		(const char *)text.data);
	evx_buf_free(&text);
	return EVX_OK;
}

enum evx_err evx_mailbox_show(const struct evx_mailbox *m, const struct evx_inbox_note *n,
	struct evx_incoming *out, struct evx_diag *diag)
{
	const struct evx_inbox_lane *lane = &m->inbox.lanes[n->lane];
	char signer[EVX_LANES_FP_CAP];
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	evx_note_out_name(lane->name, n->number, out->shipment);
	out->flaw = n->flaw;
	out->why = n->why;
	out->answer = n->note.type == EVX_SHIPMENT_ANSWER;
	out->invited = m->inbox.lanes[n->lane].drop[0] != '\0';
	out->state = state_of(n->state);
	out->parcel = n->note.parcel_size;
	/* A time that cannot be written was not read either. */
	if (n->note.time == 0 || evx_time_encode(n->note.time, out->time) != EVX_OK)
		out->time[0] = '\0';
	/* Who signed it, or, where it was not read again, whose lane it is. */
	memcpy(signer, lane->sender, sizeof(signer));
	if (n->note.signer[0] != '\0')
		err = evx_lanes_fingerprint(n->note.signer, signer, diag);
	return err == EVX_OK && signer[0] != '\0' ?
		evx_mailbox_person(m, signer, &out->known, &out->from, diag) :
		err;
}

/* ---- Answers */

struct receipts {
	const struct evx_buf *at;
	size_t n;
};

static enum evx_err fill_parcel(void *ctx, struct evx_parcel_out *out, struct evx_diag *diag)
{
	const struct receipts *r = ctx;
	enum evx_err err = EVX_OK;
	char path[32];

	for (size_t i = 0; i < r->n && err == EVX_OK; i++) {
		(void)snprintf(path, sizeof(path), "receipts/%04zu", i + 1);
		err = evx_parcel_out_member(out, path, r->at[i].data, r->at[i].len, diag);
	}
	return err;
}

enum evx_err evx_mailbox_answer(struct evx_mailbox *m, const struct evx_card *to,
	const struct evx_inbox_note *about, enum evx_shipment_state said,
	const struct evx_buf *receipts, size_t n, struct evx_diag *diag)
{
	const struct evx_uploads_with with = { .remote = m->remote, .cancel = m->cancel };
	struct evx_note_out note = { .lanes = &m->lanes,
		.remote = m->remote,
		.cancel = m->cancel,
		.id = m->id,
		.sender = &m->hand.id,
		.signer = &m->hand.signer,
		.answers = about->number,
		.said = said };
	char name[EVX_LANES_FILE_CAP], shipment[EVX_SHIPMENT_NAME_CAP];
	struct evx_upload parcel = { .kind = EVX_UPLOAD_PARCEL };
	struct evx_uploads one = { &parcel, 1 };
	struct receipts all = { receipts, n };
	enum evx_err err;

	memcpy(note.answers_note, about->hash, sizeof(note.answers_note));
	err = evx_own_parcel(&m->hand, to, 1, &m->spool, &m->lanes, fill_parcel, &all, parcel.hash,
		&parcel.size, diag);
	if (err != EVX_OK)
		return err;
	evx_lanes_parcel_file(parcel.hash, name);
	parcel.source = name;
	if ((err = evx_uploads_look(&one, &with, diag)) != EVX_OK ||
		(err = evx_uploads_put(&one, &with, NULL, diag)) != EVX_OK ||
		(err = evx_remote_flush(m->remote, m->cancel, diag)) != EVX_OK ||
		(err = evx_uploads_check(&one, &with, diag)) != EVX_OK ||
		(err = evx_note_out_to(&note, to, diag)) != EVX_OK ||
		(err = evx_lanes_lock(&m->lanes, m->cancel, diag)) != EVX_OK)
		return err;
	err = evx_note_out_put(
		&note, EVX_SHIPMENT_ANSWER, parcel.hash, parcel.size, NULL, 0, shipment, diag);
	evx_lanes_unlock(&m->lanes);
	return err == EVX_OK ? evx_remote_flush(m->remote, m->cancel, diag) : err;
}

struct answered {
	const uint8_t *note;
	enum evx_shipment_state *said;
};

static bool answers_it(const void *ctx, const struct evx_shipment_memory *m)
{
	const struct answered *a = ctx;

	if (m->said == EVX_SHIPMENT_SENDING || !evx_hash_equal(m->answers, a->note))
		return false;
	*a->said = m->said;
	return true;
}

enum evx_err evx_mailbox_answered(struct evx_mailbox *m, const struct evx_inbox_note *about,
	bool *answered, enum evx_shipment_state *said, struct evx_diag *diag)
{
	const struct answered a = { about->hash, said };
	struct evx_note_out mine = { .lanes = &m->lanes, .id = m->id };
	char shipment[EVX_SHIPMENT_NAME_CAP];
	enum evx_err err = evx_lanes_fingerprint(about->note.signer, mine.receiver_fp, diag);

	*answered = false;
	if (err == EVX_OK)
		err = evx_lanes_fingerprint(m->hand.id.card.signing, mine.sender_fp, diag);
	return err == EVX_OK ? evx_note_out_find(&mine, answers_it, &a, answered, shipment, diag) :
			       err;
}

/* ---- The list */

enum evx_err evx_inbox_list(struct evx_home *h, const struct evx_inbox_options *opt,
	const struct evx_passphrase *ask, const struct evx_cancel *cancel,
	enum evx_err (*each)(void *ctx, const struct evx_incoming *in), void *ctx,
	struct evx_confine_state *confined, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	struct evx_mailbox m;
	enum evx_err err;

	memset(confined, 0, sizeof(*confined));
	evx_mailbox_start(&s, &m, h, opt->remote, opt->use, opt->as, ask, cancel);
	m.sent_flaw = opt->sent_flaw;
	m.sent_ctx = opt->ctx;
	err = evx_start_confine(&s, 0, opt->confine ? confined : NULL);
	if (err == EVX_OK)
		err = evx_mailbox_read(&m, diag);
	for (size_t i = 0; i < m.inbox.n && err == EVX_OK; i++) {
		struct evx_incoming in;

		err = evx_mailbox_show(&m, &m.inbox.notes[i], &in, diag);
		if (err == EVX_OK)
			err = each(ctx, &in);
	}
	evx_mailbox_close(&m);
	return err;
}
