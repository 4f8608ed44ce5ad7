/* Building events: the seal, which is event 0000 (format-spec/seal.md), those after it, and drafts
 * that several sign one after the other (format-spec/events.md). */
#ifndef EVX_CUSTODY_EVENT_BUILD_H
#define EVX_CUSTODY_EVENT_BUILD_H

#include "custody/chain.h"
#include "custody/event_files.h"
#include "custody/event_sign.h"
#include "custody/exhibit_keys.h"
#include "format/content_part.h"
#include "format/details.h"

/* A file to be stored beside the evidence, encrypted like the event's details, which name it. */
struct evx_event_attachment {
	const char *name; /* as the details will call it; UTF-8 */
	const void *p;    /* its bytes; with encryption they must fit EVX_MEMBER_MAX */
	size_t n;
};

/* What to seal. The caller fills event: uuid, time and event.seal but its two keys; details without
 * binding and attachments, with completeness; content without binding. The rest is filled in here.
 */
struct evx_seal_request {
	struct evx_event *event;
	struct evx_details *details;
	struct evx_content_part *content;
	const struct evx_exhibit_keys *keys; /* its public halves suffice */
	bool custody_lists;                  /* also make the listing part for custody readers */
	const struct evx_event_attachment *attachments;
	size_t nattachments;
	const struct evx_signer *signers;
	size_t nsigners;
};

/* What to record after the seal. The caller fills event: type, time and event->fields but those
 * named below; details (NULL: none) without binding and attachments. uuid, sequence, exhibit,
 * previous, record, signers, files, private_stanzas and the hashes of key files are filled in here;
 * stamps (evx_event_set_stamps) by the caller, who knows which responses are good. */
struct evx_event_request {
	struct evx_event *event;
	struct evx_details *details;
	const struct evx_event_attachment *attachments; /* need details, which name them */
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

/* Makes the seal's files, in the container's order, the record last; *hash is the hash of the seal,
 * the exhibit's true name. EVX_E_USAGE when details and event disagree (complete), or something is
 * missing. The chain's rules are checked over the result before it is given out. */
enum evx_err evx_event_build_seal(const struct evx_seal_request *request,
	struct evx_event_files *files, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;

/* Makes the event unsigned, all its parts encrypted. EVX_E_USAGE when something is missing or would
 * not be read back, EVX_E_LIMIT. Whether the rules allow it is for evx_rules_check to say, before.
 */
enum evx_err evx_event_build_draft(const struct evx_event_request *request,
	struct evx_receipt *draft, struct evx_diag *diag) EVX_MUST_CHECK;
/* All in one step, for a single machine: signers are those of the request, in its order. */
enum evx_err evx_event_build(const struct evx_event_request *request,
	const struct evx_signer *signers, struct evx_receipt *out, uint8_t hash[32],
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
