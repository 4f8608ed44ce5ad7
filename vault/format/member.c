/* Names that stand in a bundle, taken apart and put together. */
#include "format/member.h"

#include <stdio.h>
#include <string.h>

#include "format/text.h"

static const struct {
	enum evx_member_kind kind;
	const char *name;
} fixed[] = {
	{ EVX_MEMBER_BAGIT, "bagit.txt" },
	{ EVX_MEMBER_README, "README.txt" },
	{ EVX_MEMBER_MANIFEST, "manifest-sha256.txt" },
	{ EVX_MEMBER_BAG_INFO, "bag-info.txt" },
	{ EVX_MEMBER_TAGMANIFEST, "tagmanifest-sha256.txt" },
};

/* What follows custody/NNNN-TYPE. A most of 0: no number stands between before and after; tsr has
 * its first number unwritten. */
static const struct {
	enum evx_member_kind kind;
	const char *before, *after;
	unsigned most;
} parts[] = {
	{ EVX_MEMBER_JSON, ".json", "", 0 },
	{ EVX_MEMBER_SIG, ".json.sig", "", EVX_SIGNERS_MAX },
	{ EVX_MEMBER_DETAILS, ".details.age", "", 0 },
	{ EVX_MEMBER_CONTENT, ".content.age", "", 0 },
	{ EVX_MEMBER_LISTING, ".listing.age", "", 0 },
	{ EVX_MEMBER_ATTACH, ".attach", ".age", EVX_ATTACHMENTS_MAX },
	{ EVX_MEMBER_RECORD, ".record", "", 0 },
	{ EVX_MEMBER_TSR, ".tsr", "", EVX_STAMPS_MAX },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Steps *s over prefix if it stands there. */
static bool skip(const char **s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*s, prefix, n) != 0)
		return false;
	*s += n;
	return true;
}

/* Steps over decimal digits, at most four, and gives their value. What is spelt otherwise than it
 * should is found when the name is put together again. */
static unsigned digits(const char **s)
{
	unsigned v = 0, n;

	for (n = 0; n < 4 && **s >= '0' && **s <= '9'; n++, (*s)++)
		v = v * 10 + (unsigned)(**s - '0');
	return v;
}

static void parse_part(const char *s, struct evx_member_id *id)
{
	size_t n, i;

	id->event = digits(&s);
	if (!skip(&s, "-"))
		return;
	n = strspn(s, "abcdefghijklmnopqrstuvwxyz-");
	if (n > EVX_TYPE_MAX)
		return;
	memcpy(id->type, s, n);
	s += n;
	for (i = 0; i < COUNT(parts); i++) {
		const char *rest = s;

		/* ".json" also begins ".json.sig1"; the longer one comes later and wins. */
		if (!skip(&rest, parts[i].before))
			continue;
		id->kind = parts[i].kind;
		id->number = parts[i].most > 0 ? digits(&rest) : 0;
		if (id->kind == EVX_MEMBER_TSR && id->number == 0)
			id->number = 1;
	}
}

static void parse_key(const char *s, struct evx_member_id *id)
{
	id->event = digits(&s);
	id->kind = strcmp(s, "-custody.age") == 0 ? EVX_MEMBER_KEY_CUSTODY : EVX_MEMBER_KEY_CONTENT;
}

static void parse_pack(const char *s, struct evx_member_id *id)
{
	id->kind = EVX_MEMBER_PACK;
	if (strlen(s) < 64 || evx_hex_decode(s, 64, id->hash, sizeof(id->hash)) != EVX_OK)
		memset(id->hash, 0, sizeof(id->hash));
}

static void parse_fixed(const char *s, struct evx_member_id *id)
{
	size_t i;

	for (i = 0; i < COUNT(fixed); i++)
		if (strcmp(s, fixed[i].name) == 0)
			id->kind = fixed[i].kind;
}

/* Guesses what the name could be, then puts that together: only a name that comes out the same byte
 * for byte is one. */
enum evx_err evx_member_parse(const char *name, struct evx_member_id *out, struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_BAGIT };
	char again[EVX_MEMBER_NAME_CAP];
	const char *s = name;

	memset(out, 0, sizeof(*out));
	if (skip(&s, "custody/")) {
		parse_part(s, &id);
	} else if (skip(&s, EVX_ORIGIN_PREFIX "custody/")) {
		parse_part(s, &id);
		id.part = id.kind;
		id.kind = EVX_MEMBER_ORIGIN;
	} else if (skip(&s, "keys/")) {
		parse_key(s, &id);
	} else if (skip(&s, "data/")) {
		parse_pack(s, &id);
	} else if (skip(&s, "index-")) {
		id.kind = EVX_MEMBER_INDEX;
		id.number = digits(&s);
	} else if (skip(&s, "append-")) {
		id.kind = EVX_MEMBER_APPEND;
		id.number = digits(&s);
	} else {
		parse_fixed(s, &id);
	}
	if (evx_member_name(&id, again) != EVX_OK || strcmp(again, name) != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"member name: expected a name of a bundle's member, found another");
	*out = id;
	return EVX_OK;
}

