/* The original's custody record in a disclosure, judged, and held against the disclosure's seal. */
#include "open/exhibit_origin.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"

static bool is_origin(const struct evx_bundle_member *m)
{
	return m->id.kind == EVX_MEMBER_ORIGIN;
}

static const struct evx_bundle_member *first_member(const struct evx_bundle *b)
{
	for (size_t i = 0; i < evx_bundle_count(b); i++)
		if (is_origin(evx_bundle_at(b, i)))
			return evx_bundle_at(b, i);
	return NULL;
}

static enum evx_err add(struct evx_exhibit *ex, const char *code, const char *text)
{
	return evx_findings_add(
		&ex->loaded.findings, code, EVX_WEIGHT_BROKEN, EVX_NO_EVENT, NULL, "%s", text);
}

/* The original's UUID, as its seal says. Of one that says none, the chain says why. */
static enum evx_err uuid_of(
	const struct evx_exhibit *ex, char out[EVX_UUID_CAP], struct evx_diag *diag)
{
	struct evx_buf json = EVX_BUF_INIT;
	struct evx_event seal = { 0 };
	struct evx_diag why = { 0 };
	enum evx_err err = evx_bundle_read_member(ex->opened.bundle,
		EVX_ORIGIN_PREFIX "custody/0000-seal.json", EVX_DOCUMENT_MAX, &json, &why);

	(void)snprintf(out, EVX_UUID_CAP, "%s", evx_bundle_uuid(ex->opened.bundle));
	if (err == EVX_OK)
		err = evx_event_decode(json.data, json.len, &seal, &why);
	if (err == EVX_OK)
		memcpy(out, seal.uuid, EVX_UUID_CAP);
	evx_event_free(&seal);
	evx_buf_free(&json);
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) : EVX_OK;
}

static enum evx_err add_member(struct evx_exhibit *ex, struct evx_findings *findings,
	const struct evx_bundle_member *m, struct evx_diag *diag)
{
	struct evx_chain_member member = { .name = m->name + strlen(EVX_ORIGIN_PREFIX),
		.size = m->size };
	struct evx_buf bytes = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_bundle_read_member(
		ex->opened.bundle, m->name, EVX_MEMBER_MAX, &bytes, &why);

	if (err == EVX_OK) {
		evx_sha256(bytes.data, bytes.len, member.sha256);
		member.bytes = bytes.data;
		err = evx_chain_add(ex->loaded.origin, &member, diag);
	} else if (err != EVX_E_MEMORY) {
		err = evx_findings_add_diag(findings, "D-IO", EVX_NO_EVENT, m->name, &why);
	}
	evx_buf_free(&bytes);
	return err;
}

static enum evx_err judge_chain(struct evx_exhibit *ex, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel, struct evx_findings *findings, struct evx_diag *diag)
{
	char uuid[EVX_UUID_CAP];
	enum evx_err err = uuid_of(ex, uuid, diag);

	if (err != EVX_OK)
		return err;
	ex->loaded.origin = evx_chain_new(uuid, (int64_t)time(NULL), findings);
	if (ex->loaded.origin == NULL)
		return evx_fail_memory(diag);
	evx_chain_set_origin(ex->loaded.origin);
	evx_chain_set_roster(ex->loaded.origin, roster);
	evx_chain_set_cancel(ex->loaded.origin, cancel);
	for (size_t i = 0; i < evx_bundle_count(ex->opened.bundle) && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(ex->opened.bundle, i);

		if (evx_cancelled(cancel))
			err = evx_fail(diag, EVX_E_INTERRUPTED, "chain: interrupted");
		else if (is_origin(m))
			err = add_member(ex, findings, m, diag);
	}
	return err == EVX_OK ? evx_chain_finish(ex->loaded.origin, diag) : err;
}

/* The original's seal is the one that the disclosure's seal names, with the listing that its lines
 * are proved against. */
static enum evx_err judge_seals(struct evx_exhibit *ex, const struct evx_seal_fields *own)
{
	const struct evx_chain_result *r = evx_chain_result(ex->loaded.origin);
	const struct evx_event *seal = r->n > 0 && r->at[0].decoded ? &r->at[0].event : NULL;

