/* An open descriptor. */
#include "bundle/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"

struct stream_output {
	int fd;
	char *name;
	uint64_t dev, ino; /* what the shell may have opened beneath a source */
};

static enum evx_err write_stream(void *self, const void *p, size_t n, struct evx_diag *diag)
{
	struct stream_output *s = self;

	return evx_write_full(s->fd, p, n, s->name, diag);
}

static enum evx_err commit_stream(void *self, struct evx_diag *diag)
{
	struct stream_output *s = self;

	return evx_fsync(s->fd, s->name, diag);
}

static void free_stream(void *self)
{
	struct stream_output *s = self;

	evx_close_quiet(&s->fd);
	free(s->name);
	free(s);
}

static bool owns_stream(void *self, uint64_t dev, uint64_t ino)
{
	const struct stream_output *s = self;

	return s->dev == dev && s->ino == ino;
}

enum evx_err evx_output_stream(
	int fd, const char *name, struct evx_output *out, struct evx_diag *diag)
{
	struct stream_output *s = calloc(1, sizeof(*s));
	enum evx_err err = EVX_OK;
	struct stat st;

	*out = (struct evx_output){ 0 };
	if (s == NULL)
		return evx_fail_memory(diag);
	s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (s->fd < 0)
		err = evx_fail_errno(diag, name, "The system has no room for another open file");
	else if (fstat(s->fd, &st) != 0)
		err = evx_fail_errno(diag, name, "The length and times of the file cannot be read");
	if (err == EVX_OK) {
		s->dev = (uint64_t)st.st_dev;
		s->ino = (uint64_t)st.st_ino;
	}
	s->name = strdup(name);
	if (err == EVX_OK && s->name == NULL)
		err = evx_fail_memory(diag);
	if (err != EVX_OK) {
		free_stream(s);
		return err;
	}
	*out = (struct evx_output){ s, write_stream, commit_stream, free_stream, owns_stream };
	return EVX_OK;
}
