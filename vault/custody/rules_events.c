/* Corrections, inquiries, holds, disposal, what still stands open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "custody/rules_inner.h"

/* Refers to nothing of its kind: it is read, and changes nothing. */
static enum evx_err refers_to_nothing(
	struct evx_rules *r, const struct evx_event *e, const char *what)
{
	return evx_rules_note(r, r->at, "R-REFERS", EVX_WEIGHT_GAP,
		"Entry %04u (%s) does not refer to %s of this custody record.", (unsigned)r->at,
		e->type, what);
}

static enum evx_err add_number(uint32_t **at, size_t *n, uint32_t number)
{
	uint32_t *added = evx_array_add(at, n, sizeof(**at));

	if (added == NULL)
		return EVX_E_MEMORY;
	*added = number;
	return EVX_OK;
}

/* Takes number out of the list; false when it is not in it. */
static bool drop_number(uint32_t *at, size_t *n, uint32_t number)
{
	size_t i = 0;

	while (i < *n && at[i] != number)
		i++;
	if (i == *n)
		return false;
	memmove(at + i, at + i + 1, (--*n - i) * sizeof(*at));
	return true;
}

static enum evx_err judge_correct(struct evx_rules *r, const struct evx_event *e, uint32_t event)
{
	char who[EVX_KEY_NAME_CAP];

	if (event == EVX_NO_EVENT)
		return refers_to_nothing(r, e, "an earlier entry");
	if (strcmp(e->signers[0], r->chain->at[event].event.signers[0]) != 0 &&
		!evx_rules_acts_as(r, e, r->state.holder))
		return evx_rules_forbid(r, "R-AUTHOR",
			"Entry %04u corrects entry %04u. It is signed by %s, who is neither the "
			"author of that entry nor the holder.",
			(unsigned)r->at, (unsigned)event, evx_key_name(e->signers[0], who));
	return EVX_OK;
}

/* An approval is another one's. */
static enum evx_err judge_approve(struct evx_rules *r, const struct evx_event *e, uint32_t event)
{
	const struct evx_event *approved;
	size_t i, k;

	if (event == EVX_NO_EVENT)
		return refers_to_nothing(r, e, "an earlier entry");
	approved = &r->chain->at[event].event;
	for (i = 0; i < e->nsigners; i++)
		for (k = 0; k < approved->nsigners; k++)
			if (evx_rules_one_party(r, e->signers[i], approved->signers[k], e->time))
				return evx_rules_note(r, r->at, "R-SELF", EVX_WEIGHT_GAP,
					"The signer of entry %04u approved their own entry %04u. "
					"Somebody else must approve it.",
					(unsigned)r->at, (unsigned)event);
	return EVX_OK;
}

enum evx_err evx_rules_refer(struct evx_rules *r, const struct evx_event *e)
{
	uint32_t event = e->fields.has_refers ? evx_rules_find(r, e->fields.refers) : EVX_NO_EVENT;

	if (e->kind == EVX_EVENT_CORRECT)
		return judge_correct(r, e, event);
	if (e->kind == EVX_EVENT_APPROVE)
		return judge_approve(r, e, event);
	if (e->kind == EVX_EVENT_HOLD)
		return add_number(&r->state.holds, &r->state.nholds, r->at);
	if (e->kind == EVX_EVENT_HOLD_LIFT)
		return evx_rules_is(r, event, EVX_EVENT_HOLD) &&
				drop_number(r->state.holds, &r->state.nholds, event) ?
			EVX_OK :
			refers_to_nothing(r, e, "a hold in force");
	if (e->fields.state == EVX_STATE_OPEN)
		return add_number(&r->state.inquiries, &r->state.ninquiries, r->at);
	return drop_number(r->state.inquiries, &r->state.ninquiries, event) ?
		EVX_OK :
		refers_to_nothing(r, e, "an open inquiry");
}

enum evx_err evx_rules_disposal(struct evx_rules *r, const struct evx_event *e)
{
	uint32_t event;

	if (e->kind == EVX_EVENT_DISPOSE_AUTHORISE) {
		r->state.authorised = true;
		r->state.authorisation = r->at;
		return EVX_OK;
	}
	event = evx_rules_find(r, e->fields.refers);
	if (!evx_rules_is(r, event, EVX_EVENT_DISPOSE_AUTHORISE) || r->marks[event].answer != 0)
		return evx_rules_forbid(r, "R-DISPOSAL",
			"Entry %04u records the destruction of the exhibit, but nobody authorised "
			"it before.",
			(unsigned)r->at);
	if (r->state.nholds > 0)
		return evx_rules_forbid(r, "R-HOLD",
			"Entry %04u records the destruction of the exhibit, but the hold of entry "
			"%04u forbids it.",
			(unsigned)r->at, (unsigned)r->state.holds[0]);
	r->marks[event].answer = r->at;
	r->state.disposed = true;
	r->state.disposal = r->at;
	return EVX_OK;
}

/* True when key is one that the exhibit has had before the event being judged. */
static bool is_old_key(const struct evx_rules *r, const char *key)
{
	uint32_t i;

	for (i = 0; i < r->at; i++) {
		const char *custody = evx_event_custody_key(&r->chain->at[i].event);

		if (custody != NULL && r->chain->at[i].rightful && strcmp(custody, key) == 0)
			return true;
	}
	return strcmp(r->chain->at[0].event.seal.content_key, key) == 0;
}

/* The most content readers that one content file before event has. Those of several files may be
 * the same persons, so they are not added up. */
