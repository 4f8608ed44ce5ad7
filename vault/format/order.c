/* Which member of a bundle may follow which. */
#include "format/order.h"

#include "base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is remembered of an event, for the time-stamp responses that a later group may add. */
struct evx_order_event {
	char type[EVX_TYPE_MAX + 1];
	unsigned stamps;
};

/* Steps of group 0000 up to the events: the kinds themselves, which enum evx_member_kind lists in
 * this order. */
#define STEP_PACK EVX_MEMBER_PACK
#define STEP_ORIGIN EVX_MEMBER_ORIGIN
#define STEP_EVENTS EVX_MEMBER_JSON

/* A place among an event's files: rank by kind, key files first. 0 is before all. */
static unsigned rank_of(enum evx_member_kind kind)
{
	if (kind == EVX_MEMBER_KEY_CUSTODY || kind == EVX_MEMBER_KEY_CONTENT)
		return kind == EVX_MEMBER_KEY_CUSTODY ? 1 : 2;
	return 3 + (unsigned)kind - EVX_MEMBER_JSON;
}

#define RANK_JSON 3u
#define RANK_SIG 4u
#define RANK_ATTACH 8u
#define RANK_RECORD 9u
#define RANK_TSR 10u

void evx_order_free(struct evx_order *o)
{
	if (o == NULL)
		return;
	free(o->known);
	o->known = NULL;
	o->events = 0;
}

/* True when the newest event has all that an event must have, or the group has none yet. */
static bool event_whole(const struct evx_order *o)
{
	return o->rank == 0 || !o->fresh || o->rank >= RANK_RECORD;
}

static void expected(const struct evx_order *o, char *out, size_t cap)
{
	static const char *const steps[] = { "bagit.txt", "README.txt", "keys/0000-custody.age",
		"keys/0000-content.age", "a pack", "manifest-sha256.txt", "bag-info.txt",
		"tagmanifest-sha256.txt", "tagmanifest-sha256.txt" };

	if (o->closed)
		(void)snprintf(out, cap, "append-%04u or the end", o->group + 1);
	else if (o->step < STEP_EVENTS)
		(void)snprintf(out, cap, "%s%s", steps[o->step],
			o->step == STEP_PACK && o->filled ? " or manifest-sha256.txt" : "");
	else if (!event_whole(o))
		(void)snprintf(out, cap, "the next file of event %04u, up to its record", o->event);
	else if (!o->filled)
		(void)snprintf(out, cap, "a file of event %04u%s", o->events,
			o->group > 0 ? " or a time-stamp of an earlier one" : "");
	else
		(void)snprintf(out, cap,
			"index-%04u, since a group holds one event or one time-stamp", o->group);
}

static enum evx_err refuse(
	const struct evx_order *o, const struct evx_member_id *id, struct evx_diag *diag)
{
	char name[EVX_MEMBER_NAME_CAP], want[96];

	expected(o, want, sizeof(want));
	if (evx_member_name(id, name) != EVX_OK)
		(void)snprintf(name, sizeof(name), "no member's name");
	return evx_fail(diag, EVX_E_CORRUPT, "member order: expected %s, found %s", want, name);
}

/* Makes event number `event` known, and those before it that were left out. */
static enum evx_err learn(struct evx_order *o, unsigned event, const char *type)
{
	size_t n = o->events;

	while (n <= event)
		if (EVX_ARRAY_ADD(o->known, n) == NULL)
			return EVX_E_MEMORY;
	o->events = (unsigned)n;
	memcpy(o->known[event].type, type, sizeof(o->known[event].type));
	return EVX_OK;
}

/* The verdict on a file of the event that the group is at. */
static enum evx_order_verdict within_event(
	const struct evx_order *o, const struct evx_member_id *id)
{
	const struct evx_order_event *e = &o->known[id->event];
	unsigned rank = rank_of(id->kind), next;
	bool gap = false;

	if (id->type[0] != '\0' && e->type[0] != '\0' && strcmp(id->type, e->type) != 0)
		return EVX_ORDER_MISPLACED;
	if (rank == RANK_TSR) {
		next = e->stamps + 1;
	} else {
		if (!o->fresh)
			return EVX_ORDER_MISPLACED;
		next = rank == o->rank ? o->number + 1 : id->number > 0 ? 1 : 0;
	}
	if (rank < o->rank || id->number < next)
		return EVX_ORDER_MISPLACED;
	/* What no event lacks: its document, a signature, its record. */
	gap = (rank > RANK_JSON && o->rank < RANK_JSON) ||
		(rank > RANK_SIG && o->rank < RANK_SIG) ||
		(rank > RANK_RECORD && o->rank < RANK_RECORD);
	return (gap && o->fresh) || id->number > next ? EVX_ORDER_GAP : EVX_ORDER_OK;
}

/* Goes back to what o was, keeping the memory that it has got since. */
static void restore(struct evx_order *o, struct evx_order was)
{
	was.known = o->known;
	*o = was;
}

