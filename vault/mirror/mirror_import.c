/* Makes a vault anew from its mirror. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "format/text.h"
#include "format/time.h"
#include "mirror/mirror_lay.h"
#include "mirror/mirror_memory.h"
#include "mirror/mirror_parcel.h"
#include "open/vault_use.h"
#include "ship/remotes.h"
#include "ship/stage.h"
#include "store/memory.h"
#include "store/place.h"

#define VAULT_JSON "vault.json"
#define PATH_CAP 512

struct importing {
	const struct evx_mirror_import_options *opt;
	struct evx_mirror_import_result *result;
	struct evx_home *home;
	struct evx_progress *progress;
	struct evx_cancel *cancel;
	int into, pins;
	struct evx_lanes lanes;
	struct evx_spool spool;
	struct evx_remote *remote;
	struct evx_identity id;
	char remote_id[EVX_SHIPMENT_ID_CAP];
	struct evx_mirror_memory memory;
	struct evx_mirror_notes notes;
	struct evx_mirror_index index;
	struct evx_buf json; /* vault.json, which is written last */
};

/* ---- Start */

static enum evx_err see(void *ctx, const char *name)
{
	const size_t n = strlen(name);
	bool *empty = ctx;

	/* The mark was being written when an import was interrupted. */
	*empty = *empty &&
		(strcmp(name, "lost+found") == 0 ||
			(strncmp(name, ".evx-", 5) == 0 && n > 4 &&
				strcmp(name + n - 4, ".tmp") == 0));
	return EVX_OK;
}

/* The directory: new, empty, or what an interrupted import left. */
static enum evx_err open_directory(struct importing *m, struct evx_diag *diag)
{
	const char *path = m->opt->into;
	bool empty = true;
	enum evx_err err;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return evx_fail_errno(diag, path, "This directory cannot be made");
	m->into = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->into < 0)
		return evx_fail_errno(diag, path, "This directory cannot be opened");
	if (flock(m->into, LOCK_EX | LOCK_NB) != 0)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_LOCKED,
				"Another process works in this directory. Wait until it is done."));
	err = evx_place_each(m->into, see, &empty, diag);
	if (err == EVX_OK && !empty && faccessat(m->into, EVX_MIRROR_LAY_MARK, F_OK, 0) != 0)
		err = evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_EXISTS,
				"This directory is not empty. Nothing was written. Choose a new or "
				"an empty directory."));
	return err;
}

static enum evx_err connect(struct importing *m, struct evx_diag *diag)
{
	enum evx_err err = open_directory(m, diag);

	if (err == EVX_OK)
		err = evx_spool_make(m->lanes.sent, "spool-", &m->spool, diag);
	return err == EVX_OK ? evx_remotes_connect(m->opt->remote, m->opt->use, &m->lanes.sent, 1,
				       1, &m->remote, diag) :
			       err;
}

static enum evx_err start(
	struct importing *m, const struct evx_passphrase *ask, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };

	evx_lanes_start(&s, m->home, &m->lanes);
	if (evx_start_good(&s))
		s.err = connect(m, diag);
	evx_home_unlock_start(&s, m->home, m->opt->as, ask, &m->id, NULL);
	m->pins = evx_vault_use_pins_open(m->home, true);
	evx_home_start(&s, m->home, EVX_CONFINE_READ);
	evx_start_beneath(&s, m->pins, EVX_CONFINE_READ);
	evx_start_beneath(&s, m->into, EVX_CONFINE_WRITE);
	return evx_start_confine(&s, 0, m->opt->confine ? &m->result->confinement : NULL);
}

/* ---- Which mirror */

struct found {
	const char *wanted; /* the beginning of a name; NULL: any */
	char (*mids)[EVX_MIRROR_MID_CAP];
	size_t n;
};

static enum evx_err see_mirror(void *ctx, const char *name, uint64_t size, struct evx_diag *diag)
{
	struct found *f = ctx;
	const char *mid = strchr(name, '/');
	char(*one)[EVX_MIRROR_MID_CAP];
	uint8_t bytes[16];

	(void)size;
	if (mid == NULL || strlen(++mid) < 33 || mid[32] != '/' ||
		evx_hex_decode(mid, 32, bytes, sizeof(bytes)) != EVX_OK ||
		(f->wanted != NULL && strncmp(mid, f->wanted, strlen(f->wanted)) != 0))
		return EVX_OK;
	for (size_t i = 0; i < f->n; i++)
		if (strncmp(f->mids[i], mid, 32) == 0)
			return EVX_OK;
	one = EVX_ARRAY_ADD(f->mids, f->n);
	if (one == NULL)
		return evx_fail_memory(diag);
	memcpy(*one, mid, 32);
	return EVX_OK;
}

