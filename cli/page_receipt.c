/* A receipt on one page, with QR codes that hold all of it. */
#include "page_receipt.h"

#include <string.h>

#include "cli_child.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_new_file.h"
#include "cli_output.h"
#include "page.h"

#define CODES_MAX 6u   /* that fit on a page below the words … */
#define PART_GOOD 700u /* … each with so many bytes if that will do: its squares are larger */
#define PART_MAX 950u

struct receipt {
	const char *file, *paper;
	FILE *markup;
};

/* Who it is as far as this machine knows, and the key in any case. */
static void person(FILE *f, const struct evx_card_info *card)
{
	if (card->person[0] != '\0') {
		page_text(f, card->person);
		fputs(", ", f);
		page_text(f, card->organisation);
		fputs(", key ", f);
	} else {
		fputs("not known here, key ", f);
	}
	page_text(f, card->fingerprint);
}

static void person_row(FILE *f, const char *heading, const struct evx_card_info *card)
{
	fprintf(f, "<tr><th>%s</th><td>", heading);
	person(f, card);
	fputs("</td></tr>\n", f);
}

static void entry(FILE *f, const struct evx_receipt_shown *s)
{
	const struct evx_draft_info *d = &s->info;
	char number[16];

	(void)snprintf(number, sizeof(number), "%04d", d->number);
	fputs("<table>\n<caption>What the receipt says</caption>\n", f);
	page_row(f, "Entry", number);
	page_row(f, "What", d->type);
	page_row(f, "Found", d->result);
	page_row(f, "Keeps", d->keeps);
	page_row(f, "Reason", d->reason);
	for (size_t i = 0; i < d->nsigners; i++)
		person_row(f, "Signed by", &d->signers[i].card);
	if (d->has_counterparty)
		person_row(f, "To", &d->counterparty);
	if (d->has_former)
		person_row(f, "In place of", &d->former);
	fputs("<tr><th>When</th><td>", f);
	page_moment(f, d->time);
	fputs(", by the signer's clock</td></tr>\n", f);
	page_row(f, "Seal code of the exhibit", d->seal_code);
	page_row(f, "SHA-256 of the entry", s->hash);
	fputs("</table>\n", f);
}

static void codes(FILE *f, const struct evx_receipt_shown *s)
{
	const size_t least = (s->len + PART_GOOD - 1) / PART_GOOD;
	const size_t n = least < CODES_MAX ? least : CODES_MAX;
	const size_t part = (s->len + n - 1) / n;

	for (size_t k = 0; k < n; k++) {
		const size_t from = k * part, end = from + part < s->len ? from + part : s->len;

		fprintf(f, "<qr lead=\"%zu / %zu\">evx-receipt/1 %zu/%zu %.16s\n", k + 1, n, k + 1,
			n, s->hash);
		/* Its bytes as they are: only what is no text in markup is written otherwise. */
		for (size_t i = from; i < end; i++) {
			const char one[2] = { s->text[i], '\0' };

			page_escaped(f, one);
		}
		fputs("</qr>\n", f);
	}
}

static void page(const struct receipt *r, const struct evx_receipt_shown *s)
{
	FILE *f = r->markup;

	fputs("<html lang=\"en\">\n<head>\n<title>Receipt</title>\n", f);
	page_about(f, s->info.seal_code, s->info.time, r->paper);
	page_numbers(f);
	fputs("</head>\n<body>\n<h1>Receipt</h1>\n", f);
	page_paragraph(f,
		"This page holds one signed entry of an exhibit's custody record. Its signatures "
		"were verified when the page was made. Whether the entry belongs to the exhibit's "
		"record was not checked.");
	entry(f, s);
	codes(f, s);
	page_paragraph(f,
		"The squares hold the whole receipt. Scan the page with 300 dots per inch, store "
		"the picture as PNG, and run: evx receipt import BUNDLE PICTURE.png");
	fputs("</body>\n</html>\n", f);
}

static int too_large(struct cli *cli, const struct receipt *r, size_t len)
{
	struct evx_diag diag = { 0 };
	char found[CLI_NUMBER_CAP], limit[CLI_NUMBER_CAP];

	(void)evx_fail(&diag, EVX_E_LIMIT,
		"The receipt has %s bytes. One page holds %s. Nothing was written. Keep the "
		"receipt as a text file.",
		cli_output_count(len, found),
		cli_output_count((uint64_t)CODES_MAX * PART_MAX, limit));
	(void)snprintf(diag.path, sizeof(diag.path), "%s", r->file);
	cli->making = true;
	return cli_output_error(cli, EVX_E_LIMIT, &diag);
}

static int judge(struct cli *cli, void *ctx)
{
	const struct receipt *r = ctx;
	struct evx_receipt_shown shown = { .len = 0 };
	struct evx_confine_state confined = { 0 };
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	int code = cli_home_open_optional(cli, &home);
	enum evx_err err;

	if (code != CLI_CONTINUE)
		return code;
	err = evx_receipt_show(home, r->file, &confined, &shown, &diag);
	if (err != EVX_OK) {
		code = cli_output_error(cli, err, &diag);
	} else if (shown.len > (size_t)CODES_MAX * PART_MAX) {
		code = too_large(cli, r, shown.len);
	} else {
		cli_output_confinement(cli, &confined);
		cli_language_pause(true); /* labels and receipts are in English */
		page(r, &shown);
		cli_language_pause(false);
		code = cli_new_file_flush(r->markup, r->file, &diag) == EVX_OK ?
			CLI_GOOD :
			cli_output_error(cli, diag.code, &diag);
	}
	evx_receipt_shown_free(&shown);
	evx_home_free(home);
	return code;
}

int page_receipt(struct cli *cli, const char *file, const char *paper, FILE *f)
{
	struct receipt r = { file, paper, f };
	const int code = cli_child_run(cli, judge, &r);

	return code == CLI_GOOD ? CLI_CONTINUE : code;
}
