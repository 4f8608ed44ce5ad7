/* An exhibit opened for reading: bundle, chain, and what an identity opens of it. Shared by verify,
 * show, log, list, cat and extract. */
#ifndef EVX_OPEN_EXHIBIT_H
#define EVX_OPEN_EXHIBIT_H

#include "bundle/bundle.h"
#include "custody/chain.h"
#include "custody/keyring.h"
#include "custody/seal_open.h"
#include "custody/verdict.h"
#include "open/contents.h"
#include "people/home.h"
#include "people/inputs.h"

/* What was opened before the process is confined: where the bundle is, and who reads it. */
struct evx_exhibit_opened {
	struct evx_bundle *bundle;
	bool borrowed; /* the bundle is somebody else's to free */
	bool origin;   /* it stands for the original of the disclosure in bundle: members are its */
	struct evx_exhibit_vault *vault; /* around it, NULL none (open/exhibit_vault.h) */
	bool has_id;
	struct evx_identity id;
	/* Whose keys open it, beside those of the vault's that they open: id, or somebody else's,
	 * or NULL. */
	const struct evx_identity *reader;
	struct evx_diag no_key; /* why there is no identity, where one was wanted */
	struct evx_confine_state confinement;
};

/* What evx_exhibit_load read and judged. */
struct evx_exhibit_loaded {
	struct evx_findings findings;
	struct evx_findings absent; /* while loading: packs and key files that are not there */
	size_t absent_packs;
	struct evx_chain *chain;
	struct evx_chain *origin; /* of a disclosure: the original's, as far as there is one; else
				     NULL */
	struct evx_listing_origin listing_origin; /* with origin */
	bool all_read;    /* walked with all its packs; false: from the index, or without them */
	bool cut;         /* the file ends inside group 0000 */
	bool reached_end; /* the walk saw the end of the archive */
	struct evx_receipt *receipts; /* owned: judged together with the bundle */
	const char **receipt_names;   /* owned array: what findings call them */
	size_t nreceipts;
};

/* What the reader's keys opened. */
struct evx_exhibit_unlocked {
	enum evx_tier tier;
	struct evx_keyring keys; /* the exhibit's identities */
	bool has_part; /* content part, or listing part for custody readers (part.listing_only) */
	struct evx_content_part part;
	struct evx_details seal_details; /* once a key opened them; zeroed before */
	struct evx_payload_source src;
};

/* Each part is filled by one step, in this order. What is found later is added to loaded.findings;
 * unlocked.seal_details is kept by the report, which opens them. */
struct evx_exhibit {
	struct evx_exhibit_opened opened;
	struct evx_exhibit_loaded loaded;
	struct evx_exhibit_unlocked unlocked;
};

enum evx_need_key { EVX_NO_KEY, EVX_KEY_IF_NAMED, EVX_KEY_WANTED, EVX_KEY_NEEDED };

/* An exhibit's part of an operation's start (base/start.h): opens path ("-": standard input)
 * without parsing it, unlocks identity as: when needed or wanted, or when one is named, and lets
 * the bundle, and the vault around it, be read. If no key can be had that is only wanted
 * (EVX_E_KEY), goes on without, and no_key says why. Zeroes *ex first; evx_exhibit_free releases it
 * in any case. */
void evx_exhibit_start(struct evx_start *s, struct evx_exhibit *ex, struct evx_home *h,
	const char *path, const char *as, enum evx_need_key need, const struct evx_passphrase *ask);
/* An exhibit over a bundle that is open already and stays the caller's, without an identity. */
void evx_exhibit_over(struct evx_exhibit *ex, struct evx_bundle *bundle);
/* … in the vault around path, if there is one; reader (NULL: nobody) and h (NULL: none) as struct
 * evx_exhibit and open/exhibit_vault.h have them. */
