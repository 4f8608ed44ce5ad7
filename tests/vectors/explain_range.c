/* The part of example.md about files in part: the run in the vector `disclosure-range`, and the
 * range root that it proves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/range.h"
#include "craft.h"
#include "explain.h"
#include "format/listing.h"
#include "format/part.h"

#define LINE 5u /* among those shown */

struct walk {
	const struct evx_part *part;
	const uint8_t *run;
	size_t at;
	struct evx_merkle merkle;
};

static void row(struct walk *w, size_t n, const char *what, uint64_t first, uint64_t last)
{
	char name[64];

	if (first == last)
		(void)snprintf(name, sizeof(name), "%7zu %6zu  %s %llu", w->at, n, what,
			(unsigned long long)first);
	else
		(void)snprintf(name, sizeof(name), "%7zu %6zu  %s %llu to %llu", w->at, n, what,
			(unsigned long long)first, (unsigned long long)last);
	printf("%-40s", name);
	w->at += n;
}

static void hex(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
	putchar('\n');
}

static void gap(struct walk *w, size_t i)
{
	uint64_t from, to;

	for (evx_part_gap(w->part, i, &from, &to); from < to;) {
		const uint64_t n = evx_part_subtree(from, to, w->part->blocks);
		const uint8_t *hash = w->run + w->at;

		evx_merkle_add_subtree(&w->merkle, n, from + n == w->part->blocks, hash);
		row(w, 32, "hash of", from, from + n - 1);
		hex(hash, 32);
		from += n;
	}
}

static void blocks(struct walk *w, const struct evx_part_piece *piece)
{
	uint64_t offset = piece->offset;

	for (uint64_t i = piece->first; i < piece->first + piece->count; i++) {
		const uint8_t *head = w->run + w->at, *salt = head + 4, *bytes = salt + 32;
		const uint32_t n = evx_get_be32(head);
		uint8_t hash[32], leaf[32];

		row(w, 4, "length of", i, i);
		hex(head, 4);
		row(w, 32, "salt of", i, i);
		hex(salt, 32);
		row(w, n, "bytes of", i, i);
		printf("%u times 'z'\n", n);
		evx_sha256(bytes, n, hash);
		evx_range_leaf(salt, offset, n, hash, leaf);
		printf("%-40s", "               their SHA-256");
		hex(hash, 32);
		printf("%-40s", "               the leaf");
		hex(leaf, 32);
		evx_merkle_add(&w->merkle, leaf);
		offset += n;
	}
}

static void prove(const struct craft *c, const struct evx_record *r)
{
	struct walk w = { .run = c->content.data + r->position };
	struct evx_entry e;
	struct evx_part *part;
	uint8_t root[32];

	evx_entry_init(&e);
	MUST(evx_listing_decode(r->line, r->line_len, &e, NULL));
	MUST(evx_part_decode(r->shown, r->shown_len, evx_listing_stored_length(&e), &part, NULL));
	w.part = part;
	evx_merkle_init(&w.merkle);
	puts("Its run, and what its blocks are: offset in the run, length, what stands there, by "
	     "the numbers of\nthe blocks.\n");
	page_fence();
	for (size_t i = 0; i <= part->n; i++) {
		gap(&w, i);
		if (i < part->n)
			blocks(&w, &part->at[i]);
	}
	page_fence();
	must(w.at == evx_part_run(part) ? EVX_OK : EVX_E_CORRUPT, NULL, "the run");
	evx_merkle_root(&w.merkle, root);
	puts("\nThe tree over these hashes and leaves:\n");
	page_fence();
	page_hex("Merkle root", root, 32);
	evx_range_root(part->stored, part->blocks, root, root);
	page_hex("range_root", root, 32);
	page_fence();
	must(memcmp(root, e.range_root, 32) == 0 ? EVX_OK : EVX_E_FORGED, NULL, "the range root");
	evx_part_free(part);
	evx_entry_free(&e);
}

void explain_range(const struct person people[PEOPLE])
{
	static const struct fault none = { "disclosure-range", AT_ARCHIVE, NULL, NULL, NULL, NULL,
		0 };
	struct craft *c = calloc(1, sizeof(*c));
	const struct evx_buf *text;
	struct evx_record r;
	size_t used;

	must(c != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "a disclosure");
	craft_make(c, &none, people);
	putchar('\n');
	page_section("File in part");
	puts("The test vector `good/disclosure-range.evx` also shows three of the 66 blocks of a "
	     "file\n([listing.md](listing.md#disclosure)). The record of that file:\n");
	text = &c->lines[LINE].text;
	MUST(evx_listing_split(text->data, text->len, true, &r, &used, NULL));
	page_text(text);
	prove(c, &r);
	craft_free(c);
	free(c);
}
