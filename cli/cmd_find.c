/* evx find: exhibits of a vault by what is known of them. */
#include "cli_exhibits.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_time.h"
#include "cli_vault.h"

static void print_json(const struct cli_exhibits *l, const struct evx_vault_exhibits_result *r)
{
	struct cli_json j = cli_json_begin(l->cli->out);

	cli_json_count(&j, "found", l->found);
	cli_json_count(&j, "searched", r->looked);
	cli_json_count(&j, "texts_closed", r->closed);
	cli_json_count(&j, "lists_closed", r->unlisted);
	cli_json_end(&j);
}

/* What the answer rests on. */
static void print_end(const struct cli_exhibits *l, const struct evx_vault_exhibits_result *r)
{
	char found[CLI_THINGS_CAP], all[CLI_THINGS_CAP];

	fprintf(l->cli->out,
		_("%s found among %s. evx looked them up in the vault's catalog and compared each "
		  "one with its files. To check signatures and contents, run: evx verify\n"),
		cli_output_things(l->found, "exhibit", "exhibits", found),
		cli_output_things(r->looked, "exhibit", "exhibits", all));
}

static int conclude(struct cli_exhibits *l, bool opened, const struct evx_vault_exhibits_result *r)
{
	char text[CLI_THINGS_CAP];
	int code;

	if (l->cli->json)
		print_json(l, r);
	else if (!l->cli->quiet)
		print_end(l, r);
	code = cli_exhibits_conclude(l->cli, r);
	if (opened && r->closed > 0)
		cli_output_warn(l->cli,
			"Your key does not open the label, number, description and place of %s. "
			"evx searched them by UUID, seal code, persons and dates only.",
			cli_output_things(r->closed, "exhibit", "exhibits", text));
	if (r->unlisted > 0)
		cli_output_warn(l->cli,
			"The list of contents of %s could not be opened or is damaged. evx did not "
			"look for the file there. Ask a content member of the vault to search.",
			cli_output_things(r->unlisted, "exhibit", "exhibits", text));
	return code == CLI_GOOD && ((opened && r->closed > 0) || r->unlisted > 0) ? CLI_INCOMPLETE :
										    code;
}

int cli_cmd_find(struct cli *cli, int argc, char **argv)
{
	struct evx_vault_exhibits_options opt = { .confine = true };
	struct evx_vault_exhibits_result result;
	struct cli_exhibits l = { .cli = cli };
	const char *vault = NULL, *since = NULL;
	bool no_key = false;
	const struct cli_option options[] = {
		{ "case", 'c', CLI_TEXT, &opt.in_case, "CASE",
			"only exhibits of this case (id, or label with a key)", 0, 0 },
		{ "since", 0, CLI_TEXT, &since, "WHEN",
			"only exhibits sealed then or later: 2026-11-30, or 30d", 0, 0 },
		{ "by", 0, CLI_TEXT, &opt.by, "PERSON",
			"only exhibits that this person sealed or holds now: a part of the name on "
			"a trusted card, or a fingerprint",
			0, 0 },
		{ "file", 0, CLI_TEXT, &opt.file, "GLOB",
			"only exhibits with such a file in their list of contents, as evx list "
			"takes it",
			0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"open labels and lists of contents as this member (default: the only "
			"identity)",
			0, 0 },
		{ "no-key", 0, CLI_FLAG, &no_key, NULL,
			"use no identity: search UUIDs, seal codes, persons and dates only", 0, 0 },
		{ "whole", 'w', CLI_FLAG, &l.whole, NULL, "print whole UUIDs", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 1);

	if (r == CLI_CONTINUE && since != NULL)
		r = cli_time_since(cli, "since", since, &opt.since);
	if (r != CLI_CONTINUE)
		return r;
	opt.text = cli->nargs > 0 && cli->args[0][0] != '\0' ? cli->args[0] : NULL;
	if (opt.text == NULL && opt.by == NULL && opt.file == NULL && since == NULL)
		return cli_options_misuse(cli,
			"Say what to look for: a TEXT, --since, --by or --file. To see all "
			"exhibits, run: evx exhibits");
	if (no_key && opt.as != NULL)
		return cli_options_misuse(cli, "--no-key does not go with --as.");
	if (no_key && opt.file != NULL)
		return cli_options_misuse(
			cli, "--no-key does not go with --file, which takes a key.");
	opt.somebody = opt.text != NULL && !no_key;
	r = cli_exhibits_run(&l, vault, &opt, &result);
	return r == CLI_CONTINUE ? conclude(&l, opt.somebody || opt.as != NULL, &result) : r;
}
