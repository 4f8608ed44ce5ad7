/* What an answer is computed over (format-spec/possession.md "The answer"): documents and packs of
 * an exhibit. */
#ifndef EVX_PROVE_MESSAGE_H
#define EVX_PROVE_MESSAGE_H

#include "base/cancel.h"
#include "crypto/mac.h"
#include "format/challenge.h"
#include "open/exhibit.h"

/* EVX_E_USAGE for an exhibit whose packs cannot be read one by one: a pipe. */
enum evx_err evx_message_readable(
	const struct evx_exhibit *ex, struct evx_diag *diag) EVX_MUST_CHECK;
/* The usable exhibit that was loaded, up to the newest event that counts and stands in the bundle.
 */
void evx_message_subject(const struct evx_exhibit *ex, struct evx_challenge_subject *out);
/* Appends the documents of the events 0 to of->entry. EVX_E_NOT_FOUND when of is about another
 * exhibit than the usable one that was loaded, EVX_E_CUSTODY when its record has not that event. */
enum evx_err evx_message_documents(const struct evx_exhibit *ex,
	const struct evx_challenge_subject *of, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Room for one pack. progress (NULL allowed) counts the bytes that were given to macs; cancel ends
 * it. NULL when out of memory; evx_message_room_free(NULL) does nothing. */
struct evx_message_room;
struct evx_message_room *evx_message_room_new(
	struct evx_progress *progress, const struct evx_cancel *cancel);
void evx_message_room_free(struct evx_message_room *r);
/* Gives all bytes of pack i of the bundle to each of the n macs, by as many threads as there are
 * processors, and compares them with the pack's name. EVX_E_FORGED when they have another hash,
 * EVX_E_NOT_FOUND for a pack that is not there, EVX_E_INTERRUPTED: the macs are worth nothing then.
 */
enum evx_err evx_message_pack(const struct evx_bundle *b, uint64_t i, struct evx_message_room *room,
	struct evx_mac *const *macs, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
