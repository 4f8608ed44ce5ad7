/* evx: the command line. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_signals.h"

static int cmd_help(struct cli *cli, int argc, char **argv);
static int cmd_version(struct cli *cli, int argc, char **argv);

/* Signs one type of event; its operands and what it does stand in the table of types. */
#define EVENT_COMMAND(name) \
	{ \
		name, NULL, NULL, cli_cmd_event \
	}

static const struct cli_command commands[] = {
	{ "id", "new|list|show|card|passwd|backup|import|retire|always-to ...",
		"make and keep identities, and cards of readers", cli_cmd_id },
	{ "trust", "add|list|show|remove ...", "keep the cards whose keys are trusted here",
		cli_cmd_trust },
	{ "roster", "new|add|revoke|rotate|sign|show|verify|import ...",
		"signed lists of whom a community trusts", cli_cmd_roster },
	{ "init", "[VAULT] [--as NAME] [--escrow CARD]...", "make a vault", cli_cmd_init },
	{ "member", "add|remove|list ...", "who can open a vault", cli_cmd_member },
	{ "vault", "list|forget ...", "the vaults that this machine remembers", cli_cmd_vault },
	{ "case", "new|alias|list|merge ...", "the cases of a vault", cli_cmd_case },
	{ "seal",
		"SOURCE... [-o FILE.evx | --vault DIR] --case C --exhibit E [--as NAME | --signer "
		"agent:SHA256:…] [--to CARD | --custody-to CARD | --self]... [options]",
		"seal files, directories or devices into a vault or a bundle", cli_cmd_seal },
	{ "exhibits", "[--case CASE] [--as NAME] [--vault DIR]", "list the exhibits of a vault",
		cli_cmd_exhibits },
	{ "rebuild", "[--as NAME] [--resume] [--vault DIR]", "make a vault's catalog anew",
		cli_cmd_rebuild },
	{ "check",
		"[X...] [--deep] [--as NAME] [--sample PERCENT] [--since WHEN] [--anew] [--sweep] "
		"[--heal-from BUNDLE|VAULT] [--vault DIR]",
		"check a vault: its exhibits, its log, its directories", cli_cmd_check },
	{ "inventory", "[--case CASE] [--witness CARD]... [--notes TEXT] [--as NAME] [--vault DIR]",
		"sign a list of the exhibits there are", cli_cmd_inventory },
	{ "dispose",
		"X [--reason TEXT] [--as NAME] [--yes] [--draft FILE [--also CARD]...] [--vault "
		"DIR]",
		"destroy an exhibit of a vault, once that was authorised", cli_cmd_dispose },
	{ "stats", "[--vault DIR]", "count what is in a vault", cli_cmd_stats },
	{ "verify",
		"BUNDLE [--deep] [--as NAME] [--trust CARD]... [--roster FILE]... [--with FILE]... "
		"[--tsa-ca FILE]",
		"check a bundle; needs no key", cli_cmd_verify },
	{ "show",
		"BUNDLE [--as NAME] [--trust CARD]... [--roster FILE]... [--with FILE]... "
		"[--tsa-ca FILE] [--hashes] [--reveal-custody]",
		"tell what a bundle is", cli_cmd_show },
	{ "log",
		"BUNDLE [--graph] [--as NAME] [--trust CARD]... [--roster FILE]... [--with "
		"FILE]... [--tsa-ca FILE]",
		"tell the chain of custody", cli_cmd_log },
	{ "compare", "BUNDLE (BUNDLE | RECEIPT) [--as NAME [--memory SIZE]]",
		"tell how two bundles relate", cli_cmd_compare },
	{ "list", "BUNDLE [PATH...] [--as NAME]", "list what is sealed", cli_cmd_list },
	{ "cat", "BUNDLE PATH [--as NAME] [--purpose TEXT [--detached FILE [--with FILE]...]]",
		"write one file to standard output", cli_cmd_cat },
	{ "extract",
		"BUNDLE -C DIR [PATH...] [--as NAME] [--no-owner] [--salvage] [--devices] "
		"[--purpose TEXT [--detached FILE [--with FILE]...]]",
		"restore files below a directory", cli_cmd_extract },
	{ "export",
		"X... -o (FILE.evx | DIR) [--to CARD]... [--custody-to CARD]... [--purpose TEXT] "
		"[--split SIZE] [--as NAME] [--yes] [--vault DIR]",
		"write exhibits of a vault as the bundles that were sealed", cli_cmd_export },
	{ "recipient", "add|list ...", "let others open an exhibit, and tell who can",
		cli_cmd_recipient },
	{ "import", "BUNDLE... [--case CASE] [--as NAME] [--yes] [--vault DIR]",
		"take bundles into a vault", cli_cmd_import },
	{ "timestamp",
		"BUNDLE [--event N] (--tsa URL [--tsa-ca FILE] [--renew [--as NAME]] | "
		"--tsa-request FILE [--sha512] | --tsa-response FILE [--tsa-request FILE] "
		"[--tsa-ca FILE] [--unverified])",
		"time-stamp an event (RFC 3161)", cli_cmd_timestamp },
	EVENT_COMMAND("release"),
	EVENT_COMMAND("accept"),
	EVENT_COMMAND("refuse"),
	EVENT_COMMAND("withdraw"),
	EVENT_COMMAND("take-over"),
	EVENT_COMMAND("note"),
	EVENT_COMMAND("access"),
	EVENT_COMMAND("examine"),
	EVENT_COMMAND("verify-event"),
	EVENT_COMMAND("copy"),
	EVENT_COMMAND("move"),
	EVENT_COMMAND("inquiry"),
	EVENT_COMMAND("hold"),
	EVENT_COMMAND("hold-lift"),
	EVENT_COMMAND("correct"),
	EVENT_COMMAND("dispose-authorise"),
	EVENT_COMMAND("rewrap"),
	EVENT_COMMAND("approve"),
	{ "append", "BUNDLE FILE... [--yes]", "add events from receipts or finished drafts",
		cli_cmd_append },
	{ "sign", "DRAFT [--as NAME | --signer agent:SHA256:…]", "add a signature to a draft",
		cli_cmd_sign },
	{ "receipt", "export|import ...", "events as text files, out of a bundle and into one",
		cli_cmd_receipt },
	{ "version", "", "print the version", cmd_version },
	{ "help", "[COMMAND]", "print help", cmd_help },
};
#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct cli_command *find(const char *name)
{
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static const char *summary_of(const struct cli_command *c)
{
	return c->summary != NULL ? c->summary : evx_event_type_by_command(c->name)->summary;
}

static void overview(FILE *f)
{
	size_t i;

	fputs("usage: evx COMMAND [options] [operands]\n\nSeals digital evidence, so that anyone "
	      "can check it and only the right people can open it.\n\n",
		f);
	for (i = 0; i < NCOMMANDS; i++)
		fprintf(f, "  %-17s  %s\n", commands[i].name, summary_of(&commands[i]));
	fputs("\n'evx help COMMAND' tells more, and so does the manual page evx(1).\n", f);
}

static int run(struct cli *cli, const struct cli_command *command, int argc, char **argv)
{
	cli->name = command->name;
	cli->synopsis = command->synopsis != NULL ?
		command->synopsis :
		evx_event_type_by_command(command->name)->synopsis;
	return command->run(cli, argc, argv);
}

static int unknown_command(struct cli *cli, const char *name)
{
	char text[256];

	snprintf(text, sizeof(text), "%s: unknown command", name);
	cli_output_problem(cli, EVX_E_USAGE, text);
	overview(stderr);
	return CLI_USAGE;
}

static int cmd_help(struct cli *cli, int argc, char **argv)
{
	static char help_option[] = "--help";
	char *again[4] = { NULL };
	const struct cli_command *command;
	int r;

	if (argc > 1 && argv[1][0] != '-' && strcmp(argv[1], "help") != 0) {
		command = find(argv[1]);
		if (command == NULL)
			return unknown_command(cli, argv[1]);
		again[0] = argv[1];
		again[1] = argc > 2 ? argv[2] : help_option;
		again[2] = argc > 2 ? help_option : NULL;
		return run(cli, command, argc > 2 ? 3 : 2, again);
	}
	r = cli_options_parse(cli, argc, argv, NULL, 0, 0, 1);
	if (r == CLI_CONTINUE) {
		overview(stdout);
		r = CLI_GOOD;
	}
	return r;
}

static int cmd_version(struct cli *cli, int argc, char **argv)
{
	struct cli_json j;
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 0, 0);

	if (r != CLI_CONTINUE)
		return r;
	if (!cli->json) {
		printf("evx %s\n", evx_version());
		return CLI_GOOD;
	}
	j = cli_json_begin(stdout);
	cli_json_text(&j, "version", evx_version());
	cli_json_end(&j);
	return CLI_GOOD;
}

