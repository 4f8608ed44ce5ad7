/* The process of one connection.
 *
 * Where the remote speaks through a program, there are three: the one that starts (it reads nothing
 * that others wrote), the program, and the confined one that reads what the program says. When the
 * last one says that the connection is gone, the first starts the other two anew. */
#include "remote/remote_slot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "remote/remote_confine.h"

#define STARTED_ANEW 7
#define FIRST_FD 3
#define IN_FD 3
#define OUT_FD 4
#define SPOOL_FD 5
#define ROOT_FD 6
#define PLACES_FD 7
#define OBJECT_MAX 4294967295u /* format-spec/shipment.md "Limits" */

/* ---- The child -------------------------------------------------------------------------- */

static bool read_request(struct evx_remote_site *site, struct evx_remote_request *q)
{
	struct evx_buf b = EVX_BUF_INIT;
	uint8_t head[4];
	size_t got = 0;
	uint32_t n;
	bool good = evx_read_full(site->in, head, sizeof(head), &got, NULL, NULL) == EVX_OK &&
		got == sizeof(head);

	n = good ? evx_get_be32(head) : 0;
	good = good && n <= EVX_REMOTE_BODY_MAX + 65536u && evx_buf_reserve(&b, n) == EVX_OK &&
		evx_read_full(site->in, b.data, n, &got, NULL, NULL) == EVX_OK && got == n &&
		evx_remote_request_decode(b.data, n, q) == EVX_OK;
	evx_buf_free(&b);
	return good;
}

static bool send_answer(struct evx_remote_site *site, const struct evx_remote_answer *a)
{
	struct evx_buf b = EVX_BUF_INIT;
	const bool good = evx_remote_answer_encode(a, &b) == EVX_OK &&
		evx_write_full(site->out, b.data, b.len, NULL, NULL) == EVX_OK;

	evx_buf_free(&b);
	return good;
}

/* Requests until the other end hangs up, or the connection is gone. */
static int serve(const struct evx_remote_driver *driver, struct evx_remote_site *site, void *state,
	const struct evx_diag *broken)
{
	struct evx_remote_request q;

	while (!site->lost && read_request(site, &q)) {
		struct evx_remote_answer a = { .said = EVX_REMOTE_SAID_DONE };

		a.stat.size = EVX_REMOTE_SIZE_UNKNOWN;
		if (broken->code != EVX_OK)
			evx_remote_site_failed_diag(&a, EVX_REMOTE_FINAL, broken);
		else
			driver->act(state, site, &q, &a);
		evx_buf_free(&q.body);
		if (!send_answer(site, &a))
			return 0;
	}
	return site->lost ? STARTED_ANEW : 0;
}

static enum evx_err confine(const struct evx_remote_driver *driver,
	const struct evx_remote_site *site, struct evx_diag *diag)
{
	struct evx_confine_dir dirs[EVX_REMOTE_PLACES_MAX + 1];
	struct evx_confine_state state;
	size_t n = 0, i;

	for (i = 0; i < site->nplaces; i++)
		dirs[n++] = (struct evx_confine_dir){ site->places[i], EVX_CONFINE_READ };
	if (site->root >= 0)
		dirs[n++] = (struct evx_confine_dir){ site->root, EVX_CONFINE_WRITE };
	return (driver->may & EVX_CONFINE_MAY_NETWORK) != 0 ?
		evx_remote_confine_with(dirs, n, diag) :
		evx_confine_for(dirs, n, driver->may, &state, diag);
}

