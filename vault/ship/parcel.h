/* The parcel of a shipment: the small members of exhibits, or receipts, in one age file
 * (format-spec/shipment.md "The parcel"). */
#ifndef EVX_SHIP_PARCEL_H
#define EVX_SHIP_PARCEL_H

#include "crypto/age.h"
#include "format/member.h"

#define EVX_PARCEL_CARD "sender.card"
#define EVX_PARCEL_INDEX_NAME "vault.index" /* of a mirror: format/mirror_index.h */

/* A parcel in the making. */
struct evx_parcel_out;
/* Writes to the open file fd from where it stands, to the n public keys in pubs (1 to
 * EVX_SHIPMENT_RECEIVERS_MAX; sorted here, none twice). name is for messages. */
enum evx_err evx_parcel_out_new(int fd, const char *name, const uint8_t (*pubs)[32], size_t n,
	struct evx_parcel_out **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds a member. The caller keeps the order of members. EVX_E_LIMIT when the parcel would be longer
 * than an object may be. */
enum evx_err evx_parcel_out_member(struct evx_parcel_out *o, const char *path, const void *p,
	size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Padding and end; gives SHA-256 and length of the file. */
enum evx_err evx_parcel_out_end(struct evx_parcel_out *o, uint8_t hash[32], uint64_t *size,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_parcel_out_free(struct evx_parcel_out *o); /* NULL does nothing */

enum evx_parcel_kind {
	EVX_PARCEL_SENDER,
	EVX_PARCEL_EXHIBIT,
	EVX_PARCEL_RECEIPT,
	EVX_PARCEL_INDEX, /* of a mirror … */
	EVX_PARCEL_VAULT, /* … and its files, behind it, in order of names */
};

/* Who gets what is in a parcel. */
struct evx_parcel_to {
	void *ctx;
	/* uuid and name (without the UUID, never a pack) for a member of an exhibit, number for a
	 * receipt; name (a path of evx_mirror_path) for a file of a vault. */
	enum evx_err (*begin)(void *ctx, enum evx_parcel_kind kind, const char *uuid,
		const char *name, unsigned number, uint64_t size, struct evx_diag *diag);
	enum evx_err (*data)(void *ctx, const void *p, size_t n, struct evx_diag *diag);
	enum evx_err (*end)(void *ctx, struct evx_diag *diag);
};

/* Opens the parcel in file fd, from its beginning, with a receiver's key, and gives what is in it
 * to `to`. What was given counts only once this returns EVX_OK. EVX_E_CORRUPT for members that no
 * parcel has, or in another order; EVX_E_KEY, EVX_E_FORGED, EVX_E_TRUNCATED, EVX_E_LIMIT. */
enum evx_err evx_parcel_read(int fd, const char *name, const struct evx_secret *key,
	const struct evx_parcel_to *to, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
