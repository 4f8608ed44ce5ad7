/* The catalog of a vault searched by all processors. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/crew.h"
#include "base/io.h"
#include "crypto/aead.h"
#include "find/vault_glance.h"
#include "find/vault_search_inner.h"
#include "store/place.h"

#define PAGE 2048u /* rows that are read before they are looked at */
#define BLOCK 64u  /* of them, for one thread at a time */

/* Rows that are looked at together. */
struct page {
	struct evx_catalog_scanned *rows;
	size_t n;
	struct evx_buf infos;
	bool hit[PAGE];
};

/* While one page is looked at, the next one is read, and once the exhibits are counted. */
struct scan {
	const struct evx_vault_search *s;
	const struct evx_vault *v;
	const struct evx_vault_index *index;
	const struct evx_case_labels *labels;
	struct evx_catalog *c;
	int exhibits; /* their directory */
	struct page pages[2], *now, *next;
	uint8_t after[16]; /* the last row read, when there is one */
	bool any, last;    /* a row was read; no row follows */
	bool counted;
	uint64_t there;
	enum evx_err count_err, read_err;
	struct evx_diag *diag; /* of counting */
	_Atomic uint64_t closed;
	_Atomic bool failed; /* out of memory */
};

static const char *text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

/* *closed: its texts did not open. */
static enum evx_err look_at_texts(const struct scan *scan, const struct evx_catalog_scanned *row,
	const char *filed, struct evx_aead *aead, bool *hit, bool *closed)
{
	struct evx_catalog_info info;
	struct evx_vault_search_texts t = { NULL, NULL, NULL, NULL };
	enum evx_err err;

	/* Nobody with a key has read it yet: its files can tell. */
	if (row->info_len == 0 && !row->exhibit.disposed && evx_vault_index_opens(scan->index)) {
		*hit = true;
		return EVX_OK;
	}
	err = evx_vault_index_open_info(scan->index, aead, row->exhibit.uuid,
		scan->now->infos.data + row->info_at, row->info_len, &info);
	/* Of one that was disposed of, the key files were destroyed. */
	*closed = err == EVX_E_NOT_FOUND && !row->exhibit.disposed;
	if (err != EVX_OK && err != EVX_E_NOT_FOUND)
		return err;
	t.label = evx_vault_index_label(scan->labels, filed, text_or_null(info.case_label));
	t.number = text_or_null(info.exhibit_number);
	t.description = text_or_null(info.description);
	t.place = text_or_null(info.place);
	err = evx_vault_search_texts(scan->s, &t, hit);
	evx_catalog_info_free(&info);
	return err;
}

/* Whether the row, if it is right, is of an exhibit that is looked for. */
static enum evx_err fits(const struct scan *scan, const struct evx_catalog_scanned *row,
	struct evx_aead *aead, bool *hit, bool *closed)
{
	const struct evx_catalog_exhibit *e = &row->exhibit;
	enum evx_vault_search_facts facts;
	char filed[EVX_UUID_CAP] = "", id[EVX_UUID_CAP];

	*hit = *closed = false;
	if (e->filed) {
		evx_uuid_text(e->case_id, id);
		(void)snprintf(filed, sizeof(filed), "%s", evx_case_filed(scan->v, id));
	}
	facts = evx_vault_search_facts(scan->s, e, filed);
	*hit = facts == EVX_FACTS_SUFFICE;
	return facts == EVX_FACTS_LEAVE_TEXTS ? look_at_texts(scan, row, filed, aead, hit, closed) :
						EVX_OK;
}

/* Whether the row is not of the exhibit as it is, so that only its files can tell. */
static bool changed(const struct scan *scan, const struct evx_catalog_exhibit *e)
{
	uint8_t now[32];

	return !evx_vault_glance_stamp_in(scan->exhibits, e->uuid, now) ||
		!evx_vault_glance_fresh(e->stamp, now);
}

static enum evx_err look_at(
	struct scan *scan, const struct evx_catalog_scanned *row, struct evx_aead *aead, bool *hit)
{
	bool closed;
	enum evx_err err;

	*hit = false;
	if (!evx_vault_search_in_time(scan->s, &row->exhibit)) /* when it was sealed never changes
								*/
		return EVX_OK;
	err = fits(scan, row, aead, hit, &closed);
	if (err != EVX_OK || *hit)
		return err;
	*hit = changed(scan, &row->exhibit);
	if (closed && !*hit)
		atomic_fetch_add_explicit(&scan->closed, 1, memory_order_relaxed);
	return EVX_OK;
}

static void look_at_block(struct scan *scan, size_t number)
{
	struct page *page = scan->now;
	struct evx_aead *aead = evx_aead_new();
	const size_t from = number * BLOCK;
	enum evx_err err = aead != NULL ? EVX_OK : EVX_E_MEMORY;

	for (size_t i = from; i < page->n && i - from < BLOCK && err == EVX_OK; i++)
		err = look_at(scan, &page->rows[i], aead, &page->hit[i]);
	evx_aead_free(aead);
	if (err != EVX_OK)
		atomic_store(&scan->failed, true);
}

