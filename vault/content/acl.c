/* ACLs: between the kernel's attribute and the text of a listing line. */
#include "content/acl.h"

#include <string.h>

#define VERSION 2
#define HEADER 4
#define ENTRY 8
#define ENTRIES_MAX 8191 /* what fits into the 64 KiB of an attribute */
#define NO_ID UINT32_MAX

static const struct acl_tag {
	unsigned tag;
	const char *name;
	bool has_id;
} tags[] = {
	{ 0x01, "user", false },
	{ 0x02, "user", true },
	{ 0x04, "group", false },
	{ 0x08, "group", true },
	{ 0x10, "mask", false },
	{ 0x20, "other", false },
};

static uint32_t get_le(const uint8_t *p, size_t bytes)
{
	uint32_t v = 0;
	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

static void put_le(uint8_t *p, uint32_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static const struct acl_tag *tag_of_number(unsigned number)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (tags[i].tag == number)
			return &tags[i];
	return NULL;
}

enum evx_err evx_acl_to_text(const void *p, size_t n, struct evx_buf *out)
{
	const uint8_t *b = p;
	if (n < HEADER || (n - HEADER) % ENTRY != 0 || (n - HEADER) / ENTRY > ENTRIES_MAX ||
		get_le(b, 4) != VERSION)
		return EVX_E_CORRUPT;
	for (size_t at = HEADER; at < n; at += ENTRY) {
		const struct acl_tag *tag = tag_of_number(get_le(b + at, 2));
		uint32_t perm = get_le(b + at + 2, 2), id = get_le(b + at + 4, 4);
		if (tag == NULL || perm > 7)
			return EVX_E_CORRUPT;
		enum evx_err err = evx_buf_addf(out, "%s%s:", at == HEADER ? "" : ",", tag->name);
		if (err == EVX_OK && tag->has_id)
			err = evx_buf_addf(out, "%lu", (unsigned long)id);
		if (err == EVX_OK)
			err = evx_buf_addf(out, ":%c%c%c", perm & 4 ? 'r' : '-',
				perm & 2 ? 'w' : '-', perm & 1 ? 'x' : '-');
		if (err != EVX_OK)
			return err;
	}
	return evx_buf_cstr(out);
}

/* A decimal id without leading zeros, up to the ':' that ends it. */
static bool parse_id(const char **text, uint32_t *id)
{
	const char *s = *text;
	uint64_t v = 0;
	if (*s < '0' || *s > '9' || (*s == '0' && s[1] != ':'))
		return false;
	for (; *s >= '0' && *s <= '9' && v < NO_ID; s++)
		v = v * 10 + (uint64_t)(*s - '0');
	*text = s;
	*id = (uint32_t)v;
	return v < NO_ID && *s == ':';
}

static bool parse_perm(const char *s, uint32_t *perm)
{
	static const char letters[] = "rwx";
	*perm = 0;
	for (size_t i = 0; i < 3; i++) {
		if (s[i] != letters[i] && s[i] != '-')
			return false;
		if (s[i] != '-')
			*perm |= 4u >> i;
	}
	return true;
}

static bool parse_entry(const char **text, uint8_t entry[ENTRY])
{
	const char *s = *text;
	size_t word = strcspn(s, ":");
	const struct acl_tag *tag = NULL;
	uint32_t id = NO_ID, perm;
	if (s[word] != ':')
		return false;
	bool has_id = s[word + 1] != ':';
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (tags[i].has_id == has_id && strlen(tags[i].name) == word &&
			memcmp(tags[i].name, s, word) == 0)
			tag = &tags[i];
	s += word + 1;
	if (tag == NULL || (has_id && !parse_id(&s, &id)) || !parse_perm(s + 1, &perm))
		return false;
	put_le(entry, tag->tag, 2);
	put_le(entry + 2, perm, 2);
	put_le(entry + 4, id, 4);
	*text = s + 4;
	return true;
}

enum evx_err evx_acl_from_text(const char *text, struct evx_buf *out)
{
	uint8_t entry[ENTRY];
	put_le(entry, VERSION, HEADER);
	enum evx_err err = evx_buf_add(out, entry, HEADER);
	for (size_t count = 0; err == EVX_OK; count++) {
		if (count == ENTRIES_MAX || !parse_entry(&text, entry))
			return EVX_E_CORRUPT;
		err = evx_buf_add(out, entry, ENTRY);
		if (*text == '\0')
			break;
		if (*text++ != ',')
			return EVX_E_CORRUPT;
	}
	return err;
}
