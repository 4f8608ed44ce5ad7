/* Signed documents: sign, verify. */
#include "custody/document.h"

#include <string.h>

#include "base/json.h"

static enum evx_err read_signers(
	const struct evx_json *root, struct evx_signers *out, struct evx_diag *diag)
{
	const struct evx_json *arr;
	size_t i, k, n;
	enum evx_err err = evx_json_arr(root, "signers", false, &arr, diag);

	if (err != EVX_OK)
		return err;
	n = evx_json_len(arr);
	if (n > EVX_SIGNERS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "signed document: found %zu signers (limit %u)",
			n, EVX_SIGNERS_MAX);
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"signed document: expected at least one signer, found none");
	for (i = 0; i < n; i++) {
		size_t len;
		const char *s = evx_json_text(evx_json_at(arr, i), &len);

		if (s == NULL)
			return evx_fail(diag, EVX_E_CORRUPT,
				"signed document: expected texts in signers, found another value");
		if ((err = evx_sshkey_decode(s, len, &out->at[i], diag)) != EVX_OK)
			return err;
		for (k = 0; k < i; k++)
			if (evx_sshkey_equal(&out->at[k], &out->at[i]))
				return evx_fail(diag, EVX_E_CORRUPT,
					"signed document: expected each signer once, found one "
					"twice");
	}
	out->n = n;
	return EVX_OK;
}

/* The signers that json, a JSON line, names. */
static enum evx_err signers_of(
	struct evx_bytes json, struct evx_signers *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_json_parse_line(json.p, json.n, EVX_DOCUMENT_MAX, &root, diag);
	if (err == EVX_OK)
		err = read_signers(root, out, diag);
	evx_json_free(root);
	return err;
}

enum evx_err evx_document_verify(const char *ns, struct evx_bytes json,
	const struct evx_bytes *sigs, size_t nsigs, struct evx_signers *signers,
	struct evx_diag *diag)
{
	struct evx_signers named;
	enum evx_err err;
	size_t i;

	if (signers != NULL)
		memset(signers, 0, sizeof(*signers));
	err = signers_of(json, &named, diag);
	if (err != EVX_OK)
		return err;
	if (nsigs != named.n)
		return evx_fail(diag, EVX_E_CUSTODY,
			"signed document: expected %zu signatures, one by each signer, found %zu",
			named.n, nsigs);
	for (i = 0; i < named.n; i++)
		if ((err = evx_sshsig_verify(&named.at[i], ns, sigs[i].p, sigs[i].n, json.p, json.n,
			     diag)) != EVX_OK)
			return err;
	if (signers != NULL)
		*signers = named;
	return err;
}

enum evx_err evx_document_sign(const char *ns, struct evx_bytes json,
	const struct evx_signer *signers, size_t nsigners, struct evx_buf *sigs,
	struct evx_diag *diag)
{
	struct evx_signers named;
	enum evx_err err = signers_of(json, &named, diag);
	size_t i;

	if (err != EVX_OK)
		return err;
	if (named.n != nsigners)
		return evx_fail(diag, EVX_E_USAGE,
			"signed document: expected %zu signers, found %zu", named.n, nsigners);
	for (i = 0; i < nsigners; i++)
		if (!evx_sshkey_equal(&named.at[i], &signers[i].pub))
			return evx_fail(diag, EVX_E_USAGE,
				"signed document: expected the keys of its signers in their order, "
				"found another");
	for (i = 0; i < nsigners; i++) {
		size_t start = sigs[i].len;

		if ((err = signers[i].sign(signers[i].ctx, ns, json.p, json.n, &sigs[i], diag)) !=
			EVX_OK)
			return err;
		/* A signer may be another program: what does not verify is not taken. */
		err = evx_sshsig_verify(&signers[i].pub, ns, sigs[i].data + start,
			sigs[i].len - start, json.p, json.n, diag);
		if (err != EVX_OK)
			return err;
	}
	return EVX_OK;
}

enum evx_err evx_document_sign_text(const char *ns, struct evx_bytes json,
	const struct evx_signer *signer, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_buf sig = EVX_BUF_INIT;
	struct evx_signed_text parts = { .json = json, .nsigs = 1 };
	enum evx_err err = evx_document_sign(ns, json, signer, 1, &sig, diag);

	if (err == EVX_OK) {
		parts.sigs[0] = (struct evx_bytes){ sig.data, sig.len };
		err = evx_fail_buf(diag, evx_signed_text_join(&parts, out));
	}
	evx_buf_free(&sig);
	return err;
}
