/* Removes what only former states of a mirror need. */
#include "mirror/mirror_prune.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "mirror/mirror_objects.h"
#include "mirror/mirror_parcel.h"
#include "ship/uploads.h"

#define NOTES_MAX 65536u /* former ones that are read */

/* A set of hashes; put in order before it is asked. */
struct hashes {
	uint8_t (*at)[32]; /* owned */
	size_t n;
};

struct pruning {
	const struct evx_mirror_prune_with *with;
	struct evx_mirror_pruned *out;
	struct evx_mirror_notes old; /* former notes, the newest first */
	bool *goes;                  /* of each: its state was superseded long enough ago */
	struct hashes needed;        /* packs */
	bool leave_packs;
};

static enum evx_err add_hash(struct hashes *set, const uint8_t hash[32], struct evx_diag *diag)
{
	uint8_t(*one)[32] = EVX_ARRAY_ADD(set->at, set->n);

	if (one == NULL)
		return evx_fail_memory(diag);
	memcpy(*one, hash, 32);
	return EVX_OK;
}

static bool has(const struct hashes *set, const uint8_t hash[32])
{
	return set->n > 0 &&
		bsearch(hash, set->at, set->n, sizeof(*set->at), evx_hash_order) != NULL;
}

static enum evx_err add_packs(
	struct hashes *set, const struct evx_mirror_index *index, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < index->n && err == EVX_OK; i++)
		if (index->at[i].pack)
			err = add_hash(set, index->at[i].hash, diag);
	return err;
}

/* ---- Whether anything may go */

static enum evx_err newest_is_whole(const struct pruning *p, struct evx_diag *diag)
{
	const struct evx_mirror_objects_with with = { .remote = p->with->notes->remote,
		.cancel = p->with->notes->cancel };
	struct evx_mirror_objects all = { NULL, 0 };
	uint64_t bad = 0, unkept;
	enum evx_err err = evx_mirror_objects_of(
		p->with->current, p->with->notes->mid, p->with->index, &all, diag);

	if (err == EVX_OK)
		err = evx_mirror_objects_look(&all, &with, diag);
	if (err == EVX_OK)
		evx_mirror_objects_tell(&all, 0, NULL, NULL, &bad, &unkept);
	evx_mirror_objects_free(&all);
	if (err == EVX_OK && bad > 0)
		err = evx_fail(diag, EVX_E_FORGED,
			"The mirror is not whole, so nothing was removed from it. To see what is "
			"missing, run: evx check --via REMOTE");
	return err;
}

/* Packs stand there for shipments and for other mirrors, too, and nobody can tell whose they are.
 */
static enum evx_err see(void *ctx, const char *name, uint64_t size, struct evx_diag *diag)
{
	struct pruning *p = ctx;

	(void)size;
	(void)diag;
	if (strncmp(name, "mirror/", 7) != 0 || strncmp(name + 7, p->with->notes->mid, 32) != 0)
		p->leave_packs = true;
	return EVX_OK;
}

static enum evx_err look_for_others(struct pruning *p, struct evx_diag *diag)
{
	static const char *const places[] = { "mirror", "inbox", "drop" };
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && err == EVX_OK; i++) {
		struct evx_diag why = { 0 };

		err = evx_remote_list(
			p->with->notes->remote, places[i], see, p, p->with->notes->cancel, &why);
		if (err == EVX_E_UNSUPPORTED || err == EVX_E_LIMIT)
			p->leave_packs = true;
		else if (err != EVX_OK && err != EVX_E_NOT_FOUND)
			return evx_fail(diag, err, "%s", why.text);
		err = EVX_OK;
	}
	return err;
}

/* ---- Former states */

static bool names(const struct evx_mirror_note *later, const struct evx_mirror_note *one)
{
	static const uint8_t none[32];

	return evx_hash_equal(later->note.previous, one->hash) ||
		(later->note.whole && evx_hash_equal(later->note.previous, none));
}

static bool is_members(const struct evx_mirror_note *one, const struct evx_vault *v)
{
	struct evx_mirror_note copy = *one;
	const struct evx_mirror_notes alone = { &copy, 1 };
	struct evx_diag why = { 0 };
	const enum evx_err err = evx_mirror_notes_signed(&alone, v, &why);

	return err == EVX_OK || err == EVX_E_CUSTODY;
}

