/* What a receipt or draft holds, compared with what its event signs. */
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "custody/document.h"
#include "custody/event_read.h"
#include "format/record.h"

static enum evx_err match_one(const struct evx_receipt *r, const struct evx_event *e, size_t i,
	struct evx_signatures *out, struct evx_diag *diag)
{
	struct evx_sshkey pub;
	size_t k;
	enum evx_err err;

	for (k = 0; k < e->nsigners; k++) {
		if ((err = evx_sshkey_decode(e->signers[k], strlen(e->signers[k]), &pub, diag)) !=
			EVX_OK)
			return err;
		err = evx_sshsig_verify(&pub, EVX_NS_EVENT, r->sigs[i].data, r->sigs[i].len,
			r->json.data, r->json.len, NULL);
		if (err == EVX_E_MEMORY)
			return err;
		if (err != EVX_OK)
			continue;
		if (out->of[k] != EVX_NO_SIGNATURE)
			return evx_fail(diag, EVX_E_CORRUPT,
				"receipt: expected one signature by each signer, found two by one");
		out->of[k] = i;
		return EVX_OK;
	}
	return evx_fail(diag, EVX_E_FORGED,
		"receipt: expected signatures by the event's signers, found one that is none");
}

static enum evx_err match_signatures(const struct evx_receipt *r, const struct evx_event *e,
	struct evx_signatures *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < EVX_SIGNERS_MAX; i++)
		out->of[i] = EVX_NO_SIGNATURE;
	for (i = 0; err == EVX_OK && i < r->nsigs; i++)
		err = match_one(r, e, i, out, diag);
	return err;
}

/* A part has as many readers as the event says: what a chain would be broken by must not get into
 * one. */
static enum evx_err check_readers(
	const struct evx_receipt_part *part, const struct evx_event *e, struct evx_diag *diag)
{
	const struct evx_event_fields *f = &e->fields;
	size_t want = f->private_stanzas > 0 ? f->private_stanzas : 1;
	struct evx_age_header header;
	struct evx_member_id id;
	enum evx_err err = evx_member_parse(part->name, &id, diag);

	if (err == EVX_OK)
		err = evx_age_inspect(part->bytes.data, part->bytes.len, &header, diag);
	if (err != EVX_OK)
		return err;
	if (id.kind == EVX_MEMBER_KEY_CUSTODY || id.kind == EVX_MEMBER_KEY_CONTENT)
		want = id.kind == EVX_MEMBER_KEY_CUSTODY ? f->custody_readers : f->content_readers;
	if (header.x25519 != want || header.scrypt != 0 || header.other != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s: expected %zu X25519 readers and no other, found %zu", part->name, want,
			header.x25519);
	return EVX_OK;
}

/* The parts are those that the event signs, none missing, none more. */
static enum evx_err check_parts(
	const struct evx_receipt *r, const struct evx_event *e, struct evx_diag *diag)
{
	size_t i,
		want = e->nfiles + (e->fields.custody_readers > 0) +
		(e->fields.content_readers > 0);
	enum evx_err err;

	if (r->nparts != want)
		return evx_fail(diag, EVX_E_CORRUPT,
			"receipt: expected %zu encrypted parts and key files, found %zu", want,
			r->nparts);
	for (i = 0; i < r->nparts; i++) {
		const struct evx_receipt_part *part = &r->parts[i];
		const uint8_t *signed_hash;
		uint8_t hash[32];

		signed_hash = i < e->nfiles && strcmp(e->files[i].name, part->name) == 0 ?
			e->files[i].hash :
			evx_event_key_file_hash(e, part->name);
		evx_sha256(part->bytes.data, part->bytes.len, hash);
		if (signed_hash == NULL || (i > 0 && strcmp(r->parts[i - 1].name, part->name) == 0))
			return evx_fail(diag, EVX_E_CORRUPT,
				"receipt: expected the parts that the event names, found %s",
				part->name);
		if (!evx_hash_equal(hash, signed_hash))
			return evx_fail(diag, EVX_E_FORGED,
				"%s: expected the hash that the event signs, found another",
				part->name);
		if (e->known && (err = check_readers(part, e, diag)) != EVX_OK)
			return err;
	}
	return EVX_OK;
}