static enum evx_err choose(struct importing *m, struct evx_diag *diag)
{
	const char *wanted = m->opt->mirror;
	struct found f = { .wanted = wanted };
	enum evx_err err;

	if (wanted != NULL && evx_uuid_valid(wanted, strlen(wanted)))
		return evx_mirror_notes_mid(wanted, m->result->mirror, diag);
	err = evx_remote_list(m->remote, "mirror", see_mirror, &f, m->cancel, diag);
	if (err == EVX_E_UNSUPPORTED) {
		evx_diag_clear(diag);
		err = evx_fail(diag, EVX_E_USAGE,
			"This remote has no lists. Name the UUID of the vault that is mirrored "
			"there.");
	} else if (err == EVX_OK && f.n == 0) {
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			wanted != NULL ? "The remote has no mirror of this name." :
					 "The remote has no mirror.");
	} else if (err == EVX_OK && f.n > 1) {
		err = evx_fail(diag, EVX_E_USAGE,
			"The remote has %zu mirrors, among them %s and %s. Name one of them, or "
			"the UUID of the vault.",
			f.n, f.mids[0], f.mids[1]);
	} else if (err == EVX_OK) {
		memcpy(m->result->mirror, f.mids[0], sizeof(m->result->mirror));
	}
	free(f.mids);
	return err;
}

/* ---- Notes and index */

static struct evx_mirror_notes_with notes_with(const struct importing *m)
{
	struct evx_mirror_notes_with with = { .remote = m->remote,
		.cancel = m->cancel,
		.id = m->remote_id,
		.mid = m->result->mirror,
		.key = m->id.encryption,
		.remembered = m->memory.number,
		.only = m->opt->number };

	memcpy(with.remembered_note, m->memory.note, sizeof(with.remembered_note));
	return with;
}

/* The log is as long as the note says, and goes on from where this machine saw it. */
static enum evx_err judge_log(
	const struct importing *m, const struct evx_shipment_note *newest, struct evx_diag *diag)
{
	struct evx_vault_memory known;
	bool there = false, found = false;
	uint32_t entries = 0;
	enum evx_err err = EVX_OK;

	if (m->pins >= 0)
		err = evx_memory_read(m->pins, newest->vault, &known, &there, diag);
	if (err != EVX_OK)
		return err;
	for (size_t i = 0; i < m->index.n; i++) {
		const struct evx_mirror_line *l = &m->index.at[i];
		enum evx_vault_type type;
		uint32_t number;

		if (strncmp(l->path, "log/", 4) != 0 ||
			!evx_vault_entry_name_parse(l->path + 4, &number, &type))
			continue;
		entries++;
		found = found ||
			(there && number + 1 == known.entries &&
				evx_hash_equal(l->hash, known.head));
	}
	if (entries != newest->log)
		return evx_fail(diag, EVX_E_FORGED,
			"The log in the mirror has %u entries, and its note says %u. Nothing was "
			"rebuilt.",
			(unsigned)entries, (unsigned)newest->log);
	if (there && !found)
		return evx_fail(diag, EVX_E_FORGED,
			"The mirror has another log of this vault than this machine saw, which had "
			"%u entries; the mirror has %u. It is an older state, or another vault. "
			"Nothing was rebuilt.",
			(unsigned)known.entries, (unsigned)entries);
	return EVX_OK;
}

static enum evx_err read_mirror(struct importing *m, struct evx_diag *diag)
{
	struct evx_mirror_notes_with with;
	const struct evx_shipment_note *newest;
	enum evx_err err = evx_lanes_remote_id(
		&m->lanes, m->remote, m->opt->remote, false, m->cancel, m->remote_id, diag);

