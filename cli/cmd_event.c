/* evx note, access … rewrap, approve: one signed event of custody each. The commands differ in the
 * type they sign and in a few options. */
#include <string.h>
#include <time.h>

#include "cli.h"
#include "cli_child.h"
#include "cli_event.h"
#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"
#include "cli_question.h"
#include "cli_recipient.h"
#include "cli_seal_result.h"
#include "cli_time.h"
#include "cli_vault.h"

/* Options and operands that not every event has. */
enum {
	ANY = 0,
	TEXT = 1 << 0,    /* the second operand is the note */
	TO = 1 << 1,      /* --to */
	RELEASE = 1 << 2, /* --keeps, --let-open */
	EVENT = 1 << 3,   /* --event */
	ACCEPT = 1 << 4,  /* --code, --inventoried, --not-inventoried, --record-broken, --no-receipt
			   */
	SUCCEED = 1 << 5, /* --former; --reason is one of three words */
	INQUIRY = 1 << 6, /* --closed */
	RESULT = 1 << 7,  /* --result */
	NEED_PURPOSE = 1 << 8,
	NEED_REASON = 1 << 9,
	NEED_PLACE = 1 << 10,
	REWRAP = 1 << 11, /* --to and --custody-to, repeated; --self, --new-custody-key */
	ASK = 1 << 12,    /* --yes */
	LABELS = 1 << 13, /* what else a seal can say of the exhibit */
};

/* What the command of a type takes. Without a case here a new type does not compile. */
static unsigned takes_of(enum evx_event_kind kind)
{
	switch (kind) {
	case EVX_EVENT_NOTE:
		return TEXT;
	case EVX_EVENT_ACCESS:
		return NEED_PURPOSE;
	case EVX_EVENT_VERIFY:
		return RESULT;
	case EVX_EVENT_COPY:
		return TO;
	case EVX_EVENT_MOVE:
		return NEED_PLACE;
	case EVX_EVENT_INQUIRY:
		return INQUIRY | EVENT;
	case EVX_EVENT_HOLD_LIFT:
	case EVX_EVENT_WITHDRAW:
	case EVX_EVENT_APPROVE:
		return EVENT;
	case EVX_EVENT_CORRECT:
		return EVENT | LABELS;
	case EVX_EVENT_RELEASE:
		return TO | RELEASE | NEED_PURPOSE | ASK;
	case EVX_EVENT_ACCEPT:
		return EVENT | ACCEPT | ASK;
	case EVX_EVENT_REFUSE:
		return EVENT | NEED_REASON | ASK;
	case EVX_EVENT_TAKE_OVER:
		return SUCCEED | NEED_REASON | ASK;
	case EVX_EVENT_REWRAP:
		return REWRAP | ASK;
	case EVX_EVENT_DISPOSE_AUTHORISE:
		return ASK;
	case EVX_EVENT_EXAMINE:
	case EVX_EVENT_HOLD:
		return ANY;
	case EVX_EVENT_OTHER: /* those without a command of their own */
	case EVX_EVENT_SEAL:
	case EVX_EVENT_DISPOSE:
	case EVX_EVENT_INVENTORY:
	case EVX_EVENT_DISCLOSE:
		break;
	}
	return ANY;
}

struct event_run {
	struct evx_event_options opt;
	struct cli *cli;
	struct cli_list also, witness, attach, details_to, readers, custody_readers, with;
	bool yes, let_open;
	struct cli_question question;
	const char *former, *reason, *signer;
	bool not_inventoried, no_receipt;
	char authority_until[CLI_TIME_CAP], seized_at[CLI_TIME_CAP];
	char receipt[512]; /* the name an acceptance's receipt gets when none was given */
};

