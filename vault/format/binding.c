/* The first keys of every encrypted part: for which event it was made. */
#include "format/binding.h"

#include <string.h>

#include "base/hash_equal.h"
#include "format/key_text.h"

struct evx_binding evx_binding_of(const struct evx_event *e)
{
	struct evx_binding b = { 0 };

	memcpy(b.uuid, e->uuid, sizeof(b.uuid));
	b.sequence = e->sequence;
	memcpy(b.previous, e->previous, sizeof(b.previous));
	memcpy(b.author, e->signers[0], sizeof(b.author));
	return b;
}

bool evx_binding_equal(const struct evx_binding *a, const struct evx_binding *b)
{
	return strcmp(a->uuid, b->uuid) == 0 && a->sequence == b->sequence &&
		evx_hash_equal(a->previous, b->previous) && strcmp(a->author, b->author) == 0;
}

void evx_binding_write(struct evx_jw *w, const char *format, const struct evx_binding *b)
{
	evx_jw_str(w, "format", format);
	evx_jw_str(w, "uuid", b->uuid);
	evx_jw_int(w, "sequence", b->sequence);
	if (b->sequence > 0)
		evx_jw_hex(w, "previous", b->previous, sizeof(b->previous));
	evx_jw_str(w, "author", b->author);
}

static enum evx_err check_format(const char *found, const char *want, struct evx_diag *diag)
{
	size_t stem = (size_t)(strchr(want, '/') - want) + 1;

	if (strcmp(found, want) == 0)
		return EVX_OK;
	return evx_fail(diag, strncmp(found, want, stem) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
		"encrypted part: expected format %s, found another", want);
}

enum evx_err evx_binding_read(const struct evx_json *obj, const char *format,
	struct evx_binding *out, struct evx_diag *diag)
{
	const char *s;
	size_t n;
	int64_t sequence;
	bool has_previous;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_json_str(obj, "format", false, &s, NULL, diag)) != EVX_OK ||
		(err = check_format(s, format, diag)) != EVX_OK ||
		(err = evx_json_str(obj, "uuid", false, &s, &n, diag)) != EVX_OK)
		return err;
	if (!evx_uuid_valid(s, n))
		return evx_fail(
			diag, EVX_E_CORRUPT, "binding: expected a UUID, found another text");
	memcpy(out->uuid, s, n + 1);
	if ((err = evx_json_int(obj, "sequence", false, &sequence, diag)) != EVX_OK)
		return err;
	if (sequence < 0 || sequence >= EVX_EVENTS_MAX)
		return evx_fail(diag, EVX_E_CORRUPT,
			"binding: expected the number of an event in sequence, found another");
	out->sequence = (uint32_t)sequence;
	if ((err = evx_json_hex(obj, "previous", true, out->previous, sizeof(out->previous),
		     &has_previous, diag)) != EVX_OK)
		return err;
	if (has_previous != (sequence > 0))
		return evx_fail(diag, EVX_E_CORRUPT,
			"binding: expected the event before in every part but those of a seal");
	if ((err = evx_json_str(obj, "author", false, &s, &n, diag)) != EVX_OK)
		return err;
	if (!evx_key_text_signing(s, n))
		return evx_fail(diag, EVX_E_CORRUPT,
			"binding: expected a public signing key in author, found another text");
	memcpy(out->author, s, n + 1);
	return EVX_OK;
}
