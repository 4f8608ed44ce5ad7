/* Finds notes, and what a remote did to them. */
#include "ship/inbox_lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "ship/invited.h"

void evx_inbox_free(struct evx_inbox *in)
{
	for (size_t i = 0; i < in->nlanes; i++) {
		evx_shipment_lane_free(&in->lanes[i].memory);
		free(in->lanes[i].numbers);
	}
	for (size_t i = 0; i < in->n; i++)
		evx_shipment_note_free(&in->notes[i].note);
	free(in->lanes);
	free(in->notes);
	memset(in, 0, sizeof(*in));
}

struct reading {
	const struct evx_inbox_with *with;
	struct evx_inbox *in;
	struct evx_inbox_lanes lanes;
	char (*drops)[EVX_SHIPMENT_ID_CAP]; /* owned: of invitations that have a note */
	size_t ndrops;
};

/* ---- The notes of a lane */

static struct evx_inbox_note *new_note(struct reading *r, size_t lane, uint32_t number)
{
	struct evx_inbox_note *n = EVX_ARRAY_ADD(r->in->notes, r->in->n);

	if (n != NULL) {
		n->lane = lane;
		n->number = number;
		n->state = EVX_SHIPMENT_SEEN;
	}
	return n;
}

static void flaw(struct evx_inbox_note *n, enum evx_incoming_flaw which, const char *why)
{
	if (n->flaw != EVX_INCOMING_GOOD)
		return;
	n->flaw = which;
	(void)snprintf(n->why, sizeof(n->why), "%.255s", why);
}

/* What the note itself says of its place. */
static enum evx_err check_place(struct reading *r, struct evx_inbox_lane *lane,
	struct evx_inbox_note *n, struct evx_diag *diag)
{
	char sender[EVX_LANES_FP_CAP];
	enum evx_err err = evx_lanes_fingerprint(n->note.signer, sender, diag);

	if (err != EVX_OK)
		return err;
	if (lane->drop[0] != '\0')
		evx_lanes_name(lane->drop, sender, r->lanes.me, 0, lane->name);
	if (strcmp(n->note.remote, lane->drop[0] != '\0' ? lane->drop : r->with->id) != 0)
		flaw(n, EVX_INCOMING_MISPLACED, "it was written for another remote");
	else if (strcmp(n->note.receiver, r->with->owner->card.signing) != 0)
		flaw(n, EVX_INCOMING_MISPLACED, "it was written to somebody else");
	else if ((lane->drop[0] != '\0') != (n->note.parts.len > 0))
		flaw(n, EVX_INCOMING_MISPLACED, "only what comes by invitation names its parts");
	else if (lane->drop[0] == '\0' && !evx_inbox_lanes_is(&r->lanes, lane->name, sender))
		flaw(n, EVX_INCOMING_MISPLACED, "it is not of this lane");
	else if (n->note.number != n->number)
		flaw(n, EVX_INCOMING_MISPLACED, "it has another number");
	else if (lane->sender[0] == '\0') {
		memcpy(lane->sender, sender, sizeof(lane->sender));
		memcpy(lane->memory.sender, sender, sizeof(lane->memory.sender));
		memcpy(lane->memory.receiver, r->lanes.me, sizeof(lane->memory.receiver));
	}
	return EVX_OK;
}

/* Opens the object. A note that cannot be read is none. */
static enum evx_err open_note(struct reading *r, struct evx_inbox_lane *lane,
	struct evx_inbox_note *n, const struct evx_buf *object, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_lanes_note_read(
		object->data, object->len, r->with->owner->encryption, &n->note, n->hash, &why);

	if (err == EVX_OK)
		return check_place(r, lane, n, diag);
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	n->others = err == EVX_E_KEY;
	flaw(n, err == EVX_E_UNSUPPORTED ? EVX_INCOMING_NEWER : EVX_INCOMING_UNREADABLE, why.text);
	return EVX_OK;
}

