/* Exhibits that are to be sent: found, opened, judged. */
#include "ship/outgoing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "base/path.h"
#include "events/event_store.h"
#include "format/limits.h"
#include "format/text.h"
#include "ship/remotes.h"

/* The place that dir is, a new one when it is none yet. */
static enum evx_err find_place(
	struct evx_outgoings *all, const char *dir, unsigned *place, struct evx_diag *diag)
{
	struct stat mine, other;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &mine) != 0) {
		evx_close_quiet(&fd);
		return evx_fail_errno(diag, dir, "This directory cannot be read");
	}
	for (size_t i = 0; i < all->nplaces; i++)
		if (fstat(all->places[i], &other) == 0 && other.st_dev == mine.st_dev &&
			other.st_ino == mine.st_ino) {
			*place = (unsigned)i;
			evx_close_quiet(&fd);
			return EVX_OK;
		}
	/* One is for what is made on the way. */
	if (all->nplaces + 1 >= EVX_REMOTE_PLACES_MAX) {
		evx_close_quiet(&fd);
		return evx_fail(diag, EVX_E_LIMIT,
			"These exhibits stand in more than %u directories. Send them in several "
			"shipments.",
			EVX_REMOTE_PLACES_MAX - 1);
	}
	*place = (unsigned)all->nplaces;
	all->places[all->nplaces++] = fd;
	return EVX_OK;
}

static enum evx_err find(struct evx_outgoings *all, struct evx_outgoing *o, struct evx_diag *diag)
{
	char *dir;
	enum evx_err err;

	o->real = realpath(o->path, NULL);
	if (o->real == NULL)
		return evx_fail_errno(diag, o->path, "This exhibit cannot be opened");
	o->base = evx_path_base(o->real);
	for (const struct evx_outgoing *other = all->at; other != o; other++)
		if (strcmp(other->real, o->real) == 0)
			return evx_fail(diag, EVX_E_USAGE,
				"This exhibit was named twice. Name each exhibit once.");
	dir = evx_path_parent(o->real);
	if (dir == NULL)
		return evx_fail_memory(diag);
	err = find_place(all, dir, &o->place, diag);
	free(dir);
	return err;
}

enum evx_err evx_outgoings_open(
	const char *const *paths, size_t n, struct evx_outgoings *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	if (n == 0)
		return evx_fail(diag, EVX_E_USAGE, "Name the exhibits to send.");
	if (n > EVX_SHIPMENT_EXHIBITS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"A shipment has at most %u exhibits. Send them in several shipments.",
			EVX_SHIPMENT_EXHIBITS_MAX);
	out->at = calloc(n, sizeof(*out->at));
	if (out->at == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		struct evx_outgoing *o = &out->at[out->n++];

		o->path = o->info.path = paths[i];
		err = find(out, o, diag);
		if (err != EVX_OK)
			(void)evx_diag_in(diag, paths[i], err);
	}
	return err;
}

static bool vault_known(const struct evx_outgoings *all, const char *path)
{
	for (size_t i = 0; i < all->nvaults; i++)
		if (strcmp(evx_vault_path(all->vaults[i]->vault), path) == 0)
			return true;
	return false;
}

static void start_vault(struct evx_start *s, struct evx_outgoings *all,
	const struct evx_outgoing *o, struct evx_home *h)
{
	struct evx_exhibit_vault *in = NULL, **slot;

	s->err = evx_exhibit_vault_find(o->real, h, &in, s->diag);
	if (!evx_start_good(s) || in == NULL)
		return;
	if (vault_known(all, evx_vault_path(in->vault))) {
		evx_exhibit_vault_free(in);
		return;
	}
	slot = EVX_ARRAY_ADD(all->vaults, all->nvaults);
	if (slot == NULL) {
		evx_exhibit_vault_free(in);
		s->err = evx_fail_memory(s->diag);
		return;
	}
	*slot = in;
	evx_exhibit_vault_start(s, in);
}

