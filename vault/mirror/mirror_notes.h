/* The notes of a mirror: named, read from the newest back to the last whole one, and put
 * (format-spec/shipment.md "Mirrors"). */
#ifndef EVX_MIRROR_MIRROR_NOTES_H
#define EVX_MIRROR_MIRROR_NOTES_H

#include "ship/lanes.h"
#include "store/vault.h"

struct evx_mirror_note {
	struct evx_shipment_note note;
	uint8_t hash[32];
};
struct evx_mirror_notes {
	struct evx_mirror_note *at; /* owned; the whole one first, the newest last */
	size_t n;                   /* 0: there is no mirror */
};
void evx_mirror_notes_free(struct evx_mirror_notes *notes);

#define EVX_MIRROR_MID_CAP 33
/* The name of the mirror of a vault: 32 hex digits. EVX_E_CORRUPT for a text that is no UUID. */
enum evx_err evx_mirror_notes_mid(
	const char *uuid, char out[EVX_MIRROR_MID_CAP], struct evx_diag *diag) EVX_MUST_CHECK;
void evx_mirror_notes_object(const char *mid, uint32_t number, char out[EVX_REMOTE_NAME_CAP]);

struct evx_mirror_notes_with {
	struct evx_remote *remote;
	const struct evx_cancel *cancel;
	const char *id;               /* of the remote */
	const char *mid;              /* of the mirror */
	const struct evx_secret *key; /* opens notes */
	uint32_t remembered;          /* number of the newest note that this machine saw; 0: none */
	uint8_t remembered_note[32];  /* … and its hash */
	uint32_t only;                /* read back from this note; 0: from the newest */
};
/* The number of the newest note that is there, or was seen here; 0: none. */
enum evx_err evx_mirror_notes_top(const struct evx_mirror_notes_with *with, uint32_t *top,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads one note, signed and in its place. *out is the caller's to free, also after an error;
 * errors as below. */
enum evx_err evx_mirror_notes_one(const struct evx_mirror_notes_with *with, uint32_t number,
	struct evx_mirror_note *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the notes from the newest back to the last whole one, each signed and in its place. *out is
 * the caller's to free. EVX_E_FORGED for an older state than this machine saw, another note than it
 * saw, or a note of another place; EVX_E_NOT_FOUND for one that is missing; EVX_E_KEY when they are
 * not for this key. */
enum evx_err evx_mirror_notes_read(const struct evx_mirror_notes_with *with,
	struct evx_mirror_notes *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_OK when all of them are signed by members that v, whose log is loaded, has now. EVX_E_CUSTODY
 * when one of them was a member once; EVX_E_FORGED when one never was. */
enum evx_err evx_mirror_notes_signed(const struct evx_mirror_notes *notes,
	const struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
