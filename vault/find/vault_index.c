/* An exhibit's files read into the catalog. */
#include "find/vault_index.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "content/tree_read.h"
#include "crypto/hash.h"
#include "find/vault_glance.h"
#include "format/bagit.h"
#include "open/exhibit_vault.h"
#include "people/known.h"
#include "store/lenders.h"
#include "store/marks.h"

#define SEAL_DETAILS "custody/0000-seal.details.age"

/* Cases that threads may read exhibits of at the same time without opening them again and again. */
#define OPEN_CASES 8u

/* The secrets of a case that was used not long ago. */
struct open_case {
	char id[EVX_UUID_CAP];
	struct evx_catalog_case *rows;
};

struct evx_vault_index {
	const struct evx_vault *v;
	struct evx_catalog *c;
	struct evx_catalog_labels *labels; /* for all members; NULL: the vault is closed */
	struct evx_catalog_labels *own;    /* for reader alone; NULL: none */
	const struct evx_identity *reader;
	struct evx_catalog_rows *rows;
	struct open_case opened[OPEN_CASES];
	unsigned oldest;
	const char *expected;    /* a case */
	struct evx_marks *marks; /* read when a second exhibit is looked for in all cases */
	uint64_t asked;          /* how often that was done */
	uint8_t (*pending)[16];  /* exhibits whose rows are in `rows` */
	size_t npending;
	struct evx_diag failed; /* the first failure to write the catalog */
	struct evx_known known;
	struct evx_rules_roster rules;
	pthread_mutex_t lock; /* while exhibits are read: of the catalog, and of all above from rows
				 to failed */
};

static void lock(struct evx_vault_index *x)
{
	(void)pthread_mutex_lock(&x->lock);
}

static void unlock(struct evx_vault_index *x)
{
	(void)pthread_mutex_unlock(&x->lock);
}

/* The vault's custody identities that are open, newest first. */
static enum evx_err open_labels(struct evx_vault_index *x, struct evx_diag *diag)
{
	const uint32_t epochs = evx_vault_epochs(x->v);
	const struct evx_secret **keys = calloc((size_t)epochs + 1, sizeof(*keys));
	enum evx_err err = EVX_OK;
	size_t n = 0;

	if (keys == NULL)
		return evx_fail_memory(diag);
	for (uint32_t i = epochs; i > 0 && n < EVX_EPOCHS_MAX; i--)
		if (evx_vault_custody(x->v, i) != NULL)
			keys[n++] = evx_vault_custody(x->v, i);
	if (n > 0)
		err = evx_catalog_labels_new(x->c, keys, n, &x->labels, diag);
	free(keys);
	return err;
}

enum evx_err evx_vault_index_new(const struct evx_vault *v, struct evx_home *h,
	struct evx_catalog *c, int tmp, struct evx_vault_index **out, struct evx_diag *diag)
{
	struct evx_vault_index *x = calloc(1, sizeof(*x));
	enum evx_err err;

	*out = NULL;
	if (x == NULL || pthread_mutex_init(&x->lock, NULL) != 0) {
		free(x);
		return evx_fail_memory(diag);
	}
	x->v = v;
	x->c = c;
	x->rules = evx_known_rules(&x->known);
	if ((err = evx_known_load(&x->known, h, diag)) != EVX_OK ||
		(err = evx_catalog_rows_new(c, tmp, &x->rows, diag)) != EVX_OK)
		goto out;
	if (evx_vault_tier(v) != EVX_TIER_NONE)
		err = open_labels(x, diag);
out:
	if (err == EVX_OK)
		*out = x;
	else
		evx_vault_index_free(x);
	return err;
}

void evx_vault_index_free(struct evx_vault_index *x)
{
	if (x == NULL)
		return;
	evx_catalog_rows_free(x->rows);
	evx_catalog_labels_free(x->labels);
	evx_catalog_labels_free(x->own);
	for (size_t i = 0; i < OPEN_CASES; i++)
		evx_catalog_case_free(x->opened[i].rows);
	evx_marks_free(x->marks);
	evx_known_free(&x->known);
	free(x->pending);
	(void)pthread_mutex_destroy(&x->lock);
	free(x);
}

