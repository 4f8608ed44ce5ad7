/* Brings the mirror of a vault up to date: packs, then a parcel, and a note last. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "mirror/mirror_commit.h"
#include "mirror/mirror_keys.h"
#include "mirror/mirror_loss.h"
#include "mirror/mirror_memory.h"
#include "mirror/mirror_objects.h"
#include "mirror/mirror_packs.h"
#include "mirror/mirror_parcel.h"
#include "mirror/mirror_prune.h"
#include "mirror/mirror_until.h"
#include "mirror/mirror_walk.h"
#include "open/vault_use.h"
#include "ship/remotes.h"

#define VAULT_PLACE 0u
#define SPOOL_PLACE 1u
#define DAY 86400
#define WALKS 5u /* of a vault that changes all the time */

struct mirroring {
	const struct evx_mirror_options *opt;
	struct evx_mirror_result *result;
	struct evx_home *home;
	struct evx_progress *progress;
	struct evx_cancel *cancel;
	int place; /* the vault's directory, for the processes that connect */
	struct evx_lanes lanes;
	struct evx_spool spool;
	struct evx_remote *remote;
	struct evx_vault_use use;
	struct evx_signer signer;
	char id[EVX_SHIPMENT_ID_CAP];
	struct evx_mirror_keys keys;
	struct evx_buf card;
	struct evx_mirror_memory memory;
	struct evx_mirror_notes notes;
	uint32_t top;                          /* number of the newest note */
	struct evx_mirror_index index, other;  /* of the vault now; of a note of another machine */
	const struct evx_mirror_index *before; /* of the newest note; NULL: not known */
	struct evx_uploads packs;
	struct evx_upload parcel;
};

/* ---- Start */

static enum evx_err connect(struct mirroring *m, struct evx_diag *diag)
{
	int places[2];
	enum evx_err err = evx_spool_make(m->lanes.sent, "spool-", &m->spool, diag);

	if (err != EVX_OK)
		return err;
	m->place = open(m->opt->vault, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->place < 0)
		return evx_fail_errno(diag, m->opt->vault, "The vault cannot be opened");
	places[VAULT_PLACE] = m->place;
	places[SPOOL_PLACE] = m->lanes.sent;
	return evx_remotes_connect(
		m->opt->remote, m->opt->use, places, 2, EVX_REMOTES_LOGINS, &m->remote, diag);
}

static enum evx_err start(
	struct mirroring *m, const struct evx_passphrase *ask, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	if (m->opt->until != 0 && m->opt->until <= (int64_t)time(NULL))
		s.err = evx_fail(diag, EVX_E_USAGE,
			"The date until which the mirror is to be kept is not in the future.");
	else if (m->opt->prune != 0 && m->opt->prune > (int64_t)time(NULL) - DAY)
		s.err = evx_fail(diag, EVX_E_USAGE,
			"Only what was superseded at least a day ago can be removed, because "
			"another "
			"machine may be at work. Use an earlier time, such as 30d.");
	evx_lanes_start(&s, m->home, &m->lanes);
	if (evx_start_good(&s))
		s.err = connect(m, diag);
	evx_vault_use_start(&s, &m->use, m->home, m->opt->vault, m->opt->as, EVX_VAULT_SOMEBODY,
		EVX_CONFINE_READ, ask);
	evx_home_signer_start(&s, m->home, m->use.name, &m->use.id, &m->use.agent, &m->signer);
	err = evx_start_confine(&s, 0, m->opt->confine ? &m->result->confinement : NULL);
	return err;
}

static enum evx_err load(struct mirroring *m, struct evx_diag *diag)
{
	enum evx_err err = evx_vault_use_load(&m->use, EVX_VAULT_WRITES, diag);

	if (err == EVX_OK)
		err = evx_vault_sound(m->use.vault, diag);
	if (err == EVX_OK && (!m->use.member || evx_vault_tier(m->use.vault) != EVX_TIER_CONTENT))
		err = evx_fail(diag, EVX_E_KEY,
			"%s is not a content member of this vault. A mirror is for content "
			"members: only they can keep one. Use another identity: --as NAME.",
			m->use.name);
	if (err == EVX_OK)
		err = evx_mirror_keys(m->use.vault, &m->keys, diag);
	if (err == EVX_OK)
		err = evx_card_sign(&m->use.id.card, &m->signer, &m->card, diag);
	return err == EVX_OK ?
		evx_mirror_notes_mid(evx_vault_uuid(m->use.vault), m->result->mirror, diag) :
		err;
}