/* Parses argv by the rows that this command takes. */
static int parse(struct cli *cli, int argc, char **argv, unsigned takes, struct event_run *run)
{
	struct evx_event_options *o = &run->opt;
	const struct {
		unsigned takes; /* ANY: every event; else one of these */
		struct cli_option row;
	} all[] = {
		{ ANY,
			{ "as", 0, CLI_TEXT, &o->as, "NAME",
				"sign as this identity (default: the only one)", 0, 0 } },
		{ ANY, CLI_SIGNER_ROW(&run->signer) },
		{ ANY, CLI_CODE_ROW(&o->code) },
		{ TO,
			{ "to", 0, CLI_TEXT, &o->to, "CARD", "name the receiver by their card", 0,
				0 } },
		{ REWRAP,
			{ "to", 0, CLI_LIST, &run->readers, "CARD",
				"let this person open the contents; may be repeated", 0, 0 } },
		{ REWRAP,
			{ "custody-to", 0, CLI_LIST, &run->custody_readers, "CARD",
				"let this person read the custody details only; may be repeated", 0,
				0 } },
		{ REWRAP,
			{ "self", 0, CLI_FLAG, &o->self, NULL, "let yourself open the contents", 0,
				0 } },
		{ REWRAP,
			{ "new-custody-key", 0, CLI_FLAG, &o->new_custody_key, NULL,
				"encrypt later custody details to a new key, which earlier readers "
				"do not get",
				0, 0 } },
		{ ASK,
			{ "yes", 'y', CLI_FLAG, &run->yes, NULL, "ask nothing before signing", 0,
				0 } },
		{ RELEASE,
			{ "keeps", 0, CLI_TEXT, &o->keeps, "nothing|copy",
				"say what the sender keeps", 0, 0 } },
		{ RELEASE,
			{ "let-open", 0, CLI_FLAG, &run->let_open, NULL,
				"let the receiver open the contents: sign an entry for that first",
				0, 0 } },
		{ SUCCEED,
			{ "former", 0, CLI_TEXT, &run->former, "CARD",
				"name the holder who can no longer sign (default: the current "
				"holder)",
				0, 0 } },
		{ EVENT,
			{ "event", 0, CLI_TEXT, &o->refers, "N|HASH",
				"name the entry that the new one is about", 0, 0 } },
		{ ACCEPT,
			{ "inventoried", 0, CLI_FLAG, &o->inventoried, NULL,
				"say that the contents were compared with the list", 0, 0 } },
		{ ACCEPT,
			{ "not-inventoried", 0, CLI_FLAG, &run->not_inventoried, NULL,
				"say that they were not (the default)", 0, 0 } },
		{ ACCEPT,
			{ "record-broken", 0, CLI_FLAG, &o->record_broken, NULL,
				"accept a broken bundle, and sign that it is broken", 0, 0 } },
		{ ACCEPT,
			{ "no-receipt", 0, CLI_FLAG, &run->no_receipt, NULL, "write no receipt", 0,
				0 } },
		{ INQUIRY,
			{ "closed", 0, CLI_FLAG, &o->closed, NULL,
				"say that the loss or breach is settled (default: report one)", 0,
				0 } },
		{ RESULT,
			{ "result", 0, CLI_TEXT, &o->result, "WORD",
				"sign this result: intact, remarks, broken or not-checked "
				"(default: what evx finds)",
				0, 0 } },
		{ ANY,
			{ "reason", 0, CLI_TEXT, &run->reason,
				(takes & SUCCEED) != 0 ? "WORD" : "TEXT",
				(takes & SUCCEED) != 0 ? "say why: retired, dead or lost-key" :
							 "record why",
				0, 0 } },
		{ ANY, { "purpose", 0, CLI_TEXT, &o->purpose, "TEXT", "record what for", 0, 0 } },
		{ ANY, { "place", 0, CLI_TEXT, &o->place, "TEXT", "record where", 0, 0 } },
		{ ANY,
			{ "case", 0, CLI_TEXT, &o->case_label, "C", "record the case label", 0,
				0 } },
		{ LABELS,
			{ "exhibit", 0, CLI_TEXT, &o->exhibit_number, "E",
				"record the exhibit number", 0, 0 } },
		{ LABELS,
			{ "description", 0, CLI_TEXT, &o->description, "TEXT",
				"record what the exhibit is", 0, 0 } },
		{ LABELS,
			{ "seized-at", 0, CLI_TEXT, &o->seized_at, "T", "record when it was seized",
				0, 0 } },
		{ LABELS,
			{ "seized-from", 0, CLI_TEXT, &o->seized_from, "W",
				"record from whom it was seized", 0, 0 } },
		{ LABELS,
			{ "seized-by", 0, CLI_TEXT, &o->seized_by, "W", "record who seized it", 0,
				0 } },
		{ ANY,
			{ "authority", 0, CLI_TEXT, &o->authority, "TEXT",
				"record the warrant or other legal authority", 0, 0 } },
		{ ANY,
			{ "authority-type", 0, CLI_TEXT, &o->authority_type, "TEXT",
				"record what kind of authority it is", 0, 0 } },
		{ ANY,
			{ "authority-number", 0, CLI_TEXT, &o->authority_number, "TEXT",
				"record its number", 0, 0 } },
		{ ANY,
			{ "authority-until", 0, CLI_TEXT, &o->authority_until, "T",
				"record until when it is valid: a day, or a time as in "
				"\"2026-11-30 14:05\"",
				0, 0 } },
		{ ANY,
			{ "seal-number", 0, CLI_TEXT, &o->seal_number, "TEXT",
				"record the number found on the bag or physical seal", 0, 0 } },
		{ ANY,
			{ "seal-number-after", 0, CLI_TEXT, &o->seal_number_after, "TEXT",
				"record the number on the new bag or seal", 0, 0 } },
		{ ANY,
			{ "handling", 0, CLI_TEXT, &o->handling, "CODE",
				"record how it must be handled: H0 to H3 of Europol, or a text", 0,
				0 } },
		{ ANY,
			{ "scope", 0, CLI_TEXT, &o->scope, "TEXT",
				"record what was searched for, and what was left out", 0, 0 } },
		{ ANY,
			{ "condition", 0, CLI_TEXT, &o->condition, "TEXT",
				"record the state of packaging and item", 0, 0 } },
		{ ANY,
			{ "checked", 0, CLI_TEXT, &o->checked, "TEXT", "record what was checked", 0,
				0 } },
		{ ANY,
			{ "result-text", 0, CLI_TEXT, &o->result_text, "TEXT", "record the result",
				0, 0 } },
		{ ANY,
			{ "carrier", 0, CLI_TEXT, &o->carrier, "TEXT",
				"record who carries the exhibit", 0, 0 } },
		{ ANY,
			{ "tracking", 0, CLI_TEXT, &o->tracking, "TEXT",
				"record the tracking number", 0, 0 } },
		{ ANY, { "notes", 0, CLI_TEXT, &o->notes, "TEXT", "record anything else", 0, 0 } },
		{ ANY,
			{ "witness", 0, CLI_LIST, &run->witness, "CARD",
				"record a witness by their card; may be repeated", 0, 0 } },
		{ ANY,
			{ "attach", 0, CLI_LIST, &run->attach, "FILE",
				"keep this file (a photo, the warrant) for custody readers; may be "
				"repeated",
				0, 0 } },
		{ ANY,
			{ "details", 0, CLI_TEXT, &o->details_file, "FILE.json",
				"take custody details from this JSON file; options win", 0, 0 } },
		{ ANY,
			{ "details-to", 0, CLI_LIST, &run->details_to, "CARD",
				"let only this person read the details; may be repeated", 0, 0 } },
		{ ANY,
			{ "clock-offset", 0, CLI_TEXT, &o->clock_offset, "S",
				"record how many seconds this machine's clock is off", 0, 0 } },
		{ ANY,
			{ "clock-source", 0, CLI_TEXT, &o->clock_source, "TEXT",
				"record what the clock was compared with", 0, 0 } },
		{ ANY,
			{ "detached", 0, CLI_TEXT, &o->detached, "FILE",
				"write the entry as a receipt; leave the bundle unchanged", 0,
				0 } },
		{ ANY,
			{ "with", 0, CLI_LIST, &run->with, "FILE",
				"follow this earlier receipt (with --detached or --draft); may be "
				"repeated",
				0, 0 } },
		{ ANY,
			{ "draft", 0, CLI_TEXT, &o->draft, "FILE",
				"write the entry as a draft for others to sign", 0, 0 } },
		{ ANY,
			{ "also", 0, CLI_LIST, &run->also, "CARD",
				"ask this person to sign, too (with --draft); may be repeated", 0,
				0 } },
		{ ANY,
			{ "tsa", 0, CLI_TEXT, &o->tsa, "URL",
				"get a time-stamp from the authority at URL", 0, 0 } },
		{ ANY,
			{ "tsa-ca", 0, CLI_TEXT, &o->tsa_ca, "FILE",
				"trust the authorities of these certificates (PEM; default: this "
				"system's)",
				0, 0 } },
		{ ANY,
			{ "tsa-sha512", 0, CLI_FLAG, &o->tsa_sha512, NULL,
				"request the time-stamp over SHA-512, not SHA-256", 0, 0 } },
		{ ANY, CLI_VAULT_OPTION(&cli->vault) },
		{ ANY, CLI_FOUNDER_OPTION(cli) },
		{ ANY,
			{ "receipt", 0, CLI_TEXT, &o->receipt, "FILE", "write a receipt, too", 0,
				0 } },
	};
	struct cli_option rows[sizeof(all) / sizeof(all[0])];
	size_t i, n = 0;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].takes == ANY || (takes & all[i].takes) != 0)
			rows[n++] = all[i].row;
	return cli_options_parse(cli, argc, argv, rows, n, 1, (takes & TEXT) != 0 ? 2 : 1);
}

