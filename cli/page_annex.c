/* What was checked and by what, the hashes, and how to check all with stock tools. */
#include <stdlib.h>
#include <string.h>

#include "cli_language.h"
#include "cli_output.h"
#include "cli_verdict.h"
#include "page_report.h"

static void number_row(FILE *f, const char *heading, uint64_t v)
{
	char text[CLI_NUMBER_CAP];

	page_row(f, heading, cli_output_count(v, text));
}

static void hashes(FILE *f, const struct evx_report *r)
{
	fprintf(f, "<table>\n<caption>%s</caption>\n<tbody>\n",
		_("Identity of the exhibit and of the file"));
	page_row(f, "UUID", r->uuid);
	page_row(f, "Seal code", r->seal_code);
	page_row(f, "SHA-256 of the seal", r->seal_hash);
	page_row(f, "SHA-256 of the last entry", r->head);
	page_row(f, "SHA-256 of the bundle file", r->present_sha256);
	page_row(f, "SHA-256 of the bundle file when it was sealed", r->sealed_sha256);
	number_row(f, "Bytes of the bundle file", r->bundle_bytes);
	number_row(f, "Packs of encrypted evidence", r->packs);
	fputs("</tbody>\n</table>\n", f);
}

static void item(FILE *f, const char *text)
{
	fputs("<li>", f);
	page_text(f, _(text));
	fputs("</li>\n", f);
}

void page_report_checked(FILE *f, const struct evx_report *r, const char *now)
{
	char word[CLI_VERDICT_CAP], files[CLI_THINGS_CAP];
	size_t i;

	page_section(f, "checked", "What was checked");
	fputs("<p>", f);
	fprintf(f, _("This report was made by evx %s at "), evx_version());
	page_moment(f, now);
	fprintf(f, "%s</p>\n<ul>\n",
		_(" by the clock of that machine. It says what was found in the bundle then."));
	if (r->walked && strcmp(cli_verdict_data(r), "not checked") != 0)
		item(f, N_("every byte of the bundle against the signed hashes"));
	if (strcmp(cli_verdict_custody(r, word), "not checked") != 0) {
		item(f,
			N_("the signatures of the seal and of every later entry, and the order of "
			   "the entries"));
		item(f, N_("the rules of the custody record: who may sign what"));
	}
	if (r->deep) {
		fputs("<li>", f);
		fprintf(f, _("%s inside, opened and compared with the signed hashes"),
			cli_output_things(r->deep_files, "file", "files", files));
		fputs("</li>\n", f);
	}
	fprintf(f, "</ul>\n<h3>%s</h3>\n<ul>\n", _("What was not checked"));
	for (i = 0; i < r->nnot_checked; i++)
		item(f, r->not_checked[i]);
	item(f,
		N_("later entries that somebody removed from the end of the record: ask the holder "
		   "for receipts"));
	item(f, N_("whether what was sealed is what was seized: the sealer signed that"));
	fputs("</ul>\n", f);
	hashes(f, r);
	page_section_end(f);
}

/* ---- annex */

/* A word of a shell: in single quotes. */
static void quoted(FILE *f, const char *s)
{
	putc('\'', f);
	for (; *s != '\0'; s++)
		if (*s == '\'')
			fputs("'\\''", f);
		else
			putc(*s, f);
	putc('\'', f);
}

static void step(FILE *f, const char *text)
{
	page_paragraph(f, text);
}

static void commands(FILE *f, struct cli_layout_text *t)
{
	fputs("<pre class=\"commands\" dir=\"ltr\">", f);
	page_gathered(f, t);
	fputs("</pre>\n", f);
}

/* Volumes NAME.001, NAME.002 … are joined first; then *len is the length of NAME. */
static bool is_volume(const char *name, size_t *len)
{
	static const char ending[] = ".001";

	*len = strlen(name);
	if (*len < sizeof(ending) || strcmp(name + *len - (sizeof(ending) - 1), ending) != 0)
		return false;
	*len -= sizeof(ending) - 1;
	return true;
}

