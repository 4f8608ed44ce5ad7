/* A sealed exhibit without payload: keys, key files, and the files of event 0000; for tests of what
 * stands upon them. */
#ifndef EVX_TESTS_SEAL_FIXTURE_H
#define EVX_TESTS_SEAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "custody/document.h"
#include "custody/event_build.h"
#include "custody/seal_open.h"

#define FIX_UUID "01234567-89ab-4def-8123-456789abcdef"
#define FIX_TIME 1735787045 /* 2025-01-02T03:04:05Z */

struct fixture {
	struct evx_secret *seed, *reader, *custodian; /* the sealer's signing key; a content and a
							 custody reader */
	struct evx_sshkey pub;
	uint8_t reader_pub[1][32], custodian_pub[1][32];
	struct evx_exhibit_keys keys;
	struct evx_key_files key_files;
	struct evx_event event;
	struct evx_details details;
	struct evx_content_part content;
	struct evx_signer signer;
	struct evx_seal_request request;
	struct evx_event_files files;
	uint8_t hash[32];
};

static inline struct evx_ref fix_ref(
	uint64_t position, uint32_t stored, uint32_t plain, uint64_t span)
{
	struct evx_ref r = { { 1 }, { 2 }, 0, position, stored, plain, span };

	return r;
}

/* Everything but the seal itself, which the test may still change. */
static inline void fix_prepare(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	assert_int_equal(evx_sshkey_new(&f->seed, &f->pub, NULL), EVX_OK);
	assert_int_equal(evx_age_identity_new(&f->reader, NULL), EVX_OK);
	assert_int_equal(evx_age_identity_new(&f->custodian, NULL), EVX_OK);
	assert_int_equal(evx_age_public(f->reader, f->reader_pub[0]), EVX_OK);
	assert_int_equal(evx_age_public(f->custodian, f->custodian_pub[0]), EVX_OK);
	assert_int_equal(evx_exhibit_keys_new(&f->keys, NULL), EVX_OK);
	assert_int_equal(evx_key_files_make(&f->keys, (const uint8_t(*)[32])f->reader_pub, 1,
				 (const uint8_t(*)[32])f->custodian_pub, 1, &f->key_files, NULL),
		EVX_OK);
	memcpy(f->event.uuid, FIX_UUID, sizeof(FIX_UUID));
	f->event.time = FIX_TIME;
	f->event.seal.complete = true;
	memset(f->event.seal.tagmanifest, 0x33, 32);
	memset(f->event.seal.listing_root, 0x44, 32);
	f->event.seal.custody_readers = f->key_files.custody_readers;
	f->event.seal.content_readers = f->key_files.content_readers;
	f->details.has_completeness = true;
	f->details.completeness.complete = true;
	assert_int_equal(evx_details_set(&f->details.place, "somewhere"), EVX_OK);
	f->content.lines = 3;
	memset(f->content.leaf_secret, 5, 32);
	f->content.sequences[0] = 1000;
	f->content.npadding = 1;
	f->content.padding[0] = fix_ref(800, 200, 123, 123);
	f->content.listing = (struct evx_tree_root){ true, 0, fix_ref(400, 181, 104, 300) };
	f->content.content = (struct evx_tree_root){ true, 0, fix_ref(10, 181, 104, 9000) };
	f->signer = evx_signer_of_seed(f->seed, &f->pub);
	f->request = (struct evx_seal_request){ &f->event, &f->details, &f->content, &f->keys,
		false, NULL, 0, &f->signer, 1 };
}

static inline void fix_seal(struct fixture *f)
{
	struct evx_diag diag = { 0 };

	if (evx_event_build_seal(&f->request, &f->files, f->hash, &diag) != EVX_OK)
		fail_msg("seal: %s", diag.text);
}

static inline void fix_free(struct fixture *f)
{
	evx_secret_free(f->seed);
	evx_secret_free(f->reader);
	evx_secret_free(f->custodian);
	evx_exhibit_keys_free(&f->keys);
	evx_key_files_free(&f->key_files);
	evx_event_free(&f->event);
	evx_details_free(&f->details);
	evx_event_files_free(&f->files);
}

/* The file of this name, or a failed test. */
static inline struct evx_event_file *fix_file(struct evx_event_files *files, const char *name)
{
	size_t i;

	for (i = 0; i < files->n; i++)
		if (strcmp(files->at[i].name, name) == 0)
			return &files->at[i];
	fail_msg("no file %s", name);
	abort();
}

static inline struct evx_bytes fix_bytes(struct evx_event_files *files, const char *name)
{
	const struct evx_event_file *file = fix_file(files, name);

	return (struct evx_bytes){ file->bytes.data, file->bytes.len };
}

/* Whoever reads a finding looks for the entry that it names: where it names any, it names the one
 * that it is about. R-AFTER names the one before. */
static inline void fix_entries_named(const struct evx_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		const struct evx_finding *f = &findings->at[i];
		char number[16];

		if (f->event == EVX_NO_EVENT || strstr(f->text, "ntry 0") == NULL)
			continue;
		snprintf(number, sizeof(number), " %04u",
			(unsigned)f->event - (strcmp(f->code, "R-AFTER") == 0));
		if (strstr(f->text, number) == NULL)
			fail_msg("%s about %u says: %s", f->code, (unsigned)f->event, f->text);
	}
}

#endif
