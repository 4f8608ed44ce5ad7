/* evx sign: one more signature on a draft. */
#include "cli.h"
#include "cli_event.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_question.h"

#define FIELD 14 /* columns of a label */

struct sign_run {
	struct cli *cli;
	bool yes;
};

static void row(const char *label)
{
	fputs("  ", stderr);
	cli_layout_label(stderr, FIELD, label);
}

static void person(const char *label, const struct evx_card_info *card, const char *more)
{
	row(label);
	fprintf(stderr, "%s  ", card->fingerprint);
	if (card->person[0] != '\0')
		cli_output_card(stderr, card);
	else
		fputs(_("no trusted card has this key"), stderr);
	fprintf(stderr, "%s\n", more);
}

static void word(const char *label, const char *text)
{
	if (text[0] != '\0') {
		row(label);
		fprintf(stderr, "%s\n", text);
	}
}

static void show(const struct evx_draft_info *d)
{
	char things[CLI_THINGS_CAP];
	size_t i;

	fputs(_("This draft says:\n"), stderr);
	row(L_("entry"));
	fprintf(stderr, "%04d ", d->number);
	cli_output_text(stderr, _(d->type));
	fprintf(stderr, ", %s\n", d->time);
	word(L_("exhibit"), d->seal_hash);
	word(L_("seal code"), d->seal_code);
	if (d->has_counterparty)
		person(L_("to or from"), &d->counterparty, "");
	if (d->has_former)
		person(L_("in place of"), &d->former, "");
	word(L_("about entry"), d->refers);
	word(L_("found"), _(d->result));
	word(L_("keeps"), _(d->keeps));
	word(L_("reason"), _(d->reason));
	word(L_("now"), _(d->state));
	if (d->opens_for > 0)
		word(L_("opens for"),
			cli_output_things(d->opens_for, "more key", "more keys", things));
	for (i = 0; i < d->nsigners; i++)
		person(i == 0 ? L_("author") : L_("signs, too"), &d->signers[i].card,
			d->signers[i].self               ? _("  (you)") :
				d->signers[i].has_signed ? _("  (has signed)") :
							   "");
	cli_question_consequence(d->kind);
	if (d->sealed_details)
		fputs(_("The custody details are encrypted, case and number among them. To see "
			"which exhibit\nit is, compare the seal code with: evx show BUNDLE\n"),
			stderr);
}

static bool confirm(void *ctx, const struct evx_draft_info *draft)
{
	struct sign_run *run = ctx;

	if (!run->cli->quiet)
		show(draft);
	if (run->yes || run->cli->quiet || !cli_prompt_possible())
		return true;
	return cli_prompt_yes(run->cli, "Sign it? A signature cannot be taken back.");
}

int cli_cmd_sign(struct cli *cli, int argc, char **argv)
{
	const char *as = NULL, *signer = NULL;
	struct sign_run run = { .cli = cli };
	const struct evx_draft_ask sign = { .confirm = confirm, .ctx = &run };
	const struct cli_option options[] = {
		{ "as", 0, CLI_TEXT, &as, "NAME", "sign as this identity (default: the only one)",
			0, 0 },
		CLI_SIGNER_ROW(&signer),
		{ "yes", 'y', CLI_FLAG, &run.yes, NULL, "ask nothing before signing", 0, 0 },
	};
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_event_outcome out = { 0 };
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1);

	if (r == CLI_CONTINUE)
		r = cli_home_signer(cli, signer, &as);
	if (r == CLI_CONTINUE)
		r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	err = evx_event_cosign(home, cli->args[0], as, true, &ask, &sign, &out, &diag);
	if (err == EVX_OK) {
		cli_event_outcome(cli, NULL, &out);
		r = CLI_GOOD;
	} else {
		r = cli_output_error(cli, err, &diag);
	}
	evx_event_outcome_free(&out);
	evx_home_free(home);
	return r;
}
