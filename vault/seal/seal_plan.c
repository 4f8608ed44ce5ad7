/* The plan of a seal, from its options and the files that they name. */
#include "seal/seal_plan.h"

#include <string.h>

#include "people/card_info.h"
#include "people/home.h"
#include "seal/seal_details.h"

/* Whom a policy may name by their cards' names. */
struct named {
	struct evx_cards known;
	const struct evx_card *signer;
};

/* Somebody whom the policy names: a known card's person or fingerprint, or the signer's own. */
static enum evx_err named_in_policy(
	void *ctx, const char *name, char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	const struct named *n = ctx;
	const struct evx_card *found = NULL;

	for (size_t i = 0; i <= n->known.n; i++) {
		const struct evx_card *card = i < n->known.n ? &n->known.at[i] : n->signer;
		char fingerprint[EVX_FINGERPRINT_CAP];
		enum evx_err err = evx_card_fingerprint(card, fingerprint, diag);

		if (err != EVX_OK)
			return err;
		if (strcmp(name, card->person) != 0 && strcmp(name, fingerprint) != 0)
			continue;
		if (found != NULL && strcmp(found->signing, card->signing) != 0)
			return evx_fail(diag, EVX_E_USAGE,
				"The policy names '%.100s', and more than one card has this name. "
				"Nothing was sealed. Write the fingerprint in the policy.",
				name);
		found = card;
	}
	if (found == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"The policy names '%.100s'. This is not a public signing key, and no "
			"trusted card has this name. Nothing was sealed. Trust the card: evx trust "
			"add CARD",
			name);
	memcpy(out, found->signing, EVX_KEY_TEXT_CAP);
	return EVX_OK;
}

static enum evx_err parse_policy(struct evx_home *h, const struct evx_inputs *file,
	const struct evx_card *signer, struct evx_policy *out, struct evx_diag *diag)
{
	struct named named = { .signer = signer };
	enum evx_err err;

	if (file->n == 0)
		return EVX_OK;
	if ((err = evx_home_trusted(h, &named.known, diag)) != EVX_OK)
		goto out;
	err = evx_diag_in(diag, file->at[0].path,
		evx_policy_decode_file(file->at[0].bytes.data, file->at[0].bytes.len,
			named_in_policy, &named, out, diag));
out:
	evx_cards_free(&named.known);
	return err;
}

/* Those who are named, those whom this machine always adds, and those who come with the target. */
static enum evx_err gather_readers(struct evx_home *h, const struct evx_seal_inputs *in,
	const struct evx_card *self, const struct evx_seal_filing *filing, struct evx_readers *out,
	struct evx_diag *diag)
{
	struct evx_cards always = { 0 };
	const struct evx_readers_from from = { .to = &in->to,
		.custody_to = &in->custody_to,
		.self = self,
		.always = &always,
		.also = filing->readers,
		.nalso = filing->nreaders };
	enum evx_err err;

	if ((err = evx_home_always(h, &always, diag)) != EVX_OK)
		goto out;
	if (in->to.n + in->custody_to.n + in->witnesses.n > 0 &&
		(err = evx_names_load(h, diag)) != EVX_OK)
		goto out;
	if ((err = evx_names_check_files(&h->names, &in->to, diag)) != EVX_OK ||
		(err = evx_names_check_files(&h->names, &in->custody_to, diag)) != EVX_OK ||
		(err = evx_names_check_files(&h->names, &in->witnesses, diag)) != EVX_OK)
		goto out;
	err = evx_readers_gather(&from, out, diag);
out:
	evx_cards_free(&always);
	return err;
}

static enum evx_err describe(const struct evx_seal_options *opt, const struct evx_seal_inputs *in,
	const struct evx_card *signer, const char *case_label, struct evx_seal_plan *plan,
	struct evx_diag *diag)
{
	struct evx_card_info actor;
	enum evx_err err = evx_card_info_of(signer, &actor, diag);

	if (err != EVX_OK ||
		(err = evx_seal_details_describe(opt,
			 in->details.n == 0 ? NULL : &in->details.at[0].bytes, &actor,
			 &in->witnesses, &plan->details, diag)) != EVX_OK)
		return err;
	if (case_label == NULL ||
		(err = evx_details_set(&plan->details.case_label, case_label)) == EVX_OK)
		err = evx_readers_describe(&plan->readers, &plan->details.readers);
	return err == EVX_OK ? EVX_OK : evx_fail_buf(diag, err);
}

/* One number for two exhibits is most often a mistake, and later nobody knows which is meant. */
static enum evx_err ask_twice(const struct evx_seal_options *opt,
	const struct evx_seal_filing *filing, struct evx_diag *diag)
{
	const enum evx_err err = filing->twins > 0 && opt->twice != NULL ?
		opt->twice(opt->twice_ctx, filing->twin, filing->twins) :
		EVX_OK;

	if (err == EVX_OK)
		return EVX_OK;
	if (err == EVX_E_INTERRUPTED)
		return evx_fail(diag, err, "You did not confirm. Nothing was sealed.");
	return evx_fail(diag, err,
		"The case has an exhibit %.60s already: %s. Nothing was sealed. Use another "
		"number. "
		"If this is the same exhibit once more, use --yes.",
		opt->exhibit_number, filing->twin);
}

enum evx_err evx_seal_plan_make(struct evx_home *h, const struct evx_seal_options *opt,
	const struct evx_seal_inputs *in, const struct evx_card *signer,
	const struct evx_seal_filing *filing, struct evx_seal_plan *plan, struct evx_diag *diag)
{
	enum evx_err err;

	if ((err = gather_readers(
		     h, in, opt->self ? signer : NULL, filing, &plan->readers, diag)) != EVX_OK ||
		(err = describe(opt, in, signer, filing->case_label, plan, diag)) != EVX_OK ||
		(err = parse_policy(h, &in->policy, signer, &plan->policy, diag)) != EVX_OK)
		return err;
	if (in->expected.n > 0 &&
		(err = evx_diag_in(diag, in->expected.at[0].path,
			 evx_digest_list_parse(in->expected.at[0].bytes.data,
				 in->expected.at[0].bytes.len, &plan->expected, diag))) != EVX_OK)
		return err;
	err = ask_twice(opt, filing, diag);
	if (err != EVX_OK)
		return err;
	if (opt->confirm != NULL &&
		!opt->confirm(opt->confirm_ctx, plan->readers.at, plan->readers.n))
		return evx_fail(
			diag, EVX_E_INTERRUPTED, "You did not confirm. Nothing was sealed.");
	return EVX_OK;
}

void evx_seal_plan_free(struct evx_seal_plan *plan)
{
	evx_readers_free(&plan->readers);
	evx_details_free(&plan->details);
	evx_policy_free(&plan->policy);
	evx_digest_list_free(plan->expected);
}
