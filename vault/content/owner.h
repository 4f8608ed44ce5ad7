/* Names of users and groups, remembered. Not for several threads at once. */
#ifndef EVX_CONTENT_OWNER_H
#define EVX_CONTENT_OWNER_H

#include "format/entry.h"

struct evx_owner_cache;

/* NULL when out of memory. */
struct evx_owner_cache *evx_owner_new(void);
void evx_owner_free(struct evx_owner_cache *c);
/* Sets e's user and group to the names its uid and gid have on this machine; NULL where they have
 * none (or cannot be asked for: a confined process knows only what was asked before). */
enum evx_err evx_owner_name(struct evx_owner_cache *c, struct evx_entry *e) EVX_MUST_CHECK;

#endif