enum evx_err evx_vault_index_reader(
	struct evx_vault_index *x, const struct evx_identity *id, struct evx_diag *diag)
{
	const struct evx_secret *key = id->encryption;

	if (x->labels == NULL || x->own != NULL || key == NULL)
		return EVX_OK;
	x->reader = id;
	return evx_catalog_labels_new(x->c, &key, 1, &x->own, diag);
}

bool evx_vault_index_opens(const struct evx_vault_index *x)
{
	return x->labels != NULL;
}

enum evx_err evx_vault_index_info(struct evx_vault_index *x, const uint8_t uuid[16],
	struct evx_catalog_info *out, bool *again, struct evx_diag *diag)
{
	struct evx_catalog_exhibit known;
	enum evx_err err = EVX_E_NOT_FOUND;

	memset(out, 0, sizeof(*out));
	if (again != NULL)
		*again = x->labels != NULL;
	if (x->labels == NULL)
		return err;
	err = evx_catalog_get_info(x->labels, uuid, out, x->own != NULL ? NULL : diag);
	if (err == EVX_E_NOT_FOUND && x->own != NULL)
		err = evx_catalog_get_info(x->own, uuid, out, diag);
	if (again != NULL && err == EVX_OK)
		*again = (x->own != NULL && out->exhibit_number[0] == '\0') ||
			evx_catalog_get(x->c, uuid, &known, NULL) != EVX_OK ||
			known.events != out->events;
	return err;
}

enum evx_err evx_vault_index_open_info(const struct evx_vault_index *x, struct evx_aead *aead,
	const uint8_t uuid[16], const uint8_t *row, size_t len, struct evx_catalog_info *out)
{
	enum evx_err err = EVX_E_NOT_FOUND;

	memset(out, 0, sizeof(*out));
	if (x->labels != NULL)
		err = evx_catalog_open_info(x->labels, aead, uuid, row, len, out);
	if (err == EVX_E_NOT_FOUND && x->own != NULL)
		err = evx_catalog_open_info(x->own, aead, uuid, row, len, out);
	return err;
}

/* Asks with the keys of all members, then with the reader's. */
static enum evx_err by_both(struct evx_vault_index *x, const uint8_t *case_id, const char *text,
	uint8_t (*out)[16], size_t cap, size_t *n)
{
	struct evx_catalog_labels *const keys[] = { x->labels, x->own };
	enum evx_err err = EVX_OK;

	*n = 0;
	for (size_t i = 0; i < 2 && err == EVX_OK; i++) {
		size_t found = 0;
		bool more;

		if (keys[i] == NULL)
			continue;
		err = case_id != NULL ? evx_catalog_by_number(keys[i], case_id, text, out + *n,
						cap - *n, &found, &more, NULL) :
					evx_catalog_by_label(keys[i], text, out + *n, cap - *n,
						&found, &more, NULL);
		*n += found;
	}
	return err;
}

enum evx_err evx_vault_index_by_label(
	struct evx_vault_index *x, const char *text, uint8_t (*out)[16], size_t cap, size_t *n)
{
	return by_both(x, NULL, text, out, cap, n);
}

enum evx_err evx_vault_index_by_number(struct evx_vault_index *x, const uint8_t case_id[16],
	const char *number, uint8_t (*out)[16], size_t cap, size_t *n)
{
	return by_both(x, case_id, number, out, cap, n);
}

uint64_t evx_vault_index_pending(struct evx_vault_index *x)
{
	uint64_t n;

	lock(x);
	n = evx_catalog_rows_count(x->rows);
	unlock(x);
	return n;
}

enum evx_err evx_vault_index_written(struct evx_vault_index *x, struct evx_diag *diag)
{
	struct evx_diag failed;

