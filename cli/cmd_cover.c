/* evx cover: a small signed note about an exhibit, for systems that cannot carry the bundle. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "cli_child.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_paper.h"
#include "cli_prompt.h"
#include "cli_report.h"
#include "cli_vault.h"
#include "cli_verdict.h"

/* How the bundle at hand is related to the note. */
enum relation {
	NOT_COMPARED,
	SAME_FILE,
	GROWN,   /* the same exhibit, with more entries */
	CHANGED, /* the same exhibit, and the entry that was the last one is gone */
	OTHER,   /* another exhibit */
};

/* What a child found out, which hands it to this process as it is. */
struct found {
	char uuid[37], seal_hash[65], head[65], sha256[65];
	uint64_t bytes;
	struct evx_cover_shown note;
	enum relation relation;
};

struct cover {
	struct evx_cover_options options;
	struct cli_list trust;
	const char *check; /* the note to check */
	struct found found;
	FILE *scratch;
};

/* ---- children */

static int hand_over(struct cli *cli, const struct cover *c)
{
	struct evx_diag diag = { 0 };

	if (fseek(c->scratch, 0, SEEK_SET) == 0 &&
		fwrite(&c->found, sizeof(c->found), 1, c->scratch) == 1 && fflush(c->scratch) == 0)
		return CLI_CONTINUE;
	return cli_output_error(cli, evx_fail_errno(&diag, NULL, "What was found was lost"), &diag);
}

/* Runs work in a child, and takes what it found. */
static int in_child(struct cli *cli, struct cover *c, int (*work)(struct cli *cli, void *ctx))
{
	int r;

	c->scratch = cli_paper_scratch(cli);
	if (c->scratch == NULL)
		return CLI_INCOMPLETE;
	r = cli_child_run(cli, work, c);
	if (fseek(c->scratch, 0, SEEK_SET) != 0 ||
		fread(&c->found, sizeof(c->found), 1, c->scratch) != 1)
		r = r == CLI_GOOD ? CLI_INCOMPLETE : r;
	(void)fclose(c->scratch);
	return r;
}

static bool has_entry(const struct evx_report *r, const char *hash)
{
	for (size_t i = 0; i < r->nevents; i++)
		if (r->events[i].counts && strcmp(r->events[i].hash, hash) == 0)
			return true;
	return false;
}

static enum relation relation_of(const struct evx_report *r, const struct evx_cover_shown *note)
{
	if (strcmp(r->seal_hash, note->seal_hash) != 0 || strcmp(r->uuid, note->uuid) != 0)
		return OTHER;
	if (strcmp(r->present_sha256, note->sha256) == 0 && r->bundle_bytes == note->bytes)
		return SAME_FILE;
	return has_entry(r, note->head) ? GROWN : CHANGED;
}

static int judged(struct cli *cli, void *ctx, const struct evx_report *r)
{
	struct cover *c = ctx;
	struct found *f = &c->found;
	const int code = r->exit_class;
	int handed;

	if (code != CLI_GOOD && code != CLI_CUSTODY) {
		cli_verdict_quiet(cli->out, r, code, cli->args[0]);
		return code;
	}
	if (c->check != NULL) {
		f->relation = relation_of(r, &f->note);
	} else {
		(void)snprintf(f->uuid, sizeof(f->uuid), "%s", r->uuid);
		(void)snprintf(f->seal_hash, sizeof(f->seal_hash), "%s", r->seal_hash);
		(void)snprintf(f->head, sizeof(f->head), "%s", r->head);
		(void)snprintf(f->sha256, sizeof(f->sha256), "%s", r->present_sha256);
		f->bytes = r->bundle_bytes;
	}
	handed = hand_over(cli, c);
	return handed == CLI_CONTINUE ? code : handed;
}

/* Checks every byte of the bundle. */
static int judge(struct cli *cli, void *ctx)
{
	struct cover *c = ctx;
	struct evx_verify_options options = {
		.bundle = cli->args[0], .trust = c->trust.v, .ntrust = c->trust.n, .hashes = true
	};

	return cli_report_verify(cli, &options, judged, c);
}

