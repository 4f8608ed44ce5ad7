/* Key files: to whom they are made, which identities they hold, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "custody/exhibit_keys.h"
#include "crypto/secret.h"

#define IDS 4u

/* Identities, the reader of all files, and somebody else. */
static struct evx_secret *ids[IDS], *reader, *stranger;
static uint8_t pubs[IDS][32], reader_pub[1][32];

static int make_ids(void **state)
{
	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	for (size_t i = 0; i < IDS; i++) {
		assert_int_equal(evx_age_identity_new(&ids[i], NULL), EVX_OK);
		assert_int_equal(evx_age_public(ids[i], pubs[i]), EVX_OK);
	}
	assert_int_equal(evx_age_identity_new(&reader, NULL), EVX_OK);
	assert_int_equal(evx_age_identity_new(&stranger, NULL), EVX_OK);
	assert_int_equal(evx_age_public(reader, reader_pub[0]), EVX_OK);
	return 0;
}

static int free_ids(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDS; i++)
		evx_secret_free(ids[i]);
	evx_secret_free(reader);
	evx_secret_free(stranger);
	return 0;
}

/* A file to the reader with the identities of these digits; other characters stand there as they
 * are. */
static void file_of(const char *what, struct evx_buf *out)
{
	struct evx_buf lines = EVX_BUF_INIT;

	for (; *what != '\0'; what++)
		if (*what >= '0' && *what < (char)('0' + IDS))
			assert_int_equal(evx_age_identity_encode(ids[*what - '0'], &lines), EVX_OK);
		else
			assert_int_equal(evx_buf_add(&lines, what, 1), EVX_OK);
	assert_int_equal(evx_age_encrypt((const uint8_t(*)[32])reader_pub, 1, lines.data, lines.len,
				 out, NULL),
		EVX_OK);
	evx_buf_free(&lines);
}

static bool is(const struct evx_secret *found, size_t id)
{
	return found != NULL && evx_secret_equal(found, ids[id]);
}

/* The identities that were found, as digits; '-' for none. All are freed. */
static const char *digits(struct evx_secret *const *found, size_t n)
{
	static char out[IDS + 1];

	for (size_t i = 0; i < n; i++) {
		out[i] = found[i] == NULL ? '-' : '?';
		for (size_t k = 0; k < IDS; k++)
			if (is(found[i], k))
				out[i] = (char)('0' + k);
		evx_secret_free(found[i]);
	}
	out[n] = '\0';
	return out;
}

