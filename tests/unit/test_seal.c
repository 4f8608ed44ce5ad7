/* Exhibit keys, the seal, and opening its parts. */
#include "mutate.h"
#include "seal_fixture.h"

static void readers_counted(void **state)
{
	struct fixture f;
	struct evx_key_files files;
	uint8_t some[3][32];
	uint8_t(*many)[32] = calloc(EVX_STANZAS_MAX + 1, sizeof(*many));
	size_t i;

	(void)state;
	assert_non_null(many);
	fix_prepare(&f);
	memcpy(some[0], f.reader_pub[0], 32);
	memcpy(some[1], f.custodian_pub[0], 32);
	memcpy(some[2], f.reader_pub[0], 32);
	assert_int_equal(evx_key_files_make(&f.keys, (const uint8_t(*)[32])some, 3,
				 (const uint8_t(*)[32])some, 2, &files, NULL),
		EVX_OK);
	assert_int_equal(files.content_readers, 2);
	assert_int_equal(files.custody_readers, 2);
	evx_key_files_free(&files);
	assert_null(files.content.data);
	assert_int_equal(files.content_readers, 0);
	assert_int_equal(files.custody_readers, 0);
	evx_key_files_free(&files);
	assert_int_equal(
		evx_key_files_make(&f.keys, NULL, 0, (const uint8_t(*)[32])some, 2, &files, NULL),
		EVX_E_USAGE);
	for (i = 0; i <= EVX_STANZAS_MAX; i++) {
		many[i][0] = (uint8_t)(i + 1);
		many[i][1] = (uint8_t)(i >> 8);
	}
	assert_int_equal(evx_key_files_make(&f.keys, (const uint8_t(*)[32])many,
				 EVX_STANZAS_MAX + 1, NULL, 0, &files, NULL),
		EVX_E_LIMIT);
	free(many);
	fix_free(&f);
}

/* To how many keys the part is encrypted. */
static size_t readers_of(struct evx_bytes part)
{
	const uint8_t *at = part.p, *end = memmem(part.p, part.n, "\n--- ", 5);
	size_t n = 0;

	assert_non_null(end);
	while ((at = memmem(at, (size_t)(end - at), "\n-> ", 4)) != NULL) {
		at += 4;
		n++;
	}
	return n;
}

static void sealed_and_opened(void **state)
{
	static const char *const names[] = { "custody/0000-seal.json",
		"custody/0000-seal.json.sig1", "custody/0000-seal.details.age",
		"custody/0000-seal.content.age", "custody/0000-seal.listing.age",
		"custody/0000-seal.attach1.age", "custody/0000-seal.attach2.age",
		"custody/0000-seal.record" };
	static const struct evx_event_attachment attachments[] = { { "photo.jpg", "\xff\xd8", 2 },
		{ "empty", "", 0 } };
	struct fixture f;
	struct evx_event event;
	struct evx_details details;
	struct evx_content_part part;
	struct evx_buf bytes = EVX_BUF_INIT;
	uint8_t hash[32];
	size_t i;

	(void)state;
	fix_prepare(&f);
	f.request.custody_lists = true;
	f.request.attachments = attachments;
	f.request.nattachments = 2;
	fix_seal(&f);
	assert_int_equal(f.files.n, sizeof(names) / sizeof(names[0]));
	for (i = 0; i < f.files.n; i++)
		assert_string_equal(f.files.at[i].name, names[i]);
	evx_sha256(f.files.at[0].bytes.data, f.files.at[0].bytes.len, hash);
	assert_memory_equal(hash, f.hash, 32);
	assert_int_equal(
		evx_event_decode(f.files.at[0].bytes.data, f.files.at[0].bytes.len, &event, NULL),
		EVX_OK);
	assert_int_equal(event.nfiles, 5);
	for (i = 2; i < 7; i++) /* one key of the exhibit's opens each part */
		assert_int_equal(readers_of(fix_bytes(&f.files, names[i])), 1);
	assert_int_equal(evx_seal_open_details(&event, names[2], fix_bytes(&f.files, names[2]),
				 f.keys.custody, &details, NULL),
		EVX_OK);
	assert_string_equal(details.place, "somewhere");
	assert_string_equal(details.binding.uuid, FIX_UUID);
	assert_int_equal(details.attachments.n, 2);
	assert_int_equal(evx_seal_open_attachment(&event, &details.attachments.at[0],
				 fix_bytes(&f.files, names[5]), f.keys.custody, &bytes, NULL),
		EVX_OK);
	assert_int_equal(bytes.len, 2);
	assert_int_equal(evx_seal_open_attachment(&event, &details.attachments.at[1],
				 fix_bytes(&f.files, names[6]), f.keys.custody, &bytes, NULL),
		EVX_OK);
	assert_int_equal(bytes.len, 2);
	assert_int_equal(evx_seal_open_content(&event, names[3], fix_bytes(&f.files, names[3]),
				 f.keys.content, &part, NULL),
		EVX_OK);
	assert_true(part.content.present);
	assert_int_equal(part.lines, 3);
	assert_int_equal(evx_seal_open_listing(&event, names[4], fix_bytes(&f.files, names[4]),
				 f.keys.custody, &part, NULL),
		EVX_OK);
	assert_false(part.content.present);
	assert_int_equal(part.leaf_secret[0], 5);
	/* Keys open what is for them and nothing else; a part is not taken for another. */
	assert_int_equal(evx_seal_open_content(&event, names[3], fix_bytes(&f.files, names[3]),
				 f.keys.custody, &part, NULL),
		EVX_E_KEY);
	assert_int_equal(evx_seal_open_content(&event, names[3], fix_bytes(&f.files, names[3]),
				 NULL, &part, NULL),
		EVX_E_KEY);
	assert_int_equal(evx_seal_open_content(&event, names[3], fix_bytes(&f.files, names[4]),
				 f.keys.custody, &part, NULL),
		EVX_E_FORGED);
	assert_int_equal(evx_seal_open_content(&event, names[4], fix_bytes(&f.files, names[4]),
				 f.keys.custody, &part, NULL),
		EVX_E_CORRUPT);
	assert_int_equal(evx_seal_open_content(&event, "custody/0000-seal.attach9.age",
				 fix_bytes(&f.files, names[4]), f.keys.custody, &part, NULL),
		EVX_E_NOT_FOUND);
	details.attachments.at[0].size = 3;
	assert_int_equal(evx_seal_open_attachment(&event, &details.attachments.at[0],
				 fix_bytes(&f.files, names[5]), f.keys.custody, &bytes, NULL),
		EVX_E_FORGED);
	evx_event_free(&event);
	evx_details_free(&details);
	evx_buf_free(&bytes);
	fix_free(&f);
}

