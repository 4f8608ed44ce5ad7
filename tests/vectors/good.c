#include "good.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content/frame_codec.h"
#include "crypto/hash.h"
#include "format/uuid.h"

/* ---- Entries ---------------------------------------------------------------------------- */

static struct evx_entry entry(enum evx_entry_type type, const char *path)
{
	struct evx_entry e;

	evx_entry_init(&e);
	e.type = type;
	e.has_stat = true;
	e.mode = type == EVX_DIR ? 0755 : type == EVX_SYMLINK ? 0777 : 0644;
	e.uid = e.gid = 1000;
	e.has_mtime = true;
	e.mtime = (struct evx_file_time){ VECTORS_TIME, 123456789 };
	MUST(evx_entry_set_path(&e, path, strlen(path)));
	return e;
}

static void put(struct good *g, struct evx_entry *e)
{
	struct evx_diag diag = { 0 };

	must(evx_payload_write_entry(g->payload, e, &diag), &diag, "entry");
	g->lines++;
}

static void begin(struct good *g, uint64_t size)
{
	struct evx_diag diag = { 0 };

	must(evx_payload_write_begin(g->payload, size, &diag), &diag, "file");
}

static void bytes(struct good *g, const uint8_t *p, size_t n)
{
	struct evx_diag diag = { 0 };

	while (n > 0) {
		uint8_t *room;
		size_t cap;

		must(evx_payload_write_buffer(g->payload, &room, &cap, &diag), &diag, "bytes");
		cap = cap < n ? cap : n;
		memcpy(room, p, cap);
		must(evx_payload_write_commit(g->payload, cap, &diag), &diag, "bytes");
		p += cap;
		n -= cap;
	}
}

static void hole(struct good *g, uint64_t n)
{
	struct evx_diag diag = { 0 };

	must(evx_payload_write_hole(g->payload, n, &diag), &diag, "hole");
}

static void end(struct good *g, struct evx_entry *e)
{
	struct evx_diag diag = { 0 };

	must(evx_payload_write_end(g->payload, e, &diag), &diag, "end of file");
	g->lines++;
}

static void dir(struct good *g, const char *path)
{
	struct evx_entry e = entry(EVX_DIR, path);

	put(g, &e);
}

static void file_of(struct good *g, struct evx_entry *e, const void *p, size_t n)
{
	e->size = n;
	begin(g, n);
	bytes(g, p, n);
	end(g, e);
}

static void file(struct good *g, const char *path, const void *p, size_t n)
{
	struct evx_entry e = entry(EVX_FILE, path);

	file_of(g, &e, p, n);
}

/* n bytes that do not shrink and are the same everywhere: SHA-256(be64 0), SHA-256(be64 1) … */
static uint8_t *noise(size_t n)
{
	uint8_t *p = malloc(n + 32), counter[8];

	must(p != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "noise");
	for (size_t at = 0; at < n; at += 32) {
		evx_put_be64(counter, at / 32);
		evx_sha256(counter, sizeof(counter), p + at);
	}
	return p;
}

/* ---- The vectors ------------------------------------------------------------------------ */

static void fill_minimal(struct good *g)
{
	file(g, "hello.txt", "Hello, evidence.\n", 17);
}

static void sparse_file(struct good *g)
{
	struct evx_entry e = entry(EVX_FILE, "tree/sparse.img");
	uint8_t *p = noise(5000);

	e.size = 3000000;
	e.has_map = true;
	MUST(evx_entry_add_extent(&e, 4096, 4000));
	MUST(evx_entry_add_extent(&e, 2000000, 1000));
	begin(g, e.size);
	hole(g, 4096);
	bytes(g, p, 4000);
	hole(g, 2000000 - 8096);
	bytes(g, p + 4000, 1000);
	hole(g, 999000);
	end(g, &e);
	free(p);
}

static void damaged_file(struct good *g)
{
	struct evx_entry e = entry(EVX_FILE, "tree/unreadable.bin");

	e.size = 3000;
	e.has_map = true;
	MUST(evx_entry_add_extent(&e, 0, 1000));
	MUST(evx_entry_add_bad(&e, 1000, 512));
	MUST(evx_entry_add_extent(&e, 1512, 1488));
	begin(g, e.size);
	for (int i = 0; i < 1000; i++)
		bytes(g, (const uint8_t *)"a", 1);
	hole(g, 512);
	for (int i = 0; i < 1488; i++)
		bytes(g, (const uint8_t *)"b", 1);
	end(g, &e);
	g->details.completeness.complete = false;
	g->details.completeness.unreadable_files = 1;
	g->details.completeness.unreadable_bytes = 512;
	MUST(evx_details_add_case(&g->details.completeness.first, "tree/unreadable.bin", 19,
		"could not be read to the end", NULL, NULL, NULL));
}

