/* Checks an event before it is written, and writes it to a bundle or to a receipt. */
#include "events/event_store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "custody/rules.h"
#include "judge/stamps.h"
#include "open/exhibit_vault.h"

void evx_event_store_start(struct evx_start *s, const struct evx_exhibit *ex, const char *bundle)
{
	evx_start_path(s, bundle, EVX_CONFINE_WRITE);
	evx_exhibit_vault_start(s, ex->opened.vault);
}

enum evx_err evx_event_store_open(const struct evx_chain_result *chain, struct evx_diag *diag)
{
	if (chain->n > 0 && chain->rightful == chain->n)
		return EVX_OK;
	return evx_fail(diag, EVX_E_CUSTODY,
		"The custody record is broken from entry %04zu on. Nothing can be added to it. To "
		"see why, run: evx verify",
		chain->rightful);
}

/* True when before has the finding, or one like it. */
static bool was_there(const struct evx_findings *before, const struct evx_finding *f)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct evx_finding *at = &before->at[i];

		if (at->event == f->event && at->weight >= f->weight &&
			strcmp(at->code, f->code) == 0)
			return true;
	}
	return false;
}

/* What would be worse about data and custody. What is said of the new event's own files counts from
 * a gap on: it is no claim of its signer's, but rubbish. */
static enum evx_err compare(const struct evx_findings *before, const struct evx_findings *after,
	uint32_t next, struct evx_diag *diag)
{
	for (size_t i = 0; i < after->n; i++) {
		const struct evx_finding *f = &after->at[i];
		const bool own = f->event == next && f->code[0] == 'C';

		if (f->line != EVX_ON_TRUST &&
			f->weight >= (own ? EVX_WEIGHT_GAP : EVX_WEIGHT_UNCHECKED) &&
			!was_there(before, f))
			return evx_fail(diag, EVX_E_CUSTODY, "%s: %s Nothing was written.", f->code,
				f->text);
	}
	if (after->dropped > before->dropped)
		return evx_fail(diag, EVX_E_CUSTODY,
			"With this entry, a check would find more than evx can list. Nothing was "
			"written.");
	return EVX_OK;
}

enum evx_err evx_event_store_stamps_check(
	const struct evx_exhibit *ex, const struct evx_receipt *r, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < r->nstamps && err == EVX_OK; i++) {
		const struct evx_receipt_stamp *s = &r->stamps[i];
		struct evx_buf record = EVX_BUF_INIT;

		if (s->event >= chain->n)
			return evx_fail(diag, EVX_E_CUSTODY,
				"C-FILES: The receipt has a time-stamp for entry %04u, which is "
				"not in this bundle. Nothing was written.",
				(unsigned)s->event);
		err = evx_stamps_record(ex, s->event, &record, diag);
		if (err == EVX_OK &&
			!evx_stamps_good((struct evx_bytes){ s->bytes.data, s->bytes.len },
				(struct evx_bytes){ record.data, record.len }))
			err = evx_fail(diag, EVX_E_CUSTODY,
				"T-STAMP-BAD: The entry names a time-stamp for entry %04u, and "
				"that time-stamp proves nothing. Nothing was written.",
				(unsigned)s->event);
		evx_buf_free(&record);
	}
	return err;
}

static enum evx_err judge(const struct evx_exhibit *ex, const struct evx_receipt *r,
	const struct evx_rules_roster *roster, struct evx_claims *claims, struct evx_diag *diag)
{
	const uint32_t next = (uint32_t)evx_chain_result(ex->loaded.chain)->n;
	struct evx_findings after;
	struct evx_chain *chain;
	enum evx_err err = evx_exhibit_with(ex, r, roster, &after, &chain, diag);

	if (err == EVX_OK)
		err = compare(&ex->loaded.findings, &after, next, diag);
	if (err == EVX_OK && evx_chain_result(chain)->n <= next)
		err = evx_fail(diag, EVX_E_CUSTODY,
			"This entry would not count in the custody record. Nothing was written. "
			"Ask its signer for a new one.");
	if (err == EVX_OK && claims != NULL)
		err = evx_claims_find(claims, evx_chain_result(chain), next, diag);
	evx_chain_free(chain);
	evx_findings_free(&after);
	return err == EVX_OK ? evx_event_store_stamps_check(ex, r, diag) : err;
}

