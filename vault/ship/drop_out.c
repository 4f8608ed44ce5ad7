/* Numbers of an invitation used up one after the other, and the note that ends it. */
#include "ship/drop_out.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "format/text.h"

enum { FREE, TAKEN, THERE, REFUSED };

#define HEAD 5u /* "NNNN " */
#define MEMORY_MAX ((size_t)(HEAD + 65u) * (EVX_SHIPMENT_PARTS_MAX + 1u))

static size_t parts_of(const struct evx_drop_out *d)
{
	return d->inv.nput > 0 ? d->inv.nput - 1 : 0;
}

static void memory_name(const struct evx_drop_out *d, char out[64])
{
	(void)snprintf(out, 64, "drop-%s", d->inv.id);
}

/* ---- Memory */

static bool take_line(struct evx_drop_out *d, const char *line, size_t n)
{
	size_t number = 0;

	if (n <= HEAD || line[HEAD - 1] != ' ')
		return false;
	for (size_t i = 0; i + 1 < HEAD; i++) {
		if (line[i] < '0' || line[i] > '9')
			return false;
		number = number * 10 + (size_t)(line[i] - '0');
	}
	if (number < 1 || number > parts_of(d))
		return false;
	if (n == HEAD + 1 && line[HEAD] == '-') {
		d->states[number] = REFUSED;
		return true;
	}
	d->states[number] = THERE;
	return n == HEAD + 64 && evx_hex_decode(line + HEAD, 64, d->hashes[number], 32) == EVX_OK;
}

/* Whole lines; what an interruption cut off at the end is not one. */
static enum evx_err take_memory(
	struct evx_drop_out *d, const struct evx_buf *text, size_t *whole, struct evx_diag *diag)
{
	const char *p = (const char *)text->data;

	*whole = 0;
	while (*whole < text->len) {
		const char *lf = memchr(p + *whole, '\n', text->len - *whole);

		if (lf == NULL)
			return EVX_OK;
		if (!take_line(d, p + *whole, (size_t)(lf - p) - *whole))
			return evx_fail(diag, EVX_E_CORRUPT,
				"The memory of what went to this invitation is damaged. Ask the "
				"receiver for another invitation.");
		*whole = (size_t)(lf - p) + 1;
	}
	return EVX_OK;
}

enum evx_err evx_drop_out_load(
	struct evx_drop_out *d, const struct evx_lanes *lanes, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	char name[64];
	size_t whole;
	enum evx_err err;

	d->lanes = lanes;
	d->states = calloc(d->inv.nput + 1, sizeof(*d->states));
	d->hashes = calloc(d->inv.nput + 1, sizeof(*d->hashes));
	if (d->states == NULL || d->hashes == NULL)
		return evx_fail_memory(diag);
	memory_name(d, name);
	err = evx_read_guarded_file(lanes->lanes, name, MEMORY_MAX, &text, &why);
	if (err == EVX_E_NOT_FOUND) {
		err = EVX_OK;
		goto out;
	}
	if (err != EVX_OK) {
		err = evx_fail(diag, err, "%s", why.text);
		goto out;
	}
	err = take_memory(d, &text, &whole, diag);
	if (err == EVX_OK && whole < text.len)
		err = evx_replace_file(lanes->lanes, name, 0600, text.data, whole, diag);
out:
	evx_buf_free(&text);
	return err;
}

void evx_drop_out_free(struct evx_drop_out *d)
{
	evx_close_quiet(&d->fd);
	evx_invitation_free(&d->inv);
	free(d->states);
	free(d->hashes);
	memset(d, 0, sizeof(*d));
	d->fd = -1;
}

bool evx_drop_out_has(const struct evx_drop_out *d, const uint8_t hash[32])
{
	for (size_t i = 1; i <= parts_of(d); i++)
		if (d->states[i] == THERE && evx_hash_equal(d->hashes[i], hash))
			return true;
	return false;
}

unsigned evx_drop_out_take(struct evx_drop_out *d)
{
	for (size_t i = 1; i <= parts_of(d); i++)
		if (d->states[i] == FREE) {
			d->states[i] = TAKEN;
			return (unsigned)i;
		}
	return 0;
}

