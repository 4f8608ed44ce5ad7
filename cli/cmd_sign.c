/* evx sign: one more signature on a draft. */
#include "cli.h"
#include "event.h"
#include "options.h"
#include "output.h"
#include "prompt.h"

int cli_cmd_sign(struct cli *cli, int argc, char **argv)
{
	const char *as = NULL, *signer = NULL;
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &as, "NAME", "identity that signs (default: the only one there is)", 0, 0 },
		CLI_SIGNER_ROW(&signer),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_event_outcome out = { 0 };
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, options, sizeof options / sizeof options[0], 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_signer(cli, signer, &as);
	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_event_cosign(home, cli->args[0], as, true, &ask, &out, &diag);
	if (err == EVX_OK) {
		cli_event_outcome(cli, NULL, &out);
		r = CLI_GOOD;
	} else {
		r = cli_output_error(cli, err, &diag);
	}
	evx_event_outcome_free(&out);
	evx_home_free(home);
	return r;
}
