/* What an entry of the log may say, by the entries before it (format-spec/vault.md "Log"). */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "crypto/sshsig.h"
#include "store/members.h"
#include "store/vault_inner.h"

static struct evx_vault_member *member_by_hash(const struct evx_vault *v, const uint8_t hash[32])
{
	const size_t i = evx_member_index_hash(&v->index, v->members, hash);

	return i != EVX_NO_MEMBER ? &v->members[i] : NULL;
}

static enum evx_err judge_place(
	const struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	if (strcmp(e->vault, v->uuid) != 0)
		return evx_fail(diag, EVX_E_FORGED,
			"This entry belongs to the log of another vault. It does not count. Look "
			"for a backup of the log.");
	if (e->sequence != v->n)
		return evx_fail(diag, EVX_E_FORGED,
			"The file name says entry %u, but the entry says that it is %u. It does "
			"not count. Look for a backup of the log.",
			(unsigned)v->n, (unsigned)e->sequence);
	if (v->n > 0 && !evx_hash_equal(e->previous, v->hashes[v->n - 1]))
		return evx_fail(diag, EVX_E_FORGED,
			"This entry does not follow the entry before it. One of the two may have "
			"been replaced. Look for a backup of the log.");
	return EVX_OK;
}

static enum evx_err judge_signer(
	const struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	const bool content = e->type == EVX_VAULT_MEMBER_ADD ||
		e->type == EVX_VAULT_MEMBER_REMOVE || e->type == EVX_VAULT_REMOVAL;
	const struct evx_vault_member *m;

	if (e->type == EVX_VAULT_INIT)
		return strcmp(e->signer, e->member_signing) == 0 ?
			EVX_OK :
			evx_fail(diag, EVX_E_CUSTODY,
				"The first entry of the vault log is not signed by the founder "
				"whom it names. Look for a backup of the log.");
	m = evx_vault_find_member(v, e->signer);
	if (m == NULL)
		return evx_fail(diag, EVX_E_CUSTODY,
			"The signer is not a member of this vault. Only members can sign %s.",
			evx_vault_type_name(e->type));
	if (content && !m->content)
		return evx_fail(diag, EVX_E_CUSTODY,
			"The signer is a custody member. Only members who can open contents can "
			"sign %s.",
			evx_vault_type_name(e->type));
	return EVX_OK;
}

static enum evx_err decode_epoch(const struct evx_vault *v, const struct evx_vault_entry *e,
	struct evx_vault_epoch *out, struct evx_diag *diag)
{
	uint32_t i;
	enum evx_err err;

	memcpy(out->custody, e->epoch.custody, sizeof(out->custody));
	memcpy(out->content, e->epoch.content, sizeof(out->content));
	if (v->nepochs >= EVX_VAULT_EPOCHS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"vault log: found one more key change (limit %u)", EVX_VAULT_EPOCHS_MAX);
	err = evx_age_recipient_decode(out->custody, strlen(out->custody), out->custody_pub, diag);
	if (err == EVX_OK)
		err = evx_age_recipient_decode(
			out->content, strlen(out->content), out->content_pub, diag);
	if (err != EVX_OK)
		return err;
	if (evx_hash_equal(out->custody_pub, out->content_pub))
		return evx_fail(diag, EVX_E_CUSTODY,
			"vault log: expected two different new keys, found one twice");
	for (i = 0; i < v->nepochs; i++) {
		const struct evx_vault_epoch *o = &v->epochs[i];

		if (evx_hash_equal(o->custody_pub, out->custody_pub) ||
			evx_hash_equal(o->content_pub, out->content_pub) ||
			evx_hash_equal(o->custody_pub, out->content_pub) ||
			evx_hash_equal(o->content_pub, out->custody_pub))
			return evx_fail(diag, EVX_E_CUSTODY,
				"vault log: expected new keys, found one that was used before");
	}
	return EVX_OK;
}

