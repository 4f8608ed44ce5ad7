/* What time-stamps prove of events. */
#include "custody/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/time.h"

/* A gap, not an alteration: nobody signs that a response belongs to its event before a later one
 * names it, so anyone can add a bad one. */
static enum evx_err note_bad(struct evx_findings *f, const char *code, enum evx_weight weight,
	uint32_t number, const char *name, const struct evx_diag *why)
{
	const char *text = strstr(why->text, ": ");
	char shown[sizeof(why->text)];

	text = text != NULL ? text + 2 : why->text;
	return evx_findings_add(f, code, weight, number, name, "%s proves nothing: %s.", name,
		evx_text_escape(text, strlen(text), shown, sizeof(shown) - 128));
}

static enum evx_err note_unchecked(
	struct evx_findings *f, uint32_t number, const char *name, const struct evx_timestamp *t)
{
	char when[EVX_TIME_CAP];
	enum evx_err err = evx_time_encode(t->time, when);

	if (err != EVX_OK)
		return evx_findings_add(f, "T-STAMP-BAD", EVX_WEIGHT_GAP, number, name,
			"%s proves nothing: its time is after the year 9999.", name);
	return evx_findings_add(f, "T-STAMP-UNCHECKED", EVX_WEIGHT_INFO, number, name,
		"%s says that entry %04u existed at %s. Its authority was not compared with any "
		"certificate.",
		name, (unsigned)number, when);
}

static enum evx_err note_ahead(const struct evx_chain_event *e, uint32_t number, const char *name,
	const struct evx_timestamp *t, struct evx_findings *f)
{
	char stamped[EVX_TIME_CAP], claimed[EVX_TIME_CAP];

	if (e->event.time - t->time <= EVX_STAMP_SLACK ||
		evx_time_encode(t->time, stamped) != EVX_OK ||
		evx_time_encode(e->event.time, claimed) != EVX_OK)
		return EVX_OK;
	return evx_findings_add(f, "T-STAMP-TIME", EVX_WEIGHT_REMARK, number, name,
		"Entry %04u existed at %s, but says that it was made at %s. The signer's clock was "
		"fast.",
		(unsigned)number, stamped, claimed);
}

static void keep(struct evx_stamp_proof *p, uint32_t number, const struct evx_timestamp *t)
{
	if (p->proven && p->time <= t->time)
		return;
	p->proven = true;
	p->time = t->time;
	p->by = number;
	memcpy(p->authority, t->authority, sizeof(p->authority));
	memcpy(p->policy, t->policy, sizeof(p->policy));
}

enum evx_err evx_stamp_judge(const struct evx_chain_result *chain, uint32_t number,
	const char *name, struct evx_bytes record, struct evx_bytes response,
	const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof *proofs,
	struct evx_stamp_seen *seen, struct evx_findings *findings, struct evx_diag *diag)
{
	struct evx_timestamp t;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_timestamp_check(
		response.p, response.n, record.p, record.n, NULL, trusted, &t, &why);

	if (seen != NULL)
		memset(seen, 0, sizeof(*seen));
	if (err == EVX_E_MEMORY)
		return evx_fail_buf(diag, err);
	if (err == EVX_E_KEY && trusted != NULL)
		err = note_bad(
			findings, "T-STAMP-UNTRUSTED", EVX_WEIGHT_REMARK, number, name, &why);
	else if (err == EVX_E_KEY || (err == EVX_OK && trusted == NULL))
		err = note_unchecked(findings, number, name, &t);
	else if (err != EVX_OK)
		err = note_bad(findings, "T-STAMP-BAD", EVX_WEIGHT_GAP, number, name, &why);
	else {
		keep(&proofs[number], number, &t);
		if (seen != NULL)
			*seen = (struct evx_stamp_seen){ number, t.time, t.expires, EVX_NO_EVENT,
				name };
		err = note_ahead(&chain->at[number], number, name, &t, findings);
	}
	return evx_fail_buf(diag, err);
}

bool evx_stamp_held(const struct evx_stamp_proof *proof, int64_t *time, uint32_t *by)
{
	*by = proof->old ? proof->held_by : proof->by;
	*time = proof->old ? proof->held_time : proof->time;
	return proof->proven && (!proof->old || proof->held);
}

static void keep_held(struct evx_stamp_proof *p, int64_t time, uint32_t by)
{
	if (p->held && p->held_time <= time)
		return;
	p->held = true;
	p->held_time = time;
	p->held_by = by;
}

/* What proves an event proves the one before it, too. */
static void pass_on(const struct evx_stamp_proof *from, struct evx_stamp_proof *to)
{
	const struct evx_stamp_proof own = *to;

	if (from->proven && (!own.proven || from->time < own.time))
		*to = *from;
	to->held = own.held;
	to->held_time = own.held_time;
	to->held_by = own.held_by;
	if (from->held)
		keep_held(to, from->held_time, from->held_by);
}

