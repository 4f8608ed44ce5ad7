/* The last stage of a seal: its statement over what was sealed, signed. */
#ifndef EVX_SEAL_SEAL_SIGN_H
#define EVX_SEAL_SEAL_SIGN_H

#include "content/payload_write.h"
#include "custody/event_build.h"
#include "people/inputs.h"
#include "seal/seal_plan.h"

/* The exhibit's identities, and for how many readers its key files are. */
struct evx_seal_keys {
	struct evx_exhibit_keys keys;
	uint32_t custody_readers, content_readers;
};

struct evx_seal_sign_task {
	const struct evx_seal_options *opt;
	const char *uuid;
	int64_t time; /* seconds since 1970 */
	const struct evx_seal_keys *keys;
	const struct evx_payload_result *payload;
	const uint8_t *tagmanifest; /* 32 bytes: hash of what the bundle says about itself */
	const struct evx_inputs *attachments;
	const struct evx_signer *signer;
};

/* Fills the content part but for its binding, from what the pipeline tells; *part is zeroed before.
 */
void evx_seal_sign_part(const struct evx_payload_result *p, struct evx_content_part *part);
/* Completes the plan's details by what was sealed, and makes the seal's files; hash is that of the
 * seal. */
enum evx_err evx_seal_sign(const struct evx_seal_sign_task *task, struct evx_seal_plan *plan,
	struct evx_event_files *files, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
