/* Rosters as text and as JSON. */
#include <string.h>

#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_roster.h"

#define FIELD 14 /* columns of a label */

static const char *const known_names[] = { "no", "same", "newer", "older", "forked" };

static void json_people(struct cli_json *j, const struct evx_roster_info *info)
{
	size_t i;

	cli_json_array(j, "roots");
	for (i = 0; i < info->nroots; i++) {
		cli_json_object(j, NULL);
		cli_json_text(j, "name", info->roots[i].name);
		cli_json_text(j, "fingerprint", info->roots[i].fingerprint);
		cli_json_close(j);
	}
	cli_json_close(j);
	cli_json_array(j, "signers");
	for (i = 0; i < info->nsigners; i++) {
		cli_json_object(j, NULL);
		cli_json_text(j, "fingerprint", info->signers[i].fingerprint);
		cli_json_bool(j, "signed", info->signers[i].is_signed);
		cli_json_close(j);
	}
	cli_json_close(j);
}

static void json_agencies(struct cli_json *j, const struct evx_roster_info *info)
{
	size_t i;

	cli_json_array(j, "agencies");
	for (i = 0; i < info->nagencies; i++) {
		cli_json_object(j, NULL);
		cli_json_text(j, "agency", info->agencies[i].agency);
		cli_json_text(j, "country", info->agencies[i].country);
		cli_json_count(j, "keys", info->agencies[i].keys);
		cli_json_bool(j, "accepted", info->agencies[i].accepted);
		cli_json_close(j);
	}
	cli_json_close(j);
}

static void json_key(struct cli_json *j, const struct evx_roster_key_info *k)
{
	size_t i;

	cli_json_object(j, NULL);
	cli_json_text(j, "agency", k->card.organisation);
	cli_json_text(j, "country", k->card.country);
	cli_json_text(j, "person", k->card.person);
	if (k->card.role[0] != '\0')
		cli_json_text(j, "role", k->card.role);
	cli_json_text(j, "encryption", k->card.encryption);
	cli_json_text(j, "signing", k->card.signing);
	cli_json_text(j, "fingerprint", k->card.fingerprint);
	cli_json_text(j, "from", k->from);
	if (k->until[0] != '\0')
		cli_json_text(j, "until", k->until);
	cli_json_bool(j, "approver", k->approver);
	cli_json_array(j, "acts_for");
	for (i = 0; i < k->nacts_for; i++)
		cli_json_text(j, NULL, k->acts_for[i]);
	cli_json_close(j);
	if (k->revoked[0] != '\0') {
		cli_json_text(j, "revoked", k->revoked);
		cli_json_text(j, "reason", k->reason);
	}
	cli_json_close(j);
}

static void json_roster(struct cli *cli, const struct evx_roster_info *info)
{
	struct cli_json j = cli_json_begin(cli->out);
	size_t i;

	cli_json_text(&j, "name", info->name);
	cli_json_text(&j, "origin", info->origin);
	cli_json_count(&j, "version", info->version);
	cli_json_bool(&j, "draft", info->draft);
	cli_json_count(&j, "good", info->good);
	cli_json_text(&j, "hash", info->hash);
	cli_json_text(&j, "time", info->time);
	cli_json_count(&j, "threshold", info->threshold);
	json_people(&j, info);
	json_agencies(&j, info);
	cli_json_array(&j, "keys");
	for (i = 0; i < info->nkeys; i++)
		json_key(&j, &info->keys[i]);
	cli_json_close(&j);
	cli_json_text(&j, "known", known_names[info->known]);
	cli_json_end(&j);
}

static void print_signer(
	FILE *f, const struct evx_roster_info *info, const struct evx_roster_signer_info *signer)
{
	size_t i;

	cli_layout_label(f, FIELD, signer->is_signed ? L_("signed by") : L_("waits for"));
	fprintf(f, "%s  ", signer->fingerprint);
	for (i = 0;
		i < info->nroots && strcmp(info->roots[i].fingerprint, signer->fingerprint) != 0;
		i++)
		;
	cli_output_text(f, i < info->nroots ? info->roots[i].name : _("a former root"));
	putc('\n', f);
}

void cli_roster_print(struct cli *cli, const struct evx_roster_info *info)
{
	char keys[CLI_THINGS_CAP];
	FILE *f = cli->out;
	size_t i;

	if (cli->json) {
		json_roster(cli, info);
		return;
	}
	cli_output_field(f, "roster", info->name);
	cli_output_field(f, "origin", info->origin);
	cli_layout_label(f, FIELD, "version");
	fprintf(f, "%u%s\n", (unsigned)info->version, info->draft ? _(", a draft") : "");
	cli_output_field(f, "hash", info->hash);
	cli_output_field(f, "time", info->time);
	cli_layout_label(f, FIELD, "threshold");
	fprintf(f, _("%u of %zu roots\n"), (unsigned)info->threshold, info->nroots);
	for (i = 0; i < info->nroots; i++) {
		cli_layout_label(f, FIELD, "root");
		fprintf(f, "%s  ", info->roots[i].fingerprint);
		cli_output_text(f, info->roots[i].name);
		putc('\n', f);
	}
	for (i = 0; i < info->nsigners; i++)
		print_signer(f, info, &info->signers[i]);
	for (i = 0; i < info->nagencies; i++) {
		cli_layout_label(f, FIELD, "agency");
		fprintf(f, "%s  ", info->agencies[i].country);
		cli_output_text(f, info->agencies[i].agency);
		fprintf(f, ", %s%s\n",
			cli_output_things(info->agencies[i].keys, "key", "keys", keys),
			info->agencies[i].accepted ? _("  [accepted here]") : "");
	}
}

void cli_roster_print_keys(struct cli *cli, const struct evx_roster_info *info)
{
	FILE *f = cli->out;
	size_t i, k;

	for (i = 0; i < info->nkeys && !cli->json; i++) {
		const struct evx_roster_key_info *key = &info->keys[i];

		fprintf(f, "\n%s  ", key->card.fingerprint);
		cli_output_card(f, &key->card);
		fputs("\n  ", f);
		if (key->until[0] != '\0')
			fprintf(f, _("valid from %s until %s"), key->from, key->until);
		else
			fprintf(f, _("valid from %s"), key->from);
		if (key->revoked[0] != '\0') {
			fputs("\n  ", f);
			fprintf(f, C_("key", "%s at %s"), _(key->reason), key->revoked);
		}
		for (k = 0; k < key->nacts_for; k++) {
			fputs("\n  ", f);
			fprintf(f, _("acts for %s"), key->acts_for[k]);
		}
		if (key->approver)
			fprintf(f, "\n  %s", _("approves take-overs"));
		putc('\n', f);
	}
}

void cli_roster_print_missing(struct cli *cli, const struct evx_roster_info *info)
{
	size_t i, missing = 0;

	if (cli->json || cli->quiet)
		return;
	for (i = 0; i < info->nsigners; i++)
		missing += !info->signers[i].is_signed;
	if (missing > 0)
		fprintf(cli->out, _("version %u is a draft: %zu of %zu signatures are missing\n"),
			(unsigned)info->version, missing, info->nsigners);
	else
		fprintf(cli->out, _("version %u is good: all %zu have signed\n"),
			(unsigned)info->version, info->nsigners);
}
