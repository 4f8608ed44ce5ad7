/* The parcel of a mirror: its index, and files of the vault. */
#ifndef EVX_MIRROR_MIRROR_PARCEL_H
#define EVX_MIRROR_MIRROR_PARCEL_H

#include "format/mirror_index.h"
#include "mirror/mirror_notes.h"
#include "remote/spool.h"
#include "ship/parcel.h"
#include "ship/uploads.h"

struct evx_mirror_parcel {
	const struct evx_vault *vault;
	const struct evx_mirror_index *index;  /* what the vault has */
	const struct evx_mirror_index *before; /* what is in earlier parcels; NULL: a whole one */
	const struct evx_buf *card;            /* text of the signer's card */
	const uint8_t (*keys)[32];
	size_t nkeys;
	const struct evx_cancel *cancel;
};
/* Writes the parcel to the open file fd. *changed, and the parcel is no use: the vault has other
 * files now than the index says. */
enum evx_err evx_mirror_parcel_make(const struct evx_mirror_parcel *p, int fd, bool *changed,
	uint8_t hash[32], uint64_t *size, struct evx_diag *diag) EVX_MUST_CHECK;
/* Gets the parcel of a note into a new file of the spool; *fd is the caller's. EVX_E_NOT_FOUND,
 * EVX_E_FORGED for other bytes. */
enum evx_err evx_mirror_parcel_get(const struct evx_mirror_notes_with *with,
	const struct evx_spool *spool, const struct evx_shipment_note *note, int *fd,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same, and reads the index in it, all of which is verified. *out is the caller's to free. */
enum evx_err evx_mirror_parcel_get_index(const struct evx_mirror_notes_with *with,
	const struct evx_spool *spool, const struct evx_shipment_note *note,
	struct evx_mirror_index *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether the parcels of all these notes are on the remote. */
enum evx_err evx_mirror_parcel_there(const struct evx_mirror_notes *notes,
	const struct evx_uploads_with *with, bool *there, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
