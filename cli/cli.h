/* What all commands share: the context of one run, exit codes, and the shape of a command. */
#ifndef CLI_H
#define CLI_H

#include <stdio.h>

#include "evx.h"

/* Exit codes, the same for every command (evx.1, EXIT STATUS). */
enum cli_exit {
	CLI_GOOD = 0, /* done and good */
	CLI_BAD = 1,  /* checked and bad */
	CLI_USAGE = 2,
	CLI_INCOMPLETE = 3, /* could not check or complete */
	CLI_NEWER = 4,      /* format newer than this program */
	CLI_CUSTODY = 5,    /* data good; custody gaps, a signer not trusted, or a policy not met */
	CLI_PARTIAL = 6,    /* sealed, but part of the source was unreadable */
	CLI_INTERRUPTED = 130,
	CLI_PIPE = 141,    /* nobody reads standard output any more: ends by SIGPIPE */
	CLI_CONTINUE = -1, /* not an exit code: go on */
};

#define CLI_LISTS_MAX 16

struct cli_progress;
struct cli_tell;

/* One run of the program. */
struct cli {
	const char *name;            /* "seal", "id new": for usage and help */
	const char *synopsis;        /* what stands behind it on a usage line */
	const char *example;         /* with which its help begins; NULL: none */
	const char *summary;         /* in the overview; NULL: a command of a group */
	const struct cli_tell *tell; /* who is told of the command instead of its running */
	bool json, quiet;
	bool require_confinement;
	bool names_compared; /* names that could be taken for another's are no mistake */
	uint64_t jobs;
	const char *passphrase_file, *new_passphrase_file;
	bool separate_new;   /* a new passphrase never comes from passphrase_file */
	const char *vault;   /* --vault of commands that take an exhibit */
	const char *founder; /* --founder: of the vault */
	char **args;         /* operands */
	size_t nargs;
	const char *subject; /* which of several bundles is being judged: JSON objects name it;
				NULL: there is one */
	char **before_args;  /* argv[1] up to the operands, options permuted to the front */
	size_t nbefore;
	FILE *out;       /* results: stdout, or stderr when stdout carries data */
	FILE *held;      /* out while --quiet keeps back what would be printed, else NULL */
	FILE *held_from; /* out before */
	char *held_text; /* owned: what was kept back */
	size_t held_len;
	bool making; /* a limit stands in the way of making something; it is no fault of what is
			checked */
	struct cli_progress *progress; /* whose line may stand on the terminal; NULL: none */
	struct evx_cancel *cancel;
	void *lists[CLI_LISTS_MAX]; /* owned: arrays behind options that may be repeated, and names
				       of exhibits that were found */
	size_t nlists;
};

/* A command: parses its own options, calls one library function, prints; returns an exit code.
 * argv[0] is its name. */
struct cli_command {
	const char *name, *synopsis, *summary;
	int (*run)(struct cli *cli, int argc, char **argv);
	const char *example; /* a command line that works; help begins with it */
};

int cli_cmd_answer(struct cli *cli, int argc, char **argv);
int cli_cmd_append(struct cli *cli, int argc, char **argv);
int cli_cmd_challenge(struct cli *cli, int argc, char **argv);
int cli_cmd_check(struct cli *cli, int argc, char **argv);
int cli_cmd_cover(struct cli *cli, int argc, char **argv);
int cli_cmd_dispose(struct cli *cli, int argc, char **argv);
int cli_cmd_inventory(struct cli *cli, int argc, char **argv);
int cli_cmd_card(struct cli *cli, int argc, char **argv);
int cli_cmd_case(struct cli *cli, int argc, char **argv);
int cli_cmd_cat(struct cli *cli, int argc, char **argv);
int cli_cmd_compare(struct cli *cli, int argc, char **argv);
int cli_cmd_event(struct cli *cli, int argc, char **argv);
int cli_cmd_exhibits(struct cli *cli, int argc, char **argv);
int cli_cmd_disclose(struct cli *cli, int argc, char **argv);
int cli_cmd_export(struct cli *cli, int argc, char **argv);
int cli_cmd_extract(struct cli *cli, int argc, char **argv);
int cli_cmd_find(struct cli *cli, int argc, char **argv);
int cli_cmd_id(struct cli *cli, int argc, char **argv);
int cli_cmd_import(struct cli *cli, int argc, char **argv);
int cli_cmd_inbox(struct cli *cli, int argc, char **argv);
int cli_cmd_init(struct cli *cli, int argc, char **argv);
int cli_cmd_invite(struct cli *cli, int argc, char **argv);
int cli_cmd_label(struct cli *cli, int argc, char **argv);
int cli_cmd_list(struct cli *cli, int argc, char **argv);
int cli_cmd_log(struct cli *cli, int argc, char **argv);
int cli_cmd_mirror(struct cli *cli, int argc, char **argv);
int cli_cmd_member(struct cli *cli, int argc, char **argv);
int cli_cmd_rebuild(struct cli *cli, int argc, char **argv);
int cli_cmd_receive(struct cli *cli, int argc, char **argv);
int cli_cmd_receipts(struct cli *cli, int argc, char **argv);
int cli_cmd_receipt(struct cli *cli, int argc, char **argv);
int cli_cmd_recipient(struct cli *cli, int argc, char **argv);
int cli_cmd_remote(struct cli *cli, int argc, char **argv);
int cli_cmd_report(struct cli *cli, int argc, char **argv);
int cli_cmd_roster(struct cli *cli, int argc, char **argv);
int cli_cmd_seal(struct cli *cli, int argc, char **argv);
int cli_cmd_send(struct cli *cli, int argc, char **argv);
int cli_cmd_show(struct cli *cli, int argc, char **argv);
int cli_cmd_sign(struct cli *cli, int argc, char **argv);
int cli_cmd_stats(struct cli *cli, int argc, char **argv);
int cli_cmd_status(struct cli *cli, int argc, char **argv);
int cli_cmd_timestamp(struct cli *cli, int argc, char **argv);
int cli_cmd_vault(struct cli *cli, int argc, char **argv);
int cli_cmd_trust(struct cli *cli, int argc, char **argv);
int cli_cmd_verify(struct cli *cli, int argc, char **argv);

/* Opens the directory of identities ($EVX_HOME, else $XDG_DATA_HOME/evx, else ~/.local/share/evx;
 * made when create is set). Freed by evx_home_free. Returns CLI_CONTINUE, or an exit code with the
 * error printed. */
int cli_home_open(struct cli *cli, bool create, struct evx_home **out);
/* As above without creating; a home that is not there is no failure: *out is then NULL. */
int cli_home_open_optional(struct cli *cli, struct evx_home **out);
/* Writes the path of that directory; false when the environment names none. */
bool cli_home_path(char *buf, size_t cap);
/* Where --signer (NULL: not given) stands instead of --as, makes it that. Returns CLI_CONTINUE, or
 * CLI_USAGE with the mistake printed. */
int cli_home_signer(struct cli *cli, const char *signer, const char **as);
#define CLI_SIGNER_ROW(to) \
	{ \
		"signer", 0, CLI_TEXT, to, "agent:SHA256:…", \
			"sign with this key in ssh-agent instead", 0, 0 \
	}

#endif
