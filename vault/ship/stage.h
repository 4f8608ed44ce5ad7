/* Where a shipment is put together: a directory of this receiver, in which an interrupted receive
 * goes on (format-spec/shipment.md "Receiving"). */
#ifndef EVX_SHIP_STAGE_H
#define EVX_SHIP_STAGE_H

#include "custody/card.h"
#include "remote/remote.h"
#include "ship/parcel.h"

struct evx_stage {
	int parent, fd; /* -1: closed */
	char *path;     /* owned: of the directory */
	char name[80];
	char (*uuids)[EVX_UUID_LEN + 1]; /* owned: of the exhibits in it, in their order */
	size_t n;
	struct evx_buf card; /* the sender's, as the parcel has it */
	size_t receipts;     /* files receipt-0001 … */
	/* What came by invitation: its ID, and the hashes of its parts, both the caller's; set
	 * after evx_stage_open. NULL: objects stand under their hashes. */
	const char *drop;
	const struct evx_buf *parts;
};

/* Opens the directory for the note of this hash below parent (open, the caller's; path is its
 * name), made when it is not there, and locks it. EVX_E_LOCKED when another process receives the
 * same; EVX_E_KEY when others can write to it. evx_stage_close in any case. */
enum evx_err evx_stage_open(int parent, const char *path, const uint8_t note[32],
	struct evx_stage *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_stage_close(struct evx_stage *s);
/* Takes it away with all that is in it; then closes. */
void evx_stage_remove(struct evx_stage *s);

/* Gets the parcel, unless it is there already, byte for byte; opens it with key, and lays out what
 * is in it. EVX_E_NOT_FOUND when the remote does not have it; EVX_E_FORGED when the remote gives
 * out other bytes. */
enum evx_err evx_stage_parcel(struct evx_stage *s, struct evx_remote *r, const uint8_t hash[32],
	uint64_t size, const struct evx_secret *key, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The directory of an exhibit, open: the caller's. */
enum evx_err evx_stage_exhibit(
	const struct evx_stage *s, const char *uuid, int *fd, struct evx_diag *diag) EVX_MUST_CHECK;

/* A pack that an exhibit needs. */
struct evx_stage_pack {
	uint8_t hash[32];
	uint64_t size;
};
/* Which packs are here is looked at again, byte for byte; the others are got. Counts what was here
 * and what came. EVX_E_NOT_FOUND when the remote does not have one, EVX_E_FORGED when it gives out
 * other bytes under its ten names. */
struct evx_stage_moved {
	uint64_t here, here_bytes, got, got_bytes;
};
enum evx_err evx_stage_packs(const struct evx_stage *s, const char *uuid,
	const struct evx_stage_pack *packs, size_t n, struct evx_remote *r,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_stage_moved *moved, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
