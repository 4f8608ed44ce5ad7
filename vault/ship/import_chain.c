/* What an import adds to the custody record of an exhibit that is in the vault. */
#include "ship/import_chain.h"

#include <string.h>

#include "base/io.h"
#include "bundle/append.h"
#include "custody/branches.h"
#include "custody/chain_compare.h"
#include "events/event_store.h"
#include "format/text.h"
#include "judge/stamps.h"
#include "store/branch.h"

#define TRIES 3u

struct join {
	const struct evx_vault *v;
	struct evx_exhibit *from; /* the bundle */
	struct evx_exhibit there; /* the vault's */
	const struct evx_rules_roster *rules;
	struct evx_claims *claims;
	const struct evx_heads *heads; /* what was seen of it before */
	const struct evx_cancel *cancel;
	struct evx_import_result *result;
};

static enum evx_err load_there(struct join *j, struct evx_bundle *b, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = { .index_only = true, .jobs = 1, .roster = j->rules };

	evx_exhibit_over(&j->there, b);
	return evx_exhibit_load(&j->there, &load, diag);
}

/* Something of the bundle that the vault's exhibit lacks: an event with its files, or one
 * time-stamp, whose number here is its own. */
struct item {
	size_t at; /* the bundle's member, the first one of an event */
	bool is_stamp;
	unsigned number; /* of a time-stamp: here */
};

/* True when the vault's exhibit lacks the bundle's time-stamp m and may have it: over an event that
 * it has, good over the record that is here. A response that proves nothing is left where it is. */
static enum evx_err lacks_stamp(const struct join *j, const struct evx_bundle_member *m,
	struct item *item, bool *lacks, struct evx_diag *diag)
{
	const struct evx_chain_result *mine = evx_chain_result(j->there.loaded.chain),
				      *theirs = evx_chain_result(j->from->loaded.chain);
	const struct evx_chain_stamp *s = evx_stamps_find(
		theirs, (uint32_t)m->id.event, m->id.number);
	struct evx_buf response = EVX_BUF_INIT, record = EVX_BUF_INIT;
	enum evx_err err;

	*lacks = false;
	if (s == NULL || m->size > EVX_TIMESTAMP_MAX || m->id.event >= mine->rightful ||
		m->id.event >= theirs->rightful ||
		evx_stamps_here(mine, s->event, s->sha256, &item->number) ||
		item->number > EVX_STAMPS_MAX)
		return EVX_OK;
	err = evx_exhibit_member(j->from, m->name, &response, diag);
	if (err == EVX_OK)
		err = evx_stamps_record(&j->there, s->event, &record, diag);
	*lacks = err == EVX_OK &&
		evx_stamps_good((struct evx_bytes){ response.data, response.len },
			(struct evx_bytes){ record.data, record.len });
	evx_buf_free(&response);
	evx_buf_free(&record);
	return err;
}

/* The first thing of the bundle, from member `from` on, that the vault's exhibit lacks; *any false
 * when there is none. */
static enum evx_err next_item(
	const struct join *j, size_t from, struct item *item, bool *any, struct evx_diag *diag)
{
	const struct evx_chain_result *mine = evx_chain_result(j->there.loaded.chain);
	enum evx_err err = EVX_OK;

	*any = false;
	for (size_t i = from;
		i < evx_bundle_count(j->from->opened.bundle) && err == EVX_OK && !*any; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(j->from->opened.bundle, i);

		item->at = i;
		item->is_stamp = m->id.kind == EVX_MEMBER_TSR;
		if (item->is_stamp)
			err = lacks_stamp(j, m, item, any, diag);
		else
			*any = evx_member_of_event(&m->id) && m->id.event >= mine->n;
	}
	return err;
}

static enum evx_err append_member(struct join *j, struct evx_append *a,
	const struct evx_bundle_member *m, const char *name, struct evx_diag *diag)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	enum evx_err err = evx_exhibit_member(j->from, m->name, &bytes, diag);

	if (err == EVX_OK)
		err = evx_append_member(a, name, bytes.data, bytes.len, diag);
	evx_buf_free(&bytes);
	return err;
}

/* Appends it as a group of its own. */
static enum evx_err append_item(
	struct join *j, struct evx_append *a, const struct item *item, struct evx_diag *diag)
{
	const struct evx_bundle *from = j->from->opened.bundle;
	const struct evx_bundle_member *first = evx_bundle_at(from, item->at);
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err = evx_append_begin(a, diag);

