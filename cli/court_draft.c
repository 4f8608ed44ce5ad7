/* Drafts of certificates and forms, filled from the record; blanks where a person must declare. */
#include "court_draft.h"

#include <stdlib.h>
#include <string.h>

#include "cli_details.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_verdict.h"

#define BLANK "______________________________"

static void title(FILE *f, const char *text)
{
	fprintf(f, "%s\n\n", text);
}

static void paragraph(FILE *f, const char *text)
{
	cli_layout_paragraph(f, 0, 0, text);
	putc('\n', f);
}

/* A blank to be filled in by hand, or what the record has. */
static void field(FILE *f, const char *label, const char *text)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	fprintf(t.f, "%s: ", label);
	if (text != NULL && text[0] != '\0')
		cli_output_text(t.f, text);
	else
		fputs(BLANK, t.f);
	cli_layout_text_paragraph(&t, f, 4);
}

static const char *details_of_seal(const struct evx_report *r)
{
	return r->nevents > 0 ? r->events[0].details_json : NULL;
}

static void detail(FILE *f, const struct evx_report *r, const char *label, const char *key)
{
	char *text = cli_details_text(details_of_seal(r), key);

	field(f, label, text);
	free(text);
}

static void device(FILE *f, const struct evx_report *r, const char *label, const char *key)
{
	char *text = cli_details_text_in(details_of_seal(r), "device", key);

	field(f, label, text);
	free(text);
}

static void signature(FILE *f)
{
	fprintf(f, "\nName: %s\n\nSignature: %s\n\nDate: %s    Place: %s\n", BLANK, BLANK,
		"______________", "______________");
}

static void draft_note(FILE *f, const struct evx_report *r)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	fprintf(t.f,
		"DRAFT, made by evx %s from the verified record. The blanks are for the person who "
		"declares. Have a lawyer read it before anyone signs. When it was made, the check "
		"said: %s. %s",
		evx_version(), cli_verdict_first(r, r->exit_class),
		cli_verdict_sentence(r, r->exit_class));
	cli_layout_text_paragraph(&t, f, 0);
	putc('\n', f);
}

static void identity(FILE *f, const struct evx_report *r, const char *file)
{
	char *exhibit = cli_verdict_exhibit(r);
	char bytes[CLI_NUMBER_CAP];

	fputs("Exhibit: ", f);
	fprintf(f, "%s\n", exhibit != NULL ? exhibit : BLANK);
	free(exhibit);
	field(f, "Seal code", r->seal_code);
	field(f, "SHA-256 of the seal", r->seal_hash);
	if (file == NULL)
		return;
	field(f, "File", file);
	field(f, "Bytes", cli_output_count(r->bundle_bytes, bytes));
	field(f, "SHA-256 of this file", r->present_sha256);
	field(f, "SHA-256 of the file when it was sealed", r->sealed_sha256);
}

static void sealed_by(FILE *f, const struct evx_report *r)
{
	struct cli_layout_text t;
	char time[CLI_LAYOUT_TIME];

	if (r->nevents == 0 || !cli_layout_text_begin(&t))
		return;
	fputs("Sealed by: ", t.f);
	cli_verdict_signer(t.f, &r->events[0]);
	fprintf(t.f, ", on %s by the signer's clock",
		cli_layout_time(r->events[0].time, true, time));
	if (r->events[0].proven) {
		fprintf(t.f, "; a time-stamp proves that the seal existed at %s, says ",
			cli_layout_time(r->events[0].proven_time, true, time));
		cli_output_text(t.f, r->events[0].proven_authority);
	}
	cli_layout_text_paragraph(&t, f, 4);
}

/* ---- United States: Federal Rules of Evidence 902(13) and (14) */

