/* Exhibits of a vault as people see them: a table, or an object for each. */
#include "cli_exhibits.h"

#include <string.h>

#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_vault.h"

#define SHORT_UUID 13 /* with its hyphen: unambiguous among many thousands */

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
	cli_json_text(&j, "signer_person", info->signer_person);
	if (info->case_id[0] != '\0')
		cli_json_text(&j, "case", info->case_id);
	cli_json_text(&j, "case_label", info->case_label);
	cli_json_text(&j, "exhibit_number", info->exhibit_number);
	cli_json_text(&j, "description", info->description);
	cli_json_text(&j, "place", info->place);
	cli_json_text(&j, "holder", info->holder);
	cli_json_text(&j, "holder_person", info->holder_person);
	cli_json_bool(&j, "hold", info->hold);
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
	if (info->files != NULL) {
		cli_json_array(&j, "files");
		for (size_t i = 0; i < info->nfiles; i++)
			cli_json_text(&j, NULL, info->files[i]);
		cli_json_close(&j);
		cli_json_count(&j, "more_files", info->more_files);
	}
	cli_json_end(&j);
}

/* ---- The table: a line for each exhibit, and a second one where there is more to say */

#define CASE_COLUMNS (SHORT_UUID + 2) /* the id of a case, and "/-" */
#define DAY_COLUMNS 11
#define CHECK_COLUMNS 21
#define HOLDER_COLUMNS_MIN 8
#define CELL_CAP 1024

static void print_cell(FILE *f, const char *text, size_t columns)
{
	cli_layout_cell(f, columns, text);
	fputs("  ", f);
}

/* A column is as wide as its heading, at least. */
static size_t wide(size_t columns, const char *heading)
{
	const size_t n = cli_layout_columns(heading);

	return n > columns ? n : columns;
}

static size_t uuid_columns(const struct cli_exhibits *l)
{
	return wide(l->whole ? 36 : SHORT_UUID, _("EXHIBIT"));
}

static size_t case_columns(void)
{
	return wide(CASE_COLUMNS, _("CASE/NUMBER"));
}

static size_t day_columns(void)
{
	return wide(DAY_COLUMNS, _("SEALED"));
}

static size_t check_columns(void)
{
	return wide(CHECK_COLUMNS, _("CHECKED"));
}

static void print_header(struct cli_exhibits *l)
{
	FILE *f = l->cli->out;

	if (l->any)
		return;
	l->any = true;
	if (l->cli->quiet)
		return;
	print_cell(f, _("EXHIBIT"), uuid_columns(l));
	print_cell(f, _("CASE/NUMBER"), case_columns());
	print_cell(f, _("SEALED"), day_columns());
	print_cell(f, _("CHECKED"), check_columns());
	fprintf(f, "%s\n", _("HOLDER"));
}

/* "30 Nov 2026" of a time, "-" of none. */
static const char *day(const char *utc, char buf[CLI_LAYOUT_TIME])
{
	char *end;

	if (utc[0] == '\0')
		return "-";
	(void)cli_layout_time(utc, false, buf);
	end = strchr(buf, ':');
	if (end != NULL && end - buf > 3)
		end[-3] = '\0';
	return buf;
}

static const char *case_number(
	const struct cli_exhibits *l, const struct evx_vault_exhibit_info *info, char buf[CELL_CAP])
{
	char label[CELL_CAP / 2], number[CELL_CAP / 2];

	if (info->case_label != NULL)
		evx_text_escape(info->case_label, strlen(info->case_label), label, sizeof(label));
	else
		(void)snprintf(label, sizeof(label), "%.*s", l->whole ? 36 : SHORT_UUID,
			info->case_id[0] != '\0' ? info->case_id : "-");
	if (info->exhibit_number != NULL)
		evx_text_escape(
			info->exhibit_number, strlen(info->exhibit_number), number, sizeof(number));
	(void)snprintf(buf, CELL_CAP, "%s/%s", label, info->exhibit_number != NULL ? number : "-");
	return buf;
}

const char *cli_exhibits_result(const char *result)
{
	if (strcmp(result, "good") == 0)
		return C_("check", "good");
	if (strcmp(result, "bad") == 0)
		return C_("check", "bad");
	if (strcmp(result, "custody") == 0)
		return C_("check", "custody");
	if (strcmp(result, "unchecked") == 0)
		return C_("check", "unchecked");
	if (strcmp(result, "missing") == 0)
		return C_("check", "missing");
	if (strcmp(result, "disposed") == 0)
		return C_("check", "disposed");
	return result;
}

/* Contents that were found bad count, whatever a later look at the container found. */
static const char *result_of(const struct evx_vault_exhibit_info *info)
{
	return info->opened[0] != '\0' && strcmp(info->contents, "bad") == 0 ? "bad" : info->result;
}

static void print_item(FILE *f, bool *any, size_t hang, const char *what, const char *text)
{
	if (*any)
		fputs("; ", f);
	else
		fprintf(f, "%*s", (int)hang, "");
	*any = true;
	fputs(what, f);
	if (text != NULL)
		cli_output_text(f, text);
}

