/* The small files its options name, read before confinement and parsed after. */
#include "seal/seal_inputs.h"

#include <string.h>

#include "seal/seal_vault.h"

enum evx_err evx_seal_inputs_read(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_seal_options *o = run->opt;
	const char *one;
	enum evx_err err = evx_inputs_read(o->to, o->nto, EVX_DOCUMENT_MAX, &run->to, diag);

	if (err == EVX_OK)
		err = evx_inputs_read(
			o->custody_to, o->ncustody_to, EVX_DOCUMENT_MAX, &run->custody_to, diag);
	if (err == EVX_OK)
		err = evx_inputs_read(
			o->witness, o->nwitness, EVX_DOCUMENT_MAX, &run->witnesses, diag);
	if (err == EVX_OK)
		err = evx_inputs_read(o->attach, o->nattach, EVX_MEMBER_MAX - EVX_MEMBER_MAX / 1024,
			&run->attachments, diag);
	one = o->details_file;
	if (err == EVX_OK && one != NULL)
		err = evx_inputs_read(&one, 1, EVX_DETAILS_MAX, &run->details_file, diag);
	one = o->policy_file;
	if (err == EVX_OK && one != NULL)
		err = evx_inputs_read(&one, 1, EVX_DOCUMENT_MAX, &run->policy_file, diag);
	one = o->expect_hash;
	if (err == EVX_OK && one != NULL)
		err = evx_inputs_read(&one, 1, EVX_MANIFEST_MAX, &run->expect_file, diag);
	if (err == EVX_OK)
		evx_home_read(run->home);
	return err;
}

/* Somebody whom the policy names: a known card's person or fingerprint, or the signer's own. */
static enum evx_err named_in_policy(
	void *ctx, const char *name, char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	const struct evx_seal_run *run = ctx;
	const struct evx_card *found = NULL;

	for (size_t i = 0; i <= run->known.n; i++) {
		const struct evx_card *card = i < run->known.n ? &run->known.at[i] :
								 &run->hand.id.card;
		char fingerprint[EVX_FINGERPRINT_CAP];
		enum evx_err err = evx_card_fingerprint(card, fingerprint, diag);

		if (err != EVX_OK)
			return err;
		if (strcmp(name, card->person) != 0 && strcmp(name, fingerprint) != 0)
			continue;
		if (found != NULL && strcmp(found->signing, card->signing) != 0)
			return evx_fail(diag, EVX_E_USAGE,
				"policy: more than one card names '%.100s'; use the fingerprint",
				name);
		found = card;
	}
	if (found == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"policy: '%.100s' is no public signing key, and no known card names it",
			name);
	memcpy(out, found->signing, EVX_KEY_TEXT_CAP);
	return EVX_OK;
}

static enum evx_err parse_policy(struct evx_seal_run *run, struct evx_diag *diag)
{
	if (run->policy_file.n == 0)
		return EVX_OK;
	return evx_diag_in(diag, run->opt->policy_file,
		evx_policy_decode_file(run->policy_file.at[0].bytes.data,
			run->policy_file.at[0].bytes.len, named_in_policy, run,
			&run->event.seal.policy, diag));
}

static enum evx_err load_home(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err = evx_home_always(run->home, &run->always, diag);

	if (err == EVX_OK && run->policy_file.n > 0)
		err = evx_home_trusted(run->home, &run->known, diag);
	return err == EVX_OK && run->to.n + run->custody_to.n + run->witnesses.n > 0 ?
		evx_names_load(run->home, diag) :
		err;
}

enum evx_err evx_seal_inputs_parse(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err;
	const struct evx_seal_vault *v = run->vault;
	const struct evx_readers_from from = { .to = &run->to,
		.custody_to = &run->custody_to,
		.self = run->opt->self ? &run->hand.id.card : NULL,
		.always = &run->always,
		.also = v != NULL ? v->readers : NULL,
		.nalso = v != NULL ? v->nreaders : 0 };
	struct evx_card_info actor;

	err = load_home(run, diag);
	if (err == EVX_OK)
		err = evx_names_check_files(&run->home->names, &run->to, diag);
	if (err == EVX_OK)
		err = evx_names_check_files(&run->home->names, &run->custody_to, diag);
	if (err == EVX_OK)
		err = evx_names_check_files(&run->home->names, &run->witnesses, diag);
	if (err == EVX_OK)
		err = evx_readers_gather(&from, &run->readers, diag);
	if (err == EVX_OK)
		err = evx_card_info_of(&run->hand.id.card, &actor, diag);
	if (err == EVX_OK)
		err = evx_seal_describe(run->opt,
			run->details_file.n == 0 ? NULL : &run->details_file.at[0].bytes, &actor,
			&run->witnesses, &run->details, diag);
	if (err == EVX_OK && v != NULL && v->label != NULL)
		err = evx_details_set(&run->details.case_label, v->label);
	if (err == EVX_OK)
		err = evx_readers_describe(&run->readers, &run->details.readers);
	if (err == EVX_OK)
		err = parse_policy(run, diag);
	if (err == EVX_OK && run->expect_file.n > 0)
		err = evx_diag_in(diag, run->opt->expect_hash,
			evx_digest_list_parse(run->expect_file.at[0].bytes.data,
				run->expect_file.at[0].bytes.len, &run->expected, diag));
	if (err == EVX_OK && run->opt->confirm != NULL &&
		!run->opt->confirm(run->opt->confirm_ctx, run->readers.at, run->readers.n))
		err = evx_fail(diag, EVX_E_INTERRUPTED, "seal: not confirmed, nothing was written");
	return err;
}