void evx_drop_out_name(const struct evx_drop_out *d, unsigned number, char out[EVX_REMOTE_NAME_CAP])
{
	(void)snprintf(out, EVX_REMOTE_NAME_CAP, "drop/%s/%04u", d->inv.id, number);
}

enum evx_err evx_drop_out_became(
	struct evx_drop_out *d, unsigned number, const uint8_t *hash, struct evx_diag *diag)
{
	char name[64], hex[65] = "-", line[HEAD + 66];
	int n;

	d->states[number] = hash != NULL ? THERE : REFUSED;
	if (hash != NULL) {
		memcpy(d->hashes[number], hash, 32);
		evx_hex_encode(hash, 32, hex);
	}
	memory_name(d, name);
	if (d->fd < 0)
		d->fd = openat(d->lanes->lanes, name,
			O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (d->fd < 0)
		return evx_fail_errno(diag, name, "What was sent cannot be remembered");
	n = snprintf(line, sizeof(line), "%04u %s\n", number, hex);
	return evx_write_full(d->fd, line, (size_t)n, name, diag);
}

/* ---- The note */

static void lane_of(
	const struct evx_drop_out *d, const struct evx_note_out *n, char lane[EVX_SHIPMENT_ID_CAP])
{
	evx_lanes_name(d->inv.id, n->sender_fp, n->receiver_fp, 0, lane);
}

/* Puts the object to 0000. Nothing can be read back there. */
static enum evx_err put_note(const struct evx_drop_out *d, const struct evx_note_out *n,
	const char *shipment, const struct evx_buf *object, struct evx_diag *diag)
{
	char name[EVX_REMOTE_NAME_CAP];
	struct evx_diag why = { 0 };
	enum evx_err err;

	evx_drop_out_name(d, 0, name);
	err = evx_remote_put_bytes(n->remote, name, object->data, object->len, n->cancel, &why);
	if (err == EVX_E_EXISTS)
		return evx_fail(diag, err,
			"A note is there already, and the store does not say whose. Ask the "
			"receiver whether shipment %s arrived. If it did not, ask for another "
			"invitation.",
			shipment);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "%s", why.text);
}

/* It went: what was kept to finish it is not needed any more. */
static enum evx_err settle(const struct evx_drop_out *d, const struct evx_note_out *n,
	const char *lane, struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	char name[EVX_LANES_FILE_CAP], drop[64];
	enum evx_err err;

	memory->notes[0].state = EVX_SHIPMENT_SENT;
	err = evx_lanes_save(n->lanes, lane, memory, diag);
	if (err != EVX_OK)
		return err;
	evx_lanes_note_file(lane, 1, name);
	(void)unlinkat(n->lanes->sent, name, 0);
	evx_lanes_parcel_file(memory->notes[0].parcel, name);
	(void)unlinkat(n->lanes->sent, name, 0);
	memory_name(d, drop);
	(void)unlinkat(n->lanes->lanes, drop, 0);
	return EVX_OK;
}

static enum evx_err load_lane(const struct evx_note_out *n, const char *lane,
	struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	return evx_lanes_load(n->lanes, lane, n->sender_fp, n->receiver_fp, memory, diag);
}

enum evx_err evx_drop_out_repair(
	struct evx_drop_out *d, const struct evx_note_out *n, struct evx_diag *diag)
{
	struct evx_shipment_lane memory = { .n = 0 };
	struct evx_buf object = EVX_BUF_INIT;
	char lane[EVX_SHIPMENT_ID_CAP], shipment[EVX_SHIPMENT_NAME_CAP];
	enum evx_err err;

	lane_of(d, n, lane);
	evx_note_out_name(lane, 1, shipment);
	err = load_lane(n, lane, &memory, diag);
	if (err != EVX_OK || memory.n == 0 || memory.notes[0].state != EVX_SHIPMENT_SENDING)
		goto out;
	err = evx_lanes_kept_note(n->lanes, lane, 1, &object, diag);
	if (err == EVX_OK)
		err = put_note(d, n, shipment, &object, diag);
	if (err == EVX_OK)
		err = settle(d, n, lane, &memory, diag);
out:
	evx_shipment_lane_free(&memory);
	evx_buf_free(&object);
	return err;
}

