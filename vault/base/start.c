/* What an operation opens before it confines itself, gathered from all its parts. */
#include "base/start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/io.h"
#include "base/path.h"

bool evx_start_good(const struct evx_start *s)
{
	return s->err == EVX_OK;
}

void evx_start_beneath(struct evx_start *s, int fd, enum evx_confine_how how)
{
	struct evx_confine_dir *more;

	if (s->err != EVX_OK || fd < 0)
		return;
	more = EVX_ARRAY_ADD(s->dirs, s->ndirs);
	if (more != NULL)
		*more = (struct evx_confine_dir){ fd, how };
	else
		s->err = evx_fail_memory(s->diag);
}

/* Takes fd, which is this module's to close. */
static void add_opened(struct evx_start *s, int fd, enum evx_confine_how how)
{
	int *more = EVX_ARRAY_ADD(s->opened, s->nopened);

	if (more == NULL) {
		s->err = evx_fail_memory(s->diag);
		evx_close_quiet(&fd);
		return;
	}
	*more = fd;
	evx_start_beneath(s, fd, how);
}

static void add_path(
	struct evx_start *s, const char *path, enum evx_confine_how how, int flags, bool needed)
{
	int fd;

	if (s->err != EVX_OK)
		return;
	fd = open(path, O_PATH | O_CLOEXEC | flags);
	if (fd >= 0)
		add_opened(s, fd, how);
	else if (needed)
		s->err = evx_fail_errno(
			s->diag, path, "%s cannot be opened", flags != 0 ? "directory: it" : "it");
}

void evx_start_path(struct evx_start *s, const char *path, enum evx_confine_how how)
{
	add_path(s, path, how, 0, true);
}

void evx_start_path_if_there(struct evx_start *s, const char *path, enum evx_confine_how how)
{
	add_path(s, path, how, 0, false);
}

void evx_start_parent(struct evx_start *s, const char *path, enum evx_confine_how how)
{
	char *dir;

	if (s->err != EVX_OK)
		return;
	dir = evx_path_parent(path);
	if (dir != NULL)
		add_path(s, dir, how, O_DIRECTORY, true);
	else
		s->err = evx_fail_memory(s->diag);
	free(dir);
}

void evx_start_read(struct evx_start *s, const char *path, size_t max, struct evx_buf *out)
{
	if (s->err == EVX_OK && path != NULL)
		s->err = evx_read_file(AT_FDCWD, path, max, out, s->diag);
}

struct evx_start_later {
	enum evx_err (*parse)(void *ctx, struct evx_diag *diag);
	void (*drop)(void *ctx);
	void *ctx;
};

void evx_start_later(struct evx_start *s, enum evx_err (*parse)(void *ctx, struct evx_diag *diag),
	void (*drop)(void *ctx), void *ctx)
{
	struct evx_start_later *more = s->err == EVX_OK ? EVX_ARRAY_ADD(s->later, s->nlater) : NULL;

	if (more != NULL) {
		*more = (struct evx_start_later){ parse, drop, ctx };
		return;
	}
	drop(ctx);
	if (s->err == EVX_OK)
		s->err = evx_fail_memory(s->diag);
}

struct evx_start_asking {
	enum evx_err (*ask)(void *ctx, struct evx_diag *diag);
	void *ctx;
};

void evx_start_ask(
	struct evx_start *s, enum evx_err (*ask)(void *ctx, struct evx_diag *diag), void *ctx)
{
	struct evx_start_asking *more = s->err == EVX_OK ? EVX_ARRAY_ADD(s->asking, s->nasking) :
							   NULL;

	if (more != NULL)
		*more = (struct evx_start_asking){ ask, ctx };
	else if (s->err == EVX_OK)
		s->err = evx_fail_memory(s->diag);
}

static void release(struct evx_start *s)
{
	free(s->asking);
	for (size_t i = 0; i < s->nlater; i++)
		s->later[i].drop(s->later[i].ctx);
	free(s->later);
	for (size_t i = 0; i < s->nopened; i++)
		evx_close_quiet(&s->opened[i]);
	free(s->opened);
	free(s->dirs);
	*s = (struct evx_start){ .diag = s->diag, .err = s->err };
}

enum evx_err evx_start_confine(struct evx_start *s, unsigned may, struct evx_confine_state *state)
{
	for (size_t i = 0; i < s->nasking && s->err == EVX_OK; i++)
		s->err = s->asking[i].ask(s->asking[i].ctx, s->diag);
	if (s->err == EVX_OK && state != NULL) {
		tzset();
		s->err = evx_confine_for(s->dirs, s->ndirs, may, state, s->diag);
	}
	for (size_t i = 0; i < s->nlater && s->err == EVX_OK; i++)
		s->err = s->later[i].parse(s->later[i].ctx, s->diag);
	release(s);
	return s->err;
}
