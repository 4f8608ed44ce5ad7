/* A seal with real keys and signatures over a made-up payload, and the bundle around it: what
 * outsiders can check is real. */
#ifndef EVX_TESTS_SMALL_SEAL_H
#define EVX_TESTS_SMALL_SEAL_H

#include "bundle/writer.h"
#include "custody/event_build.h"
#include "fuzz/fuzz.h"

#define SMALL_UUID "5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77"
#define SMALL_TIME 1700000000
#define SMALL_PACK 700u

static inline void small_ref(struct evx_ref *ref, uint64_t position, uint32_t plain, uint64_t span)
{
	memset(ref->id, 0x31, sizeof(ref->id));
	memset(ref->key, 0x32, sizeof(ref->key));
	ref->sequence = 0;
	ref->position = position;
	ref->plain = plain;
	ref->stored = plain + EVX_FRAME_OVERHEAD;
	ref->span = span;
}

/* A content part for a payload of one pack of SMALL_PACK bytes: a listing root, a content root, the
 * padding frame. */
static inline void small_content(struct evx_content_part *part)
{
	const uint32_t node = EVX_NODE_HEAD_LEN + EVX_REF_LEN;

	memset(part, 0, sizeof(*part));
	part->lines = 1;
	memset(part->leaf_secret, 0x33, sizeof(part->leaf_secret));
	part->sequences[0] = SMALL_PACK;
	small_ref(&part->listing.ref, 0, node, 100);
	small_ref(&part->content.ref, node + EVX_FRAME_OVERHEAD, node, 200);
	part->listing.present = part->content.present = true;
	small_ref(&part->padding[0], 2 * (node + EVX_FRAME_OVERHEAD),
		SMALL_PACK - 2 * (node + EVX_FRAME_OVERHEAD) - EVX_FRAME_OVERHEAD, 0);
	part->padding[0].span = part->padding[0].plain;
	part->npadding = 1;
}

/* The files of the seal over tagmanifest. */
static inline void small_seal(const struct evx_exhibit_keys *keys, const uint8_t tagmanifest[32],
	struct evx_event_files *files)
{
	struct evx_event event = { .uuid = SMALL_UUID, .time = SMALL_TIME };
	struct evx_details details = { .has_completeness = true };
	struct evx_content_part content;
	struct evx_event_attachment attachment = { "photo.jpg", "jpg", 3 };
	struct evx_signer signer;
	struct evx_secret *seed;
	struct evx_sshkey pub;
	uint8_t hash[32];
	struct evx_seal_request request = { &event, &details, &content, keys, true, &attachment, 1,
		&signer, 1 };
	struct evx_diag diag = { 0 };

	fuzz_check(evx_sshkey_new(&seed, &pub, NULL) == EVX_OK);
	signer = evx_signer_of_seed(seed, &pub);
	small_content(&content);
	details.completeness.complete = event.seal.complete = true;
	event.seal.custody_readers = event.seal.content_readers = 1;
	memcpy(event.seal.tagmanifest, tagmanifest, 32);
	memset(event.seal.listing_root, 0x34, 32);
	if (evx_event_build_seal(&request, files, hash, &diag) != EVX_OK)
		fprintf(stderr, "%s\n", diag.text);
	fuzz_check(diag.code == EVX_OK);
	evx_event_free(&event);
	evx_details_free(&details);
	evx_secret_free(seed);
}

/* Writes the whole bundle to fd. */
static inline void small_bundle(int fd)
{
	struct evx_exhibit_keys keys;
	struct evx_key_files key_files;
	struct evx_event_files files;
	struct evx_secret *reader;
	struct evx_writer *w;
	uint8_t pub[1][32], pack[SMALL_PACK], hash[32];
	size_t i;

	memset(pack, 0x35, sizeof(pack));
	fuzz_check(evx_age_identity_new(&reader, NULL) == EVX_OK &&
		evx_age_public(reader, pub[0]) == EVX_OK);
	fuzz_check(evx_exhibit_keys_new(&keys, NULL) == EVX_OK);
	fuzz_check(evx_key_files_make(&keys, (const uint8_t(*)[32])pub, 1, NULL, 0, &key_files,
			   NULL) == EVX_OK);
	fuzz_check(evx_writer_stream(fd, "memory", SMALL_UUID, &w, NULL) == EVX_OK);
	fuzz_check(evx_writer_member(w, "README.txt", "read me\n", 8, NULL) == EVX_OK);
	fuzz_check(evx_writer_member(w, "keys/0000-custody.age", key_files.custody.data,
			   key_files.custody.len, NULL) == EVX_OK);
	fuzz_check(evx_writer_member(w, "keys/0000-content.age", key_files.content.data,
			   key_files.content.len, NULL) == EVX_OK);
	fuzz_check(evx_writer_pack(w, pack, sizeof(pack), hash, NULL) == EVX_OK);
	fuzz_check(evx_writer_finish_payload(w, hash, NULL) == EVX_OK);
	small_seal(&keys, hash, &files);
	for (i = 0; i < files.n; i++)
		fuzz_check(evx_writer_member(w, files.at[i].name, files.at[i].bytes.data,
				   files.at[i].bytes.len, NULL) == EVX_OK);
	fuzz_check(evx_writer_end(w, NULL) == EVX_OK);
	evx_writer_free(w);
	evx_event_files_free(&files);
	evx_key_files_free(&key_files);
	evx_exhibit_keys_free(&keys);
	evx_secret_free(reader);
}

#endif
