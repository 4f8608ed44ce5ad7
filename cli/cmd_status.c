/* evx status: what an office has to look after. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "cli_child.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_vault.h"

#define OVERDUE 14   /* days: as evx receipts has it */
#define UNCHECKED 90 /* days */
#define ENDING 30    /* days before a retention ends */
#define DAY 86400
#define WORD 7   /* columns of how something stands */
#define MANY 256 /* vaults and identities that are looked at */

struct status {
	struct cli *cli;
	struct evx_home *home; /* NULL: there is none */
	uint64_t overdue, unchecked, ending;
	char *vaults[MANY]; /* owned: paths */
	size_t nvaults;
	char mine[MANY][sizeof(((struct evx_card_info *)0)->fingerprint)];
	size_t nmine;
	size_t at;   /* which vault is looked at */
	size_t sent; /* shipments that were shown */
	size_t kept; /* mirrors */
};

/* ---- Where to look */

static bool is_there(const struct status *s, const char *path)
{
	for (size_t i = 0; i < s->nvaults; i++)
		if (strcmp(s->vaults[i], path) == 0)
			return true;
	return false;
}

static void add_vault(struct status *s, const char *path)
{
	char *real = realpath(path, NULL), *copy = real != NULL ? real : strdup(path);

	if (copy == NULL || s->nvaults == MANY || is_there(s, copy)) {
		free(copy);
		return;
	}
	s->vaults[s->nvaults++] = copy;
}

static enum evx_err add_known(void *ctx, const struct evx_vault_known *k)
{
	add_vault(ctx, k->path);
	return EVX_OK;
}

static enum evx_err add_identity(
	void *ctx, const char *name, const struct evx_card_info *card, struct evx_id_keys keys)
{
	struct status *s = ctx;

	(void)name, (void)keys;
	if (s->nmine < MANY)
		(void)snprintf(s->mine[s->nmine++], sizeof(s->mine[0]), "%s", card->fingerprint);
	return EVX_OK;
}

/* ---- One vault, in a process of its own */

/* "  OVERDUE  ": how something stands, before what it is. */
static void word(FILE *f, const char *told)
{
	fputs("  ", f);
	cli_layout_cell(f, WORD, told);
	fputs("  ", f);
}

static enum evx_err print_release(void *ctx, const struct evx_status_release *r)
{
	struct status *s = ctx;
	const bool late = r->days >= s->overdue;
	char since[CLI_LAYOUT_TIME], days[CLI_THINGS_CAP];
	FILE *f = s->cli->out;
	struct cli_json j;

	if (s->cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "kind", "release");
		cli_json_text(&j, "path", s->vaults[s->at]);
		cli_json_text(&j, "uuid", r->uuid);
		cli_json_text(&j, "to", r->to);
		cli_json_text(&j, "to_person", r->to_person);
		cli_json_text(&j, "time", r->time);
		cli_json_count(&j, "days", r->days);
		cli_json_bool(&j, "overdue", late);
		cli_json_end(&j);
		return EVX_OK;
	}
	if (s->cli->quiet && !late)
		return EVX_OK;
	word(f, late ? C_("release", "OVERDUE") : C_("release", "open"));
	fprintf(f, "%.13s  %s", r->uuid, _("released to "));
	cli_output_text(f, r->to_person != NULL ? r->to_person : r->to);
	fprintf(f, _(" on %s, not answered for %s\n"), cli_layout_time(r->time, false, since),
		cli_output_things(r->days, "day", "days", days));
	return EVX_OK;
}

static void vault_json(const struct status *s, const struct evx_status_vault *v)
{
	struct cli_json j = cli_json_begin(s->cli->out);

	cli_json_text(&j, "kind", "vault");
	cli_json_text(&j, "path", s->vaults[s->at]);
	cli_json_text(&j, "vault", v->vault);
	cli_json_count(&j, "exhibits", v->exhibits);
	cli_json_count(&j, "known", v->known);
	cli_json_count(&j, "gone", v->gone);
	cli_json_count(&j, "disposed", v->disposed);
	cli_json_count(&j, "held", v->held);
	cli_json_count(&j, "on_hold", v->on_hold);
	cli_json_count(&j, "never_checked", v->never);
	cli_json_count(&j, "not_checked_lately", v->old);
	cli_json_count(&j, "bad", v->bad);
	cli_json_count(&j, "custody_gaps", v->custody);
	cli_json_count(&j, "open_releases", v->open);
	cli_json_count(&j, "unreadable", v->unreadable);
	cli_json_end(&j);
}

