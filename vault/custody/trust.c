#include "custody/trust.h"

#include <string.h>

#include "base/path.h"

/* What all rosters together say of one signature. */
struct said {
	enum evx_roster_status status;
	const struct evx_roster_key *key;
	const struct evx_roster *roster;
};

/* Of several rosters, one that revokes the key weighs more than one that vouches for it, and that more than one whose time is over. */
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

static struct said ask_rosters(const struct evx_rosters *rosters, const char *signing, int64_t time, int64_t proven)
{
	struct said best = { EVX_ROSTER_UNKNOWN, NULL, NULL };
	size_t i;

	for (i = 0; rosters != NULL && i < rosters->n; i++) {
		struct said one = { .roster = &rosters->at[i].newest };

		one.status = evx_roster_status(one.roster, signing, time, proven, &one.key);
		if (rank(one.status) > rank(best.status))
			best = one;
	}
	return best;
}

enum evx_roster_status evx_trust_rostered(const struct evx_rosters *rosters, const char *signing, int64_t time, int64_t proven_before,
	const struct evx_roster_key **key, const struct evx_roster_member **member)
{
	const struct said said = ask_rosters(rosters, signing, time, proven_before);

	if (key != NULL)
		*key = said.key;
	if (member != NULL)
		*member = NULL;
	if (member != NULL && said.key != NULL)
		(void)evx_roster_find(said.roster, signing, member);
	return said.status;
}

static int64_t proven_before(const struct evx_trust_basis *basis, const struct evx_event *e)
{
	return e->sequence < basis->nproofs && basis->proofs[e->sequence].proven ? basis->proofs[e->sequence].time : EVX_NOT_PROVEN;
}

bool evx_trust_holds(const struct evx_trust_basis *basis, const struct evx_event *event, const char *signing)
{
	const struct evx_card *card = evx_cards_find(basis->cards, signing);
	const struct said said = ask_rosters(basis->rosters, signing, event->time, proven_before(basis, event));

	if (said.status == EVX_ROSTER_REVOKED || said.status == EVX_ROSTER_COMPROMISED)
		return false;
	return card != NULL ? !card->is_retired || event->time < card->retired : said.status == EVX_ROSTER_VALID;
}

static enum evx_err judge_card(const struct evx_event *e, const struct evx_card *card, struct evx_findings *findings, struct evx_diag *diag)
{
	char retired[EVX_TIME_CAP], shown[160];
	enum evx_err err;

	if (!card->is_retired)
		return EVX_OK;
	if ((err = evx_time_encode(card->retired, retired)) != EVX_OK)
		return evx_fail(diag, err, "card: expected a time of retirement, found none");
	evx_text_escape(card->person, strlen(card->person), shown, sizeof shown);
	if (e->time < card->retired)
		return evx_findings_add(findings, "T-RETIRED", EVX_WEIGHT_INFO, e->sequence, NULL,
			"The key of %s, which signed event %04u, was retired later, at %s.", shown, (unsigned)e->sequence, retired);
	return evx_findings_add(findings, "T-RETIRED", EVX_WEIGHT_GAP, e->sequence, NULL,
		"Event %04u is signed with the key of %s after it was retired, at %s.", (unsigned)e->sequence, shown, retired);
}

/* What a roster says against a signature. */
static enum evx_err judge_said(const struct evx_event *e, const struct said *said, struct evx_findings *findings)
{
	const struct evx_roster_key *k = said->key;
	const int64_t when = said->status == EVX_ROSTER_NOT_YET ? k->from : said->status == EVX_ROSTER_EXPIRED ? k->until : k->revoked;
	char time[EVX_TIME_CAP], person[160], roster[160];
	const unsigned n = (unsigned)e->sequence;
	enum evx_err err = evx_time_encode(when, time);

	if (err != EVX_OK)
		return err;
	evx_text_escape(k->person, strlen(k->person), person, sizeof person);
	evx_text_escape(said->roster->name, strlen(said->roster->name), roster, sizeof roster);
	if (said->status == EVX_ROSTER_NOT_YET)
		return evx_findings_add(findings, "T-NOT-YET", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Event %04u is signed with the key of %s before it is valid, from %s on, by the roster %s.", n, person, time, roster);
	if (said->status == EVX_ROSTER_EXPIRED)
		return evx_findings_add(findings, "T-EXPIRED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Event %04u is signed with the key of %s after it expired, at %s, by the roster %s.", n, person, time, roster);
	if (said->status == EVX_ROSTER_REVOKED)
		return evx_findings_add(findings, "T-REVOKED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Event %04u is signed with the key of %s after it was %s, at %s, by the roster %s.", n, person,
			evx_roster_reason_name(k->reason), time, roster);
	return evx_findings_add(findings, "T-COMPROMISED", EVX_WEIGHT_GAP, e->sequence, NULL,
		"Event %04u is signed with the key of %s, compromised at %s by the roster %s, and no trusted time-stamp proves that it is older.", n,
		person, time, roster);
}

static enum evx_err judge_signer(const struct evx_event *e, const char *signer, const struct evx_trust_basis *basis,
	struct evx_findings *findings, struct evx_diag *diag)
{
	const struct evx_card *card = evx_cards_find(basis->cards, signer);
	const struct said said = ask_rosters(basis->rosters, signer, e->time, proven_before(basis, e));

	if (said.status == EVX_ROSTER_REVOKED || said.status == EVX_ROSTER_COMPROMISED)
		return judge_said(e, &said, findings);
	if (card != NULL)
		return judge_card(e, card, findings, diag);
	if (said.status == EVX_ROSTER_UNKNOWN)
		return evx_findings_add(findings, "T-UNTRUSTED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Event %04u is signed by a key that is on none of the cards trusted here: %s", (unsigned)e->sequence, signer);
	return said.status == EVX_ROSTER_VALID ? EVX_OK : judge_said(e, &said, findings);
}

enum evx_err evx_trust_judge(const struct evx_chain_result *chain, const struct evx_trust_basis *basis, struct evx_findings *findings,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t i, k;

	if (chain->rightful == 0)
		err = evx_findings_add(findings, "T-UNTRUSTED", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, NULL,
			"There is no good seal whose signer could be compared with a card.");
	else if (basis->cards->n == 0 && (basis->rosters == NULL || basis->rosters->n == 0))
		err = evx_findings_add(findings, "T-NO-CARDS", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, NULL,
			"No card was given or is known here to compare the signers with: who signed is as claimed, not as known.");
	else
		for (i = 0; err == EVX_OK && i < chain->rightful; i++)
			for (k = 0; err == EVX_OK && k < chain->at[i].event.nsigners; k++)
				err = judge_signer(&chain->at[i].event, chain->at[i].event.signers[k], basis, findings, diag);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "trust: out of memory");
}