static int read_note(struct cli *cli, void *ctx)
{
	struct cover *c = ctx;
	struct evx_confine_state confined = { 0 };
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	int r = cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	if (evx_cover_read(home, c->check, &confined, &c->found.note, &diag) == EVX_OK) {
		cli_output_confinement(cli, &confined);
		r = hand_over(cli, c);
	} else {
		r = cli_output_error(cli, diag.code, &diag);
	}
	evx_home_free(home);
	return r == CLI_CONTINUE ? CLI_GOOD : r;
}

/* ---- making one */

/* A vault's exhibit is a directory: only a file has the hash that a note names. */
static int bundle_file(struct cli *cli)
{
	struct evx_diag diag = { 0 };
	struct stat st;
	int r = cli_vault_exhibit(cli, 0, NULL);

	if (r != CLI_CONTINUE || stat(cli->args[0], &st) != 0 || S_ISREG(st.st_mode))
		return r;
	(void)evx_fail(&diag, EVX_E_USAGE,
		"A cover note is about a bundle file, and this is a directory. Export the exhibit "
		"first: evx export X -o FILE.evx");
	return cli_output_error(cli, EVX_E_USAGE, &diag);
}

static int make(struct cli *cli, struct cover *c)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_cover_options *o = &c->options;
	struct evx_confine_state confined = { 0 };
	struct evx_home *home = NULL;
	struct evx_diag diag = { 0 };
	int code = bundle_file(cli), r;

	if (code != CLI_CONTINUE)
		return code;
	code = in_child(cli, c, judge);
	if (code != CLI_GOOD && code != CLI_CUSTODY) {
		if (!cli->json)
			fprintf(stderr, "evx: %s\n",
				_("No cover note was made: the exhibit is not good."));
		return code;
	}
	r = cli_home_open(cli, false, &home);
	if (r != CLI_CONTINUE)
		return r;
	o->uuid = c->found.uuid;
	o->seal_hash = c->found.seal_hash;
	o->head = c->found.head;
	o->sha256 = c->found.sha256;
	o->bytes = c->found.bytes;
	if (evx_cover_make(home, o, &ask, &confined, &diag) != EVX_OK) {
		code = cli_output_error(cli, diag.code, &diag);
	} else if (cli->json) {
		struct cli_json j = cli_json_begin(cli->out);

		cli_json_text(&j, "file", o->output);
		cli_json_text(&j, "uuid", o->uuid);
		cli_json_end(&j);
	} else {
		cli_output_text(cli->out, o->output);
		fputs(_(": signed. Attach this note where the bundle itself does not fit.\n"),
			cli->out);
	}
	evx_home_free(home);
	return code;
}

/* ---- checking one */

static const char *relation_word(enum relation relation)
{
	static const char *const words[] = { "not compared", "same file", "grown", "changed",
		"other" };

	return words[relation];
}

static const char *relation_text(enum relation relation)
{
	switch (relation) {
	case SAME_FILE:
		return _("This is the file that the note describes, byte for byte.");
	case GROWN:
		return _("This is the exhibit that the note describes. The file changed since: it "
			 "holds the entry that was the last one, and was written to or copied out "
			 "anew.");
	case CHANGED:
		return _("This is the exhibit that the note describes, but this copy does not hold "
			 "the entry that was the last one. Ask for the complete copy.");
	case OTHER:
		return _("This is ANOTHER exhibit. The note does not describe it.");
	case NOT_COMPARED:
	default:
		return _("No bundle was given to compare with the note.");
	}
}

static void print(struct cli *cli, const struct found *f)
{
	const struct evx_cover_shown *n = &f->note;
	FILE *out = cli->out;
	char bytes[CLI_NUMBER_CAP], time[CLI_LAYOUT_TIME];

	fprintf(out, "%s\n",
		n->known ? _("The signature is good. The signer is known here.") :
			   _("The signature is good. The signer is UNKNOWN here. Get this "
			     "person's card and compare its fingerprint."));
	cli_output_field(out, "signed by", n->signer.fingerprint);
	if (n->known)
		cli_output_field(out, "who", n->signer.person);
	cli_output_field(out, "when", cli_layout_time(n->time, true, time));
	cli_output_field(out, "exhibit", n->uuid);
	cli_output_field(out, "seal code", n->seal_code);
	cli_output_field(out, "bytes", cli_output_count(n->bytes, bytes));
	cli_output_field(out, "SHA-256", n->sha256);
	cli_output_field(out, "last entry", n->head);
	cli_output_field(out, "where", n->place);
	cli_output_field(out, "order", n->order);
	cli_output_field(out, "authority", n->authority);
	cli_output_field(out, "notes", n->notes);
	cli_layout_say(out, 0, "%s", relation_text(f->relation));
}

