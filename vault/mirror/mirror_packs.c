/* Puts the packs of a vault on the remote of its mirror. */
#include "mirror/mirror_packs.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"

static int by_hash(const void *a, const void *b)
{
	return evx_hash_order(
		((const struct evx_upload *)a)->hash, ((const struct evx_upload *)b)->hash);
}

/* Two exhibits can have one pack. */
static void once(struct evx_uploads *packs)
{
	size_t k = 0;

	qsort(packs->at, packs->n, sizeof(*packs->at), by_hash);
	for (size_t i = 0; i < packs->n; i++) {
		if (k > 0 && evx_hash_equal(packs->at[k - 1].hash, packs->at[i].hash)) {
			free(packs->at[i].source);
			packs->at[i].source = NULL;
			continue;
		}
		if (k != i) {
			packs->at[k] = packs->at[i];
			packs->at[i].source = NULL;
		}
		k++;
	}
	packs->n = k;
}

static enum evx_err list(const struct evx_mirror_index *index, unsigned place,
	struct evx_uploads *packs, struct evx_diag *diag)
{
	evx_uploads_free(packs);
	packs->at = calloc(index->n + 1, sizeof(*packs->at));
	if (packs->at == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < index->n; i++) {
		const struct evx_mirror_line *line = &index->at[i];
		struct evx_upload *u = &packs->at[packs->n];

		if (!line->pack)
			continue;
		u->kind = EVX_UPLOAD_PACK;
		u->place = place;
		u->size = line->size;
		memcpy(u->hash, line->hash, sizeof(u->hash));
		u->source = strdup(line->path);
		if (u->source == NULL)
			return evx_fail_memory(diag);
		packs->n++;
	}
	once(packs);
	return EVX_OK;
}

enum evx_err evx_mirror_packs_put(const struct evx_mirror_index *index, unsigned place,
	const struct evx_uploads_with *with, struct evx_uploads *packs,
	struct evx_mirror_packs_moved *moved, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	uint64_t missing = 0;
	enum evx_err err = list(index, place, packs, diag);

	moved->there = 0;
	moved->there_bytes = 0;
	if (err == EVX_OK)
		err = evx_uploads_look(packs, with, diag);
	if (err != EVX_OK)
		return err;
	for (size_t i = 0; i < packs->n; i++) {
		const struct evx_upload *u = &packs->at[i];

		moved->there += u->there;
		moved->there_bytes += u->there ? u->size : 0;
		missing += u->there ? 0 : u->size;
	}
	if (with->progress != NULL) {
		atomic_fetch_add(&with->progress->bytes_total, missing);
		atomic_fetch_add(&with->progress->packs_there, moved->there);
	}
	err = evx_uploads_put(packs, with, NULL, &why);
	for (size_t i = 0; i < packs->n; i++) {
		moved->sent += packs->at[i].put;
		moved->sent_bytes += packs->at[i].put ? packs->at[i].size : 0;
	}
	if (err == EVX_E_FORGED)
		return evx_fail(diag, err,
			"A pack of the vault is damaged: %s. To see which exhibit it belongs to, "
			"and to heal it, run: evx check",
			why.text);
	return err == EVX_OK ? EVX_OK :
			       evx_diag_in(diag, why.path, evx_fail(diag, err, "%s", why.text));
}
