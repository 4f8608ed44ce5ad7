/* age v1: the public test kit, X25519 in both libraries, age itself both ways, and damage at every
 * byte. */
#include "testdata.h"

#include <sys/resource.h>

#include <dirent.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "base/test_hooks.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "format/limits.h"
#include "format/pem.h"
#include "tools.h"

#ifdef EVX_TEST_ZLIB
#include <zlib.h>
#endif

static const struct evx_pem armor = { "AGE ENCRYPTED FILE", 64, true };

static void x25519_both_libraries(void **state)
{
	uint8_t a[32], b[32], pub_a[32], pub_b[32], ours[32], theirs[32], pub[32];
	size_t i, len;

	(void)state;
	for (i = 0; i < 100; i++) {
		EVP_PKEY *mine, *peer;
		EVP_PKEY_CTX *ctx;

		evx_random(a, 32);
		evx_random(b, 32);
		assert_int_equal(crypto_scalarmult_curve25519_base(pub_a, a), 0);
		assert_int_equal(crypto_scalarmult_curve25519_base(pub_b, b), 0);
		assert_int_equal(crypto_scalarmult_curve25519(ours, b, pub_a), 0);
		mine = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, a, 32);
		len = 32;
		assert_int_equal(EVP_PKEY_get_raw_public_key(mine, pub, &len), 1);
		assert_memory_equal(pub, pub_a, 32);
		peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, pub_b, 32);
		ctx = EVP_PKEY_CTX_new(mine, NULL);
		len = 32;
		assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
		assert_int_equal(EVP_PKEY_derive_set_peer(ctx, peer), 1);
		assert_int_equal(EVP_PKEY_derive(ctx, theirs, &len), 1);
		assert_memory_equal(ours, theirs, 32);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(mine);
		EVP_PKEY_free(peer);
	}
}

/* All-zero products are refused, every other point is multiplied as RFC 7748 says, canonical or
 * not. */
static void x25519_wycheproof(void **state)
{
	json_t *root, *group, *test;
	unsigned run = 0, zero = 0;
	size_t i, k;

	(void)state;
	root = testdata_json(testdata("wycheproof/x25519_test.json"), 0);
	json_array_foreach(json_object_get(root, "testGroups"), i, group)
	{
		json_array_foreach(json_object_get(group, "tests"), k, test)
		{
			struct evx_buf pub = testdata_hex(test, "public"),
				       secret = testdata_hex(test, "private"),
				       want = testdata_hex(test, "shared");
			bool is_zero = sodium_is_zero(want.data, want.len) == 1;
			uint8_t got[32];

			assert_int_equal(crypto_scalarmult_curve25519(got, secret.data, pub.data),
				is_zero ? -1 : 0);
			if (!is_zero)
				assert_memory_equal(got, want.data, 32);
			run++;
			zero += is_zero;
			evx_buf_free(&pub);
			evx_buf_free(&secret);
			evx_buf_free(&want);
		}
	}
	json_decref(root);
	assert_int_equal(run, 518);
	assert_in_range(zero, 31, 40);
}

/* One file of the test kit. */
struct vector {
	const char *name;
	char expect[32];
	uint8_t payload[32];
	bool has_payload, armored, zlib;
	struct evx_secret *identity[8], *passphrase;
	size_t nidentities;
	struct evx_buf file;
};

static void read_field(struct vector *v, const char *line)
{
	const char *value = strstr(line, ": ");

	if (value == NULL)
		fail_msg("%s: a line without a colon", v->name);
	value += 2;
	if (strncmp(line, "expect: ", 8) == 0) {
		snprintf(v->expect, sizeof(v->expect), "%s", value);
	} else if (strncmp(line, "payload: ", 9) == 0) {
		v->has_payload = true;
		assert_int_equal(evx_hex_decode(value, strlen(value), v->payload, 32), EVX_OK);
	} else if (strncmp(line, "identity: ", 10) == 0) {
		assert_in_range(v->nidentities, 0, 7);
		assert_int_equal(evx_age_identity_decode(value, strlen(value),
					 &v->identity[v->nidentities++], NULL),
			EVX_OK);
	} else if (strncmp(line, "passphrase: ", 12) == 0) {
		evx_secret_free(v->passphrase); /* scrypt_double names two; it is not to be opened
						   with either */
		v->passphrase = evx_secret_copy(value, strlen(value));
	} else if (strcmp(line, "armored: yes") == 0) {
		v->armored = true;
	} else if (strcmp(line, "compressed: zlib") == 0) {
		v->zlib = true;
	} else if (strncmp(line, "file key: ", 10) != 0 && strncmp(line, "comment: ", 9) != 0) {
		fail_msg("%s: unknown line %s", v->name, line);
	}
}

