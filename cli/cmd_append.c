/* evx append, and evx receipt import, which is the same: events in receipt files become events of a
 * bundle. */
#include <stdlib.h>
#include <sys/stat.h>

#include "cli.h"
#include "cli_child.h"
#include "cli_claims.h"
#include "cli_event.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_paper.h"
#include "cli_vault.h"

struct one {
	const char *bundle, *file;
	bool yes;
};

/* The receipt in a picture of its page: evx-paper reads it, in a process of its own. Returns
 * CLI_CONTINUE with *text malloc'ed, or an exit code with the error printed. */
static int read_picture(struct cli *cli, const char *file, char **text, size_t *n)
{
	FILE *scratch = cli_paper_scratch(cli);
	struct evx_diag diag = { 0 };
	int r = CLI_INCOMPLETE;
	struct stat st;

	if (scratch == NULL)
		return CLI_INCOMPLETE;
	r = cli_paper_read(cli, file, scratch);
	if (r != CLI_GOOD)
		goto out;
	if (fstat(fileno(scratch), &st) != 0 || fseek(scratch, 0, SEEK_SET) != 0)
		goto io;
	*n = (size_t)st.st_size;
	*text = malloc(*n + 1);
	if (*text == NULL || fread(*text, 1, *n, scratch) != *n)
		goto io;
	r = CLI_CONTINUE;
	goto out;
io:
	r = cli_output_error(
		cli, evx_fail_errno(&diag, file, "What was read from the picture was lost"), &diag);
out:
	(void)fclose(scratch);
	return r;
}

static int other_picture(struct cli *cli, const char *file)
{
	struct evx_diag diag = { 0 };

	return cli_output_error(cli,
		evx_diag_in(&diag, file,
			evx_fail(&diag, EVX_E_NOT_OURS,
				"This is a file of the kind %s. Of the pictures evx reads PNG "
				"only. "
				"Nothing was written. Store the page as a PNG picture with 300 "
				"dots "
				"per inch, and name that file.",
				cli_paper_other(file))),
		&diag);
}

static int append(struct cli *cli, void *ctx)
{
	const struct one *one = ctx;
	struct cli_claims claims = { cli, one->yes, one->file };
	struct evx_event_outcome out = { 0 };
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	char *text = NULL;
	size_t n = 0;
	int r = CLI_CONTINUE;

	if (cli_paper_other(one->file) != NULL)
		r = other_picture(cli, one->file);
	else if (cli_paper_is_picture(one->file))
		r = read_picture(cli, one->file, &text, &n);
	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE) {
		free(text);
		return r;
	}
	err = text != NULL ? evx_event_append_text(home, one->bundle, text, n, true,
				     cli_claims_confirm, &claims, &out, &diag) :
			     evx_event_append(home, one->bundle, one->file, true,
				     cli_claims_confirm, &claims, &out, &diag);
	if (err == EVX_OK) {
		cli_event_outcome(cli, one->bundle, &out);
		r = CLI_GOOD;
	} else {
		r = cli_output_error(cli, err, &diag);
	}
	free(text);
	evx_event_outcome_free(&out);
	evx_home_free(home);
	return r;
}

/* Each file is parsed in a confined process, which cannot open the next one. */
int cli_cmd_append(struct cli *cli, int argc, char **argv)
{
	bool yes = false;
	const struct cli_option options[] = {
		CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "yes", 'y', CLI_FLAG, &yes, NULL,
			"add entries of unknown signers as claims, ask nothing", 0, 0 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, SIZE_MAX);
	size_t i;

	cli_output_hold(cli);
	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 0, NULL);
	if (r != CLI_CONTINUE)
		return r;
	for (i = 1, r = CLI_GOOD; i < cli->nargs && r == CLI_GOOD; i++) {
		struct one one = { cli->args[0], cli->args[i], yes };

		r = i + 1 < cli->nargs ? cli_child_run(cli, append, &one) : append(cli, &one);
	}
	return r;
}
