/* The keys that open a mirror. */
#include "mirror/mirror_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "crypto/age.h"
#include "crypto/hash.h"

static enum evx_err add(struct evx_mirror_keys *keys, const uint8_t pub[32], struct evx_diag *diag)
{
	uint8_t(*one)[32] = EVX_ARRAY_ADD(keys->at, keys->n);

	if (one == NULL)
		return evx_fail_memory(diag);
	memcpy(*one, pub, 32);
	return EVX_OK;
}

enum evx_err evx_mirror_keys(
	const struct evx_vault *v, struct evx_mirror_keys *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t k = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < evx_vault_members(v) && err == EVX_OK; i++) {
		const struct evx_vault_member *m = evx_vault_member(v, i);

		if (m->content && !m->removed)
			err = add(out, m->encryption_pub, diag);
	}
	for (size_t i = 0; i < evx_vault_escrow(v) && err == EVX_OK; i++) {
		const char *key = evx_vault_escrow_key(v, i);
		uint8_t pub[32];

		err = evx_age_recipient_decode(key, strlen(key), pub, diag);
		if (err == EVX_OK)
			err = add(out, pub, diag);
	}
	if (err != EVX_OK)
		return err;
	qsort(out->at, out->n, sizeof(*out->at), evx_hash_order);
	for (size_t i = 0; i < out->n; i++)
		if (k == 0 || !evx_hash_equal(out->at[k - 1], out->at[i]))
			memmove(out->at[k++], out->at[i], sizeof(*out->at));
	out->n = k;
	evx_sha256(out->at, out->n * sizeof(*out->at), out->hash);
	return out->n <= EVX_SHIPMENT_RECEIVERS_MAX ?
		EVX_OK :
		evx_fail(diag, EVX_E_LIMIT,
			"This vault has %zu content members and escrow keys. A mirror can have %u.",
			out->n, EVX_SHIPMENT_RECEIVERS_MAX);
}
