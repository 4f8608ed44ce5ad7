/* The question about events of unknown signers, the same at every command that takes events in. */
#include "cli_claims.h"

#include <string.h>

#include "cli_language.h"
#include "cli_output.h"
#include "cli_prompt.h"

/* What an event says, if its signer is believed. */
static const char *meaning(const char *name)
{
	const struct evx_event_type *type = evx_event_type(name);

	return type != NULL ? type->says : N_("something that this evx does not know");
}

static void list(const struct cli_claims *c, const struct evx_claim_info *claims, size_t n)
{
	fputs("evx: ", stderr);
	cli_output_text(stderr, c->from);
	fputs(n == 1 ? _(": Somebody unknown here signed this entry:\n") :
		       _(": Somebody unknown here signed these entries:\n"),
		stderr);
	for (size_t i = 0; i < n; i++) {
		fputs("     ", stderr);
		fprintf(stderr, _("entry %04d  %s  "), claims[i].number, claims[i].time);
		cli_output_text(stderr, _(claims[i].type)); /* also one that no program knows */
		fprintf(stderr, "  %s%s\n     ", C_("signer", "by "), claims[i].signer);
		fprintf(stderr, _("It says %s."), _(meaning(claims[i].type)));
		fprintf(stderr, "%s\n",
			claims[i].is_void ?
				_(" This signer may not say that. The entry would not count even "
				  "if the signer were known.") :
				"");
	}
	fputs(_("Such entries are claims. A claim changes nothing, and stays visible for ever. It "
		"counts as soon as you trust the signer's card.\n"),
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
		return cli_prompt_yes(c->cli, "Add them as claims?");
	fputs(_("Get the card of each signer, compare its fingerprint, and trust it (evx trust add "
		"CARD). Or add the entries as claims: --yes.\n"),
		stderr);
	return false;
}
