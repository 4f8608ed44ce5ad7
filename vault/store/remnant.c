/* The chunks in what an interrupted seal left. */
#include "store/remnant.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cursor.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "bundle/recipe_read.h"
#include "content/chunk_id.h"
#include "content/frame_codec.h"
#include "crypto/hash.h"
#include "format/node.h"
#include "format/text.h"
#include "store/case.h"
#include "store/place.h"
#include "store/vault_inner.h"

#define ORDER_NAME "packs" /* a line for each pack, in order: its hash in hex */
#define CASE_NAME "case"
#define KEY_MAX 1048576u

/* ---- Which there are */

static bool same_case(int dir, const char *case_id)
{
	struct evx_buf text = EVX_BUF_INIT;
	bool same = evx_place_read(dir, CASE_NAME, EVX_UUID_CAP, &text, NULL) == EVX_OK &&
		text.len == EVX_UUID_LEN + 1 && memcmp(text.data, case_id, EVX_UUID_LEN) == 0 &&
		text.data[EVX_UUID_LEN] == '\n';

	evx_buf_free(&text);
	return same;
}

static enum evx_err open_remnant(
	const struct evx_vault *v, const char *uuid, int *dir, struct evx_diag *diag)
{
	int all;
	enum evx_err err = evx_place_open(evx_vault_fd(v), "remnants", &all, diag);

	*dir = -1;
	if (err == EVX_OK)
		err = evx_place_open(all, uuid, dir, diag);
	evx_close_quiet(&all);
	return err;
}

bool evx_remnant_of(const struct evx_vault *v, const char *uuid, const char *case_id)
{
	int dir;
	bool yes = open_remnant(v, uuid, &dir, NULL) == EVX_OK && same_case(dir, case_id);

	evx_close_quiet(&dir);
	return yes;
}

struct listing {
	const struct evx_vault *v;
	const char *case_id;
	enum evx_err (*each)(void *ctx, const char *uuid);
	void *ctx;
};

static enum evx_err see(void *ctx, const char *name)
{
	const struct listing *l = ctx;

	return evx_uuid_valid(name, strlen(name)) && evx_remnant_of(l->v, name, l->case_id) ?
		l->each(l->ctx, name) :
		EVX_OK;
}

enum evx_err evx_remnant_each(const struct evx_vault *v, const char *case_id,
	enum evx_err (*each)(void *ctx, const char *uuid), void *ctx, struct evx_diag *diag)
{
	struct listing l = { v, case_id, each, ctx };
	int all;
	enum evx_err err = evx_place_open(evx_vault_fd(v), "remnants", &all, NULL);

	if (err == EVX_OK)
		err = evx_place_each(all, see, &l, diag);
	else
		err = err == EVX_E_NOT_FOUND ?
			EVX_OK :
			evx_fail(diag, err, "shared data: its directory cannot be opened");
	evx_close_quiet(&all);
	return err;
}

