/* The log read, verified, appended to. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/crew.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "base/lock.h"
#include "bundle/output.h"
#include "crypto/hash.h"
#include "custody/document.h"
#include "store/vault_inner.h"

#define PARTIAL ".entry" /* an entry is written under this name until it is durable */
#define INVENTORY_SUFFIX "-inventory.list"
#define ROLLBACK_SUFFIX "-rollback.list"
#define DIGITS 8u

/* A file of log/ whose name begins with a number. */
struct file {
	uint32_t sequence;
	bool known; /* its type is */
	enum evx_vault_type type;
};

struct files {
	struct file *at;
	size_t n;
	uint32_t from; /* numbers below are left out */
};

static enum evx_err see_file(void *ctx, const char *name)
{
	struct files *all = ctx;
	struct file f = { 0, false, EVX_VAULT_INIT }, *kept;
	size_t digits = strspn(name, "0123456789");

	if (digits != DIGITS || name[DIGITS] != '-' ||
		strcmp(name + DIGITS, INVENTORY_SUFFIX) == 0 ||
		strcmp(name + DIGITS, ROLLBACK_SUFFIX) == 0)
		return EVX_OK;
	f.known = evx_vault_entry_name_parse(name, &f.sequence, &f.type);
	if (f.sequence < all->from)
		return EVX_OK;
	kept = EVX_ARRAY_ADD(all->at, all->n);
	if (kept == NULL)
		return EVX_E_MEMORY;
	*kept = f;
	return EVX_OK;
}