	if (err == EVX_OK)
		err = choose(m, diag);
	if (err == EVX_OK)
		err = evx_mirror_memory_read(
			&m->lanes, m->remote_id, m->result->mirror, false, &m->memory, diag);
	if (err != EVX_OK)
		return err;
	with = notes_with(m);
	err = evx_mirror_notes_read(&with, &m->notes, diag);
	if (err == EVX_OK && m->notes.n == 0)
		err = evx_fail(diag, EVX_E_NOT_FOUND, "The remote has no mirror of this vault.");
	if (err != EVX_OK)
		return err;
	newest = &m->notes.at[m->notes.n - 1].note;
	memcpy(m->result->vault, newest->vault, sizeof(m->result->vault));
	m->result->number = newest->number;
	err = evx_mirror_notes_top(&with, &m->result->newest, diag);
	if (err == EVX_OK)
		err = evx_time_encode(newest->time, m->result->time);
	if (err == EVX_OK)
		err = evx_mirror_parcel_get_index(&with, &m->spool, newest, &m->index, diag);
	return err == EVX_OK ? judge_log(m, newest, diag) : err;
}

/* An interrupted import of the same mirror is gone on with. */
static enum evx_err mark(struct importing *m, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err;

	if (faccessat(m->into, EVX_MIRROR_LAY_MARK, F_OK, 0) != 0)
		return evx_replace_file(m->into, EVX_MIRROR_LAY_MARK, 0600, m->result->mirror,
			strlen(m->result->mirror), diag);
	err = evx_place_read(m->into, EVX_MIRROR_LAY_MARK, 64, &text, diag);
	if (err == EVX_OK &&
		(text.len != strlen(m->result->mirror) ||
			memcmp(text.data, m->result->mirror, text.len) != 0))
		err = evx_diag_in(diag, m->opt->into,
			evx_fail(diag, EVX_E_EXISTS,
				"An import of another mirror was interrupted in this directory. "
				"Choose another one."));
	evx_buf_free(&text);
	return err;
}

static enum evx_err lay_files(struct importing *m, struct evx_diag *diag)
{
	const struct evx_mirror_notes_with from = notes_with(m);
	const struct evx_mirror_lay_with with = { .into = m->into,
		.from = &from,
		.notes = &m->notes,
		.index = &m->index,
		.spool = &m->spool };

	for (size_t i = 0; i < m->index.n; i++)
		m->result->files += !m->index.at[i].pack;
	return evx_mirror_lay_files(&with, &m->json, diag);
}

/* ---- Packs */

/* Those of one directory, exhibits/UUID or remnants/UUID, which is `len` bytes of `path`. */
static enum evx_err get_packs(struct importing *m, size_t from, size_t to, struct evx_diag *diag)
{
	const char *path = m->index.at[from].path;
	const char *slash = strchr(path, '/'), *end = slash != NULL ? strchr(slash + 1, '/') : NULL;
	struct evx_stage_pack *packs = calloc(to - from, sizeof(*packs));
	struct evx_stage stage = { .parent = -1, .fd = -1 };
	struct evx_stage_moved moved = { 0 };
	struct evx_diag why = { 0 };
	char uuid[PATH_CAP], place[PATH_CAP];
	int made = -1;
	enum evx_err err = packs != NULL ? EVX_OK : evx_fail_memory(diag);

	if (err == EVX_OK && (end == NULL || strncmp(end, "/data/", 6) != 0))
		err = evx_fail(diag, EVX_E_CORRUPT, "index: a pack where no vault has one");
	if (err != EVX_OK)
		goto out;
	for (size_t i = from; i < to; i++) {
		memcpy(packs[i - from].hash, m->index.at[i].hash, 32);
		packs[i - from].size = m->index.at[i].size;
	}
	(void)snprintf(place, sizeof(place), "%.*s", (int)(slash - path), path);
	(void)snprintf(uuid, sizeof(uuid), "%.*s", (int)(end - slash - 1), slash + 1);
	err = evx_place_make(m->into, place, &stage.fd, diag);
	if (err == EVX_OK)
		err = evx_place_make(stage.fd, uuid, &made, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_stage_packs(
		&stage, uuid, packs, to - from, m->remote, m->progress, m->cancel, &moved, &why);
	m->result->packs += moved.got;
	m->result->bytes += moved.got_bytes;
	m->result->here += moved.here;
	if (err == EVX_E_NOT_FOUND || err == EVX_E_FORGED)
		err = evx_fail(diag, err,
			"A pack of %s/%s is %s. No vault was made of what is here. If the vault is "
			"still there, put the mirror in order from it: evx mirror. Then run the "
			"same command again.",
			place, uuid,
			err == EVX_E_FORGED ? "on the remote with other bytes" :
					      "not on the remote");
	else if (err != EVX_OK)
		err = evx_diag_in(diag, why.path, evx_fail(diag, err, "%s", why.text));
out:
	evx_close_quiet(&made);
	evx_close_quiet(&stage.fd);
	free(packs);
	return err;
}

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) : 0;
}

