/* Sealing into a vault: case, readers, session, commit. */
#include "seal/seal_vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "custody/card.h"
#include "format/text.h"
#include "seal/seal_borrow.h"
#include "store/case.h"
#include "store/heads.h"
#include "store/marks.h"

enum evx_err evx_seal_vault_open(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };

	run->vault = calloc(1, sizeof(*run->vault));
	if (run->vault == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "seal: out of memory");
	evx_vault_use_start(&s, &run->vault->use, run->home, run->opt->vault, NULL,
		EVX_VAULT_NOBODY, EVX_CONFINE_MOVE, NULL);
	evx_start_free(&s);
	return s.err;
}

void evx_seal_vault_rules(const struct evx_seal_run *run, struct evx_confine_dir *dirs, size_t *n)
{
	dirs[(*n)++] = (struct evx_confine_dir){ evx_vault_fd(run->vault->use.vault),
		EVX_CONFINE_MOVE };
	if (run->vault->use.pins >= 0)
		dirs[(*n)++] = (struct evx_confine_dir){ run->vault->use.pins, true };
}

/* The case that the option names: by a label when a member's key opens those, else by its id. A
 * label that no case has yet makes one. */
static enum evx_err find_case(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct evx_seal_vault *sv = run->vault;
	const char *name = run->opt->case_label;
	struct evx_diag why = { 0 };
	struct evx_case_labels labels = { NULL, 0 };
	enum evx_err err;

	if (name == NULL)
		return evx_fail(diag, EVX_E_USAGE,
			"seal: expected --case, since a vault files exhibits by cases");
	err = evx_case_find(sv->use.vault, name, sv->case_id, &why);
	if (err == EVX_E_NOT_FOUND && sv->member && !evx_uuid_valid(name, strlen(name)))
		return EVX_OK;
	if (err == EVX_E_KEY && !sv->member)
		return evx_fail(diag, EVX_E_KEY,
			"case '%.100s': labels are for members; whoever is none names a case by "
			"its id",
			name);
	if (err != EVX_OK)
		return evx_fail(diag, err, "%s", why.text);
	if (!sv->member || !evx_uuid_valid(name, strlen(name)))
		return EVX_OK;
	/* Named by its id, the details say what people call it. */
	err = evx_case_labels(sv->use.vault, &labels, diag);
	for (size_t i = 0; err == EVX_OK && i < labels.n && sv->label == NULL; i++)
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

	for (size_t i = 0; err == EVX_OK && i < private.ncards; i++) {
		struct evx_card card;

		if (evx_card_text_read(private.cards[i], strlen(private.cards[i]), &card, NULL) !=
			EVX_OK)
			continue;
		for (size_t k = 0; k < n && err == EVX_OK; k++)
			if (strcmp(at[k].info.card.encryption, card.encryption) == 0)
				err = evx_card_info_of(&card, &at[k].info.card, diag);
	}
	evx_vault_entry_free(&entry);
	evx_vault_private_free(&private);
	return err;
}

/* The newest identities of the vault, and its escrow keys. */
static enum evx_err gather_readers(struct evx_seal_vault *sv, struct evx_diag *diag)
{
	const struct evx_vault *v = sv->use.vault;
	const struct evx_vault_epoch *e = evx_vault_epoch(v, evx_vault_epochs(v));
	const size_t nescrow = evx_vault_escrow(v);
	enum evx_err err = EVX_OK;

	sv->readers = calloc(nescrow + 2, sizeof(*sv->readers));
	if (sv->readers == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "seal: out of memory");
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
	for (size_t i = 0; i < nescrow && err == EVX_OK; i++) {
		struct evx_reader *r = &sv->readers[i + 2];
		const char *key = evx_vault_escrow_key(v, i);

		r->info = (struct evx_reader_info){ .content = true, .escrow = true, .holders = 1 };
		(void)snprintf(
			r->info.card.encryption, sizeof(r->info.card.encryption), "%.63s", key);
		err = evx_age_recipient_decode(key, strlen(key), r->key, diag);
	}
	return err == EVX_OK && nescrow > 0 ? name_escrow(v, sv->readers + 2, nescrow, diag) : err;
}

static void tell(struct evx_seal_run *run)
{
	const struct evx_vault *v = run->vault->use.vault;

	memcpy(run->result->vault, evx_vault_uuid(v), sizeof(run->result->vault));
	run->result->vault_member = run->vault->member;
}

enum evx_err evx_seal_vault_load(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct evx_seal_vault *sv = run->vault;
	struct evx_vault *v = sv->use.vault;
	enum evx_err err = evx_vault_use_load(&sv->use, EVX_VAULT_WRITES, diag);

	if (err == EVX_OK)
		err = evx_vault_sound(v, diag);
	if (err == EVX_OK && run->hand.id.encryption != NULL &&
		evx_vault_find_member(v, run->hand.id.card.signing) != NULL) {
		err = evx_vault_unlock(v, &run->hand.id, diag);
		sv->member = err == EVX_OK;
	}
	if (err == EVX_OK)
		err = find_case(run, diag);
	if (err == EVX_OK)
		err = gather_readers(sv, diag);
	if (err == EVX_OK)
		tell(run);
	return err;
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
	more = realloc(all->at, (all->n + 1) * sizeof(*more));
	if (more == NULL)
		return EVX_E_MEMORY;
	all->at = more;
	more[all->n++] = *rest;
	return EVX_OK;
}

