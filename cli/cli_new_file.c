/* A file that a command makes whole or not at all. */
#include "cli_new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli_child.h"
#include "cli_language.h"
#include "cli_output.h"

struct new_file {
	int (*work)(struct cli *cli, FILE *f, void *ctx);
	FILE *f;
	void *ctx;
};

static int in_child(struct cli *cli, void *ctx)
{
	struct new_file *n = ctx;

	return n->work(cli, n->f, n->ctx);
}

static bool *whole; /* shared with the child */

enum evx_err cli_new_file_flush(FILE *f, const char *output, struct evx_diag *diag)
{
	if (fflush(f) != 0 || ferror(f) || (f != stdout && fsync(fileno(f)) != 0))
		return evx_fail_errno(diag, f == stdout ? "standard output" : output,
			"The file could not be written");
	return EVX_OK;
}

enum evx_err cli_new_file_whole(FILE *f, const char *output, struct evx_diag *diag)
{
	const enum evx_err err = cli_new_file_flush(f, output, diag);

	if (err == EVX_OK && whole != NULL)
		*whole = true;
	return err;
}

static int failed(struct cli *cli, const char *path, const char *what)
{
	struct evx_diag diag = { 0 };

	const enum evx_err err = evx_fail_errno(&diag, path, "%s", what);

	cli_output_told(&diag, what);
	return cli_output_error(cli, err, &diag);
}

static int name_it(struct cli *cli, const char *path, const char *output)
{
	if (link(path, output) == 0)
		return CLI_GOOD;
	return failed(cli, output,
		errno == EEXIST ? N_("A file of this name is there already. It was left unchanged; "
				     "nothing was written") :
				  N_("The file could not get its name"));
}

static int make(struct cli *cli, struct new_file *n, const char *output)
{
	char *path;
	int fd, r;

	if (asprintf(&path, "%s.XXXXXX", output) < 0)
		return cli_output_problem(cli, EVX_E_MEMORY, "Out of memory. Nothing was written.");
	fd = mkostemp(path, O_CLOEXEC);
	n->f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (n->f == NULL) {
		r = failed(cli, output, N_("No file could be made here"));
		if (fd >= 0) {
			(void)close(fd);
			(void)unlink(path);
		}
		free(path);
		return r;
	}
	r = cli_child_run(cli, in_child, n);
	(void)fclose(n->f); /* the child flushed and synced it */
	if (*whole)
		r = name_it(cli, path, output) == CLI_GOOD ? r : CLI_INCOMPLETE;
	(void)unlink(path);
	free(path);
	return r;
}

int cli_new_file(struct cli *cli, const char *output,
	int (*work)(struct cli *cli, FILE *f, void *ctx), void *ctx)
{
	struct new_file n = { work, stdout, ctx };
	int r;

	if (strcmp(output, "-") == 0) {
		cli_output_use_stderr(cli);
		return work(cli, stdout, ctx);
	}
	if (access(output, F_OK) == 0) {
		errno = EEXIST;
		return failed(cli, output,
			N_("A file of this name is there already. Nothing was written"));
	}
	whole = mmap(
		NULL, sizeof(*whole), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (whole == MAP_FAILED) {
		whole = NULL;
		return cli_output_problem(cli, EVX_E_MEMORY, "Out of memory. Nothing was written.");
	}
	r = make(cli, &n, output);
	(void)munmap(whole, sizeof(*whole));
	whole = NULL;
	return r;
}