/* ---- The remote, and what is there */

static enum evx_err is_fit(
	const struct mirroring *m, const struct evx_remotes_report *report, struct evx_diag *diag)
{
	if (!report->writes || !report->reads)
		return evx_fail(diag, EVX_E_IO,
			"This remote cannot be %s: %s. Nothing was put there.",
			report->writes ? "read" : "written to", report->failed);
	if (report->replaces)
		return evx_fail(diag, EVX_E_IO,
			"This remote replaces objects although it was told not to. Nothing was put "
			"there. Use another remote.");
	if (m->opt->until != 0 && !report->locks)
		return evx_fail(diag, EVX_E_IO,
			"This remote keeps no object until a date. Use an object store whose "
			"bucket has object lock, or leave --retain-until out. Nothing was put "
			"there.");
	return EVX_OK;
}

static enum evx_err try_remote(struct mirroring *m, struct evx_diag *diag)
{
	struct evx_remote_beside id;
	struct evx_remotes_report report;
	enum evx_err err = evx_lanes_id_beside(m->opt->remote, &id, diag);

	if (err == EVX_OK)
		err = evx_remotes_try(m->remote, &id, m->cancel, &report, diag);
	if (err == EVX_OK)
		err = is_fit(m, &report, diag);
	if (err == EVX_OK)
		err = evx_lanes_remote_id_of(
			&m->lanes, m->remote, m->opt->remote, &id, m->cancel, m->id, diag);
	evx_lanes_id_beside_free(&id);
	return err;
}

static struct evx_mirror_notes_with notes_with(const struct mirroring *m)
{
	struct evx_mirror_notes_with with = { .remote = m->remote,
		.cancel = m->cancel,
		.id = m->id,
		.mid = m->result->mirror,
		.key = m->use.id.encryption,
		.remembered = m->memory.number };

	memcpy(with.remembered_note, m->memory.note, sizeof(with.remembered_note));
	return with;
}

/* The mirror has what the log had: a vault with less was set back. */
static enum evx_err judge(const struct mirroring *m, struct evx_diag *diag)
{
	const struct evx_shipment_note *n = m->notes.n > 0 ? &m->notes.at[m->notes.n - 1].note :
							     NULL;

	if (n == NULL || n->log <= evx_vault_entries(m->use.vault))
		return EVX_OK;
	return evx_fail(diag, EVX_E_CUSTODY,
		"The mirror knows %u entries of the vault's log, and the vault has %u: the vault "
		"was set back, or this is an older copy of it. Nothing was put there. To see what "
		"the mirror has, rebuild the vault from it: evx import --via REMOTE --into DIR. If "
		"the vault was put back from a backup, and you signed that (evx init "
		"--accept-rollback), run: "
		"evx mirror --anew",
		(unsigned)n->log, (unsigned)evx_vault_entries(m->use.vault));
}

static enum evx_err read_notes(struct mirroring *m, bool *whole, struct evx_diag *diag)
{
	struct evx_mirror_notes_with with;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_mirror_memory_read(
		&m->lanes, m->id, m->result->mirror, false, &m->memory, diag);

	with = notes_with(m);
	if (err == EVX_OK)
		err = evx_mirror_commit_settle(&m->lanes, &with, &m->memory, diag);
	if (err != EVX_OK)
		return err;
	with = notes_with(m);
	*whole = true;
	if (m->opt->anew) {
		err = evx_mirror_notes_top(&with, &m->top, diag);
		return err == EVX_OK && m->top == EVX_SHIPMENT_NOTES_MAX ?
			evx_fail(diag, EVX_E_LIMIT,
				"The remote shows a note %u of the mirror, behind which there can "
				"be "
				"no other. If it is nobody's, remove it on the remote.",
				EVX_SHIPMENT_NOTES_MAX) :
			err;
	}
	err = evx_mirror_notes_read(&with, &m->notes, diag);
	if (err != EVX_OK || m->notes.n == 0)
		return err;
	m->top = m->notes.at[m->notes.n - 1].note.number;
	err = evx_mirror_notes_signed(&m->notes, m->use.vault, &why);
	if (err != EVX_OK && err != EVX_E_CUSTODY)
		return evx_fail(diag, err, "%s", why.text);
	/* What somebody signed who is a member no more goes anew; so does what this machine did not
	 * see, and what is for other keys. */
	*whole = err == EVX_E_CUSTODY || m->memory.number != m->top ||
		!evx_hash_equal(m->memory.keys, m->keys.hash) || m->notes.n >= EVX_MIRROR_NOTES_MAX;
	return judge(m, diag);
}