static bool inflate_file(struct vector *v)
{
#ifdef EVX_TEST_ZLIB
	uLongf n = (uLongf)32 << 20;
	struct evx_buf plain = EVX_BUF_INIT;

	assert_int_equal(evx_buf_reserve(&plain, n), EVX_OK);
	assert_int_equal(uncompress(plain.data, &n, v->file.data, v->file.len), Z_OK);
	plain.len = n;
	evx_buf_free(&v->file);
	v->file = plain;
	return true;
#else
	print_message("skipped: %s needs zlib, which this test was built without\n", v->name);
	return false;
#endif
}

static void read_vector(struct vector *v, const char *path)
{
	struct evx_buf all = EVX_BUF_INIT;
	size_t at = 0;

	assert_int_equal(evx_read_file(AT_FDCWD, path, (size_t)1 << 26, &all, NULL), EVX_OK);
	for (;;) {
		const uint8_t *lf = memchr(all.data + at, '\n', all.len - at);
		char line[512];
		size_t n;

		assert_non_null(lf);
		n = (size_t)(lf - (all.data + at));
		assert_in_range(n, 0, sizeof(line) - 1);
		memcpy(line, all.data + at, n);
		line[n] = '\0';
		at += n + 1;
		if (n == 0)
			break;
		read_field(v, line);
	}
	assert_int_equal(evx_buf_add(&v->file, all.data + at, all.len - at), EVX_OK);
	evx_buf_free(&all);
}

/* The class of the test kit that one of our codes stands for. */
static bool class_fits(const char *expect, enum evx_err err)
{
	bool form = err == EVX_E_CORRUPT || err == EVX_E_TRUNCATED || err == EVX_E_NOT_OURS;

	if (strcmp(expect, "success") == 0)
		return err == EVX_OK;
	if (strcmp(expect, "no match") == 0)
		return err == EVX_E_KEY;
	if (strcmp(expect, "HMAC failure") == 0)
		return err == EVX_E_FORGED;
	if (strcmp(expect, "payload failure") == 0)
		return err == EVX_E_FORGED || err == EVX_E_TRUNCATED;
	if (strcmp(expect, "armor failure") == 0)
		return form;
	assert_string_equal(expect, "header failure");
	return form || err == EVX_E_UNSUPPORTED || err == EVX_E_LIMIT;
}

static void judge_vector(const struct vector *v)
{
	const struct evx_secret *ids[8];
	struct evx_age_open open = {
		.identities = ids, .nidentities = v->nidentities, .passphrase = v->passphrase
	};
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	uint8_t hash[32];
	enum evx_err err;

	memcpy(ids, v->identity, sizeof(ids));
	err = evx_age_decrypt(&open, v->armored, v->file.data, v->file.len, &out, &diag);
	if (!class_fits(v->expect, err) || diag.code != err)
		fail_msg("%s: expected %s, found %s (%s)", v->name, v->expect, evx_err_name(err),
			diag.text);
	evx_sha256(out.data, out.len, hash);
	if (v->has_payload && memcmp(hash, v->payload, 32) != 0)
		fail_msg("%s: released %zu bytes, not those it may", v->name, out.len);
	if (!v->has_payload && out.len != 0)
		fail_msg("%s: released %zu bytes, expected none", v->name, out.len);
	evx_buf_free(&out);
}

static void cctv(void **state)
{
	char dir[4096];
	unsigned run = 0, skipped = 0, hybrid = 0;
	const struct dirent *e;
	DIR *d;

	(void)state;
	snprintf(dir, sizeof(dir), "%s", testdata("cctv-age"));
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		struct vector v = { .name = e->d_name };
		char path[8192];
		size_t i;

		if (e->d_name[0] == '.')
			continue;
		if (strstr(e->d_name, "hybrid") != NULL) {
			hybrid++;
			continue;
		}
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		read_vector(&v, path);
		if (v.zlib && !inflate_file(&v)) {
			skipped++;
		} else {
			judge_vector(&v);
			run++;
		}
		for (i = 0; i < v.nidentities; i++)
			evx_secret_free(v.identity[i]);
		evx_secret_free(v.passphrase);
		evx_buf_free(&v.file);
	}
	closedir(d);
	assert_int_equal(hybrid, 19); /* armor_hybrid is among them */
	assert_int_equal(run + skipped, 124);
#ifdef EVX_TEST_ZLIB
	assert_int_equal(run, 124);
#else
	assert_in_range(run, 102, 124);
#endif
}

static struct evx_secret *id[3];
static uint8_t pub[3][32];

