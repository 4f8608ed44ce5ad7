/* Case and exhibit numbers, for members only. */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "crypto/hash.h"
#include "store/catalog_inner.h"

#define LABEL_LEN 16u
/* What stands before the text under the HMAC (format-spec/vault.md "Catalog"). */
#define LABEL_OF_TEXT 1u
#define LABEL_OF_NUMBER 2u
#define TEXTS 4u
#define INFO_MAX EVX_CATALOG_INFO_LEN

struct keys {
	struct evx_hmac_key label, info;
};

struct evx_catalog_labels {
	struct evx_catalog *c;
	size_t n;
	struct keys keys[];
};

enum evx_err evx_catalog_labels_new(struct evx_catalog *c, const struct evx_secret *const *custody,
	size_t n, struct evx_catalog_labels **out, struct evx_diag *diag)
{
	struct evx_catalog_labels *l;
	uint8_t key[32];
	size_t i;

	*out = NULL;
	if (n == 0 || n > EVX_EPOCHS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"catalog: expected 1 to %u custody identities, found %zu", EVX_EPOCHS_MAX,
			n);
	l = calloc(1, sizeof(*l) + n * sizeof(l->keys[0]));
	if (l == NULL)
		return evx_fail_memory(diag);
	l->c = c;
	l->n = n;
	for (i = 0; i < n; i++) {
		evx_hkdf_sha256(evx_secret_bytes(custody[i]), evx_secret_len(custody[i]), NULL, 0,
			"evx-catalog-label/1", key);
		evx_hmac_key_init(&l->keys[i].label, key, sizeof(key));
		evx_hkdf_sha256(evx_secret_bytes(custody[i]), evx_secret_len(custody[i]), NULL, 0,
			"evx-catalog-info/1", key);
		evx_hmac_key_init(&l->keys[i].info, key, sizeof(key));
	}
	evx_wipe(key, sizeof(key));
	*out = l;
	return EVX_OK;
}

void evx_catalog_labels_free(struct evx_catalog_labels *l)
{
	if (l == NULL)
		return;
	evx_wipe(l, sizeof(*l) + l->n * sizeof(l->keys[0]));
	free(l);
}

void evx_catalog_info_free(struct evx_catalog_info *info)
{
	if (info == NULL)
		return;
	free(info->case_label);
	free(info->exhibit_number);
	free(info->description);
	free(info->place);
	memset(info, 0, sizeof(*info));
}

static enum evx_err label_of(const struct evx_hmac_key *key, uint8_t kind, const void *a, size_t an,
	const char *b, uint8_t out[LABEL_LEN])
{
	struct evx_buf text = EVX_BUF_INIT;
	uint8_t mac[32];
	enum evx_err err = evx_buf_add_u8(&text, kind);

	if (err != EVX_OK || (err = evx_buf_add(&text, a, an)) != EVX_OK ||
		(b != NULL && (err = evx_buf_adds(&text, b)) != EVX_OK))
		goto out;
	evx_hmac_key_tag(key, text.data, text.len, mac);
	memcpy(out, mac, LABEL_LEN);
out:
	evx_buf_free(&text);
	return err;
}

/* Up to EVX_CATALOG_TEXT_MAX bytes of text, none of them half a character. */
static size_t cut_length(const char *text)
{
	size_t n = strlen(text);

	if (n <= EVX_CATALOG_TEXT_MAX)
		return n;
	n = EVX_CATALOG_TEXT_MAX;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static const char *text_or_none(const char *text)
{
	return text != NULL ? text : "";
}

static void info_binding(const struct evx_catalog *c, const uint8_t uuid[16], uint8_t ad[32])
{
	memcpy(ad, c->vault, 16);
	memcpy(ad + 16, uuid, 16);
}

static enum evx_err seal_info(const struct evx_catalog_labels *l, const uint8_t uuid[16],
	const struct evx_catalog_info *info, uint8_t *out, size_t *len)
{
	const char *texts[TEXTS] = { text_or_none(info->case_label),
		text_or_none(info->exhibit_number), text_or_none(info->description),
		text_or_none(info->place) };
	uint8_t key[32], ad[32];
	size_t i, n = EVX_AEAD_NONCE, at;
	enum evx_err err;

	for (i = 0; i < TEXTS; i++) {
		at = cut_length(texts[i]);
		evx_put_be32(out + n, (uint32_t)at);
		memcpy(out + n + 4, texts[i], at);
		n += 4 + at;
	}
	evx_put_be32(out + n, info->events);
	n += 4;
	evx_random(out, EVX_AEAD_NONCE);
	evx_hmac_key_tag(&l->keys[0].info, uuid, 16, key);
	info_binding(l->c, uuid, ad);
	err = evx_aead_seal(l->c->aead, key, out, ad, sizeof(ad), out + EVX_AEAD_NONCE,
		n - EVX_AEAD_NONCE, out + EVX_AEAD_NONCE);
	evx_wipe(key, sizeof(key));
	*len = n + EVX_AEAD_TAG;
	return err;
}

static enum evx_err put_info(struct evx_catalog_labels *l, const uint8_t uuid[16],
	const uint8_t *row, size_t len, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(l->c, EVX_SQL_FORGET_LABELS, &s, diag);

	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, uuid, 16);
	if ((err = evx_catalog_run(l->c, s, diag)) != EVX_OK ||
		(err = evx_catalog_statement(l->c, EVX_SQL_PUT_INFO, &s, diag)) != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, uuid, 16);
	evx_catalog_bind(s, 2, row, len);
	if ((err = evx_catalog_run(l->c, s, diag)) != EVX_OK)
		return err;
	if (sqlite3_changes(l->c->db) == 0)
		err = evx_fail(diag, EVX_E_NOT_FOUND, "catalog: the exhibit is not in it");
	return err;
}

