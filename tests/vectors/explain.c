#include "explain.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "bundle/bundle_walk.h"
#include "content/chunk_id.h"
#include "content/frame_codec.h"
#include "content/listing_leaf.h"
#include "crypto/merkle.h"
#include "format/tar.h"
#include "format/text.h"

/* What the page needs of the bundle in the making: it is gone from the finished one but for those
 * who can open it. */
struct secrets {
	struct evx_secret *custody, *content;
	struct evx_payload_result sealed;
};

struct page {
	const struct person *people;
	struct secrets s;
	struct evx_buf file; /* the bundle */
	struct evx_bundle *bundle;
	struct evx_buf payload; /* its one pack */
	uint8_t header_key[32];
	struct evx_frame_codec *codec;
	struct evx_buf line; /* of the listing, with its LF */
};

/* ---- Printing --------------------------------------------------------------------------- */

void page_hex(const char *name, const void *p, size_t n)
{
	const uint8_t *b = p;

	printf("%-28s", name);
	for (size_t i = 0; i < n; i++)
		printf("%02x", b[i]);
	putchar('\n');
}

/* As hexdump -C: a row that repeats the one before becomes one `*`. */
static void dump(const void *p, size_t n)
{
	const uint8_t *b = p;
	bool folded = false;

	for (size_t at = 0; at < n; at += 16) {
		const size_t row = n - at < 16 ? n - at : 16;

		if (at > 0 && row == 16 && at + 16 < n && memcmp(b + at, b + at - 16, 16) == 0) {
			if (!folded)
				puts("*");
			folded = true;
			continue;
		}
		folded = false;
		printf("%06zx ", at);
		for (size_t i = 0; i < 16; i++)
			if (i < row)
				printf(" %02x", b[at + i]);
			else
				printf("   ");
		printf("  |");
		for (size_t i = 0; i < row; i++)
			putchar(b[at + i] >= 0x20 && b[at + i] < 0x7f ? b[at + i] : '.');
		puts("|");
	}
}

void page_fence(void)
{
	puts("```");
}

void page_text(const struct evx_buf *b)
{
	page_fence();
	fwrite(b->data, 1, b->len, stdout);
	page_fence();
	putchar('\n');
}

void page_section(const char *title)
{
	printf("## %s\n\n", title);
}

/* ---- The bundle ------------------------------------------------------------------------- */

static void keep_secrets(void *ctx, const struct good *g)
{
	struct secrets *s = ctx;

	s->custody = evx_secret_copy(evx_secret_bytes(g->keys.custody), 32);
	s->content = evx_secret_copy(evx_secret_bytes(g->keys.content), 32);
	s->sealed = g->sealed;
}

static struct evx_buf member(const struct page *p, const char *name)
{
	struct evx_buf bytes = EVX_BUF_INIT;

	MUST(evx_bundle_read_member(p->bundle, name, EVX_MEMBER_MAX, &bytes, NULL));
	return bytes;
}

static void print_member(const struct page *p, const char *name)
{
	struct evx_buf bytes = member(p, name);

	printf("`%s`:\n\n", name);
	page_text(&bytes);
	evx_buf_free(&bytes);
}

static struct evx_buf opened(
	const struct page *p, const char *name, const struct evx_secret *identity)
{
	const struct evx_age_open how = { &identity, 1, NULL, 0 };
	struct evx_buf bytes = member(p, name), plain = EVX_BUF_INIT;

	MUST(evx_age_decrypt(&how, false, bytes.data, bytes.len, &plain, NULL));
	evx_buf_free(&bytes);
	return plain;
}

static void print_part(const struct page *p, const char *name, const struct evx_secret *identity)
{
	struct evx_buf plain = opened(p, name, identity);

	printf("Plaintext of `%s`:\n\n", name);
	page_text(&plain);
	evx_buf_free(&plain);
}

