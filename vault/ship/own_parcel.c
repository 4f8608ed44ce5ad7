/* A parcel of this sender. */
#include "ship/own_parcel.h"

#include <stdlib.h>

#include "base/io.h"
#include "ship/sent.h"

#define FILE_NAME "parcel" /* in the spool */

enum evx_err evx_own_parcel(struct evx_hand *hand, const struct evx_card *to, size_t n,
	const struct evx_spool *spool, struct evx_lanes *lanes,
	enum evx_err (*fill)(void *ctx, struct evx_parcel_out *out, struct evx_diag *diag),
	void *ctx, uint8_t hash[32], uint64_t *size, struct evx_diag *diag)
{
	struct evx_parcel_out *out = NULL;
	uint8_t(*keys)[32] = calloc(n, sizeof(*keys));
	struct evx_buf card = EVX_BUF_INIT;
	int fd = -1;
	enum evx_err err = keys != NULL ? EVX_OK : evx_fail_memory(diag);

	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		struct evx_sshkey signing;

		err = evx_card_keys(&to[i], keys[i], &signing, diag);
	}
	if (err != EVX_OK ||
		(err = evx_card_sign(&hand->id.card, &hand->signer, &card, diag)) != EVX_OK ||
		(err = evx_spool_file(spool, FILE_NAME, &fd, diag)) != EVX_OK ||
		(err = evx_parcel_out_new(
			 fd, FILE_NAME, (const uint8_t(*)[32])keys, n, &out, diag)) != EVX_OK ||
		(err = evx_parcel_out_member(out, EVX_PARCEL_CARD, card.data, card.len, diag)) !=
			EVX_OK ||
		(err = fill(ctx, out, diag)) != EVX_OK ||
		(err = evx_parcel_out_end(out, hash, size, diag)) != EVX_OK)
		goto out;
	err = evx_sent_keep_parcel(lanes, spool->fd, FILE_NAME, hash, diag);
out:
	evx_parcel_out_free(out);
	evx_close_quiet(&fd);
	evx_buf_free(&card);
	free(keys);
	return err;
}
