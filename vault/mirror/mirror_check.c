/* Checks the mirror of a vault on its remote. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/secret.h"
#include "format/text.h"
#include "format/time.h"
#include "mirror/mirror_loss.h"
#include "mirror/mirror_memory.h"
#include "mirror/mirror_objects.h"
#include "mirror/mirror_parcel.h"
#include "mirror/mirror_walk.h"
#include "open/vault_use.h"
#include "ship/remotes.h"

struct checking {
	const struct evx_mirror_check_options *opt;
	struct evx_mirror_check_result *result;
	struct evx_home *home;
	struct evx_progress *progress;
	struct evx_cancel *cancel;
	struct evx_lanes lanes;
	struct evx_spool spool;
	struct evx_remote *remote;
	struct evx_vault_use use;
	char id[EVX_SHIPMENT_ID_CAP];
	struct evx_mirror_memory memory;
	struct evx_mirror_notes notes;
	struct evx_mirror_index index, here; /* of the mirror; of the vault */
};

static enum evx_err connect(struct checking *c, struct evx_diag *diag)
{
	enum evx_err err = evx_spool_make(c->lanes.sent, "spool-", &c->spool, diag);

	return err == EVX_OK ? evx_remotes_connect(c->opt->remote, c->opt->use, &c->lanes.sent, 1,
				       1, &c->remote, diag) :
			       err;
}

static enum evx_err start(
	struct checking *c, const struct evx_passphrase *ask, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };

	evx_lanes_start(&s, c->home, &c->lanes);
	if (evx_start_good(&s))
		s.err = connect(c, diag);
	evx_vault_use_start(&s, &c->use, c->home, c->opt->vault, c->opt->as, EVX_VAULT_SOMEBODY,
		EVX_CONFINE_READ, ask);
	return evx_start_confine(&s, 0, c->opt->confine ? &c->result->confinement : NULL);
}

/* The vault is what the mirror is compared with, so it must be the right one. */
static enum evx_err load(struct checking *c, struct evx_diag *diag)
{
	enum evx_err err = evx_vault_use_load(&c->use, EVX_VAULT_READS, diag);

	if (err == EVX_OK)
		err = evx_vault_use_door_leave(c->use.vault, diag);
	return err == EVX_OK ?
		evx_mirror_notes_mid(evx_vault_uuid(c->use.vault), c->result->mirror, diag) :
		err;
}

/* Every entry of the log that the mirror has is the vault's. */
static enum evx_err compare_logs(const struct checking *c, struct evx_diag *diag)
{
	const struct evx_shipment_note *newest = &c->notes.at[c->notes.n - 1].note;
	uint32_t found = 0;

	if (newest->log > evx_vault_entries(c->use.vault))
		return evx_fail(diag, EVX_E_CUSTODY,
			"The mirror knows %u entries of the vault's log, and the vault has %u: the "
			"vault was set back, or this is an older copy of it. To see what the "
			"mirror has, rebuild the vault from it: evx import --via REMOTE --into DIR",
			(unsigned)newest->log, (unsigned)evx_vault_entries(c->use.vault));
	for (size_t i = 0; i < c->index.n; i++) {
		const struct evx_mirror_line *l = &c->index.at[i], *mine;
		enum evx_vault_type type;
		uint32_t number;

		if (strncmp(l->path, "log/", 4) != 0 ||
			!evx_vault_entry_name_parse(l->path + 4, &number, &type))
			continue;
		mine = evx_mirror_index_find(&c->here, l->path);
		if (mine == NULL || !evx_hash_equal(mine->hash, l->hash))
			return evx_fail(diag, EVX_E_FORGED,
				"Entry %u of the log is another one in the mirror than in the "
				"vault. Somebody exchanged one of the two.",
				(unsigned)number);
		found++;
	}
	return found == newest->log ?
		EVX_OK :
		evx_fail(diag, EVX_E_FORGED,
			"The log in the mirror has %u entries, and its note says %u. Do not use "
			"this mirror. To make it anew, run: evx mirror --anew",
			(unsigned)found, (unsigned)newest->log);
}

static enum evx_err read_mirror(struct checking *c, struct evx_diag *diag)
{
	struct evx_mirror_notes_with with = { .remote = c->remote,
		.cancel = c->cancel,
		.id = c->id,
		.mid = c->result->mirror,
		.key = c->use.id.encryption };
	enum evx_err err = evx_lanes_remote_id(
		&c->lanes, c->remote, c->opt->remote, false, c->cancel, c->id, diag);

