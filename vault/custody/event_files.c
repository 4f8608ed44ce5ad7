/* Receipts to members of a bundle, and back. */
#include "custody/event_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "custody/event_sign.h"

void evx_event_files_free(struct evx_event_files *files)
{
	if (files == NULL)
		return;
	for (size_t i = 0; i < files->n; i++)
		evx_buf_free(&files->at[i].bytes);
	free(files->at);
	memset(files, 0, sizeof(*files));
}

static enum evx_err add_file(
	struct evx_event_files *files, const char *name, const struct evx_buf *bytes)
{
	struct evx_event_file *file = EVX_ARRAY_ADD(files->at, files->n);

	if (file == NULL)
		return EVX_E_MEMORY;
	(void)snprintf(file->name, sizeof(file->name), "%s", name);
	return evx_buf_add(&file->bytes, bytes->data, bytes->len);
}

static enum evx_err add_event_file(struct evx_event_files *files, const struct evx_event *e,
	enum evx_member_kind kind, unsigned number, const struct evx_buf *bytes)
{
	struct evx_member_id id = { .kind = kind, .event = e->sequence, .number = number };
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err;

	memcpy(id.type, e->type, sizeof(id.type));
	err = evx_member_name(&id, name);
	return err == EVX_OK ? add_file(files, name, bytes) : err;
}

static bool is_key_file(const struct evx_receipt_part *part)
{
	return strncmp(part->name, "keys/", 5) == 0;
}

/* The receipt's key files, or its other parts. */
static enum evx_err add_parts(
	const struct evx_receipt *r, bool key_files, struct evx_event_files *files)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < r->nparts && err == EVX_OK; i++)
		if (is_key_file(&r->parts[i]) == key_files)
			err = add_file(files, r->parts[i].name, &r->parts[i].bytes);
	return err;
}

enum evx_err evx_event_files_made(
	const struct evx_receipt *r, const struct evx_event *e, struct evx_event_files *files)
{
	enum evx_err err = add_parts(r, true, files);

	if (err != EVX_OK ||
		(err = add_event_file(files, e, EVX_MEMBER_JSON, 0, &r->json)) != EVX_OK)
		return err;
	for (size_t i = 0; i < r->nsigs; i++)
		if ((err = add_event_file(
			     files, e, EVX_MEMBER_SIG, (unsigned)(i + 1), &r->sigs[i])) != EVX_OK)
			return err;
	if ((err = add_parts(r, false, files)) != EVX_OK)
		return err;
	return add_event_file(files, e, EVX_MEMBER_RECORD, 0, &r->record);
}

enum evx_err evx_event_files_of(
	const struct evx_receipt *receipt, struct evx_event_files *files, struct evx_diag *diag)
{
	struct evx_event_files made = { 0 };
	struct evx_event e;
	enum evx_err err;

	memset(files, 0, sizeof(*files));
	if (receipt->record.len == 0)
		return evx_fail(
			diag, EVX_E_USAGE, "receipt: expected a complete one, found a draft");
	if ((err = evx_event_read(receipt, &e, NULL, diag)) != EVX_OK)
		return err;
	err = evx_event_files_made(receipt, &e, &made);
	evx_event_free(&e);
	if (err != EVX_OK) {
		evx_event_files_free(&made);
		return evx_fail_buf(diag, err);
	}
	*files = made;
	return EVX_OK;
}

/* The member of this kind and number of the event, or NULL. */
static const struct evx_event_file *find(const struct evx_event_files *members, uint32_t event,
	enum evx_member_kind kind, unsigned number)
{
	struct evx_member_id id;
	size_t i;

	for (i = 0; i < members->n; i++)
		if (evx_member_parse(members->at[i].name, &id, NULL) == EVX_OK &&
			id.event == event && id.kind == kind && id.number == number)
			return &members->at[i];
	return NULL;
}

static enum evx_err take_part(struct evx_receipt *r, const struct evx_event_file *file)
{
	struct evx_receipt_part *part;
	enum evx_err err = evx_receipt_add_part(r, file->name, &part);

	return err == EVX_OK ? evx_buf_add(&part->bytes, file->bytes.data, file->bytes.len) : err;
}

static enum evx_err take_parts(
	struct evx_receipt *r, const struct evx_event_files *members, uint32_t event)
{
	static const enum evx_member_kind keys[] = { EVX_MEMBER_KEY_CUSTODY,
		EVX_MEMBER_KEY_CONTENT };
	const struct evx_event_file *f = find(members, event, EVX_MEMBER_DETAILS, 0);
	enum evx_err err = f != NULL ? take_part(r, f) : EVX_OK;
	unsigned i;

