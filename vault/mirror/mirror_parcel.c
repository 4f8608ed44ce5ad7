/* Parcels of mirrors, made, got and read. */
#include "mirror/mirror_parcel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "mirror/mirror_walk.h"

#define NAME "parcel"

/* ---- Made */

/* members/ always goes in full: files there go away, too. */
static bool goes(const struct evx_mirror_parcel *p, const struct evx_mirror_line *line)
{
	const struct evx_mirror_line *old = p->before != NULL ?
		evx_mirror_index_find(p->before, line->path) :
		NULL;

	return !line->pack &&
		(old == NULL || old->pack || !evx_hash_equal(old->hash, line->hash) ||
			strncmp(line->path, "members/", 8) == 0);
}

static enum evx_err add_file(const struct evx_mirror_parcel *p, struct evx_parcel_out *out,
	const struct evx_mirror_line *line, bool *changed, struct evx_diag *diag)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	char path[520];
	uint8_t hash[32];
	enum evx_err err = evx_mirror_walk_read(p->vault, line->path, &bytes, &why);

	if (err == EVX_E_NOT_FOUND) {
		*changed = true;
		err = EVX_OK;
		goto out;
	}
	if (err != EVX_OK) {
		err = evx_diag_in(diag, line->path, evx_fail(diag, err, "%s", why.text));
		goto out;
	}
	evx_sha256(bytes.data, bytes.len, hash);
	*changed = !evx_hash_equal(hash, line->hash);
	if (*changed)
		goto out;
	(void)snprintf(path, sizeof(path), "vault/%s", line->path);
	err = evx_parcel_out_member(out, path, bytes.data, bytes.len, diag);
out:
	evx_buf_free(&bytes);
	return err;
}

enum evx_err evx_mirror_parcel_make(const struct evx_mirror_parcel *p, int fd, bool *changed,
	uint8_t hash[32], uint64_t *size, struct evx_diag *diag)
{
	struct evx_parcel_out *out = NULL;
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_parcel_out_new(fd, NAME, p->keys, p->nkeys, &out, diag);

	*changed = false;
	*size = 0;
	if (err != EVX_OK)
		goto out;
	err = evx_parcel_out_member(out, EVX_PARCEL_CARD, p->card->data, p->card->len, diag);
	if (err != EVX_OK)
		goto out;
	text.max = EVX_MIRROR_INDEX_MAX;
	err = evx_fail_buf(diag, evx_mirror_index_encode(p->index, &text));
	if (err != EVX_OK)
		goto out;
	err = evx_parcel_out_member(out, EVX_PARCEL_INDEX_NAME, text.data, text.len, diag);
	for (size_t i = 0; i < p->index->n && err == EVX_OK && !*changed; i++) {
		if (evx_cancelled(p->cancel))
			err = evx_fail(diag, EVX_E_INTERRUPTED,
				"Interrupted. To go on, run the same command again.");
		else if (goes(p, &p->index->at[i]))
			err = add_file(p, out, &p->index->at[i], changed, diag);
	}
	if (err == EVX_OK && !*changed)
		err = evx_parcel_out_end(out, hash, size, diag);
out:
	evx_parcel_out_free(out);
	evx_buf_free(&text);
	return err;
}

/* ---- Got */

static enum evx_err take(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	return evx_write_full(*(const int *)ctx, p, n, NAME, diag);
}

static enum evx_err forget(void *ctx, struct evx_diag *diag)
{
	const int fd = *(const int *)ctx;

	return ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 ?
		EVX_OK :
		evx_fail_errno(diag, NAME, "A temporary file cannot be written anew");
}

static bool is_other(enum evx_err err)
{
	return err == EVX_E_FORGED || err == EVX_E_TRUNCATED || err == EVX_E_LIMIT;
}

enum evx_err evx_mirror_parcel_get(const struct evx_mirror_notes_with *with,
	const struct evx_spool *spool, const struct evx_shipment_note *note, int *fd,
	struct evx_diag *diag)
{
	char name[EVX_REMOTE_NAME_CAP];
	enum evx_err err = EVX_E_FORGED;
	unsigned suffix;

