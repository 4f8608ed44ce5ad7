/* Opening an event's encrypted parts (format-spec/seal.md "Encrypted parts"). Each call compares
 * the part with the hash that the event signs (EVX_E_FORGED), requires exactly one X25519 stanza,
 * or as many as `private` says (EVX_E_CORRUPT), and compares the binding with the event
 * (EVX_E_CUSTODY: the finding C-BINDING). EVX_E_KEY when the key does not open it. `name` is the
 * member's, "custody/0000-seal.details.age". */
#ifndef EVX_CUSTODY_SEAL_OPEN_H
#define EVX_CUSTODY_SEAL_OPEN_H

#include "crypto/age.h"
#include "format/content_part.h"
#include "format/details.h"
#include "format/signed_text.h"

/* custody is the exhibit's key, or where the event says `private` that of a named card. Also
 * requires, of a seal, the completeness statement and that it agrees with the public `complete`
 * (EVX_E_CUSTODY). */
enum evx_err evx_seal_open_details(const struct evx_event *event, const char *name,
	struct evx_bytes part, const struct evx_secret *custody, struct evx_details *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens the content part with the content identity. out is the caller's to wipe. */
enum evx_err evx_seal_open_content(const struct evx_event *event, const char *name,
	struct evx_bytes part, const struct evx_secret *content, struct evx_content_part *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens the listing part with the custody identity. out is the caller's to wipe. */
enum evx_err evx_seal_open_listing(const struct evx_event *event, const char *name,
	struct evx_bytes part, const struct evx_secret *custody, struct evx_content_part *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens an attachment and compares it with size and hash in the details (EVX_E_FORGED); appends its
 * bytes to out. */
enum evx_err evx_seal_open_attachment(const struct evx_event *event,
	const struct evx_attachment *attachment, struct evx_bytes part,
	const struct evx_secret *custody, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