/* The chain has identities 0, 1 and 2. */
static void opened(void **state)
{
	static const struct {
		const char *file, *all, *newest; /* what is found by each way; NULL: nothing */
		enum evx_err err;
	} ways[] = {
		{ "012", "012", "012", EVX_OK },
		{ "02", NULL, "0-2", EVX_E_FORGED },
		{ "2", NULL, "--2", EVX_E_FORGED },
		{ "12", NULL, "-12", EVX_E_FORGED },
		{ "01", NULL, NULL, EVX_E_CORRUPT },
		{ "0", NULL, NULL, EVX_E_CORRUPT },
		{ "", NULL, NULL, EVX_E_CORRUPT },
		{ "021", NULL, NULL, EVX_E_FORGED },
		{ "102", NULL, NULL, EVX_E_FORGED },
		{ "013", NULL, NULL, EVX_E_FORGED },
		{ "312", NULL, NULL, EVX_E_FORGED },
		{ "0122", NULL, NULL, EVX_E_CORRUPT },
		{ "012\n", NULL, NULL, EVX_E_CORRUPT },
		{ "#\n012", NULL, NULL, EVX_E_CORRUPT },
		{ "0\n12", NULL, NULL, EVX_E_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct evx_secret *found[3] = { reader, reader, reader };
		struct evx_buf file = EVX_BUF_INIT;
		enum evx_err err;

		file_of(ways[i].file, &file);
		err = evx_exhibit_keys_open_file(reader, file.data, file.len,
			(const uint8_t(*)[32])pubs, 3, "a file", found, NULL);
		if (err != ways[i].err)
			fail_msg("%s: %s", ways[i].file, evx_err_name(err));
		assert_string_equal(digits(found, 3), ways[i].all != NULL ? ways[i].all : "---");
		found[0] = found[1] = found[2] = reader;
		err = evx_exhibit_keys_open_newest(reader, file.data, file.len,
			(const uint8_t(*)[32])pubs, 3, "a file", found, NULL);
		if ((err == EVX_OK) != (ways[i].newest != NULL) ||
			(err != EVX_OK && err != EVX_E_FORGED && err != EVX_E_CORRUPT))
			fail_msg("%s, the newest: %s", ways[i].file, evx_err_name(err));
		assert_string_equal(
			digits(found, 3), ways[i].newest != NULL ? ways[i].newest : "---");
		evx_buf_free(&file);
	}
}

/* A key that differs in its last byte is another. */
static void another_key(void **state)
{
	struct evx_secret *found[1];
	struct evx_buf file = EVX_BUF_INIT;
	uint8_t pub[1][32];

	(void)state;
	file_of("0", &file);
	for (size_t byte = 0; byte < 32; byte += 31) {
		memcpy(pub[0], pubs[0], 32);
		pub[0][byte] ^= 1;
		assert_int_equal(evx_exhibit_keys_open_file(reader, file.data, file.len,
					 (const uint8_t(*)[32])pub, 1, "a file", found, NULL),
			EVX_E_FORGED);
		assert_null(found[0]);
		assert_int_equal(evx_exhibit_keys_open_newest(reader, file.data, file.len,
					 (const uint8_t(*)[32])pub, 1, "a file", found, NULL),
			EVX_E_FORGED);
		assert_null(found[0]);
	}
	evx_buf_free(&file);
}

static void not_opened(void **state)
{
	struct evx_secret *found[2] = { reader, reader };
	struct evx_buf file = EVX_BUF_INIT;
	size_t n = 7;

	(void)state;
	file_of("01", &file);
	assert_int_equal(evx_exhibit_keys_open_file(stranger, file.data, file.len,
				 (const uint8_t(*)[32])pubs, 2, "a file", found, NULL),
		EVX_E_KEY);
	assert_true(found[0] == NULL && found[1] == NULL);
	found[0] = reader;
	assert_int_equal(evx_exhibit_keys_open_file(reader, file.data, 0,
				 (const uint8_t(*)[32])pubs, 2, "a file", found, NULL),
		EVX_E_KEY);
	assert_null(found[0]);
	assert_int_equal(evx_exhibit_keys_open_all(
				 stranger, file.data, file.len, "a file", found, 2, &n, NULL),
		EVX_E_KEY);
	assert_int_equal(n, 0);
	evx_buf_free(&file);
}

/* All that stand there, as many as there is room for. */
static void all_of_them(void **state)
{
	struct evx_buf file = EVX_BUF_INIT;
	struct evx_secret *found[IDS];
	size_t n;

	(void)state;
	file_of("3012", &file);
	for (size_t room = 0; room <= IDS; room++) {
		memset(found, 0, sizeof(found));
		assert_int_equal(evx_exhibit_keys_open_all(reader, file.data, file.len, "a file",
					 found, room, &n, NULL),
			EVX_OK);
		assert_int_equal(n, room);
		for (size_t i = room; i < IDS; i++)
			assert_null(found[i]);
		assert_memory_equal(digits(found, n), "3012", room);
	}
	evx_buf_free(&file);
	/* What comes before the fault is not kept. */
	file_of("30#\n", &file);
	memset(found, 0, sizeof(found));
	assert_int_equal(evx_exhibit_keys_open_all(
				 reader, file.data, file.len, "a file", found, IDS, &n, NULL),
		EVX_E_CORRUPT);
	assert_int_equal(n, 0);
	assert_string_equal(digits(found, IDS), "----");
	evx_buf_free(&file);
}

/* To each key once, whichever list it stands in. */
static void made(void **state)
{
	const struct evx_secret *own[2] = { ids[0], ids[1] };
	struct evx_secret *found[2];
	struct evx_buf file = EVX_BUF_INIT;
	struct evx_age_header header;
	uint8_t a[3][32], b[3][32];
	uint32_t readers = 9;

	(void)state;
	memcpy(a[0], pubs[3], 32);
	memcpy(a[1], reader_pub[0], 32);
	memcpy(a[2], pubs[3], 32);
	memcpy(b[0], reader_pub[0], 32);
	memcpy(b[1], pubs[2], 32);
	memcpy(b[2], pubs[3], 32);
	assert_int_equal(evx_exhibit_keys_make_file(own, 2, (const uint8_t(*)[32])a, 3,
				 (const uint8_t(*)[32])b, 3, &file, &readers, NULL),
		EVX_OK);
	assert_int_equal(readers, 3);
	assert_int_equal(evx_age_inspect(file.data, file.len, &header, NULL), EVX_OK);
	assert_int_equal(header.x25519, 3);
	assert_int_equal(header.scrypt + header.other, 0);
	for (int by = 0; by < 3; by++) {
		assert_int_equal(evx_exhibit_keys_open_file(by == 0 ? reader :
						 by == 1            ? ids[2] :
								      ids[3],
					 file.data, file.len, (const uint8_t(*)[32])pubs, 2,
					 "a file", found, NULL),
			EVX_OK);
		assert_string_equal(digits(found, 2), "01");
	}
	assert_int_equal(evx_exhibit_keys_open_file(ids[1], file.data, file.len,
				 (const uint8_t(*)[32])pubs, 2, "a file", found, NULL),
		EVX_E_KEY);
	evx_buf_free(&file);
	/* Of nothing, and to nobody, none is made. */
	assert_int_equal(evx_exhibit_keys_make_file(own, 0, (const uint8_t(*)[32])a, 1, NULL, 0,
				 &file, &readers, NULL),
		EVX_E_USAGE);
	assert_int_equal(evx_exhibit_keys_make_file(own, 1, NULL, 0, (const uint8_t(*)[32])b, 1,
				 &file, &readers, NULL),
		EVX_E_USAGE);
	assert_int_equal(readers, 0);
	assert_int_equal(file.len, 0);
	evx_buf_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(opened), cmocka_unit_test(another_key),
		cmocka_unit_test(not_opened), cmocka_unit_test(all_of_them),
		cmocka_unit_test(made) };

	return cmocka_run_group_tests(tests, make_ids, free_ids);
}
