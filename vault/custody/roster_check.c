/* What a version must keep of the one before, and who must sign it. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/age.h"
#include "custody/roster_inner.h"

/* The keys of a version, sorted, to be found without reading all of them for each. */
struct entry {
	const struct evx_roster_key *key;
	const struct evx_roster_member *member;
};

struct entries {
	struct entry *at;
	size_t n;
};

static int by_signing(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->key->signing, y->key->signing);
}

static enum evx_err entries_of(const struct evx_roster *r, struct entries *out)
{
	size_t i, k, n = 0;

	out->n = 0;
	for (i = 0; i < r->nmembers; i++)
		n += r->members[i].nkeys;
	out->at = calloc(n + 1, sizeof(*out->at));
	if (out->at == NULL)
		return EVX_E_MEMORY;
	for (i = 0; i < r->nmembers; i++)
		for (k = 0; k < r->members[i].nkeys; k++)
			out->at[out->n++] = (struct entry){ &r->members[i].keys[k],
				&r->members[i] };
	qsort(out->at, out->n, sizeof(*out->at), by_signing);
	return EVX_OK;
}

static const struct entry *find(const struct entries *in, const struct evx_roster_key *key)
{
	const struct entry wanted = { key, NULL };

	return bsearch(&wanted, in->at, in->n, sizeof(*in->at), by_signing);
}

/* A key of the version before, and what became of it. */
static enum evx_err check_kept(
	const struct entry *was, const struct entry *is, uint32_t version, struct evx_diag *diag)
{
	if (is == NULL)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: expected all keys of the version before, found one "
			"missing: %s",
			(unsigned)version, was->key->signing);
	if (strcmp(was->member->agency, is->member->agency) != 0 ||
		strcmp(was->key->encryption, is->key->encryption) != 0)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: expected agency and encryption key to stay, found "
			"others for %s",
			(unsigned)version, was->key->signing);
	if (was->key->is_revoked &&
		(!is->key->is_revoked ||
			(was->key->reason == EVX_REVOKED_COMPROMISED &&
				is->key->reason != EVX_REVOKED_COMPROMISED)))
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: expected what was revoked to stay revoked, found "
			"otherwise for %s",
			(unsigned)version, was->key->signing);
	return EVX_OK;
}

/* Both keys of an entry that the version before did not have are keys. */
static enum evx_err check_new(const struct evx_roster_key *key, struct evx_diag *diag)
{
	struct evx_sshkey signing;
	uint8_t bytes[32];
	enum evx_err err = evx_sshkey_decode(key->signing, strlen(key->signing), &signing, diag);

	return err == EVX_OK ?
		evx_age_recipient_decode(key->encryption, strlen(key->encryption), bytes, diag) :
		err;
}

static enum evx_err check_members(
	const struct evx_roster *former, const struct evx_roster *next, struct evx_diag *diag)
{
	struct entries was = { NULL, 0 }, is = { NULL, 0 };
	enum evx_err err = entries_of(former, &was);
	size_t i;

	if (err == EVX_OK)
		err = entries_of(next, &is);
	if (err != EVX_OK)
		err = evx_fail_buf(diag, err);
	for (i = 0; err == EVX_OK && i < was.n; i++)
		err = check_kept(&was.at[i], find(&is, was.at[i].key), next->version, diag);
	for (i = 0; err == EVX_OK && i < is.n; i++)
		if (find(&was, is.at[i].key) == NULL)
			err = check_new(is.at[i].key, diag);
	free(was.at);
	free(is.at);
	return err;
}

static enum evx_err roots_of(const struct evx_roster *r,
	struct evx_sshkey out[EVX_ROSTER_ROOTS_MAX], struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; err == EVX_OK && i < r->nroots; i++)
		err = evx_sshkey_decode(
			r->roots[i].signing, strlen(r->roots[i].signing), &out[i], diag);
	return err;
}

static bool is_root(
	const struct evx_sshkey *key, const struct evx_sshkey roots[EVX_ROSTER_ROOTS_MAX], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (evx_sshkey_equal(&roots[i], key))
			return true;
	return false;
}

/* Distinct keys are counted, by their bytes: the decoder lets no key stand twice among roots or
 * signers, and a key has one text only. */
static enum evx_err check_signers(
	const struct evx_roster *former, const struct evx_roster *next, struct evx_diag *diag)
{
	struct evx_sshkey old[EVX_ROSTER_ROOTS_MAX], own[EVX_ROSTER_ROOTS_MAX], key;
	uint32_t of_old = 0, of_own = 0;
	enum evx_err err = roots_of(former, old, diag);
	size_t i;

	if (err != EVX_OK || (err = roots_of(next, own, diag)) != EVX_OK)
		return err;
	for (i = 0; err == EVX_OK && i < next->nsigners; i++) {
		bool in_old, in_own;

		err = evx_sshkey_decode(next->signers[i], strlen(next->signers[i]), &key, diag);
		if (err != EVX_OK)
			break;
		in_old = is_root(&key, old, former->nroots);
		in_own = is_root(&key, own, next->nroots);
		of_old += in_old;
		of_own += in_own;
		if (!in_old && !in_own)
			err = evx_fail(diag, EVX_E_CUSTODY,
				"roster version %u: expected roots as signers, found another key: "
				"%s",
				(unsigned)next->version, next->signers[i]);
	}
	if (err != EVX_OK)
		return err;
	if (of_own < next->threshold)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: expected %u of its roots to sign, found %u",
			(unsigned)next->version, (unsigned)next->threshold, (unsigned)of_own);
	if (of_old < former->threshold)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: expected %u of the former roots to sign, found %u",
			(unsigned)next->version, (unsigned)former->threshold, (unsigned)of_old);
	return err;
}

static enum evx_err check_place(
	const struct evx_roster_file *f, const struct evx_roster *next, struct evx_diag *diag)
{
	if (next->version != f->n + 1)
		return evx_fail(diag, EVX_E_CUSTODY, "roster: expected version %zu, found %u",
			f->n + 1, (unsigned)next->version);
	if (f->n == 0)
		return EVX_OK;
	if (!evx_hash_equal(next->origin, f->hashes[0]) ||
		!evx_hash_equal(next->previous, f->hashes[f->n - 1]))
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: expected the hashes of version 1 and of the one "
			"before, found others",
			(unsigned)next->version);
	if (strcmp(next->name, f->newest.name) != 0)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: expected the name to stay, found another",
			(unsigned)next->version);
	if (next->time < f->newest.time)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: expected a time not before that of the version before, "
			"found an earlier one",
			(unsigned)next->version);
	return EVX_OK;
}

enum evx_err evx_roster_check(
	const struct evx_roster_file *f, const struct evx_roster *next, struct evx_diag *diag)
{
	enum evx_err err = check_place(f, next, diag);

	if (err == EVX_OK)
		err = check_members(&f->newest, next, diag);
	return err == EVX_OK ? check_signers(f->n > 0 ? &f->newest : next, next, diag) : err;
}