/* ---- What the vault has */

static struct evx_uploads_with uploads_with(const struct mirroring *m)
{
	return (struct evx_uploads_with){ .remote = m->remote,
		.progress = m->progress,
		.cancel = m->cancel,
		.until = m->opt->until };
}

static enum evx_err put_packs(struct mirroring *m, struct evx_diag *diag)
{
	const struct evx_uploads_with with = uploads_with(m);
	struct evx_mirror_packs_moved moved = { .sent = m->result->sent,
		.sent_bytes = m->result->sent_bytes };
	enum evx_err err = evx_mirror_packs_put(
		&m->index, VAULT_PLACE, &with, &m->packs, &moved, diag);

	m->result->there = moved.there;
	m->result->there_bytes = moved.there_bytes;
	m->result->sent = moved.sent;
	m->result->sent_bytes = moved.sent_bytes;
	return err;
}

/* A mirror follows no loss: what would be heard of it first is that nobody has the files any more.
 * *whole where something went rightly, so that no parcel of the state before is needed. */
static enum evx_err compare(struct mirroring *m, bool *whole, struct evx_diag *diag)
{
	struct evx_mirror_loss loss;

	if (m->before == NULL)
		return EVX_OK;
	evx_mirror_loss_find(m->before, &m->index, m->use.vault, &loss);
	*whole = *whole || loss.gone > 0;
	return loss.n == 0 ? EVX_OK : evx_mirror_loss_refuse(&loss, diag);
}

/* ---- The parcel */

static enum evx_err make_parcel(
	struct mirroring *m, bool whole, bool *changed, struct evx_diag *diag)
{
	const struct evx_mirror_parcel p = { .vault = m->use.vault,
		.index = &m->index,
		.before = whole ? NULL : &m->memory.index,
		.card = &m->card,
		.keys = (const uint8_t(*)[32])m->keys.at,
		.nkeys = m->keys.n,
		.cancel = m->cancel };
	struct evx_diag why = { 0 };
	int fd = -1;
	enum evx_err err;

	(void)unlinkat(m->spool.fd, "parcel", 0);
	err = evx_spool_file(&m->spool, "parcel", &fd, diag);
	if (err == EVX_OK) {
		err = evx_mirror_parcel_make(
			&p, fd, changed, m->parcel.hash, &m->parcel.size, &why);
		if (err == EVX_E_LIMIT)
			err = evx_fail(diag, err,
				"The files of this vault beside its packs are more than a mirror "
				"can have (limit %u bytes).",
				EVX_SHIPMENT_OBJECT_MAX);
		else if (err != EVX_OK)
			err = evx_diag_in(diag, why.path, evx_fail(diag, err, "%s", why.text));
	}
	evx_close_quiet(&fd);
	return err;
}

/* Walks, puts packs, and makes the parcel, until the vault holds still meanwhile. *again: nothing
 * is new. */
static enum evx_err gather(struct mirroring *m, bool *whole, bool *again, struct evx_diag *diag)
{
	const struct evx_mirror_notes_with notes = notes_with(m);
	const struct evx_uploads_with with = uploads_with(m);
	bool changed = true, there;
	enum evx_err err = EVX_OK;

	*again = false;
	err = evx_mirror_loss_before(
		&notes, &m->spool, &m->notes, &m->memory, &m->other, &m->before, diag);
	if (err == EVX_OK && !*whole) {
		err = evx_mirror_parcel_there(&m->notes, &with, &there, diag);
		*whole = !there;
	}
	for (unsigned walks = 0; changed && err == EVX_OK; walks++) {
		if (walks == WALKS)
			return evx_fail(diag, EVX_E_LOCKED,
				"The vault is being changed all the time. Nothing that the mirror "
				"had was touched. Run the same command again.");
		evx_mirror_index_free(&m->index);
		err = evx_mirror_walk(m->use.vault, m->cancel, &m->index, diag);
		if (err == EVX_OK)
			err = compare(m, whole, diag);
		if (err == EVX_OK)
			err = put_packs(m, diag);
		if (err == EVX_OK && !*whole &&
			evx_mirror_index_same(&m->index, &m->memory.index)) {
			*again = true;
			return EVX_OK;
		}
		if (err == EVX_OK)
			err = make_parcel(m, *whole, &changed, diag);
	}
	return err;
}

