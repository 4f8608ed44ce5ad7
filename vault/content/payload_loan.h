/* Of the sealing pipeline: chunks that a lender may have, asked for, opened, compared. */
#ifndef EVX_CONTENT_PAYLOAD_LOAN_H
#define EVX_CONTENT_PAYLOAD_LOAN_H

#include "content/frame_codec.h"
#include "content/payload_job.h"

/* Where a worker opens what is lent; made at the first loan. */
struct evx_loan_room {
	uint8_t *body, *plain;
};
void evx_loan_room_free(struct evx_loan_room *room); /* wipes */
/* Asks for the chunk of a job that is not a duplicate. The ring's lock is held. */
void evx_payload_loan_find(const struct evx_lender *l, struct evx_job *j);
/* Reads the body that is lent to j->body, opens it beside itself and compares: j->lent stays true,
 * or becomes false with the reason in why. Of a lender whose loans are sealed anew, j->lent becomes
 * false and j->reused true. On a worker. EVX_E_MEMORY. */
enum evx_err evx_payload_loan_take(const struct evx_lender *l, struct evx_loan_room *room,
	struct evx_frame_codec *codec, struct evx_job *j) EVX_MUST_CHECK;

#endif
