/* What each type after the seal has of its own, in and out. */
#include <string.h>

#include "format/event_inner.h"
#include "format/text.h"

/* The names that an event's keys have in JSON, in the order in which they are written. EVX_KEY_SEEN
 * and _REWRAP stand for several. */
static const struct {
	unsigned key;
	const char *name;
} names[] = {
	{ EVX_KEY_COUNTERPARTY, "counterparty" },
	{ EVX_KEY_KEEPS, "keeps" },
	{ EVX_KEY_FORMER, "former" },
	{ EVX_KEY_REASON, "reason" },
	{ EVX_KEY_STATE, "state" },
	{ EVX_KEY_REFERS, "refers" },
	{ EVX_KEY_SEEN, "seen_head" },
	{ EVX_KEY_SEEN, "seen_length" },
	{ EVX_KEY_INVENTORIED, "inventoried" },
	{ EVX_KEY_RESULT, "result" },
	{ EVX_KEY_DISCLOSURE, "disclosure" },
	{ EVX_KEY_REWRAP, "readers" },
	{ EVX_KEY_REWRAP, "key_files" },
	{ EVX_KEY_REWRAP, "custody_key" },
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static const char *const tiers[] = { "custody", "content", NULL };
static const char *const disclosure_keys[] = { "uuid", "manifest", "listing_root", NULL };

/* What is being read; the first failure sticks. */
struct reader {
	const struct evx_json *obj;
	struct evx_event *e;
	struct evx_diag *diag;
	unsigned has, may;
	enum evx_err err;
};

/* True when key is to be read: the type has it, or may have it and it is there. */
static bool wanted(const struct reader *r, unsigned key, const char *name)
{
	return r->err == EVX_OK &&
		((r->has & key) != 0 || ((r->may & key) != 0 && evx_json_has(r->obj, name)));
}

static void read_word(
	struct reader *r, unsigned key, const char *name, const char *const *words, unsigned *out)
{
	const char *s;

	*out = 0;
	if (!wanted(r, key, name))
		return;
	r->err = evx_json_str(r->obj, name, false, &s, NULL, r->diag);
	if (r->err == EVX_OK && !evx_event_type_word(words, s, out))
		r->err = evx_fail(r->diag, EVX_E_CORRUPT,
			"event: expected one of the words for %s, found another text", name);
}

static void read_words(struct reader *r)
{
	struct evx_event_fields *f = &r->e->fields;
	unsigned v;

	read_word(r, EVX_KEY_KEEPS, "keeps", evx_event_keepings, &v);
	f->keeps = (enum evx_event_keeps)v;
	read_word(r, EVX_KEY_REASON, "reason", evx_event_reasons, &v);
	f->reason = (enum evx_event_reason)v;
	read_word(r, EVX_KEY_STATE, "state", evx_event_states, &v);
	f->state = (enum evx_event_state)v;
	read_word(r, EVX_KEY_RESULT, "result", evx_event_results, &v);
	f->result = (enum evx_event_result)v;
}

static void read_keys(struct reader *r)
{
	struct evx_event_fields *f = &r->e->fields;

	if (wanted(r, EVX_KEY_COUNTERPARTY, "counterparty"))
		r->err = evx_event_read_ssh_key(r->obj, "counterparty", f->counterparty, r->diag);
	if (wanted(r, EVX_KEY_FORMER, "former"))
		r->err = evx_event_read_ssh_key(r->obj, "former", f->former, r->diag);
}

static void read_references(struct reader *r)
{
	struct evx_event_fields *f = &r->e->fields;
	int64_t length = 0;

	if (wanted(r, EVX_KEY_REFERS, "refers")) {
		f->has_refers = true;
		r->err = evx_json_hex(
			r->obj, "refers", false, f->refers, sizeof(f->refers), NULL, r->diag);
	}
	if (wanted(r, EVX_KEY_SEEN, "seen_head")) {
		if ((r->err = evx_json_hex(r->obj, "seen_head", false, f->seen_head,
			     sizeof(f->seen_head), NULL, r->diag)) != EVX_OK ||
			(r->err = evx_json_int(r->obj, "seen_length", false, &length, r->diag)) !=
				EVX_OK)
			return;
		if (length < 1 || length > EVX_EVENTS_MAX) {
			r->err = evx_fail(r->diag, EVX_E_CORRUPT,
				"event: expected a number of events in seen_length, found another");
			return;
		}
		f->seen_length = (uint32_t)length;
	}
	if (wanted(r, EVX_KEY_INVENTORIED, "inventoried"))
		r->err = evx_json_bool(r->obj, "inventoried", false, &f->inventoried, r->diag);
	/* What closes an inquiry says which. */
	if (wanted(r, EVX_KEY_STATE, "state") && f->has_refers != (f->state == EVX_STATE_CLOSED))
		r->err = evx_fail(r->diag, EVX_E_CORRUPT,
			"event: expected refers in a closed inquiry and not in an open one");
}

/* One tier's key file: its number of readers, and its hash. */
static void read_key_file(struct reader *r, const struct evx_json *readers,
	const struct evx_json *files, const char *tier, uint32_t *count, uint8_t hash[32])
{
	bool content = strcmp(tier, "content") == 0;
	struct evx_member_id id = { .kind = content ? EVX_MEMBER_KEY_CONTENT :
						      EVX_MEMBER_KEY_CUSTODY,
		.event = r->e->sequence };
	char name[EVX_MEMBER_NAME_CAP];
	int64_t n;

	if (r->err != EVX_OK || (r->err = evx_member_name(&id, name)) != EVX_OK ||
		(!evx_json_has(readers, tier) && !evx_json_has(files, name)))
		return;
	if ((r->err = evx_json_int(readers, tier, false, &n, r->diag)) != EVX_OK)
		return;
	if (n < 1 || n > EVX_STANZAS_MAX)
		r->err = evx_fail(r->diag, EVX_E_CORRUPT,
			"event: expected 1 to %u readers of a key file, found another number",
			EVX_STANZAS_MAX);
	else if ((r->err = evx_json_hex(files, name, false, hash, 32, NULL, r->diag)) == EVX_OK)
		*count = (uint32_t)n;
}

static void read_rewrap(struct reader *r)
{
	struct evx_event_fields *f = &r->e->fields;
	const struct evx_json *readers = NULL, *files = NULL;
	struct evx_member_id custody = { .kind = EVX_MEMBER_KEY_CUSTODY, .event = r->e->sequence },
			     content = { .kind = EVX_MEMBER_KEY_CONTENT, .event = r->e->sequence };
	char names_of[2][EVX_MEMBER_NAME_CAP];
	const char *const allowed[] = { names_of[0], names_of[1], NULL };

	if (!wanted(r, EVX_KEY_REWRAP, "readers"))
		return;
	if ((r->err = evx_member_name(&custody, names_of[0])) != EVX_OK ||
		(r->err = evx_member_name(&content, names_of[1])) != EVX_OK ||
		(r->err = evx_json_obj(r->obj, "readers", false, &readers, r->diag)) != EVX_OK ||
		(r->err = evx_json_only(readers, tiers, r->diag)) != EVX_OK ||
		(r->err = evx_json_obj(r->obj, "key_files", false, &files, r->diag)) != EVX_OK ||
		(r->err = evx_json_only(files, allowed, r->diag)) != EVX_OK)
		return;
	read_key_file(r, readers, files, "custody", &f->custody_readers, f->custody_file);
	read_key_file(r, readers, files, "content", &f->content_readers, f->content_file);
	if (r->err != EVX_OK ||
		(evx_json_has(r->obj, "custody_key") &&
			(r->err = evx_event_read_age_key(
				 r->obj, "custody_key", f->custody_key, r->diag)) != EVX_OK))
		return;
	if (f->custody_readers == 0 && (f->content_readers == 0 || f->custody_key[0] != '\0'))
		r->err = evx_fail(r->diag, EVX_E_CORRUPT,
			"event: expected a key file, and one for the custody key with a new "
			"custody key");
	else if (f->custody_readers > 0 && f->content_readers > f->custody_readers)
		r->err = evx_fail(r->diag, EVX_E_CORRUPT,
			"event: expected all content readers among the custody readers");
}

/* The bundle that was given out. */
static void read_disclosure(struct reader *r)
{
	struct evx_event_disclosure *d = &r->e->fields.disclosure;
	const struct evx_json *obj = NULL;
	const char *uuid;
	size_t n;

	if (!wanted(r, EVX_KEY_DISCLOSURE, "disclosure"))
		return;
	if ((r->err = evx_json_obj(r->obj, "disclosure", false, &obj, r->diag)) != EVX_OK ||
		(r->err = evx_json_only(obj, disclosure_keys, r->diag)) != EVX_OK ||
		(r->err = evx_json_str(obj, "uuid", false, &uuid, &n, r->diag)) != EVX_OK ||
		(r->err = evx_json_hex(obj, "manifest", false, d->manifest, 32, NULL, r->diag)) !=
			EVX_OK ||
		(r->err = evx_json_hex(
			 obj, "listing_root", false, d->listing_root, 32, NULL, r->diag)) != EVX_OK)
		return;
	if (!evx_uuid_valid(uuid, n) || strcmp(uuid, r->e->uuid) == 0)
		r->err = evx_fail(r->diag, EVX_E_CORRUPT,
			"event: expected the UUID of another bundle in disclosure, found another "
			"text");
	else
		memcpy(d->uuid, uuid, sizeof(d->uuid));
}

/* Details for named cards only: how many. The parts that go to them are those there are. */
static void read_private(struct reader *r)
{
	int64_t n = 0;

	if (r->err != EVX_OK || !evx_json_has(r->obj, "private"))
		return;
	if ((r->err = evx_json_int(r->obj, "private", false, &n, r->diag)) != EVX_OK)
		return;
	if (n < 1 || n > EVX_STANZAS_MAX)
		r->err = evx_fail(r->diag, EVX_E_CORRUPT,
			"event: expected 1 to %u cards in private, found another number",
			EVX_STANZAS_MAX);
	else if (r->e->nfiles == 0)
		r->err = evx_fail(r->diag, EVX_E_CORRUPT,
			"event: expected private only where there are details, found none");
	else
		r->e->fields.private_stanzas = (uint32_t)n;
}

/* Only details and attachments belong to later events, and attachments are named in details. */
static void check_files(struct reader *r)
{
	struct evx_member_id id;
	size_t i;

	for (i = 0; r->err == EVX_OK && i < r->e->nfiles; i++) {
		r->err = evx_member_parse(r->e->files[i].name, &id, r->diag);
		if (r->err == EVX_OK &&
			(i == 0 ? id.kind != EVX_MEMBER_DETAILS :
				  id.kind != EVX_MEMBER_ATTACH || id.number != i))
			r->err = evx_fail(r->diag, EVX_E_CORRUPT,
				"event: expected details, then attachments numbered from 1, found "
				"%s",
				r->e->files[i].name);
	}
}

enum evx_err evx_event_fields_read(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag)
{
	static const char *const common[EVX_EVENT_NKEYS] = { EVX_EVENT_KEYS };
	const struct evx_event_type *type = evx_event_type_of(e->kind);
	struct reader r = { obj, e, diag, type->has, type->may, EVX_OK };
	const char *allowed[EVX_EVENT_NKEYS + NAMES + 2];
	size_t i, n = 0;

	for (i = 0; i < EVX_EVENT_NKEYS; i++)
		allowed[n++] = common[i];
	allowed[n++] = "private";
	for (i = 0; i < NAMES; i++)
		if (((type->has | type->may) & names[i].key) != 0)
			allowed[n++] = names[i].name;
	allowed[n] = NULL;
	r.err = evx_json_only(obj, allowed, diag);
	read_private(&r);
	read_keys(&r);
	read_words(&r);
	read_references(&r);
	read_disclosure(&r);
	read_rewrap(&r);
	check_files(&r);
	return r.err;
}

static void write_disclosure(struct evx_jw *w, const struct evx_event_disclosure *d)
{
	evx_jw_obj(w, "disclosure");
	evx_jw_str(w, "uuid", d->uuid);
	evx_jw_hex(w, "manifest", d->manifest, sizeof(d->manifest));
	evx_jw_hex(w, "listing_root", d->listing_root, sizeof(d->listing_root));
	evx_jw_close(w);
}

static void write_rewrap(struct evx_jw *w, const struct evx_event *e)
{
	const struct evx_event_fields *f = &e->fields;
	struct evx_member_id id = { .kind = EVX_MEMBER_KEY_CUSTODY, .event = e->sequence };
	char name[EVX_MEMBER_NAME_CAP];

	evx_jw_obj(w, "readers");
	if (f->custody_readers > 0)
		evx_jw_int(w, "custody", f->custody_readers);
	if (f->content_readers > 0)
		evx_jw_int(w, "content", f->content_readers);
	evx_jw_close(w);
	evx_jw_obj(w, "key_files");
	if (f->custody_readers > 0 && evx_member_name(&id, name) == EVX_OK)
		evx_jw_hex(w, name, f->custody_file, sizeof(f->custody_file));
	id.kind = EVX_MEMBER_KEY_CONTENT;
	if (f->content_readers > 0 && evx_member_name(&id, name) == EVX_OK)
		evx_jw_hex(w, name, f->content_file, sizeof(f->content_file));
	evx_jw_close(w);
	evx_jw_opt(w, "custody_key", f->custody_key);
}

/* True for a value of the enum whose words these are. */
static bool has_word(const char *const *words, unsigned v)
{
	unsigned n = 0;

	while (words[n] != NULL)
		n++;
	return v < n;
}

enum evx_err evx_event_fields_write(
	struct evx_jw *w, const struct evx_event *e, struct evx_diag *diag)
{
	const struct evx_event_fields *f = &e->fields;
	const struct evx_event_type *type = evx_event_type_of(e->kind);
	unsigned keys = type->has | type->may;

	if (!has_word(evx_event_keepings, f->keeps) || !has_word(evx_event_reasons, f->reason) ||
		!has_word(evx_event_states, f->state) || !has_word(evx_event_results, f->result))
		return evx_fail(
			diag, EVX_E_USAGE, "event: expected values that have words, found another");
	if (f->private_stanzas > 0)
		evx_jw_int(w, "private", f->private_stanzas);
	if ((keys & EVX_KEY_COUNTERPARTY) != 0)
		evx_jw_opt(w, "counterparty", f->counterparty);
	if ((keys & EVX_KEY_KEEPS) != 0)
		evx_jw_str(w, "keeps", evx_event_keepings[f->keeps]);
	if ((keys & EVX_KEY_FORMER) != 0)
		evx_jw_opt(w, "former", f->former);
	if ((keys & EVX_KEY_REASON) != 0)
		evx_jw_str(w, "reason", evx_event_reasons[f->reason]);
	if ((keys & EVX_KEY_STATE) != 0)
		evx_jw_str(w, "state", evx_event_states[f->state]);
	if ((keys & EVX_KEY_REFERS) != 0 && f->has_refers)
		evx_jw_hex(w, "refers", f->refers, sizeof(f->refers));
	if ((keys & EVX_KEY_SEEN) != 0) {
		evx_jw_hex(w, "seen_head", f->seen_head, sizeof(f->seen_head));
		evx_jw_int(w, "seen_length", f->seen_length);
	}
	if ((keys & EVX_KEY_INVENTORIED) != 0)
		evx_jw_bool(w, "inventoried", f->inventoried);
	if ((keys & EVX_KEY_RESULT) != 0)
		evx_jw_str(w, "result", evx_event_results[f->result]);
	if ((keys & EVX_KEY_DISCLOSURE) != 0 && f->disclosure.uuid[0] != '\0')
		write_disclosure(w, &f->disclosure);
	if ((keys & EVX_KEY_REWRAP) != 0)
		write_rewrap(w, e);
	return EVX_OK;
}
