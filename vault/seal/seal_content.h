/* The stage of a seal that reads: sources in, packs out to the target. */
#ifndef EVX_SEAL_SEAL_CONTENT_H
#define EVX_SEAL_SEAL_CONTENT_H

#include "format/details.h"
#include "format/digest_list.h"
#include "seal/reread.h"
#include "seal/seal_sources.h"
#include "seal/seal_target.h"

struct evx_seal_content_task {
	const struct evx_seal_options *opt;
	const struct evx_seal_sources *sources;
	struct evx_seal_target *target;   /* begun */
	const uint8_t *secret;            /* 32 bytes: the exhibit's content identity */
	struct evx_digest_list *expected; /* each file is compared with it; NULL: none */
	struct evx_reread *reread;        /* everything is read again; NULL: once is enough */
	struct evx_progress *progress;    /* NULL allowed */
	const struct evx_cancel *cancel;  /* NULL allowed */
};

/* Walks and reads the sources into packs. *payload gets what was sealed (evx_payload_result_wipe,
 * also after an error), *c what could not be read, *again what the second reading found. */
enum evx_err evx_seal_content(const struct evx_seal_content_task *task,
	struct evx_payload_result *payload, struct evx_completeness *c,
	struct evx_details_reread *again, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
