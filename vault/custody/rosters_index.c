/* Keys and agencies of all rosters, found by their texts. */
#include <stdlib.h>
#include <string.h>

#include "custody/key_order.h"
#include "custody/rosters.h"

static int by_key(const void *a, const void *b)
{
	const struct evx_rosters_key *x = a, *y = b;
	const int order = evx_key_order(x->key->signing, y->key->signing);

	if (order != 0)
		return order;
	return x->roster < y->roster ? -1 : x->roster > y->roster;
}

static int compare_agency(
	const struct evx_rosters_speaker *s, const char *agency, const char *country)
{
	const int order = evx_key_order(s->agency, agency);

	return order != 0 ? order : strcmp(s->country, country);
}

static int by_agency(const void *a, const void *b)
{
	const struct evx_rosters_speaker *x = a, *y = b;
	const int order = compare_agency(x, y->agency, y->country);

	if (order != 0)
		return order;
	return x->roster < y->roster ? -1 : x->roster > y->roster;
}

/* Lists roster number i. */
static void list(struct evx_rosters *r, size_t i)
{
	const struct evx_roster *roster = &r->at[i].newest;
	const struct evx_roster_scope *scope = &r->scopes[i];

	for (size_t m = 0; m < roster->nmembers; m++) {
		const struct evx_roster_member *member = &roster->members[m];

		for (size_t k = 0; k < member->nkeys; k++)
			r->keys[r->nkeys++] = (struct evx_rosters_key){
				.member = member, .key = &member->keys[k], .roster = i
			};
		if (!scope->stated)
			r->speakers[r->nspeakers++] = (struct evx_rosters_speaker){ member->agency,
				member->country, i };
	}
	for (size_t k = 0; scope->stated && k < scope->n; k++)
		r->speakers[r->nspeakers++] = (struct evx_rosters_speaker){ scope->at[k].agency,
			scope->at[k].country, i };
}

enum evx_err evx_rosters_index(struct evx_rosters *r)
{
	size_t keys = 0, speakers = 0;

	free(r->keys);
	free(r->speakers);
	r->nkeys = r->nspeakers = 0;
	for (size_t i = 0; i < r->n; i++) {
		const struct evx_roster *roster = &r->at[i].newest;

		for (size_t m = 0; m < roster->nmembers; m++)
			keys += roster->members[m].nkeys;
		speakers += r->scopes[i].stated ? r->scopes[i].n : roster->nmembers;
	}
	r->keys = calloc(keys + 1, sizeof(*r->keys));
	r->speakers = calloc(speakers + 1, sizeof(*r->speakers));
	if (r->keys == NULL || r->speakers == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < r->n; i++)
		list(r, i);
	qsort(r->keys, r->nkeys, sizeof(*r->keys), by_key);
	qsort(r->speakers, r->nspeakers, sizeof(*r->speakers), by_agency);
	return EVX_OK;
}

const struct evx_rosters_key *evx_rosters_keys(
	const struct evx_rosters *r, const char *signing, size_t *n)
{
	size_t low = 0, high = r == NULL ? 0 : r->nkeys;

	*n = 0;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (evx_key_order(r->keys[middle].key->signing, signing) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (r != NULL && low + *n < r->nkeys &&
		evx_key_order(r->keys[low + *n].key->signing, signing) == 0)
		++*n;
	return *n == 0 ? NULL : r->keys + low;
}

bool evx_rosters_others_speak(
	const struct evx_rosters *r, size_t roster, const struct evx_roster_member *m)
{
	size_t low = 0, high = r->nspeakers;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare_agency(&r->speakers[middle], m->agency, m->country) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < r->nspeakers && compare_agency(&r->speakers[low], m->agency, m->country) == 0;
		low++)
		if (r->speakers[low].roster != roster)
			return true;
	return false;
}
