/* What evx seal tells. */
#include "cli_seal_result.h"

#include <stdlib.h>
#include <string.h>

#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"

static void reader(FILE *f, const struct evx_reader_info *r)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	if (r->card.fingerprint[0] != '\0')
		cli_output_card(t.f, &r->card);
	else
		cli_output_text(
			t.f, r->card.person[0] != '\0' ? r->card.person : r->card.encryption);
	fputs(r->content ? "" : _(" [custody details only]"), t.f);
	fputs(r->always ? _(" [always]") : r->escrow ? _(" [escrow]") : "", t.f);
	if (r->card.fingerprint[0] != '\0')
		fprintf(t.f, "  %s", r->card.fingerprint);
	cli_layout_text_row(&t, f, 2, r->content ? "contents" : "custody");
}

void cli_seal_result_readers(FILE *f, const struct evx_reader_info *readers, size_t n)
{
	size_t i, pass;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < n; i++)
			if (readers[i].content == (pass == 0))
				reader(f, &readers[i]);
}

void cli_seal_result_readers_json(
	struct cli_json *j, const struct evx_reader_info *readers, size_t n)
{
	size_t i;

	cli_json_array(j, "readers");
	for (i = 0; i < n; i++) {
		cli_json_object(j, NULL);
		cli_json_card(j, "card", &readers[i].card);
		cli_json_bool(j, "content", readers[i].content);
		cli_json_bool(j, "always", readers[i].always);
		cli_json_bool(j, "vault", readers[i].vault);
		cli_json_bool(j, "escrow", readers[i].escrow);
		cli_json_close(j);
	}
	cli_json_close(j);
}

void cli_seal_result_single_key(struct cli *cli, const struct evx_reader_info *readers, size_t n)
{
	size_t i, content = 0;

	for (i = 0; i < n; i++)
		content += readers[i].content ? readers[i].holders : 0;
	if (content == 1)
		cli_output_warn(cli,
			"Only one key can open the contents. If this key is lost, nobody can open "
			"them. Name another reader with --to CARD.");
}

bool cli_seal_result_whole(const struct evx_seal_result *r)
{
	return r->complete && r->expected_mismatched == 0 && r->expected_missing == 0 &&
		r->reread_differences == 0;
}

static void count_line(FILE *f, uint64_t v, const char *one, const char *many)
{
	char things[CLI_THINGS_CAP];

	if (v > 0)
		fprintf(f, "  %s\n", cli_output_things(v, one, many, things));
}

static void remarks(FILE *f, const struct evx_seal_result *r)
{
	if (!r->complete)
		fputs(_("NOT COMPLETE, and the seal says so:\n"), f);
	count_line(f, r->unreadable_files, "file could not be read whole",
		"files could not be read whole");
	count_line(f, r->unreadable_directories, "directory could not be read",
		"directories could not be read");
	count_line(f, r->unreadable_bytes, "byte could not be read", "bytes could not be read");
	count_line(f, r->changed, "file changed while it was read",
		"files changed while they were read");
	count_line(f, r->left_out, "file was left out", "files were left out");
	count_line(f, r->metadata_errors, "file has attributes that could not be read",
		"files have attributes that could not be read");
	count_line(f, r->hashes_left_out, "sparse file has no hash over its whole length",
		"sparse files have no hash over their whole length");
	count_line(f, r->expected_matched, "expected hash matched", "expected hashes matched");
	count_line(f, r->expected_mismatched, "EXPECTED HASH DID NOT MATCH",
		"EXPECTED HASHES DID NOT MATCH");
	count_line(f, r->expected_missing, "EXPECTED HASH HAD NO FILE TO COMPARE WITH",
		"EXPECTED HASHES HAD NO FILE TO COMPARE WITH");
	count_line(
		f, r->reread_files, "file was read a second time", "files were read a second time");
	count_line(f, r->reread_differences, "FILE DIFFERED WHEN READ A SECOND TIME",
		"FILES DIFFERED WHEN READ A SECOND TIME");
}

