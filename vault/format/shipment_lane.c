/* What a machine remembers of a lane, as lines of JSON. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cursor.h"
#include "base/json.h"
#include "format/shipment.h"
#include "format/text.h"
#include "format/time.h"
#include "format/uuid.h"
#include "format/value.h"

#define FORMAT "evx-lane-memory/1"

static const char *const states[EVX_SHIPMENT_STATES] = { "sending", "sent", "seen", "accepted",
	"declined", "missing", "lost" };
static const char *const types[] = { "shipment", "answer" };
static const char *const replies[EVX_SHIPMENT_REPLIES] = { "open", "accepted", "refused",
	"received" };
static const char *const head_keys[] = { "format", "sender", "receiver", "invitation", NULL };
static const char *const note_keys[] = { "number", "note", "parcel", "time", "type", "state",
	"answers", "said", "exhibits", NULL };
static const char *const exhibit_keys[] = { "seal", "head", "uuid", "path", "reply", NULL };

static void free_note(struct evx_shipment_memory *m)
{
	for (size_t i = 0; i < m->nexhibits; i++)
		free(m->exhibits[i].path);
	free(m->exhibits);
}

void evx_shipment_lane_free(struct evx_shipment_lane *lane)
{
	for (size_t i = 0; i < lane->n; i++)
		free_note(&lane->notes[i]);
	free(lane->notes);
	memset(lane, 0, sizeof(*lane));
}

void evx_shipment_lane_drop(struct evx_shipment_lane *lane)
{
	if (lane->n > 0)
		free_note(&lane->notes[--lane->n]);
}

struct evx_shipment_memory *evx_shipment_lane_find(
	const struct evx_shipment_lane *lane, uint32_t number)
{
	for (size_t i = 0; i < lane->n; i++)
		if (lane->notes[i].number == number)
			return &lane->notes[i];
	return NULL;
}

struct evx_shipment_memory *evx_shipment_lane_add(struct evx_shipment_lane *lane, uint32_t number)
{
	size_t at = lane->n;

	if (evx_shipment_lane_find(lane, number) != NULL ||
		EVX_ARRAY_ADD(lane->notes, lane->n) == NULL)
		return NULL;
	for (; at > 0 && lane->notes[at - 1].number > number; at--)
		lane->notes[at] = lane->notes[at - 1];
	memset(&lane->notes[at], 0, sizeof(lane->notes[at]));
	lane->notes[at].number = number;
	return &lane->notes[at];
}

static enum evx_err write_note(const struct evx_shipment_memory *m, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);
	char time[EVX_TIME_CAP] = "";
	struct evx_buf path = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	evx_jw_obj(&w, NULL);
	evx_jw_int(&w, "number", m->number);
	evx_jw_hex(&w, "note", m->note, sizeof(m->note));
	evx_jw_hex(&w, "parcel", m->parcel, sizeof(m->parcel));
	evx_jw_str(&w, "time", evx_time_encode(m->time, time) == EVX_OK ? time : "");
	evx_jw_str(&w, "type", types[m->type]);
	evx_jw_str(&w, "state", states[m->state]);
	if (m->said != EVX_SHIPMENT_SENDING) {
		evx_jw_hex(&w, "answers", m->answers, sizeof(m->answers));
		evx_jw_str(&w, "said", states[m->said]);
	}
	evx_jw_arr(&w, "exhibits");
	for (size_t i = 0; i < m->nexhibits && err == EVX_OK; i++) {
		const struct evx_shipment_exhibit *e = &m->exhibits[i];

		evx_jw_obj(&w, NULL);
		evx_jw_hex(&w, "seal", e->seal, sizeof(e->seal));
		evx_jw_hex(&w, "head", e->head, sizeof(e->head));
		evx_jw_str(&w, "uuid", e->uuid);
		evx_buf_reset(&path);
		err = evx_base64_encode(e->path, strlen(e->path), true, &path);
		if (err == EVX_OK)
			evx_jw_strn(&w, "path", path.data, path.len);
		evx_jw_str(&w, "reply", replies[e->reply]);
		evx_jw_close(&w);
	}
	evx_jw_close(&w);
	evx_jw_close(&w);
	evx_buf_free(&path);
	return err != EVX_OK ? err : evx_jw_end(&w);
}

static enum evx_err write_lane(const struct evx_shipment_lane *lane, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);
	enum evx_err err;

	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", FORMAT);
	evx_jw_str(&w, "sender", lane->sender);
	evx_jw_str(&w, "receiver", lane->receiver);
	if (lane->invitation[0] != '\0')
		evx_jw_str(&w, "invitation", lane->invitation);
	evx_jw_close(&w);
	err = evx_jw_end(&w);
	for (size_t i = 0; i < lane->n && err == EVX_OK; i++)
		err = write_note(&lane->notes[i], out);
	return err;
}

enum evx_err evx_shipment_lane_encode(
	const struct evx_shipment_lane *lane, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_shipment_lane again;
	struct evx_diag why = { 0 };
	enum evx_err err = write_lane(lane, out);

	if (err == EVX_OK) {
		err = evx_shipment_lane_decode(out->data + start, out->len - start, &again, &why);
		evx_shipment_lane_free(&again);
	}
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) :
				     evx_fail(diag, EVX_E_USAGE, "%s", why.text);
}

static enum evx_err corrupt(struct evx_diag *diag, const char *what)
{
	return evx_fail(
		diag, EVX_E_CORRUPT, "memory of a lane: expected %s, found another value", what);
}

/* One of n words. */
static enum evx_err read_word(const struct evx_json *obj, const char *key, const char *const *words,
	size_t n, unsigned *out, struct evx_diag *diag)
{
	const char *s;
	enum evx_err err = evx_json_str(obj, key, false, &s, NULL, diag);

	for (size_t i = 0; i < n && err == EVX_OK; i++)
		if (strcmp(s, words[i]) == 0) {
			*out = (unsigned)i;
			return EVX_OK;
		}
	return err != EVX_OK ? err : corrupt(diag, "a word that is known");
}