static void unpack(FILE *f, const char *given)
{
	struct cli_layout_text t;
	size_t len;
	const bool volumes = is_volume(given, &len);
	char *name = strndup(given, len);

	step(f, "1. Unpack. The bundle is an ordinary tar archive and a BagIt bag (RFC 8493).");
	if (name == NULL || !cli_layout_text_begin(&t)) {
		free(name);
		return;
	}
	if (volumes) {
		fputs("cat ", t.f);
		quoted(t.f, name);
		fputs(".* > ", t.f);
		quoted(t.f, name);
		putc('\n', t.f);
	}
	fputs("tar -xf ", t.f);
	quoted(t.f, name);
	fputs("\ncd \"$(tar -tf ", t.f);
	quoted(t.f, name);
	fputs(" | sed 1q | cut -d / -f 1)\"\n", t.f);
	free(name);
	commands(f, &t);
}

static void every_byte(FILE *f)
{
	struct cli_layout_text t;

	step(f, "2. Check every byte. Each command prints nothing if all is well.");
	if (!cli_layout_text_begin(&t))
		return;
	fputs("sha256sum --strict --quiet -c manifest-sha256.txt\n"
	      "sha256sum --strict --quiet -c tagmanifest-sha256.txt\n"
	      "cat custody/*.record | sha256sum --strict --quiet -c\n",
		t.f);
	commands(f, &t);
}

static void the_seal(FILE *f, const struct evx_report *r)
{
	struct cli_layout_text t;

	step(f,
		"3. Check that this is the seal of this report, and that it covers the bytes of "
		"step "
		"2. Both commands print OK.");
	if (cli_layout_text_begin(&t)) {
		fprintf(t.f,
			"echo '%s  custody/0000-seal.json' | sha256sum --strict -c\n"
			"jq -r '.tagmanifest + \"  tagmanifest-sha256.txt\"' "
			"custody/0000-seal.json "
			"| sha256sum --strict -c\n",
			r->seal_hash);
		commands(f, &t);
	}
	step(f,
		"4. Check who signed it. The first command prints the fingerprint that this report "
		"names, the last one \"Good\".");
	if (!cli_layout_text_begin(&t))
		return;
	fputs("jq -r .signers[0] custody/0000-seal.json | ssh-keygen -l -f - | cut -d ' ' -f 2\n"
	      "jq -r '\"signer \" + .signers[0]' custody/0000-seal.json > ../allowed\n"
	      "ssh-keygen -Y verify -f ../allowed -I signer -n evx-event/1 "
	      "-s custody/0000-seal.json.sig1 < custody/0000-seal.json\n",
		t.f);
	commands(f, &t);
}

static void the_record(FILE *f, const struct evx_report *r)
{
	struct cli_layout_text t;
	size_t i;

	step(f,
		"5. Check the custody record. Every line prints OK. Each entry names the hash of "
		"the "
		"one before it; the second command prints those names.");
	if (!cli_layout_text_begin(&t))
		return;
	fputs("sha256sum --strict -c <<'END'\n", t.f);
	for (i = 0; i < r->nevents; i++)
		if (!r->events[i].detached)
			fprintf(t.f, "%s  custody/%04d-%s.json\n", r->events[i].hash,
				r->events[i].number, r->events[i].type);
	fputs("END\njq -r '.type + \"  previous: \" + (.previous // \"none\")' custody/*.json\n",
		t.f);
	commands(f, &t);
}

void page_report_annex(FILE *f, const struct evx_report *r, const char *name)
{
	if (r->seal_hash[0] == '\0' || name == NULL)
		return;
	page_section(f, "annex", "Annex: check it without evx");
	page_paragraph(f,
		"Nobody has to trust evx or this report. The commands below are for a Unix shell "
		"with "
		"tar, sha256sum, jq and ssh-keygen (OpenSSH 8.2 or later). Copy the bundle into an "
		"empty directory, and run them there in this order.");
	unpack(f, name);
	every_byte(f);
	the_seal(f, r);
	the_record(f, r);
	page_section_end(f);
}
