/* evx check: a vault and everything in it, what is wrong in plain words, the verdict last. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_exhibits.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_mirror.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_report.h"
#include "cli_time.h"
#include "cli_vault.h"

struct check {
	struct cli *cli;
	struct cli_progress progress;
	bool verbose;
};

static void json_exhibit(struct cli *cli, const struct evx_check_exhibit *e)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "exhibit", e->uuid);
	cli_json_text(&j, "result", e->result);
	cli_json_bool(&j, "skipped", e->skipped);
	cli_json_bool(&j, "again", e->again);
	if (!e->skipped) {
		cli_json_count(&j, "packs", e->packs);
		cli_json_count(&j, "packs_read", e->packs_read);
		cli_json_size(&j, "bytes_read", e->bytes_read);
		cli_json_bool(&j, "went_on", e->went_on);
	}
	cli_json_text(&j, "not_checked", e->why);
	if (e->report != NULL) {
		cli_json_text(&j, "seal", e->report->seal_hash);
		cli_json_bool(&j, "deep", e->report->deep);
		cli_json_array(&j, "findings");
		for (size_t i = 0; i < e->report->nfindings; i++)
			cli_report_json_finding(&j, &e->report->findings[i]);
		cli_json_close(&j);
	}
	cli_json_end(&j);
}

/* Particulars of custody are for verify and log; what stands in its directory is for who keeps it.
 */
static bool is_told(const struct evx_report_finding *finding)
{
	return finding->weight > EVX_WEIGHT_REMARK ||
		(finding->weight == EVX_WEIGHT_REMARK && finding->line == EVX_ON_DATA);
}

static bool any_told(const struct evx_report *report)
{
	for (size_t i = 0; report != NULL && i < report->nfindings; i++)
		if (is_told(&report->findings[i]))
			return true;
	return false;
}

static void print_exhibit(const struct check *k, const struct evx_check_exhibit *e)
{
	struct cli *cli = k->cli;
	FILE *f = cli->out;

	if (cli->json) {
		json_exhibit(cli, e);
		return;
	}
	if (!k->verbose && !e->again &&
		(e->skipped || strcmp(e->result, "disposed") == 0 ||
			(strcmp(e->result, "good") == 0 && e->why == NULL && !any_told(e->report))))
		return;
	fprintf(f, "%s  %s%s%s%s\n", e->uuid,
		e->skipped ? _("not checked again; before it was ") : "",
		e->again ? _("after healing: ") : "", cli_exhibits_result(e->result),
		e->went_on ? _(" (an interrupted check continued)") : "");
	if (e->why != NULL) {
		fprintf(f, "%s  ", _("NOT CHECKED"));
		cli_output_text(f, e->why);
		putc('\n', f);
	}
	for (size_t i = 0; e->report != NULL && i < e->report->nfindings; i++) {
		const struct evx_report one = { .findings = &e->report->findings[i],
			.nfindings = 1 };

		if (is_told(&e->report->findings[i]))
			cli_report_findings(f, &one);
	}
}

static void on_exhibit(void *ctx, const struct evx_check_exhibit *e)
{
	const struct check *k = ctx;

	cli_progress_hold(k->cli);
	print_exhibit(k, e);
	cli_progress_go_on(k->cli);
}

static void json_pack(struct cli *cli, const struct evx_check_pack *p)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "damaged_pack", p->hash);
	cli_json_text(&j, "exhibit", p->uuid);
	cli_json_text(&j, "what", p->what);
	cli_json_bool(&j, "recipe", p->recipe);
	cli_json_bool(&j, "others_known", p->others_known);
	cli_json_array(&j, p->recipe ? "lenders" : "borrowers");
	for (size_t i = 0; i < p->nothers; i++)
		cli_json_text(&j, NULL, p->others[i]);
	cli_json_close(&j);
	cli_json_bool(&j, "files_known", p->files_known);
	cli_json_array(&j, "files");
	for (size_t i = 0; i < p->nfiles; i++)
		cli_json_text(&j, NULL, p->files[i]);
	cli_json_close(&j);
	cli_json_count(&j, "files_left_out", p->files_left_out);
	cli_json_bool(&j, "healed", p->healed);
	cli_json_text(&j, "healing", p->healing);
	cli_json_end(&j);
}

