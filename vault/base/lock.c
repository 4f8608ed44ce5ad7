/* Locks between processes (base/lock.h). */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

#define PAUSE_MS 50

/* The number of the process that took the lock, as it wrote it down; 0 where there is none. Any
 * text may stand there. */
static unsigned holder(int fd)
{
	char text[16] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	unsigned long v;
	char *end;

	if (n <= 1 || text[0] < '1' || text[0] > '9')
		return 0;
	text[n] = '\0';
	v = strtoul(text, &end, 10);
	return *end == '\n' && v <= 4194304UL ? (unsigned)v : 0;
}

/* The number of the process that has the lock of the file fd, as the kernel lists it; 0 where it
 * does not say. A line is "ID: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF". */
static unsigned listed_holder(int fd)
{
	unsigned long inode, pid, found = 0;
	struct stat st;
	char line[256];
	FILE *f;

	if (fstat(fd, &st) != 0 || (f = fopen("/proc/locks", "re")) == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%*u: FLOCK %*s %*s %lu %*x:%*x:%lu", &pid, &inode) == 2 &&
			inode == (unsigned long)st.st_ino && pid <= 4194304UL)
			found = pid;
	(void)fclose(f);
	return (unsigned)found;
}

/* So that whoever waits can say for whom. That it cannot be written changes nothing. */
static void sign_in(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%lu\n", (unsigned long)getpid());

	if (n > 0 && (size_t)n < sizeof(text) && pwrite(fd, text, (size_t)n, 0) == n &&
		ftruncate(fd, n) != 0)
		return;
}

static enum evx_err too_long(
	const char *what, unsigned seconds, unsigned who, struct evx_diag *diag)
{
	if (who == 0)
		return evx_fail(diag, EVX_E_LOCKED,
			"%s: another process has worked on it for %u seconds; try again later",
			what, seconds);
	return evx_fail(diag, EVX_E_LOCKED,
		"%s: process %u has worked on it for %u seconds; "
		"try again later, or see what that process does",
		what, who, seconds);
}

/* Signals are let in where it pauses and nowhere else, so that none comes between a look and the
 * pause, and is not noticed. */
static enum evx_err wait_for(int fd, const char *what, unsigned seconds,
	unsigned (*holder_of)(int fd), const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };
	unsigned long left = (unsigned long)seconds * 1000UL / PAUSE_MS;
	bool signalled = false;
	enum evx_err err = EVX_OK;
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	while (err == EVX_OK && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			err = evx_fail_errno(diag, what, "lock: it cannot be taken");
		else if (evx_cancelled(cancel) || signalled)
			err = evx_fail(diag, EVX_E_INTERRUPTED,
				"%s: stopped on request while another process worked on it; "
				"nothing was changed",
				what);
		else if (left-- == 0)
			err = too_long(what, seconds, holder_of(fd), diag);
		else
			signalled = ppoll(NULL, 0, &pause, &before) < 0 && cancel == NULL;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

enum evx_err evx_lock_open(int fd, const char *what, unsigned seconds,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	return wait_for(fd, what, seconds, listed_holder, cancel, diag);
}

enum evx_err evx_lock_take(int dirfd, const char *name, const char *what, unsigned seconds,
	const struct evx_cancel *cancel, int *fd, struct evx_diag *diag)
{
	struct stat st;
	enum evx_err err = EVX_OK;

	*fd = openat(dirfd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		0666);
	if (*fd < 0 && errno == ELOOP)
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"%s: expected a regular file as its lock, found a link", what));
	if (*fd < 0 || fstat(*fd, &st) != 0)
		err = evx_fail_errno(diag, name, "lock: its file cannot be opened");
	else if (!S_ISREG(st.st_mode))
		err = evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"%s: expected a regular file as its lock, found something else",
				what));
	if (err == EVX_OK)
		err = wait_for(*fd, what, seconds, holder, cancel, diag);
	if (err == EVX_OK)
		sign_in(*fd);
	else
		evx_close_quiet(fd);
	return err;
}
