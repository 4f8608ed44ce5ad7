/* An exhibit's two identities and its key files. */
#include "custody/exhibit_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/hash_equal.h"
#include "format/limits.h"

enum evx_err evx_exhibit_keys_new(struct evx_exhibit_keys *out, struct evx_diag *diag)
{
	struct evx_exhibit_keys keys = { 0 };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_age_identity_new(&keys.custody, diag)) != EVX_OK ||
		(err = evx_age_identity_new(&keys.content, diag)) != EVX_OK ||
		(err = evx_age_public(keys.custody, keys.custody_pub)) != EVX_OK ||
		(err = evx_age_public(keys.content, keys.content_pub)) != EVX_OK) {
		evx_exhibit_keys_free(&keys);
		return evx_fail(diag, err, "exhibit keys: cannot be made");
	}
	*out = keys;
	return EVX_OK;
}

void evx_exhibit_keys_free(struct evx_exhibit_keys *keys)
{
	if (keys == NULL)
		return;
	evx_secret_free(keys->custody);
	evx_secret_free(keys->content);
	memset(keys, 0, sizeof(*keys));
}

static int by_bytes(const void *a, const void *b)
{
	return evx_hash_order(a, b);
}

/* The union of two sets of public keys, sorted, none twice. *out is the caller's to free. */
static enum evx_err unite(const uint8_t (*a)[32], size_t na, const uint8_t (*b)[32], size_t nb,
	uint8_t (**out)[32], size_t *count, struct evx_diag *diag)
{
	uint8_t(*all)[32];
	size_t i, n = 0;

	*out = NULL;
	*count = 0;
	if (na == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"key files: expected at least one content reader, found none");
	all = calloc(na + nb, sizeof(*all));
	if (all == NULL)
		return evx_fail_memory(diag);
	memcpy(all, a, na * sizeof(*all));
	if (nb > 0)
		memcpy(all + na, b, nb * sizeof(*all));
	qsort(all, na + nb, sizeof(*all), by_bytes);
	for (i = 0; i < na + nb; i++)
		if (n == 0 || !evx_hash_equal(all[n - 1], all[i]))
			memmove(all[n++], all[i], sizeof(*all));
	if (n > EVX_STANZAS_MAX) {
		free(all);
		return evx_fail(diag, EVX_E_LIMIT, "key files: found %zu readers (limit %u)", n,
			EVX_STANZAS_MAX);
	}
	*out = all;
	*count = n;
	return EVX_OK;
}

enum evx_err evx_exhibit_keys_make_file(const struct evx_secret *const *identities, size_t n,
	const uint8_t (*a)[32], size_t na, const uint8_t (*b)[32], size_t nb, struct evx_buf *out,
	uint32_t *readers, struct evx_diag *diag)
{
	struct evx_buf lines = EVX_BUF_INIT;
	uint8_t(*all)[32] = NULL;
	size_t i, count = 0;
	enum evx_err err;

	*readers = 0;
	if (n == 0)
		return evx_fail(diag, EVX_E_USAGE, "key files: expected an identity, found none");
	err = unite(a, na, b, nb, &all, &count, diag);
	if (err != EVX_OK)
		goto out;
	for (i = 0; i < n; i++)
		if ((err = evx_age_identity_encode(identities[i], &lines)) != EVX_OK)
			goto out;
	if ((err = evx_age_encrypt(
		     (const uint8_t(*)[32])all, count, lines.data, lines.len, out, diag)) != EVX_OK)
		goto out;
	*readers = (uint32_t)count;
out:
	free(all);
	evx_buf_free(&lines);
	return err;
}

enum evx_err evx_key_files_make(const struct evx_exhibit_keys *keys, const uint8_t (*content)[32],
	size_t ncontent, const uint8_t (*custody)[32], size_t ncustody, struct evx_key_files *out,
	struct evx_diag *diag)
{
	const struct evx_secret *const own[2] = { keys->content, keys->custody };
	struct evx_key_files files = { EVX_BUF_INIT, EVX_BUF_INIT, 0, 0 };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_exhibit_keys_make_file(&own[0], 1, content, ncontent, NULL, 0, &files.content,
		&files.content_readers, diag);
	if (err == EVX_OK)
		err = evx_exhibit_keys_make_file(&own[1], 1, content, ncontent, custody, ncustody,
			&files.custody, &files.custody_readers, diag);
	if (err != EVX_OK) {
		evx_key_files_free(&files);
		return evx_fail(diag, err, "key files: cannot be made");
	}
	*out = files;
	return EVX_OK;
}

void evx_key_files_free(struct evx_key_files *files)
{
	if (files == NULL)
		return;
	evx_buf_free(&files->custody);
	evx_buf_free(&files->content);
	memset(files, 0, sizeof(*files));
}

/* Reads the identity in the first line at c, which must be the only form it has, and its public
 * key. */
