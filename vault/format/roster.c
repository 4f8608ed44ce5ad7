/* A version of a roster, in memory. */
#include "format/roster.h"

#include "base/array.h"
#include "base/told.h"

#include <stdlib.h>
#include <string.h>

static const char *const reasons[] = { EVX_SAID("retired"), EVX_SAID("lost"),
	EVX_SAID("compromised") };

const char *evx_roster_reason_name(enum evx_roster_reason reason)
{
	return reasons[reason];
}

bool evx_roster_reason_of(const char *name, enum evx_roster_reason *out)
{
	int i;

	for (i = 0; i < 3; i++)
		if (strcmp(reasons[i], name) == 0) {
			*out = (enum evx_roster_reason)i;
			return true;
		}
	return false;
}

void evx_roster_free(struct evx_roster *r)
{
	size_t i, k;

	if (r == NULL)
		return;
	for (i = 0; i < r->nmembers; i++) {
		for (k = 0; k < r->members[i].nkeys; k++)
			free(r->members[i].keys[k].acts_for);
		free(r->members[i].keys);
	}
	free(r->members);
	memset(r, 0, sizeof(*r));
}

static enum evx_err member_of(struct evx_roster *r, const char *agency, const char *country,
	struct evx_roster_member **out)
{
	size_t i;

	for (i = 0; i < r->nmembers; i++)
		if (strcmp(r->members[i].agency, agency) == 0) {
			*out = &r->members[i];
			return EVX_OK;
		}
	*out = EVX_ARRAY_ADD(r->members, r->nmembers);
	if (*out == NULL)
		return EVX_E_MEMORY;
	strncpy((*out)->agency, agency, sizeof(*out)->agency - 1);
	strncpy((*out)->country, country, sizeof(*out)->country - 1);
	return EVX_OK;
}

enum evx_err evx_roster_add_key(struct evx_roster *r, const char *agency, const char *country,
	const struct evx_roster_key *key, struct evx_roster_key **out)
{
	struct evx_roster_member *m;
	struct evx_roster_key *one;
	enum evx_err err = member_of(r, agency, country, &m);

	*out = NULL;
	if (err != EVX_OK)
		return err;
	one = EVX_ARRAY_ADD(m->keys, m->nkeys);
	if (one == NULL)
		return EVX_E_MEMORY;
	*one = *key;
	one->acts_for = NULL;
	if (key->nacts_for > 0) {
		one->acts_for = calloc(key->nacts_for, sizeof(*key->acts_for));
		if (one->acts_for == NULL) {
			m->nkeys--;
			return EVX_E_MEMORY;
		}
		memcpy(one->acts_for, key->acts_for, key->nacts_for * sizeof(*key->acts_for));
	}
	*out = one;
	return EVX_OK;
}

enum evx_err evx_roster_copy(const struct evx_roster *r, struct evx_roster *out)
{
	struct evx_roster copy = *r;
	struct evx_roster_key *added;
	enum evx_err err = EVX_OK;
	size_t i, k;

	copy.members = NULL;
	copy.nmembers = 0;
	for (i = 0; i < r->nmembers; i++)
		for (k = 0; err == EVX_OK && k < r->members[i].nkeys; k++)
			err = evx_roster_add_key(&copy, r->members[i].agency, r->members[i].country,
				&r->members[i].keys[k], &added);
	if (err == EVX_OK)
		*out = copy;
	else
		evx_roster_free(&copy);
	return err;
}

struct evx_roster_key *evx_roster_find(
	const struct evx_roster *r, const char *signing, const struct evx_roster_member **member)
{
	size_t i, k;

	for (i = 0; i < r->nmembers; i++)
		for (k = 0; k < r->members[i].nkeys; k++)
			if (strcmp(r->members[i].keys[k].signing, signing) == 0) {
				if (member != NULL)
					*member = &r->members[i];
				return &r->members[i].keys[k];
			}
	if (member != NULL)
		*member = NULL;
	return NULL;
}
