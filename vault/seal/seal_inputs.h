/* The small files that a seal's options name: read before confinement, and not parsed yet. */
#ifndef EVX_SEAL_SEAL_INPUTS_H
#define EVX_SEAL_SEAL_INPUTS_H

#include "evx.h"
#include "people/home.h"
#include "people/inputs.h"

/* The last three hold one file or none. */
struct evx_seal_inputs {
	struct evx_inputs to, custody_to, witnesses, attachments, details, policy, expected;
};

/* The files' part of the start. What was read is to be freed, also after an error. */
void evx_seal_inputs_start(struct evx_start *s, struct evx_home *h,
	const struct evx_seal_options *opt, struct evx_seal_inputs *out);
void evx_seal_inputs_free(struct evx_seal_inputs *in);

#endif
