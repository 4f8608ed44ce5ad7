/* A seal into a vault: its case, the readers that come with the vault, the session in which the
 * exhibit is made, and its commit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "custody/card.h"
#include "find/vault_index.h"
#include "format/text.h"
#include "open/vault_use.h"
#include "people/card_info.h"
#include "seal/seal_borrow.h"
#include "seal/seal_target.h"
#include "store/case.h"
#include "store/heads.h"
#include "store/marks.h"
#include "store/session.h"

#define TWINS_MAX 16u

struct vault {
	struct evx_seal_target base;
	struct evx_home *home;
	const struct evx_seal_options *opt;
	const struct evx_cancel *cancel;
	struct evx_vault_use use; /* without an identity: that is the seal's */
	bool member;
	bool discarded;             /* the catalog that was there was none of this vault */
	char case_id[EVX_UUID_CAP]; /* "" until a new one is made */
	char *label;                /* of the case, for the details; NULL: as named */
	struct evx_reader *readers; /* who can open it beside those named */
	size_t nreaders;
	struct evx_session *session;
	struct evx_seal_borrow *borrow; /* NULL: nothing is borrowed, and no chunk is remembered */
	bool case_made;
	uint64_t interrupted; /* seals into this case that could be resumed */
	struct evx_remnant_found resumed;
};

static void open_vault(struct evx_seal_target *t, struct evx_start *s)
{
	struct vault *sv = (struct vault *)t;

	evx_vault_use_start(s, &sv->use, sv->home, sv->opt->vault, NULL, EVX_VAULT_NOBODY,
		EVX_CONFINE_MOVE, NULL);
}

/* The case that the option names: by a label when a member's key opens those, else by its id. A
 * label that no case has yet makes one. */
static enum evx_err find_case(struct vault *sv, struct evx_diag *diag)
{
	const char *name = sv->opt->case_label;
	struct evx_diag why = { 0 };
	struct evx_case_labels labels = { NULL, 0, NULL };
	enum evx_err err;

	if (name == NULL)
		return evx_fail(diag, EVX_E_USAGE,
			"A vault keeps exhibits by case. Nothing was sealed. Name the case with "
			"--case LABEL.");
	err = evx_case_find_open(sv->use.vault, name, sv->case_id, &why);
	if (err == EVX_E_NOT_FOUND && sv->member && !evx_uuid_valid(name, strlen(name)))
		return EVX_OK;
	if (err == EVX_E_KEY && !sv->member)
		return evx_fail(diag, EVX_E_KEY,
			"'%.100s' is not a case id. Only members of the vault can use case labels. "
			"Nothing was sealed. Give the case id.",
			name);
	if (err != EVX_OK)
		return evx_fail(diag, err, "%s", why.text);
	if (!sv->member || !evx_uuid_valid(name, strlen(name)))
		return EVX_OK;
	/* Named by its id, the details say what people call it. */
	err = evx_case_labels(sv->use.vault, &labels, diag);
	for (size_t i = 0; i < labels.n && sv->label == NULL; i++)
		if (strcmp(labels.at[i].id, sv->case_id) == 0) {
			sv->label = labels.at[i].label;
			labels.at[i].label = NULL;
		}
	evx_case_labels_free(&labels);
	return err;
}

static unsigned holders(const struct evx_vault *v, bool content)
{
	unsigned n = 0;

	for (size_t i = 0; i < evx_vault_members(v); i++)
		n += !evx_vault_member(v, i)->removed &&
			(!content || evx_vault_member(v, i)->content);
	return n;
}

/* Names of the escrow cards, where the founder's entry can be opened. */
static enum evx_err name_escrow(
	const struct evx_vault *v, struct evx_reader *at, size_t n, struct evx_diag *diag)
{
	struct evx_vault_entry entry;
	struct evx_vault_private private;
	bool opened;
	enum evx_err err = evx_vault_read_entry(v, 0, &entry, &private, &opened, diag);

	if (err != EVX_OK)
		goto out;
	for (size_t i = 0; i < private.ncards; i++) {
		struct evx_card card;

		if (evx_card_text_read(private.cards[i], strlen(private.cards[i]), &card, NULL) !=
			EVX_OK)
			continue;
		for (size_t k = 0; k < n; k++)
			if (strcmp(at[k].info.card.encryption, card.encryption) == 0 &&
				(err = evx_card_info_of(&card, &at[k].info.card, diag)) != EVX_OK)
				goto out;
	}
out:
	evx_vault_entry_free(&entry);
	evx_vault_private_free(&private);
	return err;
}

