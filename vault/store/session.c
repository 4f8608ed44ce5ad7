/* An exhibit in the making, its commit, and what dead processes left. */
#include "store/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "format/text.h"
#include "store/case.h"
#include "store/place.h"

#define NAME_CAP 33 /* 32 hex digits and a NUL */
#define TRIES 16u   /* new names, should each be swept before its lock is taken */
#define COPY "copy" /* empty file in a session: an import */
#define DEPTH 5u    /* SESSION/UUID/origin/custody/FILE */

struct evx_session {
	const struct evx_vault *vault;
	char name[NAME_CAP];
	int tmp, fd, lock, stage;
};

/* True when the n bytes of name are those of a session. */
static bool is_session(const char *name)
{
	return strlen(name) == NAME_CAP - 1 && strspn(name, "0123456789abcdef") == NAME_CAP - 1;
}

/* Opens the lock file of session directory fd and locks it. EVX_E_LOCKED when another process holds
 * it, or swept it meanwhile. */
static enum evx_err take_lock(int fd, int *lock, struct evx_diag *diag)
{
	struct stat mine, there;

	*lock = openat(fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
	if (*lock < 0)
		return errno == ENOENT ?
			EVX_E_LOCKED :
			evx_fail_errno(diag, "lock", "session: its lock cannot be made");
	if (flock(*lock, LOCK_EX | LOCK_NB) == 0 && fstat(*lock, &mine) == 0 &&
		fstatat(fd, "lock", &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		mine.st_ino == there.st_ino && mine.st_nlink > 0)
		return EVX_OK;
	evx_close_quiet(lock);
	return EVX_E_LOCKED;
}

/* One try at a directory of its own. EVX_E_LOCKED when somebody swept it before it was locked. */
static enum evx_err make(struct evx_session *s, struct evx_diag *diag)
{
	uint8_t random[16];
	enum evx_err err;

	evx_random(random, sizeof(random));
	evx_hex_encode(random, sizeof(random), s->name);
	if (mkdirat(s->tmp, s->name, 0777) != 0)
		return evx_fail_errno(diag, s->name, "session: its directory cannot be made");
	err = evx_place_open(s->tmp, s->name, &s->fd, diag);
	if (err == EVX_E_NOT_FOUND) {
		evx_diag_clear(diag);
		return EVX_E_LOCKED;
	}
	if (err == EVX_OK)
		err = take_lock(s->fd, &s->lock, diag);
	if (err != EVX_OK) {
		evx_close_quiet(&s->fd);
		(void)unlinkat(s->tmp, s->name, AT_REMOVEDIR);
	}
	return err;
}

enum evx_err evx_session_begin(
	const struct evx_vault *v, struct evx_session **out, struct evx_diag *diag)
{
	struct evx_session *s = calloc(1, sizeof(*s));
	unsigned i;
	enum evx_err err;

	*out = NULL;
	if (!evx_vault_accepted(v)) {
		free(s);
		return evx_fail(diag, EVX_E_CUSTODY,
			"This machine has not accepted the founder of the vault. Nothing was "
			"written. Compare the fingerprint of the founder, then give it with "
			"--founder.");
	}
	if (s == NULL)
		return evx_fail_memory(diag);
	s->vault = v;
	s->tmp = s->fd = s->lock = s->stage = -1;
	err = evx_place_make(evx_vault_fd(v), "tmp", &s->tmp, diag);
	for (i = 0; err == EVX_OK; i++) {
		err = make(s, diag);
		if (err != EVX_E_LOCKED || i == TRIES)
			break;
		err = EVX_OK;
	}
	if (err == EVX_OK)
		err = evx_fsync(s->tmp, "tmp", diag);
	if (err != EVX_OK) {
		evx_session_end(s);
		return evx_fail(diag, err, "session: its lock cannot be taken");
	}
	*out = s;
	return EVX_OK;
}

void evx_session_end(struct evx_session *s)
{
	if (s == NULL)
		return;
	evx_close_quiet(&s->stage);
	if (s->lock >= 0)
		evx_place_remove(s->tmp, s->name, DEPTH, NULL);
	evx_close_quiet(&s->lock);
	evx_close_quiet(&s->fd);
	evx_close_quiet(&s->tmp);
	free(s);
}

int evx_session_fd(const struct evx_session *s)
{
	return s->fd;
}

enum evx_err evx_session_note_case(
	struct evx_session *s, const char *case_id, struct evx_diag *diag)
{
	char line[EVX_UUID_CAP + 1];

	memcpy(line, case_id, EVX_UUID_LEN);
	line[EVX_UUID_LEN] = '\n';
	return evx_write_new_file(s->fd, "case", 0666, line, EVX_UUID_LEN + 1, diag);
}

enum evx_err evx_session_note_origin(
	struct evx_session *s, const uint8_t origin[32], struct evx_diag *diag)
{
	char line[66];

	evx_hex_encode(origin, 32, line);
	line[64] = '\n';
	return evx_write_new_file(s->fd, EVX_SESSION_ORIGIN, 0666, line, 65, diag);
}

enum evx_err evx_session_stage(
	struct evx_session *s, const char *uuid, int *dirfd, struct evx_diag *diag)
{
	*dirfd = -1;
	if (s->stage >= 0)
		return evx_fail(diag, EVX_E_USAGE, "session: expected one exhibit at a time");
	if (mkdirat(s->fd, uuid, 0777) != 0)
		return evx_fail_errno(
			diag, uuid, "session: a directory for the exhibit cannot be made");
	*dirfd = s->stage = openat(s->fd, uuid, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return s->stage >= 0 ? EVX_OK :
			       evx_fail_errno(diag, uuid,
				       "session: the directory for the exhibit cannot be opened");
}

/* Where a file system knows no rename without replacing, a rename of a directory still fails when
 * one with something in it stands there; and no exhibit is empty. */
static enum evx_err publish(int from, int to, const char *uuid, struct evx_diag *diag)
{
	int r = renameat2(from, uuid, to, uuid, RENAME_NOREPLACE);

	if (r != 0 && (errno == EINVAL || errno == ENOSYS))
		r = renameat(from, uuid, to, uuid);
	if (r == 0)
		return EVX_OK;
	if (errno == EEXIST || errno == ENOTEMPTY)
		return evx_diag_in(diag, uuid,
			evx_fail(diag, EVX_E_EXISTS,
				"The vault holds an exhibit with this number already. Nothing was "
				"stored."));
	return evx_fail_errno(diag, uuid, "vault: the exhibit cannot be put in its place");
}

enum evx_err evx_session_copies(struct evx_session *s, struct evx_diag *diag)
{
	int fd = openat(
		s->fd, COPY, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);

	if (fd < 0)
		return evx_fail_errno(diag, s->name, "session: it cannot be marked");
	return evx_close(&fd, s->name, diag);
}

enum evx_err evx_session_commit(
	struct evx_session *s, const char *uuid, const char *case_id, struct evx_diag *diag)
{
	int all = -1;
	enum evx_err err = evx_fsync(s->stage, uuid, diag);

	if (err != EVX_OK || (err = evx_fsync(s->fd, s->name, diag)) != EVX_OK)
		goto out;
	if (case_id != NULL && (err = evx_case_mark(s->vault, case_id, uuid, diag)) != EVX_OK)
		goto out;
	if ((err = evx_place_open(evx_vault_fd(s->vault), "exhibits", &all, diag)) != EVX_OK ||
		(err = publish(s->fd, all, uuid, diag)) != EVX_OK)
		goto out;
	evx_close_quiet(&s->stage);
	err = evx_fsync(all, uuid, diag);
out:
	evx_close_quiet(&all);
	return err;
}

/* ---- Sweeping */

struct packs {
	int data;
	struct evx_session_rest *rest;
};

static enum evx_err count_pack(void *ctx, const char *name)
{
	struct packs *p = ctx;
	const char *dot = strchr(name, '.');
	struct stat st;

	if (dot == NULL || dot - name != 64 || strcmp(dot, ".pack") != 0 ||
		fstatat(p->data, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return EVX_OK;
	p->rest->packs++;
	p->rest->bytes += (uint64_t)st.st_size;
	if ((int64_t)st.st_mtime > p->rest->time)
		p->rest->time = (int64_t)st.st_mtime;
	return EVX_OK;
}

/* The case that the session noted; "" when it did not come so far. */
static void read_case(int fd, char case_id[EVX_UUID_CAP])
{
	struct evx_buf text = EVX_BUF_INIT;

	case_id[0] = '\0';
	if (evx_place_read(fd, "case", EVX_UUID_CAP, &text, NULL) == EVX_OK &&
		text.len == EVX_UUID_LEN + 1 &&
		evx_uuid_valid((const char *)text.data, EVX_UUID_LEN)) {
		memcpy(case_id, text.data, EVX_UUID_LEN);
		case_id[EVX_UUID_LEN] = '\0';
	}
	evx_buf_free(&text);
}

struct search {
	int fd;
	struct evx_session_rest rest;
};

static enum evx_err look_at(void *ctx, const char *name)
{
	struct search *s = ctx;
	struct evx_session_rest rest = s->rest;
	struct packs p = { -1, &rest };
	int dir;
	enum evx_err err;

	if (!evx_uuid_valid(name, strlen(name)) ||
		evx_place_open(s->fd, name, &dir, NULL) != EVX_OK)
		return EVX_OK;
	rest.packs = rest.bytes = 0;
	memcpy(rest.uuid, name, EVX_UUID_CAP);
	if (rest.case_id[0] == '\0')
		read_case(dir, rest.case_id); /* an adoption that was cut off */
	err = evx_place_open(dir, "data", &p.data, NULL);
	if (err == EVX_OK)
		err = evx_place_each(p.data, count_pack, &p, NULL);
	if (err == EVX_OK && rest.packs > s->rest.packs)
		s->rest = rest;
	evx_close_quiet(&p.data);
	evx_close_quiet(&dir);
	return EVX_OK;
}

struct sweep {
	const struct evx_vault *v;
	int tmp;
	bool with_packs;
	enum evx_err (*each)(void *ctx, const struct evx_session_rest *rest);
	void *ctx;
	struct evx_diag *diag;
};

static enum evx_err sweep_one(void *ctx, const char *name)
{
	const struct sweep *w = ctx;
	struct search s = { .fd = -1 };
	struct evx_diag why = { 0 };
	int lock = -1;
	enum evx_err err;

	if (!is_session(name) || evx_place_open(w->tmp, name, &s.fd, NULL) != EVX_OK)
		return EVX_OK;
	err = take_lock(s.fd, &lock, &why);
	/* A directory that cannot be written is not for us to sweep. */
	if (err != EVX_OK) {
		evx_close_quiet(&s.fd);
		return EVX_OK;
	}
	memcpy(s.rest.session, name, NAME_CAP);
	read_case(s.fd, s.rest.case_id);
	if (faccessat(s.fd, COPY, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		err = evx_place_each(s.fd, look_at, &s, w->diag);
	if (err == EVX_OK && s.rest.packs > 0 && !w->with_packs) {
		if (w->each != NULL)
			err = w->each(w->ctx, &s.rest);
	} else if (err == EVX_OK) {
		err = evx_place_remove(w->tmp, name, DEPTH, w->diag);
	}
	evx_close_quiet(&lock);
	evx_close_quiet(&s.fd);
	return err;
}

enum evx_err evx_session_sweep(const struct evx_vault *v, bool with_packs,
	enum evx_err (*each)(void *ctx, const struct evx_session_rest *rest), void *ctx,
	struct evx_diag *diag)
{
	struct sweep w = { v, -1, with_packs, each, ctx, diag };
	enum evx_err err = evx_place_open(evx_vault_fd(v), "tmp", &w.tmp, diag);

	if (err == EVX_OK)
		err = evx_place_each(w.tmp, sweep_one, &w, diag);
	evx_close_quiet(&w.tmp);
	return err;
}

struct census {
	const struct evx_session *own;
	int tmp;
	uint64_t live, dead;
};

static enum evx_err count_one(void *ctx, const char *name)
{
	struct census *c = ctx;
	int dir = -1, lock = -1;

	if (!is_session(name) || (c->own != NULL && strcmp(name, c->own->name) == 0) ||
		evx_place_open(c->tmp, name, &dir, NULL) != EVX_OK)
		return EVX_OK;
	lock = openat(dir, "lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (lock >= 0 && flock(lock, LOCK_SH | LOCK_NB) != 0)
		c->live++;
	else
		c->dead++;
	evx_close_quiet(&lock);
	evx_close_quiet(&dir);
	return EVX_OK;
}

enum evx_err evx_session_count(const struct evx_vault *v, const struct evx_session *own,
	uint64_t *live, uint64_t *dead, struct evx_diag *diag)
{
	struct census c = { own, -1, 0, 0 };
	enum evx_err err = evx_place_open(evx_vault_fd(v), "tmp", &c.tmp, diag);

	if (err == EVX_OK)
		err = evx_place_each(c.tmp, count_one, &c, diag);
	evx_close_quiet(&c.tmp);
	*live = c.live;
	*dead = c.dead;
	return err;
}

enum evx_err evx_session_adopt(
	const struct evx_vault *v, const struct evx_session_rest *rest, struct evx_diag *diag)
{
	int tmp = -1, fd = -1, lock = -1, remnants = -1, own = -1;
	enum evx_err err;

	if ((err = evx_place_open(evx_vault_fd(v), "tmp", &tmp, diag)) != EVX_OK ||
		(err = evx_place_open(tmp, rest->session, &fd, diag)) != EVX_OK)
		goto out;
	if ((err = take_lock(fd, &lock, diag)) == EVX_E_LOCKED)
		err = evx_fail(diag, EVX_E_LOCKED, "session %s: another process works on it",
			rest->session);
	if (err != EVX_OK ||
		(err = evx_place_make(evx_vault_fd(v), "remnants", &remnants, diag)) != EVX_OK ||
		(err = evx_place_open(fd, rest->uuid, &own, diag)) != EVX_OK)
		goto out;
	/* The case goes with it; one that is there already is that of an adoption that was cut off.
	 */
	if (renameat(fd, "case", own, "case") != 0 && errno != ENOENT) {
		err = evx_fail_errno(diag, rest->uuid, "session: its case cannot be kept");
		goto out;
	}
	if (renameat(fd, EVX_SESSION_ORIGIN, own, EVX_SESSION_ORIGIN) != 0 && errno != ENOENT) {
		err = evx_fail_errno(diag, rest->uuid, "session: its origin cannot be kept");
		goto out;
	}
	if ((err = evx_fsync(own, rest->uuid, diag)) != EVX_OK)
		goto out;
	evx_close_quiet(&own);
	if ((err = publish(fd, remnants, rest->uuid, diag)) != EVX_OK ||
		(err = evx_fsync(remnants, "remnants", diag)) != EVX_OK)
		goto out;
	err = evx_place_remove(tmp, rest->session, DEPTH, diag);
out:
	evx_close_quiet(&own);
	evx_close_quiet(&lock);
	evx_close_quiet(&fd);
	evx_close_quiet(&remnants);
	evx_close_quiet(&tmp);
	return err;
}
