/* An event after the seal, encrypted; unsigned, or signed at once. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "custody/event_making.h"

static enum evx_err check_event(const struct evx_event_request *r, struct evx_diag *diag)
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
	if (rewraps != (r->event->kind == EVX_EVENT_REWRAP))
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected key files where others are let in, and nowhere else");
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

static int by_bytes(const void *a, const void *b)
{
	return evx_hash_order(a, b);
}

/* The keys that the details go to, in *out, to be freed: the cards named, sorted, or the custody
 * key in force. */
static enum evx_err find_readers(
	const struct evx_event_request *r, uint8_t (**out)[32], size_t *n, struct evx_diag *diag)
{
	const char *key = r->chain->state.custody_key;
	uint8_t(*at)[32];

	*out = NULL;
	*n = r->cards != NULL ? r->ncards : 1;
	if (*n < 1 || *n > EVX_STANZAS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected 1 to %u cards for the details, found %zu", EVX_STANZAS_MAX,
			*n);
	*out = at = calloc(*n, sizeof(*at));
	if (at == NULL)
		return EVX_E_MEMORY;
	if (r->cards == NULL && key[0] == '\0')
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected a chain that says which custody key is in force");
	if (r->cards == NULL)
		return evx_age_recipient_decode(key, strlen(key), at[0], diag);
	memcpy(at, r->cards, *n * sizeof(*at));
	qsort(at, *n, sizeof(*at), by_bytes);
	for (size_t i = 1; i < *n; i++)
		if (evx_hash_equal(at[i - 1], at[i]))
			return evx_fail(diag, EVX_E_USAGE,
				"event: expected each card for the details once, found one twice");
	return EVX_OK;
}

static enum evx_err add_event_parts(struct evx_making *m, const struct evx_event_request *r)
{
	uint8_t(*keys)[32] = NULL;
	struct evx_making_readers to;
	enum evx_err err;

	if (r->details == NULL)
		return EVX_OK;
	if ((err = find_readers(r, &keys, &to.n, m->diag)) != EVX_OK)
		goto out;
	to.at = (const uint8_t(*)[32])keys;
	if ((err = evx_making_details(m, to)) != EVX_OK)
		goto out;
	err = evx_making_attachments(m, to);
out:
	free(keys);
	return err;
}

/* Takes a new key file (NULL: none) into the draft; its readers are counted, not believed. */
static enum evx_err add_key_file(struct evx_receipt *draft, const struct evx_event *e,
	enum evx_member_kind kind, const struct evx_buf *file, uint32_t *readers, uint8_t hash[32],
	struct evx_diag *diag)
{
	struct evx_receipt_part *part;
	struct evx_age_header header;
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err;

	*readers = 0;
	if (file == NULL)
		return EVX_OK;
	if ((err = evx_making_name(e, kind, 0, name)) != EVX_OK ||
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

enum evx_err evx_event_build_draft(
	const struct evx_event_request *r, struct evx_receipt *draft, struct evx_diag *diag)
{
	struct evx_making m = { .event = r->event,
		.details = r->details,
		.attachments = r->attachments,
		.nattachments = r->nattachments,
		.diag = diag };
	enum evx_err err;

	memset(draft, 0, sizeof(*draft));
	if ((err = evx_making_check(&m, r->nsigners)) != EVX_OK ||
		(err = check_event(r, diag)) != EVX_OK || (err = fill_event(r)) != EVX_OK ||
		(err = add_event_parts(&m, r)) != EVX_OK ||
		(err = add_key_files(r, &m.draft, diag)) != EVX_OK ||
		(err = evx_event_encode(r->event, &m.draft.json, diag)) != EVX_OK) {
		evx_receipt_free(&m.draft);
		return evx_fail(diag, err, "event: cannot be made");
	}
	*draft = m.draft;
	return EVX_OK;
}

enum evx_err evx_event_build(const struct evx_event_request *request,
	const struct evx_signer *signers, struct evx_receipt *out, uint8_t hash[32],
	struct evx_diag *diag)
{
	struct evx_receipt made = { 0 };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	memset(hash, 0, 32);
	if ((err = evx_event_build_draft(request, &made, diag)) != EVX_OK ||
		(err = evx_event_sign_all(&made, request->event, signers, request->nsigners, hash,
			 diag)) != EVX_OK) {
		memset(hash, 0, 32);
		evx_receipt_free(&made);
		return evx_fail(diag, err, "event: cannot be made");
	}
	*out = made;
	return EVX_OK;
}
