/* The note of a shipment as JSON. */
#include <string.h>

#include "base/json.h"
#include "format/key_text.h"
#include "format/shipment.h"
#include "format/text.h"
#include "format/time.h"
#include "format/uuid.h"
#include "format/value.h"

#define FORMAT "evx-shipment/1"

static const char *const types[] = { "shipment", "answer", "mirror" };
static const char *const keys[] = { "format", "type", "remote", "receiver", "number", "previous",
	"time", "parcel", "parcel_size", "seen", "answers", "parts", "signers", NULL };
static const char *const mirror_keys[] = { "format", "type", "remote", "number", "previous", "time",
	"parcel", "parcel_size", "vault", "log", "whole", "signers", NULL };
static const char *const other_keys[] = { "number", "note", NULL };

/* Another note, by its number and hash; number 0: there is none. */
static void write_other(struct evx_jw *w, const char *key, uint32_t number, const uint8_t hash[32])
{
	if (number == 0)
		return;
	evx_jw_obj(w, key);
	evx_jw_int(w, "number", number);
	evx_jw_hex(w, "note", hash, 32);
	evx_jw_close(w);
}

static void write_parts(struct evx_jw *w, const struct evx_buf *parts)
{
	if (parts->len == 0)
		return;
	evx_jw_arr(w, "parts");
	for (size_t i = 0; i + 32 <= parts->len; i += 32)
		evx_jw_hex(w, NULL, parts->data + i, 32);
	evx_jw_close(w);
}

static enum evx_err write(const struct evx_shipment_note *n, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);
	char time[EVX_TIME_CAP] = "";

	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", FORMAT);
	evx_jw_str(&w, "type", types[n->type]);
	evx_jw_str(&w, "remote", n->remote);
	if (n->type != EVX_SHIPMENT_MIRROR)
		evx_jw_str(&w, "receiver", n->receiver);
	evx_jw_int(&w, "number", n->number);
	if (n->number > 1)
		evx_jw_hex(&w, "previous", n->previous, sizeof(n->previous));
	/* The decoder refuses a text that is no time. */
	evx_jw_str(&w, "time", evx_time_encode(n->time, time) == EVX_OK ? time : "");
	evx_jw_hex(&w, "parcel", n->parcel, sizeof(n->parcel));
	evx_jw_u64(&w, "parcel_size", n->parcel_size);
	write_other(&w, "seen", n->seen, n->seen_note);
	write_other(&w, "answers", n->answers, n->answers_note);
	write_parts(&w, &n->parts);
	if (n->type == EVX_SHIPMENT_MIRROR) {
		evx_jw_str(&w, "vault", n->vault);
		evx_jw_int(&w, "log", n->log);
		evx_jw_bool(&w, "whole", n->whole);
	}
	evx_jw_arr(&w, "signers");
	evx_jw_str(&w, NULL, n->signer);
	evx_jw_close(&w);
	evx_jw_close(&w);
	return evx_jw_end(&w);
}

enum evx_err evx_shipment_note_encode(
	const struct evx_shipment_note *note, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_shipment_note again = { .number = 0 };
	struct evx_diag why = { 0 };
	enum evx_err err = write(note, out);

	if (err == EVX_OK)
		err = evx_shipment_note_decode(out->data + start, out->len - start, &again, &why);
	evx_shipment_note_free(&again);
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) :
				     evx_fail(diag, EVX_E_USAGE, "%s", why.text);
}

static enum evx_err read_number(const struct evx_json *obj, uint32_t *out, struct evx_diag *diag)
{
	int64_t v;
	enum evx_err err = evx_json_int(obj, "number", false, &v, diag);

	if (err != EVX_OK)
		return err;
	if (v < 1)
		return evx_fail(diag, EVX_E_CORRUPT,
			"note: expected a number from 1 on, found %lld", (long long)v);
	if (v > EVX_SHIPMENT_NOTES_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "note: found number %lld (limit %u)",
			(long long)v, EVX_SHIPMENT_NOTES_MAX);
	*out = (uint32_t)v;
	return EVX_OK;
}

