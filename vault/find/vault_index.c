/* What the catalog knows of a vault's exhibits, with the keys that open it. */
#include <stdlib.h>
#include <string.h>

#include "find/vault_index_inner.h"
#include "store/marks.h"

void evx_vault_index_lock(struct evx_vault_index *x)
{
	(void)pthread_mutex_lock(&x->lock);
}

void evx_vault_index_unlock(struct evx_vault_index *x)
{
	(void)pthread_mutex_unlock(&x->lock);
}

/* The vault's custody identities that are open, newest first. */
static enum evx_err open_labels(struct evx_vault_index *x, struct evx_diag *diag)
{
	const uint32_t epochs = evx_vault_epochs(x->v);
	const struct evx_secret **keys = calloc((size_t)epochs + 1, sizeof(*keys));
	enum evx_err err = EVX_OK;
	size_t n = 0;

	if (keys == NULL)
		return evx_fail_memory(diag);
	for (uint32_t i = epochs; i > 0 && n < EVX_EPOCHS_MAX; i--)
		if (evx_vault_custody(x->v, i) != NULL)
			keys[n++] = evx_vault_custody(x->v, i);
	if (n > 0)
		err = evx_catalog_labels_new(x->c, keys, n, &x->labels, diag);
	free(keys);
	return err;
}

enum evx_err evx_vault_index_new(const struct evx_vault *v, struct evx_home *h,
	struct evx_catalog *c, int tmp, struct evx_vault_index **out, struct evx_diag *diag)
{
	struct evx_vault_index *x = calloc(1, sizeof(*x));
	enum evx_err err;

	*out = NULL;
	if (x == NULL || pthread_mutex_init(&x->lock, NULL) != 0) {
		free(x);
		return evx_fail_memory(diag);
	}
	x->v = v;
	x->c = c;
	x->rules = evx_known_rules(&x->known);
	if ((err = evx_known_load(&x->known, h, diag)) != EVX_OK ||
		(err = evx_catalog_rows_new(c, tmp, &x->rows, diag)) != EVX_OK)
		goto out;
	if (evx_vault_tier(v) != EVX_TIER_NONE)
		err = open_labels(x, diag);
out:
	if (err == EVX_OK)
		*out = x;
	else
		evx_vault_index_free(x);
	return err;
}

void evx_vault_index_free(struct evx_vault_index *x)
{
	if (x == NULL)
		return;
	evx_catalog_rows_free(x->rows);
	evx_catalog_labels_free(x->labels);
	evx_catalog_labels_free(x->own);
	for (size_t i = 0; i < EVX_INDEX_OPEN_CASES; i++)
		evx_catalog_case_free(x->opened[i].rows);
	evx_marks_free(x->marks);
	evx_known_free(&x->known);
	free(x->pending);
	(void)pthread_mutex_destroy(&x->lock);
	free(x);
}

enum evx_err evx_vault_index_reader(
	struct evx_vault_index *x, const struct evx_identity *id, struct evx_diag *diag)
{
	const struct evx_secret *key = id->encryption;

	if (x->labels == NULL || x->own != NULL || key == NULL)
		return EVX_OK;
	x->reader = id;
	return evx_catalog_labels_new(x->c, &key, 1, &x->own, diag);
}

bool evx_vault_index_opens(const struct evx_vault_index *x)
{
	return x->labels != NULL;
}

enum evx_err evx_vault_index_info(struct evx_vault_index *x, const uint8_t uuid[16],
	struct evx_catalog_info *out, bool *again, struct evx_diag *diag)
{
	struct evx_catalog_exhibit known;
	enum evx_err err = EVX_E_NOT_FOUND;

	memset(out, 0, sizeof(*out));
	if (again != NULL)
		*again = x->labels != NULL;
	if (x->labels == NULL)
		return err;
	err = evx_catalog_get_info(x->labels, uuid, out, x->own != NULL ? NULL : diag);
	if (err == EVX_E_NOT_FOUND && x->own != NULL)
		err = evx_catalog_get_info(x->own, uuid, out, diag);
	if (again != NULL && err == EVX_OK)
		*again = (x->own != NULL && out->exhibit_number[0] == '\0') ||
			evx_catalog_get(x->c, uuid, &known, NULL) != EVX_OK ||
			known.events != out->events;
	return err;
}

enum evx_err evx_vault_index_open_info(const struct evx_vault_index *x, struct evx_aead *aead,
	const uint8_t uuid[16], const uint8_t *row, size_t len, struct evx_catalog_info *out)
{
	enum evx_err err = EVX_E_NOT_FOUND;

	memset(out, 0, sizeof(*out));
	if (x->labels != NULL)
		err = evx_catalog_open_info(x->labels, aead, uuid, row, len, out);
	if (err == EVX_E_NOT_FOUND && x->own != NULL)
		err = evx_catalog_open_info(x->own, aead, uuid, row, len, out);
	return err;
}

/* Asks with the keys of all members, then with the reader's. */
static enum evx_err by_both(struct evx_vault_index *x, const uint8_t *case_id, const char *text,
	uint8_t (*out)[16], size_t cap, size_t *n)
{
	struct evx_catalog_labels *const keys[] = { x->labels, x->own };
	enum evx_err err = EVX_OK;

	*n = 0;
	for (size_t i = 0; i < 2 && err == EVX_OK; i++) {
		size_t found = 0;
		bool more;

		if (keys[i] == NULL)
			continue;
		err = case_id != NULL ? evx_catalog_by_number(keys[i], case_id, text, out + *n,
						cap - *n, &found, &more, NULL) :
					evx_catalog_by_label(keys[i], text, out + *n, cap - *n,
						&found, &more, NULL);
		*n += found;
	}
	return err;
}

enum evx_err evx_vault_index_by_label(
	struct evx_vault_index *x, const char *text, uint8_t (*out)[16], size_t cap, size_t *n)
{
	return by_both(x, NULL, text, out, cap, n);
}

enum evx_err evx_vault_index_by_number(struct evx_vault_index *x, const uint8_t case_id[16],
	const char *number, uint8_t (*out)[16], size_t cap, size_t *n)
{
	return by_both(x, case_id, number, out, cap, n);
}

uint64_t evx_vault_index_pending(struct evx_vault_index *x)
{
	uint64_t n;

	evx_vault_index_lock(x);
	n = evx_catalog_rows_count(x->rows);
	evx_vault_index_unlock(x);
	return n;
}

enum evx_err evx_vault_index_written(struct evx_vault_index *x, struct evx_diag *diag)
{
	struct evx_diag failed;

	evx_vault_index_lock(x);
	failed = x->failed;
	evx_vault_index_unlock(x);
	if (failed.code != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = failed;
	return failed.code;
}

const char *evx_vault_index_label(
	const struct evx_case_labels *labels, const char *case_id, const char *said)
{
	const char *first = NULL;
	const size_t *filed;
	bool own = false;
	size_t n;

	if (case_id[0] == '\0')
		return said;
	filed = evx_case_labels_filed(labels, case_id, &n);
	for (size_t i = 0; i < n; i++) {
		const struct evx_case_label *l = &labels->at[filed[i]];

		if (said != NULL && strcmp(l->label, said) == 0)
			return said;
		/* Of the case itself before those that were merged into it. */
		if (first == NULL || (!own && strcmp(l->id, case_id) == 0)) {
			first = l->label;
			own = strcmp(l->id, case_id) == 0;
		}
	}
	return first;
}

void evx_vault_index_expect(struct evx_vault_index *x, const char *case_id)
{
	x->expected = case_id;
}
