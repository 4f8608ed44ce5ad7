/* The seal and all its files. */
#include "custody/seal_build.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "custody/chain.h"
#include "custody/document.h"
#include "format/record.h"

void evx_seal_files_free(struct evx_seal_files *files)
{
	size_t i;

	if (files == NULL)
		return;
	for (i = 0; i < files->n; i++)
		evx_buf_free(&files->at[i].bytes);
	free(files->at);
	memset(files, 0, sizeof(*files));
}

/* Appends an empty file of this kind; *out is valid until the next call. */
static enum evx_err add_file(struct evx_seal_files *files, enum evx_member_kind kind,
	unsigned number, struct evx_seal_file **out)
{
	struct evx_member_id id = { kind, 0, number, "seal", { 0 } };
	struct evx_seal_file *grown;

	grown = realloc(files->at, (files->n + 1) * sizeof(*grown));
	if (grown == NULL)
		return EVX_E_MEMORY;
	files->at = grown;
	*out = &grown[files->n++];
	memset(*out, 0, sizeof(**out));
	return evx_member_name(&id, (*out)->name);
}

/* Encrypts a part to pub, appends it to the files, and its hash to the event. */
static enum evx_err add_part(struct evx_seal_files *files, struct evx_event *event,
	enum evx_member_kind kind, unsigned number, const uint8_t pub[32], const void *p, size_t n,
	struct evx_diag *diag)
{
	struct evx_seal_file *file;
	uint8_t hash[32];
	uint8_t to[1][32];
	enum evx_err err = add_file(files, kind, number, &file);

	if (err != EVX_OK)
		return err;
	memcpy(to[0], pub, sizeof(to[0]));
	file->bytes.max = EVX_MEMBER_MAX;
	err = evx_age_encrypt((const uint8_t(*)[32])to, 1, p, n, &file->bytes, diag);
	if (err == EVX_E_LIMIT)
		return evx_fail(diag, err,
			"%s: found more bytes than a file beside the evidence may have (limit %u)",
			file->name, EVX_MEMBER_MAX);
	if (err != EVX_OK)
		return err;
	evx_sha256(file->bytes.data, file->bytes.len, hash);
	return evx_event_add_file(event, file->name, hash);
}

static enum evx_err check_request(const struct evx_seal_request *r, struct evx_diag *diag)
{
	if (r->nsigners < 1 || r->nsigners > EVX_SIGNERS_MAX)
		return evx_fail(diag, EVX_E_USAGE, "seal: expected 1 to %u signers, found %zu",
			EVX_SIGNERS_MAX, r->nsigners);
	if (!r->details->has_completeness ||
		r->details->completeness.complete != r->event->seal.complete)
		return evx_fail(diag, EVX_E_USAGE,
			"seal: expected a completeness statement that agrees with the event");
	if (r->event->nfiles != 0 || r->details->attachments.n != 0)
		return evx_fail(diag, EVX_E_USAGE,
			"seal: expected an event without files and details without attachments");
	if (r->nattachments > EVX_ATTACHMENTS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "seal: found %zu attachments (limit %u)",
			r->nattachments, EVX_ATTACHMENTS_MAX);
	return EVX_OK;
}

/* What every event says of itself, and the exhibit's two public keys. */
static enum evx_err fill_event(const struct evx_seal_request *r)
{
	struct evx_event *e = r->event;
	enum evx_err err;
	size_t i;

	evx_event_set_kind(e, EVX_EVENT_SEAL);
	e->sequence = 0;
	e->nsigners = r->nsigners;
	memcpy(e->seal.sequences, r->content->sequences, sizeof(e->seal.sequences));
	for (i = 0; i < r->nsigners; i++)
		if ((err = evx_sshkey_encode(&r->signers[i].pub, e->signers[i])) != EVX_OK)
			return err;
	if ((err = evx_age_recipient_encode(r->keys->custody_pub, e->seal.custody_key)) != EVX_OK)
		return err;
	return evx_age_recipient_encode(r->keys->content_pub, e->seal.content_key);
}