static enum evx_err add_label(struct evx_catalog_labels *l, const uint8_t uuid[16],
	const uint8_t label[LABEL_LEN], struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(l->c, EVX_SQL_LABEL_ADD, &s, diag);

	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, label, LABEL_LEN);
	evx_catalog_bind(s, 2, uuid, 16);
	return evx_catalog_run(l->c, s, diag);
}

/* `case label/exhibit number` as one text; the caller frees it. */
static char *joined(const struct evx_catalog_info *info)
{
	const char *a = text_or_none(info->case_label), *b = text_or_none(info->exhibit_number);
	size_t an = strlen(a), bn = strlen(b);
	char *text = malloc(an + bn + 2);

	if (text != NULL) {
		memcpy(text, a, an);
		text[an] = '/';
		memcpy(text + an + 1, b, bn + 1);
	}
	return text;
}

static enum evx_err put_labels(struct evx_catalog_labels *l, const uint8_t uuid[16],
	const uint8_t *case_id, const struct evx_catalog_info *info, struct evx_diag *diag)
{
	uint8_t label[LABEL_LEN];
	char *text = joined(info);
	enum evx_err err;

	if (text == NULL)
		return evx_fail_memory(diag);
	err = label_of(&l->keys[0].label, LABEL_OF_TEXT, text, strlen(text), NULL, label);
	free(text);
	if (err != EVX_OK || (err = add_label(l, uuid, label, diag)) != EVX_OK)
		goto out;
	if (case_id != NULL) {
		if ((err = label_of(&l->keys[0].label, LABEL_OF_NUMBER, case_id, 16,
			     info->exhibit_number, label)) != EVX_OK)
			goto out;
		err = add_label(l, uuid, label, diag);
	}
out:
	return evx_fail_buf(diag, err);
}

enum evx_err evx_catalog_put_info(struct evx_catalog_labels *l, const uint8_t uuid[16],
	const uint8_t *case_id, const struct evx_catalog_info *info, struct evx_diag *diag)
{
	const bool numbered = info->exhibit_number != NULL && info->exhibit_number[0] != '\0';
	const bool own = sqlite3_get_autocommit(l->c->db) != 0;
	uint8_t row[INFO_MAX];
	size_t len = 0;
	enum evx_err err = own ? evx_catalog_begin(l->c, diag) : EVX_OK;

	if (err != EVX_OK || (err = seal_info(l, uuid, info, row, &len)) != EVX_OK ||
		(err = put_info(l, uuid, row, len, diag)) != EVX_OK ||
		(numbered && (err = put_labels(l, uuid, case_id, info, diag)) != EVX_OK))
		goto out;
	if (own)
		err = evx_catalog_commit(l->c, diag);
out:
	if (own && err != EVX_OK)
		evx_catalog_rollback(l->c);
	evx_wipe(row, sizeof(row));
	return err;
}

static enum evx_err take_text(struct evx_cursor *in, char **out)
{
	const uint8_t *p;
	uint32_t n;

	if (evx_cursor_be32(in, &n) != EVX_OK || n > EVX_CATALOG_TEXT_MAX ||
		evx_cursor_bytes(in, n, &p) != EVX_OK || memchr(p, 0, n) != NULL)
		return EVX_E_CORRUPT;
	*out = calloc(1, n + 1);
	if (*out == NULL)
		return EVX_E_MEMORY;
	memcpy(*out, p, n);
	return EVX_OK;
}

