/* What evx challenge and evx answer tell. */
#include "cli_challenge.h"

#include <stdarg.h>

#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"

/* "LABEL  TEXT", the text evx's own or escaped already. */
static void row(FILE *f, const char *label, const char *fmt, ...) EVX_PRINTF(3, 4);
static void row(FILE *f, const char *label, const char *fmt, ...)
{
	struct cli_layout_text t;
	va_list ap;

	if (!cli_layout_text_begin(&t))
		return;
	va_start(ap, fmt);
	vfprintf(t.f, _(fmt), ap);
	va_end(ap);
	cli_layout_text_row(&t, f, 2, label);
}

static void party_row(FILE *f, const char *label, const struct evx_card_info *card, bool known)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	if (!known)
		fprintf(t.f, "%s  ", _("UNKNOWN"));
	if (card->person[0] != '\0') {
		cli_output_card(t.f, card);
		fputs("  ", t.f);
	}
	cli_output_text(t.f, card->fingerprint);
	cli_layout_text_row(&t, f, 2, label);
}

static void packs_row(FILE *f, uint32_t packs, uint64_t total, uint32_t entry)
{
	char a[CLI_NUMBER_CAP], b[CLI_THINGS_CAP];

	row(f, L_("covers"), N_("%s of %s, and the custody record up to entry %04u"),
		cli_output_count(packs, a), cli_output_things(total, "pack", "packs", b), entry);
}

static void list_rows(FILE *f, const struct evx_challenge_list_info *l)
{
	char time[CLI_LAYOUT_TIME];

	row(f, "seal code", "%s", l->seal_code);
	packs_row(f, l->packs, l->total, l->entry);
	party_row(f, L_("prepared by"), &l->preparer, l->preparer_known);
	row(f, L_("prepared"), N_("%s by that person's clock"),
		cli_layout_time(l->time, false, time));
}

static void list_json(struct cli_json *j, const struct evx_challenge_list_info *l)
{
	cli_json_text(j, "uuid", l->uuid);
	cli_json_text(j, "seal_hash", l->seal_hash);
	cli_json_text(j, "seal_code", l->seal_code);
	cli_json_count(j, "entry", l->entry);
	cli_json_text(j, "entry_hash", l->entry_hash);
	cli_json_text(j, "time", l->time);
	cli_json_count(j, "challenges", l->challenges);
	cli_json_count(j, "packs", l->packs);
	cli_json_size(j, "of", l->total);
	cli_json_card(j, "preparer", &l->preparer);
	cli_json_bool(j, "preparer_known", l->preparer_known);
}

/* ---- prepared ------------------------------------------------------------------------------- */

/* Of so many, one in `in`, and at least one. */
static uint64_t share(uint64_t total, uint64_t in)
{
	return (total + in - 1) / in;
}

static void chances(FILE *f, const struct evx_challenge_prepare_result *r)
{
	if (r->packs == r->total) {
		row(f, L_("finds"), N_("each pack that is lost, since every challenge names all"));
		return;
	}
	row(f, L_("finds"),
		N_("the loss of 1 pack in 10 with a chance of %.1f %%, and of 1 in 100 with %.1f "
		   "%%, each time that you ask"),
		100 * (1 - evx_challenge_passes(r->total, r->packs, share(r->total, 10))),
		100 * (1 - evx_challenge_passes(r->total, r->packs, share(r->total, 100))));
}

static void prepared_json(
	struct cli *cli, const struct evx_challenge_prepare_result *r, const char *output)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "written", output);
	cli_json_text(&j, "uuid", r->uuid);
	cli_json_text(&j, "seal_hash", r->seal_hash);
	cli_json_text(&j, "seal_code", r->seal_code);
	cli_json_count(&j, "entry", r->entry);
	cli_json_text(&j, "entry_hash", r->entry_hash);
	cli_json_count(&j, "challenges", r->challenges);
	cli_json_count(&j, "packs", r->packs);
	cli_json_size(&j, "of", r->total);
	cli_json_array(&j, "askers");
	for (size_t i = 0; i < r->nreaders; i++)
		cli_json_card(&j, NULL, &r->readers[i].card);
	cli_json_close(&j);
	cli_json_end(&j);
}