static enum evx_err describe_attachments(const struct evx_seal_request *r)
{
	struct evx_attachment *a;
	enum evx_err err;
	size_t i;

	for (i = 0; i < r->nattachments; i++) {
		const struct evx_seal_attachment *from = &r->attachments[i];
		struct evx_member_id id = { EVX_MEMBER_ATTACH, 0, (unsigned)(i + 1), "seal",
			{ 0 } };
		char name[EVX_MEMBER_NAME_CAP];

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

static enum evx_err add_details(
	const struct evx_seal_request *r, struct evx_seal_files *files, struct evx_diag *diag)
{
	struct evx_buf plain = EVX_BUF_INIT;
	enum evx_err err = describe_attachments(r);

	r->details->binding = evx_binding_of(r->event);
	if (err == EVX_OK)
		err = evx_details_encode(r->details, &plain, diag);
	if (err == EVX_OK)
		err = add_part(files, r->event, EVX_MEMBER_DETAILS, 0, r->keys->custody_pub,
			plain.data, plain.len, diag);
	evx_buf_free(&plain);
	return err;
}

/* The content part, or (listing_only) the listing part that custody readers can open. */
static enum evx_err add_content(const struct evx_seal_request *r, bool listing_only,
	struct evx_seal_files *files, struct evx_diag *diag)
{
	struct evx_content_part part = *r->content;
	struct evx_buf plain = EVX_BUF_INIT;
	enum evx_err err;

	part.binding = evx_binding_of(r->event);
	part.listing_only = listing_only;
	if (listing_only)
		memset(&part.content, 0, sizeof(part.content));
	err = evx_content_part_encode(&part, &plain, diag);
	if (err == EVX_OK)
		err = add_part(files, r->event,
			listing_only ? EVX_MEMBER_LISTING : EVX_MEMBER_CONTENT, 0,
			listing_only ? r->keys->custody_pub : r->keys->content_pub, plain.data,
			plain.len, diag);
	evx_buf_free(&plain);
	evx_wipe(&part, sizeof(part));
	return err;
}

static enum evx_err add_parts(
	const struct evx_seal_request *r, struct evx_seal_files *parts, struct evx_diag *diag)
{
	enum evx_err err;
	size_t i;

	if ((err = add_details(r, parts, diag)) != EVX_OK ||
		(err = add_content(r, false, parts, diag)) != EVX_OK)
		return err;
	if (r->custody_lists && (err = add_content(r, true, parts, diag)) != EVX_OK)
		return err;
	for (i = 0; i < r->nattachments; i++) {
		const struct evx_seal_attachment *a = &r->attachments[i];

		err = add_part(parts, r->event, EVX_MEMBER_ATTACH, (unsigned)(i + 1),
			r->keys->custody_pub, a->p, a->n, diag);
		if (err != EVX_OK)
			return err;
	}
	return EVX_OK;
}

static enum evx_err add_document(
	const struct evx_seal_request *r, struct evx_seal_files *files, struct evx_diag *diag)
{
	struct evx_buf sigs[EVX_SIGNERS_MAX] = { EVX_BUF_INIT };
	struct evx_bytes json;
	struct evx_seal_file *file;
	size_t i;
	enum evx_err err = add_file(files, EVX_MEMBER_JSON, 0, &file);

	if (err == EVX_OK)
		err = evx_event_encode(r->event, &file->bytes, diag);
	if (err == EVX_OK) {
		json = (struct evx_bytes){ file->bytes.data, file->bytes.len };
		err = evx_document_sign(EVX_NS_EVENT, json, r->signers, r->nsigners, sigs, diag);
	}
	for (i = 0; err == EVX_OK && i < r->nsigners; i++) {
		err = add_file(files, EVX_MEMBER_SIG, (unsigned)(i + 1), &file);
		if (err == EVX_OK) {
			file->bytes = sigs[i];
			sigs[i] = (struct evx_buf)EVX_BUF_INIT;
		}
	}
	for (i = 0; i < EVX_SIGNERS_MAX; i++)
		evx_buf_free(&sigs[i]);
	return err;
}

/* Moves the files of parts behind those of files. */
static enum evx_err move_files(struct evx_seal_files *files, struct evx_seal_files *parts)
{
	struct evx_seal_file *grown = realloc(files->at, (files->n + parts->n) * sizeof(*grown));

	if (grown == NULL)
		return EVX_E_MEMORY;
	files->at = grown;
	memcpy(grown + files->n, parts->at, parts->n * sizeof(*grown));
	files->n += parts->n;
	parts->n = 0;
	return EVX_OK;
}

/* Adds the record of all that is in files, the seal's own; *hash is that of its document. */
static enum evx_err add_record(
	const struct evx_event *seal, struct evx_seal_files *files, uint8_t hash[32])
{
	uint8_t sigs[EVX_SIGNERS_MAX][32];
	struct evx_seal_file *file;
	size_t i;
	enum evx_err err;

	evx_sha256(files->at[0].bytes.data, files->at[0].bytes.len, hash);
	for (i = 0; i < seal->nsigners; i++)
		evx_sha256(files->at[1 + i].bytes.data, files->at[1 + i].bytes.len, sigs[i]);
	err = add_file(files, EVX_MEMBER_RECORD, 0, &file);
	return err == EVX_OK ? evx_record_make(seal, hash, (const uint8_t(*)[32])sigs,
				       seal->nsigners, &file->bytes) :
			       err;
}

/* Judges the files as any verifier will: what it would call broken is not given out. */
static enum evx_err check_files(
	const struct evx_seal_request *r, const struct evx_seal_files *files, struct evx_diag *diag)
{
	struct evx_findings findings = { 0 };
	struct evx_chain *chain = evx_chain_new(r->event->uuid, r->event->time, &findings);
	enum evx_err err = chain != NULL ? EVX_OK : EVX_E_MEMORY;
	size_t i;

	if (err == EVX_OK)
		evx_chain_set_tagmanifest(chain, r->event->seal.tagmanifest);
	for (i = 0; err == EVX_OK && i < files->n; i++) {
		struct evx_chain_member m = { files->at[i].name, files->at[i].bytes.len, { 0 },
			files->at[i].bytes.data };

		evx_sha256(files->at[i].bytes.data, files->at[i].bytes.len, m.sha256);
		err = evx_chain_add(chain, &m, diag);
	}
	if (err == EVX_OK)
		err = evx_chain_finish(chain, diag);
	for (i = 0; err == EVX_OK && i < findings.n; i++)
		if (findings.at[i].weight >= EVX_WEIGHT_UNCHECKED &&
			strcmp(findings.at[i].code, "C-KEYFILE") != 0)
			err = evx_fail(diag, EVX_E_USAGE, "seal: %s %s", findings.at[i].code,
				findings.at[i].text);
	evx_chain_free(chain);
	evx_findings_free(&findings);
	return err;
}

enum evx_err evx_seal_build(const struct evx_seal_request *request, struct evx_seal_files *files,
	uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_seal_files made = { 0 }, parts = { 0 };
	enum evx_err err;

	memset(files, 0, sizeof(*files));
	memset(hash, 0, 32);
	if ((err = check_request(request, diag)) != EVX_OK ||
		(err = fill_event(request)) != EVX_OK ||
		(err = add_parts(request, &parts, diag)) != EVX_OK ||
		(err = add_document(request, &made, diag)) != EVX_OK ||
		(err = move_files(&made, &parts)) != EVX_OK ||
		(err = add_record(request->event, &made, hash)) != EVX_OK ||
		(err = check_files(request, &made, diag)) != EVX_OK) {
		evx_seal_files_free(&made);
		evx_seal_files_free(&parts);
		return evx_fail(diag, err, "seal: cannot be made");
	}
	evx_seal_files_free(&parts);
	*files = made;
	return EVX_OK;
}
