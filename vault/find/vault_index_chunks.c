/* Where the chunks of exhibits are, collected for the catalog under the secrets of their cases. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "content/tree_read.h"
#include "find/vault_index_inner.h"

static enum evx_err make_case(struct evx_vault_index *x, const uint8_t case_id[16],
	struct evx_vault_index_case *to, struct evx_diag *diag)
{
	const uint32_t epochs = evx_vault_epochs(x->v);
	struct evx_secret **secrets = calloc((size_t)epochs + 1, sizeof(struct evx_secret *));
	enum evx_err err = EVX_OK;
	size_t n = 0;

	evx_catalog_case_free(to->rows);
	to->rows = NULL;
	if (secrets == NULL)
		return evx_fail_memory(diag);
	evx_uuid_text(case_id, to->id);
	for (uint32_t i = epochs; i > 0 && err == EVX_OK && n < EVX_EPOCHS_MAX; i--)
		if (evx_vault_content(x->v, i) != NULL)
			err = evx_case_secret(x->v, to->id, i, &secrets[n++], diag);
	if (err == EVX_OK)
		err = evx_catalog_case_new(x->c, case_id, (const struct evx_secret *const *)secrets,
			n, &to->rows, diag);
	for (size_t i = 0; i < n; i++)
		evx_secret_free(secrets[i]);
	free(secrets);
	return err;
}

/* *out stays x's, until so many other cases were opened. */
static enum evx_err open_case(struct evx_vault_index *x, const uint8_t case_id[16],
	struct evx_catalog_case **out, struct evx_diag *diag)
{
	struct evx_vault_index_case *to = &x->opened[x->oldest];
	char id[EVX_UUID_CAP];
	enum evx_err err;

	*out = NULL;
	evx_uuid_text(case_id, id);
	for (size_t i = 0; i < EVX_INDEX_OPEN_CASES && *out == NULL; i++)
		if (x->opened[i].rows != NULL && strcmp(x->opened[i].id, id) == 0)
			*out = x->opened[i].rows;
	if (*out != NULL)
		return EVX_OK;
	x->oldest = (x->oldest + 1) % EVX_INDEX_OPEN_CASES;
	err = make_case(x, case_id, to, diag);
	*out = to->rows;
	return err;
}

struct visit {
	struct evx_vault_index *x;
	const struct evx_catalog_exhibit *e;
};

/* Frames of sequence 1 are another exhibit's where the pack stands as a recipe, and only packs
 * lend. */
static enum evx_err visit_frame(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag)
{
	const struct visit *visit = ctx;
	struct evx_loan loan = { .sequence = ref->sequence,
		.position = ref->position,
		.stored = ref->stored,
		.plain = ref->plain };
	struct evx_catalog_case *rows;
	enum evx_err err;

	(void)level;
	if (type != EVX_FRAME_DATA || (ref->sequence != 0 && visit->e->borrowed > 0))
		return EVX_OK;
	memcpy(loan.lender, visit->e->uuid, sizeof(loan.lender));
	memcpy(loan.key, ref->key, sizeof(loan.key));
	evx_vault_index_lock(visit->x);
	err = open_case(visit->x, visit->e->case_id, &rows, diag);
	if (err == EVX_OK)
		err = evx_catalog_rows_add(visit->x->rows, rows, ref->id, &loan, diag);
	evx_vault_index_unlock(visit->x);
	evx_wipe(&loan, sizeof(loan));
	return err;
}

static enum evx_err add_pending(
	struct evx_vault_index *x, const uint8_t uuid[16], struct evx_diag *diag)
{
	uint8_t(*more)[16] = EVX_ARRAY_ADD(x->pending, x->npending);

	if (more == NULL)
		return evx_fail_memory(diag);
	memcpy(*more, uuid, 16);
	return EVX_OK;
}

enum evx_err evx_vault_index_chunks(struct evx_vault_index *x, struct evx_exhibit *ex,
	const struct evx_catalog_exhibit *e, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct visit visit = { x, e };
	enum evx_err err = evx_exhibit_open_part(ex, diag);

	if (err != EVX_OK)
		return err;
	if (ex->unlocked.part.content.present &&
		(err = evx_tree_read_all(&ex->unlocked.src, EVX_FRAME_DATA,
			 &ex->unlocked.part.content, cancel, visit_frame, &visit, diag)) != EVX_OK)
		return err;
	evx_vault_index_lock(x);
	err = add_pending(x, e->uuid, diag);
	evx_vault_index_unlock(x);
	return err;
}

static enum evx_err flush(struct evx_vault_index *x, struct evx_diag *diag)
{
	enum evx_err err = x->npending == 0 ? EVX_OK : evx_catalog_rows_write(x->rows, diag);

	if (err != EVX_OK || (x->npending > 0 && (err = evx_catalog_begin(x->c, diag)) != EVX_OK))
		goto out;
	for (size_t i = 0; i < x->npending && err == EVX_OK; i++) {
		err = evx_catalog_put_chunks(x->c, x->pending[i], EVX_CHUNKS_ALL, diag);
		if (err == EVX_E_NOT_FOUND) { /* another process forgot it */
			evx_diag_clear(diag);
			err = EVX_OK;
		}
	}
	if (err != EVX_OK)
		goto out;
	if (x->npending > 0)
		err = evx_catalog_commit(x->c, diag);
out:
	if (err != EVX_OK)
		evx_catalog_rollback(x->c);
	x->npending = 0;
	return err;
}

enum evx_err evx_vault_index_flush(struct evx_vault_index *x, struct evx_diag *diag)
{
	enum evx_err err;

	evx_vault_index_lock(x);
	err = flush(x, diag);
	evx_vault_index_unlock(x);
	return err;
}
