/* What goes beside a bundle for somebody who has no evx: programs that were installed with this one
 * are copied. */
#include "cli_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_language.h"
#include "cli_output.h"

#define PAGE "READ-ME-FIRST.txt"
#define SUMS "SHA256SUMS" /* names every program of the set, as sha256sum writes it */
#define STATIC_PROGRAM "evx-reader"
#define SUM_LEN 64

static char set[PATH_MAX];

/* Beside the program when it is installed, and in the directory where it is built. */
static bool look_in(const char *program, size_t dir, const char *below)
{
	char sums[PATH_MAX + sizeof("/" SUMS)];
	const int n = snprintf(set, sizeof(set), "%.*s/%s", (int)dir, program, below);

	if (n < 0 || (size_t)n >= sizeof(set))
		return false;
	(void)snprintf(sums, sizeof(sums), "%s/" SUMS, set);
	return access(sums, R_OK) == 0;
}

int cli_reader_find(struct cli *cli)
{
	char program[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	const char *slash;

	program[n > 0 ? n : 0] = '\0';
	slash = strrchr(program, '/');
	if (slash != NULL &&
		(look_in(program, (size_t)(slash - program), "../share/evx/reader") ||
			look_in(program, (size_t)(slash - program), "reader")))
		return CLI_CONTINUE;
	return cli_output_problem(cli, EVX_E_NOT_FOUND,
		"The programs for --with-reader are not installed. Nothing was written. Install "
		"evx with make install, or leave out --with-reader.");
}

static int failed(struct cli *cli, const char *path, const char *what)
{
	struct evx_diag diag = { 0 };

	const enum evx_err err = evx_fail_errno(&diag, path, "%s", what);

	cli_output_told(&diag, what);
	return cli_output_error(cli, err, &diag);
}

/* All n bytes or the end of the file: how many, -1 with errno. */
static ssize_t read_all(int fd, char *p, size_t n)
{
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = read(fd, p + done, n - done);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

static bool write_all(int fd, const char *p, size_t n)
{
	ssize_t r;

	while (n > 0) {
		r = write(fd, p, n);
		if (r < 0 && errno != EINTR)
			return false;
		if (r > 0) {
			p += r;
			n -= (size_t)r;
		}
	}
	return true;
}

#define BLOCK 65536

static bool copy_bytes(int from, int to)
{
	static char block[BLOCK];
	ssize_t n;

	while ((n = read_all(from, block, sizeof(block))) > 0)
		if (!write_all(to, block, (size_t)n))
			return false;
	return n == 0 && fsync(to) == 0;
}

static bool same_bytes(int a, int b)
{
	static char one[BLOCK], other[BLOCK];
	ssize_t n, m;

	do {
		n = read_all(a, one, sizeof(one));
		m = read_all(b, other, sizeof(other));
		if (n < 0 || n != m || memcmp(one, other, (size_t)n) != 0)
			return false;
	} while (n > 0);
	return true;
}

/* The file that has the name already. */
static int there_already(struct cli *cli, int from, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	bool same = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && same_bytes(from, fd);

	if (fd >= 0)
		(void)close(fd);
	if (same)
		return CLI_GOOD;
	errno = EEXIST;
	return failed(cli, path,
		N_("Something else of this name is there already. It was left unchanged. Use "
		   "another directory"));
}

static int copy(struct cli *cli, int from, const char *path, mode_t mode)
{
	const int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int r = CLI_GOOD;

	if (to < 0 && errno == EEXIST)
		return there_already(cli, from, path);
	if (to < 0)
		return failed(cli, path, N_("The file could not be made"));
	if (!copy_bytes(from, to))
		r = failed(cli, path, N_("The file could not be written"));
	if (close(to) != 0 && r == CLI_GOOD)
		r = failed(cli, path, N_("The file could not be written"));
	if (r != CLI_GOOD)
		(void)unlink(path);
	return r;
}

/* name is one of ours: a file, or a file in one directory. */
static int put(struct cli *cli, const char *dir, const char *name)
{
	char from[2 * PATH_MAX], to[PATH_MAX];
	const char *slash = strchr(name, '/');
	struct stat st;
	int fd, r;

	(void)snprintf(from, sizeof(from), "%s/%s", set, name);
	if (snprintf(to, sizeof(to), "%s/%s", dir, name) >= (int)sizeof(to)) {
		errno = ENAMETOOLONG;
		return failed(cli, dir, N_("The file could not be made"));
	}
	if (slash != NULL) {
		char *end = to + strlen(to) - strlen(slash);

		*end = '\0';
		if (mkdir(to, 0755) != 0 && errno != EEXIST)
			return failed(cli, to, N_("The directory could not be made"));
		*end = '/';
	}
	fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		r = failed(cli, from, N_("This installed file could not be read"));
		if (fd >= 0)
			(void)close(fd);
		return r;
	}
	r = copy(cli, fd, to, (st.st_mode & 0100) != 0 ? 0755 : 0644);
	(void)close(fd);
	return r;
}

/* Lines "HEX  NAME". */
static int put_all(struct cli *cli, const char *dir, FILE *sums, bool *program)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int r = CLI_GOOD;

	while (r == CLI_GOOD && (n = getline(&line, &cap, sums)) > 0) {
		if (line[n - 1] == '\n')
			line[--n] = '\0';
		if (n <= SUM_LEN + 2)
			continue;
		*program = *program || strcmp(line + SUM_LEN + 2, STATIC_PROGRAM) == 0;
		r = put(cli, dir, line + SUM_LEN + 2);
	}
	free(line);
	return r;
}

int cli_reader_put(struct cli *cli, const char *dir)
{
	char path[PATH_MAX + sizeof("/" SUMS)];
	bool program = false;
	FILE *sums;
	int r;

	(void)snprintf(path, sizeof(path), "%s/" SUMS, set);
	sums = fopen(path, "re");
	if (sums == NULL)
		return failed(cli, path, N_("This installed file could not be read"));
	r = put_all(cli, dir, sums, &program);
	(void)fclose(sums);
	if (r == CLI_GOOD)
		r = put(cli, dir, SUMS);
	if (r == CLI_GOOD)
		r = put(cli, dir, PAGE);
	if (r == CLI_GOOD && !program)
		cli_output_warn(cli,
			"This evx was built without its static program. The directory has "
			"reader.py only.");
	return r;
}
