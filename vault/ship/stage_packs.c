/* The packs of a shipment, several at a time, into the stage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "format/text.h"
#include "ship/stage_object.h"
#include "store/place.h"

struct pack_job {
	struct evx_remote_job job;
	struct evx_stage_object g;
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
	(void)evx_stage_object_name(p->stage, EVX_UPLOAD_PACK, j->pack->hash, 0, j->job.q.name);
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
	j->g = (struct evx_stage_object){ -1, j->part };
	j->job.take = evx_stage_object_take;
	j->job.forget = evx_stage_object_forget;
	j->job.ctx = &j->g;
	j->job.q.act = EVX_REMOTE_GET;
	j->job.q.place = EVX_REMOTE_NO_PLACE;
	j->job.q.size = j->pack->size;
	j->job.q.exact = j->job.q.has_hash = true;
	memcpy(j->job.q.hash, j->pack->hash, sizeof(j->job.q.hash));
	if (!evx_stage_object_name(
		    p->stage, EVX_UPLOAD_PACK, j->pack->hash, j->suffix, j->job.q.name))
		return not_there(p, j, diag);
	err = evx_stage_object_make(p->data, j->part, &j->g.fd, diag);
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
			evx_stage_object_name(
				p->stage, EVX_UPLOAD_PACK, j->pack->hash, j->suffix + 1, next)) {
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
		err = evx_stage_object_is_here(
			p->data, name, p->at[i].hash, p->at[i].size, p->cancel, &here, diag);
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
		err = evx_place_make(dir, EVX_STAGE_DATA, &p.data, diag);
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
		err = evx_fsync(p.data, EVX_STAGE_DATA, diag);
	evx_close_quiet(&p.data);
	evx_close_quiet(&dir);
	free(p.suffixes);
	return err;
}
