/* An event's document in. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "format/event_inner.h"
#include "format/text.h"
#include "format/value.h"

enum evx_err evx_event_read_age_key(const struct evx_json *obj, const char *key,
	char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	return evx_value_read_key("event", obj, key, false, out, diag);
}

enum evx_err evx_event_read_ssh_key(const struct evx_json *obj, const char *key,
	char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	return evx_value_read_key("event", obj, key, true, out, diag);
}

static enum evx_err read_signers(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag)
{
	const struct evx_json *arr;
	size_t i, k, n;
	enum evx_err err = evx_json_arr(obj, "signers", false, &arr, diag);

	if (err != EVX_OK)
		return err;
	n = evx_json_len(arr);
	if (n > EVX_SIGNERS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "event: found %zu signers (limit %u)", n,
			EVX_SIGNERS_MAX);
	if (n == 0)
		return evx_fail(
			diag, EVX_E_CORRUPT, "event: expected at least one signer, found none");
	for (i = 0; i < n; i++) {
		size_t len;
		const char *s = evx_json_text(evx_json_at(arr, i), &len);

		err = evx_value_key("event", "signers", true, s, len, e->signers[i], diag);
		if (err != EVX_OK)
			return err;
		for (k = 0; k < i; k++)
			if (strcmp(e->signers[k], e->signers[i]) == 0)
				return evx_fail(diag, EVX_E_CORRUPT,
					"event: expected each signer once, found one twice");
	}
	e->nsigners = n;
	return EVX_OK;
}

struct files_walk {
	struct evx_event *e;
	struct evx_member_id last; /* the file before, to see the order */
	bool any;
	struct evx_diag *diag;
};

/* True when id may follow last in the container's order. */
static bool follows(const struct evx_member_id *last, const struct evx_member_id *id)
{
	return last->kind != id->kind ? last->kind < id->kind : last->number < id->number;
}

static enum evx_err read_file(const char *key, const struct evx_json *value, void *ctx)
{
	struct files_walk *w = ctx;
	struct evx_member_id id;
	char name[EVX_MEMBER_NAME_CAP] = "custody/";
	uint8_t hash[32];
	size_t n = strlen(key), at = strlen(name), len;
	const char *hex = evx_json_text(value, &len);

	if (n >= sizeof(name) - at)
		return evx_fail(w->diag, EVX_E_CORRUPT,
			"event: expected the name of an encrypted part in files, found a longer "
			"one");
	memcpy(name + at, key, n + 1);
	if (evx_member_parse(name, &id, NULL) != EVX_OK || id.kind < EVX_MEMBER_DETAILS ||
		id.kind > EVX_MEMBER_ATTACH || id.event != w->e->sequence ||
		strcmp(id.type, w->e->type) != 0)
		return evx_fail(w->diag, EVX_E_CORRUPT,
			"event: expected the names of this event's encrypted parts in files, found "
			"another");
	if (w->any && !follows(&w->last, &id))
		return evx_fail(w->diag, EVX_E_CORRUPT,
			"event: expected files in the container's order, found %s behind others",
			name);
	if (hex == NULL || evx_hex_decode(hex, len, hash, sizeof(hash)) != EVX_OK)
		return evx_fail(w->diag, EVX_E_CORRUPT,
			"event: expected a SHA-256 in hex for %s, found another value", name);
	w->last = id;
	w->any = true;
	return evx_event_add_file(w->e, name, hash);
}

static enum evx_err read_files(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag)
{
	struct files_walk w = { e, { .kind = EVX_MEMBER_BAGIT }, false, diag };
	const struct evx_json *files;
	enum evx_err err = evx_json_obj(obj, "files", false, &files, diag);

	return err != EVX_OK ? err : evx_json_each(files, read_file, &w);
}

static enum evx_err read_type(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag)
{
	const struct evx_event_type *type;
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, "type", false, &s, &n, diag);

	if (err != EVX_OK)
		return err;
	if (n == 0 || n > EVX_TYPE_MAX || strspn(s, "abcdefghijklmnopqrstuvwxyz-") != n)
		return evx_fail(diag, EVX_E_CORRUPT,
			"event: expected a type of 1 to %u lower-case letters, found another text",
			EVX_TYPE_MAX);
	memcpy(e->type, s, n + 1);
	type = evx_event_type(e->type);
	e->kind = type != NULL ? type->kind : EVX_EVENT_OTHER;
	e->known = type != NULL;
	return EVX_OK;
}

static enum evx_err read_links(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag)
{
	bool seal = e->kind == EVX_EVENT_SEAL;
	int64_t sequence;
	enum evx_err err = evx_json_int(obj, "sequence", false, &sequence, diag);

