/* Finds lanes and the numbers of their notes: from a list, from memory, by asking. */
#include "ship/inbox_lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* Notes that a remote lists: so many, and no more. */
#define NAMES_MAX 65536u

struct name {
	char lane[EVX_SHIPMENT_ID_CAP];
	uint32_t number;
	unsigned place;
};
struct listing {
	struct name *at; /* owned */
	size_t n;
};

static struct evx_inbox_lane *new_lane(struct evx_inbox *in, const char *name)
{
	struct evx_inbox_lane *lane = EVX_ARRAY_ADD(in->lanes, in->nlanes);

	if (lane != NULL)
		(void)snprintf(lane->name, sizeof(lane->name), "%s", name);
	return lane;
}

static int by_lane(const void *a, const void *b)
{
	const struct evx_inbox_lane *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The lane of that name; those of the list stand first, in order of names. */
static struct evx_inbox_lane *lane_of(struct evx_inbox_lanes *l, const char *name)
{
	struct evx_inbox *in = l->in;
	struct evx_inbox_lane key = { .name = "" }, *found = NULL;

	(void)snprintf(key.name, sizeof(key.name), "%s", name);
	if (l->nlisted > 0)
		found = bsearch(&key, in->lanes, l->nlisted, sizeof(*in->lanes), by_lane);
	for (size_t i = l->nlisted; i < in->nlanes && found == NULL; i++)
		if (strcmp(in->lanes[i].name, name) == 0)
			found = &in->lanes[i];
	return found != NULL ? found : new_lane(in, name);
}

/* Adds a place of a number; numbers come in order. */
static enum evx_err add_number(
	struct evx_inbox_lane *lane, uint32_t number, unsigned place, struct evx_diag *diag)
{
	struct evx_inbox_number *slot = lane->n > 0 ? &lane->numbers[lane->n - 1] : NULL;

	if (slot == NULL || slot->number != number) {
		slot = EVX_ARRAY_ADD(lane->numbers, lane->n);
		if (slot == NULL)
			return evx_fail_memory(diag);
		slot->number = number;
	}
	slot->places |= 1u << place;
	return EVX_OK;
}

/* "inbox/FP/LANE-NNNNNNNN", or the same with "-1" to "-9" */
static enum evx_err take_name(void *ctx, const char *name, uint64_t size, struct evx_diag *diag)
{
	struct listing *l = ctx;
	const size_t head = strlen("inbox/") + 64 + 1, lane_len = EVX_SHIPMENT_ID_CAP - 1;
	const size_t whole = head + lane_len + 1 + 8, len = strlen(name);
	const char *base = name + head, *digits = base + lane_len + 1;
	struct name *slot;
	unsigned long number;

	(void)size;
	if ((len != whole && len != whole + 2) || strspn(base, "0123456789abcdef") != lane_len ||
		base[lane_len] != '-' || strspn(digits, "0123456789") != 8 ||
		(len != whole &&
			(name[whole] != '-' || name[whole + 1] < '1' || name[whole + 1] > '9')))
		return EVX_OK;
	number = strtoul(digits, NULL, 10);
	if (number == 0)
		return EVX_OK;
	if (l->n == NAMES_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"The inbox on this remote has more than %u notes. Remove old ones there, "
			"or use another remote.",
			NAMES_MAX);
	slot = EVX_ARRAY_ADD(l->at, l->n);
	if (slot == NULL)
		return evx_fail_memory(diag);
	memcpy(slot->lane, base, lane_len);
	slot->number = (uint32_t)number;
	slot->place = len == whole ? 0 : (unsigned)(name[whole + 1] - '0');
	return EVX_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	const int order = strcmp(x->lane, y->lane);

	return order != 0 ? order : x->number < y->number ? -1 : x->number > y->number;
}

/* The lanes of the list, each with its notes in order, each once. */
static enum evx_err group(struct evx_inbox_lanes *l, struct listing *list, struct evx_diag *diag)
{
	struct evx_inbox_lane *lane = NULL;
	enum evx_err err = EVX_OK;

	if (list->n > 1)
		qsort(list->at, list->n, sizeof(*list->at), by_name);
	for (size_t i = 0; i < list->n && err == EVX_OK; i++) {
		const struct name *name = &list->at[i];

		if (lane == NULL || strcmp(lane->name, name->lane) != 0)
			lane = new_lane(l->in, name->lane);
		err = lane != NULL ? add_number(lane, name->number, name->place, diag) :
				     evx_fail_memory(diag);
	}
	l->nlisted = l->in->nlanes;
	return err;
}

static enum evx_err list_names(struct evx_inbox_lanes *l, struct evx_diag *diag)
{
	char below[80];
	struct listing listing = { NULL, 0 };
	struct evx_diag why = { 0 };
	enum evx_err err;

	(void)snprintf(below, sizeof(below), "inbox/%s", l->me);
	err = evx_remote_list(l->with->remote, below, take_name, &listing, l->with->cancel, &why);
	l->lists = err == EVX_OK;
	if (err == EVX_OK)
		err = group(l, &listing, &why);
	free(listing.at);
	/* A remote that does not list, or not for everybody, is asked for each name. */
	return err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED || err == EVX_E_LIMIT ?
		evx_fail(diag, err, "%s", why.text) :
		EVX_OK;
}

bool evx_inbox_lanes_is(const struct evx_inbox_lanes *l, const char *name, const char *sender)
{
	char expected[EVX_SHIPMENT_ID_CAP];

	for (unsigned k = 0; k < EVX_LANES_MAX; k++) {
		evx_lanes_name(l->with->id, sender, l->me, k, expected);
		if (strcmp(expected, name) == 0)
			return true;
	}
	return false;
}

static enum evx_err take_remembered(
	void *ctx, const char *name, const struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	struct evx_inbox_lanes *l = ctx;
	struct evx_inbox_lane *lane;

	/* Lanes of other remotes have other names. */
	if (strcmp(memory->receiver, l->me) != 0 || !evx_inbox_lanes_is(l, name, memory->sender))
		return EVX_OK;
	lane = lane_of(l, name);
	if (lane == NULL)
		return evx_fail_memory(diag);
	memcpy(lane->sender, memory->sender, sizeof(lane->sender));
	return EVX_OK;
}

static enum evx_err add_lane(
	struct evx_inbox_lanes *l, const char *sender, unsigned k, struct evx_diag *diag)
{
	char name[EVX_SHIPMENT_ID_CAP];
	struct evx_inbox_lane *lane;

	evx_lanes_name(l->with->id, sender, l->me, k, name);
	lane = lane_of(l, name);
	if (lane == NULL)
		return evx_fail_memory(diag);
	memcpy(lane->sender, sender, sizeof(lane->sender));
	return EVX_OK;
}

/* Lanes that people known here would use: asked for where there are no lists. */
static enum evx_err guess_lanes(struct evx_inbox_lanes *l, struct evx_diag *diag)
{
	const struct evx_cards *cards = l->with->cards;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < cards->n && err == EVX_OK && !l->lists; i++) {
		char sender[EVX_LANES_FP_CAP];

		err = evx_lanes_fingerprint(cards->at[i].signing, sender, diag);
		if (err == EVX_OK)
			err = add_lane(l, sender, 0, diag);
	}
	return err;
}