static enum evx_err open_with(const struct evx_secret *identity, const struct evx_buf *file,
	size_t n, struct evx_buf *out)
{
	struct evx_age_open open = { .identities = &identity, .nidentities = 1 };
	struct evx_diag diag = { 0 };
	enum evx_err err;

	evx_buf_reset(out);
	err = evx_age_decrypt(&open, true, file->data, n, out, &diag);
	assert_int_equal(diag.code, err);
	return err;
}

static void round_trips(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 65535, 65536, 65537, 131072, 200000 };
	uint8_t *p = malloc(200000), weak[1][32] = { { 1 } };
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct evx_age_header counts;
	size_t i, k;

	(void)state;
	evx_random(p, 200000);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		evx_buf_reset(&file);
		assert_int_equal(
			evx_age_encrypt((const uint8_t(*)[32])pub, 2, p, sizes[i], &file, NULL),
			EVX_OK);
		assert_int_equal(evx_age_inspect(file.data, file.len, &counts, NULL), EVX_OK);
		assert_int_equal(counts.x25519, 2);
		assert_int_equal(counts.scrypt + counts.other, 0);
		for (k = 0; k < 2; k++) {
			assert_int_equal(open_with(id[k], &file, file.len, &out), EVX_OK);
			assert_int_equal(out.len, sizes[i]);
			if (out.len > 0)
				assert_memory_equal(out.data, p, out.len);
		}
		assert_int_equal(open_with(id[2], &file, file.len, &out), EVX_E_KEY);
		assert_int_equal(out.len, 0);
	}
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])pub, 0, p, 1, &file, NULL), EVX_E_USAGE);
	evx_buf_reset(&file);
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])weak, 1, p, 1, &file, NULL), EVX_E_USAGE);
	assert_int_equal(file.len, 0);
	evx_buf_free(&file);
	evx_buf_free(&out);
	free(p);
}

static void passphrases(void **state)
{
	struct evx_secret *pass = evx_secret_copy("correct horse", 13),
			  *other = evx_secret_copy("wrong horse", 11), *none = evx_secret_new(0);
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct evx_age_open open = { .passphrase = pass };
	struct evx_age_header counts;
	const struct evx_secret *one = id[0];
	int armored;

	(void)state;
	for (armored = 0; armored < 2; armored++) {
		evx_buf_reset(&file);
		evx_buf_reset(&out);
		assert_int_equal(
			evx_age_encrypt_passphrase(pass, 10, armored == 1, "hello", 5, &file, NULL),
			EVX_OK);
		open = (struct evx_age_open){ .passphrase = pass };
		assert_int_equal(
			evx_age_decrypt(&open, true, file.data, file.len, &out, NULL), EVX_OK);
		assert_int_equal(out.len, 5);
		assert_memory_equal(out.data, "hello", 5);
		open.max_log_n = 9;
		assert_int_equal(
			evx_age_decrypt(&open, true, file.data, file.len, &out, NULL), EVX_E_LIMIT);
		open = (struct evx_age_open){ .passphrase = other };
		assert_int_equal(
			evx_age_decrypt(&open, true, file.data, file.len, &out, NULL), EVX_E_KEY);
		open = (struct evx_age_open){ .identities = &one, .nidentities = 1 };
		assert_int_equal(
			evx_age_decrypt(&open, true, file.data, file.len, &out, NULL), EVX_E_KEY);
		open = (struct evx_age_open){ .passphrase = pass };
		if (armored == 1) {
			assert_int_equal(
				evx_age_decrypt(&open, false, file.data, file.len, &out, NULL),
				EVX_E_NOT_OURS);
		} else {
			assert_int_equal(
				evx_age_inspect(file.data, file.len, &counts, NULL), EVX_OK);
			assert_int_equal(counts.scrypt, 1);
			assert_int_equal(counts.x25519 + counts.other, 0);
		}
		assert_int_equal(out.len, 5);
	}
	assert_int_equal(
		evx_age_encrypt_passphrase(pass, 0, false, "x", 1, &file, NULL), EVX_E_USAGE);
	assert_int_equal(
		evx_age_encrypt_passphrase(pass, 23, false, "x", 1, &file, NULL), EVX_E_USAGE);
	assert_int_equal(
		evx_age_encrypt_passphrase(none, 10, false, "x", 1, &file, NULL), EVX_E_USAGE);
	evx_buf_free(&file);
	evx_buf_free(&out);
	evx_secret_free(pass);
	evx_secret_free(other);
	evx_secret_free(none);
}

static size_t header_len(const struct evx_buf *file)
{
	size_t i;

	for (i = 0; memcmp(file->data + i, "\n--- ", 5) != 0; i++)
		assert_in_range(i, 0, file->len - 6);
	return i + 1 + 4 + 43 + 1;
}

