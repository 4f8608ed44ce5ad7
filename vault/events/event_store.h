/* Where events go: into a bundle, or into a receipt file beside it. */
#ifndef EVX_EVENTS_EVENT_STORE_H
#define EVX_EVENTS_EVENT_STORE_H

#include "bundle/append.h"
#include "bundle/output.h"
#include "custody/event_build.h"
#include "judge/claims.h"
#include "open/exhibit.h"

/* The part of an operation's start (base/start.h) of whoever appends to bundle: it is opened
 * already, as a, and ex (evx_exhibit_over_in) over it; lets it be written, and opened again. */
void evx_event_store_start(struct evx_start *s, const struct evx_exhibit *ex, const char *bundle);
/* EVX_E_CUSTODY unless there is a seal and every entry of chain counts: nothing can be added to any
 * other. */
enum evx_err evx_event_store_open(
	const struct evx_chain_result *chain, struct evx_diag *diag) EVX_MUST_CHECK;
/* Judges the loaded exhibit as verify would with the event of r behind its last one, before
 * anything is written: EVX_E_CUSTODY with the code and sentence of what would make it worse, be it
 * a rule that the event breaks (evx_rules_check), a finding of weight unchecked, newer or broken
 * that was not there, an event that is void, or a time-stamp that is not good or not there. A draft
 * is compared with the rules only. roster as in evx_rules_check. claims (NULL allowed) gets the
 * event when its signer is unknown. */
enum evx_err evx_event_store_check(const struct evx_exhibit *ex, const struct evx_receipt *r,
	const struct evx_rules_roster *roster, struct evx_claims *claims,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The part of it that is about the time-stamps in r: each is good over the record of an event of
 * the loaded exhibit. EVX_E_CUSTODY. */
enum evx_err evx_event_store_stamps_check(const struct evx_exhibit *ex, const struct evx_receipt *r,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the first time-stamp of r that the bundle does not have, when it is good over its event's
 * record; *done false when there was none. Loaded exhibit and lock are over afterwards. */
enum evx_err evx_event_store_stamp(struct evx_append *a, const struct evx_exhibit *ex,
	const struct evx_receipt *r, bool *done, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends a complete event. */
enum evx_err evx_event_store_append(
	struct evx_append *a, const struct evx_receipt *r, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes the text of r to the new file that was opened as file, and names it. */
enum evx_err evx_event_store_write(
	const struct evx_receipt *r, struct evx_output *file, struct evx_diag *diag) EVX_MUST_CHECK;
/* All files of event number but its time-stamps, by their names in the bundle; and the time-stamps
 * of earlier events that it names. *files is the caller's to free, after a failure, too. */
enum evx_err evx_event_store_files(const struct evx_exhibit *ex, uint32_t number,
	struct evx_event_files *files, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