static enum evx_err take_event(
	struct evx_order *o, const struct evx_member_id *id, enum evx_order_verdict *verdict)
{
	struct evx_order was = *o;
	bool gap = o->step<STEP_EVENTS, same = o->rank> 0 && id->event == o->event;
	enum evx_err err;

	*verdict = EVX_ORDER_MISPLACED;
	if (o->closed || (o->rank > 0 && id->event < o->event) ||
		(id->event < o->events && !same && id->kind != EVX_MEMBER_TSR))
		return EVX_OK;
	/* A group holds the files of one event, or one time-stamp. */
	gap = gap ||
		(o->rank > 0 && (!same || id->kind == EVX_MEMBER_TSR || o->rank == RANK_TSR)) ||
		(o->group == 0 && id->kind == EVX_MEMBER_TSR);
	if (!same) {
		gap = gap || !event_whole(o) || id->event > o->events ||
			(o->group == 0 && id->event > 0);
		o->fresh = id->event >= o->events;
		o->event = id->event;
		o->rank = o->number = 0;
	}
	if (id->event >= o->events || o->known[id->event].type[0] == '\0') {
		err = learn(o, id->event, id->type);
		if (err != EVX_OK) {
			restore(o, was);
			return err;
		}
	}
	*verdict = within_event(o, id);
	if (*verdict == EVX_ORDER_MISPLACED) {
		restore(o, was);
		return EVX_OK;
	}
	if (gap)
		*verdict = EVX_ORDER_GAP;
	o->step = STEP_EVENTS;
	o->filled = true;
	o->rank = rank_of(id->kind);
	o->number = id->number;
	if (id->kind == EVX_MEMBER_TSR)
		o->known[id->event].stamps = id->number;
	return EVX_OK;
}

/* A file of the original stands behind all that are less than it: by event, kind, number. */
static bool take_origin(struct evx_order *o, const struct evx_member_id *id)
{
	const unsigned rank = rank_of(id->part);

	if (o->origin.rank > 0 &&
		(id->event < o->origin.event ||
			(id->event == o->origin.event &&
				(rank < o->origin.rank ||
					(rank == o->origin.rank &&
						id->number <= o->origin.number)))))
		return false;
	o->origin.event = id->event;
	o->origin.rank = rank;
	o->origin.number = id->number;
	return true;
}

/* What group 0000 has before its events. */
static void take_first(
	struct evx_order *o, const struct evx_member_id *id, enum evx_order_verdict *verdict)
{
	unsigned step = (unsigned)id->kind;
	bool packs_next = o->step == STEP_PACK && o->filled && step == STEP_PACK + 1;
	bool origin_done = o->step == STEP_ORIGIN && step == STEP_ORIGIN + 1;

	*verdict = EVX_ORDER_MISPLACED;
	if (step < o->step || o->step >= STEP_EVENTS || o->group > 0 || o->closed ||
		(step == STEP_ORIGIN && !take_origin(o, id)))
		return;
	*verdict = step == o->step || packs_next || origin_done ? EVX_ORDER_OK : EVX_ORDER_GAP;
	/* While packs come, filled says that there was one. */
	o->filled = step == STEP_PACK;
	o->step = step == STEP_PACK || step == STEP_ORIGIN ? step : step + 1;
}

static void take_index(
	struct evx_order *o, const struct evx_member_id *id, enum evx_order_verdict *verdict)
{
	*verdict = EVX_ORDER_MISPLACED;
	if (o->closed || id->number != o->group)
		return;
	*verdict = o->step == STEP_EVENTS && o->filled && event_whole(o) ? EVX_ORDER_OK :
									   EVX_ORDER_GAP;
	o->step = STEP_EVENTS;
	o->closed = true;
}

static void take_append(
	struct evx_order *o, const struct evx_member_id *id, enum evx_order_verdict *verdict)
{
	*verdict = EVX_ORDER_MISPLACED;
	if (id->number != o->group + 1)
		return;
	*verdict = o->closed ? EVX_ORDER_OK : EVX_ORDER_GAP;
	o->step = STEP_EVENTS;
	o->group++;
	o->closed = o->filled = o->fresh = false;
	o->event = o->rank = o->number = 0;
}

enum evx_err evx_order_next(struct evx_order *o, const struct evx_member_id *id,
	enum evx_order_verdict *verdict, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = EVX_OK;

	/* Worded before the state moves on. */
	(void)refuse(o, id, &why);
	if (evx_member_of_event(id))
		err = take_event(o, id, verdict);
	else if (id->kind == EVX_MEMBER_INDEX)
		take_index(o, id, verdict);
	else if (id->kind == EVX_MEMBER_APPEND)
		take_append(o, id, verdict);
	else
		take_first(o, id, verdict);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	return *verdict == EVX_ORDER_OK ? EVX_OK : evx_fail(diag, EVX_E_CORRUPT, "%s", why.text);
}

enum evx_err evx_order_end(const struct evx_order *o, struct evx_diag *diag)
{
	char want[96];

	if (o->closed)
		return EVX_OK;
	expected(o, want, sizeof(want));
	return evx_fail(diag, EVX_E_TRUNCATED, "members: expected %s, found the end", want);
}