/* Every cut of a binary file: cut off in the header, the nonce or before a tag is truncated; inside
 * a chunk it cannot be told from damage. */
static void cuts(void **state)
{
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT, text = EVX_BUF_INIT;
	struct evx_age_header counts;
	size_t n, header;

	(void)state;
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])pub, 2, "some evidence", 13, &file, NULL),
		EVX_OK);
	header = header_len(&file);
	assert_int_equal(header + 16 + 13 + 16, file.len);
	for (n = 0; n < file.len; n++) {
		assert_int_equal(open_with(id[1], &file, n, &out),
			n < header + 16 + 16 ? EVX_E_TRUNCATED : EVX_E_FORGED);
		assert_int_equal(out.len, 0);
		assert_int_equal(evx_age_inspect(file.data, n, &counts, NULL),
			n < header ? EVX_E_TRUNCATED : EVX_OK);
	}
	assert_int_equal(evx_pem_encode(&armor, file.data, file.len, &text), EVX_OK);
	for (n = 0; n + 1 < text.len; n++)
		assert_int_equal(open_with(id[1], &text, n, &out), EVX_E_TRUNCATED);
	assert_int_equal(open_with(id[1], &text, n, &out), EVX_OK); /* the last LF may be missing,
								       as age allows */
	evx_buf_free(&file);
	evx_buf_free(&out);
	evx_buf_free(&text);
}

/* Cuts at and around chunk boundaries release the chunks before, never more. */
static void cuts_between_chunks(void **state)
{
	uint8_t *p = calloc(1, 140000);
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT;
	size_t base, k;

	(void)state;
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])pub, 1, p, 140000, &file, NULL), EVX_OK);
	base = header_len(&file) + 16;
	for (k = 1; k <= 2; k++) {
		assert_int_equal(open_with(id[0], &file, base + k * 65552, &out), EVX_E_TRUNCATED);
		assert_int_equal(out.len, k * 65536);
		assert_int_equal(open_with(id[0], &file, base + k * 65552 - 1, &out), EVX_E_FORGED);
		assert_int_equal(out.len, (k - 1) * 65536);
		assert_int_equal(
			open_with(id[0], &file, base + k * 65552 + 1, &out), EVX_E_TRUNCATED);
		assert_int_equal(
			open_with(id[0], &file, base + k * 65552 + 16, &out), EVX_E_FORGED);
		assert_int_equal(out.len, k * 65536);
	}
	evx_buf_free(&file);
	evx_buf_free(&out);
	free(p);
}

static void flips(void **state)
{
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT, text = EVX_BUF_INIT,
		       longer = EVX_BUF_INIT;
	size_t i;
	unsigned bit;

	(void)state;
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])pub, 2, "some evidence", 13, &file, NULL),
		EVX_OK);
	for (i = 0; i < file.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			file.data[i] ^= (uint8_t)(1u << bit);
			assert_int_not_equal(open_with(id[0], &file, file.len, &out), EVX_OK);
			assert_int_equal(out.len, 0);
			file.data[i] ^= (uint8_t)(1u << bit);
		}
	}
	assert_int_equal(evx_buf_add(&longer, file.data, file.len), EVX_OK);
	assert_int_equal(evx_buf_add_u8(&longer, 0), EVX_OK);
	assert_int_equal(open_with(id[0], &longer, longer.len, &out), EVX_E_FORGED);
	assert_int_equal(evx_pem_encode(&armor, file.data, file.len, &text), EVX_OK);
	for (i = 0; i + 1 < text.len; i++) {
		text.data[i] ^= 1;
		assert_int_not_equal(open_with(id[0], &text, text.len, &out), EVX_OK);
		text.data[i] ^= 1;
	}
	evx_buf_free(&file);
	evx_buf_free(&out);
	evx_buf_free(&text);
	evx_buf_free(&longer);
}

/* EVX_SCRYPT_LOGN_MAX: a file of this work factor is tried (it needs 4 GiB, which this process may
 * not have), one of a larger factor is not; no file is made with it. */
