/* The directory in which a shipment is put together. */
#include "ship/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "format/text.h"
#include "ship/stage_object.h"
#include "store/place.h"

#define DEPTH 4u /* UUID/origin/custody/FILE */

enum evx_err evx_stage_open(int parent, const char *path, const uint8_t note[32],
	struct evx_stage *out, struct evx_diag *diag)
{
	char hex[65];

	memset(out, 0, sizeof(*out));
	out->parent = parent;
	out->fd = -1;
	evx_hex_encode(note, 32, hex);
	(void)snprintf(out->name, sizeof(out->name), "receive-%s", hex);
	if (asprintf(&out->path, "%s/%s", path, out->name) < 0) {
		out->path = NULL;
		return evx_fail_memory(diag);
	}
	if (mkdirat(parent, out->name, 0700) != 0 && errno != EEXIST)
		return evx_fail_errno(diag, out->path, "This directory cannot be made");
	out->fd = openat(parent, out->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out->fd < 0)
		return evx_fail_errno(diag, out->path, "This directory cannot be opened");
	/* What was looked at must stay what it was. */
	if (evx_check_guarded(out->fd, out->path, diag) != EVX_OK)
		return EVX_E_KEY;
	if (flock(out->fd, LOCK_EX | LOCK_NB) != 0)
		return evx_diag_in(diag, out->path,
			evx_fail(diag, EVX_E_LOCKED,
				"Another process is receiving this shipment. Wait until it is "
				"done."));
	return EVX_OK;
}

