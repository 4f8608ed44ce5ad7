/* evx timestamp: an authority's word on when an event existed. */
#include <string.h>

#include "cli.h"
#include "cli_event.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

static void print_json(
	FILE *f, const struct evx_timestamp_options *opt, const struct evx_timestamp_result *r)
{
	struct cli_json j = cli_json_begin(f);

	cli_json_count(&j, "event", (uint64_t)r->event);
	cli_json_text(&j, "hash", r->hash);
	cli_json_text(&j, "request", opt->request_out);
	if (r->member[0] != '\0') {
		cli_json_text(&j, "member", r->member);
		cli_json_text(&j, "time", r->time);
		cli_json_bool(&j, "trusted", r->trusted);
		cli_json_text(&j, "authority", r->authority);
		cli_json_text(&j, "policy", r->policy);
		cli_json_text(&j, "serial", r->serial);
	}
	cli_json_end(&j);
}

static void print(struct cli *cli, const struct evx_timestamp_options *opt,
	const struct evx_timestamp_result *r)
{
	FILE *f = cli->out;

	if (cli->json) {
		print_json(f, opt, r);
	} else {
		cli_layout_label(f, 14, "entry");
		fprintf(f, _("%04d, hash %s\n"), r->event, r->hash);
		cli_output_field(f, "request", opt->request_out);
		cli_output_field(f, "appended", r->member);
		cli_output_field(f, "existed at", r->time);
		cli_output_field(f, "authority", r->authority);
		cli_output_field(f, "policy", r->policy);
	}
	if (r->member[0] != '\0' && !r->trusted)
		cli_output_warn(cli,
			"The time-stamp was added, but proves nothing to people who do not trust "
			"its authority: %s",
			r->why_not);
}

static int check(struct cli *cli, const struct evx_timestamp_options *opt)
{
	bool making = opt->response == NULL && opt->url == NULL;

	if (making && opt->request_out == NULL)
		return cli_options_misuse(cli,
			"Where does the time-stamp come from? Use --tsa URL, or --tsa-request FILE "
			"and then --tsa-response FILE.");
	if (opt->url != NULL && (opt->response != NULL || opt->request_out != NULL))
		return cli_options_misuse(cli,
			"--tsa URL does everything. Leave out --tsa-request and --tsa-response.");
	if (making && (opt->tsa_ca != NULL || opt->unverified))
		return cli_options_misuse(
			cli, "--tsa-ca and --unverified need --tsa or --tsa-response.");
	if (opt->response != NULL && opt->sha512)
		return cli_options_misuse(
			cli, "--sha512 works only with a new request. Leave it out.");
	return CLI_CONTINUE;
}

int cli_cmd_timestamp(struct cli *cli, int argc, char **argv)
{
	struct evx_timestamp_options opt = { .event = -1, .confine = true };
	struct evx_event_options renewal = { .type = EVX_EVENT_NOTE,
		.notes = "Time-stamps renewed." };
	bool renew = false;
	struct evx_home *home = NULL;
	struct evx_timestamp_result result;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	uint64_t event = UINT64_MAX;
	const struct cli_option options[] = {
		CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "event", 0, CLI_NUMBER, &event, "N", "stamp entry N (default: the last)", 0,
			9999 },
		{ "tsa", 0, CLI_TEXT, &opt.url, "URL",
			"get the time-stamp from the authority at URL (http or https)", 0, 0 },
		{ "tsa-request", 0, CLI_TEXT, &opt.request_out, "FILE",
			"write a request to FILE; with --tsa-response: the request that was "
			"answered",
			0, 0 },
		{ "tsa-response", 0, CLI_TEXT, &opt.response, "FILE",
			"check the authority's response in FILE and add it", 0, 0 },
		{ "tsa-ca", 0, CLI_TEXT, &opt.tsa_ca, "FILE",
			"trust the authorities of these certificates (PEM; default: this system's)",
			0, 0 },
		{ "renew", 0, CLI_FLAG, &renew, NULL,
			"with --tsa: sign a note that lists the time-stamps so far, and stamp the "
			"note",
			0, 0 },
		{ "as", 0, CLI_TEXT, &renewal.as, "NAME",
			"with --renew: sign as this identity (default: the only one)", 0, 0 },
		{ "sha512", 0, CLI_FLAG, &opt.sha512, NULL,
			"request the time-stamp over SHA-512, not SHA-256", 0, 0 },
		{ "unverified", 0, CLI_FLAG, &opt.unverified, NULL,
			"add the response although no trusted certificate confirms its authority",
			0, 0 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE)
		r = check(cli, &opt);
	if (r == CLI_CONTINUE && renew &&
		(opt.url == NULL || event != UINT64_MAX || opt.unverified))
		r = cli_options_misuse(
			cli, "--renew needs --tsa URL, without --event and --unverified.");
	if (r == CLI_CONTINUE && !renew && renewal.as != NULL)
		r = cli_options_misuse(cli, "--as needs --renew: without it nothing is signed.");
	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 0, renewal.as);
	if (r != CLI_CONTINUE)
		return r;
	if (renew) {
		renewal.bundle = cli->args[0];
		renewal.tsa = opt.url;
		renewal.tsa_ca = opt.tsa_ca;
		renewal.tsa_sha512 = opt.sha512;
		return cli_event_record(cli, &renewal);
	}
	r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	opt.bundle = cli->args[0];
	if (event != UINT64_MAX)
		opt.event = (int)event;
	if (opt.response != NULL) {
		opt.request = opt.request_out;
		opt.request_out = NULL;
	}
	err = evx_timestamp(home, &opt, cli->cancel, &result, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	cli_event_removed(cli, opt.bundle, result.removed);
	print(cli, &opt, &result);
	return CLI_GOOD;
}
