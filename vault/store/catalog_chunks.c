/* Where chunks are: rows that open with the case's secrets only. */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "crypto/hash.h"
#include "format/node.h"
#include "store/catalog_inner.h"

#define PLAIN_LEN (EVX_CATALOG_PLACE_LEN - EVX_AEAD_NONCE - EVX_AEAD_TAG)
#define SCAN_ROWS 4096

/* Associated data and row keys come from the tag, so a row says nothing under another one. */
struct keys {
	struct evx_hmac_key tag, row;
};

struct evx_catalog_case {
	struct evx_catalog *c;
	uint8_t id[16];
	bool has_no;
	uint32_t no;
	size_t n;
	struct keys keys[];
};

enum evx_err evx_catalog_case_new(struct evx_catalog *c, const uint8_t case_id[16],
	const struct evx_secret *const *secrets, size_t n, struct evx_catalog_case **out,
	struct evx_diag *diag)
{
	struct evx_catalog_case *k;
	uint8_t key[32];
	size_t i;

	*out = NULL;
	if (n == 0 || n > EVX_EPOCHS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"catalog: expected 1 to %u secrets of the case, found %zu", EVX_EPOCHS_MAX,
			n);
	k = calloc(1, sizeof(*k) + n * sizeof(k->keys[0]));
	if (k == NULL)
		return evx_fail_memory(diag);
	k->c = c;
	k->n = n;
	memcpy(k->id, case_id, sizeof(k->id));
	for (i = 0; i < n; i++) {
		evx_hkdf_sha256(evx_secret_bytes(secrets[i]), evx_secret_len(secrets[i]), NULL, 0,
			"evx-catalog-tag/1", key);
		evx_hmac_key_init(&k->keys[i].tag, key, sizeof(key));
		evx_hkdf_sha256(evx_secret_bytes(secrets[i]), evx_secret_len(secrets[i]), NULL, 0,
			"evx-catalog-row/1", key);
		evx_hmac_key_init(&k->keys[i].row, key, sizeof(key));
	}
	evx_wipe(key, sizeof(key));
	*out = k;
	return EVX_OK;
}

void evx_catalog_case_free(struct evx_catalog_case *k)
{
	if (k == NULL)
		return;
	evx_wipe(k, sizeof(*k) + k->n * sizeof(k->keys[0]));
	free(k);
}

static enum evx_err look_up_no(struct evx_catalog_case *k, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(k->c, EVX_SQL_CASE_NO, &s, diag);
	uint64_t no = 0;
	bool row = false;

	if (err != EVX_OK)
		return err;
	evx_catalog_bind(s, 1, k->id, sizeof(k->id));
	err = evx_catalog_step(k->c, s, &row, diag);
	if (err == EVX_OK && row) {
		k->has_no = evx_catalog_number(s, 0, UINT32_MAX, &no);
		k->no = (uint32_t)no;
		(void)sqlite3_reset(s);
	}
	return err;
}

enum evx_err evx_catalog_case_no(
	struct evx_catalog_case *k, bool add, uint32_t *no, struct evx_diag *diag)
{
	sqlite3_stmt *s;
	enum evx_err err = k->has_no ? EVX_OK : look_up_no(k, diag);

	if (err != EVX_OK)
		goto out;
	if (!k->has_no && add) {
		if ((err = evx_catalog_statement(k->c, EVX_SQL_CASE_ADD, &s, diag)) != EVX_OK)
			goto out;
		evx_catalog_bind(s, 1, k->id, sizeof(k->id));
		if ((err = evx_catalog_run(k->c, s, diag)) != EVX_OK ||
			(err = look_up_no(k, diag)) != EVX_OK)
			goto out;
	}
	if (!k->has_no)
		err = evx_fail(diag, EVX_E_NOT_FOUND, "catalog: nothing of this case is in it");
out:
	*no = k->no;
	return err;
}

static void tag_of(const struct keys *keys, const uint8_t id[32], uint8_t tag[EVX_CATALOG_TAG_LEN])
{
	uint8_t mac[32];

	evx_hmac_key_tag(&keys->tag, id, 32, mac);
	memcpy(tag, mac, EVX_CATALOG_TAG_LEN);
}

static void binding(
	const struct evx_catalog_case *k, const uint8_t tag[EVX_CATALOG_TAG_LEN], uint8_t ad[48])
{
	memcpy(ad, k->c->vault, 16);
	memcpy(ad + 16, k->id, 16);
	memcpy(ad + 32, tag, EVX_CATALOG_TAG_LEN);
}