static void print_identity(const char *name, const struct evx_secret *identity)
{
	struct evx_buf line = EVX_BUF_INIT;
	char recipient[EVX_AGE_RECIPIENT_CAP];
	uint8_t pub[32];

	MUST(evx_age_identity_encode(identity, &line));
	MUST(evx_age_public(identity, pub));
	MUST(evx_age_recipient_encode(pub, recipient));
	page_hex(name, evx_secret_bytes(identity), 32);
	printf("%28s%.*s\n%28s%s\n", "", (int)line.len - 1, (const char *)line.data, "", recipient);
	evx_buf_free(&line);
}

static void keys(const struct page *p)
{
	char key[EVX_SSHKEY_CAP];

	page_section("Keys");
	puts("Secret bytes, the age identity and the recipient made of them. The lab is the only "
	     "reader, the\nofficer signs.\n");
	page_fence();
	print_identity("lab", p->people[LAB].encryption);
	print_identity("exhibit, custody", p->s.custody);
	print_identity("exhibit, content", p->s.content);
	MUST(evx_sshkey_encode(&p->people[OFFICER].signing_pub, key));
	page_hex("officer, Ed25519 seed", evx_secret_bytes(p->people[OFFICER].signing), 32);
	printf("%28s%s\n", "", key);
	page_fence();
	putchar('\n');
}

static void print_index(const struct page *p)
{
	struct evx_buf index = member(p, "index-0000");
	const char *trailer = (const char *)index.data + index.len - EVX_TAR_BLOCK;
	const uint8_t *end = memmem(index.data, index.len, "\n\n", 2);

	puts("The index is the last member. Its text, with the first of the LFs that fill it, and "
	     "how its last 512\nbytes begin:\n");
	page_fence();
	fwrite(index.data, 1, (size_t)(end - index.data) + 2, stdout);
	printf("%.*s\n", 3 + (int)strcspn(trailer + 3, " "), trailer);
	page_fence();
	putchar('\n');
	evx_buf_free(&index);
}

static void container(const struct page *p)
{
	page_section("Container");
	printf("%zu bytes. The members, where their headers stand, and the lengths of their "
	       "contents; packs go\n"
	       "between `keys/0000-content.age` and `manifest-sha256.txt`:\n\n",
		p->file.len);
	page_fence();
	for (size_t i = 0; i < evx_bundle_count(p->bundle); i++) {
		const struct evx_bundle_member *m = evx_bundle_at(p->bundle, i);

		printf("%6llu %6llu  %s\n", (unsigned long long)m->offset,
			(unsigned long long)m->size, m->name);
	}
	page_fence();
	puts("\nThe first block, the header of `bagit.txt`:\n");
	page_fence();
	dump(p->file.data, EVX_TAR_BLOCK);
	page_fence();
	putchar('\n');
	print_member(p, "bagit.txt");
	print_member(p, "manifest-sha256.txt");
	print_member(p, "bag-info.txt");
	print_member(p, "tagmanifest-sha256.txt");
	print_index(p);
}

/* ---- The payload ------------------------------------------------------------------------ */

static const char *type_name(uint8_t type)
{
	static const char *const names[] = { "?", "data", "listing", "content node", "listing node",
		"padding" };

	return names[type < sizeof(names) / sizeof(names[0]) ? type : 0];
}

static void print_node(const uint8_t *plain, size_t n)
{
	const uint8_t *r = plain + EVX_NODE_HEAD_LEN;

	page_hex("node: first", plain, 8);
	page_hex("node: count", plain + 8, 4);
	for (; r < plain + n; r += EVX_REF_LEN) {
		page_hex("reference: id", r, 32);
		page_hex("reference: key", r + 32, 32);
		page_hex("reference: sequence", r + 64, 4);
		page_hex("reference: position", r + 68, 8);
		page_hex("reference: stored", r + 76, 4);
		page_hex("reference: plain", r + 80, 4);
		page_hex("reference: span", r + 84, 8);
	}
}

