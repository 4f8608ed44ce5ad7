/* Cases, their labels and their exhibits. */
#include "store/case.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "base/path.h"
#include "crypto/hash.h"
#include "store/marks.h"
#include "store/vault_inner.h"

const char *evx_case_filed(const struct evx_vault *v, const char *id)
{
	const uint32_t i = evx_case_tree_find(&v->tree, id);

	return i != EVX_NO_CASE ? v->cases[evx_case_tree_filed(&v->tree, i)].id : id;
}

static bool is_merged(const struct evx_vault *v, const char *id)
{
	const struct evx_vault_case *c = evx_vault_find_case(v, id);

	return c != NULL && c->into[0] != '\0';
}

/* A case by its label: one that was not merged before all others. */
struct by_label {
	const char *found;  /* filed */
	const char *merged; /* a case that carries it and was merged; NULL: found was not */
	bool several;
	char list[512]; /* of the ids */
};

static void take_label(struct by_label *b, const struct evx_vault *v, const char *id)
{
	const char *filed = evx_case_filed(v, id);
	const size_t at = strlen(b->list);

	b->several = b->several || (b->found != NULL && strcmp(b->found, filed) != 0);
	b->found = filed;
	if (strstr(b->list, filed) == NULL && at + EVX_UUID_LEN + 2 < sizeof(b->list)) {
		b->list[at] = ' ';
		memcpy(b->list + at + 1, filed, EVX_UUID_LEN + 1);
	}
}

static enum evx_err find_label(const struct evx_vault *v, const struct evx_case_labels *labels,
	const char *name, struct by_label *b, struct evx_diag *diag)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < labels->n; i++)
		if (strcmp(labels->at[i].label, name) == 0 && !is_merged(v, labels->at[i].id))
			take_label(b, v, labels->at[i].id);
	for (size_t i = 0; i < labels->n && (b->found == NULL || b->merged != NULL); i++)
		if (strcmp(labels->at[i].label, name) == 0) {
			b->merged = labels->at[i].id;
			take_label(b, v, labels->at[i].id);
		}
	if (b->found == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"No case of this vault has the label '%.100s'. To see the cases, run: evx "
			"case list",
			name);
	return b->several ?
		evx_fail(diag, EVX_E_USAGE,
			"Several cases have the label '%.100s'. Give one of these ids:%s", name,
			b->list) :
		EVX_OK;
}

/* What people call the case: its first label, else its id. */
static const char *called(const struct evx_case_labels *labels, const char *id)
{
	for (size_t i = 0; i < labels->n; i++)
		if (strcmp(labels->at[i].id, id) == 0)
			return labels->at[i].label;
	return id;
}

static enum evx_err find(const struct evx_vault *v, const char *name, bool open,
	char id[EVX_UUID_CAP], struct evx_diag *diag)
{
	const bool by_id = evx_uuid_valid(name, strlen(name));
	struct evx_case_labels labels = { NULL, 0, NULL };
	struct by_label b = { .found = NULL };
	enum evx_err err = EVX_OK;

	id[0] = '\0';
	if (!by_id || (open && is_merged(v, name) && v->tier != EVX_TIER_NONE))
		err = evx_case_labels(v, &labels, diag);
	if (err != EVX_OK)
		goto out;
	if (!by_id) {
		err = find_label(v, &labels, name, &b, diag);
	} else if (evx_vault_find_case(v, name) == NULL) {
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"This vault has no case %s. To see the cases, run: evx case list", name);
	} else {
		b.found = evx_case_filed(v, name);
		b.merged = is_merged(v, name) ? name : NULL;
	}
	if (err == EVX_OK && open && b.merged != NULL)
		err = evx_fail(diag, EVX_E_USAGE,
			"Case %.100s was merged into case %.100s and takes nothing more. Nothing "
			"was "
			"changed. Name case %.100s. Or make a case of the old label anew: evx case "
			"new %.100s",
			name, called(&labels, b.found), called(&labels, b.found),
			by_id ? "LABEL" : name);
	if (err == EVX_OK && b.found != NULL)
		memcpy(id, b.found, EVX_UUID_CAP);