static void print_more(const struct cli_exhibits *l, const struct evx_vault_exhibit_info *info)
{
	const size_t hang = uuid_columns(l) + 2;
	FILE *f = l->cli->out;
	bool any = false;

	if (info->hold)
		print_item(f, &any, hang, _("ON HOLD"), NULL);
	if (info->disposed)
		print_item(f, &any, hang, _("disposed of"), NULL);
	if (!info->complete)
		print_item(f, &any, hang, C_("exhibit", "incomplete"), NULL);
	if (info->branches)
		print_item(f, &any, hang, _("has other versions of its custody record"), NULL);
	if (info->events > 1) {
		char entries[CLI_THINGS_CAP];

		print_item(f, &any, hang,
			cli_output_things(info->events, "entry", "entries", entries), NULL);
	}
	if (info->place != NULL)
		print_item(f, &any, hang, C_("place", "in "), info->place);
	if (info->description != NULL)
		print_item(f, &any, hang, "", info->description);
	if (any)
		putc('\n', f);
	for (size_t i = 0; i < info->nfiles; i++) {
		fprintf(f, "%*s", (int)hang, "");
		cli_output_text(f, info->files[i]);
		putc('\n', f);
	}
	if (info->more_files > 0) {
		char files[CLI_THINGS_CAP];

		fprintf(f, "%*s", (int)hang, "");
		fprintf(f, _("and %s"),
			cli_output_things(info->more_files, "more file", "more files", files));
		putc('\n', f);
	}
}

static void print_uuid(const struct cli_exhibits *l, const char *uuid)
{
	char shown[64];

	(void)snprintf(shown, sizeof(shown), "%.*s", l->whole ? 36 : SHORT_UUID, uuid);
	print_cell(l->cli->out, shown, uuid_columns(l));
}

/* The name, or the beginning of the key; cut where the line ends. */
static void print_holder(
	const struct cli_exhibits *l, const struct evx_vault_exhibit_info *info, size_t case_used)
{
	const char *who = info->holder_person != NULL ? info->holder_person : info->holder;
	const size_t used = uuid_columns(l) + day_columns() + check_columns() + 8 +
		(case_used > case_columns() ? case_used : case_columns());
	size_t room = cli_layout_width() > used ? cli_layout_width() - used : 0, columns = 0;
	char text[CELL_CAP], *end = text;

	evx_text_escape(who, strlen(who), text, sizeof(text));
	if (room < HOLDER_COLUMNS_MIN)
		room = HOLDER_COLUMNS_MIN;
	if (cli_layout_columns(text) <= room) {
		fprintf(l->cli->out, "%s\n", text);
		return;
	}
	while (columns + 1 < room || ((unsigned char)*end & 0xc0) == 0x80)
		columns += ((unsigned char)*end++ & 0xc0) != 0x80;
	fprintf(l->cli->out, "%.*s…\n", (int)(end - text), text);
}

static void print_line(struct cli_exhibits *l, const struct evx_vault_exhibit_info *info)
{
	char cell[CELL_CAP], when[CLI_LAYOUT_TIME], check[2 * CLI_LAYOUT_TIME];
	FILE *f = l->cli->out;
	size_t case_used;

	print_header(l);
	print_uuid(l, info->uuid);
	if (info->unreadable != NULL) {
		fputs(_("UNREADABLE: "), f);
		cli_output_text(f, info->unreadable);
		putc('\n', f);
		return;
	}
	print_cell(f, case_number(l, info, cell), case_columns());
	case_used = cli_layout_columns(cell);
	print_cell(f, day(info->sealed, when), day_columns());
	if (info->missing)
		(void)snprintf(check, sizeof(check), "%s", _("MISSING"));
	else
		(void)snprintf(check, sizeof(check), "%s %s", day(info->checked, when),
			info->checked[0] != '\0' ? cli_exhibits_result(result_of(info)) : "");
	print_cell(f, check, check_columns());
	print_holder(l, info, case_used);
	print_more(l, info);
}

enum evx_err cli_exhibits_each(void *ctx, const struct evx_vault_exhibit_info *info)
{
	struct cli_exhibits *l = ctx;

	l->found++;
	if (l->cli->json)
		print_json(l->cli, info);
	else
		print_line(l, info);
	return ferror(l->cli->out) ? EVX_E_IO : EVX_OK;
}

int cli_exhibits_conclude(struct cli *cli, const struct evx_vault_exhibits_result *result)
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

int cli_exhibits_run(struct cli_exhibits *l, const char *vault,
	struct evx_vault_exhibits_options *opt, struct evx_vault_exhibits_result *result)
{
	struct cli *cli = l->cli;
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r;

	opt->vault = cli_vault_path(cli, vault);
	r = opt->vault == NULL ? CLI_USAGE : cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_exhibits(home, opt, &ask, cli_exhibits_each, l, cli->cancel, result, &diag);
	evx_home_free(home);
	if (err == EVX_E_IO && ferror(cli->out)) {
		evx_diag_clear(&diag);
		err = evx_diag_in(&diag, "standard output",
			evx_fail(&diag, EVX_E_IO, "Standard output could not be written to."));
	}
	return err == EVX_OK ? CLI_CONTINUE : cli_output_error(cli, err, &diag);
}