	lock(x);
	failed = x->failed;
	unlock(x);
	if (failed.code != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = failed;
	return failed.code;
}

const char *evx_vault_index_label(
	const struct evx_case_labels *labels, const char *case_id, const char *said)
{
	const char *first = NULL;
	const size_t *filed;
	bool own = false;
	size_t n;

	if (case_id[0] == '\0')
		return said;
	filed = evx_case_labels_filed(labels, case_id, &n);
	for (size_t i = 0; i < n; i++) {
		const struct evx_case_label *l = &labels->at[filed[i]];

		if (said != NULL && strcmp(l->label, said) == 0)
			return said;
		/* Of the case itself before those that were merged into it. */
		if (first == NULL || (!own && strcmp(l->id, case_id) == 0)) {
			first = l->label;
			own = strcmp(l->id, case_id) == 0;
		}
	}
	return first;
}

/* ---- Where it is filed */

void evx_vault_index_expect(struct evx_vault_index *x, const char *case_id)
{
	x->expected = case_id;
}

/* e says in which case it is probably filed, if in any. */
static void read_case(struct evx_vault_index *x, const char *uuid, struct evx_catalog_exhibit *e)
{
	char case_id[EVX_UUID_CAP];

	if (e->filed) {
		evx_uuid_text(e->case_id, case_id);
		if (evx_marks_has(x->v, case_id, uuid))
			return;
	}
	/* One exhibit is found sooner by asking each case; more are not. What cannot be read into
	 * memory is asked for all the same. */
	if (x->asked++ == 1 && evx_marks_load(x->v, &x->marks, NULL) != EVX_OK)
		x->marks = NULL;
	e->filed = evx_vault_glance_case(x->marks, x->v, uuid, case_id) &&
		evx_uuid_bytes(case_id, EVX_UUID_LEN, e->case_id);
}

/* ---- What an exhibit says without a key */

static enum evx_err read_payload(
	const struct evx_exhibit *ex, struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint64_t packs;
	enum evx_err err = evx_exhibit_member(ex, "bag-info.txt", &text, diag);

	if (err == EVX_OK)
		err = evx_bagit_info_decode(text.data, text.len, &e->payload, &packs, diag);
	evx_buf_free(&text);
	return err;
}

static enum evx_err read_facts(struct evx_vault_index *x, const struct evx_exhibit *ex, int dirfd,
	const char *uuid, struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	const struct evx_event *seal = evx_exhibit_seal(ex);
	enum evx_err err;

	if (seal == NULL || chain->rightful == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"The exhibit's seal is missing or was changed. Run evx verify on this "
			"exhibit.");
	memcpy(e->seal, chain->exhibit, 32);
	memcpy(e->head, chain->head, 32);
	e->events = chain->rightful;
	e->sealed = seal->time;
	e->complete = seal->seal.complete;
	e->disposed = chain->state.disposed;
	e->branches = evx_vault_glance_branches(x->v, uuid);
	e->hold = chain->state.nholds > 0;
	lock(x);
	read_case(x, uuid, e);
	unlock(x);
	if ((err = evx_vault_glance_signer(seal->signers[0], e->signer, diag)) != EVX_OK ||
		(err = evx_vault_glance_signer(chain->state.holder, e->holder, diag)) != EVX_OK ||
		(err = read_payload(ex, e, diag)) != EVX_OK)
		return err;
	return evx_vault_glance_data(dirfd, e, diag);
}

/* ---- What keys open */

static enum evx_err read_details(struct evx_exhibit *ex, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(ex);
	struct evx_buf part = EVX_BUF_INIT;
	enum evx_err err = evx_exhibit_part(ex, seal, SEAL_DETAILS, &part, diag);

	if (err == EVX_OK)
		err = evx_seal_open_details(seal, SEAL_DETAILS,
			(struct evx_bytes){ part.data, part.len },
			evx_keyring_custody_of(&ex->unlocked.keys, 0), &ex->unlocked.seal_details,
			diag);
	evx_buf_free(&part);
	return err;
}

static enum evx_err make_case(struct evx_vault_index *x, const uint8_t case_id[16],
	struct open_case *to, struct evx_diag *diag)
{
	const uint32_t epochs = evx_vault_epochs(x->v);
	struct evx_secret **secrets = calloc((size_t)epochs + 1, sizeof(struct evx_secret *));
	enum evx_err err = EVX_OK;
	size_t n = 0;

