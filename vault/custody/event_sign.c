/* Drafts signed one by one, and events signed at once. */
#include <string.h>

#include "custody/document.h"
#include "custody/event_sign.h"

/* Puts the signatures in the order of their signers; fresh (NULL: none) is the one of signer number
 * `by`. */
static void arrange(struct evx_receipt *r, const struct evx_event *e,
	const struct evx_signatures *sigs, size_t by, struct evx_buf *fresh)
{
	struct evx_buf in_order[EVX_SIGNERS_MAX] = { EVX_BUF_INIT };
	size_t k, n = 0;

	for (k = 0; k < e->nsigners; k++) {
		if (fresh != NULL && k == by)
			in_order[n++] = *fresh;
		else if (sigs->of[k] != EVX_NO_SIGNATURE)
			in_order[n++] = r->sigs[sigs->of[k]];
	}
	memcpy(r->sigs, in_order, sizeof(in_order));
	r->nsigs = n;
	if (fresh != NULL)
		*fresh = (struct evx_buf)EVX_BUF_INIT;
}

enum evx_err evx_event_sign(
	struct evx_receipt *draft, const struct evx_signer *signer, struct evx_diag *diag)
{
	struct evx_buf sig = EVX_BUF_INIT;
	char key[EVX_SSHKEY_CAP];
	struct evx_signatures sigs;
	struct evx_event e;
	size_t by = 0;
	enum evx_err err;

	if (draft->record.len > 0)
		return evx_fail(diag, EVX_E_USAGE,
			"This file is a complete receipt. All have signed it. Nothing was "
			"changed.");
	if ((err = evx_sshkey_encode(&signer->pub, key)) != EVX_OK ||
		(err = evx_event_read_parts(draft, &e, &sigs, diag)) != EVX_OK)
		return evx_fail_buf(diag, err);
	while (by < e.nsigners && strcmp(e.signers[by], key) != 0)
		by++;
	if (by == e.nsigners)
		err = evx_fail(diag, EVX_E_USAGE,
			"The draft does not ask for your signature. Nothing was changed. Your key "
			"is %s",
			key);
	else if (sigs.of[by] != EVX_NO_SIGNATURE)
		err = evx_fail(diag, EVX_E_EXISTS,
			"You have signed this draft before. Nothing was changed. Your key is %s",
			key);
	/* A signer may be another program: what does not verify is not taken. */
	else if ((err = signer->sign(signer->ctx, EVX_NS_EVENT, draft->json.data, draft->json.len,
			  &sig, diag)) == EVX_OK &&
		(err = evx_sshsig_verify(&signer->pub, EVX_NS_EVENT, sig.data, sig.len,
			 draft->json.data, draft->json.len, diag)) == EVX_OK)
		arrange(draft, &e, &sigs, by, &sig);
	evx_event_free(&e);
	evx_buf_free(&sig);
	return evx_fail_buf(diag, err);
}

enum evx_err evx_event_sign_all(struct evx_receipt *made, const struct evx_event *e,
	const struct evx_signer *signers, size_t n, uint8_t hash[32], struct evx_diag *diag)
{
	const struct evx_bytes json = { made->json.data, made->json.len };
	enum evx_err err;

	err = evx_document_sign(EVX_NS_EVENT, json, signers, n, made->sigs, diag);
	if (err != EVX_OK)
		return err;
	made->nsigs = n;
	evx_event_read_hash(made, hash);
	return evx_event_read_record(made, e, &made->record);
}

enum evx_err evx_event_sign_complete(
	struct evx_receipt *draft, uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_signatures sigs;
	struct evx_event e;
	size_t k;
	enum evx_err err;

	memset(hash, 0, 32);
	if (draft->record.len > 0)
		return evx_fail(diag, EVX_E_USAGE,
			"This file is a complete receipt. All have signed it. Nothing was "
			"changed.");
	if ((err = evx_event_read_parts(draft, &e, &sigs, diag)) != EVX_OK)
		return evx_fail_buf(diag, err);
	for (k = 0; err == EVX_OK && k < e.nsigners; k++)
		if (sigs.of[k] == EVX_NO_SIGNATURE)
			err = evx_fail(diag, EVX_E_CUSTODY,
				"The draft needs %zu signatures. One is missing, by the key %s",
				e.nsigners, e.signers[k]);
	if (err == EVX_OK) {
		arrange(draft, &e, &sigs, 0, NULL);
		err = evx_event_read_record(draft, &e, &draft->record);
	}
	if (err == EVX_OK)
		evx_event_read_hash(draft, hash);
	else
		evx_buf_reset(&draft->record);
	evx_event_free(&e);
	return evx_fail_buf(diag, err);
}
