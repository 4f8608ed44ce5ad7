/* An identity of the home made ready to sign or open. */
#include <stdlib.h>
#include <string.h>

#include "custody/identity_secrets.h"
#include "people/home.h"

#define PASSPHRASE_MAX 1024u

static enum evx_err no_room(struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_MEMORY,
		"evx could not get locked memory for the passphrase. Raise the limit (ulimit -l) "
		"and try again.");
}

enum evx_err evx_home_ask_passphrase(const struct evx_passphrase *ask, const char *what,
	bool confirm, struct evx_secret **out, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_secret *room = NULL;
	size_t len = 0;

	*out = NULL;
	if (ask == NULL || ask->ask == NULL)
		return evx_fail(diag, EVX_E_KEY,
			"%s has a passphrase, and evx has no way to ask for it. Run the command in "
			"a terminal, or give --passphrase-file FILE.",
			what);
	room = evx_secret_new(PASSPHRASE_MAX);
	if (room == NULL)
		return no_room(diag);
	if ((err = ask->ask(ask->ctx, what, confirm, (char *)evx_secret_writable(room),
		     PASSPHRASE_MAX, &len, diag)) != EVX_OK)
		goto out;
	if (len == 0 || len > PASSPHRASE_MAX) {
		err = evx_fail(diag, EVX_E_KEY,
			"The passphrase for %s has %zu bytes. A passphrase has 1 to %u bytes.",
			what, len, PASSPHRASE_MAX);
		goto out;
	}
	*out = evx_secret_copy(evx_secret_bytes(room), len);
	if (*out == NULL)
		err = no_room(diag);
out:
	evx_secret_free(room);
	return err;
}

/* The only identity of the home. */
static enum evx_err only_identity(struct evx_home *h, evx_identity_name name, struct evx_diag *diag)
{
	enum evx_err err;
	evx_identity_name *names = NULL;
	size_t n = 0;

	err = evx_identity_list(h->fd, &names, &n, diag);
	if (err != EVX_OK)
		return err;
	if (n == 1)
		memcpy(name, names[0], sizeof(evx_identity_name));
	else if (n == 0)
		err = evx_fail(diag, EVX_E_KEY,
			"There is no identity on this machine. Make one with evx id new.");
	else
		err = evx_fail(diag, EVX_E_USAGE,
			"This machine has %zu identities. Say which one to use: --as NAME", n);
	free(names);
	return err;
}

enum evx_err evx_home_identity(
	struct evx_home *h, const char *as, evx_identity_name name, struct evx_diag *diag)
{
	if (as == NULL)
		return only_identity(h, name, diag);
	if (!evx_identity_name_valid(as))
		return evx_fail(diag, EVX_E_USAGE,
			"'%.64s' is not the name of an identity. To see the names, run: evx id "
			"list",
			as);
	memcpy(name, as, strlen(as) + 1);
	return EVX_OK;
}

/* The files of an identity and its passphrase, until the process is confined. */
struct unlocking {
	evx_identity_name name;
	struct evx_identity_files files;
	struct evx_secret *passphrase; /* NULL: it has none */
	struct evx_identity *out;
};

static enum evx_err parse(void *ctx, struct evx_diag *diag)
{
	const struct unlocking *u = ctx;

	return evx_identity_secrets_open(&u->files, u->name, u->passphrase, u->out, diag);
}

static void drop(void *ctx)
{
	struct unlocking *u = ctx;

	evx_identity_files_free(&u->files);
	evx_secret_free(u->passphrase);
	free(u);
}

void evx_home_unlock_start(struct evx_start *s, struct evx_home *h, const char *as,
	const struct evx_passphrase *ask, struct evx_identity *out, evx_identity_name name_out)
{
	struct unlocking *u;

	memset(out, 0, sizeof(*out));
	if (!evx_start_good(s))
		return;
	u = calloc(1, sizeof(*u));
	if (u == NULL) {
		s->err = evx_fail_memory(s->diag);
		return;
	}
	u->out = out;
	s->err = evx_home_identity(h, as, u->name, s->diag);
	if (s->err != EVX_OK)
		goto fail;
	s->err = evx_identity_files_read(h->fd, u->name, &u->files, s->diag);
	if (s->err != EVX_OK)
		goto fail;
	if (u->files.kind == EVX_IDENTITY_PROTECTED)
		s->err = evx_home_ask_passphrase(ask, u->name, false, &u->passphrase, s->diag);
	if (s->err != EVX_OK)
		goto fail;
	if (name_out != NULL)
		memcpy(name_out, u->name, sizeof(evx_identity_name));
	evx_start_later(s, parse, drop, u);
	return;
fail:
	drop(u);
}