static uint32_t content_readers_before(const struct evx_rules *r, uint32_t event)
{
	uint32_t n = r->chain->at[0].event.seal.content_readers;

	for (uint32_t i = 1; i < event; i++)
		if (r->chain->at[i].rightful && r->chain->at[i].event.fields.content_readers > n)
			n = r->chain->at[i].event.fields.content_readers;
	return n;
}

/* Whether a rewrap has room for want content readers, who are readers of both files. */
static bool has_room(const struct evx_chain_event *at, uint32_t want)
{
	const struct evx_event *e = &at->event;

	return at->rightful && e->kind == EVX_EVENT_REWRAP && e->fields.content_readers >= want &&
		e->fields.custody_readers >= want;
}

/* A new custody key is for the content readers, too, or for nobody: whoever reads the details only
 * would lock them out. A policy about rewraps that was met says otherwise; a later rewrap for as
 * many makes up for it. */
enum evx_err evx_rules_locked_out(struct evx_rules *r, uint32_t event, bool by_policy)
{
	const struct evx_event *e = &r->chain->at[event].event;
	uint32_t want, later = event + 1;

	if (e->kind != EVX_EVENT_REWRAP || e->fields.custody_key[0] == '\0' || by_policy)
		return EVX_OK;
	want = content_readers_before(r, event);
	if (has_room(&r->chain->at[event], want))
		return EVX_OK;
	while (later < r->n && !has_room(&r->chain->at[later], want))
		later++;
	if (later < r->n)
		return evx_rules_note(r, event, "R-LOCKED-OUT", EVX_WEIGHT_REMARK,
			"Entry %04u changed the custody key and left out some of the %u earlier "
			"readers. Entry %04u let as many in again.",
			(unsigned)event, (unsigned)want, (unsigned)later);
	return evx_rules_note(r, event, "R-LOCKED-OUT", EVX_WEIGHT_GAP,
		"Entry %04u changed the custody key and left out some of the %u earlier readers. "
		"They may not read later details. To let them in again, run: evx recipient add",
		(unsigned)event, (unsigned)want);
}

enum evx_err evx_rules_rewrap(struct evx_rules *r, const struct evx_event *e)
{
	char custody[48] = "", content[48] = "";
	const char *and = "";

	if (e->fields.custody_key[0] != '\0' && is_old_key(r, e->fields.custody_key))
		return evx_rules_forbid(r, "R-CUSTODY-KEY",
			"Entry %04u introduces a custody key that this exhibit has had before.",
			(unsigned)r->at);
	if (e->fields.custody_readers > 0)
		(void)snprintf(custody, sizeof(custody), "custody readers: %u",
			(unsigned)e->fields.custody_readers);
	if (e->fields.content_readers > 0)
		(void)snprintf(content, sizeof(content), "content readers: %u",
			(unsigned)e->fields.content_readers);
	if (custody[0] != '\0' && content[0] != '\0')
		and = ", ";
	return evx_rules_note(r, r->at, "R-READERS", EVX_WEIGHT_INFO,
		"Entry %04u lets others open the exhibit (%s%s%s). Existing readers keep their "
		"access.",
		(unsigned)r->at, custody, and, content);
}

/* Since when the open release waits: it is not older than what counts before it, and has not waited
 * since the future. */
static int64_t waiting_since(const struct evx_rules *r)
{
	int64_t since = r->chain->at[r->state.release].event.time;

	for (uint32_t i = 0; i < r->state.release; i++)
		if (r->chain->at[i].rightful && r->chain->at[i].event.time > since &&
			r->chain->at[i].event.time <= r->now)
			since = r->chain->at[i].event.time;
	return since < r->now ? since : r->now;
}

static enum evx_err open_release(struct evx_rules *r)
{
	const int64_t waiting = r->now - waiting_since(r);
	char who[EVX_KEY_NAME_CAP];
	enum evx_err err;

	err = evx_rules_miss(r, r->state.release, "the answer of %s to release %04u",
		evx_key_name(r->state.receiver, who), (unsigned)r->state.release);
	if (err != EVX_OK)
		return err;
	if (waiting > EVX_RULES_LATE)
		return evx_rules_note(r, r->state.release, "R-OPEN", EVX_WEIGHT_GAP,
			"Nobody has answered release %04u to %s for %lld days. The record does not "
			"show who has the exhibit. Ask the receiver.",
			(unsigned)r->state.release, who, (long long)(waiting / 86400));
	return evx_rules_note(r, r->state.release, "R-OPEN", EVX_WEIGHT_REMARK,
		"Release %04u to %s has no answer yet.", (unsigned)r->state.release, who);
}

enum evx_err evx_rules_open_ends(struct evx_rules *r)
{
	enum evx_err err = r->state.release_open ? open_release(r) : EVX_OK;
	size_t i;

	for (i = 0; i < r->state.ninquiries && err == EVX_OK; i++) {
		err = evx_rules_note(r, r->state.inquiries[i], "R-INQUIRY", EVX_WEIGHT_REMARK,
			"The inquiry of entry %04u has no result yet.",
			(unsigned)r->state.inquiries[i]);
		if (err == EVX_OK)
			err = evx_rules_miss(r, r->state.inquiries[i],
				"the result of the inquiry of entry %04u",
				(unsigned)r->state.inquiries[i]);
	}
	for (i = 0; i < r->state.nholds && err == EVX_OK; i++)
		err = evx_rules_note(r, r->state.holds[i], "R-HELD", EVX_WEIGHT_INFO,
			"The hold of entry %04u is in force: the exhibit must not be destroyed.",
			(unsigned)r->state.holds[i]);
	return err;
}
