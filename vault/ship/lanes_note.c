/* Notes signed and encrypted, and opened again. */
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "custody/document.h"
#include "ship/lanes.h"

enum evx_err evx_lanes_note_seal(const struct evx_shipment_note *note,
	const struct evx_signer *signer, const uint8_t (*keys)[32], size_t n, struct evx_buf *out,
	uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_buf json = EVX_BUF_INIT, text = EVX_BUF_INIT;
	enum evx_err err = evx_shipment_note_encode(note, &json, diag);

	if (err != EVX_OK)
		goto out;
	err = evx_document_sign_text(
		EVX_LANES_NS, (struct evx_bytes){ json.data, json.len }, signer, &text, diag);
	if (err != EVX_OK)
		goto out;
	evx_sha256(json.data, json.len, hash);
	err = evx_age_encrypt(keys, n, text.data, text.len, out, diag);
out:
	evx_buf_free(&json);
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_lanes_note_make(const struct evx_shipment_note *note,
	const struct evx_signer *signer, const uint8_t sender[32], const uint8_t receiver[32],
	struct evx_buf *out, uint8_t hash[32], struct evx_diag *diag)
{
	const int order = evx_hash_order(sender, receiver);
	uint8_t keys[2][32];

	memcpy(keys[0], order < 0 ? sender : receiver, 32);
	memcpy(keys[1], order < 0 ? receiver : sender, 32);
	return evx_lanes_note_seal(
		note, signer, (const uint8_t(*)[32])keys, order == 0 ? 1 : 2, out, hash, diag);
}

enum evx_err evx_lanes_note_read(const void *p, size_t n, const struct evx_secret *key,
	struct evx_shipment_note *out, uint8_t hash[32], struct evx_diag *diag)
{
	const struct evx_age_open open = { .identities = &key, .nidentities = 1 };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_signed_text parts;
	struct evx_signers signers;
	char signer[EVX_SSHKEY_CAP];
	enum evx_err err = evx_age_decrypt(&open, false, p, n, &text, diag);

	memset(out, 0, sizeof(*out));
	if (err != EVX_OK)
		goto out;
	err = evx_signed_text_split(text.data, text.len, &parts, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_document_verify(
		EVX_LANES_NS, parts.json, parts.sigs, parts.nsigs, &signers, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_shipment_note_decode(parts.json.p, parts.json.n, out, diag);
	if (err != EVX_OK)
		goto out;
	evx_sha256(parts.json.p, parts.json.n, hash);
	err = evx_sshkey_encode(&signers.at[0], signer);
	if (err != EVX_OK || strcmp(signer, out->signer) != 0)
		err = evx_fail(diag, EVX_E_FORGED, "note: its signer is another than it names");
out:
	evx_buf_free(&text);
	return err;
}
