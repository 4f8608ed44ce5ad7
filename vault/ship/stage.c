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
#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "format/text.h"
#include "ship/uploads.h"
#include "store/place.h"

#define DEPTH 4u /* UUID/origin/custody/FILE */
#define DATA "data"

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

/* ---- Objects into files */

struct getting {
	int fd;
	const char *name;
};

static enum evx_err take(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	const struct getting *g = ctx;

	return evx_write_full(g->fd, p, n, g->name, diag);
}

static enum evx_err forget(void *ctx, struct evx_diag *diag)
{
	const struct getting *g = ctx;

	return ftruncate(g->fd, 0) == 0 && lseek(g->fd, 0, SEEK_SET) == 0 ?
		EVX_OK :
		evx_fail_errno(diag, g->name, "This file cannot be written anew");
}

/* Whether the file name of dir has exactly these bytes; another one is taken away. */
static enum evx_err is_here(int dir, const char *name, const uint8_t hash[32], uint64_t size,
	const struct evx_cancel *cancel, bool *here, struct evx_diag *diag)
{
	static uint8_t part[262144];
	struct evx_hash *h = evx_hash_new(EVX_SHA256);
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t found[32];
	struct stat st;
	size_t got = 1;
	enum evx_err err = h != NULL ? EVX_OK : evx_fail_memory(diag);

	*here = false;
	if (fd < 0 || err != EVX_OK || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
		(uint64_t)st.st_size != size)
		got = 0;
	while (err == EVX_OK && got > 0) {
		err = evx_cancelled(cancel) ?
			evx_fail(diag, EVX_E_INTERRUPTED, "interrupted") :
			evx_read_full(fd, part, sizeof(part), &got, name, diag);
		if (err == EVX_OK)
			evx_hash_update(h, part, got);
	}
	if (err == EVX_OK && fd >= 0) {
		*here = evx_hash_final(h, found) == EVX_OK && evx_hash_equal(found, hash);
		if (!*here)
			(void)unlinkat(dir, name, 0);
	}
	evx_close_quiet(&fd);
	evx_hash_free(h);
	return err;
}

static enum evx_err make_file(int dir, const char *name, int *fd, struct evx_diag *diag)
{
	(void)unlinkat(dir, name, 0);
	*fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *fd >= 0 ? EVX_OK : evx_fail_errno(diag, name, "This file cannot be made");
}

/* The name of an object: of its hash, or that of the part that has it. suffix: which of its places
 * is asked for. False where there is none of that number. */
static bool name_of(const struct evx_stage *s, enum evx_upload_kind kind, const uint8_t hash[32],
	unsigned suffix, char out[EVX_REMOTE_NAME_CAP])
{
	if (s->drop == NULL) {
		evx_uploads_name(kind, hash, suffix, out);
		return suffix < EVX_UPLOADS_PLACES;
	}
	for (size_t i = 0; 32 * i + 32 <= s->parts->len; i++)
		if (evx_hash_equal(s->parts->data + 32 * i, hash) && suffix-- == 0) {
			(void)snprintf(out, EVX_REMOTE_NAME_CAP, "drop/%s/%04zu", s->drop, i + 1);
			return true;
		}
	(void)snprintf(out, EVX_REMOTE_NAME_CAP, "drop/%s", s->drop);
	return false;
}

/* ---- The parcel */

