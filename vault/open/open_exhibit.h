/* What list, cat and extract share: an exhibit whose seal is good, opened with an identity, its
 * listing compared with the seal. */
#ifndef EVX_OPEN_OPEN_EXHIBIT_H
#define EVX_OPEN_OPEN_EXHIBIT_H

#include "open/exhibit.h"
#include "open/select.h"

struct evx_open {
	struct evx_exhibit ex;
	struct evx_contents_opts contents;
	unsigned jobs;
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
	struct evx_open_result *result;
};

/* Opens the bundle and the identity, confines the process (to the bundle and target), walks the
 * container without its packs, and judges the chain. Zeroes *o first; evx_exhibit_free(&o->ex)
 * releases it in any case. */
enum evx_err evx_open_exhibit(struct evx_open *o, struct evx_home *h,
	const struct evx_open_options *opt, const struct evx_passphrase *ask, int target,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_open_result *result, struct evx_diag *diag) EVX_MUST_CHECK;
/* Refuses what is not sound, opens the content part (or, unless need_content, the listing part),
 * and compares the listing with the seal; each sees the lines on the way, for bookkeeping: they are
 * not believed before this returns EVX_OK. */
enum evx_err evx_open_contents(struct evx_open *o, bool need_content, evx_listing_each each,
	void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
