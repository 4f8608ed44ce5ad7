/* Where events go: into a bundle, or into a receipt file beside it. */
#ifndef EVX_OPS_EVENT_STORE_H
#define EVX_OPS_EVENT_STORE_H

#include "bundle/append.h"
#include "bundle/output.h"
#include "custody/event_build.h"
#include "ops/exhibit.h"

/* Confines the process: the unpacked bundle of ex (writable when it is appended to; a file is open already, and can be opened again only
 * when writable; ex NULL: no bundle), and the directory of out (NULL: none). file: opened for the new file out before, so that afterwards no other file of
 * its directory can be; the caller gives it to evx_event_store_write and frees it, after a failure, too. NULL: out is replaced. *state says what took hold. */
enum evx_err evx_event_store_confine(const struct evx_exhibit *ex, const char *bundle, bool writable, const char *out,
	struct evx_output *file, struct evx_confine_state *state, struct evx_diag *diag) EVX_MUST_CHECK;
/* Compares the event with the rules, as it would stand at the end of the chain: EVX_E_CUSTODY with the rule's sentence. roster as in evx_rules_check. */
enum evx_err evx_event_store_check(const struct evx_receipt *r, const struct evx_chain_result *chain, const struct evx_rules_roster *roster,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends a complete event. */
enum evx_err evx_event_store_append(struct evx_append *a, const struct evx_receipt *r, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes n bytes as the new file path, to file if that was opened for it. */
enum evx_err evx_event_store_put(struct evx_output *file, const char *path, const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same with the text of r. */
enum evx_err evx_event_store_write(const struct evx_receipt *r, const char *path, struct evx_output *file, struct evx_diag *diag) EVX_MUST_CHECK;
/* Removes what was not named. One that was not opened does nothing. */
void evx_event_store_close(struct evx_output *file);
/* All files of event number but its time-stamps, by their names in the bundle. *files is the caller's to free, after a failure, too. */
enum evx_err evx_event_store_files(const struct evx_exhibit *ex, uint32_t number, struct evx_seal_files *files, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
