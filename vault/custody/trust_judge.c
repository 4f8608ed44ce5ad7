/* The signers of a chain compared with the cards and rosters trusted. */
#include <string.h>

#include "base/path.h"
#include "custody/key_name.h"
#include "custody/trust_inner.h"

/* A seal cannot be by a card that was made long after it; the earliest card of the key counts. */
static enum evx_err judge_before_card(const struct evx_event *e,
	const struct evx_trust_basis *basis, const struct evx_card *card,
	const struct evx_event_time *t, const char *shown, struct evx_findings *findings)
{
	char made[EVX_TIME_CAP], named[EVX_TIME_CAP];
	int64_t created = card->created;

	for (size_t i = 0; i < basis->cards->n; i++)
		if (strcmp(basis->cards->at[i].signing, card->signing) == 0 &&
			basis->cards->at[i].created < created)
			created = basis->cards->at[i].created;
	if (created - t->at <= EVX_TRUST_BEFORE_CARD || evx_time_encode(created, made) != EVX_OK ||
		evx_time_encode(t->at, named) != EVX_OK)
		return EVX_OK;
	return evx_findings_add(findings, "T-BEFORE-CARD", EVX_WEIGHT_REMARK, e->sequence, NULL,
		"Entry %04u says that it was made at %s. But the card of its signer, %s, was made "
		"later, at %s.",
		(unsigned)e->sequence, named, shown, made);
}

static enum evx_err judge_taken_back(const struct evx_event *e, const struct evx_card *card,
	const struct evx_event_time *t, const char *shown, const char *retired,
	struct evx_findings *findings)
{
	char declared[EVX_TIME_CAP], support[EVX_TIME_CAP];
	enum evx_err err = evx_time_encode(card->declared, declared);

	if (err == EVX_OK)
		err = evx_time_encode(t->support, support);
	if (err != EVX_OK)
		return err;
	return evx_findings_add(findings, "T-RETIRED", EVX_WEIGHT_REMARK, e->sequence, NULL,
		"The card of %s says since %s that the key was retired at %s. %s %04u shows that "
		"entry %04u existed before, at %s. So the entry still counts.",
		shown, declared, retired, t->by_stamp ? "A trusted time-stamp of entry" : "Entry",
		(unsigned)t->by, (unsigned)e->sequence, support);
}

static enum evx_err judge_card(const struct evx_event *e, const struct evx_card *card,
	const struct evx_trust_basis *basis, struct evx_findings *findings, struct evx_diag *diag)
{
	const struct evx_event_time t = evx_trust_time_of(basis, e);
	const enum evx_retirement retirement = evx_trust_retirement_of(card, &t);
	char retired[EVX_TIME_CAP] = "", shown[160], floor[EVX_TIME_CAP];
	enum evx_err err;

	evx_text_escape(card->person, strlen(card->person), shown, sizeof(shown));
	if ((err = judge_before_card(e, basis, card, &t, shown, findings)) != EVX_OK ||
		retirement == EVX_NOT_RETIRED)
		return err;
	if ((err = evx_time_encode(card->retired, retired)) != EVX_OK)
		return evx_fail(diag, err, "card: expected a time of retirement, found none");
	if (retirement == EVX_RETIRED_LATER)
		return evx_findings_add(findings, "T-RETIRED", EVX_WEIGHT_INFO, e->sequence, NULL,
			"The key of %s signed entry %04u. It was retired later, at %s.", shown,
			(unsigned)e->sequence, retired);
	if (retirement == EVX_TAKEN_BACK)
		return judge_taken_back(e, card, &t, shown, retired, findings);
	if (e->time < card->retired && t.floor < card->retired &&
		evx_time_encode(t.after_time, floor) == EVX_OK)
		return evx_findings_add(findings, "T-RETIRED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Entry %04u is signed with the key of %s after that key was retired, at "
			"%s. The entry names an earlier time. But it follows entry %04u, which is "
			"not older than %s.",
			(unsigned)e->sequence, shown, retired, (unsigned)t.after, floor);
	if (t.floor >= card->retired && evx_time_encode(t.floor, floor) == EVX_OK)
		return evx_findings_add(findings, "T-RETIRED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Entry %04u is signed with the key of %s after that key was retired, at "
			"%s. The entry names a time-stamp of %s, so it is not older than that.",
			(unsigned)e->sequence, shown, retired, floor);
	return evx_findings_add(findings, "T-RETIRED", EVX_WEIGHT_GAP, e->sequence, NULL,
		"Entry %04u is signed with the key of %s after that key was retired, at %s. The "
		"owner of the card says so. Ask the owner who signed.",
		(unsigned)e->sequence, shown, retired);
}