static enum evx_err read_path(const struct evx_json *obj, char **out, struct evx_diag *diag)
{
	struct evx_buf path = EVX_BUF_INIT;
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, "path", false, &s, &n, diag);

	if (err != EVX_OK)
		return err;
	err = evx_base64_decode(s, n, true, &path);
	if (err == EVX_OK)
		err = evx_buf_cstr(&path);
	if (err == EVX_OK && (path.len == 0 || memchr(path.data, '\0', path.len) != NULL))
		err = EVX_E_CORRUPT;
	if (err == EVX_OK && (*out = strdup((const char *)path.data)) == NULL)
		err = EVX_E_MEMORY;
	if (err != EVX_OK)
		err = err == EVX_E_MEMORY ? evx_fail_memory(diag) : corrupt(diag, "a path");
	evx_buf_free(&path);
	return err;
}

static enum evx_err read_exhibit(
	const struct evx_json *obj, struct evx_shipment_exhibit *e, struct evx_diag *diag)
{
	const char *uuid;
	unsigned reply = 0;
	size_t n;
	enum evx_err err = evx_json_only(obj, exhibit_keys, diag);

	if (err == EVX_OK)
		err = evx_json_hex(obj, "seal", false, e->seal, sizeof(e->seal), NULL, diag);
	if (err == EVX_OK)
		err = evx_json_hex(obj, "head", false, e->head, sizeof(e->head), NULL, diag);
	if (err == EVX_OK)
		err = evx_json_str(obj, "uuid", false, &uuid, &n, diag);
	if (err == EVX_OK && !evx_uuid_valid(uuid, n))
		err = corrupt(diag, "a UUID");
	if (err != EVX_OK)
		return err;
	memcpy(e->uuid, uuid, sizeof(e->uuid));
	err = read_path(obj, &e->path, diag);
	if (err == EVX_OK)
		err = read_word(obj, "reply", replies, EVX_SHIPMENT_REPLIES, &reply, diag);
	e->reply = reply;
	return err;
}

/* What an answer that was written here says of which note. */
static enum evx_err read_said(
	const struct evx_json *obj, struct evx_shipment_memory *m, struct evx_diag *diag)
{
	unsigned said = 0;
	bool there;
	enum evx_err err = evx_json_hex(
		obj, "answers", true, m->answers, sizeof(m->answers), &there, diag);

	if (err != EVX_OK || (!there && !evx_json_has(obj, "said")))
		return err;
	err = read_word(obj, "said", states, EVX_SHIPMENT_STATES, &said, diag);
	if (err == EVX_OK &&
		(!there || m->type != EVX_SHIPMENT_ANSWER ||
			(said != EVX_SHIPMENT_ACCEPTED && said != EVX_SHIPMENT_DECLINED)))
		err = corrupt(diag, "an answer, and what it said");
	m->said = said;
	return err;
}

