/* What they say together, each within its scope. */
#include <string.h>

#include "custody/rosters.h"

static bool speaks_for(const struct evx_rosters *r, size_t i, const struct evx_roster_member *m)
{
	return r->scopes[i].stated ? evx_roster_scope_has(&r->scopes[i], m->agency, m->country) :
				     !evx_rosters_others_speak(r, i, m);
}

/* Of several rosters, one that revokes the key weighs more than one that vouches for it, and that
 * more than one whose time is over. */
static int rank(enum evx_roster_status s)
{
	switch (s) {
	case EVX_ROSTER_COMPROMISED:
		return 5;
	case EVX_ROSTER_REVOKED:
		return 4;
	case EVX_ROSTER_VALID:
		return 3;
	case EVX_ROSTER_EXPIRED:
		return 2;
	case EVX_ROSTER_NOT_YET:
		return 1;
	case EVX_ROSTER_UNKNOWN:
		break;
	}
	return 0;
}

static bool same_agency(const struct evx_roster_member *a, const struct evx_roster_member *b)
{
	return strcmp(a->agency, b->agency) == 0 && strcmp(a->country, b->country) == 0;
}

struct evx_rosters_said evx_rosters_ask(
	const struct evx_rosters *r, const char *signing, int64_t time, int64_t proven_before)
{
	struct evx_rosters_said said = { .status = EVX_ROSTER_UNKNOWN };
	struct evx_rosters_claim first = { NULL, NULL, NULL };
	size_t n;
	const struct evx_rosters_key *keys = evx_rosters_keys(r, signing, &n);

	for (size_t i = 0; i < n; i++) {
		const struct evx_rosters_claim claim = { &r->at[keys[i].roster].newest,
			keys[i].member, keys[i].key };
		enum evx_roster_status status;

		if (!speaks_for(r, keys[i].roster, claim.member)) {
			if (said.outside.roster == NULL)
				said.outside = claim;
			continue;
		}
		if (first.roster == NULL)
			first = claim;
		else if (said.against.roster == NULL && !same_agency(first.member, claim.member))
			said.against = claim;
		status = evx_roster_status_of(claim.key, time, proven_before);
		if (rank(status) > rank(said.status)) {
			said.by = claim;
			said.status = status;
		}
	}
	if (said.against.roster != NULL && same_agency(said.by.member, said.against.member))
		said.against = first;
	return said;
}

static bool counts(const struct evx_rosters_said *said)
{
	return said->against.roster == NULL && said->status != EVX_ROSTER_REVOKED &&
		said->status != EVX_ROSTER_COMPROMISED;
}

/* What one roster says of two of its keys. */
static bool acts_for(
	const struct evx_rosters_key *key, const struct evx_rosters_key *office, int64_t time)
{
	return evx_roster_status_acts_for(key->key, office->key, time);
}

static bool approves(
	const struct evx_rosters_key *key, const struct evx_rosters_key *former, int64_t time)
{
	return key->member == former->member && evx_roster_status_approves(key->key, time);
}

/* One roster vouches, for an agency that is in its scope; and no other may say that a key is
 * revoked, or somebody else's. */
static bool any(const struct evx_rosters *r,
	bool (*says)(const struct evx_rosters_key *, const struct evx_rosters_key *, int64_t),
	const char *key, const char *other, int64_t time)
{
	size_t nown, nof;
	const struct evx_rosters_key *own = evx_rosters_keys(r, key, &nown),
				     *of = evx_rosters_keys(r, other, &nof);
	struct evx_rosters_said said_own, said_of;

	if (nown == 0 || nof == 0)
		return false;
	said_own = evx_rosters_ask(r, key, time, time);
	said_of = evx_rosters_ask(r, other, time, time);
	if (!counts(&said_own) ||
		!(says == acts_for ? counts(&said_of) : said_of.against.roster == NULL))
		return false;
	for (size_t i = 0, k = 0; i < nown && k < nof;) { /* both in order of their rosters */
		if (own[i].roster == of[k].roster && speaks_for(r, own[i].roster, own[i].member) &&
			says(&own[i], &of[k], time))
			return true;
		if (own[i].roster > of[k].roster)
			k++;
		else
			i++;
	}
	return false;
}

static bool any_acts_for(void *ctx, const char *key, const char *office, int64_t time)
{
	return any(ctx, acts_for, key, office, time);
}

static bool any_approves(void *ctx, const char *key, const char *former, int64_t time)
{
	return any(ctx, approves, key, former, time);
}

static bool any_names(void *ctx, const char *key)
{
	size_t n;

	(void)evx_rosters_keys(ctx, key, &n);
	return n > 0;
}

struct evx_rules_roster evx_rosters_rules(const struct evx_rosters *r)
{
	/* The rules never write through it. */
	return (struct evx_rules_roster){ .acts_for = any_acts_for,
		.approves = any_approves,
		.names = any_names,
		.ctx = (void *)(uintptr_t)r };
}