/* What was sealed, and how much room that takes. */
static void sealed(FILE *f, const struct evx_seal_options *opt, const struct evx_seal_result *r)
{
	char files[CLI_THINGS_CAP], directories[CLI_THINGS_CAP], bytes[CLI_THINGS_CAP],
		size[CLI_NUMBER_CAP], text[512];

	snprintf(text, sizeof(text),
		opt->output != NULL ? _("SEALED  %s and %s, %s; the bundle has %s.") :
				      _("SEALED  %s and %s, %s; the vault stored %s."),
		cli_output_things(r->files, "file", "files", files),
		cli_output_things(r->directories, "directory", "directories", directories),
		cli_output_things(r->bytes, "byte", "bytes", bytes),
		cli_output_short_size(r->bundle_bytes, size));
	cli_layout_paragraph(f, 0, 8, text);
	putc('\n', f);
}

static void shared(FILE *f, const struct evx_seal_options *opt, const struct evx_seal_result *r)
{
	char size[CLI_NUMBER_CAP], text[256];

	if (opt->resume && opt->output != NULL) {
		snprintf(text, sizeof(text),
			_("%s of the unfinished file were compared with the source and used"),
			cli_output_short_size(r->resumed_bytes, size));
		cli_output_field(f, "resumed", text);
	}
	if (r->resumed_packs > 0) {
		snprintf(text, sizeof(text), _("%s had been stored by an interrupted seal"),
			cli_output_short_size(r->resumed_bytes, size));
		cli_output_field(f, "resumed", text);
	}
	if (r->borrowed_chunks > 0) {
		snprintf(text, sizeof(text),
			_("%s that the case had already; they were read, compared, and not stored "
			  "again"),
			cli_output_short_size(r->borrowed_bytes, size));
		cli_output_field(f, "shared data", text);
	}
}

static void print_human(
	struct cli *cli, const struct evx_seal_options *opt, const struct evx_seal_result *r)
{
	FILE *f = cli->out;
	char time[CLI_LAYOUT_TIME];
	size_t i;

	sealed(f, opt, r);
	for (i = 0; i < r->nwritten; i++)
		cli_output_field(f, "written to", r->written[i]);
	if (opt->output != NULL && strcmp(opt->output, "-") == 0)
		cli_output_field(f, "written to", _("standard output"));
	cli_output_field(f, "vault", r->vault);
	cli_output_field(f, "seal code", r->seal_code);
	cli_output_field(f, "case", opt->case_label);
	cli_output_field(f, "case id", r->case_id);
	cli_output_field(f, "exhibit", opt->exhibit_number);
	cli_output_field(f, "seized at", opt->seized_at);
	if (r->stamp_time[0] != '\0')
		cli_output_field(f, "existed at", cli_layout_time(r->stamp_time, true, time));
	cli_output_field(f, "stamped by", r->stamp_authority);
	remarks(f, r);
	fputs(_("can be opened by\n"), f);
	cli_seal_result_readers(f, r->readers, r->nreaders);
	shared(f, opt, r);
	cli_output_field(f, "signed by", r->signer);
	cli_output_field(f, "uuid", r->uuid);
	cli_output_field(f, "seal hash", r->seal_hash);
	if (!cli->quiet)
		fputs(_("\nWrite the seal code in your notebook and on the evidence bag.\n"), f);
}

static void print_json(
	struct cli *cli, const struct evx_seal_options *opt, const struct evx_seal_result *r)
{
	struct cli_json j = cli_json_begin(cli->out);
	size_t i;

