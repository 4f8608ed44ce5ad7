/* What they say together, each within its scope. */
#include <string.h>

#include "custody/rosters.h"

/* True when another roster speaks for this agency: one that was accepted for it, or one that lists
 * it and of which nobody said for whom it speaks. */
static bool others_speak(const struct evx_rosters *r, size_t i, const struct evx_roster_member *m)
{
	for (size_t k = 0; k < r->n; k++) {
		const struct evx_roster *other = &r->at[k].newest;

		if (k == i)
			continue;
		if (r->scopes[k].stated) {
			if (evx_roster_scope_has(&r->scopes[k], m->agency, m->country))
				return true;
			continue;
		}
		for (size_t j = 0; j < other->nmembers; j++)
			if (strcmp(other->members[j].agency, m->agency) == 0 &&
				strcmp(other->members[j].country, m->country) == 0)
				return true;
	}
	return false;
}

static bool speaks_for(const struct evx_rosters *r, size_t i, const struct evx_roster_member *m)
{
	return r->scopes[i].stated ? evx_roster_scope_has(&r->scopes[i], m->agency, m->country) :
				     !others_speak(r, i, m);
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

	for (size_t i = 0; r != NULL && i < r->n; i++) {
		struct evx_rosters_claim claim = { .roster = &r->at[i].newest };
		enum evx_roster_status status;

		claim.key = evx_roster_find(claim.roster, signing, &claim.member);
		if (claim.key == NULL)
			continue;
		if (!speaks_for(r, i, claim.member)) {
			if (said.outside.roster == NULL)
				said.outside = claim;
			continue;
		}
		if (first.roster == NULL)
			first = claim;
		else if (said.against.roster == NULL && !same_agency(first.member, claim.member))
			said.against = claim;
		status = evx_roster_status(claim.roster, signing, time, proven_before, NULL);
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

/* One roster vouches, for an agency that is in its scope; and no other may say that a key is
 * revoked, or somebody else's. */
static bool any(const struct evx_rosters *r,
	bool (*says)(const struct evx_roster *, const char *, const char *, int64_t),
	const char *key, const char *other, int64_t time)
{
	const struct evx_rosters_said own = evx_rosters_ask(r, key, time, time),
				      of = evx_rosters_ask(r, other, time, time);
	const struct evx_roster_member *member;
	bool yes = false;

	if (!counts(&own) ||
		!(says == evx_roster_acts_for ? counts(&of) : of.against.roster == NULL))
		return false;
	for (size_t i = 0; i < r->n && !yes; i++)
		yes = evx_roster_find(&r->at[i].newest, key, &member) != NULL &&
			speaks_for(r, i, member) && says(&r->at[i].newest, key, other, time);
	return yes;
}

static bool any_acts_for(void *ctx, const char *key, const char *office, int64_t time)
{
	return any(ctx, evx_roster_acts_for, key, office, time);
}

static bool any_approves(void *ctx, const char *key, const char *former, int64_t time)
{
	return any(ctx, evx_roster_approves, key, former, time);
}

struct evx_rules_roster evx_rosters_rules(const struct evx_rosters *r)
{
	/* The rules never write through it. */
	return (struct evx_rules_roster){
		.acts_for = any_acts_for, .approves = any_approves, .ctx = (void *)(uintptr_t)r
	};
}
