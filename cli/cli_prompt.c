/* Passphrases and questions. */
#include "cli_prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cli_language.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "cli_prompt_inner.h"
#include "cli_prompt_weak.h"
#include "cli_signals.h"

#define TRIES 3

/* Where a line comes from. */
struct line_from {
	int fd;
	const char *path;
	int watch;      /* nobody waits for it any more once the other end of this is closed; -1 */
	sigset_t *wait; /* the signals that stay blocked meanwhile */
};

/* Waits until there is something to read (or nothing more), or a signal interrupted. */
static enum evx_err await(struct cli *cli, const struct line_from *from, struct evx_diag *diag)
{
	struct pollfd ready[2] = { { .fd = from->fd, .events = POLLIN }, { .fd = from->watch } };
	int n;

	do {
		if (evx_cancelled(cli->cancel) || (ready[1].revents & (POLLHUP | POLLERR)) != 0)
			return evx_fail(diag, EVX_E_INTERRUPTED, "passphrase: interrupted");
		n = ppoll(ready, from->watch >= 0 ? 2 : 1, NULL, from->wait);
	} while ((n < 0 && errno == EINTR) || (n > 0 && ready[0].revents == 0));
	return n < 0 ? evx_fail_errno(diag, from->path, "passphrase: read") : EVX_OK;
}

/* Takes bytes up to the first LF (which is not kept) or the end. One byte at a time: what follows
 * the line belongs to others. Signals are let in only where it waits, so that none comes between a
 * look at the flag and the wait. */
static enum evx_err read_line(struct cli *cli, const struct line_from *from, char *buf, size_t cap,
	size_t *len, struct evx_diag *diag)
{
	enum evx_err err;
	size_t n = 0;
	ssize_t got;
	char c = 0;

	for (;;) {
		err = await(cli, from, diag);
		if (err != EVX_OK)
			return err;
		got = read(from->fd, &c, 1);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			return evx_fail_errno(diag, from->path, "passphrase: read");
		if (got == 0 || c == '\n')
			break;
		if (n == cap)
			return evx_fail(diag, EVX_E_KEY, "passphrase: longer than %zu bytes", cap);
		buf[n++] = c;
	}
	*len = n;
	return EVX_OK;
}

/* All signals but those of a process that reads or sets a terminal from the background, which has
 * to stop. */
static void block_signals(sigset_t *before)
{
	sigset_t most;

	sigfillset(&most);
	sigdelset(&most, SIGTTIN);
	sigdelset(&most, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &most, before);
}

/* As read_line; signals are as they were before and after it. */
static enum evx_err read_first_line(struct cli *cli, int fd, const char *path, char *buf,
	size_t cap, size_t *len, struct evx_diag *diag)
{
	sigset_t before;
	const struct line_from from = { fd, path, -1, &before };
	enum evx_err err;

	block_signals(&before);
	err = read_line(cli, &from, buf, cap, len, diag);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

/* What editors of other systems add to a line is not part of a passphrase: one CR at its end is
 * taken away. What could be part of it, and cannot be typed, is refused. */
static enum evx_err plain_text(const char *buf, size_t *len, struct evx_diag *diag)
{
	const size_t n = *len;

	if (n >= 3 && memcmp(buf, "\xef\xbb\xbf", 3) == 0)
		return evx_fail(diag, EVX_E_KEY,
			"This passphrase file begins with a byte order mark (BOM), which nobody "
			"can type. Save the file as UTF-8 without BOM.");
	if (n >= 2 && (memcmp(buf, "\xff\xfe", 2) == 0 || memcmp(buf, "\xfe\xff", 2) == 0))
		return evx_fail(diag, EVX_E_KEY,
			"This passphrase file is UTF-16 text. Save the file as UTF-8 without BOM.");
	if (memchr(buf, '\0', n) != NULL)
		return evx_fail(diag, EVX_E_KEY,
			"The first line of this passphrase file has a NUL byte. A passphrase file "
			"is a text file: one line of UTF-8 text.");
	if (n > 0 && buf[n - 1] == '\r')
		--*len;
	return EVX_OK;
}

static enum evx_err from_file(struct cli *cli, const char *path, char *buf, size_t cap, size_t *len,
	struct evx_diag *diag)
{
	struct stat st;
	enum evx_err err;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return evx_fail_errno(diag, path, "passphrase file: open");
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
		cli_output_warn(cli, "%s: passphrase file can be read by others (mode %04o)", path,
			(unsigned)(st.st_mode & 07777));
	err = read_first_line(cli, fd, path, buf, cap, len, diag);
	if (err == EVX_OK)
		err = evx_diag_in(diag, path, plain_text(buf, len, diag));
	if (err == EVX_OK && *len == 0)
		err = evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_KEY, "passphrase file: its first line is empty"));
	close(fd);
	return err;
}