/* Sweeps what dead processes left; with resume, what they left of this case becomes remnants. */
static enum evx_err sweep(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_vault *v = run->vault->use.vault;
	struct rests rests = { run->vault->case_id, NULL, 0 };
	enum evx_err err = evx_session_sweep(v, false, keep_rest, &rests, diag);

	for (size_t i = 0; i < rests.n && err == EVX_OK; i++)
		if (run->opt->resume)
			err = evx_session_adopt(v, &rests.at[i], diag);
		else
			run->result->interrupted++;
	free(rests.at);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err, "vault: what dead processes left cannot be swept");
}

/* What was sealed before the interruption lends to this seal, and its details say so. */
static enum evx_err resume(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct evx_buf names = { NULL, 0, 0, EVX_DETAILS_TEXT_MAX };
	struct evx_remnant_found found = { 0 };
	enum evx_err err;

	if (run->vault->borrow == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"resume: what an interrupted seal left is for content members to open");
	err = evx_seal_borrow_remnants(run->vault->borrow, &names, &found, diag);
	if (err == EVX_OK)
		err = evx_buf_cstr(&names);
	if (err == EVX_OK)
		err = evx_details_set(&run->details.resumed, (const char *)names.data);
	run->result->resumed_packs = found.packs;
	run->result->resumed_bytes = found.bytes;
	evx_buf_free(&names);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "resume: out of memory");
}

enum evx_err evx_seal_vault_begin(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct evx_seal_vault *sv = run->vault;
	struct evx_vault *v = sv->use.vault;
	int stage;
	enum evx_err err = sweep(run, diag);

	if (err == EVX_OK && run->opt->resume && sv->case_id[0] == '\0')
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"resume: no seal into this case was interrupted: it is new");
	if (err == EVX_OK && sv->case_id[0] == '\0') {
		err = evx_case_new(v, run->opt->case_label, NULL, &run->hand.signer, run->now,
			sv->case_id, diag);
		run->result->case_made = err == EVX_OK;
	}
	if (err == EVX_OK)
		err = evx_session_begin(v, &sv->session, diag);
	if (err == EVX_OK)
		err = evx_session_note_case(sv->session, sv->case_id, diag);
	if (err == EVX_OK)
		err = evx_session_stage(sv->session, run->uuid, &stage, diag);
	if (err == EVX_OK)
		err = evx_writer_dir(stage, run->uuid, &run->writer, diag);
	if (err == EVX_OK && sv->member)
		err = evx_seal_borrow_new(run, &sv->borrow, diag);
	if (err == EVX_OK && run->opt->resume)
		err = resume(run, diag);
	if (err == EVX_OK)
		memcpy(run->result->case_id, sv->case_id, sizeof(run->result->case_id));
	return err;
}

enum evx_err evx_seal_vault_origin(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_seal_vault *sv = run->vault;
	const struct evx_vault *v = sv->use.vault;
	const uint32_t newest = evx_vault_epochs(v);
	uint8_t origin[32];
	enum evx_err err;

	if (!sv->member || evx_vault_content(v, newest) == NULL)
		return EVX_OK;
	err = evx_remnant_origin(
		v, sv->case_id, newest, run->uuid, run->keys.content, origin, diag);
	return err == EVX_OK ? evx_session_note_origin(sv->session, origin, diag) : err;
}

/* That this machine sealed it here. Where that cannot be written, the next check of the vault makes
 * up for it. */
static void remember(const struct evx_seal_run *run)
{
	const struct evx_vault *v = run->vault->use.vault;
	struct evx_head_seen seen = { .inventory = EVX_HEAD_MACHINE, .events = 1 };
	enum evx_err err = evx_hex_decode(run->result->seal_hash, 64, seen.seal, 32);

	memcpy(seen.uuid, run->uuid, sizeof(seen.uuid));
	memcpy(seen.head, seen.seal, 32);
	evx_marks_case(NULL, v, seen.uuid, seen.case_id);
	if (err == EVX_OK)
		err = evx_heads_remember_one(v, &seen, NULL);
	(void)err;
}

enum evx_err evx_seal_vault_publish(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err = evx_session_commit(
		run->vault->session, run->uuid, run->vault->case_id, diag);

	if (err == EVX_OK)
		remember(run);
	if (err == EVX_OK && run->vault->borrow != NULL)
		run->result->catalog_lost = !evx_seal_borrow_index(run->vault->borrow);
	if (err == EVX_OK)
		run->result->bundle_bytes = run->sealed.sequence_len[0] +
			(run->vault->borrow != NULL ? evx_seal_borrow_stored(run->vault->borrow) :
						      0);
	return err;
}

bool evx_seal_vault_is(const struct evx_seal_vault *sv, uint64_t dev, uint64_t ino)
{
	struct stat st;

	return sv->session != NULL && fstat(evx_session_fd(sv->session), &st) == 0 &&
		(uint64_t)st.st_dev == dev && (uint64_t)st.st_ino == ino;
}

void evx_seal_vault_free(struct evx_seal_vault *sv)
{
	if (sv == NULL)
		return;
	evx_seal_borrow_free(sv->borrow);
	evx_session_end(sv->session);
	evx_vault_use_free(&sv->use);
	free(sv->readers);
	free(sv->label);
	free(sv);
}
