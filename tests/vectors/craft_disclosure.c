/* A disclosure of the exhibit that the other vectors are: lines with proofs, and the original's
 * custody record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/listing_leaf.h"
#include "content/part_write.h"
#include "craft.h"
#include "crypto/merkle.h"
#include "format/record.h"
#include "format/text.h"
#include "format/uuid.h"

#define ORIGINAL_LINES 9u /* at most: the last one for ranges only */
#define ORIGINAL_SECRET_BYTE 0x6b

/* What is shown: the index in the original, and how its record begins. */
struct shown {
	size_t index;
	const char *position;
	const char *part; /* SHOWN, of a file in part */
};

/* a.txt, b.txt, d.txt without its contents, the sparse file, and twin, another name of a.txt. */
static const struct shown usual[] = { { 1, "0", NULL }, { 2, "20", NULL }, { 4, "withheld", NULL },
	{ 6, "1020", NULL }, { 7, "0", NULL } };
/* The same, and of a long file blocks 3, 4 and the last one. */
static const struct shown ranges[] = { { 1, "0", NULL }, { 2, "20", NULL }, { 4, "withheld", NULL },
	{ 6, "1020", NULL }, { 7, "0", NULL },
	{ 8, "1030", "66,3+2@196608+131072,65+1@4259840+4464" } };
/* twin without its first name: it is complete in itself. */
static const struct shown link_alone[] = { { 2, "0", NULL }, { 4, "1000", NULL },
	{ 7, "1011", NULL } };

static const uint8_t *line_of(const struct craft_line *l, size_t *n)
{
	const uint8_t *line = (const uint8_t *)memchr(l->text.data, '\t', l->text.len) + 1;

	*n = l->text.len - (size_t)(line - l->text.data);
	return line;
}

static bool has_name(const struct craft *c, const char *prefix)
{
	return strncmp(c->fault->name, prefix, strlen(prefix)) == 0;
}

static enum evx_err to_content(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct craft *c = ctx;

	(void)diag;
	return evx_buf_add(&c->content, p, n);
}

/* The long file's run of SHOWN text, at the end of the content. */
static void write_run(struct craft *c, const char *text)
{
	uint8_t secret[32], *z = malloc(CRAFT_BIG);
	const size_t first = EVX_CHUNK_MAX;
	struct evx_part *part;
	struct evx_part_writer *w;
	uint8_t any[32] = { 0 };

	must(z != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "a long file");
	memset(z, 'z', CRAFT_BIG);
	memset(secret, ORIGINAL_SECRET_BYTE, sizeof(secret));
	MUST(evx_part_decode((const uint8_t *)text, strlen(text), CRAFT_BIG, &part, NULL));
	w = evx_part_writer_new(part, secret, 8, to_content, c);
	must(w != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "a run");
	MUST(evx_part_writer_data(w, z, first, true, NULL));
	MUST(evx_part_writer_data(w, z + first, CRAFT_BIG - first, true, NULL));
	/* The whole run is written, whatever the root: that is what the faults are about. */
	if (evx_part_writer_end(w, any, NULL) == EVX_OK)
		must(EVX_E_USAGE, NULL, "a root of zeros");
	evx_part_writer_free(w);
	evx_part_free(part);
	free(z);
}

/* Line 8 of the original: a long file, whose bytes are not in the disclosure's content. */
static void add_long_file(struct craft *c)
{
	uint8_t own[32];

	memcpy(own, c->part.leaf_secret, sizeof(own));
	memset(c->part.leaf_secret, ORIGINAL_SECRET_BYTE, sizeof(own));
	craft_big(c, has_name(c, "disclosure-range-of-other-file") ? 7 : 8);
	memcpy(c->part.leaf_secret, own, sizeof(own));
	c->content.len -= CRAFT_BIG;
	c->big = 0;
}

static void make_leaves(
	struct craft *c, uint8_t salts[ORIGINAL_LINES][32], uint8_t leaves[ORIGINAL_LINES][32])
{
	uint8_t secret[32], root[32];
	struct evx_buf scratch = EVX_BUF_INIT;
	struct evx_hmac_key key;
	struct evx_merkle merkle;

