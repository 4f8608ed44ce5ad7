/* evx: the command line. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli.h"
#include "cli_completion.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_nearest.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_signals.h"

static int cmd_help(struct cli *cli, int argc, char **argv);
static int cmd_version(struct cli *cli, int argc, char **argv);
#ifndef EVX_READER
static int cmd_completion(struct cli *cli, int argc, char **argv);
#endif

/* Signs one type of event; its operands and what it does stand in the table of types. */
#define EVENT_COMMAND(name, example) \
	{ \
		name, NULL, NULL, cli_cmd_event, example \
	}

/* Where a command stands in the overview. */
enum group { CHECK, HAND_OVER, VAULT, PEOPLE };
static const char *const group_names[] = { N_("seal and check"), N_("hand over"), N_("vault"),
	N_("people") };
#define NGROUPS (sizeof(group_names) / sizeof(group_names[0]))

/* EVX_READER: the static program that goes along with bundles. It only checks and opens, so that it
 * needs no library for networks, vaults and pictures. */
struct row {
	struct cli_command command;
	enum group group;
	bool daily; /* in the short overview, too */
};

static const struct row commands[] = {
#ifndef EVX_READER
	{ { "seal",
		  "SOURCE... [-o FILE.evx | --vault DIR] --case C --exhibit E [--as NAME | "
		  "--signer agent:SHA256:…] [--to CARD | --custody-to CARD | --self]... [options]",
		  "seal files, directories or devices", cli_cmd_seal,
		  "evx seal phone -o phone.evx --case 26-114 --exhibit 7 --to lab.card" },
		CHECK, true },
#endif
	{ { "verify",
		  "BUNDLE... [--code CODE] [--deep] [--as NAME] [--trust CARD]... [--roster "
		  "FILE]... [--with FILE]... [--tsa-ca FILE]",
		  "check bundles; needs no key", cli_cmd_verify,
		  "evx verify phone.evx --trust officer.card" },
		CHECK, true },
#ifndef EVX_READER
	{ { "report",
		  "BUNDLE -o (FILE.html | FILE.pdf [--paper a4|letter]) [--lang en|fr|es|ar] "
		  "[--form fre902|bsa63|nist-coc] [--code CODE] [--deep] [--as NAME] [--trust "
		  "CARD]... [--roster FILE]... [--with FILE]... [--tsa-ca FILE]",
		  "write what verify finds as a page for a court", cli_cmd_report,
		  "evx report phone.evx -o phone.pdf --trust officer.card" },
		CHECK, false },
	{ { "label",
		  "(X... [--as NAME] [--trust CARD]... | --receipt FILE) -o FILE.pdf [--paper "
		  "a4|letter] [--vault DIR]",
		  "print labels for evidence bags, or a receipt on paper", cli_cmd_label,
		  "evx label phone.evx laptop.evx -o labels.pdf" },
		CHECK, false },
	{ { "cover",
		  "X -o FILE [--place TEXT] [--order NUMBER] [--authority TEXT] [--notes TEXT] "
		  "[--as NAME | --signer agent:SHA256:…] | --check NOTE [X] [--trust CARD]...",
		  "sign a small note for systems that cannot carry the bundle", cli_cmd_cover,
		  "evx cover phone.evx -o phone.note --order 12/2026 --place 'vault of the lab'" },
		CHECK, false },
#endif
	{ { "show",
		  "BUNDLE [--code CODE] [--as NAME] [--trust CARD]... [--roster FILE]... [--with "
		  "FILE]... [--tsa-ca FILE] [--hashes] [--reveal-custody]",
		  "show what a bundle is", cli_cmd_show, "evx show phone.evx" },
		CHECK, false },
	{ { "list", "BUNDLE [PATH...] [--since WHEN] [--as NAME]", "list what is sealed",
		  cli_cmd_list, "evx list phone.evx" },
		CHECK, true },
	{ { "extract",
		  "BUNDLE -C DIR [PATH...] [--since WHEN] [--as NAME] [--no-owner] [--parts] "
		  "[--salvage] [--devices] [--purpose TEXT [--detached FILE [--with FILE]...]]",
		  "restore files below a directory", cli_cmd_extract,
		  "evx extract phone.evx -C restored" },
		CHECK, true },
	{ { "compare", "BUNDLE (BUNDLE | RECEIPT) [--as NAME [--memory SIZE]]",
		  "tell how two bundles differ", cli_cmd_compare,
		  "evx compare mine.evx theirs.evx" },
		CHECK, false },
	{ { "cat",
		  "BUNDLE PATH [--since WHEN] [--as NAME] [--purpose TEXT [--detached FILE [--with "
		  "FILE]...]]",
		  "write one file to standard output", cli_cmd_cat,
		  "evx cat phone.evx phone/a.txt" },
		CHECK, false },
#ifndef EVX_READER
	{ { "disclose",
		  "X [PATH...] [--glob PATTERN]... [--list FILE] [--range PATH:OFFSET+LENGTH]... "
		  "[--partition PATH:N]... [--with-names] -o FILE.evx (--to "
		  "CARD | --custody-to CARD | --self)... [--purpose TEXT] [--authority TEXT] "
		  "[--as NAME] [--yes] [options]",
		  "give out some files of an exhibit, with proof", cli_cmd_disclose,
		  "evx disclose phone.evx phone/a.txt -o part.evx --to lab.card" },
		CHECK, false },
	{ { "challenge",
		  "X --prepare N [--packs K] [--to CARD]... [--self] -o FILE [--as NAME] [--code "
		  "CODE] | LIST [--next -o FILE | --check FILE] [--as NAME]",
		  "ask a holder to prove that an exhibit is still there", cli_cmd_challenge,
		  "evx challenge phone.evx --prepare 100 --to court.card -o phone.challenges" },
		CHECK, false },
	{ { "answer", "CHALLENGE X -o FILE [--as NAME]", "answer a challenge; needs no key",
		  cli_cmd_answer, "evx answer challenge.txt phone.evx -o answer.txt" },
		CHECK, false },
	{ { "timestamp",
		  "BUNDLE [--event N] (--tsa URL [--tsa-ca FILE] [--renew [--as NAME]] | "
		  "--tsa-request FILE [--sha512] | --tsa-response FILE [--tsa-request FILE] "
		  "[--tsa-ca FILE] [--unverified])",
		  "have an entry time-stamped (RFC 3161)", cli_cmd_timestamp,
		  "evx timestamp phone.evx --tsa https://tsa.example/" },
		CHECK, false },
	{ EVENT_COMMAND("release",
		  "evx release phone.evx --to lab.card --keeps nothing --purpose examination"),
		HAND_OVER, true },
	{ EVENT_COMMAND("accept", "evx accept phone.evx --inventoried"), HAND_OVER, true },
	{ EVENT_COMMAND("refuse", "evx refuse phone.evx --reason 'the bag was open'"), HAND_OVER,
		false },
	{ EVENT_COMMAND("withdraw", "evx withdraw phone.evx --reason 'wrong receiver'"), HAND_OVER,
		false },
	{ EVENT_COMMAND("take-over", "evx take-over phone.evx --reason retired"), HAND_OVER,
		false },
	{ EVENT_COMMAND("note", "evx note phone.evx 'seen by the court'"), HAND_OVER, false },
	{ EVENT_COMMAND("access", "evx access phone.evx --purpose analysis"), HAND_OVER, false },
	{ EVENT_COMMAND("examine", "evx examine phone.evx --result-text 'no malware found'"),
		HAND_OVER, false },
	{ EVENT_COMMAND("verify-event", "evx verify-event phone.evx"), HAND_OVER, false },
	{ EVENT_COMMAND("copy", "evx copy phone.evx --to lab.card"), HAND_OVER, false },
	{ EVENT_COMMAND("move", "evx move phone.evx --place 'shelf 4'"), HAND_OVER, false },
	{ EVENT_COMMAND("inquiry", "evx inquiry phone.evx --reason 'the bag was open'"), HAND_OVER,
		false },
	{ EVENT_COMMAND("hold", "evx hold phone.evx --reason appeal"), HAND_OVER, false },
	{ EVENT_COMMAND("hold-lift", "evx hold-lift phone.evx --event 4"), HAND_OVER, false },
	{ EVENT_COMMAND(
		  "correct", "evx correct phone.evx --event 1 --notes 'the bag was not torn'"),
		HAND_OVER, false },
	{ EVENT_COMMAND("dispose-authorise", "evx dispose-authorise phone.evx --reason 'order 7'"),
		HAND_OVER, false },
	{ EVENT_COMMAND("rewrap", "evx rewrap phone.evx --to court.card"), HAND_OVER, false },
	{ EVENT_COMMAND("approve", "evx approve phone.evx --event 3"), HAND_OVER, false },
#endif
	{ { "log",
		  "BUNDLE [--code CODE] [--graph] [--as NAME] [--trust CARD]... [--roster FILE]... "
		  "[--with FILE]... [--tsa-ca FILE]",
		  "show the custody record: who had it, and when", cli_cmd_log,
		  "evx log phone.evx --as smith" },
		HAND_OVER, true },
#ifndef EVX_READER
	{ { "recipient", "add|list ...", "let others open an exhibit, and list who can",
		  cli_cmd_recipient, "evx recipient add phone.evx --to court.card" },
		HAND_OVER, false },
	{ { "append", "BUNDLE FILE... [--yes]", "add entries from receipts or finished drafts",
		  cli_cmd_append, "evx append phone.evx acceptance.txt" },
		HAND_OVER, false },
	{ { "sign", "DRAFT [--as NAME | --signer agent:SHA256:…]", "add a signature to a draft",
		  cli_cmd_sign, "evx sign draft.txt" },
		HAND_OVER, false },
	{ { "receipt", "export|import ...", "write or read receipts: entries as text files",
		  cli_cmd_receipt, "evx receipt export phone.evx receipt.txt" },
		HAND_OVER, false },
	{ { "send",
		  "X... [--to CARD]... --via REMOTE|FILE [--keeps nothing|copy] [--custody-only] "
		  "[--purpose TEXT] [--authority TEXT] [--limit-rate R] [--reread] [--as NAME] "
		  "[--yes] [--vault DIR]",
		  "send exhibits over a stick, server or store", cli_cmd_send,
		  "evx send phone.evx --to lab.card --via stick" },
		HAND_OVER, true },
	{ { "invite", "NAME --parts N --until TIME -o FILE [--as NAME | --signer agent:SHA256:…]",
		  "let somebody without an account send you a shipment", cli_cmd_invite,
		  "evx invite store --parts 100 --until 2026-12-04 -o lab.invite" },
		HAND_OVER, false },
	{ { "inbox", "[--via REMOTE] [--as NAME]", "list the shipments that wait for you",
		  cli_cmd_inbox, "evx inbox --via stick" },
		HAND_OVER, false },
	{ { "receive",
		  "[SHIPMENT...] [--via REMOTE] [--into VAULT [--case CASE] | -o DIR] [--accept "
		  "inventoried|not-inventoried | --refuse REASON] [--code CODE]... [--as NAME] "
		  "[--yes]",
		  "receive shipments, and accept or refuse them", cli_cmd_receive,
		  "evx receive --via stick" },
		HAND_OVER, true },
	{ { "receipts", "[--via REMOTE] [--overdue DAYS] [--as NAME]",
		  "fetch answers to what you sent, and list what is open", cli_cmd_receipts,
		  "evx receipts --via stick" },
		HAND_OVER, false },
	{ { "remote", "add|list|show|remove|test ...",
		  "the sticks, servers and stores that exhibits travel over", cli_cmd_remote,
		  "evx remote add stick dir:/media/usb" },
		HAND_OVER, false },
	{ { "init",
		  "[VAULT] [--as NAME] [--escrow CARD]... | --accept-rollback [--reason TEXT] "
		  "[--yes]",
		  "make a vault, or go on with one that was put back", cli_cmd_init,
		  "evx init --as smith --escrow safe.card" },
		VAULT, true },
	{ { "exhibits", "[--case CASE] [--as NAME] [--vault DIR]", "list the exhibits of a vault",
		  cli_cmd_exhibits, "evx exhibits --case 26-114" },
		VAULT, true },
	{ { "find",
		  "[TEXT] [--case CASE] [--since WHEN] [--by PERSON] [--file GLOB] [--as NAME | "
		  "--no-key] [--vault DIR]",
		  "find exhibits of a vault", cli_cmd_find, "evx find phone --since 30d" },
		VAULT, true },
	{ { "export",
		  "X... -o (FILE.evx | DIR) [--to CARD]... [--custody-to CARD]... [--purpose TEXT] "
		  "[--split SIZE] [--with-reader] [--as NAME] [--yes] [--vault DIR] | X -o FILE "
		  "--sha256sums|--bodyfile|--mtree|--dfxml|--tar|--zip [--age-to AGE1…] | "
		  "X --case-uco FILE.jsonld [--as NAME] | X --form fre902|bsa63|nist-coc -o FILE",
		  "write exhibits of a vault as bundles", cli_cmd_export,
		  "evx export 26-114/7 -o phone.evx --to lab.card" },
		VAULT, false },
	{ { "import",
		  "BUNDLE... [--case CASE] [--as NAME] [--yes] [--vault DIR] | --via REMOTE --into "
		  "DIR [MIRROR] [--note N] [--as NAME]",
		  "take bundles into a vault, or rebuild a vault from its mirror", cli_cmd_import,
		  "evx import phone.evx --case 26-114" },
		VAULT, false },
	{ { "member", "add|remove|list ...", "say who can open a vault", cli_cmd_member,
		  "evx member list" },
		VAULT, false },
	{ { "status", "[--overdue DAYS] [--unchecked DAYS] [--ending DAYS]",
		  "show what you hold, and what needs to be done", cli_cmd_status, "evx status" },
		VAULT, true },
	{ { "vault", "list|forget ...", "list or forget the vaults that this machine remembers",
		  cli_cmd_vault, "evx vault list" },
		VAULT, false },
	{ { "case", "new|alias|file|list|merge ...",
		  "make, list and merge the cases of a vault, and file exhibits", cli_cmd_case,
		  "evx case list" },
		VAULT, false },
	{ { "rebuild", "[--as NAME] [--resume] [--vault DIR]", "make a vault's catalog anew",
		  cli_cmd_rebuild, "evx rebuild" },
		VAULT, false },
	{ { "check",
		  "[X...] [--deep] [--as NAME] [--sample PERCENT] [--since WHEN] [--anew] "
		  "[--sweep] [--heal-from BUNDLE|VAULT] [--vault DIR] | --via REMOTE [--sample "
		  "PERCENT] [--retain-until DATE]",
		  "check a vault and its exhibits, or its mirror", cli_cmd_check,
		  "evx check --deep" },
		VAULT, false },
	{ { "mirror",
		  "[VAULT] --via REMOTE [--retain-until DATE] [--prune WHEN] [--anew] [--as NAME] "
		  "[--limit-rate R]",
		  "keep a copy of a vault on a stick, server or store", cli_cmd_mirror,
		  "evx mirror --via store" },
		VAULT, false },
	{ { "inventory",
		  "[--case CASE] [--witness CARD]... [--notes TEXT] [--as NAME] [--vault DIR]",
		  "sign a list of the exhibits that are there", cli_cmd_inventory,
		  "evx inventory --case 26-114" },
		VAULT, false },
	{ { "dispose",
		  "X [--reason TEXT] [--as NAME] [--yes] [--draft FILE [--also CARD]...] [--vault "
		  "DIR]",
		  "destroy an exhibit whose disposal is authorised", cli_cmd_dispose,
		  "evx dispose 26-114/7 --reason 'order 7'" },
		VAULT, false },
	{ { "stats", "[--vault DIR]", "count what is in a vault", cli_cmd_stats, "evx stats" },
		VAULT, false },
	{ { "id", "new|list|show|card|passwd|backup|import|retire|always-to ...",
		  "make and keep your identities and their cards", cli_cmd_id,
		  "evx id new ann --person 'Ann Smith' --organisation Police --country GB" },
		PEOPLE, true },
	{ { "card", "show ...", "show a card for comparing it, as words and QR code", cli_cmd_card,
		  "evx card show lab.card" },
		PEOPLE, false },
	{ { "trust", "add|list|show|remove ...", "keep the cards of people you trust here",
		  cli_cmd_trust, "evx trust add lab.card" },
		PEOPLE, true },
	{ { "roster", "new|add|revoke|rotate|sign|show|verify|import ...",
		  "keep signed lists of the keys that a community trusts", cli_cmd_roster,
		  "evx roster show" },
		PEOPLE, false },
	{ { "completion", "bash|zsh|fish", "print what completes command lines in a shell",
		  cmd_completion,
		  "evx completion bash > ~/.local/share/bash-completion/completions/evx" },
		PEOPLE, false },
#endif
	{ { "version", "", "print the version", cmd_version, "evx version" }, PEOPLE, false },
	{ { "help", "[COMMAND] [--all]", "print help", cmd_help, "evx help seal" }, PEOPLE, false },
};
#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct row *find(const char *name)
{
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i].command.name, name) == 0)
			return &commands[i];
	return NULL;
}