static enum evx_err put_parcel(struct mirroring *m, struct evx_diag *diag)
{
	const struct evx_uploads_with with = uploads_with(m);
	struct evx_uploads one = { &m->parcel, 1 };
	enum evx_err err;

	m->parcel.kind = EVX_UPLOAD_PARCEL;
	m->parcel.place = SPOOL_PLACE;
	m->result->parcel = m->parcel.size;
	if (asprintf(&m->parcel.source, "%s/parcel", m->spool.name) < 0) {
		m->parcel.source = NULL;
		return evx_fail_memory(diag);
	}
	err = evx_uploads_look(&one, &with, diag);
	return err == EVX_OK ? evx_uploads_put(&one, &with, NULL, diag) : err;
}

/* What was put just now is there, and stays there. The rest was looked for just now. */
static enum evx_err make_sure(struct mirroring *m, bool again, struct evx_diag *diag)
{
	const struct evx_uploads_with with = uploads_with(m);
	struct evx_uploads put = { calloc(m->packs.n + 1, sizeof(*put.at)), 0 };
	enum evx_err err = put.at != NULL ? evx_remote_flush(m->remote, m->cancel, diag) :
					    evx_fail_memory(diag);

	for (size_t i = 0; i < m->packs.n && err == EVX_OK; i++)
		if (m->packs.at[i].put)
			put.at[put.n++] = m->packs.at[i];
	if (err == EVX_OK && !again)
		put.at[put.n++] = m->parcel;
	if (err == EVX_OK)
		err = evx_uploads_check(&put, &with, diag);
	free(put.at); /* the sources are m's */
	return err;
}

/* ---- The note */

static enum evx_err add_note(struct mirroring *m, const struct evx_shipment_note *note,
	const uint8_t hash[32], bool whole, struct evx_diag *diag)
{
	const size_t n = whole ? 0 : m->notes.n;
	struct evx_mirror_note *at;

	if (whole)
		evx_mirror_notes_free(&m->notes);
	at = realloc(m->notes.at, (n + 1) * sizeof(*at));

	if (at == NULL)
		return evx_fail_memory(diag);
	at[n].note = *note;
	memcpy(at[n].hash, hash, sizeof(at[n].hash));
	m->notes.at = at;
	m->notes.n = n + 1;
	return EVX_OK;
}

static enum evx_err put_note(struct mirroring *m, bool whole, struct evx_diag *diag)
{
	const struct evx_mirror_notes_with with = notes_with(m);
	struct evx_shipment_note note = { .type = EVX_SHIPMENT_MIRROR,
		.number = m->top + 1,
		.time = (int64_t)time(NULL),
		.parcel_size = m->parcel.size,
		.log = evx_vault_entries(m->use.vault),
		.whole = whole };
	uint8_t hash[32];
	enum evx_err err;

	memcpy(note.remote, m->id, sizeof(note.remote));
	memcpy(note.parcel, m->parcel.hash, sizeof(note.parcel));
	memcpy(note.vault, evx_vault_uuid(m->use.vault), sizeof(note.vault));
	memcpy(note.signer, m->use.id.card.signing, sizeof(note.signer));
	if (m->notes.n > 0)
		memcpy(note.previous, m->notes.at[m->notes.n - 1].hash, sizeof(note.previous));
	else if (m->memory.number == m->top)
		memcpy(note.previous, m->memory.note, sizeof(note.previous));
	err = evx_mirror_commit_put(
		&m->lanes, &with, &note, &m->index, &m->signer, &m->keys, hash, diag);
	if (err == EVX_OK)
		err = add_note(m, &note, hash, whole, diag);
	if (err == EVX_OK)
		m->top = note.number;
	return err;
}

/* ---- Retention */

