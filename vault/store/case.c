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
#include "store/vault_inner.h"

void evx_case_labels_free(struct evx_case_labels *labels)
{
	size_t i;

	if (labels == NULL)
		return;
	for (i = 0; i < labels->n; i++) {
		free(labels->at[i].label);
		free(labels->at[i].office);
	}
	free(labels->at);
	memset(labels, 0, sizeof(*labels));
}

/* Opens the private part of a note. A part that does not open, or was made for another entry, is no
 * label. */
static bool open_note(
	const struct evx_vault *v, const struct evx_vault_note *note, struct evx_vault_private *out)
{
	const struct evx_secret *key = evx_vault_custody(v, note->epoch);
	const struct evx_age_open how = { &key, 1, NULL, 0 };
	struct evx_buf plain = { NULL, 0, 0, EVX_DOCUMENT_MAX };
	bool good;

	memset(out, 0, sizeof(*out));
	good = key != NULL &&
		evx_age_decrypt(&how, false, note->entry.sealed.data, note->entry.sealed.len,
			&plain, NULL) == EVX_OK &&
		evx_vault_private_decode(plain.data, plain.len, out, NULL) == EVX_OK &&
		evx_vault_private_of(out, &note->entry) && out->label != NULL;
	if (!good)
		evx_vault_private_free(out);
	evx_buf_free(&plain);
	return good;
}

enum evx_err evx_case_labels(
	const struct evx_vault *v, struct evx_case_labels *out, struct evx_diag *diag)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	if (v->tier == EVX_TIER_NONE)
		return evx_fail(
			diag, EVX_E_KEY, "vault: the labels of its cases need a member's key");
	for (i = 0; i < v->nnotes; i++) {
		struct evx_vault_private p;
		struct evx_case_label *one;

		if (evx_vault_go_on(v, diag) != EVX_OK) {
			evx_case_labels_free(out);
			return EVX_E_INTERRUPTED;
		}
		if (!open_note(v, &v->notes[i], &p))
			continue;
		one = EVX_ARRAY_ADD(out->at, out->n);
		if (one == NULL) {
			evx_vault_private_free(&p);
			evx_case_labels_free(out);
			return evx_fail_memory(diag);
		}
		memcpy(one->id, v->notes[i].entry.case_id, EVX_UUID_CAP);
		one->label = p.label;
		one->office = p.office;
		p.label = p.office = NULL;
		evx_vault_private_free(&p);
	}
	return EVX_OK;
}

const char *evx_case_filed(const struct evx_vault *v, const char *id)
{
	const uint32_t i = evx_case_tree_find(&v->tree, id);

	return i != EVX_NO_CASE ? v->cases[evx_case_tree_filed(&v->tree, i)].id : id;
}

/* Writes the candidates of an ambiguous label into the message. */
static enum evx_err ambiguous(const struct evx_vault *v, const struct evx_case_labels *labels,
	const char *name, struct evx_diag *diag)
{
	char list[512] = "";
	size_t i, at = 0;

	for (i = 0; i < labels->n && at + EVX_UUID_LEN + 2 < sizeof(list); i++) {
		const char *id = evx_case_filed(v, labels->at[i].id);

		if (strcmp(labels->at[i].label, name) != 0 || strstr(list, id) != NULL)
			continue;
		list[at++] = ' ';
		memcpy(list + at, id, EVX_UUID_LEN + 1);
		at += EVX_UUID_LEN;
	}
	return evx_fail(diag, EVX_E_USAGE,
		"case '%.100s': more than one carries this label; name one of:%s", name, list);
}

enum evx_err evx_case_find(
	const struct evx_vault *v, const char *name, char id[EVX_UUID_CAP], struct evx_diag *diag)
{
	struct evx_case_labels labels = { NULL, 0 };
	const char *found = NULL;
	size_t i;
	enum evx_err err;

	id[0] = '\0';
	if (evx_uuid_valid(name, strlen(name))) {
		if (evx_vault_find_case(v, name) == NULL)
			return evx_fail(diag, EVX_E_NOT_FOUND,
				"case %s: this vault has none of this name", name);
		memcpy(id, evx_case_filed(v, name), EVX_UUID_CAP);
		return EVX_OK;
	}
	err = evx_case_labels(v, &labels, diag);
	for (i = 0; err == EVX_OK && i < labels.n; i++) {
		const char *filed = evx_case_filed(v, labels.at[i].id);

		if (strcmp(labels.at[i].label, name) != 0)
			continue;
		if (found != NULL && strcmp(found, filed) != 0)
			err = ambiguous(v, &labels, name, diag);
		found = filed;
	}
	if (err == EVX_OK && found == NULL)
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"case '%.100s': no case of this vault carries this label", name);
	if (err == EVX_OK)
		memcpy(id, found, EVX_UUID_CAP);
	evx_case_labels_free(&labels);
	return err;
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