/* Asks once on the terminal tty. Echo comes back on every way out. No signal comes while the
 * terminal is without echo, but where the answer is waited for; stopping (Ctrl-Z) not even there.
 */
enum evx_err cli_prompt_ask_once(struct cli *cli, int tty, int watch, const char *question,
	const char *what, char *buf, size_t cap, size_t *len, struct evx_diag *diag)
{
	struct termios before, silent;
	sigset_t mask, wait;
	const struct line_from from = { tty, "/dev/tty", watch, &wait };
	char name[256];
	enum evx_err err;

	if (tcgetattr(tty, &before) != 0)
		return evx_fail_errno(diag, "/dev/tty", "passphrase: terminal settings");
	block_signals(&mask);
	wait = mask;
	sigaddset(&wait, SIGTSTP);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	cli_signals_terminal_begin(tty, &before);
	if (tcsetattr(tty, TCSAFLUSH, &silent) != 0) {
		err = evx_fail_errno(diag, "/dev/tty", "passphrase: terminal settings");
	} else {
		dprintf(tty, "%s %s: ", _(question),
			evx_text_escape(what, strlen(what), name, sizeof(name)));
		err = read_line(cli, &from, buf, cap, len, diag);
		tcsetattr(tty, TCSAFLUSH, &before);
		dprintf(tty, "\n");
	}
	cli_signals_terminal_end();
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	return err;
}

static enum evx_err ask_new(struct cli *cli, int tty, const char *what, char *buf, size_t cap,
	size_t *len, struct evx_diag *diag)
{
	char *again = malloc(cap);
	size_t again_len = 0;
	enum evx_err err = EVX_E_KEY;
	int i;

	if (again == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "passphrase");
	for (i = 0; i < TRIES; i++) {
		err = cli_prompt_ask_once(
			cli, tty, -1, N_("New passphrase for"), what, buf, cap, len, diag);
		if (err == EVX_OK && *len > 0)
			err = cli_prompt_ask_once(cli, tty, -1, N_("Once more, passphrase for"),
				what, again, cap, &again_len, diag);
		if (err != EVX_OK)
			break;
		if (*len > 0 && *len == again_len && memcmp(buf, again, *len) == 0)
			goto out;
		dprintf(tty, "%s\n", *len == 0 ? _("It must not be empty.") : _("They differ."));
	}
	err = err != EVX_OK ? err :
			      evx_fail(diag, EVX_E_KEY, "passphrase: no two answers were the same");
out:
	explicit_bzero(again, cap);
	free(again);
	return err;
}

/* A passphrase that was answered, and how it goes to a child process and back: as one packet. */
static struct kept {
	size_t len; /* 0: none yet */
	char what[256], text[1024];
} * kept;
static int parent = -1; /* in a child: the way to the process that keeps */

void cli_prompt_forget(void)
{
	if (parent >= 0)
		close(parent);
	parent = -1;
	if (kept != NULL) {
		explicit_bzero(kept, sizeof(*kept));
		munmap(kept, sizeof(*kept));
	}
	kept = NULL;
}

