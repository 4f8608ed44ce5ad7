/* Notes of mirrors, read and judged. */
#include "mirror/mirror_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "format/text.h"

void evx_mirror_notes_free(struct evx_mirror_notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		evx_shipment_note_free(&notes->at[i].note);
	free(notes->at);
	memset(notes, 0, sizeof(*notes));
}

enum evx_err evx_mirror_notes_mid(
	const char *uuid, char out[EVX_MIRROR_MID_CAP], struct evx_diag *diag)
{
	static const char prefix[] = "evx-mirror/1";
	uint8_t text[sizeof(prefix) - 1 + 16], hash[32];

	out[0] = '\0';
	memcpy(text, prefix, sizeof(prefix) - 1);
	if (!evx_uuid_bytes(uuid, strlen(uuid), text + sizeof(prefix) - 1))
		return evx_fail(
			diag, EVX_E_CORRUPT, "mirror: expected the UUID of a vault, found another");
	evx_sha256(text, sizeof(text), hash);
	evx_hex_encode(hash, 16, out);
	return EVX_OK;
}

void evx_mirror_notes_object(const char *mid, uint32_t number, char out[EVX_REMOTE_NAME_CAP])
{
	(void)snprintf(out, EVX_REMOTE_NAME_CAP, "mirror/%.32s/%08u", mid, (unsigned)number);
}

/* ---- The newest one */

struct listing {
	const char *mid;
	uint32_t top;
};

static enum evx_err see(void *ctx, const char *name, uint64_t size, struct evx_diag *diag)
{
	struct listing *l = ctx;
	char expected[EVX_REMOTE_NAME_CAP];
	const char *slash = strrchr(name, '/');
	unsigned long number = slash != NULL ? strtoul(slash + 1, NULL, 10) : 0;

	(void)size;
	(void)diag;
	if (number < 1 || number > EVX_SHIPMENT_NOTES_MAX)
		return EVX_OK;
	evx_mirror_notes_object(l->mid, (uint32_t)number, expected);
	if (strcmp(name, expected) == 0 && number > l->top)
		l->top = (uint32_t)number;
	return EVX_OK;
}

enum evx_err evx_mirror_notes_top(
	const struct evx_mirror_notes_with *with, uint32_t *top, struct evx_diag *diag)
{
	struct listing l = { with->mid, with->remembered };
	char name[EVX_REMOTE_NAME_CAP];
	struct evx_diag why = { 0 };
	struct evx_remote_stat st;
	enum evx_err err;

	*top = 0;
	(void)snprintf(name, sizeof(name), "mirror/%.32s", with->mid);
	err = evx_remote_list(with->remote, name, see, &l, with->cancel, &why);
	if (err != EVX_OK && err != EVX_E_UNSUPPORTED && err != EVX_E_NOT_FOUND)
		return evx_fail(diag, err, "%s", why.text);
	/* A list may be old: the next numbers are asked for by name. */
	do {
		evx_diag_clear(&why);
		if (l.top == EVX_SHIPMENT_NOTES_MAX)
			break;
		evx_mirror_notes_object(with->mid, l.top + 1, name);
		err = evx_remote_stat(with->remote, name, &st, with->cancel, &why);
		l.top += err == EVX_OK;
	} while (err == EVX_OK);
	if (err != EVX_OK && err != EVX_E_NOT_FOUND)
		return evx_fail(diag, err, "%s", why.text);
	*top = l.top;
	return EVX_OK;
}

/* ---- All of them */

static enum evx_err misplaced(struct evx_diag *diag, const char *name, const char *what)
{
	return evx_fail(diag, EVX_E_FORGED,
		"The note %s of the mirror is misplaced: %s. Somebody put it there. Remove it on "
		"the remote.",
		name, what);
}

static enum evx_err judge(const struct evx_mirror_notes_with *with, uint32_t number,
	const struct evx_mirror_note *n, const char *name, struct evx_diag *diag)
{
	char mid[EVX_MIRROR_MID_CAP];
	enum evx_err err;

	if (n->note.type != EVX_SHIPMENT_MIRROR)
		return misplaced(diag, name, "it is no note of a mirror");
	err = evx_mirror_notes_mid(n->note.vault, mid, diag);
	if (err != EVX_OK)
		return err;
	if (strcmp(mid, with->mid) != 0)
		return misplaced(diag, name, "it is of another vault");
	if (strcmp(n->note.remote, with->id) != 0)
		return misplaced(diag, name, "it is of another remote");
	if (n->note.number != number)
		return misplaced(diag, name, "it has another number");
	if (number == with->remembered && !evx_hash_equal(n->hash, with->remembered_note))
		return evx_fail(diag, EVX_E_FORGED,
			"The note %s of the mirror is another one than this machine saw: forked. "
			"Ask who else mirrors this vault. To begin the mirror anew, run: evx "
			"mirror --anew",
			name);
	return EVX_OK;
}

static enum evx_err missing(const struct evx_mirror_notes_with *with, uint32_t number,
	const char *name, struct evx_diag *diag)
{
	if (number == with->remembered)
		return evx_fail(diag, EVX_E_FORGED,
			"The remote shows an older state of the mirror than this machine saw: the "
			"note %s is not there. It was rolled back, or the note was lost. To put "
			"the mirror in order from the vault, run: evx mirror --anew",
			name);
	return evx_fail(diag, EVX_E_NOT_FOUND,
		"The note %s of the mirror is not on the remote: withheld or lost. To put the "
		"mirror in order from the vault, run: evx mirror --anew",
		name);
}

