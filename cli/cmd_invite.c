/* evx invite: an invitation to upload one shipment without an account. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_shipment.h"
#include "cli_time.h"

/* What cli_time_option wrote, in seconds; a day ends at its midnight here. */
static bool seconds_of(const char *text, int64_t *out)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *rest = strptime(text, "%Y-%m-%d", &tm);

	if (rest != NULL && *rest == '\0') {
		tm.tm_mday++;
		*out = (int64_t)mktime(&tm) - 1;
		return *out > 0;
	}
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (rest == NULL || strlen(rest) != 6)
		return false;
	*out = (int64_t)timegm(&tm) -
		(rest[0] == '-' ? -1 : 1) *
			(strtol(rest + 1, NULL, 10) * 3600 + strtol(rest + 4, NULL, 10) * 60);
	return *out > 0;
}

static void print(
	struct cli *cli, const struct evx_invite_options *o, const struct evx_invite_result *r)
{
	char time[CLI_LAYOUT_TIME], things[CLI_THINGS_CAP];
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "invitation", r->id);
		cli_json_text(&j, "path", o->output);
		cli_json_count(&j, "parts", o->parts);
		cli_json_text(&j, "until", r->until);
		cli_json_end(&j);
		return;
	}
	if (cli->quiet)
		return;
	cli_output_text(cli->out, o->output);
	fprintf(cli->out, _(": invitation for one shipment of up to %s, until %s\n"),
		cli_output_things(o->parts, "part", "parts", things),
		cli_layout_time(r->until, false, time));
	fprintf(cli->out, "  %s\n  %s\n",
		_("Everybody who has this file can upload. Send it to the sender only, over a "
		  "channel that nobody else reads."),
		_("The sender runs: evx send X --via FILE. Then you run: evx receive"));
}

static int invite(struct cli *cli, struct evx_invite_options *o)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_invite_result result;
	struct cli_shipment way;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_shipment_open(cli, cli->args[0], &way);

	if (r != CLI_CONTINUE)
		return r;
	o->remote = &way.entry;
	o->use = &way.remote.use;
	err = evx_invite(way.home, o, &ask, &result, &diag);
	cli_shipment_close(&way);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	print(cli, o, &result);
	return CLI_GOOD;
}

int cli_cmd_invite(struct cli *cli, int argc, char **argv)
{
	struct evx_invite_options o = { .confine = true };
	const char *until = NULL, *signer = NULL;
	uint64_t parts = 0;
	char when[CLI_TIME_CAP];
	const struct cli_option options[] = {
		{ "parts", 0, CLI_NUMBER, &parts, "N",
			"let the sender upload N objects: one for each 32 MiB, and one more for "
			"each exhibit",
			1, 9999 },
		{ "until", 0, CLI_TEXT, &until, "TIME",
			"end the invitation then: a day or a time, at most 7 days from now", 0, 0 },
		{ "output", 'o', CLI_TEXT, &o.output, "FILE", "write the invitation to FILE", 0,
			0 },
		{ "as", 0, CLI_TEXT, &o.as, "NAME",
			"receive as this identity (default: the only one)", 0, 0 },
		CLI_SIGNER_ROW(&signer),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r != CLI_CONTINUE)
		return r;
	if (parts == 0)
		return cli_options_misuse(cli,
			"How much may be uploaded? Use --parts N: one part for each 32 MiB, and "
			"one more for each exhibit.");
	if (until == NULL)
		return cli_options_misuse(
			cli, "Until when? Use --until TIME, at most 7 days from now.");
	if (o.output == NULL || o.output[0] == '\0')
		return cli_options_misuse(
			cli, "Where should the invitation be written? Use -o FILE.");
	r = cli_time_option(cli, "until", until, false, when);
	if (r != CLI_CONTINUE)
		return r;
	if (!seconds_of(when, &o.until))
		return cli_options_misuse(
			cli, "--until \"%.60s\": write a day or a time of the next 7 days.", until);
	o.parts = (unsigned)parts;
	r = cli_home_signer(cli, signer, &o.as);
	return r == CLI_CONTINUE ? invite(cli, &o) : r;
}
