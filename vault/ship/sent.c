/* Keeps what was sent until it was answered. */
#include "ship/sent.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/entries.h"
#include "base/io.h"
#include "ship/note_out.h"
#include "ship/note_place.h"
#include "ship/uploads.h"

/* Whether any exhibit of the note waits for its answer. */
static bool is_open(const struct evx_shipment_memory *m)
{
	for (size_t i = 0; i < m->nexhibits; i++)
		if (m->exhibits[i].reply == EVX_SHIPMENT_OPEN)
			return true;
	return false;
}

enum evx_err evx_sent_keep_parcel(struct evx_lanes *lanes, int dir, const char *name,
	const uint8_t hash[32], struct evx_diag *diag)
{
	char kept[EVX_LANES_FILE_CAP];

	evx_lanes_parcel_file(hash, kept);
	if (renameat(dir, name, lanes->sent, kept) != 0)
		return evx_fail_errno(diag, kept, "The parcel cannot be kept");
	return evx_fsync(lanes->sent, "sent", diag);
}

/* ---- Repair */

struct names {
	char (*at)[EVX_SHIPMENT_ID_CAP]; /* owned */
	size_t n;
	const struct evx_sent_with *with;
};

static enum evx_err take_lane(
	void *ctx, const char *lane, const struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	struct names *names = ctx;
	char expected[EVX_SHIPMENT_ID_CAP];
	bool here = false;
	char(*slot)[EVX_SHIPMENT_ID_CAP];

	if (strcmp(memory->sender, names->with->me) != 0)
		return EVX_OK;
	for (unsigned k = 0; k < EVX_LANES_MAX && !here; k++) {
		evx_lanes_name(names->with->id, memory->sender, memory->receiver, k, expected);
		here = strcmp(expected, lane) == 0;
	}
	if (!here)
		return EVX_OK;
	slot = EVX_ARRAY_ADD(names->at, names->n);
	if (slot == NULL)
		return evx_fail_memory(diag);
	memcpy(*slot, lane, sizeof(*slot));
	return EVX_OK;
}

