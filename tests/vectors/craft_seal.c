/* Key files, packs, tag files and the seal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "crypto/hash.h"
#include "format/bagit.h"
#include "format/manifest.h"
#include "format/text.h"

static const char *const part_names[] = { "custody/0000-seal.details.age",
	"custody/0000-seal.content.age" };

void craft_front(struct craft *c)
{
	static const char readme[] = "A test vector of evx. It holds no evidence.\n";
	uint8_t content[1][32], custody[1][32];

	memcpy(content[0], c->people[LAB].encryption_pub, 32);
	memcpy(custody[0], c->people[ROOM].encryption_pub, 32);
	MUST(evx_key_files_make(&c->keys, (const uint8_t(*)[32])content, 1,
		(const uint8_t(*)[32])custody, 1, &c->key_files, NULL));
	craft_call(c, AT_KEYS);
	craft_insert(c, c->nmembers, "bagit.txt", evx_bagit_declaration(),
		strlen(evx_bagit_declaration()));
	craft_insert(c, c->nmembers, "README.txt", readme, sizeof(readme) - 1);
	craft_insert(c, c->nmembers, "keys/0000-custody.age", c->key_files.custody.data,
		c->key_files.custody.len);
	craft_insert(c, c->nmembers, "keys/0000-content.age", c->key_files.content.data,
		c->key_files.content.len);
	for (size_t at = 0; at < c->payload.len; at += EVX_PACK_LEN) {
		const size_t n = c->payload.len - at < EVX_PACK_LEN ? c->payload.len - at :
								      EVX_PACK_LEN;
		uint8_t hash[32];
		char hex[65], name[80];

		evx_sha256(c->payload.data + at, n, hash);
		evx_hex_encode(hash, 32, hex);
		(void)snprintf(name, sizeof(name), "data/%s.pack", hex);
		craft_insert(c, c->nmembers, name, c->payload.data + at, n);
	}
	craft_call(c, AT_PACKS);
}

static void hash_of(const struct craft_member *m, uint8_t hash[32])
{
	evx_sha256(m->bytes.data, m->bytes.len, hash);
}

static void make_tagmanifest(struct craft *c, struct evx_buf *out)
{
	static const char *const names[] = { "bag-info.txt", "bagit.txt", "keys/0000-content.age",
		"keys/0000-custody.age", "manifest-sha256.txt", "README.txt" };
	uint8_t hash[32];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		hash_of(craft_find(c, names[i]), hash);
		MUST(evx_manifest_add(out, hash, names[i]));
	}
	for (size_t i = 0; i < c->nmembers; i++) {
		if (strncmp(c->members[i].path, "origin/", 7) != 0)
			continue;
		hash_of(&c->members[i], hash);
		MUST(evx_manifest_add(out, hash, c->members[i].path));
	}
}

void craft_retag(struct craft *c)
{
	struct evx_buf *text = &craft_find(c, "tagmanifest-sha256.txt")->bytes;

	evx_buf_reset(text);
	make_tagmanifest(c, text);
}

void craft_tags(struct craft *c)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint64_t bytes = 0, packs = 0;
	uint8_t hash[32];

	for (size_t i = 0; i < c->nmembers; i++) {
		if (strncmp(c->members[i].path, "data/", 5) != 0)
			continue;
		hash_of(&c->members[i], hash);
		MUST(evx_manifest_add(&text, hash, c->members[i].path));
		bytes += c->members[i].bytes.len;
		packs++;
	}
	craft_insert(c, c->nmembers, "manifest-sha256.txt", text.data, text.len);
	evx_buf_reset(&text);
	MUST(evx_bagit_info_encode(bytes, packs, &text));
	craft_insert(c, c->nmembers, "bag-info.txt", text.data, text.len);
	if (c->disclosure)
		craft_disclosure_origin(c);
	craft_call(c, AT_TAGS);
	evx_buf_reset(&text);
	make_tagmanifest(c, &text);
	craft_insert(c, c->nmembers, "tagmanifest-sha256.txt", text.data, text.len);
	evx_buf_free(&text);
}

static void fill(struct craft *c)
{
	struct evx_event *e = &c->event;

	evx_event_set_kind(e, EVX_EVENT_SEAL);
	memcpy(e->uuid, c->uuid, sizeof(e->uuid));
	e->time = VECTORS_TIME;
	e->nsigners = 1;
	MUST(evx_sshkey_encode(&c->signer->pub, e->signers[0]));
	e->seal.complete = true;
	hash_of(craft_find(c, "tagmanifest-sha256.txt"), e->seal.tagmanifest);
	craft_root(c, e->seal.listing_root);
	MUST(evx_age_recipient_encode(c->keys.custody_pub, e->seal.custody_key));
	MUST(evx_age_recipient_encode(c->keys.content_pub, e->seal.content_key));
	e->seal.custody_readers = c->key_files.custody_readers;
	e->seal.content_readers = c->key_files.content_readers;
	c->details.has_completeness = true;
	c->details.completeness.complete = true;
	for (size_t i = 0; i < c->nlines; i++)
		c->part.lines += !c->lines[i].no_leaf;
	e->seal.sequences[0] = c->payload.len;
	c->part.padding[0] = c->padding;
	c->part.listing = c->listing_root;
	c->part.content = c->content_root;
	if (c->disclosure)
		craft_disclosure_seal(c);
	craft_call(c, AT_SEAL);
	c->details.binding = c->part.binding = evx_binding_of(e);
}

void craft_age(const uint8_t pub[32], const struct evx_buf *plain, struct evx_buf *out)
{
	uint8_t to[1][32];

	memcpy(to[0], pub, 32);
	MUST(evx_age_encrypt((const uint8_t(*)[32])to, 1, plain->data, plain->len, out, NULL));
}

static void write_ref(struct evx_jw *w, const char *key, const struct evx_ref *ref, int level)
{
	evx_jw_obj(w, key);
	evx_jw_hex(w, "id", ref->id, sizeof(ref->id));
	evx_jw_hex(w, "key", ref->key, sizeof(ref->key));
	evx_jw_int(w, "sequence", ref->sequence);
	evx_jw_u64(w, "position", ref->position);
	evx_jw_int(w, "stored", ref->stored);
	evx_jw_int(w, "plain", ref->plain);
	evx_jw_u64(w, "span", ref->span);
	if (level >= 0)
		evx_jw_int(w, "level", level);
	evx_jw_close(w);
}

/* As evx_content_part_encode, which gives out nothing that a reader would refuse. */
static void write_content_part(struct craft *c)
{
	const struct evx_content_part *part = &c->part;
	struct evx_jw w = evx_jw_begin(&c->content_text);

	evx_jw_obj(&w, NULL);
	evx_binding_write(&w, "evx-content/1", &part->binding);
	evx_jw_u64(&w, "lines", part->lines);
	evx_jw_hex(&w, "leaf_secret", part->leaf_secret, sizeof(part->leaf_secret));
	evx_jw_arr(&w, "padding");
	write_ref(&w, NULL, &part->padding[0], -1);
	evx_jw_close(&w);
	write_ref(&w, "listing", &part->listing.ref, part->listing.level);
	write_ref(&w, "content", &part->content.ref, part->content.level);
	evx_jw_close(&w);
	MUST(evx_jw_end(&w));
}