static const char *summary_of(const struct cli_command *c)
{
	return c->summary != NULL ? c->summary : evx_event_type_by_command(c->name)->summary;
}

static bool has_rows(size_t g)
{
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		if (commands[i].group == g)
			return true;
	return false;
}

static void overview(FILE *f, bool all)
{
	size_t i, g;

	fputs(_("usage: evx COMMAND [options] [operands]\n\n"), f);
	for (g = 0; g < NGROUPS; g++) {
		if (!has_rows(g))
			continue;
		fprintf(f, "%s\n", _(group_names[g]));
		for (i = 0; i < NCOMMANDS; i++)
			if (commands[i].group == g && (all || commands[i].daily))
				fprintf(f, "  %-17s  %s\n", commands[i].command.name,
					_(summary_of(&commands[i].command)));
	}
	putc('\n', f);
	if (!all)
		fputs(_("'evx help --all' lists all commands.\n"), f);
	fputs(_("'evx help COMMAND' explains one of them.\n"), f);
}

static int run(struct cli *cli, const struct row *row, int argc, char **argv)
{
	cli->name = row->command.name;
	cli->synopsis = row->command.synopsis != NULL ?
		row->command.synopsis :
		evx_event_type_by_command(row->command.name)->synopsis;
	cli->example = row->command.example;
	cli->summary = summary_of(&row->command);
	return row->command.run(cli, argc, argv);
}

