/* evx exhibits: what is in a vault, one line each. */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_vault.h"

#define SHORT_UUID 13 /* with its hyphen: unambiguous among many thousands */

struct listing {
	struct cli *cli;
	bool whole;
};

static void print_json(struct cli *cli, const struct evx_vault_exhibit_info *info)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "uuid", info->uuid);
	if (info->unreadable != NULL) {
		cli_json_text(&j, "unreadable", info->unreadable);
		cli_json_end(&j);
		return;
	}
	cli_json_text(&j, "seal", info->seal_hash);
	cli_json_text(&j, "seal_code", info->seal_code);
	cli_json_text(&j, "head", info->head);
	cli_json_text(&j, "signer", info->signer);
	if (info->case_id[0] != '\0')
		cli_json_text(&j, "case", info->case_id);
	cli_json_text(&j, "case_label", info->case_label);
	cli_json_text(&j, "exhibit_number", info->exhibit_number);
	cli_json_text(&j, "description", info->description);
	cli_json_text(&j, "sealed", info->sealed);
	cli_json_count(&j, "events", info->events);
	cli_json_size(&j, "payload", info->payload);
	cli_json_size(&j, "stored", info->stored);
	cli_json_size(&j, "borrowed", info->borrowed);
	cli_json_bool(&j, "complete", info->complete);
	cli_json_bool(&j, "disposed", info->disposed);
	cli_json_bool(&j, "branches", info->branches);
	if (info->checked[0] != '\0') {
		cli_json_text(&j, "checked", info->checked);
		cli_json_text(&j, "result", info->result);
	}
	if (info->opened[0] != '\0') {
		cli_json_text(&j, "contents_checked", info->opened);
		cli_json_text(&j, "contents_result", info->contents);
	}
	cli_json_bool(&j, "missing", info->missing);
	cli_json_end(&j);
}

static void print_marks(FILE *f, const struct evx_vault_exhibit_info *info)
{
	if (info->missing)
		fputs("  MISSING from the vault", f);
	if (!info->complete)
		fputs("  incomplete", f);
	if (info->disposed)
		fputs("  disposed of", f);
	if (info->branches)
		fputs("  has other versions of its custody record", f);
}

static void print_uuid(const struct listing *l, const char *uuid)
{
	fprintf(l->cli->out, "%.*s", l->whole ? (int)strlen(uuid) : SHORT_UUID, uuid);
}

static void print_line(const struct listing *l, const struct evx_vault_exhibit_info *info)
{
	FILE *f = l->cli->out;

	print_uuid(l, info->uuid);
	if (info->unreadable != NULL) {
		fputs("  UNREADABLE: ", f);
		cli_output_text(f, info->unreadable);
		putc('\n', f);
		return;
	}
	fprintf(f, "  %-20s  %4llu  %-20s  %-9s  ", info->sealed, (unsigned long long)info->events,
		info->checked[0] != '\0' ? info->checked : "-",
		info->checked[0] != '\0' ? info->result : "");
	if (info->case_label != NULL)
		cli_output_text(f, info->case_label);
	else if (info->case_id[0] != '\0')
		print_uuid(l, info->case_id);
	else
		putc('-', f);
	putc('/', f);
	cli_output_text(f, info->exhibit_number != NULL ? info->exhibit_number : "-");
	print_marks(f, info);
	if (info->description != NULL) {
		fputs("  ", f);
		cli_output_text(f, info->description);
	}
	putc('\n', f);
}

static enum evx_err each(void *ctx, const struct evx_vault_exhibit_info *info)
{
	const struct listing *l = ctx;

	if (l->cli->json)
		print_json(l->cli, info);
	else
		print_line(l, info);
	return ferror(l->cli->out) ? EVX_E_IO : EVX_OK;
}

static int conclude(struct cli *cli, const struct evx_vault_exhibits_result *result)
{
	char text[CLI_THINGS_CAP];

	cli_output_confinement(cli, &result->confinement);
	if (result->catalog_discarded)
		cli_output_warn(cli,
			"The catalog belonged to another vault, or was damaged. evx read the "
			"exhibits anew. To restore the rest, run: evx rebuild");
	if (result->catalog_lost)
		cli_output_warn(
			cli, "The catalog could not be updated. To make it anew, run: evx rebuild");
	if (result->missing > 0)
		cli_output_warn(cli,
			"The catalog lists %s that the vault does not have. What should be there: "
			"evx inventory. To make the catalog anew: evx rebuild",
			cli_output_things(result->missing, "exhibit", "exhibits", text));
	if (result->unreadable > 0)
		cli_output_warn(cli, "%s cannot be read. To see why, run: evx check",
			cli_output_things(result->unreadable, "exhibit", "exhibits", text));
	return result->missing > 0 || result->unreadable > 0 ? CLI_BAD : CLI_GOOD;
}

int cli_cmd_exhibits(struct cli *cli, int argc, char **argv)
{
	struct evx_vault_exhibits_options opt = { .confine = true };
	struct evx_vault_exhibits_result result;
	struct listing l = { .cli = cli };
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
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	if (r != CLI_CONTINUE)
		return r;
	opt.vault = cli_vault_path(cli, vault);
	r = opt.vault == NULL ? CLI_USAGE : cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_exhibits(home, &opt, &ask, each, &l, cli->cancel, &result, &diag);
	evx_home_free(home);
	if (err == EVX_E_IO && ferror(cli->out)) {
		evx_diag_clear(&diag);
		err = evx_diag_in(&diag, "standard output",
			evx_fail(&diag, EVX_E_IO, "Standard output could not be written to."));
	}
	return err == EVX_OK ? conclude(cli, &result) : cli_output_error(cli, err, &diag);
}
