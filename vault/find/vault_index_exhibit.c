/* An exhibit's files read into the catalog. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "find/vault_glance.h"
#include "find/vault_index_inner.h"
#include "format/bagit.h"
#include "store/lenders.h"
#include "store/marks.h"

#define SEAL_DETAILS "custody/0000-seal.details.age"

/* ---- Where it is filed */

/* e says in which case it is probably filed, if in any. */
static void read_case(struct evx_vault_index *x, const char *uuid, struct evx_catalog_exhibit *e)
{
	char case_id[EVX_UUID_CAP];

	if (e->filed) {
		evx_uuid_text(e->case_id, case_id);
		if (evx_marks_has(x->v, case_id, uuid))
			return;
	}
	/* One exhibit is found sooner by asking each case; more are not. What cannot be read into
	 * memory is asked for all the same. */
	if (x->asked++ == 1 && evx_marks_load(x->v, &x->marks, NULL) != EVX_OK)
		x->marks = NULL;
	e->filed = evx_vault_glance_case(x->marks, x->v, uuid, case_id) &&
		evx_uuid_bytes(case_id, EVX_UUID_LEN, e->case_id);
}

/* ---- What an exhibit says without a key */

static enum evx_err read_payload(
	const struct evx_exhibit *ex, struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint64_t packs;
	enum evx_err err = evx_exhibit_member(ex, "bag-info.txt", &text, diag);

	if (err == EVX_OK)
		err = evx_bagit_info_decode(text.data, text.len, &e->payload, &packs, diag);
	evx_buf_free(&text);
	return err;
}

static enum evx_err read_facts(struct evx_vault_index *x, const struct evx_exhibit *ex, int dirfd,
	const char *uuid, struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	const struct evx_event *seal = evx_exhibit_seal(ex);
	enum evx_err err;

	if (seal == NULL || chain->rightful == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"The exhibit's seal is missing or was changed. Run evx verify on this "
			"exhibit.");
	memcpy(e->seal, chain->exhibit, 32);
	memcpy(e->head, chain->head, 32);
	e->events = chain->rightful;
	e->sealed = seal->time;
	e->complete = seal->seal.complete;
	e->disposed = chain->state.disposed;
	e->branches = evx_vault_glance_branches(x->v, uuid);
	e->hold = chain->state.nholds > 0;
	evx_vault_index_lock(x);
	read_case(x, uuid, e);
	evx_vault_index_unlock(x);
	if ((err = evx_vault_glance_signer(seal->signers[0], e->signer, diag)) != EVX_OK ||
		(err = evx_vault_glance_signer(chain->state.holder, e->holder, diag)) != EVX_OK ||
		(err = read_payload(ex, e, diag)) != EVX_OK)
		return err;
	return evx_vault_glance_data(dirfd, e, diag);
}

/* ---- What keys open */

static enum evx_err read_details(struct evx_exhibit *ex, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(ex);
	struct evx_buf part = EVX_BUF_INIT;
	enum evx_err err = evx_exhibit_part(ex, seal, SEAL_DETAILS, &part, diag);

	if (err == EVX_OK)
		err = evx_seal_open_details(seal, SEAL_DETAILS,
			(struct evx_bytes){ part.data, part.len },
			evx_keyring_custody_of(&ex->unlocked.keys, 0), &ex->unlocked.seal_details,
			diag);
	evx_buf_free(&part);
	return err;
}

/* ---- One exhibit */

/* True as long as nothing failed. */
static bool note_failure(struct evx_vault_index *x, enum evx_err err, const struct evx_diag *why)
{
	bool good;

	evx_vault_index_lock(x);
	if (err != EVX_OK && x->failed.code == EVX_OK)
		x->failed = *why;
	good = x->failed.code == EVX_OK;
	evx_vault_index_unlock(x);
	return good;
}

static enum evx_err put(
	struct evx_vault_index *x, const struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	enum evx_err err;

	evx_vault_index_lock(x);
	err = evx_catalog_put(x->c, e, diag);
	evx_vault_index_unlock(x);
	return err;
}