static void scrypt_limit(void **state)
{
	struct evx_secret *pass = evx_secret_copy("pass", 4);
	const struct evx_age_open open = { .passphrase = pass };
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct rlimit memory, less;
	char *factor;

	(void)state;
	assert_int_equal(evx_age_encrypt_passphrase(
				 pass, EVX_SCRYPT_LOGN_MAX + 1, false, "x", 1, &file, NULL),
		EVX_E_USAGE);
	assert_int_equal(evx_age_encrypt_passphrase(pass, 10, false, "x", 1, &file, NULL), EVX_OK);
	factor = memmem(file.data, file.len, " 10\n", 4);
	assert_non_null(factor);
	memcpy(factor, " 23\n", 4);
	assert_int_equal(
		evx_age_decrypt(&open, true, file.data, file.len, &out, NULL), EVX_E_LIMIT);
	memcpy(factor, " 22\n", 4);
#ifndef EVX_SAMPLED /* sanitizers need more than any limit leaves */
	assert_int_equal(getrlimit(RLIMIT_AS, &memory), 0);
	less = memory;
	less.rlim_cur = (rlim_t)1 << 30;
	assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
	assert_int_equal(
		evx_age_decrypt(&open, true, file.data, file.len, &out, NULL), EVX_E_MEMORY);
	assert_int_equal(setrlimit(RLIMIT_AS, &memory), 0);
#else
	(void)memory, (void)less;
#endif
	evx_secret_free(pass);
	evx_buf_free(&file);
	evx_buf_free(&out);
}

static void inspect_classes(void **state)
{
	static const struct {
		const char *text;
		enum evx_err err;
	} cases[] = {
		{ "", EVX_E_TRUNCATED },
		{ "age-encryption.org/v1", EVX_E_TRUNCATED },
		{ "age-encryption.org/v2\n", EVX_E_UNSUPPORTED },
		{ "age-encryption.org/\n", EVX_E_CORRUPT },
		{ "age-encryption.org/v1 \n", EVX_E_CORRUPT },
		{ "age-encryption.com/v1\n", EVX_E_NOT_OURS },
		{ "-----BEGIN AGE ENCRYPTED FILE-----\n", EVX_E_NOT_OURS },
		{ "age-encryption.org/v1\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
			EVX_E_CORRUPT },
		{ "age-encryption.org/v1\n-> grease\n\n--- "
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
			EVX_OK },
		{ "age-encryption.org/v1\n-> grease\n\n--- "
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n",
			EVX_E_CORRUPT },
		{ "age-encryption.org/v1\n-> grease  x\n\n--- "
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
			EVX_E_CORRUPT },
		{ "age-encryption.org/v1\n-> X25519 AAAA\n\n--- "
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
			EVX_E_CORRUPT },
		{ "age-encryption.org/v1\n-> grease\n\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA "
		  "10\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
		  "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
			EVX_E_CORRUPT },
	};
	struct evx_age_header counts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_age_inspect(
			cases[i].text, strlen(cases[i].text), &counts, &diag);

		if (err != cases[i].err || diag.code != err)
			fail_msg("case %zu: %s", i, evx_err_name(err));
		assert_int_equal(counts.other, err == EVX_OK ? 1 : 0);
		assert_int_equal(counts.x25519 + counts.scrypt, 0);
	}
}

/* One stanza more than a file may have, in a header that is otherwise right. */
static void too_many_stanzas(void **state)
{
	struct evx_buf text = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct evx_age_open open = { .nidentities = 0 };
	struct evx_age_header counts;
	uint8_t(*many)[32] = calloc(EVX_STANZAS_MAX + 1, 32);
	size_t k, i;

	(void)state;
	for (k = 0; k < 2; k++) {
		evx_buf_reset(&text);
		assert_int_equal(evx_buf_adds(&text, "age-encryption.org/v1\n"), EVX_OK);
		for (i = 0; i < EVX_STANZAS_MAX + k; i++)
			assert_int_equal(evx_buf_adds(&text, "-> grease\n\n"), EVX_OK);
		assert_int_equal(
			evx_buf_adds(&text, "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"),
			EVX_OK);
		assert_int_equal(evx_age_inspect(text.data, text.len, &counts, NULL),
			k == 0 ? EVX_OK : EVX_E_LIMIT);
		assert_int_equal(counts.other, k == 0 ? EVX_STANZAS_MAX : 0);
		assert_int_equal(evx_age_decrypt(&open, false, text.data, text.len, &out, NULL),
			k == 0 ? EVX_E_KEY : EVX_E_LIMIT);
	}
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])many, EVX_STANZAS_MAX + 1, "", 0, &out, NULL),
		EVX_E_LIMIT);
	assert_int_equal(out.len, 0);
	evx_buf_free(&text);
	free(many);
}