/* What a roster says against a signature. */
static enum evx_err judge_said(const struct evx_event *e, const struct evx_rosters_said *said,
	struct evx_findings *findings)
{
	const struct evx_roster_key *k = said->by.key;
	const int64_t when = said->status == EVX_ROSTER_NOT_YET ? k->from :
		said->status == EVX_ROSTER_EXPIRED              ? k->until :
								  k->revoked;
	char time[EVX_TIME_CAP], person[160], roster[160];
	const unsigned n = (unsigned)e->sequence;
	enum evx_err err = evx_time_encode(when, time);

	if (err != EVX_OK)
		return err;
	evx_text_escape(k->person, strlen(k->person), person, sizeof(person));
	evx_text_escape(
		said->by.roster->name, strlen(said->by.roster->name), roster, sizeof(roster));
	if (said->status == EVX_ROSTER_NOT_YET)
		return evx_findings_add(findings, "T-NOT-YET", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Entry %04u is signed with the key of %s before that key became valid, at "
			"%s. The roster %s says so.",
			n, person, time, roster);
	if (said->status == EVX_ROSTER_EXPIRED)
		return evx_findings_add(findings, "T-EXPIRED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Entry %04u is signed with the key of %s after that key expired, at %s. "
			"The roster %s says so.",
			n, person, time, roster);
	if (said->status == EVX_ROSTER_REVOKED)
		return evx_findings_add(findings, "T-REVOKED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Entry %04u is signed with the key of %s after that key was %s, at %s. The "
			"roster %s says so.",
			n, person, evx_roster_reason_name(k->reason), time, roster);
	return evx_findings_add(findings, "T-COMPROMISED", EVX_WEIGHT_GAP, e->sequence, NULL,
		"Entry %04u is signed with the key of %s, which was compromised at %s. The roster "
		"%s says so. No trusted time-stamp proves that the entry is older.",
		n, person, time, roster);
}

/* How a sentence names the agency of a claim, and the roster that makes it. */
struct claimed {
	char agency[160], roster[160];
};
static struct claimed name_claim(const struct evx_rosters_claim *claim)
{
	struct claimed c;

	evx_text_escape(
		claim->member->agency, strlen(claim->member->agency), c.agency, sizeof(c.agency));
	evx_text_escape(
		claim->roster->name, strlen(claim->roster->name), c.roster, sizeof(c.roster));
	return c;
}

static enum evx_err judge_contested(const struct evx_event *e, const struct evx_rosters_said *said,
	struct evx_findings *findings)
{
	const struct claimed a = name_claim(&said->by), b = name_claim(&said->against);

	return evx_findings_add(findings, "T-CONTESTED", EVX_WEIGHT_GAP, e->sequence, NULL,
		"Two rosters disagree about the key that signed entry %04u. For %s it is claimed "
		"by the roster %s, and for %s by the roster %s. Neither counts. Ask both which is "
		"right.",
		(unsigned)e->sequence, a.agency, a.roster, b.agency, b.roster);
}

/* True when a card trusted here says that the key belongs to another agency than the roster says:
 * the cards of a key, not a roster, tell whose it is. */
