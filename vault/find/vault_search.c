/* Searching a vault: texts, persons and times compared with what the catalog says, by all
 * processors, and then with what the exhibits say. */
#include "find/vault_search.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/contains.h"
#include "base/crew.h"
#include "base/hash_equal.h"
#include "crypto/aead.h"
#include "find/vault_glance.h"
#include "format/text.h"

#define PAGE 8192u    /* rows that are read before they are looked at */
#define BLOCK 256u    /* of them, for one thread at a time */
#define PREFIX_MIN 4u /* characters of a UUID or seal code */

struct person {
	uint8_t key[32];
	const char *name;
	bool has_text, has_by; /* the name has what is looked for */
};

struct evx_vault_search {
	struct evx_contains *text, *by; /* NULL: not asked for */
	const char *text_typed, *by_typed;
	int64_t since;
	char in_case[EVX_UUID_CAP];
	struct person *people;
	size_t n;
};

/* ---- What is looked for */

static enum evx_err add_person(
	struct evx_vault_search *s, const struct evx_card *card, struct evx_diag *diag)
{
	struct person *p = &s->people[s->n];
	enum evx_err err = EVX_OK;

	if (evx_vault_glance_signer(card->signing, p->key, NULL) != EVX_OK)
		return EVX_OK;
	p->name = card->person;
	p->has_text = p->has_by = false;
	if (s->text != NULL)
		err = evx_contains_in(s->text, card->person, &p->has_text);
	if (err == EVX_OK && s->by != NULL)
		err = evx_contains_in(s->by, card->person, &p->has_by);
	s->n++;
	return err == EVX_OK ? EVX_OK : evx_fail_memory(diag);
}

enum evx_err evx_vault_search_new(const struct evx_vault_exhibits_options *opt, const char *in_case,
	const struct evx_cards *cards, struct evx_vault_search **out, struct evx_diag *diag)
{
	struct evx_vault_search *s = calloc(1, sizeof(*s));
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (s == NULL)
		return evx_fail_memory(diag);
	s->text_typed = opt->text;
	s->by_typed = opt->by;
	s->since = opt->since;
	(void)snprintf(s->in_case, sizeof(s->in_case), "%s", in_case);
	if (opt->text != NULL)
		err = evx_contains_new(opt->text, &s->text, diag);
	if (err == EVX_OK && opt->by != NULL)
		err = evx_contains_new(opt->by, &s->by, diag);
	if (err == EVX_OK && (s->people = calloc(cards->n + 1, sizeof(*s->people))) == NULL)
		err = evx_fail_memory(diag);
	for (size_t i = 0; i < cards->n && err == EVX_OK; i++)
		err = add_person(s, &cards->at[i], diag);
	if (err != EVX_OK) {
		evx_vault_search_free(s);
		return err;
	}
	*out = s;
	return EVX_OK;
}

void evx_vault_search_free(struct evx_vault_search *s)
{
	if (s == NULL)
		return;
	evx_contains_free(s->text);
	evx_contains_free(s->by);
	free(s->people);
	free(s);
}

static const struct person *person_of(const struct evx_vault_search *s, const uint8_t key[32])
{
	for (size_t i = 0; i < s->n; i++)
		if (evx_hash_equal(s->people[i].key, key))
			return &s->people[i];
	return NULL;
}

const char *evx_vault_search_person(const struct evx_vault_search *s, const uint8_t key[32])
{
	const struct person *p = person_of(s, key);

	return p != NULL ? p->name : NULL;
}

/* ---- One exhibit */

/* Whether what was typed is the fingerprint of the key with this hash: SHA256:… */
static bool is_fingerprint(const char *typed, const uint8_t key[32])
{
	struct evx_buf text = EVX_BUF_INIT;
	bool same = strncmp(typed, "SHA256:", 7) == 0 &&
		evx_base64_encode(key, 32, false, &text) == EVX_OK &&
		evx_buf_cstr(&text) == EVX_OK && strcmp(typed + 7, (const char *)text.data) == 0;

	evx_buf_free(&text);
	return same;
}

static bool is_by(const struct evx_vault_search *s, const struct evx_catalog_exhibit *e)
{
	const struct person *signer = person_of(s, e->signer), *holder = person_of(s, e->holder);

	return (signer != NULL && signer->has_by) || (holder != NULL && holder->has_by) ||
		is_fingerprint(s->by_typed, e->signer) || is_fingerprint(s->by_typed, e->holder);
}

