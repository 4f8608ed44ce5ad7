/* Findings while a chain is read, and the files of the event being read. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "custody/chain_inner.h"

enum evx_err evx_chain_fail(enum evx_err err, struct evx_diag *diag)
{
	if (err == EVX_OK)
		return EVX_OK;
	if (err == EVX_E_INTERRUPTED)
		return evx_fail(diag, err, "Interrupted. Nothing was changed.");
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) : err;
}

/* Where findings go: while an event is read it is not known yet what they weigh. */
static struct evx_findings *place_of(struct evx_chain *c)
{
	return c->open ? &c->own : c->findings;
}

static void spoil(struct evx_chain *c, const char *code, bool newer)
{
	c->bad = true;
	c->altered = c->altered || strcmp(code, "C-FILES") == 0 || strcmp(code, "C-RECORD") == 0;
	c->newer = c->newer ||
		(newer && (strcmp(code, "C-JSON") == 0 || strcmp(code, "C-UNKNOWN-TYPE") == 0));
}

enum evx_err evx_chain_note(struct evx_chain *c, const char *code, enum evx_weight weight,
	const char *where, const char *fmt, ...)
{
	struct evx_told say;
	va_list ap;

	va_start(ap, fmt);
	evx_told_say_v(&say, fmt, ap);
	va_end(ap);
	if (weight >= EVX_WEIGHT_UNCHECKED)
		spoil(c, code, weight == EVX_WEIGHT_NEWER);
	return evx_findings_add_told(place_of(c), code, weight, c->number, where, &say);
}

enum evx_err evx_chain_note_diag(
	struct evx_chain *c, const char *code, const char *where, const struct evx_diag *diag)
{
	spoil(c, code, diag->code == EVX_E_UNSUPPORTED); /* a diagnosis weighs unchecked at least */
	return evx_findings_add_diag(place_of(c), code, c->number, where, diag);
}

enum evx_weight evx_chain_absence(const struct evx_chain *c)
{
	return c->cut && c->number == 0 ? EVX_WEIGHT_UNCHECKED : EVX_WEIGHT_BROKEN;
}

enum evx_err evx_chain_note_absent(struct evx_chain *c, const char *name)
{
	struct evx_chain_absent *added = EVX_ARRAY_ADD(c->absent, c->nabsent);

	if (added == NULL)
		return EVX_E_MEMORY;
	added->event = c->number;
	(void)snprintf(added->name, sizeof(added->name), "%s", name);
	return EVX_OK;
}

const struct evx_chain_file *evx_chain_find(
	const struct evx_chain *c, enum evx_member_kind kind, unsigned number)
{
	size_t i;

	for (i = 0; i < c->nfiles; i++)
		if (c->files[i].id.kind == kind && c->files[i].id.number == number)
			return &c->files[i];
	return NULL;
}
