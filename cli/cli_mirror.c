/* What commands do with mirrors. */
#include "cli_mirror.h"

#include <string.h>
#include <unistd.h>

#include "cli_child.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_time.h"

#define DAY 86400

void cli_mirror_complaint(void *ctx, const struct evx_mirror_complaint *c)
{
	struct cli *cli = ctx;
	struct cli_json j;

	cli_progress_hold(cli);
	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "object", c->object);
		cli_json_text(&j, "flaw", evx_mirror_flaw_name(c->flaw));
		if (c->until[0] != '\0')
			cli_json_text(&j, "until", c->until);
		cli_json_end(&j);
	} else {
		fprintf(cli->out, "%s: %s", c->object, _(evx_mirror_flaw_name(c->flaw)));
		if (c->flaw == EVX_MIRROR_SHORT)
			fprintf(cli->out, _(": it ends at %s"), c->until);
		fputc('\n', cli->out);
	}
	cli_progress_go_on(cli);
}

int cli_mirror_until(struct cli *cli, const char *text, int64_t *out)
{
	int r;

	*out = 0;
	if (text == NULL)
		return CLI_CONTINUE;
	r = cli_time_since(cli, "retain-until", text, out);
	if (r != CLI_CONTINUE)
		return r;
	/* To the end of that day. */
	if (strlen(text) == 10 && text[4] == '-')
		*out += DAY;
	return CLI_CONTINUE;
}

/* ---- check --via */

static void print_check(struct cli *cli, const struct evx_mirror_check_result *r,
	const struct evx_mirror_check_options *opt, int code)
{
	FILE *f = cli->out;
	char a[CLI_THINGS_CAP], b[CLI_NUMBER_CAP], when[CLI_LAYOUT_TIME];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "mirror", r->mirror);
		cli_json_count(&j, "number", r->number);
		cli_json_text(&j, "time", r->time);
		cli_json_count(&j, "objects", r->objects);
		cli_json_count(&j, "compared", r->proven);
		cli_json_count(&j, "bad", r->bad);
		cli_json_count(&j, "not_kept", r->unkept);
		cli_json_count(&j, "behind", r->behind);
		cli_json_count(&j, "lost", r->lost);
		cli_json_text(&j, "seed", r->seed[0] != '\0' ? r->seed : NULL);
		cli_json_count(&j, "exit", (uint64_t)code);
		cli_json_end(&j);
		return;
	}
	fprintf(f, _("The mirror is as of %s (note %u).\n"), cli_layout_time(r->time, true, when),
		(unsigned)r->number);
	if (r->behind > 0)
		cli_layout_say(f, 0,
			"%s of the vault newer than that, and not in the mirror. To add them, run: "
			"evx mirror",
			cli_output_things(r->behind, "file or pack is", "files and packs are", a));
	if (r->proven < r->objects - r->bad)
		cli_layout_say(f, 0,
			"Only a sample was compared: %s of %s. The seed %s chose the packs.",
			cli_output_count(r->proven, b),
			cli_output_things(r->objects, "object", "objects", a), r->seed);
	if (opt->until != 0)
		cli_layout_say(f, 0, "%s not kept until that date.",
			cli_output_things(r->unkept, "object is", "objects are", a));
	if (r->lost > 0)
		cli_layout_say(f, 0,
			"BAD: %s missing or changed in the vault. The mirror has what the vault "
			"lost. To see what is wrong with the vault, run: evx check",
			cli_output_things(r->lost, "file or pack is", "files and packs are", a));
	if (r->bad > 0)
		cli_layout_say(f, 0,
			"BAD: %s missing or damaged. To put the mirror in order from the vault, "
			"run: evx mirror",
			cli_output_things(r->bad, "object is", "objects are", a));
	else if (r->unkept > 0)
		cli_layout_say(f, 0,
			"BAD: the remote may lose objects too early. To have them kept, run: evx "
			"mirror --retain-until DATE");
	else if (r->lost == 0)
		cli_layout_say(f, 0, "GOOD: %s there",
			cli_output_things(r->objects, "object is", "objects are", a));
}

