/* An event's public skeleton, in memory. */
#include "format/event.h"
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#include "format/member.h"

void evx_event_free(struct evx_event *e)
{
	if (e == NULL)
		return;
	free(e->files);
	free(e->stamps);
	evx_policy_free(&e->seal.policy);
	free(e->seal.case_label);
	free(e->seal.exhibit_number);
	memset(e, 0, sizeof(*e));
}

void evx_event_set_kind(struct evx_event *e, enum evx_event_kind kind)
{
	const struct evx_event_type *type = evx_event_type_of(kind);

	memset(e->type, 0, sizeof(e->type));
	if (type != NULL)
		memcpy(e->type, type->name, strlen(type->name));
	e->kind = kind;
	e->known = type != NULL;
}

enum evx_err evx_event_add_file(struct evx_event *e, const char *name, const uint8_t hash[32])
{
	struct evx_manifest_line *line;
	size_t n = strlen(name);

	if (n >= sizeof(line->name))
		return EVX_E_USAGE;
	if ((line = EVX_ARRAY_ADD(e->files, e->nfiles)) == NULL)
		return EVX_E_MEMORY;
	memcpy(line->name, name, n);
	memcpy(line->hash, hash, sizeof(line->hash));
	return EVX_OK;
}

enum evx_err evx_event_set_stamps(struct evx_event *e, const uint8_t (*stamps)[32], size_t n)
{
	uint8_t(*copy)[32] = NULL;

	if (n > EVX_NAMED_STAMPS_MAX)
		return EVX_E_USAGE;
	if (n > 0 && (copy = calloc(n, sizeof(*copy))) == NULL)
		return EVX_E_MEMORY;
	if (n > 0)
		memcpy(copy, stamps, n * sizeof(*copy));
	free(e->stamps);
	e->stamps = copy;
	e->nstamps = n;
	return EVX_OK;
}

bool evx_event_is_seal(const struct evx_event *e)
{
	return e->sequence == 0 && e->kind == EVX_EVENT_SEAL;
}

const uint8_t *evx_event_file_hash(const struct evx_event *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->nfiles; i++)
		if (strcmp(e->files[i].name, name) == 0)
			return e->files[i].hash;
	return NULL;
}

const uint8_t *evx_event_key_file_hash(const struct evx_event *e, const char *name)
{
	struct evx_member_id id;

	if (evx_member_parse(name, &id, NULL) != EVX_OK || id.event != e->sequence)
		return NULL;
	if (id.kind == EVX_MEMBER_KEY_CUSTODY && e->fields.custody_readers > 0)
		return e->fields.custody_file;
	if (id.kind == EVX_MEMBER_KEY_CONTENT && e->fields.content_readers > 0)
		return e->fields.content_file;
	return NULL;
}

const char *evx_event_custody_key(const struct evx_event *e)
{
	if (evx_event_is_seal(e))
		return e->seal.custody_key;
	return e->fields.custody_key[0] != '\0' ? e->fields.custody_key : NULL;
}