/* The newest identities of the vault, and its escrow keys. */
static enum evx_err gather_readers(struct vault *sv, struct evx_diag *diag)
{
	const struct evx_vault *v = sv->use.vault;
	const struct evx_vault_epoch *e = evx_vault_epoch(v, evx_vault_epochs(v));
	const size_t nescrow = evx_vault_escrow(v);
	enum evx_err err;

	sv->readers = calloc(nescrow + 2, sizeof(*sv->readers));
	if (sv->readers == NULL)
		return evx_fail_memory(diag);
	sv->nreaders = nescrow + 2;
	for (size_t i = 0; i < 2; i++) {
		struct evx_reader *r = &sv->readers[i];

		r->info.vault = true;
		r->info.content = i == 0;
		r->info.holders = holders(v, i == 0);
		memcpy(r->key, i == 0 ? e->content_pub : e->custody_pub, 32);
		(void)snprintf(r->info.card.encryption, sizeof(r->info.card.encryption), "%.63s",
			i == 0 ? e->content : e->custody);
		(void)snprintf(r->info.card.person, sizeof(r->info.card.person), "%s of vault %s",
			i == 0 ? "content members" : "members", evx_vault_uuid(v));
	}
	for (size_t i = 0; i < nescrow; i++) {
		struct evx_reader *r = &sv->readers[i + 2];
		const char *key = evx_vault_escrow_key(v, i);

		r->info = (struct evx_reader_info){ .content = true, .escrow = true, .holders = 1 };
		(void)snprintf(
			r->info.card.encryption, sizeof(r->info.card.encryption), "%.63s", key);
		if ((err = evx_age_recipient_decode(key, strlen(key), r->key, diag)) != EVX_OK)
			return err;
	}
	return nescrow > 0 ? name_escrow(v, sv->readers + 2, nescrow, diag) : EVX_OK;
}

/* Exhibits of the same number in one case, and those merged into it, as far as the catalog knows
 * them and keys open their numbers. That they cannot be looked up keeps nobody from sealing. */
static enum evx_err find_twins(struct vault *sv, const struct evx_hand *hand,
	struct evx_seal_filing *out, struct evx_diag *diag)
{
	const struct evx_vault *v = sv->use.vault;
	const char *number = sv->opt->exhibit_number;
	struct evx_catalog_state state;
	struct evx_catalog *c = NULL;
	struct evx_vault_index *x = NULL;
	uint8_t at[TWINS_MAX][16], id[16];
	size_t n = 0;
	enum evx_err err;

	if (sv->case_id[0] == '\0' || number == NULL || !sv->member)
		return EVX_OK;
	err = evx_catalog_of_vault(v, &c, &state, NULL);
	sv->discarded = err == EVX_OK && state.discarded;
	if (err == EVX_OK)
		err = evx_vault_index_new(v, NULL, c, -1, &x, NULL);
	if (err == EVX_OK)
		err = evx_vault_index_reader(x, &hand->id, NULL);
	for (size_t i = 0; i < evx_vault_cases(v) && err == EVX_OK; i++) {
		const char *one = evx_vault_case(v, i)->id;

		if (strcmp(evx_case_filed(v, one), sv->case_id) != 0 ||
			!evx_uuid_bytes(one, EVX_UUID_LEN, id))
			continue;
		err = evx_vault_index_by_number(x, id, number, at, TWINS_MAX, &n);
		if (err == EVX_OK && n > 0 && out->twins == 0)
			evx_uuid_text(at[0], out->twin);
		out->twins += err == EVX_OK ? n : 0;
	}
	evx_vault_index_free(x);
	evx_catalog_free(c);
	return err == EVX_E_MEMORY ? evx_fail_memory(diag) : EVX_OK;
}

static enum evx_err load(struct evx_seal_target *t, const struct evx_hand *hand,
	struct evx_seal_filing *out, struct evx_diag *diag)
{
	struct vault *sv = (struct vault *)t;
	struct evx_vault *v = sv->use.vault;
	enum evx_err err;

