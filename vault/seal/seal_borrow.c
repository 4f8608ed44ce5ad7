/* Shared data: what the case has already is borrowed and stored as recipes. */
#include "seal/seal_borrow.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "find/vault_index.h"
#include "store/case.h"
#include "store/catalog.h"
#include "store/lenders.h"

struct evx_seal_borrow {
	struct evx_seal_borrow_opts opts;
	struct evx_catalog *catalog;
	struct evx_catalog_case *rows; /* NULL: the case has none that could be read */
	struct evx_lenders *lenders;
	struct evx_lender lender;
	pthread_mutex_t lock;      /* of the catalog, which belongs to one thread at a time */
	uint8_t recipients[3][32]; /* of recipes: the vault's custody key, the exhibit's two keys */
	uint64_t stored;           /* bytes of packs and recipes */
	uint64_t refused;          /* remnants */
	bool discarded;            /* the catalog that stood there */
};

static bool find(void *ctx, const uint8_t id[32], struct evx_loan *out)
{
	struct evx_seal_borrow *b = ctx;
	bool found;

	(void)pthread_mutex_lock(&b->lock);
	found = evx_catalog_find(b->rows, id, out);
	(void)pthread_mutex_unlock(&b->lock);
	if (found && !evx_lenders_has(b->lenders, out)) {
		evx_wipe(out, sizeof(*out));
		found = false;
	}
	return found;
}

static enum evx_err read_loan(
	void *ctx, const struct evx_loan *loan, uint8_t *body, struct evx_diag *diag)
{
	const struct evx_seal_borrow *b = ctx;

	return evx_lenders_read(b->lenders, loan, body, diag);
}

/* The case's secrets, newest epoch first. */
static enum evx_err open_rows(struct evx_seal_borrow *b, const struct evx_vault *v,
	const char *case_id, struct evx_diag *diag)
{
	const uint32_t epochs = evx_vault_epochs(v);
	struct evx_secret **secrets = calloc((size_t)epochs + 1, sizeof(*secrets));
	uint8_t id[16];
	size_t n = 0;
	enum evx_err err = EVX_OK;

	if (secrets == NULL)
		return evx_fail_memory(diag);
	for (uint32_t i = epochs; i >= 1 && n < EVX_EPOCHS_MAX; i--)
		if (evx_vault_content(v, i) != NULL &&
			(err = evx_case_secret(v, case_id, i, &secrets[n++], diag)) != EVX_OK)
			goto out;
	if (n > 0 && evx_uuid_bytes(case_id, EVX_UUID_LEN, id))
		err = evx_catalog_case_new(b->catalog, id,
			(const struct evx_secret *const *)secrets, n, &b->rows, diag);
out:
	for (size_t i = 0; i < n; i++)
		evx_secret_free(secrets[i]);
	free(secrets);
	return err;
}

enum evx_err evx_seal_borrow_new(const struct evx_seal_borrow_opts *opts,
	struct evx_seal_borrow **out, struct evx_diag *diag)
{
	const struct evx_vault *v = opts->use->vault;
	struct evx_seal_borrow *b = calloc(1, sizeof(*b));
	struct evx_catalog_state state;
	enum evx_err err;

	*out = NULL;
	if (b == NULL || pthread_mutex_init(&b->lock, NULL) != 0) {
		free(b);
		return evx_fail_memory(diag);
	}
	b->opts = *opts;
	b->lender = (struct evx_lender){ .find = find, .read = read_loan, .ctx = b };
	memcpy(b->recipients[0], evx_vault_epoch(v, evx_vault_epochs(v))->custody_pub, 32);
	if ((err = evx_catalog_of_vault(v, &b->catalog, &state, diag)) != EVX_OK)
		goto out;
	b->discarded = state.discarded;
	if ((err = open_rows(b, v, opts->case_id, diag)) != EVX_OK ||
		(err = evx_lenders_new(v, opts->case_id, &b->lenders, diag)) != EVX_OK)
		goto out;
	*out = b;
	b = NULL;
out:
	evx_seal_borrow_free(b);
	return err;
}

void evx_seal_borrow_free(struct evx_seal_borrow *b)
{
	if (b == NULL)
		return;
	evx_lenders_free(b->lenders);
	evx_catalog_case_free(b->rows);
	evx_catalog_free(b->catalog);
	(void)pthread_mutex_destroy(&b->lock);
	free(b);
}

struct remnants {
	struct evx_seal_borrow *b;
	struct evx_catalog_rows *rows;
	struct evx_buf *names;
	struct evx_remnant_found *found;
	struct evx_diag *diag;
};

static enum evx_err add_row(void *ctx, const uint8_t id[32], const struct evx_loan *loan)
{
	const struct remnants *r = ctx;

	return evx_catalog_rows_add(r->rows, r->b->rows, id, loan, r->diag);
}

static enum evx_err add_remnant(void *ctx, const char *uuid)
{
	const struct remnants *r = ctx;
	struct evx_remnant_found found;
	const struct evx_seal_borrow_opts *o = &r->b->opts;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_remnant_scan(
		o->use->vault, o->case_id, uuid, add_row, ctx, o->cancel, &found, &why);