out:
	evx_case_labels_free(&labels);
	return err;
}

enum evx_err evx_case_find(
	const struct evx_vault *v, const char *name, char id[EVX_UUID_CAP], struct evx_diag *diag)
{
	return find(v, name, false, id, diag);
}

enum evx_err evx_case_find_open(
	const struct evx_vault *v, const char *name, char id[EVX_UUID_CAP], struct evx_diag *diag)
{
	return find(v, name, true, id, diag);
}

static enum evx_err check_label(const char *what, const char *s, struct evx_diag *diag)
{
	const size_t n = s != NULL ? strlen(s) : 0;
	size_t i;

	if (s == NULL && strcmp(what, "label") != 0)
		return EVX_OK;
	if (n == 0 || n > EVX_VAULT_TEXT_MAX || !evx_utf8_valid(s, n))
		return evx_fail(diag, EVX_E_USAGE,
			"case: expected 1 to %u bytes of UTF-8 as a %s, found %zu bytes",
			EVX_VAULT_TEXT_MAX, what, n);
	for (i = 0; i < n; i++)
		if ((uint8_t)s[i] < 0x20 || s[i] == 0x7f)
			return evx_fail(diag, EVX_E_USAGE,
				"case: expected a %s without control characters", what);
	if (strcmp(what, "label") == 0 && evx_uuid_valid(s, n))
		return evx_fail(diag, EVX_E_USAGE,
			"case: a UUID cannot be a label, since it names a case itself");
	return EVX_OK;
}

/* Writes an entry of a case with its private texts. */
static enum evx_err write_case(struct evx_vault *v, const struct evx_vault_entry *e,
	const char *label, const char *office, const char *reason, const struct evx_signer *signer,
	int64_t now, struct evx_diag *diag)
{
	struct evx_vault_private p = { 0 };
	enum evx_err err = EVX_OK;

	p.label = label != NULL ? strdup(label) : NULL;
	p.office = office != NULL ? strdup(office) : NULL;
	p.reason = reason != NULL ? strdup(reason) : NULL;
	if ((label != NULL && p.label == NULL) || (office != NULL && p.office == NULL) ||
		(reason != NULL && p.reason == NULL))
		err = evx_fail_memory(diag);
	if (err != EVX_OK || (err = evx_vault_lock(v, diag)) != EVX_OK)
		goto out;
	err = evx_vault_append(
		v, e, label != NULL || reason != NULL ? &p : NULL, signer, now, diag);
	evx_vault_unlock_log(v);
out:
	evx_vault_private_free(&p);
	return err;
}

enum evx_err evx_case_new(struct evx_vault *v, const char *label, const char *office,
	const struct evx_signer *signer, int64_t now, char id[EVX_UUID_CAP], struct evx_diag *diag)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_CASE_NEW };
	uint8_t random[16];
	enum evx_err err;

	id[0] = '\0';
	evx_random(random, sizeof(random));
	evx_uuid_v4(random, e.case_id);
	if ((err = check_label("label", label, diag)) != EVX_OK ||
		(err = check_label("name of an office", office, diag)) != EVX_OK ||
		(err = write_case(v, &e, label, office, NULL, signer, now, diag)) != EVX_OK)
		return err;
	memcpy(id, e.case_id, EVX_UUID_CAP);
	return EVX_OK;
}

enum evx_err evx_case_alias(struct evx_vault *v, const char *id, const char *label,
	const char *office, const struct evx_signer *signer, int64_t now, struct evx_diag *diag)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_CASE_ALIAS };
	enum evx_err err = check_label("label", label, diag);

	if (err == EVX_OK)
		err = check_label("name of an office", office, diag);
	if (err == EVX_OK && !evx_uuid_valid(id, strlen(id)))
		err = evx_fail(diag, EVX_E_USAGE, "case: expected a case's id, found another text");
	if (err != EVX_OK)
		return err;
	memcpy(e.case_id, id, EVX_UUID_CAP);
	return write_case(v, &e, label, office, NULL, signer, now, diag);
}

