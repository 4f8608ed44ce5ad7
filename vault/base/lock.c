/* Locks between processes (base/lock.h). */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
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

/* So that whoever waits can say for whom. That it cannot be written changes nothing. */
static void sign_in(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%lu\n", (unsigned long)getpid());

	if (n > 0 && (size_t)n < sizeof(text) && pwrite(fd, text, (size_t)n, 0) == n &&
		ftruncate(fd, n) != 0)
		return;
}

static enum evx_err wait_for(int fd, const char *what, unsigned seconds,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };
	unsigned long left = (unsigned long)seconds * 1000UL / PAUSE_MS;
	unsigned who;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return evx_fail_errno(diag, what, "lock: it cannot be taken");
		if (evx_cancelled(cancel))
			return evx_fail(diag, EVX_E_INTERRUPTED,
				"%s: stopped on request while another process worked on it; "
				"nothing was changed",
				what);
		if (left-- == 0) {
			who = holder(fd);
			return who == 0 ? evx_fail(diag, EVX_E_LOCKED,
						  "%s: another process has worked on it for %u "
						  "seconds; try again later",
						  what, seconds) :
					  evx_fail(diag, EVX_E_LOCKED,
						  "%s: process %u has worked on it for %u seconds; "
						  "try again later, or see what that process does",
						  what, who, seconds);
		}
		(void)nanosleep(&pause, NULL);
	}
	return EVX_OK;
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
		err = wait_for(*fd, what, seconds, cancel, diag);
	if (err == EVX_OK)
		sign_in(*fd);
	else
		evx_close_quiet(fd);
	return err;
}
