#include "ops/stamps.h"

#include <stdio.h>
#include <stdlib.h>

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
	struct evx_stamp_proof *proofs, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_buf response = EVX_BUF_INIT, record = EVX_BUF_INIT;
	struct evx_diag why = { 0 };

	err = evx_bundle_read_member(ex->bundle, m->name, EVX_TIMESTAMP_MAX, &response, &why);
	if (err == EVX_OK)
		err = evx_stamps_record(ex, m->id.event, &record, &why);
	if (err == EVX_OK)
		err = evx_stamp_judge(evx_chain_result(ex->chain), m->id.event, m->name, (struct evx_bytes){ record.data, record.len },
			(struct evx_bytes){ response.data, response.len }, trusted, proofs, &ex->findings, diag);
	else if (err == EVX_E_LIMIT)
		err = evx_findings_add(&ex->findings, "T-STAMP-BAD", EVX_WEIGHT_GAP, m->id.event, m->name,
			"%s proves nothing: it is longer than a response may be.", m->name);
	else if (err != EVX_E_MEMORY)
		err = evx_findings_add_diag(&ex->findings, "D-IO", m->id.event, m->name, &why);
	evx_buf_free(&response);
	evx_buf_free(&record);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "time-stamp: out of memory");
}

enum evx_err evx_stamps_check(struct evx_exhibit *ex, const struct evx_timestamp_authorities *trusted, struct evx_stamp_proof **proofs,
	struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_chain_result *chain = evx_chain_result(ex->chain);
	size_t n = evx_bundle_count(ex->bundle);

	*proofs = NULL;
	if (chain->rightful == 0)
		return EVX_OK;
	*proofs = calloc(chain->rightful, sizeof(**proofs));
	if (*proofs == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "time-stamp: out of memory");
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(ex->bundle, i);

		if (m->id.kind == EVX_MEMBER_TSR && m->id.event < chain->rightful)
			err = judge(ex, m, trusted, *proofs, diag);
	}
	return err == EVX_OK ? evx_stamps_settle(chain, trusted != NULL, *proofs, &ex->findings, diag) : err;
}
