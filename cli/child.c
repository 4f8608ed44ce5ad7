#include "child.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output.h"

static int failed(struct cli *cli, const char *what)
{
	struct evx_diag diag = { 0 };

	return cli_output_error(cli, evx_fail_errno(&diag, "child process", "%s", what), &diag);
}

static int wait_for(struct cli *cli, pid_t pid)
{
	bool told = false;
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return failed(cli, "wait");
		if (!told && atomic_load_explicit(&cli->cancel->stop, memory_order_relaxed)) {
			kill(pid, SIGTERM);
			told = true;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : CLI_INTERRUPTED;
}

int cli_child_run(struct cli *cli, int (*work)(struct cli *cli, void *ctx), void *ctx)
{
	pid_t pid;

	if (fflush(stdout) != 0) /* what is buffered would be written twice */
		return failed(cli, "write what stands before it");
	pid = fork();
	if (pid < 0)
		return failed(cli, "start");
	if (pid > 0)
		return wait_for(cli, pid);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	_exit(cli_output_finish(cli, work(cli, ctx)));
}