/* Prints the frame at position; keeps the listing's line. Returns where the next one is. */
static uint64_t print_frame(struct page *p, uint64_t position)
{
	const uint8_t *at = p->payload.data + position, *plain;
	struct evx_frame_header h;
	uint8_t head[EVX_FRAME_HEADER_PLAIN], nonce[12], ad[EVX_FRAME_BODY_AD_LEN], id[32], *body,
		*room;
	size_t body_len;

	MUST(evx_frame_codec_header_open(p->codec, p->header_key, 0, position, at, &h, NULL));
	evx_frame_header_encode(&h, head);
	evx_frame_header_nonce(0, position, nonce);
	evx_frame_body_ad(h.type, h.level, h.plain, ad);
	body_len = h.stored - EVX_FRAME_HEADER_LEN;
	body = malloc(body_len);
	room = malloc(h.plain);
	must(body != NULL && room != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "a frame");
	memcpy(body, at + EVX_FRAME_HEADER_LEN, body_len);
	printf("### Position %llu: %s\n\n", (unsigned long long)position, type_name(h.type));
	page_fence();
	page_hex("header: nonce", nonce, sizeof(nonce));
	page_hex("header: plaintext", head, sizeof(head));
	page_hex("header: as stored", at, EVX_FRAME_HEADER_LEN);
	page_hex("body: associated data", ad, sizeof(ad));
	MUST(evx_frame_codec_open(
		p->codec, h.type, h.level, h.key, h.plain, body, body_len, room, &plain, NULL));
	evx_sha256(plain, h.plain, id);
	printf("%-28s%s\n", "body: codec",
		body_len == h.plain + EVX_FRAME_BODY_EXTRA ? "00" : "01");
	page_hex("body: plaintext", plain, h.plain);
	page_hex("body: as stored", at + EVX_FRAME_HEADER_LEN, body_len);
	if (h.type == EVX_FRAME_DATA) {
		page_hex("SHA-256 of the file in it", id, 32);
		evx_chunk_id_file(h.plain, id, id);
	}
	page_hex("id", id, 32);
	if (h.type == EVX_FRAME_CONTENT_NODE || h.type == EVX_FRAME_LISTING_NODE)
		print_node(plain, h.plain);
	page_fence();
	putchar('\n');
	if (h.type == EVX_FRAME_LISTING)
		MUST(evx_buf_add(&p->line, plain + 2, h.plain - 2)); /* behind "0" TAB */
	free(body);
	free(room);
	return position + h.stored;
}

static void payload(struct page *p)
{
	uint8_t hash[32];
	const uint64_t used = p->s.sealed.padding[0].position;
	uint64_t at = 0;

	page_section("Payload");
	evx_sha256(p->payload.data, p->payload.len, hash);
	printf("One pack of %zu bytes. Every frame in it, in order:\n\n", p->payload.len);
	page_fence();
	page_hex("SHA-256 of the pack", hash, 32);
	page_hex("header key K_h", p->header_key, 32);
	page_fence();
	putchar('\n');
	while (at < p->payload.len)
		at = print_frame(p, at);
	printf("The frames before the padding end at %llu; the smallest length that is at least "
	       "%llu and a Padmé\nlength is %zu.\n\n",
		(unsigned long long)used, (unsigned long long)used + 78, p->payload.len);
}

static void listing(const struct page *p)
{
	struct evx_hmac_key key;
	struct evx_buf scratch = EVX_BUF_INIT;
	struct evx_merkle merkle;
	uint8_t salt[32], leaf[32], root[32], listing_root[32];

	page_section("Listing");
	puts("One record: `0` TAB and the line\n");
	page_text(&p->line);
	evx_hmac_key_init(&key, p->s.sealed.leaf_secret, 32);
	evx_listing_leaf_salt(&key, 0, salt);
	MUST(evx_listing_leaf(salt, p->line.data, p->line.len, &scratch, leaf));
	evx_merkle_init(&merkle);
	evx_merkle_add(&merkle, leaf);
	evx_merkle_root(&merkle, root);
	evx_listing_leaf_root(1, root, listing_root);
	page_fence();
	page_hex("leaf secret", p->s.sealed.leaf_secret, 32);
	page_hex("salt(0)", salt, 32);
	page_hex("leaf(0)", leaf, 32);
	page_hex("Merkle root (one leaf)", root, 32);
	page_hex("listing root", listing_root, 32);
	page_fence();
	putchar('\n');
	must(memcmp(listing_root, p->s.sealed.listing_root, 32) == 0 ? EVX_OK : EVX_E_FORGED, NULL,
		"the listing root");
	evx_buf_free(&scratch);
	evx_hmac_key_wipe(&key);
}