/* As far back as each note names the one before. What stands behind one that is no good is left. */
static enum evx_err read_old(struct pruning *p, struct evx_diag *diag)
{
	const struct evx_mirror_note *later = &p->with->current->at[0];
	uint32_t number = later->note.number - 1;
	enum evx_err err = EVX_OK;

	for (; number > 0 && p->old.n < NOTES_MAX; number--) {
		struct evx_diag why = { 0 };
		struct evx_mirror_note *one;

		one = EVX_ARRAY_ADD(p->old.at, p->old.n);
		if (one == NULL)
			return evx_fail_memory(diag);
		later = p->old.n > 1 ? &p->old.at[p->old.n - 2] : &p->with->current->at[0];
		err = evx_mirror_notes_one(p->with->notes, number, one, &why);
		if (err == EVX_OK && names(later, one) && is_members(one, p->with->vault))
			continue;
		evx_shipment_note_free(&one->note);
		p->old.n--;
		if (err == EVX_E_IO || err == EVX_E_INTERRUPTED || err == EVX_E_MEMORY)
			return evx_fail(diag, err, "%s", why.text);
		break;
	}
	p->out->unread = number;
	return EVX_OK;
}

/* A state is needed until the next whole note takes its place. */
static enum evx_err judge_old(struct pruning *p, struct evx_diag *diag)
{
	int64_t superseded = p->with->current->at[0].note.time;

	p->goes = calloc(p->old.n + 1, sizeof(*p->goes));
	if (p->goes == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < p->old.n; i++) {
		const struct evx_shipment_note *n = &p->old.at[i].note;

		/* Clocks differ. */
		p->goes[i] = superseded < p->with->before && n->time < p->with->before;
		if (n->whole)
			superseded = n->time;
	}
	return EVX_OK;
}

/* The last note of a generation, which is a whole note and those that build on it. */
static bool is_last(const struct pruning *p, size_t i)
{
	return i == 0 || p->old.at[i - 1].note.whole;
}

/* *found: EVX_OK; EVX_E_NOT_FOUND when the parcel went before, and nobody can rebuild that state;
 * or why it cannot be read. */
static enum evx_err read_index(const struct pruning *p, size_t i, struct evx_mirror_index *out,
	enum evx_err *found, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };

	*found = evx_mirror_parcel_get_index(
		p->with->notes, p->with->spool, &p->old.at[i].note, out, &why);
	return *found == EVX_E_IO || *found == EVX_E_INTERRUPTED || *found == EVX_E_MEMORY ?
		evx_fail(diag, *found, "%s", why.text) :
		EVX_OK;
}

/* Packs of the newest state, and of former ones that stay. Where one of those cannot be read,
 * nobody knows what it needs. */
static enum evx_err find_needed(struct pruning *p, struct evx_diag *diag)
{
	enum evx_err err = add_packs(&p->needed, p->with->index, diag);

	for (size_t i = 0; i < p->old.n && err == EVX_OK; i++) {
		struct evx_mirror_index index;
		enum evx_err found;

		if (p->goes[i] || !is_last(p, i))
			continue;
		err = read_index(p, i, &index, &found, diag);
		if (err == EVX_OK)
			err = add_packs(&p->needed, &index, diag);
		p->leave_packs = p->leave_packs || (found != EVX_OK && found != EVX_E_NOT_FOUND);
		evx_mirror_index_free(&index);
	}
	if (p->needed.n > 0)
		qsort(p->needed.at, p->needed.n, sizeof(*p->needed.at), evx_hash_order);
	return err;
}

/* ---- Removed */