int cli_mirror_check(struct cli *cli, const char *via, struct evx_mirror_check_options *opt)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_mirror_check_result result;
	struct cli_progress progress;
	struct cli_shipment way;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_shipment_open(cli, via, &way);

	if (r != CLI_CONTINUE)
		return r;
	opt->remote = &way.entry;
	opt->use = &way.remote.use;
	opt->each = cli_mirror_complaint;
	opt->ctx = cli;
	cli_progress_start_transfer(cli, &progress, "check");
	err = evx_mirror_check(way.home, opt, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	cli_shipment_close(&way);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	r = result.bad > 0 || result.unkept > 0 || result.lost > 0 ? CLI_BAD : CLI_GOOD;
	print_check(cli, &result, opt, r);
	return r;
}

/* ---- import --via */

struct import_run {
	const char *via;
	struct evx_mirror_import_options *opt;
};

static void print_import(struct cli *cli, const struct evx_mirror_import_result *r)
{
	FILE *f = cli->out;
	char a[CLI_THINGS_CAP], when[CLI_LAYOUT_TIME];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "mirror", r->mirror);
		cli_json_text(&j, "vault", r->vault);
		cli_json_count(&j, "number", r->number);
		cli_json_count(&j, "newest", r->newest);
		cli_json_text(&j, "time", r->time);
		cli_json_count(&j, "files", r->files);
		cli_json_count(&j, "packs", r->packs);
		cli_json_size(&j, "bytes", r->bytes);
		cli_json_count(&j, "packs_here", r->here);
		cli_json_end(&j);
		return;
	}
	fprintf(f, _("Vault %s\n  was rebuilt as of %s"), r->vault,
		cli_layout_time(r->time, true, when));
	if (r->number < r->newest) {
		fputs("\n  ", f);
		fprintf(f, _("(note %u, an older state; the newest is note %u)"),
			(unsigned)r->number, (unsigned)r->newest);
	}
	fprintf(f, ": %s, ", cli_output_things(r->files, "file", "files", a));
	cli_shipment_packs(f, r->packs, r->bytes);
	fputs(_(" fetched\n"), f);
}

static int import_it(struct cli *cli, void *ctx)
{
	const struct import_run *run = ctx;
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_mirror_import_result result;
	struct cli_progress progress;
	struct cli_shipment way;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_shipment_open(cli, run->via, &way);

	if (r != CLI_CONTINUE)
		return r;
	run->opt->remote = &way.entry;
	run->opt->use = &way.remote.use;
	cli_progress_start_transfer(cli, &progress, "import");
	err = evx_mirror_import(
		way.home, run->opt, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	cli_shipment_close(&way);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	print_import(cli, &result);
	return CLI_GOOD;
}

/* As a person would run it. */
static int check_it(struct cli *cli, void *ctx)
{
	const struct import_run *run = ctx;
	char check[] = "check", deep[] = "--deep", vault[] = "--vault", as[] = "--as",
	     json[] = "--json", quiet[] = "--quiet";
	char *argv[9] = { check, deep, vault, (char *)(uintptr_t)run->opt->into, NULL };
	int argc = 4;

	if (run->opt->as != NULL) {
		argv[argc++] = as;
		argv[argc++] = (char *)(uintptr_t)run->opt->as;
	}
	if (cli->json)
		argv[argc++] = json;
	if (cli->quiet)
		argv[argc++] = quiet;
	argv[argc] = NULL;
	return cli_cmd_check(cli, argc, argv);
}

int cli_mirror_import(struct cli *cli, const char *via, struct evx_mirror_import_options *opt)
{
	struct import_run run = { via, opt };
	const bool was_there = access(opt->into, F_OK) == 0;
	int r;

	cli_prompt_keep();
	r = cli_child_run(cli, import_it, &run);
	if (r != CLI_GOOD && !was_there)
		(void)rmdir(opt->into); /* when nothing came */
	return r == CLI_GOOD ? cli_child_run(cli, check_it, &run) : r;
}
