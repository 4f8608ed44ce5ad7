/* Adds a group of events to a bundle in place (format-spec/container.md "Append", "Unpacked form"):
 * one file, or a directory.
 *
 * evx_append_open locks it; the caller loads evx_append_bundle and judges it; evx_append_begin;
 * members; evx_append_commit. At every moment before the commit the bundle is what it was, also
 * after a crash. */
#ifndef EVX_BUNDLE_APPEND_H
#define EVX_BUNDLE_APPEND_H

#include "bundle/bundle.h"

struct evx_append;

/* Opens the bundle for writing and takes its exclusive lock. Parses nothing. Another process
 * that appends to it is waited for as evx_lock_open does (EVX_E_LOCKED, EVX_E_INTERRUPTED);
 * EVX_E_USAGE for volumes and pipes; EVX_E_IO when it cannot be
 * written. */
enum evx_err evx_append_open(
	const char *path, struct evx_append **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for an open directory of an exhibit; dirfd stays the caller's. */
enum evx_err evx_append_open_dir(
	int dirfd, const char *uuid, struct evx_append **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes back what was not committed and unlocks. NULL does nothing. */
void evx_append_free(struct evx_append *a);

/* The bundle, for loading and reading; owned by a. It does not show what is appended: open it again
 * for that. */
struct evx_bundle *evx_append_bundle(struct evx_append *a);

/* Whether a group may be begun: as evx_append_begin, which asks it, too; to be asked before
 * anything is signed. */
enum evx_err evx_append_check(const struct evx_append *a, struct evx_diag *diag) EVX_MUST_CHECK;
/* Begins the next group. EVX_E_INCOMPLETE for a file that ends early; EVX_E_CORRUPT when the walk
 * had other findings, or bytes stand behind the end that are not all zero (those do not count:
 * remarks; zeros behind the end, and what is certainly an interrupted addition
 * (bundle/append_rest.h), which are cut off; and wrong bytes in packs, or none where a recipe
 * leads, since whoever finds them must be able to say so in an event), or the end is not as the
 * index says; EVX_E_LIMIT past 10,000 groups; EVX_E_USAGE when the bundle is not loaded. */
enum evx_err evx_append_begin(struct evx_append *a, struct evx_diag *diag) EVX_MUST_CHECK;
/* Once a group was begun: bytes of an interrupted addition that were cut off; 0: there were none.
 */
uint64_t evx_append_removed(const struct evx_append *a);
/* Writes a member of an event, named without the UUID. EVX_E_USAGE when it may not stand here
 * (container.md "Order"). */
enum evx_err evx_append_member(struct evx_append *a, const char *name, const void *p, size_t n,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Closes the group, makes it durable and commits it. After a failure the old bundle stands again.
 */
enum evx_err evx_append_commit(struct evx_append *a, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
