/* Makes the catalog of a vault anew. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/crew.h"
#include "find/vault_glance.h"
#include "find/vault_index.h"
#include "open/vault_use.h"
#include "store/case.h"
#include "store/marks.h"
#include "store/session.h"

/* Rows are written once so many are there (their file takes 117 bytes for each), or so many
 * exhibits: what an interruption costs is reading these again. */
#define ROWS_AT_ONCE 16777216u
#define EXHIBITS_AT_ONCE 20000u

/* An exhibit, and the case that marks it. */
struct one {
	char uuid[EVX_UUID_CAP];
	const char *case_id; /* the vault's; NULL: none */
};

struct rebuild {
	struct evx_vault_use use;
	struct evx_session *session;
	struct evx_catalog *catalog;
	struct evx_vault_index *index;
	const struct evx_vault_rebuild_options *opt;
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
	struct evx_vault_rebuild_result *result;
	struct one *at; /* to be read */
	size_t n;
	const char *case_id; /* of those that are being collected; NULL: none */
	struct evx_diag *diag;
	_Atomic bool failed;
	pthread_mutex_t lock; /* while they are read: of result, diag and what follows */
	uint64_t unflushed;
	enum evx_err err; /* the first failure */
};

static enum evx_err flush(struct rebuild *r)
{
	enum evx_err err = evx_vault_index_flush(r->index, r->diag);

	r->unflushed = 0;
	return err == EVX_OK ? evx_vault_index_written(r->index, r->diag) : err;
}

/* True when the catalog has all of it as it is now that the keys can give. */
static bool is_known(const struct rebuild *r, const char *uuid)
{
	struct evx_catalog_exhibit e;
	uint8_t bytes[16], now[32];

	return evx_uuid_bytes(uuid, strlen(uuid), bytes) &&
		evx_catalog_get(r->catalog, bytes, &e, NULL) == EVX_OK &&
		(e.chunks == EVX_CHUNKS_ALL || e.disposed || !e.filed ||
			evx_vault_tier(r->use.vault) != EVX_TIER_CONTENT) &&
		evx_vault_glance_stamp(r->use.vault, uuid, now) &&
		evx_vault_glance_fresh(e.stamp, now);
}

static enum evx_err add(void *ctx, const char *uuid)
{
	struct rebuild *r = ctx;
	struct one *one;

	if (r->opt->resume && is_known(r, uuid)) {
		r->result->exhibits++;
		if (r->progress != NULL)
			atomic_fetch_add(&r->progress->files_done, 1);
		return EVX_OK;
	}
	one = EVX_ARRAY_ADD(r->at, r->n);
	if (one == NULL)
		return evx_fail_memory(r->diag);
	memcpy(one->uuid, uuid, EVX_UUID_CAP);
	one->case_id = r->case_id;
	return EVX_OK;
}

/* Counts what became of an exhibit. r is locked. */
static enum evx_err book(struct rebuild *r, const char *uuid, enum evx_err err,
	const struct evx_diag *why, struct evx_diag *diag)
{
	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
		return evx_fail(diag, err, "%s", why->text);
	if (err == EVX_OK) {
		r->result->exhibits++;
	} else if (err != EVX_E_NOT_FOUND) {
		r->result->unreadable++;
		if (r->opt->remark != NULL)
			r->opt->remark(r->opt->remark_ctx, uuid, why->text);
	}
	err = evx_vault_index_written(r->index, diag);
	if (err == EVX_OK &&
		(++r->unflushed == EXHIBITS_AT_ONCE ||
			evx_vault_index_pending(r->index) >= ROWS_AT_ONCE))
		err = flush(r);
	return err;
}

/* By any thread. After a failure nothing more is read. */
static void read_one(void *ctx, size_t i)
{
	struct rebuild *r = ctx;
	const struct one *one = &r->at[i];
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (atomic_load(&r->failed))
		return;
	if (evx_cancelled(r->cancel))
		err = evx_fail(&why, EVX_E_INTERRUPTED,
			"Interrupted. To go on, run: evx rebuild --resume");
	else
		err = evx_vault_index_exhibit_of(
			r->index, one->case_id, one->uuid, EVX_INDEX_CHUNKS, NULL, r->cancel, &why);
	if (r->progress != NULL)
		atomic_fetch_add(&r->progress->files_done, 1);
	(void)pthread_mutex_lock(&r->lock);
	if (r->err == EVX_OK)
		r->err = book(r, one->uuid, err, &why, r->diag);
	atomic_store(&r->failed, r->err != EVX_OK);
	(void)pthread_mutex_unlock(&r->lock);
}

/* Reads what was collected, with all processors. */
static enum evx_err read_collected(struct rebuild *r)
{
	evx_crew(r->n, 1, read_one, r);
	r->n = 0;
	return r->err;
}

/* What no case has; the others were read with their cases. */
static enum evx_err add_unfiled(void *ctx, const char *uuid)
{
	struct rebuild *r = ctx;
	struct evx_catalog_exhibit e;
	char case_id[EVX_UUID_CAP];
	uint8_t bytes[16];

