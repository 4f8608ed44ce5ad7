/* Lanes and their notes (format-spec/shipment.md "A lane", "The note"), and what this machine
 * remembers of them. */
#ifndef EVX_SHIP_LANES_H
#define EVX_SHIP_LANES_H

#include "custody/identity.h"
#include "format/shipment.h"
#include "people/home.h"
#include "remote/remote.h"

#define EVX_LANES_MAX 16u /* of one sender to one receiver: K */
#define EVX_LANES_FP_CAP 65
#define EVX_LANES_NS "evx-shipment/1"

/* SHA-256 of a public signing key in wire form, as hex. EVX_E_CORRUPT for a text that is no key. */
enum evx_err evx_lanes_fingerprint(
	const char *signing, char out[EVX_LANES_FP_CAP], struct evx_diag *diag) EVX_MUST_CHECK;
/* The name of lane number k of sender to receiver on the remote of this id. */
void evx_lanes_name(const char *id, const char *sender, const char *receiver, unsigned k,
	char out[EVX_SHIPMENT_ID_CAP]);
/* The name of a note's object: the first one (place 0), or one of its second places. */
#define EVX_LANES_PLACES 10u
void evx_lanes_object(const char *receiver, const char *lane, uint32_t number, unsigned place,
	char out[EVX_REMOTE_NAME_CAP]);

/* The directories of the home that sending and receiving write, made when they are not there: what
 * is remembered of lanes and of remotes; and what goes to remotes or came from there, encrypted,
 * which is all of it that the processes that talk to remotes can read. */
struct evx_lanes {
	int lanes, remotes, sent, lock; /* -1: closed, not taken */
};
#define EVX_LANES_INIT \
	{ \
		-1, -1, -1, -1 \
	}
/* Their part of an operation's start (base/start.h). evx_lanes_close in any case. */
void evx_lanes_start(struct evx_start *s, struct evx_home *h, struct evx_lanes *out);
/* To read what is remembered and change nothing: opens `lanes` alone. Where there is none, l->lanes
 * is -1. evx_lanes_close in any case. */
enum evx_err evx_lanes_look(
	struct evx_home *h, struct evx_lanes *l, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_lanes_close(struct evx_lanes *l);
/* One process at a time changes lanes: waits as evx_lock_take. */
enum evx_err evx_lanes_lock(
	struct evx_lanes *l, const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_lanes_unlock(struct evx_lanes *l);

/* Reads what is remembered of a lane; nothing is an empty one. EVX_E_FORGED when the file is about
 * another. */
enum evx_err evx_lanes_load(const struct evx_lanes *l, const char *lane, const char *sender,
	const char *receiver, struct evx_shipment_lane *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same of a lane that is remembered, whoever's it is. */
enum evx_err evx_lanes_load_any(const struct evx_lanes *l, const char *lane,
	struct evx_shipment_lane *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes it, in one step. */
enum evx_err evx_lanes_save(const struct evx_lanes *l, const char *lane,
	const struct evx_shipment_lane *memory, struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every lane remembered, in no order. */
enum evx_err evx_lanes_each(const struct evx_lanes *l,
	enum evx_err (*each)(void *ctx, const char *lane, const struct evx_shipment_lane *memory,
		struct evx_diag *diag),
	void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;
/* Notes and parcels that were sent are kept, as they went to the remote, until they were answered:
 * what a remote loses is put again (ship/sent.h). Their names in `sent`: */
#define EVX_LANES_FILE_CAP 80
void evx_lanes_note_file(const char *lane, uint32_t number, char out[EVX_LANES_FILE_CAP]);
void evx_lanes_parcel_file(const uint8_t hash[32], char out[EVX_LANES_FILE_CAP]);
enum evx_err evx_lanes_keep_note(const struct evx_lanes *l, const char *lane, uint32_t number,
	const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_NOT_FOUND. */
enum evx_err evx_lanes_kept_note(const struct evx_lanes *l, const char *lane, uint32_t number,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Signs a note and encrypts it to its receiver and its sender; appends the object to out and gives
 * the note's hash. */
enum evx_err evx_lanes_note_make(const struct evx_shipment_note *note,
	const struct evx_signer *signer, const uint8_t sender[32], const uint8_t receiver[32],
	struct evx_buf *out, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* The same to n keys, 1 to EVX_STANZAS_MAX, in their order (evx_hash_order). */
enum evx_err evx_lanes_note_seal(const struct evx_shipment_note *note,
	const struct evx_signer *signer, const uint8_t (*keys)[32], size_t n, struct evx_buf *out,
	uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens an object with a key of its receiver or sender and checks the signature. EVX_E_KEY,
 * EVX_E_FORGED, EVX_E_CORRUPT, EVX_E_UNSUPPORTED, EVX_E_TRUNCATED. */
enum evx_err evx_lanes_note_read(const void *p, size_t n, const struct evx_secret *key,
	struct evx_shipment_note *out, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;

/* The remote's own name: reads evx-remote.txt. make: writes one when there is none, else
 * EVX_E_NOT_FOUND. It is compared with what the home remembers of entry, and remembered:
 * EVX_E_FORGED when another remote stands behind the name. */
enum evx_err evx_lanes_remote_id(const struct evx_lanes *l, struct evx_remote *r,
	const struct evx_remotes_entry *entry, bool make, const struct evx_cancel *cancel,
	char id[EVX_SHIPMENT_ID_CAP], struct evx_diag *diag) EVX_MUST_CHECK;
/* What a test of the remote reads beside, and puts where no remote was seen behind entry before:
 * for evx_lanes_remote_id_of. EVX_E_MEMORY. */
enum evx_err evx_lanes_id_beside(const struct evx_remotes_entry *entry,
	struct evx_remote_beside *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_lanes_id_beside_free(struct evx_remote_beside *b);
/* evx_lanes_remote_id with make, for which `read` was filled just before. */
enum evx_err evx_lanes_remote_id_of(const struct evx_lanes *l, struct evx_remote *r,
	const struct evx_remotes_entry *entry, const struct evx_remote_beside *read,
	const struct evx_cancel *cancel, char id[EVX_SHIPMENT_ID_CAP],
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