static enum evx_err decode_member(const struct evx_vault *v, const struct evx_vault_entry *e,
	struct evx_vault_member *out, struct evx_diag *diag)
{
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (v->nmembers >= EVX_VAULT_MEMBERS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "vault log: found one more member (limit %u)",
			EVX_VAULT_MEMBERS_MAX);
	memcpy(out->signing, e->member_signing, sizeof(out->signing));
	memcpy(out->encryption, e->member_encryption, sizeof(out->encryption));
	out->content = e->content;
	out->added = e->sequence;
	if ((err = evx_members_hash(out->signing, out->hash, out->fingerprint, diag)) != EVX_OK ||
		(err = evx_age_recipient_decode(out->encryption, strlen(out->encryption),
			 out->encryption_pub, diag)) != EVX_OK)
		return err;
	if (member_by_hash(v, out->hash) != NULL)
		err = evx_fail(diag, EVX_E_EXISTS, "This key belongs to a member already.");
	return err;
}

static enum evx_err judge_removal(
	const struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	const struct evx_vault_member *m = member_by_hash(v, e->fingerprint);
	size_t i, others = 0;

	if (m == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"vault log: no member has the key that is to be removed");
	for (i = 0; i < v->nmembers; i++)
		others += &v->members[i] != m && !v->members[i].removed && v->members[i].content;
	return others > 0 ? EVX_OK :
			    evx_fail(diag, EVX_E_CUSTODY,
				    "vault log: the last content member cannot be removed");
}

static enum evx_err judge_merge(
	const struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	const struct evx_vault_case *from = evx_vault_find_case(v, e->case_id),
				    *into = evx_vault_find_case(v, e->into);

	if (from == NULL || into == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"This vault has no case %s. Nothing was merged.",
			from == NULL ? e->case_id : e->into);
	if (from->into[0] != '\0')
		return evx_fail(diag, EVX_E_CUSTODY,
			"vault log: case %s is merged into another already", from->id);
	return evx_case_tree_filed(&v->tree, (uint32_t)(into - v->cases)) !=
			(uint32_t)(from - v->cases) ?
		EVX_OK :
		evx_fail(diag, EVX_E_CUSTODY,
			"The second case is filed in the first one already. They cannot be merged "
			"the other way round.");
}

static enum evx_err judge_case(
	const struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	const bool known = evx_vault_find_case(v, e->case_id) != NULL;

	if (e->type == EVX_VAULT_CASE_NEW)
		return known ? evx_fail(diag, EVX_E_EXISTS, "vault log: case %s is there already",
				       e->case_id) :
			       EVX_OK;
	if (!known && (e->type == EVX_VAULT_CASE_ALIAS || e->case_id[0] != '\0'))
		return evx_fail(
			diag, EVX_E_NOT_FOUND, "vault log: case %s is not there", e->case_id);
	return EVX_OK;
}

/* A case that was merged takes nothing more. */
static enum evx_err judge_file(
	const struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	const struct evx_vault_case *c = evx_vault_find_case(v, e->case_id);

	if (c == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"This vault has no case %s. Nothing was filed.", e->case_id);
	return c->into[0] == '\0' ?
		EVX_OK :
		evx_fail(diag, EVX_E_CUSTODY,
			"Case %s was merged into %s. Nothing was filed. Name that "
			"case.",
			c->id, c->into);
}

enum evx_err evx_vault_judge(
	const struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	struct evx_vault_epoch epoch;
	struct evx_vault_member member;
	size_t i;
	enum evx_err err = judge_place(v, e, diag);

	if (err == EVX_OK)
		err = judge_signer(v, e, diag);
	if (err != EVX_OK)
		return err;
	switch (e->type) {
	case EVX_VAULT_INIT:
		err = decode_epoch(v, e, &epoch, diag);
		for (i = 0; err == EVX_OK && i < e->nescrow; i++)
			err = evx_age_recipient_decode(
				e->escrow[i], strlen(e->escrow[i]), epoch.custody_pub, diag);
		return err == EVX_OK ? decode_member(v, e, &member, diag) : err;
	case EVX_VAULT_MEMBER_ADD:
		return decode_member(v, e, &member, diag);
	case EVX_VAULT_MEMBER_REMOVE:
		err = judge_removal(v, e, diag);
		return err == EVX_OK ? decode_epoch(v, e, &epoch, diag) : err;
	case EVX_VAULT_CASE_NEW:
	case EVX_VAULT_CASE_ALIAS:
	case EVX_VAULT_INVENTORY:
		return judge_case(v, e, diag);
	case EVX_VAULT_CASE_MERGE:
		return judge_merge(v, e, diag);
	case EVX_VAULT_CASE_FILE:
		return judge_file(v, e, diag);
	case EVX_VAULT_REMOVAL:
	case EVX_VAULT_ROLLBACK:
		break;
	}
	return EVX_OK;
}

