/* An event after the seal, encrypted and unsigned. */
#include "custody/event_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "custody/document.h"

static enum evx_err check_request(const struct evx_event_request *r, struct evx_diag *diag)
{
	const struct evx_chain_result *c = r->chain;
	bool rewraps = r->custody_file != NULL || r->content_file != NULL;

	if (r->event->kind == EVX_EVENT_OTHER || r->event->kind == EVX_EVENT_SEAL)
		return evx_fail(
			diag, EVX_E_USAGE, "event: expected a type of later events, found another");
	if (c->n == 0 || !c->has_exhibit || !c->at[c->n - 1].has_record || !c->at[0].decoded)
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected a chain whose seal and last event have records");
	if (c->n >= EVX_EVENTS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"event: found %zu events in the chain (limit %u)", c->n, EVX_EVENTS_MAX);
	if (r->nsigners < 1 || r->nsigners > EVX_SIGNERS_MAX)
		return evx_fail(diag, EVX_E_USAGE, "event: expected 1 to %u signers, found %zu",
			EVX_SIGNERS_MAX, r->nsigners);
	if (r->event->nfiles != 0 || (r->details != NULL && r->details->attachments.n != 0) ||
		(r->details == NULL && r->nattachments > 0))
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected no files yet, and details for attachments");
	if (r->nattachments > EVX_ATTACHMENTS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "event: found %zu attachments (limit %u)",
			r->nattachments, EVX_ATTACHMENTS_MAX);
	if (rewraps != (r->event->kind == EVX_EVENT_REWRAP))
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected key files in a rewrap and nowhere else");
	return EVX_OK;
}

static enum evx_err fill_event(const struct evx_event_request *r)
{
	const struct evx_chain_result *c = r->chain;
	struct evx_event *e = r->event;
	enum evx_err err = EVX_OK;
	size_t i;

	e->known = true;
	memcpy(e->uuid, c->at[0].event.uuid, sizeof(e->uuid));
	e->sequence = (uint32_t)c->n;
	memcpy(e->exhibit, c->exhibit, sizeof(e->exhibit));
	memcpy(e->previous, c->at[c->n - 1].hash, sizeof(e->previous));
	memcpy(e->record, c->at[c->n - 1].record, sizeof(e->record));
	e->fields.private_stanzas = r->cards != NULL && r->details != NULL ? (uint32_t)r->ncards :
									     0;
	e->nsigners = r->nsigners;
	for (i = 0; err == EVX_OK && i < r->nsigners; i++)
		err = evx_sshkey_encode(&r->signers[i], e->signers[i]);
	return err;
}

/* The keys that the event's parts go to, sorted as a file's stanzas are. */
struct readers {
	uint8_t (*at)[32];
	size_t n;
};

static int by_bytes(const void *a, const void *b)
{
	return evx_hash_order(a, b);
}

static enum evx_err find_readers(
	const struct evx_event_request *r, struct readers *out, struct evx_diag *diag)
{
	const char *key = r->chain->state.custody_key;
	size_t i;

	out->n = r->cards != NULL ? r->ncards : 1;
	out->at = NULL;
	if (out->n < 1 || out->n > EVX_STANZAS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected 1 to %u cards for the details, found %zu", EVX_STANZAS_MAX,
			out->n);
	out->at = calloc(out->n, sizeof(*out->at));
	if (out->at == NULL)
		return EVX_E_MEMORY;
	if (r->cards == NULL) {
		if (key[0] == '\0')
			return evx_fail(diag, EVX_E_USAGE,
				"event: expected a chain that says which custody key is in force");
		return evx_age_recipient_decode(key, strlen(key), out->at[0], diag);
	}
	memcpy(out->at, r->cards, out->n * sizeof(*out->at));
	qsort(out->at, out->n, sizeof(*out->at), by_bytes);
	for (i = 1; i < out->n; i++)
		if (evx_hash_equal(out->at[i - 1], out->at[i]))
			return evx_fail(diag, EVX_E_USAGE,
				"event: expected each card for the details once, found one twice");
	return EVX_OK;
}

/* Encrypts a part to the readers, appends it to the draft, and its hash to the event. */
static enum evx_err add_part(struct evx_receipt *draft, struct evx_event *e,
	enum evx_member_kind kind, unsigned number, const struct readers *to, const void *p,
	size_t n, struct evx_diag *diag)
{
	struct evx_member_id id = { kind, e->sequence, number, "", { 0 } };
	struct evx_receipt_part *part;
	char name[EVX_MEMBER_NAME_CAP];
	uint8_t hash[32];
	enum evx_err err;

	memcpy(id.type, e->type, sizeof(id.type));
	if ((err = evx_member_name(&id, name)) != EVX_OK ||
		(err = evx_receipt_add_part(draft, name, &part)) != EVX_OK)
		return err;
	part->bytes.max = EVX_MEMBER_MAX;
	err = evx_age_encrypt((const uint8_t(*)[32])to->at, to->n, p, n, &part->bytes, diag);
	if (err == EVX_E_LIMIT)
		return evx_fail(diag, err,
			"%s: found more bytes than a file beside the evidence may have (limit %u)",
			name, EVX_MEMBER_MAX);
	if (err != EVX_OK)
		return err;
	evx_sha256(part->bytes.data, part->bytes.len, hash);
	return evx_event_add_file(e, name, hash);
}