	if (err == EVX_OK && item->is_stamp) {
		err = evx_stamps_member(evx_chain_result(j->from->loaded.chain),
			(uint32_t)first->id.event, item->number, name);
		if (err == EVX_OK)
			err = append_member(j, a, first, name, diag);
	}
	for (size_t i = item->at; i < evx_bundle_count(from) && err == EVX_OK && !item->is_stamp;
		i++) {
		const struct evx_bundle_member *m = evx_bundle_at(from, i);

		if (evx_member_of_event(&m->id) && m->id.event == first->id.event &&
			m->id.kind != EVX_MEMBER_TSR)
			err = append_member(j, a, m, m->name, diag);
	}
	if (err == EVX_OK)
		err = evx_append_commit(a, diag);
	if (err == EVX_OK) {
		j->result->added += !item->is_stamp;
		j->result->stamps += item->is_stamp;
	}
	return err;
}

/* Whether the two chains have the same events as far as both go. */
static bool is_one_chain(const struct evx_chain_comparison *how)
{
	return how->relation == EVX_CHAINS_SAME || how->relation == EVX_CHAINS_SHORTER ||
		how->relation == EVX_CHAINS_LONGER;
}

/* One locked step: compares anew, since others append, too, and appends the next item. *more is
 * false when there was none. */
static enum evx_err extend_once(
	struct join *j, int dir, size_t *from, bool *more, struct evx_diag *diag)
{
	struct evx_append *a = NULL;
	struct item item = { 0 };
	const struct evx_chain_result *c;
	struct evx_chain_comparison how;
	enum evx_err err = evx_append_open_dir(
		dir, evx_bundle_uuid(j->from->opened.bundle), &a, diag);

	*more = false;
	if (err != EVX_OK)
		goto out;
	err = load_there(j, evx_append_bundle(a), diag);
	if (err != EVX_OK)
		goto out;
	c = evx_chain_result(j->there.loaded.chain);
	how = evx_chain_compare(c, evx_chain_result(j->from->loaded.chain));
	if (is_one_chain(&how))
		err = next_item(j, *from, &item, more, diag);
	if (err == EVX_OK && *more && c->rightful != c->n)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"The vault's custody record of this exhibit is broken from entry "
			"%04zu on. Nothing can be added to it. To see why, run: evx check",
			c->rightful);
	if (err != EVX_OK)
		goto out;
	if (*more)
		err = append_item(j, a, &item, diag);
out:
	*from = item.at;
	evx_exhibit_free(&j->there);
	evx_append_free(a);
	return err;
}

static enum evx_err extend(struct join *j, int dir, struct evx_diag *diag)
{
	enum evx_err err;
	size_t from = 0;
	bool more;

	do
		err = extend_once(j, dir, &from, &more, diag);
	while (err == EVX_OK && more);
	return err;
}

static enum evx_err keep_event(
	struct join *j, struct evx_session *s, size_t number, struct evx_diag *diag)
{
	struct evx_event_files files = { NULL, 0 };
	struct evx_receipt receipt = { 0 };
	struct evx_buf text = EVX_BUF_INIT;
	bool made = false;
	enum evx_err err = evx_event_store_files(j->from, (uint32_t)number, &files, diag);

	if (err != EVX_OK)
		goto out;
	err = evx_event_files_receipt(&files, (uint32_t)number, &receipt, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_receipt_encode(&receipt, &text, diag);
	evx_receipt_free(&receipt);
	if (err != EVX_OK)
		goto out;
	err = evx_branch_keep(j->v, s, evx_bundle_uuid(j->from->opened.bundle),
		evx_chain_result(j->from->loaded.chain)->at[number].hash, text.data, text.len,
		&made, diag);
out:
	j->result->added += made;
	evx_buf_free(&text);
	evx_event_files_free(&files);
	return err;
}

/* The events of the bundle that the vault's chain has not, as receipts. */
static enum evx_err keep_branch(struct join *j, struct evx_diag *diag)
{
	const struct evx_chain_result *c = evx_chain_result(j->from->loaded.chain);
	struct evx_session *s;
	enum evx_err err = evx_session_begin(j->v, &s, diag);

	for (size_t i = j->result->common; i < c->n && err == EVX_OK; i++)
		err = keep_event(j, s, i, diag);
	evx_session_end(s);
	return err;
}

static enum evx_err relate_branches(struct join *j, const struct evx_chain_result *mine,
	const struct evx_chain_result *theirs, uint32_t common, struct evx_diag *diag)
{
	struct evx_findings findings = { 0 };
	struct evx_parting parting = { false, false };
	enum evx_err err = evx_branches_compare(
		mine, theirs, common, NULL, j->rules, j->cancel, &findings, &parting, diag);

	j->result->rightful = parting.may && findings.n == 0;
	evx_findings_free(&findings);
	return err;
}

/* How the two relate, from what stands there now. */
static enum evx_err relate(struct join *j, int dir, struct evx_diag *diag)
{
	struct evx_import_result *r = j->result;
	const struct evx_chain_result *mine, *theirs = evx_chain_result(j->from->loaded.chain);
	struct evx_chain_comparison how;
	struct evx_bundle *b = NULL;
	struct item item;
	bool any = false;
	enum evx_err err = evx_bundle_open_dir(
		dir, evx_bundle_uuid(j->from->opened.bundle), &b, diag);