static enum evx_err take_epoch(
	struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	struct evx_vault_epoch epoch, *kept;
	size_t n = v->nepochs;
	enum evx_err err = decode_epoch(v, e, &epoch, diag);

	if (err != EVX_OK)
		return err;
	kept = EVX_ARRAY_ADD(v->epochs, n);
	if (kept == NULL)
		return EVX_E_MEMORY;
	*kept = epoch;
	v->nepochs = (uint32_t)n;
	return EVX_OK;
}

static enum evx_err take_member(
	struct evx_vault *v, const struct evx_vault_entry *e, struct evx_diag *diag)
{
	struct evx_vault_member member, *kept;
	enum evx_err err = decode_member(v, e, &member, diag);

	if (err != EVX_OK)
		return err;
	kept = EVX_ARRAY_ADD(v->members, v->nmembers);
	if (kept == NULL)
		return EVX_E_MEMORY;
	*kept = member;
	err = evx_member_index_add(&v->index, v->members, v->nmembers - 1);
	v->nmembers -= err != EVX_OK;
	return err;
}

static enum evx_err take_case(struct evx_vault *v, const struct evx_vault_entry *e)
{
	struct evx_vault_case *c = EVX_ARRAY_ADD(v->cases, v->ncases);
	enum evx_err err = c != NULL ? evx_case_tree_add(&v->tree, e->case_id) : EVX_E_MEMORY;

	if (err == EVX_OK)
		memcpy(c->id, e->case_id, sizeof(c->id));
	else
		v->ncases -= c != NULL;
	return err;
}

/* Only after evx_vault_judge: both are there, and no ring comes of it. */
static void take_merge(struct evx_vault *v, const struct evx_vault_entry *e)
{
	const uint32_t from = evx_case_tree_find(&v->tree, e->case_id),
		       into = evx_case_tree_find(&v->tree, e->into);

	if (from != EVX_NO_CASE && into != EVX_NO_CASE && evx_case_tree_merge(&v->tree, from, into))
		memcpy(v->cases[from].into, e->into, sizeof(v->cases[from].into));
}

/* Keeps the private part for the label in it. */
static enum evx_err take_note(struct evx_vault *v, struct evx_vault_entry *e)
{
	const size_t signer = evx_member_index_key(&v->index, v->members, e->signer);
	struct evx_vault_note *note;

	if (e->sealed.len == 0)
		return EVX_OK;
	note = EVX_ARRAY_ADD(v->notes, v->nnotes);
	if (note == NULL)
		return EVX_E_MEMORY;
	memcpy(note->case_id, e->case_id, sizeof(note->case_id));
	note->sequence = e->sequence;
	note->signer = (uint32_t)signer; /* a member: the entry was judged */
	note->epoch = v->nepochs;
	note->sealed = e->sealed;
	e->sealed = (struct evx_buf)EVX_BUF_INIT;
	return EVX_OK;
}

static enum evx_err take_count(struct evx_vault *v, const struct evx_vault_entry *e)
{
	const struct evx_vault_member *signer = evx_vault_find_member(v, e->signer);
	struct evx_vault_count *count = EVX_ARRAY_ADD(v->counts, v->ncounts);

	if (count == NULL)
		return EVX_E_MEMORY;
	memcpy(count->case_id, e->case_id, sizeof(e->case_id));
	memcpy(count->list, e->list, 32);
	count->content = signer != NULL && signer->content;
	count->sequence = e->sequence;
	return EVX_OK;
}

