/* evx exhibits: what is in a vault, as a table. */
#include "cli_exhibits.h"
#include "cli_options.h"
#include "cli_vault.h"

int cli_cmd_exhibits(struct cli *cli, int argc, char **argv)
{
	struct evx_vault_exhibits_options opt = { .confine = true };
	struct evx_vault_exhibits_result result;
	struct cli_exhibits l = { .cli = cli };
	const char *vault = NULL;
	const struct cli_option options[] = {
		{ "case", 'c', CLI_TEXT, &opt.in_case, "CASE",
			"list only the exhibits of this case (id, or label with a key)", 0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"open case labels and exhibit numbers as this member", 0, 0 },
		{ "whole", 'w', CLI_FLAG, &l.whole, NULL, "print whole UUIDs", 0, 0 },
		{ "read", 0, CLI_FLAG, &opt.reread, NULL,
			"read every exhibit, also where nothing changed since the catalog was "
			"filled",
			0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	if (r == CLI_CONTINUE)
		r = cli_exhibits_run(&l, vault, &opt, &result);
	return r == CLI_CONTINUE ? cli_exhibits_conclude(cli, &result) : r;
}
