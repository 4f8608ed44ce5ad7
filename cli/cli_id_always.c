/* evx id always-to: cards that every seal of this home is also encrypted to. */
#include "cli.h"
#include "cli_id.h"
#include "cli_options.h"
#include "cli_output.h"

static enum evx_err always_one(void *ctx, const struct evx_card_info *card)
{
	cli_output_card_line(ctx, card);
	return EVX_OK;
}

int cli_id_always_to(struct cli *cli, int argc, char **argv)
{
	struct evx_confine_state confined = { 0 };
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err = EVX_OK;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 0, SIZE_MAX);

	if (r == CLI_CONTINUE)
		r = cli->nargs > 0 ? cli_home_open(cli, true, &home) :
				     cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	if (home == NULL)
		return CLI_GOOD;
	if (cli->nargs == 0)
		err = evx_id_always_list(home, &confined, always_one, cli, &diag);
	else
		err = evx_id_always_to(home, (const char *const *)cli->args, cli->nargs, &confined,
			always_one, cli, &diag);
	if (err == EVX_OK)
		cli_output_confinement(cli, &confined);
	return cli_id_finish(cli, home, err, &diag);
}