static bool is_at_odds(
	const struct evx_cards *cards, const char *key, const struct evx_roster_member *member)
{
	bool any = false;

	for (size_t i = 0; member != NULL && i < cards->n; i++) {
		const struct evx_card *card = &cards->at[i];

		if (strcmp(card->signing, key) != 0)
			continue;
		if (strcmp(card->organisation, member->agency) == 0 &&
			strcmp(card->country, member->country) == 0)
			return false;
		any = true;
	}
	return any;
}

static enum evx_err note_at_odds(const struct evx_event *e, const struct evx_rosters_claim *by,
	const struct evx_card *card, bool needed, struct evx_findings *findings)
{
	const struct claimed c = name_claim(by);
	char organisation[160];

	evx_text_escape(
		card->organisation, strlen(card->organisation), organisation, sizeof(organisation));
	return evx_findings_add(findings, "T-CONTESTED",
		needed ? EVX_WEIGHT_GAP : EVX_WEIGHT_REMARK, e->sequence, NULL,
		"Entry %04u is signed by a key of the roster %s, which says that %s belongs to %s. "
		"A trusted card says %s. Ask both which is right.",
		(unsigned)e->sequence, c.roster, needed ? "the office for which it may sign" : "it",
		c.agency, organisation);
}

/* The keys that the chain names as somebody who has, or is to get, the exhibit. */
static enum evx_err find_named(const struct evx_chain_result *chain, struct evx_keyset *named)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < chain->rightful && err == EVX_OK; i++) {
		const struct evx_event *e = &chain->at[i].event;

		if (!chain->at[i].rightful)
			continue;
		err = evx_keyset_add(named, e->signers[0], (uint32_t)i);
		if (err == EVX_OK && e->fields.counterparty[0] != '\0')
			err = evx_keyset_add(named, e->fields.counterparty, (uint32_t)i);
	}
	return err;
}

/* Claims outside a scope, each remarked once; a chain whose signers are claimed so by the dozen has
 * said enough. */
struct remarked {
	const struct evx_roster_key *at[64];
	size_t n;
};

/* What the signers of a chain are compared with. */
struct judging {
	const struct evx_trust_basis *basis;
	struct evx_keyset named;
	struct remarked seen;
	struct evx_findings *findings;
	struct evx_diag *diag;
};

/* True when the key stands in the same member of that roster as the claim. */
static bool is_of_member(
	const struct evx_rosters *rosters, const struct evx_rosters_claim *claim, const char *key)
{
	size_t n;
	const struct evx_rosters_key *at = evx_rosters_keys(rosters, key, &n);

	for (size_t i = 0; i < n; i++)
		if (at[i].member == claim->member)
			return true;
	return false;
}

/* A roster that says what a trusted card says otherwise: of the signer himself, whom the card
 * vouches for; or of another key, for which only that roster lets him sign, or approve. */
static enum evx_err judge_at_odds(struct judging *j, const struct evx_event *e, const char *signer,
	const struct evx_rosters_said *said)
{
	const struct evx_cards *cards = j->basis->cards;
	struct evx_findings *findings = j->findings;
	const struct evx_roster_key *k = said->by.key;
	const struct evx_roster_member *member = said->by.member;
	enum evx_err err = EVX_OK;

	if (k == NULL)
		return EVX_OK;
	if (is_at_odds(cards, signer, member))
		err = note_at_odds(e, &said->by, evx_cards_find(cards, signer), false, findings);
	for (size_t i = 0; i < k->nacts_for && err == EVX_OK; i++)
		if (is_at_odds(cards, k->acts_for[i], member) &&
			evx_keyset_find(&j->named, k->acts_for[i]) != NULL)
			err = note_at_odds(e, &said->by, evx_cards_find(cards, k->acts_for[i]),
				true, findings);
	if (err == EVX_OK && k->approver && e->kind == EVX_EVENT_TAKE_OVER &&
		is_of_member(j->basis->rosters, &said->by, e->fields.former) &&
		is_at_odds(cards, e->fields.former, member))
		err = note_at_odds(
			e, &said->by, evx_cards_find(cards, e->fields.former), true, findings);
	return err;
}

