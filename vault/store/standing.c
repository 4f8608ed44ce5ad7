/* A vault compared with what this machine remembers: the one place that decides whether it may be
 * written to (format-spec/vault.md "Memory of a machine"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "base/path.h"
#include "store/spellings.h"
#include "store/vault_inner.h"

/* ---- What is remembered */

struct recalling {
	struct evx_vault *v;
	const struct evx_buf *name; /* the bytes of its vault.json: not parsed here */
};

struct matching {
	const char *path;
	bool same;
};

static enum evx_err see_spelling(void *ctx, const char *spelled)
{
	struct matching *m = ctx;

	m->same = m->same || strcmp(spelled, m->path) == 0;
	return EVX_OK;
}

/* Whether path, or what it says before one of its links is followed, is where m is remembered: who
 * can put another vault there can put a link there, too. */
static bool leads_over(const char *path, const struct evx_vault_memory *m)
{
	struct matching matching = { m->path, false };

	return evx_spellings_each(path, see_spelling, &matching) == EVX_OK && matching.same;
}

static enum evx_err see_memory(void *ctx, const struct evx_vault_memory *m)
{
	const struct recalling *r = ctx;
	struct evx_vault *v = r->v;
	struct evx_vault_memory *here;

	if (r->name->len > 0 &&
		memmem(r->name->data, r->name->len, m->uuid, EVX_UUID_LEN) != NULL) {
		v->known = *m;
		return EVX_OK;
	}
	if (!m->accepted || m->path[0] == '\0' ||
		(strcmp(m->path, v->real) != 0 && !leads_over(v->path, m)))
		return EVX_OK;
	here = EVX_ARRAY_ADD(v->here, v->nhere);
	if (here == NULL)
		return EVX_E_MEMORY;
	*here = *m;
	return EVX_OK;
}

/* Whether a vault of the same name is at path, too. */
static bool is_also_at(const char *path, const struct evx_buf *name)
{
	struct evx_buf there = EVX_BUF_INIT;
	struct evx_vault *other = NULL;
	bool same = evx_vault_open(path, &other, NULL) == EVX_OK &&
		evx_place_read(other->fd, "vault.json", EVX_DOCUMENT_MAX, &there, NULL) == EVX_OK &&
		there.len == name->len && memcmp(there.data, name->data, name->len) == 0;

	evx_buf_free(&there);
	evx_vault_free(other);
	return same;
}

enum evx_err evx_vault_recall(
	struct evx_vault *v, int pins, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_buf name = EVX_BUF_INIT;
	struct recalling r = { v, &name };
	enum evx_err err;

	v->pins = pins;
	v->cancel = cancel;
	if (pins < 0)
		return EVX_OK;
	if (evx_place_read(v->fd, "vault.json", EVX_DOCUMENT_MAX, &name, NULL) != EVX_OK)
		name.len = 0; /* loading it tells why */
	err = evx_memory_each(pins, see_memory, &r, &v->forgetful);
	if (err == EVX_OK && v->known.path[0] != '\0' && strcmp(v->known.path, v->real) != 0)
		v->copy = is_also_at(v->known.path, &name);
	evx_buf_free(&name);
	if (err == EVX_E_MEMORY)
		return evx_fail_buf(diag, err);
	if (err != EVX_OK) /* where nothing told why */
		(void)evx_fail(&v->forgetful, err,
			"vault: what this machine remembers of vaults cannot be read");
	return EVX_OK;
}

/* ---- What contradicts it */

/* Each text stands whole: translations are found by it. */
static enum evx_err judge_log(
	const struct evx_vault *v, const struct evx_vault_memory *m, struct evx_diag *why)
{
	const char *founder = v->members[0].fingerprint;

	if (strcmp(m->founder, founder) != 0)
		return evx_fail(why, EVX_E_FORGED,
			"Vault %s has another founder. This machine knows %s; found %s. It may "
			"have been exchanged. Do not use it. Ask the people who run the vault for "
			"the founder's fingerprint and the number of log entries, and compare.",
			v->uuid, m->founder, founder);
	if (v->n < m->entries)
		return evx_fail(why, EVX_E_FORGED,
			"The log of vault %s is shorter than before. This machine has seen %u "
			"entries; found %u%s%s. Entries were taken away, or an old copy was put "
			"back. You can read exhibits, but nothing can be written. Compare the "
			"number of log entries with the people who run the vault. If they put it "
			"back from a backup, a member says so: evx init --accept-rollback",
			v->uuid, (unsigned)m->entries, (unsigned)v->n,
			v->flaw.code != EVX_OK ? "; " : "", v->flaw.text);
	if (!evx_hash_equal(v->hashes[m->entries - 1], m->head))
		return evx_fail(why, EVX_E_FORGED,
			"The log of vault %s is another one. Entry %u is not the one that this "
			"machine has seen. Somebody replaced it, or an old copy was put back and "
			"used. You can read exhibits, but nothing can be written. Compare the "
			"number of log entries with the people who run the vault. If they put it "
			"back from a backup, a member says so: evx init --accept-rollback",
			v->uuid, (unsigned)m->entries - 1);
	return EVX_OK;
}

static enum evx_err judge_place(const struct evx_vault *v, struct evx_diag *why)
{
	if (v->nhere == 0)
		return EVX_OK;
	return evx_fail(why, EVX_E_FORGED,
		"Another vault is here now. Known here: vault %s, founder %s. Found: vault %s, "
		"founder %s. It may have been exchanged. Do not use it. Ask the people who run the "
		"vault for the founder's fingerprint and the number of log entries, and compare. "
		"If you moved the known vault yourself, use it at its new place first, or forget "
		"it: evx vault forget %s",
		v->here[0].uuid, v->here[0].founder, v->uuid, v->members[0].fingerprint,
		v->here[0].uuid);
}