	if (err == EVX_OK)
		err = evx_mirror_memory_read(
			&c->lanes, c->id, c->result->mirror, false, &c->memory, diag);
	if (err != EVX_OK)
		return err;
	with.remembered = c->memory.number;
	memcpy(with.remembered_note, c->memory.note, sizeof(with.remembered_note));
	err = evx_mirror_notes_read(&with, &c->notes, diag);
	if (err == EVX_OK && c->notes.n == 0)
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"This vault has no mirror on this remote. To make one, run: evx mirror");
	if (err == EVX_OK)
		err = evx_mirror_notes_signed(&c->notes, c->use.vault, diag);
	if (err == EVX_OK)
		err = evx_mirror_parcel_get_index(
			&with, &c->spool, &c->notes.at[c->notes.n - 1].note, &c->index, diag);
	return err;
}

/* What the vault has, and the mirror does not. */
static uint64_t behind(const struct checking *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->here.n; i++) {
		const struct evx_mirror_line *l = evx_mirror_index_find(
			&c->index, c->here.at[i].path);

		n += l == NULL || !evx_hash_equal(l->hash, c->here.at[i].hash);
	}
	return n;
}

static enum evx_err look(struct checking *c, struct evx_diag *diag)
{
	struct evx_mirror_objects_with with = { .remote = c->remote,
		.progress = c->progress,
		.cancel = c->cancel,
		.compare = true,
		.percent = c->opt->percent == 0 ? 100 : c->opt->percent };
	struct evx_mirror_objects all = { NULL, 0 };
	enum evx_err err = evx_mirror_objects_of(
		&c->notes, c->result->mirror, &c->index, &all, diag);

	if (with.percent < 100) {
		evx_random(with.seed, sizeof(with.seed));
		evx_hex_encode(with.seed, sizeof(with.seed), c->result->seed);
	}
	if (err == EVX_OK)
		err = evx_mirror_objects_look(&all, &with, diag);
	if (err == EVX_OK)
		evx_mirror_objects_tell(&all, c->opt->until, c->opt->each, c->opt->ctx,
			&c->result->bad, &c->result->unkept);
	c->result->objects = all.n;
	for (size_t i = 0; i < all.n; i++)
		c->result->proven += all.at[i].proven && !all.at[i].flawed;
	evx_mirror_objects_free(&all);
	return err;
}

static enum evx_err check(struct checking *c, struct evx_diag *diag)
{
	const struct evx_shipment_note *newest;
	struct evx_mirror_loss loss;
	enum evx_err err = load(c, diag);

	if (err == EVX_OK)
		err = read_mirror(c, diag);
	if (err == EVX_OK)
		err = evx_mirror_walk(c->use.vault, c->cancel, &c->here, diag);
	if (err == EVX_OK)
		err = compare_logs(c, diag);
	if (err == EVX_OK)
		err = evx_mirror_memory_advance(&c->lanes, c->id, c->result->mirror, &c->memory,
			&c->notes, &c->index, c->cancel, diag);
	if (err != EVX_OK)
		return err;
	newest = &c->notes.at[c->notes.n - 1].note;
	evx_mirror_loss_find(&c->index, &c->here, c->use.vault, &loss);
	c->result->lost = loss.n;
	c->result->number = newest->number;
	c->result->behind = behind(c);
	err = evx_time_encode(newest->time, c->result->time);
	return err == EVX_OK ? look(c, diag) : err;
}

enum evx_err evx_mirror_check(struct evx_home *h, const struct evx_mirror_check_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_mirror_check_result *result, struct evx_diag *diag)
{
	struct checking c = { .opt = opt,
		.result = result,
		.home = h,
		.progress = progress,
		.cancel = cancel,
		.lanes = EVX_LANES_INIT,
		.spool = { .fd = -1 },
		.use = { .pins = -1 } };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	err = start(&c, ask, diag);
	if (err == EVX_OK)
		err = check(&c, diag);
	evx_remote_free(c.remote);
	evx_mirror_index_free(&c.index);
	evx_mirror_index_free(&c.here);
	evx_mirror_notes_free(&c.notes);
	evx_mirror_memory_free(&c.memory);
	evx_spool_end(&c.spool);
	evx_lanes_close(&c.lanes);
	evx_vault_use_free(&c.use);
	return err;
}
