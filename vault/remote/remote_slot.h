/* The process of one connection: started, confined, told what to do. */
#ifndef EVX_REMOTE_REMOTE_SLOT_H
#define EVX_REMOTE_REMOTE_SLOT_H

#include <sys/types.h>

#include "remote/remote_site.h"

struct evx_remote_slot {
	pid_t pid;
	int to, from; /* pipes */
};

/* Starts it, as one of so many slots. at_once: where that takes a login, it does not wait for the
 * first request. The options must stay as they are until this returns. */
enum evx_err evx_remote_slot_start(const struct evx_remote_driver *driver,
	const struct evx_remote_options *opt, const struct evx_remote_url *url, unsigned slots,
	bool at_once, struct evx_remote_slot *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends it. */
void evx_remote_slot_end(struct evx_remote_slot *s);

#endif
