/* The time-stamps of an exhibit, read and judged. */
#include "judge/stamps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"

/* The record of event number from a receipt, when it stands in one only. */
static enum evx_err record_in_receipt(
	const struct evx_exhibit *ex, uint32_t number, struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_chain_event *at = &evx_chain_result(ex->loaded.chain)->at[number];
	uint8_t hash[32];

	for (size_t i = 0; i < ex->loaded.nreceipts; i++) {
		evx_event_read_hash(&ex->loaded.receipts[i], hash);
		if (ex->loaded.receipts[i].record.len > 0 && evx_hash_equal(hash, at->hash))
			return evx_buf_add(out, ex->loaded.receipts[i].record.data,
				ex->loaded.receipts[i].record.len);
	}
	return evx_fail(diag, EVX_E_NOT_FOUND, "event %04u: it has no record", (unsigned)number);
}

enum evx_err evx_stamps_record(
	const struct evx_exhibit *ex, uint32_t number, struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_chain_event *at = &evx_chain_result(ex->loaded.chain)->at[number];
	struct evx_member_id id = { .event = number, .kind = EVX_MEMBER_RECORD };
	char name[EVX_MEMBER_NAME_CAP];

	if (at->detached)
		return record_in_receipt(ex, number, out, diag);
	(void)snprintf(id.type, sizeof(id.type), "%s", at->event.type);
	if (evx_member_name(&id, name) != EVX_OK)
		return evx_fail(
			diag, EVX_E_CORRUPT, "event %04u: it has no record", (unsigned)number);
	return evx_exhibit_member(ex, name, out, diag);
}

/* The record read last, so that many stamps of one event read it once. */
struct last_record {
	uint32_t event;
	struct evx_buf bytes;
};

static enum evx_err read_record(
	const struct evx_exhibit *ex, uint32_t event, struct last_record *r, struct evx_diag *diag)
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

static enum evx_err judge(struct evx_exhibit *ex, const struct evx_bundle_member *m,
	struct last_record *record, const struct evx_timestamp_authorities *trusted,
	struct evx_stamp_proof *proofs, struct evx_stamp_seen *seen, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_buf response = EVX_BUF_INIT;
	struct evx_diag why = { 0 };

	err = evx_bundle_read_member(
		ex->opened.bundle, m->name, EVX_TIMESTAMP_MAX, &response, &why);
	if (err == EVX_OK)
		err = read_record(ex, m->id.event, record, &why);
	if (err == EVX_OK)
		err = evx_stamp_judge(evx_chain_result(ex->loaded.chain), m->id.event, m->name,
			(struct evx_bytes){ record->bytes.data, record->bytes.len },
			(struct evx_bytes){ response.data, response.len }, trusted, proofs, seen,
			&ex->loaded.findings, diag);
	else if (err == EVX_E_LIMIT)
		err = evx_findings_add(&ex->loaded.findings, "T-STAMP-BAD", EVX_WEIGHT_GAP,
			m->id.event, m->name,
			"%s proves nothing. It is longer than a time-stamp may be.", m->name);
	else if (err != EVX_E_MEMORY)
		err = evx_findings_add_diag(
			&ex->loaded.findings, "D-IO", m->id.event, m->name, &why);
	evx_buf_free(&response);
	return evx_fail_buf(diag, err);
}

const struct evx_chain_stamp *evx_stamps_find(
	const struct evx_chain_result *chain, uint32_t event, unsigned number)
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
	return low < chain->nstamps && chain->stamps[low].event == event &&
			chain->stamps[low].number == number ?
		&chain->stamps[low] :
		NULL;
}

bool evx_stamps_good(struct evx_bytes response, struct evx_bytes record)
{
	struct evx_timestamp t;
	const enum evx_err err = evx_timestamp_check(
		response.p, response.n, record.p, record.n, NULL, NULL, &t, NULL);

	return err == EVX_OK || err == EVX_E_KEY;
}

bool evx_stamps_here(const struct evx_chain_result *chain, uint32_t event, const uint8_t hash[32],
	unsigned *next)
{
	bool here = false;

	*next = 1;
	for (size_t i = 0; i < chain->nstamps; i++) {
		const struct evx_chain_stamp *s = &chain->stamps[i];

		if (s->event != event || s->number == 0)
			continue;
		here = here || evx_hash_equal(s->sha256, hash);
		*next = s->number + 1;
	}
	return here;
}

