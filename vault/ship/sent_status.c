/* What was sent and is not answered, as this machine remembers it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/hash_equal.h"
#include "format/text.h"
#include "format/time.h"
#include "ship/mailbox.h"
#include "ship/note_out.h"

#define DAY 86400

struct run {
	struct evx_mailbox box; /* its cards, to name receivers by */
	enum evx_err (*each)(void *ctx, const struct evx_sent *s);
	void *ctx;
};

static enum evx_err tell(const struct run *r, const char *name,
	const struct evx_shipment_lane *lane, const struct evx_shipment_memory *m,
	const struct evx_shipment_exhibit *e, struct evx_diag *diag)
{
	const int64_t age = (int64_t)time(NULL) - m->time;
	struct evx_sent s = { .path = e->path,
		.uuid = e->uuid,
		.state = m->state == EVX_SHIPMENT_LOST ? EVX_SENT_LOST : EVX_SENT_OPEN,
		.invited = lane->invitation[0] != '\0',
		.days = age > 0 ? (unsigned)(age / DAY) : 0,
		.why = "" };
	enum evx_err err = evx_time_encode(m->time, s.time);

	evx_note_out_name(name, m->number, s.shipment);
	evx_hex_encode(e->seal, sizeof(e->seal), s.seal_hash);
	evx_seal_code(e->seal, s.seal_code);
	if (err == EVX_OK)
		err = evx_mailbox_person(&r->box, lane->receiver, &s.known, &s.to, diag);
	return err == EVX_OK ? r->each(r->ctx, &s) : err;
}

/* Whether the exhibit went to the same receiver again after its note was lost. */
struct later {
	const char *receiver;
	const struct evx_shipment_exhibit *exhibit;
	int64_t time;
	bool found;
};

static enum evx_err look_later(
	void *ctx, const char *name, const struct evx_shipment_lane *lane, struct evx_diag *diag)
{
	struct later *l = ctx;

	(void)name, (void)diag;
	for (size_t i = 0; i < lane->n && strcmp(lane->receiver, l->receiver) == 0; i++)
		for (size_t k = 0; k < lane->notes[i].nexhibits; k++)
			l->found = l->found ||
				(lane->notes[i].state == EVX_SHIPMENT_SENT &&
					lane->notes[i].time >= l->time &&
					evx_hash_equal(
						lane->notes[i].exhibits[k].seal, l->exhibit->seal));
	return EVX_OK;
}

static enum evx_err tell_lane(
	void *ctx, const char *name, const struct evx_shipment_lane *lane, struct evx_diag *diag)
{
	const struct run *r = ctx;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < lane->n && err == EVX_OK; i++) {
		const struct evx_shipment_memory *m = &lane->notes[i];

		if (m->state != EVX_SHIPMENT_SENT && m->state != EVX_SHIPMENT_LOST)
			continue;
		for (size_t k = 0; k < m->nexhibits && err == EVX_OK; k++) {
			struct later later = { lane->receiver, &m->exhibits[k], m->time, false };

			if (m->exhibits[k].reply != EVX_SHIPMENT_OPEN)
				continue;
			if (m->state == EVX_SHIPMENT_LOST)
				err = evx_lanes_each(&r->box.lanes, look_later, &later, diag);
			if (err == EVX_OK && !later.found)
				err = tell(r, name, lane, m, &m->exhibits[k], diag);
		}
	}
	return err;
}

enum evx_err evx_status_sent(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const struct evx_sent *s), void *ctx, struct evx_diag *diag)
{
	struct run r = { .each = each, .ctx = ctx };
	enum evx_err err = evx_lanes_look(h, &r.box.lanes, diag);

	if (err == EVX_OK && r.box.lanes.lanes >= 0) {
		evx_home_read(h);
		err = evx_home_cards(h, &r.box.known.cards, diag);
		if (err == EVX_OK)
			err = evx_lanes_each(&r.box.lanes, tell_lane, &r, diag);
	}
	evx_cards_free(&r.box.known.cards);
	evx_lanes_close(&r.box.lanes);
	return err;
}
