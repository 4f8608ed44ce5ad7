/* An event with all its files: the seal, and those after it. */
#include "custody/event_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"

/* The keys that a part goes to, sorted as a file's stanzas are. */
struct readers {
	const uint8_t (*at)[32];
	size_t n;
};

/* What a seal and a later event have in common while they are made. */
struct making {
	struct evx_event *event;
	struct evx_details *details; /* NULL: none */
	const struct evx_event_attachment *attachments;
	size_t nattachments;
	struct evx_receipt draft;
	struct evx_diag *diag;
};

static enum evx_err check_common(const struct making *m, size_t nsigners)
{
	if (nsigners < 1 || nsigners > EVX_SIGNERS_MAX)
		return evx_fail(m->diag, EVX_E_USAGE, "event: expected 1 to %u signers, found %zu",
			EVX_SIGNERS_MAX, nsigners);
	if (m->event->nfiles != 0 || (m->details != NULL && m->details->attachments.n != 0) ||
		(m->details == NULL && m->nattachments > 0))
		return evx_fail(m->diag, EVX_E_USAGE,
			"event: expected no files yet, and details for attachments");
	if (m->nattachments > EVX_ATTACHMENTS_MAX)
		return evx_fail(m->diag, EVX_E_LIMIT, "event: found %zu attachments (limit %u)",
			m->nattachments, EVX_ATTACHMENTS_MAX);
	return EVX_OK;
}

static enum evx_err name_of(const struct evx_event *e, enum evx_member_kind kind, unsigned number,
	char name[EVX_MEMBER_NAME_CAP])
{
	struct evx_member_id id = { kind, e->sequence, number, "", { 0 } };

	memcpy(id.type, e->type, sizeof(id.type));
	return evx_member_name(&id, name);
}

/* Encrypts a part to its readers, appends it to the draft, and its hash to the event. */
static enum evx_err add_part(struct making *m, enum evx_member_kind kind, unsigned number,
	struct readers to, const void *p, size_t n)
{
	struct evx_receipt_part *part;
	char name[EVX_MEMBER_NAME_CAP];
	uint8_t hash[32];
	enum evx_err err;

	if ((err = name_of(m->event, kind, number, name)) != EVX_OK ||
		(err = evx_receipt_add_part(&m->draft, name, &part)) != EVX_OK)
		return err;
	part->bytes.max = EVX_MEMBER_MAX;
	err = evx_age_encrypt(to.at, to.n, p, n, &part->bytes, m->diag);
	if (err == EVX_E_LIMIT)
		return evx_fail(m->diag, err,
			"%s: found more bytes than a file beside the evidence may have (limit %u)",
			name, EVX_MEMBER_MAX);
	if (err != EVX_OK)
		return err;
	evx_sha256(part->bytes.data, part->bytes.len, hash);
	return evx_event_add_file(m->event, name, hash);
}

/* Says in the details which attachments there are. */
static enum evx_err describe_attachments(const struct making *m)
{
	struct evx_attachment *a;
	enum evx_err err;

	for (size_t i = 0; i < m->nattachments; i++) {
		const struct evx_event_attachment *from = &m->attachments[i];
		char name[EVX_MEMBER_NAME_CAP];

		if ((err = evx_details_add_attachment(m->details, &a)) != EVX_OK ||
			(err = evx_details_set(&a->name, from->name)) != EVX_OK ||
			(err = name_of(m->event, EVX_MEMBER_ATTACH, (unsigned)(i + 1), name)) !=
				EVX_OK)
			return err;
		memcpy(a->file, name + strlen("custody/"), strlen(name) - strlen("custody/") + 1);
		a->size = from->n;
		evx_sha256(from->p, from->n, a->sha256);
	}
	return EVX_OK;
}

static enum evx_err add_details(struct making *m, struct readers to)
{
	struct evx_buf plain = EVX_BUF_INIT;
	enum evx_err err = describe_attachments(m);

	if (err != EVX_OK)
		return err;
	m->details->binding = evx_binding_of(m->event);
	err = evx_details_encode(m->details, &plain, m->diag);
	if (err == EVX_OK)
		err = add_part(m, EVX_MEMBER_DETAILS, 0, to, plain.data, plain.len);
	evx_buf_free(&plain);
	return err;
}

static enum evx_err add_attachments(struct making *m, struct readers to)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < m->nattachments && err == EVX_OK; i++)
		err = add_part(m, EVX_MEMBER_ATTACH, (unsigned)(i + 1), to, m->attachments[i].p,
			m->attachments[i].n);
	return err;
}

/* ---- The seal */

static enum evx_err check_seal(const struct evx_seal_request *r, struct evx_diag *diag)
{
	if (!r->details->has_completeness ||
		r->details->completeness.complete != r->event->seal.complete)
		return evx_fail(diag, EVX_E_USAGE,
			"seal: expected a completeness statement that agrees with the event");
	return EVX_OK;
}

/* What every event says of itself, and the exhibit's two public keys. */
static enum evx_err fill_seal(const struct evx_seal_request *r)
{
	struct evx_event *e = r->event;
	enum evx_err err;

	evx_event_set_kind(e, EVX_EVENT_SEAL);
	e->sequence = 0;
	e->nsigners = r->nsigners;
	memcpy(e->seal.sequences, r->content->sequences, sizeof(e->seal.sequences));
	for (size_t i = 0; i < r->nsigners; i++)
		if ((err = evx_sshkey_encode(&r->signers[i].pub, e->signers[i])) != EVX_OK)
			return err;
	if ((err = evx_age_recipient_encode(r->keys->custody_pub, e->seal.custody_key)) != EVX_OK)
		return err;
	return evx_age_recipient_encode(r->keys->content_pub, e->seal.content_key);
}