void evx_stage_close(struct evx_stage *s)
{
	evx_close_quiet(&s->fd);
	evx_buf_free(&s->card);
	free(s->path);
	free(s->uuids);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

void evx_stage_remove(struct evx_stage *s)
{
	if (s->fd >= 0)
		(void)evx_place_remove(s->parent, s->name, DEPTH, NULL);
	evx_stage_close(s);
}

/* ---- The parcel */

static enum evx_err get_parcel(struct evx_stage *s, struct evx_remote *r, const uint8_t hash[32],
	uint64_t size, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_stage_object g = { -1, "parcel" };
	bool here;
	enum evx_err err = evx_stage_object_is_here(s->fd, g.name, hash, size, cancel, &here, diag);

	for (unsigned suffix = 0; err == EVX_OK && !here && suffix < EVX_UPLOADS_PLACES; suffix++) {
		struct evx_remote_job job = {
			.take = evx_stage_object_take, .forget = evx_stage_object_forget, .ctx = &g
		};
		struct evx_diag why = { 0 };

		job.q.act = EVX_REMOTE_GET;
		job.q.place = EVX_REMOTE_NO_PLACE;
		job.q.size = size;
		job.q.exact = job.q.has_hash = true;
		memcpy(job.q.hash, hash, sizeof(job.q.hash));
		err = evx_stage_object_make(s->fd, g.name, &g.fd, diag);
		if (err == EVX_OK)
			err = evx_stage_object_name(
				      s, EVX_UPLOAD_PARCEL, hash, suffix, job.q.name) ?
				evx_remote_do(r, &job, cancel, &why) :
				EVX_E_NOT_FOUND;
		here = err == EVX_OK;
		evx_close_quiet(&g.fd);
		if (here)
			break;
		(void)unlinkat(s->fd, g.name, 0);
		/* Other bytes under this name: they may stand under the next one. */
		if ((err == EVX_E_FORGED || err == EVX_E_TRUNCATED || err == EVX_E_LIMIT) &&
			suffix + 1 < EVX_UPLOADS_PLACES)
			err = EVX_OK;
		else if (err == EVX_E_NOT_FOUND && suffix > 0)
			err = evx_fail(diag, EVX_E_FORGED,
				"The remote gives out other bytes than the parcel of this "
				"shipment. "
				"Nothing was taken in. Ask the sender to send again.");
		else if (err == EVX_E_NOT_FOUND)
			err = evx_fail(diag, err,
				"The parcel of this shipment is not on the remote. Nothing was "
				"taken in. Ask the sender to send again.");
		else if (err != EVX_OK)
			err = evx_fail(diag, err, "%s", why.text);
	}
	return err;
}

struct laying {
	struct evx_stage *stage;
	int exhibit; /* directory of the exhibit that comes, -1 */
	int fd;      /* file under way, -1: into the card */
	char what[128];
};

static enum evx_err begin_exhibit(struct laying *l, const char *uuid, struct evx_diag *diag)
{
	struct evx_stage *s = l->stage;
	char(*slot)[EVX_UUID_LEN + 1];

	if (s->n > 0 && strcmp(s->uuids[s->n - 1], uuid) == 0)
		return EVX_OK;
	slot = EVX_ARRAY_ADD(s->uuids, s->n);
	if (slot == NULL)
		return evx_fail_memory(diag);
	memcpy(*slot, uuid, sizeof(*slot));
	evx_close_quiet(&l->exhibit);
	if (mkdirat(s->fd, uuid, 0755) != 0 && errno != EEXIST)
		return evx_fail_errno(diag, uuid, "The directory of this exhibit cannot be made");
	l->exhibit = openat(s->fd, uuid, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return l->exhibit >= 0 ?
		EVX_OK :
		evx_fail_errno(diag, uuid, "The directory of this exhibit cannot be opened");
}

/* The folder that the member lies in, made where it is not there; *last is its last component. */
static enum evx_err open_folder(const struct laying *l, const char *name, int *dir,
	const char **last, struct evx_diag *diag)
{
	char folder[16];
	const char *slash;
	enum evx_err err = EVX_OK;

	*dir = dup(l->exhibit);
	*last = name;
	if (*dir < 0)
		return evx_fail_errno(diag, name, "This directory cannot be opened");
	for (; err == EVX_OK && (slash = strchr(*last, '/')) != NULL; *last = slash + 1) {
		int next = -1;

		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - *last), *last);
		if (mkdirat(*dir, folder, 0755) != 0 && errno != EEXIST)
			err = evx_fail_errno(diag, folder, "This directory cannot be made");
		if (err == EVX_OK)
			next = openat(
				*dir, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (err == EVX_OK && next < 0)
			err = evx_fail_errno(diag, folder, "This directory cannot be opened");
		evx_close_quiet(dir);
		*dir = next;
	}
	return err;
}

/* Everything but packs is laid out anew each time: none of it was looked at yet. */
static enum evx_err make_member(struct laying *l, const char *name, struct evx_diag *diag)
{
	const char *last;
	int dir;
	enum evx_err err = open_folder(l, name, &dir, &last, diag);

	if (err != EVX_OK)
		goto out;
	l->fd = openat(dir, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (l->fd < 0)
		err = errno == EEXIST ?
			evx_fail(diag, EVX_E_CORRUPT, "parcel: a member stands there twice") :
			evx_fail_errno(diag, name, "This file cannot be made");
out:
	evx_close_quiet(&dir);
	return err;
}

static enum evx_err begin(void *ctx, enum evx_parcel_kind kind, const char *uuid, const char *name,
	unsigned number, uint64_t size, struct evx_diag *diag)
{
	struct laying *l = ctx;
	enum evx_err err;

	(void)size;
	switch (kind) {
	case EVX_PARCEL_SENDER:
		(void)snprintf(l->what, sizeof(l->what), "%s", EVX_PARCEL_CARD);
		return EVX_OK;
	case EVX_PARCEL_EXHIBIT:
		(void)snprintf(l->what, sizeof(l->what), "%s", name);
		err = begin_exhibit(l, uuid, diag);
		return err == EVX_OK ? make_member(l, name, diag) : err;
	case EVX_PARCEL_RECEIPT:
		(void)snprintf(l->what, sizeof(l->what), "receipt-%04u", number);
		l->stage->receipts = number;
		return evx_stage_object_make(l->stage->fd, l->what, &l->fd, diag);
	case EVX_PARCEL_INDEX:
	case EVX_PARCEL_VAULT:
		break;
	}
	return evx_fail(diag, EVX_E_CORRUPT, "parcel: a member that no shipment has");
}

static enum evx_err data(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	struct laying *l = ctx;

	return l->fd >= 0 ? evx_write_full(l->fd, p, n, l->what, diag) :
			    evx_fail_buf(diag, evx_buf_add(&l->stage->card, p, n));
}

static enum evx_err end(void *ctx, struct evx_diag *diag)
{
	struct laying *l = ctx;

	return evx_close(&l->fd, l->what, diag);
}

static enum evx_err clean_exhibit(void *ctx, const char *name)
{
	const int dir = *(const int *)ctx;

	return strcmp(name, EVX_STAGE_DATA) != 0 ? evx_place_remove(dir, name, DEPTH - 2, NULL) :
						   EVX_OK;
}

/* All but the packs, which are compared before they are used. */
static enum evx_err clean_one(void *ctx, const char *name)
{
	const struct evx_stage *s = ctx;
	int dir;
	enum evx_err err;

	if (strcmp(name, "parcel") == 0)
		return EVX_OK;
	if (evx_place_open(s->fd, name, &dir, NULL) != EVX_OK)
		return evx_place_remove(s->fd, name, DEPTH, NULL);
	err = evx_place_each(dir, clean_exhibit, &dir, NULL);
	evx_close_quiet(&dir);
	return err;
}

enum evx_err evx_stage_parcel(struct evx_stage *s, struct evx_remote *r, const uint8_t hash[32],
	uint64_t size, const struct evx_secret *key, const struct evx_cancel *cancel,
	struct evx_diag *diag)
{
	struct laying l = { .stage = s, .exhibit = -1, .fd = -1 };
	const struct evx_parcel_to to = { .ctx = &l, .begin = begin, .data = data, .end = end };
	int fd = -1;
	enum evx_err err = get_parcel(s, r, hash, size, cancel, diag);

	if (err == EVX_OK)
		err = evx_place_each(s->fd, clean_one, s, diag);
	if (err != EVX_OK)
		return err;
	fd = openat(s->fd, "parcel", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	err = fd >= 0 ? evx_parcel_read(fd, "parcel", key, &to, diag) :
			evx_fail_errno(diag, s->path, "The parcel cannot be read");
	evx_close_quiet(&l.fd);
	evx_close_quiet(&l.exhibit);
	evx_close_quiet(&fd);
	return err;
}

enum evx_err evx_stage_exhibit(
	const struct evx_stage *s, const char *uuid, int *fd, struct evx_diag *diag)
{
	return evx_place_open(s->fd, uuid, fd, diag);
}