static enum evx_err note_late(const struct evx_chain_event *e, uint32_t number,
	const struct evx_stamp_proof *p, struct evx_findings *f)
{
	char stamped[EVX_TIME_CAP], claimed[EVX_TIME_CAP];

	if (!p->proven || p->time - e->event.time <= EVX_STAMP_FAR ||
		evx_time_encode(p->time, stamped) != EVX_OK ||
		evx_time_encode(e->event.time, claimed) != EVX_OK)
		return EVX_OK;
	return evx_findings_add(f, "T-STAMP-TIME", EVX_WEIGHT_REMARK, number, NULL,
		"Entry %04u says that it was made at %s. A time-stamp proves only that it existed "
		"at %s.",
		(unsigned)number, claimed, stamped);
}

enum evx_err evx_stamp_settle(const struct evx_chain_result *chain, bool wanted,
	struct evx_stamp_proof *proofs, struct evx_findings *findings, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < chain->rightful && err == EVX_OK; i++)
		err = note_late(&chain->at[i], (uint32_t)i, &proofs[i], findings);
	/* A record is over all signatures before it as long as each author saw those that are here.
	 */
	for (i = chain->rightful; i-- > 1;)
		if (chain->at[i].same_record)
			pass_on(&proofs[i], &proofs[i - 1]);
	if (err == EVX_OK && wanted && !proofs[0].proven)
		err = evx_findings_add(findings, "T-STAMP-NONE", EVX_WEIGHT_GAP, EVX_NO_EVENT, NULL,
			"No trusted time-stamp shows when the seal was made.");
	return evx_fail_buf(diag, err);
}

static int later_event_first(const void *a, const void *b)
{
	const struct evx_stamp_seen *x = a, *y = b;

	return x->event > y->event ? -1 : x->event < y->event;
}

static enum evx_err note_old(const struct evx_stamp_seen *s, struct evx_findings *f)
{
	char expired[EVX_TIME_CAP];

	if (evx_time_encode(s->expires, expired) != EVX_OK)
		return EVX_OK; /* past the year 9999, and so not yet */
	return evx_findings_add(f, "T-STAMP-OLD", EVX_WEIGHT_REMARK, s->event, s->name,
		"The certificate behind %s expired at %s. No trusted time-stamp made before that "
		"covers it. So it proves only as much as the authority's old key was kept safe.",
		s->name, expired);
}

/* How many of the first n, later events first, are over event `from` or a later one. */
static size_t count_from(const struct evx_stamp_seen *seen, size_t n, uint32_t from)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (seen[middle].event >= from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum evx_err evx_stamp_renewed(struct evx_stamp_seen *seen, size_t n, int64_t now,
	struct evx_stamp_proof *proofs, struct evx_findings *findings, struct evx_diag *diag)
{
	int64_t *earliest = calloc(n + 1, sizeof(*earliest)); /* of those among the first i that
							       * hold
							       */
	enum evx_err err = earliest != NULL ? EVX_OK : EVX_E_MEMORY;
	size_t i;

	if (n > 1)
		qsort(seen, n, sizeof(*seen), later_event_first);
	if (err == EVX_OK)
		earliest[0] = INT64_MAX;
	/* A stamp is covered by those of later events only, which stand before it here. */
	for (i = 0; i < n && err == EVX_OK; i++) {
		bool holds = seen[i].expires >= now;

		if (!holds && seen[i].listed != EVX_NO_EVENT && seen[i].listed > seen[i].event)
			holds = earliest[count_from(seen, i, seen[i].listed)] <= seen[i].expires;
		earliest[i + 1] = holds && seen[i].time < earliest[i] ? seen[i].time : earliest[i];
		if (proofs != NULL && holds)
			keep_held(&proofs[seen[i].event], seen[i].time, seen[i].event);
		else if (proofs != NULL && proofs[seen[i].event].time == seen[i].time)
			proofs[seen[i].event].old = true;
		if (!holds)
			err = note_old(&seen[i], findings);
	}
	free(earliest);
	return evx_fail_buf(diag, err);
}

static enum evx_err note_floor(
	const struct evx_chain_event *e, uint32_t number, int64_t floor, struct evx_findings *f)
{
	char stamped[EVX_TIME_CAP], claimed[EVX_TIME_CAP];

	if (floor == EVX_NO_FLOOR || floor - e->event.time <= EVX_STAMP_SLACK ||
		evx_time_encode(floor, stamped) != EVX_OK ||
		evx_time_encode(e->event.time, claimed) != EVX_OK)
		return EVX_OK;
	return evx_findings_add(f, "T-STAMP-TIME", EVX_WEIGHT_REMARK, number, NULL,
		"Entry %04u says that it was made at %s. But it knows a time-stamp of %s, so it "
		"cannot be older than that.",
		(unsigned)number, claimed, stamped);
}

enum evx_err evx_stamp_floors(const struct evx_chain_result *chain,
	const struct evx_stamp_seen *seen, size_t n, int64_t *floors, struct evx_findings *findings,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < chain->rightful; i++)
		floors[i] = EVX_NO_FLOOR;
	for (size_t i = 0; i < n; i++)
		if (seen[i].listed < chain->rightful && seen[i].time > floors[seen[i].listed])
			floors[seen[i].listed] = seen[i].time;
	for (size_t i = 0; i < chain->rightful && err == EVX_OK; i++) {
		if (i > 0 && floors[i - 1] > floors[i])
			floors[i] = floors[i - 1];
		err = note_floor(&chain->at[i], (uint32_t)i, floors[i], findings);
	}
	return evx_fail_buf(diag, err);
}
