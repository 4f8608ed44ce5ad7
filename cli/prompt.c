#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "output.h"

#define TRIES 3

/* Takes bytes up to the first LF (which is not kept) or the end. One byte at a time: what follows the line belongs to others. */
static enum evx_err read_line(struct cli *cli, int fd, const char *path, char *buf, size_t cap, size_t *len, struct evx_diag *diag)
{
	size_t n = 0;
	ssize_t got;
	char c = 0;

	for (;;) {
		got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR && !evx_cancelled(cli->cancel))
			continue;
		if (evx_cancelled(cli->cancel))
			return evx_fail(diag, EVX_E_INTERRUPTED, "passphrase: interrupted");
		if (got < 0)
			return evx_fail_errno(diag, path, "passphrase: read");
		if (got == 0 || c == '\n')
			break;
		if (n == cap)
			return evx_fail(diag, EVX_E_KEY, "passphrase: longer than %zu bytes", cap);
		buf[n++] = c;
	}
	*len = n;
	return EVX_OK;
}

static enum evx_err from_file(struct cli *cli, const char *path, char *buf, size_t cap, size_t *len, struct evx_diag *diag)
{
	struct stat st;
	enum evx_err err;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return evx_fail_errno(diag, path, "passphrase file: open");
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
		cli_output_warn(cli, "%s: passphrase file can be read by others (mode %04o)", path, (unsigned)(st.st_mode & 07777));
	err = read_line(cli, fd, path, buf, cap, len, diag);
	if (err == EVX_OK && *len == 0)
		err = evx_diag_in(diag, path, evx_fail(diag, EVX_E_KEY, "passphrase file: its first line is empty"));
	close(fd);
	return err;
}

/* Asks once on the terminal tty. Echo comes back on every way out; stopping (Ctrl-Z) waits until then. */
static enum evx_err ask_once(struct cli *cli, int tty, const char *question, const char *what, char *buf, size_t cap, size_t *len,
	struct evx_diag *diag)
{
	struct termios before, silent;
	sigset_t stop, mask;
	char name[256];
	enum evx_err err;

	if (tcgetattr(tty, &before) != 0)
		return evx_fail_errno(diag, "/dev/tty", "passphrase: terminal settings");
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, &mask);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	if (tcsetattr(tty, TCSAFLUSH, &silent) != 0) {
		err = evx_fail_errno(diag, "/dev/tty", "passphrase: terminal settings");
	} else {
		dprintf(tty, "%s %s: ", question, evx_text_escape(what, strlen(what), name, sizeof name));
		err = read_line(cli, tty, "/dev/tty", buf, cap, len, diag);
		tcsetattr(tty, TCSAFLUSH, &before);
		dprintf(tty, "\n");
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return err;
}

static enum evx_err ask_new(struct cli *cli, int tty, const char *what, char *buf, size_t cap, size_t *len, struct evx_diag *diag)
{
	char *again = malloc(cap);
	size_t again_len = 0;
	enum evx_err err = EVX_E_KEY;
	int i;

	if (again == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "passphrase");
	for (i = 0; i < TRIES; i++) {
		err = ask_once(cli, tty, "New passphrase for", what, buf, cap, len, diag);
		if (err == EVX_OK && *len > 0)
			err = ask_once(cli, tty, "Once more, passphrase for", what, again, cap, &again_len, diag);
		if (err != EVX_OK)
			break;
		if (*len > 0 && *len == again_len && memcmp(buf, again, *len) == 0)
			goto out;
		dprintf(tty, *len == 0 ? "It must not be empty.\n" : "They differ.\n");
	}
	err = err != EVX_OK ? err : evx_fail(diag, EVX_E_KEY, "passphrase: no two answers were the same");
out:
	explicit_bzero(again, cap);
	free(again);
	return err;
}

/* A passphrase that was answered. */
static struct kept {
	bool there;
	size_t len;
	char what[256], text[1024];
} *kept;

void cli_prompt_keep(void)
{
	void *page;

	if (kept != NULL)
		return;
	page = mmap(NULL, sizeof *kept, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return; /* it is asked for twice, then */
	if (mlock(page, sizeof *kept) != 0 || madvise(page, sizeof *kept, MADV_DONTDUMP) != 0) {
		munmap(page, sizeof *kept);
		return;
	}
	kept = page;
}

static bool recall(const char *what, char *buf, size_t cap, size_t *len)
{
	if (kept == NULL || !kept->there || kept->len > cap || strcmp(kept->what, what) != 0)
		return false;
	memcpy(buf, kept->text, kept->len);
	*len = kept->len;
	return true;
}

static void keep(const char *what, const char *buf, size_t len)
{
	if (kept == NULL || strlen(what) >= sizeof kept->what || len > sizeof kept->text)
		return;
	memcpy(kept->what, what, strlen(what) + 1);
	memcpy(kept->text, buf, len);
	kept->len = len;
	kept->there = true;
}

static enum evx_err ask_somewhere(struct cli *cli, const char *what, bool confirm, char *buf, size_t cap, size_t *len, struct evx_diag *diag)
{
	const char *file = cli->passphrase_file != NULL ? cli->passphrase_file : getenv("EVX_PASSPHRASE_FILE");
	enum evx_err err;
	int tty;

	*len = 0;
	if (confirm && cli->separate_new)
		file = cli->new_passphrase_file;
	if (file != NULL && file[0] != '\0')
		return from_file(cli, file, buf, cap, len, diag);
	tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0)
		return evx_fail(diag, EVX_E_KEY, "passphrase for %s: expected a terminal or --%spassphrase-file", what,
			confirm && cli->separate_new ? "new-" : "");
	err = confirm ? ask_new(cli, tty, what, buf, cap, len, diag) : ask_once(cli, tty, "Passphrase for", what, buf, cap, len, diag);
	close(tty);
	return err;
}

static enum evx_err ask(void *ctx, const char *what, bool confirm, char *buf, size_t cap, size_t *len, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if (confirm || !recall(what, buf, cap, len))
		err = ask_somewhere(ctx, what, confirm, buf, cap, len, diag);
	if (err == EVX_OK && !confirm)
		keep(what, buf, *len);
	return err;
}

struct evx_passphrase cli_prompt_passphrase(struct cli *cli)
{
	return (struct evx_passphrase){ .ask = ask, .ctx = cli };
}

bool cli_prompt_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool cli_prompt_yes(struct cli *cli, const char *question)
{
	struct evx_diag diag = { 0 };
	char answer[64];
	size_t len = 0;

	fprintf(stderr, "%s [y/N] ", question);
	fflush(stderr);
	if (read_line(cli, STDIN_FILENO, "standard input", answer, sizeof answer, &len, &diag) != EVX_OK)
		return false;
	return len > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}