static int by_sequence(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* Reads the file of an entry: its hash, its document, and, unless trusted, its signature. */
static enum evx_err read_entry(int log, const char *name, bool trusted, struct evx_vault_entry *e,
	uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_signed_text parts = { .nsigs = 0 };
	enum evx_err err = evx_place_read(log, name, EVX_DOCUMENT_MAX + 65536u, &text, diag);

	memset(e, 0, sizeof(*e));
	if (err != EVX_OK)
		goto out;
	evx_sha256(text.data, text.len, hash);
	if ((err = evx_signed_text_split(text.data, text.len, &parts, diag)) != EVX_OK)
		goto out;
	if (!trusted &&
		(err = evx_document_verify(
			 EVX_NS_VAULT, parts.json, parts.sigs, parts.nsigs, NULL, diag)) != EVX_OK)
		goto out;
	err = evx_vault_entry_decode(parts.json.p, parts.json.n, e, diag);
out:
	evx_buf_free(&text);
	return evx_diag_in(diag, name, err);
}

/* Entries are read by several threads, so many at a time, and then judged in their order. */
#define BATCH 1024u
#define EACH 64u

/* What became of a file. */
struct read_file {
	struct evx_vault_entry entry;
	uint8_t hash[32];
	enum evx_err err;
	struct evx_diag why;
};

struct reading {
	const struct evx_vault *v;
	const struct file *files;
	struct read_file *at;
	uint32_t trusted;
};

static void read_one(void *ctx, size_t i)
{
	const struct reading *r = ctx;
	const struct file *f = &r->files[i];
	struct read_file *to = &r->at[i];
	char name[EVX_VAULT_NAME_CAP];

	memset(to, 0, sizeof(*to));
	if (!f->known || evx_cancelled(r->v->cancel))
		return;
	evx_vault_entry_name(f->sequence, f->type, name);
	to->err = read_entry(
		r->v->log, name, f->sequence < r->trusted, &to->entry, to->hash, &to->why);
}

/* What the names of the files say about file i of all. */
static enum evx_err judge_name(
	const struct evx_vault *v, const struct files *all, size_t i, struct evx_diag *diag)
{
	const struct file *f = &all->at[i];

	if (f->sequence != v->n)
		return evx_fail(diag, EVX_E_CORRUPT,
			"Entry %u of the vault log is missing. The log holds entry %u after it. "
			"Nothing after the gap counts. Look for a backup of the log.",
			(unsigned)v->n, (unsigned)f->sequence);
	if (i + 1 < all->n && all->at[i + 1].sequence == f->sequence)
		return evx_fail(diag, EVX_E_CORRUPT,
			"The vault log holds 2 entries with the number %u. Neither of them counts, "
			"and nothing after them. Look for a backup of the log.",
			(unsigned)v->n);
	if (!f->known)
		return evx_fail(diag, EVX_E_UNSUPPORTED,
			"Entry %u of the vault log is of a type that this version of evx does not "
			"know. Use a newer version of evx.",
			(unsigned)v->n);
	return EVX_OK;
}

static enum evx_err take_file(struct evx_vault *v, const struct files *all, size_t i,
	struct read_file *from, struct evx_diag *diag)
{
	const struct file *f = &all->at[i];
	char name[EVX_VAULT_NAME_CAP];
	enum evx_err err = judge_name(v, all, i, diag);

	if (err != EVX_OK)
		return err;
	evx_vault_entry_name(f->sequence, f->type, name);
	err = from->err;
	if (err != EVX_OK)
		*diag = from->why;
	else if (from->entry.type != f->type)
		err = evx_fail(diag, EVX_E_FORGED,
			"This entry of the vault log says that it is %s. Its file name says "
			"another type. Look for a backup of the log.",
			evx_vault_type_name(from->entry.type));
	else
		err = evx_vault_apply(v, &from->entry, from->hash, diag);
	return evx_diag_in(diag, name, err);
}

/* Takes the files from number `from` on, until one is not good. */
static enum evx_err take_batch(struct evx_vault *v, const struct files *all, size_t from, size_t n,
	struct read_file *at, uint32_t trusted)
{
	struct reading r = { v, all->at + from, at, trusted };
	struct evx_diag why = { 0 };
	enum evx_err err = EVX_OK;

	evx_crew(n, EACH, read_one, &r);
	if (evx_cancelled(v->cancel))
		err = EVX_E_INTERRUPTED;
	for (size_t i = 0; i < n; i++) {
		if (err == EVX_OK && v->flaw.code == EVX_OK) {
			err = take_file(v, all, from + i, &at[i], &why);
			if (err != EVX_OK && err != EVX_E_MEMORY) {
				v->flaw = why;
				err = EVX_OK;
			}
		}
		evx_vault_entry_free(&at[i].entry);
	}
	return err;
}

enum evx_err evx_vault_read_log(struct evx_vault *v, uint32_t trusted, struct evx_diag *diag)
{
	struct files all = { NULL, 0, v->n };
	struct read_file *at = NULL;
	enum evx_err err = evx_place_each(v->log, see_file, &all, diag);

	if (err == EVX_OK && all.n > 0) {
		qsort(all.at, all.n, sizeof(*all.at), by_sequence);
		at = calloc(all.n < BATCH ? all.n : BATCH, sizeof(*at));
		err = at != NULL ? EVX_OK : EVX_E_MEMORY;
	}
	for (size_t i = 0; err == EVX_OK && i < all.n && v->flaw.code == EVX_OK; i += BATCH)
		err = take_batch(v, &all, i, all.n - i < BATCH ? all.n - i : BATCH, at, trusted);
	free(at);
	free(all.at);
	if (err == EVX_OK && v->n == 0 && v->flaw.code == EVX_OK)
		(void)evx_fail(&v->flaw, EVX_E_TRUNCATED,
			"The vault log is empty: entry 0 is missing. Look for a backup of the "
			"log.");
	if (err == EVX_E_INTERRUPTED)
		return evx_fail(diag, err, "Interrupted. Nothing was changed.");
	return evx_fail_buf(diag, err);
}

enum evx_err evx_vault_read_entry(const struct evx_vault *v, uint32_t sequence,
	struct evx_vault_entry *entry, struct evx_vault_private *private, bool *opened,
	struct evx_diag *diag)
{
	struct evx_buf plain = EVX_BUF_INIT;
	char name[EVX_VAULT_NAME_CAP];
	uint8_t hash[32];
	uint32_t i;
	size_t type;
	enum evx_err err = EVX_E_NOT_FOUND;

	memset(entry, 0, sizeof(*entry));
	memset(private, 0, sizeof(*private));
	*opened = false;
	if (sequence >= v->n)
		return evx_fail(diag, EVX_E_USAGE,
			"vault log: expected the number of an entry below %u, found %u",
			(unsigned)v->n, (unsigned)sequence);
	for (type = 0; err == EVX_E_NOT_FOUND && type < EVX_VAULT_TYPES; type++) {
		struct evx_diag why = { 0 };

		evx_vault_entry_name(sequence, (enum evx_vault_type)type, name);
		err = read_entry(v->log, name, true, entry, hash, &why);
		if (err != EVX_OK && err != EVX_E_NOT_FOUND)
			return evx_diag_in(diag, name, evx_fail(diag, err, "%s", why.text));
	}
	if (err == EVX_OK && !evx_hash_equal(hash, v->hashes[sequence]))
		err = EVX_E_FORGED;
	if (err != EVX_OK) {
		evx_vault_entry_free(entry);
		return evx_fail(diag, err,
			"Entry %u of the vault log changed while evx used the vault. Run: evx "
			"check",
			(unsigned)sequence);
	}
	for (i = v->keyed; i >= 1 && entry->sealed.len > 0 && !*opened; i--) {
		const struct evx_secret *key = evx_vault_custody(v, i);
		const struct evx_age_open how = { &key, 1, NULL, 0 };

		evx_buf_reset(&plain);
		plain.max = EVX_DOCUMENT_MAX;
		if (key == NULL ||
			evx_age_decrypt(&how, false, entry->sealed.data, entry->sealed.len, &plain,
				NULL) != EVX_OK)
			continue;
		*opened = evx_vault_private_decode(plain.data, plain.len, private, NULL) ==
				EVX_OK &&
			evx_vault_private_of(private, entry);
		if (!*opened)
			evx_vault_private_free(private);
	}
	evx_buf_free(&plain);
	return EVX_OK;
}

/* ---- Writing */

enum evx_err evx_vault_lock(struct evx_vault *v, struct evx_diag *diag)
{
	enum evx_err err = evx_vault_sound(v, diag);

	if (err != EVX_OK)
		return err;
	if (!v->accepted)
		return evx_fail(diag, EVX_E_CUSTODY,
			"This machine has not accepted the founder of the vault. Nothing was "
			"written. Compare the fingerprint of the founder, then give it with "
			"--founder.");
	if ((err = evx_lock_take(v->log, EVX_VAULT_LOG_LOCK, "the log of the vault",
		     EVX_LOCK_SECONDS, v->cancel, &v->lock, diag)) != EVX_OK ||
		(err = evx_vault_read_log(v, 0, diag)) != EVX_OK)
		goto out;
	err = evx_vault_sound(v, diag);
out:
	if (err != EVX_OK)
		evx_vault_unlock_log(v);
	return err;
}

void evx_vault_unlock_log(struct evx_vault *v)
{
	evx_close_quiet(&v->lock);
}

static enum evx_err seal_private(struct evx_vault_entry *e, const struct evx_vault_private *private,
	const uint8_t custody_pub[32], struct evx_diag *diag)
{
	struct evx_vault_private bound = *private; /* texts stay the caller's */
	struct evx_buf plain = EVX_BUF_INIT;
	uint8_t to[1][32];
	enum evx_err err;

	memcpy(to[0], custody_pub, 32);
	memcpy(bound.vault, e->vault, sizeof(bound.vault));
	bound.sequence = e->sequence;
	memcpy(bound.previous, e->previous, sizeof(bound.previous));
	memcpy(bound.author, e->signer, sizeof(bound.author));
	if ((err = evx_vault_private_encode(&bound, &plain, diag)) != EVX_OK)
		goto out;
	err = evx_age_encrypt((const uint8_t(*)[32])to, 1, plain.data, plain.len, &e->sealed, diag);
out:
	evx_buf_free(&plain);
	return err;
}

static enum evx_err publish(
	int log, const struct evx_vault_entry *e, const struct evx_buf *text, struct evx_diag *diag)
{
	char name[EVX_VAULT_NAME_CAP];
	enum evx_err err;

	evx_vault_entry_name(e->sequence, e->type, name);
	if (unlinkat(log, PARTIAL, 0) != 0 && errno != ENOENT)
		return evx_fail_errno(diag, PARTIAL, "vault log: an old file cannot be removed");
	err = evx_write_new_file(log, PARTIAL, 0666, text->data, text->len, diag);
	if (err != EVX_OK)
		return err;
	err = evx_output_publish(log, PARTIAL, name, diag);
	if (err == EVX_OK)
		return evx_fsync(log, name, diag);
	(void)unlinkat(log, PARTIAL, 0);
	return err;
}

enum evx_err evx_vault_write_entry(int log, struct evx_vault_entry *e,
	const struct evx_vault_private *private, const uint8_t custody_pub[32],
	const struct evx_signer *signer, uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT, sig = EVX_BUF_INIT;
	struct evx_bytes json;
	enum evx_err err = private != NULL ? seal_private(e, private, custody_pub, diag) : EVX_OK;

	if (err != EVX_OK || (err = evx_vault_entry_encode(e, &text, diag)) != EVX_OK)
		goto out;
	json = (struct evx_bytes){ text.data, text.len };
	if ((err = evx_document_sign(EVX_NS_VAULT, json, signer, 1, &sig, diag)) != EVX_OK ||
		(err = evx_fail_buf(diag, evx_buf_add(&text, sig.data, sig.len))) != EVX_OK ||
		(err = publish(log, e, &text, diag)) != EVX_OK)
		goto out;
	evx_sha256(text.data, text.len, hash);
out:
	evx_buf_free(&text);
	evx_buf_free(&sig);
	return err;
}

enum evx_err evx_vault_append(struct evx_vault *v, const struct evx_vault_entry *entry,
	const struct evx_vault_private *private, const struct evx_signer *signer, int64_t now,
	struct evx_diag *diag)
{
	struct evx_vault_entry e = *entry; /* escrow stays the caller's: only init has it, and that
					      is not appended */
	uint8_t hash[32], custody[32];
	enum evx_err err = EVX_OK;

	e.sealed = (struct evx_buf)EVX_BUF_INIT;
	e.sequence = v->n;
	e.time = now;
	memcpy(e.vault, v->uuid, sizeof(e.vault));
	evx_vault_head(v, e.previous);
	if (v->lock < 0 || e.type == EVX_VAULT_INIT)
		err = evx_fail(diag, EVX_E_USAGE,
			"vault log: expected its lock to be held, and another entry than init");
	if (err != EVX_OK || (err = evx_sshkey_encode(&signer->pub, e.signer)) != EVX_OK ||
		(err = evx_vault_judge(v, &e, diag)) != EVX_OK)
		goto out;
	/* Whoever said stop while a lock was waited for, or a token, signs nothing any more. */
	if (evx_cancelled(v->cancel)) {
		err = evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was signed.");
		goto out;
	}
	/* The epoch in force after the entry. */
	memcpy(custody, v->epochs[v->nepochs - 1].custody_pub, 32);
	if (e.type == EVX_VAULT_MEMBER_REMOVE)
		err = evx_age_recipient_decode(
			e.epoch.custody, strlen(e.epoch.custody), custody, diag);
	if (err != EVX_OK ||
		(err = evx_vault_write_entry(v->log, &e, private, custody, signer, hash, diag)) !=
			EVX_OK ||
		(err = evx_vault_apply(v, &e, hash, diag)) != EVX_OK)
		goto out;
	err = evx_vault_remember(v, false, diag);
out:
	evx_vault_entry_free(&e);
	return err;
}
