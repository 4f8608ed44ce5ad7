/* Puts the note of a mirror. */
#include "mirror/mirror_commit.h"

#include <string.h>

#include "base/hash_equal.h"

enum evx_err evx_mirror_commit_settle(const struct evx_lanes *lanes,
	const struct evx_mirror_notes_with *with, struct evx_mirror_memory *memory,
	struct evx_diag *diag)
{
	struct evx_mirror_memory next;
	char name[EVX_REMOTE_NAME_CAP];
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_shipment_note note = { .number = 0 };
	struct evx_diag why = { 0 };
	uint8_t hash[32];
	bool there = false;
	enum evx_err err = evx_mirror_memory_read(lanes, with->id, with->mid, true, &next, diag);

	if (err != EVX_OK || next.number == 0)
		return err;
	evx_mirror_notes_object(with->mid, next.number, name);
	err = evx_remote_get_bytes(
		with->remote, name, EVX_SHIPMENT_NOTE_MAX, with->cancel, &text, &why);
	if (err == EVX_OK)
		there = next.number > memory->number &&
			evx_lanes_note_read(text.data, text.len, with->key, &note, hash, NULL) ==
				EVX_OK &&
			evx_hash_equal(hash, next.note);
	else if (err != EVX_E_NOT_FOUND)
		err = evx_fail(diag, err, "%s", why.text);
	if (err == EVX_OK || err == EVX_E_NOT_FOUND)
		err = evx_mirror_memory_settle(lanes, with->id, with->mid, there, diag);
	if (err == EVX_OK && there) {
		evx_mirror_memory_free(memory);
		*memory = next;
		memset(&next, 0, sizeof(next));
	}
	evx_shipment_note_free(&note);
	evx_mirror_memory_free(&next);
	evx_buf_free(&text);
	return err;
}

static enum evx_err put_object(const struct evx_mirror_notes_with *with, uint32_t number,
	const struct evx_buf *object, struct evx_diag *diag)
{
	struct evx_buf back = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	char name[EVX_REMOTE_NAME_CAP];
	enum evx_err err;

	evx_mirror_notes_object(with->mid, number, name);
	err = evx_remote_put_bytes(
		with->remote, name, object->data, object->len, with->cancel, &why);
	if (err == EVX_E_EXISTS) {
		err = evx_fail(diag, EVX_E_LOCKED,
			"Somebody else has mirrored this vault meanwhile. Run the same command "
			"again.");
		goto out;
	}
	if (err == EVX_OK)
		err = evx_remote_get_bytes(
			with->remote, name, EVX_SHIPMENT_NOTE_MAX, with->cancel, &back, &why);
	if (err == EVX_OK &&
		(back.len != object->len || memcmp(back.data, object->data, back.len) != 0))
		err = evx_fail(diag, EVX_E_FORGED,
			"The remote does not keep what was put: %s is there with other bytes. Use "
			"another remote.",
			name);
	else if (err != EVX_OK)
		err = evx_fail(diag, err, "%s", why.text);
out:
	evx_buf_free(&back);
	return err;
}

enum evx_err evx_mirror_commit_put(const struct evx_lanes *lanes,
	const struct evx_mirror_notes_with *with, const struct evx_shipment_note *note,
	const struct evx_mirror_index *index, const struct evx_signer *signer,
	const struct evx_mirror_keys *keys, uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_mirror_memory next = { .number = note->number, .index = *index };
	struct evx_buf object = EVX_BUF_INIT;
	enum evx_err err = evx_lanes_note_seal(
		note, signer, (const uint8_t(*)[32])keys->at, keys->n, &object, hash, diag);

	if (err != EVX_OK)
		goto out;
	memcpy(next.keys, keys->hash, sizeof(next.keys));
	memcpy(next.note, hash, sizeof(next.note));
	err = evx_mirror_memory_write(lanes, with->id, with->mid, true, &next, diag);
	if (err == EVX_OK)
		err = put_object(with, note->number, &object, diag);
	if (err == EVX_OK)
		err = evx_remote_flush(with->remote, with->cancel, diag);
	if (err == EVX_OK)
		err = evx_mirror_memory_settle(lanes, with->id, with->mid, true, diag);
out:
	evx_buf_free(&object);
	return err;
}
