/* The labels of cases, opened. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/crew.h"
#include "store/case.h"
#include "store/vault_inner.h"

#define EACH 64u    /* a thread opens so many at a time … */
#define BATCH 4096u /* … of so many that are kept until they stand in order */

void evx_case_labels_free(struct evx_case_labels *labels)
{
	size_t i;

	if (labels == NULL)
		return;
	for (i = 0; i < labels->n; i++) {
		free(labels->at[i].label);
		free(labels->at[i].office);
	}
	free(labels->at);
	free(labels->by_filed);
	memset(labels, 0, sizeof(*labels));
}

/* What binds the private part to its entry. */
static void binding(
	const struct evx_vault *v, const struct evx_vault_note *note, struct evx_vault_entry *e)
{
	memset(e, 0, sizeof(*e));
	memcpy(e->vault, v->uuid, sizeof(e->vault));
	e->sequence = note->sequence;
	if (note->sequence > 0)
		memcpy(e->previous, v->hashes[note->sequence - 1], sizeof(e->previous));
	memcpy(e->signer, v->members[note->signer].signing, sizeof(e->signer));
}

struct opening {
	const struct evx_vault *v;
	const struct evx_vault_note *notes;
	struct evx_vault_private *at; /* without a label where the note is none */
};

/* Opens the private part of note i. A part that does not open, or was made for another entry, is no
 * label. */
static void open_note(void *ctx, size_t i)
{
	const struct opening *o = ctx;
	const struct evx_vault_note *note = &o->notes[i];
	const struct evx_secret *key = evx_vault_custody(o->v, note->epoch);
	const struct evx_age_open how = { &key, 1, NULL, 0 };
	struct evx_buf plain = { NULL, 0, 0, EVX_DOCUMENT_MAX };
	struct evx_vault_private *out = &o->at[i];
	struct evx_vault_entry e;
	bool good;

	memset(out, 0, sizeof(*out));
	binding(o->v, note, &e);
	good = key != NULL && !evx_cancelled(o->v->cancel) &&
		evx_age_decrypt(&how, false, note->sealed.data, note->sealed.len, &plain, NULL) ==
			EVX_OK &&
		evx_vault_private_decode(plain.data, plain.len, out, NULL) == EVX_OK &&
		evx_vault_private_of(out, &e);
	if (!good)
		evx_vault_private_free(out);
	evx_buf_free(&plain);
}

/* Takes the label out of p, if there is one. */
static enum evx_err take_label(const struct evx_vault *v, const struct evx_vault_note *note,
	struct evx_vault_private *p, struct evx_case_labels *out)
{
	struct evx_case_label *one;

	if (p->label == NULL)
		return EVX_OK;
	one = EVX_ARRAY_ADD(out->at, out->n);
	if (one == NULL)
		return EVX_E_MEMORY;
	memcpy(one->id, note->case_id, EVX_UUID_CAP);
	memcpy(one->filed, evx_case_filed(v, note->case_id), EVX_UUID_CAP);
	one->label = p->label;
	one->office = p->office;
	p->label = p->office = NULL;
	return EVX_OK;
}

static enum evx_err open_batch(const struct evx_vault *v, size_t from, size_t n,
	struct evx_vault_private *at, struct evx_case_labels *out, struct evx_diag *diag)
{
	struct opening o = { v, v->notes + from, at };
	enum evx_err err = EVX_OK;

	evx_crew(n, EACH, open_note, &o);
	for (size_t i = 0; i < n; i++) {
		if (err == EVX_OK)
			err = take_label(v, &v->notes[from + i], &at[i], out);
		evx_vault_private_free(&at[i]);
	}
	return err == EVX_OK ? evx_vault_go_on(v, diag) : evx_fail_buf(diag, err);
}

static int by_filed(const void *a, const void *b, void *ctx)
{
	const struct evx_case_labels *labels = ctx;
	const size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const int order = strcmp(labels->at[x].filed, labels->at[y].filed);

	return order != 0 ? order : (x > y) - (x < y);
}

static enum evx_err sort(struct evx_case_labels *labels, struct evx_diag *diag)
{
	labels->by_filed = calloc(labels->n + 1, sizeof(*labels->by_filed));
	if (labels->by_filed == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < labels->n; i++)
		labels->by_filed[i] = i;
	qsort_r(labels->by_filed, labels->n, sizeof(*labels->by_filed), by_filed, labels);
	return EVX_OK;
}

enum evx_err evx_case_labels(
	const struct evx_vault *v, struct evx_case_labels *out, struct evx_diag *diag)
{
	const size_t batch = v->nnotes < BATCH ? v->nnotes : BATCH;
	struct evx_vault_private *at = NULL;
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	if (v->tier == EVX_TIER_NONE)
		return evx_fail(
			diag, EVX_E_KEY, "vault: the labels of its cases need a member's key");
	at = calloc(batch + 1, sizeof(*at));
	if (at == NULL)
		return evx_fail_memory(diag);
	for (size_t from = 0; from < v->nnotes && err == EVX_OK; from += BATCH)
		err = open_batch(v, from, v->nnotes - from < BATCH ? v->nnotes - from : BATCH, at,
			out, diag);
	if (err == EVX_OK)
		err = sort(out, diag);
	if (err != EVX_OK)
		evx_case_labels_free(out);
	free(at);
	return err;
}

/* How many stand before the first that is not less than case_id; with up, that is greater. */
static size_t place(const struct evx_case_labels *labels, const char *case_id, bool up)
{
	size_t low = 0, high = labels->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = strcmp(labels->at[labels->by_filed[middle]].filed, case_id);

		if (order < 0 || (up && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const size_t *evx_case_labels_filed(
	const struct evx_case_labels *labels, const char *case_id, size_t *n)
{
	const size_t first = place(labels, case_id, false);

	*n = place(labels, case_id, true) - first;
	return *n > 0 ? labels->by_filed + first : NULL;
}
