/* One piece of work in a process of its own. */
#include "cli_child.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli_output.h"
#include "cli_prompt.h"

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
	struct cli_prompt_link link;
	pid_t pid;
	int code;

	if (fflush(stdout) != 0) /* what is buffered would be written twice */
		return failed(cli, "write what stands before it");
	cli_prompt_before_child(&link);
	pid = fork();
	if (pid != 0) {
		code = pid < 0 ? failed(cli, "start") : wait_for(cli, pid);
		cli_prompt_after_child(&link);
		return code;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	cli_prompt_in_child(&link);
	_exit(cli_output_finish(cli, work(cli, ctx)));
}
