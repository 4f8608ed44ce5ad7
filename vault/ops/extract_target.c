#include "ops/extract_target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"

/* The other process: hears whether the directory is to stay, or the end of who could have said so. rmdir removes nothing but empty directories. */
static _Noreturn void wait_to_remove(const char *path, int word)
{
	char keep;
	ssize_t n;

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO); /* or a reader of our pipe would wait for this process, too */
	(void)close(STDERR_FILENO);
	do
		n = read(word, &keep, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		(void)rmdir(path);
	_exit(0);
}

static enum evx_err watch(const char *path, struct evx_extract_target *t, struct evx_diag *diag)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return evx_fail_errno(diag, path, "target: no pipe");
	t->waits = fork();
	if (t->waits == 0) {
		(void)close(ends[1]);
		wait_to_remove(path, ends[0]);
	}
	(void)close(ends[0]);
	t->word = ends[1];
	if (t->waits > 0)
		return EVX_OK;
	evx_close_quiet(&t->word);
	return evx_fail_errno(diag, path, "target: no process");
}

enum evx_err evx_extract_target_open(const char *path, struct evx_extract_target *out, struct evx_diag *diag)
{
	struct evx_extract_target t = EVX_EXTRACT_TARGET_INIT;
	const bool made = mkdir(path, 0777) == 0;
	enum evx_err err = EVX_OK;

	*out = t;
	if (!made && errno != EEXIST)
		return evx_fail_errno(diag, path, "target: cannot be made");
	t.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t.fd < 0)
		err = evx_fail_errno(diag, path, "target: cannot be opened");
	if (err == EVX_OK && made)
		err = watch(path, &t, diag);
	if (err != EVX_OK) {
		evx_close_quiet(&t.fd);
		if (made)
			(void)rmdir(path);
		return err;
	}
	*out = t;
	return EVX_OK;
}

void evx_extract_target_close(struct evx_extract_target *t, bool keep)
{
	evx_close_quiet(&t->fd);
	if (t->word < 0)
		return;
	if (keep)
		(void)!write(t->word, "", 1); /* where its reader is gone, nobody removes it */
	evx_close_quiet(&t->word);
	while (waitpid(t->waits, NULL, 0) < 0 && errno == EINTR)
		continue;
}
