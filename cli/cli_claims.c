/* The question about events of unknown signers, the same at every command that takes events in. */
#include "cli_claims.h"

#include <string.h>

#include "cli_output.h"
#include "cli_prompt.h"

/* What an event would say, if its signer were known. */
static const struct meaning {
	const char *type, *text;
} meanings[] = {
	{ "accept", "that the signer received the exhibit" },
	{ "access", "that the signer opened the evidence" },
	{ "approve", "that the signer approves what others do" },
	{ "copy", "that a copy was made" },
	{ "correct", "that something in an earlier event is wrong" },
	{ "disclose", "that a part was given to somebody" },
	{ "dispose", "that the exhibit was destroyed" },
	{ "dispose-authorise", "that the exhibit may be destroyed" },
	{ "examine", "that the signer examined the evidence" },
	{ "hold", "that the exhibit must not be destroyed" },
	{ "hold-lift", "that the exhibit may be destroyed again" },
	{ "inquiry", "that something about the exhibit is being looked into, or no longer" },
	{ "inventory", "that the exhibit was there when somebody counted" },
	{ "move", "that the exhibit is in another place" },
	{ "note", "what a note says" },
	{ "refuse", "that the signer did not take the exhibit" },
	{ "release", "that the exhibit was handed on" },
	{ "rewrap", "who can open the exhibit" },
	{ "take-over", "that the signer holds the exhibit now" },
	{ "verify", "what a check of the exhibit found" },
	{ "withdraw", "that the exhibit was not handed on" },
};

static const char *meaning(const char *type)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].type, type) == 0)
			return meanings[i].text;
	return "something that this program does not know";
}

static void list(const struct cli_claims *c, const struct evx_claim_info *claims, size_t n)
{
	fputs("evx: ", stderr);
	cli_output_text(stderr, c->from);
	fputs(n == 1 ? ": this event was signed by somebody unknown here:\n" :
		       ": these events were signed by somebody unknown here:\n",
		stderr);
	for (size_t i = 0; i < n; i++) {
		fprintf(stderr, "     event %04d  %s  ", claims[i].number, claims[i].time);
		cli_output_text(stderr, claims[i].type); /* also one that no program knows */
		fprintf(stderr, "  by %s\n     It says %s.%s\n", claims[i].signer,
			meaning(claims[i].type),
			claims[i].is_void ? " This signer may not say that; it would not count "
					    "either if the signer were known." :
					    "");
	}
	fputs("Such events are claims. They change nothing, and stay visible for ever. A claim "
	      "counts from when you trust the signer's card.\n",
		stderr);
}

bool cli_claims_confirm(void *ctx, const struct evx_claim_info *claims, size_t n)
{
	const struct cli_claims *c = ctx;

	if (!c->yes || !c->cli->quiet)
		list(c, claims, n);
	if (c->yes)
		return true;
	if (!c->cli->quiet && cli_prompt_possible())
		return cli_prompt_yes(c->cli, "Take them as claims?");
	fputs("Get the card of each signer, compare its fingerprint, and trust it (evx trust add "
	      "CARD). Or take the events as claims: --yes.\n",
		stderr);
	return false;
}
