/* How the exhibit must be handled, and what was searched for, as the seal and releases say. */
#include <stdlib.h>
#include <string.h>

#include "cli_details.h"
#include "cli_language.h"
#include "page_report.h"

/* What a handling code of Europol stands for, or NULL where the text begins with none. */
static const char *meaning(const char *handling)
{
	static const struct {
		const char *code, *text;
	} codes[] = {
		{ "H0", N_("for preventing and fighting crime only") },
		{ "H1", N_("not as evidence in court without the provider's permission") },
		{ "H2", N_("not to be passed on without the provider's permission") },
		{ "H3", N_("other restrictions, as the text says") },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strncmp(handling, codes[i].code, 2) == 0 &&
			(handling[2] == '\0' || handling[2] == ' '))
			return codes[i].text;
	return NULL;
}

static bool says(const struct evx_report_event *e)
{
	char *handling = cli_details_text(e->details_json, "handling");
	char *scope = cli_details_text(e->details_json, "scope");
	const bool any = e->counts && (handling != NULL || scope != NULL);

	free(handling);
	free(scope);
	return any;
}

static void row(FILE *f, const struct evx_report_event *e)
{
	char *handling = cli_details_text(e->details_json, "handling");
	char *scope = cli_details_text(e->details_json, "scope");
	const char *code = handling != NULL ? meaning(handling) : NULL;

	fprintf(f, "<tr><th scope=\"row\">%04d ", e->number);
	page_text(f, _(e->type));
	fputs("</th><td>", f);
	page_isolated(f, handling != NULL ? handling : "");
	if (code != NULL)
		fprintf(f, " (%s)", _(code));
	fputs("</td>", f);
	page_cell(f, scope != NULL ? scope : "");
	fputs("</tr>\n", f);
	free(handling);
	free(scope);
}

void page_report_handling(FILE *f, const struct evx_report *r)
{
	static const char *const headings[] = { N_("Entry"), N_("Handling"), N_("Scope"), NULL };
	size_t i, n = 0;

	for (i = 0; i < r->nevents; i++)
		n += says(&r->events[i]);
	if (n == 0)
		return;
	page_section(f, "handling", "Handling and scope");
	page_table(f, "What the signers wrote of its handling and scope", headings);
	for (i = 0; i < r->nevents; i++)
		if (says(&r->events[i]))
			row(f, &r->events[i]);
	page_table_end(f);
	page_section_end(f);
}