/* Encrypts text to pub as the part name of event, and signs for it there. */
static struct evx_buf planted(struct evx_event *event, const char *name, const uint8_t (*pubs)[32],
	size_t n, const void *text, size_t len)
{
	struct evx_buf age = EVX_BUF_INIT;
	uint8_t hash[32];
	size_t i;

	assert_int_equal(evx_age_encrypt(pubs, n, text, len, &age, NULL), EVX_OK);
	evx_sha256(age.data, age.len, hash);
	for (i = 0; i < event->nfiles; i++)
		if (strcmp(event->files[i].name, name) == 0)
			memcpy(event->files[i].hash, hash, 32);
	return age;
}

static void parts_of_others(void **state)
{
	static const char name[] = "custody/0000-seal.details.age";
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = { { "01234567-89ab", "11234567-89ab", EVX_E_CUSTODY },
		{ "\"sequence\":0,",
			"\"sequence\":1,\"previous\":"
			"\"1111111111111111111111111111111111111111111111111111111111111111\",",
			EVX_E_CUSTODY },
		{ "\"complete\":true", "\"complete\":false", EVX_E_CORRUPT },
		{ "\"complete\":true,\"unreadable_files\":\"0\"",
			"\"complete\":false,\"unreadable_files\":\"1\"", EVX_E_CUSTODY } };
	struct fixture f;
	struct evx_details details;
	struct evx_buf json = EVX_BUF_INIT, age;
	uint8_t to[2][32];
	size_t i;

	(void)state;
	fix_prepare(&f);
	fix_seal(&f);
	memcpy(to[0], f.keys.custody_pub, 32);
	memcpy(to[1], f.custodian_pub[0], 32);
	assert_int_equal(evx_details_encode(&f.details, &json, NULL), EVX_OK);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf b = mutated(json.data, json.len, bad[i].from, bad[i].to);

		age = planted(&f.event, name, (const uint8_t(*)[32])to, 1, b.data, b.len);
		assert_int_equal(evx_seal_open_details(&f.event, name,
					 (struct evx_bytes){ age.data, age.len }, f.keys.custody,
					 &details, NULL),
			bad[i].err);
		evx_buf_free(&age);
		evx_buf_free(&b);
	}
	/* Encrypted to a second reader whom the seal does not count. */
	age = planted(&f.event, name, (const uint8_t(*)[32])to, 2, json.data, json.len);
	assert_int_equal(
		evx_seal_open_details(&f.event, name, (struct evx_bytes){ age.data, age.len },
			f.keys.custody, &details, NULL),
		EVX_E_CORRUPT);
	evx_buf_free(&age);
	/* The author is another. */
	age = planted(&f.event, name, (const uint8_t(*)[32])to, 1, json.data, json.len);
	f.event.signers[0][40] = f.event.signers[0][40] == 'A' ? 'B' : 'A';
	assert_int_equal(
		evx_seal_open_details(&f.event, name, (struct evx_bytes){ age.data, age.len },
			f.keys.custody, &details, NULL),
		EVX_E_CUSTODY);
	evx_buf_free(&age);
	/* A seal without completeness statement. */
	evx_buf_reset(&json);
	f.details.has_completeness = false;
	f.details.binding = evx_binding_of(&f.event);
	assert_int_equal(evx_details_encode(&f.details, &json, NULL), EVX_OK);
	age = planted(&f.event, name, (const uint8_t(*)[32])to, 1, json.data, json.len);
	assert_int_equal(
		evx_seal_open_details(&f.event, name, (struct evx_bytes){ age.data, age.len },
			f.keys.custody, &details, NULL),
		EVX_E_CORRUPT);
	evx_buf_free(&age);
	evx_buf_free(&json);
	fix_free(&f);
}