static void fill_tree(struct good *g)
{
	struct evx_entry e;

	dir(g, "tree");
	dir(g, "tree/Empty directory");
	e = entry(EVX_FILE, "tree/attributes.txt");
	MUST(evx_entry_add_xattr(&e, "user.comment", "from the desk", 13));
	MUST(evx_entry_add_xattr(&e, "user.raw", "\x00\xff", 2));
	e.acl_access = strdup("user::rw-,user:1001:r--,group::r--,mask::r--,other::r--");
	e.user = strdup("alice");
	e.group = strdup("staff");
	e.has_atime = e.has_ctime = e.has_btime = true;
	e.atime = (struct evx_file_time){ -1, 999999999 };
	e.ctime = e.mtime;
	e.btime = (struct evx_file_time){ 0, 0 };
	e.is_hard_link = true;
	file_of(g, &e, "attributes\n", 11);
	file(g, "tree/empty.txt", "", 0);
	e = entry(EVX_FIFO, "tree/fifo");
	put(g, &e);
	e = entry(EVX_FILE, "tree/hardlink.txt");
	e.has_hardlink = true;
	e.hardlink_index = 2;
	put(g, &e);
	e = entry(EVX_SYMLINK, "tree/link");
	MUST(evx_entry_set_link_target(&e, "../elsewhere", 12));
	put(g, &e);
	file(g, "tree/not utf-8 \xff.txt", "latin\n", 6);
	sparse_file(g);
	e = entry(EVX_DIR, "tree/sub");
	e.acl_default = strdup("user::rwx,group::r-x,other::r-x");
	put(g, &e);
	file(g, "tree/sub/with\nnewline", "n\n", 2);
	damaged_file(g);
	file(g,
		"tree/\xc3\xbc"
		"mlaut.txt",
		"u\n", 2);
}

static void fill_chunks(struct good *g)
{
	uint8_t *p = noise(6000000);

	dir(g, "chunks");
	file(g, "chunks/a.bin", p, 6000000);
	file(g, "chunks/b-same.bin", p, 6000000);
	memset(p, 0, 5000000);
	file(g, "chunks/c-zeros.bin", p, 5000000);
	file(g, "chunks/d-small.txt", "small\n", 6);
	free(p);
}

static void fill_packs(struct good *g)
{
	uint8_t *p = noise(34000000);

	file(g, "image.dd", p, 34000000);
	free(p);
}

static void fill_tiers(struct good *g)
{
	file(g, "names.txt", "privileged\n", 11);
	g->custody_lists = true;
	g->attachment = (struct evx_event_attachment){ "warrant.txt", "Warrant 1\n", 10 };
	MUST(evx_details_set(&g->details.authority, "Warrant 1"));
	MUST(evx_details_set(&g->details.place, "Z\xc3\xbcrich"));
	MUST(evx_details_set(&g->details.handling, "H1 for the court only"));
	MUST(evx_details_set(&g->details.scope, "names of 2023; photos left out"));
}

static void fill_label(struct good *g)
{
	file(g, "a.txt", "label\n", 6);
	g->event.seal.case_label = strdup("C-2023-7");
	g->event.seal.exhibit_number = strdup("7/1");
}

static void fill_empty(struct good *g)
{
	dir(g, "nothing");
	file(g, "nothing/here", "", 0);
}

/* n bytes that shrink a little: noise, and text between. */
static uint8_t *some_noise(size_t n)
{
	uint8_t *p = noise(n);

	for (size_t at = 0; at + 4096 <= n; at += 16384)
		memset(p + at, 't', 4096);
	return p;
}

static void add_loan(struct good *g, const uint8_t *p, uint32_t n)
{
	struct good_loan *loan = &g->loans[g->nloans++];
	struct evx_frame_codec *codec = NULL;

	MUST(evx_frame_codec_new(0, &codec, NULL));
	loan->body = malloc(n + EVX_FRAME_BODY_EXTRA);
	must(loan->body != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "loan");
	loan->plain = n;
	evx_sha256(p, n, loan->id);
	evx_random(loan->key, sizeof(loan->key));
	MUST(evx_frame_codec_seal(
		codec, EVX_FRAME_DATA, 0, loan->key, p, n, loan->body, &loan->len, NULL));
	evx_frame_codec_free(codec);
}