static bool begins_with(const char *text, const char *typed)
{
	const size_t n = strlen(typed);

	return n >= PREFIX_MIN && strncasecmp(text, typed, n) == 0;
}

/* Persons and numbers, which stand in every row. */
static bool names_it(const struct evx_vault_search *s, const struct evx_catalog_exhibit *e)
{
	const struct person *signer = person_of(s, e->signer), *holder = person_of(s, e->holder);
	char uuid[EVX_UUID_CAP], code[40];

	evx_uuid_text(e->uuid, uuid);
	if ((signer != NULL && signer->has_text) || (holder != NULL && holder->has_text) ||
		begins_with(uuid, s->text_typed))
		return true;
	evx_seal_code(e->seal, code);
	return begins_with(code, s->text_typed) || is_fingerprint(s->text_typed, e->signer) ||
		is_fingerprint(s->text_typed, e->holder);
}

/* The texts of an exhibit. label: what its case is called. */
struct texts {
	const char *label, *number, *description, *place;
};

static enum evx_err says_it(const struct evx_vault_search *s, const struct texts *t, bool *is)
{
	const char *const all[] = { t->label, t->number, t->description, t->place };
	char both[2 * EVX_CATALOG_TEXT_MAX + 2];
	enum evx_err err = EVX_OK;

	*is = false;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && err == EVX_OK && !*is; i++)
		err = evx_contains_in(s->text, all[i], is);
	if (err != EVX_OK || *is || t->label == NULL || t->number == NULL)
		return err;
	(void)snprintf(both, sizeof(both), "%s/%s", t->label, t->number);
	return evx_contains_in(s->text, both, is);
}

static bool in_time(const struct evx_vault_search *s, const struct evx_catalog_exhibit *e)
{
	return s->since == 0 || e->sealed >= s->since;
}

enum evx_err evx_vault_search_has(const struct evx_vault_search *s,
	const struct evx_catalog_exhibit *e, const struct evx_vault_exhibit_info *info, bool *is,
	struct evx_diag *diag)
{
	const struct texts t = { info->case_label, info->exhibit_number, info->description,
		info->place };

	*is = in_time(s, e) && (s->in_case[0] == '\0' || strcmp(s->in_case, info->case_id) == 0) &&
		(s->by == NULL || is_by(s, e));
	if (!*is || s->text == NULL || names_it(s, e))
		return EVX_OK;
	return says_it(s, &t, is) == EVX_OK ? EVX_OK : evx_fail_memory(diag);
}

/* ---- The catalog */

struct scan {
	const struct evx_vault_search *s;
	const struct evx_vault *v;
	const struct evx_vault_index *index;
	const struct evx_case_labels *labels;
	struct evx_catalog_scanned *rows;
	size_t n;
	struct evx_buf infos;
	bool hit[PAGE];
	_Atomic uint64_t closed;
	_Atomic bool failed; /* out of memory */
};

static const char *text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

static enum evx_err look_at_texts(struct scan *scan, const struct evx_catalog_scanned *row,
	const char *filed, struct evx_aead *aead, bool *hit)
{
	struct evx_catalog_info info;
	struct texts t = { NULL, NULL, NULL, NULL };
	enum evx_err err;

	/* Nobody with a key has read it yet: its files can tell. */
	if (row->info_len == 0 && !row->exhibit.disposed && evx_vault_index_opens(scan->index)) {
		*hit = true;
		return EVX_OK;
	}
	err = evx_vault_index_open_info(scan->index, aead, row->exhibit.uuid,
		scan->infos.data + row->info_at, row->info_len, &info);

	/* Of one that was disposed of, the key files were destroyed. */
	if (err == EVX_E_NOT_FOUND && !row->exhibit.disposed)
		atomic_fetch_add_explicit(&scan->closed, 1, memory_order_relaxed);
	if (err != EVX_OK && err != EVX_E_NOT_FOUND)
		return err;
	t.label = evx_vault_index_label(scan->labels, filed, text_or_null(info.case_label));
	t.number = text_or_null(info.exhibit_number);
	t.description = text_or_null(info.description);
	t.place = text_or_null(info.place);
	err = says_it(scan->s, &t, hit);
	evx_catalog_info_free(&info);
	return err;
}

/* Whether the row is not of the exhibit as it is, so that only its files can tell. */
static bool changed(const struct evx_vault *v, const struct evx_catalog_exhibit *e)
{
	char uuid[EVX_UUID_CAP];
	uint8_t now[32];

	evx_uuid_text(e->uuid, uuid);
	return !evx_vault_glance_stamp(v, uuid, now) || !evx_vault_glance_fresh(e->stamp, now);
}

