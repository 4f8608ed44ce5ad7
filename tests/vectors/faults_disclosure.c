/* A dishonest discloser: signed properly, and against listing.md "Disclosure" and verification.md
 * "The original". The records are those of craft_disclosure_lines. */
#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "crypto/hash.h"
#include "format/part.h"

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

/* ---- Files in part ------------------------------------------------------------------------ */

/* The run at the end of the content: two hashes, blocks 3 and 4, six hashes, the last block. */
#define RUN 1030u
#define BLOCK_3 (RUN + 64u)
#define BLOCK_4 (BLOCK_3 + EVX_PART_BLOCK_HEAD + EVX_BLOCK_LEN)
#define HASHES (BLOCK_4 + EVX_PART_BLOCK_HEAD + EVX_BLOCK_LEN)

static void block_changed(struct craft *c)
{
	c->content.data[BLOCK_4 + EVX_PART_BLOCK_HEAD + 1000] ^= 1;
}

static void blocks_swapped(struct craft *c)
{
	const size_t n = EVX_PART_BLOCK_HEAD + EVX_BLOCK_LEN;

	for (size_t i = 0; i < n; i++) {
		const uint8_t first = c->content.data[BLOCK_3 + i];

		c->content.data[BLOCK_3 + i] = c->content.data[BLOCK_4 + i];
		c->content.data[BLOCK_4 + i] = first;
	}
}

static void block_missing(struct craft *c)
{
	memmove(c->content.data + BLOCK_3, c->content.data + BLOCK_4, c->content.len - BLOCK_4);
	c->content.len -= EVX_PART_BLOCK_HEAD + EVX_BLOCK_LEN;
}

static void block_length_wrong(struct craft *c)
{
	evx_put_be32(c->content.data + BLOCK_3, EVX_BLOCK_LEN - 1);
}

static void block_salt_wrong(struct craft *c)
{
	c->content.data[BLOCK_3 + 4] ^= 1;
}

static void hash_wrong(struct craft *c)
{
	c->content.data[HASHES + 40] ^= 1;
}

/* What is wrong is in how the vector is made: craft_disclosure.c looks at the name. */
static void by_name(struct craft *c)
{
	(void)c;
}

static void part_not_counted(struct craft *c)
{
	c->event.seal.origin.in_part = 0;
}

static void parts_counted_twice(struct craft *c)
{
	c->event.seal.origin.in_part = 2;
}

/* As if the run were the file. */
static void part_as_whole(struct craft *c)
{
	craft_cut(&c->lines[5].text, "66,3+2", "{");
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
	DO("range-block-changed", AT_LINES, block_changed),
	DO("range-blocks-swapped", AT_LINES, blocks_swapped),
	DO("range-block-missing", AT_LINES, block_missing),
	DO("range-block-length-wrong", AT_LINES, block_length_wrong),
	DO("range-block-salt-wrong", AT_LINES, block_salt_wrong),
	DO("range-hash-wrong", AT_LINES, hash_wrong),
	DO("range-of-other-file", AT_LINES, by_name),
	DO("range-of-other-place", AT_LINES, by_name),
	DO("range-not-counted", AT_SEAL, part_not_counted),
	DO("range-counted-twice", AT_SEAL, parts_counted_twice),
	DO("range-as-whole", AT_LINES, part_as_whole),
	LINE("range-as-withheld", 5, "1030\t8\t", "withheld\t8\t"),
	LINE("range-of-small-file", 1, "\t{\"path\":\"case/b.txt\"",
		"\t2,0+1@0+500\t{\"path\":\"case/b.txt\""),
	LINE("range-across-the-end", 5, "65+1@4259840+4464", "65+2@4259840+4464"),
	LINE("range-bytes-across-the-end", 5, "@4259840+4464", "@4259840+4465"),
	LINE("range-overlap", 5, "65+1@4259840+4464", "4+1@262144+65536"),
	LINE("range-touching", 5, "3+2@196608+131072", "3+1@196608+65536,4+1@262144+65536"),
	LINE("range-empty", 5, "3+2@196608+131072", "3+0@196608+0"),
	LINE("range-of-everything", 5, "66,3+2@196608+131072,65+1@4259840+4464",
		"66,0+66@0+4264304"),
	LINE("range-leading-zero", 5, "66,3+2", "066,3+2"),
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
