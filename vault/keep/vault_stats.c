/* Counts what is in a vault. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "open/vault_use.h"
#include "store/catalog.h"
#include "store/place.h"
#include "store/session.h"

#define DEPTH 3 /* remnants/UUID/data/PACK */

struct tally {
	int fd;
	unsigned depth;
	uint64_t bytes;
};

/* The bytes of all files beneath a directory; what cannot be looked at counts nothing. */
static enum evx_err add_bytes(void *ctx, const char *name)
{
	struct tally *t = ctx;
	struct tally beneath = { -1, t->depth - 1, 0 };
	struct stat st;
	enum evx_err err = EVX_OK;

	if (fstatat(t->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return EVX_OK;
	if (S_ISREG(st.st_mode)) {
		t->bytes += (uint64_t)st.st_size;
	} else if (S_ISDIR(st.st_mode) && beneath.depth > 0 &&
		evx_place_open(t->fd, name, &beneath.fd, NULL) == EVX_OK) {
		err = evx_place_each(beneath.fd, add_bytes, &beneath, NULL);
		t->bytes += beneath.bytes;
		evx_close_quiet(&beneath.fd);
	}
	return err == EVX_E_MEMORY ? err : EVX_OK;
}

struct count {
	int fd;
	struct evx_vault_statistics *out;
};

static enum evx_err count_remnant(void *ctx, const char *name)
{
	const struct count *c = ctx;
	struct tally t = { -1, DEPTH - 1, 0 };
	enum evx_err err = EVX_OK;

	if (!evx_uuid_valid(name, strlen(name)) ||
		evx_place_open(c->fd, name, &t.fd, NULL) != EVX_OK)
		return EVX_OK;
	err = evx_place_each(t.fd, add_bytes, &t, NULL);
	evx_close_quiet(&t.fd);
	c->out->remnants++;
	c->out->remnant_bytes += t.bytes;
	return err == EVX_E_MEMORY ? err : EVX_OK;
}

static enum evx_err count_in(const struct evx_vault *v, const char *name,
	enum evx_err (*each)(void *ctx, const char *name), struct count *c, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_place_open(evx_vault_fd(v), name, &c->fd, &why);

	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err == EVX_OK)
		err = evx_place_each(c->fd, each, c, &why);
	evx_close_quiet(&c->fd);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "%s: %s", name, why.text);
}

static enum evx_err count_exhibit(void *ctx, const char *uuid)
{
	(void)uuid;
	++*(uint64_t *)ctx;
	return EVX_OK;
}

/* What only the catalog knows without reading everything. */
static enum evx_err ask_catalog(
	const struct evx_vault *v, struct evx_vault_statistics *out, struct evx_diag *diag)
{
	struct evx_catalog_counts counts;
	struct evx_catalog_state state;
	struct evx_catalog *c;
	enum evx_err err = evx_catalog_of_vault(v, &c, &state, diag);

	if (err != EVX_OK)
		return err;
	err = evx_catalog_count(c, &counts, NULL);
	if (err == EVX_OK)
		err = evx_catalog_count_rows(c, &out->rows, NULL);
	evx_catalog_free(c);
	if (err != EVX_OK) /* it is damaged, or in use: what it knows is nothing */
		return err == EVX_E_MEMORY ? evx_fail_memory(diag) : EVX_OK;
	out->known = counts.exhibits;
	out->filed = counts.filed;
	out->disposed = counts.disposed;
	out->payload = counts.payload;
	out->stored = counts.stored;
	out->borrowed = counts.borrowed;
	out->without_chunks = counts.without_rows;
	out->catalog_bytes = counts.bytes;
	return EVX_OK;
}

enum evx_err evx_vault_stats(struct evx_home *h, const char *vault, bool confine,
	struct evx_vault_statistics *out, struct evx_diag *diag)
{
	struct count c = { -1, out };
	struct evx_vault_use u;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_vault_use_start(&s, &u, h, vault, NULL, EVX_VAULT_NOBODY, EVX_CONFINE_MOVE, NULL);
	err = evx_start_confine(&s, 0, confine ? &out->confinement : NULL);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_use_load(&u, EVX_VAULT_READS, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_each_exhibit(u.vault, count_exhibit, &out->exhibits, diag);
	if (err != EVX_OK)
		goto out;
	err = count_in(u.vault, "remnants", count_remnant, &c, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_session_count(u.vault, NULL, &out->live_sessions, &out->dead_sessions, diag);
	if (err != EVX_OK)
		goto out;
	err = ask_catalog(u.vault, out, diag);
	if (err != EVX_OK)
		goto out;
	memcpy(out->vault, evx_vault_uuid(u.vault), sizeof(out->vault));
	out->cases = evx_vault_cases(u.vault);
	out->epochs = evx_vault_epochs(u.vault);
	out->log_entries = evx_vault_entries(u.vault);
	for (size_t i = 0; i < evx_vault_members(u.vault); i++)
		out->members += !evx_vault_member(u.vault, i)->removed;
out:
	evx_vault_use_free(&u);
	return err;
}
