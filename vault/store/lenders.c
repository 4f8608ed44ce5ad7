/* Packs of exhibits that lend. */
#include "store/lenders.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "bundle/bundle.h"
#include "custody/document.h"
#include "store/place.h"
#include "store/remnant.h"
#include "store/vault_inner.h"

#define SEAL "custody/0000-seal.json"
#define LENDERS_KEPT 64u
#define UNKNOWN UINT64_MAX

/* A lender whose list of packs was read. */
struct lender {
	uint8_t uuid[16];
	bool there; /* it is of the case, and its list of packs could be read */
	int dirfd;
	uint8_t (*packs)[32]; /* hashes, in payload order */
	uint64_t n, first; /* first: number of the first pack of sequence 1, UNKNOWN until asked for
			    */
	uint64_t used;
};

struct evx_lenders {
	const struct evx_vault *v;
	char case_id[EVX_UUID_CAP];
	pthread_mutex_t lock;
	struct lender at[LENDERS_KEPT];
	size_t n;
	uint64_t clock;
};

enum evx_err evx_lenders_new(const struct evx_vault *v, const char *case_id,
	struct evx_lenders **out, struct evx_diag *diag)
{
	struct evx_lenders *l = calloc(1, sizeof(*l));

	*out = NULL;
	if (l == NULL || pthread_mutex_init(&l->lock, NULL) != 0) {
		free(l);
		return evx_fail_memory(diag);
	}
	l->v = v;
	memcpy(l->case_id, case_id, sizeof(l->case_id));
	*out = l;
	return EVX_OK;
}

static void forget(struct lender *one)
{
	evx_close_quiet(&one->dirfd);
	free(one->packs);
	memset(one, 0, sizeof(*one));
	one->dirfd = -1;
}

void evx_lenders_free(struct evx_lenders *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->n; i++)
		forget(&l->at[i]);
	(void)pthread_mutex_destroy(&l->lock);
	free(l);
}

/* True when the exhibit is marked as one of the case. */
static bool is_of_case(const struct evx_lenders *l, const char *uuid)
{
	int cases = -1, one = -1, marks = -1;
	struct stat st;
	bool there = evx_place_open(evx_vault_fd(l->v), "cases", &cases, NULL) == EVX_OK &&
		evx_place_open(cases, l->case_id, &one, NULL) == EVX_OK &&
		evx_place_open(one, "exhibits", &marks, NULL) == EVX_OK &&
		fstatat(marks, uuid, &st, AT_SYMLINK_NOFOLLOW) == 0;

	evx_close_quiet(&marks);
	evx_close_quiet(&one);
	evx_close_quiet(&cases);
	return there;
}

/* A remnant has its packs in a list of its own, all of sequence 0. */
static bool load_remnant(const struct evx_lenders *l, struct lender *one, const char *uuid)
{
	int remnants = -1;

	if (!evx_remnant_of(l->v, uuid, l->case_id))
		return false;
	one->there = evx_place_open(evx_vault_fd(l->v), "remnants", &remnants, NULL) == EVX_OK &&
		evx_place_open(remnants, uuid, &one->dirfd, NULL) == EVX_OK &&
		evx_remnant_packs(one->dirfd, &one->packs, &one->n, NULL) == EVX_OK;
	one->first = one->n;
	evx_close_quiet(&remnants);
	return true;
}

bool evx_lenders_may(const struct evx_vault *v, const struct evx_event *seal)
{
	const struct evx_vault_member *m = seal->nsigners > 0 ?
		evx_vault_find_member(v, seal->signers[0]) :
		NULL;

	return m != NULL && m->content;
}

