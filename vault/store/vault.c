/* A vault opened, and what its log says. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "store/vault_inner.h"

enum evx_err evx_vault_go_on(const struct evx_vault *v, struct evx_diag *diag)
{
	return evx_cancelled(v->cancel) ?
		evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was changed.") :
		EVX_OK;
}

/* One that is too long to be remembered is none. */
static void find_real(struct evx_vault *v, const char *path)
{
	char *real = realpath(path, NULL);

	if (real != NULL && strlen(real) < sizeof(v->real))
		memcpy(v->real, real, strlen(real) + 1);
	free(real);
}

static enum evx_err fail_open(const char *path, struct evx_diag *diag)
{
	if (errno != ENOENT)
		return evx_fail_errno(diag, path, "The directory of the vault cannot be opened");
	return evx_diag_in(diag, path,
		evx_fail(diag, EVX_E_NOT_FOUND,
			"There is no vault here. Name your vault with --vault DIR or in EVX_VAULT. "
			"To make a vault, run: evx init DIR"));
}

enum evx_err evx_vault_open(const char *path, struct evx_vault **out, struct evx_diag *diag)
{
	struct evx_vault *v = calloc(1, sizeof(*v));
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (v == NULL)
		return evx_fail_memory(diag);
	v->log = v->lock = v->pins = -1;
	v->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	v->path = strdup(path);
	if (v->fd < 0)
		err = fail_open(path, diag);
	else if (v->path == NULL)
		err = evx_fail_memory(diag);
	if (err != EVX_OK) {
		evx_vault_free(v);
		return err;
	}
	find_real(v, path);
	*out = v;
	return EVX_OK;
}

