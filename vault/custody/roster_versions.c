/* Roster files: their versions verified one by the other, and how two files relate. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "custody/roster_inner.h"

void evx_roster_file_free(struct evx_roster_file *f)
{
	if (f == NULL)
		return;
	evx_buf_free(&f->text);
	free(f->hashes);
	evx_roster_free(&f->newest);
	evx_roster_free(&f->draft);
	memset(f, 0, sizeof(*f));
}

/* The signatures that a draft has: each by a signer, in their order. */
static enum evx_err take_draft(struct evx_roster_file *f, struct evx_roster *next,
	const struct evx_signed_text *parts, size_t at, struct evx_diag *diag)
{
	size_t i, k = 0;
	struct evx_sshkey pub;
	enum evx_err err = EVX_OK;

	for (i = 0; i < next->nsigners && k < parts->nsigs; i++) {
		err = evx_sshkey_decode(next->signers[i], strlen(next->signers[i]), &pub, diag);
		if (err != EVX_OK)
			return err;
		err = evx_sshsig_verify(&pub, EVX_NS_ROSTER, parts->sigs[k].p, parts->sigs[k].n,
			parts->json.p, parts->json.n, NULL);
		if (err == EVX_E_MEMORY)
			return evx_fail_memory(diag);
		if (err != EVX_OK)
			continue;
		f->draft_signed[i] = true;
		k++;
	}
	if (k < parts->nsigs)
		return evx_fail(diag, EVX_E_FORGED,
			"roster version %u, a draft: expected good signatures of its signers in "
			"their order, found another",
			(unsigned)next->version);
	f->has_draft = true;
	f->draft = *next;
	f->draft_at = at;
	memset(next, 0, sizeof(*next));
	return EVX_OK;
}

static enum evx_err take_version(struct evx_roster_file *f, struct evx_roster *next,
	struct evx_bytes json, struct evx_diag *diag)
{
	uint8_t(*hash)[32] = EVX_ARRAY_ADD(f->hashes, f->n);

	if (hash == NULL)
		return evx_fail_memory(diag);
	evx_sha256(json.p, json.n, *hash);
	evx_roster_free(&f->newest);
	f->newest = *next;
	memset(next, 0, sizeof(*next));
	return EVX_OK;
}

/* Reads the version at position at of the text; *used gets its length. */
static enum evx_err read_version(
	struct evx_roster_file *f, size_t at, size_t *used, struct evx_diag *diag)
{
	struct evx_roster next = { .version = 0 };
	struct evx_signed_text parts;
	enum evx_err err;

	*used = 0;
	if (at > 0 && f->text.data[at] != '{')
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, at,
			"roster: expected the JSON line of the next version, found another line");
	if ((err = evx_signed_text_split_front(
		     f->text.data + at, f->text.len - at, &parts, used, diag)) != EVX_OK ||
		(err = evx_roster_decode(parts.json.p, parts.json.n, &next, diag)) != EVX_OK ||
		(err = evx_roster_check(f, &next, diag)) != EVX_OK)
		goto out;
	if (parts.nsigs < next.nsigners) { /* only the last one may be a draft */
		err = at + *used < f->text.len ?
			evx_fail(diag, EVX_E_CUSTODY,
				"roster version %u: expected %zu signatures, found %zu",
				(unsigned)next.version, next.nsigners, parts.nsigs) :
			take_draft(f, &next, &parts, at, diag);
		goto out;
	}
	if ((err = evx_document_verify(
		     EVX_NS_ROSTER, parts.json, parts.sigs, parts.nsigs, NULL, diag)) == EVX_OK)
		err = take_version(f, &next, parts.json, diag);
out:
	evx_roster_free(&next);
	return err;
}

enum evx_err evx_roster_file_read(const void *p, size_t n, const struct evx_cancel *cancel,
	struct evx_roster_file *out, struct evx_diag *diag)
{
	struct evx_roster_file f = { .n = 0 };
	size_t at = 0, used = 0;
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	if (n > EVX_ROSTER_FILE_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "roster: found a file of %zu bytes (limit %u)",
			n, EVX_ROSTER_FILE_MAX);
	if (n == 0)
		return evx_fail(diag, EVX_E_NOT_OURS,
			"roster: expected the JSON line of a version, found nothing");
	if (evx_buf_add(&f.text, p, n) != EVX_OK)
		return evx_fail_memory(diag);
	f.draft_at = n;
	do {
		err = evx_cancelled(cancel) ?
			evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was changed.") :
			read_version(&f, at, &used, diag);
		at += used;
	} while (err == EVX_OK && at < n);
	if (err == EVX_OK)
		*out = f;
	else
		evx_roster_file_free(&f);
	return err;
}

enum evx_roster_relation evx_roster_relation_of(
	const struct evx_roster_file *a, const struct evx_roster_file *b, uint32_t *version)
{
	const size_t both = a->n < b->n ? a->n : b->n;
	size_t i;

	if (version != NULL)
		*version = 0;
	if (both == 0 || !evx_hash_equal(a->hashes[0], b->hashes[0]))
		return EVX_ROSTER_OTHER;
	for (i = 1; i < both; i++)
		if (!evx_hash_equal(a->hashes[i], b->hashes[i])) {
			if (version != NULL)
				*version = (uint32_t)i + 1;
			return EVX_ROSTER_FORKED;
		}
	return a->n == b->n ? EVX_ROSTER_SAME : a->n > b->n ? EVX_ROSTER_NEWER : EVX_ROSTER_OLDER;
}
