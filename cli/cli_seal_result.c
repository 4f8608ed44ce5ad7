/* What evx seal tells. */
#include "cli_seal_result.h"

#include <string.h>

#include "cli_output.h"

static void readers_of(FILE *f, const struct evx_reader_info *readers, size_t n, bool content)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (readers[i].content != content)
			continue;
		fprintf(f, "  %s  ", content ? "evidence and custody" : "custody only        ");
		if (readers[i].card.fingerprint[0] != '\0') {
			fprintf(f, "%s  ", readers[i].card.fingerprint);
			cli_output_card(f, &readers[i].card);
		} else {
			cli_output_text(f,
				readers[i].card.person[0] != '\0' ? readers[i].card.person :
								    readers[i].card.encryption);
		}
		fprintf(f, "%s\n",
			readers[i].always         ? "  [always]" :
				readers[i].escrow ? "  [escrow]" :
						    "");
	}
}

void cli_seal_result_readers(FILE *f, const struct evx_reader_info *readers, size_t n)
{
	readers_of(f, readers, n, true);
	readers_of(f, readers, n, false);
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
			"one single key can open the evidence: if it is lost, so is the evidence");
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
		fputs("NOT COMPLETE; the seal says so:\n", f);
	count_line(f, r->unreadable_files, "file could not be read whole",
		"files could not be read whole");
	count_line(f, r->unreadable_directories, "directory could not be read",
		"directories could not be read");
	count_line(f, r->unreadable_bytes, "byte could not be read", "bytes could not be read");
	count_line(f, r->changed, "file changed while it was read",
		"files changed while they were read");
	count_line(f, r->left_out, "entry was left out", "entries were left out");
	count_line(f, r->metadata_errors, "entry has metadata that could not be read",
		"entries have metadata that could not be read");
	count_line(f, r->hashes_left_out, "sparse file has no hash over its whole length",
		"sparse files have no hash over their whole length");
	count_line(f, r->expected_matched, "expected hash matched", "expected hashes matched");
	count_line(f, r->expected_mismatched, "EXPECTED HASH DID NOT MATCH",
		"EXPECTED HASHES DID NOT MATCH");
	count_line(f, r->expected_missing, "EXPECTED FILE WAS NOT THERE",
		"EXPECTED FILES WERE NOT THERE");
	count_line(
		f, r->reread_files, "file was read a second time", "files were read a second time");
	count_line(f, r->reread_differences, "FILE DIFFERED WHEN READ A SECOND TIME",
		"FILES DIFFERED WHEN READ A SECOND TIME");
}

static void print_human(
	struct cli *cli, const struct evx_seal_options *opt, const struct evx_seal_result *r)
{
	FILE *f = cli->out;
	char files[CLI_THINGS_CAP], directories[CLI_THINGS_CAP], bytes[CLI_THINGS_CAP],
		size[CLI_NUMBER_CAP];
	size_t i;

	fprintf(f, "sealed %s and %s, %s; %s %s\n",
		cli_output_things(r->files, "file", "files", files),
		cli_output_things(r->directories, "directory", "directories", directories),
		cli_output_things(r->bytes, "byte", "bytes", bytes),
		opt->output != NULL ? "the bundle has" : "stored",
		cli_output_short_size(r->bundle_bytes, size));
	if (r->resumed_packs > 0)
		fprintf(f, "resumed: an interrupted seal had stored %s\n",
			cli_output_short_size(r->resumed_bytes, size));
	if (r->borrowed_chunks > 0)
		fprintf(f,
			"%s that the case had already were read, compared, and not stored again\n",
			cli_output_short_size(r->borrowed_bytes, size));
	for (i = 0; i < r->nwritten; i++)
		cli_output_field(f, "written to", r->written[i]);
	if (opt->output != NULL && strcmp(opt->output, "-") == 0)
		cli_output_field(f, "written to", "standard output");
	cli_output_field(f, "vault", r->vault);
	cli_output_field(f, "case id", r->case_id);
	cli_output_field(f, "case", opt->case_label);
	cli_output_field(f, "exhibit", opt->exhibit_number);
	cli_output_field(f, "signed by", r->signer);
	fputs("can be opened by\n", f);
	cli_seal_result_readers(f, r->readers, r->nreaders);
	remarks(f, r);
	cli_output_field(f, "uuid", r->uuid);
	cli_output_field(f, "seal hash", r->seal_hash);
	cli_output_field(f, "seal code", r->seal_code);
	cli_output_field(f, "existed at", r->stamp_time);
	cli_output_field(f, "stamped by", r->stamp_authority);
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
	if (r->vault[0] != '\0') {
		cli_json_text(&j, "vault", r->vault);
		cli_json_text(&j, "case_id", r->case_id);
		cli_json_bool(&j, "case_made", r->case_made);
		cli_json_count(&j, "borrowed_chunks", r->borrowed_chunks);
		cli_json_size(&j, "borrowed_bytes", r->borrowed_bytes);
		cli_json_count(&j, "bad_loans", r->bad_loans);
		cli_json_count(&j, "interrupted", r->interrupted);
		cli_json_count(&j, "resumed_packs", r->resumed_packs);
		cli_json_size(&j, "resumed_bytes", r->resumed_bytes);
	}
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
	char shown[256];

	if (r->vault[0] == '\0')
		return;
	if (r->case_made && !cli->quiet)
		cli_output_warn(cli, "case \"%s\" is new in this vault: its id is %s",
			evx_text_escape(
				opt->case_label, strlen(opt->case_label), shown, sizeof(shown)),
			r->case_id);
	if (r->interrupted > 0 && !cli->quiet)
		cli_output_warn(cli,
			"%llu seals into this case were interrupted, and their packs are kept: "
			"--resume would have used them",
			(unsigned long long)r->interrupted);
	if (r->remnants_refused > 0)
		cli_output_warn(cli,
			"%llu interrupted seals were not used: no content member made them",
			(unsigned long long)r->remnants_refused);
	if (r->catalog_discarded)
		cli_output_warn(cli,
			"The catalog was damaged, or that of another vault. It was thrown away; "
			"nothing of it was used. 'evx rebuild' makes it anew. Ask who put it "
			"there.");
	if (r->catalog_lost)
		cli_output_warn(cli,
			"the exhibit is in the vault, and its catalog could not be written: 'evx "
			"rebuild' makes up for it");
	if (r->bad_loans > 0)
		cli_output_warn(cli,
			"%llu chunks that the case was said to have were not there or damaged, and "
			"were stored anew: 'evx check' tells where",
			(unsigned long long)r->bad_loans);
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
