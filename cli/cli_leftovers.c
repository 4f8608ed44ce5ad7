/* Tells of unfinished files, and offers to remove them. */
#include "cli_leftovers.h"

#include <string.h>

#include "cli_language.h"
#include "cli_output.h"
#include "cli_prompt.h"

#define TOLD 3u /* by name */

static bool is_volume(const char *name)
{
	const char *last = strrchr(name, '.');

	return last != NULL && strspn(last + 1, "0123456789") == strlen(last + 1);
}

static void tell(struct cli *cli, const struct evx_leftovers *l, bool resumes)
{
	const char *next = resumes && !is_volume(l->names[0]) ?
		cli_language_number("To use what was stored already, seal with --resume. Otherwise "
				    "you can remove it.",
			"To use what was stored already, seal with --resume. Otherwise you can "
			"remove them.",
			l->n) :
		cli_language_number("evx uses nothing of it. You can remove it.",
			"evx uses nothing of them. You can remove them.", l->n);
	char things[CLI_THINGS_CAP], size[CLI_NUMBER_CAP], name[160], names[600] = "", left[900];
	size_t at = 0;

	for (size_t i = 0; i < l->n && i < TOLD; i++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s", i > 0 ? ", " : "",
			evx_text_escape(l->names[i], strlen(l->names[i]), name, sizeof(name)));
	snprintf(left, sizeof(left),
		_("A command that was killed left %s of this bundle (%s) in %s: %s%s."),
		cli_output_things(l->n, "unfinished file", "unfinished files", things),
		cli_output_short_size(l->bytes, size),
		strcmp(l->directory, ".") == 0 ? _("this directory") : l->directory, names,
		l->n > TOLD ? ", ..." : "");
	cli_output_warn(cli, "%s %s", left, next);
}

int cli_leftovers(struct cli *cli, const char *output, bool resumes, bool ask)
{
	struct evx_leftovers l = { .names = NULL };
	struct evx_diag diag = { 0 };
	int r = CLI_CONTINUE;

	if (cli->quiet || output == NULL || strcmp(output, "-") == 0)
		return r;
	if (evx_leftovers_find(output, &l, &diag) != EVX_OK)
		return cli_output_error(cli, diag.code, &diag);
	if (l.n == 0)
		goto out;
	tell(cli, &l, resumes);
	if (ask && cli_prompt_possible() && cli_prompt_yes(cli, "Remove what was left?") &&
		evx_leftovers_remove(&l, &diag) != EVX_OK)
		r = cli_output_error(cli, diag.code, &diag);
out:
	evx_leftovers_free(&l);
	return r;
}