static int check(struct cli *cli, unsigned takes, struct event_run *run)
{
	struct evx_event_options *o = &run->opt;
	int outputs = (o->detached != NULL) + (o->draft != NULL) +
		(o->receipt != NULL || run->no_receipt);

	if (strcmp(cli->args[0], "-") == 0)
		return cli_options_misuse(cli,
			"evx cannot add an entry to a stream. Name a bundle file or a directory.");
	if ((takes & TEXT) != 0 && cli->nargs == 2 && o->notes != NULL)
		return cli_options_misuse(
			cli, "The note's text is there already. Leave out --notes.");
	if ((takes & TEXT) != 0 && cli->nargs == 2 && cli->args[1][0] == '\0')
		return cli_options_misuse(
			cli, "The note is empty. Write its text behind the bundle's name.");
	if ((takes & TEXT) != 0 && cli->nargs == 1 && o->notes == NULL && run->attach.n == 0 &&
		o->details_file == NULL)
		return cli_options_misuse(cli, "Write the note's text behind the bundle's name.");
	if ((takes & TO) != 0 && (takes & RELEASE) != 0 && o->to == NULL)
		return cli_options_misuse(cli, "Who is the receiver? Use --to CARD.");
	if ((takes & REWRAP) != 0 && run->readers.n == 0 && run->custody_readers.n == 0 && !o->self)
		return cli_options_misuse(cli,
			"Nobody was named. Say who may open the exhibit: --to CARD, --custody-to "
			"CARD or --self.");
	if ((takes & RELEASE) != 0 && o->keeps == NULL)
		return cli_options_misuse(
			cli, "What does the sender keep? Use --keeps nothing or --keeps copy.");
	if (run->let_open && (o->detached != NULL || o->draft != NULL))
		return cli_options_misuse(cli,
			"--let-open adds an entry to the bundle, and --detached and --draft add "
			"none. Run first: evx recipient add");
	if ((takes & NEED_PURPOSE) != 0 && o->purpose == NULL)
		return cli_options_misuse(cli, "Say what for: --purpose TEXT.");
	if ((takes & NEED_PLACE) != 0 && o->place == NULL)
		return cli_options_misuse(cli, "Say where the exhibit is now: --place TEXT.");
	if ((takes & NEED_REASON) != 0 && run->reason == NULL)
		return cli_options_misuse(cli, "Say why: --reason.");
	if ((takes & LABELS) != 0 &&
		((o->case_label != NULL && o->case_label[0] == '\0') ||
			(o->exhibit_number != NULL && o->exhibit_number[0] == '\0')))
		return cli_options_misuse(
			cli, "An empty label corrects nothing. Write the right one.");
	if (o->inventoried && run->not_inventoried)
		return cli_options_misuse(cli, "Use --inventoried or --not-inventoried, not both.");
	if ((o->clock_offset == NULL) != (o->clock_source == NULL))
		return cli_options_misuse(cli, "Give --clock-offset and --clock-source together.");
	if (o->exhibit_number != NULL && cli_options_blank(o->exhibit_number))
		return cli_options_misuse(cli,
			"The exhibit number is empty. Write it as it stands on the papers, such as "
			"--exhibit 7.");
	if (o->case_label != NULL && cli_options_blank(o->case_label))
		return cli_options_misuse(cli,
			"The case label is empty. Write it as it stands on the papers, such as "
			"--case 26-114.");
	if (outputs > 1)
		return cli_options_misuse(
			cli, "Use only one of --detached, --draft, --receipt and --no-receipt.");
	if (o->tsa == NULL && (o->tsa_ca != NULL || o->tsa_sha512))
		return cli_options_misuse(cli, "--tsa-ca and --tsa-sha512 need --tsa URL.");
	if (o->tsa != NULL && (o->detached != NULL || o->draft != NULL))
		return cli_options_misuse(cli,
			"--tsa adds a time-stamp to a bundle. --detached and --draft add nothing. "
			"Leave out one of them.");
	if (run->with.n > 0 && o->detached == NULL && o->draft == NULL)
		return cli_options_misuse(cli,
			"--with needs --detached FILE or --draft FILE. (To put receipts into the "
			"bundle, run: evx append)");
	if (run->also.n > 0 && o->draft == NULL)
		return cli_options_misuse(
			cli, "--also needs --draft FILE: others can sign only a draft.");
	return CLI_CONTINUE;
}

