/* evx disclose: some files of an exhibit as a bundle of their own, with proof. */
#include <errno.h>
#include <stdlib.h>
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
#include "cli_question.h"
#include "cli_seal_result.h"
#include "cli_vault.h"

struct disclosing {
	struct cli *cli;
	struct evx_disclose_options opt;
	struct cli_list to, custody_to, globs, also_as;
	struct cli_list ranges, partitions;
	struct evx_disclose_range *parts; /* owned, with its paths */
	const char *list;
	bool yes;
	const char **paths; /* owned: operands, patterns, and lines of the list */
	char *lines;        /* owned: what the list's paths point into */
};

/* ---- what is meant -------------------------------------------------------------------------- */

static int add_path(struct disclosing *d, const char *path)
{
	const size_t n = d->opt.npaths;
	const char **more = (n & (n - 1)) != 0 ?
		d->paths :
		reallocarray(d->paths, n == 0 ? 1 : 2 * n, sizeof(*more));

	if (more == NULL)
		return cli_output_problem(d->cli, EVX_E_MEMORY, "disclose");
	d->paths = more;
	more[d->opt.npaths++] = path;
	return CLI_CONTINUE;
}

/* The file of --list, one path a line; "-" is standard input. */
static int read_list(struct disclosing *d, size_t *n)
{
	const bool is_stdin = strcmp(d->list, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(d->list, "re");
	struct evx_diag diag = { .code = EVX_E_IO };
	ssize_t got = -1;
	size_t cap = 0;

	if (f != NULL)
		got = getdelim(&d->lines, &cap, '\0', f);
	*n = got > 0 ? (size_t)got : 0;
	if (f == NULL || ferror(f) != 0) {
		diag.code = errno == ENOENT ? EVX_E_NOT_FOUND : EVX_E_IO;
		diag.sys_errno = errno;
		snprintf(diag.path, sizeof(diag.path), "%s", d->list);
		snprintf(diag.text, sizeof(diag.text), "The list of paths cannot be read");
		cli_output_told(&diag, N_("The list of paths cannot be read"));
	}
	if (f != NULL && !is_stdin)
		(void)fclose(f);
	return diag.text[0] != '\0' ? cli_output_error(d->cli, diag.code, &diag) : CLI_CONTINUE;
}

static int add_list(struct disclosing *d)
{
	size_t n;
	int r = read_list(d, &n);

	/* A path with a NUL is none, and what stands behind one would be left out unseen. */
	if (r == CLI_CONTINUE && n > 0 && strlen(d->lines) < n)
		return cli_options_misuse(d->cli,
			"The list of paths has a NUL byte. Nothing was disclosed. Write one path "
			"on each line.");
	for (char *at = d->lines, *next; r == CLI_CONTINUE && at != NULL; at = next) {
		next = strchr(at, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (at[0] != '\0')
			r = add_path(d, at);
	}
	return r;
}

/* "OFFSET+LENGTH" */
static bool read_range(const char *text, struct evx_disclose_range *out)
{
	const char *plus = strchr(text, '+');
	char offset[32];

	if (plus == NULL || (size_t)(plus - text) >= sizeof(offset))
		return false;
	memcpy(offset, text, (size_t)(plus - text));
	offset[plus - text] = '\0';
	return cli_options_size(offset, &out->offset) && cli_options_size(plus + 1, &out->length);
}

static int add_range(struct disclosing *d, const char *given, bool partition)
{
	struct evx_disclose_range *r = &d->parts[d->opt.nranges];
	const char *colon = strrchr(given, ':');
	char *path;

	if (colon == NULL || colon == given ||
		!(partition ? cli_options_size(colon + 1, &r->partition) && r->partition > 0 :
			      read_range(colon + 1, r)))
		return cli_options_misuse(d->cli,
			partition ?
				N_("\"%s\" is no partition. Write PATH:NUMBER.") :
				N_("\"%s\" is no range. Write PATH:OFFSET+LENGTH, in bytes or with "
				   "K, M, G, T."),
			given);
	path = strndup(given, (size_t)(colon - given));
	if (path == NULL)
		return cli_output_problem(d->cli, EVX_E_MEMORY, "disclose");
	r->path = path;
	d->opt.nranges++;
	return CLI_CONTINUE;
}

static int gather_ranges(struct disclosing *d)
{
	int r = CLI_CONTINUE;

	d->parts = calloc(d->ranges.n + d->partitions.n + 1, sizeof(*d->parts));
	if (d->parts == NULL)
		return cli_output_problem(d->cli, EVX_E_MEMORY, "disclose");
	for (size_t i = 0; i < d->ranges.n && r == CLI_CONTINUE; i++)
		r = add_range(d, d->ranges.v[i], false);
	for (size_t i = 0; i < d->partitions.n && r == CLI_CONTINUE; i++)
		r = add_range(d, d->partitions.v[i], true);
	d->opt.ranges = d->parts;
	return r;
}

static int gather_paths(struct disclosing *d)
{
	int r = CLI_CONTINUE;

	for (size_t i = 1; i < d->cli->nargs && r == CLI_CONTINUE; i++)
		r = add_path(d, d->cli->args[i]);
	for (size_t i = 0; i < d->globs.n && r == CLI_CONTINUE; i++)
		r = add_path(d, d->globs.v[i]);
	if (r == CLI_CONTINUE && d->list != NULL)
		r = add_list(d);
	if (r == CLI_CONTINUE)
		r = gather_ranges(d);
	if (r == CLI_CONTINUE && d->opt.npaths == 0 && d->opt.nranges == 0)
		return cli_options_misuse(d->cli,
			"What is to be disclosed? Name paths inside the exhibit, or use --glob, "
			"--list, --range or --partition.");
	d->opt.paths = d->paths;
	return r;
}

/* ---- what is asked -------------------------------------------------------------------------- */

static void question_files(const struct evx_disclose_info *info)
{
	char files[CLI_THINGS_CAP], entries[CLI_THINGS_CAP], n[CLI_NUMBER_CAP],
		size[CLI_NUMBER_CAP];
	struct cli_layout_text t;

	if (cli_layout_text_begin(&t)) {
		fprintf(t.f, _("%s of %s; %s with contents, %s"), cli_output_count(info->shown, n),
			cli_output_things(info->lines, "entry", "entries", entries),
			cli_output_things(info->files, "file", "files", files),
			cli_output_short_size(info->bytes, size));
		cli_layout_text_row(&t, stderr, 2, "shows");
	}
	for (size_t i = 0; i < info->nfirst; i++) {
		if (!cli_layout_text_begin(&t))
			return;
		cli_output_bytes(t.f, info->first[i].path, info->first[i].len);
		cli_layout_text_row(&t, stderr, 2, "");
	}
	if (info->files > info->nfirst && cli_layout_text_begin(&t)) {
		fprintf(t.f, _("and %s"),
			cli_output_things(
				info->files - info->nfirst, "more file", "more files", files));
		cli_layout_text_row(&t, stderr, 2, "");
	}
	if (info->names_only > 0 && cli_layout_text_begin(&t)) {
		fprintf(t.f, "%s",
			cli_output_things(info->names_only, "other file", "other files", files));
		cli_layout_text_row(&t, stderr, 2, "names only");
	}
}

/* What is shown of files in part, and how much more that is than was asked for. */
static void tell_parts(FILE *f, size_t indent, const struct evx_disclose_part_info *parts, size_t n)
{
	char more[CLI_THINGS_CAP];
	struct cli_layout_text t;

	for (size_t i = 0; i < n && cli_layout_text_begin(&t); i++) {
		cli_entry_part(
			t.f, parts[i].path, parts[i].path_len, parts[i].shown, parts[i].size);
		cli_entry_ranges(t.f, parts[i].ranges, parts[i].nranges);
		putc(')', t.f);
		if (parts[i].shown > parts[i].asked)
			fprintf(t.f,
				_("; %s beyond what you named, because whole blocks are shown"),
				cli_output_things(
					parts[i].shown - parts[i].asked, "byte", "bytes", more));
		cli_layout_text_row(&t, f, indent, "in part");
	}
}

static bool confirm(void *ctx, const struct evx_disclose_info *info)
{
	const struct disclosing *d = ctx;

	if (d->yes || d->cli->quiet || !cli_prompt_possible()) {
		if (info->nparts > 0 && !d->cli->quiet) {
			cli_progress_hold(d->cli);
			tell_parts(stderr, 0, info->parts, info->nparts);
		}
		return true;
	}
	cli_progress_hold(d->cli);
	fputs(_("You are about to give out a part of an exhibit:\n"), stderr);
	cli_question_row("seal code", info->seal_code);
	cli_question_exhibit(info->case_label, info->exhibit_number, true);
	question_files(info);
	tell_parts(stderr, 2, info->parts, info->nparts);
	fputs(_("Only these keys will be able to open it:\n"), stderr);
	cli_seal_result_readers(stderr, info->readers, info->nreaders);
	cli_layout_paragraph(stderr, 0, 0,
		_("What was given out cannot be taken back. The place of each entry in the list of "
		  "contents shows, and so how many entries stand before and after it. The custody "
		  "record of the exhibit, without its encrypted details, goes along."));
	return cli_prompt_yes(d->cli, "Disclose?");
}

/* ---- what is told --------------------------------------------------------------------------- */

static void parts_json(struct cli_json *j, const struct evx_disclose_result *r)
{
	cli_json_array(j, "parts");
	for (size_t i = 0; i < r->nparts; i++) {
		const struct evx_disclose_part_info *p = &r->parts[i];

		cli_json_object(j, NULL);
		cli_json_bytes(j, "path", p->path, p->path_len);
		cli_json_size(j, "size", p->size);
		cli_json_size(j, "asked", p->asked);
		cli_json_size(j, "shown", p->shown);
		cli_entry_ranges_json(j, "ranges", p->ranges, p->nranges);
		cli_json_close(j);
	}
	cli_json_close(j);
}

static void print_json(struct cli *cli, const struct evx_disclose_result *r, const char *output)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "uuid", r->uuid);
	cli_json_text(&j, "seal_hash", r->seal_hash);
	cli_json_text(&j, "seal_code", r->seal_code);
	cli_json_text(&j, "written", output);
	cli_json_size(&j, "bundle_bytes", r->bundle_bytes);
	cli_json_object(&j, "origin");
	cli_json_text(&j, "seal_hash", r->original_hash);
	cli_json_text(&j, "seal_code", r->original_code);
	cli_json_count(&j, "entry", (uint64_t)r->entry);
	cli_json_text(&j, "entry_hash", r->entry_hash);
	cli_json_size(&j, "lines", r->lines);
	cli_json_size(&j, "shown", r->shown);
	cli_json_size(&j, "names_only", r->names_only);
	cli_json_size(&j, "in_part", r->nparts);
	cli_json_size(&j, "withheld", r->withheld);
	cli_json_close(&j);
	cli_json_size(&j, "files", r->files);
	cli_json_size(&j, "bytes", r->bytes);
	if (r->nparts > 0)
		parts_json(&j, r);
	cli_seal_result_readers_json(&j, r->readers, r->nreaders);
	cli_json_end(&j);
}