/* Puts the parcel of m where it is not there. One that is not kept any more cannot be. */
static enum evx_err repair_parcel(const struct evx_sent_with *with,
	const struct evx_shipment_memory *m, struct evx_diag *diag)
{
	const struct evx_uploads_with uploads = { .remote = with->remote, .cancel = with->cancel };
	char name[EVX_LANES_FILE_CAP];
	struct evx_upload parcel = { .kind = EVX_UPLOAD_PARCEL, .place = with->place };
	struct evx_uploads one = { &parcel, 1 };
	struct stat st;
	enum evx_err err;

	evx_lanes_parcel_file(m->parcel, name);
	if (fstatat(with->lanes->sent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return EVX_OK;
	memcpy(parcel.hash, m->parcel, sizeof(parcel.hash));
	parcel.size = (uint64_t)st.st_size;
	parcel.source = name;
	err = evx_uploads_look(&one, &uploads, diag);
	return err == EVX_OK ? evx_uploads_put(&one, &uploads, NULL, diag) : err;
}

static void tell(const struct evx_sent_with *with, const char *lane,
	const struct evx_shipment_memory *m, enum evx_note_place_holds was)
{
	struct evx_sent_flaw f = { .answer = m->type == EVX_SHIPMENT_ANSWER,
		.changed = was != EVX_NOTE_PLACE_NOTHING,
		.lost = m->state == EVX_SHIPMENT_LOST };

	evx_note_out_name(lane, m->number, f.shipment);
	if (with->flaw != NULL)
		with->flaw(with->ctx, &f);
}

/* The note as it was written, once more where it is not there any more. *was: what its name held;
 * EVX_NOTE_PLACE_SAME when all is well. EVX_E_EXISTS, EVX_E_LIMIT as evx_note_place_put. */
static enum evx_err repair_note(const struct evx_sent_with *with, const char *lane,
	const char *receiver, const struct evx_shipment_memory *m, enum evx_note_place_holds *was,
	struct evx_diag *diag)
{
	const struct evx_note_place p = { .remote = with->remote,
		.cancel = with->cancel,
		.id = with->id,
		.receiver_fp = receiver,
		.lane = lane,
		.number = m->number,
		.sender = with->sender };
	struct evx_buf object = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	bool put = false;
	enum evx_err err = evx_lanes_kept_note(with->lanes, lane, m->number, &object, &why);

	*was = EVX_NOTE_PLACE_SAME;
	if (err == EVX_E_NOT_FOUND) /* it is not needed any more */
		err = EVX_OK;
	else if (err != EVX_OK)
		err = evx_fail(diag, err, "%s", why.text);
	else
		err = evx_note_place_put(
			&p, &object, m->state == EVX_SHIPMENT_SENT, was, &put, diag);
	/* It was put beside other bytes before, and is there. */
	if (err == EVX_OK && !put)
		*was = EVX_NOTE_PLACE_SAME;
	evx_buf_free(&object);
	return err;
}

/* What the remote made of a note: told, and remembered. */
static enum evx_err settle(const struct evx_sent_with *with, const char *lane,
	struct evx_shipment_lane *memory, struct evx_shipment_memory *m,
	enum evx_note_place_holds was, enum evx_err err, struct evx_diag *diag)
{
	const bool sending = m->state == EVX_SHIPMENT_SENDING;

	if (err == EVX_E_EXISTS && sending && m + 1 == memory->notes + memory->n) {
		/* Another machine has the same key: the lane is in use there. */
		evx_shipment_lane_drop(memory);
		return evx_lanes_save(with->lanes, lane, memory, diag);
	}
	if (err == EVX_E_EXISTS || err == EVX_E_LIMIT) {
		m->state = EVX_SHIPMENT_LOST;
		tell(with, lane, m, EVX_NOTE_PLACE_OTHER);
		return evx_lanes_save(with->lanes, lane, memory, diag);
	}
	if (sending) {
		m->state = EVX_SHIPMENT_SENT;
		return evx_lanes_save(with->lanes, lane, memory, diag);
	}
	/* Somebody may tidy up what was answered. */
	if (was != EVX_NOTE_PLACE_SAME &&
		(was != EVX_NOTE_PLACE_NOTHING || m->type == EVX_SHIPMENT_ANSWER || is_open(m)))
		tell(with, lane, m, was);
	return EVX_OK;
}

static enum evx_err repair_lane(
	const struct evx_sent_with *with, const char *lane, struct evx_diag *diag)
{
	struct evx_shipment_lane memory = { .n = 0 };
	enum evx_err err = evx_lanes_load_any(with->lanes, lane, &memory, diag);

	for (size_t i = 0; i < memory.n && err == EVX_OK; i++) {
		struct evx_shipment_memory *m = &memory.notes[i];
		enum evx_note_place_holds was;
		struct evx_diag why = { 0 };

		if (m->state != EVX_SHIPMENT_SENDING && m->state != EVX_SHIPMENT_SENT)
			continue;
		err = repair_parcel(with, m, diag);
		if (err != EVX_OK)
			break;
		err = repair_note(with, lane, memory.receiver, m, &was, &why);
		err = err == EVX_OK || err == EVX_E_EXISTS || err == EVX_E_LIMIT ?
			settle(with, lane, &memory, m, was, err, diag) :
			evx_fail(diag, err, "%s", why.text);
	}
	evx_shipment_lane_free(&memory);
	return err;
}

enum evx_err evx_sent_repair(const struct evx_sent_with *with, struct evx_diag *diag)
{
	struct names names = { .with = with };
	enum evx_err err = evx_lanes_each(with->lanes, take_lane, &names, diag);

	for (size_t i = 0; i < names.n && err == EVX_OK; i++)
		err = repair_lane(with, names.at[i], diag);
	free(names.at);
	return err;
}

/* ---- Tidy */

struct needed {
	char (*at)[EVX_LANES_FILE_CAP]; /* owned */
	size_t n;
};

static enum evx_err need(struct needed *all, const char *name, struct evx_diag *diag)
{
	char(*slot)[EVX_LANES_FILE_CAP] = EVX_ARRAY_ADD(all->at, all->n);

	if (slot == NULL)
		return evx_fail_memory(diag);
	memcpy(*slot, name, sizeof(*slot));
	return EVX_OK;
}

static enum evx_err needed_of(
	void *ctx, const char *lane, const struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < memory->n && err == EVX_OK; i++) {
		const struct evx_shipment_memory *m = &memory->notes[i];
		char name[EVX_LANES_FILE_CAP];

		if ((m->state != EVX_SHIPMENT_SENDING && m->state != EVX_SHIPMENT_SENT) ||
			(!is_open(m) && i + 1 < memory->n))
			continue;
		evx_lanes_note_file(lane, m->number, name);
		err = need(ctx, name, diag);
		evx_lanes_parcel_file(m->parcel, name);
		if (err == EVX_OK)
			err = need(ctx, name, diag);
	}
	return err;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

struct tidying {
	int sent;
	const struct needed *all;
};

static enum evx_err tidy_one(void *ctx, const char *entry, unsigned char type)
{
	const struct tidying *t = ctx;
	char name[EVX_LANES_FILE_CAP] = "";

	(void)type;
	if (strncmp(entry, "note-", 5) != 0 && strncmp(entry, "parcel-", 7) != 0)
		return EVX_OK;
	(void)snprintf(name, sizeof(name), "%.79s", entry);
	if (t->all->n == 0 ||
		bsearch(name, t->all->at, t->all->n, sizeof(*t->all->at), by_name) == NULL)
		(void)unlinkat(t->sent, entry, 0);
	return EVX_OK;
}

enum evx_err evx_sent_tidy(struct evx_lanes *lanes, struct evx_diag *diag)
{
	struct needed all = { NULL, 0 };
	struct tidying t = { lanes->sent, &all };
	/* Nothing goes unless every lane could say what it needs. */
	enum evx_err err = evx_lanes_each(lanes, needed_of, &all, diag);

	if (all.n > 1)
		qsort(all.at, all.n, sizeof(*all.at), by_name);
	if (err == EVX_OK)
		err = evx_entries_each(lanes->sent, "sent", tidy_one, &t, diag);
	free(all.at);
	return err;
}