/* Its time-stamps are responses that the event names, in its order; some may be missing. */
static enum evx_err check_stamps(
	const struct evx_receipt *r, const struct evx_event *e, struct evx_diag *diag)
{
	size_t i, at = 0;

	for (i = 0; i < r->nstamps; i++, at++) {
		uint8_t hash[32];

		evx_sha256(r->stamps[i].bytes.data, r->stamps[i].bytes.len, hash);
		while (at < e->nstamps && !evx_hash_equal(e->stamps[at], hash))
			at++;
		if (at == e->nstamps || r->stamps[i].event >= e->sequence)
			return evx_fail(diag, EVX_E_FORGED,
				"receipt: expected the time-stamps that its event names, in its "
				"order, found another");
	}
	return EVX_OK;
}

/* The record of the receipt's event. Signatures must be in the order of their signers. */
enum evx_err evx_event_read_record(
	const struct evx_receipt *r, const struct evx_event *e, struct evx_buf *out)
{
	uint8_t json[32], sigs[EVX_SIGNERS_MAX][32];
	size_t i;

	evx_sha256(r->json.data, r->json.len, json);
	for (i = 0; i < r->nsigs; i++)
		evx_sha256(r->sigs[i].data, r->sigs[i].len, sigs[i]);
	return evx_record_make(e, json, (const uint8_t(*)[32])sigs, r->nsigs, out);
}

static enum evx_err check_record(
	const struct evx_receipt *r, const struct evx_event *e, struct evx_diag *diag)
{
	struct evx_buf made = EVX_BUF_INIT;
	enum evx_err err = evx_event_read_record(r, e, &made);

	if (err == EVX_OK &&
		(made.len != r->record.len || memcmp(made.data, r->record.data, made.len) != 0))
		err = evx_fail(diag, EVX_E_FORGED,
			"receipt: expected the record that its files make, found another");
	evx_buf_free(&made);
	return err;
}

/* A complete receipt has all signatures, in order, and its record. */
static enum evx_err check_complete(const struct evx_receipt *r, const struct evx_event *e,
	const struct evx_signatures *sigs, struct evx_diag *diag)
{
	size_t k;

	for (k = 0; k < e->nsigners; k++) {
		if (sigs->of[k] == EVX_NO_SIGNATURE)
			return evx_fail(diag, EVX_E_CUSTODY,
				"receipt: expected %zu signatures, one by each signer, found %zu",
				e->nsigners, r->nsigs);
		if (sigs->of[k] != k)
			return evx_fail(diag, EVX_E_CORRUPT,
				"receipt: expected the signatures in the order of the signers");
	}
	return check_record(r, e, diag);
}

/* Decodes and checks all but the record. *e is the caller's to free after success. */
enum evx_err evx_event_read_parts(const struct evx_receipt *r, struct evx_event *e,
	struct evx_signatures *sigs, struct evx_diag *diag)
{
	enum evx_err err = evx_event_decode(r->json.data, r->json.len, e, diag);

	if (err != EVX_OK)
		return err;
	if (!e->known || evx_event_is_seal(e))
		err = evx_fail(diag, e->known ? EVX_E_CORRUPT : EVX_E_UNSUPPORTED,
			"receipt: expected an event after the seal of a known type");
	if (err != EVX_OK || (err = check_parts(r, e, diag)) != EVX_OK ||
		(err = check_stamps(r, e, diag)) != EVX_OK)
		goto out;
	err = match_signatures(r, e, sigs, diag);
out:
	if (err != EVX_OK)
		evx_event_free(e);
	return err;
}

enum evx_err evx_event_read(const struct evx_receipt *receipt, struct evx_event *event,
	struct evx_event_missing *missing, struct evx_diag *diag)
{
	struct evx_signatures sigs;
	struct evx_event e;
	size_t k;
	enum evx_err err;

	memset(event, 0, sizeof(*event));
	if (missing != NULL)
		memset(missing, 0, sizeof(*missing));
	if ((err = evx_event_read_parts(receipt, &e, &sigs, diag)) != EVX_OK)
		return evx_fail_buf(diag, err);
	if (receipt->record.len > 0)
		err = check_complete(receipt, &e, &sigs, diag);
	if (err != EVX_OK) {
		evx_event_free(&e);
		return evx_fail_buf(diag, err);
	}
	for (k = 0; missing != NULL && k < e.nsigners; k++)
		if (sigs.of[k] == EVX_NO_SIGNATURE)
			memcpy(missing->at[missing->n++], e.signers[k], sizeof(missing->at[0]));
	*event = e;
	return EVX_OK;
}

void evx_event_read_hash(const struct evx_receipt *receipt, uint8_t hash[32])
{
	evx_sha256(receipt->json.data, receipt->json.len, hash);
}