static enum evx_err look_at(
	struct scan *scan, const struct evx_catalog_scanned *row, struct evx_aead *aead, bool *hit)
{
	const struct evx_vault_search *s = scan->s;
	const struct evx_catalog_exhibit *e = &row->exhibit;
	char filed[EVX_UUID_CAP] = "", id[EVX_UUID_CAP];

	*hit = false;
	if (!in_time(s, e)) /* when it was sealed never changes */
		return EVX_OK;
	*hit = changed(scan->v, e);
	if (*hit)
		return EVX_OK;
	if (e->filed) {
		evx_uuid_text(e->case_id, id);
		(void)snprintf(filed, sizeof(filed), "%s", evx_case_filed(scan->v, id));
	}
	if ((s->in_case[0] != '\0' && strcmp(s->in_case, filed) != 0) ||
		(s->by != NULL && !is_by(s, e)))
		return EVX_OK;
	*hit = s->text == NULL || names_it(s, e);
	return *hit ? EVX_OK : look_at_texts(scan, row, filed, aead, hit);
}

static void look_at_block(void *ctx, size_t number)
{
	struct scan *scan = ctx;
	struct evx_aead *aead = evx_aead_new();
	const size_t from = number * BLOCK;
	enum evx_err err = aead != NULL ? EVX_OK : EVX_E_MEMORY;

	for (size_t i = from; i < scan->n && i - from < BLOCK && err == EVX_OK; i++)
		err = look_at(scan, &scan->rows[i], aead, &scan->hit[i]);
	evx_aead_free(aead);
	if (err != EVX_OK)
		atomic_store(&scan->failed, true);
}

static int by_time(const void *a, const void *b)
{
	const struct evx_vault_search_hit *x = a, *y = b;

	return x->sealed != y->sealed ? (x->sealed < y->sealed ? -1 : 1) :
					memcmp(x->uuid, y->uuid, 16);
}

static enum evx_err take_page(
	struct scan *scan, struct evx_vault_search_hit **hits, size_t *n, struct evx_diag *diag)
{
	evx_crew((scan->n + BLOCK - 1) / BLOCK, 1, look_at_block, scan);
	if (atomic_load(&scan->failed))
		return evx_fail_memory(diag);
	for (size_t i = 0; i < scan->n; i++) {
		struct evx_vault_search_hit *h = scan->hit[i] ? EVX_ARRAY_ADD(*hits, *n) : NULL;

		if (!scan->hit[i])
			continue;
		if (h == NULL)
			return evx_fail_memory(diag);
		memcpy(h->uuid, scan->rows[i].exhibit.uuid, 16);
		h->sealed = scan->rows[i].exhibit.sealed;
	}
	return EVX_OK;
}

enum evx_err evx_vault_search_catalog(struct evx_vault_search *s, const struct evx_vault *v,
	struct evx_catalog *c, const struct evx_vault_index *index,
	const struct evx_case_labels *labels, const struct evx_cancel *cancel,
	struct evx_vault_search_hit **hits, size_t *n, uint64_t *closed, struct evx_diag *diag)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	uint8_t after[16];
	bool any = false;
	enum evx_err err = EVX_OK;

	*hits = NULL;
	*n = 0;
	*closed = 0;
	if (scan == NULL || (scan->rows = calloc(PAGE, sizeof(*scan->rows))) == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	scan->s = s;
	scan->v = v;
	scan->index = index;
	scan->labels = labels;
	do {
		if (evx_cancelled(cancel))
			err = evx_fail(diag, EVX_E_INTERRUPTED, "find: stopped");
		if (err != EVX_OK ||
			evx_catalog_scan(c, any ? after : NULL, scan->rows, PAGE, &scan->n,
				&scan->infos, NULL) != EVX_OK)
			break;
		err = take_page(scan, hits, n, diag);
		if (scan->n > 0)
			memcpy(after, scan->rows[scan->n - 1].exhibit.uuid, sizeof(after));
		any = true;
	} while (err == EVX_OK && scan->n == PAGE);
	*closed = atomic_load(&scan->closed);
	if (*n > 1)
		qsort(*hits, *n, sizeof(**hits), by_time);
out:
	if (scan != NULL) {
		free(scan->rows);
		evx_buf_free(&scan->infos);
	}
	free(scan);
	if (err != EVX_OK) {
		free(*hits);
		*hits = NULL;
		*n = 0;
	}
	return err;
}