/* Whether the exhibit's seal, which must be a member's and name this exhibit, lets it lend. */
static bool sealed_by_member(
	const struct evx_vault *v, const struct evx_bundle *b, const char *uuid)
{
	struct evx_buf json = EVX_BUF_INIT, sigs[EVX_SIGNERS_MAX];
	struct evx_bytes texts[EVX_SIGNERS_MAX];
	struct evx_event seal = { .known = false };
	char name[sizeof(SEAL) + 8];
	size_t n = 0;
	bool may = false;

	memset(sigs, 0, sizeof(sigs));
	while (n < EVX_SIGNERS_MAX) {
		(void)snprintf(name, sizeof(name), SEAL ".sig%zu", n + 1);
		if (evx_bundle_read_member(b, name, EVX_DOCUMENT_MAX, &sigs[n], NULL) != EVX_OK)
			break;
		texts[n] = (struct evx_bytes){ sigs[n].data, sigs[n].len };
		n++;
	}
	if (evx_bundle_read_member(b, SEAL, EVX_DOCUMENT_MAX, &json, NULL) == EVX_OK &&
		evx_document_verify(EVX_NS_EVENT, (struct evx_bytes){ json.data, json.len }, texts,
			n, NULL, NULL) == EVX_OK &&
		evx_event_decode(json.data, json.len, &seal, NULL) == EVX_OK) {
		may = evx_event_is_seal(&seal) && strcmp(seal.uuid, uuid) == 0 &&
			evx_lenders_may(v, &seal);
		evx_event_free(&seal);
	}
	evx_buf_free(&json);
	for (size_t i = 0; i < EVX_SIGNERS_MAX; i++)
		evx_buf_free(&sigs[i]);
	return may;
}

/* Reads the list of packs. Whatever fails leaves a lender that lends nothing. */
static void load(const struct evx_lenders *l, struct lender *one)
{
	char uuid[EVX_UUID_CAP];
	enum evx_bundle_source source;
	struct evx_bundle *b = NULL;
	uint64_t i;

	evx_uuid_text(one->uuid, uuid);
	if (load_remnant(l, one, uuid))
		return;
	if (!is_of_case(l, uuid) || evx_vault_exhibit(l->v, uuid, &one->dirfd, NULL) != EVX_OK ||
		evx_bundle_open_dir(one->dirfd, uuid, &b, NULL) != EVX_OK ||
		evx_bundle_open_index(b, &source, NULL) != EVX_OK ||
		!sealed_by_member(l->v, b, uuid))
		goto out;
	one->n = evx_bundle_packs(b);
	one->packs = calloc((size_t)one->n + 1, sizeof(*one->packs));
	if (one->packs == NULL)
		goto out;
	for (i = 0; i < one->n; i++)
		memcpy(one->packs[i], evx_bundle_pack(b, i).hash, 32);
	one->there = true;
out:
	evx_bundle_free(b);
}

/* The lender of this UUID, read when it is not known. The lock is held. */
static struct lender *get(struct evx_lenders *l, const uint8_t uuid[16])
{
	struct lender *one = NULL;
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (memcmp(l->at[i].uuid, uuid, 16) == 0) {
			l->at[i].used = ++l->clock;
			return &l->at[i];
		}
		if (one == NULL || l->at[i].used < one->used)
			one = &l->at[i];
	}
	if (l->n < LENDERS_KEPT || one == NULL)
		one = &l->at[l->n++];
	else
		forget(one);
	memset(one, 0, sizeof(*one));
	one->dirfd = -1;
	one->first = UNKNOWN;
	one->used = ++l->clock;
	memcpy(one->uuid, uuid, 16);
	load(l, one);
	return one;
}

/* The length of pack number i where it is stored as bytes. */
static bool stored(const struct lender *one, uint64_t i, uint64_t *length)
{
	int fd;

	if (evx_recipe_read_pack(one->dirfd, one->packs[i], &fd, length, NULL) != EVX_OK)
		return false;
	evx_close_quiet(&fd);
	return *length > 0 && *length <= EVX_PACK_LEN;
}

/* Number of the first pack of the sequence: the first one that is short ends sequence 0. Should it
 * be full by chance, what is lent from a wrong place does not open. Whoever said stop gets none. */
static uint64_t first_of(const struct evx_lenders *l, struct lender *one, uint32_t sequence)
{
	uint64_t i, length;

	if (sequence == 0 || one->first != UNKNOWN)
		return sequence == 0 ? 0 : one->first;
	for (i = 0; i < one->n; i++) {
		if (evx_cancelled(l->v->cancel))
			return one->n;
		if (!stored(one, i, &length) || length < EVX_PACK_LEN)
			break;
	}
	one->first = i + 1;
	return one->first;
}

