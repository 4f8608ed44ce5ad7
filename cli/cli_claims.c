/* The question about events of unknown signers, the same at every command that takes events in. */
#include "cli_claims.h"

#include <string.h>

#include "cli_output.h"
#include "cli_prompt.h"

/* What an event says, if its signer is believed. */
static const char *meaning(const char *name)
{
	const struct evx_event_type *type = evx_event_type(name);

	return type != NULL ? type->says : "something that this program does not know";
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