static bool tie_to_parent(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

static int work(const struct evx_remote_driver *driver, struct evx_remote_site *site)
{
	struct evx_diag diag = { 0 };
	void *state = NULL;
	int code;

	if (driver->open(site, &state, &diag) == EVX_OK && confine(driver, site, &diag) != EVX_OK)
		diag.code = diag.code == EVX_OK ? EVX_E_IO : diag.code;
	code = serve(driver, site, state, &diag);
	driver->close(state);
	evx_buf_free(&site->line);
	return code;
}

static void run_program(
	const char *const *argv, const char *const *environment, int in, int out, bool quiet)
{
	const struct rlimit largest = { OBJECT_MAX, OBJECT_MAX };
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	static const char *const nothing[] = { NULL };

	(void)signal(SIGPIPE, SIG_DFL);
	/* What a server sends without end must end somewhere. */
	(void)setrlimit(RLIMIT_FSIZE, &largest);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null >= 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(quiet ? null : out, 2) == 2)
		(void)execve(argv[0], (char *const *)(uintptr_t)argv,
			(char *const *)(uintptr_t)(environment != NULL ? environment : nothing));
	_exit(127);
}

static bool request_comes(const struct evx_remote_site *site)
{
	struct pollfd p = { .fd = site->in, .events = POLLIN };

	while (poll(&p, 1, -1) < 0)
		if (errno != EINTR)
			return false;
	return (p.revents & POLLIN) != 0;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

/* The program and the process that reads it, once. */
static int with_program(const struct evx_remote_driver *driver, struct evx_remote_site *site,
	const char *const *argv)
{
	int to[2] = { -1, -1 }, from[2] = { -1, -1 }, code = 0;
	const pid_t self = getpid();
	pid_t program = -1, reader = -1;

	if (pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0)
		program = fork();
	if (program == 0)
		run_program(argv, site->opt->environment, to[0], from[1], driver->quiet_errors);
	evx_close_quiet(&to[0]);
	evx_close_quiet(&from[1]);
	if (program > 0)
		reader = fork();
	if (reader == 0) {
		site->to = to[1];
		site->from = from[0];
		_exit(tie_to_parent(self) ? work(driver, site) : 0);
	}
	evx_close_quiet(&to[1]);
	evx_close_quiet(&from[0]);
	if (reader > 0)
		code = wait_for(reader);
	if (program > 0) {
		(void)kill(program, SIGKILL);
		(void)wait_for(program);
	}
	return code;
}

static void start_programs(const struct evx_remote_driver *driver, struct evx_remote_site *site)
{
	const char *argv[32] = { NULL };
	char text[4096];
	struct evx_diag diag = { 0 };
	bool at_once = site->at_once && driver->logs_in;

	if (driver->program(site, argv, text, sizeof(text), &diag) != EVX_OK) {
		(void)serve(driver, site, NULL, &diag);
		return;
	}
	/* A login takes a dozen ways over the line and back. One that fails shows in the first
	 * request, and is begun again with the next. */
	for (; at_once || request_comes(site); at_once = false)
		if (with_program(driver, site, argv) != STARTED_ANEW)
			return;
}

/* Moves what is kept out of the way, closes the rest, and puts it where it is looked for. Only the
 * spool goes on to a program. */
static bool keep(struct evx_remote_site *site)
{
	int *const fds[] = { &site->in, &site->out, &site->spool, &site->root };
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int above = PLACES_FD + (int)EVX_REMOTE_PLACES_MAX;
	int fd;
	size_t i;

	for (i = 0; i < 4; i++)
		if (*fds[i] >= 0 && (*fds[i] = fcntl(*fds[i], F_DUPFD_CLOEXEC, above)) < 0)
			return false;
	for (i = 0; i < site->nplaces; i++)
		if ((site->places[i] = fcntl(site->places[i], F_DUPFD_CLOEXEC, above)) < 0)
			return false;
	for (fd = 0; fd <= 2; fd++)
		if (null < 0 || dup2(null, fd) != fd)
			return false;
	for (i = 0; i < 4; i++)
		if (*fds[i] >= 0 &&
			(*fds[i] = dup3(*fds[i], FIRST_FD + (int)i, i == 2 ? 0 : O_CLOEXEC)) < 0)
			return false;
	for (i = 0; i < site->nplaces; i++)
		if ((site->places[i] = dup3(site->places[i], PLACES_FD + (int)i, O_CLOEXEC)) < 0)
			return false;
	for (i = 0; i < 4; i++)
		if (*fds[i] < 0)
			(void)close(FIRST_FD + (int)i);
	return close_range(PLACES_FD + (unsigned)site->nplaces, ~0U, 0) == 0;
}

static void child(
	const struct evx_remote_driver *driver, struct evx_remote_site *site, pid_t parent)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)signal(numbers[i], SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (!keep(site) || !tie_to_parent(parent))
		_exit(0);
	if (driver->has_program)
		start_programs(driver, site);
	else
		(void)work(driver, site);
	_exit(0);
}

