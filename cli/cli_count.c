/* Adds up the sizes of files beneath directories in a process of its own. */
#include "cli_count.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli_signals.h"

#define STEP 256u /* entries between two looks at whether somebody still wants to know */

/* What is read of a file: all but its holes. One of several names counts its share. */
static uint64_t bytes_of(const struct stat *st)
{
	const uint64_t stored = (uint64_t)st->st_blocks * 512;
	uint64_t bytes = (uint64_t)st->st_size;

	if (!S_ISREG(st->st_mode))
		return 0;
	if (stored > 0 && stored < bytes)
		bytes = stored;
	return st->st_nlink > 1 ? bytes / st->st_nlink : bytes;
}

static uint64_t bytes_of_device(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;

	if (fd >= 0)
		(void)close(fd);
	return end > 0 ? (uint64_t)end : 0;
}

static bool is_wanted(int alive)
{
	struct pollfd wait = { .fd = alive };

	return poll(&wait, 1, 0) == 0;
}

/* The sum, or 0 when nobody wants it any more. */
static uint64_t sum(char *const *sources, bool one_file_system, int alive)
{
	const int flags = FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW |
		(one_file_system ? FTS_XDEV : 0);
	FTS *fts = fts_open(sources, flags, NULL);
	const FTSENT *e;
	uint64_t total = 0;

	for (unsigned i = 1; fts != NULL && (e = fts_read(fts)) != NULL; i++) {
		if (e->fts_info == FTS_F)
			total += bytes_of(e->fts_statp);
		else if (e->fts_info == FTS_DEFAULT && e->fts_level == 0 &&
			S_ISBLK(e->fts_statp->st_mode))
			total += bytes_of_device(e->fts_accpath);
		if (i % STEP == 0 && !is_wanted(alive))
			_exit(0);
	}
	if (fts != NULL)
		(void)fts_close(fts);
	return total;
}

/* Runs in the child. */
static _Noreturn void run(struct evx_progress *counters, const char *const *sources, size_t n,
	bool one_file_system, unsigned passes, int alive)
{
	char **list = calloc(n + 1, sizeof(*list));
	uint64_t none = 0;

	cli_signals_ignore();
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	if (nice(10) == -1)
		errno = 0; /* then it counts as fast as the seal reads */
	for (size_t i = 0; list != NULL && i < n; i++)
		list[i] = (char *)(uintptr_t)sources[i];
	if (list != NULL)
		(void)atomic_compare_exchange_strong(
			&counters->bytes_total, &none, passes * sum(list, one_file_system, alive));
	_exit(0);
}

static bool has_directory(const char *const *sources, size_t n)
{
	struct stat st;

	for (size_t i = 0; i < n; i++)
		if (stat(sources[i], &st) == 0 && S_ISDIR(st.st_mode))
			return true;
	return false;
}

void cli_count_start(struct cli_count *c, struct cli_progress *p, const char *const *sources,
	size_t n, bool one_file_system, unsigned passes)
{
	int ends[2];

	*c = (struct cli_count){ 0, -1 };
	if (p->pid == 0 || !has_directory(sources, n) || pipe2(ends, O_CLOEXEC) != 0)
		return;
	fflush(NULL);
	c->pid = fork();
	if (c->pid == 0) {
		(void)close(ends[1]);
		(void)close(p->alive);
		run(p->counters, sources, n, one_file_system, passes, ends[0]);
	}
	(void)close(ends[0]);
	if (c->pid < 0) {
		c->pid = 0;
		(void)close(ends[1]);
		return;
	}
	c->alive = ends[1];
}

void cli_count_stop(struct cli_count *c)
{
	if (c->pid == 0)
		return;
	(void)close(c->alive);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	*c = (struct cli_count){ 0, -1 };
}