enum evx_err evx_catalog_place_seal(struct evx_catalog_case *k, const uint8_t id[32],
	const struct evx_loan *loan, uint8_t tag[EVX_CATALOG_TAG_LEN],
	uint8_t place[EVX_CATALOG_PLACE_LEN])
{
	uint8_t key[32], ad[48], *plain = place + EVX_AEAD_NONCE;
	enum evx_err err;

	tag_of(&k->keys[0], id, tag);
	binding(k, tag, ad);
	evx_random(place, EVX_AEAD_NONCE);
	memcpy(plain, loan->lender, 16);
	memcpy(plain + 16, loan->key, 32);
	evx_put_be32(plain + 48, loan->sequence);
	evx_put_be64(plain + 52, loan->position);
	evx_put_be32(plain + 60, loan->stored);
	evx_put_be32(plain + 64, loan->plain);
	evx_hmac_key_tag(&k->keys[0].row, tag, EVX_CATALOG_TAG_LEN, key);
	err = evx_aead_seal(k->c->aead, key, place, ad, sizeof(ad), plain, PLAIN_LEN, plain);
	evx_wipe(key, sizeof(key));
	return err;
}

/* What the place says, when it opens and a data frame could stand there. */
static bool place_open(const struct evx_catalog_case *k, const struct keys *keys,
	const uint8_t tag[EVX_CATALOG_TAG_LEN], const uint8_t place[EVX_CATALOG_PLACE_LEN],
	struct evx_loan *out)
{
	uint8_t key[32], ad[48], plain[PLAIN_LEN];
	struct evx_ref ref = { .span = 0 };
	bool good;

	binding(k, tag, ad);
	evx_hmac_key_tag(&keys->row, tag, EVX_CATALOG_TAG_LEN, key);
	good = evx_aead_open(k->c->aead, key, place, ad, sizeof(ad), place + EVX_AEAD_NONCE,
		       EVX_CATALOG_PLACE_LEN - EVX_AEAD_NONCE, plain) == EVX_OK;
	if (good) {
		ref.sequence = evx_get_be32(plain + 48);
		ref.position = evx_get_be64(plain + 52);
		ref.stored = evx_get_be32(plain + 60);
		ref.plain = evx_get_be32(plain + 64);
		ref.span = ref.plain;
		good = evx_ref_check(&ref, EVX_FRAME_DATA, NULL) == EVX_OK;
	}
	if (good) {
		memcpy(out->lender, plain, 16);
		memcpy(out->key, plain + 16, 32);
		out->sequence = ref.sequence;
		out->position = ref.position;
		out->stored = ref.stored;
		out->plain = ref.plain;
	}
	evx_wipe(key, sizeof(key));
	evx_wipe(plain, sizeof(plain));
	return good;
}

/* Any failure counts as no row. */
static bool look_up(struct evx_catalog_case *k, uint32_t no, const uint8_t tag[EVX_CATALOG_TAG_LEN],
	uint8_t place[EVX_CATALOG_PLACE_LEN])
{
	sqlite3_stmt *s;
	bool row = false;

	if (evx_catalog_statement(k->c, EVX_SQL_CHUNK_GET, &s, NULL) != EVX_OK)
		return false;
	(void)sqlite3_bind_int64(s, 1, no);
	evx_catalog_bind(s, 2, tag, EVX_CATALOG_TAG_LEN);
	if (evx_catalog_step(k->c, s, &row, NULL) != EVX_OK || !row)
		return false;
	row = evx_catalog_blob(s, 0, place, EVX_CATALOG_PLACE_LEN);
	(void)sqlite3_reset(s);
	return row;
}

bool evx_catalog_find(struct evx_catalog_case *k, const uint8_t id[32], struct evx_loan *out)
{
	uint8_t tag[EVX_CATALOG_TAG_LEN], place[EVX_CATALOG_PLACE_LEN];
	uint32_t no;
	size_t i;

	if (evx_catalog_case_no(k, false, &no, NULL) != EVX_OK)
		return false;
	for (i = 0; i < k->n; i++) {
		tag_of(&k->keys[i], id, tag);
		if (look_up(k, no, tag, place) && place_open(k, &k->keys[i], tag, place, out))
			return true;
	}
	return false;
}

/* ---- Removal: which rows name a lender is known only to who opens them all -------------- */

