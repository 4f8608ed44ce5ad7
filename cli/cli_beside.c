/* Bundles that are files already, copied to where programs go beside them. */
#include "cli_beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli_json.h"
#include "cli_new_file.h"
#include "cli_output.h"
#include "cli_report.h"
#include "cli_verdict.h"

#define BLOCK 65536

struct going {
	const char *bundle, *to;
	FILE *from, *f;
};

static void tell(const struct cli *cli, const struct going *g, const struct evx_report *r, int code)
{
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "uuid", r->uuid);
		cli_json_text(&j, "seal_hash", r->seal_hash);
		cli_json_text(&j, "written", g->to);
		cli_json_size(&j, "bytes", r->bundle_bytes);
		cli_json_count(&j, "packs", r->packs);
		cli_json_count(&j, "recipes", 0);
		cli_json_count(&j, "events", r->nevents);
		cli_json_count(&j, "branch_events", 0);
		cli_json_count(&j, "exit", (uint64_t)code);
		cli_json_end(&j);
		return;
	}
	fprintf(cli->out, "%s  ", r->uuid);
	cli_output_text(cli->out, g->to);
	fprintf(cli->out, "  %s, %s\n", cli_output_things(r->bundle_bytes, "byte", "bytes", a),
		cli_output_things(r->nevents, "entry", "entries", b));
}

static int copied(struct cli *cli, struct going *g)
{
	static char block[BLOCK];
	struct evx_diag diag = { 0 };
	size_t n;

	while ((n = fread(block, 1, sizeof(block), g->from)) > 0)
		if (fwrite(block, 1, n, g->f) != n)
			break;
	if (ferror(g->from))
		return cli_output_error(cli,
			evx_fail_errno(&diag, g->bundle, "The bundle could not be read"), &diag);
	return cli_new_file_whole(g->f, g->to, &diag) == EVX_OK ?
		CLI_GOOD :
		cli_output_error(cli, diag.code, &diag);
}

static int refused(struct cli *cli, const struct going *g, int code)
{
	struct evx_diag diag = { 0 };
	const enum evx_err err = code == CLI_NEWER ? EVX_E_UNSUPPORTED :
		code == CLI_INCOMPLETE             ? EVX_E_INCOMPLETE :
						     EVX_E_CORRUPT;

	return cli_output_error(cli,
		evx_diag_in(&diag, g->bundle,
			evx_fail(&diag, err,
				"The bundle is not good, or could not be checked. It was not "
				"copied. To see why, run: evx verify")),
		&diag);
}

/* Who signed is for the receiver to judge: a signer who is unknown here is no gap. */
static int judged(struct cli *cli, void *ctx, const struct evx_report *r)
{
	struct going *g = ctx;
	const int code = cli_report_exit_code(r);
	char word[CLI_VERDICT_CAP];
	int done;

	if (code != CLI_GOOD && code != CLI_CUSTODY)
		return refused(cli, g, code);
	done = copied(cli, g);
	if (done != CLI_GOOD)
		return done;
	done = strcmp(cli_verdict_custody(r, word), "complete") == 0 ? CLI_GOOD : CLI_CUSTODY;
	tell(cli, g, r, done);
	return done;
}

static int check_and_copy(struct cli *cli, FILE *f, void *ctx)
{
	struct going *g = ctx;
	struct evx_verify_options options = { .bundle = g->bundle };
	struct evx_diag diag = { 0 };
	int r;

	g->f = f;
	g->from = fopen(g->bundle, "re");
	if (g->from == NULL)
		return cli_output_error(cli,
			evx_fail_errno(&diag, g->bundle, "The bundle cannot be opened"), &diag);
	r = cli_report_verify(cli, &options, judged, g);
	(void)fclose(g->from);
	return r;
}

/* Volumes are several files: evx export says what to do with them. */
static bool is_one_file(const char *path)
{
	const size_t n = strlen(path);
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		!(n > 4 && strcmp(path + n - 4, ".001") == 0);
}

static int copy(struct cli *cli, const char *bundle, const char *dir)
{
	const char *slash = strrchr(bundle, '/');
	struct going g = { .bundle = bundle };
	char *to;
	int r;

	if (asprintf(&to, "%s/%s", dir, slash != NULL ? slash + 1 : bundle) < 0)
		return cli_output_problem(cli, EVX_E_MEMORY, "Out of memory. Nothing was written.");
	g.to = to;
	r = cli_new_file(cli, to, check_and_copy, &g);
	free(to);
	return r;
}

int cli_beside_copy(struct cli *cli, const char *dir)
{
	size_t kept = 0, i;
	int worst = CLI_GOOD, r = CLI_GOOD;

	for (i = 0; i < cli->nargs && (r == CLI_GOOD || r == CLI_CUSTODY); i++) {
		if (!is_one_file(cli->args[i])) {
			cli->args[kept++] = cli->args[i];
			continue;
		}
		r = copy(cli, cli->args[i], dir);
		worst = r == CLI_GOOD ? worst : r;
	}
	cli->nargs = kept;
	return worst;
}