enum evx_err evx_case_merge(struct evx_vault *v, const char *id, const char *into,
	const char *reason, const struct evx_signer *signer, int64_t now, struct evx_diag *diag)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_CASE_MERGE };
	enum evx_err err = check_label("reason", reason, diag);

	if (err == EVX_OK &&
		(!evx_uuid_valid(id, strlen(id)) || !evx_uuid_valid(into, strlen(into))))
		err = evx_fail(diag, EVX_E_USAGE,
			"case: expected the ids of two cases, found another text");
	if (err != EVX_OK)
		return err;
	memcpy(e.case_id, id, EVX_UUID_CAP);
	memcpy(e.into, into, EVX_UUID_CAP);
	if (strcmp(id, into) == 0)
		return evx_fail(diag, EVX_E_USAGE, "case %s: it cannot be merged into itself", id);
	return write_case(v, &e, NULL, NULL, reason, signer, now, diag);
}

enum evx_err evx_case_secret(const struct evx_vault *v, const char *id, uint32_t number,
	struct evx_secret **out, struct evx_diag *diag)
{
	const struct evx_secret *content = evx_vault_content(v, number);
	uint8_t salt[32];

	*out = NULL;
	if (content == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"case %.36s: its shared data needs a content key of the vault (number %u), "
			"which you cannot open. Ask a member who can open contents.",
			id, (unsigned)number);
	if (!evx_uuid_bytes(v->uuid, EVX_UUID_LEN, salt) ||
		!evx_uuid_bytes(id, strlen(id), salt + 16))
		return evx_fail(
			diag, EVX_E_USAGE, "case: expected a case's id, found another text");
	*out = evx_secret_new(32);
	if (*out == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "case: no lockable memory");
	evx_hkdf_sha256(evx_secret_bytes(content), evx_secret_len(content), salt, sizeof(salt),
		"evx-vault-case/1", evx_secret_writable(*out));
	return EVX_OK;
}

/* Opens, or makes, cases/ID/exhibits. */
static enum evx_err open_marks(
	const struct evx_vault *v, const char *id, bool create, int *fd, struct evx_diag *diag)
{
	enum evx_err (*const get)(int, const char *, int *,
		struct evx_diag *) = create ? evx_place_make : evx_place_open;
	int cases = -1, one = -1;
	enum evx_err err;

	*fd = -1;
	if (!evx_uuid_valid(id, strlen(id)))
		return evx_fail(
			diag, EVX_E_USAGE, "case: expected a case's id, found another text");
	if ((err = evx_place_open(v->fd, "cases", &cases, diag)) != EVX_OK ||
		(err = get(cases, id, &one, diag)) != EVX_OK)
		goto out;
	err = get(one, "exhibits", fd, diag);
out:
	evx_close_quiet(&cases);
	evx_close_quiet(&one);
	return err;
}

enum evx_err evx_case_mark(
	const struct evx_vault *v, const char *id, const char *uuid, struct evx_diag *diag)
{
	int marks, fd;
	enum evx_err err = open_marks(v, id, true, &marks, diag);

	if (err != EVX_OK)
		return err;
	fd = openat(marks, uuid, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
	if (fd < 0)
		err = evx_fail_errno(diag, uuid, "case: the exhibit cannot be filed");
	if (err != EVX_OK || (err = evx_close(&fd, uuid, diag)) != EVX_OK)
		goto out;
	err = evx_fsync(marks, uuid, diag);
out:
	evx_close_quiet(&marks);
	return err;
}

/* Takes the mark away; one that is not there is none. */
static enum evx_err unmark(
	const struct evx_vault *v, const char *id, const char *uuid, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	int marks;
	enum evx_err err = open_marks(v, id, false, &marks, &why);

	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK)
		return evx_diag_in(diag, why.path, evx_fail(diag, err, "%s", why.text));
	if (unlinkat(marks, uuid, 0) == 0)
		err = evx_fsync(marks, uuid, diag);
	else if (errno != ENOENT)
		err = evx_fail_errno(diag, uuid,
			"The exhibit's mark in its earlier case cannot be removed. Run the command "
			"again");
	evx_close_quiet(&marks);
	return err;
}