/* Descriptors that the user named as files of passphrases (/dev/fd/N): what reads hostile bytes
 * must not read them, too. */
static int given[2] = { -1, -1 };

static int given_number(const char *path)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
	unsigned long n;
	char *end;

	for (size_t i = 0; path != NULL && i < sizeof(folders) / sizeof(folders[0]); i++) {
		const size_t len = strlen(folders[i]);

		if (strncmp(path, folders[i], len) != 0 || path[len] < '0' || path[len] > '9')
			continue;
		n = strtoul(path + len, &end, 10);
		if (*end == '\0' && n > STDERR_FILENO && n < INT_MAX)
			return (int)n;
	}
	return -1;
}

static void before_confined(void)
{
	cli_prompt_forget();
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (given[i] >= 0)
			close(given[i]);
		given[i] = -1;
	}
}

void cli_prompt_keep(void)
{
	static bool told;
	void *page;

	if (kept != NULL)
		return;
	if (!told && pthread_atfork(NULL, NULL, cli_prompt_forget) != 0)
		return; /* it is asked for twice, then */
	told = true;
	evx_before_confined(before_confined);
	page = mmap(
		NULL, sizeof(*kept), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return;
	if (mlock(page, sizeof(*kept)) != 0 || madvise(page, sizeof(*kept), MADV_DONTDUMP) != 0) {
		munmap(page, sizeof(*kept));
		return;
	}
	kept = page;
}

/* Takes the last packet that waits at fd, if one does: a wrong answer came before the right one. */
static void receive(int fd)
{
	ssize_t n = -1, one;

	while ((one = recv(fd, kept, sizeof(*kept), MSG_DONTWAIT)) > 0)
		n = one;
	if (n < 0)
		return;
	if (n != sizeof(*kept) || kept->len > sizeof(kept->text) ||
		memchr(kept->what, '\0', sizeof(kept->what)) == NULL)
		explicit_bzero(kept, sizeof(*kept));
}

static void send_kept(int fd)
{
	if (kept->len > 0)
		(void)send(fd, kept, sizeof(*kept), MSG_DONTWAIT | MSG_NOSIGNAL); /* it is asked for
										    once more, then
										  */
}

void cli_prompt_before_child(struct cli_prompt_link *l)
{
	int ends[2];

	l->here = l->there = -1;
	if (kept == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	l->here = ends[0];
	l->there = ends[1];
	send_kept(l->here);
}

void cli_prompt_in_child(const struct cli_prompt_link *l)
{
	if (l->there < 0)
		return;
	close(l->here);
	cli_prompt_keep();
	if (kept == NULL) {
		close(l->there);
		return;
	}
	parent = l->there;
	receive(parent);
}

void cli_prompt_after_child(const struct cli_prompt_link *l)
{
	if (l->there < 0)
		return;
	close(l->there);
	if (kept != NULL)
		receive(l->here);
	close(l->here);
}

static bool recall(const char *what, char *buf, size_t cap, size_t *len)
{
	if (kept == NULL || kept->len == 0 || kept->len > cap || strcmp(kept->what, what) != 0)
		return false;
	memcpy(buf, kept->text, kept->len);
	*len = kept->len;
	return true;
}

void cli_prompt_send(int fd, const char *what, const char *buf, size_t len)
{
	struct kept packet = { .len = len };

	if (strlen(what) >= sizeof(packet.what) || len > sizeof(packet.text))
		return;
	memcpy(packet.what, what, strlen(what) + 1);
	memcpy(packet.text, buf, len);
	(void)send(fd, &packet, sizeof(packet), MSG_DONTWAIT | MSG_NOSIGNAL);
	explicit_bzero(&packet, sizeof(packet));
}

static void keep(const char *what, const char *buf, size_t len)
{
	if (kept == NULL || strlen(what) >= sizeof(kept->what) || len > sizeof(kept->text))
		return;
	memcpy(kept->what, what, strlen(what) + 1);
	memcpy(kept->text, buf, len);
	kept->len = len;
	if (parent >= 0)
		send_kept(parent);
}

static const char *passphrase_file(const struct cli *cli)
{
	return cli->passphrase_file != NULL ? cli->passphrase_file : getenv("EVX_PASSPHRASE_FILE");
}

static enum evx_err ask_somewhere(struct cli *cli, const char *what, bool confirm, char *buf,
	size_t cap, size_t *len, struct evx_diag *diag)
{
	const char *file = passphrase_file(cli);
	enum evx_err err;
	int tty;

	*len = 0;
	if (confirm && cli->separate_new)
		file = cli->new_passphrase_file;
	if (file != NULL && file[0] != '\0')
		return from_file(cli, file, buf, cap, len, diag);
	tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0)
		return evx_fail(diag, EVX_E_KEY,
			"passphrase for %s: expected a terminal or --%spassphrase-file", what,
			confirm && cli->separate_new ? "new-" : "");
	if (confirm) {
		err = ask_new(cli, tty, what, buf, cap, len, diag);
	} else {
		err = cli_prompt_ask_once(
			cli, tty, -1, N_("Passphrase for"), what, buf, cap, len, diag);
		if (err == EVX_OK)
			cli_prompt_again_start(cli, tty, parent);
	}
	close(tty);
	return err;
}

static void remark(struct cli *cli, const char *what, const char *buf, size_t len)
{
	const char *weak = cli_prompt_weakness(buf, len, what);

	if (weak != NULL)
		cli_output_warn(cli,
			"This passphrase is easy to guess: %s. Anybody who gets a copy of the keys "
			"can try many passphrases. Five random words are better. To change it, "
			"run: evx id passwd",
			_(weak));
}

static enum evx_err ask(void *ctx, const char *what, bool confirm, char *buf, size_t cap,
	size_t *len, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if (confirm || !recall(what, buf, cap, len))
		err = ask_somewhere(ctx, what, confirm, buf, cap, len, diag);
	if (err == EVX_OK && !confirm)
		keep(what, buf, *len);
	else if (err == EVX_OK)
		remark(ctx, what, buf, *len);
	return err;
}

static enum evx_err again(
	void *ctx, const char *what, char *buf, size_t cap, size_t *len, struct evx_diag *diag)
{
	enum evx_err err = cli_prompt_again(ctx, what, buf, cap, len, diag);

	if (err == EVX_OK)
		keep(what, buf, *len);
	return err;
}

static void answered(void *ctx)
{
	(void)ctx;
	cli_prompt_again_stop();
}

struct evx_passphrase cli_prompt_passphrase(struct cli *cli)
{
	given[0] = given_number(passphrase_file(cli));
	given[1] = given_number(cli->new_passphrase_file);
	evx_before_confined(before_confined);
	return (struct evx_passphrase){
		.ask = ask, .again = again, .answered = answered, .ctx = cli
	};
}

static int answers = -1; /* where questions are answered */

void cli_prompt_start(void)
{
	if (isatty(STDIN_FILENO))
		answers = STDIN_FILENO;
	else if (isatty(STDERR_FILENO))
		answers = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

bool cli_prompt_possible(void)
{
	return answers >= 0 && isatty(STDERR_FILENO);
}

bool cli_prompt_yes(struct cli *cli, const char *question)
{
	struct evx_diag diag = { 0 };
	char answer[64];
	size_t len = 0;
	bool answered;

	cli_progress_hold(cli);
	fprintf(stderr, "%s %s ", _(question), _("[y/N]"));
	fflush(stderr);
	answered = read_first_line(cli, answers, "the terminal", answer, sizeof(answer), &len,
			   &diag) == EVX_OK;
	cli_progress_go_on(cli);
	return answered && cli_language_is_yes(answer, len);
}
