/* Looks into an exhibit's own record for the answer to a shipment. */
#include "ship/sent_reply.h"

#include <string.h>

#include "base/hash_equal.h"
#include "open/exhibit_vault.h"
#include "ship/lanes.h"

static bool is_by(const struct evx_chain_event *e, const char *receiver)
{
	char signer[EVX_LANES_FP_CAP];

	return evx_lanes_fingerprint(e->event.signers[0], signer, NULL) == EVX_OK &&
		strcmp(signer, receiver) == 0;
}

static enum evx_shipment_reply find(const struct evx_chain_result *c,
	const struct evx_shipment_exhibit *e, const char *receiver)
{
	bool behind = false;

	if (!evx_hash_equal(c->exhibit, e->seal))
		return EVX_SHIPMENT_OPEN;
	for (size_t i = 0; i < c->rightful; i++) {
		const struct evx_chain_event *at = &c->at[i];
		const bool taken = at->event.kind == EVX_EVENT_ACCEPT;

		if (behind && at->rightful && (taken || at->event.kind == EVX_EVENT_REFUSE) &&
			is_by(at, receiver))
			return taken ? EVX_SHIPMENT_TAKEN : EVX_SHIPMENT_REFUSED;
		behind = behind || evx_hash_equal(at->hash, e->head);
	}
	return EVX_SHIPMENT_OPEN;
}

enum evx_err evx_sent_reply(const struct evx_sent_reply_by *by,
	const struct evx_shipment_exhibit *e, const char *receiver, enum evx_shipment_reply *out,
	struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.index_only = true, .jobs = 1, .cancel = by->cancel, .roster = by->rules
	};
	struct evx_bundle *bundle = NULL;
	struct evx_exhibit ex;
	struct evx_diag why = { 0 };
	enum evx_err err;

	*out = EVX_SHIPMENT_OPEN;
	evx_exhibit_over(&ex, NULL);
	err = evx_bundle_open(e->path, &bundle, &why);
	if (err == EVX_OK)
		err = evx_exhibit_over_in(&ex, bundle, e->path, by->home, by->reader, &why);
	if (err == EVX_OK)
		err = evx_exhibit_load(&ex, &load, &why);
	if (err == EVX_OK)
		*out = find(evx_chain_result(ex.loaded.chain), e, receiver);
	evx_exhibit_free(&ex);
	evx_bundle_free(bundle);
	return err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED ?
		evx_fail(diag, err, "%s", why.text) :
		EVX_OK;
}
