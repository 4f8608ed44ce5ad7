/* A vault opened for one command, by a member or anybody. */
#include "open/vault_use.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

#define PINS "vaults"

int evx_vault_use_pins_open(struct evx_home *h, bool create)
{
	if (h == NULL || (create && mkdirat(h->fd, PINS, 0700) != 0 && errno != EEXIST))
		return -1;
	return openat(h->fd, PINS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static enum evx_err open_use(struct evx_start *s, struct evx_vault_use *u, const char *path,
	const char *as, enum evx_vault_who who, const struct evx_passphrase *ask)
{
	struct evx_home *h = u->home;
	struct evx_diag *diag = s->diag;
	enum evx_err err;

	if (path == NULL)
		return evx_fail(
			diag, EVX_E_USAGE, "No vault was named. Give its directory: --vault DIR");
	if (who == EVX_VAULT_SOMEBODY || (who == EVX_VAULT_IF_NAMED && as != NULL)) {
		if (h == NULL)
			return evx_fail(diag, EVX_E_KEY,
				"A key is needed, and there is no identity on this machine. Make "
				"one with evx id new.");
		evx_home_unlock_start(s, h, as, ask, &u->id, u->name);
		u->has_id = evx_start_good(s);
	}
	if (!evx_start_good(s))
		return s->err;
	err = evx_vault_open(path, &u->vault, diag);
	if (err != EVX_OK)
		return err;
	u->pins = evx_vault_use_pins_open(h, true);
	return evx_vault_recall(u->vault, u->pins, h != NULL ? h->cancel : NULL, diag);
}

void evx_vault_use_start(struct evx_start *s, struct evx_vault_use *u, struct evx_home *h,
	const char *path, const char *as, enum evx_vault_who who, enum evx_confine_how how,
	const struct evx_passphrase *ask)
{
	memset(u, 0, sizeof(*u));
	u->pins = -1;
	u->home = h;
	if (evx_start_good(s))
		s->err = open_use(s, u, path, as, who, ask);
	if (!evx_start_good(s))
		return;
	evx_home_start(s, h, EVX_CONFINE_READ);
	evx_start_beneath(s, evx_vault_fd(u->vault), how);
	evx_start_beneath(s, u->pins, EVX_CONFINE_WRITE);
}

void evx_vault_use_free(struct evx_vault_use *u)
{
	evx_vault_free(u->vault);
	u->vault = NULL;
	if (u->has_id)
		evx_identity_lock(&u->id);
	u->has_id = false;
	evx_agent_free(u->agent);
	u->agent = NULL;
	evx_close_quiet(&u->pins);
}

enum evx_err evx_vault_use_load(
	struct evx_vault_use *u, enum evx_vault_access access, struct evx_diag *diag)
{
	enum evx_err err = evx_vault_load(u->vault, diag);

	if (err == EVX_OK)
		err = evx_vault_use_door_pass(u->vault, access, u->home, diag);
	if (err != EVX_OK || !u->has_id ||
		evx_vault_find_member(u->vault, u->id.card.signing) == NULL)
		return err;
	err = evx_vault_unlock(u->vault, &u->id, diag);
	u->member = err == EVX_OK;
	return err;
}

enum evx_err evx_vault_use_member(struct evx_vault_use *u, struct evx_home *h, const char *path,
	const char *as, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	struct evx_signer *signer, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	evx_vault_use_start(&s, u, h, path, as, EVX_VAULT_SOMEBODY, EVX_CONFINE_MOVE, ask);
	evx_home_signer_start(&s, h, u->name, &u->id, &u->agent, signer);
	if ((err = evx_start_confine(&s, 0, confined)) != EVX_OK ||
		(err = evx_vault_use_load(u, EVX_VAULT_WRITES, diag)) != EVX_OK)
		return err;
	if (!u->member)
		return evx_fail(diag, EVX_E_KEY,
			"%s is not a member of this vault. Use another identity (--as NAME), or "
			"ask a member to add you.",
			u->name);
	return EVX_OK;
}
