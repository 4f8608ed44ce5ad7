/* An event's record: hashes and names. */
#include "format/record.h"

#include <string.h>

static bool is_event_file(const char *name)
{
	struct evx_member_id id;

	if (evx_member_parse(name, &id, NULL) != EVX_OK)
		return false;
	return evx_member_of_event(&id) && id.kind != EVX_MEMBER_RECORD &&
		id.kind != EVX_MEMBER_TSR;
}

enum evx_err evx_record_encode(const struct evx_manifest_line *lines, size_t n, struct evx_buf *out)
{
	enum evx_err err;
	size_t i;

	if (n == 0)
		return EVX_E_USAGE;
	for (i = 0; i < n; i++)
		if (!is_event_file(lines[i].name))
			return EVX_E_USAGE;
	for (i = 0; i < n; i++)
		if ((err = evx_manifest_add(out, lines[i].hash, lines[i].name)) != EVX_OK)
			return err;
	return EVX_OK;
}

static enum evx_err add_line(struct evx_buf *out, const struct evx_event *e,
	enum evx_member_kind kind, unsigned number, const uint8_t hash[32])
{
	struct evx_member_id id = { .kind = kind, .event = e->sequence, .number = number };
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err;

	if (kind == EVX_MEMBER_JSON || kind == EVX_MEMBER_SIG)
		memcpy(id.type, e->type, sizeof(id.type));
	err = evx_member_name(&id, name);
	return err == EVX_OK ? evx_manifest_add(out, hash, name) : err;
}

enum evx_err evx_record_make(const struct evx_event *e, const uint8_t json[32],
	const uint8_t (*sigs)[32], size_t nsigs, struct evx_buf *out)
{
	const struct evx_event_fields *f = &e->fields;
	enum evx_err err = add_line(out, e, EVX_MEMBER_JSON, 0, json);
	size_t i;

	if (err != EVX_OK)
		return err;
	for (i = 0; i < nsigs; i++)
		if ((err = add_line(out, e, EVX_MEMBER_SIG, (unsigned)(i + 1), sigs[i])) != EVX_OK)
			return err;
	if (e->nfiles > 0 && (err = evx_record_encode(e->files, e->nfiles, out)) != EVX_OK)
		return err;
	if (f->custody_readers > 0 &&
		(err = add_line(out, e, EVX_MEMBER_KEY_CUSTODY, 0, f->custody_file)) != EVX_OK)
		return err;
	if (f->content_readers > 0)
		err = add_line(out, e, EVX_MEMBER_KEY_CONTENT, 0, f->content_file);
	return err;
}