enum evx_err evx_inbox_lanes_find(struct evx_inbox_lanes *l, struct evx_diag *diag)
{
	enum evx_err err = list_names(l, diag);

	if (err == EVX_OK)
		err = evx_lanes_each(l->with->lanes, take_remembered, l, diag);
	if (err == EVX_OK)
		err = guess_lanes(l, diag);
	return err;
}

enum evx_err evx_inbox_lanes_next(struct evx_inbox_lanes *l, size_t at, struct evx_diag *diag)
{
	char name[EVX_SHIPMENT_ID_CAP], sender[EVX_LANES_FP_CAP];

	if (l->lists || l->in->lanes[at].n == 0 || l->in->lanes[at].sender[0] == '\0')
		return EVX_OK;
	memcpy(sender, l->in->lanes[at].sender, sizeof(sender));
	for (unsigned k = 0; k + 1 < EVX_LANES_MAX; k++) {
		evx_lanes_name(l->with->id, sender, l->me, k, name);
		if (strcmp(name, l->in->lanes[at].name) == 0)
			return add_lane(l, sender, k + 1, diag);
	}
	return EVX_OK;
}

enum evx_err evx_inbox_lanes_further(struct evx_inbox_lanes *l, size_t at, struct evx_diag *diag)
{
	struct evx_inbox_lane *lane = &l->in->lanes[at];
	uint32_t number = 1;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < lane->memory.n; i++)
		if (lane->memory.notes[i].number >= number)
			number = lane->memory.notes[i].number + 1;
	if (lane->n > 0 && lane->numbers[lane->n - 1].number >= number)
		number = lane->numbers[lane->n - 1].number + 1;
	while (err == EVX_OK && number <= EVX_SHIPMENT_NOTES_MAX) {
		char name[EVX_REMOTE_NAME_CAP];
		struct evx_remote_stat stat;
		struct evx_diag why = { 0 };

		evx_lanes_object(l->me, lane->name, number, 0, name);
		err = evx_remote_stat(l->with->remote, name, &stat, l->with->cancel, &why);
		if (err == EVX_E_NOT_FOUND)
			return EVX_OK;
		err = err == EVX_OK ? add_number(lane, number++, 0, diag) :
				      evx_fail(diag, err, "%s", why.text);
	}
	return err;
}