static void read_next(struct scan *scan)
{
	struct page *page = scan->next;

	page->n = 0;
	if (scan->last)
		return;
	scan->read_err = evx_catalog_scan(scan->c, scan->any ? scan->after : NULL, page->rows, PAGE,
		&page->n, &page->infos, NULL);
	scan->last = scan->read_err != EVX_OK || page->n < PAGE;
	if (page->n > 0)
		memcpy(scan->after, page->rows[page->n - 1].exhibit.uuid, sizeof(scan->after));
	scan->any = scan->any || page->n > 0;
}

static enum evx_err count_one(void *ctx, const char *uuid)
{
	(void)uuid;
	++*(uint64_t *)ctx;
	return EVX_OK;
}

static void count(struct scan *scan)
{
	if (!scan->counted)
		scan->count_err = evx_vault_each_exhibit(
			scan->v, count_one, &scan->there, scan->diag);
	scan->counted = true;
}

/* Of a round: what takes longest is begun first. */
static void work(void *ctx, size_t i)
{
	struct scan *scan = ctx;

	if (i == 0)
		count(scan);
	else if (i == 1)
		read_next(scan);
	else
		look_at_block(scan, i - 2);
}

static int by_time(const void *a, const void *b)
{
	const struct evx_vault_search_hit *x = a, *y = b;

	return x->sealed != y->sealed ? (x->sealed < y->sealed ? -1 : 1) :
					memcmp(x->uuid, y->uuid, 16);
}

static enum evx_err take_hits(
	const struct page *page, struct evx_vault_search_found *found, struct evx_diag *diag)
{
	for (size_t i = 0; i < page->n; i++) {
		struct evx_vault_search_hit *h = page->hit[i] ?
			EVX_ARRAY_ADD(found->hits, found->n) :
			NULL;

		if (!page->hit[i])
			continue;
		if (h == NULL)
			return evx_fail_memory(diag);
		memcpy(h->uuid, page->rows[i].exhibit.uuid, 16);
		h->sealed = page->rows[i].exhibit.sealed;
	}
	return EVX_OK;
}

/* One round for each page. */
static enum evx_err scan_all(struct scan *scan, const struct evx_cancel *cancel,
	struct evx_vault_search_found *found, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	read_next(scan);
	do {
		struct page *was = scan->now;

		scan->now = scan->next;
		scan->next = was;
		if (evx_cancelled(cancel) || scan->read_err == EVX_E_INTERRUPTED)
			return evx_fail(diag, EVX_E_INTERRUPTED, "find: stopped");
		evx_crew(2 + (scan->now->n + BLOCK - 1) / BLOCK, 1, work, scan);
		if (scan->count_err != EVX_OK)
			return scan->count_err;
		if (scan->read_err == EVX_E_MEMORY || atomic_load(&scan->failed))
			return evx_fail_memory(diag);
		found->known += scan->now->n;
		err = take_hits(scan->now, found, diag);
	} while (err == EVX_OK && scan->next->n > 0);
	return err;
}

enum evx_err evx_vault_search_catalog(struct evx_vault_search *s, const struct evx_vault *v,
	struct evx_catalog *c, const struct evx_vault_index *index,
	const struct evx_case_labels *labels, const struct evx_cancel *cancel,
	struct evx_vault_search_found *found, struct evx_diag *diag)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	enum evx_err err = EVX_OK;

	memset(found, 0, sizeof(*found));
	if (scan == NULL)
		return evx_fail_memory(diag);
	scan->s = s;
	scan->v = v;
	scan->c = c;
	scan->index = index;
	scan->labels = labels;
	scan->diag = diag;
	scan->exhibits = -1;
	scan->now = &scan->pages[0];
	scan->next = &scan->pages[1];
	for (size_t i = 0; i < 2; i++)
		if ((scan->pages[i].rows = calloc(PAGE, sizeof(*scan->pages[i].rows))) == NULL)
			err = evx_fail_memory(diag);
	if (err != EVX_OK ||
		(err = evx_place_open(evx_vault_fd(v), "exhibits", &scan->exhibits, diag)) !=
			EVX_OK ||
		(err = scan_all(scan, cancel, found, diag)) != EVX_OK)
		goto out;
	found->there = scan->there;
	found->cut = scan->read_err != EVX_OK;
	found->closed = atomic_load(&scan->closed);
	if (found->n > 1)
		qsort(found->hits, found->n, sizeof(*found->hits), by_time);
out:
	evx_close_quiet(&scan->exhibits);
	for (size_t i = 0; i < 2; i++) {
		free(scan->pages[i].rows);
		evx_buf_free(&scan->pages[i].infos);
	}
	free(scan);
	if (err != EVX_OK) {
		free(found->hits);
		memset(found, 0, sizeof(*found));
	}
	return err;
}