bool evx_vault_is(int dirfd)
{
	struct stat st;

	return fstatat(dirfd, "vault.json", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

/* What the log said, and what was opened of it. */
static void forget_log(struct evx_vault *v)
{
	size_t i;

	for (i = 0; i < v->keyed; i++) {
		evx_secret_free(v->keys[i].custody);
		evx_secret_free(v->keys[i].content);
	}
	for (i = 0; i < v->nnotes; i++)
		evx_buf_free(&v->notes[i].sealed);
	free(v->keys);
	free(v->notes);
	free(v->hashes);
	free(v->epochs);
	evx_member_index_free(&v->index);
	free(v->members);
	free(v->escrow);
	free(v->cases);
	evx_case_tree_free(&v->tree);
	free(v->gone);
	evx_case_tree_free(&v->gone_tree);
	free(v->filings);
	free(v->rollbacks);
	evx_case_tree_free(&v->filed_tree);
	free(v->counts);
	v->keys = NULL;
	v->notes = NULL;
	v->hashes = NULL;
	v->epochs = NULL;
	v->members = NULL;
	v->escrow = NULL;
	v->cases = NULL;
	v->gone = NULL;
	v->filings = NULL;
	v->rollbacks = NULL;
	v->counts = NULL;
	v->n = v->nepochs = v->keyed = 0;
	v->nnotes = v->nmembers = v->nescrow = v->ncases = v->ncounts = v->nrollbacks = 0;
	evx_diag_clear(&v->flaw);
}

void evx_vault_free(struct evx_vault *v)
{
	if (v == NULL)
		return;
	forget_log(v);
	evx_close_quiet(&v->lock);
	evx_close_quiet(&v->log);
	evx_close_quiet(&v->fd);
	free(v->here);
	free(v->path);
	free(v);
}

enum evx_err evx_vault_load(struct evx_vault *v, struct evx_diag *diag)
{
	struct evx_buf json = EVX_BUF_INIT;
	uint32_t seen = 0;
	enum evx_err err = evx_place_read(v->fd, "vault.json", EVX_DOCUMENT_MAX, &json, diag);

	if (err == EVX_E_NOT_FOUND) {
		evx_diag_clear(diag);
		err = evx_diag_in(diag, v->path,
			evx_fail(diag, EVX_E_NOT_OURS,
				"This directory is not a vault: it has no file vault.json. Check "
				"the path, or make a vault with 'evx init'."));
	}
	if (err != EVX_OK)
		goto out;
	err = evx_vault_json_decode(json.data, json.len, v->uuid, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_place_open(v->fd, "log", &v->log, diag);
	if (err != EVX_OK)
		goto out;
	if (strcmp(v->known.uuid, v->uuid) == 0)
		seen = v->known.entries;
	else
		memset(&v->known, 0, sizeof(v->known));
	err = evx_vault_read_log(v, seen, diag);
	if (err != EVX_OK)
		goto out;
	/* Hashes stand for signatures that were verified before only where they are the same. */
	if (seen > 0 && (v->n < seen || !evx_hash_equal(v->hashes[seen - 1], v->known.head))) {
		forget_log(v);
		err = evx_vault_read_log(v, 0, diag);
		if (err != EVX_OK)
			goto out;
	}
	if (v->n == 0) {
		err = evx_fail(diag, v->flaw.code, "%s", v->flaw.text);
		goto out;
	}
	evx_vault_judge_memory(v);
	if (v->changed.code == EVX_OK)
		err = evx_vault_remember(v, false, diag);
out:
	evx_buf_free(&json);
	return err;
}

enum evx_err evx_vault_sound(const struct evx_vault *v, struct evx_diag *diag)
{
	if (v->flaw.code == EVX_OK)
		return EVX_OK;
	(void)evx_diag_in(diag, v->flaw.path, evx_fail(diag, v->flaw.code, "%s", v->flaw.text));
	return v->flaw.code;
}

const char *evx_vault_path(const struct evx_vault *v)
{
	return v->path;
}

int evx_vault_fd(const struct evx_vault *v)
{
	return v->fd;
}

const char *evx_vault_uuid(const struct evx_vault *v)
{
	return v->uuid;
}

uint32_t evx_vault_entries(const struct evx_vault *v)
{
	return v->n;
}

void evx_vault_head(const struct evx_vault *v, uint8_t hash[32])
{
	memset(hash, 0, 32);
	if (v->n > 0)
		memcpy(hash, v->hashes[v->n - 1], 32);
}

uint32_t evx_vault_epochs(const struct evx_vault *v)
{
	return v->nepochs;
}

const struct evx_vault_epoch *evx_vault_epoch(const struct evx_vault *v, uint32_t number)
{
	return &v->epochs[number - 1];
}

size_t evx_vault_members(const struct evx_vault *v)
{
	return v->nmembers;
}

const struct evx_vault_member *evx_vault_member(const struct evx_vault *v, size_t i)
{
	return &v->members[i];
}

const struct evx_vault_member *evx_vault_find_member(const struct evx_vault *v, const char *signing)
{
	const size_t i = evx_member_index_key(&v->index, v->members, signing);

	return i != EVX_NO_MEMBER ? &v->members[i] : NULL;
}

size_t evx_vault_escrow(const struct evx_vault *v)
{
	return v->nescrow;
}

const char *evx_vault_escrow_key(const struct evx_vault *v, size_t i)
{
	return v->escrow[i];
}

size_t evx_vault_cases(const struct evx_vault *v)
{
	return v->ncases;
}

const struct evx_vault_case *evx_vault_case(const struct evx_vault *v, size_t i)
{
	return &v->cases[i];
}

const struct evx_vault_case *evx_vault_find_case(const struct evx_vault *v, const char *id)
{
	const uint32_t i = evx_case_tree_find(&v->tree, id);

	return i != EVX_NO_CASE ? &v->cases[i] : NULL;
}

bool evx_vault_removed(const struct evx_vault *v, const char *uuid, uint8_t event[32])
{
	const uint32_t i = evx_case_tree_find(&v->gone_tree, uuid);

	if (i != EVX_NO_CASE && event != NULL)
		memcpy(event, v->gone[i], 32);
	return i != EVX_NO_CASE;
}

const struct evx_vault_filing *evx_vault_filing(const struct evx_vault *v, const char *uuid)
{
	const uint32_t i = evx_case_tree_find(&v->filed_tree, uuid);

	return i != EVX_NO_CASE ? &v->filings[i] : NULL;
}

bool evx_vault_inventory(
	const struct evx_vault *v, const char *case_id, uint32_t *sequence, uint8_t list[32])
{
	size_t i;

	for (i = v->ncounts; i-- > 0;)
		if (strcmp(v->counts[i].case_id, case_id != NULL ? case_id : "") == 0) {
			*sequence = v->counts[i].sequence;
			memcpy(list, v->counts[i].list, 32);
			return true;
		}
	return false;
}

enum evx_tier evx_vault_tier(const struct evx_vault *v)
{
	return v->tier;
}

const struct evx_secret *evx_vault_custody(const struct evx_vault *v, uint32_t number)
{
	return number >= 1 && number <= v->keyed ? v->keys[number - 1].custody : NULL;
}

const struct evx_secret *evx_vault_content(const struct evx_vault *v, uint32_t number)
{
	return number >= 1 && number <= v->keyed ? v->keys[number - 1].content : NULL;
}

enum evx_err evx_vault_exhibit(
	const struct evx_vault *v, const char *uuid, int *dirfd, struct evx_diag *diag)
{
	int all;
	enum evx_err err;

	*dirfd = -1;
	if (!evx_uuid_valid(uuid, strlen(uuid)))
		return evx_fail(diag, EVX_E_USAGE,
			"vault: expected the UUID of an exhibit, found another text");
	err = evx_place_open(v->fd, "exhibits", &all, diag);
	if (err == EVX_OK)
		err = evx_place_open(all, uuid, dirfd, diag);
	evx_close_quiet(&all);
	return err;
}

struct listing {
	enum evx_err (*each)(void *ctx, const char *uuid);
	void *ctx;
};

static enum evx_err one_name(void *ctx, const char *name)
{
	const struct listing *l = ctx;

	return evx_uuid_valid(name, strlen(name)) ? l->each(l->ctx, name) : EVX_OK;
}

enum evx_err evx_vault_each_exhibit(const struct evx_vault *v,
	enum evx_err (*each)(void *ctx, const char *uuid), void *ctx, struct evx_diag *diag)
{
	struct listing l = { each, ctx };
	int all;
	enum evx_err err = evx_place_open(v->fd, "exhibits", &all, diag);

	if (err == EVX_OK)
		err = evx_place_each(all, one_name, &l, diag);
	evx_close_quiet(&all);
	return err;
}