	evx_catalog_case_free(to->rows);
	to->rows = NULL;
	if (secrets == NULL)
		return evx_fail_memory(diag);
	evx_uuid_text(case_id, to->id);
	for (uint32_t i = epochs; i > 0 && err == EVX_OK && n < EVX_EPOCHS_MAX; i--)
		if (evx_vault_content(x->v, i) != NULL)
			err = evx_case_secret(x->v, to->id, i, &secrets[n++], diag);
	if (err == EVX_OK)
		err = evx_catalog_case_new(x->c, case_id, (const struct evx_secret *const *)secrets,
			n, &to->rows, diag);
	for (size_t i = 0; i < n; i++)
		evx_secret_free(secrets[i]);
	free(secrets);
	return err;
}

/* *out stays x's, until so many other cases were opened. */
static enum evx_err open_case(struct evx_vault_index *x, const uint8_t case_id[16],
	struct evx_catalog_case **out, struct evx_diag *diag)
{
	struct open_case *to = &x->opened[x->oldest];
	char id[EVX_UUID_CAP];
	enum evx_err err;

	*out = NULL;
	evx_uuid_text(case_id, id);
	for (size_t i = 0; i < OPEN_CASES && *out == NULL; i++)
		if (x->opened[i].rows != NULL && strcmp(x->opened[i].id, id) == 0)
			*out = x->opened[i].rows;
	if (*out != NULL)
		return EVX_OK;
	x->oldest = (x->oldest + 1) % OPEN_CASES;
	err = make_case(x, case_id, to, diag);
	*out = to->rows;
	return err;
}

struct visit {
	struct evx_vault_index *x;
	const struct evx_catalog_exhibit *e;
};

/* Frames of sequence 1 are another exhibit's where the pack stands as a recipe, and only packs
 * lend. */
static enum evx_err visit_frame(
	void *ctx, uint8_t type, uint8_t level, const struct evx_ref *ref, struct evx_diag *diag)
{
	const struct visit *visit = ctx;
	struct evx_loan loan = { .sequence = ref->sequence,
		.position = ref->position,
		.stored = ref->stored,
		.plain = ref->plain };
	struct evx_catalog_case *rows;
	enum evx_err err;

	(void)level;
	if (type != EVX_FRAME_DATA || (ref->sequence != 0 && visit->e->borrowed > 0))
		return EVX_OK;
	memcpy(loan.lender, visit->e->uuid, sizeof(loan.lender));
	memcpy(loan.key, ref->key, sizeof(loan.key));
	lock(visit->x);
	err = open_case(visit->x, visit->e->case_id, &rows, diag);
	if (err == EVX_OK)
		err = evx_catalog_rows_add(visit->x->rows, rows, ref->id, &loan, diag);
	unlock(visit->x);
	evx_wipe(&loan, sizeof(loan));
	return err;
}

static enum evx_err add_pending(
	struct evx_vault_index *x, const uint8_t uuid[16], struct evx_diag *diag)
{
	uint8_t(*more)[16] = EVX_ARRAY_ADD(x->pending, x->npending);