static void fre902(FILE *f, const struct evx_report *r, const char *file)
{
	title(f, "CERTIFICATION UNDER FEDERAL RULES OF EVIDENCE 902(13) AND 902(14)");
	draft_note(f, r);
	field(f, "Court and case", NULL);
	putc('\n', f);
	fprintf(f, "I, %s, declare as follows.\n\n", BLANK);
	paragraph(f,
		"1. I am a qualified person within the meaning of Rule 902(11). My position, "
		"training and experience are:");
	fprintf(f, "%s\n%s\n\n", BLANK BLANK, BLANK BLANK);
	paragraph(f,
		"2. The data described here was copied from an electronic device, storage medium "
		"or file:");
	device(f, r, "Make", "make");
	device(f, r, "Model", "model");
	device(f, r, "Serial number", "serial");
	detail(f, r, "Description", "description");
	detail(f, r, "Taken from", "seized_from");
	detail(f, r, "Taken by", "seized_by");
	detail(f, r, "Taken on", "seized_at");
	putc('\n', f);
	paragraph(f,
		"3. Process of digital identification. When the data was copied, the program evx "
		"computed a SHA-256 hash value of every file and signed them together as one seal. "
		"Two files with the same SHA-256 value are, for every practical purpose, exact "
		"duplicates. The values that identify the copy are:");
	identity(f, r, file);
	sealed_by(f, r);
	putc('\n', f);
	paragraph(f,
		"4. Process or system, and its accuracy. The values were computed again from the "
		"copy "
		"and compared with the signed ones. The hash function (FIPS 180-4), the signatures "
		"(OpenSSH) and the container (tar, BagIt) are public standards. Anyone can repeat "
		"the "
		"comparison with stock tools and without evx: README.txt inside the copy has the "
		"commands.");
	fprintf(f, "5. I compared the values on %s, with this result: %s\n\n", "______________",
		BLANK);
	paragraph(f,
		"6. The proponent gives reasonable written notice of the intent to offer the "
		"record, and makes record and certification available, as Rule 902(11) asks.");
	paragraph(f,
		"I declare under penalty of perjury under the laws of the United States of America "
		"that the foregoing is true and correct (28 U.S.C. 1746).");
	signature(f);
}

/* ---- India: Bharatiya Sakshya Adhiniyam, 2023, the Schedule to section 63(4)(c) */

static void bsa_opening(FILE *f)
{
	fprintf(f,
		"I, %s (Name), Son/daughter/spouse of\n%s residing/employed at\n%s do hereby "
		"solemnly\naffirm and sincerely state and submit as follows:\n\n",
		BLANK, BLANK, BLANK);
}

static void bsa_source(FILE *f, const struct evx_report *r)
{
	fputs("Computer / Storage Media [ ]  DVR [ ]  Mobile [ ]  Flash Drive [ ]\n"
	      "CD/DVD [ ]  Server [ ]  Cloud [ ]  Other [ ] ____________________\n",
		f);
	device(f, r, "Make", "make");
	device(f, r, "Model", "model");
	device(f, r, "Color", "color");
	device(f, r, "Serial Number", "serial");
	device(f, r, "IMEI/UIN/UID/MAC/Cloud ID (as applicable)", "imei");
	detail(f, r, "Any other relevant information about the device/digital record",
		"description");
	putc('\n', f);
}

static void bsa_hash(FILE *f, const struct evx_report *r, const char *file)
{
	paragraph(f, "I state that the HASH value/s of the electronic/digital record/s is:");
	field(f, "SHA-256", file != NULL ? r->present_sha256 : r->seal_hash);
	if (file != NULL)
		field(f, "of the file", file);
	field(f, "SHA-256 of the seal that it carries", r->seal_hash);
	fputs("obtained through the following algorithm:  SHA1 [ ]  SHA256 [X]  MD5 [ ]\n"
	      "Other [ ] ____________________ (Legally acceptable standard)\n"
	      "(Hash report to be enclosed with the certificate)\n",
		f);
}

static void bsa_end(FILE *f)
{
	fprintf(f,
		"\n(Name and signature): %s\n\nDate (DD/MM/YYYY): ____________   Time (IST): "
		"________ hours (In 24 hours format)\nPlace: %s\n",
		BLANK, BLANK);
}

/* The Schedule's own words, which must not be put more plainly: the parts are one sentence each. */
static const char *const lawful_control[] = {
	"The digital device or the digital record source was under the lawful control ",
	"for regularly creating, storing or processing information for the purposes of ",
	"carrying out regular activities and during this period, the computer or the ",
	"communication device was working properly and the relevant information was ",
	"regularly fed into the computer during the ordinary course of business. If the ",
	"computer/digital device at any point of time was not working properly or out ",
	"of operation, then it has not affected the electronic/digital record or its ",
	"accuracy.",
	NULL,
};

static void law(FILE *f, const char *const *parts)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	for (; *parts != NULL; parts++)
		fputs(*parts, t.f);
	cli_layout_text_paragraph(&t, f, 0);
	putc('\n', f);
}