static enum evx_err read_people(
	const struct evx_json *obj, struct evx_shipment_note *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if (out->type != EVX_SHIPMENT_MIRROR)
		err = evx_value_read_key("note", obj, "receiver", true, out->receiver, diag);
	return err != EVX_OK ? err : evx_value_read_signer("note", obj, out->signer, diag);
}

static enum evx_err read_type(
	const struct evx_json *obj, struct evx_shipment_note *out, struct evx_diag *diag)
{
	const char *s;
	enum evx_err err = evx_json_str(obj, "format", false, &s, NULL, diag);

	if (err != EVX_OK)
		return err;
	if (strcmp(s, FORMAT) != 0)
		return evx_fail(diag,
			strncmp(s, "evx-shipment/", 13) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"note: expected format " FORMAT ", found another");
	err = evx_json_str(obj, "type", false, &s, NULL, diag);
	if (err != EVX_OK)
		return err;
	if (strcmp(s, types[EVX_SHIPMENT_EXHIBITS]) == 0)
		out->type = EVX_SHIPMENT_EXHIBITS;
	else if (strcmp(s, types[EVX_SHIPMENT_ANSWER]) == 0)
		out->type = EVX_SHIPMENT_ANSWER;
	else if (strcmp(s, types[EVX_SHIPMENT_MIRROR]) == 0)
		out->type = EVX_SHIPMENT_MIRROR;
	else
		return evx_fail(diag, EVX_E_UNSUPPORTED,
			"note: expected type shipment, answer or mirror, found another");
	return evx_json_only(obj, out->type == EVX_SHIPMENT_MIRROR ? mirror_keys : keys, diag);
}

static enum evx_err read_other(const struct evx_json *obj, const char *key, uint32_t *number,
	uint8_t hash[32], struct evx_diag *diag)
{
	const struct evx_json *other;
	enum evx_err err = evx_json_obj(obj, key, true, &other, diag);

	if (err != EVX_OK || other == NULL)
		return err;
	err = evx_json_only(other, other_keys, diag);
	if (err == EVX_OK)
		err = read_number(other, number, diag);
	return err == EVX_OK ? evx_json_hex(other, "note", false, hash, 32, NULL, diag) : err;
}

/* What came by invitation is the first of its lane. */
static enum evx_err read_parts(
	const struct evx_json *obj, struct evx_shipment_note *out, struct evx_diag *diag)
{
	const struct evx_json *parts;
	enum evx_err err = evx_json_arr(obj, "parts", true, &parts, diag);
	size_t count;

	if (err != EVX_OK || parts == NULL)
		return err;
	count = evx_json_len(parts);
	if (count > EVX_SHIPMENT_PARTS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "note: found %zu parts (limit %u)", count,
			EVX_SHIPMENT_PARTS_MAX);
	if (count == 0 || out->type != EVX_SHIPMENT_EXHIBITS || out->number != 1 || out->seen > 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"note: expected parts in the first note of a shipment by invitation only, "
			"found them elsewhere");
	for (size_t i = 0; i < count; i++) {
		uint8_t hash[32];
		size_t n;
		const char *s = evx_json_text(evx_json_at(parts, i), &n);

		if (s == NULL || evx_hex_decode(s, n, hash, sizeof(hash)) != EVX_OK)
			return evx_fail(diag, EVX_E_CORRUPT,
				"note: expected a SHA-256 for part %zu, found another value",
				i + 1);
		err = evx_fail_buf(diag, evx_buf_add(&out->parts, hash, sizeof(hash)));
		if (err != EVX_OK)
			return err;
	}
	return EVX_OK;
}

