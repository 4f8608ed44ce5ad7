/* When each event was made, as far as others prove it. */
#include "custody/times.h"

#include <string.h>

/* The two earliest times of later events by trusted keys, by two different ones. */
struct later {
	struct {
		const char *signer; /* NULL: none */
		int64_t time;
		uint32_t event;
	} at[2];
};

/* Somebody whose own word no retirement makes doubtful. */
static bool is_trusted(const struct evx_cards *cards, const struct evx_rosters *rosters,
	const char *key, int64_t time)
{
	const struct evx_card *card = evx_cards_find(cards, key);
	const struct evx_rosters_said said = evx_rosters_ask(rosters, key, time, EVX_NOT_PROVEN);

	if (said.status == EVX_ROSTER_REVOKED || said.status == EVX_ROSTER_COMPROMISED)
		return false;
	return card != NULL ? !card->is_retired :
			      said.status == EVX_ROSTER_VALID && said.against.roster == NULL;
}

static void remember(struct later *l, const char *signer, int64_t time, uint32_t event)
{
	size_t same = 0;

	while (same < 2 && (l->at[same].signer == NULL || strcmp(l->at[same].signer, signer) != 0))
		same++;
	if (same == 2) /* in the place of the later one, or of none */
		same = l->at[0].signer == NULL ||
				(l->at[1].signer != NULL && l->at[0].time > l->at[1].time) ?
			0 :
			1;
	if (l->at[same].signer != NULL && l->at[same].time < time)
		return;
	l->at[same].signer = signer;
	l->at[same].time = time;
	l->at[same].event = event;
}

static void support(struct evx_event_time *t, int64_t time, uint32_t by, bool by_stamp)
{
	if (t->supported && t->support <= time)
		return;
	t->supported = true;
	t->support = time;
	t->by = by;
	t->by_stamp = by_stamp;
}

/* The word of those who signed before, where it counts and is not of the future. What others prove
 * to be older it does not make younger. */
static void bound(const struct evx_chain_result *chain, struct evx_event_time *times)
{
	uint32_t latest = EVX_NO_EVENT;

	for (size_t i = 0; i < chain->rightful; i++) {
		const int64_t own = chain->at[i].event.time;
		struct evx_event_time *t = &times[i];

		if (latest != EVX_NO_EVENT &&
			chain->at[latest].event.time - EVX_STAMP_SLACK > own) {
			t->follows = true;
			t->after = latest;
			t->after_time = chain->at[latest].event.time - EVX_STAMP_SLACK;
			if (t->supported && t->support < t->after_time)
				t->after_time = t->support;
			t->at = t->after_time > t->at ? t->after_time : t->at;
		}
		if (chain->at[i].rightful && own <= chain->now &&
			(latest == EVX_NO_EVENT || own > chain->at[latest].event.time))
			latest = (uint32_t)i;
	}
}

void evx_times_of(const struct evx_chain_result *chain, const struct evx_cards *cards,
	const struct evx_rosters *rosters, const struct evx_stamp_proof *proofs,
	const int64_t *floors, struct evx_event_time *times)
{
	struct later later = { { { NULL, 0, 0 }, { NULL, 0, 0 } } };

	for (size_t i = chain->rightful; i-- > 0;) {
		const struct evx_event *e = &chain->at[i].event;
		struct evx_event_time *t = &times[i];
		int64_t proven;
		uint32_t by;

		*t = (struct evx_event_time){ .floor = floors != NULL ? floors[i] : EVX_NO_FLOOR };
		t->at = e->time > t->floor ? e->time : t->floor;
		if (proofs != NULL && evx_stamp_held(&proofs[i], &proven, &by))
			support(t, proven, by, true);
		for (size_t k = 0; k < 2; k++)
			if (later.at[k].signer != NULL &&
				strcmp(later.at[k].signer, e->signers[0]) != 0)
				support(t, later.at[k].time, later.at[k].event, false);
		if (is_trusted(cards, rosters, e->signers[0], t->at))
			remember(&later, e->signers[0], t->at, (uint32_t)i);
	}
	bound(chain, times);
}
