/* evx compare: how two bundles, or a bundle and a receipt, relate. */
#include <string.h>

#include "cli.h"
#include "cli_entry.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"
#include "cli_vault.h"

#define FIELD 14 /* columns of a label */

static const char *const relation_names[] = { "same", "a_longer", "b_longer", "forked", "two_seals",
	"other" };
/* By enum evx_compare_file. */
static const struct {
	const char *name, *label, *count;
} file_names[EVX_COMPARE_FILES] = {
	{ "matches", L_("matches"), N_("match") },
	{ "attributes", L_("attributes"), N_("match except for their attributes") },
	{ "differs", L_("differs"), N_("differ") },
	{ "not_compared", L_("not read"), N_("were not read and cannot be compared") },
	{ "moved", L_("moved"), N_("moved") },
	{ "new", L_("new"), N_("new") },
	{ "missing", L_("missing"), N_("missing") },
	{ "ranges", L_("ranges"), N_("shown in other ranges") },
};

struct compare_run {
	struct cli *cli;
	const struct evx_compare_options *opt;
	struct evx_compare_result result;
};

static enum evx_err each(void *ctx, enum evx_compare_file what, const char *path, size_t path_len,
	const char *from, size_t from_len)
{
	struct compare_run *run = ctx;
	FILE *f = run->cli->out;
	struct cli_json j;

	if (run->cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "file", file_names[what].name);
		cli_json_bytes(&j, "path", path, path_len);
		if (from != NULL)
			cli_json_bytes(&j, "from", from, from_len);
		cli_json_end(&j);
	} else {
		cli_layout_label(f, FIELD, file_names[what].label);
		cli_output_bytes(f, path, path_len);
		if (from != NULL) {
			fputs("  <-  ", f);
			cli_output_bytes(f, from, from_len);
		}
		putc('\n', f);
	}
	return ferror(f) ? EVX_E_IO : EVX_OK;
}

/* Of disclosures: what each adds to the other's part of a file. */
static enum evx_err ranges(void *ctx, const char *path, size_t path_len, const struct evx_extent *a,
	size_t na, const struct evx_extent *b, size_t nb)
{
	struct compare_run *run = ctx;
	FILE *f = run->cli->out;
	struct cli_json j;

	if (run->cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "file", file_names[EVX_FILE_RANGES].name);
		cli_json_bytes(&j, "path", path, path_len);
		cli_entry_ranges_json(&j, "only_a", a, na);
		cli_entry_ranges_json(&j, "only_b", b, nb);
		cli_json_end(&j);
		return ferror(f) ? EVX_E_IO : EVX_OK;
	}
	cli_layout_label(f, FIELD, file_names[EVX_FILE_RANGES].label);
	cli_output_bytes(f, path, path_len);
	fputs(na > 0 ? _("  only in A: ") : "", f);
	cli_entry_ranges(f, a, na);
	fputs(nb > 0 ? _("  only in B: ") : "", f);
	cli_entry_ranges(f, b, nb);
	putc('\n', f);
	return ferror(f) ? EVX_E_IO : EVX_OK;
}

static bool is_conflict(const struct evx_compare_result *r)
{
	return !r->claim &&
		(r->relation == EVX_COMPARE_TWO_SEALS ||
			(r->relation == EVX_COMPARE_FORKED && !r->rightful));
}