static void print(struct cli *cli, const struct evx_disclose_result *r, const char *output)
{
	char a[CLI_NUMBER_CAP], b[CLI_THINGS_CAP], c[CLI_THINGS_CAP], d[CLI_NUMBER_CAP];
	FILE *f = cli->out;

	fputs(_("Disclosed: "), f);
	cli_output_text(f, output);
	fprintf(f, " (%s)\n", cli_output_short_size(r->bundle_bytes, d));
	cli_layout_label(f, CLI_LAYOUT_LABEL, "shows");
	fprintf(f, _("%s of %s; %s with contents\n"), cli_output_count(r->shown, a),
		cli_output_things(r->lines, "entry", "entries", b),
		cli_output_things(r->files, "file", "files", c));
	tell_parts(f, 0, r->parts, r->nparts);
	cli_layout_label(f, CLI_LAYOUT_LABEL, "of exhibit");
	fprintf(f, _("%s; its entry %04d records this\n"), r->original_code, r->entry);
	cli_layout_label(f, CLI_LAYOUT_LABEL, "seal code");
	fprintf(f, "%s\n", r->seal_code);
	cli_seal_result_readers(f, r->readers, r->nreaders);
}

static int run(struct disclosing *d)
{
	struct cli *cli = d->cli;
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_disclose_result result = { .entry = -1 };
	struct cli_progress progress;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	char invocation[96];
	enum evx_err err;
	int r = cli_home_open(cli, false, &home);

	if (r != CLI_CONTINUE)
		goto out;
	/* Patterns can tell names, and custody readers see the details. */
	snprintf(invocation, sizeof(invocation), "evx disclose [%zu path%s]%s%s", d->opt.npaths,
		d->opt.npaths == 1 ? "" : "s", d->opt.nranges > 0 ? " --range" : "",
		d->opt.with_names ? " --with-names" : "");
	d->opt.bundle = cli->args[0];
	d->opt.invocation = invocation;
	d->opt.jobs = (unsigned)cli->jobs;
	d->opt.confine = true;
	d->opt.confirm = confirm;
	d->opt.confirm_ctx = d;
	cli_progress_start(cli, &progress);
	err = evx_disclose(home, &d->opt, &ask, progress.counters, cli->cancel, &result, &diag);
	cli_progress_stop(cli, &progress);
	r = err == EVX_OK ? CLI_GOOD : cli_output_error(cli, err, &diag);
	if (err == EVX_OK)
		cli_output_confinement(cli, &result.confinement);
	if (err != EVX_OK && result.entry >= 0)
		cli_output_warn(cli,
			"Entry %04d was signed, and the bundle that it gives out was not written. "
			"The entry stays. Add a note to the record, and disclose again.",
			result.entry);
	if (err == EVX_OK && cli->json)
		print_json(cli, &result, d->opt.output);
	else if (err == EVX_OK)
		print(cli, &result, d->opt.output);
out:
	evx_disclose_result_free(&result);
	evx_home_free(home);
	return r;
}