/* What entry number says of the place: NULL in *place, which is the caller's, where it names none.
 * An error: it may name one, and nobody with these keys can tell. */
static enum evx_err place_of(const struct evx_exhibit *ex, size_t number, char **place)
{
	const struct evx_event *event = &evx_chain_result(ex->loaded.chain)->at[number].event;
	const struct evx_secret *key = evx_keyring_custody_of(&ex->unlocked.keys, (uint32_t)number);
	struct evx_member_id id = { .event = (unsigned)number, .kind = EVX_MEMBER_DETAILS };
	struct evx_details details = { 0 };
	struct evx_buf part = EVX_BUF_INIT;
	char file[EVX_MEMBER_NAME_CAP];
	enum evx_err err;

	(void)snprintf(id.type, sizeof(id.type), "%s", event->type);
	if (evx_member_name(&id, file) != EVX_OK || evx_event_file_hash(event, file) == NULL)
		return EVX_OK; /* it has no details */
	if (event->fields.private_stanzas > 0 || key == NULL)
		return EVX_E_KEY;
	err = evx_exhibit_part(ex, event, file, &part, NULL);
	if (err == EVX_OK)
		err = evx_seal_open_details(event, file, (struct evx_bytes){ part.data, part.len },
			key, &details, NULL);
	if (err == EVX_OK) {
		*place = details.place;
		details.place = NULL;
		evx_details_free(&details);
	}
	evx_buf_free(&part);
	return err;
}

/* Where it was put last: what the newest entry says that counts and gives it a place. NULL in
 * *place, which is the caller's, where that entry does not open, or where entries follow that
 * nobody can follow: an older one may say what is no longer so. */
static enum evx_err read_place(struct evx_exhibit *ex, char **place, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	const char *seal = ex->unlocked.seal_details.place;
	enum evx_err err = EVX_OK;

	*place = NULL;
	if (chain->n > chain->rightful)
		return EVX_OK;
	for (size_t i = chain->n; i-- > 1 && *place == NULL && err == EVX_OK;) {
		const enum evx_event_kind kind = chain->at[i].event.kind;

		if (chain->at[i].rightful &&
			(kind == EVX_EVENT_MOVE || kind == EVX_EVENT_ACCEPT ||
				kind == EVX_EVENT_TAKE_OVER))
			err = place_of(ex, i, place);
	}
	if (err == EVX_OK && *place == NULL && seal != NULL && (*place = strdup(seal)) == NULL)
		err = EVX_E_MEMORY;
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) : EVX_OK;
}

static bool opens_details(struct evx_exhibit *ex)
{
	return evx_keyring_custody_of(&ex->unlocked.keys, 0) != NULL;
}

/* Case and exhibit number: from the details where a key opens them, else what the seal says openly.
 * What only the reader's own key opens is for the reader alone. What no key opens is written, too,
 * as known to be empty. */
static enum evx_err put_info(struct evx_vault_index *x, struct evx_exhibit *ex,
	const struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(ex);
	const struct evx_details *d = &ex->unlocked.seal_details;
	struct evx_catalog_info info = { seal->seal.case_label, seal->seal.exhibit_number, NULL,
		NULL, (uint32_t)e->events };
	struct evx_catalog_labels *to = x->labels;
	enum evx_err err = EVX_OK;

	if (opens_details(ex)) {
		err = read_details(ex, NULL);
	} else if (x->own != NULL &&
		evx_exhibit_vault_keys(ex, x->reader, NULL, false, NULL) == EVX_OK &&
		opens_details(ex)) {
		err = read_details(ex, NULL);
		to = err == EVX_OK ? x->own : to;
	}
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	if (d->case_label != NULL)
		info.case_label = d->case_label;
	if (d->exhibit_number != NULL)
		info.exhibit_number = d->exhibit_number;
	info.description = d->description;
	err = read_place(ex, &info.place, diag);
	evx_vault_index_lock(x);
	if (err == EVX_OK)
		err = evx_catalog_put_info(to, e->uuid, e->filed ? e->case_id : NULL, &info, diag);
	evx_vault_index_unlock(x);
	free(info.place);
	return err;
}

