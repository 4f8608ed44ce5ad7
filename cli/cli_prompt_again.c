/* Asks for a passphrase again after a wrong one: in a process of its own, since the one that found
 * it wrong is confined and reaches no terminal any more. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli_language.h"
#include "cli_prompt_inner.h"

#define TEXT_CAP 1024u

/* One packet each way: what is asked for; the answer, or none. */
struct question {
	char what[256];
};
struct answer {
	size_t len; /* 0: there is none */
	char text[TEXT_CAP];
};

static pid_t asker; /* 0: there is none */
static int way = -1;

/* Answers until nobody asks any more. Runs in the child. */
static _Noreturn void run(struct cli *cli, int tty, int asked, int keeper)
{
	struct question q;
	struct answer a;
	struct evx_diag diag = { 0 };
	ssize_t n;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	close(STDIN_FILENO);
	close(STDOUT_FILENO); /* or a reader of our pipe would wait for this process, too */
	for (;;) {
		do {
			n = read(asked, &q, sizeof(q));
		} while (n < 0 && errno == EINTR && !evx_cancelled(cli->cancel));
		if (n != sizeof(q) || memchr(q.what, '\0', sizeof(q.what)) == NULL)
			break;
		memset(&a, 0, sizeof(a));
		dprintf(tty, "%s\n", _("That is not the passphrase. Try again."));
		if (cli_prompt_ask_once(cli, tty, asked, N_("Passphrase for"), q.what, a.text,
			    sizeof(a.text), &a.len, &diag) != EVX_OK)
			a.len = 0;
		else if (keeper >= 0)
			cli_prompt_send(keeper, q.what, a.text, a.len);
		n = write(asked, &a, sizeof(a));
		if (n != sizeof(a) || a.len == 0)
			break;
		explicit_bzero(&a, sizeof(a));
	}
	explicit_bzero(&a, sizeof(a));
	_exit(0);
}

void cli_prompt_again_start(struct cli *cli, int tty, int keeper)
{
	int ends[2], held = -1;

	if (asker != 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	/* In each new child the way to who keeps a passphrase is closed. */
	if (keeper >= 0)
		held = fcntl(keeper, F_DUPFD_CLOEXEC, 3);
	asker = fork();
	if (asker == 0) {
		close(ends[0]);
		run(cli, tty, ends[1], held);
	}
	close(ends[1]);
	if (held >= 0)
		close(held);
	if (asker > 0) {
		way = ends[0];
		return;
	}
	asker = 0;
	close(ends[0]);
}

void cli_prompt_again_stop(void)
{
	if (asker == 0)
		return;
	close(way);
	way = -1;
	while (waitpid(asker, NULL, 0) < 0 && errno == EINTR)
		continue;
	asker = 0;
}

enum evx_err cli_prompt_again(struct cli *cli, const char *what, char *buf, size_t cap, size_t *len,
	struct evx_diag *diag)
{
	struct question q = { .what = "" };
	struct answer a;
	enum evx_err err = EVX_OK;
	ssize_t n;

	*len = 0;
	if (asker == 0 || strlen(what) >= sizeof(q.what))
		return EVX_E_KEY;
	memcpy(q.what, what, strlen(what) + 1);
	if (write(way, &q, sizeof(q)) != sizeof(q)) /* it has ended */
		return EVX_E_KEY;
	do {
		n = read(way, &a, sizeof(a));
	} while (n < 0 && errno == EINTR && !evx_cancelled(cli->cancel));
	if (n != sizeof(a) || a.len == 0 || a.len > cap || a.len > sizeof(a.text)) {
		cli_prompt_again_stop(); /* once it has ended, the terminal echoes */
		err = evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was changed.");
	} else {
		memcpy(buf, a.text, a.len);
		*len = a.len;
	}
	explicit_bzero(&a, sizeof(a));
	return err;
}
