/* The last section of example.md: the vector `disclosure`, and how one of its lines is proved. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/listing_leaf.h"
#include "craft.h"
#include "crypto/hash.h"
#include "explain.h"
#include "format/listing.h"

/* ---- One line --------------------------------------------------------------------------- */

/* SHA-256(0x01, left, right) */
static void node(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
	uint8_t both[65] = { 1 };

	memcpy(both + 1, left, 32);
	memcpy(both + 33, right, 32);
	evx_sha256(both, sizeof(both), out);
}

/* From the leaf upwards, as RFC 9162 section 2.1.3.2 says it; hash becomes the Merkle root. */
static void climb(const struct evx_record *r, uint64_t lines, uint8_t hash[32])
{
	uint8_t proof[EVX_PROOF_MAX][32];
	uint64_t at = r->index, last = lines - 1;
	size_t n;

	MUST(evx_listing_proof(r, proof, &n, NULL));
	for (size_t i = 0; i < n; i++) {
		const bool left = (at & 1) != 0 || at == last;

		page_hex(left ? "PROOF: on the left" : "PROOF: on the right", proof[i], 32);
		if (left)
			node(proof[i], hash, hash);
		else
			node(hash, proof[i], hash);
		while (left && (at & 1) == 0 && at != 0) {
			at >>= 1;
			last >>= 1;
		}
		page_hex("node above", hash, 32);
		at >>= 1;
		last >>= 1;
	}
}

static void prove(const struct craft *c, size_t i)
{
	struct evx_buf scratch = EVX_BUF_INIT;
	struct evx_hmac_key key;
	struct evx_record r;
	uint8_t hash[32], salt[32];
	size_t used;

	MUST(evx_listing_split(c->lines[i].text.data, c->lines[i].text.len, true, &r, &used, NULL));
	printf("The record of INDEX %llu, from its line to the original's listing root:\n\n",
		(unsigned long long)r.index);
	page_fence();
	page_hex("SALT", r.salt, 32);
	MUST(evx_listing_leaf(r.salt, r.line, r.line_len, &scratch, hash));
	page_hex("leaf", hash, 32);
	climb(&r, c->origin.lines, hash);
	evx_listing_leaf_root(c->origin.lines, hash, hash);
	page_hex("listing root", hash, 32);
	page_fence();
	must(memcmp(hash, c->origin.root, 32) == 0 ? EVX_OK : EVX_E_FORGED, NULL, "the proof");
	printf("\nThe same record in the disclosure's own listing, where its index is %zu:\n\n", i);
	evx_hmac_key_init(&key, c->part.leaf_secret, 32);
	evx_listing_leaf_salt(&key, i, salt);
	MUST(evx_listing_leaf(salt, r.text, r.text_len, &scratch, hash));
	page_fence();
	page_hex("leaf secret", c->part.leaf_secret, 32);
	page_hex("salt", salt, 32);
	page_hex("leaf", hash, 32);
	craft_root(c, hash);
	page_hex("listing root (of all five)", hash, 32);
	page_fence();
	putchar('\n');
	evx_buf_free(&scratch);
	evx_hmac_key_wipe(&key);
}

/* ---- The bundle ------------------------------------------------------------------------- */

static void print_member(struct craft *c, const char *name)
{
	printf("`%s`:\n\n", name);
	page_text(&craft_find(c, name)->bytes);
}

static void records(const struct craft *c)
{
	printf("Its listing stream: %zu of the original's %llu lines. The tabs are printed as they "
	       "stand.\n\n",
		c->nlines, (unsigned long long)c->origin.lines);
	page_fence();
	for (size_t i = 0; i < c->nlines; i++)
		fwrite(c->lines[i].text.data, 1, c->lines[i].text.len, stdout);
	page_fence();
	puts("\n`twin` is another name of `a.txt`, so it repeats its position. The contents of "
	     "`d.txt` are not\nshown.\n");
}

static void members(const struct craft *c)
{
	puts("Its members, and the lengths of their contents:\n");
	page_fence();
	for (size_t i = 0; i < c->nmembers; i++)
		printf("%6zu  %s\n", c->members[i].bytes.len, c->members[i].path);
	page_fence();
	putchar('\n');
}

void explain_disclosure(const struct person people[PEOPLE])
{
	static const struct fault none = { "disclosure", AT_ARCHIVE, NULL, NULL, NULL, NULL, 0 };
	struct craft *c = calloc(1, sizeof(*c));

	must(c != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "a disclosure");
	craft_make(c, &none, people);
	putchar('\n');
	page_section("Disclosure");
	puts("The test vector `good/disclosure.evx` shows some lines of another exhibit\n"
	     "([listing.md](listing.md#disclosure)).\n");
	members(c);
	records(c);
	prove(c, 0);
	print_member(c, "origin/custody/0000-seal.json");
	print_member(c, "origin/custody/0001-disclose.json");
	puts("The disclosure's own seal, with `origin`:\n");
	print_member(c, "custody/0000-seal.json");
	craft_free(c);
	free(c);
	explain_range(people);
}