/* The pack that holds the byte at position; false when it is not stored as bytes. The lock is held.
 */
static bool locate(const struct evx_lenders *l, struct lender *one, uint32_t sequence,
	uint64_t position, uint64_t *pack, uint64_t *length)
{
	const uint64_t first = one->there && sequence <= 1 ? first_of(l, one, sequence) : 0;

	if (!one->there || sequence > 1 || first >= one->n ||
		position / EVX_PACK_LEN >= one->n - first)
		return false;
	*pack = first + position / EVX_PACK_LEN;
	return stored(one, *pack, length) && position % EVX_PACK_LEN < *length;
}

bool evx_lenders_has(struct evx_lenders *l, const struct evx_loan *loan)
{
	const uint64_t from = loan->position + EVX_FRAME_HEADER_LEN,
		       last = loan->position + loan->stored - 1;
	uint64_t pack, length;
	struct lender *one;
	bool has;

	if (loan->stored <= EVX_FRAME_HEADER_LEN || loan->position > UINT64_MAX / 2)
		return false;
	(void)pthread_mutex_lock(&l->lock);
	one = get(l, loan->lender);
	has = locate(l, one, loan->sequence, last, &pack, &length) &&
		(from / EVX_PACK_LEN == last / EVX_PACK_LEN ||
			locate(l, one, loan->sequence, from, &pack, &length));
	(void)pthread_mutex_unlock(&l->lock);
	return has;
}

/* Opens the pack of a lender that holds the byte at position. */
static enum evx_err open_at(struct evx_lenders *l, const struct evx_loan *loan, uint64_t position,
	int *fd, struct evx_diag *diag)
{
	uint64_t pack, length;
	struct lender *one;
	enum evx_err err;

	*fd = -1;
	(void)pthread_mutex_lock(&l->lock);
	one = get(l, loan->lender);
	if (locate(l, one, loan->sequence, position, &pack, &length))
		err = evx_recipe_read_pack(one->dirfd, one->packs[pack], fd, NULL, diag);
	else
		err = evx_fail(diag, EVX_E_NOT_FOUND, "lender: its pack is not stored as bytes");
	(void)pthread_mutex_unlock(&l->lock);
	return err;
}

enum evx_err evx_lenders_read(
	struct evx_lenders *l, const struct evx_loan *loan, uint8_t *body, struct evx_diag *diag)
{
	const uint64_t from = loan->position + EVX_FRAME_HEADER_LEN;
	const size_t n = loan->stored - EVX_FRAME_HEADER_LEN;
	enum evx_err err = EVX_OK;
	size_t done, step, got;
	int fd;

	for (done = 0; err == EVX_OK && done < n; done += step) {
		const uint64_t at = (from + done) % EVX_PACK_LEN;

		step = n - done < EVX_PACK_LEN - at ? n - done : (size_t)(EVX_PACK_LEN - at);
		err = open_at(l, loan, from + done, &fd, diag);
		if (err == EVX_OK)
			err = evx_pread_full(fd, body + done, step, at, &got, "lender", diag);
		if (err == EVX_OK && got != step)
			err = evx_fail(diag, EVX_E_TRUNCATED, "lender: its pack ends early");
		evx_close_quiet(&fd);
	}
	return err;
}

enum evx_err evx_lenders_locate(void *ctx, const uint8_t lender[16], uint32_t sequence,
	uint64_t position, uint8_t hash[32], uint32_t *length, struct evx_diag *diag)
{
	struct evx_lenders *l = ctx;
	uint64_t pack, bytes = 0;
	struct lender *one;
	bool found;

	*length = 0;
	(void)pthread_mutex_lock(&l->lock);
	one = get(l, lender);
	found = locate(l, one, sequence, position, &pack, &bytes);
	if (found)
		memcpy(hash, one->packs[pack], 32);
	(void)pthread_mutex_unlock(&l->lock);
	*length = (uint32_t)bytes;
	return found ? EVX_OK :
		       evx_fail(diag, EVX_E_NOT_FOUND, "lender: its pack is not stored as bytes");
}