/* The first word on an exhibit counts. */
static enum evx_err take_gone(struct evx_vault *v, const struct evx_vault_entry *e)
{
	size_t n = v->gone_tree.n;
	enum evx_err err = EVX_ARRAY_ROOM(v->gone, n, 1);

	if (err == EVX_OK)
		err = evx_case_tree_add(&v->gone_tree, e->uuid);
	if (err == EVX_OK)
		memcpy(v->gone[n], e->event, 32);
	return err == EVX_E_EXISTS ? EVX_OK : err;
}

/* The last word on an exhibit counts. */
static enum evx_err take_filing(struct evx_vault *v, const struct evx_vault_entry *e)
{
	const uint32_t known = evx_case_tree_find(&v->filed_tree, e->uuid);
	size_t n = v->filed_tree.n;
	enum evx_err err;

	if (known == EVX_NO_CASE) {
		if ((err = EVX_ARRAY_ROOM(v->filings, n, 1)) != EVX_OK ||
			(err = evx_case_tree_add(&v->filed_tree, e->uuid)) != EVX_OK)
			return err;
	} else {
		n = known;
	}
	memcpy(v->filings[n].case_id, e->case_id, EVX_UUID_CAP);
	v->filings[n].sequence = e->sequence;
	return EVX_OK;
}

static enum evx_err take_rollback(struct evx_vault *v, const struct evx_vault_entry *e)
{
	struct evx_vault_rollback *r = EVX_ARRAY_ADD(v->rollbacks, v->nrollbacks);

	if (r == NULL)
		return EVX_E_MEMORY;
	r->sequence = e->sequence;
	r->entries = e->entries;
	r->exhibits = e->exhibits;
	r->time = e->time;
	memcpy(r->list, e->list, 32);
	memcpy(r->signer, e->signer, sizeof(r->signer));
	return EVX_OK;
}

static enum evx_err take_init(struct evx_vault *v, struct evx_vault_entry *e, struct evx_diag *diag)
{
	enum evx_err err = take_epoch(v, e, diag);

	if (err != EVX_OK || (err = take_member(v, e, diag)) != EVX_OK)
		return err;
	v->escrow = e->escrow;
	v->nescrow = e->nescrow;
	e->escrow = NULL;
	e->nescrow = 0;
	return err;
}

static enum evx_err take(struct evx_vault *v, struct evx_vault_entry *e, struct evx_diag *diag)
{
	struct evx_vault_member *m;

	switch (e->type) {
	case EVX_VAULT_INIT:
		return take_init(v, e, diag);
	case EVX_VAULT_MEMBER_ADD:
		return take_member(v, e, diag);
	case EVX_VAULT_MEMBER_REMOVE:
		m = member_by_hash(v, e->fingerprint);
		if (m != NULL) {
			evx_member_index_remove(&v->index, v->members, (size_t)(m - v->members));
			m->removed = true;
		}
		return take_epoch(v, e, diag);
	case EVX_VAULT_CASE_NEW:
		return take_case(v, e) == EVX_OK ? take_note(v, e) : EVX_E_MEMORY;
	case EVX_VAULT_CASE_ALIAS:
		return take_note(v, e);
	case EVX_VAULT_CASE_MERGE:
		take_merge(v, e);
		return EVX_OK;
	case EVX_VAULT_INVENTORY:
		return take_count(v, e);
	case EVX_VAULT_REMOVAL:
		return take_gone(v, e);
	case EVX_VAULT_CASE_FILE:
		return take_filing(v, e);
	case EVX_VAULT_ROLLBACK:
		return take_rollback(v, e);
	}
	return EVX_OK;
}

enum evx_err evx_vault_apply(struct evx_vault *v, struct evx_vault_entry *e, const uint8_t hash[32],
	struct evx_diag *diag)
{
	enum evx_err err = evx_vault_judge(v, e, diag);

	if (err != EVX_OK || (err = EVX_ARRAY_ROOM(v->hashes, v->n, 1)) != EVX_OK ||
		(err = take(v, e, diag)) != EVX_OK)
		goto out;
	memcpy(v->hashes[v->n++], hash, 32);
out:
	return evx_fail_buf(diag, err);
}