/* A closed standard descriptor would be taken by the next file opened, and evidence or a bundle
 * would be written to as if it were the terminal. Opened the wrong way round, so that using it
 * fails. */
static bool standard_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
			open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
	static char version[] = "version";
	const struct cli_command *command;

	if (argc < 2) {
		overview(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		overview(stdout);
		return CLI_GOOD;
	}
	if (strcmp(argv[1], "--version") == 0)
		argv[1] = version;
	command = find(argv[1]);
	if (command == NULL)
		return unknown_command(cli, argv[1]);
	return run(cli, command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	struct cli cli = { .name = "", .synopsis = "" };
	struct evx_diag diag = { 0 };
	enum evx_err err;
	size_t i;
	int code;

	const struct rlimit no_core = { 0, 0 };

	if (!standard_descriptors())
		return CLI_INCOMPLETE;
	/* A core dump would write keys to disk. Where the limit cannot be set, there was none to
	 * dump to. */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	/* The limit does not hold for a program that takes dumps through a pipe. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	cli_layout_start();
	cli.out = stdout;
	cli.cancel = cli_signals_start();
	err = evx_start(&diag);
	code = err == EVX_OK ? dispatch(&cli, argc, argv) : cli_output_error(&cli, err, &diag);
	for (i = 0; i < cli.nlists; i++)
		free(cli.lists[i]);
	return cli_output_finish(&cli, code);
}
