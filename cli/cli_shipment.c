/* Remotes opened, shipments shown. */
#include "cli_shipment.h"

#include <string.h>
#include <sys/stat.h>

#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"

struct only {
	struct evx_remotes_entry *entry;
	size_t n;
};

static enum evx_err count(void *ctx, const struct evx_remotes_entry *entry)
{
	struct only *o = ctx;

	if (o->n++ == 0)
		*o->entry = *entry;
	return EVX_OK;
}

int cli_shipment_no_remote(struct cli *cli)
{
	return cli_output_problem(
		cli, EVX_E_USAGE, "No remote is known here. Name one: evx remote add NAME URL");
}

/* The only remote that the home remembers. none: NULL, or set when there is none. */
static int only_remote(
	struct cli *cli, struct evx_home *home, bool *none, struct evx_remotes_entry *entry)
{
	struct only o = { entry, 0 };
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_remotes_list(home, count, &o, &diag);

	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	if (none != NULL)
		*none = o.n == 0;
	if (o.n == 1 || (o.n == 0 && none != NULL))
		return CLI_CONTINUE;
	return o.n == 0 ? cli_shipment_no_remote(cli) :
			  cli_output_problem(cli, EVX_E_USAGE,
				  "There are several remotes. Name one: --via NAME ('evx remote "
				  "list' shows them)");
}

/* Whether via is a file, and no remote: "stick" is one that the home remembers, "./stick" never. */
static bool is_file(struct evx_home *home, const char *via)
{
	struct evx_remotes_entry known;
	struct stat st;

	if (strchr(via, ':') != NULL)
		return false;
	return strchr(via, '/') != NULL ||
		(stat(via, &st) == 0 && !S_ISDIR(st.st_mode) &&
			evx_remotes_show(home, via, &known, NULL) != EVX_OK);
}

static int open_way(
	struct cli *cli, const char *via, bool *invited, bool *none, struct cli_shipment *s)
{
	int r = cli_home_open(cli, false, &s->home);

	if (r != CLI_CONTINUE)
		return r;
	if (invited != NULL)
		*invited = via != NULL && is_file(s->home, via);
	if (invited == NULL || !*invited)
		r = via != NULL ? cli_remote_via(cli, s->home, via, &s->entry) :
				  only_remote(cli, s->home, none, &s->entry);
	if (r == CLI_CONTINUE) {
		r = cli_remote_use(cli, &s->remote);
		if (r != CLI_CONTINUE)
			cli_remote_free(&s->remote);
	}
	if (r != CLI_CONTINUE) {
		evx_home_free(s->home);
		return r;
	}
	s->remote.use.jobs = (unsigned)cli->jobs;
	return CLI_CONTINUE;
}

int cli_shipment_open(struct cli *cli, const char *via, struct cli_shipment *s)
{
	return open_way(cli, via, NULL, NULL, s);
}

int cli_shipment_open_to(struct cli *cli, const char *via, bool *invited, struct cli_shipment *s)
{
	return open_way(cli, via, invited, NULL, s);
}

int cli_shipment_open_any(struct cli *cli, const char *via, bool *none, struct cli_shipment *s)
{
	*none = false;
	return open_way(cli, via, NULL, none, s);
}

void cli_shipment_close(struct cli_shipment *s)
{
	cli_remote_free(&s->remote);
	evx_home_free(s->home);
}

void cli_shipment_packs(FILE *f, uint64_t n, uint64_t bytes)
{
	char things[CLI_THINGS_CAP], size[CLI_NUMBER_CAP];

	fprintf(f, "%s, %s", cli_output_things(n, "pack", "packs", things),
		cli_output_short_size(bytes, size));
}

static const char *state_of(const struct evx_incoming *in)
{
	static const char *const states[] = { "new", "accepted", "refused" };

	return in->answer ? "receipts" : states[in->state];
}

/* The same in the language of the person who reads. */
static const char *state_told(const struct evx_incoming *in)
{
	if (in->flaw != EVX_INCOMING_GOOD)
		return _("NOT AS IT MUST BE");
	if (in->answer)
		return C_("shipment", "receipts");
	switch (in->state) {
	case EVX_INCOMING_NEW:
		return C_("shipment", "new");
	case EVX_INCOMING_ACCEPTED:
		return C_("shipment", "accepted");
	case EVX_INCOMING_REFUSED:
		break;
	}
	return C_("shipment", "refused");
}

