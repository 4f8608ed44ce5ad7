/* The question about a name that could be taken for another's, the same at every command that takes
 * a card. */
#include "cli_names.h"

#include <string.h>

#include "cli_language.h"
#include "cli_output.h"
#include "cli_prompt.h"

static void told(const char *before, const char *what, const struct evx_card_info *card)
{
	fprintf(stderr, "%s%s\n     ", before, _(what));
	cli_output_text(stderr, card->fingerprint);
	fputs("  ", stderr);
	cli_output_card(stderr, card);
	putc('\n', stderr);
}

enum evx_err cli_names_confirm(void *ctx, const struct evx_card_info *card,
	const struct evx_card_info *alike, bool disguised)
{
	struct cli *cli = ctx;

	told("evx: ", N_("Look closely at this name:"), card);
	if (disguised)
		fprintf(stderr, "     %s\n",
			_("The name mixes alphabets in one word, or has rare letters or invisible "
			  "signs."));
	if (alike != NULL && strcmp(alike->fingerprint, card->fingerprint) == 0)
		told("     ", N_("This key is known here under another name:"), alike);
	else if (alike != NULL)
		told("     ", N_("It looks like the name of another key, known here:"), alike);
	if (cli->names_compared)
		return EVX_OK;
	if (cli->quiet || !cli_prompt_possible())
		return EVX_E_USAGE;
	return cli_prompt_yes(cli,
		       "This may be somebody else. Did you compare the fingerprint, and do you "
		       "accept this key?") ?
		EVX_OK :
		EVX_E_INTERRUPTED;
}
