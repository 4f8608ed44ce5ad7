/* What the rules say: findings, and what is missing. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "custody/rules_inner.h"

static enum evx_err note(struct evx_rules *r, uint32_t event, const char *code,
	enum evx_weight weight, const struct evx_told *say)
{
	if (r->findings == NULL)
		return EVX_OK;
	/* Whoever succeeds where nobody can approve is not kept from it: the gap will be seen. */
	if (r->refusal != NULL && event == r->watched && weight >= EVX_WEIGHT_GAP &&
		strcmp(code, "R-APPROVAL") != 0)
		(void)evx_fail(r->refusal, EVX_E_CUSTODY, "%s: %s", code, say->text);
	return evx_findings_add_told(r->findings, code, weight, event, NULL, say);
}

enum evx_err evx_rules_note(struct evx_rules *r, uint32_t event, const char *code,
	enum evx_weight weight, const char *fmt, ...)
{
	struct evx_told say;
	va_list ap;

	va_start(ap, fmt);
	evx_told_say_v(&say, fmt, ap);
	va_end(ap);
	return note(r, event, code, weight, &say);
}

enum evx_err evx_rules_forbid(struct evx_rules *r, const char *code, const char *fmt, ...)
{
	struct evx_told say;
	va_list ap;

	va_start(ap, fmt);
	evx_told_say_v(&say, fmt, ap);
	va_end(ap);
	r->not_allowed = true;
	if (r->refusal == NULL)
		evx_told_more(&say, "So it does not count.");
	return note(r, r->at, code, r->known ? EVX_WEIGHT_BROKEN : EVX_WEIGHT_GAP, &say);
}

enum evx_err evx_rules_claim(struct evx_rules *r, const struct evx_event *e)
{
	char who[EVX_KEY_NAME_CAP];

	return evx_rules_note(r, r->at, "R-CLAIM", EVX_WEIGHT_GAP,
		"Entry %04u (%s) is a claim by an unknown signer, %s. It changes nothing. Get this "
		"person's card and compare its fingerprint.",
		(unsigned)r->at, e->type, evx_key_name(e->signers[0], who));
}

enum evx_err evx_rules_miss(struct evx_rules *r, uint32_t event, const char *fmt, ...)
{
	struct evx_custody_missing *m = EVX_ARRAY_ADD(r->state.missing, r->state.nmissing);
	va_list ap;

	if (m == NULL)
		return EVX_E_MEMORY;
	m->event = event;
	va_start(ap, fmt);
	(void)vsnprintf(m->text, sizeof(m->text), fmt, ap);
	va_end(ap);
	return EVX_OK;
}