	*fd = -1;
	for (suffix = 0; suffix < EVX_UPLOADS_PLACES && is_other(err); suffix++) {
		struct evx_remote_job job = { .take = take, .forget = forget, .ctx = fd };
		struct evx_diag why = { 0 };

		evx_close_quiet(fd);
		(void)unlinkat(spool->fd, NAME, 0);
		err = evx_spool_file(spool, NAME, fd, diag);
		if (err != EVX_OK)
			return err;
		job.q.act = EVX_REMOTE_GET;
		job.q.place = EVX_REMOTE_NO_PLACE;
		job.q.size = note->parcel_size;
		job.q.exact = job.q.has_hash = true;
		memcpy(job.q.hash, note->parcel, sizeof(job.q.hash));
		evx_uploads_name(EVX_UPLOAD_PARCEL, note->parcel, suffix, job.q.name);
		err = evx_remote_do(with->remote, &job, with->cancel, &why);
		if (err != EVX_OK && err != EVX_E_NOT_FOUND && !is_other(err))
			return evx_fail(diag, err, "%s", why.text);
	}
	if (err == EVX_OK)
		return EVX_OK;
	evx_uploads_name(EVX_UPLOAD_PARCEL, note->parcel, 0, name);
	if (suffix == 1 && err == EVX_E_NOT_FOUND)
		return evx_fail(diag, err,
			"%s, which note %u of the mirror names, is not on the remote. To put the "
			"mirror in order from the vault, run: evx mirror --anew",
			name, (unsigned)note->number);
	return evx_fail(diag, EVX_E_FORGED,
		"The remote gives out other bytes than those of %s, which note %u of the mirror "
		"names. To put the mirror in order from the vault, run: evx mirror --anew",
		name, (unsigned)note->number);
}

enum evx_err evx_mirror_parcel_there(const struct evx_mirror_notes *notes,
	const struct evx_uploads_with *with, bool *there, struct evx_diag *diag)
{
	struct evx_uploads all = { calloc(notes->n + 1, sizeof(*all.at)), notes->n };
	enum evx_err err = all.at != NULL ? EVX_OK : evx_fail_memory(diag);

	*there = true;
	for (size_t i = 0; i < notes->n && err == EVX_OK; i++) {
		all.at[i].kind = EVX_UPLOAD_PARCEL;
		all.at[i].size = notes->at[i].note.parcel_size;
		memcpy(all.at[i].hash, notes->at[i].note.parcel, sizeof(all.at[i].hash));
	}
	if (err == EVX_OK)
		err = evx_uploads_look(&all, with, diag);
	for (size_t i = 0; i < notes->n && err == EVX_OK; i++)
		*there = *there && all.at[i].there;
	free(all.at);
	return err;
}

/* ---- Read */

struct reading {
	struct evx_buf text;
	bool wanted;
};

static enum evx_err begin(void *ctx, enum evx_parcel_kind kind, const char *uuid, const char *name,
	unsigned number, uint64_t size, struct evx_diag *diag)
{
	struct reading *r = ctx;

	(void)uuid;
	(void)name;
	(void)number;
	(void)size;
	r->wanted = kind == EVX_PARCEL_INDEX;
	return kind == EVX_PARCEL_EXHIBIT || kind == EVX_PARCEL_RECEIPT ?
		evx_fail(diag, EVX_E_CORRUPT, "parcel: a member that no mirror has") :
		EVX_OK;
}

static enum evx_err data(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	struct reading *r = ctx;

	return r->wanted ? evx_fail_buf(diag, evx_buf_add(&r->text, p, n)) : EVX_OK;
}

static enum evx_err end(void *ctx, struct evx_diag *diag)
{
	(void)ctx;
	(void)diag;
	return EVX_OK;
}

static enum evx_err read_index(
	int fd, const struct evx_secret *key, struct evx_mirror_index *out, struct evx_diag *diag)
{
	struct reading r = { .text = EVX_BUF_INIT };
	const struct evx_parcel_to to = { .ctx = &r, .begin = begin, .data = data, .end = end };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	r.text.max = EVX_MIRROR_INDEX_MAX;
	err = evx_parcel_read(fd, NAME, key, &to, diag);
	if (err == EVX_OK)
		err = evx_mirror_index_decode(r.text.data, r.text.len, out, diag);
	evx_buf_free(&r.text);
	return err;
}

enum evx_err evx_mirror_parcel_get_index(const struct evx_mirror_notes_with *with,
	const struct evx_spool *spool, const struct evx_shipment_note *note,
	struct evx_mirror_index *out, struct evx_diag *diag)
{
	int fd = -1;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_mirror_parcel_get(with, spool, note, &fd, diag);
	if (err == EVX_OK)
		err = read_index(fd, with->key, out, diag);
	evx_close_quiet(&fd);
	return err;
}