/* The content part, or (listing_only) the listing part that custody readers can open. */
static enum evx_err add_content(
	struct making *m, const struct evx_seal_request *r, bool listing_only, struct readers to)
{
	struct evx_content_part part = *r->content;
	struct evx_buf plain = EVX_BUF_INIT;
	enum evx_err err;

	part.binding = evx_binding_of(r->event);
	part.listing_only = listing_only;
	if (listing_only)
		memset(&part.content, 0, sizeof(part.content));
	err = evx_content_part_encode(&part, &plain, m->diag);
	if (err == EVX_OK)
		err = add_part(m, listing_only ? EVX_MEMBER_LISTING : EVX_MEMBER_CONTENT, 0, to,
			plain.data, plain.len);
	evx_buf_free(&plain);
	evx_wipe(&part, sizeof(part));
	return err;
}

static enum evx_err add_seal_parts(struct making *m, const struct evx_seal_request *r)
{
	uint8_t keys[2][1][32];
	const struct readers custody = { (const uint8_t(*)[32])keys[0], 1 },
			     content = { (const uint8_t(*)[32])keys[1], 1 };
	enum evx_err err;

	memcpy(keys[0][0], r->keys->custody_pub, 32);
	memcpy(keys[1][0], r->keys->content_pub, 32);
	if ((err = add_details(m, custody)) != EVX_OK ||
		(err = add_content(m, r, false, content)) != EVX_OK ||
		(r->custody_lists && (err = add_content(m, r, true, custody)) != EVX_OK))
		return err;
	return add_attachments(m, custody);
}

/* Judges the files as any verifier will: what it would call broken is not given out. */
static enum evx_err check_files(
	const struct evx_event *seal, const struct evx_event_files *files, struct evx_diag *diag)
{
	struct evx_findings findings = { 0 };
	struct evx_chain *chain = evx_chain_new(seal->uuid, seal->time, &findings);
	enum evx_err err = EVX_E_MEMORY;

	if (chain == NULL)
		goto out;
	evx_chain_set_tagmanifest(chain, seal->seal.tagmanifest);
	if ((err = evx_chain_add_files(chain, files, diag)) != EVX_OK ||
		(err = evx_chain_finish(chain, diag)) != EVX_OK)
		goto out;
	for (size_t i = 0; err == EVX_OK && i < findings.n; i++)
		if (findings.at[i].weight >= EVX_WEIGHT_UNCHECKED &&
			strcmp(findings.at[i].code, "C-KEYFILE") != 0) /* these come later */
			err = evx_fail(diag, EVX_E_USAGE, "seal: %s %s", findings.at[i].code,
				findings.at[i].text);
out:
	evx_chain_free(chain);
	evx_findings_free(&findings);
	return err;
}

enum evx_err evx_seal_build(const struct evx_seal_request *r, struct evx_event_files *files,
	uint8_t hash[32], struct evx_diag *diag)
{
	struct making m = { .event = r->event,
		.details = r->details,
		.attachments = r->attachments,
		.nattachments = r->nattachments,
		.diag = diag };
	enum evx_err err;

	memset(files, 0, sizeof(*files));
	memset(hash, 0, 32);
	if ((err = check_common(&m, r->nsigners)) == EVX_OK &&
		(err = check_seal(r, diag)) == EVX_OK && (err = fill_seal(r)) == EVX_OK &&
		(err = add_seal_parts(&m, r)) == EVX_OK &&
		(err = evx_event_encode(r->event, &m.draft.json, diag)) == EVX_OK &&
		(err = evx_event_sign_all(
			 &m.draft, r->event, r->signers, r->nsigners, hash, diag)) == EVX_OK &&
		(err = evx_event_files_made(&m.draft, r->event, files)) == EVX_OK)
		err = check_files(r->event, files, diag);
	evx_receipt_free(&m.draft);
	if (err == EVX_OK)
		return EVX_OK;
	evx_event_files_free(files);
	memset(hash, 0, 32);
	return evx_fail(diag, err, "seal: cannot be made");
}

/* ---- Events after the seal */

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

static enum evx_err add_event_parts(struct making *m, const struct evx_event_request *r)
{
	uint8_t(*keys)[32] = NULL;
	struct readers to;
	enum evx_err err;

	if (r->details == NULL)
		return EVX_OK;
	if ((err = find_readers(r, &keys, &to.n, m->diag)) != EVX_OK)
		goto out;
	to.at = (const uint8_t(*)[32])keys;
	if ((err = add_details(m, to)) != EVX_OK)
		goto out;
	err = add_attachments(m, to);
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
	if ((err = name_of(e, kind, 0, name)) != EVX_OK ||
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
	const struct evx_event_request *r, struct evx_receipt *draft, struct evx_diag *diag)
{
	struct making m = { .event = r->event,
		.details = r->details,
		.attachments = r->attachments,
		.nattachments = r->nattachments,
		.diag = diag };
	enum evx_err err;

	memset(draft, 0, sizeof(*draft));
	if ((err = check_common(&m, r->nsigners)) != EVX_OK ||
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
	if ((err = evx_event_draft(request, &made, diag)) != EVX_OK ||
		(err = evx_event_sign_all(&made, request->event, signers, request->nsigners, hash,
			 diag)) != EVX_OK) {
		memset(hash, 0, 32);
		evx_receipt_free(&made);
		return evx_fail(diag, err, "event: cannot be made");
	}
	*out = made;
	return EVX_OK;
}
