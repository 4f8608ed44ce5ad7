/* What the commands share that sign or merge an event of custody. */
#include "cli_event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_question.h"
#include "cli_seal_result.h"

static void outcome_json(struct cli *cli, const struct evx_event_outcome *out)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_count(&j, "sequence", (uint64_t)out->number);
	cli_json_text(&j, "type", out->type);
	cli_json_text(&j, "time", out->time);
	cli_json_text(&j, "seal_hash", out->seal_hash);
	if (out->result[0] != '\0')
		cli_json_text(&j, "result", out->result);
	if (out->hash[0] != '\0')
		cli_json_text(&j, "hash", out->hash);
	cli_json_bool(&j, "appended", out->appended);
	if (out->removed > 0)
		cli_json_size(&j, "unfinished_removed", out->removed);
	if (out->stamps > 0)
		cli_json_count(&j, "stamps_added", out->stamps);
	cli_json_text(&j, "written", out->written);
	cli_json_count(&j, "missing_signatures", out->missing);
	if (out->nreaders > 0)
		cli_seal_result_readers_json(&j, out->readers, out->nreaders);
	if (out->stamp_err != EVX_OK || out->stamp_time[0] != '\0') {
		cli_json_object(&j, "time_stamp");
		if (out->stamp_err == EVX_OK) {
			cli_json_text(&j, "member", out->stamp_member);
			cli_json_text(&j, "time", out->stamp_time);
			cli_json_text(&j, "authority", out->stamp_authority);
		} else {
			cli_json_text(&j, "error", out->stamp_diag.text);
		}
		cli_json_close(&j);
	}
	cli_json_end(&j);
}

void cli_event_removed(struct cli *cli, const char *bundle, uint64_t removed)
{
	char things[CLI_THINGS_CAP];

	if (removed > 0)
		cli_output_warn(cli,
			"%s: An earlier addition to this bundle was interrupted. Its %s behind the "
			"end of the bundle were cut off. No entry was lost.",
			bundle, cli_output_things(removed, "byte", "bytes", things));
}

void cli_event_outcome(struct cli *cli, const char *bundle, const struct evx_event_outcome *out)
{
	FILE *f = cli->out;
	char things[CLI_THINGS_CAP], time[CLI_LAYOUT_TIME], found[512];

	cli_output_confinement(cli, &out->confinement);
	if (bundle != NULL)
		cli_event_removed(cli, bundle, out->removed);
	if (cli->json) {
		outcome_json(cli, out);
		return;
	}
	snprintf(found, sizeof(found), "%04d %s, %s", out->number, _(out->type),
		cli_layout_time(out->time, true, time));
	cli_output_field(f, "entry", found);
	cli_output_field(f, "seal hash", out->seal_hash);
	cli_output_field(f, "entry hash", out->hash);
	if (out->result[0] != '\0') {
		snprintf(found, sizeof(found),
			_("%s: the entry says so of data and custody record. To compare the "
			  "signers with cards, run: evx verify"),
			_(out->result));
		cli_output_field(f, "found", found);
	}
	if (out->appended)
		cli_output_field(f, "added to", bundle);
	if (out->stamps > 0) {
		snprintf(found, sizeof(found), _("%s of earlier entries, which the bundle lacked"),
			cli_output_things(out->stamps, "time-stamp", "time-stamps", things));
		cli_output_field(f, "added", found);
	}
	cli_output_field(f, out->hash[0] != '\0' ? L_("receipt") : L_("draft"), out->written);
	if (out->nreaders > 0) {
		fputs(_("the exhibit can now be opened by\n"), f);
		cli_seal_result_readers(f, out->readers, out->nreaders);
		fputs(_("Existing readers keep their access.\n"), f);
	}
	if (out->stamp_time[0] != '\0')
		cli_output_field(f, "existed at", cli_layout_time(out->stamp_time, true, time));
	cli_output_field(f, "stamped by", out->stamp_authority);
	if (out->hash[0] != '\0')
		return;
	if (out->missing == 0) {
		cli_output_field(
			f, "complete", _("All have signed. Add the entry with: evx append"));
		return;
	}
	snprintf(found, sizeof(found), _("%s. Each person signs with: evx sign"),
		cli_output_things(out->missing, "signature", "signatures", things));
	cli_output_field(f, "missing", found);
}

/* True when the failure is that the bundle cannot be written where it is. */
static bool cannot_be_written(
	const struct evx_event_options *opt, enum evx_err err, const struct evx_diag *diag)
{
	size_t n = strlen(opt->bundle);

	if (opt->detached != NULL || opt->draft != NULL)
		return false;
	if (diag->sys_errno == EROFS)
		return true;
	if (strncmp(diag->path, opt->bundle, n) != 0)
		return false;
	return diag->sys_errno == EACCES || diag->sys_errno == EPERM ||
		err == EVX_E_USAGE; /* volumes
				       are
				       for
				       reading
				       only
				     */
}

static int failed(struct cli *cli, const struct evx_event_options *opt, enum evx_err err,
	const struct evx_diag *diag)
{
	int r;

	if (cli_question_goes_on(opt))
		return CLI_INTERRUPTED;
	r = cli_output_error(cli, err, diag);
	if (cannot_be_written(opt, err, diag))
		fprintf(stderr, "evx: %s\n",
			_("This bundle cannot be written to. With --detached FILE, evx writes the "
			  "entry as a receipt beside it. Then check both: evx verify --with FILE"));
	return r;
}

int cli_event_record(struct cli *cli, struct evx_event_options *opt)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_event_outcome out = { 0 };
	struct cli_progress progress;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	char *how;
	int r = cli_home_open(cli, false, &home);

	cli_output_hold(cli);
	if (r != CLI_CONTINUE)
		return r;
	opt->invocation = how = cli_options_invocation(cli);
	opt->jobs = (unsigned)cli->jobs;
	opt->confine = true;
	cli_progress_start(cli, &progress);
	err = evx_event_record(home, opt, &ask, progress.counters, cli->cancel, &out, &diag);
	cli_progress_stop(cli, &progress);
	if (err == EVX_OK) {
		cli_event_outcome(cli, opt->bundle, &out);
		r = CLI_GOOD;
		if (out.stamp_err != EVX_OK) {
			cli_output_warn(cli,
				"The entry is signed, but has no time-stamp (%s). To add one "
				"later, run: evx timestamp",
				out.stamp_diag.text);
			r = CLI_INCOMPLETE;
		}
	} else {
		r = failed(cli, opt, err, &diag);
	}
	evx_event_outcome_free(&out);
	evx_home_free(home);
	free(how);
	return r;
}
