/* Building the seal: event 0000 with all its files (format-spec/seal.md). */
#ifndef EVX_CUSTODY_SEAL_BUILD_H
#define EVX_CUSTODY_SEAL_BUILD_H

#include "custody/exhibit_keys.h"
#include "custody/signer.h"
#include "format/content_part.h"
#include "format/details.h"

/* A file to be stored beside the evidence, encrypted to the custody key. */
struct evx_seal_attachment {
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
	const struct evx_seal_attachment *attachments;
	size_t nattachments;
	const struct evx_signer *signers;
	size_t nsigners;
};

struct evx_seal_file {
	char name[EVX_MEMBER_NAME_CAP]; /* without the UUID */
	struct evx_buf bytes;
};
struct evx_seal_files {
	struct evx_seal_file *at;
	size_t n;
};
void evx_seal_files_free(struct evx_seal_files *files);

/* Makes the seal's files, in the container's order, the record last; *hash is the hash of the seal,
 * the exhibit's true name. EVX_E_USAGE when details and event disagree (complete), or something is
 * missing. The chain's rules are checked over the result before it is given out. */
enum evx_err evx_seal_build(const struct evx_seal_request *request, struct evx_seal_files *files,
	uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