void evx_outgoings_start(struct evx_start *s, struct evx_outgoings *all, struct evx_home *h)
{
	struct stat st;

	for (size_t i = 0; i < all->n && evx_start_good(s); i++) {
		const struct evx_outgoing *o = &all->at[i];

		evx_start_path(s, o->real, EVX_CONFINE_WRITE);
		if (evx_start_good(s) && stat(o->real, &st) == 0 && S_ISDIR(st.st_mode))
			start_vault(s, all, o, h);
	}
}

void evx_outgoings_settle(struct evx_outgoings *all)
{
	for (size_t i = 0; i < all->nvaults; i++)
		evx_exhibit_vault_free(all->vaults[i]);
	free(all->vaults);
	all->vaults = NULL;
	all->nvaults = 0;
}

void evx_outgoings_free(struct evx_outgoings *all)
{
	evx_outgoings_settle(all);
	for (size_t i = 0; i < all->n; i++)
		free(all->at[i].real);
	for (size_t i = 0; i < all->nplaces; i++)
		evx_close_quiet(&all->places[i]);
	free(all->at);
	memset(all, 0, sizeof(*all));
}

static enum evx_err judge(struct evx_outgoing *o, struct evx_exhibit *ex, struct evx_diag *diag)
{
	const struct evx_chain_result *c = evx_chain_result(ex->loaded.chain);
	const struct evx_finding *why = NULL;
	int exit_class;
	enum evx_err err = evx_exhibit_sound(ex, &exit_class, &why, diag);

	if (err == EVX_OK)
		err = evx_event_store_open(c, diag);
	if (err == EVX_OK && c->state.disposed)
		err = evx_fail(diag, EVX_E_CUSTODY,
			"This exhibit was disposed of (entry %04u). It cannot be sent.",
			(unsigned)c->state.disposal);
	if (err != EVX_OK)
		return err;
	memcpy(o->seal, c->exhibit, sizeof(o->seal));
	memcpy(o->head, c->head, sizeof(o->head));
	(void)snprintf(
		o->info.uuid, sizeof(o->info.uuid), "%s", evx_bundle_uuid(ex->opened.bundle));
	evx_hex_encode(c->exhibit, 32, o->info.seal_hash);
	evx_seal_code(c->exhibit, o->info.seal_code);
	o->info.packs = evx_bundle_packs(ex->opened.bundle);
	o->info.bytes = evx_bundle_payload_length(ex->opened.bundle);
	return EVX_OK;
}

enum evx_err evx_outgoing_load(struct evx_outgoing *o, struct evx_home *h,
	const struct evx_identity *reader, const struct evx_rules_roster *rules,
	const struct evx_cancel *cancel, struct evx_outgoing_open *out, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.skip_packs = true, .jobs = 1, .cancel = cancel, .roster = rules
	};
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_exhibit_over(&out->ex, NULL);
	err = evx_bundle_open(o->real, &out->bundle, diag);
	if (err != EVX_OK)
		return evx_diag_in(diag, o->path, err);
	if (evx_bundle_form(out->bundle) == EVX_BUNDLE_VOLUMES)
		err = evx_fail(diag, EVX_E_USAGE,
			"This bundle is in volumes, to which no entry can be added. Join them "
			"first: cat NAME.0* > NAME");
	if (err == EVX_OK)
		err = evx_exhibit_over_in(&out->ex, out->bundle, o->real, h, reader, diag);
	if (err == EVX_OK && out->ex.opened.vault != NULL)
		out->ex.opened.vault->writes = true;
	if (err == EVX_OK)
		err = evx_exhibit_load(&out->ex, &load, diag);
	if (err == EVX_OK)
		err = judge(o, &out->ex, diag);
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, o->path, err);
}

void evx_outgoing_close(struct evx_outgoing_open *open)
{
	evx_exhibit_free(&open->ex);
	evx_bundle_free(open->bundle);
	memset(open, 0, sizeof(*open));
}