static enum evx_err open_info(const struct evx_catalog_labels *l, struct evx_aead *aead,
	const uint8_t uuid[16], const uint8_t *row, size_t len, struct evx_catalog_info *out)
{
	uint8_t key[32], ad[32], plain[INFO_MAX];
	struct evx_cursor in;
	enum evx_err err = EVX_E_FORGED;
	size_t i;

	if (len < EVX_AEAD_NONCE + EVX_AEAD_TAG || len > sizeof(plain))
		return EVX_E_FORGED;
	info_binding(l->c, uuid, ad);
	for (i = 0; i < l->n && err == EVX_E_FORGED; i++) {
		evx_hmac_key_tag(&l->keys[i].info, uuid, 16, key);
		err = evx_aead_open(aead, key, row, ad, sizeof(ad), row + EVX_AEAD_NONCE,
			len - EVX_AEAD_NONCE, plain);
	}
	if (err != EVX_OK)
		goto out;
	in = evx_cursor_over(plain, len - EVX_AEAD_NONCE - EVX_AEAD_TAG);
	if ((err = take_text(&in, &out->case_label)) != EVX_OK ||
		(err = take_text(&in, &out->exhibit_number)) != EVX_OK ||
		(err = take_text(&in, &out->description)) != EVX_OK ||
		(err = take_text(&in, &out->place)) != EVX_OK)
		goto out;
	if (evx_cursor_be32(&in, &out->events) != EVX_OK) {
		err = EVX_E_CORRUPT;
		goto out;
	}
	err = evx_cursor_end(&in);
out:
	evx_wipe(key, sizeof(key));
	evx_wipe(plain, sizeof(plain));
	return err;
}

enum evx_err evx_catalog_get_info(struct evx_catalog_labels *l, const uint8_t uuid[16],
	struct evx_catalog_info *out, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(l->c, EVX_SQL_GET_INFO, &s, diag);
	bool row = false;

	memset(out, 0, sizeof(*out));
	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, uuid, 16);
	err = evx_catalog_step(l->c, s, &row, diag);
	if (err != EVX_OK)
		return err;
	if (row && sqlite3_column_type(s, 0) == SQLITE_BLOB)
		err = open_info(l, l->c->aead, uuid, sqlite3_column_blob(s, 0),
			(size_t)sqlite3_column_bytes(s, 0), out);
	else
		err = EVX_E_NOT_FOUND;
	(void)sqlite3_reset(s);
	if (err == EVX_OK)
		return EVX_OK;
	evx_catalog_info_free(out);
	return err == EVX_E_MEMORY ?
		evx_fail_buf(diag, err) :
		evx_fail(diag, EVX_E_NOT_FOUND,
			"catalog: nothing that these keys open is known of the exhibit");
}

enum evx_err evx_catalog_open_info(const struct evx_catalog_labels *l, struct evx_aead *aead,
	const uint8_t uuid[16], const uint8_t *row, size_t len, struct evx_catalog_info *out)
{
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = len > 0 ? open_info(l, aead, uuid, row, len, out) : EVX_E_NOT_FOUND;
	if (err == EVX_OK)
		return EVX_OK;
	evx_catalog_info_free(out);
	return err == EVX_E_MEMORY ? err : EVX_E_NOT_FOUND;
}

/* Exhibits under the label that each key makes of a and b, newest key first, none twice. */
static enum evx_err by_label(struct evx_catalog_labels *l, uint8_t kind, const void *a, size_t an,
	const char *b, uint8_t (*out)[16], size_t cap, size_t *n, bool *more, struct evx_diag *diag)
{
	uint8_t label[LABEL_LEN];
	sqlite3_stmt *s;
	enum evx_err err = EVX_OK;
	bool some_more;
	size_t i, found;

	*n = 0;
	*more = false;
	for (i = 0; i < l->n; i++) {
		if ((err = label_of(&l->keys[i].label, kind, a, an, b, label)) != EVX_OK ||
			(err = evx_catalog_statement(l->c, EVX_SQL_BY_LABEL, &s, diag)) != EVX_OK)
			goto out;
		evx_catalog_bind(s, 1, label, sizeof(label));
		err = evx_catalog_uuids(l->c, s, out + *n, cap - *n, &found, &some_more, diag);
		*n += found;
		*more = *more || some_more;
		if (err != EVX_OK)
			goto out;
	}
out:
	return evx_fail_buf(diag, err);
}

enum evx_err evx_catalog_by_label(struct evx_catalog_labels *l, const char *text,
	uint8_t (*out)[16], size_t cap, size_t *n, bool *more, struct evx_diag *diag)
{
	return by_label(l, LABEL_OF_TEXT, text, strlen(text), NULL, out, cap, n, more, diag);
}

enum evx_err evx_catalog_by_number(struct evx_catalog_labels *l, const uint8_t case_id[16],
	const char *number, uint8_t (*out)[16], size_t cap, size_t *n, bool *more,
	struct evx_diag *diag)
{
	return by_label(l, LABEL_OF_NUMBER, case_id, 16, number, out, cap, n, more, diag);
}