static enum evx_err read_note(struct reading *r, struct evx_inbox_lane *lane, unsigned place,
	struct evx_inbox_note *n, struct evx_diag *diag)
{
	char name[EVX_REMOTE_NAME_CAP];
	struct evx_buf object = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (lane->drop[0] != '\0')
		(void)snprintf(name, sizeof(name), "drop/%s/0000", lane->drop);
	else
		evx_lanes_object(r->lanes.me, lane->name, n->number, place, name);
	err = evx_remote_get_bytes(
		r->with->remote, name, EVX_SHIPMENT_NOTE_MAX, r->with->cancel, &object, &why);
	if (err == EVX_E_NOT_FOUND) {
		flaw(n, EVX_INCOMING_MISSING, "the remote does not give it out");
		err = EVX_OK;
	} else if (err == EVX_E_LIMIT) {
		flaw(n, EVX_INCOMING_UNREADABLE, "it is longer than a note may be");
		err = EVX_OK;
	} else if (err != EVX_OK) {
		err = evx_fail(diag, err, "%s", why.text);
	} else {
		err = open_note(r, lane, n, &object, diag);
	}
	evx_buf_free(&object);
	return err;
}

/* The first of its places that has a note of this number. Second places are looked at in turn where
 * the sender is known, and where the remote lists them. */
static enum evx_err read_places(struct reading *r, struct evx_inbox_lane *lane,
	struct evx_inbox_note *n, unsigned listed, struct evx_diag *diag)
{
	bool known = lane->sender[0] != '\0';
	enum evx_err err = read_note(r, lane, 0, n, diag);

	for (unsigned i = 1; i < EVX_LANES_PLACES && err == EVX_OK; i++) {
		struct evx_inbox_note other = { .lane = n->lane, .number = n->number };

		if (n->flaw == EVX_INCOMING_GOOD)
			return EVX_OK;
		if (!known && (listed >> i & 1u) == 0)
			continue;
		other.state = n->state;
		err = read_note(r, lane, i, &other, diag);
		if (err == EVX_OK && other.flaw == EVX_INCOMING_GOOD) {
			evx_shipment_note_free(&n->note);
			*n = other;
			return EVX_OK;
		}
		known = known && other.flaw != EVX_INCOMING_MISSING;
		evx_shipment_note_free(&other.note);
	}
	return err;
}

/* Compares the note with what is remembered of its number, and of the one before. */
static enum evx_err compare(
	struct evx_inbox_lane *lane, struct evx_inbox_note *n, struct evx_diag *diag)
{
	struct evx_shipment_memory *m = evx_shipment_lane_find(&lane->memory, n->number);
	struct evx_shipment_memory *before = n->number > 1 ?
		evx_shipment_lane_find(&lane->memory, n->number - 1) :
		NULL;

	if (m != NULL && !evx_hash_equal(m->note, n->hash)) {
		flaw(n, EVX_INCOMING_FORKED,
			"another note of this number was seen, or is named by a later one");
		return EVX_OK;
	}
	if (before != NULL && !evx_hash_equal(before->note, n->note.previous)) {
		flaw(n, EVX_INCOMING_FORKED, "it does not follow the note before it that was seen");
		return EVX_OK;
	}
	if (n->number > 1 && before == NULL) {
		before = evx_shipment_lane_add(&lane->memory, n->number - 1);
		if (before == NULL)
			return evx_fail_memory(diag);
		memcpy(before->note, n->note.previous, sizeof(before->note));
		before->state = EVX_SHIPMENT_MISSING;
		m = NULL;
	}
	m = evx_shipment_lane_find(&lane->memory, n->number);
	if (m == NULL)
		m = evx_shipment_lane_add(&lane->memory, n->number);
	if (m == NULL)
		return evx_fail_memory(diag);
	if (m->state == EVX_SHIPMENT_SENDING || m->state == EVX_SHIPMENT_MISSING) {
		m->state = EVX_SHIPMENT_SEEN;
		memcpy(m->note, n->hash, sizeof(m->note));
		memcpy(m->parcel, n->note.parcel, sizeof(m->parcel));
		m->time = n->note.time;
		m->type = n->note.type;
	}
	n->state = m->state;
	return EVX_OK;
}

/* Notes that were seen, or are named by others, and that the remote does not show. */
static enum evx_err add_absent(
	struct reading *r, size_t at, const struct evx_inbox_lane *lane, struct evx_diag *diag)
{
	const uint32_t newest = lane->n > 0 ? lane->numbers[lane->n - 1].number : 0;

