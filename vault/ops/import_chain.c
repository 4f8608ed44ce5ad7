#include "ops/import_chain.h"

#include <string.h>

#include "base/io.h"
#include "bundle/append.h"
#include "custody/branches.h"
#include "custody/compare.h"
#include "format/text.h"
#include "ops/event_store.h"
#include "store/branch.h"

#define TRIES 3u

struct join {
	const struct evx_vault *v;
	struct evx_exhibit *from;  /* the bundle */
	struct evx_exhibit there;  /* the vault's */
	const struct evx_rules_roster *rules;
	struct evx_import_result *result;
};

/* *same tells whether the vault's exhibit has the bundle's member m, *other whether it has another under that name. */
static enum evx_err have(const struct join *j, const struct evx_bundle_member *m, bool *same, bool *other, struct evx_diag *diag)
{
	const struct evx_bundle_member *mine = evx_bundle_find(j->there.bundle, m->name);
	struct evx_buf a = EVX_BUF_INIT, b = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	*same = *other = false;
	if (mine == NULL)
		return EVX_OK;
	if (mine->size == m->size) {
		err = evx_exhibit_member(&j->there, m->name, &a, diag);
		if (err == EVX_OK)
			err = evx_exhibit_member(j->from, m->name, &b, diag);
		*same = err == EVX_OK && a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
	}
	*other = !*same;
	evx_buf_free(&a);
	evx_buf_free(&b);
	return err;
}

/* The first group of the bundle from `from` on with files of events that the vault's exhibit does not have, *group; *any false when there is none. *clash when it
 * has another file under one of the names, which no chain can have both of. */
static enum evx_err next_group(const struct join *j, unsigned from, unsigned *group, bool *any, bool *clash, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	*any = *clash = false;
	for (size_t i = 0; i < evx_bundle_count(j->from->bundle) && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(j->from->bundle, i);
		bool same, other;

		if (m->group < from || !evx_member_of_event(&m->id))
			continue;
		err = have(j, m, &same, &other, diag);
		*clash = *clash || other;
		if (err == EVX_OK && !same && !other && (!*any || m->group < *group)) {
			*group = m->group;
			*any = true;
		}
	}
	return err;
}

static enum evx_err load_there(struct join *j, struct evx_bundle *b, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = { .index_only = true, .jobs = 1, .roster = j->rules };

	evx_exhibit_over(&j->there, b);
	return evx_exhibit_load(&j->there, &load, diag);
}

/* Appends what group has and the vault's exhibit lacks, in one step. */
static enum evx_err append_group(struct join *j, struct evx_append *a, unsigned group, struct evx_diag *diag)
{
	size_t events = 0, stamps = 0;
	enum evx_err err = evx_append_begin(a, diag);

	for (size_t i = 0; i < evx_bundle_count(j->from->bundle) && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(j->from->bundle, i);
		struct evx_buf bytes = EVX_BUF_INIT;

		if (m->group != group || !evx_member_of_event(&m->id) || evx_bundle_find(j->there.bundle, m->name) != NULL)
			continue;
		err = evx_exhibit_member(j->from, m->name, &bytes, diag);
		if (err == EVX_OK)
			err = evx_append_member(a, m->name, bytes.data, bytes.len, diag);
		events += m->id.kind == EVX_MEMBER_RECORD;
		stamps += m->id.kind == EVX_MEMBER_TSR;
		evx_buf_free(&bytes);
	}
	if (err == EVX_OK)
		err = evx_append_commit(a, diag);
	if (err == EVX_OK) {
		j->result->added += events;
		j->result->stamps += stamps;
	}
	return err;
}

/* One locked step: compares anew, since others append, too, and appends the next group. *more is false when there was none. */
static enum evx_err extend_once(struct join *j, int dir, unsigned *from, bool *more, struct evx_diag *diag)
{
	struct evx_append *a = NULL;
	unsigned group = 0;
	bool clash = false;
	const struct evx_chain_result *c;
	struct evx_chain_comparison how;
	enum evx_err err = evx_append_open_dir(dir, evx_bundle_uuid(j->from->bundle), &a, diag);

	*more = false;
	if (err == EVX_OK)
		err = load_there(j, evx_append_bundle(a), diag);
	if (err == EVX_OK) {
		c = evx_chain_result(j->there.chain);
		how = evx_chain_compare(c, evx_chain_result(j->from->chain));
		err = next_group(j, *from, &group, more, &clash, diag);
		*more = *more && !clash && (how.relation == EVX_CHAINS_SAME || how.relation == EVX_CHAINS_SHORTER);
		if (err == EVX_OK && *more && c->rightful != c->n)
			err = evx_fail(diag, EVX_E_CORRUPT, "vault: the chain that it has of this exhibit is not good from event %04zu on; nothing can be added behind that",
				c->rightful);
	}
	if (err == EVX_OK && *more)
		err = append_group(j, a, group, diag);
	*from = group + 1;
	evx_exhibit_free(&j->there);
	evx_append_free(a);
	return err;
}

static enum evx_err extend(struct join *j, int dir, struct evx_diag *diag)
{
	enum evx_err err;
	unsigned from = 0;
	bool more;

