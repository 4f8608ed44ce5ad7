/* Notes put into lanes. */
#include "ship/note_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ship/note_place.h"

enum evx_err evx_note_out_to(
	struct evx_note_out *n, const struct evx_card *card, struct evx_diag *diag)
{
	struct evx_sshkey signing;
	enum evx_err err = evx_card_keys(card, n->receiver_key, &signing, diag);

	(void)snprintf(n->receiver, sizeof(n->receiver), "%s", card->signing);
	if (err == EVX_OK)
		err = evx_lanes_fingerprint(card->signing, n->receiver_fp, diag);
	return err == EVX_OK ? evx_lanes_fingerprint(n->sender->card.signing, n->sender_fp, diag) :
			       err;
}

void evx_note_out_name(const char *lane, uint32_t number, char out[EVX_SHIPMENT_NAME_CAP])
{
	(void)snprintf(out, EVX_SHIPMENT_NAME_CAP, "%.8s-%u", lane, (unsigned)number);
}

static void lane_name(const struct evx_note_out *n, unsigned k, char lane[EVX_SHIPMENT_ID_CAP])
{
	evx_lanes_name(n->id, n->sender_fp, n->receiver_fp, k, lane);
}

static enum evx_err load(const struct evx_note_out *n, const char *lane,
	struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	return evx_lanes_load(n->lanes, lane, n->sender_fp, n->receiver_fp, memory, diag);
}

enum evx_err evx_note_out_find(struct evx_note_out *n,
	bool (*same)(const void *ctx, const struct evx_shipment_memory *m), const void *ctx,
	bool *found, char shipment[EVX_SHIPMENT_NAME_CAP], struct evx_diag *diag)
{
	char lane[EVX_SHIPMENT_ID_CAP];
	enum evx_err err = EVX_OK;

	*found = false;
	for (unsigned k = 0; k < EVX_LANES_MAX && err == EVX_OK && !*found; k++) {
		struct evx_shipment_lane memory;

		lane_name(n, k, lane);
		err = load(n, lane, &memory, diag);
		for (size_t i = err == EVX_OK ? memory.n : 0; i > 0 && !*found; i--) {
			*found = memory.notes[i - 1].state == EVX_SHIPMENT_SENT &&
				same(ctx, &memory.notes[i - 1]);
			if (*found)
				evx_note_out_name(lane, memory.notes[i - 1].number, shipment);
		}
		if (err == EVX_OK)
			evx_shipment_lane_free(&memory);
	}
	return err;
}

/* The newest note of the other direction that was read here. */
static enum evx_err fill_seen(
	const struct evx_note_out *n, struct evx_shipment_note *note, struct evx_diag *diag)
{
	char lane[EVX_SHIPMENT_ID_CAP];
	struct evx_shipment_lane memory;
	enum evx_err err;

	evx_lanes_name(n->id, n->receiver_fp, n->sender_fp, 0, lane);
	err = evx_lanes_load(n->lanes, lane, n->receiver_fp, n->sender_fp, &memory, diag);
	if (err != EVX_OK)
		return err;
	for (size_t i = memory.n; i > 0 && note->seen == 0; i--)
		if (memory.notes[i - 1].state != EVX_SHIPMENT_MISSING) {
			note->seen = memory.notes[i - 1].number;
			memcpy(note->seen_note, memory.notes[i - 1].note, 32);
		}
	evx_shipment_lane_free(&memory);
	return EVX_OK;
}

/* Takes a copy of the exhibits into m. */
static enum evx_err remember(struct evx_shipment_memory *m,
	const struct evx_shipment_exhibit *exhibits, size_t n, struct evx_diag *diag)
{
	m->exhibits = calloc(n + 1, sizeof(*m->exhibits));
	if (m->exhibits == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < n; i++) {
		m->exhibits[i] = exhibits[i];
		m->exhibits[i].path = strdup(exhibits[i].path);
		m->nexhibits = i + 1;
		if (m->exhibits[i].path == NULL)
			return evx_fail_memory(diag);
	}
	return EVX_OK;
}

static struct evx_note_place place_of(
	const struct evx_note_out *n, const char *lane, uint32_t number)
{
	return (struct evx_note_place){ .remote = n->remote,
		.cancel = n->cancel,
		.id = n->id,
		.receiver_fp = n->receiver_fp,
		.lane = lane,
		.number = number,
		.sender = n->sender };
}

static enum evx_err put_object(const struct evx_note_out *n, const char *lane, uint32_t number,
	const struct evx_buf *object, struct evx_diag *diag)
{
	const struct evx_note_place p = place_of(n, lane, number);
	enum evx_note_place_holds was;
	bool put;

	return evx_note_place_put(&p, object, false, &was, &put, diag);
}

/* Writes note into the lane as its next one: first here, then there. EVX_E_EXISTS: this lane is not
 * to be used; somebody else writes into it, or spoils it. */