	if (err == EVX_OK)
		err = load_there(j, b, diag);
	if (err != EVX_OK)
		goto out;
	mine = evx_chain_result(j->there.loaded.chain);
	how = evx_chain_compare(mine, theirs);
	r->events = mine->n;
	r->common = how.common;
	if (how.relation == EVX_CHAINS_FORKED)
		err = relate_branches(j, mine, theirs, how.common, diag);
	r->disposed = mine->state.disposed || evx_vault_removed(j->v, evx_bundle_uuid(b), NULL);
	if (err == EVX_OK && is_one_chain(&how))
		err = next_item(j, 0, &item, &any, diag);
	if (err != EVX_OK)
		goto out;
	switch (how.relation) {
	case EVX_CHAINS_SAME:
	case EVX_CHAINS_SHORTER:
		r->act = any ? EVX_IMPORT_LONGER : EVX_IMPORT_SAME;
		break;
	case EVX_CHAINS_LONGER:
		r->act = any ? EVX_IMPORT_LONGER : EVX_IMPORT_SHORTER;
		break;
	case EVX_CHAINS_FORKED:
		r->act = EVX_IMPORT_BRANCH;
		break;
	case EVX_CHAINS_TWO_SEALS:
		r->act = EVX_IMPORT_OTHER;
		evx_hex_encode(mine->exhibit, 32, r->vault_seal);
		break;
	default:
		err = evx_fail(diag, EVX_E_CORRUPT,
			"The vault has an exhibit with this number, and its seal cannot be read. "
			"Nothing was imported. To see why, run: evx check");
		break;
	}
	/* What is there afterwards has the events of the longer one. An exhibit that lost some gets
	 * them back this way; what hides them for good is not added. */
	if (err == EVX_OK && r->act == EVX_IMPORT_LONGER)
		err = evx_import_chain_contradicted(j->v, j->heads, evx_bundle_uuid(b),
			how.relation == EVX_CHAINS_LONGER ? mine : theirs, diag);
out:
	evx_exhibit_free(&j->there);
	evx_bundle_free(b);
	return err;
}

/* Asks about what would be taken of unknown signers. A second look finds no more: the vault's chain
 * only grows. */
static enum evx_err ask(const struct join *j, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if (j->result->act == EVX_IMPORT_LONGER || j->result->act == EVX_IMPORT_BRANCH)
		err = evx_claims_find(j->claims, evx_chain_result(j->from->loaded.chain),
			j->result->common, diag);
	return err == EVX_OK ? evx_claims_ask(j->claims, diag) : err;
}

enum evx_err evx_import_chain_contradicted(const struct evx_vault *v, const struct evx_heads *heads,
	const char *uuid, const struct evx_chain_result *chain, struct evx_diag *diag)
{
	struct evx_findings against = { 0 };
	enum evx_err err = evx_heads_judge(heads, v, uuid, chain, &against, diag);

	for (size_t i = 0; i < against.n && err == EVX_OK; i++)
		if (against.at[i].weight == EVX_WEIGHT_BROKEN)
			err = evx_fail(diag, EVX_E_FORGED, "%s: %s", against.at[i].code,
				against.at[i].text);
	evx_findings_free(&against);
	return err;
}

enum evx_err evx_import_chain_join(const struct evx_vault *v, struct evx_exhibit *ex,
	const struct evx_rules_roster *rules, struct evx_claims *claims,
	const struct evx_heads *heads, const struct evx_cancel *cancel,
	struct evx_import_result *result, struct evx_diag *diag)
{
	struct join j = { .v = v,
		.from = ex,
		.rules = rules,
		.claims = claims,
		.heads = heads,
		.cancel = cancel,
		.result = result };
	int dir;
	enum evx_err err = evx_vault_exhibit(v, evx_bundle_uuid(ex->opened.bundle), &dir, diag);

	if (err != EVX_OK)
		return err;
	/* Where another process appended between the two looks, they are compared once more. */
	for (unsigned i = 0; i < TRIES && err == EVX_OK; i++) {
		err = relate(&j, dir, diag);
		if (err == EVX_OK)
			err = ask(&j, diag);
		if (err == EVX_OK && result->act == EVX_IMPORT_LONGER)
			err = extend(&j, dir, diag);
		if (result->act != EVX_IMPORT_LONGER || result->added > 0 || result->stamps > 0)
			break;
	}
	if (err == EVX_OK && result->act == EVX_IMPORT_LONGER)
		result->events += result->added;
	if (err == EVX_OK && result->act == EVX_IMPORT_BRANCH)
		err = keep_branch(&j, diag);
	evx_close_quiet(&dir);
	return err;
}
