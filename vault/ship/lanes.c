/* What this machine remembers of lanes and remotes. */
#include "ship/lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entries.h"
#include "base/io.h"
#include "base/lock.h"
#include "crypto/hash.h"
#include "format/text.h"
#include "ship/remotes.h"

#define MEMORY_MAX 268435456u
#define ID_FILE "evx-remote.txt"
#define ID_PREFIX "evx-remote/1 "
#define ID_TEXT_MAX 64u

enum evx_err evx_lanes_fingerprint(
	const char *signing, char out[EVX_LANES_FP_CAP], struct evx_diag *diag)
{
	uint8_t blob[EVX_SSHKEY_BLOB_MAX], hash[32];
	struct evx_sshkey key;
	enum evx_err err = evx_sshkey_decode(signing, strlen(signing), &key, diag);

	out[0] = '\0';
	if (err != EVX_OK)
		return err;
	evx_sha256(blob, evx_sshkey_blob(&key, blob), hash);
	evx_hex_encode(hash, sizeof(hash), out);
	return EVX_OK;
}

/* Hex that is known to be good. */
static void add_hex(struct evx_hash *h, const char *hex, size_t n)
{
	uint8_t bytes[32] = { 0 };

	(void)!evx_hex_decode(hex, 2 * n, bytes, n);
	evx_hash_update(h, bytes, n);
}

void evx_lanes_name(const char *id, const char *sender, const char *receiver, unsigned k,
	char out[EVX_SHIPMENT_ID_CAP])
{
	struct evx_hash *h = evx_hash_new(EVX_SHA256);
	uint8_t be[4], hash[32] = { 0 };

	out[0] = '\0';
	if (h == NULL)
		return;
	evx_put_be32(be, k);
	evx_hash_update(h, "evx-lane/1", 10);
	add_hex(h, id, 16);
	add_hex(h, sender, 32);
	add_hex(h, receiver, 32);
	evx_hash_update(h, be, sizeof(be));
	if (evx_hash_final(h, hash) == EVX_OK)
		evx_hex_encode(hash, 16, out);
	evx_hash_free(h);
}

void evx_lanes_object(const char *receiver, const char *lane, uint32_t number, unsigned place,
	char out[EVX_REMOTE_NAME_CAP])
{
	const int n = snprintf(out, EVX_REMOTE_NAME_CAP, "inbox/%.64s/%.32s-%08u", receiver, lane,
		(unsigned)number);

	if (place > 0)
		(void)snprintf(out + n, EVX_REMOTE_NAME_CAP - (size_t)n, "-%u", place);
}