/* Whether the log does not file the exhibit elsewhere, and all marks, one at least, are of the
 * case. */
static bool is_filed(const struct evx_vault *v, const char *uuid, const char *id, bool *signed_so)
{
	const struct evx_vault_filing *f = evx_vault_filing(v, uuid);
	bool here = false, elsewhere = false;

	for (size_t i = evx_marks_next(NULL, v, uuid, 0); i < v->ncases;
		i = evx_marks_next(NULL, v, uuid, i + 1)) {
		const bool same = strcmp(evx_case_filed(v, v->cases[i].id), id) == 0;

		here = here || same;
		elsewhere = elsewhere || !same;
	}
	*signed_so = f != NULL && strcmp(evx_case_filed(v, f->case_id), id) == 0;
	return here && !elsewhere && (f == NULL || *signed_so);
}

static enum evx_err move_marks(
	const struct evx_vault *v, const char *uuid, const char *id, struct evx_diag *diag)
{
	enum evx_err err = evx_case_mark(v, id, uuid, diag);

	for (size_t i = 0; i < v->ncases && err == EVX_OK; i++)
		if (strcmp(evx_case_filed(v, v->cases[i].id), id) != 0)
			err = unmark(v, v->cases[i].id, uuid, diag);
	return err;
}

enum evx_err evx_case_file(struct evx_vault *v, const char *uuid, const char *id,
	const char *reason, const struct evx_signer *signer, int64_t now, bool *changed,
	struct evx_diag *diag)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_CASE_FILE };
	struct evx_vault_private p = { 0 };
	bool signed_so = false;
	enum evx_err err = check_label("reason", reason, diag);

	*changed = false;
	if (err != EVX_OK)
		return err;
	if (!evx_uuid_valid(uuid, strlen(uuid)) || !evx_uuid_valid(id, strlen(id)))
		return evx_fail(diag, EVX_E_USAGE, "case: expected two UUIDs, found another text");
	memcpy(e.uuid, uuid, EVX_UUID_CAP);
	memcpy(e.case_id, id, EVX_UUID_CAP);
	if (reason != NULL && (p.reason = strdup(reason)) == NULL)
		return evx_fail_memory(diag);
	/* The marks move under the lock, too: two filings at once would take each other's away. */
	if ((err = evx_vault_lock(v, diag)) != EVX_OK)
		goto out;
	if (is_filed(v, uuid, id, &signed_so))
		goto out;
	if (!signed_so &&
		(err = evx_vault_append(v, &e, reason != NULL ? &p : NULL, signer, now, diag)) !=
			EVX_OK)
		goto out;
	*changed = true;
	err = move_marks(v, uuid, id, diag);
out:
	evx_vault_unlock_log(v);
	evx_vault_private_free(&p);
	return err;
}

struct marks {
	enum evx_err (*each)(void *ctx, const char *uuid);
	void *ctx;
};

static enum evx_err one_mark(void *ctx, const char *name)
{
	const struct marks *m = ctx;

	return evx_uuid_valid(name, strlen(name)) ? m->each(m->ctx, name) : EVX_OK;
}

enum evx_err evx_case_each(const struct evx_vault *v, const char *id,
	enum evx_err (*each)(void *ctx, const char *uuid), void *ctx, struct evx_diag *diag)
{
	struct marks m = { each, ctx };
	struct evx_diag why = { 0 };
	int fd;
	enum evx_err err = open_marks(v, id, false, &fd, &why);

	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK)
		return evx_diag_in(diag, why.path, evx_fail(diag, err, "%s", why.text));
	err = evx_place_each(fd, one_mark, &m, diag);
	evx_close_quiet(&fd);
	return err;
}