static int exit_code(const struct evx_compare_result *r)
{
	static const int found[] = { CLI_BAD, CLI_NEWER, CLI_INCOMPLETE };
	size_t i;

	if (is_conflict(r))
		return CLI_BAD;
	for (i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		if (r->a.exit_class == found[i] || r->b.exit_class == found[i])
			return found[i];
	return r->a.goes_on || r->b.goes_on || r->relation == EVX_COMPARE_OTHER ||
			r->relation == EVX_COMPARE_FORKED || r->relation == EVX_COMPARE_TWO_SEALS ?
		CLI_CUSTODY :
		CLI_GOOD;
}

static void only_json(struct cli_json *j, const struct evx_compare_side *s)
{
	size_t i;

	cli_json_array(j, "only");
	for (i = 0; i < s->nonly; i++) {
		cli_json_object(j, NULL);
		cli_json_count(j, "sequence", (uint64_t)s->only[i].number);
		cli_json_text(j, "type", s->only[i].type);
		cli_json_text(j, "time", s->only[i].time);
		cli_json_text(j, "hash", s->only[i].hash);
		cli_json_text(j, "signer", s->only[i].signer);
		cli_json_close(j);
	}
	cli_json_close(j);
}

static void side_json(
	struct cli_json *j, const char *key, const char *path, const struct evx_compare_side *s)
{
	cli_json_object(j, key);
	cli_json_text(j, "path", path);
	cli_json_bool(j, "receipt", s->receipt);
	cli_json_text(j, "uuid", s->uuid);
	cli_json_text(j, "seal_hash", s->seal_hash);
	if (s->original[0] != '\0')
		cli_json_text(j, "original", s->original);
	cli_json_text(j, "last_event", s->head);
	if (!s->receipt) {
		cli_json_count(j, "events", s->events);
		cli_json_count(j, "rightful", s->rightful);
		cli_json_count(j, "exit", (uint64_t)s->exit_class);
		if (s->why[0] != '\0')
			cli_json_text(j, "why", s->why);
	}
	only_json(j, s);
	cli_json_close(j);
}

static void print_json(const struct compare_run *run)
{
	const struct evx_compare_result *r = &run->result;
	struct cli_json j = cli_json_begin(run->cli->out);
	size_t i;

	cli_json_text(&j, "relation", relation_names[r->relation]);
	if (r->relation == EVX_COMPARE_FORKED)
		cli_json_bool(&j, "rightful", r->rightful);
	if (r->common >= 0)
		cli_json_count(&j, "common_events", (uint64_t)r->common);
	if (r->between > 0)
		cli_json_count(&j, "events_between", (uint64_t)r->between);
	if (r->relation == EVX_COMPARE_FORKED || r->relation == EVX_COMPARE_TWO_SEALS)
		cli_json_bool(&j, "claim", r->claim);
	if (r->why[0] != '\0')
		cli_json_text(&j, "why", r->why);
	if (r->parts)
		cli_json_bool(&j, "parts", true);
	side_json(&j, "a", run->opt->a, &r->a);
	side_json(&j, "b", run->opt->b, &r->b);
	cli_json_bool(&j, "same_contents", r->same_contents);
	if (r->listed) {
		cli_json_object(&j, "files");
		for (i = 0; i < EVX_COMPARE_FILES; i++)
			cli_json_size(&j, file_names[i].name, r->files[i]);
		cli_json_size(&j, "not_followed", r->not_followed);
		cli_json_close(&j);
	}
	cli_json_count(&j, "exit", (uint64_t)exit_code(r));
	cli_json_end(&j);
}

static void side(FILE *f, const char *label, const char *path, const struct evx_compare_side *s)
{
	char things[CLI_THINGS_CAP];

	fprintf(f, "%-14s", label);
	cli_output_text(f, path);
	if (s->receipt)
		fputs(_(", a receipt\n"), f);
	else
		fprintf(f, ", %s\n", cli_output_things(s->events, "entry", "entries", things));
	cli_output_field(f, "  exhibit", s->seal_hash);
	cli_output_field(f, "  part of", s->original);
	cli_output_field(f, "  last entry", s->head);
	if (!s->receipt && s->rightful < s->events) {
		cli_layout_label(f, FIELD, "  custody");
		fprintf(f, _("not good from entry %04zu on\n"), s->rightful);
	}
	cli_output_field(f, "  found", s->why);
}

static void only(FILE *f, const char *label, const struct evx_compare_side *s)
{
	size_t i;

	for (i = 0; i < s->nonly; i++) {
		cli_layout_label(f, FIELD, label);
		fprintf(f, "%04d  %s  ", s->only[i].number, s->only[i].time);
		cli_output_text(f, _(s->only[i].type));
		fprintf(f, "  %s%s\n", C_("signer", "by "), s->only[i].signer);
	}
}

static void files(FILE *f, const struct evx_compare_result *r)
{
	char n[CLI_NUMBER_CAP];
	size_t i;

	for (i = 0; i < EVX_COMPARE_FILES; i++)
		if (r->files[i] > 0 || i == EVX_FILE_MATCHES) {
			cli_layout_label(f, FIELD, i == 0 ? L_("entries") : "");
			fprintf(f, "%s %s\n", cli_output_count(r->files[i], n),
				_(file_names[i].count));
		}
	if (r->not_followed > 0) {
		cli_layout_label(f, FIELD, "");
		fprintf(f,
			_("%s more new or missing files, too many to look for under other names\n"),
			cli_output_count(r->not_followed, n));
	}
}

/* Of disclosures: what they are to each other, where their records agree. */
static const char *of_parts(const struct evx_compare_result *r)
{
	if (r->a.original[0] == '\0')
		return _("B shows a part of A.");
	if (r->b.original[0] == '\0')
		return _("A shows a part of B.");
	return r->relation == EVX_COMPARE_A_LONGER  ? _("A was given out after B.") :
		r->relation == EVX_COMPARE_B_LONGER ? _("B was given out after A.") :
						      _("Both were given out by one entry.");
}

/* The last line. */
static void verdict(FILE *f, const struct evx_compare_result *r)
{
	char things[CLI_THINGS_CAP];

	if (r->parts && r->relation < EVX_COMPARE_FORKED) {
		fprintf(f, _("PARTS OF ONE EXHIBIT: %s\n"), of_parts(r));
		return;
	}
	switch (r->relation) {
	case EVX_COMPARE_SAME:
		fputs(r->b.receipt ? _("SAME: the receipt belongs to the last entry of A.\n") :
				     _("SAME: one exhibit, with the same custody record.\n"),
			f);
		break;
	case EVX_COMPARE_A_LONGER:
		fprintf(f, _("A IS LONGER: A has all entries of B, and %s more.\n"),
			cli_output_things(r->a.nonly, "entry", "entries", things));
		break;
	case EVX_COMPARE_B_LONGER:
		if (r->between > 0)
			fprintf(f,
				_("B IS LATER: the receipt belongs to a later entry of this "
				  "exhibit. %s between them, in neither A nor B. Ask the holder "
				  "for a complete copy.\n"),
				cli_output_things((uint64_t)r->between, "entry stands",
					"entries stand", things));
		else
			fprintf(f, _("B IS LONGER: B has all entries of A, and %s more.\n"),
				cli_output_things(r->b.nonly, "entry", "entries", things));
		break;
	case EVX_COMPARE_FORKED:
		if (r->claim)
			fputs(_("CLAIM: one exhibit. Somebody unknown here signed the entries in "
				"which the two differ. They change nothing. Get this person's card "
				"and compare its fingerprint.\n"),
				f);
		else if (r->common < 0)
			fputs(_("FORK: one exhibit, but two versions of its custody record. They "
				"differ somewhere before the receipt's entry. Each version leaves "
				"out the other. Ask both holders for their receipts.\n"),
				f);
		else if (r->rightful)
			fprintf(f,
				_("COPIES: one exhibit in two recorded copies. Their custody "
				  "records differ after entry %04d, as copies may.\n"),
				r->common - 1);
		else if (strncmp(r->why, "R-FORK", 6) == 0)
			fprintf(f,
				_("FORK: one exhibit, but two versions of its custody record. They "
				  "differ after entry %04d, and no copy was recorded there. Each "
				  "version leaves out the other. Ask both holders for their "
				  "receipts.\n"),
				r->common - 1);
		else
			fprintf(f,
				_("FORK: one exhibit in two copies that differ after entry %04d. "
				  "Only one of them can be true. Ask both holders for their "
				  "receipts.\n"),
				r->common - 1);
		break;
	case EVX_COMPARE_TWO_SEALS:
		fputs(r->claim ?
				_("TWO EXHIBITS UNDER ONE UUID: somebody unknown here sealed one "
				  "of them. Get the cards of both sealers and compare their "
				  "fingerprints.\n") :
				_("TWO EXHIBITS UNDER ONE UUID: one of them is not what its number "
				  "says.\n"),
			f);
		break;
	case EVX_COMPARE_OTHER:
		fputs(_("DIFFERENT EXHIBITS.\n"), f);
		break;
	}
}

static void print(const struct compare_run *run)
{
	const struct evx_compare_result *r = &run->result;
	FILE *f = run->cli->out;

	side(f, "A", run->opt->a, &r->a);
	side(f, "B", run->opt->b, &r->b);
	only(f, L_("only in A"), &r->a);
	only(f, L_("only in B"), &r->b);
	cli_output_field(f, "found", r->why);
	if (r->listed)
		files(f, r);
	else
		cli_output_field(f, "contents",
			r->same_contents ?
				_("the same: one seal signs them") :
				r->b.receipt ?
				_("not compared: a receipt has no contents") :
				r->parts ?
				_("what each shows: this needs a key that opens both (--as NAME)") :
				_("not compared: this needs a key that opens both (--as NAME)"));
	cli_output_field(f, "read",
		r->listed ?
			_("the custody records and both lists of contents. To check the data, run: "
			  "evx verify") :
			_("the custody records, not the data. To check the data, run: evx verify"));
	verdict(f, r);
}

int cli_cmd_compare(struct cli *cli, int argc, char **argv)
{
	struct evx_compare_options opt = { .confine = true, .each = each, .ranges = ranges };
	struct compare_run run = { .cli = cli, .opt = &opt };
	const struct cli_option options[] = {
		CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "as", 0, CLI_TEXT, &opt.as, "NAME",
			"compare the files, too, as far as this identity can open them", 0, 0 },
		{ "memory", 0, CLI_SIZE, &opt.memory, "SIZE",
			"use this much memory to find moved files (default: 64M)", 1, UINT64_MAX },
	};
	struct evx_passphrase ask;
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 2, 2);

	if (r != CLI_CONTINUE)
		return r;
	if (strcmp(cli->args[0], "-") == 0 || strcmp(cli->args[1], "-") == 0)
		return cli_options_misuse(
			cli, "evx cannot compare a stream. Name two files or directories.");
	r = cli_vault_exhibit(cli, 0, opt.as);
	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 1, opt.as);
	if (r != CLI_CONTINUE)
		return r;
	r = opt.as != NULL ? cli_home_open(cli, false, &home) : cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	opt.a = cli->args[0];
	opt.b = cli->args[1];
	opt.jobs = (unsigned)cli->jobs;
	opt.each_ctx = &run;
	ask = cli_prompt_passphrase(cli);
	cli_progress_start(cli, &progress);
	err = evx_compare(home, &opt, &ask, progress.counters, cli->cancel, &run.result, &diag);
	cli_progress_stop(cli, &progress);
	if (err == EVX_E_IO && ferror(cli->out))
		err = evx_diag_in(&diag, "standard output",
			evx_fail(&diag, EVX_E_IO, "Standard output could not be written to."));
	if (err == EVX_OK) {
		cli_output_confinement(cli, &run.result.confinement);
		if (cli->json)
			print_json(&run);
		else
			print(&run);
		r = exit_code(&run.result);
	} else {
		r = cli_output_error(cli, err, &diag);
	}
	evx_compare_result_free(&run.result);
	evx_home_free(home);
	return r;
}
