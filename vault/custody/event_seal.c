/* The seal, event 0, with all its files. */
#include <string.h>

#include "custody/event_making.h"

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
static enum evx_err add_content(struct evx_making *m, const struct evx_seal_request *r,
	bool listing_only, struct evx_making_readers to)
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
		err = evx_making_part(m, listing_only ? EVX_MEMBER_LISTING : EVX_MEMBER_CONTENT, 0,
			to, plain.data, plain.len);
	evx_buf_free(&plain);
	evx_wipe(&part, sizeof(part));
	return err;
}

static enum evx_err add_seal_parts(struct evx_making *m, const struct evx_seal_request *r)
{
	uint8_t keys[2][1][32];
	const struct evx_making_readers custody = { (const uint8_t(*)[32])keys[0], 1 },
					content = { (const uint8_t(*)[32])keys[1], 1 };
	enum evx_err err;

	memcpy(keys[0][0], r->keys->custody_pub, 32);
	memcpy(keys[1][0], r->keys->content_pub, 32);
	if ((err = evx_making_details(m, custody)) != EVX_OK ||
		(err = add_content(m, r, false, content)) != EVX_OK ||
		(r->custody_lists && (err = add_content(m, r, true, custody)) != EVX_OK))
		return err;
	return evx_making_attachments(m, custody);
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

enum evx_err evx_event_build_seal(const struct evx_seal_request *r, struct evx_event_files *files,
	uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_making m = { .event = r->event,
		.details = r->details,
		.attachments = r->attachments,
		.nattachments = r->nattachments,
		.diag = diag };
	enum evx_err err;

	memset(files, 0, sizeof(*files));
	memset(hash, 0, 32);
	if ((err = evx_making_check(&m, r->nsigners)) == EVX_OK &&
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