static void print_json(struct cli *cli, const struct found *f)
{
	const struct evx_cover_shown *n = &f->note;
	struct cli_json j = cli_json_begin(cli->out);

	cli_json_bool(&j, "known", n->known);
	cli_json_text(&j, "signer", n->signer.fingerprint);
	cli_json_text(&j, "time", n->time);
	cli_json_text(&j, "uuid", n->uuid);
	cli_json_text(&j, "seal", n->seal_hash);
	cli_json_text(&j, "seal_code", n->seal_code);
	cli_json_size(&j, "bytes", n->bytes);
	cli_json_text(&j, "sha256", n->sha256);
	cli_json_text(&j, "head", n->head);
	cli_json_text(&j, "place", n->place);
	cli_json_text(&j, "order", n->order);
	cli_json_text(&j, "authority", n->authority);
	cli_json_text(&j, "notes", n->notes);
	cli_json_text(&j, "bundle", relation_word(f->relation));
	cli_json_end(&j);
}

static int check(struct cli *cli, struct cover *c)
{
	int code = in_child(cli, c, read_note), r = CLI_GOOD;

	if (code != CLI_GOOD)
		return code;
	if (cli->nargs > 0) {
		r = bundle_file(cli);
		if (r == CLI_CONTINUE)
			r = in_child(cli, c, judge);
		if (r != CLI_GOOD && r != CLI_CUSTODY)
			return r;
	}
	if (cli->json)
		print_json(cli, &c->found);
	else
		print(cli, &c->found);
	if (c->found.relation == OTHER)
		return CLI_BAD;
	if (c->found.relation == CHANGED || !c->found.note.known)
		return CLI_CUSTODY;
	return r;
}

int cli_cmd_cover(struct cli *cli, int argc, char **argv)
{
	struct cover c = { .check = NULL };
	const char *signer = NULL;
	const struct cli_option options[] = {
		{ "output", 'o', CLI_TEXT, &c.options.output, "FILE", "write the note to FILE", 0,
			0 },
		{ "place", 0, CLI_TEXT, &c.options.place, "TEXT", "say where the bundle is", 0, 0 },
		{ "order", 0, CLI_TEXT, &c.options.order, "NUMBER",
			"name the order or request that the exhibit answers", 0, 0 },
		{ "authority", 0, CLI_TEXT, &c.options.authority, "TEXT",
			"name the authority that asked", 0, 0 },
		{ "notes", 0, CLI_TEXT, &c.options.notes, "TEXT", "say anything else", 0, 0 },
		{ "check", 0, CLI_TEXT, &c.check, "NOTE",
			"check this note, and whether X is what it describes", 0, 0 },
		{ "trust", 0, CLI_LIST, &c.trust, "CARD",
			"trust the key of this card for X; may be repeated", 0, 0 },
		{ "as", 0, CLI_TEXT, &c.options.as, "NAME", "sign as this identity", 0, 0 },
		CLI_SIGNER_ROW(&signer),
		CLI_VAULT_OPTIONS(cli, &cli->vault),
	};
	int r = cli_options_parse(
		cli, argc, argv, options, sizeof(options) / sizeof(options[0]), 0, 1);

	cli_output_hold(cli);
	if (r == CLI_CONTINUE && (c.check == NULL) == (c.options.output == NULL))
		r = cli_options_misuse(
			cli, "Make a note with -o FILE, or check one with --check NOTE.");
	if (r == CLI_CONTINUE && c.check == NULL && cli->nargs == 0)
		r = cli_options_misuse(cli, "Name the bundle that the note is about.");
	if (r == CLI_CONTINUE)
		r = cli_home_signer(cli, signer, &c.options.as);
	if (r != CLI_CONTINUE)
		return r;
	return c.check != NULL ? check(cli, &c) : make(cli, &c);
}
