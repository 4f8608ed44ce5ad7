/* The files of a mirror, laid out in a directory that is to be a vault. */
#ifndef EVX_MIRROR_MIRROR_LAY_H
#define EVX_MIRROR_MIRROR_LAY_H

#include "format/mirror_index.h"
#include "mirror/mirror_notes.h"
#include "remote/spool.h"

/* Stands in the directory until it is a vault. */
#define EVX_MIRROR_LAY_MARK "mirror-import"

struct evx_mirror_lay_with {
	int into; /* the directory */
	const struct evx_mirror_notes_with *from;
	const struct evx_mirror_notes *notes; /* the last whole one and those behind it */
	const struct evx_mirror_index *index; /* of the newest of them */
	const struct evx_spool *spool;
};
/* Removes what an interrupted import left, but packs that index has; then makes every file of
 * index from the parcels, durable and compared. vault.json is not written, but given in json.
 * EVX_E_FORGED when a file is not there as the index says; EVX_E_NOT_FOUND for a parcel. */
enum evx_err evx_mirror_lay_files(const struct evx_mirror_lay_with *with, struct evx_buf *json,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
