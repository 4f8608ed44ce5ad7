/* What a version says of a key at a time. */
#include <string.h>

#include "custody/roster_versions.h"

enum evx_roster_status evx_roster_status_of(
	const struct evx_roster_key *k, int64_t time, int64_t proven_before)
{
	/* Whoever holds a compromised key writes any time into a document: only what others prove
	 * counts. */
	if (k->is_revoked && k->reason == EVX_REVOKED_COMPROMISED &&
		(proven_before == EVX_NOT_PROVEN || proven_before >= k->revoked))
		return EVX_ROSTER_COMPROMISED;
	if (k->is_revoked && k->reason != EVX_REVOKED_COMPROMISED && time >= k->revoked)
		return EVX_ROSTER_REVOKED;
	if (time < k->from)
		return EVX_ROSTER_NOT_YET;
	return k->has_until && time >= k->until ? EVX_ROSTER_EXPIRED : EVX_ROSTER_VALID;
}

/* At the time that the event names: whether that can be believed is asked when the signer is
 * judged, not here. */
static bool valid(const struct evx_roster_key *k, int64_t time)
{
	return k != NULL && evx_roster_status_of(k, time, time) == EVX_ROSTER_VALID;
}

bool evx_roster_status_acts_for(
	const struct evx_roster_key *k, const struct evx_roster_key *office, int64_t time)
{
	if (!valid(k, time) || !valid(office, time))
		return false;
	for (size_t i = 0; i < k->nacts_for; i++)
		if (strcmp(k->acts_for[i], office->signing) == 0)
			return true;
	return false;
}

bool evx_roster_status_approves(const struct evx_roster_key *k, int64_t time)
{
	return valid(k, time) && k->approver;
}

enum evx_roster_status evx_roster_status(const struct evx_roster *r, const char *signing,
	int64_t time, int64_t proven_before, const struct evx_roster_key **key)
{
	const struct evx_roster_key *k = evx_roster_find(r, signing, NULL);

	if (key != NULL)
		*key = k;
	return k == NULL ? EVX_ROSTER_UNKNOWN : evx_roster_status_of(k, time, proven_before);
}
