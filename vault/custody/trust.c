/* What the cards and rosters trusted here say of a key. */
#include "custody/trust_inner.h"

enum evx_roster_status evx_trust_rostered(const struct evx_rosters *rosters, const char *signing,
	int64_t time, int64_t proven_before, const struct evx_roster_key **key,
	const struct evx_roster_member **member)
{
	const struct evx_rosters_said said = evx_rosters_ask(rosters, signing, time, proven_before);
	const bool counts = said.against.roster == NULL;

	if (key != NULL)
		*key = counts ? said.by.key : NULL;
	if (member != NULL)
		*member = counts ? said.by.member : NULL;
	return counts ? said.status : EVX_ROSTER_UNKNOWN;
}

bool evx_trust_is_revoked(const struct evx_rosters_said *said)
{
	return said->status == EVX_ROSTER_REVOKED || said->status == EVX_ROSTER_COMPROMISED;
}

int64_t evx_trust_proven_before(const struct evx_trust_basis *basis, const struct evx_event *e)
{
	int64_t time;
	uint32_t by;

	return e->sequence < basis->nproofs &&
			evx_stamp_held(&basis->proofs[e->sequence], &time, &by) ?
		time :
		EVX_NOT_PROVEN;
}

/* When e was made; times holds what is known of its own chain. */
struct evx_event_time evx_trust_time_of(
	const struct evx_trust_basis *basis, const struct evx_event *e)
{
	if (e->sequence < basis->ntimes)
		return basis->times[e->sequence];
	return (struct evx_event_time){ .at = e->time, .floor = EVX_NO_FLOOR };
}

/* Whether the retirement of a card is about an event: from the time that it names on. What others
 * show to be older than the card itself, its owner does not take back by a date; what is proven to
 * be younger than the date is not older, whoever says so. */
enum evx_retirement evx_trust_retirement_of(
	const struct evx_card *card, const struct evx_event_time *t)
{
	if (!card->is_retired)
		return EVX_NOT_RETIRED;
	if (t->at < card->retired)
		return EVX_RETIRED_LATER;
	return t->floor < card->retired && t->supported && t->support < card->declared ?
		EVX_TAKEN_BACK :
		EVX_RETIRED;
}

bool evx_trust_holds(
	const struct evx_trust_basis *basis, const struct evx_event *event, const char *signing)
{
	const struct evx_card *card = evx_cards_find(basis->cards, signing);
	const struct evx_event_time t = evx_trust_time_of(basis, event);
	const struct evx_rosters_said said = evx_rosters_ask(
		basis->rosters, signing, t.at, evx_trust_proven_before(basis, event));

	if (evx_trust_is_revoked(&said))
		return false;
	if (card != NULL)
		return evx_trust_retirement_of(card, &t) != EVX_RETIRED;
	return said.status == EVX_ROSTER_VALID && said.against.roster == NULL;
}

static bool acts_for(void *ctx, const char *key, const char *office, int64_t time)
{
	const struct evx_trust_basis *basis = ctx;
	const struct evx_rules_roster rosters = evx_rosters_rules(basis->rosters);

	return basis->rosters != NULL && rosters.acts_for(rosters.ctx, key, office, time);
}

static bool approves(void *ctx, const char *key, const char *former, int64_t time)
{
	const struct evx_trust_basis *basis = ctx;
	const struct evx_rules_roster rosters = evx_rosters_rules(basis->rosters);

	return basis->rosters != NULL && rosters.approves(rosters.ctx, key, former, time);
}

static bool names(void *ctx, const char *key)
{
	const struct evx_trust_basis *basis = ctx;
	size_t n;

	(void)evx_rosters_keys(basis->rosters, key, &n);
	return n > 0;
}

/* The rules come before the time-stamps, so nothing is proven here: a compromised key vouches for
 * nothing. */
static enum evx_rules_trust trusts(void *ctx, const char *key, int64_t time)
{
	const struct evx_trust_basis *basis = ctx;
	const struct evx_card *card = evx_cards_find(basis->cards, key);
	const struct evx_rosters_said said = evx_rosters_ask(
		basis->rosters, key, time, EVX_NOT_PROVEN);
	bool holds;

	if (evx_trust_is_revoked(&said))
		return EVX_RULES_WITHDRAWN;
	holds = card != NULL ? !card->is_retired || time < card->retired :
			       said.status == EVX_ROSTER_VALID && said.against.roster == NULL;
	return holds ? EVX_RULES_TRUSTED : EVX_RULES_STRANGER;
}

struct evx_rules_roster evx_trust_rules(const struct evx_trust_basis *basis)
{
	/* The rules never write through it. */
	return (struct evx_rules_roster){ .acts_for = acts_for,
		.approves = approves,
		.names = names,
		.ctx = (void *)(uintptr_t)basis,
		.trusts = trusts };
}