void evx_vault_judge_memory(struct evx_vault *v)
{
	enum evx_err err = EVX_OK;

	evx_diag_clear(&v->changed);
	v->set_back = false;
	v->changed = v->forgetful;
	if ((err = v->changed.code) != EVX_OK)
		goto out;
	if (v->known.uuid[0] != '\0' && (err = judge_log(v, &v->known, &v->changed)) != EVX_OK) {
		v->set_back = v->nhere == 0 &&
			strcmp(v->known.founder, v->members[0].fingerprint) == 0;
		goto out;
	}
	err = judge_place(v, &v->changed);
out:
	if (err != EVX_OK && v->forgetful.code == EVX_OK)
		(void)evx_diag_in(&v->changed, v->path, err);
	if (v->known.path[0] != '\0' && v->real[0] != '\0' && strcmp(v->known.path, v->real) != 0)
		memcpy(v->from, v->known.path, sizeof(v->from));
	v->accepted = err == EVX_OK && v->known.uuid[0] != '\0' && v->known.accepted;
}

/* ---- For those who use it */

enum evx_vault_standing evx_vault_standing(const struct evx_vault *v, struct evx_diag *why)
{
	if (v->changed.code == EVX_OK)
		return v->accepted ? EVX_VAULT_ACCEPTED : EVX_VAULT_UNKNOWN;
	if (why != NULL)
		*why = v->changed;
	return EVX_VAULT_CHANGED;
}

bool evx_vault_accepted(const struct evx_vault *v)
{
	return v->accepted;
}

bool evx_vault_is_remembered_here(const struct evx_vault *v)
{
	return v->nhere > 0;
}

const char *evx_vault_moved_from(const struct evx_vault *v, bool *copy)
{
	*copy = v->copy;
	return v->from[0] != '\0' ? v->from : NULL;
}

const char *evx_vault_real_path(const struct evx_vault *v)
{
	return v->real;
}

/* What is to be remembered: the further of both logs, and the place where the vault was first known
 * as long as it is there. */
static void merge(const struct evx_vault *v, bool accept, const struct evx_vault_memory *known,
	bool there, struct evx_vault_memory *out)
{
	memcpy(out->uuid, v->uuid, sizeof(out->uuid));
	memcpy(out->founder, v->members[0].fingerprint, sizeof(out->founder));
	memcpy(out->path, there && v->copy ? known->path : v->real, sizeof(out->path));
	out->accepted = accept || (there && known->accepted);
	out->entries = v->n;
	memcpy(out->head, v->hashes[v->n - 1], 32);
}

enum evx_err evx_vault_remember(struct evx_vault *v, bool accept, struct evx_diag *diag)
{
	struct evx_vault_memory known, m;
	bool there = false, forgiven;
	int lock = -1;
	enum evx_err err;

	if (v->pins < 0 || v->real[0] == '\0')
		return EVX_OK;
	merge(v, accept, &v->known, v->known.uuid[0] != '\0', &m);
	if (evx_memory_equal(&m, &v->known))
		return EVX_OK;
	if ((err = evx_memory_lock(v->pins, v->cancel, &lock, diag)) != EVX_OK ||
		(err = evx_memory_read(v->pins, v->uuid, &known, &there, diag)) != EVX_OK)
		goto out;
	forgiven = there && v->forgiven.uuid[0] != '\0' && evx_memory_equal(&known, &v->forgiven);
	/* Another process may have seen more of the log by now, or another log of the same length.
	 */
	if (there && known.entries > v->n && !forgiven) {
		m = known;
		m.accepted = known.accepted || accept;
	} else {
		if (there && !forgiven && (err = judge_log(v, &known, diag)) != EVX_OK)
			goto out;
		merge(v, accept, &known, there, &m);
		/* What was seen must not be lost any more, should its writer have died before it
		 * made its name durable. */
		if ((!there || forgiven || known.entries < v->n) &&
			(err = evx_fsync(v->log, "log", diag)) != EVX_OK)
			goto out;
	}
	if ((!there || !evx_memory_equal(&m, &known)) &&
		(err = evx_memory_write(v->pins, &m, diag)) != EVX_OK)
		goto out;
	v->known = m;
out:
	evx_close_quiet(&lock);
	return err;
}

enum evx_err evx_vault_accept(struct evx_vault *v, struct evx_diag *diag)
{
	enum evx_err err;

	if (v->changed.code != EVX_OK)
		return evx_diag_in(diag, v->changed.path,
			evx_fail(diag, v->changed.code, "%s", v->changed.text));
	err = evx_vault_remember(v, true, diag);
	v->accepted = err == EVX_OK;
	return err;
}

enum evx_err evx_vault_accept_new(struct evx_vault *v, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	int lock = -1;

	if (v->nhere > 0)
		err = evx_memory_lock(v->pins, v->cancel, &lock, diag);
	for (size_t i = 0; i < v->nhere && err == EVX_OK; i++) {
		memset(v->here[i].path, 0, sizeof(v->here[i].path));
		err = evx_memory_write(v->pins, &v->here[i], diag);
	}
	evx_close_quiet(&lock);
	if (err != EVX_OK)
		return err;
	v->nhere = 0;
	evx_vault_judge_memory(v);
	return evx_vault_accept(v, diag);
}