	if (!r->has_exhibit || !evx_hash_equal(r->exhibit, own->origin.exhibit))
		return add(ex, "D-ORIGIN",
			"The seal of the original is not the one that this disclosure names.");
	if (seal == NULL || !evx_event_is_seal(seal) || !seal->known)
		return EVX_OK; /* said where the chain was judged */
	if (seal->seal.shape != EVX_SHAPE_WHOLE)
		return add(ex, "D-ORIGIN",
			"The original is a disclosure itself. Only whole exhibits are disclosed.");
	if (!evx_hash_equal(seal->seal.listing_root, own->origin.listing_root))
		return add(ex, "D-ORIGIN",
			"This disclosure names another list of contents than the seal of the "
			"original.");
	if (strcmp(seal->uuid, evx_bundle_uuid(ex->opened.bundle)) == 0)
		return add(ex, "D-ORIGIN", "This disclosure has the UUID of its original.");
	return EVX_OK;
}

static enum evx_err hash_of_manifest(
	const struct evx_exhibit *ex, uint8_t hash[32], struct evx_diag *diag)
{
	const struct evx_bundle_member *m = evx_bundle_find(
		ex->opened.bundle, "manifest-sha256.txt");
	struct evx_buf bytes = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	memset(hash, 0, 32);
	if (m == NULL)
		return EVX_OK;
	if (m->hashed) {
		memcpy(hash, m->sha256, 32);
		return EVX_OK;
	}
	bytes.max = EVX_MANIFEST_MAX;
	err = evx_bundle_read_member(ex->opened.bundle, m->name, EVX_MANIFEST_MAX, &bytes, diag);
	if (err == EVX_OK)
		evx_sha256(bytes.data, bytes.len, hash);
	evx_buf_free(&bytes);
	return err;
}

/* Who answered for the original has signed for this bundle: the last event of its record says so.
 */
static enum evx_err judge_event(
	struct evx_exhibit *ex, const struct evx_event *own, struct evx_diag *diag)
{
	const struct evx_chain_result *r = evx_chain_result(ex->loaded.origin);
	const struct evx_chain_event *last = r->n > 0 ? &r->at[r->n - 1] : NULL;
	const struct evx_event_disclosure *d;
	uint8_t manifest[32];
	enum evx_err err;

	if (last == NULL || r->rightful < r->n || last->is_void || last->claim ||
		last->event.kind != EVX_EVENT_DISCLOSE ||
		last->event.fields.disclosure.uuid[0] == '\0')
		return add(ex, "R-DISCLOSURE",
			"The custody record of the original does not end with an entry that gives "
			"out this bundle. So nobody who answered for the original signed for it.");
	d = &last->event.fields.disclosure;
	err = hash_of_manifest(ex, manifest, diag);
	if (err != EVX_OK)
		return err;
	if (strcmp(d->uuid, own->uuid) == 0 && evx_hash_equal(d->manifest, manifest) &&
		evx_hash_equal(d->listing_root, own->seal.listing_root) &&
		strcmp(last->event.signers[0], own->signers[0]) == 0)
		return EVX_OK;
	return add(ex, "R-DISCLOSURE",
		"The last entry in the custody record of the original gives out another bundle "
		"than this one, or another person sealed this one.");
}

enum evx_err evx_exhibit_origin_load(struct evx_exhibit *ex, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(ex);
	const struct evx_bundle_member *first = first_member(ex->opened.bundle);
	struct evx_findings findings = { 0 };
	enum evx_err err;

	if (seal == NULL || !seal->known)
		return EVX_OK;
	if (seal->seal.shape == EVX_SHAPE_WHOLE)
		return first == NULL ?
			EVX_OK :
			evx_fail_buf(diag,
				add(ex, "D-ORIGIN",
					"The seal says that this exhibit is whole, and the bundle "
					"holds the custody record of an original."));
	if ((err = judge_chain(ex, roster, cancel, &findings, diag)) != EVX_OK ||
		(err = evx_findings_join_origin(&ex->loaded.findings, &findings)) != EVX_OK ||
		(err = judge_seals(ex, &seal->seal)) != EVX_OK)
		goto out;
	ex->loaded.listing_origin.lines = seal->seal.origin.lines;
	ex->loaded.listing_origin.withheld = seal->seal.origin.withheld;
	ex->loaded.listing_origin.names_only = seal->seal.origin.names_only;
	ex->loaded.listing_origin.in_part = seal->seal.origin.in_part;
	memcpy(ex->loaded.listing_origin.root, seal->seal.origin.listing_root, 32);
	err = judge_event(ex, seal, diag);
out:
	evx_findings_free(&findings);
	return evx_fail_buf(diag, err);
}

struct evx_exhibit evx_exhibit_origin_view(const struct evx_exhibit *ex)
{
	struct evx_exhibit view;

	memset(&view, 0, sizeof(view));
	view.opened.bundle = ex->opened.bundle;
	view.opened.borrowed = view.opened.origin = true;
	view.loaded.chain = ex->loaded.origin;
	return view;
}