static int open_directory(struct evx_start *s, struct evx_home *h, const char *name)
{
	int fd;

	if (!evx_start_good(s))
		return -1;
	if (mkdirat(h->fd, name, 0700) != 0 && errno != EEXIST) {
		s->err = evx_fail_errno(s->diag, name, "This directory cannot be made");
		return -1;
	}
	fd = openat(h->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		s->err = evx_fail_errno(s->diag, name, "This directory cannot be read");
	else
		s->err = evx_check_guarded(fd, name, s->diag);
	evx_start_beneath(s, fd, EVX_CONFINE_WRITE);
	return fd;
}

void evx_lanes_start(struct evx_start *s, struct evx_home *h, struct evx_lanes *out)
{
	out->lock = -1;
	out->lanes = open_directory(s, h, "lanes");
	out->remotes = open_directory(s, h, "remotes");
	out->sent = open_directory(s, h, "sent");
}

enum evx_err evx_lanes_look(struct evx_home *h, struct evx_lanes *l, struct evx_diag *diag)
{
	*l = (struct evx_lanes)EVX_LANES_INIT;
	l->lanes = openat(h->fd, "lanes", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (l->lanes < 0 && errno == ENOENT)
		return EVX_OK;
	if (l->lanes < 0)
		return evx_fail_errno(diag, "lanes", "This directory cannot be read");
	return evx_check_guarded(l->lanes, "lanes", diag);
}

void evx_lanes_close(struct evx_lanes *l)
{
	evx_lanes_unlock(l);
	evx_close_quiet(&l->lanes);
	evx_close_quiet(&l->remotes);
	evx_close_quiet(&l->sent);
}

enum evx_err evx_lanes_lock(
	struct evx_lanes *l, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	return evx_lock_take(l->lanes, ".lock", "the memory of shipments", EVX_LOCK_SECONDS, cancel,
		&l->lock, diag);
}

void evx_lanes_unlock(struct evx_lanes *l)
{
	evx_close_quiet(&l->lock);
}

static bool is_lane(const char *name)
{
	return strlen(name) == EVX_SHIPMENT_ID_CAP - 1 &&
		strspn(name, "0123456789abcdef") == EVX_SHIPMENT_ID_CAP - 1;
}

enum evx_err evx_lanes_load_any(const struct evx_lanes *l, const char *lane,
	struct evx_shipment_lane *out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err;

	text.max = MEMORY_MAX;
	memset(out, 0, sizeof(*out));
	err = evx_read_guarded_file(l->lanes, lane, MEMORY_MAX, &text, diag);
	if (err == EVX_OK)
		err = evx_diag_in(
			diag, lane, evx_shipment_lane_decode(text.data, text.len, out, diag));
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_lanes_load(const struct evx_lanes *l, const char *lane, const char *sender,
	const char *receiver, struct evx_shipment_lane *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_lanes_load_any(l, lane, out, &why);

	if (err == EVX_E_NOT_FOUND) {
		memcpy(out->sender, sender, EVX_LANES_FP_CAP);
		memcpy(out->receiver, receiver, EVX_LANES_FP_CAP);
		return EVX_OK;
	}
	if (err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = why;
	if (err == EVX_OK &&
		(strcmp(out->sender, sender) != 0 || strcmp(out->receiver, receiver) != 0)) {
		evx_shipment_lane_free(out);
		err = evx_diag_in(diag, lane,
			evx_fail(diag, EVX_E_FORGED,
				"The memory of a lane is that of other people. Restore the home "
				"from a backup."));
	}
	return err;
}

enum evx_err evx_lanes_save(const struct evx_lanes *l, const char *lane,
	const struct evx_shipment_lane *memory, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_shipment_lane_encode(memory, &text, diag);

	if (err == EVX_OK)
		err = evx_replace_file(l->lanes, lane, 0600, text.data, text.len, diag);
	evx_buf_free(&text);
	return err;
}

struct visit {
	const struct evx_lanes *lanes;
	enum evx_err (*each)(void *ctx, const char *lane, const struct evx_shipment_lane *memory,
		struct evx_diag *diag);
	void *ctx;
	struct evx_diag *diag;
};

static enum evx_err visit_one(void *ctx, const char *name, unsigned char type)
{
	const struct visit *v = ctx;
	struct evx_shipment_lane memory;
	enum evx_err err;

	(void)type;
	if (!is_lane(name))
		return EVX_OK;
	err = evx_lanes_load_any(v->lanes, name, &memory, v->diag);
	if (err == EVX_OK)
		err = v->each(v->ctx, name, &memory, v->diag);
	evx_shipment_lane_free(&memory);
	return err;
}

enum evx_err evx_lanes_each(const struct evx_lanes *l,
	enum evx_err (*each)(void *ctx, const char *lane, const struct evx_shipment_lane *memory,
		struct evx_diag *diag),
	void *ctx, struct evx_diag *diag)
{
	struct visit v = { l, each, ctx, diag };

	return evx_entries_each(l->lanes, "lanes", visit_one, &v, diag);
}

void evx_lanes_note_file(const char *lane, uint32_t number, char out[EVX_LANES_FILE_CAP])
{
	(void)snprintf(out, EVX_LANES_FILE_CAP, "note-%.32s-%08u", lane, (unsigned)number);
}

void evx_lanes_parcel_file(const uint8_t hash[32], char out[EVX_LANES_FILE_CAP])
{
	char hex[65];

	evx_hex_encode(hash, 32, hex);
	(void)snprintf(out, EVX_LANES_FILE_CAP, "parcel-%s", hex);
}

enum evx_err evx_lanes_keep_note(const struct evx_lanes *l, const char *lane, uint32_t number,
	const void *p, size_t n, struct evx_diag *diag)
{
	char name[EVX_LANES_FILE_CAP];

	evx_lanes_note_file(lane, number, name);
	return evx_replace_file(l->sent, name, 0600, p, n, diag);
}

enum evx_err evx_lanes_kept_note(const struct evx_lanes *l, const char *lane, uint32_t number,
	struct evx_buf *out, struct evx_diag *diag)
{
	char name[EVX_LANES_FILE_CAP];

	evx_lanes_note_file(lane, number, name);
	return evx_read_guarded_file(l->sent, name, EVX_SHIPMENT_NOTE_MAX, out, diag);
}

/* ---- The remote's own name */

/* What the file says. */
static enum evx_err take_id(
	const struct evx_buf *text, char id[EVX_SHIPMENT_ID_CAP], struct evx_diag *diag)
{
	const size_t prefix = sizeof(ID_PREFIX) - 1, digits = EVX_SHIPMENT_ID_CAP - 1;
	uint8_t bytes[16];

	if (text->len != prefix + digits + 1 || memcmp(text->data, ID_PREFIX, prefix) != 0 ||
		text->data[text->len - 1] != '\n' ||
		evx_hex_decode((const char *)text->data + prefix, digits, bytes, sizeof(bytes)) !=
			EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"The file %s on the remote is not one that evx writes. If nothing on the "
			"remote is needed any more, remove the file there and begin anew.",
			ID_FILE);
	memcpy(id, text->data + prefix, digits);
	id[digits] = '\0';
	return EVX_OK;
}

static enum evx_err read_id(struct evx_remote *r, const struct evx_cancel *cancel,
	char id[EVX_SHIPMENT_ID_CAP], struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_remote_get_bytes(r, ID_FILE, ID_TEXT_MAX, cancel, &text, diag);

	if (err == EVX_OK)
		err = take_id(&text, id, diag);
	evx_buf_free(&text);
	return err;
}

/* The file of a remote that gets a name now. */
static enum evx_err new_id(struct evx_buf *out, struct evx_diag *diag)
{
	uint8_t bytes[16];
	char id[EVX_SHIPMENT_ID_CAP];

	evx_random(bytes, sizeof(bytes));
	evx_hex_encode(bytes, sizeof(bytes), id);
	return evx_fail_buf(diag, evx_buf_addf(out, ID_PREFIX "%s\n", id));
}

enum evx_err evx_lanes_id_beside(
	const struct evx_remotes_entry *entry, struct evx_remote_beside *out, struct evx_diag *diag)
{
	*out = (struct evx_remote_beside){
		.name = ID_FILE, .max = ID_TEXT_MAX, .make = EVX_BUF_INIT, .text = EVX_BUF_INIT
	};
	return entry->id[0] == '\0' ? new_id(&out->make, diag) : EVX_OK;
}

void evx_lanes_id_beside_free(struct evx_remote_beside *b)
{
	evx_buf_free(&b->make);
	evx_buf_free(&b->text);
}

static enum evx_err make_id(
	struct evx_remote *r, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	enum evx_err err = new_id(&text, diag);

	if (err == EVX_OK)
		err = evx_remote_put_bytes(r, ID_FILE, text.data, text.len, cancel, &why);
	evx_buf_free(&text);
	/* Somebody was faster: theirs is the one. */
	return err == EVX_OK || err == EVX_E_EXISTS ? EVX_OK : evx_fail(diag, err, "%s", why.text);
}

static enum evx_err remember(const struct evx_lanes *l, const struct evx_remotes_entry *entry,
	const char *id, struct evx_diag *diag)
{
	struct evx_remotes_entry now = *entry;
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err;

	if (entry->name[0] == '\0' || entry->id[0] != '\0')
		return EVX_OK;
	(void)snprintf(now.id, sizeof(now.id), "%s", id);
	err = evx_remotes_encode(&now, &text, diag);
	if (err == EVX_OK)
		err = evx_replace_file(l->remotes, entry->name, 0600, text.data, text.len, diag);
	evx_buf_free(&text);
	return err;
}

/* err: what came of reading the name into id; why: the reason. */
static enum evx_err settle_id(const struct evx_lanes *l, struct evx_remote *r,
	const struct evx_remotes_entry *entry, bool make, const struct evx_cancel *cancel,
	enum evx_err err, const struct evx_diag *why, char id[EVX_SHIPMENT_ID_CAP],
	struct evx_diag *diag)
{
	if (err == EVX_E_NOT_FOUND && entry->id[0] != '\0')
		return evx_fail(diag, EVX_E_FORGED,
			"Behind the name %s stood another remote before: this one has no %s. Check "
			"that it is the right medium or server. If it is, run evx remote remove "
			"%s, then evx remote add %s %s.",
			entry->name, ID_FILE, entry->name, entry->name, entry->url);
	if (err == EVX_E_NOT_FOUND && make) {
		err = make_id(r, cancel, diag);
		if (err == EVX_OK)
			err = read_id(r, cancel, id, diag);
	} else if (err == EVX_E_NOT_FOUND) {
		return evx_fail(diag, err,
			"Nobody has sent anything over this remote yet: it has no %s.", ID_FILE);
	} else if (err != EVX_OK && diag != NULL && diag->code == EVX_OK) {
		*diag = *why;
	}
	if (err != EVX_OK)
		return err;
	if (entry->id[0] != '\0' && strcmp(entry->id, id) != 0)
		return evx_fail(diag, EVX_E_FORGED,
			"Behind the name %s stood another remote before (it was %s, now it is %s). "
			"Check that it is the right medium or server. If it is, run evx remote "
			"remove %s, then evx remote add %s %s.",
			entry->name, entry->id, id, entry->name, entry->name, entry->url);
	return remember(l, entry, id, diag);
}

enum evx_err evx_lanes_remote_id(const struct evx_lanes *l, struct evx_remote *r,
	const struct evx_remotes_entry *entry, bool make, const struct evx_cancel *cancel,
	char id[EVX_SHIPMENT_ID_CAP], struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err;

	id[0] = '\0';
	err = read_id(r, cancel, id, &why);
	return settle_id(l, r, entry, make, cancel, err, &why, id, diag);
}

enum evx_err evx_lanes_remote_id_of(const struct evx_lanes *l, struct evx_remote *r,
	const struct evx_remotes_entry *entry, const struct evx_remote_beside *read,
	const struct evx_cancel *cancel, char id[EVX_SHIPMENT_ID_CAP], struct evx_diag *diag)
{
	struct evx_diag why = read->diag;
	enum evx_err err = read->err;

	id[0] = '\0';
	if (err == EVX_OK)
		err = take_id(&read->text, id, &why);
	return settle_id(l, r, entry, true, cancel, err, &why, id, diag);
}
