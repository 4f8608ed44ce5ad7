/* An identity of the home made ready to sign or open. */
#include <stdlib.h>
#include <string.h>

#include "custody/identity_secrets.h"
#include "people/home.h"

#define PASSPHRASE_MAX 1024u
#define TRIES_MAX 3u

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

struct again {
	const struct evx_passphrase *ask;
};

static enum evx_err ask_again(void *ctx, const char *what, bool confirm, char *buf, size_t cap,
	size_t *len, struct evx_diag *diag)
{
	const struct again *a = ctx;

	(void)confirm;
	return a->ask->again(a->ask->ctx, what, buf, cap, len, diag);
}

enum evx_err evx_home_ask_again(const struct evx_passphrase *ask, const char *what, unsigned *tries,
	struct evx_secret **passphrase, struct evx_diag *diag)
{
	struct evx_passphrase once;
	struct again again;
	struct evx_secret *next = NULL;
	enum evx_err err;

	if (++*tries == TRIES_MAX || *passphrase == NULL || ask == NULL || ask->again == NULL)
		return EVX_E_KEY;
	again = (struct again){ ask };
	once = (struct evx_passphrase){ .ask = ask_again, .ctx = &again };
	err = evx_home_ask_passphrase(&once, what, false, &next, diag);
	if (err != EVX_OK)
		return err;
	evx_secret_free(*passphrase);
	*passphrase = next;
	return EVX_OK;
}

void evx_home_answered(const struct evx_passphrase *ask)
{
	if (ask != NULL && ask->answered != NULL)
		ask->answered(ask->ctx);
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
	struct evx_secret *passphrase; /* NULL: it has none, or none was asked for yet */
	const struct evx_passphrase *ask;
	struct evx_identity *out;
	struct evx_diag *no_key; /* it is only wanted: why it cannot be had; NULL: it is needed */
	void (*missing)(void *ctx);
	void *ctx;
	bool without; /* it cannot be had */
};

static enum evx_err ask_first(void *ctx, struct evx_diag *diag)
{
	struct unlocking *u = ctx;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_home_ask_passphrase(u->ask, u->name, false, &u->passphrase, &why);

	if (err == EVX_E_KEY && u->no_key != NULL) {
		*u->no_key = why;
		u->without = true;
		u->missing(u->ctx);
		return EVX_OK;
	}
	if (err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = why;
	return err;
}

static enum evx_err parse(void *ctx, struct evx_diag *diag)
{
	struct unlocking *u = ctx;
	struct evx_diag why = { 0 };
	unsigned tries = 0;
	enum evx_err err, again = EVX_OK;

	if (u->without)
		return EVX_OK;
	do {
		evx_diag_clear(&why);
		err = evx_identity_secrets_open(&u->files, u->name, u->passphrase, u->out, &why);
		if (err == EVX_E_KEY)
			again = evx_home_ask_again(u->ask, u->name, &tries, &u->passphrase, diag);
	} while (err == EVX_E_KEY && again == EVX_OK);
	evx_home_answered(u->ask);
	if (err == EVX_E_KEY && again != EVX_E_KEY)
		return again; /* interrupted, or out of memory: diag has it */
	if (err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = why;
	return err;
}

static void drop(void *ctx)
{
	struct unlocking *u = ctx;

	evx_identity_files_free(&u->files);
	evx_secret_free(u->passphrase);
	free(u);
}

/* Reads the files; *u is NULL after a failure. */
static enum evx_err begin(struct evx_home *h, const char *as, const struct evx_passphrase *ask,
	struct evx_identity *out, struct unlocking **u, struct evx_diag *diag)
{
	enum evx_err err;

	*u = calloc(1, sizeof(**u));
	if (*u == NULL)
		return evx_fail_memory(diag);
	(*u)->out = out;
	(*u)->ask = ask;
	err = evx_home_identity(h, as, (*u)->name, diag);
	if (err == EVX_OK)
		err = evx_identity_files_read(h->fd, (*u)->name, &(*u)->files, diag);
	if (err == EVX_OK)
		return EVX_OK;
	drop(*u);
	*u = NULL;
	return err;
}

static void put_off(struct evx_start *s, struct unlocking *u)
{
	if (u->files.kind == EVX_IDENTITY_PROTECTED)
		evx_start_ask(s, ask_first, u);
	evx_start_later(s, parse, drop, u);
}

void evx_home_unlock_start(struct evx_start *s, struct evx_home *h, const char *as,
	const struct evx_passphrase *ask, struct evx_identity *out, evx_identity_name name_out)
{
	struct unlocking *u;

	memset(out, 0, sizeof(*out));
	if (!evx_start_good(s))
		return;
	s->err = begin(h, as, ask, out, &u, s->diag);
	if (!evx_start_good(s))
		return;
	if (name_out != NULL)
		memcpy(name_out, u->name, sizeof(evx_identity_name));
	put_off(s, u);
}

void evx_home_unlock_start_wanted(struct evx_start *s, struct evx_home *h, const char *as,
	const struct evx_passphrase *ask, struct evx_identity *out, struct evx_diag *no_key,
	void (*missing)(void *ctx), void *ctx)
{
	struct unlocking *u;

	memset(out, 0, sizeof(*out));
	if (!evx_start_good(s))
		return;
	s->err = begin(h, as, ask, out, &u, no_key);
	if (s->err == EVX_E_KEY) {
		missing(ctx);
		s->err = EVX_OK;
		return;
	}
	if (!evx_start_good(s) || u == NULL) {
		if (s->diag != NULL && s->diag->code == EVX_OK)
			*s->diag = *no_key;
		return;
	}
	u->no_key = no_key;
	u->missing = missing;
	u->ctx = ctx;
	put_off(s, u);
}