static void print_damaged(struct cli *cli, const struct evx_check_pack *p)
{
	FILE *f = cli->out;
	char n[CLI_THINGS_CAP];

	if (cli->json) {
		json_pack(cli, p);
		return;
	}
	fputc('\n', f);
	fprintf(f, _("pack %s\n  of exhibit %s: "), p->hash, p->uuid);
	cli_output_text(f, p->what);
	putc('\n', f);
	for (size_t i = 0; i < p->nothers; i++)
		fprintf(f,
			p->recipe ? _("  copies from exhibit %s\n") : _("  used by exhibit %s\n"),
			p->others[i]);
	if (!p->others_known)
		fprintf(f, "  %s\n",
			p->recipe ? _("evx does not know which exhibits it copies from. A content "
				      "member's key tells: --as NAME") :
				    _("evx does not know for certain which exhibits use it. A "
				      "content member's key tells: --as NAME"));
	for (size_t i = 0; i < p->nfiles; i++) {
		fprintf(f, "  %s", _("holds bytes of "));
		cli_output_text(f, p->files[i]);
		putc('\n', f);
	}
	if (p->files_left_out > 0)
		fprintf(f, _("  and of %s\n"),
			cli_output_things(p->files_left_out, "more file", "more files", n));
	if (!p->files_known)
		fprintf(f, "  %s\n",
			_("evx does not know which files have bytes in it. A content member's key "
			  "and a readable list of contents tell."));
	if (p->healing != NULL) {
		fputs("  ", f);
		cli_output_text(f, p->healing);
		putc('\n', f);
	}
}

static void on_damaged(void *ctx, const struct evx_check_pack *p)
{
	struct cli *cli = ((const struct check *)ctx)->cli;

	cli_progress_hold(cli);
	print_damaged(cli, p);
	cli_progress_go_on(cli);
}

static void json_result(struct cli *cli, const struct evx_check_result *r)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_array(&j, "vault_findings");
	for (size_t i = 0; i < r->nfindings; i++)
		cli_report_json_finding(&j, &r->findings[i]);
	cli_json_close(&j);
	cli_json_count(&j, "exhibits", r->exhibits);
	cli_json_count(&j, "skipped", r->skipped);
	cli_json_count(&j, "good", r->good);
	cli_json_count(&j, "bad", r->bad);
	cli_json_count(&j, "custody", r->custody);
	cli_json_count(&j, "unchecked", r->unchecked);
	cli_json_count(&j, "disposed", r->disposed);
	cli_json_count(&j, "packs", r->packs);
	cli_json_count(&j, "packs_read", r->packs_read);
	cli_json_size(&j, "bytes_read", r->bytes_read);
	cli_json_count(&j, "damaged", r->damaged);
	cli_json_count(&j, "healed", r->healed);
	cli_json_text(&j, "seed", r->seed[0] != '\0' ? r->seed : NULL);
	cli_json_text(&j, "resumed", r->resumed[0] != '\0' ? r->resumed : NULL);
	cli_json_bool(&j, "remembered", r->kept);
	cli_json_count(&j, "swept_sessions", r->swept_sessions);
	cli_json_count(&j, "swept_remnants", r->swept_remnants);
	cli_json_count(&j, "exit", (uint64_t)r->exit_class);
	cli_json_end(&j);
}

static const char *verdict(const struct evx_check_result *r)
{
	switch (r->exit_class) {
	case CLI_GOOD:
		return "GOOD";
	case CLI_BAD:
		return "BAD";
	case CLI_CUSTODY:
		return "OPEN QUESTIONS";
	default:
		return "NOT CHECKED";
	}
}

static void print(struct cli *cli, const struct evx_check_result *r)
{
	const struct evx_report about = { .findings = r->findings, .nfindings = r->nfindings };
	FILE *f = cli->out;
	char a[CLI_THINGS_CAP], b[CLI_NUMBER_CAP], c[CLI_THINGS_CAP];

	cli_report_findings(f, &about);
	if (r->resumed[0] != '\0')
		fprintf(f,
			_("This continued the check that began at %s. To begin again, run: evx "
			  "check --anew\n"),
			r->resumed);
	if (r->seed[0] != '\0')
		fprintf(f, _("Only a sample was checked. The seed %s chose the packs.\n"), r->seed);
	if (!r->kept)
		fputs(_("The catalog could not be updated with these results.\n"), f);
	if (r->swept_sessions > 0)
		fprintf(f, _("%s removed\n"),
			cli_output_things(r->swept_sessions, "ended session", "ended sessions", a));
	if (r->swept_remnants > 0)
		fprintf(f, _("%s removed, which no exhibit needs\n"),
			cli_output_things(r->swept_remnants, "leftover", "leftovers", a));
	fprintf(f, _("%s of %s read, %s\n"), cli_output_count(r->packs_read, b),
		cli_output_things(r->packs, "pack", "packs", c),
		cli_output_things(r->bytes_read, "byte", "bytes", a));
	if (r->damaged > 0)
		fprintf(f, _("%s damaged, %s healed\n"),
			cli_output_things(r->damaged, "pack", "packs", a),
			cli_output_count(r->healed, b));
	fprintf(f, "%s: %s", _(verdict(r)),
		cli_output_things(r->exhibits, "exhibit", "exhibits", a));
	fprintf(f,
		_(", %llu good, %llu bad, %llu with open questions, %llu not checked, %llu "
		  "disposed of"),
		(unsigned long long)r->good, (unsigned long long)r->bad,
		(unsigned long long)r->custody, (unsigned long long)r->unchecked,
		(unsigned long long)r->disposed);
	if (r->skipped > 0)
		fprintf(f, _(" (%llu not checked again)"), (unsigned long long)r->skipped);
	putc('\n', f);
}

