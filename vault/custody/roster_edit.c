/* Drafts of versions, and signatures on them. */
#include <string.h>

#include "custody/roster_inner.h"

static bool anybody_signed(const struct evx_roster_file *f)
{
	size_t i;

	for (i = 0; i < f->draft.nsigners; i++)
		if (f->draft_signed[i])
			return true;
	return false;
}

enum evx_err evx_roster_file_next(const struct evx_roster_file *f, int64_t now,
	struct evx_roster *next, struct evx_diag *diag)
{
	enum evx_err err;

	memset(next, 0, sizeof(*next));
	if (f->has_draft && anybody_signed(f))
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: signed by some already, a change would void their "
			"signatures",
			(unsigned)f->draft.version);
	err = evx_roster_copy(f->has_draft ? &f->draft : &f->newest, next);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	next->time = now > f->newest.time ? now : f->newest.time;
	if (f->has_draft)
		return EVX_OK;
	next->version = (uint32_t)f->n + 1;
	next->nsigners = 0;
	if (f->n > 0) {
		memcpy(next->origin, f->hashes[0], sizeof(next->origin));
		memcpy(next->previous, f->hashes[f->n - 1], sizeof(next->previous));
	}
	return EVX_OK;
}

static enum evx_err add_signers(
	const struct evx_roster *of, struct evx_roster *to, struct evx_diag *diag)
{
	size_t i, k;

	for (i = 0; i < of->nroots; i++) {
		for (k = 0; k < to->nsigners && strcmp(to->signers[k], of->roots[i].signing) != 0;
			k++)
			;
		if (k < to->nsigners)
			continue;
		if (k == EVX_SIGNERS_MAX)
			return evx_fail(diag, EVX_E_LIMIT,
				"roster: old and new roots are more than can sign (limit %u): name "
				"those who will",
				EVX_SIGNERS_MAX);
		memcpy(to->signers[to->nsigners++], of->roots[i].signing, EVX_KEY_TEXT_CAP);
	}
	return EVX_OK;
}

enum evx_err evx_roster_file_all_sign(
	const struct evx_roster_file *f, struct evx_roster *next, struct evx_diag *diag)
{
	enum evx_err err;

	next->nsigners = 0;
	err = add_signers(next, next, diag);
	return err == EVX_OK ? add_signers(&f->newest, next, diag) : err;
}

enum evx_err evx_roster_file_draft(const struct evx_roster_file *f, const struct evx_roster *next,
	struct evx_buf *out, struct evx_diag *diag)
{
	enum evx_err err = evx_roster_check(f, next, diag);

	if (err == EVX_OK && evx_buf_add(out, f->text.data, f->draft_at) != EVX_OK)
		err = evx_fail_memory(diag);
	return err == EVX_OK ? evx_roster_encode(next, out, diag) : err;
}

/* Adds one signature to the parts of the draft, in its place. */
static enum evx_err insert(const struct evx_roster_file *f, size_t place,
	struct evx_signed_text *parts, struct evx_bytes sig, struct evx_buf *out)
{
	size_t before = 0, i;

	for (i = 0; i < place; i++)
		before += f->draft_signed[i];
	memmove(&parts->sigs[before + 1], &parts->sigs[before],
		(parts->nsigs - before) * sizeof(parts->sigs[0]));
	parts->sigs[before] = sig;
	parts->nsigs++;
	return evx_signed_text_join(parts, out);
}

enum evx_err evx_roster_file_sign(const struct evx_roster_file *f, const struct evx_signer *signer,
	struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_signed_text parts;
	struct evx_buf sig = EVX_BUF_INIT;
	char own[EVX_SSHKEY_CAP];
	size_t i, used;
	enum evx_err err = evx_sshkey_encode(&signer->pub, own);

	if (err != EVX_OK)
		return evx_fail(diag, err, "roster: the signer's key cannot be written");
	if (!f->has_draft)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster: expected a draft to sign, found good versions only");
	for (i = 0; i < f->draft.nsigners && strcmp(f->draft.signers[i], own) != 0; i++)
		;
	if (i == f->draft.nsigners)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster version %u: does not name this key among those who sign",
			(unsigned)f->draft.version);
	if (f->draft_signed[i])
		return evx_fail(diag, EVX_E_EXISTS,
			"roster version %u: signed with this key already",
			(unsigned)f->draft.version);
	err = evx_signed_text_split_front(
		f->text.data + f->draft_at, f->text.len - f->draft_at, &parts, &used, diag);
	if (err != EVX_OK ||
		(err = signer->sign(signer->ctx, EVX_NS_ROSTER, parts.json.p, parts.json.n, &sig,
			 diag)) != EVX_OK)
		goto out;
	/* A signer may be another program: what does not verify is not taken. */
	if ((err = evx_sshsig_verify(&signer->pub, EVX_NS_ROSTER, sig.data, sig.len, parts.json.p,
		     parts.json.n, diag)) != EVX_OK)
		goto out;
	if (evx_buf_add(out, f->text.data, f->draft_at) != EVX_OK ||
		insert(f, i, &parts, (struct evx_bytes){ sig.data, sig.len }, out) != EVX_OK)
		err = evx_fail_memory(diag);
out:
	evx_buf_free(&sig);
	return err;
}