	for (size_t i = 0, k = 0; i < lane->memory.n; i++) {
		const struct evx_shipment_memory *m = &lane->memory.notes[i];
		struct evx_inbox_note *n;

		while (k < lane->n && lane->numbers[k].number < m->number)
			k++;
		/* Somebody may tidy up what was answered. */
		if ((k < lane->n && lane->numbers[k].number == m->number) ||
			m->state == EVX_SHIPMENT_ACCEPTED || m->state == EVX_SHIPMENT_DECLINED)
			continue;
		n = new_note(r, at, m->number);
		if (n == NULL)
			return evx_fail_memory(diag);
		n->state = m->state;
		memcpy(n->hash, m->note, sizeof(n->hash));
		n->note.time = m->time;
		if (m->number > newest)
			flaw(n, EVX_INCOMING_ROLLED_BACK,
				"the remote showed it before, and does not any more");
		else
			flaw(n, EVX_INCOMING_MISSING,
				"a later note names it, and the remote does not have it");
	}
	return EVX_OK;
}

/* A note that was answered is not read again. */
static bool take_settled(const struct evx_inbox_lane *lane, struct evx_inbox_note *n)
{
	const struct evx_shipment_memory *m = evx_shipment_lane_find(&lane->memory, n->number);

	if (m == NULL || (m->state != EVX_SHIPMENT_ACCEPTED && m->state != EVX_SHIPMENT_DECLINED))
		return false;
	n->state = m->state;
	n->note.number = m->number;
	n->note.type = m->type;
	n->note.time = m->time;
	memcpy(n->note.parcel, m->parcel, sizeof(n->note.parcel));
	memcpy(n->hash, m->note, sizeof(n->hash));
	return true;
}

static enum evx_err read_lane(struct reading *r, size_t at, struct evx_diag *diag)
{
	struct evx_inbox_lane *lane = &r->in->lanes[at];
	enum evx_err err = lane->sender[0] != '\0' ?
		evx_lanes_load(r->with->lanes, lane->name, lane->sender, r->lanes.me, &lane->memory,
			diag) :
		EVX_OK;

	if (err == EVX_OK)
		err = evx_inbox_lanes_further(&r->lanes, at, diag);
	for (size_t i = 0; i < lane->n && err == EVX_OK; i++) {
		struct evx_inbox_note *n = new_note(r, at, lane->numbers[i].number);

		if (n == NULL)
			return evx_fail_memory(diag);
		if (take_settled(lane, n))
			continue;
		err = read_places(r, lane, n, lane->numbers[i].places, diag);
		if (err == EVX_OK && n->flaw == EVX_INCOMING_GOOD)
			err = compare(lane, n, diag);
	}
	if (err == EVX_OK)
		err = add_absent(r, at, lane, diag);
	return err == EVX_OK && lane->memory.n > 0 && lane->sender[0] != '\0' ?
		evx_lanes_save(r->with->lanes, lane->name, &lane->memory, diag) :
		err;
}

/* ---- What came by invitation */

static enum evx_err add_drop(void *ctx, const char *id, struct evx_diag *diag)
{
	struct reading *r = ctx;
	char(*slot)[EVX_SHIPMENT_ID_CAP];

	for (size_t i = 0; i < r->ndrops; i++)
		if (strncmp(r->drops[i], id, EVX_SHIPMENT_ID_CAP - 1) == 0)
			return EVX_OK;
	slot = EVX_ARRAY_ADD(r->drops, r->ndrops);
	if (slot == NULL)
		return evx_fail_memory(diag);
	memcpy(*slot, id, EVX_SHIPMENT_ID_CAP - 1);
	return EVX_OK;
}

/* "drop/ID/0000" */
static enum evx_err take_drop(void *ctx, const char *name, uint64_t size, struct evx_diag *diag)
{
	const char *id = name + strlen("drop/");
	const size_t n = EVX_SHIPMENT_ID_CAP - 1;

	(void)size;
	return strlen(name) == strlen("drop/") + n + strlen("/0000") &&
			strspn(id, "0123456789abcdef") == n && strcmp(id + n, "/0000") == 0 ?
		add_drop(ctx, id, diag) :
		EVX_OK;
}