struct scan {
	uint8_t last[EVX_CATALOG_TAG_LEN]; /* the tag behind which the next part begins */
	size_t last_len;                   /* 0 before the first */
	size_t n;                          /* rows read in this part … */
	uint8_t gone[SCAN_ROWS][EVX_CATALOG_TAG_LEN];
	size_t ngone; /* … and those of them to remove */
};

static bool is_kept(const struct evx_catalog_case *k, const uint8_t tag[EVX_CATALOG_TAG_LEN],
	const uint8_t *place, const uint8_t lender[16])
{
	struct evx_loan loan;
	bool opens = false;
	size_t i;

	for (i = 0; i < k->n && !opens; i++)
		opens = place_open(k, &k->keys[i], tag, place, &loan);
	opens = opens && memcmp(loan.lender, lender, 16) != 0;
	evx_wipe(&loan, sizeof(loan));
	return opens;
}

static enum evx_err scan_part(struct evx_catalog_case *k, uint32_t no, const uint8_t lender[16],
	struct scan *scan, struct evx_diag *diag)
{
	uint8_t tag[EVX_CATALOG_TAG_LEN], place[EVX_CATALOG_PLACE_LEN];
	sqlite3_stmt *s;
	enum evx_err err = evx_catalog_statement(k->c, EVX_SQL_CHUNK_AFTER, &s, diag);
	bool row = true;

	scan->n = scan->ngone = 0;
	if (err != EVX_OK)
		return err;
	(void)sqlite3_bind_int64(s, 1, no);
	evx_catalog_bind(s, 2, scan->last_len > 0 ? (const void *)scan->last : "", scan->last_len);
	(void)sqlite3_bind_int(s, 3, SCAN_ROWS);
	while (scan->n < SCAN_ROWS && (err = evx_catalog_step(k->c, s, &row, diag)) == EVX_OK &&
		row) {
		if (!evx_catalog_blob(s, 0, tag, sizeof(tag))) {
			k->c->damaged = true;
			err = evx_fail(diag, EVX_E_CORRUPT,
				"catalog: a row holds what no writer puts there");
			break;
		}
		if (!evx_catalog_blob(s, 1, place, sizeof(place)) ||
			!is_kept(k, tag, place, lender))
			memcpy(scan->gone[scan->ngone++], tag, sizeof(tag));
		scan->n++;
	}
	(void)sqlite3_reset(s);
	if (scan->n > 0) {
		memcpy(scan->last, tag, sizeof(tag));
		scan->last_len = sizeof(tag);
	}
	return err;
}

static enum evx_err remove_part(
	struct evx_catalog_case *k, uint32_t no, const struct scan *scan, struct evx_diag *diag)
{
	enum evx_err err = scan->ngone == 0 ? EVX_OK : evx_catalog_begin(k->c, diag);
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < scan->ngone && err == EVX_OK; i++) {
		err = evx_catalog_statement(k->c, EVX_SQL_CHUNK_REMOVE, &s, diag);
		if (err == EVX_OK) {
			(void)sqlite3_bind_int64(s, 1, no);
			evx_catalog_bind(s, 2, scan->gone[i], EVX_CATALOG_TAG_LEN);
			err = evx_catalog_run(k->c, s, diag);
		}
	}
	if (scan->ngone > 0 && err == EVX_OK)
		err = evx_catalog_commit(k->c, diag);
	if (err != EVX_OK)
		evx_catalog_rollback(k->c);
	return err;
}

enum evx_err evx_catalog_rows_remove(struct evx_catalog_case *k, const uint8_t lender[16],
	uint64_t *removed, struct evx_diag *diag)
{
	struct scan *scan;
	enum evx_err err;

	*removed = 0;
	if (sqlite3_get_autocommit(k->c->db) == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"catalog: rows are removed in transactions of their own");
	if (!k->has_no && (err = look_up_no(k, diag)) != EVX_OK)
		return err;
	if (!k->has_no)
		return EVX_OK;
	scan = calloc(1, sizeof(*scan));
	if (scan == NULL)
		return evx_fail_memory(diag);
	do {
		if ((err = scan_part(k, k->no, lender, scan, diag)) != EVX_OK ||
			(err = remove_part(k, k->no, scan, diag)) != EVX_OK)
			break;
		*removed += scan->ngone;
	} while (scan->n == SCAN_ROWS);
	free(scan);
	return err;
}