/* An object under each of its names. *held: the remote keeps it until a date. */
static enum evx_err remove_object(struct pruning *p, enum evx_upload_kind kind,
	const uint8_t hash[32], bool *held, struct evx_diag *diag)
{
	struct evx_remote *r = p->with->notes->remote;
	const struct evx_cancel *cancel = p->with->notes->cancel;

	for (unsigned suffix = 0; suffix < EVX_UPLOADS_PLACES; suffix++) {
		char name[EVX_REMOTE_NAME_CAP];
		struct evx_remote_stat st;
		struct evx_diag why = { 0 };
		enum evx_err err;

		evx_uploads_name(kind, hash, suffix, name);
		err = evx_remote_stat(r, name, &st, cancel, &why);
		if (err == EVX_E_NOT_FOUND)
			return EVX_OK;
		if (err == EVX_OK && st.until > p->with->now) {
			*held = true;
			p->out->held++;
			continue;
		}
		if (err == EVX_OK)
			err = evx_remote_remove(r, name, cancel, &why);
		if (err != EVX_OK && err != EVX_E_NOT_FOUND)
			return evx_diag_in(diag, name, evx_fail(diag, err, "%s", why.text));
		p->out->removed++;
		p->out->bytes += st.size != EVX_REMOTE_SIZE_UNKNOWN ? st.size : 0;
	}
	return EVX_OK;
}

/* Nothing but what the log says was disposed of, and what was swept with it. */
static bool may_go(const struct pruning *p, const struct evx_mirror_line *line)
{
	char uuid[EVX_UUID_CAP];

	if (!line->pack || has(&p->needed, line->hash))
		return false;
	if (strncmp(line->path, "remnants/", 9) == 0)
		return true;
	if (strncmp(line->path, "exhibits/", 9) != 0 || strlen(line->path) < 9 + sizeof(uuid))
		return false;
	memcpy(uuid, line->path + 9, sizeof(uuid) - 1);
	uuid[sizeof(uuid) - 1] = '\0';
	return evx_vault_removed(p->with->vault, uuid, NULL);
}

static enum evx_err remove_packs(struct pruning *p, size_t i, bool *held, struct evx_diag *diag)
{
	struct evx_mirror_index index;
	enum evx_err found, err = read_index(p, i, &index, &found, diag);

	for (size_t k = 0; k < index.n && err == EVX_OK; k++) {
		if (!may_go(p, &index.at[k]))
			continue;
		if (p->leave_packs)
			p->out->packs_left = true;
		else
			err = remove_object(p, EVX_UPLOAD_PACK, index.at[k].hash, held, diag);
	}
	evx_mirror_index_free(&index);
	return err;
}

/* One generation, whose last note is old.at[i]: packs first, and the parcel that names them last.
 * While a pack is held, that parcel stays. */
static enum evx_err remove_generation(struct pruning *p, size_t i, struct evx_diag *diag)
{
	bool packs_held = false, held = false;
	size_t k = i;
	enum evx_err err = remove_packs(p, i, &packs_held, diag);

	while (k < p->old.n && !p->old.at[k].note.whole)
		k++;
	if (k == p->old.n)
		k--;
	for (; k > i && err == EVX_OK; k--)
		err = remove_object(p, EVX_UPLOAD_PARCEL, p->old.at[k].note.parcel, &held, diag);
	if (err == EVX_OK && packs_held)
		p->out->held++;
	else if (err == EVX_OK)
		err = remove_object(p, EVX_UPLOAD_PARCEL, p->old.at[i].note.parcel, &held, diag);
	return err;
}

enum evx_err evx_mirror_prune(const struct evx_mirror_prune_with *with,
	struct evx_mirror_pruned *out, struct evx_diag *diag)
{
	struct pruning p = { .with = with, .out = out };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = newest_is_whole(&p, diag);
	if (err == EVX_OK)
		err = look_for_others(&p, diag);
	if (err == EVX_OK)
		err = read_old(&p, diag);
	/* Notes that were not read may need packs that look like nobody's. */
	p.leave_packs = p.leave_packs || out->unread > 0;
	if (err == EVX_OK)
		err = judge_old(&p, diag);
	if (err == EVX_OK)
		err = find_needed(&p, diag);
	for (size_t i = p.old.n; i-- > 0 && err == EVX_OK;)
		if (p.goes[i] && is_last(&p, i))
			err = remove_generation(&p, i, diag);
	evx_mirror_notes_free(&p.old);
	free(p.goes);
	free(p.needed.at);
	return err;
}
