#include "custody/trust.h"

#include <string.h>

#include "base/path.h"

static enum evx_err judge_signer(const struct evx_event *e, const char *signer, const struct evx_cards *trusted,
	struct evx_findings *findings, struct evx_diag *diag)
{
	const struct evx_card *card = evx_cards_find(trusted, signer);
	char retired[EVX_TIME_CAP], shown[160];
	enum evx_err err;

	if (card == NULL)
		return evx_findings_add(findings, "T-UNTRUSTED", EVX_WEIGHT_GAP, e->sequence, NULL,
			"Event %04u is signed by a key that is on none of the cards trusted here: %s", (unsigned)e->sequence, signer);
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

enum evx_err evx_trust_judge(const struct evx_chain_result *chain, const struct evx_cards *trusted, struct evx_findings *findings,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t i, k;

	if (chain->rightful == 0)
		err = evx_findings_add(findings, "T-UNTRUSTED", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, NULL,
			"There is no good seal whose signer could be compared with a card.");
	else if (trusted->n == 0)
		err = evx_findings_add(findings, "T-NO-CARDS", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, NULL,
			"No card was given or is known here to compare the signers with: who signed is as claimed, not as known.");
	else
		for (i = 0; err == EVX_OK && i < chain->rightful; i++)
			for (k = 0; err == EVX_OK && k < chain->at[i].event.nsigners; k++)
				err = judge_signer(&chain->at[i].event, chain->at[i].event.signers[k], trusted, findings, diag);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "trust: out of memory");
}
