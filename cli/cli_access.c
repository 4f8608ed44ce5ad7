/* Opening evidence and recording that it was opened. */
#include "cli_access.h"

#include "cli_child.h"
#include "cli_event.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

#define PATHS_MAX 1000 /* format-spec/events.md, `extracted` */

int cli_access_check(struct cli *cli, const struct cli_access *a)
{
	if (a->detached != NULL && a->purpose == NULL)
		return cli_options_misuse(
			cli, "--detached needs --purpose TEXT: without it nothing is recorded.");
	if (a->with.n > 0 && a->detached == NULL)
		return cli_options_misuse(cli, "--with needs --detached FILE.");
	return CLI_CONTINUE;
}

static int record(struct cli *cli, const struct cli_access *a)
{
	const size_t n = cli->nargs - 1;
	char more[192];
	struct evx_event_options event = { .type = EVX_EVENT_ACCESS,
		.bundle = cli->args[0],
		.as = a->as,
		.purpose = a->purpose,
		.detached = a->detached,
		.with = a->with.v,
		.nwith = a->with.n,
		.extracted = (const char *const *)cli->args + 1,
		.nextracted = n < PATHS_MAX ? n : PATHS_MAX };

	if (a->since != NULL) {
		snprintf(more, sizeof(more), "Only what was modified since %.40s was opened.",
			a->since);
		event.notes = more;
	} else if (n == 0) {
		event.notes = "The whole exhibit was opened.";
	}
	if (n > PATHS_MAX) {
		snprintf(more, sizeof(more), "%zu more paths were opened than are listed here.",
			n - PATHS_MAX);
		event.notes = more;
	}
	return cli_event_record(cli, &event);
}

int cli_access_run(struct cli *cli, const struct cli_access *a,
	int (*open_it)(struct cli *cli, void *ctx), void *ctx)
{
	int r;

	if (a->purpose == NULL) {
		r = open_it(cli, ctx);
		if (r == CLI_GOOD && !cli->quiet && !(cli->json && cli->out == stderr))
			fprintf(stderr, "evx: %s\n",
				_("This access was not recorded in the custody record. To record "
				  "it, use --purpose TEXT, or run: evx access"));
		return r;
	}
	/* Looked up here: what the child finds, it finds for itself, and the event goes to the same
	 * exhibit. */
	r = cli_vault_exhibit(cli, 0, a->as);
	if (r != CLI_CONTINUE)
		return r;
	r = cli_child_run(cli, open_it, ctx);
	if (r != CLI_GOOD) {
		cli_output_warn(cli,
			"This did not end well, and the access was not recorded. To record it, "
			"run: evx access");
		return r;
	}
	r = record(cli, a);
	if (r != CLI_GOOD)
		cli_output_warn(cli,
			"The contents were opened, but the access was not recorded. To record it, "
			"run: evx access");
	return r;
}
