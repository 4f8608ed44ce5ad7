/* Bytes behind a bundle, and the one block that commits them. */
#include "bundle/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "bundle/append_rest.h"
#include "format/tar.h"

struct append_output {
	int fd;
	char *name;
	uint64_t end;  /* P: where the joint's header goes */
	uint64_t next; /* of the next byte */
	uint8_t header[EVX_TAR_BLOCK];
	bool committed;
};

static enum evx_err write_append(void *self, const void *p, size_t n, struct evx_diag *diag)
{
	struct append_output *a = self;
	uint8_t mark[EVX_TAR_BLOCK];
	enum evx_err err;

	/* The mark first, so that the file ends in it at every moment. */
	evx_append_rest_mark(a->end, mark);
	err = evx_pwrite_full(a->fd, mark, sizeof(mark), a->next + n, a->name, diag);
	if (err == EVX_OK)
		err = evx_pwrite_full(a->fd, p, n, a->next, a->name, diag);
	a->next += n;
	return err;
}

/* The addition stands whatever becomes of its mark: the next addition cuts off a mark that stays.
 */
static void cut_mark(const struct append_output *a)
{
	static const uint8_t zeros[EVX_TAR_BLOCK];

	if (ftruncate(a->fd, (off_t)a->next) != 0)
		(void)!evx_pwrite_full(a->fd, zeros, sizeof(zeros), a->next, a->name, NULL);
}

/* The group is durable before its header says that it is there. */
static enum evx_err commit_append(void *self, struct evx_diag *diag)
{
	struct append_output *a = self;
	enum evx_err err = evx_fsync(a->fd, a->name, diag);

	if (err == EVX_OK)
		err = evx_pwrite_full(a->fd, a->header, sizeof(a->header), a->end, a->name, diag);
	if (err == EVX_OK)
		err = evx_fsync(a->fd, a->name, diag);
	a->committed = err == EVX_OK;
	if (a->committed)
		cut_mark(a);
	return err;
}

/* Back to the old end: the header first, so that no moment shows a joint without a group. */
static void take_back(struct append_output *a)
{
	static const uint8_t zeros[EVX_TAR_BLOCK];
	struct evx_diag ignored = { 0 };

	if (evx_pwrite_full(a->fd, zeros, sizeof(zeros), a->end, a->name, &ignored) == EVX_OK &&
		evx_fsync(a->fd, a->name, &ignored) == EVX_OK)
		(void)!ftruncate(a->fd, (off_t)(a->end + 2 * (uint64_t)EVX_TAR_BLOCK));
}

static void free_append(void *self)
{
	struct append_output *a = self;

	if (!a->committed && a->fd >= 0)
		take_back(a);
	evx_close_quiet(&a->fd);
	free(a->name);
	free(a);
}

enum evx_err evx_output_append(int fd, const char *name, const char *uuid, unsigned group,
	uint64_t end, struct evx_output *out, struct evx_diag *diag)
{
	struct append_output *a = calloc(1, sizeof(*a));
	char path[EVX_TAR_PATH_CAP];
	enum evx_err err;

	*out = (struct evx_output){ 0 };
	if (a == NULL)
		return evx_fail_memory(diag);
	a->fd = -1;
	a->end = end;
	a->next = end + 2 * (uint64_t)EVX_TAR_BLOCK;
	a->name = strdup(name);
	(void)snprintf(path, sizeof(path), "%s/append-%04u", uuid, group);
	err = evx_tar_encode(path, EVX_TAR_BLOCK, a->header);
	if (a->name == NULL)
		err = EVX_E_MEMORY;
	if (err != EVX_OK) {
		err = evx_fail(diag, err, "append: cannot prepare the joint");
		goto out;
	}
	if (ftruncate(fd, (off_t)a->next) != 0) {
		err = evx_fail_errno(diag, name, "The file cannot be cut");
		goto out;
	}
	a->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (a->fd < 0) {
		err = evx_fail_errno(diag, name, "The system has no room for another open file");
		goto out;
	}
	*out = (struct evx_output){ a, write_append, commit_append, free_append, NULL };
	a = NULL;
out:
	if (a != NULL)
		free_append(a);
	return err;
}
