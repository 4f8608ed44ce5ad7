/* evx remote: the sticks, servers and stores that exhibits travel over. */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_remote.h"

static int finish(
	struct cli *cli, struct evx_home *home, enum evx_err err, const struct evx_diag *diag)
{
	evx_home_free(home);
	return err == EVX_OK ? CLI_GOOD : cli_output_error(cli, err, diag);
}

static enum evx_err print(void *ctx, const struct evx_remotes_entry *entry)
{
	struct cli *cli = ctx;
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "remote", entry->name);
		cli_json_text(&j, "url", entry->url);
		if (entry->id[0] != '\0')
			cli_json_text(&j, "id", entry->id);
		cli_json_end(&j);
		return EVX_OK;
	}
	cli_output_text(cli->out, entry->name);
	fputs("  ", cli->out);
	cli_output_text(cli->out, entry->url);
	fputc('\n', cli->out);
	return EVX_OK;
}

static int remote_add(struct cli *cli, int argc, char **argv)
{
	struct evx_remotes_entry entry = { .name = "" };
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 2, 2);

	if (r == CLI_CONTINUE)
		r = cli_remote_whole_url(cli, cli->args[1], entry.url);
	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, true, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_remotes_add(home, cli->args[0], entry.url, cli->cancel, &diag);
	if (err == EVX_OK && (cli->json || !cli->quiet)) {
		(void)snprintf(entry.name, sizeof(entry.name), "%s", cli->args[0]);
		(void)print(cli, &entry);
	}
	return finish(cli, home, err, &diag);
}

static int remote_list(struct cli *cli, int argc, char **argv)
{
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err = EVX_OK;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 0, 0);

	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	if (home != NULL)
		err = evx_remotes_list(home, print, cli, &diag);
	return finish(cli, home, err, &diag);
}

static int remote_show(struct cli *cli, int argc, char **argv)
{
	struct evx_remotes_entry entry;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_remotes_show(home, cli->args[0], &entry, &diag);
	if (err == EVX_OK && cli->json) {
		(void)print(cli, &entry);
	} else if (err == EVX_OK) {
		cli_output_field(cli->out, "remote", entry.name);
		cli_output_field(cli->out, "url", entry.url);
		cli_output_field(
			cli->out, "id", entry.id[0] != '\0' ? entry.id : _("not seen yet"));
	}
	return finish(cli, home, err, &diag);
}

static int remote_remove(struct cli *cli, int argc, char **argv)
{
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	struct cli_json j;
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_remotes_remove(home, cli->args[0], cli->cancel, &diag);
	if (err == EVX_OK && cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "remote", cli->args[0]);
		cli_json_text(&j, "done", "removed");
		cli_json_end(&j);
	} else if (err == EVX_OK && !cli->quiet) {
		cli_output_text(cli->out, cli->args[0]);
		fputs(_(": removed from this machine's list. What is on the remote stays there.\n"),
			cli->out);
	}
	return finish(cli, home, err, &diag);
}

static void row(struct cli *cli, bool yes, const char *what, const char *no)
{
	fputs("  ", cli->out);
	cli_layout_cell(cli->out, 4, yes ? C_("answer", "yes") : C_("answer", "no"));
	fprintf(cli->out, " %s%s%s\n", _(what), yes ? "" : ": ", yes ? "" : _(no));
}

static void print_report(
	struct cli *cli, const struct evx_remotes_entry *entry, const struct evx_remotes_report *t)
{
	char size[CLI_NUMBER_CAP];

	cli_output_text(cli->out, entry->name);
	fputs(t->writes && t->reads ? _(": works\n") : _(": does not work as a remote\n"),
		cli->out);
	if (t->failed[0] != '\0') {
		fputs("  ", cli->out);
		cli_output_text(cli->out, t->failed);
		fputc('\n', cli->out);
	}
	if (t->free_known)
		fprintf(cli->out, _("  %s free\n"), cli_output_short_size(t->free_bytes, size));
	if (t->largest_known)
		fprintf(cli->out, _("  %s is the longest object that it holds\n"),
			cli_output_short_size(t->largest, size));
	row(cli, t->writes, N_("writes"), N_("nothing can be sent over it"));
	row(cli, t->reads, N_("reads back"), N_("nothing can be received over it from here"));
	row(cli, t->lists, N_("lists"), N_("evx asks for each object by its name instead"));
	row(cli, t->removes, N_("removes"),
		t->left ? N_("the object of this test stays there, below test/") :
			  N_("what is there stays"));
	row(cli, !t->replaces, N_("keeps what is there under a name"),
		N_("other senders can replace objects; receivers notice that"));
	row(cli, t->renames, N_("names an object when it is complete"),
		N_("an upload that is cut can leave part of an object under its name"));
	row(cli, t->proves, N_("computes SHA-256 of its objects"),
		N_("a check of what is there reads it back"));
	row(cli, t->locks, N_("keeps objects until a date"), N_("a mirror there has no retention"));
}

static void print_report_json(
	struct cli *cli, const struct evx_remotes_entry *entry, const struct evx_remotes_report *t)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "remote", entry->name);
	cli_json_bool(&j, "writes", t->writes);
	cli_json_bool(&j, "reads", t->reads);
	cli_json_bool(&j, "lists", t->lists);
	cli_json_bool(&j, "removes", t->removes);
	cli_json_bool(&j, "replaces", t->replaces);
	cli_json_bool(&j, "renames", t->renames);
	cli_json_bool(&j, "proves", t->proves);
	cli_json_bool(&j, "locks", t->locks);
	cli_json_bool(&j, "left", t->left);
	if (t->free_known)
		cli_json_size(&j, "free", t->free_bytes);
	if (t->largest_known)
		cli_json_size(&j, "largest", t->largest);
	if (t->failed[0] != '\0')
		cli_json_text(&j, "failed", t->failed);
	cli_json_end(&j);
}

static int remote_test(struct cli *cli, int argc, char **argv)
{
	struct evx_remotes_entry entry;
	struct evx_remotes_report report;
	struct cli_remote remote;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_remotes_show(home, cli->args[0], &entry, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	r = cli_remote_use(cli, &remote);
	if (r == CLI_CONTINUE) {
		err = evx_remotes_test(&entry, &remote.use, true, cli->cancel, &report, &diag);
		if (err != EVX_OK)
			r = cli_output_error(cli, err, &diag);
	}
	cli_remote_free(&remote);
	if (r != CLI_CONTINUE)
		return r;
	cli_output_confinement(cli, &report.confinement);
	if (cli->json)
		print_report_json(cli, &entry, &report);
	else if (!cli->quiet || !report.writes || !report.reads)
		print_report(cli, &entry, &report);
	return report.writes && report.reads ? CLI_GOOD : CLI_INCOMPLETE;
}

static const struct cli_command subcommands[] = {
	{ "remote add", "NAME URL", NULL, remote_add, "evx remote add stick dir:/media/usb" },
	{ "remote list", "", NULL, remote_list, "evx remote list" },
	{ "remote show", "NAME", NULL, remote_show, "evx remote show stick" },
	{ "remote remove", "NAME", NULL, remote_remove, "evx remote remove stick" },
	{ "remote test", "NAME", NULL, remote_test, "evx remote test stick" },
};

int cli_cmd_remote(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(cli, "remote", subcommands,
		sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