	if (evx_uuid_bytes(uuid, strlen(uuid), bytes) &&
		evx_catalog_get(r->catalog, bytes, &e, NULL) == EVX_OK && e.filed) {
		evx_uuid_text(e.case_id, case_id);
		if (evx_marks_has(r->use.vault, case_id, uuid))
			return EVX_OK;
	}
	return add(r, uuid);
}

static enum evx_err read_all(struct rebuild *r)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < evx_vault_cases(r->use.vault) && err == EVX_OK; i++) {
		r->case_id = evx_vault_case(r->use.vault, i)->id;
		err = evx_case_each(r->use.vault, r->case_id, add, r, r->diag);
	}
	r->case_id = NULL;
	if (err == EVX_OK)
		err = read_collected(r);
	if (err == EVX_OK)
		err = evx_vault_each_exhibit(r->use.vault, add_unfiled, r, r->diag);
	if (err == EVX_OK)
		err = read_collected(r);
	return err == EVX_OK ? flush(r) : err;
}

/* What is in the catalog and no longer in the vault. */
static enum evx_err forget_missing(struct rebuild *r)
{
	const struct evx_catalog_page page = { NULL, false };
	struct evx_catalog_exhibit e;
	char uuid[EVX_UUID_CAP];
	uint8_t stamp[32];
	enum evx_err err;
	bool any = false;
	size_t n;

	do {
		err = evx_catalog_next(r->catalog, &page, any ? &e : NULL, &e, 1, &n, r->diag);
		if (err == EVX_OK && n > 0) {
			any = true;
			evx_uuid_text(e.uuid, uuid);
			if (!evx_vault_glance_stamp(r->use.vault, uuid, stamp))
				err = evx_catalog_forget(r->catalog, e.uuid, r->diag);
		}
	} while (err == EVX_OK && n > 0);
	return err;
}

static enum evx_err open_catalog(struct rebuild *r)
{
	struct evx_catalog_state state;
	enum evx_err err = evx_catalog_of_vault(r->use.vault, &r->catalog, &state, r->diag);

	if (err == EVX_OK && (state.in_memory || state.read_only))
		err = evx_fail(r->diag, EVX_E_IO,
			"The vault's catalog cannot be written. Nothing was changed. Check who may "
			"write to the vault's directory.");
	if (err == EVX_OK && !r->opt->resume)
		err = evx_catalog_clear(r->catalog, evx_vault_tier(r->use.vault) != EVX_TIER_NONE,
			evx_vault_tier(r->use.vault) == EVX_TIER_CONTENT, r->diag);
	if (err == EVX_OK)
		err = forget_missing(r);
	if (err != EVX_E_CORRUPT)
		return err;
	/* What does not even let itself be emptied is thrown away with everything in it. */
	evx_catalog_free(r->catalog);
	r->catalog = NULL;
	evx_diag_clear(r->diag);
	return evx_catalog_of_vault(r->use.vault, &r->catalog, &state, r->diag);
}

static enum evx_err count(struct rebuild *r)
{
	struct evx_catalog_counts counts;
	enum evx_err err = evx_catalog_count(r->catalog, &counts, r->diag);

	if (err == EVX_OK)
		err = evx_catalog_count_rows(r->catalog, &r->result->rows, r->diag);
	if (err == EVX_OK)
		r->result->with_chunks = counts.exhibits - counts.disposed - counts.without_rows;
	r->result->tier = (int)evx_vault_tier(r->use.vault);
	return err;
}

enum evx_err evx_vault_rebuild(struct evx_home *h, const struct evx_vault_rebuild_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_vault_rebuild_result *result, struct evx_diag *diag)
{
	struct rebuild r = {
		.opt = opt, .progress = progress, .cancel = cancel, .result = result, .diag = diag
	};
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	atomic_init(&r.failed, false);
	if (pthread_mutex_init(&r.lock, NULL) != 0)
		return evx_fail_memory(diag);
	evx_vault_use_start(
		&s, &r.use, h, opt->vault, opt->as, EVX_VAULT_IF_NAMED, EVX_CONFINE_MOVE, ask);
	err = evx_start_confine(&s, 0, opt->confine ? &result->confinement : NULL);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_use_load(&r.use, EVX_VAULT_WRITES, diag);
	if (err != EVX_OK)
		goto out;
	if (r.use.has_id && !r.use.member)
		err = evx_fail(diag, EVX_E_KEY,
			"%s is not a member of this vault. Name a member's identity: --as NAME.",
			r.use.name);
	if (err != EVX_OK)
		goto out;
	err = evx_session_begin(r.use.vault, &r.session, diag);
	if (err != EVX_OK)
		goto out;
	err = open_catalog(&r);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_index_new(
		r.use.vault, r.use.home, r.catalog, evx_session_fd(r.session), &r.index, diag);
	if (err == EVX_OK && r.use.member)
		err = evx_vault_index_reader(r.index, &r.use.id, diag);
	if (err != EVX_OK)
		goto out;
	err = read_all(&r);
	if (err != EVX_OK)
		goto out;
	err = count(&r);
out:
	evx_vault_index_free(r.index);
	evx_catalog_free(r.catalog);
	evx_session_end(r.session);
	evx_vault_use_free(&r.use);
	free(r.at);
	(void)pthread_mutex_destroy(&r.lock);
	return err;
}
