/* evx card show: a card as people compare it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"

#define WORDS_IN_ROW 4u
#define QUIET_ZONE 4 /* light modules around, which readers need */

static bool dark(const struct evx_card_qr *qr, int x, int y)
{
	return x >= 0 && y >= 0 && (size_t)x < qr->width && (size_t)y < qr->width &&
		qr->dark[(size_t)y * qr->width + (size_t)x];
}

/* Two modules in a character. With colours it is black on white wherever it is shown; without, dark
 * modules are the blocks, for paper. */
static void print_qr(FILE *f, const struct evx_card_qr *qr, bool colours)
{
	static const char *const blocks[] = { " ", "\342\226\204", "\342\226\200", "\342\226\210" };
	const int end = (int)qr->width + QUIET_ZONE;

	for (int y = -QUIET_ZONE; y < end; y += 2) {
		fputs(colours ? "\033[30;47m" : "", f);
		for (int x = -QUIET_ZONE; x < end; x++)
			fputs(blocks[2 * dark(qr, x, y) + dark(qr, x, y + 1)], f);
		fprintf(f, "%s\n", colours ? "\033[0m" : "");
	}
}

static void print_words(FILE *f, const char *const *words)
{
	for (size_t i = 0; i < EVX_CARD_WORDS; i++)
		fprintf(f, "%s%-11s%s", i % WORDS_IN_ROW == 0 ? "  " : "", words[i],
			i % WORDS_IN_ROW == WORDS_IN_ROW - 1 ? "\n" : "");
}

static void print(struct cli *cli, const struct evx_card_info *card, bool trusted,
	const char *const *words, const struct evx_card_qr *qr)
{
	FILE *f = cli->out;
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(f);
		cli_json_card(&j, "card", card);
		cli_json_bool(&j, "trusted", trusted);
		cli_json_array(&j, "words");
		for (size_t i = 0; i < EVX_CARD_WORDS; i++)
			cli_json_text(&j, NULL, words[i]);
		cli_json_close(&j);
		cli_json_end(&j);
		return;
	}
	cli_output_card_fields(f, card);
	cli_output_field(f, "trusted here", trusted ? C_("answer", "yes") : C_("answer", "no"));
	fprintf(f, "\n%s\n\n", _("Read these words to each other, by telephone or face to face:"));
	print_words(f, words);
	if (qr != NULL) {
		fprintf(f, "\n%s\n\n", _("Or scan the fingerprint:"));
		print_qr(f, qr, isatty(STDOUT_FILENO));
	}
	if (!trusted)
		fprintf(f, "\n%s\n", _("If all words are the same: evx trust add CARD"));
}

static int card_show(struct cli *cli, int argc, char **argv)
{
	bool want_qr = false;
	const struct cli_option options[] = {
		{ "qr", 0, CLI_FLAG, &want_qr, NULL,
			"print the fingerprint as a QR code, too (on a terminal it is there)", 0,
			0 },
	};
	const char *words[EVX_CARD_WORDS];
	struct evx_confine_state confined;
	struct evx_card_info card;
	struct evx_card_qr *qr = NULL;
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	bool trusted = false;
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_card_show(home, cli->args[0], &confined, &card, &trusted, &diag);
	if (err == EVX_OK)
		err = evx_card_show_words(card.fingerprint, words, &diag);
	if (err == EVX_OK && !cli->json && (want_qr || isatty(STDOUT_FILENO))) {
		qr = malloc(sizeof(*qr));
		err = qr != NULL ? evx_card_show_qr(card.fingerprint, qr, &diag) :
				   evx_fail(&diag, EVX_E_MEMORY, "Out of memory.");
	}
	if (err == EVX_OK) {
		print(cli, &card, trusted, words, qr);
		cli_output_confinement(cli, &confined);
		r = CLI_GOOD;
	} else {
		r = cli_output_error(cli, err, &diag);
	}
	free(qr);
	evx_home_free(home);
	return r;
}

static const struct cli_command subcommands[] = {
	{ "card show", "FILE [--qr]", NULL, card_show, "evx card show lab.card" },
};

int cli_cmd_card(struct cli *cli, int argc, char **argv)
{
	return cli_options_subcommand(
		cli, "card", subcommands, sizeof(subcommands) / sizeof(subcommands[0]), argc, argv);
}
