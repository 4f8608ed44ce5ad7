/* usage: measure COMMAND [ARGUMENT...]
 *
 * Runs the command and prints on descriptor 3 (standard error when it is closed) one line: wall
 * seconds, processor seconds (user + system of it and all its children), peak resident KiB of its
 * largest process, exit status. A pipeline is measured as `measure sh -c 'a | b'`. Exits with the
 * command's status. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec * 1e-6;
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	struct rusage usage;
	int status, code, fd = fcntl(3, F_GETFD) >= 0 ? 3 : 2;
	pid_t child;

	if (argc < 2) {
		fputs("usage: measure COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	child = fork();
	if (child < 0) {
		perror("measure: fork");
		return 2;
	}
	if (child == 0) {
		if (fd == 3)
			close(3);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) != child) {
		perror("measure: wait4");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	dprintf(fd, "%.3f %.3f %ld %d\n",
		(double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9,
		seconds(&usage.ru_utime) + seconds(&usage.ru_stime), usage.ru_maxrss, code);
	return code;
}