enum evx_err evx_exhibit_over_in(struct evx_exhibit *ex, struct evx_bundle *bundle,
	const char *path, struct evx_home *h, const struct evx_identity *reader,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_exhibit_free(struct evx_exhibit *ex);
/* Takes more texts of receipts, to be judged together with the bundle; to be called before
 * evx_exhibit_load. What is no receipt is a finding. The paths in texts are needed until the
 * exhibit is freed. */
enum evx_err evx_exhibit_add_receipts(struct evx_exhibit *ex, const struct evx_inputs *texts,
	struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_bundle_walk_packs;
struct evx_exhibit_load {
	bool index_only; /* pass over the packs where the answer is the same (bundle/bundle_walk.h,
			    shortcut) */
	bool skip_packs; /* walk the members, do not read packs */
	bool packs_elsewhere; /* packs that are not there are no finding: they are to come */
	const struct evx_bundle_walk_packs *packs; /* which packs a walk reads
						      (bundle/bundle_walk.h), NULL: all */
	unsigned jobs;
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
	const struct evx_rules_roster *roster; /* who acts for whom, NULL: nobody for another;
						  needed during the call */
};
/* Loads the container and judges the chain; what is wrong is in ex->loaded.findings. Fails only
 * where nothing can be judged (not ours, I/O …). */
enum evx_err evx_exhibit_load(struct evx_exhibit *ex, const struct evx_exhibit_load *opts,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* What the chain of the loaded exhibit would be with one receipt more: judges it anew, without the
 * container, and changes nothing. *findings (to be freed, after a failure, too) gets what would be
 * found in it, *chain (evx_chain_free; NULL after a failure) the result. roster as in the load. */
enum evx_err evx_exhibit_with(const struct evx_exhibit *ex, const struct evx_receipt *more,
	const struct evx_rules_roster *roster, struct evx_findings *findings,
	struct evx_chain **chain, struct evx_diag *diag) EVX_MUST_CHECK;

/* The seal when its document could be read, else NULL. */
const struct evx_event *evx_exhibit_seal(const struct evx_exhibit *ex);
/* True when bytes stand behind the end of the bundle that are not all zero (D-TRAILING, a gap):
 * nobody calls such a file good. */
bool evx_exhibit_goes_on(const struct evx_exhibit *ex);
/* The class of failure and text of the first broken, newer or unchecked finding about data or seal,
 * EVX_OK when there is none: what list, cat and extract refuse to work on. */
enum evx_err evx_exhibit_usable(const struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_OK when data and custody are good, or custody has gaps only: *exit_class is 0 or 5, and *why
 * (NULL allowed) tells of the gap. Else the class of failure and text of the weightiest finding.
 * Trust does not count. */
enum evx_err evx_exhibit_sound(const struct evx_exhibit *ex, int *exit_class,
	const struct evx_finding **why, struct evx_diag *diag) EVX_MUST_CHECK;

/* Opens key files with identity id and with what it opens of the vault around, those of the newest
 * rewrap first, and compares what they hold with the chain; all of them, or (every false) until
 * nothing is missing. Sets ex->unlocked.keys and ex->unlocked.tier, after a failure, too. A key
 * file that holds what the chain does not say is a finding (C-KEY), and the failure when it is the
 * seal's, or nothing else opened, or (every false) no other gave the content identity. Behind the
 * rightful part of the chain only content identities are looked for. EVX_E_KEY without a finding
 * when the identity opens nothing. */
enum evx_err evx_exhibit_open_keys(struct evx_exhibit *ex, const struct evx_identity *id,
	bool every, struct evx_diag *diag) EVX_MUST_CHECK;
/* Then the content part (content tier) or the listing part (custody tier, where there is one): sets
 * ex->unlocked.part and ex->unlocked.src. */
enum evx_err evx_exhibit_open_part(struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;
/* Both, with the identity that the exhibit was opened with. */
enum evx_err evx_exhibit_unlock(struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;
/* The options of open/contents.h for this exhibit. */
struct evx_contents_opts evx_exhibit_contents(const struct evx_exhibit *ex, unsigned jobs,
	struct evx_progress *progress, const struct evx_cancel *cancel);
/* Reads a member whole, up to EVX_MEMBER_MAX. */
enum evx_err evx_exhibit_member(const struct evx_exhibit *ex, const char *name, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads an encrypted part or key file of event, which may stand in a receipt only. EVX_E_NOT_FOUND.
 */
enum evx_err evx_exhibit_part(const struct evx_exhibit *ex, const struct evx_event *event,
	const char *name, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