static void seal(const struct page *p)
{
	struct evx_buf json = member(p, "custody/0000-seal.json");
	char code[EVX_SEAL_CODE_CAP];
	uint8_t hash[32];

	page_section("Seal");
	print_member(p, "custody/0000-seal.json");
	print_member(p, "custody/0000-seal.json.sig1");
	print_part(p, "custody/0000-seal.details.age", p->s.custody);
	print_part(p, "custody/0000-seal.content.age", p->s.content);
	print_member(p, "custody/0000-seal.record");
	evx_sha256(json.data, json.len, hash);
	evx_seal_code(hash, code);
	puts("The hash of the seal, the exhibit's true name, and its code for the notebook:\n");
	page_fence();
	page_hex("SHA-256 of 0000-seal.json", hash, 32);
	printf("%-28s%s\n", "seal code", code);
	page_fence();
	evx_buf_free(&json);
}

static void open_bundle(struct page *p, const char *dir)
{
	const struct evx_bundle_walk_opts opts = { .jobs = 1 };
	struct evx_bundle_walk_result result;
	struct evx_bundle_pack pack;
	char path[4096];
	int fd;

	good_write(&good_vectors[0], p->people, dir, keep_secrets, &p->s);
	(void)snprintf(path, sizeof(path), "%s/%s.evx", dir, good_vectors[0].name);
	MUST(evx_read_file(AT_FDCWD, path, EVX_MEMBER_MAX, &p->file, NULL));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	MUST(evx_bundle_open_fd(fd, path, &p->bundle, NULL));
	MUST(evx_bundle_walk(p->bundle, &opts, &result, NULL));
	must(result.bad == 0 && evx_bundle_packs(p->bundle) == 1 ? EVX_OK : EVX_E_CORRUPT, NULL,
		"the minimal bundle");
	pack = evx_bundle_pack(p->bundle, 0);
	MUST(evx_buf_add(&p->payload, p->file.data + pack.content, (size_t)pack.length));
	evx_frame_codec_header_key(evx_secret_bytes(p->s.content), p->header_key);
	MUST(evx_frame_codec_new(0, &p->codec, NULL));
	(void)close(fd);
	(void)unlink(path);
}

void explain(const struct person people[PEOPLE], const char *dir)
{
	struct page p = { .people = people };

	open_bundle(&p, dir);
	puts("# An example, byte by byte\n");
	puts("The smallest bundle there is: one file `hello.txt` with the 17 bytes `Hello, "
	     "evidence.` LF. It is\nthe test vector `good/minimal.evx` "
	     "([tests/vectors/README.md](../tests/vectors/README.md) says how\nvectors are made, "
	     "named and used). This page is printed by their generator, `vectors-generate\n"
	     "--explain`, and a test compares the two. Binary values are in hexadecimal.\n");
	printf("The exhibit's UUID is `%s`.\n\n", evx_bundle_uuid(p.bundle));
	keys(&p);
	container(&p);
	payload(&p);
	listing(&p);
	seal(&p);
	explain_disclosure(people);
	evx_secret_free(p.s.custody);
	evx_secret_free(p.s.content);
	evx_payload_result_wipe(&p.s.sealed);
	evx_frame_codec_free(p.codec);
	evx_bundle_free(p.bundle);
	evx_buf_free(&p.file);
	evx_buf_free(&p.payload);
	evx_buf_free(&p.line);
}