	if ((err = evx_vault_use_load(&sv->use, EVX_VAULT_WRITES, diag)) != EVX_OK ||
		(err = evx_vault_sound(v, diag)) != EVX_OK)
		return err;
	if (hand->id.encryption != NULL &&
		evx_vault_find_member(v, hand->id.card.signing) != NULL) {
		err = evx_vault_unlock(v, &hand->id, diag);
		sv->member = err == EVX_OK;
	}
	if (err != EVX_OK || (err = find_case(sv, diag)) != EVX_OK ||
		(err = gather_readers(sv, diag)) != EVX_OK)
		return err;
	*out = (struct evx_seal_filing){
		.readers = sv->readers, .nreaders = sv->nreaders, .case_label = sv->label
	};
	return find_twins(sv, hand, out, diag);
}

/* Dead sessions that sealed into this case. */
struct rests {
	const char *case_id;
	struct evx_session_rest *at;
	size_t n;
};

static enum evx_err keep_rest(void *ctx, const struct evx_session_rest *rest)
{
	struct rests *all = ctx;
	struct evx_session_rest *more;

	if (strcmp(rest->case_id, all->case_id) != 0)
		return EVX_OK;
	more = EVX_ARRAY_ADD(all->at, all->n);
	if (more == NULL)
		return EVX_E_MEMORY;
	*more = *rest;
	return EVX_OK;
}

/* Sweeps what dead processes left; with resume, what they left of this case becomes remnants. */
static enum evx_err sweep(struct vault *sv, struct evx_diag *diag)
{
	const struct evx_vault *v = sv->use.vault;
	struct rests rests = { sv->case_id, NULL, 0 };
	enum evx_err err = evx_session_sweep(v, false, keep_rest, &rests, diag);

	for (size_t i = 0; i < rests.n && err == EVX_OK; i++)
		if (sv->opt->resume)
			err = evx_session_adopt(v, &rests.at[i], diag);
		else
			sv->interrupted++;
	free(rests.at);
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err,
			"What an interrupted command left in the vault could not be cleared away. "
			"Nothing was sealed. Run: evx check --sweep");
}

/* What was sealed before the interruption lends to this seal, and its details say so. */
static enum evx_err resume(struct vault *sv, char **resumed, struct evx_diag *diag)
{
	struct evx_buf names = { NULL, 0, 0, EVX_DETAILS_TEXT_MAX };
	enum evx_err err;

	if (sv->borrow == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"Only a member who can open contents can continue an interrupted seal. "
			"Nothing was sealed. Seal again without --resume.");
	if ((err = evx_seal_borrow_remnants(sv->borrow, &names, &sv->resumed, diag)) != EVX_OK)
		goto out;
	if ((err = evx_buf_cstr(&names)) != EVX_OK ||
		(err = evx_details_set(resumed, (const char *)names.data)) != EVX_OK)
		(void)evx_fail_buf(diag, err);
out:
	evx_buf_free(&names);
	return err;
}

/* The session in which the exhibit is made. */
static enum evx_err stage(struct vault *sv, struct evx_diag *diag)
{
	struct evx_seal_target *t = &sv->base;
	int dir;
	enum evx_err err;

	if ((err = evx_session_begin(sv->use.vault, &sv->session, diag)) != EVX_OK ||
		(err = evx_session_note_case(sv->session, sv->case_id, diag)) != EVX_OK ||
		(err = evx_session_stage(sv->session, t->uuid, &dir, diag)) != EVX_OK)
		return err;
	return evx_writer_dir(dir, t->uuid, &t->writer, diag);
}

static enum evx_err begin(struct evx_seal_target *t, const struct evx_signer *signer, int64_t now,
	char **resumed, struct evx_diag *diag)
{
	struct vault *sv = (struct vault *)t;
	enum evx_err err = sweep(sv, diag);

	if (err != EVX_OK)
		return err;
	if (sv->opt->resume && sv->case_id[0] == '\0')
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"This case is new. It has no interrupted seal to continue. Nothing was "
			"sealed. Seal again without --resume.");
	if (sv->case_id[0] == '\0') {
		err = evx_case_new(
			sv->use.vault, sv->opt->case_label, NULL, signer, now, sv->case_id, diag);
		if (err != EVX_OK)
			return err;
		sv->case_made = true;
	}
	if ((err = stage(sv, diag)) != EVX_OK)
		return err;
	if (sv->member) {
		const struct evx_seal_borrow_opts opts = { .use = &sv->use,
			.case_id = sv->case_id,
			.uuid = t->uuid,
			.session = evx_session_fd(sv->session),
			.writer = t->writer,
			.lends = !sv->opt->no_borrow,
			.cancel = sv->cancel };

		if ((err = evx_seal_borrow_new(&opts, &sv->borrow, diag)) != EVX_OK)
			return err;
	}
	return sv->opt->resume ? resume(sv, resumed, diag) : EVX_OK;
}