static enum evx_err describe_attachments(const struct evx_event_request *r)
{
	struct evx_attachment *a;
	enum evx_err err;
	size_t i;

	for (i = 0; i < r->nattachments; i++) {
		const struct evx_seal_attachment *from = &r->attachments[i];
		struct evx_member_id id = { EVX_MEMBER_ATTACH, r->event->sequence,
			(unsigned)(i + 1), "", { 0 } };
		char name[EVX_MEMBER_NAME_CAP];

		memcpy(id.type, r->event->type, sizeof(id.type));
		if ((err = evx_details_add_attachment(r->details, &a)) != EVX_OK ||
			(err = evx_details_set(&a->name, from->name)) != EVX_OK ||
			(err = evx_member_name(&id, name)) != EVX_OK)
			return err;
		memcpy(a->file, name + strlen("custody/"), strlen(name) - strlen("custody/") + 1);
		a->size = from->n;
		evx_sha256(from->p, from->n, a->sha256);
	}
	return EVX_OK;
}

static enum evx_err add_parts(
	const struct evx_event_request *r, struct evx_receipt *draft, struct evx_diag *diag)
{
	struct evx_buf plain = EVX_BUF_INIT;
	struct readers to = { NULL, 0 };
	enum evx_err err = EVX_OK;
	size_t i;

	if (r->details == NULL)
		return EVX_OK;
	if ((err = find_readers(r, &to, diag)) != EVX_OK ||
		(err = describe_attachments(r)) != EVX_OK)
		goto out;
	r->details->binding = evx_binding_of(r->event);
	if ((err = evx_details_encode(r->details, &plain, diag)) != EVX_OK ||
		(err = add_part(draft, r->event, EVX_MEMBER_DETAILS, 0, &to, plain.data, plain.len,
			 diag)) != EVX_OK)
		goto out;
	for (i = 0; i < r->nattachments && err == EVX_OK; i++)
		err = add_part(draft, r->event, EVX_MEMBER_ATTACH, (unsigned)(i + 1), &to,
			r->attachments[i].p, r->attachments[i].n, diag);
out:
	evx_buf_free(&plain);
	free(to.at);
	return err;
}

/* Takes a new key file (NULL: none) into the draft; its readers are counted, not believed. */
static enum evx_err add_key_file(struct evx_receipt *draft, const struct evx_event *e,
	enum evx_member_kind kind, const struct evx_buf *file, uint32_t *readers, uint8_t hash[32],
	struct evx_diag *diag)
{
	struct evx_member_id id = { kind, e->sequence, 0, "", { 0 } };
	struct evx_receipt_part *part;
	struct evx_age_header header;
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err;

	*readers = 0;
	if (file == NULL)
		return EVX_OK;
	if ((err = evx_member_name(&id, name)) != EVX_OK ||
		(err = evx_age_inspect(file->data, file->len, &header, diag)) != EVX_OK)
		return err;
	if (header.x25519 < 1 || header.scrypt != 0 || header.other != 0)
		return evx_fail(
			diag, EVX_E_USAGE, "%s: expected X25519 readers and no others", name);
	if ((err = evx_receipt_add_part(draft, name, &part)) != EVX_OK ||
		(err = evx_buf_add(&part->bytes, file->data, file->len)) != EVX_OK)
		return err;
	*readers = (uint32_t)header.x25519;
	evx_sha256(file->data, file->len, hash);
	return EVX_OK;
}

static enum evx_err add_key_files(
	const struct evx_event_request *r, struct evx_receipt *draft, struct evx_diag *diag)
{
	struct evx_event_fields *f = &r->event->fields;
	enum evx_err err = add_key_file(draft, r->event, EVX_MEMBER_KEY_CUSTODY, r->custody_file,
		&f->custody_readers, f->custody_file, diag);

	if (err == EVX_OK)
		err = add_key_file(draft, r->event, EVX_MEMBER_KEY_CONTENT, r->content_file,
			&f->content_readers, f->content_file, diag);
	return err;
}

enum evx_err evx_event_draft(
	const struct evx_event_request *request, struct evx_receipt *draft, struct evx_diag *diag)
{
	struct evx_receipt made = { 0 };
	enum evx_err err;

	memset(draft, 0, sizeof(*draft));
	if ((err = check_request(request, diag)) != EVX_OK ||
		(err = fill_event(request)) != EVX_OK ||
		(err = add_parts(request, &made, diag)) != EVX_OK ||
		(err = add_key_files(request, &made, diag)) != EVX_OK ||
		(err = evx_event_encode(request->event, &made.json, diag)) != EVX_OK) {
		evx_receipt_free(&made);
		return evx_fail(diag, err, "event: cannot be made");
	}
	*draft = made;
	return EVX_OK;
}

enum evx_err evx_event_build(const struct evx_event_request *request,
	const struct evx_signer *signers, struct evx_receipt *out, uint8_t hash[32],
	struct evx_diag *diag)
{
	struct evx_receipt made = { 0 };
	enum evx_err err;
	size_t i;

	memset(out, 0, sizeof(*out));
	memset(hash, 0, 32);
	err = evx_event_draft(request, &made, diag);
	for (i = 0; err == EVX_OK && i < request->nsigners; i++)
		err = evx_event_sign(&made, &signers[i], diag);
	if (err == EVX_OK)
		err = evx_event_complete(&made, hash, diag);
	if (err != EVX_OK) {
		evx_receipt_free(&made);
		return err;
	}
	*out = made;
	return EVX_OK;
}