/* "  12 exhibits never checked: evx check" where there are any. */
static void count_line(FILE *f, uint64_t n, const char *one, const char *many, const char *next)
{
	char text[CLI_THINGS_CAP];

	if (n > 0)
		fprintf(f, "  %s: %s\n", cli_output_things(n, one, many, text), next);
}

static void vault_text(const struct status *s, const struct evx_status_vault *v)
{
	char all[CLI_THINGS_CAP], held[CLI_NUMBER_CAP], hold[CLI_NUMBER_CAP], days[CLI_THINGS_CAP];
	FILE *f = s->cli->out;

	fprintf(f, _("  %s; you hold %s; %s on hold\n"),
		cli_output_things(v->exhibits, "exhibit", "exhibits", all),
		cli_output_count(v->held, held), cli_output_count(v->on_hold, hold));
	count_line(f, v->bad, "exhibit BAD at the last check", "exhibits BAD at the last check",
		"evx check");
	count_line(f, v->custody, "exhibit with GAPS in the custody record",
		"exhibits with GAPS in the custody record", "evx verify");
	count_line(f, v->never, "exhibit never checked", "exhibits never checked", "evx check");
	if (v->old > 0)
		fprintf(f, _("  %s not checked for %s: evx check\n"),
			cli_output_things(v->old, "exhibit", "exhibits", all),
			cli_output_things(s->unchecked, "day", "days", days));
	if (v->exhibits + v->gone > v->known)
		count_line(f, v->exhibits + v->gone - v->known,
			"exhibit that the catalog does not know",
			"exhibits that the catalog does not know", "evx exhibits");
	count_line(f, v->gone, "exhibit in the catalog that the vault does not have",
		"exhibits in the catalog that the vault does not have", "evx inventory");
	count_line(f, v->unreadable, "exhibit that cannot be read", "exhibits that cannot be read",
		"evx check");
}

static int one_vault(struct cli *cli, void *ctx)
{
	struct status *s = ctx;
	const char *mine[MANY];
	const struct evx_status_options opt = { .vault = s->vaults[s->at],
		.mine = mine,
		.nmine = s->nmine,
		.checked_since = (int64_t)time(NULL) - (int64_t)s->unchecked * DAY,
		.confine = true,
		.release = print_release,
		.ctx = s };
	struct evx_status_vault v;
	struct evx_diag diag = { 0 };
	enum evx_err err;

	for (size_t i = 0; i < s->nmine; i++)
		mine[i] = s->mine[i];
	if (!cli->json && !cli->quiet) {
		cli_layout_label(cli->out, WORD, "vault");
		cli_output_text(cli->out, s->vaults[s->at]);
		putc('\n', cli->out);
	}
	err = evx_status_vault(s->home, &opt, cli->cancel, &v, &diag);
	if (err != EVX_OK) {
		(void)evx_diag_in(&diag, s->vaults[s->at], err);
		return cli_output_error(cli, err, &diag);
	}
	if (cli->json)
		vault_json(s, &v);
	else if (!cli->quiet || v.bad > 0)
		vault_text(s, &v);
	cli_output_confinement(cli, &v.confinement);
	return v.gone > 0 || v.unreadable > 0 ? CLI_INCOMPLETE : CLI_GOOD;
}

/* ---- What was sent, and mirrors */

static enum evx_err print_sent(void *ctx, const struct evx_sent *sent)
{
	struct status *s = ctx;
	const bool lost = sent->state == EVX_SENT_LOST;
	const bool late = !lost && sent->days >= s->overdue;
	char time[CLI_LAYOUT_TIME];
	FILE *f = s->cli->out;
	struct cli_json j;

	if (s->cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "kind", "shipment");
		cli_json_text(&j, "shipment", sent->shipment);
		cli_json_text(&j, "state", evx_sent_state_name(sent->state));
		cli_json_bool(&j, "overdue", late);
		cli_json_text(&j, "time", sent->time);
		cli_json_count(&j, "days", sent->days);
		cli_json_text(&j, "path", sent->path);
		cli_json_text(&j, "uuid", sent->uuid);
		cli_json_text(&j, "seal_code", sent->seal_code);
		cli_json_text(&j, "to", sent->to.fingerprint);
		if (sent->known)
			cli_json_text(&j, "to_person", sent->to.person);
		cli_json_end(&j);
		return EVX_OK;
	}
	if (s->cli->quiet && !late && !lost)
		return EVX_OK;
	if (s->sent++ == 0)
		fputs(_("sent, and not answered as far as this machine knows (to look: evx "
			"receipts)\n"),
			f);
	word(f,
		lost         ? C_("shipment", "LOST") :
			late ? C_("shipment", "OVERDUE") :
			       C_("shipment", "open"));
	fprintf(f, "%s  ", sent->shipment);
	fprintf(f, _("sent %s to "), cli_layout_time(sent->time, false, time));
	cli_output_text(f, sent->known ? sent->to.person : sent->to.fingerprint);
	fputs("  ", f);
	cli_output_text(f, sent->path);
	putc('\n', f);
	return EVX_OK;
}