/* Of at most 1 MiB, a file is one chunk. */
#define LENT 1048576u

static void lend_two(struct good *g)
{
	uint8_t *p = noise(LENT), *q = some_noise(LENT);

	add_loan(g, p, LENT);
	add_loan(g, q, LENT);
	free(p);
	free(q);
}

static void fill_two_sequences(struct good *g)
{
	uint8_t *p = noise(LENT), *q = some_noise(LENT);

	dir(g, "case");
	file(g, "case/a-lent.bin", p, LENT);
	file(g, "case/b-own.txt", "own\n", 4);
	file(g, "case/c-lent.bin", q, LENT);
	file(g, "case/d-lent-again.bin", p, LENT);
	p[0] ^= 1;
	file(g, "case/e-own.bin", p, LENT);
	free(p);
	free(q);
}

const struct good_vector good_vectors[] = {
	{ "minimal", false, false, fill_minimal, NULL }, /* one small file; example.md explains it
							    byte by byte */
	{ "empty", false, false, fill_empty, NULL },     /* no content at all */
	{ "tree", true, false, fill_tree, NULL },      /* every kind of entry, seal not complete */
	{ "chunks", false, false, fill_chunks, NULL }, /* several chunks, duplicates, zeros */
	{ "packs", false, false, fill_packs, NULL },   /* two packs */
	{ "tiers", false, true, fill_tiers, NULL }, /* custody reader, listing part, attachment */
	{ "public-label", false, false, fill_label, NULL },
	{ "two-sequences", false, false, fill_two_sequences, lend_two }, /* frames borrowed from
									    other exhibits */
};
const size_t good_vectors_count = sizeof(good_vectors) / sizeof(good_vectors[0]);

/* ---- One vector ------------------------------------------------------------------------- */

static enum evx_err take_pack(
	void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32], struct evx_diag *diag)
{
	struct good *g = ctx;

	return evx_writer_hashed_pack(g->writer, p, n, hash, diag);
}

static enum evx_err take_borrowed(void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32],
	const struct evx_piece *pieces, size_t n_pieces, struct evx_diag *diag)
{
	struct good *g = ctx;

	(void)hash;
	(void)pieces;
	(void)n_pieces;
	(void)diag;
	return evx_buf_add(&g->borrowed, p, n);
}

static bool find_loan(void *ctx, const uint8_t id[32], struct evx_loan *out)
{
	const struct good *g = ctx;

	for (uint8_t i = 0; i < g->nloans; i++) {
		if (memcmp(g->loans[i].id, id, 32) != 0)
			continue;
		out->lender[0] = i;
		memcpy(out->key, g->loans[i].key, sizeof(out->key));
		out->stored = (uint32_t)(EVX_FRAME_HEADER_LEN + g->loans[i].len);
		out->plain = g->loans[i].plain;
		return true;
	}
	return false;
}

static enum evx_err read_loan(
	void *ctx, const struct evx_loan *loan, uint8_t *body, struct evx_diag *diag)
{
	const struct good *g = ctx;

	(void)diag;
	memcpy(body, g->loans[loan->lender[0]].body, g->loans[loan->lender[0]].len);
	return EVX_OK;
}

static void front(struct good *g, const struct good_vector *v)
{
	static const char readme[] = "A test vector of evx. It holds no evidence.\n";
	struct evx_key_files files = { EVX_BUF_INIT, EVX_BUF_INIT, 0, 0 };
	uint8_t content[1][32], custody[1][32];
	struct evx_diag diag = { 0 };

	memcpy(content[0], g->people[LAB].encryption_pub, 32);
	memcpy(custody[0], g->people[ROOM].encryption_pub, 32);
	must(evx_exhibit_keys_new(&g->keys, &diag), &diag, "exhibit keys");
	must(evx_key_files_make(&g->keys, (const uint8_t(*)[32])content, 1,
		     (const uint8_t(*)[32])custody, v->custody_reader, &files, &diag),
		&diag, "key files");
	must(evx_writer_member(g->writer, "README.txt", readme, sizeof(readme) - 1, &diag), &diag,
		"README.txt");
	must(evx_writer_member(g->writer, "keys/0000-custody.age", files.custody.data,
		     files.custody.len, &diag),
		&diag, "key file");
	must(evx_writer_member(g->writer, "keys/0000-content.age", files.content.data,
		     files.content.len, &diag),
		&diag, "key file");
	g->event.seal.custody_readers = files.custody_readers;
	g->event.seal.content_readers = files.content_readers;
	evx_key_files_free(&files);
}