const char *cli_shipment_became(enum evx_sent_state state)
{
	switch (state) {
	case EVX_SENT_OPEN:
		return C_("shipment", "open");
	case EVX_SENT_ACCEPTED:
		return C_("shipment", "accepted");
	case EVX_SENT_REFUSED:
		return C_("shipment", "refused");
	case EVX_SENT_RECEIVED:
		return C_("shipment", "received");
	case EVX_SENT_LOST:
		return C_("shipment", "LOST");
	}
	return evx_sent_state_name(state);
}

void cli_shipment_line(FILE *f, const struct evx_incoming *in)
{
	char time[CLI_LAYOUT_TIME];

	fprintf(f, "%s  %s  ", in->shipment, state_told(in));
	if (in->time[0] != '\0')
		fputs(cli_layout_time(in->time, false, time), f);
	fputc('\n', f);
	if (in->known) {
		fprintf(f, "  %s", C_("sender", "from "));
		cli_output_card(f, &in->from);
		fputc('\n', f);
	} else if (in->from.fingerprint[0] != '\0') {
		fputs("  ", f);
		fprintf(f, _("from %s, whose card is not trusted here\n"), in->from.fingerprint);
	}
	if (in->invited)
		fprintf(f, "  %s\n", _("came by invitation"));
	if (in->flaw != EVX_INCOMING_GOOD) {
		fprintf(f, "  %s: ", _(evx_incoming_flaw_name(in->flaw)));
		cli_output_text(f, in->why);
		fputc('\n', f);
	}
}

void cli_shipment_json(FILE *f, const struct evx_incoming *in)
{
	struct cli_json j = cli_json_begin(f);

	cli_json_text(&j, "shipment", in->shipment);
	cli_json_text(&j, "state", state_of(in));
	cli_json_text(&j, "flaw", evx_incoming_flaw_name(in->flaw));
	if (in->flaw != EVX_INCOMING_GOOD)
		cli_json_text(&j, "why", in->why);
	if (in->time[0] != '\0')
		cli_json_text(&j, "time", in->time);
	cli_json_bool(&j, "known", in->known);
	if (in->known)
		cli_json_card(&j, "from", &in->from);
	else if (in->from.fingerprint[0] != '\0')
		cli_json_text(&j, "fingerprint", in->from.fingerprint);
	if (in->invited)
		cli_json_bool(&j, "invited", true);
	cli_json_size(&j, "parcel", in->parcel);
	cli_json_end(&j);
}

static void warn_mended(struct cli *cli, const struct evx_sent_flaw *f)
{
	if (f->answer && f->changed)
		cli_output_warn(cli,
			"The note of your answer %s was changed on the remote. It was put there "
			"again: its receiver can read it, and nothing arrives twice.",
			f->shipment);
	else if (f->answer)
		cli_output_warn(cli,
			"The note of your answer %s was gone from the remote. It was put there "
			"again: its receiver can read it, and nothing arrives twice.",
			f->shipment);
	else if (f->changed)
		cli_output_warn(cli,
			"The note of your shipment %s was changed on the remote. It was put there "
			"again: its receiver can read it, and nothing arrives twice.",
			f->shipment);
	else
		cli_output_warn(cli,
			"The note of your shipment %s was gone from the remote. It was put there "
			"again: its receiver can read it, and nothing arrives twice.",
			f->shipment);
}

void cli_shipment_sent_flaw(struct cli *cli, const struct evx_sent_flaw *f)
{
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "shipment", f->shipment);
		cli_json_text(&j, "flaw", f->changed ? "changed" : "gone");
		cli_json_text(&j, "state", f->lost ? "lost" : "put again");
		cli_json_bool(&j, "answer", f->answer);
		cli_json_end(&j);
	} else if (!f->lost) {
		warn_mended(cli, f);
	} else if (f->answer) {
		cli_output_warn(cli,
			"Your answer %s was changed on the remote, and cannot be read there any "
			"more. Give the sender the receipt on another way: evx receipt export",
			f->shipment);
	} else {
		cli_output_warn(cli,
			"Your shipment %s was changed on the remote, and cannot be read there any "
			"more. If its receiver did not answer, send again: evx send",
			f->shipment);
	}
}

void cli_shipment_mend(FILE *f, size_t n)
{
	if (n > 0)
		cli_layout_paragraph(f, 0, 0,
			cli_language_number(
				"1 note is not as it must be. Ask the sender to run 'evx receipts' "
				"over this remote: what was changed is put there again then. See "
				"evx-inbox(1).",
				"Notes are not as they must be. Ask the sender to run 'evx "
				"receipts' over this remote: what was changed is put there again "
				"then. See evx-inbox(1).",
				n));
}
