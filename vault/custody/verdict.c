/* Findings to three lines and an exit code. */
#include "custody/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *grade_name(enum evx_verdict_grade g)
{
	static const char *const names[] = { "intact", "intact with remarks", "broken",
		"could not check" };

	return names[g];
}

static bool any(const struct evx_findings *f, enum evx_verdict_line line, enum evx_weight weight)
{
	return f->count[line][weight] > 0;
}

static enum evx_verdict_grade grade_of(const struct evx_findings *f, enum evx_verdict_line line)
{
	if (any(f, line, EVX_WEIGHT_BROKEN))
		return EVX_GRADE_BROKEN;
	if (any(f, line, EVX_WEIGHT_NEWER) || any(f, line, EVX_WEIGHT_UNCHECKED))
		return EVX_GRADE_NOT_CHECKED;
	if (any(f, line, EVX_WEIGHT_GAP) || any(f, line, EVX_WEIGHT_REMARK))
		return EVX_GRADE_REMARKS;
	return EVX_GRADE_INTACT;
}

/* Only a known signer makes a good seal: anybody can seal again, under a key of their own, what
 * somebody else sealed. */
static int exit_code_of(const struct evx_findings *f)
{
	int line;
	bool broken = false, newer = false, unchecked = false, gap = false;

	for (line = EVX_ON_DATA; line <= EVX_ON_TRUST; line++) {
		broken = broken || any(f, (enum evx_verdict_line)line, EVX_WEIGHT_BROKEN);
		newer = newer || any(f, (enum evx_verdict_line)line, EVX_WEIGHT_NEWER);
		unchecked = unchecked ||
			(line != EVX_ON_TRUST &&
				any(f, (enum evx_verdict_line)line, EVX_WEIGHT_UNCHECKED));
		gap = gap || any(f, (enum evx_verdict_line)line, EVX_WEIGHT_GAP) ||
			(line == EVX_ON_TRUST && any(f, EVX_ON_TRUST, EVX_WEIGHT_UNCHECKED));
	}
	return broken ? 1 : newer ? 4 : unchecked ? 3 : gap ? 5 : 0;
}

static unsigned long long total(const struct evx_findings *f, enum evx_verdict_line line)
{
	unsigned long long n = 0;
	int w;

	for (w = EVX_WEIGHT_REMARK; w < EVX_WEIGHTS; w++)
		n += f->count[line][w];
	return n;
}

static void say(struct evx_verdict *v, enum evx_verdict_line line, const char *name,
	const char *fmt, ...) EVX_PRINTF(4, 5);
static void say(
	struct evx_verdict *v, enum evx_verdict_line line, const char *name, const char *fmt, ...)
{
	char more[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(more, sizeof(more), fmt, ap);
	va_end(ap);
	(void)snprintf(v->line[line].text, sizeof(v->line[line].text), "%s: %s%s", name,
		grade_name(v->line[line].grade), more);
}

static const char *events(size_t n)
{
	return n == 1 ? "event" : "events";
}

static bool has_code(const struct evx_findings *f, const char *code)
{
	size_t i;

	for (i = 0; i < f->n && strcmp(f->at[i].code, code) != 0; i++)
		;
	return i < f->n;
}

static void say_data(struct evx_verdict *v, const struct evx_findings *f)
{
	unsigned long long n = total(f, EVX_ON_DATA);

	if (v->line[EVX_ON_DATA].grade == EVX_GRADE_NOT_CHECKED && has_code(f, "D-DISPOSED"))
		say(v, EVX_ON_DATA, "data", "%s",
			": the exhibit was disposed of, as its chain says");
	else if (n == 0)
		say(v, EVX_ON_DATA, "data", "%s", "");
	else if (v->line[EVX_ON_DATA].grade == EVX_GRADE_REMARKS &&
		any(f, EVX_ON_DATA, EVX_WEIGHT_GAP))
		say(v, EVX_ON_DATA, "data", "%s",
			": the bundle is as it was sealed, and behind its end this file goes on");
	else
		say(v, EVX_ON_DATA, "data", " (%llu %s)", n, n == 1 ? "finding" : "findings");
}

static void say_custody(struct evx_verdict *v, size_t length, size_t rightful)
{
	if (rightful == length)
		say(v, EVX_ON_CUSTODY, "custody", ", %zu %s", length, events(length));
	else if (rightful == 0)
		say(v, EVX_ON_CUSTODY, "custody", " from the seal on; %zu %s", length,
			events(length));
	else
		say(v, EVX_ON_CUSTODY, "custody",
			" after event %04zu: the first %zu of %zu events are good", rightful - 1,
			rightful, length);
}

/* A gap of trust that is about time-stamps (T-STAMP-…), or one that is not. */
static bool trust_gap(const struct evx_findings *f, bool of_stamp)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->at[i].line == EVX_ON_TRUST && f->at[i].weight == EVX_WEIGHT_GAP &&
			(strncmp(f->at[i].code, "T-STAMP", 7) == 0) == of_stamp)
			return true;
	return false;
}

static void say_trust(struct evx_verdict *v, const struct evx_findings *f)
{
	if (trust_gap(f, false))
		say(v, EVX_ON_TRUST, "trust",
			": a signer is not among the cards trusted here, or signed when the key "
			"was not good");
	else if (v->line[EVX_ON_TRUST].grade == EVX_GRADE_NOT_CHECKED && has_code(f, "T-ROSTER"))
		say(v, EVX_ON_TRUST, "trust", ": a roster that was given is not good");
	else if (v->line[EVX_ON_TRUST].grade == EVX_GRADE_NOT_CHECKED)
		say(v, EVX_ON_TRUST, "trust", ": no card was given to compare the signers with");
	else if (trust_gap(f, true))
		say(v, EVX_ON_TRUST, "trust",
			": a time-stamp proves nothing, or none of a trusted authority is there");
	else if (v->line[EVX_ON_TRUST].grade == EVX_GRADE_INTACT)
		say(v, EVX_ON_TRUST, "trust", ": every signer is on a card trusted here");
	else
		say(v, EVX_ON_TRUST, "trust", "%s", "");
}

struct evx_verdict evx_verdict_of(
	const struct evx_findings *findings, size_t chain_length, size_t rightful)
{
	struct evx_verdict v = { 0 };
	int line;

	for (line = EVX_ON_DATA; line <= EVX_ON_TRUST; line++)
		v.line[line].grade = grade_of(findings, (enum evx_verdict_line)line);
	v.exit_code = exit_code_of(findings);
	say_data(&v, findings);
	say_custody(&v, chain_length, rightful);
	say_trust(&v, findings);
	return v;
}