static void contents(struct good *g, const struct good_vector *v)
{
	const struct evx_lender lender = { find_loan, read_loan, NULL, g, false };
	const struct evx_payload_write_opts opts = { .secret = evx_secret_bytes(g->keys.content),
		.jobs = 1,
		.md5 = v->md5_sha1,
		.sha1 = v->md5_sha1,
		.sink = { take_pack, g },
		.lender = v->lend != NULL ? &lender : NULL,
		.borrowed = { take_borrowed, g } };
	struct evx_diag diag = { 0 };
	uint8_t hash[32];

	if (v->lend != NULL)
		v->lend(g);
	must(evx_payload_write_new(&opts, &g->payload, &diag), &diag, "pipeline");
	g->details.has_completeness = true;
	g->details.completeness.complete = true;
	v->fill(g);
	must(evx_payload_write_finish(g->payload, &g->sealed, &diag), &diag, "pipeline");
	for (size_t at = 0, n; at < g->borrowed.len; at += n) {
		n = g->borrowed.len - at < EVX_PACK_LEN ? g->borrowed.len - at : EVX_PACK_LEN;
		must(evx_writer_pack(g->writer, g->borrowed.data + at, n, hash, &diag), &diag,
			"pack");
	}
}

static void seal(struct good *g)
{
	struct evx_content_part part = {
		.lines = g->sealed.lines, .listing = g->sealed.listing, .content = g->sealed.content
	};
	const struct evx_seal_request request = { .event = &g->event,
		.details = &g->details,
		.content = &part,
		.keys = &g->keys,
		.custody_lists = g->custody_lists,
		.attachments = &g->attachment,
		.nattachments = g->attachment.name != NULL,
		.signers = &g->people[OFFICER].signer,
		.nsigners = 1 };
	struct evx_event_files files = { NULL, 0 };
	struct evx_diag diag = { 0 };
	uint8_t hash[32];

	memcpy(part.leaf_secret, g->sealed.leaf_secret, 32);
	for (size_t i = 0; i < 2; i++) {
		part.sequences[i] = g->sealed.sequence_len[i];
		if (g->sealed.has_padding[i])
			part.padding[part.npadding++] = g->sealed.padding[i];
	}
	must(evx_writer_finish_payload(g->writer, g->event.seal.tagmanifest, &diag), &diag,
		"manifests");
	g->event.time = VECTORS_TIME;
	g->event.seal.complete = g->details.completeness.complete;
	memcpy(g->event.seal.listing_root, g->sealed.listing_root, 32);
	must(evx_event_build_seal(&request, &files, hash, &diag), &diag, "seal");
	for (size_t i = 0; i < files.n; i++)
		must(evx_writer_member(g->writer, files.at[i].name, files.at[i].bytes.data,
			     files.at[i].bytes.len, &diag),
			&diag, files.at[i].name);
	must(evx_writer_end(g->writer, &diag), &diag, "end");
	evx_event_files_free(&files);
}

void good_write(const struct good_vector *v, const struct person people[PEOPLE], const char *dir,
	void (*tap)(void *ctx, const struct good *g), void *ctx)
{
	struct good g = { .people = people };
	struct evx_diag diag = { 0 };
	uint8_t random[16];
	char path[4096];

	seed_for(v->name);
	evx_random(random, sizeof(random));
	evx_uuid_v4(random, g.event.uuid);
	(void)snprintf(path, sizeof(path), "%s/%s.evx", dir, v->name);
	(void)unlink(path);
	/* The name of the temporary file takes randomness, too; a seed of its own for what follows
	 * keeps the bundle apart from it. */
	must(evx_writer_file(path, g.event.uuid, &g.writer, &diag), &diag, path);
	seed_for(g.event.uuid);
	front(&g, v);
	contents(&g, v);
	if (tap != NULL)
		tap(ctx, &g);
	seal(&g);
	evx_payload_write_free(g.payload);
	evx_writer_free(g.writer);
	evx_payload_result_wipe(&g.sealed);
	evx_buf_free(&g.borrowed);
	for (size_t i = 0; i < g.nloans; i++)
		free(g.loans[i].body);
	evx_exhibit_keys_free(&g.keys);
	evx_details_free(&g.details);
	evx_event_free(&g.event);
}