enum evx_err evx_mirror_notes_one(const struct evx_mirror_notes_with *with, uint32_t number,
	struct evx_mirror_note *out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	char name[EVX_REMOTE_NAME_CAP];
	enum evx_err err;

	evx_mirror_notes_object(with->mid, number, name);
	err = evx_remote_get_bytes(
		with->remote, name, EVX_SHIPMENT_NOTE_MAX, with->cancel, &text, &why);
	if (err == EVX_E_NOT_FOUND) {
		err = missing(with, number, name, diag);
		goto out;
	}
	if (err != EVX_OK) {
		err = evx_fail(diag, err, "%s", why.text);
		goto out;
	}
	err = evx_lanes_note_read(text.data, text.len, with->key, &out->note, out->hash, &why);
	if (err == EVX_E_KEY)
		err = evx_fail(diag, err,
			"The mirror is not for this key: its note %s opens with the keys of the "
			"vault's content members and escrow keys only. Name another identity: --as "
			"NAME. If you became a member since, another member mirrors first.",
			name);
	else if (err != EVX_OK)
		err = evx_fail(diag, err,
			"The note %s of the mirror cannot be read (%s). If it is nobody's, remove "
			"it on the remote.",
			name, why.text);
	else
		err = judge(with, number, out, name, diag);
out:
	evx_buf_free(&text);
	return err;
}

static void reverse(struct evx_mirror_notes *notes)
{
	for (size_t i = 0, k = notes->n; i + 1 < k; i++) {
		const struct evx_mirror_note one = notes->at[i];

		notes->at[i] = notes->at[--k];
		notes->at[k] = one;
	}
}

/* The whole one names the note before: where that is the one remembered, it must be the same. */
static enum evx_err judge_before(const struct evx_mirror_notes_with *with,
	const struct evx_mirror_note *whole, struct evx_diag *diag)
{
	if (with->remembered == 0 || whole->note.number != with->remembered + 1 ||
		evx_hash_equal(whole->note.previous, with->remembered_note))
		return EVX_OK;
	return evx_fail(diag, EVX_E_FORGED,
		"Note %u of the mirror names another note before it than this machine saw: forked. "
		"Ask who else mirrors this vault. To begin the mirror anew, run: evx mirror --anew",
		(unsigned)whole->note.number);
}

enum evx_err evx_mirror_notes_read(const struct evx_mirror_notes_with *with,
	struct evx_mirror_notes *out, struct evx_diag *diag)
{
	uint32_t number;
	enum evx_err err;
	bool whole = false;

	memset(out, 0, sizeof(*out));
	err = evx_mirror_notes_top(with, &number, diag);
	if (err != EVX_OK || number == 0)
		return err;
	if (with->only > number)
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"The mirror has no note %u. Its newest note is %u.", (unsigned)with->only,
			(unsigned)number);
	if (with->only > 0)
		number = with->only;
	for (; err == EVX_OK && !whole; number--) {
		struct evx_mirror_note *one = EVX_ARRAY_ADD(out->at, out->n);

		err = one != NULL ? evx_mirror_notes_one(with, number, one, diag) :
				    evx_fail_memory(diag);
		if (err == EVX_OK && out->n > 1 &&
			!evx_hash_equal(one->hash, one[-1].note.previous))
			err = evx_fail(diag, EVX_E_FORGED,
				"Note %u of the mirror is another one than the note behind it "
				"names: forked. To begin the mirror anew, run: evx mirror --anew",
				(unsigned)number);
		if (err == EVX_OK && out->n > EVX_MIRROR_NOTES_MAX)
			err = evx_fail(diag, EVX_E_LIMIT,
				"The mirror has more than %u notes since the last whole one.",
				EVX_MIRROR_NOTES_MAX);
		whole = err == EVX_OK && one->note.whole;
	}
	if (err == EVX_OK)
		err = judge_before(with, &out->at[out->n - 1], diag);
	if (err == EVX_OK)
		reverse(out);
	else
		evx_mirror_notes_free(out);
	return err;
}

static bool was_member(const struct evx_vault *v, const char *signing)
{
	for (size_t i = 0; i < evx_vault_members(v); i++)
		if (strcmp(evx_vault_member(v, i)->signing, signing) == 0)
			return true;
	return false;
}

enum evx_err evx_mirror_notes_signed(
	const struct evx_mirror_notes *notes, const struct evx_vault *v, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < notes->n; i++) {
		const struct evx_shipment_note *n = &notes->at[i].note;

		if (evx_vault_find_member(v, n->signer) != NULL)
			continue;
		if (!was_member(v, n->signer))
			return evx_fail(diag, EVX_E_FORGED,
				"Note %u of the mirror is signed by somebody who is no member of "
				"the vault. Nothing of it was used. Remove the note on the remote, "
				"or run: evx mirror --anew",
				(unsigned)n->number);
		err = EVX_E_CUSTODY;
	}
	return err == EVX_OK ? EVX_OK :
			       evx_fail(diag, err,
				       "A note of the mirror is signed by somebody who is a member "
				       "no more. To make it anew, a member runs: evx mirror");
}
