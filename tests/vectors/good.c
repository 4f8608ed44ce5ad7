#include "good.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "format/uuid.h"

/* ---- Entries ---- */

static struct evx_entry entry(enum evx_entry_type type, const char *path)
{
	struct evx_entry e;

	evx_entry_init(&e);
	e.type = type;
	e.has_stat = true;
	e.mode = type == EVX_DIR ? 0755 : type == EVX_SYMLINK ? 0777 : 0644;
	e.uid = e.gid = 1000;
	e.has_mtime = true;
	e.mtime = VECTORS_TIME * 1000000000 + 123456789;
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

/* ---- The vectors ---- */

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
	MUST(evx_details_add_case(&g->details.completeness.first, "tree/unreadable.bin", 19, "could not be read to the end",
		NULL, NULL, NULL));
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
	e.atime = -1;
	e.ctime = e.mtime;
	e.btime = 0;
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
	file(g, "tree/\xc3\xbc" "mlaut.txt", "u\n", 2);
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
	g->attachment = (struct evx_seal_attachment){ "warrant.txt", "Warrant 1\n", 10 };
	MUST(evx_details_set(&g->details.authority, "Warrant 1"));
	MUST(evx_details_set(&g->details.place, "Z\xc3\xbcrich"));
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

const struct good_vector good_vectors[] = {
	{ "minimal", false, false, fill_minimal },   /* one small file; example.md explains it byte by byte */
	{ "empty", false, false, fill_empty },       /* no content at all */
	{ "tree", true, false, fill_tree },          /* every kind of entry, seal not complete */
	{ "chunks", false, false, fill_chunks },     /* several chunks, duplicates, zeros */
	{ "packs", false, false, fill_packs },       /* two packs */
	{ "tiers", false, true, fill_tiers },        /* custody reader, listing part, attachment */
	{ "public-label", false, false, fill_label },
};
const size_t good_vectors_count = sizeof(good_vectors) / sizeof(good_vectors[0]);

/* ---- One vector ---- */

static enum evx_err take_pack(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct good *g = ctx;
	uint8_t hash[32];

	return evx_writer_pack(g->writer, p, n, hash, diag);
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
	must(evx_key_files_make(&g->keys, (const uint8_t(*)[32])content, 1, (const uint8_t(*)[32])custody, v->custody_reader, &files,
		&diag), &diag, "key files");
	must(evx_writer_member(g->writer, "README.txt", readme, sizeof(readme) - 1, &diag), &diag, "README.txt");
	must(evx_writer_member(g->writer, "keys/0000-custody.age", files.custody.data, files.custody.len, &diag), &diag, "key file");
	must(evx_writer_member(g->writer, "keys/0000-content.age", files.content.data, files.content.len, &diag), &diag, "key file");
	g->event.seal.custody_readers = files.custody_readers;
	g->event.seal.content_readers = files.content_readers;
	evx_key_files_free(&files);
}

static void contents(struct good *g, const struct good_vector *v)
{
	const struct evx_payload_write_opts opts = { .secret = evx_secret_bytes(g->keys.content), .jobs = 1, .md5 = v->md5_sha1,
		.sha1 = v->md5_sha1, .sink = { take_pack, g } };
	struct evx_diag diag = { 0 };

	must(evx_payload_write_new(&opts, &g->payload, &diag), &diag, "pipeline");
	g->details.has_completeness = true;
	g->details.completeness.complete = true;
	v->fill(g);
	must(evx_payload_write_finish(g->payload, &g->sealed, &diag), &diag, "pipeline");
}

static void seal(struct good *g)
{
	struct evx_content_part part = { .lines = g->sealed.lines, .npadding = 1, .listing = g->sealed.listing,
		.content = g->sealed.content };
	const struct evx_seal_request request = { .event = &g->event, .details = &g->details, .content = &part, .keys = &g->keys,
		.custody_lists = g->custody_lists, .attachments = &g->attachment, .nattachments = g->attachment.name != NULL,
		.signers = &g->people[OFFICER].signer, .nsigners = 1 };
	struct evx_seal_files files = { NULL, 0 };
	struct evx_diag diag = { 0 };
	uint8_t hash[32];

	memcpy(part.leaf_secret, g->sealed.leaf_secret, 32);
	part.sequences[0] = g->sealed.sequence_len[0];
	part.padding[0] = g->sealed.padding[0];
	must(evx_writer_finish_payload(g->writer, g->event.seal.tagmanifest, &diag), &diag, "manifests");
	g->event.time = VECTORS_TIME;
	g->event.seal.complete = g->details.completeness.complete;
	memcpy(g->event.seal.listing_root, g->sealed.listing_root, 32);
	must(evx_seal_build(&request, &files, hash, &diag), &diag, "seal");
	for (size_t i = 0; i < files.n; i++)
		must(evx_writer_member(g->writer, files.at[i].name, files.at[i].bytes.data, files.at[i].bytes.len, &diag), &diag,
			files.at[i].name);
	must(evx_writer_end(g->writer, &diag), &diag, "end");
	evx_seal_files_free(&files);
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
	/* The name of the temporary file takes randomness, too; a seed of its own for what follows keeps the bundle apart from it. */
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
	evx_exhibit_keys_free(&g.keys);
	evx_details_free(&g.details);
	evx_event_free(&g.event);
}