/* UUIDs are for the library; what else names an exhibit is looked up here. */
static int name_exhibits(struct cli *cli, const char *as)
{
	int r = CLI_CONTINUE;

	for (size_t i = 0; i < cli->nargs && r == CLI_CONTINUE; i++)
		if (cli->args[i][strspn(cli->args[i], "0123456789abcdef-")] != '\0')
			r = cli_vault_exhibit(cli, i, as);
	return r;
}

/* --via: not the vault, but its mirror. */
static int check_mirror(struct cli *cli, const char *via, const char *retain, const char *since,
	const struct evx_check_options *opt, unsigned percent)
{
	struct evx_mirror_check_options mirror = {
		.vault = opt->vault, .as = opt->as, .percent = percent, .confine = true
	};
	int r;

	if (via == NULL)
		return cli_options_misuse(
			cli, "--retain-until is for a mirror. Name its remote: --via REMOTE");
	if (cli->nargs > 0 || opt->deep || opt->sweep || opt->anew || since != NULL ||
		opt->heal_from != NULL)
		return cli_options_misuse(cli,
			"--via checks the whole mirror, without --deep, --since, --anew, --sweep "
			"and --heal-from.");
	r = cli_mirror_until(cli, retain, &mirror.until);
	return r == CLI_CONTINUE ? cli_mirror_check(cli, via, &mirror) : r;
}

int cli_cmd_check(struct cli *cli, int argc, char **argv)
{
	struct check k = { .cli = cli };
	struct evx_check_options opt = {
		.confine = true, .each = on_exhibit, .damaged = on_damaged, .ctx = &k
	};
	struct evx_check_result result = { .exhibits = 0 };
	const char *vault = NULL, *via = NULL, *retain = NULL, *since = NULL;
	uint64_t percent = 100;
	const struct cli_option options[] = {
		{ "deep", 0, CLI_FLAG, &opt.deep, NULL,
			"open every file that your key opens, and compare it with its signed hash",
			0, 0 },
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"work as this identity: names the exhibits and files that damage touches",
			0, 0 },
		{ "sample", 0, CLI_NUMBER, &percent, "PERCENT",
			"read only this share of the packs, chosen at random", 1, 100 },
		{ "since", 0, CLI_TEXT, &since, "WHEN",
			"leave out what was good at a check since then: 30d, 12h, YYYY-MM-DD", 0,
			0 },
		{ "anew", 0, CLI_FLAG, &opt.anew, NULL,
			"begin again; do not continue an interrupted check", 0, 0 },
		{ "sweep", 0, CLI_FLAG, &opt.sweep, NULL,
			"remove what interrupted commands left behind, and (with --as) packs that "
			"nothing needs",
			0, 0 },
		{ "heal-from", 0, CLI_TEXT, &opt.heal_from, "BUNDLE|VAULT",
			"replace damaged packs by good ones from there, and sign that this was "
			"done",
			0, 0 },
		{ "via", 0, CLI_TEXT, &via, "REMOTE",
			"check the vault's mirror on this remote, where it is", 0, 0 },
		{ "retain-until", 0, CLI_TEXT, &retain, "DATE",
			"with --via: list the objects that are not kept until then", 0, 0 },
		{ "verbose", 'v', CLI_FLAG, &k.verbose, NULL, "name good exhibits, too", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &vault),
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	char *how;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, SIZE_MAX);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE && since != NULL)
		r = cli_time_since(cli, "since", since, &opt.since);
	if (r != CLI_CONTINUE)
		return r;
	opt.vault = cli_vault_path(cli, vault);
	if (opt.vault == NULL)
		return CLI_USAGE;
	cli->vault = opt.vault;
	if (via != NULL || retain != NULL)
		return check_mirror(cli, via, retain, since, &opt, (unsigned)percent);
	r = name_exhibits(cli, opt.as);
	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	opt.percent = (unsigned)percent;
	opt.exhibits = (const char *const *)cli->args;
	opt.nexhibits = cli->nargs;
	opt.jobs = (unsigned)cli->jobs;
	opt.invocation = how = cli_options_invocation(cli);
	cli_progress_start(cli, &k.progress);
	err = evx_vault_check(home, &opt, &ask, k.progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &k.progress);
	evx_home_free(home);
	free(how);
	if (err != EVX_OK) {
		r = cli_output_error(cli, err, &diag);
	} else {
		cli_output_confinement(cli, &result.confinement);
		if (cli->json)
			json_result(cli, &result);
		else
			print(cli, &result);
		r = result.exit_class;
	}
	evx_check_result_free(&result);
	return r;
}