static enum evx_err write_note(struct evx_note_out *n, const char *lane,
	struct evx_shipment_lane *memory, struct evx_shipment_note *note,
	const struct evx_shipment_exhibit *exhibits, size_t nexhibits, struct evx_diag *diag)
{
	const struct evx_shipment_memory *last = memory->n > 0 ? &memory->notes[memory->n - 1] :
								 NULL;
	struct evx_shipment_memory *m;
	struct evx_buf object = EVX_BUF_INIT;
	enum evx_err err;

	note->number = last != NULL ? last->number + 1 : 1;
	if (last != NULL)
		memcpy(note->previous, last->note, sizeof(note->previous));
	m = evx_shipment_lane_add(memory, note->number);
	if (m == NULL)
		return evx_fail_memory(diag);
	m->time = note->time;
	m->type = note->type;
	m->state = EVX_SHIPMENT_SENDING;
	m->said = n->said;
	memcpy(m->answers, note->answers_note, sizeof(m->answers));
	memcpy(m->parcel, note->parcel, sizeof(m->parcel));
	err = remember(m, exhibits, nexhibits, diag);
	if (err == EVX_OK)
		err = evx_lanes_note_make(note, n->signer, n->sender->encryption_pub,
			n->receiver_key, &object, m->note, diag);
	if (err == EVX_OK)
		err = evx_lanes_keep_note(
			n->lanes, lane, note->number, object.data, object.len, diag);
	if (err == EVX_OK)
		err = evx_lanes_save(n->lanes, lane, memory, diag);
	if (err == EVX_OK)
		err = put_object(n, lane, note->number, &object, diag);
	if (err == EVX_OK) {
		m->state = EVX_SHIPMENT_SENT;
		err = evx_lanes_save(n->lanes, lane, memory, diag);
	} else if (err == EVX_E_EXISTS) {
		/* What this machine remembers of it did not happen. */
		evx_shipment_lane_drop(memory);
		evx_diag_clear(diag);
		err = evx_lanes_save(n->lanes, lane, memory, diag);
		err = err == EVX_OK ? EVX_E_EXISTS : err;
	} else if (err == EVX_E_LIMIT) {
		/* The receiver may have seen it before somebody changed it: it did happen. */
		m->state = EVX_SHIPMENT_LOST;
		evx_diag_clear(diag);
		err = evx_lanes_save(n->lanes, lane, memory, diag);
		err = err == EVX_OK ? EVX_E_EXISTS : err;
	}
	evx_buf_free(&object);
	return err;
}

/* Whether the next number is this machine's: nobody else wrote a note there, and all notes before
 * it can be read. */
static enum evx_err is_free(struct evx_note_out *n, const char *lane,
	const struct evx_shipment_lane *memory, bool *out, struct evx_diag *diag)
{
	const uint32_t next = memory->n > 0 ? memory->notes[memory->n - 1].number + 1 : 1;
	const struct evx_note_place p = place_of(n, lane, next);
	enum evx_note_place_holds holds = EVX_NOTE_PLACE_NOTHING;
	enum evx_err err;

	*out = false;
	for (size_t i = 0; i < memory->n; i++)
		if (memory->notes[i].state == EVX_SHIPMENT_LOST)
			return EVX_OK;
	err = evx_note_place_look(&p, 0, NULL, &holds, diag);
	*out = err == EVX_OK && holds != EVX_NOTE_PLACE_TAKEN;
	return err;
}

enum evx_err evx_note_out_put(struct evx_note_out *n, enum evx_shipment_type type,
	const uint8_t parcel[32], uint64_t parcel_size, const struct evx_shipment_exhibit *exhibits,
	size_t nexhibits, char shipment[EVX_SHIPMENT_NAME_CAP], struct evx_diag *diag)
{
	struct evx_shipment_note note = { .type = type,
		.time = (int64_t)time(NULL),
		.parcel_size = parcel_size,
		.answers = n->answers };
	char lane[EVX_SHIPMENT_ID_CAP];
	enum evx_err err;

	memcpy(note.parcel, parcel, sizeof(note.parcel));
	memcpy(note.answers_note, n->answers_note, sizeof(note.answers_note));
	(void)snprintf(note.remote, sizeof(note.remote), "%s", n->id);
	(void)snprintf(note.receiver, sizeof(note.receiver), "%s", n->receiver);
	(void)snprintf(note.signer, sizeof(note.signer), "%s", n->sender->card.signing);
	err = fill_seen(n, &note, diag);
	for (unsigned k = 0; k < EVX_LANES_MAX && err == EVX_OK; k++) {
		struct evx_shipment_lane memory;
		struct evx_diag why = { 0 };
		bool mine = false, written = false;

		lane_name(n, k, lane);
		err = load(n, lane, &memory, diag);
		if (err == EVX_OK)
			err = is_free(n, lane, &memory, &mine, diag);
		if (err == EVX_OK && mine) {
			err = write_note(n, lane, &memory, &note, exhibits, nexhibits, &why);
			written = err == EVX_OK;
			if (err == EVX_E_EXISTS)
				err = EVX_OK;
			else if (err != EVX_OK)
				err = evx_fail(diag, err, "%s", why.text);
		}
		evx_shipment_lane_free(&memory);
		if (written) {
			evx_note_out_name(lane, note.number, shipment);
			return EVX_OK;
		}
	}
	return err != EVX_OK ?
		err :
		evx_fail(diag, EVX_E_LIMIT,
			"All %u lanes to this receiver on this remote are used by other machines "
			"with your key, or were changed there. Use another remote.",
			EVX_LANES_MAX);
}
