/* What is looked for in a vault, compared with what is known of an exhibit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/contains.h"
#include "base/hash_equal.h"
#include "find/vault_glance.h"
#include "find/vault_search_inner.h"
#include "format/text.h"

#define PREFIX_MIN 4u /* characters of a UUID or seal code */

/* ---- What is looked for */

static enum evx_err add_person(
	struct evx_vault_search *s, const struct evx_card *card, struct evx_diag *diag)
{
	struct evx_vault_search_person *p = &s->people[s->n];
	enum evx_err err = EVX_OK;

	if (evx_vault_glance_signer(card->signing, p->key, NULL) != EVX_OK)
		return EVX_OK;
	p->card = s->n;
	p->name = card->person;
	p->has_text = p->has_by = false;
	if (s->text != NULL)
		err = evx_contains_in(s->text, card->person, &p->has_text);
	if (err == EVX_OK && s->by != NULL)
		err = evx_contains_in(s->by, card->person, &p->has_by);
	s->n++;
	return err == EVX_OK ? EVX_OK : evx_fail_memory(diag);
}

static int by_key(const void *a, const void *b)
{
	const struct evx_vault_search_person *x = a, *y = b;
	const int order = evx_hash_order(x->key, y->key);

	return order != 0 ? order : (x->card > y->card) - (x->card < y->card);
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
	qsort(s->people, s->n, sizeof(*s->people), by_key);
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

static const struct evx_vault_search_person *person_of(
	const struct evx_vault_search *s, const uint8_t key[32])
{
	size_t low = 0, high = s->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (evx_hash_order(s->people[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->n && evx_hash_equal(s->people[low].key, key) ? &s->people[low] : NULL;
}

const char *evx_vault_search_person(const struct evx_vault_search *s, const uint8_t key[32])
{
	const struct evx_vault_search_person *p = person_of(s, key);

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
	const struct evx_vault_search_person *signer = person_of(s, e->signer),
					     *holder = person_of(s, e->holder);

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
	const struct evx_vault_search_person *signer = person_of(s, e->signer),
					     *holder = person_of(s, e->holder);
	char uuid[EVX_UUID_CAP], code[40];

	evx_uuid_text(e->uuid, uuid);
	if ((signer != NULL && signer->has_text) || (holder != NULL && holder->has_text) ||
		begins_with(uuid, s->text_typed))
		return true;
	evx_seal_code(e->seal, code);
	return begins_with(code, s->text_typed) || is_fingerprint(s->text_typed, e->signer) ||
		is_fingerprint(s->text_typed, e->holder);
}

enum evx_vault_search_facts evx_vault_search_facts(
	const struct evx_vault_search *s, const struct evx_catalog_exhibit *e, const char *case_id)
{
	if ((s->in_case[0] != '\0' && strcmp(s->in_case, case_id) != 0) ||
		(s->by != NULL && !is_by(s, e)))
		return EVX_FACTS_DENY;
	return s->text == NULL || names_it(s, e) ? EVX_FACTS_SUFFICE : EVX_FACTS_LEAVE_TEXTS;
}

bool evx_vault_search_in_time(const struct evx_vault_search *s, const struct evx_catalog_exhibit *e)
{
	return s->since == 0 || e->sealed >= s->since;
}

enum evx_err evx_vault_search_texts(
	const struct evx_vault_search *s, const struct evx_vault_search_texts *t, bool *is)
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

enum evx_err evx_vault_search_has(const struct evx_vault_search *s,
	const struct evx_catalog_exhibit *e, const struct evx_vault_exhibit_info *info, bool *is,
	struct evx_diag *diag)
{
	const struct evx_vault_search_texts t = { info->case_label, info->exhibit_number,
		info->description, info->place };
	const enum evx_vault_search_facts facts = evx_vault_search_in_time(s, e) ?
		evx_vault_search_facts(s, e, info->case_id) :
		EVX_FACTS_DENY;

	*is = facts == EVX_FACTS_SUFFICE;
	if (facts != EVX_FACTS_LEAVE_TEXTS)
		return EVX_OK;
	return evx_vault_search_texts(s, &t, is) == EVX_OK ? EVX_OK : evx_fail_memory(diag);
}