	if (err != EVX_OK)
		return err;
	if (sequence < 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"event: expected a sequence from 0, found a negative one");
	if (sequence >= EVX_EVENTS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"event: found a sequence past the limit (limit %u)", EVX_EVENTS_MAX - 1);
	e->sequence = (uint32_t)sequence;
	if (seal != (sequence == 0))
		return evx_fail(
			diag, EVX_E_CORRUPT, "event: expected a seal as event 0 and nowhere else");
	if (seal &&
		(evx_json_has(obj, "exhibit") || evx_json_has(obj, "previous") ||
			evx_json_has(obj, "record") || evx_json_has(obj, "stamps")))
		return evx_fail(diag, EVX_E_CORRUPT,
			"seal: expected nothing of events before it, found exhibit, previous, "
			"record or stamps");
	if (seal)
		return EVX_OK;
	if ((err = evx_json_hex(obj, "exhibit", false, e->exhibit, 32, NULL, diag)) != EVX_OK)
		return err;
	if ((err = evx_json_hex(obj, "previous", false, e->previous, 32, NULL, diag)) != EVX_OK)
		return err;
	return evx_json_hex(obj, "record", false, e->record, 32, NULL, diag);
}

static int by_bytes(const void *a, const void *b)
{
	return evx_hash_order(a, b);
}

/* Finds a hash that stands twice, without comparing each with each. */
static enum evx_err check_stamps_unique(
	const uint8_t (*stamps)[32], size_t n, struct evx_diag *diag)
{
	uint8_t sorted[EVX_NAMED_STAMPS_MAX][32];
	size_t i;

	memcpy(sorted, stamps, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), by_bytes);
	for (i = 1; i < n; i++)
		if (evx_hash_equal(sorted[i - 1], sorted[i]))
			return evx_fail(diag, EVX_E_CORRUPT,
				"event: expected each time-stamp once in stamps, found one twice");
	return EVX_OK;
}

static enum evx_err read_stamps(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag)
{
	uint8_t hashes[EVX_NAMED_STAMPS_MAX][32];
	const struct evx_json *arr;
	size_t i, n;
	enum evx_err err = evx_json_arr(obj, "stamps", true, &arr, diag);

	if (err != EVX_OK || arr == NULL)
		return err;
	n = evx_json_len(arr);
	if (n > EVX_NAMED_STAMPS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"event: found %zu time-stamps in stamps (limit %u)", n,
			EVX_NAMED_STAMPS_MAX);
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"event: expected at least one time-stamp in stamps, found none");
	for (i = 0; i < n; i++) {
		size_t len;
		const char *s = evx_json_text(evx_json_at(arr, i), &len);

		if (s == NULL || evx_hex_decode(s, len, hashes[i], sizeof(hashes[i])) != EVX_OK)
			return evx_fail(diag, EVX_E_CORRUPT,
				"event: expected SHA-256 hashes in hex in stamps, found another "
				"value");
	}
	if ((err = check_stamps_unique((const uint8_t(*)[32])hashes, n, diag)) != EVX_OK)
		return err;
	return evx_event_set_stamps(e, (const uint8_t(*)[32])hashes, n);
}

static enum evx_err read_common(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err;

	if ((err = evx_json_str(obj, "format", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (strcmp(s, "evx-event/1") != 0)
		return evx_fail(diag,
			strncmp(s, "evx-event/", 10) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"event: expected format evx-event/1, found another");
	if ((err = read_type(obj, e, diag)) != EVX_OK ||
		(err = evx_json_str(obj, "uuid", false, &s, &n, diag)) != EVX_OK)
		return err;
	if (!evx_uuid_valid(s, n))
		return evx_fail(diag, EVX_E_CORRUPT, "event: expected a UUID, found another text");
	memcpy(e->uuid, s, n + 1);
	if ((err = read_links(obj, e, diag)) != EVX_OK ||
		(err = evx_value_read_time("event", obj, "time", false, &e->time, NULL, diag)) !=
			EVX_OK ||
		(err = read_signers(obj, e, diag)) != EVX_OK ||
		(err = read_files(obj, e, diag)) != EVX_OK)
		return err;
	return read_stamps(obj, e, diag);
}

enum evx_err evx_event_decode(const void *p, size_t n, struct evx_event *e, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(e, 0, sizeof(*e));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err != EVX_OK || (err = read_common(root, e, diag)) != EVX_OK)
		goto out;
	if (e->known)
		err = evx_event_is_seal(e) ? evx_event_seal_read(root, e, diag) :
					     evx_event_fields_read(root, e, diag);
out:
	evx_json_free(root);
	if (err != EVX_OK) {
		evx_event_free(e);
		return evx_fail_buf(diag, err);
	}
	return EVX_OK;
}

enum evx_err evx_event_decode_skeleton(
	const void *p, size_t n, struct evx_event *e, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(e, 0, sizeof(*e));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err != EVX_OK || (err = read_common(root, e, diag)) != EVX_OK)
		goto out;
	if (evx_event_is_seal(e))
		err = evx_fail(diag, EVX_E_CORRUPT, "event: expected one after the seal");
out:
	evx_json_free(root);
	e->known = false;
	if (err != EVX_OK) {
		evx_event_free(e);
		return evx_fail_buf(diag, err);
	}
	return EVX_OK;
}