static enum evx_err take_identity(struct evx_cursor *c, const char *what, uint8_t pub[32],
	struct evx_secret **out, struct evx_diag *diag)
{
	struct evx_buf again = EVX_BUF_INIT;
	struct evx_secret *found = NULL;
	const uint8_t *line;
	size_t n;
	enum evx_err err = EVX_OK;

	if (evx_cursor_line(c, &line, &n) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s: expected another identity line, found none", what);
	if ((err = evx_age_identity_decode(line, n + 1, &found, diag)) != EVX_OK ||
		(err = evx_age_identity_encode(found, &again)) != EVX_OK)
		goto out;
	if (again.len != n + 1 || !evx_equal(again.data, line, again.len))
		err = evx_fail(
			diag, EVX_E_CORRUPT, "%s: expected identity lines and nothing else", what);
	else
		err = evx_age_public(found, pub);
out:
	evx_buf_free(&again);
	if (err != EVX_OK) {
		evx_secret_free(found);
		return err;
	}
	*out = found;
	return EVX_OK;
}

/* Takes identities in the order of pubs up to the last one; with some, earlier ones may be left
 * out. */
static enum evx_err take_all(struct evx_cursor *c, const uint8_t (*pubs)[32], size_t npubs,
	bool some, const char *what, struct evx_secret **out, struct evx_diag *diag)
{
	uint8_t pub[32];
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < npubs && err == EVX_OK; i++) {
		struct evx_secret *found = NULL;

		err = take_identity(c, what, pub, &found, diag);
		while (err == EVX_OK && some && i + 1 < npubs && !evx_hash_equal(pub, pubs[i]))
			i++;
		if (err == EVX_OK && !evx_hash_equal(pub, pubs[i])) {
			evx_secret_free(found);
			return evx_fail(diag, EVX_E_FORGED,
				"%s: expected the key that the chain signs, found another", what);
		}
		out[i] = found;
	}
	if (err == EVX_OK && evx_cursor_left(c) > 0)
		err = evx_fail(
			diag, EVX_E_CORRUPT, "%s: expected identity lines and nothing else", what);
	return err;
}

static enum evx_err open_file(const struct evx_secret *reader, const void *p, size_t n,
	const uint8_t (*pubs)[32], size_t npubs, bool some, const char *what,
	struct evx_secret **out, struct evx_diag *diag)
{
	const struct evx_age_open how = { &reader, 1, NULL, 0 };
	struct evx_buf plain = EVX_BUF_INIT;
	struct evx_cursor c;
	size_t i;
	enum evx_err err;

	for (i = 0; i < npubs; i++)
		out[i] = NULL;
	if (n == 0)
		return evx_fail(diag, EVX_E_KEY, "%s: not there", what);
	err = evx_age_decrypt(&how, false, p, n, &plain, diag);
	c = evx_cursor_over(plain.data, plain.len);
	if (err == EVX_OK)
		err = take_all(&c, pubs, npubs, some, what, out, diag);
	evx_buf_free(&plain);
	for (i = 0; err != EVX_OK && i < npubs; i++) {
		evx_secret_free(out[i]);
		out[i] = NULL;
	}
	return err;
}

enum evx_err evx_exhibit_keys_open_file(const struct evx_secret *reader, const void *p, size_t n,
	const uint8_t (*pubs)[32], size_t npubs, const char *what, struct evx_secret **out,
	struct evx_diag *diag)
{
	return open_file(reader, p, n, pubs, npubs, false, what, out, diag);
}

enum evx_err evx_exhibit_keys_open_newest(const struct evx_secret *reader, const void *p, size_t n,
	const uint8_t (*pubs)[32], size_t npubs, const char *what, struct evx_secret **out,
	struct evx_diag *diag)
{
	return open_file(reader, p, n, pubs, npubs, true, what, out, diag);
}

enum evx_err evx_exhibit_keys_open_all(const struct evx_secret *reader, const void *p, size_t n,
	const char *what, struct evx_secret **out, size_t cap, size_t *count, struct evx_diag *diag)
{
	const struct evx_age_open how = { &reader, 1, NULL, 0 };
	struct evx_buf plain = EVX_BUF_INIT;
	struct evx_cursor c;
	uint8_t pub[32];
	size_t found = 0;
	enum evx_err err = evx_age_decrypt(&how, false, p, n, &plain, diag);

	*count = 0;
	if (err != EVX_OK)
		goto out;
	c = evx_cursor_over(plain.data, plain.len);
	while (evx_cursor_left(&c) > 0 && found < cap) {
		if ((err = take_identity(&c, what, pub, &out[found], diag)) != EVX_OK)
			goto out;
		found++;
	}
	*count = found;
out:
	for (size_t i = 0; err != EVX_OK && i < found; i++) {
		evx_secret_free(out[i]);
		out[i] = NULL;
	}
	evx_buf_free(&plain);
	return err;
}