static enum evx_err read_opened(struct evx_vault_index *x, struct evx_exhibit *ex,
	const struct evx_catalog_exhibit *e, enum evx_vault_index_depth depth,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_exhibit_vault_keys(ex, NULL, x->v, false, NULL), told;
	/* By the vault's identities: what only a reader's own key opens lends nothing. */
	const bool lends = err == EVX_OK && depth == EVX_INDEX_CHUNKS && e->filed && !e->disposed &&
		ex->unlocked.tier == EVX_TIER_CONTENT &&
		evx_lenders_may(x->v, evx_exhibit_seal(ex));

	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	told = put_info(x, ex, e, &why);
	if (told == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	(void)note_failure(x, told, &why);
	return lends ? evx_vault_index_chunks(x, ex, e, cancel, diag) : EVX_OK;
}

static enum evx_err read_exhibit(struct evx_vault_index *x, int dirfd, const char *uuid,
	enum evx_vault_index_depth depth, struct evx_catalog_exhibit *e,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.index_only = true, .jobs = 1, .cancel = cancel, .roster = &x->rules
	};
	struct evx_bundle *bundle = NULL;
	struct evx_diag why = { 0 };
	struct evx_exhibit ex;
	enum evx_err err = evx_bundle_open_dir(dirfd, uuid, &bundle, diag);

	if (err != EVX_OK)
		return err;
	evx_exhibit_over(&ex, bundle);
	if ((err = evx_exhibit_load(&ex, &load, diag)) != EVX_OK ||
		(err = read_facts(x, &ex, dirfd, uuid, e, diag)) != EVX_OK)
		goto out;
	err = put(x, e, &why);
	if (!note_failure(x, err, &why))
		depth = EVX_INDEX_FACTS;
	err = EVX_OK;
	if (depth >= EVX_INDEX_DETAILS && x->labels != NULL)
		err = read_opened(x, &ex, e, depth, cancel, diag);
out:
	evx_exhibit_free(&ex);
	evx_bundle_free(bundle);
	return err;
}

enum evx_err evx_vault_index_exhibit_of(struct evx_vault_index *x, const char *case_id,
	const char *uuid, enum evx_vault_index_depth depth, struct evx_catalog_exhibit *out,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_catalog_exhibit e;
	enum evx_err err;
	int dirfd = -1;

	memset(&e, 0, sizeof(e));
	e.filed = case_id != NULL && evx_uuid_bytes(case_id, strlen(case_id), e.case_id);
	if (!evx_uuid_bytes(uuid, strlen(uuid), e.uuid))
		return evx_fail(diag, EVX_E_USAGE,
			"This is not the UUID of an exhibit. A UUID looks like "
			"3f2a0c1e-5b7d-4e8f-9a6b-0c1d2e3f4a5b.");
	/* Before anything is read: what changes from here on makes another one. */
	if (!evx_vault_glance_stamp(x->v, uuid, e.stamp))
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"The vault does not hold this exhibit. To see its exhibits, run: evx list");
	err = evx_vault_exhibit(x->v, uuid, &dirfd, diag);
	if (err == EVX_OK)
		err = read_exhibit(x, dirfd, uuid, depth, &e, cancel, diag);
	evx_close_quiet(&dirfd);
	if (err == EVX_OK && out != NULL)
		*out = e;
	return evx_diag_in(diag, uuid, err);
}

enum evx_err evx_vault_index_exhibit(struct evx_vault_index *x, const char *uuid,
	enum evx_vault_index_depth depth, struct evx_catalog_exhibit *out,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	return evx_vault_index_exhibit_of(x, x->expected, uuid, depth, out, cancel, diag);
}