	/* Somebody who is no content member can leave packs, too. What they know must not come back
	 * in what is sealed now. */
	if (err == EVX_E_FORGED) {
		r->b->refused++;
		return EVX_OK;
	}
	if (err != EVX_OK)
		return evx_diag_in(r->diag, why.path, evx_fail(r->diag, err, "%s", why.text));
	err = evx_buf_addf(r->names, "%s%s", r->names->len > 0 ? " " : "", uuid);
	if (err == EVX_E_LIMIT)
		return evx_fail(r->diag, err,
			"This case has too many interrupted seals for one --resume. Nothing was "
			"sealed. Seal again without --resume.");
	if (err != EVX_OK)
		return evx_fail_buf(r->diag, err);
	r->found->packs += found.packs;
	r->found->chunks += found.chunks;
	r->found->bytes += found.bytes;
	return err;
}

enum evx_err evx_seal_borrow_remnants(struct evx_seal_borrow *b, struct evx_buf *names,
	struct evx_remnant_found *found, struct evx_diag *diag)
{
	const struct evx_seal_borrow_opts *o = &b->opts;
	struct remnants r = { b, NULL, names, found, diag };
	enum evx_err err;

	memset(found, 0, sizeof(*found));
	if (b->rows == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"Only a member who can open contents can continue an interrupted seal. "
			"Nothing was sealed. Seal again without --resume.");
	err = evx_catalog_rows_new(b->catalog, o->session, &r.rows, diag);
	if (err != EVX_OK ||
		(err = evx_remnant_each(o->use->vault, o->case_id, add_remnant, &r, diag)) !=
			EVX_OK)
		goto out;
	if (names->len > 0)
		err = evx_catalog_rows_write(r.rows, diag);
	else if (b->refused > 0)
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"The interrupted seals of this case were not made by a member who can open "
			"contents. evx does not continue them. Nothing was sealed. Seal again "
			"without --resume.");
	else
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"This case has no interrupted seal to continue. Nothing was sealed. Seal "
			"again without --resume.");
out:
	evx_catalog_rows_free(r.rows);
	return err;
}

/* A pack of sequence 1: its recipe where one can be made, else its bytes. */
static enum evx_err take_borrowed(void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32],
	const struct evx_piece *pieces, size_t n_pieces, struct evx_diag *diag)
{
	struct evx_seal_borrow *b = ctx;
	const struct evx_recipe_maker maker = { evx_lenders_locate, b->lenders };
	struct evx_buf plain = EVX_BUF_INIT, file = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	enum evx_err err;

	err = evx_recipe_make(&maker, hash, p, n, pieces, n_pieces, &plain, &why);
	if (err == EVX_OK)
		err = evx_age_encrypt(
			(const uint8_t(*)[32])b->recipients, 3, plain.data, plain.len, &file, diag);
	else if (err == EVX_E_NOT_FOUND || err == EVX_E_LIMIT)
		err = EVX_OK;
	else
		err = evx_fail(diag, err, "%s", why.text);
	if (err != EVX_OK)
		goto out;
	err = evx_writer_borrowed(
		b->opts.writer, p, n, hash, file.len > 0 ? file.data : NULL, file.len, diag);
	b->stored += file.len > 0 ? file.len : n;
out:
	evx_buf_free(&plain);
	evx_buf_free(&file);
	return err;
}

void evx_seal_borrow_keys(struct evx_seal_borrow *b, const struct evx_exhibit_keys *keys)
{
	memcpy(b->recipients[1], keys->custody_pub, 32);
	memcpy(b->recipients[2], keys->content_pub, 32);
}

void evx_seal_borrow_options(struct evx_seal_borrow *b, struct evx_payload_write_opts *opts)
{
	if (b->rows == NULL || !b->opts.lends)
		return;
	opts->lender = &b->lender;
	opts->borrowed = (struct evx_borrowed_sink){ take_borrowed, b };
}

void evx_seal_borrow_tell(const struct evx_seal_borrow *b, struct evx_seal_result *r)
{
	r->bundle_bytes += b->stored;
	r->remnants_refused = b->refused;
	r->catalog_discarded = b->discarded;
}

bool evx_seal_borrow_index(struct evx_seal_borrow *b)
{
	const struct evx_seal_borrow_opts *o = &b->opts;
	struct evx_vault_index *index = NULL;
	bool done = evx_vault_index_new(o->use->vault, o->use->home, b->catalog, o->session, &index,
			    NULL) == EVX_OK;

	if (done) {
		evx_vault_index_expect(index, o->case_id);
		done = evx_vault_index_exhibit(
			       index, o->uuid, EVX_INDEX_CHUNKS, NULL, NULL, NULL) == EVX_OK &&
			evx_vault_index_flush(index, NULL) == EVX_OK &&
			evx_vault_index_written(index, NULL) == EVX_OK;
	}
	evx_vault_index_free(index);
	return done;
}
