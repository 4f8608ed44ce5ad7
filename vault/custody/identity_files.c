/* An identity's directory, changed in one step. */
#include "custody/identity_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entries.h"
#include "base/io.h"
#include "base/lock.h"

#define IDENTITIES "identities"
#define NEW_PREFIX ".new-" /* no identity's name begins with a dot */

/* Names of the secrets, by kind. */
static const struct {
	const char *encryption, *signing;
} secrets[] = {
	[EVX_IDENTITY_OPEN] = { "encryption.txt", "signing.key" },
	[EVX_IDENTITY_PROTECTED] = { "encryption.age", "signing.age" },
};
#define IN_AGENT "signing.agent" /* in place of the signing key of either kind */

void evx_identity_files_free(struct evx_identity_files *f)
{
	if (f == NULL)
		return;
	evx_buf_free(&f->card);
	evx_buf_free(&f->encryption);
	evx_buf_free(&f->signing);
}

static enum evx_err open_identity(int home, const char *name, int *fd, struct evx_diag *diag)
{
	int dir = openat(home, IDENTITIES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*fd = dir >= 0 ? openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (*fd < 0) {
		enum evx_err err = errno == ENOENT ?
			evx_fail(diag, EVX_E_NOT_FOUND, "identity %s: there is none of this name",
				name) :
			evx_fail_errno(diag, name, "identity: cannot open its directory");

		evx_close_quiet(&dir);
		return err;
	}
	evx_close_quiet(&dir);
	return EVX_OK;
}

/* Reads a secret that nobody else may be able to read. A file that is not there leaves out empty.
 */
static enum evx_err read_secret(
	int dir, const char *file, const char *name, struct evx_buf *out, struct evx_diag *diag)
{
	struct stat st;
	int fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t got = 0;
	enum evx_err err = EVX_OK;

	if (fd < 0)
		return errno == ENOENT ?
			EVX_OK :
			evx_fail_errno(diag, file, "identity %s: cannot open a secret", name);
	if (fstat(fd, &st) != 0)
		err = evx_fail_errno(diag, file, "identity %s: cannot look at a secret", name);
	else if (!S_ISREG(st.st_mode))
		err = evx_fail(diag, EVX_E_NOT_OURS, "identity %s: %s is not a file", name, file);
	else if ((st.st_mode & 077) != 0)
		err = evx_fail(diag, EVX_E_KEY,
			"identity %s: others may read %s (mode %04o); expected 0600: chmod 600 it, "
			"and think about who could have read it",
			name, file, (unsigned)st.st_mode & 07777u);
	else if (st.st_size <= 0 || st.st_size > (off_t)EVX_DOCUMENT_MAX)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"identity %s: %s has no length that a secret can have", name, file);
	else if ((err = evx_buf_reserve(out, (size_t)st.st_size)) == EVX_OK)
		err = evx_read_full(fd, out->data, (size_t)st.st_size, &got, file, diag);
	out->len = got;
	evx_close_quiet(&fd);
	return err;
}

/* agent: the text that names the signing key, empty when that is a file; taken over when it is
 * used. */
static enum evx_err read_secrets(int dir, const char *name, struct evx_buf *agent,
	struct evx_identity_files *f, struct evx_diag *diag)
{
	static const enum evx_identity_kind kinds[] = { EVX_IDENTITY_PROTECTED, EVX_IDENTITY_OPEN };
	bool found = false;
	enum evx_err err;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct evx_buf encryption = EVX_BUF_INIT, signing = EVX_BUF_INIT;

		err = read_secret(dir, secrets[kinds[i]].encryption, name, &encryption, diag);
		if (err == EVX_OK)
			err = read_secret(dir, secrets[kinds[i]].signing, name, &signing, diag);
		if (err == EVX_OK && signing.len > 0 && agent->len > 0)
			err = evx_fail(diag, EVX_E_CORRUPT,
				"identity %s: expected its signing key in a file or in an agent, "
				"found both",
				name);
		if (err == EVX_OK && (encryption.len > 0) != (signing.len > 0) &&
			(signing.len > 0 || agent->len == 0))
			err = evx_fail(diag, EVX_E_CORRUPT,
				"identity %s: expected two secrets, found one", name);
		if (err == EVX_OK && encryption.len > 0 && found)
			err = evx_fail(diag, EVX_E_CORRUPT,
				"identity %s: expected secrets with a passphrase or without, found "
				"both",
				name);
		if (err != EVX_OK || encryption.len == 0) {
			evx_buf_free(&encryption);
			evx_buf_free(&signing);
			if (err != EVX_OK)
				return err;
			continue;
		}
		found = true;
		f->kind = kinds[i];
		f->encryption = encryption;
		f->signing = signing;
	}
	if (agent->len > 0 && !found)
		return evx_fail(
			diag, EVX_E_CORRUPT, "identity %s: expected two secrets, found one", name);
	if (agent->len > 0) {
		f->signing = *agent;
		f->in_agent = true;
		*agent = (struct evx_buf)EVX_BUF_INIT;
	}
	return EVX_OK;
}

