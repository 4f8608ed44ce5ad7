/* For whom a mirror is: the content members of a vault, and its escrow keys. */
#ifndef EVX_MIRROR_MIRROR_KEYS_H
#define EVX_MIRROR_MIRROR_KEYS_H

#include "store/vault.h"

struct evx_mirror_keys {
	uint8_t (*at)[32]; /* owned; in their order, none twice */
	size_t n;
	uint8_t hash[32]; /* of all of them */
};
/* Those in force in v, which is loaded. EVX_E_LIMIT for more than a parcel may have. The caller
 * frees out->at. */
enum evx_err evx_mirror_keys(const struct evx_vault *v, struct evx_mirror_keys *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