static bool type_valid(const char *type)
{
	size_t n = strnlen(type, EVX_TYPE_MAX + 1);

	return n > 0 && n <= EVX_TYPE_MAX && strspn(type, "abcdefghijklmnopqrstuvwxyz-") == n;
}

static enum evx_err part_name(const struct evx_member_id *id, char out[EVX_MEMBER_NAME_CAP])
{
	char number[16] = "";
	size_t i;

	if (id->event >= EVX_EVENTS_MAX || !type_valid(id->type))
		return EVX_E_USAGE;
	for (i = 0; i < COUNT(parts) && parts[i].kind != id->kind; i++)
		;
	if (i == COUNT(parts) || id->number > parts[i].most ||
		(id->number == 0 && parts[i].most > 0))
		return EVX_E_USAGE;
	if (parts[i].most > 0 && !(id->kind == EVX_MEMBER_TSR && id->number == 1))
		(void)snprintf(number, sizeof(number), "%u", id->number);
	(void)snprintf(out, EVX_MEMBER_NAME_CAP, "custody/%04u-%s%s%s%s", id->event, id->type,
		parts[i].before, number, parts[i].after);
	return EVX_OK;
}

/* Of the original a disclosure has what was signed, and what shows when: no encrypted part. */
static enum evx_err origin_name(const struct evx_member_id *id, char out[EVX_MEMBER_NAME_CAP])
{
	struct evx_member_id there = *id;
	char name[EVX_MEMBER_NAME_CAP] = "";

	there.kind = id->part;
	if ((id->part != EVX_MEMBER_JSON && id->part != EVX_MEMBER_SIG &&
		    id->part != EVX_MEMBER_RECORD && id->part != EVX_MEMBER_TSR) ||
		part_name(&there, name) != EVX_OK)
		return EVX_E_USAGE;
	(void)snprintf(out, EVX_MEMBER_NAME_CAP, EVX_ORIGIN_PREFIX "%.60s", name);
	return EVX_OK;
}

static enum evx_err fixed_name(const struct evx_member_id *id, char out[EVX_MEMBER_NAME_CAP])
{
	size_t i;

	for (i = 0; i < COUNT(fixed); i++) {
		if (fixed[i].kind == id->kind) {
			(void)snprintf(out, EVX_MEMBER_NAME_CAP, "%s", fixed[i].name);
			return EVX_OK;
		}
	}
	return EVX_E_USAGE;
}

enum evx_err evx_member_name(const struct evx_member_id *id, char out[EVX_MEMBER_NAME_CAP])
{
	char hex[65];

	out[0] = '\0';
	switch (id->kind) {
	case EVX_MEMBER_KEY_CUSTODY:
	case EVX_MEMBER_KEY_CONTENT:
		if (id->event >= EVX_EVENTS_MAX)
			return EVX_E_USAGE;
		(void)snprintf(out, EVX_MEMBER_NAME_CAP, "keys/%04u-%s.age", id->event,
			id->kind == EVX_MEMBER_KEY_CUSTODY ? "custody" : "content");
		return EVX_OK;
	case EVX_MEMBER_PACK:
		evx_hex_encode(id->hash, sizeof(id->hash), hex);
		(void)snprintf(out, EVX_MEMBER_NAME_CAP, "data/%s.pack", hex);
		return EVX_OK;
	case EVX_MEMBER_INDEX:
	case EVX_MEMBER_APPEND:
		if (id->number >= EVX_GROUPS_MAX ||
			(id->kind == EVX_MEMBER_APPEND && id->number == 0))
			return EVX_E_USAGE;
		(void)snprintf(out, EVX_MEMBER_NAME_CAP, "%s-%04u",
			id->kind == EVX_MEMBER_INDEX ? "index" : "append", id->number);
		return EVX_OK;
	case EVX_MEMBER_ORIGIN:
		return origin_name(id, out);
	case EVX_MEMBER_BAGIT:
	case EVX_MEMBER_README:
	case EVX_MEMBER_MANIFEST:
	case EVX_MEMBER_BAG_INFO:
	case EVX_MEMBER_TAGMANIFEST:
		return fixed_name(id, out);
	default:
		return part_name(id, out);
	}
}

bool evx_member_of_event(const struct evx_member_id *id)
{
	if (id->kind == EVX_MEMBER_KEY_CUSTODY || id->kind == EVX_MEMBER_KEY_CONTENT)
		return id->event > 0;
	return id->kind >= EVX_MEMBER_JSON && id->kind <= EVX_MEMBER_TSR;
}

uint64_t evx_member_limit(enum evx_member_kind kind)
{
	switch (kind) {
	case EVX_MEMBER_PACK:
		return EVX_PACK_LEN;
	case EVX_MEMBER_MANIFEST:
		return EVX_MANIFEST_MAX;
	default:
		return EVX_MEMBER_MAX;
	}
}
