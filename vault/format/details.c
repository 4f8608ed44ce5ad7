/* What people need to know of an event, in memory. */
#include "base/array.h"
#include "format/details_inner.h"

#include <stdlib.h>
#include <string.h>

static void free_pairs(struct evx_pairs *pairs)
{
	size_t i;

	for (i = 0; i < pairs->n; i++) {
		free(pairs->at[i].key);
		free(pairs->at[i].value);
	}
	free(pairs->at);
}

static void free_person(struct evx_details_person *p)
{
	free(p->person);
	free(p->title);
	free(p->organisation);
	free(p->country);
	free(p->role);
	free(p->signing);
	free(p->encryption);
}

static void free_people(struct evx_details_people *people)
{
	size_t i;

	for (i = 0; i < people->n; i++)
		free_person(&people->at[i]);
	free(people->at);
}

static void free_cases(struct evx_cases *cases)
{
	size_t i;

	for (i = 0; i < cases->n; i++) {
		free(cases->at[i].path);
		free(cases->at[i].what);
		free(cases->at[i].algorithm);
		free(cases->at[i].expected);
		free(cases->at[i].found);
	}
	free(cases->at);
}

static void free_sources(struct evx_details *d)
{
	size_t i;

	for (i = 0; i < d->sources.n; i++) {
		free(d->sources.at[i].name);
		free(d->sources.at[i].path);
		free(d->sources.at[i].model);
		free(d->sources.at[i].serial);
	}
	free(d->sources.at);
	for (i = 0; i < d->attachments.n; i++)
		free(d->attachments.at[i].name);
	free(d->attachments.at);
}

void evx_details_free(struct evx_details *d)
{
	if (d == NULL)
		return;
	free(d->case_label);
	free(d->exhibit_number);
	free(d->place);
	free(d->purpose);
	free(d->description);
	free(d->authority);
	free(d->seal_number);
	free(d->handling);
	free(d->scope);
	free(d->seized_at);
	free(d->seized_from);
	free(d->seized_by);
	free(d->clock.utc_offset);
	free(d->clock.offset_seconds);
	free(d->clock.source);
	free(d->replaces);
	free(d->resumed);
	free(d->tool.name);
	free(d->tool.version);
	free(d->tool.libraries);
	free(d->tool.system);
	free(d->tool.options);
	free(d->expected_hashes.file);
	free(d->notes);
	free_person(&d->actor);
	free_person(&d->counterparty);
	evx_details_free_event(d);
	free_pairs(&d->device);
	free_pairs(&d->custom);
	free_people(&d->witnesses);
	free_people(&d->readers);
	free_sources(d);
	free_cases(&d->completeness.first);
	free_cases(&d->reread.differences);
	free_cases(&d->expected_hashes.first);
	memset(d, 0, sizeof(*d));
}

enum evx_err evx_details_set(char **slot, const char *s)
{
	char *copy = NULL;

	if (s != NULL && *s != '\0') {
		if (strlen(s) > EVX_DETAILS_TEXT_MAX)
			return EVX_E_LIMIT;
		copy = strdup(s);
		if (copy == NULL)
			return EVX_E_MEMORY;
	}
	free(*slot);
	*slot = copy;
	return EVX_OK;
}

enum evx_err evx_details_set_pair(struct evx_pairs *pairs, const char *key, const char *value)
{
	struct evx_pair *one;
	size_t i;
	enum evx_err err;

	if (key == NULL || *key == '\0')
		return EVX_E_USAGE;
	for (i = 0; i < pairs->n; i++)
		if (strcmp(pairs->at[i].key, key) == 0)
			return evx_details_set(&pairs->at[i].value, value);
	one = EVX_ARRAY_ADD(pairs->at, pairs->n);
	if (one == NULL)
		return EVX_E_MEMORY;
	err = evx_details_set(&one->key, key);
	if (err == EVX_OK)
		err = evx_details_set(&one->value, value);
	if (err != EVX_OK) {
		free(one->key);
		pairs->n--;
	}
	return err;
}

enum evx_err evx_details_add_person(
	struct evx_details_people *people, struct evx_details_person **out)
{
	*out = NULL;
	if (people->n >= EVX_STANZAS_MAX)
		return EVX_E_LIMIT;
	*out = EVX_ARRAY_ADD(people->at, people->n);
	return *out != NULL ? EVX_OK : EVX_E_MEMORY;
}

enum evx_err evx_details_add_source(struct evx_details *d, struct evx_source_details **out)
{
	*out = NULL;
	if (d->sources.n >= EVX_SOURCES_MAX)
		return EVX_E_LIMIT;
	*out = EVX_ARRAY_ADD(d->sources.at, d->sources.n);
	return *out != NULL ? EVX_OK : EVX_E_MEMORY;
}

enum evx_err evx_details_add_attachment(struct evx_details *d, struct evx_attachment **out)
{
	*out = NULL;
	if (d->attachments.n >= EVX_ATTACHMENTS_MAX)
		return EVX_E_LIMIT;
	*out = EVX_ARRAY_ADD(d->attachments.at, d->attachments.n);
	return *out != NULL ? EVX_OK : EVX_E_MEMORY;
}

/* A place in the list for a case of so many bytes; *out is NULL when there is no room. */
static enum evx_err case_place(struct evx_cases *cases, size_t bytes, struct evx_case **out)
{
	*out = NULL;
	if (cases->n >= EVX_CASES_MAX || bytes > EVX_CASES_BYTES_MAX - cases->bytes)
		return EVX_OK;
	*out = EVX_ARRAY_ADD(cases->at, cases->n);
	if (*out == NULL)
		return EVX_E_MEMORY;
	cases->bytes += bytes;
	return EVX_OK;
}

enum evx_err evx_details_add_case(struct evx_cases *cases, const void *path, size_t n,
	const char *what, const char *algorithm, const char *expected, const char *found)
{
	const char *const from[] = { what, algorithm, expected, found };
	struct evx_case *c;
	size_t i, bytes = n;
	enum evx_err err;

	for (i = 0; i < 4; i++)
		bytes += from[i] != NULL ? strlen(from[i]) : 0;
	err = case_place(cases, bytes, &c);
	if (err != EVX_OK || c == NULL)
		return err;
	c->path = strndup(path, n);
	if (c->path == NULL || evx_details_set(&c->what, what) != EVX_OK ||
		evx_details_set(&c->algorithm, algorithm) != EVX_OK ||
		evx_details_set(&c->expected, expected) != EVX_OK ||
		evx_details_set(&c->found, found) != EVX_OK)
		return EVX_E_MEMORY;
	return EVX_OK;
}

bool evx_completeness_is_complete(const struct evx_completeness *c)
{
	return c->unreadable_files == 0 && c->unreadable_directories == 0 &&
		c->unreadable_bytes == 0 && c->changed == 0 && c->not_crossed == 0;
}
