/* Pages as a PDF, and pictures of pages, by evx-paper: a program of its own beside this one. */
#include "cli_paper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli_language.h"
#include "cli_options.h"
#include "cli_output.h"

#define PROGRAM "evx-paper"
#define SAID_MAX 700

bool cli_paper_wanted(const char *output)
{
	const size_t n = output != NULL ? strlen(output) : 0;

	return n > 4 && strcasecmp(output + n - 4, ".pdf") == 0;
}

int cli_paper_size(struct cli *cli, const char *size)
{
	if (size == NULL || strcmp(size, "a4") == 0 || strcmp(size, "letter") == 0)
		return CLI_CONTINUE;
	return cli_options_misuse(
		cli, "\"%.99s\" is no paper size that evx knows. Use a4 or letter.", size);
}

FILE *cli_paper_scratch(struct cli *cli)
{
	const int fd = memfd_create("evx-paper", MFD_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "w+") : NULL;
	struct evx_diag diag = { 0 };

	if (f != NULL)
		return f;
	(void)cli_output_error(cli,
		evx_fail_errno(&diag, NULL, "There is no room for a page. Nothing was written"),
		&diag);
	if (fd >= 0)
		(void)close(fd);
	return NULL;
}

/* ---- the program */

/* It stands beside evx, wherever that is. */
static bool place(char path[PATH_MAX])
{
	const ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof(PROGRAM));
	char *slash;

	if (n <= 0 || n >= (ssize_t)(PATH_MAX - sizeof(PROGRAM)))
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return false;
	memcpy(slash + 1, PROGRAM, sizeof(PROGRAM));
	return true;
}

static _Noreturn void become(
	const char *path, const char *what, bool confined, int in, int out, int said)
{
	char name[] = PROGRAM, draw[] = "draw", read_it[] = "read", how[] = "confined";
	char *argv[] = { name, strcmp(what, "read") == 0 ? read_it : draw, confined ? how : NULL,
		NULL };

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* Copies first: one of the three may have the number of another's place. */
	in = fcntl(in, F_DUPFD, 10);
	out = fcntl(out, F_DUPFD, 10);
	said = fcntl(said, F_DUPFD, 10);
	if (in < 0 || out < 0 || said < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
		dup2(said, 2) < 0)
		_exit(CLI_INCOMPLETE);
	(void)close(in);
	(void)close(out);
	(void)close(said);
	(void)execv(path, argv);
	_exit(CLI_INCOMPLETE);
}

static bool is_stopped(const struct cli *cli)
{
	return atomic_load_explicit(&cli->cancel->stop, memory_order_relaxed);
}

/* What it says goes to said, up to its first line end. Where this process is to stop, it stops. */
static void listen_to(const struct cli *cli, pid_t pid, int fd, char said[SAID_MAX])
{
	char more[256];
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, more, sizeof(more))) > 0 || (got < 0 && errno == EINTR)) {
		const size_t some = got > 0 ? (size_t)got : 0;
		const size_t fits = some < SAID_MAX - 1 - n ? some : SAID_MAX - 1 - n;

		memcpy(said + n, more, fits);
		n += fits;
		if (got < 0 && is_stopped(cli))
			(void)kill(pid, SIGTERM);
	}
	said[n] = '\0';
	said[strcspn(said, "\n")] = '\0';
}

static int wait_for(const struct cli *cli, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return CLI_INCOMPLETE;
	if (is_stopped(cli))
		return CLI_INTERRUPTED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CLI_INCOMPLETE;
}

static int failed(struct cli *cli, enum evx_err err, const char *file, const char *text)
{
	struct evx_diag diag = { 0 };

	(void)evx_fail(&diag, err, "%s", text);
	cli_output_told(&diag, text);
	(void)snprintf(diag.path, sizeof(diag.path), "%s", file);
	return cli_output_error(cli, err, &diag);
}

