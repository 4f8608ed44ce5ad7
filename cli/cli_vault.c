/* Which vault and exhibit a command works on; filing an exhibit. */
#include "cli_vault.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_child.h"
#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_options.h"
#include "cli_output.h"
#include "cli_prompt.h"

/* *named: somebody named it; else it is the default. */
static bool vault_path(const char *option, char *buf, size_t cap, bool *named)
{
	const char *env = getenv("EVX_VAULT");
	size_t n;

	*named = option != NULL || (env != NULL && env[0] != '\0');
	if (*named)
		return (size_t)snprintf(buf, cap, "%s", option != NULL ? option : env) < cap;
	if (!cli_home_path(buf, cap))
		return false;
	n = strlen(buf);
	return (size_t)snprintf(buf + n, cap - n, "/vault") < cap - n;
}

const char *cli_vault_path(struct cli *cli, const char *option)
{
	static char path[4096];
	bool named;

	if (vault_path(option, path, sizeof(path), &named) && path[0] != '\0')
		return path;
	(void)cli_options_misuse(
		cli, "Which vault? Use --vault DIR, or set EVX_VAULT or HOME in the environment.");
	return NULL;
}

const char *cli_vault_path_optional(const char *option)
{
	static char path[4096];
	bool named;

	return vault_path(option, path, sizeof(path), &named) &&
			(named || access(path, F_OK) == 0) ?
		path :
		NULL;
}

static void label(const char *text)
{
	fputs("  ", stderr);
	cli_layout_label(stderr, 9, text);
}

static bool ask_founder(void *ctx, const struct evx_vault_founder *f)
{
	struct cli *cli = ctx;
	char shown[1024], path[1024], entries[CLI_THINGS_CAP];

	fprintf(stderr, _("This machine does not know the vault at %s.\n"),
		evx_text_escape(f->path, strlen(f->path), path, sizeof(path)));
	label(L_("vault"));
	fprintf(stderr, "%s\n", f->vault);
	label(L_("founder"));
	fprintf(stderr, "%s\n", f->fingerprint);
	label("");
	if (f->person[0] != '\0') {
		fprintf(stderr, _("a card that you trust has this key: %s"),
			evx_text_escape(f->person, strlen(f->person), shown, sizeof(shown)));
		fprintf(stderr, ", %s\n",
			evx_text_escape(
				f->organisation, strlen(f->organisation), shown, sizeof(shown)));
	} else {
		fprintf(stderr, "%s\n", _("NO TRUSTED CARD HAS THIS KEY."));
	}
	label(L_("log"));
	fprintf(stderr, "%s\n%s", cli_output_things(f->entries, "entry", "entries", entries),
		_("The founder decides who can read everything that is sealed into this vault.\n"
		  "Compare the fingerprint with the people who run the vault, by telephone or face "
		  "to face.\n"));
	return cli_prompt_yes(cli, "Is this the founder?");
}

static void tell(void *ctx, const char *text)
{
	char shown[8192];

	cli_output_warn(ctx, "%s", evx_text_escape(text, strlen(text), shown, sizeof(shown)));
}

struct evx_vault_door cli_vault_door(struct cli *cli)
{
	return (struct evx_vault_door){ .founder = cli->founder,
		.ask = cli_prompt_possible() && !cli->quiet ? ask_founder : NULL,
		.tell = tell,
		.ctx = cli };
}

/* CASE/EXHIBIT or a seal code, looked up in a process of its own, which confines itself. */
struct lookup {
	const char *vault, *as, *name;
	int to; /* where the UUID is written */
};

static int look_up(struct cli *cli, void *ctx)
{
	const struct lookup *l = ctx;
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_confine_state confined;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	char uuid[37];
	const bool labelled = strchr(l->name, '/') != NULL;
	int r = labelled ? cli_home_open(cli, false, &home) : cli_home_open_optional(cli, &home);

	if (r != CLI_CONTINUE)
		return r;
	if (home != NULL) {
		/* The command itself tells what there is to tell. */
		struct evx_vault_door door = cli_vault_door(cli);

		door.tell = NULL;
		err = evx_home_vault_door(home, &door, &diag);
		if (err != EVX_OK) {
			evx_home_free(home);
			return cli_output_error(cli, err, &diag);
		}
	}
	err = labelled ? evx_vault_find_labelled(
				 home, l->vault, l->as, l->name, &ask, &confined, uuid, &diag) :
			 evx_vault_find_sealed(home, l->vault, l->name, &confined, uuid, &diag);
	evx_home_free(home);
	if (err == EVX_OK && write(l->to, uuid, 36) != 36)
		err = evx_fail_errno(&diag, NULL,
			"The exhibit's path could not be passed on. Nothing was changed.");
	return err == EVX_OK ? CLI_GOOD : cli_output_error(cli, err, &diag);
}