	if (more == NULL)
		return evx_fail_memory(diag);
	memcpy(*more, uuid, 16);
	return EVX_OK;
}

static enum evx_err read_chunks(struct evx_vault_index *x, struct evx_exhibit *ex,
	const struct evx_catalog_exhibit *e, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct visit visit = { x, e };
	enum evx_err err = evx_exhibit_open_part(ex, diag);

	if (err != EVX_OK)
		return err;
	if (ex->unlocked.part.content.present &&
		(err = evx_tree_read_all(&ex->unlocked.src, EVX_FRAME_DATA,
			 &ex->unlocked.part.content, cancel, visit_frame, &visit, diag)) != EVX_OK)
		return err;
	lock(x);
	err = add_pending(x, e->uuid, diag);
	unlock(x);
	return err;
}

/* ---- One exhibit */

/* True as long as nothing failed. */
static bool note_failure(struct evx_vault_index *x, enum evx_err err, const struct evx_diag *why)
{
	bool good;

	lock(x);
	if (err != EVX_OK && x->failed.code == EVX_OK)
		x->failed = *why;
	good = x->failed.code == EVX_OK;
	unlock(x);
	return good;
}

static enum evx_err put(
	struct evx_vault_index *x, const struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	enum evx_err err;

	lock(x);
	err = evx_catalog_put(x->c, e, diag);
	unlock(x);
	return err;
}

/* Where it was put last: what the newest entry says that gives it a place. *place is the caller's.
 */
static enum evx_err read_place(struct evx_exhibit *ex, char **place, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	enum evx_err err = EVX_OK;

	*place = NULL;
	for (size_t i = chain->rightful; i-- > 1 && *place == NULL && err != EVX_E_MEMORY;) {
		const struct evx_event *event = &chain->at[i].event;
		struct evx_member_id id = { .event = (unsigned)i, .kind = EVX_MEMBER_DETAILS };
		const struct evx_secret *key = evx_keyring_custody_of(
			&ex->unlocked.keys, (uint32_t)i);
		struct evx_details details = { 0 };
		struct evx_buf part = EVX_BUF_INIT;
		char file[EVX_MEMBER_NAME_CAP];

		if ((event->kind != EVX_EVENT_MOVE && event->kind != EVX_EVENT_ACCEPT &&
			    event->kind != EVX_EVENT_TAKE_OVER) ||
			event->fields.private_stanzas > 0 || key == NULL)
			continue;
		(void)snprintf(id.type, sizeof(id.type), "%s", event->type);
		if (evx_member_name(&id, file) != EVX_OK)
			continue;
		err = evx_exhibit_part(ex, event, file, &part, NULL);
		if (err == EVX_OK)
			err = evx_seal_open_details(event, file,
				(struct evx_bytes){ part.data, part.len }, key, &details, NULL);
		if (err == EVX_OK) {
			*place = details.place;
			details.place = NULL;
			evx_details_free(&details);
		}
		evx_buf_free(&part);
	}
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	if (*place == NULL && ex->unlocked.seal_details.place != NULL &&
		(*place = strdup(ex->unlocked.seal_details.place)) == NULL)
		return evx_fail_memory(diag);
	return EVX_OK;
}

static bool opens_details(struct evx_exhibit *ex)
{
	return evx_keyring_custody_of(&ex->unlocked.keys, 0) != NULL;
}

/* Case and exhibit number: from the details where a key opens them, else what the seal says openly.
 * What only the reader's own key opens is for the reader alone. What no key opens is written, too,
 * as known to be empty. */
static enum evx_err put_info(struct evx_vault_index *x, struct evx_exhibit *ex,
	const struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(ex);
	const struct evx_details *d = &ex->unlocked.seal_details;
	struct evx_catalog_info info = { seal->seal.case_label, seal->seal.exhibit_number, NULL,
		NULL, (uint32_t)e->events };
	struct evx_catalog_labels *to = x->labels;
	enum evx_err err = EVX_OK;

	if (opens_details(ex)) {
		err = read_details(ex, NULL);
	} else if (x->own != NULL &&
		evx_exhibit_vault_keys(ex, x->reader, NULL, false, NULL) == EVX_OK &&
		opens_details(ex)) {
		err = read_details(ex, NULL);
		to = err == EVX_OK ? x->own : to;
	}
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	if (d->case_label != NULL)
		info.case_label = d->case_label;
	if (d->exhibit_number != NULL)
		info.exhibit_number = d->exhibit_number;
	info.description = d->description;
	err = read_place(ex, &info.place, diag);
	lock(x);
	if (err == EVX_OK)
		err = evx_catalog_put_info(to, e->uuid, e->filed ? e->case_id : NULL, &info, diag);
	unlock(x);
	free(info.place);
	return err;
}

static enum evx_err read_opened(struct evx_vault_index *x, struct evx_exhibit *ex,
	const struct evx_catalog_exhibit *e, enum evx_vault_index_depth depth,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_exhibit_vault_keys(ex, NULL, x->v, false, NULL), told;
	/* By the vault's identities: what only a reader's own key opens lends nothing. */
	const bool lends = err == EVX_OK && depth == EVX_INDEX_CHUNKS && e->filed && !e->disposed &&
		ex->unlocked.tier == EVX_TIER_CONTENT &&
		evx_lenders_may(x->v, evx_exhibit_seal(ex));

	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	told = put_info(x, ex, e, &why);
	if (told == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	(void)note_failure(x, told, &why);
	return lends ? read_chunks(x, ex, e, cancel, diag) : EVX_OK;
}

static enum evx_err read_exhibit(struct evx_vault_index *x, int dirfd, const char *uuid,
	enum evx_vault_index_depth depth, struct evx_catalog_exhibit *e,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = {
		.index_only = true, .jobs = 1, .cancel = cancel, .roster = &x->rules
	};
	struct evx_bundle *bundle = NULL;
	struct evx_diag why = { 0 };
	struct evx_exhibit ex;
	enum evx_err err = evx_bundle_open_dir(dirfd, uuid, &bundle, diag);

	if (err != EVX_OK)
		return err;
	evx_exhibit_over(&ex, bundle);
	if ((err = evx_exhibit_load(&ex, &load, diag)) != EVX_OK ||
		(err = read_facts(x, &ex, dirfd, uuid, e, diag)) != EVX_OK)
		goto out;
	err = put(x, e, &why);
	if (!note_failure(x, err, &why))
		depth = EVX_INDEX_FACTS;
	err = EVX_OK;
	if (depth >= EVX_INDEX_DETAILS && x->labels != NULL)
		err = read_opened(x, &ex, e, depth, cancel, diag);
out:
	evx_exhibit_free(&ex);
	evx_bundle_free(bundle);
	return err;
}

enum evx_err evx_vault_index_exhibit_of(struct evx_vault_index *x, const char *case_id,
	const char *uuid, enum evx_vault_index_depth depth, struct evx_catalog_exhibit *out,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_catalog_exhibit e;
	enum evx_err err;
	int dirfd = -1;

	memset(&e, 0, sizeof(e));
	e.filed = case_id != NULL && evx_uuid_bytes(case_id, strlen(case_id), e.case_id);
	if (!evx_uuid_bytes(uuid, strlen(uuid), e.uuid))
		return evx_fail(diag, EVX_E_USAGE,
			"This is not the UUID of an exhibit. A UUID looks like "
			"3f2a0c1e-5b7d-4e8f-9a6b-0c1d2e3f4a5b.");
	/* Before anything is read: what changes from here on makes another one. */
	if (!evx_vault_glance_stamp(x->v, uuid, e.stamp))
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"The vault does not hold this exhibit. To see its exhibits, run: evx list");
	err = evx_vault_exhibit(x->v, uuid, &dirfd, diag);
	if (err == EVX_OK)
		err = read_exhibit(x, dirfd, uuid, depth, &e, cancel, diag);
	evx_close_quiet(&dirfd);
	if (err == EVX_OK && out != NULL)
		*out = e;
	return evx_diag_in(diag, uuid, err);
}

enum evx_err evx_vault_index_exhibit(struct evx_vault_index *x, const char *uuid,
	enum evx_vault_index_depth depth, struct evx_catalog_exhibit *out,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	return evx_vault_index_exhibit_of(x, x->expected, uuid, depth, out, cancel, diag);
}

static enum evx_err flush(struct evx_vault_index *x, struct evx_diag *diag)
{
	enum evx_err err = x->npending == 0 ? EVX_OK : evx_catalog_rows_write(x->rows, diag);

	if (err != EVX_OK || (x->npending > 0 && (err = evx_catalog_begin(x->c, diag)) != EVX_OK))
		goto out;
	for (size_t i = 0; i < x->npending && err == EVX_OK; i++) {
		err = evx_catalog_put_chunks(x->c, x->pending[i], EVX_CHUNKS_ALL, diag);
		if (err == EVX_E_NOT_FOUND) { /* another process forgot it */
			evx_diag_clear(diag);
			err = EVX_OK;
		}
	}
	if (err != EVX_OK)
		goto out;
	if (x->npending > 0)
		err = evx_catalog_commit(x->c, diag);
out:
	if (err != EVX_OK)
		evx_catalog_rollback(x->c);
	x->npending = 0;
	return err;
}

enum evx_err evx_vault_index_flush(struct evx_vault_index *x, struct evx_diag *diag)
{
	enum evx_err err;

	lock(x);
	err = flush(x, diag);
	unlock(x);
	return err;
}
