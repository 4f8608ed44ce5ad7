/* Signed documents (format-spec/documents.md "Signed document"): a JSON line and one signature for
 * each key in its `signers`. */
#ifndef EVX_CUSTODY_DOCUMENT_H
#define EVX_CUSTODY_DOCUMENT_H

#include "custody/signer.h"
#include "format/signed_text.h"

#define EVX_NS_EVENT "evx-event/1"
#define EVX_NS_CARD "evx-card/1"

struct evx_signers {
	struct evx_sshkey at[EVX_SIGNERS_MAX];
	size_t n;
};

/* Verifies the document: json is a JSON line, names 1 to 16 signers, none twice, and sigs are
 * exactly their signatures under ns, in order. EVX_E_CORRUPT, EVX_E_LIMIT (JSON, signers, form of a
 * signature), EVX_E_CUSTODY (not as many signatures as signers), EVX_E_FORGED (a signature does not
 * match), EVX_E_UNSUPPORTED. *signers (NULL allowed) is filled on success only. */
enum evx_err evx_document_verify(const char *ns, struct evx_bytes json,
	const struct evx_bytes *sigs, size_t nsigs, struct evx_signers *signers,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs json, which must name exactly these signers in this order (EVX_E_USAGE otherwise), and
 * verifies what came back: appends signature i to sigs[i]. */
enum evx_err evx_document_sign(const char *ns, struct evx_bytes json,
	const struct evx_signer *signers, size_t nsigners, struct evx_buf *sigs,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same by one signer: appends document and signature as one text to out. */
enum evx_err evx_document_sign_text(const char *ns, struct evx_bytes json,
	const struct evx_signer *signer, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
