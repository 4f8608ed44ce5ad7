/* Building the events after the seal, and drafts that several sign one after the other
 * (format-spec/events.md). */
#ifndef EVX_CUSTODY_EVENT_BUILD_H
#define EVX_CUSTODY_EVENT_BUILD_H

#include "custody/chain.h"
#include "custody/exhibit_keys.h"
#include "custody/seal_build.h"
#include "format/details.h"
#include "format/receipt.h"

/* What to record. The caller fills event: type, time and event->fields but those named below;
 * details (NULL: none) without binding and attachments. uuid, sequence, exhibit, previous, record,
 * signers, files, private_stanzas and the hashes of key files are filled in here; stamps
 * (evx_event_set_stamps) by the caller, who knows which responses are good. */
struct evx_event_request {
	struct evx_event *event;
	struct evx_details *details;
	const struct evx_seal_attachment *attachments; /* need details, which name them */
	size_t nattachments;
	const struct evx_chain_result *chain; /* the chain it continues: its last event must have
						 its record */
	const struct evx_sshkey *signers; /* public keys of all who must sign, the actor first */
	size_t nsigners;
	const uint8_t (*cards)[32]; /* encryption keys for private details; NULL: they go to the
				       custody key in force */
	size_t ncards;
	const struct evx_buf *custody_file, *content_file; /* rewrap: the new key files; NULL where
							      there is none */
};

/* Makes the event unsigned, all its parts encrypted. EVX_E_USAGE when something is missing or would
 * not be read back, EVX_E_LIMIT. Whether the rules allow it is for evx_rules_check to say, before.
 */
enum evx_err evx_event_draft(const struct evx_event_request *request, struct evx_receipt *draft,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds a signature. EVX_E_USAGE when the draft does not name that key, EVX_E_EXISTS when it has
 * signed; EVX_E_CORRUPT, EVX_E_FORGED when the draft's parts or the signatures there are not good.
 */
enum evx_err evx_event_sign(struct evx_receipt *draft, const struct evx_signer *signer,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes the record of a draft that all have signed. EVX_E_CUSTODY while a signature is missing.
 * *hash is the event's. */
enum evx_err evx_event_complete(
	struct evx_receipt *draft, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* All three in one step, for a single machine: signers are those of the request, in its order. */
enum evx_err evx_event_build(const struct evx_event_request *request,
	const struct evx_signer *signers, struct evx_receipt *out, uint8_t hash[32],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The hash of the receipt's event: the SHA-256 of its document (format-spec/documents.md "Event").
 */
void evx_event_hash(const struct evx_receipt *receipt, uint8_t hash[32]);

/* What a receipt or draft holds: decodes its document into *event (the caller's to free after
 * success) and compares its parts with the hashes it signs, its time-stamps with those it names,
 * its signatures with its signers, its record, if there is one, with its files. *missing (NULL
 * allowed) gets the signers who have not signed. EVX_E_CORRUPT, EVX_E_FORGED, EVX_E_UNSUPPORTED;
 * EVX_E_CUSTODY when a record is there and a signature is not. */
struct evx_event_missing {
	char at[EVX_SIGNERS_MAX][EVX_KEY_TEXT_CAP];
	size_t n;
};
enum evx_err evx_event_read(const struct evx_receipt *receipt, struct evx_event *event,
	struct evx_event_missing *missing, struct evx_diag *diag) EVX_MUST_CHECK;
/* The members of a complete receipt in the order in which they stand in a bundle: key files,
 * document, signatures, parts, record. The files are copies. EVX_E_USAGE for a draft. */
enum evx_err evx_event_files(const struct evx_receipt *receipt, struct evx_seal_files *files,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The receipt of event number of a bundle, from its members' bytes in any order, those of the
 * time-stamps that it names among them (other members of other events are passed over).
 * EVX_E_NOT_FOUND, EVX_E_CORRUPT. */
enum evx_err evx_event_receipt(const struct evx_seal_files *members, uint32_t number,
	struct evx_receipt *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
