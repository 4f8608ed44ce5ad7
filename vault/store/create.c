/* A vault made. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/lock.h"
#include "store/members.h"
#include "store/vault_inner.h"

/* What stands in a new vault. */
static const char *const places[] = { "log", "members", "cases", "exhibits", "tmp" };
#define PLACES (sizeof(places) / sizeof(places[0]))

static enum evx_err take_replacement(void *ctx, const char *name)
{
	const int *fd = ctx;

	if (evx_is_replacement(name))
		(void)unlinkat(*fd, name, 0);
	return EVX_OK;
}

/* vault.json goes first, and durably: without it nothing is a vault. */
static void take_back(int fd)
{
	enum evx_err err = evx_place_each(fd, take_replacement, &fd, NULL);
	size_t i;

	(void)err;
	(void)evx_place_remove(fd, "vault.json", 0, NULL);
	(void)fsync(fd);
	for (i = 0; i < PLACES; i++)
		(void)evx_place_remove(fd, places[i], 3, NULL);
}

/* What stands in a directory that shall become a vault. */
struct found_there {
	int fd;
	bool empty, unfinished; /* nothing does; nothing but what an init that was cut off leaves */
};

static enum evx_err see_entry(void *ctx, const char *name)
{
	bool *none = ctx;

	*none = *none &&
		(strcmp(name, ".entry") == 0 || strcmp(name, EVX_VAULT_LOG_LOCK) == 0 ||
			strcmp(name, "00000000-init") == 0);
	return EVX_OK;
}

static enum evx_err see_any(void *ctx, const char *name)
{
	bool *none = ctx;

	(void)name;
	*none = false;
	return EVX_OK;
}

/* True for one of a vault's places in which nothing was done since it was made. */
static bool untouched(int fd, const char *name)
{
	bool is_place = false, none = true;
	int dir;
	size_t i;
	enum evx_err err;

	for (i = 0; i < PLACES; i++)
		is_place = is_place || strcmp(name, places[i]) == 0;
	if (!is_place || evx_place_open(fd, name, &dir, NULL) != EVX_OK)
		return false;
	err = strcmp(name, "members") == 0 ?
		EVX_OK :
		evx_place_each(dir, strcmp(name, "log") == 0 ? see_entry : see_any, &none, NULL);
	evx_close_quiet(&dir);
	return err == EVX_OK && none;
}

static enum evx_err see_name(void *ctx, const char *name)
{
	struct found_there *there = ctx;

	if (strcmp(name, "lost+found") == 0)
		return EVX_OK;
	there->empty = false;
	there->unfinished = there->unfinished &&
		(evx_is_replacement(name) || untouched(there->fd, name));
	return EVX_OK;
}

/* Opened anew, since the lock belongs to the open file, and ends with it. */
static enum evx_err open_empty(int dirfd, const char *path, int *fd, struct evx_diag *diag)
{
	struct found_there there = { -1, true, true };
	enum evx_err err;

	*fd = there.fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return evx_fail_errno(diag, path, "vault: its directory cannot be opened");
	if ((err = evx_diag_in(diag, path,
		     evx_lock_open(*fd, "new vault", EVX_LOCK_SECONDS, NULL, diag))) != EVX_OK ||
		(err = evx_place_each(*fd, see_name, &there, diag)) != EVX_OK)
		return err;
	if (!there.unfinished)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_EXISTS,
				"This directory is not empty. Nothing was written. Choose a new or "
				"an empty directory."));
	if (!there.empty)
		take_back(*fd);
	return err;
}

/* The directory that dirfd stands in, so that its name is durable, too. */
enum evx_err evx_vault_create_settle(int dirfd, const char *path, struct evx_diag *diag)
{
	int parent = openat(dirfd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum evx_err err = parent >= 0 ?
		evx_fsync(parent, path, diag) :
		evx_fail_errno(diag, path, "vault: the directory above cannot be opened");

	evx_close_quiet(&parent);
	return err;
}

static enum evx_err found(int fd, const struct evx_vault_founding *f,
	const struct evx_exhibit_keys *keys, struct evx_vault_entry *e,
	const struct evx_vault_private *private, struct evx_diag *diag)
{
	char fingerprint[EVX_FINGERPRINT_CAP];
	uint8_t member[32], hash[32];
	int dirs[PLACES];
	size_t i;
	enum evx_err err;

	for (i = 0; i < PLACES; i++)
		dirs[i] = -1;
	for (i = 0; i < PLACES; i++)
		if ((err = evx_place_make(fd, places[i], &dirs[i], diag)) != EVX_OK)
			goto out;
	if ((err = evx_members_hash(e->member_signing, member, fingerprint, diag)) != EVX_OK ||
		(err = evx_members_write_files(dirs[1], member, 1, f->founder->encryption_pub,
			 keys->custody, keys->content, diag)) != EVX_OK)
		goto out;
	err = evx_vault_write_entry(dirs[0], e, private, keys->custody_pub, f->signer, hash, diag);
out:
	for (i = 0; i < PLACES; i++)
		evx_close_quiet(&dirs[i]);
	return err;
}

static enum evx_err describe(const struct evx_vault_founding *f,
	const struct evx_exhibit_keys *keys, struct evx_vault_entry *e,
	struct evx_vault_private *private, struct evx_diag *diag)
{
	uint8_t random[16];
	size_t i;
	enum evx_err err;