static enum evx_err remark_outside(const struct evx_event *e, const struct evx_rosters_claim *claim,
	struct remarked *seen, struct evx_findings *findings)
{
	const struct claimed c = claim->roster != NULL ? name_claim(claim) :
							 (struct claimed){ "", "" };

	if (claim->roster == NULL || seen->n == sizeof(seen->at) / sizeof(seen->at[0]))
		return EVX_OK;
	for (size_t i = 0; i < seen->n; i++)
		if (seen->at[i] == claim->key)
			return EVX_OK;
	seen->at[seen->n++] = claim->key;
	return evx_findings_add(findings, "T-SCOPE", EVX_WEIGHT_REMARK, e->sequence, NULL,
		"The roster %s says that the key that signed entry %04u belongs to %s. You did not "
		"accept this roster for that agency, so this does not count.",
		c.roster, (unsigned)e->sequence, c.agency);
}

static enum evx_err judge_signer(struct judging *j, const struct evx_event *e, const char *signer)
{
	const struct evx_trust_basis *basis = j->basis;
	struct evx_findings *findings = j->findings;
	const struct evx_card *card = evx_cards_find(basis->cards, signer);
	const struct evx_rosters_said said = evx_rosters_ask(basis->rosters, signer,
		evx_trust_time_of(basis, e).at, evx_trust_proven_before(basis, e));
	char who[EVX_KEY_NAME_CAP];
	enum evx_err err = remark_outside(e, &said.outside, &j->seen, findings);

	if (err != EVX_OK)
		return err;
	if (evx_trust_is_revoked(&said))
		return judge_said(e, &said, findings);
	if ((err = judge_at_odds(j, e, signer, &said)) != EVX_OK)
		return err;
	if (said.against.roster != NULL)
		return judge_contested(e, &said, findings);
	if (card != NULL)
		return judge_card(e, card, basis, findings, j->diag);
	if (said.status == EVX_ROSTER_UNKNOWN)
		return evx_findings_add(findings, "T-UNTRUSTED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Unknown signer of entry %04u: %s. Get this person's card and compare its "
			"fingerprint.",
			(unsigned)e->sequence, evx_key_name(signer, who));
	return said.status == EVX_ROSTER_VALID ? EVX_OK : judge_said(e, &said, findings);
}

static enum evx_err judge_signers(struct judging *j, const struct evx_chain_result *chain)
{
	enum evx_err err = find_named(chain, &j->named);

	for (size_t i = 0; err == EVX_OK && i < chain->rightful; i++) {
		const struct evx_event *e = &chain->at[i].event;

		if (evx_cancelled(j->basis->cancel))
			return evx_fail(
				j->diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was changed.");
		for (size_t k = 0; err == EVX_OK && k < e->nsigners; k++)
			err = judge_signer(j, e, e->signers[k]);
	}
	return err;
}

enum evx_err evx_trust_judge(const struct evx_chain_result *chain,
	const struct evx_trust_basis *basis, struct evx_findings *findings, struct evx_diag *diag)
{
	struct judging j = { .basis = basis, .findings = findings, .diag = diag };
	enum evx_err err;

	if (chain->rightful == 0)
		err = evx_findings_add(findings, "T-UNTRUSTED", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT,
			NULL,
			"The seal is missing or damaged. So evx cannot compare its signer with a "
			"card.");
	else if (basis->cards->n == 0 && (basis->rosters == NULL || basis->rosters->n == 0))
		err = evx_findings_add(findings, "T-NO-CARDS", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT,
			NULL,
			"This computer has no trusted cards, so evx cannot tell who signed. Get "
			"the signers' cards and compare their fingerprints.");
	else
		err = judge_signers(&j, chain);
	evx_keyset_free(&j.named);
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) : err;
}
