/* Findings, counted by line and weight. */
#include "custody/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/path.h"
#ifdef EVX_TEST_HOOKS
#include "base/test_hooks.h"
#endif

void evx_findings_free(struct evx_findings *f)
{
	if (f == NULL)
		return;
	free(f->at);
	memset(f, 0, sizeof(*f));
}

static enum evx_verdict_line line_of(const char *code)
{
	return code[0] == 'D' ? EVX_ON_DATA : code[0] == 'T' ? EVX_ON_TRUST : EVX_ON_CUSTODY;
}

/* The data line is about every byte and the seal, so it shares what is the matter with the seal's
 * public part. */
static bool counts_for_data(const char *code, enum evx_weight weight, uint32_t event)
{
	return code[0] == 'C' && event == 0 && weight >= EVX_WEIGHT_UNCHECKED &&
		strcmp(code, "C-BINDING") != 0 && strcmp(code, "C-KEY") != 0 &&
		strcmp(code, "C-DETAILS") != 0;
}

/* The last of the kept findings that weigh least, when that is less than weight; else NULL. */
static struct evx_finding *lighter(struct evx_findings *f, enum evx_weight weight)
{
	struct evx_finding *found = NULL;
	size_t i;

	if (weight <= f->least)
		return NULL;
	for (i = 0; i < f->n; i++)
		if (f->at[i].weight < weight && (found == NULL || f->at[i].weight <= found->weight))
			found = &f->at[i];
	f->least = found == NULL ? weight : found->weight;
	return found;
}

/* Counts a finding and gives a place for it, *out NULL when no more are kept. */
static enum evx_err place(struct evx_findings *f, const char *code, enum evx_weight weight,
	uint32_t event, struct evx_finding **out)
{
	*out = NULL;
#ifdef EVX_TEST_HOOKS
	evx_test_found(code, evx_weight_name(weight));
#endif
	f->count[line_of(code)][weight]++;
	if (counts_for_data(code, weight, event))
		f->count[EVX_ON_DATA][weight]++;
	if (f->n >= EVX_FINDINGS_KEPT) {
		f->dropped++;
		*out = lighter(f, weight);
		if (*out == NULL)
			return EVX_OK;
	} else {
		*out = EVX_ARRAY_ADD(f->at, f->n);
		if (*out == NULL)
			return EVX_E_MEMORY;
	}
	memset(*out, 0, sizeof(**out));
	(void)snprintf((*out)->code, sizeof(*out)->code, "%s", code);
	(*out)->weight = weight;
	(*out)->line = line_of(code);
	(*out)->event = event;
	return EVX_OK;
}

/* *at is NULL when it is not kept. */
static enum evx_err add(struct evx_findings *f, const char *code, enum evx_weight weight,
	uint32_t event, const char *where, const struct evx_told *say, struct evx_finding **at)
{
	enum evx_err err = place(f, code, weight, event, at);

	if (err != EVX_OK || *at == NULL)
		return err;
	_Static_assert(sizeof((*at)->text) == sizeof(say->text), "one length of texts");
	memcpy((*at)->text, say->text, sizeof((*at)->text));
	memcpy((*at)->told, say->told, sizeof((*at)->told));
	if (where != NULL)
		(void)snprintf((*at)->where, sizeof((*at)->where), "%s", where);
	return EVX_OK;
}

enum evx_err evx_findings_add_told(struct evx_findings *f, const char *code, enum evx_weight weight,
	uint32_t event, const char *where, const struct evx_told *say)
{
	struct evx_finding *at;

	return add(f, code, weight, event, where, say, &at);
}

enum evx_err evx_findings_add(struct evx_findings *f, const char *code, enum evx_weight weight,
	uint32_t event, const char *where, const char *fmt, ...)
{
	struct evx_told say;
	va_list ap;

	va_start(ap, fmt);
	evx_told_say_v(&say, fmt, ap);
	va_end(ap);
	return evx_findings_add_told(f, code, weight, event, where, &say);
}