/* What stands behind each other in the index, in one directory, is got at once. */
static enum evx_err get_all_packs(struct importing *m, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t from = 0;

	while (from < m->index.n && err == EVX_OK) {
		const char *path = m->index.at[from].path;
		const size_t len = folder_len(path);
		size_t to = from + 1;

		if (!m->index.at[from].pack) {
			from++;
			continue;
		}
		while (to < m->index.n && m->index.at[to].pack &&
			folder_len(m->index.at[to].path) == len &&
			memcmp(m->index.at[to].path, path, len) == 0)
			to++;
		err = get_packs(m, from, to, diag);
		from = to;
	}
	return err;
}

/* ---- The vault */

/* Directories that have no file yet. */
static enum evx_err make_places(const struct importing *m, struct evx_diag *diag)
{
	static const char *const places[] = { "log", "members", "cases", "exhibits", "tmp" };
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && err == EVX_OK; i++) {
		int fd = -1;

		err = evx_place_make(m->into, places[i], &fd, diag);
		evx_close_quiet(&fd);
	}
	return err;
}

/* It is the vault that the notes name, its log is good, and they are signed by its members. */
static enum evx_err judge(const struct importing *m, struct evx_diag *diag)
{
	const struct evx_shipment_note *newest = &m->notes.at[m->notes.n - 1].note;
	struct evx_vault *v = NULL;
	enum evx_err err = evx_vault_open(m->opt->into, &v, diag);

	if (err == EVX_OK)
		err = evx_vault_load(v, diag);
	if (err == EVX_OK)
		err = evx_vault_sound(v, diag);
	if (err == EVX_OK && strcmp(evx_vault_uuid(v), newest->vault) != 0)
		err = evx_fail(diag, EVX_E_FORGED,
			"The mirror has another vault in it than its note says. Nothing was "
			"rebuilt.");
	if (err == EVX_OK && evx_vault_entries(v) < newest->log)
		err = evx_fail(diag, EVX_E_FORGED,
			"The log in the mirror is shorter than its note says. Nothing was "
			"rebuilt.");
	if (err == EVX_OK)
		err = evx_mirror_notes_signed(&m->notes, v, diag);
	evx_vault_free(v);
	return err;
}

static enum evx_err make_vault(struct importing *m, struct evx_diag *diag)
{
	enum evx_err err = make_places(m, diag);

	if (err == EVX_OK)
		err = evx_replace_file(m->into, VAULT_JSON, 0644, m->json.data, m->json.len, diag);
	if (err == EVX_OK)
		err = judge(m, diag);
	if (err != EVX_OK) {
		(void)unlinkat(m->into, VAULT_JSON, 0);
		return err;
	}
	(void)unlinkat(m->into, EVX_MIRROR_LAY_MARK, 0);
	return evx_fsync(m->into, m->opt->into, diag);
}

enum evx_err evx_mirror_import(struct evx_home *h, const struct evx_mirror_import_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_mirror_import_result *result, struct evx_diag *diag)
{
	struct importing m = { .opt = opt,
		.result = result,
		.home = h,
		.progress = progress,
		.cancel = cancel,
		.into = -1,
		.pins = -1,
		.lanes = EVX_LANES_INIT,
		.spool = { .fd = -1 } };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	err = start(&m, ask, diag);
	if (err == EVX_OK)
		err = read_mirror(&m, diag);
	if (err == EVX_OK)
		err = mark(&m, diag);
	if (err == EVX_OK)
		err = lay_files(&m, diag);
	if (err == EVX_OK)
		err = get_all_packs(&m, diag);
	if (err == EVX_OK)
		err = make_vault(&m, diag);
	if (err == EVX_OK)
		err = evx_mirror_memory_advance(&m.lanes, m.remote_id, result->mirror, &m.memory,
			&m.notes, &m.index, cancel, diag);
	evx_remote_free(m.remote);
	evx_mirror_index_free(&m.index);
	evx_mirror_notes_free(&m.notes);
	evx_mirror_memory_free(&m.memory);
	evx_buf_free(&m.json);
	evx_spool_end(&m.spool);
	evx_lanes_close(&m.lanes);
	evx_identity_lock(&m.id);
	evx_close_quiet(&m.into);
	evx_close_quiet(&m.pins);
	return err;
}