enum evx_err evx_stamps_carry(const struct evx_exhibit *ex, const struct evx_event *event,
	struct evx_receipt *receipt, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	enum evx_err err = EVX_OK;

	for (size_t k = 0; k < event->nstamps && err == EVX_OK; k++)
		for (size_t i = 0; i < chain->nstamps; i++) {
			const struct evx_chain_stamp *s = &chain->stamps[i];
			struct evx_receipt_stamp *into;
			char name[EVX_MEMBER_NAME_CAP];

			if (s->number == 0 || s->event >= event->sequence ||
				!evx_hash_equal(s->sha256, event->stamps[k]))
				continue;
			err = evx_stamps_member(chain, s->event, s->number, name);
			if (err == EVX_OK)
				err = evx_receipt_add_stamp(receipt, s->event, &into);
			if (err == EVX_OK)
				err = evx_bundle_read_member(ex->opened.bundle, name,
					EVX_TIMESTAMP_MAX, &into->bytes, diag);
			break;
		}
	return evx_fail_buf(diag, err);
}

enum evx_err evx_stamps_member(const struct evx_chain_result *chain, uint32_t event,
	unsigned number, char name[EVX_MEMBER_NAME_CAP])
{
	struct evx_member_id id = { .event = event, .kind = EVX_MEMBER_TSR, .number = number };

	(void)snprintf(id.type, sizeof(id.type), "%s", chain->at[event].event.type);
	return evx_member_name(&id, name);
}

static bool is_named(const uint8_t (*named)[32], size_t n, const uint8_t hash[32])
{
	for (size_t i = 0; i < n; i++)
		if (evx_hash_equal(named[i], hash))
			return true;
	return false;
}

enum evx_err evx_stamps_name(
	const struct evx_exhibit *ex, struct evx_event *event, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	uint8_t named[EVX_NAMED_STAMPS_MAX][32];
	struct last_record record = { EVX_NO_EVENT, EVX_BUF_INIT };
	struct evx_buf response = EVX_BUF_INIT;
	size_t n = 0, i;
	enum evx_err err = EVX_OK;

	for (i = 0; i < chain->nstamps && n < EVX_NAMED_STAMPS_MAX && err == EVX_OK; i++) {
		const struct evx_chain_stamp *s = &chain->stamps[i];
		char name[EVX_MEMBER_NAME_CAP];

		if (s->named_by != EVX_NO_EVENT || s->number == 0 || s->event >= chain->rightful)
			continue;
		evx_buf_reset(&response);
		err = evx_stamps_member(chain, s->event, s->number, name);
		if (err == EVX_OK)
			err = read_record(ex, s->event, &record, diag);
		if (err == EVX_OK)
			err = evx_bundle_read_member(
				ex->opened.bundle, name, EVX_TIMESTAMP_MAX, &response, diag);
		if (err == EVX_E_LIMIT) /* no response at all */
			err = EVX_OK;
		else if (err == EVX_OK && !is_named((const uint8_t(*)[32])named, n, s->sha256) &&
			evx_stamps_good((struct evx_bytes){ response.data, response.len },
				(struct evx_bytes){ record.bytes.data, record.bytes.len }))
			memcpy(named[n++], s->sha256, sizeof(named[0]));
	}
	evx_buf_free(&record.bytes);
	evx_buf_free(&response);
	if (err == EVX_OK)
		err = evx_event_set_stamps(event, (const uint8_t(*)[32])named, n);
	return evx_fail_buf(diag, err);
}

/* All that is judged of one exhibit. */
struct judging {
	struct evx_exhibit *ex;
	const struct evx_timestamp_authorities *trusted;
	const struct evx_cancel *cancel;
	struct evx_stamp_proof *proofs;
	struct evx_stamp_seen *seen;
	size_t nseen;
	struct last_record record;
};

/* Of a response judged just now, by a trusted authority: which event names it. */
static void keep_seen(struct judging *j, uint32_t named_by)
{
	if (j->seen[j->nseen].time == 0)
		return;
	j->seen[j->nseen++].listed = named_by;
}

/* Of the exhibit, or of the original that it stands for. */
static bool is_stamp(const struct evx_exhibit *ex, const struct evx_member_id *id)
{
	return ex->opened.origin ? id->kind == EVX_MEMBER_ORIGIN && id->part == EVX_MEMBER_TSR :
				   id->kind == EVX_MEMBER_TSR;
}