static void identity_text(void **state)
{
	/* C2SP age.md, "The X25519 recipient type". */
	static const char example[] =
		"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
	static const char example_pub[] =
		"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
	static const struct {
		const char *before, *after;
		enum evx_err err;
	} files[] = {
		{ "", "", EVX_OK },
		{ "", "\n", EVX_OK },
		{ "# made by hand\n\n", "\n# end", EVX_OK },
		{ "# x\r\n", "\r\n\r\n", EVX_OK },
		{ " ", "", EVX_E_CORRUPT },
		{ "", " ", EVX_E_CORRUPT },
		{ "x\n", "", EVX_E_CORRUPT },
		{ "",
			"\nAGE-SECRET-KEY-"
			"1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n",
			EVX_E_CORRUPT },
	};
	struct evx_secret *got;
	struct evx_buf text = EVX_BUF_INIT;
	char out[EVX_AGE_RECIPIENT_CAP], lower[80];
	uint8_t key[32], back[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		evx_buf_reset(&text);
		assert_int_equal(
			evx_buf_addf(&text, "%s%s%s", files[i].before, example, files[i].after),
			EVX_OK);
		assert_int_equal(
			evx_age_identity_decode(text.data, text.len, &got, NULL), files[i].err);
		assert_int_equal(got != NULL, files[i].err == EVX_OK);
		evx_secret_free(got);
	}
	for (i = 0; i < sizeof(example) - 1; i++)
		assert_int_not_equal(evx_age_identity_decode(example, i, &got, NULL), EVX_OK);
	assert_int_equal(evx_age_identity_decode("# nothing\n", 10, &got, NULL), EVX_E_CORRUPT);
	for (i = 0; i < sizeof(example); i++)
		lower[i] = (char)((example[i] >= 'A' && example[i] <= 'Z') ?
				example[i] - 'A' + 'a' :
				example[i]);
	assert_int_equal(
		evx_age_identity_decode(lower, sizeof(example) - 1, &got, NULL), EVX_E_CORRUPT);
	/* One letter of the other case, whichever it is. */
	for (i = 0; i + 1 < sizeof(example); i++) {
		memcpy(lower, example, sizeof(example));
		if (lower[i] < 'A' || lower[i] > 'Z')
			continue;
		lower[i] = (char)(lower[i] + ('a' - 'A'));
		assert_int_equal(evx_age_identity_decode(lower, sizeof(example) - 1, &got, NULL),
			EVX_E_CORRUPT);
	}
	for (i = 0; i + 1 < sizeof(example_pub); i++) {
		memcpy(lower, example_pub, sizeof(example_pub));
		if (lower[i] < 'a' || lower[i] > 'z')
			continue;
		lower[i] = (char)(lower[i] - ('a' - 'A'));
		assert_int_not_equal(
			evx_age_recipient_decode(lower, sizeof(example_pub) - 1, key, NULL),
			EVX_OK);
	}
	assert_int_equal(evx_age_identity_decode(example, sizeof(example) - 1, &got, NULL), EVX_OK);
	evx_buf_reset(&text);
	assert_int_equal(evx_age_identity_encode(got, &text), EVX_OK);
	assert_int_equal(text.len, sizeof(example));
	assert_memory_equal(text.data, example, sizeof(example) - 1);
	assert_int_equal(text.data[text.len - 1], '\n');
	assert_int_equal(evx_age_public(got, key), EVX_OK);
	assert_int_equal(evx_age_recipient_encode(key, out), EVX_OK);
	assert_string_equal(out, example_pub);
	assert_int_equal(evx_age_recipient_decode(out, 62, back, NULL), EVX_OK);
	assert_memory_equal(key, back, 32);
	evx_secret_free(got);
	evx_buf_free(&text);
}

/* A key of another kind that age knows is newer than us, not damaged. */
static void identity_of_other_kind(void **state)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_secret *got;
	uint8_t key[32] = { 7 };
	size_t i;

	(void)state;
	for (int other = 0; other < 2; other++) {
		assert_int_equal(evx_bech32_encode(other ? "agent-key-" : "age-secret-key-pq-", key,
					 32, &text),
			EVX_OK);
		for (i = 0; i < text.len; i++) {
			if (text.data[i] >= 'a' && text.data[i] <= 'z')
				text.data[i] = (uint8_t)(text.data[i] - 'a' + 'A');
		}
		assert_int_equal(evx_age_identity_decode(text.data, text.len, &got, NULL),
			other ? EVX_E_CORRUPT : EVX_E_UNSUPPORTED);
		assert_null(got);
		evx_buf_reset(&text);
	}
	evx_buf_free(&text);
}