/* Readers of the exhibit open its recipes. What stays in the session tells later that a content
 * member sealed here. */
static enum evx_err keys(
	struct evx_seal_target *t, const struct evx_exhibit_keys *keys, struct evx_diag *diag)
{
	struct vault *sv = (struct vault *)t;
	const struct evx_vault *v = sv->use.vault;
	const uint32_t newest = evx_vault_epochs(v);
	uint8_t origin[32];
	enum evx_err err;

	if (sv->borrow != NULL)
		evx_seal_borrow_keys(sv->borrow, keys);
	if (!sv->member || evx_vault_content(v, newest) == NULL)
		return EVX_OK;
	err = evx_remnant_origin(v, sv->case_id, newest, t->uuid, keys->content, origin, diag);
	return err == EVX_OK ? evx_session_note_origin(sv->session, origin, diag) : err;
}

static void lend(struct evx_seal_target *t, struct evx_payload_write_opts *opts)
{
	struct vault *sv = (struct vault *)t;

	if (sv->borrow != NULL)
		evx_seal_borrow_options(sv->borrow, opts);
}

static bool owns(const struct evx_seal_target *t, uint64_t dev, uint64_t ino)
{
	const struct vault *sv = (const struct vault *)t;
	struct stat st;

	return sv->session != NULL && fstat(evx_session_fd(sv->session), &st) == 0 &&
		(uint64_t)st.st_dev == dev && (uint64_t)st.st_ino == ino;
}

/* That this machine sealed it here. Where that cannot be written, the next check of the vault makes
 * up for it. */
static void remember(const struct vault *sv, const uint8_t hash[32])
{
	const struct evx_vault *v = sv->use.vault;
	struct evx_head_seen seen = { .inventory = EVX_HEAD_MACHINE, .events = 1 };

	memcpy(seen.seal, hash, 32);
	memcpy(seen.head, hash, 32);
	memcpy(seen.uuid, sv->base.uuid, sizeof(seen.uuid));
	evx_marks_case(NULL, v, seen.uuid, seen.case_id);
	(void)!evx_heads_remember_one(v, &seen, NULL);
}

static enum evx_err publish(struct evx_seal_target *t, const uint8_t hash[32],
	const struct evx_payload_result *payload, struct evx_seal_result *r, struct evx_diag *diag)
{
	struct vault *sv = (struct vault *)t;
	bool there;
	enum evx_err err = evx_session_commit(sv->session, t->uuid, sv->case_id, diag);

	if (err != EVX_OK)
		return err;
	remember(sv, hash);
	memcpy(r->vault, evx_vault_uuid(sv->use.vault), sizeof(r->vault));
	memcpy(r->case_id, sv->case_id, sizeof(r->case_id));
	r->vault_member = sv->member;
	r->case_made = sv->case_made;
	r->interrupted = sv->interrupted;
	r->resumed_packs = sv->resumed.packs;
	r->resumed_bytes = sv->resumed.bytes;
	r->bundle_bytes = payload->sequence_len[0];
	if (sv->borrow != NULL) {
		r->catalog_lost = !evx_seal_borrow_index(sv->borrow);
		evx_seal_borrow_tell(sv->borrow, r);
		r->catalog_discarded = r->catalog_discarded || sv->discarded;
	}
	if (evx_seal_target_written(r, t->path, &there) != EVX_OK)
		return evx_fail_memory(diag);
	return EVX_OK;
}

static void free_vault(struct evx_seal_target *t)
{
	struct vault *sv = (struct vault *)t;

	evx_seal_borrow_free(sv->borrow);
	evx_session_end(sv->session);
	evx_vault_use_free(&sv->use);
	free(sv->readers);
	free(sv->label);
}

struct evx_seal_target *evx_seal_target_vault(
	struct evx_home *h, const struct evx_seal_options *opt, const struct evx_cancel *cancel)
{
	static const struct evx_seal_target_kind kind = { .open = open_vault,
		.load = load,
		.begin = begin,
		.keys = keys,
		.lend = lend,
		.owns = owns,
		.publish = publish,
		.free = free_vault };
	struct vault *sv = calloc(1, sizeof(*sv));

	if (sv == NULL)
		return NULL;
	sv->base.kind = &kind;
	sv->home = h;
	sv->opt = opt;
	sv->cancel = cancel;
	sv->use.pins = -1;
	return &sv->base;
}