enum evx_err evx_remnant_packs(
	int dirfd, uint8_t (**hashes)[32], uint64_t *n, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_place_read(dirfd, ORDER_NAME, EVX_MANIFEST_MAX, &text, diag);
	const size_t lines = text.len / 65;
	uint8_t(*at)[32] = NULL;
	size_t i;
	bool good;

	*hashes = NULL;
	*n = 0;
	if (err != EVX_OK)
		goto out;
	if ((at = calloc(lines + 1, sizeof(*at))) == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	good = text.len % 65 == 0;
	for (i = 0; good && i < lines; i++)
		good = text.data[i * 65 + 64] == '\n' &&
			evx_hex_decode((const char *)text.data + i * 65, 64, at[i], 32) == EVX_OK;
	if (!good) {
		err = evx_fail(
			diag, EVX_E_CORRUPT, "interrupted seal: its list of packs is damaged");
		goto out;
	}
	*n = lines;
	*hashes = at;
	at = NULL;
out:
	free(at);
	evx_buf_free(&text);
	return err;
}

/* How often packs are read to find their order: each twice, and some more for those that were
 * written at one time. */
#define TRIES_EACH 2u
#define TRIES_MORE 64u

/* ---- Finding the chunks */

struct pack {
	uint8_t hash[32];
	int64_t seconds;
	long nanoseconds;
	bool used;
};

/* A data frame that no node has named yet, with the ids that it may have. */
struct unnamed {
	struct evx_loan loan;
	uint8_t ids[2][32];
};

#define UNNAMED_MAX 65536u /* those that come behind are stored anew */

struct scan {
	int dir, data;
	struct pack *packs;
	size_t n;
	size_t from;    /* where the search for the next one begins */
	uint64_t tries; /* packs that may still be read */
	const struct evx_cancel *cancel;
	struct evx_frame_codec *codec;
	uint8_t header_key[32];
	uint64_t position;    /* of the next frame in sequence 0 */
	struct evx_buf bytes; /* from there on: what the pack before left, and the pack being tried
			       */
	size_t left;          /* of the pack before */
	uint8_t *body, *room;
	struct evx_node *node;
	struct evx_buf unnamed; /* struct unnamed */
	struct evx_buf order;
	uint8_t uuid[16];
	enum evx_err (*each)(void *ctx, const uint8_t id[32], const struct evx_loan *loan);
	void *ctx;
	struct evx_remnant_found *found;
	struct evx_diag *diag;
};

static enum evx_err see_pack(void *ctx, const char *name)
{
	struct scan *s = ctx;
	struct pack p = { .used = false }, *kept;
	struct stat st;

	if (strlen(name) != 69 || strcmp(name + 64, ".pack") != 0 ||
		evx_hex_decode(name, 64, p.hash, 32) != EVX_OK ||
		fstatat(s->data, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return EVX_OK;
	p.seconds = (int64_t)st.st_mtim.tv_sec;
	p.nanoseconds = st.st_mtim.tv_nsec;
	kept = EVX_ARRAY_ADD(s->packs, s->n);
	if (kept == NULL)
		return evx_fail_memory(s->diag);
	*kept = p;
	return EVX_OK;
}

/* They were written in their order: the times are a guess where to look first. */
static int by_time(const void *a, const void *b)
{
	const struct pack *x = a, *y = b;

	if (x->seconds != y->seconds)
		return x->seconds < y->seconds ? -1 : 1;
	return x->nanoseconds < y->nanoseconds ? -1 : x->nanoseconds > y->nanoseconds;
}

/* Puts the bytes of the pack behind what is left of the one before. False when it is not what its
 * name says. */
static bool read_pack(struct scan *s, const struct pack *p)
{
	uint8_t hash[32];
	uint64_t length;
	size_t got = 0;
	bool good;
	int fd;

	s->bytes.len = s->left;
	if (evx_recipe_read_pack(s->dir, p->hash, &fd, &length, NULL) != EVX_OK)
		return false;
	good = length > 0 && length <= EVX_PACK_LEN &&
		evx_buf_reserve(&s->bytes, (size_t)length) == EVX_OK &&
		evx_pread_full(fd, s->bytes.data + s->left, (size_t)length, 0, &got, "pack",
			NULL) == EVX_OK &&
		got == length;
	evx_close_quiet(&fd);
	if (!good)
		return false;
	evx_sha256(s->bytes.data + s->left, (size_t)length, hash);
	s->bytes.len += (size_t)length;
	return evx_hash_equal(hash, p->hash);
}

/* A data frame: a node that comes later names it, or none does. */
static enum evx_err take_data(
	struct scan *s, const struct evx_frame_header *h, const uint8_t *plain)
{
	struct unnamed u = {
		.loan = { .position = s->position, .stored = h->stored, .plain = h->plain }
	};
	enum evx_err err;

	s->found->chunks++;
	s->found->bytes += h->plain;
	memcpy(u.loan.lender, s->uuid, 16);
	memcpy(u.loan.key, h->key, 32);
	evx_chunk_id_guess(plain, h->plain, u.ids);
	err = evx_buf_add(&s->unnamed, &u, sizeof(u));
	evx_wipe(&u, sizeof(u));
	return err == EVX_E_LIMIT ? EVX_OK : err;
}

/* A node has the ids of the chunks before it. */
static enum evx_err take_node(
	struct scan *s, const struct evx_frame_header *h, const uint8_t *plain)
{
	struct evx_loan loan = { .sequence = 0 };
	enum evx_err err = evx_node_decode_loose(plain, h->plain, EVX_FRAME_DATA, 0, s->node, NULL);

	if (err != EVX_OK)
		return err == EVX_E_MEMORY ? err : EVX_OK;
	memcpy(loan.lender, s->uuid, 16);
	for (uint32_t i = 0; i < s->node->count && err == EVX_OK; i++) {
		const struct evx_ref *ref = &s->node->refs[i];

		memcpy(loan.key, ref->key, 32);
		loan.position = ref->position;
		loan.stored = ref->stored;
		loan.plain = ref->plain;
		if (ref->sequence == 0)
			err = s->each(s->ctx, ref->id, &loan);
	}
	evx_wipe(&loan, sizeof(loan));
	evx_buf_reset(&s->unnamed);
	return err;
}

/* Of frames that no node names, nothing tells which files they hold: what holds one file or a part
 * of one is found again, several files are stored anew. */
static enum evx_err give_unnamed(struct scan *s)
{
	const struct unnamed *u = (const struct unnamed *)(void *)s->unnamed.data;
	const size_t n = s->unnamed.len / sizeof(*u);
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < n && err == EVX_OK && !evx_cancelled(s->cancel); i++)
		for (size_t k = 0; k < 2 && err == EVX_OK; k++)
			err = s->each(s->ctx, u[i].ids[k], &u[i].loan);
	if (evx_cancelled(s->cancel))
		return evx_fail(s->diag, EVX_E_INTERRUPTED, "stopped");
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(s->diag, err, "interrupted seal: what it stored cannot be used");
}

/* The frame at offset at of the bytes: EVX_OK with its header, EVX_E_TRUNCATED when it goes on in
 * the next pack, EVX_E_FORGED when there is none. give: what it says of chunks is taken. */
static enum evx_err take_frame(struct scan *s, size_t at, bool give, struct evx_frame_header *h)
{
	const uint8_t *plain;
	enum evx_err err;

	if (s->bytes.len - at < EVX_FRAME_HEADER_LEN)
		return EVX_E_TRUNCATED;
	if (evx_frame_codec_header_open(
		    s->codec, s->header_key, 0, s->position, s->bytes.data + at, h, NULL) != EVX_OK)
		return EVX_E_FORGED;
	if (h->stored > s->bytes.len - at)
		return EVX_E_TRUNCATED;
	memcpy(s->body, s->bytes.data + at + EVX_FRAME_HEADER_LEN,
		h->stored - EVX_FRAME_HEADER_LEN);
	err = evx_frame_codec_open(s->codec, h->type, h->level, h->key, h->plain, s->body,
		h->stored - EVX_FRAME_HEADER_LEN, s->room, &plain, NULL);
	if (err != EVX_OK)
		return EVX_E_FORGED;
	if (give && h->type == EVX_FRAME_DATA)
		err = take_data(s, h, plain);
	else if (give && h->type == EVX_FRAME_CONTENT_NODE && h->level == 0)
		err = take_node(s, h, plain);
	return err;
}

/* Walks the frames in the bytes; what is left over begins the next pack. */
static enum evx_err take_pack(struct scan *s, struct pack *p)
{
	struct evx_frame_header h = { .type = 0 };
	char line[66];
	size_t at = 0;
	enum evx_err err = EVX_OK;

	p->used = true;
	s->found->packs++;
	evx_hex_encode(p->hash, 32, line);
	memcpy(line + 64, "\n", 2);
	if (evx_buf_adds(&s->order, line) != EVX_OK)
		return evx_fail_memory(s->diag);
	while (err == EVX_OK && !evx_cancelled(s->cancel)) {
		err = take_frame(s, at, true, &h);
		if (err == EVX_OK) {
			at += h.stored;
			s->position += h.stored;
		}
	}
	evx_wipe(&h, sizeof(h));
	if (err == EVX_OK)
		return evx_fail(s->diag, EVX_E_INTERRUPTED, "stopped");
	if (err != EVX_E_TRUNCATED && err != EVX_E_FORGED)
		return evx_fail(s->diag, err, "interrupted seal: what it stored cannot be used");
	/* What does not open will not open with the next pack either. */
	s->left = s->bytes.len - at;
	memmove(s->bytes.data, s->bytes.data + at, s->left);
	return EVX_OK;
}

/* The next pack: the first in order of time behind the one before, and then from the start, whose
 * first frame opens. Whoever can write to the disk can add packs that never do, with any times:
 * each is tried once while good ones come in order, all tries together are bounded, and what is not
 * found by then is stored anew. */
static struct pack *next_pack(struct scan *s)
{
	struct evx_frame_header h;
	size_t i;

	for (i = 0; i < s->n && !evx_cancelled(s->cancel); i++) {
		struct pack *p = &s->packs[(s->from + i) % s->n];

		if (p->used)
			continue;
		if (s->tries == 0)
			return NULL;
		s->tries--;
		if (!read_pack(s, p)) {
			p->used = true;
			continue;
		}
		if (take_frame(s, 0, false, &h) == EVX_OK) {
			s->from = (size_t)(p - s->packs) + 1;
			return p;
		}
	}
	return NULL;
}

/* The remnant's content identity, with the vault's. */
static enum evx_err open_identity(
	const struct evx_vault *v, int dir, struct evx_secret **out, struct evx_diag *diag)
{
	struct evx_buf file = EVX_BUF_INIT, text = { NULL, 0, 0, KEY_MAX };
	uint32_t i;
	int keys = -1;
	enum evx_err err = evx_place_open(dir, "keys", &keys, diag);

	*out = NULL;
	if (err != EVX_OK ||
		(err = evx_place_read(keys, "0000-content.age", KEY_MAX, &file, diag)) != EVX_OK)
		goto out;
	err = EVX_E_KEY;
	for (i = evx_vault_epochs(v); err == EVX_E_KEY && i >= 1; i--) {
		const struct evx_secret *key = evx_vault_content(v, i);
		const struct evx_age_open how = { &key, 1, NULL, 0 };

		if (key == NULL)
			continue;
		evx_buf_reset(&text);
		err = evx_age_decrypt(&how, false, file.data, file.len, &text, NULL);
	}
	if (err == EVX_OK)
		err = evx_age_identity_decode(text.data, text.len, out, NULL);
out:
	evx_close_quiet(&keys);
	evx_buf_free(&file);
	evx_buf_free(&text);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err,
			"interrupted seal: its key file does not open with the keys of the vault");
}

enum evx_err evx_remnant_origin(const struct evx_vault *v, const char *case_id, uint32_t number,
	const char *uuid, const struct evx_secret *content, uint8_t origin[32],
	struct evx_diag *diag)
{
	struct evx_secret *secret = NULL;
	uint8_t key[32], text[16 + 32];
	enum evx_err err = evx_case_secret(v, case_id, number, &secret, diag);

	if (err == EVX_OK &&
		(!evx_uuid_bytes(uuid, strlen(uuid), text) || evx_secret_len(content) != 32))
		err = evx_fail(diag, EVX_E_USAGE, "interrupted seal: expected a UUID and a key");
	if (err == EVX_OK) {
		evx_hkdf_sha256(evx_secret_bytes(secret), evx_secret_len(secret), NULL, 0,
			"evx-remnant-origin/1", key);
		memcpy(text + 16, evx_secret_bytes(content), 32);
		evx_hmac_sha256(key, sizeof(key), text, sizeof(text), origin);
	}
	evx_wipe(key, sizeof(key));
	evx_wipe(text, sizeof(text));
	evx_secret_free(secret);
	return err;
}

/* Somebody who can write to the disk can leave a session, too, and would see its frames again in
 * the next seal. */
static enum evx_err check_origin(const struct evx_vault *v, int dir, const char *case_id,
	const char *uuid, const struct evx_secret *content, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint8_t told[32], made[32];
	enum evx_err err = evx_place_read(dir, EVX_SESSION_ORIGIN, 65, &text, NULL);
	bool good = err == EVX_OK && text.len == 65 && text.data[64] == '\n' &&
		evx_hex_decode((const char *)text.data, 64, told, 32) == EVX_OK,
	     found = false;

	for (uint32_t i = evx_vault_epochs(v); good && !found && err != EVX_E_MEMORY && i >= 1;
		i--) {
		if (evx_vault_content(v, i) == NULL)
			continue;
		err = evx_remnant_origin(v, case_id, i, uuid, content, made, NULL);
		found = err == EVX_OK && evx_equal(told, made, sizeof(made));
	}
	evx_buf_free(&text);
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	return found ? EVX_OK :
		       evx_fail(diag, EVX_E_FORGED,
			       "The interrupted seal %s was not made by a member who can open "
			       "contents. evx does "
			       "not continue it. Seal again without --resume.",
			       uuid);
}

static enum evx_err begin(
	struct scan *s, const struct evx_vault *v, const char *case_id, const char *uuid)
{
	struct evx_secret *identity = NULL;
	enum evx_err err = open_remnant(v, uuid, &s->dir, s->diag);

	s->bytes.max = 2 * (size_t)EVX_PACK_LEN;
	s->body = malloc(EVX_FRAME_PLAIN_MAX + EVX_FRAME_BODY_EXTRA);
	s->room = malloc(EVX_FRAME_PLAIN_MAX);
	s->node = malloc(sizeof(*s->node));
	s->unnamed.max = UNNAMED_MAX * sizeof(struct unnamed);
	if (err != EVX_OK)
		goto out;
	if (s->body == NULL || s->room == NULL || s->node == NULL ||
		!evx_uuid_bytes(uuid, strlen(uuid), s->uuid)) {
		err = evx_fail_memory(s->diag);
		goto out;
	}
	if ((err = open_identity(v, s->dir, &identity, s->diag)) != EVX_OK ||
		(err = check_origin(v, s->dir, case_id, uuid, identity, s->diag)) != EVX_OK ||
		(err = evx_frame_codec_new(0, &s->codec, s->diag)) != EVX_OK)
		goto out;
	evx_frame_codec_header_key(evx_secret_bytes(identity), s->header_key);
	if ((err = evx_place_open(s->dir, "data", &s->data, s->diag)) != EVX_OK ||
		(err = evx_place_each(s->data, see_pack, s, s->diag)) != EVX_OK)
		goto out;
	if (s->n > 0)
		qsort(s->packs, s->n, sizeof(*s->packs), by_time);
out:
	s->tries = TRIES_EACH * (uint64_t)s->n + TRIES_MORE;
	evx_secret_free(identity);
	return err;
}

enum evx_err evx_remnant_scan(const struct evx_vault *v, const char *case_id, const char *uuid,
	enum evx_err (*each)(void *ctx, const uint8_t id[32], const struct evx_loan *loan),
	void *ctx, const struct evx_cancel *cancel, struct evx_remnant_found *found,
	struct evx_diag *diag)
{
	struct scan s = { .dir = -1,
		.data = -1,
		.each = each,
		.ctx = ctx,
		.found = found,
		.diag = diag,
		.cancel = cancel };
	struct pack *p;
	enum evx_err err;

	memset(found, 0, sizeof(*found));
	if ((err = begin(&s, v, case_id, uuid)) != EVX_OK)
		goto out;
	while ((p = next_pack(&s)) != NULL)
		if ((err = take_pack(&s, p)) != EVX_OK)
			goto out;
	if (evx_cancelled(cancel)) {
		err = evx_fail(diag, EVX_E_INTERRUPTED, "stopped");
		goto out;
	}
	if ((err = give_unnamed(&s)) != EVX_OK)
		goto out;
	err = evx_replace_file(s.dir, ORDER_NAME, 0666,
		s.order.data != NULL ? s.order.data : (const uint8_t *)"", s.order.len, diag);
out:
	evx_close_quiet(&s.data);
	evx_close_quiet(&s.dir);
	evx_frame_codec_free(s.codec);
	evx_wipe(s.header_key, sizeof(s.header_key));
	if (s.room != NULL)
		evx_wipe(s.room, EVX_FRAME_PLAIN_MAX);
	if (s.body != NULL)
		evx_wipe(s.body, EVX_FRAME_PLAIN_MAX + EVX_FRAME_BODY_EXTRA);
	if (s.node != NULL)
		evx_wipe(s.node, sizeof(*s.node));
	free(s.node);
	free(s.room);
	free(s.body);
	evx_buf_free(&s.unnamed);
	free(s.packs);
	evx_buf_free(&s.bytes);
	evx_buf_free(&s.order);
	return err;
}