	memset(secret, ORIGINAL_SECRET_BYTE, sizeof(secret));
	evx_hmac_key_init(&key, secret, sizeof(secret));
	evx_merkle_init(&merkle);
	for (size_t i = 0; i < c->nlines; i++) {
		size_t n;
		const uint8_t *line = line_of(&c->lines[i], &n);

		evx_listing_leaf_salt(&key, i, salts[i]);
		MUST(evx_listing_leaf(salts[i], line, n, &scratch, leaves[i]));
		evx_merkle_add(&merkle, leaves[i]);
	}
	evx_merkle_root(&merkle, root);
	c->origin.lines = c->nlines;
	evx_listing_leaf_root(c->origin.lines, root, c->origin.root);
	evx_buf_free(&scratch);
	evx_hmac_key_wipe(&key);
}

static void write_record(struct craft *c, const struct shown *s, const uint8_t salt[32],
	const uint8_t leaves[ORIGINAL_LINES][32], struct evx_buf *out)
{
	uint8_t proof[64][32];
	char head[128], hex[65];
	const uint8_t *line;
	size_t n, i;

	evx_hex_encode(salt, 32, hex);
	(void)snprintf(head, sizeof(head), "%s\t%zu\t%s\t", s->position, s->index, hex);
	craft_text(out, head);
	MUST(evx_merkle_prove_inclusion(leaves, c->origin.lines, s->index, proof, &n));
	for (i = 0; i < n; i++) {
		evx_hex_encode(proof[i], 32, hex);
		craft_text(out, hex);
		craft_text(out, i + 1 < n ? "," : "\t");
	}
	if (s->part != NULL) {
		craft_text(out, s->part);
		craft_text(out, "\t");
	}
	line = line_of(&c->lines[s->index], &n);
	MUST(evx_buf_add(out, line, n));
}

void craft_disclosure_lines(struct craft *c)
{
	const bool alone = strcmp(c->fault->name, "disclosure-link") == 0,
		   ranged = has_name(c, "disclosure-range");
	const struct shown *shown = alone ? link_alone : ranged ? ranges : usual;
	const size_t n = alone ? sizeof(link_alone) / sizeof(link_alone[0]) :
		ranged         ? sizeof(ranges) / sizeof(ranges[0]) :
				 sizeof(usual) / sizeof(usual[0]);
	uint8_t salts[ORIGINAL_LINES][32], leaves[ORIGINAL_LINES][32];
	struct evx_buf texts[ORIGINAL_LINES] = { EVX_BUF_INIT };

	if (ranged)
		add_long_file(c);
	make_leaves(c, salts, leaves);
	for (size_t i = 0; i < n; i++)
		write_record(c, &shown[i], salts[shown[i].index], (const uint8_t(*)[32])leaves,
			&texts[i]);
	for (size_t i = 0; i < c->nlines; i++)
		evx_buf_free(&c->lines[i].text);
	memset(c->lines, 0, sizeof(c->lines));
	for (size_t i = 0; i < n; i++) {
		c->lines[i].text = texts[i];
		c->lines[i].index = i;
	}
	c->nlines = n;
	c->first_list = 2;
	/* The contents of a.txt, b.txt, d.txt and the sparse file stand there: 20, 1000, 11, 10. */
	if (alone) {
		uint8_t first[20];

		memcpy(first, c->content.data, 20);
		memmove(c->content.data, c->content.data + 20, CRAFT_Z + 11);
		memcpy(c->content.data + CRAFT_Z + 11, first, 20);
		c->content.len = CRAFT_Z + 31;
		c->chunk_ends[0] = CRAFT_Z;
		c->chunk_ends[1] = CRAFT_Z + CRAFT_D;
		c->third_first = 20;
	} else {
		memmove(c->content.data + 20 + CRAFT_Z, c->content.data + 31 + CRAFT_Z, 10);
		c->content.len -= 11;
	}
	if (ranged) {
		c->third_first = 10;
		write_run(c,
			has_name(c, "disclosure-range-of-other-place") ?
				"66,11+2@720896+131072,65+1@4259840+4464" :
				ranges[n - 1].part);
	}
}

/* ---- The original's record ---------------------------------------------------------------- */

