/* What list, cat and extract share before they show anything. */
#include "open/open_exhibit.h"

#include <string.h>

#include "base/processors.h"
#include "content/restore.h"
#include "format/text.h"
#include "people/known.h"

enum evx_err evx_open_exhibit(struct evx_open *o, struct evx_home *h,
	const struct evx_open_options *opt, const struct evx_passphrase *ask, int target,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_open_result *result, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	enum evx_err err;
	const struct evx_chain_result *chain;
	struct evx_known known = { .cards = { NULL, 0 } };
	const struct evx_rules_roster rules = evx_known_rules(&known);
	struct evx_exhibit_load load = { .skip_packs = true, .cancel = cancel, .roster = &rules };

	memset(o, 0, sizeof(*o));
	o->jobs = opt->jobs != 0 ? opt->jobs : evx_processors();
	load.jobs = o->jobs;
	o->progress = progress;
	o->cancel = cancel;
	o->result = result;
	evx_exhibit_start(&s, &o->ex, h, opt->bundle, opt->as, EVX_KEY_NEEDED, ask);
	if (evx_start_good(&s) && evx_bundle_form(o->ex.opened.bundle) == EVX_BUNDLE_STREAM)
		s.err = evx_fail(diag, EVX_E_USAGE,
			"A bundle from a pipe can be verified, but not opened. Save it to a file "
			"first.");
	evx_home_start(&s, h, EVX_CONFINE_READ);
	evx_start_beneath(&s, target, EVX_CONFINE_WRITE);
	err = evx_start_confine(&s,
		target >= 0 ? evx_restore_needs(opt->no_owner, opt->devices, opt->privileged) : 0,
		opt->confine ? &o->ex.opened.confinement : NULL);
	result->confinement = o->ex.opened.confinement;
	if (err == EVX_OK)
		err = evx_known_load(&known, h, diag);
	if (err == EVX_OK)
		err = evx_exhibit_load(&o->ex, &load, diag);
	evx_known_free(&known);
	if (err != EVX_OK)
		return err;
	chain = evx_chain_result(o->ex.loaded.chain);
	if (chain->has_exhibit)
		evx_hex_encode(chain->exhibit, 32, result->seal_hash);
	return EVX_OK;
}

enum evx_err evx_open_contents(struct evx_open *o, bool need_content, evx_listing_each each,
	void *ctx, struct evx_diag *diag)
{
	enum evx_err err = evx_exhibit_usable(&o->ex, diag);

	if (err == EVX_OK)
		err = evx_exhibit_unlock(&o->ex, diag);
	if (err == EVX_OK && o->ex.unlocked.tier != EVX_TIER_CONTENT &&
		(need_content || !o->ex.unlocked.has_part))
		err = evx_fail(diag, EVX_E_KEY, "%s",
			need_content ? "You can read the custody details only. To read the "
				       "contents, ask the holder for access: evx recipient add" :
				       "You can read the custody details only, and the sealer gave "
				       "custody readers no list of contents. Ask the holder for "
				       "access: evx recipient add");
	if (err != EVX_OK)
		return err;
	o->contents = evx_exhibit_contents(&o->ex, o->jobs, o->progress, o->cancel);
	if ((err = evx_contents_check_listing(&o->contents, each, ctx, diag)) != EVX_OK)
		return err;
	o->result->verified = true;
	o->result->goes_on = evx_exhibit_goes_on(&o->ex);
	o->result->complete = evx_exhibit_seal(&o->ex)->seal.complete;
	if (o->progress != NULL)
		atomic_store(&o->progress->bytes_total,
			o->ex.unlocked.part.content.present ? o->ex.unlocked.part.content.ref.span :
							      0);
	return EVX_OK;
}