/* ---- The parent ------------------------------------------------------------------------- */

/* Waits a second for it to end by itself, which tidies up. */
static bool has_ended(pid_t pid)
{
	const struct timespec shortly = { 0, 5000000 };
	int i;

	for (i = 0; i < 200; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		(void)nanosleep(&shortly, NULL);
	}
	return false;
}

void evx_remote_slot_end(struct evx_remote_slot *s)
{
	evx_close_quiet(&s->to);
	evx_close_quiet(&s->from);
	if (s->pid > 0 && !has_ended(s->pid)) {
		/* Confined, this process may send no signal: the other one notices, soon. */
		(void)kill(s->pid, SIGKILL);
		(void)wait_for(s->pid);
	}
	s->pid = -1;
}

static enum evx_err open_spool(
	const struct evx_remote_options *opt, int *spool, struct evx_diag *diag)
{
	*spool = opt->spool != NULL ? open(opt->spool, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644) : -1;
	if (*spool < 0)
		*spool = memfd_create("evx-spool", MFD_CLOEXEC);
	/* sftp gives the object its mode, and the receiver may be another user of the server. */
	return *spool >= 0 && fchmod(*spool, 0644) == 0 ?
		EVX_OK :
		evx_fail_errno(diag, opt->spool, "temporary file");
}

enum evx_err evx_remote_slot_start(const struct evx_remote_driver *driver,
	const struct evx_remote_options *opt, const struct evx_remote_url *url, unsigned slots,
	bool at_once, struct evx_remote_slot *out, struct evx_diag *diag)
{
	struct evx_remote_site site = { .opt = opt,
		.url = *url,
		.at_once = at_once,
		.root = -1,
		.spool = -1,
		.to = -1,
		.from = -1,
		.line = EVX_BUF_INIT };
	const char *root = url->kind == EVX_REMOTE_DIR ? url->path :
		url->kind == EVX_REMOTE_EXEC           ? opt->spool :
							 NULL;
	const pid_t self = getpid();
	int ask[2] = { -1, -1 }, answer[2] = { -1, -1 };
	enum evx_err err = EVX_OK;

	*out = (struct evx_remote_slot){ -1, -1, -1 };
	site.patience = url->patience != 0 ? url->patience :
		opt->patience != 0         ? opt->patience :
					     60;
	site.rate = opt->rate / slots + (opt->rate % slots != 0);
	site.nplaces = opt->nplaces;
	if (opt->nplaces > 0)
		memcpy(site.places, opt->places, opt->nplaces * sizeof(site.places[0]));
	if (root != NULL) {
		site.root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (site.root < 0)
			err = evx_fail_errno(diag, root, "remote: the directory cannot be opened");
	}
	if (err == EVX_OK && driver->has_program)
		err = open_spool(opt, &site.spool, diag);
	if (err == EVX_OK && (pipe2(ask, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0))
		err = evx_fail_errno(diag, NULL, "remote: no pipe could be made");
	if (err == EVX_OK) {
		/* A larger one saves half of the changes between the processes. */
		(void)fcntl(answer[0], F_SETPIPE_SZ, 1048576);
		site.in = ask[0];
		site.out = answer[1];
		out->pid = fork();
		if (out->pid == 0)
			child(driver, &site, self);
		if (out->pid < 0)
			err = evx_fail_errno(diag, NULL, "remote: no process could be started");
	}
	evx_close_quiet(&site.root);
	evx_close_quiet(&site.spool);
	evx_close_quiet(&ask[0]);
	evx_close_quiet(&answer[1]);
	out->to = ask[1];
	out->from = answer[0];
	if (err != EVX_OK)
		evx_remote_slot_end(out);
	return err;
}