/* Runs it from in to out. file is what messages are about. */
static int run(struct cli *cli, const char *what, int in, int out, const char *file)
{
	char path[PATH_MAX], said[SAID_MAX];
	int ends[2], code;
	pid_t pid;

	if (!place(path) || access(path, X_OK) != 0)
		return failed(cli, EVX_E_NOT_FOUND, file,
			N_("The program evx-paper is not beside evx. Without it evx makes no PDF "
			   "and reads no picture. Nothing was written. Install it from the same "
			   "release."));
	if (pipe2(ends, O_CLOEXEC) != 0)
		return failed(cli, EVX_E_IO, file, N_("evx-paper could not be started."));
	pid = fork();
	if (pid == 0)
		become(path, what, cli->require_confinement, in, out, ends[1]);
	(void)close(ends[1]);
	said[0] = '\0';
	if (pid > 0)
		listen_to(cli, pid, ends[0], said);
	(void)close(ends[0]);
	if (pid < 0)
		return failed(cli, EVX_E_IO, file, N_("evx-paper could not be started."));
	code = wait_for(cli, pid);
	if (code == CLI_GOOD)
		return CLI_GOOD;
	if (code == CLI_INTERRUPTED)
		return failed(
			cli, EVX_E_INTERRUPTED, file, N_("Interrupted. Nothing was written."));
	return failed(cli, EVX_E_IO, file,
		said[0] != '\0' ? said :
				  N_("evx-paper ended before it was done. Nothing was written."));
}

int cli_paper_draw(struct cli *cli, FILE *markup, FILE *out, const char *output)
{
	if (fflush(markup) != 0 || ferror(markup) || fflush(out) != 0 ||
		lseek(fileno(markup), 0, SEEK_SET) != 0)
		return failed(cli, EVX_E_IO, output, N_("The pages could not be written."));
	return run(cli, "draw", fileno(markup), fileno(out), output);
}

/* How a file of each kind begins, at which byte. */
static const struct kind {
	const char *name, *magic;
	size_t at, n;
} kinds[] = {
	{ "PNG", "\211PNG", 0, 4 },
	{ "JPEG", "\377\330\377", 0, 3 },
	{ "PDF", "%PDF-", 0, 5 },
	{ "TIFF", "II*\0", 0, 4 },
	{ "TIFF", "MM\0*", 0, 4 },
	{ "GIF", "GIF8", 0, 4 },
	{ "WebP", "WEBP", 8, 4 },
	{ "HEIC", "ftyphei", 4, 7 },
	{ "HEIC", "ftypmif", 4, 7 },
	{ "AVIF", "ftypavi", 4, 7 },
};
#define BEGIN_MAX 12

/* A pipe, which may have a receipt, is not even opened: its writer would write to nobody. */
static const struct kind *kind_of(const char *path)
{
	unsigned char begin[BEGIN_MAX] = { 0 };
	struct stat st;
	ssize_t got;
	int fd;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	got = pread(fd, begin, sizeof(begin), 0);
	(void)close(fd);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (got >= (ssize_t)(kinds[i].at + kinds[i].n) &&
			memcmp(begin + kinds[i].at, kinds[i].magic, kinds[i].n) == 0)
			return &kinds[i];
	return NULL;
}

bool cli_paper_is_picture(const char *path)
{
	return kind_of(path) == &kinds[0];
}

const char *cli_paper_other(const char *path)
{
	const struct kind *kind = kind_of(path);

	return kind != NULL && kind != &kinds[0] ? kind->name : NULL;
}

int cli_paper_read(struct cli *cli, const char *path, FILE *text)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct evx_diag diag = { 0 };
	int code;

	if (fd < 0)
		return cli_output_error(
			cli, evx_fail_errno(&diag, path, "The picture cannot be opened"), &diag);
	code = run(cli, "read", fd, fileno(text), path);
	(void)close(fd);
	return code;
}