/* NAME.acceptance-YYYYMMDDTHHMMSSZ.txt in the current directory, NAME being the bundle's without
 * directory and ".evx". */
static void name_receipt(const char *bundle, char *out, size_t cap)
{
	size_t end = strlen(bundle), begin, n;
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	while (end > 1 && bundle[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && bundle[begin - 1] != '/'; begin--)
		;
	n = end - begin;
	if (n > 4 && memcmp(bundle + end - 4, ".evx", 4) == 0)
		n -= 4;
	if (n > 200)
		n = 200;
	if (gmtime_r(&now, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(out, cap, "%.*s.acceptance-%s.txt", (int)n, bundle + begin, when);
}

/* Whom a rewrap lets in cannot be shut out again. */
static bool confirm(void *ctx, const struct evx_reader_info *readers, size_t n)
{
	const struct event_run *run = ctx;

	if (run->yes || run->cli->quiet || !cli_prompt_possible())
		return true;
	fputs(_("These keys will be able to open the exhibit, too. Existing readers keep their "
		"access:\n"),
		stderr);
	cli_seal_result_readers(stderr, readers, n);
	return cli_prompt_yes(run->cli, "Sign?");
}

/* ---- A release to somebody who cannot open the exhibit. Each entry is signed in a process of its
 * own, since the process that signs one is confined afterwards. */

#define LET_OPEN 64 /* the exit code of a child: sign nothing yet, and let the receiver in */

static int let_open(struct cli *cli, void *ctx)
{
	const struct event_run *run = ctx;
	struct evx_event_options opt = { .bundle = run->opt.bundle,
		.as = run->opt.as,
		.code = run->opt.code,
		.readers_to = &run->opt.to,
		.nreaders_to = 1,
		.purpose = run->opt.purpose,
		.authority = run->opt.authority };

	return cli_recipient_add(cli, &opt, true);
}

static int offer(struct cli *cli, void *ctx)
{
	struct event_run *run = ctx;
	const int r = cli_event_record(cli, &run->opt);

	return run->question.let_open ? LET_OPEN : r;
}

static int release(struct cli *cli, struct event_run *run)
{
	const bool appends = run->opt.detached == NULL && run->opt.draft == NULL;
	int r;

	if (!run->let_open && (!appends || run->yes || cli->quiet || !cli_prompt_possible()))
		return cli_event_record(cli, &run->opt);
	cli_prompt_keep(); /* the passphrase is for both entries */
	if (!run->let_open) {
		run->question.offer = true;
		r = cli_child_run(cli, offer, run);
		if (r != LET_OPEN)
			return r;
		run->question.offer = false;
	}
	r = cli_child_run(cli, let_open, run);
	return r == CLI_GOOD ? cli_event_record(cli, &run->opt) : r;
}

int cli_cmd_event(struct cli *cli, int argc, char **argv)
{
	const struct evx_event_type *type = evx_event_type_by_command(argv[0]);
	const unsigned takes = type == NULL ? ANY : takes_of(type->kind);
	struct event_run run = { .cli = cli, .opt = { .confirm = confirm, .confirm_ctx = &run } };
	struct evx_event_options *o = &run.opt;
	int r;

	if (type == NULL) /* nothing else may be signed in its place */
		return cli_options_misuse(
			cli, "This command signs no type of entry. Report this fault.");
	o->type = type->kind;
	r = parse(cli, argc, argv, takes, &run);

	if (r == CLI_CONTINUE)
		r = cli_home_signer(cli, run.signer, &o->as);
	if (r == CLI_CONTINUE)
		r = check(cli, takes, &run);
	if (r == CLI_CONTINUE)
		r = cli_time_option(
			cli, "authority-until", o->authority_until, false, run.authority_until);
	if (r == CLI_CONTINUE)
		r = cli_time_option(cli, "seized-at", o->seized_at, true, run.seized_at);
	if (o->authority_until != NULL)
		o->authority_until = run.authority_until;
	if (o->seized_at != NULL)
		o->seized_at = run.seized_at;
	if (r == CLI_CONTINUE)
		r = cli_vault_exhibit(cli, 0, o->as);
	if (r != CLI_CONTINUE)
		return r;
	o->bundle = cli->args[0];
	if (cli->nargs == 2)
		o->notes = cli->args[1];
	if ((takes & SUCCEED) != 0) {
		o->to = run.former;
		o->reason_code = run.reason;
	} else {
		o->reason = run.reason;
	}
	if ((takes & ACCEPT) != 0 && !run.no_receipt && o->receipt == NULL && o->detached == NULL &&
		o->draft == NULL) {
		name_receipt(o->bundle, run.receipt, sizeof(run.receipt));
		o->receipt = run.receipt;
	}
	o->readers_to = run.readers.v;
	o->nreaders_to = run.readers.n;
	o->custody_to = run.custody_readers.v;
	o->ncustody_to = run.custody_readers.n;
	o->with = run.with.v;
	o->nwith = run.with.n;
	o->also = run.also.v;
	o->nalso = run.also.n;
	o->witness = run.witness.v;
	o->nwitness = run.witness.n;
	o->attach = run.attach.v;
	o->nattach = run.attach.n;
	o->details_to = run.details_to.v;
	o->ndetails_to = run.details_to.n;
	if (cli_question_of(o->type)) {
		run.question = (struct cli_question){
			.cli = cli, .yes = run.yes, .keeps = o->keeps
		};
		o->ask_entry = cli_question_entry;
		o->ask_entry_ctx = &run.question;
	}
	return (takes & RELEASE) != 0 ? release(cli, &run) : cli_event_record(cli, o);
}