	do
		err = extend_once(j, dir, &from, &more, diag);
	while (err == EVX_OK && more);
	return err;
}

static enum evx_err keep_event(struct join *j, struct evx_session *s, size_t number, struct evx_diag *diag)
{
	struct evx_seal_files files = { NULL, 0 };
	struct evx_receipt receipt = { 0 };
	struct evx_buf text = EVX_BUF_INIT;
	bool made = false;
	enum evx_err err = evx_event_store_files(j->from, (uint32_t)number, &files, diag);

	if (err == EVX_OK)
		err = evx_event_receipt(&files, (uint32_t)number, &receipt, diag);
	if (err == EVX_OK) {
		err = evx_receipt_encode(&receipt, &text, diag);
		evx_receipt_free(&receipt);
	}
	if (err == EVX_OK)
		err = evx_branch_keep(j->v, s, evx_bundle_uuid(j->from->bundle), evx_chain_result(j->from->chain)->at[number].hash, text.data, text.len,
			&made, diag);
	j->result->added += made;
	evx_buf_free(&text);
	evx_seal_files_free(&files);
	return err;
}

/* The events of the bundle that the vault's chain has not, as receipts. */
static enum evx_err keep_branch(struct join *j, struct evx_diag *diag)
{
	const struct evx_chain_result *c = evx_chain_result(j->from->chain);
	struct evx_session *s;
	enum evx_err err = evx_session_begin(j->v, &s, diag);

	for (size_t i = j->result->common; i < c->n && err == EVX_OK; i++)
		err = keep_event(j, s, i, diag);
	evx_session_end(s);
	return err;
}

static enum evx_err relate_branches(struct join *j, const struct evx_chain_result *mine, const struct evx_chain_result *theirs, uint32_t common,
	struct evx_diag *diag)
{
	struct evx_findings findings = { 0 };
	struct evx_parting parting = { false, false };
	enum evx_err err = evx_branches_compare(mine, theirs, common, NULL, j->rules, &findings, &parting, diag);

	j->result->rightful = parting.may && findings.n == 0;
	evx_findings_free(&findings);
	return err;
}

/* How the two relate, from what stands there now. */
static enum evx_err relate(struct join *j, int dir, struct evx_diag *diag)
{
	struct evx_import_result *r = j->result;
	const struct evx_chain_result *mine, *theirs = evx_chain_result(j->from->chain);
	struct evx_chain_comparison how;
	struct evx_bundle *b = NULL;
	unsigned group = 0;
	bool any = false, clash = false;
	enum evx_err err = evx_bundle_open_dir(dir, evx_bundle_uuid(j->from->bundle), &b, diag);

	if (err == EVX_OK)
		err = load_there(j, b, diag);
	if (err != EVX_OK)
		goto out;
	mine = evx_chain_result(j->there.chain);
	how = evx_chain_compare(mine, theirs);
	r->events = mine->n;
	r->common = how.common;
	if (how.relation == EVX_CHAINS_FORKED)
		err = relate_branches(j, mine, theirs, how.common, diag);
	r->disposed = mine->state.disposed || evx_vault_removed(j->v, evx_bundle_uuid(b), NULL);
	if (err == EVX_OK && (how.relation == EVX_CHAINS_SAME || how.relation == EVX_CHAINS_SHORTER))
		err = next_group(j, 0, &group, &any, &clash, diag);
	if (err != EVX_OK)
		goto out;
	switch (how.relation) {
	case EVX_CHAINS_SAME:
		r->act = any && !clash ? EVX_IMPORT_LONGER : EVX_IMPORT_SAME;
		break;
	case EVX_CHAINS_SHORTER: /* as a receipt the event would be judged with the vault's time-stamp, and found broken */
		r->act = clash ? EVX_IMPORT_CLASH : EVX_IMPORT_LONGER;
		break;
	case EVX_CHAINS_LONGER:
		r->act = EVX_IMPORT_SHORTER;
		break;
	case EVX_CHAINS_FORKED:
		r->act = EVX_IMPORT_BRANCH;
		break;
	case EVX_CHAINS_TWO_SEALS:
		r->act = EVX_IMPORT_OTHER;
		evx_hex_encode(mine->exhibit, 32, r->vault_seal);
		break;
	default:
		err = evx_fail(diag, EVX_E_CORRUPT, "vault: the exhibit that it has under this UUID has no seal that can be read; check it");
		break;
	}
out:
	evx_exhibit_free(&j->there);
	evx_bundle_free(b);
	return err;
}

enum evx_err evx_import_join(const struct evx_vault *v, struct evx_exhibit *ex, const struct evx_rules_roster *rules, struct evx_import_result *result,
	struct evx_diag *diag)
{
	struct join j = { .v = v, .from = ex, .rules = rules, .result = result };
	int dir;
	enum evx_err err = evx_vault_exhibit(v, evx_bundle_uuid(ex->bundle), &dir, diag);

	if (err != EVX_OK)
		return err;
	/* Where another process appended between the two looks, they are compared once more. */
	for (unsigned i = 0; i < TRIES && err == EVX_OK; i++) {
		err = relate(&j, dir, diag);
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
