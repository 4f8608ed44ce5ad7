/* A dishonest discloser: signed properly, and against listing.md "Disclosure" and verification.md
 * "The original". The records are those of craft_disclosure_lines. */
#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "crypto/hash.h"

/* ---- Lines and proofs --------------------------------------------------------------------- */

static void salt_wrong(struct craft *c)
{
	craft_other_digit(&c->lines[0].text, "\t1\t");
}

static void proof_wrong(struct craft *c)
{
	craft_other_digit(&c->lines[0].text, ",");
}

static void proof_cut(struct craft *c)
{
	craft_cut(&c->lines[0].text, ",", "\t");
}

/* The original's seal signs another list than the one that the lines are of. */
static void other_exhibit(struct craft *c)
{
	c->origin.root[0] ^= 1;
}

static void line_twice(struct craft *c)
{
	struct evx_buf copy = EVX_BUF_INIT;

	MUST(evx_buf_add(&copy, c->lines[0].text.data, c->lines[0].text.len));
	MUST(evx_buf_cstr(&copy));
	craft_line_add(c, 1, (const char *)copy.data);
	evx_buf_free(&copy);
}

static void swapped(struct craft *c)
{
	struct evx_buf first = c->lines[3].text;

	c->lines[3].text = c->lines[4].text;
	c->lines[4].text = first;
}

/* ---- Contents ----------------------------------------------------------------------------- */

static void other_contents(struct craft *c)
{
	memset(c->content.data, 'z', 20);
}

static void file_cut(struct craft *c)
{
	c->content.len--;
}

static void file_longer(struct craft *c)
{
	craft_text(&c->content, "!");
}

/* ---- Numbers ------------------------------------------------------------------------------ */

static void withheld_wrong(struct craft *c)
{
	c->event.seal.origin.withheld--;
}

static void names_wrong(struct craft *c)
{
	c->event.seal.origin.names_only++;
}

static void lines_wrong(struct craft *c)
{
	c->event.seal.origin.lines++;
	c->event.seal.origin.withheld++;
}

/* ---- The original ------------------------------------------------------------------------- */

static void stale_root(struct craft *c)
{
	c->event.seal.origin.listing_root[0] ^= 1;
}

static void other_seal(struct craft *c)
{
	c->event.seal.origin.exhibit[0] ^= 1;
}

static void remove_from(struct craft *c, const char *prefix)
{
	for (size_t i = c->nmembers; i-- > 0;)
		if (strncmp(c->members[i].path, prefix, strlen(prefix)) == 0)
			craft_remove(c, i);
}

static void no_original(struct craft *c)
{
	remove_from(c, "origin/");
}

static void no_entry(struct craft *c)
{
	remove_from(c, "origin/custody/0001");
}

/* As if the part were the whole. */
static void whole(struct craft *c)
{
	c->disclosure = false;
}

static void whole_alone(struct craft *c)
{
	no_original(c);
	c->disclosure = false;
}

static void bad_signature(struct craft *c)
{
	craft_find(c, "origin/custody/0000-seal.json.sig1")->bytes.data[200] ^= 1;
}

static void entry_of_other(struct craft *c)
{
	c->origin.entry.fields.disclosure.manifest[0] ^= 1;
}

static void entry_by_stranger(struct craft *c)
{
	c->origin.entry_signer = &c->people[STRANGER].signer;
}

static void plain_entry(struct craft *c)
{
	c->origin.entry.fields.disclosure.uuid[0] = '\0';
}

static void of_disclosure(struct craft *c)
{
	struct evx_seal_fields *s = &c->origin.seal.seal;

	s->shape = EVX_SHAPE_DISCLOSURE;
	s->origin.lines = 2;
	s->origin.withheld = 1;
}

static void out_of_order(struct craft *c)
{
	craft_swap(
		c, "origin/custody/0001-disclose.json.sig1", "origin/custody/0001-disclose.record");
}

static void not_tagged(struct craft *c)
{
	struct evx_buf *text = &craft_find(c, "tagmanifest-sha256.txt")->bytes;
	const uint8_t *at = memmem(text->data, text->len, "README.txt\n", 11);

	must(at != NULL ? EVX_OK : EVX_E_NOT_FOUND, NULL, "README.txt");
	text->len = (size_t)(at - text->data) + 11;
	evx_sha256(text->data, text->len, c->event.seal.tagmanifest);
}

#define DO(name, at, function) \
	{ \
		"disclosure-" name, at, NULL, function, NULL, NULL, 0 \
	}
#define LINE(name, line, old, with) \
	{ \
		"disclosure-" name, AT_LINES, NULL, craft_in_line, old, with, line \
	}

const struct fault disclosure_faults[] = {
	LINE("line-forged", 0, "\"mode\":\"0644\"", "\"mode\":\"0645\""),
	LINE("line-moved", 0, "0\t1\t", "0\t0\t"),
	LINE("line-past-the-end", 4, "0\t7\t", "0\t8\t"),
	DO("salt-wrong", AT_LINES, salt_wrong),
	DO("proof-wrong", AT_LINES, proof_wrong),
	DO("proof-cut", AT_LINES, proof_cut),
	DO("line-of-other-exhibit", AT_LINES, other_exhibit),
	DO("line-twice", AT_LINES, line_twice),
	DO("lines-swapped", AT_LINES, swapped),
	LINE("withheld-as-empty", 2, "withheld\t", "1020\t"),
	LINE("contents-as-withheld", 3, "1020\t", "withheld\t"),
	LINE("position-is-none", 0, "0\t1\t", "-\t1\t"),
	DO("contents-of-other-file", AT_LINES, other_contents),
	DO("file-cut", AT_LINES, file_cut),
	DO("file-longer", AT_LINES, file_longer),
	DO("withheld-wrong", AT_SEAL, withheld_wrong),
	DO("names-wrong", AT_SEAL, names_wrong),
	DO("lines-wrong", AT_SEAL, lines_wrong),
	DO("stale-root", AT_SEAL, stale_root),
	DO("other-seal", AT_SEAL, other_seal),
	DO("no-original", AT_TAGS, no_original),
	DO("no-entry", AT_TAGS, no_entry),
	DO("as-whole", AT_TAGS, whole),
	DO("as-whole-alone", AT_TAGS, whole_alone),
	DO("original-signature-wrong", AT_TAGS, bad_signature),
	DO("entry-of-other-bundle", AT_ORIGIN, entry_of_other),
	DO("entry-by-stranger", AT_ORIGIN, entry_by_stranger),
	DO("entry-names-no-bundle", AT_ORIGIN, plain_entry),
	DO("of-disclosure", AT_ORIGIN, of_disclosure),
	DO("original-out-of-order", AT_TAGS, out_of_order),
	DO("original-not-tagged", AT_SEAL, not_tagged),
};
const size_t disclosure_faults_count = sizeof(disclosure_faults) / sizeof(disclosure_faults[0]);
