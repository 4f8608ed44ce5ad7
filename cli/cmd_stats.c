/* evx stats: what is in a vault, counted. */
#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

#define FIELD 19 /* columns of a label */

static void print_json(struct cli *cli, const struct evx_vault_statistics *s)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "vault", s->vault);
	cli_json_count(&j, "exhibits", s->exhibits);
	cli_json_count(&j, "known", s->known);
	cli_json_count(&j, "filed", s->filed);
	cli_json_count(&j, "disposed", s->disposed);
	cli_json_count(&j, "cases", s->cases);
	cli_json_count(&j, "members", s->members);
	cli_json_count(&j, "epochs", s->epochs);
	cli_json_count(&j, "log_entries", s->log_entries);
	cli_json_size(&j, "payload", s->payload);
	cli_json_size(&j, "stored", s->stored);
	cli_json_size(&j, "borrowed", s->borrowed);
	cli_json_count(&j, "chunks", s->rows);
	cli_json_count(&j, "without_chunks", s->without_chunks);
	cli_json_size(&j, "catalog", s->catalog_bytes);
	cli_json_count(&j, "remnants", s->remnants);
	cli_json_size(&j, "remnant_bytes", s->remnant_bytes);
	cli_json_count(&j, "live_sessions", s->live_sessions);
	cli_json_count(&j, "dead_sessions", s->dead_sessions);
	cli_json_end(&j);
}

static void line(FILE *f, const char *what, const char *value)
{
	cli_layout_label(f, FIELD, what);
	fprintf(f, "%s\n", value);
}

static void print(FILE *f, const struct evx_vault_statistics *s)
{
	char a[CLI_NUMBER_CAP], b[CLI_THINGS_CAP];

	line(f, L_("vault"), s->vault);
	cli_layout_label(f, FIELD, "exhibits");
	fprintf(f, _("%s, %s of them in cases, %llu disposed of\n"),
		cli_output_count(s->exhibits, a), cli_output_count(s->filed, b),
		(unsigned long long)s->disposed);
	line(f, L_("cases"), cli_output_count(s->cases, a));
	cli_layout_label(f, FIELD, "members");
	fprintf(f, _("%s, key change %lu, %s in the log\n"), cli_output_count(s->members, a),
		(unsigned long)s->epochs, cli_output_count(s->log_entries, b));
	line(f, L_("contents"), cli_output_short_size(s->payload, a));
	cli_layout_label(f, FIELD, "stored");
	fprintf(f, _("%s, %s shared\n"), cli_output_short_size(s->stored, a),
		cli_output_short_size(s->borrowed, b));
	cli_layout_label(f, FIELD, "catalog");
	fprintf(f, "%s, %s\n", cli_output_short_size(s->catalog_bytes, a),
		cli_output_count(s->rows, b));
	if (s->remnants > 0) {
		cli_layout_label(f, FIELD, "leftovers");
		fprintf(f, "%s, %s\n", cli_output_count(s->remnants, a),
			cli_output_short_size(s->remnant_bytes, b));
	}
	if (s->live_sessions + s->dead_sessions > 0) {
		cli_layout_label(f, FIELD, "sessions");
		fprintf(f, _("%llu at work, %llu ended (to remove them: evx check --sweep)\n"),
			(unsigned long long)s->live_sessions, (unsigned long long)s->dead_sessions);
	}
	if (s->without_chunks > 0) {
		cli_layout_label(f, FIELD, "not shared");
		fprintf(f,
			_("%s whose data new exhibits cannot share yet (to change that: evx "
			  "rebuild --as NAME)\n"),
			cli_output_things(s->without_chunks, "exhibit", "exhibits", b));
	}
}

int cli_cmd_stats(struct cli *cli, int argc, char **argv)
{
	struct evx_vault_statistics stats;
	const char *vault = NULL, *path;
	const struct cli_option options[] = { CLI_VAULT_OPTIONS(cli, &vault) };
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	char text[CLI_THINGS_CAP];
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	if (r != CLI_CONTINUE)
		return r;
	path = cli_vault_path(cli, vault);
	r = path == NULL ? CLI_USAGE : cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_stats(home, path, true, &stats, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &stats.confinement);
	if (cli->json)
		print_json(cli, &stats);
	else
		print(cli->out, &stats);
	if (stats.known != stats.exhibits)
		cli_output_warn(cli,
			"The catalog knows %s of %llu. The sizes count only these. To read the "
			"others, run: evx exhibits",
			cli_output_things(stats.known, "exhibit", "exhibits", text),
			(unsigned long long)stats.exhibits);
	return CLI_GOOD;
}
