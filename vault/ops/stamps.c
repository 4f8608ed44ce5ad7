#include "ops/stamps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum evx_err evx_stamps_record(const struct evx_exhibit *ex, uint32_t number, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_member_id id = { .event = number, .kind = EVX_MEMBER_RECORD };
	char name[EVX_MEMBER_NAME_CAP];

	(void)snprintf(id.type, sizeof(id.type), "%s", evx_chain_result(ex->chain)->at[number].event.type);
	if (evx_member_name(&id, name) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT, "event %04u: it has no record", (unsigned)number);
	return evx_exhibit_member(ex, name, out, diag);
}

/* The record read last, so that many stamps of one event read it once. */
struct last_record {
	uint32_t event;
	struct evx_buf bytes;
};

static enum evx_err read_record(const struct evx_exhibit *ex, uint32_t event, struct last_record *r, struct evx_diag *diag)
{
	enum evx_err err;

	if (r->event == event)
		return EVX_OK;
	evx_buf_reset(&r->bytes);
	r->event = EVX_NO_EVENT;
	err = evx_stamps_record(ex, event, &r->bytes, diag);
	if (err == EVX_OK)
		r->event = event;
	return err;
}

static enum evx_err judge(struct evx_exhibit *ex, const struct evx_bundle_member *m, struct last_record *record,
	const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof *proofs, struct evx_stamp_seen *seen, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_buf response = EVX_BUF_INIT;
	struct evx_diag why = { 0 };

	err = evx_bundle_read_member(ex->bundle, m->name, EVX_TIMESTAMP_MAX, &response, &why);
	if (err == EVX_OK)
		err = read_record(ex, m->id.event, record, &why);
	if (err == EVX_OK)
		err = evx_stamp_judge(evx_chain_result(ex->chain), m->id.event, m->name, (struct evx_bytes){ record->bytes.data, record->bytes.len },
			(struct evx_bytes){ response.data, response.len }, trusted, proofs, seen, &ex->findings, diag);
	else if (err == EVX_E_LIMIT)
		err = evx_findings_add(&ex->findings, "T-STAMP-BAD", EVX_WEIGHT_GAP, m->id.event, m->name,
			"%s proves nothing: it is longer than a response may be.", m->name);
	else if (err != EVX_E_MEMORY)
		err = evx_findings_add_diag(&ex->findings, "D-IO", m->id.event, m->name, &why);
	evx_buf_free(&response);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "time-stamp: out of memory");
}

/* The chain's stamp of this member, or NULL. */
static const struct evx_chain_stamp *find(const struct evx_chain_result *chain, uint32_t event, unsigned number)
{
	size_t low = 0, high = chain->nstamps;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct evx_chain_stamp *s = &chain->stamps[middle];

		if (s->event < event || (s->event == event && s->number < number))
			low = middle + 1;
		else
			high = middle;
	}
	return low < chain->nstamps && chain->stamps[low].event == event && chain->stamps[low].number == number ? &chain->stamps[low] : NULL;
}

/* True when the response is good over the record, whoever its authority is. */
static bool is_good(struct evx_bytes response, struct evx_bytes record)
{
	struct evx_timestamp t;
	const enum evx_err err = evx_timestamp_check(response.p, response.n, record.p, record.n, NULL, NULL, &t, NULL);

	return err == EVX_OK || err == EVX_E_KEY;
}

static bool is_named(const uint8_t (*named)[32], size_t n, const uint8_t hash[32])
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(named[i], hash, 32) == 0)
			return true;
	return false;
}

enum evx_err evx_stamps_name(const struct evx_exhibit *ex, struct evx_event *event, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->chain);
	uint8_t named[EVX_NAMED_STAMPS_MAX][32];
	struct last_record record = { EVX_NO_EVENT, EVX_BUF_INIT };
	struct evx_buf response = EVX_BUF_INIT;
	size_t n = 0, i;
	enum evx_err err = EVX_OK;

	for (i = 0; i < chain->nstamps && n < EVX_NAMED_STAMPS_MAX && err == EVX_OK; i++) {
		const struct evx_chain_stamp *s = &chain->stamps[i];
		struct evx_member_id id = { .event = s->event, .kind = EVX_MEMBER_TSR, .number = s->number };
		char name[EVX_MEMBER_NAME_CAP];

		if (s->named_by != EVX_NO_EVENT || s->number == 0 || s->event >= chain->rightful)
			continue;
		(void)snprintf(id.type, sizeof(id.type), "%s", chain->at[s->event].event.type);
		evx_buf_reset(&response);
		err = evx_member_name(&id, name);
		if (err == EVX_OK)
			err = read_record(ex, s->event, &record, diag);
		if (err == EVX_OK)
			err = evx_bundle_read_member(ex->bundle, name, EVX_TIMESTAMP_MAX, &response, diag);
		if (err == EVX_E_LIMIT) /* no response at all */
			err = EVX_OK;
		else if (err == EVX_OK && !is_named((const uint8_t (*)[32])named, n, s->sha256) &&
			is_good((struct evx_bytes){ response.data, response.len }, (struct evx_bytes){ record.bytes.data, record.bytes.len }))
			memcpy(named[n++], s->sha256, sizeof(named[0]));
	}
	evx_buf_free(&record.bytes);
	evx_buf_free(&response);
	if (err == EVX_OK)
		err = evx_event_set_stamps(event, (const uint8_t (*)[32])named, n);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "time-stamp: out of memory");
}

enum evx_err evx_stamps_check(struct evx_exhibit *ex, const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof **proofs,
	int64_t **floors, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_chain_result *chain = evx_chain_result(ex->chain);
	size_t n = evx_bundle_count(ex->bundle), nseen = 0;
	const struct evx_chain_stamp *s;
	struct last_record record = { EVX_NO_EVENT, EVX_BUF_INIT };
	struct evx_stamp_seen *seen;

	*proofs = NULL;
	*floors = NULL;
	if (chain->rightful == 0)
		return EVX_OK;
	*proofs = calloc(chain->rightful, sizeof(**proofs));
	*floors = calloc(chain->rightful, sizeof(**floors));
	seen = calloc(n + 1, sizeof(*seen));
	if (*proofs == NULL || *floors == NULL || seen == NULL) {
		free(seen);
		return evx_fail(diag, EVX_E_MEMORY, "time-stamp: out of memory");
	}
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(ex->bundle, i);

		if (m->id.kind == EVX_MEMBER_TSR && m->id.event < chain->rightful)
			err = judge(ex, m, &record, trusted, *proofs, &seen[nseen], diag);
		if (seen[nseen].time == 0)
			continue;
		if ((s = find(chain, m->id.event, m->id.number)) != NULL)
			seen[nseen].listed = s->named_by;
		nseen++;
	}
	if (err == EVX_OK)
		err = evx_stamps_renewed(seen, nseen, (int64_t)time(NULL), &ex->findings, diag);
	if (err == EVX_OK)
		err = evx_stamps_floors(chain, seen, nseen, *floors, &ex->findings, diag);
	free(seen);
	evx_buf_free(&record.bytes);
	return err == EVX_OK ? evx_stamps_settle(chain, trusted != NULL, *proofs, &ex->findings, diag) : err;
}
