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

static enum evx_err judge(struct evx_exhibit *ex, const struct evx_bundle_member *m, const struct evx_timestamp_authorities *trusted,
	struct evx_stamp_proof *proofs, struct evx_stamp_seen *seen, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_buf response = EVX_BUF_INIT, record = EVX_BUF_INIT;
	struct evx_diag why = { 0 };

	err = evx_bundle_read_member(ex->bundle, m->name, EVX_TIMESTAMP_MAX, &response, &why);
	if (err == EVX_OK)
		err = evx_stamps_record(ex, m->id.event, &record, &why);
	if (err == EVX_OK)
		err = evx_stamp_judge(evx_chain_result(ex->chain), m->id.event, m->name, (struct evx_bytes){ record.data, record.len },
			(struct evx_bytes){ response.data, response.len }, trusted, proofs, seen, &ex->findings, diag);
	else if (err == EVX_E_LIMIT)
		err = evx_findings_add(&ex->findings, "T-STAMP-BAD", EVX_WEIGHT_GAP, m->id.event, m->name,
			"%s proves nothing: it is longer than a response may be.", m->name);
	else if (err != EVX_E_MEMORY)
		err = evx_findings_add_diag(&ex->findings, "D-IO", m->id.event, m->name, &why);
	evx_buf_free(&response);
	evx_buf_free(&record);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "time-stamp: out of memory");
}

/* Which event's record lists each stamp. */
static enum evx_err find_listed(struct evx_exhibit *ex, struct evx_stamp_seen *seen, size_t n, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->chain);
	enum evx_err err = EVX_OK;

	for (uint32_t e = 1; e < chain->rightful && e < chain->in_bundle && err == EVX_OK; e++) {
		struct evx_buf record = EVX_BUF_INIT;
		struct evx_manifest_line *lines = NULL;
		size_t nlines = 0;

		err = evx_stamps_record(ex, e, &record, diag);
		if (err == EVX_OK)
			err = evx_record_decode(record.data, record.len, &lines, &nlines, diag);
		for (size_t i = 0; i < nlines; i++)
			for (size_t k = 0; k < n; k++)
				if (strcmp(lines[i].name, seen[k].name) == 0)
					seen[k].listed = e;
		free(lines);
		evx_buf_free(&record);
	}
	return err;
}

/* Stamps whose certificate has expired need a later one; the records are read only where there are such. */
static enum evx_err judge_old(struct evx_exhibit *ex, struct evx_stamp_seen *seen, size_t n, struct evx_diag *diag)
{
	const int64_t now = (int64_t)time(NULL);
	bool expired = false;
	enum evx_err err;

	for (size_t i = 0; i < n; i++)
		expired = expired || seen[i].expires < now;
	if (!expired)
		return EVX_OK;
	err = find_listed(ex, seen, n, diag);
	return err == EVX_OK ? evx_stamps_renewed(seen, n, now, &ex->findings, diag) : err;
}

enum evx_err evx_stamps_check(struct evx_exhibit *ex, const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof **proofs,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_chain_result *chain = evx_chain_result(ex->chain);
	size_t n = evx_bundle_count(ex->bundle), nseen = 0;
	struct evx_stamp_seen *seen;

	*proofs = NULL;
	if (chain->rightful == 0)
		return EVX_OK;
	*proofs = calloc(chain->rightful, sizeof(**proofs));
	seen = calloc(n + 1, sizeof(*seen));
	if (*proofs == NULL || seen == NULL) {
		free(seen);
		return evx_fail(diag, EVX_E_MEMORY, "time-stamp: out of memory");
	}
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(ex->bundle, i);

		if (m->id.kind == EVX_MEMBER_TSR && m->id.event < chain->rightful)
			err = judge(ex, m, trusted, *proofs, &seen[nseen], diag);
		nseen += seen[nseen].time != 0;
	}
	if (err == EVX_OK)
		err = judge_old(ex, seen, nseen, diag);
	free(seen);
	return err == EVX_OK ? evx_stamps_settle(chain, trusted != NULL, *proofs, &ex->findings, diag) : err;
}