static void fill_seal(struct craft *c)
{
	struct evx_event *e = &c->origin.seal;
	struct evx_exhibit_keys keys;
	uint8_t random[16], hash[32];

	evx_event_set_kind(e, EVX_EVENT_SEAL);
	evx_random(random, sizeof(random));
	evx_uuid_v4(random, e->uuid);
	e->time = VECTORS_TIME;
	e->nsigners = 1;
	MUST(evx_sshkey_encode(&c->people[OFFICER].signer.pub, e->signers[0]));
	MUST(evx_exhibit_keys_new(&keys, NULL));
	MUST(evx_age_recipient_encode(keys.custody_pub, e->seal.custody_key));
	MUST(evx_age_recipient_encode(keys.content_pub, e->seal.content_key));
	evx_exhibit_keys_free(&keys);
	e->seal.complete = true;
	evx_random(e->seal.tagmanifest, sizeof(e->seal.tagmanifest));
	memcpy(e->seal.listing_root, c->origin.root, 32);
	e->seal.sequences[0] = 4096;
	e->seal.custody_readers = e->seal.content_readers = 1;
	evx_random(hash, sizeof(hash));
	MUST(evx_event_add_file(e, "custody/0000-seal.details.age", hash));
	MUST(evx_event_add_file(e, "custody/0000-seal.content.age", hash));
}

static void fill_entry(struct craft *c)
{
	struct evx_event *e = &c->origin.entry;
	struct evx_event_disclosure *d = &e->fields.disclosure;
	const struct craft_member *manifest = craft_find(c, "manifest-sha256.txt");

	evx_event_set_kind(e, EVX_EVENT_DISCLOSE);
	memcpy(e->uuid, c->origin.seal.uuid, sizeof(e->uuid));
	e->sequence = 1;
	e->time = VECTORS_TIME;
	e->nsigners = 1;
	MUST(evx_sshkey_encode(&c->people[LAB].signer.pub, e->fields.counterparty));
	memcpy(d->uuid, c->uuid, sizeof(d->uuid));
	evx_sha256(manifest->bytes.data, manifest->bytes.len, d->manifest);
	craft_root(c, d->listing_root);
	c->origin.entry_signer = &c->people[OFFICER].signer;
}

/* Adds document, signature and record of e below origin/; json and record get the hashes. */
static void add_event(struct craft *c, const struct evx_event *e, const struct evx_signer *signer,
	uint8_t json[32], uint8_t record[32])
{
	struct evx_buf text = EVX_BUF_INIT, sig = EVX_BUF_INIT, list = EVX_BUF_INIT;
	uint8_t sigs[1][32];
	char name[80];

	MUST(evx_event_encode(e, &text, NULL));
	MUST(signer->sign(signer->ctx, "evx-event/1", text.data, text.len, &sig, NULL));
	evx_sha256(text.data, text.len, json);
	evx_sha256(sig.data, sig.len, sigs[0]);
	MUST(evx_record_make(e, json, (const uint8_t(*)[32])sigs, 1, &list));
	evx_sha256(list.data, list.len, record);
	(void)snprintf(name, sizeof(name), "origin/custody/%04u-%s.json", e->sequence, e->type);
	craft_insert(c, c->nmembers, name, text.data, text.len);
	(void)snprintf(
		name, sizeof(name), "origin/custody/%04u-%s.json.sig1", e->sequence, e->type);
	craft_insert(c, c->nmembers, name, sig.data, sig.len);
	(void)snprintf(name, sizeof(name), "origin/custody/%04u-%s.record", e->sequence, e->type);
	craft_insert(c, c->nmembers, name, list.data, list.len);
	evx_buf_free(&text);
	evx_buf_free(&sig);
	evx_buf_free(&list);
}

void craft_disclosure_origin(struct craft *c)
{
	struct evx_event *entry = &c->origin.entry;
	uint8_t record[32], unused[32];

	fill_seal(c);
	fill_entry(c);
	craft_call(c, AT_ORIGIN);
	add_event(c, &c->origin.seal, &c->people[OFFICER].signer, c->origin.hash, record);
	memcpy(entry->exhibit, c->origin.hash, 32);
	memcpy(entry->previous, c->origin.hash, 32);
	memcpy(entry->record, record, 32);
	MUST(evx_sshkey_encode(&c->origin.entry_signer->pub, entry->signers[0]));
	add_event(c, entry, c->origin.entry_signer, unused, record);
}

void craft_disclosure_seal(struct craft *c)
{
	struct evx_seal_fields *s = &c->event.seal;

	s->shape = EVX_SHAPE_DISCLOSURE;
	memcpy(s->origin.exhibit, c->origin.hash, 32);
	memcpy(s->origin.listing_root, c->origin.root, 32);
	s->origin.lines = c->origin.lines;
	s->origin.withheld = c->origin.lines - c->nlines;
	s->origin.names_only = strcmp(c->fault->name, "disclosure-link") == 0 ? 0 : 1;
	s->origin.in_part = has_name(c, "disclosure-range") ? 1 : 0;
}
