/* Chunks that a lender may have: asked for, opened, compared. */
#include "content/payload_loan.h"

#include <stdlib.h>
#include <string.h>

#include "content/frame_read.h"
#include "crypto/aead.h"
#include "crypto/secret.h"

/* Below this a recipe's lines take as much room as the frame does, and there would be many. */
#define STORED_MIN 4096u

void evx_loan_room_free(struct evx_loan_room *room)
{
	if (room->plain != NULL)
		evx_wipe(room->plain, EVX_FRAME_PLAIN_MAX);
	if (room->body != NULL)
		evx_wipe(room->body, EVX_FRAME_ROOM);
	free(room->plain);
	free(room->body);
}

static void refuse(struct evx_job *j)
{
	j->lent = false;
	j->refused = true;
}

void evx_payload_loan_find(const struct evx_lender *l, struct evx_job *j)
{
	const struct evx_loan *loan = &j->loan;

	if (!l->find(l->ctx, j->id, &j->loan))
		return;
	if (loan->sequence > 1 || loan->plain != j->n ||
		loan->position > (uint64_t)INT64_MAX - loan->stored ||
		evx_frame_lengths_check(EVX_FRAME_DATA, loan->stored, loan->plain, NULL) !=
			EVX_OK) {
		(void)evx_fail(&j->why, EVX_E_CORRUPT,
			"loan: no frame of %u bytes can stand where it says", j->n);
		refuse(j);
	} else {
		j->lent = loan->stored >= STORED_MIN;
	}
}

enum evx_err evx_payload_loan_take(const struct evx_lender *l, struct evx_loan_room *room,
	struct evx_frame_codec *codec, struct evx_job *j)
{
	const struct evx_loan *loan = &j->loan;
	const uint8_t *plain;
	enum evx_err err;

	if (room->body == NULL && (room->body = malloc(EVX_FRAME_ROOM)) == NULL)
		return EVX_E_MEMORY;
	if (room->plain == NULL && (room->plain = malloc(EVX_FRAME_PLAIN_MAX)) == NULL)
		return EVX_E_MEMORY;
	j->body_len = loan->stored - EVX_FRAME_HEADER_LEN;
	err = l->read(l->ctx, loan, j->body, &j->why);
	if (err == EVX_OK)
		err = evx_frame_codec_open_beside(codec, EVX_FRAME_DATA, 0, loan->key, loan->plain,
			j->body, j->body_len, room->body, room->plain, &plain, &j->why);
	if (err == EVX_OK && memcmp(plain, j->plain, j->n) != 0)
		err = EVX_E_FORGED;
	if (err != EVX_OK) {
		(void)evx_fail(&j->why, err, "loan: its frame does not hold the chunk");
		refuse(j);
	} else if (l->anew) {
		j->lent = false;
		j->reused = true;
		return evx_frame_codec_seal_opened(codec, EVX_FRAME_DATA, 0, j->key, j->n,
			room->body, j->body_len - EVX_AEAD_TAG, j->body, &j->body_len, NULL);
	}
	return EVX_OK;
}
