/* The memory of mirrors: files of the home's `lanes`. */
#include "mirror/mirror_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "format/text.h"

#define HEAD "evx-mirror-memory/1\nnote "
#define DIGITS 8u
#define HEX 64u
#define NAME_CAP 96

void evx_mirror_memory_free(struct evx_mirror_memory *m)
{
	evx_mirror_index_free(&m->index);
	memset(m, 0, sizeof(*m));
}

static void file_name(const char *id, const char *mid, bool next, char out[NAME_CAP])
{
	(void)snprintf(out, NAME_CAP, "mirror-%.32s-%.32s%s", id, mid, next ? ".next" : "");
}

static enum evx_err decode(
	const struct evx_buf *text, struct evx_mirror_memory *out, struct evx_diag *diag)
{
	const size_t number = sizeof(HEAD) - 1, note = number + DIGITS + 1, keys = note + HEX + 6,
		     end = keys + HEX + 1;
	const char *s = (const char *)text->data;
	char digits[DIGITS + 1] = "";

	if (text->len >= end)
		memcpy(digits, s + number, DIGITS);
	out->number = (uint32_t)strtoul(digits, NULL, 10);
	if (text->len < end || memcmp(s, HEAD, number) != 0 || s[number + DIGITS] != ' ' ||
		strspn(digits, "0123456789") != DIGITS || out->number == 0 ||
		memcmp(s + note + HEX, "\nkeys ", 6) != 0 || s[end - 1] != '\n' ||
		evx_hex_decode(s + note, HEX, out->note, 32) != EVX_OK ||
		evx_hex_decode(s + keys, HEX, out->keys, 32) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"The memory of a mirror is damaged. Remove this file, and mirror again.");
	return evx_mirror_index_decode(s + end, text->len - end, &out->index, diag);
}

enum evx_err evx_mirror_memory_read(const struct evx_lanes *l, const char *id, const char *mid,
	bool next, struct evx_mirror_memory *out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	char name[NAME_CAP];
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	file_name(id, mid, next, name);
	err = evx_read_guarded_file(l->lanes, name, EVX_MIRROR_INDEX_MAX, &text, &why);
	if (err == EVX_E_NOT_FOUND) {
		evx_buf_free(&text);
		return EVX_OK;
	}
	if (err != EVX_OK)
		err = evx_fail(diag, err, "%s", why.text);
	else
		err = decode(&text, out, diag);
	if (err != EVX_OK)
		evx_mirror_memory_free(out);
	evx_buf_free(&text);
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, name, err);
}

enum evx_err evx_mirror_memory_write(const struct evx_lanes *l, const char *id, const char *mid,
	bool next, const struct evx_mirror_memory *m, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	char name[NAME_CAP], note[HEX + 1], keys[HEX + 1];
	enum evx_err err;

	file_name(id, mid, next, name);
	evx_hex_encode(m->note, 32, note);
	evx_hex_encode(m->keys, 32, keys);
	err = evx_fail_buf(diag,
		evx_buf_addf(&text, HEAD "%08u %s\nkeys %s\n", (unsigned)m->number, note, keys));
	if (err == EVX_OK)
		err = evx_fail_buf(diag, evx_mirror_index_encode(&m->index, &text));
	if (err == EVX_OK)
		err = evx_replace_file(l->lanes, name, 0600, text.data, text.len, diag);
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_mirror_memory_advance(struct evx_lanes *l, const char *id, const char *mid,
	const struct evx_mirror_memory *before, const struct evx_mirror_notes *notes,
	const struct evx_mirror_index *index, const struct evx_cancel *cancel,
	struct evx_diag *diag)
{
	const struct evx_mirror_note *newest = &notes->at[notes->n - 1];
	struct evx_mirror_memory now = { .number = newest->note.number, .index = *index };
	enum evx_err err;

	if (before->number >= now.number)
		return EVX_OK;
	memcpy(now.note, newest->hash, sizeof(now.note));
	err = evx_lanes_lock(l, cancel, diag);
	if (err == EVX_OK)
		err = evx_mirror_memory_write(l, id, mid, false, &now, diag);
	evx_lanes_unlock(l);
	return err;
}

enum evx_err evx_mirror_memory_settle(const struct evx_lanes *l, const char *id, const char *mid,
	bool there, struct evx_diag *diag)
{
	char name[NAME_CAP], next[NAME_CAP];

	file_name(id, mid, false, name);
	file_name(id, mid, true, next);
	if (there && renameat(l->lanes, next, l->lanes, name) != 0)
		return evx_fail_errno(diag, name, "The memory of the mirror cannot be written");
	if (!there && unlinkat(l->lanes, next, 0) != 0 && errno != ENOENT)
		return evx_fail_errno(diag, next, "The memory of the mirror cannot be written");
	return evx_fsync(l->lanes, name, diag);
}