static void recipient_rejects(void **state)
{
	/* 0, 1, p - 1 (low order); p, p + 1 (other texts of 0 and 1), 9 with the top bit set */
	uint8_t weak[6][32] = { { 0 }, { 1 }, { 0xec }, { 0xed }, { 0xee }, { 9 } }, got[32],
		zero[32] = { 0 };
	char text[EVX_AGE_RECIPIENT_CAP], upper[EVX_AGE_RECIPIENT_CAP];
	struct evx_buf other = EVX_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 2; i < 5; i++) {
		memset(weak[i] + 1, 0xff, 30);
		weak[i][31] = 0x7f;
	}
	weak[5][31] = 0x80;
	for (i = 0; i < 6; i++) {
		assert_int_equal(evx_age_recipient_encode(weak[i], text), EVX_OK);
		assert_int_equal(evx_age_recipient_decode(text, 62, got, NULL), EVX_E_CORRUPT);
	}
	assert_int_equal(evx_age_recipient_encode(pub[0], text), EVX_OK);
	assert_int_equal(strlen(text), 62);
	for (i = 0; i < 62; i++)
		assert_int_equal(evx_age_recipient_decode(text, i, got, NULL), EVX_E_CORRUPT);
	assert_memory_equal(got, zero, 32);
	for (i = 0; i < sizeof(upper); i++)
		upper[i] = (char)((text[i] >= 'a' && text[i] <= 'z') ? text[i] - 'a' + 'A' :
								       text[i]);
	assert_int_equal(evx_age_recipient_decode(upper, 62, got, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_bech32_encode("agf", pub[0], 32, &other), EVX_OK);
	assert_int_equal(evx_age_recipient_decode((const char *)other.data, other.len, got, NULL),
		EVX_E_CORRUPT);
	evx_buf_reset(&other);
	assert_int_equal(evx_bech32_encode("age", pub[0], 31, &other), EVX_OK);
	assert_int_equal(evx_age_recipient_decode((const char *)other.data, other.len, got, NULL),
		EVX_E_CORRUPT);
	evx_buf_free(&other);
}

static void age_opens_ours(void **state)
{
	uint8_t *p = malloc(70000);
	struct tool_dir d;
	struct evx_buf file = EVX_BUF_INIT, key = EVX_BUF_INIT, got = EVX_BUF_INIT,
		       text = EVX_BUF_INIT;
	char recipient[EVX_AGE_RECIPIENT_CAP + 1];

	(void)state;
	tool_needed("age");
	tool_dir_open(&d);
	evx_random(p, 70000);
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])pub, 3, p, 70000, &file, NULL), EVX_OK);
	assert_int_equal(evx_age_identity_encode(id[2], &key), EVX_OK);
	tool_put(&d, "file.age", file.data, file.len);
	tool_put(&d, "key", key.data, key.len);
	assert_int_equal(tool_run(&d, "age -d -i key -o out file.age"), 0);
	tool_get(&d, "out", &got);
	assert_int_equal(got.len, 70000);
	assert_memory_equal(got.data, p, 70000);
	assert_int_equal(tool_run(&d, "age-keygen -y key > recipient"), 0);
	evx_buf_reset(&got);
	tool_get(&d, "recipient", &got);
	assert_int_equal(evx_age_recipient_encode(pub[2], recipient), EVX_OK);
	assert_int_equal(got.len, 63);
	assert_memory_equal(got.data, recipient, 62);
	assert_int_equal(evx_pem_encode(&armor, file.data, file.len, &text), EVX_OK);
	tool_put(&d, "file.txt", text.data, text.len);
	assert_int_equal(tool_run(&d, "age -d -i key file.txt | cmp - out"), 0);
	evx_buf_free(&file);
	evx_buf_free(&key);
	evx_buf_free(&got);
	evx_buf_free(&text);
	tool_dir_close(&d);
	free(p);
}

static void ours_opens_age(void **state)
{
	uint8_t *p = malloc(70000);
	char command[256], recipient[EVX_AGE_RECIPIENT_CAP];
	struct tool_dir d;
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT, key = EVX_BUF_INIT;
	struct evx_secret *theirs = NULL;

	(void)state;
	tool_needed("age");
	tool_dir_open(&d);
	evx_random(p, 70000);
	tool_put(&d, "plain", p, 70000);
	assert_int_equal(evx_age_recipient_encode(pub[1], recipient), EVX_OK);
	snprintf(command, sizeof(command),
		"age-keygen -o key && age -r %s -r $(age-keygen -y key) -o bin plain && age -a -r "
		"%s -o txt plain",
		recipient, recipient);
	assert_int_equal(tool_run(&d, command), 0);
	tool_get(&d, "bin", &file);
	assert_int_equal(open_with(id[1], &file, file.len, &out), EVX_OK);
	assert_int_equal(out.len, 70000);
	assert_memory_equal(out.data, p, 70000);
	tool_get(&d, "key", &key);
	assert_int_equal(evx_age_identity_decode(key.data, key.len, &theirs, NULL), EVX_OK);
	assert_int_equal(open_with(theirs, &file, file.len, &out), EVX_OK);
	assert_int_equal(open_with(id[0], &file, file.len, &out), EVX_E_KEY);
	evx_buf_reset(&file);
	tool_get(&d, "txt", &file);
	assert_int_equal(open_with(id[1], &file, file.len, &out), EVX_OK);
	assert_int_equal(out.len, 70000);
	assert_memory_equal(out.data, p, 70000);
	evx_buf_free(&file);
	evx_buf_free(&out);
	evx_buf_free(&key);
	evx_secret_free(theirs);
	tool_dir_close(&d);
	free(p);
}