static enum evx_err get_parcel(struct evx_stage *s, struct evx_remote *r, const uint8_t hash[32],
	uint64_t size, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct getting g = { -1, "parcel" };
	bool here;
	enum evx_err err = is_here(s->fd, g.name, hash, size, cancel, &here, diag);

	for (unsigned suffix = 0; err == EVX_OK && !here && suffix < EVX_UPLOADS_PLACES; suffix++) {
		struct evx_remote_job job = { .take = take, .forget = forget, .ctx = &g };
		struct evx_diag why = { 0 };

		job.q.act = EVX_REMOTE_GET;
		job.q.place = EVX_REMOTE_NO_PLACE;
		job.q.size = size;
		job.q.exact = job.q.has_hash = true;
		memcpy(job.q.hash, hash, sizeof(job.q.hash));
		err = make_file(s->fd, g.name, &g.fd, diag);
		if (err == EVX_OK)
			err = name_of(s, EVX_UPLOAD_PARCEL, hash, suffix, job.q.name) ?
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
		return make_file(l->stage->fd, l->what, &l->fd, diag);
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

	return strcmp(name, DATA) != 0 ? evx_place_remove(dir, name, DEPTH - 2, NULL) : EVX_OK;
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

/* ---- Packs */

struct pack_job {
	struct evx_remote_job job;
	struct getting g;
	const struct evx_stage_pack *pack;
	unsigned suffix;
	char part[80];
	struct pack_job *next;
};

struct packs {
	const struct evx_stage *stage;
	int data; /* the folder */
	const struct evx_stage_pack *at;
	size_t n, next;
	uint8_t *suffixes; /* of each pack: which of its names is asked for; 255: it is here */
	struct pack_job *live;
	const struct evx_cancel *cancel;
	struct evx_stage_moved *moved;
	bool again;
};
#define HERE 255u

static void file_name(const struct evx_stage_pack *pack, const char *suffix, char out[80])
{
	char hex[65];

	evx_hex_encode(pack->hash, 32, hex);
	(void)snprintf(out, 80, "%s%s", hex, suffix);
}

static void end_job(struct packs *p, struct pack_job *j)
{
	struct pack_job **at = &p->live;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	evx_close_quiet(&j->g.fd);
	free(j);
}

/* No place of this pack has it. */
static enum evx_err not_there(const struct packs *p, struct pack_job *j, struct evx_diag *diag)
{
	(void)name_of(p->stage, EVX_UPLOAD_PACK, j->pack->hash, 0, j->job.q.name);
	return j->suffix > 0 || (j->job.err != EVX_OK && j->job.err != EVX_E_NOT_FOUND) ?
		evx_fail(diag, EVX_E_FORGED,
			"The remote gives out other bytes than those of %s. Nothing was taken in. "
			"Ask the sender to send again.",
			j->job.q.name) :
		evx_fail(diag, EVX_E_NOT_FOUND,
			"%s is not on the remote. Nothing was taken in. Ask the sender to send "
			"again: what is there already is not sent twice.",
			j->job.q.name);
}

static enum evx_err next_pack(void *ctx, struct evx_remote_job **out, struct evx_diag *diag)
{
	struct packs *p = ctx;
	struct pack_job *j;
	enum evx_err err;

	*out = NULL;
	while (p->next < p->n && p->suffixes[p->next] == HERE)
		p->next++;
	if (p->next == p->n)
		return EVX_OK;
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return evx_fail_memory(diag);
	j->pack = &p->at[p->next];
	j->suffix = p->suffixes[p->next++];
	j->next = p->live;
	p->live = j;
	file_name(j->pack, ".part", j->part);
	j->g = (struct getting){ -1, j->part };
	j->job.take = take;
	j->job.forget = forget;
	j->job.ctx = &j->g;
	j->job.q.act = EVX_REMOTE_GET;
	j->job.q.place = EVX_REMOTE_NO_PLACE;
	j->job.q.size = j->pack->size;
	j->job.q.exact = j->job.q.has_hash = true;
	memcpy(j->job.q.hash, j->pack->hash, sizeof(j->job.q.hash));
	if (!name_of(p->stage, EVX_UPLOAD_PACK, j->pack->hash, j->suffix, j->job.q.name))
		return not_there(p, j, diag);
	err = make_file(p->data, j->part, &j->g.fd, diag);
	if (err == EVX_OK)
		*out = &j->job;
	return err;
}

static enum evx_err take_pack(struct packs *p, struct pack_job *j, struct evx_diag *diag)
{
	const struct evx_remote_job *job = &j->job;
	const size_t i = (size_t)(j->pack - p->at);
	char name[80];

	if (job->err == EVX_OK) {
		enum evx_err err = evx_fsync(j->g.fd, j->part, diag);

		file_name(j->pack, ".pack", name);
		if (err == EVX_OK && renameat(p->data, j->part, p->data, name) != 0)
			err = evx_fail_errno(diag, name, "This pack cannot be named");
		p->suffixes[i] = HERE;
		p->moved->got++;
		p->moved->got_bytes += j->pack->size;
		return err;
	}
	(void)unlinkat(p->data, j->part, 0);
	if (job->err == EVX_E_FORGED || job->err == EVX_E_TRUNCATED || job->err == EVX_E_LIMIT) {
		char next[EVX_REMOTE_NAME_CAP];

		if (j->suffix + 1 < EVX_UPLOADS_PLACES &&
			name_of(p->stage, EVX_UPLOAD_PACK, j->pack->hash, j->suffix + 1, next)) {
			p->suffixes[i]++;
			p->again = true;
			return EVX_OK;
		}
	} else if (job->err != EVX_E_NOT_FOUND) {
		if (diag != NULL && diag->code == EVX_OK)
			*diag = job->diag;
		return job->err;
	}
	return not_there(p, j, diag);
}

static enum evx_err done_pack(void *ctx, struct evx_remote_job *job, struct evx_diag *diag)
{
	struct packs *p = ctx;
	struct pack_job *j = p->live;
	enum evx_err err;

	while (&j->job != job)
		j = j->next;
	err = take_pack(p, j, diag);
	end_job(p, j);
	return err;
}

static enum evx_err look(struct packs *p, struct evx_progress *progress, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	uint64_t missing = 0;
	char name[80];

	for (size_t i = 0; i < p->n && err == EVX_OK; i++) {
		bool here;

		file_name(&p->at[i], ".pack", name);
		err = is_here(p->data, name, p->at[i].hash, p->at[i].size, p->cancel, &here, diag);
		if (here) {
			p->suffixes[i] = HERE;
			p->moved->here++;
			p->moved->here_bytes += p->at[i].size;
		} else {
			missing += p->at[i].size;
		}
	}
	if (progress != NULL) {
		atomic_fetch_add(&progress->bytes_total, missing);
		atomic_fetch_add(&progress->packs_there, p->moved->here);
	}
	return err;
}

enum evx_err evx_stage_packs(const struct evx_stage *s, const char *uuid,
	const struct evx_stage_pack *packs, size_t n, struct evx_remote *r,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_stage_moved *moved, struct evx_diag *diag)
{
	struct packs p = {
		.stage = s, .data = -1, .at = packs, .n = n, .cancel = cancel, .moved = moved
	};
	int dir = -1;
	enum evx_err err = evx_stage_exhibit(s, uuid, &dir, diag);

	p.suffixes = calloc(n + 1, 1);
	if (err == EVX_OK && p.suffixes == NULL)
		err = evx_fail_memory(diag);
	if (err == EVX_OK)
		err = evx_place_make(dir, DATA, &p.data, diag);
	if (err == EVX_OK)
		err = look(&p, progress, diag);
	do {
		p.again = false;
		p.next = 0;
		if (err == EVX_OK)
			err = evx_remote_run(r, next_pack, done_pack, &p, progress, cancel, diag);
	} while (err == EVX_OK && p.again);
	while (p.live != NULL)
		end_job(&p, p.live);
	if (err == EVX_OK)
		err = evx_fsync(p.data, DATA, diag);
	evx_close_quiet(&p.data);
	evx_close_quiet(&dir);
	free(p.suffixes);
	return err;
}