	for (i = 1; err == EVX_OK && (f = find(members, event, EVX_MEMBER_ATTACH, i)) != NULL; i++)
		err = take_part(r, f);
	for (i = 0; err == EVX_OK && i < 2; i++)
		if ((f = find(members, event, keys[i], 0)) != NULL)
			err = take_part(r, f);
	return err;
}

/* A time-stamp response among the members, under its hash. */
struct response {
	uint8_t hash[32];
	uint32_t event;
	const struct evx_event_file *file;
};

static int by_hash(const void *a, const void *b)
{
	const struct response *x = a, *y = b;
	const int order = evx_hash_order(x->hash, y->hash);

	if (order != 0)
		return order;
	return x->file < y->file ? -1 : x->file > y->file;
}

/* Adds the responses over events before number to the *n at *out, which is to be freed, and sorts
 * them: each is hashed once. */
static enum evx_err list_responses(
	const struct evx_event_files *members, uint32_t number, struct response **out, size_t *n)
{
	for (size_t i = 0; i < members->n; i++) {
		const struct evx_buf *bytes = &members->at[i].bytes;
		struct evx_member_id id;
		struct response *r;

		if (evx_member_parse(members->at[i].name, &id, NULL) != EVX_OK ||
			id.kind != EVX_MEMBER_TSR || id.event >= number)
			continue;
		if ((r = EVX_ARRAY_ADD(*out, *n)) == NULL)
			return EVX_E_MEMORY;
		r->event = (uint32_t)id.event;
		r->file = &members->at[i];
		evx_sha256(bytes->data, bytes->len, r->hash);
	}
	if (*n > 1)
		qsort(*out, *n, sizeof(**out), by_hash);
	return EVX_OK;
}

/* The first one of this hash, or NULL. */
static const struct response *find_response(
	const struct response *at, size_t n, const uint8_t hash[32])
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (evx_hash_order(at[middle].hash, hash) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && evx_hash_equal(at[low].hash, hash) ? &at[low] : NULL;
}

/* The time-stamps that the event names and that are there. */
static enum evx_err take_stamps(struct evx_receipt *r, const struct evx_event_files *members,
	uint32_t number, struct evx_diag *diag)
{
	struct evx_receipt_stamp *stamp;
	struct response *all = NULL;
	struct evx_event e;
	size_t n = 0;
	enum evx_err err = evx_event_decode(r->json.data, r->json.len, &e, diag);

	if (err != EVX_OK)
		return err;
	if (e.nstamps > 0 && (err = list_responses(members, number, &all, &n)) != EVX_OK)
		goto out;
	for (size_t i = 0; i < e.nstamps; i++) {
		const struct response *found = find_response(all, n, e.stamps[i]);

		if (found != NULL &&
			((err = evx_receipt_add_stamp(r, found->event, &stamp)) != EVX_OK ||
				(err = evx_buf_add(&stamp->bytes, found->file->bytes.data,
					 found->file->bytes.len)) != EVX_OK))
			goto out;
	}
out:
	free(all);
	evx_event_free(&e);
	return err;
}

enum evx_err evx_event_files_receipt(const struct evx_event_files *members, uint32_t number,
	struct evx_receipt *out, struct evx_diag *diag)
{
	const struct evx_event_file *json = find(members, number, EVX_MEMBER_JSON, 0),
				    *record = find(members, number, EVX_MEMBER_RECORD, 0), *sig;
	struct evx_receipt r = { 0 };
	struct evx_event e;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (json == NULL || record == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"receipt: expected the files of event %04u, found none", (unsigned)number);
	if ((err = evx_buf_add(&r.json, json->bytes.data, json->bytes.len)) != EVX_OK ||
		(err = evx_buf_add(&r.record, record->bytes.data, record->bytes.len)) != EVX_OK)
		goto out;
	while (r.nsigs < EVX_SIGNERS_MAX &&
		(sig = find(members, number, EVX_MEMBER_SIG, (unsigned)r.nsigs + 1)) != NULL)
		if ((err = evx_buf_add(&r.sigs[r.nsigs++], sig->bytes.data, sig->bytes.len)) !=
			EVX_OK)
			goto out;
	if ((err = take_parts(&r, members, number)) != EVX_OK ||
		(err = take_stamps(&r, members, number, diag)) != EVX_OK ||
		(err = evx_event_read(&r, &e, NULL, diag)) != EVX_OK)
		goto out;
	evx_event_free(&e);
	*out = r;
	return EVX_OK;
out:
	evx_receipt_free(&r);
	return evx_fail_buf(diag, err);
}