	if (f->nescrow > EVX_VAULT_ESCROW_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "vault: found %zu escrow cards (limit %u)",
			f->nescrow, EVX_VAULT_ESCROW_MAX);
	evx_random(random, sizeof(random));
	evx_uuid_v4(random, e->vault);
	e->type = EVX_VAULT_INIT;
	e->time = f->now;
	memcpy(e->signer, f->founder->card.signing, sizeof(e->signer));
	memcpy(e->member_signing, f->founder->card.signing, sizeof(e->member_signing));
	memcpy(e->member_encryption, f->founder->card.encryption, sizeof(e->member_encryption));
	err = evx_age_recipient_encode(keys->custody_pub, e->epoch.custody);
	if (err == EVX_OK)
		err = evx_age_recipient_encode(keys->content_pub, e->epoch.content);
	e->escrow = calloc(f->nescrow + 1, sizeof(*e->escrow));
	private->cards = calloc(f->nescrow + 1, sizeof(*private->cards));
	private->card = strdup(f->card);
	if (err != EVX_OK || e->escrow == NULL || private->cards == NULL || private->card == NULL)
		return evx_fail_memory(diag);
	for (i = 0; i < f->nescrow; i++) {
		if (f->escrow[i].is_retired)
			return evx_fail(diag, EVX_E_CUSTODY,
				"escrow %s: the card says that it is retired; ask for the new one",
				f->escrow[i].person);
		memcpy(e->escrow[i], f->escrow[i].encryption, sizeof(e->escrow[i]));
		private->cards[i] = strdup(f->escrow_texts[i]);
		if (private->cards[i] == NULL)
			return evx_fail_memory(diag);
		private->ncards = e->nescrow = i + 1;
	}
	return EVX_OK;
}

enum evx_err evx_vault_create_in(int dirfd, const char *path, const struct evx_vault_founding *f,
	char uuid[EVX_UUID_CAP], struct evx_diag *diag)
{
	struct evx_exhibit_keys keys = { 0 };
	struct evx_vault_entry e = { 0 };
	struct evx_vault_private private = { 0 };
	struct evx_buf json = EVX_BUF_INIT;
	int fd = -1;
	enum evx_err err;

	uuid[0] = '\0';
	if ((err = evx_exhibit_keys_new(&keys, diag)) != EVX_OK ||
		(err = describe(f, &keys, &e, &private, diag)) != EVX_OK ||
		(err = evx_fail_buf(diag, evx_vault_json_encode(e.vault, &json))) != EVX_OK ||
		(err = open_empty(dirfd, path, &fd, diag)) != EVX_OK)
		goto out;
	err = found(fd, f, &keys, &e, &private, diag);
	if (err == EVX_OK)
		err = evx_replace_file(fd, "vault.json", 0666, json.data, json.len, diag);
	if (err == EVX_OK)
		memcpy(uuid, e.vault, EVX_UUID_CAP);
	else
		take_back(fd);
out:
	evx_close_quiet(&fd);
	evx_exhibit_keys_free(&keys);
	evx_vault_entry_free(&e);
	evx_vault_private_free(&private);
	evx_buf_free(&json);
	return err;
}

enum evx_err evx_vault_create(const char *path, const struct evx_vault_founding *f,
	char uuid[EVX_UUID_CAP], struct evx_diag *diag)
{
	const bool made = mkdir(path, 0700) == 0;
	int fd = -1;
	enum evx_err err = EVX_OK;

	uuid[0] = '\0';
	if (!made && errno != EEXIST)
		return evx_fail_errno(diag, path, "vault: its directory cannot be made");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err = evx_fail_errno(diag, path, "vault: its directory cannot be opened");
	if (err != EVX_OK || (err = evx_vault_create_settle(fd, path, diag)) != EVX_OK)
		goto out;
	err = evx_vault_create_in(fd, path, f, uuid, diag);
out:
	if (err != EVX_OK && made)
		(void)rmdir(path);
	evx_close_quiet(&fd);
	return err;
}
