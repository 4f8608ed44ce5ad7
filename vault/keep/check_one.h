/* The check of one exhibit of a vault. */
#ifndef EVX_KEEP_CHECK_ONE_H
#define EVX_KEEP_CHECK_ONE_H

#include "crypto/sample.h"
#include "find/vault_index.h"
#include "keep/check_damage.h"
#include "people/known.h"

/* How exhibits are checked: the same for all exhibits of a check. */
struct evx_check_how {
	const struct evx_check_options *opt;
	struct evx_vault *vault;
	const struct evx_identity *reader; /* whose own keys open exhibits, too; NULL: nobody's */
	struct evx_catalog *catalog;
	struct evx_catalog_ahead *ahead; /* of it, where all exhibits are checked; NULL: of some */
	bool writable;                   /* what is found can be remembered in catalog */
	struct evx_vault_index *index;
	const struct evx_known *known;
	const struct evx_rules_roster *rules;
	struct evx_heads *heads; /* what was seen of the exhibits before, and is seen now */
	unsigned jobs, percent;
	uint8_t seed[EVX_SAMPLE_SEED]; /* chooses packs where percent is below 100 */
	int64_t began, since; /* this check, or the interrupted one that it goes on with; 0: nothing
				 is left out */
	bool goes_on;
	struct evx_progress *progress;
	struct evx_cancel *cancel;
};

/* An exhibit that was bad. */
struct evx_check_bad {
	char uuid[EVX_UUID_CAP];
	enum evx_catalog_result result;
};

/* What a check found so far. Zero-initialise, but for result. */
struct evx_check_found {
	struct evx_check_result *result; /* its counts, and kept */
	struct evx_findings findings;    /* about the vault */
	struct evx_check_damages damages;
	struct evx_check_bad *bad;
	size_t nbad;
};

/* Checks exhibit uuid, tells it to opt->each, remembers it in the catalog and adds to *found;
 * again: reads only the packs that were damaged, after they were replaced. Fails for what ends the
 * whole check. */
enum evx_err evx_check_one(const struct evx_check_how *how, const char *uuid, bool again,
	struct evx_check_found *found, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_check_found_free(struct evx_check_found *f); /* not result */

#endif