enum evx_err evx_event_store_check(const struct evx_exhibit *ex, const struct evx_receipt *r,
	const struct evx_rules_roster *roster, struct evx_claims *claims, struct evx_diag *diag)
{
	struct evx_event event;
	enum evx_err err = evx_event_read(r, &event, NULL, diag);

	if (err != EVX_OK)
		return err;
	err = evx_rules_check(evx_chain_result(ex->loaded.chain), &event, roster, diag);
	evx_event_free(&event);
	return err == EVX_OK && r->record.len > 0 ? judge(ex, r, roster, claims, diag) : err;
}

enum evx_err evx_event_store_stamp(struct evx_append *a, const struct evx_exhibit *ex,
	const struct evx_receipt *r, bool *done, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);

	*done = false;
	for (size_t i = 0; i < r->nstamps; i++) {
		const struct evx_receipt_stamp *s = &r->stamps[i];
		char name[EVX_MEMBER_NAME_CAP];
		uint8_t hash[32];
		unsigned number;
		enum evx_err err;

		evx_sha256(s->bytes.data, s->bytes.len, hash);
		if (evx_stamps_here(chain, s->event, hash, &number))
			continue;
		if (number > EVX_STAMPS_MAX)
			return evx_fail(diag, EVX_E_LIMIT,
				"Entry %04u already has the most time-stamps that an entry can "
				"have (limit %u). Nothing was written.",
				(unsigned)s->event, EVX_STAMPS_MAX);
		err = evx_stamps_member(chain, s->event, number, name);
		if (err == EVX_OK)
			err = evx_append_begin(a, diag);
		if (err == EVX_OK)
			err = evx_append_member(a, name, s->bytes.data, s->bytes.len, diag);
		if (err == EVX_OK)
			err = evx_append_commit(a, diag);
		*done = err == EVX_OK;
		return err;
	}
	return EVX_OK;
}

enum evx_err evx_event_store_append(
	struct evx_append *a, const struct evx_receipt *r, struct evx_diag *diag)
{
	struct evx_event_files files = { NULL, 0 };
	enum evx_err err = evx_event_files_of(r, &files, diag);

	if (err != EVX_OK)
		goto out;
	err = evx_append_begin(a, diag);
	for (size_t i = 0; i < files.n && err == EVX_OK; i++)
		err = evx_append_member(
			a, files.at[i].name, files.at[i].bytes.data, files.at[i].bytes.len, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_append_commit(a, diag);
out:
	evx_event_files_free(&files);
	return err;
}

enum evx_err evx_event_store_write(
	const struct evx_receipt *r, struct evx_output *file, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_receipt_encode(r, &text, diag);

	if (err == EVX_OK)
		err = evx_output_put(file, text.data, text.len, diag);
	evx_buf_free(&text);
	return err;
}

/* Files of the event itself, and the time-stamps before it that it names. */
static bool is_wanted(
	const struct evx_chain_result *chain, const struct evx_member_id *id, uint32_t number)
{
	const struct evx_event *e = &chain->at[number].event;
	const struct evx_chain_stamp *s;

	if (id->kind != EVX_MEMBER_TSR)
		return id->event == number;
	s = id->event < number ? evx_stamps_find(chain, (uint32_t)id->event, id->number) : NULL;
	for (size_t i = 0; s != NULL && i < e->nstamps; i++)
		if (evx_hash_equal(e->stamps[i], s->sha256))
			return true;
	return false;
}

enum evx_err evx_event_store_files(const struct evx_exhibit *ex, uint32_t number,
	struct evx_event_files *files, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t n = evx_bundle_count(ex->opened.bundle);

	files->at = calloc(n + 1, sizeof(*files->at));
	if (files->at == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(ex->opened.bundle, i);

		if (!evx_member_of_event(&m->id) ||
			!is_wanted(evx_chain_result(ex->loaded.chain), &m->id, number))
			continue;
		memcpy(files->at[files->n].name, m->name, sizeof(files->at[files->n].name));
		err = evx_exhibit_member(ex, m->name, &files->at[files->n++].bytes, diag);
	}
	return err;
}