	cli_json_text(&j, "uuid", r->uuid);
	cli_json_text(&j, "seal_hash", r->seal_hash);
	cli_json_text(&j, "seal_code", r->seal_code);
	cli_json_text(&j, "signer", r->signer);
	cli_json_text(&j, "listing_root", r->listing_root);
	cli_json_text(&j, "case", opt->case_label);
	cli_json_text(&j, "exhibit_number", opt->exhibit_number);
	cli_json_text(&j, "seized_at", opt->seized_at);
	if (r->vault[0] != '\0') {
		cli_json_text(&j, "vault", r->vault);
		cli_json_text(&j, "case_id", r->case_id);
		cli_json_bool(&j, "case_made", r->case_made);
		cli_json_count(&j, "borrowed_chunks", r->borrowed_chunks);
		cli_json_size(&j, "borrowed_bytes", r->borrowed_bytes);
		cli_json_count(&j, "bad_loans", r->bad_loans);
		cli_json_count(&j, "interrupted", r->interrupted);
		cli_json_count(&j, "resumed_packs", r->resumed_packs);
	}
	if (r->vault[0] != '\0' || opt->resume)
		cli_json_size(&j, "resumed_bytes", r->resumed_bytes);
	cli_json_array(&j, "written");
	for (i = 0; i < r->nwritten; i++)
		cli_json_text(&j, NULL, r->written[i]);
	cli_json_close(&j);
	cli_json_count(&j, "lines", r->lines);
	cli_json_count(&j, "files", r->files);
	cli_json_count(&j, "directories", r->directories);
	cli_json_size(&j, "bytes", r->bytes);
	cli_json_size(&j, "stored_bytes", r->stored_bytes);
	cli_json_size(&j, "bundle_bytes", r->bundle_bytes);
	cli_json_bool(&j, "complete", r->complete);
	cli_json_count(&j, "unreadable_files", r->unreadable_files);
	cli_json_count(&j, "unreadable_directories", r->unreadable_directories);
	cli_json_size(&j, "unreadable_bytes", r->unreadable_bytes);
	cli_json_count(&j, "changed", r->changed);
	cli_json_count(&j, "left_out", r->left_out);
	cli_json_count(&j, "metadata_errors", r->metadata_errors);
	cli_json_count(&j, "hashes_left_out", r->hashes_left_out);
	cli_json_count(&j, "expected_matched", r->expected_matched);
	cli_json_count(&j, "expected_mismatched", r->expected_mismatched);
	cli_json_count(&j, "expected_missing", r->expected_missing);
	cli_json_count(&j, "reread_files", r->reread_files);
	cli_json_count(&j, "reread_differences", r->reread_differences);
	if (opt->tsa != NULL) {
		cli_json_object(&j, "time_stamp");
		if (r->stamp_err == EVX_OK) {
			cli_json_text(&j, "time", r->stamp_time);
			cli_json_text(&j, "authority", r->stamp_authority);
		} else {
			cli_json_text(&j, "error", r->stamp_diag.text);
		}
		cli_json_close(&j);
	}
	cli_seal_result_readers_json(&j, r->readers, r->nreaders);
	cli_json_end(&j);
}

/* What the vault must be told of whether or not results are. */
static void vault_remarks(
	struct cli *cli, const struct evx_seal_options *opt, const struct evx_seal_result *r)
{
	char shown[256], things[CLI_THINGS_CAP];

	if (r->vault[0] == '\0')
		return;
	if (r->case_made && !cli->quiet)
		cli_output_warn(cli, "Case \"%s\" is new in this vault. Its id is %s.",
			evx_text_escape(
				opt->case_label, strlen(opt->case_label), shown, sizeof(shown)),
			r->case_id);
	if (r->interrupted > 0 && !cli->quiet)
		cli_output_warn(cli,
			"%s into this case left packs behind. They are kept. --resume would have "
			"used them.",
			cli_output_things(
				r->interrupted, "interrupted seal", "interrupted seals", things));
	if (r->remnants_refused > 0)
		cli_output_warn(cli,
			r->remnants_refused == 1 ?
				N_("%s not used: no member who can open contents made it.") :
				N_("%s not used: no member who can open contents made them."),
			cli_output_things(r->remnants_refused, "interrupted seal was",
				"interrupted seals were", things));
	if (r->catalog_discarded)
		cli_output_warn(cli,
			"The catalog was damaged, or belonged to another vault. evx removed it "
			"and used nothing of it. Make it anew: evx rebuild. Ask who put it there.");
	if (r->catalog_lost)
		cli_output_warn(cli,
			"The exhibit is safe in the vault. Only the vault's catalog could not be "
			"updated. Run: evx rebuild");
	if (r->bad_loans > 0)
		cli_output_warn(cli,
			"%s missing or damaged in the vault, and stored anew. To see where, run: "
			"evx check",
			cli_output_things(r->bad_loans, "piece of shared data was",
				"pieces of shared data were", things));
}

void cli_seal_result_print(
	struct cli *cli, const struct evx_seal_options *opt, const struct evx_seal_result *result)
{
	if (cli->json)
		print_json(cli, opt, result);
	else
		print_human(cli, opt, result);
	vault_remarks(cli, opt, result);
}