static enum evx_err read_note(
	const struct evx_json *obj, struct evx_shipment_memory *m, struct evx_diag *diag)
{
	const struct evx_json *arr;
	unsigned state = 0, type = 0;
	enum evx_err err = evx_json_hex(obj, "note", false, m->note, sizeof(m->note), NULL, diag);

	if (err == EVX_OK)
		err = evx_json_hex(obj, "parcel", false, m->parcel, sizeof(m->parcel), NULL, diag);
	if (err == EVX_OK)
		err = evx_value_read_time(
			"memory of a lane", obj, "time", false, &m->time, NULL, diag);
	if (err == EVX_OK)
		err = read_word(obj, "type", types, 2, &type, diag);
	if (err == EVX_OK)
		err = read_word(obj, "state", states, EVX_SHIPMENT_STATES, &state, diag);
	if (err == EVX_OK)
		err = evx_json_arr(obj, "exhibits", false, &arr, diag);
	if (err != EVX_OK)
		return err;
	m->type = type;
	m->state = state;
	err = read_said(obj, m, diag);
	if (err != EVX_OK)
		return err;
	if (evx_json_len(arr) > EVX_SHIPMENT_EXHIBITS_MAX)
		return corrupt(diag, "at most 1,000 exhibits");
	m->exhibits = calloc(evx_json_len(arr) + 1, sizeof(*m->exhibits));
	if (m->exhibits == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < evx_json_len(arr) && err == EVX_OK; i++)
		err = read_exhibit(evx_json_at(arr, i), &m->exhibits[m->nexhibits++], diag);
	return err;
}

static enum evx_err read_fingerprint(
	const struct evx_json *obj, const char *key, char out[65], struct evx_diag *diag)
{
	uint8_t hash[32];
	enum evx_err err = evx_json_hex(obj, key, false, hash, sizeof(hash), NULL, diag);

	if (err == EVX_OK)
		evx_hex_encode(hash, sizeof(hash), out);
	return err;
}

static enum evx_err read_head(
	const struct evx_json *obj, struct evx_shipment_lane *out, struct evx_diag *diag)
{
	uint8_t invitation[16];
	bool invited = false;
	const char *s;
	enum evx_err err = evx_json_str(obj, "format", false, &s, NULL, diag);

	if (err == EVX_OK && strcmp(s, FORMAT) != 0)
		err = evx_fail(diag,
			strncmp(s, "evx-lane-memory/", 16) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"memory of a lane: expected format " FORMAT ", found another");
	if (err == EVX_OK)
		err = evx_json_only(obj, head_keys, diag);
	if (err == EVX_OK)
		err = read_fingerprint(obj, "sender", out->sender, diag);
	if (err == EVX_OK)
		err = read_fingerprint(obj, "receiver", out->receiver, diag);
	if (err == EVX_OK)
		err = evx_json_hex(
			obj, "invitation", true, invitation, sizeof(invitation), &invited, diag);
	if (err == EVX_OK && invited)
		evx_hex_encode(invitation, sizeof(invitation), out->invitation);
	return err;
}

static enum evx_err read_line(
	const struct evx_json *obj, struct evx_shipment_lane *out, struct evx_diag *diag)
{
	struct evx_shipment_memory *m;
	int64_t number;
	enum evx_err err = evx_json_only(obj, note_keys, diag);

	if (err == EVX_OK)
		err = evx_json_int(obj, "number", false, &number, diag);
	if (err != EVX_OK)
		return err;
	if (number < 1 || number > EVX_SHIPMENT_NOTES_MAX ||
		(out->n > 0 && number <= out->notes[out->n - 1].number))
		return corrupt(diag, "numbers in their order");
	m = evx_shipment_lane_add(out, (uint32_t)number);
	return m != NULL ? read_note(obj, m, diag) : evx_fail_memory(diag);
}

enum evx_err evx_shipment_lane_decode(
	const void *p, size_t n, struct evx_shipment_lane *out, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	enum evx_err err = EVX_OK;
	bool first = true;

	memset(out, 0, sizeof(*out));
	if (n == 0)
		return corrupt(diag, "its first line");
	for (; err == EVX_OK && evx_cursor_left(&c) > 0; first = false) {
		struct evx_json *root = NULL;
		const uint8_t *line;
		size_t len;

		err = evx_cursor_line(&c, &line, &len);
		if (err != EVX_OK) {
			err = evx_fail(diag, err, "memory of a lane: the last line does not end");
			break;
		}
		err = evx_json_parse_line(line, len + 1, EVX_DOCUMENT_MAX, &root, diag);
		if (err == EVX_OK)
			err = first ? read_head(root, out, diag) : read_line(root, out, diag);
		evx_json_free(root);
	}
	if (err != EVX_OK)
		evx_shipment_lane_free(out);
	return err;
}
