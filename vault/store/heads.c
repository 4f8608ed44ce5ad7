/* What was seen of exhibits before, by inventories and by this machine: gathered. */
#include "store/heads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "store/heads_inner.h"
#include "store/inventory.h"
#include "store/vault_inner.h"

#define SETTLE_MIN 4096u

struct loading {
	struct evx_heads *h;
	const char *only;
	const struct evx_vault_count *count;
	/* How many of each are in order, none twice. Behind them stands what came since. */
	size_t heads, words;
};

void evx_heads_free(struct evx_heads *h)
{
	if (h == NULL)
		return;
	evx_marks_free(h->marks);
	free(h->at);
	free(h->words);
	free(h->notes);
	free(h);
}

static enum evx_err add(
	struct evx_heads *h, const struct evx_head_seen *seen, const struct evx_heads_word *word)
{
	struct evx_heads_word *w = EVX_ARRAY_ADD(h->words, h->nwords);
	struct evx_head_seen *s;

	if (w == NULL)
		return EVX_E_MEMORY;
	*w = *word;
	memcpy(w->uuid, seen->uuid, sizeof(w->uuid));
	if (seen->events == 0)
		return EVX_OK;
	s = EVX_ARRAY_ADD(h->at, h->n);
	if (s == NULL)
		return EVX_E_MEMORY;
	*s = *seen;
	return EVX_OK;
}

static enum evx_err see_line(void *ctx, const struct evx_inventory_line *line)
{
	static const uint8_t none[32];
	const struct loading *l = ctx;
	const struct evx_vault_count *c = l->count;
	struct evx_head_seen seen = { .inventory = c->sequence,
		.trusted = c->content,
		.content = c->content ? c->sequence : 0 };
	/* Who signs that it is missing without the right to gives no word at all, and takes none.
	 */
	const struct evx_heads_word word = { .inventory = c->sequence,
		.trusted = c->content,
		.missing = c->content && line->result == EVX_INVENTORY_MISSING };

	if (l->only != NULL && strcmp(l->only, line->uuid) != 0)
		return EVX_OK;
	memcpy(seen.uuid, line->uuid, sizeof(seen.uuid));
	memcpy(seen.seal, line->seal, 32);
	memcpy(seen.head, line->head, 32);
	memcpy(seen.case_id, line->case_id, sizeof(seen.case_id));
	seen.events = evx_hash_equal(line->head, none) ? 0 : line->events;
	return add(l->h, &seen, &word);
}

static int by_place(const void *a, const void *b)
{
	const struct evx_head_seen *x = a, *y = b;
	int r = strcmp(x->uuid, y->uuid);

	if (r == 0)
		r = x->events < y->events ? -1 : x->events > y->events;
	if (r == 0)
		r = evx_hash_order(x->head, y->head);
	if (r == 0)
		r = evx_hash_order(x->seal, y->seal);
	if (r == 0)
		r = strcmp(x->case_id, y->case_id);
	return r != 0 ? r : x->inventory < y->inventory ? -1 : x->inventory > y->inventory;
}

static int by_word(const void *a, const void *b)
{
	const struct evx_heads_word *x = a, *y = b;
	const int r = strcmp(x->uuid, y->uuid);

	return r != 0 ? r : x->inventory < y->inventory ? -1 : x->inventory > y->inventory;
}

/* The same head of several inventories stands once, as that of the first, with the weight of
 * whoever of them has the most. */
static void settle_heads(struct loading *l)
{
	struct evx_heads *h = l->h;
	size_t k = 0;

	if (h->n > 0)
		qsort(h->at, h->n, sizeof(*h->at), by_place);
	for (size_t i = 0; i < h->n; i++) {
		struct evx_head_seen *last = k > 0 ? &h->at[k - 1] : NULL;

		if (last != NULL && strcmp(last->uuid, h->at[i].uuid) == 0 &&
			last->events == h->at[i].events &&
			evx_hash_equal(last->head, h->at[i].head) &&
			evx_hash_equal(last->seal, h->at[i].seal) &&
			strcmp(last->case_id, h->at[i].case_id) == 0) {
			last->trusted = last->trusted || h->at[i].trusted;
			if (h->at[i].content > last->content)
				last->content = h->at[i].content;
			continue;
		}
		h->at[k++] = h->at[i];
	}
	h->n = l->heads = k;
}

/* The last word on each exhibit stays: only a content member, and no machine, takes back that it is
 * missing. */