static int find_confined(
	struct cli *cli, const char *vault, const char *name, const char *as, char **path)
{
	struct lookup l = { vault, as, name, -1 };
	char uuid[37] = "";
	int fds[2], r;
	ssize_t n = 0;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return cli_output_problem(cli, EVX_E_IO, "pipe");
	l.to = fds[1];
	if (strchr(name, '/') != NULL)
		cli_prompt_keep();
	r = cli_child_run(cli, look_up, &l);
	if (r == CLI_GOOD)
		n = read(fds[0], uuid, 36);
	close(fds[0]);
	close(fds[1]);
	if (r != CLI_GOOD)
		return r;
	/* The child read what others wrote. */
	if (n != 36 || strspn(uuid, "0123456789abcdef-") != 36)
		return cli_output_problem(cli, EVX_E_CORRUPT,
			"The vault gave no valid UUID. Nothing was changed. To see what is wrong, "
			"run: evx check");
	if (asprintf(path, "%s/exhibits/%s", vault, uuid) < 0)
		return cli_output_problem(cli, EVX_E_MEMORY, "Out of memory. Nothing was changed.");
	return CLI_CONTINUE;
}

int cli_vault_exhibit(struct cli *cli, size_t i, const char *as)
{
	const char *name = cli->args[i], *vault;
	struct evx_diag diag = { 0 };
	char *path = NULL;
	enum evx_err err;
	int r;

	if (strcmp(name, "-") == 0 || access(name, F_OK) == 0)
		return CLI_CONTINUE;
	vault = cli_vault_path_optional(cli->vault);
	if (vault == NULL)
		return CLI_CONTINUE; /* whoever opens it says that it is not there */
	if (cli->nlists == CLI_LISTS_MAX)
		return cli_options_misuse(cli, "Too many exhibits are named. Use fewer.");
	err = evx_vault_find_named(vault, name, &path, &diag);
	if (err == EVX_E_NOT_FOUND) {
		r = find_confined(cli, vault, name, as, &path);
		if (r != CLI_CONTINUE)
			return r;
	} else if (err != EVX_OK) {
		return cli_output_error(cli, err, &diag);
	}
	cli->lists[cli->nlists++] = path;
	cli->args[i] = path;
	return CLI_CONTINUE;
}

/* ---- Filing */

static void print_filing(struct cli *cli, const struct evx_vault_filing_options *opt,
	const struct evx_vault_filing_result *r)
{
	struct cli_json j;

	if (cli->json) {
		j = cli_json_begin(cli->out);
		cli_json_text(&j, "uuid", r->uuid);
		cli_json_text(&j, "case", r->case_id);
		cli_json_text(&j, "before", r->from[0] != '\0' ? r->from : NULL);
		cli_json_bool(&j, "changed", r->changed);
		cli_json_end(&j);
		return;
	}
	fprintf(cli->out,
		r->changed ? _("FILED: exhibit %s is now in case ") :
			     _("NOTHING TO DO: exhibit %s is already in case "),
		r->uuid);
	cli_output_text(cli->out, opt->in_case);
	if (!r->changed)
		fputs(".\n", cli->out);
	else if (r->from[0] == '\0')
		fputs(_(". Before, it was in no case.\n"), cli->out);
	else
		fprintf(cli->out, _(". Before, it was in case %s.\n"), r->from);
}

int cli_vault_file(struct cli *cli, struct evx_vault_filing_options *opt)
{
	struct evx_passphrase ask = cli_prompt_passphrase(cli);
	struct evx_vault_filing_result result;
	struct evx_home *home;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int r = cli_home_open(cli, false, &home);

	if (r != CLI_CONTINUE)
		return r;
	err = evx_vault_file_exhibit(home, opt, &ask, &result, &diag);
	evx_home_free(home);
	if (err != EVX_OK)
		return cli_output_error(cli, err, &diag);
	cli_output_confinement(cli, &result.confinement);
	print_filing(cli, opt, &result);
	if (result.catalog_lost)
		cli_output_warn(cli,
			"The exhibit is filed. Only the vault's catalog could not be updated. Run: "
			"evx rebuild");
	return CLI_GOOD;
}