static void content_of_others(void **state)
{
	static const char name[] = "custody/0000-seal.content.age";
	struct fixture f;
	struct evx_content_part part;
	struct evx_buf json = EVX_BUF_INIT, age, b;
	uint8_t to[1][32];
	size_t i;

	(void)state;
	fix_prepare(&f);
	fix_seal(&f);
	memcpy(to[0], f.keys.content_pub, 32);
	f.content.binding = evx_binding_of(&f.event);
	assert_int_equal(evx_content_part_encode(&f.content, &json, NULL), EVX_OK);
	b = mutated(json.data, json.len, "01234567-89ab", "11234567-89ab");
	age = planted(&f.event, name, (const uint8_t(*)[32])to, 1, b.data, b.len);
	assert_int_equal(
		evx_seal_open_content(&f.event, name, (struct evx_bytes){ age.data, age.len },
			f.keys.content, &part, NULL),
		EVX_E_CUSTODY);
	for (i = 0; i < sizeof(part); i++)
		assert_int_equal(((const uint8_t *)&part)[i], 0);
	evx_buf_free(&age);
	evx_buf_free(&b);
	evx_buf_free(&json);
	fix_free(&f);
}

static void not_sealed(void **state)
{
	struct fixture f;
	struct evx_event_files files;
	struct evx_diag diag = { 0 };
	uint8_t hash[32];

	(void)state;
	fix_prepare(&f);
	f.event.seal.complete = false; /* the details say otherwise */
	assert_int_equal(evx_event_build_seal(&f.request, &files, hash, &diag), EVX_E_USAGE);
	assert_int_equal(files.n, 0);
	f.event.seal.complete = true;
	f.details.has_completeness = false;
	assert_int_equal(evx_event_build_seal(&f.request, &files, hash, NULL), EVX_E_USAGE);
	f.details.has_completeness = true;
	f.request.nsigners = 0;
	assert_int_equal(evx_event_build_seal(&f.request, &files, hash, NULL), EVX_E_USAGE);
	f.request.nsigners = 1;
	f.request.nattachments = EVX_ATTACHMENTS_MAX + 1;
	assert_int_equal(evx_event_build_seal(&f.request, &files, hash, NULL), EVX_E_LIMIT);
	f.request.nattachments = 0;
	f.event.seal.content_readers = 0;
	assert_int_equal(evx_event_build_seal(&f.request, &files, hash, NULL), EVX_E_USAGE);
	fix_free(&f);
	fix_prepare(&f);
	f.content.lines = 0;
	assert_int_equal(evx_event_build_seal(&f.request, &files, hash, NULL), EVX_E_USAGE);
	fix_free(&f);
	fix_prepare(&f);
	assert_int_equal(
		evx_event_add_file(&f.event, "custody/0000-seal.details.age", hash), EVX_OK);
	assert_int_equal(evx_event_build_seal(&f.request, &files, hash, NULL), EVX_E_USAGE);
	fix_free(&f);
	evx_event_files_free(NULL);
	evx_key_files_free(NULL);
	evx_exhibit_keys_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(readers_counted),
		cmocka_unit_test(sealed_and_opened), cmocka_unit_test(parts_of_others),
		cmocka_unit_test(content_of_others), cmocka_unit_test(not_sealed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