static enum evx_err print_mirror(void *ctx, const struct evx_status_mirror *m)
{
	struct status *s = ctx;
	const bool over = m->days < 0, ending = !over && (uint64_t)m->days < s->ending;
	char time[CLI_LAYOUT_TIME];
	FILE *f = s->cli->out;
	struct cli_json j;

	if (s->cli->json) {
		j = cli_json_begin(f);
		cli_json_text(&j, "kind", "mirror");
		cli_json_text(&j, "remote", m->remote);
		cli_json_text(&j, "remote_id", m->id);
		cli_json_text(&j, "mirror", m->mirror);
		cli_json_text(&j, "until", m->until);
		cli_json_bool(&j, "ended", over);
		cli_json_bool(&j, "ending", ending);
		cli_json_end(&j);
		return EVX_OK;
	}
	if (s->cli->quiet && !over && !ending)
		return EVX_OK;
	if (s->kept++ == 0)
		fputs(_("mirrors with a retention date (to look: evx check --via; to extend: evx "
			"mirror --retain-until)\n"),
			f);
	word(f,
		over           ? C_("mirror", "ENDED") :
			ending ? C_("mirror", "ENDING") :
				 C_("mirror", "kept"));
	cli_output_text(f, m->remote != NULL ? m->remote : m->id);
	fputs("  ", f);
	fprintf(f, C_("mirror", "until %s\n"), cli_layout_time(m->until, false, time));
	return EVX_OK;
}

/* ---- The command */

static int worse(int a, int b)
{
	return a == CLI_GOOD ? b : a;
}

static int look(struct status *s)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = EVX_OK;
	int code = CLI_GOOD;

	for (s->at = 0; s->at < s->nvaults; s->at++) {
		const int one = cli_child_run(s->cli, one_vault, s);

		code = worse(code, one);
		if (one == CLI_INTERRUPTED || one == CLI_PIPE)
			return one;
	}
	if (s->home != NULL)
		err = evx_status_sent(s->home, print_sent, s, &diag);
	if (err != EVX_OK)
		code = worse(code, cli_output_error(s->cli, err, &diag));
	evx_diag_clear(&diag);
	err = s->home != NULL ? evx_status_mirrors(s->home, print_mirror, s, &diag) : EVX_OK;
	if (err != EVX_OK)
		code = worse(code, cli_output_error(s->cli, err, &diag));
	if (s->nvaults == 0 && s->sent == 0 && s->kept == 0 && !s->cli->json && !s->cli->quiet)
		fputs(_("This machine remembers no vault, and nothing that was sent and is not "
			"answered.\n"),
			s->cli->out);
	return code;
}

int cli_cmd_status(struct cli *cli, int argc, char **argv)
{
	struct status s = {
		.cli = cli, .overdue = OVERDUE, .unchecked = UNCHECKED, .ending = ENDING
	};
	const struct cli_option options[] = {
		{ "overdue", 0, CLI_NUMBER, &s.overdue, "DAYS",
			"say OVERDUE of what waits this long for an answer (default: 14)", 1,
			36500 },
		{ "unchecked", 0, CLI_NUMBER, &s.unchecked, "DAYS",
			"count exhibits that were not checked for this long (default: 90)", 1,
			36500 },
		{ "ending", 0, CLI_NUMBER, &s.ending, "DAYS",
			"say ENDING of a retention that ends this soon (default: 30)", 1, 36500 },
	};
	struct evx_diag diag = { 0 };
	const char *vault;
	enum evx_err err = EVX_OK;
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 0);

	if (r == CLI_CONTINUE)
		r = cli_home_open_optional(cli, &s.home);
	if (r != CLI_CONTINUE)
		return r;
	vault = cli_vault_path_optional(NULL);
	if (vault != NULL)
		add_vault(&s, vault);
	if (s.home != NULL)
		err = evx_vault_known_list(s.home, add_known, &s, &diag);
	if (err == EVX_OK && s.home != NULL)
		err = evx_id_list(s.home, add_identity, &s, &diag);
	r = err == EVX_OK ? look(&s) : cli_output_error(cli, err, &diag);
	for (size_t i = 0; i < s.nvaults; i++)
		free(s.vaults[i]);
	evx_home_free(s.home);
	return r;
}