static void add_parts(struct craft *c)
{
	struct evx_buf file = EVX_BUF_INIT;
	uint8_t hash[32];

	MUST(evx_details_encode(&c->details, &c->details_text, NULL));
	write_content_part(c);
	craft_call(c, AT_TEXTS);
	craft_age(c->keys.custody_pub, &c->details_text, &file);
	craft_insert(c, c->nmembers, part_names[0], file.data, file.len);
	evx_buf_reset(&file);
	craft_age(c->keys.content_pub, &c->content_text, &file);
	craft_insert(c, c->nmembers, part_names[1], file.data, file.len);
	craft_call(c, AT_PARTS);
	for (size_t i = 0; i < c->nmembers; i++)
		if (strncmp(c->members[i].path, "custody/", 8) == 0) {
			hash_of(&c->members[i], hash);
			MUST(evx_event_add_file(&c->event, c->members[i].path, hash));
		}
	evx_buf_free(&file);
}

static void add_record(struct craft *c, size_t from)
{
	uint8_t hash[32];

	for (size_t i = from; i < c->nmembers; i++) {
		hash_of(&c->members[i], hash);
		MUST(evx_manifest_add(&c->record, hash, c->members[i].path));
	}
	craft_call(c, AT_RECORD);
	craft_insert(c, c->nmembers, "custody/0000-seal.record", c->record.data, c->record.len);
}

void craft_seal(struct craft *c)
{
	const size_t from = c->nmembers;
	struct evx_buf sig = EVX_BUF_INIT;

	fill(c);
	add_parts(c);
	MUST(evx_event_encode(&c->event, &c->json, NULL));
	craft_call(c, AT_JSON);
	MUST(c->signer->sign(c->signer->ctx, c->ns, c->json.data, c->json.len, &sig, NULL));
	craft_insert(c, from, "custody/0000-seal.json", c->json.data, c->json.len);
	craft_insert(c, from + 1, "custody/0000-seal.json.sig1", sig.data, sig.len);
	craft_call(c, AT_SIGNED);
	add_record(c, from);
	evx_buf_free(&sig);
}