static int unknown_command(struct cli *cli, int argc, char **argv, const char *name)
{
	struct cli_nearest nearest = { .word = name };
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		cli_nearest_try(&nearest, commands[i].command.name);
	cli->json = cli_options_json(argc, argv);
	if (nearest.best != NULL)
		return cli_output_mistake(
			cli, "evx has no command \"%.99s\". Did you mean %s?", name, nearest.best);
	return cli_output_mistake(
		cli, "evx has no command \"%.99s\". 'evx help --all' lists the commands.", name);
}

static int cmd_help(struct cli *cli, int argc, char **argv)
{
	static char help_option[] = "--help";
	char *again[4] = { NULL };
	const struct row *command;
	bool all = false;
	const struct cli_option options[] = {
		{ "all", 0, CLI_FLAG, &all, NULL, "list all commands", 0, 0 },
	};
	int r;

	if (argc > 1 && argv[1][0] != '-' && strcmp(argv[1], "help") != 0) {
		command = find(argv[1]);
		if (command == NULL)
			return unknown_command(cli, argc, argv, argv[1]);
		again[0] = argv[1];
		again[1] = argc > 2 ? argv[2] : help_option;
		again[2] = argc > 2 ? help_option : NULL;
		return run(cli, command, argc > 2 ? 3 : 2, again);
	}
	r = cli_options_parse(cli, argc, argv, options, 1, 0, 1);
	if (r == CLI_CONTINUE) {
		overview(stdout, all);
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

#ifndef EVX_READER
/* No command runs here: each ends where it would read its options. */
static void tell_all(struct cli *cli)
{
	char name[32];
	char *argv[] = { name, NULL };
	size_t i;

	for (i = 0; i < NCOMMANDS; i++) {
		snprintf(name, sizeof(name), "%s", commands[i].command.name);
		(void)run(cli, &commands[i], 1, argv);
	}
}

static int cmd_completion(struct cli *cli, int argc, char **argv)
{
	int r = cli_options_parse(cli, argc, argv, NULL, 0, 1, 1);

	return r == CLI_CONTINUE ? cli_completion_write(cli, cli->args[0], tell_all, cli->out) : r;
}

#endif
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
	const struct row *command;

	if (argc < 2) {
		overview(stderr, false);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		overview(stdout, false);
		return CLI_GOOD;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		argv[1] = version;
	command = find(argv[1]);
	if (command == NULL)
		return unknown_command(cli, argc, argv, argv[1]);
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
	cli_language_start();
	cli_layout_start();
	cli_prompt_start();
	cli.out = stdout;
	cli.cancel = cli_signals_start();
	err = evx_start(&diag);
	code = err == EVX_OK ? dispatch(&cli, argc, argv) : cli_output_error(&cli, err, &diag);
	for (i = 0; i < cli.nlists; i++)
		free(cli.lists[i]);
	return cli_output_finish(&cli, code);
}