static void settle_words(struct loading *l)
{
	struct evx_heads *h = l->h;
	size_t k = 0;

	if (h->nwords > 0)
		qsort(h->words, h->nwords, sizeof(*h->words), by_word);
	for (size_t i = 0; i < h->nwords; i++) {
		struct evx_heads_word *last = k > 0 ? &h->words[k - 1] : NULL;

		if (last == NULL || strcmp(last->uuid, h->words[i].uuid) != 0)
			h->words[k++] = h->words[i];
		else if (h->words[i].trusted || !last->missing)
			*last = h->words[i];
	}
	h->nwords = l->words = k;
}

/* Behind each inventory. Sorting waits until as much came in as was in order before: the work then
 * grows with the lines of all inventories, and the memory with the exhibits. */
static void settle(struct loading *l)
{
	if (l->h->n - l->heads > l->heads + SETTLE_MIN)
		settle_heads(l);
	if (l->h->nwords - l->words > l->words + SETTLE_MIN)
		settle_words(l);
}

static enum evx_err read_inventories(
	const struct evx_vault *v, struct loading *l, struct evx_findings *findings)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < v->ncounts && err == EVX_OK; i++) {
		struct evx_diag why = { 0 };
		char where[EVX_INVENTORY_NAME_CAP + 8], name[EVX_INVENTORY_NAME_CAP];

		l->count = &v->counts[i];
		err = evx_inventory_read(
			v, v->counts[i].sequence, v->counts[i].list, see_line, l, &why);
		if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
			return err;
		settle(l);
		if (err == EVX_OK)
			continue;
		evx_inventory_name(v->counts[i].sequence, name);
		(void)snprintf(where, sizeof(where), "log/%s", name);
		err = evx_findings_add(findings, "V-INVENTORY",
			err == EVX_E_IO || l->only != NULL ? EVX_WEIGHT_UNCHECKED :
							     EVX_WEIGHT_BROKEN,
			EVX_NO_EVENT, where, "%s", why.text);
	}
	return err;
}

static enum evx_err read_own(
	const struct evx_vault *v, struct loading *l, struct evx_findings *findings)
{
	static const struct evx_heads_word word = { .inventory = EVX_HEAD_MACHINE };
	struct evx_heads_memory m = { NULL, 0 };
	struct evx_diag why = { 0 };
	bool there = false; /* the exhibit that was asked for */
	enum evx_err err;

	if (v->pins < 0)
		return EVX_OK;
	err = evx_heads_memory_read(v, &m, &why);
	if (err == EVX_E_MEMORY)
		return err;
	if (err != EVX_OK)
		return evx_findings_add(findings, "V-HEAD", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT,
			why.path, "%s", why.text);
	for (size_t i = 0; i < m.n; i++) {
		if (evx_cancelled(v->cancel))
			err = EVX_E_INTERRUPTED;
		if (err != EVX_OK)
			goto out;
		if (l->only != NULL && strcmp(l->only, m.at[i].uuid) != 0)
			continue;
		there = true;
		m.at[i].trusted = true;
		err = add(l->h, &m.at[i], &word);
	}
	if (err == EVX_OK && m.n == EVX_HEADS_KEPT && !(l->only != NULL && there))
		err = evx_findings_add(findings, "V-HEAD", EVX_WEIGHT_REMARK, EVX_NO_EVENT, NULL,
			"This machine remembers %u exhibits of this vault, and has no room for "
			"more. Others are compared with inventories only. Sign inventories often "
			"(evx inventory).",
			EVX_HEADS_KEPT);
out:
	free(m.at);
	return err;
}

enum evx_err evx_heads_load(const struct evx_vault *v, const char *only,
	struct evx_findings *findings, struct evx_heads **out, struct evx_diag *diag)
{
	struct loading l = { .h = calloc(1, sizeof(*l.h)), .only = only };
	enum evx_err err = EVX_E_MEMORY;

	*out = NULL;
	if (l.h == NULL)
		goto out;
	err = read_inventories(v, &l, findings);
	if (err != EVX_OK)
		goto out;
	err = read_own(v, &l, findings);
	if (err != EVX_OK)
		goto out;
	settle_words(&l);
	settle_heads(&l);
	if (only == NULL)
		err = evx_marks_load(v, &l.h->marks, diag);
	if (err != EVX_OK)
		goto out;
	*out = l.h;
	l.h = NULL;
out:
	evx_heads_free(l.h);
	return err == EVX_E_INTERRUPTED ? evx_vault_go_on(v, diag) : evx_fail_buf(diag, err);
}