static enum evx_err read_place(
	const struct evx_json *obj, struct evx_shipment_note *out, struct evx_diag *diag)
{
	uint8_t id[16];
	bool present;
	enum evx_err err = evx_json_hex(obj, "remote", false, id, sizeof(id), NULL, diag);
	const char *s;

	if (err == EVX_OK)
		err = evx_json_str(obj, "remote", false, &s, NULL, diag);
	if (err != EVX_OK)
		return err;
	memcpy(out->remote, s, EVX_SHIPMENT_ID_CAP);
	err = read_number(obj, &out->number, diag);
	if (err == EVX_OK)
		err = evx_json_hex(obj, "previous", true, out->previous, sizeof(out->previous),
			&present, diag);
	if (err == EVX_OK && present != (out->number > 1))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"note: expected previous in every note but the first, found it otherwise");
	return err;
}

static enum evx_err read_mirror(
	const struct evx_json *obj, struct evx_shipment_note *out, struct evx_diag *diag)
{
	int64_t log;
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, "vault", false, &s, &n, diag);

	if (err == EVX_OK && !evx_uuid_valid(s, n))
		err = evx_fail(
			diag, EVX_E_CORRUPT, "note: expected a UUID in vault, found another text");
	if (err == EVX_OK)
		memcpy(out->vault, s, EVX_UUID_CAP);
	if (err == EVX_OK)
		err = evx_json_int(obj, "log", false, &log, diag);
	if (err == EVX_OK && (log < 1 || log > EVX_VAULT_ENTRIES_MAX))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"note: expected 1 to %u entries of a log, found %lld",
			EVX_VAULT_ENTRIES_MAX, (long long)log);
	if (err == EVX_OK) {
		out->log = (uint32_t)log;
		err = evx_json_bool(obj, "whole", false, &out->whole, diag);
	}
	if (err == EVX_OK && !out->whole && out->number == 1)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"note: expected the first one of a mirror to be whole, found it otherwise");
	return err;
}

static enum evx_err read(
	const struct evx_json *obj, struct evx_shipment_note *out, struct evx_diag *diag)
{
	enum evx_err err = read_type(obj, out, diag);

	if (err == EVX_OK)
		err = read_place(obj, out, diag);
	if (err == EVX_OK)
		err = evx_value_read_time("note", obj, "time", false, &out->time, NULL, diag);
	if (err == EVX_OK)
		err = evx_json_hex(
			obj, "parcel", false, out->parcel, sizeof(out->parcel), NULL, diag);
	if (err == EVX_OK)
		err = evx_json_u64(obj, "parcel_size", false, &out->parcel_size, diag);
	if (err == EVX_OK && out->parcel_size > EVX_SHIPMENT_OBJECT_MAX)
		err = evx_fail(diag, EVX_E_LIMIT, "note: found a parcel of %llu bytes (limit %u)",
			(unsigned long long)out->parcel_size, EVX_SHIPMENT_OBJECT_MAX);
	if (err == EVX_OK)
		err = read_other(obj, "seen", &out->seen, out->seen_note, diag);
	if (err == EVX_OK)
		err = read_other(obj, "answers", &out->answers, out->answers_note, diag);
	if (err == EVX_OK && (out->answers > 0) != (out->type == EVX_SHIPMENT_ANSWER))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"note: expected answers in an answer and nowhere else, found it otherwise");
	if (err == EVX_OK)
		err = read_parts(obj, out, diag);
	if (err == EVX_OK && out->type == EVX_SHIPMENT_MIRROR)
		err = read_mirror(obj, out, diag);
	return err == EVX_OK ? read_people(obj, out, diag) : err;
}

void evx_shipment_note_free(struct evx_shipment_note *note)
{
	evx_buf_free(&note->parts);
	memset(note, 0, sizeof(*note));
}

enum evx_err evx_shipment_note_decode(
	const void *p, size_t n, struct evx_shipment_note *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err == EVX_OK)
		err = read(root, out, diag);
	if (err != EVX_OK)
		evx_buf_free(&out->parts);
	evx_json_free(root);
	return err;
}