enum evx_err evx_drop_out_fits(
	struct evx_drop_out *d, const struct evx_note_out *n, size_t objects, struct evx_diag *diag)
{
	struct evx_shipment_lane memory = { .n = 0 };
	char lane[EVX_SHIPMENT_ID_CAP];
	size_t left = 0;
	enum evx_err err;

	lane_of(d, n, lane);
	err = load_lane(n, lane, &memory, diag);
	if (err == EVX_OK && memory.n > 0)
		err = evx_fail(diag, EVX_E_EXISTS,
			"This invitation was used for another shipment. Nothing was sent. Ask for "
			"another invitation.");
	evx_shipment_lane_free(&memory);
	if (err != EVX_OK)
		return err;
	for (size_t i = 1; i <= parts_of(d); i++)
		left += d->states[i] == FREE;
	return objects <= left ?
		EVX_OK :
		evx_fail(diag, EVX_E_IO,
			"The invitation has too few parts: this shipment needs %zu, and %zu are "
			"left. Nothing was sent. Ask for an invitation with --parts %zu or more.",
			objects, left, objects);
}

static enum evx_err fill_parts(
	const struct evx_drop_out *d, struct evx_shipment_note *note, struct evx_diag *diag)
{
	static const uint8_t none[32];
	size_t last = parts_of(d);
	enum evx_err err = EVX_OK;

	while (last > 0 && d->states[last] != THERE)
		last--;
	for (size_t i = 1; i <= last && err == EVX_OK; i++)
		err = evx_buf_add(
			&note->parts, d->states[i] == THERE ? d->hashes[i] : none, sizeof(none));
	return evx_fail_buf(diag, err);
}

static enum evx_err remember(struct evx_shipment_memory *m, const struct evx_shipment_note *note,
	const struct evx_shipment_exhibit *exhibits, size_t n, struct evx_diag *diag)
{
	m->time = note->time;
	m->type = note->type;
	m->state = EVX_SHIPMENT_SENDING;
	memcpy(m->parcel, note->parcel, sizeof(m->parcel));
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

enum evx_err evx_drop_out_note(struct evx_drop_out *d, const struct evx_note_out *n,
	const uint8_t parcel[32], uint64_t parcel_size, const struct evx_shipment_exhibit *exhibits,
	size_t nexhibits, char shipment[EVX_SHIPMENT_NAME_CAP], struct evx_diag *diag)
{
	struct evx_shipment_note note = { .type = EVX_SHIPMENT_EXHIBITS,
		.number = 1,
		.time = (int64_t)time(NULL),
		.parcel_size = parcel_size };
	struct evx_shipment_lane memory = { .n = 0 };
	struct evx_shipment_memory *m;
	struct evx_buf object = EVX_BUF_INIT;
	char lane[EVX_SHIPMENT_ID_CAP];
	enum evx_err err;

	memcpy(note.parcel, parcel, sizeof(note.parcel));
	(void)snprintf(note.remote, sizeof(note.remote), "%s", d->inv.id);
	(void)snprintf(note.receiver, sizeof(note.receiver), "%s", n->receiver);
	(void)snprintf(note.signer, sizeof(note.signer), "%s", n->sender->card.signing);
	lane_of(d, n, lane);
	evx_note_out_name(lane, 1, shipment);
	err = fill_parts(d, &note, diag);
	if (err == EVX_OK)
		err = load_lane(n, lane, &memory, diag);
	if (err != EVX_OK)
		goto out;
	m = evx_shipment_lane_add(&memory, 1);
	if (m == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	memcpy(memory.invitation, d->inv.id, sizeof(memory.invitation));
	err = remember(m, &note, exhibits, nexhibits, diag);
	if (err == EVX_OK)
		err = evx_lanes_note_make(&note, n->signer, n->sender->encryption_pub,
			n->receiver_key, &object, m->note, diag);
	if (err == EVX_OK)
		err = evx_lanes_keep_note(n->lanes, lane, 1, object.data, object.len, diag);
	if (err == EVX_OK)
		err = evx_lanes_save(n->lanes, lane, &memory, diag);
	if (err == EVX_OK)
		err = put_note(d, n, shipment, &object, diag);
	if (err == EVX_OK)
		err = settle(d, n, lane, &memory, diag);
out:
	evx_shipment_note_free(&note);
	evx_shipment_lane_free(&memory);
	evx_buf_free(&object);
	return err;
}
