/* The directory below which that happens, taken away again when nothing came of it. */
#include "open/extract_target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "content/restore_node.h"

/* A path as the directory above, opened, and a name in it that is one component. */
struct place {
	int above;
	const char *name;
	char *text;
};

static enum evx_err find(const char *path, struct place *p, struct evx_diag *diag)
{
	size_t len = strlen(path);
	char *slash;

	p->above = -1;
	p->text = strdup(path);
	if (p->text == NULL)
		return evx_fail_memory(diag);
	/* "dir/" would follow a link. */
	for (; len > 1 && p->text[len - 1] == '/'; len--)
		p->text[len - 1] = '\0';
	slash = strrchr(p->text, '/');
	p->name = slash == NULL ? p->text : slash[1] == '\0' ? "." : slash + 1;
	if (slash == NULL)
		p->above = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	else if (slash == p->text)
		p->above = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	else {
		*slash = '\0';
		p->above = open(p->text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return p->above >= 0 ?
		EVX_OK :
		evx_fail_errno(diag, path, "The directory above the target cannot be opened");
}

/* The other process: hears whether the directory is to stay, or the end of who could have said so.
 * rmdir removes nothing but empty directories; of them only the one that was made. */
static _Noreturn void wait_to_remove(const struct place *p, const struct stat *made, int word)
{
	struct stat st;
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
	if (n != 1 && fstatat(p->above, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		st.st_dev == made->st_dev && st.st_ino == made->st_ino)
		(void)unlinkat(p->above, p->name, AT_REMOVEDIR);
	_exit(0);
}

static enum evx_err watch(const struct place *p, const char *path, struct evx_extract_target *t,
	struct evx_diag *diag)
{
	struct stat made;
	int ends[2];

	if (fstat(t->fd, &made) != 0 || pipe2(ends, O_CLOEXEC) != 0)
		return evx_fail_errno(diag, path, "The system has no room for another pipe");
	t->waits = fork();
	if (t->waits == 0) {
		(void)close(ends[1]);
		wait_to_remove(p, &made, ends[0]);
	}
	(void)close(ends[0]);
	t->word = ends[1];
	if (t->waits > 0)
		return EVX_OK;
	evx_close_quiet(&t->word);
	return evx_fail_errno(diag, path, "The system has no room for another process");
}

/* What was there before. A link of ours, or of root, may be the target; what it says is read once,
 * so that it cannot be exchanged behind the check. */
static enum evx_err open_existing(
	const struct place *p, const char *path, int *fd, struct evx_diag *diag)
{
	char to[PATH_MAX];
	struct stat st;
	ssize_t n;
	int link;

	*fd = openat(p->above, p->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd >= 0)
		return EVX_OK;
	if (errno != ELOOP && errno != ENOTDIR)
		return evx_fail_errno(diag, path, "The target directory cannot be opened");
	link = openat(p->above, p->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (link < 0 || fstat(link, &st) != 0 || !S_ISLNK(st.st_mode)) {
		evx_close_quiet(&link);
		errno = ENOTDIR;
		return evx_fail_errno(diag, path, "The target directory cannot be opened");
	}
	if (st.st_uid != geteuid() && st.st_uid != 0) {
		evx_close_quiet(&link);
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_IO,
				"The target is a link that belongs to another user. It could lead "
				"anywhere. Nothing was written. Give the directory itself."));
	}
	n = readlinkat(link, "", to, sizeof(to) - 1);
	evx_close_quiet(&link);
	if (n > 0) {
		to[n] = '\0';
		*fd = openat(p->above, to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return *fd >= 0 ? EVX_OK :
			  evx_fail_errno(diag, path, "The target directory cannot be opened");
}

static enum evx_err open_made(
	const struct place *p, const char *path, int *fd, struct evx_diag *diag)
{
	*fd = openat(p->above, p->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0)
		return evx_fail_errno(diag, path, "The target directory cannot be opened");
	if (!evx_restore_node_is_new(p->above, *fd))
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_IO,
				"Somebody replaced the target directory while evx was using it. "
				"Nothing was written. Choose a directory where nobody else can "
				"write."));
	return EVX_OK;
}

enum evx_err evx_extract_target_open(
	const char *path, struct evx_extract_target *out, struct evx_diag *diag)
{
	struct evx_extract_target t = EVX_EXTRACT_TARGET_INIT;
	struct place p;
	bool made = false;
	enum evx_err err = find(path, &p, diag);

	*out = t;
	if (err != EVX_OK)
		goto out;
	/* Of what is extracted, nobody else sees anything before its own modes say so. */
	made = mkdirat(p.above, p.name, 0700) == 0;
	if (!made && errno != EEXIST)
		err = evx_fail_errno(diag, path, "The target directory cannot be made");
	if (err != EVX_OK ||
		(err = made ? open_made(&p, path, &t.fd, diag) :
			      open_existing(&p, path, &t.fd, diag)) != EVX_OK)
		goto out;
	if (made)
		err = watch(&p, path, &t, diag);
out:
	if (err != EVX_OK) {
		evx_close_quiet(&t.fd);
		if (made)
			(void)unlinkat(p.above, p.name, AT_REMOVEDIR);
	} else {
		*out = t;
	}
	evx_close_quiet(&p.above);
	free(p.text);
	return err;
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
