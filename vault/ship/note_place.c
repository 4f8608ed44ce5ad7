/* Looks at the names of a note, and puts it under the first that is free. */
#include "ship/note_place.h"

#include <string.h>

/* Whether the object is a note of this place that the sender's key signed. */
static enum evx_err judge(const struct evx_note_place *p, const struct evx_buf *there,
	enum evx_note_place_holds *out, struct evx_diag *diag)
{
	struct evx_shipment_note note;
	struct evx_diag why = { 0 };
	char receiver[EVX_LANES_FP_CAP];
	uint8_t hash[32];
	enum evx_err err = evx_lanes_note_read(
		there->data, there->len, p->sender->encryption, &note, hash, &why);

	*out = err == EVX_E_UNSUPPORTED ? EVX_NOTE_PLACE_TAKEN : EVX_NOTE_PLACE_OTHER;
	if (err == EVX_OK && strcmp(note.signer, p->sender->card.signing) == 0 &&
		strcmp(note.remote, p->id) == 0 && note.number == p->number &&
		evx_lanes_fingerprint(note.receiver, receiver, NULL) == EVX_OK &&
		strcmp(receiver, p->receiver_fp) == 0)
		*out = EVX_NOTE_PLACE_TAKEN;
	evx_shipment_note_free(&note);
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) : EVX_OK;
}

enum evx_err evx_note_place_look(const struct evx_note_place *p, unsigned at,
	const struct evx_buf *object, enum evx_note_place_holds *out, struct evx_diag *diag)
{
	char name[EVX_REMOTE_NAME_CAP];
	struct evx_buf there = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	enum evx_err err;

	*out = EVX_NOTE_PLACE_OTHER;
	evx_lanes_object(p->receiver_fp, p->lane, p->number, at, name);
	err = evx_remote_get_bytes(p->remote, name, EVX_SHIPMENT_NOTE_MAX, p->cancel, &there, &why);
	if (err == EVX_E_NOT_FOUND)
		*out = EVX_NOTE_PLACE_NOTHING;
	else if (err == EVX_OK && object != NULL && there.len == object->len &&
		memcmp(there.data, object->data, there.len) == 0)
		*out = EVX_NOTE_PLACE_SAME;
	else if (err == EVX_OK)
		err = judge(p, &there, out, &why);
	/* What is longer than a note is none. */
	if (err == EVX_E_NOT_FOUND || err == EVX_E_LIMIT)
		err = EVX_OK;
	evx_buf_free(&there);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "%s", why.text);
}

/* Puts the note under one name, unless something is there. */
static enum evx_err put_one(const struct evx_note_place *p, unsigned at,
	const struct evx_buf *object, bool look, bool *put, enum evx_note_place_holds *holds,
	struct evx_diag *diag)
{
	char name[EVX_REMOTE_NAME_CAP];
	struct evx_diag why = { 0 };
	enum evx_err err = EVX_OK;

	*holds = EVX_NOTE_PLACE_NOTHING;
	if (look)
		err = evx_note_place_look(p, at, object, holds, diag);
	if (err != EVX_OK || *holds != EVX_NOTE_PLACE_NOTHING)
		return err;
	evx_lanes_object(p->receiver_fp, p->lane, p->number, at, name);
	err = evx_remote_put_bytes(p->remote, name, object->data, object->len, p->cancel, &why);
	if (err != EVX_OK && err != EVX_E_EXISTS)
		return evx_fail(diag, err, "%s", why.text);
	*put = err == EVX_OK;
	err = evx_note_place_look(p, at, object, holds, diag);
	return err == EVX_OK && *holds == EVX_NOTE_PLACE_NOTHING ?
		evx_fail(diag, EVX_E_FORGED,
			"The remote does not keep what was put: %s is not there. Nothing was sent. "
			"Send again; if this repeats, use another remote.",
			name) :
		err;
}

static enum evx_err taken(struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_EXISTS, "another note stands under this number");
}

/* A receiver takes the first note: none of the same place may stand before it. */
static enum evx_err look_before(const struct evx_note_place *p, unsigned at,
	const struct evx_buf *object, struct evx_diag *diag)
{
	enum evx_note_place_holds holds = EVX_NOTE_PLACE_OTHER;
	enum evx_err err = EVX_OK;

	for (unsigned i = 0; i < at && err == EVX_OK && holds != EVX_NOTE_PLACE_TAKEN; i++)
		err = evx_note_place_look(p, i, object, &holds, diag);
	return err == EVX_OK && holds == EVX_NOTE_PLACE_TAKEN ? taken(diag) : err;
}

enum evx_err evx_note_place_put(const struct evx_note_place *p, const struct evx_buf *object,
	bool look, enum evx_note_place_holds *was, bool *put, struct evx_diag *diag)
{
	enum evx_note_place_holds holds = EVX_NOTE_PLACE_OTHER;
	unsigned at;
	char name[EVX_REMOTE_NAME_CAP];

	*was = EVX_NOTE_PLACE_NOTHING;
	*put = false;
	for (at = 0; at < EVX_LANES_PLACES && holds == EVX_NOTE_PLACE_OTHER; at++) {
		enum evx_err err = put_one(p, at, object, look || at > 0, put, &holds, diag);

		if (err != EVX_OK)
			return err;
		if (at == 0 && !*put)
			*was = holds;
	}
	if (holds == EVX_NOTE_PLACE_TAKEN)
		return taken(diag);
	if (holds == EVX_NOTE_PLACE_SAME)
		return *put ? look_before(p, at - 1, object, diag) : EVX_OK;
	evx_lanes_object(p->receiver_fp, p->lane, p->number, 0, name);
	return evx_fail(diag, EVX_E_LIMIT,
		"Other bytes stand on the remote under %s, and under its nine other names", name);
}
