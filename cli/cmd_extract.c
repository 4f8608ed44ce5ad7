/* evx extract: restore files below a directory. */
#include <string.h>

#include "cli.h"
#include "cli_access.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_open.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

#define CAUSES 32

/* What could not be restored has few causes and many names: the first name of each cause is told at
 * once, the others are counted. */
struct remarks {
	struct cli *cli;
	struct {
		char what[256];
		uint64_t more;
	} cause[CAUSES];
	size_t n;
};

static void remark(void *ctx, const char *path, size_t path_len, const char *what)
{
	struct remarks *r = ctx;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->cause[i].what, what) == 0) {
			r->cause[i].more++;
			return;
		}
	if (strncmp(what, "Not restored: ", 14) == 0 && r->n < CAUSES &&
		strlen(what) < sizeof(r->cause[0].what))
		memcpy(r->cause[r->n++].what, what, strlen(what) + 1);
	cli_output_remark(r->cli, path, path_len, what);
}

static void count_remarks(const struct remarks *r)
{
	char things[CLI_THINGS_CAP];
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (r->cause[i].more == 0)
			continue;
		cli_output_things(r->cause[i].more, "more name", "more names", things);
		cli_output_remark(r->cli, things, strlen(things), r->cause[i].what);
	}
}

static void print_json(struct cli *cli, const struct cli_open *o)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "target", o->options.target);
	cli_json_count(&j, "entries", o->result.entries);
	cli_json_count(&j, "files", o->result.files);
	cli_json_size(&j, "bytes", o->result.bytes);
	cli_json_count(&j, "already_there", o->result.same);
	cli_json_count(&j, "directories_already_there", o->result.merged);
	cli_json_count(&j, "not_made", o->result.not_made);
	cli_json_count(&j, "not_restored", o->result.not_restored);
	cli_json_object(&j, "left_out");
	cli_json_count(&j, "set_id", o->result.left_set_ids);
	cli_json_count(&j, "attributes", o->result.left_attributes);
	cli_json_count(&j, "flags", o->result.left_flags);
	cli_json_count(&j, "access_lists", o->result.left_acls);
	cli_json_close(&j);
	if (o->result.withheld > 0)
		cli_json_count(&j, "withheld", o->result.withheld);
	if (o->result.parts > 0)
		cli_json_count(&j, "parts", o->result.parts);
	cli_json_count(&j, "failed", o->result.failed);
	if (o->options.salvage) {
		cli_json_count(&j, "lost", o->result.lost);
		cli_json_count(&j, "listing_lines_found", o->result.tail_records);
	}
	cli_json_bool(&j, "verified", o->result.verified);
	if (o->result.verified)
		cli_json_bool(&j, "complete", o->result.complete);
	cli_json_text(&j, "seal_hash", o->result.seal_hash);
	cli_json_bool(&j, "walked", false); /* the packs as a whole were not */
	cli_json_end(&j);
}

/* One line for each option that would have brought it back, or kept it away. */
static void print_left_out(FILE *f, const struct evx_open_result *r)
{
	const struct {
		uint64_t n;
		const char *one, *many;
	} parts[] = {
		{ r->left_set_ids,
			P_("set-user-id or set-group-id file",
				"set-user-id or set-group-id files") },
		{ r->left_attributes, P_("system attribute", "system attributes") },
		{ r->left_flags, P_("file with flags", "files with flags") },
	};
	const char *before = _("LEFT OUT: ");
	char text[CLI_THINGS_CAP];
	bool any = false;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].n > 0) {
			fprintf(f, "%s%s", before,
				cli_output_things(parts[i].n, parts[i].one, parts[i].many, text));
			before = ", ";
			any = true;
		}
	if (any)
		fputs(_(". Use --privileged to restore them.\n"), f);
	if (r->left_acls > 0)
		fprintf(f, _("LEFT OUT: %s (--no-owner)\n"),
			cli_output_things(r->left_acls, "access list that names other users",
				"access lists that name other users", text));
}

