/* What later entries corrected in the details of earlier ones. */
#include "cli_corrections.h"

#include <stdlib.h>
#include <string.h>

#include "cli_details.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"
#include "cli_verdict.h"

/* The texts that a correction can give, and what people call them. `reason` and `notes` are those
 * of the correction itself. */
static const struct {
	const char *key, *word;
} keys[] = {
	{ "case", N_("case") },
	{ "exhibit_number", N_("exhibit number") },
	{ "description", N_("description") },
	{ "place", N_("place") },
	{ "purpose", N_("purpose") },
	{ "authority", N_("authority") },
	{ "authority_type", N_("authority type") },
	{ "authority_number", N_("authority number") },
	{ "authority_until", N_("authority until") },
	{ "seal_number", N_("seal number") },
	{ "handling", N_("handling") },
	{ "scope", N_("scope") },
	{ "seal_number_after", N_("seal number after") },
	{ "seized_at", N_("seized at") },
	{ "seized_from", N_("seized from") },
	{ "seized_by", N_("seized by") },
	{ "condition", N_("condition") },
	{ "checked", N_("checked") },
	{ "result", N_("result") },
	{ "carrier", N_("carrier") },
	{ "tracking", N_("tracking") },
};
#define NKEYS (sizeof(keys) / sizeof(keys[0]))

const char *cli_corrections_word(const char *key)
{
	size_t i;

	for (i = 0; i < NKEYS; i++)
		if (strcmp(keys[i].key, key) == 0)
			return keys[i].word;
	return key;
}

static bool corrects(const struct evx_report *r, size_t at)
{
	const struct evx_report_event *e = &r->events[at];

	return e->counts && strcmp(e->type, "correct") == 0 && e->refers >= 0 &&
		(size_t)e->refers < at;
}

/* The entry that the correction at `at` is about in the end. */
static size_t root_of(const struct evx_report *r, size_t at)
{
	while (corrects(r, at))
		at = (size_t)r->events[at].refers;
	return at;
}

/* What the entry said before anybody corrected it; a label of the seal can be public. */
static char *said(const struct evx_report *r, size_t entry, const char *key)
{
	const char *public = entry > 0             ? NULL :
		strcmp(key, "case") == 0           ? r->public_case :
		strcmp(key, "exhibit_number") == 0 ? r->public_exhibit :
						     NULL;

	return public != NULL ? strdup(public) :
				cli_details_text(r->events[entry].details_json, key);
}

/* Takes text over. */
static bool add(struct cli_corrections *c, const struct evx_report *r, size_t by, const char *key,
	char *text)
{
	const size_t of = root_of(r, by);
	struct cli_correction *one = NULL, *more;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->at[i].of == (int)of && c->at[i].key == key)
			one = &c->at[i];
	if (one == NULL) {
		more = reallocarray(c->at, c->n + 1, sizeof(*c->at));
		if (more == NULL) {
			free(text);
			return false;
		}
		c->at = more;
		one = &c->at[c->n++];
		*one = (struct cli_correction){
			.of = (int)of, .key = key, .was = said(r, of, key)
		};
	}
	free(one->text);
	one->text = text;
	one->by = (int)by;
	return true;
}

bool cli_corrections_find(const struct evx_report *r, struct cli_corrections *out)
{
	size_t i, k;
	char *text;

	*out = (struct cli_corrections){ NULL, 0 };
	for (i = 0; i < r->nevents; i++)
		for (k = 0; k < NKEYS && corrects(r, i); k++) {
			text = cli_details_text(r->events[i].details_json, keys[k].key);
			if (text != NULL && !add(out, r, i, keys[k].key, text)) {
				cli_corrections_free(out);
				return false;
			}
		}
	return true;
}

void cli_corrections_free(struct cli_corrections *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->at[i].was);
		free(c->at[i].text);
	}
	free(c->at);
	*c = (struct cli_corrections){ NULL, 0 };
}

const struct cli_correction *cli_corrections_of(
	const struct cli_corrections *c, int entry, const char *key)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->at[i].of == entry && strcmp(c->at[i].key, key) == 0)
			return &c->at[i];
	return NULL;
}

int cli_corrections_closed(const struct evx_report *r, int entry)
{
	size_t i;
	int found = -1;

	for (i = 0; i < r->nevents; i++)
		if (corrects(r, i) && !r->events[i].details_opened &&
			root_of(r, i) == (size_t)entry)
			found = (int)i;
	return found;
}

static void who_and_when(FILE *f, const struct evx_report *r, int entry)
{
	char time[CLI_LAYOUT_TIME];

	fprintf(f, _("entry %04d ("), entry);
	cli_verdict_signer(f, &r->events[entry]);
	fprintf(f, ", %s)", cli_layout_time(r->events[entry].time, false, time));
}

void cli_corrections_print(FILE *f, const struct evx_report *r, int entry, size_t indent)
{
	const int closed = cli_corrections_closed(r, entry);
	struct cli_corrections c;
	struct cli_layout_text t;
	size_t i;

	if (!cli_corrections_find(r, &c))
		return;
	for (i = 0; i < c.n; i++) {
		if (c.at[i].of != entry || !cli_layout_text_begin(&t))
			continue;
		fprintf(t.f, _("CORRECTED  %s: "), _(cli_corrections_word(c.at[i].key)));
		cli_output_text(t.f, c.at[i].was != NULL ? c.at[i].was : _("not named"));
		fputs(_(", corrected to "), t.f);
		cli_output_text(t.f, c.at[i].text);
		fputs(C_("signer", " by "), t.f);
		who_and_when(t.f, r, c.at[i].by);
		fprintf(f, "%*s", (int)indent, "");
		cli_layout_text_paragraph(&t, f, indent + 11);
	}
	if (closed >= 0 && cli_layout_text_begin(&t)) {
		fputs(_("CORRECTED  in details that are closed here, by "), t.f);
		who_and_when(t.f, r, closed);
		fputs(_(". To read them, use --as NAME."), t.f);
		fprintf(f, "%*s", (int)indent, "");
		cli_layout_text_paragraph(&t, f, indent + 11);
	}
	cli_corrections_free(&c);
}