/* A drop is a lane of one note, whose name is known once the note is open. */
static enum evx_err read_drop(struct reading *r, const char *id, struct evx_diag *diag)
{
	struct evx_inbox_lane *lane = EVX_ARRAY_ADD(r->in->lanes, r->in->nlanes);
	struct evx_inbox_note *n = lane != NULL ? new_note(r, r->in->nlanes - 1, 1) : NULL;
	enum evx_err err;

	if (n == NULL)
		return evx_fail_memory(diag);
	memcpy(lane->drop, id, sizeof(lane->drop));
	memcpy(lane->name, id, sizeof(lane->name));
	err = read_note(r, lane, 0, n, diag);
	/* Somebody else was invited, or nothing came yet. What nobody can read is told to those who
	 * invited. */
	if (err == EVX_OK && n->flaw != EVX_INCOMING_GOOD && n->flaw != EVX_INCOMING_MISPLACED &&
		(n->others || n->flaw == EVX_INCOMING_MISSING ||
			!evx_invited_is(r->with->lanes, id))) {
		evx_shipment_note_free(&n->note);
		r->in->n--;
		r->in->nlanes--;
		return EVX_OK;
	}
	if (err != EVX_OK || n->flaw != EVX_INCOMING_GOOD)
		return err;
	err = evx_lanes_load(
		r->with->lanes, lane->name, lane->sender, r->lanes.me, &lane->memory, diag);
	if (err == EVX_OK)
		err = compare(lane, n, diag);
	return err == EVX_OK ? evx_lanes_save(r->with->lanes, lane->name, &lane->memory, diag) :
			       err;
}

static enum evx_err read_drops(struct reading *r, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_remote_list(
		r->with->remote, "drop", take_drop, r, r->with->cancel, &why);

	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED || err == EVX_E_LIMIT)
		return evx_fail(diag, err, "%s", why.text);
	/* Whatever it lists: what this machine asked for is looked for by name. */
	err = evx_invited_each(r->with->lanes, add_drop, r, diag);
	for (size_t i = 0; i < r->ndrops && err == EVX_OK; i++)
		err = read_drop(r, r->drops[i], diag);
	return err;
}

enum evx_err evx_inbox_read(
	const struct evx_inbox_with *with, struct evx_inbox *out, struct evx_diag *diag)
{
	struct reading r = { .with = with, .in = out, .lanes = { .with = with, .in = out } };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_lanes_fingerprint(with->owner->card.signing, r.lanes.me, diag);
	if (err == EVX_OK)
		err = evx_lanes_lock(with->lanes, with->cancel, diag);
	if (err != EVX_OK)
		return err;
	if (with->id[0] != '\0')
		err = evx_inbox_lanes_find(&r.lanes, diag);
	for (size_t i = 0; i < out->nlanes && err == EVX_OK; i++) {
		err = read_lane(&r, i, diag);
		if (err == EVX_OK)
			err = evx_inbox_lanes_next(&r.lanes, i, diag);
	}
	if (err == EVX_OK && with->drops)
		err = read_drops(&r, diag);
	free(r.drops);
	evx_lanes_unlock(with->lanes);
	return err;
}

enum evx_err evx_inbox_settle(const struct evx_inbox_with *with, struct evx_inbox *in,
	const struct evx_inbox_note *note, enum evx_shipment_state state, struct evx_diag *diag)
{
	const struct evx_inbox_lane *lane = &in->lanes[note->lane];
	struct evx_shipment_lane memory = { .n = 0 };
	struct evx_shipment_memory *m;
	char me[EVX_LANES_FP_CAP];
	enum evx_err err = evx_lanes_fingerprint(with->owner->card.signing, me, diag);

	if (err == EVX_OK)
		err = evx_lanes_lock(with->lanes, with->cancel, diag);
	if (err == EVX_OK)
		err = evx_lanes_load(with->lanes, lane->name, lane->sender, me, &memory, diag);
	m = err == EVX_OK ? evx_shipment_lane_find(&memory, note->number) : NULL;
	if (m != NULL && evx_hash_equal(m->note, note->hash)) {
		m->state = state;
		err = evx_lanes_save(with->lanes, lane->name, &memory, diag);
	}
	if (err == EVX_OK && lane->drop[0] != '\0')
		evx_invited_forget(with->lanes, lane->drop);
	evx_shipment_lane_free(&memory);
	evx_lanes_unlock(with->lanes);
	return err;
}
