/* The small files that a seal's options name, into memory. */
#include "seal/seal_inputs.h"

#include "format/limits.h"
#include "people/named_cards.h"

void evx_seal_inputs_start(struct evx_start *s, struct evx_home *h,
	const struct evx_seal_options *o, struct evx_seal_inputs *out)
{
	const struct {
		const char *const *paths;
		size_t n, max;
		struct evx_inputs *into;
		bool card;
	} files[] = {
		{ o->to, o->nto, EVX_DOCUMENT_MAX, &out->to, true },
		{ o->custody_to, o->ncustody_to, EVX_DOCUMENT_MAX, &out->custody_to, true },
		{ o->witness, o->nwitness, EVX_DOCUMENT_MAX, &out->witnesses, true },
		{ o->attach, o->nattach, EVX_MEMBER_MAX - EVX_MEMBER_MAX / 1024, &out->attachments,
			false },
		{ &o->details_file, o->details_file != NULL, EVX_DETAILS_MAX, &out->details,
			false },
		{ &o->policy_file, o->policy_file != NULL, EVX_DOCUMENT_MAX, &out->policy, false },
		{ &o->expect_hash, o->expect_hash != NULL, EVX_MANIFEST_MAX, &out->expected,
			false },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i].card)
			evx_named_cards_start(s, h, files[i].paths, files[i].n, files[i].into);
		else
			evx_inputs_start(
				s, files[i].paths, files[i].n, files[i].max, files[i].into);
}

void evx_seal_inputs_free(struct evx_seal_inputs *in)
{
	evx_inputs_free(&in->to);
	evx_inputs_free(&in->custody_to);
	evx_inputs_free(&in->witnesses);
	evx_inputs_free(&in->attachments);
	evx_inputs_free(&in->details);
	evx_inputs_free(&in->policy);
	evx_inputs_free(&in->expected);
}
