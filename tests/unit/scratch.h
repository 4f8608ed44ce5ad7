/* A directory of its own for each test that needs files, and the few ways to fill it. */
#ifndef EVX_TESTS_SCRATCH_H
#define EVX_TESTS_SCRATCH_H

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct scratch {
	char path[256];
	int fd;
};

static inline void scratch_must(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		abort();
	}
}

static inline struct scratch scratch_make(void)
{
	struct scratch s;
	const char *tmp = getenv("TMPDIR");
	snprintf(s.path, sizeof(s.path), "%s/evx-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
	scratch_must(mkdtemp(s.path) != NULL, "mkdtemp");
	s.fd = open(s.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scratch_must(s.fd >= 0, "open");
	return s;
}

static inline void scratch_run(const char *const argv[])
{
	pid_t pid = fork();
	if (pid == 0) {
		char *args[6] = { NULL };
		for (size_t i = 0; i < 5 && argv[i] != NULL; i++)
			args[i] = strdup(argv[i]);
		execvp(args[0], args);
		_exit(127);
	}
	int status;
	scratch_must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, argv[0]);
}

/* chmod and rm go as deep as the tests do. */
static inline void scratch_remove(struct scratch *s)
{
	close(s->fd);
	scratch_run((const char *const[]){ "chmod", "-R", "u+rwX", s->path, NULL });
	scratch_run((const char *const[]){ "rm", "-rf", "--", s->path, NULL });
}

static inline void scratch_file(
	const struct scratch *s, const char *name, const void *bytes, size_t n)
{
	int fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	scratch_must(fd >= 0, name);
	scratch_must(write(fd, bytes, n) == (ssize_t)n && close(fd) == 0, name);
}

static inline void scratch_dir(const struct scratch *s, const char *name)
{
	scratch_must(mkdirat(s->fd, name, 0755) == 0, name);
}

/* The absolute path of name, in one of four buffers used in turn. */
static inline const char *scratch_at(const struct scratch *s, const char *name)
{
	static char buf[4][1024];
	static unsigned turn;
	char *p = buf[turn++ % 4];
	snprintf(p, sizeof(buf[0]), "%s/%s", s->path, name);
	return p;
}

/* Runs f(arg) in a child as the user nobody (as we are when we are not root); true when it
 * returned. */
static inline int scratch_as_nobody(void (*f)(void *), void *arg)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(1);
		f(arg);
		fflush(NULL);
		_exit(0);
	}
	int status = -1;
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

#endif