void cli_challenge_prepared(
	struct cli *cli, const struct evx_challenge_prepare_result *r, const char *output)
{
	char n[CLI_THINGS_CAP];
	FILE *f = cli->out;

	if (cli->json) {
		prepared_json(cli, r, output);
		return;
	}
	fputs(_("Prepared: "), f);
	cli_output_text(f, output);
	fprintf(f, " (%s%s)\n", cli_output_things(r->challenges, "challenge", "challenges", n),
		r->nreaders > 1 ? _(" for each asker") : "");
	row(f, "seal code", "%s", r->seal_code);
	packs_row(f, r->packs, r->total, r->entry);
	chances(f, r);
	for (size_t i = 0; i < r->nreaders; i++)
		party_row(f, L_("may ask"), &r->readers[i].card, true);
}

/* ---- taken out ------------------------------------------------------------------------------ */

void cli_challenge_taken(
	struct cli *cli, const struct evx_challenge_next_result *r, const char *output)
{
	char n[CLI_THINGS_CAP];
	struct cli_json j;
	FILE *f = cli->out;

	if (cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "written", output);
		cli_json_text(&j, "challenge", r->challenge);
		cli_json_count(&j, "left", r->left);
		list_json(&j, &r->list);
		cli_json_end(&j);
		return;
	}
	fputs(_("Challenge: "), f);
	cli_output_text(f, output);
	fprintf(f, _(" (%s left)\n"), cli_output_things(r->left, "challenge", "challenges", n));
	list_rows(f, &r->list);
	cli_layout_say(
		f, 2, "Send this file to the holder. The holder runs: evx answer FILE X -o ANSWER");
}

/* ---- a list --------------------------------------------------------------------------------- */

void cli_challenge_status(struct cli *cli, const struct evx_challenge_status *s, const char *list)
{
	char a[CLI_THINGS_CAP], b[CLI_NUMBER_CAP], c[CLI_NUMBER_CAP];
	const uint64_t all = (uint64_t)s->list.challenges * s->naskers;
	struct cli_json j;
	FILE *f = cli->out;

	if (cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "list", list);
		list_json(&j, &s->list);
		cli_json_array(&j, "askers");
		for (size_t i = 0; i < s->naskers; i++)
			cli_json_card(&j, NULL, &s->askers[i]);
		cli_json_close(&j);
		cli_json_count(&j, "taken", s->taken);
		cli_json_count(&j, "proved", s->proved);
		cli_json_count(&j, "wrong", s->wrong);
		cli_json_end(&j);
		return;
	}
	fputs(_("List of challenges: "), f);
	cli_output_text(f, list);
	fputc('\n', f);
	list_rows(f, &s->list);
	for (size_t i = 0; i < s->naskers; i++)
		party_row(f, L_("may ask"), &s->askers[i], true);
	row(f, L_("used"), N_("%s of %s; proved: %s"), cli_output_count(s->taken, b),
		cli_output_things(all, "challenge", "challenges", a),
		cli_output_count(s->proved, c));
	if (s->wrong > 0)
		row(f, "", N_("wrong answers: %s"), cli_output_count(s->wrong, b));
}

/* ---- answered ------------------------------------------------------------------------------- */

void cli_challenge_answered(struct cli *cli, const struct evx_answer_result *r, const char *output)
{
	char a[CLI_THINGS_CAP], b[CLI_NUMBER_CAP];
	struct cli_json j;
	FILE *f = cli->out;

	if (cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "written", output);
		cli_json_text(&j, "challenge", r->challenge);
		cli_json_card(&j, "asker", &r->asker);
		cli_json_bool(&j, "asker_known", r->asker_known);
		cli_json_text(&j, "uuid", r->uuid);
		cli_json_text(&j, "seal_hash", r->seal_hash);
		cli_json_text(&j, "seal_code", r->seal_code);
		cli_json_count(&j, "entry", r->entry);
		cli_json_size(&j, "packs", r->packs);
		cli_json_size(&j, "bytes", r->bytes);
		cli_json_end(&j);
		return;
	}
	fputs(_("Answered: "), f);
	cli_output_text(f, output);
	fputc('\n', f);
	row(f, "seal code", "%s", r->seal_code);
	party_row(f, L_("asked by"), &r->asker, r->asker_known);
	row(f, L_("read"), N_("%s (%s), and the custody record up to entry %04u"),
		cli_output_things(r->packs, "pack", "packs", a), cli_output_short_size(r->bytes, b),
		r->entry);
	cli_layout_say(f, 2,
		"Send this file back to the person who asked. It shows nothing of the evidence.");
}

