/* Stock tools (ssh-keygen, age) run in a directory of their own, for tests of what others make of
 * our files. */
#ifndef EVX_TESTS_TOOLS_H
#define EVX_TESTS_TOOLS_H

#include <unistd.h>

#include "testdata.h"

struct tool_dir {
	char path[64];
	int fd;
};

/* Skips the running test, saying so, unless name is on PATH. */
static inline void tool_needed(const char *name)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", name);
	if (system(command) != 0) {
		print_message("skipped: no %s on PATH\n", name);
		skip();
	}
}

static inline void tool_dir_open(struct tool_dir *d)
{
	snprintf(d->path, sizeof(d->path), "/tmp/evx-test-XXXXXX");
	assert_non_null(mkdtemp(d->path));
	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(d->fd >= 0);
}

static inline void tool_put(const struct tool_dir *d, const char *name, const void *p, size_t n)
{
	assert_int_equal(evx_write_new_file(d->fd, name, 0600, p, n, NULL), EVX_OK);
}

static inline void tool_get(const struct tool_dir *d, const char *name, struct evx_buf *out)
{
	assert_int_equal(evx_read_file(d->fd, name, (size_t)1 << 24, out, NULL), EVX_OK);
}

/* Runs command with the shell in the directory; returns what system does. */
static inline int tool_run(const struct tool_dir *d, const char *command)
{
	char whole[1024];

	assert_in_range(
		snprintf(whole, sizeof(whole), "cd %s && { %s; } >>log 2>&1", d->path, command), 1,
		(int)sizeof(whole) - 1);
	return system(whole);
}

static inline void tool_dir_close(struct tool_dir *d)
{
	assert_int_equal(tool_run(d, "rm -rf -- \"$PWD\""), 0);
	close(d->fd);
}

#endif