static void bsa63(FILE *f, const struct evx_report *r, const char *file)
{
	title(f,
		"THE SCHEDULE [See section 63(4)(c)]\n"
		"Bharatiya Sakshya Adhiniyam, 2023: CERTIFICATE");
	draft_note(f, r);
	paragraph(f, "One certificate is made for each copy: the hash below is that of this copy.");
	title(f, "PART A (To be filled by the Party)");
	bsa_opening(f);
	paragraph(f,
		"I have produced electronic record/output of the digital record taken from the "
		"following device/digital record source (tick mark):");
	bsa_source(f, r);
	law(f, lawful_control);
	paragraph(f,
		"The digital device or the source of the digital record is: Owned [ ] Maintained [ "
		"] Managed [ ] Operated [ ] by me (select as applicable).");
	bsa_hash(f, r, file);
	bsa_end(f);
	putc('\n', f);
	title(f, "PART B (To be filled by the Expert)");
	bsa_opening(f);
	paragraph(f,
		"The produced electronic record/output of the digital record are obtained from the "
		"following device/digital record source (tick mark):");
	bsa_source(f, r);
	bsa_hash(f, r, file);
	fprintf(f,
		"\n(Name, designation and signature): %s\n\nDate (DD/MM/YYYY): ____________   Time "
		"(IST): ________ hours (In 24 hours format)\nPlace: %s\n",
		BLANK, BLANK);
}

/* ---- a chain-of-custody form, as the sample form of NIST has it */

static void hand_over(
	FILE *f, const struct evx_report *r, const struct evx_report_event *e, size_t item)
{
	struct cli_layout_text t;
	char time[CLI_LAYOUT_TIME];
	char *purpose = cli_details_text(e->details_json, "purpose");
	const bool accepted = strcmp(e->type, "accept") == 0 && e->refers >= 0;

	fprintf(f, "%zu. Date and time: %s\n", item, cli_layout_time(e->time, true, time));
	if (cli_layout_text_begin(&t)) {
		fputs("   Released by: ", t.f);
		cli_verdict_signer(t.f, accepted ? &r->events[e->refers] : e);
		fprintf(t.f, " (signature: entry %04d)", accepted ? e->refers : e->number);
		cli_layout_text_paragraph(&t, f, 4);
	}
	if (cli_layout_text_begin(&t)) {
		fputs("   Received by: ", t.f);
		if (accepted) {
			cli_verdict_signer(t.f, e);
			fprintf(t.f, " (signature: entry %04d)", e->number);
		} else {
			cli_verdict_party(t.f, &e->party);
			fputs(" (NOT ACCEPTED YET)", t.f);
		}
		cli_layout_text_paragraph(&t, f, 4);
	}
	field(f, "   Comments", purpose);
	free(purpose);
}

static bool is_open_release(const struct evx_report *r, const struct evx_report_event *e)
{
	return r->holding.release >= 0 && e->number == r->holding.release;
}

static void custody(FILE *f, const struct evx_report *r)
{
	size_t i, item = 0;

	for (i = 0; i < r->nevents; i++) {
		const struct evx_report_event *e = &r->events[i];

		if (e->counts &&
			((strcmp(e->type, "accept") == 0 && e->refers >= 0) ||
				is_open_release(r, e)))
			hand_over(f, r, e, ++item);
	}
	if (item == 0)
		fputs("The record has no hand-over.\n", f);
}

static void nist_coc(FILE *f, const struct evx_report *r, const char *file)
{
	title(f, "EVIDENCE CHAIN-OF-CUSTODY FORM");
	draft_note(f, r);
	identity(f, r, file);
	field(f, "Offense", NULL);
	detail(f, r, "Submitting officer", "seized_by");
	field(f, "Victim", NULL);
	field(f, "Suspect", NULL);
	detail(f, r, "Date and time seized", "seized_at");
	detail(f, r, "Location of seizure", "place");
	sealed_by(f, r);
	fputs("\nDESCRIPTION OF EVIDENCE\n\n", f);
	detail(f, r, "Description (model, serial number, condition, marks)", "description");
	device(f, r, "Make", "make");
	device(f, r, "Model", "model");
	device(f, r, "Serial number", "serial");
	detail(f, r, "Number of the physical seal", "seal_number");
	fputs("\nCHAIN OF CUSTODY\n\n", f);
	custody(f, r);
	fputs("\nFINAL DISPOSAL\n\n", f);
	if (r->holding.disposal >= 0)
		fprintf(f, "Entry %04d of the record says that the exhibit was destroyed.\n",
			r->holding.disposal);
	fprintf(f, "Authority for disposal: %s\nWitness to destruction: %s\n", BLANK, BLANK);
	signature(f);
}

draft_fn *draft_find(const char *name)
{
	static const struct {
		const char *name;
		draft_fn *write;
	} drafts[] = { { "fre902", fre902 }, { "bsa63", bsa63 }, { "nist-coc", nist_coc } };
	size_t i;

	for (i = 0; i < sizeof(drafts) / sizeof(drafts[0]); i++)
		if (strcmp(drafts[i].name, name) == 0)
			return drafts[i].write;
	return NULL;
}