static void print_human(struct cli *cli, const struct cli_open *o)
{
	const struct evx_open_result *r = &o->result;
	FILE *f = cli->out;
	char a[CLI_THINGS_CAP], b[CLI_THINGS_CAP], c[CLI_THINGS_CAP];

	fprintf(f, _("%s, %s, %s restored below "),
		cli_output_things(r->entries, "entry", "entries", a),
		cli_output_things(r->files, "file", "files", b),
		cli_output_things(r->bytes, "byte", "bytes", c));
	cli_output_text(f, o->options.target);
	putc('\n', f);
	if (r->same > 0)
		fprintf(f, _("%s there already with the same contents\n"),
			cli_output_things(r->same, "entry was", "entries were", a));
	if (r->merged > 0)
		fprintf(f, _("%s there already. Owner, mode and times were left.\n"),
			cli_output_things(r->merged, "directory was", "directories were", a));
	if (r->parts > 0)
		fprintf(f,
			_("IN PART: %s, each with a map of what is disclosed (.evx-part, "
			  ".evx-part.map)\n"),
			cli_output_things(r->parts, "file", "files", a));
	if (r->not_restored > 0)
		fprintf(f, _("%s could not be restored here\n"),
			cli_output_things(r->not_restored, "attribute or special file",
				"attributes or special files", a));
	print_left_out(f, r);
	if (r->not_made > 0)
		fprintf(f, _("MISSING: %s could not be made on this file system\n"),
			cli_output_things(r->not_made, "file, directory or link",
				"files, directories and links", a));
	if (r->failed > 0)
		fprintf(f,
			_("MISSING: %s whose bytes could not be had or did not match the signed "
			  "hash\n"),
			cli_output_things(r->failed, "file", "files", a));
	if (o->options.salvage) {
		fprintf(f, _("%s named but not recoverable; %s found\n"),
			cli_output_things(r->lost, "file", "files", a),
			cli_output_things(r->tail_records, "line of the list of contents",
				"lines of the list of contents", b));
		fputs(_("NOT VERIFIED: the salvaged files were not compared with a seal.\n"), f);
	} else if (r->failed == 0 && r->not_made == 0) {
		fprintf(f,
			r->parts > 0 ? _("Every whole file matched its signed hash. Seal hash: "
					 "%s\n") :
				       _("Every file matched its signed hash. Seal hash: %s\n"),
			r->seal_hash);
	}
	if (r->verified && !r->complete)
		fputs(_("NOT COMPLETE: the seal says that part of the source could not be read, "
			"changed while it was read, or was left out ('evx list' shows where)\n"),
			f);
}

static int restore(struct cli *cli, void *ctx)
{
	struct cli_open *o = ctx;
	struct remarks remarks = { .cli = cli };
	enum evx_err err;
	int r = cli_open_begin(cli, o, 1);

	if (r != CLI_CONTINUE)
		return r;
	o->options.remark = remark;
	o->options.remark_ctx = &remarks;
	err = evx_extract(o->home, &o->options, &o->ask, o->progress.counters, cli->cancel,
		&o->result, &o->diag);
	count_remarks(&remarks);
	r = cli_open_end(cli, o, err);
	if (err != EVX_OK)
		return r;
	if (cli->json)
		print_json(cli, o);
	else
		print_human(cli, o);
	if (o->result.failed > 0 || o->options.salvage)
		return CLI_BAD;
	return o->result.not_made > 0 ? CLI_INCOMPLETE : r;
}

int cli_cmd_extract(struct cli *cli, int argc, char **argv)
{
	struct cli_open o = { 0 };
	struct cli_access access = { 0 };
	const struct cli_option options[] = {
		{ "directory", 'C', CLI_TEXT, &o.options.target, "DIR",
			"restore below DIR; evx makes DIR if needed", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &cli->vault),
		{ "as", 0, CLI_TEXT, &access.as, "NAME",
			"open with this identity (default: the only one)", 0, 0 },
		{ "no-owner", 0, CLI_FLAG, &o.options.no_owner, NULL,
			"do not restore owners and groups", 0, 0 },
		{ "devices", 0, CLI_FLAG, &o.options.devices, NULL, "restore device nodes, too", 0,
			0 },
		{ "privileged", 0, CLI_FLAG, &o.options.privileged, NULL,
			"restore set-id bits, system attributes and file flags, too", 0, 0 },
		{ "salvage", 0, CLI_FLAG, &o.options.salvage, NULL,
			"rescue what can still be read of a damaged bundle, NOT VERIFIED", 0, 0 },
		{ "parts", 0, CLI_FLAG, &o.options.parts, NULL,
			"of files in part, make FILE.evx-part and a map of what is disclosed", 0,
			0 },
		{ "purpose", 0, CLI_TEXT, &access.purpose, "TEXT",
			"record the access in the custody record, and what for", 0, 0 },
		{ "detached", 0, CLI_TEXT, &access.detached, "FILE",
			"write the entry as a receipt; leave the bundle unchanged", 0, 0 },
		{ "with", 0, CLI_LIST, &access.with, "FILE",
			"follow this earlier receipt; may be repeated", 0, 0 },
		{ "since", 0, CLI_TEXT, &o.since, "WHEN",
			"only what was modified since then: YYYY-MM-DD [HH:MM], 30d, 12h", 0, 0 },
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, SIZE_MAX);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE && o.options.target == NULL)
		r = cli_options_misuse(cli, "Where should the files go? Use -C DIR.");
	if (r == CLI_CONTINUE)
		r = cli_access_check(cli, &access);
	if (r == CLI_CONTINUE)
		r = cli_open_since(cli, &o);
	if (r != CLI_CONTINUE)
		return r;
	o.options.as = access.as;
	access.since = o.since;
	return cli_access_run(cli, &access, restore, &o);
}