enum evx_err evx_identity_files_read(
	int home, const char *name, struct evx_identity_files *out, struct evx_diag *diag)
{
	struct evx_identity_files f = { .kind = EVX_IDENTITY_CARD_ONLY };
	struct evx_buf agent = EVX_BUF_INIT;
	int dir = -1;
	enum evx_err err;

	*out = f;
	if (!evx_identity_name_valid(name))
		return evx_fail(diag, EVX_E_USAGE,
			"identity: expected a name of A-Z a-z 0-9 . _ - that begins with no dot");
	err = open_identity(home, name, &dir, diag);
	if (err != EVX_OK ||
		(err = evx_read_file(dir, "card", EVX_DOCUMENT_MAX, &f.card, diag)) != EVX_OK ||
		(err = read_secret(dir, IN_AGENT, name, &agent, diag)) != EVX_OK)
		goto out;
	err = read_secrets(dir, name, &agent, &f, diag);
out:
	evx_buf_free(&agent);
	evx_close_quiet(&dir);
	if (err != EVX_OK) {
		evx_identity_files_free(&f);
		return err;
	}
	*out = f;
	return EVX_OK;
}

/* Takes away a directory of a few files, as far as that goes: what is left over is swept by the
 * next change. */
static void remove_dir(int parent, const char *name)
{
	static const char *const files[] = { "card", "encryption.txt", "signing.key",
		"encryption.age", "signing.age", IN_AGENT };
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	size_t i;

	if (fd < 0)
		return;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(fd, files[i], 0);
	evx_close_quiet(&fd);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

static enum evx_err sweep_one(void *ctx, const char *name, unsigned char type)
{
	const int *dir = ctx;

	(void)type;
	if (strncmp(name, NEW_PREFIX, strlen(NEW_PREFIX)) == 0)
		remove_dir(*dir, name);
	return EVX_OK;
}

static void sweep(int dir)
{
	(void)evx_entries_each(dir, NULL, sweep_one, &dir, NULL);
}

enum evx_err evx_identity_files_lock(int home, int *dir, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	int fd;

	*dir = -1;
	if (mkdirat(home, IDENTITIES, 0700) != 0 && errno != EEXIST)
		return evx_fail_errno(
			diag, IDENTITIES, "identity home: cannot make the directory of identities");
	fd = openat(home, IDENTITIES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return evx_fail_errno(
			diag, IDENTITIES, "identity home: cannot open the directory of identities");
	err = evx_lock_open(fd, "identities of this home", EVX_LOCK_SECONDS, NULL, diag);
	if (err != EVX_OK || (err = evx_fsync(home, "identity home", diag)) != EVX_OK)
		goto out;
	/* What a change put in place is on disk before what it replaced is swept. */
	err = evx_fsync(fd, IDENTITIES, diag);
out:
	if (err != EVX_OK) {
		evx_close_quiet(&fd);
		return err;
	}
	sweep(fd);
	*dir = fd;
	return EVX_OK;
}

static enum evx_err write_files(
	int dir, const char *new_name, const struct evx_identity_files *f, struct evx_diag *diag)
{
	int fd;
	enum evx_err err;

	if (mkdirat(dir, new_name, 0700) != 0)
		return evx_fail_errno(diag, new_name, "identity: cannot make its directory");
	fd = openat(dir, new_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return evx_fail_errno(diag, new_name, "identity: cannot open its directory");
	if ((err = evx_write_new_file(fd, "card", 0600, f->card.data, f->card.len, diag)) != EVX_OK)
		goto out;
	if (f->kind != EVX_IDENTITY_CARD_ONLY &&
		((err = evx_write_new_file(fd, secrets[f->kind].encryption, 0600,
			  f->encryption.data, f->encryption.len, diag)) != EVX_OK ||
			(err = evx_write_new_file(fd,
				 f->in_agent ? IN_AGENT : secrets[f->kind].signing, 0600,
				 f->signing.data, f->signing.len, diag)) != EVX_OK))
		goto out;
	err = evx_fsync(fd, new_name, diag);
out:
	evx_close_quiet(&fd);
	return err;
}

/* The step that makes the change: a rename that takes no other's place, or an exchange after which
 * the old one has the new one's name. */
static enum evx_err publish(
	int dir, const char *new_name, const char *name, bool replace, struct evx_diag *diag)
{
	if (renameat2(dir, new_name, dir, name, replace ? RENAME_EXCHANGE : RENAME_NOREPLACE) == 0)
		return EVX_OK;
	if (errno == EEXIST)
		return evx_fail(diag, EVX_E_EXISTS, "identity %s: there is one of this name", name);
	if (errno == EINVAL || errno == ENOSYS)
		return evx_fail(diag, EVX_E_IO,
			"identity %s: this file system cannot rename in one safe step; keep the "
			"identity home on a local one",
			name);
	return evx_fail_errno(diag, name, "identity: cannot be put in place");
}

enum evx_err evx_identity_files_write(int dir, const char *name,
	const struct evx_identity_files *files, bool replace, struct evx_diag *diag)
{
	char new_name[sizeof(NEW_PREFIX) + EVX_IDENTITY_NAME_CAP];
	enum evx_err err;

	(void)snprintf(new_name, sizeof(new_name), NEW_PREFIX "%s", name);
	if ((err = write_files(dir, new_name, files, diag)) != EVX_OK ||
		(err = publish(dir, new_name, name, replace, diag)) != EVX_OK) {
		remove_dir(dir, new_name);
		return err;
	}
	err = evx_fsync(dir, name, diag);
	if (err == EVX_OK && replace)
		remove_dir(dir, new_name); /* the one that was replaced; kept until the change is on
					      disk */
	return err;
}
