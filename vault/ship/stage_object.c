/* Objects of a shipment into files of the stage. */
#include "ship/stage_object.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"

enum evx_err evx_stage_object_take(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	const struct evx_stage_object *g = ctx;

	return evx_write_full(g->fd, p, n, g->name, diag);
}

enum evx_err evx_stage_object_forget(void *ctx, struct evx_diag *diag)
{
	const struct evx_stage_object *g = ctx;

	return ftruncate(g->fd, 0) == 0 && lseek(g->fd, 0, SEEK_SET) == 0 ?
		EVX_OK :
		evx_fail_errno(diag, g->name, "This file cannot be written anew");
}

enum evx_err evx_stage_object_is_here(int dir, const char *name, const uint8_t hash[32],
	uint64_t size, const struct evx_cancel *cancel, bool *here, struct evx_diag *diag)
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

enum evx_err evx_stage_object_make(int dir, const char *name, int *fd, struct evx_diag *diag)
{
	(void)unlinkat(dir, name, 0);
	*fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *fd >= 0 ? EVX_OK : evx_fail_errno(diag, name, "This file cannot be made");
}

bool evx_stage_object_name(const struct evx_stage *s, enum evx_upload_kind kind,
	const uint8_t hash[32], unsigned suffix, char out[EVX_REMOTE_NAME_CAP])
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