enum evx_err evx_findings_add_container(struct evx_findings *f, const char *code,
	enum evx_weight weight, bool behind_seal, const char *where, const struct evx_told *say)
{
	struct evx_finding *at;
	enum evx_err err = add(f, code, weight, EVX_NO_EVENT, where, say, &at);

	if (at != NULL)
		at->behind_seal = behind_seal;
	return err;
}

enum evx_err evx_findings_join_at_most(
	struct evx_findings *f, const struct evx_findings *from, enum evx_weight most)
{
	struct evx_finding *at;
	uint64_t kept[EVX_VERDICT_LINES][EVX_WEIGHTS] = { { 0 } };
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < from->n && err == EVX_OK; i++) {
		const struct evx_finding *one = &from->at[i];
		const enum evx_weight weight = one->weight < most ? one->weight : most;

		err = place(f, one->code, weight, one->event, &at);
		if (at != NULL) {
			*at = *one;
			at->weight = weight;
		}
		kept[one->line][one->weight]++;
		kept[EVX_ON_DATA][one->weight] += counts_for_data(
			one->code, one->weight, one->event);
	}
	for (int line = 0; line < EVX_VERDICT_LINES; line++)
		for (int weight = 0; weight < EVX_WEIGHTS; weight++)
			f->count[line][weight < (int)most ? weight : (int)most] +=
				from->count[line][weight] - kept[line][weight];
	f->dropped += from->dropped;
	return err;
}

enum evx_err evx_findings_join(struct evx_findings *f, const struct evx_findings *from)
{
	return evx_findings_join_at_most(f, from, EVX_WEIGHT_BROKEN);
}

enum evx_err evx_findings_join_origin(struct evx_findings *f, const struct evx_findings *from)
{
	struct evx_findings own = { 0 };
	enum evx_err err = evx_findings_join(&own, from);

	for (size_t i = 0; i < own.n; i++) {
		struct evx_finding *at = &own.at[i];
		struct evx_told english, other;

		evx_told_say(&english, "Original: %.490s", at->text);
		evx_told_say(&other, "Original: %.490s", at->told);
		memcpy(at->text, english.text, sizeof(at->text));
		if (at->told[0] != '\0')
			memcpy(at->told, other.told, sizeof(at->told));
		at->origin = true;
	}
	if (err == EVX_OK)
		err = evx_findings_join(f, &own);
	evx_findings_free(&own);
	return err;
}

static enum evx_weight weight_of(enum evx_err err)
{
	switch (err) {
	case EVX_E_UNSUPPORTED:
		return EVX_WEIGHT_NEWER;
	case EVX_E_USAGE:
	case EVX_E_NOT_FOUND:
	case EVX_E_EXISTS:
	case EVX_E_IO:
	case EVX_E_MEMORY:
	case EVX_E_LOCKED:
	case EVX_E_KEY:
	case EVX_E_INTERRUPTED:
		return EVX_WEIGHT_UNCHECKED;
	default:
		return EVX_WEIGHT_BROKEN;
	}
}

enum evx_err evx_findings_add_diag(struct evx_findings *f, const char *code, uint32_t event,
	const char *where, const struct evx_diag *diag)
{
	struct evx_finding *at;
	char text[sizeof(at->text)];
	enum evx_err err = place(f, code, weight_of(diag->code), event, &at);

	if (err != EVX_OK || at == NULL)
		return err;
	evx_text_escape(diag->text, strlen(diag->text), text, sizeof(text));
	memcpy(at->text, text, sizeof(at->text));
	evx_text_escape(diag->told, strlen(diag->told), at->told, sizeof(at->told));
	(void)snprintf(at->where, sizeof(at->where), "%s", where != NULL ? where : diag->path);
	at->has_offset = diag->has_offset;
	at->offset = diag->offset;
	return EVX_OK;
}

const char *evx_weight_name(enum evx_weight w)
{
	static const char *const names[EVX_WEIGHTS] = { "info", "remark", "gap", "unchecked",
		"newer", "broken" };

	return names[w];
}