static enum evx_err judge_in_bundle(struct judging *j, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(j->ex->loaded.chain);
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < evx_bundle_count(j->ex->opened.bundle) && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(j->ex->opened.bundle, i);
		const struct evx_chain_stamp *s;

		if (!is_stamp(j->ex, &m->id) || m->id.event >= chain->rightful)
			continue;
		if (evx_cancelled(j->cancel))
			return evx_fail(diag, EVX_E_INTERRUPTED, "time-stamp: interrupted");
		err = judge(j->ex, m, &j->record, j->trusted, j->proofs, &j->seen[j->nseen], diag);
		s = evx_stamps_find(chain, (uint32_t)m->id.event, m->id.number);
		keep_seen(j, s != NULL ? s->named_by : EVX_NO_EVENT);
	}
	return err;
}

/* The time-stamps that came with a receipt whose event is in the chain now, and that are not in the
 * bundle. */
static enum evx_err judge_in_receipt(struct judging *j, size_t at, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(j->ex->loaded.chain);
	const struct evx_receipt *r = &j->ex->loaded.receipts[at];
	enum evx_err err = EVX_OK;
	uint32_t number = 0;
	uint8_t hash[32];
	unsigned next;

	evx_event_read_hash(r, hash);
	while (number < chain->rightful &&
		!(chain->at[number].detached && evx_hash_equal(chain->at[number].hash, hash)))
		number++;
	for (size_t i = 0; i < r->nstamps && number < chain->rightful && err == EVX_OK; i++) {
		const struct evx_receipt_stamp *s = &r->stamps[i];

		evx_sha256(s->bytes.data, s->bytes.len, hash);
		if (s->event >= chain->rightful || evx_stamps_here(chain, s->event, hash, &next))
			continue;
		err = read_record(j->ex, s->event, &j->record, diag);
		if (err == EVX_OK)
			err = evx_stamp_judge(chain, s->event,
				j->ex->loaded.receipt_names[at] != NULL ?
					j->ex->loaded.receipt_names[at] :
					"a receipt",
				(struct evx_bytes){ j->record.bytes.data, j->record.bytes.len },
				(struct evx_bytes){ s->bytes.data, s->bytes.len }, j->trusted,
				j->proofs, &j->seen[j->nseen], &j->ex->loaded.findings, diag);
		if (err == EVX_OK)
			keep_seen(j, number);
	}
	return err;
}

enum evx_err evx_stamps_check(struct evx_exhibit *ex,
	const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof **proofs,
	int64_t **floors, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	struct judging j = { .ex = ex,
		.trusted = trusted,
		.cancel = cancel,
		.record = { EVX_NO_EVENT, EVX_BUF_INIT } };
	size_t n = evx_bundle_count(ex->opened.bundle);
	enum evx_err err;

	*proofs = NULL;
	*floors = NULL;
	if (chain->rightful == 0)
		return EVX_OK;
	for (size_t i = 0; i < ex->loaded.nreceipts; i++)
		n += ex->loaded.receipts[i].nstamps;
	*proofs = j.proofs = calloc(chain->rightful, sizeof(*j.proofs));
	*floors = calloc(chain->rightful, sizeof(**floors));
	j.seen = calloc(n + 1, sizeof(*j.seen));
	if ((err = j.proofs != NULL && *floors != NULL && j.seen != NULL ?
			    judge_in_bundle(&j, diag) :
			    evx_fail_memory(diag)) != EVX_OK)
		goto out;
	for (size_t i = 0; i < ex->loaded.nreceipts && err == EVX_OK; i++)
		err = judge_in_receipt(&j, i, diag);
	if (err != EVX_OK ||
		(err = evx_stamp_renewed(j.seen, j.nseen, (int64_t)time(NULL), j.proofs,
			 &ex->loaded.findings, diag)) != EVX_OK ||
		(err = evx_stamp_floors(
			 chain, j.seen, j.nseen, *floors, &ex->loaded.findings, diag)) != EVX_OK)
		goto out;
	err = evx_stamp_settle(chain, trusted != NULL, *proofs, &ex->loaded.findings, diag);
out:
	free(j.seen);
	evx_buf_free(&j.record.bytes);
	return err;
}