/* ---- judged --------------------------------------------------------------------------------- */

static const struct {
	const char *name, *word, *sentence;
	int exit_code;
} verdicts[] = {
	[EVX_CHALLENGE_IS_PROVED] = { "proved", N_("PROVED"),
		N_("The answering side had all that this challenge covers, after you asked."),
		CLI_GOOD },
	[EVX_CHALLENGE_IS_WRONG] = { "wrong", N_("WRONG"),
		N_("This is not the right answer. Some of the bytes are lost or changed, or the "
		   "answer was damaged on its way. Let the holder check the exhibit (evx verify) "
		   "and send the answer again."),
		CLI_BAD },
	[EVX_CHALLENGE_IS_USED] = { "used_before", N_("USED BEFORE"),
		N_("The answer is right, and the same challenge was proved before. A copy of the "
		   "first answer would look the same. Ask a new challenge."),
		CLI_CUSTODY },
	[EVX_CHALLENGE_NOT_ASKED] = { "not_asked", N_("NOT ASKED"),
		N_("The answer is right, but this list does not say that the challenge was taken "
		   "out. Perhaps there is another copy of the list. Ask a new challenge."),
		CLI_CUSTODY },
	[EVX_CHALLENGE_OTHER_EXHIBIT] = { "other_exhibit", N_("NOT FOR THIS EXHIBIT"),
		N_("The answer is for another exhibit than this list. Nothing was compared. Look "
		   "for the list of that exhibit."),
		CLI_INCOMPLETE },
	[EVX_CHALLENGE_UNKNOWN] = { "unknown", N_("UNKNOWN CHALLENGE"),
		N_("You have no such challenge in this list. Nothing was compared. Perhaps "
		   "somebody else asked it, or it is in another list."),
		CLI_INCOMPLETE },
};

static void verdict_rows(FILE *f, const struct evx_challenge_check_result *r)
{
	char time[CLI_LAYOUT_TIME];

	if (r->other_code[0] != '\0')
		row(f, L_("answer for"), "%s", r->other_code);
	list_rows(f, &r->list);
	if (r->taken[0] != '\0')
		row(f, L_("asked"), "%s", cli_layout_time(r->taken, true, time));
	if (r->before[0] != '\0')
		row(f, L_("proved"), "%s", cli_layout_time(r->before, true, time));
}

static void verdict_json(
	struct cli *cli, const struct evx_challenge_check_result *r, const char *answer, int code)
{
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_text(&j, "answer", answer);
	cli_json_text(&j, "verdict", verdicts[r->verdict].name);
	cli_json_count(&j, "exit", (uint64_t)code);
	cli_json_text(&j, "challenge", r->challenge);
	cli_json_text(&j, "other_code", r->other_code[0] != '\0' ? r->other_code : NULL);
	cli_json_text(&j, "taken", r->taken[0] != '\0' ? r->taken : NULL);
	cli_json_text(&j, "before", r->before[0] != '\0' ? r->before : NULL);
	list_json(&j, &r->list);
	cli_json_end(&j);
}

int cli_challenge_verdict(
	struct cli *cli, const struct evx_challenge_check_result *r, const char *answer)
{
	const bool doubt = r->verdict == EVX_CHALLENGE_IS_PROVED && !r->list.preparer_known;
	const int code = doubt ? CLI_CUSTODY : verdicts[r->verdict].exit_code;
	FILE *f = cli->out;
	struct cli_layout_text t;

	if (cli->json) {
		verdict_json(cli, r, answer, code);
		return code;
	}
	if (cli_layout_text_begin(&t)) {
		fprintf(t.f, "%s  %s", _(doubt ? "OPEN QUESTIONS" : verdicts[r->verdict].word),
			doubt ? _("The answer is right, but an unknown signer prepared the "
				  "challenge and knows the answer. Compare the fingerprint, and "
				  "add that person's card: evx trust add CARD") :
				_(verdicts[r->verdict].sentence));
		cli_layout_text_paragraph(&t, f, 0);
	}
	verdict_rows(f, r);
	return code;
}