int cli_cmd_disclose(struct cli *cli, int argc, char **argv)
{
	struct disclosing d = { .cli = cli };
	struct evx_disclose_options *o = &d.opt;
	const struct cli_option options[] = {
		{ "output", 'o', CLI_TEXT, &o->output, "FILE.evx", "write this new bundle", 0, 0 },
		{ "to", 0, CLI_LIST, &d.to, "CARD",
			"let this person open it; may be repeated; the first is the receiver", 0,
			0 },
		{ "custody-to", 0, CLI_LIST, &d.custody_to, "CARD",
			"let this person read its custody details only; may be repeated", 0, 0 },
		{ "self", 0, CLI_FLAG, &o->self, NULL, "let yourself open it", 0, 0 },
		{ "glob", 0, CLI_LIST, &d.globs, "PATTERN",
			"disclose what matches this pattern; may be repeated", 0, 0 },
		{ "list", 0, CLI_TEXT, &d.list, "FILE",
			"disclose the paths in FILE, one on each line (-: standard input)", 0, 0 },
		{ "range", 0, CLI_LIST, &d.ranges, "PATH:OFFSET+LENGTH",
			"disclose these bytes of a file with more than 4 MiB; may be repeated", 0,
			0 },
		{ "partition", 0, CLI_LIST, &d.partitions, "PATH:N",
			"disclose this partition of a disk image; may be repeated", 0, 0 },
		{ "sector-size", 0, CLI_SIZE, &o->sector, "BYTES",
			"sectors of the image have 512 or 4096 bytes (default: as its table says)",
			512, 4096 },
		{ "with-names", 0, CLI_FLAG, &o->with_names, NULL,
			"disclose the names and attributes of all other entries, too", 0, 0 },
		{ "purpose", 0, CLI_TEXT, &o->purpose, "TEXT", "record what for", 0, 0 },
		{ "authority", 0, CLI_TEXT, &o->authority, "TEXT",
			"record the warrant or other legal authority", 0, 0 },
		{ "place", 0, CLI_TEXT, &o->place, "TEXT", "record where", 0, 0 },
		{ "notes", 0, CLI_TEXT, &o->notes, "TEXT", "record anything else", 0, 0 },
		{ "case", 0, CLI_TEXT, &o->case_label, "C",
			"call the new bundle's case so (default: as the exhibit's)", 0, 0 },
		{ "exhibit", 0, CLI_TEXT, &o->exhibit_number, "E",
			"call the new bundle so (default: as the exhibit)", 0, 0 },
		{ "as", 0, CLI_TEXT, &o->as, "NAME",
			"open and sign as this identity, the holder (default: the only one)", 0,
			0 },
		{ "also-as", 0, CLI_LIST, &d.also_as, "NAME",
			"let this identity sign the entry, too; may be repeated", 0, 0 },
		CLI_CODE_ROW(&o->code),
		{ "yes", 'y', CLI_FLAG, &d.yes, NULL, "ask nothing before signing", 0, 0 },
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, SIZE_MAX);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE && o->output == NULL)
		r = cli_options_misuse(cli, "Where should the bundle go? Use -o FILE.evx.");
	if (r == CLI_CONTINUE && d.to.n + d.custody_to.n == 0 && !o->self)
		r = cli_options_misuse(cli,
			"Nobody was named. Say who may open the bundle: --to CARD, --custody-to "
			"CARD or --self.");
	if (r == CLI_CONTINUE)
		r = gather_paths(&d);
	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 0, o->as);
	if (r == CLI_CONTINUE) {
		o->to = d.to.v;
		o->nto = d.to.n;
		o->custody_to = d.custody_to.v;
		o->ncustody_to = d.custody_to.n;
		o->also_as = d.also_as.v;
		o->nalso_as = d.also_as.n;
		r = run(&d);
	}
	for (size_t i = 0; i < o->nranges; i++)
		free((char *)(uintptr_t)d.parts[i].path);
	free(d.parts);
	free(d.paths);
	free(d.lines);
	return r;
}