/* The same seed gives the same file: what the vectors of the format rest on. */
static void reproducible(void **state)
{
	static const uint8_t seed[32] = { 1 };
	struct evx_buf a = EVX_BUF_INIT, b = EVX_BUF_INIT;

	(void)state;
	evx_random_test_seed(seed);
	assert_int_equal(evx_age_encrypt((const uint8_t(*)[32])pub, 2, "x", 1, &a, NULL), EVX_OK);
	evx_random_test_seed(seed);
	assert_int_equal(evx_age_encrypt((const uint8_t(*)[32])pub, 2, "x", 1, &b, NULL), EVX_OK);
	evx_random_test_seed(NULL);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	evx_buf_reset(&b);
	assert_int_equal(evx_age_encrypt((const uint8_t(*)[32])pub, 2, "x", 1, &b, NULL), EVX_OK);
	assert_memory_not_equal(a.data, b.data, a.len);
	evx_buf_free(&a);
	evx_buf_free(&b);
}

/* The example of format-spec/age.md. */
static void spec_example(void **state)
{
	static const char header[] = "age-encryption.org/v1\n"
				     "-> X25519 AeeX2vmSksW/UZs2IwmhIvMjCFbt5zbjhx5vwVlW6hU\n"
				     "g+lyqK2oJnVMYtLOeq413JwcL+zpSS6CtoseuH7MYVA\n"
				     "--- m/50kJUxRdHc/F6VX2p7SVMpUDEZT55qKAa4cSN40nw\n";
	static const char payload[] =
		"258235eab1f7a32dc22762a0485b410cdc616e6a7e96c6e0b6de3296ee46d3f9d401ef15f5ab";
	static const char key[] =
		"AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SWRYDWG";
	struct evx_secret *identity = NULL;
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT;
	uint8_t seed[32], recipient[1][32], want[38], i;

	(void)state;
	for (i = 0; i < 32; i++)
		seed[i] = i;
	assert_int_equal(evx_age_recipient_decode(
				 "age13aqvttdk3ujkyjh9kg2w5an6dmy5mq5a84a4uxk3hfhnugfc9p0sy5p2wh",
				 62, recipient[0], NULL),
		EVX_OK);
	evx_random_test_seed(seed);
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])recipient, 1, "hello\n", 6, &file, NULL),
		EVX_OK);
	evx_random_test_seed(NULL);
	assert_int_equal(evx_hex_decode(payload, 76, want, 38), EVX_OK);
	assert_int_equal(file.len, sizeof(header) - 1 + 38);
	assert_memory_equal(file.data, header, sizeof(header) - 1);
	assert_memory_equal(file.data + sizeof(header) - 1, want, 38);
	assert_int_equal(evx_age_identity_decode(key, sizeof(key) - 1, &identity, NULL), EVX_OK);
	assert_memory_equal(evx_secret_bytes(identity), seed, 32);
	assert_int_equal(open_with(identity, &file, file.len, &out), EVX_OK);
	assert_int_equal(out.len, 6);
	evx_secret_free(identity);
	evx_buf_free(&file);
	evx_buf_free(&out);
}

static int init(void **state)
{
	size_t i;

	(void)state;
	if (evx_crypto_init(NULL) != EVX_OK)
		return -1;
	for (i = 0; i < 3; i++) {
		if (evx_age_identity_new(&id[i], NULL) != EVX_OK ||
			evx_age_public(id[i], pub[i]) != EVX_OK)
			return -1;
	}
	return 0;
}

static int done(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		evx_secret_free(id[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x25519_both_libraries),
		cmocka_unit_test(x25519_wycheproof),
		cmocka_unit_test(cctv),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(passphrases),
		cmocka_unit_test(cuts),
		cmocka_unit_test(cuts_between_chunks),
		cmocka_unit_test(flips),
		cmocka_unit_test(scrypt_limit),
		cmocka_unit_test(inspect_classes),
		cmocka_unit_test(too_many_stanzas),
		cmocka_unit_test(identity_text),
		cmocka_unit_test(identity_of_other_kind),
		cmocka_unit_test(recipient_rejects),
		cmocka_unit_test(age_opens_ours),
		cmocka_unit_test(ours_opens_age),
		cmocka_unit_test(reproducible),
		cmocka_unit_test(spec_example),
	};

	return cmocka_run_group_tests(tests, init, done);
}
