/* Shows an entry to the person who is about to sign it. */
#include "cli_question.h"

#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt.h"

/* What is asked about, whom the other party's row names, what follows for the one who signs, and
 * how that is told to others who sign a draft of it. */
static const struct consequence {
	enum evx_event_kind kind;
	const char *party, *text, *of_author;
} consequences[] = {
	{ EVX_EVENT_RELEASE, L_("to"),
		N_("You offer the exhibit to this person. You answer for it until they accept."),
		N_("The author offers the exhibit to this person, and answers for it until they "
		   "accept.") },
	{ EVX_EVENT_ACCEPT, L_("from"),
		N_("You become the holder, and answer for the exhibit from now on."),
		N_("The author becomes the holder, and answers for the exhibit from then on.") },
	{ EVX_EVENT_REFUSE, L_("from"),
		N_("The release is over. The exhibit stays with its holder."),
		N_("The release is over. The exhibit stays with its holder.") },
	{ EVX_EVENT_TAKE_OVER, L_("in place of"),
		N_("You become the holder, and answer for the exhibit from now on."),
		N_("The author becomes the holder, and answers for the exhibit from then on.") },
	{ EVX_EVENT_DISPOSE_AUTHORISE, "", N_("You allow that the exhibit is destroyed."),
		N_("You allow that the exhibit is destroyed.") },
};

static const struct consequence *find(enum evx_event_kind kind)
{
	for (size_t i = 0; i < sizeof(consequences) / sizeof(consequences[0]); i++)
		if (consequences[i].kind == kind)
			return &consequences[i];
	return NULL;
}

bool cli_question_of(enum evx_event_kind kind)
{
	return find(kind) != NULL;
}

void cli_question_row(const char *label, const char *text)
{
	struct cli_layout_text t;

	if (text == NULL || text[0] == '\0' || !cli_layout_text_begin(&t))
		return;
	cli_output_text(t.f, text);
	cli_layout_text_row(&t, stderr, 2, label);
}

void cli_question_exhibit(const char *case_label, const char *exhibit_number, bool opened)
{
	struct cli_layout_text t;

	if (!cli_layout_text_begin(&t))
		return;
	if (exhibit_number != NULL)
		cli_output_text(t.f, exhibit_number);
	if (case_label != NULL) {
		fputs(exhibit_number != NULL ? _(" of case ") : _("in case "), t.f);
		cli_output_text(t.f, case_label);
	}
	if (case_label == NULL && exhibit_number == NULL)
		fputs(opened ? _("without case and number") :
			       _("private: your key does not open case and number"),
			t.f);
	cli_layout_text_row(&t, stderr, 2, "exhibit");
}

static void party(const struct evx_entry_info *info, const char *label)
{
	struct cli_layout_text t;

	if (!info->has_party || !cli_layout_text_begin(&t))
		return;
	if (info->party.person[0] != '\0')
		cli_output_card(t.f, &info->party);
	else
		fputs(_("no card of this key is here"), t.f);
	fprintf(t.f, "  %s%s", info->party.fingerprint,
		info->party_known ? "" : _("  NO TRUSTED CARD HAS THIS KEY."));
	cli_layout_text_row(&t, stderr, 2, label);
}

static void sentence(const char *text)
{
	cli_layout_paragraph(stderr, 0, 0, _(text));
}

void cli_question_consequence(enum evx_event_kind kind)
{
	const struct consequence *c = find(kind);

	if (c != NULL)
		sentence(c->of_author);
}

static void show(const struct evx_entry_info *info, const struct consequence *c,
	const struct cli_question *q)
{
	char entry[64];

	cli_progress_hold(q->cli);
	snprintf(entry, sizeof(entry), "%04d %s", info->number, _(info->type));
	fputs(_("You are about to sign:\n"), stderr);
	cli_question_row("entry", entry);
	cli_question_row("seal code", info->seal_code);
	cli_question_exhibit(info->case_label, info->exhibit_number, info->opened);
	cli_question_row("description", info->description);
	party(info, c->party);
	if (info->kind == EVX_EVENT_RELEASE)
		cli_question_row("keeps", _(q->keeps));
	sentence(c->text);
	if (info->receiver_opens == EVX_RECEIVER_CANNOT)
		sentence(N_(
			"The receiver CANNOT OPEN the exhibit: they are not among its readers."));
	else if (info->receiver_opens == EVX_RECEIVER_CUSTODY_ONLY)
		sentence(N_("The receiver can read the custody details, but CANNOT OPEN the "
			    "contents."));
}

bool cli_question_entry(void *ctx, const struct evx_entry_info *info)
{
	struct cli_question *q = ctx;
	const struct consequence *c = find(info->kind);
	const bool shut = info->receiver_opens == EVX_RECEIVER_CANNOT ||
		info->receiver_opens == EVX_RECEIVER_CUSTODY_ONLY;

	if (c == NULL)
		return true;
	if (q->yes || q->cli->quiet || !cli_prompt_possible()) {
		if (shut)
			cli_output_warn(q->cli,
				"The receiver cannot open the contents: they are not among the "
				"readers. To let them in, run: evx recipient add");
		return true;
	}
	show(info, c, q);
	if (shut && q->offer &&
		cli_prompt_yes(q->cli, "Let the receiver open the contents first?")) {
		q->let_open = true;
		return false;
	}
	return cli_prompt_yes(q->cli, "Sign this entry? It cannot be taken back.");
}

bool cli_question_goes_on(const struct evx_event_options *opt)
{
	const struct cli_question *q = opt->ask_entry_ctx;

	return opt->ask_entry == cli_question_entry && q->let_open;
}
