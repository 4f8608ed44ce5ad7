/* evx inventory: a signed list of the exhibits of a vault, compared with the one before. */
#include "cli.h"
#include "cli_exhibits.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_vault.h"

#define FIELD 14 /* columns of a label */

static const char *const words[] = { "same", "new", "longer", "shorter", "other-chain",
	"other-seal", "disposed", "missing" };

static void on_exhibit(void *ctx, const struct evx_inventory_exhibit *e)
{
	struct cli *cli = ctx;
	struct cli_json j;
	char things[CLI_THINGS_CAP], when[CLI_LAYOUT_TIME];

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "uuid", e->uuid);
		cli_json_text(&j, "case_label", e->case_label);
		cli_json_text(&j, "exhibit_number", e->exhibit_number);
		cli_json_text(&j, "seal", e->seal_hash);
		cli_json_text(&j, "head", e->head);
		cli_json_count(&j, "events", e->events);
		cli_json_size(&j, "bytes", e->bytes);
		if (e->checked[0] != '\0')
			cli_json_text(&j, "checked", e->checked);
		cli_json_text(&j, "result", e->result);
		cli_json_text(&j, "change", words[e->change]);
		cli_json_end(&j);
		return;
	}
	fprintf(cli->out, "%s  ", e->uuid);
	if (e->case_label != NULL)
		cli_output_text(cli->out, e->case_label);
	else
		putc('-', cli->out);
	putc('/', cli->out);
	cli_output_text(cli->out, e->exhibit_number != NULL ? e->exhibit_number : "-");
	fprintf(cli->out, "  %s  ", cli_output_things(e->events, "entry", "entries", things));
	if (e->checked[0] != '\0')
		fprintf(cli->out, _("checked %s"), cli_layout_time(e->checked, false, when));
	else
		fputs(_("checked never"), cli->out);
	fprintf(cli->out, "  %s", cli_exhibits_result(e->result));
	switch (e->change) {
	case EVX_SINCE_SAME:
		break;
	case EVX_SINCE_NEW:
		fprintf(cli->out, "  %s", C_("exhibit", "new"));
		break;
	case EVX_SINCE_LONGER:
		fprintf(cli->out, _("  %s more than before"),
			cli_output_things(
				e->events - e->events_before, "entry", "entries", things));
		break;
	case EVX_SINCE_DISPOSED:
		fputs(_("  disposed of since then"), cli->out);
		break;
	case EVX_SINCE_SHORTER:
		fprintf(cli->out, _("  ENTRIES ARE MISSING: there were %llu"),
			(unsigned long long)e->events_before);
		break;
	case EVX_SINCE_OTHER_CHAIN:
		fputs(_("  THE LAST ENTRY IS ANOTHER ONE"), cli->out);
		break;
	case EVX_SINCE_OTHER_SEAL:
		fputs(_("  ANOTHER EXHIBIT HAS THIS UUID NOW"), cli->out);
		break;
	case EVX_SINCE_MISSING:
		fprintf(cli->out, "  %s", _("MISSING"));
		break;
	}
	putc('\n', cli->out);
}

static void print(struct cli *cli, const struct evx_inventory_outcome *o)
{
	char text[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_count(&j, "entry", o->entry);
		cli_json_text(&j, "list", o->list_hash);
		cli_json_text(&j, "case", o->case_id[0] != '\0' ? o->case_id : NULL);
		cli_json_count(&j, "exhibits", o->exhibits);
		cli_json_count(&j, "missing", o->missing);
		cli_json_count(&j, "new", o->fresh);
		cli_json_count(&j, "changed", o->changed);
		cli_json_count(&j, "shorter", o->shorter);
		cli_json_count(&j, "exchanged", o->exchanged);
		if (o->before >= 0) {
			cli_json_count(&j, "before", (uint64_t)o->before);
			cli_json_text(&j, "before_time", o->before_time);
		}
		cli_json_end(&j);
		return;
	}
	cli_layout_label(cli->out, FIELD, "list");
	fprintf(cli->out, "log/%08u-inventory.list\n", (unsigned)o->entry);
	cli_layout_label(cli->out, FIELD, "SHA-256");
	fprintf(cli->out, "%s\n", o->list_hash);
	cli_layout_label(cli->out, FIELD, "signed in");
	fprintf(cli->out, "log/%08u-inventory\n", (unsigned)o->entry);
	if (o->before < 0)
		fprintf(cli->out, _("%s; this is the first inventory\n"),
			cli_output_things(o->exhibits, "exhibit", "exhibits", text));
	else
		fprintf(cli->out,
			_("%s; since log entry %d (%s): %llu missing, %llu new, %llu with more "
			  "entries, %llu with fewer, %llu exchanged\n"),
			cli_output_things(o->exhibits, "exhibit", "exhibits", text), o->before,
			o->before_time, (unsigned long long)o->missing,
			(unsigned long long)o->fresh, (unsigned long long)o->changed,
			(unsigned long long)o->shorter, (unsigned long long)o->exchanged);
}

int cli_cmd_inventory(struct cli *cli, int argc, char **argv)
{
	struct evx_inventory_options opt = { .confine = true, .each = on_exhibit, .ctx = cli };
	struct evx_inventory_outcome out = { .entry = 0 };
	struct cli_list witness = { 0 };
	const char *vault = NULL;
	const struct cli_option options[] = {
		{ "case", 'c', CLI_TEXT, &opt.in_case, "CASE",
			"list only the exhibits of this case (id or label)", 0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"sign as this member (default: the only identity)", 0, 0 },
		{ "witness", 0, CLI_LIST, &witness, "CARD",
			"record a witness by their card; may be repeated", 0, 0 },
		{ "notes", 0, CLI_TEXT, &opt.notes, "TEXT", "add a note for the members", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	cli_output_hold(cli);
	if (r != CLI_CONTINUE)
		return r;
	opt.witness = witness.v;
	opt.nwitness = witness.n;
	opt.vault = cli_vault_path(cli, vault);
	r = opt.vault == NULL ? CLI_USAGE : cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_inventory_make(home, &opt, &ask, cli->cancel, &out, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &out.confinement);
	print(cli, &out);
	return out.missing + out.shorter + out.exchanged > 0 ? CLI_BAD : CLI_GOOD;
}