static enum evx_err retain(struct mirroring *m, struct evx_diag *diag)
{
	const struct evx_mirror_objects_with with = { .remote = m->remote, .cancel = m->cancel };
	struct evx_mirror_objects all = { NULL, 0 };
	uint64_t bad;
	enum evx_err err = evx_mirror_objects_of(
		&m->notes, m->result->mirror, &m->index, &all, diag);

	if (err == EVX_OK)
		err = evx_mirror_objects_look(&all, &with, diag);
	if (err == EVX_OK)
		err = evx_mirror_objects_retain(&all, &with, m->opt->until, diag);
	if (err == EVX_OK) {
		evx_mirror_objects_tell(
			&all, m->opt->until, m->opt->each, m->opt->ctx, &bad, &m->result->unkept);
		m->result->unkept += bad;
	}
	evx_mirror_objects_free(&all);
	return err;
}

static enum evx_err prune(struct mirroring *m, struct evx_diag *diag)
{
	const struct evx_mirror_notes_with notes = notes_with(m);
	const struct evx_mirror_prune_with with = { .notes = &notes,
		.vault = m->use.vault,
		.current = &m->notes,
		.index = &m->index,
		.spool = &m->spool,
		.before = m->opt->prune,
		.now = (int64_t)time(NULL) };
	struct evx_mirror_pruned pruned;
	enum evx_err err = evx_mirror_prune(&with, &pruned, diag);

	m->result->removed = pruned.removed;
	m->result->removed_bytes = pruned.bytes;
	m->result->held = pruned.held;
	m->result->unread = pruned.unread;
	m->result->packs_left = pruned.packs_left;
	return err;
}

/* ---- In order */

static void count_files(struct mirroring *m)
{
	m->result->files = 0;
	for (size_t i = 0; i < m->index.n; i++)
		m->result->files += !m->index.at[i].pack;
}

static enum evx_err mirror(struct mirroring *m, struct evx_diag *diag)
{
	bool whole = true, again = false;
	enum evx_err err = try_remote(m, diag);

	if (err == EVX_OK)
		err = evx_lanes_lock(&m->lanes, m->cancel, diag);
	if (err == EVX_OK)
		err = read_notes(m, &whole, diag);
	/* Packs can take hours, and others send meanwhile. Should another process of this machine
	 * mirror, too, only one of them can put the note. */
	evx_lanes_unlock(&m->lanes);
	if (err == EVX_OK)
		err = gather(m, &whole, &again, diag);
	if (err == EVX_OK && !again)
		err = put_parcel(m, diag);
	if (err == EVX_OK)
		err = make_sure(m, again, diag);
	if (err == EVX_OK && !again)
		err = evx_lanes_lock(&m->lanes, m->cancel, diag);
	if (err == EVX_OK && !again)
		err = put_note(m, whole, diag);
	evx_lanes_unlock(&m->lanes);
	if (err == EVX_OK && m->opt->until != 0)
		err = retain(m, diag);
	if (err == EVX_OK && m->opt->until != 0)
		err = evx_mirror_until_write(
			&m->lanes, m->id, m->result->mirror, m->opt->until, diag);
	if (err == EVX_OK && m->opt->prune != 0)
		err = prune(m, diag);
	m->result->number = m->top;
	m->result->again = again;
	m->result->whole = whole;
	count_files(m);
	return err;
}

enum evx_err evx_mirror_make(struct evx_home *h, const struct evx_mirror_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_mirror_result *result, struct evx_diag *diag)
{
	struct mirroring m = { .opt = opt,
		.result = result,
		.home = h,
		.progress = progress,
		.cancel = cancel,
		.place = -1,
		.lanes = EVX_LANES_INIT,
		.spool = { .fd = -1 },
		.use = { .pins = -1 } };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	err = start(&m, ask, diag);
	if (err == EVX_OK)
		err = load(&m, diag);
	if (err == EVX_OK)
		err = mirror(&m, diag);
	evx_remote_free(m.remote);
	evx_uploads_free(&m.packs);
	free(m.parcel.source);
	evx_mirror_index_free(&m.index);
	evx_mirror_index_free(&m.other);
	evx_mirror_notes_free(&m.notes);
	evx_mirror_memory_free(&m.memory);
	evx_buf_free(&m.card);
	free(m.keys.at);
	evx_spool_end(&m.spool);
	evx_lanes_close(&m.lanes);
	evx_vault_use_free(&m.use);
	evx_close_quiet(&m.place);
	return err;
}
